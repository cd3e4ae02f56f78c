/* device_table.h - devices as rows of a table, as a unit keeps them in a spreadsheet: which columns there are, what is
 * wrong with a row, registering all rows at once, taking it back. Reading files, finding columns and the preview are
 * the import's (org). Uses: asset/device, org/site.    Used by: work, web, cmd.    Memory: the caller's arena. Threads:
 * one db, one owner. */
#ifndef LUYTRE_ASSET_DEVICE_TABLE_H
#define LUYTRE_ASSET_DEVICE_TABLE_H

#include "asset/device.h"

NONNULL_BEGIN

enum device_column {
    DEVICE_COLUMN_UNIT,
    DEVICE_COLUMN_SITE,
    DEVICE_COLUMN_NAME,
    DEVICE_COLUMN_KIND,
    DEVICE_COLUMN_OS,
    DEVICE_COLUMN_MAC,
    DEVICE_COLUMN_SERIAL,
    DEVICE_COLUMN_ANTIMALWARE,
    DEVICE_COLUMN_PROTECTION,
};
#define DEVICE_COLUMN_COUNT 9
struct device_column_text {
    struct str id; /* "unit_code" */
    struct str vi; /* the heading */
    struct str en;
    struct str example;
    bool is_required;
};
extern const struct device_column_text device_columns[DEVICE_COLUMN_COUNT];

struct device_table_row {
    int64_t unit_id;
    struct str site_name; /* draft.site_id 0: is made when the rows are registered */
    struct device_draft draft;
};
/* One row as written, nothing changed: unit by code, its site (no name: its first), the actor's right, words and
 * identifiers. ERR_SYNTAX, ERR_NOT_FOUND or ERR_DENIED in words; *ret_column (may be asked for) is the cell that is
 * wrong. */
MUST_USE enum err_code device_table_check(struct db *db, const struct actor *actor, struct arena *arena,
                                          const struct str cells[DEVICE_COLUMN_COUNT], struct device_table_row *ret_row,
                                          enum device_column *NULLABLE ret_column, struct err *err);
/* All rows or none, in the caller's transaction or one of its own. ret_registered: one for each row. */
MUST_USE enum err_code device_table_apply(struct db *db, const struct actor *actor, const struct device_table_row *rows,
                                          size_t count, struct device_registered *ret_registered,
                                          size_t *NULLABLE ret_bad, struct err *err);
/* Devices that an import made are no more. ERR_CONFLICT when one was seen again or merged since at_ms, the instant of
 * the import. */
MUST_USE enum err_code device_table_undo(struct db *db, const struct actor *actor, const int64_t *device_ids,
                                         size_t count, int64_t at_ms, struct err *err);

NONNULL_END
#endif
