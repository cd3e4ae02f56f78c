#include "test.h"

#include "incident/severity.h"

static struct incident_facts with(struct incident_facts facts, const char *ids, enum fact_answer answer)
{
    struct str rest = str_from_cstr(ids), id;
    while (!str_is_null(rest) && str_split(&rest, ' ', &id))
        if (!str_is_empty(id)) {
            int place = know_incident_fact_place(id);
            if (place < 0)
                fail_msg("no fact %.*s", STR_ARG(id));
            facts = incident_fact_with(facts, place, answer);
        }
    return facts;
}

/* Answers stay at their places in stored cases: a row that moves changes what people said. */
static void facts_keep_their_places(void **state)
{
    (void)state;
    static const char *const places[] = {"signs_security", "outage",        "outage_severe", "system_level_4",
                                         "intruded",       "control_lost",  "ransomware",    "data_leak",
                                         "data_grave",     "users_outside", "personal_data", "personal_data_grave",
                                         "secret_leak",    "data_broken",   "may_spread",    "beyond_ability"};
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        assert_int_equal(know_incident_fact_place(str_from_cstr(places[i])), (int)i);
    assert_true(know_incident_fact_count <= KNOW_INCIDENT_FACT_MAX);
    assert_int_equal(know_incident_fact_place(STR("unheard_of")), -1);
}

static void the_gravest_rule_wins_and_doubt_counts_as_yes(void **state)
{
    (void)state;
    static const struct {
        int year, month, day;
        const char *yes, *suspected, *no;
        const char *level;
        size_t why;
        const char *could_be;
    } cases[] = {
        {2026, 11, 22, "", "", "", "sev4", 1, "sev1"},
        {2026, 11, 22, "intruded", "", "", "sev3", 1, "sev1"},
        {2026, 11, 22, "intruded outage", "", "", "sev3", 2, "sev1"},
        {2026, 11, 22, "intruded", "control_lost", "", "sev2", 1, "sev1"},
        {2026, 11, 22, "ransomware control_lost", "", "", "sev2", 2, "sev1"},
        {2026, 11, 22, "outage system_level_4", "", "", "sev1", 1, "sev1"},
        {2026, 11, 22, "data_leak", "", "", "sev3", 1, "sev1"},
        {2026, 11, 22, "data_leak data_grave", "", "", "sev2", 1, "sev1"},
        {2026, 11, 22, "data_grave", "", "data_leak", "sev4", 1, "sev1"},
        {2026, 11, 22, "", "signs_security", "", "sev1", 1, "sev1"},
        {2026, 11, 22, "outage", "", "signs_security outage_severe system_level_4", "sev3", 1, "sev2"},
        {2026, 11, 22, "", "",
         "signs_security outage outage_severe control_lost ransomware data_leak users_outside intruded", "sev4", 1,
         "sev4"},
        {2026, 6, 30, "system_level_4 beyond_ability outage", "", "", "serious", 1, "serious"},
        {2026, 6, 30, "system_level_4 outage", "", "", "common", 1, "serious"},
        {2026, 6, 30, "system_level_4 outage", "", "beyond_ability", "common", 1, "common"},
        {2026, 6, 30, "signs_security outage_severe", "", "system_level_4", "common", 1, "common"},
        {2026, 7, 1, "system_level_4 beyond_ability outage", "", "", "sev1", 1, "sev1"},
        {2010, 1, 1, "system_level_4 beyond_ability may_spread", "", "", "serious", 1,
         "serious"}, /* before the first */
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct incident_facts facts = with((struct incident_facts){0}, cases[i].yes, FACT_YES);
        facts = with(facts, cases[i].suspected, FACT_SUSPECTED);
        facts = with(facts, cases[i].no, FACT_NO);
        struct incident_severity got =
            incident_severity_of(facts, civil_to_day(cases[i].year, cases[i].month, cases[i].day));
        if (!str_equal(got.level->id, str_from_cstr(cases[i].level)) || got.why_count != cases[i].why ||
            !str_equal(got.could_be->id, str_from_cstr(cases[i].could_be)))
            fail_msg("case %zu: %.*s for %zu reasons, could be %.*s; expected %s for %zu, %s", i,
                     STR_ARG(got.level->id), got.why_count, STR_ARG(got.could_be->id), cases[i].level, cases[i].why,
                     cases[i].could_be);
        if ((got.could_be == got.level) != (got.open_places == 0))
            fail_msg("case %zu: open questions %x", i, (unsigned)got.open_places);
    }
}

/* One question at a time: to answer it yes never lowers, to answer it no never raises, and a question that is named as
 * open is one whose answer can matter. */
static void answers_move_it_one_way(void **state)
{
    (void)state;
    uint64_t seed = 20261122;
    for (int round = 0; round < 20000; round++) {
        struct incident_facts facts = {0};
        for (size_t i = 0; i < know_incident_fact_count; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            facts = incident_fact_with(facts, (int)i, (enum fact_answer)(seed >> 62));
        }
        civil_day day = civil_to_day(2024, 1, 1) + (civil_day)((seed >> 20) % 1500);
        struct incident_severity before = incident_severity_of(facts, day);
        assert_true(before.could_be->rank >= before.level->rank);
        int place = (int)((seed >> 40) % know_incident_fact_count);
        struct incident_severity yes = incident_severity_of(incident_fact_with(facts, place, FACT_YES), day),
                                 no = incident_severity_of(incident_fact_with(facts, place, FACT_NO), day);
        assert_true(no.level->rank <= before.level->rank);
        assert_true(yes.level->rank >= before.level->rank || incident_fact(facts, place) >= FACT_SUSPECTED);
        assert_true(yes.level->rank >= no.level->rank);
        for (size_t i = 0; i < know_incident_fact_count; i++)
            if (before.open_places >> i & 1)
                assert_int_equal(incident_fact(facts, (int)i), FACT_OPEN);
    }
}

static void the_label_and_the_register_answer_first(void **state)
{
    (void)state;
    const struct know_incident_label *ransom = know_incident_label_find(STR("ransomware"));
    assert_non_null(ransom);
    struct incident_facts facts = incident_facts_filled((struct incident_facts){0}, ransom, 0);
    assert_int_equal(incident_fact(facts, know_incident_fact_place(STR("ransomware"))), FACT_YES);
    assert_int_equal(incident_fact(facts, know_incident_fact_place(STR("system_level_4"))), FACT_OPEN);
    struct incident_facts of_3 = incident_facts_filled((struct incident_facts){0}, ransom, 3),
                          of_5 = incident_facts_filled((struct incident_facts){0}, ransom, 5);
    assert_int_equal(incident_fact(of_3, know_incident_fact_place(STR("system_level_4"))), FACT_NO);
    assert_int_equal(incident_fact(of_5, know_incident_fact_place(STR("system_level_4"))), FACT_YES);
    /* what a person said stays */
    struct incident_facts said = with((struct incident_facts){0}, "outage", FACT_NO);
    said = incident_facts_filled(said, ransom, 5);
    assert_int_equal(incident_fact(said, know_incident_fact_place(STR("outage"))), FACT_NO);
    assert_true(incident_facts_are_valid(said.bits));
    assert_false(incident_facts_are_valid(UINT64_C(1) << (2 * know_incident_fact_count)));
}

/* RSIT 1003: 11 classes beside "test" and "other", 39 types; each has a row and a group in either scheme. */
static void every_type_of_the_taxonomy_has_its_label(void **state)
{
    (void)state;
    size_t types = 0, on_form = 0;
    for (size_t i = 0; i < know_incident_label_count; i++) {
        const struct know_incident_label *label = &know_incident_labels[i];
        types += str_equal(label->id, label->rsit_type);
        on_form += !str_is_empty(label->form.vi);
        const struct know_incident_label *own = know_incident_label_of_rsit(label->rsit_class, label->rsit_type);
        if (!str_equal(own->rsit_type, label->rsit_type) || !str_equal(own->rsit_class, label->rsit_class))
            fail_msg("%.*s: the type %.*s has no row of its own", STR_ARG(label->id), STR_ARG(label->rsit_type));
        assert_str(know_incident_group_of(label, civil_to_day(2022, 11, 1))->scheme, STR("old"));
        assert_str(know_incident_group_of(label, civil_to_day(2026, 11, 1))->scheme, STR("new"));
    }
    assert_int_equal(types, 39);
    assert_true(on_form >= 8 && on_form <= 14); /* a form of three minutes */
    assert_str(know_incident_label_of_rsit(STR("other"), STR("zero-day-party"))->id, STR("undetermined"));
    assert_str(know_incident_label_of_rsit(STR("fraud"), STR("phishing"))->id, STR("phishing"));
    assert_str(know_incident_label_of_rsit(STR("availability"), STR("phishing"))->id, STR("undetermined"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_keep_their_places),
        cmocka_unit_test(the_gravest_rule_wins_and_doubt_counts_as_yes),
        cmocka_unit_test(answers_move_it_one_way),
        cmocka_unit_test(the_label_and_the_register_answer_first),
        cmocka_unit_test(every_type_of_the_taxonomy_has_its_label),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
