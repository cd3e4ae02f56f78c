#include "work/registers.h"

#include "asset/device_table.h"
#include "duty/directive.h"
#include "format/json.h"
#include "org/import.sql.h"
#include "org/unit.h"

size_t register_count(void)
{
    return import_register_count + 1;
}

const struct import_register *register_at(size_t i)
{
    return i < import_register_count ? import_registers[i] : &device_register_table;
}

const struct import_register *register_find(struct str id)
{
    for (size_t i = 0; i < register_count(); i++)
        if (str_equal(id, str_from_cstr(register_at(i)->id)))
            return register_at(i);
    return NULL;
}

/* --- what follows --- */

#define FOLLOW_ARENA_BYTES ((size_t)512 << 20)

struct bringing {
    const struct actor *actor;
    struct import_run *NULLABLE run; /* NULL: a batch is taken back */
    const struct import_register *what;
    struct str file_name, bytes;
    int64_t batch_id;
};

/* The duties of every unit that a batch named as operator. */
static enum err_code follow_operators(struct db *db, int64_t batch_id, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, FOLLOW_ARENA_BYTES);
    struct sql_import_changes_rows changes;
    struct map seen = {0};
    TRY(sql_import_changes(db, &arena, &(struct sql_import_changes_args){.batch_id = batch_id}, &changes, err));
    for (size_t i = 0; i < changes.count; i++) {
        struct json after;
        int64_t unit_id;
        TRY(json_parse(changes.items[i].after_json, 0, &arena, &after, err));
        struct str code = json_str_or_none(json_get(after, STR("operator")), &arena);
        if (str_is_empty(code) || map_get(&seen, code))
            continue;
        if (!map_put(&seen, &arena, code, &changes.items[i]))
            return arena_full(&arena, err);
        TRY(unit_find_code(db, code, db_today(db), &unit_id, err));
        TRY(directive_follow_subjects(db, unit_id, err));
    }
    return ERR_NONE;
}

static enum err_code bring_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct bringing *b = ctx;
    if (b->run)
        TRY(import_apply(db, b->actor, b->run, b->file_name, b->bytes, err));
    else
        TRY(import_undo(db, b->actor, b->what, b->batch_id, err));
    bool has_duties = str_equal(str_from_cstr(b->what->object_kind), STR("system")) ||
                      str_equal(str_from_cstr(b->what->object_kind), STR("system_database"));
    return has_duties ? follow_operators(db, b->run ? b->run->batch_id : b->batch_id, err) : ERR_NONE;
}

enum err_code register_apply(struct db *db, const struct actor *actor, struct import_run *run, struct str file_name,
                             struct str bytes, struct err *err)
{
    struct bringing b = {.actor = actor, .run = run, .what = run->what, .file_name = file_name, .bytes = bytes};
    enum err_code code = db_transact(db, bring_in_transaction, &b, err);
    if (code != ERR_NONE)
        run->batch_id = 0;
    return code;
}

enum err_code register_undo(struct db *db, const struct actor *actor, const struct import_register *what,
                            int64_t batch_id, struct err *err)
{
    struct bringing b = {.actor = actor, .what = what, .batch_id = batch_id};
    return db_transact(db, bring_in_transaction, &b, err);
}
