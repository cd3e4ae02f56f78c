/* rows.h - the rows behind a number, as it stands or as of a day that has ended: assignments at and below a unit,
 * filtered, counted by state, in pages. By worst state, then by name of the unit, then by day. Counts by unit are read
 * first and say in which units a page lies, so that a page of a million rows costs what ten thousand units cost.
 * Uses: duty/board.    Used by: web.    Memory: the caller's arena.    Threads: one db, one owner. */
#ifndef LUYTRE_DUTY_ROWS_H
#define LUYTRE_DUTY_ROWS_H

#include "duty/board.h"

NONNULL_BEGIN

struct rows_filter { /* texts: STR_NONE for any */
    int64_t root_id;
    int64_t scope_id; /* a directive, the head of a family with the family, 0: all */
    struct str edge_kind;
    civil_day as_of; /* CIVIL_NONE: as it stands */
    struct str catalogue_id;
    int64_t obligation_id; /* 0: any */
    struct str denominator;
    struct str unit_kind;
    struct str search; /* "%folded%" */
    bool waiting;      /* only with evidence that waits for review; today only */
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
    bool waits; /* evidence of it waits for review */
    struct str focal_name, focal_phone;
};
struct duty_rows {
    struct duty_row *NULLABLE items;
    size_t count;
};
struct rows_seen {
    struct board board;       /* how many of the wanted duties stand at which unit in which state */
    uint32_t *NULLABLE units; /* those that have any and match the filter, by name */
    size_t count;
    int64_t n[DUTY_STATE_COUNT];
};
MUST_USE enum err_code rows_read(struct db *db, const struct actor *actor, const struct rows_filter *filter,
                                 struct arena *arena, struct rows_seen *ret_seen, struct err *err);
/* seen: from rows_read with the same filter. is_in: which states are wanted. */
MUST_USE enum err_code rows_page(struct db *db, const struct rows_filter *filter, const struct rows_seen *seen,
                                 const bool is_in[DUTY_STATE_COUNT], int64_t limit, int64_t offset, struct arena *arena,
                                 struct duty_rows *ret_rows, struct err *err);

NONNULL_END
#endif
