/* driver.h - what an engine has to do for us; the only place where sqlite.c, postgres.c and the rest of the store meet.
 * Uses: store/store.h.    Used by: store's own files and its tests.    Memory: heap.    Threads: as struct db. */
#ifndef LUYTRE_STORE_DRIVER_H
#define LUYTRE_STORE_DRIVER_H

#include <pthread.h>

#include "store/id_lane.h"
#include "store/store.h"

NONNULL_BEGIN

#define DB_RETRY_MAX   12
#define DB_PARAMS_MAX  48
#define DB_NESTING_MAX 8

/* A prepared statement: query column c is result column index[c]. */
struct db_stmt {
    const struct sql_query *NULLABLE query; /* NULL: free slot of the cache */
    void *NULLABLE handle;                  /* sqlite3_stmt, or the PostgreSQL statement's number */
    int *NULLABLE index;
    bool one_by_one; /* whoever reads wants each row as it comes: a long result never stands in memory as a whole */
};
enum db_state { DB_IDLE, DB_WRITING, DB_READING };

struct outbox_note { /* a row of a table that travels was written (store/outbox.h) */
    const char *table, *by;
    int64_t key;
    int group; /* as the commit counts them: one number for each table and by */
};
struct outbox_notes { /* of the running transaction */
    struct outbox_note *NULLABLE items;
    size_t count;
    size_t room;
};

struct db_ids {     /* of the running transaction (store/id_lane.c) */
    int64_t number; /* the lane as it was when it began: which taking, */
    int lane;
    int64_t holder;
    int64_t to_ms;    /* it gave ids up to here that the lane does not cover yet; 0: none */
    int64_t until_ms; /* what it has written as the end of the lane */
};
struct db {
    struct store *store;
    const struct store_driver *driver;
    void *NULLABLE handle; /* sqlite3, PGconn */
    bool is_telemetry;
    bool is_broken;   /* replaced at the next take */
    bool must_retry;  /* the last error goes away by running the transaction again */
    bool is_stepping; /* inside a row callback */
    bool is_spoiled;  /* a statement of this transaction failed: only a rollback helps */
    enum db_state state;
    bool is_bulk;               /* inside db_bulk, and the engine gathers inserts */
    bool is_roomy;              /* inside db_bulk, and the engine got more memory for it */
    struct bulk *NULLABLE bulk; /* what waits, kept by the driver */
    int nesting;                /* savepoints */
    struct outbox_notes notes;
    struct db_ids ids;
    bool is_without_id; /* an id was asked for before a transaction and there was none: the next one fails with */
    struct err without_id;
    const char *NULLABLE stirred[8]; /* of the running transaction, by name: store/keep.h */
    size_t stirred_count;
    struct db_stmt *NULLABLE stmts; /* hash by query, power of two */
    size_t stmt_room;
    size_t stmt_count;
    uint64_t stmt_made;       /* names of PostgreSQL statements */
    struct db *NULLABLE next; /* in the pool's free list */
};
/* A row under the cursor of a running statement. */
struct db_row {
    void *handle;
    int number;
    const struct db_stmt *stmt;
    const struct db *db;
    struct arena *NULLABLE arena; /* for values that need decoding */
};
enum db_content { DB_CONTENT_EMPTY, DB_CONTENT_OURS, DB_CONTENT_FOREIGN };

struct store_driver {
    const char *name;
    enum store_engine engine;
    MUST_USE enum err_code (*db_open)(struct db *db, bool create, struct err *err);
    void (*db_close)(struct db *db);
    bool (*is_alive)(struct db *db); /* cheap: no round trip */
    MUST_USE enum err_code (*content)(struct db *db, enum db_content *ret_content, struct err *err);
    MUST_USE enum err_code (*ready)(struct db *db, struct err *err); /* it is ours or empty: lasting settings */
    MUST_USE enum err_code (*claim)(struct db *db,
                                    struct err *err); /* in a transaction: mark an empty database as ours */
    MUST_USE enum err_code (*lock_schema)(struct db *db,
                                          struct err *err); /* in a transaction: one migrates at a time */
    MUST_USE enum err_code (*exec)(struct db *db, const char *sql,
                                   struct err *err); /* one or more statements, no result */
    MUST_USE enum err_code (*prepare)(struct db *db, const struct sql_query *query, struct db_stmt *ret_stmt,
                                      struct err *err);
    void (*unprepare)(struct db *db, struct db_stmt *stmt);
    /* row may be NULL. *ret_changes: rows written. */
    MUST_USE enum err_code (*run)(struct db *db, const struct db_stmt *stmt, const struct sql_value *values,
                                  enum err_code (*NULLABLE row)(void *NULLABLE ctx, struct db_row *row,
                                                                struct err *err),
                                  void *NULLABLE ctx, struct arena *NULLABLE arena, int64_t *NULLABLE ret_changes,
                                  struct err *err);
    MUST_USE enum err_code (*value)(struct db_row *row, size_t column, struct sql_value *ret_value, struct err *err);
    /* Of db_bulk; all NULL when single inserts cost nothing. Gather a row, send what waits, forget what waits. */
    MUST_USE enum err_code (*NULLABLE bulk_add)(struct db *db, const struct sql_query *query,
                                                const struct sql_value *values, struct err *err);
    MUST_USE enum err_code (*NULLABLE bulk_send)(struct db *db, struct err *err);
    void (*NULLABLE bulk_drop)(struct db *db);
    /* More memory for pages while db_bulk runs, and no longer. NULL: the engine sees to that itself. */
    void (*NULLABLE roomy)(struct db *db, bool is_roomy);
    /* What was committed on this connection and before is on the disk when it returns. NULL: COMMIT itself says so. */
    MUST_USE enum err_code (*NULLABLE sync)(struct db *db, struct err *err);
    const char *sql_begin_write;
    const char *sql_begin_read;
};
extern const struct store_driver store_driver_sqlite;
extern const struct store_driver store_driver_postgres;

struct write_waiter {
    pthread_cond_t turn;
    bool is_mine;
    struct write_waiter *NULLABLE next;
};
struct store {
    char *where; /* as given; for PostgreSQL it may hold a password: never printed */
    char *shown; /* for people */
    char *NULLABLE blob_folder;
    const struct store_driver *driver;
    const struct sql_module *const *modules;
    struct clock clock;
    struct id_source ids;
    struct id_lane id_lane;
    int node;
    int schema;
    bool read_only;
    size_t pool_max;
    size_t cache_bytes;
    int64_t busy_ms;
    pthread_mutex_t lock; /* guards everything below */
    pthread_cond_t given;
    struct db *NULLABLE idle; /* full durability */
    struct db *NULLABLE idle_telemetry;
    size_t db_count;
    /* SQLite has one writer: within the process they queue here in the order they came, instead of polling the file. */
    bool is_writing;
    struct write_waiter *NULLABLE first_writer;
    struct write_waiter *NULLABLE last_writer;
    /* Group commit: one writer brings to the disk what all before it committed, the others wait for it. */
    pthread_mutex_t sync_lock; /* guards the three below */
    pthread_cond_t synced;
    uint64_t commit_count; /* transactions committed */
    uint64_t sync_count;   /* of these on the disk */
    bool is_syncing;
    struct keeper *NULLABLE keeper; /* store/keep.c */
};

/* A transaction of db was committed while the write lock is held: its number. And wait until that one is on the disk.
 */
uint64_t store_committed(struct store *store);
MUST_USE enum err_code store_sync(struct store *store, struct db *db, uint64_t number, struct err *err);
MUST_USE enum err_code store_write_lock(struct store *store, struct err *err);
void store_write_unlock(struct store *store);
/* The prepared statement from the cache. */
MUST_USE enum err_code db_stmt_get(struct db *db, const struct sql_query *query, struct db_stmt *ret_stmt,
                                   struct err *err);
void db_stmts_free(struct db *db);
/* A write transaction on its own: no lane of ids, not run again, and it does not wait for the disk. */
MUST_USE enum err_code db_transact_raw(struct db *db,
                                       enum err_code (*fn)(struct db *db, void *NULLABLE ctx, struct err *err),
                                       void *NULLABLE ctx, struct err *err);
/* A store and its first connection, which the caller gives back; the database was not looked at yet. */
MUST_USE enum err_code store_connect(const char *where, const struct store_options *options, struct store **ret_store,
                                     struct db **ret_db, struct err *err);
/* Inside db_bulk: send what waits before anything else runs. A failure spoils the transaction. */
MUST_USE enum err_code db_bulk_send(struct db *db, struct err *err);
/* store/keep.c: a query wrote what is kept under a name; the numbers move before the transaction commits. */
void keep_note(struct db *db, const char *name);
MUST_USE enum err_code keep_stir(struct db *db, struct err *err);
MUST_USE bool keep_init(struct store *store); /* false: no memory */
void keep_done(struct store *store);

/* store/outbox.c: the row of this transaction, before it commits; and the notes of a connection that closes. */
MUST_USE enum err_code outbox_flush(struct db *db, struct err *err);
void outbox_notes_free(struct db *db);
/* store/migrate.c */
MUST_USE enum err_code store_migrate(struct db *db, bool may_change, bool may_found, struct err *err);

NONNULL_END
#endif
