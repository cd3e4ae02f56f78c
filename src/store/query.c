#include "store/query.h"

#include "store/driver.h"
#include "store/outbox.h"

enum { ROWS_FIRST = 8 };

static enum err_code bind(const struct sql_query *query, const struct actor *actor, const void *args,
                          struct sql_value values[DB_PARAMS_MAX], struct err *err)
{
    must(query->param_count <= DB_PARAMS_MAX);
    for (size_t i = 0; i < query->param_count; i++) {
        const struct sql_param *param = &query->params[i];
        struct sql_value *value = &values[i];
        *value = (struct sql_value){.type = param->type};
        switch (param->source) {
        case SQL_FROM_ACTOR_PERSON:
            value->i = actor->person_id;
            continue;
        case SQL_FROM_ACTOR_RIGHT:
            value->i = (int64_t)actor->right;
            continue;
        case SQL_FROM_ACTOR_DAY:
            value->i = actor->day;
            continue;
        case SQL_FROM_ACTOR_ALL:
            value->i = actor->all;
            continue;
        case SQL_FROM_ACTOR_IP:
            value->s = actor->ip;
            value->is_null = str_is_null(actor->ip);
            continue;
        case SQL_FROM_ARGS:
            break;
        }
        const char *field = (const char *)args + param->offset_bytes;
        switch (param->type) {
        case SQL_INT:
            if (param->nullable) {
                const struct opt_i64 *opt = (const void *)field;
                value->is_null = !opt->has;
                value->i = opt->v;
            } else
                value->i = *(const int64_t *)(const void *)field;
            break;
        case SQL_REAL:
            if (param->nullable) {
                const struct opt_f64 *opt = (const void *)field;
                value->is_null = !opt->has;
                value->r = opt->v;
            } else
                value->r = *(const double *)(const void *)field;
            break;
        case SQL_TEXT:
        case SQL_BLOB:
            value->s = *(const struct str *)(const void *)field;
            value->is_null = str_is_null(value->s);
            if (value->is_null && !param->nullable)
                return err_set(err, ERR_SYNTAX, "%s: argument %s may not be absent", query->name, param->name);
            /* What PostgreSQL refuses is refused on both, so that a database can move from one to the other. */
            if (param->type == SQL_TEXT && (!utf8_is_valid(value->s) || str_find_byte(value->s, '\0', 0) >= 0))
                return err_set(err, ERR_SYNTAX, "%s: argument %s is not clean UTF-8 text", query->name, param->name);
            break;
        }
    }
    return ERR_NONE;
}

/* One running statement: where its rows go. */
struct run {
    struct db *db;
    const struct sql_query *query;
    const struct sql_value *values;
    struct arena *arena;
    bool in_row;   /* the row's taker failed, not the engine */
    bool may_wait; /* inside db_bulk: nobody needs its result */
    enum { TAKE_NOTHING, TAKE_ONE, TAKE_MANY, TAKE_EACH } take;
    char *items; /* row structs */
    size_t count;
    size_t room;
    int64_t changes;
    enum err_code (*each)(void *ctx, const void *row, struct err *err);
    void *each_ctx;
};

static enum err_code fill(const struct sql_query *query, struct db_row *row, struct arena *arena, char *into,
                          struct err *err)
{
    for (size_t c = 0; c < query->column_count; c++) {
        const struct sql_column *column = &query->columns[c];
        struct sql_value value = {.type = column->type};
        if (row->db->driver->value(row, c, &value, err) != ERR_NONE)
            return err_wrap(err, "%s: column %s", query->name, column->name);
        if (value.is_null && !column->nullable)
            return err_set(err, ERR_SYNTAX, "%s: column %s is NULL but not declared as such", query->name,
                           column->name);
        void *field = into + column->offset_bytes;
        switch (column->type) {
        case SQL_INT:
            if (column->nullable)
                *(struct opt_i64 *)field = (struct opt_i64){!value.is_null, value.i};
            else
                *(int64_t *)field = value.i;
            break;
        case SQL_REAL:
            if (column->nullable)
                *(struct opt_f64 *)field = (struct opt_f64){!value.is_null, value.r};
            else
                *(double *)field = value.r;
            break;
        case SQL_TEXT:
        case SQL_BLOB:
            if (value.is_null) {
                *(struct str *)field = STR_NONE;
                break;
            }
            *(struct str *)field = arena_str(arena, value.s);
            if (str_is_null(*(struct str *)field))
                return arena_full(arena, err);
            break;
        }
    }
    return ERR_NONE;
}

static enum err_code take_row(void *ctx, struct db_row *row, struct err *err)
{
    struct run *run = ctx;
    const struct sql_query *query = run->query;
    run->in_row = true;
    switch (run->take) {
    case TAKE_NOTHING:
        break;
    case TAKE_ONE:
        if (run->count++)
            return err_set(err, ERR_CONFLICT, "%s: more than one row", query->name);
        run->items = arena_alloc(run->arena, query->row_bytes, 16);
        if (!run->items)
            return arena_full(run->arena, err);
        TRY(fill(query, row, run->arena, run->items, err));
        break;
    case TAKE_MANY:
        if (run->count == run->room) {
            size_t room = run->room ? run->room * 2 : ROWS_FIRST;
            char *grown = arena_alloc_array(run->arena, query->row_bytes, room, 16);
            if (!grown)
                return arena_full(run->arena, err);
            if (run->count)
                memcpy(grown, run->items, run->count * query->row_bytes);
            run->items = grown;
            run->room = room;
        }
        TRY(fill(query, row, run->arena, run->items + run->count * query->row_bytes, err));
        run->count++;
        break;
    case TAKE_EACH: {
        struct arena_mark mark = arena_mark(run->arena);
        char *item = arena_alloc(run->arena, query->row_bytes, 16);
        if (!item)
            return arena_full(run->arena, err);
        enum err_code code = fill(query, row, run->arena, item, err);
        if (code == ERR_NONE) {
            run->db->is_stepping = true;
            code = run->each(run->each_ctx, item, err);
            run->db->is_stepping = false;
        }
        arena_rewind(run->arena, mark);
        if (code != ERR_NONE)
            return code;
        break;
    }
    }
    run->in_row = false;
    return ERR_NONE;
}

/* What other tiers must learn of is noted by the mechanism, not by whoever writes. */
static enum err_code note_write(struct db *db, const struct run *run, struct err *err)
{
    const struct sql_query *query = run->query;
    if (query->stirs)
        keep_note(db, query->stirs);
    return query->outbox_table ? outbox_touch(db, query->outbox_table, query->params[query->outbox_param].name,
                                              run->values[query->outbox_param].i, err)
                               : ERR_NONE;
}

static enum err_code run_now(struct db *db, void *ctx, struct err *err)
{
    struct run *run = ctx;
    if (db->is_spoiled)
        return err_set(err, ERR_CONFLICT, "%s: this transaction failed before; roll it back", run->query->name);
    run->items = NULL; /* afresh: a transaction may run again */
    run->count = run->room = 0;
    run->changes = 0;
    run->in_row = false;
    if (db->is_bulk && run->may_wait && run->query->copy) {
        enum err_code added = db->driver->bulk_add(db, run->query, run->values, err);
        if (added == ERR_NONE)
            added = note_write(db, run, err);
        db->is_spoiled = db->is_spoiled || added != ERR_NONE; /* half a row may wait */
        return added;
    }
    TRY(db_bulk_send(db, err));
    struct db_stmt stmt;
    enum err_code code = db_stmt_get(db, run->query, &stmt, err);
    stmt.one_by_one = run->take == TAKE_EACH;
    if (code == ERR_NONE)
        code = db->driver->run(db, &stmt, run->values, run->query->column_count ? take_row : NULL, run, run->arena,
                               &run->changes, err);
    if (code == ERR_NONE && (run->changes || run->query->column_count))
        code = note_write(db, run, err);
    /* After an error PostgreSQL lets nothing more happen in the transaction; SQLite is held to the same. */
    if (code != ERR_NONE && !run->in_row && db->state == DB_WRITING)
        db->is_spoiled = true;
    return code;
}

static enum err_code run_query(struct run *run, const struct actor *actor, const void *args, struct err *err)
{
    struct db *db = run->db;
    const struct sql_query *query = run->query;
    must(actor || query->scope == SQL_SCOPE_SYSTEM);
    if (db->is_stepping)
        return err_set(err, ERR_UNSUPPORTED, "%s: no query may run inside a row callback of the same connection",
                       query->name);
    struct sql_value values[DB_PARAMS_MAX];
    TRY(bind(query, actor, args, values, err));
    run->values = values;
    enum err_code code;
    if (query->writes && db->state == DB_READING)
        code = err_set(err, ERR_DENIED, "%s writes, inside db_read", query->name);
    else if (query->writes && db->state == DB_IDLE)
        code = run->take == TAKE_EACH
                   ? err_set(err, ERR_UNSUPPORTED, "%s_each writes: call it inside db_transact", query->name)
                   : db_transact(db, run_now, run, err);
    else
        code = run_now(db, run, err);
    run->values = NULL;
    return code;
}

enum err_code sql_run_none(struct db *db, const struct sql_query *query, const struct actor *actor, const void *args,
                           struct err *err)
{
    struct run run = {.db = db, .query = query, .take = TAKE_NOTHING, .may_wait = true};
    return run_query(&run, actor, args, err);
}

enum err_code sql_run_changes(struct db *db, const struct sql_query *query, const struct actor *actor, const void *args,
                              int64_t *ret_changes, struct err *err)
{
    struct run run = {.db = db, .query = query, .take = TAKE_NOTHING};
    TRY(run_query(&run, actor, args, err));
    *ret_changes = run.changes;
    return ERR_NONE;
}

enum err_code sql_run_one(struct db *db, const struct sql_query *query, const struct actor *actor, const void *args,
                          struct arena *arena, void **ret_row, struct err *err)
{
    struct run run = {.db = db, .query = query, .take = TAKE_ONE, .arena = arena};
    TRY(run_query(&run, actor, args, err));
    *ret_row = run.items;
    return ERR_NONE;
}

enum err_code sql_run_many(struct db *db, const struct sql_query *query, const struct actor *actor, const void *args,
                           struct arena *arena, void **ret_items, size_t *ret_count, struct err *err)
{
    struct run run = {.db = db, .query = query, .take = TAKE_MANY, .arena = arena};
    TRY(run_query(&run, actor, args, err));
    *ret_items = run.items;
    *ret_count = run.count;
    return ERR_NONE;
}

enum err_code sql_run_each(struct db *db, const struct sql_query *query, const struct actor *actor, const void *args,
                           struct arena *scratch, enum err_code (*row)(void *ctx, const void *row, struct err *err),
                           void *ctx, struct err *err)
{
    struct run run = {.db = db, .query = query, .take = TAKE_EACH, .arena = scratch, .each = row, .each_ctx = ctx};
    return run_query(&run, actor, args, err);
}

enum err_code sql_check(struct db *db, const struct sql_query *query, struct err *err)
{
    struct db_stmt stmt;
    return db_stmt_get(db, query, &stmt, err);
}
