#include "org/session.h"

#include <stdio.h>
#include <string.h>

#include "base/viet.h"
#include "know/know.h"
#include "org/access.h"
#include "org/person.sql.h"
#include "org/session.sql.h"
#include "proof/chain.h"

#define SESSION_ARENA_BYTES    (1u << 20)
#define SIGN_IN_NAME_MAX_BYTES 120u
#define CSRF_KEY_BYTES         32

static enum err_code note(struct db *db, const char *kind, int64_t person_id, int64_t actor_id, struct str content,
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

static struct session_token token_new(const char *prefix)
{
    struct session_token token;
    char random[CRYPTO_TOKEN_CHARS + 1];
    crypto_token(random);
    snprintf(token.text, sizeof token.text, "%s%s", prefix, random);
    crypto_wipe(random, sizeof random);
    return token;
}

/* Sign-in names: lower case, no blanks; NULL text when it cannot be one. */
static struct str clean_name(struct arena *arena, struct str name)
{
    name = str_trim(name);
    if (str_is_empty(name) || name.len_bytes > SIGN_IN_NAME_MAX_BYTES)
        return STR_NONE;
    for (size_t i = 0; i < name.len_bytes; i++)
        if ((unsigned char)name.ptr[i] <= ' ' || name.ptr[i] == 0x7f)
            return STR_NONE;
    return viet_lower(arena, name);
}

/* What a password costs to try, as the rules of today say. */
static struct password_cost cost_today(const struct db *db)
{
    const struct know_password_cost *row = know_password_cost_on(db_today(db));
    return (struct password_cost){(uint32_t)row->memory_kib, (uint32_t)row->passes};
}

/* --- failures and locks --- */

static enum err_code refuse_locked(int64_t locked_until_ms, int64_t now_ms, struct err *err)
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

static int64_t lock_ms(int64_t failed_count)
{
    if (failed_count < SESSION_FAILURES_FREE)
        return 0;
    int64_t ms = SESSION_LOCK_FIRST_MS;
    for (int64_t i = SESSION_FAILURES_FREE; i < failed_count && ms < SESSION_LOCK_MAX_MS; i++)
        ms *= 2;
    return ms < SESSION_LOCK_MAX_MS ? ms : SESSION_LOCK_MAX_MS;
}

static enum err_code fail_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct failure *f = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SESSION_ARENA_BYTES);
    struct sql_credential_failed_row *row = NULL;
    TRY(sql_credential_failed(db, &arena, &(struct sql_credential_failed_args){.person_id = f->person_id}, &row, err));
    int64_t ms = row ? lock_ms(row->failed_count) : 0;
    if (ms)
        TRY(sql_credential_lock(
            db, &(struct sql_credential_lock_args){.person_id = f->person_id, .locked_until_ms = db_now_ms(db) + ms},
            err));
    return note(db, f->kind, f->person_id, 0, f->ip, err);
}

static enum err_code count_failure(struct db *db, int64_t person_id, const char *kind, struct str ip, struct err *err)
{
    struct failure f = {person_id, kind, ip};
    return db_transact(db, fail_in_transaction, &f, err);
}

/* --- opening and finding --- */

struct opening {
    int64_t person_id;
    bool has_second_factor;
    const struct session_from *from;
    const char *kind; /* entry of the chain */
    struct session_token token;
    struct str rehash;    /* STR_NONE: the password string stays */
    struct str rehash_of; /* the string it takes the place of */
    struct str old_token_hash;
    struct str link_hash;
    struct str sign_in_name;
};

static enum err_code put_session(struct db *db, struct opening *o, struct err *err)
{
    char csrf[CSRF_KEY_BYTES];
    crypto_random(csrf, sizeof csrf);
    o->token = token_new("");
    struct sha256 hash = crypto_sha256(str_from_cstr(o->token.text));
    int64_t now_ms = db_now_ms(db);
    TRY(sql_session_insert(db,
                           &(struct sql_session_insert_args){
                               .token_hash = sha256_str(&hash),
                               .person_id = o->person_id,
                               .csrf_key = {csrf, sizeof csrf},
                               .created_ms = now_ms,
                               .expires_ms = now_ms + SESSION_LIFE_MS,
                               .ip = o->from->ip,
                               .agent = str_is_null(o->from->agent) || !utf8_is_valid(o->from->agent)
                                            ? STR_NONE
                                            : str_slice(o->from->agent, 0, 300),
                               .has_second_factor = o->has_second_factor,
                           },
                           err));
    return note(db, o->kind, o->person_id, o->person_id, o->from->ip, err);
}

/* The same password at today's cost; not over one that was chosen meanwhile. */
static enum err_code put_rehash(struct db *db, const struct opening *o, struct err *err)
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
    struct opening *o = ctx;
    TRY(sql_credential_fine(db, &(struct sql_credential_fine_args){.person_id = o->person_id}, err));
    TRY(put_rehash(db, o, err));
    return put_session(db, o, err);
}

/* A session that still wants its second factor. */
static enum err_code half_in_transaction(struct db *db, void *ctx, struct err *err)
{
    TRY(put_rehash(db, ctx, err));
    return put_session(db, ctx, err);
}

enum err_code session_open(struct db *db, int64_t person_id, bool has_second_factor, const struct session_from *from,
                           struct session_token *ret_token, struct err *err)
{
    struct opening o = {.person_id = person_id,
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
    struct str name = clean_name(&arena, sign_in_name);
    struct sql_credential_by_name_row *row = NULL;
    if (!str_is_null(name) && utf8_is_valid(name))
        TRY(sql_credential_by_name(db, &arena, &(struct sql_credential_by_name_args){.sign_in_name = name}, &row, err));
    if (!row || str_is_null(row->password_hash) || !row->is_active) {
        struct str unused; /* the same work for a name that is not there, so that time does not tell */
        err_ignore(password_hash(cost_today(db), password, &arena, &unused, err), "only its time counts");
        return err_set(err, ERR_DENIED, "%s", wrong);
    }
    int64_t now_ms = db_now_ms(db);
    if (row->locked_until_ms.has && row->locked_until_ms.v > now_ms)
        return refuse_locked(row->locked_until_ms.v, now_ms, err);
    bool is_old = false;
    enum err_code code = password_check(cost_today(db), password, row->password_hash, &is_old, err);
    if (code == ERR_DENIED || code == ERR_LIMIT) {
        TRY(count_failure(db, row->person_id, "sign_in_failed", from->ip, err));
        return err_set(err, ERR_DENIED, "%s", wrong);
    }
    TRY(code);
    struct opening o = {.person_id = row->person_id, .from = from, .kind = "signed_in", .rehash = STR_NONE};
    if (is_old) {
        TRY(password_hash(cost_today(db), password, &arena, &o.rehash, err));
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
        &(struct sql_session_by_token_args){
            .token_hash = token_hash, .now_ms = db_now_ms(db), .idle_ms = SESSION_IDLE_MS, .today = db_today(db)},
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
    const struct opening *o = ctx;
    int64_t changes = 0;
    TRY(sql_session_delete(db, &(struct sql_session_delete_args){.token_hash = o->old_token_hash}, &changes, err));
    return changes ? note(db, "signed_out", o->person_id, o->person_id, STR(""), err) : ERR_NONE;
}

enum err_code session_close(struct db *db, struct str token, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, SESSION_ARENA_BYTES);
    struct session_info session;
    struct sha256 hash = crypto_sha256(token);
    struct opening o = {.old_token_hash = sha256_str(&hash)};
    enum err_code code = session_lookup(db, token, &arena, &session, err);
    if (code == ERR_NOT_FOUND)
        return ERR_NONE;
    TRY(code);
    o.person_id = session.person_id;
    return db_transact(db, close_in_transaction, &o, err);
}

/* Oneself, or whoever may manage the person. */
static enum err_code require_over(struct db *db, const struct actor *actor, int64_t person_id, const char *what,
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
    TRY(require_over(db, c->actor, c->person_id, "close these sessions", err));
    struct sha256 hash = crypto_sha256(c->token);
    TRY(sql_session_delete_others(
        db, &(struct sql_session_delete_others_args){.person_id = c->person_id, .token_hash = sha256_str(&hash)},
        &c->closed, err));
    return c->closed ? note(db, "sessions_closed", c->person_id, c->actor->person_id, STR(""), err) : ERR_NONE;
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
        db, &(struct sql_session_expire_args){.now_ms = db_now_ms(db), .idle_ms = SESSION_IDLE_MS}, ret_dropped, err);
}

enum err_code session_end_all(struct db *db, int64_t *ret_sessions, int64_t *ret_links, struct err *err)
{
    TRY(sql_session_end_all(db, ret_sessions, err));
    return sql_invitation_void_all(db, &(struct sql_invitation_void_all_args){.used_ms = db_now_ms(db)}, ret_links,
                                   err);
}

/* --- passwords --- */

enum err_code password_is_good(struct str password, struct str sign_in_name, struct err *err)
{
    if (!utf8_is_valid(password) || utf8_count(password) < PASSWORD_CHARS_MIN)
        return err_set(err, ERR_SYNTAX, "mật khẩu cần ít nhất %u ký tự", PASSWORD_CHARS_MIN);
    if (password.len_bytes > PASSWORD_MAX_BYTES)
        return err_set(err, ERR_SYNTAX, "mật khẩu dài quá %u byte", PASSWORD_MAX_BYTES);
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
    return note(db, "password_changed", c->person_id, c->actor->person_id, STR(""), err);
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
        return refuse_locked(row->locked_until_ms.v, now_ms, err);
    TRY(password_is_good(new_password, row->sign_in_name, err));
    bool is_old = false;
    enum err_code code = password_check(cost_today(db), old_password, row->password_hash, &is_old, err);
    if (code == ERR_DENIED || code == ERR_LIMIT) {
        TRY(count_failure(db, actor->person_id, "password_wrong", actor->ip, err));
        return err_set(err, ERR_DENIED, "mật khẩu cũ không đúng");
    }
    TRY(code);
    struct changing c = {.actor = actor, .person_id = actor->person_id, .token = token};
    TRY(password_hash(cost_today(db), new_password, &arena, &c.hash, err));
    return db_transact(db, change_in_transaction, &c, err);
}

static enum err_code put_credential(struct db *db, struct arena *arena, int64_t person_id, struct str name,
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
    TRY(put_credential(db, &arena, c->person_id, c->name, c->hash, err));
    TRY(sql_session_wipe(db, &(struct sql_session_wipe_args){.person_id = c->person_id}, &changes, err));
    return note(db, "password_set", c->person_id, c->actor->person_id, STR(""), err);
}

static enum err_code name_for(struct arena *arena, struct str typed, struct str *ret_name, struct err *err)
{
    struct str name = clean_name(arena, typed);
    if (str_is_null(name) || !utf8_is_valid(name))
        return err_set(err, ERR_SYNTAX, "tên đăng nhập không được trống, có khoảng trắng hoặc dài quá %u byte",
                       SIGN_IN_NAME_MAX_BYTES);
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
    TRY(name_for(&arena, sign_in_name, &c.name, err));
    TRY(password_is_good(password, c.name, err));
    TRY(password_hash(cost_today(db), password, &arena, &c.hash, err));
    return db_transact(db, set_in_transaction, &c, err);
}

/* --- second factor --- */

static struct str totp_context(int64_t person_id, char out[40])
{
    snprintf(out, 40, "totp:%lld", (long long)person_id);
    return str_from_cstr(out);
}

static struct sha256 recovery_hash(const struct session_keys *keys, int64_t person_id, const char *code)
{
    char text[64];
    snprintf(text, sizeof text, "recovery:%lld:%s", (long long)person_id, code);
    return crypto_hmac_sha256((struct str){(const char *)keys->secret, sizeof keys->secret}, str_from_cstr(text));
}

/* "XXXX xxxx-XXXX" as typed to twelve lower-case characters; false when it cannot be one. */
static bool recovery_clean(struct str typed, char out[RECOVERY_CODE_CHARS + 1])
{
    size_t n = 0;
    for (size_t i = 0; i < typed.len_bytes; i++) {
        char c = typed.ptr[i];
        if (c == '-' || c == ' ')
            continue;
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (!((c >= 'a' && c <= 'z') || (c >= '2' && c <= '7')) || n == RECOVERY_CODE_CHARS)
            return false;
        out[n++] = c;
    }
    out[n] = '\0';
    return n == RECOVERY_CODE_CHARS;
}

static enum err_code put_recovery(struct db *db, const struct session_keys *keys, int64_t person_id,
                                  struct arena *arena, struct recovery_codes *ret_codes, struct err *err)
{
    TRY(sql_recovery_wipe(db, &(struct sql_recovery_wipe_args){.person_id = person_id}, err));
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
    for (size_t k = 0; k < RECOVERY_CODES; k++) {
        uint8_t random[RECOVERY_CODE_CHARS];
        char code[RECOVERY_CODE_CHARS + 1] = {0};
        crypto_random(random, sizeof random);
        for (size_t i = 0; i < RECOVERY_CODE_CHARS; i++)
            code[i] = alphabet[random[i] & 31];
        struct sha256 hash = recovery_hash(keys, person_id, code);
        TRY(sql_recovery_insert(
            db,
            &(struct sql_recovery_insert_args){.id = db_id(db), .person_id = person_id, .code_hash = sha256_str(&hash)},
            err));
        ret_codes->items[k] = arena_printf(arena, "%.4s-%.4s-%.4s", code, code + 4, code + 8);
        crypto_wipe(code, sizeof code);
        if (str_is_null(ret_codes->items[k]))
            return arena_full(arena, err);
    }
    return ERR_NONE;
}

struct factor {
    const struct session_keys *keys;
    const struct actor *actor;
    int64_t person_id;
    struct str token;
    struct str code;
    struct str sealed;
    struct arena *arena;
    struct recovery_codes codes;
    struct session_token new_token;
    bool was_wrong;
    bool was_recovery;
};

static enum err_code rename_session(struct db *db, struct factor *f, struct err *err)
{
    char csrf[CSRF_KEY_BYTES];
    crypto_random(csrf, sizeof csrf);
    f->new_token = token_new("");
    struct sha256 old = crypto_sha256(f->token), fresh = crypto_sha256(str_from_cstr(f->new_token.text));
    int64_t changes = 0;
    TRY(sql_session_rename(db,
                           &(struct sql_session_rename_args){.token_hash = sha256_str(&old),
                                                             .new_hash = sha256_str(&fresh),
                                                             .csrf_key = {csrf, sizeof csrf}},
                           &changes, err));
    return changes == 1 ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "phiên đăng nhập đã kết thúc");
}

/* Is the code right, and is this its first use? */
static enum err_code check_code(struct db *db, struct factor *f, const struct sql_credential_of_row *row,
                                struct err *err)
{
    f->was_wrong = true;
    f->was_recovery = false;
    int64_t changes = 0;
    char typed[RECOVERY_CODE_CHARS + 1];
    if (row->totp_confirmed_ms.has && recovery_clean(f->code, typed)) {
        struct sha256 hash = recovery_hash(f->keys, f->person_id, typed);
        TRY(sql_recovery_use(db,
                             &(struct sql_recovery_use_args){
                                 .person_id = f->person_id, .code_hash = sha256_str(&hash), .used_ms = db_now_ms(db)},
                             &changes, err));
        f->was_wrong = changes != 1;
        f->was_recovery = !f->was_wrong;
        return ERR_NONE;
    }
    char context[40];
    struct str secret;
    TRY(secret_open(f->keys->secret, totp_context(f->person_id, context), row->totp_secret, f->arena, &secret, err));
    int64_t step = 0;
    if (!totp_is_valid(secret, str_trim(f->code), db_now_ms(db) / 1000,
                       row->totp_last_step.has ? row->totp_last_step.v : -1, &step))
        return ERR_NONE;
    TRY(sql_totp_step(db, &(struct sql_totp_step_args){.person_id = f->person_id, .step = step}, &changes, err));
    f->was_wrong = changes != 1;
    return ERR_NONE;
}

static enum err_code credential_with_totp(struct db *db, struct factor *f, struct sql_credential_of_row **ret_row,
                                          struct err *err)
{
    struct sql_credential_of_row *row = NULL;
    TRY(sql_credential_of(db, f->arena, &(struct sql_credential_of_args){.person_id = f->person_id}, &row, err));
    if (!row || str_is_null(row->totp_secret))
        return err_set(err, ERR_CONFLICT, "chưa đăng ký ứng dụng mã xác thực");
    int64_t now_ms = db_now_ms(db);
    if (row->locked_until_ms.has && row->locked_until_ms.v > now_ms)
        return refuse_locked(row->locked_until_ms.v, now_ms, err);
    *ret_row = row;
    return ERR_NONE;
}

static enum err_code second_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct factor *f = ctx;
    struct sql_credential_of_row *row;
    TRY(credential_with_totp(db, f, &row, err));
    if (!row->totp_confirmed_ms.has)
        return err_set(err, ERR_CONFLICT, "chưa đăng ký ứng dụng mã xác thực");
    TRY(check_code(db, f, row, err));
    if (f->was_wrong)
        return ERR_NONE; /* counted in a transaction of its own: this one changed nothing */
    TRY(rename_session(db, f, err));
    TRY(sql_credential_fine(db, &(struct sql_credential_fine_args){.person_id = f->person_id}, err));
    return note(db, f->was_recovery ? "signed_in_recovery" : "signed_in", f->person_id, f->person_id, STR(""), err);
}

static enum err_code wrong_code(struct db *db, int64_t person_id, struct err *err)
{
    TRY(count_failure(db, person_id, "second_factor_failed", STR_NONE, err));
    return err_set(err, ERR_DENIED, "mã không đúng hoặc đã dùng rồi: chờ mã mới");
}

enum err_code session_second_factor(struct db *db, const struct session_keys *keys, struct str token, struct str code,
                                    struct session_token *ret_token, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, SESSION_ARENA_BYTES);
    struct session_info session;
    TRY(session_lookup(db, token, &arena, &session, err));
    struct factor f = {.keys = keys, .person_id = session.person_id, .token = token, .code = code, .arena = &arena};
    TRY(db_transact(db, second_in_transaction, &f, err));
    if (f.was_wrong)
        return wrong_code(db, session.person_id, err);
    *ret_token = f.new_token;
    return ERR_NONE;
}

static enum err_code enrol_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct factor *f = ctx;
    int64_t changes = 0;
    TRY(sql_totp_put(db, &(struct sql_totp_put_args){.person_id = f->person_id, .totp_secret = f->sealed}, &changes,
                     err));
    if (changes != 1)
        return err_set(err, ERR_CONFLICT, "cần có mật khẩu trước khi đăng ký mã xác thực");
    return note(db, "second_factor_begun", f->person_id, f->person_id, STR(""), err);
}

enum err_code totp_enrol(struct db *db, const struct session_keys *keys, struct str token, struct arena *arena,
                         struct totp_enrolment *ret_enrolment, struct err *err)
{
    struct session_info session;
    TRY(session_lookup(db, token, arena, &session, err));
    if (session.wants == SESSION_WANTS_CODE)
        return err_set(err, ERR_CONFLICT, "tài khoản đã có mã xác thực: nhập mã hiện tại trước");
    struct sql_credential_of_row *row = NULL;
    TRY(sql_credential_of(db, arena, &(struct sql_credential_of_args){.person_id = session.person_id}, &row, err));
    if (!row)
        return err_set(err, ERR_CONFLICT, "cần có mật khẩu trước khi đăng ký mã xác thực");
    uint8_t secret[TOTP_SECRET_BYTES];
    crypto_random(secret, sizeof secret);
    char context[40];
    struct factor f = {.person_id = session.person_id};
    struct str plain = {(const char *)secret, sizeof secret};
    TRY(secret_close(keys->secret, totp_context(session.person_id, context), plain, arena, &f.sealed, err));
    struct totp_enrolment enrolment = {.secret = crypto_to_base32(plain, arena)};
    crypto_wipe(secret, sizeof secret);
    /* Key URI format of authenticator programs: label "issuer:account", percent-encoded. */
    AUTO_BUF label;
    buf_init(&label, 1024);
    for (size_t i = 0; i < row->sign_in_name.len_bytes; i++) {
        unsigned char c = (unsigned char)row->sign_in_name.ptr[i];
        bool plain_char = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
        if (plain_char)
            buf_put_byte(&label, (char)c);
        else
            buf_printf(&label, "%%%02X", c);
    }
    TRY(buf_check(&label, err));
    struct str text = buf_str(&label);
    enrolment.uri = arena_printf(arena, "otpauth://totp/Luy%%20Tre:%.*s?secret=%.*s&issuer=Luy%%20Tre", STR_ARG(text),
                                 STR_ARG(enrolment.secret));
    if (str_is_null(enrolment.secret) || str_is_null(enrolment.uri))
        return arena_full(arena, err);
    TRY(db_transact(db, enrol_in_transaction, &f, err));
    *ret_enrolment = enrolment;
    return ERR_NONE;
}

static enum err_code confirm_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct factor *f = ctx;
    struct sql_credential_of_row *row;
    TRY(credential_with_totp(db, f, &row, err));
    if (row->totp_confirmed_ms.has)
        return err_set(err, ERR_CONFLICT, "mã xác thực đã được xác nhận");
    TRY(check_code(db, f, row, err));
    if (f->was_wrong)
        return ERR_NONE;
    int64_t changes = 0;
    TRY(sql_totp_confirm(db, &(struct sql_totp_confirm_args){.person_id = f->person_id, .confirmed_ms = db_now_ms(db)},
                         &changes, err));
    TRY(put_recovery(db, f->keys, f->person_id, f->arena, &f->codes, err));
    TRY(rename_session(db, f, err));
    TRY(sql_credential_fine(db, &(struct sql_credential_fine_args){.person_id = f->person_id}, err));
    /* Other sessions were opened with the password alone. */
    struct sha256 mine = crypto_sha256(str_from_cstr(f->new_token.text));
    TRY(sql_session_delete_others(
        db, &(struct sql_session_delete_others_args){.person_id = f->person_id, .token_hash = sha256_str(&mine)},
        &changes, err));
    return note(db, "second_factor_set", f->person_id, f->person_id, STR(""), err);
}

enum err_code totp_confirm(struct db *db, const struct session_keys *keys, struct str token, struct str code,
                           struct arena *arena, struct recovery_codes *ret_codes, struct session_token *ret_token,
                           struct err *err)
{
    struct session_info session;
    TRY(session_lookup(db, token, arena, &session, err));
    struct factor f = {.keys = keys, .person_id = session.person_id, .token = token, .code = code, .arena = arena};
    TRY(db_transact(db, confirm_in_transaction, &f, err));
    if (f.was_wrong)
        return wrong_code(db, session.person_id, err);
    *ret_codes = f.codes;
    *ret_token = f.new_token;
    return ERR_NONE;
}

static enum err_code renew_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct factor *f = ctx;
    TRY(put_recovery(db, f->keys, f->person_id, f->arena, &f->codes, err));
    return note(db, "recovery_codes_renewed", f->person_id, f->person_id, STR(""), err);
}

enum err_code recovery_renew(struct db *db, const struct session_keys *keys, struct str token, struct arena *arena,
                             struct recovery_codes *ret_codes, struct err *err)
{
    struct session_info session;
    TRY(session_lookup(db, token, arena, &session, err));
    if (!session.has_totp || session.wants != SESSION_READY)
        return err_set(err, ERR_DENIED, "cần nhập mã xác thực trước");
    struct factor f = {.keys = keys, .person_id = session.person_id, .arena = arena};
    TRY(db_transact(db, renew_in_transaction, &f, err));
    *ret_codes = f.codes;
    return ERR_NONE;
}

static enum err_code remove_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct factor *f = ctx;
    TRY(require_over(db, f->actor, f->person_id, "remove this second factor", err));
    if (!f->actor->all && f->actor->person_id == f->person_id)
        return err_set(err, ERR_DENIED, "không thể tự gỡ mã xác thực của mình: nhờ quản trị viên");
    int64_t changes = 0;
    TRY(sql_totp_drop(db, &(struct sql_totp_drop_args){.person_id = f->person_id}, &changes, err));
    if (changes != 1)
        return err_set(err, ERR_NOT_FOUND, "người này chưa có tài khoản");
    TRY(sql_recovery_wipe(db, &(struct sql_recovery_wipe_args){.person_id = f->person_id}, err));
    TRY(sql_session_wipe(db, &(struct sql_session_wipe_args){.person_id = f->person_id}, &changes, err));
    return note(db, "second_factor_removed", f->person_id, f->actor->person_id, STR(""), err);
}

enum err_code factor_remove(struct db *db, const struct actor *actor, int64_t person_id, struct err *err)
{
    struct factor f = {.actor = actor, .person_id = person_id};
    return db_transact(db, remove_in_transaction, &f, err);
}

/* --- links --- */

static const struct {
    const char *id;
    int64_t life_ms;
} invitation_kinds[] = {
    [INVITATION_INVITE] = {"invite", INVITE_LIFE_MS},
    [INVITATION_RESET] = {"reset", RESET_LIFE_MS},
    [INVITATION_DEMO] = {"demo", RESET_LIFE_MS},
};

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
    TRY(require_over(db, v->actor, v->person_id, "invite this person", err));
    struct sql_person_raw_row *person = NULL;
    TRY(sql_person_raw(db, &arena, &(struct sql_person_raw_args){.id = v->person_id}, &person, err));
    if (!person || !person->is_active || person->erased_ms.has)
        return err_set(err, ERR_NOT_FOUND, "không có người này, hoặc tài khoản đã khóa");
    int64_t now_ms = db_now_ms(db);
    TRY(sql_invitation_void(
        db, &(struct sql_invitation_void_args){.person_id = v->person_id, .kind = kind, .used_ms = now_ms}, err));
    v->token = token_new("");
    struct sha256 hash = crypto_sha256(str_from_cstr(v->token.text));
    TRY(sql_invitation_insert(db,
                              &(struct sql_invitation_insert_args){
                                  .token_hash = sha256_str(&hash),
                                  .person_id = v->person_id,
                                  .kind = kind,
                                  .created_by = {v->actor->person_id != 0, v->actor->person_id},
                                  .created_ms = now_ms,
                                  .expires_ms = now_ms + (v->life_ms ? v->life_ms : invitation_kinds[v->kind].life_ms),
                              },
                              err));
    return note(db, "link_made", v->person_id, v->actor->person_id, kind, err);
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
                                                       : clean_name(arena, row->email);
    *ret_invitation = out;
    return ERR_NONE;
}

static enum err_code use_link(struct db *db, struct opening *o, struct err *err)
{
    int64_t changes = 0;
    TRY(sql_invitation_use(db, &(struct sql_invitation_use_args){.token_hash = o->link_hash, .now_ms = db_now_ms(db)},
                           &changes, err));
    return changes == 1 ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "liên kết đã dùng hoặc hết hạn: xin liên kết mới");
}

static enum err_code accept_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct opening *o = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SESSION_ARENA_BYTES);
    int64_t changes = 0;
    TRY(use_link(db, o, err));
    TRY(put_credential(db, &arena, o->person_id, o->sign_in_name, o->rehash, err));
    TRY(sql_session_wipe(db, &(struct sql_session_wipe_args){.person_id = o->person_id}, &changes, err));
    return put_session(db, o, err);
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
    struct opening o = {
        .person_id = link.person_id, .from = from, .kind = "link_accepted", .link_hash = sha256_str(&hash)};
    TRY(name_for(&arena, sign_in_name, &o.sign_in_name, err));
    TRY(password_is_good(password, o.sign_in_name, err));
    TRY(password_hash(cost_today(db), password, &arena, &o.rehash, err));
    TRY(db_transact(db, accept_in_transaction, &o, err));
    *ret_token = o.token;
    return ERR_NONE;
}

static enum err_code demo_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct opening *o = ctx;
    TRY(use_link(db, o, err));
    return put_session(db, o, err);
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
    struct opening o = {.person_id = link.person_id,
                        .has_second_factor = true,
                        .from = from,
                        .kind = "signed_in_demo",
                        .link_hash = sha256_str(&hash)};
    TRY(db_transact(db, demo_in_transaction, &o, err));
    *ret_token = o.token;
    return ERR_NONE;
}

/* --- tokens for programs --- */

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
    m->token = token_new("ltr_");
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
    return note(db, "api_token_made", m->actor->person_id, m->actor->person_id, m->name, err);
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
    if (days < 1 || days > API_TOKEN_DAYS_MAX)
        return err_set(err, ERR_SYNTAX, "thời hạn từ 1 đến %d ngày", API_TOKEN_DAYS_MAX);
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
    return note(db, "api_token_ended", m->actor->person_id, m->actor->person_id, STR(""), err);
}

enum err_code api_token_end(struct db *db, const struct actor *actor, int64_t id, struct err *err)
{
    struct minting m = {.actor = actor, .id = id};
    return db_transact(db, end_token_in_transaction, &m, err);
}
