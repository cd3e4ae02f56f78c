/* ring.h - before a clock of a case runs out somebody is told, each alarm once, however often or seldom one looks.
 * Whoever changes a case sets its next alarm in the same transaction; the worker asks what is due and rings it: a line
 * in the room, a notice to the people of the roles the alarm names, in the unit that leads and in the unit it happened
 * to. After an outage what was missed rings late and says so. Nobody holds the role: the room says that, too. Uses:
 * incident/clock.h, duty/notice.h.    Used by: incident, cmd (worker).    Memory: none kept. Threads: one db, one
 * owner; any number of workers, each case is rung by one. */
#ifndef LUYTRE_INCIDENT_RING_H
#define LUYTRE_INCIDENT_RING_H

#include "incident/incident.h"
#include "incident/ring.sql.h"

NONNULL_BEGIN

/* In the transaction that changed the case and holds it. */
MUST_USE enum err_code incident_ring_set(struct db *db, int64_t case_id, struct err *err);
/* Rings all that is due by now, case by case, each in a transaction of its own; *ret_rung counts alarms. */
MUST_USE enum err_code incident_ring_run(struct db *db, size_t *ret_rung, struct err *err);
/* When the next one is due; 0: none waits. */
MUST_USE enum err_code incident_ring_next_ms(struct db *db, int64_t *ret_ms, struct err *err);

NONNULL_END
#endif
