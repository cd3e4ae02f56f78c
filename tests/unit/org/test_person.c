#include "org_world.h"

#include "org/access.sql.h"

static bool can(struct store_test *t, int64_t person_id, uint64_t right, int64_t unit_id)
{
    struct err err;
    struct actor actor = world_actor(t, person_id, right);
    bool has = false;
    assert_ok(access_has(t->db, &actor, right, unit_id, &has, &err));
    return has;
}

static struct grant_request request(int64_t person_id, const char *role, int64_t unit_id, const char *edge_kind)
{
    return (struct grant_request){.person_id = person_id,
                                  .role = str_from_cstr(role),
                                  .unit_id = unit_id,
                                  .edge_kind = str_from_cstr(edge_kind),
                                  .from_day = civil_to_day(2027, 1, 4),
                                  .to_day = CIVIL_FOREVER};
}

static void a_superior_sees_but_does_not_act_below(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    int64_t boss = world_person(t, &w.system, "Lê Thị Tre", w.committee, "unit_head", "administrative");
    static const struct {
        uint64_t right;
        bool flows;
    } cases[] = {{RIGHT_READ, true},         {RIGHT_REVIEW, true},   {RIGHT_APPROVE, true}, {RIGHT_EXPORT, true},
                 {RIGHT_ACKNOWLEDGE, false}, {RIGHT_EXECUTE, false}, {RIGHT_DRAFT, false},  {RIGHT_ISSUE, false},
                 {RIGHT_ASSIGN, false},      {RIGHT_REPORT, false}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_true(can(t, boss, cases[i].right, w.committee));
        assert_int_equal(can(t, boss, cases[i].right, w.school), cases[i].flows);
    }
    assert_false(can(t, boss, RIGHT_ORG_ADMIN, w.committee));
    assert_false(can(t, w.head, RIGHT_READ, w.other_school));
}

static void rights_follow_one_tree(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    int64_t reviewer = world_person(t, &w.system, "Ngô Văn Bách", w.department, "superior_reviewer", "professional");
    assert_true(can(t, reviewer, RIGHT_REVIEW, w.school));
    assert_false(can(t, reviewer, RIGHT_REVIEW, w.commune));
    int64_t other = world_person(t, &w.system, "Ngô Văn Cường", w.department, "superior_reviewer", "administrative");
    assert_false(can(t, other, RIGHT_REVIEW, w.school));
}

static void who_may_give(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    int64_t teacher = world_person(t, &w.system, "Đỗ Thị Lan", w.school, "", "");
    int64_t grant = 0;
    struct actor head = world_actor(t, w.head, 0), admin = world_actor(t, w.admin, 0);
    struct grant_request r = request(teacher, "focal_officer", w.other_school, "");
    assert_err(grant_give(t->db, &head, &r, &grant, &err), ERR_DENIED); /* not his unit */
    r = request(teacher, "unit_head", w.school, "");
    assert_err(grant_give(t->db, &head, &r, &grant, &err), ERR_DENIED); /* not a role he names */
    r = request(teacher, "focal_officer", w.school, "administrative");
    assert_err(grant_give(t->db, &head, &r, &grant, &err), ERR_DENIED); /* not down a tree */
    r = request(w.head, "focal_officer", w.school, "");
    assert_err(grant_give(t->db, &head, &r, &grant, &err), ERR_DENIED); /* not himself */
    r = request(teacher, "focal_officer", w.school, "");
    assert_ok(grant_give(t->db, &head, &r, &grant, &err));
    assert_err(grant_give(t->db, &head, &r, &grant, &err), ERR_CONFLICT);
    assert_true(can(t, teacher, RIGHT_EXECUTE, w.school));
    r = request(teacher, "auditor", w.school, "");
    assert_err(grant_give(t->db, &admin, &r, &grant, &err),
               ERR_DENIED); /* an administrator neither holds nor names it */
    r = request(teacher, "administrator", w.school, "professional");
    assert_err(grant_give(t->db, &admin, &r, &grant, &err), ERR_DENIED); /* holds it down another tree */
    r = request(teacher, "administrator", w.school, "administrative");
    assert_ok(grant_give(t->db, &admin, &r, &grant, &err));
    r = request(teacher, "superior_reviewer", w.commune, "administrative");
    assert_ok(grant_give(t->db, &admin, &r, &grant, &err));
    r = request(w.admin, "unit_head", w.committee, "");
    assert_err(grant_give(t->db, &admin, &r, &grant, &err), ERR_DENIED);
    r = request(teacher, "juggler", w.school, "");
    assert_err(grant_give(t->db, &w.system, &r, &grant, &err), ERR_SYNTAX);
    r = request(teacher, "clerk", w.school, "sideways");
    assert_err(grant_give(t->db, &w.system, &r, &grant, &err), ERR_SYNTAX);
}

static void ending_ends_both_rows(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    int64_t person = world_person(t, &w.system, "Bùi Văn Dũng", w.commune, "", ""), grant = 0;
    struct grant_request r = request(person, "superior_reviewer", w.commune, "administrative");
    assert_ok(grant_give(t->db, &w.system, &r, &grant, &err));
    assert_true(can(t, person, RIGHT_REVIEW, w.school));
    struct actor head = world_actor(t, w.head, 0), self = world_actor(t, person, 0);
    assert_err(grant_end(t->db, &head, grant, civil_to_day(2027, 1, 4), &err), ERR_DENIED);
    assert_ok(grant_end(t->db, &self, grant, civil_to_day(2027, 1, 4), &err));
    assert_false(can(t, person, RIGHT_REVIEW, w.school));
    assert_false(can(t, person, RIGHT_READ, w.commune));
    assert_err(grant_end(t->db, &self, grant, civil_to_day(2027, 1, 4), &err), ERR_CONFLICT);
}

/* A grant may be older than the unit: one head of a school from the year before the register began. */
static void a_grant_older_than_its_unit_is_shown(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    int64_t person = world_person(t, &w.system, "Lý Thị Sen", w.commune, "", ""), grant = 0;
    struct grant_request r = request(person, "unit_head", w.school, "");
    r.from_day = civil_to_day(1990, 9, 5);
    assert_ok(grant_give(t->db, &w.system, &r, &grant, &err));
    struct sql_person_grants_rows grants;
    assert_ok(sql_person_grants(t->db, &w.system, &t->arena, &(struct sql_person_grants_args){.person_id = person},
                                &grants, &err));
    assert_int_equal(grants.count, 1);
    assert_int_equal(grants.items[0].from_day, r.from_day);
    assert_true(grants.items[0].unit_name.len_bytes > 0);
    struct sql_person_units_rows units;
    assert_ok(person_join_unit(t->db, &w.system, person, w.school, civil_to_day(1990, 9, 5), &err));
    assert_ok(sql_person_units(t->db, &w.system, &t->arena, &(struct sql_person_units_args){.person_id = person},
                               &units, &err));
    assert_int_equal(units.count, 2);
    assert_true(units.items[1].unit_name.len_bytes > 0);
}

static void assessors_do_not_operate(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    int64_t person = world_person(t, &w.system, "Hồ Quang Hiển", w.commune, "independent_assessor", "administrative"),
            grant = 0;
    struct grant_request r = request(person, "system_operator_staff", w.school, "");
    assert_err(grant_give(t->db, &w.system, &r, &grant, &err),
               ERR_CONFLICT); /* the other reaches the school from above */
    r = request(person, "system_operator_staff", w.department, "");
    assert_ok(grant_give(t->db, &w.system, &r, &grant, &err));
    r = request(person, "appraiser", w.committee, "administrative");
    assert_err(grant_give(t->db, &w.system, &r, &grant, &err), ERR_CONFLICT); /* it would reach the department */
    r = request(person, "appraiser", w.committee, "");
    assert_ok(grant_give(t->db, &w.system, &r, &grant, &err));
}

static void erased_people_leave_only_ids(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    int64_t person = world_person(t, &w.system, "Tạ Thị Oanh", w.school, "data_protection", "");
    struct actor admin = world_actor(t, w.admin, 0), keeper = world_actor(t, person, 0);
    struct person_fields fields = {
        .name = STR("Tạ Thị Oanh"), .email = STR("oanh@th-001.example"), .phone = STR("0900 000 111")};
    assert_ok(person_update(t->db, &admin, person, &fields, &err));
    assert_err(person_erase(t->db, &admin, person, STR("yêu cầu của người đó"), &err), ERR_DENIED);
    assert_err(person_erase(t->db, &keeper, person, STR(" "), &err), ERR_SYNTAX);
    assert_ok(person_erase(t->db, &keeper, person, STR("yêu cầu của người đó"), &err));
    struct sql_person_raw_row *row = NULL;
    assert_ok(sql_person_raw(t->db, &t->arena, &(struct sql_person_raw_args){.id = person}, &row, &err));
    assert_str(row->name, PERSON_ERASED_NAME);
    assert_true(str_is_null(row->email) && str_is_null(row->phone) && !row->is_active);
    assert_false(can(t, person, RIGHT_READ, w.school));
    assert_err(person_erase(t->db, &w.system, person, STR("lần nữa"), &err), ERR_NOT_FOUND);
    size_t sealed = 0;
    assert_ok(chain_seal(t->db, &sealed, &err));
    struct chain_report report;
    assert_ok(chain_verify(t->db, &t->arena, &report, &err));
    assert_int_equal(report.erased_count, 2);
}

/* Who works in two units is seen from both; whom an asker sees of them only by a unit of theirs, he is not told the
 * name of. */
static void who_sees_a_person_is_listed(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    civil_day day = civil_to_day(2027, 1, 4);
    int64_t teacher = world_person(t, &w.system, "Lê Thị Cúc", w.school, "clerk", "");
    assert_ok(person_join_unit(t->db, &w.system, teacher, w.other_school, day, &err));
    int64_t clerk = world_person(t, &w.system, "Đỗ Văn Dần", w.other_school, "clerk", ""),
            staff = world_person(t, &w.system, "Phan Thị Én", w.school, "staff", "");
    struct actor head = world_actor(t, w.head, RIGHT_READ), none = world_actor(t, staff, RIGHT_READ);
    struct sql_person_works_in_rows units;
    struct sql_person_works_in_args of = {.person_id = teacher, .on_day = day};
    assert_ok(sql_person_works_in(t->db, &none, &t->arena, &of, &units, &err));
    assert_int_equal(units.count, 0);
    assert_ok(sql_person_works_in(t->db, &head, &t->arena, &of, &units, &err));
    assert_int_equal(units.count, 2);
    struct sql_access_who_args args = {
        arena_printf(&t->arena, "[%lld,%lld]", (long long)units.items[0].unit_id, (long long)units.items[1].unit_id),
        day, 0, 1000};
    struct sql_access_who_rows who;
    assert_ok(sql_access_who(t->db, &none, &t->arena, &args, &who, &err));
    assert_int_equal(who.count, 0);
    assert_ok(sql_access_who(t->db, &head, &t->arena, &args, &who, &err));
    assert_int_equal(who.count, 4);
    for (size_t i = 0; i < who.count; i++) {
        const struct sql_access_who_row *r = &who.items[i];
        assert_int_not_equal(r->person_id, staff); /* may acknowledge, not read */
        assert_int_equal(r->is_seen, r->person_id != clerk);
        assert_int_equal(r->depth > 0, r->person_id == w.admin);
    }
    assert_int_equal(who.items[3].person_id, clerk); /* behind those that are named */
    struct sql_access_who_count_row *n = NULL;
    assert_ok(
        sql_access_who_count(t->db, &none, &t->arena, &(struct sql_access_who_count_args){args.units, day}, &n, &err));
    assert_true(n->people == 0 && n->unnamed == 0 && n->grants == 0);
    assert_ok(
        sql_access_who_count(t->db, &head, &t->arena, &(struct sql_access_who_count_args){args.units, day}, &n, &err));
    assert_true(n->people == 4 && n->unnamed == 1 && n->grants == 3);
    /* page by page the same rows, one after the other */
    struct sql_access_who_args one = {args.units, day, 0, 1};
    for (size_t i = 0; i <= who.count; i++) {
        struct sql_access_who_rows rest;
        one.skip_count = (int64_t)i;
        assert_ok(sql_access_who(t->db, &head, &t->arena, &one, &rest, &err));
        assert_int_equal(rest.count, i < who.count);
        assert_true(i == who.count || rest.items[0].person_id == who.items[i].person_id);
    }
    struct sql_people_managed_rows managed;
    assert_ok(sql_people_managed(
        t->db, &head, &t->arena,
        &(struct sql_people_managed_args){
            arena_printf(&t->arena, "[%lld,%lld,%lld]", (long long)clerk, (long long)teacher, (long long)staff), day},
        &managed, &err));
    assert_int_equal(managed.count, 2); /* the teacher by one of two units, the other school's clerk not */
    for (size_t i = 0; i < managed.count; i++)
        assert_int_not_equal(managed.items[i].person_id, clerk);
}

static void people_come_and_go(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    struct actor admin = world_actor(t, w.admin, RIGHT_READ);
    civil_day today = admin.day;
    assert_err(person_join_unit(t->db, &admin, w.head, w.school, today, &err), ERR_CONFLICT);
    assert_ok(person_join_unit(t->db, &admin, w.head, w.other_school, today, &err));
    assert_ok(person_leave_unit(t->db, &admin, w.head, w.school, today, &err));
    assert_false(can(t, w.head, RIGHT_READ, w.school)); /* what he was granted there ended with it */
    assert_err(person_leave_unit(t->db, &admin, w.head, w.school, today, &err), ERR_NOT_FOUND);
    assert_err(person_set_active(t->db, &admin, w.admin, false, &err), ERR_CONFLICT);
    assert_ok(person_set_active(t->db, &admin, w.head, false, &err));
    struct actor head = world_actor(t, w.head, 0);
    assert_err(person_update(t->db, &head, w.admin, &(struct person_fields){.name = STR("Ai")}, &err), ERR_DENIED);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org, NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(a_superior_sees_but_does_not_act_below),
        STORE_TEST(rights_follow_one_tree),
        STORE_TEST(who_may_give),
        STORE_TEST(ending_ends_both_rows),
        STORE_TEST(a_grant_older_than_its_unit_is_shown),
        STORE_TEST(assessors_do_not_operate),
        STORE_TEST(erased_people_leave_only_ids),
        STORE_TEST(who_sees_a_person_is_listed),
        STORE_TEST(people_come_and_go),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
