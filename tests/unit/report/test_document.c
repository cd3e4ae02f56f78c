#include "test.h"

#include "base/mem.h"
#include "fixtures.h"

static void leading_zeros_of_dates(void **state)
{
    (void)state;
    static const struct {
        struct document_date date;
        struct str want;
    } cases[] = {
        {{5, 6, 2026}, STR_INIT("ngày 05 tháng 6 năm 2026")},   {{9, 1, 2027}, STR_INIT("ngày 09 tháng 01 năm 2027")},
        {{28, 2, 2026}, STR_INIT("ngày 28 tháng 02 năm 2026")}, {{10, 12, 2026}, STR_INIT("ngày 10 tháng 12 năm 2026")},
        {{1, 3, 2026}, STR_INIT("ngày 01 tháng 3 năm 2026")},
    };
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct err err;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str got;
        assert_ok(document_date_text(cases[i].date, &arena, &got, &err));
        assert_str(got, cases[i].want);
    }
}

static void a_blank_day_leaves_room(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct err err;
    struct str got;
    assert_ok(document_date_text((struct document_date){0, 11, 2026}, &arena, &got, &err));
    assert_true(str_starts_with(got, STR("ngày \u00a0\u00a0\u00a0")));
    assert_true(str_ends_with(got, STR("\u00a0 tháng 11 năm 2026")));
}

static void numbers_of_documents(void **state)
{
    (void)state;
    static const struct {
        struct str number, want;
    } cases[] = {
        {STR_INIT("9"), STR_INIT("Số: 09/SGDĐT-VP")},
        {STR_INIT("09"), STR_INIT("Số: 09/SGDĐT-VP")},
        {STR_INIT("12"), STR_INIT("Số: 12/SGDĐT-VP")},
        {STR_INIT("9a"), STR_INIT("Số: 9a/SGDĐT-VP")},
        {{NULL, 0}, STR_INIT("Số: \u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0/SGDĐT-VP")},
    };
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct err err;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct document d = {.number = cases[i].number, .symbol = STR("SGDĐT-VP")};
        struct str got;
        assert_ok(document_number_text(&d, &arena, &got, &err));
        assert_str(got, cases[i].want);
    }
}

static void points_follow_the_vietnamese_alphabet(void **state)
{
    (void)state;
    static const struct {
        size_t nth;
        struct str want;
    } cases[] = {{0, STR_INIT("a) ")}, {3, STR_INIT("d) ")},  {4, STR_INIT("đ) ")},
                 {5, STR_INIT("e) ")}, {6, STR_INIT("g) ")},  {8, STR_INIT("i) ")},
                 {9, STR_INIT("k) ")}, {22, STR_INIT("y) ")}, {23, STR_INIT("a1) ")}};
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct err err;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str got;
        assert_ok(document_point_label(cases[i].nth, &arena, &got, &err));
        assert_str(got, cases[i].want);
    }
}

static void lines_are_numbered_and_closed(void **state)
{
    (void)state;
    static const struct document_block blocks[] = {
        {.kind = DOCUMENT_BASIS, .text = STR_INIT("Căn cứ A.")},
        {.kind = DOCUMENT_BASIS, .text = STR_INIT("Căn cứ B;")},
        {.kind = DOCUMENT_HEADING, .text = STR_INIT("MỘT")},
        {.kind = DOCUMENT_CLAUSE, .text = STR_INIT("x")},
        {.kind = DOCUMENT_POINT, .text = STR_INIT("x")},
        {.kind = DOCUMENT_DASH, .text = STR_INIT("x")},
        {.kind = DOCUMENT_POINT, .text = STR_INIT("x")},
        {.kind = DOCUMENT_CLAUSE, .text = STR_INIT("x")},
        {.kind = DOCUMENT_POINT, .text = STR_INIT("x")},
        {.kind = DOCUMENT_HEADING, .text = STR_INIT("HAI")},
        {.kind = DOCUMENT_CLAUSE, .text = STR_INIT("x")},
        {.kind = DOCUMENT_PARAGRAPH, .text = STR_INIT("Thực hiện.")},
    };
    static const char *const labels[] = {"", "", "I. ", "1. ", "a) ", "- ", "b) ", "2. ", "a) ", "II. ", "1. ", ""};
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct err err;
    struct document_lines lines;
    assert_ok(document_lines_make(blocks, ARRAY_LEN(blocks), true, &arena, &lines, &err));
    for (size_t i = 0; i < lines.count; i++)
        assert_str(lines.items[i].label, str_from_cstr(labels[i]));
    assert_str(lines.items[0].text, STR("Căn cứ A;"));
    assert_str(lines.items[1].text, STR("Căn cứ B."));
    assert_str(lines.items[11].text, STR("Thực hiện./."));
}

static void list_entries_end_as_the_rule_says(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct err err;
    struct str got;
    assert_ok(document_item_text(STR("UBND tỉnh."), STR("để b/c"), false, &arena, &got, &err));
    assert_str(got, STR("- UBND tỉnh (để b/c);"));
    assert_ok(document_item_text(STR("Lưu: VT;"), STR_NONE, true, &arena, &got, &err));
    assert_str(got, STR("- Lưu: VT."));
}

static void figures_in_words(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        const char *want;
    } cases[] = {
        {0, "không"},
        {5, "năm"},
        {10, "mười"},
        {15, "mười lăm"},
        {21, "hai mươi mốt"},
        {24, "hai mươi tư"},
        {55, "năm mươi lăm"},
        {105, "một trăm linh năm"},
        {110, "một trăm mười"},
        {1005, "một nghìn không trăm linh năm"},
        {1205, "một nghìn hai trăm linh năm"},
        {1000000, "một triệu"},
        {48500000, "bốn mươi tám triệu năm trăm nghìn"},
        {1000000001, "một tỷ không trăm linh một"},
        {-7, "âm bảy"},
    };
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct err err;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str got;
        assert_ok(document_number_words(cases[i].value, &arena, &got, &err));
        assert_str(got, str_from_cstr(cases[i].want));
    }
    struct str least;
    assert_ok(document_number_words(INT64_MIN, &arena, &least, &err));
    assert_true(str_starts_with(least, STR("âm chín tỷ hai trăm hai mươi ba triệu")));
}

static void shares_never_round_to_all_or_nothing(void **state)
{
    (void)state;
    static const struct {
        int64_t part, whole;
        const char *want;
    } cases[] = {{7, 8, "87,5%"}, {1, 1, "100%"}, {99999, 100000, "99,9%"}, {1, 100000, "0,1%"},
                 {0, 5, "0%"},    {0, 0, "-"},    {3, 2, "150%"},           {INT64_MAX, INT64_MAX, "100%"}};
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct err err;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str got;
        assert_ok(document_percent_print(cases[i].part, cases[i].whole, &arena, &got, &err));
        assert_str(got, str_from_cstr(cases[i].want));
    }
}

static void text_is_composed_and_without_tricks(void **state)
{
    (void)state;
    static const struct {
        struct str text, want;
    } cases[] = {
        {STR_INIT("Thu\u0309y L\u00ea\u0323"), STR_INIT("Thủy Lệ")},
        {STR_INIT("a\tb\nc\x01"), STR_INIT("a b c")},
        {STR_INIT("ab\u202egpj.exe"), STR_INIT("abgpj.exe")},
        {STR_INIT("đ\u00a0Đ “x” – y"), STR_INIT("đ\u00a0Đ “x” – y")},
    };
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct err err;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str got;
        assert_ok(document_text_clean(cases[i].text, &arena, &got, &err));
        assert_str(got, cases[i].want);
    }
}

static void what_cannot_be_printed_is_refused(void **state)
{
    (void)state;
    struct err err;
    struct document good = {.issuer = STR("A"), .summary = STR("b")}, d = good;
    assert_ok(document_check(&d, &err));
    d.issuer = STR(" ");
    assert_err(document_check(&d, &err), ERR_SYNTAX);
    d = good;
    d.summary = STR_NONE;
    assert_err(document_check(&d, &err), ERR_SYNTAX);
    d = good;
    d.date = (struct document_date){31, 11, 2026};
    assert_err(document_check(&d, &err), ERR_SYNTAX);
    d = good;
    d.signer_name = STR("\xff");
    assert_err(document_check(&d, &err), ERR_SYNTAX);
    struct document_row row = {NULL, DOCUMENT_ROW_PLAIN};
    struct document_column column = {.title = STR("x")};
    struct document_block block = {.kind = DOCUMENT_TABLE, .table = {&column, 1, &row, 1, 0}};
    d = good;
    d.blocks = &block;
    d.block_count = 1;
    assert_err(document_check(&d, &err), ERR_SYNTAX);
}

static void an_annex_names_its_document(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct err err;
    struct document d = {.issuer = STR("SỞ Y TẾ"),
                         .issuer_name = STR("Sở Y tế"),
                         .type_name = STR("BÁO CÁO"),
                         .number = STR("12"),
                         .symbol = STR("BC-SYT"),
                         .date = {3, 4, 2026}};
    struct str got;
    assert_ok(document_annex_text(&d, &arena, &got, &err));
    assert_str(got, STR("(Kèm theo Báo cáo số 12/BC-SYT ngày 03 tháng 4 năm 2026 của Sở Y tế)"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leading_zeros_of_dates),
        cmocka_unit_test(a_blank_day_leaves_room),
        cmocka_unit_test(numbers_of_documents),
        cmocka_unit_test(points_follow_the_vietnamese_alphabet),
        cmocka_unit_test(lines_are_numbered_and_closed),
        cmocka_unit_test(list_entries_end_as_the_rule_says),
        cmocka_unit_test(figures_in_words),
        cmocka_unit_test(shares_never_round_to_all_or_nothing),
        cmocka_unit_test(text_is_composed_and_without_tricks),
        cmocka_unit_test(what_cannot_be_printed_is_refused),
        cmocka_unit_test(an_annex_names_its_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
