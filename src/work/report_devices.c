#include "work/report_devices.h"

#include "asset/device.h"

enum err_code report_devices(struct db *db, const struct actor *reader, int64_t unit_id, struct str edge_kind,
                             struct report_devices *ret_devices, struct err *err)
{
    struct device_coverage c = {0};
    TRY(str_is_empty(edge_kind) ? device_coverage_unit(db, reader, unit_id, STR(""), &c, err)
                                : device_coverage(db, reader, unit_id, edge_kind, STR(""), &c, err));
    *ret_devices = (struct report_devices){.total = c.total, .covered = c.is_protected, .unknown = c.is_unknown};
    return ERR_NONE;
}
