#include "store/grants.h"

#include "base/map.h"
#include "store/driver.h"
#include "store/grants.sql.h"

#define GRANTS_ARENA_BYTES (4u << 20)
#define GRANTS_SQL_BYTES   (1u << 20)
#define ROLE_NAME_MAX      63u

/* What all queries together need of one table. */
struct need {
    struct str table;
    bool inserts;
    bool deletes;
    struct str columns[48];
    size_t column_count;
};
struct needs {
    struct need *items; /* as many as tables */
    size_t count;
};

static struct need *need_of(struct needs *needs, struct str table)
{
    for (size_t i = 0; i < needs->count; i++)
        if (str_equal(needs->items[i].table, table))
            return &needs->items[i];
    return NULL;
}

static enum err_code add_columns(struct need *need, struct str columns, struct err *err)
{
    struct str column;
    while (str_split(&columns, ' ', &column)) {
        bool has = false;
        for (size_t i = 0; i < need->column_count; i++)
            has = has || str_equal(need->columns[i], column);
        if (has)
            continue;
        if (need->column_count == ARRAY_LEN(need->columns))
            return err_set(err, ERR_LIMIT, "too many columns of %.*s", STR_ARG(need->table));
        need->columns[need->column_count++] = column;
    }
    return ERR_NONE;
}

static enum err_code collect(struct db *db, struct arena *arena, struct needs *ret_needs,
                             struct sql_grants_tables_rows *ret_tables, struct err *err)
{
    TRY(sql_grants_tables(db, arena, ret_tables, err));
    struct needs needs = {arena_new_array(arena, struct need, ret_tables->count + 1), 0};
    if (!needs.items)
        return arena_full(arena, err);
    for (size_t i = 0; i < ret_tables->count; i++)
        needs.items[needs.count++] = (struct need){.table = ret_tables->items[i].name};
    for (const struct sql_module *const *m = store_modules(db_store(db)); *m; m++)
        for (size_t i = 0; i < (*m)->right_count; i++) {
            const struct sql_right *right = &(*m)->rights[i];
            struct need *need = need_of(&needs, str_from_cstr(right->table));
            /* Which migrations were run is the owner's to write. */
            if (!need || str_equal(need->table, STR("schema_migration")))
                continue;
            need->inserts |= right->inserts;
            need->deletes |= right->deletes;
            if (right->updates)
                TRY(add_columns(need, str_from_cstr(right->updates), err));
        }
    *ret_needs = needs;
    return ERR_NONE;
}

static bool is_role_name(struct str role)
{
    for (size_t i = 0; i < role.len_bytes; i++) {
        char c = role.ptr[i];
        if (!((c >= 'a' && c <= 'z') || c == '_' || (i > 0 && c >= '0' && c <= '9')))
            return false;
    }
    return role.len_bytes > 0 && role.len_bytes <= ROLE_NAME_MAX;
}

static void put_guard(struct buf *out, const struct store_guard *guard)
{
    buf_printf(out,
               "CREATE OR REPLACE FUNCTION luytre_guard_%s() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN\n"
               "  IF TG_OP = 'UPDATE' THEN\n    IF %s THEN RETURN new; END IF;\n"
               "  ELSIF %s THEN RETURN old; END IF;\n"
               "  RAISE insufficient_privilege USING MESSAGE = '%s: this row stays as it is';\nEND $guard$;\n"
               "DROP TRIGGER IF EXISTS luytre_guard ON %s;\n"
               "CREATE TRIGGER luytre_guard BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION "
               "luytre_guard_%s();\n",
               guard->table,
               !guard->may_update     ? "false"
               : guard->may_update[0] ? guard->may_update
                                      : "true",
               guard->may_delete ? guard->may_delete : "false", guard->table, guard->table, guard->table, guard->table);
}

enum err_code store_grants_sql(struct db *db, const struct store_grants *grants, struct str role, struct buf *out,
                               struct err *err)
{
    if (!is_role_name(role))
        return err_set(err, ERR_SYNTAX, "\"%.*s\" is not a plain role name (a-z, 0-9, _)", STR_ARG(role));
    AUTO_ARENA arena;
    arena_init(&arena, GRANTS_ARENA_BYTES);
    struct needs needs;
    struct sql_grants_tables_rows tables;
    TRY(collect(db, &arena, &needs, &tables, err));
    buf_printf(out,
               "DO $$ BEGIN EXECUTE format('REVOKE ALL ON DATABASE %%I FROM PUBLIC, %%I', current_database(), '%.*s'); "
               "EXECUTE format('GRANT CONNECT ON DATABASE %%I TO %%I', current_database(), '%.*s'); END $$;\n"
               "DO $$ BEGIN EXECUTE format('REVOKE ALL ON SCHEMA %%I FROM PUBLIC, %%I', current_schema(), '%.*s'); "
               "EXECUTE format('GRANT USAGE ON SCHEMA %%I TO %%I', current_schema(), '%.*s'); END $$;\n",
               STR_ARG(role), STR_ARG(role), STR_ARG(role), STR_ARG(role));
    for (size_t i = 0; i < needs.count; i++) {
        const struct need *need = &needs.items[i];
        /* Of the table this also takes every right on a column. */
        buf_printf(out, "REVOKE ALL ON TABLE %.*s FROM PUBLIC, %.*s;\nGRANT SELECT%s%s", STR_ARG(need->table),
                   STR_ARG(role), need->inserts ? ", INSERT" : "", need->deletes ? ", DELETE" : "");
        for (size_t c = 0; c < need->column_count; c++)
            buf_printf(out, "%s%.*s%s", c ? ", " : ", UPDATE (", STR_ARG(need->columns[c]),
                       c + 1 == need->column_count ? ")" : "");
        buf_printf(out, " ON TABLE %.*s TO %.*s;\n", STR_ARG(need->table), STR_ARG(role));
    }
    for (size_t i = 0; i < grants->guard_count; i++)
        if (need_of(&needs, str_from_cstr(grants->guards[i].table)))
            put_guard(out, &grants->guards[i]);
    return buf_check(out, err);
}

struct applying {
    const struct store_grants *grants;
    struct str role;
};

static enum err_code apply(struct db *db, void *ctx, struct err *err)
{
    const struct applying *a = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, GRANTS_ARENA_BYTES);
    struct sql_grants_role_row *role = NULL;
    TRY(sql_grants_role(db, &arena, &(struct sql_grants_role_args){.role = a->role}, &role, err));
    if (!role || !role->exists)
        return err_set(err, ERR_NOT_FOUND, "there is no role %.*s; make it with createuser", STR_ARG(a->role));
    if (role->is_super || role->is_owner)
        return err_set(err, ERR_CONFLICT, "%.*s %s: no grant would hold it", STR_ARG(a->role),
                       role->is_super ? "is a superuser" : "owns the tables, or is a member of who does");
    AUTO_BUF sql;
    buf_init(&sql, GRANTS_SQL_BYTES);
    TRY(store_grants_sql(db, a->grants, a->role, &sql, err));
    return db->driver->exec(db, buf_str(&sql).ptr, err);
}

enum err_code store_grants_apply(struct db *db, const struct store_grants *grants, struct str role, struct err *err)
{
    if (store_engine(db_store(db)) != STORE_POSTGRES)
        return err_set(err, ERR_UNSUPPORTED, "SQLite has no users; the file's owner is the one who may");
    struct applying a = {grants, role};
    return db_transact(db, apply, &a, err);
}

static enum err_code note(struct arena *arena, struct str *first, size_t *count, const char *what, struct str table,
                          struct str column, struct err *err)
{
    if ((*count)++)
        return ERR_NONE;
    *first = str_is_empty(column) ? arena_printf(arena, "%s %.*s", what, STR_ARG(table))
                                  : arena_printf(arena, "%s %.*s.%.*s", what, STR_ARG(table), STR_ARG(column));
    return str_is_null(*first) ? arena_full(arena, err) : ERR_NONE;
}

static bool has_column(const struct sql_grants_columns_rows *columns, struct str table, struct str column)
{
    for (size_t i = 0; i < columns->count; i++)
        if (str_equal(columns->items[i].table_name, table) && str_equal(columns->items[i].column_name, column))
            return true;
    return false;
}

enum err_code store_grants_check(struct db *db, const struct store_grants *grants, struct arena *arena,
                                 struct store_grants_report *ret_report, struct err *err)
{
    struct sql_grants_role_row *role = NULL;
    struct sql_grants_tables_rows tables;
    struct sql_grants_columns_rows columns;
    struct needs needs;
    TRY(sql_grants_role(db, arena, &(struct sql_grants_role_args){.role = STR_NONE}, &role, err));
    TRY(collect(db, arena, &needs, &tables, err));
    TRY(sql_grants_columns(db, arena, &columns, err));
    must(role != NULL);
    struct store_grants_report r = {
        .role = role->name, .is_owner = role->is_super || role->is_owner, .missing = STR(""), .excess = STR("")};
    if (role->can_create)
        TRY(note(arena, &r.excess, &r.excess_count, "CREATE", STR("SCHEMA"), STR(""), err));
    for (size_t i = 0; i < needs.count; i++) {
        const struct need *need = &needs.items[i];
        const struct sql_grants_tables_row *table = &tables.items[i];
        struct {
            bool has, needs;
            const char *word;
        } verbs[] = {{table->can_select, true, "SELECT"},
                     {table->can_insert, need->inserts, "INSERT"},
                     {table->can_delete, need->deletes, "DELETE"},
                     {table->can_truncate, false, "TRUNCATE"}};
        for (size_t v = 0; v < ARRAY_LEN(verbs); v++) {
            if (verbs[v].needs && !verbs[v].has)
                TRY(note(arena, &r.missing, &r.missing_count, verbs[v].word, need->table, STR(""), err));
            if (verbs[v].has && !verbs[v].needs)
                TRY(note(arena, &r.excess, &r.excess_count, verbs[v].word, need->table, STR(""), err));
        }
        for (size_t c = 0; c < need->column_count; c++)
            if (!has_column(&columns, need->table, need->columns[c]))
                TRY(note(arena, &r.missing, &r.missing_count, "UPDATE", need->table, need->columns[c], err));
    }
    for (size_t i = 0; i < columns.count; i++) {
        const struct need *need = need_of(&needs, columns.items[i].table_name);
        bool is_needed = false;
        for (size_t c = 0; need && c < need->column_count; c++)
            is_needed = is_needed || str_equal(need->columns[c], columns.items[i].column_name);
        if (!is_needed)
            TRY(note(arena, &r.excess, &r.excess_count, "UPDATE", columns.items[i].table_name,
                     columns.items[i].column_name, err));
    }
    for (size_t i = 0; i < grants->guard_count; i++)
        for (size_t t = 0; t < tables.count; t++)
            if (str_equal(tables.items[t].name, str_from_cstr(grants->guards[i].table)))
                r.guard_missing_count += !tables.items[t].guarded;
    *ret_report = r;
    return ERR_NONE;
}
