#include "format/ical_rule.h"

#include "format/ical.h"

/* --- reading --- */

struct clause {
    const struct ical_line *line;
    struct ical_rule *rule;
    struct err *err;
    struct str value;
};

static enum err_code bad_part(const struct clause *c, struct str name)
{
    return err_set(c->err, ERR_SYNTAX, "iCalendar line %zu: %.*s of the rule is not valid", c->line->line,
                   STR_ARG(ical_shown(name)));
}

static int weekday_of(struct str s)
{
    static const char *const names[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
    for (int i = 0; i < 7; i++)
        if (str_equal_nocase_ascii(s, str_from_cstr(names[i])))
            return i;
    return -1;
}

static bool number_in(struct str s, int64_t min, int64_t max, int *ret)
{
    int64_t v;
    if (s.len_bytes && s.ptr[0] == '+')
        s = str_slice(s, 1, s.len_bytes);
    if (s.len_bytes == 0 || s.ptr[0] == '+' || !str_to_i64(s, &v) || v < min || v > max)
        return false;
    *ret = (int)v;
    return true;
}

/* Numbers between commas, each handed on; with_negative: -max..-1 too, zero never then. */
static bool each_number(struct str list, int min, int max, bool with_negative, void (*put)(struct ical_rule *r, int n),
                        struct ical_rule *rule)
{
    struct str part;
    if (str_is_empty(list))
        return false;
    while (str_split(&list, ',', &part)) {
        int n;
        if (!number_in(part, with_negative ? -max : min, max, &n) || (with_negative && n == 0))
            return false;
        put(rule, n);
    }
    return true;
}

static void put_month(struct ical_rule *r, int n)
{
    r->months |= 1u << n;
}

static void put_month_day(struct ical_rule *r, int n)
{
    if (n > 0)
        r->month_days |= 1u << n;
    else
        r->month_days_last |= 1u << -n;
    r->has_month_days = true;
}

static void put_year_day(struct ical_rule *r, int n)
{
    (n > 0 ? r->year_days : r->year_days_last)[n > 0 ? n : -n] = true;
    r->has_year_days = true;
}

static void put_position(struct ical_rule *r, int n)
{
    (n > 0 ? r->positions : r->positions_last)[n > 0 ? n : -n] = true;
    r->has_positions = true;
}

static void put_hour(struct ical_rule *r, int n)
{
    r->hours |= 1u << n;
}

static bool put_days(struct ical_rule *r, struct str list)
{
    struct str part;
    if (str_is_empty(list))
        return false;
    while (str_split(&list, ',', &part)) {
        if (part.len_bytes < 2)
            return false;
        int n = 0, day = weekday_of(str_slice(part, part.len_bytes - 2, part.len_bytes));
        struct str number = str_slice(part, 0, part.len_bytes - 2);
        if (day < 0 || (number.len_bytes && (!number_in(number, -53, 53, &n) || n == 0)))
            return false;
        if (n > 0)
            r->nth[day] |= 1ull << n;
        else if (n < 0)
            r->nth_last[day] |= 1ull << -n;
        else
            r->weekdays |= (uint8_t)(1u << day);
    }
    r->has_days = true;
    return true;
}

static enum err_code put_freq(const struct clause *c)
{
    static const char *const names[] = {"HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_equal_nocase_ascii(c->value, str_from_cstr(names[i]))) {
            c->rule->freq = (enum ical_freq)i;
            return ERR_NONE;
        }
    if (str_equal_nocase_ascii(c->value, STR("SECONDLY")) || str_equal_nocase_ascii(c->value, STR("MINUTELY")))
        return err_set(c->err, ERR_UNSUPPORTED, "iCalendar line %zu: FREQ=%.*s: a shift repeats once an hour at most",
                       c->line->line, STR_ARG(ical_shown(c->value)));
    return bad_part(c, STR("FREQ"));
}

/* One minute, one second: with more, shifts would come more often than each hour. */
static enum err_code put_below_hour(const struct clause *c, struct str name, int *ret)
{
    struct str rest = c->value, part;
    int first = -1;
    while (str_split(&rest, ',', &part)) {
        int n;
        if (!number_in(part, 0, 59, &n))
            return bad_part(c, name);
        if (first >= 0 && n != first)
            return err_set(c->err, ERR_UNSUPPORTED,
                           "iCalendar line %zu: %.*s=%.*s: a shift repeats once an hour at most", c->line->line,
                           STR_ARG(name), STR_ARG(ical_shown(c->value)));
        first = n;
    }
    *ret = first;
    return ERR_NONE;
}

static enum err_code put_count(const struct clause *c)
{
    int64_t n;
    if (!str_to_i64(c->value, &n) || n < 1)
        return bad_part(c, STR("COUNT"));
    if (n > (int64_t)ICAL_INSTANCES_MAX)
        return err_set(c->err, ERR_LIMIT, "iCalendar line %zu: more than %u shifts", c->line->line, ICAL_INSTANCES_MAX);
    c->rule->count = n;
    return ERR_NONE;
}

enum part {
    PART_FREQ,
    PART_INTERVAL,
    PART_COUNT,
    PART_UNTIL,
    PART_WKST,
    PART_BYMONTH,
    PART_BYMONTHDAY,
    PART_BYYEARDAY,
    PART_BYDAY,
    PART_BYHOUR,
    PART_BYMINUTE,
    PART_BYSECOND,
    PART_BYSETPOS,
    PART_COUNT_OF_THEM
};
static const char *const part_names[PART_COUNT_OF_THEM] = {"FREQ",     "INTERVAL",   "COUNT",     "UNTIL", "WKST",
                                                           "BYMONTH",  "BYMONTHDAY", "BYYEARDAY", "BYDAY", "BYHOUR",
                                                           "BYMINUTE", "BYSECOND",   "BYSETPOS"};

static enum err_code put_part(const struct clause *c, enum part part)
{
    struct ical_rule *r = c->rule;
    bool fits = true;
    switch (part) {
    case PART_FREQ:
        return put_freq(c);
    case PART_COUNT:
        return put_count(c);
    case PART_BYMINUTE:
        return put_below_hour(c, STR("BYMINUTE"), &r->minute);
    case PART_BYSECOND:
        return put_below_hour(c, STR("BYSECOND"), &r->second);
    case PART_INTERVAL:
        fits = number_in(c->value, 1, ICAL_INTERVAL_MAX, &r->interval);
        break;
    case PART_UNTIL:
        r->has_until = fits = ical_time_parse(c->value, &r->until);
        break;
    case PART_WKST:
        r->week_start = weekday_of(c->value);
        fits = r->week_start >= 0;
        break;
    case PART_BYMONTH:
        fits = each_number(c->value, 1, 12, false, put_month, r);
        break;
    case PART_BYMONTHDAY:
        fits = each_number(c->value, 1, 31, true, put_month_day, r);
        break;
    case PART_BYYEARDAY:
        fits = each_number(c->value, 1, 366, true, put_year_day, r);
        break;
    case PART_BYDAY:
        fits = put_days(r, c->value);
        break;
    case PART_BYHOUR:
        fits = each_number(c->value, 0, 23, false, put_hour, r);
        break;
    case PART_BYSETPOS:
        fits = each_number(c->value, 1, 366, true, put_position, r);
        break;
    case PART_COUNT_OF_THEM:
        break;
    }
    return fits ? ERR_NONE : bad_part(c, str_from_cstr(part_names[part]));
}

static bool has_nth(const struct ical_rule *r)
{
    for (int i = 0; i < 7; i++)
        if (r->nth[i] || r->nth_last[i])
            return true;
    return false;
}

/* The N/A of the table in 3.3.10, BYSETPOS without a set, and what programs read in two ways: days of the month each
 * year without a month are those of every month to some, of DTSTART's month to others (libical). */
static bool fits_freq(const struct ical_rule *r)
{
    if (r->has_year_days && (r->freq == ICAL_DAILY || r->freq == ICAL_WEEKLY || r->freq == ICAL_MONTHLY))
        return false;
    if (r->has_month_days && (r->freq == ICAL_WEEKLY || (r->freq == ICAL_YEARLY && !r->months)))
        return false;
    if (has_nth(r) && r->freq != ICAL_MONTHLY && r->freq != ICAL_YEARLY)
        return false;
    return !r->has_positions || r->has_days || r->has_month_days || r->has_year_days || r->months || r->hours ||
           r->minute >= 0 || r->second >= 0;
}

enum err_code ical_rule_parse(const struct ical_line *line, struct ical_rule *ret_rule, struct err *err)
{
    struct ical_rule rule = {.interval = 1, .minute = -1, .second = -1, .line = line->line};
    struct clause c = {.line = line, .rule = &rule, .err = err};
    uint32_t seen = 0;
    struct str rest = line->value, part;
    while (str_split(&rest, ';', &part)) {
        if (str_is_empty(part) && str_is_empty(rest) && seen)
            break; /* a ';' at the end */
        ptrdiff_t equals = str_find_byte(part, '=', 0);
        struct str name = equals > 0 ? str_slice(part, 0, (size_t)equals) : part;
        c.value = equals > 0 ? str_slice(part, (size_t)equals + 1, part.len_bytes) : STR("");
        if (str_equal_nocase_ascii(name, STR("BYWEEKNO")) || str_equal_nocase_ascii(name, STR("RSCALE")) ||
            str_equal_nocase_ascii(name, STR("SKIP")))
            return err_set(err, ERR_UNSUPPORTED, "iCalendar line %zu: rules with %.*s are not read", line->line,
                           STR_ARG(name));
        enum part which = PART_FREQ;
        while (which < PART_COUNT_OF_THEM && !str_equal_nocase_ascii(name, str_from_cstr(part_names[which])))
            which++;
        if (which == PART_COUNT_OF_THEM || (seen & 1u << which))
            return bad_part(&c, name);
        seen |= 1u << which;
        TRY(put_part(&c, which));
    }
    if (!(seen & 1u << PART_FREQ))
        return bad_part(&c, STR("FREQ"));
    if (rule.count && rule.has_until)
        return bad_part(&c, STR("COUNT"));
    if (!fits_freq(&rule))
        return err_set(err, ERR_SYNTAX, "iCalendar line %zu: parts of the rule do not go together", line->line);
    *ret_rule = rule;
    return ERR_NONE;
}

/* --- walking --- */

struct walker {
    const struct ical_rule *rule;
    const struct ical_walk *walk;
    struct err *err;
    civil_day start_day;
    struct civil start;
    int hour, minute, second; /* of DTSTART, unless the rule says its own minute and second */
    size_t set_count;
    int64_t given; /* instances so far */
    bool is_done;
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static enum err_code step(struct walker *w)
{
    if (*w->walk->steps_left == 0)
        return err_set(w->err, ERR_LIMIT, "iCalendar line %zu: the rules of this file have too many days to look at",
                       w->rule->line);
    --*w->walk->steps_left;
    return ERR_NONE;
}

static bool is_nth(const struct ical_rule *r, int weekday, int from_front, int from_back)
{
    return (r->nth[weekday] >> from_front & 1) || (r->nth_last[weekday] >> from_back & 1);
}

static bool weekday_fits(const struct ical_rule *r, civil_day day, struct civil c)
{
    int weekday = civil_weekday(day);
    if (r->weekdays >> weekday & 1)
        return true;
    if (!r->nth[weekday] && !r->nth_last[weekday])
        return false;
    if (r->freq == ICAL_MONTHLY || r->months)
        return is_nth(r, weekday, (c.day - 1) / 7 + 1, (civil_month_days(c.year, c.month) - c.day) / 7 + 1);
    int front = day - civil_to_day(c.year, 1, 1), back = civil_to_day(c.year, 12, 31) - day;
    return is_nth(r, weekday, front / 7 + 1, back / 7 + 1);
}

/* Every BY part that speaks of days must agree; where there is none, DTSTART says which day of the period. */
static bool day_fits(const struct walker *w, civil_day day)
{
    const struct ical_rule *r = w->rule;
    struct civil c = civil_from_day(day);
    if (r->months && !(r->months >> c.month & 1))
        return false;
    if (r->has_month_days && !(r->month_days >> c.day & 1) &&
        !(r->month_days_last >> (civil_month_days(c.year, c.month) - c.day + 1) & 1))
        return false;
    if (r->has_year_days && !r->year_days[day - civil_to_day(c.year, 1, 1) + 1] &&
        !r->year_days_last[civil_to_day(c.year, 12, 31) - day + 1])
        return false;
    if (r->has_days)
        return weekday_fits(r, day, c);
    if (r->has_month_days || r->has_year_days)
        return true;
    switch (r->freq) {
    case ICAL_HOURLY:
    case ICAL_DAILY:
        return true;
    case ICAL_WEEKLY:
        return civil_weekday(day) == civil_weekday(w->start_day);
    case ICAL_MONTHLY:
        return c.day == w->start.day;
    case ICAL_YEARLY:
        return c.day == w->start.day && (r->months || c.month == w->start.month);
    }
    return false;
}

static void set_add(struct walker *w, civil_day day, int hour)
{
    must(w->set_count < ICAL_SET_MAX);
    w->walk->set[w->set_count++] = day * 86400LL + hour * 3600 + w->minute * 60 + w->second;
}

static enum err_code look_at_days(struct walker *w, civil_day from, civil_day to)
{
    for (civil_day day = from; day < to; day++) {
        TRY(step(w));
        if (!day_fits(w, day))
            continue;
        for (int hour = 0; hour < 24; hour++)
            if (w->rule->hours ? w->rule->hours >> hour & 1 : hour == w->hour)
                set_add(w, day, hour);
    }
    return ERR_NONE;
}

static enum err_code look_at_month(struct walker *w, int year, int month)
{
    TRY(step(w));
    if (w->rule->months && !(w->rule->months >> month & 1))
        return ERR_NONE;
    civil_day first = civil_to_day(year, month, 1);
    return look_at_days(w, first, first + civil_month_days(year, month));
}

static enum err_code give(struct walker *w, int64_t local_s)
{
    const struct ical_walk *walk = w->walk;
    if (local_s > walk->until_s || local_s > walk->high_s || (w->rule->count && w->given >= w->rule->count)) {
        w->is_done = true;
        return ERR_NONE;
    }
    TRY(step(w));
    w->given++;
    return local_s >= walk->low_s ? walk->fn(walk->ctx, local_s, w->err) : ERR_NONE;
}

static enum err_code give_set(struct walker *w)
{
    const struct ical_rule *r = w->rule;
    for (size_t i = 0; i < w->set_count && !w->is_done; i++) {
        size_t back = w->set_count - i;
        if (r->has_positions && !((i + 1 < ARRAY_LEN(r->positions) && r->positions[i + 1]) ||
                                  (back < ARRAY_LEN(r->positions_last) && r->positions_last[back])))
            continue;
        if (w->walk->set[i] > w->walk->start_s)
            TRY(give(w, w->walk->set[i]));
    }
    w->set_count = 0;
    return ERR_NONE;
}

/* Period number n (0: the one with DTSTART) goes into the set; is_done behind the end of the window. */
static enum err_code look_at_period(struct walker *w, int64_t n)
{
    int64_t high_day = floor_div(w->walk->high_s, 86400), by = n * w->rule->interval, at;
    switch (w->rule->freq) {
    case ICAL_HOURLY:
        at = floor_div(w->walk->start_s, 3600) + by;
        if (!(w->is_done = floor_div(at, 24) > high_day)) {
            int hour = (int)(at - floor_div(at, 24) * 24);
            TRY(step(w));
            if ((!w->rule->hours || w->rule->hours >> hour & 1) && day_fits(w, (civil_day)floor_div(at, 24)))
                set_add(w, (civil_day)floor_div(at, 24), hour);
        }
        return ERR_NONE;
    case ICAL_DAILY:
        at = w->start_day + by;
        w->is_done = at > high_day;
        return w->is_done ? ERR_NONE : look_at_days(w, (civil_day)at, (civil_day)at + 1);
    case ICAL_WEEKLY:
        at = w->start_day - (civil_weekday(w->start_day) - w->rule->week_start + 7) % 7 + by * 7;
        w->is_done = at > high_day;
        return w->is_done ? ERR_NONE : look_at_days(w, (civil_day)at, (civil_day)at + 7);
    case ICAL_MONTHLY:
        at = w->start.year * 12LL + w->start.month - 1 + by;
        w->is_done = at / 12 > ICAL_YEAR_MAX || civil_to_day((int)(at / 12), (int)(at % 12) + 1, 1) > high_day;
        return w->is_done ? ERR_NONE : look_at_month(w, (int)(at / 12), (int)(at % 12) + 1);
    case ICAL_YEARLY:
        at = w->start.year + by;
        w->is_done = at > ICAL_YEAR_MAX || civil_to_day((int)at, 1, 1) > high_day;
        for (int month = 1; month <= 12 && !w->is_done; month++)
            TRY(look_at_month(w, (int)at, month));
        return ERR_NONE;
    }
    return ERR_NONE;
}

/* Without COUNT nobody needs to know what was before the window. */
static int64_t first_period(const struct walker *w)
{
    int64_t low_day = floor_div(w->walk->low_s, 86400), by = w->rule->interval, n = 0;
    if (w->rule->count || w->walk->low_s <= w->walk->start_s)
        return 0;
    struct civil low = civil_from_day((civil_day)low_day);
    switch (w->rule->freq) {
    case ICAL_HOURLY:
        n = (w->walk->low_s - w->walk->start_s) / 3600 / by;
        break;
    case ICAL_DAILY:
        n = (low_day - w->start_day) / by;
        break;
    case ICAL_WEEKLY:
        n = (low_day - w->start_day) / 7 / by;
        break;
    case ICAL_MONTHLY:
        n = ((low.year - w->start.year) * 12LL + low.month - w->start.month) / by;
        break;
    case ICAL_YEARLY:
        n = (low.year - w->start.year) / by;
        break;
    }
    return n;
}

enum err_code ical_rule_walk(const struct ical_rule *rule, const struct ical_walk *walk, struct err *err)
{
    int64_t of_day = walk->start_s - floor_div(walk->start_s, 86400) * 86400;
    struct walker w = {.rule = rule,
                       .walk = walk,
                       .err = err,
                       .start_day = (civil_day)floor_div(walk->start_s, 86400),
                       .hour = (int)(of_day / 3600),
                       .minute = rule->minute >= 0 ? rule->minute : (int)(of_day / 60 % 60),
                       .second = rule->second >= 0 ? rule->second : (int)(of_day % 60),
                       .given = 1};
    w.start = civil_from_day(w.start_day);
    enum err_code code = ERR_NONE;
    if (walk->start_s >= walk->low_s && walk->start_s <= walk->high_s)
        code = walk->fn(walk->ctx, walk->start_s, err);
    for (int64_t n = first_period(&w); code == ERR_NONE && !w.is_done; n++) {
        code = look_at_period(&w, n);
        if (code == ERR_NONE && !w.is_done)
            code = give_set(&w);
        if (w.rule->count && w.given >= w.rule->count)
            w.is_done = true;
    }
    return code;
}
