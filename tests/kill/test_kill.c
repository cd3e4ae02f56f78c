/* Killed at any moment: a child does work and says so through a pipe as soon as each piece is acknowledged to it; it is
 * killed with SIGKILL at points drawn from a seed (printed; LUYTRE_KILL_SEED repeats it). Whatever it said must be
 * there afterwards, and the counters, the states and the chain must be right, without anything being repaired by hand.
 * The next child goes on where the last was killed. A first start is killed as well, while it makes its schema. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "duty_world.h"

#include "proof/chain.h"
#include "proof/evidence.sql.h"
#include "store/blob.h"

#define KILL_POINTS      30
#define KILL_FIRST       20   /* of a first start, while it makes its schema */
#define KILL_SAID_MAX    60   /* pieces of work a child is let do */
#define KILL_LATER_US    4000 /* and this much further, into the next ones */
#define KILL_PATIENCE_MS 60000

enum said_kind { SAID_ISSUED, SAID_ACKNOWLEDGED, SAID_SUBMITTED };
struct said { /* shorter than PIPE_BUF: all of it or nothing */
    enum said_kind kind;
    int64_t directive;
    int64_t unit;
    int64_t person;
    int64_t evidence;
};

static const struct obligation_target to_all[] = {{TARGET_ALL, STR_INIT("")}};
static const struct str plan_fields = STR_INIT(
    "{\"version\":\"1\",\"number\":\"12/QĐ\",\"issued_on\":\"2027-01-04\",\"scenarios\":\"lũ\",\"signer\":\"12\"}");

static uint64_t draw(uint64_t *state) /* xorshift64* */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717) >> 16;
}

static enum err_code keep_file(struct db *db, void *hash, struct err *err)
{
    return blob_put(db, STR("phương án"), hash, err);
}

static void say(int out, struct said said)
{
    if (write(out, &said, sizeof said) != (ssize_t)sizeof said)
        _exit(4);
}

/* In the child, until it is killed: issue, let every school read it, let every school hand in its plan, and again. */
static enum err_code work(struct store_test *t, const struct world *w, struct sha256 *file_hash, int out,
                          struct err *err)
{
    TRY(store_open(t->where, &t->options, &t->store, err));
    TRY(store_db_take(t->store, &t->db, err));
    struct actor issuer = world_actor(t, w->issuer, RIGHT_READ);
    struct obligation_draft duty = {
        .catalogue_id = STR("CT18-2c"), .deadline_day = civil_to_day(2027, 3, 1), .targets = to_all, .target_count = 1};
    struct directive_draft draft = {.issuer_id = w->committee,
                                    .edge_kind = EDGE_ADMINISTRATIVE,
                                    .symbol = STR("UBND"),
                                    .title = STR("Lập phương án ứng cứu"),
                                    .issued_day = CIVIL_NONE,
                                    .obligations = &duty,
                                    .obligation_count = 1};
    struct evidence_file file = {STR("phuong-an.pdf"), STR("application/pdf"), sha256_str(file_hash), 10};
    for (;;) {
        AUTO_ARENA arena;
        arena_init(&arena, 16u << 20);
        struct directive_issued issued;
        int64_t id = 0;
        TRY(directive_draft_new(t->db, &issuer, &draft, &id, err));
        TRY(directive_issue(t->db, &issuer, id, &issued, err));
        say(out, (struct said){.kind = SAID_ISSUED, .directive = id});
        for (int i = 0; i < WORLD_SCHOOLS; i++) {
            struct actor teacher = world_actor(t, w->teacher_of[i], RIGHT_READ);
            bool first;
            TRY(duty_acknowledge(t->db, &teacher, id, w->schools[i], &first, err));
            say(out,
                (struct said){
                    .kind = SAID_ACKNOWLEDGED, .directive = id, .unit = w->schools[i], .person = w->teacher_of[i]});
            struct sql_assignment_ids_of_unit_directive_rows ids;
            TRY(sql_assignment_ids_of_unit_directive(
                t->db, &arena, &(struct sql_assignment_ids_of_unit_directive_args){w->schools[i], id}, &ids, err));
            struct evidence_draft plan = {.assignment_id = ids.items[0].id,
                                          .kind = STR("plan"),
                                          .done_day = civil_day_of_ms(t->now_ms),
                                          .fields_json = plan_fields,
                                          .source = STR("hand"),
                                          .files = &file,
                                          .file_count = 1};
            int64_t evidence = 0;
            TRY(evidence_submit(t->db, &teacher, &plan, &evidence, err));
            say(out,
                (struct said){.kind = SAID_SUBMITTED, .directive = id, .unit = w->schools[i], .evidence = evidence});
        }
    }
}

static bool next_said(int in, int64_t until_us, struct said *said)
{
    int64_t left_ms = (until_us - clock_monotonic_us()) / 1000;
    struct pollfd p = {.fd = in, .events = POLLIN};
    return poll(&p, 1, left_ms > 0 ? (int)left_ms : 0) == 1 && read(in, said, sizeof *said) == (ssize_t)sizeof *said;
}

static void is_there(struct store_test *t, const struct world *w, const struct said *said)
{
    struct err err;
    struct arena_mark mark = arena_mark(&t->arena);
    struct sql_directive_get_row *directive = NULL;
    assert_ok(sql_directive_get(t->db, &w->system, &t->arena, &(struct sql_directive_get_args){said->directive},
                                &directive, &err));
    if (!directive || !str_equal(directive->state, STR("issued")))
        fail_msg("directive %lld was acknowledged as issued and is not", (long long)said->directive);
    if (said->kind == SAID_ACKNOWLEDGED) {
        struct sql_world_has_read_row *row = NULL;
        assert_ok(sql_world_has_read(t->db, &t->arena, &(struct sql_world_has_read_args){said->directive, said->person},
                                     &row, &err));
        bool has_read = row && row->n == 1;
        if (!has_read)
            fail_msg("person %lld acknowledged directive %lld, and the store knows nothing of it",
                     (long long)said->person, (long long)said->directive);
    } else if (said->kind == SAID_SUBMITTED) {
        struct sql_evidence_get_row *evidence = NULL;
        struct sql_evidence_files_rows files;
        assert_ok(sql_evidence_get(t->db, &w->system, &t->arena, &(struct sql_evidence_get_args){said->evidence},
                                   &evidence, &err));
        assert_ok(sql_evidence_files(t->db, &w->system, &t->arena, &(struct sql_evidence_files_args){said->evidence},
                                     &files, &err));
        if (!evidence || evidence->unit_id != said->unit || files.count != 1)
            fail_msg("evidence %lld was acknowledged as handed in and is not there with its file",
                     (long long)said->evidence);
    }
    arena_rewind(&t->arena, mark);
}

static void close_store(struct store_test *t)
{
    store_db_give(t->db);
    store_close(t->store);
    t->db = NULL;
    t->store = NULL;
}

static void what_was_acknowledged_stays(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    struct sha256 hash;
    assert_ok(db_transact(t->db, keep_file, &hash, &err));
    const char *wanted = getenv("LUYTRE_KILL_SEED");
    uint64_t seed = wanted ? strtoull(wanted, NULL, 10) : (uint64_t)time(NULL) << 16 | (uint64_t)getpid(),
             rng = seed | 1;
    print_message("%s: %d kills, LUYTRE_KILL_SEED=%llu\n", t->engine == STORE_POSTGRES ? "postgres" : "sqlite",
                  KILL_POINTS, (unsigned long long)seed);
    struct said *all = arena_new_array(&t->arena, struct said, KILL_POINTS * 4096);
    size_t count = 0, silent = 0;
    for (int point = 0; point < KILL_POINTS; point++) {
        unsigned let = (unsigned)(draw(&rng) % (KILL_SAID_MAX + 1)), later_us = (unsigned)(draw(&rng) % KILL_LATER_US);
        close_store(t);
        t->now_ms += 1000;
        int ends[2];
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        fflush(NULL);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct err own;
            close(ends[0]);
            (void)work(t, &w, &hash, ends[1], &own);
            fprintf(stderr, "the child could not go on: %s\n", own.text);
            _exit(3);
        }
        close(ends[1]);
        size_t before = count;
        int64_t until_us = clock_monotonic_us() + (int64_t)KILL_PATIENCE_MS * 1000;
        while (count - before < let && count < KILL_POINTS * 4096 && next_said(ends[0], until_us, &all[count]))
            count++;
        nanosleep(&(struct timespec){.tv_nsec = (long)later_us * 1000}, NULL);
        assert_int_equal(kill(child, SIGKILL), 0);
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
            fail_msg("point %d: the child ended by itself (%d)", point, status);
        while (count < KILL_POINTS * 4096 &&
               read(ends[0], &all[count], sizeof *all) == (ssize_t)sizeof *all) /* said before it died */
            count++;
        close(ends[0]);
        silent += count == before;
        if (count - before < let)
            fail_msg("point %d: the child said %zu of %u pieces in %d s", point, count - before, let,
                     KILL_PATIENCE_MS / 1000);
        t->now_ms += 1000;
        assert_ok(store_open(t->where, &t->options, &t->store, &err));
        assert_ok(store_db_take(t->store, &t->db, &err));
        for (size_t i = before; i < count; i++)
            is_there(t, &w, &all[i]);
        if (ledger_recount(t->db, &err) != ERR_NONE)
            fail_msg("point %d (after %u pieces and %u us): %s", point, let, later_us, err.text);
        size_t sealed = CHAIN_SEAL_MAX;
        while (sealed == CHAIN_SEAL_MAX)
            assert_ok(chain_seal(t->db, &sealed, &err));
        struct arena_mark mark = arena_mark(&t->arena);
        struct chain_report report;
        if (chain_verify(t->db, &t->arena, &report, &err) != ERR_NONE || report.waiting_count > 0 ||
            report.entry_count < count)
            fail_msg("point %d: the chain holds %zu entries, %zu wait: %s", point, report.entry_count,
                     report.waiting_count, err.text);
        arena_rewind(&t->arena, mark);
    }
    for (size_t i = 0; i < count; i++)
        is_there(t, &w, &all[i]);
    print_message(
        "kills: %zu pieces of work were acknowledged before %d kills, %zu kills came before any; all are there\n",
        count, KILL_POINTS, silent);
    assert_true(count > KILL_POINTS);
}

/* A start that makes its schema is killed anywhere in it: the next one is a first start again, or finds all of it. */
static void a_first_start_killed_is_begun_again(void **state)
{
    struct store_test *t = *state;
    struct err err;
    const char *wanted = getenv("LUYTRE_KILL_SEED");
    uint64_t seed = wanted ? strtoull(wanted, NULL, 10) : (uint64_t)time(NULL) << 16 | (uint64_t)getpid(),
             rng = seed | 1;
    t->options.migrate = false; /* as luytre serve opens it: an older store is left to luytre upgrade */
    t->options.found = true;
    int schema = store_schema(t->store), early = 0;
    close_store(t);
    store_test_empty(t);
    int64_t began_us = clock_monotonic_us();
    assert_ok(store_open(t->where, &t->options, &t->store, &err));
    int64_t whole_us = clock_monotonic_us() - began_us;
    print_message("%s: a first start of %lld us, %d kills, LUYTRE_KILL_SEED=%llu\n",
                  t->engine == STORE_POSTGRES ? "postgres" : "sqlite", (long long)whole_us, KILL_FIRST,
                  (unsigned long long)seed);
    for (int point = 0; point < KILL_FIRST; point++) {
        int64_t later_us = (int64_t)(draw(&rng) % (uint64_t)whole_us);
        close_store(t);
        store_test_empty(t);
        fflush(NULL);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct err own;
            struct store *store = NULL;
            if (store_open(t->where, &t->options, &store, &own) != ERR_NONE) {
                fprintf(stderr, "the child could not open it: %s\n", own.text);
                _exit(3);
            }
            _exit(0);
        }
        nanosleep(&(struct timespec){.tv_sec = later_us / 1000000, .tv_nsec = (long)(later_us % 1000000) * 1000}, NULL);
        (void)kill(child, SIGKILL);
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
            fail_msg("point %d: the child ended with %d", point, WEXITSTATUS(status));
        early += WIFSIGNALED(status);
        if (store_open(t->where, &t->options, &t->store, &err) != ERR_NONE)
            fail_msg("point %d, killed after %lld of %lld us: %s", point, (long long)later_us, (long long)whole_us,
                     err.text);
        assert_int_equal(store_schema(t->store), schema);
    }
    print_message("first start: %d of %d were killed before they had ended\n", early, KILL_FIRST);
    assert_true(early > 0);
    assert_ok(store_db_take(t->store, &t->db, &err));
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org,
                                                       &sql_module_duty,  &sql_module_world, NULL};
    static const struct CMUnitTest tests[] = {STORE_TEST(what_was_acknowledged_stays),
                                              STORE_TEST(a_first_start_killed_is_begun_again)};
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
