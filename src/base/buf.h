/* buf.h - a growing byte buffer that was told its ceiling when it was made.
 * Errors are sticky: write on, ask buf_failed once at the end.
 * Uses: base/mem.    Used by: everything that prints.    Threads: one owner. */
#ifndef LUYTRE_BASE_BUF_H
#define LUYTRE_BASE_BUF_H

#include "base/arena.h"

NONNULL_BEGIN

struct buf {
    char *NULLABLE ptr; /* always NUL-terminated once something was written */
    size_t len_bytes;
    size_t room_bytes;
    size_t ceiling_bytes;
    bool failed;  /* ceiling or memory: what was written before stays */
    bool is_over; /* it was the ceiling */
};

void buf_init(struct buf *buf, size_t ceiling_bytes);
void buf_done(struct buf *buf); /* safe twice */
static inline void buf_cleanup(struct buf *buf)
{
    buf_done(buf);
}
#define AUTO_BUF __attribute__((cleanup(buf_cleanup))) struct buf

void buf_clear(struct buf *buf); /* length 0, memory kept, failure forgotten */
void buf_put(struct buf *buf, struct str s);
void buf_put_byte(struct buf *buf, char c);
void buf_put_char(struct buf *buf, uint32_t cp); /* as UTF-8 */
void buf_printf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);
#define buf_lit(buf, lit) buf_put((buf), STR(lit))
static inline struct str buf_str(const struct buf *buf) /* valid until the next write */
{
    return (struct str){buf->ptr ? buf->ptr : "", buf->len_bytes};
}
/* ERR_LIMIT or ERR_NOMEM when any write failed. */
MUST_USE enum err_code buf_check(const struct buf *buf, struct err *err);
/* Copy into an arena and check, in one. */
MUST_USE enum err_code buf_to_arena(const struct buf *buf, struct arena *arena, struct str *ret_text, struct err *err);

NONNULL_END
#endif
