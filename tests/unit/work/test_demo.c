/* The sample province end to end: letters are read and issued, half a year passes, figures are what a recount counts,
 * the chain holds, and all of it can be removed again. */
#include "store_test.h"

#include "demo_letters.h"
#include "duty/ledger.h"
#include "format/doctext.h"
#include "os/file.h"
#include "proof/chain.h"
#include "store/blob.h"
#include "work/demo.h"

extern const struct sql_module sql_module_proof, sql_module_org, sql_module_duty, sql_module_asset, sql_module_work;

static const struct {
    const char *issuer_kind, *edge_kind;
    int day, parent;
} places[] = {{"provincial_committee", "administrative", -170, -1},
              {"dept_education", "professional", -162, 0},
              {"dept_education", "professional", -95, -1},
              {"dept_education", "professional", -6, -1}};

static struct demo_report run_letters(struct store_test *t, const struct demo_letter *letters, size_t count)
{
    struct err err;
    struct demo_options options = {.now_ms = &t->now_ms,
                                   .last_day = civil_to_day(2027, 4, 23),
                                   .seed = 18,
                                   .letters = letters,
                                   .letter_count = count};
    struct demo_report report;
    store_db_give(t->db);
    t->db = NULL;
    assert_ok(demo_run(t->store, &options, &report, &err));
    assert_ok(store_db_take(t->store, &t->db, &err));
    return report;
}

static struct demo_report run_demo(struct store_test *t)
{
    struct demo_letter letters[ARRAY_LEN(places)];
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        letters[i] = (struct demo_letter){str_from_cstr(demo_letters_files[i].name),
                                          demo_letters_files[i].text,
                                          places[i].issuer_kind,
                                          str_from_cstr(places[i].edge_kind),
                                          places[i].day,
                                          places[i].parent};
    return run_letters(t, letters, ARRAY_LEN(letters));
}

/* Each of these shades of state is there to be looked at. */
static void assert_shown(const struct demo_report *r, const int *states, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (r->rollup.n[states[i]] == 0)
            fail_msg("nothing is %s", duty_state_to_str(states[i]));
}

/* The counters are those of a recount, and the chain is whole. */
static struct chain_report sound(struct store_test *t)
{
    struct err err;
    struct chain_report chain;
    assert_ok(ledger_recount(t->db, &err));
    assert_ok(chain_verify(t->db, &t->arena, &chain, &err));
    return chain;
}

static void the_province_lives(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct demo_report r = run_demo(t);
    assert_int_equal(r.units, 1200);
    assert_int_equal(r.letters, ARRAY_LEN(places));
    assert_true(r.duties_read >= 18);
    assert_true(r.assignments > 10000);
    assert_true(r.evidence > 3000);
    assert_int_equal(r.days, 180);
    static const int shown[] = {DUTY_OK, DUTY_LATE, DUTY_DUE, DUTY_UNSEEN, DUTY_ACK, DUTY_DOING, DUTY_NA};
    assert_shown(&r, shown, ARRAY_LEN(shown));
    struct chain_report chain = sound(t);
    assert_true(chain.entry_count > r.evidence);
    assert_int_equal(chain.waiting_count, 0);
    /* people to sign in as */
    struct demo_person people[DEMO_PEOPLE_MAX];
    size_t count = 0;
    assert_ok(demo_people(t->db, &t->arena, people, &count, &err));
    assert_in_range(count, 8, DEMO_PEOPLE_MAX);
}

/* The same with the five real letters, when they lie beside the tree: figures only, nothing of their words. Their days
 * have long passed, so what names one is late by birth; what recurs or has none is worked at. */
static void the_real_letters_go_the_same_way(void **state)
{
    struct store_test *t = *state;
    struct err err;
    static const struct {
        const char *prefix, *issuer_kind, *edge_kind;
        int day;
    } real[] = {{"000_", "dept_education", "professional", -160},
                {"001_", "dept_education", "professional", -20},
                {"002_", "provincial_committee", "administrative", -175},
                {"003_", "provincial_committee", "administrative", -170},
                {"004_", "dept_education", "professional", -90}};
    const char *folder = SOURCE_ROOT "/../shared/letters";
    if (!file_exists(folder)) {
        print_message("SKIP: the real letters do not lie beside the tree\n");
        skip();
    }
    struct file_list list;
    struct demo_letter letters[ARRAY_LEN(real)];
    size_t count = 0;
    assert_ok(file_list_folder(folder, 100, &t->arena, &list, &err));
    for (size_t i = 0; i < ARRAY_LEN(real); i++)
        for (size_t k = 0; k < list.count; k++) {
            struct str bytes;
            struct doc_text doc;
            if (!str_starts_with(list.items[k].name, str_from_cstr(real[i].prefix)))
                continue;
            struct str path = arena_printf(&t->arena, "%s/%.*s", folder, STR_ARG(list.items[k].name));
            assert_ok(file_read(path.ptr, 1 << 20, &t->arena, &bytes, &err));
            assert_ok(doc_text(bytes, &t->arena, &doc, &err));
            letters[count++] = (struct demo_letter){list.items[k].name,  doc.decoded.text,
                                                    real[i].issuer_kind, str_from_cstr(real[i].edge_kind),
                                                    real[i].day,         -1};
            break;
        }
    assert_int_equal(count, ARRAY_LEN(real));
    struct demo_report r = run_letters(t, letters, count);
    for (int s = 0; s < DUTY_STATE_COUNT; s++)
        print_message("%s %lld, ", duty_state_to_str(s), (long long)r.rollup.n[s]);
    print_message("of %zu assignments of %zu duties; %zu pieces of evidence\n", r.assignments, r.duties_issued,
                  r.evidence);
    assert_int_equal(r.letters, ARRAY_LEN(real));
    assert_int_equal(r.directives, ARRAY_LEN(real));
    assert_int_equal(r.duties_read, 15 + 10 + 14 + 35 + 11);
    assert_true(r.assignments > 30000);
    assert_true(r.evidence > 3000 && r.accepted > 2000 && r.returned > 50);
    static const int shown[] = {DUTY_OK, DUTY_BIRTH, DUTY_UNSEEN, DUTY_ACK, DUTY_DOING, DUTY_NA};
    assert_shown(&r, shown, ARRAY_LEN(shown));
    struct chain_report chain = sound(t);
    assert_true(chain.entry_count > r.evidence);
}

static void it_can_be_removed(void **state)
{
    struct store_test *t = *state;
    struct err err;
    run_demo(t);
    struct actor nobody = {.person_id = 1, .right = RIGHT_READ, .day = civil_day_of_ms(t->now_ms)},
                 system = actor_system(civil_day_of_ms(t->now_ms));
    assert_err(sample_delete_all(t->db, &nobody, &err), ERR_DENIED);
    assert_ok(sample_delete_all(t->db, &system, &err));
    bool is_there = true;
    assert_ok(sample_is_there(t->db, &is_there, &err));
    assert_false(is_there);
    (void)sound(t);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store,
                                                       &sql_module_proof,
                                                       &sql_module_org,
                                                       &sql_module_duty,
                                                       &sql_module_asset,
                                                       &sql_module_work,
                                                       NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(the_province_lives), STORE_TEST(the_real_letters_go_the_same_way), STORE_TEST(it_can_be_removed)};
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
