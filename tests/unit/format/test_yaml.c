#include "test.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/yaml.h"

static struct arena arena;
static struct err err;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1u << 30);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

#define RULE                                                                                                             \
    "# chú thích\ntitle: \"Lũy: tre\"\nlevel: 12\nyes: no\non: true\nempty:\nquoted: '12'\nlist:\n  - a\n  - {b: 1, " \
    "c: [x, y]}\nbase: &b {k: v}\nuse: *b\ntext: |\n  một\n  hai\n"

static void trees_are_read(void **state)
{
    (void)state;
    struct yaml root;
    assert_ok(yaml_parse(STR(RULE), "x.yaml", &arena, &root, &err));
    assert_int_equal(root.count, 9 + 1);
    assert_str(yaml_str(&root, STR("title")), STR("Lũy: tre"));
    assert_str(yaml_str(&root, STR("yes")), STR("no"));
    assert_str(yaml_str(&root, STR("text")), STR("một\nhai\n"));
    int64_t n = 0;
    bool b = false;
    assert_true(yaml_i64(yaml_get(&root, STR("level")), &n) && n == 12);
    assert_false(yaml_i64(yaml_get(&root, STR("quoted")), &n));
    assert_true(yaml_bool(yaml_get(&root, STR("on")), &b) && b);
    assert_false(yaml_bool(yaml_get(&root, STR("yes")), &b));
    assert_int_equal(yaml_get(&root, STR("empty"))->type, YAML_NULL);
    const struct yaml *list = yaml_get(&root, STR("list"));
    assert_int_equal(list->count, 2);
    assert_str(yaml_get(&list->items[1], STR("c"))->items[1].text, STR("y"));
    assert_str(yaml_str(yaml_get(&root, STR("use")), STR("k")), STR("v"));
    assert_int_equal(list->items[1].pairs[0].value.line, 10);
    assert_null(yaml_get(&root, STR("none")));
    assert_null(yaml_get(NULL, STR("none")));
}

static void documents_are_counted(void **state)
{
    (void)state;
    struct yaml_list list;
    struct yaml root;
    assert_ok(yaml_parse_all(STR("a: 1\n---\nb: 2\n"), "x.yaml", &arena, &list, &err));
    assert_int_equal(list.count, 2);
    assert_err(yaml_parse(STR("a: 1\n---\nb: 2\n"), "x.yaml", &arena, &root, &err), ERR_SYNTAX);
    assert_ok(yaml_parse(STR(""), "x.yaml", &arena, &root, &err));
    assert_int_equal(root.type, YAML_NULL);
}

static void errors_name_file_and_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *where;
    } cases[] = {{"a: 1\nb: [1, 2\n", "x.yaml line "}, {"a: 1\na: 2\n", "x.yaml line 2, column 1: key \"a\""},
                 {"a: \"x\n", "x.yaml line "},         {"a: *none\n", "x.yaml line "},
                 {"\xFF", "x.yaml: not UTF-8"},        {"? [a]\n: b\n", "x.yaml line "}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct yaml root;
        assert_err(yaml_parse(str_from_cstr(cases[i].text), "x.yaml", &arena, &root, &err), ERR_SYNTAX);
        if (!strstr(err.text, cases[i].where))
            fail_msg("%s: %s", cases[i].text, err.text);
    }
}

static void laughs_and_depths_end_early(void **state)
{
    (void)state;
    AUTO_BUF buf;
    buf_init(&buf, 1u << 20);
    buf_lit(&buf, "a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 10; i++)
        buf_printf(&buf, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1,
                   i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    struct yaml root;
    assert_err(yaml_parse(buf_str(&buf), "x.yaml", &arena, &root, &err), ERR_LIMIT);
    buf_clear(&buf);
    for (int i = 0; i < 200; i++)
        buf_lit(&buf, "[");
    for (int i = 0; i < 200; i++)
        buf_lit(&buf, "]");
    assert_int_not_equal(yaml_parse(buf_str(&buf), "x.yaml", &arena, &root, &err), ERR_NONE);
    assert_int_not_equal(yaml_parse(STR("a: &a [*a]\n"), "x.yaml", &arena, &root, &err), ERR_NONE);
    assert_err(yaml_parse((struct str){"a", YAML_FILE_MAX_BYTES + 1}, "x.yaml", &arena, &root, &err), ERR_LIMIT);
}

static void every_cut_is_survived(void **state)
{
    (void)state;
    for (size_t n = 0; n < strlen(RULE); n++) {
        char *copy = mem_alloc(n ? n : 1);
        memcpy(copy, RULE, n);
        struct yaml root;
        enum err_code code = yaml_parse((struct str){copy, n}, "x.yaml", &arena, &root, &err);
        mem_free(copy);
        assert_true(code == ERR_NONE || code == ERR_SYNTAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(trees_are_read, setup, teardown),
                                       cmocka_unit_test_setup_teardown(documents_are_counted, setup, teardown),
                                       cmocka_unit_test_setup_teardown(errors_name_file_and_line, setup, teardown),
                                       cmocka_unit_test_setup_teardown(laughs_and_depths_end_early, setup, teardown),
                                       cmocka_unit_test_setup_teardown(every_cut_is_survived, setup, teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
