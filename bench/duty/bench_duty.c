/* bench_duty - the duty loop at the size of a province and beyond: 10,000 units, 100 obligations each, five years.
 *     bench_duty [--units 10000] [--directives 10] [--years 5] [--store PATH|postgresql://…] [--again 1] [--check 1]
 * [--only TEXT] Makes its own database: a SQLite file in a folder of its own, or, beside tests/pg_cluster.py, a
 * PostgreSQL database, both removed at the end; one given with --store must be empty and stays, for --again 1 to
 * measure once more. Prints what each step, each query and each page takes, first (cold: connections opened anew, the
 * file's pages dropped from memory), median and 99th percentile, beside what it must take (the targets of the house).
 * Nothing is asserted: figures are for reading. --check counts everything again in the end; --only measures the pages
 * whose visitor and address contain a text. */
#include <fcntl.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "bench_duty.h"
#include "bench_duty.sql.h"
#include "duty/cover.h"
#include "duty/ledger.h"
#include "duty/ledger.sql.h"
#include "duty/rollup.h"
#include "duty/rollup.sql.h"
#include "org/unit.h"
#include "os/crypto.h"
#include "os/file.h"
#include "proof/chain.h"
#include "web/app.h"

extern const struct sql_module sql_module_store, sql_module_proof, sql_module_org, sql_module_duty, sql_module_asset,
    sql_module_work, sql_module_bench;

#define ROUNDS           200
#define ACK_THREADS      16
#define PAGE_MS          50.0 /* any page, server time, 99th percentile */
#define COLD_MS          200.0
#define ISSUE_MS         5000.0
#define ACK_MS           60000.0
#define ACKS             20000
#define COOKIE_BYTES     64
#define LOAD_CACHE_BYTES ((size_t)1 << 30)

void bench_must(struct bench *b, enum err_code code, const char *what)
{
    if (code == ERR_NONE)
        return;
    fflush(stdout);
    fprintf(stderr, "%s: %s\n", what, b->err.text);
    exit(3);
}

static bool is_sqlite(const struct bench *b)
{
    return store_engine(b->store) == STORE_SQLITE;
}

static double roll_up_ms(const struct bench *b)
{
    return is_sqlite(b) ? 10.0 : 50.0;
}

static const char *verdict(double is, double want)
{
    return is < want ? "reached" : "NOT reached";
}

static void once(const char *what, double took_ms, double want_ms)
{
    printf("%-58s %9.0f ms   target %6.0f   %s\n", what, took_ms, want_ms, verdict(took_ms, want_ms));
    fflush(stdout);
}

/* --- the database --- */

static void open_store(struct bench *b)
{
    static struct clock clock;
    clock = clock_fixed(&b->now_ms);
    static const struct sql_module *const modules[] = {
        &sql_module_store, &sql_module_proof, &sql_module_org,   &sql_module_duty,
        &sql_module_asset, &sql_module_work,  &sql_module_bench, NULL};
    struct store_options options = {.modules = modules,
                                    .clock = &clock,
                                    .create = true,
                                    .migrate = true,
                                    .node = 1,
                                    .pool_max = ACK_THREADS + 2,
                                    .busy_ms = 60000,
                                    .cache_bytes = b->cache_bytes};
    bench_must(b, store_open(b->where, &options, &b->store, &b->err), "store");
    bench_must(b, store_db_take(b->store, &b->db, &b->err), "db");
}

static void close_store(struct bench *b)
{
    store_db_give(b->db);
    store_close(b->store);
    b->db = NULL;
    b->store = NULL;
}

/* As after a restart: new connections; the pages of the file leave the memory of the machine, as far as it lets us. */
static void go_cold(struct bench *b)
{
    bool drops = is_sqlite(b);
    close_store(b);
    int fd = drops ? open(b->where, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        (void)fdatasync(fd);
        (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        (void)close(fd);
    }
    open_store(b);
}

static void server_do(const char *url, const char *sql)
{
    PGconn *conn = PQconnectdb(url);
    PGresult *result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        fprintf(stderr, "%s: %s", sql, PQerrorMessage(conn));
        exit(3);
    }
    PQclear(result);
    PQfinish(conn);
}

/* --- measuring --- */

typedef void query_fn(struct bench *b, struct arena *arena, size_t round);

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of this thread alone: what a query costs on a machine that others use too. On PostgreSQL the server's part is not in
 * it. */
static double cpu_ms(void)
{
    struct timespec at;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1000.0 + (double)at.tv_nsec / 1e6;
}

static double p99_of(double *took, size_t count)
{
    qsort(took, count, sizeof *took, compare);
    return took[count * 99 / 100];
}

/* want_ms: for the 99th percentile of warm rounds; warm_ms: for their median, 0: none; cold_ms: for the first, 0: none.
 */
static void measure(struct bench *b, const char *what, query_fn *query, double warm_ms, double want_ms, double cold_ms)
{
    double took[ROUNDS], cpu[ROUNDS], first = 0;
    if (cold_ms > 0)
        go_cold(b);
    size_t rounds = ROUNDS;
    for (size_t i = 0; i <= rounds; i++) {
        struct arena arena;
        arena_init(&arena, 512u << 20);
        int64_t from = clock_monotonic_us();
        double cpu_from = cpu_ms();
        query(b, &arena, i);
        double ms = bench_ms_since(from), cpu_took = cpu_ms() - cpu_from;
        arena_done(&arena);
        if (i == 0)
            first = ms;
        else {
            took[i - 1] = ms;
            cpu[i - 1] = cpu_took;
        }
        if (i == 0 && ms > 1000)
            rounds = 10; /* what is far over its target is not waited for two hundred times */
    }
    double p99 = p99_of(took, rounds), median = took[rounds / 2];
    printf("%-58s first %8.2f  median %8.2f  p99 %8.2f  cpu p99 %8.2f ms", what, first, median, p99,
           p99_of(cpu, rounds));
    if (want_ms <= 0) { /* no page asks it */
        printf("\n");
        fflush(stdout);
        return;
    }
    printf("   target");
    bool reached = p99 < want_ms;
    if (warm_ms > 0) {
        printf(" median %.0f", warm_ms);
        reached = median < warm_ms;
    } else
        printf(" p99 %.0f", want_ms);
    if (cold_ms > 0) {
        printf(" cold %.0f", cold_ms);
        reached = reached && first < cold_ms;
    }
    printf("   %s\n", reached ? "reached" : "NOT reached");
    fflush(stdout);
}

static void roll_up(struct bench *b, int64_t root, int64_t scope, civil_day as_of, struct arena *arena)
{
    struct rollup r;
    bench_must(b, rollup_get(b->db, &b->system, root, scope, EDGE_ADMINISTRATIVE, as_of, arena, &r, &b->err),
               "roll-up");
    must(r.total > 0 || as_of != CIVIL_NONE);
}

static void q_rollup(struct bench *b, struct arena *arena, size_t round)
{
    (void)round;
    roll_up(b, b->root, ROLLUP_ALL, CIVIL_NONE, arena);
}

static void q_rollup_directive(struct bench *b, struct arena *arena, size_t round)
{
    roll_up(b, b->root, b->directives[round % b->directive_count], CIVIL_NONE, arena);
}

static void q_rollup_past(struct bench *b, struct arena *arena, size_t round)
{
    civil_day day = civil_day_of_ms(b->now_ms) - 1 - (civil_day)(round * 37 % (size_t)(b->years * 365));
    roll_up(b, b->root, round % 3 ? b->directives[round % b->directive_count] : ROLLUP_ALL, day, arena);
}

static void q_trend(struct bench *b, struct arena *arena, size_t round)
{
    struct rollup_month *months;
    size_t count;
    bench_must(b,
               rollup_trend(b->db, &b->system, b->root, b->directives[round % b->directive_count], EDGE_ADMINISTRATIVE,
                            12, arena, &months, &count, &b->err),
               "trend");
}

static void q_unit(struct bench *b, struct arena *arena, size_t round)
{
    struct sql_assignment_list_unit_rows rows;
    bench_must(b,
               sql_assignment_list_unit(
                   b->db, &b->system, arena,
                   &(struct sql_assignment_list_unit_args){.unit_id = b->units[round * 7919 % b->unit_count],
                                                           .on_day = civil_day_of_ms(b->now_ms)},
                   &rows, &b->err),
               "unit");
}

static void q_past_rows(struct bench *b, struct arena *arena, size_t round)
{
    struct sql_assignments_as_of_rows rows;
    civil_day day = civil_day_of_ms(b->now_ms) - 1 - (civil_day)(round * 37 % (size_t)(b->years * 365));
    bench_must(b,
               sql_assignments_as_of(b->db, &b->system, arena,
                                     &(struct sql_assignments_as_of_args){.root_id = b->root,
                                                                          .kind = STR("all"),
                                                                          .edge_kind = EDGE_ADMINISTRATIVE,
                                                                          .as_of_day = day,
                                                                          .state = DUTY_LATE,
                                                                          .limit_count = 50,
                                                                          .offset_count = (int64_t)round * 50},
                                     &rows, &b->err),
               "rows of a past day");
}

static void measure_queries(struct bench *b)
{
    double warm = roll_up_ms(b);
    measure(b, "roll-up of the whole tree, everything", q_rollup, warm, PAGE_MS, COLD_MS);
    measure(b, "roll-up of the whole tree, one directive", q_rollup_directive, warm, PAGE_MS, COLD_MS);
    measure(b, "roll-up of the whole tree, any past day", q_rollup_past, warm, PAGE_MS, COLD_MS);
    measure(b, "trend of twelve months", q_trend, 0, PAGE_MS, COLD_MS);
    measure(b, "one unit's duties", q_unit, 0, PAGE_MS, COLD_MS);
    measure(b, "late rows of a past day at the command line, fifty", q_past_rows, 0, 0, COLD_MS);
}

/* --- pages: the handlers of the site behind everything that stands before them, without the socket --- */

struct visitor {
    const char *who;
    int64_t person_id;
    char cookie[COOKIE_BYTES];
};
struct site {
    struct app app;
    struct web *web;
    const char *dir;
};
struct visit {
    struct bench *b;
    struct site *site;
    const struct visitor *visitor;
    char path[200];
};

static void open_site(struct bench *b, struct site *site)
{
    site->app.store = b->store;
    site->app.spool_dir = site->dir;
    bench_must(b, app_init(&site->app, &b->err), "site");
    struct web_config config;
    bench_must(b, app_web_config(&site->app, &config, &b->err), "site");
    config.rate_address = config.rate_account = (struct rate){1000000, 1000000};
    bench_must(b, web_new(&config, &site->web, &b->err), "site");
}

static void close_site(struct site *site)
{
    web_free(site->web);
    app_done(&site->app);
}

static int visit_once(const struct visit *v, struct arena *arena, size_t *ret_bytes)
{
    const char *query = strchr(v->path, '?');
    struct request request = {.web = v->site->web,
                              .arena = arena,
                              .now_ms = v->b->now_ms,
                              .method = GET,
                              .path = {v->path, query ? (size_t)(query - v->path) : strlen(v->path)},
                              .raw_query = str_from_cstr(query ? query + 1 : ""),
                              .client = STR("192.0.2.1")};
    struct response response = {.fd = -1};
    buf_init(&response.body, RESPONSE_PAGE_MAX_BYTES);
    struct header *header = vec_push(&request.headers, arena);
    must(header != NULL);
    *header = (struct header){STR("Cookie"), str_from_cstr(v->visitor->cookie)};
    if (query)
        bench_must(v->b, form_parse_urlencoded(request.raw_query, arena, &request.query, &v->b->err), "query");
    web_answer(&request, &response);
    if (response.fd >= 0)
        (void)close(response.fd);
    *ret_bytes = response.body.len_bytes;
    buf_done(&response.body);
    return response.status;
}

static bool is_wanted(const struct visit *v)
{
    char line[sizeof v->path + 32];
    snprintf(line, sizeof line, "%s %s", v->visitor->who, v->path);
    return !v->b->only || strstr(line, v->b->only);
}

static void measure_page(const struct visit *v)
{
    double took[ROUNDS], cpu[ROUNDS], first = 0;
    size_t bytes = 0, rounds = ROUNDS / 2;
    int status = 0;
    for (size_t i = 0; i <= rounds; i++) {
        struct arena arena;
        arena_init(&arena, REQUEST_ARENA_BYTES);
        int64_t from = clock_monotonic_us();
        double cpu_from = cpu_ms();
        status = visit_once(v, &arena, &bytes);
        double ms = bench_ms_since(from), cpu_took = cpu_ms() - cpu_from;
        arena_done(&arena);
        if (i == 0)
            first = ms;
        else {
            took[i - 1] = ms;
            cpu[i - 1] = cpu_took;
        }
        if (i == 0 && ms > 500)
            rounds = 10;
    }
    double p99 = p99_of(took, rounds);
    printf("%-8s %-49s first %8.2f  median %8.2f  p99 %8.2f  cpu p99 %8.2f ms   target p99 %.0f   %s%s\n",
           v->visitor->who, v->path, first, took[rounds / 2], p99, p99_of(cpu, rounds), PAGE_MS, verdict(p99, PAGE_MS),
           status == 200 ? "" : "   (not a page: error)");
    if (status != 200)
        printf("         status %d\n", status);
    fflush(stdout);
}

static void sign_in(struct bench *b, struct visitor *visitor)
{
    struct session_token token;
    const struct session_from from = {STR_NONE, STR_NONE};
    bench_must(b, session_open(b->db, visitor->person_id, true, &from, &token, &b->err), "session");
    snprintf(visitor->cookie, sizeof visitor->cookie, SESSION_COOKIE "=%s", token.text);
}

static void measure_pages(struct bench *b, const char *dir)
{
    /* the leader of the province, of a department with ninety-nine schools, the officer of a school */
    struct visitor visitors[] = {{"province", b->leader, ""},
                                 {"branch", b->people[2 * (size_t)(b->unit_count > 700 ? 700 : 0)], ""},
                                 {"school", b->people[2 * (size_t)(b->unit_count / 2 + 7) + 1], ""}};
    for (size_t i = 0; i < ARRAY_LEN(visitors); i++)
        sign_in(b, &visitors[i]);
    struct site site = {.dir = dir};
    open_site(b, &site);
    int64_t directive = b->directives[b->directive_count / 2], newest = b->directives[b->directive_count - 1];
    size_t school = b->unit_count / 2 + 7;
    struct sql_bench_seen_rows seen;
    bench_must(b,
               sql_bench_seen(b->db, &b->arena,
                              &(struct sql_bench_seen_args){.unit_id = b->units[school], .limit_count = 1}, &seen,
                              &b->err),
               "a duty");
    long long duty = seen.count ? (long long)seen.items[0].id : 0;
    char past[16], day[CIVIL_TEXT_BYTES];
    snprintf(past, sizeof past, "%s", civil_iso(civil_day_of_ms(b->now_ms) - b->years * 100, day));
#define PAGE(n, ...)                                                       \
    do {                                                                   \
        struct visit v = {.b = b, .site = &site, .visitor = &visitors[n]}; \
        snprintf(v.path, sizeof v.path, __VA_ARGS__);                      \
        if (is_wanted(&v))                                                 \
            measure_page(&v);                                              \
    } while (0)
    PAGE(0, "/");
    PAGE(1, "/");
    PAGE(2, "/");
    PAGE(2, "/duty/%lld", duty);
    PAGE(2, "/duty/%lld/evidence", duty);
    PAGE(2, "/unit/%lld", (long long)b->units[school]);
    PAGE(0, "/unit/%lld", (long long)b->units[school]);
    PAGE(0, "/unit/%lld?as_of=%s", (long long)b->units[school], past);
    PAGE(0, "/unit/%lld", (long long)b->root);
    PAGE(0, "/unit/%lld/who", (long long)b->units[school]);
    PAGE(0, "/unit/%lld/who", (long long)b->root);
    PAGE(0, "/person/%lld", (long long)visitors[2].person_id);
    PAGE(0, "/person/%lld/who", (long long)visitors[2].person_id);
    PAGE(0, "/directives");
    PAGE(1, "/directives");
    PAGE(2, "/directives");
    PAGE(0, "/directive/%lld", (long long)directive);
    PAGE(0, "/directive/%lld", (long long)newest);
    PAGE(0, "/directive/%lld?as_of=%s", (long long)directive, past);
    PAGE(1, "/directive/%lld", (long long)directive);
    PAGE(2, "/directive/%lld", (long long)directive);
    PAGE(0, "/directive/%lld/units", (long long)directive);
    PAGE(0, "/directive/%lld/units?page=40", (long long)directive);
    PAGE(0, "/directive/%lld/people", (long long)directive);
    PAGE(0, "/rows");
    PAGE(0, "/rows?state=late");
    PAGE(0, "/rows?state=late&page=40");
    PAGE(0, "/rows?directive=%lld&state=late", (long long)directive);
    PAGE(0, "/rows?directive=%lld&catalogue=CT18-2c", (long long)directive);
    PAGE(0, "/rows?state=late&as_of=%s", past);
    PAGE(0, "/rows?q=tieu+hoc+so+77");
    PAGE(1, "/rows?state=late");
    PAGE(0, "/evidence");
    PAGE(1, "/evidence");
    PAGE(2, "/evidence");
    PAGE(0, "/requests");
    PAGE(0, "/units");
    PAGE(0, "/units?q=tieu+hoc+so+77");
    PAGE(0, "/people");
    PAGE(0, "/people?q=doan");
    PAGE(0, "/search?q=tieu+hoc+so+77");
    PAGE(2, "/search?q=an+toan");
    PAGE(0, "/reports");
    PAGE(0, "/letters");
    PAGE(0, "/systems");
    PAGE(0, "/devices");
    PAGE(0, "/findings");
    PAGE(0, "/budget");
    PAGE(0, "/visits");
    PAGE(0, "/contact");
    PAGE(0, "/reminders");
    PAGE(0, "/more");
    PAGE(0, "/account");
    PAGE(0, "/admin");
    PAGE(0, "/admin/audit");
    PAGE(0, "/admin/audit?page=40");
    PAGE(0, "/admin/jobs");
#undef PAGE
    close_site(&site);
}

/* --- what changes --- */

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
        enum err_code code = duty_acknowledge(db, &actor, b->directives[b->directive_count - 1],
                                              b->units[i / BENCH_PEOPLE], &first, &err);
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
    size_t all = BENCH_PEOPLE * b->unit_count < ACKS ? BENCH_PEOPLE * b->unit_count : ACKS;
    int64_t from = clock_monotonic_us();
    for (size_t i = 0; i < ACK_THREADS; i++) {
        parts[i] = (struct ack_part){b, all * i / ACK_THREADS, all * (i + 1) / ACK_THREADS, 0};
        if (pthread_create(&threads[i], NULL, acknowledge, &parts[i]) != 0)
            exit(3);
    }
    size_t done = 0;
    for (size_t i = 0; i < ACK_THREADS; i++) {
        pthread_join(threads[i], NULL);
        done += parts[i].done;
    }
    double took = bench_ms_since(from);
    printf("%zu of %zu acknowledgements, each its own commit\n", done, all);
    once("acknowledgements, 16 at a time", took, ACK_MS);
}

static void issue_last(struct bench *b)
{
    struct directive_issued issued;
    int64_t from = clock_monotonic_us();
    double cpu_from = cpu_ms();
    bench_must(b, directive_issue(b->db, &b->system, b->directives[b->directive_count - 1], &issued, &b->err), "issue");
    printf("%zu assignments to %zu units, %.0f ms of processor\n", issued.assignment_count, issued.unit_count,
           cpu_ms() - cpu_from);
    once("issue 10 obligations to every unit", bench_ms_since(from), ISSUE_MS);
}

static void next_day(struct bench *b)
{
    int moved;
    b->now_ms += CIVIL_DAY_MS;
    int64_t from = clock_monotonic_us();
    bench_must(b, ledger_advance(b->db, civil_day_of_ms(b->now_ms), &moved, &b->err), "day");
    printf("%-58s %9.0f ms\n", "the day job of that day", bench_ms_since(from));
}

/* Sums that a migration left to be counted, tree by tree. */
static void sum_the_past(struct bench *b)
{
    bool had_one = true;
    int64_t waiting, from = clock_monotonic_us(), longest_us = 0;
    bench_must(b, ledger_waiting(b->db, &waiting, &b->err), "what waits");
    if (!waiting)
        return;
    while (had_one) {
        int64_t at = clock_monotonic_us();
        bench_must(b, ledger_catch_up(b->db, &had_one, &b->err), "sum a tree");
        longest_us = clock_monotonic_us() - at > longest_us ? clock_monotonic_us() - at : longest_us;
    }
    printf("%-58s %9.0f ms\n", "past sums of all trees, counted anew", bench_ms_since(from));
    printf("%-58s %9.0f ms\n", "the longest of them", (double)longest_us / 1000);
}

int main(int argc, char **argv)
{
    static struct bench b = {.unit_count = 10000, .directive_count = 10, .years = 5};
    bool check = false, again = false, more = false;
    if (argc % 2 == 0) { /* every option has a value */
        fprintf(stderr, "bench_duty [--units 10000] [--directives 10] [--years 5] [--store PATH|postgresql://...] "
                        "[--again 1 [--more 1]] [--check 1] [--only TEXT]\n");
        return 2;
    }
    for (int i = 1; i + 1 < argc; i += 2) {
        int64_t n = 0;
        if (strcmp(argv[i], "--store") == 0)
            b.where = argv[i + 1];
        else if (strcmp(argv[i], "--only") == 0)
            b.only = argv[i + 1];
        else if (!str_to_i64(str_from_cstr(argv[i + 1]), &n) || n < 0)
            return 2;
        else if (strcmp(argv[i], "--units") == 0)
            b.unit_count = (size_t)n;
        else if (strcmp(argv[i], "--directives") == 0)
            b.directive_count = (size_t)n;
        else if (strcmp(argv[i], "--years") == 0)
            b.years = (int)n;
        else if (strcmp(argv[i], "--check") == 0)
            check = n > 0;
        else if (strcmp(argv[i], "--again") == 0)
            again = n > 0;
        else if (strcmp(argv[i], "--more") == 0)
            more = n > 0;
        else
            return 2;
    }
    if (b.unit_count < 20 || b.directive_count < 2 || b.years < 1) {
        fprintf(stderr, "at least 20 units, 2 directives, 1 year\n");
        return 2;
    }
    arena_init(&b.arena, 1u << 30);
    const char *dir, *server = NULL;
    char database[64] = "";
    bench_must(&b, crypto_init(&b.err), "random numbers");
    bench_must(&b, file_temp_folder(STR("bench-duty-"), &b.arena, &dir, &b.err), "folder");
    if (!b.where && getenv("LUYTRE_TEST_PG")) {
        char sql[160];
        server = getenv("LUYTRE_TEST_PG");
        const char *name = strstr(server, "/postgres?");
        must(name != NULL);
        snprintf(database, sizeof database, "luytre_bench_%d", (int)getpid());
        snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE template0", database);
        server_do(server, sql);
        b.where =
            arena_printf(&b.arena, "%.*s/%s?%s", (int)(name - server), server, database, name + strlen("/postgres?"))
                .ptr;
    } else if (!b.where)
        b.where = arena_printf(&b.arena, "%s/bench.db", dir).ptr;
    b.now_ms = civil_day_start_ms(civil_to_day(2022, 1, 4)) + 8 * 3600 * 1000LL;
    b.system = actor_system(civil_day_of_ms(b.now_ms));
    b.units = calloc(b.unit_count, sizeof *b.units);
    b.people = calloc(BENCH_PEOPLE * b.unit_count, sizeof *b.people);
    b.directives = calloc(b.directive_count, sizeof *b.directives);
    must(b.units && b.people && b.directives);
    b.cache_bytes = again ? 0 : LOAD_CACHE_BYTES;
    open_store(&b);
    struct sql_bench_found_row *found = NULL;
    bench_must(&b, sql_bench_found(b.db, &b.arena, &found, &b.err), "look");
    if (found && found->n > 0 && !again) {
        fprintf(stderr, "%s is not empty: the bench fills a database of its own; give it a new one, or none\n",
                store_where(b.store));
        return 2;
    }
    if (again) {
        bench_load_again(&b);
        b.now_ms += clock_monotonic_us() / 1000 % (8 * 3600 * 1000LL); /* later that day: ids rise with the clock */
    } else
        bench_must(&b, ledger_open(b.db, civil_day_of_ms(b.now_ms), &b.err), "ledger");
    printf("%s, %zu units, %zu directives of %d obligations, %d years\n", is_sqlite(&b) ? "SQLite" : "PostgreSQL",
           b.unit_count, b.directive_count, BENCH_OBLIGATIONS, b.years);
    fflush(stdout);
    if (!again) {
        bench_load(&b);
        b.cache_bytes = 0;
        close_store(&b);
        open_store(&b);
        issue_last(&b);
        acknowledge_all(&b);
        next_day(&b);
    } else if (more) {
        bench_load_more(&b);
        issue_last(&b);
        acknowledge_all(&b);
        next_day(&b);
    } else
        sum_the_past(&b);
    for (size_t sealed = 1; sealed > 0;) /* what the worker does every second; a run before has left many */
        bench_must(&b, chain_seal(b.db, &sealed, &b.err), "seal");
    if (server) /* what autovacuum does where it runs */
        server_do(b.where, "ANALYZE");
    struct sql_bench_size_row *size = NULL;
    bench_must(&b, sql_bench_size(b.db, &b.arena, &size, &b.err), "size");
    printf("%lld assignments, %lld changes, kept sums: %lld of units, %lld below units; %lld pieces of evidence, %lld "
           "entries of the chain\n",
           (long long)size->assignments, (long long)size->deltas, (long long)size->kept, (long long)size->kept_below,
           (long long)size->evidence, (long long)size->audit);
    b.system = actor_system(civil_day_of_ms(b.now_ms));
    b.now_ms +=
        clock_monotonic_us() / 1000 % (8 * 3600 * 1000LL); /* later that day than any run before: ids rise with it */
    if (!b.only)
        measure_queries(&b);
    measure_pages(&b, dir);
    if (check) {
        bench_must(&b, ledger_recount(b.db, &b.err), "count again");
        printf("counted again: every counter and state is right\n");
    }
    close_store(&b);
    if (server) {
        char sql[160];
        snprintf(sql, sizeof sql, "DROP DATABASE %s WITH (FORCE)", database);
        server_do(server, sql);
    }
    free(b.units);
    free(b.people);
    free(b.directives);
    arena_done(&b.arena);
    return file_remove_all(dir, &b.err) == ERR_NONE ? 0 : 3;
}
