/* What an answer calls texts, authorities and places comes from the rows of knowledge/: this program is linked with
 * tables of which changed_names.txt changed a few, and says otherwise than test_answer.c does. */
#include "test.h"

#include "know/know.h"
#include "report/answer_parts.h"

#define COMMITTEE 1
#define SCHOOL    2

static const struct sql_answer_freeze_row freeze = {.root_id = SCHOOL};

static struct sql_answer_directive_row directive(const char *symbol, civil_day day)
{
    return (struct sql_answer_directive_row){.issuer_id = COMMITTEE,
                                             .issuer_name = STR("UBND tỉnh Trúc Lâm"),
                                             .number = STR("07"),
                                             .symbol = str_from_cstr(symbol),
                                             .title = STR("Giữ mạng an toàn"),
                                             .issued_day = day};
}

static void assert_basis(struct arena *arena, const struct sql_answer_directive_row *row, const char *wanted)
{
    struct answer a = {.arena = arena, .freeze = &freeze, .chain = {row}, .chain_count = 1};
    answer_put_basis(&a);
    assert_false(a.full);
    assert_true(a.blocks.count > 0);
    assert_str(a.blocks.items[0].text, str_from_cstr(wanted));
}

static void an_added_mark_names_its_kind_from_its_day(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct sql_answer_directive_row row = directive("LB-UBND", civil_to_day(2026, 11, 2));
    assert_basis(&arena, &row,
                 "Căn cứ Lệnh báo số 07/LB-UBND ngày 02 tháng 11 năm 2026 của UBND tỉnh Trúc Lâm về việc giữ mạng an "
                 "toàn");
    row = directive("BL-UBND", civil_to_day(2026, 11, 2)); /* no row has this mark */
    assert_basis(&arena, &row,
                 "Căn cứ Công văn số 07/BL-UBND ngày 02 tháng 11 năm 2026 của UBND tỉnh Trúc Lâm về việc giữ mạng an "
                 "toàn");
}

static void a_changed_row_counts_on_its_days_only(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct sql_answer_directive_row row = directive("CT-UBND", civil_to_day(2026, 6, 1));
    assert_basis(&arena, &row,
                 "Căn cứ Chỉ lệnh số 07/CT-UBND ngày 01 tháng 6 năm 2026 của UBND tỉnh Trúc Lâm về việc giữ mạng an "
                 "toàn");
    row = directive("CT-UBND", civil_to_day(2026, 5, 31));
    assert_basis(&arena, &row,
                 "Căn cứ Chỉ thị số 07/CT-UBND ngày 31 tháng 5 năm 2026 của UBND tỉnh Trúc Lâm về việc giữ mạng an "
                 "toàn");
}

static void the_type_of_a_text_is_what_its_row_says(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct sql_answer_directive_row row = directive("UBND", civil_to_day(2026, 11, 2));
    row.instrument = STR("ND85-2016");
    assert_basis(
        &arena, &row,
        "Căn cứ Sắc lệnh số 85/2016/NĐ-CP ngày 01 tháng 7 năm 2016 của Chính phủ về bảo đảm an toàn hệ thống thông "
        "tin theo cấp độ");
}

static void an_added_brief_is_the_same_authority(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct sql_answer_directive_row row = directive("UBND", civil_to_day(2026, 11, 2));
    struct answer a = {.arena = &arena, .freeze = &freeze, .chain = {&row}, .chain_count = 1};
    row.letter_number = STR("12");
    row.letter_issuer = STR("UBHC TỈNH TRÚC LÂM"); /* its own letter, by the added brief */
    assert_null(answer_from_outside(&a));
    row.letter_issuer = STR("UBHX TỈNH TRÚC LÂM");
    assert_ptr_equal(answer_from_outside(&a), &row);
    assert_false(a.full);
}

static void the_place_is_behind_the_words_of_the_rows(void **state)
{
    (void)state;
    static const struct {
        const char *name, *place;
    } cases[] = {
        {"UBHC tỉnh Trúc Lâm", "Trúc Lâm"},
        {"UBND khu phố Bến Nước", "Bến Nước"},
        {"UBND phường Bến Nước", "phường Bến Nước"}, /* the word is no longer among the rows */
        {"Sở Tre Nứa", ""},
    };
    struct sql_answer_freeze_row today = freeze;
    today.as_of_day = civil_to_day(2026, 11, 22);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sql_answer_committees_row above = {.name = str_from_cstr(cases[i].name)};
        struct answer a = {.freeze = &today, .above = {&above, 1}};
        assert_str(answer_place(&a), str_from_cstr(cases[i].place));
    }
}

static void a_title_inside_a_sentence_begins_small(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    static const struct {
        const char *title, *inside;
    } cases[] = {
        {"Đẩy mạnh ứng cứu", "đẩy mạnh ứng cứu"},
        {"Bảo đảm an toàn", "bảo đảm an toàn"},
        {"Ứng cứu sự cố", "ứng cứu sự cố"},
        {"Ý kiến", "ý kiến"},
        {"UBND tỉnh", "UBND tỉnh"},
        {"A05 thông báo", "A05 thông báo"},
        {"S&T", "S&T"},
        {"Đ", "Đ"},
        {"về việc", "về việc"},
        {"", ""},
    };
    struct answer a = {.arena = &arena};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_str(answer_lower_first(&a, str_from_cstr(cases[i].title)), str_from_cstr(cases[i].inside));
    assert_false(a.full);
}

static void a_title_is_not_about_about(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    static const struct {
        const char *title, *about;
    } cases[] = {
        {"Về công tác văn thư", "công tác văn thư"},
        {"Về việc Tăng cường trực", "tăng cường trực"},
        {"V/v trực lễ", "trực lễ"},
        {"VỀ VIỆC TRỰC LỄ", "TRỰC LỄ"},
        {"Vệ sinh máy tính", "vệ sinh máy tính"},
        {"Bảo đảm an toàn", "bảo đảm an toàn"},
        {"Về ", "về "},
        {"", ""},
    };
    struct answer a = {.arena = &arena};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_str(answer_about(&a, str_from_cstr(cases[i].title)), str_from_cstr(cases[i].about));
    assert_false(a.full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_added_mark_names_its_kind_from_its_day),
        cmocka_unit_test(a_changed_row_counts_on_its_days_only),
        cmocka_unit_test(the_type_of_a_text_is_what_its_row_says),
        cmocka_unit_test(an_added_brief_is_the_same_authority),
        cmocka_unit_test(a_title_inside_a_sentence_begins_small),
        cmocka_unit_test(a_title_is_not_about_about),
        cmocka_unit_test(the_place_is_behind_the_words_of_the_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
