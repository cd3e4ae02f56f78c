#include "cmd/role.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "os/file.h"

#define SIGN_ARENA_BYTES (4u << 20)

struct sign_state {
    struct sign_key key;
    struct sign_public public_key;
};

static enum err_code key_make(const char *path, struct arena *arena, struct err *err)
{
    uint8_t seed[SIGN_SEED_BYTES];
    crypto_random(seed, sizeof seed);
    struct str text = crypto_to_base64url((struct str){(const char *)seed, sizeof seed}, arena);
    struct str line = str_is_null(text) ? text : arena_printf(arena, SIGN_KEY_HEAD "%.*s\n", STR_ARG(text));
    crypto_wipe(seed, sizeof seed);
    if (str_is_null(line))
        return arena_full(arena, err);
    return file_write_atomic(path, line, 0600, err);
}

/* One descriptor for looking and reading, so that what was looked at is what is read. */
static enum err_code key_read(const char *path, struct arena *arena, struct str *ret_text, struct err *err)
{
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "open the signing key %s", path);
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_set(err, ERR_IO, "look at the signing key %s", path);
    if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0 || st.st_uid != geteuid())
        return err_set(err, ERR_DENIED,
                       "the signing key %s must be a file that only its owner, this user, can read (chmod 600)", path);
    return file_read_fd(fd, path, 256, arena, ret_text, err);
}

static enum err_code key_load(const char *path, struct arena *arena, struct sign_state *state, struct err *err)
{
    struct str text, seed;
    enum err_code code = key_read(path, arena, &text, err);
    if (code == ERR_NOT_FOUND) {
        TRY(key_make(path, arena, err));
        code = key_read(path, arena, &text, err);
    }
    TRY(code);
    struct str head = STR(SIGN_KEY_HEAD);
    if (!str_starts_with(text, head) ||
        crypto_from_base64url(str_trim(str_slice(text, head.len_bytes, text.len_bytes)), arena, &seed, err) !=
            ERR_NONE ||
        seed.len_bytes != SIGN_SEED_BYTES)
        return err_set(err, ERR_SYNTAX, "%s is no signing key of ours", path);
    sign_key_from_seed((const uint8_t *)seed.ptr, &state->key, &state->public_key);
    return ERR_NONE;
}

static enum err_code sign_setup(struct role_self *self, void *NULLABLE *ret_state, struct err *err)
{
    struct sign_state *state = *ret_state;
    struct str path = role_config(self, "key"), user = role_config(self, "user");
    if (str_is_empty(path))
        return err_set(err, ERR_NOT_FOUND, "sign was told no key file");
    AUTO_ARENA arena; /* holds the seed in text: wiped with the stack's copy below, freed here */
    arena_init(&arena, 1u << 16);
    const char *key_path = arena_cstr(&self->arena, path);
    if (!key_path)
        return arena_full(&self->arena, err);
    TRY(key_load(key_path, &arena, state, err));
    sandbox_init(&self->sandbox, SANDBOX_SIGN);
    self->sandbox.user = str_is_empty(user) ? "nobody" : arena_cstr(&self->arena, user);
    self->sandbox.is_secretive = true;
    /* No ceiling on files: it would end the role at its first log line when stderr is one, and it can open none. */
    self->sandbox.limits = (struct sandbox_limits){.files = 32};
    return ERR_NONE;
}

static enum err_code sign_answer(void *NULLABLE ctx, const struct message *request, struct arena *arena,
                                 struct message *reply, struct err *err)
{
    const struct sign_state *state = ctx;
    if (request->type == MESSAGE_PUBLIC_KEY) {
        reply->texts[REPLY_CONTENT] =
            arena_str(arena, (struct str){(const char *)state->public_key.bytes, sizeof state->public_key.bytes});
    } else if (request->type == MESSAGE_SIGN) {
        struct str statement;
        TRY(sign_statement(request->texts[SIGN_PURPOSE], request->texts[SIGN_CONTENT], arena, &statement, err));
        struct signature signature = sign_message(&state->key, statement);
        reply->texts[REPLY_CONTENT] =
            arena_str(arena, (struct str){(const char *)signature.bytes, sizeof signature.bytes});
    } else {
        return err_set(err, ERR_DENIED, "sign only signs");
    }
    return str_is_null(reply->texts[REPLY_CONTENT]) ? arena_full(arena, err) : ERR_NONE;
}

static enum err_code sign_loop(struct role_self *self, void *NULLABLE state, struct err *err)
{
    const struct service service = {.control = &self->control,
                                    .log = &self->log,
                                    .arena_bytes = SIGN_ARENA_BYTES,
                                    .answer = sign_answer,
                                    .state = state};
    return service_run(&service, err);
}

int role_sign_main(void)
{
    struct sign_state state = {0};
    return role_main(ROLE_SIGN, &state, sign_setup, sign_loop);
}
