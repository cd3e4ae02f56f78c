/* workday.h - which days are worked in Viet Nam: weekly rest, public holidays by solar and lunar date, the day off in
 * lieu when a holiday falls on a rest day (Labour Code 45/2019, article 111.3), and the days swapped by a yearly
 * notice. Knows the mechanism only; the rules and notices are data (knowledge/holidays.yaml) handed in as rows, and an
 * administrator's own rows come last and win. Everything is worked out once, for a range of years, so that a question
 * costs a table look-up. Uses: base/lunar.    Used by: know (fills it), duty, incident, web. Memory: the caller's
 * arena.    Threads: read-only after workday_calendar_new. */
#ifndef LUYTRE_BASE_WORKDAY_H
#define LUYTRE_BASE_WORKDAY_H

#include "base/arena.h"
#include "base/civil.h"

NONNULL_BEGIN

struct workday_text {
    struct str vi, en;
};

/* A holiday that comes every year. */
struct workday_rule {
    struct str id;
    struct workday_text title;
    bool is_lunar;   /* month and day are of the lunar calendar */
    int month, day;  /* the feast itself */
    int before_days; /* days off right before it when no notice says otherwise */
    int day_count;   /* days off in all */
    bool is_planned; /* which days exactly is announced each year; until then this is our plan */
    civil_day from_day, to_day;
};

enum workday_notice_kind {
    WORKDAY_NOTICE_OFF,  /* replaces the days of its rule in its year by exactly the days of its rows */
    WORKDAY_NOTICE_REST, /* a day that would be worked is off */
    WORKDAY_NOTICE_WORK, /* a day that would be off is worked: a Saturday that pays for a bridge */
};
struct workday_notice {
    enum workday_notice_kind kind;
    struct str rule_id; /* the rule whose days it sets; empty for REST and WORK */
    civil_day day;
    struct workday_text reason; /* empty: the rule's own title */
};

enum workday_why {
    WORKDAY_WORKED,
    WORKDAY_SWAPPED_IN, /* a rest day worked by notice */
    WORKDAY_WEEKEND,
    WORKDAY_HOLIDAY,
    WORKDAY_IN_LIEU,     /* because a holiday fell on a rest day */
    WORKDAY_SWAPPED_OUT, /* off by notice */
};
struct workday_answer {
    bool is_workday;
    bool is_planned; /* stands on a plan, not yet on a notice */
    enum workday_why why;
    struct workday_text reason; /* "Tết Nguyên đán"; for an ordinary day the name of the weekday's kind */
};

struct workday_calendar;
/* A rest day is a bit: bit 5 is Saturday, bit 6 Sunday. Years are whole and inclusive, at most 100 of them. A notice
 * that names an unknown rule or an own row that contradicts another own row is refused. */
MUST_USE enum err_code workday_calendar_new(struct arena *arena, unsigned rest_weekdays,
                                            const struct workday_rule *rules, size_t rule_count,
                                            const struct workday_notice *NULLABLE notices, size_t notice_count,
                                            const struct workday_notice *NULLABLE own_notices, size_t own_count,
                                            int first_year, int last_year, struct workday_calendar **ret_calendar,
                                            struct err *err);

/* Outside the years of the calendar only the weekly rest is known. */
struct workday_answer workday_ask(const struct workday_calendar *calendar, civil_day day);
bool is_workday(const struct workday_calendar *calendar, civil_day day);
/* The first working day after (never the day itself); n steps of it; n may be negative, 0 gives the day itself. */
civil_day workday_next(const struct workday_calendar *calendar, civil_day day);
civil_day workday_add(const struct workday_calendar *calendar, civil_day day, int n);
/* Working days in [from_day, to_day); negative when to_day is before from_day. */
int workday_count(const struct workday_calendar *calendar, civil_day from_day, civil_day to_day);

NONNULL_END
#endif
