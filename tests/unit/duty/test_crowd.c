/* Many who count at the same moment, each over a connection of its own. */
#include "duty_world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "duty/rollup.h"

#define READERS 4
#define ROUNDS  8

struct crowd {
    struct store *store;
    const struct world *w;
    const struct actor *heads; /* of each school */
    const int64_t *directives;
    int from; /* schools from, from + READERS, ... */
    atomic_bool *is_over;
    int folded, failed;
};

/* No thread asserts: cmocka jumps out of the thread that runs the test, and out of no other. */

static void *read_them(void *arg)
{
    struct crowd *c = arg;
    struct err err;
    struct db *db;
    if (store_db_take(c->store, &db, &err) != ERR_NONE) {
        c->failed++;
        return NULL;
    }
    for (int d = 0; d < ROUNDS; d++)
        for (int i = c->from; i < WORLD_SCHOOLS; i += READERS) {
            bool first = false;
            if (duty_acknowledge(db, &c->heads[i], c->directives[d], c->w->schools[i], &first, &err) != ERR_NONE ||
                !first)
                c->failed++;
        }
    store_db_give(db);
    return NULL;
}

static void *fold_them(void *arg)
{
    struct crowd *c = arg;
    struct err err;
    struct db *db;
    if (store_db_take(c->store, &db, &err) != ERR_NONE) {
        c->failed++;
        return NULL;
    }
    while (!atomic_load(c->is_over)) {
        c->failed += ledger_fold(db, &err) != ERR_NONE;
        c->folded++;
    }
    store_db_give(db);
    return NULL;
}

static int64_t issue_to_schools(struct store_test *t, const struct world *w)
{
    static const struct obligation_target to_schools[] = {{TARGET_KIND, STR_INIT("school_lower_secondary")}};
    const struct obligation_draft plan = {.catalogue_id = STR("CT18-2c"),
                                          .deadline_day = civil_to_day(2027, 3, 1),
                                          .targets = to_schools,
                                          .target_count = 1};
    const struct actor issuer = world_actor(t, w->issuer, RIGHT_READ);
    struct directive_issued issued;
    struct err err;
    int64_t id = world_directive(t, w, &plan, 1);
    assert_ok(directive_issue(t->db, &issuer, id, &issued, &err));
    return id;
}

/* Two servers fold the sums while others count: no line is lost, none is added twice. */
static void sums_stand_while_many_count(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t directives[ROUNDS];
    for (int d = 0; d < ROUNDS; d++)
        directives[d] = issue_to_schools(t, &w);
    struct actor heads[WORLD_SCHOOLS];
    for (int i = 0; i < WORLD_SCHOOLS; i++)
        heads[i] = world_actor(t, w.head_of[i], RIGHT_ACKNOWLEDGE);
    atomic_bool is_over = false;
    pthread_t threads[READERS + 2];
    struct crowd crowd[READERS + 2];
    int started = 0;
    for (; started < READERS + 2; started++) {
        crowd[started] = (struct crowd){t->store, &w, heads, directives, started, &is_over, 0, 0};
        void *(*work)(void *) = started < READERS ? read_them : fold_them;
        if (pthread_create(&threads[started], NULL, work, &crowd[started]))
            break;
    }
    for (int i = 0; i < started; i++) {
        if (i == READERS)
            atomic_store(&is_over, true);
        pthread_join(threads[i], NULL);
    }
    /* Only now, when no thread holds a connection. */
    assert_int_equal(started, READERS + 2);
    for (int i = 0; i < READERS + 2; i++) {
        assert_int_equal(crowd[i].failed, 0);
        assert_true(i < READERS || crowd[i].folded > 0);
    }
    struct rollup all;
    assert_ok(rollup_get(t->db, &w.system, w.committee, 0, EDGE_ADMINISTRATIVE, CIVIL_NONE, &t->arena, &all, &err));
    assert_int_equal(all.n[DUTY_ACK], ROUNDS * WORLD_SCHOOLS);
    assert_ok(ledger_recount(t->db, &err));
    assert_ok(ledger_fold(t->db, &err));
    assert_ok(ledger_recount(t->db, &err));
}

struct mover {
    struct store *store;
    const struct world *w;
    int64_t to_id;
    civil_day from;
    atomic_bool is_in, has_failed;
};

static enum err_code move_slowly(struct db *db, void *ctx, struct err *err)
{
    struct mover *m = ctx;
    enum err_code code =
        unit_set_parent(db, &m->w->system, m->w->schools[5], EDGE_PROFESSIONAL, m->to_id, m->from, 0, err);
    atomic_store(&m->is_in, true);
    nanosleep(&(struct timespec){.tv_nsec = 150 * 1000 * 1000}, NULL);
    return code;
}

static void *move_one(void *arg)
{
    struct mover *m = arg;
    struct err err;
    struct db *db = NULL;
    bool is_fine = store_db_take(m->store, &db, &err) == ERR_NONE;
    atomic_store(&m->has_failed, !is_fine || db_transact(db, move_slowly, m, &err) != ERR_NONE);
    atomic_store(&m->is_in, true);
    if (is_fine)
        store_db_give(db);
    return NULL;
}

/* A tree already waits to be summed; while it is, another unit moves in it, from the same day on. */
static void a_move_stands_while_its_tree_is_summed(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t second = world_unit(t, &w, "department", "Sở Khoa học và Công nghệ Trúc Lâm", w.committee);
    civil_day first = civil_day_of_ms(t->now_ms);
    (void)issue_to_schools(t, &w);
    world_pass(t, 30);
    assert_ok(unit_set_parent(t->db, &w.system, w.schools[4], EDGE_PROFESSIONAL, second, first + 10, 0, &err));
    struct mover m = {.store = t->store, .w = &w, .to_id = second, .from = first + 10};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, move_one, &m), 0);
    while (!atomic_load(&m.is_in))
        nanosleep(&(struct timespec){.tv_nsec = 1000 * 1000}, NULL);
    enum err_code code = ERR_NONE;
    bool had_one = true;
    for (int i = 0; code == ERR_NONE && had_one && i < 20; i++)
        code = ledger_catch_up(t->db, &had_one, &err);
    pthread_join(thread, NULL);
    assert_false(atomic_load(&m.has_failed));
    assert_ok(code);
    for (had_one = true; had_one;)
        assert_ok(ledger_catch_up(t->db, &had_one, &err));
    struct rollup r;
    assert_ok(rollup_get(t->db, &w.system, second, 0, EDGE_PROFESSIONAL, first + 15, &t->arena, &r, &err));
    assert_int_equal(r.total, 2);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org,
                                                       &sql_module_duty, NULL};
    static const struct CMUnitTest tests[] = {STORE_TEST(sums_stand_while_many_count),
                                              STORE_TEST(a_move_stands_while_its_tree_is_summed)};
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
