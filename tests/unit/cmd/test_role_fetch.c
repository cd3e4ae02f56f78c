/* What goes outside: the role fetch as a real process in its sandbox, against servers on loopback. */
#include "role_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "role_handlers.h"

/* A server on loopback that gives one fixed answer to each connection, in a child. */
static pid_t server_start(const char *answer, uint16_t *ret_port)
{
    struct socket_address address;
    int fd = -1;
    assert_ok(socket_address_parse(STR("127.0.0.1:0"), &address, &err));
    assert_ok(socket_listen(&address, 0, &fd, ret_port, &err));
    pid_t pid = child_fork();
    if (pid == 0) {
        for (;;) {
            struct pollfd wait = {.fd = fd, .events = POLLIN};
            char request[4096];
            if (poll(&wait, 1, 60000) <= 0)
                _exit(0);
            int client = accept(fd, NULL, NULL);
            if (client < 0 || read(client, request, sizeof request) <= 0)
                continue;
            ssize_t n = write(client, answer, strlen(answer));
            (void)n;
            close(client);
        }
    }
    close(fd);
    return pid;
}

static void server_stop(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    started_ended(pid);
}

static enum err_code fetch(struct rig *rig, struct str url, uint64_t max_bytes, struct fetch_answer *ret_answer)
{
    struct fetch_request request = {STR("GET"), url, STR(""), STR(""), max_bytes, 5000};
    waited_for = "an answer of fetch";
    return peer_fetch(&rig->peers, &request, &rig->arena, ret_answer, &err);
}

static void fetch_refuses_the_inside(void **state)
{
    static const struct str urls[] = {
        STR_INIT("http://127.0.0.1:9/"),
        STR_INIT("http://169.254.169.254/latest"),
        STR_INIT("http://[::1]:9/"),
        STR_INIT("http://[::ffff:10.0.0.1]/"),
        STR_INIT("http://10.1.2.3/"),
        STR_INIT("http://192.168.1.1/"),
        STR_INIT("http://100.64.0.1/"),
        STR_INIT("http://224.0.0.1/"),
        STR_INIT("http://0.0.0.0/"),
        STR_INIT("http://2130706433/"),
        STR_INIT("http://0x7f.1/"),
        STR_INIT("http://localhost:9/"),
        STR_INIT("http://[fe80::1]/"),
        STR_INIT("http://[fd00::1]/"),
        STR_INIT("http://[64:ff9b::7f00:1]/"),
        STR_INIT("file:///etc/passwd"),
        STR_INIT("gopher://127.0.0.1/"),
        STR_INIT("http://user@127.0.0.1/"),
    };
    struct rig rig;
    struct fetch_answer answer;
    rig_open(&rig);
    rig_start(&rig, ROLE_FETCH, "allow=127.0.0.1:1 other.example:9\n", -1);
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        enum err_code code = fetch(&rig, urls[i], 1000, &answer);
        if (code != ERR_DENIED)
            fail_msg("%.*s: %s (%s)", STR_ARG(urls[i]), err_code_to_str(code), err.text);
    }
    rig_close(&rig);
}

static void fetch_gets_what_is_allowed_and_stops_at_a_redirect_inside(void **state)
{
    struct rig rig;
    struct fetch_answer answer;
    uint16_t good_port, bounce_port, big_port;
    rig_open(&rig);
    pid_t good =
        server_start("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello", &good_port);
    struct str bounce_text = arena_printf(
        &rig.arena, "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%u/\r\nContent-Length: 0\r\n\r\n", good_port);
    pid_t bounce = server_start(bounce_text.ptr, &bounce_port);
    pid_t big = server_start("HTTP/1.1 200 OK\r\n\r\n0123456789012345678901234567890123456789", &big_port);
    struct str only_bounce = arena_printf(&rig.arena, "allow=127.0.0.1:%u 127.0.0.1:%u\n", bounce_port, big_port);
    struct str bounce_url = arena_printf(&rig.arena, "http://127.0.0.1:%u/a", bounce_port);
    struct str big_url = arena_printf(&rig.arena, "http://127.0.0.1:%u/a", big_port);
    rig_start(&rig, ROLE_FETCH, only_bounce.ptr, -1);
    assert_err(fetch(&rig, bounce_url, 1000, &answer), ERR_DENIED);
    assert_err(fetch(&rig, big_url, 39, &answer), ERR_LIMIT);
    assert_ok(fetch(&rig, big_url, 40, &answer));
    int exit_code, signal_number;
    channel_close(&rig.control);
    end_within(rig.pid, "the end of a role", 3000, &exit_code, &signal_number);
    struct str both = arena_printf(&rig.arena, "allow=127.0.0.1:%u 127.0.0.1:%u\n", bounce_port, good_port);
    rig_start(&rig, ROLE_FETCH, both.ptr, -1);
    assert_ok(fetch(&rig, bounce_url, 1000, &answer));
    assert_int_equal(answer.status, 200);
    assert_str(answer.body, STR("hello"));
    assert_str(answer.content_type, STR("text/plain"));
    server_stop(good);
    server_stop(bounce);
    server_stop(big);
    rig_close(&rig);
}

/* --- fetch over TLS: tls_server.py has the certificates --- */
static pid_t tls_start(struct rig *rig, int *ret_stop, unsigned ports[5])
{
    int to_server[2], from_server[2];
    char line[64] = "";
    assert_int_equal(pipe2(to_server, O_CLOEXEC), 0);
    assert_int_equal(pipe2(from_server, O_CLOEXEC), 0);
    pid_t server = child_fork();
    if (server == 0) {
        dup2(to_server[0], 0);
        dup2(from_server[1], 1);
        execl("/usr/bin/python3", "python3", TLS_SERVER, rig->dir, (char *)NULL);
        _exit(127);
    }
    close(to_server[0]);
    close(from_server[1]);
    size_t got = 0;
    while (got < sizeof line - 1 && !strchr(line, '\n')) {
        assert_readable(from_server[0], "tls_server.py: its ports");
        ssize_t n = read(from_server[0], line + got, sizeof line - 1 - got);
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    close(from_server[0]);
    *ret_stop = to_server[1];
    struct str rest = str_trim(str_from_cstr(line)), part;
    for (size_t i = 0; i < 5; i++) {
        int64_t port = 0;
        if (!str_split(&rest, ' ', &part) || !str_to_i64(part, &port))
            fail_msg("the TLS server said \"%s\"", line);
        ports[i] = (unsigned)port;
    }
    return server;
}

static void fetch_trusts_a_certificate_only_for_its_name_and_days(void **state)
{
    if (!file_exists("/usr/bin/python3") || system("openssl version >/dev/null 2>&1") != 0) {
        print_message("SKIP: /usr/bin/python3 or openssl is not installed\n");
        skip();
    }
    struct rig rig, plain_rig;
    struct fetch_answer answer;
    unsigned ports[5];
    int stop = -1;
    rig_open(&rig);
    pid_t server = tls_start(&rig, &stop, ports);
    /* the wrong name's port is not allowed: /away leads to it */
    struct str allow = arena_printf(&rig.arena, "allow=127.0.0.1:%u 127.0.0.1:%u 127.0.0.1:%u 127.0.0.1:%u\n", ports[0],
                                    ports[2], ports[3], ports[4]);
    struct str with_ca = arena_printf(&rig.arena, "%.*sca=%s/ca.pem\n", STR_ARG(allow), rig.dir);
#define URL(port, path) arena_printf(&rig.arena, "https://127.0.0.1:%u%s", (port), (path))
    rig_start(&rig, ROLE_FETCH, with_ca.ptr, -1);
    assert_ok(fetch(&rig, URL(ports[0], "/hello"), 1000, &answer));
    assert_int_equal(answer.status, 200);
    assert_str(answer.body, STR("hello"));
    assert_ok(fetch(&rig, URL(ports[0], "/again"), 1000, &answer));
    assert_str(answer.body, STR("hello"));
    assert_err(fetch(&rig, URL(ports[2], "/hello"), 1000, &answer), ERR_DENIED);
    assert_true(str_contains(str_from_cstr(err.text), STR("expired")));
    assert_err(fetch(&rig, URL(ports[3], "/hello"), 1000, &answer), ERR_DENIED);
    assert_true(str_contains(str_from_cstr(err.text), STR("self-signed")));
    assert_err(fetch(&rig, URL(ports[0], "/away"), 1000, &answer), ERR_DENIED);
    assert_true(str_contains(str_from_cstr(err.text), STR("127.0.0.1 is not on the internet")));
    assert_err(fetch(&rig, URL(ports[0], "/down"), 1000, &answer), ERR_DENIED);
    assert_true(str_contains(str_from_cstr(err.text), STR("from https to http")));
    assert_err(fetch(&rig, URL(ports[0], "/big"), 100000, &answer), ERR_LIMIT);
    struct fetch_request slow = {STR("GET"), URL(ports[0], "/slow"), STR(""), STR(""), 1000, 1500};
    assert_err(peer_fetch(&rig.peers, &slow, &rig.arena, &answer, &err), ERR_BUSY);
    assert_ok(fetch(&rig, URL(ports[0], "/hello"), 1000, &answer));
    /* another role, that may go to the wrong name's port but does not know this CA, then knows it */
    rig_open(&plain_rig);
    rig_start(&plain_rig, ROLE_FETCH, allow.ptr, -1);
    assert_err(fetch(&plain_rig, URL(ports[0], "/hello"), 1000, &answer), ERR_DENIED);
    rig_close(&plain_rig);
    struct str wrong = arena_printf(&rig.arena, "allow=127.0.0.1:%u\nca=%s/ca.pem\n", ports[1], rig.dir);
    rig_open(&plain_rig);
    rig_start(&plain_rig, ROLE_FETCH, wrong.ptr, -1);
    assert_err(fetch(&plain_rig, URL(ports[1], "/hello"), 1000, &answer), ERR_DENIED);
    assert_true(str_contains(str_from_cstr(err.text), STR("name")));
    rig_close(&plain_rig);
#undef URL
    int exit_code, signal_number;
    close(stop);
    end_within(server, "the end of tls_server.py", CALL_MS, &exit_code, &signal_number);
    rig_close(&rig);
}

static void fetch_delivers_mail(void **state)
{
    static const char script[] =
        "import sys, asyncio\n"
        "try:\n"
        "    from aiosmtpd.smtp import SMTP\n"
        "except ImportError:\n"
        "    print('missing', flush=True); sys.exit(0)\n"
        "class Keep:\n"
        "    async def handle_DATA(self, server, session, envelope):\n"
        "        with open(sys.argv[1], 'wb') as f:\n"
        "            f.write(envelope.mail_from.encode() + b'|' + ','.join(envelope.rcpt_tos).encode() + b'|' + "
        "envelope.content)\n"
        "        return '250 kept'\n"
        "async def main():\n"
        "    loop = asyncio.get_running_loop()\n"
        "    server = await loop.create_server(lambda: SMTP(Keep(), hostname='relay.example'), '127.0.0.1', 0)\n"
        "    print(server.sockets[0].getsockname()[1], flush=True)\n"
        "    await loop.run_in_executor(None, sys.stdin.read)\n"
        "asyncio.run(main())\n";
    if (!file_exists("/usr/bin/python3")) {
        print_message("SKIP: /usr/bin/python3 is not installed\n");
        skip();
    }
    struct rig rig;
    rig_open(&rig);
    int to_server[2], from_server[2];
    assert_int_equal(pipe2(to_server, O_CLOEXEC), 0);
    assert_int_equal(pipe2(from_server, O_CLOEXEC), 0);
    struct str kept = arena_printf(&rig.arena, "%s/mail", rig.dir);
    pid_t server = child_fork();
    if (server == 0) {
        dup2(to_server[0], 0);
        dup2(from_server[1], 1);
        execl("/usr/bin/python3", "python3", "-c", script, kept.ptr, (char *)NULL);
        _exit(127);
    }
    close(to_server[0]);
    close(from_server[1]);
    char line[32] = "";
    assert_readable(from_server[0], "the mail server: its port");
    assert_true(read(from_server[0], line, sizeof line - 1) > 0);
    bool is_missing = strncmp(line, "missing", 7) == 0;
    if (!is_missing) {
        struct str port = str_trim(str_from_cstr(line)), got;
        struct str config = arena_printf(&rig.arena, "allow=127.0.0.1:%.*s\n", STR_ARG(port));
        rig_start(&rig, ROLE_FETCH, config.ptr, -1);
        struct mail mail = {.url = arena_printf(&rig.arena, "smtp://127.0.0.1:%.*s", STR_ARG(port)),
                            .from = STR("luytre@tinh.example"),
                            .to = STR("a@xa.example\nb@xa.example\n"),
                            .message = STR("Subject: =?UTF-8?Q?Nh=E1=BA=AFc_vi=E1=BB=87c?=\r\n\r\nS\xE1\xBA\xAFp "
                                           "h\xE1\xBA\xBFt h\xE1\xBA\xA1n.\r\n"),
                            .timeout_ms = 5000};
        assert_ok(peer_mail(&rig.peers, &mail, &err));
        assert_ok(file_read(kept.ptr, 4096, &rig.arena, &got, &err));
        assert_true(str_starts_with(got, STR("luytre@tinh.example|a@xa.example,b@xa.example|Subject:")));
        assert_true(str_contains(got, STR("S\xE1\xBA\xAFp h\xE1\xBA\xBFt h\xE1\xBA\xA1n.")));
        mail.to = STR("a@xa.example> SIZE=1\r\nRCPT TO:<c@xa.example");
        assert_err(peer_mail(&rig.peers, &mail, &err), ERR_SYNTAX);
        mail.to = STR("a@xa.example");
        mail.needs_tls = true; /* the server of this test has none */
        assert_int_not_equal(peer_mail(&rig.peers, &mail, &err), ERR_NONE);
    }
    int exit_code, signal_number;
    close(to_server[1]);
    end_within(server, "the end of the mail server", CALL_MS, &exit_code, &signal_number);
    close(from_server[0]); /* not before: an unbuffered print writes its line end after the port */
    rig_close(&rig);
    if (is_missing) {
        print_message("SKIP: python3-aiosmtpd is not installed\n");
        skip();
    }
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "-x") == 0)
        return role_of_test(argv[2]);
    const struct CMUnitTest tests[] = {
        ROLE_CASE(fetch_refuses_the_inside),
        ROLE_CASE(fetch_gets_what_is_allowed_and_stops_at_a_redirect_inside),
        ROLE_CASE(fetch_trusts_a_certificate_only_for_its_name_and_days),
        ROLE_CASE(fetch_delivers_mail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
