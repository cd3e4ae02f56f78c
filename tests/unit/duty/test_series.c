/* Report series and frozen figures. */
#include "duty_world.h"

#include "duty/freeze.h"
#include "duty/notice.h"
#include "duty/page_report.sql.h"
#include "duty/series.h"
#include "format/json.h"

static const struct obligation_target to_schools[] = {{TARGET_KIND, STR_INIT("school_lower_secondary")}};

static int64_t issue(struct store_test *t, const struct world *w, civil_day due)
{
    struct err err;
    struct directive_issued issued;
    struct obligation_draft o[] = {
        {.catalogue_id = STR("CT18-2c"), .deadline_day = due, .targets = to_schools, .target_count = 1},
        {.catalogue_id = STR("CT18-1a"), .deadline_day = due, .targets = to_schools, .target_count = 1}};
    int64_t id = world_directive(t, w, o, ARRAY_LEN(o));
    struct actor issuer = world_actor(t, w->issuer, RIGHT_READ);
    assert_ok(directive_issue(t->db, &issuer, id, &issued, &err));
    return id;
}

/* --- freezes --- */

struct digest {
    struct sha256_stream stream;
    size_t lines;
};

static enum err_code digest_line(void *ctx, struct str line, struct err *err)
{
    (void)err;
    struct digest *d = ctx;
    sha256_add(&d->stream, line);
    d->lines++;
    return ERR_NONE;
}

static void figures_stay_as_they_were_frozen(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = issue(t, &w, civil_to_day(2027, 1, 20));
    struct actor issuer = world_actor(t, w.issuer, RIGHT_READ), head = world_actor(t, w.head_of[0], RIGHT_READ);
    struct freeze_made made, again, found;
    struct freeze_draft draft = {
        .root_id = w.committee, .directive_id = id, .edge_kind = EDGE_ADMINISTRATIVE, .as_of_day = CIVIL_NONE};
    assert_err(freeze_make(t->db, &head, &draft, &made, &err), ERR_DENIED);
    draft.as_of_day = civil_day_of_ms(t->now_ms) + 1;
    assert_err(freeze_make(t->db, &issuer, &draft, &made, &err), ERR_SYNTAX);
    draft.as_of_day = CIVIL_NONE;
    assert_ok(freeze_make(t->db, &issuer, &draft, &made, &err));
    assert_int_equal(made.row_count, 2 * WORLD_SCHOOLS);
    int64_t counts[DUTY_STATE_COUNT];
    assert_ok(freeze_counts(t->db, &issuer, made.id, counts, &err));
    assert_int_equal(counts[DUTY_UNSEEN], 2 * WORLD_SCHOOLS);
    /* the world goes on: somebody reads, everything gets late, a unit is renamed */
    bool first = false;
    assert_ok(duty_acknowledge(t->db, &head, id, w.schools[0], &first, &err));
    civil_day frozen_on = civil_day_of_ms(t->now_ms);
    world_pass(t, 30);
    struct unit_fact renamed = {.kind = STR("school_lower_secondary"), .name = STR("Trường THCS Tên Mới")};
    assert_ok(unit_set_fact(t->db, &w.system, w.schools[3], &renamed, civil_day_of_ms(t->now_ms), 0, &err));
    assert_ok(freeze_counts(t->db, &issuer, made.id, counts, &err));
    assert_int_equal(counts[DUTY_UNSEEN], 2 * WORLD_SCHOOLS);
    assert_ok(freeze_verify(t->db, &issuer, made.id, &found, &err));
    assert_true(sha256_equal(&found.hash, &made.hash));
    struct sql_answer_rows_rows rows;
    assert_ok(sql_answer_rows(t->db, &t->arena, &(struct sql_answer_rows_args){.freeze_id = made.id}, &rows, &err));
    assert_int_equal(rows.count, made.row_count);
    for (size_t i = 0; i < rows.count; i++)
        assert_false(str_equal(rows.items[i].unit_name, STR("Trường THCS Tên Mới")));
    /* a later freeze of that day knows what was known at its end: the one that read */
    draft.as_of_day = frozen_on;
    assert_ok(freeze_make(t->db, &issuer, &draft, &again, &err));
    assert_int_equal(again.row_count, made.row_count);
    assert_ok(freeze_counts(t->db, &issuer, again.id, counts, &err));
    assert_int_equal(counts[DUTY_ACK], 2);
    assert_int_equal(counts[DUTY_UNSEEN], 2 * WORLD_SCHOOLS - 2);
    assert_false(sha256_equal(&again.hash, &made.hash));
    /* the exported lines are what the hash is over */
    struct digest digest = {.lines = 0};
    sha256_begin(&digest.stream);
    assert_ok(freeze_export(t->db, &issuer, made.id, digest_line, &digest, &err));
    struct sha256 hash = sha256_end(&digest.stream);
    assert_int_equal(digest.lines, made.row_count + 1);
    assert_true(sha256_equal(&hash, &made.hash));
    assert_err(freeze_verify(t->db, &head, made.id, NULL, &err), ERR_NOT_FOUND);
}

static void a_changed_or_lost_row_shows(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    issue(t, &w, civil_to_day(2027, 1, 20));
    struct freeze_made one, two;
    struct freeze_draft draft = {.root_id = w.department, .edge_kind = EDGE_ADMINISTRATIVE, .as_of_day = CIVIL_NONE};
    assert_ok(freeze_make(t->db, &w.system, &draft, &one, &err));
    assert_ok(freeze_make(t->db, &w.system, &draft, &two, &err));
    assert_true(sha256_equal(&one.hash, &two.hash)); /* the same figures have the same hash */
    int64_t changes = 0;
    assert_ok(sql_world_freeze_tamper(t->db, &(struct sql_world_freeze_tamper_args){.freeze_id = one.id, .seq = 5},
                                      &changes, &err));
    assert_int_equal(changes, 1);
    assert_err(freeze_verify(t->db, &w.system, one.id, NULL, &err), ERR_CONFLICT);
    assert_ok(sql_world_freeze_lose(t->db, &(struct sql_world_freeze_lose_args){.freeze_id = two.id, .seq = 7},
                                    &changes, &err));
    assert_err(freeze_verify(t->db, &w.system, two.id, NULL, &err), ERR_CONFLICT);
    struct sql_answer_units_rows units;
    assert_ok(sql_answer_units(t->db, &t->arena, &(struct sql_answer_units_args){.freeze_id = one.id}, &units, &err));
    assert_int_equal(units.count, WORLD_SCHOOLS);
}

/* --- series --- */

static int64_t report_of(struct store_test *t, const struct world *w, int64_t unit_id, const char *series)
{
    struct err err;
    struct sql_report_rows_rows list;
    assert_ok(sql_report_rows(t->db, &w->system, &t->arena,
                              &(struct sql_report_rows_args){.unit_id = unit_id,
                                                             .box = STR("out"),
                                                             .state = STR_NONE,
                                                             .search = STR_NONE,
                                                             .on_day = civil_day_of_ms(t->now_ms),
                                                             .limit_count = 50},
                              &list, &err));
    for (size_t i = 0; i < list.count; i++)
        if (str_equal(list.items[i].series, str_from_cstr(series)))
            return list.items[i].id;
    return 0;
}

static struct sql_report_one_row page_of(struct store_test *t, const struct world *w, int64_t id)
{
    struct err err;
    struct sql_report_one_row *page = NULL;
    assert_ok(sql_report_one(t->db, &w->system, &t->arena,
                             &(struct sql_report_one_args){.id = id, .on_day = civil_day_of_ms(t->now_ms)}, &page,
                             &err));
    assert_non_null(page);
    return *page;
}

static void the_calendar_opens_reports_once(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t police = world_unit(t, &w, "police_province", "Công an tỉnh Trúc Lâm", w.committee);
    assert_ok(sql_world_function(
        t->db,
        &(struct sql_world_function_args){
            .id = db_id(t->db), .unit_id = police, .area_unit_id = w.committee, .function = STR("dedicated_body")},
        &err));
    size_t opened = 0;
    /* before 20/6: the last day is 19/6, thirty days before it is 20/5 */
    assert_ok(series_open_due(t->db, civil_to_day(2027, 5, 19), &opened, &err));
    assert_int_equal(opened, 0);
    assert_ok(series_open_due(t->db, civil_to_day(2027, 5, 20), &opened, &err));
    assert_int_equal(opened, 1);
    assert_ok(series_open_due(t->db, civil_to_day(2027, 5, 21), &opened, &err));
    assert_int_equal(opened, 0);
    int64_t id = report_of(t, &w, police, "form05_half_year_habit");
    assert_true(id != 0);
    struct sql_report_one_row page = page_of(t, &w, id);
    assert_int_equal(page.due_day.v, civil_to_day(2027, 6, 19));
    assert_int_equal(page.period_from_day, civil_to_day(2026, 12, 15));
    assert_int_equal(page.period_to_day, civil_to_day(2027, 6, 15));
    assert_false(page.to_unit_id.has); /* the national coordinator has no place in this store */
    /* before 20/12 every unit reports to its owner, through the superior */
    assert_ok(series_open_due(t->db, civil_to_day(2027, 12, 1), &opened, &err));
    assert_true(opened >= WORLD_SCHOOLS + 3);
    id = report_of(t, &w, w.schools[0], "annual_to_owner");
    assert_true(id != 0);
    assert_int_equal(page_of(t, &w, id).to_unit_id.v, w.department);
}

static void a_report_goes_up_and_is_corrected(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    issue(t, &w, civil_to_day(2027, 1, 20));
    size_t opened = 0;
    struct series_order order = {.series = STR("ct18_as_prescribed"),
                                 .issuer_id = w.committee,
                                 .edge_kind = EDGE_ADMINISTRATIVE,
                                 .period_from_day = civil_to_day(2026, 7, 1),
                                 .period_to_day = civil_to_day(2027, 1, 1),
                                 .due_day = civil_to_day(2027, 1, 15),
                                 .note = STR("6 tháng cuối năm 2026")};
    struct actor issuer = world_actor(t, w.issuer, RIGHT_READ), teacher = world_actor(t, w.teacher_of[0], RIGHT_READ),
                 clerk = world_actor(t, w.teacher_of[1], RIGHT_READ);
    assert_err(series_prescribe(t->db, &teacher, &order, &opened, &err), ERR_DENIED);
    struct series_order wrong = order;
    wrong.series = STR("annual_to_owner");
    assert_err(series_prescribe(t->db, &issuer, &wrong, &opened, &err), ERR_SYNTAX);
    wrong = order;
    wrong.period_to_day = order.period_from_day;
    assert_err(series_prescribe(t->db, &issuer, &wrong, &opened, &err), ERR_SYNTAX);
    assert_ok(series_prescribe(t->db, &issuer, &order, &opened, &err));
    assert_int_equal(opened, WORLD_SCHOOLS + 1);
    assert_err(series_prescribe(t->db, &issuer, &order, &opened, &err), ERR_CONFLICT);
    int64_t id = report_of(t, &w, w.schools[0], "ct18_as_prescribed"),
            second = report_of(t, &w, w.schools[1], "ct18_as_prescribed"), fixed = 0;
    assert_int_equal(page_of(t, &w, id).to_unit_id.v, w.committee);
    /* fill, freeze, send */
    assert_err(report_fill(t->db, &clerk, id, STR("{}"), &err), ERR_DENIED);
    assert_err(report_fill(t->db, &teacher, id, STR("{\"incidents\": [1]}"), &err), ERR_SYNTAX);
    assert_ok(report_fill(t->db, &teacher, id, STR("{\"incidents\": 2, \"note\": \"đã khắc phục\"}"), &err));
    struct str live;
    assert_ok(report_live_figures(t->db, &teacher, id, NULL, &t->arena, &live, &err));
    struct json root;
    assert_ok(json_parse(live, 0, &t->arena, &root, &err));
    int64_t n = 0;
    assert_true(json_i64(json_get(json_get(root, STR("duties")), STR("unseen")), &n) && n == 2);
    assert_err(report_live_figures(t->db, &clerk, id, NULL, &t->arena, &live, &err), ERR_DENIED);
    assert_err(report_send(t->db, &teacher, id, STR_NONE, &err), ERR_CONFLICT); /* figures first */
    assert_ok(report_freeze(t->db, &teacher, id, NULL, &err));
    assert_err(report_freeze(t->db, &teacher, id, NULL, &err), ERR_CONFLICT);
    assert_err(report_fill(t->db, &teacher, id, STR("{}"), &err), ERR_CONFLICT);
    assert_err(report_thaw(t->db, &teacher, id, STR(""), &err), ERR_SYNTAX);
    assert_ok(report_thaw(t->db, &teacher, id, STR("thiếu một sự cố"), &err));
    assert_ok(report_fill(t->db, &teacher, id, STR("{\"incidents\": 3}"), &err));
    assert_ok(report_freeze(t->db, &teacher, id, NULL, &err));
    assert_ok(report_send(t->db, &teacher, id, STR_NONE, &err));
    assert_err(report_send(t->db, &teacher, id, STR_NONE, &err), ERR_CONFLICT);
    struct sql_report_one_row page = page_of(t, &w, id);
    assert_str(page.state, STR("sent"));
    assert_ok(freeze_verify(t->db, &issuer, page.freeze_id.v, NULL, &err));
    assert_ok(json_parse(page.fields_json, 0, &t->arena, &root, &err));
    assert_true(json_i64(json_get(json_get(root, STR("hand")), STR("incidents")), &n) && n == 3);
    assert_true(json_i64(json_get(json_get(json_get(root, STR("auto")), STR("duties")), STR("total")), &n) && n == 2);
    assert_ok(freeze_verify(t->db, &w.system, page.freeze_id.v, NULL, &err));
    int64_t told = 0;
    struct actor boss = world_actor(t, w.issuer, 0);
    assert_ok(notice_unread_count(t->db, &boss, &told, &err));
    assert_int_equal(told, 1);
    /* the second school is two days late */
    world_pass(t, civil_to_day(2027, 1, 17) - civil_day_of_ms(t->now_ms));
    assert_ok(report_fill(t->db, &clerk, second, STR("{\"incidents\": \"4\"}"), &err));
    assert_ok(report_freeze(t->db, &clerk, second, NULL, &err));
    assert_ok(report_send(t->db, &clerk, second, STR_NONE, &err));
    /* a correction is a new version; until it is sent the old one counts */
    assert_err(report_correct(t->db, &teacher, id, STR(""), &fixed, &err), ERR_SYNTAX);
    assert_ok(report_correct(t->db, &teacher, id, STR("đếm sót một sự cố"), &fixed, &err));
    assert_err(report_correct(t->db, &teacher, id, STR("lần nữa"), &fixed, &err), ERR_CONFLICT);
    struct series_compiled c;
    assert_ok(series_compile(t->db, &issuer, w.committee, order.series, 0, order.period_to_day, &t->arena, &c, &err));
    assert_int_equal(c.count, WORLD_SCHOOLS + 1);
    assert_int_equal(c.standing_count[STANDING_MISSING], WORLD_SCHOOLS - 1);
    assert_int_equal(c.standing_count[STANDING_LATE], 1);
    assert_int_equal(c.standing_count[STANDING_IN_TIME], 1);
    assert_int_equal(c.lines[0].standing, STANDING_MISSING);
    assert_int_equal(c.lines[0].late_days, 2);
    assert_int_equal(c.lines[c.count - 1].version, 1);
    assert_int_equal(c.sum_count, 1);
    assert_true(c.sums[0].sum == 7 && c.sums[0].count == 2);
    assert_ok(report_fill(t->db, &teacher, fixed, STR("{\"incidents\": 5}"), &err));
    assert_ok(report_freeze(t->db, &teacher, fixed, NULL, &err));
    assert_ok(report_send(t->db, &teacher, fixed, STR_NONE, &err));
    assert_ok(series_compile(t->db, &issuer, w.committee, order.series, 0, order.period_to_day, &t->arena, &c, &err));
    assert_int_equal(c.count, WORLD_SCHOOLS + 1);
    assert_true(c.sums[0].sum == 9);
    assert_int_equal(c.standing_count[STANDING_IN_TIME], 1); /* it came in time; correcting it does not make it late */
    struct sql_report_versions_rows versions;
    assert_ok(
        sql_report_versions(t->db, &teacher, &t->arena, &(struct sql_report_versions_args){.id = id}, &versions, &err));
    assert_int_equal(versions.count, 2);
    assert_ok(series_compile(t->db, &teacher, w.committee, order.series, 0, order.period_to_day, &t->arena, &c, &err));
    assert_int_equal(c.count, 0);
}

static void a_directive_is_answered_to_its_issuer(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t directive = issue(t, &w, civil_to_day(2027, 1, 20)), id = 0, again = 0;
    struct actor teacher = world_actor(t, w.teacher_of[0], RIGHT_READ), issuer = world_actor(t, w.issuer, RIGHT_READ);
    assert_err(report_open_directive(t->db, &w.system, w.department, directive, CIVIL_NONE, &id, &err),
               ERR_NOT_FOUND); /* it owes nothing */
    assert_ok(report_open_directive(t->db, &teacher, w.schools[0], directive, CIVIL_NONE, &id, &err));
    world_pass(t, 40);
    assert_ok(report_open_directive(t->db, &teacher, w.schools[0], directive, CIVIL_NONE, &again, &err));
    assert_int_equal(id, again);
    struct sql_report_one_row page = page_of(t, &w, id);
    assert_int_equal(page.to_unit_id.v, w.committee);
    assert_int_equal(page.due_day.v, civil_to_day(2027, 1, 20));
    assert_ok(report_freeze(t->db, &teacher, id, NULL, &err));
    struct sql_freeze_totals_rows totals;
    assert_ok(sql_freeze_totals(t->db, &teacher, &t->arena,
                                &(struct sql_freeze_totals_args){.freeze_id = page_of(t, &w, id).freeze_id.v}, &totals,
                                &err));
    assert_int_equal(totals.count, 2);
    assert_int_equal(totals.items[0].state, DUTY_LATE);
    assert_ok(report_send(t->db, &teacher, id, STR_NONE, &err));
    struct series_compiled c;
    assert_ok(
        series_compile(t->db, &issuer, w.committee, SERIES_DIRECTIVE, directive, CIVIL_NONE, &t->arena, &c, &err));
    assert_int_equal(c.count, 1);
    assert_int_equal(c.lines[0].standing, STANDING_LATE);
    struct sql_report_rows_rows list;
    assert_ok(sql_report_rows(t->db, &issuer, &t->arena,
                              &(struct sql_report_rows_args){.unit_id = w.committee,
                                                             .box = STR("in"),
                                                             .state = STR_NONE,
                                                             .search = STR_NONE,
                                                             .on_day = civil_day_of_ms(t->now_ms),
                                                             .limit_count = 10},
                              &list, &err));
    assert_int_equal(list.count, 1);
    assert_str(list.items[0].state, STR("sent"));
}

/* 100,000 rows: ten obligations to 10,000 schools. */
static void a_hundred_thousand_rows(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    AUTO_BUF rows;
    buf_init(&rows, 16u << 20);
    for (int i = 0; i < 10000; i++) {
        buf_put_byte(&rows, i ? ',' : '[');
        for (int k = 0; k < 5; k++)
            buf_printf(&rows, "%s%lld", k ? "," : "[", (long long)db_id(t->db));
        buf_put_byte(&rows, ']');
    }
    buf_put_byte(&rows, ']');
    struct str r = buf_str(&rows);
    assert_ok(sql_world_units_many(t->db, &(struct sql_world_units_many_args){r}, &err));
    assert_ok(sql_world_facts_many(t->db, &(struct sql_world_facts_many_args){r}, &err));
    assert_ok(sql_world_edges_many(t->db, &(struct sql_world_edges_many_args){r, w.department}, &err));
    assert_ok(sql_world_closure_many(t->db, &(struct sql_world_closure_many_args){r, w.department}, &err));
    static const struct obligation_target to_primary[] = {{TARGET_KIND, STR_INIT("school_primary")}};
    static const char *const ids[] = {"CT18-1b", "CT18-2c", "CT18-2d", "CT18-3a", "CT18-3b",
                                      "CT18-3e", "CT14-1a", "CT18-1d", "CT23-5",  "CT18-1c"};
    struct obligation_draft o[ARRAY_LEN(ids)];
    for (size_t i = 0; i < ARRAY_LEN(ids); i++)
        o[i] = (struct obligation_draft){.catalogue_id = str_from_cstr(ids[i]),
                                         .deadline_day = civil_to_day(2027, 3, 1),
                                         .targets = to_primary,
                                         .target_count = 1};
    int64_t id = world_directive(t, &w, o, ARRAY_LEN(ids)), begun = clock_monotonic_us();
    struct actor issuer = world_actor(t, w.issuer, RIGHT_READ);
    struct directive_issued issued;
    assert_ok(directive_issue(t->db, &issuer, id, &issued, &err));
    int64_t issued_ms = (clock_monotonic_us() - begun) / 1000;
    struct freeze_made made;
    struct freeze_draft draft = {
        .root_id = w.committee, .directive_id = id, .edge_kind = EDGE_ADMINISTRATIVE, .as_of_day = CIVIL_NONE};
    begun = clock_monotonic_us();
    assert_ok(freeze_make(t->db, &issuer, &draft, &made, &err));
    int64_t made_ms = (clock_monotonic_us() - begun) / 1000;
    begun = clock_monotonic_us();
    assert_ok(freeze_verify(t->db, &issuer, made.id, NULL, &err));
    int64_t verified_ms = (clock_monotonic_us() - begun) / 1000;
    size_t opened = 0;
    begun = clock_monotonic_us();
    assert_ok(series_open_due(t->db, civil_to_day(2027, 12, 1), &opened, &err));
    int64_t opened_ms = (clock_monotonic_us() - begun) / 1000;
    print_message(
        "100,000 rows: issued in %lld ms, frozen in %lld ms, verified in %lld ms; %zu reports opened in %lld ms\n",
        (long long)issued_ms, (long long)made_ms, (long long)verified_ms, opened, (long long)opened_ms);
    assert_int_equal(made.row_count, 100000);
    assert_true(opened >= 10000);
#ifndef __SANITIZE_ADDRESS__
    assert_true(made_ms < 20000); /* only notices a query without its index */
#endif
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org,
                                                       &sql_module_duty, NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(figures_stay_as_they_were_frozen),      STORE_TEST(a_changed_or_lost_row_shows),
        STORE_TEST(the_calendar_opens_reports_once),       STORE_TEST(a_report_goes_up_and_is_corrected),
        STORE_TEST(a_directive_is_answered_to_its_issuer), STORE_TEST(a_hundred_thousand_rows),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
