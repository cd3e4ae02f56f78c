/* org_world.h - a province of three tiers for tests of organisations and people. */
#ifndef LUYTRE_TESTS_ORG_WORLD_H
#define LUYTRE_TESTS_ORG_WORLD_H

#include "store_test.h"

#include "know/know.h"
#include "org/access.h"
#include "org/person.h"
#include "org/person.sql.h"
#include "org/unit.h"
#include "org/unit.sql.h"
#include "proof/chain.h"

extern const struct sql_module sql_module_proof, sql_module_org;

struct world {
    struct actor system;
    int64_t committee;
    int64_t department;
    int64_t commune;
    int64_t school;
    int64_t other_school;
    int64_t admin; /* administrator of the province, down the administrative tree */
    int64_t head;  /* head of the school */
};

UNUSED static int64_t world_unit(struct store_test *t, struct actor *system, const char *kind, const char *name,
                                 const char *code, int64_t administrative, int64_t professional)
{
    struct err err;
    int64_t id = 0;
    struct unit_parent parents[] = {{EDGE_ADMINISTRATIVE, administrative}, {EDGE_PROFESSIONAL, professional}};
    struct unit_fact fact = {.kind = str_from_cstr(kind), .name = str_from_cstr(name), .code = str_from_cstr(code)};
    assert_ok(
        unit_found(t->db, system, &fact, parents, ARRAY_LEN(parents), civil_to_day(2020, 1, 1), 0, false, &id, &err));
    return id;
}

UNUSED static int64_t world_person(struct store_test *t, struct actor *system, const char *name, int64_t unit_id,
                                   const char *role, const char *edge_kind)
{
    struct err err;
    int64_t id = 0, grant = 0;
    struct person_fields fields = {.name = str_from_cstr(name)};
    assert_ok(person_new(t->db, system, &fields, unit_id, civil_to_day(2020, 1, 1), false, &id, &err));
    if (*role)
        assert_ok(grant_give(t->db, system,
                             &(struct grant_request){.person_id = id,
                                                     .role = str_from_cstr(role),
                                                     .unit_id = unit_id,
                                                     .edge_kind = str_from_cstr(edge_kind),
                                                     .from_day = civil_to_day(2020, 1, 1),
                                                     .to_day = CIVIL_FOREVER},
                             &grant, &err));
    return id;
}

UNUSED static struct world world_make(struct store_test *t)
{
    t->now_ms = civil_day_start_ms(civil_to_day(2027, 1, 4)) + 8 * 3600 * 1000;
    struct world w = {.system = actor_system(civil_to_day(2027, 1, 4))};
    w.committee = world_unit(t, &w.system, "provincial_committee", "UBND tỉnh Trúc Lâm", "ubnd", 0, 0);
    w.department =
        world_unit(t, &w.system, "dept_education", "Sở Giáo dục và Đào tạo", "sgddt", w.committee, w.committee);
    w.commune = world_unit(t, &w.system, "commune", "UBND xã An Trúc", "xa-001", w.committee, 0);
    w.school =
        world_unit(t, &w.system, "school_primary", "Trường Tiểu học Tre Xanh", "th-001", w.commune, w.department);
    w.other_school =
        world_unit(t, &w.system, "school_primary", "Trường Tiểu học Măng Non", "th-002", w.commune, w.department);
    w.admin = world_person(t, &w.system, "Vũ Đình Khôi", w.committee, "administrator", "administrative");
    w.head = world_person(t, &w.system, "Trần Thị Hạ", w.school, "unit_head", "");
    return w;
}

UNUSED static struct actor world_actor(const struct store_test *t, int64_t person_id, uint64_t right)
{
    return (struct actor){.person_id = person_id, .right = right, .day = civil_day_of_ms(t->now_ms)};
}

#endif
