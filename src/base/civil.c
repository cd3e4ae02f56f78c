#include "base/civil.h"

static bool is_leap(int y)
{
    return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

int civil_month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12)
        return 0;
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool civil_is_valid(int year, int month, int day)
{
    return year >= 1600 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
           day <= civil_month_days(year, month);
}

/* Days from civil: shifted years that begin in March, eras of 400 years. */
civil_day civil_to_day(int year, int month, int day)
{
    must(civil_is_valid(year, month, day));
    int y = month <= 2 ? year - 1 : year;
    int era = y / 400;
    int yoe = y - era * 400;
    int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

struct civil civil_from_day(civil_day day)
{
    int64_t z = (int64_t)day + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int doe = (int)(z - era * 146097);
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    struct civil c;
    c.day = doy - (153 * mp + 2) / 5 + 1;
    c.month = mp < 10 ? mp + 3 : mp - 9;
    c.year = (int)(yoe + era * 400) + (c.month <= 2);
    return c;
}

int civil_weekday(civil_day day)
{
    int64_t n = ((int64_t)day + 3) % 7; /* 1970-01-01 was a Thursday */
    return (int)(n < 0 ? n + 7 : n);
}

civil_day civil_add_months(civil_day day, int months)
{
    struct civil c = civil_from_day(day);
    int total = c.year * 12 + (c.month - 1) + months;
    int year = total / 12, month = total % 12 + 1;
    int last = civil_month_days(year, month);
    return civil_to_day(year, month, c.day < last ? c.day : last);
}

civil_day civil_day_of_ms(int64_t unix_ms)
{
    int64_t local = unix_ms + CIVIL_VN_OFFSET_MS;
    int64_t d = local / CIVIL_DAY_MS;
    if (local % CIVIL_DAY_MS < 0)
        d--;
    return (civil_day)d;
}

int64_t civil_day_start_ms(civil_day day)
{
    return (int64_t)day * CIVIL_DAY_MS - CIVIL_VN_OFFSET_MS;
}

int64_t civil_day_end_ms(civil_day day)
{
    return civil_day_start_ms(day) + CIVIL_DAY_MS - 1000;
}

const char *civil_iso(civil_day day, char out[CIVIL_TEXT_BYTES])
{
    out[0] = '\0';
    if (day != CIVIL_NONE && day != CIVIL_FOREVER) {
        struct civil c = civil_from_day(day);
        snprintf(out, CIVIL_TEXT_BYTES, "%04d-%02d-%02d", c.year, c.month, c.day);
    }
    return out;
}

const char *civil_vn(civil_day day, char out[CIVIL_TEXT_BYTES])
{
    out[0] = '\0';
    if (day != CIVIL_NONE && day != CIVIL_FOREVER) {
        struct civil c = civil_from_day(day);
        snprintf(out, CIVIL_TEXT_BYTES, "%02d/%02d/%04d", c.day, c.month, c.year);
    }
    return out;
}

const char *civil_iso_ms(int64_t unix_ms, char out[CIVIL_TEXT_BYTES])
{
    civil_day day = civil_day_of_ms(unix_ms);
    int64_t s = (unix_ms - civil_day_start_ms(day)) / 1000;
    char date[CIVIL_TEXT_BYTES];
    snprintf(out, CIVIL_TEXT_BYTES, "%.10sT%02d:%02d:%02d+07:00", civil_iso(day, date), (int)(s / 3600),
             (int)(s / 60 % 60), (int)(s % 60));
    return out;
}

const char *civil_vn_ms(int64_t unix_ms, char out[CIVIL_TEXT_BYTES])
{
    civil_day day = civil_day_of_ms(unix_ms);
    int64_t s = (unix_ms - civil_day_start_ms(day)) / 1000;
    char date[CIVIL_TEXT_BYTES];
    snprintf(out, CIVIL_TEXT_BYTES, "%02d:%02d %.10s", (int)(s / 3600), (int)(s / 60 % 60), civil_vn(day, date));
    return out;
}

static bool three_numbers(struct str s, const char *seps, int64_t n[3])
{
    struct str rest = s;
    for (int i = 0; i < 3; i++) {
        size_t len = 0;
        while (len < rest.len_bytes && rest.ptr[len] >= '0' && rest.ptr[len] <= '9')
            len++;
        if (len == 0 || len > 4 || !str_to_i64(str_slice(rest, 0, len), &n[i]))
            return false;
        rest = str_slice(rest, len, rest.len_bytes);
        if (i < 2) {
            if (rest.len_bytes == 0 || !strchr(seps, rest.ptr[0]))
                return false;
            rest = str_slice(rest, 1, rest.len_bytes);
        }
    }
    return rest.len_bytes == 0;
}

bool civil_parse_iso(struct str s, civil_day *ret_day)
{
    int64_t n[3];
    if (s.len_bytes != 10 || s.ptr[4] != '-' || s.ptr[7] != '-' || !three_numbers(s, "-", n) ||
        !civil_is_valid((int)n[0], (int)n[1], (int)n[2]))
        return false;
    *ret_day = civil_to_day((int)n[0], (int)n[1], (int)n[2]);
    return true;
}

bool civil_parse_vn(struct str s, civil_day *ret_day)
{
    s = str_trim(s);
    int64_t n[3];
    if (civil_parse_iso(s, ret_day))
        return true;
    if (!three_numbers(s, "/-.", n) || !civil_is_valid((int)n[2], (int)n[1], (int)n[0]))
        return false;
    *ret_day = civil_to_day((int)n[2], (int)n[1], (int)n[0]);
    return true;
}
