#include "know/know.h"
#include "org/session_parts.h"

static const struct {
    const char *id;
    enum know_threshold_id life;
} invitation_kinds[] = {
    [INVITATION_INVITE] = {"invite", KNOW_INVITE_LINK},
    [INVITATION_RESET] = {"reset", KNOW_RESET_LINK},
    [INVITATION_DEMO] = {"demo", KNOW_RESET_LINK},
};

int64_t invitation_life_ms(enum invitation_kind kind, civil_day day)
{
    return know_threshold_ms(invitation_kinds[kind].life, day);
}

struct inviting {
    const struct actor *actor;
    int64_t person_id;
    enum invitation_kind kind;
    int64_t life_ms;
    struct session_token token;
};

static enum err_code invite_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct inviting *v = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SESSION_ARENA_BYTES);
    struct str kind = str_from_cstr(invitation_kinds[v->kind].id);
    if (v->kind == INVITATION_DEMO && !v->actor->all)
        return err_set(err, ERR_DENIED, "only the system itself makes these links");
    TRY(session_require_over(db, v->actor, v->person_id, "invite this person", err));
    struct sql_person_raw_row *person = NULL;
    TRY(sql_person_raw(db, &arena, &(struct sql_person_raw_args){.id = v->person_id}, &person, err));
    if (!person || !person->is_active || person->erased_ms.has)
        return err_set(err, ERR_NOT_FOUND, "không có người này, hoặc tài khoản đã khóa");
    int64_t now_ms = db_now_ms(db);
    TRY(sql_invitation_void(
        db, &(struct sql_invitation_void_args){.person_id = v->person_id, .kind = kind, .used_ms = now_ms}, err));
    v->token = session_token_new("");
    struct sha256 hash = crypto_sha256(str_from_cstr(v->token.text));
    TRY(sql_invitation_insert(
        db,
        &(struct sql_invitation_insert_args){
            .token_hash = sha256_str(&hash),
            .person_id = v->person_id,
            .kind = kind,
            .created_by = {v->actor->person_id != 0, v->actor->person_id},
            .created_ms = now_ms,
            .expires_ms = now_ms + (v->life_ms ? v->life_ms : invitation_life_ms(v->kind, db_today(db))),
        },
        err));
    return session_note(db, "link_made", v->person_id, v->actor->person_id, kind, err);
}

enum err_code invitation_new(struct db *db, const struct actor *actor, int64_t person_id, enum invitation_kind kind,
                             int64_t lifetime_ms, struct session_token *ret_token, struct err *err)
{
    struct inviting v = {.actor = actor, .person_id = person_id, .kind = kind, .life_ms = lifetime_ms};
    TRY(db_transact(db, invite_in_transaction, &v, err));
    *ret_token = v.token;
    return ERR_NONE;
}

enum err_code invitation_look(struct db *db, struct str token, struct arena *arena, struct invitation *ret_invitation,
                              struct err *err)
{
    struct sha256 hash = crypto_sha256(token);
    struct sql_invitation_get_row *row = NULL;
    TRY(sql_invitation_get(db, arena,
                           &(struct sql_invitation_get_args){.token_hash = sha256_str(&hash), .now_ms = db_now_ms(db)},
                           &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "liên kết đã dùng hoặc hết hạn: xin liên kết mới");
    struct invitation out = {
        .person_id = row->person_id, .name = row->name, .kind = INVITATION_INVITE, .expires_ms = row->expires_ms};
    for (size_t k = 0; k < ARRAY_LEN(invitation_kinds); k++)
        if (str_equal(row->kind, str_from_cstr(invitation_kinds[k].id)))
            out.kind = (enum invitation_kind)k;
    out.sign_in_name = !str_is_null(row->sign_in_name) ? row->sign_in_name
                       : str_is_null(row->email)       ? STR("")
                                                       : session_clean_name(arena, row->email);
    *ret_invitation = out;
    return ERR_NONE;
}

static enum err_code use_link(struct db *db, struct session_opening *o, struct err *err)
{
    int64_t changes = 0;
    TRY(sql_invitation_use(db, &(struct sql_invitation_use_args){.token_hash = o->link_hash, .now_ms = db_now_ms(db)},
                           &changes, err));
    return changes == 1 ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "liên kết đã dùng hoặc hết hạn: xin liên kết mới");
}

static enum err_code accept_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct session_opening *o = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SESSION_ARENA_BYTES);
    int64_t changes = 0;
    TRY(use_link(db, o, err));
    TRY(session_put_credential(db, &arena, o->person_id, o->sign_in_name, o->rehash, err));
    TRY(sql_session_wipe(db, &(struct sql_session_wipe_args){.person_id = o->person_id}, &changes, err));
    return session_put(db, o, err);
}

enum err_code invitation_accept(struct db *db, struct str token, struct str sign_in_name, struct str password,
                                const struct session_from *from, struct session_token *ret_token, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, SESSION_ARENA_BYTES);
    struct invitation link;
    TRY(invitation_look(db, token, &arena, &link, err));
    if (link.kind == INVITATION_DEMO)
        return err_set(err, ERR_CONFLICT, "liên kết này chỉ để đăng nhập một lần");
    struct sha256 hash = crypto_sha256(token);
    struct session_opening o = {
        .person_id = link.person_id, .from = from, .kind = "link_accepted", .link_hash = sha256_str(&hash)};
    TRY(session_name_for(&arena, sign_in_name, &o.sign_in_name, err));
    TRY(password_is_good(password, o.sign_in_name, db_today(db), err));
    TRY(password_hash(session_cost_today(db), password, &arena, &o.rehash, err));
    TRY(db_transact(db, accept_in_transaction, &o, err));
    *ret_token = o.token;
    return ERR_NONE;
}

static enum err_code demo_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct session_opening *o = ctx;
    TRY(use_link(db, o, err));
    return session_put(db, o, err);
}

enum err_code invitation_sign_in(struct db *db, struct str token, const struct session_from *from,
                                 struct session_token *ret_token, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, SESSION_ARENA_BYTES);
    struct invitation link;
    TRY(invitation_look(db, token, &arena, &link, err));
    if (link.kind != INVITATION_DEMO)
        return err_set(err, ERR_CONFLICT, "liên kết này để đặt mật khẩu");
    struct sha256 hash = crypto_sha256(token);
    struct session_opening o = {.person_id = link.person_id,
                                .has_second_factor = true,
                                .from = from,
                                .kind = "signed_in_demo",
                                .link_hash = sha256_str(&hash)};
    TRY(db_transact(db, demo_in_transaction, &o, err));
    *ret_token = o.token;
    return ERR_NONE;
}
