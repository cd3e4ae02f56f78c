#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/clock.h"
#include "os/file.h"

#define CHANNEL_FD             3
#define REPORT_FD              4 /* closes itself at the exec */
#define ERROR_OUTPUT_MAX_BYTES 4096

/* In the child between fork and exec: only calls that are safe there. The error travels back as errno. */
static NO_RETURN void child_become(const struct process_spec *spec, int input, int output, int error_output, int report)
{
    static const char *const plain_env[] = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", NULL};
    struct err err;
    /* Above 3 first, so that no descriptor is overwritten before it was moved. */
    int moved[5] = {input, output, error_output, spec->channel_fd, report};
    for (size_t i = 0; i < ARRAY_LEN(moved); i++)
        if (moved[i] >= 0 && (moved[i] = fcntl(moved[i], F_DUPFD_CLOEXEC, 16)) < 0)
            goto failed;
    report = moved[4];
    for (int i = 0; i < 4; i++)
        if (moved[i] >= 0 && dup2(moved[i], i) < 0)
            goto failed;
    if (moved[3] < 0)
        (void)close(CHANNEL_FD);
    if (dup3(report, REPORT_FD, O_CLOEXEC) < 0)
        goto failed;
    report = REPORT_FD;
    file_close_from(REPORT_FD + 1);
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)signal(SIGPIPE, SIG_DFL);
    if (sandbox_limits_enter(&spec->limits, &err) != ERR_NONE)
        goto failed;
    execve(spec->program, (char *const *)(uintptr_t)spec->argv,
           (char *const *)(uintptr_t)(spec->env ? spec->env : plain_env));
failed:;
    int why = errno;
    ssize_t n = write(report, &why, sizeof why);
    (void)n;
    _exit(127);
}

static enum err_code child_start(const struct process_spec *spec, int input, int output, int error_output,
                                 pid_t *ret_pid, struct err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_set(err, ERR_IO, "make a pipe");
    AUTO_FD report_in = ends[0];
    AUTO_FD report_out = ends[1];
    pid_t pid = fork();
    if (pid < 0)
        return err_set(err, ERR_IO, "start %s", spec->program);
    if (pid == 0)
        child_become(spec, input, output, error_output, report_out);
    (void)close(TAKE_FD(report_out));
    int why = 0;
    ssize_t n;
    do
        n = read(report_in, &why, sizeof why);
    while (n < 0 && errno == EINTR);
    if (n == 0) { /* closed by the successful exec */
        *ret_pid = pid;
        return ERR_NONE;
    }
    (void)waitpid(pid, NULL, 0);
    errno = n == sizeof why ? why : EIO;
    if (errno == ENOENT)
        return err_set(err, ERR_NOT_FOUND, "start %s: no such program", spec->program);
    return err_set(err, ERR_IO, "start %s", spec->program);
}

enum err_code process_start(const struct process_spec *spec, pid_t *ret_pid, struct err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_set(err, ERR_IO, "make a pipe");
    AUTO_FD empty = ends[0];
    (void)close(ends[1]);
    return child_start(spec, spec->input_fd >= 0 ? spec->input_fd : empty, spec->keeps_stderr ? -1 : STDERR_FILENO, -1,
                       ret_pid, err);
}

/* Read what is there into buf; false at the end. What does not fit is dropped and *ret_is_cut set. */
static bool drain(int fd, struct buf *buf, bool *ret_is_cut)
{
    char part[16384];
    ssize_t n = read(fd, part, sizeof part);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (n <= 0)
        return false;
    size_t room_bytes = buf->ceiling_bytes - buf->len_bytes;
    if ((size_t)n > room_bytes) {
        *ret_is_cut = true;
        n = (ssize_t)room_bytes;
    }
    buf_put(buf, (struct str){part, (size_t)n});
    return true;
}

static void decode_status(int status, int *ret_exit_code, int *ret_signal)
{
    *ret_exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    *ret_signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

bool process_has_ended(pid_t pid, int *ret_exit_code, int *ret_signal)
{
    int status;
    if (waitpid(pid, &status, WNOHANG) != pid)
        return false;
    decode_status(status, ret_exit_code, ret_signal);
    return true;
}

void process_end(pid_t pid, int timeout_ms, int *ret_exit_code, int *ret_signal)
{
    int64_t deadline_us = clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    /* Most are gone a moment after their pipe closed: look soon, then ever less often. */
    for (long pause_ns = 50000; clock_monotonic_us() < deadline_us;
         pause_ns = pause_ns < 5000000 ? pause_ns * 2 : pause_ns) {
        if (process_has_ended(pid, ret_exit_code, ret_signal))
            return;
        struct timespec pause = {0, pause_ns};
        (void)nanosleep(&pause, NULL);
    }
    (void)kill(pid, SIGKILL);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    decode_status(status, ret_exit_code, ret_signal);
}

enum err_code process_run(const struct process_spec *spec, size_t output_max_bytes, int timeout_ms, struct arena *arena,
                          struct process_result *ret_result, struct err *err)
{
    int in_ends[2], out_ends[2], err_ends[2];
    if (pipe2(in_ends, O_CLOEXEC) != 0)
        return err_set(err, ERR_IO, "make a pipe");
    AUTO_FD empty = in_ends[0];
    (void)close(in_ends[1]);
    if (pipe2(out_ends, O_CLOEXEC) != 0)
        return err_set(err, ERR_IO, "make a pipe");
    AUTO_FD out_in = out_ends[0];
    AUTO_FD out_out = out_ends[1];
    if (pipe2(err_ends, O_CLOEXEC) != 0)
        return err_set(err, ERR_IO, "make a pipe");
    AUTO_FD err_in = err_ends[0];
    AUTO_FD err_out = err_ends[1];
    pid_t pid;
    TRY(child_start(spec, spec->input_fd >= 0 ? spec->input_fd : empty, out_out, err_out, &pid, err));
    (void)close(TAKE_FD(out_out));
    (void)close(TAKE_FD(err_out));
    AUTO_BUF output;
    AUTO_BUF error_output;
    buf_init(&output, output_max_bytes);
    buf_init(&error_output, ERROR_OUTPUT_MAX_BYTES);
    struct process_result result = {0};
    bool error_is_cut = false;
    int64_t deadline_us = clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    while (out_in >= 0 || err_in >= 0) {
        struct pollfd waits[2] = {{.fd = out_in, .events = POLLIN}, {.fd = err_in, .events = POLLIN}};
        int64_t left_us = deadline_us - clock_monotonic_us();
        int n = left_us > 0 ? poll(waits, 2, (int)(left_us / 1000) + 1) : 0;
        if (n == 0)
            result.is_timed_out = true;
        if (n > 0 && waits[0].revents && !drain(out_in, &output, &result.is_cut))
            (void)close(TAKE_FD(out_in));
        if (n > 0 && waits[1].revents && !drain(err_in, &error_output, &error_is_cut))
            (void)close(TAKE_FD(err_in));
        if (result.is_timed_out || result.is_cut || (n < 0 && errno != EINTR))
            break;
    }
    process_end(pid, result.is_timed_out || result.is_cut ? 0 : 1000, &result.exit_code, &result.signal_number);
    TRY(buf_to_arena(&output, arena, &result.output, err));
    TRY(buf_to_arena(&error_output, arena, &result.error_output, err));
    *ret_result = result;
    return ERR_NONE;
}

enum err_code process_own_path(struct arena *arena, const char **ret_path, struct err *err)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n < 0)
        return err_set(err, ERR_IO, "find this program");
    const char *kept = arena_cstr(arena, (struct str){path, (size_t)n});
    if (!kept)
        return arena_full(arena, err);
    *ret_path = kept;
    return ERR_NONE;
}
