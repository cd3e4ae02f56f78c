/* sample.h - the invented province of Trúc Lâm in the store: 1,200 units in three trees, their people with roles, their
 * systems with levels. Made from know/know_sample.h, the same every time for one seed; every row is marked is_sample
 * and goes again in one go. TRY(sample_build(db, &actor, SAMPLE_SEED, from_day, &built, err)); TRY(sample_holder(db,
 * STR("mn-001"), STR("focal_officer"), today, &person_id, &unit_id, err));     whom `demo` signs in Uses: org, know.
 * Used by: cmd (demo), web (first-run wizard), tests, bench.    Memory: the caller's arena.    Threads: one db. */
#ifndef LUYTRE_ORG_SAMPLE_H
#define LUYTRE_ORG_SAMPLE_H

#include "store/store.h"

NONNULL_BEGIN

#define SAMPLE_SEED UINT64_C(632)
/* Codes of units that always stand. */
#define SAMPLE_COMMITTEE STR("ubnd")
#define SAMPLE_POLICE    STR("congan")
#define SAMPLE_EDUCATION STR("sgddt")

struct sample_built {
    int64_t root_id; /* the People's Committee */
    size_t unit_count;
    size_t person_count;
    size_t grant_count;
    size_t system_count;
};
/* One transaction. Only the system itself (actor->all). ERR_CONFLICT when a sample stands already. */
MUST_USE enum err_code sample_build(struct db *db, const struct actor *actor, uint64_t seed, civil_day from_day,
                                    struct sample_built *ret_built, struct err *err);
/* Who holds a role in the sample unit with this code. ERR_NOT_FOUND. */
MUST_USE enum err_code sample_holder(struct db *db, struct str unit_code, struct str role, civil_day on_day,
                                     int64_t *ret_person_id, int64_t *ret_unit_id, struct err *err);

struct sample_ids { /* what other layers have to clear before */
    const int64_t *NULLABLE units;
    size_t unit_count;
    const int64_t *NULLABLE people;
    size_t person_count;
    const int64_t *NULLABLE systems;
    size_t system_count;
};
MUST_USE enum err_code sample_list(struct db *db, struct arena *arena, struct sample_ids *ret_ids, struct err *err);
/* Everything of the sample in org, in the caller's transaction or one of its own. Needs RIGHT_SYSTEM_ADMIN on the root
 * of the sample, or the system itself. ERR_CONFLICT when something real stands on it (units below, systems), or another
 * layer still refers to it. */
MUST_USE enum err_code sample_delete(struct db *db, const struct actor *actor, struct err *err);

NONNULL_END
#endif
