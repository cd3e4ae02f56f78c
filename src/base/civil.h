/* civil.h - days, dates and instants of Viet Nam (UTC+7 all year, no daylight saving since 1975).
 * A day is an int32 count of days since 1970-01-01 in the civil calendar; an instant is Unix milliseconds.
 * Uses: libc.    Used by: everything that has a deadline.    Memory: none.    Threads: no shared state. */
#ifndef LUYTRE_BASE_CIVIL_H
#define LUYTRE_BASE_CIVIL_H

#include "base/text.h"

NONNULL_BEGIN

typedef int32_t civil_day;           /* days since 1970-01-01 */
#define CIVIL_NONE         INT32_MIN /* no such day is known */
#define CIVIL_FOREVER      INT32_MAX /* open end of a [from, to) range */
#define CIVIL_VN_OFFSET_MS (7 * 3600 * 1000LL)
#define CIVIL_DAY_MS       (86400 * 1000LL)

struct civil {
    int year;
    int month; /* 1..12 */
    int day;   /* 1..31 */
};

bool civil_is_valid(int year, int month, int day); /* years 1600..9999 */
int civil_month_days(int year, int month);
civil_day civil_to_day(int year, int month, int day); /* must be valid */
struct civil civil_from_day(civil_day day);
int civil_weekday(civil_day day);                      /* 0 = Monday .. 6 = Sunday */
civil_day civil_add_months(civil_day day, int months); /* 31/01 + 1 month = last day of February */

civil_day civil_day_of_ms(int64_t unix_ms); /* the day in Viet Nam */
int64_t civil_day_start_ms(civil_day day);  /* 00:00 in Viet Nam */
/* Last allowed instant of a day: one second before the next midnight, as 23:59:59+07:00. */
int64_t civil_day_end_ms(civil_day day);

#define CIVIL_TEXT_BYTES 32
/* "2022-11-30"; "" for CIVIL_NONE and CIVIL_FOREVER */
const char *civil_iso(civil_day day, char out[CIVIL_TEXT_BYTES]);
/* "30/11/2022" */
const char *civil_vn(civil_day day, char out[CIVIL_TEXT_BYTES]);
/* "2022-11-30T23:59:59+07:00" */
const char *civil_iso_ms(int64_t unix_ms, char out[CIVIL_TEXT_BYTES]);
/* "23:59 30/11/2022" */
const char *civil_vn_ms(int64_t unix_ms, char out[CIVIL_TEXT_BYTES]);
/* Strict "YYYY-MM-DD". */
bool civil_parse_iso(struct str s, civil_day *ret_day);
/* What people type: "30/11/2022", "30-11-2022", "30.11.2022", also ISO. Impossible days are false. */
bool civil_parse_vn(struct str s, civil_day *ret_day);

NONNULL_END
#endif
