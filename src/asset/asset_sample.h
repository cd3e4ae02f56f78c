/* asset_sample.h - devices and findings for the invented province: about 30,000 devices for its 1,200 units, the same
 * every time. Uses: asset/device, asset/finding, know.    Used by: cmd (demo), tests, bench.    Memory: none kept.
 * Threads: one db, one owner. */
#ifndef LUYTRE_ASSET_ASSET_SAMPLE_H
#define LUYTRE_ASSET_ASSET_SAMPLE_H

#include "store/store.h"

NONNULL_BEGIN

struct asset_sample_made {
    int64_t device_count;
    int64_t finding_count;
};
/* For every unit that is sample data and stands today; a unit without a site gets one. The system itself does it
 * (actor->all). ERR_CONFLICT when the sample devices are there already. */
MUST_USE enum err_code asset_sample_build(struct db *db, const struct actor *actor, struct asset_sample_made *ret_made,
                                          struct err *err);
/* Devices and findings of sample units, whoever made them; to be called before org/sample deletes the units with their
 * sites. */
MUST_USE enum err_code asset_sample_delete(struct db *db, const struct actor *actor, struct err *err);

NONNULL_END
#endif
