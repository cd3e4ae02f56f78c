/* route.h - the site as a table: method, path, handler, right, flags; and what is checked before a handler runs.
 * Told once, from top to bottom: find the row (404, 405 with Allow), read the session, ask for sign-in or the right
 * (303, 401, 403), count rates (429), check CSRF of what changes (403), run the handler, turn its error into a page or
 * a JSON problem, add the headers every answer carries. A new page cannot forget any of it, because it is only a row.
 * Uses: base, os/crypto.h, web/request.h, web/limiter.h.    Used by: web/http.c, cmd (serve, demo), tests.
 * Memory: struct web lives as long as the server.    Threads: web_answer may run in many at a time. */
#ifndef LUYTRE_WEB_ROUTE_H
#define LUYTRE_WEB_ROUTE_H

#include "base/clock.h"
#include "web/limiter.h"
#include "web/pages.h"
#include "web/request.h"

NONNULL_BEGIN

enum route_flags {
    READS = 1,       /* safe: GET and HEAD */
    CHANGES = 2,     /* CSRF token and same origin are asked for */
    PUBLIC = 4,      /* without signing in */
    API = 8,         /* JSON in and out; errors are JSON; in the OpenAPI file */
    NO_CSRF = 16,    /* changes, but carries its own proof (signed agent batch); never with a cookie session */
    UPLOAD = 32,     /* files up to UPLOAD_MAX_BYTES each; otherwise a form of REQUEST_FORM_MAX_BYTES */
    SLOW = 64,       /* runs on the slow threads (passwords, imports), never on those that carry bytes */
    CACHED = 128,    /* the handler sets Cache-Control itself; otherwise no-store */
    SAYS_BUSY = 256, /* SLOW: its handler runs too when the queue is full, sees is_turned_away and says so itself */
};
struct api_param {
    const char *NULLABLE name;
    const char *where;  /* "path" or "query" */
    const char *schema; /* "string", "integer", "date" */
    const char *about;
};
struct api_doc {
    const char *summary;
    const struct api_param *NULLABLE params; /* ends with a NULL name; path parameters not listed are strings */
    const char *NULLABLE request_schema;     /* JSON Schema text of the body */
    const char *response_schema;             /* JSON Schema text of the 200 answer */
};
typedef enum err_code handler_fn(struct request *request, struct response *response, struct err *err);
struct route {
    enum http_method method; /* GET rows answer HEAD too */
    const char *path;        /* "/duty/{id}" */
    handler_fn *handler;
    uint64_t right; /* 0: anyone signed in (or anyone, with PUBLIC) */
    unsigned flags;
    const struct api_doc *NULLABLE doc;
};

/* What the domain does for the site. Every function may be called from many threads. */
struct session_store {
    void *NULLABLE ctx;
    /* By SHA-256 of the cookie, or of a bearer token when is_token. Nobody: leaves person_id 0. */
    enum err_code (*find)(void *NULLABLE ctx, struct str sha256, bool is_token, int64_t now_ms, struct arena *arena,
                          struct session *ret_session, struct err *err);
    /* Does this person hold the right anywhere today? Objects are checked by the queries. */
    bool (*may)(void *NULLABLE ctx, const struct session *session, uint64_t right);
};
struct web_hooks {
    void *NULLABLE ctx;
    /* May fill person, unit, hotline, sample, undo … of the frame. */
    void (*frame)(void *NULLABLE ctx, struct request *request, struct layout_frame *frame);
    /* One line for the log of the process; code is printed on the page of a 500. */
    void (*problem)(void *NULLABLE ctx, const struct request *request, struct str code, const struct err *err);
};

struct web_config {
    const struct route *routes;
    size_t route_count;
    struct session_store sessions;
    struct web_hooks hooks;
    struct clock clock;
    void *NULLABLE app;               /* the domain's own: web_app(request) */
    const char *spool_dir;            /* unnamed upload files */
    const struct str *NULLABLE hosts; /* names this site answers to; none: any well-formed Host */
    size_t host_count;
    bool behind_proxy;        /* believe X-Forwarded-For and -Proto of a peer on this machine */
    struct rate rate_address; /* of changes, by address; burst 0: 120, 120 a minute */
    struct rate rate_account; /* of changes, by account; burst 0: 120, 240 a minute */
    unsigned gate_slots;      /* password checks at a time; 0: 2 */
    unsigned gate_queue_max;  /* waiting; 0: 64 */
};
MUST_USE enum err_code web_new(const struct web_config *config, struct web **ret_web, struct err *err);
void web_free(struct web *NULLABLE web);
const struct web_config *web_config(const struct web *web);
static inline void *NULLABLE web_app(const struct request *request)
{
    return web_config(request->web)->app;
}
struct gate *web_password_gate(struct web *web);
struct limiter *web_limiter(struct web *web);
/* How many wait for something slow (a password check, an import): pages say it, and past gate_queue_max the next is
 * refused. */
unsigned web_waiting(struct web *web);
bool web_wait_begin(struct web *web); /* false: the queue is full */
void web_wait_end(struct web *web);

/* --- refusals in words: what, why, what to do --- */
enum refusal {
    REFUSE_BAD_REQUEST,
    REFUSE_SIGN_IN,
    REFUSE_FORBIDDEN,
    REFUSE_NOT_FOUND,
    REFUSE_METHOD,
    REFUSE_CSRF,
    REFUSE_TOO_LARGE,
    REFUSE_TOO_MANY,
    REFUSE_BUSY,
    REFUSE_CONFLICT,
    REFUSE_SERVER,
};
/* The row of a path; *ret_allowed gathers the methods of rows whose path fits. Fills params. */
const struct route *NULLABLE route_find(const struct web *web, struct request *request, unsigned *ret_allowed);
/* Everything told above. The request's line, headers and body are there already. */
void web_answer(struct request *request, struct response *response);
/* The same for a request that was refused before it could be one. */
void web_answer_refused(struct request *request, struct response *response, enum refusal refusal, const struct err *err,
                        int64_t n);

/* detail goes where the text has {detail}, {allowed} or {code}; n where it has {n}. */
void web_refuse(struct request *request, struct response *response, enum refusal refusal, struct str detail, int64_t n);
void web_refuse_err(struct request *request, struct response *response, const struct err *err);

/* --- the frame, the session, the token --- */
struct layout_frame *NULLABLE web_frame(struct request *request, struct str title, struct str nav);
#define SESSION_COOKIE "lt_s"
/* token is what goes into the cookie; the store keeps crypto_sha256 of it. */
void web_session_start(struct request *request, struct response *response, struct str token, int64_t age_s);
void web_session_end(struct request *request, struct response *response);
bool web_csrf_is_valid(const struct request *request, struct str token);

/* Rows every site has: /assets/…, /prefs, /help, /api/openapi.json, /healthz. Added by web_new before the given ones.
 */
extern const struct route web_own_routes[];
extern const size_t web_own_route_count;

/* The OpenAPI 3.1 file of all API rows. */
MUST_USE enum err_code openapi_print(const struct web *web, struct buf *buf, struct err *err);

NONNULL_END
#endif
