/* lunar.h - the Vietnamese lunar calendar: Tết, Giỗ Tổ and Trung thu fall on its days, and working days depend on them.
 * A month begins on the day (UTC+7) of the astronomical new moon; the month that holds the winter solstice is the 11th;
 * where thirteen months lie between two 11th months, the first one that holds no principal solar term repeats the
 * number before it. New moons follow Meeus, Astronomical Algorithms, chapter 49 (within seconds); the Sun's longitude
 * chapter 25 (0.01 degree, which is a quarter of an hour). The two decide days, so only a moment within that distance
 * of midnight could be doubtful: tests compare with a second, longer series. Uses: base/civil, libm.    Used by:
 * base/workday, web (shows both dates).    Memory: none.    Threads: no shared state. */
#ifndef LUYTRE_BASE_LUNAR_H
#define LUYTRE_BASE_LUNAR_H

#include "base/civil.h"

NONNULL_BEGIN

#define LUNAR_FIRST_YEAR 1900 /* outside 1900..2199 every function says no */
#define LUNAR_LAST_YEAR  2199

struct lunar {
    int year;  /* the year that begins with its Tết: 2026 begins on 17/02/2026 */
    int month; /* 1..12 */
    int day;   /* 1..30 */
    bool leap; /* the second month of this number */
};

/* The lunar date of a day. False outside the years above. */
bool lunar_from_day(civil_day day, struct lunar *ret_lunar);
/* The day of a lunar date. False when that year has no such day: a 30th of a short month, a leap month it does not
 * have. */
bool lunar_to_day(struct lunar lunar, civil_day *ret_day);
/* The first day of the lunar year. */
bool lunar_tet(int year, civil_day *ret_day);
/* The number of the month that comes twice in this lunar year, 0 when none does. */
int lunar_leap_month(int year);

/* The astronomy under it, in Julian ephemeris days (terrestrial time), for tests and for those who doubt. */
double lunar_new_moon_jde(int k);           /* k = 0 is the new moon of 06/01/2000 */
double lunar_sun_longitude_deg(double jde); /* apparent, 0 <= x < 360 */
double lunar_delta_t_s(double jde);         /* terrestrial minus universal time */

NONNULL_END
#endif
