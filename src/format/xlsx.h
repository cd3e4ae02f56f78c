/* xlsx.h - rows of an Excel workbook, streamed. Reads what a cell shows: a formula's kept value, a date as ISO 8601
 * (both date systems), a percentage with its sign, "0001" when the format pads with zeros; other numbers plain, without
 * thousands separators. Uses: format/zip, format/xml.    Used by: format/table.    Memory: a row dies when the callback
 * returns.    Threads: no shared state. */
#ifndef LUYTRE_FORMAT_XLSX_H
#define LUYTRE_FORMAT_XLSX_H

#include "base/arena.h"

NONNULL_BEGIN

#define XLSX_COLUMNS_MAX 16384u
#define XLSX_ROWS_MAX    1048576u

enum xlsx_kind {
    XLSX_TEXT,
    XLSX_NUMBER,
    XLSX_DATE,
    XLSX_BOOL,  /* "TRUE", "FALSE" */
    XLSX_ERROR, /* "#N/A" */
};
struct xlsx_cell {
    struct str text;
    enum xlsx_kind kind;
    uint32_t column; /* 0 = A */
};
struct xlsx_row {
    const struct xlsx_cell *cells; /* only those that hold something, by column */
    size_t count;
    uint32_t number; /* as Excel counts, 1 = first */
};
struct xlsx_sheets {
    struct str *names;
    size_t count;
};
MUST_USE enum err_code xlsx_sheets(struct str bytes, struct arena *arena, struct xlsx_sheets *ret_sheets,
                                   struct err *err);
/* sheet: STR_NONE for the first. The callback's error ends the reading and is the result. arena: for the strings of the
 * workbook. */
MUST_USE enum err_code xlsx_read(struct str bytes, struct str sheet, struct arena *arena,
                                 enum err_code (*row)(void *ctx, const struct xlsx_row *row, struct err *err),
                                 void *ctx, struct err *err);
#define XLSX_REF_BYTES 16
/* "B5" */
const char *xlsx_ref(uint32_t row_number, uint32_t column, char out[XLSX_REF_BYTES]);

NONNULL_END
#endif
