/* page_unit_seen.h - a unit on the day it is looked at: what it owed then and whom one reaches there, in one shape for
 * today, a past day and a unit that is no more. What the page of a unit, its message and "who can see this" begin with.
 * Uses: web/page_unit.h.    Used by: web/page_unit.c, page_unit_past.c, page_unit_remind.c, page_who.c.
 * Memory: the request's arena.    Threads: one request. */
#ifndef LUYTRE_WEB_PAGE_UNIT_SEEN_H
#define LUYTRE_WEB_PAGE_UNIT_SEEN_H

#include "duty/rollup.sql.h"
#include "org/page_unit.sql.h"
#include "org/unit.sql.h"
#include "web/page_unit.h"

NONNULL_BEGIN

struct unit_seen {
    int64_t id;
    civil_day day, today;
    bool is_past;  /* the day was asked for */
    bool is_ended; /* it is no more: shown as on its last day */
    struct actor actor;
    struct sql_unit_page_row *row;
    struct str as_of_error;
};
/* The unit of the route on ?as_of=; a day that cannot be looked at leaves today, and says why. */
MUST_USE enum err_code unit_seen_open(struct request *request, struct db *db, struct unit_seen *ret_seen,
                                      struct err *err);
/* Another unit on the day this one is looked at. */
struct str unit_seen_href(const struct request *request, const struct unit_seen *seen, int64_t id);

struct duty_subject { /* what a duty is about */
    struct str catalogue_id, kind;
    int64_t id;
};
struct duty_rows { /* of one unit, of one day, in one shape */
    struct pg_unit_duty *items;
    int *states;
    struct duty_subject *subjects;
    size_t count;
    int64_t n[DUTY_STATE_COUNT];
    int64_t owed;
    const struct sql_assignment_list_unit_rows *NULLABLE today; /* NULL on a past day */
};
MUST_USE enum err_code unit_seen_duties(struct request *request, struct db *db, const struct unit_seen *seen,
                                        struct duty_rows *ret_rows, struct err *err);
/* ret_head: the name of who leads it, "" for nobody. */
MUST_USE enum err_code unit_seen_contacts(struct request *request, struct db *db, const struct unit_seen *seen,
                                          struct pg_unit_contact_list *ret_list, bool *ret_no_focal,
                                          struct str *ret_head, struct err *err);

/* page_unit_past.c: names, and administrative parents, as one chain: a new link wherever either changes; then whom it
 * came from and who came after; and its heads with their days. */
MUST_USE enum err_code unit_history_lines(struct request *request, struct db *db, const struct unit_seen *seen,
                                          struct page_unit *page, struct err *err);

NONNULL_END
#endif
