#include "test.h"

#include "base/clock.h"
#include "duty/state.h"

#define D(y, m, d) civil_to_day(y, m, d)

static struct duty_facts plain(void)
{
    return (struct duty_facts){.issued_day = D(2022, 11, 1),
                               .due_day = D(2022, 11, 30),
                               .acked_day = CIVIL_NONE,
                               .started_day = CIVIL_NONE,
                               .covered_from_day = CIVIL_NONE,
                               .covered_to_day = CIVIL_NONE,
                               .na_from_day = CIVIL_NONE,
                               .waived_to_day = CIVIL_NONE,
                               .closed_day = CIVIL_NONE,
                               .soon_days = 5};
}

static void life_of_one_duty(void **state)
{
    (void)state;
    struct duty_facts f = plain();
    assert_int_equal(duty_state_on(&f, D(2022, 10, 31)), DUTY_NOWHERE);
    assert_int_equal(duty_state_on(&f, D(2022, 11, 1)), DUTY_UNSEEN);
    f.acked_day = D(2022, 11, 3);
    assert_int_equal(duty_state_on(&f, D(2022, 11, 2)), DUTY_UNSEEN);
    assert_int_equal(duty_state_on(&f, D(2022, 11, 3)), DUTY_ACK);
    f.started_day = D(2022, 11, 10);
    assert_int_equal(duty_state_on(&f, D(2022, 11, 24)), DUTY_DOING);
    assert_int_equal(duty_state_on(&f, D(2022, 11, 25)), DUTY_DUE);
    assert_int_equal(duty_state_on(&f, D(2022, 11, 30)), DUTY_DUE);
    assert_int_equal(duty_state_on(&f, D(2022, 12, 1)), DUTY_LATE);
    f.covered_from_day = D(2022, 12, 5);
    f.covered_to_day = CIVIL_FOREVER;
    assert_int_equal(duty_state_on(&f, D(2022, 12, 4)), DUTY_LATE);
    assert_int_equal(duty_state_on(&f, D(2022, 12, 5)), DUTY_OK);
    assert_int_equal(duty_next_due(&f, D(2022, 12, 5)), CIVIL_NONE);
}

static void a_day_is_near_or_not(void **state)
{
    (void)state;
    struct duty_facts f = plain(); /* due 2022-11-30 */
    assert_false(duty_is_within(&f, D(2022, 11, 15), 14));
    assert_true(duty_is_within(&f, D(2022, 11, 16), 14));
    assert_true(duty_is_within(&f, D(2022, 11, 15), 15));
    assert_true(duty_is_within(&f, D(2022, 12, 9), 14)); /* past */
    f.covered_from_day = D(2022, 11, 1);
    f.covered_to_day = CIVIL_FOREVER;
    assert_false(duty_is_within(&f, D(2022, 11, 16), 14)); /* nothing is to be done any more */
}

static void a_period_ends_and_must_be_followed(void **state)
{
    (void)state;
    struct duty_facts f = plain();
    f.is_periodic = true;
    f.covered_from_day = D(2022, 11, 20);
    f.covered_to_day = D(2023, 5, 20);
    assert_int_equal(duty_state_on(&f, D(2023, 5, 13)), DUTY_OK);
    assert_int_equal(duty_next_due(&f, D(2023, 5, 13)), D(2023, 5, 19));
    assert_int_equal(duty_state_on(&f, D(2023, 5, 14)), DUTY_DUE);
    assert_int_equal(duty_state_on(&f, D(2023, 5, 19)), DUTY_DUE);
    assert_int_equal(duty_state_on(&f, D(2023, 5, 20)), DUTY_LATE);
}

static void late_by_birth_blames_nobody(void **state)
{
    (void)state;
    struct duty_facts f = plain();
    f.issued_day = D(2022, 12, 2);
    assert_int_equal(duty_state_on(&f, D(2022, 12, 2)), DUTY_BIRTH);
    f.covered_from_day = D(2022, 12, 10);
    f.covered_to_day = D(2023, 12, 10);
    assert_int_equal(duty_state_on(&f, D(2022, 12, 10)), DUTY_OK);
    assert_int_equal(duty_state_on(&f, D(2023, 12, 10)), DUTY_LATE);
}

static void waived_na_closed(void **state)
{
    (void)state;
    struct duty_facts f = plain();
    f.waived_to_day = D(2023, 1, 1);
    assert_int_equal(duty_state_on(&f, D(2022, 12, 31)), DUTY_WAIVED);
    assert_int_equal(duty_state_on(&f, D(2023, 1, 1)), DUTY_LATE);
    f.na_from_day = D(2022, 12, 1);
    assert_int_equal(duty_state_on(&f, D(2022, 12, 31)), DUTY_NA);
    f.closed_day = D(2022, 12, 15);
    assert_int_equal(duty_state_on(&f, D(2022, 12, 15)), DUTY_NOWHERE);
}

/* The timeline says on every day what the function says on that day, for random facts. */
static void timeline_is_the_state_of_every_day(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 20221013);
    for (int round = 0; round < 20000; round++) {
        struct duty_facts f = plain();
        civil_day *days[] = {&f.due_day,     &f.acked_day,     &f.started_day, &f.covered_from_day,
                             &f.na_from_day, &f.waived_to_day, &f.closed_day};
        for (size_t i = 0; i < ARRAY_LEN(days); i++)
            *days[i] = rng_below(&rng, 3) ? CIVIL_NONE : f.issued_day - 20 + (civil_day)rng_below(&rng, 120);
        if (f.covered_from_day != CIVIL_NONE)
            f.covered_to_day =
                rng_below(&rng, 4) ? f.covered_from_day + 1 + (civil_day)rng_below(&rng, 60) : CIVIL_FOREVER;
        f.is_periodic = rng_below(&rng, 2);
        f.soon_days = (int)rng_below(&rng, 8);
        civil_day from = f.issued_day - 5 + (civil_day)rng_below(&rng, 60);
        struct duty_change changes[DUTY_CHANGES_MAX];
        size_t count = duty_timeline(&f, from, changes);
        assert_true(count <= DUTY_CHANGES_MAX);
        size_t at = 0;
        for (civil_day d = from; d < from + 200; d++) {
            while (at + 1 < count && changes[at + 1].day <= d)
                at++;
            if (changes[at].state != duty_state_on(&f, d))
                fail_msg("round %d day +%d: timeline %d, state %d", round, d - from, changes[at].state,
                         duty_state_on(&f, d));
        }
    }
}

static void names(void **state)
{
    (void)state;
    for (int i = 0; i < DUTY_STATE_COUNT; i++) {
        enum duty_state got;
        assert_true(duty_state_from_str(str_from_cstr(duty_state_to_str(i)), &got));
        assert_int_equal(got, i);
    }
    enum duty_state got;
    assert_false(duty_state_from_str(STR("nowhere"), &got));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(life_of_one_duty),
        cmocka_unit_test(a_day_is_near_or_not),
        cmocka_unit_test(a_period_ends_and_must_be_followed),
        cmocka_unit_test(late_by_birth_blames_nobody),
        cmocka_unit_test(waived_na_closed),
        cmocka_unit_test(timeline_is_the_state_of_every_day),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
