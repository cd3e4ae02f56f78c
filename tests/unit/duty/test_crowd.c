/* Many who count at the same moment, each over a connection of its own. */
#include "duty_world.h"

#include <pthread.h>
#include <stdatomic.h>

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

/* Two servers fold the sums while others count: no line is lost, none is added twice. */
static void sums_stand_while_many_count(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    static const struct obligation_target to_schools[] = {{TARGET_KIND, STR_INIT("school_lower_secondary")}};
    const struct obligation_draft plan = {.catalogue_id = STR("CT18-2c"),
                                          .deadline_day = civil_to_day(2027, 3, 1),
                                          .targets = to_schools,
                                          .target_count = 1};
    const struct actor issuer = world_actor(t, w.issuer, RIGHT_READ);
    int64_t directives[ROUNDS];
    for (int d = 0; d < ROUNDS; d++) {
        struct directive_issued issued;
        directives[d] = world_directive(t, &w, &plan, 1);
        assert_ok(directive_issue(t->db, &issuer, directives[d], &issued, &err));
    }
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

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org,
                                                       &sql_module_duty, NULL};
    static const struct CMUnitTest tests[] = {STORE_TEST(sums_stand_while_many_count)};
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
