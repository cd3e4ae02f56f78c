/* incident_world.h - who meets in a case: the police of a province, a department, schools, a provider, each with
 * people.
 */
#ifndef LUYTRE_TESTS_INCIDENT_WORLD_H
#define LUYTRE_TESTS_INCIDENT_WORLD_H

#include "store_test.h"

#include "incident/incident.h"
#include "org/unit.h"
#include "proof/chain.h"
#include "world.sql.h"

extern const struct sql_module sql_module_proof, sql_module_org, sql_module_incident, sql_module_world;

#define CASE_SCHOOLS 3
#define MINUTE_MS    (60 * INT64_C(1000))
#define HOUR_MS      (60 * MINUTE_MS)
struct world {
    struct actor system;
    int64_t committee, department, police, isp, schools[CASE_SCHOOLS];
    int64_t head[CASE_SCHOOLS], officer[CASE_SCHOOLS], clerk; /* the clerk of the first school has no say in cases */
    int64_t coordinator, reviewer, engineer;                  /* of the police, the department, the provider */
    int64_t system_3;                                         /* of the first school, level 3 */
};

UNUSED static int64_t world_person(struct store_test *t, const char *name, int64_t unit_id, const char *role,
                                   const char *edge_kind)
{
    struct err err;
    int64_t id = db_id(t->db);
    assert_ok(sql_world_person(
        t->db, &(struct sql_world_person_args){.id = id, .name = str_from_cstr(name), .created_ms = t->now_ms}, &err));
    assert_ok(sql_world_person_unit(
        t->db, &(struct sql_world_person_unit_args){.id = db_id(t->db), .person_id = id, .unit_id = unit_id}, &err));
    uint64_t rights = know_role_rights(str_from_cstr(role));
    assert_true(rights != 0);
    const char *edges[] = {"", edge_kind};
    for (size_t i = 0; i < (edge_kind[0] ? 2 : 1); i++)
        assert_ok(sql_world_grant(
            t->db,
            &(struct sql_world_grant_args){.id = db_id(t->db),
                                           .person_id = id,
                                           .role = str_from_cstr(role),
                                           .unit_id = unit_id,
                                           .edge_kind = str_from_cstr(edges[i]),
                                           .rights = (int64_t)(i ? rights & know_flowing_rights() : rights),
                                           .granted_ms = t->now_ms},
            &err));
    return id;
}

UNUSED static int64_t world_unit(struct store_test *t, const struct world *w, const char *kind, const char *name,
                                 int64_t parent, int64_t reports_to)
{
    struct err err;
    int64_t id = 0;
    struct unit_parent parents[] = {{EDGE_ADMINISTRATIVE, parent}, {EDGE_INCIDENT, reports_to}};
    struct unit_fact fact = {.kind = str_from_cstr(kind), .name = str_from_cstr(name)};
    assert_ok(unit_found(t->db, &w->system, &fact, parents, reports_to ? 2 : 1, civil_to_day(2020, 1, 1), 0, false, &id,
                         &err));
    return id;
}

/* Monday 16/11/2026, 08:00. */
UNUSED static struct world world_make(struct store_test *t)
{
    civil_day today = civil_to_day(2026, 11, 16);
    t->now_ms = civil_day_start_ms(today) + 8 * HOUR_MS;
    struct world w = {.system = actor_system(today)};
    struct err err;
    w.committee = world_unit(t, &w, "provincial_committee", "Ủy ban nhân dân tỉnh Trúc Lâm", 0, 0);
    w.police = world_unit(t, &w, "police_province", "Công an tỉnh Trúc Lâm", w.committee, 0);
    w.department = world_unit(t, &w, "dept_education", "Sở Giáo dục và Đào tạo Trúc Lâm", w.committee, w.police);
    w.isp = world_unit(t, &w, "isp", "Viễn thông Lá Tre", w.committee, w.police);
    w.coordinator = world_person(t, "Đỗ Thị Mai", w.police, "coordinator", "incident");
    w.reviewer = world_person(t, "Vũ Đình Khôi", w.department, "focal_officer", "administrative");
    w.engineer = world_person(t, "Phan Văn Sáo", w.isp, "isp_contact", "");
    for (int i = 0; i < CASE_SCHOOLS; i++) {
        struct str name = arena_printf(&t->arena, "Trường THCS Măng Non %d", i + 1);
        w.schools[i] = world_unit(t, &w, "school_lower_secondary", name.ptr, w.department, w.police);
        w.head[i] = world_person(t, "Trần Văn Đoàn", w.schools[i], "unit_head", "");
        w.officer[i] = world_person(t, "Nguyễn Thị Hạ", w.schools[i], "focal_officer", "");
    }
    w.clerk = world_person(t, "Lê Thị Lá", w.schools[0], "clerk", "");
    w.system_3 = db_id(t->db);
    assert_ok(sql_world_system(
        t->db,
        &(struct sql_world_system_args){
            .id = w.system_3, .unit_id = w.schools[0], .name = STR("Sổ điểm điện tử"), .uses_camera = 0, .from_day = 0},
        &err));
    assert_ok(sql_world_level(
        t->db, &(struct sql_world_level_args){.id = db_id(t->db), .system_id = w.system_3, .level = 3}, &err));
    return w;
}

UNUSED static struct actor world_actor(const struct store_test *t, int64_t person_id)
{
    return (struct actor){.person_id = person_id, .right = RIGHT_INCIDENT, .day = civil_day_of_ms(t->now_ms)};
}

UNUSED static struct incident_facts answers(struct incident_facts facts, const char *ids, enum fact_answer answer)
{
    struct str rest = str_from_cstr(ids), id;
    while (!str_is_null(rest) && str_split(&rest, ' ', &id))
        if (!str_is_empty(id)) {
            int place = know_incident_fact_place(id);
            if (place < 0)
                fail_msg("no fact %.*s", STR_ARG(id));
            facts = incident_fact_with(facts, place, answer);
        }
    return facts;
}

UNUSED static struct incident_draft world_draft(const struct store_test *t, const struct world *w)
{
    return (struct incident_draft){.unit_id = w->schools[0],
                                   .source = STR("unit"),
                                   .fields = {.title = STR("Máy chủ sổ điểm bị mã hóa"),
                                              .summary = STR("Mở máy sáng nay thấy tệp đổi tên, có thư đòi tiền."),
                                              .system_id = w->system_3,
                                              .label = STR("ransomware"),
                                              .tlp = STR("amber"),
                                              .detected_ms = t->now_ms - 30 * MINUTE_MS,
                                              .occurred_ms = t->now_ms - 9 * HOUR_MS}};
}

UNUSED static int64_t world_case(struct store_test *t, const struct world *w)
{
    struct err err;
    int64_t id = 0;
    struct actor officer = world_actor(t, w->officer[0]);
    struct incident_draft draft = world_draft(t, w);
    assert_ok(incident_open(t->db, &officer, &draft, &id, &err));
    return id;
}

UNUSED static struct incident_case world_read(struct store_test *t, int64_t person_id, int64_t case_id)
{
    struct err err;
    struct incident_case c;
    struct actor actor = world_actor(t, person_id);
    assert_ok(incident_read(t->db, &actor, &t->arena, case_id, &c, &err));
    return c;
}

UNUSED static struct incident_fields world_fields(const struct incident_case *c)
{
    const struct sql_incident_get_row *r = c->row;
    return (struct incident_fields){.title = r->title,
                                    .summary = r->summary,
                                    .system_id = r->system_id.v,
                                    .label = r->label,
                                    .tlp = r->tlp,
                                    .detected_ms = r->detected_ms,
                                    .occurred_ms = r->occurred_ms.v,
                                    .personal_ms = r->personal_ms.v,
                                    .contained_ms = r->contained_ms.v,
                                    .restored_ms = r->restored_ms.v,
                                    .facts = {(uint64_t)r->facts}};
}

#endif
