/* roster_plan.h - who is on duty at each minute, worked out from a description in memory.
 * A plan is one seat: at an instant one person holds it, or nobody does. Two people at once are two plans. What is
 * planned comes from rotations (a later one of the list stands above an earlier); inside a temporary schedule (Tết,
 * 30/4–1/5, 2/9) its own shifts hold instead, and its fallback person wherever they leave a minute open. Overrides
 * exchange the person of a planned minute, the oldest first, so that the newest wins; they never make duty where none
 * is planned. Who is absent leaves a gap, unless somebody was put there instead.
 * Knows instants and ids; nothing of people, channels, databases or clocks of the machine.
 * Uses: base.    Used by: contact (rosters), incident, work (the simulated province), web.    Memory: plans and answers
 * live in the caller's arena.    Threads: a plan is read-only.
 * Instants are Unix ms and ranges half open; local times are those of Viet Nam (base/civil.h). */
#ifndef LUYTRE_CONTACT_ROSTER_PLAN_H
#define LUYTRE_CONTACT_ROSTER_PLAN_H

#include "base/arena.h"
#include "base/civil.h"

NONNULL_BEGIN

#define ROSTER_WINDOW_MAX_DAYS   400
#define ROSTER_PLANS_MAX         200u   /* looked at together */
#define ROSTER_ROTATIONS_MAX     30u    /* of one plan */
#define ROSTER_PEOPLE_MAX        500u   /* of one rotation */
#define ROSTER_HOURS_MAX         50u    /* duty windows of a week, of one rotation */
#define ROSTER_EVERY_MAX         366    /* hours, days or weeks until the hand-over */
#define ROSTER_TEMPORARIES_MAX   100u   /* of one plan */
#define ROSTER_FIXED_MAX         5000u  /* shifts of one temporary schedule */
#define ROSTER_OVERRIDES_MAX     20000u /* of one plan */
#define ROSTER_ABSENCES_MAX      20000u
#define ROSTER_CUTS_MAX          500000u /* instants of a window at which something may change */
#define ROSTER_SHIFTS_MAX        50000u  /* of one answer */
#define ROSTER_SCRATCH_MAX_BYTES (64u << 20)

/* --- the description --- */

/* Duty on the days of weekdays from from_minute on: until to_minute of the same day, or of the next one when that is
 * not later (22:00–06:00, 07:30–07:30). */
struct roster_hours {
    uint8_t weekdays; /* bit 0 = Monday .. bit 6 = Sunday: the day the duty begins on */
    int from_minute;  /* 0..1439, minutes since local midnight */
    int to_minute;    /* 0..1440 */
};
enum roster_unit { ROSTER_BY_HOURS, ROSTER_BY_DAYS, ROSTER_BY_WEEKS };
/* people[0] begins at first_minute of first_day; each `every` units the next one takes over, whether or not there is
 * duty just then. Before that there is no duty, nor outside [from_day, to_day). */
struct roster_rotation {
    int64_t id;
    const int64_t *people;
    size_t people_count;
    civil_day first_day;
    int first_minute; /* 0..1439 */
    enum roster_unit unit;
    int every;
    const struct roster_hours *NULLABLE hours; /* none: round the clock */
    size_t hours_count;
    civil_day from_day, to_day; /* CIVIL_FOREVER: no end */
};
struct roster_fixed {
    int64_t from_ms, to_ms;
    int64_t person_id;
};
/* All of [from_ms, to_ms) is to be covered. Where two meet, the later made_ms holds, then the greater id. */
struct roster_temporary {
    int64_t id;
    int64_t made_ms;
    int64_t from_ms, to_ms;
    const struct roster_fixed *NULLABLE shifts; /* inside, never two at once, in any order */
    size_t shift_count;
    int64_t fallback_id; /* 0: nobody, and what is left open is a gap */
};
struct roster_override {
    int64_t id;
    int64_t made_ms; /* the newest wins, then the greater id */
    int64_t from_ms, to_ms;
    int64_t person_id;
    int64_t instead_of; /* only where this person would be on duty; 0: whoever it is */
};
struct roster_absence {
    int64_t person_id;
    int64_t from_ms, to_ms;
};
struct roster_description {
    int64_t id;
    const struct roster_rotation *NULLABLE rotations;
    size_t rotation_count;
    const struct roster_temporary *NULLABLE temporaries;
    size_t temporary_count;
    const struct roster_override *NULLABLE overrides;
    size_t override_count;
    const struct roster_absence *NULLABLE absences;
    size_t absence_count;
};

struct roster_plan; /* checked and put in order */
/* Copies what it needs. ERR_SYNTAX, ERR_CONFLICT, ERR_LIMIT say which part is wrong, 1 = first. */
MUST_USE enum err_code roster_plan_new(const struct roster_description *description, struct arena *arena,
                                       struct roster_plan **ret_plan, struct err *err);
int64_t roster_plan_id(const struct roster_plan *plan);

/* --- who --- */

enum roster_origin { ROSTER_ROTATION, ROSTER_TEMPORARY, ROSTER_FALLBACK, ROSTER_OVERRIDE };
struct roster_shift {
    int64_t from_ms, to_ms; /* cut to the window that was asked for */
    int64_t person_id;
    enum roster_origin origin;
    int64_t origin_id;                 /* of the rotation, temporary schedule or override */
    int64_t instead_of;                /* of an override: who was planned, 0 when nobody was; else 0 */
    enum roster_origin planned_origin; /* where the shift stands in the plan: origin, or what the override covers */
    int64_t planned_id;
};
struct roster_shifts {
    struct roster_shift *NULLABLE items;
    size_t count;
};
/* In order, none overlapping; as long as person and origin stay the same it is one shift. */
MUST_USE enum err_code roster_plan_shifts(const struct roster_plan *plan, int64_t from_ms, int64_t to_ms,
                                          struct arena *arena, struct roster_shifts *ret_shifts, struct err *err);

enum roster_state {
    ROSTER_NONE,    /* no duty is planned then */
    ROSTER_GAP,     /* duty is planned and nobody is there */
    ROSTER_ON_DUTY, /* ret_shift is filled: its range is that one millisecond */
};
/* Is the person absent at any instant of [from_ms, to_ms)? */
bool roster_plan_is_absent(const struct roster_plan *plan, int64_t person_id, int64_t from_ms, int64_t to_ms);
enum roster_state roster_plan_at(const struct roster_plan *plan, int64_t at_ms, struct roster_shift *ret_shift);

/* --- what is wrong with the days to come --- */

struct roster_gap {
    int64_t from_ms, to_ms;
    int64_t absent_id; /* who would be there and is absent; 0: nobody was named */
};
struct roster_gaps {
    struct roster_gap *NULLABLE items;
    size_t count;
};
MUST_USE enum err_code roster_plan_gaps(const struct roster_plan *plan, int64_t from_ms, int64_t to_ms,
                                        struct arena *arena, struct roster_gaps *ret_gaps, struct err *err);

/* The same person on two plans at once; plans are told apart by their place in the list. */
struct roster_overlap {
    int64_t from_ms, to_ms;
    int64_t person_id;
    size_t first, second; /* first < second */
};
struct roster_overlaps {
    struct roster_overlap *NULLABLE items; /* by start */
    size_t count;
};
MUST_USE enum err_code roster_overlaps(const struct roster_plan *const *plans, size_t count, int64_t from_ms,
                                       int64_t to_ms, struct arena *arena, struct roster_overlaps *ret_overlaps,
                                       struct err *err);

/* People with a shift in the window whom is_reachable says no of: each once, by their first shift. It is asked once a
 * person. */
struct roster_unreachable {
    int64_t person_id;
    int64_t first_ms; /* where the first shift begins */
    size_t shift_count;
};
struct roster_unreachables {
    struct roster_unreachable *NULLABLE items;
    size_t count;
};
MUST_USE enum err_code roster_plan_unreachable(const struct roster_plan *plan, int64_t from_ms, int64_t to_ms,
                                               bool (*is_reachable)(void *NULLABLE ctx, int64_t person_id),
                                               void *NULLABLE ctx, struct arena *arena,
                                               struct roster_unreachables *ret_people, struct err *err);

/* --- swaps --- */

/* A stretch of somebody's duty on one of the plans: each planned minute of it is theirs (hours without duty may lie
 * between). */
struct roster_turn {
    size_t plan; /* its place in the list */
    int64_t from_ms, to_ms;
    int64_t person_id;
};
/* Could the two exchange their turns? ERR_CONFLICT: one of them is not (or no longer) theirs throughout, somebody
 * would be on duty twice at once on any of the plans, or is absent then. Whether both want it is the caller's. */
MUST_USE enum err_code roster_swap_check(const struct roster_plan *const *plans, size_t count,
                                         const struct roster_turn *mine, const struct roster_turn *theirs,
                                         struct err *err);
/* The two overrides of a swap, which must be stored together: [0] puts them into mine, [1] me into theirs. */
void roster_swap_overrides(const struct roster_turn *mine, const struct roster_turn *theirs, int64_t made_ms,
                           const int64_t ids[2], struct roster_override ret_overrides[2]);
/* Every whole shift in the window, on any of the plans, that mine could be exchanged for, the soonest first, at most
 * ROSTER_SWAPS_MAX. ERR_CONFLICT: mine is not theirs to give; ERR_LIMIT: more than ROSTER_SWAP_TRIES_MAX to compare. */
#define ROSTER_SWAPS_MAX      200u
#define ROSTER_SWAP_TRIES_MAX 5000u
struct roster_turns {
    struct roster_turn *NULLABLE items;
    size_t count;
};
MUST_USE enum err_code roster_swap_choices(const struct roster_plan *const *plans, size_t count,
                                           const struct roster_turn *mine, int64_t from_ms, int64_t to_ms,
                                           struct arena *arena, struct roster_turns *ret_turns, struct err *err);

NONNULL_END
#endif
