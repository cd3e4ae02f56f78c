#include "base/lunar.h"

#include <math.h>

#define JDE_2000        2451545.0
#define JD_UNIX_EPOCH   2440587.5
#define CENTURY_DAYS    36525.0
#define MONTH_MEAN_DAYS 29.530588861
#define VN_OFFSET_DAYS  (7.0 / 24.0)

static double rad(double deg)
{
    return deg * (M_PI / 180.0);
}

/* One periodic term: coefficient in days, power of E (eccentricity of the Earth's orbit), and the arguments it
 * multiplies. */
struct moon_term {
    double days;
    int e_power, sun, moon, latitude, node;
};

/* Meeus table 49.A, column "new moon". */
static const struct moon_term moon_terms[] = {
    {-0.40720, 0, 0, 1, 0, 0}, {0.17241, 1, 1, 0, 0, 0},   {0.01608, 0, 0, 2, 0, 0},    {0.01039, 0, 0, 0, 2, 0},
    {0.00739, 1, -1, 1, 0, 0}, {-0.00514, 1, 1, 1, 0, 0},  {0.00208, 2, 2, 0, 0, 0},    {-0.00111, 0, 0, 1, -2, 0},
    {-0.00057, 0, 0, 1, 2, 0}, {0.00056, 1, 1, 2, 0, 0},   {-0.00042, 0, 0, 3, 0, 0},   {0.00042, 1, 1, 0, 2, 0},
    {0.00038, 1, 1, 0, -2, 0}, {-0.00024, 1, -1, 2, 0, 0}, {-0.00017, 0, 0, 0, 0, 1},   {-0.00007, 0, 2, 1, 0, 0},
    {0.00004, 0, 0, 2, -2, 0}, {0.00004, 0, 3, 0, 0, 0},   {0.00003, 0, 1, 1, -2, 0},   {0.00003, 0, 0, 2, 2, 0},
    {-0.00003, 0, 1, 1, 2, 0}, {0.00003, 0, -1, 1, 2, 0},  {-0.00002, 0, -1, 1, -2, 0}, {-0.00002, 0, 1, 3, 0, 0},
    {0.00002, 0, 0, 4, 0, 0},
};

/* The pull of the planets: sine of (base + rate k - square T^2), in days. */
static const struct {
    double base_deg, rate_deg, square_deg, days;
} planet_terms[] = {
    {299.77, 0.107408, 0.009173, 0.000325}, {251.88, 0.016321, 0, 0.000165}, {251.83, 26.651886, 0, 0.000164},
    {349.42, 36.412478, 0, 0.000126},       {84.66, 18.206239, 0, 0.000110}, {141.74, 53.303771, 0, 0.000062},
    {207.14, 2.453732, 0, 0.000060},        {154.84, 7.306860, 0, 0.000056}, {34.52, 27.261239, 0, 0.000047},
    {207.19, 0.121824, 0, 0.000042},        {291.34, 1.844379, 0, 0.000040}, {161.72, 24.198154, 0, 0.000037},
    {239.56, 25.513099, 0, 0.000035},       {331.55, 3.592518, 0, 0.000023},
};

double lunar_new_moon_jde(int k)
{
    double t = k / 1236.85, t2 = t * t, t3 = t2 * t, t4 = t3 * t;
    double jde = 2451550.09766 + 29.530588861 * k + 0.00015437 * t2 - 0.000000150 * t3 + 0.00000000073 * t4;
    double e = 1 - 0.002516 * t - 0.0000074 * t2;
    double sun = rad(2.5534 + 29.10535670 * k - 0.0000014 * t2 - 0.00000011 * t3);
    double moon = rad(201.5643 + 385.81693528 * k + 0.0107582 * t2 + 0.00001238 * t3 - 0.000000058 * t4);
    double latitude = rad(160.7108 + 390.67050284 * k - 0.0016118 * t2 - 0.00000227 * t3 + 0.000000011 * t4);
    double node = rad(124.7746 - 1.56375588 * k + 0.0020672 * t2 + 0.00000215 * t3);
    for (size_t i = 0; i < ARRAY_LEN(moon_terms); i++) {
        const struct moon_term *m = &moon_terms[i];
        double scale = m->e_power == 0 ? 1 : m->e_power == 1 ? e : e * e;
        jde += m->days * scale * sin(m->sun * sun + m->moon * moon + m->latitude * latitude + m->node * node);
    }
    for (size_t i = 0; i < ARRAY_LEN(planet_terms); i++)
        jde += planet_terms[i].days *
               sin(rad(planet_terms[i].base_deg + planet_terms[i].rate_deg * k - planet_terms[i].square_deg * t2));
    return jde;
}

double lunar_sun_longitude_deg(double jde)
{
    double t = (jde - JDE_2000) / CENTURY_DAYS;
    double mean = 280.46646 + 36000.76983 * t + 0.0003032 * t * t;
    double anomaly = rad(357.52911 + 35999.05029 * t - 0.0001537 * t * t);
    double centre = (1.914602 - 0.004817 * t - 0.000014 * t * t) * sin(anomaly) +
                    (0.019993 - 0.000101 * t) * sin(2 * anomaly) + 0.000289 * sin(3 * anomaly);
    double apparent = mean + centre - 0.00569 - 0.00478 * sin(rad(125.04 - 1934.136 * t));
    apparent = fmod(apparent, 360.0);
    return apparent < 0 ? apparent + 360.0 : apparent;
}

/* Espenak and Meeus (2006) polynomials for 1900..2150, the long parabola after; a second more or less moves nothing
 * here. */
double lunar_delta_t_s(double jde)
{
    double y = 2000.0 + (jde - JDE_2000) / 365.25, t = y - 2000.0, u;
    if (y < 1941) {
        u = y - 1920;
        return 21.20 + 0.84493 * u - 0.076100 * u * u + 0.0020936 * u * u * u;
    }
    if (y < 1986) {
        u = y - 1950;
        return 29.07 + 0.407 * u - u * u / 233 + u * u * u / 2547;
    }
    if (y < 2005)
        return 63.86 + 0.3345 * t - 0.060374 * t * t + 0.0017275 * t * t * t;
    if (y < 2050)
        return 62.92 + 0.32217 * t + 0.005589 * t * t;
    u = (y - 1820) / 100;
    return -20 + 32 * u * u - 0.5628 * (2150 > y ? 2150 - y : 0);
}

static civil_day vn_day(double jde)
{
    double ut = jde - lunar_delta_t_s(jde) / 86400.0;
    return (civil_day)floor(ut - JD_UNIX_EPOCH + VN_OFFSET_DAYS);
}

static civil_day month_start(int k)
{
    return vn_day(lunar_new_moon_jde(k));
}

/* Which of the twelve 30 degree sectors the Sun stands in when a day begins in Viet Nam: 9 begins with the winter
 * solstice. */
static int sun_sector(civil_day day)
{
    double ut = day + JD_UNIX_EPOCH - VN_OFFSET_DAYS;
    return (int)(lunar_sun_longitude_deg(ut + lunar_delta_t_s(ut) / 86400.0) / 30.0);
}

/* The month (k) that holds a day. */
static int month_of(civil_day day)
{
    int k = (int)floor((day + JD_UNIX_EPOCH - JDE_2000 - 5.1) / MONTH_MEAN_DAYS) + 1;
    while (month_start(k) > day)
        k--;
    return k;
}

/* The month that holds the winter solstice of a solar year: it begins before the Sun reaches 270 degrees and ends
 * after. */
static int month_eleven(int year)
{
    int k = month_of(civil_to_day(year, 12, 31));
    if (sun_sector(month_start(k)) >= 9) /* already past the solstice when it began */
        k--;
    return k;
}

/* The leap month between two 11th months: first one without a principal term; 0 when there are only twelve. */
static int month_leap(int eleven, int next_eleven)
{
    if (next_eleven - eleven < 13)
        return 0;
    for (int k = eleven + 1; k < next_eleven; k++)
        if (sun_sector(month_start(k)) == sun_sector(month_start(k + 1)))
            return k;
    return 0;
}

/* Every month from the 11th of (year - 1) on: number, leap, and the lunar year it belongs to. */
static struct lunar month_name(int k, int eleven, int next_eleven, int year)
{
    int leap = month_leap(eleven, next_eleven);
    int index = k - eleven; /* 0 is month 11 */
    if (leap != 0 && k >= leap)
        index--;
    struct lunar l = {.month = (index + 10) % 12 + 1, .leap = leap != 0 && k == leap};
    l.year = index < 2 ? year - 1 : year;
    return l;
}

bool lunar_from_day(civil_day day, struct lunar *ret_lunar)
{
    if (day < civil_to_day(LUNAR_FIRST_YEAR, 2, 1) || day > civil_to_day(LUNAR_LAST_YEAR, 12, 31))
        return false;
    int year = civil_from_day(day).year;
    int k = month_of(day);
    int eleven = month_eleven(year - 1), next = month_eleven(year);
    if (k >= next) { /* the last days of December */
        eleven = next;
        next = month_eleven(++year);
    }
    struct lunar l = month_name(k, eleven, next, year);
    l.day = day - month_start(k) + 1;
    *ret_lunar = l;
    return true;
}

bool lunar_to_day(struct lunar lunar, civil_day *ret_day)
{
    if (lunar.year < LUNAR_FIRST_YEAR || lunar.year > LUNAR_LAST_YEAR || lunar.month < 1 || lunar.month > 12 ||
        lunar.day < 1 || lunar.day > 30)
        return false;
    int year =
        lunar.month >= 11 ? lunar.year + 1 : lunar.year; /* months 11 and 12 stand at the head of the next cycle */
    int eleven = month_eleven(year - 1), next = month_eleven(year);
    /* A leap 10th is the last of a cycle and a leap 11th or 12th stands in the next: looking through the whole cycle
     * finds all. */
    for (int k = eleven; k < next; k++) {
        struct lunar l = month_name(k, eleven, next, year);
        if (l.month == lunar.month && l.leap == lunar.leap && l.year == lunar.year) {
            civil_day start = month_start(k);
            if (start + lunar.day - 1 >= month_start(k + 1))
                return false;
            *ret_day = start + lunar.day - 1;
            return true;
        }
    }
    return false;
}

bool lunar_tet(int year, civil_day *ret_day)
{
    return lunar_to_day((struct lunar){.year = year, .month = 1, .day = 1}, ret_day);
}

int lunar_leap_month(int year)
{
    civil_day day;
    for (int month = 1; month <= 12; month++)
        if (lunar_to_day((struct lunar){.year = year, .month = month, .day = 1, .leap = true}, &day))
            return month;
    return 0;
}
