#include "test.h"

#include "base/workday.h"

#define WEEKEND 0x60u

static const struct workday_rule rules[] = {
    {.id = STR_INIT("new_year"),
     .title = {STR_INIT("Tết Dương lịch"), STR_INIT("New Year")},
     .month = 1,
     .day = 1,
     .day_count = 1,
     .from_day = 0,
     .to_day = CIVIL_FOREVER},
    {.id = STR_INIT("tet"),
     .title = {STR_INIT("Tết"), STR_INIT("Tết")},
     .is_lunar = true,
     .month = 1,
     .day = 1,
     .before_days = 1,
     .day_count = 5,
     .is_planned = true,
     .from_day = 0,
     .to_day = CIVIL_FOREVER},
    {.id = STR_INIT("old"),
     .title = {STR_INIT("Ngày cũ"), STR_INIT("Old day")},
     .month = 6,
     .day = 1,
     .day_count = 1,
     .from_day = 0,
     .to_day = 20000 /* 04/10/2024 */},
};

static struct workday_calendar *calendar_of(struct arena *arena, const struct workday_notice *notices, size_t count,
                                            const struct workday_notice *own, size_t own_count)
{
    struct err err = {0};
    struct workday_calendar *calendar = NULL;
    assert_ok(workday_calendar_new(arena, WEEKEND, rules, ARRAY_LEN(rules), notices, count, own, own_count, 2020, 2040,
                                   &calendar, &err));
    return calendar;
}

static void a_rule_makes_its_days(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 8 << 20);
    const struct workday_calendar *c = calendar_of(&arena, NULL, 0, NULL, 0);
    struct workday_answer a = workday_ask(c, civil_to_day(2026, 2, 17));
    assert_false(a.is_workday);
    assert_true(a.is_planned);
    assert_int_equal(a.why, WORKDAY_HOLIDAY);
    assert_str(a.reason.vi, STR("Tết"));
    assert_true(is_workday(c, civil_to_day(2026, 2, 13)));
    assert_true(is_workday(c, civil_to_day(2026, 2, 23)));
}

/* 01/01/2023 was a Sunday: Monday the 2nd is off in its place. */
static void a_holiday_on_a_rest_day_is_given_back(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 8 << 20);
    const struct workday_calendar *c = calendar_of(&arena, NULL, 0, NULL, 0);
    assert_int_equal(workday_ask(c, civil_to_day(2023, 1, 2)).why, WORKDAY_IN_LIEU);
    assert_true(is_workday(c, civil_to_day(2023, 1, 3)));
    /* 31/12/2022 was an ordinary Saturday */
    assert_int_equal(workday_ask(c, civil_to_day(2022, 12, 31)).why, WORKDAY_WEEKEND);
}

static void a_rule_ends_on_its_day(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 8 << 20);
    const struct workday_calendar *c = calendar_of(&arena, NULL, 0, NULL, 0);
    assert_false(is_workday(c, civil_to_day(2023, 6, 1)));
    assert_true(is_workday(c, civil_to_day(2026, 6, 1)));
}

static void a_notice_replaces_the_plan(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 8 << 20);
    static struct workday_notice notices[4];
    for (int i = 0; i < 3; i++)
        notices[i] = (struct workday_notice){
            .kind = WORKDAY_NOTICE_OFF, .rule_id = STR_INIT("tet"), .day = civil_to_day(2027, 2, 8) + i};
    const struct workday_calendar *c = calendar_of(&arena, notices, 3, NULL, 0);
    assert_true(is_workday(c, civil_to_day(2027, 2, 5))); /* Friday before Tết, planned off, not in the notice */
    assert_false(workday_ask(c, civil_to_day(2027, 2, 9)).is_planned);
    assert_true(is_workday(c, civil_to_day(2027, 2, 11)));
    assert_false(is_workday(c, civil_to_day(2028, 1, 26))); /* other years keep the plan */
}

static void swapped_days_and_own_rows(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 8 << 20);
    static struct workday_notice notices[2], own[1];
    notices[0] = (struct workday_notice){.kind = WORKDAY_NOTICE_REST, .day = civil_to_day(2025, 5, 2)};
    notices[1] = (struct workday_notice){.kind = WORKDAY_NOTICE_WORK, .day = civil_to_day(2025, 4, 26)};
    own[0] = (struct workday_notice){
        .kind = WORKDAY_NOTICE_REST, .day = civil_to_day(2025, 11, 20), .reason = {STR_INIT("Bão"), STR_INIT("Storm")}};
    const struct workday_calendar *c = calendar_of(&arena, notices, 2, own, 1);
    assert_true(is_workday(c, civil_to_day(2025, 4, 26))); /* a Saturday */
    assert_int_equal(workday_ask(c, civil_to_day(2025, 4, 26)).why, WORKDAY_SWAPPED_IN);
    assert_int_equal(workday_ask(c, civil_to_day(2025, 5, 2)).why, WORKDAY_SWAPPED_OUT);
    assert_str(workday_ask(c, civil_to_day(2025, 11, 20)).reason.vi, STR("Bão"));
}

static void adding_and_counting(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 8 << 20);
    const struct workday_calendar *c = calendar_of(&arena, NULL, 0, NULL, 0);
    civil_day friday = civil_to_day(2026, 11, 20);
    assert_int_equal(workday_next(c, friday), civil_to_day(2026, 11, 23));
    assert_int_equal(workday_add(c, friday, 7), civil_to_day(2026, 12, 1));
    assert_int_equal(workday_add(c, friday, 0), friday);
    assert_int_equal(workday_add(c, civil_to_day(2026, 11, 23), -1), friday);
    assert_int_equal(workday_count(c, friday, civil_to_day(2026, 12, 1)), 7);
    assert_int_equal(workday_count(c, civil_to_day(2026, 12, 1), friday), -7);
    for (civil_day d = civil_to_day(2021, 1, 1); d < civil_to_day(2039, 1, 1); d += 13)
        for (int n = 1; n < 40; n += 6) { /* the n-th working day after d: n of them lie in (d, it] */
            civil_day end = workday_add(c, d, n);
            assert_int_equal(workday_count(c, d + 1, end + 1), n);
            assert_true(is_workday(c, end));
        }
}

static void outside_its_years_only_the_week_is_known(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 8 << 20);
    const struct workday_calendar *c = calendar_of(&arena, NULL, 0, NULL, 0);
    struct workday_answer a = workday_ask(c, civil_to_day(2050, 1, 3));
    assert_true(a.is_workday && a.is_planned);
    assert_false(is_workday(c, civil_to_day(2050, 1, 2)));
}

static void refusals(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 8 << 20);
    struct err err = {0};
    struct workday_calendar *c = NULL;
    struct workday_notice unknown = {.kind = WORKDAY_NOTICE_OFF, .rule_id = STR_INIT("nothing"), .day = 20000};
    struct workday_notice twice[2] = {{.kind = WORKDAY_NOTICE_REST, .day = 20000},
                                      {.kind = WORKDAY_NOTICE_WORK, .day = 20000}};
    assert_err(
        workday_calendar_new(&arena, WEEKEND, rules, ARRAY_LEN(rules), &unknown, 1, NULL, 0, 2020, 2040, &c, &err),
        ERR_NOT_FOUND);
    assert_err(workday_calendar_new(&arena, WEEKEND, rules, ARRAY_LEN(rules), NULL, 0, twice, 2, 2020, 2040, &c, &err),
               ERR_CONFLICT);
    assert_err(
        workday_calendar_new(&arena, WEEKEND, rules, ARRAY_LEN(rules), NULL, 0, &unknown, 1, 2020, 2040, &c, &err),
        ERR_SYNTAX);
    assert_err(workday_calendar_new(&arena, 0x7f, rules, ARRAY_LEN(rules), NULL, 0, NULL, 0, 2020, 2040, &c, &err),
               ERR_SYNTAX);
    assert_err(workday_calendar_new(&arena, WEEKEND, rules, ARRAY_LEN(rules), NULL, 0, NULL, 0, 2040, 2020, &c, &err),
               ERR_LIMIT);
    assert_err(workday_calendar_new(&arena, WEEKEND, rules, ARRAY_LEN(rules), NULL, 0, NULL, 0, 2000, 2150, &c, &err),
               ERR_LIMIT);
    AUTO_ARENA small;
    arena_init(&small, 1000);
    assert_int_not_equal(
        workday_calendar_new(&small, WEEKEND, rules, ARRAY_LEN(rules), NULL, 0, NULL, 0, 2020, 2040, &c, &err),
        ERR_NONE);
    assert_null(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_makes_its_days),
        cmocka_unit_test(a_holiday_on_a_rest_day_is_given_back),
        cmocka_unit_test(a_rule_ends_on_its_day),
        cmocka_unit_test(a_notice_replaces_the_plan),
        cmocka_unit_test(swapped_days_and_own_rows),
        cmocka_unit_test(adding_and_counting),
        cmocka_unit_test(outside_its_years_only_the_week_is_known),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
