/* form_parts.h - what the files of report/form share. A full arena is kept in `full` and said once, at the end.
 * Uses: report/form.    Used by: form.c, form_value.c, form_words.c, form_plain.c.    Memory: the filling's arena.
 * Threads: one filling, one owner. */
#ifndef LUYTRE_REPORT_FORM_PARTS_H
#define LUYTRE_REPORT_FORM_PARTS_H

#include "base/buf.h"
#include "base/vec.h"
#include "report/form.h"

NONNULL_BEGIN

/* Visible characters in NFC; lines are parted by one \n when is_long, else by a blank. Empty when nothing is left. */
MUST_USE enum err_code form_clean(struct str text, bool is_long, struct arena *arena, struct str *ret_text,
                                  struct err *err);

struct filling {
    const struct know_form *form;
    const struct form_values *values;
    const struct form_head *head;
    enum lang lang;
    struct arena *arena;
    struct str unit; /* head->unit_name, cleaned */
    VEC(struct document_block) blocks;
    VEC(struct document_recipient) recipients;
    bool full; /* the arena is */
};
struct str form_in(const struct filling *f, struct know_text text);
struct str form_word(const struct filling *f, const char *id);
struct str form_say(struct filling *f, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct str form_upper(struct filling *f, struct str text);
struct str form_line(struct filling *f, struct str text);      /* cleaned, one line */
struct str form_about(struct filling *f, struct str title);    /* behind "về" or "V/v" */
struct str form_with_unit(struct filling *f, struct str text); /* {unit} filled in */
struct str form_number(struct filling *f, int64_t value);
/* A value that is neither rows nor files, in words; choices: of its key. Unknown: `unknown`. */
struct str form_value_words(struct filling *f, const struct form_value *value, const struct know_form_key *NULLABLE key,
                            struct str unknown);
/* "Căn cứ Nghị định số … của Chính phủ về …"; clause may be empty. */
struct str form_basis(struct filling *f, const struct know_instrument *instrument, struct str clause);

NONNULL_END
#endif
