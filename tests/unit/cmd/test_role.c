/* The roles as they are: real processes with their real sandboxes, looked at from outside. The test program is its own
 * roles: run with -x it is one, with handlers that misbehave on purpose. */
#include "role_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "role_handlers.h"

/* --- parse --- */

static void parse_answers_from_bytes_and_from_a_descriptor(void **state)
{
    struct rig rig;
    struct str got;
    rig_open(&rig);
    rig_start(&rig, ROLE_PARSE, "", -1);
    assert_ok(ask(&rig, "echo", "xin ch\xC3\xA0o", &got));
    assert_str(got, STR("xin ch\xC3\xA0o"));
    AUTO_FD fd = -1;
    assert_ok(file_temp_fd(STR("from a file"), &fd, &err));
    assert_ok(peer_parse(&rig.peers, STR("echo"), STR("x"), fd, STR(""), CALL_MS, &rig.arena, &got, &err));
    assert_str(got, STR("from a file"));
    assert_err(ask(&rig, "nothing", "", &got), ERR_UNSUPPORTED);
    assert_err(ask(&rig, "failing", "", &got), ERR_SYNTAX);
    assert_string_equal(err.text, "thu.docx: byte 3 is wrong");
    rig_close(&rig);
}

static void parse_survives_a_hostile_file(void **state)
{
    static const struct {
        const char *kind;
        enum err_code want;
    } cases[] = {{"for_ever", ERR_LIMIT}, {"sleeping", ERR_LIMIT}, {"crashing", ERR_SYNTAX}, {"eating", ERR_NOMEM}};
    struct rig rig;
    struct str before, after, got;
    rig_open(&rig);
    rig_start(&rig, ROLE_PARSE, "", -1);
    assert_ok(ask(&rig, "pid", "", &before));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (HAS_SHADOW && cases[i].want == ERR_NOMEM)
            continue; /* there is no such ceiling */
        assert_err(ask(&rig, cases[i].kind, "", &got), cases[i].want);
        assert_ok(ask(&rig, "echo", "still here", &got));
        assert_str(got, STR("still here"));
    }
    assert_ok(ask(&rig, "pid", "", &after));
    assert_str(after, before);
    rig_close(&rig);
}

static void a_hostile_file_can_do_nothing_but_compute(void **state)
{
    static const struct {
        const char *kind, *want;
    } cases[] = {{"open", "open EPERM"},
                 {"socket", "socket EPERM"},
                 {"fork", "fork EPERM"},
                 {"exec", "execve EPERM"},
                 {"program_open", "open EACCES"}, /* Landlock: /etc/passwd is none of pdftotext's files */
                 {"program_socket", "socket EPERM"},
                 {"program_exec", "execve EACCES"}};
    struct rig rig;
    rig_open(&rig);
    rig_start(&rig, ROLE_PARSE, "", -1);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (sandbox_landlock_abi() == 0 && strstr(cases[i].want, "EACCES"))
            continue;
        struct str got;
        assert_ok(ask(&rig, cases[i].kind, "", &got));
        assert_str(got, str_from_cstr(cases[i].want));
    }
    rig_close(&rig);
}

static void pdftotext_reads_a_pdf_inside_the_sandbox(void **state)
{
    static const char pdf[] =
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Contents 4 0 R/Resources<</Font<</F1 5 0 "
        "R>>>>>>endobj\n"
        "4 0 obj<</Length 44>>stream\nBT /F1 18 Tf 10 50 Td (Luy tre xanh) Tj ET  \nendstream endobj\n"
        "5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
    if (!file_exists("/usr/bin/pdftotext")) {
        print_message("SKIP: pdftotext is not installed (poppler-utils)\n");
        skip();
    }
    struct rig rig;
    struct str got;
    rig_open(&rig);
    rig_start(&rig, ROLE_PARSE, "", -1);
    assert_ok(ask(&rig, "pdf_text", pdf, &got));
    assert_true(str_contains(got, STR("Luy tre xanh")));
    AUTO_FD fd = -1;
    assert_ok(file_temp_fd((struct str){pdf, sizeof pdf - 1}, &fd, &err));
    assert_ok(peer_parse(&rig.peers, STR("pdf_text"), STR("x"), fd, STR(""), CALL_MS, &rig.arena, &got, &err));
    assert_true(str_contains(got, STR("Luy tre xanh")));
    assert_err(ask(&rig, "pdf_text", "this is no PDF", &got), ERR_SYNTAX);
    rig_close(&rig);
}

static void a_role_that_is_killed_answers_busy_and_the_next_line_is_taken(void **state)
{
    struct rig rig;
    struct str got;
    rig_open(&rig);
    rig_start(&rig, ROLE_PARSE, "", -1);
    assert_ok(ask(&rig, "echo", "1", &got));
    int exit_code, signal_number;
    kill(rig.pid, SIGKILL);
    end_within(rig.pid, "the end of a role", 3000, &exit_code, &signal_number);
    channel_close(&rig.control);
    assert_err(peer_parse(&rig.peers, STR("echo"), STR("x"), -1, STR("2"), 300, &rig.arena, &got, &err), ERR_BUSY);
    rig_start(&rig, ROLE_PARSE, "", -1);
    assert_ok(ask(&rig, "echo", "3", &got));
    assert_str(got, STR("3"));
    rig_close(&rig);
}

/* --- the sandboxes, seen from outside --- */

static void every_role_wears_its_sandbox(void **state)
{
    static const enum role roles[] = {ROLE_PARSE, ROLE_FETCH, ROLE_SIGN, ROLE_WEB, ROLE_WORKER};
    for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
        struct rig rig;
        struct str got;
        struct sign_public public_key;
        char command = 'o';
        int answer;
        rig_open(&rig);
        int ours = -1, theirs = -1;
        assert_ok(socket_pair(&ours, &theirs, &err));
        struct str config = arena_printf(&rig.arena, "key=%s/key\ndir=%s\n", rig.dir, rig.dir);
        rig_start(&rig, roles[i], config.ptr, theirs);
        close(theirs);
        /* An answer means that it is past its set-up. */
        struct fetch_request nothing = {STR("GET"), STR("http://"), STR(""), STR(""), 10, 1000};
        struct fetch_answer fetched;
        if (roles[i] == ROLE_PARSE)
            assert_ok(ask(&rig, "echo", "", &got));
        else if (roles[i] == ROLE_SIGN)
            assert_ok(peer_public_key(&rig.peers, &public_key, &err));
        else if (roles[i] == ROLE_FETCH)
            assert_err(peer_fetch(&rig.peers, &nothing, &rig.arena, &fetched, &err), ERR_SYNTAX);
        else {
            assert_int_equal(write(ours, &command, 1), 1);
            assert_readable(ours, role_to_str(roles[i]));
            assert_int_equal(read(ours, &answer, sizeof answer), sizeof answer);
        }
        assert_status(&rig, rig.pid, "Seccomp:", STR("2"));
        assert_status(&rig, rig.pid, "NoNewPrivs:", STR("1"));
        assert_status(&rig, rig.pid, "CapEff:", STR("0000000000000000"));
        bool has_store = roles[i] == ROLE_WEB || roles[i] == ROLE_WORKER;
        if (geteuid() == 0 && !has_store) {
            assert_true(str_starts_with(status_of(&rig, rig.pid, "Uid:"), STR("65534\t65534\t65534\t65534")));
            assert_status(&rig, rig.pid, "Groups:", STR(""));
        }
        close(ours);
        rig_close(&rig);
    }
}

/* A ceiling on file sizes once ended `sign` at its first line when stderr was a file of more than that. */
static void every_role_can_log_to_a_file(void **state)
{
    static const enum role roles[] = {ROLE_PARSE, ROLE_FETCH, ROLE_SIGN};
    for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
        struct rig rig;
        struct str got;
        struct sign_public public_key;
        struct fetch_request nothing = {STR("GET"), STR("http://"), STR(""), STR(""), 10, 1000};
        struct fetch_answer fetched;
        rig_open(&rig);
        rig.is_loud = true;
        struct str path = arena_printf(&rig.arena, "%s/log", rig.dir);
        AUTO_FD saved = dup(STDERR_FILENO);
        AUTO_FD file = open(path.ptr, O_WRONLY | O_CREAT | O_APPEND, 0600);
        assert_int_equal(ftruncate(file, (off_t)1 << 30), 0);
        assert_true(dup2(file, STDERR_FILENO) >= 0);
        struct str config = arena_printf(&rig.arena, "key=%s/key\n", rig.dir);
        rig_start(&rig, roles[i], config.ptr, -1);
        enum err_code code = roles[i] == ROLE_PARSE  ? ask(&rig, "echo", "", &got)
                             : roles[i] == ROLE_SIGN ? peer_public_key(&rig.peers, &public_key, &err)
                                                     : peer_fetch(&rig.peers, &nothing, &rig.arena, &fetched, &err);
        assert_true(dup2(saved, STDERR_FILENO) >= 0);
        assert_int_equal(code, roles[i] == ROLE_FETCH ? ERR_SYNTAX : ERR_NONE);
        assert_true(lseek(file, 0, SEEK_END) > (off_t)1 << 30);
        rig_close(&rig);
    }
}

/* Once a web bench hung: the pipe behind stderr was full, and the role waited in the middle of a log line. */
static void a_role_whose_log_nobody_reads_still_answers(void **state)
{
    struct rig rig;
    struct str got;
    int ends[2];
    static const char filler[4096];
    rig_open(&rig);
    rig.is_loud = true;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    while (write(ends[1], filler, sizeof filler) > 0)
        continue;
    assert_int_equal(fcntl(ends[1], F_SETFL, 0), 0);
    AUTO_FD saved = dup(STDERR_FILENO);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    rig_start(&rig, ROLE_PARSE, "", -1);
    enum err_code first = ask(&rig, "crashing", "", &got), second = ask(&rig, "echo", "still here", &got);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    assert_int_equal(first, ERR_SYNTAX);
    assert_int_equal(second, ERR_NONE);
    assert_str(got, STR("still here"));
    rig_close(&rig);
    close(ends[0]);
    close(ends[1]);
}

static void web_and_worker_keep_to_their_folder_and_start_nothing(void **state)
{
    static const struct {
        char command;
        int want;
    } cases[] = {{'w', 0}, {'o', EACCES}, {'n', EPERM}, {'f', EPERM}};
    static const enum role roles[] = {ROLE_WEB, ROLE_WORKER};
    for (size_t r = 0; r < ARRAY_LEN(roles); r++) {
        struct rig rig;
        rig_open(&rig);
        int ours = -1, theirs = -1;
        assert_ok(socket_pair(&ours, &theirs, &err));
        struct str config = arena_printf(&rig.arena, "dir=%s\n", rig.dir);
        rig_start(&rig, roles[r], config.ptr, theirs);
        close(theirs);
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
            int got = -1;
            if (cases[i].want == EACCES && sandbox_landlock_abi() == 0)
                continue;
            assert_int_equal(write(ours, &cases[i].command, 1), 1);
            assert_readable(ours, role_to_str(roles[r]));
            assert_int_equal(read(ours, &got, sizeof got), sizeof got);
            if (got != cases[i].want)
                fail_msg("%s, command %c: got %s, wanted %s", role_to_str(roles[r]), cases[i].command,
                         strerrorname_np(got), strerrorname_np(cases[i].want));
        }
        close(ours);
        rig_close(&rig);
    }
}

/* --- sign --- */

static void sign_signs_and_keeps_its_key(void **state)
{
    struct rig rig;
    struct signature signature;
    struct sign_public first, again;
    struct stat st;
    rig_open(&rig);
    struct str config = arena_printf(&rig.arena, "key=%s/key\n", rig.dir);
    rig_start(&rig, ROLE_SIGN, config.ptr, -1);
    assert_ok(peer_public_key(&rig.peers, &first, &err));
    assert_ok(peer_sign(&rig.peers, STR("chain-head"), STR("17 abc"), &signature, &err));
    assert_true(statement_is_signed(&first, STR("chain-head"), STR("17 abc"), &signature));
    assert_false(statement_is_signed(&first, STR("report"), STR("17 abc"), &signature));
    assert_false(statement_is_signed(&first, STR("chain-head"), STR("18 abc"), &signature));
    assert_err(peer_sign(&rig.peers, STR("anything"), STR("x"), &signature, &err), ERR_DENIED);
    struct str path = arena_printf(&rig.arena, "%s/key", rig.dir);
    assert_int_equal(stat(path.ptr, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    int exit_code, signal_number;
    channel_close(&rig.control);
    end_within(rig.pid, "the end of a role", 3000, &exit_code, &signal_number);
    rig_start(&rig, ROLE_SIGN, config.ptr, -1);
    assert_ok(peer_public_key(&rig.peers, &again, &err));
    assert_memory_equal(first.bytes, again.bytes, sizeof first.bytes);
    rig_close(&rig);
}

static void sign_refuses_a_key_that_others_can_read(void **state)
{
    struct rig rig;
    struct sign_public public_key;
    rig_open(&rig);
    struct str path = arena_printf(&rig.arena, "%s/key", rig.dir);
    assert_ok(file_write_atomic(path.ptr, STR("luytre-ed25519-seed AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"),
                                0644, &err));
    struct str config = arena_printf(&rig.arena, "key=%s\n", path.ptr);
    rig_start(&rig, ROLE_SIGN, config.ptr, -1);
    int exit_code = 0, signal_number = 0;
    end_within(rig.pid, "the end of a role that must not start", 5000, &exit_code, &signal_number);
    rig.pid = 0;
    assert_int_equal(exit_code, 3);
    close(rig.peers.lines[ROLE_SIGN].fresh_fd);
    rig.peers.lines[ROLE_SIGN].fresh_fd = -1;
    assert_err(peer_public_key(&rig.peers, &public_key, &err), ERR_BUSY);
    rig_close(&rig);
}

/* --- monitor --- */

static pid_t child_named(struct rig *rig, pid_t monitor, const char *role)
{
    struct str path = arena_printf(&rig->arena, "/proc/%d/task/%d/children", (int)monitor, (int)monitor), text, part;
    assert_ok(file_read(path.ptr, 4096, &rig->arena, &text, &err));
    while (str_split(&text, ' ', &part)) {
        int64_t pid;
        struct str cmdline;
        if (!str_to_i64(part, &pid))
            continue;
        path = arena_printf(&rig->arena, "/proc/%d/cmdline", (int)pid);
        if (file_read(path.ptr, 4096, &rig->arena, &cmdline, &err) == ERR_NONE &&
            str_ends_with(cmdline, (struct str){role, strlen(role) + 1}))
            return (pid_t)pid;
    }
    return 0;
}

static int command_do(int fd, char command)
{
    int got = -1;
    assert_int_equal(write(fd, &command, 1), 1);
    assert_readable(fd, command == 'p' ? "the worker, that asks parse" : "the worker, that asks sign");
    assert_int_equal(read(fd, &got, sizeof got), sizeof got);
    return got;
}

static void the_monitor_starts_wires_restarts_and_ends_the_roles(void **state)
{
    struct rig rig;
    rig_open(&rig);
    int ours = -1, theirs = -1;
    assert_ok(socket_pair(&ours, &theirs, &err));
    const char *program = NULL;
    assert_ok(process_own_path(&rig.arena, &program, &err));
    struct str config = arena_printf(&rig.arena, "key=%s/key\ndir=%s\n", rig.dir, rig.dir);
    const struct monitor_role roles[] = {
        {.role = ROLE_WORKER, .config = config.ptr, .sockets = {{"test", theirs}}, .socket_count = 1},
        {.role = ROLE_PARSE, .config = ""},
        {.role = ROLE_SIGN, .config = config.ptr},
    };
    pid_t monitor = child_fork();
    if (monitor == 0) {
        struct log log;
        close(ours);
        setenv("LUYTRE_LOG_LEVEL", "error", 1);
        setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
        log_init(&log, "monitor");
        struct monitor_plan plan = {program, roles, ARRAY_LEN(roles), &log};
        _exit(monitor_run(&plan, &err) == ERR_NONE ? 0 : 1);
    }
    close(theirs);
    assert_int_equal(command_do(ours, 'p'), ERR_NONE);
    assert_int_equal(command_do(ours, 's'), ERR_NONE);
    assert_status(&rig, monitor, "Seccomp:", STR("2"));
    assert_status(&rig, monitor, "NoNewPrivs:", STR("1"));
    pid_t before = child_named(&rig, monitor, "parse");
    assert_true(before > 0);
    kill(before, SIGKILL);
    int got = ERR_BUSY; /* the call that falls into the gap may fail, never hang */
    for (int i = 0; i < 5 && got != ERR_NONE; i++)
        got = command_do(ours, 'p');
    assert_int_equal(got, ERR_NONE);
    pid_t after = child_named(&rig, monitor, "parse");
    assert_true(after > 0 && after != before);
    kill(monitor, SIGTERM);
    int exit_code, signal_number;
    pid_t worker = child_named(&rig, monitor, "worker");
    end_within(monitor, "the end of the monitor", 5000, &exit_code, &signal_number);
    assert_int_equal(exit_code, 0);
    if (worker)
        assert_true(kill(worker, 0) != 0);
    assert_true(kill(after, 0) != 0);
    close(ours);
    rig_close(&rig);
}

static void who_may_ask_whom(void **state)
{
    assert_true(role_may_ask(ROLE_WEB, ROLE_PARSE));
    assert_true(role_may_ask(ROLE_WORKER, ROLE_FETCH));
    assert_false(role_may_ask(ROLE_WEB, ROLE_FETCH));
    assert_false(role_may_ask(ROLE_PARSE, ROLE_SIGN));
    assert_false(role_may_ask(ROLE_FETCH, ROLE_SIGN));
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "-x") == 0)
        return role_of_test(argv[2]);
    const struct CMUnitTest tests[] = {
        ROLE_CASE(parse_answers_from_bytes_and_from_a_descriptor),
        ROLE_CASE(parse_survives_a_hostile_file),
        ROLE_CASE(a_hostile_file_can_do_nothing_but_compute),
        ROLE_CASE(pdftotext_reads_a_pdf_inside_the_sandbox),
        ROLE_CASE(a_role_that_is_killed_answers_busy_and_the_next_line_is_taken),
        ROLE_CASE(every_role_wears_its_sandbox),
        ROLE_CASE(every_role_can_log_to_a_file),
        ROLE_CASE(a_role_whose_log_nobody_reads_still_answers),
        ROLE_CASE(web_and_worker_keep_to_their_folder_and_start_nothing),
        ROLE_CASE(sign_signs_and_keeps_its_key),
        ROLE_CASE(sign_refuses_a_key_that_others_can_read),
        ROLE_CASE(the_monitor_starts_wires_restarts_and_ends_the_roles),
        ROLE_CASE(who_may_ask_whom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
