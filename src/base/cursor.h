/* cursor.h - reading hostile bytes: the error is sticky, read on and check once.
 * Uses: base/text.    Used by: readers of binary formats and of messages between roles.    Memory: none. */
#ifndef LUYTRE_BASE_CURSOR_H
#define LUYTRE_BASE_CURSOR_H

#include "base/text.h"

struct cursor {
    const unsigned char *ptr;
    size_t left_bytes;
    bool failed; /* something was asked past the end */
};

static inline struct cursor cursor_over(struct str bytes)
{
    return (struct cursor){(const unsigned char *)bytes.ptr, bytes.len_bytes, false};
}
static inline struct str cursor_take(struct cursor *c, size_t n_bytes)
{
    if (c->failed || n_bytes > c->left_bytes) {
        c->failed = true;
        return (struct str){"", 0};
    }
    struct str out = {(const char *)c->ptr, n_bytes};
    if (n_bytes)
        c->ptr += n_bytes;
    c->left_bytes -= n_bytes;
    return out;
}
static inline uint64_t cursor_uint(struct cursor *c, size_t n_bytes) /* little endian, 1 to 8 bytes */
{
    struct str s = cursor_take(c, n_bytes);
    uint64_t v = 0;
    for (size_t i = s.len_bytes; i > 0; i--)
        v = v << 8 | (unsigned char)s.ptr[i - 1];
    return v;
}
static inline uint8_t cursor_u8(struct cursor *c)
{
    return (uint8_t)cursor_uint(c, 1);
}
static inline uint16_t cursor_u16le(struct cursor *c)
{
    return (uint16_t)cursor_uint(c, 2);
}
static inline uint32_t cursor_u32le(struct cursor *c)
{
    return (uint32_t)cursor_uint(c, 4);
}
static inline uint64_t cursor_u64le(struct cursor *c)
{
    return cursor_uint(c, 8);
}

#endif
