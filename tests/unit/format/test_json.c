#include "test.h"

#include "base/limits.h"
#include "base/mem.h"
#include "format/json.h"

static struct arena arena;
static struct err err;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 64u << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static struct json parsed(struct str text)
{
    struct json root = {NULL, 0};
    assert_ok(json_parse(text, 0, &arena, &root, &err));
    return root;
}

static void good_texts(void **state)
{
    (void)state;
    static const char *cases[] = {"null",
                                  " true ",
                                  "0",
                                  "-0",
                                  "-1.5e+10",
                                  "\"\"",
                                  "[]",
                                  "{}",
                                  "[[],{}]",
                                  "{\"a\":{\"b\":[1,2,3]},\"c\":null}",
                                  "\xEF\xBB\xBF[1]",
                                  "\"\\u0000\\ud83d\\ude00\"",
                                  "\"Lũy Tre\"",
                                  "1E400",
                                  "[1\n,\t2]"};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        parsed(str_from_cstr(cases[i]));
}

static void bad_texts_say_where(void **state)
{
    (void)state;
    static const struct {
        const char *text, *where;
    } cases[] = {
        {"", "line 1, column 1"},
        {"[1,]", "line 1, column 4"},
        {"[1\n 2]", "line 2, column 2"},
        {"{\"a\":1,}", "line 1, column 8"},
        {"{a:1}", "line 1, column 2"},
        {"{\"a\" 1}", "line 1, column 6"},
        {"01", "line 1, column 1"},
        {"1.", "line 1, column 3"},
        {".5", "line 1, column 1"},
        {"+1", "line 1, column 1"},
        {"1e", "line 1, column 3"},
        {"-", "line 1, column 1"},
        {"nul", "line 1, column 1"},
        {"true false", "line 1, column 6"},
        {"[1}", "line 1, column 3"},
        {"\"abc", "line 1, column 1"},
        {"\"a\tb\"", "line 1, column 3"},
        {"\"\\x\"", "line 1, column 3"},
        {"\"\\u12g4\"", "line 1, column 3"},
        {"\"\\ud800\"", "lone surrogate"},
        {"\"\\udc00\"", "lone surrogate"},
        {"\"\\ud800\\u0041\"", "lone surrogate"},
        {"\"\xC3\"", "broken UTF-8"},
        {"\"abcdefgh\xED\xA0\x80\"", "broken UTF-8"},
        {"\"\xF4\x90\x80\x80\"", "broken UTF-8"},
        {"\"\xC0\x80\"", "broken UTF-8"},
        {"NaN", "line 1, column 1"},
        {"[1] // x", "line 1, column 5"},
        {"'a'", "line 1, column 1"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct json root = {NULL, 77};
        assert_err(json_parse(str_from_cstr(cases[i].text), 0, &arena, &root, &err), ERR_SYNTAX);
        if (!strstr(err.text, cases[i].where))
            fail_msg("%s: %s", cases[i].text, err.text);
        assert_int_equal(root.at, 77);
    }
}

static void every_prefix_is_refused(void **state)
{
    (void)state;
    struct str text =
        STR("{\"số\": [1, -2.5e3, true, null, \"\\u0110\\n\\ud83d\\ude00 Đ\", {\"a\": {}}], \"b\": false}");
    parsed(text);
    for (size_t n = 0; n < text.len_bytes; n++) {
        /* an exact copy on the heap, so that a sanitizer sees one byte too many */
        char *copy = mem_alloc(n ? n : 1);
        memcpy(copy, text.ptr, n);
        struct json root;
        enum err_code code = json_parse((struct str){copy, n}, 0, &arena, &root, &err);
        mem_free(copy);
        if (code != ERR_SYNTAX)
            fail_msg("a prefix of %zu bytes gave %s", n, err_code_to_str(code));
    }
}

static void depth_and_size_have_ceilings(void **state)
{
    (void)state;
    char deep[2 * (JSON_DEPTH_MAX + 1)];
    memset(deep, '[', JSON_DEPTH_MAX);
    memset(deep + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
    parsed((struct str){deep, 2 * JSON_DEPTH_MAX});
    memset(deep, '[', JSON_DEPTH_MAX + 1);
    struct json root;
    assert_err(json_parse((struct str){deep, JSON_DEPTH_MAX + 1}, 0, &arena, &root, &err), ERR_LIMIT);
    assert_err(json_parse((struct str){deep, JSON_TEXT_MAX_BYTES}, 0, &arena, &root, &err), ERR_LIMIT);
    AUTO_ARENA small;
    arena_init(&small, 32);
    assert_int_not_equal(json_parse(STR("[1,2,3,4,5,6,7,8,9]"), 0, &small, &root, &err), ERR_NONE);
}

static void values_are_read(void **state)
{
    (void)state;
    struct json root =
        parsed(STR("{\"number\":\"09\",\"n\":-42,\"whole\":1e3,\"part\":1.5,\"yes\":true,\"big\":9223372036854775808,\n"
                   "\"list\":[10,[20,21],{\"x\":30}],\"esc\\u0061ped\":\"a\\\"\\\\\\/"
                   "\\b\\f\\n\\r\\t\\u0110\\ud83d\\ude00\",\"no\":null}"));
    int64_t i = 0;
    double d = 0;
    bool b = false;
    struct str s;
    assert_true(json_i64(json_get(root, STR("n")), &i) && i == -42);
    assert_true(json_i64(json_get(root, STR("whole")), &i) && i == 1000);
    assert_false(json_i64(json_get(root, STR("part")), &i));
    assert_false(json_i64(json_get(root, STR("big")), &i));
    assert_false(json_i64(json_get(root, STR("number")), &i));
    assert_true(json_double(json_get(root, STR("part")), &d) && d == 1.5);
    assert_true(json_bool(json_get(root, STR("yes")), &b) && b);
    assert_str(json_raw(json_get(root, STR("big"))), STR("9223372036854775808"));
    assert_ok(json_str(json_get(root, STR("number")), &arena, &s, &err));
    assert_str(s, STR("09"));
    assert_ok(json_str(json_get(root, STR("escaped")), &arena, &s, &err));
    assert_str(s, STR("a\"\\/\b\f\n\r\tĐ😀"));
    assert_true(json_str_is(json_get(root, STR("escaped")), STR("a\"\\/\b\f\n\r\tĐ😀")));
    assert_false(json_str_is(json_get(root, STR("escaped")), STR("a\"")));
    struct json list = json_get(root, STR("list"));
    assert_int_equal(json_count(list), 3);
    assert_int_equal(json_count(root), 9);
    assert_true(json_i64(json_at(json_at(list, 1), 1), &i) && i == 21);
    assert_true(json_i64(json_get(json_at(list, 2), STR("x")), &i) && i == 30);
    assert_true(json_is_missing(json_at(list, 3)));
    assert_true(json_is_missing(json_get(json_get(json_get(root, STR("a")), STR("b")), STR("c"))));
    assert_true(json_is_nothing(json_get(root, STR("no"))));
    assert_str(json_raw(json_at(list, 1)), STR("[20,21]"));
    assert_int_equal(json_line(list), 2);
    assert_err(json_str(json_get(root, STR("no")), &arena, &s, &err), ERR_NOT_FOUND);
    assert_err(json_str(list, &arena, &s, &err), ERR_SYNTAX);
    int64_t sum = 0;
    for (struct json_iter it = json_iter(json_at(list, 1)); json_next(&it);) {
        assert_true(json_is_missing(it.key) && json_i64(it.value, &i));
        sum += i;
    }
    assert_int_equal(sum, 41);
    size_t members = 0;
    for (struct json_iter it = json_iter(root); json_next(&it); members++)
        assert_int_equal(json_type(it.key), JSON_STRING);
    assert_int_equal(members, 9);
    struct json_iter none = json_iter(json_get(root, STR("n")));
    assert_false(json_next(&none));
}

static void duplicates_are_reported(void **state)
{
    (void)state;
    struct str text = STR("{\"a\":1,\n\"b\":{\"x\":1,\n\"\\u0078\":2}}");
    struct json root, key;
    assert_err(json_parse(text, JSON_REFUSE_DUPLICATES, &arena, &root, &err), ERR_SYNTAX);
    assert_non_null(strstr(err.text, "line 3"));
    root = parsed(text);
    assert_ok(json_find_duplicate(root, &arena, &key, &err));
    assert_true(json_str_is(key, STR("x")));
    int64_t i = 0;
    assert_true(json_i64(json_get(json_get(root, STR("b")), STR("x")), &i) && i == 1);
    assert_ok(json_parse(STR("[{\"a\":1},{\"a\":2}]"), JSON_REFUSE_DUPLICATES, &arena, &root, &err));
}

static void writer_prints(void **state)
{
    (void)state;
    AUTO_BUF buf;
    buf_init(&buf, 4096);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    for (int line = 0; line < 2; line++) {
        json_object_begin(&w);
        json_field_str(&w, STR("type"), STR("lũy \"tre\"\\\n\x01\xFF"));
        json_field_str(&w, STR("none"), STR_NONE);
        json_field_i64(&w, STR("n"), INT64_MIN);
        json_field_id(&w, STR("id"), 1234567890123456789);
        json_field_double(&w, STR("d"), 0.1);
        json_field_double(&w, STR("inf"), 1.0 / 0.0);
        json_field_bool(&w, STR("b"), true);
        json_put_key(&w, STR("list"));
        json_array_begin(&w);
        json_put_i64(&w, 1);
        json_array_begin(&w);
        json_array_end(&w);
        json_put_null(&w);
        json_array_end(&w);
        json_object_end(&w);
        json_end_line(&w);
    }
    struct str one = STR("{\"type\":\"lũy "
                         "\\\"tre\\\"\\\\\\n\\u0001\xEF\xBF\xBD\",\"none\":null,\"n\":-9223372036854775808,\"id\":"
                         "\"1234567890123456789\","
                         "\"d\":0.1,\"inf\":null,\"b\":true,\"list\":[1,[],null]}\n");
    assert_str(buf_str(&buf), arena_printf(&arena, "%s%s", one.ptr, one.ptr));
    buf_clear(&buf);
    json_writer_init(&w, &buf, JSON_PRETTY | JSON_HTML_SAFE);
    json_object_begin(&w);
    json_field_str(&w, STR("a"), STR("</script>&\xE2\x80\xA8"));
    json_put_key(&w, STR("e"));
    json_object_begin(&w);
    json_object_end(&w);
    json_object_end(&w);
    assert_str(buf_str(&buf), STR("{\n  \"a\": \"\\u003c/script\\u003e\\u0026\\u2028\",\n  \"e\": {}\n}"));
}

static void what_was_read_is_printed_the_same(void **state)
{
    (void)state;
    struct str text =
        STR("{\"a\\u0062\":[1,-2.50,1e5,\"x\\n\\u00e9\\\"\",{\"k\":{}},[],true,false,null],\"Số\":\"18/CT-TTg\"}");
    AUTO_BUF buf;
    buf_init(&buf, 4096);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    json_put_value(&w, parsed(text));
    assert_str(buf_str(&buf), text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(good_texts, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_texts_say_where, setup, teardown),
        cmocka_unit_test_setup_teardown(every_prefix_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(depth_and_size_have_ceilings, setup, teardown),
        cmocka_unit_test_setup_teardown(values_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(duplicates_are_reported, setup, teardown),
        cmocka_unit_test_setup_teardown(writer_prints, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_read_is_printed_the_same, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
