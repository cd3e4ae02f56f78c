#include "store/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "os/file.h"
#include "store/store.h"

#define BLOB_ARENA_BYTES      (1u << 20)
#define BLOB_FOLDER_FILES_MAX 1000000u
#define BLOB_PAGE             500

static enum err_code folder_of(struct db *db, const char **ret_folder, struct err *err)
{
    const char *folder = store_blob_folder(db_store(db));
    if (!folder)
        return err_set(err, ERR_UNSUPPORTED, "files over %u bytes need a blob folder: start with --blobs DIR",
                       BLOB_INLINE_MAX_BYTES);
    *ret_folder = folder;
    return ERR_NONE;
}

enum err_code blob_path(struct db *db, const struct sha256 *hash, struct arena *arena, const char **ret_path,
                        struct err *err)
{
    const char *folder = "";
    TRY(folder_of(db, &folder, err));
    struct str hex = crypto_to_hex(sha256_str(hash), arena);
    if (str_is_null(hex))
        return arena_full(arena, err);
    struct str path = arena_printf(arena, "%s/%.2s/%s", folder, hex.ptr, hex.ptr + 2);
    if (str_is_null(path))
        return arena_full(arena, err);
    *ret_path = path.ptr;
    return ERR_NONE;
}

static struct timespec at_ms(int64_t ms)
{
    return (struct timespec){ms / 1000, ms % 1000 * 1000000};
}

/* The file's time says when it was last handed in, by the store's clock. */
static enum err_code write_file(struct db *db, const struct sha256 *hash, struct str bytes, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, BLOB_ARENA_BYTES);
    const char *path = "", *folder = "";
    TRY(folder_of(db, &folder, err));
    TRY(blob_path(db, hash, &arena, &path, err));
    struct timespec times[2] = {at_ms(db_now_ms(db)), at_ms(db_now_ms(db))};
    struct stat st;
    AUTO_FD known = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (known >= 0 && fstat(known, &st) == 0 && S_ISREG(st.st_mode) && (size_t)st.st_size == bytes.len_bytes &&
        utimensat(AT_FDCWD, path, times, 0) == 0)
        return ERR_NONE;
    struct str sub = str_slice(str_from_cstr(path), 0, strlen(folder) + 3);
    const char *sub_path = arena_cstr(&arena, sub);
    char token[CRYPTO_TOKEN_CHARS + 1];
    crypto_token(token);
    struct str temp = arena_printf(&arena, "%s/tmp-%s", folder, token);
    if (!sub_path || str_is_null(temp))
        return arena_full(&arena, err);
    bool is_new_folder = !file_exists(sub_path);
    TRY(file_mkdir_all(sub_path, 0700, err));
    AUTO_FD fd = open(temp.ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_set(err, errno == EACCES || errno == EROFS ? ERR_DENIED : ERR_IO, "create %s: %s", temp.ptr,
                       strerror(errno));
    enum err_code code = file_write_fd(fd, temp.ptr, bytes, err);
    if (code == ERR_NONE && (futimens(fd, times) != 0 || fsync(fd) != 0))
        code = err_set(err, ERR_IO, "write %s", temp.ptr);
    if (code == ERR_NONE && rename(temp.ptr, path) != 0)
        code = err_set(err, ERR_IO, "rename to %s", path);
    if (code != ERR_NONE) {
        (void)unlink(temp.ptr);
        return err_wrap(err, "make the blob folder");
    }
    TRY(file_sync_parent(path, err));
    return is_new_folder ? file_sync_parent(sub_path, err) : ERR_NONE;
}

enum err_code blob_put(struct db *db, struct str bytes, struct sha256 *ret_hash, struct err *err)
{
    must(db_is_in_transaction(db));
    struct sha256 hash = crypto_sha256(bytes);
    bool is_inline = bytes.len_bytes <= BLOB_INLINE_MAX_BYTES;
    struct sql_blob_insert_args args = {
        .sha256 = sha256_str(&hash),
        .size_bytes = (int64_t)bytes.len_bytes,
        .content = !is_inline        ? STR_NONE
                   : bytes.len_bytes ? bytes
                                     : STR(""),
        .put_ms = db_now_ms(db),
    };
    /* The row first: its lock keeps a sweep on PostgreSQL away until we commit; then the file, before the commit. */
    TRY(sql_blob_insert(db, &args, err));
    if (!is_inline)
        TRY(write_file(db, &hash, bytes, err));
    *ret_hash = hash;
    return ERR_NONE;
}

enum err_code blob_use(struct db *db, const struct sha256 *hash, struct str owner_kind, int64_t owner_id,
                       struct err *err)
{
    struct sql_blob_use_insert_args args = {sha256_str(hash), owner_kind, owner_id};
    return sql_blob_use_insert(db, &args, err);
}

enum err_code blob_unuse(struct db *db, struct str owner_kind, int64_t owner_id, struct err *err)
{
    struct sql_blob_use_delete_args args = {owner_kind, owner_id};
    int64_t changes = 0;
    return sql_blob_use_delete(db, &args, &changes, err);
}

enum err_code blob_read(struct db *db, const struct sha256 *hash, size_t ceiling_bytes, struct arena *arena,
                        struct str *ret_bytes, struct err *err)
{
    struct sql_blob_get_args args = {sha256_str(hash)};
    struct sql_blob_get_row *row;
    TRY(sql_blob_get(db, arena, &args, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "no such blob");
    if ((uint64_t)row->size_bytes > ceiling_bytes)
        return err_set(err, ERR_LIMIT, "a blob of %lld bytes, over %zu", (long long)row->size_bytes, ceiling_bytes);
    struct str bytes = row->content;
    if (str_is_null(bytes)) {
        const char *path = "";
        TRY(blob_path(db, hash, arena, &path, err));
        enum err_code code = file_read(path, ceiling_bytes, arena, &bytes, err);
        if (code == ERR_NOT_FOUND) {
            errno = 0;
            return err_set(err, ERR_IO, "the file %s is gone from the blob folder: restore it from a backup", path);
        }
        TRY(code);
    }
    struct sha256 found = crypto_sha256(bytes);
    if (!sha256_equal(&found, hash)) {
        errno = 0;
        return err_set(err, ERR_IO, "a blob is damaged: its bytes no longer have their hash; restore it from a backup");
    }
    *ret_bytes = bytes;
    return ERR_NONE;
}

enum err_code blob_size(struct db *db, const struct sha256 *hash, int64_t *ret_size_bytes, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, BLOB_ARENA_BYTES);
    struct sql_blob_has_args args = {sha256_str(hash)};
    struct sql_blob_has_row *row;
    TRY(sql_blob_has(db, &arena, &args, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "no such blob");
    *ret_size_bytes = row->size_bytes;
    return ERR_NONE;
}

/* A file without a row goes through the name trash-...: whoever hands the same bytes in meanwhile either moved its time
 * before we renamed it (then we put it back) or does not find it (then it is written anew). */
static enum err_code drop_file(const char *folder, const char *path, int64_t before_ms, struct arena *arena,
                               int64_t *files, struct err *err)
{
    char token[CRYPTO_TOKEN_CHARS + 1];
    crypto_token(token);
    struct str trash = arena_printf(arena, "%s/trash-%s", folder, token);
    if (str_is_null(trash))
        return arena_full(arena, err);
    if (rename(path, trash.ptr) != 0)
        return errno == ENOENT ? ERR_NONE : err_set(err, ERR_IO, "rename %s", path);
    struct file_entry entry;
    TRY(file_stat(trash.ptr, &entry, err));
    if (entry.modified_ms >= before_ms) {
        if (rename(trash.ptr, path) != 0)
            return err_set(err, ERR_IO, "rename back %s", path);
        return ERR_NONE;
    }
    TRY(file_remove(trash.ptr, err));
    ++*files;
    return ERR_NONE;
}

static enum err_code sweep_sub(struct db *db, const char *folder, struct str sub, int64_t before_ms, int64_t *files,
                               struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 256u << 20);
    struct str sub_path = arena_printf(&arena, "%s/%.*s", folder, STR_ARG(sub));
    if (str_is_null(sub_path))
        return arena_full(&arena, err);
    struct file_list list;
    TRY(file_list_folder(sub_path.ptr, BLOB_FOLDER_FILES_MAX, &arena, &list, err));
    for (size_t i = 0; i < list.count; i++) {
        const struct file_entry *entry = &list.items[i];
        struct arena_mark mark = arena_mark(&arena);
        struct str hex = arena_printf(&arena, "%.*s%.*s", STR_ARG(sub), STR_ARG(entry->name));
        struct str hash;
        struct err ignored;
        if (str_is_null(hex))
            return arena_full(&arena, err);
        if (entry->kind == FILE_REGULAR && entry->modified_ms < before_ms && hex.len_bytes == 2 * SHA256_BYTES &&
            crypto_from_hex(hex, &arena, &hash, &ignored) == ERR_NONE) {
            struct sql_blob_has_args has = {hash};
            struct sql_blob_has_row *row;
            TRY(sql_blob_has(db, &arena, &has, &row, err));
            struct str path = arena_printf(&arena, "%.*s/%.*s", STR_ARG(sub_path), STR_ARG(entry->name));
            if (str_is_null(path))
                return arena_full(&arena, err);
            if (!row)
                TRY(drop_file(folder, path.ptr, before_ms, &arena, files, err));
        }
        arena_rewind(&arena, mark);
    }
    return ERR_NONE;
}

enum err_code blob_sweep(struct db *db, int64_t age_ms, struct blob_sweep *ret_sweep, struct err *err)
{
    must(!db_is_in_transaction(db)); /* the rows must be gone for good before their files are */
    struct blob_sweep sweep = {0};
    int64_t before_ms = db_now_ms(db) - age_ms;
    struct sql_blob_delete_unused_args unused = {before_ms};
    TRY(sql_blob_delete_unused(db, &unused, &sweep.rows, err));
    const char *folder = store_blob_folder(db_store(db));
    if (folder && file_exists(folder)) {
        AUTO_ARENA arena;
        arena_init(&arena, 256u << 20);
        struct file_list list;
        TRY(file_list_folder(folder, BLOB_FOLDER_FILES_MAX, &arena, &list, err));
        for (size_t i = 0; i < list.count; i++) {
            const struct file_entry *entry = &list.items[i];
            bool is_leftover = str_starts_with(entry->name, STR("tmp-")) || str_starts_with(entry->name, STR("trash-"));
            if (entry->kind == FILE_FOLDER && entry->name.len_bytes == 2)
                TRY(sweep_sub(db, folder, entry->name, before_ms, &sweep.files, err));
            else if (entry->kind == FILE_REGULAR && is_leftover && entry->modified_ms < before_ms) {
                struct str path = arena_printf(&arena, "%s/%.*s", folder, STR_ARG(entry->name));
                if (str_is_null(path))
                    return arena_full(&arena, err);
                TRY(file_remove(path.ptr, err));
                sweep.files++;
            }
        }
    }
    *ret_sweep = sweep;
    return ERR_NONE;
}

enum err_code blob_verify(struct db *db, struct blob_report *ret_report, struct err *err)
{
    struct blob_report report = {0};
    struct sha256 last = {{0}};
    struct str after = STR("");
    for (;;) {
        AUTO_ARENA arena;
        arena_init(&arena, BLOB_ARENA_BYTES + 2 * (size_t)UPLOAD_MAX_BYTES);
        struct sql_blob_page_args args = {after, BLOB_PAGE};
        struct sql_blob_page_rows rows;
        TRY(sql_blob_page(db, &arena, &args, &rows, err));
        for (size_t i = 0; i < rows.count; i++) {
            struct arena_mark mark = arena_mark(&arena);
            if (rows.items[i].sha256.len_bytes != SHA256_BYTES)
                return err_set(err, ERR_SYNTAX, "a blob whose name is no SHA-256");
            memcpy(last.bytes, rows.items[i].sha256.ptr, SHA256_BYTES);
            struct str bytes;
            struct err why;
            enum err_code code = blob_read(db, &last, (size_t)UPLOAD_MAX_BYTES * 2, &arena, &bytes, &why);
            if (code == ERR_NOMEM) {
                *err = why;
                return code;
            }
            report.blobs++;
            report.bytes += rows.items[i].size_bytes;
            if (code != ERR_NONE) {
                if (report.missing + report.damaged == 0)
                    report.first_bad = last;
                const char *path = "";
                bool is_missing = !rows.items[i].is_inline && blob_path(db, &last, &arena, &path, &why) == ERR_NONE &&
                                  !file_exists(path);
                report.missing += is_missing;
                report.damaged += !is_missing;
            }
            arena_rewind(&arena, mark);
        }
        if (rows.count < BLOB_PAGE)
            break;
        after = sha256_str(&last);
    }
    *ret_report = report;
    return ERR_NONE;
}
