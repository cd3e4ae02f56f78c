/* service.h - the loop of a role that answers: requests in from any number of lines, replies out.
 * With children_max > 0 every request is answered in a forked child with its own ceilings and, when asked, a tighter
 * system call filter; a hostile file that kills or hangs it costs that one request. The parent never looks into what it
 * carries. With children_max 0 requests are answered in the loop itself.
 * Uses: base, os/channel, os/peer (schemas), os/sandbox.    Used by: cmd (parse, fetch, sign).
 * Memory: a request lives in its slot's arena; a reply in a buffer with a ceiling.    Threads: none; the loop forks. */
#ifndef LUYTRE_OS_SERVICE_H
#define LUYTRE_OS_SERVICE_H

#include "os/log.h"
#include "os/peer.h"
#include "os/sandbox.h"

NONNULL_BEGIN

#define SERVICE_CHILDREN_MAX 8
#define SERVICE_LINES_MAX    16

struct service {
    struct channel *control; /* the monitor: new lines come from here; its end is the role's end */
    struct log *log;
    size_t children_max;
    struct sandbox_limits limits; /* of a child */
    int timeout_ms;               /* of a child, by the clock on the wall; 0: as the request says */
    size_t arena_bytes;           /* ceiling of the answer's arena */
    /* Write the reply's texts and numbers; an error becomes the reply. The request's descriptor is request->fd. */
    enum err_code (*answer)(void *NULLABLE state, const struct message *request, struct arena *arena,
                            struct message *reply, struct err *err);
    /* NULL, or the filter a child puts on before it answers this request (NULL: none). */
    const struct sandbox_filter *NULLABLE (*NULLABLE filter_for)(void *NULLABLE state, const struct message *request);
    /* NULL, or how long this request may take. */
    int (*NULLABLE timeout_for)(void *NULLABLE state, const struct message *request);
    void *NULLABLE state;
};
/* ERR_NONE when the monitor is gone. SIGTERM keeps its default here: there is nothing to save, and children die with
 * us. */
MUST_USE enum err_code service_run(const struct service *service, struct err *err);

NONNULL_END
#endif
