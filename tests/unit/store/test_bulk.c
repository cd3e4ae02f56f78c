/* Many rows at once, on both engines: nothing is lost, nothing is out of order, and an error says which row it was. */
#include "sample.sql.h"
#include "store_test.h"

#include "base/mem.h"
#include "store/driver.h"

extern const struct sql_module sql_module_sample;

#define ROWS 5000 /* several times what waits at most, with 4 kB in some rows */

static enum err_code add(struct db *db, int64_t id, int64_t parent_id, struct err *err)
{
    char name[32];
    snprintf(name, sizeof name, "n%lld", (long long)id);
    struct sql_sample_add_args args = {
        .id = id, .name = str_from_cstr(name), .amount = OPT_I64(1), .parent_id = {parent_id != 0, parent_id}};
    return sql_sample_add(db, &args, err);
}

static int64_t count_rows(struct store_test *t)
{
    struct err err;
    struct sql_sample_count_row *row;
    assert_ok(sql_sample_count(t->db, &t->arena, &row, &err));
    return row->row_count;
}

/* A transaction whose body is one db_bulk. */
struct bulk_case {
    struct store_test *t;
    enum err_code (*fill)(struct db *db, void *ctx, struct err *err);
    int runs;
};
static enum err_code in_bulk(struct db *db, void *ctx, struct err *err)
{
    struct bulk_case *c = ctx;
    c->runs++;
    return db_bulk(db, c->fill, c, err);
}
static enum err_code run(struct store_test *t, enum err_code (*fill)(struct db *db, void *ctx, struct err *err),
                         struct err *err)
{
    struct bulk_case c = {.t = t, .fill = fill};
    return db_transact(t->db, in_bulk, &c, err);
}

static const char big[4096] = "\0\xff\n\\";

static enum err_code fill_all_types(struct db *db, void *ctx, struct err *err)
{
    struct bulk_case *c = ctx;
    for (int64_t i = 1; i <= ROWS; i++) {
        char name[40];
        snprintf(name, sizeof name, "Trường số %lld\t\\N", (long long)i);
        struct sql_sample_add_args args = {.id = i,
                                           .name = str_from_cstr(name),
                                           .amount = {i % 3 != 0, -i},
                                           .weight = {i % 5 != 0, 0.1 * (double)i},
                                           .bytes = i % 7 ? STR_NONE : (struct str){big, sizeof big},
                                           .note = i % 2 ? STR("") : STR_NONE,
                                           .parent_id = {i > 1, i - 1}};
        TRY(sql_sample_add(db, &args, err));
        TRY(sql_grant_add(db, &(struct sql_grant_add_args){i, i, i, STR(""), 1, 0, 1}, err));
        if (i == ROWS / 2)
            assert_int_equal(count_rows(c->t), i); /* a query sees what was written before it */
    }
    return ERR_NONE;
}

static void test_every_row_arrives_as_it_was(void **state)
{
    struct store_test *t = *state;
    struct err err;
    assert_ok(run(t, fill_all_types, &err));
    assert_int_equal(count_rows(t), ROWS);
    for (int64_t i = 1; i <= ROWS; i += 13) {
        struct sql_sample_get_row *row;
        assert_ok(sql_sample_get(t->db, &t->arena, &(struct sql_sample_get_args){i}, &row, &err));
        assert_non_null(row);
        char name[40];
        snprintf(name, sizeof name, "Trường số %lld\t\\N", (long long)i);
        assert_str(row->name, str_from_cstr(name));
        assert_true(row->amount.has == (i % 3 != 0) && (!row->amount.has || row->amount.v == -i));
        assert_true(row->weight.has == (i % 5 != 0) && (!row->weight.has || row->weight.v == 0.1 * (double)i));
        assert_true(str_is_null(row->bytes) == (i % 7 != 0));
        if (i % 7 == 0)
            assert_str(row->bytes, ((struct str){big, sizeof big}));
        assert_true(str_is_null(row->note) == (i % 2 == 0));
    }
    assert_ok(add(t->db, ROWS + 1, 0, &err)); /* and the connection goes on */
}

/* What stands in the SQL itself goes along, also when the rows are few. */
static enum err_code fill_fixed(struct db *db, void *ctx, struct err *err)
{
    (void)ctx;
    static const struct str few[] = {STR_INIT("a"), STR_INIT("b"), STR_INIT("c")};
    for (size_t i = 0; i < ARRAY_LEN(few); i++)
        TRY(sql_sample_add_fixed(db, &(struct sql_sample_add_fixed_args){(int64_t)i + 1, few[i]}, err));
    struct sql_sample_count_row *row;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    TRY(sql_sample_count(db, &arena, &row, err));
    assert_int_equal(row->row_count, 3);
    for (int64_t i = 4; i <= 30; i++) {
        struct str name = arena_printf(&arena, "m%lld", (long long)i);
        TRY(sql_sample_add_fixed(db, &(struct sql_sample_add_fixed_args){i, name}, err));
    }
    return ERR_NONE;
}

static void test_constants_of_the_insert_go_along(void **state)
{
    struct store_test *t = *state;
    struct err err;
    assert_ok(run(t, fill_fixed, &err));
    for (int64_t i = 1; i <= 30; i++) {
        struct sql_sample_get_row *row;
        assert_ok(sql_sample_get(t->db, &t->arena, &(struct sql_sample_get_args){i}, &row, &err));
        assert_true(row && row->amount.has && row->amount.v == 120 && !row->weight.has);
        assert_str(row->note, STR("it's 'so'"));
    }
}

static enum err_code fill_twin(struct db *db, void *ctx, struct err *err)
{
    (void)ctx;
    for (int64_t i = 1; i <= 100; i++)
        TRY(add(db, i == 57 ? 3 : i, 0, err));
    return ERR_NONE;
}
static enum err_code fill_orphan(struct db *db, void *ctx, struct err *err)
{
    (void)ctx;
    for (int64_t i = 1; i <= 100; i++)
        TRY(add(db, i, i == 57 ? 4242 : 0, err));
    return ERR_NONE;
}
static enum err_code fill_unclean(struct db *db, void *ctx, struct err *err)
{
    (void)ctx;
    for (int64_t i = 1; i <= 100; i++)
        TRY(i == 57 ? sql_sample_add(db, &(struct sql_sample_add_args){.id = i, .name = STR("\xff")}, err)
                    : add(db, i, 0, err));
    return ERR_NONE;
}

static void test_an_error_names_the_row(void **state)
{
    struct store_test *t = *state;
    struct err err;
    assert_err(run(t, fill_twin, &err), ERR_CONFLICT);
    if (t->engine == STORE_POSTGRES) {
        assert_non_null(strstr(err.text, "store/sample.sql:"));
        assert_non_null(strstr(err.text, ", row 57:"));
    }
    assert_int_equal(count_rows(t), 0);
    assert_err(run(t, fill_orphan, &err), ERR_CONFLICT);
    if (t->engine == STORE_POSTGRES) { /* references are looked at after the last row */
        assert_non_null(strstr(err.text, "sample_add ("));
        assert_non_null(strstr(err.text, "(parent_id)=(4242)"));
    }
    assert_int_equal(count_rows(t), 0);
    assert_err(run(t, fill_unclean, &err), ERR_SYNTAX);
    assert_int_equal(count_rows(t), 0);
}

/* The number counts all rows of the db_bulk, also those that had gone out. */
static enum err_code fill_late_twin(struct db *db, void *ctx, struct err *err)
{
    struct bulk_case *c = ctx;
    for (int64_t i = 1; i <= 100; i++) {
        TRY(add(db, i == 57 ? 3 : i, 0, err));
        if (i == 50)
            assert_int_equal(count_rows(c->t), 50);
    }
    return ERR_NONE;
}
static enum err_code fill_few_twins(struct db *db, void *ctx, struct err *err)
{
    (void)ctx;
    TRY(add(db, 1, 0, err));
    TRY(add(db, 1, 0, err));
    return ERR_NONE;
}
static void test_rows_are_counted_through(void **state)
{
    struct store_test *t = *state;
    struct err err;
    assert_err(run(t, fill_late_twin, &err), ERR_CONFLICT);
    if (t->engine == STORE_POSTGRES)
        assert_non_null(strstr(err.text, ", row 57:"));
    assert_err(run(t, fill_few_twins, &err), ERR_CONFLICT);
    if (t->engine == STORE_POSTGRES)
        assert_non_null(strstr(err.text, ", row 2:"));
    assert_int_equal(count_rows(t), 0);
}

static enum err_code add_and_fail(struct db *db, void *ctx, struct err *err)
{
    (void)ctx;
    for (int64_t i = 1001; i <= 1050; i++)
        TRY(add(db, i, 0, err));
    return err_set(err, ERR_DENIED, "changed our mind");
}
static enum err_code fill_with_savepoint(struct db *db, void *ctx, struct err *err)
{
    for (int64_t i = 1; i <= 50; i++)
        TRY(add(db, i, 0, err));
    struct err inner;
    if (db_transact(db, add_and_fail, ctx, &inner) != ERR_DENIED)
        return err_set(err, ERR_CONFLICT, "inner should fail");
    for (int64_t i = 51; i <= 60; i++)
        TRY(add(db, i, 1, err));
    return ERR_NONE;
}

static void test_a_savepoint_takes_its_rows_back(void **state)
{
    struct store_test *t = *state;
    struct err err;
    assert_ok(run(t, fill_with_savepoint, &err));
    assert_int_equal(count_rows(t), 60);
}

static enum err_code fill_and_fail(struct db *db, void *ctx, struct err *err)
{
    TRY(fill_with_savepoint(db, ctx, err));
    return err_set(err, ERR_DENIED, "changed our mind");
}
static enum err_code fill_and_retry(struct db *db, void *ctx, struct err *err)
{
    struct bulk_case *c = ctx;
    TRY(fill_with_savepoint(db, ctx, err));
    if (c->runs > 2)
        return ERR_NONE;
    db->must_retry = true; /* as the driver does at 40P01 */
    return err_set(err, ERR_BUSY, "deadlock");
}

static void test_failure_and_retry_keep_their_meaning(void **state)
{
    struct store_test *t = *state;
    struct err err;
    assert_err(run(t, fill_and_fail, &err), ERR_DENIED);
    assert_int_equal(count_rows(t), 0);
    struct bulk_case c = {.t = t, .fill = fill_and_retry};
    assert_ok(db_transact(t->db, in_bulk, &c, &err));
    assert_int_equal(c.runs, 3);
    assert_int_equal(count_rows(t), 60);
}

static enum err_code fill_while_the_server_goes(struct db *db, void *ctx, struct err *err)
{
    struct bulk_case *c = ctx;
    for (int64_t i = 1; i <= 50; i++)
        TRY(add(db, i, 0, err));
    char sql[200];
    snprintf(sql, sizeof sql,
             "DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'; END $$",
             c->t->database);
    assert_true(store_test_admin(sql));
    return ERR_NONE;
}

static void test_a_lost_connection_loses_the_transaction_alone(void **state)
{
    struct store_test *t = *state;
    struct err err;
    if (t->engine == STORE_SQLITE)
        return; /* it has no connection to lose */
    assert_err(run(t, fill_while_the_server_goes, &err), ERR_IO);
    assert_non_null(strstr(err.text, "is gone"));
    store_db_give(t->db);
    assert_ok(store_db_take(t->store, &t->db, &err));
    assert_int_equal(count_rows(t), 0);
    assert_ok(run(t, fill_with_savepoint, &err));
    assert_int_equal(count_rows(t), 60);
}

static void test_every_failed_allocation_is_told(void **state)
{
    struct store_test *t = *state;
    struct err err;
    for (uint64_t nth = 1;; nth++) {
        assert_true(nth < 5000);
        mem_fail_at(nth);
        enum err_code code = run(t, fill_with_savepoint, &err);
        bool reached = mem_fail_at(0) < nth;
        assert_int_equal(count_rows(t), code == ERR_NONE ? 60 : 0);
        if (reached) {
            assert_int_equal(code, ERR_NONE);
            return;
        }
        assert_true(code == ERR_NOMEM || code == ERR_LIMIT || code == ERR_CONFLICT);
    }
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_sample, NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(test_every_row_arrives_as_it_was),
        STORE_TEST(test_constants_of_the_insert_go_along),
        STORE_TEST(test_an_error_names_the_row),
        STORE_TEST(test_rows_are_counted_through),
        STORE_TEST(test_a_savepoint_takes_its_rows_back),
        STORE_TEST(test_failure_and_retry_keep_their_meaning),
        STORE_TEST(test_a_lost_connection_loses_the_transaction_alone),
        STORE_TEST(test_every_failed_allocation_is_told),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
