/* audit_list.h - the entries of one stream of the chain that somebody may see, the newest first, in pages.
 * An entry of a unit is for whoever may audit the unit; one without a unit for whoever may audit a unit its author ever
 * worked in; one of the system itself for everybody who may audit anything. Uses: org/tree, store/keep.    Used by:
 * web.    Memory: the caller's arena.    Threads: one db, one owner. */
#ifndef LUYTRE_ORG_AUDIT_LIST_H
#define LUYTRE_ORG_AUDIT_LIST_H

#include "org/audit_list.sql.h"

NONNULL_BEGIN

struct audit_ask {
    struct str stream;
    struct str kind;              /* STR_NONE: any */
    struct str search;            /* "%folded%" in the author's name; STR_NONE: any */
    int64_t from_ms, to_ms;       /* [from, to) */
    int64_t before_ms, before_id; /* behind this entry; INT64_MAX: from the newest */
};
struct audit_page {
    const struct sql_audit_rows_row *NULLABLE items;
    size_t count;
    bool has_more; /* there may be older ones: ask again with these */
    int64_t before_ms, before_id;
    bool stopped; /* fewer than asked, since `look_max` entries were looked at */
};
/* look_max: how many entries of others it may pass over before it stops; 0: as many as there are. */
MUST_USE enum err_code audit_list(struct db *db, const struct actor *actor, const struct audit_ask *ask, size_t limit,
                                  size_t look_max, struct arena *arena, struct audit_page *ret_page, struct err *err);

NONNULL_END
#endif
