#include "test.h"

#include "incident/clock.h"

#define MINUTE_MS (60 * INT64_C(1000))
#define HOUR_MS   (60 * MINUTE_MS)

static int64_t at(int year, int month, int day, int hour, int minute)
{
    return civil_day_start_ms(civil_to_day(year, month, day)) + hour * HOUR_MS + minute * MINUTE_MS;
}

static struct incident_facts held(const char *ids)
{
    struct incident_facts facts = {0};
    struct str rest = str_from_cstr(ids), id;
    while (!str_is_null(rest) && str_split(&rest, ' ', &id))
        if (!str_is_empty(id)) {
            int place = know_incident_fact_place(id);
            if (place < 0)
                fail_msg("no fact %.*s", STR_ARG(id));
            facts = incident_fact_with(facts, place, FACT_YES);
        }
    return facts;
}

static const struct know_org_facts school = {.kind = STR_INIT("school_primary")}, isp = {.kind = STR_INIT("isp")};

static struct incident_clock_case a_case(int64_t detected_ms, const char *facts)
{
    struct incident_clock_case v = {.detected_ms = detected_ms,
                                    .classified_ms = detected_ms,
                                    .facts = held(facts),
                                    .system_level = 3,
                                    .unit = &school};
    v.severity = incident_severity_of(v.facts, civil_day_of_ms(detected_ms)).level;
    return v;
}

static struct incident_clock_list clocks(const struct incident_clock_case *v, int64_t now_ms, struct arena *arena)
{
    struct incident_clock_list list;
    struct err err;
    if (incident_clocks(v, now_ms, arena, &list, &err) != ERR_NONE)
        fail_msg("%s", err.text);
    return list;
}

static const struct incident_clock *find(struct incident_clock_list list, const char *id)
{
    for (size_t i = 0; i < list.count; i++)
        if (str_equal(list.items[i].row->id, str_from_cstr(id)))
            return &list.items[i];
    return NULL;
}

/* Which clocks run, and until when, in both regimes. */
static void each_regime_has_its_clocks(void **state)
{
    (void)state;
    static const struct {
        int year, month, day, hour;
        const char *facts;
        const struct know_org_facts *unit;
        const char *wanted; /* "clock hours" in the order of their ends */
    } cases[] = {
        {2026, 6, 30, 22, "intruded", &school, "old-report 120 "},
        {2026, 6, 30, 22, "beyond_ability", &school, "old-beyond 1 "},
        {2026, 7, 15, 8, "control_lost", &school, ""}, /* between the two: nothing says a number */
        {2026, 7, 15, 8, "control_lost", &isp, "new-enterprise 1 "},
        {2026, 11, 22, 8, "intruded", &school, "new-report 72 "},
        {2026, 11, 22, 8, "control_lost", &school, "new-first 24 new-report 72 "},
        {2026, 11, 22, 8, "signs_security", &school, "new-at-once 1 new-report 72 "},
        {2026, 11, 22, 8, "intruded", &isp, "new-enterprise 1 new-report 72 "},
        {2026, 11, 22, 8, "", &isp, ""}, /* blocked: written down, nothing is owed */
        {2026, 11, 22, 8, "personal_data", &school, "personal-data 72 "},
        {2026, 11, 22, 8, "personal_data personal_data_grave intruded", &school,
         "new-report 72 personal-data 72 personal-subjects 72 "},
        {2025, 11, 22, 8, "personal_data", &school, "personal-data 72 old-report 120 "},
        {2023, 5, 1, 8, "personal_data", &school, "old-report 120 "},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_ARENA arena;
        arena_init(&arena, 1u << 20);
        struct incident_clock_case v =
            a_case(at(cases[i].year, cases[i].month, cases[i].day, cases[i].hour, 17), cases[i].facts);
        v.unit = cases[i].unit;
        struct incident_clock_list list = clocks(&v, v.detected_ms, &arena);
        char got[512] = "";
        for (size_t k = 0; k < list.count; k++) {
            size_t len = strlen(got);
            snprintf(got + len, sizeof got - len, "%.*s %lld ", STR_ARG(list.items[k].row->id),
                     (long long)((list.items[k].due_ms - v.detected_ms) / HOUR_MS));
        }
        if (strcmp(got, cases[i].wanted) != 0)
            fail_msg("case %zu: %s, expected %s", i, got, cases[i].wanted);
    }
}

static void the_earliest_of_a_form_counts_and_names_the_others(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct incident_clock_case v = a_case(at(2026, 11, 22, 8, 0), "signs_security");
    v.unit = &isp;
    struct incident_clock_list list = clocks(&v, v.detected_ms, &arena);
    assert_int_equal(list.count, 2);
    const struct incident_clock *first = find(list, "new-at-once");
    assert_non_null(first);
    assert_int_equal(first->beaten_count, 2); /* the enterprise's own, and the 24 hours */
    assert_null(first->rule);
    const struct incident_clock *report = find(list, "new-report");
    assert_non_null(report);
    assert_non_null(report->rule);
    assert_str(report->rule->id, STR("incident-331"));
}

/* Classified higher after two days: the 24 hours run from T0, were over before anybody could know, and say so. */
static void a_later_classification_counts_from_t0(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct incident_clock_case v = a_case(at(2026, 11, 20, 8, 0), "control_lost");
    v.classified_ms = v.detected_ms + 48 * HOUR_MS;
    struct incident_clock_list list = clocks(&v, v.classified_ms, &arena);
    const struct incident_clock *first = find(list, "new-first"), *report = find(list, "new-report");
    assert_non_null(first);
    assert_non_null(report);
    assert_int_equal(first->due_ms, v.detected_ms + 24 * HOUR_MS);
    assert_int_equal(first->state, CLOCK_LATE);
    assert_true(first->is_birth);
    assert_int_equal(report->state, CLOCK_RUNNING);
    assert_false(report->is_birth);
    /* what it missed rings once, at the instant of the classification */
    struct incident_alarm alarms[INCIDENT_ALARM_MAX];
    size_t count = incident_clock_alarms(first, v.classified_ms, 0, v.classified_ms + HOUR_MS, alarms);
    assert_int_equal(count, 1);
    assert_int_equal(alarms[0].row->percent, 100);
    assert_int_equal(alarms[0].at_ms, v.classified_ms);
    /* sent in time, before anybody asked for it: nothing is late */
    struct incident_sent sent[] = {{STR("notice_initial"), v.detected_ms + 3 * HOUR_MS, false}};
    v.sent = sent;
    v.sent_count = 1;
    list = clocks(&v, v.classified_ms, &arena);
    first = find(list, "new-first");
    assert_int_equal(first->state, CLOCK_MET);
    assert_false(first->is_birth);
    assert_int_equal(incident_clock_alarms(first, v.classified_ms, 0, v.classified_ms + HOUR_MS, alarms), 0);
}

static void to_the_last_instant_and_not_one_more(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct incident_clock_case v = a_case(at(2028, 2, 28, 9, 30), "intruded"); /* over a leap day */
    int64_t due_ms = at(2028, 3, 2, 9, 30);
    struct incident_sent sent[] = {{STR("report_72h"), due_ms, true}};
    assert_int_equal(find(clocks(&v, due_ms, &arena), "new-report")->state, CLOCK_RUNNING);
    assert_int_equal(find(clocks(&v, due_ms + 1, &arena), "new-report")->state, CLOCK_LATE);
    v.sent = sent;
    v.sent_count = 1;
    assert_int_equal(find(clocks(&v, due_ms, &arena), "new-report")->state, CLOCK_MET);
    sent[0].sent_ms++;
    assert_int_equal(find(clocks(&v, due_ms + 1, &arena), "new-report")->state, CLOCK_MET_LATE);
    v.sent_count = 0;
    v.ended_ms = due_ms - HOUR_MS;
    assert_int_equal(find(clocks(&v, due_ms + 1, &arena), "new-report")->state, CLOCK_VOID);
}

/* A preliminary report begins the next clock, the final one begins none. */
static void updates_follow_until_the_final_report(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct incident_clock_case v = a_case(at(2027, 2, 4, 10, 0), "control_lost"); /* two days before Tết */
    struct incident_sent sent[] = {
        {STR("notice_initial"), v.detected_ms + 5 * HOUR_MS, false},
        {STR("report_72h"), v.detected_ms + 70 * HOUR_MS, false},
        {STR("report_progress"), v.detected_ms + 140 * HOUR_MS, false},
        {STR("report_final"), v.detected_ms + 230 * HOUR_MS, true},
    };
    v.sent = sent;
    static const struct {
        size_t sent;
        const char *wanted; /* clock, T0, due, state */
    } cases[] = {
        {0, "new-first 0 24 3; new-report 0 72 3; "},
        {1, "new-first 0 24 1; new-report 0 72 3; "},
        {2, "new-first 0 24 1; new-report 0 72 1; new-update 70 142 3; "},
        {3, "new-first 0 24 1; new-report 0 72 1; new-update 70 142 1; new-update 140 212 3; "},
        {4, "new-first 0 24 1; new-report 0 72 1; new-update 70 142 1; new-update 140 212 2; "},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        v.sent_count = cases[i].sent;
        struct incident_clock_list list = clocks(&v, v.detected_ms + 300 * HOUR_MS, &arena);
        char got[512] = "";
        for (size_t k = 0; k < list.count; k++) {
            const struct incident_clock *c = &list.items[k];
            size_t len = strlen(got);
            snprintf(got + len, sizeof got - len, "%.*s %lld %lld %d; ", STR_ARG(c->row->id),
                     (long long)((c->t0_ms - v.detected_ms) / HOUR_MS),
                     (long long)((c->due_ms - v.detected_ms) / HOUR_MS), c->state);
        }
        if (strcmp(got, cases[i].wanted) != 0)
            fail_msg("%zu sent: %s, expected %s", cases[i].sent, got, cases[i].wanted);
    }
    v.sent_count = 2;
    v.restored_ms = v.detected_ms + 80 * HOUR_MS;
    const struct incident_clock *final = find(clocks(&v, v.restored_ms, &arena), "new-final");
    assert_non_null(final);
    assert_int_equal(final->due_ms, v.restored_ms + 120 * HOUR_MS);
    assert_int_equal(final->state, CLOCK_RUNNING);
}

/* --- the plain model: local wall time, an hour at a time, the texts of law as sentences --- */
struct wall {
    int year, month, day, hour, minute;
};

static void wall_add_hours(struct wall *w, int hours)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (; hours > 0; hours--) {
        if (++w->hour < 24)
            continue;
        w->hour = 0;
        bool is_leap = (w->year % 4 == 0 && w->year % 100 != 0) || w->year % 400 == 0;
        if (++w->day <= days[w->month - 1] + (w->month == 2 && is_leap))
            continue;
        w->day = 1;
        if (++w->month <= 12)
            continue;
        w->month = 1;
        w->year++;
    }
}

static bool wall_is_before(const struct wall *w, int year, int month, int day)
{
    return w->year != year ? w->year < year : w->month != month ? w->month < month : w->day < day;
}

/* Hours from T0 until the form must be out; 0: it is not owed. */
static int model_first_notice(const struct wall *w, const char *severity, bool is_enterprise)
{
    bool is_serious = strcmp(severity, "sev1") == 0 || strcmp(severity, "sev2") == 0;
    if (wall_is_before(w, 2026, 7, 1))
        return 0;
    if (is_enterprise && strcmp(severity, "sev4") != 0)
        return 1;
    if (wall_is_before(w, 2026, 8, 19))
        return 0;
    return strcmp(severity, "sev1") == 0 ? 1 : is_serious ? 24 : 0;
}

static int model_report(const struct wall *w, const char *severity, bool is_beyond)
{
    if (wall_is_before(w, 2017, 3, 16))
        return 0;
    if (wall_is_before(w, 2026, 7, 1))
        return is_beyond ? 1 : 120;
    if (wall_is_before(w, 2026, 8, 19))
        return 0;
    return strcmp(severity, "sev4") == 0 ? 0 : 72;
}

static int model_personal(const struct wall *w, bool is_personal)
{
    return is_personal && !wall_is_before(w, 2023, 7, 1) ? 72 : 0;
}

static void check_one(struct incident_clock_list list, struct str form, const struct wall *t0, int hours, int round)
{
    const struct incident_clock *found = NULL;
    for (size_t i = 0; i < list.count; i++)
        if (know_ids_has(list.items[i].row->forms, form) && list.items[i].row->t0 != KNOW_T0_REPORTED &&
            list.items[i].row->t0 != KNOW_T0_RESTORED) {
            if (found)
                fail_msg("round %d: two clocks of %.*s", round, STR_ARG(form));
            found = &list.items[i];
        }
    if ((found != NULL) != (hours != 0))
        fail_msg("round %d: %.*s is %s, expected %d hours", round, STR_ARG(form), found ? "owed" : "not owed", hours);
    if (!found)
        return;
    struct wall end = *t0;
    wall_add_hours(&end, hours);
    if (found->due_ms != at(end.year, end.month, end.day, end.hour, end.minute))
        fail_msg("round %d: %.*s is due at %lld, expected %02d:%02d %02d/%02d/%d", round, STR_ARG(form),
                 (long long)found->due_ms, end.hour, end.minute, end.day, end.month, end.year);
}

static void equal_a_plain_model_over_random_times(void **state)
{
    (void)state;
    uint64_t seed = 18;
    AUTO_ARENA arena;
    arena_init(&arena, 4u << 20);
    struct arena_mark start = arena_mark(&arena);
    for (int round = 0; round < 40000; round++) {
        arena_rewind(&arena, start);
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t dice = seed >> 16;
        struct wall w = {
            .year = 2016 + (int)(dice % 16), .hour = (int)(dice / 16 % 24), .minute = (int)(dice / 384 % 60)};
        w.month = 1 + (int)(dice / 23040 % 12);
        w.day = 1 + (int)(dice / 276480 % (uint64_t)civil_month_days(w.year, w.month));
        if (round % 8 ==
            0) { /* where calendars slip: the ends of February and of the year, and where the law changes */
            static const struct wall slips[] = {{2028, 2, 28, 23, 59}, {2027, 12, 31, 23, 59}, {2027, 2, 28, 0, 0},
                                                {2026, 6, 30, 23, 59}, {2026, 7, 1, 0, 0},     {2026, 8, 18, 23, 59},
                                                {2026, 8, 19, 0, 0},   {2100, 2, 27, 12, 1},   {2024, 2, 26, 7, 7}};
            w = slips[(size_t)(dice / 7) % ARRAY_LEN(slips)];
        }
        struct incident_facts facts = {0};
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        for (size_t i = 0; i < know_incident_fact_count; i++)
            facts = incident_fact_with(facts, (int)i, (enum fact_answer)(seed >> (20 + 2 * i) & 3));
        struct incident_clock_case v = {.detected_ms = at(w.year, w.month, w.day, w.hour, w.minute),
                                        .facts = facts,
                                        .system_level = (int)(seed >> 60) % 6,
                                        .unit = seed & 1 ? &isp : &school};
        v.classified_ms = v.detected_ms;
        v.severity = incident_severity_of(facts, civil_day_of_ms(v.detected_ms)).level;
        struct incident_clock_list list = clocks(&v, v.detected_ms, &arena);
        char severity[32];
        snprintf(severity, sizeof severity, "%.*s", STR_ARG(v.severity->id));
        bool is_beyond = incident_fact_is_held(facts, know_incident_fact_place(STR("beyond_ability"))),
             is_personal = incident_fact_is_held(facts, know_incident_fact_place(STR("personal_data")));
        bool is_old = wall_is_before(&w, 2026, 7, 1);
        check_one(list, STR("notice_initial"), &w, model_first_notice(&w, severity, v.unit == &isp), round);
        check_one(list, is_old ? STR("form03_2017") : STR("report_72h"), &w, model_report(&w, severity, is_beyond),
                  round);
        check_one(list, STR("personal_data_notice"), &w, model_personal(&w, is_personal), round);
        for (size_t i = 1; i < list.count; i++)
            assert_true(list.items[i - 1].due_ms <= list.items[i].due_ms);
    }
}

/* Asked minute by minute or all at once, the same alarms ring, each once, and none after the form went out. */
static void alarms_ring_once_however_often_one_looks(void **state)
{
    (void)state;
    uint64_t seed = 7;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct arena_mark start = arena_mark(&arena);
    for (int round = 0; round < 300; round++) {
        arena_rewind(&arena, start);
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        struct incident_clock_case v = a_case(at(2026, 12, 30, 20, 11), "control_lost");
        v.classified_ms = v.detected_ms + (int64_t)(seed >> 33) % (30 * HOUR_MS);
        int64_t sent_ms = v.detected_ms + (int64_t)(seed >> 12) % (90 * HOUR_MS);
        struct incident_sent sent[] = {{STR("notice_initial"), sent_ms, false}};
        v.sent = sent;
        v.sent_count = round % 2 ? 1 : 0;
        int64_t end_ms = v.detected_ms + 100 * HOUR_MS;
        const struct incident_clock *clock = find(clocks(&v, end_ms, &arena), "new-first");
        struct incident_alarm whole[INCIDENT_ALARM_MAX], part[INCIDENT_ALARM_MAX];
        size_t count = incident_clock_alarms(clock, v.classified_ms, v.detected_ms, end_ms, whole), seen = 0;
        for (int64_t from_ms = v.detected_ms; from_ms < end_ms;) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            int64_t until_ms = from_ms + 1 + (int64_t)(seed >> 40) % (3 * HOUR_MS);
            until_ms = until_ms < end_ms ? until_ms : end_ms;
            size_t n = incident_clock_alarms(clock, v.classified_ms, from_ms, until_ms, part);
            for (size_t i = 0; i < n; i++, seen++) {
                assert_true(seen < count);
                assert_int_equal(part[i].at_ms, whole[seen].at_ms);
                assert_ptr_equal(part[i].row, whole[seen].row);
                assert_true(part[i].at_ms >= v.classified_ms);
                assert_true(!v.sent_count || part[i].at_ms < sent_ms);
            }
            from_ms = until_ms;
        }
        assert_int_equal(seen, count);
        assert_true(v.sent_count || count >= 1); /* nobody reported: somebody is told */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_regime_has_its_clocks),
        cmocka_unit_test(the_earliest_of_a_form_counts_and_names_the_others),
        cmocka_unit_test(a_later_classification_counts_from_t0),
        cmocka_unit_test(to_the_last_instant_and_not_one_more),
        cmocka_unit_test(updates_follow_until_the_final_report),
        cmocka_unit_test(equal_a_plain_model_over_random_times),
        cmocka_unit_test(alarms_ring_once_however_often_one_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
