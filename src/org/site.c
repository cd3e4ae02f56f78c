#include "org/site.h"

#include "org/access.h"
#include "org/system.sql.h"
#include "proof/chain.h"

#define SITE_ARENA_BYTES (1u << 18)

struct site_change {
    const struct actor *actor;
    int64_t id;
    int64_t unit_id;
    struct str name;
    struct str address;
    civil_day day;
};

static enum err_code require_site(struct db *db, const struct actor *actor, int64_t unit_id, struct err *err)
{
    bool has = false;
    TRY(access_has(db, actor, RIGHT_EXECUTE, unit_id, &has, err));
    return has ? ERR_NONE : access_require(db, actor, RIGHT_ORG_ADMIN, unit_id, "change its sites", err);
}

static enum err_code note(struct db *db, const struct site_change *c, const char *kind, struct err *err)
{
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_AUDIT,
                                             .kind = kind,
                                             .object_kind = "site",
                                             .object_id = c->id,
                                             .unit_id = c->unit_id,
                                             .actor_id = c->actor->person_id,
                                             .content = c->name},
                        NULL, err);
}

static enum err_code check_name(struct db *db, struct arena *arena, const struct site_change *c, civil_day day,
                                struct err *err)
{
    if (str_is_empty(str_trim(c->name)))
        return err_set(err, ERR_SYNTAX, "địa điểm cần có tên");
    struct sql_site_by_name_row *same = NULL;
    TRY(sql_site_by_name(
        db, arena, &(struct sql_site_by_name_args){.unit_id = c->unit_id, .name = str_trim(c->name), .on_day = day},
        &same, err));
    return same && same->id != c->id ? err_set(err, ERR_CONFLICT, "đơn vị đã có địa điểm tên này") : ERR_NONE;
}

static enum err_code new_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct site_change *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SITE_ARENA_BYTES);
    c->id = 0;
    TRY(require_site(db, c->actor, c->unit_id, err));
    TRY(check_name(db, &arena, c, c->day, err));
    c->id = db_id(db);
    TRY(sql_site_insert(db,
                        &(struct sql_site_insert_args){.id = c->id,
                                                       .unit_id = c->unit_id,
                                                       .name = str_trim(c->name),
                                                       .address = str_is_empty(c->address) ? STR_NONE : c->address,
                                                       .from_day = c->day},
                        err));
    return note(db, c, "site_added", err);
}

enum err_code site_new(struct db *db, const struct actor *actor, int64_t unit_id, struct str name, struct str address,
                       civil_day from_day, int64_t *ret_id, struct err *err)
{
    struct site_change c = {.actor = actor, .unit_id = unit_id, .name = name, .address = address, .day = from_day};
    TRY(db_transact(db, new_in_transaction, &c, err));
    *ret_id = c.id;
    return ERR_NONE;
}

static enum err_code find_site(struct db *db, struct arena *arena, struct site_change *c, struct err *err)
{
    struct sql_site_raw_row *row = NULL;
    TRY(sql_site_raw(db, arena, &(struct sql_site_raw_args){.id = c->id}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "không có địa điểm này");
    c->unit_id = row->unit_id;
    return require_site(db, c->actor, c->unit_id, err);
}

static enum err_code update_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct site_change *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SITE_ARENA_BYTES);
    TRY(find_site(db, &arena, c, err));
    TRY(check_name(db, &arena, c, db_today(db), err));
    int64_t changes = 0;
    TRY(sql_site_change(db,
                        &(struct sql_site_change_args){.id = c->id,
                                                       .name = str_trim(c->name),
                                                       .address = str_is_empty(c->address) ? STR_NONE : c->address},
                        &changes, err));
    if (changes != 1)
        return err_set(err, ERR_NOT_FOUND, "địa điểm không còn dùng");
    return note(db, c, "site_changed", err);
}

enum err_code site_update(struct db *db, const struct actor *actor, int64_t site_id, struct str name,
                          struct str address, struct err *err)
{
    struct site_change c = {.actor = actor, .id = site_id, .name = name, .address = address};
    return db_transact(db, update_in_transaction, &c, err);
}

static enum err_code end_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct site_change *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SITE_ARENA_BYTES);
    TRY(find_site(db, &arena, c, err));
    int64_t changes = 0;
    TRY(sql_site_close(db, &(struct sql_site_close_args){.id = c->id, .day = c->day}, &changes, err));
    if (changes != 1)
        return err_set(err, ERR_NOT_FOUND, "địa điểm không còn dùng");
    return note(db, c, "site_ended", err);
}

enum err_code site_end(struct db *db, const struct actor *actor, int64_t site_id, civil_day day, struct err *err)
{
    struct site_change c = {.actor = actor, .id = site_id, .day = day};
    return db_transact(db, end_in_transaction, &c, err);
}
