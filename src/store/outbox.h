/* outbox.h - what other tiers must learn of, written in the transaction of the change itself.
 * A row gets its serial after its commit, from one numberer at a time, so serials rise without holes and a reader that
 * has seen serial n will never find a row below n later, in whatever order transactions commit. (PostgreSQL sequences
 * would not do: number 7 may commit after 8 was read.) Uses: base, store/db.    Used by: every module whose changes
 * travel; exchange (reads). Memory: the caller's arena.    Threads: any number of writers and readers, each with its
 * db. */
#ifndef LUYTRE_STORE_OUTBOX_H
#define LUYTRE_STORE_OUTBOX_H

#include "store/db.h"
#include "store/outbox.sql.h"

NONNULL_BEGIN

#define OUTBOX_NUMBER_BATCH 5000

/* Only inside db_transact. payload: JSON usually. */
MUST_USE enum err_code outbox_add(struct db *db, struct str topic, int64_t object_id, struct str payload,
                                  struct err *err);
/* Rows after a serial, oldest first, at most limit_count. Numbers what waits first, so not inside db_read. */
MUST_USE enum err_code outbox_read(struct db *db, int64_t after_serial, int64_t limit_count, struct arena *arena,
                                   struct sql_outbox_after_rows *ret_rows, struct err *err);
/* Where a named reader stands (0 at first), and that it has dealt with everything up to a serial. */
MUST_USE enum err_code outbox_cursor(struct db *db, struct str reader, int64_t *ret_serial, struct err *err);
MUST_USE enum err_code outbox_advance(struct db *db, struct str reader, int64_t serial, struct err *err);
/* Forget what every reader has dealt with and is older than before_ms. */
MUST_USE enum err_code outbox_prune(struct db *db, int64_t before_ms, int64_t *ret_dropped, struct err *err);

NONNULL_END
#endif
