#include "org/unit.h"

#include "base/map.h"
#include "base/viet.h"
#include "know/know.h"
#include "org/access.h"
#include "org/unit.sql.h"
#include "proof/chain.h"

#define UNIT_ARENA_BYTES (16u << 20)

static enum err_code note(struct db *db, const struct actor *actor, const char *kind, int64_t unit_id,
                          struct str content, struct err *err)
{
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_AUDIT,
                                             .kind = kind,
                                             .object_kind = "unit",
                                             .object_id = unit_id,
                                             .unit_id = unit_id,
                                             .actor_id = actor->person_id,
                                             .content = content},
                        NULL, err);
}

static enum err_code check_fact(struct db *db, struct arena *arena, const struct unit_fact *fact, int64_t unit_id,
                                civil_day day, struct err *err)
{
    if (str_is_empty(str_trim(fact->name)))
        return err_set(err, ERR_SYNTAX, "đơn vị cần có tên");
    if (!know_org_kind_find(fact->kind))
        return err_set(err, ERR_SYNTAX, "không có loại đơn vị '%.*s'", STR_ARG(fact->kind));
    if (str_is_empty(fact->code))
        return ERR_NONE;
    struct sql_unit_code_holder_row *holder = NULL;
    TRY(sql_unit_code_holder(db, arena, &(struct sql_unit_code_holder_args){.code = fact->code, .on_day = day}, &holder,
                             err));
    if (holder && holder->unit_id != unit_id)
        return err_set(err, ERR_CONFLICT, "mã %.*s đã thuộc một đơn vị khác", STR_ARG(fact->code));
    return ERR_NONE;
}

static enum err_code put_fact(struct db *db, struct arena *arena, int64_t unit_id, const struct unit_fact *fact,
                              civil_day from_day, int64_t event_id, struct err *err)
{
    struct str both = arena_printf(arena, "%.*s %.*s", STR_ARG(fact->name), STR_ARG(fact->code));
    struct str search_key = viet_search_key(arena, both);
    struct str sort_key = viet_sort_key(arena, fact->name);
    if (str_is_null(both) || str_is_null(search_key) || str_is_null(sort_key))
        return arena_full(arena, err);
    return sql_unit_fact_insert(db,
                                &(struct sql_unit_fact_insert_args){
                                    .id = db_id(db),
                                    .unit_id = unit_id,
                                    .from_day = from_day,
                                    .to_day = CIVIL_FOREVER,
                                    .kind = fact->kind,
                                    .name = str_trim(fact->name),
                                    .code = str_is_empty(fact->code) ? STR_NONE : fact->code,
                                    .symbol = fact->symbol,
                                    .address = fact->address,
                                    .domain = fact->domain,
                                    .phone = fact->phone,
                                    .email = fact->email,
                                    .sector = str_is_empty(fact->sector) ? STR_NONE : fact->sector,
                                    .search_key = search_key,
                                    .sort_key = sort_key,
                                    .event_id = {event_id != 0, event_id},
                                    .known_ms = db_now_ms(db),
                                },
                                err);
}

static enum err_code join_parent(struct db *db, struct arena *arena, int64_t unit_id, struct str edge_kind,
                                 int64_t parent_id, civil_day day, int64_t event_id, struct err *err)
{
    struct sql_closure_will_row *below = NULL;
    TRY(sql_closure_will(db, arena,
                         &(struct sql_closure_will_args){
                             .ancestor_id = unit_id, .edge_kind = edge_kind, .descendant_id = parent_id, .on_day = day},
                         &below, err));
    if (below && below->n > 0)
        return err_set(err, ERR_CONFLICT, "một đơn vị không thể thuộc chính nó hoặc đơn vị cấp dưới của nó");
    struct sql_closure_has_row *stands = NULL;
    TRY(sql_closure_has(
        db, arena,
        &(struct sql_closure_has_args){
            .ancestor_id = parent_id, .edge_kind = edge_kind, .descendant_id = parent_id, .on_day = day},
        &stands, err));
    if (!stands)
        return err_set(err, ERR_NOT_FOUND, "đơn vị cấp trên không tồn tại vào ngày này");
    TRY(sql_unit_edge_insert(db,
                             &(struct sql_unit_edge_insert_args){
                                 .id = db_id(db),
                                 .parent_id = parent_id,
                                 .child_id = unit_id,
                                 .edge_kind = edge_kind,
                                 .from_day = day,
                                 .to_day = CIVIL_FOREVER,
                                 .event_id = {event_id != 0, event_id},
                                 .known_ms = db_now_ms(db),
                             },
                             err));
    return sql_closure_join(
        db,
        &(struct sql_closure_join_args){.unit_id = unit_id, .parent_id = parent_id, .edge_kind = edge_kind, .day = day},
        err);
}

struct founding {
    const struct actor *actor;
    const struct unit_fact *fact;
    const struct unit_parent *NULLABLE parents;
    size_t parent_count;
    civil_day from_day;
    int64_t event_id;
    bool is_sample;
    int64_t id;
};

static enum err_code found_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct founding *f = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, UNIT_ARENA_BYTES);
    bool has_parent = false;
    for (size_t i = 0; i < f->parent_count; i++) {
        if (!f->parents[i].parent_id)
            continue;
        has_parent = true;
        TRY(access_require(db, f->actor, RIGHT_ORG_ADMIN, f->parents[i].parent_id, "found a unit below this one", err));
    }
    if (!has_parent && !f->actor->all)
        return err_set(err, ERR_DENIED, "only the system itself founds a unit below nobody");
    TRY(check_fact(db, &arena, f->fact, 0, f->from_day, err));
    f->id = db_id(db);
    TRY(sql_unit_insert(
        db, &(struct sql_unit_insert_args){.id = f->id, .created_ms = db_now_ms(db), .is_sample = f->is_sample}, err));
    TRY(put_fact(db, &arena, f->id, f->fact, f->from_day, f->event_id, err));
    /* It stands in every tree, alone where it has no parent, so that a grant on it always reaches it. */
    for (size_t k = 0; k < know_edge_kind_count; k++)
        TRY(sql_closure_self(
            db,
            &(struct sql_closure_self_args){
                .unit_id = f->id, .edge_kind = know_edge_kinds[k].id, .from_day = f->from_day, .to_day = CIVIL_FOREVER},
            err));
    for (size_t i = 0; i < f->parent_count; i++)
        if (f->parents[i].parent_id)
            TRY(join_parent(db, &arena, f->id, f->parents[i].edge_kind, f->parents[i].parent_id, f->from_day,
                            f->event_id, err));
    return note(db, f->actor, "unit_founded", f->id, f->fact->name, err);
}

enum err_code unit_found(struct db *db, const struct actor *actor, const struct unit_fact *fact,
                         const struct unit_parent *NULLABLE parents, size_t parent_count, civil_day from_day,
                         int64_t event_id, bool is_sample, int64_t *ret_id, struct err *err)
{
    struct founding f = {actor, fact, parents, parent_count, from_day, event_id, is_sample, 0};
    if (db_transact(db, found_in_transaction, &f, err) != ERR_NONE)
        return err->code;
    *ret_id = f.id;
    return ERR_NONE;
}

/* What stands above each parent: asked once a parent, since thousands of units share one. */
#define UNIT_PATHS_BYTES (256u << 20)
struct known_paths {
    struct arena arena;
    struct map by_parent;
    struct map founded; /* those of this call: 8 bytes of the id as key */
};
static void known_paths_done(struct known_paths *paths)
{
    arena_done(&paths->arena);
}

static enum err_code paths_above(struct db *db, struct known_paths *paths, const struct unit_parent *p, civil_day day,
                                 const struct sql_closure_up_rows **ret_up, struct err *err);

/* The paths to a unit founded in this very call are known without asking: itself, and what stands above its parent. */
static enum err_code founded_paths(struct db *db, struct known_paths *paths, const struct unit_bulk *unit,
                                   struct str edge_kind, civil_day day, struct sql_closure_up_rows *ret_up,
                                   struct err *err)
{
    static const struct sql_closure_up_rows none;
    const struct sql_closure_up_rows *above = &none;
    for (size_t k = 0; k < ARRAY_LEN(unit->parents); k++)
        if (unit->parents[k].parent_id && str_equal(unit->parents[k].edge_kind, edge_kind))
            TRY(paths_above(db, paths, &unit->parents[k], day, &above, err));
    ret_up->items = arena_new_array(&paths->arena, struct sql_closure_up_row, above->count + 1);
    if (!ret_up->items)
        return arena_full(&paths->arena, err);
    ret_up->items[0] = (struct sql_closure_up_row){.ancestor_id = unit->id, .from_day = day, .to_day = CIVIL_FOREVER};
    for (size_t i = 0; i < above->count; i++) {
        struct sql_closure_up_row row = above->items[i];
        row.depth++;
        row.from_day = row.from_day > day ? row.from_day : day;
        ret_up->items[i + 1] = row;
    }
    ret_up->count = above->count + 1;
    return ERR_NONE;
}

static enum err_code paths_above(struct db *db, struct known_paths *paths, const struct unit_parent *p, civil_day day,
                                 const struct sql_closure_up_rows **ret_up, struct err *err)
{
    struct str key = arena_printf(&paths->arena, "%lld %.*s", (long long)p->parent_id, STR_ARG(p->edge_kind));
    if (str_is_null(key))
        return arena_full(&paths->arena, err);
    struct sql_closure_up_rows *up = map_get(&paths->by_parent, key);
    if (!up) {
        up = arena_new(&paths->arena, struct sql_closure_up_rows);
        if (!up)
            return arena_full(&paths->arena, err);
        const struct unit_bulk *founded =
            map_get(&paths->founded, (struct str){(const char *)&p->parent_id, sizeof p->parent_id});
        if (founded)
            TRY(founded_paths(db, paths, founded, p->edge_kind, day, up, err));
        else
            TRY(sql_closure_up(
                db, &paths->arena,
                &(struct sql_closure_up_args){.unit_id = p->parent_id, .edge_kind = p->edge_kind, .day = day}, up,
                err));
        if (!map_put(&paths->by_parent, &paths->arena, key, up))
            return arena_full(&paths->arena, err);
    }
    *ret_up = up;
    return ERR_NONE;
}

/* A unit with nothing below it comes under a parent and everything above it. */
static enum err_code join_leaf(struct db *db, struct known_paths *paths, int64_t unit_id, const struct unit_parent *p,
                               civil_day day, struct err *err)
{
    const struct sql_closure_up_rows *up = NULL;
    TRY(paths_above(db, paths, p, day, &up, err));
    for (size_t i = 0; i < up->count; i++)
        TRY(sql_closure_add(
            db,
            &(struct sql_closure_add_args){.ancestor_id = up->items[i].ancestor_id,
                                           .edge_kind = p->edge_kind,
                                           .descendant_id = unit_id,
                                           .depth = up->items[i].depth + 1,
                                           .from_day = up->items[i].from_day > day ? up->items[i].from_day : day,
                                           .to_day = up->items[i].to_day},
            err));
    return ERR_NONE;
}

struct founding_many {
    const struct unit_bulk *units;
    size_t count;
    civil_day from_day;
    int64_t event_id;
    bool is_sample;
};

static enum err_code found_many(struct db *db, void *ctx, struct err *err)
{
    const struct founding_many *m = ctx;
    civil_day from_day = m->from_day;
    int64_t event_id = m->event_id;
    AUTO_ARENA arena;
    arena_init(&arena, UNIT_ARENA_BYTES);
    struct known_paths paths __attribute__((cleanup(known_paths_done))) = {0};
    arena_init(&paths.arena, UNIT_PATHS_BYTES);
    struct arena_mark start = arena_mark(&arena);
    int64_t now_ms = db_now_ms(db);
    for (size_t i = 0; i < m->count; i++) {
        const struct unit_bulk *u = &m->units[i];
        arena_rewind(&arena, start);
        if (!map_put(&paths.founded, &paths.arena, (struct str){(const char *)&u->id, sizeof u->id},
                     (void *)(uintptr_t)u))
            return arena_full(&paths.arena, err);
        TRY(sql_unit_insert(
            db, &(struct sql_unit_insert_args){.id = u->id, .created_ms = now_ms, .is_sample = m->is_sample}, err));
        TRY(put_fact(db, &arena, u->id, &u->fact, from_day, event_id, err));
        for (size_t k = 0; k < know_edge_kind_count; k++)
            TRY(sql_closure_add(db,
                                &(struct sql_closure_add_args){.ancestor_id = u->id,
                                                               .edge_kind = know_edge_kinds[k].id,
                                                               .descendant_id = u->id,
                                                               .from_day = from_day,
                                                               .to_day = CIVIL_FOREVER},
                                err));
        for (size_t k = 0; k < ARRAY_LEN(u->parents); k++) {
            const struct unit_parent *p = &u->parents[k];
            if (!p->parent_id)
                continue;
            TRY(sql_unit_edge_insert(db,
                                     &(struct sql_unit_edge_insert_args){
                                         .id = db_id(db),
                                         .parent_id = p->parent_id,
                                         .child_id = u->id,
                                         .edge_kind = p->edge_kind,
                                         .from_day = from_day,
                                         .to_day = CIVIL_FOREVER,
                                         .event_id = {event_id != 0, event_id},
                                         .known_ms = now_ms,
                                     },
                                     err));
            TRY(join_leaf(db, &paths, u->id, p, from_day, err));
        }
    }
    return ERR_NONE;
}

enum err_code unit_found_many(struct db *db, const struct unit_bulk *units, size_t count, civil_day from_day,
                              int64_t event_id, bool is_sample, struct err *err)
{
    struct founding_many m = {units, count, from_day, event_id, is_sample};
    return db_bulk(db, found_many, &m, err);
}

struct changing {
    const struct actor *actor;
    int64_t unit_id;
    const struct unit_fact *fact;
    struct str edge_kind;
    int64_t parent_id;
    civil_day day;
    int64_t event_id;
};

static enum err_code end_fact(struct db *db, struct arena *arena, int64_t unit_id, civil_day day, struct err *err)
{
    struct sql_unit_fact_last_row *last = NULL;
    TRY(sql_unit_fact_last(db, arena, &(struct sql_unit_fact_last_args){.unit_id = unit_id}, &last, err));
    if (!last || last->to_day != CIVIL_FOREVER)
        return err_set(err, ERR_NOT_FOUND, "đơn vị không còn hoạt động");
    if (last->from_day > day)
        return err_set(err, ERR_CONFLICT, "đã có một thay đổi muộn hơn ngày này");
    if (last->from_day == day)
        return sql_unit_fact_delete(db, &(struct sql_unit_fact_delete_args){.id = last->id}, err);
    int64_t changes = 0;
    return sql_unit_fact_close(db, &(struct sql_unit_fact_close_args){.id = last->id, .to_day = day}, &changes, err);
}

static enum err_code set_fact_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct changing *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, UNIT_ARENA_BYTES);
    TRY(access_require(db, c->actor, RIGHT_ORG_ADMIN, c->unit_id, "change this unit", err));
    TRY(check_fact(db, &arena, c->fact, c->unit_id, c->day, err));
    TRY(end_fact(db, &arena, c->unit_id, c->day, err));
    TRY(put_fact(db, &arena, c->unit_id, c->fact, c->day, c->event_id, err));
    return note(db, c->actor, "unit_changed", c->unit_id, c->fact->name, err);
}

enum err_code unit_set_fact(struct db *db, const struct actor *actor, int64_t unit_id, const struct unit_fact *fact,
                            civil_day from_day, int64_t event_id, struct err *err)
{
    struct changing c = {.actor = actor, .unit_id = unit_id, .fact = fact, .day = from_day, .event_id = event_id};
    return db_transact(db, set_fact_in_transaction, &c, err);
}

static enum err_code leave_parent(struct db *db, struct arena *arena, int64_t unit_id, struct str edge_kind,
                                  civil_day day, struct err *err)
{
    struct sql_unit_edge_later_row *later = NULL;
    TRY(sql_unit_edge_later(
        db, arena, &(struct sql_unit_edge_later_args){.child_id = unit_id, .edge_kind = edge_kind, .on_day = day},
        &later, err));
    if (later && later->n > 0)
        return err_set(err, ERR_CONFLICT, "đã có một thay đổi muộn hơn ngày này");
    struct sql_unit_edge_on_row *edge = NULL;
    TRY(sql_unit_edge_on(db, arena,
                         &(struct sql_unit_edge_on_args){.child_id = unit_id, .edge_kind = edge_kind, .on_day = day},
                         &edge, err));
    if (!edge)
        return ERR_NONE;
    if (edge->from_day == day)
        TRY(sql_unit_edge_delete(db, &(struct sql_unit_edge_delete_args){.id = edge->id}, err));
    else
        TRY(sql_unit_edge_close(db, &(struct sql_unit_edge_close_args){.id = edge->id, .to_day = day}, err));
    TRY(sql_closure_cut_fresh(
        db, &(struct sql_closure_cut_fresh_args){.unit_id = unit_id, .edge_kind = edge_kind, .day = day}, err));
    return sql_closure_cut(db, &(struct sql_closure_cut_args){.unit_id = unit_id, .edge_kind = edge_kind, .day = day},
                           err);
}

static bool stands_for_good(const struct sql_closure_up_rows *up, int64_t ancestor_id, civil_day day)
{
    for (size_t i = 0; i < up->count; i++)
        if (up->items[i].ancestor_id == ancestor_id && up->items[i].from_day <= day &&
            up->items[i].to_day == CIVIL_FOREVER)
            return true;
    return false;
}

static enum err_code above(struct db *db, struct arena *arena, int64_t unit_id, struct str edge_kind, civil_day day,
                           struct sql_closure_up_rows *ret_up, struct err *err)
{
    return sql_closure_up(
        db, arena, &(struct sql_closure_up_args){.unit_id = unit_id, .edge_kind = edge_kind, .day = day}, ret_up, err);
}

/* Whoever stood above before and does not now, or the other way round, has another tree from this day on. */
static enum err_code note_tree_change(struct db *db, struct str edge_kind, civil_day day, int64_t unit_id,
                                      const struct sql_closure_up_rows *was, const struct sql_closure_up_rows *is,
                                      struct err *err)
{
    const struct sql_closure_up_rows *lists[] = {was, is};
    for (size_t k = 0; k < ARRAY_LEN(lists); k++)
        for (size_t i = 0; i < lists[k]->count; i++) {
            int64_t id = lists[k]->items[i].ancestor_id;
            if (id != unit_id && !(stands_for_good(was, id, day) && stands_for_good(is, id, day)))
                TRY(sql_tree_change_insert(
                    db,
                    &(struct sql_tree_change_insert_args){.edge_kind = edge_kind, .ancestor_id = id, .from_day = day},
                    err));
        }
    return ERR_NONE;
}

static enum err_code set_parent_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct changing *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, UNIT_ARENA_BYTES);
    TRY(access_require(db, c->actor, RIGHT_ORG_ADMIN, c->unit_id, "move this unit", err));
    if (c->parent_id)
        TRY(access_require(db, c->actor, RIGHT_ORG_ADMIN, c->parent_id, "put a unit below this one", err));
    struct sql_closure_up_rows was, is;
    TRY(above(db, &arena, c->unit_id, c->edge_kind, c->day, &was, err));
    TRY(leave_parent(db, &arena, c->unit_id, c->edge_kind, c->day, err));
    if (c->parent_id)
        TRY(join_parent(db, &arena, c->unit_id, c->edge_kind, c->parent_id, c->day, c->event_id, err));
    TRY(above(db, &arena, c->unit_id, c->edge_kind, c->day, &is, err));
    TRY(note_tree_change(db, c->edge_kind, c->day, c->unit_id, &was, &is, err));
    return note(db, c->actor, "unit_moved", c->unit_id, c->edge_kind, err);
}

enum err_code unit_set_parent(struct db *db, const struct actor *actor, int64_t unit_id, struct str edge_kind,
                              int64_t parent_id, civil_day from_day, int64_t event_id, struct err *err)
{
    struct changing c = {.actor = actor,
                         .unit_id = unit_id,
                         .edge_kind = edge_kind,
                         .parent_id = parent_id,
                         .day = from_day,
                         .event_id = event_id};
    return db_transact(db, set_parent_in_transaction, &c, err);
}

static enum err_code end_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct changing *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, UNIT_ARENA_BYTES);
    TRY(access_require(db, c->actor, RIGHT_ORG_ADMIN, c->unit_id, "end this unit", err));
    struct sql_unit_below_count_row *below = NULL;
    TRY(sql_unit_below_count(db, &arena, &(struct sql_unit_below_count_args){.unit_id = c->unit_id, .on_day = c->day},
                             &below, err));
    if (below && below->n > 0)
        return err_set(err, ERR_CONFLICT, "còn %lld đơn vị thuộc đơn vị này: chuyển đi trước", (long long)below->n);
    TRY(end_fact(db, &arena, c->unit_id, c->day, err));
    for (size_t k = 0; k < know_edge_kind_count; k++) {
        struct sql_closure_up_rows was, is = {0};
        TRY(above(db, &arena, c->unit_id, know_edge_kinds[k].id, c->day, &was, err));
        TRY(leave_parent(db, &arena, c->unit_id, know_edge_kinds[k].id, c->day, err));
        TRY(note_tree_change(db, know_edge_kinds[k].id, c->day, c->unit_id, &was, &is, err));
        TRY(sql_closure_end_self(db,
                                 &(struct sql_closure_end_self_args){
                                     .unit_id = c->unit_id, .edge_kind = know_edge_kinds[k].id, .day = c->day},
                                 err));
    }
    return note(db, c->actor, "unit_ended", c->unit_id, STR(""), err);
}

enum err_code unit_end(struct db *db, const struct actor *actor, int64_t unit_id, civil_day from_day, struct err *err)
{
    struct changing c = {.actor = actor, .unit_id = unit_id, .day = from_day};
    return db_transact(db, end_in_transaction, &c, err);
}

static enum err_code revive_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct changing *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, UNIT_ARENA_BYTES);
    TRY(check_fact(db, &arena, c->fact, c->unit_id, c->day, err));
    TRY(put_fact(db, &arena, c->unit_id, c->fact, c->day, c->event_id, err));
    for (size_t k = 0; k < know_edge_kind_count; k++)
        TRY(sql_closure_self(
            db,
            &(struct sql_closure_self_args){
                .unit_id = c->unit_id, .edge_kind = know_edge_kinds[k].id, .from_day = c->day, .to_day = CIVIL_FOREVER},
            err));
    return note(db, c->actor, "unit_revived", c->unit_id, c->fact->name, err);
}

enum err_code unit_revive(struct db *db, const struct actor *actor, int64_t unit_id, const struct unit_fact *fact,
                          civil_day from_day, int64_t event_id, struct err *err)
{
    struct changing c = {.actor = actor, .unit_id = unit_id, .fact = fact, .day = from_day, .event_id = event_id};
    return db_transact(db, revive_in_transaction, &c, err);
}

enum err_code unit_find_code(struct db *db, struct str code, civil_day on_day, int64_t *ret_id, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    struct sql_unit_code_holder_row *row = NULL;
    TRY(sql_unit_code_holder(db, &arena, &(struct sql_unit_code_holder_args){.code = code, .on_day = on_day}, &row,
                             err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "không có đơn vị mang mã %.*s", STR_ARG(code));
    *ret_id = row->unit_id;
    return ERR_NONE;
}
