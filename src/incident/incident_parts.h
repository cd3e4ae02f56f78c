/* incident_parts.h - what the files of incident.h know of each other.
 * Uses: incident/incident.h.    Used by: src/incident only.    Memory: the caller's arena.    Threads: as incident.h.
 */
#ifndef LUYTRE_INCIDENT_INCIDENT_PARTS_H
#define LUYTRE_INCIDENT_INCIDENT_PARTS_H

#include "incident/incident.h"
#include "incident/record.h"

NONNULL_BEGIN

#define INCIDENT_FUNCTIONS_MAX 64u
struct incident_unit { /* what the rules ask of a unit on a day */
    struct str name;
    struct know_org_facts facts;
    struct str held[INCIDENT_FUNCTIONS_MAX];
};
MUST_USE enum err_code incident_unit_get(struct db *db, struct arena *arena, int64_t unit_id, civil_day day,
                                         struct incident_unit *ret_unit, struct err *err);
/* Level of a system of the unit on a day, 0 when none is approved or proposed; ERR_NOT_FOUND when the unit neither owns
 * nor operates it. ret_name may be asked for. */
MUST_USE enum err_code incident_system_level(struct db *db, struct arena *arena, int64_t system_id, int64_t unit_id,
                                             civil_day day, int *ret_level, struct str *NULLABLE ret_name,
                                             struct err *err);
struct incident_known { /* what the answers come to when label and register have filled in theirs */
    struct incident_facts facts;
    int system_level;
    struct str system_name;
};
/* What the rules make of a case with these fields. */
MUST_USE enum err_code incident_by_rules(struct db *db, struct arena *arena, int64_t unit_id,
                                         const struct incident_fields *fields, struct incident_severity *ret_severity,
                                         struct incident_known *NULLABLE ret_known, struct err *err);
/* ERR_SYNTAX in words, the first thing that is wrong. */
MUST_USE enum err_code incident_fields_check(struct db *db, const struct incident_fields *fields, struct err *err);
/* T0 and its kind are given to the minute. */
int64_t incident_minute(int64_t ms);
/* The words a case is found by, written anew. State and severity stand among them behind a mark that nobody can type,
 * so that a list of the few closed ones among many open begins with the few. */
#define INCIDENT_MARK_STATE    "=s:"
#define INCIDENT_MARK_SEVERITY "=v:"
MUST_USE enum err_code incident_words_put(struct db *db, struct arena *arena, int64_t case_id, struct str code,
                                          const struct incident_fields *fields, struct str unit_name,
                                          struct str system_name, struct err *err);
/* One of them moves; to is the new value. */
MUST_USE enum err_code incident_mark_put(struct db *db, struct arena *arena, int64_t case_id, const char *mark,
                                         struct str from, struct str to, struct err *err);
/* The distinct folded words of a text, at most max; longer than WORD_BYTES are cut. */
#define INCIDENT_WORDS_MAX 400u
MUST_USE enum err_code incident_words_of(struct arena *arena, struct str text, size_t max, struct str **ret_words,
                                         size_t *ret_count, struct err *err);
/* Held row, and what stands in it. */
MUST_USE enum err_code incident_raw_get(struct db *db, struct arena *arena, int64_t case_id,
                                        struct sql_incident_raw_row **ret_row, struct err *err);
struct incident_fields incident_fields_of(const struct sql_incident_raw_row *row);
/* The clocks of a case as it stands. */
MUST_USE enum err_code incident_clocks_of(struct db *db, struct arena *arena, const struct sql_incident_raw_row *row,
                                          struct incident_clock_list *ret_list, struct err *err);

NONNULL_END
#endif
