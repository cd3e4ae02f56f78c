#include "os/channel.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/cursor.h"
#include "os/file.h"

#define FRAME_MAGIC  0x3143544Cu /* "LTC1" */
#define FRAME_HAS_FD 1u

static size_t field_count(const struct message_schema *schema)
{
    size_t n = 0;
    while (n < MESSAGE_FIELDS_MAX && schema->fields[n].kind != 0)
        n++;
    return n;
}

static void put_uint(uint8_t *at, uint64_t v, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++)
        at[i] = (uint8_t)(v >> 8 * i);
}

enum err_code message_print(const struct message_schema *schema, const struct message *message, struct arena *arena,
                            struct str *ret_body, struct err *err)
{
    size_t total_bytes = 0;
    for (size_t i = 0; i < field_count(schema); i++) {
        const struct field_spec *field = &schema->fields[i];
        uint64_t measure = field->kind == FIELD_NUMBER ? message->numbers[i] : message->texts[i].len_bytes;
        if (measure > field->max)
            return err_set(err, ERR_LIMIT, "%s.%s: %llu is over %llu", schema->name, field->name,
                           (unsigned long long)measure, (unsigned long long)field->max);
        if (field->kind == FIELD_TEXT && !utf8_is_valid(message->texts[i]))
            return err_set(err, ERR_SYNTAX, "%s.%s is not UTF-8", schema->name, field->name);
        size_t field_bytes = field->kind == FIELD_NUMBER ? 8 : 4;
        if (field->kind != FIELD_NUMBER && !size_add(field_bytes, message->texts[i].len_bytes, &field_bytes))
            return err_set(err, ERR_LIMIT, "%s is too long", schema->name);
        if (!size_add(total_bytes, field_bytes, &total_bytes) || total_bytes > CHANNEL_BODY_MAX_BYTES)
            return err_set(err, ERR_LIMIT, "%s is over %u bytes", schema->name, CHANNEL_BODY_MAX_BYTES);
    }
    uint8_t *body = arena_alloc(arena, total_bytes + 1, 1);
    if (!body)
        return arena_full(arena, err);
    size_t at = 0;
    for (size_t i = 0; i < field_count(schema); i++) {
        if (schema->fields[i].kind == FIELD_NUMBER) {
            put_uint(body + at, message->numbers[i], 8);
            at += 8;
            continue;
        }
        put_uint(body + at, message->texts[i].len_bytes, 4);
        if (message->texts[i].len_bytes > 0)
            memcpy(body + at + 4, message->texts[i].ptr, message->texts[i].len_bytes);
        at += 4 + message->texts[i].len_bytes;
    }
    *ret_body = (struct str){(const char *)body, total_bytes};
    return ERR_NONE;
}

enum err_code message_parse(const struct message_schema *schema, struct str body, struct message *ret_message,
                            struct err *err)
{
    struct cursor c = cursor_over(body);
    struct message out = {.type = schema->type, .id = ret_message->id, .fd = ret_message->fd};
    for (size_t i = 0; i < field_count(schema); i++) {
        const struct field_spec *field = &schema->fields[i];
        uint64_t measure = field->kind == FIELD_NUMBER ? cursor_u64le(&c) : cursor_u32le(&c);
        if (c.failed)
            return err_set(err, ERR_SYNTAX, "%s ends before %s", schema->name, field->name);
        if (measure > field->max)
            return err_set(err, ERR_LIMIT, "%s.%s: %llu is over %llu", schema->name, field->name,
                           (unsigned long long)measure, (unsigned long long)field->max);
        if (field->kind == FIELD_NUMBER) {
            out.numbers[i] = measure;
            continue;
        }
        out.texts[i] = cursor_take(&c, (size_t)measure);
        if (c.failed)
            return err_set(err, ERR_SYNTAX, "%s ends within %s", schema->name, field->name);
        if (field->kind == FIELD_TEXT && !utf8_is_valid(out.texts[i]))
            return err_set(err, ERR_SYNTAX, "%s.%s is not UTF-8", schema->name, field->name);
    }
    if (c.left_bytes != 0)
        return err_set(err, ERR_SYNTAX, "%s has %zu bytes left over", schema->name, c.left_bytes);
    *ret_message = out;
    return ERR_NONE;
}

/* What the body of this type can be at most: a frame that claims more is refused before any memory is asked for. */
static uint64_t body_max_bytes(const struct message_schema *schema)
{
    uint64_t total_bytes = 0;
    for (size_t i = 0; i < field_count(schema); i++)
        total_bytes += schema->fields[i].kind == FIELD_NUMBER ? 8 : 4 + schema->fields[i].max;
    return total_bytes < CHANNEL_BODY_MAX_BYTES ? total_bytes : CHANNEL_BODY_MAX_BYTES;
}

static const struct message_schema *NULLABLE schema_find(const struct message_schema *schemas, size_t schema_count,
                                                         uint16_t type)
{
    for (size_t i = 0; i < schema_count; i++)
        if (schemas[i].type == type)
            return &schemas[i];
    return NULL;
}

enum err_code frame_parse(const struct message_schema *schemas, size_t schema_count, struct str bytes,
                          struct frame *ret_frame, const struct message_schema **ret_schema, struct err *err)
{
    struct cursor c = cursor_over(bytes);
    uint32_t magic = cursor_u32le(&c);
    struct frame out = {.type = cursor_u16le(&c)};
    uint16_t flags = cursor_u16le(&c);
    out.id = cursor_u64le(&c);
    out.body_bytes = cursor_u32le(&c);
    if (c.failed || c.left_bytes != 0 || magic != FRAME_MAGIC || (flags & ~FRAME_HAS_FD) != 0)
        return err_set(err, ERR_SYNTAX, "message: bad header");
    const struct message_schema *schema = schema_find(schemas, schema_count, out.type);
    if (!schema)
        return err_set(err, ERR_SYNTAX, "message: unknown type %u", out.type);
    out.has_fd = (flags & FRAME_HAS_FD) != 0;
    if ((out.has_fd && schema->takes_fd == FD_NEVER) || (!out.has_fd && schema->takes_fd == FD_ALWAYS))
        return err_set(err, ERR_SYNTAX, "%s: %s descriptor", schema->name, out.has_fd ? "unasked-for" : "no");
    if (out.body_bytes > body_max_bytes(schema))
        return err_set(err, ERR_LIMIT, "%s of %u bytes is over %llu", schema->name, out.body_bytes,
                       (unsigned long long)body_max_bytes(schema));
    *ret_frame = out;
    *ret_schema = schema;
    return ERR_NONE;
}

void channel_init(struct channel *channel, int fd, const struct message_schema *schemas, size_t schema_count)
{
    *channel = (struct channel){fd, schemas, schema_count, fd < 0};
}

void channel_close(struct channel *channel)
{
    if (channel->fd >= 0)
        (void)close(channel->fd);
    channel->fd = -1;
    channel->is_broken = true;
}

/* deadline_us < 0: never. */
static enum err_code wait_for(struct channel *channel, short events, int64_t deadline_us, struct err *err)
{
    for (;;) {
        int timeout_ms = -1;
        if (deadline_us >= 0) {
            int64_t left_us = deadline_us - clock_monotonic_us();
            timeout_ms = left_us <= 0 ? 0 : (int)((left_us + 999) / 1000);
        }
        struct pollfd wait = {.fd = channel->fd, .events = events};
        int n = poll(&wait, 1, timeout_ms);
        if (n > 0)
            return ERR_NONE;
        if (n == 0)
            return err_set(err, ERR_BUSY, "channel: no answer in time");
        if (errno != EINTR)
            return err_set(err, ERR_IO, "channel: poll");
    }
}

static int64_t deadline_in(int timeout_ms)
{
    return timeout_ms < 0 ? -1 : clock_monotonic_us() + (int64_t)timeout_ms * 1000;
}

static enum err_code send_all(struct channel *channel, struct str bytes, int fd, int64_t deadline_us, bool *is_begun,
                              struct err *err)
{
    while (bytes.len_bytes > 0) {
        struct iovec iov = {(void *)(uintptr_t)bytes.ptr, bytes.len_bytes};
        struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
        union {
            struct cmsghdr align;
            char bytes[CMSG_SPACE(sizeof(int))];
        } control = {0};
        if (fd >= 0) {
            msg.msg_control = control.bytes;
            msg.msg_controllen = sizeof control.bytes;
            struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
            cmsg->cmsg_level = SOL_SOCKET;
            cmsg->cmsg_type = SCM_RIGHTS;
            cmsg->cmsg_len = CMSG_LEN(sizeof fd);
            memcpy(CMSG_DATA(cmsg), &fd, sizeof fd);
        }
        ssize_t n = sendmsg(channel->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            TRY(wait_for(channel, POLLOUT, deadline_us, err));
            continue;
        }
        if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
            return err_set(err, ERR_NOT_FOUND, "channel: the other side is gone");
        if (n < 0)
            return err_set(err, ERR_IO, "channel: send");
        fd = -1; /* it went with the first byte */
        *is_begun = true;
        bytes.ptr += n;
        bytes.len_bytes -= (size_t)n;
    }
    return ERR_NONE;
}

enum err_code channel_send(struct channel *channel, const struct message *message, int timeout_ms, struct err *err)
{
    if (channel->is_broken)
        return err_set(err, ERR_NOT_FOUND, "channel: broken");
    const struct message_schema *schema = schema_find(channel->schemas, channel->schema_count, message->type);
    must(schema);
    must(!(message->fd >= 0 && schema->takes_fd == FD_NEVER) && !(message->fd < 0 && schema->takes_fd == FD_ALWAYS));
    AUTO_ARENA arena;
    arena_init(&arena, CHANNEL_BODY_MAX_BYTES + (1u << 16));
    struct str body;
    TRY(message_print(schema, message, &arena, &body, err));
    uint8_t head[CHANNEL_FRAME_BYTES];
    put_uint(head, FRAME_MAGIC, 4);
    put_uint(head + 4, message->type, 2);
    put_uint(head + 6, message->fd >= 0 ? FRAME_HAS_FD : 0, 2);
    put_uint(head + 8, message->id, 8);
    put_uint(head + 16, body.len_bytes, 4);
    int64_t deadline_us = deadline_in(timeout_ms);
    bool is_begun = false;
    enum err_code code =
        send_all(channel, (struct str){(const char *)head, sizeof head}, message->fd, deadline_us, &is_begun, err);
    if (code == ERR_NONE)
        code = send_all(channel, body, -1, deadline_us, &is_begun, err);
    if (code != ERR_NONE && (is_begun || code != ERR_BUSY))
        channel->is_broken = true;
    return code;
}

/* Takes the one descriptor of a control message; any further ones are closed, and *ret_count tells. */
static void fds_take(struct msghdr *msg, int *fd, size_t *count)
{
    for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
        if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int got;
            memcpy(&got, CMSG_DATA(cmsg) + i * sizeof got, sizeof got);
            if ((*count)++ == 0)
                *fd = got;
            else
                (void)close(got);
        }
    }
}

static enum err_code receive_all(struct channel *channel, char *room, size_t room_bytes, int64_t deadline_us,
                                 int *NULLABLE fd, size_t *fd_count, bool *is_begun, struct err *err)
{
    size_t used_bytes = 0;
    while (used_bytes < room_bytes) {
        TRY(wait_for(channel, POLLIN, deadline_us, err));
        struct iovec iov = {room + used_bytes, room_bytes - used_bytes};
        union {
            struct cmsghdr align;
            char bytes[CMSG_SPACE(sizeof(int) * 4)];
        } control = {0};
        struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
        msg.msg_control = control.bytes;
        msg.msg_controllen = sizeof control.bytes;
        ssize_t n = recvmsg(channel->fd, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
        if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
            continue;
        if (n < 0 && errno != ECONNRESET)
            return err_set(err, ERR_IO, "channel: receive");
        if (n <= 0)
            return *is_begun ? err_set(err, ERR_SYNTAX, "channel: closed in the middle of a message")
                             : err_set(err, ERR_NOT_FOUND, "channel: the other side is gone");
        int taken = -1;
        size_t before = *fd_count;
        fds_take(&msg, &taken, fd_count);
        if (taken >= 0 && fd && before == 0)
            *fd = taken;
        else if (taken >= 0)
            (void)close(taken);
        if (msg.msg_flags & MSG_CTRUNC)
            *fd_count += 2; /* more than fit: refused below */
        *is_begun = true;
        used_bytes += (size_t)n;
    }
    return ERR_NONE;
}

static enum err_code receive_message(struct channel *channel, int64_t deadline_us, struct arena *arena, int *fd,
                                     struct message *ret_message, bool *is_begun, struct err *err)
{
    char head[CHANNEL_FRAME_BYTES];
    size_t fds = 0;
    TRY(receive_all(channel, head, sizeof head, deadline_us, fd, &fds, is_begun, err));
    struct frame frame;
    const struct message_schema *schema;
    TRY(frame_parse(channel->schemas, channel->schema_count, (struct str){head, sizeof head}, &frame, &schema, err));
    if (fds != (frame.has_fd ? 1 : 0))
        return err_set(err, ERR_SYNTAX, "%s: %zu descriptors came with it", schema->name, fds);
    char *body = arena_alloc(arena, (size_t)frame.body_bytes + 1, 1);
    if (!body)
        return arena_full(arena, err);
    TRY(receive_all(channel, body, frame.body_bytes, deadline_us, NULL, &fds, is_begun, err));
    if (fds != (frame.has_fd ? 1 : 0))
        return err_set(err, ERR_SYNTAX, "%s: a descriptor came within the body", schema->name);
    struct message out = {.id = frame.id, .fd = -1};
    TRY(message_parse(schema, (struct str){body, frame.body_bytes}, &out, err));
    *ret_message = out;
    return ERR_NONE;
}

enum err_code channel_receive(struct channel *channel, int timeout_ms, struct arena *arena, struct message *ret_message,
                              struct err *err)
{
    if (channel->is_broken)
        return err_set(err, ERR_NOT_FOUND, "channel: broken");
    AUTO_FD fd = -1;
    bool is_begun = false;
    enum err_code code = receive_message(channel, deadline_in(timeout_ms), arena, &fd, ret_message, &is_begun, err);
    if (code != ERR_NONE) {
        if (is_begun || code != ERR_BUSY)
            channel->is_broken = true;
        return code;
    }
    ret_message->fd = TAKE_FD(fd);
    return ERR_NONE;
}
