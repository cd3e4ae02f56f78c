#include "cmd/backup_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/mem.h"
#include "os/file.h"

#define PACK_MAGIC    "LUYTRE-BACKUP 1\n"
#define PUBLIC_HEAD   "luytre-backup-recipient "
#define SECRET_HEAD   "luytre-backup-secret "
#define KEY_MAX_BYTES 256u

/* --- the thread between our pipe and the file --- */
struct sealing {
    pthread_t thread;
    bool is_running;
    bool is_writing;
    struct seal_public to;
    struct seal_secret secret;
    int in_fd, out_fd; /* the thread's */
    enum err_code code;
    struct err err;
};

static void *seal_main(void *arg)
{
    struct sealing *s = arg;
    s->code = s->is_writing ? seal_stream_close(&s->to, s->in_fd, s->out_fd, &s->err)
                            : seal_stream_open(&s->secret, s->in_fd, s->out_fd, &s->err);
    /* Our end of the pipe: the other side learns that there is nothing more to read, or nobody to write to. */
    (void)close(s->is_writing ? s->in_fd : s->out_fd);
    return NULL;
}

static enum err_code seal_start(struct sealing *s, struct err *err)
{
    int rc = pthread_create(&s->thread, NULL, seal_main, s);
    if (rc != 0) {
        errno = rc;
        return err_set(err, ERR_IO, "start a thread");
    }
    s->is_running = true;
    return ERR_NONE;
}

static enum err_code seal_join(struct sealing *s, struct err *err)
{
    if (s->is_running)
        must(pthread_join(s->thread, NULL) == 0);
    s->is_running = false;
    crypto_wipe(&s->secret, sizeof s->secret);
    if (s->code != ERR_NONE)
        *err = s->err;
    return s->code;
}

/* --- writing --- */
struct pack_writer {
    struct sealing seal;
    int pipe_fd, file_fd;
    char *path, *part;
};

static char *copy_of(const char *a, const char *b)
{
    size_t la = strlen(a), lb = strlen(b);
    char *copy = mem_alloc(la + lb + 1);
    if (copy) {
        memcpy(copy, a, la);
        memcpy(copy + la, b, lb + 1);
    }
    return copy;
}

static void writer_free(struct pack_writer *w)
{
    if (w->pipe_fd >= 0)
        (void)close(w->pipe_fd);
    struct err ignored;
    err_ignore(seal_join(&w->seal, &ignored), "the file is thrown away");
    if (w->file_fd >= 0) {
        (void)close(w->file_fd);
        (void)unlink(w->part);
    }
    mem_free(w->path);
    mem_free(w->part);
    mem_free(w);
}

enum err_code pack_create(const char *path, const struct seal_public *to, struct pack_writer **ret_writer,
                          struct err *err)
{
    if (file_exists(path))
        return err_set(err, ERR_CONFLICT, "%s đã có, không ghi đè", path);
    char tail[CRYPTO_TOKEN_CHARS + 1 + sizeof PACK_PART_SUFFIX] = PACK_PART_SUFFIX "-", token[CRYPTO_TOKEN_CHARS + 1];
    crypto_token(token);
    memcpy(tail + sizeof PACK_PART_SUFFIX, token, sizeof token);
    struct pack_writer *w = mem_alloc(sizeof *w);
    if (!w)
        return err_set(err, ERR_NOMEM, "no memory");
    *w = (struct pack_writer){.pipe_fd = -1, .file_fd = -1, .path = copy_of(path, ""), .part = copy_of(path, tail)};
    w->seal = (struct sealing){.is_writing = true, .to = *to};
    int ends[2];
    if (!w->path || !w->part || pipe2(ends, O_CLOEXEC) != 0) {
        enum err_code code = err_set(err, ERR_IO, "make a pipe");
        writer_free(w);
        return code;
    }
    w->pipe_fd = ends[1];
    w->seal.in_fd = ends[0];
    w->file_fd = open(w->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    w->seal.out_fd = w->file_fd;
    enum err_code code = w->file_fd < 0 ? err_set(err, ERR_IO, "create %s", w->part) : seal_start(&w->seal, err);
    if (code != ERR_NONE) {
        (void)close(ends[0]);
        writer_free(w);
        return code;
    }
    code = file_write_fd(w->pipe_fd, "the backup", STR(PACK_MAGIC), err);
    if (code != ERR_NONE) {
        writer_free(w);
        return code;
    }
    *ret_writer = w;
    return ERR_NONE;
}

enum err_code pack_put(struct pack_writer *w, char kind, struct str payload, struct err *err)
{
    must(payload.len_bytes <= PACK_RECORD_MAX_BYTES);
    unsigned char head[5] = {(unsigned char)kind, (unsigned char)payload.len_bytes,
                             (unsigned char)(payload.len_bytes >> 8), (unsigned char)(payload.len_bytes >> 16),
                             (unsigned char)(payload.len_bytes >> 24)};
    enum err_code code = file_write_fd(w->pipe_fd, "the backup", (struct str){(const char *)head, sizeof head}, err);
    if (code == ERR_NONE && payload.len_bytes)
        code = file_write_fd(w->pipe_fd, "the backup", payload, err);
    if (code == ERR_NONE)
        return ERR_NONE;
    /* The pipe broke because sealing failed: its words are the reason. */
    (void)close(w->pipe_fd);
    w->pipe_fd = -1;
    struct err why = {0};
    enum err_code sealed = seal_join(&w->seal, &why);
    if (sealed == ERR_NONE)
        return code;
    *err = why;
    return sealed;
}

enum err_code pack_finish(struct pack_writer *w, int64_t *ret_file_bytes, struct err *err)
{
    (void)close(w->pipe_fd);
    w->pipe_fd = -1;
    enum err_code code = seal_join(&w->seal, err);
    struct stat st = {0};
    if (code == ERR_NONE && (fsync(w->file_fd) != 0 || fstat(w->file_fd, &st) != 0))
        code = err_set(err, ERR_IO, "write %s", w->part);
    if (code == ERR_NONE && link(w->part, w->path) != 0 &&
        (errno == EEXIST || rename(w->part, w->path) != 0)) /* some shares know no links */
        code = err_set(err, errno == EEXIST ? ERR_CONFLICT : ERR_IO, "name %s", w->path);
    if (code == ERR_NONE)
        code = file_sync_parent(w->path, err);
    if (code == ERR_NONE)
        *ret_file_bytes = st.st_size;
    writer_free(w);
    return code;
}

void pack_abort(struct pack_writer *w)
{
    if (w)
        writer_free(w);
}

/* --- reading --- */
struct pack_reader {
    struct sealing seal;
    int pipe_fd, file_fd;
    bool has_ended;
    char *room;
};

void pack_close(struct pack_reader *r)
{
    if (!r)
        return;
    if (r->pipe_fd >= 0)
        (void)close(r->pipe_fd); /* the thread's next write fails, and it ends */
    struct err ignored;
    err_ignore(seal_join(&r->seal, &ignored), "whoever closes has the first error already");
    if (r->file_fd >= 0)
        (void)close(r->file_fd);
    mem_free(r->room);
    mem_free(r);
}

/* What the pipe's early end means stands in the thread's error. */
static enum err_code broken(struct pack_reader *r, const char *what, struct err *err)
{
    struct err why = {0};
    if (seal_join(&r->seal, &why) != ERR_NONE) {
        *err = why;
        return why.code;
    }
    errno = 0;
    return err_set(err, ERR_SYNTAX, "tệp sao lưu hỏng: %s", what);
}

static enum err_code read_whole(struct pack_reader *r, char *room, size_t want, const char *what, struct err *err)
{
    for (size_t have = 0; have < want;) {
        ssize_t n = read(r->pipe_fd, room + have, want - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, ERR_IO, "read the backup");
        if (n == 0)
            return broken(r, what, err);
        have += (size_t)n;
    }
    return ERR_NONE;
}

enum err_code pack_open(const char *path, const struct seal_secret *secret, struct pack_reader **ret_reader,
                        struct err *err)
{
    struct pack_reader *r = mem_alloc(sizeof *r);
    char *room = mem_alloc(PACK_RECORD_MAX_BYTES + 1);
    if (!r || !room) {
        mem_free(r);
        mem_free(room);
        return err_set(err, ERR_NOMEM, "no memory");
    }
    *r = (struct pack_reader){.pipe_fd = -1, .room = room};
    r->seal.secret = *secret;
    r->file_fd = open(path, O_RDONLY | O_CLOEXEC);
    int ends[2];
    if (r->file_fd < 0 || pipe2(ends, O_CLOEXEC) != 0) {
        enum err_code code =
            err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "open %s: %s", path, strerror(errno));
        pack_close(r);
        return code;
    }
    r->pipe_fd = ends[0];
    r->seal.in_fd = r->file_fd;
    r->seal.out_fd = ends[1];
    enum err_code code = seal_start(&r->seal, err);
    if (code != ERR_NONE)
        (void)close(ends[1]);
    char magic[sizeof PACK_MAGIC - 1];
    if (code == ERR_NONE)
        code = read_whole(r, magic, sizeof magic, "it is empty", err);
    if (code == ERR_NONE && memcmp(magic, PACK_MAGIC, sizeof magic) != 0)
        code = err_set(err, ERR_SYNTAX, "%s: không phải tệp sao lưu của luytre", path);
    if (code != ERR_NONE) {
        pack_close(r);
        return code;
    }
    *ret_reader = r;
    return ERR_NONE;
}

enum err_code pack_next(struct pack_reader *r, char *ret_kind, struct str *ret_payload, struct err *err)
{
    must(!r->has_ended);
    char head[5];
    TRY(read_whole(r, head, sizeof head, "it was cut short", err));
    struct cursor cursor = cursor_over((struct str){head + 1, 4});
    size_t length = cursor_u32le(&cursor);
    if (length > PACK_RECORD_MAX_BYTES || head[0] == '\0' || !strchr("HDEBCKZ", head[0]))
        return err_set(err, ERR_SYNTAX, "tệp sao lưu hỏng: không có bản ghi này");
    TRY(read_whole(r, r->room, length, "it was cut short", err));
    r->room[length] = '\0';
    if (head[0] == 'Z') {
        char more;
        ssize_t n;
        while ((n = read(r->pipe_fd, &more, 1)) < 0 && errno == EINTR)
            ;
        if (n != 0)
            return err_set(err, ERR_SYNTAX, "tệp sao lưu hỏng: còn dữ liệu sau phần cuối");
        TRY(seal_join(&r->seal, err));
        r->has_ended = true;
    }
    *ret_kind = head[0];
    *ret_payload = (struct str){r->room, length};
    return ERR_NONE;
}

/* --- key files --- */
static enum err_code key_write(const char *path, const char *head, const uint8_t *bytes, size_t n_bytes, unsigned mode,
                               struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    struct str text = crypto_to_base64url((struct str){(const char *)bytes, n_bytes}, &arena);
    struct str line = str_is_null(text) ? text : arena_printf(&arena, "%s%.*s\n", head, STR_ARG(text));
    if (str_is_null(line))
        return arena_full(&arena, err);
    AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return err_set(err, errno == EEXIST ? ERR_CONFLICT : ERR_IO, "create %s: %s", path, strerror(errno));
    TRY(file_write_fd(fd, path, line, err));
    crypto_wipe((void *)(uintptr_t)line.ptr, line.len_bytes);
    return fsync(fd) == 0 ? ERR_NONE : err_set(err, ERR_IO, "write %s", path);
}

enum err_code pack_keys_make(const char *secret_path, const char *public_path, struct err *err)
{
    struct seal_public public_key;
    struct seal_secret secret;
    seal_key_new(&public_key, &secret);
    enum err_code code = key_write(secret_path, SECRET_HEAD, secret.bytes, sizeof secret.bytes, 0600, err);
    crypto_wipe(&secret, sizeof secret);
    TRY(code);
    code = key_write(public_path, PUBLIC_HEAD, public_key.bytes, sizeof public_key.bytes, 0644, err);
    if (code != ERR_NONE)
        (void)unlink(secret_path);
    return code;
}

static enum err_code key_read(const char *path, const char *head, bool is_secret, uint8_t ret_bytes[SEAL_PUBLIC_BYTES],
                              struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "open %s: %s", path, strerror(errno));
    if (is_secret && (st.st_mode & 077) != 0)
        return err_set(err, ERR_DENIED, "%s: người khác đọc được, chmod 600 trước đã", path);
    struct str text, bytes, start = str_from_cstr(head);
    TRY(file_read_fd(fd, path, KEY_MAX_BYTES, &arena, &text, err));
    errno = 0;
    if (!str_starts_with(text, start) ||
        crypto_from_base64url(str_trim(str_slice(text, start.len_bytes, text.len_bytes)), &arena, &bytes, err) !=
            ERR_NONE ||
        bytes.len_bytes != SEAL_PUBLIC_BYTES)
        return err_set(err, ERR_SYNTAX,
                       is_secret ? "%s: không phải khóa bí mật sao lưu" : "%s: không phải khóa nhận sao lưu (tệp .pub)",
                       path);
    memcpy(ret_bytes, bytes.ptr, SEAL_PUBLIC_BYTES);
    crypto_wipe((void *)(uintptr_t)bytes.ptr, bytes.len_bytes);
    crypto_wipe((void *)(uintptr_t)text.ptr, text.len_bytes);
    return ERR_NONE;
}

enum err_code pack_public_read(const char *path, struct seal_public *ret_public, struct err *err)
{
    return key_read(path, PUBLIC_HEAD, false, ret_public->bytes, err);
}

enum err_code pack_secret_read(const char *path, struct seal_secret *ret_secret, struct err *err)
{
    return key_read(path, SECRET_HEAD, true, ret_secret->bytes, err);
}
