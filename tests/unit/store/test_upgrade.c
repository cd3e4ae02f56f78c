/* An upgrade arrives whole or leaves the database as it was, with a snapshot beside it. */
#include "store_test.h"

#include "sample.sql.h"
#include "store/upgrade.h"

extern const struct sql_module sql_module_sample;

static const struct sql_migration good_steps[] = {
    {9100, "good", "good.sql:1", "good-1", "CREATE TABLE later_one (id INTEGER PRIMARY KEY)",
     "CREATE TABLE later_one (id BIGINT PRIMARY KEY)"},
    {9101, "also good", "good.sql:2", "good-2", "CREATE TABLE later_two (id INTEGER PRIMARY KEY)",
     "CREATE TABLE later_two (id BIGINT PRIMARY KEY)"},
};
static const struct sql_migration bad_steps[] = {
    {9100, "good", "good.sql:1", "good-1", "CREATE TABLE later_one (id INTEGER PRIMARY KEY)",
     "CREATE TABLE later_one (id BIGINT PRIMARY KEY)"},
    {9101, "bad", "bad.sql:1", "bad-1",
     "CREATE TABLE later_two (id INTEGER PRIMARY KEY); INSERT INTO no_such_table VALUES (1)",
     "CREATE TABLE later_two (id BIGINT PRIMARY KEY); INSERT INTO no_such_table VALUES (1)"},
};
static const struct sql_module good = {
    .name = "good", .migrations = good_steps, .migration_count = ARRAY_LEN(good_steps)};
static const struct sql_module bad = {.name = "bad", .migrations = bad_steps, .migration_count = ARRAY_LEN(bad_steps)};
static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_sample, NULL};
static const struct sql_module *const with_good[] = {&sql_module_store, &sql_module_sample, &good, NULL};
static const struct sql_module *const with_bad[] = {&sql_module_store, &sql_module_sample, &bad, NULL};

/* The store closed, and a plan for another list of modules. */
static struct upgrade_plan plan_of(struct store_test *t, const struct sql_module *const *list,
                                   struct store_options *options)
{
    store_db_give(t->db);
    store_close(t->store);
    t->db = NULL;
    t->store = NULL;
    *options = t->options;
    options->modules = list;
    return (struct upgrade_plan){
        .where = t->where, .options = options, .snapshot_path = arena_printf(&t->arena, "%s/snapshot", t->dir).ptr};
}

static void open_again(struct store_test *t)
{
    struct err err;
    t->options.migrate = false;
    assert_ok(store_open(t->where, &t->options, &t->store, &err));
    assert_ok(store_db_take(t->store, &t->db, &err));
}

static void it_arrives_with_a_snapshot(void **state)
{
    struct store_test *t = *state;
    struct err err = {0};
    struct store_options options;
    struct upgrade_plan plan = plan_of(t, with_good, &options);
    struct upgrade_report report;
    assert_ok(store_upgrade(&plan, &report, &err));
    assert_int_equal(report.migration_count, 2);
    assert_int_equal(report.to_schema, 9101);
    assert_true(report.query_count > 10);
    assert_true(report.snapshot_bytes > 0 && file_exists(plan.snapshot_path));
    assert_ok(store_upgrade(&plan, &report, &err)); /* again: nothing to do, the snapshot is not in its way */
    assert_int_equal(report.migration_count, 0);
    t->options.modules = with_good;
    open_again(t);
}

static void a_failing_migration_leaves_everything_as_it_was(void **state)
{
    struct store_test *t = *state;
    struct err err = {0};
    struct store_options options;
    struct upgrade_plan plan = plan_of(t, with_bad, &options);
    struct upgrade_report report = {.to_schema = -1};
    assert_true(store_upgrade(&plan, &report, &err) != ERR_NONE);
    assert_non_null(strstr(err.text, "9101"));
    assert_int_equal(report.to_schema, -1);
    open_again(t); /* with the old list: the first of the two new steps is not there either */
}

static enum err_code refuse(struct db *db, void *ctx, struct err *err)
{
    (void)db;
    ++*(int *)ctx;
    return err_set(err, ERR_CONFLICT, "counters differ");
}

static void a_failing_self_check_rolls_back(void **state)
{
    struct store_test *t = *state;
    struct err err = {0};
    struct store_options options;
    struct upgrade_plan plan = plan_of(t, with_good, &options);
    int asked = 0;
    plan.check = refuse;
    plan.ctx = &asked;
    struct upgrade_report report;
    assert_err(store_upgrade(&plan, &report, &err), ERR_CONFLICT);
    assert_int_equal(asked, 1);
    assert_non_null(strstr(err.text, "counters differ"));
    open_again(t);
}

static void a_newer_database_is_left_alone(void **state)
{
    struct store_test *t = *state;
    struct err err = {0};
    struct store_options options;
    struct upgrade_plan plan = plan_of(t, with_good, &options);
    struct upgrade_report report;
    assert_ok(store_upgrade(&plan, &report, &err));
    options.modules = modules;
    plan.snapshot_path = arena_printf(&t->arena, "%s/second", t->dir).ptr;
    assert_err(store_upgrade(&plan, &report, &err), ERR_UNSUPPORTED);
    assert_false(file_exists(plan.snapshot_path));
    t->options.modules = with_good;
    open_again(t);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        STORE_TEST(it_arrives_with_a_snapshot), STORE_TEST(a_failing_migration_leaves_everything_as_it_was),
        STORE_TEST(a_failing_self_check_rolls_back), STORE_TEST(a_newer_database_is_left_alone)};
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
