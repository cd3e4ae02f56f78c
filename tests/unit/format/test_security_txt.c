#include "test.h"

#include "base/limits.h"
#include "base/mem.h"
#include "format/security_txt.h"

static struct err err;
static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 8u << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

/* 2026-11-23T00:00:00Z */
#define NOW_MS  1795392000000LL
#define HOUR_MS (3600 * 1000LL)

static struct security_txt read_from(struct str bytes, const char *content_type, const char *from)
{
    struct security_txt txt = {0};
    struct security_txt_ask ask = {str_from_cstr(content_type), str_from_cstr(from), NOW_MS, 30 * 24 * HOUR_MS};
    assert_ok(security_txt_read(bytes, &ask, &arena, &txt, &err));
    return txt;
}

/* "two_expires@3 expires_far@2": every finding with its line. */
static struct str findings(const struct security_txt *txt)
{
    struct str all = STR("");
    for (size_t i = 0; i < txt->finding_count; i++)
        all = arena_printf(&arena, "%.*s%s%s@%zu", STR_ARG(all), i ? " " : "",
                           security_txt_verdict_name(txt->findings[i].verdict), txt->findings[i].line);
    return all;
}

#define MAIL "Contact: mailto:ucsc@tinh.example\n"
#define TILL "Expires: 2027-01-01T00:00:00Z\n"

/* The cases of the exchange samples give their verdict, and every verdict its line. */
static void every_verdict_has_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *in, *verdict, *findings;
    } cases[] = {
        {"Contact: mailto:ucsc@tinh.example\nContact: tel:+84-24-0000-0000\nExpires: 2027-06-30T17:00:00.000Z\n"
         "Preferred-Languages: vi, en\nCanonical: https://tinh.example/.well-known/security.txt\n"
         "Policy: https://tinh.example/chinh-sach-tiep-nhan\n"
         "CSAF: https://ucsc.tinh.example/.well-known/csaf/provider-metadata.json\n",
         "good", "good@0"},
        {MAIL "Expires: 2024-01-01T00:00:00Z\n", "expired", "expired@2"},
        {MAIL, "no_expires", "no_expires@0"},
        {"Contact: mailto:a@tinh.example\n" TILL "Expires: 2028-01-01T00:00:00Z\n", "two_expires", "two_expires@3"},
        {TILL, "no_contact", "no_contact@0"},
        {"Contact: http://tinh.example/lien-he\n" TILL, "contact_http", "contact_http@1"},
        {"<!DOCTYPE html><html><body>404</body></html>\n", "is_html", "is_html@0"},
        {"", "no_contact", "no_contact@0 no_expires@0"},
        {"\n# x\n" MAIL TILL, "good", "good@0"},
        {"CONTACT: mailto:ucsc@tinh.example\nexpires: 2027-01-01T00:00:00Z\n", "good", "good@0"},
        {MAIL "Expires: 2026-12-01T00:00:00Z\n", "good", "good@0 expires_soon@2"},
        {MAIL "Expires: 2027-11-23T16:00:00Z\n", "good", "good@0"},
        {MAIL "Expires: 2027-11-24T00:00:00Z\n", "good", "good@0 expires_far@2"},
        {MAIL "Expires: 2026-11-23T00:00:00Z\n", "expired", "expired@2"},
        {MAIL "Expires: 2026-11-23T06:59:59+07:00\n", "expired", "expired@2"},
        {MAIL "Expires: next year\n", "bad_expires", "bad_expires@2"},
        {MAIL "Expires: next year\n" TILL, "two_expires", "bad_expires@2 two_expires@3"},
        {"Contact: ucsc@tinh.example\n" TILL, "contact_no_scheme", "contact_no_scheme@1"},
        {"Contact: tinh.example:8443/x\n" TILL, "contact_no_scheme", "contact_no_scheme@1"},
        {"Contact: +84 24 0000 0000\n" TILL, "contact_no_scheme", "contact_no_scheme@1"},
        {"Contact: mailto:\n" TILL, "contact_unusable", "contact_unusable@1"},
        {"Contact: mailto:@x\n" TILL, "contact_unusable", "contact_unusable@1"},
        {"Contact: mailto://ucsc@tinh.example\n" TILL, "contact_unusable", "contact_unusable@1"},
        {"Contact: mailto:An <an@tinh.example>\n" TILL, "contact_unusable", "contact_unusable@1"},
        {"Contact: tel:hotline\n" TILL, "contact_unusable", "contact_unusable@1"},
        {"Contact: https:///x\n" TILL, "contact_unusable", "contact_unusable@1"},
        {"Contact: HTTP://tinh.example\n" TILL, "contact_http", "contact_http@1"},
        {"Contact:\n" TILL, "no_contact", "no_contact@0 bad_line@1"},
        {"Contact:mailto:ucsc@tinh.example\n" TILL, "good", "good@0 no_space@1"},
        {MAIL TILL "Policy: http://tinh.example/x\n", "web_http", "web_http@3"},
        {MAIL TILL "Policy: see our page\n", "not_uri", "not_uri@3"},
        {MAIL TILL "Encryption: openpgp4fpr:5f2de5521c63a801ab59ccb603d49de44b29100f\n", "good", "good@0"},
        {MAIL TILL "Preferred-Languages: vi\nPreferred-Languages: en\n", "two_languages", "two_languages@4"},
        {MAIL TILL "Preferred-Languages: vi, a, tiengviet-dai-qua-muc\n", "good", "good@0 bad_language@3"},
        {MAIL TILL "Preferred-Languages: vi;en\n", "good", "good@0 bad_language@3"},
        {MAIL TILL "Note: hi\n", "good", "good@0 unknown_field@3"},
        {MAIL TILL "just words\n", "bad_line", "bad_line@3"},
        {MAIL TILL ": x\n", "bad_line", "bad_line@3"},
        {MAIL TILL " Policy: https://tinh.example/\n", "bad_line", "bad_line@3"},
        {MAIL TILL "Note: a\x01z\n", "bad_line", "bad_line@3"},
        {MAIL TILL "Note: \xff\n", "not_utf8", "not_utf8@3"},
        {"\xFF\xFE"
         "C",
         "not_utf8", "not_utf8@0"},
        {"\xEF\xBB\xBF" MAIL TILL, "good", "good@0 byte_order_mark@1"},
        {MAIL "Expires: 2027-01-01T00:00:00Z", "good", "good@0 no_last_newline@2"},
        {"Contact: mailto:a@tinh.example\rExpires: 2027-01-01T00:00:00Z\r", "line_endings", "line_endings@1"},
        {"Contact: mailto:a@tinh.example\r\nExpires: 2027-01-01T00:00:00Z\r\n", "good", "good@0"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct security_txt txt = read_from(str_from_cstr(cases[i].in), NULL, NULL);
        if (!str_equal(findings(&txt), str_from_cstr(cases[i].findings)))
            fail_msg("case %zu: got %.*s, wanted %s", i, STR_ARG(findings(&txt)), cases[i].findings);
        assert_string_equal(security_txt_verdict_name(txt.verdict), cases[i].verdict);
    }
}

static void how_it_was_served_is_judged(void **state)
{
    (void)state;
    static const struct {
        const char *type, *from, *canonical, *findings;
    } cases[] = {
        {"text/plain", NULL, "", "good@0"},
        {"Text/Plain; charset=UTF-8", NULL, "", "good@0"},
        {"text/plain;charset=\"utf-8\"", NULL, "", "good@0"},
        {"text/plain; charset=iso-8859-1", NULL, "", "good@0 wrong_type@0"},
        {"text/html; charset=utf-8", NULL, "", "good@0 wrong_type@0"},
        {"", NULL, "", "good@0 wrong_type@0"},
        {NULL, "https://tinh.example/security.txt", "", "good@0"},
        {NULL, "https://tinh.example/security.txt", "Canonical: https://tinh.example/security.txt\n", "good@0"},
        {NULL, "https://TINH.example:443/security.txt#x", "Canonical: HTTPS://tinh.example/security.txt\n", "good@0"},
        {NULL, "http://tinh.example/security.txt", "", "fetched_http@0"},
        {NULL, "https://tinh.example", "Canonical: https://tinh.example/\n", "good@0"},
        {NULL, "https://khac.example/security.txt", "Canonical: https://tinh.example/security.txt\n",
         "other_canonical@3"},
        {NULL, "https://tinh.example/Security.txt", "Canonical: https://tinh.example/security.txt\n",
         "other_canonical@3"},
        {NULL, "https://hai.example/a", "Canonical: https://mot.example/a\nCanonical: https://hai.example/a\n",
         "good@0"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct security_txt txt =
            read_from(arena_printf(&arena, MAIL TILL "%s", cases[i].canonical), cases[i].type, cases[i].from);
        if (!str_equal(findings(&txt), str_from_cstr(cases[i].findings)))
            fail_msg("case %zu: got %.*s, wanted %s", i, STR_ARG(findings(&txt)), cases[i].findings);
    }
}

#define SIGNED    "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n"
#define SIGNATURE "-----BEGIN PGP SIGNATURE-----\n\niHUEARYKAB0=\n=abcd\n-----END PGP SIGNATURE-----\n"

static void a_signature_is_read_through_and_not_believed(void **state)
{
    (void)state;
    static const struct {
        const char *in, *findings;
    } cases[] = {
        {SIGNED MAIL TILL SIGNATURE, "good@0 unverified@0"},
        {"\n" SIGNED MAIL TILL SIGNATURE "\n", "good@0 unverified@0"},
        {SIGNED "- " MAIL TILL SIGNATURE, "good@0 unverified@0"},
        {SIGNED MAIL TILL "- - Note: x\n" SIGNATURE, "unverified@0 bad_line@6"},
        {SIGNED MAIL TILL "-Note: x\n" SIGNATURE, "unverified@0 bad_line@6"},
        {"-----BEGIN PGP SIGNED MESSAGE-----\nlạ\n\n" MAIL TILL SIGNATURE, "unverified@0 bad_line@2"},
        {SIGNED MAIL TILL, "unverified@0 signature_cut@5"},
        {SIGNED MAIL TILL "-----BEGIN PGP SIGNATURE-----\n", "unverified@0 signature_cut@6"},
        {"Contact: mailto:nguoi-la@khac.example\n" SIGNED MAIL TILL SIGNATURE, "unverified@0 outside_signature@1"},
        {SIGNED MAIL TILL SIGNATURE "Contact: mailto:nguoi-la@khac.example\n", "unverified@0 outside_signature@11"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct security_txt txt = read_from(str_from_cstr(cases[i].in), NULL, NULL);
        if (!str_equal(findings(&txt), str_from_cstr(cases[i].findings)))
            fail_msg("case %zu: got %.*s, wanted %s", i, STR_ARG(findings(&txt)), cases[i].findings);
        assert_true(txt.is_signed);
        size_t contacts = 0;
        for (const struct security_txt_field *f = NULL; (f = security_txt_next(&txt, SECURITY_TXT_CONTACT, f)) != NULL;
             contacts++)
            assert_str(f->value, STR("mailto:ucsc@tinh.example"));
        assert_int_equal(contacts, 1);
        assert_int_equal(txt.field_count, 2);
    }
}

static void fields_keep_their_order_and_line(void **state)
{
    (void)state;
    struct security_txt txt =
        read_from(STR("Contact: https://b.example/\n#x\nX-Khac:  giữ nguyên \t\nContact: tel:+84\n" TILL
                      "preferred-languages: vi , en-GB\n"),
                  NULL, NULL);
    const struct security_txt_field *first = security_txt_next(&txt, SECURITY_TXT_CONTACT, NULL);
    assert_non_null(first);
    assert_str(first->value, STR("https://b.example/"));
    assert_string_equal(security_txt_kind_name(first->kind), "Contact");
    const struct security_txt_field *second = security_txt_next(&txt, SECURITY_TXT_CONTACT, first);
    assert_non_null(second);
    assert_str(second->value, STR("tel:+84"));
    assert_int_equal(second->line, 4);
    assert_null(security_txt_next(&txt, SECURITY_TXT_CONTACT, second));
    const struct security_txt_field *other = security_txt_next(&txt, SECURITY_TXT_OTHER, NULL);
    assert_non_null(other);
    assert_str(other->name, STR("X-Khac"));
    assert_str(other->value, STR("giữ nguyên"));
    assert_int_equal(txt.language_count, 2);
    assert_str(txt.languages[1], STR("en-GB"));
    assert_true(txt.expires_ms == 1798761600000LL);
}

static void instants_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        int64_t ms; /* SECURITY_TXT_NO_INSTANT: refused */
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01t00:00:01.5z", 1500},
        {"1970-01-01T07:00:00.123987+07:00", 123},
        {"1969-12-31T18:30:00-05:30", 0},
        {"2016-12-31T23:59:60Z", 1483228800000LL},
        {"2017-01-01T05:29:60+05:30", 1483228800000LL},
        {"2016-12-31T23:58:60Z", SECURITY_TXT_NO_INSTANT},
        {"2027-02-29T00:00:00Z", SECURITY_TXT_NO_INSTANT},
        {"2027-02-28 00:00:00Z", SECURITY_TXT_NO_INSTANT},
        {"2027-02-28T24:00:00Z", SECURITY_TXT_NO_INSTANT},
        {"2027-02-28T00:00:00", SECURITY_TXT_NO_INSTANT},
        {"2027-02-28T00:00Z", SECURITY_TXT_NO_INSTANT},
        {"2027-02-28", SECURITY_TXT_NO_INSTANT},
        {"2027-02-28T00:00:00.Z", SECURITY_TXT_NO_INSTANT},
        {"2027-02-28T00:00:00+7:00", SECURITY_TXT_NO_INSTANT},
        {"2027-02-28T00:00:00+07:60", SECURITY_TXT_NO_INSTANT},
        {"2027-02-28T00:00:00Zx", SECURITY_TXT_NO_INSTANT},
        {"0027-02-28T00:00:00Z", SECURITY_TXT_NO_INSTANT},
        {"", SECURITY_TXT_NO_INSTANT},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t ms = SECURITY_TXT_NO_INSTANT;
        bool is_read = security_txt_instant(str_from_cstr(cases[i].in), &ms);
        if (ms != cases[i].ms || is_read != (cases[i].ms != SECURITY_TXT_NO_INSTANT))
            fail_msg("%s: got %lld, wanted %lld", cases[i].in, (long long)ms, (long long)cases[i].ms);
    }
}

static void what_is_too_large_or_too_wrong_stays_bounded(void **state)
{
    (void)state;
    size_t size = SECURITY_TXT_MAX_BYTES;
    char *big = mem_alloc(size + 1);
    assert_non_null(big);
    for (size_t i = 0; i <= size; i++)
        big[i] = i % 2 ? '\n' : 'x';
    struct security_txt txt = read_from((struct str){big, size}, NULL, NULL);
    assert_int_equal(txt.verdict, SECURITY_TXT_NO_CONTACT);
    assert_int_equal(txt.finding_count, SECURITY_TXT_FINDINGS_MAX + 2); /* the two that are told once are in the list */
    assert_int_equal(txt.finding_count + txt.unlisted_count, size / 2 + 2);
    txt = read_from((struct str){big, size + 1}, NULL, NULL);
    assert_str(findings(&txt), STR("too_large@0"));
    mem_free(big);
}

static void an_arena_that_is_full_is_an_error(void **state)
{
    (void)state;
    AUTO_ARENA small;
    struct security_txt txt;
    struct security_txt_ask ask = {STR_NONE, STR_NONE, NOW_MS, 0};
    arena_init(&small, 1);
    assert_err(security_txt_read(STR(MAIL TILL), &ask, &small, &txt, &err), ERR_NOMEM);
}

/* What is only advised or told does not make a file bad. */
static void weights_fall_with_the_order(void **state)
{
    (void)state;
    assert_int_equal(security_txt_verdict_weight(SECURITY_TXT_GOOD), SECURITY_TXT_FINE);
    for (int v = 2; v < SECURITY_TXT_VERDICT_COUNT; v++)
        assert_true(security_txt_verdict_weight((enum security_txt_verdict)v) <=
                    security_txt_verdict_weight((enum security_txt_verdict)(v - 1)));
    assert_int_equal(security_txt_verdict_weight(SECURITY_TXT_TOO_LARGE), SECURITY_TXT_FAULT);
    assert_int_equal(security_txt_verdict_weight(SECURITY_TXT_EXPIRES_FAR), SECURITY_TXT_ADVICE);
    assert_int_equal(security_txt_verdict_weight(SECURITY_TXT_UNKNOWN_FIELD), SECURITY_TXT_INFORMATION);
}

static void both_languages_say_something(void **state)
{
    (void)state;
    for (int v = 0; v < SECURITY_TXT_VERDICT_COUNT; v++) {
        const char *vi = security_txt_verdict_words((enum security_txt_verdict)v, LANG_VI);
        const char *en = security_txt_verdict_words((enum security_txt_verdict)v, LANG_EN);
        assert_true(strlen(security_txt_verdict_name((enum security_txt_verdict)v)) > 0);
        assert_true(strlen(vi) > 10 && strlen(en) > 10 && strcmp(vi, en) != 0);
        for (int w = 0; w < v; w++)
            assert_string_not_equal(en, security_txt_verdict_words((enum security_txt_verdict)w, LANG_EN));
    }
}

#define LIST(array)             \
    {                           \
        array, ARRAY_LEN(array) \
    }

static void what_is_written_reads_back_good(void **state)
{
    (void)state;
    static const struct str contacts[] = {STR_INIT("mailto:ucsc@tinh.example"), STR_INIT("tel:+84-24-0000-0000")};
    static const struct str languages[] = {STR_INIT("vi"), STR_INIT("en")};
    static const struct str canonicals[] = {STR_INIT("https://tinh.example/.well-known/security.txt")};
    static const struct str keys[] = {STR_INIT("https://tinh.example/khoa.asc")};
    struct security_txt_facts facts = {.contacts = LIST(contacts),
                                       .expires_ms = NOW_MS + 100 * 24 * HOUR_MS + 999,
                                       .languages = LIST(languages),
                                       .canonicals = LIST(canonicals),
                                       .policies = LIST(keys),
                                       .encryptions = LIST(keys),
                                       .acknowledgments = LIST(keys),
                                       .hirings = LIST(keys),
                                       .csaf = LIST(keys)};
    struct str text;
    assert_ok(security_txt_write(&facts, &arena, &text, &err));
    assert_str(text, STR("Contact: mailto:ucsc@tinh.example\r\nContact: tel:+84-24-0000-0000\r\n"
                         "Expires: 2027-03-03T00:00:00Z\r\nPreferred-Languages: vi, en\r\n"
                         "Canonical: https://tinh.example/.well-known/security.txt\r\n"
                         "Policy: https://tinh.example/khoa.asc\r\nEncryption: https://tinh.example/khoa.asc\r\n"
                         "Acknowledgments: https://tinh.example/khoa.asc\r\nHiring: https://tinh.example/khoa.asc\r\n"
                         "CSAF: https://tinh.example/khoa.asc\r\n"));
    struct security_txt txt =
        read_from(text, "text/plain; charset=utf-8", "https://tinh.example/.well-known/security.txt");
    assert_str(findings(&txt), STR("good@0"));
    assert_int_equal(txt.field_count, 10);
    facts.expires_ms = -1;
    assert_ok(security_txt_write(&facts, &arena, &text, &err));
    assert_true(str_contains(text, STR("Expires: 1969-12-31T23:59:59Z\r\n")));
}

static void what_is_forbidden_is_not_written(void **state)
{
    (void)state;
    static const struct str good[] = {STR_INIT("mailto:ucsc@tinh.example")};
    static const struct {
        struct str bad;
        bool is_contact;
        const char *words;
    } cases[] = {
        {STR_INIT("http://tinh.example/"), true, "Contact: phải dùng https"},
        {STR_INIT("ucsc@tinh.example"), true, "Contact: cần địa chỉ đầy đủ"},
        {STR_INIT("mailto:"), true, "Contact: cần địa chỉ đầy đủ"},
        {STR_INIT("mailto:a@b\r\nContact: mailto:c@d"), true, "Contact: giá trị có dấu xuống dòng"},
        {STR_INIT("mailto:a@b\nPolicy: x"), true, "Contact: giá trị có dấu xuống dòng"},
        {STR_INIT("mailto:a@b c"), true, "Contact: cần địa chỉ đầy đủ"},
        {STR_INIT("mailto:a@\xff"), true, "Contact: giá trị có dấu xuống dòng hoặc ký tự không hợp lệ"},
        {STR_INIT("http://tinh.example/"), false, "Policy: phải dùng https"},
        {STR_INIT(""), false, "Policy: cần địa chỉ đầy đủ"},
    };
    struct str text = STR("as it was");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct security_txt_facts facts = {.contacts = LIST(good), .expires_ms = NOW_MS};
        struct security_txt_list list = {&cases[i].bad, 1};
        if (cases[i].is_contact)
            facts.contacts = list;
        else
            facts.policies = list;
        assert_err(security_txt_write(&facts, &arena, &text, &err), ERR_SYNTAX);
        if (strncmp(err.text, cases[i].words, strlen(cases[i].words)) != 0)
            fail_msg("case %zu: %s", i, err.text);
    }
    static const struct str bad_language[] = {STR_INIT("tiếng Việt")};
    struct security_txt_facts none = {.expires_ms = NOW_MS};
    struct security_txt_facts far = {.contacts = LIST(good), .expires_ms = INT64_MAX};
    struct security_txt_facts tongue = {.contacts = LIST(good), .expires_ms = NOW_MS, .languages = LIST(bad_language)};
    assert_err(security_txt_write(&none, &arena, &text, &err), ERR_SYNTAX);
    assert_err(security_txt_write(&far, &arena, &text, &err), ERR_SYNTAX);
    assert_err(security_txt_write(&tongue, &arena, &text, &err), ERR_SYNTAX);
    assert_str(text, STR("as it was"));
}

static void too_much_is_not_written(void **state)
{
    (void)state;
    static struct str many[2000];
    for (size_t i = 0; i < ARRAY_LEN(many); i++)
        many[i] = STR("mailto:ucsc@tinh.example");
    struct security_txt_facts facts = {.contacts = LIST(many), .expires_ms = NOW_MS};
    struct str text;
    assert_err(security_txt_write(&facts, &arena, &text, &err), ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_verdict_has_its_line, setup, teardown),
        cmocka_unit_test_setup_teardown(how_it_was_served_is_judged, setup, teardown),
        cmocka_unit_test_setup_teardown(a_signature_is_read_through_and_not_believed, setup, teardown),
        cmocka_unit_test_setup_teardown(fields_keep_their_order_and_line, setup, teardown),
        cmocka_unit_test_setup_teardown(instants_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_too_large_or_too_wrong_stays_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(an_arena_that_is_full_is_an_error, setup, teardown),
        cmocka_unit_test_setup_teardown(weights_fall_with_the_order, setup, teardown),
        cmocka_unit_test_setup_teardown(both_languages_say_something, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_written_reads_back_good, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_forbidden_is_not_written, setup, teardown),
        cmocka_unit_test_setup_teardown(too_much_is_not_written, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
