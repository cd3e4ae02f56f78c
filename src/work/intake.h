/* intake.h - a letter comes in: read by the engine, kept in the letter book, turned into the draft of a directive.
 * A secrecy stamp is refused before anything is stored. Nothing is issued that nobody confirmed.
 * Uses: letter, duty, know.    Used by: web, cmd.    Memory: the caller's arena.    Threads: one db, one owner. */
#ifndef LUYTRE_WORK_INTAKE_H
#define LUYTRE_WORK_INTAKE_H

#include "base/workday.h"
#include "duty/directive.h"
#include "duty/letter_book.h"

NONNULL_BEGIN

struct intake_options {
    int64_t unit_id;
    struct str file_name, media_type;
    struct str file_bytes; /* STR_NONE: pasted */
    const struct workday_calendar *NULLABLE calendar;
    bool is_sample;
};
/* text: what format/doctext made of the file (the parse role did it). ERR_DENIED: a secrecy stamp, in words what to do.
 */
MUST_USE enum err_code intake_letter(struct db *db, const struct actor *actor, struct str text,
                                     const struct intake_options *options, int64_t *ret_id, bool *ret_is_new,
                                     struct err *err);

/* The draft a clerk starts from: one obligation a confirmed duty and catalogue id (its own when there is none), the
 * letter's words and dates; targets are the units right below that the catalogue says owe it, else all right below:
 * each tier hands down to its own. Last allowed days are inclusive. */
MUST_USE enum err_code intake_directive_draft(struct db *db, const struct actor *actor, int64_t letter_id,
                                              struct str edge_kind, struct arena *arena,
                                              struct directive_draft *ret_draft, struct err *err);

NONNULL_END
#endif
