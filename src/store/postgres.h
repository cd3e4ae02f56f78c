/* postgres.h - what the two halves of the PostgreSQL driver share: statements one by one (postgres.c) and many rows at
 * once (postgres_bulk.c). Uses: libpq, store/driver.h.    Used by: these two only. */
#ifndef LUYTRE_STORE_POSTGRES_H
#define LUYTRE_STORE_POSTGRES_H

#include <libpq-fe.h>

#include "store/driver.h"

NONNULL_BEGIN

/* What went wrong, in an err. */
MUST_USE enum err_code postgres_fail(struct db *db, const PGresult *NULLABLE result, struct err *err);
void postgres_stmt_name(const struct db_stmt *stmt, char out[32]);

MUST_USE enum err_code postgres_bulk_add(struct db *db, const struct sql_query *query, const struct sql_value *values,
                                         struct err *err);
MUST_USE enum err_code postgres_bulk_send(struct db *db, struct err *err);
void postgres_bulk_drop(struct db *db); /* with its memory */

NONNULL_END
#endif
