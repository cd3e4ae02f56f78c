/* request.h - what a unit asks of the tier above: that a duty is not its own, a waiver, money, help.
 * A request goes to the nearest unit above along the directive's edge kind (help may also go to the dedicated body) and
 * waits there until somebody who may decides, with words. Granting "not applicable" or a waiver changes the duty in the
 * same transaction. Money: what was asked, granted and spent, by budget year; whole budgets and shares stand in
 * duty/budget.h (CT18-7b, CT23-4a). Help: asked and answered (CT18-6h). Uses: org, proof, duty/cover.    Used by: work,
 * web, cmd.    Memory: the caller's arena.    Threads: one db, one owner. */
#ifndef LUYTRE_DUTY_REQUEST_H
#define LUYTRE_DUTY_REQUEST_H

#include "duty/request.sql.h" /* lists: sql_request_list_to, sql_request_list_unit, sql_request_list_assignment, sql_request_page */
#include "store/store.h"

NONNULL_BEGIN

enum request_kind {
    REQUEST_NOT_APPLICABLE,
    REQUEST_WAIVER,
    REQUEST_COST,
    REQUEST_HELP,
    REQUEST_KIND_COUNT,
};
const char *request_kind_to_str(enum request_kind kind); /* "not_applicable": as stored, in addresses and JSON */
bool request_kind_from_str(struct str text, enum request_kind *ret_kind);
struct request_words {
    struct str vi, en;
};
struct request_words request_kind_words(enum request_kind kind);
/* open, granted, refused, withdrawn, done */
bool request_state_words(struct str state, struct request_words *ret_words);

struct request_draft {
    enum request_kind kind;
    int64_t unit_id;       /* who asks; 0: the unit of the assignment */
    int64_t assignment_id; /* needed for not_applicable and waiver; 0: none */
    int64_t to_unit_id;    /* 0: the nearest above; help may name a unit that holds the function of dedicated body */
    struct str edge_kind;  /* where no assignment says it; empty: administrative */
    struct str reason;
    int64_t amount_vnd;  /* cost */
    int budget_year;     /* cost; 0: this year */
    civil_day until_day; /* waiver: first day no longer waived; CIVIL_NONE otherwise */
};
#define REQUEST_REASON_MAX_BYTES (8u << 10)
#define REQUEST_VND_MAX          INT64_C(1000000000000000) /* a million billion: more is a slip of the keyboard */

/* Needs RIGHT_EXECUTE on the unit. ERR_SYNTAX in words for what is missing; ERR_CONFLICT while one of the same kind
 * waits for this duty; ERR_NOT_FOUND when nobody stands above. Those who decide there get a notice. */
MUST_USE enum err_code request_open(struct db *db, const struct actor *actor, const struct request_draft *draft,
                                    int64_t *ret_id, struct err *err);
struct request_decision {
    int64_t request_id;
    struct str words;    /* needed for a refusal and for an answer */
    int64_t granted_vnd; /* cost: 0 grants what was asked */
    civil_day to_day;    /* waiver: CIVIL_NONE grants what was asked */
};
/* Not applicable and waiver: as duty_set_not_applicable and duty_set_waiver ask, RIGHT_APPROVE on the unit, by nobody
 * of that unit. Cost: RIGHT_APPROVE or RIGHT_FINANCE on the unit it went to. Help is answered: RIGHT_EXECUTE there,
 * state done. Always somebody else than who asked. ERR_CONFLICT when it was dealt with before. Who asked gets a notice.
 */
MUST_USE enum err_code request_grant(struct db *db, const struct actor *actor, const struct request_decision *decision,
                                     struct err *err);
MUST_USE enum err_code request_refuse(struct db *db, const struct actor *actor, int64_t request_id, struct str words,
                                      struct err *err);
MUST_USE enum err_code request_answer(struct db *db, const struct actor *actor, int64_t request_id, struct str words,
                                      struct err *err);
/* While it waits, by the unit itself (RIGHT_EXECUTE). */
MUST_USE enum err_code request_withdraw(struct db *db, const struct actor *actor, int64_t request_id, struct str words,
                                        struct err *err);
/* Cost: what is spent in all so far, of what was granted (ERR_SYNTAX when more). is_all: no more will come, state done.
 * RIGHT_EXECUTE on the unit, or RIGHT_FINANCE on it. */
MUST_USE enum err_code request_spend(struct db *db, const struct actor *actor, int64_t request_id, int64_t spent_vnd,
                                     bool is_all, struct str words, struct err *err);

NONNULL_END
#endif
