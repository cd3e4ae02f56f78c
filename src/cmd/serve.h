/* serve.h - what `serve` and `demo` share: the files of an installation, and starting the roles over them.
 * Uses: cmd/role, os.    Used by: cmd_serve, cmd_demo, role_web, role_worker.    Memory: the caller's arena. Threads:
 * main only. */
#ifndef LUYTRE_CMD_SERVE_H
#define LUYTRE_CMD_SERVE_H

#include "base/arena.h"
#include "store/query.h"

extern const struct sql_module *const sql_modules_all[]; /* generated */

NONNULL_BEGIN

struct serve_files {
    const char *store;    /* path or postgresql:// */
    const char *blobs;    /* folder */
    const char *keys;     /* 0600: what seals second-factor secrets */
    const char *sign_key; /* 0600: the node's signing key */
    const char *spool;    /* folder for files on their way */
};
/* DIR/luytre.db, DIR/blobs, DIR/keys/…, DIR/spool; makes the folders. */
MUST_USE enum err_code serve_files_at(struct str dir, struct arena *arena, struct serve_files *ret_files,
                                      struct err *err);
/* ERR_DENIED for anything but loopback and Unix sockets. */
MUST_USE enum err_code serve_address_is_local(struct str listen, struct err *err);

/* Opens the listening socket. *ret_listen is the address as it can be opened in a browser: the real port where 0 was
 * asked for. */
MUST_USE enum err_code serve_open(struct str listen, struct arena *arena, int *ret_fd, struct str *ret_listen,
                                  struct err *err);

struct serve_plan {
    struct serve_files files;
    int listen_fd; /* of serve_open; stays the caller's */
    bool is_demo;
    bool behind_proxy;
    struct str hotline;
    struct str public_url;
    struct str user;        /* what roles become when started as root; empty: nobody for parse, fetch, sign */
    struct str fetch_allow; /* HOST:PORT ..., inside addresses that mail and webhooks may go to */
    struct str fetch_ca;    /* file of certificates that HTTPS and mail servers are trusted by; empty: the system's */
};
/* Until SIGTERM or Ctrl-C. */
MUST_USE enum err_code serve_run(const struct serve_plan *plan, struct arena *arena, struct err *err);

NONNULL_END
#endif
