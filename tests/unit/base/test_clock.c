#include "test.h"

#include "base/clock.h"

static void ids_rise_whatever_the_clock_does(void **state)
{
    (void)state;
    int64_t now = civil_day_start_ms(civil_to_day(2027, 4, 23));
    struct clock clock = clock_fixed(&now);
    struct id_source ids;
    id_source_init(&ids, &clock, 17);
    int64_t last = 0;
    for (int i = 0; i < 5000; i++) {
        if (i == 2000)
            now -= 100000; /* the clock goes back */
        if (i == 3000)
            now += 200000;
        int64_t id = id_next(&ids);
        assert_true(id > last);
        assert_int_equal(id_node(id), 17);
        last = id;
    }
    assert_int_equal(civil_day_of_ms(id_time_ms(last)), civil_to_day(2027, 4, 23));
}

/* Every process of a node has a lane of its own: what they make in the same millisecond never meets, says its time and
 * its node, and ids reserved in a row are those that id_next would have given. */
static void lanes_never_meet(void **state)
{
    (void)state;
    int64_t now = civil_day_start_ms(civil_to_day(2027, 4, 23)) + 12345;
    struct clock clock = clock_fixed(&now);
    enum { EACH = 300 }; /* more than a lane holds in a millisecond */
    static int64_t seen[(ID_LANE_MAX + 1) * EACH];
    size_t count = 0;
    for (int lane = 0; lane <= ID_LANE_MAX; lane++) {
        struct id_source ids, same;
        id_source_init_lane(&ids, &clock, 17, lane);
        id_source_init_lane(&same, &clock, 17, lane);
        int64_t raw = id_reserve(&same, EACH), last = 0;
        for (int i = 0; i < EACH; i++) {
            int64_t id = id_next(&ids);
            assert_true(id > last);
            assert_true(id_from_raw(&same, raw + i) == id);
            assert_int_equal(id_node(id), 17);
            assert_int_equal(id_time_ms(id), now + i / 128);
            seen[count++] = last = id;
        }
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (seen[i] == seen[j])
                fail_msg("lanes %zu and %zu both made %lld", i / EACH, j / EACH, (long long)seen[i]);
}

static void random_replays(void **state)
{
    (void)state;
    struct rng a, b;
    rng_init(&a, 42);
    rng_init(&b, 42);
    unsigned seen = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t v = rng_below(&a, 10);
        assert_true(v < 10);
        assert_int_equal(v, rng_below(&b, 10));
        seen |= 1u << v;
    }
    assert_int_equal(seen, 1023);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ids_rise_whatever_the_clock_does),
                                       cmocka_unit_test(lanes_never_meet), cmocka_unit_test(random_replays)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
