#include "cmd/role_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/serve.h"
#include "os/file.h"

#define KEY_TEXT_MAX_BYTES 256u
#define POSTGRES_PORT      5432

static const char *config_cstr(struct role_self *self, const char *name)
{
    struct str value = role_config(self, name);
    return str_is_empty(value) ? NULL : arena_cstr(&self->arena, value);
}

static bool is_postgres(const char *where)
{
    struct str s = str_from_cstr(where);
    return str_starts_with(s, STR("postgresql://")) || str_starts_with(s, STR("postgres://"));
}

/* The port after the host of a URL; what is not a plain number is left to the default. */
static uint16_t postgres_port(struct str where)
{
    ptrdiff_t at = str_find(where, STR("://"), 0);
    struct str rest = str_slice(where, (size_t)at + 3, where.len_bytes);
    ptrdiff_t slash = str_find_byte(rest, '/', 0);
    rest = str_slice(rest, 0, slash < 0 ? rest.len_bytes : (size_t)slash);
    ptrdiff_t user = str_find_byte(rest, '@', 0);
    rest = str_slice(rest, (size_t)(user + 1), rest.len_bytes);
    ptrdiff_t colon = str_find_byte(rest, ':', 0);
    int64_t port;
    if (colon >= 0 && str_to_i64(str_slice(rest, (size_t)colon + 1, rest.len_bytes), &port) && port > 0 && port < 65536)
        return (uint16_t)port;
    return POSTGRES_PORT;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* "…?host=/folder": where the server's socket lies, when it is not in its usual place; connections are opened later
 * too.
 * "%2F" is a slash, as libpq reads it. */
static struct str postgres_socket_folder(struct role_self *self, struct str where)
{
    ptrdiff_t at = str_find_byte(where, '?', 0);
    struct str rest = at < 0 ? STR("") : str_slice(where, (size_t)at + 1, where.len_bytes), part;
    while (str_split(&rest, '&', &part))
        if (str_starts_with(part, STR("host="))) {
            struct str text = str_slice(part, 5, part.len_bytes);
            char *out = arena_alloc(&self->arena, text.len_bytes + 1, 1);
            size_t n = 0;
            for (size_t i = 0; out && i < text.len_bytes; i++) {
                int high = text.ptr[i] == '%' && i + 2 < text.len_bytes ? hex_digit(text.ptr[i + 1]) : -1;
                int low = high >= 0 ? hex_digit(text.ptr[i + 2]) : -1;
                out[n++] = low >= 0 ? (char)(high * 16 + low) : text.ptr[i];
                i += low >= 0 ? 2 : 0;
            }
            if (!out || n == 0 || out[0] != '/')
                return STR("");
            out[n] = '\0';
            return (struct str){out, n};
        }
    return STR("");
}

enum err_code role_store_setup(struct role_self *self, enum sandbox_profile profile, struct store **ret_store,
                               struct err *err)
{
    const char *where = config_cstr(self, "store"), *blobs = config_cstr(self, "blobs"),
               *spool = config_cstr(self, "spool");
    if (!where || !blobs || !spool)
        return err_set(err, ERR_NOT_FOUND, "%s was told no store", role_to_str(self->role));
    struct clock clock = cmd_clock();
    struct store_options options = {
        .modules = sql_modules_all, .clock = &clock, .blob_folder = blobs, .migrate = true, .create = true};
    TRY(store_open(where, &options, ret_store, err));
    sandbox_init(&self->sandbox, profile);
    struct str user = role_config(self, "user");
    if (!str_is_empty(user))
        self->sandbox.user = arena_cstr(&self->arena, user);
    TRY(sandbox_allow_path(&self->sandbox, blobs, SANDBOX_READ | SANDBOX_WRITE, err));
    TRY(sandbox_allow_path(&self->sandbox, spool, SANDBOX_READ | SANDBOX_WRITE, err));
    /* The store opens connections later, and SQLite its -wal and -shm beside the file: the folder, not the file. */
    if (is_postgres(where)) {
        self->sandbox.wants_database = true;
        TRY(sandbox_allow_port(&self->sandbox, postgres_port(str_from_cstr(where)), err));
        static const char *const needed[] = {"/etc/hosts", "/etc/resolv.conf",    "/etc/nsswitch.conf", "/etc/services",
                                             "/etc/ssl",   "/var/run/postgresql", "/run/postgresql"};
        for (size_t i = 0; i < ARRAY_LEN(needed); i++)
            TRY(sandbox_allow_if_there(&self->sandbox, needed[i], SANDBOX_READ | SANDBOX_WRITE, err));
        struct str sockets = postgres_socket_folder(self, str_from_cstr(where));
        if (!str_is_empty(sockets))
            TRY(sandbox_allow_path(&self->sandbox, sockets.ptr, SANDBOX_READ | SANDBOX_WRITE, err));
    } else {
        struct str path = str_from_cstr(where);
        struct str name = path_base_name(path);
        struct str folder = str_slice(path, 0, path.len_bytes - name.len_bytes);
        TRY(sandbox_allow_path(&self->sandbox, str_is_empty(folder) ? "." : arena_cstr(&self->arena, folder),
                               SANDBOX_READ | SANDBOX_WRITE, err));
    }
    return ERR_NONE;
}

enum err_code role_keys_read(struct role_self *self, struct session_keys *ret_keys, struct err *err)
{
    const char *path = config_cstr(self, "keys");
    if (!path)
        return err_set(err, ERR_NOT_FOUND, "no key file was named");
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    if (!file_exists(path)) {
        struct session_keys made;
        crypto_random(made.secret, sizeof made.secret);
        struct str hex = crypto_to_hex((struct str){(const char *)made.secret, sizeof made.secret}, &arena);
        crypto_wipe(&made, sizeof made);
        if (str_is_null(hex))
            return arena_full(&arena, err);
        TRY(file_write_atomic(path, hex, 0600, err));
    }
    struct str text, bytes;
    TRY(file_read(path, KEY_TEXT_MAX_BYTES, &arena, &text, err));
    if (crypto_from_hex(str_trim(text), &arena, &bytes, err) != ERR_NONE || bytes.len_bytes != sizeof ret_keys->secret)
        return err_set(err, ERR_SYNTAX, "%s is no key file of ours", path);
    memcpy(ret_keys->secret, bytes.ptr, sizeof ret_keys->secret);
    crypto_wipe((void *)(uintptr_t)bytes.ptr, bytes.len_bytes);
    return ERR_NONE;
}
