/* answer_parts.h - the parts of an answer (from_duty.h), of which from_duty.c makes the whole: it reads the freeze into
 * struct answer, then each part puts its blocks or fills its lines of the document. Every text lives in the arena of
 * the document; a full arena is kept in `full` and said once, at the end, so that sentences can be put together freely.
 * Uses: duty, org, know, report/document.    Used by: answer_*.c, from_duty.c.    Memory: the answer's arena.
 * Threads: one answer, one owner. */
#ifndef LUYTRE_REPORT_ANSWER_PARTS_H
#define LUYTRE_REPORT_ANSWER_PARTS_H

#include "base/vec.h"
#include "duty/page_report.sql.h"
#include "duty/state.h"
#include "format/json.h"
#include "org/unit.sql.h"
#include "report/from_duty.h"

struct know_signing_title;

#define ANSWER_CHAIN_MAX 8

struct tally { /* one obligation over all units */
    struct str catalogue_id, title, denominator;
    int64_t n[DUTY_STATE_COUNT], units;
};
struct answer {
    struct db *db;
    struct arena *arena;
    const struct answer_order *order;
    const struct sql_answer_freeze_row *freeze;
    struct sql_unit_name_on_row *unit;
    struct sql_answer_committees_rows above; /* the unit itself first */
    struct sql_answer_units_rows units;
    const struct sql_answer_directive_row
        *chain[ANSWER_CHAIN_MAX]; /* the one to answer first, then what it carries out */
    size_t chain_count;
    struct json fields;
    VEC(struct tally) tallies;
    VEC(struct document_block) blocks;
    VEC(struct document_recipient) recipients;
    bool full; /* the arena is */
};

NONNULL_BEGIN

/* --- how it speaks (answer_words.c) --- */
struct str answer_say(struct answer *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct str answer_number(struct answer *a, int64_t value);
struct str answer_percent(struct answer *a, int64_t part, int64_t whole);
struct str answer_upper(struct answer *a, struct str text);
struct str answer_day(struct answer *a, civil_day day);      /* "02/11/2026" */
struct str answer_long_day(struct answer *a, civil_day day); /* "ngày 02 tháng 11 năm 2026" */
struct str answer_lower_first(struct answer *a, struct str text);
struct str answer_about(struct answer *a, struct str title); /* behind "về" */
void answer_put(struct answer *a, enum document_block_kind kind, struct str lead, struct str text);

/* --- what it answers and stands on (answer_name.c) --- */
/* Whom the answer goes to by what it answers: not the unit's own directive, but what that carries out; NULL: nobody in
 * the tree. */
const struct sql_answer_directive_row *NULLABLE answer_asked_by(const struct answer *a);
/* The head of the chain, when it was made from a letter of somebody outside the tree. */
const struct sql_answer_directive_row *NULLABLE answer_from_outside(struct answer *a);
struct str answer_asked_name(struct answer *a); /* the chain is not empty */
void answer_put_basis(struct answer *a);

/* --- what was done (answer_result.c) --- */
int64_t answer_owed_of(const int64_t n[DUTY_STATE_COUNT]); /* all that count: neither out of scope nor waived */
struct str answer_state_word(int64_t state);
MUST_USE enum err_code answer_put_denominators(struct answer *a, struct err *err);
void answer_put_obligation(struct answer *a, const struct tally *t);
void answer_put_missing(struct answer *a);
void answer_put_typed(struct answer *a, const char *NULLABLE heading, struct str name);
void answer_put_typed_numbers(struct answer *a);

/* --- who signs, where, to whom (answer_address.c) --- */
const struct know_signing_title *NULLABLE answer_title(const struct answer *a);
struct str answer_place(const struct answer *a);
MUST_USE enum err_code answer_put_signer(struct answer *a, struct document *d, struct err *err);
MUST_USE enum err_code answer_put_addresses(struct answer *a, struct document *d, struct err *err);

/* --- every unit (answer_annex.c, with answer_xlsx) --- */
MUST_USE enum err_code answer_put_annex(struct answer *a, struct document *d, struct err *err);

NONNULL_END
#endif
