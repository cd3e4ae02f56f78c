#include "asset/device_write.h"

#include <stdlib.h>

#include "know/know.h"
#include "org/access.h"

#define COUNT_ARENA_BYTES (64u << 20)
#define DEVICE_HOSTS_MAX  2000 /* units in one transaction */

static const struct str states[3] = {STR_INIT("protected"), STR_INIT("unprotected"), STR_INIT("unknown")};

static size_t state_index(struct str state)
{
    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        if (str_equal(states[i], state))
            return i;
    must(!"a state of protection");
    return 0;
}

/* --- what a statement counts as --- */

struct counted counted_of(struct str protection, struct opt_i64 protection_ms, civil_day today)
{
    struct counted unknown = {states[2], CIVIL_FOREVER};
    if (!protection_ms.has || str_equal(protection, states[2]))
        return unknown;
    const struct know_evidence_kind *kind = know_evidence_kind_find(STR("coverage"));
    must(kind != NULL);
    civil_day said = civil_day_of_ms(protection_ms.v);
    int months = know_evidence_cover_months(kind, 0, said);
    civil_day to_day = months > 0 ? civil_add_months(said, months) : CIVIL_FOREVER;
    if (to_day <= today)
        return unknown;
    return (struct counted){states[state_index(protection)], to_day};
}

bool is_statement_newer(struct str protection, struct opt_i64 protection_ms, struct str than, struct opt_i64 than_ms)
{
    static const int badness[3] = {0, 2, 1}; /* protected, unprotected, unknown */
    if (!protection_ms.has || !than_ms.has)
        return protection_ms.has;
    if (protection_ms.v != than_ms.v)
        return protection_ms.v > than_ms.v;
    return badness[state_index(protection)] > badness[state_index(than)];
}

/* --- counters --- */

static enum err_code delta_one(struct count_deltas *deltas, int64_t unit_id, struct str kind, size_t state, int64_t d,
                               struct err *err)
{
    char text[64];
    struct str key = {text, 0};
    int printed = snprintf(text, sizeof text, "%lld %.*s", (long long)unit_id, STR_ARG(kind));
    must(printed > 0 && (size_t)printed < sizeof text);
    key.len_bytes = (size_t)printed;
    struct count_delta *delta = map_get(&deltas->by_key, key);
    if (!delta) {
        delta = arena_new(deltas->arena, struct count_delta);
        struct count_delta **slot = delta ? vec_push(deltas, deltas->arena) : NULL;
        struct str kept = arena_str(deltas->arena, key);
        if (!slot || str_is_null(kept) || !map_put(&deltas->by_key, deltas->arena, kept, delta))
            return arena_full(deltas->arena, err);
        *delta = (struct count_delta){.unit_id = unit_id, .kind = arena_str(deltas->arena, kind)};
        if (str_is_null(delta->kind))
            return arena_full(deltas->arena, err);
        *slot = delta;
    }
    delta->d[state] += d;
    return ERR_NONE;
}

bool device_kind_is_host(struct str kind, civil_day day)
{
    return know_ids_has(know_host_kinds_on(day)->kinds, kind);
}

enum err_code host_kinds_text(struct arena *arena, civil_day day, struct str *ret_text, struct err *err)
{
    struct know_ids kinds = know_host_kinds_on(day)->kinds;
    struct str text = STR(" ");
    for (size_t i = 0; i < kinds.count && !str_is_null(text); i++)
        text = arena_printf(arena, "%.*s%.*s ", STR_ARG(text), STR_ARG(kinds.items[i]));
    *ret_text = text;
    return str_is_null(text) ? arena_full(arena, err) : ERR_NONE;
}

enum err_code count_delta_add(struct count_deltas *deltas, int64_t unit_id, struct str kind, struct str counted,
                              int64_t d, struct err *err)
{
    if (str_is_empty(counted))
        return ERR_NONE;
    TRY(delta_one(deltas, unit_id, DEVICE_KIND_ALL, state_index(counted), d, err));
    if (device_kind_is_host(kind, deltas->day))
        TRY(delta_one(deltas, unit_id, DEVICE_KIND_HOSTS, state_index(counted), d, err));
    return delta_one(deltas, unit_id, kind, state_index(counted), d, err);
}

static int by_unit_then_kind(const void *a, const void *b)
{
    const struct count_delta *x = *(struct count_delta *const *)a, *y = *(struct count_delta *const *)b;
    if (x->unit_id != y->unit_id)
        return x->unit_id < y->unit_id ? -1 : 1;
    return str_compare(x->kind, y->kind);
}

enum err_code count_delta_flush(struct db *db, struct count_deltas *deltas, struct err *err)
{
    if (deltas->count)
        qsort(deltas->items, deltas->count, sizeof *deltas->items, by_unit_then_kind);
    for (size_t i = 0; i < deltas->count; i++) {
        const struct count_delta *d = deltas->items[i];
        if (d->d[0] || d->d[1] || d->d[2])
            TRY(sql_device_count_add(db,
                                     &(struct sql_device_count_add_args){.unit_id = d->unit_id,
                                                                         .kind = d->kind,
                                                                         .d_protected = d->d[0],
                                                                         .d_unprotected = d->d[1],
                                                                         .d_unknown = d->d[2]},
                                     err));
    }
    deltas->count = 0;
    deltas->by_key = (struct map){0};
    return ERR_NONE;
}

static enum err_code counted_of_group(struct db *db, struct arena *arena, int64_t root_id, civil_day today,
                                      struct counted *ret_counted, struct err *err)
{
    struct sql_device_group_rows group;
    TRY(sql_device_group(db, arena, &(struct sql_device_group_args){.root_id = root_id}, &group, err));
    struct str protection = states[2];
    struct opt_i64 said = OPT_NONE;
    for (size_t i = 0; i < group.count; i++)
        if (is_statement_newer(group.items[i].protection, group.items[i].protection_ms, protection, said)) {
            protection = group.items[i].protection;
            said = group.items[i].protection_ms;
        }
    *ret_counted = counted_of(protection, said, today);
    return ERR_NONE;
}

enum err_code device_count_again(struct db *db, struct arena *arena, struct count_deltas *deltas, int64_t root_id,
                                 civil_day today, struct err *err)
{
    struct sql_device_row_row *row = NULL;
    TRY(sql_device_row(db, arena, &(struct sql_device_row_args){.id = root_id}, &row, err));
    must(row != NULL);
    struct counted now = {STR(""), CIVIL_FOREVER};
    if (!row->merged_into.has && row->to_day == CIVIL_FOREVER)
        TRY(counted_of_group(db, arena, root_id, today, &now, err));
    if (!str_equal(now.state, row->counted)) {
        TRY(count_delta_add(deltas, row->unit_id, row->kind, row->counted, -1, err));
        TRY(count_delta_add(deltas, row->unit_id, row->kind, now.state, 1, err));
    } else if (now.to_day == row->counted_to_day) {
        return ERR_NONE;
    }
    return sql_device_put_counted(
        db, &(struct sql_device_put_counted_args){.id = root_id, .counted = now.state, .counted_to_day = now.to_day},
        err);
}

/* --- the day job --- */

struct aging {
    int64_t aged;
};

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static enum err_code age_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct aging *a = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, COUNT_ARENA_BYTES);
    civil_day today = db_today(db);
    struct sql_device_aging_rows old;
    TRY(sql_device_aging(db, &arena, &(struct sql_device_aging_args){.on_day = today, .limit_count = DEVICE_AGE_MAX},
                         &old, err));
    int64_t *sites = arena_new_array(&arena, int64_t, old.count + 1);
    if (!sites)
        return arena_full(&arena, err);
    for (size_t i = 0; i < old.count; i++)
        sites[i] = old.items[i].site_id;
    qsort(sites, old.count, sizeof *sites, by_id);
    struct sql_site_lock_row *held = NULL;
    for (size_t i = 0; i < old.count; i++)
        if (i == 0 || sites[i] != sites[i - 1])
            TRY(sql_site_lock(db, &arena, &(struct sql_site_lock_args){.id = sites[i]}, &held, err));
    struct count_deltas deltas = {.arena = &arena, .day = db_today(db)};
    for (size_t i = 0; i < old.count; i++)
        TRY(device_count_again(db, &arena, &deltas, old.items[i].id, today, err));
    a->aged = (int64_t)old.count;
    return count_delta_flush(db, &deltas, err);
}

enum err_code device_age(struct db *db, int64_t *ret_aged, struct err *err)
{
    struct aging a = {0};
    TRY(db_transact(db, age_in_transaction, &a, err));
    *ret_aged = a.aged;
    return ERR_NONE;
}

/* Whoever changes a counter holds the site of the device: with all sites of a unit held, its counters stand still. */
static enum err_code hosts_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct aging *a = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, COUNT_ARENA_BYTES);
    struct str host_kinds;
    TRY(host_kinds_text(&arena, db_today(db), &host_kinds, err));
    struct sql_device_hosts_wrong_rows wrong;
    TRY(sql_device_hosts_wrong(
        db, &arena, &(struct sql_device_hosts_wrong_args){.host_kinds = host_kinds, .limit_count = DEVICE_HOSTS_MAX},
        &wrong, err));
    VEC(int64_t) sites = {0};
    for (size_t i = 0; i < wrong.count; i++) {
        struct sql_device_unit_sites_rows of;
        TRY(sql_device_unit_sites(db, &arena, &(struct sql_device_unit_sites_args){.unit_id = wrong.items[i].unit_id},
                                  &of, err));
        for (size_t k = 0; k < of.count; k++) {
            int64_t *slot = vec_push(&sites, &arena);
            if (!slot)
                return arena_full(&arena, err);
            *slot = of.items[k].id;
        }
    }
    if (sites.count)
        qsort(sites.items, sites.count, sizeof *sites.items, by_id);
    struct sql_site_lock_row *held = NULL;
    for (size_t i = 0; i < sites.count; i++)
        TRY(sql_site_lock(db, &arena, &(struct sql_site_lock_args){.id = sites.items[i]}, &held, err));
    for (size_t i = 0; i < wrong.count; i++) {
        int64_t unit_id = wrong.items[i].unit_id;
        struct sql_device_hosts_off_row *off = NULL;
        TRY(sql_device_hosts_off(
            db, &arena, &(struct sql_device_hosts_off_args){.unit_id = unit_id, .host_kinds = host_kinds}, &off, err));
        must(off != NULL);
        TRY(sql_device_count_add(db,
                                 &(struct sql_device_count_add_args){.unit_id = unit_id,
                                                                     .kind = DEVICE_KIND_HOSTS,
                                                                     .d_protected = off->d_protected,
                                                                     .d_unprotected = off->d_unprotected,
                                                                     .d_unknown = off->d_unknown},
                                 err));
    }
    a->aged = (int64_t)wrong.count;
    return ERR_NONE;
}

enum err_code device_hosts_again(struct db *db, int64_t *ret_units, struct err *err)
{
    struct aging a = {0};
    AUTO_ARENA arena;
    arena_init(&arena, COUNT_ARENA_BYTES);
    struct str host_kinds;
    struct sql_device_hosts_wrong_rows wrong;
    TRY(host_kinds_text(&arena, db_today(db), &host_kinds, err));
    TRY(sql_device_hosts_wrong(
        db, &arena, &(struct sql_device_hosts_wrong_args){.host_kinds = host_kinds, .limit_count = 1}, &wrong, err));
    if (wrong.count) /* nearly never: nobody waits for it */
        TRY(db_transact(db, hosts_in_transaction, &a, err));
    *ret_units = a.aged;
    return ERR_NONE;
}

static enum err_code recount_in_snapshot(struct db *db, void *ctx, struct err *err)
{
    (void)ctx;
    AUTO_ARENA arena;
    arena_init(&arena, DEVICE_ARENA_BYTES);
    struct sql_device_counted_wrong_rows wrong;
    TRY(sql_device_counted_wrong(db, &arena, &wrong, err));
    if (wrong.count)
        return err_set(err, ERR_CONFLICT, "device %lld is counted as '%.*s'", (long long)wrong.items[0].id,
                       STR_ARG(wrong.items[0].counted));
    struct sql_device_recount_all_rows rows;
    struct str host_kinds;
    TRY(host_kinds_text(&arena, db_today(db), &host_kinds, err));
    TRY(sql_device_recount_all(db, &arena, &(struct sql_device_recount_all_args){.host_kinds = host_kinds}, &rows,
                               err));
    for (size_t i = 0; i < rows.count; i += 2) {
        const struct sql_device_recount_all_row *a = &rows.items[i], *b = i + 1 < rows.count ? a + 1 : a;
        if (b == a || a->is_counter || !b->is_counter || a->unit_id != b->unit_id || !str_equal(a->kind, b->kind) ||
            a->n_protected != b->n_protected || a->n_unprotected != b->n_unprotected || a->n_unknown != b->n_unknown)
            return err_set(err, ERR_CONFLICT, "unit %lld, kind %.*s: counted %lld %lld %lld", (long long)a->unit_id,
                           STR_ARG(a->kind), (long long)b->n_protected, (long long)b->n_unprotected,
                           (long long)b->n_unknown);
    }
    civil_day today = db_today(db);
    int64_t after_id = INT64_MIN;
    for (;;) {
        struct arena_mark mark = arena_mark(&arena);
        struct sql_device_counted_rows_rows part;
        TRY(sql_device_counted_rows(db, &arena,
                                    &(struct sql_device_counted_rows_args){.after_id = after_id, .limit_count = 10000},
                                    &part, err));
        for (size_t i = 0; i < part.count; i++) {
            const struct sql_device_counted_rows_row *row = &part.items[i];
            after_id = row->id;
            struct counted want = counted_of(row->protection, row->protection_ms, today);
            if (row->has_merged)
                TRY(counted_of_group(db, &arena, row->id, today, &want, err));
            if (!str_equal(want.state, row->counted) || want.to_day != row->counted_to_day)
                return err_set(err, ERR_CONFLICT, "device %lld counts as %.*s and should as %.*s", (long long)row->id,
                               STR_ARG(row->counted), STR_ARG(want.state));
        }
        if (part.count < 10000)
            return ERR_NONE;
        arena_rewind(&arena, mark);
    }
}

enum err_code device_recount(struct db *db, struct err *err)
{
    return db_read(db, recount_in_snapshot, NULL, err);
}

/* --- numbers for people --- */

static enum err_code require_sight(struct db *db, const struct actor *actor, struct arena *arena, int64_t unit_id,
                                   struct err *err)
{
    struct sql_asset_access_read_row *row = NULL;
    TRY(sql_asset_access_read(db, actor, arena, &(struct sql_asset_access_read_args){.unit_id = unit_id}, &row, err));
    return row ? ERR_NONE : err_set(err, ERR_DENIED, "not allowed to see the devices of this unit");
}

static enum err_code coverage(struct db *db, const struct actor *asker, int64_t root_id, struct str edge_kind,
                              struct str kind, int64_t depth_max, struct device_coverage *ret_coverage, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, COUNT_ARENA_BYTES);
    struct actor actor = actor_with(asker, RIGHT_READ);
    TRY(require_sight(db, &actor, &arena, root_id, err));
    struct sql_device_coverage_rows_row *row = NULL;
    TRY(sql_device_coverage_rows(db, &actor, &arena,
                                 &(struct sql_device_coverage_rows_args){
                                     .root_id = root_id,
                                     .edge_kind = str_is_empty(edge_kind) ? STR("administrative") : edge_kind,
                                     .on_day = db_today(db),
                                     .kind = str_is_empty(kind) ? DEVICE_KIND_HOSTS : kind,
                                     .depth_max = depth_max,
                                 },
                                 &row, err));
    must(row != NULL);
    *ret_coverage = (struct device_coverage){.unit_id = root_id,
                                             .total = row->n_protected + row->n_unprotected + row->n_unknown,
                                             .is_protected = row->n_protected,
                                             .is_unprotected = row->n_unprotected,
                                             .is_unknown = row->n_unknown};
    return ERR_NONE;
}

enum err_code device_coverage(struct db *db, const struct actor *actor, int64_t root_id, struct str edge_kind,
                              struct str kind, struct device_coverage *ret_coverage, struct err *err)
{
    return coverage(db, actor, root_id, edge_kind, kind, INT32_MAX, ret_coverage, err);
}

enum err_code device_coverage_unit(struct db *db, const struct actor *actor, int64_t unit_id, struct str kind,
                                   struct device_coverage *ret_coverage, struct err *err)
{
    return coverage(db, actor, unit_id, STR(""), kind, 0, ret_coverage, err);
}

enum err_code device_coverage_children(struct db *db, const struct actor *asker, struct arena *arena, int64_t root_id,
                                       struct str edge_kind, struct str kind, struct device_coverage **ret_items,
                                       size_t *ret_count, struct err *err)
{
    struct actor actor = actor_with(asker, RIGHT_READ);
    TRY(require_sight(db, &actor, arena, root_id, err));
    struct sql_device_coverage_below_rows rows;
    TRY(sql_device_coverage_below(db, &actor, arena,
                                  &(struct sql_device_coverage_below_args){
                                      .root_id = root_id,
                                      .edge_kind = str_is_empty(edge_kind) ? STR("administrative") : edge_kind,
                                      .on_day = db_today(db),
                                      .kind = str_is_empty(kind) ? DEVICE_KIND_HOSTS : kind,
                                  },
                                  &rows, err));
    struct device_coverage *items = arena_new_array(arena, struct device_coverage, rows.count + 1);
    if (!items)
        return arena_full(arena, err);
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_device_coverage_below_row *row = &rows.items[i];
        items[i] = (struct device_coverage){.unit_id = row->unit_id,
                                            .unit_name = row->unit_name,
                                            .total = row->n_protected + row->n_unprotected + row->n_unknown,
                                            .is_protected = row->n_protected,
                                            .is_unprotected = row->n_unprotected,
                                            .is_unknown = row->n_unknown};
    }
    *ret_items = items;
    *ret_count = rows.count;
    return ERR_NONE;
}

int device_coverage_permille(const struct device_coverage *c)
{
    return c->total > 0 ? (int)(c->is_protected * 1000 / c->total) : -1;
}
