#include "test.h"

#include "web/limiter.h"
#include <pthread.h>
#include <unistd.h>

static void a_bucket_empties_and_fills(void **state)
{
    (void)state;
    struct err err = {0};
    struct limiter *limiter;
    assert_ok(limiter_new(64, 1, &limiter, &err));
    const struct rate rate = {3, 60};
    int64_t wait_s = 0;
    for (int i = 0; i < 3; i++)
        assert_true(limiter_take(limiter, STR("k"), STR("192.0.2.1"), rate, 1000, NULL));
    assert_false(limiter_take(limiter, STR("k"), STR("192.0.2.1"), rate, 1000, &wait_s));
    assert_int_equal(wait_s, 1);
    assert_true(limiter_take(limiter, STR("k"), STR("192.0.2.2"), rate, 1000, NULL));
    assert_true(limiter_take(limiter, STR("other"), STR("192.0.2.1"), rate, 1000, NULL));
    assert_true(limiter_take(limiter, STR("k"), STR("192.0.2.1"), rate, 2000, NULL));
    assert_false(limiter_take(limiter, STR("k"), STR("192.0.2.1"), rate, 2000, NULL));
    limiter_forgive(limiter, STR("k"), STR("192.0.2.1"));
    assert_true(limiter_take(limiter, STR("k"), STR("192.0.2.1"), rate, 2000, NULL));
    assert_false(limiter_take(limiter, STR("k"), STR("192.0.2.3"), (struct rate){0, 0}, 2000, NULL));
    limiter_free(limiter);
}

/* Many strangers must not wash away the bucket of one who is being held back. */
static void a_flood_does_not_free_the_guilty(void **state)
{
    (void)state;
    struct err err = {0};
    struct limiter *limiter;
    assert_ok(limiter_new(1024, 7, &limiter, &err));
    const struct rate rate = {5, 1};
    for (int i = 0; i < 5; i++)
        assert_true(limiter_take(limiter, STR("k"), STR("guilty"), rate, 1000, NULL));
    for (int i = 0; i < 20000; i++) {
        char key[32];
        int n = snprintf(key, sizeof key, "stranger-%d", i);
        err_ignore(limiter_take(limiter, STR("k"), (struct str){key, (size_t)n}, rate, 1000, NULL) ? ERR_NONE
                                                                                                   : ERR_BUSY,
                   "only to fill the table");
    }
    assert_false(limiter_take(limiter, STR("k"), STR("guilty"), rate, 1000, NULL));
    limiter_free(limiter);
}

struct crowd {
    struct gate *gate;
    _Atomic int inside, most, refused, passed;
};

static void *come_in(void *arg)
{
    struct crowd *crowd = arg;
    struct err err = {0};
    unsigned ahead;
    if (gate_enter(crowd->gate, &ahead, &err) != ERR_NONE) {
        crowd->refused++;
        return NULL;
    }
    int now = ++crowd->inside;
    if (now > crowd->most)
        crowd->most = now;
    usleep(20000);
    crowd->inside--;
    crowd->passed++;
    gate_leave(crowd->gate);
    return NULL;
}

static void the_gate_lets_in_two_and_keeps_four_waiting(void **state)
{
    (void)state;
    struct err err = {0};
    struct crowd crowd = {0};
    assert_ok(gate_new(2, 4, &crowd.gate, &err));
    pthread_t threads[12];
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, come_in, &crowd), 0);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        pthread_join(threads[i], NULL);
    assert_true(crowd.most <= 2);
    assert_int_equal(crowd.passed + crowd.refused, 12);
    assert_true(crowd.passed >= 6);
    assert_int_equal(gate_waiting(crowd.gate), 0);
    gate_free(crowd.gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_empties_and_fills),
        cmocka_unit_test(a_flood_does_not_free_the_guilty),
        cmocka_unit_test(the_gate_lets_in_two_and_keeps_four_waiting),
    };
    return cmocka_run_group_tests_name("web_limiter", tests, NULL, NULL);
}
