/* Every obligation of the five letters has a page, an evidence kind and a denominator that answer it; a hole fails
 * here. The ids are written out once more, so that a row that is lost from knowledge/ is missed. */
#include "test.h"

#include "know/know.h"

static const char *const catalogue[] = {
    "CT18-1a", "CT18-1b", "CT18-1c", "CT18-1d", "CT18-2a", "CT18-2b", "CT18-2c", "CT18-2d", "CT18-2e", "CT18-2f",
    "CT18-2g", "CT18-2h", "CT14-1a", "CT14-1b", "CT18-3a", "CT18-3b", "CT18-3c", "CT18-3d", "CT18-3e", "CT18-4a",
    "CT18-4b", "CT18-5a", "CT18-5b", "CT18-6a", "CT18-6b", "CT18-6c", "CT18-6d", "CT18-6e", "CT18-6f", "CT18-6g",
    "CT18-6h", "CT18-6i", "CT18-6j", "CT18-6k", "CT18-6l", "CT18-6m", "CT18-7a", "CT18-7b", "CT18-8a", "CT18-8b",
    "CT18-8c", "CT18-8d", "CT18-8e", "CT18-8f", "CT18-8g", "CT18-9a", "HOL-0",   "HOL-1a",  "HOL-1b",  "HOL-1c",
    "HOL-1d",  "HOL-1e",  "HOL-2a",  "HOL-2b",  "HOL-2c",  "HOL-3",   "CT23-1a", "CT23-1b", "CT23-2a", "CT23-2b",
    "CT23-3a", "CT23-3b", "CT23-4a", "CT23-4b", "CT23-5",  "CT23-6",  "CT23-7",  "DOC-1",
};

static void the_catalogue_is_whole(void **state)
{
    (void)state;
    assert_int_equal(ARRAY_LEN(catalogue), 68); /* 67 and DOC-1 */
    assert_int_equal(know_obligation_count, ARRAY_LEN(catalogue));
    for (size_t i = 0; i < ARRAY_LEN(catalogue); i++)
        if (!know_obligation_find(str_from_cstr(catalogue[i])))
            fail_msg("%s is missing", catalogue[i]);
}

static void every_obligation_is_answered(void **state)
{
    (void)state;
    for (size_t i = 0; i < know_obligation_count; i++) {
        const struct know_obligation *o = &know_obligations[i];
        if (!str_starts_with(o->page, STR("/")))
            fail_msg("%.*s: no page", STR_ARG(o->id));
        if (o->evidence.count == 0)
            fail_msg("%.*s: no evidence kind", STR_ARG(o->id));
        for (size_t e = 0; e < o->evidence.count; e++) {
            const struct know_evidence_kind *kind = know_evidence_kind_find(o->evidence.items[e]);
            if (!kind || !kind->counts[o->denominator])
                fail_msg("%.*s: %.*s does not count by %.*s", STR_ARG(o->id), STR_ARG(o->evidence.items[e]),
                         STR_ARG(know_denominator_id(o->denominator)));
            else if (kind->field_count == 0)
                fail_msg("%.*s: the form of %.*s asks nothing", STR_ARG(o->id), STR_ARG(kind->id));
        }
        if (o->owed_by.count == 0 || str_is_empty(o->to_whom))
            fail_msg("%.*s: nobody owes it or nobody is owed", STR_ARG(o->id));
        if (!o->automate && !o->track && !o->produce)
            fail_msg("%.*s: the program neither automates, tracks nor produces", STR_ARG(o->id));
        if (str_is_empty(o->title.vi) || str_is_empty(o->title.en) || str_is_empty(o->text.vi) ||
            str_is_empty(o->text.en))
            fail_msg("%.*s: words are missing", STR_ARG(o->id));
        if (o->trigger == KNOW_PERIODIC && o->period_months == 0 && str_is_empty(o->period_rule) &&
            str_is_empty(o->due_note.vi))
            fail_msg("%.*s: periodic, and nobody knows how often", STR_ARG(o->id));
        if (!know_instrument_find(o->instrument))
            fail_msg("%.*s: no text behind it", STR_ARG(o->id));
        bool seen = false;
        for (size_t s = 0; s < KNOW_SEED_MAX; s++)
            seen |= o->seeds[s];
        if (!seen)
            fail_msg("%.*s: no letter says so", STR_ARG(o->id));
    }
}

static void the_four_denominators_are_all_used(void **state)
{
    (void)state;
    size_t uses[KNOW_DENOMINATOR_COUNT] = {0};
    for (size_t i = 0; i < know_obligation_count; i++)
        uses[know_obligations[i].denominator]++;
    assert_true(uses[KNOW_PERSON] > 0 && uses[KNOW_UNIT] > 0 && uses[KNOW_SYSTEM] > 0 && uses[KNOW_DEVICE] > 0);
}

/* Somebody in a province owes each of them: no class is empty of people. */
static void somebody_owes_each(void **state)
{
    (void)state;
    for (size_t i = 0; i < know_obligation_count; i++) {
        bool owed = false;
        for (size_t k = 0; k < know_org_kind_count && !owed; k++) {
            struct str functions[32];
            size_t count = 0;
            for (size_t f = 0; f < know_function_count && f < ARRAY_LEN(functions); f++)
                functions[count++] = know_functions[f].id;
            struct know_org_facts facts = {.kind = know_org_kinds[k].id,
                                           .functions = {functions, count},
                                           .in_priority_sector = true,
                                           .in_network = true};
            owed = know_obligation_is_owed(&know_obligations[i], &facts);
        }
        if (!owed)
            fail_msg("%.*s: nobody in the country owes it", STR_ARG(know_obligations[i].id));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_catalogue_is_whole),
        cmocka_unit_test(every_obligation_is_answered),
        cmocka_unit_test(the_four_denominators_are_all_used),
        cmocka_unit_test(somebody_owes_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
