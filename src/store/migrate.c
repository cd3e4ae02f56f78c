/* migrate.c - bring a database to the schema of this program, or say why not: an empty one in one transaction, an older
 * one in a transaction per migration. */
#include "base/vec.h"
#include "store/driver.h"
#include "store/schema.sql.h"

#define MIGRATE_ARENA_BYTES (4u << 20)

typedef VEC(const struct sql_migration *) migration_list;

static enum err_code collect(const struct sql_module *const *modules, struct arena *arena, migration_list *ret_list,
                             struct err *err)
{
    migration_list list = {0};
    for (; *modules; modules++)
        for (size_t i = 0; i < (*modules)->migration_count; i++) {
            const struct sql_migration *migration = &(*modules)->migrations[i];
            const struct sql_migration **slot = vec_push(&list, arena);
            if (!slot)
                return arena_full(arena, err);
            size_t at = list.count - 1;
            while (at > 0 && list.items[at - 1]->number > migration->number) {
                list.items[at] = list.items[at - 1];
                at--;
            }
            if (at > 0 && list.items[at - 1]->number == migration->number)
                return err_set(err, ERR_SYNTAX, "%s has the number of %s", migration->where, list.items[at - 1]->where);
            list.items[at] = migration;
        }
    *ret_list = list;
    return ERR_NONE;
}

/* Which of the list are missing in the database; an unknown or a changed one is refused. */
static enum err_code compare(struct db *db, const migration_list *list, struct arena *arena, bool *has, struct err *err)
{
    struct sql_schema_applied_rows applied;
    TRY(sql_schema_applied(db, arena, &applied, err));
    memset(has, 0, list->count * sizeof *has);
    for (size_t i = 0; i < applied.count; i++) {
        const struct sql_schema_applied_row *row = &applied.items[i];
        size_t at = 0;
        while (at < list->count && list->items[at]->number != row->number)
            at++;
        if (at == list->count)
            return err_set(err, ERR_UNSUPPORTED,
                           "%s was made by a newer luytre: it has migration %04d, this program knows up to %04d; "
                           "install the newer version",
                           db->store->shown, (int)row->number, list->count ? list->items[list->count - 1]->number : 0);
        if (!str_equal(row->digest, str_from_cstr(list->items[at]->digest)))
            return err_set(err, ERR_CONFLICT, "%s: migration %04d (%s) is not the one this database was made with",
                           db->store->shown, (int)row->number, list->items[at]->where);
        has[at] = true;
    }
    return ERR_NONE;
}

struct step {
    const migration_list *list;
    size_t at;
};

static enum err_code apply_one(struct db *db, const struct sql_migration *migration, struct err *err)
{
    if (db->driver->exec(db, db->driver->engine == STORE_SQLITE ? migration->sqlite : migration->postgres, err) !=
        ERR_NONE)
        return err_wrap(err, "%s", migration->where);
    struct sql_schema_add_args args = {migration->number, str_from_cstr(migration->title),
                                       str_from_cstr(migration->digest), db_now_ms(db)};
    return sql_schema_add(db, &args, err);
}

static enum err_code apply(struct db *db, void *ctx, struct err *err)
{
    const struct step *step = ctx;
    TRY(db->driver->lock_schema(db, err));
    AUTO_ARENA arena;
    arena_init(&arena, MIGRATE_ARENA_BYTES);
    bool *has = arena_new_array(&arena, bool, step->list->count + 1);
    if (!has)
        return arena_full(&arena, err);
    TRY(compare(db, step->list, &arena, has, err));
    return has[step->at] ? ERR_NONE /* another process was faster */
                         : apply_one(db, step->list->items[step->at], err);
}

/* The first schema of an empty database is one transaction: whoever is killed in the middle of it leaves an empty
 * database, which the next start takes up, and never a half-made one that looks like the store of an older program. */
static enum err_code apply_first(struct db *db, void *ctx, struct err *err)
{
    const migration_list *list = ctx;
    TRY(db->driver->lock_schema(db, err));
    enum db_content content;
    TRY(db->driver->content(db, &content, err));
    if (content != DB_CONTENT_EMPTY) /* another process was faster */
        return ERR_NONE;
    TRY(db->driver->claim(db, err));
    for (size_t i = 0; i < list->count; i++)
        if (apply_one(db, list->items[i], err) != ERR_NONE)
            return err_wrap(err, "migration %04d", list->items[i]->number);
    return ERR_NONE;
}

enum err_code store_migrate(struct db *db, bool may_change, bool may_found, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, MIGRATE_ARENA_BYTES);
    migration_list list;
    TRY(collect(db->store->modules, &arena, &list, err));
    enum db_content content;
    TRY(db->driver->content(db, &content, err));
    if (content == DB_CONTENT_FOREIGN)
        return err_set(err, ERR_SYNTAX, "%s is not a luytre database: it holds tables of another program",
                       db->store->shown);
    if (content == DB_CONTENT_EMPTY && !may_found) /* and it stays as it is: it may be anybody's empty file */
        return err_set(err, ERR_CONFLICT, "%s is empty: no schema yet", db->store->shown);
    if (!db->store->read_only)
        TRY(db->driver->ready(db, err));
    if (content == DB_CONTENT_EMPTY)
        TRY(db_transact(db, apply_first, &list, err));
    bool *has = arena_new_array(&arena, bool, list.count + 1);
    if (!has)
        return arena_full(&arena, err);
    TRY(compare(db, &list, &arena, has, err));
    for (size_t i = 0; i < list.count; i++) {
        if (has[i])
            continue;
        if (!may_change)
            return err_set(err, ERR_CONFLICT, "%s has an older schema (%s is missing): run luytre upgrade",
                           db->store->shown, list.items[i]->where);
        struct step step = {.list = &list, .at = i};
        if (db_transact(db, apply, &step, err) != ERR_NONE)
            return err_wrap(err, "migration %04d", list.items[i]->number);
    }
    db->store->schema = list.count ? list.items[list.count - 1]->number : 0;
    return ERR_NONE;
}
