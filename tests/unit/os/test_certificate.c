/* The certificates stand in tests/fuzz/corpus/certificate. They were made with openssl, which also told the expected
 * fingerprints, serials and times; the private keys in DER are shapes around constant bytes. */
#include "test.h"

#include "base/civil.h"
#include "base/limits.h"
#include "os/certificate.h"
#include "os/file.h"
#include "os/sandbox.h"
#include <sys/wait.h>
#include <unistd.h>

static struct err err;
static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 16u << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static struct str corpus(const char *name)
{
    struct str path = arena_printf(&arena, CORPUS "/certificate/%s", name), bytes = STR("");
    if (str_is_null(path))
        fail_msg("no memory");
    assert_ok(file_read(path.ptr, 1u << 20, &arena, &bytes, &err));
    return bytes;
}

static struct certificate certificate(struct str bytes)
{
    struct certificate c = {0};
    assert_ok(certificate_read(bytes, &arena, &c, &err));
    return c;
}

/* First of all, so that OpenSSL awakes behind the walls too: whoever reads hostile files can open nothing. */
static void it_is_read_in_the_narrowest_sandbox(void **state)
{
    (void)state;
    struct str an = corpus("an.pem"), x25519 = corpus("x25519.pem");
    int status = -1;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct sandbox sandbox;
        struct sandbox_report report;
        struct certificate c;
        sandbox_init(&sandbox, SANDBOX_PARSE_PURE);
        if (sandbox_enter(&sandbox, &report, &err) != ERR_NONE)
            _exit(2);
        _exit(certificate_read(an, &arena, &c, &err) != ERR_NONE || c.key != CERTIFICATE_KEY_RSA ||
              certificate_read(x25519, &arena, &c, &err) != ERR_NONE || c.key != CERTIFICATE_KEY_X25519);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

#define CA      "CN=CA Ví Dụ,O=Tỉnh Ví Dụ,C=VN"
#define AN      "emailAddress=an@tinh.example,CN=Nguyễn Văn An,O=Tỉnh Ví Dụ,C=VN"
#define AN_HASH "845b7ab20a0e5bbf238ac484b44883caad5f167047063b671dec993571f83343"

static void certificates_say_what_openssl_says_of_them(void **state)
{
    (void)state;
    static const struct {
        const char *file, *subject, *mails, *serial, *hash, *from, *to, *key;
        bool can_encrypt, is_for_mail, is_ca;
    } cases[] = {
        {"an.pem", AN, "<an@tinh.example><ucsc@tinh.example>", "A1B2C3D4E5F60718293", AN_HASH,
         "2026-11-23T06:27:49+07:00", "2125-06-17T06:27:49+07:00", "RSA 2048", true, true, false},
        {"an.der", AN, "<an@tinh.example><ucsc@tinh.example>", "A1B2C3D4E5F60718293", AN_HASH,
         "2026-11-23T06:27:49+07:00", "2125-06-17T06:27:49+07:00", "RSA 2048", true, true, false},
        {"an-text.pem", AN, "<an@tinh.example><ucsc@tinh.example>", "A1B2C3D4E5F60718293", AN_HASH,
         "2026-11-23T06:27:49+07:00", "2125-06-17T06:27:49+07:00", "RSA 2048", true, true, false},
        {"binh.pem", "CN=Lê Thị Bình", "<binh@tinh.example>", "1",
         "0e4e6883eb7073160979029f71dc926cafb568336ace66b37e983f7561d95835", "2026-11-23T06:27:49+07:00",
         "2125-06-17T06:27:49+07:00", "EC 256", false, true, false},
        {"binh-encrypts.pem", "CN=Lê Thị Bình", "<binh@tinh.example><BINH@tinh.example>", "8F",
         "6216b3135e31b5e4c13f32d16f78a8bbc062b77492ea35c5cb90eea5f1abf59c", "2026-11-23T06:30:52+07:00",
         "2125-06-17T06:30:52+07:00", "EC 256", true, true, false},
        {"web.pem", "CN=ucsc.tinh.example", "", "2", "cda4fde2baa2aa3e8c971b0335e0c2ae33442df235a87c1e6759f5749d582038",
         "2026-11-23T06:27:49+07:00", "2125-06-17T06:27:49+07:00", "EC 384", true, false, false},
        {"bare.pem", "CN=Không Mở Rộng", "", "3", "688fe4d9ed101d9263cbd86ec4d201053f7ec38eeea543ccdbfbbb31aab541bf",
         "2026-11-23T06:27:49+07:00", "2125-06-17T06:27:49+07:00", "Ed25519 256", false, true, false},
        {"expired.pem", "emailAddress=an@tinh.example,O=Tỉnh Ví Dụ,C=VN,CN=Nguyễn Văn An",
         "<an@tinh.example><ucsc@tinh.example>", "5",
         "95119222ce503cf65daad3b1cb142b4743d57f6c5a8d188858d503b01526935c", "2020-01-01T07:00:00+07:00",
         "2021-01-01T07:00:00+07:00", "RSA 2048", true, true, false},
        {"ca.pem", CA, "", "7754593B352AB22EB5D4AEA92C3E4B0205FEE304",
         "c6c112d1b546df8737cc7c33e615a4d23251777fed4528c1fec9a9c9ec2a7526", "2026-11-23T06:27:49+07:00",
         "2126-10-30T06:27:49+07:00", "RSA 2048", true, true, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct certificate c = certificate(corpus(cases[i].file));
        char from[CIVIL_TEXT_BYTES], to[CIVIL_TEXT_BYTES];
        struct str mails = STR("");
        for (size_t k = 0; k < c.mail_count; k++)
            mails = arena_printf(&arena, "%.*s<%.*s>", STR_ARG(mails), STR_ARG(c.mails[k]));
        assert_str(c.subject, str_from_cstr(cases[i].subject));
        assert_str(c.issuer, STR(CA));
        assert_str(mails, str_from_cstr(cases[i].mails));
        assert_str(c.serial, str_from_cstr(cases[i].serial));
        assert_str(crypto_to_hex(sha256_str(&c.fingerprint), &arena), str_from_cstr(cases[i].hash));
        assert_string_equal(civil_iso_ms(c.not_before_ms, from), cases[i].from);
        assert_string_equal(civil_iso_ms(c.not_after_ms, to), cases[i].to);
        assert_str(arena_printf(&arena, "%s %u", certificate_key_name(c.key), c.key_bits), str_from_cstr(cases[i].key));
        if (c.can_encrypt != cases[i].can_encrypt || c.is_for_mail != cases[i].is_for_mail || c.is_ca != cases[i].is_ca)
            fail_msg("%s: encrypts %d, for mail %d, authority %d", cases[i].file, c.can_encrypt, c.is_for_mail,
                     c.is_ca);
        assert_int_equal(c.file_count, 1);
        assert_string_equal(certificate_choice_words(&c, LANG_VI), "");
    }
}

static void keys_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        enum certificate_key key;
        unsigned bits;
        bool can_encrypt;
    } cases[] = {
        {"x25519.pem", CERTIFICATE_KEY_X25519, 253, true},     {"x448.pem", CERTIFICATE_KEY_X448, 448, true},
        {"rsa-pss.pem", CERTIFICATE_KEY_RSA_PSS, 2048, false}, {"ed448.pem", CERTIFICATE_KEY_ED448, 456, false},
        {"dsa.pem", CERTIFICATE_KEY_DSA, 1024, false},         {"unknown-key.der", CERTIFICATE_KEY_OTHER, 0, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct certificate c = certificate(corpus(cases[i].file));
        if (c.key != cases[i].key || c.key_bits != cases[i].bits || c.can_encrypt != cases[i].can_encrypt)
            fail_msg("%s: %s %u, encrypts %d", cases[i].file, certificate_key_name(c.key), c.key_bits, c.can_encrypt);
    }
}

static void what_is_no_address_is_passed_over(void **state)
{
    (void)state;
    struct certificate c = certificate(corpus("odd-mails.pem"));
    assert_int_equal(c.mail_count, 1);
    assert_str(c.mails[0], STR("tot@tinh.example"));
    assert_str(c.serial, STR("0"));
}

static void one_without_end_ends_with_the_year_9999(void **state)
{
    (void)state;
    struct certificate c = certificate(corpus("endless.pem"));
    assert_true(c.not_after_ms == ((int64_t)civil_to_day(9999, 12, 31) + 1) * CIVIL_DAY_MS - 1000);
}

static void of_several_the_first_that_is_no_authority_is_taken(void **state)
{
    (void)state;
    struct str ca = corpus("ca.pem"), both = arena_printf(&arena, "%.*s%.*s", STR_ARG(ca), STR_ARG(ca));
    struct certificate c = certificate(corpus("chain.pem")), authorities = certificate(both);
    assert_str(c.subject, STR(AN));
    assert_int_equal(c.file_count, 3);
    assert_int_equal(c.file_index, 1);
    assert_non_null(strstr(certificate_choice_words(&c, LANG_EN), "the first that is no authority"));
    assert_int_equal(authorities.file_count, 2);
    assert_int_equal(authorities.file_index, 0);
    assert_non_null(strstr(certificate_choice_words(&authorities, LANG_EN), "all of authorities"));
    assert_string_not_equal(certificate_choice_words(&c, LANG_VI), certificate_choice_words(&c, LANG_EN));
}

static void refused(struct str bytes, enum err_code want, const char *words)
{
    struct certificate c;
    assert_err(certificate_read(bytes, &arena, &c, &err), want);
    if (!strstr(err.text, words))
        fail_msg("got \"%s\", wanted \"%s\"", err.text, words);
}

static void what_is_no_certificate_is_refused(void **state)
{
    (void)state;
    struct str an = corpus("an.der"), pem = corpus("an.pem");
    static const char *const secrets[] = {"secret-pkcs8.der", "secret-pkcs12.der", "secret-encrypted.der"};
    for (size_t i = 0; i < ARRAY_LEN(secrets); i++)
        refused(corpus(secrets[i]), ERR_DENIED, "nửa bí mật");
    refused(arena_printf(&arena, "%.*s-----BEGIN ENCRYPTED PRIVATE KEY-----\nMC4=\n", STR_ARG(pem)), ERR_DENIED,
            "nửa bí mật");
    refused(STR("-----BEGIN RSA PRIVATE KEY-----\n"), ERR_DENIED, "nửa bí mật");
    refused(corpus("p7.pem"), ERR_SYNTAX, "không phải chứng thư");
    refused(corpus("request.pem"), ERR_SYNTAX, "không phải chứng thư");
    refused(STR(""), ERR_SYNTAX, "không phải chứng thư");
    refused(STR("0"), ERR_SYNTAX, "không phải chứng thư");
    refused(STR("xin chào"), ERR_SYNTAX, "không phải chứng thư");
    char *longer = arena_alloc(&arena, an.len_bytes + 1, 1);
    if (!longer)
        fail_msg("no memory");
    memcpy(longer, an.ptr, an.len_bytes);
    refused((struct str){longer, an.len_bytes + 1}, ERR_SYNTAX, "không phải chứng thư"); /* a byte behind it */
    refused(str_slice(an, 0, an.len_bytes - 1), ERR_SYNTAX, "không phải chứng thư");
    refused(str_slice(pem, 0, pem.len_bytes - 40), ERR_SYNTAX, "bị hỏng");
    refused(corpus("bad-time.der"), ERR_SYNTAX, "");
    refused(STR("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"), ERR_SYNTAX, "bị hỏng");
}

static void ceilings_hold(void **state)
{
    (void)state;
    struct str an = corpus("binh.pem"), many = STR("");
    char *big = arena_alloc(&arena, CERTIFICATE_FILE_MAX_BYTES + 1, 1);
    if (!big)
        fail_msg("no memory");
    for (size_t i = 0; i < CERTIFICATE_FILE_MAX; i++)
        many = arena_printf(&arena, "%.*s%.*s", STR_ARG(many), STR_ARG(an));
    assert_int_equal(certificate(many).file_count, CERTIFICATE_FILE_MAX);
    refused(arena_printf(&arena, "%.*s%.*s", STR_ARG(many), STR_ARG(an)), ERR_LIMIT, "quá 20 chứng thư");
    refused((struct str){big, CERTIFICATE_FILE_MAX_BYTES + 1}, ERR_LIMIT, "quá 256 KB");
    refused(corpus("many-mails.pem"), ERR_LIMIT, "quá 100 địa chỉ");
    AUTO_ARENA small;
    struct certificate c;
    arena_init(&small, 1);
    assert_err(certificate_read(an, &small, &c, &err), ERR_NOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_read_in_the_narrowest_sandbox, setup, teardown),
        cmocka_unit_test_setup_teardown(certificates_say_what_openssl_says_of_them, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_are_told_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_address_is_passed_over, setup, teardown),
        cmocka_unit_test_setup_teardown(one_without_end_ends_with_the_year_9999, setup, teardown),
        cmocka_unit_test_setup_teardown(of_several_the_first_that_is_no_authority_is_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_certificate_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(ceilings_hold, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
