#include "store/id_lane.h"

#include "os/crypto.h"
#include "store/driver.h"
#include "store/id_lane.sql.h"

void id_lane_init(struct id_lane *lane)
{
    must(pthread_mutex_init(&lane->lock, NULL) == 0);
}

void id_lane_done(struct id_lane *lane)
{
    pthread_mutex_destroy(&lane->lock);
}

/* --- taking one --- */

struct taking {
    int64_t holder;
    int64_t lane;
    int64_t until_ms;
};

/* For the disk: what is written afterwards comes after it in the log, so no id outlives the loss of its lane. */
static enum err_code do_not_wait(struct db *db, struct err *err)
{
    return db->driver->engine == STORE_POSTGRES ? db->driver->exec(db, "SET LOCAL synchronous_commit TO off", err)
                                                : ERR_NONE;
}

static enum err_code take(struct db *db, void *ctx, struct err *err)
{
    struct taking *taking = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, 16u << 10);
    int64_t now_ms = db_now_ms(db);
    TRY(do_not_wait(db, err));
    struct sql_id_lane_take_row *row = NULL;
    TRY(sql_id_lane_take(db, &arena, &(struct sql_id_lane_take_args){taking->holder, now_ms, ID_LANE_WINDOW_MS}, &row,
                         err));
    if (!row) {
        struct sql_id_lane_first_free_row *first = NULL;
        TRY(sql_id_lane_first_free(db, &arena, &first, err));
        int64_t left_ms = first && first->until_ms.has ? first->until_ms.v - now_ms : 0;
        return err_set(err, ERR_BUSY,
                       "%d tiến trình đang ghi vào cơ sở dữ liệu này, không nhận thêm: hãy thử lại sau %lld giây",
                       ID_LANE_MAX + 1, (long long)(left_ms > 0 ? (left_ms + 999) / 1000 : 1));
    }
    taking->lane = row->lane;
    taking->until_ms = row->until_ms;
    return ERR_NONE;
}

static enum err_code take_one(struct db *db, struct err *err)
{
    struct id_lane *lane = &db->store->id_lane;
    struct taking taking;
    crypto_random(&taking.holder, sizeof taking.holder);
    taking.holder = (taking.holder & INT64_MAX) | 1;
    TRY(db_transact_raw(db, take, &taking, err));
    /* The number first: who hands out an id while this goes on sees that it changed, and has it covered. */
    atomic_fetch_add(&lane->number, 1);
    lane->lane = (int)taking.lane;
    lane->holder = taking.holder;
    atomic_store(&lane->until_ms, taking.until_ms);
    id_source_enter(&db->store->ids, lane->lane, taking.until_ms - ID_LANE_WINDOW_MS);
    atomic_fetch_add(&lane->number, 1);
    atomic_store(&lane->is_held, true);
    return ERR_NONE;
}

/* --- keeping it --- */

struct keeping {
    int64_t until_ms;
    bool is_ours;
};

static enum err_code keep(struct db *db, void *ctx, struct err *err)
{
    struct keeping *keeping = ctx;
    const struct id_lane *lane = &db->store->id_lane;
    int64_t changes = 0;
    TRY(do_not_wait(db, err));
    TRY(sql_id_lane_renew(db, &(struct sql_id_lane_renew_args){lane->lane, lane->holder, keeping->until_ms}, &changes,
                          err));
    keeping->is_ours = changes == 1;
    return ERR_NONE;
}

/* Half its time is gone: move its end now, so that the transaction that comes need not. */
static enum err_code keep_on(struct db *db, struct err *err)
{
    struct id_lane *lane = &db->store->id_lane;
    int64_t now_ms = db_now_ms(db), last_ms = id_last_ms(&db->store->ids);
    int64_t at_ms = now_ms > last_ms ? now_ms : last_ms;
    if (at_ms < atomic_load(&lane->until_ms) - ID_LANE_WINDOW_MS / 2)
        return ERR_NONE;
    struct keeping keeping = {.until_ms = at_ms + ID_LANE_WINDOW_MS};
    TRY(db_transact_raw(db, keep, &keeping, err));
    if (!keeping.is_ours)
        atomic_store(&lane->is_held, false);
    else if (keeping.until_ms > atomic_load(&lane->until_ms))
        atomic_store(&lane->until_ms, keeping.until_ms);
    return ERR_NONE;
}

enum err_code id_lane_ready(struct db *db, struct err *err)
{
    struct id_lane *lane = &db->store->id_lane;
    enum err_code code = ERR_NONE;
    pthread_mutex_lock(&lane->lock);
    if (lane->is_on && atomic_load(&lane->is_held))
        code = keep_on(db, err);
    if (code == ERR_NONE && lane->is_on && !atomic_load(&lane->is_held))
        code = take_one(db, err);
    db->ids = (struct db_ids){.number = atomic_load(&lane->number), .lane = lane->lane, .holder = lane->holder};
    pthread_mutex_unlock(&lane->lock);
    return code;
}

/* --- handing out --- */

/* An id, and whether its lane is ours up to there whatever happens; else a commit must see to it. */
static int64_t next(struct db *db, bool *ret_is_covered)
{
    struct id_lane *lane = &db->store->id_lane;
    int64_t number = atomic_load(&lane->number);
    int64_t id = id_next(&db->store->ids);
    int64_t until_ms = atomic_load(&lane->until_ms);
    *ret_is_covered = id_time_ms(id) < until_ms && number == atomic_load(&lane->number) && number == db->ids.number;
    return id;
}

static enum err_code next_covered(struct db *db, void *ctx, struct err *err)
{
    (void)err;
    *(int64_t *)ctx = db_id(db);
    return ERR_NONE;
}

int64_t db_id(struct db *db)
{
    struct id_lane *lane = &db->store->id_lane;
    bool is_covered;
    if (db->state == DB_WRITING) {
        int64_t id = next(db, &is_covered);
        int64_t at_ms = id_time_ms(id);
        if (!is_covered && at_ms >= db->ids.to_ms)
            db->ids.to_ms = at_ms + 1;
        return id;
    }
    /* Before the transaction that will use it: it must be good already now. */
    if (atomic_load(&lane->is_held)) {
        db->ids.number = atomic_load(&lane->number);
        int64_t id = next(db, &is_covered);
        if (is_covered)
            return id;
    }
    int64_t id = 0;
    struct err err;
    if (db->state == DB_READING)
        (void)err_set(&err, ERR_DENIED, "an id was asked for inside db_read");
    else if (db_transact(db, next_covered, &id, &err) == ERR_NONE)
        return id;
    if (!db->is_without_id) /* said by the transaction that would use it */
        db->without_id = err;
    db->is_without_id = true;
    return 0;
}

/* --- the end of a transaction --- */

static enum err_code lost(struct db *db, struct err *err)
{
    struct id_lane *lane = &db->store->id_lane;
    if (atomic_load(&lane->number) == db->ids.number)
        atomic_store(&lane->is_held, false);
    db->must_retry = true;
    return err_set(err, ERR_BUSY, "another process has taken over the lane of our ids");
}

static enum err_code renew(struct db *db, void *ctx, struct err *err)
{
    return sql_id_lane_renew(db, &(struct sql_id_lane_renew_args){db->ids.lane, db->ids.holder, db->ids.until_ms}, ctx,
                             err);
}

enum err_code id_lane_cover(struct db *db, struct err *err)
{
    if (db->ids.to_ms == 0)
        return ERR_NONE;
    int64_t last_ms = id_last_ms(&db->store->ids), changes = 0;
    db->ids.until_ms = (last_ms > db->ids.to_ms ? last_ms : db->ids.to_ms) + ID_LANE_WINDOW_MS;
    if (atomic_load(&db->store->id_lane.number) == db->ids.number)
        TRY(renew(db, &changes, err));
    return changes == 1 ? ERR_NONE : lost(db, err);
}

enum err_code id_lane_explain(struct db *db, enum err_code code, struct err *err)
{
    struct err other;
    int64_t changes = 0;
    if (db->ids.to_ms == 0 || db->must_retry || db->is_broken)
        return code;
    db->ids.until_ms = db->ids.to_ms;
    if (atomic_load(&db->store->id_lane.number) == db->ids.number) {
        bool is_known = db_transact_raw(db, renew, &changes, &other) == ERR_NONE;
        db->must_retry = false;
        if (!is_known || changes == 1)
            return code;
    }
    return lost(db, err);
}

void id_lane_end(struct db *db)
{
    struct id_lane *lane = &db->store->id_lane;
    if (db->ids.to_ms == 0)
        return;
    pthread_mutex_lock(&lane->lock);
    if (atomic_load(&lane->number) == db->ids.number && db->ids.until_ms > atomic_load(&lane->until_ms))
        atomic_store(&lane->until_ms, db->ids.until_ms);
    pthread_mutex_unlock(&lane->lock);
}

static enum err_code give_back(struct db *db, void *ctx, struct err *err)
{
    (void)ctx;
    const struct id_lane *lane = &db->store->id_lane;
    TRY(do_not_wait(db, err));
    return sql_id_lane_give_back(
        db, &(struct sql_id_lane_give_back_args){lane->lane, lane->holder, id_last_ms(&db->store->ids) + 1}, err);
}

void id_lane_give_back(struct db *db)
{
    struct id_lane *lane = &db->store->id_lane;
    if (!atomic_load(&lane->is_held))
        return;
    struct err err;
    err_ignore(db_transact_raw(db, give_back, NULL, &err), "the lane is free when its time is over");
    atomic_store(&lane->is_held, false);
}
