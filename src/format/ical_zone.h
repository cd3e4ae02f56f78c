/* ical_zone.h - the clocks of an iCalendar file: its VTIMEZONE components (RFC 5545 section 3.6.5) and the few names
 * every file may use without one. No file of the machine is read.
 * Uses: format/ical_line, ical_rule.    Used by: format/ical.    Memory: the caller's arena.    Threads: no shared
 * state. */
#ifndef LUYTRE_FORMAT_ICAL_ZONE_H
#define LUYTRE_FORMAT_ICAL_ZONE_H

#include "format/ical_rule.h"

NONNULL_BEGIN

#define ICAL_ZONES_MAX        50u
#define ICAL_ZONE_CHANGES_MAX 4000u

struct ical_change { /* from utc_s on the clock shows UTC + to_s */
    int64_t utc_s;
    int32_t from_s, to_s;
};
struct ical_zone {
    struct str name;
    struct ical_change *NULLABLE changes; /* rising */
    size_t count;
    int32_t fixed_s; /* without changes */
};
struct ical_zones {
    struct ical_zone *items;
    size_t count;
};
/* Every VTIMEZONE of the file, its rules walked up to high_s. */
MUST_USE enum err_code ical_zones_read(const struct ical_lines *lines, int64_t high_s, uint64_t *steps_left,
                                       int64_t *set, struct arena *arena, struct ical_zones *ret_zones,
                                       struct err *err);
/* NULL: neither a zone of the file nor one known without it. */
const struct ical_zone *NULLABLE ical_zone_find(const struct ical_zones *zones, struct str name);
extern const struct ical_zone ical_zone_vietnam, ical_zone_utc;

/* An hour that comes twice is the first of the two, one that never comes is read with the offset before the gap
 * (3.3.5). */
int64_t ical_zone_to_utc(const struct ical_zone *zone, int64_t local_s);
int64_t ical_zone_to_local(const struct ical_zone *zone, int64_t utc_s);

NONNULL_END
#endif
