/* sandbox.h - one interface for giving up power: fill a struct sandbox, enter it once, and only then read the first
 * untrusted byte. Limits, user and groups, no new privileges, file paths (Landlock), system calls (seccomp).
 * No profile but those that start a program may map memory to execute, so there is no JIT in a sandboxed role.
 * What the machine cannot give (an old kernel without Landlock, say) is named in the report; seccomp, no new privileges
 * and the change of user are never optional. A forbidden call answers EPERM (seccomp) or EACCES (Landlock).
 * Uses: base, libseccomp.    Used by: cmd (roles).    Memory: the filter is on the heap.
 * Threads: enter before the first thread is started. */
#ifndef LUYTRE_OS_SANDBOX_H
#define LUYTRE_OS_SANDBOX_H

#include "base/arena.h"

NONNULL_BEGIN

enum sandbox_profile {
    SANDBOX_MONITOR,    /* may start programs; inherited by every role, so only what no role needs is denied */
    SANDBOX_WEB,        /* accepts on its sockets, files where allowed, threads; no new socket, starts nothing */
    SANDBOX_WORKER,     /* as web, without accepting */
    SANDBOX_PARSE,      /* forks; may start the one program that is allowed as SANDBOX_EXECUTE; no socket */
    SANDBOX_PARSE_PURE, /* the child that reads a hostile file: computes, reads and writes what is open, nothing else */
    SANDBOX_FETCH,      /* internet sockets, forks; no program */
    SANDBOX_SIGN,       /* computes and speaks on its channels */
    SANDBOX_PROFILES
};

#define SANDBOX_PATHS_MAX 48
#define SANDBOX_PORTS_MAX 8
enum sandbox_access { SANDBOX_READ = 1, SANDBOX_WRITE = 2, SANDBOX_EXECUTE = 4 };
struct sandbox_limits {    /* 0: leave as it is */
    uint64_t memory_bytes; /* address space; not set in builds with AddressSanitizer, which needs 20 TB of it */
    uint64_t cpu_s;
    uint64_t files;      /* open descriptors */
    uint64_t file_bytes; /* largest file written */
};
struct sandbox {
    enum sandbox_profile profile;
    struct sandbox_limits limits;
    const char *NULLABLE user; /* become this user when root; NULL: stay, but without any capability */
    bool wants_database;       /* web, worker: may make sockets, to reach PostgreSQL */
    bool is_secretive;         /* holds keys: no core dump, not readable by its own user */
    struct {
        int fd; /* O_PATH */
        unsigned access;
    } paths[SANDBOX_PATHS_MAX];
    size_t path_count;
    uint16_t ports[SANDBOX_PORTS_MAX]; /* TCP ports that may be connected to, with wants_database */
    size_t port_count;
};
struct sandbox_report {
    int landlock_abi; /* 0: none */
    unsigned uid;
    bool has_seccomp, has_no_new_privs, has_paths, has_ports, has_scopes;
    char missing[160]; /* what could not be had, in words; "" when nothing */
};

void sandbox_init(struct sandbox *sandbox, enum sandbox_profile profile);
/* A file or a folder with all below it. A missing path is ERR_NOT_FOUND. */
MUST_USE enum err_code sandbox_allow_path(struct sandbox *sandbox, const char *path, unsigned access, struct err *err);
/* The same for paths that a machine may lack (/etc/gai.conf): missing ones are passed over. */
MUST_USE enum err_code sandbox_allow_if_there(struct sandbox *sandbox, const char *path, unsigned access,
                                              struct err *err);
MUST_USE enum err_code sandbox_allow_port(struct sandbox *sandbox, uint16_t port, struct err *err);
/* From here there is no way back. Closes the path descriptors. */
MUST_USE enum err_code sandbox_enter(struct sandbox *sandbox, struct sandbox_report *ret_report, struct err *err);
struct str sandbox_report_print(const struct sandbox_report *report, struct arena *arena);

/* A filter made once and put on in many children: what os/service does for each request. */
struct sandbox_filter {
    void *NULLABLE code;
    size_t code_bytes;
};
MUST_USE enum err_code sandbox_filter_new(enum sandbox_profile profile, bool wants_database,
                                          struct sandbox_filter *ret_filter, struct err *err);
void sandbox_filter_free(struct sandbox_filter *filter);
MUST_USE enum err_code sandbox_filter_enter(const struct sandbox_filter *filter, struct err *err);
MUST_USE enum err_code sandbox_limits_enter(const struct sandbox_limits *limits, struct err *err);

/* The signal this process gets when the one that started it dies. */
void sandbox_die_with_parent(int signal_number);
/* Landlock version of the running kernel, 0 when it has none. */
int sandbox_landlock_abi(void);

NONNULL_END
#endif
