/* process.h - start another program with pipes, limits, a deadline and bounded output.
 * Never through a shell, never with inherited descriptors: the child has 0, 1, 2 and what the caller names.
 * Uses: base, os/file, os/sandbox (limits).    Used by: cmd (monitor, parse).
 * Memory: output in the caller's arena.    Threads: no shared state; the caller reaps only its own children. */
#ifndef LUYTRE_OS_PROCESS_H
#define LUYTRE_OS_PROCESS_H

#include <sys/types.h>

#include "os/sandbox.h"

NONNULL_BEGIN

struct process_spec {
    const char *program;             /* absolute path */
    const char *const *argv;         /* with argv[0], NULL at the end */
    const char *const *NULLABLE env; /* NULL: only PATH and LC_ALL=C.UTF-8 */
    int input_fd;                    /* becomes 0; -1: nothing to read */
    int channel_fd;                  /* becomes 3; -1: none */
    bool keeps_stderr;               /* process_start: the child's 1 and 2 are ours; else 1 is empty and 2 ours */
    struct sandbox_limits limits;
};
struct process_result {
    struct str output;         /* what was printed, at most output_max_bytes */
    struct str error_output;   /* its first 4 kB */
    int exit_code;             /* -1 when a signal ended it */
    int signal_number;         /* 0 when it exited */
    bool is_timed_out, is_cut; /* killed by us: over its time, over its output */
};
/* Run to the end. ERR_NOT_FOUND when there is no such program; everything that happens after the start is in the
 * result. */
MUST_USE enum err_code process_run(const struct process_spec *spec, size_t output_max_bytes, int timeout_ms,
                                   struct arena *arena, struct process_result *ret_result, struct err *err);
/* Start and go on; the caller waits for pid. */
MUST_USE enum err_code process_start(const struct process_spec *spec, pid_t *ret_pid, struct err *err);

/* True when the child has ended and was reaped now; *ret_exit_code and *ret_signal as above. */
bool process_has_ended(pid_t pid, int *ret_exit_code, int *ret_signal);
/* Wait at most timeout_ms, then SIGKILL and wait. */
void process_end(pid_t pid, int timeout_ms, int *ret_exit_code, int *ret_signal);
/* The path of this program itself. */
MUST_USE enum err_code process_own_path(struct arena *arena, const char **ret_path, struct err *err);

NONNULL_END
#endif
