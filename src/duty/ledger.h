/* ledger.h - the dated deltas behind every count: one assignment's facts change, its future is written anew.
 * A change known on day K leaves every day before K as it was seen then; what was to come after K is written anew.
 * Counters are the sums of what is visible up to the ledger's day; the day job moves that day on and keeps what it ends
 * with, for the unit alone (duty_past) and for everything below it (duty_past_below). Everything here runs in the
 * caller's transaction. Uses: store, duty/state.    Used by: duty.    Memory: the caller's arena.    Threads: one db,
 * one owner. See: design 3.5. */
#ifndef LUYTRE_DUTY_LEDGER_H
#define LUYTRE_DUTY_LEDGER_H

#include "duty/state.h"
#include "store/store.h"

NONNULL_BEGIN

/* The day all counters and states stand on; held until the transaction ends, so that the day job cannot pass by.
 * ERR_CONFLICT when the ledger was never opened. */
MUST_USE enum err_code ledger_day(struct db *db, struct arena *arena, civil_day *ret_day, struct err *err);
/* Open the ledger on a day, once in the life of a database; afterwards nothing. */
MUST_USE enum err_code ledger_open(struct db *db, civil_day day, struct err *err);

/* An assignment and its facts. */
struct ledger_row {
    int64_t id;
    int64_t obligation_id;
    int64_t directive_id;
    int64_t family_id;
    int64_t unit_id;
    struct str subject_kind;
    int64_t subject_id;
    int64_t acked_by;   /* person, 0: unknown or unchanged */
    int64_t acked_ms;   /* 0: not yet */
    int64_t started_ms; /* 0: not yet */
    int64_t moved_to_id;
    struct str trigger_kind;
    struct str denominator;
    struct str evidence_kinds;
    struct str catalogue_id;
    int state;
    struct duty_facts facts;
};
/* Read for change: on PostgreSQL the row stays locked until the transaction ends. ERR_NOT_FOUND. */
MUST_USE enum err_code ledger_get(struct db *db, struct arena *arena, int64_t assignment_id, struct ledger_row *ret_row,
                                  struct err *err);
/* Write the changed facts of a row that ledger_get gave: deltas, counters, state. before: the row as it was read. */
MUST_USE enum err_code ledger_put(struct db *db, civil_day day, const struct ledger_row *before,
                                  const struct ledger_row *after, struct err *err);

/* The same for several rows in turn, whose counters are moved together by the last ledger_counts_put. */
#define LEDGER_COUNTS_OBLIGATIONS 16
struct ledger_counts {
    int64_t unit_id, family_id, directive_id; /* of those that wait */
    int64_t d[DUTY_STATE_COUNT];
    struct {
        int64_t id, d[DUTY_STATE_COUNT];
    } obligations[LEDGER_COUNTS_OBLIGATIONS];
    size_t obligation_count;
    bool waits;
};
MUST_USE enum err_code ledger_put_counting(struct db *db, civil_day day, const struct ledger_row *before,
                                           const struct ledger_row *after, struct ledger_counts *counts,
                                           struct err *err);
MUST_USE enum err_code ledger_counts_put(struct db *db, struct ledger_counts *counts, struct err *err);

/* What a directive issues in one go: of each obligation every assignment has the same facts, or is not applicable. */
struct ledger_issued {
    int64_t directive_id, family_id, obligation_id;
    civil_day day; /* the ledger's */
    struct duty_change changes[DUTY_CHANGES_MAX];
    size_t change_count;
    int64_t d[DUTY_STATE_COUNT]; /* how many were added, by their state */
};
/* The changes of one such assignment, now and planned. Many of them: inside db_bulk. */
MUST_USE enum err_code ledger_issued_add(struct db *db, struct ledger_issued *issued, int64_t assignment_id,
                                         int64_t unit_id, bool is_na, struct err *err);
/* Counters of all of them, once they stand in the store. count: at least one, all of one directive. */
MUST_USE enum err_code ledger_issued_count(struct db *db, const struct ledger_issued *issued, size_t count,
                                           int64_t issued_ms, struct err *err);

/* Sums of scopes take up the changes that were noted beside them. Cheap when there are none. */
MUST_USE enum err_code ledger_fold(struct db *db, struct err *err);

/* The day job: move the ledger from its day to `to`, day by day, each in a transaction of its own. A day that ends
 * leaves what every unit stood at, and everything below it, if something changed. *ret_days: how many days were moved.
 * Safe to run twice, safe to be killed. What waits of trees that changed, waits on. */
MUST_USE enum err_code ledger_pass(struct db *db, civil_day to, int *ret_days, struct err *err);
/* Sums of past days below a unit whose tree was changed for them, or that an upgrade has yet to count: one such tree,
 * whole. Read in a snapshot while others write, put in a transaction of its own, and read again when the tree or the
 * day moved meanwhile. False: none waits. Till a tree's turn its past is counted when asked for, so pages are right at
 * every moment, and a kill costs one step. */
MUST_USE enum err_code ledger_catch_up(struct db *db, bool *ret_had_one, struct err *err);
/* How many trees wait. */
MUST_USE enum err_code ledger_waiting(struct db *db, int64_t *ret_trees, struct err *err);
/* Both: to that day, and nothing waits any more. */
MUST_USE enum err_code ledger_advance(struct db *db, civil_day to, int *ret_days, struct err *err);

/* Compare all counters and states with a full recount. ERR_CONFLICT names the first difference. For tests and `doctor`.
 */
MUST_USE enum err_code ledger_recount(struct db *db, struct err *err);

NONNULL_END
#endif
