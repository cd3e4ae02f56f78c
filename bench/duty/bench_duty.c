/* bench_duty - the duty loop at the size of a province and beyond, on SQLite or PostgreSQL.
 *     bench_duty [--units 10000] [--directives 10] [--days 30] [--store PATH|postgresql://…]
 * A database given with --store must be empty. Founds units, issues directives of ten obligations each to all of them,
 * lets days pass, and prints what each step and each query of a page takes: median and 99th percentile. Nothing is
 * asserted: figures are for reading. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "duty/cover.h"
#include "duty/directive.h"
#include "duty/ledger.h"
#include "duty/rollup.h"
#include "duty/rollup.sql.h"
#include "know/know.h"
#include "org/person.h"
#include "org/unit.h"
#include "os/file.h"
#include "store/store.h"

extern const struct sql_module sql_module_store, sql_module_proof, sql_module_org, sql_module_duty;

#define ROUNDS      200
#define ACK_THREADS 4
#define ACKS        20000

struct bench {
    struct store *store;
    struct db *db;
    struct arena arena;
    struct actor system;
    int64_t now_ms;
    int64_t root;
    int64_t *units;
    size_t unit_count;
    int64_t *people;
    int64_t *directives;
    size_t directive_count;
    struct err err;
};

static void ok(struct bench *b, enum err_code code, const char *what)
{
    if (code == ERR_NONE)
        return;
    fprintf(stderr, "%s: %s\n", what, b->err.text);
    exit(3);
}

static double ms_since(int64_t from_us)
{
    return (double)(clock_monotonic_us() - from_us) / 1000.0;
}

static enum err_code found_all(struct db *db, void *ctx, struct err *err)
{
    struct bench *b = ctx;
    struct unit_fact fact = {.kind = STR("provincial_committee"), .name = STR("UBND tỉnh")};
    TRY(unit_found(db, &b->system, &fact, NULL, 0, 0, 0, false, &b->root, err));
    int64_t parent = b->root;
    for (size_t i = 0; i < b->unit_count; i++) {
        bool is_department = i % 100 == 0;
        struct unit_parent above = {EDGE_ADMINISTRATIVE, is_department ? b->root : parent};
        fact =
            (struct unit_fact){.kind = is_department ? STR("department") : STR("school_primary"),
                               .name = arena_printf(&b->arena, "%s %zu", is_department ? "Sở" : "Trường Tiểu học", i)};
        TRY(unit_found(db, &b->system, &fact, &above, 1, 0, 0, false, &b->units[i], err));
        if (is_department)
            parent = b->units[i];
    }
    return ERR_NONE;
}

static enum err_code staff_all(struct db *db, void *ctx, struct err *err)
{
    struct bench *b = ctx;
    for (size_t i = 0; i < ACKS; i++) {
        struct person_fields fields = {.name = STR("Nguyễn Thị Hạ")};
        int64_t unit = b->units[i % b->unit_count], grant;
        TRY(person_new(db, &b->system, &fields, unit, 0, false, &b->people[i], err));
        struct grant_request request = {.person_id = b->people[i],
                                        .role = STR("focal_deputy"),
                                        .unit_id = unit,
                                        .edge_kind = STR(""),
                                        .to_day = CIVIL_FOREVER,
                                        .basis = STR("")};
        TRY(grant_give(db, &b->system, &request, &grant, err));
    }
    return ERR_NONE;
}

static void issue_one(struct bench *b, size_t n)
{
    static const char *const ids[] = {"CT18-1b", "CT18-2c", "CT18-2d", "CT18-3a", "CT18-3b",
                                      "CT18-3e", "CT14-1a", "CT18-2g", "CT18-2h", "CT18-1d"};
    static const struct obligation_target all = {TARGET_ALL, STR_INIT("")};
    struct obligation_draft obligations[ARRAY_LEN(ids)];
    civil_day today = civil_day_of_ms(b->now_ms);
    for (size_t i = 0; i < ARRAY_LEN(ids); i++)
        obligations[i] = (struct obligation_draft){.catalogue_id = str_from_cstr(ids[i]),
                                                   .deadline_day = today + 20 + (civil_day)(i + n) % 15,
                                                   .targets = &all,
                                                   .target_count = 1};
    struct directive_draft draft = {.issuer_id = b->root,
                                    .edge_kind = EDGE_ADMINISTRATIVE,
                                    .title = STR("Bench"),
                                    .issued_day = CIVIL_NONE,
                                    .obligations = obligations,
                                    .obligation_count = ARRAY_LEN(obligations)};
    struct directive_issued issued;
    ok(b, directive_draft_new(b->db, &b->system, &draft, &b->directives[n], &b->err), "draft");
    int64_t from = clock_monotonic_us();
    ok(b, directive_issue(b->db, &b->system, b->directives[n], &issued, &b->err), "issue");
    if (n == 0 || n + 1 == b->directive_count)
        printf("issue directive %zu: %zu assignments to %zu units      %9.0f ms\n", n + 1, issued.assignment_count,
               issued.unit_count, ms_since(from));
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef void query_fn(struct bench *b, struct arena *arena, size_t round);

static void measure(struct bench *b, const char *what, query_fn *query)
{
    double took[ROUNDS];
    double first = 0;
    for (size_t i = 0; i < ROUNDS; i++) {
        struct arena arena;
        arena_init(&arena, 512u << 20);
        int64_t from = clock_monotonic_us();
        query(b, &arena, i);
        took[i] = ms_since(from);
        if (i == 0)
            first = took[i];
        arena_done(&arena);
    }
    qsort(took, ROUNDS, sizeof *took, compare);
    printf("%-46s first %8.2f  median %8.2f  p99 %8.2f ms\n", what, first, took[ROUNDS / 2], took[ROUNDS * 99 / 100]);
}

static void q_rollup(struct bench *b, struct arena *arena, size_t round)
{
    (void)round;
    struct rollup r;
    ok(b, rollup_get(b->db, &b->system, b->root, ROLLUP_ALL, EDGE_ADMINISTRATIVE, CIVIL_NONE, arena, &r, &b->err),
       "rollup");
}

static void q_rollup_directive(struct bench *b, struct arena *arena, size_t round)
{
    struct rollup r;
    ok(b,
       rollup_get(b->db, &b->system, b->root, b->directives[round % b->directive_count], EDGE_ADMINISTRATIVE,
                  CIVIL_NONE, arena, &r, &b->err),
       "rollup");
}

static void q_rollup_past(struct bench *b, struct arena *arena, size_t round)
{
    struct rollup r;
    civil_day day = civil_day_of_ms(b->now_ms) - 1 - (civil_day)(round % 10);
    ok(b,
       rollup_get(b->db, &b->system, b->root, b->directives[round % b->directive_count], EDGE_ADMINISTRATIVE, day,
                  arena, &r, &b->err),
       "rollup as of");
}

static void q_children(struct bench *b, struct arena *arena, size_t round)
{
    struct sql_rollup_children_rows rows;
    ok(b,
       sql_rollup_children(b->db, &b->system, arena,
                           &(struct sql_rollup_children_args){.root_id = b->root,
                                                              .scope_id = b->directives[round % b->directive_count],
                                                              .edge_kind = EDGE_ADMINISTRATIVE,
                                                              .on_day = civil_day_of_ms(b->now_ms)},
                           &rows, &b->err),
       "children");
}

static void q_unit(struct bench *b, struct arena *arena, size_t round)
{
    struct sql_assignment_list_unit_rows rows;
    ok(b,
       sql_assignment_list_unit(
           b->db, &b->system, arena,
           &(struct sql_assignment_list_unit_args){.unit_id = b->units[round * 7919 % b->unit_count],
                                                   .on_day = civil_day_of_ms(b->now_ms)},
           &rows, &b->err),
       "unit");
}

static void q_units(struct bench *b, struct arena *arena, size_t round)
{
    struct sql_rollup_units_rows rows;
    ok(b,
       sql_rollup_units(b->db, &b->system, arena,
                        &(struct sql_rollup_units_args){.root_id = b->root,
                                                        .scope_id = b->directives[round % b->directive_count],
                                                        .edge_kind = EDGE_ADMINISTRATIVE,
                                                        .on_day = civil_day_of_ms(b->now_ms),
                                                        .state = DUTY_LATE,
                                                        .search = STR_NONE,
                                                        .limit_count = 50},
                        &rows, &b->err),
       "units");
}

struct ack_part {
    struct bench *b;
    size_t from, to, done;
};

static void *acknowledge(void *arg)
{
    struct ack_part *part = arg;
    struct bench *b = part->b;
    struct err err;
    struct db *db;
    if (store_db_take(b->store, &db, &err) != ERR_NONE)
        return NULL;
    for (size_t i = part->from; i < part->to; i++) {
        struct actor actor = {.person_id = b->people[i], .right = RIGHT_ACKNOWLEDGE, .day = civil_day_of_ms(b->now_ms)};
        bool first;
        enum err_code code = duty_acknowledge(db, &actor, b->directives[0], b->units[i % b->unit_count], &first, &err);
        if (code != ERR_NONE)
            fprintf(stderr, "acknowledge: %s\n", err.text);
        else
            part->done += first;
    }
    store_db_give(db);
    return NULL;
}

static void acknowledge_all(struct bench *b)
{
    pthread_t threads[ACK_THREADS];
    struct ack_part parts[ACK_THREADS];
    int64_t from = clock_monotonic_us();
    for (size_t i = 0; i < ACK_THREADS; i++) {
        parts[i] = (struct ack_part){b, ACKS * i / ACK_THREADS, ACKS * (i + 1) / ACK_THREADS, 0};
        if (pthread_create(&threads[i], NULL, acknowledge, &parts[i]) != 0)
            exit(3);
    }
    size_t done = 0;
    for (size_t i = 0; i < ACK_THREADS; i++) {
        pthread_join(threads[i], NULL);
        done += parts[i].done;
    }
    printf("%zu of %d acknowledgements, each its own commit       %9.0f ms\n", done, ACKS, ms_since(from));
}

int main(int argc, char **argv)
{
    struct bench b = {.unit_count = 10000, .directive_count = 10};
    int days = 30;
    const char *where = NULL;
    for (int i = 1; i + 1 < argc; i += 2) {
        int64_t n = 0;
        if (strcmp(argv[i], "--store") == 0)
            where = argv[i + 1];
        else if (!str_to_i64(str_from_cstr(argv[i + 1]), &n))
            return 2;
        else if (strcmp(argv[i], "--units") == 0)
            b.unit_count = (size_t)n;
        else if (strcmp(argv[i], "--directives") == 0)
            b.directive_count = (size_t)n;
        else if (strcmp(argv[i], "--days") == 0)
            days = (int)n;
        else
            return 2;
    }
    arena_init(&b.arena, 1u << 30);
    const char *dir;
    ok(&b, file_temp_folder(STR("bench-duty-"), &b.arena, &dir, &b.err), "folder");
    if (!where)
        where = arena_printf(&b.arena, "%s/bench.db", dir).ptr;
    b.now_ms = civil_day_start_ms(civil_to_day(2027, 1, 4)) + 8 * 3600 * 1000LL;
    b.system = actor_system(civil_day_of_ms(b.now_ms));
    b.units = calloc(b.unit_count, sizeof *b.units);
    b.people = calloc(ACKS, sizeof *b.people);
    b.directives = calloc(b.directive_count, sizeof *b.directives);
    must(b.units && b.people && b.directives);
    struct clock clock = clock_fixed(&b.now_ms);
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org,
                                                       &sql_module_duty, NULL};
    struct store_options options = {
        .modules = modules, .clock = &clock, .create = true, .migrate = true, .node = 1, .cache_bytes = 64u << 20};
    ok(&b, store_open(where, &options, &b.store, &b.err), "store");
    ok(&b, store_db_take(b.store, &b.db, &b.err), "db");
    ok(&b, ledger_open(b.db, civil_day_of_ms(b.now_ms), &b.err), "ledger");
    printf("%s, %zu units, %zu directives of 10 obligations\n",
           store_engine(b.store) == STORE_SQLITE ? "SQLite" : "PostgreSQL", b.unit_count, b.directive_count);
    int64_t from = clock_monotonic_us();
    ok(&b, db_transact(b.db, found_all, &b, &b.err), "units");
    printf("found %zu units                                       %9.0f ms\n", b.unit_count, ms_since(from));
    ok(&b, db_transact(b.db, staff_all, &b, &b.err), "people");
    from = clock_monotonic_us();
    for (size_t i = 0; i < b.directive_count; i++)
        issue_one(&b, i);
    printf("issue all %zu directives                                 %9.0f ms\n", b.directive_count, ms_since(from));
    b.now_ms += days * CIVIL_DAY_MS;
    from = clock_monotonic_us();
    int moved;
    ok(&b, ledger_advance(b.db, civil_day_of_ms(b.now_ms), &moved, &b.err), "days");
    printf("%d days pass, every duty falls due                      %9.0f ms\n", moved, ms_since(from));
    store_db_give(b.db);
    acknowledge_all(&b);
    ok(&b, store_db_take(b.store, &b.db, &b.err), "db");
    measure(&b, "roll-up of the whole tree, everything", q_rollup);
    measure(&b, "roll-up of the whole tree, one directive", q_rollup_directive);
    measure(&b, "roll-up of the whole tree on a past day", q_rollup_past);
    measure(&b, "roll-up by the units right below", q_children);
    measure(&b, "one unit's duties", q_unit);
    measure(&b, "first page of late units of a directive", q_units);
    store_db_give(b.db);
    store_close(b.store);
    free(b.units);
    free(b.people);
    free(b.directives);
    arena_done(&b.arena);
    return file_remove_all(dir, &b.err) == ERR_NONE ? 0 : 3;
}
