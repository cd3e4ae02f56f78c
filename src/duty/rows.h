/* rows.h - the rows behind a number as it stands: assignments at and below a unit, filtered, counted by state, in
 * pages. By worst state, then by name of the unit. Without a filter on the duty itself the counters say in which units
 * a page lies, so that a page of a million rows costs what ten thousand units cost. Uses: duty/rollup.sql.    Used by:
 * web. Memory: the caller's arena.    Threads: one db, one owner. */
#ifndef LUYTRE_DUTY_ROWS_H
#define LUYTRE_DUTY_ROWS_H

#include "duty/state.h"
#include "store/store.h"

NONNULL_BEGIN

struct rows_filter { /* texts: STR_NONE for any */
    int64_t root_id;
    int64_t scope_id; /* a directive, the head of a family with the family, 0: all */
    struct str edge_kind;
    civil_day on_day;
    struct str catalogue_id;
    int64_t obligation_id; /* 0: any */
    struct str denominator;
    struct str unit_kind;
    struct str search; /* "%folded%" */
    bool waiting;      /* only with evidence that waits for review */
};
struct duty_row {
    int64_t id, unit_id, directive_id, obligation_id;
    struct str unit_name, kind;
    struct str catalogue_id; /* STR_NONE: a duty of its own */
    struct str title;
    struct str subject_name; /* STR_NONE: the unit itself */
    int state;
    struct opt_i64 due_day, covered_from_day, covered_to_day, waived_to_day, period_months;
    civil_day issued_day;
    int soon_days;
    struct str focal_name, focal_phone;
};
struct duty_rows {
    struct duty_row *NULLABLE items;
    size_t count;
};
MUST_USE enum err_code rows_count(struct db *db, const struct actor *actor, const struct rows_filter *filter,
                                  struct arena *arena, int64_t ret_n[DUTY_STATE_COUNT], struct err *err);
/* n: from rows_count. is_in: which states are wanted. */
MUST_USE enum err_code rows_page(struct db *db, const struct actor *actor, const struct rows_filter *filter,
                                 const int64_t n[DUTY_STATE_COUNT], const bool is_in[DUTY_STATE_COUNT], int64_t limit,
                                 int64_t offset, struct arena *arena, struct duty_rows *ret_rows, struct err *err);

NONNULL_END
#endif
