#include "test.h"

#include "base/map.h"
#include "base/vec.h"

static void numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } cases[] = {
        {"0", true, 0},
        {"-1", true, -1},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"1 ", false, 0},
        {"+1", false, 0},
        {"0x1", false, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t got = 77;
        bool ok = str_to_i64(str_from_cstr(cases[i].text), &got);
        if (ok != cases[i].ok || got != (ok ? cases[i].value : 77))
            fail_msg("%s: %d %lld", cases[i].text, ok, (long long)got);
    }
}

static void split_and_lines(void **state)
{
    (void)state;
    struct str rest = STR("a,,b,"), part;
    const char *want[] = {"a", "", "b", ""};
    for (size_t i = 0; i < 4; i++) {
        assert_true(str_split(&rest, ',', &part));
        assert_str(part, str_from_cstr(want[i]));
    }
    assert_false(str_split(&rest, ',', &part));
    rest = STR("x\r\ny\n\nz");
    const char *lines[] = {"x", "y", "", "z"};
    for (size_t i = 0; i < 4; i++) {
        assert_true(str_line(&rest, &part));
        assert_str(part, str_from_cstr(lines[i]));
    }
    assert_false(str_line(&rest, &part));
}

static void utf8(void **state)
{
    (void)state;
    assert_true(utf8_is_valid(STR("Lũy Tre \xEF\xBF\xBD")));
    static const char *bad[] = {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE1\xBB", "\x80", "\xFF"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(utf8_is_valid(str_from_cstr(bad[i])));
    assert_int_equal(utf8_count(STR("Lũy")), 3);
    /* every character goes out and comes back */
    for (uint32_t cp = 1; cp <= 0x10FFFF; cp += 7) {
        if (cp >= 0xD800 && cp <= 0xDFFF)
            continue;
        char out[4];
        struct str s = {out, utf8_put(out, cp)};
        size_t pos = 0;
        assert_int_equal(utf8_next(s, &pos), cp);
        assert_int_equal(pos, s.len_bytes);
    }
}

static void maps(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 8u << 20);
    struct map map = {0};
    for (uintptr_t i = 1; i <= 5000; i++)
        assert_true(map_put(&map, &arena, arena_printf(&arena, "key %zu", (size_t)i), (void *)i));
    assert_int_equal(map.count, 5000);
    for (uintptr_t i = 1; i <= 5000; i++)
        assert_true(map_get(&map, arena_printf(&arena, "key %zu", (size_t)i)) == (void *)i);
    assert_null(map_get(&map, STR("key 5001")));
    assert_false(map_has(&map, STR("")));
    assert_true(map_put(&map, &arena, STR_NONE, NULL));
    assert_true(map_has(&map, STR("")));
    VEC(int) v = {0};
    for (int i = 0; i < 1000; i++) {
        int *p = vec_push(&v, &arena);
        assert_non_null(p);
        *p = i;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(v.items[i], i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers), cmocka_unit_test(split_and_lines),
                                       cmocka_unit_test(utf8), cmocka_unit_test(maps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
