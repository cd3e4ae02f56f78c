/* upgrade.h - bring an older database to the schema of this program so that it either arrives whole or was never
 * touched. A snapshot is written first, then all migrations run in one transaction, every query of the program is
 * prepared in it and the caller's own check is asked; when anything fails the transaction is rolled back and the
 * database is as old as before. Uses: store/backup, store/driver.    Used by: cmd upgrade.    Memory: constant.
 * Threads: main; no server may run meanwhile. */
#ifndef LUYTRE_STORE_UPGRADE_H
#define LUYTRE_STORE_UPGRADE_H

#include "store/store.h"

NONNULL_BEGIN

struct upgrade_plan {
    const char *where;
    const struct store_options *options; /* modules, clock, blob folder */
    const char *NULLABLE snapshot_path;  /* must not exist; SQLite: the file itself, PostgreSQL: what restore takes */
    enum err_code (*NULLABLE check)(struct db *db, void *NULLABLE ctx,
                                    struct err *err); /* in the transaction, after the last migration */
    void *NULLABLE ctx;
};
struct upgrade_report {
    int from_schema; /* highest migration before */
    int to_schema;
    int migration_count; /* 0: it was up to date, nothing was done and no snapshot made */
    int query_count;     /* prepared */
    int64_t snapshot_bytes;
};
/* ERR_UNSUPPORTED: made by a newer program, untouched. ERR_SYNTAX: not ours. Anything else: rolled back, the text says
 * why. */
MUST_USE enum err_code store_upgrade(const struct upgrade_plan *plan, struct upgrade_report *ret_report,
                                     struct err *err);

NONNULL_END
#endif
