/* page_directive_view.h - one directive as the reader of a page looks at it: from which unit down, on which day, the
 * board of its units, and rows of units for a table. What the progress page, the lists behind its numbers and the acts
 * on it begin with. Knows nothing of what a page shows of it. Uses: web/page_directive.h, duty/board.h.    Used by:
 * web/page_directive*.c.    Memory: the request's arena.    Threads: one request. */
#ifndef LUYTRE_WEB_PAGE_DIRECTIVE_VIEW_H
#define LUYTRE_WEB_PAGE_DIRECTIVE_VIEW_H

#include "duty/board.h"
#include "web/page_directive.h"

NONNULL_BEGIN

struct view {
    struct request *request;
    struct db *db;
    struct actor actor;
    struct sql_directive_get_row *d;
    int64_t root_id;
    civil_day today, day; /* day: the one looked at, today unless the address says another */
    bool is_past;
    struct str as_of; /* "&as_of=30/11/2022" for addresses; "" today */
    struct str as_of_text, as_of_error;
    struct board board;
    struct rollup rollup;
    int64_t units[DUTY_STATE_COUNT]; /* by worst state */
    int64_t unit_count;
    const struct rollup_obligation *NULLABLE duties; /* page_directive.c fills them */
    size_t duty_count;
};
/* The directive of the route, from where and on which day the address asks. */
MUST_USE enum err_code view_open(struct request *request, struct db *db, struct view *v, struct err *err);
/* Every unit at and below the root, as it stood on the day looked at, and how many stand in each worst state. */
MUST_USE enum err_code view_board(struct view *v, struct err *err);
/* List, directive, and last ("" for the directive's own page). */
MUST_USE enum err_code view_crumbs(const struct view *v, struct pg_crumb_list *ret_crumbs, struct str last,
                                   struct err *err);
/* The banner of a past day, and the same address of today. page: "/units", "" for the directive's own. */
void view_banner(const struct view *v, struct layout_frame *frame, const char *page);
/* The pages behind a number, on the same day and from the same unit. */
struct str view_rows_href(const struct view *v, const char *more);
struct str view_units_href(const struct view *v, struct str state);

/* The order in which states stand in a legend and in tabs: what has to be looked at first. */
extern const enum duty_state view_legend_order[DUTY_STATE_COUNT];

/* Which units, of which state; the same for today and a past day. */
struct unit_ask {
    int state;
    struct str kind, search;
    int64_t limit, offset;
};
struct board_filter view_unit_filter(const struct unit_ask *ask);
/* Worst first. */
MUST_USE enum err_code view_unit_rows(const struct view *v, const struct unit_ask *ask,
                                      struct pg_missing_row_list *ret_rows, struct err *err);

NONNULL_END
#endif
