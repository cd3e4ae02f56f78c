#include "incident_world.h"

#include "incident/case_report.h"
#include "incident/room.h"
#include "outbox_watch.h"
#include "watch.sql.h"

extern const struct sql_module sql_module_asset, sql_module_duty;

static void nothing_is_left(struct store_test *t, const char *after)
{
    struct err err;
    struct sql_watch_left_rows left;
    assert_ok(sql_watch_left(t->db, &t->arena, &left, &err));
    if (left.count)
        fail_msg("%s wrote %.*s (and %zu more tables) and left no outbox row", after, STR_ARG(left.items[0].name),
                 left.count - 1);
}

/* Another tier learns of everything that is done in a case. */
static void every_act_of_a_case_is_told(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    outbox_watch(t);
    uint64_t changed, clash;
    int64_t id = world_case(t, &w), other = world_case(t, &w), thing;
    struct actor officer = world_actor(t, w.officer[0]), police = world_actor(t, w.coordinator);
    nothing_is_left(t, "opening");
    struct incident_case c = world_read(t, w.officer[0], id);
    struct incident_fields was = world_fields(&c), now = was;
    now.title = STR("Máy chủ sổ điểm bị khóa");
    now.restored_ms = t->now_ms;
    assert_ok(incident_change(t->db, &officer, id, &was, &now, &changed, &clash, &err));
    assert_ok(incident_confirm(t->db, &officer, id, STR("sev2"), STR(""), &err));
    nothing_is_left(t, "changing and confirming");
    struct sql_party_rows_rows parties;
    assert_ok(party_add(t->db, &officer, id, w.isp, 0, PARTY_PROVIDER, STR("chặn"), &err));
    assert_ok(party_list(t->db, &officer, &t->arena, id, &parties, &err));
    assert_ok(party_end(t->db, &officer, id, parties.items[parties.count - 1].id, STR("xong"), &err));
    nothing_is_left(t, "parties");
    assert_ok(
        room_write(t->db, &officer, id, &(struct room_entry){.kind = STR("note"), .text = STR("ghi")}, &thing, &err));
    assert_ok(room_task_open(t->db, &officer, id, &(struct room_task){.kind = STR("repair"), .title = STR("vá")},
                             &thing, &err));
    assert_ok(room_task_done(t->db, &officer, id, thing, STR("đã vá"), &err));
    assert_ok(room_task_reopen(t->db, &officer, id, thing, STR("chưa hết"), &err));
    assert_ok(room_task_give(t->db, &officer, id, thing, w.schools[0], w.head[0], &err));
    nothing_is_left(t, "entries and tasks");
    assert_ok(room_asset_add(t->db, &officer, id, STR("account"), 0, STR("quantri"), STR(""), 0, &thing, &err));
    assert_ok(room_asset_end(t->db, &officer, id, thing, STR("nhầm"), &err));
    assert_ok(
        room_indicator_add(t->db, &officer, id, &(struct room_indicator){.value = STR("evil.example")}, &thing, &err));
    assert_ok(room_indicator_end(t->db, &officer, id, thing, STR("nhầm"), &err));
    nothing_is_left(t, "assets and indicators");
    assert_ok(room_file_add(
        t->db, &officer, id,
        &(struct room_file){.name = STR("a.log"), .bytes = STR("x"), .media_type = STR("text/plain")}, &thing, &err));
    assert_ok(room_file_note(t->db, &officer, id, thing, STR("copied"), STR(""), STR(""), STR("giám định"), &err));
    nothing_is_left(t, "evidence");
    assert_ok(case_answer_put(t->db, &officer, id, STR("incident.signs"), STR(""), STR("tệp đổi tên"), &err));
    assert_ok(case_answer_put(t->db, &officer, id, STR("incident.signs"), STR("tệp đổi tên"), STR(""), &err));
    nothing_is_left(t, "answers");
    struct case_report report = {.form = STR("notice_initial"),
                                 .to_unit_id = w.police,
                                 .to_text = STR("Công an tỉnh"),
                                 .how = STR("system"),
                                 .file = STR("%PDF")};
    assert_ok(case_report_send(t->db, &officer, id, &report, &thing, &err));
    assert_ok(case_report_receipt(t->db, &police, thing, STR("đã nhận"), &err));
    assert_ok(case_report_withdraw(t->db, &officer, id, thing, STR("sai"), &err));
    nothing_is_left(t, "reports");
    assert_ok(incident_join(t->db, &officer, other, id, STR("cùng một việc"), &err));
    assert_ok(incident_cancel(t->db, &officer, id, STR("báo nhầm"), &err));
    assert_ok(incident_reopen(t->db, &officer, id, STR("không nhầm"), &err));
    nothing_is_left(t, "joining and ending");
    struct sql_watch_tables_rows seen;
    assert_ok(sql_watch_tables(t->db, &t->arena, &seen, &err));
    for (size_t i = 0; i < sql_module_incident.travel_count; i++) {
        bool is_seen = false;
        for (size_t s = 0; s < seen.count; s++)
            is_seen = is_seen || str_equal(seen.items[s].name, str_from_cstr(sql_module_incident.travels[i]));
        if (!is_seen)
            fail_msg("table %s travels and no act of this test writes it", sql_module_incident.travels[i]);
    }
    assert_true(sql_module_incident.travel_count >= 10);
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
    static const struct CMUnitTest tests[] = {STORE_TEST(every_act_of_a_case_is_told)};
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
