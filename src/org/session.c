#include "org/session_parts.h"

#include "base/viet.h"
#include "know/know.h"

#undef session_refuse_locked /* a macro for the analyser alone */

#define SIGN_IN_NAME_MAX 120u /* characters */

enum err_code session_note(struct db *db, const char *kind, int64_t person_id, int64_t actor_id, struct str content,
                           struct err *err)
{
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_AUDIT,
                                             .kind = kind,
                                             .object_kind = "person",
                                             .object_id = person_id,
                                             .actor_id = actor_id,
                                             .content = str_is_null(content) ? STR("") : content},
                        NULL, err);
}

struct session_token session_token_new(const char *prefix)
{
    struct session_token token;
    char random[CRYPTO_TOKEN_CHARS + 1];
    crypto_token(random);
    snprintf(token.text, sizeof token.text, "%s%s", prefix, random);
    crypto_wipe(random, sizeof random);
    return token;
}

/* Sign-in names: lower case, no blanks; NULL text when it cannot be one. */
struct str session_clean_name(struct arena *arena, struct str name)
{
    name = str_trim(name);
    if (str_is_empty(name) || utf8_count(name) > SIGN_IN_NAME_MAX)
        return STR_NONE;
    for (size_t i = 0; i < name.len_bytes; i++)
        if ((unsigned char)name.ptr[i] <= ' ' || name.ptr[i] == 0x7f)
            return STR_NONE;
    return viet_lower(arena, name);
}

/* What a password costs to try, as the rules of today say. */
struct password_cost session_cost_today(const struct db *db)
{
    const struct know_password_cost *row = know_password_cost_on(db_today(db));
    return (struct password_cost){(uint32_t)row->memory_kib, (uint32_t)row->passes};
}

/* --- failures and locks --- */

enum err_code session_refuse_locked(int64_t locked_until_ms, int64_t now_ms, struct err *err)
{
    long long seconds = (long long)((locked_until_ms - now_ms + 999) / 1000);
    if (seconds <= 90)
        return err_set(err, ERR_BUSY, "sai nhiều lần: thử lại sau %lld giây", seconds);
    return err_set(err, ERR_BUSY, "sai nhiều lần: thử lại sau %lld phút", (seconds + 59) / 60);
}

struct failure {
    int64_t person_id;
    const char *kind;
    struct str ip;
};

static int64_t lock_ms(int64_t failed_count, civil_day day)
{
    int64_t tries = know_threshold(KNOW_SIGN_IN_TRIES, day), longest = know_threshold_ms(KNOW_LOCK_LONGEST, day);
    if (failed_count < tries)
        return 0;
    int64_t ms = know_threshold_ms(KNOW_LOCK_FIRST, day);
    for (int64_t i = tries; i < failed_count && ms < longest; i++)
        ms *= 2;
    return ms < longest ? ms : longest;
}

static enum err_code fail_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct failure *f = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SESSION_ARENA_BYTES);
    struct sql_credential_failed_row *row = NULL;
    TRY(sql_credential_failed(db, &arena, &(struct sql_credential_failed_args){.person_id = f->person_id}, &row, err));
    int64_t ms = row ? lock_ms(row->failed_count, db_today(db)) : 0;
    if (ms)
        TRY(sql_credential_lock(
            db, &(struct sql_credential_lock_args){.person_id = f->person_id, .locked_until_ms = db_now_ms(db) + ms},
            err));
    return session_note(db, f->kind, f->person_id, 0, f->ip, err);
}

enum err_code session_count_failure(struct db *db, int64_t person_id, const char *kind, struct str ip, struct err *err)
{
    struct failure f = {person_id, kind, ip};
    return db_transact(db, fail_in_transaction, &f, err);
}

/* --- opening and finding --- */

enum err_code session_put(struct db *db, struct session_opening *o, struct err *err)
{
    char csrf[CSRF_KEY_BYTES];
    crypto_random(csrf, sizeof csrf);
    o->token = session_token_new("");
    struct sha256 hash = crypto_sha256(str_from_cstr(o->token.text));
    int64_t now_ms = db_now_ms(db);
    TRY(sql_session_insert(db,
                           &(struct sql_session_insert_args){
                               .token_hash = sha256_str(&hash),
                               .person_id = o->person_id,
                               .csrf_key = {csrf, sizeof csrf},
                               .created_ms = now_ms,
                               .expires_ms = now_ms + know_threshold_ms(KNOW_SESSION_LIFE, db_today(db)),
                               .ip = o->from->ip,
                               .agent = str_is_null(o->from->agent) || !utf8_is_valid(o->from->agent)
                                            ? STR_NONE
                                            : str_slice(o->from->agent, 0, 300),
                               .has_second_factor = o->has_second_factor,
                           },
                           err));
    return session_note(db, o->kind, o->person_id, o->person_id, o->from->ip, err);
}

/* The same password at today's cost; not over one that was chosen meanwhile. */
static enum err_code put_rehash(struct db *db, const struct session_opening *o, struct err *err)
{
    int64_t changes = 0;
    if (str_is_null(o->rehash))
        return ERR_NONE;
    return sql_credential_rehash(db,
                                 &(struct sql_credential_rehash_args){
                                     .person_id = o->person_id, .password_hash = o->rehash, .old_hash = o->rehash_of},
                                 &changes, err);
}

static enum err_code open_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct session_opening *o = ctx;
    TRY(sql_credential_fine(db, &(struct sql_credential_fine_args){.person_id = o->person_id}, err));
    TRY(put_rehash(db, o, err));
    return session_put(db, o, err);
}

/* A session that still wants its second factor. */
static enum err_code half_in_transaction(struct db *db, void *ctx, struct err *err)
{
    TRY(put_rehash(db, ctx, err));
    return session_put(db, ctx, err);
}

enum err_code session_open(struct db *db, int64_t person_id, bool has_second_factor, const struct session_from *from,
                           struct session_token *ret_token, struct err *err)
{
    struct session_opening o = {.person_id = person_id,
                                .has_second_factor = has_second_factor,
                                .from = from,
                                .kind = "session_opened",
                                .rehash = STR_NONE};
    TRY(db_transact(db, open_in_transaction, &o, err));
    *ret_token = o.token;
    return ERR_NONE;
}

enum err_code session_sign_in(struct db *db, struct str sign_in_name, struct str password,
                              const struct session_from *from, struct session_token *ret_token, struct err *err)
{
    static const char wrong[] = "tên đăng nhập hoặc mật khẩu không đúng";
    AUTO_ARENA arena;
    arena_init(&arena, SESSION_ARENA_BYTES);
    struct str name = session_clean_name(&arena, sign_in_name);
    struct sql_credential_by_name_row *row = NULL;
    if (!str_is_null(name) && utf8_is_valid(name))
        TRY(sql_credential_by_name(db, &arena, &(struct sql_credential_by_name_args){.sign_in_name = name}, &row, err));
    if (!row || str_is_null(row->password_hash) || !row->is_active) {
        struct str unused; /* the same work for a name that is not there, so that time does not tell */
        err_ignore(password_hash(session_cost_today(db), password, &arena, &unused, err), "only its time counts");
        return err_set(err, ERR_DENIED, "%s", wrong);
    }
    int64_t now_ms = db_now_ms(db);
    if (row->locked_until_ms.has && row->locked_until_ms.v > now_ms)
        return session_refuse_locked(row->locked_until_ms.v, now_ms, err);
    bool is_old = false;
    enum err_code code = password_check(session_cost_today(db), password, row->password_hash, &is_old, err);
    if (code == ERR_DENIED || code == ERR_LIMIT) {
        TRY(session_count_failure(db, row->person_id, "sign_in_failed", from->ip, err));
        return err_set(err, ERR_DENIED, "%s", wrong);
    }
    TRY(code);
    struct session_opening o = {.person_id = row->person_id, .from = from, .kind = "signed_in", .rehash = STR_NONE};
    if (is_old) {
        TRY(password_hash(session_cost_today(db), password, &arena, &o.rehash, err));
        o.rehash_of = row->password_hash;
    }
    if (row->totp_confirmed_ms.has) {
        /* The failures stay counted until the second factor is right too, or a known password would buy endless codes.
         */
        o.kind = "password_right";
        TRY(db_transact(db, half_in_transaction, &o, err));
    } else
        TRY(db_transact(db, open_in_transaction, &o, err));
    *ret_token = o.token;
    return ERR_NONE;
}

enum err_code session_find(struct db *db, struct str token_hash, struct arena *arena, struct session_info *ret_session,
                           struct err *err)
{
    struct sql_session_by_token_row *row = NULL;
    TRY(sql_session_by_token(
        db, arena,
        &(struct sql_session_by_token_args){.token_hash = token_hash,
                                            .now_ms = db_now_ms(db),
                                            .idle_ms = know_threshold_ms(KNOW_SESSION_IDLE, db_today(db)),
                                            .today = db_today(db)},
        &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "phiên đăng nhập đã kết thúc");
    *ret_session = (struct session_info){
        .person_id = row->person_id,
        .name = row->name,
        .language = row->language,
        .theme = row->theme,
        .csrf_key = row->csrf_key,
        .rights = (uint64_t)row->rights,
        .unit_id = row->unit_id.has ? row->unit_id.v : 0,
        .unit_name = row->unit_name,
        .unread_count = row->unread,
        .seen_ms = row->seen_ms,
        .has_totp = row->has_totp,
        .is_sample = row->is_sample,
        .wants = row->has_second_factor ? SESSION_READY
                 : row->has_totp        ? SESSION_WANTS_CODE
                 : row->needs_factor    ? SESSION_WANTS_ENROL
                                        : SESSION_READY,
    };
    return ERR_NONE;
}

enum err_code session_lookup(struct db *db, struct str token, struct arena *arena, struct session_info *ret_session,
                             struct err *err)
{
    struct sha256 hash = crypto_sha256(token);
    return session_find(db, sha256_str(&hash), arena, ret_session, err);
}

enum err_code session_touch(struct db *db, struct str token, const struct session_info *session, struct err *err)
{
    int64_t now_ms = db_now_ms(db);
    if (now_ms - session->seen_ms < SESSION_TOUCH_MS)
        return ERR_NONE;
    struct sha256 hash = crypto_sha256(token);
    return sql_session_seen(db, &(struct sql_session_seen_args){.token_hash = sha256_str(&hash), .seen_ms = now_ms},
                            err);
}

static enum err_code close_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct session_opening *o = ctx;
    int64_t changes = 0;
    TRY(sql_session_delete(db, &(struct sql_session_delete_args){.token_hash = o->old_token_hash}, &changes, err));
    return changes ? session_note(db, "signed_out", o->person_id, o->person_id, STR(""), err) : ERR_NONE;
}

enum err_code session_close(struct db *db, struct str token, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, SESSION_ARENA_BYTES);
    struct session_info session;
    struct sha256 hash = crypto_sha256(token);
    struct session_opening o = {.old_token_hash = sha256_str(&hash)};
    enum err_code code = session_lookup(db, token, &arena, &session, err);
    if (code == ERR_NOT_FOUND)
        return ERR_NONE;
    TRY(code);
    o.person_id = session.person_id;
    return db_transact(db, close_in_transaction, &o, err);
}

/* Oneself, or whoever may manage the person. */
enum err_code session_require_over(struct db *db, const struct actor *actor, int64_t person_id, const char *what,
                                   struct err *err)
{
    if (actor->all || actor->person_id == person_id)
        return ERR_NONE;
    AUTO_ARENA arena;
    arena_init(&arena, SESSION_ARENA_BYTES);
    struct actor asked = actor_with(actor, RIGHT_PEOPLE_ADMIN);
    struct sql_person_is_managed_row *row = NULL;
    TRY(sql_person_is_managed(db, &asked, &arena,
                              &(struct sql_person_is_managed_args){.person_id = person_id, .on_day = actor->day}, &row,
                              err));
    return row && row->n > 0 ? ERR_NONE : err_set(err, ERR_DENIED, "not allowed to %s", what);
}

struct closing {
    const struct actor *actor;
    int64_t person_id;
    struct str token;
    int64_t closed;
};

static enum err_code close_all_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct closing *c = ctx;
    TRY(session_require_over(db, c->actor, c->person_id, "close these sessions", err));
    struct sha256 hash = crypto_sha256(c->token);
    TRY(sql_session_delete_others(
        db, &(struct sql_session_delete_others_args){.person_id = c->person_id, .token_hash = sha256_str(&hash)},
        &c->closed, err));
    return c->closed ? session_note(db, "sessions_closed", c->person_id, c->actor->person_id, STR(""), err) : ERR_NONE;
}

enum err_code session_close_all(struct db *db, const struct actor *actor, int64_t person_id, struct str but_token,
                                int64_t *ret_closed, struct err *err)
{
    struct closing c = {.actor = actor, .person_id = person_id, .token = but_token};
    TRY(db_transact(db, close_all_in_transaction, &c, err));
    *ret_closed = c.closed;
    return ERR_NONE;
}

enum err_code session_expire(struct db *db, int64_t *ret_dropped, struct err *err)
{
    return sql_session_expire(
        db,
        &(struct sql_session_expire_args){.now_ms = db_now_ms(db),
                                          .idle_ms = know_threshold_ms(KNOW_SESSION_IDLE, db_today(db))},
        ret_dropped, err);
}

enum err_code session_end_all(struct db *db, int64_t *ret_sessions, int64_t *ret_links, struct err *err)
{
    TRY(sql_session_end_all(db, ret_sessions, err));
    return sql_invitation_void_all(db, &(struct sql_invitation_void_all_args){.used_ms = db_now_ms(db)}, ret_links,
                                   err);
}

/* --- passwords --- */

enum err_code password_is_good(struct str password, struct str sign_in_name, civil_day day, struct err *err)
{
    size_t shortest = (size_t)know_threshold(KNOW_PASSWORD_LENGTH, day);
    if (!utf8_is_valid(password) || utf8_count(password) < shortest)
        return err_set(err, ERR_SYNTAX, "mật khẩu cần ít nhất %zu ký tự", shortest);
    if (password.len_bytes > PASSWORD_MAX_BYTES)
        return err_set(err, ERR_SYNTAX, "mật khẩu dài quá %u kB", PASSWORD_MAX_BYTES >> 10);
    bool is_one = true;
    for (size_t i = 1; i < password.len_bytes && is_one; i++)
        is_one = password.ptr[i] == password.ptr[0];
    if (is_one)
        return err_set(err, ERR_SYNTAX, "mật khẩu không thể chỉ là một ký tự lặp lại");
    AUTO_ARENA arena;
    arena_init(&arena, SESSION_ARENA_BYTES);
    struct str lower = viet_lower(&arena, password), name = viet_lower(&arena, str_trim(sign_in_name));
    if (str_is_null(lower) || str_is_null(name))
        return arena_full(&arena, err);
    bool holds = name.len_bytes >= 4 && str_contains(lower, name);
    return holds ? err_set(err, ERR_SYNTAX, "mật khẩu không được chứa tên đăng nhập") : ERR_NONE;
}

struct changing {
    const struct actor *actor;
    int64_t person_id;
    struct str name;
    struct str hash;
    struct str token;
    const char *kind;
};

static enum err_code change_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct changing *c = ctx;
    int64_t changes = 0;
    TRY(sql_credential_password(db,
                                &(struct sql_credential_password_args){
                                    .person_id = c->person_id, .password_hash = c->hash, .password_ms = db_now_ms(db)},
                                &changes, err));
    TRY(sql_credential_fine(db, &(struct sql_credential_fine_args){.person_id = c->person_id}, err));
    struct sha256 hash = crypto_sha256(c->token);
    TRY(sql_session_delete_others(
        db, &(struct sql_session_delete_others_args){.person_id = c->person_id, .token_hash = sha256_str(&hash)},
        &changes, err));
    return session_note(db, "password_changed", c->person_id, c->actor->person_id, STR(""), err);
}

enum err_code password_change(struct db *db, const struct actor *actor, struct str old_password,
                              struct str new_password, struct str token, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, SESSION_ARENA_BYTES);
    struct sql_credential_of_row *row = NULL;
    TRY(sql_credential_of(db, &arena, &(struct sql_credential_of_args){.person_id = actor->person_id}, &row, err));
    if (!row || str_is_null(row->password_hash))
        return err_set(err, ERR_NOT_FOUND, "tài khoản chưa có mật khẩu");
    int64_t now_ms = db_now_ms(db);
    if (row->locked_until_ms.has && row->locked_until_ms.v > now_ms)
        return session_refuse_locked(row->locked_until_ms.v, now_ms, err);
    TRY(password_is_good(new_password, row->sign_in_name, db_today(db), err));
    bool is_old = false;
    enum err_code code = password_check(session_cost_today(db), old_password, row->password_hash, &is_old, err);
    if (code == ERR_DENIED || code == ERR_LIMIT) {
        TRY(session_count_failure(db, actor->person_id, "password_wrong", actor->ip, err));
        return err_set(err, ERR_DENIED, "mật khẩu cũ không đúng");
    }
    TRY(code);
    struct changing c = {.actor = actor, .person_id = actor->person_id, .token = token};
    TRY(password_hash(session_cost_today(db), new_password, &arena, &c.hash, err));
    return db_transact(db, change_in_transaction, &c, err);
}

enum err_code session_put_credential(struct db *db, struct arena *arena, int64_t person_id, struct str name,
                                     struct str hash, struct err *err)
{
    struct sql_credential_name_holder_row *holder = NULL;
    TRY(sql_credential_name_holder(db, arena, &(struct sql_credential_name_holder_args){.sign_in_name = name}, &holder,
                                   err));
    if (holder && holder->person_id != person_id)
        return err_set(err, ERR_CONFLICT, "tên đăng nhập '%.*s' đã có người dùng", STR_ARG(name));
    return sql_credential_put(
        db,
        &(struct sql_credential_put_args){
            .person_id = person_id, .sign_in_name = name, .password_hash = hash, .password_ms = OPT_I64(db_now_ms(db))},
        err);
}

static enum err_code set_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct changing *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SESSION_ARENA_BYTES);
    int64_t changes = 0;
    TRY(session_put_credential(db, &arena, c->person_id, c->name, c->hash, err));
    TRY(sql_session_wipe(db, &(struct sql_session_wipe_args){.person_id = c->person_id}, &changes, err));
    return session_note(db, "password_set", c->person_id, c->actor->person_id, STR(""), err);
}

enum err_code session_name_for(struct arena *arena, struct str typed, struct str *ret_name, struct err *err)
{
    struct str name = session_clean_name(arena, typed);
    if (str_is_null(name) || !utf8_is_valid(name))
        return err_set(err, ERR_SYNTAX, "tên đăng nhập không được trống, có khoảng trắng hoặc dài quá %u ký tự",
                       SIGN_IN_NAME_MAX);
    *ret_name = name;
    return ERR_NONE;
}

enum err_code password_set(struct db *db, const struct actor *actor, int64_t person_id, struct str sign_in_name,
                           struct str password, struct err *err)
{
    if (!actor->all)
        return err_set(err, ERR_DENIED, "only the system itself sets a password");
    AUTO_ARENA arena;
    arena_init(&arena, SESSION_ARENA_BYTES);
    struct changing c = {.actor = actor, .person_id = person_id};
    TRY(session_name_for(&arena, sign_in_name, &c.name, err));
    TRY(password_is_good(password, c.name, db_today(db), err));
    TRY(password_hash(session_cost_today(db), password, &arena, &c.hash, err));
    return db_transact(db, set_in_transaction, &c, err);
}
