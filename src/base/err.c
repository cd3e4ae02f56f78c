#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#undef err_set /* macros for the analyser alone */
#undef err_wrap
#undef err_from_wire

void must_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "luytre: broken promise: %s at %s:%d\n", what, file, line);
    abort();
}

/* --- a sentence in parts --- */

size_t said_conversion(const char *fmt)
{
    size_t n = 1;
    n += strspn(fmt + n, "-+ #0123456789.*");
    n += strspn(fmt + n, "hlzjt");
    return fmt[n] ? n + 1 : n;
}

struct packing {
    char *out;
    size_t at, room; /* room: one byte is kept for the end */
    bool is_full;
};

static void put_byte(struct packing *p, char byte)
{
    if (p->at + 1 >= p->room) {
        p->is_full = true;
        return;
    }
    p->out[p->at++] = byte;
}

static void put_arg(struct packing *p, const char *text, size_t bytes)
{
    put_byte(p, SAID_ARG);
    for (size_t i = 0; i < bytes; i++) {
        char c = text[i];
        put_byte(p, c == SAID_ARG                                 ? SAID_ARG_INNER
                    : c == SAID_WRAP                              ? SAID_WRAP_INNER
                    : c == SAID_ARG_INNER || c == SAID_WRAP_INNER ? ' '
                    : c == '\0'                                   ? ' '
                                                                  : c);
    }
}

/* One argument of the list, by the conversion that asks for it. Flags and widths are for tables, not for sentences:
 * only the precision of text and the zeroes of %04x count. */
static void put_next(struct packing *p, const char *conversion, size_t bytes, va_list *ap)
{
    char number[48];
    int precision = -1, width = 0;
    unsigned longs = 0;
    bool is_size = false, is_max = false;
    for (size_t i = 1; i + 1 < bytes; i++) {
        char c = conversion[i];
        if (c == '*')
            precision = va_arg(*ap, int);
        else if (c == '.' && conversion[i + 1] != '*')
            precision = (int)strtol(conversion + i + 1, NULL, 10);
        else if (c == '0' && i == 1)
            width = (int)strtol(conversion + i, NULL, 10);
        longs += c == 'l';
        is_size = is_size || c == 'z' || c == 't';
        is_max = is_max || c == 'j';
    }
    switch (conversion[bytes - 1]) {
    case 's': {
        const char *text = va_arg(*ap, const char *);
        if (!text)
            text = precision == 0 ? "" : "(null)";
        put_arg(p, text, precision >= 0 ? strnlen(text, (size_t)precision) : strlen(text));
        return;
    }
    case 'c': {
        char one = (char)va_arg(*ap, int);
        put_arg(p, &one, 1);
        return;
    }
    case 'd':
    case 'i': {
        intmax_t n = is_max       ? va_arg(*ap, intmax_t)
                     : is_size    ? (intmax_t)va_arg(*ap, ssize_t)
                     : longs > 1  ? (intmax_t)va_arg(*ap, long long)
                     : longs == 1 ? (intmax_t)va_arg(*ap, long)
                                  : (intmax_t)va_arg(*ap, int);
        snprintf(number, sizeof number, "%jd", n);
        break;
    }
    case 'u':
    case 'x':
    case 'X': {
        uintmax_t n = is_max       ? va_arg(*ap, uintmax_t)
                      : is_size    ? (uintmax_t)va_arg(*ap, size_t)
                      : longs > 1  ? (uintmax_t)va_arg(*ap, unsigned long long)
                      : longs == 1 ? (uintmax_t)va_arg(*ap, unsigned long)
                                   : (uintmax_t)va_arg(*ap, unsigned);
        if (conversion[bytes - 1] == 'u')
            snprintf(number, sizeof number, "%ju", n);
        else
            snprintf(number, sizeof number, "%0*jx", width < 20 ? width : 20, n);
        break;
    }
    default:
        p->is_full = true; /* not a conversion of sentences: the text alone is kept */
        return;
    }
    put_arg(p, number, strlen(number));
}

static void pack_list(struct packing *p, const char *fmt, va_list *ap)
{
    for (const char *c = fmt; *c; c++)
        put_byte(p, *c);
    for (const char *c = fmt; *c && !p->is_full;) {
        if (*c != '%') {
            c++;
            continue;
        }
        size_t bytes = said_conversion(c);
        if (c[bytes - 1] != '%')
            put_next(p, c, bytes, ap);
        c += bytes;
    }
    p->out[p->is_full ? 0 : p->at] = '\0';
}

bool said_pack(char *out, size_t out_bytes, const char *fmt, ...)
{
    struct packing p = {.out = out, .room = out_bytes};
    va_list ap;
    va_start(ap, fmt);
    pack_list(&p, fmt, &ap);
    va_end(ap);
    return !p.is_full;
}

static void said_text(struct packing *p, const char *said, const char *end, bool is_inner)
{
    const char arg = is_inner ? SAID_ARG_INNER : SAID_ARG, wrap = is_inner ? SAID_WRAP_INNER : SAID_WRAP;
    while (said < end) {
        const char *part_end = memchr(said, wrap, (size_t)(end - said));
        if (!part_end)
            part_end = end;
        const char *fmt_end = memchr(said, arg, (size_t)(part_end - said));
        if (!fmt_end)
            fmt_end = part_end;
        const char *next = fmt_end;
        for (const char *c = said; c < fmt_end;) {
            size_t bytes = *c == '%' ? said_conversion(c) : 1;
            if (bytes == 1)
                put_byte(p, *c);
            else if (c[bytes - 1] == '%')
                put_byte(p, '%');
            else if (next < part_end) {
                const char *arg_end = memchr(next + 1, arg, (size_t)(part_end - next - 1));
                if (!arg_end)
                    arg_end = part_end;
                if (!is_inner && (memchr(next + 1, SAID_ARG_INNER, (size_t)(arg_end - next - 1)) ||
                                  memchr(next + 1, SAID_WRAP_INNER, (size_t)(arg_end - next - 1))))
                    said_text(p, next + 1, arg_end, true);
                else
                    for (const char *b = next + 1; b < arg_end; b++)
                        put_byte(p, *b);
                next = arg_end;
            }
            c += bytes;
        }
        said = part_end;
        if (said < end) {
            put_byte(p, ':');
            put_byte(p, ' ');
            said++;
        }
    }
}

void said_print(const char *said, char *out, size_t out_bytes)
{
    struct packing p = {.out = out, .room = out_bytes};
    said_text(&p, said, said + strlen(said), false);
    out[p.at] = '\0';
}

void err_to_wire(const struct err *err, char out[ERR_WIRE_BYTES])
{
    snprintf(out, ERR_WIRE_BYTES, "%s%c%s", err->text, SAID_WRAP_INNER, err->said);
}

enum err_code err_from_wire(struct err *err, enum err_code code, const char *wire, size_t wire_bytes)
{
    const char *cut = memchr(wire, SAID_WRAP_INNER, wire_bytes);
    size_t text_bytes = cut ? (size_t)(cut - wire) : wire_bytes;
    size_t said_bytes = cut ? wire_bytes - text_bytes - 1 : 0;
    *err = (struct err){.code = code};
    if (text_bytes >= sizeof err->text)
        text_bytes = sizeof err->text - 1;
    memcpy(err->text, wire, text_bytes);
    if (cut && said_bytes < sizeof err->said)
        memcpy(err->said, cut + 1, said_bytes);
    return code;
}

/* --- errors --- */

enum err_code err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
    int saved = errno;
    struct err old = {.code = code};
    struct packing p = {.out = old.said, .room = sizeof old.said};
    va_list ap;
    va_start(ap, fmt);
    pack_list(&p, fmt, &ap);
    va_end(ap);
    if (!p.is_full) {
        said_print(old.said, old.text, sizeof old.text);
    } else {
        va_start(ap, fmt);
        vsnprintf(old.text, sizeof old.text, fmt, ap);
        va_end(ap);
    }
    old.sys_errno = code == ERR_IO ? saved : 0;
    size_t n = strlen(old.text);
    if (code == ERR_IO && saved != 0 && n + 3 < sizeof old.text) {
        char sys[128];
        const char *s = strerror_r(saved, sys, sizeof sys);
        snprintf(old.text + n, sizeof old.text - n, ": %s", s);
    }
    *err = old; /* last: an argument may point into the error it replaces */
    return code;
}

enum err_code err_wrap(struct err *err, const char *fmt, ...)
{
    struct err old = {.code = err->code, .sys_errno = err->sys_errno};
    struct packing p = {.out = old.said, .room = sizeof old.said};
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(old.text, sizeof old.text, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < sizeof old.text - 3)
        snprintf(old.text + n, sizeof old.text - (size_t)n, ": %.*s", (int)(sizeof old.text - (size_t)n - 3),
                 err->text);
    va_start(ap, fmt);
    pack_list(&p, fmt, &ap);
    va_end(ap);
    if (err->said[0] && !p.is_full) {
        put_byte(&p, SAID_WRAP);
        for (const char *c = err->said; *c; c++)
            put_byte(&p, *c);
    }
    old.said[p.is_full || !err->said[0] ? 0 : p.at] = '\0';
    *err = old;
    return err->code;
}

const char *err_code_to_str(enum err_code code)
{
    switch (code) {
    case ERR_NONE:
        return "none";
    case ERR_NOMEM:
        return "no_memory";
    case ERR_IO:
        return "io";
    case ERR_SYNTAX:
        return "syntax";
    case ERR_LIMIT:
        return "limit";
    case ERR_NOT_FOUND:
        return "not_found";
    case ERR_DENIED:
        return "denied";
    case ERR_CONFLICT:
        return "conflict";
    case ERR_BUSY:
        return "busy";
    case ERR_UNSUPPORTED:
        return "unsupported";
    }
    return "unknown";
}
