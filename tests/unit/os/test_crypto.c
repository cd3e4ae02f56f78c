#include "test.h"

#include <unistd.h>

#include "os/crypto.h"
#include "os/file.h"

#define TEST_ARENA_BYTES (8u << 20)

static struct str hex_of(const void *bytes, size_t n, struct arena *arena)
{
    return crypto_to_hex((struct str){bytes, n}, arena);
}

static void sha256_gives_the_vectors_of_fips_180(void **state)
{
    static const struct {
        struct str in, want;
    } cases[] = {
        {STR_INIT(""), STR_INIT("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")},
        {STR_INIT("abc"), STR_INIT("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")},
        {STR_INIT("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
         STR_INIT("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")},
    };
    AUTO_ARENA arena;
    arena_init(&arena, TEST_ARENA_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sha256 hash = crypto_sha256(cases[i].in);
        assert_str(hex_of(hash.bytes, sizeof hash.bytes, &arena), cases[i].want);
        struct sha256_stream stream;
        sha256_begin(&stream);
        for (size_t at = 0; at < cases[i].in.len_bytes; at += 3)
            sha256_add(&stream, str_slice(cases[i].in, at, at + 3));
        hash = sha256_end(&stream);
        assert_str(hex_of(hash.bytes, sizeof hash.bytes, &arena), cases[i].want);
    }
}

static void hmac_gives_the_vectors_of_rfc_2202_and_4231(void **state)
{
    char key_aa[131];
    memset(key_aa, 0xaa, sizeof key_aa);
    const struct {
        struct str key, message, want_sha1, want_sha256;
    } cases[] = {
        {STR("Jefe"), STR("what do ya want for nothing?"), STR("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
         STR("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")},
        {{key_aa, 80},
         STR("Test Using Larger Than Block-Size Key - Hash Key First"),
         STR("aa4ae5e15272d00e95705637ce8a3b55ed402112"),
         STR_NONE},
        {{key_aa, 131},
         STR("Test Using Larger Than Block-Size Key - Hash Key First"),
         STR_NONE,
         STR("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")},
    };
    AUTO_ARENA arena;
    arena_init(&arena, TEST_ARENA_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t mac[SHA1_BYTES];
        crypto_hmac_sha1(cases[i].key, cases[i].message, mac);
        struct sha256 mac256 = crypto_hmac_sha256(cases[i].key, cases[i].message);
        if (!str_is_null(cases[i].want_sha1))
            assert_str(hex_of(mac, sizeof mac, &arena), cases[i].want_sha1);
        if (!str_is_null(cases[i].want_sha256))
            assert_str(hex_of(mac256.bytes, sizeof mac256.bytes, &arena), cases[i].want_sha256);
    }
}

static void totp_gives_the_vectors_of_rfc_6238(void **state)
{
    static const struct {
        int64_t unix_s;
        const char *want;
    } cases[] = {{59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
                 {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char code[9];
        totp_code(STR("12345678901234567890"), cases[i].unix_s / TOTP_STEP_S, 8, code);
        assert_string_equal(code, cases[i].want);
    }
}

static void totp_is_accepted_once_and_within_one_step(void **state)
{
    struct str secret = STR("12345678901234567890"), code = STR("287082"); /* step 1 */
    int64_t step = -1;
    assert_true(totp_is_valid(secret, code, 59, -1, &step));
    assert_int_equal(step, 1);
    assert_false(totp_is_valid(secret, code, 59, step, &step));
    assert_true(totp_is_valid(secret, code, 89, -1, &step));  /* clock of the phone is slow */
    assert_true(totp_is_valid(secret, code, 10, -1, &step));  /* or fast */
    assert_false(totp_is_valid(secret, code, 90, -1, &step)); /* two steps away */
    assert_false(totp_is_valid(secret, STR("287083"), 59, -1, &step));
    assert_false(totp_is_valid(secret, STR(""), 59, -1, &step));
}

static void text_forms_come_back_as_they_were(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, TEST_ARENA_BYTES);
    struct err err;
    unsigned char raw[70];
    for (size_t i = 0; i < sizeof raw; i++)
        raw[i] = (unsigned char)(i * 37 + 11);
    for (size_t n = 0; n <= sizeof raw; n++) {
        struct str in = {(const char *)raw, n}, out;
        assert_ok(crypto_from_hex(crypto_to_hex(in, &arena), &arena, &out, &err));
        assert_str(out, in);
        assert_ok(crypto_from_base64url(crypto_to_base64url(in, &arena), &arena, &out, &err));
        assert_str(out, in);
        assert_ok(crypto_from_base32(crypto_to_base32(in, &arena), &arena, &out, &err));
        assert_str(out, in);
    }
}

static void base32_gives_the_vectors_of_rfc_4648(void **state)
{
    static const struct {
        struct str in, want;
    } cases[] = {{STR_INIT("f"), STR_INIT("MY")},
                 {STR_INIT("fo"), STR_INIT("MZXQ")},
                 {STR_INIT("foo"), STR_INIT("MZXW6")},
                 {STR_INIT("foob"), STR_INIT("MZXW6YQ")},
                 {STR_INIT("foobar"), STR_INIT("MZXW6YTBOI")}};
    AUTO_ARENA arena;
    arena_init(&arena, TEST_ARENA_BYTES);
    struct err err;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str out;
        assert_str(crypto_to_base32(cases[i].in, &arena), cases[i].want);
        assert_ok(crypto_from_base32(cases[i].want, &arena, &out, &err));
        assert_str(out, cases[i].in);
    }
}

static void bad_text_forms_are_refused(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, TEST_ARENA_BYTES);
    struct err err;
    struct str out = STR("untouched");
    static const struct str bad_hex[] = {STR_INIT("0"), STR_INIT("zz"), STR_INIT("00 11"), STR_INIT("0x00")};
    for (size_t i = 0; i < ARRAY_LEN(bad_hex); i++)
        assert_err(crypto_from_hex(bad_hex[i], &arena, &out, &err), ERR_SYNTAX);
    static const struct str bad_base64[] = {STR_INIT("A"), STR_INIT("AB=="), STR_INIT("A+/A"), STR_INIT("AAAA AAAA"),
                                            STR_INIT("AB")};
    for (size_t i = 0; i < ARRAY_LEN(bad_base64); i++)
        assert_err(crypto_from_base64url(bad_base64[i], &arena, &out, &err), ERR_SYNTAX);
    static const struct str bad_base32[] = {STR_INIT("M"), STR_INIT("M1"), STR_INIT("MZ"), STR_INIT("M\0ZQ")};
    for (size_t i = 0; i < ARRAY_LEN(bad_base32); i++)
        assert_err(crypto_from_base32(bad_base32[i], &arena, &out, &err), ERR_SYNTAX);
    assert_str(out, STR("untouched"));
}

/* RFC 8032 7.1, TEST 1 to 3 */
static void ed25519_gives_the_vectors_of_rfc_8032(void **state)
{
    static const struct {
        struct str seed, public_key, message, signature;
    } cases[] = {
        {STR_INIT("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"),
         STR_INIT("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), STR_INIT(""),
         STR_INIT(
             "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0"
             "595bbe24655141438e7a100b")},
        {STR_INIT("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"),
         STR_INIT("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"), STR_INIT("72"),
         STR_INIT(
             "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eae"
             "b4302aeeb00d291612bb0c00")},
        {STR_INIT("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"),
         STR_INIT("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"), STR_INIT("af82"),
         STR_INIT(
             "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9"
             "716ed28dc027beceea1ec40a")},
    };
    AUTO_ARENA arena;
    arena_init(&arena, TEST_ARENA_BYTES);
    struct err err;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str seed, message;
        assert_ok(crypto_from_hex(cases[i].seed, &arena, &seed, &err));
        assert_ok(crypto_from_hex(cases[i].message, &arena, &message, &err));
        struct sign_key key;
        struct sign_public public_key;
        sign_key_from_seed((const uint8_t *)seed.ptr, &key, &public_key);
        assert_str(hex_of(public_key.bytes, sizeof public_key.bytes, &arena), cases[i].public_key);
        struct signature signature = sign_message(&key, message);
        assert_str(hex_of(signature.bytes, sizeof signature.bytes, &arena), cases[i].signature);
        assert_true(signature_is_valid(&public_key, message, &signature));
    }
}

static void a_changed_message_signature_or_key_is_not_valid(void **state)
{
    struct sign_key key, other_key;
    struct sign_public public_key, other_public;
    sign_key_new(&key, &public_key);
    sign_key_new(&other_key, &other_public);
    struct signature signature = sign_message(&key, STR("head 17"));
    assert_true(signature_is_valid(&public_key, STR("head 17"), &signature));
    assert_false(signature_is_valid(&public_key, STR("head 18"), &signature));
    assert_false(signature_is_valid(&other_public, STR("head 17"), &signature));
    signature.bytes[5] ^= 1;
    assert_false(signature_is_valid(&public_key, STR("head 17"), &signature));
}

static void a_password_is_checked_and_old_parameters_are_seen(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, TEST_ARENA_BYTES);
    struct err err;
    struct str hash;
    static const struct password_cost today = {16384, 2}, dearer = {16384, 3}, bigger = {32768, 2};
    bool is_old = true;
    assert_ok(password_hash(today, STR("m\xE1\xBA\xADt kh\xE1\xBA\xA9u"), &arena, &hash, &err));
    assert_true(str_starts_with(hash, STR("$argon2id$v=19$m=16384,t=2,p=1$")));
    assert_ok(password_check(today, STR("m\xE1\xBA\xADt kh\xE1\xBA\xA9u"), hash, &is_old, &err));
    assert_false(is_old);
    assert_ok(password_check(dearer, STR("m\xE1\xBA\xADt kh\xE1\xBA\xA9u"), hash, &is_old, &err));
    assert_true(is_old);
    is_old = false;
    assert_ok(password_check(bigger, STR("m\xE1\xBA\xADt kh\xE1\xBA\xA9u"), hash, &is_old, &err));
    assert_true(is_old);
    assert_err(password_check(today, STR("mat khau"), hash, &is_old, &err), ERR_DENIED);
    struct str weak = STR("$argon2id$v=19$m=65536,t=2,p=1$"); /* cut off */
    assert_err(password_check(today, STR("x"), weak, &is_old, &err), ERR_SYNTAX);
    assert_err(password_check(today, STR("x"), STR("$2b$12$abcdefghijklmnopqrstuv"), &is_old, &err), ERR_SYNTAX);
    char long_password[PASSWORD_MAX_BYTES + 1];
    memset(long_password, 'a', sizeof long_password);
    assert_err(password_hash(today, (struct str){long_password, sizeof long_password}, &arena, &hash, &err), ERR_LIMIT);
}

static void what_is_sealed_opens_only_with_the_recipients_key(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, TEST_ARENA_BYTES);
    struct err err;
    struct seal_public to, other;
    struct seal_secret secret, other_secret;
    seal_key_new(&to, &secret);
    seal_key_new(&other, &other_secret);
    struct str sealed, plain;
    assert_ok(seal_close(&to, STR("tre l\xC3\xA0ng"), &arena, &sealed, &err));
    assert_ok(seal_open(&secret, sealed, &arena, &plain, &err));
    assert_str(plain, STR("tre l\xC3\xA0ng"));
    assert_err(seal_open(&other_secret, sealed, &arena, &plain, &err), ERR_DENIED);
    assert_err(seal_open(&secret, str_slice(sealed, 0, 20), &arena, &plain, &err), ERR_SYNTAX);
}

static void a_secret_cannot_be_moved_to_another_place(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, TEST_ARENA_BYTES);
    struct err err;
    uint8_t key[SECRET_KEY_BYTES];
    crypto_random(key, sizeof key);
    struct str closed, plain;
    assert_ok(secret_close(key, STR("totp:7"), STR("seed"), &arena, &closed, &err));
    assert_ok(secret_open(key, STR("totp:7"), closed, &arena, &plain, &err));
    assert_str(plain, STR("seed"));
    assert_err(secret_open(key, STR("totp:8"), closed, &arena, &plain, &err), ERR_DENIED);
    key[0] ^= 1;
    assert_err(secret_open(key, STR("totp:7"), closed, &arena, &plain, &err), ERR_DENIED);
}

/* Seal `plain_bytes` of pattern; returns the sealed stream. */
static struct str stream_sealed(const struct seal_public *to, size_t plain_bytes, struct arena *arena)
{
    struct err err = {0};
    char *plain = arena_alloc(arena, plain_bytes + 1, 1);
    assert_non_null(plain);
    for (size_t i = 0; i < plain_bytes; i++)
        plain[i] = (char)(i * 31 >> 3);
    AUTO_FD in = -1;
    AUTO_FD out = -1;
    assert_ok(file_temp_fd((struct str){plain, plain_bytes}, &in, &err));
    assert_ok(file_temp_fd(STR(""), &out, &err));
    assert_ok(seal_stream_close(to, in, out, &err));
    assert_int_equal(lseek(out, 0, SEEK_SET), 0);
    struct str sealed;
    assert_ok(file_read_fd(out, "sealed", 4u << 20, arena, &sealed, &err));
    return sealed;
}

static enum err_code stream_opened(const struct seal_secret *secret, struct str sealed, struct arena *arena,
                                   struct str *ret_plain)
{
    struct err err = {0};
    AUTO_FD in = -1;
    AUTO_FD out = -1;
    assert_ok(file_temp_fd(sealed, &in, &err));
    assert_ok(file_temp_fd(STR(""), &out, &err));
    enum err_code code = seal_stream_open(secret, in, out, &err);
    assert_int_equal(lseek(out, 0, SEEK_SET), 0);
    assert_ok(file_read_fd(out, "opened", 4u << 20, arena, ret_plain, &err));
    return code;
}

static void a_sealed_stream_of_any_length_comes_back(void **state)
{
    static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 131072, 200000};
    struct seal_public to;
    struct seal_secret secret;
    seal_key_new(&to, &secret);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        AUTO_ARENA arena;
        arena_init(&arena, TEST_ARENA_BYTES);
        struct str plain, sealed = stream_sealed(&to, sizes[i], &arena);
        assert_int_equal(stream_opened(&secret, sealed, &arena, &plain), ERR_NONE);
        assert_int_equal(plain.len_bytes, sizes[i]);
        for (size_t k = 0; k < plain.len_bytes; k++)
            if (plain.ptr[k] != (char)(k * 31 >> 3))
                fail_msg("byte %zu of %zu differs", k, sizes[i]);
    }
}

static void a_cut_grown_reordered_or_changed_stream_is_refused(void **state)
{
    struct seal_public to, other;
    struct seal_secret secret, other_secret;
    seal_key_new(&to, &secret);
    seal_key_new(&other, &other_secret);
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct str plain, sealed = stream_sealed(&to, 200000, &arena);
    assert_int_equal(stream_opened(&other_secret, sealed, &arena, &plain), ERR_DENIED);
    size_t chunk_bytes = 4 + 65536 + 17, start_bytes = 120;
    assert_int_equal(stream_opened(&secret, str_slice(sealed, 0, start_bytes + 2 * chunk_bytes), &arena, &plain),
                     ERR_DENIED);
    struct str grown = arena_printf(&arena, "%s", "");
    char *copy = arena_alloc(&arena, sealed.len_bytes + 1, 1);
    assert_non_null(copy);
    memcpy(copy, sealed.ptr, sealed.len_bytes);
    grown = (struct str){copy, sealed.len_bytes + 1};
    assert_int_equal(stream_opened(&secret, grown, &arena, &plain), ERR_DENIED);
    memcpy(copy + start_bytes, sealed.ptr + start_bytes + chunk_bytes, chunk_bytes);
    memcpy(copy + start_bytes + chunk_bytes, sealed.ptr + start_bytes, chunk_bytes);
    assert_int_equal(stream_opened(&secret, (struct str){copy, sealed.len_bytes}, &arena, &plain), ERR_DENIED);
    for (size_t at = 0; at < sealed.len_bytes; at += 7919) {
        memcpy(copy, sealed.ptr, sealed.len_bytes);
        copy[at] ^= 0x40;
        struct arena_mark mark = arena_mark(&arena);
        assert_int_not_equal(stream_opened(&secret, (struct str){copy, sealed.len_bytes}, &arena, &plain), ERR_NONE);
        arena_rewind(&arena, mark);
    }
}

static void tokens_are_22_characters_and_never_the_same(void **state)
{
    char a[CRYPTO_TOKEN_CHARS + 1], b[CRYPTO_TOKEN_CHARS + 1];
    crypto_token(a);
    crypto_token(b);
    assert_int_equal(strlen(a), CRYPTO_TOKEN_CHARS);
    assert_string_not_equal(a, b);
}

static void equal_in_constant_time_says_what_memcmp_says(void **state)
{
    assert_true(crypto_is_equal(STR("abc"), STR("abc")));
    assert_false(crypto_is_equal(STR("abc"), STR("abd")));
    assert_false(crypto_is_equal(STR("abc"), STR("ab")));
    assert_true(crypto_is_equal(STR(""), STR_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_vectors_of_fips_180),
        cmocka_unit_test(hmac_gives_the_vectors_of_rfc_2202_and_4231),
        cmocka_unit_test(totp_gives_the_vectors_of_rfc_6238),
        cmocka_unit_test(totp_is_accepted_once_and_within_one_step),
        cmocka_unit_test(text_forms_come_back_as_they_were),
        cmocka_unit_test(base32_gives_the_vectors_of_rfc_4648),
        cmocka_unit_test(bad_text_forms_are_refused),
        cmocka_unit_test(ed25519_gives_the_vectors_of_rfc_8032),
        cmocka_unit_test(a_changed_message_signature_or_key_is_not_valid),
        cmocka_unit_test(a_password_is_checked_and_old_parameters_are_seen),
        cmocka_unit_test(what_is_sealed_opens_only_with_the_recipients_key),
        cmocka_unit_test(a_secret_cannot_be_moved_to_another_place),
        cmocka_unit_test(a_sealed_stream_of_any_length_comes_back),
        cmocka_unit_test(a_cut_grown_reordered_or_changed_stream_is_refused),
        cmocka_unit_test(tokens_are_22_characters_and_never_the_same),
        cmocka_unit_test(equal_in_constant_time_says_what_memcmp_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
