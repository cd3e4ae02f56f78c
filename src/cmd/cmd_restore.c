/* cmd_restore.c - `luytre restore`: a backup into an empty place, verified before anybody can open it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/backup_stream.h"
#include "cmd/cmd.h"
#include "cmd/ops.h"
#include "cmd/serve.h"
#include "duty/ledger.h"
#include "org/session.h"
#include "os/file.h"
#include "proof/chain.h"
#include "store/backup.h"
#include "store/blob.h"

#define MARKER     ".restoring" /* stands in the blob folder while it is filled */
#define SPOOL      "spool"
#define FOLDER_MAX 100000u
#define HOLD_MAX   PACK_RECORD_MAX_BYTES

static const struct option_spec specs[] = {
    {"store", 's', OPTION_PATH, 0, "PATH|postgresql://…",
     "nơi khôi phục tới: tệp chưa có, hoặc cơ sở dữ liệu PostgreSQL trống",
     "where to: a file that does not exist, or an empty PostgreSQL database", 0, 0},
    OPS_SPEC_BLOBS,
    {"secret", 0, OPTION_PATH, 0, "KEYFILE", "khóa bí mật của bản sao lưu", "the secret key of the backup", 0, 0},
    {"keys-from", 0, OPTION_PATH, 0, "FILE", "tệp khóa đã sao bằng --with-keys, khôi phục vào --keys",
     "the file of keys made by --with-keys, restored into --keys", 0, 0},
    OPS_SPEC_KEYS,
    {"snapshot", 0, OPTION_FLAG, 0, NULL,
     "FILE là ảnh chụp của luytre upgrade trên PostgreSQL (không mã hóa; --blobs giữ nguyên)",
     "FILE is a snapshot of upgrade on PostgreSQL (not sealed; --blobs stays as it is)", 0, 0},
    {"finish", 0, OPTION_FLAG, 0, NULL,
     "làm nốt một lần khôi phục PostgreSQL bị ngắt sau khi đã ghi: kiểm chứng và mở kỷ nguyên mới",
     "finish a PostgreSQL restore cut short after it was stored: verify, open a new epoch", 0, 0},
    OPS_SPEC_JSON,
};
static const struct usage usage = {
    .name = "restore",
    .args = "[FILE]",
    .vi = "khôi phục bản sao lưu vào chỗ trống, kiểm chứng, rồi mở kỷ nguyên mới",
    .en = "restore a backup into an empty place, verify it, open a new epoch",
    .specs = specs,
    .spec_count = ARRAY_LEN(specs),
    .args_max = 1,
    .examples = "  luytre restore luytre-20221130-083000.backup --store /var/lib/luytre/luytre.db --secret cap-cuu.key",
    .more_vi = "  Ảnh chụp của luytre upgrade với SQLite là chính tệp kho: chỉ cần chép lại.",
    .more_en = "  A snapshot of upgrade on SQLite is the store itself: copy it back.",
};

struct restoring {
    struct ops *ops;
    struct pack_reader *reader;
    const char *NULLABLE blobs;
    struct str engine; /* of the header */
    struct buf held;   /* bytes of the database that are to be handed out */
    size_t held_at;
    struct buf next; /* the record after them: the last one waits until the whole backup was verified */
    bool has_next, database_ended;
    /* the file being received */
    int fd;
    int64_t left_bytes;
    struct sha256 want;
    struct sha256_stream hash;
    const char *path;
    int64_t blob_count, blob_bytes, database_bytes;
};

static enum err_code damaged(const char *what, struct err *err)
{
    errno = 0;
    return err_set(err, ERR_SYNTAX, "tệp sao lưu hỏng: %s", what);
}

/* --- files --- */
static enum err_code blob_begin(struct restoring *r, struct str head, struct err *err)
{
    struct str hex, bytes;
    if (r->fd >= 0 || !str_split(&head, ' ', &hex) || !str_to_i64(head, &r->left_bytes) || r->left_bytes < 0)
        return damaged("a file's head", err);
    if (!r->blobs)
        return err_set(err, ERR_UNSUPPORTED, "bản sao lưu có tệp lớn: cần --blobs DIR");
    struct arena *arena = &r->ops->arena;
    if (crypto_from_hex(hex, arena, &bytes, err) != ERR_NONE || bytes.len_bytes != sizeof r->want.bytes)
        return damaged("a file's hash", err);
    memcpy(r->want.bytes, bytes.ptr, sizeof r->want.bytes);
    struct str folder = arena_printf(arena, "%s/%.2s", r->blobs, hex.ptr),
               path = arena_printf(arena, "%s/%.2s/%.*s", r->blobs, hex.ptr, STR_ARG(str_slice(hex, 2, hex.len_bytes)));
    if (str_is_null(folder) || str_is_null(path))
        return arena_full(arena, err);
    TRY(file_mkdir_all(folder.ptr, 0700, err));
    r->path = path.ptr;
    r->fd = open(path.ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (r->fd < 0)
        return err_set(err, ERR_IO, "create %s", path.ptr);
    sha256_begin(&r->hash);
    return ERR_NONE;
}

static enum err_code blob_end(struct restoring *r, struct err *err)
{
    if (r->fd < 0)
        return ERR_NONE;
    struct sha256 found = sha256_end(&r->hash);
    bool is_whole = r->left_bytes == 0 && sha256_equal(&found, &r->want);
    bool is_kept = fsync(r->fd) == 0;
    (void)close(r->fd);
    r->fd = -1;
    if (!is_whole)
        return damaged("a file is not what its hash says", err);
    r->blob_count++;
    ops_progress(ops_text(r->ops, "tệp", "files"), r->blob_count, "");
    return is_kept ? file_sync_parent(r->path, err) : err_set(err, ERR_IO, "write %s", r->path);
}

static enum err_code blob_bytes(struct restoring *r, struct str bytes, struct err *err)
{
    if (r->fd < 0 || (int64_t)bytes.len_bytes > r->left_bytes)
        return damaged("bytes of no file", err);
    sha256_add(&r->hash, bytes);
    r->left_bytes -= (int64_t)bytes.len_bytes;
    r->blob_bytes += (int64_t)bytes.len_bytes;
    return file_write_fd(r->fd, r->path, bytes, err);
}

/* Records up to the next bytes of the database; *ret_ended at the verified end of the backup. */
static enum err_code until_database(struct restoring *r, struct buf *into, bool *ret_ended, struct err *err)
{
    for (;;) {
        char kind = 0;
        struct str payload;
        TRY(ops_stopped(err));
        TRY(pack_next(r->reader, &kind, &payload, err));
        if (kind == 'C') {
            TRY(blob_bytes(r, payload, err));
            continue;
        }
        TRY(blob_end(r, err));
        if (kind == 'B')
            TRY(blob_begin(r, payload, err));
        else if (kind == 'D' && !r->database_ended) {
            buf_clear(into);
            buf_put(into, payload);
            *ret_ended = false;
            return buf_check(into, err);
        } else if (kind == 'E' && !r->database_ended)
            r->database_ended = true;
        else if (kind == 'Z') {
            if (!r->database_ended)
                return damaged("it holds no database", err);
            *ret_ended = true;
            return ERR_NONE;
        } else
            return damaged("records in a wrong order", err);
    }
}

/* What backup_restore reads. The last piece of the database is handed out only after everything behind it was read and
 * found whole: an engine cannot finish, and so cannot commit, what is not yet verified. */
static enum err_code database_read(void *ctx, char *room, size_t room_bytes, size_t *ret_count, struct err *err)
{
    struct restoring *r = ctx;
    bool ended = false;
    if (r->held_at == r->held.len_bytes) {
        if (!r->has_next) {
            *ret_count = 0;
            return ERR_NONE;
        }
        struct buf swap = r->held;
        r->held = r->next;
        r->next = swap;
        r->held_at = 0;
        TRY(until_database(r, &r->next, &ended, err));
        r->has_next = !ended;
    }
    size_t n = r->held.len_bytes - r->held_at;
    n = n < room_bytes ? n : room_bytes;
    memcpy(room, r->held.ptr + r->held_at, n);
    r->held_at += n;
    r->database_bytes += (int64_t)n;
    *ret_count = n;
    ops_progress(ops_text(r->ops, "cơ sở dữ liệu", "database"), r->database_bytes >> 20, "MB");
    return ERR_NONE;
}

/* --- places --- */

/* Empty but for what serve makes; what an earlier restore left behind is cleared away. */
static enum err_code blobs_prepare(struct restoring *r, struct err *err)
{
    if (!r->blobs)
        return ERR_NONE;
    struct arena *arena = &r->ops->arena;
    TRY(file_mkdir_all(r->blobs, 0700, err));
    struct str marker = arena_printf(arena, "%s/" MARKER, r->blobs);
    struct file_list list;
    if (str_is_null(marker))
        return arena_full(arena, err);
    TRY(file_list_folder(r->blobs, FOLDER_MAX, arena, &list, err));
    bool is_ours = file_exists(marker.ptr);
    for (size_t i = 0; i < list.count; i++) {
        if (str_equal(list.items[i].name, STR(SPOOL)) || str_equal(list.items[i].name, STR(MARKER)))
            continue;
        errno = 0;
        if (!is_ours)
            return err_set(err, ERR_CONFLICT, "thư mục %s không trống: chỉ khôi phục vào chỗ trống", r->blobs);
        const char *path;
        TRY(path_join(str_from_cstr(r->blobs), list.items[i].name, arena, &path, err));
        TRY(file_remove_all(path, err));
    }
    return file_write_atomic(marker.ptr, STR("luytre restore\n"), 0600, err);
}

/* After a failure: the folder as empty as it was. */
static void blobs_clear(struct restoring *r)
{
    struct file_list list;
    struct err ignored;
    if (!r->blobs || file_list_folder(r->blobs, FOLDER_MAX, &r->ops->arena, &list, &ignored) != ERR_NONE)
        return;
    for (size_t i = 0; i < list.count; i++) {
        const char *path;
        if (!str_equal(list.items[i].name, STR(SPOOL)) &&
            path_join(str_from_cstr(r->blobs), list.items[i].name, &r->ops->arena, &path, &ignored) == ERR_NONE)
            err_ignore(file_remove_all(path, &ignored), "the restore has failed already and says why");
    }
}

struct checked {
    int64_t epoch;
    struct chain_report chain;
    struct blob_report blobs;
};
/* Another life of the store begins: serials jump, nobody is signed in, and the chain says so where it may branch from
 * what others have seen of it. */
struct reopening {
    int64_t epoch, sessions, links;
};
static enum err_code reopen(struct db *db, void *ctx, struct err *err)
{
    struct reopening *r = ctx;
    char content[160];
    TRY(backup_new_epoch(db, &r->epoch, err));
    TRY(session_end_all(db, &r->sessions, &r->links, err));
    snprintf(content, sizeof content, "{\"epoch\":%lld,\"sessions_ended\":%lld,\"links_ended\":%lld}",
             (long long)r->epoch, (long long)r->sessions, (long long)r->links);
    return chain_append(
        db,
        &(struct chain_note){
            .stream = CHAIN_AUDIT, .kind = "store_restored", .object_kind = "store", .content = str_from_cstr(content)},
        NULL, err);
}

static enum err_code check(const char *where, const char *NULLABLE blobs, bool is_finish, struct ops *ops,
                           struct checked *ret, struct err *err)
{
    struct store_options how = {
        .modules = sql_modules_all, .clock = &ops->clock, .blob_folder = blobs, .migrate = true, .is_restoring = true};
    AUTO_STORE store = NULL;
    TRY(store_open(where, &how, &store, err));
    AUTO_DB db = NULL;
    TRY(store_db_take(store, &db, err));
    bool is_unfinished;
    TRY(backup_is_unfinished(db, &is_unfinished, err));
    errno = 0;
    if (is_finish && !is_unfinished)
        return err_set(err, ERR_CONFLICT, "%s: không có lần khôi phục nào bị ngắt ở đây", store_where(store));
    ops_progress(ops_text(ops, "kiểm chứng", "verify"), 0, "");
    TRY(ops_stopped(err));
    TRY(chain_verify(db, &ops->arena, &ret->chain, err));
    TRY(ops_stopped(err));
    TRY(ledger_recount(db, err));
    TRY(ops_stopped(err));
    TRY(blob_verify(db, &ret->blobs, err));
    errno = 0;
    if (ret->blobs.missing || ret->blobs.damaged)
        return err_set(err, ERR_CONFLICT, "%lld tệp thiếu, %lld tệp hỏng trong bản sao lưu",
                       (long long)ret->blobs.missing, (long long)ret->blobs.damaged);
    struct reopening reopening = {0};
    TRY(ops_stopped(err));
    TRY(db_transact(db, reopen, &reopening, err));
    ret->epoch = reopening.epoch;
    return ERR_NONE;
}

static enum err_code sqlite_place(struct restoring *r, const char *where, const struct store_options *how,
                                  const struct backup_source *source, struct checked *ret, struct err *err)
{
    struct arena *arena = &r->ops->arena;
    char token[CRYPTO_TOKEN_CHARS + 1];
    crypto_token(token);
    struct str folder = arena_printf(arena, "%s.restoring-%s", where, token),
               path = arena_printf(arena, "%s.restoring-%s/luytre.db", where, token);
    struct str wal = arena_printf(arena, "%s.restoring-%s/luytre.db-wal", where, token);
    if (str_is_null(folder) || str_is_null(path) || str_is_null(wal))
        return arena_full(arena, err);
    TRY(file_mkdir_all(folder.ptr, 0700, err));
    struct backup_report report;
    enum err_code code = backup_restore(path.ptr, how, source, &report, err);
    if (code == ERR_NONE)
        code = check(path.ptr, r->blobs, false, r->ops, ret, err);
    errno = 0;
    struct stat st;
    if (code == ERR_NONE && stat(wal.ptr, &st) == 0 && st.st_size > 0)
        code = err_set(err, ERR_BUSY, "%s is still being written", path.ptr);
    AUTO_FD fd = code == ERR_NONE ? open(path.ptr, O_RDONLY | O_CLOEXEC) : -1;
    if (code == ERR_NONE &&
        (fd < 0 || fsync(fd) != 0 || link(path.ptr, where) != 0)) /* never over a file that appeared meanwhile */
        code = err_set(err, errno == EEXIST ? ERR_CONFLICT : ERR_IO, "restore to %s: %s", where, strerror(errno));
    if (code == ERR_NONE)
        code = file_sync_parent(where, err);
    struct err ignored;
    err_ignore(file_remove_all(folder.ptr, &ignored), "doctor names what is left over");
    return code;
}

static enum err_code header_read(struct restoring *r, struct err *err)
{
    char kind = 0;
    struct str payload, engine;
    TRY(pack_next(r->reader, &kind, &payload, err));
    struct str text = arena_str(&r->ops->arena, payload); /* views point into it */
    struct json root;
    if (kind != 'H' || str_is_null(text) || json_parse(text, 0, &r->ops->arena, &root, err) != ERR_NONE)
        return damaged("its header", err);
    int64_t format = 0;
    bool keys;
    if (!json_i64(json_get(root, STR("format")), &format) || format != 1)
        return err_set(err, ERR_UNSUPPORTED, "bản sao lưu do luytre mới hơn tạo");
    r->engine = STR_NONE;
    if (json_bool(json_get(root, STR("keys")), &keys) && keys)
        return ERR_NONE;
    TRY(json_str(json_get(root, STR("engine")), &r->ops->arena, &engine, err));
    r->engine = engine;
    return ERR_NONE;
}

static enum err_code restore_all(struct restoring *r, const char *where, struct checked *ret, struct err *err)
{
    struct ops *ops = r->ops;
    bool is_postgres = ops_is_postgres(str_from_cstr(where)), ended = false;
    TRY(header_read(r, err));
    errno = 0;
    if (str_is_null(r->engine))
        return err_set(err, ERR_SYNTAX, "đây là tệp khóa: dùng --keys-from");
    if (str_equal(r->engine, STR("postgres")) != is_postgres)
        return err_set(err, ERR_UNSUPPORTED, "bản sao lưu của %.*s: khôi phục vào cùng loại", STR_ARG(r->engine));
    TRY(until_database(r, &r->next, &ended, err));
    if (ended)
        return damaged("it holds no database", err);
    r->has_next = true;
    struct backup_source source = {database_read, r};
    struct store_options how = {.modules = sql_modules_all,
                                .clock = &ops->clock,
                                .blob_folder = r->blobs,
                                .create = true,
                                .migrate = true,
                                .is_restoring = true};
    if (!is_postgres)
        return sqlite_place(r, where, &how, &source, ret, err);
    struct backup_report report;
    TRY(backup_restore(where, &how, &source, &report, err));
    return check(where, r->blobs, false, ops, ret, err);
}

/* The snapshot of an upgrade on PostgreSQL: the bytes of the database as they are, not sealed. */
#define SNAPSHOT_MAGIC "LUYTRE-COPY 1\n"
static enum err_code snapshot_read(void *ctx, char *room, size_t room_bytes, size_t *ret_count, struct err *err)
{
    struct restoring *r = ctx;
    ssize_t n;
    while ((n = read(r->fd, room, room_bytes)) < 0 && errno == EINTR)
        ;
    if (n < 0)
        return err_set(err, ERR_IO, "read the snapshot");
    r->database_bytes += n;
    *ret_count = (size_t)n;
    return ERR_NONE;
}

static enum err_code restore_snapshot(struct ops *ops, const char *file, const char *where, struct restoring *r,
                                      struct checked *ret, struct err *err)
{
    AUTO_FD fd = open(file, O_RDONLY | O_CLOEXEC);
    char magic[sizeof SNAPSHOT_MAGIC - 1];
    errno = fd < 0 ? errno : 0;
    if (fd < 0 || pread(fd, magic, sizeof magic, 0) != (ssize_t)sizeof magic ||
        memcmp(magic, SNAPSHOT_MAGIC, sizeof magic) != 0)
        return err_set(err, errno ? ERR_IO : ERR_SYNTAX, "%s: không phải ảnh chụp PostgreSQL của luytre upgrade", file);
    r->fd = fd;
    struct backup_source source = {snapshot_read, r};
    struct store_options how = {.modules = sql_modules_all,
                                .clock = &ops->clock,
                                .blob_folder = r->blobs,
                                .migrate = true,
                                .is_restoring = true};
    struct backup_report report;
    enum err_code code = backup_restore(where, &how, &source, &report, err);
    r->fd = -1;
    return code == ERR_NONE ? check(where, r->blobs, false, ops, ret, err) : code;
}

static enum err_code restore_file(struct ops *ops, const char *file, const struct seal_secret *secret,
                                  const char *where, struct restoring *r, struct checked *ret, struct err *err)
{
    errno = 0;
    if (!ops_is_postgres(str_from_cstr(where)) && file_exists(where))
        return err_set(err, ERR_CONFLICT, "%s đã có: chỉ khôi phục vào chỗ trống", where);
    TRY(pack_open(file, secret, &r->reader, err));
    enum err_code code = blobs_prepare(r, err);
    if (code == ERR_NONE) {
        code = restore_all(r, where, ret, err);
        if (r->fd >= 0)
            (void)close(r->fd);
        r->fd = -1;
        /* What stands in PostgreSQL already needs its files. */
        bool is_stored = ops_is_postgres(str_from_cstr(where)) && r->database_ended && !r->has_next &&
                         r->held_at == r->held.len_bytes;
        if (code != ERR_NONE && !is_stored)
            blobs_clear(r);
        else if (r->blobs) {
            struct str marker = arena_printf(&ops->arena, "%s/" MARKER, r->blobs);
            struct err ignored;
            if (!str_is_null(marker))
                err_ignore(file_remove(marker.ptr, &ignored), "the next restore would clear it");
        }
    }
    pack_close(r->reader);
    return code;
}

static enum err_code restore_keys(struct ops *ops, const char *file, const struct seal_secret *secret,
                                  const char *folder, size_t *ret_count, struct err *err)
{
    struct pack_reader *reader = NULL;
    TRY(pack_open(file, secret, &reader, err));
    struct restoring r = {.ops = ops, .reader = reader, .fd = -1};
    enum err_code code = header_read(&r, err);
    VEC(struct str) records = {0};
    for (bool ended = false; code == ERR_NONE && !ended;) {
        char kind = 0;
        struct str payload;
        code = pack_next(reader, &kind, &payload, err);
        if (code != ERR_NONE)
            break;
        ended = kind == 'Z';
        if (kind == 'K') {
            struct str *slot = vec_push(&records, &ops->arena);
            if (slot)
                *slot = arena_str(&ops->arena, payload);
            if (!slot || str_is_null(*slot))
                code = arena_full(&ops->arena, err);
        } else if (!ended)
            code = damaged("this is no file of keys", err);
    }
    pack_close(reader);
    TRY(code);
    TRY(file_mkdir_all(folder, 0700, err));
    const char *paths[8];
    for (size_t i = 0; i < records.count; i++) { /* all names first: nothing is written over */
        struct str rest = records.items[i], name;
        if (records.count > ARRAY_LEN(paths) || !str_split(&rest, '\n', &name))
            return damaged("a key", err);
        TRY(path_join(str_from_cstr(folder), name, &ops->arena, &paths[i], err));
        errno = 0;
        if (file_exists(paths[i]))
            return err_set(err, ERR_CONFLICT, "%s đã có, không ghi đè", paths[i]);
        records.items[i] = rest;
    }
    for (size_t i = 0; i < records.count; i++) {
        TRY(file_write_atomic(paths[i], records.items[i], 0600, err));
        crypto_wipe((void *)(uintptr_t)records.items[i].ptr, records.items[i].len_bytes);
    }
    *ret_count = records.count;
    return ERR_NONE;
}

static enum err_code run(struct ops *ops, struct err *err)
{
    const struct options *options = ops->options;
    bool finish = options_has(options, "finish"), keys_wanted = options_has(options, "keys-from"),
         has_file = options->args.count == 1;
    if (!options_has(options, "store") && (has_file || finish))
        return ops_usage(ops, err, "cần --store", "--store is needed");
    if (!has_file && !finish && !keys_wanted)
        return ops_usage(ops, err, "cần tệp sao lưu", "name the backup");
    bool is_snapshot = options_has(options, "snapshot");
    if (is_snapshot && (!has_file || !ops_is_postgres(options_text(options, "store"))))
        return ops_usage(ops, err, "--snapshot cần một tệp và --store postgresql://…",
                         "--snapshot wants a file and --store postgresql://…");
    if (!finish && !is_snapshot && !options_has(options, "secret"))
        return ops_usage(ops, err, "cần --secret KEYFILE", "--secret KEYFILE is needed");
    (void)signal(SIGPIPE, SIG_IGN);
    ops_catch_stop();
    struct seal_secret secret = {{0}};
    if (options_has(options, "secret"))
        TRY(pack_secret_read(options_text(options, "secret").ptr, &secret, err));
    const char *keys = NULL;
    size_t key_count = 0;
    struct checked checked = {0};
    struct restoring r = {.ops = ops, .fd = -1};
    buf_init(&r.held, HOLD_MAX * 2);
    buf_init(&r.next, HOLD_MAX * 2);
    enum err_code code = ERR_NONE;
    if (options_has(options, "store"))
        code = ops_folder(ops, "blobs", &r.blobs, err);
    if (code == ERR_NONE && finish)
        code = check(options_text(options, "store").ptr, r.blobs, true, ops, &checked, err);
    else if (code == ERR_NONE && is_snapshot)
        code = restore_snapshot(ops, options->args.items[0].ptr, options_text(options, "store").ptr, &r, &checked, err);
    else if (code == ERR_NONE && has_file)
        code = restore_file(ops, options->args.items[0].ptr, &secret, options_text(options, "store").ptr, &r, &checked,
                            err);
    buf_done(&r.held);
    buf_done(&r.next);
    if (code == ERR_NONE && keys_wanted) {
        if (options_has(options, "keys"))
            keys = options_text(options, "keys").ptr;
        else if (options_has(options, "store"))
            code = ops_folder(ops, "keys", &keys, err);
        if (code == ERR_NONE && !keys)
            code = ops_usage(ops, err, "cần --keys DIR", "--keys DIR is needed");
        else if (code == ERR_NONE)
            code = restore_keys(ops, options_text(options, "keys-from").ptr, &secret, keys, &key_count, err);
    }
    crypto_wipe(&secret, sizeof secret);
    TRY(code);
    ops_progress(NULL, 0, "");
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        json_field_i64(w, STR("database_bytes"), r.database_bytes);
        json_field_i64(w, STR("blobs"), r.blob_count);
        json_field_i64(w, STR("blob_bytes"), r.blob_bytes);
        json_field_i64(w, STR("entries"), (int64_t)checked.chain.entry_count);
        json_field_i64(w, STR("epoch"), checked.epoch);
        json_field_i64(w, STR("keys"), (int64_t)key_count);
        ops_line_end(ops);
        return ERR_NONE;
    }
    if (has_file || finish)
        buf_printf(&ops->out,
                   ops_text(ops, "Đã khôi phục và kiểm chứng: %zu mục của chuỗi, %lld tệp; kỷ nguyên %lld\n",
                            "Restored and verified: %zu entries of the chain, %lld files; epoch %lld\n"),
                   checked.chain.entry_count, (long long)checked.blobs.blobs, (long long)checked.epoch);
    if (keys_wanted)
        buf_printf(&ops->out, ops_text(ops, "Đã khôi phục %zu khóa vào %s\n", "%zu keys restored into %s\n"), key_count,
                   keys);
    return ERR_NONE;
}

int cmd_restore(enum lang lang, int argc, char **argv)
{
    static const struct ops_verb verb[] = {{NULL, &usage, run, 0}};
    return ops_main(lang, "restore", verb, 1, argc, argv);
}
