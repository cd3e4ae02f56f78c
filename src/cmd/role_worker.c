/* role_worker.c - what happens without anybody asking: the chain is sealed, the day passes, heads are signed, jobs are
 * done. */
#include <poll.h>
#include <unistd.h>

#include "asset/device.h"
#include "cmd/role_store.h"
#include "cmd/worker_jobs.h"
#include "duty/ledger.h"
#include "know/know.h"
#include "proof/chain.h"
#include "proof/chain.sql.h"
#include "store/blob.h"
#include "store/job.h"
#include "store/outbox.h"

#define WORKER_TICK_MS 500
#define WORKER_SUMS_US (1000 * 1000) /* at a time; one step may take longer */

struct worker {
    struct role_self *self;
    struct store *store;
    civil_day devices_day; /* the day whose sums of hosts are right */
};

/* The head of every chain that grew since the last time. */
static enum err_code sign_heads(struct worker *w, struct db *db, struct arena *arena, struct err *err)
{
    struct sign_public public_key;
    TRY(peer_public_key(&w->self->peers, &public_key, err));
    struct str raw = {(const char *)public_key.bytes, sizeof public_key.bytes};
    struct str key_id = chain_key_id(&public_key, arena);
    if (str_is_null(key_id))
        return arena_full(arena, err);
    TRY(sql_chain_key_put(
        db, &(struct sql_chain_key_put_args){.key_id = key_id, .public_key = raw, .from_ms = db_now_ms(db)}, err));
    struct sql_chain_streams_rows heads;
    TRY(sql_chain_streams(db, arena, &heads, err));
    for (size_t i = 0; i < heads.count; i++) {
        const struct sql_chain_streams_row *h = &heads.items[i];
        struct sql_chain_signature_last_row *last = NULL;
        TRY(sql_chain_signature_last(
            db, arena, &(struct sql_chain_signature_last_args){.node = h->node, .stream = h->stream}, &last, err));
        if (last && last->seq >= h->seq)
            continue;
        struct str message;
        TRY(chain_head_message(h->node, h->stream, h->seq, h->hash, arena, &message, err));
        struct signature signature;
        TRY(peer_sign(&w->self->peers, STR(CHAIN_SIGN_PURPOSE), message, &signature, err));
        TRY(sql_chain_signature_insert(db,
                                       &(struct sql_chain_signature_insert_args){
                                           .id = db_id(db),
                                           .node = h->node,
                                           .stream = h->stream,
                                           .seq = h->seq,
                                           .hash = h->hash,
                                           .key_id = key_id,
                                           .signature = {(const char *)signature.bytes, sizeof signature.bytes},
                                           .at_ms = db_now_ms(db),
                                       },
                                       err));
    }
    return ERR_NONE;
}

static enum err_code seal(struct worker *w, struct db *db, struct arena *arena, struct err *err)
{
    (void)w;
    (void)arena;
    size_t sealed = CHAIN_SEAL_MAX;
    while (sealed == CHAIN_SEAL_MAX)
        TRY(chain_seal(db, &sealed, err));
    return ERR_NONE;
}

static enum err_code day(struct worker *w, struct db *db, struct arena *arena, struct err *err)
{
    (void)arena;
    int moved = 0;
    TRY(ledger_open(db, db_today(db), err));
    TRY(ledger_pass(db, db_today(db), &moved, err));
    if (moved > 0) {
        LOG(&w->self->log, LOG_INFO, "day_passed", LOG_INT_FIELD("days", moved));
        TRY(worker_new_day(db, err));
    }
    return ERR_NONE;
}

/* A statement of protection grows old with a day, and other kinds of device may be hosts from a day on: the sums
 * follow, a piece at a time. */
static enum err_code devices(struct worker *w, struct db *db, struct arena *arena, struct err *err)
{
    (void)arena;
    civil_day today = db_today(db);
    int64_t aged = 0, units = 0;
    if (w->devices_day == today)
        return ERR_NONE;
    TRY(device_age(db, &aged, err));
    TRY(device_hosts_again(db, &units, err));
    if (!aged && !units)
        w->devices_day = today;
    return ERR_NONE;
}

/* Changes noted beside the sums of scopes; and trees whose past waits to be counted, one by one, so that what else is
 * due does not wait long. */
static enum err_code sums(struct worker *w, struct db *db, struct arena *arena, struct err *err)
{
    (void)w;
    (void)arena;
    bool had_one = true;
    TRY(ledger_fold(db, err));
    for (int64_t until_us = clock_monotonic_us() + WORKER_SUMS_US; had_one && clock_monotonic_us() < until_us;)
        TRY(ledger_catch_up(db, &had_one, err));
    return ERR_NONE;
}

static enum err_code tidy(struct worker *w, struct db *db, struct arena *arena, struct err *err)
{
    (void)w;
    (void)arena;
    int64_t dropped;
    struct blob_sweep swept;
    TRY(session_expire(db, &dropped, err));
    TRY(outbox_prune(db, db_now_ms(db) - know_threshold_ms(KNOW_OUTBOX_KEPT, db_today(db)), &dropped, err));
    return blob_sweep(db, BLOB_SWEEP_AGE_MS, &swept, err);
}

static enum err_code jobs(struct worker *w, struct db *db, struct arena *arena, struct err *err)
{
    return worker_jobs_run(db, &w->self->peers, arena, err);
}

static struct task {
    const char *name;
    int64_t every_ms;
    enum err_code (*run)(struct worker *w, struct db *db, struct arena *arena, struct err *err);
    int64_t next_us;
    bool has_failed;
} tasks[] = {
    {"day", 20 * 1000, day, 0, false},        {"seal", WORKER_TICK_MS, seal, 0, false},
    {"jobs", 2 * 1000, jobs, 0, false},       {"sign_heads", 3600 * 1000, sign_heads, 0, false},
    {"tidy", 3600 * 1000, tidy, 0, false},    {"sums", 2 * 1000, sums, 0, false},
    {"devices", 2 * 1000, devices, 0, false},
};

static void run_due(struct worker *w)
{
    for (size_t i = 0; i < ARRAY_LEN(tasks); i++) {
        struct task *task = &tasks[i];
        int64_t now_us = clock_monotonic_us();
        if (now_us < task->next_us)
            continue;
        struct err err = {0};
        AUTO_ARENA arena;
        arena_init(&arena, 64u << 20);
        AUTO_DB db = NULL;
        enum err_code code = store_db_take(w->store, &db, &err);
        if (code == ERR_NONE)
            code = task->run(w, db, &arena, &err);
        /* A task that fails is tried again a little later; it is said once until it works again. */
        if (code != ERR_NONE && !task->has_failed)
            LOG(&w->self->log, LOG_WARN, "task_failed", LOG_TEXT_FIELD("task", str_from_cstr(task->name)),
                LOG_TEXT_FIELD("reason", str_from_cstr(err.text)));
        task->has_failed = code != ERR_NONE;
        task->next_us = clock_monotonic_us() + (code == ERR_NONE ? task->every_ms : 5000) * 1000;
    }
}

static enum err_code setup(struct role_self *self, void *NULLABLE *ret_state, struct err *err)
{
    struct worker *w = *ret_state;
    w->self = self;
    return role_store_setup(self, SANDBOX_WORKER, &w->store, err);
}

static enum err_code loop(struct role_self *self, void *NULLABLE state, struct err *err)
{
    struct worker *w = state;
    enum err_code code = ERR_NONE;
    while (code == ERR_NONE) {
        run_due(w);
        struct pollfd wait = {.fd = self->control.fd, .events = POLLIN};
        if (poll(&wait, 1, WORKER_TICK_MS) > 0)
            code = peers_refresh(&self->peers, err);
    }
    store_close(w->store);
    return code == ERR_NOT_FOUND ? ERR_NONE : code;
}

int role_worker_main(void)
{
    static struct worker state; /* dies with the process, which is this role */
    return role_main(ROLE_WORKER, &state, setup, loop);
}
