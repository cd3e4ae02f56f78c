#include "base/err.h"

#include <errno.h>
#include <stdarg.h>

void must_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "luytre: broken promise: %s at %s:%d\n", what, file, line);
    abort();
}

enum err_code err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
    int saved = errno;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    err->code = code;
    err->sys_errno = code == ERR_IO ? saved : 0;
    if (code == ERR_IO && saved != 0 && n >= 0 && (size_t)n + 3 < sizeof err->text) {
        char sys[128];
        const char *s = strerror_r(saved, sys, sizeof sys);
        snprintf(err->text + n, sizeof err->text - (size_t)n, ": %s", s);
    }
    return code;
}

enum err_code err_wrap(struct err *err, const char *fmt, ...)
{
    char old[ERR_TEXT_BYTES];
    memcpy(old, err->text, sizeof old);
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < sizeof err->text - 3)
        snprintf(err->text + n, sizeof err->text - (size_t)n, ": %.*s", (int)(sizeof err->text - (size_t)n - 3), old);
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
