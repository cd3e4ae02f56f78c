/* A duty of a past day reads as it read that evening. */
#include "duty_world.h"

#include "duty/notice.h"
#include "duty/request.h"
#include "duty/seen.h"
#include "duty/succession.h"
#include "org/system.h"
#include "store/blob.h"

#define EVENINGS_MAX 64

struct evening {
    civil_day day;
    struct str text[2]; /* of each duty */
};

static void put_opt(struct buf *buf, const char *name, struct opt_i64 v)
{
    if (v.has)
        buf_printf(buf, " %s=%lld", name, (long long)v.v);
}

/* Everything a page says of a duty on a day, one line a thing. */
static struct str told(struct store_test *t, const struct actor *actor, int64_t id, civil_day as_of)
{
    struct err err;
    struct seen seen;
    struct sql_duty_subjects_rows subjects;
    struct sql_duty_spans_rows spans;
    struct sql_assignment_evidence_list_rows evidence;
    struct sql_duty_earlier_evidence_rows earlier;
    struct sql_request_list_assignment_rows requests;
    struct sql_duty_history_rows history;
    AUTO_BUF buf;
    buf_init(&buf, 1u << 20);
    assert_ok(seen_open(t->db, actor, id, civil_day_of_ms(t->now_ms), as_of, &t->arena, &seen, &err));
    assert_ok(seen_subjects(t->db, actor, &seen, &t->arena, &subjects, &spans, &err));
    assert_ok(seen_evidence(t->db, actor, &seen, &t->arena, &evidence, &earlier, &err));
    assert_ok(seen_requests(t->db, actor, &seen, &t->arena, &requests, &err));
    assert_ok(sql_duty_history(
        t->db, actor, &t->arena,
        &(struct sql_duty_history_args){.assignment_id = id, .until_ms = seen.until_ms, .limit_count = 100}, &history,
        &err));
    const struct sql_assignment_page_row *d = seen.duty;
    buf_printf(&buf, "%.*s / %.*s state=%lld", STR_ARG(d->unit_name), STR_ARG(d->subject_name), (long long)d->state);
    put_opt(&buf, "due", d->due_day);
    put_opt(&buf, "from", d->covered_from_day);
    put_opt(&buf, "to", d->covered_to_day);
    put_opt(&buf, "waived", d->waived_to_day);
    put_opt(&buf, "acked", d->acked_ms);
    put_opt(&buf, "started", d->started_ms);
    buf_printf(&buf, " by=%.*s given=%.*s\n", STR_ARG(d->acked_name), STR_ARG(d->assignee_name));
    for (size_t i = 0; i < subjects.count; i++) {
        const struct sql_duty_subjects_row *s = &subjects.items[i];
        buf_printf(&buf, "subject %lld %.*s state=%lld", (long long)s->id, STR_ARG(s->subject_name),
                   (long long)s->state);
        put_opt(&buf, "to", s->covered_to_day);
        put_opt(&buf, "waived", s->waived_to_day);
        for (size_t k = 0; k < spans.count; k++)
            if (spans.items[k].assignment_id == s->id)
                buf_printf(&buf, " %lld..%lld", (long long)spans.items[k].covers_from_day,
                           (long long)spans.items[k].covers_to_day);
        buf_lit(&buf, "\n");
    }
    for (size_t i = 0; i < evidence.count; i++) {
        const struct sql_assignment_evidence_list_row *e = &evidence.items[i];
        buf_printf(&buf, "evidence %lld %.*s %.*s", (long long)e->id, STR_ARG(e->state), STR_ARG(e->reason));
        /* who accepted what was withdrawn since, the chain says: it stands in the history */
        if (!str_equal(e->state, STR("accepted")))
            put_opt(&buf, "decided", e->decided_ms);
        buf_lit(&buf, "\n");
    }
    for (size_t i = 0; i < requests.count; i++) {
        const struct sql_request_list_assignment_row *r = &requests.items[i];
        buf_printf(&buf, "request %lld %.*s %.*s\n", (long long)r->id, STR_ARG(r->state), STR_ARG(r->decision));
    }
    for (size_t i = 0; i < history.count; i++)
        buf_printf(&buf, "entry %lld %.*s\n", (long long)history.items[i].id, STR_ARG(history.items[i].kind));
    struct str text = arena_str(&t->arena, buf_str(&buf));
    assert_false(buf.failed || str_is_null(text));
    return text;
}

static enum err_code keep_file(struct db *db, void *hash, struct err *err)
{
    return blob_put(db, STR("ket qua"), hash, err);
}

static int64_t hand_in(struct store_test *t, const struct world *w, int64_t duty, const char *source, civil_day done)
{
    struct err err;
    int64_t id = 0;
    char day[CIVIL_TEXT_BYTES];
    struct sha256 hash;
    assert_ok(db_transact(t->db, keep_file, &hash, &err));
    struct evidence_file file = {STR("ket-qua.pdf"), STR("application/pdf"), sha256_str(&hash), 7};
    struct evidence_draft draft = {
        .assignment_id = duty,
        .kind = STR("scan"),
        .done_day = done,
        .source = str_from_cstr(source),
        .files = &file,
        .file_count = 1,
        .fields_json = arena_printf(&t->arena,
                                    "{\"system\":\"x\",\"done_on\":\"%s\",\"scope\":\"một máy\",\"tool\":\"thử\","
                                    "\"target_count\":1,\"high_count\":0}",
                                    civil_iso(done, day))};
    struct actor teacher = world_actor(t, w->teacher_of[0], RIGHT_READ);
    assert_ok(evidence_submit(t->db, &teacher, &draft, &id, &err));
    return id;
}

static void a_past_day_reads_as_it_read_that_evening(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    civil_day first = civil_day_of_ms(t->now_ms);
    int64_t systems[2], duties[2] = {0}, machine = 0, hand = 0, returned, request = 0;
    for (size_t i = 0; i < 2; i++)
        assert_ok(system_new(
            t->db, &w.system,
            &(struct system_fields){.operator_id = w.schools[0], .name = i ? STR("Cổng thông tin") : STR("Học bạ số")},
            civil_to_day(2026, 1, 1), false, &systems[i], &err));
    const struct obligation_target to_all = {.rule = TARGET_ALL};
    struct obligation_draft scan = {
        .catalogue_id = STR("CT18-2b"), .deadline_day = first + 60, .targets = &to_all, .target_count = 1};
    world_pass(t, 2);
    int64_t directive = world_directive(t, &w, &scan, 1);
    struct directive_issued issued;
    struct actor issuer = world_actor(t, w.issuer, RIGHT_READ);
    assert_ok(directive_issue(t->db, &issuer, directive, &issued, &err));
    struct sql_world_assignments_rows all;
    assert_ok(sql_world_assignments(t->db, &t->arena, &all, &err));
    for (size_t i = 0; i < all.count; i++)
        for (size_t k = 0; k < 2; k++)
            if (str_equal(all.items[i].subject_kind, STR("system")) && all.items[i].subject_id == systems[k])
                duties[k] = all.items[i].id;
    assert_true(duties[0] && duties[1]);
    int64_t boss = world_person(t, "Phạm Văn Sậy", w.department, "unit_head", "administrative");
    struct evening evenings[EVENINGS_MAX];
    size_t n = 0;
    bool is_new;
    size_t moved;
    for (int day = 0; day < 30; day++) {
        struct actor teacher = world_actor(t, w.teacher_of[0], RIGHT_READ);
        struct actor head = world_actor(t, w.head_of[0], RIGHT_READ), above = world_actor(t, boss, RIGHT_READ);
        struct actor reviewer = world_actor(t, w.reviewer, RIGHT_READ);
        civil_day today = civil_day_of_ms(t->now_ms);
        switch (day) {
        case 2:
            assert_ok(duty_acknowledge(t->db, &teacher, directive, w.schools[0], &is_new, &err));
            assert_ok(duty_assign(t->db, &head, duties[0], w.head_of[0], &err));
            break;
        case 4:
            machine = hand_in(t, &w, duties[0], "scan", today - 1);
            break;
        case 6:
            hand = hand_in(t, &w, duties[0], "hand", today);
            break;
        case 7:
            assert_ok(evidence_accept(t->db, &reviewer, hand, &err));
            break;
        case 9:
            assert_ok(evidence_withdraw(t->db, &teacher, machine, STR("máy quét nhầm mạng"), &err));
            break;
        case 10:
            assert_ok(duty_assign(t->db, &head, duties[0], w.teacher_of[0], &err));
            assert_ok(request_open(t->db, &teacher,
                                   &(struct request_draft){.kind = REQUEST_WAIVER,
                                                           .assignment_id = duties[1],
                                                           .reason = STR("đang chuyển máy chủ"),
                                                           .until_day = today + 90},
                                   &request, &err));
            break;
        case 12:
            assert_ok(request_grant(
                t->db, &above,
                &(struct request_decision){.request_id = request, .words = STR("đồng ý"), .to_day = today + 5}, &err));
            break;
        case 13:
            returned = hand_in(t, &w, duties[1], "hand", today);
            t->now_ms += 60000;
            int64_t before = -1, after = -1;
            assert_ok(notice_unread_count(t->db, &teacher, &before, &err));
            assert_ok(evidence_return(t->db, &reviewer, returned, STR("thiếu phạm vi"), &err));
            assert_ok(notice_unread_count(t->db, &teacher, &after, &err));
            assert_int_equal(after, before + 1); /* whoever handed it in learns of it */
            break;
        case 15:
            assert_ok(duty_assign(t->db, &head, duties[0], 0, &err));
            assert_ok(duty_set_not_applicable(t->db, &w.system, duties[1], true, STR("không còn dùng"), &err));
            break;
        case 17:
            assert_ok(duty_set_not_applicable(t->db, &w.system, duties[1], false, STR("dùng lại"), &err));
            assert_ok(system_update(
                t->db, &w.system, systems[1],
                &(struct system_fields){.operator_id = w.schools[0], .name = STR("Cổng thông tin mới")}, &err));
            break;
        case 20:
            assert_ok(directive_move_open(t->db, w.schools[0], w.schools[1], 0, &moved, &err));
            assert_true(moved >= 2);
            break;
        case 22:
            assert_ok(evidence_withdraw(t->db, &w.system, hand, STR("sai phạm vi"), &err));
            break;
        case 25:
            assert_ok(directive_withdraw(t->db, &w.system, directive, STR("thay bằng công văn khác"), &err));
            break;
        default:
            break;
        }
        struct evening *e = &evenings[n++];
        e->day = today;
        for (size_t k = 0; k < 2; k++)
            e->text[k] = told(t, &w.system, duties[k], CIVIL_NONE);
        world_pass(t, 1);
    }
    size_t different = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < 2; k++) {
            struct str then = told(t, &w.system, duties[k], evenings[i].day);
            if (!str_equal(then, evenings[i].text[k]))
                fail_msg("duty %zu, day %zu, that evening:\n%.*s\nas of that day:\n%.*s", k, i,
                         STR_ARG(evenings[i].text[k]), STR_ARG(then));
            different += i > 0 && !str_equal(evenings[i].text[k], evenings[i - 1].text[k]);
        }
    assert_true(different >= 12); /* otherwise nothing happened in this history */
}

static void a_day_that_cannot_be_looked_at_is_refused(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    const struct obligation_target to_all = {.rule = TARGET_ALL};
    struct obligation_draft plan = {.catalogue_id = STR("CT18-2c"), .targets = &to_all, .target_count = 1};
    world_pass(t, 3);
    int64_t directive = world_directive(t, &w, &plan, 1);
    struct directive_issued issued;
    struct actor issuer = world_actor(t, w.issuer, RIGHT_READ);
    assert_ok(directive_issue(t->db, &issuer, directive, &issued, &err));
    civil_day given = civil_day_of_ms(t->now_ms);
    world_pass(t, 3);
    struct sql_world_assignments_rows all;
    assert_ok(sql_world_assignments(t->db, &t->arena, &all, &err));
    int64_t duty = 0;
    for (size_t i = 0; i < all.count; i++)
        if (all.items[i].unit_id == w.schools[0])
            duty = all.items[i].id;
    struct seen seen;
    civil_day today = civil_day_of_ms(t->now_ms);
    struct actor own = world_actor(t, w.teacher_of[0], RIGHT_READ), other = world_actor(t, w.teacher_of[1], RIGHT_READ);
    assert_err(seen_open(t->db, &own, duty, today, today + 1, &t->arena, &seen, &err), ERR_SYNTAX);
    assert_err(seen_open(t->db, &own, duty, today, given - 1, &t->arena, &seen, &err), ERR_SYNTAX);
    assert_ok(seen_open(t->db, &own, duty, today, given, &t->arena, &seen, &err));
    assert_true(seen.is_past && seen.day == given);
    assert_ok(seen_open(t->db, &own, duty, today, today, &t->arena, &seen, &err));
    assert_false(seen.is_past);
    /* a stranger learns nothing of it, on any day */
    const civil_day days[] = {CIVIL_NONE, given, given - 1};
    for (size_t i = 0; i < ARRAY_LEN(days); i++)
        assert_err(seen_open(t->db, &other, duty, today, days[i], &t->arena, &seen, &err), ERR_NOT_FOUND);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org,
                                                       &sql_module_duty, NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(a_past_day_reads_as_it_read_that_evening),
        STORE_TEST(a_day_that_cannot_be_looked_at_is_refused),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
