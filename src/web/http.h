/* http.h - the server: libmicrohttpd carries bytes, we decide what is a request.
 * On loopback or a Unix socket only, unless told that a proxy stands before it. Refused before any handler: both
 * Content-Length and Transfer-Encoding, any Transfer-Encoding, repeated Content-Length or Host, a missing or foreign
 * Host, an address that does not decode or climbs ("..", "//", NUL), too long an address or head, a body where none
 * belongs or past its ceiling. libmicrohttpd restarts its own timeout at each byte, so a reaper shuts what has not sent
 * its head or body in time (slowloris). SLOW routes run on threads of their own while their connection sleeps. Uses:
 * base, os/socket.h, libmicrohttpd, zlib, web/route.h.    Used by: cmd (serve, demo), tests. Memory: one arena a
 * request, with a ceiling.    Threads: its own. */
#ifndef LUYTRE_WEB_HTTP_H
#define LUYTRE_WEB_HTTP_H

#include "web/route.h"

NONNULL_BEGIN

struct http_config {
    struct str listen;     /* "127.0.0.1:8080", "[::1]:0", "unix:/run/luytre/web.sock"; not used when listen_fd >= 0 */
    int listen_fd;         /* -1, or a listening socket handed over by the monitor; the server closes it */
    unsigned threads;      /* carry bytes and run quick handlers; 0: 4 */
    unsigned slow_threads; /* run SLOW handlers; 0: 2 */
    unsigned connections_max; /* 0: 2000 */
    unsigned per_address_max; /* connections of one peer address; 0: 64, not applied behind a proxy */
    unsigned head_ms;         /* the whole head of a request; 0: 10 s */
    unsigned idle_ms;         /* between requests; 0: 75 s */
    unsigned body_ms;         /* a body: this plus one second per 16 kB announced; 0: 20 s */
    unsigned answer_ms;       /* sending an answer: this plus one second per 8 kB; 0: 60 s */
    size_t arena_max_bytes;   /* of one request; 0: REQUEST_ARENA_BYTES */
};
struct http_server;
/* ERR_DENIED for an address that is not local, unless web_config.behind_proxy. */
MUST_USE enum err_code http_start(struct web *web, const struct http_config *config, struct http_server **ret_server,
                                  struct err *err);
uint16_t http_port(const struct http_server *server); /* 0 on a Unix socket */
/* Stops taking connections, lets running answers end (at most grace_ms), then closes. */
void http_stop(struct http_server *NULLABLE server, unsigned grace_ms);

NONNULL_END
#endif
