#include "base/clock.h"

#include <stdatomic.h>

int64_t clock_now_ms(const struct clock *clock)
{
    return clock->now_ms(clock->state);
}

civil_day clock_today(const struct clock *clock)
{
    return civil_day_of_ms(clock_now_ms(clock));
}

static int64_t real_now_ms(void *state)
{
    (void)state;
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct clock clock_real(void)
{
    return (struct clock){real_now_ms, NULL};
}

static int64_t fixed_now_ms(void *state)
{
    return *(const int64_t *)state;
}

struct clock clock_fixed(int64_t *at_ms)
{
    return (struct clock){fixed_now_ms, at_ms};
}

int64_t clock_monotonic_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

void rng_init(struct rng *rng, uint64_t seed)
{
    rng->state = seed;
}

uint64_t rng_next(struct rng *rng)
{
    uint64_t z = (rng->state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

uint64_t rng_below(struct rng *rng, uint64_t limit)
{
    must(limit > 0);
    uint64_t bar = UINT64_MAX - UINT64_MAX % limit; /* no modulo bias */
    uint64_t v;
    do
        v = rng_next(rng);
    while (v >= bar);
    return v % limit;
}

#define ID_COUNTER_BITS 6
#define ID_LANE_BITS    4
#define ID_NODE_BITS    12
#define ID_TIME_BITS    (41 + ID_COUNTER_BITS) /* of last, below its lane */
#define ID_TIME_MASK    ((INT64_C(1) << ID_TIME_BITS) - 1)

void id_source_init(struct id_source *ids, const struct clock *clock, int node)
{
    must(node >= 0 && node <= ID_NODE_MAX);
    ids->clock = clock;
    ids->node = node;
    atomic_init(&ids->last, 0);
}

void id_source_enter(struct id_source *ids, int lane, int64_t from_ms)
{
    must(lane >= 0 && lane <= ID_LANE_MAX);
    int64_t from = from_ms > ID_EPOCH_MS ? (from_ms - ID_EPOCH_MS) << ID_COUNTER_BITS : 1 << ID_COUNTER_BITS;
    int64_t last = atomic_load(&ids->last), start;
    do {
        int64_t after = (((last & ID_TIME_MASK) >> ID_COUNTER_BITS) + 1) << ID_COUNTER_BITS;
        start = from > after ? from : after;
    } while (!atomic_compare_exchange_weak(&ids->last, &last, (int64_t)lane << ID_TIME_BITS | (start - 1)));
}

/* When the clock stands still or goes back we go on counting from the last value, so ids rise whatever the clock does.
 */
int64_t id_next(struct id_source *ids)
{
    int64_t now = (clock_now_ms(ids->clock) - ID_EPOCH_MS) << ID_COUNTER_BITS;
    int64_t last = atomic_load(&ids->last), lane, mine;
    do {
        must(last > 0);
        int64_t time = last & ID_TIME_MASK;
        lane = last >> ID_TIME_BITS;
        mine = now > time ? now : time + 1;
    } while (!atomic_compare_exchange_weak(&ids->last, &last, lane << ID_TIME_BITS | mine));
    int64_t counter = mine & ((1 << ID_COUNTER_BITS) - 1);
    return mine >> ID_COUNTER_BITS << (ID_NODE_BITS + ID_LANE_BITS + ID_COUNTER_BITS) |
           (int64_t)ids->node << (ID_LANE_BITS + ID_COUNTER_BITS) | lane << ID_COUNTER_BITS | counter;
}

int64_t id_last_ms(const struct id_source *ids)
{
    return ((atomic_load(&ids->last) & ID_TIME_MASK) >> ID_COUNTER_BITS) + ID_EPOCH_MS;
}

int64_t id_time_ms(int64_t id)
{
    return (id >> 22) + ID_EPOCH_MS;
}

int id_node(int64_t id)
{
    return (int)(id >> 10 & ID_NODE_MAX);
}

int id_lane(int64_t id)
{
    return (int)(id >> ID_COUNTER_BITS & ID_LANE_MAX);
}
