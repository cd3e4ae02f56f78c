#include "web/route.h"

#include "base/limits.h"
#include "base/mem.h"
#include "format/json.h"
#include "os/crypto.h"
#include "web/words.h"

struct web {
    struct web_config config;
    struct limiter *limiter;
    struct gate *gate;
    _Atomic unsigned slow_waiting; /* in the queue of the slow threads */
    uint8_t csrf_key[32];
};

enum err_code web_new(const struct web_config *config, struct web **ret_web, struct err *err)
{
    struct web *web = mem_alloc(sizeof *web);
    if (!web)
        return err_set(err, ERR_NOMEM, "no memory for the site");
    web->config = *config;
    if (!web->config.rate_address.burst)
        web->config.rate_address = (struct rate){120, 120};
    if (!web->config.rate_account.burst)
        web->config.rate_account = (struct rate){120, 240};
    if (!web->config.gate_queue_max)
        web->config.gate_queue_max = 64;
    uint64_t seed;
    crypto_random(&seed, sizeof seed);
    crypto_random(web->csrf_key, sizeof web->csrf_key);
    enum err_code code = limiter_new(RATE_BUCKETS_MAX, seed, &web->limiter, err);
    if (code == ERR_NONE)
        code = gate_new(config->gate_slots ? config->gate_slots : 2, web->config.gate_queue_max, &web->gate, err);
    if (code != ERR_NONE) {
        web_free(web);
        return code;
    }
    *ret_web = web;
    return ERR_NONE;
}

void web_free(struct web *web)
{
    if (!web)
        return;
    limiter_free(web->limiter);
    gate_free(web->gate);
    crypto_wipe(web->csrf_key, sizeof web->csrf_key);
    mem_free(web);
}

const struct web_config *web_config(const struct web *web)
{
    return &web->config;
}

struct gate *web_password_gate(struct web *web)
{
    return web->gate;
}

struct limiter *web_limiter(struct web *web)
{
    return web->limiter;
}

unsigned web_waiting(struct web *web)
{
    return web->slow_waiting + gate_waiting(web->gate);
}

bool web_wait_begin(struct web *web)
{
    if (web->slow_waiting >= web->config.gate_queue_max)
        return false;
    web->slow_waiting++;
    return true;
}

void web_wait_end(struct web *web)
{
    must(web->slow_waiting > 0);
    web->slow_waiting--;
}

/* "/duty/{id}" against "/duty/12": a {piece} takes one non-empty piece, "{rest...}" takes all that is left. */
static bool path_fits(struct str pattern, struct str path, struct request *request)
{
    size_t params = 0;
    struct str want, got;
    while (true) {
        bool more_want = str_split(&pattern, '/', &want);
        if (more_want && str_ends_with(want, STR("...}"))) {
            if (str_is_null(path) || params >= ROUTE_PARAMS_MAX)
                return false;
            request->params[params++] = path;
            break;
        }
        bool more_got = str_split(&path, '/', &got);
        if (more_want != more_got)
            return false;
        if (!more_want)
            break;
        if (want.len_bytes && want.ptr[0] == '{') {
            if (str_is_empty(got) || params >= ROUTE_PARAMS_MAX)
                return false;
            request->params[params++] = got;
        } else if (!str_equal(want, got)) {
            return false;
        }
    }
    request->param_count = params;
    return true;
}

static const struct route *find_in(const struct route *routes, size_t count, struct request *request,
                                   enum http_method method, unsigned *allowed)
{
    for (size_t i = 0; i < count; i++) {
        if (!path_fits(str_from_cstr(routes[i].path), request->path, request))
            continue;
        *allowed |= (unsigned)routes[i].method | (routes[i].method == GET ? HEAD : 0u);
        if (routes[i].method == method)
            return &routes[i];
    }
    return NULL;
}

const struct route *route_find(const struct web *web, struct request *request, unsigned *ret_allowed)
{
    enum http_method method = request->method == HEAD ? GET : request->method;
    unsigned allowed = 0;
    const struct route *route = find_in(web_own_routes, web_own_route_count, request, method, &allowed);
    if (!route)
        route = find_in(web->config.routes, web->config.route_count, request, method, &allowed);
    *ret_allowed = allowed;
    return route;
}

/* --- CSRF: HMAC of the session (or of the visitor's cookie before sign-in), masked anew in every answer so that
 * compression of the page tells nothing about it. --- */
#define VISITOR_COOKIE  "lt_v"
#define CSRF_MASK_BYTES 32

static struct sha256 csrf_mac(const struct request *request, struct str who)
{
    char message[128];
    int n = snprintf(message, sizeof message, "csrf:%.*s", (int)(who.len_bytes < 100 ? who.len_bytes : 100),
                     who.ptr ? who.ptr : "");
    return crypto_hmac_sha256((struct str){(const char *)request->web->csrf_key, sizeof request->web->csrf_key},
                              (struct str){message, (size_t)n});
}

static struct str csrf_who(const struct request *request)
{
    struct str cookie = request->session.person_id ? request_cookie(request, STR(SESSION_COOKIE)) : STR_NONE;
    return str_is_null(cookie) ? request_cookie(request, STR(VISITOR_COOKIE)) : cookie;
}

static struct str csrf_masked(const struct request *request, struct str who)
{
    uint8_t bytes[CSRF_MASK_BYTES * 2];
    struct sha256 mac = csrf_mac(request, who);
    crypto_random(bytes, CSRF_MASK_BYTES);
    for (size_t i = 0; i < CSRF_MASK_BYTES; i++)
        bytes[CSRF_MASK_BYTES + i] = bytes[i] ^ mac.bytes[i];
    return crypto_to_base64url((struct str){(const char *)bytes, sizeof bytes}, request->arena);
}

bool web_csrf_is_valid(const struct request *request, struct str token)
{
    struct str who = csrf_who(request), bytes;
    struct err err;
    if (str_is_empty(who) || token.len_bytes > 200 ||
        crypto_from_base64url(token, request->arena, &bytes, &err) != ERR_NONE ||
        bytes.len_bytes != CSRF_MASK_BYTES * 2)
        return false;
    uint8_t got[CSRF_MASK_BYTES];
    for (size_t i = 0; i < CSRF_MASK_BYTES; i++)
        got[i] = (uint8_t)bytes.ptr[i] ^ (uint8_t)bytes.ptr[CSRF_MASK_BYTES + i];
    struct sha256 want = csrf_mac(request, who);
    return crypto_is_equal((struct str){(const char *)got, sizeof got}, sha256_str(&want));
}

/* The browser's own word about where a request comes from; absent headers decide nothing, the token does. */
static bool is_same_origin(const struct request *request)
{
    struct str site = request_header(request, STR("sec-fetch-site"));
    if (!str_is_null(site) && !str_equal(site, STR("same-origin")) && !str_equal(site, STR("none")))
        return false;
    struct str origin = request_header(request, STR("origin"));
    if (str_is_null(origin))
        return true;
    struct str host = request_header(request, STR("host"));
    ptrdiff_t at = str_find(origin, STR("://"), 0);
    return at > 0 && str_equal_nocase_ascii(str_slice(origin, (size_t)at + 3, origin.len_bytes), host);
}

/* --- preferences: language, theme, keys --- */
static void read_preferences(struct request *request)
{
    struct str lang = request_cookie(request, STR("lt_lang"));
    if (str_equal(lang, STR("en"))) {
        request->lang = LANG_EN;
    } else if (str_equal(lang, STR("vi"))) {
        request->lang = LANG_VI;
    } else {
        /* The first language of the browser that we have, in its own order; Vietnamese when it names none of ours. */
        struct str rest = request_header(request, STR("accept-language")), part;
        request->lang = LANG_VI;
        while (!str_is_null(rest) && str_split(&rest, ',', &part)) {
            part = str_trim(part);
            if (str_equal_nocase_ascii(str_slice(part, 0, 2), STR("vi")))
                break;
            if (str_equal_nocase_ascii(str_slice(part, 0, 2), STR("en"))) {
                request->lang = LANG_EN;
                break;
            }
        }
    }
    struct str theme = request_cookie(request, STR("lt_theme"));
    request->theme = str_equal(theme, STR("dark")) || str_equal(theme, STR("light")) ? theme : STR("");
    request->keys = !str_equal(request_cookie(request, STR("lt_keys")), STR("off"));
    request->is_htmx = str_equal(request_header(request, STR("hx-request")), STR("true"));
}

static enum err_code read_session(struct request *request, struct err *err)
{
    const struct session_store *store = &request->web->config.sessions;
    struct str authorization = request_header(request, STR("authorization"));
    bool is_token = str_equal_nocase_ascii(str_slice(authorization, 0, 7), STR("Bearer "));
    struct str secret = is_token ? str_trim(str_slice(authorization, 7, authorization.len_bytes))
                                 : request_cookie(request, STR(SESSION_COOKIE));
    request->session = (struct session){0};
    if (str_is_empty(secret) || !store->find)
        return ERR_NONE;
    struct sha256 hash = crypto_sha256(secret);
    TRY(store->find(store->ctx, sha256_str(&hash), is_token, request->now_ms, request->arena, &request->session, err));
    request->session.is_token = is_token && request->session.person_id != 0;
    return ERR_NONE;
}

struct layout_frame *web_frame(struct request *request, struct str title, struct str nav)
{
    struct layout_frame *frame = arena_new(request->arena, struct layout_frame);
    if (!frame)
        return NULL;
    frame->title = title;
    frame->nav = nav;
    frame->path = request->path;
    frame->theme = request->theme;
    frame->keys = request->keys;
    frame->public = request->session.person_id == 0;
    frame->person = request->session.name;
    frame->unit = request->session.unit;
    frame->at_ms = request->now_ms;
    frame->as_of = CIVIL_NONE;
    frame->other_lang_en = request->lang == LANG_VI;
    if (request->web->config.hooks.frame)
        request->web->config.hooks.frame(request->web->config.hooks.ctx, request, frame);
    return frame;
}

void web_session_start(struct request *request, struct response *response, struct str token, int64_t age_s)
{
    response_cookie(request, response, STR(SESSION_COOKIE), token, age_s);
}

void web_session_end(struct request *request, struct response *response)
{
    response_cookie(request, response, STR(SESSION_COOKIE), STR(""), 0);
}

/* --- refusals --- */
static const struct {
    int status;
    enum msg_id title, why, todo;
    const char *type;
} refusals[] = {
    [REFUSE_BAD_REQUEST] = {400, MSG_ERROR_BAD_REQUEST_TITLE, MSG_ERROR_BAD_REQUEST_WHY, MSG_ERROR_BAD_REQUEST_DO,
                            "bad_request"},
    [REFUSE_SIGN_IN] = {401, MSG_ERROR_SIGNIN_TITLE, MSG_ERROR_SIGNIN_WHY, MSG_ERROR_SIGNIN_DO, "sign_in"},
    [REFUSE_FORBIDDEN] = {403, MSG_ERROR_FORBIDDEN_TITLE, MSG_ERROR_FORBIDDEN_WHY, MSG_ERROR_FORBIDDEN_DO, "forbidden"},
    [REFUSE_NOT_FOUND] = {404, MSG_ERROR_NOT_FOUND_TITLE, MSG_ERROR_NOT_FOUND_WHY, MSG_ERROR_NOT_FOUND_DO, "not_found"},
    [REFUSE_METHOD] = {405, MSG_ERROR_METHOD_TITLE, MSG_ERROR_METHOD_WHY, MSG_ERROR_METHOD_DO, "method"},
    [REFUSE_CSRF] = {403, MSG_ERROR_CSRF_TITLE, MSG_ERROR_CSRF_WHY, MSG_ERROR_CSRF_DO, "csrf"},
    [REFUSE_TOO_LARGE] = {413, MSG_ERROR_TOO_LARGE_TITLE, MSG_ERROR_TOO_LARGE_WHY, MSG_ERROR_TOO_LARGE_DO, "too_large"},
    [REFUSE_TOO_MANY] = {429, MSG_ERROR_TOO_MANY_TITLE, MSG_ERROR_TOO_MANY_WHY, MSG_ERROR_TOO_MANY_DO, "too_many"},
    [REFUSE_BUSY] = {503, MSG_ERROR_BUSY_TITLE, MSG_ERROR_BUSY_WHY, MSG_ERROR_BUSY_DO, "busy"},
    [REFUSE_CONFLICT] = {409, MSG_ERROR_CONFLICT_TITLE, MSG_ERROR_CONFLICT_WHY, MSG_ERROR_CONFLICT_DO, "conflict"},
    [REFUSE_SERVER] = {500, MSG_ERROR_SERVER_TITLE, MSG_ERROR_SERVER_WHY, MSG_ERROR_SERVER_DO, "server"},
};

/* Is there a page at the path this was sent to? */
static bool has_page(const struct request *request)
{
    struct request look = *request;
    unsigned allowed;
    look.method = GET;
    return route_find(request->web, &look, &allowed) != NULL;
}

void web_refuse(struct request *request, struct response *response, enum refusal refusal, struct str detail, int64_t n)
{
    const struct msg_arg args[] = {ARG_STR("detail", detail), ARG_STR("allowed", detail), ARG_STR("code", detail),
                                   ARG_INT("n", n)};
    struct str title = msg_text(request->lang, refusals[refusal].title, 0);
    struct str why = msg_str(request->arena, request->lang, refusals[refusal].why, n, args, ARRAY_LEN(args));
    struct str todo = msg_str(request->arena, request->lang, refusals[refusal].todo, n, args, ARRAY_LEN(args));
    int status = refusals[refusal].status;
    if (refusal == REFUSE_TOO_MANY || refusal == REFUSE_BUSY) {
        char seconds[24];
        snprintf(seconds, sizeof seconds, "%lld", refusal == REFUSE_BUSY ? 5LL : (long long)n);
        response_header(request, response, STR("Retry-After"), str_from_cstr(seconds));
    }
    if ((request->route && request->route->flags & API) || str_starts_with(request->path, STR("/api/"))) {
        struct json_writer w;
        json_writer_init(&w, response_json(request, response, status), 0);
        response->mime = STR("application/problem+json"); /* RFC 9457 */
        json_object_begin(&w);
        json_field_str(&w, STR("type"), arena_printf(request->arena, "/help#%s", refusals[refusal].type));
        json_field_str(&w, STR("title"), title);
        json_field_i64(&w, STR("status"), status);
        json_field_str(&w, STR("detail"), why);
        json_field_str(&w, STR("todo"), todo);
        json_field_str(&w, STR("error"), str_from_cstr(refusals[refusal].type));
        json_field_str(&w, STR("reason"), why);
        json_field_null(&w, STR("field"));
        json_object_end(&w);
        return;
    }
    struct page_out o = response_page(request, response, status);
    struct layout_frame *frame = web_frame(request, title, STR(""));
    if (!frame) { /* the arena is full: words without a frame are better than none */
        response_text(request, response, status, STR("text/plain; charset=utf-8"), title);
        return;
    }
    struct page_error page = {
        .frame = frame, .title = title, .why = why, .todo = todo, .home = request->session.person_id != 0};
    if (refusal == REFUSE_SIGN_IN) {
        page.act = msg_text(request->lang, MSG_ERROR_SIGNIN, 0);
        page.act_href = STR("/signin");
    } else if (refusal == REFUSE_BUSY || (refusal == REFUSE_CONFLICT && request->method != POST)) {
        bool is_sent = request->method == POST;
        if (!is_sent || has_page(request)) {
            page.act = msg_text(request->lang, is_sent ? MSG_ERROR_BACK : MSG_ERROR_RELOAD, 0);
            page.act_href = request->path;
        }
        if (refusal == REFUSE_BUSY && is_sent)
            page.todo = msg_text(request->lang, MSG_ERROR_BUSY_AGAIN, 0);
        if (refusal == REFUSE_BUSY && request->method == GET)
            frame->refresh_s = 5;
    }
    page_error(&o, &page);
}

void web_refuse_err(struct request *request, struct response *response, const struct err *err)
{
    switch (err->code) {
    case ERR_SYNTAX:
    case ERR_UNSUPPORTED:
        web_refuse(request, response, REFUSE_BAD_REQUEST, request_said(request, err), 0);
        return;
    case ERR_NOT_FOUND:
        web_refuse(request, response, REFUSE_NOT_FOUND, STR(""), 0);
        return;
    case ERR_DENIED:
        web_refuse(request, response, REFUSE_FORBIDDEN, STR(""), 0);
        return;
    case ERR_LIMIT:
        web_refuse(request, response, REFUSE_TOO_LARGE, request_said(request, err), 0);
        return;
    case ERR_CONFLICT:
        web_refuse(request, response, REFUSE_CONFLICT, request_said(request, err), 0);
        return;
    case ERR_BUSY:
        web_refuse(request, response, REFUSE_BUSY, STR(""), web_waiting(request->web));
        return;
    case ERR_NONE:
    case ERR_NOMEM:
    case ERR_IO:
        break;
    }
    char random[4], text[16];
    crypto_random(random, sizeof random);
    snprintf(text, sizeof text, "TRE-%02X%02X%02X%02X", (unsigned char)random[0], (unsigned char)random[1],
             (unsigned char)random[2], (unsigned char)random[3]);
    struct str code = str_from_cstr(text);
    if (request->web->config.hooks.problem)
        request->web->config.hooks.problem(request->web->config.hooks.ctx, request, code, err);
    web_refuse(request, response, REFUSE_SERVER, code, 0);
}

static struct str methods_text(struct arena *arena, unsigned allowed)
{
    AUTO_BUF buf;
    buf_init(&buf, 256);
    for (unsigned m = GET; m <= OPTIONS; m <<= 1)
        if (allowed & m) {
            if (buf.len_bytes)
                buf_lit(&buf, ", ");
            buf_put(&buf, http_method_name((enum http_method)m));
        }
    return arena_str(arena, buf_str(&buf));
}

/* Every answer carries these. Styles, scripts and pictures come from us alone; nothing inline runs. data: is for the
 * two small pictures inside Bootstrap's own style sheet. */
static void add_headers(struct request *request, struct response *response)
{
    static const struct header always[] = {
        {STR_INIT("Content-Security-Policy"), STR_INIT("default-src 'none'; style-src 'self'; script-src 'self'; "
                                                       "img-src 'self' data:; connect-src 'self'; form-action 'self'; "
                                                       "frame-ancestors 'none'; base-uri 'none'")},
        {STR_INIT("Referrer-Policy"), STR_INIT("same-origin")},
        {STR_INIT("X-Content-Type-Options"), STR_INIT("nosniff")},
        {STR_INIT("X-Frame-Options"), STR_INIT("DENY")},
        {STR_INIT("Cross-Origin-Opener-Policy"), STR_INIT("same-origin")},
        {STR_INIT("Cross-Origin-Resource-Policy"), STR_INIT("same-origin")},
        {STR_INIT("Permissions-Policy"),
         STR_INIT("camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()")},
    };
    for (size_t i = 0; i < ARRAY_LEN(always); i++)
        response_header(request, response, always[i].name, always[i].value);
    if (request->is_https)
        response_header(request, response, STR("Strict-Transport-Security"), STR("max-age=31536000"));
    if (!response->asset && !(request->route && request->route->flags & CACHED && response->status < 400))
        response_header(request, response, STR("Cache-Control"), STR("no-store"));
    response_header(request, response, STR("Vary"),
                    response->asset ? STR("Accept-Encoding") : STR("Accept-Encoding, Accept-Language, Cookie"));
}

static void answer(struct request *request, struct response *response)
{
    struct web *web = request->web;
    struct err err = {0};
    unsigned allowed = 0;
    request->route = NULL;
    const struct route *route = route_find(web, request, &allowed);
    if (route)
        request->route = route;
    if (read_session(request, &err) != ERR_NONE) {
        web_refuse_err(request, response, &err);
        return;
    }
    struct str who = csrf_who(request);
    if (str_is_empty(who) && !request->session.is_token) {
        char token[CRYPTO_TOKEN_CHARS + 1];
        crypto_token(token);
        who = arena_str(request->arena, str_from_cstr(token));
        if (request->method == GET && !(route && route->flags & (API | CACHED)))
            response_cookie(request, response, STR(VISITOR_COOKIE), who, 86400);
    }
    request->csrf_token = csrf_masked(request, who);
    if (!route) {
        if (!allowed) {
            web_refuse(request, response, REFUSE_NOT_FOUND, STR(""), 0);
            return;
        }
        struct str list = methods_text(request->arena, allowed | OPTIONS);
        response_header(request, response, STR("Allow"), list);
        if (request->method == OPTIONS)
            response_text(request, response, 204, STR("text/plain; charset=utf-8"), STR(""));
        else
            web_refuse(request, response, REFUSE_METHOD, list, 0);
        return;
    }
    if (!(route->flags & PUBLIC) && !request->session.person_id) {
        if (route->flags & API || request->method != GET) {
            response_header(request, response, STR("WWW-Authenticate"), STR("Bearer"));
            web_refuse(request, response, REFUSE_SIGN_IN, STR(""), 0);
        } else {
            AUTO_BUF to;
            buf_init(&to, REQUEST_URI_MAX_BYTES * 3);
            struct page_out o = {&to, request->lang, STR_NONE};
            buf_lit(&to, "/signin?back=");
            out_url_part(&o, request->path);
            response_redirect(request, response, buf_str(&to));
        }
        return;
    }
    if (route->right && !(web->config.sessions.may &&
                          web->config.sessions.may(web->config.sessions.ctx, &request->session, route->right))) {
        web_refuse(request, response, REFUSE_FORBIDDEN, STR(""), 0);
        return;
    }
    if (route->flags & CHANGES) {
        int64_t wait_s = 1;
        if (!limiter_take(web->limiter, STR("address"), request->client, web->config.rate_address, request->now_ms,
                          &wait_s) ||
            (request->session.person_id && !limiter_take(web->limiter, STR("account"), request->session.account,
                                                         web->config.rate_account, request->now_ms, &wait_s))) {
            web_refuse(request, response, REFUSE_TOO_MANY, STR(""), wait_s);
            return;
        }
        /* A token in the Authorization header is not sent by a browser on its own, so it needs no second proof. */
        if (!request->session.is_token && !(route->flags & NO_CSRF)) {
            struct str token = form_get(&request->form, STR("csrf"));
            if (str_is_null(token))
                token = request_header(request, STR("x-csrf-token"));
            if (!is_same_origin(request) || !web_csrf_is_valid(request, token)) {
                web_refuse(request, response, REFUSE_CSRF, STR(""), 0);
                return;
            }
        }
    }
    if (route->handler(request, response, &err) != ERR_NONE) {
        web_refuse_err(request, response, &err);
    } else if (response->body.failed) {
        err_ignore(err_set(&err, ERR_IO, "the page is over %u bytes or memory is gone", RESPONSE_PAGE_MAX_BYTES),
                   "it is the error that is answered");
        buf_done(&response->body);
        buf_init(&response->body, RESPONSE_PAGE_MAX_BYTES);
        web_refuse_err(request, response, &err);
    }
}

void web_answer(struct request *request, struct response *response)
{
    read_preferences(request);
    answer(request, response);
    add_headers(request, response);
}

void web_answer_refused(struct request *request, struct response *response, enum refusal refusal, const struct err *err,
                        int64_t n)
{
    read_preferences(request);
    request->csrf_token = STR("");
    web_refuse(request, response, refusal, request_said(request, err), n);
    add_headers(request, response);
}

/* --- rows every site has --- */
static enum err_code asset_show(struct request *request, struct response *response, struct err *err)
{
    bool is_icon = str_equal(request->path, STR("/favicon.ico")); /* asked by its old name on pages that are no HTML */
    const struct asset *asset = asset_find(is_icon ? ASSET_ICON_SVG : request->path);
    if (!asset)
        return err_set(err, ERR_NOT_FOUND, "no such asset");
    response->status = 200;
    response->asset = asset;
    response->mime = asset->mime;
    response_header(request, response, STR("Cache-Control"),
                    is_icon ? STR("public, max-age=86400") : STR("public, max-age=31536000, immutable"));
    response_header(request, response, STR("ETag"), asset->etag);
    if (str_contains(request_header(request, STR("if-none-match")), asset->etag))
        response->status = 304;
    return ERR_NONE;
}

#define PREFERENCE_AGE_S (365 * 86400LL)
static enum err_code preference_set(struct request *request, struct response *response, struct err *err)
{
    (void)err;
    struct str lang = form_get(&request->query, STR("lang")), theme = form_get(&request->query, STR("theme")),
               keys = form_get(&request->query, STR("keys")), back = form_get(&request->query, STR("back"));
    if (str_equal(lang, STR("other")))
        lang = request->lang == LANG_VI ? STR("en") : STR("vi");
    if (str_equal(lang, STR("vi")) || str_equal(lang, STR("en")))
        response_cookie(request, response, STR("lt_lang"), lang, PREFERENCE_AGE_S);
    if (str_equal(theme, STR("light")) || str_equal(theme, STR("dark")))
        response_cookie(request, response, STR("lt_theme"), theme, PREFERENCE_AGE_S);
    if (str_equal(theme, STR("auto")))
        response_cookie(request, response, STR("lt_theme"), STR(""), 0);
    if (str_equal(keys, STR("on")) || str_equal(keys, STR("off")))
        response_cookie(request, response, STR("lt_keys"), keys, PREFERENCE_AGE_S);
    AUTO_BUF to;
    buf_init(&to, REQUEST_URI_MAX_BYTES * 3);
    struct str rest = request_is_local_path(back) ? str_slice(back, 1, back.len_bytes) : STR(""), piece;
    struct page_out o = {&to, request->lang, STR_NONE};
    while (str_split(&rest, '/', &piece)) {
        buf_put_byte(&to, '/');
        out_url_part(&o, piece);
    }
    response_redirect(request, response, buf_str(&to));
    return ERR_NONE;
}

static enum err_code help_show(struct request *request, struct response *response, struct err *err)
{
    static const struct {
        enum page_state state;
        enum msg_id means;
    } rows[] = {
        {PAGE_STATE_UNSEEN, MSG_HELP_MEAN_UNSEEN}, {PAGE_STATE_ACK, MSG_HELP_MEAN_ACK},
        {PAGE_STATE_DOING, MSG_HELP_MEAN_DOING},   {PAGE_STATE_OK, MSG_HELP_MEAN_OK},
        {PAGE_STATE_DUE, MSG_HELP_MEAN_DUE},       {PAGE_STATE_LATE, MSG_HELP_MEAN_LATE},
        {PAGE_STATE_BIRTH, MSG_HELP_MEAN_BIRTH},   {PAGE_STATE_NA, MSG_HELP_MEAN_NA},
        {PAGE_STATE_WAIVED, MSG_HELP_MEAN_WAIVED},
    };
    civil_day today = civil_day_of_ms(request->now_ms);
    struct pg_help_state *states = arena_new_array(request->arena, struct pg_help_state, ARRAY_LEN(rows));
    struct layout_frame *frame = web_frame(request, msg_text(request->lang, MSG_HELP_TITLE, 0), STR(""));
    if (!states || !frame)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        civil_day due = rows[i].state == PAGE_STATE_LATE ? today - 2 : today + 3;
        states[i] = (struct pg_help_state){
            rows[i].state, words_state(request->arena, request->lang, rows[i].state, today, due, today + 90),
            msg_text(request->lang, rows[i].means, 0)};
    }
    struct page_out o = response_page(request, response, 200);
    page_help(&o, &(struct page_help){.frame = frame, .states = {states, ARRAY_LEN(rows)}});
    return ERR_NONE;
}

static enum err_code openapi_show(struct request *request, struct response *response, struct err *err)
{
    return openapi_print(request->web, response_json(request, response, 200), err);
}

static enum err_code health_show(struct request *request, struct response *response, struct err *err)
{
    (void)err;
    response_text(request, response, 200, STR("text/plain; charset=utf-8"), STR("ok\n"));
    return ERR_NONE;
}

const struct route web_own_routes[] = {
    {GET, "/assets/{name}", asset_show, 0, READS | PUBLIC | CACHED, NULL},
    {GET, "/favicon.ico", asset_show, 0, READS | PUBLIC | CACHED, NULL},
    {GET, "/prefs", preference_set, 0, READS | PUBLIC, NULL},
    {GET, "/help", help_show, 0, READS | PUBLIC, NULL},
    {GET, "/api/openapi.json", openapi_show, 0, READS | PUBLIC, NULL},
    {GET, "/healthz", health_show, 0, READS | PUBLIC, NULL},
};
const size_t web_own_route_count = ARRAY_LEN(web_own_routes);
