/* What goes wrong outside: killed programs, full and read-only disks, servers that go away, strangers' and newer
 * databases. */
#include "sample.sql.h"
#include "store_test.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store/driver.h"

extern const struct sql_module sql_module_sample;
static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_sample, NULL};

static enum err_code add(struct db *db, int64_t id, struct str bytes, struct err *err)
{
    char name[32];
    snprintf(name, sizeof name, "n%lld", (long long)id);
    struct sql_sample_add_args args = {.id = id, .name = str_from_cstr(name), .amount = OPT_I64(1), .bytes = bytes};
    return sql_sample_add(db, &args, err);
}

static int64_t count_rows(struct store_test *t)
{
    struct err err;
    struct sql_sample_count_row *row;
    assert_ok(sql_sample_count(t->db, &t->arena, &row, &err));
    return row->row_count;
}

/* Close everything, so that a child or a changed file does not meet our own connections. */
static void let_go(struct store_test *t)
{
    store_db_give(t->db);
    store_close(t->store);
    t->db = NULL;
    t->store = NULL;
}
static enum err_code open_again(struct store_test *t, struct err *err)
{
    TRY(store_open(t->where, &t->options, &t->store, err));
    return store_db_take(t->store, &t->db, err);
}

/* --- who made this database? --- */

static void test_newer_database_is_refused(void **state)
{
    struct store_test *t = *state;
    struct err err;
    let_go(t);
    static const struct sql_module *const old[] = {&sql_module_store, NULL};
    t->options.modules = old; /* as an older program, which does not know the last migration */
    assert_err(open_again(t, &err), ERR_UNSUPPORTED);
    assert_non_null(strstr(err.text, "newer luytre"));
    assert_non_null(strstr(err.text, "9001"));
    t->options.modules = modules;
    assert_ok(open_again(t, &err)); /* and was not harmed */
}

static void test_edited_migration_is_refused(void **state)
{
    struct store_test *t = *state;
    struct err err;
    let_go(t);
    struct sql_migration edited = sql_module_sample.migrations[0];
    edited.digest = "0123456789abcdef";
    struct sql_module module = sql_module_sample;
    module.migrations = &edited;
    const struct sql_module *const list[] = {&sql_module_store, &module, NULL};
    t->options.modules = list;
    assert_err(open_again(t, &err), ERR_CONFLICT);
    t->options.modules = modules;
    assert_ok(open_again(t, &err));
}

static void test_older_schema_waits_for_upgrade(void **state)
{
    struct store_test *t = *state;
    struct err err;
    let_go(t);
    struct sql_migration more[2] = {sql_module_sample.migrations[0],
                                    {9002, "more", "m/9002_more.sql", "d",
                                     "CREATE TABLE more_things (id INTEGER PRIMARY KEY)",
                                     "CREATE TABLE more_things (id bigint PRIMARY KEY)"}};
    struct sql_module module = sql_module_sample;
    module.migrations = more;
    module.migration_count = 2;
    const struct sql_module *const list[] = {&sql_module_store, &module, NULL};
    t->options.modules = list;
    t->options.migrate = false;
    assert_err(open_again(t, &err), ERR_CONFLICT);
    t->options.migrate = true;
    assert_ok(open_again(t, &err));
    assert_int_equal(store_schema(t->store), 9002);
}

static void test_failed_migration_leaves_nothing(void **state)
{
    struct store_test *t = *state;
    struct err err;
    let_go(t);
    struct sql_migration bad[2] = {sql_module_sample.migrations[0],
                                   {9002, "bad", "m/9002_bad.sql", "d",
                                    "CREATE TABLE half (id INTEGER PRIMARY KEY); INSERT INTO nowhere VALUES (1)",
                                    "CREATE TABLE half (id bigint PRIMARY KEY); INSERT INTO nowhere VALUES (1)"}};
    struct sql_module module = sql_module_sample;
    module.migrations = bad;
    module.migration_count = 2;
    const struct sql_module *const list[] = {&sql_module_store, &module, NULL};
    t->options.modules = list;
    assert_err(open_again(t, &err), ERR_SYNTAX);
    bad[1].sqlite = bad[1].postgres = "CREATE TABLE half (id bigint)"; /* would fail if the first half had stayed */
    assert_ok(open_again(t, &err));
}

static void test_first_schema_is_whole_or_not_there(void **state)
{
    struct store_test *t = *state;
    struct err err;
    let_go(t);
    store_test_empty(t);
    struct sql_migration steps[2] = {
        sql_module_sample.migrations[0],
        {9002, "bad", "m/9002_bad.sql", "d", "INSERT INTO nowhere VALUES (1)", "INSERT INTO nowhere VALUES (1)"}};
    struct sql_module module = sql_module_sample;
    module.migrations = steps;
    module.migration_count = 2;
    const struct sql_module *const list[] = {&sql_module_store, &module, NULL};
    t->options.modules = list;
    t->options.migrate = false; /* as luytre serve opens it */
    t->options.found = true;
    assert_err(open_again(t, &err), ERR_SYNTAX);
    assert_non_null(strstr(err.text, "migration 9002"));
    t->options.found = false;
    assert_err(open_again(t, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.text, "no schema yet"));
    t->options.found = true;
    steps[1].sqlite = "CREATE TABLE more_things (id INTEGER PRIMARY KEY)";
    steps[1].postgres = "CREATE TABLE more_things (id bigint PRIMARY KEY)";
    assert_ok(open_again(t, &err));
    assert_int_equal(store_schema(t->store), 9002);
}

static void test_strangers_database_is_left_alone(void **state)
{
    struct store_test *t = *state;
    struct err err;
    let_go(t);
    if (t->engine == STORE_POSTGRES) {
        PGconn *conn = PQconnectdb(t->where);
        PQclear(PQexec(conn, "SET client_min_messages=error; DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE "
                             "TABLE theirs (id int)"));
        PQfinish(conn);
        assert_err(open_again(t, &err), ERR_SYNTAX);
    } else {
        static const char *const kinds[] = {"sqlite", "text"};
        for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
            assert_ok(file_remove(t->where, &err));
            if (i == 0) {
                sqlite3 *handle;
                assert_int_equal(sqlite3_open(t->where, &handle), SQLITE_OK);
                assert_int_equal(sqlite3_exec(handle, "CREATE TABLE theirs (id)", NULL, NULL, NULL), SQLITE_OK);
                sqlite3_close(handle);
            } else
                assert_ok(file_write_atomic(t->where,
                                            STR("Kính gửi: this is a letter, long enough to be looked at as a database "
                                                "header, and then some.\n"),
                                            0600, &err));
            struct str before, after;
            assert_ok(file_read(t->where, 1u << 20, &t->arena, &before, &err));
            assert_err(open_again(t, &err), ERR_SYNTAX);
            assert_non_null(strstr(err.text, "not a luytre database"));
            assert_ok(file_read(t->where, 1u << 20, &t->arena, &after, &err));
            assert_true(str_equal(before, after));
        }
    }
}

static void test_missing_database_is_not_made_unasked(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct store *store = NULL;
    struct store_options options = t->options;
    options.create = false;
    const char *where = t->engine == STORE_SQLITE ? arena_printf(&t->arena, "%s/none.db", t->dir).ptr
                                                  : arena_printf(&t->arena, "%s_none", t->where).ptr;
    if (t->engine == STORE_POSTGRES) {
        const char *name = strstr(store_test_where, "/postgres?");
        where = arena_printf(&t->arena, "%.*s/no_such_database?%s", (int)(name - store_test_where), store_test_where,
                             name + 10)
                    .ptr;
    }
    assert_err(store_open(where, &options, &store, &err), ERR_NOT_FOUND);
    assert_null(store);
    if (t->engine == STORE_SQLITE)
        assert_false(file_exists(where));
}

static void test_password_is_never_shown(void **state)
{
    (void)state;
    struct err err;
    struct store *store = NULL;
    struct store_options options = {.modules = modules, .migrate = true};
    enum err_code code =
        store_open("postgresql://clerk:tre-xanh-77@/x?host=/nonexistent&password=tre-xanh-78", &options, &store, &err);
    assert_int_equal(code, ERR_IO);
    assert_null(strstr(err.text, "tre-xanh"));
    assert_non_null(strstr(err.text, "clerk@"));
}

/* --- two programs, one database --- */

#define RACE_WRITERS 4
#define RACE_EACH    50
static enum err_code raise_all(struct db *db, void *ctx, struct err *err)
{
    (void)ctx;
    struct sql_sample_raise_args args = {1, 0};
    int64_t changes;
    return sql_sample_raise(db, &args, &changes, err);
}
static void *race_thread(void *ctx)
{
    struct store *store = ctx;
    struct err err;
    AUTO_DB db = NULL;
    if (store_db_take(store, &db, &err) != ERR_NONE)
        return (void *)1;
    for (int i = 0; i < RACE_EACH; i++)
        if (db_transact(db, raise_all, NULL, &err) != ERR_NONE) {
            fprintf(stderr, "%s\n", err.text);
            return (void *)1;
        }
    return NULL;
}

static void race(struct store *store)
{
    pthread_t threads[RACE_WRITERS];
    for (int i = 0; i < RACE_WRITERS; i++)
        must(pthread_create(&threads[i], NULL, race_thread, store) == 0);
    for (int i = 0; i < RACE_WRITERS; i++) {
        void *failed;
        must(pthread_join(threads[i], &failed) == 0);
        must(failed == NULL);
    }
}

static void test_two_processes_of_writers_race(void **state)
{
    struct store_test *t = *state;
    struct err err;
    for (int64_t id = 1; id <= 3; id++)
        assert_ok(add(t->db, id, STR_NONE, &err));
    let_go(t);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct err child_err;
        struct store *store;
        if (store_open(t->where, &t->options, &store, &child_err) != ERR_NONE)
            _exit(1);
        race(store);
        store_close(store);
        _exit(0);
    }
    assert_ok(open_again(t, &err));
    race(t->store);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    struct sql_sample_count_row *row;
    assert_ok(sql_sample_count(t->db, &t->arena, &row, &err));
    assert_int_equal(row->total.v, 3 * (1 + 2 * RACE_WRITERS * RACE_EACH)); /* no addition lost */
}

static void test_held_database_is_busy_in_the_end(void **state)
{
    struct store_test *t = *state;
    struct err err;
    if (t->engine == STORE_POSTGRES)
        return; /* rows are locked there, not the database */
    let_go(t);
    sqlite3 *other;
    assert_int_equal(sqlite3_open(t->where, &other), SQLITE_OK);
    t->options.busy_ms = 100;
    assert_ok(open_again(t, &err));
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_err(add(t->db, 1, STR_NONE, &err), ERR_BUSY);
    assert_int_equal(count_rows(t), 0); /* reading goes on */
    sqlite3_close(other);
    assert_ok(add(t->db, 1, STR_NONE, &err));
}

static void test_empty_pool_is_busy_in_the_end(void **state)
{
    struct store_test *t = *state;
    struct err err;
    let_go(t);
    t->options.pool_max = 1;
    t->options.busy_ms = 50;
    assert_ok(open_again(t, &err));
    struct db *db = NULL;
    assert_err(store_db_take(t->store, &db, &err), ERR_BUSY);
    assert_null(db);
    store_db_give(t->db);
    assert_ok(store_db_take_telemetry(t->store, &t->db, &err)); /* the idle one makes room for the other kind */
    assert_ok(add(t->db, 1, STR_NONE, &err));
}

/* --- killed, full, read-only, gone --- */

#define KILL_ROUNDS 4
static void commit_forever(const struct store_test *t, int64_t first_id, int pipe_fd)
{
    struct err err;
    struct store *store;
    struct db *db;
    if (store_open(t->where, &t->options, &store, &err) != ERR_NONE || store_db_take(store, &db, &err) != ERR_NONE)
        _exit(1);
    for (int64_t id = first_id;; id++)
        if (add(db, id, STR("some bytes, so that pages fill up and checkpoints come"), &err) != ERR_NONE ||
            write(pipe_fd, &id, sizeof id) != sizeof id)
            _exit(2);
}

/* How many were acknowledged before the child was gone; every one of them must be there. */
static void test_kill_loses_nothing_acknowledged(void **state)
{
    struct store_test *t = *state;
    struct err err;
    int64_t next_id = 1;
    const char *crash = getenv("LUYTRE_TEST_PG_CRASH");
    for (int round = 0; round < KILL_ROUNDS; round++) {
        let_go(t);
        int fds[2];
        assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            close(fds[0]);
            commit_forever(t, next_id, fds[1]);
        }
        close(fds[1]);
        int64_t id = 0, acknowledged = 0;
        for (int i = 0; i < 40 + 37 * round && read(fds[0], &id, sizeof id) == sizeof id; i++)
            acknowledged = id;
        if (t->engine == STORE_POSTGRES && crash && round % 2) /* the server dies instead */
            assert_int_equal(system(crash), 0);
        else
            assert_int_equal(kill(child, SIGKILL), 0);
        while (read(fds[0], &id, sizeof id) == sizeof id)
            acknowledged = id;
        close(fds[0]);
        assert_int_equal(waitpid(child, NULL, 0), child);
        assert_true(acknowledged >= next_id);
        assert_ok(open_again(t, &err));
        for (int64_t want = next_id; want <= acknowledged; want++) {
            struct sql_sample_get_args get = {want};
            struct sql_sample_get_row *row;
            assert_ok(sql_sample_get(t->db, &t->arena, &get, &row, &err));
            if (!row)
                fail_msg("row %lld was acknowledged and is lost", (long long)want);
        }
        next_id = acknowledged + 1000; /* one more may have been committed unseen */
    }
}

static void test_disk_full_is_told_and_harms_nothing(void **state)
{
    struct store_test *t = *state;
    struct err err;
    if (t->engine == STORE_POSTGRES)
        return; /* its disk is the server's */
    for (int64_t id = 1; id <= 20; id++)
        assert_ok(add(t->db, id, STR_NONE, &err));
    char *mega = arena_alloc(&t->arena, 1u << 20, 1);
    assert_non_null(mega);
    memset(mega, 'x', 1u << 20);
    struct rlimit old, low;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    low = old;
    low.rlim_cur = 1u << 20; /* the write-ahead log cannot grow over this */
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGXFSZ, &ignore, &before);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    enum err_code code = ERR_NONE;
    int64_t id = 21;
    for (; id < 40 && code == ERR_NONE; id++)
        code = add(t->db, id, (struct str){mega, 1u << 20}, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    sigaction(SIGXFSZ, &before, NULL);
    assert_int_equal(code, ERR_IO);
    if (!strstr(err.text, "disk full"))
        fail_msg("%s", err.text);
    int64_t rows = count_rows(t);
    assert_int_equal(rows, id - 2);                                /* all before the refused one */
    assert_ok(add(t->db, id, (struct str){mega, 1u << 20}, &err)); /* there is room again */
    store_test_reopen(t);
    assert_int_equal(count_rows(t), rows + 1);
    sqlite3 *handle;
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_open(t->where, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(handle, "PRAGMA integrity_check", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(stmt, 0), "ok");
    sqlite3_finalize(stmt);
    sqlite3_close(handle);
}

/* As a user who may read the file but not write it (root may write anything, so a child becomes somebody else). */
static void test_read_only_file_is_told(void **state)
{
    struct store_test *t = *state;
    struct err err;
    if (t->engine == STORE_POSTGRES)
        return;
    assert_ok(add(t->db, 1, STR_NONE, &err));
    let_go(t);
    assert_int_equal(chmod(t->where, 0444), 0);
    assert_int_equal(chmod(t->dir, 0555), 0);
    int fds[2];
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(9);
        struct store *store = NULL;
        struct err child_err = {.code = ERR_NONE};
        enum err_code code = store_open(t->where, &t->options, &store, &child_err);
        struct db *db;
        if (code == ERR_NONE)
            code = store_db_take(store, &db, &child_err);
        if (code == ERR_NONE)
            code = add(db, 2, STR_NONE, &child_err);
        child_err.code = code;
        _exit(write(fds[1], &child_err, sizeof child_err) == sizeof child_err ? 0 : 8);
    }
    struct err said = {0};
    close(fds[1]);
    assert_int_equal(read(fds[0], &said, sizeof said), sizeof said);
    close(fds[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(chmod(t->dir, 0700), 0);
    assert_int_equal(chmod(t->where, 0600), 0);
    if (said.code != ERR_DENIED)
        fail_msg("%s: %s", err_code_to_str(said.code), said.text);
    assert_non_null(strstr(said.text, "read-only"));
    assert_ok(open_again(t, &err));
    assert_int_equal(count_rows(t), 1);
}

static void test_read_only_option_refuses_writes(void **state)
{
    struct store_test *t = *state;
    struct err err;
    assert_ok(add(t->db, 1, STR_NONE, &err));
    let_go(t);
    t->options.read_only = true;
    assert_ok(open_again(t, &err));
    assert_err(add(t->db, 2, STR_NONE, &err), ERR_DENIED);
    assert_int_equal(count_rows(t), 1);
}

static void test_server_gone_and_back(void **state)
{
    struct store_test *t = *state;
    struct err err;
    const char *crash = getenv("LUYTRE_TEST_PG_CRASH");
    if (t->engine == STORE_SQLITE)
        return;
    assert_non_null(crash);
    assert_ok(add(t->db, 1, STR_NONE, &err));
    struct db *idle;
    assert_ok(store_db_take(t->store, &idle, &err));
    store_db_give(idle);
    assert_int_equal(system(crash), 0);
    /* in use: told once, in words */
    assert_err(add(t->db, 2, STR_NONE, &err), ERR_IO);
    assert_non_null(strstr(err.text, "is gone"));
    store_db_give(t->db);
    /* both the broken and the idle one are replaced without anybody noticing */
    struct db *other;
    assert_ok(store_db_take(t->store, &t->db, &err));
    assert_ok(store_db_take(t->store, &other, &err));
    assert_ok(add(t->db, 2, STR_NONE, &err));
    assert_ok(add(other, 3, STR_NONE, &err));
    store_db_give(other);
    assert_int_equal(count_rows(t), 3);
}

/* Writers come to their turn in the order they asked. */
struct queued {
    struct store *store;
    int number;
    int *order;
    int *taken;
};
static void *queue_up(void *ctx)
{
    struct queued *queued = ctx;
    struct err err;
    if (store_write_lock(queued->store, &err) != ERR_NONE)
        return (void *)1;
    queued->order[(*queued->taken)++] = queued->number;
    store_write_unlock(queued->store);
    return NULL;
}
static size_t queue_length(struct store *store)
{
    size_t count = 0;
    pthread_mutex_lock(&store->lock);
    for (struct write_waiter *waiter = store->first_writer; waiter; waiter = waiter->next)
        count++;
    pthread_mutex_unlock(&store->lock);
    return count;
}

static void test_writers_take_turns(void **state)
{
    struct store_test *t = *state;
    struct err err;
    enum { COUNT = 6 };
    int order[COUNT], taken = 0;
    struct queued queued[COUNT];
    pthread_t threads[COUNT];
    assert_ok(store_write_lock(t->store, &err));
    for (int i = 0; i < COUNT; i++) {
        queued[i] = (struct queued){t->store, i, order, &taken};
        assert_int_equal(pthread_create(&threads[i], NULL, queue_up, &queued[i]), 0);
        while (queue_length(t->store) != (size_t)i + 1)
            sched_yield();
    }
    store_write_unlock(t->store);
    for (int i = 0; i < COUNT; i++) {
        void *failed;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(order[i], i);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        STORE_TEST(test_newer_database_is_refused),
        STORE_TEST(test_edited_migration_is_refused),
        STORE_TEST(test_older_schema_waits_for_upgrade),
        STORE_TEST(test_failed_migration_leaves_nothing),
        STORE_TEST(test_first_schema_is_whole_or_not_there),
        STORE_TEST(test_strangers_database_is_left_alone),
        STORE_TEST(test_missing_database_is_not_made_unasked),
        STORE_TEST(test_password_is_never_shown),
        STORE_TEST(test_two_processes_of_writers_race),
        STORE_TEST(test_held_database_is_busy_in_the_end),
        STORE_TEST(test_empty_pool_is_busy_in_the_end),
        STORE_TEST(test_kill_loses_nothing_acknowledged),
        STORE_TEST(test_disk_full_is_told_and_harms_nothing),
        STORE_TEST(test_read_only_file_is_told),
        STORE_TEST(test_read_only_option_refuses_writes),
        STORE_TEST(test_server_gone_and_back),
        STORE_TEST(test_writers_take_turns),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
