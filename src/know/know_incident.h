/* know_incident.h - what a case is called, how grave it is, which reports it owes, as rows of knowledge/incidents.yaml.
 * On every day from the first on there is one scheme (Decision 05 of 2017, then the Law on Cybersecurity of 2025) with
 * its groups and severities. A label is what a person picks; RSIT 1003 (the Reference Security Incident Taxonomy of the
 * response teams) and the group of either scheme follow from its row. This module decides nothing about a case:
 * incident/severity.h and incident/clock.h do. Uses: know.h.    Used by: incident, report, web.    Memory: constant.
 * Threads: read-only. */
#ifndef LUYTRE_KNOW_KNOW_INCIDENT_H
#define LUYTRE_KNOW_KNOW_INCIDENT_H

#include "know/know.h"

NONNULL_BEGIN

struct know_incident_scheme {
    struct str id; /* old, new */
    struct know_text title;
    struct str instrument;
    civil_day from_day, to_day;
    enum know_certainty certainty;
    struct str source;
};
extern const struct know_incident_scheme know_incident_schemes[];
extern const size_t know_incident_scheme_count;
/* In force on a day; before the first, the first. */
const struct know_incident_scheme *know_incident_scheme_on(civil_day day);

struct know_incident_group {
    struct str id;
    struct str scheme;
    struct know_text title;
};
extern const struct know_incident_group know_incident_groups[];
extern const size_t know_incident_group_count;
const struct know_incident_group *NULLABLE know_incident_group_find(struct str id);

/* A question about a case. Its place in the table is its bit in the answers kept with a case (incident/severity.h), so
 * rows are appended and never moved. */
#define KNOW_INCIDENT_FACT_MAX 31
struct know_incident_fact {
    struct str id;
    struct know_text title;
    int min_level; /* the register of systems answers it: the system is of this level or above; 0: people do */
};
extern const struct know_incident_fact know_incident_facts[];
extern const size_t know_incident_fact_count;
/* Its place, or -1. */
int know_incident_fact_place(struct str id);

struct know_incident_label {
    struct str id; /* a row without words of its own bears the name of the RSIT type */
    struct str rsit_class, rsit_type;
    struct know_text title;
    struct know_text form;  /* as the public form offers it; empty: it does not */
    struct know_ids groups; /* one of each scheme */
    struct know_ids facts;  /* what the label itself says */
    bool is_weakness;       /* a finding, not a case */
    bool never_leaves;      /* tests and exercises */
};
extern const struct know_incident_label know_incident_labels[];
extern const size_t know_incident_label_count;
const struct know_incident_label *NULLABLE know_incident_label_find(struct str id);
/* What somebody else's taxonomy calls it: the row of that very type, else "undetermined" (the caller keeps what came).
 */
const struct know_incident_label *know_incident_label_of_rsit(struct str rsit_class, struct str rsit_type);
/* Its group in the scheme of a day. */
const struct know_incident_group *know_incident_group_of(const struct know_incident_label *label, civil_day day);

struct know_incident_severity {
    struct str id;
    struct str scheme;
    int rank; /* the higher the graver, within its scheme */
    struct know_text title;
    struct know_text text;
};
extern const struct know_incident_severity know_incident_severities[];
extern const size_t know_incident_severity_count;
const struct know_incident_severity *NULLABLE know_incident_severity_find(struct str id);

struct know_incident_severity_rule {
    struct str id;
    struct str severity;
    struct know_text title; /* why */
    struct know_ids facts;  /* all of them; none: the floor of its days */
    struct str instrument;
    civil_day from_day, to_day;
    enum know_certainty certainty;
    struct str source;
};
extern const struct know_incident_severity_rule know_incident_severity_rules[];
extern const size_t know_incident_severity_rule_count;

enum know_t0 {
    KNOW_T0_DETECTED, /* the case was detected */
    KNOW_T0_PERSONAL, /* harm to personal data was found */
    KNOW_T0_RESTORED, /* the service was back */
    KNOW_T0_REPORTED, /* the last report that was not the final one went out */
};
struct know_incident_clock {
    struct str id;
    struct know_text title;
    struct know_ids severities; /* any of them; none: whatever it is */
    struct know_ids facts;      /* all of them */
    struct know_ids owed_by;    /* classes, any of them; none: whoever owns the system */
    enum know_t0 t0;
    bool at_once;
    struct know_ids after; /* KNOW_T0_REPORTED: forms that begin it */
    struct str rule;       /* activity in rules.yaml, in hours; empty when at_once */
    struct know_ids forms; /* any of them meets it */
    struct know_ids to_whom;
    struct str instrument;
    civil_day from_day, to_day;
    enum know_certainty certainty;
    struct str source;
};
extern const struct know_incident_clock know_incident_clocks[];
extern const size_t know_incident_clock_count;
const struct know_incident_clock *NULLABLE know_incident_clock_find(struct str id);

enum know_alarm_kind { KNOW_ALARM_REPORT, KNOW_ALARM_REQUEST };
struct know_clock_alarm {
    struct str id;
    enum know_alarm_kind kind;
    int percent; /* of the time that is allowed */
    struct know_text title;
    struct know_ids roles; /* who is told */
    civil_day from_day, to_day;
    enum know_certainty certainty;
    struct str source;
};
extern const struct know_clock_alarm know_clock_alarms[];
extern const size_t know_clock_alarm_count;

NONNULL_END
#endif
