#include "cmd/serve.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "base/buf.h"
#include "cmd/role.h"
#include "os/file.h"
#include "os/socket.h"

#define SERVE_CONFIG_MAX_BYTES 16384u

enum err_code serve_files_at(struct str dir, struct arena *arena, struct serve_files *ret_files, struct err *err)
{
    struct serve_files files;
    const struct {
        const char *name;
        const char **path;
        bool is_folder;
    } places[] = {{"luytre.db", &files.store, false},
                  {"blobs", &files.blobs, true},
                  {"keys/session.key", &files.keys, false},
                  {"keys/sign.key", &files.sign_key, false},
                  {"spool", &files.spool, true}};
    const char *keys_folder;
    TRY(file_mkdir_all(dir.ptr, 0700, err));
    TRY(path_join(dir, STR("keys"), arena, &keys_folder, err));
    TRY(file_mkdir_all(keys_folder, 0700, err));
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        TRY(path_join(dir, str_from_cstr(places[i].name), arena, places[i].path, err));
        if (places[i].is_folder)
            TRY(file_mkdir_all(*places[i].path, 0700, err));
    }
    *ret_files = files;
    return ERR_NONE;
}

enum err_code serve_address_is_local(struct str listen, struct err *err)
{
    struct socket_address address;
    TRY(socket_address_parse(listen, &address, err));
    if (!socket_address_is_local(&address))
        return err_set(err, ERR_DENIED, "%.*s: chỉ mở trên máy này (127.0.0.1, [::1] hoặc unix:…)", STR_ARG(listen));
    return ERR_NONE;
}

/* A config line must stay one line whatever stands in the value. */
static void put_line(struct buf *buf, const char *name, struct str value)
{
    if (str_is_empty(value))
        return;
    buf_printf(buf, "%s=", name);
    for (size_t i = 0; i < value.len_bytes; i++)
        if (value.ptr[i] != '\n' && value.ptr[i] != '\r')
            buf_put_byte(buf, value.ptr[i]);
    buf_put_byte(buf, '\n');
}

static enum err_code config_of(const struct serve_plan *plan, enum role role, struct arena *arena,
                               const char **ret_config, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, SERVE_CONFIG_MAX_BYTES);
    put_line(&buf, "user", plan->user);
    if (role == ROLE_WEB || role == ROLE_WORKER) {
        put_line(&buf, "store", str_from_cstr(plan->files.store));
        put_line(&buf, "blobs", str_from_cstr(plan->files.blobs));
        put_line(&buf, "keys", str_from_cstr(plan->files.keys));
        put_line(&buf, "spool", str_from_cstr(plan->files.spool));
        put_line(&buf, "hotline", plan->hotline);
        put_line(&buf, "public_url", plan->public_url);
        put_line(&buf, "proxy", plan->behind_proxy ? STR("yes") : STR(""));
        put_line(&buf, "demo", plan->is_demo ? STR("yes") : STR(""));
    }
    if (role == ROLE_FETCH) {
        put_line(&buf, "allow", plan->fetch_allow);
        put_line(&buf, "ca", plan->fetch_ca);
    }
    if (role == ROLE_SIGN)
        put_line(&buf, "key", str_from_cstr(plan->files.sign_key));
    struct str text;
    TRY(buf_to_arena(&buf, arena, &text, err));
    *ret_config = text.ptr;
    return ERR_NONE;
}

enum err_code serve_open(struct str listen, struct arena *arena, int *ret_fd, struct str *ret_listen, struct err *err)
{
    struct socket_address address;
    TRY(socket_address_parse(listen, &address, err));
    AUTO_FD fd = -1;
    uint16_t port;
    TRY(socket_listen(&address, 0660, &fd, &port, err));
    struct str shown = listen;
    if (port) {
        size_t end = listen.len_bytes;
        while (end > 0 && listen.ptr[end - 1] != ':')
            end--;
        shown = arena_printf(arena, "%.*s%u", (int)end, listen.ptr, port);
        if (str_is_null(shown))
            return arena_full(arena, err);
    }
    *ret_listen = shown;
    *ret_fd = TAKE_FD(fd);
    return ERR_NONE;
}

enum err_code serve_run(const struct serve_plan *plan, struct arena *arena, struct err *err)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return err_set(err, ERR_IO, "find my own program");
    program[length] = '\0';
    static const enum role order[] = {ROLE_PARSE, ROLE_SIGN, ROLE_FETCH, ROLE_WORKER, ROLE_WEB};
    struct monitor_role roles[ARRAY_LEN(order)];
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        roles[i] = (struct monitor_role){.role = order[i]};
        TRY(config_of(plan, order[i], arena, &roles[i].config, err));
        if (order[i] == ROLE_WEB) {
            roles[i].sockets[0].name = "http";
            roles[i].sockets[0].fd = plan->listen_fd;
            roles[i].socket_count = 1;
        }
    }
    struct log log;
    log_init(&log, "monitor");
    struct monitor_plan monitor = {.program = program, .roles = roles, .role_count = ARRAY_LEN(roles), .log = &log};
    return monitor_run(&monitor, err);
}
