/* health.h - what is wrong with an installation and what to do about it, as findings that a terminal and a page can
 * show. Each check adds one finding or more, also when all is well, so that one sees what was looked at. Reads only.
 * Uses: store, proof, duty/ledger, os/file.    Used by: cmd doctor, web (administration).
 * Memory: texts in the caller's arena.    Threads: one db, one owner. */
#ifndef LUYTRE_WORK_HEALTH_H
#define LUYTRE_WORK_HEALTH_H

#include "store/store.h"

NONNULL_BEGIN

enum health_level {
    HEALTH_OK,
    HEALTH_NOTE, /* good to know; nothing is wrong */
    HEALTH_WARN, /* will hurt: see to it */
    HEALTH_BAD,  /* hurts now */
};
const char *health_level_to_str(enum health_level level); /* "ok", "note", "warn", "bad" */

struct health_finding {
    enum health_level level;
    const char *check;       /* stable: "ledger_day", "blobs" ... */
    struct str vi, en;       /* what was found */
    struct str do_vi, do_en; /* what to do; empty when nothing */
};
struct health_list {
    struct health_finding *NULLABLE items;
    size_t count;
};
struct health_places {
    const char *NULLABLE store_path; /* SQLite file; NULL for PostgreSQL */
    const char *NULLABLE blobs;
    const char *NULLABLE keys; /* folder of session.key and sign.key */
};
#define HEALTH_FINDINGS_MAX 48u

enum health_depth {
    HEALTH_QUICK, /* milliseconds: for a page */
    HEALTH_DEEP,  /* also every entry of the chain, every counter, every blob */
};
/* ERR_* only when the database stops answering; what it then knows is lost. */
MUST_USE enum err_code health_look(struct db *db, const struct health_places *places, enum health_depth depth,
                                   struct arena *arena, struct health_list *ret_list, struct err *err);
/* What store_open answered, as a finding, and what can be looked at without a store. */
MUST_USE enum err_code health_of_error(const struct err *why, const struct health_places *places, civil_day today,
                                       struct arena *arena, struct health_list *ret_list, struct err *err);
/* A backup was finished: `health_look` says how old the last one is. */
MUST_USE enum err_code health_backed_up(struct db *db, struct err *err);

NONNULL_END
#endif
