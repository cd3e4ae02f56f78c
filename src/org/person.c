#include "org/person.h"

#include "org/invitation_mail.sql.h"

#include "base/viet.h"
#include "know/know.h"
#include "org/access.h"
#include "org/person.sql.h"
#include "proof/chain.h"

#define PERSON_ARENA_BYTES (1u << 20)
#define PERSON_NAME_MAX    200u /* characters */

static enum err_code note(struct db *db, const struct actor *actor, const char *kind, int64_t person_id,
                          int64_t unit_id, struct str content, struct err *err)
{
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_AUDIT,
                                             .kind = kind,
                                             .object_kind = "person",
                                             .object_id = person_id,
                                             .unit_id = unit_id,
                                             .actor_id = actor->person_id,
                                             .content = content},
                        NULL, err);
}

static struct str or_none(struct str s)
{
    s = str_trim(s);
    return str_is_empty(s) ? STR_NONE : s;
}

/* May the actor look after this person with this right? */
static enum err_code require_managed(struct db *db, const struct actor *actor, uint64_t right, int64_t person_id,
                                     const char *what, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, PERSON_ARENA_BYTES);
    struct actor asked = actor_with(actor, right);
    struct sql_person_is_managed_row *row = NULL;
    if (actor->all)
        return ERR_NONE;
    TRY(sql_person_is_managed(db, &asked, &arena,
                              &(struct sql_person_is_managed_args){.person_id = person_id, .on_day = actor->day}, &row,
                              err));
    return row && row->n > 0 ? ERR_NONE : err_set(err, ERR_DENIED, "not allowed to %s", what);
}

static enum err_code require_person(struct db *db, struct arena *arena, int64_t person_id,
                                    struct sql_person_raw_row **ret_person, struct err *err)
{
    struct sql_person_raw_row *person = NULL;
    TRY(sql_person_raw(db, arena, &(struct sql_person_raw_args){.id = person_id}, &person, err));
    if (!person || person->erased_ms.has)
        return err_set(err, ERR_NOT_FOUND, "không có người này");
    *ret_person = person;
    return ERR_NONE;
}

static enum err_code check_fields(const struct person_fields *fields, struct err *err)
{
    if (str_is_empty(str_trim(fields->name)))
        return err_set(err, ERR_SYNTAX, "người dùng cần có họ tên");
    if (utf8_count(fields->name) > PERSON_NAME_MAX)
        return err_set(err, ERR_SYNTAX, "họ tên dài quá %u ký tự", PERSON_NAME_MAX);
    struct str email = or_none(fields->email);
    if (!str_is_null(email)) {
        ptrdiff_t at = str_find_byte(email, '@', 0);
        if (at < 1 || (size_t)at + 1 >= email.len_bytes || str_find_byte(email, ' ', 0) >= 0)
            return err_set(err, ERR_SYNTAX, "địa chỉ thư '%.*s' không hợp lệ", STR_ARG(email));
    }
    return ERR_NONE;
}

static enum err_code keys_of(struct arena *arena, const struct person_fields *fields, struct str *ret_search,
                             struct str *ret_sort, struct err *err)
{
    struct str both =
        arena_printf(arena, "%.*s %.*s %.*s", STR_ARG(fields->name), STR_ARG(fields->email), STR_ARG(fields->phone));
    *ret_search = viet_search_key(arena, both);
    *ret_sort = viet_sort_key_person(arena, str_trim(fields->name));
    return str_is_null(both) || str_is_null(*ret_search) || str_is_null(*ret_sort) ? arena_full(arena, err) : ERR_NONE;
}

struct adding {
    const struct actor *actor;
    const struct person_fields *fields;
    int64_t person_id;
    int64_t unit_id;
    civil_day day;
    bool flag; /* is_sample, is_active */
    struct str text;
    struct str more;
};

static enum err_code new_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct adding *a = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, PERSON_ARENA_BYTES);
    TRY(access_require(db, a->actor, RIGHT_PEOPLE_ADMIN, a->unit_id, "add a person", err));
    struct str search_key, sort_key;
    TRY(check_fields(a->fields, err));
    TRY(keys_of(&arena, a->fields, &search_key, &sort_key, err));
    a->person_id = db_id(db);
    TRY(sql_person_insert(db,
                          &(struct sql_person_insert_args){
                              .id = a->person_id,
                              .name = str_trim(a->fields->name),
                              .title = or_none(a->fields->title),
                              .email = or_none(a->fields->email),
                              .phone = or_none(a->fields->phone),
                              .search_key = search_key,
                              .sort_key = sort_key,
                              .language = str_equal(a->fields->language, STR("en")) ? STR("en") : STR("vi"),
                              .publish_consent = a->fields->publish_consent,
                              .is_sample = a->flag,
                              .created_ms = db_now_ms(db),
                          },
                          err));
    TRY(sql_person_unit_insert(
        db,
        &(struct sql_person_unit_insert_args){
            .id = db_id(db), .person_id = a->person_id, .unit_id = a->unit_id, .from_day = a->day},
        err));
    return note(db, a->actor, "person_added", a->person_id, a->unit_id, str_trim(a->fields->name), err);
}

enum err_code person_new(struct db *db, const struct actor *actor, const struct person_fields *fields, int64_t unit_id,
                         civil_day from_day, bool is_sample, int64_t *ret_id, struct err *err)
{
    struct adding a = {.actor = actor, .fields = fields, .unit_id = unit_id, .day = from_day, .flag = is_sample};
    TRY(db_transact(db, new_in_transaction, &a, err));
    *ret_id = a.person_id;
    return ERR_NONE;
}

static enum err_code update_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct adding *a = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, PERSON_ARENA_BYTES);
    TRY(require_managed(db, a->actor, RIGHT_PEOPLE_ADMIN, a->person_id, "change this person", err));
    struct str search_key, sort_key;
    TRY(check_fields(a->fields, err));
    TRY(keys_of(&arena, a->fields, &search_key, &sort_key, err));
    int64_t changes = 0;
    TRY(sql_person_change(db,
                          &(struct sql_person_change_args){
                              .id = a->person_id,
                              .name = str_trim(a->fields->name),
                              .title = or_none(a->fields->title),
                              .email = or_none(a->fields->email),
                              .phone = or_none(a->fields->phone),
                              .search_key = search_key,
                              .sort_key = sort_key,
                              .publish_consent = a->fields->publish_consent,
                          },
                          &changes, err));
    if (changes != 1)
        return err_set(err, ERR_NOT_FOUND, "không có người này");
    return note(db, a->actor, "person_changed", a->person_id, 0, str_trim(a->fields->name), err);
}

enum err_code person_update(struct db *db, const struct actor *actor, int64_t person_id,
                            const struct person_fields *fields, struct err *err)
{
    struct adding a = {.actor = actor, .fields = fields, .person_id = person_id};
    return db_transact(db, update_in_transaction, &a, err);
}

/* Sessions end, tokens are revoked, links are void. */
static enum err_code lock_out(struct db *db, int64_t person_id, struct err *err)
{
    int64_t changes = 0;
    TRY(sql_session_wipe(db, &(struct sql_session_wipe_args){.person_id = person_id}, &changes, err));
    TRY(sql_invitation_mail_wipe(db, &(struct sql_invitation_mail_wipe_args){.person_id = person_id}, err));
    TRY(sql_invitation_wipe(db, &(struct sql_invitation_wipe_args){.person_id = person_id}, err));
    return sql_api_token_revoke_all(
        db, &(struct sql_api_token_revoke_all_args){.person_id = person_id, .revoked_ms = db_now_ms(db)}, err);
}

static enum err_code active_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct adding *a = ctx;
    TRY(require_managed(db, a->actor, RIGHT_PEOPLE_ADMIN, a->person_id, "switch this person on or off", err));
    if (!a->flag && a->person_id == a->actor->person_id)
        return err_set(err, ERR_CONFLICT, "không thể tự khóa tài khoản của mình");
    int64_t changes = 0;
    TRY(sql_person_activate(db, &(struct sql_person_activate_args){.id = a->person_id, .is_active = a->flag}, &changes,
                            err));
    if (changes != 1)
        return err_set(err, ERR_NOT_FOUND, "không có người này");
    if (!a->flag)
        TRY(lock_out(db, a->person_id, err));
    return note(db, a->actor, a->flag ? "person_activated" : "person_deactivated", a->person_id, 0, STR(""), err);
}

enum err_code person_set_active(struct db *db, const struct actor *actor, int64_t person_id, bool is_active,
                                struct err *err)
{
    struct adding a = {.actor = actor, .person_id = person_id, .flag = is_active};
    return db_transact(db, active_in_transaction, &a, err);
}

static enum err_code join_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct adding *a = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, PERSON_ARENA_BYTES);
    TRY(access_require(db, a->actor, RIGHT_PEOPLE_ADMIN, a->unit_id, "add a person", err));
    struct sql_person_raw_row *person;
    TRY(require_person(db, &arena, a->person_id, &person, err));
    struct sql_person_unit_on_row *there = NULL;
    TRY(sql_person_unit_on(
        db, &arena,
        &(struct sql_person_unit_on_args){.person_id = a->person_id, .unit_id = a->unit_id, .on_day = a->day}, &there,
        err));
    if (there && there->n > 0)
        return err_set(err, ERR_CONFLICT, "người này đã thuộc đơn vị");
    TRY(sql_person_unit_insert(
        db,
        &(struct sql_person_unit_insert_args){
            .id = db_id(db), .person_id = a->person_id, .unit_id = a->unit_id, .from_day = a->day},
        err));
    return note(db, a->actor, "person_joined", a->person_id, a->unit_id, STR(""), err);
}

enum err_code person_join_unit(struct db *db, const struct actor *actor, int64_t person_id, int64_t unit_id,
                               civil_day from_day, struct err *err)
{
    struct adding a = {.actor = actor, .person_id = person_id, .unit_id = unit_id, .day = from_day};
    return db_transact(db, join_in_transaction, &a, err);
}

static enum err_code leave_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct adding *a = ctx;
    TRY(access_require(db, a->actor, RIGHT_PEOPLE_ADMIN, a->unit_id, "let a person go", err));
    int64_t changes = 0;
    TRY(sql_person_unit_end(
        db, &(struct sql_person_unit_end_args){.person_id = a->person_id, .unit_id = a->unit_id, .day = a->day},
        &changes, err));
    if (changes == 0)
        return err_set(err, ERR_NOT_FOUND, "người này không thuộc đơn vị");
    TRY(sql_grant_close_in_unit(
        db, &(struct sql_grant_close_in_unit_args){.person_id = a->person_id, .unit_id = a->unit_id, .day = a->day},
        err));
    return note(db, a->actor, "person_left", a->person_id, a->unit_id, STR(""), err);
}

enum err_code person_leave_unit(struct db *db, const struct actor *actor, int64_t person_id, int64_t unit_id,
                                civil_day day, struct err *err)
{
    struct adding a = {.actor = actor, .person_id = person_id, .unit_id = unit_id, .day = day};
    return db_transact(db, leave_in_transaction, &a, err);
}

static enum err_code erase_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct adding *a = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, PERSON_ARENA_BYTES);
    TRY(require_managed(db, a->actor, RIGHT_DATA_PROTECTION, a->person_id, "erase this person", err));
    struct str search_key = viet_search_key(&arena, PERSON_ERASED_NAME),
               sort_key = viet_sort_key(&arena, PERSON_ERASED_NAME);
    if (str_is_null(search_key) || str_is_null(sort_key))
        return arena_full(&arena, err);
    int64_t changes = 0;
    TRY(sql_person_forget(db,
                          &(struct sql_person_forget_args){.id = a->person_id,
                                                           .name = PERSON_ERASED_NAME,
                                                           .search_key = search_key,
                                                           .sort_key = sort_key,
                                                           .erased_ms = db_now_ms(db)},
                          &changes, err));
    if (changes != 1)
        return err_set(err, ERR_NOT_FOUND, "không có người này");
    civil_day today = db_today(db);
    TRY(lock_out(db, a->person_id, err));
    TRY(sql_credential_wipe(db, &(struct sql_credential_wipe_args){.person_id = a->person_id}, err));
    TRY(sql_recovery_wipe(db, &(struct sql_recovery_wipe_args){.person_id = a->person_id}, err));
    TRY(sql_notice_wipe(db, &(struct sql_notice_wipe_args){.person_id = a->person_id}, err));
    TRY(sql_grant_close_all(db, &(struct sql_grant_close_all_args){.person_id = a->person_id, .day = today}, err));
    TRY(sql_person_unit_end_all(db, &(struct sql_person_unit_end_all_args){.person_id = a->person_id, .day = today},
                                err));
    /* What the chain says of him by name goes too; the entries stay. */
    struct sql_person_entries_rows entries;
    TRY(sql_person_entries(db, &arena, &(struct sql_person_entries_args){.person_id = a->person_id}, &entries, err));
    for (size_t i = 0; i < entries.count; i++)
        TRY(chain_erase(db, entries.items[i].id, a->actor->person_id, a->text, err));
    return note(db, a->actor, "person_erased", a->person_id, 0, a->text, err);
}

enum err_code person_erase(struct db *db, const struct actor *actor, int64_t person_id, struct str reason,
                           struct err *err)
{
    if (str_is_empty(str_trim(reason)))
        return err_set(err, ERR_SYNTAX, "cần ghi lý do xóa");
    struct adding a = {.actor = actor, .person_id = person_id, .text = str_trim(reason)};
    return db_transact(db, erase_in_transaction, &a, err);
}

enum err_code person_look(struct db *db, const struct actor *actor, struct str language, struct str theme,
                          struct err *err)
{
    if (!str_equal(language, STR("vi")) && !str_equal(language, STR("en")))
        return err_set(err, ERR_SYNTAX, "không có ngôn ngữ '%.*s'", STR_ARG(language));
    if (!str_equal(theme, STR("auto")) && !str_equal(theme, STR("light")) && !str_equal(theme, STR("dark")))
        return err_set(err, ERR_SYNTAX, "không có giao diện '%.*s'", STR_ARG(theme));
    int64_t changes = 0;
    TRY(sql_person_set_look(
        db, &(struct sql_person_set_look_args){.id = actor->person_id, .language = language, .theme = theme}, &changes,
        err));
    return changes == 1 ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "không có người này");
}

/* --- grants --- */

/* Every right of the role held on the unit (and, for a grant that goes down, the flowing ones down that same tree). */
static enum err_code holds_all(struct db *db, struct arena *arena, const struct actor *actor,
                               const struct know_role *role, int64_t unit_id, struct str edge_kind, bool *ret_holds,
                               struct err *err)
{
    bool has = false;
    TRY(access_has(db, actor, RIGHT_PEOPLE_ADMIN, unit_id, &has, err));
    uint64_t held = 0;
    for (unsigned bit = 0; has && bit < RIGHT_COUNT; bit++) {
        uint64_t right = UINT64_C(1) << bit;
        if (!(role->right_bits & right))
            continue;
        TRY(access_has(db, actor, right, unit_id, &has, err));
        held |= has ? right : 0;
    }
    if (has && !str_is_empty(edge_kind) && !actor->all) {
        struct sql_grant_down_rights_rows down;
        TRY(sql_grant_down_rights(
            db, arena,
            &(struct sql_grant_down_rights_args){
                .person_id = actor->person_id, .unit_id = unit_id, .edge_kind = edge_kind, .on_day = actor->day},
            &down, err));
        uint64_t flowing = 0, want = (role->right_bits | RIGHT_PEOPLE_ADMIN) & know_flowing_rights();
        for (size_t i = 0; i < down.count; i++)
            flowing |= (uint64_t)down.items[i].rights;
        has = (flowing & want) == want;
    }
    *ret_holds = has && (held & role->right_bits) == role->right_bits;
    return ERR_NONE;
}

/* A role the actor holds there names this one. Who acts for a unit names for that unit alone. */
static enum err_code names_it(struct db *db, struct arena *arena, const struct actor *actor,
                              const struct know_role *role, int64_t unit_id, struct str edge_kind, bool *ret_names,
                              struct err *err)
{
    struct sql_grant_roles_at_rows held;
    TRY(sql_grant_roles_at(
        db, arena,
        &(struct sql_grant_roles_at_args){
            .person_id = actor->person_id, .unit_id = unit_id, .edge_kind = edge_kind, .on_day = actor->day},
        &held, err));
    bool names = false;
    for (size_t i = 0; i < held.count && !names; i++) {
        const struct know_role *mine = know_role_find(held.items[i].role);
        if (!mine || !know_ids_has(mine->names, role->id))
            continue;
        if (mine->acts_for_unit)
            names = held.items[i].own && str_is_empty(edge_kind);
        else
            names = str_is_empty(edge_kind) || held.items[i].down;
    }
    *ret_names = names;
    return ERR_NONE;
}

static enum err_code may_give(struct db *db, struct arena *arena, const struct actor *actor,
                              const struct know_role *role, int64_t unit_id, struct str edge_kind, int64_t person_id,
                              struct err *err)
{
    if (actor->all)
        return ERR_NONE;
    if (actor->person_id == person_id)
        return err_set(err, ERR_DENIED, "không ai tự giao quyền cho mình");
    bool may = false;
    TRY(holds_all(db, arena, actor, role, unit_id, edge_kind, &may, err));
    if (!may)
        TRY(names_it(db, arena, actor, role, unit_id, edge_kind, &may, err));
    return may ? ERR_NONE
               : err_set(err, ERR_DENIED, "bạn không được giao vai trò %.*s ở đơn vị này", STR_ARG(role->title.vi));
}

struct giving {
    const struct actor *actor;
    const struct grant_request *request;
    int64_t id;
    civil_day day;
};

static enum err_code check_never_with(struct db *db, struct arena *arena, const struct grant_request *r,
                                      const struct know_role *role, struct err *err)
{
    struct sql_grant_near_rows near;
    TRY(sql_grant_near(
        db, arena,
        &(struct sql_grant_near_args){
            .person_id = r->person_id, .unit_id = r->unit_id, .edge_kind = r->edge_kind, .on_day = r->from_day},
        &near, err));
    for (size_t i = 0; i < near.count; i++) {
        const struct know_role *other = know_role_find(near.items[i].role);
        if (other && (know_ids_has(role->never_with, other->id) || know_ids_has(other->never_with, role->id)))
            return err_set(err, ERR_CONFLICT, "một người không thể vừa là %.*s vừa là %.*s", STR_ARG(role->title.vi),
                           STR_ARG(other->title.vi));
    }
    return ERR_NONE;
}

static enum err_code put_grant(struct db *db, const struct giving *g, const struct know_role *role, int64_t id,
                               struct str edge_kind, uint64_t rights, int64_t pair_id, struct err *err)
{
    const struct grant_request *r = g->request;
    return sql_grant_insert(db,
                            &(struct sql_grant_insert_args){
                                .id = id,
                                .person_id = r->person_id,
                                .role = role->id,
                                .unit_id = r->unit_id,
                                .edge_kind = edge_kind,
                                .rights = (int64_t)rights,
                                .from_day = r->from_day,
                                .to_day = r->to_day,
                                .basis = or_none(r->basis),
                                .granted_by = {g->actor->person_id != 0, g->actor->person_id},
                                .granted_ms = db_now_ms(db),
                                .pair_id = {pair_id != 0, pair_id},
                                .needs_factor = role->needs_second_factor,
                            },
                            err);
}

static enum err_code note_grant(struct db *db, const struct actor *actor, const char *kind, int64_t id,
                                int64_t person_id, struct str role, int64_t unit_id, struct str edge_kind,
                                struct arena *arena, struct err *err)
{
    struct str content = arena_printf(arena, "{\"grant\":\"%lld\",\"role\":\"%.*s\",\"edge_kind\":\"%.*s\"}",
                                      (long long)id, STR_ARG(role), STR_ARG(edge_kind));
    if (str_is_null(content))
        return arena_full(arena, err);
    return note(db, actor, kind, person_id, unit_id, content, err);
}

static enum err_code give_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct giving *g = ctx;
    const struct grant_request *r = g->request;
    AUTO_ARENA arena;
    arena_init(&arena, PERSON_ARENA_BYTES);
    const struct know_role *role = know_role_find(r->role);
    if (!role)
        return err_set(err, ERR_SYNTAX, "không có vai trò '%.*s'", STR_ARG(r->role));
    bool is_tree = str_is_empty(r->edge_kind);
    for (size_t i = 0; i < know_edge_kind_count && !is_tree; i++)
        is_tree = str_equal(know_edge_kinds[i].id, r->edge_kind);
    if (!is_tree)
        return err_set(err, ERR_SYNTAX, "không có cây tổ chức '%.*s'", STR_ARG(r->edge_kind));
    if (r->to_day <= r->from_day)
        return err_set(err, ERR_SYNTAX, "ngày kết thúc phải sau ngày bắt đầu");
    TRY(may_give(db, &arena, g->actor, role, r->unit_id, r->edge_kind, r->person_id, err));
    struct sql_person_raw_row *person;
    TRY(require_person(db, &arena, r->person_id, &person, err));
    struct sql_grant_same_row *same = NULL;
    TRY(sql_grant_same(db, &arena,
                       &(struct sql_grant_same_args){
                           .person_id = r->person_id, .role = role->id, .unit_id = r->unit_id, .on_day = r->from_day},
                       &same, err));
    if (same && same->n > 0)
        return err_set(err, ERR_CONFLICT, "người này đã giữ vai trò %.*s ở đơn vị", STR_ARG(role->title.vi));
    TRY(check_never_with(db, &arena, r, role, err));
    g->id = db_id(db);
    TRY(put_grant(db, g, role, g->id, STR(""), role->right_bits, 0, err));
    uint64_t flowing = role->right_bits & know_flowing_rights();
    if (!str_is_empty(r->edge_kind) && flowing)
        TRY(put_grant(db, g, role, db_id(db), r->edge_kind, flowing, g->id, err));
    return note_grant(db, g->actor, "grant_given", g->id, r->person_id, role->id, r->unit_id, r->edge_kind, &arena,
                      err);
}

enum err_code grant_give(struct db *db, const struct actor *actor, const struct grant_request *request, int64_t *ret_id,
                         struct err *err)
{
    struct giving g = {.actor = actor, .request = request};
    TRY(db_transact(db, give_in_transaction, &g, err));
    *ret_id = g.id;
    return ERR_NONE;
}

static enum err_code end_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct giving *g = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, PERSON_ARENA_BYTES);
    struct sql_grant_raw_row *row = NULL;
    TRY(sql_grant_raw(db, &arena, &(struct sql_grant_raw_args){.id = g->id}, &row, err));
    if (row && row->pair_id.has)
        TRY(sql_grant_raw(db, &arena, &(struct sql_grant_raw_args){.id = row->pair_id.v}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "không có quyền này");
    const struct know_role *role = know_role_find(row->role);
    bool has = row->person_id == g->actor->person_id;
    if (!has)
        TRY(access_has(db, g->actor, RIGHT_PEOPLE_ADMIN, row->unit_id, &has, err));
    if (!has && role)
        TRY(names_it(db, &arena, g->actor, role, row->unit_id, STR(""), &has, err));
    if (!has)
        return err_set(err, ERR_DENIED, "bạn không được thu hồi quyền này");
    int64_t changes = 0;
    TRY(sql_grant_close(db, &(struct sql_grant_close_args){.id = row->id, .day = g->day}, &changes, err));
    if (changes == 0)
        return err_set(err, ERR_CONFLICT, "quyền này đã hết hiệu lực");
    return note_grant(db, g->actor, "grant_ended", row->id, row->person_id, row->role, row->unit_id, row->edge_kind,
                      &arena, err);
}

enum err_code grant_end(struct db *db, const struct actor *actor, int64_t grant_id, civil_day day, struct err *err)
{
    struct giving g = {.actor = actor, .id = grant_id, .day = day};
    return db_transact(db, end_in_transaction, &g, err);
}
