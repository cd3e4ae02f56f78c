/* limiter.h - how often one address or account may ask, and how many dear things run at a time.
 * Token buckets live in a table with a ceiling: when it is full the bucket that is fullest (least suspect) among a few
 * gives way. The gate lets `slots` in at once and at most `queue_max` wait in order; it knows its length, so that a
 * page can say it. Uses: base, pthread.    Used by: web/route.c, sign-in.    Memory: one heap block each.    Threads:
 * safe. */
#ifndef LUYTRE_WEB_LIMITER_H
#define LUYTRE_WEB_LIMITER_H

#include "base/err.h"
#include "base/text.h"

NONNULL_BEGIN

struct limiter;
struct rate {
    unsigned burst;      /* tokens a full bucket holds */
    unsigned per_minute; /* tokens that come back */
};
MUST_USE enum err_code limiter_new(size_t bucket_max, uint64_t seed, struct limiter **ret_limiter, struct err *err);
void limiter_free(struct limiter *NULLABLE limiter);
/* true: a token was taken. false: none; *ret_wait_s (may be NULL) says when the next one comes, at least 1. */
MUST_USE bool limiter_take(struct limiter *limiter, struct str kind, struct str key, struct rate rate, int64_t now_ms,
                           int64_t *NULLABLE ret_wait_s);
void limiter_forgive(struct limiter *limiter, struct str kind, struct str key); /* full again: after a right password */

struct gate;
MUST_USE enum err_code gate_new(unsigned slots, unsigned queue_max, struct gate **ret_gate, struct err *err);
void gate_free(struct gate *NULLABLE gate);
/* Blocks until it is our turn; ERR_BUSY at once when queue_max are waiting already, with their number. */
MUST_USE enum err_code gate_enter(struct gate *gate, unsigned *ret_ahead, struct err *err);
void gate_leave(struct gate *gate);
unsigned gate_waiting(struct gate *gate); /* how many wait now */

NONNULL_END
#endif
