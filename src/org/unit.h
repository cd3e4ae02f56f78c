/* unit.h - organisations over time: an id that never changes, facts with dates, typed parents with dates.
 * Within one edge kind a unit has one parent on a day. A closure of all paths is kept with the days each path stands
 * on. Changes go forward: what is asked for a day must not have a later change standing already (ERR_CONFLICT says so).
 * Uses: store, proof, know.    Used by: duty, asset, work, web, cmd.    Memory: the caller's arena.    Threads: one db,
 * one owner. See: design 3.1; regulation.md 2. */
#ifndef LUYTRE_ORG_UNIT_H
#define LUYTRE_ORG_UNIT_H

#include "store/store.h"

NONNULL_BEGIN

#define EDGE_ADMINISTRATIVE STR("administrative")
#define EDGE_PROFESSIONAL   STR("professional")
#define EDGE_INCIDENT       STR("incident")

struct unit_fact {   /* null texts are unknown */
    struct str kind; /* knowledge/org_kinds.yaml */
    struct str name;
    struct str code;
    struct str symbol;
    struct str address;
    struct str domain;
    struct str phone;
    struct str email;
    struct str sector;
};
struct unit_parent {
    struct str edge_kind;
    int64_t parent_id; /* 0: none, a root */
};

/* Needs RIGHT_ORG_ADMIN on each parent (a unit without parents: actor->all). ERR_CONFLICT when another unit holds the
 * code. */
MUST_USE enum err_code unit_found(struct db *db, const struct actor *actor, const struct unit_fact *fact,
                                  const struct unit_parent *NULLABLE parents, size_t parent_count, civil_day from_day,
                                  int64_t event_id, bool is_sample, int64_t *ret_id, struct err *err);
/* Many at once, for imports and the sample, in the caller's transaction: whoever calls has checked rights, codes and
 * kinds, and gives parents before what stands below them. One entry in the chain is the caller's. */
struct unit_bulk {
    struct unit_fact fact;
    struct unit_parent parents[3];
    int64_t id; /* of the caller: db_id() */
};
MUST_USE enum err_code unit_found_many(struct db *db, const struct unit_bulk *units, size_t count, civil_day from_day,
                                       int64_t event_id, bool is_sample, struct err *err);
/* From a day on the unit has these facts instead. Needs RIGHT_ORG_ADMIN on it. */
MUST_USE enum err_code unit_set_fact(struct db *db, const struct actor *actor, int64_t unit_id,
                                     const struct unit_fact *fact, civil_day from_day, int64_t event_id,
                                     struct err *err);
/* From a day on it stands below parent_id (0: below nobody) in one kind, with everything below it. ERR_CONFLICT for a
 * circle. */
MUST_USE enum err_code unit_set_parent(struct db *db, const struct actor *actor, int64_t unit_id, struct str edge_kind,
                                       int64_t parent_id, civil_day from_day, int64_t event_id, struct err *err);
/* From a day on it is no more: facts and edges end. What stood below must have gone elsewhere before (ERR_CONFLICT). */
MUST_USE enum err_code unit_end(struct db *db, const struct actor *actor, int64_t unit_id, civil_day from_day,
                                struct err *err);
/* From a day on a unit that ended is there again, with these facts, in every tree, below nobody: parents come by
 * unit_set_parent. Only for the undoing of an event, which checks who asks. ERR_CONFLICT when another unit has its code
 * by now. */
MUST_USE enum err_code unit_revive(struct db *db, const struct actor *actor, int64_t unit_id,
                                   const struct unit_fact *fact, civil_day from_day, int64_t event_id, struct err *err);
/* ERR_NOT_FOUND when no unit holds it on that day. */
MUST_USE enum err_code unit_find_code(struct db *db, struct str code, civil_day on_day, int64_t *ret_id,
                                      struct err *err);

NONNULL_END
#endif
