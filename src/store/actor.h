/* actor.h - who asks, with which right, on which day: every query that returns objects takes one.
 * The router makes it from the session and the right its row names; jobs of the system itself use actor_system().
 * Knows nothing of roles (knowledge/roles.yaml says which role holds which bits).
 * Uses: base.    Used by: everything that reads the store.    Memory: by value.    Threads: no shared state. */
#ifndef LUYTRE_STORE_ACTOR_H
#define LUYTRE_STORE_ACTOR_H

#include "base/civil.h"

NONNULL_BEGIN

/* One bit each. They are stored in grants: never renumber, never reuse; bit 63 stays free (the column is signed). */
#define RIGHT_READ         (UINT64_C(1) << 0)  /* see the unit, its duties and their state */
#define RIGHT_ACKNOWLEDGE  (UINT64_C(1) << 1)  /* confirm in one's own name that a duty was read */
#define RIGHT_EXECUTE      (UINT64_C(1) << 2)  /* do the work: hand in evidence, edit systems and devices */
#define RIGHT_REVIEW       (UINT64_C(1) << 3)  /* accept or return evidence of units below */
#define RIGHT_APPROVE      (UINT64_C(1) << 4)  /* decide as head or deputy: not applicable, waiver, spending, level */
#define RIGHT_DRAFT        (UINT64_C(1) << 5)  /* read letters in, prepare directives and reports */
#define RIGHT_ISSUE        (UINT64_C(1) << 6)  /* issue a directive to units below */
#define RIGHT_ASSIGN       (UINT64_C(1) << 7)  /* give a duty to a person or system of the unit */
#define RIGHT_REPORT       (UINT64_C(1) << 8)  /* freeze and send reports upward */
#define RIGHT_EXPORT       (UINT64_C(1) << 9)  /* take whole lists out as files */
#define RIGHT_ORG_ADMIN    (UINT64_C(1) << 10) /* found, merge, split, rename, move units below */
#define RIGHT_PEOPLE_ADMIN (UINT64_C(1) << 11) /* invite people, give and end grants not above one's own */
#define RIGHT_ASSET_READ   (UINT64_C(1) << 12) /* see systems, devices and findings in detail */
#define RIGHT_HUNT         (UINT64_C(1) << 13) /* order scans and hunts, read their hits */
#define RIGHT_INCIDENT     (UINT64_C(1) << 14) /* work on cases one is a member of */
#define RIGHT_POLICE_READ  (UINT64_C(1) << 15) /* read what the law gives the specialised police force */
#define RIGHT_ASSESS \
    (UINT64_C(1) << 16) /* record an independent assessment; never with RIGHT_EXECUTE on the same object */
#define RIGHT_APPRAISE        (UINT64_C(1) << 17) /* appraise a security level dossier */
#define RIGHT_DATA_PROTECTION (UINT64_C(1) << 18) /* handle requests on personal data, erase by rule */
#define RIGHT_FINANCE         (UINT64_C(1) << 19) /* see and record cost requests, decisions, spending */
#define RIGHT_CONTACT_PUBLIC  (UINT64_C(1) << 20) /* edit what the public sees of focal officers and hotlines */
#define RIGHT_PROVIDER        (UINT64_C(1) << 21) /* act for a network or service provider */
#define RIGHT_AUDIT           (UINT64_C(1) << 22) /* read the audit chain; changes nothing */
#define RIGHT_SYSTEM_ADMIN    (UINT64_C(1) << 23) /* settings, jobs, backups, health; gives no sight of cases */
#define RIGHT_COUNT           24

struct actor {
    int64_t person_id;
    uint64_t right; /* what this request needs, usually one bit */
    civil_day day;  /* grants are judged on this day */
    bool all;       /* the system itself */
    struct str ip;  /* STR_NONE when there is none */
};
static inline struct actor actor_system(civil_day today)
{
    return (struct actor){.person_id = 0, .right = 0, .day = today, .all = true, .ip = STR_NONE};
}
struct right_name {
    uint64_t right;
    const char *name; /* "org_admin": as written in knowledge/roles.yaml and in tokens */
};
extern const struct right_name right_names[RIGHT_COUNT];
/* The bit of a name, 0 when there is none of that name. */
uint64_t right_from_str(struct str name);

NONNULL_END
#endif
