#include "cmd/role.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/vec.h"
#include "os/file.h"
#include "os/process.h"
#include "os/socket.h"

#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS   30000
#define HEALTHY_AFTER_MS 60000 /* a role that ran this long starts its backoff anew */
#define STOP_TIMEOUT_MS  10000
#define OWED_RETRY_MS    500

bool role_may_ask(enum role client, enum role server)
{
    static const struct {
        enum role client, server;
    } wires[] = {{ROLE_WEB, ROLE_PARSE},
                 {ROLE_WEB, ROLE_SIGN},
                 {ROLE_WORKER, ROLE_PARSE},
                 {ROLE_WORKER, ROLE_FETCH},
                 {ROLE_WORKER, ROLE_SIGN}};
    for (size_t i = 0; i < ARRAY_LEN(wires); i++)
        if (wires[i].client == client && wires[i].server == server)
            return true;
    return false;
}

struct watched {
    const struct monitor_role *plan;
    pid_t pid; /* 0: not running */
    struct channel control;
    int64_t started_us;
    int64_t start_at_us; /* when to start it again */
    int backoff_ms;
    bool owed[ROLE_COUNT]; /* a line to this server role is to be laid */
};
struct monitor {
    const struct monitor_plan *plan;
    struct watched roles[ROLE_COUNT];
    size_t role_count;
    struct arena arena; /* environment and arguments: for as long as it runs */
    const char *const *plain_env;
};

/* Roles that need no store get no more than how to log: a password of the database in the environment is not theirs. */
static enum err_code plain_env_make(struct monitor *monitor, struct err *err)
{
    static const char *const kept[] = {
        "LUYTRE_LOG=", "LUYTRE_LOG_LEVEL=", "LUYTRE_TEST_NOW=", "ASAN_OPTIONS=", "UBSAN_OPTIONS=", "TSAN_OPTIONS="};
    VEC(const char *) env = {0};
    const char **path = vec_push(&env, &monitor->arena);
    const char **locale = path ? vec_push(&env, &monitor->arena) : NULL;
    if (!locale)
        return arena_full(&monitor->arena, err);
    env.items[0] = "PATH=/usr/bin:/bin";
    env.items[1] = "LC_ALL=C.UTF-8";
    for (char **at = environ; *at; at++) {
        for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
            if (!str_starts_with(str_from_cstr(*at), str_from_cstr(kept[i])))
                continue;
            const char **slot = vec_push(&env, &monitor->arena);
            if (!slot)
                return arena_full(&monitor->arena, err);
            *slot = *at;
        }
    }
    const char **end = vec_push(&env, &monitor->arena);
    if (!end)
        return arena_full(&monitor->arena, err);
    *end = NULL;
    monitor->plain_env = env.items;
    return ERR_NONE;
}

static enum err_code orders_send(const struct watched *watched, struct channel *control, struct err *err)
{
    struct message setup = {.type = MESSAGE_SETUP, .fd = -1}, go = {.type = MESSAGE_GO, .fd = -1};
    setup.texts[SETUP_CONFIG] = str_from_cstr(watched->plan->config);
    TRY(channel_send(control, &setup, 1000, err));
    for (size_t i = 0; i < watched->plan->socket_count; i++) {
        struct message socket = {.type = MESSAGE_SOCKET, .fd = watched->plan->sockets[i].fd};
        socket.texts[SOCKET_NAME] = str_from_cstr(watched->plan->sockets[i].name);
        TRY(channel_send(control, &socket, 1000, err));
    }
    return channel_send(control, &go, 1000, err);
}

static enum err_code role_start(struct monitor *monitor, struct watched *watched, struct err *err)
{
    enum role role = watched->plan->role;
    int ours = -1, theirs = -1;
    TRY(socket_pair(&ours, &theirs, err));
    AUTO_FD their_end = theirs;
    const char *const argv[] = {monitor->plan->program, "-x", role_to_str(role), NULL};
    bool has_store = role == ROLE_WEB || role == ROLE_WORKER;
    struct process_spec spec = {.program = monitor->plan->program,
                                .argv = argv,
                                .env = has_store ? (const char *const *)environ : monitor->plain_env,
                                .input_fd = -1,
                                .channel_fd = their_end,
                                .keeps_stderr = true};
    channel_init(&watched->control, ours, role_schemas, role_schema_count);
    enum err_code code = process_start(&spec, &watched->pid, err);
    if (code == ERR_NONE)
        code = orders_send(watched, &watched->control, err);
    if (code != ERR_NONE && watched->pid == 0) {
        channel_close(&watched->control);
        return code;
    }
    /* Orders that could not be sent mean that it died already: it will be reaped like any other. */
    watched->started_us = clock_monotonic_us();
    LOG(monitor->plan->log, LOG_INFO, "role_started", LOG_TEXT_FIELD("name", str_from_cstr(role_to_str(role))),
        LOG_INT_FIELD("pid", watched->pid));
    for (size_t i = 0; i < monitor->role_count; i++) {
        struct watched *other = &monitor->roles[i];
        if (role_may_ask(role, other->plan->role))
            watched->owed[other->plan->role] = true;
        if (role_may_ask(other->plan->role, role))
            other->owed[role] = true;
    }
    return ERR_NONE;
}

static struct watched *NULLABLE watched_find(struct monitor *monitor, enum role role)
{
    for (size_t i = 0; i < monitor->role_count; i++)
        if (monitor->roles[i].plan->role == role)
            return &monitor->roles[i];
    return NULL;
}

static enum err_code line_lay(struct watched *client, struct watched *server, struct err *err)
{
    int a = -1, b = -1;
    TRY(socket_pair(&a, &b, err));
    AUTO_FD client_end = a;
    AUTO_FD server_end = b;
    struct message to_server = {.type = MESSAGE_LINE, .fd = server_end};
    to_server.numbers[LINE_ROLE] = client->plan->role;
    to_server.numbers[LINE_IS_SERVER] = 1;
    struct message to_client = {.type = MESSAGE_LINE, .fd = client_end};
    to_client.numbers[LINE_ROLE] = server->plan->role;
    TRY(channel_send(&client->control, &to_client, 0, err)); /* a client that does not read costs nobody anything */
    return channel_send(&server->control, &to_server, 0, err);
}

/* True when some line could not be laid now. */
static bool lines_lay(struct monitor *monitor)
{
    bool is_owed = false;
    for (size_t i = 0; i < monitor->role_count; i++) {
        struct watched *client = &monitor->roles[i];
        for (size_t r = 0; r < ROLE_COUNT; r++) {
            struct watched *server = client->owed[r] ? watched_find(monitor, (enum role)r) : NULL;
            struct err err;
            if (!server || !client->pid || !server->pid)
                continue; /* the later start of the two owes it again */
            if (line_lay(client, server, &err) == ERR_NONE)
                client->owed[r] = false;
            else
                is_owed = true;
        }
    }
    return is_owed;
}

static void role_ended(struct monitor *monitor, struct watched *watched, int exit_code, int signal_number)
{
    int64_t now_us = clock_monotonic_us();
    if (now_us - watched->started_us > HEALTHY_AFTER_MS * 1000LL || watched->backoff_ms == 0)
        watched->backoff_ms = BACKOFF_FIRST_MS;
    else
        watched->backoff_ms = watched->backoff_ms * 2 < BACKOFF_MAX_MS ? watched->backoff_ms * 2 : BACKOFF_MAX_MS;
    LOG(monitor->plan->log, LOG_WARN, "role_ended",
        LOG_TEXT_FIELD("name", str_from_cstr(role_to_str(watched->plan->role))), LOG_INT_FIELD("pid", watched->pid),
        LOG_INT_FIELD("exit", exit_code), LOG_INT_FIELD("signal", signal_number),
        LOG_INT_FIELD("again_in_ms", watched->backoff_ms));
    watched->pid = 0;
    channel_close(&watched->control);
    watched->start_at_us = now_us + watched->backoff_ms * 1000LL;
}

static void roles_reap(struct monitor *monitor)
{
    for (size_t i = 0; i < monitor->role_count; i++) {
        int exit_code, signal_number;
        if (monitor->roles[i].pid && process_has_ended(monitor->roles[i].pid, &exit_code, &signal_number))
            role_ended(monitor, &monitor->roles[i], exit_code, signal_number);
    }
}

static void roles_start(struct monitor *monitor)
{
    for (size_t i = 0; i < monitor->role_count; i++) {
        struct watched *watched = &monitor->roles[i];
        struct err err;
        if (watched->pid || watched->start_at_us > clock_monotonic_us() ||
            role_start(monitor, watched, &err) == ERR_NONE)
            continue;
        LOG(monitor->plan->log, LOG_ERROR, "role_not_started", LOG_TEXT_FIELD("reason", str_from_cstr(err.text)));
        role_ended(monitor, watched, -1, 0);
    }
}

static int wait_ms(const struct monitor *monitor, bool is_owed)
{
    int64_t now_us = clock_monotonic_us(), nearest_us = INT64_MAX;
    for (size_t i = 0; i < monitor->role_count; i++)
        if (!monitor->roles[i].pid && monitor->roles[i].start_at_us < nearest_us)
            nearest_us = monitor->roles[i].start_at_us;
    if (is_owed && nearest_us > now_us + OWED_RETRY_MS * 1000LL)
        return OWED_RETRY_MS;
    if (nearest_us == INT64_MAX)
        return -1;
    return nearest_us <= now_us ? 0 : (int)((nearest_us - now_us) / 1000) + 1;
}

static void roles_stop(struct monitor *monitor)
{
    int64_t deadline_us = clock_monotonic_us() + STOP_TIMEOUT_MS * 1000LL;
    for (size_t i = 0; i < monitor->role_count; i++)
        if (monitor->roles[i].pid)
            (void)kill(monitor->roles[i].pid, SIGTERM);
    for (size_t i = 0; i < monitor->role_count; i++) {
        int exit_code, signal_number;
        int64_t left_us = deadline_us - clock_monotonic_us();
        if (monitor->roles[i].pid)
            process_end(monitor->roles[i].pid, left_us > 0 ? (int)(left_us / 1000) : 0, &exit_code, &signal_number);
        channel_close(&monitor->roles[i].control);
        monitor->roles[i].pid = 0;
    }
}

static enum err_code monitor_loop(struct monitor *monitor, int signals, struct err *err)
{
    for (;;) {
        roles_start(monitor);
        bool is_owed = lines_lay(monitor);
        struct pollfd wait = {.fd = signals, .events = POLLIN};
        if (poll(&wait, 1, wait_ms(monitor, is_owed)) < 0 && errno != EINTR)
            return err_set(err, ERR_IO, "wait for signals");
        struct signalfd_siginfo info;
        while (read(signals, &info, sizeof info) == sizeof info) {
            if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) {
                LOG(monitor->plan->log, LOG_INFO, "stopping", LOG_INT_FIELD("signal", info.ssi_signo));
                return ERR_NONE;
            }
        }
        roles_reap(monitor);
    }
}

static enum err_code monitor_enter(struct monitor *monitor, const sigset_t *watched_signals, struct err *err)
{
    struct sandbox sandbox;
    struct sandbox_report report;
    sandbox_init(&sandbox, SANDBOX_MONITOR);
    TRY(sandbox_enter(&sandbox, &report, err));
    TRY(plain_env_make(monitor, err));
    AUTO_FD signals = signalfd(-1, watched_signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0)
        return err_set(err, ERR_IO, "listen for signals");
    enum err_code code = monitor_loop(monitor, signals, err);
    roles_stop(monitor);
    return code;
}

enum err_code monitor_run(const struct monitor_plan *plan, struct err *err)
{
    must(plan->role_count <= ROLE_COUNT);
    struct monitor monitor = {.plan = plan, .role_count = plan->role_count};
    for (size_t i = 0; i < plan->role_count; i++) {
        monitor.roles[i].plan = &plan->roles[i];
        channel_init(&monitor.roles[i].control, -1, role_schemas, role_schema_count);
    }
    sigset_t watched_signals, before;
    sigemptyset(&watched_signals);
    sigaddset(&watched_signals, SIGTERM);
    sigaddset(&watched_signals, SIGINT);
    sigaddset(&watched_signals, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &watched_signals, &before) != 0)
        return err_set(err, ERR_IO, "block signals");
    (void)signal(SIGPIPE, SIG_IGN);
    arena_init(&monitor.arena, 1u << 20);
    enum err_code code = monitor_enter(&monitor, &watched_signals, err);
    arena_done(&monitor.arena);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return code;
}
