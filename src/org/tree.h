/* tree.h - all units of one kind of relation on one day, in memory: who stands below whom, by which name.
 * In pre-order, so that a unit and everything below it lie side by side; brothers by name. Says nothing of who may see
 * what: the caller asks org/access first.
 * Uses: store/keep.    Used by: org, duty, web.    Memory: kept with the store, held by the caller's arena.
 * Threads: shared, never changes. */
#ifndef LUYTRE_ORG_TREE_H
#define LUYTRE_ORG_TREE_H

#include "store/store.h"

NONNULL_BEGIN

#define TREE_NONE UINT32_MAX

struct tree_unit {
    int64_t id;
    uint32_t parent;             /* TREE_NONE: at the top */
    uint32_t end;                /* behind the last unit below it */
    uint32_t depth;              /* 0 at the top */
    uint32_t place;              /* among all units of the tree by name */
    struct str name, kind, code; /* code may be STR_NONE */
    struct str search_key;
};
struct tree {
    const struct tree_unit *NULLABLE units;
    uint32_t count;
    const uint32_t *NULLABLE by_id; /* the same by rising id */
};
struct tree_part { /* a unit and what may be seen below it: units[from] on */
    const struct tree *tree;
    uint32_t from, count;
};
MUST_USE enum err_code tree_get(struct db *db, struct str edge_kind, civil_day day, struct arena *arena,
                                const struct tree **ret_tree, struct err *err);
/* TREE_NONE when it does not stand in this tree. */
uint32_t tree_find(const struct tree *tree, int64_t unit_id);
/* search: "%folded%" as queries take it, STR_NONE for all. */
bool tree_is_found(const struct tree_unit *unit, struct str search);

/* Those of a part that are found, by name, at most limit of them: indexes of tree->units. */
MUST_USE enum err_code tree_search(const struct tree_part *part, struct str search, size_t limit, struct arena *arena,
                                   uint32_t **ret_units, size_t *ret_count, struct err *err);

NONNULL_END
#endif
