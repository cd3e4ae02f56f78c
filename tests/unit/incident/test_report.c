#include "incident_world.h"

#include "incident/case_report.h"
#include "incident/ring.h"
#include "incident/room.h"

extern const struct sql_module sql_module_asset, sql_module_duty;

static struct case_report a_report(const struct world *w, const char *form)
{
    return (struct case_report){.form = str_from_cstr(form),
                                .to_unit_id = w->police,
                                .to_text = STR("Công an tỉnh Trúc Lâm"),
                                .how = STR("system"),
                                .values_json = STR("{\"incident.signs\":\"tệp đổi tên\"}"),
                                .file = STR("%PDF-1.7 tệp như đã gửi")};
}

static const struct incident_clock *clock_of(struct incident_case *c, const char *id)
{
    for (size_t i = 0; i < c->clocks.count; i++)
        if (str_equal(c->clocks.items[i].row->id, str_from_cstr(id)))
            return &c->clocks.items[i];
    fail_msg("no clock %s", id);
    return NULL;
}

static void what_was_sent_meets_its_clock(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = world_case(t, &w), first, again, other;
    struct actor officer = world_actor(t, w.officer[0]);
    struct case_report r = a_report(&w, "notice_initial");
    r.once_key = STR("form-1");
    assert_ok(case_report_send(t->db, &officer, id, &r, &first, &err));
    assert_ok(case_report_send(t->db, &officer, id, &r, &again, &err)); /* a double click */
    assert_int_equal(first, again);
    struct incident_case c = world_read(t, w.officer[0], id);
    assert_int_equal(clock_of(&c, "new-first")->state, CLOCK_MET);
    assert_int_equal(clock_of(&c, "new-report")->state, CLOCK_RUNNING);
    /* a call of an hour ago, written down late, counts from when it was made */
    t->now_ms += 73 * HOUR_MS;
    r = a_report(&w, "report_72h");
    r.how = STR("phone");
    r.to_unit_id = 0;
    r.file = STR("");
    r.sent_ms = c.row->detected_ms + 71 * HOUR_MS;
    assert_ok(case_report_send(t->db, &officer, id, &r, &other, &err));
    c = world_read(t, w.officer[0], id);
    assert_int_equal(clock_of(&c, "new-report")->state, CLOCK_MET);
    assert_int_equal(clock_of(&c, "new-update")->t0_ms, r.sent_ms);
    /* it was wrong: withdrawn, and the clock runs again, by now too late */
    assert_err(case_report_withdraw(t->db, &officer, id, other, STR(" "), &err), ERR_SYNTAX);
    assert_ok(case_report_withdraw(t->db, &officer, id, other, STR("nhầm hệ thống"), &err));
    assert_err(case_report_withdraw(t->db, &officer, id, other, STR("lần nữa"), &err), ERR_CONFLICT);
    c = world_read(t, w.officer[0], id);
    assert_int_equal(clock_of(&c, "new-report")->state, CLOCK_LATE);
    struct sql_case_report_rows_rows rows;
    assert_ok(case_reports(t->db, &officer, &t->arena, id, &rows, &err));
    assert_int_equal(rows.count, 2);
    assert_int_equal(rows.items[1].no, 1);
    assert_ok(case_report_send(t->db, &officer, id, &r, &other, &err));
    assert_ok(case_reports(t->db, &officer, &t->arena, id, &rows, &err));
    assert_int_equal(rows.items[2].no, 2); /* numbers are not used again */
}

static void a_sent_report_silences_its_alarms(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = world_case(t, &w), first;
    size_t rung;
    struct actor officer = world_actor(t, w.officer[0]);
    struct case_report r = a_report(&w, "notice_initial");
    assert_ok(case_report_send(t->db, &officer, id, &r, &first, &err));
    t->now_ms += 30 * HOUR_MS;
    assert_ok(incident_ring_run(t->db, &rung, &err));
    assert_int_equal(rung, 0); /* of the 24 hours nothing; of the 72 the half comes later */
    t->now_ms += 7 * HOUR_MS;
    assert_ok(incident_ring_run(t->db, &rung, &err));
    assert_int_equal(rung, 1);
}

/* Who it was sent to sees the report and not the case. */
static void the_other_side_sees_the_report_alone(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = world_case(t, &w), sent;
    struct actor officer = world_actor(t, w.officer[0]), police = world_actor(t, w.coordinator),
                 stranger = world_actor(t, w.officer[1]);
    struct case_report r = a_report(&w, "notice_initial");
    assert_ok(case_report_send(t->db, &officer, id, &r, &sent, &err));
    struct sql_case_report_inbox_rows_rows inbox;
    assert_ok(case_report_inbox(t->db, &police, &t->arena, w.police, 50, &inbox, &err));
    assert_int_equal(inbox.count, 1);
    assert_str(inbox.items[0].from_name, STR("Trường THCS Măng Non 1"));
    struct str bytes;
    assert_ok(case_report_file(t->db, &police, &t->arena, sent, &bytes, &err));
    assert_true(str_equal(bytes, r.file));
    assert_ok(case_report_file(t->db, &officer, &t->arena, sent, &bytes, &err));
    assert_err(case_report_file(t->db, &stranger, &t->arena, sent, &bytes, &err), ERR_NOT_FOUND);
    assert_err(case_report_file(t->db, &police, &t->arena, 4711, &bytes, &err), ERR_NOT_FOUND);
    struct incident_case c;
    assert_err(incident_read(t->db, &police, &t->arena, id, &c, &err), ERR_DENIED);
    assert_ok(case_report_inbox(t->db, &stranger, &t->arena, w.police, 50, &inbox, &err));
    assert_int_equal(inbox.count, 0);
    /* the receipt: by who got it; once; not by anybody else */
    assert_err(case_report_receipt(t->db, &stranger, sent, STR("x"), &err), ERR_DENIED);
    assert_err(case_report_receipt(t->db, &officer, sent, STR(""), &err), ERR_SYNTAX); /* who said so? */
    assert_ok(case_report_receipt(t->db, &police, sent, STR(""), &err));
    assert_err(case_report_receipt(t->db, &police, sent, STR(""), &err), ERR_CONFLICT);
    struct sql_case_report_rows_rows rows;
    assert_ok(case_reports(t->db, &officer, &t->arena, id, &rows, &err));
    assert_str(rows.items[0].receipt_name, STR("Đỗ Thị Mai"));
    /* a withdrawn one is gone from the inbox */
    assert_ok(case_report_withdraw(t->db, &officer, id, sent, STR("sai đơn vị nhận"), &err));
    assert_ok(case_report_inbox(t->db, &police, &t->arena, w.police, 50, &inbox, &err));
    assert_int_equal(inbox.count, 0);
    assert_err(case_report_file(t->db, &police, &t->arena, sent, &bytes, &err), ERR_NOT_FOUND);
}

static void what_cannot_be_sent(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = world_case(t, &w), no;
    struct actor officer = world_actor(t, w.officer[0]), engineer = world_actor(t, w.engineer);
    assert_ok(party_add(t->db, &officer, id, w.isp, 0, PARTY_PROVIDER, STR("chặn"), &err));
    struct case_report good = a_report(&w, "notice_initial"), r;
#define WRONG(field, value, code)                                               \
    do {                                                                        \
        r = good;                                                               \
        r.field = (value);                                                      \
        assert_err(case_report_send(t->db, &officer, id, &r, &no, &err), code); \
    } while (0)
    WRONG(form, STR("form_99"), ERR_SYNTAX);
    WRONG(form, STR("form03_2017"), ERR_CONFLICT); /* the old form, for a case of the new days */
    WRONG(how, STR("fax"), ERR_SYNTAX);
    WRONG(to_text, STR(" "), ERR_SYNTAX);
    WRONG(to_unit_id, 0, ERR_SYNTAX); /* in the program, to nobody */
    WRONG(sent_ms, t->now_ms + MINUTE_MS, ERR_SYNTAX);
    WRONG(sent_ms, t->now_ms - 48 * HOUR_MS, ERR_SYNTAX); /* before it was detected */
    assert_err(case_report_send(t->db, &engineer, id, &good, &no, &err), ERR_DENIED);
    /* an exercise stays among those who play */
    struct incident_draft d = world_draft(t, &w);
    d.is_exercise = true;
    int64_t exercise;
    assert_ok(incident_open(t->db, &officer, &d, &exercise, &err));
    assert_err(case_report_send(t->db, &officer, exercise, &good, &no, &err), ERR_CONFLICT);
    assert_ok(party_add(t->db, &officer, exercise, w.police, 0, PARTY_POLICE, STR("cùng diễn tập"), &err));
    assert_ok(case_report_send(t->db, &officer, exercise, &good, &no, &err));
}

static void a_fact_is_asked_once(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = world_case(t, &w);
    struct actor officer = world_actor(t, w.officer[0]), head = world_actor(t, w.head[0]),
                 police = world_actor(t, w.coordinator);
    struct str signs = STR("incident.signs");
    assert_ok(case_answer_put(t->db, &officer, id, signs, STR(""), STR("Tệp đổi tên"), &err));
    assert_ok(case_answer_put(t->db, &officer, id, signs, STR(""), STR("Tệp đổi tên"), &err)); /* twice is once */
    assert_err(case_answer_put(t->db, &head, id, signs, STR(""), STR("Màn hình đen"), &err), ERR_CONFLICT);
    assert_ok(case_answer_put(t->db, &head, id, signs, STR("Tệp đổi tên"), STR("Tệp đổi tên, màn hình đen"), &err));
    struct sql_case_answer_rows_rows rows;
    assert_ok(case_answers(t->db, &officer, &t->arena, id, &rows, &err));
    assert_int_equal(rows.count, 1);
    assert_str(rows.items[0].value, STR("Tệp đổi tên, màn hình đen"));
    assert_str(rows.items[0].by_name, STR("Trần Văn Đoàn"));
    assert_ok(case_answer_put(t->db, &head, id, signs, rows.items[0].value, STR(""), &err)); /* unknown again */
    assert_ok(case_answers(t->db, &officer, &t->arena, id, &rows, &err));
    assert_int_equal(rows.count, 0);
    static const struct {
        const char *key, *value;
        enum err_code code;
    } cases[] = {
        {"incident.shoe_size", "42", ERR_SYNTAX},
        {"scope.users", "many", ERR_SYNTAX},
        {"scope.users", "-1", ERR_SYNTAX},
        {"scope.users", "1200", ERR_NONE},
        {"scope.personal_data", "maybe", ERR_SYNTAX},
        {"scope.personal_data", "yes", ERR_NONE},
        {"cause.state", "guessed-by-me", ERR_SYNTAX},
        {"report.attachments", "x", ERR_SYNTAX}, /* files stand in the room */
        {"repair.restored_at", "hôm qua", ERR_SYNTAX},
        {"repair.restored_at", "1763254800000", ERR_NONE},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        enum err_code code = case_answer_put(t->db, &officer, id, str_from_cstr(cases[i].key), STR(""),
                                             str_from_cstr(cases[i].value), &err);
        if (code != cases[i].code)
            fail_msg("%s = %s: %d %s", cases[i].key, cases[i].value, code, err.text);
    }
    assert_err(case_answer_put(t->db, &police, id, signs, STR(""), STR("x"), &err), ERR_DENIED);
    assert_ok(case_answers(t->db, &police, &t->arena, id, &rows, &err));
    assert_int_equal(rows.count, 0);
}

/* Whom a report goes to is a function of the day, not a name: first one body, then the police. */
static void the_addressee_is_who_holds_the_function(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t to = -1;
    civil_day today = civil_day_of_ms(t->now_ms);
    assert_ok(case_report_addressee(t->db, w.schools[0], 0, STR("dedicated_body"), today, &to, &err));
    assert_int_equal(to, 0); /* nobody holds it yet: said, not guessed */
    assert_ok(sql_world_function_held(t->db,
                                      &(struct sql_world_function_held_args){.id = db_id(t->db),
                                                                             .unit_id = w.department,
                                                                             .area_unit_id = w.committee,
                                                                             .function = STR("dedicated_body"),
                                                                             .from_day = 0,
                                                                             .to_day = civil_to_day(2025, 3, 1)},
                                      &err));
    assert_ok(sql_world_function_held(t->db,
                                      &(struct sql_world_function_held_args){.id = db_id(t->db),
                                                                             .unit_id = w.police,
                                                                             .area_unit_id = w.committee,
                                                                             .function = STR("dedicated_body"),
                                                                             .from_day = civil_to_day(2025, 3, 1),
                                                                             .to_day = CIVIL_FOREVER},
                                      &err));
    assert_ok(case_report_addressee(t->db, w.schools[0], 0, STR("dedicated_body"), today, &to, &err));
    assert_int_equal(to, w.police);
    assert_ok(
        case_report_addressee(t->db, w.schools[0], 0, STR("dedicated_body"), civil_to_day(2024, 1, 1), &to, &err));
    assert_int_equal(to, w.department);
    assert_ok(case_report_addressee(t->db, w.schools[0], 0, STR("superior"), today, &to, &err));
    assert_int_equal(to, w.department);
    assert_ok(case_report_addressee(t->db, w.schools[0], w.system_3, STR("system_owner"), today, &to, &err));
    assert_int_equal(to, w.schools[0]);
    assert_ok(case_report_addressee(t->db, w.schools[0], 0, STR("data_subjects"), today, &to, &err));
    assert_int_equal(to, 0);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store,
                                                       &sql_module_proof,
                                                       &sql_module_org,
                                                       &sql_module_duty,
                                                       &sql_module_asset,
                                                       &sql_module_incident,
                                                       NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(what_was_sent_meets_its_clock),
        STORE_TEST(a_sent_report_silences_its_alarms),
        STORE_TEST(the_other_side_sees_the_report_alone),
        STORE_TEST(what_cannot_be_sent),
        STORE_TEST(a_fact_is_asked_once),
        STORE_TEST(the_addressee_is_who_holds_the_function),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
