/* bench_duty.h - the province the duty bench measures: ten thousand units, a hundred obligations each, five years.
 * bench_load.c makes it, bench_duty.c measures.    Memory: struct bench lives as long as the program.    Threads: one.
 */
#ifndef LUYTRE_BENCH_DUTY_H
#define LUYTRE_BENCH_DUTY_H

#include <stdio.h>

#include "duty/directive.h"
#include "store/store.h"

NONNULL_BEGIN

#define BENCH_OBLIGATIONS 10 /* of a directive */
#define BENCH_PEOPLE      2  /* of a unit: its head and its focal officer */

struct bench {
    const char *where;
    struct store *store;
    struct db *db;
    struct arena arena;
    struct actor system;
    int64_t now_ms; /* the store's clock */
    int64_t root;
    int64_t *units; /* unit_count, departments every hundredth */
    size_t unit_count;
    int64_t *people; /* BENCH_PEOPLE a unit: 2i the head, 2i + 1 the focal officer of unit i */
    int64_t leader;  /* of the root */
    int64_t *directives;
    size_t directive_count;
    int years;
    const char *only;   /* pages whose visitor and address contain this; NULL: all, and everything else */
    size_t cache_bytes; /* of a connection while the province is made; 0: that of the server */
    struct err err;
};

static inline double bench_ms_since(int64_t from_us)
{
    return (double)(clock_monotonic_us() - from_us) / 1000.0;
}
void bench_must(struct bench *b, enum err_code code, const char *what); /* or say why and stop */
/* Prints what it does as it does it. Leaves the clock five years later, with one directive drafted and not issued. */
void bench_load(struct bench *b);
/* The province an earlier run left in this database, as bench_load and all that followed left it. */
void bench_load_again(struct bench *b);

/* And one directive more, drafted and not issued. */
void bench_load_more(struct bench *b);

NONNULL_END
#endif
