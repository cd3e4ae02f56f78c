/* clock.h - time and randomness come from structs, so a test replays to the second.
 * Uses: libc.    Used by: everything that asks what time it is.    Threads: struct clock may be shared; struct rng has
 * one owner. */
#ifndef LUYTRE_BASE_CLOCK_H
#define LUYTRE_BASE_CLOCK_H

#include "base/civil.h"

NONNULL_BEGIN

struct clock {
    int64_t (*now_ms)(void *NULLABLE state); /* Unix milliseconds */
    void *NULLABLE state;
};
int64_t clock_now_ms(const struct clock *clock);
civil_day clock_today(const struct clock *clock); /* the day in Viet Nam */
struct clock clock_real(void);
/* Stands still at *at_ms, which the owner moves. */
struct clock clock_fixed(int64_t *at_ms);
int64_t clock_monotonic_us(void); /* for measuring only */

/* splitmix64: fast, seeded, replayable; never for secrets (os/crypto.h has those). */
struct rng {
    uint64_t state;
};
void rng_init(struct rng *rng, uint64_t seed);
uint64_t rng_next(struct rng *rng);
uint64_t rng_below(struct rng *rng, uint64_t limit); /* 0 .. limit-1, limit > 0 */

/* Ids: 41 bits of milliseconds since 2020-01-01T00:00:00Z, 12 of node, 4 of lane, 6 of counter; always positive, rising
 * within a source. Decimal text outside. Never a secret. One source per process; thread safe. Processes of one node
 * each have a lane of their own (store/id_lane.h), 64 ids a millisecond; who needs more runs ahead of the clock. */
#define ID_EPOCH_MS 1577836800000LL
#define ID_NODE_MAX 4095
#define ID_LANE_MAX 15
struct id_source {
    const struct clock *clock;
    int node;
    _Atomic int64_t last; /* lane << 47 | ms << 6 | counter; 0: no lane yet */
};
void id_source_init(struct id_source *ids, const struct clock *clock, int node);
/* From here on in this lane, and no id has a time before from_ms (Unix); ids of the source go on rising in time. */
void id_source_enter(struct id_source *ids, int lane, int64_t from_ms);
int64_t id_next(struct id_source *ids);          /* a lane was entered */
int64_t id_last_ms(const struct id_source *ids); /* the time of the last id, Unix; of one not given yet: the start */
int64_t id_time_ms(int64_t id);
int id_node(int64_t id);
int id_lane(int64_t id);

NONNULL_END
#endif
