#include "org_world.h"

#include "know/know.h"
#include "org/session.h"
#include "org/session.sql.h"

static const struct session_keys keys = {{1, 2, 3, 4, 5, 6, 7, 8, 9}};
static const struct session_from from = {STR_INIT("192.0.2.7"), STR_INIT("thử nghiệm")};
#define GOOD_PASSWORD STR("lũy tre xanh rì rào")

static struct str text(const struct session_token *token)
{
    return str_from_cstr(token->text);
}

static struct session_info look(struct store_test *t, const struct session_token *token)
{
    struct err err;
    struct session_info session;
    assert_ok(session_lookup(t->db, text(token), &t->arena, &session, &err));
    return session;
}

static void code_now(struct store_test *t, struct str base32, char out[9])
{
    struct err err;
    struct str secret;
    assert_ok(crypto_from_base32(base32, &t->arena, &secret, &err));
    totp_code(secret, t->now_ms / 1000 / TOTP_STEP_S, 6, out);
}

static void a_password_opens_a_session(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    int64_t clerk = world_person(t, &w.system, "Văn Thư", w.school, "clerk", "");
    struct session_token token;
    assert_err(password_set(t->db, &w.system, clerk, STR("vanthu"), STR("ngắn"), &err), ERR_SYNTAX);
    assert_err(password_set(t->db, &w.system, clerk, STR("vanthu"), STR("aaaaaaaaaaaaaaa"), &err), ERR_SYNTAX);
    assert_err(password_set(t->db, &w.system, clerk, STR("vanthu"), STR("VanThu 2027 nhé"), &err), ERR_SYNTAX);
    assert_ok(password_set(t->db, &w.system, clerk, STR(" VanThu "), GOOD_PASSWORD, &err));
    assert_err(password_set(t->db, &w.system, w.head, STR("vanthu"), GOOD_PASSWORD, &err), ERR_CONFLICT);
    assert_ok(session_sign_in(t->db, STR("VANTHU"), GOOD_PASSWORD, &from, &token, &err));
    struct session_info session = look(t, &token);
    assert_int_equal(session.person_id, clerk);
    assert_int_equal(session.wants, SESSION_READY);
    assert_int_equal(session.csrf_key.len_bytes, 32);
    assert_int_equal(session.rights, know_role_rights(STR("clerk")));
    assert_int_equal(session.unit_id, w.school);
    assert_str(session.unit_name, STR("Trường Tiểu học Tre Xanh"));
    t->now_ms += SESSION_TOUCH_MS;
    assert_ok(session_touch(t->db, text(&token), &session, &err));
    assert_int_equal(look(t, &token).seen_ms, t->now_ms);
    assert_ok(session_close(t->db, text(&token), &err));
    assert_ok(session_close(t->db, text(&token), &err));
    assert_err(session_lookup(t->db, text(&token), &t->arena, &session, &err), ERR_NOT_FOUND);
}

static void sessions_sleep_and_end(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    struct session_token a, b;
    struct session_info session;
    assert_ok(session_open(t->db, w.head, true, &from, &a, &err));
    assert_ok(session_open(t->db, w.head, true, &from, &b, &err));
    for (int i = 0; i < 11; i++) { /* one that is used lives on, till its last hour */
        t->now_ms += 3600 * 1000;
        session = look(t, &a);
        assert_ok(session_touch(t->db, text(&a), &session, &err));
    }
    assert_err(session_lookup(t->db, text(&b), &t->arena, &session, &err), ERR_NOT_FOUND);
    t->now_ms += 3600 * 1000;
    assert_err(session_lookup(t->db, text(&a), &t->arena, &session, &err), ERR_NOT_FOUND);
    int64_t dropped = 0;
    assert_ok(session_expire(t->db, &dropped, &err));
    assert_int_equal(dropped, 2);
    assert_ok(session_open(t->db, w.head, true, &from, &a, &err));
    assert_ok(session_open(t->db, w.head, true, &from, &b, &err));
    struct actor head = world_actor(t, w.head, 0);
    int64_t closed = 0;
    assert_err(session_close_all(t->db, &head, w.admin, STR(""), &closed, &err), ERR_DENIED);
    assert_ok(session_close_all(t->db, &head, w.head, text(&a), &closed, &err));
    assert_int_equal(closed, 1);
    look(t, &a);
    assert_ok(person_set_active(t->db, &w.system, w.head, false, &err));
    assert_err(session_lookup(t->db, text(&a), &t->arena, &session, &err), ERR_NOT_FOUND);
}

static void guessing_gets_slower(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    int64_t clerk = world_person(t, &w.system, "Văn Thư", w.school, "clerk", "");
    struct session_token token;
    assert_ok(password_set(t->db, &w.system, clerk, STR("vanthu"), GOOD_PASSWORD, &err));
    assert_err(session_sign_in(t->db, STR("khong-co"), GOOD_PASSWORD, &from, &token, &err), ERR_DENIED);
    for (int i = 0; i < know_threshold(KNOW_SIGN_IN_TRIES, db_today(t->db)); i++)
        assert_err(session_sign_in(t->db, STR("vanthu"), STR("sai mật khẩu rồi"), &from, &token, &err), ERR_DENIED);
    assert_err(session_sign_in(t->db, STR("vanthu"), GOOD_PASSWORD, &from, &token, &err), ERR_BUSY);
    t->now_ms += know_threshold_ms(KNOW_LOCK_FIRST, db_today(t->db));
    assert_err(session_sign_in(t->db, STR("vanthu"), STR("sai mật khẩu rồi"), &from, &token, &err), ERR_DENIED);
    t->now_ms += know_threshold_ms(KNOW_LOCK_FIRST, db_today(t->db));
    assert_err(session_sign_in(t->db, STR("vanthu"), GOOD_PASSWORD, &from, &token, &err),
               ERR_BUSY); /* twice as long now */
    t->now_ms += know_threshold_ms(KNOW_LOCK_FIRST, db_today(t->db));
    assert_ok(session_sign_in(t->db, STR("vanthu"), GOOD_PASSWORD, &from, &token, &err));
    assert_err(session_sign_in(t->db, STR("vanthu"), STR("sai mật khẩu rồi"), &from, &token, &err),
               ERR_DENIED); /* counted from none again */
    assert_ok(session_sign_in(t->db, STR("vanthu"), GOOD_PASSWORD, &from, &token, &err));
}

static struct str hash_of(struct store_test *t, int64_t person)
{
    struct err err;
    struct sql_credential_of_row *row;
    assert_ok(sql_credential_of(t->db, &t->arena, &(struct sql_credential_of_args){.person_id = person}, &row, &err));
    assert_non_null(row);
    return row->password_hash;
}

static void put_cheap_hash(struct store_test *t, int64_t person)
{
    struct err err;
    struct str cheap;
    int64_t changes;
    assert_ok(password_hash((struct password_cost){8192, 1}, GOOD_PASSWORD, &t->arena, &cheap, &err));
    assert_ok(sql_credential_password(
        t->db,
        &(struct sql_credential_password_args){.person_id = person, .password_hash = cheap, .password_ms = t->now_ms},
        &changes, &err));
    assert_int_equal(changes, 1);
}

/* What was hashed at another cost is hashed anew at the next sign-in that succeeds, with a second factor and without.
 */
static void an_old_hash_is_made_anew(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    int64_t clerk = world_person(t, &w.system, "Văn Thư", w.school, "clerk", "");
    struct session_token token, second;
    struct totp_enrolment enrolment;
    struct recovery_codes codes;
    char code[9], today[64];
    const struct know_password_cost *cost = know_password_cost_on(db_today(t->db));
    snprintf(today, sizeof today, "$argon2id$v=19$m=%d,t=%d,p=1$", cost->memory_kib, cost->passes);
    assert_ok(password_set(t->db, &w.system, clerk, STR("vanthu"), GOOD_PASSWORD, &err));
    assert_true(str_starts_with(hash_of(t, clerk), str_from_cstr(today)));
    put_cheap_hash(t, clerk);
    struct str cheap = hash_of(t, clerk);
    assert_err(session_sign_in(t->db, STR("vanthu"), STR("sai mật khẩu rồi"), &from, &token, &err), ERR_DENIED);
    assert_str(hash_of(t, clerk), cheap); /* a wrong password changes nothing */
    assert_ok(session_sign_in(t->db, STR("vanthu"), GOOD_PASSWORD, &from, &token, &err));
    struct str anew = hash_of(t, clerk);
    assert_true(str_starts_with(anew, str_from_cstr(today)));
    assert_ok(session_sign_in(t->db, STR("vanthu"), GOOD_PASSWORD, &from, &token, &err));
    assert_str(hash_of(t, clerk), anew); /* once */
    /* of somebody with a second factor: the password alone is proof enough */
    assert_ok(password_set(t->db, &w.system, w.head, STR("hieutruong"), GOOD_PASSWORD, &err));
    assert_ok(session_sign_in(t->db, STR("hieutruong"), GOOD_PASSWORD, &from, &token, &err));
    assert_ok(totp_enrol(t->db, &keys, text(&token), &t->arena, &enrolment, &err));
    code_now(t, enrolment.secret, code);
    assert_ok(totp_confirm(t->db, &keys, text(&token), str_from_cstr(code), &t->arena, &codes, &second, &err));
    put_cheap_hash(t, w.head);
    assert_ok(session_sign_in(t->db, STR("hieutruong"), GOOD_PASSWORD, &from, &token, &err));
    assert_int_equal(look(t, &token).wants, SESSION_WANTS_CODE);
    assert_true(str_starts_with(hash_of(t, w.head), str_from_cstr(today)));
}

/* The choice of a new password between check and write is not undone. */
static void a_newer_password_is_not_overwritten(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    int64_t clerk = world_person(t, &w.system, "Văn Thư", w.school, "clerk", ""), changes;
    assert_ok(password_set(t->db, &w.system, clerk, STR("vanthu"), GOOD_PASSWORD, &err));
    put_cheap_hash(t, clerk);
    struct str cheap = hash_of(t, clerk);
    assert_ok(password_set(t->db, &w.system, clerk, STR("vanthu"), STR("một câu khác cũng dài"), &err));
    struct str chosen = hash_of(t, clerk);
    assert_ok(sql_credential_rehash(
        t->db,
        &(struct sql_credential_rehash_args){.person_id = clerk, .password_hash = STR("late"), .old_hash = cheap},
        &changes, &err));
    assert_int_equal(changes, 0);
    assert_str(hash_of(t, clerk), chosen);
}

static void a_head_needs_a_second_factor(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    struct session_token token, second, other;
    struct totp_enrolment enrolment;
    struct recovery_codes codes;
    char code[9];
    assert_ok(password_set(t->db, &w.system, w.head, STR("hieutruong"), GOOD_PASSWORD, &err));
    assert_ok(session_sign_in(t->db, STR("hieutruong"), GOOD_PASSWORD, &from, &token, &err));
    assert_int_equal(look(t, &token).wants, SESSION_WANTS_ENROL);
    assert_ok(totp_enrol(t->db, &keys, text(&token), &t->arena, &enrolment, &err));
    assert_true(str_starts_with(enrolment.uri, STR("otpauth://totp/Luy%20Tre:hieutruong?secret=")));
    assert_err(totp_confirm(t->db, &keys, text(&token), STR("000000x"), &t->arena, &codes, &second, &err), ERR_DENIED);
    code_now(t, enrolment.secret, code);
    assert_ok(totp_confirm(t->db, &keys, text(&token), str_from_cstr(code), &t->arena, &codes, &second, &err));
    assert_int_equal(look(t, &second).wants, SESSION_READY);
    assert_int_equal(codes.count, know_threshold(KNOW_RECOVERY_CODES, db_today(t->db)));
    for (size_t i = 0; i < codes.count; i++)
        for (size_t k = 0; k < i; k++)
            assert_false(str_equal(codes.items[i], codes.items[k]));
    struct session_info session;
    assert_err(session_lookup(t->db, text(&token), &t->arena, &session, &err), ERR_NOT_FOUND); /* it has a new name */
    /* the next time */
    assert_ok(session_sign_in(t->db, STR("hieutruong"), GOOD_PASSWORD, &from, &token, &err));
    assert_int_equal(look(t, &token).wants, SESSION_WANTS_CODE);
    assert_err(totp_enrol(t->db, &keys, text(&token), &t->arena, &enrolment, &err), ERR_CONFLICT);
    assert_err(recovery_renew(t->db, &keys, text(&token), &t->arena, &codes, &err), ERR_DENIED);
    assert_err(session_second_factor(t->db, &keys, text(&token), str_from_cstr(code), &other, &err),
               ERR_DENIED); /* used before */
    t->now_ms += TOTP_STEP_S * 1000;
    code_now(t, enrolment.secret, code);
    assert_ok(session_second_factor(t->db, &keys, text(&token), str_from_cstr(code), &other, &err));
    assert_int_equal(look(t, &other).wants, SESSION_READY);
    /* a recovery code, once, as people type it */
    char typed[32];
    snprintf(typed, sizeof typed, " %.*s", STR_ARG(codes.items[3]));
    for (char *c = typed; *c; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
    assert_ok(session_sign_in(t->db, STR("hieutruong"), GOOD_PASSWORD, &from, &token, &err));
    assert_ok(session_second_factor(t->db, &keys, text(&token), str_from_cstr(typed), &other, &err));
    assert_ok(session_sign_in(t->db, STR("hieutruong"), GOOD_PASSWORD, &from, &token, &err));
    assert_err(session_second_factor(t->db, &keys, text(&token), str_from_cstr(typed), &second, &err), ERR_DENIED);
    /* codes are guessed no faster than passwords: a right password does not clear the count */
    for (int i = 1; i < know_threshold(KNOW_SIGN_IN_TRIES, db_today(t->db)); i++)
        assert_err(session_second_factor(t->db, &keys, text(&token), STR("123"), &second, &err), ERR_DENIED);
    assert_err(session_second_factor(t->db, &keys, text(&token), STR("123"), &second, &err), ERR_BUSY);
    assert_err(session_sign_in(t->db, STR("hieutruong"), GOOD_PASSWORD, &from, &token, &err), ERR_BUSY);
    /* new codes void the old ones; another store's key opens nothing */
    struct recovery_codes fresh;
    assert_ok(recovery_renew(t->db, &keys, text(&other), &t->arena, &fresh, &err));
    t->now_ms += know_threshold_ms(KNOW_LOCK_LONGEST, db_today(t->db));
    assert_ok(session_sign_in(t->db, STR("hieutruong"), GOOD_PASSWORD, &from, &token, &err));
    assert_err(session_second_factor(t->db, &keys, text(&token), codes.items[5], &second, &err), ERR_DENIED);
    t->now_ms += know_threshold_ms(KNOW_LOCK_LONGEST, db_today(t->db));
    assert_ok(session_second_factor(t->db, &keys, text(&token), fresh.items[5], &second, &err));
    /* lost everything: somebody who may manage him, never himself */
    struct actor head = world_actor(t, w.head, 0), admin = world_actor(t, w.admin, 0);
    assert_err(factor_remove(t->db, &head, w.head, &err), ERR_DENIED);
    assert_ok(factor_remove(t->db, &admin, w.head, &err));
    assert_ok(session_sign_in(t->db, STR("hieutruong"), GOOD_PASSWORD, &from, &token, &err));
    assert_int_equal(look(t, &token).wants, SESSION_WANTS_ENROL);
}

static void a_link_works_once(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    struct actor head = world_actor(t, w.head, 0), admin = world_actor(t, w.admin, 0);
    int64_t clerk = world_person(t, &w.system, "Văn Thư", w.school, "clerk", "");
    struct session_token link, older, token;
    struct invitation seen;
    assert_err(invitation_new(t->db, &head, clerk, INVITATION_INVITE, 0, &link, &err), ERR_DENIED);
    assert_err(invitation_new(t->db, &admin, clerk, INVITATION_DEMO, 0, &link, &err), ERR_DENIED);
    assert_ok(invitation_new(t->db, &admin, clerk, INVITATION_INVITE, 0, &older, &err));
    assert_ok(invitation_new(t->db, &admin, clerk, INVITATION_INVITE, 0, &link, &err));
    assert_err(invitation_look(t->db, text(&older), &t->arena, &seen, &err), ERR_NOT_FOUND);
    assert_ok(invitation_look(t->db, text(&link), &t->arena, &seen, &err));
    assert_str(seen.name, STR("Văn Thư"));
    assert_err(invitation_accept(t->db, text(&link), STR("van thu"), GOOD_PASSWORD, &from, &token, &err), ERR_SYNTAX);
    assert_ok(invitation_accept(t->db, text(&link), STR("vanthu"), GOOD_PASSWORD, &from, &token, &err));
    assert_int_equal(look(t, &token).person_id, clerk);
    assert_err(invitation_accept(t->db, text(&link), STR("vanthu"), GOOD_PASSWORD, &from, &token, &err), ERR_NOT_FOUND);
    assert_ok(invitation_new(t->db, &admin, clerk, INVITATION_RESET, 0, &link, &err));
    t->now_ms += invitation_life_ms(INVITATION_RESET, db_today(t->db));
    assert_err(invitation_accept(t->db, text(&link), STR("vanthu"), GOOD_PASSWORD, &from, &token, &err), ERR_NOT_FOUND);
    assert_ok(invitation_new(t->db, &w.system, w.head, INVITATION_DEMO, 0, &link, &err));
    assert_err(invitation_accept(t->db, text(&link), STR("hieutruong"), GOOD_PASSWORD, &from, &token, &err),
               ERR_CONFLICT);
    assert_ok(invitation_sign_in(t->db, text(&link), &from, &token, &err));
    assert_int_equal(look(t, &token).wants, SESSION_READY);
    assert_err(invitation_sign_in(t->db, text(&link), &from, &token, &err), ERR_NOT_FOUND);
}

static void passwords_change(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    int64_t clerk = world_person(t, &w.system, "Văn Thư", w.school, "clerk", "");
    struct actor self = world_actor(t, clerk, 0);
    struct session_token here, elsewhere;
    struct session_info session;
    assert_ok(password_set(t->db, &w.system, clerk, STR("vanthu"), GOOD_PASSWORD, &err));
    assert_ok(session_sign_in(t->db, STR("vanthu"), GOOD_PASSWORD, &from, &here, &err));
    assert_ok(session_sign_in(t->db, STR("vanthu"), GOOD_PASSWORD, &from, &elsewhere, &err));
    assert_err(password_change(t->db, &self, STR("không phải nó"), STR("một mật khẩu khác"), text(&here), &err),
               ERR_DENIED);
    assert_ok(password_change(t->db, &self, GOOD_PASSWORD, STR("một mật khẩu khác"), text(&here), &err));
    look(t, &here);
    assert_err(session_lookup(t->db, text(&elsewhere), &t->arena, &session, &err), ERR_NOT_FOUND);
    assert_err(session_sign_in(t->db, STR("vanthu"), GOOD_PASSWORD, &from, &here, &err), ERR_DENIED);
    assert_ok(session_sign_in(t->db, STR("vanthu"), STR("một mật khẩu khác"), &from, &here, &err));
}

static void programs_have_tokens(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    struct actor head = world_actor(t, w.head, 0), admin = world_actor(t, w.admin, 0);
    struct session_token token;
    struct api_token found;
    int64_t id = 0;
    assert_err(api_token_new(t->db, &head, STR("báo cáo"), RIGHT_ORG_ADMIN, 30, &id, &token, &err), ERR_DENIED);
    assert_err(api_token_new(t->db, &head, STR("báo cáo"), RIGHT_READ, 400, &id, &token, &err), ERR_SYNTAX);
    assert_ok(api_token_new(t->db, &head, STR("báo cáo"), RIGHT_READ, 30, &id, &token, &err));
    assert_ok(api_token_lookup(t->db, text(&token), &t->arena, &found, &err));
    assert_int_equal(found.person_id, w.head);
    assert_int_equal(found.rights, RIGHT_READ);
    assert_err(api_token_end(t->db, &admin, id, &err), ERR_NOT_FOUND); /* somebody else's */
    t->now_ms += 29 * CIVIL_DAY_MS;
    assert_ok(api_token_lookup(t->db, text(&token), &t->arena, &found, &err));
    assert_ok(api_token_end(t->db, &head, id, &err));
    assert_err(api_token_lookup(t->db, text(&token), &t->arena, &found, &err), ERR_NOT_FOUND);
    assert_ok(api_token_new(t->db, &head, STR("báo cáo"), RIGHT_READ, 30, &id, &token, &err));
    t->now_ms += 30 * CIVIL_DAY_MS;
    assert_err(api_token_lookup(t->db, text(&token), &t->arena, &found, &err), ERR_NOT_FOUND);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org, NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(a_password_opens_a_session),
        STORE_TEST(sessions_sleep_and_end),
        STORE_TEST(guessing_gets_slower),
        STORE_TEST(an_old_hash_is_made_anew),
        STORE_TEST(a_newer_password_is_not_overwritten),
        STORE_TEST(a_head_needs_a_second_factor),
        STORE_TEST(a_link_works_once),
        STORE_TEST(passwords_change),
        STORE_TEST(programs_have_tokens),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
