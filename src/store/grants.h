/* grants.h - the run-time user of a PostgreSQL database, who may do what the program's queries do and nothing else.
 * The tables belong to the owner, who migrates; the service signs in as another user: it cannot drop, alter or
 * truncate, and updates only the columns some query updates. What no grant can say (a sealed entry stays as it is; only
 * samples are deleted) a guard says: a trigger that belongs to the owner. Uses: store.    Used by: cmd grants,
 * work/health (doctor).    Memory: the caller's arena or buffer.    Threads: one db. */
#ifndef LUYTRE_STORE_GRANTS_H
#define LUYTRE_STORE_GRANTS_H

#include "base/buf.h"
#include "store/store.h"

NONNULL_BEGIN

/* Rows of a table that may be changed or deleted: a condition over old and, of an update, new. NULL: none may. */
struct store_guard {
    const char *table;
    const char *NULLABLE may_update; /* "" : as the grants say */
    const char *NULLABLE may_delete;
};
struct store_grants {
    const struct store_guard *NULLABLE guards;
    size_t guard_count;
};
/* The SQL that gives a role its rights, for the owner to run; first everything is taken away, so it can be run again
 * and again. ERR_SYNTAX: not a plain role name. Tables of modules that the store was not opened with are left alone. */
MUST_USE enum err_code store_grants_sql(struct db *db, const struct store_grants *grants, struct str role,
                                        struct buf *out, struct err *err);
/* Runs it, in one transaction. ERR_UNSUPPORTED: SQLite. ERR_NOT_FOUND: no such role. ERR_CONFLICT: the role owns the
 * tables or is a superuser, whom no grant holds. ERR_DENIED: we are not the owner. */
MUST_USE enum err_code store_grants_apply(struct db *db, const struct store_grants *grants, struct str role,
                                          struct err *err);

struct store_grants_report {
    struct str role;      /* who asks */
    bool is_owner;        /* may do everything, or give it to itself */
    size_t missing_count; /* rights that some query needs */
    size_t excess_count;  /* rights that none needs: truncate, delete, columns, tables made */
    size_t guard_missing_count;
    struct str missing, excess; /* the first of each, for people; else empty */
};
/* How it stands with the user that asks. Only of PostgreSQL. */
MUST_USE enum err_code store_grants_check(struct db *db, const struct store_grants *grants, struct arena *arena,
                                          struct store_grants_report *ret_report, struct err *err);

NONNULL_END
#endif
