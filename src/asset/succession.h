/* succession.h - what asset keeps of a unit goes with an organisation's event: devices stand where their site stands,
 * open findings with both halves of their pair go to the successor. Closed ones stay under the old name, as closed
 * evidence does; who held what on a past day stays readable (device_counts_on, findings_on, unit_holdings_on). Uses:
 * asset/device, org/event.    Used by: work.    Memory: none kept.    Threads: one db, one owner. See: design 3.1. */
#ifndef LUYTRE_ASSET_SUCCESSION_H
#define LUYTRE_ASSET_SUCCESSION_H

#include "org/event.h"

NONNULL_BEGIN

/* In the event's transaction, after sites and systems went. */
MUST_USE enum err_code asset_hand_over(struct db *db, const struct event_step *step, struct err *err);
/* Of a split: findings that stand on nothing that goes, and one of them placed. */
MUST_USE enum err_code asset_loose(struct db *db, int64_t unit_id, struct arena *arena, struct event_loose_list *list,
                                   struct err *err);
MUST_USE enum err_code asset_place(struct db *db, const struct event_step *step, int64_t finding_id, struct err *err);

NONNULL_END
#endif
