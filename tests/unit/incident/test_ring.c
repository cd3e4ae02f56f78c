#include "incident_world.h"

#include "duty/notice.h"
#include "incident/ring.h"
#include "incident/room.h"

extern const struct sql_module sql_module_asset, sql_module_duty;

static int64_t unread(struct store_test *t, int64_t person_id)
{
    struct err err;
    int64_t n = -1;
    struct actor actor = world_actor(t, person_id);
    assert_ok(notice_unread_count(t->db, &actor, &n, &err));
    return n;
}

static size_t ring(struct store_test *t)
{
    struct err err;
    size_t rung = 0;
    assert_ok(incident_ring_run(t->db, &rung, &err));
    return rung;
}

static size_t alarms_in_room(struct store_test *t, int64_t person_id, int64_t case_id, size_t *ret_late)
{
    struct err err;
    struct sql_room_entry_rows_rows rows;
    struct actor actor = world_actor(t, person_id);
    assert_ok(room_entries(t->db, &actor, &t->arena, case_id, 0, 500, &rows, &err));
    size_t n = 0;
    *ret_late = 0;
    for (size_t i = 0; i < rows.count; i++)
        if (str_equal(rows.items[i].kind, STR("alarm"))) {
            n++;
            *ret_late += str_contains(rows.items[i].detail_json, STR("\"late\":true"));
        }
    return n;
}

static void each_alarm_rings_once_and_at_its_time(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = world_case(t, &w), next_ms;
    struct incident_case c = world_read(t, w.officer[0], id);
    /* 24 h and 72 h: half, three quarters, nine tenths and the end of each */
    assert_ok(incident_ring_next_ms(t->db, &next_ms, &err));
    assert_int_equal(next_ms, c.row->detected_ms + 12 * HOUR_MS);
    assert_int_equal(ring(t), 0);
    size_t rung = 0, late;
    for (int minute = 0; minute < 73 * 60; minute += 10) {
        t->now_ms += 10 * MINUTE_MS;
        rung += ring(t);
    }
    assert_int_equal(rung, 8);
    assert_int_equal(alarms_in_room(t, w.officer[0], id, &late), 8);
    assert_int_equal(late, 0);
    assert_int_equal(unread(t, w.officer[0]), 8);
    assert_int_equal(unread(t, w.head[0]), 4); /* from nine tenths on */
    assert_int_equal(unread(t, w.officer[1]), 0);
    assert_ok(incident_ring_next_ms(t->db, &next_ms, &err));
    assert_int_equal(next_ms, 0);
}

/* Down for three days: what was missed rings when it is back, once, and says that it is late. */
static void what_was_missed_rings_late(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    int64_t id = world_case(t, &w);
    t->now_ms += 80 * HOUR_MS;
    assert_int_equal(ring(t), 8);
    assert_int_equal(ring(t), 0);
    size_t late;
    assert_int_equal(alarms_in_room(t, w.officer[0], id, &late), 8);
    assert_int_equal(late, 8);
    /* the clock of the machine goes back an hour: nothing rings twice */
    t->now_ms -= HOUR_MS;
    assert_int_equal(ring(t), 0);
    t->now_ms += 2 * HOUR_MS;
    assert_int_equal(ring(t), 0);
}

static void a_graver_class_rings_at_once(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    uint64_t changed, clash;
    int64_t id = world_case(t, &w);
    t->now_ms += 20 * HOUR_MS;
    assert_int_equal(ring(t), 2); /* half and three quarters of 24 hours */
    struct actor officer = world_actor(t, w.officer[0]);
    struct incident_case c = world_read(t, w.officer[0], id);
    struct incident_fields was = world_fields(&c), now = was;
    now.facts = answers(now.facts, "signs_security", FACT_YES);
    assert_ok(incident_change(t->db, &officer, id, &was, &now, &changed, &clash, &err));
    assert_int_equal(ring(t), 1); /* what is owed at once was over 19 hours ago: told in this very instant */
    assert_int_equal(ring(t), 0);
    t->now_ms += 100 * HOUR_MS;
    assert_int_equal(ring(t), 4); /* the 72 hours go on as they were; the 24 are beaten */
}

static void cancelled_cases_are_silent(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = world_case(t, &w);
    struct actor officer = world_actor(t, w.officer[0]);
    assert_ok(incident_cancel(t->db, &officer, id, STR("mở nhầm"), &err));
    t->now_ms += 100 * HOUR_MS;
    assert_int_equal(ring(t), 0);
    assert_ok(incident_reopen(t->db, &officer, id, STR("không nhầm"), &err));
    assert_int_equal(ring(t), 8);
}

static void exercises_ring_nobody(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id;
    struct actor officer = world_actor(t, w.officer[0]);
    struct incident_draft d = world_draft(t, &w);
    d.is_exercise = true;
    assert_ok(incident_open(t->db, &officer, &d, &id, &err));
    t->now_ms += 100 * HOUR_MS;
    assert_int_equal(ring(t), 0);
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
        STORE_TEST(each_alarm_rings_once_and_at_its_time),
        STORE_TEST(what_was_missed_rings_late),
        STORE_TEST(a_graver_class_rings_at_once),
        STORE_TEST(cancelled_cases_are_silent),
        STORE_TEST(exercises_ring_nobody),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
