#include "test.h"

#include "base/clock.h"
#include "contact/roster_plan.h"

static struct arena arena;
static struct err err;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 256u << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

/* --- helpers --- */

#define MINUTE_MS 60000LL

static civil_day day(int year, int month, int d)
{
    return civil_to_day(year, month, d);
}

static int64_t ms(int year, int month, int d, int hour, int minute)
{
    return civil_day_start_ms(day(year, month, d)) + (hour * 60 + minute) * MINUTE_MS;
}

static const struct roster_plan *plan_of(const struct roster_description *d)
{
    struct roster_plan *plan = NULL;
    assert_ok(roster_plan_new(d, &arena, &plan, &err));
    assert_int_equal(roster_plan_id(plan), d->id);
    return plan;
}

/* --- the plain model, minute by minute --- */

struct seen {
    enum roster_state state;
    int64_t person, absent, instead_of, origin_id;
    enum roster_origin origin;
};

/* Walks hand-over by hand-over and hour by hour: slow, and nothing of it shared with what is tested. */
static int64_t model_rotation(const struct roster_rotation *r, int64_t at_ms)
{
    int64_t unit_ms = (r->unit == ROSTER_BY_HOURS ? 60 : r->unit == ROSTER_BY_DAYS ? 1440 : 10080) * MINUTE_MS;
    int64_t from_ms = civil_day_start_ms(r->first_day) + r->first_minute * MINUTE_MS;
    if (at_ms < from_ms || at_ms < civil_day_start_ms(r->from_day) ||
        (r->to_day != CIVIL_FOREVER && at_ms >= civil_day_start_ms(r->to_day)))
        return 0;
    bool is_duty = r->hours_count == 0;
    for (int back = 0; back <= 1; back++) {
        civil_day d = civil_day_of_ms(at_ms) - back;
        for (size_t i = 0; i < r->hours_count; i++) {
            int64_t begin_ms = civil_day_start_ms(d) + r->hours[i].from_minute * MINUTE_MS,
                    end_ms = civil_day_start_ms(d) + r->hours[i].to_minute * MINUTE_MS;
            if (end_ms <= begin_ms)
                end_ms += CIVIL_DAY_MS;
            if (r->hours[i].weekdays & 1u << civil_weekday(d) && begin_ms <= at_ms && at_ms < end_ms)
                is_duty = true;
        }
    }
    size_t who = 0;
    for (from_ms += unit_ms * r->every; from_ms <= at_ms; from_ms += unit_ms * r->every)
        who = who + 1 == r->people_count ? 0 : who + 1;
    return is_duty ? r->people[who] : 0;
}

static struct seen model_planned(const struct roster_description *d, int64_t at_ms)
{
    const struct roster_temporary *holds = NULL;
    struct seen s = {.state = ROSTER_ON_DUTY};
    for (size_t i = 0; i < d->temporary_count; i++) {
        const struct roster_temporary *t = &d->temporaries[i];
        if (t->from_ms <= at_ms && at_ms < t->to_ms &&
            (!holds || t->made_ms > holds->made_ms || (t->made_ms == holds->made_ms && t->id > holds->id)))
            holds = t;
    }
    if (holds) {
        s.origin_id = holds->id;
        s.origin = ROSTER_FALLBACK;
        s.person = holds->fallback_id;
        for (size_t i = 0; i < holds->shift_count; i++)
            if (holds->shifts[i].from_ms <= at_ms && at_ms < holds->shifts[i].to_ms) {
                s.origin = ROSTER_TEMPORARY;
                s.person = holds->shifts[i].person_id;
            }
        return s;
    }
    for (size_t i = 0; i < d->rotation_count; i++) {
        int64_t person = model_rotation(&d->rotations[i], at_ms);
        if (person)
            s = (struct seen){ROSTER_ON_DUTY, person, 0, 0, d->rotations[i].id, ROSTER_ROTATION};
    }
    if (!s.person)
        s.state = ROSTER_NONE;
    return s;
}

static struct seen model_at(const struct roster_description *d, int64_t at_ms)
{
    struct seen s = model_planned(d, at_ms);
    int64_t planned = s.person, by = 0;
    if (s.state == ROSTER_NONE)
        return s;
    for (int64_t made = 0; made < 10; made++) /* random plans are made at 0 to 9, ids rise */
        for (size_t i = 0; i < d->override_count; i++) {
            const struct roster_override *o = &d->overrides[i];
            if (o->made_ms == made && o->from_ms <= at_ms && at_ms < o->to_ms && o->person_id != s.person &&
                (o->instead_of == 0 || o->instead_of == s.person)) {
                s.person = o->person_id;
                by = o->id;
            }
        }
    if (s.person != planned) {
        s.origin = ROSTER_OVERRIDE;
        s.origin_id = by;
        s.instead_of = planned;
    }
    for (size_t i = 0; i < d->absence_count; i++)
        if (d->absences[i].person_id == s.person && d->absences[i].from_ms <= at_ms && at_ms < d->absences[i].to_ms)
            return (struct seen){.state = ROSTER_GAP, .absent = s.person};
    if (s.person == 0)
        s = (struct seen){.state = ROSTER_GAP};
    return s;
}

struct random_plan {
    struct roster_description d;
    struct roster_rotation rotations[3];
    int64_t people[3][5];
    struct roster_hours hours[3][3];
    struct roster_temporary temporaries[3];
    struct roster_fixed fixed[3][4];
    struct roster_override overrides[8];
    struct roster_absence absences[4];
};

static int64_t random_range(struct rng *rng, int64_t from_ms, int64_t to_ms, int64_t *ret_to_ms)
{
    int64_t minutes = (to_ms - from_ms) / MINUTE_MS;
    int64_t a = (int64_t)rng_below(rng, (uint64_t)minutes);
    *ret_to_ms = from_ms + (a + 1 + (int64_t)rng_below(rng, (uint64_t)(minutes - a))) * MINUTE_MS;
    return from_ms + a * MINUTE_MS;
}

static void random_rotation(struct rng *rng, struct random_plan *p, size_t i, civil_day first)
{
    struct roster_rotation *r = &p->rotations[i];
    *r = (struct roster_rotation){.id = 10 + (int64_t)i,
                                  .people = p->people[i],
                                  .people_count = 1 + rng_below(rng, 5),
                                  .first_day = first - (civil_day)rng_below(rng, 20) + 2,
                                  .first_minute = (int)rng_below(rng, 1440),
                                  .unit = (enum roster_unit)rng_below(rng, 3),
                                  .hours = p->hours[i],
                                  .hours_count = rng_below(rng, 4),
                                  .from_day = first - (civil_day)rng_below(rng, 5) + 2,
                                  .to_day = CIVIL_FOREVER};
    r->every = 1 + (int)rng_below(rng, r->unit == ROSTER_BY_HOURS ? 30 : 3);
    if (rng_below(rng, 2))
        r->to_day = r->from_day + 1 + (civil_day)rng_below(rng, 5);
    for (size_t k = 0; k < 5; k++)
        p->people[i][k] = 1 + (int64_t)rng_below(rng, 6);
    for (size_t k = 0; k < 3; k++)
        p->hours[i][k] = (struct roster_hours){(uint8_t)(1 + rng_below(rng, 127)), (int)rng_below(rng, 1440),
                                               (int)rng_below(rng, 1441)};
}

static void random_temporary(struct rng *rng, struct random_plan *p, size_t i, int64_t from_ms, int64_t to_ms)
{
    struct roster_temporary *t = &p->temporaries[i];
    *t = (struct roster_temporary){.id = 20 + (int64_t)i,
                                   .made_ms = (int64_t)rng_below(rng, 3),
                                   .shifts = p->fixed[i],
                                   .fallback_id = (int64_t)rng_below(rng, 7)};
    t->from_ms = random_range(rng, from_ms, to_ms, &t->to_ms);
    int64_t at_ms = t->from_ms;
    while (t->shift_count < 4 && at_ms < t->to_ms && rng_below(rng, 3)) {
        struct roster_fixed *f = &p->fixed[i][t->shift_count++];
        f->from_ms = random_range(rng, at_ms, t->to_ms, &f->to_ms);
        f->person_id = 1 + (int64_t)rng_below(rng, 6);
        at_ms = f->to_ms;
    }
    if (t->shift_count > 1 && rng_below(rng, 2)) { /* in any order */
        struct roster_fixed first = p->fixed[i][0];
        p->fixed[i][0] = p->fixed[i][1];
        p->fixed[i][1] = first;
    }
}

static void random_plan(struct rng *rng, struct random_plan *p, int64_t from_ms, int64_t to_ms)
{
    *p = (struct random_plan){.d = {.id = 1,
                                    .rotations = p->rotations,
                                    .rotation_count = rng_below(rng, 4),
                                    .temporaries = p->temporaries,
                                    .temporary_count = rng_below(rng, 3),
                                    .overrides = p->overrides,
                                    .override_count = rng_below(rng, 9),
                                    .absences = p->absences,
                                    .absence_count = rng_below(rng, 5)}};
    for (size_t i = 0; i < p->d.rotation_count; i++)
        random_rotation(rng, p, i, civil_day_of_ms(from_ms));
    for (size_t i = 0; i < p->d.temporary_count; i++)
        random_temporary(rng, p, i, from_ms - CIVIL_DAY_MS, to_ms + CIVIL_DAY_MS);
    for (size_t i = 0; i < p->d.override_count; i++) {
        struct roster_override *o = &p->overrides[i];
        *o = (struct roster_override){.id = 30 + (int64_t)i,
                                      .made_ms = (int64_t)rng_below(rng, 10),
                                      .person_id = 1 + (int64_t)rng_below(rng, 6),
                                      .instead_of = (int64_t)rng_below(rng, 7)};
        o->from_ms = random_range(rng, from_ms - CIVIL_DAY_MS, to_ms + CIVIL_DAY_MS, &o->to_ms);
    }
    for (size_t i = 0; i < p->d.absence_count; i++) {
        struct roster_absence *s = &p->absences[i];
        s->person_id = 1 + (int64_t)rng_below(rng, 6);
        s->from_ms = random_range(rng, from_ms - CIVIL_DAY_MS, to_ms + CIVIL_DAY_MS, &s->to_ms);
    }
}

static bool is_joined(const struct roster_shift *a, const struct roster_shift *b)
{
    return a->to_ms == b->from_ms && a->person_id == b->person_id && a->origin == b->origin &&
           a->origin_id == b->origin_id && a->instead_of == b->instead_of && a->planned_origin == b->planned_origin &&
           a->planned_id == b->planned_id;
}

static void minutes_are_those_of_a_plain_model(void **state)
{
    (void)state;
    struct rng rng;
    static struct random_plan p;
    size_t on_duty = 0, gaps_seen = 0, none = 0, overridden = 0, temporary = 0;
    rng_init(&rng, 20261123);
    for (int round = 0; round < 300; round++) {
        struct arena_mark mark = arena_mark(&arena);
        civil_day first = day(2023, 12, 20) + (civil_day)rng_below(&rng, 900); /* a leap day, three new years */
        int64_t from_ms = civil_day_start_ms(first) + (int64_t)rng_below(&rng, 1440) * MINUTE_MS;
        int64_t to_ms = from_ms + (1 + (int64_t)rng_below(&rng, 3 * 1440)) * MINUTE_MS;
        struct roster_shifts shifts = {0};
        struct roster_gaps gaps = {0};
        random_plan(&rng, &p, from_ms, to_ms);
        const struct roster_plan *plan = plan_of(&p.d);
        assert_ok(roster_plan_shifts(plan, from_ms, to_ms, &arena, &shifts, &err));
        assert_ok(roster_plan_gaps(plan, from_ms, to_ms, &arena, &gaps, &err));
        for (size_t i = 1; i < shifts.count; i++)
            assert_true(shifts.items[i - 1].to_ms <= shifts.items[i].from_ms &&
                        !is_joined(&shifts.items[i - 1], &shifts.items[i]));
        for (size_t i = 1; i < gaps.count; i++)
            assert_true(gaps.items[i - 1].to_ms < gaps.items[i].from_ms ||
                        (gaps.items[i - 1].to_ms == gaps.items[i].from_ms &&
                         gaps.items[i - 1].absent_id != gaps.items[i].absent_id));
        size_t at_shift = 0, at_gap = 0;
        for (int64_t at_ms = from_ms; at_ms < to_ms; at_ms += MINUTE_MS) {
            struct seen want = model_at(&p.d, at_ms);
            struct roster_shift now = {0};
            while (at_shift < shifts.count && shifts.items[at_shift].to_ms <= at_ms)
                at_shift++;
            while (at_gap < gaps.count && gaps.items[at_gap].to_ms <= at_ms)
                at_gap++;
            bool is_on = at_shift < shifts.count && shifts.items[at_shift].from_ms <= at_ms;
            bool is_gap = at_gap < gaps.count && gaps.items[at_gap].from_ms <= at_ms;
            bool is_right = is_on == (want.state == ROSTER_ON_DUTY) && is_gap == (want.state == ROSTER_GAP) &&
                            roster_plan_at(plan, at_ms, &now) == want.state;
            if (is_right && is_on) {
                const struct roster_shift *s = &shifts.items[at_shift];
                is_right = s->person_id == want.person && s->origin == want.origin && s->origin_id == want.origin_id &&
                           s->instead_of == want.instead_of && now.person_id == want.person &&
                           now.origin == want.origin && now.origin_id == want.origin_id &&
                           now.instead_of == want.instead_of;
                on_duty++;
                overridden += s->origin == ROSTER_OVERRIDE;
                temporary += s->origin == ROSTER_TEMPORARY || s->origin == ROSTER_FALLBACK;
            } else if (is_right && is_gap) {
                is_right = gaps.items[at_gap].absent_id == want.absent;
                gaps_seen++;
            } else {
                none++;
            }
            if (!is_right) {
                char text[CIVIL_TEXT_BYTES];
                fail_msg("round %d at %s: wanted state %d person %lld origin %d of %lld for %lld", round,
                         civil_iso_ms(at_ms, text), want.state, (long long)want.person, want.origin,
                         (long long)want.origin_id, (long long)want.instead_of);
            }
        }
        arena_rewind(&arena, mark);
    }
    /* every kind of minute was among them */
    if (on_duty < 50000 || gaps_seen < 5000 || none < 50000 || overridden < 10000 || temporary < 10000)
        fail_msg("%zu on duty, %zu gaps, %zu none, %zu overridden, %zu temporary", on_duty, gaps_seen, none, overridden,
                 temporary);
}

/* A swap that is allowed, stored as its two overrides, leaves nobody on two plans who was not before. */
static void allowed_swaps_make_no_overlap(void **state)
{
    (void)state;
    struct rng rng;
    static struct random_plan p[2];
    size_t tried = 0;
    rng_init(&rng, 5);
    for (int round = 0; round < 150; round++) {
        struct arena_mark mark = arena_mark(&arena);
        int64_t from_ms = ms(2026, 11, 2, 0, 0), to_ms = from_ms + 3 * CIVIL_DAY_MS;
        const struct roster_plan *plans[2];
        struct roster_shifts shifts = {0};
        struct roster_turns turns = {0};
        for (int i = 0; i < 2; i++) {
            random_plan(&rng, &p[i], from_ms, to_ms);
            p[i].d.override_count = p[i].d.override_count > 6 ? 6 : p[i].d.override_count;
            for (size_t k = 0; k < p[i].d.override_count; k++)
                p[i].overrides[k].made_ms = 0;
            plans[i] = plan_of(&p[i].d);
        }
        assert_ok(roster_plan_shifts(plans[0], from_ms, to_ms, &arena, &shifts, &err));
        if (shifts.count) {
            const struct roster_shift *s = &shifts.items[rng_below(&rng, shifts.count)];
            struct roster_turn mine = {0, s->from_ms, s->to_ms, s->person_id};
            assert_ok(roster_swap_choices(plans, 2, &mine, from_ms, to_ms, &arena, &turns, &err));
            for (size_t i = 0; i < turns.count && i < 5; i++, tried++) {
                const struct roster_turn *theirs = &turns.items[i];
                struct roster_override swap[2];
                struct roster_shift now;
                const struct roster_plan *after[2];
                size_t counts[2] = {p[0].d.override_count, p[1].d.override_count};
                roster_swap_overrides(&mine, theirs, 100, (const int64_t[]){60, 61}, swap);
                p[0].overrides[p[0].d.override_count++] = swap[0];
                p[theirs->plan].overrides[p[theirs->plan].d.override_count++] = swap[1];
                for (int k = 0; k < 2; k++)
                    after[k] = plan_of(&p[k].d);
                p[0].d.override_count = counts[0];
                p[1].d.override_count = counts[1];
                for (int64_t at_ms = from_ms; at_ms < to_ms; at_ms += MINUTE_MS) {
                    struct roster_shift other;
                    bool in_mine = at_ms >= mine.from_ms && at_ms < mine.to_ms,
                         in_theirs = at_ms >= theirs->from_ms && at_ms < theirs->to_ms;
                    enum roster_state a = roster_plan_at(after[0], at_ms, &now),
                                      b = roster_plan_at(after[1], at_ms, &other);
                    if (in_mine)
                        assert_true(a == ROSTER_ON_DUTY && now.person_id == theirs->person_id);
                    if ((in_mine || in_theirs) && a == ROSTER_ON_DUTY && b == ROSTER_ON_DUTY &&
                        now.person_id == other.person_id)
                        assert_true(now.person_id != mine.person_id && now.person_id != theirs->person_id);
                }
            }
        }
        arena_rewind(&arena, mark);
    }
    assert_true(tried > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(minutes_are_those_of_a_plain_model, setup, teardown),
        cmocka_unit_test_setup_teardown(allowed_swaps_make_no_overlap, setup, teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
