#include "web/limiter.h"

#include "base/mem.h"
#include <pthread.h>

#define PROBES 8u /* neighbours looked at before one gives way */

struct bucket {
    uint64_t key; /* 0: free */
    int64_t milli_tokens;
    int64_t at_ms;
    unsigned burst;
    unsigned per_minute;
};
struct limiter {
    pthread_mutex_t lock;
    uint64_t seed;
    size_t room; /* power of two */
    struct bucket buckets[];
};

enum err_code limiter_new(size_t bucket_max, uint64_t seed, struct limiter **ret_limiter, struct err *err)
{
    size_t room = PROBES, bytes;
    while (room < bucket_max && room <= SIZE_MAX / 4)
        room *= 2;
    if (!size_mul(room, sizeof(struct bucket), &bytes) || !size_add(bytes, sizeof(struct limiter), &bytes))
        return err_set(err, ERR_LIMIT, "%zu rate buckets are too many", bucket_max);
    struct limiter *limiter = mem_alloc(bytes);
    if (!limiter)
        return err_set(err, ERR_NOMEM, "no memory for %zu rate buckets", bucket_max);
    limiter->room = room;
    limiter->seed = seed;
    pthread_mutex_init(&limiter->lock, NULL);
    *ret_limiter = limiter;
    return ERR_NONE;
}

void limiter_free(struct limiter *limiter)
{
    if (!limiter)
        return;
    pthread_mutex_destroy(&limiter->lock);
    mem_free(limiter);
}

static uint64_t key_of(const struct limiter *limiter, struct str kind, struct str key)
{
    uint64_t h = limiter->seed ^ str_hash(kind) * 0x9E3779B97F4A7C15u ^ str_hash(key);
    h ^= h >> 31;
    h *= 0xBF58476D1CE4E5B9u;
    h ^= h >> 29;
    return h ? h : 1;
}

static int64_t tokens_at(const struct bucket *b, int64_t now_ms)
{
    int64_t passed = now_ms > b->at_ms ? now_ms - b->at_ms : 0;
    if (passed > 86400000)
        passed = 86400000;
    int64_t tokens = b->milli_tokens + passed * b->per_minute / 60;
    int64_t most = (int64_t)b->burst * 1000;
    return tokens < most ? tokens : most;
}

/* The bucket of a key; a missing one takes a free place or that of the neighbour that misses the fewest tokens. */
static struct bucket *bucket_of(struct limiter *limiter, uint64_t key, struct rate rate, int64_t now_ms)
{
    struct bucket *victim = NULL;
    int64_t victim_missing = INT64_MAX;
    for (size_t i = 0; i < PROBES; i++) {
        struct bucket *b = &limiter->buckets[(key + i) & (limiter->room - 1)];
        if (b->key == key)
            return b;
        int64_t missing = b->key ? (int64_t)b->burst * 1000 - tokens_at(b, now_ms) : -1;
        if (missing < victim_missing) {
            victim = b;
            victim_missing = missing;
        }
    }
    *victim = (struct bucket){key, (int64_t)rate.burst * 1000, now_ms, rate.burst, rate.per_minute};
    return victim;
}

bool limiter_take(struct limiter *limiter, struct str kind, struct str key, struct rate rate, int64_t now_ms,
                  int64_t *ret_wait_s)
{
    pthread_mutex_lock(&limiter->lock);
    struct bucket *b = bucket_of(limiter, key_of(limiter, kind, key), rate, now_ms);
    b->milli_tokens = tokens_at(b, now_ms);
    b->at_ms = now_ms;
    bool ok = b->milli_tokens >= 1000;
    if (ok)
        b->milli_tokens -= 1000;
    else if (ret_wait_s)
        *ret_wait_s = rate.per_minute ? ((1000 - b->milli_tokens) * 60 / rate.per_minute + 999) / 1000 : 3600;
    if (!ok && ret_wait_s && *ret_wait_s < 1)
        *ret_wait_s = 1;
    pthread_mutex_unlock(&limiter->lock);
    return ok;
}

void limiter_forgive(struct limiter *limiter, struct str kind, struct str key)
{
    uint64_t k = key_of(limiter, kind, key);
    pthread_mutex_lock(&limiter->lock);
    for (size_t i = 0; i < PROBES; i++) {
        struct bucket *b = &limiter->buckets[(k + i) & (limiter->room - 1)];
        if (b->key == k)
            b->milli_tokens = (int64_t)b->burst * 1000;
    }
    pthread_mutex_unlock(&limiter->lock);
}

/* Tickets keep the order: who came first goes in first. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t turn;
    unsigned slots;
    unsigned queue_max;
    unsigned inside;
    uint64_t next_ticket;
    uint64_t serving;
};

enum err_code gate_new(unsigned slots, unsigned queue_max, struct gate **ret_gate, struct err *err)
{
    struct gate *gate = mem_alloc(sizeof *gate);
    if (!gate)
        return err_set(err, ERR_NOMEM, "no memory for a gate");
    gate->slots = slots ? slots : 1;
    gate->queue_max = queue_max;
    pthread_mutex_init(&gate->lock, NULL);
    pthread_cond_init(&gate->turn, NULL);
    *ret_gate = gate;
    return ERR_NONE;
}

void gate_free(struct gate *gate)
{
    if (!gate)
        return;
    pthread_cond_destroy(&gate->turn);
    pthread_mutex_destroy(&gate->lock);
    mem_free(gate);
}

enum err_code gate_enter(struct gate *gate, unsigned *ret_ahead, struct err *err)
{
    pthread_mutex_lock(&gate->lock);
    unsigned waiting = (unsigned)(gate->next_ticket - gate->serving);
    if (waiting >= gate->queue_max && (gate->inside >= gate->slots || waiting)) {
        pthread_mutex_unlock(&gate->lock);
        *ret_ahead = waiting;
        return err_set(err, ERR_BUSY, "%u are waiting already", waiting);
    }
    uint64_t ticket = gate->next_ticket++;
    while (ticket != gate->serving || gate->inside >= gate->slots)
        pthread_cond_wait(&gate->turn, &gate->lock);
    gate->serving++;
    gate->inside++;
    pthread_cond_broadcast(&gate->turn);
    pthread_mutex_unlock(&gate->lock);
    *ret_ahead = waiting;
    return ERR_NONE;
}

void gate_leave(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    must(gate->inside > 0);
    gate->inside--;
    pthread_cond_broadcast(&gate->turn);
    pthread_mutex_unlock(&gate->lock);
}

unsigned gate_waiting(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    unsigned waiting = (unsigned)(gate->next_ticket - gate->serving);
    pthread_mutex_unlock(&gate->lock);
    return waiting;
}
