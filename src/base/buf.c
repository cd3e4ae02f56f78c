#include "base/buf.h"

#include "base/mem.h"
#include <stdarg.h>

void buf_init(struct buf *buf, size_t ceiling_bytes)
{
    *buf = (struct buf){.ceiling_bytes = ceiling_bytes};
}

void buf_done(struct buf *buf)
{
    mem_free(buf->ptr);
    buf->ptr = NULL;
    buf->len_bytes = buf->room_bytes = 0;
}

void buf_clear(struct buf *buf)
{
    buf->len_bytes = 0;
    buf->failed = buf->is_over = false;
    if (buf->ptr)
        buf->ptr[0] = '\0';
}

static bool buf_reserve(struct buf *buf, size_t more_bytes)
{
    size_t want, with_nul;
    if (buf->failed)
        return false;
    if (!size_add(buf->len_bytes, more_bytes, &want) || want > buf->ceiling_bytes || !size_add(want, 1, &with_nul)) {
        buf->failed = buf->is_over = true;
        return false;
    }
    if (with_nul <= buf->room_bytes)
        return true;
    size_t room = buf->room_bytes ? buf->room_bytes : 256;
    while (room < with_nul)
        room = room > SIZE_MAX / 2 ? with_nul : room * 2;
    char *grown = mem_resize(buf->ptr, room);
    if (!grown) {
        buf->failed = true;
        return false;
    }
    buf->ptr = grown;
    buf->room_bytes = room;
    return true;
}

void buf_put(struct buf *buf, struct str s)
{
    if (!buf_reserve(buf, s.len_bytes))
        return;
    if (s.len_bytes)
        memcpy(buf->ptr + buf->len_bytes, s.ptr, s.len_bytes);
    buf->len_bytes += s.len_bytes;
    buf->ptr[buf->len_bytes] = '\0';
}

void buf_put_byte(struct buf *buf, char c)
{
    buf_put(buf, (struct str){&c, 1});
}

void buf_put_char(struct buf *buf, uint32_t cp)
{
    char out[4];
    buf_put(buf, (struct str){out, utf8_put(out, cp)});
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n >= 0 && buf_reserve(buf, (size_t)n)) {
        vsnprintf(buf->ptr + buf->len_bytes, (size_t)n + 1, fmt, again);
        buf->len_bytes += (size_t)n;
    }
    va_end(again);
}

enum err_code buf_check(const struct buf *buf, struct err *err)
{
    if (!buf->failed)
        return ERR_NONE;
    if (buf->is_over)
        return err_set(err, ERR_LIMIT, "output over %zu bytes", buf->ceiling_bytes);
    return err_set(err, ERR_NOMEM, "no memory for output");
}

enum err_code buf_to_arena(const struct buf *buf, struct arena *arena, struct str *ret_text, struct err *err)
{
    TRY(buf_check(buf, err));
    struct str copy = arena_str(arena, buf_str(buf));
    if (str_is_null(copy))
        return arena_full(arena, err);
    *ret_text = copy;
    return ERR_NONE;
}
