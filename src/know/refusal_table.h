/* refusal_table.h - what tools/refusalgen makes of po/refusals/: each refusal of the source with its text in both
 * languages, "{1}" where the first argument goes, sorted by bytes.
 * Uses: base.    Used by: know/refusal.c.    Memory: constants.    Threads: no shared state. */
#ifndef LUYTRE_KNOW_REFUSAL_TABLE_H
#define LUYTRE_KNOW_REFUSAL_TABLE_H

#include "base/lang.h"
#include "base/text.h"

struct refusal_entry {
    struct str msgid; /* the format, as in the source */
    struct {
        struct str one, other; /* the same where there is no plural */
    } texts[LANG_COUNT];
    bool log_only;
};
extern const struct refusal_entry refusal_table[];
extern const size_t refusal_table_count;

#endif
