#include "test.h"

#include <math.h>

#include "base/lunar.h"

/* --- A second opinion: the Moon's and the Sun's longitudes from long series, solved for the moments themselves. --- */

struct vsop_term {
    double a, b, c;
};
/* Earth, heliocentric longitude: VSOP87 as cut in Meeus, appendix III (1e-8 radians). */
static const struct vsop_term l0[] = {
    {175347046, 0, 0},
    {3341656, 4.6692568, 6283.0758500},
    {34894, 4.62610, 12566.15170},
    {3497, 2.7441, 5753.3849},
    {3418, 2.8289, 3.5231},
    {3136, 3.6277, 77713.7715},
    {2676, 4.4181, 7860.4194},
    {2343, 6.1352, 3930.2097},
    {1324, 0.7425, 11506.7698},
    {1273, 2.0371, 529.6910},
    {1199, 1.1096, 1577.3435},
    {990, 5.233, 5884.927},
    {902, 2.045, 26.298},
    {857, 3.508, 398.149},
    {780, 1.179, 5223.694},
    {753, 2.533, 5507.553},
    {505, 4.583, 18849.228},
    {492, 4.205, 775.523},
    {357, 2.920, 0.067},
    {317, 5.849, 11790.629},
    {284, 1.899, 796.298},
    {271, 0.315, 10977.079},
    {243, 0.345, 5486.778},
    {206, 4.806, 2544.314},
    {205, 1.869, 5573.143},
    {202, 2.458, 6069.777},
    {156, 0.833, 213.299},
    {132, 3.411, 2942.463},
    {126, 1.083, 20.775},
    {115, 0.645, 0.980},
    {103, 0.636, 4694.003},
    {102, 0.976, 15720.839},
    {102, 4.267, 7.114},
};
static const struct vsop_term l1[] = {
    {628331966747.0, 0, 0}, {206059, 2.678235, 6283.075850}, {4303, 2.6351, 12566.1517}, {425, 1.590, 3.523},
    {119, 5.796, 26.298},   {109, 2.966, 1577.344},          {93, 2.59, 18849.23},       {72, 1.14, 529.69},
};
static const struct vsop_term l2[] = {{52919, 0, 0}, {8720, 1.0721, 6283.0758}, {309, 0.867, 12566.152}};

static double vsop_sum(const struct vsop_term *terms, size_t count, double tau)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += terms[i].a * cos(terms[i].b + terms[i].c * tau);
    return sum;
}

static double turn(double deg)
{
    deg = fmod(deg, 360);
    return deg < 0 ? deg + 360 : deg;
}

static double half_turn(double deg) /* -180..180 */
{
    return turn(deg + 180) - 180;
}

static double sun_long(double jde)
{
    double tau = (jde - 2451545.0) / 365250.0, t = tau * 10;
    double l = (vsop_sum(l0, ARRAY_LEN(l0), tau) + tau * vsop_sum(l1, ARRAY_LEN(l1), tau) +
                tau * tau * vsop_sum(l2, ARRAY_LEN(l2), tau)) /
               1e8;
    double node = (125.04452 - 1934.136261 * t) * M_PI / 180, mean_sun = (280.4665 + 36000.7698 * t) * M_PI / 180,
           mean_moon = (218.3165 + 481267.8813 * t) * M_PI / 180;
    double nutation_s =
        -17.20 * sin(node) - 1.32 * sin(2 * mean_sun) - 0.23 * sin(2 * mean_moon) + 0.21 * sin(2 * node);
    double anomaly = (357.52911 + 35999.05029 * t) * M_PI / 180;
    double radius = 1.00014 - 0.01671 * cos(anomaly) - 0.00014 * cos(2 * anomaly);
    return turn(l * 180 / M_PI + 180 - 0.09033 / 3600 + nutation_s / 3600 - 20.4898 / 3600 / radius);
}

/* The Moon's longitude: Meeus, table 47.A (1e-6 degree), nutation left out on both sides of the difference. */
static const struct {
    int d, m, mp, f;
    double micro_deg;
} moon_l[] = {
    {0, 0, 1, 0, 6288774}, {2, 0, -1, 0, 1274027}, {2, 0, 0, 0, 658314},  {0, 0, 2, 0, 213618}, {0, 1, 0, 0, -185116},
    {0, 0, 0, 2, -114332}, {2, 0, -2, 0, 58793},   {2, -1, -1, 0, 57066}, {2, 0, 1, 0, 53322},  {2, -1, 0, 0, 45758},
    {0, 1, -1, 0, -40923}, {1, 0, 0, 0, -34720},   {0, 1, 1, 0, -30383},  {2, 0, 0, -2, 15327}, {0, 0, 1, 2, -12528},
    {0, 0, 1, -2, 10980},  {4, 0, -1, 0, 10675},   {0, 0, 3, 0, 10034},   {4, 0, -2, 0, 8548},  {2, 1, -1, 0, -7888},
    {2, 1, 0, 0, -6766},   {1, 0, -1, 0, -5163},   {1, 1, 0, 0, 4987},    {2, -1, 1, 0, 4036},  {2, 0, 2, 0, 3994},
    {4, 0, 0, 0, 3861},    {2, 0, -3, 0, 3665},    {0, 1, -2, 0, -2689},  {2, 0, -1, 2, -2602}, {2, -1, -2, 0, 2390},
    {1, 0, 1, 0, -2348},   {2, -2, 0, 0, 2236},    {0, 1, 2, 0, -2120},   {0, 2, 0, 0, -2069},  {2, -2, -1, 0, 2048},
    {2, 0, 1, -2, -1773},  {2, 0, 0, 2, -1595},    {4, -1, -1, 0, 1215},  {0, 0, 2, 2, -1110},  {3, 0, -1, 0, -892},
    {2, 1, 1, 0, -810},    {4, -1, -2, 0, 759},    {0, 2, -1, 0, -713},   {2, 2, -1, 0, -700},  {2, 1, -2, 0, 691},
    {2, -1, 0, -2, 596},   {4, 0, 1, 0, 549},      {0, 0, 4, 0, 537},     {4, -1, 0, 0, 520},   {1, 0, -2, 0, -487},
    {2, 1, 0, -2, -399},   {0, 0, 2, -2, -381},    {1, 1, 1, 0, 351},     {3, 0, -2, 0, -340},  {4, 0, -3, 0, 330},
    {2, -1, 2, 0, 327},    {0, 2, 1, 0, -323},     {1, 1, -1, 0, 299},    {2, 0, 3, 0, 294},
};

static double moon_long(double jde)
{
    double t = (jde - 2451545.0) / 36525.0, r = M_PI / 180;
    double lp = 218.3164477 + 481267.88123421 * t - 0.0015786 * t * t + t * t * t / 538841;
    double d = 297.8501921 + 445267.1114034 * t - 0.0018819 * t * t + t * t * t / 545868;
    double m = 357.5291092 + 35999.0502909 * t - 0.0001536 * t * t;
    double mp = 134.9633964 + 477198.8675055 * t + 0.0087414 * t * t + t * t * t / 69699;
    double f = 93.2720950 + 483202.0175233 * t - 0.0036539 * t * t;
    double e = 1 - 0.002516 * t - 0.0000074 * t * t;
    double sum =
        3958 * sin((119.75 + 131.849 * t) * r) + 1962 * sin((lp - f) * r) + 318 * sin((53.09 + 479264.290 * t) * r);
    for (size_t i = 0; i < ARRAY_LEN(moon_l); i++) {
        double scale = abs(moon_l[i].m) == 2 ? e * e : abs(moon_l[i].m) == 1 ? e : 1;
        sum += moon_l[i].micro_deg * scale *
               sin((moon_l[i].d * d + moon_l[i].m * m + moon_l[i].mp * mp + moon_l[i].f * f) * r);
    }
    double node = (125.04452 - 1934.136261 * t) * r, mean_sun = (280.4665 + 36000.7698 * t) * r,
           mean_moon = (218.3165 + 481267.8813 * t) * r;
    double nutation_s =
        -17.20 * sin(node) - 1.32 * sin(2 * mean_sun) - 0.23 * sin(2 * mean_moon) + 0.21 * sin(2 * node);
    return turn(lp + sum / 1e6 + nutation_s / 3600);
}

static double new_moon_near(double jde)
{
    for (int i = 0; i < 12; i++)
        jde -= half_turn(moon_long(jde) - sun_long(jde)) / 12.19;
    return jde;
}

/* The moment the Sun reaches a longitude, near a guess. */
static double sun_reaches(double deg, double jde)
{
    for (int i = 0; i < 12; i++)
        jde -= half_turn(sun_long(jde) - deg) / 0.9856;
    return jde;
}

static int day_of(double jde)
{
    return (int)floor(jde - lunar_delta_t_s(jde) / 86400.0 - 2440587.5 + 7.0 / 24.0);
}

/* Distance of a moment from midnight in Viet Nam, in minutes. */
static double minutes_to_midnight(double jde)
{
    double x = jde - lunar_delta_t_s(jde) / 86400.0 - 2440587.5 + 7.0 / 24.0;
    double frac = x - floor(x);
    return (frac < 0.5 ? frac : 1 - frac) * 1440;
}

static void new_moons_agree_within_a_minute(void **state)
{
    (void)state;
    double worst = 0;
    for (int k = -990; k < 1855; k++) { /* 1920 .. 2149 */
        double a = lunar_new_moon_jde(k), b = new_moon_near(a);
        if (fabs(a - b) * 1440 > worst)
            worst = fabs(a - b) * 1440;
        /* They may differ only seconds from midnight (the new moon of 07/07/1967), never in the years we count days in.
         */
        if (day_of(a) != day_of(b) && (minutes_to_midnight(a) > 0.5 ||
                                       (day_of(a) > civil_to_day(1975, 1, 1) && day_of(a) < civil_to_day(2101, 1, 1))))
            fail_msg("new moon %d: %.6f and %.6f fall on two days", k, a, b);
    }
    print_message("new moons: at most %.2f minutes apart\n", worst);
    assert_true(worst < 1.0);
}

static void solar_terms_agree(void **state)
{
    (void)state;
    double worst = 0;
    for (int year = 1990; year < 2100; year++)
        for (int n = 0; n < 12; n++) {
            double guess = 2451623.8 + (year - 2000) * 365.2422 + n * 30.4369;
            double at = sun_reaches(n * 30.0, guess);
            double off = fabs(half_turn(lunar_sun_longitude_deg(at) - n * 30.0)) / 0.9856 * 1440;
            if (off > worst)
                worst = off;
        }
    print_message("solar terms: at most %.1f minutes apart\n", worst);
    assert_true(worst < 20.0);
}

static void tet_2020_to_2040(void **state)
{
    (void)state;
    static const struct {
        int year, month, day;
    } want[] = {
        {2020, 1, 25},
        {2021, 2, 12},
        {2022, 2, 1},
        {2023, 1, 22},
        {2024, 2, 10},
        {2025, 1, 29},
        {2026, 2, 17},
        {2027, 2, 6},
        {2028, 1, 26},
        {2029, 2, 13},
        {2030, 2, 2},
        {2031, 1, 23},
        {2032, 2, 11},
        {2033, 1, 31},
        {2034, 2, 19},
        {2035, 2, 8},
        {2036, 1, 28},
        {2037, 2, 15},
        {2038, 2, 4},
        {2039, 1, 24},
        {2040, 2, 12},
        /* years in which Viet Nam and China kept Tết on different days or months */
        {1968, 1, 29},
        {1985, 1, 21},
        {2007, 2, 17},
    };
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        civil_day got;
        char a[CIVIL_TEXT_BYTES], b[CIVIL_TEXT_BYTES];
        assert_true(lunar_tet(want[i].year, &got));
        civil_day expected = civil_to_day(want[i].year, want[i].month, want[i].day);
        if (got != expected)
            fail_msg("Tết %d: got %s, wanted %s", want[i].year, civil_iso(got, a), civil_iso(expected, b));
    }
}

/* The whole calendar again, from the second series: month by month, which numbers must come out. */
static void every_tet_agrees_with_the_long_series(void **state)
{
    (void)state;
    for (int year = 1970; year <= 2100; year++) {
        double solstice = sun_reaches(270, 2451900.0 + (year - 1 - 2000) * 365.2422);
        double next_solstice = sun_reaches(270, 2451900.0 + (year - 2000) * 365.2422);
        double eleven = new_moon_near(solstice);
        while (day_of(eleven) > day_of(solstice))
            eleven = new_moon_near(eleven - 29.53);
        while (day_of(new_moon_near(eleven + 29.53)) <= day_of(solstice))
            eleven = new_moon_near(eleven + 29.53);
        int months = 0;
        double starts[16];
        starts[0] = eleven;
        do {
            starts[months + 1] = new_moon_near(starts[months] + 29.53);
            months++;
        } while (day_of(starts[months]) <= day_of(next_solstice) && months < 15);
        int count = months - 1; /* the last start holds the next solstice: months between two elevenths */
        int tet_index = 2;
        if (count == 13)
            for (int i = 1; i < 3; i++) {
                bool has_term = false;
                for (int n = 0; n < 12; n++) {
                    double at = sun_reaches(n * 30.0, starts[i] + 15);
                    has_term |= day_of(at) >= day_of(starts[i]) && day_of(at) < day_of(starts[i + 1]);
                }
                if (!has_term) {
                    tet_index = 3;
                    break;
                }
            }
        civil_day got;
        assert_true(lunar_tet(year, &got));
        if (got != day_of(starts[tet_index]))
            fail_msg("Tết %d: %d against %d (%.1f minutes from midnight)", year, got, day_of(starts[tet_index]),
                     minutes_to_midnight(starts[tet_index]));
    }
}

static void leap_months(void **state)
{
    (void)state;
    static const struct {
        int year, month;
    } want[] = {
        {2020, 4}, {2021, 0}, {2022, 0}, {2023, 2}, {2024, 0}, {2025, 6},  {2026, 0}, {2027, 0},
        {2028, 5}, {2029, 0}, {2030, 0}, {2031, 3}, {2032, 0}, {2033, 11}, {2034, 0}, {2036, 6},
        {2039, 5}, {2017, 6}, {2014, 9}, {1984, 0}, {1985, 2}, {1987, 7},
    };
    for (size_t i = 0; i < ARRAY_LEN(want); i++)
        if (lunar_leap_month(want[i].year) != want[i].month)
            fail_msg("%d: leap month %d, wanted %d", want[i].year, lunar_leap_month(want[i].year), want[i].month);
}

static void feasts(void **state)
{
    (void)state;
    static const struct {
        struct lunar lunar;
        int year, month, day;
    } want[] = {
        {{2022, 3, 10, false}, 2022, 4, 10},  {{2023, 3, 10, false}, 2023, 4, 29}, {{2024, 3, 10, false}, 2024, 4, 18},
        {{2025, 3, 10, false}, 2025, 4, 7},   {{2026, 3, 10, false}, 2026, 4, 26}, {{2023, 8, 15, false}, 2023, 9, 29},
        {{2024, 8, 15, false}, 2024, 9, 17},  {{2025, 8, 15, false}, 2025, 10, 6}, {{2026, 8, 15, false}, 2026, 9, 25},
        {{2025, 12, 29, false}, 2026, 2, 16},
    };
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        civil_day got;
        char text[CIVIL_TEXT_BYTES];
        assert_true(lunar_to_day(want[i].lunar, &got));
        if (got != civil_to_day(want[i].year, want[i].month, want[i].day))
            fail_msg("%d/%d of %d: got %s", want[i].lunar.day, want[i].lunar.month, want[i].lunar.year,
                     civil_iso(got, text));
    }
    civil_day none;
    assert_false(lunar_to_day((struct lunar){2025, 12, 30, false}, &none)); /* that year ended on the 29th */
    assert_false(lunar_to_day((struct lunar){2026, 6, 1, true}, &none));
    assert_false(lunar_to_day((struct lunar){2026, 13, 1, false}, &none));
    assert_false(lunar_to_day((struct lunar){2500, 1, 1, false}, &none));
}

static void every_day_round_trips(void **state)
{
    (void)state;
    struct lunar before = {0};
    assert_true(lunar_from_day(civil_to_day(2013, 12, 31), &before));
    for (civil_day d = civil_to_day(2014, 1, 1); d < civil_to_day(2041, 1, 1); d++) {
        struct lunar l = {0};
        civil_day back;
        assert_true(lunar_from_day(d, &l));
        assert_true(lunar_to_day(l, &back));
        assert_int_equal(back, d);
        if (l.day == 1)
            assert_true(before.day == 29 || before.day == 30);
        else
            assert_true(l.day == before.day + 1 && l.month == before.month && l.leap == before.leap &&
                        l.year == before.year);
        before = l;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_moons_agree_within_a_minute),
        cmocka_unit_test(solar_terms_agree),
        cmocka_unit_test(tet_2020_to_2040),
        cmocka_unit_test(every_tet_agrees_with_the_long_series),
        cmocka_unit_test(leap_months),
        cmocka_unit_test(feasts),
        cmocka_unit_test(every_day_round_trips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
