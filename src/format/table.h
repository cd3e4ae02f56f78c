/* table.h - a list as people send it (Excel, CSV, TSV, cells pasted from a spreadsheet) as header and rows, each cell
 * knowing where it stands, so that an import can say "ô C7" or "dòng 7, cột 3". TRY(table_read(bytes, &(struct
 * table_options){.header_words = words, .header_word_count = 4}, arena, &table, err)); int code = table_column(&table,
 * STR("mã đơn vị|mã")); for (size_t i = 0; i < table.count; i++) { struct str v = table_cell(&table, i, code); ...
 * table_where(&table, i, code, where) ... } Uses: format/xlsx, csv, textdecode.    Used by: org, asset (imports).
 * Memory: the caller's arena.    Threads: no shared state. */
#ifndef LUYTRE_FORMAT_TABLE_H
#define LUYTRE_FORMAT_TABLE_H

#include "base/arena.h"

NONNULL_BEGIN

enum table_kind { TABLE_CSV, TABLE_XLSX };
struct table_options {
    struct str sheet; /* STR_NONE: the first */
    const struct str *NULLABLE
        header_words; /* names of columns one expects; the row that holds most of them is the header */
    size_t
        header_word_count; /* 0: the header is the first row with two cells that hold something, else the first row */
    size_t rows_max;       /* 0: CSV_ROWS_MAX */
};
struct table_row {
    struct str *cells; /* table.columns of them, trimmed; empty ones are "" */
    uint32_t number;   /* row of the sheet, or line of the text, 1 = first */
};
struct table {
    enum table_kind kind;
    struct str *header; /* trimmed */
    size_t columns;
    struct table_row *rows; /* below the header; wholly empty ones are left out */
    size_t count;
    uint32_t header_number;
    size_t bad_count; /* U+FFFD in the text (text_decode) */
};
MUST_USE enum err_code table_read(struct str bytes, const struct table_options *NULLABLE options, struct arena *arena,
                                  struct table *ret_table, struct err *err);
/* Column whose name equals one of the names parted by '|', without case, marks and double blanks; -1 when there is
 * none. A trailing "(*)" or "*" of a compulsory column does not count. */
int table_column(const struct table *table, struct str names);
/* The same, looking right of a column only: is a name there twice? */
int table_column_after(const struct table *table, struct str names, int column);
struct str table_cell(const struct table *table, size_t row, int column); /* "" when column is -1 */
#define TABLE_WHERE_BYTES 64
/* "ô C7" for a workbook, "dòng 7, cột 3" for a text, in parts (said_pack). column -1: the row only. */
const char *table_where(const struct table *table, size_t row, int column, char out[TABLE_WHERE_BYTES]);

NONNULL_END
#endif
