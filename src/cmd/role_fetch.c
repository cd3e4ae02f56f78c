#include "cmd/role.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "os/file.h"
#include "os/socket.h"

#define FETCH_CHILDREN      4u
#define FETCH_REDIRECTS_MAX 5
#define FETCH_ARENA_BYTES   (160u << 20)
#define FETCH_MEMORY_BYTES  ((uint64_t)1 << 30)
#define FETCH_CONNECT_MS    15000L
#define FETCH_CA_MAX_BYTES  ((size_t)1 << 20)

struct fetch_state {
    struct str allow; /* "host:port host:port": these and only these may be inside */
    struct str ca;    /* certificates trusted instead of the system's, PEM; empty: the system's */
};

/* One hop: one URL, one connection. */
struct hop {
    bool may_be_inside;             /* its host:port is on the list */
    char refused[INET6_ADDRSTRLEN]; /* address that was refused, "" when none */
    struct buf *body;
    struct str upload; /* what is left to send, for mail */
    struct str ca;     /* of fetch_state */
};

static bool is_allowed(struct str allow, struct str host_port)
{
    struct str rest = allow, entry;
    while (!str_is_null(rest) && str_split(&rest, ' ', &entry))
        if (!str_is_empty(entry) && str_equal_nocase_ascii(entry, host_port))
            return true;
    return false;
}

/* The last moment before a packet leaves: the address is the one that will be connected to, whatever the name said. */
static curl_socket_t hop_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct hop *hop = ctx;
    (void)purpose;
    if (!hop->may_be_inside && !socket_address_is_public(&address->addr)) {
        const void *raw = address->family == AF_INET6
                              ? (const void *)&((const struct sockaddr_in6 *)(const void *)&address->addr)->sin6_addr
                              : (const void *)&((const struct sockaddr_in *)(const void *)&address->addr)->sin_addr;
        if (!inet_ntop(address->family, raw, hop->refused, sizeof hop->refused))
            snprintf(hop->refused, sizeof hop->refused, "?");
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t hop_write(char *bytes, size_t size, size_t count, void *ctx)
{
    struct hop *hop = ctx;
    buf_put(hop->body, (struct str){bytes, size * count});
    return hop->body->failed ? 0 : size * count;
}

static size_t hop_read(char *room, size_t size, size_t count, void *ctx)
{
    struct hop *hop = ctx;
    struct str part = str_slice(hop->upload, 0, size * count);
    if (part.len_bytes > 0)
        memcpy(room, part.ptr, part.len_bytes);
    hop->upload = str_slice(hop->upload, part.len_bytes, hop->upload.len_bytes);
    return part.len_bytes;
}

/* Scheme, host and port as curl itself reads them: no second opinion about what a URL means. */
static enum err_code url_look(const char *url, const char *schemes, struct str allow, struct arena *arena,
                              struct hop *hop, struct str *ret_origin, struct err *err)
{
    CURLU *parts = curl_url();
    if (!parts)
        return err_set(err, ERR_NOMEM, "no memory for a URL");
    char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL;
    enum err_code code = ERR_NONE;
    if (curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
        code = err_set(err, ERR_SYNTAX, "not a URL");
    bool is_known = false;
    struct str rest = str_from_cstr(schemes), known;
    while (code == ERR_NONE && str_split(&rest, ' ', &known))
        is_known = is_known || str_equal(known, str_from_cstr(scheme));
    if (code == ERR_NONE && !is_known)
        code = err_set(err, ERR_DENIED, "%s is none of: %s", scheme, schemes);
    if (code == ERR_NONE && (curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
                             curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK))
        code = err_set(err, ERR_SYNTAX, "not a URL");
    if (code == ERR_NONE && curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK)
        code = err_set(err, ERR_DENIED, "a URL with a user name in it is refused");
    if (code == ERR_NONE) {
        struct str host_port = arena_printf(arena, "%s:%s", host, port);
        *ret_origin = arena_printf(arena, "%s://%s:%s", scheme, host, port);
        hop->may_be_inside = is_allowed(allow, host_port);
        if (str_is_null(host_port) || str_is_null(*ret_origin))
            code = arena_full(arena, err);
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(user);
    curl_url_cleanup(parts);
    return code;
}

static enum err_code hop_failed(CURLcode code, const struct hop *hop, const char *detail, struct err *err)
{
    if (hop->refused[0])
        return err_set(err, ERR_DENIED, "address %s is not on the internet and not allowed", hop->refused);
    if (hop->body->failed)
        return err_set(err, ERR_LIMIT, "the answer is over %zu bytes", hop->body->ceiling_bytes);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return err_set(err, ERR_BUSY, "no answer in time");
    if (code == CURLE_LOGIN_DENIED || code == CURLE_PEER_FAILED_VERIFICATION)
        return err_set(err, ERR_DENIED, "%s", detail[0] ? detail : curl_easy_strerror(code));
    if (code == CURLE_TOO_MANY_REDIRECTS)
        return err_set(err, ERR_LIMIT, "more than %d redirects", FETCH_REDIRECTS_MAX);
    return err_set(err, ERR_BUSY, "%s", detail[0] ? detail : curl_easy_strerror(code));
}

/* What every transfer has, whatever it carries. */
static bool handle_prepare(CURL *handle, struct hop *hop, const char *url, const char *protocols, long timeout_ms,
                           char *detail)
{
    bool ok = curl_easy_setopt(handle, CURLOPT_URL, url) == CURLE_OK;
    ok = ok && curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, protocols) == CURLE_OK;
    ok = ok && curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK;
    ok = ok && curl_easy_setopt(handle, CURLOPT_PROXY, "") == CURLE_OK; /* else the environment could redirect us */
    ok = ok && curl_easy_setopt(handle, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK;
    ok = ok && curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
    ok = ok && curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, timeout_ms) == CURLE_OK;
    ok = ok && curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, FETCH_CONNECT_MS) == CURLE_OK;
    ok = ok && curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, hop_socket) == CURLE_OK;
    ok = ok && curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, hop) == CURLE_OK;
    ok = ok && curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, hop_write) == CURLE_OK;
    ok = ok && curl_easy_setopt(handle, CURLOPT_WRITEDATA, hop) == CURLE_OK;
    ok = ok && curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, detail) == CURLE_OK;
    ok = ok && curl_easy_setopt(handle, CURLOPT_USERAGENT, "luytre") == CURLE_OK;
    if (ok && !str_is_empty(hop->ca)) {
        struct curl_blob blob = {
            .data = (void *)(uintptr_t)hop->ca.ptr, .len = hop->ca.len_bytes, .flags = CURL_BLOB_NOCOPY};
        ok = curl_easy_setopt(handle, CURLOPT_CAINFO_BLOB, &blob) == CURLE_OK &&
             curl_easy_setopt(handle, CURLOPT_CAPATH, NULL) == CURLE_OK;
    }
    return ok && curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK;
}

static enum err_code headers_make(struct str text, struct arena *arena, struct curl_slist **ret_list, struct err *err)
{
    struct str rest = text, line;
    while (!str_is_empty(rest) && str_line(&rest, &line)) {
        ptrdiff_t colon = str_find_byte(line, ':', 0);
        bool is_good = colon > 0;
        for (size_t i = 0; i < line.len_bytes && is_good; i++)
            is_good = (unsigned char)line.ptr[i] >= 0x20 && line.ptr[i] != 0x7F;
        if (!is_good)
            return err_set(err, ERR_SYNTAX, "a header line is not \"Name: value\"");
        const char *copy = arena_cstr(arena, line);
        struct curl_slist *grown = copy ? curl_slist_append(*ret_list, copy) : NULL;
        if (!grown)
            return err_set(err, ERR_NOMEM, "no memory for headers");
        *ret_list = grown;
    }
    return ERR_NONE;
}

struct hop_result {
    long status;
    struct str content_type;
    const char *NULLABLE next_url; /* where a redirect leads */
};

static enum err_code hop_run(CURL *handle, struct hop *hop, const struct message *request, const char *url,
                             struct curl_slist *NULLABLE headers, struct arena *arena, struct hop_result *ret_result,
                             struct err *err)
{
    char detail[CURL_ERROR_SIZE] = "";
    bool is_post = str_equal(request->texts[FETCH_METHOD], STR("POST"));
    bool ok = handle_prepare(handle, hop, url, "http,https", (long)request->numbers[FETCH_TIMEOUT_MS], detail);
    ok = ok && curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "") == CURLE_OK;
    if (ok && headers)
        ok = curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers) == CURLE_OK;
    if (ok && is_post) {
        struct str body = request->texts[FETCH_BODY];
        ok = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len_bytes) == CURLE_OK &&
             curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.ptr) == CURLE_OK &&
             curl_easy_setopt(handle, CURLOPT_POST, 1L) == CURLE_OK;
    }
    if (!ok)
        return err_set(err, ERR_UNSUPPORTED, "libcurl lacks something we need");
    CURLcode code = curl_easy_perform(handle);
    if (code != CURLE_OK)
        return hop_failed(code, hop, detail, err);
    char *type = NULL, *next = NULL;
    (void)curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &ret_result->status);
    (void)curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &type);
    (void)curl_easy_getinfo(handle, CURLINFO_REDIRECT_URL, &next);
    struct str type_text = str_from_cstr(type ? type : "");
    ret_result->content_type = utf8_is_valid(type_text) ? arena_str(arena, type_text) : STR("");
    ret_result->next_url = next && !is_post ? arena_cstr(arena, str_from_cstr(next)) : NULL;
    return ERR_NONE;
}

static enum err_code fetch_http(const struct fetch_state *state, const struct message *request, struct arena *arena,
                                struct message *reply, struct err *err)
{
    struct str method = request->texts[FETCH_METHOD];
    if (!str_equal(method, STR("GET")) && !str_equal(method, STR("POST")))
        return err_set(err, ERR_UNSUPPORTED, "fetch knows GET and POST");
    const char *url = arena_cstr(arena, request->texts[FETCH_URL]);
    if (!url)
        return arena_full(arena, err);
    if (strlen(url) != request->texts[FETCH_URL].len_bytes)
        return err_set(err, ERR_SYNTAX, "not a URL");
    struct curl_slist *headers = NULL;
    enum err_code code = headers_make(request->texts[FETCH_HEADERS], arena, &headers, err);
    AUTO_BUF body;
    buf_init(&body, (size_t)request->numbers[FETCH_MAX_BYTES]);
    struct str first_origin = STR_NONE;
    struct hop_result result = {0};
    bool is_done = false;
    for (int i = 0; code == ERR_NONE && !is_done; i++) {
        struct hop hop = {.body = &body, .ca = state->ca};
        struct str origin = STR_NONE;
        CURL *handle = curl_easy_init(); /* a new one each hop: no connection and no header is carried over */
        if (!handle)
            code = err_set(err, ERR_NOMEM, "no memory for a transfer");
        if (code == ERR_NONE)
            code = url_look(url, "http https", state->allow, arena, &hop, &origin, err);
        if (code == ERR_NONE && str_is_null(first_origin))
            first_origin = origin;
        if (code == ERR_NONE && str_starts_with(first_origin, STR("https:")) && !str_starts_with(origin, STR("https:")))
            code = err_set(err, ERR_DENIED, "redirected from https to http");
        /* Headers may hold a token: they are for the origin that was asked, for no other. */
        if (code == ERR_NONE)
            code = hop_run(handle, &hop, request, url, str_equal(origin, first_origin) ? headers : NULL, arena, &result,
                           err);
        if (handle)
            curl_easy_cleanup(handle);
        is_done = code != ERR_NONE || !result.next_url;
        if (!is_done && i >= FETCH_REDIRECTS_MAX)
            code = err_set(err, ERR_LIMIT, "more than %d redirects", FETCH_REDIRECTS_MAX);
        if (!is_done) {
            url = result.next_url;
            buf_clear(&body);
        }
    }
    curl_slist_free_all(headers);
    TRY(code);
    reply->numbers[REPLY_NUMBER] = (uint64_t)result.status;
    reply->texts[REPLY_META] = str_slice(result.content_type, 0, 256);
    return buf_to_arena(&body, arena, &reply->texts[REPLY_CONTENT], err);
}

/* A bare address: no brackets, no white space, nothing that could end the SMTP command. */
static bool is_mail_address(struct str address)
{
    ptrdiff_t at = str_find_byte(address, '@', 0);
    if (at <= 0 || (size_t)at + 1 >= address.len_bytes || address.len_bytes > 254)
        return false;
    for (size_t i = 0; i < address.len_bytes; i++) {
        unsigned char c = (unsigned char)address.ptr[i];
        if (c <= 0x20 || c == 0x7F || c == '<' || c == '>' || c == '"' || c == ',')
            return false;
    }
    return true;
}

static enum err_code recipients_make(struct str text, struct arena *arena, struct curl_slist **ret_list,
                                     struct err *err)
{
    struct str rest = text, line;
    while (!str_is_empty(rest) && str_line(&rest, &line)) {
        if (!is_mail_address(line))
            return err_set(err, ERR_SYNTAX, "\"%.*s\" is not a mail address", STR_ARG(str_slice(line, 0, 200)));
        const char *copy = arena_cstr(arena, line);
        struct curl_slist *grown = copy ? curl_slist_append(*ret_list, copy) : NULL;
        if (!grown)
            return err_set(err, ERR_NOMEM, "no memory for recipients");
        *ret_list = grown;
    }
    return *ret_list ? ERR_NONE : err_set(err, ERR_SYNTAX, "a mail to nobody");
}

static enum err_code mail_run(CURL *handle, struct hop *hop, const struct message *request, const char *url,
                              struct curl_slist *to, struct arena *arena, struct err *err)
{
    char detail[CURL_ERROR_SIZE] = "";
    const char *from = arena_cstr(arena, request->texts[MAIL_FROM]);
    const char *user = arena_cstr(arena, request->texts[MAIL_USER]);
    const char *password = arena_cstr(arena, request->texts[MAIL_PASSWORD]);
    if (!from || !user || !password)
        return arena_full(arena, err);
    if (!is_mail_address(request->texts[MAIL_FROM]))
        return err_set(err, ERR_SYNTAX, "the sender is not a mail address");
    long tls = request->numbers[MAIL_NEEDS_TLS] ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY;
    bool ok = handle_prepare(handle, hop, url, "smtp,smtps", (long)request->numbers[MAIL_TIMEOUT_MS], detail);
    ok = ok && curl_easy_setopt(handle, CURLOPT_USE_SSL, tls) == CURLE_OK;
    ok = ok && curl_easy_setopt(handle, CURLOPT_MAIL_FROM, from) == CURLE_OK;
    ok = ok && curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, to) == CURLE_OK;
    ok = ok && curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L) == CURLE_OK;
    ok = ok && curl_easy_setopt(handle, CURLOPT_READFUNCTION, hop_read) == CURLE_OK;
    ok = ok && curl_easy_setopt(handle, CURLOPT_READDATA, hop) == CURLE_OK;
    if (ok && user[0])
        ok = curl_easy_setopt(handle, CURLOPT_USERNAME, user) == CURLE_OK &&
             curl_easy_setopt(handle, CURLOPT_PASSWORD, password) == CURLE_OK;
    if (!ok)
        return err_set(err, ERR_UNSUPPORTED, "libcurl lacks something we need");
    CURLcode code = curl_easy_perform(handle);
    long answer = 0;
    if (code != CURLE_OK && curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer) == CURLE_OK && answer >= 500 &&
        answer < 600) /* RFC 5321 4.2.1: permanent, asking again is no use */
        return err_set(err, ERR_DENIED, "the mail server refuses it: %s", detail);
    return code == CURLE_OK ? ERR_NONE : hop_failed(code, hop, detail, err);
}

static enum err_code fetch_mail(const struct fetch_state *state, const struct message *request, struct arena *arena,
                                struct err *err)
{
    AUTO_BUF words; /* what the server says: bounded, not kept */
    buf_init(&words, 65536);
    struct hop hop = {.body = &words, .upload = request->texts[MAIL_MESSAGE], .ca = state->ca};
    struct str origin;
    const char *url = arena_cstr(arena, request->texts[MAIL_URL]);
    if (!url)
        return arena_full(arena, err);
    if (strlen(url) != request->texts[MAIL_URL].len_bytes)
        return err_set(err, ERR_SYNTAX, "not a URL");
    TRY(url_look(url, "smtp smtps", state->allow, arena, &hop, &origin, err));
    struct curl_slist *to = NULL;
    CURL *handle = curl_easy_init();
    enum err_code code = handle ? recipients_make(request->texts[MAIL_TO], arena, &to, err)
                                : err_set(err, ERR_NOMEM, "no memory for a transfer");
    if (code == ERR_NONE)
        code = mail_run(handle, &hop, request, url, to, arena, err);
    if (handle)
        curl_easy_cleanup(handle);
    curl_slist_free_all(to);
    return code;
}

static enum err_code fetch_answer(void *NULLABLE ctx, const struct message *request, struct arena *arena,
                                  struct message *reply, struct err *err)
{
    const struct fetch_state *state = ctx;
    if (request->type == MESSAGE_FETCH)
        return fetch_http(state, request, arena, reply, err);
    if (request->type == MESSAGE_MAIL)
        return fetch_mail(state, request, arena, err);
    return err_set(err, ERR_DENIED, "fetch only fetches and sends mail");
}

static int fetch_timeout_for(void *NULLABLE ctx, const struct message *request)
{
    uint64_t timeout_ms = request->numbers[request->type == MESSAGE_MAIL ? MAIL_TIMEOUT_MS : FETCH_TIMEOUT_MS];
    /* All hops together may take no longer than one was given. */
    return timeout_ms == 0 ? 1000 : (int)timeout_ms + 500;
}

static enum err_code fetch_setup(struct role_self *self, void *NULLABLE *ret_state, struct err *err)
{
    static const char *const read_only[] = {"/etc/resolv.conf",
                                            "/etc/hosts",
                                            "/etc/nsswitch.conf",
                                            "/etc/host.conf",
                                            "/etc/gai.conf",
                                            "/etc/services",
                                            "/etc/ssl",
                                            "/usr/lib/ssl",
                                            "/usr/share/ca-certificates",
                                            "/run/systemd/resolve",
                                            "/etc/protocols",
                                            "/usr/local/share/ca-certificates"};
    struct fetch_state *state = *ret_state;
    struct str user = role_config(self, "user");
    state->allow = role_config(self, "allow");
    struct str ca = role_config(self, "ca");
    if (!str_is_empty(ca)) { /* read now: in the sandbox there is no way to it */
        const char *path = arena_cstr(&self->arena, ca);
        if (!path)
            return arena_full(&self->arena, err);
        TRY(file_read(path, FETCH_CA_MAX_BYTES, &self->arena, &state->ca, err));
        if (!str_contains(state->ca, STR("-----BEGIN CERTIFICATE-----")))
            return err_set(err, ERR_SYNTAX, "%s holds no certificate (PEM)", path);
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(err, ERR_UNSUPPORTED, "libcurl cannot start");
    sandbox_init(&self->sandbox, SANDBOX_FETCH);
    self->sandbox.user = str_is_empty(user) ? "nobody" : arena_cstr(&self->arena, user);
    self->sandbox.limits = (struct sandbox_limits){.files = 128};
    for (size_t i = 0; i < ARRAY_LEN(read_only); i++)
        TRY(sandbox_allow_if_there(&self->sandbox, read_only[i], SANDBOX_READ, err));
    return ERR_NONE;
}

static enum err_code fetch_loop(struct role_self *self, void *NULLABLE state, struct err *err)
{
    const struct service service = {.control = &self->control,
                                    .log = &self->log,
                                    .children_max = FETCH_CHILDREN,
                                    .limits = {.memory_bytes = FETCH_MEMORY_BYTES, .cpu_s = 120},
                                    .arena_bytes = FETCH_ARENA_BYTES,
                                    .answer = fetch_answer,
                                    .timeout_for = fetch_timeout_for,
                                    .state = state};
    return service_run(&service, err);
}

int role_fetch_main(void)
{
    struct fetch_state state = {0};
    return role_main(ROLE_FETCH, &state, fetch_setup, fetch_loop);
}
