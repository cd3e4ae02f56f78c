#include "os/service.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "os/file.h"
#include "os/process.h"

#define REPLY_SEND_TIMEOUT_MS 10000
#define REPLY_MAX_BYTES       (CHANNEL_BODY_MAX_BYTES + 64u)
#define CHILD_REPLY_FD        4
#define CHILD_REQUEST_FD      5

struct slot {     /* one request being answered in a child */
    pid_t pid;    /* 0: free */
    int reply_fd; /* pipe from the child */
    struct buf reply;
    uint64_t line_serial;
    uint64_t request_id;
    int64_t deadline_us;
};
struct line {
    struct channel channel; /* fd -1: free */
    uint64_t serial;        /* tells a line from a later one in the same place */
};
struct loop {
    const struct service *service;
    struct line lines[SERVICE_LINES_MAX];
    struct slot slots[SERVICE_CHILDREN_MAX];
    uint64_t next_serial;
};

static const struct message_schema *reply_schema(void)
{
    for (size_t i = 0; i < role_schema_count; i++)
        if (role_schemas[i].type == MESSAGE_REPLY)
            return &role_schemas[i];
    must(!"a reply schema");
}

/* wire: as long as the reply is needed. */
static void reply_error(struct message *reply, const struct err *err, char wire[ERR_WIRE_BYTES])
{
    uint64_t id = reply->id;
    *reply = (struct message){.type = MESSAGE_REPLY, .id = id, .fd = -1};
    reply->numbers[REPLY_CODE] = err->code;
    err_to_wire(err, wire);
    struct str text = str_from_cstr(wire);
    reply->texts[REPLY_TEXT] = utf8_is_valid(text) ? text : STR("the reader's words were no text");
}

static void line_add(struct loop *loop, int fd)
{
    for (size_t i = 0; i < SERVICE_LINES_MAX; i++) {
        if (loop->lines[i].channel.fd < 0) {
            channel_init(&loop->lines[i].channel, fd, role_schemas, role_schema_count);
            loop->lines[i].serial = ++loop->next_serial;
            return;
        }
    }
    (void)close(fd); /* more lines than roles: the monitor never does this */
}

static void reply_send(struct loop *loop, uint64_t line_serial, const struct message *reply)
{
    for (size_t i = 0; i < SERVICE_LINES_MAX; i++) {
        struct line *line = &loop->lines[i];
        if (line->channel.fd < 0 || line->serial != line_serial)
            continue;
        struct err err;
        if (channel_send(&line->channel, reply, REPLY_SEND_TIMEOUT_MS, &err) != ERR_NONE && line->channel.is_broken)
            channel_close(&line->channel);
        return;
    }
}

/* In the child: never returns. */
static NO_RETURN void child_answer(const struct service *service, const struct message *request, int reply_fd)
{
    struct err err = {0};
    sandbox_die_with_parent(SIGKILL);
    int moved_reply = fcntl(reply_fd, F_DUPFD_CLOEXEC, 16);
    int moved_request = request->fd >= 0 ? fcntl(request->fd, F_DUPFD_CLOEXEC, 16) : -1;
    if (moved_reply < 0 || dup3(moved_reply, CHILD_REPLY_FD, O_CLOEXEC) < 0)
        _exit(1);
    if (request->fd >= 0 && (moved_request < 0 || dup3(moved_request, CHILD_REQUEST_FD, O_CLOEXEC) < 0))
        _exit(1);
    (void)close(3);
    file_close_from(request->fd >= 0 ? CHILD_REQUEST_FD + 1 : CHILD_REQUEST_FD);
    struct message own = *request;
    own.fd = request->fd >= 0 ? CHILD_REQUEST_FD : -1;
    struct arena arena;
    arena_init(&arena, service->arena_bytes);
    struct message reply = {.type = MESSAGE_REPLY, .id = request->id, .fd = -1};
    char wire[ERR_WIRE_BYTES];
    const struct sandbox_filter *filter = service->filter_for ? service->filter_for(service->state, request) : NULL;
    enum err_code code = sandbox_limits_enter(&service->limits, &err);
    if (code == ERR_NONE && filter)
        code = sandbox_filter_enter(filter, &err);
    if (code == ERR_NONE)
        code = service->answer(service->state, &own, &arena, &reply, &err);
    if (code != ERR_NONE)
        reply_error(&reply, &err, wire);
    struct str body;
    struct arena body_arena;
    arena_init(&body_arena, REPLY_MAX_BYTES + 4096u);
    if (message_print(reply_schema(), &reply, &body_arena, &body, &err) != ERR_NONE) {
        reply_error(&reply, &err, wire);
        if (message_print(reply_schema(), &reply, &body_arena, &body, &err) != ERR_NONE)
            _exit(1);
    }
    if (file_write_fd(CHILD_REPLY_FD, "reply", body, &err) != ERR_NONE)
        _exit(1);
    _exit(0);
}

static enum err_code child_fork(struct loop *loop, struct slot *slot, const struct line *line,
                                const struct message *request, struct err *err)
{
    const struct service *service = loop->service;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_set(err, ERR_IO, "make a pipe");
    AUTO_FD reply_in = ends[0];
    AUTO_FD reply_out = ends[1];
    pid_t pid = fork();
    if (pid < 0)
        return err_set(err, ERR_IO, "start a reader");
    if (pid == 0)
        child_answer(service, request, reply_out);
    int timeout_ms = service->timeout_for ? service->timeout_for(service->state, request) : service->timeout_ms;
    buf_init(&slot->reply, REPLY_MAX_BYTES);
    slot->pid = pid;
    slot->reply_fd = TAKE_FD(reply_in);
    slot->line_serial = line->serial;
    slot->request_id = request->id;
    slot->deadline_us = clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    return ERR_NONE;
}

static void slot_finish(struct loop *loop, struct slot *slot, bool is_late)
{
    int exit_code = 0, signal_number = 0;
    struct err err = {0};
    (void)close(slot->reply_fd);
    process_end(slot->pid, is_late ? 0 : 500, &exit_code, &signal_number);
    struct message reply = {.type = MESSAGE_REPLY, .id = slot->request_id, .fd = -1};
    char wire[ERR_WIRE_BYTES];
    enum err_code code;
    if (is_late)
        code = err_set(&err, ERR_LIMIT, "stopped: it took longer than allowed");
    else if (signal_number == SIGXCPU || signal_number == SIGKILL)
        code = err_set(&err, ERR_LIMIT, "stopped: it used more processor time than allowed");
    else if (signal_number != 0)
        code = err_set(&err, ERR_SYNTAX, "its reader crashed over it (signal %d)", signal_number);
    else if (exit_code != 0 || slot->reply.failed)
        code = err_set(&err, ERR_LIMIT, "its reader gave up (exit %d)", exit_code);
    else
        code = message_parse(reply_schema(), buf_str(&slot->reply), &reply, &err);
    if (code != ERR_NONE) {
        reply_error(&reply, &err, wire);
        LOG(loop->service->log, LOG_WARN, "request_failed", LOG_TEXT_FIELD("reason", str_from_cstr(err.text)),
            LOG_INT_FIELD("signal", signal_number));
    }
    reply_send(loop, slot->line_serial, &reply);
    buf_done(&slot->reply);
    *slot = (struct slot){.reply_fd = -1};
}

static void request_take(struct loop *loop, struct line *line, struct slot *NULLABLE slot)
{
    AUTO_ARENA arena;
    arena_init(&arena, CHANNEL_BODY_MAX_BYTES + (1u << 20));
    struct err err = {0};
    struct message request = MESSAGE_NONE;
    enum err_code code = channel_receive(&line->channel, REPLY_SEND_TIMEOUT_MS, &arena, &request, &err);
    if (code != ERR_NONE) {
        if (code != ERR_NOT_FOUND)
            LOG(loop->service->log, LOG_ERROR, "line_broken", LOG_TEXT_FIELD("reason", str_from_cstr(err.text)));
        channel_close(&line->channel);
        return;
    }
    AUTO_FD request_fd = request.fd;
    struct message reply = {.type = MESSAGE_REPLY, .id = request.id, .fd = -1};
    char wire[ERR_WIRE_BYTES];
    if (request.type <= MESSAGE_REPLY) {
        LOG(loop->service->log, LOG_ERROR, "line_broken", LOG_TEXT_FIELD("reason", STR("not a request")));
        channel_close(&line->channel);
        return;
    }
    if (slot) {
        code = child_fork(loop, slot, line, &request, &err);
        if (code == ERR_NONE)
            return;
    } else {
        AUTO_ARENA answer_arena;
        arena_init(&answer_arena, loop->service->arena_bytes);
        code = loop->service->answer(loop->service->state, &request, &answer_arena, &reply, &err);
        if (code == ERR_NONE) {
            reply_send(loop, line->serial, &reply);
            return;
        }
    }
    reply_error(&reply, &err, wire);
    reply_send(loop, line->serial, &reply);
}

static struct slot *NULLABLE slot_free(struct loop *loop)
{
    for (size_t i = 0; i < loop->service->children_max; i++)
        if (loop->slots[i].pid == 0)
            return &loop->slots[i];
    return NULL;
}

/* false at the end of the pipe. */
static bool slot_read(struct slot *slot)
{
    char part[65536];
    ssize_t n = read(slot->reply_fd, part, sizeof part);
    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    buf_put(&slot->reply, (struct str){part, (size_t)n});
    return n > 0 && !slot->reply.failed;
}

static enum err_code control_take(struct loop *loop, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 17);
    struct message message = MESSAGE_NONE;
    TRY(channel_receive(loop->service->control, 1000, &arena, &message, err));
    if (message.type == MESSAGE_LINE && message.numbers[LINE_IS_SERVER] == 1)
        line_add(loop, message.fd);
    else if (message.fd >= 0)
        (void)close(message.fd);
    return ERR_NONE;
}

/* One turn: wait, then serve whatever is ready. ERR_NOT_FOUND: the monitor is gone. */
static enum err_code loop_turn(struct loop *loop, struct err *err)
{
    struct pollfd waits[1 + SERVICE_CHILDREN_MAX + SERVICE_LINES_MAX];
    size_t slots_at = 1, lines_at = 1 + SERVICE_CHILDREN_MAX;
    bool is_inline = loop->service->children_max == 0;
    bool takes_more = is_inline || slot_free(loop);
    int64_t now_us = clock_monotonic_us(), nearest_us = INT64_MAX;
    waits[0] = (struct pollfd){.fd = loop->service->control->fd, .events = POLLIN};
    for (size_t i = 0; i < SERVICE_CHILDREN_MAX; i++) {
        struct slot *slot = &loop->slots[i];
        waits[slots_at + i] = (struct pollfd){.fd = slot->pid ? slot->reply_fd : -1, .events = POLLIN};
        if (slot->pid && slot->deadline_us < nearest_us)
            nearest_us = slot->deadline_us;
    }
    /* While every child is busy, requests wait in their sockets: that is the queue, and its length is bounded. */
    for (size_t i = 0; i < SERVICE_LINES_MAX; i++)
        waits[lines_at + i] = (struct pollfd){.fd = takes_more ? loop->lines[i].channel.fd : -1, .events = POLLIN};
    int timeout_ms = -1;
    if (nearest_us != INT64_MAX)
        timeout_ms = nearest_us <= now_us ? 0 : (int)((nearest_us - now_us) / 1000) + 1;
    if (poll(waits, ARRAY_LEN(waits), timeout_ms) < 0 && errno != EINTR)
        return err_set(err, ERR_IO, "poll");
    now_us = clock_monotonic_us();
    for (size_t i = 0; i < SERVICE_CHILDREN_MAX; i++) {
        struct slot *slot = &loop->slots[i];
        if (slot->pid && waits[slots_at + i].revents && !slot_read(slot))
            slot_finish(loop, slot, false);
        else if (slot->pid && slot->deadline_us <= now_us)
            slot_finish(loop, slot, true);
    }
    for (size_t i = 0; i < SERVICE_LINES_MAX; i++) {
        struct line *line = &loop->lines[i];
        struct slot *slot = slot_free(loop);
        if (waits[lines_at + i].fd >= 0 && waits[lines_at + i].revents && line->channel.fd >= 0 && (is_inline || slot))
            request_take(loop, line, slot);
    }
    if (waits[0].revents)
        TRY(control_take(loop, err));
    return ERR_NONE;
}

enum err_code service_run(const struct service *service, struct err *err)
{
    must(service->children_max <= SERVICE_CHILDREN_MAX);
    struct loop *loop = mem_alloc(sizeof *loop);
    if (!loop)
        return err_set(err, ERR_NOMEM, "no memory for the loop");
    loop->service = service;
    for (size_t i = 0; i < SERVICE_LINES_MAX; i++)
        loop->lines[i].channel.fd = -1;
    enum err_code code;
    do
        code = loop_turn(loop, err);
    while (code == ERR_NONE);
    for (size_t i = 0; i < SERVICE_CHILDREN_MAX; i++) {
        int exit_code, signal_number;
        if (loop->slots[i].pid) {
            process_end(loop->slots[i].pid, 0, &exit_code, &signal_number);
            (void)close(loop->slots[i].reply_fd);
            buf_done(&loop->slots[i].reply);
        }
    }
    for (size_t i = 0; i < SERVICE_LINES_MAX; i++)
        if (loop->lines[i].channel.fd >= 0)
            channel_close(&loop->lines[i].channel);
    mem_free(loop);
    return code == ERR_NOT_FOUND ? ERR_NONE : code;
}
