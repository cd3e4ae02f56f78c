/* base.h - the words every file here is written in: attributes, checks, sizes.
 * Knows nothing but the compiler. Uses: libc.    Used by: everything.
 * Memory: none.    Threads: no shared state. */
#ifndef LUYTRE_BASE_BASE_H
#define LUYTRE_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pointers between NONNULL_BEGIN and NONNULL_END are never NULL unless marked NULLABLE. clang warns at the call;
 * gcc sees nothing, because __attribute__((nonnull)) would let its optimiser delete our own checks. */
#ifdef __clang__
#define NONNULL_BEGIN _Pragma("clang assume_nonnull begin")
#define NONNULL_END   _Pragma("clang assume_nonnull end")
#define NULLABLE      _Nullable
#else
#define NONNULL_BEGIN
#define NONNULL_END
#define NULLABLE
#endif

#define MUST_USE                          __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt_index, first_arg) __attribute__((format(printf, fmt_index, first_arg)))
#define NO_RETURN                         __attribute__((noreturn))
#define UNUSED                            __attribute__((unused))
#define ARRAY_LEN(a)                      (sizeof(a) / sizeof((a)[0]))

/* A broken promise of ours: always compiled in, says where, aborts (the monitor starts the role again). */
NO_RETURN void must_failed(const char *what, const char *file, int line);
#define must(x) ((x) ? (void)0 : must_failed(#x, __FILE__, __LINE__))

/* Sizes from outside are added and multiplied with these, never with + and *: false means it would overflow. */
#define size_add(a, b, ret_sum)     (!__builtin_add_overflow((size_t)(a), (size_t)(b), (ret_sum)))
#define size_mul(a, b, ret_product) (!__builtin_mul_overflow((size_t)(a), (size_t)(b), (ret_product)))

#include "base/banned.h"

#endif
