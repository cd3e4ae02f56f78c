/* text.h - text as a view: pointer and length, because evidence holds NUL bytes and broken UTF-8.
 * Uses: libc.    Used by: everything.    Memory: views own nothing.    Threads: no shared state. */
#ifndef LUYTRE_BASE_TEXT_H
#define LUYTRE_BASE_TEXT_H

#include "base/base.h"

NONNULL_BEGIN

struct str { /* not owned, not terminated */
    const char *NULLABLE ptr;
    size_t len_bytes;
};
#define STR(lit) ((struct str){"" lit, sizeof(lit) - 1})
#define STR_INIT(lit)           \
    {                           \
        "" lit, sizeof(lit) - 1 \
    } /* for static tables */
#define STR_ARG(s) (int)(s).len_bytes, (s).ptr ? (s).ptr : ""
#define STR_NONE   ((struct str){NULL, 0}) /* absent, as against empty */

static inline struct str str_from_cstr(const char *NULLABLE s)
{
    return s ? (struct str){s, strlen(s)} : STR_NONE;
}
static inline bool str_is_null(struct str s)
{
    return s.ptr == NULL;
}
static inline bool str_is_empty(struct str s)
{
    return s.len_bytes == 0;
}
bool str_equal(struct str a, struct str b);
int str_compare(struct str a, struct str b); /* by bytes */
bool str_equal_nocase_ascii(struct str a, struct str b);
bool str_starts_with(struct str s, struct str prefix);
bool str_ends_with(struct str s, struct str suffix);
/* Byte offset of the first needle at or after from, or -1. */
ptrdiff_t str_find(struct str s, struct str needle, size_t from);
ptrdiff_t str_find_byte(struct str s, char c, size_t from);
static inline bool str_contains(struct str s, struct str needle)
{
    return str_find(s, needle, 0) >= 0;
}
struct str str_slice(struct str s, size_t from, size_t to); /* clamped to s */
struct str str_trim(struct str s);                          /* ASCII white space at both ends */
/* Cut *rest at the first sep: returns what stood before it and moves *rest behind it; false when *rest was null. */
bool str_split(struct str *rest, char sep, struct str *ret_part);
/* Next line without its \n or \r\n; false at the end. */
bool str_line(struct str *rest, struct str *ret_line);
/* Whole text must be the number; false on anything else, overflow included. */
bool str_to_i64(struct str s, int64_t *ret_value);
bool str_to_u64(struct str s, uint64_t *ret_value);
bool str_to_double(struct str s, double *ret_value); /* C locale, finite only */
uint64_t str_hash(struct str s);                     /* FNV-1a 64, for tables, never for security */

/* --- UTF-8 (RFC 3629) --- */
#define UTF8_BAD 0xFFFDu
/* Decode one character at *pos and move on; a bad byte gives UTF8_BAD and moves one byte. pos must be < len. */
uint32_t utf8_next(struct str s, size_t *pos);
/* Write cp (1 to 4 bytes) to out, return the count. */
size_t utf8_put(char out[4], uint32_t cp);
bool utf8_is_valid(struct str s);
size_t utf8_count(struct str s); /* characters */

NONNULL_END
#endif
