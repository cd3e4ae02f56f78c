/* ical.h - duty rosters as iCalendar (RFC 5545): shifts out of a file of somebody else's calendar, and a file of our
 * shifts that every calendar reads.
 * A file is read whole or refused whole, with the line and the reason. Rules are walked inside a window only.
 * Left aside: alarms, tasks, journals, free/busy, attachments. Refused: what would change when somebody is on duty and
 * is not understood here (THISANDFUTURE, EXRULE, BYWEEKNO, RSCALE, more often than each hour).
 * Uses: base.    Used by: contact, web and cmd (rosters in and out).    Memory: results in the caller's arena, working
 * memory is freed at the end (ICAL_SCRATCH_MAX_BYTES).    Threads: no shared state.    See: RFC 5545, RFC 6868. */
#ifndef LUYTRE_FORMAT_ICAL_H
#define LUYTRE_FORMAT_ICAL_H

#include "base/arena.h"
#include "base/buf.h"

NONNULL_BEGIN

#define ICAL_FILE_MAX_BYTES    (2u << 20)
#define ICAL_LINES_MAX         100000u  /* as they stand in the file */
#define ICAL_LINE_MAX_BYTES    65536u   /* unfolded */
#define ICAL_DEPTH_MAX         8u       /* components in components */
#define ICAL_INSTANCES_MAX     5000u    /* shifts of one file, before cancelled ones go; also of one COUNT */
#define ICAL_PEOPLE_MAX        50u      /* of one shift */
#define ICAL_STEPS_MAX         3000000u /* days and shifts that all rules of a file may look at */
#define ICAL_WINDOW_MAX_DAYS   1100
#define ICAL_SHIFT_MAX_DAYS    366
#define ICAL_SCRATCH_MAX_BYTES (64u << 20)

struct ical_person {
    struct str name; /* CN; "" when there is none */
    struct str mail; /* of mailto:; "" when there is none */
};
struct ical_shift {
    struct str uid;
    int64_t from_ms, to_ms;              /* Unix ms: [from_ms, to_ms), from_ms < to_ms */
    struct str summary;                  /* lines are parted by \n; "" when there is none */
    struct ical_person *NULLABLE people; /* ATTENDEE in the order of the file, without those who declined */
    size_t people_count;
    int64_t sequence;    /* which edition of the event, 0 = first */
    bool is_tentative;   /* STATUS:TENTATIVE */
    bool is_all_day;     /* given as days: a day in Viet Nam */
    bool is_replaced;    /* stands for an instance of a repeating event (RECURRENCE-ID) */
    int64_t instance_ms; /* the start that the instance had; from_ms when it was not moved */
    size_t line;         /* of BEGIN:VEVENT, 1 = first; 0 when it came from no file */
};
struct ical_roster {
    struct ical_shift *shifts; /* by start, end, uid */
    size_t count;
    size_t cancelled; /* instances in the window that STATUS:CANCELLED or METHOD:CANCEL took out */
};
/* Shifts that touch [from_ms, to_ms), which is at most ICAL_WINDOW_MAX_DAYS long and within 1971..2198.
 * Times without a zone, and whole days, are those of Viet Nam. A TZID needs a VTIMEZONE in the file, but for Viet Nam's
 * own names and UTC. Of events with one UID (and one RECURRENCE-ID) the highest SEQUENCE holds, then the latest
 * DTSTAMP, then the last in the file.
 * ERR_SYNTAX, ERR_LIMIT, ERR_UNSUPPORTED with the line. */
MUST_USE enum err_code ical_read(struct str text, int64_t from_ms, int64_t to_ms, struct arena *arena,
                                 struct ical_roster *ret_roster, struct err *err);

/* A calendar of shifts: DTSTART and DTEND in UTC, CRLF, folded at 75 octets between characters; the same bytes for the
 * same shifts. Each shift has a uid of its own and whole seconds; is_all_day, is_replaced, instance_ms, line are not
 * written. name: of the calendar, "" for none. ERR_SYNTAX: a shift that no file could say (an empty uid, an end before
 * the start, control characters, broken UTF-8); ERR_CONFLICT: a uid twice. */
MUST_USE enum err_code ical_write(struct str name, const struct ical_shift *shifts, size_t count, int64_t stamp_ms,
                                  struct buf *out, struct err *err);

NONNULL_END
#endif
