/* Every query of every module is prepared on both engines, after every migration; also the order of the migrations. */
#include "store_test.h"

#include <ctype.h>
#include <sqlite3.h>

#include "base/map.h"

extern const struct sql_module *const sql_modules_all[];

static void test_every_query_is_prepared(void **state)
{
    struct store_test *t = *state;
    struct err err;
    int failed = 0, prepared = 0;
    for (const struct sql_module *const *module = sql_modules_all; *module; module++)
        for (size_t i = 0; i < (*module)->query_count; i++, prepared++)
            if (sql_check(t->db, (*module)->queries[i], &err) != ERR_NONE) {
                print_error("%s\n", err.text);
                failed++;
            }
    print_message("%d queries\n", prepared);
    assert_true(prepared > 20);
    if (failed)
        fail_msg("%d of %d queries cannot be prepared", failed, prepared);
}

/* Rows of db_bulk go out in the binary form of their arguments: each column must be of the very type. */
static void test_copied_columns_have_the_type_sent(void **state)
{
    static const char *const types[] = {
        [SQL_INT] = "bigint", [SQL_TEXT] = "text", [SQL_BLOB] = "bytea", [SQL_REAL] = "double precision"};
    struct store_test *t = *state;
    int copied = 0;
    PGconn *conn = t->engine == STORE_POSTGRES ? PQconnectdb(t->where) : NULL;
    for (const struct sql_module *const *module = sql_modules_all; *module; module++)
        for (size_t i = 0; i < (*module)->query_count; i++) {
            const struct sql_query *query = (*module)->queries[i];
            struct str rest = str_from_cstr(query->copy ? query->copy + strlen("COPY ") : ""), table = rest, column;
            if (!query->copy)
                continue;
            copied++;
            table = str_slice(rest, 0, (size_t)str_find_byte(rest, ' ', 0));
            size_t open = (size_t)str_find_byte(rest, '(', 0) + 1, close = (size_t)str_find_byte(rest, ')', 0);
            struct str columns = str_slice(rest, open, close);
            for (size_t c = 0; c < query->copy_count; c++) {
                const struct sql_copy_field *field = &query->copy_fields[c];
                assert_true(str_split(&columns, ',', &column));
                if (!conn)
                    continue;
                enum sql_type type = field->param >= 0 ? query->params[field->param].type
                                     : field->text     ? SQL_TEXT
                                                       : SQL_INT;
                struct str sql = arena_printf(&t->arena,
                                              "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = "
                                              "'%.*s'::regclass AND attname = '%.*s'",
                                              STR_ARG(table), STR_ARG(str_trim(column)));
                PGresult *result = PQexec(conn, sql.ptr);
                if (PQntuples(result) != 1 || strcmp(PQgetvalue(result, 0, 0), types[type]) != 0)
                    fail_msg("%s: column %.*s is not %s", query->where, STR_ARG(str_trim(column)), types[type]);
                PQclear(result);
            }
            assert_false(str_split(&columns, ',', &column));
        }
    if (conn)
        PQfinish(conn);
    print_message("%d queries can be copied\n", copied);
    assert_true(copied > 20);
}

static void test_query_names_are_unique(void **state)
{
    struct store_test *t = *state;
    struct map names = {0};
    for (const struct sql_module *const *module = sql_modules_all; *module; module++)
        for (size_t i = 0; i < (*module)->query_count; i++) {
            const struct sql_query *query = (*module)->queries[i];
            const struct sql_query *other = map_get(&names, str_from_cstr(query->name));
            if (other)
                fail_msg("%s: %s stands already at %s", query->where, query->name, other->where);
            assert_true(map_put(&names, &t->arena, str_from_cstr(query->name), (void *)(uintptr_t)query));
        }
}

/* --- no list walks a whole table that grows with the years --- */

static const char *const grows[] = {"assignment",
                                    "assignment_delta",
                                    "assignment_evidence",
                                    "evidence",
                                    "evidence_file",
                                    "chain_entry",
                                    "acknowledgement",
                                    "duty_past",
                                    "duty_past_below",
                                    "duty_past_obligation",
                                    "duty_count",
                                    "reminder",
                                    "notice",
                                    "device",
                                    "finding"};

struct walks {
    const char *query, *why;
};
static const struct walks walks_all[] = {
#include "walks.inc"
};

static bool next_word(const char **at, char word[64])
{
    const char *s = *at;
    while (*s && !isalpha((unsigned char)*s) && *s != '_')
        s++;
    size_t n = 0;
    for (; isalnum((unsigned char)*s) || *s == '_'; s++)
        if (n < 63)
            word[n++] = *s;
    word[n] = 0;
    *at = s;
    return n > 0;
}

/* The table a plan calls by an alias: "FROM evidence e", "JOIN evidence AS e". A name may stand for several tables in
 * one query: then for one that grows. */
static const char *table_of(const char *sql, const char *alias)
{
    for (size_t i = 0; i < ARRAY_LEN(grows); i++) {
        if (strcmp(alias, grows[i]) == 0)
            return grows[i];
        const char *at = sql;
        for (char word[64]; next_word(&at, word);) {
            if (strcmp(word, grows[i]) != 0 || *at != ' ')
                continue;
            const char *behind = at;
            if (next_word(&behind, word) && strcmp(word, "AS") == 0)
                (void)next_word(&behind, word);
            if (strcmp(word, alias) == 0)
                return grows[i];
        }
    }
    return NULL;
}

static const struct walks *allowed(const char *query)
{
    for (size_t i = 0; i < ARRAY_LEN(walks_all); i++)
        if (strcmp(walks_all[i].query, query) == 0)
            return &walks_all[i];
    return NULL;
}

static bool walks_table(struct store_test *t, sqlite3 *db, const struct sql_query *query)
{
    bool walks = false;
    sqlite3_stmt *plan = NULL;
    struct str sql = arena_printf(&t->arena, "EXPLAIN QUERY PLAN %s", query->sqlite);
    assert_int_equal(sqlite3_prepare_v2(db, sql.ptr, -1, &plan, NULL), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) {
        const char *detail = (const char *)sqlite3_column_text(plan, 3);
        char alias[64];
        const char *at = detail + strlen("SCAN ");
        if (strncmp(detail, "SCAN ", strlen("SCAN ")) != 0 || !next_word(&at, alias) || !table_of(query->sqlite, alias))
            continue;
        walks = true;
        if (!allowed(query->name))
            print_error("%s: %s walks %s: %s\n", query->where, query->name, table_of(query->sqlite, alias), detail);
    }
    sqlite3_finalize(plan);
    return walks;
}

static void test_no_list_walks_a_table_that_grows(void **state)
{
    struct store_test *t = *state;
    if (t->engine != STORE_SQLITE) /* PostgreSQL plans by what a table holds, and these are empty */
        return;
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open_v2(t->where, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    int wrong = 0;
    size_t used = 0;
    for (const struct sql_module *const *module = sql_modules_all; *module; module++)
        for (size_t i = 0; i < (*module)->query_count; i++) {
            struct arena_mark mark = arena_mark(&t->arena);
            const struct sql_query *query = (*module)->queries[i];
            bool walks = walks_table(t, db, query);
            wrong += walks && !allowed(query->name);
            used += walks && allowed(query->name);
            arena_rewind(&t->arena, mark);
        }
    sqlite3_close(db);
    assert_int_equal(wrong, 0);
    assert_int_equal(used, ARRAY_LEN(walks_all)); /* a reason nobody needs any more goes */
}

static void test_second_open_changes_nothing(void **state)
{
    struct store_test *t = *state;
    int schema = store_schema(t->store);
    store_test_reopen(t);
    assert_int_equal(store_schema(t->store), schema);
    assert_int_equal(store_node(t->store), 5);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        STORE_TEST(test_every_query_is_prepared),     STORE_TEST(test_copied_columns_have_the_type_sent),
        STORE_TEST(test_query_names_are_unique),      STORE_TEST(test_no_list_walks_a_table_that_grows),
        STORE_TEST(test_second_open_changes_nothing),
    };
    return store_test_main(tests, ARRAY_LEN(tests), sql_modules_all);
}
