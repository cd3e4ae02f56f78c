/* worker_jobs.h - the kinds of jobs the worker does, and what begins with a new day.
 * Uses: store/job, duty, os/peer.    Used by: role_worker.    Memory: the caller's arena.    Threads: one db, one
 * owner. */
#ifndef LUYTRE_CMD_WORKER_JOBS_H
#define LUYTRE_CMD_WORKER_JOBS_H

#include "os/peer.h"
#include "store/store.h"

NONNULL_BEGIN

/* Everything that is due now, one after the other; a job that fails is put back by store/job.h and is no error here. */
MUST_USE enum err_code worker_jobs_run(struct db *db, struct peers *peers, struct arena *arena, struct err *err);
/* After the ledger moved to a new day: reminders are written, reports that fall due are opened. */
MUST_USE enum err_code worker_new_day(struct db *db, struct err *err);

NONNULL_END
#endif
