/* person.h - people, where they work, and what they may do where.
 * A grant is (person, role, unit, edge kind, from, to). It is kept as one row on the unit itself with all rights of the
 * role and, when it goes down a tree, a second one along that kind with the rights that flow down
 * (knowledge/roles.yaml): a superior sees and reviews below, but nobody acknowledges, executes or issues in the name of
 * a unit that is not his. Lists are queries: org/person.sql.h.    Uses: store, proof, know, org/access.    Used by:
 * org/session, duty, asset, work, web, cmd. Memory: none kept.    Threads: one db, one owner.    See: design 3.9;
 * regulation.md 2. */
#ifndef LUYTRE_ORG_PERSON_H
#define LUYTRE_ORG_PERSON_H

#include "store/store.h"

NONNULL_BEGIN

#define PERSON_ERASED_NAME STR("đã xóa")

struct person_fields { /* null texts are unknown */
    struct str name;
    struct str title;
    struct str email;
    struct str phone;
    struct str language;  /* "vi" when empty, or "en" */
    bool publish_consent; /* name and phone may be shown to the public as focal point */
};

/* Add a person who works in a unit from a day on. Needs RIGHT_PEOPLE_ADMIN on the unit. */
MUST_USE enum err_code person_new(struct db *db, const struct actor *actor, const struct person_fields *fields,
                                  int64_t unit_id, civil_day from_day, bool is_sample, int64_t *ret_id,
                                  struct err *err);
/* The following need RIGHT_PEOPLE_ADMIN on a unit the person works in. ERR_NOT_FOUND when erased. */
MUST_USE enum err_code person_update(struct db *db, const struct actor *actor, int64_t person_id,
                                     const struct person_fields *fields, struct err *err);
/* Off: sessions and tokens end at once, the grants stay for the day he comes back. Nobody switches himself off. */
MUST_USE enum err_code person_set_active(struct db *db, const struct actor *actor, int64_t person_id, bool is_active,
                                         struct err *err);
/* From a day on he works there too. Needs RIGHT_PEOPLE_ADMIN on the unit. Twice is ERR_CONFLICT. */
MUST_USE enum err_code person_join_unit(struct db *db, const struct actor *actor, int64_t person_id, int64_t unit_id,
                                        civil_day from_day, struct err *err);
/* From a day on no more; what he was granted on that unit ends with it. */
MUST_USE enum err_code person_leave_unit(struct db *db, const struct actor *actor, int64_t person_id, int64_t unit_id,
                                         civil_day day, struct err *err);
/* Forget who it was: the name becomes PERSON_ERASED_NAME, contacts, credentials, sessions go, grants end today; ids and
 * the chain stay. Needs RIGHT_DATA_PROTECTION on a unit he works in. */
MUST_USE enum err_code person_erase(struct db *db, const struct actor *actor, int64_t person_id, struct str reason,
                                    struct err *err);
/* One's own: "vi" or "en"; "auto", "light" or "dark". */
MUST_USE enum err_code person_look(struct db *db, const struct actor *actor, struct str language, struct str theme,
                                   struct err *err);

struct grant_request {
    int64_t person_id;
    struct str role; /* knowledge/roles.yaml */
    int64_t unit_id;
    struct str edge_kind; /* empty: this unit alone; else also down this tree, with the rights that flow */
    civil_day from_day;
    civil_day to_day; /* CIVIL_FOREVER: open */
    struct str basis; /* the decision; may be empty */
};
/* Who may give: whoever holds RIGHT_PEOPLE_ADMIN on the unit and every right of the role (down the same tree, if it
 * goes down), or a role whose `names` hold this role; a head names for his own unit only. Nobody gives himself a role.
 * ERR_DENIED otherwise; ERR_CONFLICT when he holds it already, or a role it never goes with (never_with) where the two
 * would meet; ERR_SYNTAX for an unknown role or tree. */
MUST_USE enum err_code grant_give(struct db *db, const struct actor *actor, const struct grant_request *request,
                                  int64_t *ret_id, struct err *err);
/* Ends both rows from a day on. Whoever may give it may end it; one may lay down one's own. */
MUST_USE enum err_code grant_end(struct db *db, const struct actor *actor, int64_t grant_id, civil_day day,
                                 struct err *err);

NONNULL_END
#endif
