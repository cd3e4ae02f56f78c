/* succession.h - everything that goes with an organisation's event, of whichever layer: what pages and the command line
 * give to event_apply and event_place. Uses: org/event, duty, asset.    Used by: web, cmd, tests.    Memory: constant.
 * Threads: no shared state. */
#ifndef LUYTRE_WORK_SUCCESSION_H
#define LUYTRE_WORK_SUCCESSION_H

#include "org/event.h"

NONNULL_BEGIN

extern const struct event_duties work_succession;

NONNULL_END
#endif
