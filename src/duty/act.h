/* act.h - the entry an act leaves in the chain of duties: what kind, on which object, whose unit, by whom, with what
 * words. Knows nothing of what the acts mean.    Uses: proof.    Used by: duty.    Memory: none kept.    Threads: one
 * db, one owner. */
#ifndef LUYTRE_DUTY_ACT_H
#define LUYTRE_DUTY_ACT_H

#include "store/store.h"

NONNULL_BEGIN

struct act_field { /* one member of the entry's content; left out when the text is empty and the number 0 */
    const char *key;
    struct str text;
    int64_t number;
    bool is_id;
};
#define ACT_TEXT(k, t)   ((struct act_field){.key = (k), .text = (t)})
#define ACT_ID(k, n)     ((struct act_field){.key = (k), .number = (n), .is_id = true})
#define ACT_NUMBER(k, n) ((struct act_field){.key = (k), .number = (n)})

struct act {
    const char *kind;        /* "request_granted" */
    const char *object_kind; /* "request" */
    int64_t object_id;
    int64_t unit_id; /* whose history */
    const struct act_field *NULLABLE fields;
    size_t field_count;
};
/* In the caller's transaction. */
MUST_USE enum err_code act_record(struct db *db, const struct actor *actor, const struct act *act, struct err *err);

NONNULL_END
#endif
