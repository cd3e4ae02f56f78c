/* event_move.h - one thing goes from one unit to another, as part of an event; what event.c and event_place.c share.
 * Uses: org.    Used by: event.c, event_place.c.    Memory: the caller's arena.    Threads: one db, one owner. */
#ifndef LUYTRE_ORG_EVENT_MOVE_H
#define LUYTRE_ORG_EVENT_MOVE_H

#include "org/event.h"

NONNULL_BEGIN

/* With the grants there. */
MUST_USE enum err_code event_move_person(struct db *db, struct arena *arena, int64_t person_id,
                                         const struct event_step *step, struct err *err);
/* Who held it until now is written down. */
MUST_USE enum err_code event_move_system(struct db *db, struct arena *arena, int64_t system_id,
                                         const struct event_step *step, struct err *err);
MUST_USE enum err_code event_move_site(struct db *db, struct arena *arena, int64_t site_id,
                                       const struct event_step *step, struct err *err);
MUST_USE enum err_code event_move_child(struct db *db, struct arena *arena, const struct actor *actor, int64_t child_id,
                                        const struct event_step *step, struct err *err);

/* What open duties of a unit (system_id not 0: on that system) are about to go. */
MUST_USE enum err_code event_note_duties(struct db *db, struct arena *arena, const struct event_duties *NULLABLE duties,
                                         int64_t system_id, const struct event_step *step, struct err *err);

/* One duty is about to go. */
MUST_USE enum err_code event_note_duty(struct db *db, int64_t assignment_id, const struct event_step *step,
                                       struct err *err);

/* Before the rest of a split unit goes to its first part: everything in it that no move named is marked. */
MUST_USE enum err_code event_mark_rest(struct db *db, struct arena *arena, int64_t event_id, int64_t from_id,
                                       int64_t part_id, civil_day day, const struct event_duties *NULLABLE duties,
                                       size_t *ret_marked, struct err *err);

NONNULL_END
#endif
