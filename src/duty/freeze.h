/* freeze.h - chốt số liệu: every row behind a figure as it stood on a day, kept for good, with one hash over all of
 * them. A report quotes the hash; whoever doubts a number opens the rows and computes it again. Rows keep the unit's
 * name and parent of the day, so a later merge or renaming changes nothing. What became known after the freeze is not
 * in it. The hash is SHA-256 over one line of JSON for the head, [ "luytre-freeze-1", root, directive, edge kind, as-of
 * day ], and one for each row in order, [ seq, unit, unit name, parent, assignment, obligation, state, due day ]; ids
 * as decimal text, days as ISO text, unknown null, each line ended by a line feed: freeze_export gives exactly these
 * lines. Uses: org, proof, duty/state.    Used by: series, report, web, cmd.    Memory: the caller's arena.    Threads:
 * one db, one owner. */
#ifndef LUYTRE_DUTY_FREEZE_H
#define LUYTRE_DUTY_FREEZE_H

#include "duty/freeze.sql.h" /* sql_freeze_list, sql_freeze_totals */
#include "duty/state.h"
#include "os/crypto.h"
#include "store/store.h"

NONNULL_BEGIN

struct freeze_draft {
    int64_t root_id;
    int64_t directive_id; /* 0: all; a directive with everything that carries it out */
    struct str edge_kind;
    civil_day as_of_day; /* not after the ledger's day; CIVIL_NONE: that day */
};
struct freeze_made {
    int64_t id;
    int64_t row_count;
    civil_day as_of_day;
    struct sha256 hash;
};
#define FREEZE_ROWS_MAX 5000000
/* Needs RIGHT_REPORT on the root. A past day is taken as it was known at its end. */
MUST_USE enum err_code freeze_make(struct db *db, const struct actor *actor, const struct freeze_draft *draft,
                                   struct freeze_made *ret_made, struct err *err);
/* Computes the hash of the stored rows again. ERR_CONFLICT when rows were changed, added or lost. */
MUST_USE enum err_code freeze_verify(struct db *db, const struct actor *actor, int64_t freeze_id,
                                     struct freeze_made *NULLABLE ret_found, struct err *err);
/* The lines the hash is over, one call each, with their line feed. ERR_DENIED for whoever may not read all of them:
 * rows of units below the root need a grant that goes down the freeze's edge kind. */
MUST_USE enum err_code freeze_export(struct db *db, const struct actor *actor, int64_t freeze_id,
                                     enum err_code (*line)(void *NULLABLE ctx, struct str line, struct err *err),
                                     void *NULLABLE ctx, struct err *err);
/* How many rows of a freeze are in each state: in all for a grant that goes down its edge kind, else of the root alone.
 * The queries of freeze.sql count the same way. */
MUST_USE enum err_code freeze_counts(struct db *db, const struct actor *actor, int64_t freeze_id,
                                     int64_t ret_counts[DUTY_STATE_COUNT], struct err *err);

NONNULL_END
#endif
