/* refusal.h - says a refusal in the language of the person it is for.
 * The domain refuses with err_set("mã %.*s đã thuộc một đơn vị khác", …): the format is the name of the text, and
 * struct err keeps the arguments apart. Here, at the edge, the same is said from po/refusals/; titles of the dated
 * knowledge among the arguments (a role, a field of evidence) are said in that language too. tools/lint_refusals fails
 * when a refusal has no text in either language.
 * Uses: base, know.    Used by: web, cmd.    Memory: the caller's arena.    Threads: no shared state. */
#ifndef LUYTRE_KNOW_REFUSAL_H
#define LUYTRE_KNOW_REFUSAL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/lang.h"

NONNULL_BEGIN

/* Never fails: what has no text in this language (a failure of ours, an old message from elsewhere) comes as it is. */
struct str refusal_text(const struct err *err, enum lang lang, struct arena *arena);
/* The same for a sentence kept in parts (said_pack), as the reason of a row of an import. */
struct str refusal_words(struct str said, enum lang lang, struct arena *arena);
/* It was written for the person who asked, and not for the log alone. */
bool refusal_is_words(const struct err *err);

NONNULL_END
#endif
