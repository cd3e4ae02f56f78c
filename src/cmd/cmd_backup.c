/* cmd_backup.c - `luytre backup`: database, files and the names of keys in one file that only an offline key opens. */
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
#include "os/file.h"
#include "proof/chain.sql.h"
#include "store/backup.h"
#include "store/blob.h"
#include "work/health.h"

#define BLOB_PAGE     500
#define CHUNK_BYTES   (64u << 10)
#define FOLDER_MAX    100000u
#define KEY_FILE_MAX  4096u
#define OWN_NAME_HEAD "luytre-"
#define OWN_NAME_TAIL ".backup"

static const struct option_spec specs[] = {
    {"store", 's', OPTION_PATH, 0, "PATH|postgresql://…", "nơi lưu: một tệp SQLite hoặc PostgreSQL",
     "the store: an SQLite file or PostgreSQL", 0, 0},
    OPS_SPEC_BLOBS,
    OPS_SPEC_KEYS,
    {"to", 't', OPTION_PATH, 0, "FILE|DIR", "tệp sao lưu; một thư mục thì tự đặt tên theo giờ",
     "the backup; a folder: named by the time", 0, 0},
    {"recipient", 'r', OPTION_PATH, 0, "KEYFILE", "khóa nhận (.pub) của người giữ bản sao lưu",
     "the recipient's key (.pub)", 0, 0},
    {"with-keys", 0, OPTION_PATH, 0, "FILE|DIR", "sao cả khóa ký và khóa phiên, vào một tệp riêng",
     "the signing and session keys too, in a file of their own", 0, 0},
    {"keep", 0, OPTION_INT, 0, "N", "chỉ giữ N bản mới nhất mà lệnh này đã tự đặt tên trong thư mục",
     "keep only the N newest that this command named in the folder", 1, 10000},
    {"new-recipient", 0, OPTION_PATH, 0, "FILE", "tạo cặp khóa: FILE (bí mật, cất ngoài máy chủ) và FILE.pub",
     "make a pair: FILE (secret, kept away from the server) and FILE.pub", 0, 0},
    OPS_SPEC_JSON,
};
static const struct usage usage = {
    .name = "backup",
    .args = "",
    .vi = "sao lưu cả khi máy chủ đang chạy, mã hóa tới khóa ngoại tuyến; mở lại bằng luytre restore",
    .en = "back up while the server runs, encrypted to an offline key; luytre restore opens it",
    .specs = specs,
    .spec_count = ARRAY_LEN(specs),
    .examples = "  luytre backup --new-recipient cap-cuu.key\n  luytre backup --store luytre.db --to /mnt/sao-luu "
                "--recipient cap-cuu.key.pub --keep 30",
};

struct hashes {
    VEC(struct sha256) list; /* rising */
};
struct packing {
    struct ops *ops;
    struct pack_writer *writer;
    int64_t database_bytes, blob_count, blob_bytes;
    struct hashes seen;
};

static enum err_code put(struct packing *p, char kind, struct str payload, struct err *err)
{
    TRY(ops_stopped(err));
    return pack_put(p->writer, kind, payload, err);
}

static enum err_code put_database(void *ctx, struct str bytes, struct err *err)
{
    struct packing *p = ctx;
    for (size_t at = 0; at < bytes.len_bytes; at += CHUNK_BYTES)
        TRY(put(p, 'D', str_slice(bytes, at, at + CHUNK_BYTES), err));
    p->database_bytes += (int64_t)bytes.len_bytes;
    ops_progress(ops_text(p->ops, "cơ sở dữ liệu", "database"), p->database_bytes >> 20, "MB");
    return ERR_NONE;
}

/* Sent as it is read, its hash checked on the way: a backup of damaged files is said now, not at the restore. */
static enum err_code put_blob(struct packing *p, struct db *db, const struct sha256 *hash, int64_t size_bytes,
                              struct err *err)
{
    struct arena *arena = &p->ops->arena;
    struct arena_mark mark = arena_mark(arena);
    const char *path = "";
    TRY(blob_path(db, hash, arena, &path, err));
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        int why = errno;
        struct sql_blob_has_row *row = NULL;
        TRY(sql_blob_has(db, arena, &(struct sql_blob_has_args){.sha256 = sha256_str(hash)}, &row, err));
        if (!row)
            return ERR_NONE; /* swept away meanwhile: nobody uses it */
        errno = why;
        return err_set(err, ERR_IO, "tệp đính kèm mất, xem luytre doctor: %s", path);
    }
    struct str hex = crypto_to_hex(sha256_str(hash), arena);
    struct str head = arena_printf(arena, "%.*s %lld", STR_ARG(hex), (long long)size_bytes);
    char *room = arena_alloc(arena, CHUNK_BYTES, 1);
    if (str_is_null(head) || !room)
        return arena_full(arena, err);
    TRY(put(p, 'B', head, err));
    struct sha256_stream stream;
    sha256_begin(&stream);
    int64_t sent = 0;
    for (;;) {
        ssize_t n = read(fd, room, CHUNK_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, ERR_IO, "read %s", path);
        if (n == 0)
            break;
        sha256_add(&stream, (struct str){room, (size_t)n});
        TRY(put(p, 'C', (struct str){room, (size_t)n}, err));
        sent += n;
    }
    struct sha256 found = sha256_end(&stream);
    if (!sha256_equal(&found, hash)) {
        errno = 0;
        return err_set(err, ERR_IO, "tệp đính kèm hỏng, xem luytre doctor: %s", path);
    }
    arena_rewind(arena, mark);
    p->blob_count++;
    p->blob_bytes += sent;
    ops_progress(ops_text(p->ops, "tệp", "files"), p->blob_count, "");
    return ERR_NONE;
}

/* The files as they are now; a second pass sends what came since. Files first, then the database, then what came
 * meanwhile: whatever the copy of the database names is in one of the passes, though files nobody uses are swept away
 * at any time. */
static enum err_code put_blobs(struct packing *p, struct db *db, struct err *err)
{
    struct hashes now = {0};
    size_t known = 0;
    struct sha256 after = {{0}};
    bool is_first = true;
    AUTO_ARENA page;
    arena_init(&page, 16u << 20);
    for (;;) {
        struct arena_mark mark = arena_mark(&page);
        struct sql_blob_page_rows rows;
        TRY(sql_blob_page(db, &page,
                          &(struct sql_blob_page_args){.after_sha256 = is_first ? STR("") : sha256_str(&after),
                                                       .limit_count = BLOB_PAGE},
                          &rows, err));
        is_first = false;
        for (size_t i = 0; i < rows.count; i++) {
            const struct sql_blob_page_row *row = &rows.items[i];
            if (row->sha256.len_bytes != sizeof after.bytes)
                return err_set(err, ERR_IO, "a blob's hash is damaged");
            memcpy(after.bytes, row->sha256.ptr, sizeof after.bytes);
            if (row->is_inline)
                continue;
            while (known < p->seen.list.count &&
                   memcmp(p->seen.list.items[known].bytes, after.bytes, sizeof after.bytes) < 0)
                known++;
            if (known < p->seen.list.count && sha256_equal(&p->seen.list.items[known], &after))
                continue;
            TRY(put_blob(p, db, &after, row->size_bytes, err));
            struct sha256 *slot = vec_push(&now.list, &p->ops->arena);
            if (!slot)
                return arena_full(&p->ops->arena, err);
            *slot = after;
        }
        if (rows.count < BLOB_PAGE)
            break;
        arena_rewind(&page, mark);
    }
    p->seen = now;
    return ERR_NONE;
}

static enum err_code put_json(struct packing *p, char kind, struct buf *text, struct err *err)
{
    TRY(buf_check(text, err));
    return put(p, kind, buf_str(text), err);
}

static enum err_code put_header(struct packing *p, struct db *db, struct err *err)
{
    AUTO_BUF text;
    buf_init(&text, 1u << 20);
    struct json_writer w;
    json_writer_init(&w, &text, 0);
    json_object_begin(&w);
    json_field_i64(&w, STR("format"), 1);
    json_field_str(&w, STR("engine"), store_engine(p->ops->store) == STORE_SQLITE ? STR("sqlite") : STR("postgres"));
    json_field_i64(&w, STR("schema"), store_schema(p->ops->store));
    json_field_i64(&w, STR("node"), store_node(p->ops->store));
    json_field_i64(&w, STR("made_ms"), db_now_ms(db));
    /* Which keys the signatures in it were made with; the keys themselves are kept apart. */
    json_put_key(&w, STR("key_ids"));
    json_array_begin(&w);
    struct sql_chain_streams_rows streams;
    TRY(sql_chain_streams(db, &p->ops->arena, &streams, err));
    VEC(struct str) keys = {0};
    for (size_t i = 0; i < streams.count; i++) {
        struct sql_chain_signatures_rows rows;
        TRY(sql_chain_signatures(
            db, &p->ops->arena,
            &(struct sql_chain_signatures_args){.node = streams.items[i].node, .stream = streams.items[i].stream},
            &rows, err));
        for (size_t k = 0; k < rows.count; k++) {
            bool is_known = false;
            for (size_t j = 0; j < keys.count; j++)
                is_known |= str_equal(keys.items[j], rows.items[k].key_id);
            if (is_known)
                continue;
            struct str *slot = vec_push(&keys, &p->ops->arena);
            if (!slot)
                return arena_full(&p->ops->arena, err);
            *slot = rows.items[k].key_id;
            json_put_str(&w, rows.items[k].key_id);
        }
    }
    json_array_end(&w);
    json_object_end(&w);
    return put_json(p, 'H', &text, err);
}

static enum err_code put_all(struct packing *p, struct err *err)
{
    struct ops *ops = p->ops;
    struct db *db = ops->db;
    TRY(put_header(p, db, err));
    TRY(put_blobs(p, db, err));
    struct str where = options_text(ops->options, "store"),
               folder = str_slice(where, 0, where.len_bytes - path_base_name(where).len_bytes);
    /* The copy in the clear stands beside the store, never where the backup goes. */
    const char *work = ops_is_postgres(where) || str_is_empty(folder) ? "." : arena_cstr(&ops->arena, folder);
    if (!work)
        return arena_full(&ops->arena, err);
    struct backup_sink sink = {put_database, p};
    struct backup_report report;
    TRY(backup_write(db, work, &sink, &report, err));
    TRY(put(p, 'E', STR(""), err));
    TRY(put_blobs(p, db, err));
    AUTO_BUF text;
    buf_init(&text, 4096);
    buf_printf(&text, "{\"database_bytes\":%lld,\"blobs\":%lld,\"blob_bytes\":%lld}", (long long)p->database_bytes,
               (long long)p->blob_count, (long long)p->blob_bytes);
    return put_json(p, 'Z', &text, err);
}

static enum err_code put_keys(struct packing *p, const char *folder, size_t *ret_count, struct err *err)
{
    static const char *const names[] = {"session.key", "sign.key"};
    *ret_count = 0;
    TRY(put(p, 'H', STR("{\"format\":1,\"keys\":true}"), err));
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *path;
        struct str text;
        TRY(path_join(str_from_cstr(folder), str_from_cstr(names[i]), &p->ops->arena, &path, err));
        if (!file_exists(path))
            continue;
        TRY(file_read(path, KEY_FILE_MAX, &p->ops->arena, &text, err));
        struct str record = arena_printf(&p->ops->arena, "%s\n%.*s", names[i], STR_ARG(text));
        if (str_is_null(record))
            return arena_full(&p->ops->arena, err);
        TRY(put(p, 'K', record, err));
        crypto_wipe((void *)(uintptr_t)text.ptr, text.len_bytes);
        crypto_wipe((void *)(uintptr_t)record.ptr, record.len_bytes);
        ++*ret_count;
    }
    if (*ret_count == 0) {
        errno = 0;
        return err_set(err, ERR_NOT_FOUND, "không có khóa nào trong %s", folder);
    }
    return put(p, 'Z', STR("{}"), err);
}

/* FILE as given, or DIR/luytre-20261122-083000<tail>. */
static enum err_code target(struct ops *ops, const char *option, const char *tail, const char **ret_path,
                            struct err *err)
{
    const char *to = options_text(ops->options, option).ptr;
    struct stat st;
    *ret_path = to;
    if (stat(to, &st) != 0 || !S_ISDIR(st.st_mode))
        return ERR_NONE;
    char iso[CIVIL_TEXT_BYTES];
    civil_iso_ms(clock_now_ms(&ops->clock), iso); /* 2022-11-30T23:59:59+07:00 */
    struct str path = arena_printf(&ops->arena, "%s/" OWN_NAME_HEAD "%.4s%.2s%.2s-%.2s%.2s%.2s%s", to, iso, iso + 5,
                                   iso + 8, iso + 11, iso + 14, iso + 17, tail);
    if (str_is_null(path))
        return arena_full(&ops->arena, err);
    *ret_path = path.ptr;
    return ERR_NONE;
}

/* Names sort by time. */
static enum err_code drop_old(struct ops *ops, const char *made, int64_t keep, int64_t *ret_dropped, struct err *err)
{
    struct str path = str_from_cstr(made), base = path_base_name(path);
    const char *folder = arena_cstr(&ops->arena, str_slice(path, 0, path.len_bytes - base.len_bytes));
    struct file_list list;
    if (!folder)
        return arena_full(&ops->arena, err);
    TRY(file_list_folder(folder, FOLDER_MAX, &ops->arena, &list, err));
    size_t own = 0;
    for (size_t i = list.count; i-- > 0;) {
        struct str name = list.items[i].name;
        if (name.len_bytes != base.len_bytes || !str_starts_with(name, STR(OWN_NAME_HEAD)) ||
            !str_ends_with(name, STR(OWN_NAME_TAIL)) || list.items[i].kind != FILE_REGULAR)
            continue;
        if (++own <= (size_t)keep)
            continue;
        const char *old;
        TRY(path_join(str_from_cstr(folder), name, &ops->arena, &old, err));
        TRY(file_remove(old, err));
        ++*ret_dropped;
    }
    return ERR_NONE;
}

static enum err_code new_recipient(struct ops *ops, struct err *err)
{
    struct str secret = options_text(ops->options, "new-recipient"),
               pub = arena_printf(&ops->arena, "%.*s.pub", STR_ARG(secret));
    if (str_is_null(pub))
        return arena_full(&ops->arena, err);
    TRY(pack_keys_make(secret.ptr, pub.ptr, err));
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        json_field_str(w, STR("secret"), secret);
        json_field_str(w, STR("recipient"), pub);
        ops_line_end(ops);
    } else
        buf_printf(
            &ops->out,
            ops_text(
                ops,
                "Khóa bí mật: %.*s\n  Cất ở hai nơi ngoài máy chủ (USB trong két, máy khác). Mất nó là không mở được "
                "bản sao lưu nào; lộ nó là lộ mọi bản.\nKhóa nhận: %.*s\n  Chép lên máy chủ, dùng với --recipient.\n",
                "Secret key: %.*s\n  Keep it in two places away from the server. Without it no backup opens; whoever "
                "has it opens all.\nRecipient's key: %.*s\n  Copy it to the server, for --recipient.\n"),
            STR_ARG(secret), STR_ARG(pub));
    return ERR_NONE;
}

static enum err_code open_for_reading(struct ops *ops, struct err *err)
{
    const char *blobs = NULL;
    TRY(ops_folder(ops, "blobs", &blobs, err));
    struct store_options how = {.modules = sql_modules_all, .clock = &ops->clock, .blob_folder = blobs};
    TRY(store_open(options_text(ops->options, "store").ptr, &how, &ops->store, err));
    return store_db_take(ops->store, &ops->db, err);
}

static enum err_code run(struct ops *ops, struct err *err)
{
    const struct options *options = ops->options;
    if (options_has(options, "new-recipient"))
        return new_recipient(ops, err);
    if (!options_has(options, "store") || !options_has(options, "to") || !options_has(options, "recipient"))
        return ops_usage(ops, err, "cần --store, --to và --recipient (hoặc --new-recipient)",
                         "--store, --to and --recipient are needed (or --new-recipient)");
    struct seal_public recipient;
    TRY(pack_public_read(options_text(options, "recipient").ptr, &recipient, err));
    TRY(open_for_reading(ops, err));
    (void)signal(SIGPIPE, SIG_IGN);
    ops_catch_stop();
    const char *path, *keys_path = NULL, *keys = NULL;
    TRY(target(ops, "to", OWN_NAME_TAIL, &path, err));
    bool is_named_by_us = path != options_text(options, "to").ptr;
    if (options_has(options, "keep") && !is_named_by_us)
        return ops_usage(ops, err, "--keep cần --to là một thư mục", "--keep wants --to to be a folder");
    size_t key_count = 0;
    if (options_has(options, "with-keys")) {
        TRY(target(ops, "with-keys", ".keys", &keys_path, err));
        TRY(ops_folder(ops, "keys", &keys, err));
        if (!keys)
            return ops_usage(ops, err, "với PostgreSQL cần --keys DIR", "with PostgreSQL give --keys DIR");
        struct packing k = {.ops = ops};
        TRY(pack_create(keys_path, &recipient, &k.writer, err));
        enum err_code code = put_keys(&k, keys, &key_count, err);
        int64_t keys_bytes;
        if (code != ERR_NONE) {
            pack_abort(k.writer);
            return code;
        }
        TRY(pack_finish(k.writer, &keys_bytes, err));
    }
    struct packing p = {.ops = ops};
    TRY(pack_create(path, &recipient, &p.writer, err));
    enum err_code code = put_all(&p, err);
    int64_t file_bytes = 0, dropped = 0;
    if (code != ERR_NONE) {
        pack_abort(p.writer);
        return code;
    }
    TRY(pack_finish(p.writer, &file_bytes, err));
    if (options_has(options, "keep"))
        TRY(drop_old(ops, path, options_int(options, "keep", 0), &dropped, err));
    TRY(health_backed_up(ops->db, err));
    ops_progress(NULL, 0, "");
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        json_field_str(w, STR("file"), str_from_cstr(path));
        json_field_i64(w, STR("file_bytes"), file_bytes);
        json_field_i64(w, STR("database_bytes"), p.database_bytes);
        json_field_i64(w, STR("blobs"), p.blob_count);
        json_field_i64(w, STR("blob_bytes"), p.blob_bytes);
        json_field_i64(w, STR("keys"), (int64_t)key_count);
        json_field_i64(w, STR("dropped"), dropped);
        ops_line_end(ops);
        return ERR_NONE;
    }
    buf_printf(&ops->out,
               ops_text(ops, "Đã sao lưu vào %s: %lld MB (cơ sở dữ liệu %lld MB, %lld tệp)\n",
                        "Backed up to %s: %lld MB (database %lld MB, %lld files)\n"),
               path, (long long)((file_bytes + 1048575) >> 20), (long long)((p.database_bytes + 1048575) >> 20),
               (long long)p.blob_count);
    if (keys_path)
        buf_printf(&ops->out,
                   ops_text(ops, "%zu khóa trong tệp riêng %s: cất chỗ khác với bản sao lưu\n",
                            "%zu keys in a file of their own, %s: keep it elsewhere than the backup\n"),
                   key_count, keys_path);
    if (dropped)
        buf_printf(&ops->out, ops_text(ops, "Đã xóa %lld bản cũ\n", "%lld old ones removed\n"), (long long)dropped);
    return ERR_NONE;
}

int cmd_backup(enum lang lang, int argc, char **argv)
{
    static const struct ops_verb verb[] = {{NULL, &usage, run, 0}};
    return ops_main(lang, "backup", verb, 1, argc, argv);
}
