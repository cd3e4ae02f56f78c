/* The matrix of rights: every role, given on one unit alone or down each tree, against objects of units around it, by
 * every verb. What should happen is worked out here from knowledge/roles.yaml alone (which rights a role has, which of
 * them flow down) and a word or two a verb adds; what does happen comes from the domain functions and queries. Each
 * write is tried for real and taken back. SQLite tries all of it; PostgreSQL a drawn part, its seed in
 * LUYTRE_AUTHZ_SEED. The first cell that differs is told in words. */
#include "authz.h"

#include "duty/freeze.h"
#include "duty/ledger.h"
#include "duty/readers.h"
#include "duty/rollup.sql.h"
#include "duty/series.h"
#include "format/json.h"
#include "org/access.h"
#include "org/person.h"

extern const struct sql_module sql_module_proof, sql_module_org, sql_module_duty, sql_module_asset, sql_module_world;

/* --- what should happen: from the role's list of rights and where they flow --- */

static const struct know_right *right_row(const char *id)
{
    for (size_t i = 0; i < know_right_count; i++)
        if (str_equal(know_rights[i].id, str_from_cstr(id)))
            return &know_rights[i];
    fail_msg("no right %s", id);
    return NULL;
}

bool holds(const struct authz *z, const char *right, enum place place)
{
    if (place == PLACE_COUNT || !know_ids_has(z->role->rights, str_from_cstr(right)))
        return false;
    return place == OWN || (tree_of[place] && tree_of[place] == z->tree && right_row(right)->flows_down);
}
bool reaches(const struct authz *z, enum place place)
{
    return place == OWN || (tree_of[place] && tree_of[place] == z->tree);
}

static bool expected(const struct authz *z, const struct verb *verb, enum place place)
{
    bool may = !verb->right || holds(z, verb->right, place) || (verb->or_right && holds(z, verb->or_right, place));
    return may && (!verb->only || verb->only(z, place));
}

/* --- one cell --- */

struct attempt {
    struct authz *z;
    const struct verb *verb;
    const struct things *things;
    enum err_code code;
    char text[ERR_TEXT_BYTES];
};
static enum err_code attempt(struct db *db, void *ctx, struct err *err)
{
    struct attempt *a = ctx;
    struct err own;
    a->code = a->verb->act(a->z, db, a->things, &own);
    snprintf(a->text, sizeof a->text, "%s", a->code == ERR_NONE ? "" : own.text);
    return err_set(err, ERR_UNSUPPORTED, "taken back");
}

static void cell(struct authz *z, const struct verb *verb, enum place place)
{
    struct err err;
    struct attempt a = {.z = z, .verb = verb, .things = &z->of[place]};
    arena_rewind(&z->scratch, z->start);
    if (verb->writes)
        assert_err(db_transact(z->t->db, attempt, &a, &err), ERR_UNSUPPORTED);
    else {
        a.code = verb->act(z, z->t->db, a.things, &err);
        snprintf(a.text, sizeof a.text, "%s", a.code == ERR_NONE ? "" : err.text);
    }
    bool want = expected(z, verb, place),
         refused = a.code == ERR_DENIED || a.code == ERR_NOT_FOUND ||
                   ((verb->only == only_own || verb->only == drafts_and_reads) && a.code == ERR_SYNTAX);
    if (want ? a.code == ERR_NONE : refused)
        return;
    fail_msg("%.*s of a unit, granted %s%.*s, wants to %s in %s: roles.yaml says %s, the program says %s (%s)",
             STR_ARG(z->role->id), z->tree ? "down the tree " : "there alone", STR_ARG(trees[z->tree]), verb->words,
             place_words[place], want ? "yes" : "no", a.code == ERR_NONE ? "yes" : err_code_to_str(a.code), a.text);
}

/* Numbers count exactly the rows within reach: of the unit itself, and of those below along the grant's own tree. */
static void numbers(struct authz *z, size_t *cells)
{
    struct err err;
    struct db *db = z->t->db;
    struct actor reader = actor_with(&z->actor, RIGHT_READ);
    bool reads = holds(z, "read", OWN);
    for (size_t tree = 1; tree < TREE_COUNT; tree++) {
        int64_t units = reads;
        for (enum place p = BELOW_ADMINISTRATIVE; p <= DEEP; p++)
            units += tree_of[p] == tree && holds(z, "read", p);
        arena_rewind(&z->scratch, z->start);
        struct sql_rollup_unit_row *row = NULL;
        assert_ok(sql_rollup_unit(db, &reader, &z->scratch,
                                  &(struct sql_rollup_unit_args){z->of[OWN].unit, 0, trees[tree], TODAY}, &row, &err));
        int64_t got = row ? row->n_unseen + row->n_ack + row->n_doing + row->n_ok + row->n_due + row->n_late +
                                row->n_birth + row->n_na + row->n_waived
                          : 0;
        if (got != 2 * units)
            fail_msg("%.*s granted '%.*s': the rollup of tree %.*s counts %lld duties, %lld are within reach",
                     STR_ARG(z->role->id), STR_ARG(trees[z->tree]), STR_ARG(trees[tree]), (long long)got,
                     (long long)(2 * units));
        struct finding_count findings = {0};
        enum err_code code = finding_counts(db, &z->actor, z->of[OWN].unit, trees[tree], &findings, &err);
        if ((code == ERR_NONE) != reads || findings.open != units)
            fail_msg("%.*s granted '%.*s': %lld findings of tree %.*s counted, %lld are within reach",
                     STR_ARG(z->role->id), STR_ARG(trees[z->tree]), (long long)findings.open, STR_ARG(trees[tree]),
                     (long long)units);
        *cells += 2;
    }
    int64_t below = 0;
    for (enum place p = BELOW_ADMINISTRATIVE; p <= DEEP; p++)
        below += tree_of[p] == 1 && holds(z, "read", p);
    int64_t want = reads ? 2 * (1 + below) : 0;
    struct sql_freeze_totals_rows totals;
    struct sql_freeze_state_counts_rows counts;
    int64_t freeze = z->of[OWN].freeze, n_totals = 0, n_counts = 0;
    arena_rewind(&z->scratch, z->start);
    assert_ok(sql_freeze_totals(db, &reader, &z->scratch, &(struct sql_freeze_totals_args){freeze}, &totals, &err));
    assert_ok(sql_freeze_state_counts(db, &reader, &z->scratch, &(struct sql_freeze_state_counts_args){freeze}, &counts,
                                      &err));
    for (size_t i = 0; i < totals.count; i++)
        n_totals += totals.items[i].n;
    for (size_t i = 0; i < counts.count; i++)
        n_counts += counts.items[i].n;
    if (n_totals != want || n_counts != want)
        fail_msg("%.*s granted '%.*s' reads a freeze: totals of %lld, states of %lld; %lld rows are within reach",
                 STR_ARG(z->role->id), STR_ARG(trees[z->tree]), (long long)n_totals, (long long)n_counts,
                 (long long)want);
    *cells += 2;
    if (!reads)
        return;
    /* Who makes the unit's report sees what it will say; everybody else what is within his reach. */
    struct str json;
    struct json root;
    double systems = 0;
    assert_ok(report_live_figures(db, &z->actor, z->of[OWN].report, NULL, &z->scratch, &json, &err));
    assert_ok(json_parse(json, 0, &z->scratch, &root, &err));
    assert_true(json_double(json_get(json_get(root, STR("systems")), STR("total")), &systems));
    int64_t below_own = 0; /* along the tree he looks down */
    for (enum place p = OWN + 1; p < PLACE_COUNT; p++)
        below_own += tree_of[p] && tree_of[p] == z->tree && holds(z, "read", p);
    int64_t want_systems = holds(z, "report", OWN) ? 3 : 1 + below_own;
    if ((int64_t)systems != want_systems)
        fail_msg("%.*s granted '%.*s': live figures count %lld systems, %lld are within reach", STR_ARG(z->role->id),
                 STR_ARG(trees[z->tree]), (long long)systems, (long long)want_systems);
    *cells += 1;
}

static enum err_code count_line(void *ctx, struct str line, struct err *err)
{
    (void)line;
    (void)err;
    ++*(size_t *)ctx;
    return ERR_NONE;
}

static void become(struct authz *z, const struct know_role *role, size_t tree)
{
    struct err err;
    z->role = role;
    z->tree = tree;
    z->actor = (struct actor){.person_id = authz_person(z, z->of[OWN].unit), .right = RIGHT_READ, .day = TODAY};
    int64_t id;
    assert_ok(grant_give(z->t->db, &z->system,
                         &(struct grant_request){.person_id = z->actor.person_id,
                                                 .role = role->id,
                                                 .unit_id = z->of[OWN].unit,
                                                 .edge_kind = trees[tree],
                                                 .from_day = TODAY,
                                                 .to_day = CIVIL_FOREVER},
                         &id, &err));
}

/* xorshift64*: the drawn part of PostgreSQL, the same for the same seed. */
static uint64_t draw(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static void every_cell_of_the_matrix(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct authz z;
    authz_world(&z, t);
    const char *wanted = getenv("LUYTRE_AUTHZ_SEED");
    uint64_t seed = wanted ? strtoull(wanted, NULL, 10) : ((uint64_t)getpid() << 20 ^ (uint64_t)time(NULL)) | 1,
             rng = seed;
    unsigned one_of = t->engine == STORE_POSTGRES ? 12 : 1;
    print_message("%s: one of %u cells, LUYTRE_AUTHZ_SEED=%llu\n", one_of > 1 ? "postgres" : "sqlite", one_of,
                  (unsigned long long)seed);
    size_t cells = 0, allowed = 0;
    for (size_t r = 0; r < know_role_count; r++)
        for (size_t tree = 0; tree < TREE_COUNT; tree++) {
            become(&z, &know_roles[r], tree);
            for (size_t right = 0; right < know_right_count; right++)
                for (enum place p = OWN; p < PLACE_COUNT; p++) {
                    bool has = false, want = holds(&z, know_rights[right].id.ptr, p);
                    assert_ok(access_has(t->db, &z.actor, UINT64_C(1) << right, z.of[p].unit, &has, &err));
                    if (has != want)
                        fail_msg("%.*s granted '%.*s' %s the right %.*s in %s", STR_ARG(z.role->id),
                                 STR_ARG(trees[tree]), has ? "has" : "has not", STR_ARG(know_rights[right].id),
                                 place_words[p]);
                    cells++;
                }
            for (size_t v = 0; v < verb_count; v++)
                for (enum place p = OWN; p < PLACE_COUNT; p++) {
                    if (one_of > 1 && draw(&rng) % one_of)
                        continue;
                    cell(&z, &verbs[v], p);
                    cells++;
                    allowed += expected(&z, &verbs[v], p);
                }
            numbers(&z, &cells);
            size_t lines = 0;
            enum err_code code = freeze_export(t->db, &z.actor, z.of[OWN].freeze, count_line, &lines, &err);
            bool want = holds(&z, "read", OWN) && holds(&z, "read", BELOW_ADMINISTRATIVE);
            if ((code == ERR_NONE) != want || (want ? lines != 7 : lines > 0))
                fail_msg("%.*s granted '%.*s' takes a freeze out: %s, %zu lines", STR_ARG(z.role->id),
                         STR_ARG(trees[tree]), err_code_to_str(code), lines);
            cells++;
        }
    print_message("authorisation: %zu cells, %zu of the verbs' allowed\n", cells, allowed);
    assert_true(allowed > 0 && allowed < cells);
    assert_ok(ledger_recount(t->db, &err)); /* nothing of all this stayed */
    arena_done(&z.scratch);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store,
                                                       &sql_module_proof,
                                                       &sql_module_org,
                                                       &sql_module_duty,
                                                       &sql_module_asset,
                                                       &sql_module_world,
                                                       NULL};
    static const struct CMUnitTest tests[] = {STORE_TEST(every_cell_of_the_matrix)};
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
