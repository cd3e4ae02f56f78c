#include "asset_world.h"

static int64_t open_finding(struct store_test *t, const struct world *w, int school, bool allows_control,
                            const char *severity, civil_day due_day)
{
    struct err err;
    int64_t id = 0;
    struct actor officer = world_actor(t, w->officer_of[school]);
    struct finding_draft draft = {.unit_id = w->schools[school],
                                  .kind = STR("vulnerability"),
                                  .title = STR("Máy chủ điểm danh mở cổng điều khiển từ xa"),
                                  .severity = str_from_cstr(severity),
                                  .allows_control = allows_control,
                                  .source = STR("hand"),
                                  .found_day = CIVIL_NONE,
                                  .due_day = due_day};
    assert_ok(finding_open(t->db, &officer, &draft, &id, &err));
    return id;
}

static struct finding_page page_of(struct store_test *t, const struct world *w, int64_t id)
{
    struct err err;
    struct finding_page page;
    assert_ok(finding_read(t->db, &w->system, &t->arena, id, &page, &err));
    return page;
}

static void control_opens_both_halves_at_once(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct finding_page page = page_of(t, &w, open_finding(t, &w, 0, true, "critical", CIVIL_NONE));
    assert_int_equal(page.tasks.count, 2);
    assert_str(page.tasks.items[0].half, FINDING_FIX);
    assert_str(page.tasks.items[1].half, FINDING_HUNT);
    assert_int_equal(page.tasks.items[0].opened_ms, page.finding->opened_ms);
    assert_int_equal(page.tasks.items[1].opened_ms, page.finding->opened_ms);
    assert_int_equal(page_of(t, &w, open_finding(t, &w, 0, false, "low", CIVIL_NONE)).tasks.count, 1);
}

/* CT18-2f: "refuse closing the finding on repair alone" */
static void a_patched_door_does_not_say_who_came_in(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct actor officer = world_actor(t, w.officer_of[0]);
    int64_t id = open_finding(t, &w, 0, true, "critical", CIVIL_NONE);
    assert_err(finding_close(t->db, &officer, id, STR(""), &err), ERR_CONFLICT);
    assert_err(finding_task_done(t->db, &officer, id, FINDING_FIX, STR("  "), 0, &err), ERR_SYNTAX);
    assert_ok(finding_task_done(t->db, &officer, id, FINDING_FIX, STR("đã đóng cổng, đổi mật khẩu"), 0, &err));
    assert_err(finding_close(t->db, &officer, id, STR(""), &err), ERR_CONFLICT);
    assert_true(str_contains(str_from_cstr(err.text), STR("săn lùng")));
    struct finding_pair_status pair;
    assert_ok(finding_pair_status(t->db, &officer, w.schools[0], &pair, &err));
    assert_int_equal(pair.fix_done_hunt_open, 1);
    assert_int_equal(pair.closed, 0);
    assert_int_equal(pair.oldest_open_day, civil_day_of_ms(t->now_ms));
    int64_t evidence = db_id(t->db), foreign = db_id(t->db), withdrawn = db_id(t->db);
    assert_ok(sql_fixture_evidence(
        t->db, &(struct sql_fixture_evidence_args){.id = evidence, .unit_id = w.schools[0], .state = STR("accepted")},
        &err));
    assert_ok(sql_fixture_evidence(
        t->db, &(struct sql_fixture_evidence_args){.id = foreign, .unit_id = w.schools[1], .state = STR("accepted")},
        &err));
    assert_ok(sql_fixture_evidence(
        t->db, &(struct sql_fixture_evidence_args){.id = withdrawn, .unit_id = w.schools[0], .state = STR("withdrawn")},
        &err));
    assert_err(finding_task_done(t->db, &officer, id, FINDING_HUNT, STR("x"), foreign, &err), ERR_NOT_FOUND);
    assert_err(finding_task_done(t->db, &officer, id, FINDING_HUNT, STR("x"), withdrawn, &err), ERR_CONFLICT);
    t->now_ms += 1000;
    assert_ok(finding_task_done(t->db, &officer, id, FINDING_HUNT, STR("đã soát nhật ký 90 ngày, không thấy ai vào"),
                                evidence, &err));
    assert_err(finding_task_done(t->db, &officer, id, FINDING_HUNT, STR("x"), 0, &err), ERR_CONFLICT);
    assert_ok(finding_close(t->db, &officer, id, STR(""), &err));
    assert_err(finding_close(t->db, &officer, id, STR(""), &err), ERR_CONFLICT);
    struct sql_finding_pairs_closed_rows_rows pairs;
    assert_ok(finding_pairs_closed(t->db, &officer, &t->arena, w.schools[0], 0, &pairs, &err));
    assert_int_equal(pairs.count, 1);
    assert_int_equal(pairs.items[0].hunt_evidence_id.v, evidence);
    assert_str(pairs.items[0].fix_note, STR("đã đóng cổng, đổi mật khẩu"));
    assert_true(pairs.items[0].hunt_ms.v > pairs.items[0].fix_ms.v);
}

static void without_control_the_fix_is_enough(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct actor officer = world_actor(t, w.officer_of[0]);
    int64_t id = open_finding(t, &w, 0, false, "medium", CIVIL_NONE);
    assert_err(finding_task_done(t->db, &officer, id, FINDING_HUNT, STR("x"), 0, &err), ERR_CONFLICT);
    assert_err(finding_task_done(t->db, &officer, id, STR("both"), STR("x"), 0, &err), ERR_SYNTAX);
    assert_err(finding_close(t->db, &officer, id, STR(""), &err), ERR_CONFLICT);
    assert_ok(finding_task_done(t->db, &officer, id, FINDING_FIX, STR("đã cập nhật"), 0, &err));
    assert_ok(finding_close(t->db, &officer, id, STR(""), &err));
    /* it allowed control after all: open again, with the hunt */
    assert_ok(finding_allows_control(t->db, &officer, id, STR("có mã khai thác"), &err));
    assert_err(finding_allows_control(t->db, &officer, id, STR("có mã khai thác"), &err), ERR_CONFLICT);
    assert_false(page_of(t, &w, id).finding->closed_ms.has);
    assert_err(finding_close(t->db, &officer, id, STR(""), &err), ERR_CONFLICT);
    assert_ok(finding_task_done(t->db, &officer, id, FINDING_HUNT, STR("không thấy gì"), 0, &err));
    assert_ok(finding_close(t->db, &officer, id, STR(""), &err));
}

static void nothing_is_lost_when_it_opens_again(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct actor officer = world_actor(t, w.officer_of[0]);
    int64_t id = open_finding(t, &w, 0, true, "high", CIVIL_NONE);
    assert_ok(finding_task_done(t->db, &officer, id, FINDING_FIX, STR("vá lần một"), 0, &err));
    assert_ok(finding_task_done(t->db, &officer, id, FINDING_HUNT, STR("soát lần một"), 0, &err));
    assert_err(finding_reopen(t->db, &officer, id, STR("còn lỗi"), &err), ERR_CONFLICT); /* it is open */
    assert_ok(finding_close(t->db, &officer, id, STR(""), &err));
    assert_err(finding_task_reopen(t->db, &officer, id, FINDING_HUNT, STR(""), &err), ERR_SYNTAX);
    assert_ok(finding_task_reopen(t->db, &officer, id, FINDING_HUNT, STR("sót một máy"), &err));
    assert_false(page_of(t, &w, id).finding->closed_ms.has);
    assert_err(finding_close(t->db, &officer, id, STR(""), &err), ERR_CONFLICT);
    assert_ok(finding_task_done(t->db, &officer, id, FINDING_HUNT, STR("soát lần hai"), 0, &err));
    assert_ok(finding_close(t->db, &officer, id, STR(""), &err));
    assert_ok(finding_reopen(t->db, &officer, id, STR("lỗi quay lại"), &err));
    struct finding_page page = page_of(t, &w, id);
    assert_str(page.tasks.items[0].state, STR("open"));
    assert_str(page.tasks.items[1].state, STR("open"));
    bool is_first_kept = false;
    for (size_t i = 0; i < page.events.count; i++)
        is_first_kept = is_first_kept || str_equal(page.events.items[i].note, STR("soát lần một"));
    assert_true(is_first_kept);
    assert_int_equal(page.events.count, 8);
    struct sql_fixture_entries_rows entries;
    assert_ok(sql_fixture_entries(t->db, &t->arena, &(struct sql_fixture_entries_args){.object_kind = STR("finding")},
                                  &entries, &err));
    assert_int_equal(entries.count, 8);
    assert_str(entries.items[0].kind, STR("finding_opened"));
    assert_str(entries.items[7].kind, STR("finding_reopened"));
}

static void counts_and_filters_agree(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct actor superior = world_actor(t, w.superior), officer = world_actor(t, w.officer_of[0]);
    civil_day today = civil_day_of_ms(t->now_ms);
    int64_t half = open_finding(t, &w, 0, true, "critical", today + 1);
    open_finding(t, &w, 0, false, "low", today + 30);
    open_finding(t, &w, 1, true, "high", today);
    int64_t closed = open_finding(t, &w, 0, false, "medium", CIVIL_NONE);
    assert_ok(finding_task_done(t->db, &officer, half, FINDING_HUNT, STR("soát"), 0, &err));
    assert_ok(finding_task_done(t->db, &officer, closed, FINDING_FIX, STR("vá"), 0, &err));
    assert_ok(finding_close(t->db, &officer, closed, STR(""), &err));
    t->now_ms += 2 * CIVIL_DAY_MS;
    struct finding_count c;
    assert_ok(finding_counts(t->db, &superior, w.department, STR(""), &c, &err));
    assert_int_equal(c.open, 3);
    assert_int_equal(c.control, 2);
    assert_int_equal(c.late, 2);
    assert_int_equal(c.closed, 1);
    assert_int_equal(c.critical + c.high + c.medium + c.low, 3);
    struct finding_count *children = NULL;
    size_t child_count = 0;
    assert_ok(
        finding_counts_children(t->db, &superior, &t->arena, w.department, STR(""), &children, &child_count, &err));
    assert_int_equal(child_count, WORLD_SCHOOLS);
    assert_int_equal(children[0].open, 2);
    assert_int_equal(children[1].unit_id, w.schools[1]);
    assert_int_equal(children[WORLD_SCHOOLS - 1].open, 0);
    const struct {
        struct finding_filter filter;
        int64_t want;
    } cases[] = {
        {{.state = FINDING_ANY}, 4},     {{.state = FINDING_IS_OPEN}, 3},      {{.state = FINDING_IS_CLOSED}, 1},
        {{.state = FINDING_IS_LATE}, 2}, {{.state = FINDING_IS_HALF_DONE}, 1}, {{.only_control = true}, 2},
        {{.severity = STR("low")}, 1},   {{.search = STR("diem danh")}, 4},    {{.search = STR("camera")}, 0},
        {{.kind = STR("camera")}, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct finding_filter f = cases[i].filter;
        struct sql_finding_rows_rows rows;
        int64_t n = -1;
        f.root_id = w.department;
        f.limit_count = 50;
        assert_ok(finding_list(t->db, &superior, &t->arena, &f, &rows, &err));
        assert_ok(finding_list_count(t->db, &superior, &t->arena, &f, &n, &err));
        if ((int64_t)rows.count != cases[i].want || n != cases[i].want)
            fail_msg("case %zu: %zu rows, counted %lld, wanted %lld", i, rows.count, (long long)n,
                     (long long)cases[i].want);
        if (i == 0) {
            assert_int_equal(rows.items[0].id, half); /* late and critical */
            assert_int_equal(rows.items[3].id, closed);
        }
    }
}

static void who_may(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = open_finding(t, &w, 0, true, "high", CIVIL_NONE), other = 0;
    struct actor superior = world_actor(t, w.superior), clerk = world_actor(t, w.clerk),
                 stranger = world_actor(t, w.officer_of[1]);
    struct actor hunter = world_actor(t, world_person(t, "Phạm Săn", w.schools[0], "", RIGHT_READ | RIGHT_HUNT));
    struct finding_page page;
    struct finding_filter f = {.root_id = w.department, .limit_count = 50};
    int64_t n = -1;
    assert_ok(finding_read(t->db, &superior, &t->arena, id, &page, &err));
    assert_err(finding_read(t->db, &clerk, &t->arena, id, &page, &err), ERR_NOT_FOUND);
    assert_err(finding_read(t->db, &stranger, &t->arena, id, &page, &err), ERR_NOT_FOUND);
    assert_ok(finding_list_count(t->db, &clerk, &t->arena, &f, &n, &err));
    assert_int_equal(n, 0);
    assert_err(finding_task_done(t->db, &superior, id, FINDING_FIX, STR("x"), 0, &err), ERR_DENIED);
    assert_err(finding_close(t->db, &stranger, id, STR(""), &err), ERR_DENIED);
    /* who hunts does not repair */
    assert_ok(finding_task_done(t->db, &hunter, id, FINDING_HUNT, STR("soát"), 0, &err));
    assert_err(finding_task_done(t->db, &hunter, id, FINDING_FIX, STR("vá"), 0, &err), ERR_DENIED);
    struct finding_draft draft = {.unit_id = w.schools[0],
                                  .kind = STR("exposure"),
                                  .title = STR("X"),
                                  .severity = STR("low"),
                                  .source = STR("hand"),
                                  .found_day = CIVIL_NONE,
                                  .due_day = CIVIL_NONE};
    assert_err(finding_open(t->db, &stranger, &draft, &other, &err), ERR_DENIED);
    struct actor officer = world_actor(t, w.officer_of[0]);
    int64_t system = db_id(t->db);
    assert_ok(sql_fixture_system(
        t->db, &(struct sql_fixture_system_args){.id = system, .unit_id = w.schools[1], .name = STR("Cổng thông tin")},
        &err));
    draft.system_id = system;
    assert_err(finding_open(t->db, &officer, &draft, &other, &err), ERR_NOT_FOUND); /* another unit's system */
    draft.system_id = 0;
    draft.severity = STR("grave");
    assert_err(finding_open(t->db, &officer, &draft, &other, &err), ERR_SYNTAX);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org,
                                                       &sql_module_asset, NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(control_opens_both_halves_at_once), STORE_TEST(a_patched_door_does_not_say_who_came_in),
        STORE_TEST(without_control_the_fix_is_enough), STORE_TEST(nothing_is_lost_when_it_opens_again),
        STORE_TEST(counts_and_filters_agree),          STORE_TEST(who_may),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
