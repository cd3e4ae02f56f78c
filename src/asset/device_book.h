/* device_book.h - inside asset: the identifiers of one site, as far as a transaction has met them, and who holds them.
 * Uses: asset/device.    Used by: asset/device_register.c.    Memory: the book's arena, which dies with the run of the
 * transaction.    Threads: one db, one owner. */
#ifndef LUYTRE_ASSET_DEVICE_BOOK_H
#define LUYTRE_ASSET_DEVICE_BOOK_H

#include "asset/device.h"
#include "base/map.h"
#include "base/vec.h"

NONNULL_BEGIN

struct book_root {
    int64_t root_id;
    VEC(struct known_identity) identities;
};
struct book_holder { /* who holds one identifier */
    VEC(struct book_root *) roots;
};
struct book {
    int64_t site_id;
    int64_t unit_id;
    struct arena *arena;
    bool is_whole;       /* every identity of the site is here */
    struct map by_value; /* "mac aa:.." -> book_holder */
    struct map by_root;  /* "123" -> book_root */
};

MUST_USE enum err_code book_put(struct book *book, int64_t root_id, int64_t device_id, struct identity identity,
                                int64_t last_ms, struct err *err);
/* Every identity of the site at once, for whoever brings many devices. */
MUST_USE enum err_code book_load_whole(struct db *db, struct book *book, struct err *err);
/* All identities of every live device that shares one with what was seen. */
MUST_USE enum err_code book_known(struct db *db, struct book *book, const struct identity *seen, size_t seen_count,
                                  struct arena *scratch, struct known_identity **ret_known, size_t *ret_count,
                                  struct err *err);

NONNULL_END
#endif
