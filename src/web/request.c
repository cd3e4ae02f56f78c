#include "web/request.h"

#include "base/limits.h"
#include "web/route.h"

static const struct {
    enum http_method method;
    struct str name;
} methods[] = {
    {GET, STR_INIT("GET")},     {HEAD, STR_INIT("HEAD")},     {POST, STR_INIT("POST")},       {PUT, STR_INIT("PUT")},
    {PATCH, STR_INIT("PATCH")}, {DELETE, STR_INIT("DELETE")}, {OPTIONS, STR_INIT("OPTIONS")},
};

struct str http_method_name(enum http_method method)
{
    for (size_t i = 0; i < ARRAY_LEN(methods); i++)
        if (methods[i].method == method)
            return methods[i].name;
    return STR("");
}

bool http_method_parse(struct str name, enum http_method *ret_method)
{
    for (size_t i = 0; i < ARRAY_LEN(methods); i++)
        if (str_equal(methods[i].name, name)) {
            *ret_method = methods[i].method;
            return true;
        }
    return false;
}

struct str request_header(const struct request *request, struct str name)
{
    for (size_t i = 0; i < request->headers.count; i++)
        if (str_equal_nocase_ascii(request->headers.items[i].name, name))
            return request->headers.items[i].value;
    return STR_NONE;
}

/* A cookie of a https site carries the __Host- prefix, so that no sister site can plant one. */
struct str request_cookie(const struct request *request, struct str name)
{
    char prefixed[64];
    int n = snprintf(prefixed, sizeof prefixed, "%s%.*s", request->is_https ? "__Host-" : "", STR_ARG(name));
    struct str want = {prefixed, n < 0 ? 0 : (size_t)n};
    for (size_t i = 0; i < request->headers.count; i++) {
        if (!str_equal_nocase_ascii(request->headers.items[i].name, STR("cookie")))
            continue;
        struct str rest = request->headers.items[i].value, pair;
        while (str_split(&rest, ';', &pair)) {
            pair = str_trim(pair);
            ptrdiff_t eq = str_find_byte(pair, '=', 0);
            if (eq > 0 && str_equal(str_slice(pair, 0, (size_t)eq), want))
                return str_slice(pair, (size_t)eq + 1, pair.len_bytes);
        }
    }
    return STR_NONE;
}

struct str request_param(const struct request *request, struct str name)
{
    if (!request->route)
        return STR_NONE;
    struct str rest = str_from_cstr(request->route->path), piece;
    size_t n = 0;
    while (str_split(&rest, '/', &piece)) {
        if (piece.len_bytes < 2 || piece.ptr[0] != '{')
            continue;
        if (str_equal(str_slice(piece, 1, piece.len_bytes - 1), name) && n < request->param_count)
            return request->params[n];
        n++;
    }
    return STR_NONE;
}

struct str request_field(const struct request *request, struct str name)
{
    struct str value = form_get(&request->form, name);
    return str_is_null(value) ? form_get(&request->query, name) : value;
}

enum err_code request_id(const struct request *request, struct str name, int64_t *ret_id, struct err *err)
{
    struct str text = request_param(request, name);
    if (str_is_null(text))
        text = request_field(request, name);
    int64_t id;
    if (!str_to_i64(text, &id) || id <= 0)
        return err_set(err, ERR_NOT_FOUND, "%.*s is not an id", STR_ARG(name));
    *ret_id = id;
    return ERR_NONE;
}

bool request_is_local_path(struct str path)
{
    if (path.len_bytes == 0 || path.ptr[0] != '/' ||
        (path.len_bytes > 1 && (path.ptr[1] == '/' || path.ptr[1] == '\\')))
        return false;
    for (size_t i = 0; i < path.len_bytes; i++)
        if ((unsigned char)path.ptr[i] <= 0x20 || path.ptr[i] == 0x7F || path.ptr[i] == '\\')
            return false;
    return true;
}

void response_header(struct request *request, struct response *response, struct str name, struct str value)
{
    for (size_t i = 0; i < value.len_bytes;
         i++) /* our own headers never hold line ends: CR or LF here is a broken promise */
        must(value.ptr[i] != '\r' && value.ptr[i] != '\n' && value.ptr[i] != '\0');
    struct header *header = vec_push(&response->headers, request->arena);
    if (header)
        *header = (struct header){arena_str(request->arena, name), arena_str(request->arena, value)};
}

struct page_out response_page(struct request *request, struct response *response, int status)
{
    response->status = status;
    response->mime = STR("text/html; charset=utf-8");
    buf_clear(&response->body);
    return (struct page_out){&response->body, request->lang, request->csrf_token};
}

void response_redirect(struct request *request, struct response *response, struct str to)
{
    response->status = 303;
    response->mime = STR("text/plain; charset=utf-8");
    buf_clear(&response->body);
    response_header(request, response, STR("Location"), request_is_local_path(to) ? to : STR("/"));
}

struct buf *response_json(struct request *request, struct response *response, int status)
{
    (void)request;
    response->status = status;
    response->mime = STR("application/json; charset=utf-8");
    buf_clear(&response->body);
    return &response->body;
}

void response_text(struct request *request, struct response *response, int status, struct str mime, struct str body)
{
    (void)request;
    response->status = status;
    response->mime = mime;
    buf_clear(&response->body);
    buf_put(&response->body, body);
}

static void disposition(struct request *request, struct response *response, struct str name)
{
    AUTO_BUF text;
    buf_init(&text, 4096);
    buf_lit(&text, "attachment; filename=\"");
    for (size_t i = 0; i < name.len_bytes && text.len_bytes < 200; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        buf_put_byte(&text, c < 0x20 || c >= 0x7F || c == '"' || c == '\\' || c == '/' || c == '%' ? '_' : (char)c);
    }
    buf_lit(&text, "\"; filename*=UTF-8''"); /* RFC 8187 */
    struct page_out o = {&text, LANG_VI, STR_NONE};
    out_url_part(&o, str_slice(name, 0, 600));
    response_header(request, response, STR("Content-Disposition"), buf_str(&text));
}

void response_file(struct request *request, struct response *response, struct str mime, struct str name,
                   struct str body)
{
    response_text(request, response, 200, mime, body);
    disposition(request, response, name);
}

void response_file_fd(struct request *request, struct response *response, struct str mime, struct str name, int fd,
                      uint64_t size_bytes)
{
    response->status = 200;
    response->mime = mime;
    response->fd = fd;
    response->fd_bytes = size_bytes;
    disposition(request, response, name);
}

void response_cookie(struct request *request, struct response *response, struct str name, struct str value,
                     int64_t age_s)
{
    struct header *cookie = vec_push(&response->cookies, request->arena);
    if (!cookie)
        return;
    cookie->name = name;
    cookie->value = arena_printf(request->arena, "%s%.*s=%.*s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s",
                                 request->is_https ? "__Host-" : "", STR_ARG(name), STR_ARG(value), (long long)age_s,
                                 request->is_https ? "; Secure" : "");
}
