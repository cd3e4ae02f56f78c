#include "store/keep.h"

#include "base/mem.h"
#include "store/driver.h"
#include "store/keep.sql.h"

#define KEEP_VALUE_BYTES ((size_t)1 << 29)

struct kept {
    struct kept *NULLABLE next;
    const struct keep_kind *kind;
    char key[KEEP_KEY_BYTES];
    int64_t version;
    const void *value;
    struct keeper *keeper;
    unsigned holders;
    bool is_listed;
    uint64_t used; /* the keeper's count when it was last asked for */
    struct arena arena;
};
/* Of one store; it outlives the store while somebody holds a value. */
struct keeper {
    pthread_mutex_t lock;      /* guards everything here and who holds what */
    pthread_mutex_t make_lock; /* one value is read at a time; taken before the other */
    struct kept *NULLABLE first;
    uint64_t count;
    size_t alive; /* values, listed or held */
    bool is_closed;
};

static void kept_free(struct kept *kept)
{
    arena_done(&kept->arena);
    mem_free(kept);
}

/* The lock is held; afterwards it is not, and the keeper may be gone. */
static void unlock(struct keeper *keeper)
{
    bool is_over = keeper->is_closed && keeper->alive == 0;
    pthread_mutex_unlock(&keeper->lock);
    if (is_over) {
        pthread_mutex_destroy(&keeper->lock);
        pthread_mutex_destroy(&keeper->make_lock);
        mem_free(keeper);
    }
}

/* The lock is held. */
static void unlist(struct kept **slot)
{
    struct kept *kept = *slot;
    *slot = kept->next;
    kept->is_listed = false;
    if (kept->holders == 0) {
        kept->keeper->alive--;
        kept_free(kept);
    }
}

static void let_go(void *ctx)
{
    struct kept *kept = ctx;
    struct keeper *keeper = kept->keeper;
    pthread_mutex_lock(&keeper->lock);
    if (--kept->holders == 0 && !kept->is_listed) {
        keeper->alive--;
        kept_free(kept);
    }
    unlock(keeper);
}

static bool is_of(const struct kept *kept, const struct keep_kind *kind, struct str key)
{
    return kept->kind == kind && str_equal(key, str_from_cstr(kept->key));
}

static struct kept *NULLABLE find(struct keeper *keeper, const struct keep_kind *kind, struct str key, int64_t version)
{
    pthread_mutex_lock(&keeper->lock);
    struct kept *kept = keeper->first;
    while (kept && !(kept->version == version && is_of(kept, kind, key)))
        kept = kept->next;
    if (kept) {
        kept->holders++;
        kept->used = ++keeper->count;
    }
    pthread_mutex_unlock(&keeper->lock);
    return kept;
}

/* In place of what was kept under the key before; the longest unused of the kind goes when there are too many. */
static void list(struct keeper *keeper, struct kept *fresh)
{
    pthread_mutex_lock(&keeper->lock);
    size_t count = 0;
    for (struct kept **slot = &keeper->first; *slot;) {
        if (is_of(*slot, fresh->kind, str_from_cstr(fresh->key))) {
            unlist(slot);
            continue;
        }
        count += (*slot)->kind == fresh->kind;
        slot = &(*slot)->next;
    }
    while (count >= fresh->kind->count_max && count > 0) {
        struct kept **oldest = NULL;
        for (struct kept **slot = &keeper->first; *slot; slot = &(*slot)->next)
            if ((*slot)->kind == fresh->kind && (!oldest || (*slot)->used < (*oldest)->used))
                oldest = slot;
        if (!oldest)
            break;
        unlist(oldest);
        count--;
    }
    fresh->next = keeper->first;
    fresh->is_listed = true;
    fresh->used = ++keeper->count;
    keeper->first = fresh;
    pthread_mutex_unlock(&keeper->lock);
}

static enum err_code make(struct db *db, const struct keep_kind *kind, struct str key, int64_t version,
                          struct kept **ret_kept, struct err *err)
{
    struct kept *kept = mem_alloc(sizeof *kept);
    if (!kept)
        return err_set(err, ERR_NOMEM, "no memory");
    *kept = (struct kept){.kind = kind, .version = version, .keeper = db->store->keeper, .holders = 1};
    memcpy(kept->key, key.ptr, key.len_bytes);
    arena_init(&kept->arena, KEEP_VALUE_BYTES);
    enum err_code code = kind->make(db, key, &kept->arena, &kept->value, err);
    if (code != ERR_NONE) {
        kept_free(kept);
        return code;
    }
    pthread_mutex_lock(&kept->keeper->lock);
    kept->keeper->alive++;
    pthread_mutex_unlock(&kept->keeper->lock);
    *ret_kept = kept;
    return ERR_NONE;
}

static enum err_code hold(struct kept *kept, struct arena *holder, const void **ret_value, struct err *err)
{
    if (!arena_on_done(holder, let_go, kept)) {
        let_go(kept);
        return arena_full(holder, err);
    }
    *ret_value = kept->value;
    return ERR_NONE;
}

enum err_code keep_get(struct db *db, const struct keep_kind *kind, struct str key, struct arena *holder,
                       const void **ret_value, struct err *err)
{
    must(key.len_bytes < KEEP_KEY_BYTES);
    struct keeper *keeper = db->store->keeper;
    struct kept *kept = NULL;
    if (db->state == DB_WRITING) { /* what it sees may never be */
        TRY(make(db, kind, key, 0, &kept, err));
        return hold(kept, holder, ret_value, err);
    }
    int64_t version = 0;
    if (kind->watch) { /* before the value is read: it may be newer than its number, never older */
        AUTO_ARENA arena;
        arena_init(&arena, 4096);
        struct sql_kept_version_row *row = NULL;
        TRY(sql_kept_version(db, &arena, &(struct sql_kept_version_args){.name = str_from_cstr(kind->watch)}, &row,
                             err));
        version = row ? row->n : 0;
    }
    kept = find(keeper, kind, key, version);
    if (!kept) { /* one thread reads, those that want the same wait for it */
        pthread_mutex_lock(&keeper->make_lock);
        kept = find(keeper, kind, key, version);
        enum err_code code = ERR_NONE;
        if (!kept) {
            code = make(db, kind, key, version, &kept, err);
            if (code == ERR_NONE)
                list(keeper, kept);
        }
        pthread_mutex_unlock(&keeper->make_lock);
        if (code != ERR_NONE)
            return code;
    }
    return hold(kept, holder, ret_value, err);
}

enum err_code keep_stir(struct db *db, struct err *err)
{
    for (size_t i = 0; i < db->stirred_count; i++)
        TRY(sql_kept_stir(db, &(struct sql_kept_stir_args){.name = str_from_cstr(db->stirred[i])}, err));
    db->stirred_count = 0;
    return ERR_NONE;
}

void keep_note(struct db *db, const char *name)
{
    size_t at = 0; /* by name, so that two transactions lock them in the same order */
    while (at < db->stirred_count && strcmp(db->stirred[at], name) < 0)
        at++;
    if (at < db->stirred_count && strcmp(db->stirred[at], name) == 0)
        return;
    must(db->stirred_count < ARRAY_LEN(db->stirred));
    memmove(&db->stirred[at + 1], &db->stirred[at], (db->stirred_count - at) * sizeof db->stirred[0]);
    db->stirred[at] = name;
    db->stirred_count++;
}

bool keep_init(struct store *store)
{
    struct keeper *keeper = mem_alloc(sizeof *keeper);
    if (!keeper)
        return false;
    *keeper = (struct keeper){.first = NULL};
    pthread_mutexattr_t nests; /* a kept value may be read from another one */
    must(pthread_mutexattr_init(&nests) == 0 && pthread_mutexattr_settype(&nests, PTHREAD_MUTEX_RECURSIVE) == 0);
    must(pthread_mutex_init(&keeper->lock, NULL) == 0 && pthread_mutex_init(&keeper->make_lock, &nests) == 0);
    pthread_mutexattr_destroy(&nests);
    store->keeper = keeper;
    return true;
}

void keep_done(struct store *store)
{
    struct keeper *keeper = store->keeper;
    if (!keeper)
        return;
    pthread_mutex_lock(&keeper->lock);
    keeper->is_closed = true;
    while (keeper->first)
        unlist(&keeper->first);
    unlock(keeper);
    store->keeper = NULL;
}
