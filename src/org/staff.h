/* staff.h - everybody who works in a unit on a day, in memory, by unit; one entry for each unit a person works in.
 * Says nothing of who may see whom: the caller looks from a root it may see (org/access).
 * Uses: store/keep, org/tree.    Used by: org, duty, web.    Memory: kept with the store, held by the caller's arena.
 * Threads: shared, never changes. */
#ifndef LUYTRE_ORG_STAFF_H
#define LUYTRE_ORG_STAFF_H

#include "org/tree.h"

NONNULL_BEGIN

struct staff_person {
    int64_t person_id, unit_id;
    struct str name, title, email, phone; /* the last three may be STR_NONE */
    struct str search_key;
    uint32_t place; /* among all by given name */
    bool is_active, has_password, has_totp;
};
struct staff {
    const struct staff_person *NULLABLE people; /* by unit, then by given name */
    uint32_t count;
};
/* Active or not; who was forgotten is not in it. */
MUST_USE enum err_code staff_get(struct db *db, civil_day day, struct arena *arena, const struct staff **ret_staff,
                                 struct err *err);
/* Where each of them stands in a tree: indexes of its units, TREE_NONE for who works in none of them. */
MUST_USE enum err_code staff_places(const struct staff *staff, const struct tree *tree, struct arena *arena,
                                    uint32_t **ret_places, struct err *err);

struct staff_filter {
    struct str search; /* "%folded%" in the name; STR_NONE: any */
    struct str role;   /* held anywhere on that day; STR_NONE: any */
};
enum staff_state { STAFF_ANY, STAFF_READY, STAFF_INVITE, STAFF_OFF, STAFF_STATE_COUNT };
enum staff_state staff_state(const struct staff_person *person);
/* Who matches, by given name, as indexes of staff->people. */
MUST_USE enum err_code staff_list(struct db *db, const struct staff *staff, const struct tree_part *part,
                                  const struct staff_filter *filter, civil_day day, struct arena *arena,
                                  uint32_t **ret_people, size_t *ret_count, struct err *err);
/* "focal_officer unit_head" of each: the roles in the unit they work in; STR_NONE for none. */
MUST_USE enum err_code staff_roles(struct db *db, const struct staff *staff, const uint32_t *people, size_t count,
                                   civil_day day, struct arena *arena, struct str **ret_roles, struct err *err);

NONNULL_END
#endif
