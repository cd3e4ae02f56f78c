/* budget.h - money by unit and year: what was asked, granted and spent (duty/request.h), the whole budget it comes
 * from, and the share. CT18-7b: the finance body advises on funds; CT23-4a: funds for the security of camera systems.
 * Uses: org, proof.    Used by: work, web, report.    Memory: the caller's arena.    Threads: one db, one owner. */
#ifndef LUYTRE_DUTY_BUDGET_H
#define LUYTRE_DUTY_BUDGET_H

#include "duty/budget.sql.h"
#include "store/store.h"

NONNULL_BEGIN

/* The whole budget of a unit in a year (the money a share is counted of), with the decision it stands on. Needs
 * RIGHT_FINANCE or RIGHT_APPROVE on the unit; setting it again replaces it, the chain keeps both. */
MUST_USE enum err_code budget_set_total(struct db *db, const struct actor *actor, int64_t unit_id, int year,
                                        int64_t total_vnd, struct str basis, struct err *err);
struct budget_line {
    int64_t unit_id; /* 0: the sum of all lines */
    struct str name;
    int64_t request_count;
    int64_t open_count; /* wait for a decision */
    int64_t asked_vnd;
    int64_t granted_vnd;
    int64_t spent_vnd;
    int64_t total_vnd;   /* whole budget; 0: not known */
    bool has_total;      /* of the sum: every line with money has one */
    int share_permille;  /* granted of the whole; -1: the whole is not known */
    int of_all_permille; /* this unit's part of everything granted below the root */
};
struct budget_table {
    struct budget_line *NULLABLE lines; /* units with a request or a budget, most granted first */
    size_t count;
    struct budget_line sum;
};
/* At and below a unit along an edge kind, in one budget year. Needs RIGHT_READ on the root (or what actor->right
 * names). */
MUST_USE enum err_code budget_rollup(struct db *db, const struct actor *actor, int64_t root_id, struct str edge_kind,
                                     int year, struct arena *arena, struct budget_table *ret_table, struct err *err);

NONNULL_END
#endif
