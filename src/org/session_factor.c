#include "org/session_parts.h"

#include "base/buf.h"
#include "know/know.h"

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
    ret_codes->count = (size_t)know_threshold(KNOW_RECOVERY_CODES, db_today(db));
    must(ret_codes->count <= RECOVERY_CODES_MAX);
    for (size_t k = 0; k < ret_codes->count; k++) {
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
    f->new_token = session_token_new("");
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
        return session_refuse_locked(row->locked_until_ms.v, now_ms, err);
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
    return session_note(db, f->was_recovery ? "signed_in_recovery" : "signed_in", f->person_id, f->person_id, STR(""),
                        err);
}

static enum err_code wrong_code(struct db *db, int64_t person_id, struct err *err)
{
    TRY(session_count_failure(db, person_id, "second_factor_failed", STR_NONE, err));
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
    return session_note(db, "second_factor_begun", f->person_id, f->person_id, STR(""), err);
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
    return session_note(db, "second_factor_set", f->person_id, f->person_id, STR(""), err);
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
    return session_note(db, "recovery_codes_renewed", f->person_id, f->person_id, STR(""), err);
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
    TRY(session_require_over(db, f->actor, f->person_id, "remove this second factor", err));
    if (!f->actor->all && f->actor->person_id == f->person_id)
        return err_set(err, ERR_DENIED, "không thể tự gỡ mã xác thực của mình: nhờ quản trị viên");
    int64_t changes = 0;
    TRY(sql_totp_drop(db, &(struct sql_totp_drop_args){.person_id = f->person_id}, &changes, err));
    if (changes != 1)
        return err_set(err, ERR_NOT_FOUND, "người này chưa có tài khoản");
    TRY(sql_recovery_wipe(db, &(struct sql_recovery_wipe_args){.person_id = f->person_id}, err));
    TRY(sql_session_wipe(db, &(struct sql_session_wipe_args){.person_id = f->person_id}, &changes, err));
    return session_note(db, "second_factor_removed", f->person_id, f->actor->person_id, STR(""), err);
}

enum err_code factor_remove(struct db *db, const struct actor *actor, int64_t person_id, struct err *err)
{
    struct factor f = {.actor = actor, .person_id = person_id};
    return db_transact(db, remove_in_transaction, &f, err);
}
