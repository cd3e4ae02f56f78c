#include "store/store.h"

#include <errno.h>

#include "base/mem.h"
#include "store/backup.h"
#include "store/driver.h"
#include "store/schema.sql.h"

static char *copy(const char *s)
{
    size_t room = strlen(s) + 1;
    char *out = mem_alloc(room);
    if (out)
        memcpy(out, s, room);
    return out;
}

static bool is_url(const char *where)
{
    struct str s = str_from_cstr(where);
    return str_starts_with(s, STR("postgresql://")) || str_starts_with(s, STR("postgres://"));
}

/* A URL as people may see it: no password, no parameters (one of them may be a password). */
static char *shown_url(const char *where)
{
    char *out = copy(where);
    if (!out)
        return NULL;
    char *end = strchr(out, '?');
    if (end)
        *end = '\0';
    char *host = strstr(out, "://") + 3;
    char *at = strchr(host, '@');
    char *colon = strchr(host, ':');
    if (at && colon && colon < at)
        memmove(colon, at, strlen(at) + 1);
    return out;
}

static void store_free(struct store *store)
{
    pthread_mutex_destroy(&store->lock);
    pthread_cond_destroy(&store->given);
    pthread_mutex_destroy(&store->sync_lock);
    pthread_cond_destroy(&store->synced);
    id_lane_done(&store->id_lane);
    keep_done(store);
    mem_free(store->where);
    mem_free(store->shown);
    mem_free(store->blob_folder);
    mem_free(store);
}

static void db_free(struct db *db)
{
    db->driver->db_close(db);
    mem_free(db);
}

static enum err_code db_new(struct store *store, bool is_telemetry, bool create, struct db **ret_db, struct err *err)
{
    struct db *db = mem_alloc(sizeof *db);
    if (!db)
        return err_set(err, ERR_NOMEM, "no memory for a database connection");
    db->store = store;
    db->driver = store->driver;
    db->is_telemetry = is_telemetry;
    enum err_code code = db->driver->db_open(db, create, err);
    if (code != ERR_NONE) {
        mem_free(db);
        return code;
    }
    *ret_db = db;
    return ERR_NONE;
}

/* The node number and the day of birth stand in the database from its first minute. */
static enum err_code found(struct db *db, void *ctx, struct err *err)
{
    (void)ctx;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 10);
    struct sql_meta_get_row *row;
    struct sql_meta_get_args get = {STR("node")};
    TRY(sql_meta_get(db, &arena, &get, &row, err));
    if (row)
        return ERR_NONE;
    struct sql_meta_put_args put[] = {
        {STR("node"), arena_printf(&arena, "%d", db->store->node)},
        {STR("epoch"), STR("1")},
        {STR("created_ms"), arena_printf(&arena, "%lld", (long long)db_now_ms(db))},
    };
    for (size_t i = 0; i < ARRAY_LEN(put); i++) {
        if (str_is_null(put[i].value))
            return arena_full(&arena, err);
        TRY(sql_meta_put(db, &put[i], err));
    }
    return ERR_NONE;
}

static enum err_code learn(struct db *db, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 10);
    struct sql_meta_get_row *row;
    struct sql_meta_get_args get = {STR("node")};
    TRY(sql_meta_get(db, &arena, &get, &row, err));
    if (!row && !db->store->read_only) {
        TRY(db_transact(db, found, NULL, err));
        TRY(sql_meta_get(db, &arena, &get, &row, err));
    }
    int64_t node = db->store->node;
    if (row && (!str_to_i64(row->value, &node) || node < 0 || node > ID_NODE_MAX))
        return err_set(err, ERR_SYNTAX, "%s: the node number in it is \"%.*s\"", db->store->shown, STR_ARG(row->value));
    db->store->node = (int)node;
    id_source_init(&db->store->ids, &db->store->clock, db->store->node);
    db->store->id_lane.is_on = !db->store->read_only;
    return ERR_NONE;
}

/* PostgreSQL commits the rows of a restore before they are verified and a new epoch is open: until then nobody works
 * here. */
static enum err_code refuse_unfinished(struct db *db, struct err *err)
{
    bool is_unfinished;
    TRY(backup_is_unfinished(db, &is_unfinished, err));
    return is_unfinished
               ? err_set(err, ERR_CONFLICT, "%s: khôi phục chưa xong, chạy luytre restore --finish", db->store->shown)
               : ERR_NONE;
}

enum err_code store_connect(const char *where, const struct store_options *options, struct store **ret_store,
                            struct db **ret_db, struct err *err)
{
    must(options->node >= 0 && options->node <= ID_NODE_MAX);
    struct store *store = mem_alloc(sizeof *store);
    if (!store)
        return err_set(err, ERR_NOMEM, "no memory for the store");
    must(pthread_mutex_init(&store->lock, NULL) == 0);
    pthread_condattr_t attr;
    must(pthread_condattr_init(&attr) == 0 && pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
    must(pthread_cond_init(&store->given, &attr) == 0);
    must(pthread_mutex_init(&store->sync_lock, NULL) == 0 && pthread_cond_init(&store->synced, NULL) == 0);
    pthread_condattr_destroy(&attr);
    bool has_keeper = keep_init(store);
    store->driver = is_url(where) ? &store_driver_postgres : &store_driver_sqlite;
    store->where = copy(where);
    store->shown = is_url(where) ? shown_url(where) : copy(where);
    store->blob_folder = options->blob_folder ? copy(options->blob_folder) : NULL;
    store->modules = options->modules;
    store->clock = options->clock ? *options->clock : clock_real();
    store->node = options->node;
    store->read_only = options->read_only;
    store->pool_max = options->pool_max ? options->pool_max : STORE_POOL_DEFAULT;
    store->cache_bytes = options->cache_bytes;
    store->busy_ms = options->busy_ms ? options->busy_ms : STORE_BUSY_MS;
    id_lane_init(&store->id_lane);
    id_source_init(&store->ids, &store->clock, store->node);
    enum err_code code = ERR_NONE;
    if (!has_keeper || !store->where || !store->shown || (options->blob_folder && !store->blob_folder))
        code = err_set(err, ERR_NOMEM, "no memory for the store");
    struct db *db = NULL;
    if (code == ERR_NONE)
        code = db_new(store, false, options->create, &db, err);
    if (code != ERR_NONE) {
        store_free(store);
        return code;
    }
    store->db_count = 1;
    *ret_store = store;
    *ret_db = db;
    return ERR_NONE;
}

enum err_code store_open(const char *where, const struct store_options *options, struct store **ret_store,
                         struct err *err)
{
    AUTO_STORE store = NULL;
    struct db *db = NULL;
    TRY(store_connect(where, options, &store, &db, err));
    enum err_code code = store_migrate(db, options->migrate && !options->read_only,
                                       (options->migrate || options->found) && !options->read_only, err);
    if (code == ERR_NONE)
        code = learn(db, err);
    if (code == ERR_NONE && !options->is_restoring)
        code = refuse_unfinished(db, err);
    store_db_give(db);
    if (code != ERR_NONE)
        return code;
    *ret_store = store;
    store = NULL;
    return ERR_NONE;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    if (store->idle && store->idle->driver->is_alive(store->idle))
        id_lane_give_back(store->idle);
    size_t freed = 0;
    struct db *lists[] = {store->idle, store->idle_telemetry};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        for (struct db *db = lists[i], *next; db; db = next, freed++) {
            next = db->next;
            db_free(db);
        }
    must(freed == store->db_count);
    store_free(store);
}

static struct timespec deadline(int64_t ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    int64_t ns = at.tv_nsec + ms % 1000 * 1000000;
    at.tv_sec += ms / 1000 + ns / 1000000000;
    at.tv_nsec = ns % 1000000000;
    return at;
}

static enum err_code take(struct store *store, bool is_telemetry, struct db **ret_db, struct err *err)
{
    struct db **mine = is_telemetry ? &store->idle_telemetry : &store->idle;
    struct db **others = is_telemetry ? &store->idle : &store->idle_telemetry;
    struct timespec until = deadline(store->busy_ms);
    struct db *db = NULL, *dropped = NULL;
    pthread_mutex_lock(&store->lock);
    while (!*mine && !*others && store->db_count >= store->pool_max)
        if (pthread_cond_timedwait(&store->given, &store->lock, &until) == ETIMEDOUT && !*mine && !*others &&
            store->db_count >= store->pool_max) {
            pthread_mutex_unlock(&store->lock);
            return err_set(err, ERR_BUSY, "all %zu database connections are in use", store->pool_max);
        }
    if (*mine) {
        db = *mine;
        *mine = db->next;
    } else if (store->db_count < store->pool_max)
        store->db_count++;
    else { /* make room for one of our kind */
        dropped = *others;
        *others = dropped->next;
    }
    pthread_mutex_unlock(&store->lock);
    if (dropped)
        db_free(dropped);
    if (db && !db->driver->is_alive(db)) {
        db_free(db);
        db = NULL;
    }
    if (!db) {
        enum err_code code = db_new(store, is_telemetry, false, &db, err);
        if (code != ERR_NONE) {
            pthread_mutex_lock(&store->lock);
            store->db_count--;
            pthread_cond_signal(&store->given);
            pthread_mutex_unlock(&store->lock);
            return code;
        }
    }
    db->next = NULL;
    *ret_db = db;
    return ERR_NONE;
}

enum err_code store_db_take(struct store *store, struct db **ret_db, struct err *err)
{
    return take(store, false, ret_db, err);
}

enum err_code store_db_take_telemetry(struct store *store, struct db **ret_db, struct err *err)
{
    return take(store, true, ret_db, err);
}

void store_db_give(struct db *db)
{
    if (!db)
        return;
    must(db->state == DB_IDLE && !db->is_stepping);
    struct store *store = db->store;
    bool keep = db->driver->is_alive(db);
    db->is_without_id = false;
    if (!keep)
        db_free(db);
    pthread_mutex_lock(&store->lock);
    if (keep) {
        struct db **list = db->is_telemetry ? &store->idle_telemetry : &store->idle;
        db->next = *list;
        *list = db;
    } else
        store->db_count--;
    pthread_cond_signal(&store->given);
    pthread_mutex_unlock(&store->lock);
}

/* --- the queue of writers within this process, first come first served --- */

uint64_t store_committed(struct store *store)
{
    pthread_mutex_lock(&store->sync_lock);
    uint64_t number = ++store->commit_count;
    pthread_mutex_unlock(&store->sync_lock);
    return number;
}

/* Readers may see a transaction before it is on the disk; whatever they then write comes after it in the log, so a
 * power cut never keeps the later one alone. Nobody is told that it is done before it is. */
enum err_code store_sync(struct store *store, struct db *db, uint64_t number, struct err *err)
{
    enum err_code code = ERR_NONE;
    pthread_mutex_lock(&store->sync_lock);
    while (code == ERR_NONE && store->sync_count < number) {
        if (store->is_syncing) {
            pthread_cond_wait(&store->synced, &store->sync_lock);
            continue;
        }
        store->is_syncing = true;
        uint64_t all = store->commit_count;
        pthread_mutex_unlock(&store->sync_lock);
        code = db->driver->sync(db, err);
        pthread_mutex_lock(&store->sync_lock);
        store->is_syncing = false;
        if (code == ERR_NONE && store->sync_count < all)
            store->sync_count = all;
        pthread_cond_broadcast(&store->synced);
    }
    pthread_mutex_unlock(&store->sync_lock);
    return code;
}

enum err_code store_write_lock(struct store *store, struct err *err)
{
    pthread_mutex_lock(&store->lock);
    if (!store->is_writing) {
        store->is_writing = true;
        pthread_mutex_unlock(&store->lock);
        return ERR_NONE;
    }
    struct write_waiter me = {0};
    pthread_condattr_t attr;
    must(pthread_condattr_init(&attr) == 0 && pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
    must(pthread_cond_init(&me.turn, &attr) == 0);
    pthread_condattr_destroy(&attr);
    if (store->last_writer)
        store->last_writer->next = &me;
    else
        store->first_writer = &me;
    store->last_writer = &me;
    struct timespec until = deadline(store->busy_ms);
    while (!me.is_mine && pthread_cond_timedwait(&me.turn, &store->lock, &until) != ETIMEDOUT)
        continue;
    if (!me.is_mine) { /* leave the queue */
        struct write_waiter **link = &store->first_writer, *before = NULL;
        while (*link != &me) {
            before = *link;
            link = &before->next;
        }
        *link = me.next;
        if (store->last_writer == &me)
            store->last_writer = before;
    }
    pthread_mutex_unlock(&store->lock);
    pthread_cond_destroy(&me.turn);
    return me.is_mine
               ? ERR_NONE
               : err_set(err, ERR_BUSY, "other writers held the database for %lld ms", (long long)store->busy_ms);
}

void store_write_unlock(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    struct write_waiter *next = store->first_writer;
    if (next) { /* handed over, so that nobody jumps the queue */
        store->first_writer = next->next;
        if (!store->first_writer)
            store->last_writer = NULL;
        next->is_mine = true;
        pthread_cond_signal(&next->turn);
    } else
        store->is_writing = false;
    pthread_mutex_unlock(&store->lock);
}

const struct sql_module *const *store_modules(const struct store *store)
{
    return store->modules;
}

enum store_engine store_engine(const struct store *store)
{
    return store->driver->engine;
}

const char *store_where(const struct store *store)
{
    return store->shown;
}

const struct clock *store_clock(const struct store *store)
{
    return &store->clock;
}

int store_node(const struct store *store)
{
    return store->node;
}

int store_schema(const struct store *store)
{
    return store->schema;
}

const char *store_blob_folder(const struct store *store)
{
    return store->blob_folder;
}
