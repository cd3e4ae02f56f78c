#include "know/know.h"
#include "org/session_parts.h"

struct minting {
    const struct actor *actor;
    struct str name;
    uint64_t rights;
    int days;
    int64_t id;
    struct session_token token;
};

static enum err_code mint_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct minting *m = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SESSION_ARENA_BYTES);
    struct sql_rights_of_rows held;
    TRY(sql_rights_of(db, &arena,
                      &(struct sql_rights_of_args){.person_id = m->actor->person_id, .today = m->actor->day}, &held,
                      err));
    uint64_t mine = 0;
    for (size_t i = 0; i < held.count; i++)
        mine |= (uint64_t)held.items[i].rights;
    if ((m->rights & mine) != m->rights)
        return err_set(err, ERR_DENIED, "khóa API không thể có quyền mà bạn không có");
    int64_t now_ms = db_now_ms(db);
    m->id = db_id(db);
    m->token = session_token_new("ltr_");
    struct sha256 hash = crypto_sha256(str_from_cstr(m->token.text));
    TRY(sql_api_token_insert(db,
                             &(struct sql_api_token_insert_args){
                                 .id = m->id,
                                 .token_hash = sha256_str(&hash),
                                 .person_id = m->actor->person_id,
                                 .name = m->name,
                                 .rights = (int64_t)m->rights,
                                 .created_ms = now_ms,
                                 .expires_ms = now_ms + m->days * CIVIL_DAY_MS,
                             },
                             err));
    return session_note(db, "api_token_made", m->actor->person_id, m->actor->person_id, m->name, err);
}

enum err_code api_token_new(struct db *db, const struct actor *actor, struct str name, uint64_t rights, int days,
                            int64_t *ret_id, struct session_token *ret_token, struct err *err)
{
    if (actor->person_id == 0)
        return err_set(err, ERR_DENIED, "a token belongs to a person");
    if (str_is_empty(str_trim(name)))
        return err_set(err, ERR_SYNTAX, "khóa API cần có tên");
    if (rights == 0)
        return err_set(err, ERR_SYNTAX, "chọn ít nhất một quyền cho khóa API");
    int most = know_threshold(KNOW_TOKEN_DAYS_MOST, db_today(db));
    if (days < 1 || days > most)
        return err_set(err, ERR_SYNTAX, "thời hạn từ 1 đến %d ngày", most);
    struct minting m = {.actor = actor, .name = str_trim(name), .rights = rights, .days = days};
    TRY(db_transact(db, mint_in_transaction, &m, err));
    *ret_id = m.id;
    *ret_token = m.token;
    return ERR_NONE;
}

enum err_code api_token_find(struct db *db, struct str token_hash, struct arena *arena, struct api_token *ret_token,
                             struct err *err)
{
    struct sql_api_token_by_hash_row *row = NULL;
    int64_t now_ms = db_now_ms(db);
    TRY(sql_api_token_by_hash(
        db, arena, &(struct sql_api_token_by_hash_args){.token_hash = token_hash, .now_ms = now_ms}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "khóa API không đúng, hết hạn hoặc đã thu hồi");
    if (!row->used_ms.has || now_ms - row->used_ms.v >= SESSION_TOUCH_MS)
        TRY(sql_api_token_used(db, &(struct sql_api_token_used_args){.id = row->id, .used_ms = now_ms}, err));
    *ret_token = (struct api_token){.id = row->id,
                                    .person_id = row->person_id,
                                    .person_name = row->person_name,
                                    .name = row->name,
                                    .language = row->language,
                                    .rights = (uint64_t)row->rights};
    return ERR_NONE;
}

enum err_code api_token_lookup(struct db *db, struct str token, struct arena *arena, struct api_token *ret_token,
                               struct err *err)
{
    struct sha256 hash = crypto_sha256(token);
    return api_token_find(db, sha256_str(&hash), arena, ret_token, err);
}

static enum err_code end_token_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct minting *m = ctx;
    int64_t changes = 0;
    TRY(sql_api_token_revoke(
        db, m->actor, &(struct sql_api_token_revoke_args){.id = m->id, .revoked_ms = db_now_ms(db)}, &changes, err));
    if (changes != 1)
        return err_set(err, ERR_NOT_FOUND, "không có khóa API này");
    return session_note(db, "api_token_ended", m->actor->person_id, m->actor->person_id, STR(""), err);
}

enum err_code api_token_end(struct db *db, const struct actor *actor, int64_t id, struct err *err)
{
    struct minting m = {.actor = actor, .id = id};
    return db_transact(db, end_token_in_transaction, &m, err);
}
