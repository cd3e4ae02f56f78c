/* board.h - every unit at and below one with its counters in one scope, in memory: the wall, the sums of each branch,
 * the lists of units and their order are all made from this one reading, as it stands or as of a day that has ended.
 * Uses: org/tree, org/access, duty/board.sql.    Used by: duty, web, cmd.
 * Memory: the caller's arena, which holds the tree too.    Threads: one db, one owner. */
#ifndef LUYTRE_DUTY_BOARD_H
#define LUYTRE_DUTY_BOARD_H

#include "duty/rollup.h"
#include "duty/state.h"
#include "org/tree.h"

NONNULL_BEGIN

struct board_cell {
    int32_t n[DUTY_STATE_COUNT];
    bool is_in; /* the scope ever had something there */
};
/* Unit i of the board is tree->units[from + i]; the first is the root. Empty when the actor may not see the root; the
 * root alone when the actor may not look down this kind of relation. */
struct board {
    const struct tree *tree;
    civil_day day; /* the one it is of */
    uint32_t from, count;
    struct board_cell *NULLABLE cells;
    bool holds_all; /* nothing of the scope stands elsewhere; false when that was not looked at */
};
/* as_of: CIVIL_NONE or the ledger's day as it stands; a day that has ended as known at its end; a later one is
 * ERR_SYNTAX. scope_id as rollup_get. */
MUST_USE enum err_code board_read(struct db *db, const struct actor *actor, int64_t root_id, int64_t scope_id,
                                  struct str edge_kind, civil_day as_of, struct arena *arena, struct board *ret_board,
                                  struct err *err);

/* The same without counters, for others to fill. */
MUST_USE enum err_code board_empty(struct db *db, const struct actor *actor, int64_t root_id, struct str edge_kind,
                                   civil_day as_of, struct arena *arena, struct board *ret_board, struct err *err);

/* What board_sum gives for the root of such a board as it stands, without reading every counter when nearly all of the
 * scope stands there. false: it is not that kind of root, read the counters of its units. */
MUST_USE enum err_code board_sum_of_most(struct db *db, const struct actor *actor, int64_t root_id, int64_t scope_id,
                                         struct str edge_kind, civil_day day, struct arena *arena, bool *ret_is,
                                         struct rollup *ret_rollup, struct err *err);

static inline const struct tree_unit *board_unit(const struct board *board, uint32_t i)
{
    return &board->tree->units[board->from + i];
}
/* How many units from i on are unit i and what stands below it. */
static inline uint32_t board_span(const struct board *board, uint32_t i)
{
    return board_unit(board, i)->end - (board->from + i);
}
int64_t board_parent_id(const struct board *board, uint32_t i); /* 0: at the top of the tree */

/* The state a unit is listed under: the worst of what it owes. */
#define BOARD_LATE_ALL 100 /* late and late by birth */
#define BOARD_ANY      (-1)
int board_worst(const struct board_cell *cell);
int64_t board_total(const struct board_cell *cell);

/* Everything at and below unit i. */
struct rollup board_sum(const struct board *board, uint32_t i);
struct board_branch {
    uint32_t at;   /* a unit right below the root */
    int64_t units; /* of it that the scope ever had something at */
    struct rollup rollup;
};
/* Worst first: late, unseen, due soon, then by name. Only where the scope ever had something. */
MUST_USE enum err_code board_branches(const struct board *board, struct arena *arena,
                                      struct board_branch **ret_branches, size_t *ret_count, struct err *err);

/* The same with the counters as pages name them. */
struct board_child {
    int64_t unit_id;
    struct str name, kind;
    int64_t units, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived;
};
struct board_children {
    struct board_child *NULLABLE items;
    size_t count;
};
MUST_USE enum err_code board_children(const struct board *board, struct arena *arena,
                                      struct board_children *ret_children, struct err *err);

struct board_filter {
    int state;         /* of the worst; BOARD_ANY, BOARD_LATE_ALL */
    struct str kind;   /* STR_NONE: any */
    struct str search; /* "%folded%", STR_NONE: any */
    bool owes;         /* only units with something in some state, not merely a counter */
    bool has;          /* state means "has any in this state", whatever is worse */
    bool every;        /* also units the scope never had anything at */
};
bool board_matches(const struct board *board, uint32_t i, const struct board_filter *filter);
enum board_order {
    BOARD_BY_WORST, /* late, late by birth, unseen, ... then most late, then by name */
    BOARD_BY_MOST,  /* most late, most unseen, most due soon, then by name */
    BOARD_BY_NAME,
};
/* The units that match, in order: from offset on, at most limit, all when it is negative. ret_total: of all that match.
 */
MUST_USE enum err_code board_list(const struct board *board, const struct board_filter *filter, enum board_order order,
                                  int64_t limit, int64_t offset, struct arena *arena, uint32_t **ret_units,
                                  size_t *ret_count, int64_t *NULLABLE ret_total, struct err *err);
/* What a list shows beside its units. */
struct board_beside {
    struct str focal_name, focal_phone;
    struct opt_i64
        due_day; /* the nearest of what stands in the unit's worst state; as it stands until when a proof holds */
    struct opt_i64 reminded_day; /* the last one */
};
/* One for each of the units; day: the board's. */
MUST_USE enum err_code board_look_beside(struct db *db, const struct board *board, const uint32_t *units, size_t count,
                                         int64_t scope_id, civil_day day, bool is_past, struct arena *arena,
                                         struct board_beside **ret_beside, struct err *err);

NONNULL_END
#endif
