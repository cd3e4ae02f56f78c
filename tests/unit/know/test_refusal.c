#include <errno.h>
#include <string.h>

#include "know/know.h"
#include "know/refusal.h"
#include "test.h"

static struct arena arena;

static const char *said(const struct err *err, enum lang lang)
{
    return arena_cstr(&arena, refusal_text(err, lang, &arena));
}

static void a_refusal_is_said_in_both_languages(void **state)
{
    (void)state;
    struct err err;
    err_ignore(err_set(&err, ERR_CONFLICT, "mã %.*s đã thuộc một đơn vị khác", 3, "A-1xx"), "tested");
    assert_string_equal(err.text, "mã A-1 đã thuộc một đơn vị khác");
    assert_string_equal(said(&err, LANG_VI), "mã A-1 đã thuộc một đơn vị khác");
    assert_string_equal(said(&err, LANG_EN), "the code A-1 belongs to another unit");
    assert_true(refusal_is_words(&err));
    err_ignore(err_set(&err, ERR_SYNTAX, "obligation %zu must be due by %s, the day of the tier above", (size_t)2,
                       "30/11/2022"),
               "tested");
    assert_string_equal(said(&err, LANG_VI), "nghĩa vụ 2 phải đến hạn chậm nhất 30/11/2022, ngày của cấp trên");
    assert_string_equal(said(&err, LANG_EN), "obligation 2 must be due by 30/11/2022, the day of the tier above");
}

static void one_is_not_many(void **state)
{
    (void)state;
    struct err err;
    err_ignore(err_set(&err, ERR_CONFLICT, "còn %lld đơn vị thuộc đơn vị này: chuyển đi trước", 1LL), "tested");
    assert_string_equal(said(&err, LANG_EN), "1 unit still stands below this one: move it first");
    err_ignore(err_set(&err, ERR_CONFLICT, "còn %lld đơn vị thuộc đơn vị này: chuyển đi trước", 12LL), "tested");
    assert_string_equal(said(&err, LANG_EN), "12 units still stand below this one: move them first");
}

static void halves_of_a_text_in_both_languages_come_apart(void **state)
{
    (void)state;
    struct err err;
    err_ignore(
        err_set(&err, ERR_SYNTAX, "không phải tệp Excel: thiếu %s / not a workbook, part missing", "xl/workbook.xml"),
        "tested");
    assert_string_equal(said(&err, LANG_VI), "không phải tệp Excel: thiếu xl/workbook.xml");
    assert_string_equal(said(&err, LANG_EN), "not a workbook: xl/workbook.xml is missing");
}

static void titles_and_sentences_among_the_arguments_are_said_too(void **state)
{
    (void)state;
    struct err err;
    const struct know_role *role = know_role_find(STR("unit_head"));
    assert_non_null(role);
    err_ignore(err_set(&err, ERR_CONFLICT, "người này đã giữ vai trò %.*s ở đơn vị", STR_ARG(role->title.vi)),
               "tested");
    assert_string_equal(
        said(&err, LANG_EN),
        arena_cstr(&arena, arena_printf(&arena, "this person already is %.*s in the unit", STR_ARG(role->title.en))));
    char reason[200], where[64];
    assert_true(said_pack(where, sizeof where, "dòng %u, cột %d", 7u, 3));
    assert_true(said_pack(reason, sizeof reason, "trùng với dòng %u", 5u));
    err_ignore(err_set(&err, ERR_SYNTAX, "%zu dòng sai; dòng đầu: %.*s: %.*s", (size_t)2, (int)strlen(where), where,
                       (int)strlen(reason), reason),
               "tested");
    assert_string_equal(err.text, "2 dòng sai; dòng đầu: dòng 7, cột 3: trùng với dòng 5");
    assert_string_equal(said(&err, LANG_EN), "2 wrong rows; the first: row 7, column 3: the same as row 5");
    assert_string_equal(said(&err, LANG_VI), err.text);
    err_ignore(err_set(&err, ERR_SYNTAX, "%.*s: %s", 3, "abc", "phải là một số"), "tested");
    assert_string_equal(said(&err, LANG_EN), "abc: must be a number");
}

static void what_was_being_done_stands_before_the_cause(void **state)
{
    (void)state;
    struct err err;
    err_ignore(err_set(&err, ERR_CONFLICT, "dữ liệu mẫu đã có sẵn"), "tested");
    err_ignore(err_wrap(&err, "the sample province"), "tested");
    err_ignore(err_wrap(&err, "issue %.*s", 2, "ab"), "tested");
    assert_string_equal(err.text, "issue ab: the sample province: dữ liệu mẫu đã có sẵn");
    assert_string_equal(said(&err, LANG_EN), "issue ab: the sample province: sample data is there already");
    assert_string_equal(said(&err, LANG_VI), "giao ab: tỉnh mẫu: dữ liệu mẫu đã có sẵn");
    assert_true(refusal_is_words(&err));
}

static void words_for_the_log_are_no_words_for_people(void **state)
{
    (void)state;
    struct err err;
    err_ignore(err_set(&err, ERR_DENIED, "not allowed to %s here", "see this"), "tested");
    assert_false(refusal_is_words(&err));
    assert_string_equal(said(&err, LANG_VI), "not allowed to see this here");
    /* what the command line says stands in both languages, and is still none for a page */
    err_ignore(err_set(&err, ERR_UNSUPPORTED, "%s is not a luytre database: it is not an SQLite file", "x"), "tested");
    assert_string_equal(said(&err, LANG_VI), "x không phải dữ liệu của luytre: không phải tệp SQLite");
    assert_string_equal(said(&err, LANG_EN), err.text);
    assert_false(refusal_is_words(&err));
    errno = ENOENT; /* the words of the system stay behind it */
    err_ignore(err_set(&err, ERR_IO, "open %s", "x"), "tested");
    assert_string_equal(said(&err, LANG_EN), "open x: No such file or directory");
    assert_string_equal(said(&err, LANG_VI), "mở x: No such file or directory");
    err_ignore(err_wrap(&err, "không nâng cấp"), "tested");
    assert_string_equal(said(&err, LANG_EN), "not upgraded: open x: No such file or directory");
}

static void what_a_person_typed_separates_nothing(void **state)
{
    (void)state;
    struct err err;
    char typed[] = {'A', SAID_ARG, 'B', SAID_WRAP, 'C', SAID_ARG_INNER, 'D', '\n', '{', '1', '}', '%', 's', 0};
    err_ignore(err_set(&err, ERR_CONFLICT, "mã %.*s đã thuộc một đơn vị khác", (int)strlen(typed), typed), "tested");
    const char *words = said(&err, LANG_EN);
    assert_true(strncmp(words, "the code A", 10) == 0 && strstr(words, " belongs to another unit") != NULL);
    /* too long for the parts: the text stays */
    char *much = arena_alloc(&arena, 2000, 1);
    memset(much, 'x', 1999);
    much[1999] = 0;
    err_ignore(err_set(&err, ERR_CONFLICT, "mã %.*s đã thuộc một đơn vị khác", 1999, much), "tested");
    assert_int_equal(err.said[0], 0);
    assert_string_equal(said(&err, LANG_EN), err.text);
}

static void a_refusal_travels_between_processes(void **state)
{
    (void)state;
    struct err err, there;
    char wire[ERR_WIRE_BYTES];
    err_ignore(err_set(&err, ERR_LIMIT, "nhiều nhất %u tệp", 12u), "tested");
    err_to_wire(&err, wire);
    assert_err(err_from_wire(&there, ERR_LIMIT, wire, strlen(wire)), ERR_LIMIT);
    assert_string_equal(there.text, "nhiều nhất 12 tệp");
    assert_string_equal(said(&there, LANG_EN), "at most 12 files");
    assert_err(err_from_wire(&there, ERR_LIMIT, "plain", 5), ERR_LIMIT);
    assert_string_equal(said(&there, LANG_EN), "plain");
}

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1u << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_is_said_in_both_languages),
        cmocka_unit_test(one_is_not_many),
        cmocka_unit_test(halves_of_a_text_in_both_languages_come_apart),
        cmocka_unit_test(titles_and_sentences_among_the_arguments_are_said_too),
        cmocka_unit_test(what_was_being_done_stands_before_the_cause),
        cmocka_unit_test(words_for_the_log_are_no_words_for_people),
        cmocka_unit_test(what_a_person_typed_separates_nothing),
        cmocka_unit_test(a_refusal_travels_between_processes),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
