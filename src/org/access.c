#include "org/access.h"

#include <stdlib.h>

#include "base/vec.h"
#include "know/know.h"
#include "org/access.sql.h"
#include "org/unit.h"

enum err_code access_has(struct db *db, const struct actor *actor, uint64_t right, int64_t unit_id, bool *ret_has,
                         struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    struct actor asked = actor_with(actor, right);
    struct sql_access_check_row *row = NULL;
    TRY(sql_access_check(db, &asked, &arena, &(struct sql_access_check_args){.unit_id = unit_id}, &row, err));
    *ret_has = row != NULL;
    return ERR_NONE;
}

enum err_code access_require(struct db *db, const struct actor *actor, uint64_t right, int64_t unit_id,
                             const char *what, struct err *err)
{
    bool has = false;
    TRY(access_has(db, actor, right, unit_id, &has, err));
    return has ? ERR_NONE : err_set(err, ERR_DENIED, "not allowed to %s here", what);
}

enum err_code access_may_look_below(struct db *db, const struct actor *actor, int64_t unit_id, struct str edge_kind,
                                    bool *ret_may, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    struct sql_access_may_below_row *row = NULL;
    TRY(sql_access_may_below(
        db, actor, &arena, &(struct sql_access_may_below_args){.unit_id = unit_id, .edge_kind = edge_kind}, &row, err));
    *ret_may = row != NULL;
    return ERR_NONE;
}

enum err_code access_tree(struct db *db, const struct actor *actor, int64_t unit_id, struct str edge_kind,
                          civil_day day, struct arena *arena, struct tree_part *ret_part, struct err *err)
{
    struct tree_part part = {.tree = NULL};
    bool sees = false, sees_below = false;
    TRY(tree_get(db, edge_kind, day, arena, &part.tree, err));
    uint32_t root = tree_find(part.tree, unit_id);
    if (root != TREE_NONE)
        TRY(access_has(db, actor, actor->right, unit_id, &sees, err));
    if (sees)
        TRY(access_may_look_below(db, actor, unit_id, edge_kind, &sees_below, err));
    if (sees) {
        part.from = root;
        part.count = sees_below ? part.tree->units[root].end - root : 1;
    }
    *ret_part = part;
    return ERR_NONE;
}

static int compare_kind(const void *a, const void *b)
{
    const struct access_kind *x = a, *y = b;
    return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : str_compare(x->kind, y->kind);
}

enum err_code access_kinds(struct db *db, const struct actor *actor, int64_t unit_id, struct str edge_kind,
                           civil_day day, bool with_unit, struct arena *arena, struct access_kind_list *ret_kinds,
                           struct err *err)
{
    struct tree_part part;
    TRY(access_tree(db, actor, unit_id, edge_kind, day, arena, &part, err));
    VEC(struct access_kind) kinds = {0};
    for (uint32_t i = with_unit ? 0 : 1; i < part.count; i++) {
        struct str kind = part.tree->units[part.from + i].kind;
        size_t at = 0;
        while (at < kinds.count && !str_equal(kinds.items[at].kind, kind))
            at++;
        if (at == kinds.count) {
            struct access_kind *slot = vec_push(&kinds, arena);
            if (!slot)
                return arena_full(arena, err);
            *slot = (struct access_kind){kind, 0};
        }
        kinds.items[at].n++;
    }
    if (kinds.count)
        qsort(kinds.items, kinds.count, sizeof *kinds.items, compare_kind);
    *ret_kinds = (struct access_kind_list){kinds.items, kinds.count};
    return ERR_NONE;
}

enum err_code access_sees_below(struct db *db, const struct actor *actor, int64_t unit_id, struct str edge_kind,
                                bool *ret_sees, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    struct sql_access_look_below_row *row = NULL;
    TRY(sql_access_look_below(
        db, actor, &arena,
        &(struct sql_access_look_below_args){.unit_id = unit_id, .edge_kind = edge_kind, .on_day = db_today(db)}, &row,
        err));
    *ret_sees = row != NULL;
    return ERR_NONE;
}

enum err_code access_edge_best(struct db *db, const struct actor *actor, int64_t unit_id, struct str *ret_edge,
                               struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    struct str seen[16];
    size_t count = 0;
    *ret_edge = EDGE_ADMINISTRATIVE;
    for (size_t i = 0; i < know_edge_kind_count && count < ARRAY_LEN(seen); i++) {
        bool sees;
        TRY(access_sees_below(db, actor, unit_id, know_edge_kinds[i].id, &sees, err));
        if (sees)
            seen[count++] = know_edge_kinds[i].id;
    }
    if (count == 1) /* most people look down one way: nothing to count */
        *ret_edge = seen[0];
    int64_t most = 0;
    for (size_t i = 0; count > 1 && i < count; i++) {
        struct sql_access_below_row *row = NULL;
        TRY(sql_access_below(
            db, actor, &arena,
            &(struct sql_access_below_args){.unit_id = unit_id, .edge_kind = seen[i], .on_day = db_today(db)}, &row,
            err));
        if (row && (row->n > most || (row->n == most && str_equal(seen[i], EDGE_ADMINISTRATIVE)))) {
            most = row->n;
            *ret_edge = seen[i];
        }
    }
    return ERR_NONE;
}
