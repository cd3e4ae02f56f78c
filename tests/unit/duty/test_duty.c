#include "duty_world.h"

#include "duty/board.h"
#include "duty/page_unit.sql.h"
#include "duty/past.sql.h"
#include "duty/rollup.h"
#include "duty/rows.h"
#include "duty/seen.h"
#include "duty/succession.sql.h"

#include "proof/chain.h"
#include "proof/chain.sql.h"
#include "proof/evidence.sql.h"
#include "store/blob.h"

static const struct obligation_target to_all[] = {{TARGET_ALL, STR_INIT("")}};
static const struct obligation_target to_schools[] = {{TARGET_KIND, STR_INIT("school_lower_secondary")}};

static struct obligation_draft scan(civil_day due)
{
    return (struct obligation_draft){
        .catalogue_id = STR("CT18-2b"), .deadline_day = due, .targets = to_schools, .target_count = 1};
}

static struct obligation_draft plan(civil_day due)
{
    return (struct obligation_draft){
        .catalogue_id = STR("CT18-2c"), .deadline_day = due, .targets = to_all, .target_count = 1};
}

static struct obligation_draft absorb(civil_day due)
{
    return (struct obligation_draft){
        .catalogue_id = STR("CT18-1a"), .deadline_day = due, .targets = to_schools, .target_count = 1};
}

static struct sql_rollup_unit_row rollup(struct store_test *t, const struct world *w, int64_t root, int64_t scope)
{
    struct err err;
    struct sql_rollup_unit_row *row = NULL;
    assert_ok(sql_rollup_unit(
        t->db, &w->system, &t->arena,
        &(struct sql_rollup_unit_args){
            .root_id = root, .scope_id = scope, .edge_kind = EDGE_ADMINISTRATIVE, .on_day = civil_day_of_ms(t->now_ms)},
        &row, &err));
    assert_non_null(row);
    return *row;
}

static struct sql_world_assignments_row assignment_of(struct store_test *t, int64_t unit_id, size_t nth)
{
    struct err err;
    struct sql_world_assignments_rows rows;
    assert_ok(sql_world_assignments(t->db, &t->arena, &rows, &err));
    for (size_t i = 0; i < rows.count; i++)
        if (rows.items[i].unit_id == unit_id && !rows.items[i].closed && nth-- == 0)
            return rows.items[i];
    fail_msg("no such assignment");
    return (struct sql_world_assignments_row){0};
}

static int64_t issue(struct store_test *t, const struct world *w, const struct obligation_draft *o, size_t count,
                     struct directive_issued *ret)
{
    struct err err;
    int64_t id = world_directive(t, w, o, count);
    struct actor issuer = world_actor(t, w->issuer, RIGHT_READ);
    assert_ok(directive_issue(t->db, &issuer, id, ret, &err));
    assert_ok(ledger_recount(t->db, &err));
    return id;
}

static void issuing_reaches_whom_it_names(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct directive_issued issued;
    struct obligation_draft o[] = {scan(civil_to_day(2027, 6, 30)), plan(civil_to_day(2027, 3, 1))};
    int64_t id = issue(t, &w, o, 2, &issued);
    /* no school has registered a system yet: it stands there itself; the plan also goes to the department */
    assert_int_equal(issued.assignment_count, WORLD_SCHOOLS + WORLD_SCHOOLS + 1);
    assert_int_equal(issued.unit_count, WORLD_SCHOOLS + 1);
    struct sql_rollup_unit_row r = rollup(t, &w, w.committee, 0);
    assert_int_equal(r.n_unseen, issued.assignment_count);
    r = rollup(t, &w, w.department, id);
    assert_int_equal(r.n_unseen, issued.assignment_count);
    struct actor issuer = world_actor(t, w.issuer, RIGHT_READ);
    assert_err(directive_issue(t->db, &issuer, id, &issued, &err), ERR_CONFLICT);
    struct actor teacher = world_actor(t, w.teacher_of[0], RIGHT_READ);
    int64_t second = world_directive(t, &w, o, 2);
    assert_err(directive_issue(t->db, &teacher, second, &issued, &err), ERR_DENIED);
}

/* Obligations that name the same units are looked up together; one that leaves a unit out is not among them. */
static void what_goes_to_the_same_goes_to_each(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct directive_issued issued;
    char but[32];
    snprintf(but, sizeof but, "%lld", (long long)w.schools[0]);
    struct obligation_target all_but_one[] = {{TARGET_ALL, STR_INIT("")}, {TARGET_EXCEPT_UNIT, str_from_cstr(but)}};
    struct obligation_draft o[] = {plan(civil_to_day(2027, 3, 1)), plan(civil_to_day(2027, 2, 1)),
                                   plan(civil_to_day(2027, 3, 1))};
    o[2].targets = all_but_one;
    o[2].target_count = ARRAY_LEN(all_but_one);
    int64_t id = issue(t, &w, o, ARRAY_LEN(o), &issued);
    assert_int_equal(issued.assignment_count, 3 * (WORLD_SCHOOLS + 1) - 1);
    assert_int_equal(issued.unit_count, WORLD_SCHOOLS + 1);
    assert_int_equal(rollup(t, &w, w.schools[0], id).n_unseen, 2);
    assert_int_equal(rollup(t, &w, w.schools[1], id).n_unseen, 3);
    /* each keeps its own day */
    world_pass(t, civil_to_day(2027, 2, 2) - civil_day_of_ms(t->now_ms));
    assert_int_equal(rollup(t, &w, w.schools[0], id).n_late, 1);
    assert_int_equal(rollup(t, &w, w.schools[1], id).n_late, 1);
    struct err err;
    assert_ok(ledger_recount(t->db, &err));
}

static enum err_code keep_file(struct db *db, void *hash, struct err *err)
{
    return blob_put(db, STR("phương án"), hash, err);
}

static enum err_code keep_other_file(struct db *db, void *hash, struct err *err)
{
    return blob_put(db, STR("phương án khác"), hash, err);
}

static void a_province_sees_it_move(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct directive_issued issued;
    struct obligation_draft o[] = {plan(civil_to_day(2027, 3, 1))};
    int64_t id = issue(t, &w, o, 1, &issued);
    struct actor teacher = world_actor(t, w.teacher_of[3], RIGHT_READ);
    bool first = false;
    assert_ok(duty_acknowledge(t->db, &teacher, id, w.schools[3], &first, &err));
    assert_true(first);
    assert_ok(duty_acknowledge(t->db, &teacher, id, w.schools[3], &first, &err));
    assert_false(first);
    assert_int_equal(rollup(t, &w, w.committee, id).n_ack, 1);
    struct sql_world_assignments_row a = assignment_of(t, w.schools[3], 0);
    struct evidence_draft draft = {.assignment_id = a.id,
                                   .kind = STR("plan"),
                                   .done_day = civil_day_of_ms(t->now_ms),
                                   .fields_json = STR("{}"),
                                   .source = STR("hand")};
    int64_t evidence = 0;
    assert_err(evidence_submit(t->db, &teacher, &draft, &evidence, &err),
               ERR_SYNTAX); /* the kind's fields are missing */
    const struct know_evidence_kind *kind = know_evidence_kind_find(STR("plan"));
    AUTO_BUF fields;
    buf_init(&fields, 1u << 16);
    buf_lit(&fields, "{\"x\":1");
    for (size_t i = 0; i < kind->field_count; i++)
        buf_printf(&fields, ",\"%.*s\":\"%s\"", STR_ARG(kind->fields[i].id),
                   kind->fields[i].type == KNOW_FIELD_CHOICE   ? kind->fields[i].choices[0].id.ptr
                   : kind->fields[i].type == KNOW_FIELD_DATE   ? "2027-01-04"
                   : kind->fields[i].type == KNOW_FIELD_YES_NO ? "true"
                                                               : "12");
    buf_lit(&fields, "}");
    draft.fields_json = buf_str(&fields);
    struct sha256 hash;
    assert_ok(db_transact(t->db, keep_file, &hash, &err));
    struct evidence_file file = {STR("phuong-an.pdf"), STR("application/pdf"), sha256_str(&hash), 10};
    draft.files = &file;
    draft.file_count = 1;
    assert_ok(evidence_submit(t->db, &teacher, &draft, &evidence, &err));
    assert_int_equal(rollup(t, &w, w.committee, id).n_doing, 1);
    /* the button pressed twice is one piece of evidence; without the file it would be another */
    int64_t again = 0;
    assert_ok(evidence_submit(t->db, &teacher, &draft, &again, &err));
    assert_int_equal(again, evidence);
    t->now_ms += know_threshold_ms(KNOW_EVIDENCE_AGAIN, db_today(t->db));
    assert_ok(evidence_submit(t->db, &teacher, &draft, &again, &err));
    assert_int_equal(again, evidence);
    t->now_ms += 1; /* after that long it is meant */
    assert_ok(evidence_submit(t->db, &teacher, &draft, &again, &err));
    assert_int_not_equal(again, evidence);
    assert_ok(evidence_withdraw(t->db, &teacher, again, STR("nộp nhầm"), &err));
    struct sha256 other_hash;
    assert_ok(db_transact(t->db, keep_other_file, &other_hash, &err));
    struct evidence_file other_file = {STR("phuong-an.pdf"), STR("application/pdf"), sha256_str(&other_hash), 16};
    draft.files = &other_file;
    assert_ok(evidence_submit(t->db, &teacher, &draft, &again, &err));
    assert_int_not_equal(again, evidence);
    assert_ok(evidence_withdraw(t->db, &teacher, again, STR("nộp nhầm tệp"), &err));
    draft.files = &file;
    assert_err(evidence_accept(t->db, &teacher, evidence, &err), ERR_DENIED);
    struct actor head = world_actor(t, w.head_of[2], RIGHT_READ); /* of another school */
    assert_int_not_equal(evidence_accept(t->db, &head, evidence, &err), ERR_NONE);
    struct actor reviewer = world_actor(t, w.reviewer, RIGHT_READ);
    assert_err(evidence_return(t->db, &reviewer, evidence, STR("  "), &err), ERR_SYNTAX);
    assert_ok(evidence_accept(t->db, &reviewer, evidence, &err));
    assert_err(evidence_accept(t->db, &reviewer, evidence, &err), ERR_CONFLICT);
    assert_int_equal(rollup(t, &w, w.committee, id).n_ok, 1);
    assert_ok(ledger_recount(t->db, &err));
    /* five days before the day they are due soon, the day after they are late; the one that is done stays done */
    world_pass(t, civil_to_day(2027, 2, 24) - civil_day_of_ms(t->now_ms));
    struct sql_rollup_unit_row r = rollup(t, &w, w.committee, id);
    assert_int_equal(r.n_due, issued.assignment_count - 1);
    world_pass(t, civil_to_day(2027, 3, 2) - civil_day_of_ms(t->now_ms));
    r = rollup(t, &w, w.committee, id);
    assert_int_equal(r.n_late, issued.assignment_count - 1);
    assert_int_equal(r.n_ok, 1);
    assert_ok(ledger_recount(t->db, &err));
    /* taking it back opens the duty again */
    assert_ok(evidence_withdraw(t->db, &teacher, evidence, STR("nộp nhầm tệp"), &err));
    assert_int_equal(rollup(t, &w, w.committee, id).n_late, issued.assignment_count);
    assert_ok(ledger_recount(t->db, &err));
    /* a past day shows what stood behind it then: handed in by its end, not taken back by its end */
    const struct {
        civil_day day;
        size_t count;
    } past[] = {
        {draft.done_day - 1, 0}, {draft.done_day, 1}, {civil_to_day(2027, 3, 1), 1}, {civil_to_day(2027, 3, 2), 0}};
    for (size_t i = 0; i < ARRAY_LEN(past); i++) {
        struct sql_unit_duty_evidence_on_rows proofs;
        assert_ok(sql_unit_duty_evidence_on(
            t->db, &w.system, &t->arena,
            &(struct sql_unit_duty_evidence_on_args){w.schools[3], past[i].day, civil_day_start_ms(past[i].day + 1)},
            &proofs, &err));
        if (proofs.count != past[i].count)
            fail_msg("day %zu: %zu pieces of evidence, wanted %zu", i, proofs.count, past[i].count);
        if (proofs.count)
            assert_true(proofs.items[0].evidence_id == evidence && proofs.items[0].title.len_bytes > 0);
    }
}

static void reading_counts_persons(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct directive_issued issued;
    struct obligation_draft o[] = {absorb(civil_to_day(2027, 2, 1))};
    int64_t id = issue(t, &w, o, 1, &issued);
    bool first;
    struct actor teacher = world_actor(t, w.teacher_of[0], RIGHT_READ), head = world_actor(t, w.head_of[0], RIGHT_READ);
    assert_ok(duty_acknowledge(t->db, &teacher, id, w.schools[0], &first, &err));
    assert_int_equal(rollup(t, &w, w.schools[0], id).n_ok, 0);
    assert_ok(duty_acknowledge(t->db, &head, id, w.schools[0], &first, &err));
    assert_int_equal(rollup(t, &w, w.schools[0], id).n_ok, 1);
    struct sql_acknowledgement_rollup_row *people = NULL;
    assert_ok(
        sql_acknowledgement_rollup(t->db, &w.system, &t->arena,
                                   &(struct sql_acknowledgement_rollup_args){.root_id = w.committee,
                                                                             .directive_id = id,
                                                                             .edge_kind = EDGE_ADMINISTRATIVE,
                                                                             .on_day = civil_day_of_ms(t->now_ms)},
                                   &people, &err));
    assert_int_equal(people->people, 2 * WORLD_SCHOOLS);
    assert_int_equal(people->acked, 2);
    assert_ok(ledger_recount(t->db, &err));
    assert_ok(ledger_fold(t->db, &err));
    assert_ok(ledger_recount(t->db, &err));
}

static void systems_are_the_denominator_of_scans(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct directive_issued issued;
    struct obligation_draft drill = {
        .catalogue_id = STR("CT18-2e"), .deadline_day = CIVIL_NONE, .targets = to_schools, .target_count = 1};
    struct obligation_draft o[] = {scan(CIVIL_NONE), drill};
    int64_t low = db_id(t->db), high = db_id(t->db);
    assert_ok(sql_world_system(
        t->db, &(struct sql_world_system_args){.id = low, .unit_id = w.schools[0], .name = STR("Phòng tin học")},
        &err));
    assert_ok(
        sql_world_level(t->db, &(struct sql_world_level_args){.id = db_id(t->db), .system_id = low, .level = 1}, &err));
    assert_ok(sql_world_system(
        t->db, &(struct sql_world_system_args){.id = high, .unit_id = w.schools[1], .name = STR("Một cửa")}, &err));
    assert_ok(sql_world_level(t->db, &(struct sql_world_level_args){.id = db_id(t->db), .system_id = high, .level = 3},
                              &err));
    int64_t id = issue(t, &w, o, 2, &issued);
    /* level 1 owes no drill: not concerned; level 3 owes it */
    assert_int_equal(rollup(t, &w, w.schools[0], id).n_na, 1);
    assert_int_equal(rollup(t, &w, w.schools[1], id).n_na, 0);
    struct sql_world_assignments_row a = assignment_of(t, w.schools[1], 0);
    assert_str(a.subject_kind, STR("system"));
    assert_int_equal(a.subject_id, high);
    /* a school registers its first system: the duty moves from the school to the system */
    int64_t fresh = db_id(t->db);
    assert_ok(sql_world_system(
        t->db, &(struct sql_world_system_args){.id = fresh, .unit_id = w.schools[5], .name = STR("Cổng thông tin")},
        &err));
    assert_ok(directive_follow_subjects(t->db, w.schools[5], &err));
    a = assignment_of(t, w.schools[5], 0);
    assert_str(a.subject_kind, STR("system"));
    assert_int_equal(a.subject_id, fresh);
    struct sql_rollup_unit_row r = rollup(t, &w, w.schools[5], id);
    assert_int_equal(r.n_unseen, 2); /* scan and, its level being unknown, drill */
    assert_ok(ledger_recount(t->db, &err));
    assert_ok(directive_follow_subjects(t->db, w.schools[5], &err)); /* twice is once */
    assert_int_equal(rollup(t, &w, w.schools[5], id).n_unseen, 2);
}

static void each_tier_may_only_be_earlier(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct directive_issued issued;
    struct obligation_target to_department = {TARGET_CHILDREN, STR("")};
    struct obligation_draft above = {.catalogue_id = STR("CT18-2c"),
                                     .deadline_day = civil_to_day(2027, 6, 30),
                                     .targets = &to_department,
                                     .target_count = 1};
    int64_t parent = issue(t, &w, &above, 1, &issued);
    assert_int_equal(issued.assignment_count, 1);
    struct sql_obligation_list_rows list;
    assert_ok(
        sql_obligation_list(t->db, &t->arena, &(struct sql_obligation_list_args){.directive_id = parent}, &list, &err));
    struct obligation_draft below = {.catalogue_id = STR("CT18-2c"),
                                     .parent_id = list.items[0].id,
                                     .text = STR("Các trường ban hành phương án"),
                                     .deadline_day = civil_to_day(2027, 7, 1),
                                     .targets = to_schools,
                                     .target_count = 1};
    struct directive_draft draft = {.issuer_id = w.department,
                                    .parent_id = parent,
                                    .edge_kind = EDGE_PROFESSIONAL,
                                    .title = STR("Sở giao các trường"),
                                    .issued_day = CIVIL_NONE,
                                    .obligations = &below,
                                    .obligation_count = 1};
    int64_t child = 0;
    assert_err(directive_draft_new(t->db, &w.system, &draft, &child, &err), ERR_SYNTAX);
    below.deadline_day = civil_to_day(2027, 6, 15);
    assert_ok(directive_draft_new(t->db, &w.system, &draft, &child, &err));
    assert_ok(directive_issue(t->db, &w.system, child, &issued, &err));
    assert_int_equal(issued.assignment_count, WORLD_SCHOOLS);
    /* the family counts both tiers, the directive of the department its own */
    assert_int_equal(rollup(t, &w, w.committee, parent).n_unseen, WORLD_SCHOOLS + 1);
    assert_int_equal(rollup(t, &w, w.committee, child).n_unseen, WORLD_SCHOOLS);
    struct sql_assignment_chain_rows chain;
    struct actor teacher = world_actor(t, w.teacher_of[0], RIGHT_READ);
    assert_ok(sql_assignment_chain(
        t->db, &teacher, &t->arena,
        &(struct sql_assignment_chain_args){.assignment_id = assignment_of(t, w.schools[0], 0).id}, &chain, &err));
    assert_int_equal(chain.count, 2);
    assert_str(chain.items[0].issuer_name, STR("UBND tỉnh Trúc Lâm"));
    assert_str(chain.items[1].text, STR("Các trường ban hành phương án"));
    struct actor stranger = world_actor(t, w.teacher_of[1], RIGHT_READ);
    assert_ok(sql_assignment_chain(
        t->db, &stranger, &t->arena,
        &(struct sql_assignment_chain_args){.assignment_id = assignment_of(t, w.schools[0], 0).id}, &chain, &err));
    assert_int_equal(chain.count, 0);
    assert_ok(ledger_recount(t->db, &err));
    assert_ok(ledger_fold(t->db, &err));
    assert_ok(ledger_recount(t->db, &err));
}

static struct directive_draft draft_of(struct store_test *t, const struct world *w, int64_t id, int64_t *ret_revision)
{
    struct err err;
    struct actor issuer = world_actor(t, w->issuer, RIGHT_READ);
    struct directive_draft draft;
    assert_ok(directive_draft_get(t->db, &issuer, id, &t->arena, &draft, ret_revision, &err));
    return draft;
}

/* kind of the newest entry of a directive's history, as its issuer reads it */
static struct str last_act(struct store_test *t, const struct world *w, int64_t directive_id)
{
    struct err err;
    struct actor issuer = world_actor(t, w->issuer, RIGHT_READ);
    struct sql_chain_of_object_rows rows;
    assert_ok(sql_chain_of_object(t->db, &issuer, &t->arena,
                                  &(struct sql_chain_of_object_args){.object_kind = STR("directive"),
                                                                     .object_id = directive_id,
                                                                     .unit_id = w->committee,
                                                                     .before_id = INT64_MAX,
                                                                     .limit_count = 1},
                                  &rows, &err));
    assert_int_equal(rows.count, 1);
    return rows.items[0].kind;
}

static void a_draft_is_said_anew(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct obligation_draft first[] = {scan(civil_to_day(2027, 6, 30)), plan(civil_to_day(2027, 3, 1))};
    int64_t id = world_directive(t, &w, first, 2), revision = 0;
    struct directive_draft draft = draft_of(t, &w, id, &revision);
    assert_int_equal(revision, 1);
    assert_int_equal(draft.obligation_count, 2);
    assert_str(draft.title, STR("Thực hiện Chỉ thị số 18/CT-TTg"));
    assert_str(draft.obligations[1].catalogue_id, first[1].catalogue_id);
    assert_int_equal(draft.obligations[1].deadline_day, civil_to_day(2027, 3, 1));
    assert_int_equal(draft.obligations[1].target_count, first[1].target_count);
    assert_int_equal(draft.obligations[1].targets[0].rule, first[1].targets[0].rule);

    struct obligation_draft only = draft.obligations[1];
    only.title = STR("Kế hoạch ứng phó, bản của tỉnh");
    draft.title = STR("Triển khai Chỉ thị 18, bản sửa");
    draft.obligations = &only;
    draft.obligation_count = 1;
    struct actor issuer = world_actor(t, w.issuer, RIGHT_READ), stranger = world_actor(t, w.reviewer, RIGHT_READ);
    int64_t ignored = 0;
    assert_err(directive_draft_get(t->db, &stranger, id, &t->arena, &draft, &ignored, &err), ERR_DENIED);
    assert_err(directive_draft_edit(t->db, &stranger, id, revision, &draft, &err), ERR_DENIED);
    assert_err(directive_draft_edit(t->db, &issuer, id + 1, 0, &draft, &err), ERR_NOT_FOUND);
    assert_ok(directive_draft_edit(t->db, &issuer, id, revision, &draft, &err));
    assert_str(last_act(t, &w, id), STR("directive_draft_edited"));
    /* whoever looked at the first revision neither overwrites nor issues the second */
    assert_err(directive_draft_edit(t->db, &issuer, id, revision, &draft, &err), ERR_CONFLICT);
    struct directive_issued issued;
    assert_err(directive_issue_revision(t->db, &issuer, id, revision, &issued, &err), ERR_CONFLICT);
    /* a wrong edit leaves what stands */
    struct obligation_draft nobody = only;
    nobody.target_count = 0;
    draft.obligations = &nobody;
    assert_err(directive_draft_edit(t->db, &issuer, id, 0, &draft, &err), ERR_SYNTAX);
    draft.obligations = &only;
    draft.issuer_id = w.department;
    assert_err(directive_draft_edit(t->db, &w.system, id, 0, &draft, &err), ERR_SYNTAX);
    draft = draft_of(t, &w, id, &revision);
    assert_int_equal(revision, 2);
    assert_int_equal(draft.obligation_count, 1);
    assert_str(draft.title, STR("Triển khai Chỉ thị 18, bản sửa"));
    assert_str(draft.obligations[0].title, STR("Kế hoạch ứng phó, bản của tỉnh"));

    assert_ok(directive_issue_revision(t->db, &issuer, id, revision, &issued, &err));
    assert_int_equal(issued.assignment_count, WORLD_SCHOOLS + 1);
    assert_err(directive_draft_edit(t->db, &issuer, id, 0, &draft, &err), ERR_CONFLICT);
    assert_err(directive_draft_delete(t->db, &issuer, id, 0, &err), ERR_CONFLICT);
    assert_err(directive_draft_get(t->db, &issuer, id, &t->arena, &draft, &revision, &err), ERR_CONFLICT);
}

static void a_draft_is_deleted_with_a_trace(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct obligation_draft o[] = {scan(civil_to_day(2027, 6, 30)), plan(civil_to_day(2027, 3, 1))};
    int64_t gone = world_directive(t, &w, o, 2), stays = world_directive(t, &w, o, 2), revision = 0;
    struct actor issuer = world_actor(t, w.issuer, RIGHT_READ), stranger = world_actor(t, w.reviewer, RIGHT_READ);
    assert_err(directive_draft_delete(t->db, &stranger, gone, 0, &err), ERR_DENIED);
    assert_err(directive_draft_delete(t->db, &issuer, gone, 7, &err), ERR_CONFLICT);
    assert_ok(directive_draft_delete(t->db, &issuer, gone, 1, &err));
    assert_str(last_act(t, &w, gone), STR("directive_draft_deleted"));
    assert_err(directive_draft_delete(t->db, &issuer, gone, 0, &err), ERR_NOT_FOUND);
    struct directive_issued issued;
    assert_err(directive_issue(t->db, &issuer, gone, &issued, &err), ERR_NOT_FOUND);
    struct sql_obligation_list_rows rows;
    assert_ok(sql_obligation_list(t->db, &t->arena, &(struct sql_obligation_list_args){gone}, &rows, &err));
    assert_int_equal(rows.count, 0);
    assert_int_equal(draft_of(t, &w, stays, &revision).obligation_count, 2);
}

/* What rollup_get says of a past day, against the slow definition and against the rows behind the number. */
static void check_past_figure(struct store_test *t, const struct world *w, int64_t root, int64_t scope,
                              struct str edge_kind, civil_day day, bool with_rows)
{
    struct err err;
    struct arena_mark mark = arena_mark(&t->arena);
    struct sql_world_past_row *want = NULL;
    assert_ok(sql_world_past(
        t->db, &t->arena,
        &(struct sql_world_past_args){.root_id = root, .scope_id = scope, .edge_kind = edge_kind, .as_of_day = day},
        &want, &err));
    const int64_t n[DUTY_STATE_COUNT] = {want->n_unseen, want->n_ack,   want->n_doing, want->n_ok,    want->n_due,
                                         want->n_late,   want->n_birth, want->n_na,    want->n_waived};
    struct rollup got;
    assert_ok(rollup_get(t->db, &w->system, root, scope, edge_kind, day, &t->arena, &got, &err));
    for (int i = 0; i < DUTY_STATE_COUNT; i++)
        if (got.n[i] != n[i])
            fail_msg("day %d, root %lld, scope %lld, %.*s: %s is %lld, should be %lld", (int)day, (long long)root,
                     (long long)scope, STR_ARG(edge_kind), duty_state_to_str(i), (long long)got.n[i], (long long)n[i]);
    for (int state = -1; with_rows && state < DUTY_STATE_COUNT; state++) {
        struct str kind;
        assert_ok(rollup_scope_kind(t->db, scope, &t->arena, &kind, &err));
        struct sql_assignments_as_of_args args = {.root_id = root,
                                                  .scope_id = scope,
                                                  .kind = kind,
                                                  .edge_kind = edge_kind,
                                                  .as_of_day = day,
                                                  .state = state,
                                                  .limit_count = 1000};
        struct sql_assignments_as_of_rows all, page;
        assert_ok(sql_assignments_as_of(t->db, &w->system, &t->arena, &args, &all, &err));
        assert_int_equal(all.count, state < 0 ? got.total : n[state]);
        /* in pages of three they are the same rows */
        args.limit_count = 3;
        for (args.offset_count = 0; (size_t)args.offset_count < all.count; args.offset_count += 3) {
            assert_ok(sql_assignments_as_of(t->db, &w->system, &t->arena, &args, &page, &err));
            size_t left = all.count - (size_t)args.offset_count;
            assert_int_equal(page.count, left < 3 ? left : 3);
            for (size_t i = 0; i < page.count; i++)
                assert_int_equal(page.items[i].assignment_id, all.items[(size_t)args.offset_count + i].assignment_id);
        }
    }
    arena_rewind(&t->arena, mark);
}

/* The pages of a past day: what they show by unit, by child, by obligation and row by row sums to the figure, and the
 * names are those of the day. */
static void check_past_pages(struct store_test *t, const struct world *w, int64_t root, int64_t scope,
                             struct str edge_kind, civil_day day)
{
    struct err err;
    struct arena_mark mark = arena_mark(&t->arena);
    struct rollup got;
    assert_ok(rollup_get(t->db, &w->system, root, scope, edge_kind, day, &t->arena, &got, &err));
    struct str kind;
    assert_ok(rollup_scope_kind(t->db, scope, &t->arena, &kind, &err));
    struct opt_i64 family = {str_equal(kind, STR("family")), scope},
                   directive = {str_equal(kind, STR("directive")), scope};
    struct board board;
    struct board_branch *branches;
    uint32_t *units;
    size_t branch_count, unit_count;
    int64_t unit_total;
    struct rollup_obligations obligations;
    struct sql_world_past_counts_rows row_counts;
    assert_ok(board_read(t->db, &w->system, root, scope, edge_kind, day, &t->arena, &board, &err));
    assert_ok(board_branches(&board, &t->arena, &branches, &branch_count, &err));
    assert_ok(board_list(&board,
                         &(struct board_filter){.state = BOARD_ANY, .kind = STR_NONE, .search = STR_NONE, .owes = true},
                         BOARD_BY_WORST, 1000, 0, &t->arena, &units, &unit_count, &unit_total, &err));
    assert_int_equal(unit_count, unit_total);
    for (size_t i = 1; i < unit_count; i++) { /* worst first */
        static const enum duty_state order[] = {DUTY_LATE,  DUTY_BIRTH, DUTY_UNSEEN, DUTY_DUE, DUTY_ACK,
                                                DUTY_DOING, DUTY_OK,    DUTY_WAIVED, DUTY_NA};
        size_t a = 0, b = 0;
        while ((int)order[a] != board_worst(&board.cells[units[i - 1]]))
            a++;
        while ((int)order[b] != board_worst(&board.cells[units[i]]))
            b++;
        assert_true(a <= b);
    }
    assert_ok(rollup_past_by_obligation(t->db, &w->system, root, scope, edge_kind, day, &t->arena, &obligations, &err));
    assert_ok(sql_world_past_counts(
        t->db, &w->system, &t->arena,
        &(struct sql_world_past_counts_args){
            .root_id = root, .edge_kind = edge_kind, .as_of_day = day, .family_id = family, .directive_id = directive},
        &row_counts, &err));
    int64_t by_unit[DUTY_STATE_COUNT] = {0}, by_obligation[DUTY_STATE_COUNT] = {0}, by_row[DUTY_STATE_COUNT] = {0};
    int64_t own = 0, below = 0;
    for (uint32_t i = 0; i < board.count; i++)
        for (int state = 0; state < DUTY_STATE_COUNT; state++) {
            by_unit[state] += board.cells[i].n[state];
            own += i == 0 ? board.cells[i].n[state] : 0;
        }
    for (size_t i = 0; i < branch_count; i++)
        below += branches[i].rollup.total;
    for (size_t i = 0; i < obligations.count; i++)
        by_obligation[obligations.items[i].state] += obligations.items[i].n;
    for (size_t i = 0; i < row_counts.count; i++)
        by_row[row_counts.items[i].state] += row_counts.items[i].n;
    for (int s = 0; s < DUTY_STATE_COUNT; s++) {
        if (by_unit[s] != got.n[s] || by_obligation[s] != got.n[s] || by_row[s] != got.n[s])
            fail_msg("day %d, root %lld, scope %lld: %s is %lld, by unit %lld, by obligation %lld, by row %lld",
                     (int)day, (long long)root, (long long)scope, duty_state_to_str(s), (long long)got.n[s],
                     (long long)by_unit[s], (long long)by_obligation[s], (long long)by_row[s]);
    }
    /* the rows themselves, in pages of seven, each once; by duty they are as many as by obligation */
    static const bool any[DUTY_STATE_COUNT] = {true, true, true, true, true, true, true, true, true};
    for (size_t k = 0; k <= obligations.count; k++) {
        struct str catalogue = k < obligations.count ? obligations.items[k].catalogue_id : STR_NONE;
        if (k < obligations.count && str_is_null(catalogue))
            continue;
        const struct rows_filter filter = {.root_id = root,
                                           .scope_id = scope,
                                           .edge_kind = edge_kind,
                                           .as_of = day,
                                           .catalogue_id = catalogue,
                                           .denominator = STR_NONE,
                                           .unit_kind = STR_NONE,
                                           .search = STR_NONE};
        struct rows_seen seen;
        int64_t want[DUTY_STATE_COUNT] = {0}, found[DUTY_STATE_COUNT] = {0}, ids[2000];
        size_t id_count = 0;
        for (int s = 0; s < DUTY_STATE_COUNT; s++)
            want[s] = k == obligations.count ? got.n[s] : 0;
        for (size_t i = 0; k < obligations.count && i < obligations.count; i++)
            if (str_equal(obligations.items[i].catalogue_id, catalogue))
                want[obligations.items[i].state] += obligations.items[i].n;
        assert_ok(rows_read(t->db, &w->system, &filter, &t->arena, &seen, &err));
        struct duty_rows rows;
        for (int64_t offset = 0; offset == 0 || rows.count == 7; offset += 7) {
            assert_ok(rows_page(t->db, &filter, &seen, any, 7, offset, &t->arena, &rows, &err));
            for (size_t i = 0; i < rows.count; i++) {
                found[rows.items[i].state]++;
                for (size_t p = 0; p < id_count; p++)
                    assert_int_not_equal(ids[p], rows.items[i].id);
                assert_true(id_count < ARRAY_LEN(ids));
                ids[id_count++] = rows.items[i].id;
            }
        }
        for (int s = 0; s < DUTY_STATE_COUNT; s++) {
            assert_int_equal(seen.n[s], want[s]);
            assert_int_equal(found[s], want[s]);
        }
    }
    assert_int_equal(own + below, got.total);
    arena_rewind(&t->arena, mark);
}

/* The rows behind what stands now, in pages of seven: each once, in the states and units the counters say, and with a
 * filter on the duty those that a walk over all assignments finds. */
static void check_rows(struct store_test *t, const struct world *w, int64_t root, int64_t scope, struct str catalogue)
{
    struct err err;
    struct arena_mark mark = arena_mark(&t->arena);
    const struct rows_filter filter = {.root_id = root,
                                       .scope_id = scope,
                                       .edge_kind = EDGE_ADMINISTRATIVE,
                                       .as_of = CIVIL_NONE,
                                       .catalogue_id = catalogue,
                                       .denominator = STR_NONE,
                                       .unit_kind = STR_NONE,
                                       .search = STR_NONE};
    struct rows_seen read;
    int64_t want[DUTY_STATE_COUNT] = {0}, seen[DUTY_STATE_COUNT] = {0}, total = 0;
    struct sql_world_rows_rows all;
    assert_ok(sql_world_rows(
        t->db, &t->arena,
        &(struct sql_world_rows_args){
            .root_id = root, .edge_kind = EDGE_ADMINISTRATIVE, .on_day = civil_day_of_ms(t->now_ms), .scope_id = scope},
        &all, &err));
    for (size_t i = 0; i < all.count; i++)
        if (str_is_null(catalogue) || str_equal(catalogue, all.items[i].catalogue_id)) {
            want[all.items[i].state]++;
            total++;
        }
    assert_ok(rows_read(t->db, &w->system, &filter, &t->arena, &read, &err));
    for (int i = 0; i < DUTY_STATE_COUNT; i++)
        assert_int_equal(read.n[i], want[i]);
    const bool any[DUTY_STATE_COUNT] = {true, true, true, true, true, true, true, true, true};
    int64_t got = 0;
    for (int64_t offset = 0;; offset += 7) {
        struct duty_rows rows;
        assert_ok(rows_page(t->db, &filter, &read, any, 7, offset, &t->arena, &rows, &err));
        for (size_t i = 0; i < rows.count; i++, got++) {
            size_t at = 0;
            while (at < all.count && all.items[at].id != rows.items[i].id)
                at++;
            assert_true(at < all.count && all.items[at].state == rows.items[i].state);
            all.items[at].state = -2; /* a second time it is not found */
            seen[rows.items[i].state]++;
        }
        if (rows.count < 7)
            break;
    }
    assert_int_equal(got, total);
    for (int i = 0; i < DUTY_STATE_COUNT; i++)
        assert_int_equal(seen[i], want[i]);
    /* and the sums by obligation are the same ones */
    struct rollup_obligations sums;
    assert_ok(rollup_by_obligation(t->db, &w->system, root, scope, EDGE_ADMINISTRATIVE, false, &t->arena, &sums, &err));
    int64_t by_obligation = 0;
    for (size_t i = 0; i < sums.count; i++)
        if (str_is_null(catalogue) || str_equal(catalogue, sums.items[i].catalogue_id))
            by_obligation += sums.items[i].n;
    assert_int_equal(by_obligation, total);
    arena_rewind(&t->arena, mark);
}

static int64_t known(struct opt_i64 day)
{
    return day.has ? day.v : CIVIL_NONE;
}

/* What a page of a past day says of each duty is what was written down that evening: when it was due, what covered it,
 * until when it was waived. */
static void check_past_facts(struct store_test *t, const struct world *w, civil_day day,
                             const struct sql_world_facts_rows *evening)
{
    struct err err;
    struct arena_mark mark = arena_mark(&t->arena);
    static const bool any[DUTY_STATE_COUNT] = {true, true, true, true, true, true, true, true, true};
    const struct rows_filter filter = {.root_id = w->committee,
                                       .edge_kind = EDGE_ADMINISTRATIVE,
                                       .as_of = day,
                                       .catalogue_id = STR_NONE,
                                       .denominator = STR_NONE,
                                       .unit_kind = STR_NONE,
                                       .search = STR_NONE};
    struct rows_seen seen;
    struct duty_rows rows;
    assert_ok(rows_read(t->db, &w->system, &filter, &t->arena, &seen, &err));
    assert_ok(rows_page(t->db, &filter, &seen, any, 2000, 0, &t->arena, &rows, &err));
    size_t below = 0, of_unit = 0;
    for (size_t i = 0; i < rows.count; i++) {
        const struct duty_row *r = &rows.items[i];
        const struct sql_world_facts_row *want = NULL;
        for (size_t k = 0; k < evening->count && !want; k++)
            want = evening->items[k].id == r->id ? &evening->items[k] : NULL;
        if (!want)
            fail_msg("day %d: nobody owed %lld that evening", (int)day, (long long)r->id);
        if (r->state != want->state || known(r->due_day) != known(want->due_day) ||
            known(r->covered_from_day) != known(want->covered_from_day) ||
            known(r->covered_to_day) != known(want->covered_to_day) ||
            known(r->waived_to_day) != known(want->waived_to_day) || r->waits != (want->waits > 0))
            fail_msg("day %d, duty %lld: due %lld, covered to %lld, waived to %lld, waits %d; that evening %lld, %lld, "
                     "%lld, %lld",
                     (int)day, (long long)r->id, (long long)known(r->due_day), (long long)known(r->covered_to_day),
                     (long long)known(r->waived_to_day), (int)r->waits, (long long)known(want->due_day),
                     (long long)known(want->covered_to_day), (long long)known(want->waived_to_day),
                     (long long)want->waits);
        below++;
    }
    assert_int_equal(below, evening->count);
    /* and so does the page of a unit */
    struct sql_unit_duties_as_of_rows own;
    assert_ok(sql_unit_duties_as_of(t->db, &w->system, &t->arena,
                                    &(struct sql_unit_duties_as_of_args){.unit_id = w->schools[2],
                                                                         .as_of_day = day,
                                                                         .until_ms = civil_day_start_ms(day + 1)},
                                    &own, &err));
    for (size_t k = 0; k < evening->count; k++) {
        const struct sql_world_facts_row *want = &evening->items[k];
        for (size_t i = 0; want->unit_id == w->schools[2] && i < own.count; i++) {
            if (own.items[i].id != want->id)
                continue;
            bool waits;
            assert_ok(
                seen_waits(t->db, want->id, own.items[i].waits, civil_day_start_ms(day + 1), &t->arena, &waits, &err));
            assert_int_equal(waits, want->waits > 0);
            of_unit += own.items[i].id == want->id && known(own.items[i].due_day) == known(want->due_day) &&
                       known(own.items[i].covered_from_day) == known(want->covered_from_day) &&
                       known(own.items[i].covered_to_day) == known(want->covered_to_day) &&
                       known(own.items[i].waived_to_day) == known(want->waived_to_day);
        }
    }
    assert_int_equal(of_unit, own.count);
    arena_rewind(&t->arena, mark);
}

static void random_act(struct store_test *t, const struct world *w, struct rng *rng, civil_day today)
{
    struct err err;
    struct arena_mark mark = arena_mark(&t->arena);
    struct sql_world_assignments_rows rows;
    assert_ok(sql_world_assignments(t->db, &t->arena, &rows, &err));
    int64_t aid = rows.items[rng_below(rng, rows.count)].id;
    struct ledger_row row;
    assert_ok(ledger_get(t->db, &t->arena, aid, &row, &err));
    struct ledger_row after = row;
    switch (rng_below(rng, 9)) {
    case 0:
        after.acked_ms = t->now_ms;
        after.facts.acked_day = today;
        break;
    case 1:
        after.started_ms = t->now_ms;
        after.facts.started_day = today;
        break;
    case 2: /* evidence of some days ago becomes known today */
        after.facts.covered_from_day = today - (civil_day)rng_below(rng, 20);
        after.facts.covered_to_day = after.facts.covered_from_day + 15 + (civil_day)rng_below(rng, 40);
        break;
    case 3: /* and is withdrawn */
        after.facts.covered_from_day = after.facts.covered_to_day = CIVIL_NONE;
        break;
    case 4:
        after.facts.waived_to_day = rng_below(rng, 2) ? today + 1 + (civil_day)rng_below(rng, 30) : CIVIL_NONE;
        break;
    case 5:
        after.facts.na_from_day = rng_below(rng, 3) ? CIVIL_NONE : today;
        break;
    case 6:
        after.unit_id = w->schools[rng_below(rng, WORLD_SCHOOLS)]; /* to a successor */
        break;
    case 7:
        after.facts.due_day =
            after.facts.due_day == CIVIL_NONE ? CIVIL_NONE : after.facts.due_day + (civil_day)rng_below(rng, 5);
        break;
    case 8:
        after.facts.closed_day = rng_below(rng, 8) ? CIVIL_NONE : today;
        break;
    }
    assert_ok(ledger_put(t->db, today, &row, &after, &err));
    arena_rewind(&t->arena, mark);
}

/* Three months of random acts: every evening the roll-up is written down; in the end each past day, asked as of then,
 * says the same; and the counters are what a full recount counts. Meanwhile units move in one of two trees, decided on
 * the day, for days before and for days to come: each past figure is what its definition says, and opens to its rows.
 */
static void random_histories_are_counted_right(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct rng rng;
    rng_init(&rng, 18);
    int64_t second = world_unit(t, &w, "department", "Sở Khoa học và Công nghệ Trúc Lâm", w.committee);
    const int64_t departments[] = {w.department, second, w.committee, 0};
    struct directive_issued issued;
    struct obligation_draft o[] = {scan(civil_to_day(2027, 2, 20)), plan(civil_to_day(2027, 1, 25)),
                                   absorb(CIVIL_NONE)};
    int64_t id = issue(t, &w, o, 3, &issued);
    /* the department hands one duty on: a directive within the family */
    struct sql_obligation_list_rows list;
    assert_ok(
        sql_obligation_list(t->db, &t->arena, &(struct sql_obligation_list_args){.directive_id = id}, &list, &err));
    struct obligation_draft below = {.catalogue_id = STR("CT18-2c"),
                                     .parent_id = list.items[1].id,
                                     .text = STR("Các trường ban hành phương án"),
                                     .deadline_day = civil_to_day(2027, 1, 20),
                                     .targets = to_schools,
                                     .target_count = 1};
    struct directive_draft draft = {.issuer_id = w.department,
                                    .parent_id = id,
                                    .edge_kind = EDGE_PROFESSIONAL,
                                    .title = STR("Sở giao các trường"),
                                    .issued_day = CIVIL_NONE,
                                    .obligations = &below,
                                    .obligation_count = 1};
    int64_t child = 0;
    assert_ok(directive_draft_new(t->db, &w.system, &draft, &child, &err));
    assert_ok(directive_issue(t->db, &w.system, child, &issued, &err));
    struct {
        civil_day day;
        struct sql_rollup_unit_row all, school;
        struct sql_world_facts_rows facts;
    } seen[90];
    size_t days = 0, moves = 0, back_dated = 0;
    for (; days < ARRAY_LEN(seen); days++) {
        civil_day today = civil_day_of_ms(t->now_ms);
        for (uint64_t acts = rng_below(&rng, 6); acts > 0; acts--)
            random_act(t, &w, &rng, today);
        /* Administratively the schools stay where they are, so that what was seen there holds. */
        if (rng_below(&rng, 3) == 0) {
            civil_day from = today + 3 - (civil_day)rng_below(&rng, 20);
            enum err_code code =
                unit_set_parent(t->db, &w.system, w.schools[rng_below(&rng, WORLD_SCHOOLS)], EDGE_PROFESSIONAL,
                                departments[rng_below(&rng, ARRAY_LEN(departments))], from, 0, &err);
            assert_true(code == ERR_NONE || code == ERR_CONFLICT); /* there is a later move already */
            moves += code == ERR_NONE;
            back_dated += code == ERR_NONE && from < today;
        }
        seen[days].day = today;
        seen[days].all = rollup(t, &w, w.committee, 0);
        seen[days].school = rollup(t, &w, w.schools[0], id);
        assert_ok(sql_world_facts(t->db, &t->arena, &seen[days].facts, &err));
        if (days % 15 == 0) {
            assert_ok(ledger_recount(t->db, &err));
            assert_ok(ledger_fold(t->db, &err));
            assert_ok(ledger_recount(t->db, &err));
            const int64_t tops[] = {w.committee, w.department, w.schools[3]}, families[] = {0, id, child};
            for (size_t r = 0; r < ARRAY_LEN(tops); r++)
                for (size_t s = 0; s < ARRAY_LEN(families); s++) {
                    check_rows(t, &w, tops[r], families[s], STR_NONE);
                    check_rows(t, &w, tops[r], families[s], STR("CT18-2c"));
                }
            for (size_t i = 0; i < days; i += 1 + days / 10)
                check_past_figure(t, &w, w.department, 0, EDGE_PROFESSIONAL, seen[i].day, false);
        }
        world_pass(t, 1);
    }
    assert_true(moves > 5 && back_dated > 3);
    assert_ok(ledger_recount(t->db, &err));
    /* As after an upgrade: all of the past is summed anew, tree by tree, days pass meanwhile, and each figure is right
     * at every moment. */
    int64_t waiting, left;
    assert_ok(sql_world_forget_sums(t->db, &err));
    assert_ok(sql_world_sum_all_again(t->db, &err));
    assert_ok(ledger_waiting(t->db, &waiting, &err));
    assert_true(waiting >= 4);
    bool had_one = true;
    for (int step = 0; had_one; step++) {
        const civil_day at[] = {seen[7].day, seen[40].day, seen[days - 1].day};
        for (size_t i = 0; i < ARRAY_LEN(at); i++) {
            check_past_figure(t, &w, w.committee, 0, EDGE_PROFESSIONAL, at[i], true);
            check_past_figure(t, &w, w.department, id, EDGE_ADMINISTRATIVE, at[i], true);
            check_past_pages(t, &w, w.department, 0, EDGE_PROFESSIONAL, at[i]);
        }
        if (step == 2) {
            int moved = 0;
            t->now_ms += CIVIL_DAY_MS;
            assert_ok(ledger_pass(t->db, civil_day_of_ms(t->now_ms), &moved, &err));
            assert_int_equal(moved, 1);
        }
        assert_ok(ledger_catch_up(t->db, &had_one, &err));
        assert_ok(ledger_waiting(t->db, &left, &err));
        assert_int_equal(left, had_one ? --waiting : 0);
    }
    for (size_t i = 0; i < days; i++) {
        check_past_facts(t, &w, seen[i].day, &seen[i].facts);
        const struct {
            int64_t root, scope;
            const struct sql_rollup_unit_row *want;
        } asks[] = {{w.committee, 0, &seen[i].all}, {w.schools[0], id, &seen[i].school}};
        for (size_t k = 0; k < ARRAY_LEN(asks); k++) {
            struct rollup got;
            assert_ok(rollup_get(t->db, &w.system, asks[k].root, asks[k].scope, EDGE_ADMINISTRATIVE, seen[i].day,
                                 &t->arena, &got, &err));
            const struct sql_rollup_unit_row *want = asks[k].want;
            const int64_t n[DUTY_STATE_COUNT] = {want->n_unseen, want->n_ack, want->n_doing,
                                                 want->n_ok,     want->n_due, want->n_late,
                                                 want->n_birth,  want->n_na,  want->n_waived};
            for (int s = 0; s < DUTY_STATE_COUNT; s++)
                if (got.n[s] != n[s])
                    fail_msg("day %zu: %s is %lld, seen %lld", i, duty_state_to_str(s), (long long)got.n[s],
                             (long long)n[s]);
        }
        const int64_t roots[] = {w.committee, w.department, second, w.schools[0]};
        const int64_t scopes[] = {0, id, child};
        for (size_t r = 0; r < ARRAY_LEN(roots); r++)
            for (size_t s = 0; s < ARRAY_LEN(scopes); s++) {
                check_past_figure(t, &w, roots[r], scopes[s], EDGE_PROFESSIONAL, seen[i].day, i % 9 == 0);
                if (i % 5 == 0)
                    check_past_pages(t, &w, roots[r], scopes[s], EDGE_PROFESSIONAL, seen[i].day);
                check_past_figure(t, &w, roots[r], scopes[s], EDGE_ADMINISTRATIVE, seen[i].day, false);
            }
    }
    struct rollup_month *months = NULL;
    size_t month_count = 0;
    assert_ok(rollup_trend(t->db, &w.system, w.committee, 0, EDGE_ADMINISTRATIVE, 12, &t->arena, &months, &month_count,
                           &err));
    assert_int_equal(month_count, 3); /* January to March; it is April */
    assert_int_equal(months[0].day, civil_to_day(2027, 1, 31));
    for (size_t i = 0; i < days; i++)
        for (size_t m = 0; m < month_count; m++)
            if (seen[i].day == months[m].day)
                assert_int_equal(months[m].rollup.n[DUTY_LATE], seen[i].all.n_late);
}

/* A move for a day long gone changes every figure from that day on, also before the day job has counted it anew. */
static void a_move_for_a_past_day_is_seen_at_once(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t second = world_unit(t, &w, "department", "Sở Khoa học và Công nghệ Trúc Lâm", w.committee);
    struct directive_issued issued;
    struct obligation_draft o[] = {plan(civil_to_day(2027, 3, 1))};
    int64_t id = issue(t, &w, o, 1, &issued);
    civil_day first = civil_day_of_ms(t->now_ms);
    world_pass(t, 30);
    assert_ok(unit_set_parent(t->db, &w.system, w.schools[4], EDGE_PROFESSIONAL, second, first + 10, 0, &err));
    for (int round = 0; round < 2; round++) {
        struct rollup r;
        assert_ok(rollup_get(t->db, &w.system, second, id, EDGE_PROFESSIONAL, first + 9, &t->arena, &r, &err));
        assert_int_equal(r.total, 1); /* the department itself */
        assert_ok(rollup_get(t->db, &w.system, second, id, EDGE_PROFESSIONAL, first + 10, &t->arena, &r, &err));
        assert_int_equal(r.total, 2);
        for (civil_day day = first; day < first + 30; day++) {
            check_past_figure(t, &w, w.department, id, EDGE_PROFESSIONAL, day, true);
            check_past_figure(t, &w, w.committee, 0, EDGE_PROFESSIONAL, day, false);
            check_past_figure(t, &w, w.department, 0, EDGE_ADMINISTRATIVE, day, false);
        }
        world_pass(t, 1);
    }
}

static void withdrawing_and_succession(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct directive_issued issued;
    struct obligation_draft o[] = {plan(civil_to_day(2027, 3, 1))};
    int64_t id = issue(t, &w, o, 1, &issued);
    size_t moved = 0;
    assert_ok(directive_move_open(t->db, w.schools[0], w.schools[1], 0, &moved, &err));
    assert_int_equal(moved, 1);
    assert_int_equal(rollup(t, &w, w.schools[0], id).n_unseen, 0);
    assert_int_equal(rollup(t, &w, w.schools[1], id).n_unseen, 2);
    assert_ok(ledger_recount(t->db, &err));
    assert_err(directive_withdraw(t->db, &w.system, id, STR(""), &err), ERR_SYNTAX);
    assert_ok(directive_withdraw(t->db, &w.system, id, STR("thay bằng công văn khác"), &err));
    assert_int_equal(rollup(t, &w, w.committee, 0).n_unseen, 0);
    assert_ok(ledger_recount(t->db, &err));
    world_pass(t, 100);
    assert_int_equal(rollup(t, &w, w.committee, 0).n_late, 0);
    assert_ok(ledger_recount(t->db, &err));
}

static void the_chain_holds_and_shows_tampering(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct directive_issued issued;
    struct obligation_draft o[] = {plan(civil_to_day(2027, 3, 1))};
    issue(t, &w, o, 1, &issued);
    size_t sealed = 0;
    assert_ok(chain_seal(t->db, &sealed, &err));
    assert_true(sealed > WORLD_SCHOOLS);
    struct chain_report report;
    assert_ok(chain_verify(t->db, &t->arena, &report, &err));
    assert_int_equal(report.entry_count, sealed);
    assert_int_equal(report.waiting_count, 0);
    struct sql_world_entries_rows entries;
    assert_ok(sql_world_entries(t->db, &t->arena, &entries, &err));
    /* erasing content keeps the chain whole */
    assert_ok(chain_erase(t->db, entries.items[2].id, 0, STR("theo yêu cầu"), &err));
    assert_err(chain_erase(t->db, entries.items[2].id, 0, STR("theo yêu cầu"), &err), ERR_CONFLICT);
    assert_ok(chain_seal(t->db, &sealed, &err));
    assert_ok(chain_verify(t->db, &t->arena, &report, &err));
    assert_int_equal(report.erased_count, 1);
    /* changing one field of one row does not */
    int64_t changes = 0;
    assert_ok(sql_world_tamper(
        t->db, &(struct sql_world_tamper_args){.id = entries.items[4].id, .at_ms = entries.items[4].at_ms + 1},
        &changes, &err));
    assert_err(chain_verify(t->db, &t->arena, &report, &err), ERR_CONFLICT);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org,
                                                       &sql_module_duty, NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(issuing_reaches_whom_it_names),
        STORE_TEST(what_goes_to_the_same_goes_to_each),
        STORE_TEST(a_province_sees_it_move),
        STORE_TEST(reading_counts_persons),
        STORE_TEST(systems_are_the_denominator_of_scans),
        STORE_TEST(each_tier_may_only_be_earlier),
        STORE_TEST(a_draft_is_said_anew),
        STORE_TEST(a_draft_is_deleted_with_a_trace),
        STORE_TEST(random_histories_are_counted_right),
        STORE_TEST(a_move_for_a_past_day_is_seen_at_once),
        STORE_TEST(withdrawing_and_succession),
        STORE_TEST(the_chain_holds_and_shows_tampering),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
