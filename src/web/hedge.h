/* hedge.h - the hedge as SVG: one stem is one thing owed, in the order given. Runs of healthy stems are one dashed
 * path. The picture says nothing that its legend does not, so readers skip it. Uses: web/html.h.    Used by: page
 * handlers (fields of type html).    Memory: the arena.    Threads: no shared state. */
#ifndef LUYTRE_WEB_HEDGE_H
#define LUYTRE_WEB_HEDGE_H

#include "web/html.h"

NONNULL_BEGIN

/* scale_tenths 15 is the mock's 1.5. ptr NULL when the arena is full. */
MUST_USE struct html hedge_draw(struct arena *arena, const enum page_state *states, size_t count, int scale_tenths);

NONNULL_END
#endif
