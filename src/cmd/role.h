/* role.h - one program, several processes, each doing one dangerous thing (docs/house.md, style 11).
 * `luytre -x ROLE` is a role: descriptor 3 is its line to the monitor, from which it learns what to be; then it opens
 * what it needs, gives up everything else (os/sandbox.h), and only then reads the first byte that is not ours.
 * A new role is a row in role.c: its setup, which opens things and says what the sandbox lets it keep, and its loop.
 * Uses: os.    Used by: cmd.    Memory: struct role_self lives as long as the process.    Threads: main, until loop. */
#ifndef LUYTRE_CMD_ROLE_H
#define LUYTRE_CMD_ROLE_H

#include "os/log.h"
#include "os/peer.h"
#include "os/sandbox.h"
#include "os/service.h"

NONNULL_BEGIN

#define ROLE_SOCKETS_MAX 4
#define ROLE_CHANNEL_FD  3

struct role_self {
    enum role role;
    struct channel control; /* descriptor 3 */
    struct log log;
    struct str config;      /* "name=value" lines from the monitor */
    struct sandbox sandbox; /* filled by setup, entered between setup and loop */
    struct sandbox_report report;
    struct role_socket {
        char name[33];
        int fd;
    } sockets[ROLE_SOCKETS_MAX]; /* listeners that the monitor opened */
    size_t socket_count;
    struct peers peers; /* the roles this one may ask */
    struct arena arena; /* dies with the process */
};
/* setup: open files, allow paths and ports, set limits, user. loop: until the monitor is gone; ERR_NONE is a clean end.
 */
typedef enum err_code role_setup_fn(struct role_self *self, void *NULLABLE *ret_state, struct err *err);
typedef enum err_code role_loop_fn(struct role_self *self, void *NULLABLE state, struct err *err);
/* Never returns to a caller with business left: what it returns is what main returns. `state` is what *ret_state is
 * when setup starts. */
int role_main(enum role role, void *NULLABLE state, role_setup_fn *setup, role_loop_fn *loop);
/* Value of a line of the config; STR_NONE when it has none. */
struct str role_config(const struct role_self *self, const char *name);
int role_socket(const struct role_self *self, const char *name); /* -1 when there is none */

/* `luytre -x ROLE`: argv[1] is the role. */
int cmd_role(int argc, char **argv);

/* --- monitor: starts the roles, starts them again, wires them, ends them --- */
struct monitor_role {
    enum role role;
    const char *config; /* "name=value" lines */
    struct {
        const char *name;
        int fd;
    } sockets[ROLE_SOCKETS_MAX]; /* given to every start of this role; they stay the caller's */
    size_t socket_count;
};
struct monitor_plan {
    const char *program; /* absolute path of luytre */
    const struct monitor_role *roles;
    size_t role_count;
    struct log *log;
};
/* Until SIGTERM or SIGINT, which it passes on; then waits for every role, at most ten seconds. Puts on the monitor's
 * sandbox, which everything started from here on inherits. Blocks the signals it reads. */
MUST_USE enum err_code monitor_run(const struct monitor_plan *plan, struct err *err);
/* Who may ask whom. */
bool role_may_ask(enum role client, enum role server);

/* --- parse: reads hostile files, one forked child each --- */
struct parse_input {
    struct str kind;
    struct str name;  /* for error words only */
    struct str bytes; /* the whole file; empty when the handler needs a program, which takes fd */
    int fd;           /* at its start; -1 unless the handler needs a program */
};
struct parse_handler {
    const char *kind;
    enum err_code (*read)(const struct parse_input *input, struct arena *arena, struct str *ret_result,
                          struct err *err);
    bool needs_program; /* runs under the role's own rules instead of the tighter ones, because it starts a program */
};
#define PARSE_MEMORY_BYTES ((uint64_t)768 << 20) /* address space of one child; the file itself is part of it */
#define PARSE_CPU_S        20u
#define PARSE_TIMEOUT_MS   30000
struct parse_ceilings { /* all 0: those above; tests make them small */
    uint64_t memory_bytes;
    uint64_t cpu_s;
    int timeout_ms;
};
int role_parse_main(const struct parse_handler *handlers, size_t handler_count, struct parse_ceilings ceilings);
/* Handler: text of a PDF through pdftotext, UTF-8, pages ended by form feeds. */
enum err_code parse_pdf_text(const struct parse_input *input, struct arena *arena, struct str *ret_result,
                             struct err *err);

/* --- fetch: the only one that calls out. Config: allow=HOST:PORT ... (exact; the way to inside addresses), ca=FILE,
 * user= ---
 */
int role_fetch_main(void);
/* --- sign: holds the node's key. Config: key=PATH (0600; made when there is none), user= --- */
int role_sign_main(void);

NONNULL_END
#endif
