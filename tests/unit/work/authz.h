/* authz.h - the matrix of rights, put together from three files: the units around a grant and what stands in them
 * (authz_world.c), what a person may try and the words a verb adds to its right (authz_verbs.c), and who is tried, cell
 * by cell (test_authz.c). Memory: a scratch arena, rewound for every cell.    Threads: one. */
#ifndef LUYTRE_TEST_AUTHZ_H
#define LUYTRE_TEST_AUTHZ_H

#include "store_test.h"

#include "asset/finding.h"
#include "base/civil.h"
#include "duty/cover.h"
#include "duty/directive.h"
#include "know/know.h"
#include "org/unit.h"

#define TODAY civil_to_day(2027, 1, 4)

/* --- the units around the one the grant is on --- */

enum place {
    OWN,
    BELOW_ADMINISTRATIVE,
    BELOW_PROFESSIONAL,
    BELOW_INCIDENT,
    DEEP,
    ABOVE,
    SIBLING,
    STRANGER,
    PLACE_COUNT
};
extern const char *const place_words[PLACE_COUNT];
/* The trees a grant may look down; the first: none. */
#define TREE_COUNT 4
extern const struct str trees[TREE_COUNT];
/* Along which tree a place stands below the grant; 0: along none. */
extern const size_t tree_of[PLACE_COUNT];
/* Where what a unit asks goes: to its administrative parent. PLACE_COUNT: the country, which is above everybody. */
extern const enum place asks[PLACE_COUNT];

struct things { /* of one unit */
    int64_t unit, worker, site, system, device, pair, merge, finding, letter, draft, directive, assignment, obligation,
        evidence, na_request, help_request, open_request, report, frozen, freeze, chain_id;
};
struct authz {
    struct store_test *t;
    struct actor system;
    struct arena scratch; /* rewound to its start for every cell */
    struct arena_mark start;
    struct things of[PLACE_COUNT];
    int64_t country;
    struct str plan_fields;
    struct evidence_file file;
    const struct know_role *role; /* of the actor */
    size_t tree;
    struct actor actor;
};

/* --- authz_world.c --- */
void authz_world(struct authz *z, struct store_test *t);
int64_t authz_person(struct authz *z, int64_t unit_id); /* who works there */

/* --- test_authz.c: what should happen, from the role's list of rights and where they flow --- */
bool holds(const struct authz *z, const char *right, enum place place);
/* The grant reaches the place at all, whichever right is asked. */
bool reaches(const struct authz *z, enum place place);

/* --- authz_verbs.c --- */
typedef enum err_code act_fn(struct authz *z, struct db *db, const struct things *o, struct err *err);
typedef bool rule_fn(const struct authz *z, enum place place);
struct verb {
    const char *words;
    const char *right, *or_right; /* knowledge/roles.yaml */
    act_fn *act;
    rule_fn *only; /* holds as well; without a right: this alone */
    bool writes;
};
extern const struct verb verbs[];
extern const size_t verb_count;
/* Rules after which a wrong place may also be refused as a wrong request. */
rule_fn only_own, drafts_and_reads;
/* What a verb hands in, as the objects that stand there already were made. */
struct directive_draft draft_for(int64_t unit); /* one duty, for the issuer itself */
struct evidence_draft plan_of(const struct authz *z, const struct things *o);
struct finding_draft weakness(int64_t unit);

#endif
