/* store.h - one opened database, SQLite file or PostgreSQL, with its clock, ids and blob folder.
 * Opens, migrates, hands out connections. Knows the schema version; knows no table of any domain.
 * Uses: base, os.    Used by: proof and everything above, cmd.
 * Memory: heap, until store_close.    Threads: struct store may be shared; each struct db has one owner at a time. */
#ifndef LUYTRE_STORE_STORE_H
#define LUYTRE_STORE_STORE_H

#include "base/clock.h"
#include "store/db.h"

NONNULL_BEGIN

struct store_options {
    const struct sql_module *const *modules; /* NULL-terminated: sql_modules_all, or in a test the layers it needs */
    const struct clock *NULLABLE clock;      /* NULL: the real one */
    const char *NULLABLE blob_folder;        /* NULL: large blobs are refused */
    int node;     /* 0..ID_NODE_MAX; kept in a new database, which afterwards knows it itself */
    bool create;  /* make the SQLite file when there is none */
    bool migrate; /* bring the schema up; false: an older schema is refused with ERR_CONFLICT */
    bool found;   /* make the schema where there is none yet; an older one is refused all the same */
    bool read_only;
    bool is_restoring;  /* of backup_restore: on PostgreSQL nobody else may open it before backup_new_epoch; of
                           store_open: may */
    size_t pool_max;    /* connections at most; 0: STORE_POOL_DEFAULT */
    size_t cache_bytes; /* SQLite pages a connection keeps; 0: 2 MB, enough for a server, little for bulk work */
    int64_t busy_ms;    /* how long to wait for a writer or a connection; 0: STORE_BUSY_MS */
};
#define STORE_POOL_DEFAULT 16u
#define STORE_BUSY_MS      10000

enum store_engine { STORE_SQLITE, STORE_POSTGRES };

/* where: a path, or postgresql://... / postgres://... (as --store takes it). Errors a person can act on:
 *   ERR_NOT_FOUND  no such file and create is false          ERR_SYNTAX    not a luytre database
 *   ERR_UNSUPPORTED  made by a newer luytre                   ERR_CONFLICT  older schema and migrate is false, or
 * edited migration, or a restore was not finished ERR_DENIED     file or server does not let us in          ERR_IO
 * disk, server gone ERR_BUSY locked */
MUST_USE enum err_code store_open(const char *where, const struct store_options *options, struct store **ret_store,
                                  struct err *err);
void store_close(struct store *NULLABLE store); /* every db must have been given back */
static inline void store_cleanup(struct store *NULLABLE *store)
{
    store_close(*store);
}
#define AUTO_STORE __attribute__((cleanup(store_cleanup))) struct store *

/* A connection from the pool; waits up to busy_ms for one, then ERR_BUSY. A broken PostgreSQL connection is replaced
 * here. */
MUST_USE enum err_code store_db_take(struct store *store, struct db **ret_db, struct err *err);
/* The same, but a commit may be lost in a power cut (never torn): SQLite does not wait for the disk, PostgreSQL
 * synchronous_commit off. Only for telemetry that its sender repeats. */
MUST_USE enum err_code store_db_take_telemetry(struct store *store, struct db **ret_db, struct err *err);
void store_db_give(struct db *NULLABLE db); /* an open transaction is a broken promise */
static inline void store_db_cleanup(struct db *NULLABLE *db)
{
    store_db_give(*db);
}
/* `AUTO_DB db = NULL; TRY(store_db_take(store, &db, err));` */
#define AUTO_DB __attribute__((cleanup(store_db_cleanup))) struct db *

const struct sql_module *const *store_modules(const struct store *store);
enum store_engine store_engine(const struct store *store);
const char *store_where(const struct store *store); /* as opened, without a password */
const struct clock *store_clock(const struct store *store);
int store_node(const struct store *store);
int store_schema(const struct store *store); /* highest migration applied */
const char *NULLABLE store_blob_folder(const struct store *store);

NONNULL_END
#endif
