#include "test.h"

#include "base/buf.h"
#include "base/mem.h"

static void ceiling(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 10000);
    assert_non_null(arena_alloc(&arena, 9000, 1));
    assert_null(arena_alloc(&arena, 2000, 1));
    assert_non_null(arena_alloc(&arena, 500, 1));
    assert_null(arena_alloc_array(&arena, SIZE_MAX / 2, 3, 1));
    struct err err;
    assert_err(arena_full(&arena, &err), ERR_LIMIT);
}

static void rewinding_gives_zeroed_memory(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    assert_non_null(arena_alloc(&arena, 10, 1));
    struct arena_mark mark = arena_mark(&arena);
    unsigned char *p = arena_alloc(&arena, 100, 1);
    memset(p, 0xAA, 100);
    for (int i = 0; i < 100; i++)
        assert_non_null(arena_alloc(&arena, 1000, 8));
    arena_rewind(&arena, mark);
    assert_int_equal(arena.used_bytes, mark.used_bytes);
    unsigned char *again = arena_alloc(&arena, 100, 1);
    assert_ptr_equal(again, p);
    for (int i = 0; i < 100; i++)
        assert_int_equal(again[i], 0);
}

static void a_failed_allocation_is_an_error(void **state)
{
    (void)state;
    for (uint64_t nth = 1; nth <= 3; nth++) {
        AUTO_ARENA arena;
        arena_init(&arena, 1u << 20);
        AUTO_BUF buf;
        buf_init(&buf, 1u << 20);
        mem_fail_at(nth);
        bool all = arena_alloc(&arena, 10, 1) != NULL;
        for (int i = 0; i < 400; i++)
            buf_put_byte(&buf, 'x');
        mem_fail_at(0);
        struct err err;
        all = all && buf_check(&buf, &err) == ERR_NONE;
        assert_false(all);
    }
}

static char gone[8], names[] = "abcde";

static void note_gone(void *ctx)
{
    gone[strlen(gone)] = *(char *)ctx;
}

/* What hangs on an arena goes with what was allocated beside it: at a rewind, at the end, the newest first, once. */
static void what_hangs_on_it_goes_with_it(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1u << 20);
    assert_true(arena_on_done(&arena, note_gone, &names[0]));
    struct arena_mark mark = arena_mark(&arena);
    assert_true(arena_on_done(&arena, note_gone, &names[1]));
    assert_non_null(arena_alloc(&arena, 20000, 1));
    assert_true(arena_on_done(&arena, note_gone, &names[2]));
    assert_string_equal(gone, "");
    arena_rewind(&arena, mark);
    assert_string_equal(gone, "cb");
    assert_true(arena_on_done(&arena, note_gone, &names[3]));
    arena_done(&arena);
    assert_string_equal(gone, "cbda");
    arena_done(&arena);
    assert_string_equal(gone, "cbda");
    arena_init(&arena, 4);
    assert_false(arena_on_done(&arena, note_gone, &names[4]));
    arena_done(&arena);
    assert_string_equal(gone, "cbda");
}

static void buffers(void **state)
{
    (void)state;
    AUTO_BUF buf;
    buf_init(&buf, 20);
    buf_printf(&buf, "%d %s", 12, "tre");
    buf_put_char(&buf, 0x1EDB);
    assert_str(buf_str(&buf), STR("12 treớ"));
    buf_put(&buf, STR("this is far over the ceiling"));
    struct err err;
    assert_int_not_equal(buf_check(&buf, &err), ERR_NONE);
    assert_str(buf_str(&buf), STR("12 treớ"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ceiling), cmocka_unit_test(rewinding_gives_zeroed_memory),
                                       cmocka_unit_test(a_failed_allocation_is_an_error),
                                       cmocka_unit_test(what_hangs_on_it_goes_with_it), cmocka_unit_test(buffers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
