/* err.h - an error says what we were doing when it happened.
 * The first cause is set where it is seen, each caller wraps it with its own words:
 * "load rule: open x.yml: Permission denied".
 * Beside the text it keeps what was said in parts: the format as written in the source and each argument, so that
 * know/refusal.h can say the same in another language.
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
#define ERR_SAID_BYTES 768
struct err {
    enum err_code code;
    int sys_errno; /* errno at the cause, 0 when none */
    char text[ERR_TEXT_BYTES];
    char said[ERR_SAID_BYTES]; /* the same in parts, as said_pack makes them; empty when they were too long */
};

/* Fill err and return code, so that `return err_set(...)` reads well. ERR_IO appends strerror(errno) when errno is set.
 */
enum err_code err_set(struct err *err, enum err_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Put "<words>: " before the text; the code stays. */
enum err_code err_wrap(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
#ifdef __clang_analyzer__
/* The analyser sees one file at a time: without this it takes it for possible that a failure answers ERR_NONE, and that
 * every ret_ parameter behind it was never filled. No caller hands ERR_NONE to err_set or wraps what did not fail. */
static inline enum err_code err_is_failure(enum err_code code)
{
    if (code == ERR_NONE)
        __builtin_unreachable();
    return code;
}
#define err_set(...)  err_is_failure(err_set(__VA_ARGS__))
#define err_wrap(...) err_is_failure(err_wrap(__VA_ARGS__))
#endif
/* Forget an error on purpose, and say why in the source. */
static inline void err_ignore(enum err_code code, const char *why)
{
    (void)code;
    (void)why;
}
/* --- a sentence in parts ---
 * The format, then for each conversion SAID_ARG and the argument as text; a wrap stands before what it wraps, with
 * SAID_WRAP between. An argument may itself be such a sentence (the reason of a row): its separators go one level down.
 * Control bytes of this kind in an argument are separators to nobody else, so the worst a hostile text does is to be
 * translated. */
#define SAID_ARG        '\x1f'
#define SAID_WRAP       '\x1e'
#define SAID_ARG_INNER  '\x1d'
#define SAID_WRAP_INNER '\x1c'
/* False, and an empty out, when it does not fit. fmt knows %s %.*s %d %i %u %x %c with h l ll z j. */
bool said_pack(char *out, size_t out_bytes, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* In the language of the source: what printf would have written. Cut at out_bytes. */
void said_print(const char *said, char *out, size_t out_bytes);
/* The length of the conversion at fmt[0] == '%', "%%" included. */
size_t said_conversion(const char *fmt);
/* To another process and back: text and parts in one. */
#define ERR_WIRE_BYTES (ERR_TEXT_BYTES + ERR_SAID_BYTES + 1)
void err_to_wire(const struct err *err, char out[ERR_WIRE_BYTES]);
enum err_code err_from_wire(struct err *err, enum err_code code, const char *wire, size_t wire_bytes);
#ifdef __clang_analyzer__
#define err_from_wire(...) err_is_failure(err_from_wire(__VA_ARGS__))
#endif

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
