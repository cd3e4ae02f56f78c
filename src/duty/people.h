/* people.h - duties counted by person: how many have read a directive (CT18-1a; who they are: duty/readers.h), and who
 * was head of a unit on a day (CT18-1c, CT23-4b, CT23-7: the head answers in person, so the day matters). Uses: org,
 * duty/directive. Used by: work, web, report.    Memory: the caller's arena.    Threads: one db, one owner. */
#ifndef LUYTRE_DUTY_PEOPLE_H
#define LUYTRE_DUTY_PEOPLE_H

#include "base/civil.h"
#include "store/store.h"

NONNULL_BEGIN

struct people_progress {
    int64_t people; /* who owe an acknowledgement: active people of units with an open duty under the directive */
    int64_t acked;
    int permille; /* -1: nobody owes one */
};
/* At and below a unit along an edge kind, today. */
MUST_USE enum err_code people_progress(struct db *db, const struct actor *actor, int64_t root_id, int64_t directive_id,
                                       struct str edge_kind, struct people_progress *ret_progress, struct err *err);
struct people_head {
    int64_t person_id;
    struct str name;
    struct str title;
    struct str role;  /* unit_head; deputy_head when nobody was head */
    struct str basis; /* decision */
    civil_day from_day, to_day;
};
/* Who was head of a unit on a day. *ret_head is NULL when nobody is on record: that is a finding, not an error. */
MUST_USE enum err_code people_head_on(struct db *db, const struct actor *actor, int64_t unit_id, civil_day day,
                                      struct arena *arena, struct people_head *NULLABLE *NULLABLE ret_head,
                                      struct err *err);
struct people_gap { /* a stretch of days without a head */
    civil_day from_day, to_day;
};
struct people_heads {
    struct people_head *NULLABLE items; /* by first day */
    size_t count;
    struct people_gap *NULLABLE gaps;
    size_t gap_count;
};
/* The extract for a period [from_day, to_day): every head of the unit with their days, and the days nobody answered. */
MUST_USE enum err_code people_heads(struct db *db, const struct actor *actor, int64_t unit_id, civil_day from_day,
                                    civil_day to_day, struct arena *arena, struct people_heads *ret_heads,
                                    struct err *err);

NONNULL_END
#endif
