/* Jobs, outbox and blobs, each on both engines. */
#include "store_test.h"

#include <fcntl.h>
#include <pthread.h>

#include "base/limits.h"
#include "store/blob.h"
#include "store/job.h"
#include "store/outbox.h"
#include "store/schema.sql.h"

/* --- jobs --- */

static struct job *take(struct store_test *t, const char *worker)
{
    struct err err;
    struct job *job = NULL;
    assert_ok(job_take(t->db, STR("worker"), str_from_cstr(worker), JOB_LEASE_MS, &t->arena, &job, &err));
    return job;
}

static void put(struct store_test *t, const char *kind, int64_t run_at_ms, int attempts_max)
{
    struct err err;
    struct job_spec spec = {.queue = STR("worker"),
                            .kind = str_from_cstr(kind),
                            .payload = STR("{\"a\":1}"),
                            .run_at_ms = run_at_ms,
                            .attempts_max = attempts_max};
    assert_ok(job_add(t->db, &spec, NULL, &err));
}

static void test_job_is_taken_once(void **state)
{
    struct store_test *t = *state;
    put(t, "mail", 0, 0);
    struct job *job = take(t, "a");
    assert_non_null(job);
    assert_str(job->kind, STR("mail"));
    assert_str(job->payload, STR("{\"a\":1}"));
    assert_int_equal(job->attempts, 1);
    assert_null(take(t, "b"));
}

static void test_job_waits_for_its_time(void **state)
{
    struct store_test *t = *state;
    struct err err;
    put(t, "later", t->now_ms + 5000, 0);
    assert_null(take(t, "a"));
    int64_t due;
    assert_ok(job_next_ms(t->db, STR("worker"), &due, &err));
    assert_int_equal(due, t->now_ms + 5000);
    t->now_ms += 5000;
    assert_non_null(take(t, "a"));
}

static void test_jobs_come_in_order_of_time(void **state)
{
    struct store_test *t = *state;
    put(t, "second", t->now_ms - 1000, 0);
    put(t, "third", t->now_ms, 0);
    put(t, "first", t->now_ms - 2000, 0);
    assert_str(take(t, "a")->kind, STR("first"));
    assert_str(take(t, "a")->kind, STR("second"));
    assert_str(take(t, "a")->kind, STR("third"));
}

static void test_other_queue_is_left_alone(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct job_spec spec = {.queue = STR("sign"), .kind = STR("head")};
    assert_ok(job_add(t->db, &spec, NULL, &err));
    assert_null(take(t, "a"));
}

static void test_dead_workers_lease_ends(void **state)
{
    struct store_test *t = *state;
    struct err err;
    put(t, "mail", 0, 0);
    struct job *first = take(t, "dead");
    t->now_ms += JOB_LEASE_MS - 1;
    assert_null(take(t, "b"));
    t->now_ms += 1;
    struct job *second = take(t, "b");
    assert_int_equal(second->id, first->id);
    assert_int_equal(second->attempts, 2);
    /* and the first one, should it come back, is told */
    assert_err(job_done(t->db, first->id, STR("dead"), &err), ERR_CONFLICT);
    assert_err(job_extend(t->db, first->id, STR("dead"), JOB_LEASE_MS, &err), ERR_CONFLICT);
    assert_err(job_fail(t->db, first, STR("dead"), STR("late"), true, &err), ERR_CONFLICT);
    assert_ok(job_done(t->db, second->id, STR("b"), &err));
}

static void test_lease_is_extended(void **state)
{
    struct store_test *t = *state;
    struct err err;
    put(t, "long", 0, 0);
    struct job *job = take(t, "a");
    t->now_ms += JOB_LEASE_MS - 1;
    assert_ok(job_extend(t->db, job->id, STR("a"), JOB_LEASE_MS, &err));
    t->now_ms += 2;
    assert_null(take(t, "b"));
}

static void test_failure_waits_longer_each_time_then_dies(void **state)
{
    struct store_test *t = *state;
    struct err err;
    put(t, "fetch", 0, 4);
    int64_t last_wait = 0;
    for (int i = 1; i <= 4; i++) {
        struct job *job = take(t, "a");
        assert_int_equal(job->attempts, i);
        assert_ok(job_fail(t->db, job, STR("a"), STR("no answer from mail.example"), true, &err));
        if (i == 4)
            break;
        int64_t due;
        assert_ok(job_next_ms(t->db, STR("worker"), &due, &err));
        assert_true(due - t->now_ms >= last_wait + last_wait / 2);
        last_wait = due - t->now_ms;
        assert_true(last_wait >= JOB_BACKOFF_FIRST_MS << (i - 1) &&
                    last_wait < (JOB_BACKOFF_FIRST_MS << (i - 1)) * 5 / 4);
        assert_null(take(t, "a"));
        t->now_ms = due;
    }
    assert_null(take(t, "a"));
    struct sql_job_dead_args args = {10};
    struct sql_job_dead_rows rows;
    assert_ok(sql_job_dead(t->db, &t->arena, &args, &rows, &err));
    assert_int_equal(rows.count, 1);
    assert_str(rows.items[0].error, STR("no answer from mail.example"));
    assert_ok(job_revive(t->db, rows.items[0].id, &err));
    assert_int_equal(take(t, "a")->attempts, 1);
    assert_err(job_revive(t->db, rows.items[0].id, &err), ERR_NOT_FOUND);
}

static void test_no_retry_is_dead_at_once(void **state)
{
    struct store_test *t = *state;
    struct err err;
    put(t, "parse", 0, 0);
    struct job *job = take(t, "a");
    assert_ok(job_fail(t->db, job, STR("a"), STR("not a letter"), false, &err));
    t->now_ms += 10 * JOB_BACKOFF_MAX_MS;
    assert_null(take(t, "a"));
    assert_ok(job_drop(t->db, job->id, &err));
}

static void test_worker_that_dies_every_time_is_buried(void **state)
{
    struct store_test *t = *state;
    struct err err;
    put(t, "poison", 0, 2);
    for (int i = 0; i < 2; i++) {
        assert_non_null(take(t, "a"));
        t->now_ms += JOB_LEASE_MS;
    }
    assert_null(take(t, "a"));
    struct sql_job_count_args args = {t->now_ms};
    struct sql_job_count_rows rows;
    assert_ok(sql_job_count(t->db, &t->arena, &args, &rows, &err));
    assert_int_equal(rows.items[0].dead, 1);
    assert_int_equal(rows.items[0].waiting + rows.items[0].running, 0);
}

static void test_unique_key_waits_once(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct job_spec spec = {.queue = STR("worker"), .kind = STR("recount"), .unique_key = STR("recount/7")};
    bool is_new;
    assert_ok(job_add(t->db, &spec, &is_new, &err));
    assert_true(is_new);
    assert_ok(job_add(t->db, &spec, &is_new, &err));
    assert_false(is_new);
    assert_non_null(take(t, "a"));
    assert_ok(job_add(t->db, &spec, &is_new, &err)); /* what changed since it was taken must not be missed */
    assert_true(is_new);
}

#define RACE_JOBS    60
#define RACE_WORKERS 4
struct racer {
    struct store_test *t;
    int number;
    int64_t ids[RACE_JOBS];
    size_t count;
    bool failed;
};
static void *race_take(void *ctx)
{
    struct racer *racer = ctx;
    struct err err;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    AUTO_DB db = NULL;
    char name[16];
    snprintf(name, sizeof name, "w%d", racer->number);
    racer->failed = store_db_take(racer->t->store, &db, &err) != ERR_NONE;
    while (!racer->failed) {
        struct job *job = NULL;
        if (job_take(db, STR("worker"), str_from_cstr(name), JOB_LEASE_MS, &arena, &job, &err) != ERR_NONE) {
            fprintf(stderr, "%s\n", err.text);
            racer->failed = true;
        }
        if (!job)
            break;
        racer->ids[racer->count++] = job->id;
        racer->failed |= job_done(db, job->id, str_from_cstr(name), &err) != ERR_NONE;
    }
    return NULL;
}

static void test_workers_race_for_jobs(void **state)
{
    struct store_test *t = *state;
    for (int i = 0; i < RACE_JOBS; i++)
        put(t, "n", 0, 0);
    struct racer *racers = calloc(RACE_WORKERS, sizeof *racers);
    pthread_t threads[RACE_WORKERS];
    for (int i = 0; i < RACE_WORKERS; i++) {
        racers[i].t = t;
        racers[i].number = i;
        assert_int_equal(pthread_create(&threads[i], NULL, race_take, &racers[i]), 0);
    }
    size_t total = 0;
    for (int i = 0; i < RACE_WORKERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_false(racers[i].failed);
        total += racers[i].count;
    }
    /* on PostgreSQL a worker may find all due rows locked and stop early, but the last one takes the rest */
    assert_int_equal(total, RACE_JOBS);
    free(racers);
}

/* --- outbox --- */

struct append {
    int64_t object_id;
};
static enum err_code append(struct db *db, void *ctx, struct err *err)
{
    const struct append *one = ctx;
    return outbox_add(db, STR("unit"), one->object_id, STR("{}"), err);
}
static enum err_code append_and_fail(struct db *db, void *ctx, struct err *err)
{
    TRY(append(db, ctx, err));
    return err_set(err, ERR_DENIED, "no");
}

static void test_outbox_row_lives_and_dies_with_its_transaction(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct append one = {7};
    assert_err(db_transact(t->db, append_and_fail, &one, &err), ERR_DENIED);
    struct sql_outbox_after_rows rows;
    assert_ok(outbox_read(t->db, 0, 10, &t->arena, &rows, &err));
    assert_int_equal(rows.count, 0);
    assert_ok(db_transact(t->db, append, &one, &err));
    assert_ok(outbox_read(t->db, 0, 10, &t->arena, &rows, &err));
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.items[0].serial, 1);
    assert_int_equal(rows.items[0].object_id, 7);
}

struct slow {
    struct store_test *t;
    struct sql_outbox_after_rows seen;
};
/* An older transaction is still open while a younger one commits and is read. */
static enum err_code slow_commit(struct db *db, void *ctx, struct err *err)
{
    struct slow *slow = ctx;
    struct append old = {1}, young = {2};
    TRY(append(db, &old, err));
    AUTO_DB other = NULL;
    TRY(store_db_take(slow->t->store, &other, err));
    TRY(db_transact(other, append, &young, err));
    return outbox_read(other, 0, 10, &slow->t->arena, &slow->seen, err);
}

static void test_outbox_never_skips_a_late_commit(void **state)
{
    struct store_test *t = *state;
    struct err err;
    if (t->engine == STORE_SQLITE)
        return; /* one writer: there is no late commit */
    struct slow slow = {.t = t};
    assert_ok(db_transact(t->db, slow_commit, &slow, &err));
    assert_int_equal(slow.seen.count, 1);
    assert_int_equal(slow.seen.items[0].object_id, 2);
    struct sql_outbox_after_rows rest;
    assert_ok(outbox_read(t->db, slow.seen.items[0].serial, 10, &t->arena, &rest, &err));
    assert_int_equal(rest.count, 1);
    assert_int_equal(rest.items[0].object_id, 1);
}

#define OUTBOX_WRITERS 3
#define OUTBOX_EACH    80
struct writer {
    struct store_test *t;
    int number;
    _Atomic bool failed; /* the reader looks while it writes */
};
static void *write_outbox(void *ctx)
{
    struct writer *writer = ctx;
    struct err err;
    AUTO_DB db = NULL;
    if (store_db_take(writer->t->store, &db, &err) != ERR_NONE)
        writer->failed = true;
    for (int i = 0; i < OUTBOX_EACH && !writer->failed; i++) {
        struct append one = {writer->number * 1000 + i};
        writer->failed = db_transact(db, append, &one, &err) != ERR_NONE;
    }
    return NULL;
}

static void test_outbox_order_under_concurrency(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct writer writers[OUTBOX_WRITERS];
    pthread_t threads[OUTBOX_WRITERS];
    for (int i = 0; i < OUTBOX_WRITERS; i++) {
        writers[i] = (struct writer){.t = t, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, write_outbox, &writers[i]), 0);
    }
    int64_t after = 0, last_of[OUTBOX_WRITERS] = {-1, -1, -1};
    for (int seen = 0; seen < OUTBOX_WRITERS * OUTBOX_EACH;) { /* while they write */
        struct sql_outbox_after_rows rows;
        assert_ok(outbox_read(t->db, after, 50, &t->arena, &rows, &err));
        for (size_t i = 0; i < rows.count; i++, seen++) {
            assert_int_equal(rows.items[i].serial, ++after); /* no hole */
            int64_t writer = rows.items[i].object_id / 1000, number = rows.items[i].object_id % 1000;
            assert_true(number == last_of[writer] + 1); /* nothing lost, twice, or out of order within one writer */
            last_of[writer] = number;
        }
        bool all_failed = true;
        for (int i = 0; i < OUTBOX_WRITERS; i++)
            all_failed &= writers[i].failed;
        assert_false(all_failed);
    }
    for (int i = 0; i < OUTBOX_WRITERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_false(writers[i].failed);
    }
}

static void test_outbox_is_pruned_behind_the_slowest_reader(void **state)
{
    struct store_test *t = *state;
    struct err err;
    for (int64_t i = 1; i <= 5; i++) {
        struct append one = {i};
        assert_ok(db_transact(t->db, append, &one, &err));
    }
    struct sql_outbox_after_rows rows;
    assert_ok(outbox_read(t->db, 0, 10, &t->arena, &rows, &err));
    assert_ok(outbox_advance(t->db, STR("province"), 4, &err));
    assert_ok(outbox_advance(t->db, STR("ministry"), 2, &err));
    assert_ok(outbox_advance(t->db, STR("ministry"), 1, &err)); /* never back */
    int64_t cursor, dropped;
    assert_ok(outbox_cursor(t->db, STR("ministry"), &cursor, &err));
    assert_int_equal(cursor, 2);
    assert_ok(outbox_prune(t->db, t->now_ms + 1, &dropped, &err));
    assert_int_equal(dropped, 2);
    struct append one = {6};
    assert_ok(db_transact(t->db, append, &one, &err));
    assert_ok(outbox_read(t->db, 0, 10, &t->arena, &rows, &err));
    assert_int_equal(rows.count, 4);
    assert_int_equal(rows.items[3].serial, 6);
}

/* --- blobs --- */

struct blob_work {
    struct str bytes;
    struct sha256 hash;
    int64_t owner_id; /* 0: nobody uses it */
    bool fails;
};
static enum err_code put_blob(struct db *db, void *ctx, struct err *err)
{
    struct blob_work *work = ctx;
    TRY(blob_put(db, work->bytes, &work->hash, err));
    if (work->owner_id)
        TRY(blob_use(db, &work->hash, STR("evidence_file"), work->owner_id, err));
    return work->fails ? err_set(err, ERR_DENIED, "no") : ERR_NONE;
}

static struct str some_bytes(struct store_test *t, size_t count, uint64_t seed)
{
    struct rng rng;
    rng_init(&rng, seed);
    char *bytes = arena_alloc(&t->arena, count, 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < count; i++)
        bytes[i] = (char)rng_next(&rng);
    return (struct str){bytes, count};
}

static void test_blob_round_trip(void **state)
{
    struct store_test *t = *state;
    struct err err;
    static const size_t sizes[] = {0, 1, BLOB_INLINE_MAX_BYTES, BLOB_INLINE_MAX_BYTES + 1, 3u << 20};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct blob_work work = {.bytes = some_bytes(t, sizes[i], i + 1), .owner_id = 1};
        assert_ok(db_transact(t->db, put_blob, &work, &err));
        struct str back;
        assert_ok(blob_read(t->db, &work.hash, 4u << 20, &t->arena, &back, &err));
        assert_true(str_equal(back, work.bytes));
        const char *path;
        assert_ok(blob_path(t->db, &work.hash, &t->arena, &path, &err));
        assert_int_equal(file_exists(path), sizes[i] > BLOB_INLINE_MAX_BYTES);
    }
}

static void test_blob_over_the_ceiling_is_not_read(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct blob_work work = {.bytes = some_bytes(t, 100000, 1), .owner_id = 1};
    assert_ok(db_transact(t->db, put_blob, &work, &err));
    struct str back;
    assert_err(blob_read(t->db, &work.hash, 99999, &t->arena, &back, &err), ERR_LIMIT);
}

static void test_damaged_blob_is_told(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct blob_work work = {.bytes = some_bytes(t, 100000, 1), .owner_id = 1},
                     gone = {.bytes = some_bytes(t, 100000, 2), .owner_id = 1};
    assert_ok(db_transact(t->db, put_blob, &work, &err));
    assert_ok(db_transact(t->db, put_blob, &gone, &err));
    const char *path;
    assert_ok(blob_path(t->db, &gone.hash, &t->arena, &path, &err));
    assert_int_equal(unlink(path), 0);
    assert_ok(blob_path(t->db, &work.hash, &t->arena, &path, &err));
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0 && pwrite(fd, "\x55\xAA\x55", 3, 5000) == 3 && close(fd) == 0); /* one place, same length */
    struct str back;
    assert_err(blob_read(t->db, &work.hash, 1u << 20, &t->arena, &back, &err), ERR_IO);
    assert_err(blob_read(t->db, &gone.hash, 1u << 20, &t->arena, &back, &err), ERR_IO);
    struct blob_report report;
    assert_ok(blob_verify(t->db, &report, &err));
    assert_int_equal(report.blobs, 2);
    assert_int_equal(report.damaged, 1);
    assert_int_equal(report.missing, 1);
}

static void test_sweep_takes_only_what_is_old_and_unused(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct blob_work used = {.bytes = some_bytes(t, 100000, 1), .owner_id = 1},
                     unused = {.bytes = some_bytes(t, 100000, 2)},
                     rolled_back = {.bytes = some_bytes(t, 100000, 3), .fails = true},
                     small = {.bytes = some_bytes(t, 100, 4)};
    assert_ok(db_transact(t->db, put_blob, &used, &err));
    assert_ok(db_transact(t->db, put_blob, &unused, &err));
    assert_ok(db_transact(t->db, put_blob, &small, &err));
    assert_err(db_transact(t->db, put_blob, &rolled_back, &err), ERR_DENIED);
    struct blob_sweep sweep;
    assert_ok(blob_sweep(t->db, BLOB_SWEEP_AGE_MS, &sweep, &err));
    assert_int_equal(sweep.rows + sweep.files, 0); /* all too young */
    t->now_ms += BLOB_SWEEP_AGE_MS + 1000;
    struct blob_work again = {.bytes = rolled_back.bytes, .owner_id = 2};
    assert_ok(db_transact(t->db, put_blob, &again, &err)); /* handed in again: the old file is young again */
    assert_ok(blob_sweep(t->db, BLOB_SWEEP_AGE_MS, &sweep, &err));
    assert_int_equal(sweep.rows, 2);  /* unused, small */
    assert_int_equal(sweep.files, 1); /* unused */
    struct blob_report report;
    assert_ok(blob_verify(t->db, &report, &err));
    assert_int_equal(report.blobs, 2);
    assert_int_equal(report.missing + report.damaged, 0);
    assert_ok(blob_unuse(t->db, STR("evidence_file"), 1, &err));
    assert_ok(blob_sweep(t->db, BLOB_SWEEP_AGE_MS, &sweep, &err));
    assert_int_equal(sweep.rows, 1);
    assert_int_equal(sweep.files, 1);
}

static void test_same_bytes_are_kept_once(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct blob_work first = {.bytes = some_bytes(t, 70000, 1), .owner_id = 1},
                     second = {.bytes = first.bytes, .owner_id = 2};
    assert_ok(db_transact(t->db, put_blob, &first, &err));
    assert_ok(db_transact(t->db, put_blob, &second, &err));
    struct blob_report report;
    assert_ok(blob_verify(t->db, &report, &err));
    assert_int_equal(report.blobs, 1);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(test_job_is_taken_once),
        STORE_TEST(test_job_waits_for_its_time),
        STORE_TEST(test_jobs_come_in_order_of_time),
        STORE_TEST(test_other_queue_is_left_alone),
        STORE_TEST(test_dead_workers_lease_ends),
        STORE_TEST(test_lease_is_extended),
        STORE_TEST(test_failure_waits_longer_each_time_then_dies),
        STORE_TEST(test_no_retry_is_dead_at_once),
        STORE_TEST(test_worker_that_dies_every_time_is_buried),
        STORE_TEST(test_unique_key_waits_once),
        STORE_TEST(test_workers_race_for_jobs),
        STORE_TEST(test_outbox_row_lives_and_dies_with_its_transaction),
        STORE_TEST(test_outbox_never_skips_a_late_commit),
        STORE_TEST(test_outbox_order_under_concurrency),
        STORE_TEST(test_outbox_is_pruned_behind_the_slowest_reader),
        STORE_TEST(test_blob_round_trip),
        STORE_TEST(test_blob_over_the_ceiling_is_not_read),
        STORE_TEST(test_damaged_blob_is_told),
        STORE_TEST(test_sweep_takes_only_what_is_old_and_unused),
        STORE_TEST(test_same_bytes_are_kept_once),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
