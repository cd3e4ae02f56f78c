/* system.h - information systems: who owns, who operates, how important, at which level, where.
 * The operator answers for scans, hunts and drills; databases are objects of a system; levels are dated and move with
 * re-levelling. Whoever changes what a unit has calls directive_follow_subjects (duty) afterwards, in the same
 * transaction. Lists: org/system.sql.h.    Uses: store, proof, know, org/access.    Used by: org/import, org/sample,
 * duty, asset, work, web. Memory: the caller's arena.    Threads: one db, one owner.    See: design 3.3; Decree
 * 331/2026 articles 4, 5. */
#ifndef LUYTRE_ORG_SYSTEM_H
#define LUYTRE_ORG_SYSTEM_H

#include "store/store.h"

NONNULL_BEGIN

struct system_fields {   /* null texts are unknown */
    int64_t owner_id;    /* chủ quản; 0: the operator itself */
    int64_t operator_id; /* đơn vị vận hành */
    struct str name;
    struct str code;
    struct str description;
    struct str sector;         /* Decision 632; knowledge/org_kinds.yaml */
    bool is_important;         /* the three classes of HOL-0: important systems, */
    bool has_personal_data;    /* systems and databases with personal data, */
    bool is_national_platform; /* national platforms and what is linked to them */
    bool uses_camera;
};
/* Needs RIGHT_EXECUTE on the operator, or RIGHT_ORG_ADMIN on it or the owner. ERR_CONFLICT when the operator has that
 * code already. */
MUST_USE enum err_code system_new(struct db *db, const struct actor *actor, const struct system_fields *fields,
                                  civil_day from_day, bool is_sample, int64_t *ret_id, struct err *err);
/* The same right on the old operator and on the new one. ERR_NOT_FOUND when unknown or retired. */
MUST_USE enum err_code system_update(struct db *db, const struct actor *actor, int64_t system_id,
                                     const struct system_fields *fields, struct err *err);
MUST_USE enum err_code system_retire(struct db *db, const struct actor *actor, int64_t system_id, civil_day day,
                                     struct err *err);

/* state: proposed, appraised, approved. Proposing needs the right above; "appraised" RIGHT_APPRAISE and "approved"
 * RIGHT_APPROVE on operator or owner. From that day on; ERR_CONFLICT when a later level stands. */
MUST_USE enum err_code system_set_level(struct db *db, const struct actor *actor, int64_t system_id, int level,
                                        struct str state, struct str decision, civil_day from_day, struct err *err);

MUST_USE enum err_code system_database_new(struct db *db, const struct actor *actor, int64_t system_id, struct str name,
                                           struct str engine, bool has_personal_data, civil_day from_day,
                                           int64_t *ret_id, struct err *err);
/* Only what differs needs to be given anew: all three are set. */
MUST_USE enum err_code system_database_update(struct db *db, const struct actor *actor, int64_t system_id,
                                              int64_t database_id, struct str name, struct str engine,
                                              bool has_personal_data, struct err *err);
MUST_USE enum err_code system_database_end(struct db *db, const struct actor *actor, int64_t system_id,
                                           int64_t database_id, civil_day day, struct err *err);
/* "192.0.2.0/24", "2001:db8::/48", or one address. A private one needs a site (of the operator or the owner); site_id
 * 0: public. ERR_SYNTAX says what is wrong: no such range, bits set behind the prefix. */
MUST_USE enum err_code system_range_add(struct db *db, const struct actor *actor, int64_t system_id, int64_t site_id,
                                        struct str cidr, int64_t *ret_id, struct err *err);
MUST_USE enum err_code system_range_drop(struct db *db, const struct actor *actor, int64_t system_id, int64_t range_id,
                                         struct err *err);
MUST_USE enum err_code system_domain_add(struct db *db, const struct actor *actor, int64_t system_id, struct str domain,
                                         int64_t *ret_id, struct err *err);
MUST_USE enum err_code system_domain_drop(struct db *db, const struct actor *actor, int64_t system_id,
                                          int64_t domain_id, struct err *err);

/* Is this a range, and written canonically? */
struct cidr {
    bool is_private; /* RFC 1918, RFC 4193, link-local, loopback, CGNAT (RFC 6598) */
    bool is_v6;
    int prefix;
    uint8_t bytes[16];
};
MUST_USE enum err_code cidr_parse(struct str text, struct cidr *ret_cidr, struct err *err);
#define CIDR_TEXT_BYTES 56
const char *cidr_print(const struct cidr *cidr, char ret_text[CIDR_TEXT_BYTES]); /* the one way it is stored */
/* Labels of small letters, digits and hyphens, at least two (RFC 1035 2.3.1, RFC 1123). */
bool domain_is_name(struct str name);

/* The sectors of Decision 632 under a root: which have bodies, which have none and must stay visible. */
struct sector_row {
    struct str id;
    struct str title_vi, title_en;
    bool is_named;      /* the letters name a body for it */
    int64_t unit_count; /* units of those kinds, or marked with the sector */
    int64_t system_count;
};
struct sector_rows {
    struct sector_row *NULLABLE items;
    size_t count;
};
MUST_USE enum err_code sector_list(struct db *db, const struct actor *actor, int64_t root_id, struct str edge_kind,
                                   civil_day on_day, struct arena *arena, struct sector_rows *ret_rows,
                                   struct err *err);

NONNULL_END
#endif
