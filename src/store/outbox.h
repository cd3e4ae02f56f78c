/* outbox.h - what other tiers must learn of, written in the transaction of the change itself.
 * Nobody has to remember it: every generated query that writes a table which travels (src/<module>/outbox.txt) notes
 * table and key, and the commit writes one row for the whole transaction, topic OUTBOX_CHANGE, whose payload names what
 * was written, in the order of its first writing:
 *     {"writes":[{"table":"assignment","by":"directive_id","keys":["123"]},
 *                {"table":"unit","by":"id","count":10000,"from":"123","to":"456"}]}
 * It refers to rows and carries no content: the reader takes what stands there when it reads, so a batch of a hundred
 * thousand rows costs one row here, and secrets never pass. More than OUTBOX_KEYS_MAX keys of a table are said as count
 * and range; rows of other transactions may lie in the range, which does no harm. What a rolled back savepoint wrote is
 * forgotten with it.
 * A row gets its serial after its commit, from one numberer at a time, so serials rise without holes and a reader that
 * has seen serial n will never find a row below n later, in whatever order transactions commit. (PostgreSQL sequences
 * would not do: number 7 may commit after 8 was read.) Uses: base, store/db.    Used by: store, exchange (reads).
 * Memory: the caller's arena; what is noted, in the connection.    Threads: any number of writers and readers, each
 * with its db. */
#ifndef LUYTRE_STORE_OUTBOX_H
#define LUYTRE_STORE_OUTBOX_H

#include "store/db.h"
#include "store/outbox.sql.h"

NONNULL_BEGIN

#define OUTBOX_NUMBER_BATCH 5000
#define OUTBOX_KEYS_MAX     100u
#define OUTBOX_CHANGE       "change"

/* A row of its own, beside what the commit writes. Only inside db_transact. payload: JSON usually. */
MUST_USE enum err_code outbox_add(struct db *db, struct str topic, int64_t object_id, struct str payload,
                                  struct err *err);
/* One row of a table was written: for queries that say "-- outbox: by hand". Only inside db_transact. table and by live
 * for ever. */
MUST_USE enum err_code outbox_touch(struct db *db, const char *table, const char *by, int64_t key, struct err *err);
/* Rows after a serial, oldest first, at most limit_count. Numbers what waits first, so not inside db_read. */
MUST_USE enum err_code outbox_read(struct db *db, int64_t after_serial, int64_t limit_count, struct arena *arena,
                                   struct sql_outbox_after_rows *ret_rows, struct err *err);
/* Where a named reader stands (0 at first), and that it has dealt with everything up to a serial. */
MUST_USE enum err_code outbox_cursor(struct db *db, struct str reader, int64_t *ret_serial, struct err *err);
MUST_USE enum err_code outbox_advance(struct db *db, struct str reader, int64_t serial, struct err *err);
/* Forget what is older than before_ms and every reader has dealt with; without a reader, what is older. */
MUST_USE enum err_code outbox_prune(struct db *db, int64_t before_ms, int64_t *ret_dropped, struct err *err);

NONNULL_END
#endif
