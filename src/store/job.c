#include "store/job.h"

#include "store/store.h"

enum { JOB_WAITING = 0, JOB_DEAD = 1 };

enum err_code job_add(struct db *db, const struct job_spec *spec, bool *ret_is_new, struct err *err)
{
    int64_t now = db_now_ms(db), changes = 0;
    struct sql_job_insert_args args = {
        .id = db_id(db),
        .queue = spec->queue,
        .kind = spec->kind,
        .unique_key = spec->unique_key,
        .payload = str_is_null(spec->payload) ? STR("") : spec->payload,
        .run_at_ms = spec->run_at_ms ? spec->run_at_ms : now,
        .attempts_max = spec->attempts_max ? spec->attempts_max : JOB_ATTEMPTS_DEFAULT,
        .created_ms = now,
    };
    TRY(sql_job_insert(db, &args, &changes, err));
    if (ret_is_new)
        *ret_is_new = changes == 1;
    return ERR_NONE;
}

enum err_code job_next_ms(struct db *db, struct str queue, int64_t *ret_due_ms, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 16u << 10);
    struct sql_job_due_args args = {queue};
    struct sql_job_due_row *row;
    TRY(sql_job_due(db, &arena, &args, &row, err));
    *ret_due_ms = row && row->due_ms.has ? row->due_ms.v : INT64_MAX;
    return ERR_NONE;
}

enum err_code job_take(struct db *db, struct str queue, struct str worker, int64_t lease_ms, struct arena *arena,
                       struct job **ret_job, struct err *err)
{
    int64_t now = db_now_ms(db), due = 0, buried = 0;
    TRY(job_next_ms(db, queue, &due, err));
    struct sql_job_lease_row *row = NULL;
    if (due <= now) {
        struct sql_job_bury_lost_args bury = {queue, now, STR("the worker died in the last attempt")};
        TRY(sql_job_bury_lost(db, &bury, &buried, err));
        struct sql_job_lease_args lease = {queue, worker, now, now + lease_ms};
        TRY(sql_job_lease(db, arena, &lease, &row, err));
    }
    struct job *job = NULL;
    if (row) {
        job = arena_new(arena, struct job);
        if (!job) /* the lease runs out and somebody with more memory takes it */
            return arena_full(arena, err);
        *job = (struct job){row->id, row->kind, row->payload, row->attempts, row->attempts_max, row->created_ms};
    }
    *ret_job = job;
    return ERR_NONE;
}

static enum err_code lost(int64_t changes, int64_t id, struct err *err)
{
    return changes == 1 ? ERR_NONE : err_set(err, ERR_CONFLICT, "the lease of job %lld is lost", (long long)id);
}

enum err_code job_extend(struct db *db, int64_t id, struct str worker, int64_t lease_ms, struct err *err)
{
    struct sql_job_extend_lease_args args = {id, worker, db_now_ms(db) + lease_ms};
    int64_t changes = 0;
    TRY(sql_job_extend_lease(db, &args, &changes, err));
    return lost(changes, id, err);
}

enum err_code job_done(struct db *db, int64_t id, struct str worker, struct err *err)
{
    struct sql_job_delete_done_args args = {id, worker};
    int64_t changes = 0;
    TRY(sql_job_delete_done(db, &args, &changes, err));
    return lost(changes, id, err);
}

enum err_code job_fail(struct db *db, const struct job *job, struct str worker, struct str why, bool may_retry,
                       struct err *err)
{
    int64_t now = db_now_ms(db), changes = 0, wait = JOB_BACKOFF_FIRST_MS;
    for (int64_t i = 1; i < job->attempts && wait < JOB_BACKOFF_MAX_MS; i++)
        wait *= 2;
    if (wait > JOB_BACKOFF_MAX_MS)
        wait = JOB_BACKOFF_MAX_MS;
    wait += (int64_t)((uint64_t)job->id * 0x9E3779B97F4A7C15u >> 33) %
            (wait / 4); /* a crowd that failed together comes back spread */
    bool is_dead = !may_retry || job->attempts >= job->attempts_max;
    struct sql_job_put_back_args args = {
        .id = job->id,
        .worker = worker,
        .state = is_dead ? JOB_DEAD : JOB_WAITING,
        .run_at_ms = is_dead ? now : now + wait,
        .failed_ms = now,
        .error = utf8_is_valid(why) && str_find_byte(why, '\0', 0) < 0 ? why : STR("(an error that is not text)")};
    TRY(sql_job_put_back(db, &args, &changes, err));
    return lost(changes, job->id, err);
}

enum err_code job_revive(struct db *db, int64_t id, struct err *err)
{
    struct sql_job_set_alive_args args = {id, db_now_ms(db)};
    int64_t changes = 0;
    TRY(sql_job_set_alive(db, &args, &changes, err));
    return changes ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "job %lld is not a dead letter", (long long)id);
}

enum err_code job_drop(struct db *db, int64_t id, struct err *err)
{
    struct sql_job_delete_dead_args args = {id};
    int64_t changes = 0;
    TRY(sql_job_delete_dead(db, &args, &changes, err));
    return changes ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "job %lld is not a dead letter", (long long)id);
}
