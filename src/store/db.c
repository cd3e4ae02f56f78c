#include "store/db.h"

#include <errno.h>

#include "base/mem.h"
#include "store/driver.h"

bool db_is_in_transaction(const struct db *db)
{
    return db->state != DB_IDLE;
}

struct store *db_store(const struct db *db)
{
    return db->store;
}

int64_t db_now_ms(const struct db *db)
{
    return clock_now_ms(&db->store->clock);
}

civil_day db_today(const struct db *db)
{
    return clock_today(&db->store->clock);
}

/* --- statement cache: open addressing, keyed by the query's address --- */

static struct db_stmt *stmt_slot(struct db_stmt *stmts, size_t room, const struct sql_query *query)
{
    uint64_t hash = (uint64_t)(uintptr_t)query * 0x9E3779B97F4A7C15u;
    for (size_t i = hash >> 32;; i++) {
        struct db_stmt *slot = &stmts[i & (room - 1)];
        if (!slot->query || slot->query == query)
            return slot;
    }
}

static enum err_code stmts_grow(struct db *db, struct err *err)
{
    size_t room = db->stmt_room ? db->stmt_room * 2 : 64;
    struct db_stmt *grown = mem_alloc(room * sizeof *grown);
    if (!grown)
        return err_set(err, ERR_NOMEM, "no memory for prepared statements");
    for (size_t i = 0; i < db->stmt_room; i++)
        if (db->stmts[i].query)
            *stmt_slot(grown, room, db->stmts[i].query) = db->stmts[i];
    mem_free(db->stmts);
    db->stmts = grown;
    db->stmt_room = room;
    return ERR_NONE;
}

enum err_code db_stmt_get(struct db *db, const struct sql_query *query, struct db_stmt *ret_stmt, struct err *err)
{
    if (db->stmt_count * 2 >= db->stmt_room)
        TRY(stmts_grow(db, err));
    struct db_stmt *slot = stmt_slot(db->stmts, db->stmt_room, query);
    if (!slot->query) {
        struct db_stmt fresh = {0};
        if (query->column_count) {
            fresh.index = mem_alloc(query->column_count * sizeof *fresh.index);
            if (!fresh.index)
                return err_set(err, ERR_NOMEM, "no memory for prepared statements");
        }
        if (db->driver->prepare(db, query, &fresh, err) != ERR_NONE) {
            mem_free(fresh.index);
            return err_wrap(err, "%s (%s)", query->name, query->where);
        }
        fresh.query = query;
        *slot = fresh;
        db->stmt_count++;
    }
    *ret_stmt = *slot;
    return ERR_NONE;
}

void db_stmts_free(struct db *db)
{
    for (size_t i = 0; i < db->stmt_room; i++)
        if (db->stmts[i].query) {
            db->driver->unprepare(db, &db->stmts[i]);
            mem_free(db->stmts[i].index);
        }
    mem_free(db->stmts);
    db->stmts = NULL;
    db->stmt_room = db->stmt_count = 0;
}

/* --- transactions --- */

static void roll_back(struct db *db)
{
    struct err ignored;
    if (!db->is_broken && db->driver->exec(db, "ROLLBACK", &ignored) != ERR_NONE &&
        db->driver->engine == STORE_POSTGRES)
        db->is_broken = true; /* SQLite may have rolled back by itself (disk full); PostgreSQL is then gone */
    db->is_spoiled = false;
}

static enum err_code transact_once(struct db *db, enum err_code (*fn)(struct db *db, void *ctx, struct err *err),
                                   void *ctx, bool is_raw, struct err *err)
{
    bool has_queue = db->driver->engine == STORE_SQLITE, must_sync = db->driver->sync && !db->is_telemetry && !is_raw;
    bool has_begun = false;
    uint64_t number = 0;
    if (has_queue)
        TRY(store_write_lock(db->store, err));
    enum err_code code = db->driver->exec(db, db->driver->sql_begin_write, err);
    if (code == ERR_NONE) {
        db->state = DB_WRITING;
        db->is_spoiled = false;
        db->notes.count = 0;
        db->stirred_count = 0;
        code = fn(db, ctx, err);
        if (code == ERR_NONE && (db->is_spoiled || db->must_retry))
            code = err_set(err, db->must_retry ? ERR_BUSY : ERR_CONFLICT,
                           "a statement of the transaction failed and was passed over");
        if (code == ERR_NONE)
            code = outbox_flush(db, err);
        if (code == ERR_NONE && !is_raw)
            code = id_lane_cover(db, err);
        if (code == ERR_NONE)
            code = keep_stir(db, err);
        if (code == ERR_NONE)
            code = db->driver->exec(db, "COMMIT", err);
        if (code != ERR_NONE)
            roll_back(db);
        else if (must_sync)
            number = store_committed(db->store);
        db->state = DB_IDLE;
        db->is_spoiled = false;
        has_begun = !is_raw;
    }
    if (has_queue)
        store_write_unlock(db->store);
    if (has_begun && code == ERR_NONE)
        id_lane_end(db);
    else if (has_begun)
        code = id_lane_explain(db, code, err);
    /* Outside the lock: while this one waits for the disk the next ones write and are brought there together. */
    return code == ERR_NONE && number ? store_sync(db->store, db, number, err) : code;
}

static enum err_code transact_inside(struct db *db, enum err_code (*fn)(struct db *db, void *ctx, struct err *err),
                                     void *ctx, struct err *err)
{
    if (db->is_spoiled)
        return err_set(err, ERR_CONFLICT, "this transaction failed before; roll it back");
    if (db->nesting >= DB_NESTING_MAX)
        return err_set(err, ERR_LIMIT, "transactions nested deeper than %d", DB_NESTING_MAX);
    TRY(db_bulk_send(db, err));
    char sql[96];
    int level = ++db->nesting;
    size_t noted = db->notes.count;
    snprintf(sql, sizeof sql, "SAVEPOINT luytre_%d", level);
    enum err_code code = db->driver->exec(db, sql, err);
    if (code != ERR_NONE)
        db->is_spoiled = true;
    else {
        code = fn(db, ctx, err);
        if (code == ERR_NONE && db->is_spoiled)
            code = err_set(err, ERR_CONFLICT, "a statement of the transaction failed and was passed over");
        if (code == ERR_NONE)
            code = db_bulk_send(db, err);
        else if (db->is_bulk)
            db->driver->bulk_drop(db);
        if (code == ERR_NONE) {
            snprintf(sql, sizeof sql, "RELEASE SAVEPOINT luytre_%d", level);
            code = db->driver->exec(db, sql, err);
            if (code != ERR_NONE)
                db->is_spoiled = true;
        } else if (!db->must_retry && !db->is_broken) { /* else the whole transaction goes */
            struct err other;
            snprintf(sql, sizeof sql, "ROLLBACK TO SAVEPOINT luytre_%d; RELEASE SAVEPOINT luytre_%d", level, level);
            db->is_spoiled = db->driver->exec(db, sql, &other) != ERR_NONE;
            db->notes.count = noted;
        }
    }
    db->nesting--;
    return code;
}

enum err_code db_bulk_send(struct db *db, struct err *err)
{
    if (!db->is_bulk)
        return ERR_NONE;
    enum err_code code = db->driver->bulk_send(db, err);
    if (code != ERR_NONE)
        db->is_spoiled = true;
    return code;
}

enum err_code db_bulk(struct db *db, enum err_code (*fn)(struct db *db, void *ctx, struct err *err), void *ctx,
                      struct err *err)
{
    must(db->state == DB_WRITING);
    if (db->is_bulk)
        return fn(db, ctx, err);
    if (!db->driver->bulk_add) {
        bool widens = db->driver->roomy && !db->is_roomy;
        if (widens)
            db->driver->roomy(db, db->is_roomy = true);
        enum err_code done = fn(db, ctx, err);
        if (widens)
            db->driver->roomy(db, db->is_roomy = false);
        return done;
    }
    db->is_bulk = true;
    enum err_code code = fn(db, ctx, err);
    if (code == ERR_NONE)
        code = db_bulk_send(db, err);
    db->driver->bulk_drop(db);
    db->is_bulk = false;
    return code;
}

enum err_code db_transact_raw(struct db *db, enum err_code (*fn)(struct db *db, void *ctx, struct err *err), void *ctx,
                              struct err *err)
{
    return transact_once(db, fn, ctx, true, err);
}

static void pause_us(int64_t us)
{
    struct timespec left = {us / 1000000, us % 1000000 * 1000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}

enum err_code db_transact(struct db *db, enum err_code (*fn)(struct db *db, void *ctx, struct err *err), void *ctx,
                          struct err *err)
{
    if (db->is_stepping)
        return err_set(err, ERR_UNSUPPORTED, "no transaction may start inside a row callback of the same connection");
    if (db->state == DB_READING)
        return err_set(err, ERR_DENIED, "a write inside db_read");
    if (db->state == DB_WRITING)
        return transact_inside(db, fn, ctx, err);
    if (db->store->read_only)
        return err_set(err, ERR_DENIED, "%s is open for reading only", db->store->shown);
    if (db->is_without_id) {
        *err = db->without_id;
        db->is_without_id = false;
        return err->code;
    }
    int64_t start_us = clock_monotonic_us();
    for (int tried = 1;; tried++) {
        db->must_retry = false;
        enum err_code code = id_lane_ready(db, err);
        if (code == ERR_NONE)
            code = transact_once(db, fn, ctx, false, err);
        if (code == ERR_NONE || !db->must_retry)
            return code;
        db->must_retry = false;
        if (tried >= DB_RETRY_MAX || (clock_monotonic_us() - start_us) / 1000 >= db->store->busy_ms) {
            err->code = ERR_BUSY;
            return err_wrap(err, "the database is busy, gave up after %d tries", tried);
        }
        /* 1, 2, 4 ... 64 ms and as much again at most, different for each connection, so that two do not meet again. */
        int64_t step_us = INT64_C(1000) << (tried < 7 ? tried - 1 : 6);
        pause_us(step_us + (int64_t)((uint64_t)(clock_monotonic_us() ^ (int64_t)(uintptr_t)db) % (uint64_t)step_us));
    }
}

enum err_code db_read(struct db *db, enum err_code (*fn)(struct db *db, void *ctx, struct err *err), void *ctx,
                      struct err *err)
{
    if (db->is_stepping)
        return err_set(err, ERR_UNSUPPORTED, "no transaction may start inside a row callback of the same connection");
    if (db->state != DB_IDLE)
        return fn(db, ctx, err);
    TRY(db->driver->exec(db, db->driver->sql_begin_read, err));
    db->state = DB_READING;
    enum err_code code = fn(db, ctx, err);
    struct err other;
    if (code == ERR_NONE)
        code = db->driver->exec(db, "COMMIT", err);
    else if (!db->is_broken && db->driver->exec(db, "ROLLBACK", &other) != ERR_NONE)
        db->is_broken = true;
    db->state = DB_IDLE;
    return code;
}
