#include "test.h"

#include "web/html.h"
#include "web/words.h"

static struct str run(void (*fn)(struct page_out *, struct str), struct buf *buf, struct str in)
{
    buf_clear(buf);
    struct page_out o = {buf, LANG_VI, STR_NONE};
    fn(&o, in);
    return buf_str(buf);
}

struct text_case {
    struct str in, want;
};

static void each_case(void (*fn)(struct page_out *, struct str), const struct text_case *cases, size_t count)
{
    AUTO_BUF buf;
    buf_init(&buf, 1 << 16);
    for (size_t i = 0; i < count; i++)
        assert_str(run(fn, &buf, cases[i].in), cases[i].want);
}

static void text_is_escaped(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {STR_INIT("<script>alert(1)</script>"), STR_INIT("&lt;script&gt;alert(1)&lt;/script&gt;")},
        {STR_INIT("\" onmouseover=\"x"), STR_INIT("&#34; onmouseover=&#34;x")},
        {STR_INIT("' onfocus='x"), STR_INIT("&#39; onfocus=&#39;x")},
        {STR_INIT("&lt;"), STR_INIT("&amp;lt;")},
        {STR_INIT("Đắk Nông ỗ"), STR_INIT("Đắk Nông ỗ")},
        {STR_INIT("a\0b"), STR_INIT("a\xEF\xBF\xBD"
                                    "b")},
        {STR_INIT("\x1B[31m"), STR_INIT("\xEF\xBF\xBD[31m")},
        {STR_INIT("\xC0\xBC"
                  "script"),
         STR_INIT("\xEF\xBF\xBD\xEF\xBF\xBD"
                  "script")},                                         /* overlong "<" */
        {STR_INIT("\xE2\x80"), STR_INIT("\xEF\xBF\xBD\xEF\xBF\xBD")}, /* broken off: must not eat the quote after it */
        {STR_INIT("\xEF\xBF\xBD"), STR_INIT("\xEF\xBF\xBD")},
        {STR_INIT("\xC2\x85"), STR_INIT("\xEF\xBF\xBD")}, /* C1 control */
        {STR_INIT("a\tb\nc"), STR_INIT("a\tb\nc")},
        {STR_INIT(""), STR_INIT("")},
    };
    each_case(out_text, cases, ARRAY_LEN(cases));
    each_case(out_attr, cases, ARRAY_LEN(cases));
}

static void addresses_cannot_run_or_leave(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {STR_INIT("/duty/1?a=1&b=2"), STR_INIT("/duty/1?a=1&amp;b=2")},
        {STR_INIT("#d1"), STR_INIT("#d1")},
        {STR_INIT("?page=2"), STR_INIT("?page=2")},
        {STR_INIT("a/b:c"), STR_INIT("a/b:c")},
        {STR_INIT("https://x.example/"), STR_INIT("https://x.example/")},
        {STR_INIT("tel:0900000113"), STR_INIT("tel:0900000113")},
        {STR_INIT("MailTo:a@b.example"), STR_INIT("MailTo:a@b.example")},
        {STR_INIT("javascript:alert(1)"), STR_INIT("#")},
        {STR_INIT("JaVaScRiPt:alert(1)"), STR_INIT("#")},
        {STR_INIT(" javascript:alert(1)"), STR_INIT("#")},
        {STR_INIT("java\tscript:alert(1)"), STR_INIT("#")},
        {STR_INIT("java\nscript:alert(1)"), STR_INIT("#")},
        {STR_INIT("data:text/html,<script>"), STR_INIT("#")},
        {STR_INIT("vbscript:x"), STR_INIT("#")},
        {STR_INIT("//evil.example/"), STR_INIT("#")},
        {STR_INIT("/\\evil.example/"), STR_INIT("#")},
        {STR_INIT("/x\" onclick=\"y"), STR_INIT("#")},
        {STR_INIT("/x\"onclick=\"y"), STR_INIT("/x&#34;onclick=&#34;y")},
        {STR_INIT(""), STR_INIT("")},
    };
    each_case(out_url, cases, ARRAY_LEN(cases));
}

static void address_pieces_stay_pieces(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {STR_INIT("a b"), STR_INIT("a%20b")},
        {STR_INIT("../../admin"), STR_INIT("..%2F..%2Fadmin")},
        {STR_INIT("x&role=admin#y?z"), STR_INIT("x%26role%3Dadmin%23y%3Fz")},
        {STR_INIT("\"><script>"), STR_INIT("%22%3E%3Cscript%3E")},
        {STR_INIT("Đ"), STR_INIT("%C4%90")},
        {STR_INIT("a\0"), STR_INIT("a%00")},
    };
    each_case(out_url_part, cases, ARRAY_LEN(cases));
}

static void phone_numbers_keep_digits(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {STR_INIT("0900 000 113"), STR_INIT("0900000113")},
        {STR_INIT("+84 (0) 900.000.113\" onclick=\"x"), STR_INIT("+840900000113")},
    };
    each_case(out_tel, cases, ARRAY_LEN(cases));
}

static void arguments_of_texts_are_escaped(void **state)
{
    (void)state;
    AUTO_BUF buf;
    buf_init(&buf, 4096);
    struct page_out o = {&buf, LANG_VI, STR_NONE};
    out_msg(&o, MSG_FRAME_ACCOUNT, 0, MSG_ARGS(ARG_STR("person", STR("<b>")), ARG_STR("unit", STR("\"{person}\""))));
    assert_str(buf_str(&buf), STR("Tài khoản: &lt;b&gt;, &#34;{person}&#34;"));
}

static void plural_follows_the_language(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1 << 16);
    assert_str(msg_str(&arena, LANG_EN, MSG_STATE_DUE, 1, MSG_ARGS(ARG_INT("n", 1))), STR("1 day left"));
    assert_str(msg_str(&arena, LANG_EN, MSG_STATE_DUE, 2, MSG_ARGS(ARG_INT("n", 2))), STR("2 days left"));
    assert_str(msg_str(&arena, LANG_EN, MSG_STATE_DUE, 0, MSG_ARGS(ARG_INT("n", 0))), STR("0 days left"));
    assert_str(msg_str(&arena, LANG_VI, MSG_STATE_DUE, 1, MSG_ARGS(ARG_INT("n", 1))), STR("Còn 1 ngày"));
    assert_str(msg_str(&arena, LANG_VI, MSG_STATE_DUE, 2, MSG_ARGS(ARG_INT("n", 2))), STR("Còn 2 ngày"));
}

static void every_text_stands_in_both_languages(void **state)
{
    (void)state;
    for (int id = 0; id < MSG_COUNT; id++)
        for (int lang = 0; lang < LANG_COUNT; lang++)
            for (int n = 0; n < 3; n++)
                if (str_is_empty(msg_text((enum lang)lang, (enum msg_id)id, n)))
                    fail_msg("%.*s is empty in language %d", STR_ARG(msg_key((enum msg_id)id)), lang);
}

static void numbers_as_people_read_them(void **state)
{
    (void)state;
    static const struct {
        int64_t n;
        struct str vi, en;
    } cases[] = {
        {0, STR_INIT("0"), STR_INIT("0")},
        {999, STR_INIT("999"), STR_INIT("999")},
        {1200, STR_INIT("1.200"), STR_INIT("1,200")},
        {1000000, STR_INIT("1.000.000"), STR_INIT("1,000,000")},
        {-4500, STR_INIT("−4.500"), STR_INIT("−4,500")},
        {INT64_MIN, STR_INIT("−9.223.372.036.854.775.808"), STR_INIT("−9,223,372,036,854,775,808")},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            AUTO_BUF buf;
            buf_init(&buf, 256);
            words_number(&buf, (enum lang)lang, cases[i].n);
            assert_str(buf_str(&buf), lang == LANG_VI ? cases[i].vi : cases[i].en);
        }
}

static void percent_never_rounds_up_to_whole(void **state)
{
    (void)state;
    static const struct {
        int64_t part, whole;
        struct str want;
    } cases[] = {
        {883, 1182, STR_INIT("74,7%")}, {1181, 1182, STR_INIT("99,9%")},
        {1182, 1182, STR_INIT("100%")}, {999999, 1000000, STR_INIT("99,9%")},
        {0, 5, STR_INIT("0%")},         {3, 0, STR_INIT("0%")},
        {1, 2, STR_INIT("50%")},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF buf;
        buf_init(&buf, 64);
        words_percent(&buf, LANG_VI, words_tenths(cases[i].part, cases[i].whole));
        assert_str(buf_str(&buf), cases[i].want);
    }
}

static void sizes_are_never_in_bytes(void **state)
{
    (void)state;
    static const struct {
        int64_t bytes;
        struct str vi, en;
    } cases[] = {
        {0, STR_INIT("0 kB"), STR_INIT("0 kB")},
        {8, STR_INIT("0,1 kB"), STR_INIT("0.1 kB")},
        {1024, STR_INIT("1 kB"), STR_INIT("1 kB")},
        {1025, STR_INIT("1,1 kB"), STR_INIT("1.1 kB")},
        {89000, STR_INIT("87 kB"), STR_INIT("87 kB")},
        {1023 * 1024 + 1, STR_INIT("1 MB"), STR_INIT("1 MB")},
        {2621440, STR_INIT("2,5 MB"), STR_INIT("2.5 MB")},
        {50 << 20, STR_INIT("50 MB"), STR_INIT("50 MB")},
        {INT64_C(5) << 30, STR_INIT("5 GB"), STR_INIT("5 GB")},
        {INT64_MAX, STR_INIT("4.194.304 GB"), STR_INIT("4,194,304 GB")},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            AUTO_BUF buf;
            buf_init(&buf, 64);
            words_size(&buf, (enum lang)lang, cases[i].bytes);
            assert_str(buf_str(&buf), lang == LANG_VI ? cases[i].vi : cases[i].en);
        }
}

static void intervals_in_words(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1 << 16);
    static const struct {
        int64_t minutes;
        struct str want;
    } cases[] = {
        {0, STR_INIT("dưới 1 phút")},
        {1, STR_INIT("1 phút")},
        {60, STR_INIT("1 giờ")},
        {38 * 60 + 32, STR_INIT("1 ngày 14 giờ")},
        {92, STR_INIT("1 giờ 32 phút")},
        {1440, STR_INIT("1 ngày")},
        {1440 + 5, STR_INIT("1 ngày")},
        {-92, STR_INIT("1 giờ 32 phút")},
        {1440 * 400, STR_INIT("400 ngày")},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_str(words_interval(&arena, LANG_VI, cases[i].minutes * 60000), cases[i].want);
}

static void states_carry_their_number_or_day(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1 << 16);
    civil_day today = civil_to_day(2027, 4, 23);
    static const struct {
        enum page_state state;
        int due;
        struct str want;
    } cases[] = {
        {PAGE_STATE_LATE, -2, STR_INIT("Quá hạn 2 ngày")},
        {PAGE_STATE_DUE, 3, STR_INIT("Còn 3 ngày")},
        {PAGE_STATE_DUE, 0, STR_INIT("Hết hạn hôm nay")},
        {PAGE_STATE_OK, 0, STR_INIT("Đạt đến 30/12/2027")},
        {PAGE_STATE_WAIVED, 0, STR_INIT("Tạm miễn đến 30/12/2027")},
        {PAGE_STATE_BIRTH, -9, STR_INIT("Trễ từ khi giao")},
        {PAGE_STATE_NONE, 0, STR_INIT("")},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_str(
            words_state(&arena, LANG_VI, cases[i].state, today, today + cases[i].due, civil_to_day(2027, 12, 30)),
            cases[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(addresses_cannot_run_or_leave),
        cmocka_unit_test(address_pieces_stay_pieces),
        cmocka_unit_test(phone_numbers_keep_digits),
        cmocka_unit_test(arguments_of_texts_are_escaped),
        cmocka_unit_test(plural_follows_the_language),
        cmocka_unit_test(every_text_stands_in_both_languages),
        cmocka_unit_test(numbers_as_people_read_them),
        cmocka_unit_test(percent_never_rounds_up_to_whole),
        cmocka_unit_test(sizes_are_never_in_bytes),
        cmocka_unit_test(intervals_in_words),
        cmocka_unit_test(states_carry_their_number_or_day),
    };
    return cmocka_run_group_tests_name("web_html", tests, NULL, NULL);
}
