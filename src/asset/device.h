/* device.h - the devices of a unit: what stands at which site, whether anti-malware protects it, and how many that
 * makes. The denominator of CT14-1b is what exists: a device nobody knows the state of, and one that fell silent, count
 * as unprotected. A row is never rewritten by a merge: it is pointed at another, and undoing gives back what was there.
 * Uses: org, proof, know.    Used by: work, web, cmd.    Memory: the caller's arena.    Threads: one db, one owner.
 * See: design 3.3, 3.4; regulation.md CT14-1a, CT14-1b, 8.5; asset/device_match.h. */
#ifndef LUYTRE_ASSET_DEVICE_H
#define LUYTRE_ASSET_DEVICE_H

#include "asset/device.sql.h"
#include "asset/device_match.h"
#include "know/know.h"
#include "store/store.h"

NONNULL_BEGIN

/* Sums, wherever a kind is asked for. CT14-1b speaks of servers, workstations and end devices: hosts are those, and
 * what nobody knows the kind of. A camera, a recorder or a switch has no anti-malware and is no part of that 100%.
 * Which kinds those are on a day is data: knowledge/device_kinds.yaml. */
#define DEVICE_KIND_ALL   STR("all")
#define DEVICE_KIND_HOSTS STR("hosts")
struct device_word {
    struct str id; /* "workstation", "protected" */
    struct str vi;
    struct str en;
};
extern const struct device_word device_protections[3]; /* protected, unprotected, unknown */
/* Why two devices may be one machine, and are not merged by themselves. The id is kept; it is worded for who reads. */
#define DEVICE_REASON_COUNT 6
extern const struct device_word device_reasons[DEVICE_REASON_COUNT];
const struct device_word *NULLABLE device_reason_find(struct str id);
/* What a person writes in a table: the id, the Vietnamese or English word, with or without marks. NULL: none of them.
 */
const struct know_named *NULLABLE device_kind_find(struct str text);
const struct device_word *NULLABLE device_protection_find(struct str text);

/* --- registering --- */
struct device_draft {
    int64_t site_id;
    int64_t system_id; /* 0: none; operated or owned by the site's unit */
    struct str kind;   /* empty: unknown */
    struct str name;   /* empty: the host name, serial, MAC or address */
    struct str os;
    const struct identity *NULLABLE identities; /* values as written; made normal here */
    size_t identity_count;
    struct str antimalware; /* product; empty: nothing is said */
    struct str protection;  /* empty: nothing is said about it */
    int64_t protection_ms;  /* when that was true; 0: now */
};
struct device_registered {
    int64_t id; /* the device it stands for */
    enum match_outcome outcome;
};
/* The words and identifiers of a draft, without its site: ERR_SYNTAX says what is wrong. */
MUST_USE enum err_code device_draft_check(struct db *db, struct arena *arena, const struct device_draft *draft,
                                          struct err *err);
/* Needs RIGHT_EXECUTE on the site's unit. A device that is known already is updated with what this draft says (an empty
 * field says nothing). ERR_SYNTAX in words for a kind, state or identifier that is none; ERR_NOT_FOUND for a site that
 * does not stand today. */
MUST_USE enum err_code device_register(struct db *db, const struct actor *actor, const struct device_draft *draft,
                                       const char *source, struct device_registered *ret_registered, struct err *err);
/* Many at once, one transaction, one entry in the chain (how many, and the hash of the list). ret_registered: one for
 * each draft; on failure *ret_bad (may be asked for) is the draft that was refused. */
#define DEVICE_BULK_MAX 200000u
MUST_USE enum err_code device_register_many(struct db *db, const struct actor *actor, const struct device_draft *drafts,
                                            size_t count, const char *source, struct device_registered *ret_registered,
                                            size_t *NULLABLE ret_bad, struct err *err);

/* --- changing --- */
struct device_change {
    struct str kind;
    struct str name;
    struct str os; /* empty: unknown */
    int64_t system_id;
};
/* RIGHT_EXECUTE on its unit, like all below. A device that is merged into another is changed there (ERR_CONFLICT says
 * so). */
MUST_USE enum err_code device_update(struct db *db, const struct actor *actor, int64_t device_id,
                                     const struct device_change *change, struct err *err);
/* What is known about its protection since at_ms (0: now). The newest statement about any row of the device decides. */
MUST_USE enum err_code device_set_protection(struct db *db, const struct actor *actor, int64_t device_id,
                                             struct str protection, struct str product, int64_t at_ms, struct err *err);
/* From today on it is no more; reason is needed. */
MUST_USE enum err_code device_retire(struct db *db, const struct actor *actor, int64_t device_id, struct str reason,
                                     struct err *err);
/* Two rows are one machine. Both stand at one site. */
MUST_USE enum err_code device_merge(struct db *db, const struct actor *actor, int64_t kept_id, int64_t merged_id,
                                    struct str why, int64_t *ret_merge_id, struct err *err);
/* They were two after all; each has again what was said of it. They are not suggested to be one again. */
MUST_USE enum err_code device_merge_undo(struct db *db, const struct actor *actor, int64_t merge_id, struct str why,
                                         struct err *err);
/* One row was two machines: these identities move to a new device, of which nothing else is known yet. */
MUST_USE enum err_code device_split(struct db *db, const struct actor *actor, int64_t device_id,
                                    const int64_t *identity_ids, size_t identity_count, struct str name,
                                    int64_t *ret_new_id, struct err *err);
/* The suggestion is refused: the two stay apart and are not suggested again. Accepting it is device_merge. */
MUST_USE enum err_code device_keep_apart(struct db *db, const struct actor *actor, int64_t suggestion_id,
                                         struct err *err);

/* Counted on a day when it is asked how many machines are protected: a camera is not. */
bool device_kind_is_host(struct str kind, civil_day day);

/* --- reading: RIGHT_ASSET_READ --- */
struct device_filter {
    int64_t root_id;      /* this unit and those below it */
    struct str edge_kind; /* empty: administrative */
    struct str kind;      /* empty: all; DEVICE_KIND_HOSTS: the rows behind a coverage figure */
    struct str protection;
    int64_t site_id;   /* 0: all */
    struct str search; /* as typed: name, product, or an identifier as written */
    int64_t limit_count;
    int64_t offset_count;
};
MUST_USE enum err_code device_list(struct db *db, const struct actor *actor, struct arena *arena,
                                   const struct device_filter *filter, struct sql_device_rows_rows *ret_rows,
                                   struct err *err);
MUST_USE enum err_code device_list_count(struct db *db, const struct actor *actor, struct arena *arena,
                                         const struct device_filter *filter, int64_t *ret_count, struct err *err);
struct device_page {
    struct sql_device_get_row *device;
    struct sql_device_group_identities_rows identities; /* of every row it stands for */
    struct sql_device_merges_rows merges;               /* standing and undone */
    struct sql_device_suggestions_rows suggestions;     /* open ones */
};
/* ERR_NOT_FOUND also when it is not for these eyes. */
MUST_USE enum err_code device_open(struct db *db, const struct actor *actor, struct arena *arena, int64_t device_id,
                                   struct device_page *ret_page, struct err *err);

/* Pairs that may be one machine and that nobody decided about, at and below a unit, after an id. */
MUST_USE enum err_code device_pairs_below(struct db *db, const struct actor *actor, struct arena *arena,
                                          int64_t root_id, struct str edge_kind, int64_t after_id, int64_t limit_count,
                                          struct sql_device_suggestions_below_rows *ret_rows, struct err *err);
/* The same pairs for the devices of a list, by device. */
MUST_USE enum err_code device_pairs_of(struct db *db, const struct actor *actor, struct arena *arena,
                                       const struct sql_device_rows_rows *devices,
                                       struct sql_device_suggestions_of_rows *ret_rows, struct err *err);

/* --- deciding from the page of a device: it must be one this actor may read, and what is decided must stand on it;
 * else ERR_NOT_FOUND. Then as device_merge, device_keep_apart, device_merge_undo. The device of the page is kept. ---
 */
MUST_USE enum err_code device_pair_merge(struct db *db, const struct actor *actor, int64_t device_id,
                                         int64_t suggestion_id, struct str why, int64_t *ret_merge_id, struct err *err);
MUST_USE enum err_code device_pair_apart(struct db *db, const struct actor *actor, int64_t device_id,
                                         int64_t suggestion_id, struct err *err);
MUST_USE enum err_code device_pair_unmerge(struct db *db, const struct actor *actor, int64_t device_id,
                                           int64_t merge_id, struct str why, struct err *err);

/* How many are covered: total = protected + unprotected + unknown; covered_permille counts unknown as unprotected. */
struct device_coverage {
    int64_t unit_id;
    struct str unit_name; /* empty at the root row */
    int64_t total;
    int64_t is_protected;
    int64_t is_unprotected;
    int64_t is_unknown;
};
/* One unit and everything below it. kind empty: DEVICE_KIND_HOSTS. Numbers need only RIGHT_READ. */
MUST_USE enum err_code device_coverage(struct db *db, const struct actor *actor, int64_t root_id, struct str edge_kind,
                                       struct str kind, struct device_coverage *ret_coverage, struct err *err);
/* The unit alone. */
MUST_USE enum err_code device_coverage_unit(struct db *db, const struct actor *actor, int64_t unit_id, struct str kind,
                                            struct device_coverage *ret_coverage, struct err *err);
/* Each unit right below, with everything below it, worst first. */
MUST_USE enum err_code device_coverage_children(struct db *db, const struct actor *actor, struct arena *arena,
                                                int64_t root_id, struct str edge_kind, struct str kind,
                                                struct device_coverage **ret_items, size_t *ret_count, struct err *err);
/* Rounded down, so that 100% is said only of all; -1 where nothing is inventoried, which proves nothing. */
int device_coverage_permille(const struct device_coverage *coverage);

/* --- the day job --- */
/* What was said too long ago counts as unknown from today on (know: evidence kind "coverage"). Call until *ret_aged is
 * 0. */
#define DEVICE_AGE_MAX 5000
MUST_USE enum err_code device_age(struct db *db, int64_t *ret_aged, struct err *err);
/* Which kinds are hosts may change with a day: the sums of hosts that are not those of today's kinds are put right.
 * Call until *ret_units is 0. */
MUST_USE enum err_code device_hosts_again(struct db *db, int64_t *ret_units, struct err *err);
/* Every counter and every counted state against the rows: ERR_CONFLICT names the first that is wrong. */
MUST_USE enum err_code device_recount(struct db *db, struct err *err);

NONNULL_END
#endif
