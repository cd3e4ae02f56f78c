/* series.h - reports that go up: opened by the calendar or by an issuer, filled from live data, frozen, sent, compiled
 * (CT18-9a, CT18-6k). A report is one answer of one unit for one period of one series (knowledge/report_series.yaml),
 * or to one directive (series "directive"). open -> frozen -> sent; after sending a correction is a new version, the
 * old one stays as it was sent. Fields: {"auto": {...}} comes from the figures - live while open, of the freeze
 * afterwards; {"hand": {...}} is typed by people. Knows nothing of layout (report/ writes the document). Uses: org,
 * know, duty/freeze.    Used by: cmd (the daily job), web, report.    Memory: the caller's arena.    Threads: one db,
 * one owner. */
#ifndef LUYTRE_DUTY_SERIES_H
#define LUYTRE_DUTY_SERIES_H

#include "base/civil.h"
#include "duty/report_figures.h"
#include "duty/series.sql.h" /* sql_report_versions */
#include "store/store.h"

NONNULL_BEGIN

#define SERIES_DIRECTIVE        STR("directive")
#define REPORT_FIELDS_MAX_BYTES (1u << 20)

/* The daily job: opens the reports of every series with a calendar whose last day is at most KNOW_REPORT_OPENS days
 * away, for each unit that belongs to who sends it on that day. Twice is once. *ret_opened: how many are new. */
MUST_USE enum err_code series_open_due(struct db *db, civil_day day, size_t *ret_opened, struct err *err);

struct series_order {  /* "as prescribed": the issuer names the period and the day */
    struct str series; /* of knowledge/report_series.yaml, one without a calendar */
    int64_t issuer_id;
    struct str edge_kind;
    int64_t directive_id;                     /* 0: none */
    civil_day period_from_day, period_to_day; /* half open */
    civil_day due_day;                        /* last day in time */
    struct str note;
};
/* Opens it at once for the units below the issuer that belong to who sends the series. Needs RIGHT_ISSUE on the issuer.
 */
MUST_USE enum err_code series_prescribe(struct db *db, const struct actor *actor, const struct series_order *order,
                                        size_t *ret_opened, struct err *err);
/* The answer of one unit to one directive, addressed to its issuer; the one that is there already when there is one.
 * Needs RIGHT_DRAFT. */
MUST_USE enum err_code report_open_directive(struct db *db, const struct actor *actor, int64_t unit_id,
                                             int64_t directive_id, civil_day due_day, int64_t *ret_id, struct err *err);

/* The figures as they stand now: counts per obligation, people who have read, systems by level, money, visits,
 * requests. For whoever may read the unit: all of it with RIGHT_REPORT there, as it would be frozen, else what is
 * within his reach. JSON, one object. devices: as in duty/report_figures.h, NULL: no register is asked. */
MUST_USE enum err_code report_live_figures(struct db *db, const struct actor *actor, int64_t report_id,
                                           report_devices_fn *NULLABLE devices, struct arena *arena,
                                           struct str *ret_json, struct err *err);
/* What people type, one JSON object of flat fields; only while open. Needs RIGHT_DRAFT. */
MUST_USE enum err_code report_fill(struct db *db, const struct actor *actor, int64_t report_id, struct str hand_json,
                                   struct err *err);
/* Figures stop here, those of devices too. Needs RIGHT_REPORT. */
MUST_USE enum err_code report_freeze(struct db *db, const struct actor *actor, int64_t report_id,
                                     report_devices_fn *NULLABLE devices, struct err *err);
/* A frozen report opens again, before it is sent; says why. Needs RIGHT_REPORT. */
MUST_USE enum err_code report_thaw(struct db *db, const struct actor *actor, int64_t report_id, struct str reason,
                                   struct err *err);
/* file_sha256: the document as signed, a stored blob; STR_NONE: none. Needs RIGHT_REPORT; only when frozen. Whoever
 * compiles above gets a notice. */
MUST_USE enum err_code report_send(struct db *db, const struct actor *actor, int64_t report_id, struct str file_sha256,
                                   struct err *err);
/* A new version of a sent report, open, with the typed fields of the old one. Needs RIGHT_REPORT. ERR_CONFLICT when a
 * newer one exists. */
MUST_USE enum err_code report_correct(struct db *db, const struct actor *actor, int64_t report_id, struct str reason,
                                      int64_t *ret_id, struct err *err);

enum series_standing {
    STANDING_MISSING, /* its day has passed */
    STANDING_WAITING, /* not sent, still time */
    STANDING_LATE,    /* sent after its day */
    STANDING_IN_TIME,
    STANDING_COUNT,
};
struct series_line {
    int64_t report_id;
    int64_t unit_id;
    struct str unit_name;
    struct str state;
    enum series_standing standing;
    civil_day due_day; /* CIVIL_NONE: none */
    int64_t sent_ms;   /* 0: not sent */
    int late_days;     /* so far, or when it was sent; 0: none */
    int version;
    struct str focal_name, focal_phone; /* whom to call */
    size_t place;                       /* in the order of names */
};
struct series_sum { /* a number somebody typed, added up over the reports that were sent */
    struct str field;
    double sum;
    size_t count; /* reports that gave one */
};
struct series_compiled {
    struct series_line *NULLABLE lines; /* missing first, then waiting, late, in time */
    size_t count;
    size_t standing_count[STANDING_COUNT];
    struct series_sum *NULLABLE sums;
    size_t sum_count;
};
/* What reached a unit (or should have): newest versions of one series with one end of period. Needs RIGHT_READ on
 * to_unit_id. */
MUST_USE enum err_code series_compile(struct db *db, const struct actor *actor, int64_t to_unit_id, struct str series,
                                      int64_t directive_id, civil_day period_to_day, struct arena *arena,
                                      struct series_compiled *ret_compiled, struct err *err);

NONNULL_END
#endif
