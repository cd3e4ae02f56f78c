#include "org/tree.h"

#include <stdlib.h>

#include "org/tree.sql.h"
#include "store/keep.h"

#define TREES_KEPT 6

static int compare_id(const void *a, const void *b, void *ctx)
{
    const struct tree_unit *units = ctx;
    int64_t x = units[*(const uint32_t *)a].id, y = units[*(const uint32_t *)b].id;
    return (x > y) - (x < y);
}

static int compare_row(const void *a, const void *b, void *ctx)
{
    const struct sql_tree_rows_row *rows = ctx;
    int64_t x = rows[*(const uint32_t *)a].unit_id, y = rows[*(const uint32_t *)b].unit_id;
    return (x > y) - (x < y);
}

static uint32_t find_row(const struct sql_tree_rows_row *rows, const uint32_t *by_id, size_t count, int64_t id)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (rows[by_id[mid]].unit_id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < count && rows[by_id[low]].unit_id == id ? by_id[low] : TREE_NONE;
}

/* Rows come by name; each goes behind its parent. What would stand in a ring (the database keeps none) stays out. */
struct growing {
    const struct sql_tree_rows_row *rows;
    const uint32_t *first, *next; /* below each row and beside it, by name; first[count]: those at the top */
    struct tree_unit *units;
    uint32_t count, placed;
};

static void place_all(struct growing *g)
{
    uint32_t row = g->first[g->count], above = TREE_NONE, depth = 0;
    while (row != TREE_NONE) {
        uint32_t here = g->placed++, down = g->first[row], next;
        const struct sql_tree_rows_row *r = &g->rows[row];
        g->units[here] = (struct tree_unit){.id = r->unit_id,
                                            .parent = above,
                                            .depth = depth,
                                            .place = row,
                                            .name = r->name,
                                            .kind = r->kind,
                                            .code = r->code,
                                            .search_key = r->search_key};
        if (down != TREE_NONE) {
            above = here;
            depth++;
            row = down;
            continue;
        }
        g->units[here].end = g->placed;
        while ((next = g->next[row]) == TREE_NONE && above != TREE_NONE) { /* the last below its parent */
            row = g->units[above].place;
            g->units[above].end = g->placed;
            above = g->units[above].parent;
            depth--;
        }
        row = next;
    }
}

static enum err_code make_tree(struct db *db, struct str key, struct arena *arena, const void **ret_value,
                               struct err *err)
{
    ptrdiff_t slash = str_find_byte(key, '/', 0);
    int64_t day = 0;
    must(slash >= 0 && str_to_i64(str_slice(key, (size_t)slash + 1, key.len_bytes), &day));
    struct sql_tree_rows_rows rows;
    TRY(sql_tree_rows(db, arena,
                      &(struct sql_tree_rows_args){.edge_kind = str_slice(key, 0, (size_t)slash), .on_day = day}, &rows,
                      err));
    if (rows.count >= TREE_NONE)
        return err_set(err, ERR_LIMIT, "more units than a tree may have");
    uint32_t count = (uint32_t)rows.count;
    struct tree *tree = arena_new(arena, struct tree);
    struct tree_unit *units = arena_new_array(arena, struct tree_unit, rows.count + 1);
    uint32_t *by_id = arena_new_array(arena, uint32_t, rows.count + 1);
    AUTO_ARENA scratch;
    arena_init(&scratch, arena->ceiling_bytes);
    uint32_t *first = arena_new_array(&scratch, uint32_t, rows.count + 1);
    uint32_t *next = arena_new_array(&scratch, uint32_t, rows.count + 1);
    if (!tree || !units || !by_id || !first || !next)
        return arena_full(arena, err);
    for (uint32_t i = 0; i < count; i++) {
        by_id[i] = i;
        first[i] = TREE_NONE;
    }
    first[count] = TREE_NONE;
    if (count)
        qsort_r(by_id, count, sizeof *by_id, compare_row, rows.items);
    for (uint32_t i = count; i-- > 0;) { /* from the last name on, so that the first stands in front */
        const struct sql_tree_rows_row *r = &rows.items[i];
        uint32_t parent = r->parent_id.has ? find_row(rows.items, by_id, count, r->parent_id.v) : TREE_NONE;
        uint32_t *slot = &first[parent == TREE_NONE ? count : parent];
        next[i] = *slot;
        *slot = i;
    }
    struct growing g = {rows.items, first, next, units, count, 0};
    if (count)
        place_all(&g);
    for (uint32_t i = 0; i < g.placed; i++)
        by_id[i] = i;
    if (g.placed)
        qsort_r(by_id, g.placed, sizeof *by_id, compare_id, units);
    *tree = (struct tree){units, g.placed, by_id};
    *ret_value = tree;
    return ERR_NONE;
}

enum err_code tree_get(struct db *db, struct str edge_kind, civil_day day, struct arena *arena,
                       const struct tree **ret_tree, struct err *err)
{
    static const struct keep_kind kind = {"tree", "tree", TREES_KEPT, make_tree};
    char key[KEEP_KEY_BYTES];
    int n = snprintf(key, sizeof key, "%.*s/%d", STR_ARG(edge_kind), (int)day);
    if (n < 0 || (size_t)n >= sizeof key)
        return err_set(err, ERR_SYNTAX, "no such kind of relation");
    const void *value = NULL;
    TRY(keep_get(db, &kind, (struct str){key, (size_t)n}, arena, &value, err));
    *ret_tree = value;
    return ERR_NONE;
}

uint32_t tree_find(const struct tree *tree, int64_t unit_id)
{
    uint32_t low = 0, high = tree->count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (tree->units[tree->by_id[mid]].id < unit_id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < tree->count && tree->units[tree->by_id[low]].id == unit_id ? tree->by_id[low] : TREE_NONE;
}

bool tree_is_found(const struct tree_unit *unit, struct str search)
{
    if (str_is_null(search))
        return true;
    must(search.len_bytes >= 2);
    return str_contains(unit->search_key, str_slice(search, 1, search.len_bytes - 1));
}

static int compare_place(const void *a, const void *b, void *ctx)
{
    const struct tree_unit *units = ctx;
    uint32_t x = units[*(const uint32_t *)a].place, y = units[*(const uint32_t *)b].place;
    return (x > y) - (x < y);
}

enum err_code tree_search(const struct tree_part *part, struct str search, size_t limit, struct arena *arena,
                          uint32_t **ret_units, size_t *ret_count, struct err *err)
{
    uint32_t *found = arena_new_array(arena, uint32_t, (size_t)part->count + 1);
    if (!found)
        return arena_full(arena, err);
    size_t count = 0;
    for (uint32_t i = part->from; i < part->from + part->count; i++)
        if (tree_is_found(&part->tree->units[i], search))
            found[count++] = i;
    if (count)
        qsort_r(found, count, sizeof *found, compare_place, (void *)(uintptr_t)part->tree->units);
    *ret_units = found;
    *ret_count = count < limit ? count : limit;
    return ERR_NONE;
}
