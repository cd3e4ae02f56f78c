#include <stdlib.h>

#include "base/vec.h"
#include "contact/roster_plan.h"

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static enum err_code check_plans(size_t count, struct err *err)
{
    return count <= ROSTER_PLANS_MAX
               ? ERR_NONE
               : err_set(err, ERR_LIMIT, "chỉ xem cùng lúc được nhiều nhất %u lịch trực", ROSTER_PLANS_MAX);
}

/* --- the same person twice --- */

struct held { /* a shift and the plan it is of */
    struct roster_shift shift;
    size_t plan;
};
typedef VEC(struct held) held_list;
typedef VEC(struct roster_overlap) overlap_list;

static enum err_code hold_all(const struct roster_plan *const *plans, size_t count, int64_t from_ms, int64_t to_ms,
                              struct arena *scratch, held_list *list, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        struct roster_shifts shifts;
        TRY(roster_plan_shifts(plans[i], from_ms, to_ms, scratch, &shifts, err));
        for (size_t k = 0; k < shifts.count; k++) {
            struct held *slot = vec_push(list, scratch);
            if (!slot)
                return arena_full(scratch, err);
            *slot = (struct held){shifts.items[k], i};
        }
    }
    return ERR_NONE;
}

static int held_order(const void *a, const void *b)
{
    const struct held *x = a, *y = b;
    if (x->shift.person_id != y->shift.person_id)
        return (x->shift.person_id > y->shift.person_id) - (x->shift.person_id < y->shift.person_id);
    if (x->shift.from_ms != y->shift.from_ms)
        return (x->shift.from_ms > y->shift.from_ms) - (x->shift.from_ms < y->shift.from_ms);
    return (x->plan > y->plan) - (x->plan < y->plan);
}

static int pair_order(const void *a, const void *b)
{
    const struct roster_overlap *x = a, *y = b;
    if (x->person_id != y->person_id)
        return (x->person_id > y->person_id) - (x->person_id < y->person_id);
    if (x->first != y->first)
        return (x->first > y->first) - (x->first < y->first);
    if (x->second != y->second)
        return (x->second > y->second) - (x->second < y->second);
    return (x->from_ms > y->from_ms) - (x->from_ms < y->from_ms);
}

static int start_order(const void *a, const void *b)
{
    const struct roster_overlap *x = a, *y = b;
    if (x->from_ms != y->from_ms)
        return (x->from_ms > y->from_ms) - (x->from_ms < y->from_ms);
    return pair_order(a, b);
}

/* Held by one person, by start: each pair that meets. */
static enum err_code find_pairs(const held_list *held, struct arena *arena, overlap_list *found, struct err *err)
{
    for (size_t i = 0; i < held->count; i++) {
        const struct held *a = &held->items[i];
        for (size_t k = i + 1; k < held->count && held->items[k].shift.person_id == a->shift.person_id &&
                               held->items[k].shift.from_ms < a->shift.to_ms;
             k++) {
            const struct held *b = &held->items[k];
            if (found->count == ROSTER_SHIFTS_MAX)
                return err_set(err, ERR_LIMIT, "có quá %u lần một người trực hai nơi cùng lúc", ROSTER_SHIFTS_MAX);
            struct roster_overlap *slot = vec_push(found, arena);
            if (!slot)
                return arena_full(arena, err);
            *slot = (struct roster_overlap){.from_ms = later(a->shift.from_ms, b->shift.from_ms),
                                            .to_ms = sooner(a->shift.to_ms, b->shift.to_ms),
                                            .person_id = a->shift.person_id,
                                            .first = a->plan < b->plan ? a->plan : b->plan,
                                            .second = a->plan < b->plan ? b->plan : a->plan};
        }
    }
    return ERR_NONE;
}

/* What goes on, though a shift changed its origin, is one. */
static void join_pairs(overlap_list *found)
{
    size_t kept = 0;
    if (found->count == 0)
        return;
    qsort(found->items, found->count, sizeof *found->items, pair_order);
    for (size_t i = 1; i < found->count; i++) {
        struct roster_overlap *last = &found->items[kept], *next = &found->items[i];
        if (last->person_id == next->person_id && last->first == next->first && last->second == next->second &&
            last->to_ms == next->from_ms)
            last->to_ms = next->to_ms;
        else
            found->items[++kept] = *next;
    }
    found->count = kept + 1;
    qsort(found->items, found->count, sizeof *found->items, start_order);
}

enum err_code roster_overlaps(const struct roster_plan *const *plans, size_t count, int64_t from_ms, int64_t to_ms,
                              struct arena *arena, struct roster_overlaps *ret_overlaps, struct err *err)
{
    AUTO_ARENA scratch;
    arena_init(&scratch, ROSTER_SCRATCH_MAX_BYTES);
    held_list held = {0};
    overlap_list found = {0};
    TRY(check_plans(count, err));
    TRY(hold_all(plans, count, from_ms, to_ms, &scratch, &held, err));
    if (held.count)
        qsort(held.items, held.count, sizeof *held.items, held_order);
    TRY(find_pairs(&held, arena, &found, err));
    join_pairs(&found);
    *ret_overlaps = (struct roster_overlaps){found.items, found.count};
    return ERR_NONE;
}

/* --- swaps --- */

/* The planned minutes of a turn, all of them its person's. */
static enum err_code turn_shifts(const struct roster_plan *const *plans, size_t count, const struct roster_turn *turn,
                                 struct arena *scratch, struct roster_shifts *ret_shifts, struct err *err)
{
    struct roster_gaps gaps;
    if (turn->plan >= count || turn->person_id <= 0)
        return err_set(err, ERR_SYNTAX, "đổi ca: không có ca này");
    TRY(roster_plan_shifts(plans[turn->plan], turn->from_ms, turn->to_ms, scratch, ret_shifts, err));
    TRY(roster_plan_gaps(plans[turn->plan], turn->from_ms, turn->to_ms, scratch, &gaps, err));
    bool is_theirs = ret_shifts->count > 0 && gaps.count == 0;
    for (size_t i = 0; i < ret_shifts->count; i++)
        is_theirs = is_theirs && ret_shifts->items[i].person_id == turn->person_id;
    return is_theirs ? ERR_NONE : err_set(err, ERR_CONFLICT, "đổi ca: trong ca có lúc không phải người này trực");
}

/* Can the person of `gives` take over the shifts of `takes`? What they give away does not count. */
static enum err_code can_take(const struct roster_plan *const *plans, size_t count, const struct roster_turn *gives,
                              const struct roster_shifts *takes, struct arena *scratch, struct err *err)
{
    for (size_t i = 0; i < takes->count; i++) {
        const struct roster_shift *taken = &takes->items[i];
        for (size_t p = 0; p < count; p++) {
            struct roster_shifts others;
            if (roster_plan_is_absent(plans[p], gives->person_id, taken->from_ms, taken->to_ms))
                return err_set(err, ERR_CONFLICT, "đổi ca: người nhận ca nghỉ trong giờ đó");
            TRY(roster_plan_shifts(plans[p], taken->from_ms, taken->to_ms, scratch, &others, err));
            for (size_t k = 0; k < others.count; k++) {
                const struct roster_shift *other = &others.items[k];
                bool is_given = p == gives->plan && other->from_ms >= gives->from_ms && other->to_ms <= gives->to_ms;
                if (other->person_id == gives->person_id && !is_given)
                    return err_set(err, ERR_CONFLICT, "đổi ca: một người sẽ trực hai nơi cùng lúc");
            }
        }
    }
    return ERR_NONE;
}

static enum err_code check_swap(const struct roster_plan *const *plans, size_t count, const struct roster_turn *mine,
                                const struct roster_shifts *my_shifts, const struct roster_turn *theirs,
                                struct err *err)
{
    AUTO_ARENA scratch;
    arena_init(&scratch, ROSTER_SCRATCH_MAX_BYTES);
    struct roster_shifts their_shifts;
    if (mine->person_id == theirs->person_id)
        return err_set(err, ERR_SYNTAX, "đổi ca: hai ca phải của hai người");
    TRY(turn_shifts(plans, count, theirs, &scratch, &their_shifts, err));
    TRY(can_take(plans, count, mine, &their_shifts, &scratch, err));
    return can_take(plans, count, theirs, my_shifts, &scratch, err);
}

enum err_code roster_swap_check(const struct roster_plan *const *plans, size_t count, const struct roster_turn *mine,
                                const struct roster_turn *theirs, struct err *err)
{
    AUTO_ARENA scratch;
    arena_init(&scratch, ROSTER_SCRATCH_MAX_BYTES);
    struct roster_shifts my_shifts;
    TRY(check_plans(count, err));
    TRY(turn_shifts(plans, count, mine, &scratch, &my_shifts, err));
    return check_swap(plans, count, mine, &my_shifts, theirs, err);
}

void roster_swap_overrides(const struct roster_turn *mine, const struct roster_turn *theirs, int64_t made_ms,
                           const int64_t ids[2], struct roster_override ret_overrides[2])
{
    ret_overrides[0] = (struct roster_override){.id = ids[0],
                                                .made_ms = made_ms,
                                                .from_ms = mine->from_ms,
                                                .to_ms = mine->to_ms,
                                                .person_id = theirs->person_id,
                                                .instead_of = mine->person_id};
    ret_overrides[1] = (struct roster_override){.id = ids[1],
                                                .made_ms = made_ms,
                                                .from_ms = theirs->from_ms,
                                                .to_ms = theirs->to_ms,
                                                .person_id = mine->person_id,
                                                .instead_of = theirs->person_id};
}

/* Does the shift go on outside the window it was cut to? */
static bool is_cut(const struct roster_plan *plan, const struct roster_shift *shift, int64_t from_ms, int64_t to_ms)
{
    struct roster_shift beside;
    if (shift->from_ms == from_ms && roster_plan_at(plan, from_ms - 1, &beside) == ROSTER_ON_DUTY &&
        beside.person_id == shift->person_id && beside.origin_id == shift->origin_id)
        return true;
    return shift->to_ms == to_ms && roster_plan_at(plan, to_ms, &beside) == ROSTER_ON_DUTY &&
           beside.person_id == shift->person_id && beside.origin_id == shift->origin_id;
}

static int time_order(const void *a, const void *b)
{
    const struct held *x = a, *y = b;
    if (x->shift.from_ms != y->shift.from_ms)
        return (x->shift.from_ms > y->shift.from_ms) - (x->shift.from_ms < y->shift.from_ms);
    return (x->plan > y->plan) - (x->plan < y->plan);
}

enum err_code roster_swap_choices(const struct roster_plan *const *plans, size_t count, const struct roster_turn *mine,
                                  int64_t from_ms, int64_t to_ms, struct arena *arena, struct roster_turns *ret_turns,
                                  struct err *err)
{
    AUTO_ARENA scratch;
    arena_init(&scratch, ROSTER_SCRATCH_MAX_BYTES);
    held_list held = {0};
    VEC(struct roster_turn) turns = {0};
    struct roster_shifts my_shifts;
    TRY(check_plans(count, err));
    TRY(turn_shifts(plans, count, mine, &scratch, &my_shifts, err));
    TRY(hold_all(plans, count, from_ms, to_ms, &scratch, &held, err));
    if (held.count > ROSTER_SWAP_TRIES_MAX)
        return err_set(err, ERR_LIMIT, "đổi ca: quá %u ca để so, hãy chọn ít ngày hơn", ROSTER_SWAP_TRIES_MAX);
    if (held.count)
        qsort(held.items, held.count, sizeof *held.items, time_order);
    for (size_t i = 0; i < held.count && turns.count < ROSTER_SWAPS_MAX; i++) {
        const struct held *h = &held.items[i];
        struct roster_turn theirs = {h->plan, h->shift.from_ms, h->shift.to_ms, h->shift.person_id};
        struct err why;
        if (h->shift.person_id == mine->person_id || is_cut(plans[h->plan], &h->shift, from_ms, to_ms))
            continue;
        enum err_code code = check_swap(plans, count, mine, &my_shifts, &theirs, &why);
        if (code == ERR_CONFLICT)
            continue;
        if (code != ERR_NONE) {
            *err = why;
            return code;
        }
        struct roster_turn *slot = vec_push(&turns, arena);
        if (!slot)
            return arena_full(arena, err);
        *slot = theirs;
    }
    *ret_turns = (struct roster_turns){turns.items, turns.count};
    return ERR_NONE;
}
