#include "test.h"

#include "know/know_sample.h"

static void twelve_hundred_units(void **state)
{
    (void)state;
    assert_int_equal(know_sample_unit_total(), 1200);
}

/* Parents come before their children, and every kind still exists today. */
static void parents_stand_first(void **state)
{
    (void)state;
    for (size_t i = 0; i < know_sample_unit_count; i++) {
        const struct know_sample_unit *g = &know_sample_units[i];
        const struct know_org_kind *kind = know_org_kind_find(g->kind);
        assert_non_null(kind);
        assert_int_equal(kind->to_day, CIVIL_FOREVER);
        struct str parents[] = {g->parent_kind, g->professional_kind};
        for (size_t p = 0; p < ARRAY_LEN(parents); p++) {
            bool found = str_is_empty(parents[p]);
            for (size_t k = 0; k < i; k++)
                found |= str_equal(know_sample_units[k].kind, parents[p]);
            if (!found)
                fail_msg("%.*s stands before its parent %.*s", STR_ARG(g->id), STR_ARG(parents[p]));
        }
    }
}

static void names_are_unique_and_addresses_invented(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 64 << 20);
    struct err err = {0};
    static struct str seen[2048];
    size_t count = 0;
    for (size_t g = 0; g < know_sample_unit_count; g++)
        for (size_t i = 0; i < know_sample_units[g].count; i++) {
            struct know_text name;
            struct str code, domain;
            assert_ok(know_sample_unit_name(&know_sample_units[g], i, &arena, &name, &code, &domain, &err));
            assert_true(str_ends_with(domain, STR(".example")));
            assert_true(str_find_byte(name.vi, '{', 0) < 0 && str_find_byte(name.en, '{', 0) < 0 &&
                        str_find_byte(domain, '{', 0) < 0);
            for (size_t k = 0; k < count; k++)
                if (str_equal(seen[k], name.vi))
                    fail_msg("%.*s stands twice", STR_ARG(name.vi));
            seen[count++] = name.vi;
        }
    assert_int_equal(count, 1200);
}

static void people_are_the_same_every_time(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 8 << 20);
    struct err err = {0};
    size_t same_as_next = 0;
    for (size_t n = 0; n < 2000; n++) {
        struct str a, b, next, phone;
        assert_ok(know_sample_person_name(n, &arena, &a, &err));
        assert_ok(know_sample_person_name(n, &arena, &b, &err));
        assert_ok(know_sample_person_name(n + 1, &arena, &next, &err));
        assert_ok(know_sample_phone(n, &arena, &phone, &err));
        assert_str(a, b);
        assert_true(utf8_is_valid(a));
        assert_true(str_starts_with(phone, STR("0900 0")) && phone.len_bytes == 12);
        same_as_next += str_equal(a, next);
    }
    assert_true(same_as_next < 5);
}

static void refuses_what_is_not_there(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1 << 20);
    struct err err = {0};
    struct know_text name;
    struct str code, domain;
    assert_err(know_sample_unit_name(&know_sample_units[0], 1, &arena, &name, &code, &domain, &err), ERR_NOT_FOUND);
    assert_int_equal(know_sample_words_find(STR("nothing")).count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twelve_hundred_units),
        cmocka_unit_test(parents_stand_first),
        cmocka_unit_test(names_are_unique_and_addresses_invented),
        cmocka_unit_test(people_are_the_same_every_time),
        cmocka_unit_test(refuses_what_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
