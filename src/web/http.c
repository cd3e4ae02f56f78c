#include "web/http.h"

#include "base/limits.h"
#include "base/mem.h"
#include "os/socket.h"
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#define GZIP_LEAST_BYTES 1024u
#define GZIP_LEVEL       5

/* A connection as the reaper sees it: by when something must have happened. */
struct peer {
    struct peer *next, *prev;
    struct MHD_Connection *connection;
    int fd;
    int64_t deadline_ms; /* monotonic; INT64_MAX: a handler of ours runs */
};

enum exchange_at { EX_NEW, EX_BODY, EX_RUNNING, EX_DONE };

/* One request on its way. */
struct exchange {
    struct http_server *server;
    struct MHD_Connection *connection;
    struct exchange *next; /* in the queue of the slow threads */
    enum exchange_at at;
    struct arena arena;
    struct request request;
    struct response response;
    struct multipart *multipart;
    struct buf body;
    size_t body_max_bytes;
    uint64_t body_bytes;
    struct str raw_uri;
    bool refused; /* before its body: the connection closes */
    enum refusal refusal;
    struct err err;
    struct buf gzip;
};

struct http_server {
    struct web *web;
    struct http_config config;
    struct MHD_Daemon *daemon;
    uint16_t port;
    bool is_unix;
    pthread_mutex_t peers_lock;
    struct peer *peers;
    pthread_t reaper;
    pthread_mutex_t slow_lock;
    pthread_cond_t slow_wake;
    struct exchange *slow_first, *slow_last;
    pthread_t slow[16];
    unsigned slow_count;
    _Atomic bool stopping;
    _Atomic unsigned running; /* exchanges between their first byte and their end */
};

static int64_t now_ms(void)
{
    return clock_monotonic_us() / 1000;
}

/* --- the reaper --- */
static void peer_deadline(struct MHD_Connection *connection, struct http_server *server, int64_t in_ms)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct peer *peer = info ? info->socket_context : NULL;
    if (!peer)
        return;
    pthread_mutex_lock(&server->peers_lock);
    peer->deadline_ms = in_ms < 0 ? INT64_MAX : now_ms() + in_ms;
    pthread_mutex_unlock(&server->peers_lock);
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        struct peer *peer = mem_alloc(sizeof *peer);
        *socket_context = peer;
        if (!peer || !info) {
            if (info) /* nobody would watch it: better closed */
                (void)shutdown(info->connect_fd, SHUT_RDWR);
            return;
        }
        peer->connection = connection;
        peer->fd = info->connect_fd;
        pthread_mutex_lock(&server->peers_lock);
        peer->deadline_ms = now_ms() + server->config.head_ms; /* a new connection says something at once */
        peer->next = server->peers;
        if (peer->next)
            peer->next->prev = peer;
        server->peers = peer;
        pthread_mutex_unlock(&server->peers_lock);
        return;
    }
    struct peer *peer = *socket_context;
    if (!peer)
        return;
    /* Called before libmicrohttpd closes the descriptor, so the reaper never shuts a number that was given out again.
     */
    pthread_mutex_lock(&server->peers_lock);
    if (peer->prev)
        peer->prev->next = peer->next;
    else
        server->peers = peer->next;
    if (peer->next)
        peer->next->prev = peer->prev;
    pthread_mutex_unlock(&server->peers_lock);
    mem_free(peer);
    *socket_context = NULL;
}

static void *reaper_run(void *arg)
{
    struct http_server *server = arg;
    while (!server->stopping) {
        struct timespec tick = {0, 250 * 1000000L};
        nanosleep(&tick, NULL);
        int64_t now = now_ms();
        pthread_mutex_lock(&server->peers_lock);
        for (struct peer *peer = server->peers; peer; peer = peer->next)
            if (peer->deadline_ms <= now) {
                (void)shutdown(peer->fd, SHUT_RDWR);
                peer->deadline_ms = INT64_MAX;
            }
        pthread_mutex_unlock(&server->peers_lock);
    }
    return NULL;
}

/* --- reading the head --- */
static void refuse(struct exchange *ex, enum refusal refusal, const char *why)
{
    if (ex->refused)
        return;
    ex->refused = true;
    ex->refusal = refusal;
    err_ignore(err_set(&ex->err, ERR_SYNTAX, "%s", why), "the refusal page says it");
}

struct head_scan {
    struct exchange *ex;
    unsigned content_lengths, hosts, encodings;
    size_t bytes;
};

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *key, size_t key_size,
                                 const char *value, size_t value_size)
{
    (void)kind;
    struct head_scan *scan = cls;
    struct exchange *ex = scan->ex;
    struct str name = {key, key_size}, text = {value ? value : "", value ? value_size : 0};
    scan->bytes += name.len_bytes + text.len_bytes + 4;
    if (scan->bytes > REQUEST_HEADER_MAX_BYTES || ex->request.headers.count >= REQUEST_HEADERS_MAX) {
        refuse(ex, REFUSE_BAD_REQUEST, "the head of the request is too large");
        return MHD_NO;
    }
    for (size_t i = 0; i < name.len_bytes; i++)
        if ((unsigned char)name.ptr[i] <= 0x20 || (unsigned char)name.ptr[i] >= 0x7F) {
            refuse(ex, REFUSE_BAD_REQUEST, "a header has a broken name");
            return MHD_NO;
        }
    for (size_t i = 0; i < text.len_bytes; i++)
        if (((unsigned char)text.ptr[i] < 0x20 && text.ptr[i] != '\t') || text.ptr[i] == 0x7F) {
            refuse(ex, REFUSE_BAD_REQUEST, "a header holds a control character");
            return MHD_NO;
        }
    if (str_equal_nocase_ascii(name, STR("content-length"))) {
        uint64_t n;
        scan->content_lengths++;
        if (text.len_bytes == 0 || text.ptr[0] < '0' || text.ptr[0] > '9' || !str_to_u64(text, &n))
            refuse(ex, REFUSE_BAD_REQUEST, "Content-Length is not a number");
        else
            ex->body_bytes = n;
    } else if (str_equal_nocase_ascii(name, STR("transfer-encoding"))) {
        scan->encodings++;
    } else if (str_equal_nocase_ascii(name, STR("host"))) {
        scan->hosts++;
    }
    struct header *header = vec_push(&ex->request.headers, &ex->arena);
    if (!header)
        return MHD_NO;
    *header = (struct header){arena_str(&ex->arena, name), arena_str(&ex->arena, text)};
    return MHD_YES;
}

/* RFC 9110 section 7.2 and RFC 3986 section 3.2.2: letters, digits, "-.:[]"; then one of ours when names are
 * configured. */
static bool is_good_host(const struct exchange *ex, struct str host)
{
    const struct web_config *web = web_config(ex->server->web);
    if (host.len_bytes == 0 || host.len_bytes > 255)
        return false;
    for (size_t i = 0; i < host.len_bytes; i++) {
        char c = host.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-.:[]_", c)))
            return false;
    }
    struct str name = host;
    ptrdiff_t colon = -1;
    for (size_t i = host.len_bytes; i > 0 && host.ptr[i - 1] != ']'; i--)
        if (host.ptr[i - 1] == ':')
            colon = (ptrdiff_t)i - 1;
    if (colon >= 0)
        name = str_slice(host, 0, (size_t)colon);
    for (size_t i = 0; i < web->host_count; i++)
        if (str_equal_nocase_ascii(web->hosts[i], name))
            return true;
    if (web->host_count || web->behind_proxy)
        return web->host_count == 0;
    /* Alone on loopback: only its own names, so that a page elsewhere cannot rebind its name to us. */
    return str_equal_nocase_ascii(name, STR("localhost")) || str_equal(name, STR("127.0.0.1")) ||
           str_equal(name, STR("[::1]"));
}

static void read_target(struct exchange *ex)
{
    struct request *request = &ex->request;
    struct str uri = ex->raw_uri;
    struct err err;
    ptrdiff_t question = str_find_byte(uri, '?', 0);
    struct str path = question < 0 ? uri : str_slice(uri, 0, (size_t)question);
    request->raw_query = question < 0 ? STR("") : str_slice(uri, (size_t)question + 1, uri.len_bytes);
    request->path = STR("/");
    if (uri.len_bytes > REQUEST_URI_MAX_BYTES) {
        refuse(ex, REFUSE_BAD_REQUEST, "the address is too long");
        return;
    }
    /* A coded slash would make two paths of one; a second decoding never happens. */
    for (size_t i = 0; i + 2 < path.len_bytes; i++)
        if (path.ptr[i] == '%' && ((path.ptr[i + 1] == '2' && (path.ptr[i + 2] == 'F' || path.ptr[i + 2] == 'f')) ||
                                   (path.ptr[i + 1] == '5' && (path.ptr[i + 2] == 'C' || path.ptr[i + 2] == 'c')))) {
            refuse(ex, REFUSE_BAD_REQUEST, "the address holds a coded slash");
            return;
        }
    struct str decoded;
    if (path.len_bytes == 0 || path.ptr[0] != '/' || form_decode(path, false, &ex->arena, &decoded, &err) != ERR_NONE) {
        refuse(ex, REFUSE_BAD_REQUEST, "the address cannot be read");
        return;
    }
    struct str rest = str_slice(decoded, 1, decoded.len_bytes), piece;
    bool is_last = false;
    while (str_split(&rest, '/', &piece)) {
        is_last = str_is_null(rest);
        if (str_equal(piece, STR(".")) || str_equal(piece, STR("..")) || (str_is_empty(piece) && !is_last)) {
            refuse(ex, REFUSE_BAD_REQUEST, "the address climbs or has an empty piece");
            return;
        }
        for (size_t i = 0; i < piece.len_bytes; i++)
            if ((unsigned char)piece.ptr[i] < 0x20 || piece.ptr[i] == 0x7F || piece.ptr[i] == '\\') {
                refuse(ex, REFUSE_BAD_REQUEST, "the address holds a control character");
                return;
            }
    }
    request->path = decoded;
    if (form_parse_urlencoded(request->raw_query, &ex->arena, &request->query, &err) != ERR_NONE)
        refuse(ex, REFUSE_BAD_REQUEST, "the part of the address after ? cannot be read");
}

/* The client's address: the peer's, or, behind our proxy, the last one that proxy wrote. */
static void read_client(struct exchange *ex)
{
    struct request *request = &ex->request;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(ex->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    request->client = ex->server->is_unix || !info || !info->client_addr
                          ? STR("unix")
                          : socket_address_print(info->client_addr, &ex->arena);
    /* Only a peer on this machine can be our proxy; anybody else would be writing about themselves. */
    bool is_local =
        ex->server->is_unix || str_equal(request->client, STR("127.0.0.1")) || str_equal(request->client, STR("::1"));
    if (!web_config(ex->server->web)->behind_proxy || !is_local)
        return;
    struct str forwarded = request_header(request, STR("x-forwarded-for"));
    if (!str_is_null(forwarded)) {
        ptrdiff_t comma = -1;
        for (size_t i = 0; i < forwarded.len_bytes; i++)
            if (forwarded.ptr[i] == ',')
                comma = (ptrdiff_t)i;
        request->client = str_trim(str_slice(forwarded, (size_t)(comma + 1), forwarded.len_bytes));
    }
    request->is_https = str_equal(request_header(request, STR("x-forwarded-proto")), STR("https"));
}

static void read_head(struct exchange *ex, const char *method, const char *version)
{
    struct request *request = &ex->request;
    struct head_scan scan = {.ex = ex};
    (void)MHD_get_connection_values_n(ex->connection, MHD_HEADER_KIND, on_header, &scan);
    read_target(ex);
    read_client(ex);
    if (!http_method_parse(str_from_cstr(method), &request->method)) {
        request->method = GET;
        refuse(ex, REFUSE_BAD_REQUEST, "this method is not known here");
    }
    if (!str_equal(str_from_cstr(version), STR("HTTP/1.1")) && !str_equal(str_from_cstr(version), STR("HTTP/1.0")))
        refuse(ex, REFUSE_BAD_REQUEST, "this version of HTTP is not spoken here");
    /* RFC 9112 section 6.1: both together "ought to be handled as an error". We take no coding at all: the proxy sends
     * lengths. */
    if (scan.encodings)
        refuse(ex, REFUSE_BAD_REQUEST,
               scan.content_lengths ? "both Content-Length and Transfer-Encoding"
                                    : "send a Content-Length, not a Transfer-Encoding");
    if (scan.content_lengths > 1)
        refuse(ex, REFUSE_BAD_REQUEST, "Content-Length stands more than once");
    if (scan.hosts != 1)
        refuse(ex, REFUSE_BAD_REQUEST, scan.hosts ? "Host stands more than once" : "Host is missing");
    else if (!is_good_host(ex, request_header(request, STR("host"))))
        refuse(ex, REFUSE_BAD_REQUEST, "this host name is not served here");
    request->content_type = request_header(request, STR("content-type"));
    if (ex->refused || !ex->body_bytes)
        return;
    unsigned allowed = 0;
    const struct route *route = route_find(ex->server->web, request, &allowed);
    if (request->method == GET || request->method == HEAD || request->method == OPTIONS || request->method == DELETE) {
        refuse(ex, REFUSE_BAD_REQUEST, "this method carries no body");
        return;
    }
    ex->body_max_bytes = route && route->flags & UPLOAD ? REQUEST_BODY_MAX_BYTES : REQUEST_FORM_MAX_BYTES;
    if (ex->body_bytes > ex->body_max_bytes) {
        if (!ex->refused) {
            ex->refused = true;
            ex->refusal = REFUSE_TOO_LARGE;
            err_ignore(
                err_set(&ex->err, ERR_LIMIT, "what was sent is over %u MB", (unsigned)(ex->body_max_bytes >> 20)),
                "the refusal page says it");
        }
        return;
    }
    if (str_equal_nocase_ascii(str_slice(request->content_type, 0, 19), STR("multipart/form-data"))) {
        if (multipart_new(request->content_type, web_config(ex->server->web)->spool_dir,
                          route && route->flags & UPLOAD ? UPLOAD_MAX_BYTES : REQUEST_FORM_MAX_BYTES, &ex->arena,
                          &request->form, &ex->multipart, &ex->err) != ERR_NONE) {
            ex->refused = true;
            ex->refusal = REFUSE_BAD_REQUEST;
        }
    }
}

/* --- answering --- */
static void compress_page(struct exchange *ex)
{
    struct response *response = &ex->response;
    struct str mime = response->mime;
    if (response->body.len_bytes < GZIP_LEAST_BYTES ||
        !str_contains(request_header(&ex->request, STR("accept-encoding")), STR("gzip")) ||
        !(str_starts_with(mime, STR("text/")) || str_starts_with(mime, STR("application/json")) ||
          str_starts_with(mime, STR("image/svg"))))
        return;
    z_stream z = {0};
    if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return;
    size_t room = deflateBound(&z, response->body.len_bytes);
    char *out = mem_alloc(room);
    if (out) {
        z.next_in = (unsigned char *)response->body.ptr;
        z.avail_in = (unsigned)response->body.len_bytes;
        z.next_out = (unsigned char *)out;
        z.avail_out = (unsigned)room;
        if (deflate(&z, Z_FINISH) == Z_STREAM_END)
            ex->gzip = (struct buf){out, z.total_out, room, room, false};
        else
            mem_free(out);
    }
    (void)deflateEnd(&z);
}

static struct MHD_Response *make_response(struct exchange *ex)
{
    struct response *response = &ex->response;
    struct str body = buf_str(&response->body);
    bool gzip = false;
    struct MHD_Response *mhd;
    if (response->asset) {
        gzip = str_contains(request_header(&ex->request, STR("accept-encoding")), STR("gzip")) &&
               response->asset->gzip.len_bytes < response->asset->plain.len_bytes;
        body = gzip ? response->asset->gzip : response->asset->plain;
        if (response->status == 304)
            body = STR("");
    } else if (response->fd < 0) {
        compress_page(ex);
        gzip = ex->gzip.ptr != NULL;
        if (gzip)
            body = buf_str(&ex->gzip);
    }
    if (response->fd >= 0) {
        mhd = MHD_create_response_from_fd64(response->fd_bytes, response->fd);
        if (mhd)
            response->fd = -1; /* libmicrohttpd closes it */
    } else {
        mhd = MHD_create_response_from_buffer(body.len_bytes, (void *)(uintptr_t)body.ptr, MHD_RESPMEM_PERSISTENT);
    }
    if (!mhd)
        return NULL;
    bool ok = str_is_empty(response->mime) ||
              MHD_add_response_header(mhd, "Content-Type", arena_cstr(&ex->arena, response->mime)) == MHD_YES;
    if (gzip)
        ok = MHD_add_response_header(mhd, "Content-Encoding", "gzip") == MHD_YES && ok;
    for (size_t i = 0; i < response->headers.count; i++)
        if (response->headers.items[i].name.ptr && response->headers.items[i].value.ptr)
            ok = MHD_add_response_header(mhd, response->headers.items[i].name.ptr,
                                         response->headers.items[i].value.ptr) == MHD_YES &&
                 ok;
    for (size_t i = 0; i < response->cookies.count; i++)
        if (response->cookies.items[i].value.ptr)
            ok = MHD_add_response_header(mhd, "Set-Cookie", response->cookies.items[i].value.ptr) == MHD_YES && ok;
    if (response->close)
        ok = MHD_add_response_header(mhd, "Connection", "close") == MHD_YES && ok;
    if (!ok) {
        MHD_destroy_response(mhd);
        return NULL;
    }
    return mhd;
}

static enum MHD_Result queue_answer(struct exchange *ex)
{
    struct response *response = &ex->response;
    struct MHD_Response *mhd = make_response(ex);
    ex->at = EX_DONE;
    if (!mhd)
        return MHD_NO;
    uint64_t bytes = response->asset ? response->asset->plain.len_bytes : response->fd_bytes + response->body.len_bytes;
    peer_deadline(ex->connection, ex->server, (int64_t)ex->server->config.answer_ms + (int64_t)(bytes / 8));
    enum MHD_Result result = MHD_queue_response(ex->connection, (unsigned)response->status, mhd);
    MHD_destroy_response(mhd);
    return result;
}

static void finish_body(struct exchange *ex)
{
    struct request *request = &ex->request;
    if (ex->multipart) {
        if (multipart_finish(ex->multipart, &ex->err) != ERR_NONE) {
            ex->refused = true;
            ex->refusal = REFUSE_BAD_REQUEST;
        }
        multipart_free(ex->multipart);
    } else if (ex->body.len_bytes) {
        request->body = buf_str(&ex->body);
        if (str_equal_nocase_ascii(str_slice(request->content_type, 0, 33), STR("application/x-www-form-urlencoded")) &&
            form_parse_urlencoded(request->body, &ex->arena, &request->form, &ex->err) != ERR_NONE) {
            ex->refused = true;
            ex->refusal = ex->err.code == ERR_LIMIT ? REFUSE_TOO_LARGE : REFUSE_BAD_REQUEST;
        }
    }
}

static void run(struct exchange *ex)
{
    ex->request.now_ms = clock_now_ms(&web_config(ex->server->web)->clock);
    if (ex->refused)
        web_answer_refused(&ex->request, &ex->response, ex->refusal, &ex->err,
                           ex->refusal == REFUSE_BUSY ? web_waiting(ex->server->web) : 0);
    else
        web_answer(&ex->request, &ex->response);
}

static void *slow_run(void *arg)
{
    struct http_server *server = arg;
    while (true) {
        pthread_mutex_lock(&server->slow_lock);
        while (!server->slow_first && !server->stopping)
            pthread_cond_wait(&server->slow_wake, &server->slow_lock);
        struct exchange *ex = server->slow_first;
        if (ex) {
            server->slow_first = ex->next;
            if (!server->slow_first)
                server->slow_last = NULL;
            web_wait_end(server->web);
        }
        pthread_mutex_unlock(&server->slow_lock);
        if (!ex)
            return NULL;
        run(ex);
        ex->at = EX_RUNNING; /* ready: the next call of on_request queues it */
        MHD_resume_connection(ex->connection);
    }
}

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
    struct http_server *server = cls;
    struct exchange *ex = mem_alloc(sizeof *ex);
    if (!ex)
        return NULL;
    ex->server = server;
    ex->connection = connection;
    arena_init(&ex->arena, server->config.arena_max_bytes);
    ex->response.fd = -1;
    buf_init(&ex->response.body, RESPONSE_PAGE_MAX_BYTES);
    buf_init(&ex->body, REQUEST_FORM_MAX_BYTES);
    ex->request.web = server->web;
    ex->request.arena = &ex->arena;
    ex->raw_uri = arena_str(&ex->arena, str_from_cstr(uri));
    server->running++;
    peer_deadline(connection, server,
                  server->config.head_ms); /* the request line is here: the rest of the head must follow */
    return ex;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *upload_data, size_t *upload_data_size,
                                  void **con_cls)
{
    struct http_server *server = cls;
    struct exchange *ex = *con_cls;
    (void)url;
    if (!ex || str_is_null(ex->raw_uri))
        return MHD_NO;
    switch (ex->at) {
    case EX_NEW:
        ex->at = EX_BODY;
        read_head(ex, method, version);
        if (ex->refused) {
            ex->response.close = true; /* what follows on this connection is not to be trusted */
            peer_deadline(connection, server, -1);
            run(ex);
            return queue_answer(ex);
        }
        peer_deadline(connection, server, (int64_t)server->config.body_ms + (int64_t)(ex->body_bytes / 16));
        return MHD_YES;
    case EX_BODY:
        if (*upload_data_size) {
            struct str bytes = {upload_data, *upload_data_size};
            *upload_data_size = 0;
            if (ex->refused)
                return MHD_YES; /* read past it; the answer comes at the end */
            enum err_code code = ERR_NONE;
            if (ex->multipart) {
                code = multipart_feed(ex->multipart, bytes, &ex->err);
            } else {
                if (ex->body.ceiling_bytes < ex->body_max_bytes)
                    ex->body.ceiling_bytes = ex->body_max_bytes;
                buf_put(&ex->body, bytes);
                code = buf_check(&ex->body, &ex->err);
            }
            if (code != ERR_NONE) {
                ex->refused = true;
                ex->refusal = code == ERR_LIMIT    ? REFUSE_TOO_LARGE
                              : code == ERR_SYNTAX ? REFUSE_BAD_REQUEST
                                                   : REFUSE_SERVER;
                ex->response.close = true;
            }
            return MHD_YES;
        }
        if (!ex->refused)
            finish_body(ex);
        peer_deadline(connection, server, -1);
        {
            unsigned allowed = 0;
            const struct route *route = ex->refused ? NULL : route_find(server->web, &ex->request, &allowed);
            if (route && route->flags & SLOW) {
                pthread_mutex_lock(&server->slow_lock);
                bool queued = !server->stopping && web_wait_begin(server->web);
                if (queued) { /* sleeping before it can be seen: a slow thread may wake it at once */
                    ex->at = EX_DONE;
                    MHD_suspend_connection(connection);
                    ex->next = NULL;
                    if (server->slow_last)
                        server->slow_last->next = ex;
                    else
                        server->slow_first = ex;
                    server->slow_last = ex;
                    pthread_cond_signal(&server->slow_wake);
                }
                pthread_mutex_unlock(&server->slow_lock);
                if (queued)
                    return MHD_YES;
                ex->request.is_turned_away = route->flags & SAYS_BUSY;
                ex->refused = !ex->request.is_turned_away;
                ex->refusal = REFUSE_BUSY;
            }
        }
        run(ex);
        return queue_answer(ex);
    case EX_RUNNING:
        return queue_answer(ex);
    case EX_DONE:
        return MHD_YES;
    }
    return MHD_NO;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **con_cls,
                         enum MHD_RequestTerminationCode why)
{
    struct http_server *server = cls;
    struct exchange *ex = *con_cls;
    (void)why;
    *con_cls = NULL;
    if (!ex)
        return;
    multipart_free(ex->multipart);
    form_done(&ex->request.form);
    if (ex->response.fd >= 0)
        close(ex->response.fd);
    buf_done(&ex->response.body);
    buf_done(&ex->body);
    buf_done(&ex->gzip);
    arena_done(&ex->arena);
    mem_free(ex);
    server->running--;
    peer_deadline(connection, server, server->config.idle_ms);
}

/* libmicrohttpd would decode the address itself; we do it once, strictly, from the raw text. */
static size_t keep_coded(void *cls, struct MHD_Connection *connection, char *s)
{
    (void)cls;
    (void)connection;
    return strlen(s);
}

static void no_log(void *cls, const char *fmt, va_list ap)
{
    (void)cls;
    (void)fmt;
    (void)ap;
}

enum err_code http_start(struct web *web, const struct http_config *config, struct http_server **ret_server,
                         struct err *err)
{
    struct http_server *server = mem_alloc(sizeof *server);
    if (!server)
        return err_set(err, ERR_NOMEM, "no memory for the server");
    server->web = web;
    server->config = *config;
    struct http_config *c = &server->config;
    c->threads = c->threads ? c->threads : 4;
    c->slow_threads = c->slow_threads ? c->slow_threads : 2;
    c->connections_max = c->connections_max ? c->connections_max : 2000;
    c->head_ms = c->head_ms ? c->head_ms : 10000;
    c->idle_ms = c->idle_ms ? c->idle_ms : 75000;
    c->body_ms = c->body_ms ? c->body_ms : 20000;
    c->answer_ms = c->answer_ms ? c->answer_ms : 60000;
    c->arena_max_bytes = c->arena_max_bytes ? c->arena_max_bytes : REQUEST_ARENA_BYTES;
    if (c->threads > c->connections_max)
        c->threads = c->connections_max;
    pthread_mutex_init(&server->peers_lock, NULL);
    pthread_mutex_init(&server->slow_lock, NULL);
    pthread_cond_init(&server->slow_wake, NULL);
    int fd = config->listen_fd;
    if (fd < 0) {
        struct socket_address address;
        enum err_code code = socket_address_parse(config->listen, &address, err);
        if (code == ERR_NONE && !socket_address_is_local(&address) && !web_config(web)->behind_proxy)
            code = err_set(err, ERR_DENIED,
                           "%.*s can be reached from outside: listen on 127.0.0.1 or a Unix socket and put a proxy "
                           "before it, or say that one stands there",
                           STR_ARG(config->listen));
        if (code == ERR_NONE)
            code = socket_listen(&address, 0660, &fd, &server->port, err);
        if (code != ERR_NONE) {
            mem_free(server);
            return code;
        }
        server->is_unix = server->port == 0;
    } else {
        struct sockaddr_storage bound = {0};
        socklen_t len = sizeof bound;
        if (getsockname(fd, (struct sockaddr *)&bound, &len) == 0) {
            server->is_unix = bound.ss_family == AF_UNIX;
            if (bound.ss_family == AF_INET)
                server->port = ntohs(((struct sockaddr_in *)&bound)->sin_port);
            else if (bound.ss_family == AF_INET6)
                server->port = ntohs(((struct sockaddr_in6 *)&bound)->sin6_port);
        }
    }
    unsigned per_address = web_config(web)->behind_proxy || server->is_unix ? 0
                           : c->per_address_max                             ? c->per_address_max
                                                                            : 64;
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request, server,
        MHD_OPTION_EXTERNAL_LOGGER, no_log, NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, c->threads,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_LIMIT, c->connections_max,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, per_address, MHD_OPTION_CONNECTION_TIMEOUT, (c->idle_ms + 999) / 1000 + 60,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)(REQUEST_HEADER_MAX_BYTES + REQUEST_URI_MAX_BYTES + 8192),
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
        MHD_OPTION_URI_LOG_CALLBACK, on_uri, server, MHD_OPTION_UNESCAPE_CALLBACK, keep_coded, NULL, MHD_OPTION_END);
    if (!server->daemon) {
        close(fd);
        mem_free(server);
        return err_set(err, ERR_IO, "start the web server on %.*s", STR_ARG(config->listen));
    }
    unsigned slow = c->slow_threads < ARRAY_LEN(server->slow) ? c->slow_threads : (unsigned)ARRAY_LEN(server->slow);
    bool ok = pthread_create(&server->reaper, NULL, reaper_run, server) == 0;
    while (ok && server->slow_count < slow &&
           pthread_create(&server->slow[server->slow_count], NULL, slow_run, server) == 0)
        server->slow_count++;
    if (!ok || !server->slow_count) {
        MHD_stop_daemon(server->daemon);
        server->stopping = true;
        if (ok)
            pthread_join(server->reaper, NULL);
        mem_free(server);
        return err_set(err, ERR_IO, "start the threads of the web server");
    }
    *ret_server = server;
    return ERR_NONE;
}

uint16_t http_port(const struct http_server *server)
{
    return server->port;
}

void http_stop(struct http_server *server, unsigned grace_ms)
{
    if (!server)
        return;
    int fd = MHD_quiesce_daemon(server->daemon);
    if (fd >= 0)
        close(fd);
    int64_t until = now_ms() + grace_ms;
    while (server->running && now_ms() < until) {
        struct timespec tick = {0, 10 * 1000000L};
        nanosleep(&tick, NULL);
    }
    /* Slow handlers that still run must end before their connections may be torn down. */
    pthread_mutex_lock(&server->slow_lock);
    server->stopping = true;
    pthread_cond_broadcast(&server->slow_wake);
    pthread_mutex_unlock(&server->slow_lock);
    for (unsigned i = 0; i < server->slow_count; i++)
        pthread_join(server->slow[i], NULL);
    pthread_join(server->reaper, NULL);
    MHD_stop_daemon(server->daemon);
    pthread_mutex_destroy(&server->peers_lock);
    pthread_mutex_destroy(&server->slow_lock);
    pthread_cond_destroy(&server->slow_wake);
    mem_free(server);
}
