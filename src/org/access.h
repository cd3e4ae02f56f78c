/* access.h - may this actor do this on that unit? Deny by default, by object (design 3.9).
 * Queries check their own scope; what changes something asks here first.
 * Uses: store.    Used by: org, duty, asset, work.    Memory: none kept.    Threads: one db, one owner. */
#ifndef LUYTRE_ORG_ACCESS_H
#define LUYTRE_ORG_ACCESS_H

#include "org/tree.h"

NONNULL_BEGIN

/* The actor with another right, for a query inside a request that needs more than its route named. */
static inline struct actor actor_with(const struct actor *actor, uint64_t right)
{
    struct actor other = *actor;
    other.right = right;
    return other;
}
/* ERR_DENIED, without saying whether the unit exists. what: "issue a directive", for the message. */
MUST_USE enum err_code access_require(struct db *db, const struct actor *actor, uint64_t right, int64_t unit_id,
                                      const char *what, struct err *err);
MUST_USE enum err_code access_has(struct db *db, const struct actor *actor, uint64_t right, int64_t unit_id,
                                  bool *ret_has, struct err *err);

/* The kind of edge along which this actor sees most of what stands below a unit (a department looks down its branch, a
 * committee what belongs to it, the police those who report to them); administrative when kinds see as much, or none
 * sees anything. */
MUST_USE enum err_code access_edge_best(struct db *db, const struct actor *actor, int64_t unit_id, struct str *ret_edge,
                                        struct err *err);
/* The actor may look down this edge, whether anything stands below or not. */
MUST_USE enum err_code access_may_look_below(struct db *db, const struct actor *actor, int64_t unit_id,
                                             struct str edge_kind, bool *ret_may, struct err *err);
/* What the actor may see at and below a unit in the tree of a day: nothing, the unit alone, or all below it. */
MUST_USE enum err_code access_tree(struct db *db, const struct actor *actor, int64_t unit_id, struct str edge_kind,
                                   civil_day day, struct arena *arena, struct tree_part *ret_part, struct err *err);
struct access_kind {
    struct str kind;
    int64_t n;
};
struct access_kind_list {
    struct access_kind *NULLABLE items; /* the most frequent first */
    size_t count;
};
/* What kinds of units the actor sees below one, and with_unit itself. */
MUST_USE enum err_code access_kinds(struct db *db, const struct actor *actor, int64_t unit_id, struct str edge_kind,
                                    civil_day day, bool with_unit, struct arena *arena,
                                    struct access_kind_list *ret_kinds, struct err *err);
/* Units stand below along this edge and the actor may look down it. */
MUST_USE enum err_code access_sees_below(struct db *db, const struct actor *actor, int64_t unit_id,
                                         struct str edge_kind, bool *ret_sees, struct err *err);

NONNULL_END
#endif
