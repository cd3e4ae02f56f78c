/* ical_line.h - the lines of an iCalendar file (RFC 5545 section 3.1) and the small values in them: what ical.c,
 * ical_rule.c and ical_zone.c share. Nothing here knows what a component means.
 * Uses: base.    Used by: format/ical*.    Memory: the caller's arena and views of the text.    Threads: no shared
 * state. */
#ifndef LUYTRE_FORMAT_ICAL_LINE_H
#define LUYTRE_FORMAT_ICAL_LINE_H

#include "base/arena.h"
#include "base/civil.h"

NONNULL_BEGIN

/* One content line, unfolded. ICAL_OUTSIDE: the line of no component. */
#define ICAL_OUTSIDE SIZE_MAX
struct ical_line {
    struct str name;   /* of the property, as written */
    struct str params; /* what stands between the name and ':', without the first ';' */
    struct str value;
    size_t line;  /* where it starts, 1 = first */
    size_t owner; /* the index of the BEGIN line it stands in */
    size_t end;   /* of a BEGIN line: the index of its END line */
};
struct ical_lines {
    struct ical_line *items;
    size_t count;
};
/* CRLF or LF, a BOM, folded lines (a fold may cut a character in two: UTF-8 is checked behind the unfolding), BEGIN and
 * END in pairs. ERR_SYNTAX and ERR_LIMIT name the line. */
MUST_USE enum err_code ical_lines_read(struct str text, struct arena *arena, struct ical_lines *ret_lines,
                                       struct err *err);
bool ical_line_is(const struct ical_line *line, struct str name);
/* What a refusal shows of a foreign text: its first 40 bytes, whole characters. */
struct str ical_shown(struct str s);
/* The value of a parameter, quotes taken away; STR_NONE when it is not there. */
struct str ical_param(const struct ical_line *line, struct str name);

/* TEXT (3.3.11) with its escapes undone, a copy; STR_NONE when the arena is full. */
struct str ical_text(struct arena *arena, struct str raw);
/* A parameter value with RFC 6868's ^n ^^ ^' undone, a copy; STR_NONE when the arena is full. */
struct str ical_param_text(struct arena *arena, struct str raw);
/* "mailto:" taken away and %XX undone, a copy; without "mailto:" the empty text. STR_NONE when the arena is full. */
struct str ical_mail(struct arena *arena, struct str raw);

/* DATE and DATE-TIME (3.3.4, 3.3.5): seconds since 1970 on the clock that is meant. */
#define ICAL_YEAR_MIN 1600
#define ICAL_YEAR_MAX 2199
struct ical_time {
    int64_t local_s;
    bool is_date;
    bool is_utc;
};
bool ical_time_parse(struct str s, struct ical_time *ret_time);
/* DURATION (3.3.6), only forward: days on the calendar and seconds that pass. */
#define ICAL_DURATION_MAX_DAYS 366
struct ical_duration {
    int64_t days;
    int64_t seconds;
};
bool ical_duration_parse(struct str s, struct ical_duration *ret_duration);
/* UTC-OFFSET (3.3.14) in seconds. */
bool ical_offset_parse(struct str s, int32_t *ret_offset_s);

NONNULL_END
#endif
