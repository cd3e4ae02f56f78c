/* query.h - what generated queries (tools/sqlgen, *.sql.h) are made of: typed values, tables of columns, the calls that
 * run them on either engine. Code written by hand includes a generated header, not this one. Knows struct layouts by
 * offset; knows nothing of what a query means. Uses: base.    Used by: generated code, store.    Memory: rows live in
 * the caller's arena; the tables are constant. Threads: a struct db has one owner at a time. */
#ifndef LUYTRE_STORE_QUERY_H
#define LUYTRE_STORE_QUERY_H

#include "base/arena.h"
#include "store/actor.h"

NONNULL_BEGIN

struct db;

struct opt_i64 { /* a number that may be absent */
    bool has;
    int64_t v;
};
struct opt_f64 {
    bool has;
    double v;
};
#define OPT_I64(value) ((struct opt_i64){true, (value)})
#define OPT_F64(value) ((struct opt_f64){true, (value)})
#define OPT_NONE \
    {            \
        false, 0 \
    }

enum sql_type { SQL_INT, SQL_TEXT, SQL_BLOB, SQL_REAL };
enum sql_source {
    SQL_FROM_ARGS,
    SQL_FROM_ACTOR_PERSON,
    SQL_FROM_ACTOR_RIGHT,
    SQL_FROM_ACTOR_DAY,
    SQL_FROM_ACTOR_ALL,
    SQL_FROM_ACTOR_IP
};
enum sql_result { SQL_RESULT_NONE, SQL_RESULT_CHANGES, SQL_RESULT_ONE, SQL_RESULT_MANY };
enum sql_scope {
    SQL_SCOPE_ORG,
    SQL_SCOPE_CASE,
    SQL_SCOPE_PROVIDER,
    SQL_SCOPE_SELF,
    SQL_SCOPE_PUBLIC,
    SQL_SCOPE_SYSTEM
};

struct sql_param {
    const char *name;
    enum sql_type type;
    bool nullable;
    enum sql_source source;
    size_t offset_bytes; /* in the args struct, when source is SQL_FROM_ARGS */
};
struct sql_column {
    const char *name;
    enum sql_type type;
    bool nullable;
    size_t offset_bytes; /* in the row struct */
};
/* What a column of a copied row takes: a parameter, or what stands in the SQL. */
struct sql_copy_field {
    int param; /* -1: the text, or without one the number */
    int64_t number;
    const char *NULLABLE text;
};
struct sql_query {
    const char *name;
    const char *where; /* file:line */
    enum sql_scope scope;
    enum sql_result result;
    bool writes;                             /* outside a transaction it gets one of its own */
    const struct sql_param *NULLABLE params; /* parameter n is params[n - 1] in both dialects */
    size_t param_count;
    const struct sql_column *NULLABLE columns;
    size_t column_count;
    size_t row_bytes;
    const char *sqlite;        /* ?1 ?2 */
    const char *postgres;      /* $1 $2 */
    const char *NULLABLE copy; /* an insert of one row, said as COPY for db_bulk */
    const struct sql_copy_field *NULLABLE copy_fields;
    size_t copy_count;
    const char *NULLABLE outbox_table; /* written, and other tiers must learn of it (store/outbox.h); */
    int outbox_param;                  /* params[outbox_param] says which rows */
    const char *NULLABLE stirs;        /* written: what is kept in memory under this name is read anew (store/keep.h) */
};
struct sql_migration {
    int number; /* unique over all modules, rising */
    const char *title;
    const char *where;
    const char *digest; /* of its text without comments: a migration is never edited once a database has it */
    const char *sqlite;
    const char *postgres;
};
/* What the queries of a module write to a table, so that a user of the database can be given just that. */
struct sql_right {
    const char *table;
    bool inserts;
    bool deletes;
    const char *NULLABLE updates; /* columns, with spaces between */
};
struct sql_module {
    const char *name;
    const struct sql_query *const *NULLABLE queries;
    size_t query_count;
    const struct sql_migration *NULLABLE migrations;
    size_t migration_count;
    const char *const *NULLABLE travels; /* its tables whose writes leave an outbox row (outbox.txt) */
    size_t travel_count;
    const struct sql_right *NULLABLE rights; /* by table */
    size_t right_count;
};

/* One value on its way in or out. Text and blob are views. */
struct sql_value {
    enum sql_type type;
    bool is_null;
    int64_t i;
    double r;
    struct str s;
};

MUST_USE enum err_code sql_run_none(struct db *db, const struct sql_query *query, const struct actor *NULLABLE actor,
                                    const void *NULLABLE args, struct err *err);
MUST_USE enum err_code sql_run_changes(struct db *db, const struct sql_query *query, const struct actor *NULLABLE actor,
                                       const void *NULLABLE args, int64_t *ret_changes, struct err *err);
/* *ret_row is NULL when there is none; more than one row is ERR_CONFLICT. */
MUST_USE enum err_code sql_run_one(struct db *db, const struct sql_query *query, const struct actor *NULLABLE actor,
                                   const void *NULLABLE args, struct arena *arena, void *NULLABLE *NULLABLE ret_row,
                                   struct err *err);
MUST_USE enum err_code sql_run_many(struct db *db, const struct sql_query *query, const struct actor *NULLABLE actor,
                                    const void *NULLABLE args, struct arena *arena, void *NULLABLE *NULLABLE ret_items,
                                    size_t *ret_count, struct err *err);
/* Row by row in constant memory. No other query may run on the same db inside row(): ERR_UNSUPPORTED says so. When
 * row() returns an error the rest is not read and the error is returned. */
MUST_USE enum err_code sql_run_each(struct db *db, const struct sql_query *query, const struct actor *NULLABLE actor,
                                    const void *NULLABLE args, struct arena *scratch,
                                    enum err_code (*row)(void *NULLABLE ctx, const void *row, struct err *err),
                                    void *NULLABLE ctx, struct err *err);
/* Prepare without running, and check that every declared column comes back: for the test over all modules. */
MUST_USE enum err_code sql_check(struct db *db, const struct sql_query *query, struct err *err);

NONNULL_END
#endif
