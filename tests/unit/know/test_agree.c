/* Lists that stand in two places must say the same: rights (store/actor.h) and states (duty/state.h). */
#include "test.h"

#include "duty/state.h"
#include "know/know.h"
#include "store/actor.h"

static void rights_agree(void **state)
{
    (void)state;
    assert_int_equal(know_right_count, RIGHT_COUNT);
    for (size_t i = 0; i < RIGHT_COUNT; i++) {
        uint64_t bit = 0;
        assert_true(know_right_bit(str_from_cstr(right_names[i].name), &bit));
        if (bit != right_names[i].right)
            fail_msg("the right %s is bit %llx here and %llx there", right_names[i].name, (unsigned long long)bit,
                     (unsigned long long)right_names[i].right);
    }
}

static void states_agree(void **state)
{
    (void)state;
    assert_int_equal(know_state_count, DUTY_STATE_COUNT);
    for (int i = 0; i < DUTY_STATE_COUNT; i++)
        assert_str(know_states[i].id, str_from_cstr(duty_state_to_str(i)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rights_agree), cmocka_unit_test(states_agree)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
