/* wall.h - drawings of how far things are: the wall of units, proportion bars, a trend. One stem is one
 * unit; a picture says nothing that the numbers and the table beside it do not say.
 * Knows nothing of the store.    Uses: base, duty/rollup.h, web/html.h, web/words.h.    Used by: web/page_*.c, tests.
 * Memory: markup in the caller's arena.    Threads: no shared state.    See: the look, part 6. */
#ifndef LUYTRE_WEB_WALL_H
#define LUYTRE_WEB_WALL_H

#include "duty/rollup.h"
#include "web/html.h"

NONNULL_BEGIN

struct wall_unit {
    int64_t unit_id;
    int64_t parent_id; /* the clump it stands in */
    struct str name;
    enum page_state state; /* its worst */
};
struct wall_parent {
    int64_t unit_id;
    struct str name;
};
struct wall_options {
    enum lang lang;
    struct str unit_href;   /* "/directive/12?unit=": the id follows */
    struct str parent_href; /* the same for a clump */
};
struct wall {
    struct html troubled; /* <li> of every clump where somebody is late, worst first */
    struct html quiet;    /* the others; none when there are more than WALL_QUIET_MAX of them */
    size_t troubled_count;
    size_t quiet_count;
};
#define WALL_QUIET_MAX 200u /* clumps nobody has to look at are counted instead of drawn past this */
#define WALL_LINKS_MAX 300u /* stems that are links; the table has all of them */
#define WALL_ROW_STEMS 38u  /* a wider clump goes on in a second row: a phone is 390 px wide */
/* The worst state of a unit that has these counts, in the order late, late at birth, not seen, due, taken on, doing,
 * done, waived, not applicable; DUTY_NOWHERE when it has none. */
int wall_worst(const int64_t n[DUTY_STATE_COUNT]);
/* Units in any order; parents: the names of all parents that occur. */
MUST_USE enum err_code wall_draw(struct arena *arena, const struct wall_options *options, const struct wall_unit *units,
                                 size_t count, const struct wall_parent *parents, size_t parent_count,
                                 struct wall *ret_wall, struct err *err);

/* A bar of the shares done, under way, due soon, late; the rest, not yet begun, stays empty. */
MUST_USE struct html wall_bar(struct arena *arena, const struct rollup *rollup);

struct wall_point {
    civil_day day;
    int64_t tenths; /* of a percent */
};
/* A line through the points, oldest first, with its sentence as label. Nothing for fewer than two points. */
MUST_USE struct html wall_spark(struct arena *arena, enum lang lang, const struct wall_point *points, size_t count,
                                struct str sentence);

NONNULL_END
#endif
