#include "base/text.h"

#include <errno.h>
#include <math.h>

bool str_equal(struct str a, struct str b)
{
    return a.len_bytes == b.len_bytes && (a.len_bytes == 0 || memcmp(a.ptr, b.ptr, a.len_bytes) == 0);
}

int str_compare(struct str a, struct str b)
{
    size_t n = a.len_bytes < b.len_bytes ? a.len_bytes : b.len_bytes;
    int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
    if (c)
        return c;
    return (a.len_bytes > b.len_bytes) - (a.len_bytes < b.len_bytes);
}

static unsigned char lower_ascii(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

bool str_equal_nocase_ascii(struct str a, struct str b)
{
    if (a.len_bytes != b.len_bytes)
        return false;
    for (size_t i = 0; i < a.len_bytes; i++)
        if (lower_ascii(a.ptr[i]) != lower_ascii(b.ptr[i]))
            return false;
    return true;
}

bool str_starts_with(struct str s, struct str prefix)
{
    return s.len_bytes >= prefix.len_bytes && str_equal(str_slice(s, 0, prefix.len_bytes), prefix);
}

bool str_ends_with(struct str s, struct str suffix)
{
    return s.len_bytes >= suffix.len_bytes &&
           str_equal(str_slice(s, s.len_bytes - suffix.len_bytes, s.len_bytes), suffix);
}

ptrdiff_t str_find(struct str s, struct str needle, size_t from)
{
    if (from > s.len_bytes)
        return -1;
    if (needle.len_bytes == 0)
        return (ptrdiff_t)from;
    if (s.len_bytes - from < needle.len_bytes)
        return -1;
    const char *hit = memmem(s.ptr + from, s.len_bytes - from, needle.ptr, needle.len_bytes);
    return hit ? hit - s.ptr : -1;
}

ptrdiff_t str_find_byte(struct str s, char c, size_t from)
{
    if (from >= s.len_bytes)
        return -1;
    const char *hit = memchr(s.ptr + from, c, s.len_bytes - from);
    return hit ? hit - s.ptr : -1;
}

struct str str_slice(struct str s, size_t from, size_t to)
{
    if (to > s.len_bytes)
        to = s.len_bytes;
    if (from > to)
        from = to;
    return s.ptr ? (struct str){s.ptr + from, to - from} : STR_NONE;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

struct str str_trim(struct str s)
{
    size_t from = 0, to = s.len_bytes;
    while (from < to && is_space(s.ptr[from]))
        from++;
    while (to > from && is_space(s.ptr[to - 1]))
        to--;
    return str_slice(s, from, to);
}

bool str_split(struct str *rest, char sep, struct str *ret_part)
{
    if (!rest->ptr)
        return false;
    ptrdiff_t at = str_find_byte(*rest, sep, 0);
    if (at < 0) {
        *ret_part = *rest;
        *rest = STR_NONE;
        return true;
    }
    *ret_part = str_slice(*rest, 0, (size_t)at);
    *rest = str_slice(*rest, (size_t)at + 1, rest->len_bytes);
    return true;
}

bool str_line(struct str *rest, struct str *ret_line)
{
    if (!rest->ptr || rest->len_bytes == 0)
        return false;
    struct str line;
    if (!str_split(rest, '\n', &line))
        return false;
    if (line.len_bytes && line.ptr[line.len_bytes - 1] == '\r')
        line.len_bytes--;
    *ret_line = line;
    return true;
}

bool str_to_u64(struct str s, uint64_t *ret_value)
{
    uint64_t v = 0;
    if (s.len_bytes == 0)
        return false;
    for (size_t i = 0; i < s.len_bytes; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
        if (__builtin_mul_overflow(v, (uint64_t)10, &v) || __builtin_add_overflow(v, (uint64_t)(s.ptr[i] - '0'), &v))
            return false;
    }
    *ret_value = v;
    return true;
}

bool str_to_i64(struct str s, int64_t *ret_value)
{
    bool minus = s.len_bytes && s.ptr[0] == '-';
    uint64_t v;
    if (!str_to_u64(minus ? str_slice(s, 1, s.len_bytes) : s, &v))
        return false;
    if (v > (uint64_t)INT64_MAX + (minus ? 1 : 0))
        return false;
    *ret_value = minus ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

bool str_to_double(struct str s, double *ret_value)
{
    char text[64];
    if (s.len_bytes == 0 || s.len_bytes >= sizeof text)
        return false;
    memcpy(text, s.ptr, s.len_bytes);
    text[s.len_bytes] = '\0';
    if (is_space(text[0]))
        return false;
    char *end;
    double v = strtod(text, &end);
    if (end != text + s.len_bytes || !isfinite(v))
        return false;
    *ret_value = v;
    return true;
}

uint64_t str_hash(struct str s)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < s.len_bytes; i++)
        h = (h ^ (unsigned char)s.ptr[i]) * 1099511628211u;
    return h ^ (h >> 32);
}

uint32_t utf8_next(struct str s, size_t *pos)
{
    const unsigned char *p = (const unsigned char *)s.ptr + *pos;
    size_t left = s.len_bytes - *pos;
    if (p[0] < 0x80) {
        *pos += 1;
        return p[0];
    }
    size_t need = p[0] >= 0xC2 && p[0] <= 0xDF ? 2 : (p[0] & 0xF0) == 0xE0 ? 3 : p[0] >= 0xF0 && p[0] <= 0xF4 ? 4 : 0;
    if (need == 0 || need > left)
        goto bad;
    uint32_t cp = p[0] & (0xFFu >> (need + 1));
    for (size_t i = 1; i < need; i++) {
        if ((p[i] & 0xC0) != 0x80)
            goto bad;
        cp = cp << 6 | (p[i] & 0x3Fu);
    }
    /* RFC 3629 section 3: no overlong forms, no surrogates, nothing past U+10FFFF. */
    if ((need == 3 && (cp < 0x800 || (cp >= 0xD800 && cp <= 0xDFFF))) || (need == 4 && (cp < 0x10000 || cp > 0x10FFFF)))
        goto bad;
    *pos += need;
    return cp;
bad:
    *pos += 1;
    return UTF8_BAD;
}

size_t utf8_put(char out[4], uint32_t cp)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

bool utf8_is_valid(struct str s)
{
    size_t pos = 0;
    while (pos < s.len_bytes) {
        size_t before = pos;
        /* U+FFFD itself is valid and three bytes long; a bad byte moves one. */
        if (utf8_next(s, &pos) == UTF8_BAD && pos - before == 1)
            return false;
    }
    return true;
}

size_t utf8_count(struct str s)
{
    size_t n = 0;
    for (size_t pos = 0; pos < s.len_bytes; n++)
        utf8_next(s, &pos);
    return n;
}
