/* role_rig.h - one role of the program, started as the monitor would, with the test as its client; and an end to every
 * wait. A kernel that lacks something must end a case with words, not with the limit of the whole run: a case that
 * waits for longer says for what, and what a failed case leaves behind is ended with it, since it would hold the output
 * open for whoever runs the tests. Memory: the rig's arena.    Threads: one. */
#ifndef LUYTRE_TEST_ROLE_RIG_H
#define LUYTRE_TEST_ROLE_RIG_H

#include "test.h"

#include <sys/types.h>

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

extern const char *volatile waited_for; /* in words, for who reads the output */
extern struct err err;                  /* of every call below, and of the cases */
int case_begin(void **state);
int case_end(void **state);
#define ROLE_CASE(name) cmocka_unit_test_setup_teardown(name, case_begin, case_end)
/* A child of our own making, that does not outlive the test program. */
pid_t child_fork(void);
void started_ended(pid_t pid); /* its end was waited for elsewhere */
void end_within(pid_t pid, const char *what, int timeout_ms, int *ret_exit_code, int *ret_signal);
void assert_readable(int fd, const char *what);

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
void rig_open(struct rig *rig);
/* test_socket: what a role of this program obeys the test on; -1 for none. */
void rig_start(struct rig *rig, enum role role, const char *config, int test_socket);
void rig_close(struct rig *rig);
enum err_code ask(struct rig *rig, const char *kind, const char *content, struct str *ret_got);
/* A line of /proc/PID/status, without its name. */
struct str status_of(struct rig *rig, pid_t pid, const char *name);
/* A container's kernel may not show every line: what it does not show of this very test cannot be asked of a role. */
void assert_status(struct rig *rig, pid_t pid, const char *name, struct str wanted);

#endif
