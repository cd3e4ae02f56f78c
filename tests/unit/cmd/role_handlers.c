#include "role_handlers.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#include "cmd/role.h"

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

int role_of_test(const char *name)
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
