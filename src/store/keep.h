/* keep.h - what a process keeps in memory of a database while the tables it was read from stay as they are.
 * A kind says how to read a value and which tables it comes from (src/<module>/kept.txt gives a table its name); every
 * transaction that writes one of them moves that name's number, and a value read under another number is not handed out
 * again. So a reader sees what was committed when it asked, at the price of one lookup.
 * Knows nothing of what is kept.    Uses: store/store.h.    Used by: org, duty.
 * Memory: an arena for each value, until it is old, or older than others of its kind, and nobody holds it; a holder
 * may outlive the store.
 * Threads: values are shared between threads and never change. */
#ifndef LUYTRE_STORE_KEEP_H
#define LUYTRE_STORE_KEEP_H

#include "store/store.h"

NONNULL_BEGIN

#define KEEP_KEY_BYTES 96

struct keep_kind {
    const char *name;
    const char *NULLABLE watch; /* the name in kept.txt; NULL: what it is read from never changes */
    size_t count_max;           /* values of this kind that stay when nobody holds them */
    /* Everything of the value lies in arena, which is the value's own. */
    MUST_USE enum err_code (*make)(struct db *db, struct str key, struct arena *arena, const void **ret_value,
                                   struct err *err);
};
/* The value of a key (at most KEEP_KEY_BYTES - 1 bytes), read now or kept; it stays until `holder` is done or rewound.
 * Inside a writing transaction it is read for this transaction alone. */
MUST_USE enum err_code keep_get(struct db *db, const struct keep_kind *kind, struct str key, struct arena *holder,
                                const void **ret_value, struct err *err);

NONNULL_END
#endif
