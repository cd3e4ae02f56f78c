/* registers.h - every register there is, of whichever layer: what the import page and the command line offer.
 * Uses: org/import, asset/device_table, duty/directive.    Used by: web, cmd.    Memory: constant.    Threads: no
 * shared state. */
#ifndef LUYTRE_WORK_REGISTERS_H
#define LUYTRE_WORK_REGISTERS_H

#include "org/import.h"

NONNULL_BEGIN

size_t register_count(void);
const struct import_register *register_at(size_t i);
const struct import_register *NULLABLE register_find(struct str id);

/* import_apply and import_undo (org/import.h) with what must follow in the same transaction: duties of systems and
 * databases open and close with them. */
MUST_USE enum err_code register_apply(struct db *db, const struct actor *actor, struct import_run *run,
                                      struct str file_name, struct str bytes, struct err *err);
MUST_USE enum err_code register_undo(struct db *db, const struct actor *actor, const struct import_register *what,
                                     int64_t batch_id, struct err *err);

NONNULL_END
#endif
