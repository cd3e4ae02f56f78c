/* cover.h - how a duty gets done: persons acknowledge, evidence is handed in, somebody who may accepts or returns it.
 * Evidence covers an assignment until a date; nobody ticks a box. One piece of evidence answers every open duty of the
 * unit that accepts its kind on the same subject, whichever letter asked. Uses: org, proof, know, duty/ledger.    Used
 * by: work, web, cmd.    Memory: the caller's arena.    Threads: one db, one owner. */
#ifndef LUYTRE_DUTY_COVER_H
#define LUYTRE_DUTY_COVER_H

#include "base/civil.h"
#include "store/store.h"

NONNULL_BEGIN

/* A person confirms having read a directive (CT18-1a); needs RIGHT_ACKNOWLEDGE on the unit. The first confirmation of
 * somebody with RIGHT_EXECUTE also takes the unit's duties on. When nobody of the unit is missing, its per-person
 * duties are covered. Twice is once: *ret_first says whether it was new. ERR_NOT_FOUND for a directive that gives this
 * unit nothing. */
MUST_USE enum err_code duty_acknowledge(struct db *db, const struct actor *actor, int64_t directive_id, int64_t unit_id,
                                        bool *ret_first, struct err *err);

struct evidence_file {
    struct str name;
    struct str media_type;
    struct str sha256; /* 32 raw bytes of a blob that is stored already */
    int64_t size_bytes;
};
struct evidence_draft {
    int64_t assignment_id;
    struct str kind;
    struct str title; /* empty: the kind's */
    civil_day done_day;
    struct str fields_json; /* the kind's fields: {"id": value} */
    struct str source;      /* "hand", or the engine that made it */
    const struct evidence_file *NULLABLE files;
    size_t file_count;
};
#define EVIDENCE_FILES_MAX 20u
/* Needs RIGHT_EXECUTE on the unit. ERR_SYNTAX names the field that is missing or wrong. What an engine made of a kind
 * that engines prove is accepted at once; everything else waits for review. */
MUST_USE enum err_code evidence_submit(struct db *db, const struct actor *actor, const struct evidence_draft *draft,
                                       int64_t *ret_id, struct err *err);
/* Check fields against the kind: ERR_SYNTAX "Công cụ: bắt buộc" style, with the field's id in *ret_field when asked. */
MUST_USE enum err_code evidence_check_fields(struct str kind, struct str fields_json, size_t file_count,
                                             struct str *NULLABLE ret_field, struct err *err);
/* Accepting and returning need RIGHT_REVIEW on the unit, one of the kind's roles, and not to be who handed it in; a
 * kind that its operator may not judge also refuses anybody who works in the unit. A return says why. */
MUST_USE enum err_code evidence_accept(struct db *db, const struct actor *actor, int64_t evidence_id, struct err *err);
MUST_USE enum err_code evidence_return(struct db *db, const struct actor *actor, int64_t evidence_id, struct str reason,
                                       struct err *err);
/* Taking back what was submitted or accepted is a new entry; the duties it covered are open again. RIGHT_EXECUTE, or
 * RIGHT_REVIEW. */
MUST_USE enum err_code evidence_withdraw(struct db *db, const struct actor *actor, int64_t evidence_id,
                                         struct str reason, struct err *err);

/* Internal assignment (CT18-1b): who in the unit does it. person_id 0 takes it back. Needs RIGHT_ASSIGN. */
MUST_USE enum err_code duty_assign(struct db *db, const struct actor *actor, int64_t assignment_id, int64_t person_id,
                                   struct err *err);

/* Approved decisions on one assignment, by the tier above; the request that led to it is recorded elsewhere. */
MUST_USE enum err_code duty_set_not_applicable(struct db *db, const struct actor *actor, int64_t assignment_id,
                                               bool is_na, struct str reason, struct err *err);
MUST_USE enum err_code duty_set_waiver(struct db *db, const struct actor *actor, int64_t assignment_id,
                                       civil_day to_day, struct str reason, struct err *err);

NONNULL_END
#endif
