/* csv.h - comma separated text (RFC 4180): a reader that says which line is wrong, a writer that spreadsheets cannot be
 * tricked with. struct csv_reader reader; TRY(csv_open(text, 0, arena, &reader, err)); while (csv_next(&reader, &row,
 * err) == ERR_NONE && row.count) ...        fields die with the next call Uses: base.    Used by: format/table, web and
 * cmd (lists as CSV).    Memory: fields are views, or lie in the scratch arena, which is rewound with every row and
 * belongs to the reader until the last one.    Threads: one owner. */
#ifndef LUYTRE_FORMAT_CSV_H
#define LUYTRE_FORMAT_CSV_H

#include "base/arena.h"
#include "base/buf.h"

NONNULL_BEGIN

#define CSV_COLUMNS_MAX 1000u

struct csv_row {
    struct str *fields;
    size_t count; /* 0: the end. A blank line is a row of one empty field */
    size_t line;  /* where the row starts, 1 = first; a quoted field may span lines */
};
struct csv_reader {
    struct str text;
    size_t at;
    size_t line;
    size_t rows;
    char separator;
    struct arena *arena;
    struct arena_mark start;
    struct str fields[CSV_COLUMNS_MAX];
};
/* text: UTF-8 (textdecode.h makes it so); a BOM and Excel's "sep=;" line are skipped. separator 0: the one of , ; tab |
 * that cuts the first lines most evenly. */
MUST_USE enum err_code csv_open(struct str text, char separator, struct arena *scratch, struct csv_reader *ret_reader,
                                struct err *err);
/* Next row; count 0 at the end. ERR_SYNTAX with the line: a quote inside an unquoted field is kept as it is (people
 * write 15" screen), but text behind a closing quote and a quote that never closes are errors. ERR_LIMIT past
 * CSV_ROWS_MAX, CSV_COLUMNS_MAX, CSV_FIELD_MAX_BYTES. */
MUST_USE enum err_code csv_next(struct csv_reader *reader, struct csv_row *ret_row, struct err *err);

/* --- writing ---
 * A field that starts with = + - @ tab or CR gets an apostrophe before it, so that a spreadsheet shows it instead of
 * running it (numbers such as -5 or +84 stay as they are). Lines end with CRLF. */
enum csv_write_flags {
    CSV_BOM = 1, /* Excel takes a file without it for Windows-1252 */
};
struct csv_writer {
    struct buf *out;
    char separator;
    bool in_row;
};
void csv_writer_init(struct csv_writer *w, struct buf *out, char separator, unsigned flags);
void csv_put(struct csv_writer *w, struct str field);
void csv_put_i64(struct csv_writer *w, int64_t v);
void csv_end_row(struct csv_writer *w);
/* Would a spreadsheet run this text as a formula? */
bool csv_is_formula(struct str field);

NONNULL_END
#endif
