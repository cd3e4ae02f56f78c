/* site.h - places of a unit: an address has meaning only with its site, since every school is 192.168.1.0/24.
 * Lists: org/system.sql.h (site_of_unit).    Uses: store, proof, org/access.    Used by: org, asset, work, web.
 * Memory: none kept.    Threads: one db, one owner. */
#ifndef LUYTRE_ORG_SITE_H
#define LUYTRE_ORG_SITE_H

#include "store/store.h"

NONNULL_BEGIN

/* All need RIGHT_EXECUTE or RIGHT_ORG_ADMIN on the unit. ERR_CONFLICT when it has a site of that name. */
MUST_USE enum err_code site_new(struct db *db, const struct actor *actor, int64_t unit_id, struct str name,
                                struct str address, civil_day from_day, int64_t *ret_id, struct err *err);
MUST_USE enum err_code site_update(struct db *db, const struct actor *actor, int64_t site_id, struct str name,
                                   struct str address, struct err *err);
MUST_USE enum err_code site_end(struct db *db, const struct actor *actor, int64_t site_id, civil_day day,
                                struct err *err);

NONNULL_END
#endif
