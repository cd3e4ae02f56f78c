#include "test.h"

#include "base/limits.h"
#include "base/mem.h"
#include "format/rfc2350.h"

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

#define WORDS(in_vi, in_en)              \
    {                                    \
        STR_INIT(in_vi), STR_INIT(in_en) \
    }
#define LIST(array)             \
    {                           \
        array, ARRAY_LEN(array) \
    }

static const struct str locations[] = {STR_INIT("https://ucsc.tinh.example/rfc2350")};
static const struct str phones[] = {STR_INIT("+84 24 0000 0000"), STR_INIT("+84 24 0000 0001")};
static const struct str mails[] = {STR_INIT("ucsc@tinh.example")};
static const struct str units[] = {STR_INIT("Sở Một"), STR_INIT(" "), STR_INIT("Xã Hai")};
static const struct str ranges[] = {STR_INIT("203.0.113.0/24"), STR_INIT("2001:db8::/32")};
static const struct str domains[] = {STR_INIT("tinh.example")};
static const uint32_t as_numbers[] = {64500, 4200000000u};
static const struct rfc2350_key keys[] = {
    {STR_INIT("0123 4567 89AB CDEF"), STR_INIT("Đội ứng cứu <ucsc@tinh.example>"), STR_INIT("Ed25519"),
     STR_INIT("https://ucsc.tinh.example/khoa.asc"), 20818},
    {STR_INIT("FEDC BA98"), STR_INIT(""), STR_INIT(""), STR_INIT(""), CIVIL_FOREVER},
};
static const struct rfc2350_member members[] = {{STR_INIT("Nguyễn Văn An"), WORDS("đội trưởng", "head of the team")},
                                                {STR_INIT("Lê Thị Bình"), WORDS("", "")}};

static struct rfc2350_facts full(void)
{
    return (struct rfc2350_facts){
        .updated_day = 20780, /* 2026-11-23 */
        .distribution = WORDS("Thư gửi đầu mối.", "Mail to the contacts."),
        .authentication = WORDS("Bản có chữ ký nằm cạnh bản này.", "A signed copy stands beside it."),
        .locations = LIST(locations),
        .name = WORDS("Đội ứng cứu sự cố tỉnh Ví Dụ", "Response Team of the Province of Vi Du"),
        .short_name = STR("UCSC-VD"),
        .address = WORDS("Số 1, phố Mẫu\nphường Ví Dụ", "1 Mau Street\nVi Du"),
        .has_zone = true,
        .utc_offset_min = 420,
        .zone_name = STR("Asia/Ho_Chi_Minh"),
        .phones = LIST(phones),
        .mails = LIST(mails),
        .hotlines = LIST(phones),
        .hours = WORDS("Thứ Hai đến thứ Sáu, 07:30–17:00", "Monday to Friday, 07:30 to 17:00"),
        .keys = keys,
        .key_count = ARRAY_LEN(keys),
        .members = members,
        .member_count = ARRAY_LEN(members),
        .mission = WORDS("Giúp các đơn vị.", "Help the units."),
        .constituency = WORDS("Các cơ quan của tỉnh.", "The bodies of the province."),
        .units = LIST(units),
        .ranges = LIST(ranges),
        .domains = LIST(domains),
        .as_numbers = as_numbers,
        .as_count = ARRAY_LEN(as_numbers),
        .sponsor = WORDS("Ủy ban nhân dân tỉnh.", "The People's Committee."),
        .authority = WORDS("Điều phối.", "Coordination."),
        .incidents = WORDS("Mọi loại.", "All types."),
        .cooperation = WORDS("TLP 2.0.", "TLP 2.0."),
        .communication = WORDS("Thư có mã hóa.", "Encrypted mail."),
        .triage = WORDS("Có.", "Yes."),
        .coordination = WORDS("Có.", "Yes."),
        .resolution = WORDS("Hướng dẫn.", "Advice."),
        .proactive = WORDS("Rà quét, diễn tập.", "Scans and drills."),
        .reporting = WORDS("Qua cổng hoặc đường dây nóng.", "By portal or hotline."),
        .disclaimers = WORDS("Không có bảo đảm.", "No warranty."),
    };
}

static struct str lines_of(const struct rfc2350_document *document, enum rfc2350_item item)
{
    struct str all = STR("");
    for (size_t i = 0; i < document->paragraphs[item].line_count; i++)
        all = arena_printf(&arena, "%.*s[%.*s]", STR_ARG(all), STR_ARG(document->paragraphs[item].lines[i]));
    return all;
}

static void facts_stand_in_their_section(void **state)
{
    (void)state;
    static const struct {
        enum rfc2350_item item;
        const char *number, *vi, *en;
    } cases[] = {
        {RFC2350_DOCUMENT, "1", "", ""},
        {RFC2350_UPDATED, "1.1", "[23/11/2026]", "[2026-11-23]"},
        {RFC2350_LOCATIONS, "1.3", "[https://ucsc.tinh.example/rfc2350]", "[https://ucsc.tinh.example/rfc2350]"},
        {RFC2350_NAME, "2.1", "[Đội ứng cứu sự cố tỉnh Ví Dụ][Tên tắt: UCSC-VD]",
         "[Response Team of the Province of Vi Du][Short name: UCSC-VD]"},
        {RFC2350_ADDRESS, "2.2", "[Số 1, phố Mẫu][phường Ví Dụ]", "[1 Mau Street][Vi Du]"},
        {RFC2350_TIME_ZONE, "2.3", "[UTC+07:00 (Asia/Ho_Chi_Minh)]", "[UTC+07:00 (Asia/Ho_Chi_Minh)]"},
        {RFC2350_PHONE, "2.4", "[+84 24 0000 0000][+84 24 0000 0001]", "[+84 24 0000 0000][+84 24 0000 0001]"},
        {RFC2350_FAX, "2.5", "[Không dùng fax.]", "[There is no facsimile.]"},
        {RFC2350_KEYS, "2.8",
         "[Khóa của: Đội ứng cứu <ucsc@tinh.example>][Vân tay: 0123 4567 89AB CDEF][Thuật toán: Ed25519]"
         "[Dùng đến hết ngày: 31/12/2026][Tải khóa tại: https://ucsc.tinh.example/khoa.asc]"
         "[Vân tay: FEDC BA98][Không đặt ngày hết hạn.]",
         "[Key of: Đội ứng cứu <ucsc@tinh.example>][Fingerprint: 0123 4567 89AB CDEF][Algorithm: Ed25519]"
         "[Usable to the end of: 2026-12-31][The key stands at: https://ucsc.tinh.example/khoa.asc]"
         "[Fingerprint: FEDC BA98][It has no end.]"},
        {RFC2350_MEMBERS, "2.9", "[Nguyễn Văn An, đội trưởng][Lê Thị Bình]",
         "[Nguyễn Văn An, head of the team][Lê Thị Bình]"},
        {RFC2350_POINTS, "2.11",
         "[Giờ làm việc: Thứ Hai đến thứ Sáu, 07:30–17:00][Đường dây nóng: +84 24 0000 0000; +84 24 0000 0001]",
         "[Working hours: Monday to Friday, 07:30 to 17:00][Hotline: +84 24 0000 0000; +84 24 0000 0001]"},
        {RFC2350_CONSTITUENCY, "3.2",
         "[Các cơ quan của tỉnh.][Đơn vị: Sở Một; Xã Hai][Dải địa chỉ: 203.0.113.0/24; 2001:db8::/32]"
         "[Tên miền: tinh.example][Số hiệu mạng: AS64500; AS4200000000]",
         "[The bodies of the province.][Units: Sở Một; Xã Hai][Address ranges: 203.0.113.0/24; 2001:db8::/32]"
         "[Domains: tinh.example][AS numbers: AS64500; AS4200000000]"},
        {RFC2350_RESOLUTION, "5.1.3", "[Hướng dẫn.]", "[Advice.]"},
        {RFC2350_FORMS, "6", "[Qua cổng hoặc đường dây nóng.]", "[By portal or hotline.]"},
        {RFC2350_DISCLAIMERS, "7", "[Không có bảo đảm.]", "[No warranty.]"},
    };
    struct rfc2350_facts facts = full();
    struct rfc2350_document vi, en;
    enum rfc2350_item missing[RFC2350_ITEM_COUNT];
    assert_ok(rfc2350_make(&facts, LANG_VI, &arena, &vi, &err));
    assert_ok(rfc2350_make(&facts, LANG_EN, &arena, &en, &err));
    assert_str(vi.title, STR("Mô tả theo RFC 2350: Đội ứng cứu sự cố tỉnh Ví Dụ"));
    assert_str(en.title, STR("Description after RFC 2350: Response Team of the Province of Vi Du"));
    assert_int_equal(rfc2350_missing(&facts, missing), 0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_string_equal(vi.paragraphs[cases[i].item].number, cases[i].number);
        assert_string_equal(rfc2350_number(cases[i].item), cases[i].number);
        assert_str(lines_of(&vi, cases[i].item), str_from_cstr(cases[i].vi));
        assert_str(lines_of(&en, cases[i].item), str_from_cstr(cases[i].en));
        assert_false(vi.paragraphs[cases[i].item].is_missing);
    }
}

/* RFC 2350 appendix D: the numbers rise one by one, with their depth. */
static void sections_are_those_of_the_standard(void **state)
{
    (void)state;
    static const char want[] = "1 1.1 1.2 1.3 1.4 2 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 2.9 2.10 2.11 3 3.1 3.2 3.3 3.4 "
                               "4 4.1 4.2 4.3 5 5.1 5.1.1 5.1.2 5.1.3 5.2 6 7 ";
    struct rfc2350_facts facts = full();
    struct rfc2350_document document;
    struct str all = STR("");
    assert_ok(rfc2350_make(&facts, LANG_VI, &arena, &document, &err));
    for (size_t i = 0; i < RFC2350_ITEM_COUNT; i++)
        all = arena_printf(&arena, "%.*s%s ", STR_ARG(all), document.paragraphs[i].number);
    assert_str(all, str_from_cstr(want));
    assert_int_equal(document.paragraphs[RFC2350_FORMS].level, 1);
    assert_int_equal(document.paragraphs[RFC2350_OTHER].level, 2);
    assert_int_equal(document.paragraphs[RFC2350_TRIAGE].level, 3);
    for (int i = 0; i < RFC2350_ITEM_COUNT; i++)
        assert_string_not_equal(rfc2350_heading((enum rfc2350_item)i, LANG_EN), "");
}

static void what_is_missing_is_said(void **state)
{
    (void)state;
    struct rfc2350_facts facts = {.updated_day = CIVIL_NONE};
    struct rfc2350_document vi, en;
    enum rfc2350_item missing[RFC2350_ITEM_COUNT];
    assert_ok(rfc2350_make(&facts, LANG_VI, &arena, &vi, &err));
    assert_ok(rfc2350_make(&facts, LANG_EN, &arena, &en, &err));
    size_t count = rfc2350_missing(&facts, missing), told = 0;
    for (int i = 0; i < RFC2350_ITEM_COUNT; i++) {
        if (rfc2350_missing_words((enum rfc2350_item)i, LANG_VI)[0] == '\0') {
            assert_int_equal(vi.paragraphs[i].line_count, 0);
            continue;
        }
        assert_int_equal(vi.paragraphs[i].line_count, 1);
        assert_str(vi.paragraphs[i].lines[0], str_from_cstr(rfc2350_missing_words((enum rfc2350_item)i, LANG_VI)));
        assert_str(en.paragraphs[i].lines[0], str_from_cstr(rfc2350_missing_words((enum rfc2350_item)i, LANG_EN)));
        if (vi.paragraphs[i].is_missing) {
            assert_true(told < count);
            assert_int_equal(missing[told], i);
            told++;
        }
    }
    assert_int_equal(told, count);
    assert_int_equal(count, RFC2350_ITEM_COUNT - 6 - 4); /* six headings; four that may be absent */
    assert_str(en.title, STR("Description of an incident response team after RFC 2350"));
}

static void one_of_two_is_missing_too(void **state)
{
    (void)state;
    struct rfc2350_facts facts = full();
    struct rfc2350_document document;
    enum rfc2350_item missing[RFC2350_ITEM_COUNT];
    facts.hours = (struct rfc2350_words){STR_NONE, STR(" \n ")};
    assert_int_equal(rfc2350_missing(&facts, missing), 1);
    assert_int_equal(missing[0], RFC2350_POINTS);
    assert_ok(rfc2350_make(&facts, LANG_EN, &arena, &document, &err));
    assert_str(lines_of(&document, RFC2350_POINTS), STR("[Hotline: +84 24 0000 0000; +84 24 0000 0001]"
                                                        "[Working hours and hotline are not both given yet.]"));
}

/* 72 characters fill a line, one more begins the next. */
static void a_line_is_filled_to_its_width(void **state)
{
    (void)state;
    static const char word[] = "ăăăăăăăăăăăăăăăăăăăăăăăăăăăăăăăăăă"; /* 34 characters */
    struct rfc2350_facts facts = full();
    struct str text;
    facts.mission.vi = arena_printf(&arena, "%s %s\n%s %sx", word, word, word, word);
    assert_ok(rfc2350_text(&facts, LANG_VI, &arena, &text, &err));
    assert_true(str_contains(text, arena_printf(&arena, "\n   %s %s\n   %s\n   %sx\n", word, word, word, word)));
}

static void a_missing_language_shows_the_other(void **state)
{
    (void)state;
    struct rfc2350_facts facts = full();
    struct rfc2350_document document;
    facts.mission.en = STR_NONE;
    facts.authority.vi = STR_NONE;
    assert_ok(rfc2350_make(&facts, LANG_EN, &arena, &document, &err));
    assert_str(lines_of(&document, RFC2350_MISSION), STR("[Giúp các đơn vị.][(in Vietnamese only)]"));
    assert_ok(rfc2350_make(&facts, LANG_VI, &arena, &document, &err));
    assert_str(lines_of(&document, RFC2350_AUTHORITY), STR("[Coordination.][(chỉ có bản tiếng Anh)]"));
}

/* A fact cannot look like a section, end a line where it should not, or turn the direction of the text. */
static void facts_cannot_pose_as_sections(void **state)
{
    (void)state;
    struct rfc2350_facts facts = full();
    struct str text, line;
    facts.mission.vi = STR("Một\n4. Chính sách giả\r\n\x1b[2J hai\xe2\x80\xae ba\xe2\x80\xa8 bốn \xff");
    facts.name.vi = STR("Đội\n9. Giả");
    assert_ok(rfc2350_text(&facts, LANG_VI, &arena, &text, &err));
    assert_true(utf8_is_valid(text));
    assert_true(
        str_contains(text, STR("\n3.1. Sứ mệnh\n   Một\n   4. Chính sách giả\n   [2J hai ba bốn \xef\xbf\xbd\n")));
    assert_false(str_contains(text, STR("\n9.")));
    assert_false(str_contains(text, STR("\x1b")));
    for (struct str rest = text; str_line(&rest, &line);)
        assert_true(utf8_count(line) <= 72);
}

static void lines_break_between_words(void **state)
{
    (void)state;
    struct rfc2350_facts facts = full();
    struct str text;
    facts.mission.vi =
        STR("một hai ba bốn năm sáu bảy tám chín mười một hai ba bốn năm sáu bảy tám chín mười "
            "https://tinh.example/mot-dia-chi-rat-dai-khong-co-cho-nao-de-ngat-dong-o-giua-nen-dung-rieng");
    assert_ok(rfc2350_text(&facts, LANG_VI, &arena, &text, &err));
    assert_true(str_contains(text, STR("\n   một hai ba bốn năm sáu bảy tám chín mười một hai ba bốn năm sáu bảy\n"
                                       "   tám chín mười\n"
                                       "   https://tinh.example/mot-dia-chi-rat-dai-khong-co-cho-nao-de-ngat-dong-o-"
                                       "giua-nen-dung-rieng\n")));
}

/* A key without a fingerprint and a member without a name say nothing. */
static void what_lacks_its_name_is_left_out(void **state)
{
    (void)state;
    static const struct rfc2350_key nameless_key = {.user_id = STR_INIT("An"), .last_day = CIVIL_NONE};
    static const struct rfc2350_key open_key = {.fingerprint = STR_INIT("01"), .last_day = CIVIL_NONE};
    const struct rfc2350_key both[] = {nameless_key, open_key};
    const struct rfc2350_member some[] = {{.role = WORDS("đội trưởng", "head")}, {.name = STR_INIT("Bình")}};
    struct rfc2350_facts facts = full();
    struct rfc2350_document document;
    facts.keys = both;
    facts.key_count = ARRAY_LEN(both);
    facts.members = some;
    facts.member_count = ARRAY_LEN(some);
    assert_ok(rfc2350_make(&facts, LANG_EN, &arena, &document, &err));
    assert_str(lines_of(&document, RFC2350_KEYS), STR("[Fingerprint: 01]"));
    assert_str(lines_of(&document, RFC2350_MEMBERS), STR("[Bình]"));
    AUTO_ARENA small;
    arena_init(&small, 1);
    assert_err(rfc2350_make(&facts, LANG_EN, &small, &document, &err), ERR_NOMEM);
}

static void a_ceiling_holds(void **state)
{
    (void)state;
    size_t size = RFC2350_TEXT_MAX_BYTES + 1;
    char *big = mem_alloc(size);
    assert_non_null(big);
    memset(big, 'x', size);
    struct rfc2350_facts facts = full();
    struct rfc2350_document document;
    struct str text;
    facts.mission.vi = (struct str){big, size};
    assert_err(rfc2350_make(&facts, LANG_VI, &arena, &document, &err), ERR_LIMIT);
    facts.mission.vi.len_bytes = facts.authority.vi.len_bytes = size / 2;
    facts.authority.vi.ptr = big;
    assert_err(rfc2350_text(&facts, LANG_VI, &arena, &text, &err), ERR_LIMIT);
    mem_free(big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(facts_stand_in_their_section, setup, teardown),
        cmocka_unit_test_setup_teardown(sections_are_those_of_the_standard, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_missing_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(one_of_two_is_missing_too, setup, teardown),
        cmocka_unit_test_setup_teardown(a_missing_language_shows_the_other, setup, teardown),
        cmocka_unit_test_setup_teardown(facts_cannot_pose_as_sections, setup, teardown),
        cmocka_unit_test_setup_teardown(lines_break_between_words, setup, teardown),
        cmocka_unit_test_setup_teardown(what_lacks_its_name_is_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(a_line_is_filled_to_its_width, setup, teardown),
        cmocka_unit_test_setup_teardown(a_ceiling_holds, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
