/* letter_book.h - letters as a unit keeps them: text, what was read from it, what a clerk corrected and confirmed.
 * What the engine read stays beside what a person made of it. Knows nothing of how a letter is read (work/intake does).
 * Uses: org, proof, store/blob.    Used by: work, web, cmd.    Memory: the caller's arena.    Threads: one db, one
 * owner. */
#ifndef LUYTRE_DUTY_LETTER_BOOK_H
#define LUYTRE_DUTY_LETTER_BOOK_H

#include "store/store.h"

NONNULL_BEGIN

struct book_duty { /* null texts and CIVIL_NONE: not said */
    unsigned no;
    struct str text;
    bool has_quote;
    uint32_t quote_from, quote_to;
    struct str actor;
    struct str co_actors; /* who helps, one a line */
    struct str product;   /* what must come out */
    struct str trigger;
    int period_count, period_months; /* 0: none */
    civil_day deadline_day;          /* the day named */
    bool deadline_strict;            /* that day is excluded */
    int64_t deadline_due_ms;         /* last allowed instant; 0: unknown */
    struct str deadline_quoted;
    struct str deadline_note;
    struct str obligations; /* catalogue ids, blank separated; "" when unsure */
    double confidence;      /* 0..1 */
    struct str read_json;   /* what the engine said; STR_NONE: added by a person */
};
struct book_attachment {
    struct str title;
    uint32_t quote_from, quote_to;
};
struct book_letter {
    int64_t unit_id;
    struct str direction; /* "in", "out" */
    struct str number, symbol, document_type, place, issuer, issuer_parent, subject;
    civil_day issued_day;
    struct str text;       /* canonical: all offsets count in it */
    struct str file_bytes; /* as handed in; STR_NONE: pasted text */
    struct str file_name, media_type;
    struct str read_json;
    int64_t parent_id; /* 0: none */
    const struct book_duty *NULLABLE duties;
    size_t duty_count;
    const struct book_attachment *NULLABLE attachments;
    size_t attachment_count;
    bool is_sample;
};
/* Needs RIGHT_DRAFT on the unit. The same text in the same book again gives the first one's id, and *ret_is_new false.
 */
MUST_USE enum err_code letter_put(struct db *db, const struct actor *actor, const struct book_letter *letter,
                                  int64_t *ret_id, bool *ret_is_new, struct err *err);
/* A clerk's word on one duty: confirm as read, correct (confirms), drop ("not a duty"), take back, or add what the
 * machine missed. */
MUST_USE enum err_code letter_duty_confirm(struct db *db, const struct actor *actor, int64_t duty_id, struct err *err);
MUST_USE enum err_code letter_duty_drop(struct db *db, const struct actor *actor, int64_t duty_id, struct err *err);
MUST_USE enum err_code letter_duty_reopen(struct db *db, const struct actor *actor, int64_t duty_id, struct err *err);
MUST_USE enum err_code letter_duty_change(struct db *db, const struct actor *actor, int64_t duty_id,
                                          const struct book_duty *duty, struct err *err);
MUST_USE enum err_code letter_duty_add(struct db *db, const struct actor *actor, int64_t letter_id,
                                       const struct book_duty *duty, int64_t *ret_id, struct err *err);
/* Every duty has a word: the letter is confirmed and can be issued. ERR_CONFLICT says how many still wait. */
MUST_USE enum err_code letter_confirm(struct db *db, const struct actor *actor, int64_t letter_id, struct err *err);
/* The attachment turned out to be this letter of the same book. */
MUST_USE enum err_code letter_attachment_is(struct db *db, const struct actor *actor, int64_t letter_id,
                                            int64_t attachment_id, int64_t child_id, struct err *err);
/* The canonical text. Needs RIGHT_READ on the unit. */
MUST_USE enum err_code letter_text(struct db *db, const struct actor *actor, int64_t letter_id, struct arena *arena,
                                   struct str *ret_text, struct err *err);

NONNULL_END
#endif
