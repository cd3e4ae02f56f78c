/* job.h - work to be done later, at least once, by whichever worker is free.
 * A job is added in the transaction that wants it, leased by one worker, and gone when done. A worker that dies loses
 * its lease and the job is tried again; after attempts_max tries it is a dead letter with its last error. So a job must
 * bear being run twice: do its writes and job_done in one transaction, and only those of the last run count. Uses:
 * base, store/db.    Used by: every module that leaves work; cmd (the worker role). Memory: the caller's arena.
 * Threads: one db per worker. */
#ifndef LUYTRE_STORE_JOB_H
#define LUYTRE_STORE_JOB_H

#include "store/db.h"
#include "store/job.sql.h"

NONNULL_BEGIN

#define JOB_ATTEMPTS_DEFAULT 8
#define JOB_BACKOFF_FIRST_MS 10000
#define JOB_BACKOFF_MAX_MS   3600000
#define JOB_LEASE_MS         60000 /* what a worker usually asks for; job_extend while it lives */

struct job_spec {
    struct str queue;      /* the role that takes it: "worker", "parse", "fetch", "sign" */
    struct str kind;       /* what to do: "reminder", "apply_deltas" */
    struct str payload;    /* JSON usually; may be empty */
    struct str unique_key; /* STR_NONE, or: not again while one with this key waits */
    int64_t run_at_ms;     /* 0: now */
    int attempts_max;      /* 0: JOB_ATTEMPTS_DEFAULT */
};
struct job {
    int64_t id;
    struct str kind;
    struct str payload;
    int64_t attempts; /* this one included */
    int64_t attempts_max;
    int64_t created_ms;
};

/* *ret_is_new (may be NULL): false when one with the same unique_key waits already. */
MUST_USE enum err_code job_add(struct db *db, const struct job_spec *spec, bool *NULLABLE ret_is_new, struct err *err);
/* *ret_job is NULL when nothing is due. worker: unique among living workers ("host/pid/n"). Reads only, while nothing
 * is due. */
MUST_USE enum err_code job_take(struct db *db, struct str queue, struct str worker, int64_t lease_ms,
                                struct arena *arena, struct job *NULLABLE *NULLABLE ret_job, struct err *err);
/* These three answer ERR_CONFLICT when the lease was lost: another worker has the job, throw the work away. */
MUST_USE enum err_code job_extend(struct db *db, int64_t id, struct str worker, int64_t lease_ms, struct err *err);
MUST_USE enum err_code job_done(struct db *db, int64_t id, struct str worker, struct err *err);
/* may_retry false: dead at once (the input is wrong, trying again is no use). */
MUST_USE enum err_code job_fail(struct db *db, const struct job *job, struct str worker, struct str why, bool may_retry,
                                struct err *err);
/* When to look again: INT64_MAX when the queue is empty. */
MUST_USE enum err_code job_next_ms(struct db *db, struct str queue, int64_t *ret_due_ms, struct err *err);
/* Dead letters: list with sql_job_dead, counts with sql_job_count. ERR_NOT_FOUND when it is not dead. */
MUST_USE enum err_code job_revive(struct db *db, int64_t id, struct err *err);
MUST_USE enum err_code job_drop(struct db *db, int64_t id, struct err *err);

NONNULL_END
#endif
