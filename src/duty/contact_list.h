/* contact_list.h - the focal officer of each unit at and below a unit: who has none first, then who has no number, then
 * who never confirmed it; within each by name of the unit. Uses: org/access, org/tree, store/keep.    Used by: web.
 * Memory: the caller's arena; people are kept with the store. Threads: one db, one owner. */
#ifndef LUYTRE_DUTY_CONTACT_LIST_H
#define LUYTRE_DUTY_CONTACT_LIST_H

#include "org/access.h"

NONNULL_BEGIN

enum contact_state { CONTACT_NOBODY, CONTACT_NO_PHONE, CONTACT_UNVERIFIED, CONTACT_VERIFIED };
struct contact_person {
    int64_t unit_id;
    struct str name, title, phone, email; /* the last three may be STR_NONE */
    struct str search_key;
};
struct contact_item {
    const struct tree_unit *unit;
    const struct contact_person *NULLABLE person;
    civil_day verified_day; /* the last accepted evidence of kind contact; CIVIL_NONE: never */
    enum contact_state state;
};
struct contact_list {
    struct contact_item *NULLABLE items; /* all that match; the first missing_count of them are missing */
    size_t count;
    size_t missing_count; /* nobody, or nobody with a number */
};
/* search: "%folded%" in the name of the unit or of the officer, STR_NONE for all. */
MUST_USE enum err_code contact_list(struct db *db, const struct actor *actor, int64_t root_id, struct str edge_kind,
                                    civil_day day, struct str search, struct arena *arena,
                                    struct contact_list *ret_list, struct err *err);

NONNULL_END
#endif
