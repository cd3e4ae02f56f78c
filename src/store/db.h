/* db.h - one connection and its transactions.
 * Knows that a write may have to be run again; knows nothing of what is written.
 * Uses: base.    Used by: every module that has queries.    Memory: none of the caller's.
 * Threads: a struct db has one owner at a time (store_db_take / store_db_give). */
#ifndef LUYTRE_STORE_DB_H
#define LUYTRE_STORE_DB_H

#include "store/query.h"

NONNULL_BEGIN

struct store;

/* Run fn in one transaction: SQLite BEGIN IMMEDIATE, PostgreSQL READ COMMITTED. It commits when fn returns ERR_NONE,
 * else it is rolled back. fn may run again after a deadlock or a lock that was held (SQLITE_BUSY, 40001, 40P01), up to
 * DB_RETRY_MAX times, then ERR_BUSY: so it touches only the database and its own ctx, and starts its ctx afresh.
 * Inside another db_transact it becomes a savepoint: its failure undoes only its own part. Inside db_read: ERR_DENIED.
 */
MUST_USE enum err_code db_transact(struct db *db,
                                   enum err_code (*fn)(struct db *db, void *NULLABLE ctx, struct err *err),
                                   void *NULLABLE ctx, struct err *err);
/* Run fn in one snapshot: all its reads see the same moment. Writing in it is ERR_DENIED. May stand inside another
 * db_read or db_transact, whose view it then shares. */
MUST_USE enum err_code db_read(struct db *db, enum err_code (*fn)(struct db *db, void *NULLABLE ctx, struct err *err),
                               void *NULLABLE ctx, struct err *err);
/* Run fn, which writes many rows; only inside db_transact. An insert of one row (a query that is nothing but INSERT
 * INTO t (...) VALUES (...), result none) may wait inside it and go out together with others: on PostgreSQL a row then
 * costs a few microseconds instead of a round trip. Whatever else runs on the db first sends what waits, so every query
 * sees every row written before it. What waits goes out table by table in the order of their first use: use the table
 * that is referred to before the one that refers. The failure of an insert may come out later, at the latest when
 * db_bulk ends, and names the query and which of its rows it was; so fn does not act on the failure of a single insert.
 */
MUST_USE enum err_code db_bulk(struct db *db, enum err_code (*fn)(struct db *db, void *NULLABLE ctx, struct err *err),
                               void *NULLABLE ctx, struct err *err);
bool db_is_in_transaction(const struct db *db);
struct store *db_store(const struct db *db);
/* Of the store: an id for a new row (store/id_lane.h; 0 when none could be had, and then the next transaction says
 * why), the time, the day in Viet Nam. */
int64_t db_id(struct db *db);
int64_t db_now_ms(const struct db *db);
civil_day db_today(const struct db *db);

NONNULL_END
#endif
