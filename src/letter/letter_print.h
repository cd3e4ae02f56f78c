/* letter_print.h - a letter that was read, as lines of JSON (the contract of `letter read --json`) and as a page for
 * people. Uses: letter/letter.h, format/json.    Used by: cmd, web (API).    Memory: the caller's buffer.    Threads:
 * no shared state. */
#ifndef LUYTRE_LETTER_PRINT_H
#define LUYTRE_LETTER_PRINT_H

#include "base/buf.h"
#include "base/lang.h"
#include "letter/letter.h"

NONNULL_BEGIN

/* One `letter` line, the `duty` lines, one `summary` line. Errors stick to the buffer. */
void letter_print_json(const struct letter *letter, struct buf *out);
/* In one language, for a terminal 100 columns wide; what the letter itself says stays as it is. */
void letter_print_people(const struct letter *letter, enum lang lang, struct buf *out);

NONNULL_END
#endif
