/* bench_web - the real server on loopback, as a thousand people meet it.
 *     bench_web --server build/luytre [--store postgresql://…] [--run-store postgresql://…] [--sessions 1000] [--each
 * 20]
 *               [--seconds 60] [--sign-ins 200] [--at-once 8] [--pages 300]
 * A store given with --store must be empty; --run-store is the same database as the service's own user sees it (luytre
 * grants). Each session has its cookie, its connection and its form, takes the CSRF token from the form and sends
 * `each` acknowledgements, evenly over `seconds` (0: as fast as they are answered); latency counts from when a person
 * would have pressed the button. Afterwards the store is asked for every one that was answered as done. Then sign-ins
 * with Argon2id, at-once at a time, while somebody looks again and again at how many wait, and every page reached by
 * links, one after the other. Figures are for reading, but one lost acknowledgement is exit 3. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/vec.h"
#include "duty/directive.h"
#include "duty/ledger.h"
#include "duty/page_directive.sql.h"
#include "org/person.h"
#include "org/session.h"
#include "org/unit.h"
#include "os/file.h"
#include "store/store.h"

extern const struct sql_module sql_module_store, sql_module_proof, sql_module_org, sql_module_duty, sql_module_asset,
    sql_module_work;

#define IN_ROOM        (4u << 20)
#define LOOK_EVERY_MS  20
#define ACCOUNTS       16
#define PASSWORD       "cay tre tram dot"
#define SERVER_WAIT_MS 30000

enum phase { IDLE, ASKED, DONE };
struct visitor {
    int fd;
    enum phase phase;
    char cookie[128];
    char csrf[160];
    char client[64]; /* what the proxy would say */
    int64_t person;
    int64_t unit;
    size_t sent;     /* acknowledgements begun */
    int64_t due_us;  /* of the next one */
    int64_t from_us; /* of the one that is under way */
    struct buf in;
    int status;
    size_t body_at;
    int64_t end; /* of the answer in `in`; -1: its head is not there yet */
};
struct bench {
    const char *server, *where, *run_where;
    size_t sessions, each, seconds, sign_ins, at_once, pages;
    struct arena arena;
    struct store *store;
    struct db *db;
    struct actor system;
    const char *dir, *log;
    pid_t pid;
    int port;
    int64_t root;
    int64_t *units, *directives;
    struct visitor *visitors;
    bool *done; /* by visitor and directive: answered as done */
    double *took_ms;
    size_t took, refused[6];
    int epoll;
    struct err err;
};

static void ok(struct bench *b, enum err_code code, const char *what)
{
    if (code == ERR_NONE)
        return;
    fprintf(stderr, "%s: %s\n", what, b->err.text);
    if (b->pid > 0)
        kill(b->pid, SIGTERM);
    exit(3);
}
static void give_up(struct bench *b, const char *what)
{
    ok(b, err_set(&b->err, ERR_IO, "%s", what), "bench");
}

static int64_t number_at(const char *text)
{
    int64_t n = 0;
    text += strspn(text, " ");
    (void)str_to_i64((struct str){text, strspn(text, "0123456789")}, &n);
    return n;
}

/* --- the store --- */

static enum err_code fill(struct db *db, void *ctx, struct err *err)
{
    struct bench *b = ctx;
    struct unit_fact fact = {.kind = STR("provincial_committee"), .name = STR("UBND tỉnh Trúc Lâm")};
    TRY(unit_found(db, &b->system, &fact, NULL, 0, 0, 0, false, &b->root, err));
    struct unit_bulk *units = arena_new_array(&b->arena, struct unit_bulk, b->sessions);
    if (!units)
        return arena_full(&b->arena, err);
    for (size_t i = 0; i < b->sessions; i++) {
        b->units[i] = db_id(db);
        units[i] = (struct unit_bulk){
            .id = b->units[i],
            .fact = {.kind = STR("school_primary"), .name = arena_printf(&b->arena, "Trường Tiểu học Số %zu", i + 1)},
            .parents = {{EDGE_ADMINISTRATIVE, b->root}}};
    }
    TRY(unit_found_many(db, units, b->sessions, 0, 0, false, err));
    for (size_t i = 0; i <= b->sessions; i++) {
        bool is_head = i == b->sessions;
        struct person_fields fields = {.name = arena_printf(&b->arena, "Nguyễn Thị Hạ %zu", i + 1)};
        int64_t unit = is_head ? b->root : b->units[i], person, grant;
        TRY(person_new(db, &b->system, &fields, unit, 0, false, &person, err));
        struct grant_request request = {.person_id = person,
                                        .role = is_head ? STR("unit_head") : STR("focal_officer"),
                                        .unit_id = unit,
                                        .edge_kind = is_head ? EDGE_ADMINISTRATIVE : STR(""),
                                        .to_day = CIVIL_FOREVER,
                                        .basis = STR("")};
        TRY(grant_give(db, &b->system, &request, &grant, err));
        struct visitor *v = &b->visitors[i];
        v->person = person;
        v->unit = unit;
        snprintf(v->client, sizeof v->client, "10.%zu.%zu.1", i / 250, i % 250);
    }
    return ERR_NONE;
}

/* After the passwords: a new password ends the sessions before it. */
static enum err_code open_sessions(struct db *db, void *ctx, struct err *err)
{
    struct bench *b = ctx;
    struct session_from from = {STR("127.0.0.1"), STR("bench")};
    for (size_t i = 0; i <= b->sessions; i++) {
        struct session_token token;
        TRY(session_open(db, b->visitors[i].person, i == b->sessions, &from, &token, err));
        snprintf(b->visitors[i].cookie, sizeof b->visitors[i].cookie, "lt_s=%s", token.text);
    }
    return ERR_NONE;
}

static void set_up(struct bench *b)
{
    static const struct obligation_target all = {TARGET_ALL, STR_INIT("")};
    static const struct sql_module *const modules[] = {&sql_module_store,
                                                       &sql_module_proof,
                                                       &sql_module_org,
                                                       &sql_module_duty,
                                                       &sql_module_asset,
                                                       &sql_module_work,
                                                       NULL};
    struct store_options options = {.modules = modules, .create = true, .migrate = true, .node = 1};
    int64_t from = clock_monotonic_us();
    ok(b, store_open(b->where, &options, &b->store, &b->err), "store");
    ok(b, store_db_take(b->store, &b->db, &b->err), "db");
    civil_day today = db_today(b->db);
    b->system = actor_system(today);
    ok(b, ledger_open(b->db, today, &b->err), "ledger");
    ok(b, db_transact(b->db, fill, b, &b->err), "fill");
    for (size_t i = 0; i < ACCOUNTS && i < b->sessions; i++) {
        char name[32];
        snprintf(name, sizeof name, "bench%zu@luytre.example", i);
        ok(b, password_set(b->db, &b->system, b->visitors[i].person, str_from_cstr(name), STR(PASSWORD), &b->err),
           "password");
    }
    ok(b, db_transact(b->db, open_sessions, b, &b->err), "sessions");
    for (size_t d = 0; d < b->each; d++) {
        struct obligation_draft obligation = {
            .catalogue_id = STR("CT18-1b"), .deadline_day = today + 20, .targets = &all, .target_count = 1};
        struct directive_draft draft = {.issuer_id = b->root,
                                        .edge_kind = EDGE_ADMINISTRATIVE,
                                        .title = arena_printf(&b->arena, "Chỉ đạo %zu", d + 1),
                                        .issued_day = CIVIL_NONE,
                                        .obligations = &obligation,
                                        .obligation_count = 1};
        struct directive_issued issued;
        ok(b, directive_draft_new(b->db, &b->system, &draft, &b->directives[d], &b->err), "draft");
        ok(b, directive_issue(b->db, &b->system, b->directives[d], &issued, &b->err), "issue");
    }
    printf("%s: %zu units, %zu people with a session each, %zu directives to all of them: set up in %.1f s\n",
           store_engine(b->store) == STORE_SQLITE ? "SQLite" : "PostgreSQL", b->sessions, b->sessions, b->each,
           (double)(clock_monotonic_us() - from) / 1e6);
    store_db_give(b->db);
    b->db = NULL;
}

/* --- the server --- */

static void start_server(struct bench *b)
{
    const char *blobs = arena_printf(&b->arena, "%s/blobs", b->dir).ptr,
               *keys = arena_printf(&b->arena, "%s/keys", b->dir).ptr;
    b->log = arena_printf(&b->arena, "%s/server.log", b->dir).ptr;
    int log = open(b->log, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log < 0)
        give_up(b, "no log for the server");
    fflush(stdout);
    b->pid = fork();
    if (b->pid == 0) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        dup2(null, 0);
        dup2(null, 1);
        dup2(log, 2);
        execl(b->server, b->server, "serve", "--store", b->run_where ? b->run_where : b->where, "--blobs", blobs,
              "--keys", keys, "--listen", "127.0.0.1:0", "--behind-proxy", (char *)NULL);
        _exit(127);
    }
    char said[8192];
    ssize_t len = 0;
    int64_t until = clock_monotonic_us() + SERVER_WAIT_MS * 1000LL;
    while (b->pid > 0 && !b->port && clock_monotonic_us() < until) {
        nanosleep(&(struct timespec){0, 1000000L}, NULL);
        len = pread(log, said, sizeof said - 1, 0);
        said[len > 0 ? len : 0] = '\0';
        const char *at = strstr(said, "http://127.0.0.1:");
        if (at && strchr(at, '\n'))
            b->port = (int)number_at(at + strlen("http://127.0.0.1:"));
    }
    close(log);
    if (!b->port) {
        fprintf(stderr, "%s", said);
        give_up(b, "the server did not start");
    }
}

/* What the server said of its failures, once each request has been answered. */
static void print_failures(const struct bench *b)
{
    FILE *f = fopen(b->log, "re");
    char line[2048];
    int shown = 0;
    while (f && shown < 5 && fgets(line, sizeof line, f))
        if (strstr(line, "\"level\":\"error\"") || strstr(line, "\"level\":\"warn"))
            shown += printf("    %s", line) > 0;
    if (f)
        fclose(f);
}

static void stop_server(struct bench *b)
{
    int status;
    kill(b->pid, SIGTERM);
    (void)waitpid(b->pid, &status, 0);
    b->pid = 0;
}

/* --- HTTP, as much of it as a browser needs here --- */

static void connect_visitor(struct bench *b, struct visitor *v)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)b->port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int one = 1;
    v->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int64_t until = clock_monotonic_us() + SERVER_WAIT_MS * 1000LL;
    while (connect(v->fd, (struct sockaddr *)&to, sizeof to) != 0) {
        if (clock_monotonic_us() > until)
            give_up(b, "the server does not answer");
        struct timespec tick = {0, 20 * 1000000L};
        nanosleep(&tick, NULL);
    }
    (void)setsockopt(v->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (v->in.ceiling_bytes == 0)
        buf_init(&v->in, IN_ROOM);
}

static void hang_up(struct visitor *v)
{
    if (v->fd >= 0)
        close(v->fd);
    v->fd = -1;
}

static void watch(struct bench *b, struct visitor *v)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = v};
    if (epoll_ctl(b->epoll, EPOLL_CTL_ADD, v->fd, &event) != 0)
        give_up(b, "epoll");
}

/* body NULL: GET. */
static void ask(struct bench *b, struct visitor *v, const char *path, const char *body)
{
    AUTO_BUF out;
    buf_init(&out, 1u << 16);
    buf_printf(&out, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: %s\r\nX-Forwarded-For: %s\r\n",
               body ? "POST" : "GET", path, b->port, v->cookie, v->client);
    if (body)
        buf_printf(&out,
                   "Origin: http://127.0.0.1:%d\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                   "Content-Length: %zu\r\n",
                   b->port, strlen(body));
    buf_printf(&out, "\r\n%s", body ? body : "");
    buf_clear(&v->in);
    v->end = -1;
    v->status = 0;
    v->phase = ASKED;
    /* Of a connection closed meanwhile hear() learns. */
    if (out.failed || (send(v->fd, out.ptr, out.len_bytes, MSG_NOSIGNAL) != (ssize_t)out.len_bytes && errno != EPIPE &&
                       errno != ECONNRESET))
        give_up(b, "cannot send");
}

/* Reads what is there; true when the answer is whole. */
static bool hear(struct bench *b, struct visitor *v)
{
    char part[65536];
    ssize_t n = recv(v->fd, part, sizeof part, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n <= 0) { /* it closed the connection before it had answered: a browser would open another */
        hang_up(v);
        connect_visitor(b, v);
        if (b->epoll > 0)
            watch(b, v);
        v->status = 0;
        return true;
    }
    buf_put(&v->in, (struct str){part, (size_t)n});
    if (v->in.failed)
        give_up(b, "an answer is too big");
    if (v->end < 0) {
        const char *end = strstr(v->in.ptr, "\r\n\r\n");
        if (!end)
            return false;
        const char *length = strcasestr(v->in.ptr, "\r\ncontent-length:");
        v->status = (int)number_at(v->in.ptr + strlen("HTTP/1.1 "));
        v->body_at = (size_t)(end - v->in.ptr) + 4;
        v->end = (int64_t)v->body_at + (length && length < end ? number_at(length + strlen("\r\ncontent-length:")) : 0);
    }
    return (int64_t)v->in.len_bytes >= v->end;
}

static void fetch(struct bench *b, struct visitor *v, const char *path)
{
    ask(b, v, path, NULL);
    while (!hear(b, v))
        continue;
    v->phase = IDLE;
}

static bool take_csrf(struct visitor *v)
{
    static const char mark[] = "name=\"csrf\" value=\"";
    const char *at = strstr(v->in.ptr + v->body_at, mark);
    const char *end = at ? strchr(at + strlen(mark), '"') : NULL;
    if (!end || (size_t)(end - at) - strlen(mark) >= sizeof v->csrf)
        return false;
    snprintf(v->csrf, sizeof v->csrf, "%.*s", (int)((size_t)(end - at) - strlen(mark)), at + strlen(mark));
    return true;
}

static void take_cookie(struct visitor *v, const char *name)
{
    char mark[64];
    snprintf(mark, sizeof mark, "Set-Cookie: %s=", name);
    const char *at = strstr(v->in.ptr, mark);
    if (at)
        snprintf(v->cookie, sizeof v->cookie, "%s=%.*s", name, (int)strcspn(at + strlen(mark), ";\r\n"),
                 at + strlen(mark));
}

/* --- figures --- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
static double part(double *sorted, size_t count, size_t of_1000)
{
    return count ? sorted[count * of_1000 / 1000 < count ? count * of_1000 / 1000 : count - 1] : 0;
}
static void note_refusal(struct bench *b, int status)
{
    b->refused[status >= 100 && status < 600 ? status / 100 : 0]++;
}

/* --- acknowledgements --- */

static void send_ack(struct bench *b, struct visitor *v)
{
    char path[80], body[256];
    snprintf(path, sizeof path, "/directive/%lld/acknowledge", (long long)b->directives[v->sent]);
    snprintf(body, sizeof body, "csrf=%s", v->csrf);
    v->from_us = b->seconds ? v->due_us : clock_monotonic_us();
    ask(b, v, path, body);
}

static void got_ack(struct bench *b, struct visitor *v, size_t number)
{
    b->took_ms[b->took++] = (double)(clock_monotonic_us() - v->from_us) / 1000;
    if (v->status == 303)
        b->done[number * b->each + v->sent] = true;
    else
        note_refusal(b, v->status);
    v->sent++;
    v->due_us += (int64_t)(b->seconds * 1000000 / b->each);
    v->phase = v->sent < b->each ? IDLE : DONE;
}

static void acknowledge_all(struct bench *b)
{
    b->epoll = epoll_create1(EPOLL_CLOEXEC);
    int64_t begun = clock_monotonic_us();
    for (size_t i = 0; i < b->sessions; i++) {
        struct visitor *v = &b->visitors[i];
        char path[64];
        connect_visitor(b, v);
        snprintf(path, sizeof path, "/directive/%lld", (long long)b->directives[0]);
        fetch(b, v, path);
        if (v->status != 200 || !take_csrf(v)) {
            fprintf(stderr, "GET %s: %d\n%.*s\n", path, v->status, 2000, v->in.ptr);
            give_up(b, "the form is not there");
        }
        watch(b, v);
    }
    printf("%zu live sessions, the form of each loaded: %.1f s\n", b->sessions,
           (double)(clock_monotonic_us() - begun) / 1e6);
    int64_t from = clock_monotonic_us();
    for (size_t i = 0; i < b->sessions; i++)
        b->visitors[i].due_us = from + (int64_t)(b->seconds * 1000000 / b->each * i / b->sessions);
    for (size_t left = b->sessions; left > 0;) {
        int64_t now = clock_monotonic_us();
        for (size_t i = 0; i < b->sessions; i++)
            if (b->visitors[i].phase == IDLE && (!b->seconds || b->visitors[i].due_us <= now))
                send_ack(b, &b->visitors[i]);
        struct epoll_event events[256];
        int count = epoll_wait(b->epoll, events, ARRAY_LEN(events), b->seconds ? 1 : 1000);
        for (int e = 0; e < count; e++) {
            struct visitor *v = events[e].data.ptr;
            if (!hear(b, v))
                continue;
            got_ack(b, v, (size_t)(v - b->visitors));
            left -= v->phase == DONE;
        }
    }
    double seconds = (double)(clock_monotonic_us() - from) / 1e6;
    qsort(b->took_ms, b->took, sizeof *b->took_ms, by_size);
    size_t refused = 0;
    for (size_t i = 0; i < ARRAY_LEN(b->refused); i++)
        refused += b->refused[i];
    printf("%zu acknowledgements in %.1f s: %.0f/s, p50 %.1f ms, p99 %.1f ms, worst %.1f ms; refused %zu (4xx %zu, 5xx "
           "%zu, cut off %zu)\n",
           b->took, seconds, (double)b->took / seconds, part(b->took_ms, b->took, 500), part(b->took_ms, b->took, 990),
           part(b->took_ms, b->took, 1000), refused, b->refused[4], b->refused[5], b->refused[0]);
    print_failures(b);
    for (size_t i = 0; i < b->sessions; i++)
        hang_up(&b->visitors[i]);
    close(b->epoll);
    b->epoll = -1;
}

/* Everything that was answered as done must stand in the store. */
static size_t count_lost(struct bench *b)
{
    size_t said = 0, lost = 0;
    ok(b, store_db_take(b->store, &b->db, &b->err), "db");
    for (size_t i = 0; i < b->sessions; i++)
        for (size_t d = 0; d < b->each; d++) {
            if (!b->done[i * b->each + d])
                continue;
            AUTO_ARENA arena;
            arena_init(&arena, 1u << 16);
            struct actor actor = {.person_id = b->visitors[i].person, .right = RIGHT_ACKNOWLEDGE, .day = b->system.day};
            struct sql_directive_my_acknowledgement_row *row = NULL;
            ok(b,
               sql_directive_my_acknowledgement(b->db, &actor, &arena,
                                                &(struct sql_directive_my_acknowledgement_args){b->directives[d]}, &row,
                                                &b->err),
               "look");
            said++;
            lost += row == NULL;
        }
    store_db_give(b->db);
    printf("answered as done %zu, of these in the store %zu, lost %zu\n", said, said - lost, lost);
    return lost;
}

/* --- sign-ins --- */

/* How many wait for their turn, as the page of the form says it; 0 when it says nothing. */
static int64_t waiting_on_page(const struct visitor *v)
{
    const char *at = strstr(v->in.ptr + v->body_at, "Đang có ");
    return at && strstr(at, "người đăng nhập cùng lúc") ? number_at(at + strlen("Đang có ")) : 0;
}

static void sign_in(struct bench *b)
{
    struct visitor *visitors = calloc(b->at_once, sizeof *visitors), watcher = {.cookie = "lt_lang=vi"};
    must(visitors);
    int64_t deepest = 0, look_us = 0;
    size_t begun = 0, came_in = 0, count = 0;
    b->took = 0;
    memset(b->refused, 0, sizeof b->refused);
    b->epoll = epoll_create1(EPOLL_CLOEXEC);
    int64_t from = clock_monotonic_us();
    snprintf(watcher.client, sizeof watcher.client, "10.199.0.1");
    connect_visitor(b, &watcher);
    watch(b, &watcher);
    for (size_t i = 0; i < b->at_once; i++) {
        struct visitor *v = &visitors[i];
        connect_visitor(b, v);
        watch(b, v);
        snprintf(v->cookie, sizeof v->cookie, "lt_lang=vi");
        v->sent = begun++;
        snprintf(v->client, sizeof v->client, "10.200.%zu.%zu", v->sent / 250, v->sent % 250);
        ask(b, v, "/signin", NULL);
    }
    for (size_t left = b->at_once; left > 0;) {
        struct epoll_event events[256];
        if (watcher.phase == IDLE && clock_monotonic_us() >= look_us) {
            look_us = clock_monotonic_us() + LOOK_EVERY_MS * 1000LL;
            ask(b, &watcher, "/signin", NULL);
        }
        int n = epoll_wait(b->epoll, events, ARRAY_LEN(events), LOOK_EVERY_MS);
        for (int e = 0; e < n; e++) {
            struct visitor *v = events[e].data.ptr;
            if (!hear(b, v))
                continue;
            if (v == &watcher) {
                v->phase = IDLE;
                deepest = waiting_on_page(v) > deepest ? waiting_on_page(v) : deepest;
                continue;
            }
            if (v->csrf[0] == '\0') { /* the form */
                char body[512];
                take_cookie(v, "lt_v");
                if (!take_csrf(v))
                    give_up(b, "the sign-in form is not there");
                snprintf(body, sizeof body, "csrf=%s&name=bench%zu%%40luytre.example&password=cay+tre+tram+dot",
                         v->csrf, v->sent % ACCOUNTS);
                v->from_us = clock_monotonic_us();
                ask(b, v, "/signin", body);
                continue;
            }
            b->took_ms[b->took++] = (double)(clock_monotonic_us() - v->from_us) / 1000;
            count++;
            if (v->status == 303 && strstr(v->in.ptr, "Set-Cookie: lt_s="))
                came_in++;
            else
                note_refusal(b, v->status);
            if (begun >= b->sign_ins) {
                left--;
                v->phase = DONE;
                hang_up(v);
                continue;
            }
            v->sent = begun++;
            v->csrf[0] = '\0';
            snprintf(v->cookie, sizeof v->cookie, "lt_lang=vi");
            snprintf(v->client, sizeof v->client, "10.200.%zu.%zu", v->sent / 250, v->sent % 250);
            ask(b, v, "/signin", NULL);
        }
    }
    double seconds = (double)(clock_monotonic_us() - from) / 1e6;
    qsort(b->took_ms, b->took, sizeof *b->took_ms, by_size);
    printf("%zu sign-ins, %zu at a time, in %.1f s: %.1f/s, p50 %.0f ms, p99 %.0f ms; came in %zu, 4xx %zu, 5xx %zu; "
           "the deepest queue the sign-in page told of: %lld\n",
           count, b->at_once, seconds, (double)count / seconds, part(b->took_ms, b->took, 500),
           part(b->took_ms, b->took, 990), came_in, b->refused[4], b->refused[5], (long long)deepest);
    print_failures(b);
    hang_up(&watcher);
    buf_done(&watcher.in);
    for (size_t i = 0; i < b->at_once; i++)
        buf_done(&visitors[i].in);
    free(visitors);
    close(b->epoll);
    b->epoll = -1;
}

/* --- every page that links lead to --- */

struct page_kind {
    struct str pattern; /* "/directive/{}" */
    VEC(double) took;
    int bad_status;
};
struct crawl {
    VEC(struct str) paths;
    struct map seen, kinds;
    VEC(struct page_kind *) list;
};

static struct str pattern_of(struct arena *arena, struct str path)
{
    AUTO_BUF out;
    buf_init(&out, 4096);
    for (size_t i = 0; i < path.len_bytes && path.ptr[i] != '?'; i++) {
        bool is_digit = path.ptr[i] >= '0' && path.ptr[i] <= '9' && i > 0 && path.ptr[i - 1] == '/';
        if (is_digit) {
            while (i + 1 < path.len_bytes && path.ptr[i + 1] >= '0' && path.ptr[i + 1] <= '9')
                i++;
            buf_lit(&out, "{}");
        } else
            buf_put_byte(&out, path.ptr[i]);
    }
    return arena_str(arena, buf_str(&out));
}

static void add_path(struct bench *b, struct crawl *c, struct str path)
{
    ptrdiff_t hash = str_find_byte(path, '#', 0);
    path = hash >= 0 ? str_slice(path, 0, (size_t)hash) : path;
    if (path.len_bytes == 0 || path.len_bytes > 500 || path.ptr[0] != '/' || str_starts_with(path, STR("//")) ||
        str_starts_with(path, STR("/static/")) || map_get(&c->seen, path))
        return;
    AUTO_BUF clear; /* in an attribute & is written &amp; */
    buf_init(&clear, 4096);
    for (size_t i = 0; i < path.len_bytes; i++) {
        buf_put_byte(&clear, path.ptr[i]);
        if (path.ptr[i] == '&' && str_starts_with(str_slice(path, i, path.len_bytes), STR("&amp;")))
            i += 4;
    }
    struct str kept = arena_str(&b->arena, path), plain = arena_str(&b->arena, buf_str(&clear));
    struct str *slot = vec_push(&c->paths, &b->arena);
    if (str_is_null(kept) || str_is_null(plain) || !slot || !map_put(&c->seen, &b->arena, kept, slot))
        give_up(b, "no memory");
    *slot = plain;
}

static void add_links(struct bench *b, struct crawl *c, const struct visitor *v)
{
    struct str body = {v->in.ptr + v->body_at, v->in.len_bytes - v->body_at};
    size_t at = 0;
    for (ptrdiff_t found; (found = str_find(body, STR(" href=\""), at)) >= 0;) {
        at = (size_t)found + 7;
        ptrdiff_t end = str_find_byte(body, '"', at);
        if (end < 0)
            break;
        add_path(b, c, str_slice(body, at, (size_t)end));
    }
}

static void crawl_as(struct bench *b, struct visitor *v, const char *who)
{
    struct crawl c = {0};
    connect_visitor(b, v);
    add_path(b, &c, STR("/"));
    VEC(double) all = {0};
    /* Of each kind of page the same number at most, so that a list of a thousand units does not crowd out the others.
     */
    for (size_t i = 0; i < c.paths.count && all.count < b->pages * 3; i++) {
        struct str pattern = pattern_of(&b->arena, c.paths.items[i]);
        struct page_kind *kind = map_get(&c.kinds, pattern);
        if (!kind) {
            kind = arena_new(&b->arena, struct page_kind);
            struct page_kind **slot = vec_push(&c.list, &b->arena);
            if (!kind || !slot || !map_put(&c.kinds, &b->arena, pattern, kind))
                give_up(b, "no memory");
            *slot = kind;
            kind->pattern = pattern;
        }
        if (kind->took.count >= b->pages / 10 + 3)
            continue;
        for (int round = 0; round < 3; round++) {
            int64_t from = clock_monotonic_us();
            fetch(b, v, arena_cstr(&b->arena, c.paths.items[i]));
            double *slot = vec_push(&kind->took, &b->arena), *slot_all = vec_push(&all, &b->arena);
            if (!slot || !slot_all)
                give_up(b, "no memory");
            *slot = *slot_all = (double)(clock_monotonic_us() - from) / 1000;
            if (v->status >= 400 && !kind->bad_status)
                kind->bad_status = v->status;
            if (strcasestr(v->in.ptr, "\r\nconnection: close\r\n")) {
                hang_up(v);
                connect_visitor(b, v);
            }
        }
        add_links(b, &c, v);
    }
    qsort(all.items, all.count, sizeof *all.items, by_size);
    printf("%s: %zu pages of %zu kinds, one after the other: p50 %.1f ms, p99 %.1f ms, worst %.1f ms\n", who, all.count,
           c.list.count, part(all.items, all.count, 500), part(all.items, all.count, 990),
           part(all.items, all.count, 1000));
    for (size_t i = 0; i < c.list.count; i++) {
        struct page_kind *kind = c.list.items[i];
        qsort(kind->took.items, kind->took.count, sizeof(double), by_size);
        double p99 = part(kind->took.items, kind->took.count, 990);
        printf("    %-40.*s %3zu times  p50 %7.1f ms  p99 %7.1f ms%s%.0d\n", STR_ARG(kind->pattern), kind->took.count,
               part(kind->took.items, kind->took.count, 500), p99, kind->bad_status ? "  status " : "",
               kind->bad_status);
    }
    hang_up(v);
}

int main(int argc, char **argv)
{
    struct bench b = {.server = "build/luytre",
                      .sessions = 1000,
                      .each = 20,
                      .seconds = 60,
                      .sign_ins = 200,
                      .at_once = 8,
                      .pages = 300};
    for (int i = 1; i + 1 < argc; i += 2) {
        int64_t n = 0;
        const struct {
            const char *name;
            size_t *at;
        } numbers[] = {{"--sessions", &b.sessions}, {"--each", &b.each},       {"--seconds", &b.seconds},
                       {"--sign-ins", &b.sign_ins}, {"--at-once", &b.at_once}, {"--pages", &b.pages}};
        bool known = true;
        if (strcmp(argv[i], "--server") == 0)
            b.server = argv[i + 1];
        else if (strcmp(argv[i], "--store") == 0)
            b.where = argv[i + 1];
        else if (strcmp(argv[i], "--run-store") == 0)
            b.run_where = argv[i + 1];
        else
            known = false;
        for (size_t k = 0; k < ARRAY_LEN(numbers) && !known; k++)
            if (strcmp(argv[i], numbers[k].name) == 0 && str_to_i64(str_from_cstr(argv[i + 1]), &n) && n >= 0) {
                *numbers[k].at = (size_t)n;
                known = true;
            }
        if (!known || !b.sessions || !b.each || !b.at_once) {
            fprintf(stderr, "%s: wrong use\n", argv[i]);
            return 2;
        }
    }
    arena_init(&b.arena, 1u << 30);
    ok(&b, file_temp_folder(STR("bench-web-"), &b.arena, &b.dir, &b.err), "folder");
    if (!b.where)
        b.where = arena_printf(&b.arena, "%s/bench.db", b.dir).ptr;
    b.units = calloc(b.sessions, sizeof *b.units);
    b.directives = calloc(b.each, sizeof *b.directives);
    b.visitors = calloc(b.sessions + 1, sizeof *b.visitors);
    b.done = calloc(b.sessions * b.each, sizeof *b.done);
    b.took_ms = calloc(b.sessions * b.each + b.sign_ins + b.at_once, sizeof *b.took_ms);
    must(b.units && b.directives && b.visitors && b.done && b.took_ms);
    set_up(&b);
    int64_t from = clock_monotonic_us();
    start_server(&b);
    connect_visitor(&b, &b.visitors[0]);
    fetch(&b, &b.visitors[0], "/signin");
    printf("the server answers its first page %.0f ms after it was started\n",
           (double)(clock_monotonic_us() - from) / 1000);
    hang_up(&b.visitors[0]);
    acknowledge_all(&b);
    size_t lost = count_lost(&b);
    if (b.sign_ins)
        sign_in(&b);
    if (b.pages) {
        crawl_as(&b, &b.visitors[0], "a school's officer");
        crawl_as(&b, &b.visitors[b.sessions], "the head of the province");
    }
    stop_server(&b);
    store_close(b.store);
    for (size_t i = 0; i <= b.sessions; i++)
        if (b.visitors[i].in.ceiling_bytes)
            buf_done(&b.visitors[i].in);
    free(b.units);
    free(b.directives);
    free(b.visitors);
    free(b.done);
    free(b.took_ms);
    arena_done(&b.arena);
    enum err_code code = file_remove_all(b.dir, &b.err);
    return lost || code != ERR_NONE ? 3 : 0;
}
