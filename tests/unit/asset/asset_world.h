/* asset_world.h - a department with four schools, each with a site, and people who may see and work on different parts
 * of it. */
#ifndef LUYTRE_TESTS_ASSET_WORLD_H
#define LUYTRE_TESTS_ASSET_WORLD_H

#include "store_test.h"

#include "asset/device.h"
#include "asset/finding.h"
#include "fixture.sql.h"
#include "org/unit.h"

extern const struct sql_module sql_module_proof, sql_module_org, sql_module_asset, sql_module_fixture;

#define WORLD_SCHOOLS 4
#define WORK_RIGHTS   (RIGHT_READ | RIGHT_EXECUTE | RIGHT_ASSET_READ | RIGHT_HUNT)
#define SEE_RIGHTS    (RIGHT_READ | RIGHT_ASSET_READ)
struct world {
    struct actor system;
    int64_t committee;
    int64_t department;
    int64_t schools[WORLD_SCHOOLS];
    int64_t sites[WORLD_SCHOOLS];
    int64_t officer_of[WORLD_SCHOOLS]; /* works in the school alone */
    int64_t superior;                  /* sees the department and what is below */
    int64_t clerk;                     /* sees the department alone, not the schools */
};

UNUSED static struct actor world_actor(const struct store_test *t, int64_t person_id)
{
    return (struct actor){.person_id = person_id, .right = RIGHT_READ, .day = civil_day_of_ms(t->now_ms)};
}

UNUSED static int64_t world_person(struct store_test *t, const char *name, int64_t unit_id, const char *edge_kind,
                                   uint64_t rights)
{
    struct err err;
    int64_t id = db_id(t->db);
    assert_ok(sql_fixture_person(
        t->db, &(struct sql_fixture_person_args){.id = id, .name = str_from_cstr(name), .created_ms = t->now_ms},
        &err));
    assert_ok(sql_fixture_grant(t->db,
                                &(struct sql_fixture_grant_args){.id = db_id(t->db),
                                                                 .person_id = id,
                                                                 .unit_id = unit_id,
                                                                 .edge_kind = str_from_cstr(edge_kind),
                                                                 .rights = (int64_t)rights},
                                &err));
    return id;
}

UNUSED static int64_t world_unit(struct store_test *t, const struct world *w, const char *kind, const char *name,
                                 int64_t parent)
{
    struct err err;
    int64_t id = 0;
    struct unit_parent parents[] = {{EDGE_ADMINISTRATIVE, parent}};
    struct unit_fact fact = {.kind = str_from_cstr(kind), .name = str_from_cstr(name), .code = str_from_cstr(name)};
    assert_ok(unit_found(t->db, &w->system, &fact, parents, ARRAY_LEN(parents), civil_to_day(2020, 1, 1), 0, false, &id,
                         &err));
    return id;
}

UNUSED static struct world world_make(struct store_test *t)
{
    struct err err;
    t->now_ms = civil_day_start_ms(civil_to_day(2027, 1, 4)) + 8 * 3600 * 1000;
    struct world w = {.system = actor_system(civil_to_day(2027, 1, 4))};
    w.committee = world_unit(t, &w, "provincial_committee", "UBND tỉnh Trúc Lâm", 0);
    w.department = world_unit(t, &w, "department", "Sở Giáo dục và Đào tạo Trúc Lâm", w.committee);
    for (int i = 0; i < WORLD_SCHOOLS; i++) {
        struct str name = arena_printf(&t->arena, "Trường THCS Số %d", i + 1);
        w.schools[i] = world_unit(t, &w, "school_lower_secondary", name.ptr, w.department);
        w.sites[i] = db_id(t->db);
        assert_ok(sql_fixture_site(
            t->db,
            &(struct sql_fixture_site_args){.id = w.sites[i], .unit_id = w.schools[i], .name = STR("Cơ sở chính")},
            &err));
        w.officer_of[i] = world_person(t, "Nguyễn Thị Hạ", w.schools[i], "", WORK_RIGHTS);
    }
    w.superior = world_person(t, "Vũ Đình Khôi", w.department, "administrative", SEE_RIGHTS);
    w.clerk = world_person(t, "Lê Thị Tre", w.department, "", SEE_RIGHTS);
    return w;
}

UNUSED static struct device_registered world_device(struct store_test *t, const struct world *w, int school,
                                                    const char *name, const char *protection,
                                                    const struct identity *identities, size_t identity_count)
{
    struct err err;
    struct device_registered got = {0};
    struct actor officer = world_actor(t, w->officer_of[school]);
    struct device_draft draft = {.site_id = w->sites[school],
                                 .kind = STR("workstation"),
                                 .name = str_from_cstr(name),
                                 .protection = str_from_cstr(protection),
                                 .identities = identities,
                                 .identity_count = identity_count};
    assert_ok(device_register(t->db, &officer, &draft, "hand", &got, &err));
    return got;
}

UNUSED static struct device_coverage world_coverage(struct store_test *t, int64_t person_id, int64_t unit_id)
{
    struct err err;
    struct device_coverage c = {0};
    struct actor actor = world_actor(t, person_id);
    assert_ok(device_coverage(t->db, &actor, unit_id, STR(""), STR(""), &c, &err));
    return c;
}

#endif
