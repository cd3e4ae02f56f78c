/* report_figures.h - the figures of a unit as one JSON object: what a report says of itself, live or from a freeze.
 * {"as_of", "duties": {state: n, ..., "total"}, "obligations": [{"id", "title", "units"?, state: n}], "people"?
 * {"owed", "acked"}, "systems": {"total", "important", "personal_data", "cameras", "by_level": {"1": n, ..., "none":
 * n}}, "devices": {"total", "covered", "unknown", "units"} (what the register of devices holds, and for units without a
 * device in it what they last stated, "units" of them), "funds": {"year", "asked_vnd", "granted_vnd", "spent_vnd"},
 *  "visits": {"planned", "held"}, "reminders": {"sent", "units"}, "freeze"?, "sha256"?}. Everything at and below the
 * unit that the actor may read: a grant on the unit alone counts the unit alone. Incidents are not among them: people
 * type those until cases are kept here. Uses: duty.    Used by: series. Memory: the caller's arena.    Threads: one db,
 * one owner. */
#ifndef LUYTRE_DUTY_REPORT_FIGURES_H
#define LUYTRE_DUTY_REPORT_FIGURES_H

#include "base/civil.h"
#include "store/store.h"

NONNULL_BEGIN

struct report_devices { /* machines whose protection is asked for; what nobody knows of is not covered */
    int64_t total, covered, unknown;
};
/* What the register of devices says of a unit and all below it along an edge; an empty edge_kind: of the unit alone.
 * The register stands beside duties, so whoever knows both hands this in (work/report_devices.h). */
typedef enum err_code report_devices_fn(struct db *db, const struct actor *reader, int64_t unit_id,
                                        struct str edge_kind, struct report_devices *ret_devices, struct err *err);
struct report_device_sum {
    struct report_devices all; /* of the register, and of what units stated */
    int64_t units;             /* of units without a device in the register, which stated theirs */
};
/* Of a unit and all that it counts: "devices" of its figures. */
MUST_USE enum err_code report_figures_devices(struct db *db, const struct actor *actor, int64_t unit_id,
                                              report_devices_fn *NULLABLE devices, struct arena *arena,
                                              struct report_device_sum *ret_sum, struct err *err);
struct report_figures_of {
    int64_t unit_id;
    int64_t directive_id; /* 0: every duty */
    civil_day from_day,
        to_day;        /* the period, for what happens in time: visits, reminders, the budget year it ends in */
    int64_t freeze_id; /* 0: live; else duties come from its rows */
    report_devices_fn *NULLABLE devices; /* NULL: only what units stated */
};
/* The system as actor counts everything: for the report itself, by whoever holds RIGHT_REPORT on the unit. */
MUST_USE enum err_code report_figures(struct db *db, const struct actor *actor, const struct report_figures_of *of,
                                      struct arena *arena, struct str *ret_json, struct err *err);

NONNULL_END
#endif
