/* succession.h - duties go with an organisation's event: all open ones of a unit to its successor, those on a system
 * with the system, one by one when a split left them to be placed. A duty keeps its id, its dates and its history; what
 * was closed stays under the old name. Uses: duty/ledger, org/event.    Used by: work.    Memory: none kept. Threads:
 * one db, one owner. See: design 3.1. */
#ifndef LUYTRE_DUTY_SUCCESSION_H
#define LUYTRE_DUTY_SUCCESSION_H

#include "org/event.h"

NONNULL_BEGIN

/* Hooks of struct event_duties, all in the event's transaction. */
MUST_USE enum err_code duty_move_system(struct db *db, const struct event_step *step, int64_t system_id,
                                        size_t *ret_moved, struct err *err);
MUST_USE enum err_code duty_loose(struct db *db, int64_t unit_id, struct arena *arena, struct event_loose_list *list,
                                  struct err *err);
MUST_USE enum err_code duty_open(struct db *db, int64_t unit_id, int64_t system_id, struct arena *arena,
                                 struct event_loose_list *list, struct err *err);
MUST_USE enum err_code duty_built_on(struct db *db, int64_t event_id, int64_t since_ms, int64_t founded_id,
                                     struct err *err);
MUST_USE enum err_code duty_place(struct db *db, const struct event_step *step, int64_t assignment_id, struct err *err);

NONNULL_END
#endif
