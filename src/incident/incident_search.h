/* incident_search.h - where a list of cases begins: with the few it can be, when a word, a state, several words
 * together or the parties of the actor leave few; else with the newest of all. Says nothing of who may see what: the
 * query that reads the rows does. Uses: incident/incident.h.    Used by: incident_read.c.    Memory: the caller's
 * arena.    Threads: one db, one owner. */
#ifndef LUYTRE_INCIDENT_INCIDENT_SEARCH_H
#define LUYTRE_INCIDENT_INCIDENT_SEARCH_H

#include "incident/incident_parts.h"

NONNULL_BEGIN

#define INCIDENT_SEARCH_WORDS 3 /* of a search; more say nothing that these do not */
struct incident_asked {
    struct str word[INCIDENT_SEARCH_WORDS],
        end[INCIDENT_SEARCH_WORDS]; /* ranges of words; STR_NONE: fewer were typed */
    struct str state, severity;
    struct opt_i64 unit_id;
    bool has_ids;
    struct str ids; /* "[1,2]": the few among which it can be */
    bool is_nothing;
};
MUST_USE enum err_code incident_ask(struct db *db, const struct actor *actor, struct arena *arena,
                                    const struct incident_filter *filter, struct incident_asked *ret_asked,
                                    struct err *err);

NONNULL_END
#endif
