/* Programs, addresses and log lines. */
#include "test.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/file.h"
#include "os/log.h"
#include "os/process.h"
#include "os/socket.h"

static struct err err;

static enum err_code run(struct arena *arena, const char *script, size_t max_bytes, int timeout_ms,
                         struct sandbox_limits limits, struct process_result *ret)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    struct process_spec spec = {.program = "/bin/sh", .argv = argv, .input_fd = -1, .channel_fd = -1, .limits = limits};
    return process_run(&spec, max_bytes, timeout_ms, arena, ret, &err);
}

static void a_program_gives_its_output_and_its_exit_code(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct process_result got;
    assert_ok(run(&arena, "cat; echo out; echo err >&2; exit 7", 1000, 5000, (struct sandbox_limits){0}, &got));
    assert_str(got.output, STR("out\n"));
    assert_str(got.error_output, STR("err\n"));
    assert_int_equal(got.exit_code, 7);
    assert_int_equal(got.signal_number, 0);
}

static void a_program_over_its_time_is_killed(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct process_result got;
    int64_t from_us = clock_monotonic_us();
    assert_ok(run(&arena, "exec sleep 30", 1000, 100, (struct sandbox_limits){0}, &got));
    assert_true(got.is_timed_out);
    assert_int_equal(got.signal_number, SIGKILL);
    assert_true(clock_monotonic_us() - from_us < 5000000);
}

static void a_program_over_its_output_is_cut_and_killed(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct process_result got;
    assert_ok(run(&arena, "while :; do echo xxxxxxxxxxxxxxxx; done", 1000, 5000, (struct sandbox_limits){0}, &got));
    assert_true(got.is_cut);
    assert_int_equal(got.output.len_bytes, 1000);
}

static void a_program_over_its_processor_time_is_killed(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct process_result got;
    assert_ok(run(&arena, "while :; do :; done", 1000, 10000, (struct sandbox_limits){.cpu_s = 1}, &got));
    assert_false(got.is_timed_out);
    assert_true(got.signal_number == SIGKILL || got.signal_number == SIGXCPU);
}

static void a_program_gets_no_other_descriptor_and_no_secrets(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct process_result got;
    setenv("PGPASSWORD", "kept", 1);
    int leak = fcntl(0, F_DUPFD, 30); /* not close-on-exec */
    assert_ok(run(&arena, "for f in /proc/self/fd/*; do echo ${f##*/}; done; echo [$PGPASSWORD]", 1000, 5000,
                  (struct sandbox_limits){0}, &got));
    close(leak);
    struct str line, rest = got.output;
    while (str_line(&rest, &line)) {
        int64_t fd;
        if (str_to_i64(line, &fd))
            assert_true(fd <= 3); /* 3 is the shell's own look at the folder */
    }
    assert_true(str_ends_with(got.output, STR("[]\n")));
}

static void a_missing_program_is_not_found(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    const char *const argv[] = {"x", NULL};
    struct process_spec spec = {.program = "/no/such/program", .argv = argv, .input_fd = -1, .channel_fd = -1};
    struct process_result got;
    assert_err(process_run(&spec, 10, 1000, &arena, &got, &err), ERR_NOT_FOUND);
}

static void only_routed_addresses_are_public(void **state)
{
    static const struct {
        struct str text;
        bool is_public, is_local;
    } cases[] = {
        {STR_INIT("8.8.8.8:1"), true, false},
        {STR_INIT("203.162.4.1:1"), true, false},
        {STR_INIT("127.0.0.1:1"), false, true},
        {STR_INIT("127.8.8.8:1"), false, true},
        {STR_INIT("0.0.0.0:1"), false, false},
        {STR_INIT("10.0.0.1:1"), false, false},
        {STR_INIT("172.15.255.255:1"), true, false},
        {STR_INIT("172.16.0.1:1"), false, false},
        {STR_INIT("172.31.255.255:1"), false, false},
        {STR_INIT("172.32.0.0:1"), true, false},
        {STR_INIT("192.168.0.1:1"), false, false},
        {STR_INIT("169.254.169.254:1"), false, false},
        {STR_INIT("100.63.255.255:1"), true, false},
        {STR_INIT("100.64.0.1:1"), false, false},
        {STR_INIT("100.127.255.255:1"), false, false},
        {STR_INIT("192.0.2.1:1"), false, false},
        {STR_INIT("198.18.0.1:1"), false, false},
        {STR_INIT("198.51.100.1:1"), false, false},
        {STR_INIT("203.0.113.1:1"), false, false},
        {STR_INIT("224.0.0.1:1"), false, false},
        {STR_INIT("255.255.255.255:1"), false, false},
        {STR_INIT("[2001:4860:4860::8888]:1"), true, false},
        {STR_INIT("[::]:1"), false, false},
        {STR_INIT("[::1]:1"), false, true},
        {STR_INIT("[::ffff:10.0.0.1]:1"), false, false},
        {STR_INIT("[::ffff:8.8.8.8]:1"), true, false},
        {STR_INIT("[::127.0.0.1]:1"), false, false},
        {STR_INIT("[fe80::1]:1"), false, false},
        {STR_INIT("[fc00::1]:1"), false, false},
        {STR_INIT("[ff02::1]:1"), false, false},
        {STR_INIT("[2001:db8::1]:1"), false, false},
        {STR_INIT("[2001::1]:1"), false, false},
        {STR_INIT("[2002:7f00:1::]:1"), false, false},
        {STR_INIT("[64:ff9b::a00:1]:1"), false, false},
        {STR_INIT("[64:ff9b::808:808]:1"), true, false},
        {STR_INIT("unix:/run/x"), false, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct socket_address address;
        assert_ok(socket_address_parse(cases[i].text, &address, &err));
        if (socket_address_is_public((const struct sockaddr *)(const void *)address.bytes) != cases[i].is_public ||
            socket_address_is_local(&address) != cases[i].is_local)
            fail_msg("%.*s", STR_ARG(cases[i].text));
    }
}

static void what_is_no_address_is_refused(void **state)
{
    static const struct str cases[] = {STR_INIT(""),       STR_INIT("127.0.0.1"),    STR_INIT("127.0.0.1:"),
                                       STR_INIT(":80"),    STR_INIT("1.2.3:80"),     STR_INIT("127.0.0.1:65536"),
                                       STR_INIT("::1:80"), STR_INIT("[::1]"),        STR_INIT("localhost:80"),
                                       STR_INIT("unix:"),  STR_INIT("[1.2.3.4]:80"), STR_INIT("127.0.0.1:-1")};
    struct socket_address address;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_err(socket_address_parse(cases[i], &address, &err), ERR_SYNTAX);
}

static void listeners_take_connections(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    const char *dir;
    assert_ok(file_temp_folder(STR("luytre-socket"), &arena, &dir, &err));
    struct str unix_text = arena_printf(&arena, "unix:%s/s", dir);
    const struct str texts[] = {STR("127.0.0.1:0"), unix_text, unix_text}; /* twice: a stale socket is replaced */
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct socket_address address;
        uint16_t port = 0;
        AUTO_FD listener = -1;
        AUTO_FD client = -1;
        assert_ok(socket_address_parse(texts[i], &address, &err));
        assert_ok(socket_listen(&address, 0600, &listener, &port, &err));
        if (i == 0) {
            struct str again = arena_printf(&arena, "127.0.0.1:%u", port);
            assert_ok(socket_address_parse(again, &address, &err));
        }
        assert_ok(socket_connect(&address, 1000, &client, &err));
        AUTO_FD taken = accept(listener, NULL, NULL);
        assert_true(taken >= 0);
        if (i == 0)
            assert_err(socket_listen(&address, 0600, &taken, &port, &err), ERR_CONFLICT);
    }
    assert_ok(file_remove_all(dir, &err));
}

static struct str logged(struct arena *arena, enum log_form form, enum log_level least, const char *name,
                         struct str value)
{
    static int64_t at_ms = 1669683600123; /* 2022-11-29T01:00:00.123Z */
    struct str got;
    AUTO_FD fd = -1;
    assert_ok(file_temp_fd(STR(""), &fd, &err));
    struct log log = {fd, least, form, "web", clock_fixed(&at_ms)};
    LOG(&log, LOG_INFO, "signed_in", LOG_TEXT_FIELD(name, value), LOG_INT_FIELD("n", -3));
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_ok(file_read_fd(fd, "log", 1u << 16, arena, &got, &err));
    return got;
}

static void a_log_line_is_one_line_whatever_it_holds(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    assert_str(logged(&arena, LOG_JSON, LOG_INFO, "who", STR("a\"\n\x1b\xff\xE2\x80\xA8z")),
               STR("{\"time\":\"2022-11-29T01:00:00.123Z\",\"level\":\"info\",\"role\":\"web\",\"event\":\"signed_in\","
                   "\"who\":\"a\\\"\\u000a\\u001b\xEF\xBF\xBD\\u2028z\",\"n\":-3}\n"));
    assert_str(logged(&arena, LOG_TEXT, LOG_INFO, "who", STR("x\ny")),
               STR("2022-11-29T01:00:00.123Z info  web: signed_in who=\"x\\u000ay\" n=-3\n"));
    assert_str(logged(&arena, LOG_TEXT, LOG_WARN, "who", STR("x")), STR(""));
}

static void a_log_line_never_holds_a_secret(void **state)
{
    static const char *const names[] = {"password",  "new_password", "token",    "api_token",  "session",
                                        "totp_code", "cookie",       "sign_key", "smtp_secret"};
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_false(str_contains(logged(&arena, LOG_JSON, LOG_INFO, names[i], STR("hunter2")), STR("hunter2")));
    assert_true(str_contains(logged(&arena, LOG_JSON, LOG_INFO, "encoded", STR("hunter2")), STR("hunter2")));
}

static void a_log_line_that_is_too_long_is_cut_but_whole(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    char many[8000];
    memset(many, 'x', sizeof many);
    struct str got = logged(&arena, LOG_JSON, LOG_INFO, "who", (struct str){many, sizeof many});
    assert_true(got.len_bytes <= LOG_LINE_MAX_BYTES);
    assert_true(str_ends_with(got, STR(",\"cut\":true}\n")));
}

/* --- a log that nobody reads --- */

#define LINES_LOGGED 3000 /* a pipe holds some 500 of them, a socket some 300 */

/* In the child: standard error is the full end; one byte says that all was logged, one byte lets it log the last line.
 */
static NO_RETURN void log_into(int end, int told)
{
    struct log log;
    char word;
    if (dup2(end, STDERR_FILENO) < 0)
        _exit(2);
    log_init(&log, "web");
    log.form = LOG_JSON;
    for (int i = 0; i < LINES_LOGGED; i++)
        LOG(&log, LOG_ERROR, "nobody_reads", LOG_INT_FIELD("n", i), LOG_TEXT_FIELD("why", STR("a pipe has an end")));
    if (write(told, "x", 1) != 1 || read(told, &word, 1) != 1)
        _exit(3);
    LOG(&log, LOG_ERROR, "read_again");
    _exit(0);
}

static struct str read_what_is_there(int fd, struct arena *arena)
{
    static char all[4u << 20];
    size_t got_bytes = 0;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    while (got_bytes < sizeof all && poll(&wait, 1, 0) == 1) {
        ssize_t n = read(fd, all + got_bytes, sizeof all - got_bytes);
        if (n <= 0)
            break;
        got_bytes += (size_t)n;
    }
    return arena_str(arena, (struct str){all, got_bytes});
}

static void a_log_that_nobody_reads_stops_nobody(void **state)
{
    for (int as_socket = 0; as_socket < 2; as_socket++) {
        AUTO_ARENA arena;
        arena_init(&arena, 8u << 20);
        int log_ends[2], told_ends[2], exit_code = -1, signal_number = 0;
        assert_int_equal(
            as_socket ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, log_ends) : pipe2(log_ends, O_CLOEXEC), 0);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, told_ends), 0);
        pid_t pid = fork();
        if (pid == 0)
            log_into(log_ends[1], told_ends[1]);
        char word;
        struct pollfd wait = {.fd = told_ends[0], .events = POLLIN};
        bool is_through = poll(&wait, 1, 20000) == 1 && read(told_ends[0], &word, 1) == 1;
        if (!is_through) {
            process_end(pid, 0, &exit_code, &signal_number);
            fail_msg("the %s is full, and who logs into it waits", as_socket ? "socket" : "pipe");
        }
        struct str lines = read_what_is_there(log_ends[0], &arena), line;
        assert_int_equal(write(told_ends[0], "x", 1), 1);
        process_end(pid, 20000, &exit_code, &signal_number);
        assert_int_equal(exit_code, 0);
        int64_t came = 0, lost = 0;
        while (str_line(&lines, &line)) {
            came++;
            assert_true(str_starts_with(line, STR("{\"time\":")) && str_ends_with(line, STR("}")));
        }
        struct str last = read_what_is_there(log_ends[0], &arena);
        ptrdiff_t at = str_find(last, STR("\"event\":\"read_again\",\"lost\":"), 0);
        assert_true(at >= 0 && str_ends_with(last, STR("}\n")));
        size_t from = (size_t)str_find(last, STR("lost\":"), (size_t)at) + 6;
        assert_true(str_to_i64(str_slice(last, from, last.len_bytes - 2), &lost));
        assert_true(came > 0 && lost > 0);
        assert_int_equal(came + lost, LINES_LOGGED);
        assert_int_equal(fcntl(log_ends[1], F_GETFL) & O_NONBLOCK, 0); /* the shell's end is as it was */
        for (int i = 0; i < 2; i++) {
            close(log_ends[i]);
            close(told_ends[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_gives_its_output_and_its_exit_code),
        cmocka_unit_test(a_program_over_its_time_is_killed),
        cmocka_unit_test(a_program_over_its_output_is_cut_and_killed),
        cmocka_unit_test(a_program_over_its_processor_time_is_killed),
        cmocka_unit_test(a_program_gets_no_other_descriptor_and_no_secrets),
        cmocka_unit_test(a_missing_program_is_not_found),
        cmocka_unit_test(only_routed_addresses_are_public),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(listeners_take_connections),
        cmocka_unit_test(a_log_line_is_one_line_whatever_it_holds),
        cmocka_unit_test(a_log_line_never_holds_a_secret),
        cmocka_unit_test(a_log_line_that_is_too_long_is_cut_but_whole),
        cmocka_unit_test(a_log_that_nobody_reads_stops_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
