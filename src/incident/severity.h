/* severity.h - how grave a case is, from answers to a few questions, by the rules of a day (regulation.md 3.2).
 * What is suspected counts as yes: in doubt the higher. What nobody answered counts for nothing yet, and the result
 * says how grave the case could turn out to be and which questions would tell. A named person confirms what comes out;
 * that is the case's business (incident/incident.h), not this module's. The legal meaning of "serious" is awaited: the
 * rules are rows of knowledge/incidents.yaml with days and a certainty. Uses: know.    Used by: incident, web. Memory:
 * none. Threads: no shared state. */
#ifndef LUYTRE_INCIDENT_SEVERITY_H
#define LUYTRE_INCIDENT_SEVERITY_H

#include "know/know_incident.h"

NONNULL_BEGIN

enum fact_answer { FACT_OPEN, FACT_NO, FACT_SUSPECTED, FACT_YES };
/* Two bits for each row of know_incident_facts, at its place; kept with a case as a number. */
struct incident_facts {
    uint64_t bits;
};
enum fact_answer incident_fact(struct incident_facts facts, int place);
/* Yes or suspected. A place below 0 (no such fact) is not held. */
bool incident_fact_is_held(struct incident_facts facts, int place);
struct incident_facts incident_fact_with(struct incident_facts facts, int place, enum fact_answer answer);
bool incident_facts_hold(struct incident_facts facts, struct know_ids ids); /* all of them */
/* Only what a person may have said: no bits beyond the table. */
bool incident_facts_are_valid(uint64_t bits);
/* Where nobody answered: what the label itself says is yes; a question about the level of the system is answered by the
 * register (system_level 1..5; 0: not known, it stays open). An answer of a person is never overwritten. */
struct incident_facts incident_facts_filled(struct incident_facts facts, const struct know_incident_label *label,
                                            int system_level);

#define INCIDENT_WHY_MAX 16
struct incident_severity {
    const struct know_incident_severity *level;
    const struct know_incident_severity_rule *NULLABLE why[INCIDENT_WHY_MAX]; /* the rules of that level that hold */
    size_t why_count;
    const struct know_incident_severity
        *could_be;        /* were every open question answered yes; level itself when none would raise it */
    uint32_t open_places; /* bit n: the open question n could raise it */
};
/* day: that of detection. */
struct incident_severity incident_severity_of(struct incident_facts facts, civil_day day);

NONNULL_END
#endif
