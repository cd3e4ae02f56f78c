/* duty_world.h - a small province for tests of the duty loop: a committee, departments, schools, people with roles. */
#ifndef LUYTRE_TESTS_DUTY_WORLD_H
#define LUYTRE_TESTS_DUTY_WORLD_H

#include "store_test.h"

#include "base/buf.h"
#include "duty/cover.h"
#include "duty/cover.sql.h"
#include "duty/directive.h"
#include "duty/directive.sql.h"
#include "duty/ledger.h"
#include "duty/ledger.sql.h"
#include "duty/rollup.sql.h"
#include "know/know.h"
#include "org/unit.h"
#include "world.sql.h"

extern const struct sql_module sql_module_proof, sql_module_org, sql_module_duty, sql_module_world;

#define WORLD_SCHOOLS 12
struct world {
    struct actor system;
    int64_t committee;
    int64_t department;
    int64_t schools[WORLD_SCHOOLS];
    int64_t head_of[WORLD_SCHOOLS]; /* persons */
    int64_t teacher_of[WORLD_SCHOOLS];
    int64_t reviewer; /* in the department */
    int64_t issuer;   /* in the committee */
};

UNUSED static int64_t world_person(struct store_test *t, const char *name, int64_t unit_id, const char *role,
                                   const char *edge_kind)
{
    struct err err;
    int64_t id = db_id(t->db);
    struct str n = str_from_cstr(name);
    assert_ok(
        sql_world_person(t->db, &(struct sql_world_person_args){.id = id, .name = n, .created_ms = t->now_ms}, &err));
    assert_ok(sql_world_person_unit(
        t->db, &(struct sql_world_person_unit_args){.id = db_id(t->db), .person_id = id, .unit_id = unit_id}, &err));
    assert_true(know_role_rights(str_from_cstr(role)) != 0);
    assert_ok(sql_world_grant(t->db,
                              &(struct sql_world_grant_args){.id = db_id(t->db),
                                                             .person_id = id,
                                                             .role = str_from_cstr(role),
                                                             .unit_id = unit_id,
                                                             .edge_kind = str_from_cstr(edge_kind),
                                                             .rights = (int64_t)know_role_rights(str_from_cstr(role)),
                                                             .granted_ms = t->now_ms},
                              &err));
    return id;
}

UNUSED static int64_t world_unit(struct store_test *t, const struct world *w, const char *kind, const char *name,
                                 int64_t parent)
{
    struct err err;
    int64_t id = 0;
    struct unit_parent parents[] = {{EDGE_ADMINISTRATIVE, parent}, {EDGE_PROFESSIONAL, parent}};
    struct unit_fact fact = {.kind = str_from_cstr(kind), .name = str_from_cstr(name)};
    assert_ok(unit_found(t->db, &w->system, &fact, parents, ARRAY_LEN(parents), civil_to_day(2020, 1, 1), 0, false, &id,
                         &err));
    return id;
}

UNUSED static struct world world_make(struct store_test *t)
{
    struct err err;
    t->now_ms = civil_day_start_ms(civil_to_day(2027, 1, 4)) + 8 * 3600 * 1000;
    struct world w = {.system = actor_system(civil_to_day(2027, 1, 4))};
    assert_ok(ledger_open(t->db, civil_to_day(2027, 1, 4), &err));
    w.committee = world_unit(t, &w, "provincial_committee", "UBND tỉnh Trúc Lâm", 0);
    w.department = world_unit(t, &w, "department", "Sở Giáo dục và Đào tạo Trúc Lâm", w.committee);
    for (int i = 0; i < WORLD_SCHOOLS; i++) {
        struct str name = arena_printf(&t->arena, "Trường THCS Số %d", i + 1);
        w.schools[i] = world_unit(t, &w, "school_lower_secondary", name.ptr, w.department);
        w.head_of[i] = world_person(t, "Trần Văn Đoàn", w.schools[i], "unit_head", "");
        w.teacher_of[i] = world_person(t, "Nguyễn Thị Hạ", w.schools[i], "focal_officer", "");
    }
    w.reviewer = world_person(t, "Vũ Đình Khôi", w.department, "superior_reviewer", "administrative");
    w.issuer = world_person(t, "Lê Thị Tre", w.committee, "unit_head", "administrative");
    return w;
}

UNUSED static struct actor world_actor(const struct store_test *t, int64_t person_id, uint64_t right)
{
    return (struct actor){.person_id = person_id, .right = right, .day = civil_day_of_ms(t->now_ms)};
}

/* To the next days, as the day job does it. */
UNUSED static void world_pass(struct store_test *t, int days)
{
    struct err err;
    t->now_ms += (int64_t)days * CIVIL_DAY_MS;
    int moved = 0;
    assert_ok(ledger_advance(t->db, civil_day_of_ms(t->now_ms), &moved, &err));
}

UNUSED static int64_t world_directive(struct store_test *t, const struct world *w,
                                      const struct obligation_draft *obligations, size_t count)
{
    struct err err;
    int64_t id = 0;
    struct directive_draft draft = {.issuer_id = w->committee,
                                    .edge_kind = EDGE_ADMINISTRATIVE,
                                    .symbol = STR("UBND-KGVX"),
                                    .title = STR("Thực hiện Chỉ thị số 18/CT-TTg"),
                                    .issued_day = CIVIL_NONE,
                                    .obligations = obligations,
                                    .obligation_count = count};
    struct actor issuer = world_actor(t, w->issuer, RIGHT_READ);
    assert_ok(directive_draft_new(t->db, &issuer, &draft, &id, &err));
    return id;
}

#endif
