#include "test.h"

#include "know/know.h"

static void the_stricter_rule_wins_and_names_the_other(void **state)
{
    (void)state;
    static const struct {
        const char *activity;
        int level, year, month, day, value;
        const char *winner;
        size_t losers;
    } cases[] = {
        /* the directive's 6 months beat the standard's 12 for levels 1 and 2, tie at 3 and 4, lose at 5 */
        {"vulnerability_scan", 1, 2026, 11, 22, 6, "scan-ct18", 1},
        {"vulnerability_scan", 3, 2026, 11, 22, 6, "scan-ct18", 1},
        {"vulnerability_scan", 5, 2026, 11, 22, 3, "scan-tcvn", 1},
        {"vulnerability_scan", 5, 2024, 1, 1, 6, "scan-ct18", 0}, /* the standard was not there yet */
        {"vulnerability_scan", 0, 2026, 11, 22, 6, "scan-ct18", 0},
        {"live_drill", 3, 2026, 11, 22, 12, "drill-ct18", 0},
        {"security_funds", 3, 2026, 11, 22, 15, "funds-116", 1}, /* at least: the larger is the stricter */
        {"security_funds", 3, 2025, 11, 22, 10, "funds-2019", 0},
        {"incident_report", 3, 2026, 6, 30, 120, "incident-old", 0},
        {"incident_report", 3, 2026, 8, 19, 72, "incident-331", 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct know_strictest got = know_rule_strictest(str_from_cstr(cases[i].activity), cases[i].level,
                                                        civil_to_day(cases[i].year, cases[i].month, cases[i].day));
        assert_non_null(got.winner);
        assert_str(got.winner->id, str_from_cstr(cases[i].winner));
        if (got.value != cases[i].value || got.loser_count != cases[i].losers)
            fail_msg("case %zu: %d with %zu losers", i, got.value, got.loser_count);
    }
}

/* What the head and the deputy are called, by kind, by the opening of the name, by the day. */
static void every_unit_has_someone_who_signs(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *name;
        int year;
        const char *body, *head, *deputy;
    } cases[] = {
        {"ministry", "Bộ Tre Trúc", 2026, "", "BỘ TRƯỞNG", "THỨ TRƯỞNG"},
        {"ministry", "Văn phòng Chính phủ", 2026, "", "BỘ TRƯỞNG, CHỦ NHIỆM", "PHÓ CHỦ NHIỆM"},
        {"ministry", "Ủy ban Tre Trúc", 2024, "", "BỘ TRƯỞNG, CHỦ NHIỆM", "THỨ TRƯỞNG, PHÓ CHỦ NHIỆM"},
        {"ministry", "Ủy ban Tre Trúc", 2026, "", "BỘ TRƯỞNG", "THỨ TRƯỞNG"}, /* there is none any more */
        {"ministry_unit", "Cục Tre Nứa", 2026, "", "CỤC TRƯỞNG", "PHÓ CỤC TRƯỞNG"},
        {"ministry_unit", "Cụcbộ", 2026, "", "THỦ TRƯỞNG ĐƠN VỊ", "PHÓ THỦ TRƯỞNG ĐƠN VỊ"},
        {"ministry_unit", "Vụ Tre Nứa", 2026, "", "VỤ TRƯỞNG", "PHÓ VỤ TRƯỞNG"},
        {"ministry_police", "Bộ Công an", 2026, "", "BỘ TRƯỞNG", "THỨ TRƯỞNG"},
        {"provincial_committee", "", 1990, "ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "PHÓ CHỦ TỊCH"}, /* before the table */
        {"commune", "", 2026, "ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "PHÓ CHỦ TỊCH"},
        {"dept_education", "Sở Giáo dục và Đào tạo", 2026, "", "GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"},
        {"school_multi_level", "", 2026, "", "HIỆU TRƯỞNG", "PHÓ HIỆU TRƯỞNG"},
        {"centre_education", "", 2026, "", "GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"},
        {"enterprise", "Công ty Tre", 2026, "", "GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"},
        {"enterprise", "Tập đoàn Tre", 2026, "", "TỔNG GIÁM ĐỐC", "PHÓ TỔNG GIÁM ĐỐC"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct know_signing_title *got = know_signing_title_of(
            str_from_cstr(cases[i].kind), str_from_cstr(cases[i].name), civil_to_day(cases[i].year, 6, 1));
        assert_non_null(got);
        if (!str_equal(got->head, str_from_cstr(cases[i].head)) ||
            !str_equal(got->deputy, str_from_cstr(cases[i].deputy)) ||
            !str_equal(got->body, str_from_cstr(cases[i].body)))
            fail_msg("case %zu: row %.*s", i, STR_ARG(got->id));
    }
    for (size_t i = 0; i < know_org_kind_count; i++)
        assert_non_null(know_signing_title_of(know_org_kinds[i].id, STR(""), civil_to_day(2026, 11, 22)));
    assert_null(know_signing_title_of(STR("no_such_kind"), STR(""), civil_to_day(2026, 11, 22)));
}

/* A cost holds from its day to the day before the next one's; something is in force on every day. */
static void one_password_cost_is_in_force(void **state)
{
    (void)state;
    assert_ptr_equal(know_password_cost_on(civil_to_day(1999, 1, 1)), &know_password_costs[0]);
    for (size_t i = 0; i < know_password_cost_count; i++) {
        const struct know_password_cost *row = &know_password_costs[i];
        assert_ptr_equal(know_password_cost_on(row->from_day), row);
        assert_ptr_equal(know_password_cost_on(row->to_day - 1), row);
    }
    assert_int_equal(know_password_costs[know_password_cost_count - 1].to_day, CIVIL_FOREVER);
}

/* What the code asks for is what the file has, each kind once, something in force on every day. */
static void thresholds_are_those_the_code_knows(void **state)
{
    (void)state;
    assert_int_equal(know_threshold_kind_count, KNOW_THRESHOLD_ID_COUNT);
    for (int id = 0; id < KNOW_THRESHOLD_ID_COUNT; id++) {
        const struct know_threshold_kind *kind = &know_threshold_kinds[id]; /* the order of both is one */
        size_t rows = 0;
        for (size_t i = 0; i < know_threshold_count; i++) {
            const struct know_threshold *row = &know_thresholds[i];
            if (!str_equal(row->kind, kind->id))
                continue;
            if (rows++ == 0)
                assert_int_equal(know_threshold((enum know_threshold_id)id, civil_to_day(1999, 1, 1)), row->value);
            assert_int_equal(know_threshold((enum know_threshold_id)id, row->from_day), row->value);
            assert_int_equal(know_threshold((enum know_threshold_id)id, row->to_day - 1), row->value);
        }
        assert_true(rows > 0);
    }
    civil_day day = civil_to_day(2026, 11, 22);
    assert_int_equal(know_threshold_ms(KNOW_INVITE_LINK, day), know_threshold(KNOW_INVITE_LINK, day) * CIVIL_DAY_MS);
    assert_int_equal(know_threshold_ms(KNOW_RESET_LINK, day), know_threshold(KNOW_RESET_LINK, day) * 3600 * 1000);
    assert_int_equal(know_threshold_ms(KNOW_LOCK_LONGEST, day), know_threshold(KNOW_LOCK_LONGEST, day) * 60 * 1000);
    assert_int_equal(know_threshold_ms(KNOW_LOCK_FIRST, day), know_threshold(KNOW_LOCK_FIRST, day) * 1000);
    assert_true(know_threshold_ms(KNOW_SESSION_IDLE, day) < know_threshold_ms(KNOW_SESSION_LIFE, day));
    assert_true(know_threshold(KNOW_TOKEN_DAYS, day) <= know_threshold(KNOW_TOKEN_DAYS_MOST, day));
    assert_true(know_threshold(KNOW_RECOVERY_LOW, day) < know_threshold(KNOW_RECOVERY_CODES, day));
    assert_true(know_threshold(KNOW_DISK_FULL, day) < know_threshold(KNOW_DISK_LOW, day));
    assert_true(know_threshold(KNOW_FIRST_DUE, day) >= know_soon_days());
}

static void due_soon_begins_with_the_first_reminder(void **state)
{
    (void)state;
    int first = 0;
    for (size_t i = 0; i < know_reminder_count; i++)
        first = know_reminders[i].offset_days < first ? know_reminders[i].offset_days : first;
    assert_true(first < 0);
    assert_int_equal(know_soon_days(), -first);
}

static void hosts_are_kinds_of_device(void **state)
{
    (void)state;
    assert_true(know_host_kinds_count > 0);
    assert_ptr_equal(know_host_kinds_on(civil_to_day(1999, 1, 1)), &know_host_kinds[0]);
    for (size_t i = 0; i < know_host_kinds_count; i++) {
        const struct know_host_kinds *row = &know_host_kinds[i];
        assert_ptr_equal(know_host_kinds_on(row->from_day), row);
        assert_ptr_equal(know_host_kinds_on(row->to_day - 1), row);
        assert_true(know_ids_has(row->kinds, STR("unknown"))); /* unknown is never a pass */
        assert_false(know_ids_has(row->kinds, STR("camera")));
    }
}

static void no_rule_says_so(void **state)
{
    (void)state;
    assert_null(know_rule_strictest(STR("live_drill"), 1, civil_to_day(2026, 11, 22)).winner);
    assert_null(know_rule_strictest(STR("nothing"), 1, civil_to_day(2026, 11, 22)).winner);
    assert_null(know_rule_strictest(STR("vulnerability_scan"), 6, civil_to_day(2026, 11, 22)).winner);
    assert_null(know_rule_strictest(STR("vulnerability_scan"), 1, civil_to_day(2022, 10, 12)).winner);
}

static void rules_fit_the_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < know_rule_count; i++) {
        size_t same = 0;
        for (size_t k = 0; k < know_rule_count; k++)
            same += str_equal(know_rules[i].activity, know_rules[k].activity);
        assert_true(same <= KNOW_LOSERS_MAX + 1);
    }
}

static void evidence_covers_by_level(void **state)
{
    (void)state;
    civil_day day = civil_to_day(2026, 11, 22);
    assert_int_equal(know_evidence_cover_months(know_evidence_kind_find(STR("scan")), 2, day), 6);
    assert_int_equal(know_evidence_cover_months(know_evidence_kind_find(STR("scan")), 5, day), 3);
    assert_int_equal(know_evidence_cover_months(know_evidence_kind_find(STR("document")), 0, day), 0);
    assert_int_equal(know_evidence_cover_months(know_evidence_kind_find(STR("contact")), 0, day), 3);
    assert_int_equal(know_evidence_cover_months(know_evidence_kind_find(STR("manual_statement")), 3, day), 6);
}

static void the_impossible_day_of_november(void **state)
{
    (void)state;
    const struct know_obligation *o = know_obligation_find(STR("CT18-8c"));
    assert_non_null(o);
    assert_int_equal(o->due_day, civil_to_day(2022, 11, 30));
    assert_false(o->due_is_strict);
    assert_true(str_contains(o->due_note.vi, STR("31/11/2022")));
    o = know_obligation_find(STR("CT18-2c"));
    assert_int_equal(o->due_day, civil_to_day(2022, 12, 31));
    assert_true(o->due_is_strict);
}

static void periods_and_last_days(void **state)
{
    (void)state;
    civil_day day = civil_to_day(2026, 11, 22);
    assert_int_equal(know_obligation_period_months(know_obligation_find(STR("CT18-2b")), 1, day), 6);
    assert_int_equal(know_obligation_period_months(know_obligation_find(STR("CT18-2b")), 5, day), 3);
    assert_int_equal(know_obligation_period_months(know_obligation_find(STR("CT18-2b")), 5, civil_to_day(2020, 1, 1)),
                     6); /* the text itself */
    assert_int_equal(know_obligation_period_months(know_obligation_find(STR("CT14-1b")), 0, day), 1);
    assert_int_equal(know_obligation_period_months(know_obligation_find(STR("CT18-9a")), 0, day), 0);
    assert_int_equal(know_obligation_last_day(know_obligation_find(STR("CT18-2c"))), civil_to_day(2022, 12, 30));
    assert_int_equal(know_obligation_last_day(know_obligation_find(STR("CT18-8c"))), civil_to_day(2022, 11, 30));
    assert_int_equal(know_obligation_last_day(know_obligation_find(STR("CT18-1b"))), CIVIL_NONE);
}

/* 2020: one day for 02/9; since 2021 two. */
static void national_day_grew(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 8 << 20);
    struct err err = {0};
    struct workday_calendar *c = NULL;
    assert_ok(know_workday_calendar(&arena, NULL, 0, 2018, 2030, &c, &err));
    assert_true(is_workday(c, civil_to_day(2020, 9, 1)) && !is_workday(c, civil_to_day(2020, 9, 2)) &&
                is_workday(c, civil_to_day(2020, 9, 3)));
    assert_true(!is_workday(c, civil_to_day(2027, 9, 1)) && !is_workday(c, civil_to_day(2027, 9, 2)) &&
                is_workday(c, civil_to_day(2027, 9, 3)));
}

static void who_owes_what(void **state)
{
    (void)state;
    static const struct {
        const char *obligation, *kind, *function;
        bool priority, network, owed;
    } cases[] = {
        {"CT18-2b", "school_primary", "", false, false, true},
        {"CT18-6d", "school_primary", "", false, false, false},
        {"CT18-6d", "police_province", "dedicated_body", false, false, true},
        {"CT18-6d", "police_province", "", false, false, false}, /* the function, not the name */
        {"CT18-6d", "dept_info_legacy", "dedicated_body", false, false, true},
        {"CT18-8g", "isp", "", false, true, true},
        {"CT18-8g", "isp", "", false, false, false}, /* by membership, not by kind */
        {"CT18-2e", "isp", "", false, true, true},
        {"CT18-2e", "isp", "", false, false, false},
        {"CT18-5b", "dept_health", "", true, false, true},
        {"CT18-5b", "dept_education", "", false, false, false},
        {"CT18-8a", "isp", "", false, false, true},
        {"CT18-8a", "school_primary", "", false, false, false},
        {"HOL-2a", "platform_enterprise", "", false, false, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str function = str_from_cstr(cases[i].function);
        struct know_org_facts facts = {.kind = str_from_cstr(cases[i].kind),
                                       .functions = {&function, str_is_empty(function) ? 0 : 1},
                                       .in_priority_sector = cases[i].priority,
                                       .in_network = cases[i].network};
        if (know_obligation_is_owed(know_obligation_find(str_from_cstr(cases[i].obligation)), &facts) != cases[i].owed)
            fail_msg("case %zu: %s by %s", i, cases[i].obligation, cases[i].kind);
    }
}

static void report_periods(void **state)
{
    (void)state;
    static const struct {
        const char *series;
        int day[3], due[3], from[3], to[3];
    } cases[] = {
        {"annual_to_owner", {2026, 11, 22}, {2026, 12, 20}, {2025, 12, 15}, {2026, 12, 15}},
        {"annual_to_owner", {2026, 12, 19}, {2026, 12, 20}, {2025, 12, 15}, {2026, 12, 15}}, /* the last day in time */
        {"annual_to_owner",
         {2026, 12, 20},
         {2027, 12, 20},
         {2026, 12, 15},
         {2027, 12, 15}}, /* "before" excludes the day */
        {"form05_half_year", {2023, 1, 1}, {2023, 6, 20}, {2022, 12, 15}, {2023, 6, 15}},
        {"critical_self_check", {2026, 11, 22}, {2027, 10, 1}, {2026, 10, 1}, {2027, 10, 1}},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct know_report_period p;
        assert_true(know_report_period_next(know_report_series_find(str_from_cstr(cases[i].series)),
                                            civil_to_day(cases[i].day[0], cases[i].day[1], cases[i].day[2]), &p));
        assert_int_equal(p.due_day, civil_to_day(cases[i].due[0], cases[i].due[1], cases[i].due[2]));
        assert_int_equal(p.from_day, civil_to_day(cases[i].from[0], cases[i].from[1], cases[i].from[2]));
        assert_int_equal(p.to_day, civil_to_day(cases[i].to[0], cases[i].to[1], cases[i].to[2]));
        assert_int_equal(p.last_day, p.due_day - 1);
    }
    struct know_report_period none;
    assert_false(know_report_period_next(know_report_series_find(STR("ct18_as_prescribed")), 20000, &none));
    assert_false(know_report_period_next(know_report_series_find(STR("form05_year")), civil_to_day(2026, 7, 1), &none));
}

static void roles_and_rights(void **state)
{
    (void)state;
    uint64_t bit;
    assert_true(know_right_bit(STR("read"), &bit));
    assert_int_equal(bit, 1);
    assert_true(know_right_bit(STR("system_admin"), &bit));
    assert_int_equal(bit, UINT64_C(1) << 23);
    assert_true(know_role_rights(STR("administrator")) & bit);
    assert_int_equal(know_role_rights(STR("nobody")), 0);
    assert_false(know_right_bit(STR("everything"), &bit));
    /* no role reads the audit chain and changes things as well, none but administrators holds the settings */
    uint64_t audit, execute;
    assert_true(know_right_bit(STR("audit"), &audit) && know_right_bit(STR("execute"), &execute));
    for (size_t i = 0; i < know_role_count; i++)
        assert_false((know_roles[i].right_bits & audit) && (know_roles[i].right_bits & execute));
    /* whoever assesses or appraises does not operate */
    for (size_t i = 0; i < know_role_count; i++)
        if (know_ids_has(know_roles[i].rights, STR("assess")) || know_ids_has(know_roles[i].rights, STR("appraise")))
            assert_false(know_roles[i].right_bits & execute);
}

static void states_in_order(void **state)
{
    (void)state;
    static const char *const want[] = {"unseen", "ack", "doing", "ok", "due", "late", "birth", "na", "waived"};
    assert_int_equal(know_state_count, ARRAY_LEN(want));
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        assert_str(know_states[i].id, str_from_cstr(want[i]));
        assert_true(str_ends_with(know_states[i].css, know_states[i].id));
    }
}

static void years_as_announced(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 8 << 20);
    struct err err = {0};
    struct workday_calendar *c = NULL;
    assert_ok(know_workday_calendar(&arena, NULL, 0, 2020, 2040, &c, &err));
    static const struct { /* the days off in a row as announced, [from, to], and the working days around them */
        int from[3], to[3];
    } rows[] = {
        {{2020, 1, 23}, {2020, 1, 29}}, {{2020, 4, 2}, {2020, 4, 2}},   {{2020, 9, 2}, {2020, 9, 2}},
        {{2021, 2, 10}, {2021, 2, 16}}, {{2021, 4, 30}, {2021, 5, 3}},  {{2021, 9, 2}, {2021, 9, 5}},
        {{2022, 1, 29}, {2022, 2, 6}},  {{2022, 4, 9}, {2022, 4, 11}},  {{2022, 4, 30}, {2022, 5, 3}},
        {{2022, 9, 1}, {2022, 9, 4}},   {{2023, 1, 20}, {2023, 1, 26}}, {{2023, 4, 29}, {2023, 5, 3}},
        {{2023, 9, 1}, {2023, 9, 4}},   {{2024, 2, 8}, {2024, 2, 14}},  {{2024, 4, 27}, {2024, 5, 1}},
        {{2024, 8, 31}, {2024, 9, 3}},  {{2025, 1, 25}, {2025, 2, 2}},  {{2025, 4, 30}, {2025, 5, 4}},
        {{2025, 8, 30}, {2025, 9, 2}},  {{2026, 1, 1}, {2026, 1, 4}},   {{2026, 2, 14}, {2026, 2, 22}},
        {{2026, 4, 25}, {2026, 4, 27}}, {{2026, 4, 30}, {2026, 5, 3}},  {{2026, 8, 29}, {2026, 9, 2}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        civil_day from = civil_to_day(rows[i].from[0], rows[i].from[1], rows[i].from[2]),
                  to = civil_to_day(rows[i].to[0], rows[i].to[1], rows[i].to[2]);
        char text[CIVIL_TEXT_BYTES];
        for (civil_day d = from - 1; d <= to + 1; d++)
            if (is_workday(c, d) != (d < from || d > to))
                fail_msg("row %zu: %s is %s", i, civil_iso(d, text), is_workday(c, d) ? "worked" : "off");
    }
    assert_true(is_workday(c, civil_to_day(2024, 5, 4)));   /* Saturday for 29/4 */
    assert_true(is_workday(c, civil_to_day(2026, 8, 22)));  /* Saturday for 31/8 */
    assert_true(is_workday(c, civil_to_day(2026, 11, 24))); /* proposed, not in force for us */
    assert_true(workday_ask(c, civil_to_day(2027, 2, 8)).is_planned);
}

static void provinces(void **state)
{
    (void)state;
    assert_int_equal(know_province_count, 34);
    size_t old = 0;
    for (size_t i = 0; i < know_province_count; i++)
        old += know_provinces[i].merged.count;
    assert_int_equal(old, 63);
    assert_str(know_province_of_old(STR("Phú Yên"))->title.vi, STR("Tỉnh Đắk Lắk"));
    assert_str(know_province_of_old(STR("Hải Dương"))->title.vi, STR("Thành phố Hải Phòng"));
    assert_null(know_province_of_old(STR("Trúc Lâm")));
    size_t cities = 0;
    for (size_t i = 0; i < know_province_count; i++)
        cities += know_provinces[i].is_city;
    assert_int_equal(cities, 6);
}

static void sectors_without_a_body_stay(void **state)
{
    (void)state;
    assert_int_equal(know_sector_count, 11);
    size_t empty = 0;
    for (size_t i = 0; i < know_sector_count; i++)
        empty += know_sectors[i].named_kinds.count == 0;
    assert_int_equal(empty, 2);
}

static void instruments(void **state)
{
    (void)state;
    const struct know_instrument *law = know_instrument_by_number(STR("18/ct-ttg"));
    assert_non_null(law);
    assert_str(law->id, STR("CT18"));
    assert_null(know_instrument_by_number(STR("19/CT-TTg")));
    assert_int_equal(know_instrument_find(STR("ND85-2016"))->to_day, civil_to_day(2026, 8, 19));
    assert_int_equal(law->to_day, CIVIL_FOREVER);
}

/* Every row is found by its mark on each of its days; what has no mark of the day is a letter. */
static void a_symbol_names_its_kind_of_document(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    size_t marked = 0;
    for (size_t i = 0; i < know_document_kind_count; i++) {
        const struct know_document_kind *row = &know_document_kinds[i];
        struct str mark = str_is_empty(row->mark) ? STR("SYT") : row->mark;
        marked += !str_is_empty(row->mark);
        struct str symbol = arena_printf(&arena, "%.*s-UBND", STR_ARG(mark));
        assert_ptr_equal(know_document_kind_of(symbol, row->from_day), row);
        assert_ptr_equal(know_document_kind_of(symbol, row->to_day - 1), row);
        assert_true(str_is_empty(know_document_kind_of(mark, row->from_day)->mark)); /* "CT" alone is an office */
    }
    assert_true(marked > 0);
    civil_day day = civil_to_day(2026, 11, 22);
    assert_str(know_document_kind_of(STR("CT-TTg"), day)->title.vi, STR("Chỉ thị"));
    assert_str(know_document_kind_of(STR("CT-TTg"), civil_to_day(1999, 1, 1))->title.vi, STR("Chỉ thị"));
    assert_str(know_document_kind_of(STR("UBND-KGVX"), day)->title.vi, STR("Công văn"));
    assert_str(know_document_kind_of(STR("CTX-UBND"), day)->title.vi, STR("Công văn"));
    assert_str(know_document_kind_of(STR(""), day)->title.vi, STR("Công văn"));
    assert_str(know_document_kind_of(STR_NONE, day)->title.vi, STR("Công văn"));
    for (size_t i = 0; i < know_instrument_count; i++)
        assert_non_null(know_instrument_type_find(know_instruments[i].type));
    assert_str(know_instrument_type_find(STR("decree"))->title.vi, STR("Nghị định"));
}

static void an_authority_has_one_key_and_a_place(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    static const struct {
        const char *name, *place; /* NULL: of no authority */
        int year;
    } cases[] = {
        {"UBND tỉnh Trúc Lâm", "Trúc Lâm", 2026},
        {"Ủy ban nhân dân tỉnh Trúc Lâm", "Trúc Lâm", 2026},
        {"UBND xã Suối Tre", "Suối Tre", 2026},
        {"UBND đặc khu Đảo Tre", "Đảo Tre", 2026},
        {"UBND thị trấn Măng", "Măng", 2024},
        {"UBND thị trấn Măng", "thị trấn Măng", 2026},
        {"Ủy ban nhân dân Vùng Tre", "Vùng Tre", 2026},
        {"UBNDX tỉnh Trúc Lâm", NULL, 2026},
        {"Sở Tre Nứa", NULL, 2026},
        {"UBND", NULL, 2026},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str got = know_authority_place(str_from_cstr(cases[i].name), civil_to_day(cases[i].year, 11, 22));
        if (cases[i].place ? !str_equal(got, str_from_cstr(cases[i].place)) : !str_is_null(got))
            fail_msg("the place of %s in %d is %.*s", cases[i].name, cases[i].year, STR_ARG(got));
    }
    for (size_t i = 0; i < know_authority_name_count; i++) {
        const struct know_authority_name *row = &know_authority_names[i];
        struct str full = know_authority_key(&arena, row->title.vi, row->from_day);
        for (size_t k = 0; k < row->briefs.count; k++) {
            assert_str(know_authority_key(&arena, row->briefs.items[k], row->from_day), full);
            assert_false(str_equal(know_authority_key(&arena, row->briefs.items[k], row->from_day - 1), full));
        }
    }
    civil_day day = civil_to_day(2026, 11, 22);
    assert_str(know_authority_key(&arena, STR("UBND  tỉnh Trúc Lâm"), day),
               know_authority_key(&arena, STR("ỦY BAN NHÂN DÂN TỈNH TRÚC LÂM"), day));
    assert_str(know_authority_key(&arena, STR("Sở Tre"), day), STR("so tre"));
    assert_str(know_authority_key(&arena, STR("UBNDX tỉnh"), day), STR("ubndx tinh"));
}

/* Of one purpose the form of the day; the old ones end with the law they detail, the new ones begin with the decree. */
static void forms_have_their_days(void **state)
{
    (void)state;
    static const struct {
        const char *purpose;
        int year, month, day;
        const char *form; /* NULL: none */
    } cases[] = {
        {"first", 2017, 10, 31, NULL},
        {"first", 2022, 10, 13, "form03_2017"},
        {"first", 2026, 6, 30, "form03_2017"},
        {"first", 2026, 7, 1, "notice_initial"},
        {"final", 2026, 6, 30, "form04_2017"},
        {"final", 2026, 11, 22, "report_final"},
        {"after_72h", 2026, 11, 22, "report_72h"},
        {"after_72h", 2022, 10, 13, NULL},
        {"progress", 2026, 11, 22, "report_progress"},
        {"personal_data", 2025, 12, 31, NULL},
        {"personal_data", 2026, 1, 1, "personal_data_notice"},
        {"data_subjects", 2026, 11, 22, "subjects_notice"},
        {"nothing", 2026, 11, 22, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct know_form *form =
            know_form_on(str_from_cstr(cases[i].purpose), civil_to_day(cases[i].year, cases[i].month, cases[i].day));
        if (!cases[i].form != !form)
            fail_msg("case %zu: %s form", i, form ? "a" : "no");
        if (form)
            assert_str(form->id, str_from_cstr(cases[i].form));
    }
    assert_null(know_form_find(STR("form05_2017")));
    assert_null(know_form_key_find(STR("owner")));
    assert_str(know_form_word(STR("unknown_required")).vi, STR("chưa rõ, bổ sung sau"));
}

/* No form here is an official one, and each says so. */
static void forms_ask_for_facts_with_words(void **state)
{
    (void)state;
    assert_int_equal(know_form_count, 8);
    for (size_t f = 0; f < know_form_count; f++) {
        const struct know_form *form = &know_forms[f];
        assert_true(form->certainty != KNOW_CERTAIN);
        size_t required = 0;
        for (size_t s = 0; s < form->section_count; s++)
            for (size_t i = 0; i < form->sections[s].field_count; i++) {
                const struct know_form_field *field = &form->sections[s].fields[i];
                const struct know_form_key *key = know_form_key_find(field->key);
                assert_non_null(key);
                assert_int_equal(key->type, field->type);
                assert_false(str_is_empty(field->title.vi) || str_is_empty(field->title.en));
                required += field->is_required;
            }
        assert_true(required >= 5);
    }
    const struct know_form *breach = know_form_find(STR("personal_data_notice"));
    assert_str(breach->sections[0].fields[0].title.vi, STR("Tổ chức kiểm soát, xử lý dữ liệu")); /* its own words */
    assert_str(know_form_find(STR("report_final"))->sections[1].fields[0].title.vi, STR("Chủ quản hệ thống thông tin"));
    assert_false(
        str_is_empty(know_form_find(STR("report_final"))->sections[1].fields[2].text.vi)); /* help of the key */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_stricter_rule_wins_and_names_the_other),
        cmocka_unit_test(one_password_cost_is_in_force),
        cmocka_unit_test(thresholds_are_those_the_code_knows),
        cmocka_unit_test(due_soon_begins_with_the_first_reminder),
        cmocka_unit_test(hosts_are_kinds_of_device),
        cmocka_unit_test(every_unit_has_someone_who_signs),
        cmocka_unit_test(no_rule_says_so),
        cmocka_unit_test(rules_fit_the_answer),
        cmocka_unit_test(evidence_covers_by_level),
        cmocka_unit_test(the_impossible_day_of_november),
        cmocka_unit_test(periods_and_last_days),
        cmocka_unit_test(national_day_grew),
        cmocka_unit_test(who_owes_what),
        cmocka_unit_test(report_periods),
        cmocka_unit_test(roles_and_rights),
        cmocka_unit_test(states_in_order),
        cmocka_unit_test(years_as_announced),
        cmocka_unit_test(provinces),
        cmocka_unit_test(sectors_without_a_body_stay),
        cmocka_unit_test(instruments),
        cmocka_unit_test(a_symbol_names_its_kind_of_document),
        cmocka_unit_test(an_authority_has_one_key_and_a_place),
        cmocka_unit_test(forms_have_their_days),
        cmocka_unit_test(forms_ask_for_facts_with_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
