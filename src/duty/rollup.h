/* rollup.h - how far everything at and below a unit is: today from counters, on a past day as it was known at its end.
 * Every figure here opens to exactly its rows: assignment_list_scope and assignments_as_of (duty/rollup.sql) take the
 * same filters. Uses: org, duty/ledger.    Used by: work, report, web, cmd.    Memory: the caller's arena.    Threads:
 * one db, one owner. */
#ifndef LUYTRE_DUTY_ROLLUP_H
#define LUYTRE_DUTY_ROLLUP_H

#include "duty/state.h"
#include "store/store.h"

NONNULL_BEGIN

#define ROLLUP_ALL 0 /* scope: every directive; else a directive's id: with its family when it stands at the top */

struct rollup {
    int64_t n[DUTY_STATE_COUNT]; /* assignments in each state */
    int64_t total;               /* their sum */
    int64_t owed;                /* total without not applicable and waived: the denominator of "done" */
};
/* as_of CIVIL_NONE: as it stands. A past day: what was known at its end. A day after the ledger's is ERR_SYNTAX. */
MUST_USE enum err_code rollup_get(struct db *db, const struct actor *actor, int64_t root_id, int64_t scope_id,
                                  struct str edge_kind, civil_day as_of, struct arena *arena, struct rollup *ret_rollup,
                                  struct err *err);
struct rollup_month {
    civil_day day; /* last of its month */
    struct rollup rollup;
};
/* The last `months` month ends before today, oldest first; fewer when there is less history. */
MUST_USE enum err_code rollup_trend(struct db *db, const struct actor *actor, int64_t root_id, int64_t scope_id,
                                    struct str edge_kind, int months, struct arena *arena,
                                    struct rollup_month **ret_months, size_t *ret_count, struct err *err);
/* One state of the obligations with one catalogue id (or one obligation without): rows of the same id follow each
 * other. */
struct rollup_obligation {
    struct str catalogue_id; /* STR_NONE: a duty of its own */
    struct str title;
    struct str denominator;
    int state;
    int64_t n;
};
struct rollup_obligations {
    struct rollup_obligation *NULLABLE items;
    size_t count;
};
/* How far each obligation of a scope is at and below a unit, as it stands. holds_all: nothing of the scope stands
 * elsewhere (duty/board.h), so the units need not be looked at; false is always right. */
MUST_USE enum err_code rollup_by_obligation(struct db *db, const struct actor *actor, int64_t root_id, int64_t scope_id,
                                            struct str edge_kind, bool holds_all, struct arena *arena,
                                            struct rollup_obligations *ret_rows, struct err *err);
/* The same at the end of a day that has ended. */
MUST_USE enum err_code rollup_past_by_obligation(struct db *db, const struct actor *actor, int64_t root_id,
                                                 int64_t scope_id, struct str edge_kind, civil_day as_of,
                                                 struct arena *arena, struct rollup_obligations *ret_rows,
                                                 struct err *err);
/* What the queries with a `kind` argument want for a scope: "all", "family", "directive". */
MUST_USE enum err_code rollup_scope_kind(struct db *db, int64_t scope_id, struct arena *arena, struct str *ret_kind,
                                         struct err *err);

NONNULL_END
#endif
