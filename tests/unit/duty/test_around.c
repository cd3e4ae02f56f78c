/* Requests, funds, visits, the inbox, and who answers for a unit. */
#include "duty_world.h"

#include "duty/board.h"
#include "duty/budget.h"
#include "duty/contact_list.h"
#include "duty/notice.h"
#include "duty/people.h"
#include "duty/readers.h"
#include "duty/request.h"
#include "duty/visit.h"
#include "org/person.h"
#include "org/person.sql.h"
#include "proof/evidence.sql.h"

static const struct obligation_target to_schools[] = {{TARGET_KIND, STR_INIT("school_lower_secondary")}};

static int64_t issue_plan(struct store_test *t, const struct world *w, civil_day due)
{
    struct err err;
    struct directive_issued issued;
    struct obligation_draft o = {
        .catalogue_id = STR("CT18-2c"), .deadline_day = due, .targets = to_schools, .target_count = 1};
    int64_t id = world_directive(t, w, &o, 1);
    struct actor issuer = world_actor(t, w->issuer, RIGHT_READ);
    assert_ok(directive_issue(t->db, &issuer, id, &issued, &err));
    return id;
}

static int64_t duty_of(struct store_test *t, int64_t unit_id)
{
    struct err err;
    struct sql_world_assignments_rows rows;
    assert_ok(sql_world_assignments(t->db, &t->arena, &rows, &err));
    for (size_t i = 0; i < rows.count; i++)
        if (rows.items[i].unit_id == unit_id)
            return rows.items[i].id;
    fail_msg("no such duty");
    return 0;
}

static int state_of(struct store_test *t, int64_t assignment_id)
{
    struct err err;
    struct ledger_row row;
    assert_ok(ledger_get(t->db, &t->arena, assignment_id, &row, &err));
    return row.state;
}

static int64_t unread(struct store_test *t, int64_t person_id)
{
    struct err err;
    int64_t n = -1;
    struct actor self = world_actor(t, person_id, 0);
    assert_ok(notice_unread_count(t->db, &self, &n, &err));
    return n;
}

static int64_t entries(struct store_test *t, const char *kind)
{
    struct err err;
    struct sql_world_chain_kinds_row *row = NULL;
    assert_ok(sql_world_chain_kinds(t->db, &t->arena, &(struct sql_world_chain_kinds_args){.kind = str_from_cstr(kind)},
                                    &row, &err));
    return row->n;
}

static void a_waiver_goes_up_and_changes_the_duty(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    issue_plan(t, &w, civil_to_day(2027, 3, 1));
    int64_t duty = duty_of(t, w.schools[0]), id = 0,
            head = world_person(t, "Phạm Văn Sậy", w.department, "unit_head", "administrative");
    struct actor teacher = world_actor(t, w.teacher_of[0], RIGHT_READ),
                 stranger = world_actor(t, w.teacher_of[1], RIGHT_READ);
    struct actor reviewer = world_actor(t, w.reviewer, RIGHT_READ), boss = world_actor(t, head, RIGHT_READ);
    struct request_draft draft = {
        .kind = REQUEST_WAIVER, .assignment_id = duty, .reason = STR(" "), .until_day = civil_to_day(2027, 6, 1)};
    assert_err(request_open(t->db, &stranger, &draft, &id, &err), ERR_DENIED);
    assert_err(request_open(t->db, &teacher, &draft, &id, &err), ERR_SYNTAX);
    draft.reason = STR("đang chờ chuyển trụ sở");
    draft.until_day = civil_to_day(2027, 1, 4);
    assert_err(request_open(t->db, &teacher, &draft, &id, &err), ERR_SYNTAX);
    draft.until_day = civil_to_day(2027, 6, 1);
    draft.to_unit_id = w.committee; /* nobody skips the tier above */
    assert_err(request_open(t->db, &teacher, &draft, &id, &err), ERR_SYNTAX);
    draft.to_unit_id = 0;
    assert_ok(request_open(t->db, &teacher, &draft, &id, &err));
    assert_err(request_open(t->db, &teacher, &draft, &id, &err), ERR_CONFLICT);
    assert_int_equal(unread(t, head), 1);
    assert_int_equal(unread(t, w.reviewer), 1);
    /* the department finds it, waiting first */
    struct sql_request_list_to_rows list;
    assert_ok(sql_request_list_to(t->db, &boss, &t->arena,
                                  &(struct sql_request_list_to_args){.to_unit_id = w.department,
                                                                     .on_day = civil_day_of_ms(t->now_ms),
                                                                     .limit_count = 10},
                                  &list, &err));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.items[0].id, id);
    assert_ok(sql_request_list_to(t->db, &teacher, &t->arena,
                                  &(struct sql_request_list_to_args){.to_unit_id = w.department,
                                                                     .on_day = civil_day_of_ms(t->now_ms),
                                                                     .limit_count = 10},
                                  &list, &err));
    assert_int_equal(list.count, 0);
    /* neither the school's own head nor a reviewer decides */
    struct actor own = world_actor(t, w.head_of[0], RIGHT_READ);
    struct request_decision grant = {.request_id = id, .words = STR("đồng ý"), .to_day = civil_to_day(2027, 5, 1)};
    assert_err(request_grant(t->db, &own, &grant, &err), ERR_DENIED);
    assert_err(request_grant(t->db, &reviewer, &grant, &err), ERR_DENIED);
    assert_int_equal(state_of(t, duty), DUTY_UNSEEN);
    assert_ok(request_grant(t->db, &boss, &grant, &err));
    assert_int_equal(state_of(t, duty), DUTY_WAIVED);
    assert_err(request_grant(t->db, &boss, &grant, &err), ERR_CONFLICT);
    assert_err(request_withdraw(t->db, &teacher, id, STR(""), &err), ERR_CONFLICT);
    assert_int_equal(unread(t, w.teacher_of[0]), 1);
    assert_ok(ledger_recount(t->db, &err));
    /* as granted, not as asked */
    world_pass(t, civil_to_day(2027, 5, 1) - civil_day_of_ms(t->now_ms));
    assert_int_equal(state_of(t, duty), DUTY_LATE);
    struct sql_request_page_row *page = NULL;
    assert_ok(sql_request_page(t->db, &teacher, &t->arena,
                               &(struct sql_request_page_args){.id = id, .on_day = civil_day_of_ms(t->now_ms)}, &page,
                               &err));
    assert_non_null(page);
    assert_str(page->decision, STR("đồng ý"));
    assert_int_equal(page->granted_to_day.v, civil_to_day(2027, 5, 1));
    assert_ok(sql_request_page(t->db, &stranger, &t->arena,
                               &(struct sql_request_page_args){.id = id, .on_day = civil_day_of_ms(t->now_ms)}, &page,
                               &err));
    assert_null(page);
    assert_int_equal(entries(t, "request_opened"), 1);
    assert_int_equal(entries(t, "request_granted"), 1);
}

/* Independence holds by person: a head who stands in no list of people, and one of another unit who heads this one too,
 * are of the unit they act for; only the tier above frees it. */
static void nobody_frees_the_unit_he_acts_for(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    issue_plan(t, &w, civil_to_day(2027, 3, 1));
    int64_t duty = duty_of(t, w.schools[0]), id = 0, alone = db_id(t->db),
            head = world_person(t, "Phạm Văn Sậy", w.department, "unit_head", "administrative");
    assert_ok(sql_world_person(
        t->db, &(struct sql_world_person_args){.id = alone, .name = STR("Đỗ Thị Bương"), .created_ms = t->now_ms},
        &err));
    int64_t heads[] = {alone, w.head_of[1]};
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        assert_ok(sql_world_grant(t->db,
                                  &(struct sql_world_grant_args){.id = db_id(t->db),
                                                                 .person_id = heads[i],
                                                                 .role = STR("unit_head"),
                                                                 .unit_id = w.schools[0],
                                                                 .edge_kind = STR(""),
                                                                 .rights = (int64_t)know_role_rights(STR("unit_head")),
                                                                 .granted_ms = t->now_ms},
                                  &err));
        struct actor own = world_actor(t, heads[i], RIGHT_READ);
        assert_err(duty_set_waiver(t->db, &own, duty, civil_to_day(2027, 6, 1), STR("bận"), &err), ERR_DENIED);
        assert_err(duty_set_not_applicable(t->db, &own, duty, true, STR("bận"), &err), ERR_DENIED);
    }
    struct request_draft draft = {.kind = REQUEST_WAIVER,
                                  .assignment_id = duty,
                                  .reason = STR("chờ chuyển trụ sở"),
                                  .until_day = civil_to_day(2027, 6, 1)};
    struct actor teacher = world_actor(t, w.teacher_of[0], RIGHT_READ), own = world_actor(t, alone, RIGHT_READ);
    assert_ok(request_open(t->db, &teacher, &draft, &id, &err));
    struct request_decision grant = {.request_id = id, .words = STR("đồng ý"), .to_day = civil_to_day(2027, 5, 1)};
    assert_err(request_grant(t->db, &own, &grant, &err), ERR_DENIED);
    assert_int_equal(state_of(t, duty), DUTY_UNSEEN);
    struct actor boss = world_actor(t, head, RIGHT_READ);
    assert_ok(request_grant(t->db, &boss, &grant, &err));
    assert_int_equal(state_of(t, duty), DUTY_WAIVED);
}

static void not_our_duty_is_granted_or_refused_with_words(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    issue_plan(t, &w, civil_to_day(2027, 3, 1));
    int64_t duty = duty_of(t, w.schools[2]), first = 0, second = 0;
    struct actor teacher = world_actor(t, w.teacher_of[2], RIGHT_READ), issuer = world_actor(t, w.issuer, RIGHT_READ);
    struct request_draft draft = {
        .kind = REQUEST_NOT_APPLICABLE, .assignment_id = duty, .reason = STR("không vận hành hệ thống nào")};
    assert_ok(request_open(t->db, &teacher, &draft, &first, &err));
    assert_err(request_refuse(t->db, &issuer, first, STR(" "), &err), ERR_SYNTAX);
    assert_ok(request_refuse(t->db, &issuer, first, STR("có trang thông tin điện tử"), &err));
    assert_int_equal(state_of(t, duty), DUTY_UNSEEN);
    assert_ok(request_open(t->db, &teacher, &draft, &second, &err)); /* the first is dealt with, so it may ask again */
    assert_ok(
        request_grant(t->db, &issuer, &(struct request_decision){.request_id = second, .to_day = CIVIL_NONE}, &err));
    assert_int_equal(state_of(t, duty), DUTY_NA);
    assert_ok(ledger_recount(t->db, &err));
}

static void money_is_asked_granted_spent_and_shared(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t finance = world_person(t, "Đỗ Thị Măng", w.department, "finance_staff", "administrative"), a = 0, b = 0;
    struct actor teacher = world_actor(t, w.teacher_of[0], RIGHT_READ),
                 other = world_actor(t, w.teacher_of[1], RIGHT_READ);
    struct actor money = world_actor(t, finance, RIGHT_READ), reviewer = world_actor(t, w.reviewer, RIGHT_READ);
    struct request_draft draft = {
        .kind = REQUEST_COST, .unit_id = w.schools[0], .reason = STR("mua phần mềm phòng chống mã độc")};
    assert_err(request_open(t->db, &teacher, &draft, &a, &err), ERR_SYNTAX);
    draft.amount_vnd = 60000000;
    assert_ok(request_open(t->db, &teacher, &draft, &a, &err));
    draft.unit_id = w.schools[1];
    draft.amount_vnd = 20000000;
    assert_ok(request_open(t->db, &other, &draft, &b, &err));
    assert_int_equal(unread(t, finance), 2);
    assert_err(request_spend(t->db, &teacher, a, 1, false, STR(""), &err), ERR_CONFLICT);
    assert_err(request_grant(t->db, &reviewer, &(struct request_decision){.request_id = a, .to_day = CIVIL_NONE}, &err),
               ERR_DENIED);
    assert_ok(
        request_grant(t->db, &money,
                      &(struct request_decision){
                          .request_id = a, .granted_vnd = 30000000, .words = STR("một nửa"), .to_day = CIVIL_NONE},
                      &err));
    assert_ok(request_grant(t->db, &money, &(struct request_decision){.request_id = b, .to_day = CIVIL_NONE}, &err));
    assert_err(request_spend(t->db, &teacher, a, 30000001, false, STR(""), &err), ERR_SYNTAX);
    assert_err(request_spend(t->db, &other, a, 5, false, STR(""), &err), ERR_DENIED);
    assert_ok(request_spend(t->db, &teacher, a, 25000000, true, STR("quyết toán"), &err));
    assert_ok(budget_set_total(t->db, &money, w.schools[0], 2027, 300000000, STR("QĐ 12/QĐ-SGDĐT"), &err));
    assert_err(budget_set_total(t->db, &money, w.committee, 2027, 1, STR("QĐ"), &err), ERR_DENIED);
    struct budget_table table;
    assert_ok(budget_rollup(t->db, &reviewer, w.department, EDGE_ADMINISTRATIVE, 2027, &t->arena, &table, &err));
    assert_int_equal(table.count, 2);
    assert_int_equal(table.lines[0].unit_id, w.schools[0]);
    assert_int_equal(table.lines[0].share_permille, 100);
    assert_int_equal(table.lines[0].of_all_permille, 600);
    assert_int_equal(table.lines[1].share_permille, -1); /* unknown is never a figure */
    assert_int_equal(table.sum.asked_vnd, 80000000);
    assert_int_equal(table.sum.granted_vnd, 50000000);
    assert_int_equal(table.sum.spent_vnd, 25000000);
    assert_false(table.sum.has_total);
    assert_int_equal(table.sum.share_permille, 100);
    assert_ok(budget_rollup(t->db, &teacher, w.department, EDGE_ADMINISTRATIVE, 2027, &t->arena, &table, &err));
    assert_int_equal(table.count, 0);
    assert_ok(budget_rollup(t->db, &reviewer, w.department, EDGE_ADMINISTRATIVE, 2026, &t->arena, &table, &err));
    assert_int_equal(table.count, 0);
}

static void help_is_asked_and_answered(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t police = world_unit(t, &w, "police_province", "Công an tỉnh Trúc Lâm", w.committee), id = 0;
    int64_t officer = world_person(t, "Ngô Văn Tầm", police, "coordinator", "");
    struct actor teacher = world_actor(t, w.teacher_of[0], RIGHT_READ), helper = world_actor(t, officer, RIGHT_READ);
    struct request_draft draft = {
        .kind = REQUEST_HELP, .unit_id = w.schools[0], .to_unit_id = police, .reason = STR("trang bị tấn công")};
    assert_err(request_open(t->db, &teacher, &draft, &id, &err), ERR_SYNTAX); /* not above, not the dedicated body */
    assert_ok(sql_world_function(
        t->db,
        &(struct sql_world_function_args){
            .id = db_id(t->db), .unit_id = police, .area_unit_id = w.committee, .function = STR("dedicated_body")},
        &err));
    assert_ok(request_open(t->db, &teacher, &draft, &id, &err));
    assert_err(request_grant(t->db, &helper, &(struct request_decision){.request_id = id, .to_day = CIVIL_NONE}, &err),
               ERR_SYNTAX);
    assert_err(request_answer(t->db, &helper, id, STR(""), &err), ERR_SYNTAX);
    assert_ok(request_answer(t->db, &helper, id, STR("ngắt mạng, giữ nhật ký, đội sẽ tới"), &err));
    struct sql_request_list_unit_rows list;
    assert_ok(sql_request_list_unit(t->db, &teacher, &t->arena,
                                    &(struct sql_request_list_unit_args){.unit_id = w.schools[0],
                                                                         .on_day = civil_day_of_ms(t->now_ms),
                                                                         .limit_count = 5},
                                    &list, &err));
    assert_int_equal(list.count, 1);
    assert_str(list.items[0].state, STR("done"));
    assert_str(list.items[0].decided_name, STR("Ngô Văn Tầm"));
}

static void visits_are_planned_held_once_and_counted(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = 0, second = 0;
    struct actor reviewer = world_actor(t, w.reviewer, RIGHT_READ),
                 teacher = world_actor(t, w.teacher_of[0], RIGHT_READ);
    struct visit_draft draft = {.unit_id = w.schools[0],
                                .by_unit_id = w.department,
                                .planned_day = civil_to_day(2027, 1, 10),
                                .people = STR("Vũ Đình Khôi")};
    assert_err(visit_plan(t->db, &teacher, &draft, &id, &err), ERR_DENIED);
    assert_ok(visit_plan(t->db, &reviewer, &draft, &id, &err));
    draft.unit_id = w.schools[1];
    assert_ok(visit_plan(t->db, &reviewer, &draft, &second, &err));
    assert_int_equal(unread(t, w.teacher_of[0]), 1);
    assert_err(visit_move(t->db, &reviewer, id, civil_to_day(2027, 1, 12), STR(""), &err), ERR_SYNTAX);
    assert_ok(visit_move(t->db, &reviewer, id, civil_to_day(2027, 1, 12), STR("trùng lịch thi"), &err));
    struct sql_visit_page_row *moved = NULL;
    assert_ok(sql_visit_page(t->db, &reviewer, &t->arena,
                             &(struct sql_visit_page_args){.id = id, .on_day = civil_day_of_ms(t->now_ms)}, &moved,
                             &err));
    assert_int_equal(moved->planned_day, civil_to_day(2027, 1, 12));
    struct visit_result result = {.visit_id = id,
                                  .done_day = civil_to_day(2027, 1, 12),
                                  .minutes = STR("đã xem phòng máy"),
                                  .conclusion = STR("đổi mật khẩu mặc định trước 20/01")};
    assert_err(visit_finish(t->db, &reviewer, &result, &err), ERR_SYNTAX); /* that day is still to come */
    world_pass(t, 8);
    assert_ok(visit_finish(t->db, &reviewer, &result, &err));
    assert_err(visit_finish(t->db, &reviewer, &result, &err), ERR_CONFLICT);
    assert_err(visit_cancel(t->db, &reviewer, id, STR("x"), &err), ERR_CONFLICT);
    assert_ok(visit_cancel(t->db, &reviewer, second, STR("mưa bão"), &err));
    struct sql_visit_counts_row *counts = NULL;
    assert_ok(sql_visit_counts(t->db, &reviewer, &t->arena,
                               &(struct sql_visit_counts_args){.by_unit_id = w.department,
                                                               .from_day = civil_to_day(2027, 1, 1),
                                                               .to_day = civil_to_day(2028, 1, 1)},
                               &counts, &err));
    assert_int_equal(counts->planned, 2);
    assert_int_equal(counts->held, 1);
    assert_int_equal(counts->cancelled, 1);
    struct sql_visit_list_unit_rows list;
    assert_ok(sql_visit_list_unit(
        t->db, &teacher, &t->arena,
        &(struct sql_visit_list_unit_args){.unit_id = w.schools[0], .on_day = civil_day_of_ms(t->now_ms)}, &list,
        &err));
    assert_int_equal(list.count, 1);
    assert_str(list.items[0].conclusion, STR("đổi mật khẩu mặc định trước 20/01"));
}

static void an_inbox_is_ones_own(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    assert_ok(notice_add(t->db, &(struct notice){w.head_of[0], STR("report"), STR("Đã nhận báo cáo"), STR("/report/1")},
                         &err));
    assert_ok(
        notice_add(t->db, &(struct notice){w.head_of[0], STR("reminder"), STR("2 việc quá hạn"), STR("/")}, &err));
    struct actor head = world_actor(t, w.head_of[0], 0), other = world_actor(t, w.head_of[1], 0);
    struct sql_notice_list_rows list;
    assert_ok(sql_notice_list(t->db, &head, &t->arena, &(struct sql_notice_list_args){.limit_count = 10}, &list, &err));
    assert_int_equal(list.count, 2);
    assert_err(notice_read(t->db, &other, list.items[0].id, &err), ERR_NOT_FOUND);
    assert_ok(notice_read(t->db, &head, list.items[0].id, &err));
    assert_ok(notice_read(t->db, &head, list.items[0].id, &err));
    assert_int_equal(unread(t, w.head_of[0]), 1);
    int64_t n = 0;
    assert_ok(notice_read_all(t->db, &head, &n, &err));
    assert_int_equal(n, 1);
    assert_int_equal(unread(t, w.head_of[0]), 0);
    assert_ok(
        sql_notice_list(t->db, &other, &t->arena, &(struct sql_notice_list_args){.limit_count = 10}, &list, &err));
    assert_int_equal(list.count, 0);
}

static void reading_is_counted_by_person_and_the_missing_are_named(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = issue_plan(t, &w, CIVIL_NONE);
    struct actor teacher = world_actor(t, w.teacher_of[0], RIGHT_READ),
                 reviewer = world_actor(t, w.reviewer, RIGHT_READ);
    bool first = false;
    assert_ok(duty_acknowledge(t->db, &teacher, id, w.schools[0], &first, &err));
    struct people_progress progress;
    assert_ok(people_progress(t->db, &reviewer, w.department, id, EDGE_ADMINISTRATIVE, &progress, &err));
    assert_int_equal(progress.people, 2 * WORLD_SCHOOLS);
    assert_int_equal(progress.acked, 1);
    assert_int_equal(progress.permille, 1000 / (2 * WORLD_SCHOOLS));
    civil_day today = civil_day_of_ms(t->now_ms);
    struct board board;
    struct readers readers;
    assert_ok(board_read(t->db, &reviewer, w.department, id, EDGE_ADMINISTRATIVE, CIVIL_NONE, &t->arena, &board, &err));
    assert_ok(readers_get(t->db, &board, id, today, false, STR_NONE, &t->arena, &readers, &err));
    assert_int_equal(readers.count, 2 * WORLD_SCHOOLS);
    assert_int_equal(readers.read_count, 1);
    assert_int_equal(readers.items[readers.count - 1].person->person_id, w.teacher_of[0]);
    assert_true(readers.items[readers.count - 1].at_ms > 0);
    size_t people = 0, have_read = 0;
    assert_ok(readers_count(t->db, &board, id, today, false, &t->arena, &people, &have_read, &err));
    assert_true(people == readers.count && have_read == readers.read_count);
    assert_ok(board_read(t->db, &reviewer, w.schools[0], id, EDGE_ADMINISTRATIVE, CIVIL_NONE, &t->arena, &board, &err));
    assert_ok(readers_get(t->db, &board, id, today, false, STR_NONE, &t->arena, &readers, &err));
    assert_int_equal(readers.count, 2);
    assert_int_equal(readers.items[0].person->person_id, w.head_of[0]); /* who has not read it stands first */
    assert_int_equal(readers.items[0].at_ms, 0);
    struct actor stranger = world_actor(t, w.teacher_of[1], RIGHT_READ);
    assert_ok(board_read(t->db, &stranger, w.schools[0], id, EDGE_ADMINISTRATIVE, CIVIL_NONE, &t->arena, &board, &err));
    assert_ok(readers_get(t->db, &board, id, today, false, STR_NONE, &t->arena, &readers, &err));
    assert_int_equal(readers.count, 0);
}

static void who_was_head_on_a_day(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    civil_day moved = civil_to_day(2026, 9, 1), came = civil_to_day(2026, 9, 15);
    int64_t changes = 0, next = world_person(t, "Lương Thị Trúc", w.schools[0], "staff", "");
    assert_ok(sql_world_end_grants(
        t->db, &(struct sql_world_end_grants_args){.unit_id = w.schools[0], .role = STR("unit_head"), .to_day = moved},
        &changes, &err));
    assert_ok(sql_world_grant_days(t->db,
                                   &(struct sql_world_grant_days_args){.id = db_id(t->db),
                                                                       .person_id = next,
                                                                       .role = STR("unit_head"),
                                                                       .unit_id = w.schools[0],
                                                                       .from_day = came,
                                                                       .to_day = CIVIL_FOREVER},
                                   &err));
    struct actor reviewer = world_actor(t, w.reviewer, RIGHT_READ);
    struct people_head *head = NULL;
    assert_ok(people_head_on(t->db, &reviewer, w.schools[0], moved - 1, &t->arena, &head, &err));
    assert_int_equal(head->person_id, w.head_of[0]);
    assert_ok(people_head_on(t->db, &reviewer, w.schools[0], moved, &t->arena, &head, &err));
    assert_null(head);
    assert_ok(people_head_on(t->db, &reviewer, w.schools[0], came, &t->arena, &head, &err));
    assert_int_equal(head->person_id, next);
    struct people_heads heads;
    assert_ok(people_heads(t->db, &reviewer, w.schools[0], civil_to_day(2026, 1, 1), civil_to_day(2027, 1, 1),
                           &t->arena, &heads, &err));
    assert_int_equal(heads.count, 2);
    assert_int_equal(heads.gap_count, 1);
    assert_int_equal(heads.gaps[0].from_day, moved);
    assert_int_equal(heads.gaps[0].to_day, came);
    assert_int_equal(heads.items[0].person_id, w.head_of[0]);
    assert_int_equal(heads.items[0].to_day, moved);
    assert_int_equal(heads.items[1].person_id, next);
    struct actor stranger = world_actor(t, w.teacher_of[1], RIGHT_READ);
    assert_ok(people_heads(t->db, &stranger, w.schools[0], civil_to_day(2026, 1, 1), civil_to_day(2027, 1, 1),
                           &t->arena, &heads, &err));
    assert_int_equal(heads.count, 0);
    assert_ok(people_head_on(t->db, &stranger, w.schools[0], came, &t->arena, &head, &err));
    assert_null(head);
}

static void proof_of_contact(struct store_test *t, int64_t unit_id, const char *kind, const char *state, civil_day day)
{
    struct err err;
    assert_ok(sql_evidence_insert(t->db,
                                  &(struct sql_evidence_insert_args){.id = db_id(t->db),
                                                                     .unit_id = unit_id,
                                                                     .kind = str_from_cstr(kind),
                                                                     .subject_kind = STR("unit"),
                                                                     .subject_id = unit_id,
                                                                     .done_day = day,
                                                                     .covers_from_day = day,
                                                                     .covers_to_day = day + 90,
                                                                     .title = STR("Xác nhận"),
                                                                     .fields_json = STR("{}"),
                                                                     .source = STR("hand"),
                                                                     .state = str_from_cstr(state),
                                                                     .submitted_ms = t->now_ms},
                                  &err));
}

/* Who cannot be reached stands first; each act of people and each proof is seen at once. */
static void contacts_say_who_cannot_be_reached(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    civil_day today = civil_day_of_ms(t->now_ms);
    const struct actor reviewer = world_actor(t, w.reviewer, RIGHT_READ);
    struct contact_list list;
    struct person_fields fields = {.name = STR("Nguyễn Thị Hạ"), .phone = STR("0900 000 001")};
    for (int i = 0; i < WORLD_SCHOOLS - 1; i++) /* the last has no number */
        assert_ok(person_update(t->db, &w.system, w.teacher_of[i], &fields, &err));
    proof_of_contact(t, w.schools[0], "contact", "accepted", today - 9);
    proof_of_contact(t, w.schools[0], "contact", "accepted", today - 4);
    proof_of_contact(t, w.schools[1], "contact", "submitted", today - 4);
    proof_of_contact(t, w.schools[2], "plan", "accepted", today - 4);
    assert_ok(
        contact_list(t->db, &reviewer, w.department, EDGE_ADMINISTRATIVE, today, STR_NONE, &t->arena, &list, &err));
    assert_int_equal(list.count, WORLD_SCHOOLS + 1);
    assert_int_equal(list.missing_count, 2);
    assert_true(list.items[0].unit->id == w.department && list.items[0].state == CONTACT_NOBODY &&
                !list.items[0].person);
    assert_true(list.items[1].unit->id == w.schools[WORLD_SCHOOLS - 1] && list.items[1].state == CONTACT_NO_PHONE);
    for (size_t i = 2; i < WORLD_SCHOOLS; i++) {
        assert_int_equal(list.items[i].state, CONTACT_UNVERIFIED);
        assert_int_equal(list.items[i].verified_day, CIVIL_NONE);
        assert_true(i == 2 || list.items[i].unit->place > list.items[i - 1].unit->place);
    }
    assert_true(list.items[WORLD_SCHOOLS].unit->id == w.schools[0] &&
                list.items[WORLD_SCHOOLS].state == CONTACT_VERIFIED);
    assert_int_equal(list.items[WORLD_SCHOOLS].verified_day, today - 4);

    assert_ok(person_update(t->db, &w.system, w.teacher_of[WORLD_SCHOOLS - 1], &fields, &err));
    assert_ok(
        contact_list(t->db, &reviewer, w.department, EDGE_ADMINISTRATIVE, today, STR_NONE, &t->arena, &list, &err));
    assert_int_equal(list.missing_count, 1);
    assert_ok(person_set_active(t->db, &w.system, w.teacher_of[3], false, &err));
    assert_ok(
        contact_list(t->db, &reviewer, w.department, EDGE_ADMINISTRATIVE, today, STR_NONE, &t->arena, &list, &err));
    assert_int_equal(list.missing_count, 2);
    assert_ok(sql_grant_close_in_unit(
        t->db,
        &(struct sql_grant_close_in_unit_args){.person_id = w.teacher_of[4], .unit_id = w.schools[4], .day = today},
        &err));
    assert_ok(
        contact_list(t->db, &reviewer, w.department, EDGE_ADMINISTRATIVE, today, STR_NONE, &t->arena, &list, &err));
    assert_int_equal(list.missing_count, 3);

    assert_ok(contact_list(t->db, &reviewer, w.department, EDGE_ADMINISTRATIVE, today, STR("%so 12%"), &t->arena, &list,
                           &err));
    assert_true(list.count == 1 && list.items[0].unit->id == w.schools[11]);
    assert_ok(contact_list(t->db, &reviewer, w.department, EDGE_ADMINISTRATIVE, today, STR("%thi ha%"), &t->arena,
                           &list, &err));
    assert_int_equal(list.count, WORLD_SCHOOLS - 2); /* two schools have nobody any more, the department neither */
    const struct actor teacher = world_actor(t, w.teacher_of[1], RIGHT_READ);
    assert_ok(
        contact_list(t->db, &teacher, w.department, EDGE_ADMINISTRATIVE, today, STR_NONE, &t->arena, &list, &err));
    assert_int_equal(list.count, 0);
    assert_ok(
        contact_list(t->db, &teacher, w.schools[1], EDGE_ADMINISTRATIVE, today, STR_NONE, &t->arena, &list, &err));
    assert_int_equal(list.count, 1);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org,
                                                       &sql_module_duty, NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(a_waiver_goes_up_and_changes_the_duty),
        STORE_TEST(nobody_frees_the_unit_he_acts_for),
        STORE_TEST(not_our_duty_is_granted_or_refused_with_words),
        STORE_TEST(money_is_asked_granted_spent_and_shared),
        STORE_TEST(help_is_asked_and_answered),
        STORE_TEST(visits_are_planned_held_once_and_counted),
        STORE_TEST(an_inbox_is_ones_own),
        STORE_TEST(reading_is_counted_by_person_and_the_missing_are_named),
        STORE_TEST(who_was_head_on_a_day),
        STORE_TEST(contacts_say_who_cannot_be_reached),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
