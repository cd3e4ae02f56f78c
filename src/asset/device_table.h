/* device_table.h - devices as rows of a table, as a unit keeps them in a spreadsheet: a register of the one import
 * (org/import.h) like any other. A row is a device that is known by its serial number, else its MAC address, else its
 * name at that site; where none of them is known it is matched like any device that is registered. A row that says
 * "protected" again on a later day renews that statement. A site that is not there yet is made and stays when the
 * batch is undone. Needs RIGHT_EXECUTE, which does not flow down: a unit keeps its own; everywhere at once is the
 * system's (command line). Uses: asset/device, org/import.    Used by: work.    Memory: the run's arena. Threads: one
 * db, one owner. */
#ifndef LUYTRE_ASSET_DEVICE_TABLE_H
#define LUYTRE_ASSET_DEVICE_TABLE_H

#include "org/import.h"

NONNULL_BEGIN

extern const struct import_register device_register_table;

NONNULL_END
#endif
