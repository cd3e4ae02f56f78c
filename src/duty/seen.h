/* seen.h - one duty as it is seen on a day: as it stands, or as it was known when a past day ended.
 * The same rows for both, so that a page and a program read a past day as they read today. Whoever may read the duty
 * today may read its past; of other duties of that unit, only those he may read today too. Of a past day: unit, name,
 * state, due day, cover, waiver, acknowledgement, who was given the work, evidence handed in by then with what had been
 * decided of it by then, entries and requests by then. The chain above a duty never changes after it was issued.
 * Uses: duty, format/json.    Used by: web.    Memory: the caller's arena.    Threads: one db, one owner. */
#ifndef LUYTRE_DUTY_SEEN_H
#define LUYTRE_DUTY_SEEN_H

#include "duty/page_duty.sql.h"
#include "duty/request.sql.h"
#include "duty/rollup.sql.h"
#include "duty/succession.sql.h"

NONNULL_BEGIN

struct seen {
    civil_day day; /* the one looked at */
    bool is_past;
    int64_t until_ms; /* nothing from this instant on is known yet; INT64_MAX today */
    struct sql_assignment_page_row *duty;
};
/* as_of CIVIL_NONE, or today: as it stands. ERR_NOT_FOUND: no such duty, or not for this reader. ERR_SYNTAX: a day to
 * come, or one on which it had not been given yet. */
MUST_USE enum err_code seen_open(struct db *db, const struct actor *actor, int64_t assignment_id, civil_day today,
                                 civil_day as_of, struct arena *arena, struct seen *ret_seen, struct err *err);
/* The duties of the same obligation in the unit, itself among them, and the days for which evidence covered each. */
MUST_USE enum err_code seen_subjects(struct db *db, const struct actor *actor, const struct seen *seen,
                                     struct arena *arena, struct sql_duty_subjects_rows *ret_subjects,
                                     struct sql_duty_spans_rows *ret_spans, struct err *err);
/* Its evidence, newest first, and what was handed in while another unit owed it. */
MUST_USE enum err_code seen_evidence(struct db *db, const struct actor *actor, const struct seen *seen,
                                     struct arena *arena, struct sql_assignment_evidence_list_rows *ret_evidence,
                                     struct sql_duty_earlier_evidence_rows *ret_earlier, struct err *err);
/* Did evidence of a duty wait for review just before until_ms? found, of a row as it stood then: 0 none did; 2 some
 * did; 1 only some that was withdrawn since, which may have been accepted before: the chain knows. */
MUST_USE enum err_code seen_waits(struct db *db, int64_t assignment_id, int64_t found, int64_t until_ms,
                                  struct arena *arena, bool *ret_waits, struct err *err);
/* What was asked about it, newest first. */
MUST_USE enum err_code seen_requests(struct db *db, const struct actor *actor, const struct seen *seen,
                                     struct arena *arena, struct sql_request_list_assignment_rows *ret_requests,
                                     struct err *err);

NONNULL_END
#endif
