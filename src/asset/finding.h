/* finding.h - weaknesses that were found, and the two tasks of the grave ones: fix and hunt.
 * "A patched door does not say who came in": a finding that lets someone enter and take control opens both tasks at the
 * same instant and is closed only when both are done (CT18-2f). Nothing is deleted; what happened stands in
 * finding_event and in the chain. Uses: org, proof.    Used by: work (which makes evidence of kind remediation_pair of
 * it), web, cmd. Memory: the caller's arena.    Threads: one db, one owner.    See: regulation.md CT18-2f, 8.6. */
#ifndef LUYTRE_ASSET_FINDING_H
#define LUYTRE_ASSET_FINDING_H

#include "asset/finding.sql.h"
#include "store/store.h"

NONNULL_BEGIN

#define FINDING_FIX  STR("fix")
#define FINDING_HUNT STR("hunt")
struct finding_word {
    struct str id;
    struct str vi;
    struct str en;
};
#define FINDING_KIND_COUNT 6
extern const struct finding_word
    finding_kinds[FINDING_KIND_COUNT]; /* vulnerability, misconfiguration, exposure, drill, hunt, camera */
extern const struct finding_word finding_severities[4]; /* critical, high, medium, low */

struct finding_draft {
    int64_t unit_id;
    int64_t system_id; /* 0: none; else owned or operated by the unit */
    int64_t device_id; /* 0: none; else of the unit */
    struct str kind;
    struct str title;
    struct str detail;
    struct str severity;
    bool allows_control; /* lets someone enter and take control */
    struct str source;   /* "hand", or the engine and its run */
    civil_day found_day; /* CIVIL_NONE: today */
    civil_day due_day;   /* the last day it may be open; CIVIL_NONE: no date */
};
/* All writing needs RIGHT_HUNT or RIGHT_EXECUTE on the unit. */
MUST_USE enum err_code finding_open(struct db *db, const struct actor *actor, const struct finding_draft *draft,
                                    int64_t *ret_id, struct err *err);
/* It turned out to allow control: the hunt opens now, and a closed finding is open again. There is no way back. */
MUST_USE enum err_code finding_allows_control(struct db *db, const struct actor *actor, int64_t finding_id,
                                              struct str note, struct err *err);
/* half: FINDING_FIX (RIGHT_EXECUTE) or FINDING_HUNT. Says in words what was done; evidence_id 0: none, else evidence of
 * the same unit. */
MUST_USE enum err_code finding_task_done(struct db *db, const struct actor *actor, int64_t finding_id, struct str half,
                                         struct str note, int64_t evidence_id, struct err *err);
/* It was not done after all; a closed finding is open again. */
MUST_USE enum err_code finding_task_reopen(struct db *db, const struct actor *actor, int64_t finding_id,
                                           struct str half, struct str note, struct err *err);
/* ERR_CONFLICT in words while a half is open. */
MUST_USE enum err_code finding_close(struct db *db, const struct actor *actor, int64_t finding_id, struct str note,
                                     struct err *err);
/* All its tasks are open again. */
MUST_USE enum err_code finding_reopen(struct db *db, const struct actor *actor, int64_t finding_id, struct str note,
                                      struct err *err);

/* --- reading: RIGHT_ASSET_READ --- */
enum finding_state {
    FINDING_ANY,
    FINDING_IS_OPEN,
    FINDING_IS_CLOSED,
    FINDING_IS_LATE,     /* open after its last day */
    FINDING_IS_HALF_DONE /* allows control, one half done and the other not */
};
struct finding_filter {
    int64_t root_id;
    struct str edge_kind; /* empty: administrative */
    enum finding_state state;
    bool only_control;
    struct str severity; /* empty: all */
    struct str kind;
    int64_t system_id; /* 0: all */
    int64_t device_id; /* 0: all */
    struct str search; /* as typed */
    int64_t limit_count;
    int64_t offset_count;
};
/* Grave and late first. */
MUST_USE enum err_code finding_list(struct db *db, const struct actor *actor, struct arena *arena,
                                    const struct finding_filter *filter, struct sql_finding_rows_rows *ret_rows,
                                    struct err *err);
MUST_USE enum err_code finding_list_count(struct db *db, const struct actor *actor, struct arena *arena,
                                          const struct finding_filter *filter, int64_t *ret_count, struct err *err);
struct finding_page {
    struct sql_finding_get_row *finding;
    struct sql_finding_tasks_rows tasks;
    struct sql_finding_events_rows events;
};
MUST_USE enum err_code finding_read(struct db *db, const struct actor *actor, struct arena *arena, int64_t finding_id,
                                    struct finding_page *ret_page, struct err *err);

struct finding_count {
    int64_t unit_id;
    struct str unit_name; /* empty at the root row */
    int64_t open;
    int64_t control; /* open ones that allow control */
    int64_t late;
    int64_t critical; /* open, by severity */
    int64_t high;
    int64_t medium;
    int64_t low;
    int64_t closed;
};
/* A unit and everything below it. Numbers need only RIGHT_READ. */
MUST_USE enum err_code finding_counts(struct db *db, const struct actor *actor, int64_t root_id, struct str edge_kind,
                                      struct finding_count *ret_count, struct err *err);
/* Each unit right below, worst first. */
MUST_USE enum err_code finding_counts_children(struct db *db, const struct actor *actor, struct arena *arena,
                                               int64_t root_id, struct str edge_kind, struct finding_count **ret_items,
                                               size_t *ret_count, struct err *err);

/* The pairs of one unit: what CT18-2f is judged by. */
struct finding_pair_status {
    int64_t found; /* findings that allow control, ever */
    int64_t open;
    int64_t fix_done_hunt_open; /* the trap: the door is patched, nobody looked who came in */
    int64_t hunt_done_fix_open;
    int64_t closed;
    int64_t late;
    civil_day oldest_open_day; /* CIVIL_NONE: none is open */
    int64_t last_closed_ms;    /* 0: none */
};
MUST_USE enum err_code finding_pair_status(struct db *db, const struct actor *actor, int64_t unit_id,
                                           struct finding_pair_status *ret_status, struct err *err);
/* Pairs of a unit that were closed after an instant, with what both halves say: one piece of evidence each. */
MUST_USE enum err_code finding_pairs_closed(struct db *db, const struct actor *actor, struct arena *arena,
                                            int64_t unit_id, int64_t after_ms,
                                            struct sql_finding_pairs_closed_rows_rows *ret_rows, struct err *err);

NONNULL_END
#endif
