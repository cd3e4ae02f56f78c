/* clock.h - which reports a case owes, by when, and whether they came: the clocks of both regimes (regulation.md 3.1).
 * A clock runs round the clock from its T0, holidays counted, to the minute. All clocks are worked out anew from T0
 * each time they are asked for, so a case that is classified higher later has the clocks it would have had from the
 * start: one that was over before anybody could know is late by birth, which blames nobody. Where several clocks are
 * met by the same form the earliest counts and names those it beat. Which clocks there are, their hours and who is told
 * before they run out are rows (knowledge/incidents.yaml, rules.yaml). Uses: know, incident/severity.h.    Used by:
 * incident, web. Memory: the caller's arena.    Threads: no shared state. See: 05/2017/QĐ-TTg; 116/2025/QH15 article
 * 41; 331/2026/NĐ-CP article 31; 356/2025/NĐ-CP. */
#ifndef LUYTRE_INCIDENT_CLOCK_H
#define LUYTRE_INCIDENT_CLOCK_H

#include "base/arena.h"
#include "incident/severity.h"

NONNULL_BEGIN

struct incident_sent { /* a report that went out */
    struct str form;
    int64_t sent_ms;
    bool is_last; /* false: it says itself that more will follow */
};
struct incident_clock_case {
    int64_t detected_ms;
    int64_t personal_ms;   /* harm to personal data was found; 0: not said, then detected_ms, the earlier */
    int64_t restored_ms;   /* 0: not yet */
    int64_t classified_ms; /* when the present answers were given */
    int64_t ended_ms;      /* cancelled, or joined to another case: nothing more is owed; 0: not */
    struct incident_facts facts;
    const struct know_incident_severity *severity;
    int system_level;                  /* 0: none known */
    const struct know_org_facts *unit; /* who reports: enterprises have clocks of their own */
    const struct incident_sent *NULLABLE sent;
    size_t sent_count; /* in the order of their times */
};

enum incident_clock_state { CLOCK_RUNNING, CLOCK_MET, CLOCK_MET_LATE, CLOCK_LATE, CLOCK_VOID };
#define INCIDENT_BEATEN_MAX 8
struct incident_clock {
    const struct know_incident_clock *row;
    int64_t t0_ms;
    int64_t due_ms; /* the last instant in time. Of one owed at once: the end of what still counts as at once */
    int64_t met_ms; /* when the form went out; 0: it did not */
    enum incident_clock_state state;
    bool is_birth;                         /* over before the answers that brought it about were given */
    const struct know_rule *NULLABLE rule; /* where the hours come from; NULL when at once */
    const struct know_incident_clock *NULLABLE beaten[INCIDENT_BEATEN_MAX]; /* later ones of the same form */
    size_t beaten_count;
};
struct incident_clock_list {
    struct incident_clock *NULLABLE items; /* the earliest due first */
    size_t count;
};
/* ERR_LIMIT: the arena is full. */
MUST_USE enum err_code incident_clocks(const struct incident_clock_case *v, int64_t now_ms, struct arena *arena,
                                       struct incident_clock_list *ret_list, struct err *err);

/* An instant at which people are told that a clock runs out. */
struct incident_alarm {
    const struct know_clock_alarm *row;
    int64_t at_ms;
};
#define INCIDENT_ALARM_MAX 16
/* Those of a clock in (after_ms, until_ms], in order of time; returns how many. A clock that is met or void has none
 * after that. One that was made by a later classification rings what it missed at that instant, the last of it only. */
size_t incident_clock_alarms(const struct incident_clock *clock, int64_t classified_ms, int64_t after_ms,
                             int64_t until_ms, struct incident_alarm out[INCIDENT_ALARM_MAX]);

NONNULL_END
#endif
