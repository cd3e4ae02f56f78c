/* request.h - one request and its answer, as a page handler sees them.
 * Everything a handler reads has been checked before it runs: method, host, sizes, coding, session, right and CSRF
 * (web/route.h). Uses: base, know/refusal.h, web/form.h, web/html.h.    Used by: web/http.c, web/route.c, handlers.
 * Memory: dies with the request (arena, with a ceiling).    Threads: one request belongs to one thread at a time. */
#ifndef LUYTRE_WEB_REQUEST_H
#define LUYTRE_WEB_REQUEST_H

#include "know/refusal.h"
#include "web/assets.h"
#include "web/form.h"
#include "web/html.h"

NONNULL_BEGIN

struct web;
struct route;

enum http_method {
    GET = 1,
    HEAD = 2,
    POST = 4,
    PUT = 8,
    PATCH = 16,
    DELETE = 32,
    OPTIONS = 64,
};
struct str http_method_name(enum http_method method);
bool http_method_parse(struct str name, enum http_method *ret_method);

/* Who is here. The domain fills it (struct session_store); rights are its bits. */
struct session {
    int64_t person_id; /* 0: nobody */
    int64_t id;
    uint64_t rights; /* union over grants, for menus only; the store checks each object */
    bool is_token;   /* an API token, not a browser: no cookie, so no CSRF */
    struct str name; /* of the person */
    struct str unit; /* of the unit they act for */
    int64_t unit_id;
    struct str account; /* what rates are counted by */
};

struct header {
    struct str name;
    struct str value;
};
#define ROUTE_PARAMS_MAX 8
struct request {
    struct web *web;
    struct arena *arena;
    int64_t now_ms;
    enum http_method method;
    struct str path;      /* decoded, begins with "/", no "." or ".." pieces, no doubled "/" */
    struct str raw_query; /* as sent, without "?" */
    struct form query;
    struct form form; /* body of a POST: urlencoded or multipart */
    struct str body;  /* any other body (JSON), whole */
    struct str content_type;
    VEC(struct header) headers;
    struct str params[ROUTE_PARAMS_MAX]; /* values of the route's {name}s, in order */
    size_t param_count;
    const struct route *NULLABLE route;
    struct str client; /* address as text; from the proxy's header only when told so */
    bool is_https;
    bool is_turned_away; /* SAYS_BUSY: the queue is full, nothing slow may be done */
    bool is_htmx;        /* only a part of the page is wanted; the whole is always right too */
    enum lang lang;
    struct str theme; /* "", "light", "dark" */
    bool keys;
    struct session session;
    struct str csrf_token; /* masked anew for each answer; out_csrf writes it */
};
struct str request_header(const struct request *request, struct str name); /* STR_NONE when absent */
struct str request_cookie(const struct request *request, struct str name);
struct str request_param(const struct request *request, struct str name); /* of the route: "{id}" */
/* A form value, or that of the address; STR_NONE when absent. */
struct str request_field(const struct request *request, struct str name);
/* Typed: ERR_SYNTAX says which field and why, in words for the page. */
MUST_USE enum err_code request_id(const struct request *request, struct str name, int64_t *ret_id, struct err *err);
/* What the domain refused, in the language of this request. */
static inline struct str request_said(const struct request *request, const struct err *err)
{
    return refusal_text(err, request->lang, request->arena);
}
bool request_is_local_path(struct str path); /* "/x" on this site: safe to redirect to */

/* --- the answer --- */
struct response {
    int status;
    VEC(struct header) headers;
    VEC(struct header) cookies; /* name, whole Set-Cookie value */
    struct str mime;
    struct buf body;
    const struct asset *NULLABLE asset;
    int fd; /* -1, or a file to send; closed by the server */
    uint64_t fd_bytes;
    bool close; /* the connection after it */
};
void response_header(struct request *request, struct response *response, struct str name, struct str value);
/* Begins an HTML page: write with the returned page_out, then response_page_end. */
struct page_out response_page(struct request *request, struct response *response, int status);
void response_redirect(struct request *request, struct response *response, struct str to); /* 303 */
struct buf *response_json(struct request *request, struct response *response, int status);
void response_text(struct request *request, struct response *response, int status, struct str mime, struct str body);
/* A file people save. name may be Vietnamese (RFC 6266: filename and filename*). */
void response_file(struct request *request, struct response *response, struct str mime, struct str name,
                   struct str body);
void response_file_fd(struct request *request, struct response *response, struct str mime, struct str name, int fd,
                      uint64_t size_bytes);
/* path "/", HttpOnly, SameSite=Lax, Secure and __Host- when the site is https. age_s 0 removes it. */
void response_cookie(struct request *request, struct response *response, struct str name, struct str value,
                     int64_t age_s);

NONNULL_END
#endif
