/* Several processes on one database never give the same id: at once, after a kill, after a burst ahead of the clock,
 * and when one loses its lane. Ids are the primary keys of rows, so that the database itself refuses a repeat. */
#include "store_test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "sample.sql.h"
#include "store/id_lane.h"
#include "store/id_lane.sql.h"

extern const struct sql_module sql_module_sample;

#define LANES (ID_LANE_MAX + 1)

struct adding {
    int count;
    int runs;
    int64_t first, last;
};

static enum err_code add_rows(struct db *db, void *ctx, struct err *err)
{
    struct adding *a = ctx;
    a->runs++;
    for (int i = 0; i < a->count; i++) {
        a->last = db_id(db);
        if (i == 0)
            a->first = a->last;
        char name[24]; /* is unique as well */
        int length = snprintf(name, sizeof name, "%lld", (long long)a->last);
        TRY(sql_sample_add(db, &(struct sql_sample_add_args){.id = a->last, .name = {name, (size_t)length}}, err));
    }
    return ERR_NONE;
}

static int64_t row_count(struct store_test *t)
{
    struct err err;
    struct sql_sample_count_row *row = NULL;
    assert_ok(sql_sample_count(t->db, &t->arena, &row, &err));
    return row->row_count;
}

static struct sql_sample_lanes_rows lanes(struct store_test *t)
{
    struct err err;
    struct sql_sample_lanes_rows rows;
    assert_ok(sql_sample_lanes(t->db, &t->arena, &rows, &err));
    assert_int_equal(rows.count, LANES);
    return rows;
}

static int held_count(struct store_test *t)
{
    int held = 0;
    struct sql_sample_lanes_rows rows = lanes(t);
    for (size_t i = 0; i < rows.count; i++)
        held += rows.items[i].holder != 0;
    return held;
}

static void close_store(struct store_test *t)
{
    store_db_give(t->db);
    store_close(t->store);
    t->db = NULL;
    t->store = NULL;
}

static void open_store(struct store_test *t)
{
    struct err err;
    assert_ok(store_open(t->where, &t->options, &t->store, &err));
    assert_ok(store_db_take(t->store, &t->db, &err));
}

/* A process of its own that adds rows until it is done or killed; after each commit it says one byte. */
static pid_t start(struct store_test *t, int transactions, int rows, bool gives_back, int *ret_fd)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct err err = {0};
        struct store *store = NULL;
        struct db *db = NULL;
        close(ends[0]);
        enum err_code code = store_open(t->where, &t->options, &store, &err);
        if (code == ERR_NONE)
            code = store_db_take(store, &db, &err);
        for (int i = 0; i < transactions && code == ERR_NONE; i++) {
            struct adding a = {.count = rows};
            code = db_transact(db, add_rows, &a, &err);
            if (code == ERR_NONE && write(ends[1], "+", 1) != 1)
                _exit(4);
        }
        if (code != ERR_NONE)
            fprintf(stderr, "the process could not go on: %s\n", err.text);
        else if (gives_back) {
            store_db_give(db);
            store_close(store);
        } else
            for (;;)
                pause(); /* until it is killed */
        _exit(code == ERR_NONE ? 0 : 3);
    }
    close(ends[1]);
    *ret_fd = ends[0];
    return child;
}

static void wait_done(pid_t child)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("a process ended with %x", (unsigned)status);
}

static void wait_said(int fd, int commits)
{
    char byte;
    for (int i = 0; i < commits; i++)
        if (read(fd, &byte, 1) != 1)
            fail_msg("the process ended after %d of %d commits", i, commits);
}

static void kill_now(pid_t child)
{
    int status = 0;
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

/* With one standing clock for all, nothing but the lanes keeps them apart; with the real one they run at full speed. */
static void at_once(struct store_test *t, const struct clock *clock)
{
    enum { PROCESSES = 4, TRANSACTIONS = 30, ROWS = 200 };
    t->options.clock = clock;
    close_store(t);
    pid_t children[PROCESSES];
    int fds[PROCESSES];
    for (int i = 0; i < PROCESSES; i++)
        children[i] = start(t, TRANSACTIONS, ROWS, true, &fds[i]);
    for (int i = 0; i < PROCESSES; i++) {
        wait_done(children[i]);
        close(fds[i]);
    }
    open_store(t);
    assert_int_equal(row_count(t), PROCESSES * TRANSACTIONS * ROWS);
    assert_int_equal(held_count(t), 0); /* each gave its lane back */
}

static void processes_at_once_never_meet(void **state)
{
    struct store_test *t = *state;
    struct clock real = clock_real();
    at_once(t, &real);
}

static void nor_while_the_clock_stands(void **state)
{
    struct store_test *t = *state;
    at_once(t, &t->clock);
}

/* A burst that ran ahead of the clock, a kill, and at once the next process: the clock has not moved. */
static void a_kill_after_a_burst_repeats_nothing(void **state)
{
    struct store_test *t = *state;
    struct err err;
    enum { ROUNDS = 5, ROWS = 3000 };
    for (int round = 0; round < ROUNDS; round++) {
        close_store(t);
        int fd;
        pid_t child = start(t, 2, ROWS, false, &fd);
        wait_said(fd, 2);
        kill_now(child);
        close(fd);
        open_store(t);
        assert_int_equal(held_count(t), round + 1); /* the dead still have theirs */
        struct adding a = {.count = ROWS};
        assert_ok(db_transact(t->db, add_rows, &a, &err));
        assert_int_equal(row_count(t), (round + 1) * 3 * ROWS);
    }
    /* Their time over, the lanes are anybody's, and whoever takes one begins above what was given in it. */
    t->now_ms += ID_LANE_WINDOW_MS + 1;
    struct store *stores[LANES];
    struct db *dbs[LANES];
    for (int i = 0; i < LANES - 1; i++) { /* this one has the sixteenth */
        assert_ok(store_open(t->where, &t->options, &stores[i], &err));
        assert_ok(store_db_take(stores[i], &dbs[i], &err));
        struct adding a = {.count = ROWS / 10};
        assert_ok(db_transact(dbs[i], add_rows, &a, &err));
        assert_true(id_time_ms(a.first) >= t->now_ms);
    }
    assert_int_equal(row_count(t), ROUNDS * 3 * ROWS + (LANES - 1) * (ROWS / 10));
    for (int i = 0; i < LANES - 1; i++) {
        store_db_give(dbs[i]);
        store_close(stores[i]);
    }
}

static void the_seventeenth_is_refused_and_comes_in_later(void **state)
{
    struct store_test *t = *state;
    struct err err = {0};
    struct store *stores[LANES];
    struct db *dbs[LANES];
    struct adding a = {.count = 1};
    assert_ok(db_transact(t->db, add_rows, &a, &err));
    for (int i = 0; i < LANES - 1; i++) {
        assert_ok(store_open(t->where, &t->options, &stores[i], &err));
        assert_ok(store_db_take(stores[i], &dbs[i], &err));
        assert_ok(db_transact(dbs[i], add_rows, &a, &err));
    }
    assert_int_equal(held_count(t), LANES);
    struct store *last;
    struct db *db;
    assert_ok(store_open(t->where, &t->options, &last, &err)); /* reading needs none */
    assert_ok(store_db_take(last, &db, &err));
    assert_err(db_transact(db, add_rows, &a, &err), ERR_BUSY);
    assert_non_null(strstr(err.text, "16"));
    assert_int_equal(db_id(db), 0); /* also asked for alone, and then the write that would use it says why */
    assert_err(sql_sample_add(db, &(struct sql_sample_add_args){.id = 1, .name = STR("x")}, &err), ERR_BUSY);
    store_db_give(dbs[7]);
    store_close(stores[7]);
    assert_ok(db_transact(db, add_rows, &a, &err)); /* one went, its place is free at once */
    store_db_give(db);
    store_close(last);
    for (int i = 0; i < LANES - 1; i++)
        if (i != 7) {
            store_db_give(dbs[i]);
            store_close(stores[i]);
        }
    assert_int_equal(row_count(t), LANES + 1);
}

/* Idle for long, its lane was given to others; the transaction that finds out runs again in another lane. */
static void who_lost_its_lane_goes_on_in_another(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct adding mine = {.count = 10}, others = {.count = 10};
    assert_ok(db_transact(t->db, add_rows, &mine, &err));
    assert_int_equal(mine.runs, 1);
    int lane = id_lane(mine.last);
    t->now_ms += ID_LANE_WINDOW_MS + 1;
    struct store *stores[LANES];
    struct db *dbs[LANES];
    for (int i = 0; i < LANES; i++) {
        assert_ok(store_open(t->where, &t->options, &stores[i], &err));
        assert_ok(store_db_take(stores[i], &dbs[i], &err));
        assert_ok(db_transact(dbs[i], add_rows, &others, &err));
    }
    assert_int_equal(id_lane(others.last), lane); /* the last to be taken is the one that somebody had */
    mine.runs = 0;
    assert_err(db_transact(t->db, add_rows, &mine, &err), ERR_BUSY); /* all sixteen are in use */
    store_db_give(dbs[3]);
    store_close(stores[3]);
    mine.runs = 0;
    assert_ok(db_transact(t->db, add_rows, &mine, &err));
    assert_int_not_equal(id_lane(mine.last), lane);
    assert_ok(db_transact(dbs[LANES - 1], add_rows, &others, &err));
    assert_int_equal(id_lane(others.last), lane);
    assert_int_equal(row_count(t), 10 * (1 + LANES + 2));
    for (int i = 0; i < LANES; i++)
        if (i != 3) {
            store_db_give(dbs[i]);
            store_close(stores[i]);
        }
}

/* More ids in one transaction than a lane was taken for: the end moves with its commit. */
static void a_large_transaction_moves_its_end(void **state)
{
    struct store_test *t = *state;
    struct err err;
    enum { MANY = 64 * ID_LANE_WINDOW_MS + 1000 };
    int64_t first = db_id(t->db), last = first;
    int lane = id_lane(first);
    int64_t before = lanes(t).items[lane].until_ms;
    for (int i = 0; i < MANY; i++) {
        int64_t id = db_id(t->db);
        assert_true(id > last);
        last = id;
    }
    assert_true(id_time_ms(last) >= before);
    assert_true(lanes(t).items[lane].until_ms > id_time_ms(last)); /* asked for alone: written at once */
    struct adding a = {.count = 1};
    int64_t now_ms = t->now_ms;
    t->now_ms += 3600000; /* an hour of silence */
    assert_ok(db_transact(t->db, add_rows, &a, &err));
    assert_int_equal(a.runs, 1); /* nobody took the lane meanwhile */
    assert_int_equal(id_lane(a.last), lane);
    assert_true(lanes(t).items[lane].until_ms > t->now_ms);
    t->now_ms = now_ms; /* and back: it still goes on */
    struct adding b = {.count = 1};
    assert_ok(db_transact(t->db, add_rows, &b, &err));
    assert_true(b.last > a.last);
}

static struct store_test *running; /* whose clock moves inside a transaction */

static enum err_code long_one(struct db *db, void *ctx, struct err *err)
{
    running->now_ms += 60000;
    return add_rows(db, ctx, err);
}

static enum err_code fail_after(struct db *db, void *ctx, struct err *err)
{
    TRY(long_one(db, ctx, err));
    return err_set(err, ERR_DENIED, "no");
}

/* What a transaction that was rolled back had moved does not stand, and who comes later is not told that it does. */
static void a_rollback_moves_nothing(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct adding a = {.count = 10};
    assert_ok(db_transact(t->db, add_rows, &a, &err));
    int lane = id_lane(a.last);
    running = t;
    int64_t before = lanes(t).items[lane].until_ms;
    assert_err(db_transact(t->db, fail_after, &a, &err), ERR_DENIED);
    assert_true(id_time_ms(a.last) > before);
    assert_true(lanes(t).items[lane].until_ms <= id_time_ms(a.last) + 1); /* at most found to be still ours */
    a.runs = 0;
    assert_ok(db_transact(t->db, long_one, &a, &err));
    assert_int_equal(a.runs, 1);
    assert_true(lanes(t).items[lane].until_ms > id_time_ms(a.last));
    store_test_reopen(t);
    assert_int_equal(held_count(t), 0);
    assert_int_equal(lanes(t).items[lane].until_ms, id_time_ms(a.last) + 1); /* given back with what it used */
}

struct losing {
    struct adding adding;
    struct store *stores[LANES];
    struct db *dbs[LANES];
};

static enum err_code lose_meanwhile(struct db *db, void *ctx, struct err *err)
{
    struct losing *l = ctx;
    bool is_first = l->adding.runs == 0;
    TRY(add_rows(db, &l->adding, err));
    if (!is_first)
        return ERR_NONE;
    running->now_ms += 60000;
    for (int i = 0; i < LANES; i++) {
        struct adding others = {.count = 10};
        TRY(store_open(running->where, &running->options, &l->stores[i], err));
        TRY(store_db_take(l->stores[i], &l->dbs[i], err));
        TRY(db_transact(l->dbs[i], add_rows, &others, err));
    }
    store_db_give(l->dbs[0]);
    store_close(l->stores[0]);
    return add_rows(db, &l->adding, err); /* meets a key of the other, or is found out at the commit */
}

/* The same while a transaction runs, which only PostgreSQL lets happen: SQLite has one writer. */
static void who_loses_its_lane_meanwhile_runs_again(void **state)
{
    struct store_test *t = *state;
    struct err err;
    if (t->engine == STORE_SQLITE)
        return;
    running = t;
    struct losing l = {.adding = {.count = 10}};
    assert_ok(db_transact(t->db, lose_meanwhile, &l, &err));
    assert_int_equal(l.adding.runs, 3); /* twice in the first run, once in the second */
    assert_int_equal(row_count(t), 10 * (LANES + 1));
    for (int i = 1; i < LANES; i++) {
        store_db_give(l.dbs[i]);
        store_close(l.stores[i]);
    }
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_sample, NULL};
    static const struct CMUnitTest tests[] = {STORE_TEST(processes_at_once_never_meet),
                                              STORE_TEST(nor_while_the_clock_stands),
                                              STORE_TEST(a_kill_after_a_burst_repeats_nothing),
                                              STORE_TEST(the_seventeenth_is_refused_and_comes_in_later),
                                              STORE_TEST(who_lost_its_lane_goes_on_in_another),
                                              STORE_TEST(a_large_transaction_moves_its_end),
                                              STORE_TEST(a_rollback_moves_nothing),
                                              STORE_TEST(who_loses_its_lane_meanwhile_runs_again)};
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
