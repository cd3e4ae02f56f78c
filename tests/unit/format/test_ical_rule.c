#include "test.h"

#include "base/buf.h"
#include "base/clock.h"
#include "format/ical.h"
#include "format/ical_zone.h"
#include "oracle_ical.h"

static struct arena arena;
static struct err err;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 16u << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

#define NEW_YORK                                                                                       \
    "BEGIN:VTIMEZONE\r\nTZID:New York\r\nBEGIN:DAYLIGHT\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\n" \
    "DTSTART:20070311T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\nEND:DAYLIGHT\r\n"             \
    "BEGIN:STANDARD\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\nDTSTART:20071104T020000\r\n"          \
    "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"

static void parts_of_rules_are_refused(void **state)
{
    (void)state;
    static const char *const rules[] = {
        "",
        "FREQ=",
        "FREQ=FORTNIGHTLY",
        "COUNT=3",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=3;UNTIL=20261212",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=10001",
        "FREQ=DAILY;UNTIL=tomorrow",
        "FREQ=DAILY;X-Y=1",
        "FREQ=DAILY;;COUNT=1",
        "FREQ=DAILY;BYHOUR=24",
        "FREQ=DAILY;BYHOUR=",
        "FREQ=DAILY;BYHOUR=1,,2",
        "FREQ=DAILY;BYMONTH=13",
        "FREQ=DAILY;BYDAY=1MO",
        "FREQ=WEEKLY;BYMONTHDAY=1",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYYEARDAY=1",
        "FREQ=MONTHLY;BYDAY=0MO",
        "FREQ=MONTHLY;BYDAY=54MO",
        "FREQ=MONTHLY;BYDAY=XX",
        "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0",
        "FREQ=WEEKLY;WKST=1",
        "FREQ=YEARLY;BYMONTHDAY=15",
    };
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        struct ical_rule rule;
        struct ical_line line = {.name = STR("RRULE"), .value = str_from_cstr(rules[i]), .line = 9};
        if (ical_rule_parse(&line, &rule, &err) != ERR_SYNTAX || !strstr(err.text, "line 9"))
            fail_msg("RRULE:%s", rules[i]);
    }
}

struct found {
    int64_t at[30000];
    int count;
};

static enum err_code find(void *ctx, int64_t local_s, struct err *e)
{
    (void)e;
    struct found *found = ctx;
    must(found->count < (int)ARRAY_LEN(found->at));
    found->at[found->count++] = local_s;
    return ERR_NONE;
}

static enum err_code walk(const char *text, int64_t start_s, int64_t low_s, int64_t high_s, struct found *found)
{
    static int64_t set[ICAL_SET_MAX];
    uint64_t steps = 100000000;
    struct ical_rule rule;
    struct ical_line line = {.value = str_from_cstr(text), .line = 1};
    TRY(ical_rule_parse(&line, &rule, &err));
    struct ical_walk w = {.start_s = start_s,
                          .low_s = low_s,
                          .high_s = high_s,
                          .until_s = rule.has_until ? rule.until.local_s : INT64_MAX,
                          .steps_left = &steps,
                          .fn = find,
                          .ctx = found,
                          .set = set};
    found->count = 0;
    return ical_rule_walk(&rule, &w, &err);
}

/* Numbers between commas, rising and each once, as people write them. */
static void put_list(struct buf *out, const char *name, struct rng *rng, int min, int max, int many, bool with_negative)
{
    buf_printf(out, ";%s=", name);
    int n = min, written = 0;
    while (written < many && n <= max) {
        bool negative = with_negative && rng_below(rng, 3) == 0;
        buf_printf(out, "%s%s%d", written ? "," : "", negative ? "-" : "", n);
        n += 1 + (int)rng_below(rng, (uint64_t)(max - min) / 2 + 1);
        written++;
    }
}

static void put_days(struct buf *out, struct rng *rng, int nth_max)
{
    static const char *const names[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
    buf_lit(out, ";BYDAY=");
    int written = 0;
    for (int i = 0; i < 7; i++)
        if (rng_below(rng, 3) == 0 || (i == 6 && !written)) {
            buf_put(out, written++ ? STR(",") : STR(""));
            if (nth_max)
                buf_printf(out, "%s%d", rng_below(rng, 2) ? "-" : "", 1 + (int)rng_below(rng, (uint64_t)nth_max));
            buf_put(out, str_from_cstr(names[i]));
        }
}

static const char *random_rule(struct rng *rng, struct buf *out)
{
    static const char *const freqs[] = {"HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
    enum ical_freq freq = (enum ical_freq)rng_below(rng, 5);
    buf_clear(out);
    buf_printf(out, "FREQ=%s", freqs[freq]);
    if (rng_below(rng, 2))
        buf_printf(out, ";INTERVAL=%d", 1 + (int)rng_below(rng, freq == ICAL_HOURLY ? 30 : 5));
    bool has_months = rng_below(rng, 3) == 0;
    if (has_months)
        put_list(out, "BYMONTH", rng, 1 + (int)rng_below(rng, 6), 12, 1 + (int)rng_below(rng, 4), false);
    bool has_month_days = false;
    if (freq != ICAL_WEEKLY && (freq != ICAL_YEARLY || has_months) && rng_below(rng, 3) == 0) {
        /* libical 3.0.16 looks at a negative one only where it expands */
        put_list(out, "BYMONTHDAY", rng, 1 + (int)rng_below(rng, 20), 31, 1 + (int)rng_below(rng, 5),
                 freq >= ICAL_MONTHLY);
        has_month_days = true;
    }
    bool has_days = rng_below(rng, 2) == 0;
    if (has_days)
        put_days(out, rng,
                 freq >= ICAL_MONTHLY && !has_month_days && rng_below(rng, 2) ? (freq == ICAL_MONTHLY ? 4 : 5) : 0);
    /* with HOURLY libical 3.0.16 gives the first instance twice */
    bool has_hours = freq != ICAL_HOURLY && rng_below(rng, 4) == 0;
    if (has_hours)
        put_list(out, "BYHOUR", rng, (int)rng_below(rng, 12), 23, 1 + (int)rng_below(rng, 3), false);
    /* of positions in a week it takes no notice, with hours it counts the days alone */
    if (freq >= ICAL_MONTHLY && has_days && !has_hours && rng_below(rng, 4) == 0)
        put_list(out, "BYSETPOS", rng, 1, 3, 1 + (int)rng_below(rng, 2), true);
    if (freq == ICAL_WEEKLY && rng_below(rng, 3) == 0)
        buf_lit(out, ";WKST=SU");
    if (rng_below(rng, 3) == 0)
        buf_printf(out, ";COUNT=%d", 1 + (int)rng_below(rng, 40));
    else if (rng_below(rng, 3) == 0)
        buf_printf(out, ";UNTIL=2027%02d%02dT120000", 1 + (int)rng_below(rng, 12), 1 + (int)rng_below(rng, 28));
    return out->failed ? NULL : out->ptr;
}

/* DTSTART is an instance to us always, to libical when the rule says so: compared from a start that fits the rule. */
static void rules_are_walked_as_libical_does(void **state)
{
    (void)state;
    static struct found ours, later;
    static int64_t theirs[30000];
    AUTO_BUF text, start;
    struct rng rng;
    rng_init(&rng, 20261122);
    buf_init(&text, 4096);
    buf_init(&start, 4096);
    int compared = 0, instances = 0;
    for (int i = 0; i < 700; i++) {
        const char *rule = random_rule(&rng, &text);
        assert_non_null(rule);
        int64_t start_s = civil_to_day(2026, 1, 1) * 86400LL + (int64_t)rng_below(&rng, 365) * 86400 +
                          (int64_t)rng_below(&rng, 96) * 900;
        int64_t high_s = civil_to_day(2028, 6, 1) * 86400LL;
        /* the first day that fits, found with the rule itself, without its end */
        AUTO_BUF open;
        buf_init(&open, 4096);
        buf_put(&open, buf_str(&text));
        assert_non_null(open.ptr);
        ptrdiff_t end = str_find(buf_str(&text), STR(";COUNT"), 0);
        end = end < 0 ? str_find(buf_str(&text), STR(";UNTIL"), 0) : end;
        if (end >= 0)
            open.ptr[end] = '\0';
        if (walk(open.ptr, start_s, start_s + 1, high_s, &ours) != ERR_NONE)
            fail_msg("RRULE:%s: %s", open.ptr, err.text);
        if (ours.count == 0)
            continue;
        start_s = ours.at[0];
        struct civil c = civil_from_day((civil_day)(start_s / 86400));
        buf_clear(&start);
        buf_printf(&start, "%04d%02d%02dT%02d%02d00", c.year, c.month, c.day, (int)(start_s / 3600 % 24),
                   (int)(start_s / 60 % 60));
        assert_non_null(start.ptr);
        assert_ok(walk(rule, start_s, start_s, high_s, &ours));
        int count = oracle_ical_rule(rule, start.ptr, high_s, theirs, 30000);
        if (count < 0 || theirs[0] != start_s)
            continue; /* libical does not take it, or the shift of the period moved its first instance */
        if (count != ours.count || memcmp(theirs, ours.at, (size_t)count * sizeof *theirs) != 0) {
            int k = 0;
            while (k < count && k < ours.count && theirs[k] == ours.at[k])
                k++;
            fail_msg("DTSTART:%s RRULE:%s: libical %d, ours %d, differ at %d (%lld, %lld)", start.ptr, rule, count,
                     ours.count, k, k < count ? (long long)theirs[k] : 0, k < ours.count ? (long long)ours.at[k] : 0);
        }
        compared++;
        instances += count;
        /* from the middle of it the same, whatever was skipped before */
        int64_t low_s = start_s + (int64_t)rng_below(&rng, 500) * 86400;
        assert_ok(walk(rule, start_s, low_s, high_s, &later));
        int from = 0;
        while (from < count && theirs[from] < low_s)
            from++;
        if (later.count != count - from || memcmp(later.at, theirs + from, (size_t)later.count * sizeof *theirs) != 0)
            fail_msg("DTSTART:%s RRULE:%s from %lld: %d, wanted %d", start.ptr, rule, (long long)low_s, later.count,
                     count - from);
    }
    if (compared < 500 || instances < 20000)
        fail_msg("%d rules with %d instances were compared", compared, instances);
}

/* What libical does otherwise, or is not asked: the days and hours worked out by hand. */
static void rules_by_hand(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *want; /* "MM-DD hh" from 2027-01-01 08:00 to 2028-12-31, the first eight */
    } cases[] = {
        {"FREQ=HOURLY;INTERVAL=8;COUNT=4", "01-01 08,01-01 16,01-02 00,01-02 08"},
        {"FREQ=HOURLY;BYHOUR=8,20;COUNT=4", "01-01 08,01-01 20,01-02 08,01-02 20"},
        {"FREQ=DAILY;BYMONTHDAY=-1;COUNT=4", "01-01 08,01-31 08,02-28 08,03-31 08"},
        {"FREQ=WEEKLY;BYDAY=FR,SA,SU;BYSETPOS=1,-1;COUNT=5", "01-01 08,01-03 08,01-08 08,01-10 08,01-15 08"},
        {"FREQ=MONTHLY;BYDAY=FR;BYHOUR=8,20;BYSETPOS=-1;COUNT=3", "01-01 08,01-29 20,02-26 20"},
        {"FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4", "01-01 08,01-31 08,03-31 08,05-31 08"},
        {"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=2", "01-01 08,02-29 08"},
        {"FREQ=YEARLY;BYYEARDAY=1,60,-1;COUNT=6", "01-01 08,03-01 08,12-31 08,01-01 08,02-29 08,12-31 08"},
        {"FREQ=YEARLY;BYDAY=-1SU;COUNT=3", "01-01 08,12-26 08,12-31 08"},
        {"FREQ=DAILY;INTERVAL=2;UNTIL=20270105T080000", "01-01 08,01-03 08,01-05 08"},
        {"FREQ=MONTHLY;INTERVAL=12;COUNT=9", "01-01 08,01-01 08"},
        {"freq=weekly;byday=mo,+we,", ""},
        {"FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=MO;COUNT=4", "01-01 08,01-03 08,01-11 08,01-17 08"},
        {"FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU;COUNT=4", "01-01 08,01-10 08,01-11 08,01-24 08"},
        {"FREQ=DAILY;COUNT=1;", "01-01 08"},
    };
    static struct found found;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t start_s = civil_to_day(2027, 1, 1) * 86400LL + 8 * 3600;
        AUTO_BUF got;
        buf_init(&got, 4096);
        if (walk(cases[i].rule, start_s, start_s, civil_to_day(2029, 1, 1) * 86400LL - 1, &found) == ERR_NONE)
            for (int k = 0; k < found.count && k < 8; k++) {
                struct civil c = civil_from_day((civil_day)(found.at[k] / 86400));
                buf_printf(&got, "%s%02d-%02d %02d", k ? "," : "", c.month, c.day, (int)(found.at[k] / 3600 % 24));
            }
        if (!str_equal(buf_str(&got), str_from_cstr(cases[i].want)))
            fail_msg("RRULE:%s: %.*s, wanted %s", cases[i].rule, STR_ARG(buf_str(&got)), cases[i].want);
    }
}

static void clocks_are_those_of_libical(void **state)
{
    (void)state;
    struct ical_lines lines;
    struct ical_zones zones;
    static int64_t set[ICAL_SET_MAX];
    uint64_t steps = ICAL_STEPS_MAX;
    struct rng rng;
    rng_init(&rng, 7);
    assert_ok(ical_lines_read(STR("BEGIN:VCALENDAR\r\n" NEW_YORK "END:VCALENDAR\r\n"), &arena, &lines, &err));
    assert_ok(ical_zones_read(&lines, civil_to_day(2037, 1, 1) * 86400LL, &steps, set, &arena, &zones, &err));
    const struct ical_zone *zone = ical_zone_find(&zones, STR("New York"));
    assert_non_null(zone);
    for (int i = 0; i < 300; i++) {
        int64_t local_s = civil_to_day(2008, 1, 1) * 86400LL + (int64_t)rng_below(&rng, 28 * 365 * 24) * 3600 + 1800;
        int64_t utc_s = ical_zone_to_utc(zone, local_s);
        int32_t want = oracle_ical_offset(NEW_YORK, local_s);
        if (local_s - utc_s != want)
            fail_msg("at %lld: %lld, libical %d", (long long)local_s, (long long)(local_s - utc_s), want);
        assert_int_equal(ical_zone_to_local(zone, utc_s), local_s);
    }
    /* the hours around a change (2026-03-08 and 2026-11-01): RFC 5545 3.3.5 */
    static const struct {
        int month, day, hour, offset_h;
    } cases[] = {{3, 8, 1, -5}, {3, 8, 2, -5}, {3, 8, 3, -4}, {11, 1, 0, -4}, {11, 1, 1, -4}, {11, 1, 2, -5}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t local_s = civil_to_day(2026, cases[i].month, cases[i].day) * 86400LL + cases[i].hour * 3600;
        assert_int_equal(local_s - ical_zone_to_utc(zone, local_s), cases[i].offset_h * 3600);
    }
    assert_int_equal(ical_zone_to_local(zone, 0), -5 * 3600); /* before all it says */
    /* a rule that ended a second before its change of 2008: 06:00 UTC, 02:00 on the clock before */
    steps = ICAL_STEPS_MAX;
    assert_ok(ical_lines_read(
        STR("BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:Until\r\nBEGIN:DAYLIGHT\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-"
            "0400\r\n"
            "DTSTART:20080309T020000\r\nEND:DAYLIGHT\r\nBEGIN:STANDARD\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\n"
            "DTSTART:20071104T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU;UNTIL=20081102T055959Z\r\nEND:"
            "STANDARD\r\n"
            "END:VTIMEZONE\r\nEND:VCALENDAR\r\n"),
        &arena, &lines, &err));
    assert_ok(ical_zones_read(&lines, civil_to_day(2037, 1, 1) * 86400LL, &steps, set, &arena, &zones, &err));
    zone = ical_zone_find(&zones, STR("Until"));
    assert_non_null(zone);
    assert_int_equal(ical_zone_to_local(zone, civil_to_day(2008, 2, 1) * 86400LL),
                     civil_to_day(2008, 2, 1) * 86400LL - 5 * 3600);
    assert_int_equal(ical_zone_to_local(zone, civil_to_day(2008, 12, 1) * 86400LL),
                     civil_to_day(2008, 12, 1) * 86400LL - 4 * 3600);
    assert_ptr_equal(ical_zone_find(&zones, STR("SE Asia Standard Time")), &ical_zone_vietnam);
    assert_ptr_equal(ical_zone_find(&zones, STR("UTC")), &ical_zone_utc);
    assert_null(ical_zone_find(&zones, STR("new york")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_rules_are_refused), cmocka_unit_test(rules_are_walked_as_libical_does),
        cmocka_unit_test(rules_by_hand), cmocka_unit_test_setup_teardown(clocks_are_those_of_libical, setup, teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
