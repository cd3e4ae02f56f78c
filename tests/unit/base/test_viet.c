#include "test.h"

#include "base/mem.h"
#include "base/viet.h"

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

/* The 134 letters of Vietnamese that are not ASCII: 12 vowels x 6 tones - 6 plain ones + đ, both cases. */
static const char letters[] = "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵđ"
                              "ÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬÈẺẼÉẸÊỀỂỄẾỆÌỈĨÍỊÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢÙỦŨÚỤƯỪỬỮỨỰỲỶỸÝỴĐ";

static void every_letter_comes_back_from_its_parts_in_any_order(void **state)
{
    (void)state;
    struct str all = str_from_cstr(letters);
    size_t count = 0;
    for (size_t pos = 0; pos < all.len_bytes; count++) {
        size_t from = pos;
        utf8_next(all, &pos);
        struct str whole = str_slice(all, from, pos);
        struct str apart = viet_nfd(&arena, whole);
        assert_str(viet_nfc(&arena, apart), whole);
        if (utf8_count(apart) != 3)
            continue;
        /* base, mark, mark: swap the marks; and the precomposed tone letter with a loose shape mark */
        size_t at = 1;
        utf8_next(apart, &at);
        struct str swapped =
            arena_printf(&arena, "%c%.*s%.*s", apart.ptr[0], STR_ARG(str_slice(apart, at, apart.len_bytes)),
                         STR_ARG(str_slice(apart, 1, at)));
        assert_str(viet_nfc(&arena, swapped), whole);
        struct str half = viet_nfc(&arena, str_slice(swapped, 0, swapped.len_bytes - (at - 1)));
        struct str mixed = arena_printf(&arena, "%.*s%.*s", STR_ARG(half), STR_ARG(str_slice(apart, 1, at)));
        assert_str(viet_nfc(&arena, mixed), whole);
    }
    assert_int_equal(count, 134);
}

static void normal_form_of_texts(void **state)
{
    (void)state;
    static const struct {
        const char *in, *nfc;
    } cases[] = {
        {"", ""},
        {"Tie\xCC\x82\xCC\x81ng Vie\xCC\xA3\xCC\x82t", "Tiếng Việt"},
        {"Tie\xCC\x81\xCC\x82ng Vie\xCC\x82\xCC\xA3t", "Tiếng Việt"},
        {"a\xCD\x81", "á"},         /* U+0341 */
        {"\xCC\x81x", "\xCC\x81x"}, /* a mark with nothing before it */
        {"x\xCC\x81", "x\xCC\x81"}, /* no such letter */
        {"n\xCC\x83 A\xCC\x8A c\xCC\xA7", "ñ Å ç"},
        {"\xFFz", "\xEF\xBF\xBDz"},
        {"日本 đ", "日本 đ"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str want = str_from_cstr(cases[i].nfc);
        assert_str(viet_nfc(&arena, str_from_cstr(cases[i].in)), want);
        assert_true(viet_is_nfc(want));
        assert_int_equal(viet_is_nfc(str_from_cstr(cases[i].in)), str_equal(str_from_cstr(cases[i].in), want));
    }
    struct str plain = STR("Ủy ban nhân dân");
    assert_ptr_equal(viet_nfc(&arena, plain).ptr, plain.ptr); /* no copy */
}

static void a_thousand_marks_do_no_harm(void **state)
{
    (void)state;
    AUTO_BUF buf;
    buf_init(&buf, 1u << 16);
    buf_put_byte(&buf, 'a');
    for (int i = 0; i < 1000; i++)
        buf_put_char(&buf, i % 2 ? 0x323 : 0x301);
    struct str once = viet_nfc(&arena, buf_str(&buf));
    assert_false(str_is_null(once));
    assert_int_equal(viet_fold(&arena, once).len_bytes, 1);
}

static void case_of_all_letters(void **state)
{
    (void)state;
    struct str half_low = {letters, 0}, all = str_from_cstr(letters);
    for (int i = 0; i < 67; i++)
        utf8_next(all, &half_low.len_bytes);
    struct str half_up = str_slice(all, half_low.len_bytes, all.len_bytes);
    assert_str(viet_upper(&arena, half_low), half_up);
    assert_str(viet_lower(&arena, half_up), half_low);
    assert_str(viet_upper(&arena, STR("ủy ban nhân dân 12/cT-ttg")), STR("ỦY BAN NHÂN DÂN 12/CT-TTG"));
    assert_true(viet_is_all_upper(STR("CHỈ THỊ 18/CT-TTG ✓")));
    assert_false(viet_is_all_upper(STR("CHỈ THị")));
    assert_false(viet_is_all_upper(STR("2022")));
}

static void fold_takes_marks_away(void **state)
{
    (void)state;
    static const struct {
        const char *in, *want;
    } cases[] = {
        {"Đường Điện Biên Phủ", "duong dien bien phu"},
        {"Tie\xCC\x82\xCC\x81ng", "tieng"},
        {"Số 18/CT–TTg", "so 18/ct-ttg"},
        {"a\xC2\xA0"
         "b\xE2\x80\x8B"
         "c",
         "a bc"},
        {"“Œuvre” Straße", "\"oeuvre\" strasse"},
        {"\xFF", "\xEF\xBF\xBD"},
        {"dòng 1\ndòng 2", "dong 1\ndong 2"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_str(viet_fold(&arena, str_from_cstr(cases[i].in)), str_from_cstr(cases[i].want));
        AUTO_BUF buf;
        buf_init(&buf, 1000);
        viet_put_fold(&buf, str_from_cstr(cases[i].in));
        assert_str(buf_str(&buf), str_from_cstr(cases[i].want));
    }
    assert_str(viet_fold(&arena, str_from_cstr(letters)),
               STR("aaaaaaaaaaaaaaaaaeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyyd"
                   "aaaaaaaaaaaaaaaaaeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyyd"));
    assert_str(viet_search_key(&arena, STR("  Sở\t Y  tế \n")), STR("so y te"));
    assert_str(viet_search_key(&arena, STR(" \n")), STR(""));
}

static void fold_map_leads_back_to_the_source(void **state)
{
    (void)state;
    struct str source = STR("Gửi Sở Giáo dục và Đào tạo; Sơ\xCC\x89 Y te\xCC\x82\xCC\x81.");
    struct viet_folded folded;
    assert_true(viet_fold_map(&arena, source, &folded));
    static const struct {
        const char *needle, *hit;
    } cases[] = {{"so giao duc", "Sở Giáo dục"},
                 {"dao tao", "Đào tạo"},
                 {"so y te", "Sơ\xCC\x89 Y te\xCC\x82\xCC\x81"},
                 {".", "."}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ptrdiff_t at = str_find(folded.text, str_from_cstr(cases[i].needle), 0);
        assert_true(at >= 0);
        size_t end = (size_t)at + strlen(cases[i].needle);
        assert_str(str_slice(source, folded.source_at[at], folded.source_at[end]), str_from_cstr(cases[i].hit));
    }
    assert_int_equal(folded.source_at[folded.text.len_bytes], source.len_bytes);
}

static void contains_and_equal_without_marks(void **state)
{
    (void)state;
    assert_true(viet_contains(STR("Ủy ban nhân dân xã Đông Sơn"), STR("dong son")));
    assert_true(viet_contains(STR("x"), STR("")));
    assert_false(viet_contains(STR("Đông Sơn"), STR("dong sonn")));
    assert_false(viet_contains(STR(""), STR("a")));
    assert_true(viet_equal_folded(STR("UỶ BAN"), STR("Ủy ban")));
    assert_false(viet_equal_folded(STR("ủy ban"), STR("ủy ban ")));
}

static void words_stand_in_dictionary_order(void **state)
{
    (void)state;
    static const char *sorted[] = {"",     "1",    "2 A",   "10 A",   "a",       "an",      "án",      "ao",  "ăn",
                                   "âm",   "ba",   "ba mẹ", "bà",     "bà ba",   "bả",      "bã",      "bá",  "bạ",
                                   "bai",  "cây",  "da",    "đa",     "Đà Nẵng", "Đắk Lắk", "em",      "êm",  "ga",
                                   "ghi",  "giữa", "ha",    "Hà Nội", "hồ",      "Khối 2",  "Khối 10", "lá",  "nga",
                                   "nghe", "nha",  "ong",   "ông",    "ơn",      "quả",     "thu",     "thư", "tra",
                                   "ủ",    "ư",    "ừ",     "vàng",   "xa",      "ý"};
    for (size_t i = 0; i + 1 < ARRAY_LEN(sorted); i++) {
        struct str a = viet_sort_key(&arena, str_from_cstr(sorted[i]));
        struct str b = viet_sort_key(&arena, str_from_cstr(sorted[i + 1]));
        if (str_compare(a, b) >= 0)
            fail_msg("\"%s\" (%s) must stand before \"%s\" (%s)", sorted[i], a.ptr, sorted[i + 1], b.ptr);
    }
    assert_str(viet_sort_key(&arena, STR("TRƯỜNG THPT  Số 01.")), viet_sort_key(&arena, STR("Trường THPT số 1")));
    assert_str(viet_sort_key(&arena, STR("Vie\xCC\xA3\xCC\x82t")), viet_sort_key(&arena, STR("việt")));
    struct str key = viet_sort_key(&arena, STR("Ωμέγα 日本 \xFF Đỗ\n"));
    for (size_t i = 0; i < key.len_bytes; i++)
        assert_true(key.ptr[i] >= 0x20 && key.ptr[i] < 0x7F);
}

static void people_stand_by_given_name(void **state)
{
    (void)state;
    static const char *sorted[] = {"An",         "Lê An",         "Nguyễn An",   "Lê Văn An",   "Trần Văn An",
                                   "Lê Thị Ân",  "Phạm Thị Bình", "Đỗ Văn Dũng", "Bùi Thị Đào", "Vũ Mai Hà",
                                   "Cao Thị Hạ", "Hồ Anh Hải",    "Lý Thị Yên"};
    for (size_t i = 0; i + 1 < ARRAY_LEN(sorted); i++) {
        struct str a = viet_sort_key_person(&arena, str_from_cstr(sorted[i]));
        struct str b = viet_sort_key_person(&arena, str_from_cstr(sorted[i + 1]));
        if (str_compare(a, b) >= 0)
            fail_msg("\"%s\" (%s) must stand before \"%s\" (%s)", sorted[i], a.ptr, sorted[i + 1], b.ptr);
    }
    assert_str(viet_sort_key_person(&arena, STR(" Lê  Văn   An ")), viet_sort_key_person(&arena, STR("LÊ VĂN AN")));
}

static void words_are_cut(void **state)
{
    (void)state;
    struct str s = STR("  Số: 18/CT-TTg, “Ủy ban” nha\xCC\x82n"), word;
    static const char *want[] = {"Số", "18", "CT", "TTg", "Ủy", "ban", "nha\xCC\x82n"};
    size_t pos = 0;
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        assert_true(viet_word(s, &pos, &word));
        assert_str(word, str_from_cstr(want[i]));
    }
    assert_false(viet_word(s, &pos, &word));
    assert_false(viet_word(s, &pos, &word));
}

static void syllables_are_told_from_noise(void **state)
{
    (void)state;
    static const char good[] =
        "nghiêng quốc gia giếng gì gìn thuở khuỷu Ủy UỶ hoà hòa hoàng xoong ngoằn ngoèo khuya quyển tuyên yêu "
        "yết ý ạ ơi được Đảng nước người trường quý quỳnh luýt thiếu nhi xã phường huyện tỉnh kỹ thuật nghiệp vụ "
        "vie\xCC\xA3\xCC\x82t chuyên trách ứng cứu rượu hươu khoắng mười bảy quét oẳn";
    static const char bad[] =
        "xtr hoc phat w f Zalo email CT TTg straße thôông ngg ab cd aaa nghiêngg tièc ấấ đđ khuyu1 kwa";
    struct str word;
    for (size_t pos = 0; viet_word(str_from_cstr(good), &pos, &word);)
        if (!viet_is_syllable(word))
            fail_msg("%.*s is a syllable", STR_ARG(word));
    for (size_t pos = 0; viet_word(str_from_cstr(bad), &pos, &word);)
        if (viet_is_syllable(word))
            fail_msg("%.*s is none", STR_ARG(word));
    assert_true(viet_is_syllable_unmarked(STR("hoc")));
    assert_true(viet_is_syllable_unmarked(STR("nguoi")));
    assert_true(viet_is_syllable_unmarked(STR("duoc")));
    assert_false(viet_is_syllable_unmarked(STR("hòc")));
    assert_false(viet_is_syllable_unmarked(STR("server")));
    assert_false(viet_is_syllable(STR("")));
    assert_int_equal(viet_syllable_permille(STR("an toàn thông tin server"), 100), 800);
    assert_int_equal(viet_syllable_permille(STR("--"), 100), -1);
}

static void references_match_loosely(void **state)
{
    (void)state;
    assert_true(viet_ref_equal(STR("18/CT-TTg"), STR("018 / ct–TTG")));
    assert_true(viet_ref_equal(STR("09/SGDĐT-VP"), STR("9/SGDDT-VP")));
    assert_false(viet_ref_equal(STR("18/CT-TTg"), STR("180/CT-TTg")));
    assert_false(viet_ref_equal(STR("0/CT"), STR("/CT")));
    assert_true(viet_ref_is_near(STR("23/CTT-TTg"), STR("23/CT-TTg")));
    assert_true(viet_ref_is_near(STR("23/CT-TTg"), STR("23/CT-TTg")));
    assert_false(viet_ref_is_near(STR("23/CT-TTg"), STR("24/CT-TTg")));
    assert_false(viet_ref_is_near(STR("23/CT-TTg"), STR("231/CT-TTg")));
    assert_false(viet_ref_is_near(STR("23/QĐ-TTg"), STR("23/CT-TTg")));
}

static void no_memory_is_said(void **state)
{
    (void)state;
    AUTO_ARENA small;
    arena_init(&small, 8);
    assert_true(str_is_null(viet_fold(&small, STR("một câu dài hơn tám"))));
    assert_true(str_is_null(viet_upper(&small, STR("một câu dài hơn tám"))));
    assert_true(str_is_null(viet_sort_key(&small, STR("một câu dài hơn tám"))));
    struct viet_folded folded;
    assert_false(viet_fold_map(&small, STR("một câu dài hơn tám"), &folded));
    for (uint64_t n = 1; n <= 3; n++) {
        AUTO_ARENA fresh;
        arena_init(&fresh, 1u << 20);
        mem_fail_at(n);
        struct str got = viet_nfd(&fresh, STR("Tiếng Việt"));
        mem_fail_at(0);
        assert_true(str_is_null(got) || got.len_bytes == 18);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_letter_comes_back_from_its_parts_in_any_order, setup, teardown),
        cmocka_unit_test_setup_teardown(normal_form_of_texts, setup, teardown),
        cmocka_unit_test_setup_teardown(a_thousand_marks_do_no_harm, setup, teardown),
        cmocka_unit_test_setup_teardown(case_of_all_letters, setup, teardown),
        cmocka_unit_test_setup_teardown(fold_takes_marks_away, setup, teardown),
        cmocka_unit_test_setup_teardown(fold_map_leads_back_to_the_source, setup, teardown),
        cmocka_unit_test_setup_teardown(contains_and_equal_without_marks, setup, teardown),
        cmocka_unit_test_setup_teardown(words_stand_in_dictionary_order, setup, teardown),
        cmocka_unit_test_setup_teardown(people_stand_by_given_name, setup, teardown),
        cmocka_unit_test_setup_teardown(words_are_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(syllables_are_told_from_noise, setup, teardown),
        cmocka_unit_test_setup_teardown(references_match_loosely, setup, teardown),
        cmocka_unit_test_setup_teardown(no_memory_is_said, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
