/* listing.h - what every page with a list does: read the page number, make addresses that keep the filters, give the
 * same rows as a file. Knows nothing of what the rows are.    Uses: web/request.h, report/sheet.h.    Used by:
 * web/page_*.c. Memory: the request's arena.    Threads: one request, one owner. */
#ifndef LUYTRE_WEB_LISTING_H
#define LUYTRE_WEB_LISTING_H

#include "report/sheet.h"
#include "web/app.h"

NONNULL_BEGIN

#define LISTING_PAGE_ROWS  50
#define LISTING_SHEET_ROWS 100000 /* of one file */

struct link_param { /* left out of the address when the value is empty */
    const char *name;
    struct str value;
};
/* "/rows?state=late&q=ha%20noi". "" when the arena is full. */
struct str link_make(const struct request *request, struct str path, const struct link_param *params, size_t count);
struct str link_id(const struct request *request, int64_t id); /* "" for 0 */

/* ?page=N of the request, from 1; what is no page is the first. */
int64_t listing_page(const struct request *request);
/* The pager below a list: addresses of the neighbours and of the files. path: "/rows"; files: "/rows.xlsx" and
 * "/rows.csv". total < 0: not counted, at least so many. */
struct part_pager listing_pager(const struct request *request, struct str path, const struct link_param *params,
                                size_t count, int64_t page, int64_t shown, int64_t total, bool has_files);

enum listing_file { LISTING_PAGE, LISTING_XLSX, LISTING_CSV };
/* By how the path of the route ends. */
enum listing_file listing_file_of(const struct request *request);
/* Rows of cells, column_count each, as a file called name.xlsx or name.csv. */
MUST_USE enum err_code listing_respond(struct request *request, struct response *response, enum listing_file file,
                                       struct str name, const struct sheet_column *columns, size_t column_count,
                                       const struct sheet_cell *cells, size_t row_count, struct err *err);
static inline struct sheet_cell cell_text(struct str text)
{
    return (struct sheet_cell){.is_empty = str_is_empty(text), .text = text};
}
static inline struct sheet_cell cell_int(int64_t value)
{
    return (struct sheet_cell){.value = value};
}
static inline struct sheet_cell cell_day(civil_day day)
{
    return (struct sheet_cell){.is_empty = day == CIVIL_NONE || day == CIVIL_FOREVER, .day = day};
}

NONNULL_END
#endif
