/* party.h - whose case it is: the units, and sometimes single people of them, that stand in it, each with its part.
 * A case belongs to its parties whatever the tree of organisations says: everybody who holds RIGHT_INCIDENT in the very
 * unit of a party is in, today, so an officer who leaves the unit leaves the case in the same instant and his successor
 * is in it. What not every part may read says for whom in bits. The lead runs the case: it classifies, shares, closes.
 * Uses: org/access, proof/chain.    Used by: incident, web.    Memory: the caller's arena.    Threads: one db, one
 * owner. See: regulation.md CT18-7a, 8b; docs/house.md, scope of a case. */
#ifndef LUYTRE_INCIDENT_PARTY_H
#define LUYTRE_INCIDENT_PARTY_H

#include "incident/party.sql.h"
#include "store/store.h"

NONNULL_BEGIN

/* Who may read an entry: these bits are stored, never renumber. */
#define AUDIENCE_TEAM     INT64_C(1) /* who handles it: the lead and those who help */
#define AUDIENCE_OWN      INT64_C(2) /* the unit it happened to */
#define AUDIENCE_PROVIDER INT64_C(4)
#define AUDIENCE_POLICE   INT64_C(8)
#define AUDIENCE_OTHER    INT64_C(16) /* other units that were let in to look */
#define AUDIENCE_ALL      INT64_C(31)
#define AUDIENCE_USUAL    (AUDIENCE_TEAM | AUDIENCE_OWN)

enum party_part { PARTY_LEAD, PARTY_OWN, PARTY_HELP, PARTY_PROVIDER, PARTY_POLICE, PARTY_OBSERVER };
struct party_word {
    struct str id;
    struct str vi, en;
    int64_t view_bits; /* what this part may read */
    bool may_write;    /* observers only read */
};
#define PARTY_PART_COUNT 6
extern const struct party_word party_parts[PARTY_PART_COUNT]; /* by enum party_part */
bool party_part_of(struct str id, enum party_part *ret_part);

/* What the actor is in a case: the strongest of the parts he stands in. ERR_DENIED, without saying whether the case
 * exists, when he is none. */
struct party_standing {
    enum party_part part;
    int64_t unit_id; /* in whose name he acts */
    int64_t view_bits;
};
MUST_USE enum err_code party_standing(struct db *db, const struct actor *actor, int64_t case_id,
                                      struct party_standing *ret_standing, struct err *err);
/* The same, and ERR_DENIED in words unless he may write (needs_lead: unless he stands with the lead). */
MUST_USE enum err_code party_require(struct db *db, const struct actor *actor, int64_t case_id, bool needs_lead,
                                     struct party_standing *ret_standing, struct err *err);

/* Inside the transaction that opens a case. */
MUST_USE enum err_code party_put(struct db *db, int64_t case_id, int64_t unit_id, int64_t person_id,
                                 enum party_part part, struct str reason, int64_t by_person, struct err *err);

/* The lead lets a unit in, or one person of it (person_id 0: whoever holds the right there). Who stands in it already
 * with this part: ERR_CONFLICT. A unit where nobody could be reached is refused: ERR_CONFLICT in words. */
MUST_USE enum err_code party_add(struct db *db, const struct actor *actor, int64_t case_id, int64_t unit_id,
                                 int64_t person_id, enum party_part part, struct str reason, struct err *err);
/* The lead ends a part, at once. The last of the lead and the unit it happened to cannot be put out: ERR_CONFLICT. */
MUST_USE enum err_code party_end(struct db *db, const struct actor *actor, int64_t case_id, int64_t member_id,
                                 struct str reason, struct err *err);
/* Those who stand in it today, the lead first; readable by every party. */
MUST_USE enum err_code party_list(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                                  struct sql_party_rows_rows *ret_rows, struct err *err);
/* The people behind them: who can see this case, by name. */
MUST_USE enum err_code party_people(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                                    struct sql_party_people_rows_rows *ret_rows, struct err *err);

NONNULL_END
#endif
