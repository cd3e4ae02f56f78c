#include "base/workday.h"

#include "base/lunar.h"

#define WORKDAY_YEARS_MAX  100
#define IN_LIEU_REACH_DAYS 30 /* no row of holidays is that long */

struct day_row {
    uint8_t why; /* enum workday_why */
    bool is_planned;
    bool is_own;
    struct workday_text reason;
};

struct workday_calendar {
    unsigned rest_weekdays;
    civil_day first_day;
    int day_count;
    struct day_row *rows;
};

static const struct workday_text worked_text = {STR_INIT("Ngày làm việc"), STR_INIT("Working day")};
static const struct workday_text weekend_text = {STR_INIT("Nghỉ hằng tuần"), STR_INIT("Weekly rest")};
static const struct workday_text swapped_in_text = {STR_INIT("Làm bù cho ngày nghỉ hoán đổi"),
                                                    STR_INIT("Worked in exchange for a day off")};
static const struct workday_text swapped_out_text = {STR_INIT("Nghỉ hoán đổi"), STR_INIT("Day off in exchange")};

static bool is_rest_weekday(unsigned rest_weekdays, civil_day day)
{
    return (rest_weekdays >> civil_weekday(day)) & 1u;
}

static struct day_row *row_of(const struct workday_calendar *calendar, civil_day day)
{
    if (day < calendar->first_day || (int64_t)day - calendar->first_day >= calendar->day_count)
        return NULL;
    return &calendar->rows[day - calendar->first_day];
}

static bool rule_day(const struct workday_rule *rule, int year, civil_day *ret_day)
{
    if (rule->is_lunar)
        return lunar_to_day((struct lunar){.year = year, .month = rule->month, .day = rule->day}, ret_day);
    if (!civil_is_valid(year, rule->month, rule->day))
        return false;
    *ret_day = civil_to_day(year, rule->month, rule->day);
    return true;
}

/* A notice belongs to the year its rule's feast falls in: 28 December for a Tết in January would still be next year's.
 */
static bool notice_is_for(const struct workday_notice *notice, const struct workday_rule *rule, civil_day feast)
{
    return notice->kind == WORKDAY_NOTICE_OFF && str_equal(notice->rule_id, rule->id) && notice->day > feast - 60 &&
           notice->day < feast + 60;
}

static void row_set(const struct workday_calendar *calendar, civil_day day, enum workday_why why,
                    struct workday_text reason, bool is_planned)
{
    struct day_row *row = row_of(calendar, day);
    if (row)
        *row = (struct day_row){.why = (uint8_t)why, .is_planned = is_planned, .reason = reason};
}

struct mark {
    const struct workday_rule *rule;
    bool is_planned;
};

/* Holidays that fall on a rest day are given back on the next day that would be worked, in the order of the days. */
static void give_in_lieu(const struct workday_calendar *calendar, const struct mark *marks)
{
    for (int i = 0; i < calendar->day_count; i++) {
        civil_day day = calendar->first_day + i;
        if (!marks[i].rule || !is_rest_weekday(calendar->rest_weekdays, day))
            continue;
        for (int ahead = 1; ahead < IN_LIEU_REACH_DAYS; ahead++) {
            struct day_row *row = row_of(calendar, day + ahead);
            if (!row)
                break;
            if (row->why == WORKDAY_WORKED) {
                *row = (struct day_row){
                    .why = WORKDAY_IN_LIEU, .is_planned = marks[i].is_planned, .reason = marks[i].rule->title};
                break;
            }
        }
    }
}

static enum err_code apply_rules(const struct workday_calendar *calendar, const struct workday_rule *rules,
                                 size_t rule_count, const struct workday_notice *notices, size_t notice_count,
                                 int first_year, int last_year, struct arena *arena, struct err *err)
{
    struct mark *marks = arena_new_array(arena, struct mark, (size_t)calendar->day_count);
    if (!marks)
        return arena_full(arena, err);
    for (size_t r = 0; r < rule_count; r++)
        for (int year = first_year; year <= last_year; year++) {
            civil_day feast;
            const struct workday_rule *rule = &rules[r];
            if (!rule_day(rule, year, &feast) || feast < rule->from_day || feast >= rule->to_day)
                continue;
            bool has_notice = false;
            for (size_t n = 0; n < notice_count; n++)
                has_notice |= notice_is_for(&notices[n], rule, feast);
            for (int i = 0; i < rule->day_count && !has_notice; i++) {
                civil_day day = feast - rule->before_days + i;
                row_set(calendar, day, WORKDAY_HOLIDAY, rule->title, rule->is_planned);
                if (row_of(calendar, day))
                    marks[day - calendar->first_day] = (struct mark){rule, rule->is_planned};
            }
            for (size_t n = 0; n < notice_count && has_notice; n++)
                if (notice_is_for(&notices[n], rule, feast) && row_of(calendar, notices[n].day)) {
                    row_set(calendar, notices[n].day, WORKDAY_HOLIDAY, rule->title, false);
                    marks[notices[n].day - calendar->first_day] = (struct mark){rule, false};
                }
        }
    give_in_lieu(calendar, marks);
    return ERR_NONE;
}

static void apply_swap(const struct workday_calendar *calendar, const struct workday_notice *notice, bool is_own)
{
    struct day_row *row = row_of(calendar, notice->day);
    if (!row || notice->kind == WORKDAY_NOTICE_OFF)
        return;
    bool work = notice->kind == WORKDAY_NOTICE_WORK;
    struct workday_text reason = notice->reason;
    if (str_is_empty(reason.vi))
        reason = work ? swapped_in_text : swapped_out_text;
    *row = (struct day_row){.why = work ? WORKDAY_SWAPPED_IN : WORKDAY_SWAPPED_OUT, .is_own = is_own, .reason = reason};
}

enum err_code workday_calendar_new(struct arena *arena, unsigned rest_weekdays, const struct workday_rule *rules,
                                   size_t rule_count, const struct workday_notice *NULLABLE notices,
                                   size_t notice_count, const struct workday_notice *NULLABLE own_notices,
                                   size_t own_count, int first_year, int last_year,
                                   struct workday_calendar **ret_calendar, struct err *err)
{
    if (first_year < LUNAR_FIRST_YEAR + 1 || last_year > LUNAR_LAST_YEAR || last_year < first_year ||
        last_year - first_year >= WORKDAY_YEARS_MAX)
        return err_set(err, ERR_LIMIT, "working calendar of the years %d to %d: at most %d years between %d and %d",
                       first_year, last_year, WORKDAY_YEARS_MAX, LUNAR_FIRST_YEAR + 1, LUNAR_LAST_YEAR);
    if ((rest_weekdays & 0x7fu) == 0x7fu || rest_weekdays > 0x7fu)
        return err_set(err, ERR_SYNTAX, "weekly rest 0x%x leaves no day to work", rest_weekdays);
    if (!notices)
        notice_count = 0;
    for (size_t n = 0; n < notice_count; n++) {
        bool is_known = notices[n].kind != WORKDAY_NOTICE_OFF;
        for (size_t r = 0; r < rule_count && !is_known; r++)
            is_known = str_equal(rules[r].id, notices[n].rule_id);
        if (!is_known)
            return err_set(err, ERR_NOT_FOUND, "holiday notice %zu names the unknown rule %.*s", n + 1,
                           STR_ARG(notices[n].rule_id));
    }
    struct workday_calendar *calendar = arena_new(arena, struct workday_calendar);
    if (!calendar)
        return arena_full(arena, err);
    calendar->rest_weekdays = rest_weekdays;
    calendar->first_day = civil_to_day(first_year, 1, 1);
    calendar->day_count = civil_to_day(last_year, 12, 31) - calendar->first_day + 1;
    calendar->rows = arena_new_array(arena, struct day_row, (size_t)calendar->day_count);
    if (!calendar->rows)
        return arena_full(arena, err);
    for (int i = 0; i < calendar->day_count; i++)
        if (is_rest_weekday(rest_weekdays, calendar->first_day + i))
            calendar->rows[i] = (struct day_row){.why = WORKDAY_WEEKEND, .reason = weekend_text};
        else
            calendar->rows[i] = (struct day_row){.why = WORKDAY_WORKED, .reason = worked_text};
    TRY(apply_rules(calendar, rules, rule_count, notices, notice_count, first_year, last_year, arena, err));
    for (size_t n = 0; n < notice_count; n++)
        apply_swap(calendar, &notices[n], false);
    for (size_t n = 0; n < own_count && own_notices; n++) {
        const struct day_row *row = row_of(calendar, own_notices[n].day);
        char text[CIVIL_TEXT_BYTES];
        if (own_notices[n].kind == WORKDAY_NOTICE_OFF)
            return err_set(err, ERR_SYNTAX, "own row %zu: say rest or work, the days of a holiday come from its notice",
                           n + 1);
        if (row && row->is_own)
            return err_set(err, ERR_CONFLICT, "own row %zu: %s is set twice", n + 1,
                           civil_vn(own_notices[n].day, text));
        apply_swap(calendar, &own_notices[n], true);
    }
    *ret_calendar = calendar;
    return ERR_NONE;
}

struct workday_answer workday_ask(const struct workday_calendar *calendar, civil_day day)
{
    const struct day_row *row = row_of(calendar, day);
    if (!row) {
        bool rest = is_rest_weekday(calendar->rest_weekdays, day);
        return (struct workday_answer){.is_workday = !rest,
                                       .is_planned = true,
                                       .why = rest ? WORKDAY_WEEKEND : WORKDAY_WORKED,
                                       .reason = rest ? weekend_text : worked_text};
    }
    return (struct workday_answer){.is_workday = row->why == WORKDAY_WORKED || row->why == WORKDAY_SWAPPED_IN,
                                   .is_planned = row->is_planned,
                                   .why = (enum workday_why)row->why,
                                   .reason = row->reason};
}

bool is_workday(const struct workday_calendar *calendar, civil_day day)
{
    return workday_ask(calendar, day).is_workday;
}

civil_day workday_next(const struct workday_calendar *calendar, civil_day day)
{
    return workday_add(calendar, day, 1);
}

civil_day workday_add(const struct workday_calendar *calendar, civil_day day, int n)
{
    int step = n < 0 ? -1 : 1;
    for (int left = n; left != 0;) {
        day += step;
        if (is_workday(calendar, day))
            left -= step;
    }
    return day;
}

int workday_count(const struct workday_calendar *calendar, civil_day from_day, civil_day to_day)
{
    if (to_day < from_day)
        return -workday_count(calendar, to_day, from_day);
    int count = 0;
    for (civil_day day = from_day; day < to_day; day++)
        count += is_workday(calendar, day);
    return count;
}
