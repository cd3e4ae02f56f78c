#include "format/zip.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/vec.h"
#include <archive.h>
#include <archive_entry.h>

#define RATIO_FREE_BYTES (1u << 20) /* below this no ratio is looked at: a blank sheet packs very well */

bool zip_is(struct str bytes)
{
    return str_starts_with(bytes, STR("PK\x03\x04")) || str_starts_with(bytes, STR("PK\x05\x06"));
}

static void archive_cleanup(struct archive **a)
{
    if (*a)
        (void)archive_read_free(*a);
}

/* A name that could leave its folder, or that hides what it is. */
static bool is_bad_name(struct str name)
{
    if (name.len_bytes == 0 || name.ptr[0] == '/' || memchr(name.ptr, '\\', name.len_bytes) ||
        memchr(name.ptr, '\0', name.len_bytes) || memchr(name.ptr, ':', name.len_bytes))
        return true;
    struct str rest = name, part;
    while (str_split(&rest, '/', &part))
        if (str_equal(part, STR("..")))
            return true;
    return false;
}

static enum err_code broken(struct archive *a, struct err *err)
{
    const char *why = archive_error_string(a);
    return err_set(err, ERR_SYNTAX, "tệp nén hỏng / broken ZIP: %.200s", why ? why : "unknown");
}

static enum err_code read_entry(struct archive *a, struct str name, size_t packed_bytes, bool keep, size_t *total,
                                struct arena *arena, struct str *ret_bytes, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, ZIP_UNPACKED_MAX_BYTES);
    for (;;) {
        const void *block;
        size_t size;
        la_int64_t offset;
        int code = archive_read_data_block(a, &block, &size, &offset);
        if (code == ARCHIVE_EOF)
            break;
        if (code < ARCHIVE_OK)
            return broken(a, err);
        if (!size_add(*total, size, total) || *total > ZIP_UNPACKED_MAX_BYTES)
            return err_set(err, ERR_LIMIT, "tệp nén bung ra quá %u MB / ZIP unpacks to more than that",
                           ZIP_UNPACKED_MAX_BYTES >> 20);
        if (*total > RATIO_FREE_BYTES && *total / ZIP_RATIO_MAX > packed_bytes)
            return err_set(err, ERR_LIMIT, "tệp nén bung ra gấp hơn %u lần (bom nén) / ZIP bomb: entry %.80s",
                           ZIP_RATIO_MAX, name.ptr);
        if (keep)
            buf_put(&buf, (struct str){block, size});
    }
    if (!keep)
        return ERR_NONE;
    return buf_to_arena(&buf, arena, ret_bytes, err);
}

enum err_code zip_read(struct str bytes, bool (*want)(struct str name), struct arena *arena, struct zip *ret_zip,
                       struct err *err)
{
    __attribute__((cleanup(archive_cleanup))) struct archive *a = archive_read_new();
    if (!a)
        return err_set(err, ERR_NOMEM, "no memory for a ZIP");
    if (!zip_is(bytes))
        return err_set(err, ERR_SYNTAX, "không phải tệp nén / not a ZIP");
    if (archive_read_support_format_zip_seekable(a) != ARCHIVE_OK ||
        archive_read_open_memory(a, bytes.ptr, bytes.len_bytes) != ARCHIVE_OK)
        return broken(a, err);
    VEC(struct zip_entry) entries = {0};
    size_t total = 0;
    for (;;) {
        struct archive_entry *entry;
        int code = archive_read_next_header(a, &entry);
        if (code == ARCHIVE_EOF)
            break;
        if (code < ARCHIVE_WARN)
            return broken(a, err);
        if (entries.count == ZIP_ENTRIES_MAX)
            return err_set(err, ERR_LIMIT, "tệp nén có quá %u mục / ZIP has more entries than that", ZIP_ENTRIES_MAX);
        if (archive_entry_is_encrypted(entry))
            return err_set(
                err, ERR_UNSUPPORTED,
                "tệp có mật khẩu, hãy bỏ mật khẩu rồi gửi lại / the file is encrypted: save it without a password");
        const char *raw_name = archive_entry_pathname_utf8(entry);
        if (!raw_name)
            raw_name = archive_entry_pathname(entry);
        struct str name = arena_str(arena, str_from_cstr(raw_name ? raw_name : ""));
        if (str_is_null(name))
            return arena_full(arena, err);
        if (is_bad_name(name) || archive_entry_symlink(entry) || archive_entry_hardlink(entry))
            return err_set(err, ERR_SYNTAX, "tên trong tệp nén không an toàn / unsafe name in the ZIP: %.80s",
                           name.ptr);
        struct zip_entry *slot = vec_push(&entries, arena);
        if (!slot)
            return arena_full(arena, err);
        slot->name = name;
        slot->bytes = STR_NONE;
        TRY(read_entry(a, name, bytes.len_bytes, !want || want(name), &total, arena, &slot->bytes, err));
    }
    *ret_zip = (struct zip){entries.items, entries.count};
    return ERR_NONE;
}

struct str zip_find(const struct zip *zip, struct str name)
{
    for (size_t i = 0; i < zip->count; i++)
        if (str_equal_nocase_ascii(zip->entries[i].name, name))
            return zip->entries[i].bytes;
    return STR_NONE;
}
