#include "test.h"

#include "base/clock.h"

static void ids_rise_whatever_the_clock_does(void **state)
{
    (void)state;
    int64_t now = civil_day_start_ms(civil_to_day(2027, 4, 23));
    struct clock clock = clock_fixed(&now);
    struct id_source ids;
    id_source_init(&ids, &clock, 17);
    id_source_enter(&ids, 3, 0);
    int64_t last = 0;
    for (int i = 0; i < 5000; i++) {
        if (i == 2000)
            now -= 100000; /* the clock goes back */
        if (i == 3000)
            now += 200000;
        int64_t id = id_next(&ids);
        assert_true(id > last);
        assert_int_equal(id_node(id), 17);
        assert_int_equal(id_lane(id), 3);
        last = id;
    }
    assert_int_equal(civil_day_of_ms(id_time_ms(last)), civil_to_day(2027, 4, 23));
}

/* Every process of a node has a lane of its own: what they make in the same millisecond never meets, and says its time,
 * its node and its lane. */
static void lanes_never_meet(void **state)
{
    (void)state;
    int64_t now = civil_day_start_ms(civil_to_day(2027, 4, 23)) + 12345;
    struct clock clock = clock_fixed(&now);
    enum { EACH = 150 }; /* more than a lane holds in a millisecond */
    static int64_t seen[(ID_LANE_MAX + 1) * EACH];
    size_t count = 0;
    for (int lane = 0; lane <= ID_LANE_MAX; lane++) {
        struct id_source ids;
        id_source_init(&ids, &clock, 17);
        id_source_enter(&ids, lane, now);
        int64_t last = 0;
        for (int i = 0; i < EACH; i++) {
            int64_t id = id_next(&ids);
            assert_true(id > last);
            assert_int_equal(id_node(id), 17);
            assert_int_equal(id_lane(id), lane);
            assert_int_equal(id_time_ms(id), now + i / 64);
            seen[count++] = last = id;
        }
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (seen[i] == seen[j])
                fail_msg("lanes %zu and %zu both made %lld", i / EACH, j / EACH, (long long)seen[i]);
}

/* Who enters a lane begins where it is told, also ahead of the clock, and never before what it gave itself. */
static void a_lane_begins_where_it_is_told(void **state)
{
    (void)state;
    int64_t now = civil_day_start_ms(civil_to_day(2027, 4, 23));
    struct clock clock = clock_fixed(&now);
    struct id_source ids;
    id_source_init(&ids, &clock, 17);
    id_source_enter(&ids, 0, now + 5000);
    assert_int_equal(id_last_ms(&ids), now + 4999);
    int64_t first = id_next(&ids);
    assert_int_equal(id_time_ms(first), now + 5000);
    id_source_enter(&ids, 9, now);
    int64_t second = id_next(&ids);
    assert_int_equal(id_lane(second), 9);
    assert_int_equal(id_time_ms(second), now + 5001);
    now += 60000;
    assert_int_equal(id_time_ms(id_next(&ids)), now);
    assert_int_equal(id_last_ms(&ids), now);
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_rise_whatever_the_clock_does), cmocka_unit_test(lanes_never_meet),
        cmocka_unit_test(a_lane_begins_where_it_is_told), cmocka_unit_test(random_replays)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
