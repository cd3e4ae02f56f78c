#include "asset_world.h"

#include "asset/asset_sample.h"
#include "know/know_sample.h"

/* The whole sample province below one committee: what matters here is how many units of which kind. */
static int64_t province(struct store_test *t, const struct actor *system, size_t every)
{
    struct err err;
    int64_t root = 0, unit = 0;
    for (size_t g = 0; g < know_sample_unit_count; g++)
        for (size_t i = 0; i < know_sample_units[g].count; i += g == 0 ? 1 : every) {
            struct know_text name;
            struct str code, domain;
            assert_ok(know_sample_unit_name(&know_sample_units[g], i, &t->arena, &name, &code, &domain, &err));
            struct unit_parent parent = {EDGE_ADMINISTRATIVE, root};
            struct unit_fact fact = {.kind = know_sample_units[g].kind, .name = name.vi, .code = code};
            assert_ok(unit_found(t->db, system, &fact, &parent, 1, civil_to_day(2020, 1, 1), 0, true, &unit, &err));
            if (!root)
                root = unit;
        }
    return root;
}

static void building_twice_gives_the_same_and_deleting_leaves_nothing(void **state)
{
    struct store_test *t = *state;
    struct err err;
    t->now_ms = civil_day_start_ms(civil_to_day(2027, 1, 4)) + 8 * 3600 * 1000;
    struct actor system = actor_system(civil_to_day(2027, 1, 4));
    int64_t root = province(t, &system, 10);
    struct asset_sample_made made, again;
    struct device_coverage before, after;
    struct actor person = {.person_id = 1, .day = system.day};
    assert_err(asset_sample_build(t->db, &person, &made, &err), ERR_DENIED);
    assert_ok(asset_sample_build(t->db, &system, &made, &err));
    assert_err(asset_sample_build(t->db, &system, &again, &err), ERR_CONFLICT);
    assert_true(made.finding_count > 5);
    assert_ok(device_recount(t->db, &err));
    assert_ok(device_coverage(t->db, &system, root, STR(""), DEVICE_KIND_ALL, &before, &err));
    assert_int_equal(before.total, made.device_count);
    assert_true(before.is_protected > 0 && before.is_unprotected > 0 && before.is_unknown > 0);
    /* every unit has the same addresses, and still its own devices */
    struct device_filter f = {.root_id = root, .search = STR("192.168.1.10"), .limit_count = 1};
    int64_t n = 0;
    assert_ok(device_list_count(t->db, &system, &t->arena, &f, &n, &err));
    assert_true(n > 100);
    struct finding_count count;
    assert_ok(finding_counts(t->db, &system, root, STR(""), &count, &err));
    assert_int_equal(count.open + count.closed, made.finding_count);
    assert_ok(asset_sample_delete(t->db, &system, &err));
    assert_ok(device_coverage(t->db, &system, root, STR(""), DEVICE_KIND_ALL, &after, &err));
    assert_int_equal(after.total, 0);
    assert_ok(device_recount(t->db, &err));
    assert_ok(asset_sample_build(t->db, &system, &again, &err));
    assert_int_equal(again.device_count, made.device_count);
    assert_int_equal(again.finding_count, made.finding_count);
    assert_ok(device_coverage(t->db, &system, root, STR(""), DEVICE_KIND_ALL, &after, &err));
    assert_int_equal(after.is_protected, before.is_protected);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org,
                                                       &sql_module_asset, NULL};
    static const struct CMUnitTest tests[] = {STORE_TEST(building_twice_gives_the_same_and_deleting_leaves_nothing)};
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
