#include "cmd/role.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/options.h"

#define SETUP_TIMEOUT_MS 10000
#define ROLE_ARENA_BYTES (16u << 20)

struct str role_config(const struct role_self *self, const char *name)
{
    struct str rest = self->config, line, want = str_from_cstr(name);
    while (str_line(&rest, &line))
        if (str_starts_with(line, want) && line.len_bytes > want.len_bytes && line.ptr[want.len_bytes] == '=')
            return str_slice(line, want.len_bytes + 1, line.len_bytes);
    return STR_NONE;
}

int role_socket(const struct role_self *self, const char *name)
{
    for (size_t i = 0; i < self->socket_count; i++)
        if (strcmp(self->sockets[i].name, name) == 0)
            return self->sockets[i].fd;
    return -1;
}

static enum err_code socket_keep(struct role_self *self, const struct message *message, struct err *err)
{
    struct str name = message->texts[SOCKET_NAME];
    if (self->socket_count >= ROLE_SOCKETS_MAX || name.len_bytes >= sizeof self->sockets[0].name) {
        (void)close(message->fd);
        return err_set(err, ERR_LIMIT, "more than %d sockets", ROLE_SOCKETS_MAX);
    }
    struct role_socket *kept = &self->sockets[self->socket_count++];
    memcpy(kept->name, name.ptr, name.len_bytes);
    kept->name[name.len_bytes] = '\0';
    kept->fd = message->fd;
    return ERR_NONE;
}

/* From the monitor, until it says go. */
static enum err_code orders_read(struct role_self *self, struct err *err)
{
    for (;;) {
        struct message message = MESSAGE_NONE;
        TRY(channel_receive(&self->control, SETUP_TIMEOUT_MS, &self->arena, &message, err));
        if (message.type == MESSAGE_GO)
            return ERR_NONE;
        if (message.type == MESSAGE_SETUP)
            self->config = message.texts[SETUP_CONFIG];
        else if (message.type == MESSAGE_SOCKET)
            TRY(socket_keep(self, &message, err));
        else
            return err_set(err, ERR_SYNTAX, "the monitor sent message %u before go", message.type);
    }
}

static enum err_code role_run(struct role_self *self, void *NULLABLE state, role_setup_fn *setup, role_loop_fn *loop,
                              struct err *err)
{
    if (orders_read(self, err) != ERR_NONE)
        return err_wrap(err, "wait for orders");
    TRY(crypto_init(err));
    peers_init(&self->peers, &self->control);
    if (setup(self, &state, err) != ERR_NONE)
        return err_wrap(err, "set up");
    TRY(sandbox_enter(&self->sandbox, &self->report, err));
    sandbox_die_with_parent(SIGTERM); /* again: becoming another user forgot it */
    struct str report = sandbox_report_print(&self->report, &self->arena);
    LOG(&self->log, self->report.missing[0] ? LOG_WARN : LOG_INFO, "sandboxed", LOG_TEXT_FIELD("with", report));
    return loop(self, state, err);
}

int role_main(enum role role, void *NULLABLE state, role_setup_fn *setup, role_loop_fn *loop)
{
    struct role_self self = {0};
    struct err err = {0};
    struct stat st;
    self.role = role;
    log_init(&self.log, role_to_str(role));
    if (fstat(ROLE_CHANNEL_FD, &st) != 0 || !S_ISSOCK(st.st_mode)) {
        fprintf(stderr, "luytre: -x is for luytre itself, see luytre help serve\n");
        return EXIT_USAGE;
    }
    sandbox_die_with_parent(SIGTERM);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN); /* Ctrl-C reaches the whole group; the monitor decides */
    arena_init(&self.arena, ROLE_ARENA_BYTES);
    channel_init(&self.control, ROLE_CHANNEL_FD, role_schemas, role_schema_count);
    enum err_code code = role_run(&self, state, setup, loop, &err);
    if (code != ERR_NONE)
        LOG(&self.log, LOG_ERROR, "role_failed", LOG_TEXT_FIELD("reason", str_from_cstr(err.text)));
    fflush(NULL);
    _exit(code == ERR_NONE ? EXIT_DONE : EXIT_FAILED); /* no exit handlers: the sandbox may forbid what they want */
}
