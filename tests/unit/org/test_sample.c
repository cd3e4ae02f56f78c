#include "org_world.h"

#include "know/know_sample.h"
#include "org/sample.h"
#include "org/sample.sql.h"
#include "org/system.h"
#include "org/system.sql.h"

static civil_day today(const struct store_test *t)
{
    return civil_day_of_ms(t->now_ms);
}

static struct sample_built build(struct store_test *t)
{
    struct err err;
    struct sample_built built;
    struct actor system = actor_system(today(t));
    int64_t started_us = clock_monotonic_us();
    assert_ok(sample_build(t->db, &system, SAMPLE_SEED, civil_to_day(2022, 1, 1), &built, &err));
    print_message("%zu units, %zu people, %zu systems in %lld ms\n", built.unit_count, built.person_count,
                  built.system_count, (long long)(clock_monotonic_us() - started_us) / 1000);
    return built;
}

static void the_province_stands(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct sample_built built = build(t);
    struct actor reader = actor_system(today(t));
    assert_int_equal(built.unit_count, know_sample_unit_total());
    struct sql_unit_search_rows found;
    assert_ok(sql_unit_search(t->db, &reader, &t->arena,
                              &(struct sql_unit_search_args){.root_id = built.root_id,
                                                             .edge_kind = EDGE_ADMINISTRATIVE,
                                                             .search = STR("%"),
                                                             .kind = STR_NONE,
                                                             .on_day = today(t),
                                                             .limit_count = 5000},
                              &found, &err));
    assert_int_equal(found.count, built.unit_count); /* everybody below the committee */
    int64_t person = 0, unit = 0;
    assert_ok(sample_holder(t->db, SAMPLE_POLICE, STR("coordinator"), today(t), &person, &unit, &err));
    assert_ok(sql_unit_search(t->db, &reader, &t->arena,
                              &(struct sql_unit_search_args){.root_id = unit,
                                                             .edge_kind = EDGE_INCIDENT,
                                                             .search = STR("%truong mam non%"),
                                                             .kind = STR_NONE,
                                                             .on_day = today(t),
                                                             .limit_count = 5000},
                              &found, &err));
    assert_int_equal(found.count, 340);
    /* the coordinator reviews a school but does not act for it; its focal officer does */
    struct actor coordinator = world_actor(t, person, RIGHT_REVIEW);
    int64_t officer = 0, school = 0;
    assert_ok(sample_holder(t->db, STR("mn-001"), STR("focal_officer"), today(t), &officer, &school, &err));
    bool has = false;
    assert_ok(access_has(t->db, &coordinator, RIGHT_REVIEW, school, &has, &err));
    assert_true(has);
    assert_ok(access_has(t->db, &coordinator, RIGHT_EXECUTE, school, &has, &err));
    assert_false(has);
    /* each looks down along the way he sees most: the police, the department, the committee; a school sees none */
    static const struct {
        struct str unit, role, edge;
        bool sees;
    } ways[] = {{STR_INIT("congan"), STR_INIT("coordinator"), STR_INIT("incident"), true},
                {STR_INIT("sgddt"), STR_INIT("unit_head"), STR_INIT("professional"), true},
                {STR_INIT("ubnd"), STR_INIT("unit_head"), STR_INIT("administrative"), true},
                {STR_INIT("mn-001"), STR_INIT("focal_officer"), STR_INIT("administrative"), false}};
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        struct str edge;
        bool sees = false;
        assert_ok(sample_holder(t->db, ways[i].unit, ways[i].role, today(t), &person, &unit, &err));
        struct actor looker = world_actor(t, person, RIGHT_READ);
        assert_ok(access_edge_best(t->db, &looker, unit, &edge, &err));
        assert_str(edge, ways[i].edge);
        assert_ok(access_sees_below(t->db, &looker, unit, edge, &sees, &err));
        assert_int_equal(sees, ways[i].sees);
    }
    struct sql_unit_systems_rows systems;
    struct actor focal = world_actor(t, officer, RIGHT_EXECUTE);
    assert_ok(sql_unit_systems(t->db, &focal, &t->arena,
                               &(struct sql_unit_systems_args){.unit_id = school, .on_day = today(t)}, &systems, &err));
    assert_int_equal(systems.count, 3); /* the first of a group has all of its kind */
    struct sector_rows sectors;
    assert_ok(sector_list(t->db, &reader, built.root_id, EDGE_ADMINISTRATIVE, today(t), &t->arena, &sectors, &err));
    size_t without_body = 0;
    for (size_t i = 0; i < sectors.count; i++)
        without_body += !sectors.items[i].is_named;
    assert_int_equal(sectors.count, know_sector_count);
    assert_int_equal(without_body, 2);
    struct sample_built again;
    assert_err(sample_build(t->db, &reader, SAMPLE_SEED, civil_to_day(2022, 1, 1), &again, &err), ERR_CONFLICT);
}

static void it_goes_in_one_go_and_comes_back_the_same(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct sample_built first = build(t);
    struct actor system = actor_system(today(t));
    int64_t officer = 0, school = 0, admin = 0, root = 0;
    assert_ok(sample_holder(t->db, STR("mn-001"), STR("focal_officer"), today(t), &officer, &school, &err));
    assert_ok(sample_holder(t->db, SAMPLE_COMMITTEE, STR("administrator"), today(t), &admin, &root, &err));
    struct sample_ids ids;
    assert_ok(sample_list(t->db, &t->arena, &ids, &err));
    assert_int_equal(ids.unit_count, first.unit_count);
    assert_int_equal(ids.person_count, first.person_count);
    assert_int_equal(ids.system_count, first.system_count);
    assert_int_equal(ids.units[0], root);
    struct actor nobody = world_actor(t, officer, 0), keeper = world_actor(t, admin, 0);
    assert_err(sample_delete(t->db, &nobody, &err), ERR_DENIED);
    /* something real below it holds it */
    struct unit_parent parents[] = {{EDGE_ADMINISTRATIVE, school}};
    int64_t real = 0;
    assert_ok(unit_found(t->db, &system,
                         &(struct unit_fact){.kind = STR("service_unit"), .name = STR("Điểm trường thật")}, parents, 1,
                         civil_to_day(2022, 1, 1), 0, false, &real, &err));
    assert_err(sample_delete(t->db, &keeper, &err), ERR_CONFLICT);
    assert_ok(unit_set_parent(t->db, &system, real, EDGE_ADMINISTRATIVE, 0, civil_to_day(2022, 1, 1), 0, &err));
    assert_ok(sample_delete(t->db, &keeper, &err));
    assert_ok(sample_list(t->db, &t->arena, &ids, &err));
    assert_int_equal(ids.unit_count + ids.person_count + ids.system_count, 0);
    assert_err(sample_delete(t->db, &system, &err), ERR_NOT_FOUND);
    struct sample_built second = build(t);
    assert_int_equal(second.person_count, first.person_count);
    assert_int_equal(second.grant_count, first.grant_count);
    assert_int_equal(second.system_count, first.system_count);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org, NULL};
    static const struct CMUnitTest tests[] = {STORE_TEST(the_province_stands),
                                              STORE_TEST(it_goes_in_one_go_and_comes_back_the_same)};
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
