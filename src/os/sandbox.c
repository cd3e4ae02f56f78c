#include "os/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/buf.h"
#include "base/mem.h"
#include "os/file.h"

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

/* --- Landlock. The header of Debian 12 is that of Linux 6.1, so what came later is written out here. --- */
#define LL_CREATE_VERSION 1u
#define LL_RULE_PATH      1
#define LL_RULE_PORT      2
#define LL_EXECUTE        (1ull << 0)
#define LL_WRITE_FILE     (1ull << 1)
#define LL_READ_FILE      (1ull << 2)
#define LL_READ_DIR       (1ull << 3)
#define LL_REMOVE_DIR     (1ull << 4)
#define LL_REMOVE_FILE    (1ull << 5)
#define LL_MAKE_DIR       (1ull << 7)
#define LL_MAKE_REG       (1ull << 8)
#define LL_ALL_OF_ABI_1   ((1ull << 13) - 1)
#define LL_REFER          (1ull << 13) /* ABI 2 */
#define LL_TRUNCATE       (1ull << 14) /* ABI 3 */
#define LL_BIND_TCP       (1ull << 0)  /* ABI 4 */
#define LL_CONNECT_TCP    (1ull << 1)
#define LL_IOCTL_DEV      (1ull << 15) /* ABI 5 */
#define LL_SCOPE_ABSTRACT (1ull << 0)  /* ABI 6 */
#define LL_SCOPE_SIGNAL   (1ull << 1)
struct ll_ruleset {
    uint64_t handled_fs;
    uint64_t handled_net; /* ABI 4 */
    uint64_t scoped;      /* ABI 6 */
};
struct ll_path {
    uint64_t allowed;
    int32_t parent_fd;
} __attribute__((packed));
struct ll_port {
    uint64_t allowed;
    uint64_t port;
};

int sandbox_landlock_abi(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LL_CREATE_VERSION);
    return abi > 0 ? (int)abi : 0;
}

/* --- system calls by profile --- */
#define WEB    (1u << SANDBOX_WEB)
#define WORKER (1u << SANDBOX_WORKER)
#define PARSE  (1u << SANDBOX_PARSE)
#define PURE   (1u << SANDBOX_PARSE_PURE)
#define FETCH  (1u << SANDBOX_FETCH)
#define SIGN   (1u << SANDBOX_SIGN)
#define STORES (WEB | WORKER)
#define FORKS  (PARSE | FETCH)
#define TALKS  (WEB | WORKER | PARSE | FETCH | SIGN)
#define ALL    (TALKS | PURE)

struct call_row {
    unsigned profiles;
    const char *names; /* separated by one space */
};
static const struct call_row calls[] = {
    {ALL,
     "read readv pread64 write writev pwrite64 close fstat newfstatat lseek munmap mremap madvise brk futex "
     "rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack exit exit_group clock_gettime clock_getres gettimeofday "
     "clock_nanosleep nanosleep time getrandom getpid gettid getppid getuid geteuid getgid getegid sched_yield "
     "sched_getaffinity poll ppoll select pselect6 restart_syscall tgkill sysinfo uname set_robust_list rseq "
     "getrusage dup dup2 dup3 fcntl membarrier getcpu"},
    {TALKS, "sendmsg recvmsg sendto recvfrom shutdown getsockopt setsockopt getsockname getpeername pipe2 eventfd2 "
            "epoll_create1 epoll_ctl epoll_wait epoll_pwait set_tid_address memfd_create"},
    {FORKS, "wait4 waitid kill close_range prctl seccomp prlimit64 setitimer"},
    {STORES | FORKS, "open openat openat2 stat lstat statx access faccessat faccessat2 readlink readlinkat getdents64 "
                     "getcwd statfs fstatfs ioctl prlimit64"},
    {STORES, "unlink unlinkat rename renameat renameat2 mkdir mkdirat rmdir ftruncate fallocate fsync fdatasync fchmod "
             "fchmodat chmod fchown chown utimensat flock sync_file_range umask copy_file_range sendfile fadvise64 "
             "preadv pwritev preadv2 pwritev2 prctl timerfd_create timerfd_settime"},
    {WEB, "accept accept4"},
    {FETCH, "connect bind sendmmsg recvmmsg accept4"},
    {PARSE, "execve vfork arch_prctl set_tid_address chdir umask preadv fadvise64"},
};

/* Nobody in the house needs these; denied already in the monitor, which every role comes from. */
static const char denied_to_all[] =
    "ptrace process_vm_readv process_vm_writev process_madvise kcmp mount umount2 pivot_root move_mount open_tree "
    "fsopen "
    "fsconfig fsmount fspick mount_setattr kexec_load kexec_file_load init_module finit_module delete_module bpf "
    "perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register keyctl add_key request_key swapon "
    "swapoff reboot settimeofday clock_settime clock_adjtime adjtimex quotactl quotactl_fd acct unshare setns "
    "open_by_handle_at fanotify_init iopl ioperm syslog sethostname setdomainname vhangup modify_ldt lookup_dcookie "
    "mbind migrate_pages move_pages set_mempolicy pidfd_getfd personality";

static enum err_code rule_failed(int code, const char *name, struct err *err)
{
    errno = -code;
    return err_set(err, ERR_IO, "seccomp rule for %s", name);
}

static enum err_code rules_add(scmp_filter_ctx ctx, const char *names, uint32_t action, struct err *err)
{
    struct str rest = str_from_cstr(names), name;
    while (str_split(&rest, ' ', &name)) {
        char text[64];
        must(name.len_bytes < sizeof text);
        memcpy(text, name.ptr, name.len_bytes);
        text[name.len_bytes] = '\0';
        int number = seccomp_syscall_resolve_name(text);
        if (number < 0) /* not on this architecture, or newer than the library */
            continue;
        int code = seccomp_rule_add(ctx, action, number, 0);
        if (code != 0)
            return rule_failed(code, text, err);
    }
    return ERR_NONE;
}

#define NEW_NAMESPACES \
    (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

static enum err_code rules_with_arguments(scmp_filter_ctx ctx, unsigned bit, bool wants_database, struct err *err)
{
    int code = 0;
    /* No memory to execute, save where another program is started: its loader maps it. */
    if (bit & PARSE) {
        code |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 0);
        code |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 0);
    } else {
        code |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
        code |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    }
    /* glibc tries clone3 first, whose flags lie in memory where a filter cannot look; ENOSYS makes it use clone. */
    code |= seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    if (bit & FORKS)
        code |=
            seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, NEW_NAMESPACES, 0));
    else if (bit & STORES)
        code |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                                 SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    if ((bit & FETCH) || wants_database) {
        static const int families[] = {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK};
        for (size_t i = 0; i < ARRAY_LEN(families); i++)
            code |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
                                     SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i]));
    }
    if (code != 0)
        return err_set(err, ERR_UNSUPPORTED, "seccomp rule with arguments");
    if (wants_database)
        TRY(rules_add(ctx, "connect bind sendmmsg recvmmsg", SCMP_ACT_ALLOW, err));
    return ERR_NONE;
}

static enum err_code filter_fill(scmp_filter_ctx ctx, enum sandbox_profile profile, bool wants_database,
                                 struct sandbox_filter *ret_filter, struct err *err)
{
    if (profile == SANDBOX_MONITOR) {
        TRY(rules_add(ctx, denied_to_all, SCMP_ACT_ERRNO(EPERM), err));
    } else {
        for (size_t i = 0; i < ARRAY_LEN(calls); i++)
            if (calls[i].profiles & 1u << profile)
                TRY(rules_add(ctx, calls[i].names, SCMP_ACT_ALLOW, err));
        TRY(rules_with_arguments(ctx, 1u << profile, wants_database, err));
    }
    AUTO_FD fd = memfd_create("filter", MFD_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_IO, "make a file in memory");
    int code = seccomp_export_bpf(ctx, fd);
    if (code != 0)
        return rule_failed(code, "export", err);
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_set(err, ERR_IO, "size of the filter");
    void *bytes = mem_alloc((size_t)st.st_size);
    if (!bytes)
        return err_set(err, ERR_NOMEM, "no memory for a filter");
    if (pread(fd, bytes, (size_t)st.st_size, 0) != st.st_size) {
        mem_free(bytes);
        return err_set(err, ERR_IO, "read the filter");
    }
    *ret_filter = (struct sandbox_filter){bytes, (size_t)st.st_size};
    return ERR_NONE;
}

enum err_code sandbox_filter_new(enum sandbox_profile profile, bool wants_database, struct sandbox_filter *ret_filter,
                                 struct err *err)
{
    scmp_filter_ctx ctx = seccomp_init(profile == SANDBOX_MONITOR ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM));
    if (!ctx)
        return err_set(err, ERR_NOMEM, "no memory for a filter");
    enum err_code code = filter_fill(ctx, profile, wants_database, ret_filter, err);
    seccomp_release(ctx);
    return code;
}

void sandbox_filter_free(struct sandbox_filter *filter)
{
    mem_free(filter->code);
    *filter = (struct sandbox_filter){0};
}

enum err_code sandbox_filter_enter(const struct sandbox_filter *filter, struct err *err)
{
    struct sock_fprog program = {(unsigned short)(filter->code_bytes / sizeof(struct sock_filter)), filter->code};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
        return err_set(err, ERR_IO, "put on the system call filter");
    return ERR_NONE;
}

static enum err_code limit_set(int resource, uint64_t value, const char *name, struct err *err)
{
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)resource, &limit) != 0)
        return err_set(err, ERR_IO, "read limit of %s", name);
    if (limit.rlim_max != RLIM_INFINITY && value > limit.rlim_max)
        value = limit.rlim_max; /* it is tighter already */
    limit.rlim_cur = limit.rlim_max = value;
    if (setrlimit((__rlimit_resource_t)resource, &limit) != 0)
        return err_set(err, ERR_IO, "limit %s", name);
    return ERR_NONE;
}

enum err_code sandbox_limits_enter(const struct sandbox_limits *limits, struct err *err)
{
    TRY(limit_set(RLIMIT_CORE, 0, "core dumps", err));
    if (limits->memory_bytes && !HAS_SHADOW)
        TRY(limit_set(RLIMIT_AS, limits->memory_bytes, "memory", err));
    if (limits->cpu_s)
        TRY(limit_set(RLIMIT_CPU, limits->cpu_s, "CPU time", err));
    if (limits->files)
        TRY(limit_set(RLIMIT_NOFILE, limits->files, "open files", err));
    if (limits->file_bytes)
        TRY(limit_set(RLIMIT_FSIZE, limits->file_bytes, "file size", err));
    return ERR_NONE;
}

void sandbox_init(struct sandbox *sandbox, enum sandbox_profile profile)
{
    *sandbox = (struct sandbox){.profile = profile};
}

enum err_code sandbox_allow_path(struct sandbox *sandbox, const char *path, unsigned access, struct err *err)
{
    if (sandbox->path_count >= SANDBOX_PATHS_MAX)
        return err_set(err, ERR_LIMIT, "more than %d allowed paths", SANDBOX_PATHS_MAX);
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO, "allow %s", path);
    sandbox->paths[sandbox->path_count].fd = fd;
    sandbox->paths[sandbox->path_count++].access = access;
    return ERR_NONE;
}

enum err_code sandbox_allow_if_there(struct sandbox *sandbox, const char *path, unsigned access, struct err *err)
{
    enum err_code code = sandbox_allow_path(sandbox, path, access, err);
    return code == ERR_NOT_FOUND ? ERR_NONE : code;
}

enum err_code sandbox_allow_port(struct sandbox *sandbox, uint16_t port, struct err *err)
{
    if (sandbox->port_count >= SANDBOX_PORTS_MAX)
        return err_set(err, ERR_LIMIT, "more than %d allowed ports", SANDBOX_PORTS_MAX);
    sandbox->ports[sandbox->port_count++] = port;
    return ERR_NONE;
}

static void miss(struct sandbox_report *report, const char *what)
{
    size_t used = strlen(report->missing);
    snprintf(report->missing + used, sizeof report->missing - used, "%s%s", used ? "; " : "", what);
}

static enum err_code path_rule_add(int rules, int path_fd, unsigned access, uint64_t handled, struct err *err)
{
    struct stat st;
    if (fstat(path_fd, &st) != 0)
        return err_set(err, ERR_IO, "stat an allowed path");
    uint64_t allowed = 0;
    if (access & SANDBOX_READ)
        allowed |= LL_READ_FILE | LL_READ_DIR;
    if (access & SANDBOX_EXECUTE)
        allowed |= LL_EXECUTE | LL_READ_FILE;
    if (access & SANDBOX_WRITE)
        allowed |= LL_WRITE_FILE | LL_TRUNCATE | LL_REMOVE_DIR | LL_REMOVE_FILE | LL_MAKE_DIR | LL_MAKE_REG | LL_REFER;
    allowed &= handled;
    if (!S_ISDIR(st.st_mode)) /* the kernel refuses folder rights on a file */
        allowed &= LL_EXECUTE | LL_WRITE_FILE | LL_READ_FILE | LL_TRUNCATE;
    struct ll_path rule = {allowed, path_fd};
    if (syscall(SYS_landlock_add_rule, rules, LL_RULE_PATH, &rule, 0) != 0)
        return err_set(err, ERR_IO, "allow a path");
    return ERR_NONE;
}

static enum err_code landlock_enter(const struct sandbox *sandbox, struct sandbox_report *report, struct err *err)
{
    int abi = report->landlock_abi = sandbox_landlock_abi();
    if (abi == 0) {
        miss(report, "Landlock (file paths)");
        return ERR_NONE;
    }
    struct ll_ruleset set = {.handled_fs = LL_ALL_OF_ABI_1};
    if (abi >= 2)
        set.handled_fs |= LL_REFER;
    if (abi >= 3)
        set.handled_fs |= LL_TRUNCATE;
    if (abi >= 5)
        set.handled_fs |= LL_IOCTL_DEV;
    if (abi >= 4)
        set.handled_net = sandbox->profile == SANDBOX_FETCH ? LL_BIND_TCP : LL_BIND_TCP | LL_CONNECT_TCP;
    else
        miss(report, "Landlock 4 (TCP ports)");
    if (abi >= 6)
        set.scoped = LL_SCOPE_ABSTRACT | LL_SCOPE_SIGNAL;
    else
        miss(report, "Landlock 6 (signals, abstract sockets)");
    size_t set_bytes = abi >= 6 ? sizeof set : abi >= 4 ? 16 : 8;
    AUTO_FD rules = (int)syscall(SYS_landlock_create_ruleset, &set, set_bytes, 0);
    if (rules < 0)
        return err_set(err, ERR_IO, "make Landlock rules");
    for (size_t i = 0; i < sandbox->path_count; i++)
        TRY(path_rule_add(rules, sandbox->paths[i].fd, sandbox->paths[i].access, set.handled_fs, err));
    for (size_t i = 0; abi >= 4 && i < sandbox->port_count; i++) {
        struct ll_port rule = {LL_CONNECT_TCP & set.handled_net, sandbox->ports[i]};
        if (rule.allowed && syscall(SYS_landlock_add_rule, rules, LL_RULE_PORT, &rule, 0) != 0)
            return err_set(err, ERR_IO, "allow port %u", sandbox->ports[i]);
    }
    if (syscall(SYS_landlock_restrict_self, rules, 0) != 0)
        return err_set(err, ERR_IO, "put on Landlock rules");
    report->has_paths = true;
    report->has_ports = abi >= 4;
    report->has_scopes = abi >= 6;
    return ERR_NONE;
}

static enum err_code user_enter(const struct sandbox *sandbox, struct err *err)
{
    if (geteuid() != 0)
        return ERR_NONE;
    if (sandbox->user) {
        errno = 0;
        const struct passwd *user = getpwnam(sandbox->user);
        if (!user)
            return err_set(err, ERR_NOT_FOUND, "no user %s on this machine", sandbox->user);
        uid_t uid = user->pw_uid;
        gid_t gid = user->pw_gid;
        if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0)
            return err_set(err, ERR_IO, "become user %s", sandbox->user);
        if (uid != 0 && setuid(0) == 0)
            return err_set(err, ERR_DENIED, "became root again after giving it up");
    }
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    if (syscall(SYS_capset, &header, none) != 0)
        return err_set(err, ERR_IO, "give up all capabilities");
    return ERR_NONE;
}

enum err_code sandbox_enter(struct sandbox *sandbox, struct sandbox_report *ret_report, struct err *err)
{
    struct sandbox_report report = {0};
    struct sandbox_filter filter;
    TRY(sandbox_filter_new(sandbox->profile, sandbox->wants_database, &filter, err));
    enum err_code code = sandbox_limits_enter(&sandbox->limits, err);
    if (code == ERR_NONE && sandbox->profile != SANDBOX_MONITOR)
        code = user_enter(sandbox, err);
    if (code == ERR_NONE && sandbox->is_secretive && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        code = err_set(err, ERR_IO, "forbid dumps");
    if (code == ERR_NONE && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        code = err_set(err, ERR_IO, "forbid new privileges");
    report.has_no_new_privs = true;
    /* The monitor starts programs whose own rules are laid over its own: it can have no path rules of any use. */
    if (code == ERR_NONE && sandbox->profile != SANDBOX_MONITOR)
        code = landlock_enter(sandbox, &report, err);
    for (size_t i = 0; i < sandbox->path_count; i++)
        (void)close(sandbox->paths[i].fd);
    sandbox->path_count = 0;
    if (code == ERR_NONE)
        code = sandbox_filter_enter(&filter, err);
    sandbox_filter_free(&filter);
    if (code != ERR_NONE)
        return err_wrap(err, "sandbox");
    report.has_seccomp = true;
    report.uid = (unsigned)geteuid();
    *ret_report = report;
    return ERR_NONE;
}

struct str sandbox_report_print(const struct sandbox_report *report, struct arena *arena)
{
    return arena_printf(arena, "uid %u%s%s, Landlock %d%s%s", report->uid, report->has_seccomp ? ", seccomp" : "",
                        report->has_no_new_privs ? ", no new privileges" : "", report->landlock_abi,
                        report->missing[0] ? "; missing: " : "", report->missing);
}

void sandbox_die_with_parent(int signal_number)
{
    (void)prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0);
}
