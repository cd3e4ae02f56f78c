#include "os/peer.h"

#include <errno.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"

#define REPLY_CONTENT_MAX_BYTES (CHANNEL_BODY_MAX_BYTES - (1u << 20))
#define SIGN_TIMEOUT_MS         5000
#define CALL_GRACE_MS \
    2000 /* what the role gets on top of its own deadline, so that its words arrive rather than ours */

const struct message_schema role_schemas[] = {
    {MESSAGE_SETUP, "setup", FD_NEVER, {{"config", FIELD_TEXT, 65536}}},
    {MESSAGE_SOCKET, "socket", FD_ALWAYS, {{"name", FIELD_TEXT, 32}}},
    {MESSAGE_LINE, "line", FD_ALWAYS, {{"role", FIELD_NUMBER, ROLE_COUNT - 1}, {"is_server", FIELD_NUMBER, 1}}},
    {MESSAGE_GO, "go", FD_NEVER, {{0}}},
    {MESSAGE_REPLY,
     "reply",
     FD_NEVER,
     {{"code", FIELD_NUMBER, ERR_UNSUPPORTED},
      {"text", FIELD_TEXT, ERR_WIRE_BYTES},
      {"number", FIELD_NUMBER, UINT32_MAX},
      {"meta", FIELD_TEXT, 4096},
      {"content", FIELD_BYTES, REPLY_CONTENT_MAX_BYTES}}},
    {MESSAGE_PARSE,
     "parse",
     FD_MAYBE,
     {{"kind", FIELD_TEXT, 32}, {"name", FIELD_TEXT, 1024}, {"content", FIELD_BYTES, UPLOAD_MAX_BYTES}}},
    {MESSAGE_FETCH,
     "fetch",
     FD_NEVER,
     {{"method", FIELD_TEXT, 8},
      {"url", FIELD_TEXT, 4096},
      {"headers", FIELD_TEXT, 16384},
      {"body", FIELD_BYTES, 32u << 20},
      {"max_bytes", FIELD_NUMBER, REPLY_CONTENT_MAX_BYTES},
      {"timeout_ms", FIELD_NUMBER, 3600000}}},
    {MESSAGE_MAIL,
     "mail",
     FD_NEVER,
     {{"url", FIELD_TEXT, 1024},
      {"user", FIELD_TEXT, 256},
      {"password", FIELD_TEXT, 1024},
      {"from", FIELD_TEXT, 320},
      {"to", FIELD_TEXT, 65536},
      {"message", FIELD_BYTES, 32u << 20},
      {"needs_tls", FIELD_NUMBER, 1},
      {"timeout_ms", FIELD_NUMBER, 3600000}}},
    {MESSAGE_SIGN, "sign", FD_NEVER, {{"purpose", FIELD_TEXT, 32}, {"content", FIELD_BYTES, 1u << 20}}},
    {MESSAGE_PUBLIC_KEY, "public_key", FD_NEVER, {{0}}},
};
const size_t role_schema_count = ARRAY_LEN(role_schemas);

static const char *const role_names[ROLE_COUNT] = {"monitor", "web", "worker", "parse", "fetch", "sign"};

const char *role_to_str(enum role role)
{
    return role_names[role];
}

bool role_from_str(struct str name, enum role *ret_role)
{
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        if (str_equal(name, str_from_cstr(role_names[i]))) {
            *ret_role = (enum role)i;
            return true;
        }
    }
    return false;
}

void peers_init(struct peers *peers, struct channel *control)
{
    memset(peers, 0, sizeof *peers);
    peers->control = control;
    must(pthread_mutex_init(&peers->control_lock, NULL) == 0);
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        must(pthread_mutex_init(&peers->lines[i].lock, NULL) == 0);
        channel_init(&peers->lines[i].channel, -1, role_schemas, role_schema_count);
        peers->lines[i].fresh_fd = -1;
    }
}

void peers_done(struct peers *peers)
{
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        channel_close(&peers->lines[i].channel);
        if (peers->lines[i].fresh_fd >= 0)
            (void)close(peers->lines[i].fresh_fd);
        peers->lines[i].fresh_fd = -1;
        pthread_mutex_destroy(&peers->lines[i].lock);
    }
    pthread_mutex_destroy(&peers->control_lock);
}

static void fresh_set(struct peers *peers, enum role role, int fd)
{
    if (peers->lines[role].fresh_fd >= 0)
        (void)close(peers->lines[role].fresh_fd);
    peers->lines[role].fresh_fd = fd;
}

void peers_add(struct peers *peers, enum role role, int fd)
{
    pthread_mutex_lock(&peers->control_lock);
    fresh_set(peers, role, fd);
    pthread_mutex_unlock(&peers->control_lock);
}

/* Under control_lock: everything that lies there, waiting at most first_timeout_ms for the first. */
static enum err_code control_read(struct peers *peers, int first_timeout_ms, struct err *err)
{
    for (int timeout_ms = first_timeout_ms;; timeout_ms = 0) {
        AUTO_ARENA arena;
        arena_init(&arena, 1u << 17);
        struct message message = MESSAGE_NONE;
        enum err_code code = channel_receive(peers->control, timeout_ms, &arena, &message, err);
        if (code == ERR_BUSY)
            return ERR_NONE;
        TRY(code);
        if (message.type == MESSAGE_LINE && message.numbers[LINE_IS_SERVER] == 0)
            fresh_set(peers, (enum role)message.numbers[LINE_ROLE], message.fd);
        else if (message.fd >= 0)
            (void)close(message.fd);
    }
}

enum err_code peers_refresh(struct peers *peers, struct err *err)
{
    pthread_mutex_lock(&peers->control_lock);
    enum err_code code = control_read(peers, 0, err);
    pthread_mutex_unlock(&peers->control_lock);
    return code;
}

/* Under the line's lock: the newest line, waiting for one when the present one is broken. */
static enum err_code line_renew(struct peers *peers, enum role role, int64_t deadline_us, struct err *err)
{
    struct peer_line *line = &peers->lines[role];
    for (;;) {
        pthread_mutex_lock(&peers->control_lock);
        bool waits = line->channel.is_broken && line->fresh_fd < 0;
        enum err_code code = control_read(peers, waits ? 50 : 0, err); /* short: the lock is everybody's */
        int fresh_fd = line->fresh_fd;
        line->fresh_fd = -1;
        pthread_mutex_unlock(&peers->control_lock);
        if (fresh_fd >= 0) {
            channel_close(&line->channel);
            channel_init(&line->channel, fresh_fd, role_schemas, role_schema_count);
            return ERR_NONE;
        }
        if (!line->channel.is_broken)
            return ERR_NONE;
        if (code != ERR_NONE)
            return err_set(err, ERR_BUSY, "%s: the monitor is gone", role_to_str(role));
        if (clock_monotonic_us() >= deadline_us)
            return err_set(err, ERR_BUSY, "%s is not there", role_to_str(role));
    }
}

static int left_ms(int64_t deadline_us)
{
    int64_t left_us = deadline_us - clock_monotonic_us();
    return left_us <= 0 ? 0 : (int)((left_us + 999) / 1000);
}

static enum err_code call_locked(struct peers *peers, enum role role, struct message *request, int64_t deadline_us,
                                 struct arena *arena, struct message *ret_reply, struct err *err)
{
    struct channel *channel = &peers->lines[role].channel;
    for (;;) {
        TRY(line_renew(peers, role, deadline_us, err));
        enum err_code code = channel_send(channel, request, left_ms(deadline_us), err);
        if (code == ERR_NONE)
            break;
        if (code != ERR_NOT_FOUND)
            return code;
        channel_close(channel); /* it died before this request: wait for the new line */
    }
    for (;;) {
        struct message reply = MESSAGE_NONE;
        struct arena_mark mark = arena_mark(arena);
        enum err_code code = channel_receive(channel, left_ms(deadline_us), arena, &reply, err);
        if (code == ERR_NOT_FOUND || code == ERR_SYNTAX || (code == ERR_LIMIT && channel->is_broken)) {
            char why[ERR_TEXT_BYTES];
            memcpy(why, err->text, sizeof why);
            channel_close(channel);
            return err_set(err, ERR_BUSY, "%s died over it: %.200s", role_to_str(role), why);
        }
        if (code == ERR_BUSY)
            return err_set(err, ERR_BUSY, "%s took too long", role_to_str(role));
        TRY(code);
        if (reply.id != request->id || reply.type != MESSAGE_REPLY) { /* the late answer to a call that gave up */
            arena_rewind(arena, mark);
            continue;
        }
        if (reply.numbers[REPLY_CODE] != ERR_NONE)
            return err_from_wire(err, (enum err_code)reply.numbers[REPLY_CODE], reply.texts[REPLY_TEXT].ptr,
                                 reply.texts[REPLY_TEXT].len_bytes);
        *ret_reply = reply;
        return ERR_NONE;
    }
}

enum err_code peer_call(struct peers *peers, enum role role, const struct message *request, int timeout_ms,
                        struct arena *arena, struct message *ret_reply, struct err *err)
{
    int64_t deadline_us = clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += timeout_ms / 1000 + 1;
    if (pthread_mutex_timedlock(&peers->lines[role].lock, &until) != 0)
        return err_set(err, ERR_BUSY, "%s has too much to do", role_to_str(role));
    struct message numbered = *request;
    numbered.id = ++peers->next_id;
    enum err_code code = call_locked(peers, role, &numbered, deadline_us, arena, ret_reply, err);
    pthread_mutex_unlock(&peers->lines[role].lock);
    errno = 0; /* the words are complete: nothing of the system call belongs to them any more */
    return code;
}

enum err_code peer_parse(struct peers *peers, struct str kind, struct str name, int file_fd, struct str content,
                         int timeout_ms, struct arena *arena, struct str *ret_result, struct err *err)
{
    struct message request = {.type = MESSAGE_PARSE, .fd = file_fd}, reply;
    request.texts[PARSE_KIND] = kind;
    request.texts[PARSE_NAME] = name;
    request.texts[PARSE_CONTENT] = file_fd >= 0 ? STR("") : content;
    TRY(peer_call(peers, ROLE_PARSE, &request, timeout_ms, arena, &reply, err));
    *ret_result = reply.texts[REPLY_CONTENT];
    return ERR_NONE;
}

enum err_code peer_fetch(struct peers *peers, const struct fetch_request *request, struct arena *arena,
                         struct fetch_answer *ret_answer, struct err *err)
{
    struct message message = {.type = MESSAGE_FETCH, .fd = -1}, reply;
    message.texts[FETCH_METHOD] = request->method;
    message.texts[FETCH_URL] = request->url;
    message.texts[FETCH_HEADERS] = request->headers;
    message.texts[FETCH_BODY] = request->body;
    message.numbers[FETCH_MAX_BYTES] = request->max_bytes;
    message.numbers[FETCH_TIMEOUT_MS] = (uint64_t)request->timeout_ms;
    TRY(peer_call(peers, ROLE_FETCH, &message, request->timeout_ms + CALL_GRACE_MS, arena, &reply, err));
    *ret_answer =
        (struct fetch_answer){(int)reply.numbers[REPLY_NUMBER], reply.texts[REPLY_META], reply.texts[REPLY_CONTENT]};
    return ERR_NONE;
}

enum err_code peer_mail(struct peers *peers, const struct mail *mail, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct message message = {.type = MESSAGE_MAIL, .fd = -1}, reply;
    message.texts[MAIL_URL] = mail->url;
    message.texts[MAIL_USER] = mail->user;
    message.texts[MAIL_PASSWORD] = mail->password;
    message.texts[MAIL_FROM] = mail->from;
    message.texts[MAIL_TO] = mail->to;
    message.texts[MAIL_MESSAGE] = mail->message;
    message.numbers[MAIL_NEEDS_TLS] = mail->needs_tls;
    message.numbers[MAIL_TIMEOUT_MS] = (uint64_t)mail->timeout_ms;
    return peer_call(peers, ROLE_FETCH, &message, mail->timeout_ms + CALL_GRACE_MS, &arena, &reply, err);
}

bool sign_purpose_is_known(struct str purpose)
{
    struct str rest = STR(SIGN_PURPOSES), known;
    while (str_split(&rest, ' ', &known))
        if (str_equal(known, purpose))
            return true;
    return false;
}

enum err_code sign_statement(struct str purpose, struct str content, struct arena *arena, struct str *ret_statement,
                             struct err *err)
{
    if (!sign_purpose_is_known(purpose))
        return err_set(err, ERR_DENIED, "nothing is signed for the purpose \"%.*s\"", STR_ARG(purpose));
    size_t room_bytes;
    if (!size_add(content.len_bytes, purpose.len_bytes + 8, &room_bytes))
        return err_set(err, ERR_LIMIT, "too long to sign");
    char *bytes = arena_alloc(arena, room_bytes, 1);
    if (!bytes)
        return arena_full(arena, err);
    memcpy(bytes, "luytre ", 7);
    memcpy(bytes + 7, purpose.ptr, purpose.len_bytes);
    bytes[7 + purpose.len_bytes] = '\n';
    if (content.len_bytes > 0)
        memcpy(bytes + 8 + purpose.len_bytes, content.ptr, content.len_bytes);
    *ret_statement = (struct str){bytes, room_bytes};
    return ERR_NONE;
}

bool statement_is_signed(const struct sign_public *public_key, struct str purpose, struct str content,
                         const struct signature *signature)
{
    AUTO_ARENA arena;
    arena_init(&arena, SIZE_MAX / 2);
    struct err err;
    struct str statement;
    return sign_statement(purpose, content, &arena, &statement, &err) == ERR_NONE &&
           signature_is_valid(public_key, statement, signature);
}

enum err_code peer_sign(struct peers *peers, struct str purpose, struct str content, struct signature *ret_signature,
                        struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct message message = {.type = MESSAGE_SIGN, .fd = -1}, reply;
    message.texts[SIGN_PURPOSE] = purpose;
    message.texts[SIGN_CONTENT] = content;
    TRY(peer_call(peers, ROLE_SIGN, &message, SIGN_TIMEOUT_MS, &arena, &reply, err));
    if (reply.texts[REPLY_CONTENT].len_bytes != SIGNATURE_BYTES)
        return err_set(err, ERR_SYNTAX, "sign answered no signature");
    memcpy(ret_signature->bytes, reply.texts[REPLY_CONTENT].ptr, SIGNATURE_BYTES);
    return ERR_NONE;
}

enum err_code peer_public_key(struct peers *peers, struct sign_public *ret_public, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct message message = {.type = MESSAGE_PUBLIC_KEY, .fd = -1}, reply;
    TRY(peer_call(peers, ROLE_SIGN, &message, SIGN_TIMEOUT_MS, &arena, &reply, err));
    if (reply.texts[REPLY_CONTENT].len_bytes != SIGN_PUBLIC_BYTES)
        return err_set(err, ERR_SYNTAX, "sign answered no key");
    memcpy(ret_public->bytes, reply.texts[REPLY_CONTENT].ptr, SIGN_PUBLIC_BYTES);
    return ERR_NONE;
}
