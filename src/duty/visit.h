/* visit.h - inspection visits: planned, held, with people, minutes and a conclusion (CT18-6j: guide, urge, check).
 * The unit that visits stands above the one visited, along any edge kind, or is the dedicated body.
 * Uses: org, proof.    Used by: work, web, report.    Memory: the caller's arena.    Threads: one db, one owner. */
#ifndef LUYTRE_DUTY_VISIT_H
#define LUYTRE_DUTY_VISIT_H

#include "base/civil.h"
#include "duty/visit.sql.h" /* lists: sql_visit_list_unit, sql_visit_list_by, sql_visit_page, sql_visit_counts */
#include "store/store.h"

NONNULL_BEGIN

struct visit_draft {
    int64_t unit_id;      /* who is visited */
    int64_t by_unit_id;   /* who visits */
    int64_t directive_id; /* 0: none */
    civil_day planned_day;
    struct str people; /* names of those who go */
};
/* Needs RIGHT_EXECUTE on the visiting unit and RIGHT_REVIEW on the visited one. The visited unit's head and focal
 * officer get a notice. */
MUST_USE enum err_code visit_plan(struct db *db, const struct actor *actor, const struct visit_draft *draft,
                                  int64_t *ret_id, struct err *err);
MUST_USE enum err_code visit_move(struct db *db, const struct actor *actor, int64_t id, civil_day planned_day,
                                  struct str reason, struct err *err);
struct visit_result {
    int64_t visit_id;
    civil_day done_day;     /* not after today */
    struct str people;      /* empty: as planned */
    struct str minutes;     /* what was seen */
    struct str conclusion;  /* what follows from it */
    struct str file_sha256; /* signed minutes, a stored blob; STR_NONE: none */
};
/* Once. ERR_CONFLICT when it was held or called off before. */
MUST_USE enum err_code visit_finish(struct db *db, const struct actor *actor, const struct visit_result *result,
                                    struct err *err);
MUST_USE enum err_code visit_cancel(struct db *db, const struct actor *actor, int64_t id, struct str reason,
                                    struct err *err);

NONNULL_END
#endif
