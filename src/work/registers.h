/* registers.h - every register there is, of whichever layer: what the import page and the command line offer.
 * Uses: org/import, asset/device_table.    Used by: web, cmd.    Memory: constant.    Threads: no shared state. */
#ifndef LUYTRE_WORK_REGISTERS_H
#define LUYTRE_WORK_REGISTERS_H

#include "org/import.h"

NONNULL_BEGIN

size_t register_count(void);
const struct import_register *register_at(size_t i);
const struct import_register *NULLABLE register_find(struct str id);

NONNULL_END
#endif
