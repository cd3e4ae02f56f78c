/* wording.h - a title inside a Vietnamese sentence: "Ứng cứu sự cố" becomes "ứng cứu sự cố", and behind "về" a title
 * does not say "về" again.
 * Uses: base.    Used by: answer_words.c, form.c.    Memory: the caller's arena; a text that needs no change is given
 * back as it came. A null ptr: the arena is full.    Threads: no shared state. */
#ifndef LUYTRE_REPORT_WORDING_H
#define LUYTRE_REPORT_WORDING_H

#include "base/arena.h"

NONNULL_BEGIN

/* "Ý kiến" is "ý kiến"; "UBND", "A05" and "S&T" stay. */
MUST_USE struct str wording_lower_first(struct arena *arena, struct str text);
/* "Về công tác văn thư", "V/v trực lễ" without what the sentence says itself. */
MUST_USE struct str wording_about(struct arena *arena, struct str title);

NONNULL_END
#endif
