/* ical_rule.h - recurrence rules (RFC 5545 section 3.3.10): read strictly, walked with a ceiling.
 * A rule is walked on the clock of its DTSTART (seconds since 1970 as that clock shows them); who walks it turns that
 * into UTC. libical walks rules too, but some of 40 bytes that fit no day hold it for a second each, and nobody can
 * stop it (iterator_new of 3.0.16 looks on to the year 2582); here every day looked at is counted. tests/ compares.
 * Uses: format/ical_line.    Used by: format/ical, ical_zone.    Memory: the caller's.    Threads: no shared state. */
#ifndef LUYTRE_FORMAT_ICAL_RULE_H
#define LUYTRE_FORMAT_ICAL_RULE_H

#include "format/ical_line.h"

NONNULL_BEGIN

enum ical_freq { ICAL_HOURLY, ICAL_DAILY, ICAL_WEEKLY, ICAL_MONTHLY, ICAL_YEARLY };

#define ICAL_INTERVAL_MAX 10000
struct ical_rule {
    enum ical_freq freq;
    int interval;
    int64_t count; /* 0: no end by count */
    bool has_until;
    struct ical_time until; /* still on its own clock: ical_rule_walk is told the end on the clock of DTSTART */
    int week_start;         /* 0 = Monday */
    uint32_t months;        /* bit 1..12; 0: any */
    bool has_days, has_month_days, has_year_days, has_positions;
    uint8_t weekdays;                     /* BYDAY without a number: bit 0 = Monday */
    uint64_t nth[7], nth_last[7];         /* BYDAY with a number: bit 1..53, from the front and from the back */
    uint32_t month_days, month_days_last; /* bit 1..31 */
    bool year_days[367], year_days_last[367];
    bool positions[367], positions_last[367];
    uint32_t hours; /* bit 0..23; 0: that of DTSTART */
    int minute;     /* -1: that of DTSTART */
    int second;
    size_t line;
};
/* ERR_SYNTAX, ERR_LIMIT, ERR_UNSUPPORTED (more often than once an hour, BYWEEKNO, RSCALE), with the line. */
MUST_USE enum err_code ical_rule_parse(const struct ical_line *line, struct ical_rule *ret_rule, struct err *err);

#define ICAL_SET_MAX (366u * 24u)
struct ical_walk {
    int64_t start_s; /* DTSTART: always the first instance, and it counts (3.8.5.3) */
    int64_t low_s;   /* instances from low_s to high_s are handed to fn, both ends included */
    int64_t high_s;
    int64_t until_s;      /* INT64_MAX: none */
    uint64_t *steps_left; /* days and instances that may still be looked at, over all rules of a file */
    enum err_code (*fn)(void *ctx, int64_t local_s, struct err *err); /* rising, each once; an error ends the walk */
    void *ctx;
    int64_t *set; /* room for ICAL_SET_MAX instants: the shifts of one period */
};
MUST_USE enum err_code ical_rule_walk(const struct ical_rule *rule, const struct ical_walk *walk, struct err *err);

NONNULL_END
#endif
