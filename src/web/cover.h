/* cover.h - coverage in time as SVG: full height where evidence covers, half where it must be done next, a thin line
 * where there was a gap, an upright line for today. The picture says nothing that the sentence below it does not. Uses:
 * web/html.h, base/civil.h.    Used by: web/page_duty.c.    Memory: the arena.    Threads: no shared state. */
#ifndef LUYTRE_WEB_COVER_H
#define LUYTRE_WEB_COVER_H

#include "web/html.h"

NONNULL_BEGIN

struct cover_span { /* half open */
    civil_day from_day, to_day;
};
struct cover_axis { /* whole years, [1 January of first, 1 January after last) */
    int first_year, last_year;
};
/* From the year of the first day that matters to that of the last, three years at least, six at most, today always
 * inside. */
struct cover_axis cover_axis_of(civil_day first, civil_day last, civil_day today);
/* In place: by day, those that touch become one; returns how many are left. */
size_t cover_merge(struct cover_span *spans, size_t count);
/* Stretches of days before today without cover: between spans, after the last one, and, where nothing ever covered,
 * after due_day. Returns how many; at most count + 1. */
size_t cover_gaps(const struct cover_span *merged, size_t count, civil_day due_day, civil_day today,
                  struct cover_span *ret_gaps);
/* next_due: the last day it must be done by as things stand; CIVIL_NONE: none. ptr NULL when the arena is full. */
MUST_USE struct html cover_draw(struct arena *arena, struct cover_axis axis, const struct cover_span *merged,
                                size_t count, const struct cover_span *gaps, size_t gap_count, civil_day next_due,
                                civil_day today);

NONNULL_END
#endif
