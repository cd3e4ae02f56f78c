/* sheet.h - rows for people who open them in a spreadsheet: one source of rows, written as XLSX or CSV.
 * Text is always written as text, so nothing a stranger typed runs as a formula; the first row is bold, frozen and has
 * filters. Uses: libxlsxwriter, libarchive (to read the result back), format/csv.    Used by: every list that can be
 * taken home, annexes of reports. Memory: a row at a time (constant_memory); the source owns its rows.    Threads: no
 * shared state. */
#ifndef LUYTRE_REPORT_SHEET_H
#define LUYTRE_REPORT_SHEET_H

#include "base/civil.h"
#include "report/sink.h"

NONNULL_BEGIN

#define SHEET_ROWS_MAX       1048575u /* of Excel, without the header */
#define SHEET_COLUMNS_MAX    256u
#define SHEET_CELL_MAX_CHARS 32767u /* of Excel; longer text is cut and ends in "…" */

enum sheet_type { SHEET_TEXT, SHEET_INT, SHEET_DATE, SHEET_PERCENT };
struct sheet_column {
    struct str title;
    enum sheet_type type;
    double width_chars; /* 0: 14 */
};
struct sheet_cell {
    bool is_empty;
    struct str text; /* SHEET_TEXT */
    int64_t value;   /* SHEET_INT */
    civil_day day;   /* SHEET_DATE; CIVIL_NONE and CIVIL_FOREVER are empty */
    double share;    /* SHEET_PERCENT: 0.875 shows as 87,5% */
};
struct sheet {
    struct str name; /* the tab: cut to 31 characters, []:*?/\ become "-", made different from the tabs before it */
    const struct sheet_column *columns;
    size_t column_count;
    /* The next row, one cell per column, valid until the next call; *ret_cells NULL at the end. */
    enum err_code (*next)(void *NULLABLE ctx, const struct sheet_cell *NULLABLE *ret_cells, struct err *err);
    void *NULLABLE ctx;
};

/* The same rows and made_unix_ms give the same bytes. The finished file is read back before it gets its name:
 * libxlsxwriter does not notice when its temporary files run out of disk. */
MUST_USE enum err_code sheet_write_xlsx(const struct sheet *sheets, size_t count, int64_t made_unix_ms,
                                        const char *path, struct err *err);
/* One sheet; UTF-8 with a mark for Excel, dates as 30/11/2022, shares as 87,5%. */
MUST_USE enum err_code sheet_write_csv(const struct sheet *sheet, const struct report_sink *sink, struct err *err);

NONNULL_END
#endif
