/* report_devices.h - what a report says of devices, from the register of devices. Uses: asset.    Used by: web, tests.
 * Memory: none kept.    Threads: one db, one owner. */
#ifndef LUYTRE_WORK_REPORT_DEVICES_H
#define LUYTRE_WORK_REPORT_DEVICES_H

#include "duty/report_figures.h"

NONNULL_BEGIN

/* A report_devices_fn. */
MUST_USE enum err_code report_devices(struct db *db, const struct actor *reader, int64_t unit_id, struct str edge_kind,
                                      struct report_devices *ret_devices, struct err *err);

NONNULL_END
#endif
