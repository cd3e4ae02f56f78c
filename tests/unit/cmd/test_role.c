/* The roles as they are: real processes with their real sandboxes, looked at from outside. The test program is its own
 * roles: run with -x it is one, with handlers that misbehave on purpose. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/role.h"
#include "os/file.h"
#include "os/process.h"
#include "os/socket.h"

#define CALL_MS 20000
/* The sanitizers of addresses and of threads need the address space that a ceiling on memory takes away. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SHADOW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SHADOW 1
#endif
#endif
#ifndef HAS_SHADOW
#define HAS_SHADOW 0
#endif

/* --- what the roles of this program do --- */

static enum err_code say(struct arena *arena, struct str *ret_result, const char *what, long got)
{
    *ret_result = arena_printf(arena, "%s %s", what, got < 0 ? strerrorname_np(errno) : "allowed");
    return ERR_NONE;
}

static enum err_code read_echo(const struct parse_input *in, struct arena *arena, struct str *ret, struct err *err)
{
    *ret = arena_str(arena, in->bytes);
    return ERR_NONE;
}
static enum err_code read_pid(const struct parse_input *in, struct arena *arena, struct str *ret, struct err *err)
{
    *ret = arena_printf(arena, "%d", (int)getppid());
    return ERR_NONE;
}
static enum err_code read_for_ever(const struct parse_input *in, struct arena *arena, struct str *ret, struct err *err)
{
    for (volatile unsigned i = 0;; i = i + 1)
        continue;
    return ERR_NONE;
}
static enum err_code read_sleeping(const struct parse_input *in, struct arena *arena, struct str *ret, struct err *err)
{
    for (;;)
        (void)poll(NULL, 0, 1000);
    return ERR_NONE;
}
static enum err_code read_eating(const struct parse_input *in, struct arena *arena, struct str *ret, struct err *err)
{
    for (;;) {
        volatile char *more = malloc(1u << 20);
        if (!more)
            return err_set(err, ERR_NOMEM, "no more memory");
        for (size_t i = 0; i < 1u << 20; i += 4096)
            more[i] = 1;
    }
}
static enum err_code read_crashing(const struct parse_input *in, struct arena *arena, struct str *ret, struct err *err)
{
    (void)signal(SIGSEGV, SIG_DFL);
    (void)raise(SIGSEGV);
    return ERR_NONE;
}
static enum err_code read_failing(const struct parse_input *in, struct arena *arena, struct str *ret, struct err *err)
{
    return err_set(err, ERR_SYNTAX, "%.*s: byte 3 is wrong", STR_ARG(in->name));
}
static enum err_code try_open(const struct parse_input *in, struct arena *arena, struct str *ret, struct err *err)
{
    return say(arena, ret, "open", open("/etc/passwd", O_RDONLY));
}
static enum err_code try_socket(const struct parse_input *in, struct arena *arena, struct str *ret, struct err *err)
{
    return say(arena, ret, "socket", socket(AF_INET, SOCK_STREAM, 0));
}
static enum err_code try_fork(const struct parse_input *in, struct arena *arena, struct str *ret, struct err *err)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return say(arena, ret, "fork", pid);
}
static enum err_code try_exec(const struct parse_input *in, struct arena *arena, struct str *ret, struct err *err)
{
    const char *const argv[] = {"true", NULL};
    execve("/bin/true", (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)(argv + 1));
    return say(arena, ret, "execve", -1);
}
static const struct parse_handler handlers[] = {
    {"echo", read_echo, false},
    {"pid", read_pid, false},
    {"for_ever", read_for_ever, false},
    {"sleeping", read_sleeping, false},
    {"eating", read_eating, false},
    {"crashing", read_crashing, false},
    {"failing", read_failing, false},
    {"open", try_open, false},
    {"socket", try_socket, false},
    {"fork", try_fork, false},
    {"exec", try_exec, false},
    {"program_open", try_open, true},
    {"program_socket", try_socket, true},
    {"program_exec", try_exec, true},
    {"pdf_text", parse_pdf_text, true},
};

/* web and worker: obey the test on a socket, one byte a command, one int back. */
static enum err_code helper_setup(struct role_self *self, void *NULLABLE *ret_state, struct err *err)
{
    sandbox_init(&self->sandbox, self->role == ROLE_WEB ? SANDBOX_WEB : SANDBOX_WORKER);
    struct str dir = role_config(self, "dir");
    const char *path = arena_cstr(&self->arena, dir);
    if (!path)
        return arena_full(&self->arena, err);
    return sandbox_allow_path(&self->sandbox, path, SANDBOX_READ | SANDBOX_WRITE, err);
}
static int helper_do(struct role_self *self, char command)
{
    struct err err;
    struct str got;
    struct signature signature;
    char path[512];
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    errno = 0;
    if (command == 'p')
        return (int)peer_parse(&self->peers, STR("echo"), STR("x"), -1, STR("hello"), 3000, &arena, &got, &err);
    if (command == 's')
        return (int)peer_sign(&self->peers, STR("report"), STR("x"), &signature, &err);
    if (command == 'w') {
        snprintf(path, sizeof path, "%.*s/made", STR_ARG(role_config(self, "dir")));
        return open(path, O_WRONLY | O_CREAT, 0600) < 0 ? errno : 0;
    }
    if (command == 'o')
        return open("/etc/passwd", O_RDONLY) < 0 ? errno : 0;
    if (command == 'n')
        return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
    if (command == 'f') {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        return pid < 0 ? errno : 0;
    }
    return -1;
}
static enum err_code helper_loop(struct role_self *self, void *NULLABLE state, struct err *err)
{
    char command;
    int fd = role_socket(self, "test");
    while (read(fd, &command, 1) == 1) {
        int got = helper_do(self, command);
        if (write(fd, &got, sizeof got) != sizeof got)
            break;
    }
    return ERR_NONE;
}

static int role_of_test(const char *name)
{
    if (strcmp(name, "parse") == 0) /* small ceilings: a test has no twenty seconds */
        return role_parse_main(handlers, ARRAY_LEN(handlers), (struct parse_ceilings){256u << 20, 1, 3000});
    if (strcmp(name, "fetch") == 0)
        return role_fetch_main();
    if (strcmp(name, "sign") == 0)
        return role_sign_main();
    if (strcmp(name, "web") == 0)
        return role_main(ROLE_WEB, NULL, helper_setup, helper_loop);
    if (strcmp(name, "worker") == 0)
        return role_main(ROLE_WORKER, NULL, helper_setup, helper_loop);
    return 2;
}

/* --- what a case starts and waits for ---
 * A kernel that lacks something must end a case with words, not with the limit of the whole run: every wait has an end,
 * a case that waits for longer says for what, and what a failed case leaves behind is ended with it, since it would
 * hold the output open for whoever runs the tests. */

#define CASE_MAX_S  300 /* the longest case takes some 10 s; sanitizers and slow kernels take more */
#define STARTED_MAX 64
static const char *volatile waited_for = "nothing yet";
static pid_t started[STARTED_MAX];

static pid_t started_add(pid_t pid)
{
    size_t i = 0;
    while (i < STARTED_MAX && started[i])
        i++;
    assert_true(pid > 0 && i < STARTED_MAX);
    started[i] = pid;
    return pid;
}
static void started_ended(pid_t pid)
{
    for (size_t i = 0; i < STARTED_MAX; i++)
        if (started[i] == pid)
            started[i] = 0;
}
static void end_within(pid_t pid, const char *what, int timeout_ms, int *ret_exit_code, int *ret_signal)
{
    waited_for = what;
    process_end(pid, timeout_ms, ret_exit_code, ret_signal);
    started_ended(pid);
}
/* A child of our own making, that does not outlive the test program. */
static pid_t child_fork(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        sandbox_die_with_parent(SIGKILL);
        return 0;
    }
    return started_add(pid);
}

static void assert_readable(int fd, const char *what)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    waited_for = what;
    if (poll(&wait, 1, CALL_MS) != 1)
        fail_msg("nothing came from %s in %d s", what, CALL_MS / 1000);
}

static void case_is_too_long(int number)
{
    static const char words[] = "\nThe case gave up, it waited for: ";
    ssize_t n = write(STDOUT_FILENO, words, sizeof words - 1);
    n += write(STDOUT_FILENO, waited_for, strlen(waited_for));
    n += write(STDOUT_FILENO, "\n", 1);
    for (size_t i = 0; i < STARTED_MAX; i++)
        if (started[i])
            (void)kill(started[i], SIGKILL);
    _exit(n > 0 ? 1 : 2);
}
static int case_begin(void **state)
{
    (void)signal(SIGALRM, case_is_too_long);
    waited_for = "nothing yet";
    (void)alarm(CASE_MAX_S);
    return 0;
}
static int case_end(void **state)
{
    (void)alarm(0);
    for (size_t i = 0; i < STARTED_MAX; i++)
        if (started[i]) {
            (void)kill(started[i], SIGKILL);
            (void)waitpid(started[i], NULL, 0);
            started[i] = 0;
        }
    return 0;
}

/* --- one role, started as the monitor would, with the test as its client --- */

struct rig {
    struct arena arena;
    const char *dir;
    enum role role;
    bool is_loud; /* logs all */
    pid_t pid;
    struct channel control; /* ours of the role */
    struct channel monitor; /* ours of the peers: what the monitor would say to the client */
    struct channel client;
    struct peers peers;
};
static struct err err;

static void rig_open(struct rig *rig)
{
    memset(rig, 0, sizeof *rig);
    arena_init(&rig->arena, 256u << 20);
    assert_ok(file_temp_folder(STR("luytre-role"), &rig->arena, &rig->dir, &err));
    int a = -1, b = -1;
    assert_ok(socket_pair(&a, &b, &err));
    channel_init(&rig->monitor, a, role_schemas, role_schema_count);
    channel_init(&rig->client, b, role_schemas, role_schema_count);
    peers_init(&rig->peers, &rig->client);
}

static void rig_start(struct rig *rig, enum role role, const char *config, int test_socket)
{
    int ours = -1, theirs = -1, client = -1, server = -1;
    const char *program = NULL;
    assert_ok(process_own_path(&rig->arena, &program, &err));
    assert_ok(socket_pair(&ours, &theirs, &err));
    const char *const argv[] = {program, "-x", role_to_str(role), NULL};
    static const char *const env[] = {"LUYTRE_LOG_LEVEL=error", "ASAN_OPTIONS=detect_leaks=0", NULL};
    static const char *const loud_env[] = {"LUYTRE_LOG_LEVEL=debug", "ASAN_OPTIONS=detect_leaks=0", NULL};
    struct process_spec spec = {.program = program,
                                .argv = argv,
                                .env = rig->is_loud ? loud_env : env,
                                .input_fd = -1,
                                .channel_fd = theirs,
                                .keeps_stderr = true};
    waited_for = "the start of a role";
    assert_ok(process_start(&spec, &rig->pid, &err));
    (void)started_add(rig->pid);
    close(theirs);
    rig->role = role;
    waited_for = role_to_str(role);
    channel_init(&rig->control, ours, role_schemas, role_schema_count);
    struct message setup = {.type = MESSAGE_SETUP, .fd = -1}, go = {.type = MESSAGE_GO, .fd = -1};
    setup.texts[SETUP_CONFIG] = str_from_cstr(config);
    assert_ok(channel_send(&rig->control, &setup, 1000, &err));
    if (test_socket >= 0) {
        struct message socket = {.type = MESSAGE_SOCKET, .fd = test_socket};
        socket.texts[SOCKET_NAME] = STR("test");
        assert_ok(channel_send(&rig->control, &socket, 1000, &err));
    }
    assert_ok(channel_send(&rig->control, &go, 1000, &err));
    assert_ok(socket_pair(&client, &server, &err));
    struct message line = {.type = MESSAGE_LINE, .fd = server};
    line.numbers[LINE_ROLE] = ROLE_WORKER;
    line.numbers[LINE_IS_SERVER] = 1;
    if (role == ROLE_PARSE || role == ROLE_FETCH || role == ROLE_SIGN)
        assert_ok(channel_send(&rig->control, &line, 1000, &err));
    close(server);
    peers_add(&rig->peers, role, client);
}

static void rig_close(struct rig *rig)
{
    int exit_code = 0, signal_number = 0;
    channel_close(&rig->control);
    if (rig->pid)
        end_within(rig->pid, "the end of a role", 3000, &exit_code, &signal_number);
    peers_done(&rig->peers);
    channel_close(&rig->monitor);
    channel_close(&rig->client);
    assert_ok(file_remove_all(rig->dir, &err));
    arena_done(&rig->arena);
    assert_int_equal(exit_code, 0);
    assert_int_equal(signal_number, 0);
}

static enum err_code ask(struct rig *rig, const char *kind, const char *content, struct str *ret_got)
{
    waited_for = kind;
    return peer_parse(&rig->peers, str_from_cstr(kind), STR("thu.docx"), -1, str_from_cstr(content), CALL_MS,
                      &rig->arena, ret_got, &err);
}

/* A line of /proc/PID/status, without its name. */
static struct str status_of(struct rig *rig, pid_t pid, const char *name)
{
    struct str path = arena_printf(&rig->arena, "/proc/%d/status", (int)pid), text, line;
    assert_ok(file_read(path.ptr, 1u << 16, &rig->arena, &text, &err));
    while (str_line(&text, &line))
        if (str_starts_with(line, str_from_cstr(name)))
            return str_trim(str_slice(line, strlen(name), line.len_bytes));
    return STR_NONE;
}

/* A container's kernel may not show every line: what it does not show of this very test cannot be asked of a role. */
static void assert_status(struct rig *rig, pid_t pid, const char *name, struct str wanted)
{
    if (str_is_null(status_of(rig, getpid(), name)))
        print_message("this kernel does not show %s in /proc/PID/status: not looked at\n", name);
    else
        assert_str(status_of(rig, pid, name), wanted);
}

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

/* --- fetch --- */

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
#define ROLE_CASE(name) cmocka_unit_test_setup_teardown(name, case_begin, case_end)
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
        ROLE_CASE(fetch_refuses_the_inside),
        ROLE_CASE(fetch_gets_what_is_allowed_and_stops_at_a_redirect_inside),
        ROLE_CASE(fetch_trusts_a_certificate_only_for_its_name_and_days),
        ROLE_CASE(fetch_delivers_mail),
        ROLE_CASE(the_monitor_starts_wires_restarts_and_ends_the_roles),
        ROLE_CASE(who_may_ask_whom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
