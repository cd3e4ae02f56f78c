/* Generated queries, transactions and migrations, each on both engines. */
#include "sample.sql.h"
#include "store_test.h"

#include <math.h>

#include "base/mem.h"
#include "store/driver.h"
#include "store/schema.sql.h"

extern const struct sql_module sql_module_sample;

static enum err_code add(struct db *db, int64_t id, const char *name, int64_t amount, struct err *err)
{
    struct sql_sample_add_args args = {.id = id, .name = str_from_cstr(name), .amount = OPT_I64(amount)};
    return sql_sample_add(db, &args, err);
}

static int64_t count_rows(struct store_test *t)
{
    struct err err;
    struct sql_sample_count_row *row;
    assert_ok(sql_sample_count(t->db, &t->arena, &row, &err));
    return row->row_count;
}

static void test_every_type_comes_back(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct sql_sample_add_args args = {.id = INT64_MAX,
                                       .name = STR("Trường tiểu học số 1 'x' \\ %"),
                                       .amount = OPT_I64(INT64_MAX),
                                       .weight = OPT_F64(0.1),
                                       .bytes = {"\0\xff\x01", 3},
                                       .note = STR("")};
    assert_ok(sql_sample_add(t->db, &args, &err));
    struct sql_sample_get_row *row;
    struct sql_sample_get_args get = {INT64_MAX};
    assert_ok(sql_sample_get(t->db, &t->arena, &get, &row, &err));
    assert_int_equal(row->id, INT64_MAX);
    assert_str(row->name, args.name);
    assert_true(row->amount.has && row->amount.v == INT64_MAX);
    assert_true(row->weight.has && row->weight.v == 0.1);
    assert_str(row->bytes, args.bytes);
    assert_true(row->note.ptr && row->note.len_bytes == 0);
}

static void test_null_comes_back_as_absent(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct sql_sample_add_args args = {.id = 1, .name = STR("a")};
    assert_ok(sql_sample_add(t->db, &args, &err));
    struct sql_sample_get_row *row;
    struct sql_sample_get_args get = {1};
    assert_ok(sql_sample_get(t->db, &t->arena, &get, &row, &err));
    assert_true(!row->amount.has && !row->weight.has && str_is_null(row->bytes) && str_is_null(row->note));
}

static void test_one_gives_null_when_there_is_none(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct sql_sample_get_row *row = (void *)t;
    struct sql_sample_get_args get = {77};
    assert_ok(sql_sample_get(t->db, &t->arena, &get, &row, &err));
    assert_null(row);
}

static void test_one_refuses_two(void **state)
{
    struct store_test *t = *state;
    struct err err;
    assert_ok(add(t->db, 1, "a", 1, &err));
    assert_ok(add(t->db, 2, "b", 1, &err));
    struct sql_sample_any_row *row;
    assert_err(sql_sample_any(t->db, &t->arena, &row, &err), ERR_CONFLICT);
    assert_int_equal(count_rows(t), 2); /* and the connection goes on */
}

static void test_undeclared_null_is_told(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct sql_sample_add_args args = {.id = 1, .name = STR("a")};
    assert_ok(sql_sample_add(t->db, &args, &err));
    struct sql_sample_amount_not_null_args get = {1};
    struct sql_sample_amount_not_null_row *row;
    assert_err(sql_sample_amount_not_null(t->db, &t->arena, &get, &row, &err), ERR_SYNTAX);
    assert_non_null(strstr(err.text, "column amount is NULL"));
}

static void test_text_sorts_by_bytes(void **state)
{
    struct store_test *t = *state;
    struct err err;
    static const char *const names[] = {"b", "B", "á", "a", "_", "A", "đ", "d"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_ok(add(t->db, (int64_t)i + 1, names[i], 0, &err));
    struct sql_sample_by_name_rows rows;
    assert_ok(sql_sample_by_name(t->db, &t->arena, &rows, &err));
    assert_int_equal(rows.count, ARRAY_LEN(names));
    for (size_t i = 1; i < rows.count; i++)
        assert_true(str_compare(rows.items[i - 1].name, rows.items[i].name) < 0);
}

static void test_sums_and_averages_are_read(void **state)
{
    struct store_test *t = *state;
    struct err err;
    assert_ok(add(t->db, 1, "a", 3, &err));
    assert_ok(add(t->db, 2, "b", 4, &err));
    struct sql_sample_count_row *row;
    assert_ok(sql_sample_count(t->db, &t->arena, &row, &err));
    assert_int_equal(row->total.v, 7);
    assert_true(row->half.v == 1.75);
}

static void test_every_kind_of_number_is_read(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct sql_sample_kinds_row *r;
    assert_ok(sql_sample_kinds(t->db, &t->arena, &r, &err));
    assert_true(r->whole == 123456789012345678 && r->below == -20000 && r->same == 3 && r->tens == 120000);
    assert_true(r->zero == 0 && r->small == 7 && r->four == -7 && r->yes == 1);
    assert_true(fabs(r->part + 1234.5678) < 1e-9 && fabs(r->tiny - 0.00012) < 1e-12 && fabs(r->big - 1e25) < 1e15);
    assert_true(r->narrow > 1.49 && r->narrow < 1.51 && r->wide < -2.49 && r->wide > -2.51);
    assert_true(str_equal(r->word, STR("từ")));
    assert_int_equal(r->bytes.len_bytes, 4);
    assert_memory_equal(r->bytes.ptr, "\x00\xff\x5c\x78", 4);
    struct sql_sample_too_big_row *too_big;
    assert_err(sql_sample_too_big(t->db, &t->arena, &too_big, &err), ERR_SYNTAX);
}

static void test_changes_are_counted(void **state)
{
    struct store_test *t = *state;
    struct err err;
    for (int i = 1; i <= 5; i++) {
        char name[8];
        snprintf(name, sizeof name, "n%d", i);
        assert_ok(add(t->db, i, name, i, &err));
    }
    struct sql_sample_raise_args args = {.by_amount = 10, .least = 3};
    int64_t changes = -1;
    assert_ok(sql_sample_raise(t->db, &args, &changes, &err));
    assert_int_equal(changes, 3);
}

static void test_returning_gives_the_row(void **state)
{
    struct store_test *t = *state;
    struct err err;
    assert_ok(add(t->db, 1, "gone", 0, &err));
    struct sql_sample_take_args args = {1};
    struct sql_sample_take_row *row;
    assert_ok(sql_sample_take(t->db, &t->arena, &args, &row, &err));
    assert_str(row->name, STR("gone"));
    assert_int_equal(count_rows(t), 0);
}

static void test_unclean_text_is_refused(void **state)
{
    struct store_test *t = *state;
    struct err err;
    static const struct str bad[] = {STR_INIT("a\0b"), STR_INIT("\xff"), STR_INIT("\xed\xa0\x80")};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct sql_sample_add_args args = {.id = 1, .name = bad[i]};
        assert_err(sql_sample_add(t->db, &args, &err), ERR_SYNTAX);
    }
    struct sql_sample_add_args args = {.id = 1, .name = STR_NONE};
    assert_err(sql_sample_add(t->db, &args, &err), ERR_SYNTAX);
    assert_int_equal(count_rows(t), 0);
}

static void test_keys_and_references_conflict(void **state)
{
    struct store_test *t = *state;
    struct err err;
    assert_ok(add(t->db, 1, "a", 0, &err));
    assert_err(add(t->db, 1, "b", 0, &err), ERR_CONFLICT);
    assert_err(add(t->db, 2, "a", 0, &err), ERR_CONFLICT);
    struct sql_sample_add_args orphan = {.id = 3, .name = STR("c"), .parent_id = OPT_I64(99)};
    assert_err(sql_sample_add(t->db, &orphan, &err), ERR_CONFLICT);
    assert_int_equal(count_rows(t), 1);
}

struct each {
    struct store_test *t;
    int64_t sum;
    int64_t stop_at;
    bool nested_refused;
};
static enum err_code each_number(void *ctx, const struct sql_sample_numbers_row *row, struct err *err)
{
    struct each *each = ctx;
    each->sum += row->n;
    if (row->n == 1) {
        struct sql_sample_count_row *other;
        each->nested_refused = sql_sample_count(each->t->db, &each->t->arena, &other, err) == ERR_UNSUPPORTED;
    }
    return row->n == each->stop_at ? err_set(err, ERR_LIMIT, "enough") : ERR_NONE;
}

static void test_each_streams_in_constant_memory(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct each each = {.t = t};
    AUTO_ARENA scratch;
    arena_init(&scratch, 8u << 10); /* 100,000 rows do not fit */
    struct sql_sample_numbers_args args = {100000};
    assert_ok(sql_sample_numbers_each(t->db, &scratch, &args, each_number, &each, &err));
    assert_int_equal(each.sum, INT64_C(100000) * 100001 / 2);
    assert_true(each.nested_refused);
}

static void test_each_can_stop(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct each each = {.t = t, .stop_at = 3};
    struct sql_sample_numbers_args args = {100000};
    assert_err(sql_sample_numbers_each(t->db, &t->arena, &args, each_number, &each, &err), ERR_LIMIT);
    assert_int_equal(each.sum, 6);
    assert_int_equal(count_rows(t), 0); /* the connection goes on */
}

static void test_arena_ceiling_is_an_error(void **state)
{
    struct store_test *t = *state;
    struct err err;
    AUTO_ARENA small;
    arena_init(&small, 8u << 10);
    struct sql_sample_numbers_args args = {100000};
    struct sql_sample_numbers_rows rows;
    assert_err(sql_sample_numbers(t->db, &small, &args, &rows, &err), ERR_LIMIT);
    assert_int_equal(count_rows(t), 0);
}

/* --- scope --- */

static bool sees(struct store_test *t, int64_t person, uint64_t right, civil_day day, int64_t unit)
{
    struct err err;
    struct actor actor = {.person_id = person, .right = right, .day = day};
    struct sql_sample_visible_args args = {unit};
    struct sql_sample_visible_rows rows;
    assert_ok(sql_sample_visible(t->db, &actor, &t->arena, &args, &rows, &err));
    return rows.count == 1;
}

static void test_scope_org(void **state)
{
    struct store_test *t = *state;
    struct err err;
    /* 1 above 2 above 3 along "administrative"; 2 above 3 only on days 100..199; 4 is in no tree */
    struct sql_closure_add_args paths[] = {
        {1, STR("administrative"), 1, 0, CIVIL_FOREVER}, {2, STR("administrative"), 2, 0, CIVIL_FOREVER},
        {3, STR("administrative"), 3, 0, CIVIL_FOREVER}, {1, STR("administrative"), 2, 0, CIVIL_FOREVER},
        {2, STR("administrative"), 3, 100, 200},         {1, STR("administrative"), 3, 100, 200},
    };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        assert_ok(sql_closure_add(t->db, &paths[i], &err));
    for (int64_t id = 1; id <= 4; id++) {
        char name[8];
        snprintf(name, sizeof name, "u%d", (int)id);
        assert_ok(add(t->db, id, name, 0, &err));
    }
    struct sql_grant_add_args grants[] = {
        {1, 10, 1, STR("administrative"), (int64_t)(RIGHT_READ | RIGHT_REVIEW), 50, 150},
        {2, 11, 1, STR("professional"), (int64_t)RIGHT_READ, 0, CIVIL_FOREVER},
        {3, 12, 4, STR(""), (int64_t)RIGHT_READ, 0, CIVIL_FOREVER},
    };
    for (size_t i = 0; i < ARRAY_LEN(grants); i++)
        assert_ok(sql_grant_add(t->db, &grants[i], &err));
    static const struct {
        int64_t person;
        uint64_t right;
        civil_day day;
        int64_t unit;
        bool sees;
        const char *why;
    } cases[] = {
        {10, RIGHT_READ, 120, 3, true, "down two edges"},
        {10, RIGHT_READ, 99, 3, false, "the path does not stand yet"},
        {10, RIGHT_READ, 150, 3, false, "the grant's last day is excluded"},
        {10, RIGHT_READ, 49, 1, false, "the grant has not begun"},
        {10, RIGHT_READ, 50, 1, true, "the grant's first day"},
        {10, RIGHT_READ | RIGHT_REVIEW, 120, 2, true, "both bits are held"},
        {10, RIGHT_READ | RIGHT_ISSUE, 120, 2, false, "one bit is missing"},
        {10, RIGHT_READ, 120, 4, false, "another tree"},
        {11, RIGHT_READ, 120, 1, true, "on the unit itself, whatever the edge kind"},
        {11, RIGHT_READ, 120, 2, false, "another edge kind"},
        {12, RIGHT_READ, 120, 4, true, "a grant on this unit alone"},
        {13, RIGHT_READ, 120, 1, false, "no grant"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (sees(t, cases[i].person, cases[i].right, cases[i].day, cases[i].unit) != cases[i].sees)
            fail_msg("%s", cases[i].why);
    struct actor system = actor_system(120);
    struct sql_sample_visible_args args = {3};
    struct sql_sample_visible_rows rows;
    assert_ok(sql_sample_visible(t->db, &system, &t->arena, &args, &rows, &err));
    assert_int_equal(rows.count, 1);
}

static void test_dialects_stand_side_by_side(void **state)
{
    struct store_test *t = *state;
    struct err err;
    assert_ok(add(t->db, 1, "a", 42, &err));
    struct actor actor = {.person_id = 42};
    struct sql_sample_mine_rows rows;
    assert_ok(sql_sample_mine(t->db, &actor, &t->arena, &rows, &err));
    assert_str(rows.items[0].who, t->engine == STORE_SQLITE ? STR("sqlite") : STR("postgres"));
}

/* --- transactions --- */

struct work {
    struct store_test *t;
    int runs;
    int fail_runs; /* pretend a deadlock in this many runs */
};
static enum err_code two_rows_then_fail(struct db *db, void *ctx, struct err *err)
{
    (void)ctx;
    TRY(add(db, 1, "a", 0, err));
    TRY(add(db, 2, "b", 0, err));
    return err_set(err, ERR_DENIED, "changed our mind");
}

static void test_failure_rolls_back(void **state)
{
    struct store_test *t = *state;
    struct err err;
    assert_err(db_transact(t->db, two_rows_then_fail, NULL, &err), ERR_DENIED);
    assert_int_equal(count_rows(t), 0);
}

static enum err_code deadlock_first(struct db *db, void *ctx, struct err *err)
{
    struct work *work = ctx;
    work->runs++;
    TRY(add(db, work->runs, "a", 0, err));
    if (work->runs <= work->fail_runs) {
        db->must_retry = true; /* as the driver does at 40P01 */
        return err_set(err, ERR_BUSY, "deadlock");
    }
    return ERR_NONE;
}

static void test_transaction_runs_again(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct work work = {.fail_runs = 3};
    assert_ok(db_transact(t->db, deadlock_first, &work, &err));
    assert_int_equal(work.runs, 4);
    assert_int_equal(count_rows(t), 1);
}

static void test_retries_are_bounded(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct work work = {.fail_runs = 1000};
    assert_err(db_transact(t->db, deadlock_first, &work, &err), ERR_BUSY);
    assert_int_equal(work.runs, DB_RETRY_MAX);
    assert_int_equal(count_rows(t), 0);
}

static enum err_code inner_fails(struct db *db, void *ctx, struct err *err)
{
    TRY(add(db, 1, "outer", 0, err));
    struct err inner;
    if (db_transact(db, deadlock_first, ctx, &inner) != ERR_NONE)
        return err_set(err, ERR_CONFLICT, "inner should work");
    if (db_transact(db, two_rows_then_fail, NULL, &inner) == ERR_NONE)
        return err_set(err, ERR_CONFLICT, "inner should fail");
    return add(db, 9, "after", 0, err);
}

static void test_nested_failure_undoes_its_part(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct work work = {.runs = 4};
    assert_ok(db_transact(t->db, inner_fails, &work, &err));
    assert_int_equal(count_rows(t), 3);
}

static enum err_code pass_over(struct db *db, void *ctx, struct err *err)
{
    (void)ctx;
    TRY(add(db, 1, "a", 0, err));
    struct err ignored;
    err_ignore(add(db, 1, "a", 0, &ignored), "the test's point");
    return ERR_NONE;
}

static void test_passed_over_failure_does_not_commit(void **state)
{
    struct store_test *t = *state;
    struct err err;
    assert_err(db_transact(t->db, pass_over, NULL, &err), ERR_CONFLICT);
    assert_int_equal(count_rows(t), 0);
}

static enum err_code write_in_read(struct db *db, void *ctx, struct err *err)
{
    (void)ctx;
    return add(db, 1, "a", 0, err);
}

static void test_read_does_not_write(void **state)
{
    struct store_test *t = *state;
    struct err err;
    assert_err(db_read(t->db, write_in_read, NULL, &err), ERR_DENIED);
    assert_int_equal(count_rows(t), 0);
}

static enum err_code snapshot(struct db *db, void *ctx, struct err *err)
{
    struct store_test *t = ctx;
    (void)db;
    assert_int_equal(count_rows(t), 0);
    struct db *other;
    TRY(store_db_take(t->store, &other, err));
    enum err_code code = add(other, 1, "a", 0, err);
    store_db_give(other);
    TRY(code);
    assert_int_equal(count_rows(t), 0); /* still the same moment */
    return ERR_NONE;
}

static void test_read_is_one_snapshot(void **state)
{
    struct store_test *t = *state;
    struct err err;
    assert_ok(db_read(t->db, snapshot, t, &err));
    assert_int_equal(count_rows(t), 1);
}

static void test_every_failed_allocation_is_told(void **state)
{
    struct store_test *t = *state;
    struct err err;
    for (uint64_t nth = 1;; nth++) {
        struct db *db;
        assert_ok(store_db_take(t->store, &db, &err));
        assert_ptr_not_equal(db, t->db);
        db->is_broken = true; /* each time a new connection and an empty statement cache, on the next take */
        store_db_give(db);
        AUTO_ARENA arena;
        arena_init(&arena, 1u << 20);
        mem_fail_at(nth);
        struct sql_sample_by_name_rows rows = {0};
        db = NULL;
        enum err_code code = store_db_take(t->store, &db, &err);
        if (code == ERR_NONE)
            code = add(db, (int64_t)nth, "x", 0, &err);
        if (code == ERR_NONE)
            code = sql_sample_by_name(db, &arena, &rows, &err);
        bool reached = mem_fail_at(0) < nth;
        struct sql_sample_take_args args = {(int64_t)nth};
        struct sql_sample_take_row *row;
        if (db)
            assert_ok(sql_sample_take(db, &arena, &args, &row, &err));
        store_db_give(db);
        if (reached) {
            assert_int_equal(code, ERR_NONE);
            assert_true(nth > 3);
            return;
        }
        assert_true(code == ERR_NOMEM || code == ERR_LIMIT);
    }
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_sample, NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(test_every_type_comes_back),
        STORE_TEST(test_null_comes_back_as_absent),
        STORE_TEST(test_one_gives_null_when_there_is_none),
        STORE_TEST(test_one_refuses_two),
        STORE_TEST(test_undeclared_null_is_told),
        STORE_TEST(test_text_sorts_by_bytes),
        STORE_TEST(test_sums_and_averages_are_read),
        STORE_TEST(test_every_kind_of_number_is_read),
        STORE_TEST(test_changes_are_counted),
        STORE_TEST(test_returning_gives_the_row),
        STORE_TEST(test_unclean_text_is_refused),
        STORE_TEST(test_keys_and_references_conflict),
        STORE_TEST(test_each_streams_in_constant_memory),
        STORE_TEST(test_each_can_stop),
        STORE_TEST(test_arena_ceiling_is_an_error),
        STORE_TEST(test_scope_org),
        STORE_TEST(test_dialects_stand_side_by_side),
        STORE_TEST(test_failure_rolls_back),
        STORE_TEST(test_transaction_runs_again),
        STORE_TEST(test_retries_are_bounded),
        STORE_TEST(test_nested_failure_undoes_its_part),
        STORE_TEST(test_passed_over_failure_does_not_commit),
        STORE_TEST(test_read_does_not_write),
        STORE_TEST(test_read_is_one_snapshot),
        STORE_TEST(test_every_failed_allocation_is_told),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
