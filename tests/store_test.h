/* store_test.h - a fresh database for a test, on either engine. Run the test through tests/pg_cluster.py to have
 * PostgreSQL; without it the PostgreSQL half skips with its reason.
 *
 *   static void test_x(void **state) { struct store_test *t = *state; ... t->db ... }
 *   int main(void) {
 *       static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_org, NULL};
 *       static const struct CMUnitTest tests[] = {STORE_TEST(test_x), ...};
 *       return store_test_main(tests, ARRAY_LEN(tests), modules); }     each test runs on SQLite and on PostgreSQL */
#ifndef LUYTRE_TESTS_STORE_TEST_H
#define LUYTRE_TESTS_STORE_TEST_H

#include <libpq-fe.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/file.h"
#include "store/store.h"
#include "test.h"

extern const struct sql_module sql_module_store;

struct store_test {
    enum store_engine engine;
    int64_t now_ms; /* the store's clock stands here; move it */
    struct clock clock;
    struct arena arena;
    const char *dir; /* for files; the SQLite database is dir/test.db, blobs are in dir/blobs */
    const char *where;
    char database[64]; /* PostgreSQL */
    struct store_options options;
    struct store *store;
    struct db *db;
};
static const struct sql_module *const *store_test_modules;
static const char *store_test_where; /* where the group runs: NULL for SQLite, or the server's URL */

#define STORE_TEST(fn) cmocka_unit_test_setup_teardown(fn, store_test_setup, store_test_teardown)

UNUSED static bool store_test_admin(const char *sql)
{
    PGconn *conn = PQconnectdb(store_test_where);
    PGresult *result = PQexec(conn, sql);
    bool fine = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (!fine)
        fprintf(stderr, "%s: %s", sql, PQerrorMessage(conn));
    PQclear(result);
    PQfinish(conn);
    return fine;
}

UNUSED static int store_test_setup(void **state)
{
    static int number;
    struct err err;
    struct store_test *t = calloc(1, sizeof *t);
    arena_init(&t->arena, 64u << 20);
    t->now_ms = INT64_C(1700000000000);
    t->clock = clock_fixed(&t->now_ms);
    t->engine = store_test_where ? STORE_POSTGRES : STORE_SQLITE;
    if (file_temp_folder(STR("luytre-store-"), &t->arena, &t->dir, &err) != ERR_NONE)
        return -1;
    t->where = arena_printf(&t->arena, "%s/test.db", t->dir).ptr;
    if (store_test_where) {
        char sql[160];
        snprintf(t->database, sizeof t->database, "luytre_test_%d_%d", (int)getpid(), ++number);
        snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE template0", t->database);
        if (!store_test_admin(sql))
            return -1;
        const char *name = strstr(store_test_where, "/postgres?");
        t->where = arena_printf(&t->arena, "%.*s/%s?%s", (int)(name - store_test_where), store_test_where, t->database,
                                name + 10)
                       .ptr;
    }
    t->options = (struct store_options){.modules = store_test_modules,
                                        .clock = &t->clock,
                                        .create = true,
                                        .migrate = true,
                                        .node = 5,
                                        .blob_folder = arena_printf(&t->arena, "%s/blobs", t->dir).ptr};
    if (store_open(t->where, &t->options, &t->store, &err) != ERR_NONE ||
        store_db_take(t->store, &t->db, &err) != ERR_NONE) {
        fprintf(stderr, "%s\n", err.text);
        return -1;
    }
    *state = t;
    return 0;
}

/* Close and open again, as after a restart of the program. */
UNUSED static void store_test_reopen(struct store_test *t)
{
    struct err err;
    store_db_give(t->db);
    store_close(t->store);
    t->db = NULL;
    t->store = NULL;
    assert_ok(store_open(t->where, &t->options, &t->store, &err));
    assert_ok(store_db_take(t->store, &t->db, &err));
}

/* Nobody's database: no file, an empty schema. Nothing of ours may have it open. */
UNUSED static void store_test_empty(struct store_test *t)
{
    struct err err;
    if (t->engine == STORE_POSTGRES) {
        PGconn *conn = PQconnectdb(t->where);
        PGresult *result =
            PQexec(conn, "SET client_min_messages=error; DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        assert_int_equal(PQresultStatus(result), PGRES_COMMAND_OK);
        PQclear(result);
        PQfinish(conn);
        return;
    }
    static const char *const endings[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < ARRAY_LEN(endings); i++)
        assert_ok(file_remove(arena_printf(&t->arena, "%s%s", t->where, endings[i]).ptr, &err));
}

UNUSED static int store_test_teardown(void **state)
{
    struct err err;
    struct store_test *t = *state;
    store_db_give(t->db);
    store_close(t->store);
    if (store_test_where) {
        char sql[160];
        snprintf(sql, sizeof sql, "DROP DATABASE %s WITH (FORCE)", t->database);
        if (!store_test_admin(sql))
            return -1;
    }
    if (file_remove_all(t->dir, &err) != ERR_NONE)
        return -1;
    arena_done(&t->arena);
    free(t);
    return 0;
}

UNUSED static void store_test_skip(void **state)
{
    (void)state;
    const char *why = getenv("LUYTRE_TEST_PG_SKIP");
    print_message("SKIP: %s\n", why ? why : "no PostgreSQL: run through tests/pg_cluster.py");
    skip();
}

UNUSED static int store_test_main_n(const struct CMUnitTest *tests, size_t count,
                                    const struct sql_module *const *modules)
{
    store_test_modules = modules;
    int failed = _cmocka_run_group_tests("sqlite", tests, count, NULL, NULL);
    store_test_where = getenv("LUYTRE_TEST_PG");
    if (store_test_where)
        return failed + _cmocka_run_group_tests("postgres", tests, count, NULL, NULL);
    static const struct CMUnitTest skipped[] = {cmocka_unit_test(store_test_skip)};
    return failed + _cmocka_run_group_tests("postgres", skipped, 1, NULL, NULL);
}
#define store_test_main(tests, count, modules) store_test_main_n((tests), (count), (modules))

#endif
