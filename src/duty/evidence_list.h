/* evidence_list.h - evidence at and below a unit, in pages: what waits first, the oldest of it on top; then what was
 * returned, accepted, withdrawn, each with the newest first.
 * Uses: org/access, org/tree.    Used by: web.    Memory: the caller's arena.    Threads: one db, one owner. */
#ifndef LUYTRE_DUTY_EVIDENCE_LIST_H
#define LUYTRE_DUTY_EVIDENCE_LIST_H

#include "duty/evidence_list.sql.h"
#include "org/access.h"

NONNULL_BEGIN

enum evidence_state { EVIDENCE_SUBMITTED, EVIDENCE_RETURNED, EVIDENCE_ACCEPTED, EVIDENCE_WITHDRAWN, EVIDENCE_STATES };
struct str evidence_state_id(enum evidence_state state);

struct evidence_ask { /* texts: STR_NONE for any */
    int64_t root_id;
    struct str edge_kind;
    civil_day day;
    struct str state;
    struct str kind;
    struct str search; /* "%folded%" in the name of the unit */
};
struct evidence_item {
    const struct sql_evidence_rows_row *row;
    struct str unit_name;
};
struct evidence_page {
    int64_t n[EVIDENCE_STATES]; /* of all that match, whatever state was asked for */
    struct evidence_item *NULLABLE items;
    size_t count;
};
MUST_USE enum err_code evidence_list(struct db *db, const struct actor *actor, const struct evidence_ask *ask,
                                     int64_t limit, int64_t offset, struct arena *arena, struct evidence_page *ret_page,
                                     struct err *err);

NONNULL_END
#endif
