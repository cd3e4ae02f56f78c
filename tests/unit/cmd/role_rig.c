#include "role_rig.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CASE_MAX_S  300 /* the longest case takes some 10 s; sanitizers and slow kernels take more */
#define STARTED_MAX 64
const char *volatile waited_for = "nothing yet";
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
void started_ended(pid_t pid)
{
    for (size_t i = 0; i < STARTED_MAX; i++)
        if (started[i] == pid)
            started[i] = 0;
}
void end_within(pid_t pid, const char *what, int timeout_ms, int *ret_exit_code, int *ret_signal)
{
    waited_for = what;
    process_end(pid, timeout_ms, ret_exit_code, ret_signal);
    started_ended(pid);
}
pid_t child_fork(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        sandbox_die_with_parent(SIGKILL);
        return 0;
    }
    return started_add(pid);
}

void assert_readable(int fd, const char *what)
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
int case_begin(void **state)
{
    (void)signal(SIGALRM, case_is_too_long);
    waited_for = "nothing yet";
    (void)alarm(CASE_MAX_S);
    return 0;
}
int case_end(void **state)
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

struct err err;

void rig_open(struct rig *rig)
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

void rig_start(struct rig *rig, enum role role, const char *config, int test_socket)
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

void rig_close(struct rig *rig)
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

enum err_code ask(struct rig *rig, const char *kind, const char *content, struct str *ret_got)
{
    waited_for = kind;
    return peer_parse(&rig->peers, str_from_cstr(kind), STR("thu.docx"), -1, str_from_cstr(content), CALL_MS,
                      &rig->arena, ret_got, &err);
}

struct str status_of(struct rig *rig, pid_t pid, const char *name)
{
    struct str path = arena_printf(&rig->arena, "/proc/%d/status", (int)pid), text, line;
    assert_ok(file_read(path.ptr, 1u << 16, &rig->arena, &text, &err));
    while (str_line(&text, &line))
        if (str_starts_with(line, str_from_cstr(name)))
            return str_trim(str_slice(line, strlen(name), line.len_bytes));
    return STR_NONE;
}

void assert_status(struct rig *rig, pid_t pid, const char *name, struct str wanted)
{
    if (str_is_null(status_of(rig, getpid(), name)))
        print_message("this kernel does not show %s in /proc/PID/status: not looked at\n", name);
    else
        assert_str(status_of(rig, pid, name), wanted);
}
