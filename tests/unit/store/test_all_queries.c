/* Every query of every module is prepared on both engines, after every migration; also the order of the migrations. */
#include "store_test.h"

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
        STORE_TEST(test_every_query_is_prepared),
        STORE_TEST(test_copied_columns_have_the_type_sent),
        STORE_TEST(test_query_names_are_unique),
        STORE_TEST(test_second_open_changes_nothing),
    };
    return store_test_main(tests, ARRAY_LEN(tests), sql_modules_all);
}
