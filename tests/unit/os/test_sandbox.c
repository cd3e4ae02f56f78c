/* Each profile put on in a child, and what it then may and may not do. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/file.h"
#include "os/sandbox.h"

static int sandbox_of(enum sandbox_profile profile, unsigned access, const char *path, bool wants_database)
{
    struct err err;
    struct sandbox sandbox;
    struct sandbox_report report;
    sandbox_init(&sandbox, profile);
    sandbox.wants_database = wants_database;
    if (path && sandbox_allow_path(&sandbox, path, access, &err) != ERR_NONE)
        return -1;
    return sandbox_enter(&sandbox, &report, &err) == ERR_NONE ? 0 : -1;
}

/* 0 when allowed, else errno. */
static int try_open_outside(void)
{
    return open("/etc/passwd", O_RDONLY) < 0 ? errno : 0;
}
static int try_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
}
static int try_raw_socket(void)
{
    return socket(AF_PACKET, SOCK_RAW, 0) < 0 ? errno : 0;
}
static int try_exec(void)
{
    const char *const argv[] = {"true", NULL};
    execve("/bin/true", (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)(argv + 1));
    return errno;
}
static int try_ptrace(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 ? errno : 0;
}
static int try_fork(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return pid < 0 ? errno : 0;
}
static int try_executable_memory(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
               ? errno
               : 0;
}
static int try_kill_parent(void)
{
    return kill(getppid(), 0) < 0 ? errno : 0;
}
static int try_unshare(void)
{
    return unshare(CLONE_NEWUSER) < 0 ? errno : 0;
}
static int try_compute(void)
{
    char *bytes = malloc(8u << 20);
    if (!bytes)
        return ENOMEM;
    memset(bytes, 1, 8u << 20);
    int got = bytes[12345] == 1 ? 0 : EIO;
    free(bytes);
    return got;
}

struct attempt {
    int (*run)(void);
    const char *name;
    /* by profile; -1: not asked */
    int web, worker, parse, pure, fetch, sign;
};
static const struct attempt attempts[] = {
    {try_compute, "compute", 0, 0, 0, 0, 0, 0},
    {try_open_outside, "open outside", EACCES, EACCES, EACCES, EPERM, EACCES, EPERM},
    {try_socket, "socket", EPERM, EPERM, EPERM, EPERM, 0, EPERM},
    {try_raw_socket, "raw socket", EPERM, EPERM, EPERM, EPERM, EPERM, EPERM},
    {try_exec, "execve", EPERM, EPERM, EACCES, EPERM, EPERM, EPERM},
    {try_ptrace, "ptrace", EPERM, EPERM, EPERM, EPERM, EPERM, EPERM},
    {try_fork, "fork", EPERM, EPERM, 0, EPERM, 0, EPERM},
    {try_executable_memory, "executable memory", EPERM, EPERM, -1, EPERM, EPERM, EPERM},
    {try_kill_parent, "kill the parent", EPERM, EPERM, EPERM, EPERM, EPERM, EPERM},
    {try_unshare, "unshare", EPERM, EPERM, EPERM, EPERM, EPERM, EPERM},
};

static int attempt_in(enum sandbox_profile profile, bool wants_database, int (*run)(void))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(sandbox_of(profile, 0, NULL, wants_database) == 0 ? run() : 255);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void each_profile_allows_what_its_row_says(void **state)
{
    static const enum sandbox_profile profiles[] = {SANDBOX_WEB,        SANDBOX_WORKER, SANDBOX_PARSE,
                                                    SANDBOX_PARSE_PURE, SANDBOX_FETCH,  SANDBOX_SIGN};
    bool has_landlock = sandbox_landlock_abi() >= 6;
    for (size_t i = 0; i < ARRAY_LEN(attempts); i++) {
        const struct attempt *a = &attempts[i];
        const int wants[] = {a->web, a->worker, a->parse, a->pure, a->fetch, a->sign};
        for (size_t p = 0; p < ARRAY_LEN(profiles); p++) {
            if (wants[p] < 0 || (!has_landlock && (wants[p] == EACCES || a->run == try_kill_parent)))
                continue;
            int got = attempt_in(profiles[p], false, a->run);
            if (got != wants[p])
                fail_msg("%s in profile %d: got %d, wanted %d", a->name, (int)profiles[p], got, wants[p]);
        }
    }
}

static void only_who_asked_for_the_database_gets_sockets(void **state)
{
    assert_int_equal(attempt_in(SANDBOX_WORKER, true, try_socket), 0);
    assert_int_equal(attempt_in(SANDBOX_WORKER, true, try_raw_socket), EPERM);
    assert_int_equal(attempt_in(SANDBOX_WORKER, false, try_socket), EPERM);
}

static void the_monitor_may_start_programs_but_not_look_into_them(void **state)
{
    assert_int_equal(attempt_in(SANDBOX_MONITOR, false, try_fork), 0);
    assert_int_equal(attempt_in(SANDBOX_MONITOR, false, try_unshare), EPERM);
    assert_int_equal(attempt_in(SANDBOX_MONITOR, false, try_exec), 0);
}

static const char *allowed_dir;
static int try_write_inside(void)
{
    char path[512];
    snprintf(path, sizeof path, "%s/f", allowed_dir);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    if (fd < 0)
        return errno;
    if (write(fd, "x", 1) != 1 || fsync(fd) != 0 || ftruncate(fd, 0) != 0)
        return errno;
    return unlink(path) == 0 ? 0 : errno;
}

static void an_allowed_folder_can_be_read_or_written_as_asked(void **state)
{
    static const struct {
        unsigned access;
        int want;
    } cases[] = {{SANDBOX_READ | SANDBOX_WRITE, 0}, {SANDBOX_READ, EACCES}};
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    struct err err;
    assert_ok(file_temp_folder(STR("luytre-sandbox"), &arena, &allowed_dir, &err));
    for (size_t i = 0; i < ARRAY_LEN(cases) && sandbox_landlock_abi() > 0; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(sandbox_of(SANDBOX_WORKER, cases[i].access, allowed_dir, false) == 0 ? try_write_inside() : 255);
        int status = 0;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(WEXITSTATUS(status), cases[i].want);
    }
    assert_ok(file_remove_all(allowed_dir, &err));
}

static void a_missing_path_and_a_missing_user_are_told(void **state)
{
    struct err err;
    struct sandbox sandbox;
    sandbox_init(&sandbox, SANDBOX_WORKER);
    assert_err(sandbox_allow_path(&sandbox, "/no/such/path", SANDBOX_READ, &err), ERR_NOT_FOUND);
    assert_ok(sandbox_allow_if_there(&sandbox, "/no/such/path", SANDBOX_READ, &err));
    pid_t pid = fork();
    if (pid == 0) {
        struct sandbox_report report;
        sandbox.user = "no-such-user-here";
        enum err_code code = sandbox_enter(&sandbox, &report, &err);
        _exit(geteuid() == 0 ? code == ERR_NOT_FOUND : code == ERR_NONE);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), 1);
}

static void limits_hold(void **state)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct err err;
        struct sandbox_limits limits = {.files = 20};
        struct rlimit got;
        bool ok = sandbox_limits_enter(&limits, &err) == ERR_NONE && getrlimit(RLIMIT_NOFILE, &got) == 0 &&
                  got.rlim_max == 20 && getrlimit(RLIMIT_CORE, &got) == 0 && got.rlim_max == 0;
        _exit(ok ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_profile_allows_what_its_row_says),
        cmocka_unit_test(only_who_asked_for_the_database_gets_sockets),
        cmocka_unit_test(the_monitor_may_start_programs_but_not_look_into_them),
        cmocka_unit_test(an_allowed_folder_can_be_read_or_written_as_asked),
        cmocka_unit_test(a_missing_path_and_a_missing_user_are_told),
        cmocka_unit_test(limits_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
