/* Every query of every module is prepared on both engines, after every migration; also the order of the migrations. */
#include "store_test.h"

#include "base/map.h"

extern const struct sql_module *const sql_modules_all[];

static void test_every_query_is_prepared(void **state)
{
    struct store_test *t = *state;
    struct err err;
    int failed = 0, prepared = 0;
    for (const struct sql_module *const *module = sql_modules_all; *module; module++)
        for (size_t i = 0; i < (*module)->query_count; i++, prepared++)
            if (sql_check(t->db, (*module)->queries[i], &err) != ERR_NONE) {
                print_error("%s\n", err.text);
                failed++;
            }
    print_message("%d queries\n", prepared);
    assert_true(prepared > 20);
    if (failed)
        fail_msg("%d of %d queries cannot be prepared", failed, prepared);
}

static void test_query_names_are_unique(void **state)
{
    struct store_test *t = *state;
    struct map names = {0};
    for (const struct sql_module *const *module = sql_modules_all; *module; module++)
        for (size_t i = 0; i < (*module)->query_count; i++) {
            const struct sql_query *query = (*module)->queries[i];
            const struct sql_query *other = map_get(&names, str_from_cstr(query->name));
            if (other)
                fail_msg("%s: %s stands already at %s", query->where, query->name, other->where);
            assert_true(map_put(&names, &t->arena, str_from_cstr(query->name), (void *)(uintptr_t)query));
        }
}

static void test_second_open_changes_nothing(void **state)
{
    struct store_test *t = *state;
    int schema = store_schema(t->store);
    store_test_reopen(t);
    assert_int_equal(store_schema(t->store), schema);
    assert_int_equal(store_node(t->store), 5);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        STORE_TEST(test_every_query_is_prepared),
        STORE_TEST(test_query_names_are_unique),
        STORE_TEST(test_second_open_changes_nothing),
    };
    return store_test_main(tests, ARRAY_LEN(tests), sql_modules_all);
}
