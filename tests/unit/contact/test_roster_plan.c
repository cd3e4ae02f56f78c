#include "test.h"

#include "base/buf.h"
#include "contact/roster_plan.h"

static struct arena arena;
static struct err err;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 256u << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

/* --- helpers --- */

#define MINUTE_MS       60000LL
#define ROUND_THE_CLOCK .from_day = 0, .to_day = CIVIL_FOREVER
#define EVERY_DAY       0x7F
#define MONDAY_FRIDAY   0x1F

static civil_day day(int year, int month, int d)
{
    return civil_to_day(year, month, d);
}

static int64_t ms(int year, int month, int d, int hour, int minute)
{
    return civil_day_start_ms(day(year, month, d)) + (hour * 60 + minute) * MINUTE_MS;
}

static const struct roster_plan *plan_of(const struct roster_description *d)
{
    struct roster_plan *plan = NULL;
    assert_ok(roster_plan_new(d, &arena, &plan, &err));
    assert_int_equal(roster_plan_id(plan), d->id);
    return plan;
}

static const char *time_text(int64_t at_ms, char out[CIVIL_TEXT_BYTES])
{
    char iso[CIVIL_TEXT_BYTES];
    civil_iso_ms(at_ms, iso);
    snprintf(out, CIVIL_TEXT_BYTES, "%.5s %.5s", iso + 5, iso + 11);
    return out;
}

static const char *const origins[] = {"rotation", "temporary", "fallback", "override"};

/* "11-02 07:30..11-02 19:30 1 rotation 10" a line; of an override also "for 2 rotation 10". */
static struct str shifts_text(const struct roster_plan *plan, int64_t from_ms, int64_t to_ms)
{
    AUTO_BUF out;
    struct roster_shifts shifts = {0};
    struct str text = STR("");
    buf_init(&out, 1u << 20);
    assert_ok(roster_plan_shifts(plan, from_ms, to_ms, &arena, &shifts, &err));
    for (size_t i = 0; i < shifts.count; i++) {
        const struct roster_shift *s = &shifts.items[i];
        char from[CIVIL_TEXT_BYTES], to[CIVIL_TEXT_BYTES];
        buf_printf(&out, "%s..%s %lld %s %lld", time_text(s->from_ms, from), time_text(s->to_ms, to),
                   (long long)s->person_id, origins[s->origin], (long long)s->origin_id);
        if (s->origin == ROSTER_OVERRIDE)
            buf_printf(&out, " for %lld %s %lld", (long long)s->instead_of, origins[s->planned_origin],
                       (long long)s->planned_id);
        else
            assert_true(s->instead_of == 0 && s->planned_origin == s->origin && s->planned_id == s->origin_id);
        buf_lit(&out, "\n");
    }
    assert_ok(buf_to_arena(&out, &arena, &text, &err));
    return text;
}

static struct str gaps_text(const struct roster_plan *plan, int64_t from_ms, int64_t to_ms)
{
    AUTO_BUF out;
    struct roster_gaps gaps = {0};
    struct str text = STR("");
    buf_init(&out, 1u << 20);
    assert_ok(roster_plan_gaps(plan, from_ms, to_ms, &arena, &gaps, &err));
    for (size_t i = 0; i < gaps.count; i++) {
        char from[CIVIL_TEXT_BYTES], to[CIVIL_TEXT_BYTES];
        buf_printf(&out, "%s..%s %lld\n", time_text(gaps.items[i].from_ms, from), time_text(gaps.items[i].to_ms, to),
                   (long long)gaps.items[i].absent_id);
    }
    assert_ok(buf_to_arena(&out, &arena, &text, &err));
    return text;
}

/* --- rotations --- */

static const int64_t three[] = {1, 2, 3};
static const struct roster_hours day_hours[] = {{EVERY_DAY, 7 * 60 + 30, 19 * 60 + 30}};
static const struct roster_hours night_hours[] = {{EVERY_DAY, 19 * 60 + 30, 7 * 60 + 30}};
static const struct roster_hours office_hours[] = {{MONDAY_FRIDAY, 8 * 60, 12 * 60}, {MONDAY_FRIDAY, 13 * 60, 17 * 60}};
static const struct roster_hours weekend_hours[] = {{0x20, 22 * 60, 6 * 60}, {0x40, 8 * 60, 8 * 60}};

static void rotations_hand_over(void **state)
{
    (void)state;
    static const int64_t two[] = {4, 5};
    /* 2026-12-28 is a Monday, 2028 has a 29 February */
    const struct {
        const char *what;
        struct roster_rotation rotations[2];
        size_t count;
        int64_t from_ms, to_ms;
        const char *want;
    } cases[] = {
        {"each day at 07:30, over the new year",
         {{.id = 10,
           .people = three,
           .people_count = 3,
           .first_day = day(2026, 12, 30),
           .first_minute = 450,
           .unit = ROSTER_BY_DAYS,
           .every = 1,
           ROUND_THE_CLOCK}},
         1,
         ms(2026, 12, 30, 0, 0),
         ms(2027, 1, 2, 12, 0),
         "12-30 07:30..12-31 07:30 1 rotation 10\n12-31 07:30..01-01 07:30 2 rotation 10\n"
         "01-01 07:30..01-02 07:30 3 rotation 10\n01-02 07:30..01-02 12:00 1 rotation 10\n"},
        {"each week, over a leap day",
         {{.id = 10,
           .people = three,
           .people_count = 3,
           .first_day = day(2028, 2, 21),
           .unit = ROSTER_BY_WEEKS,
           .every = 1,
           ROUND_THE_CLOCK}},
         1,
         ms(2028, 2, 21, 0, 0),
         ms(2028, 3, 10, 0, 0),
         "02-21 00:00..02-28 00:00 1 rotation 10\n02-28 00:00..03-06 00:00 2 rotation 10\n03-06 00:00..03-10 00:00 3 "
         "rotation 10\n"},
        {"each 8 hours",
         {{.id = 10,
           .people = three,
           .people_count = 3,
           .first_day = day(2026, 11, 2),
           .first_minute = 360,
           .unit = ROSTER_BY_HOURS,
           .every = 8,
           ROUND_THE_CLOCK}},
         1,
         ms(2026, 11, 3, 0, 0),
         ms(2026, 11, 4, 0, 0),
         "11-03 00:00..11-03 06:00 3 rotation 10\n11-03 06:00..11-03 14:00 1 rotation 10\n"
         "11-03 14:00..11-03 22:00 2 rotation 10\n11-03 22:00..11-04 00:00 3 rotation 10\n"},
        {"12 hours of day and night, two rotations",
         {{.id = 10,
           .people = three,
           .people_count = 3,
           .first_day = day(2026, 11, 2),
           .first_minute = 450,
           .unit = ROSTER_BY_DAYS,
           .every = 1,
           .hours = day_hours,
           .hours_count = 1,
           ROUND_THE_CLOCK},
          {.id = 11,
           .people = two,
           .people_count = 2,
           .first_day = day(2026, 11, 2),
           .first_minute = 450,
           .unit = ROSTER_BY_DAYS,
           .every = 1,
           .hours = night_hours,
           .hours_count = 1,
           ROUND_THE_CLOCK}},
         2,
         ms(2026, 11, 2, 0, 0),
         ms(2026, 11, 4, 7, 30),
         "11-02 07:30..11-02 19:30 1 rotation 10\n11-02 19:30..11-03 07:30 4 rotation 11\n"
         "11-03 07:30..11-03 19:30 2 rotation 10\n11-03 19:30..11-04 07:30 5 rotation 11\n"},
        {"office hours, a hand-over each week",
         {{.id = 10,
           .people = three,
           .people_count = 3,
           .first_day = day(2026, 11, 2),
           .unit = ROSTER_BY_WEEKS,
           .every = 1,
           .hours = office_hours,
           .hours_count = 2,
           ROUND_THE_CLOCK}},
         1,
         ms(2026, 11, 6, 12, 0),
         ms(2026, 11, 10, 0, 0),
         "11-06 13:00..11-06 17:00 1 rotation 10\n11-09 08:00..11-09 12:00 2 rotation 10\n11-09 13:00..11-09 17:00 2 "
         "rotation 10\n"},
        {"nights of Saturday, all of Sunday from 8; a hand-over inside the night",
         {{.id = 10,
           .people = three,
           .people_count = 3,
           .first_day = day(2026, 11, 1),
           .unit = ROSTER_BY_DAYS,
           .every = 1,
           .hours = weekend_hours,
           .hours_count = 2,
           ROUND_THE_CLOCK}},
         1,
         ms(2026, 11, 6, 0, 0),
         ms(2026, 11, 14, 0, 0),
         "11-07 22:00..11-08 00:00 1 rotation 10\n11-08 00:00..11-08 06:00 2 rotation 10\n"
         "11-08 08:00..11-09 00:00 2 rotation 10\n11-09 00:00..11-09 08:00 3 rotation 10\n"},
        {"only while it holds, and the later rotation above the earlier",
         {{.id = 10,
           .people = three,
           .people_count = 1,
           .first_day = day(2026, 11, 1),
           .unit = ROSTER_BY_DAYS,
           .every = 1,
           ROUND_THE_CLOCK},
          {.id = 11,
           .people = two,
           .people_count = 1,
           .first_day = day(2026, 10, 1),
           .unit = ROSTER_BY_WEEKS,
           .every = 2,
           .from_day = day(2026, 11, 3),
           .to_day = day(2026, 11, 5)}},
         2,
         ms(2026, 10, 31, 0, 0),
         ms(2026, 11, 6, 0, 0),
         "11-01 00:00..11-03 00:00 1 rotation 10\n11-03 00:00..11-05 00:00 4 rotation 11\n11-05 00:00..11-06 00:00 1 "
         "rotation 10\n"},
        {"one person goes on, whoever hands over",
         {{.id = 10,
           .people = three,
           .people_count = 1,
           .first_day = day(2026, 11, 1),
           .unit = ROSTER_BY_HOURS,
           .every = 1,
           ROUND_THE_CLOCK}},
         1,
         ms(2026, 11, 2, 0, 0),
         ms(2026, 11, 3, 0, 0),
         "11-02 00:00..11-03 00:00 1 rotation 10\n"},
        {"no rotation", {{.id = 10}}, 0, ms(2026, 11, 2, 0, 0), ms(2026, 11, 3, 0, 0), ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct roster_description d = {.id = 7, .rotations = cases[i].rotations, .rotation_count = cases[i].count};
        struct str got = shifts_text(plan_of(&d), cases[i].from_ms, cases[i].to_ms);
        if (!str_equal(got, str_from_cstr(cases[i].want)))
            fail_msg("%s: got\n%.*swanted\n%s", cases[i].what, STR_ARG(got), cases[i].want);
    }
}

/* --- what stands above rotations --- */

static const struct roster_rotation daily = {.id = 10,
                                             .people = three,
                                             .people_count = 3,
                                             .first_day = 20759, /* 2026-11-02 */
                                             .first_minute = 450,
                                             .unit = ROSTER_BY_DAYS,
                                             .every = 1,
                                             ROUND_THE_CLOCK};

static void plans_are_changed(void **state)
{
    (void)state;
    assert_int_equal(daily.first_day, day(2026, 11, 2));
    const int64_t monday = ms(2026, 11, 2, 0, 0), hour = 60 * MINUTE_MS;
    const struct roster_fixed holiday_shifts[] = {{monday + 30 * hour, monday + 36 * hour, 8},
                                                  {monday + 24 * hour, monday + 30 * hour, 9}};
    const struct roster_temporary holiday = {.id = 20,
                                             .made_ms = 1,
                                             .from_ms = monday + 24 * hour,
                                             .to_ms = monday + 40 * hour,
                                             .shifts = holiday_shifts,
                                             .shift_count = 2,
                                             .fallback_id = 7},
                                  empty = {.id = 21,
                                           .made_ms = 2,
                                           .from_ms = monday + 34 * hour,
                                           .to_ms = monday + 38 * hour};
    const struct {
        const char *what;
        struct roster_temporary temporaries[2];
        struct roster_override overrides[4];
        struct roster_absence absences[2];
        size_t temporary_count, override_count, absence_count;
        const char *shifts, *gaps; /* from Monday 07:30 to Thursday 07:30 */
    } cases[] = {
        {"a holiday cuts rotations in the middle of a shift",
         {holiday},
         {{0}},
         {{0}},
         1,
         0,
         0,
         "11-02 07:30..11-03 00:00 1 rotation 10\n11-03 00:00..11-03 06:00 9 temporary 20\n11-03 06:00..11-03 12:00 8 "
         "temporary 20\n"
         "11-03 12:00..11-03 16:00 7 fallback 20\n11-03 16:00..11-04 07:30 2 rotation 10\n11-04 07:30..11-05 07:30 3 "
         "rotation 10\n",
         ""},
        {"the newer schedule holds, without a fallback it leaves a gap",
         {empty, holiday},
         {{0}},
         {{0}},
         2,
         0,
         0,
         "11-02 07:30..11-03 00:00 1 rotation 10\n11-03 00:00..11-03 06:00 9 temporary 20\n11-03 06:00..11-03 10:00 8 "
         "temporary 20\n"
         "11-03 14:00..11-03 16:00 7 fallback 20\n11-03 16:00..11-04 07:30 2 rotation 10\n11-04 07:30..11-05 07:30 3 "
         "rotation 10\n",
         "11-03 10:00..11-03 14:00 0\n"},
        {"whoever it is, in a gap too",
         {empty},
         {{30, 1, monday + 30 * hour, monday + 36 * hour, 6, 0}},
         {{0}},
         1,
         1,
         0,
         "11-02 07:30..11-03 06:00 1 rotation 10\n11-03 06:00..11-03 07:30 6 override 30 for 1 rotation 10\n"
         "11-03 07:30..11-03 10:00 6 override 30 for 2 rotation 10\n11-03 10:00..11-03 12:00 6 override 30 for 0 "
         "fallback 21\n"
         "11-03 14:00..11-04 07:30 2 rotation 10\n11-04 07:30..11-05 07:30 3 rotation 10\n",
         "11-03 12:00..11-03 14:00 0\n"},
        {"only instead of the person named",
         {{0}},
         {{30, 1, monday, monday + 96 * hour, 6, 2}},
         {{0}},
         0,
         1,
         0,
         "11-02 07:30..11-03 07:30 1 rotation 10\n11-03 07:30..11-04 07:30 6 override 30 for 2 rotation 10\n11-04 "
         "07:30..11-05 07:30 3 rotation 10\n",
         ""},
        {"override over override: the newest wins, in whichever order they are told",
         {{0}},
         {{31, 2, monday + 12 * hour, monday + 24 * hour, 5, 0}, {30, 1, monday + 8 * hour, monday + 20 * hour, 6, 0}},
         {{0}},
         0,
         2,
         0,
         "11-02 07:30..11-02 08:00 1 rotation 10\n11-02 08:00..11-02 12:00 6 override 30 for 1 rotation 10\n"
         "11-02 12:00..11-03 00:00 5 override 31 for 1 rotation 10\n11-03 00:00..11-03 07:30 1 rotation 10\n"
         "11-03 07:30..11-04 07:30 2 rotation 10\n11-04 07:30..11-05 07:30 3 rotation 10\n",
         ""},
        {"an override of an override, and one that gives back",
         {{0}},
         {{30, 1, monday + 8 * hour, monday + 20 * hour, 6, 1},
          {31, 2, monday + 10 * hour, monday + 18 * hour, 5, 6},
          {32, 3, monday + 14 * hour, monday + 16 * hour, 1, 5}},
         {{0}},
         0,
         3,
         0,
         "11-02 07:30..11-02 08:00 1 rotation 10\n11-02 08:00..11-02 10:00 6 override 30 for 1 rotation 10\n"
         "11-02 10:00..11-02 14:00 5 override 31 for 1 rotation 10\n11-02 14:00..11-02 16:00 1 rotation 10\n"
         "11-02 16:00..11-02 18:00 5 override 31 for 1 rotation 10\n11-02 18:00..11-02 20:00 6 override 30 for 1 "
         "rotation 10\n"
         "11-02 20:00..11-03 07:30 1 rotation 10\n11-03 07:30..11-04 07:30 2 rotation 10\n11-04 07:30..11-05 07:30 3 "
         "rotation 10\n",
         ""},
        {"an absent person leaves a gap, unless somebody is put there",
         {{0}},
         {{30, 1, monday + 12 * hour, monday + 18 * hour, 6, 1}},
         {{1, monday + 10 * hour, monday + 50 * hour}},
         0,
         1,
         1,
         "11-02 07:30..11-02 10:00 1 rotation 10\n11-02 12:00..11-02 18:00 6 override 30 for 1 rotation 10\n"
         "11-03 07:30..11-04 07:30 2 rotation 10\n11-04 07:30..11-05 07:30 3 rotation 10\n",
         "11-02 10:00..11-02 12:00 1\n11-02 18:00..11-03 07:30 1\n"},
        {"who was put there may be absent too",
         {holiday},
         {{30, 1, monday + 8 * hour, monday + 12 * hour, 6, 0}},
         {{6, monday + 10 * hour, monday + 11 * hour}, {7, monday, monday + 96 * hour}},
         1,
         1,
         2,
         "11-02 07:30..11-02 08:00 1 rotation 10\n11-02 08:00..11-02 10:00 6 override 30 for 1 rotation 10\n11-02 "
         "11:00..11-02 12:00 6 override 30 for 1 rotation 10\n"
         "11-02 12:00..11-03 00:00 1 rotation 10\n11-03 00:00..11-03 06:00 9 temporary 20\n11-03 06:00..11-03 12:00 8 "
         "temporary 20\n"
         "11-03 16:00..11-04 07:30 2 rotation 10\n11-04 07:30..11-05 07:30 3 rotation 10\n",
         "11-02 10:00..11-02 11:00 6\n11-03 12:00..11-03 16:00 7\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct roster_description d = {.id = 7,
                                       .rotations = &daily,
                                       .rotation_count = 1,
                                       .temporaries = cases[i].temporaries,
                                       .temporary_count = cases[i].temporary_count,
                                       .overrides = cases[i].overrides,
                                       .override_count = cases[i].override_count,
                                       .absences = cases[i].absences,
                                       .absence_count = cases[i].absence_count};
        const struct roster_plan *plan = plan_of(&d);
        int64_t from_ms = ms(2026, 11, 2, 7, 30), to_ms = ms(2026, 11, 5, 7, 30);
        struct str got = shifts_text(plan, from_ms, to_ms), gaps = gaps_text(plan, from_ms, to_ms);
        if (!str_equal(got, str_from_cstr(cases[i].shifts)))
            fail_msg("%s: got\n%.*swanted\n%s", cases[i].what, STR_ARG(got), cases[i].shifts);
        if (!str_equal(gaps, str_from_cstr(cases[i].gaps)))
            fail_msg("%s: gaps\n%.*swanted\n%s", cases[i].what, STR_ARG(gaps), cases[i].gaps);
    }
}

static void overrides_make_no_duty(void **state)
{
    (void)state;
    const struct roster_rotation office = {.id = 10,
                                           .people = three,
                                           .people_count = 1,
                                           .first_day = day(2026, 11, 2),
                                           .unit = ROSTER_BY_WEEKS,
                                           .every = 1,
                                           .hours = office_hours,
                                           .hours_count = 2,
                                           ROUND_THE_CLOCK};
    const struct roster_override o = {30, 1, ms(2026, 11, 2, 10, 0), ms(2026, 11, 3, 9, 0), 6, 0};
    const struct roster_description d = {
        .id = 1, .rotations = &office, .rotation_count = 1, .overrides = &o, .override_count = 1};
    const struct roster_plan *plan = plan_of(&d);
    struct roster_shift shift;
    assert_str(shifts_text(plan, ms(2026, 11, 2, 0, 0), ms(2026, 11, 3, 12, 0)),
               STR("11-02 08:00..11-02 10:00 1 rotation 10\n11-02 10:00..11-02 12:00 6 override 30 for 1 rotation 10\n"
                   "11-02 13:00..11-02 17:00 6 override 30 for 1 rotation 10\n11-03 08:00..11-03 09:00 6 override 30 "
                   "for 1 rotation 10\n"
                   "11-03 09:00..11-03 12:00 1 rotation 10\n"));
    assert_int_equal(roster_plan_at(plan, ms(2026, 11, 2, 12, 30), &shift), ROSTER_NONE);
    assert_int_equal(roster_plan_at(plan, ms(2026, 11, 2, 13, 0), &shift), ROSTER_ON_DUTY);
    assert_true(shift.person_id == 6 && shift.instead_of == 1 && shift.from_ms == ms(2026, 11, 2, 13, 0));
    assert_int_equal(roster_plan_at(plan, -1, &shift), ROSTER_NONE);
    assert_int_equal(roster_plan_at(plan, INT64_MAX, &shift), ROSTER_NONE);
}

/* --- several plans --- */

static bool is_even(void *ctx, int64_t person_id)
{
    ++*(int *)ctx;
    return person_id % 2 == 0;
}

static void people_without_a_channel_are_named(void **state)
{
    (void)state;
    const struct roster_description d = {.id = 1, .rotations = &daily, .rotation_count = 1};
    struct roster_unreachables people = {0};
    int asked = 0;
    assert_ok(roster_plan_unreachable(plan_of(&d), ms(2026, 11, 3, 0, 0), ms(2026, 11, 8, 0, 0), is_even, &asked,
                                      &arena, &people, &err));
    assert_int_equal(asked, 3);
    assert_int_equal(people.count, 2); /* 1 from midnight and again on the 5th, 3 on the 4th and the 7th */
    assert_true(people.items[0].person_id == 1 && people.items[0].shift_count == 2 &&
                people.items[0].first_ms == ms(2026, 11, 3, 0, 0));
    assert_true(people.items[1].person_id == 3 && people.items[1].shift_count == 2 &&
                people.items[1].first_ms == ms(2026, 11, 4, 7, 30));
}

static void one_person_on_two_plans_is_seen(void **state)
{
    (void)state;
    static const int64_t reverse[] = {3, 2, 1};
    struct roster_rotation other = daily;
    const struct roster_override o = {30, 1, ms(2026, 11, 3, 12, 0), ms(2026, 11, 3, 20, 0), 9, 0};
    other.people = reverse;
    other.id = 11;
    const struct roster_description a = {.id = 1, .rotations = &daily, .rotation_count = 1}, b = {.id = 2,
                                                                                                  .rotations = &other,
                                                                                                  .rotation_count = 1,
                                                                                                  .overrides = &o,
                                                                                                  .override_count = 1};
    const struct roster_plan *plans[] = {plan_of(&a), plan_of(&b), plan_of(&a)};
    struct roster_overlaps found = {0};
    assert_ok(roster_overlaps(plans, 2, ms(2026, 11, 2, 0, 0), ms(2026, 11, 5, 7, 30), &arena, &found, &err));
    assert_int_equal(found.count, 2); /* 2 holds both on the 3rd, but for the override */
    assert_true(found.items[0].person_id == 2 && found.items[0].from_ms == ms(2026, 11, 3, 7, 30) &&
                found.items[0].to_ms == ms(2026, 11, 3, 12, 0));
    assert_true(found.items[1].from_ms == ms(2026, 11, 3, 20, 0) && found.items[1].to_ms == ms(2026, 11, 4, 7, 30));
    assert_true(found.items[1].first == 0 && found.items[1].second == 1);
    assert_ok(roster_overlaps(plans, 3, ms(2026, 11, 2, 8, 0), ms(2026, 11, 2, 9, 0), &arena, &found, &err));
    assert_int_equal(found.count, 1);
    assert_true(found.items[0].person_id == 1 && found.items[0].first == 0 && found.items[0].second == 2);
    /* what goes on under another override is one overlap */
    const struct roster_override put[] = {{31, 1, ms(2026, 11, 2, 10, 0), ms(2026, 11, 2, 11, 0), 1, 0},
                                          {32, 1, ms(2026, 11, 2, 11, 0), ms(2026, 11, 2, 12, 0), 1, 0}};
    const struct roster_description c = {
        .id = 3, .rotations = &other, .rotation_count = 1, .overrides = put, .override_count = 2};
    plans[1] = plan_of(&c);
    assert_ok(roster_overlaps(plans, 2, ms(2026, 11, 2, 8, 0), ms(2026, 11, 2, 20, 0), &arena, &found, &err));
    assert_int_equal(found.count, 1);
    assert_true(found.items[0].from_ms == ms(2026, 11, 2, 10, 0) && found.items[0].to_ms == ms(2026, 11, 2, 12, 0));
    assert_ok(roster_overlaps(plans, 1, ms(2026, 11, 2, 8, 0), ms(2026, 11, 2, 9, 0), &arena, &found, &err));
    assert_int_equal(found.count, 0);
}

static void swaps_leave_nobody_with_two_shifts(void **state)
{
    (void)state;
    static const int64_t one[] = {2};
    const struct roster_rotation office = {.id = 11,
                                           .people = one,
                                           .people_count = 1,
                                           .first_day = day(2026, 11, 5),
                                           .unit = ROSTER_BY_DAYS,
                                           .every = 1,
                                           .hours = day_hours,
                                           .hours_count = 1,
                                           .from_day = day(2026, 11, 5),
                                           .to_day = day(2026, 11, 6)};
    const struct roster_absence away[] = {{1, ms(2026, 11, 7, 0, 0), ms(2026, 11, 7, 12, 0)},
                                          {3, ms(2026, 11, 10, 8, 0), ms(2026, 11, 10, 9, 0)}};
    struct roster_override swap[2];
    struct roster_description a = {.id = 1,
                                   .rotations = &daily,
                                   .rotation_count = 1,
                                   .absences = away,
                                   .absence_count = 2},
                              b = {.id = 2, .rotations = &office, .rotation_count = 1};
    const struct roster_plan *plans[] = {plan_of(&a), plan_of(&b)};
    /* 1 has the 2nd and the 5th, 2 the 3rd, the 6th, and the other plan on the 5th; 3 the 4th and the 7th */
    const struct roster_turn second = {0, ms(2026, 11, 2, 7, 30), ms(2026, 11, 3, 7, 30), 1},
                             third = {0, ms(2026, 11, 3, 7, 30), ms(2026, 11, 4, 7, 30), 2},
                             fourth = {0, ms(2026, 11, 4, 7, 30), ms(2026, 11, 5, 7, 30), 3},
                             fifth = {0, ms(2026, 11, 5, 7, 30), ms(2026, 11, 6, 7, 30), 1},
                             seventh = {0, ms(2026, 11, 7, 7, 30), ms(2026, 11, 8, 7, 30), 3},
                             office_fifth = {1, ms(2026, 11, 5, 7, 30), ms(2026, 11, 5, 19, 30), 2};
    assert_ok(roster_swap_check(plans, 2, &second, &third, &err));
    assert_err(roster_swap_check(plans, 2, &fifth, &third, &err), ERR_CONFLICT); /* 2 sits in the office then */
    assert_str(str_from_cstr(err.text), STR("đổi ca: một người sẽ trực hai nơi cùng lúc"));
    assert_err(roster_swap_check(plans, 2, &third, &fifth, &err), ERR_CONFLICT);
    assert_ok(roster_swap_check(plans, 1, &fifth, &third, &err)); /* were that plan not there */
    assert_err(roster_swap_check(plans, 2, &second, &seventh, &err), ERR_CONFLICT);
    assert_str(str_from_cstr(err.text), STR("đổi ca: người nhận ca nghỉ trong giờ đó"));
    /* both at once: each gives away what stands in the way, but 1 has the whole day and gets half of it */
    assert_ok(roster_swap_check(plans, 2, &fifth, &office_fifth, &err));
    const struct roster_turn tenth = {0, ms(2026, 11, 10, 7, 30), ms(2026, 11, 11, 7, 30), 3};
    assert_err(roster_swap_check(plans, 2, &second, &tenth, &err), ERR_CONFLICT); /* an hour of it nobody has */
    struct roster_turn half = fifth, wrong = third;
    half.to_ms = ms(2026, 11, 5, 12, 0);
    assert_err(roster_swap_check(plans, 2, &half, &office_fifth, &err), ERR_CONFLICT);
    wrong.person_id = 3;
    assert_err(roster_swap_check(plans, 2, &second, &wrong, &err), ERR_CONFLICT);
    assert_str(str_from_cstr(err.text), STR("đổi ca: trong ca có lúc không phải người này trực"));
    wrong = third;
    wrong.plan = 2;
    assert_err(roster_swap_check(plans, 2, &second, &wrong, &err), ERR_SYNTAX);
    assert_err(roster_swap_check(plans, 2, &second, &fifth, &err), ERR_SYNTAX);
    wrong = third;
    wrong.to_ms += 60 * MINUTE_MS; /* an hour of the next one */
    assert_err(roster_swap_check(plans, 2, &second, &wrong, &err), ERR_CONFLICT);

    struct roster_turns turns = {0};
    assert_ok(
        roster_swap_choices(plans, 2, &second, ms(2026, 11, 3, 0, 0), ms(2026, 11, 8, 0, 0), &arena, &turns, &err));
    /* the 3rd and the 4th: on the 5th 1 has the other half, the 6th reaches into the leave, the 7th is cut */
    assert_int_equal(turns.count, 2);
    assert_memory_equal(&turns.items[0], &third, sizeof third);
    assert_memory_equal(&turns.items[1], &fourth, sizeof fourth);

    roster_swap_overrides(&second, &third, 99, (const int64_t[]){40, 41}, swap);
    a.overrides = swap;
    a.override_count = 2;
    assert_str(shifts_text(plan_of(&a), ms(2026, 11, 2, 7, 30), ms(2026, 11, 5, 7, 30)),
               STR("11-02 07:30..11-03 07:30 2 override 40 for 1 rotation 10\n11-03 07:30..11-04 07:30 1 override 41 "
                   "for 2 rotation 10\n"
                   "11-04 07:30..11-05 07:30 3 rotation 10\n"));
}

/* --- what is refused --- */

static void bad_descriptions_are_refused(void **state)
{
    (void)state;
    static const int64_t nobody[] = {1, 0};
    static const struct roster_hours bad_hours[] = {{EVERY_DAY, 0, 60}, {0, 0, 60}};
    const struct roster_fixed outside = {9, 12, 1}, twice[] = {{10, 12, 1}, {11, 13, 2}};
    for (int i = 0; i < 20; i++) {
        struct roster_rotation r = daily;
        struct roster_temporary t = {.id = 1, .from_ms = 10, .to_ms = 20};
        struct roster_override o = {1, 1, 10, 20, 1, 0};
        struct roster_absence s = {1, 10, 20};
        struct roster_description d = {.id = 1,
                                       .rotations = &r,
                                       .rotation_count = 1,
                                       .temporaries = &t,
                                       .temporary_count = 1,
                                       .overrides = &o,
                                       .override_count = 1,
                                       .absences = &s,
                                       .absence_count = 1};
        enum err_code want = ERR_SYNTAX;
        switch (i) {
        case 0:
            r.people_count = 0;
            break;
        case 1:
            r.people = nobody;
            r.people_count = 2;
            break;
        case 2:
            r.every = 0;
            break;
        case 3:
            r.every = ROSTER_EVERY_MAX + 1;
            break;
        case 4:
            r.first_minute = 1440;
            break;
        case 5:
            r.first_day = CIVIL_NONE;
            break;
        case 6:
            r.to_day = r.from_day;
            break;
        case 7:
            r.hours = bad_hours;
            r.hours_count = 2;
            break;
        case 8:
            r.people_count = ROSTER_PEOPLE_MAX + 1;
            want = ERR_LIMIT;
            break;
        case 9:
            r.hours_count = ROSTER_HOURS_MAX + 1;
            want = ERR_LIMIT;
            break;
        case 10:
            t.to_ms = 10;
            break;
        case 11:
            t.shifts = &outside;
            t.shift_count = 1;
            break;
        case 12:
            t.shifts = twice;
            t.shift_count = 2;
            want = ERR_CONFLICT;
            break;
        case 13:
            t.shift_count = ROSTER_FIXED_MAX + 1;
            want = ERR_LIMIT;
            break;
        case 14:
            o.to_ms = o.from_ms;
            break;
        case 15:
            o.person_id = 0;
            break;
        case 16:
            s.from_ms = INT64_MIN;
            break;
        case 17:
            d.rotation_count = ROSTER_ROTATIONS_MAX + 1;
            want = ERR_LIMIT;
            break;
        case 18:
            d.override_count = ROSTER_OVERRIDES_MAX + 1;
            want = ERR_LIMIT;
            break;
        default:
            want = ERR_NONE;
            break;
        }
        struct roster_plan *plan = NULL;
        enum err_code code = roster_plan_new(&d, &arena, &plan, &err);
        if (code != want)
            fail_msg("case %d: %s", i, err_code_to_str(code));
        assert_true(code == ERR_NONE || plan == NULL);
    }
}

static void windows_have_a_ceiling(void **state)
{
    (void)state;
    const struct roster_description d = {.id = 1, .rotations = &daily, .rotation_count = 1};
    const struct roster_plan *plan = plan_of(&d), *many[ROSTER_PLANS_MAX + 1] = {plan};
    struct roster_shifts shifts = {.count = 77};
    struct roster_gaps gaps;
    struct roster_overlaps overlaps;
    int64_t at_ms = ms(2026, 11, 2, 7, 30);
    assert_ok(roster_plan_shifts(plan, at_ms, at_ms + 400 * CIVIL_DAY_MS, &arena, &shifts, &err));
    assert_int_equal(shifts.count, 400);
    assert_err(roster_plan_shifts(plan, at_ms, at_ms + 400 * CIVIL_DAY_MS + 1, &arena, &shifts, &err), ERR_LIMIT);
    assert_err(roster_plan_shifts(plan, at_ms, at_ms, &arena, &shifts, &err), ERR_SYNTAX);
    assert_err(roster_plan_gaps(plan, INT64_MIN, INT64_MAX, &arena, &gaps, &err), ERR_SYNTAX);
    assert_int_equal(shifts.count, 400);
    assert_err(roster_overlaps(many, ROSTER_PLANS_MAX + 1, at_ms, at_ms + 1, &arena, &overlaps, &err), ERR_LIMIT);
    /* every hour somebody else, on 30 rotations, each cut at another minute: more cuts than there may be */
    struct roster_rotation hourly[ROSTER_ROTATIONS_MAX];
    static struct roster_hours hours[ROSTER_HOURS_MAX];
    for (size_t i = 0; i < ARRAY_LEN(hours); i++)
        hours[i] = (struct roster_hours){EVERY_DAY, (int)i * 20, (int)i * 20 + 10};
    for (size_t i = 0; i < ARRAY_LEN(hourly); i++) {
        hourly[i] = daily;
        hourly[i].hours = hours;
        hourly[i].hours_count = ARRAY_LEN(hours);
    }
    const struct roster_description busy = {.id = 1, .rotations = hourly, .rotation_count = ARRAY_LEN(hourly)};
    assert_err(roster_plan_shifts(plan_of(&busy), at_ms, at_ms + 400 * CIVIL_DAY_MS, &arena, &shifts, &err), ERR_LIMIT);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {TEST(rotations_hand_over),
                                       TEST(plans_are_changed),
                                       TEST(overrides_make_no_duty),
                                       TEST(people_without_a_channel_are_named),
                                       TEST(one_person_on_two_plans_is_seen),
                                       TEST(swaps_leave_nobody_with_two_shifts),
                                       TEST(bad_descriptions_are_refused),
                                       TEST(windows_have_a_ceiling)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
