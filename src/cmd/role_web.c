/* role_web.c - the role that speaks HTTP: its listening socket, the store folder, lines to parse and sign; it starts
 * nothing. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "cmd/role_store.h"
#include "web/app.h"
#include "web/http.h"

#define WEB_GRACE_MS 5000
#define WEB_POLL_MS  1000

struct web_role {
    struct app app; /* first: what the hooks are given */
    struct role_self *self;
    struct web *web;
    struct str spool;
};

static void problem(void *ctx, const struct request *request, struct str code, const struct err *err)
{
    struct role_self *self = ((struct web_role *)ctx)->self;
    LOG(&self->log, LOG_ERROR, "page_failed", LOG_TEXT_FIELD("code", code), LOG_TEXT_FIELD("path", request->path),
        LOG_TEXT_FIELD("reason", str_from_cstr(err->text)));
}

static enum err_code setup(struct role_self *self, void *NULLABLE *ret_state, struct err *err)
{
    struct web_role *w = *ret_state;
    struct app *app = &w->app;
    w->self = self;
    TRY(role_keys_read(self, &app->keys, err));
    TRY(role_store_setup(self, SANDBOX_WEB, &app->store, err));
    TRY(app_init(app, err));
    app->peers = &self->peers;
    app->spool_dir = arena_cstr(&self->arena, role_config(self, "spool"));
    app->hotline = role_config(self, "hotline");
    app->hotline_tel = role_config(self, "hotline");
    app->public_url = role_config(self, "public_url");
    struct web_config config;
    TRY(app_web_config(app, &config, err));
    config.hooks.problem = problem;
    config.behind_proxy = str_equal(role_config(self, "proxy"), STR("yes"));
    return web_new(&config, &w->web, err);
}

static enum err_code loop(struct role_self *self, void *NULLABLE state, struct err *err)
{
    struct web_role *w = state;
    int fd = role_socket(self, "http");
    if (fd < 0)
        return err_set(err, ERR_NOT_FOUND, "web was given no socket");
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (own < 0)
        return err_set(err, ERR_IO, "keep the socket");
    struct http_config config = {.listen_fd = own, .listen = STR("")};
    struct http_server *server = NULL;
    TRY(http_start(w->web, &config, &server, err));
    LOG(&self->log, LOG_INFO, "serving", LOG_INT_FIELD("port", http_port(server)));
    enum err_code code = ERR_NONE;
    while (code == ERR_NONE) {
        struct pollfd wait = {.fd = self->control.fd, .events = POLLIN};
        if (poll(&wait, 1, WEB_POLL_MS) > 0)
            code = peers_refresh(&self->peers, err);
    }
    http_stop(server, WEB_GRACE_MS);
    web_free(w->web);
    app_done(&w->app);
    store_close(w->app.store);
    return code == ERR_NOT_FOUND ? ERR_NONE : code;
}

int role_web_main(void)
{
    static struct web_role state; /* dies with the process, which is this role */
    return role_main(ROLE_WEB, &state, setup, loop);
}
