/* err.h - an error says what we were doing when it happened.
 * The first cause is set where it is seen, each caller wraps it with its own words:
 * "load rule: open x.yml: Permission denied".
 * Uses: libc.    Used by: everything.    Memory: the caller's struct.    Threads: no shared state. */
#ifndef LUYTRE_BASE_ERR_H
#define LUYTRE_BASE_ERR_H

#include "base/base.h"

NONNULL_BEGIN

/* Few codes; each lets a caller act differently. */
enum err_code {
    ERR_NONE = 0,
    ERR_NOMEM,       /* the machine has no memory: give up this job */
    ERR_IO,          /* the outside failed; sys_errno may say how */
    ERR_SYNTAX,      /* the input is not what it claims to be: show it to who sent it */
    ERR_LIMIT,       /* over a named ceiling of ours */
    ERR_NOT_FOUND,   /* no such thing, or not for these eyes (the two are never told apart to outsiders) */
    ERR_DENIED,      /* the actor may not do this */
    ERR_CONFLICT,    /* somebody changed it first, or it exists already: read again */
    ERR_BUSY,        /* try again later */
    ERR_UNSUPPORTED, /* understood, but this build or machine cannot */
};

#define ERR_TEXT_BYTES 512
struct err {
    enum err_code code;
    int sys_errno; /* errno at the cause, 0 when none */
    char text[ERR_TEXT_BYTES];
};

/* Fill err and return code, so that `return err_set(...)` reads well. ERR_IO appends strerror(errno) when errno is set.
 */
enum err_code err_set(struct err *err, enum err_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Put "<words>: " before the text; the code stays. */
enum err_code err_wrap(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Forget an error on purpose, and say why in the source. */
static inline void err_ignore(enum err_code code, const char *why)
{
    (void)code;
    (void)why;
}
/* "not_found", for logs and JSON. */
const char *err_code_to_str(enum err_code code);

/* Return early on failure: TRY(file_read(...)); */
#define TRY(call)                         \
    do {                                  \
        enum err_code try_code_ = (call); \
        if (try_code_ != ERR_NONE)        \
            return try_code_;             \
    } while (0)

NONNULL_END
#endif
