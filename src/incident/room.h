/* room.h - the case room: what happened, what is to be done, what was hit, what the attacker left, what is kept as
 * evidence. Each thing says who may read it (audience_bits, incident/party.h) and nobody is shown what is not for his
 * part; who writes may write only for parts he can read himself, or for the team. Nothing of the timeline is changed
 * afterwards: a correction is an entry that names the one it corrects. The same act sent twice (once_key) is one entry.
 * Repair and hunt are a pair: both open at the same instant, and a case closes only with both (CT18-2f).
 * Uses: incident/party.h, store/blob.h.    Used by: web, cmd.    Memory: the caller's arena.
 * Threads: one db, one owner.    See: regulation.md 3.4. */
#ifndef LUYTRE_INCIDENT_ROOM_H
#define LUYTRE_INCIDENT_ROOM_H

#include "incident/incident.h"
#include "incident/room.sql.h"

NONNULL_BEGIN

/* --- timeline --- */
#define ROOM_ENTRY_KIND_COUNT 5
extern const struct incident_word room_entry_kinds[ROOM_ENTRY_KIND_COUNT]; /* note, decision, call, measure, cost */
struct room_entry {
    struct str kind;
    struct str text;
    int64_t at_ms;         /* when it happened; 0: now. Never ahead. */
    int64_t audience_bits; /* 0: the usual of the writer's part */
    struct str tlp;        /* empty: that of the case; never milder than it */
    int64_t amount_vnd;    /* of a cost; else 0 */
    int64_t corrects_id;   /* 0: none */
    struct str once_key;   /* of the form or the queue that sends it; empty: none */
};
/* Also in an ended case: what becomes known later belongs to it. */
MUST_USE enum err_code room_write(struct db *db, const struct actor *actor, int64_t case_id,
                                  const struct room_entry *entry, int64_t *ret_id, struct err *err);
/* The newest first, before_id 0: from the newest on; else those written before that one. */
MUST_USE enum err_code room_entries(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                                    int64_t before_id, int64_t limit_count, struct sql_room_entry_rows_rows *ret_rows,
                                    struct err *err);
/* What was written after one, the oldest first: what a page that is open adds. */
MUST_USE enum err_code room_entries_after(struct db *db, const struct actor *actor, struct arena *arena,
                                          int64_t case_id, int64_t after_id, int64_t limit_count,
                                          struct sql_room_entry_after_rows *ret_rows, struct err *err);
/* What the case has cost so far, of what the actor may read. */
MUST_USE enum err_code room_cost(struct db *db, const struct actor *actor, int64_t case_id, int64_t *ret_vnd,
                                 struct err *err);

/* --- tasks --- */
#define ROOM_TASK_KIND_COUNT 6
extern const struct incident_word room_task_kinds[ROOM_TASK_KIND_COUNT]; /* task, contain, repair, hunt, lesson, step */
struct room_task {
    struct str kind;
    struct str title;
    struct str text;
    int64_t unit_id;   /* who does it: a party; 0: the writer's own */
    int64_t person_id; /* of that unit, who can see the case; 0: whoever it is */
    int64_t due_ms;    /* 0: none */
};
/* kind repair opens the hunt beside it, and hunt the repair. The first of the two comes back. */
MUST_USE enum err_code room_task_open(struct db *db, const struct actor *actor, int64_t case_id,
                                      const struct room_task *task, int64_t *ret_id, struct err *err);
/* result: in words what was done and found; needed for repair, hunt and contain. */
MUST_USE enum err_code room_task_done(struct db *db, const struct actor *actor, int64_t case_id, int64_t task_id,
                                      struct str result, struct err *err);
MUST_USE enum err_code room_task_reopen(struct db *db, const struct actor *actor, int64_t case_id, int64_t task_id,
                                        struct str reason, struct err *err);
/* Not to be done after all; never half of a pair: ERR_CONFLICT. */
MUST_USE enum err_code room_task_drop(struct db *db, const struct actor *actor, int64_t case_id, int64_t task_id,
                                      struct str reason, struct err *err);
/* Given to somebody else; the one who had it may have left. */
MUST_USE enum err_code room_task_give(struct db *db, const struct actor *actor, int64_t case_id, int64_t task_id,
                                      int64_t unit_id, int64_t person_id, struct err *err);
MUST_USE enum err_code room_tasks(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                                  struct sql_room_task_rows_rows *ret_rows, struct err *err);

/* --- what was hit --- */
MUST_USE enum err_code room_asset_add(struct db *db, const struct actor *actor, int64_t case_id, struct str kind,
                                      int64_t object_id, struct str value, struct str note, int64_t audience_bits,
                                      int64_t *ret_id, struct err *err);
MUST_USE enum err_code room_asset_end(struct db *db, const struct actor *actor, int64_t case_id, int64_t asset_id,
                                      struct str reason, struct err *err);
MUST_USE enum err_code room_assets(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                                   struct sql_room_asset_rows_rows *ret_rows, struct err *err);

/* --- indicators --- */
struct room_indicator {
    struct str kind;  /* empty: told by its form */
    struct str value; /* as written, also defanged (hxxp, [.]) */
    struct str tlp;   /* empty: that of the case */
    struct str note;
    int64_t seen_ms; /* 0: not said */
    int64_t audience_bits;
};
/* What kind a value is of by its form, and how it is compared; ERR_SYNTAX when it is none. */
MUST_USE enum err_code indicator_read(struct arena *arena, struct str value, struct str *ret_kind, struct str *ret_key,
                                      struct err *err);
/* Already there: ERR_CONFLICT. */
MUST_USE enum err_code room_indicator_add(struct db *db, const struct actor *actor, int64_t case_id,
                                          const struct room_indicator *indicator, int64_t *ret_id, struct err *err);
MUST_USE enum err_code room_indicator_end(struct db *db, const struct actor *actor, int64_t case_id,
                                          int64_t indicator_id, struct str reason, struct err *err);
/* Each with the other open and ended cases that hold the same: those the actor is a party of are named, the others only
 * counted. */
MUST_USE enum err_code room_indicators(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                                       struct sql_room_indicator_rows_rows *ret_rows, struct err *err);
MUST_USE enum err_code room_indicator_cases(struct db *db, const struct actor *actor, struct arena *arena,
                                            int64_t case_id, struct sql_room_shared_rows *ret_rows, struct err *err);

/* --- evidence and its custody --- */
#define ROOM_FILE_MAX_BYTES ((size_t)64 << 20)
struct room_file {
    struct str name; /* as it was called; never used as a path */
    struct str bytes;
    struct str media_type; /* by content (format/…), given by the caller */
    int64_t collected_ms;  /* 0: now */
    struct str where;      /* from which machine, by what */
    struct str note;
    int64_t audience_bits;
};
/* The same bytes twice in a case: ERR_CONFLICT. Its hash is written at once, and its custody begins. */
MUST_USE enum err_code room_file_add(struct db *db, const struct actor *actor, int64_t case_id,
                                     const struct room_file *file, int64_t *ret_id, struct err *err);
/* Somebody hands it over, copies it, gives it back: what, from whom, to whom, why. */
#define ROOM_CUSTODY_COUNT 4
extern const struct incident_word room_custody[ROOM_CUSTODY_COUNT]; /* handed, copied, opened, returned */
MUST_USE enum err_code room_file_note(struct db *db, const struct actor *actor, int64_t case_id, int64_t file_id,
                                      struct str what, struct str from_text, struct str to_text, struct str reason,
                                      struct err *err);
/* The bytes, for a download: who opened it is written into its custody first. */
MUST_USE enum err_code room_file_open(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                                      int64_t file_id, struct sql_room_file_get_row **ret_file, struct str *ret_bytes,
                                      struct err *err);
MUST_USE enum err_code room_files(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                                  struct sql_room_file_rows_rows *ret_rows, struct err *err);
MUST_USE enum err_code room_file_custody(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                                         struct sql_room_custody_rows_rows *ret_rows, struct err *err);

NONNULL_END
#endif
