/* event.h - organisations change: merge, split, rename, re-parent, dissolve, hand over a function; each one transaction
 * with a legal basis. People with their grants, systems, sites, functions, memberships and units below go to the named
 * successor; open duties too, by the caller's hand (duty stands above this layer). What is closed stays under the old
 * id, and old names are shown as of their day. Uses: org, know.    Used by: work, web, cmd.    Memory: the caller's
 * arena.    Threads: one db, one owner. See: design 3.1; regulation.md 2. */
#ifndef LUYTRE_ORG_EVENT_H
#define LUYTRE_ORG_EVENT_H

#include "base/vec.h"
#include "org/unit.h"

NONNULL_BEGIN

enum event_kind { EVENT_MERGE, EVENT_SPLIT, EVENT_RENAME, EVENT_REPARENT, EVENT_DISSOLVE, EVENT_TRANSFER_FUNCTION };
#define EVENT_KIND_COUNT 6
const char *event_kind_to_str(enum event_kind kind); /* "merge" */
bool event_kind_from_str(struct str text, enum event_kind *ret_kind);

enum event_item { EVENT_PERSON, EVENT_SYSTEM, EVENT_SITE, EVENT_CHILD };
struct event_move { /* a split goes by item: this one goes to part number `part` */
    enum event_item item;
    int64_t id;
    size_t part;
};
struct event_plan {
    enum event_kind kind;
    civil_day on_day;
    struct str basis; /* the decision; must be there */
    struct str note;
    const int64_t *NULLABLE from_ids; /* the units it happens to */
    size_t from_count;
    int64_t to_id; /* merge, dissolve, transfer: the successor; 0 with a new_fact: a new unit */
    const struct unit_fact *NULLABLE
        new_fact; /* merge: of the new unit, or from now on of the successor; rename: where empty, stays as it was */
    const struct unit_parent *NULLABLE parents; /* of new units; re-parent: where to (parent_id 0: below nobody) */
    size_t parent_count;
    const struct unit_fact *NULLABLE parts; /* split: the new units */
    size_t part_count;
    bool from_continues; /* split: the old unit stays with what no move names; else it ends and the rest goes to part 0,
                            marked "to be placed" when there are several parts */
    const struct event_move *NULLABLE moves;
    size_t move_count;
    struct str function; /* transfer */
    int64_t area_id;     /* transfer: 0: every area from_ids hold it for */
};
/* What went from one unit to another, for the layers above. */
struct event_step {
    int64_t event_id;
    int64_t from_id, to_id;
    civil_day day;
    int64_t actor_id;
    bool is_all; /* the old unit ends; else what stands on the sites and systems that went */
};
/* What the layers above keep of a unit itself, which no move of a split names. */
struct event_loose {
    struct str kind; /* finding, assignment */
    int64_t id;
    struct str title;
};
struct event_loose_list {
    VEC(struct event_loose) items;
};
/* Open duties of a unit: counted for the preview, moved (directive_move_open) in the same transaction. */
struct event_duties {
    void *NULLABLE ctx;
    enum err_code (*NULLABLE count)(void *NULLABLE ctx, struct db *db, int64_t unit_id, int64_t *ret_open,
                                    struct err *err);
    enum err_code (*NULLABLE move)(void *NULLABLE ctx, struct db *db, int64_t from_id, int64_t to_id, int64_t actor_id,
                                   size_t *ret_moved, struct err *err);
    /* Devices and findings (asset_hand_over): called for every unit that sites or systems went to. */
    enum err_code (*NULLABLE follow)(struct db *db, const struct event_step *step, struct err *err);
    /* Open duties on a system and its databases, which go where it goes. */
    enum err_code (*NULLABLE move_system)(struct db *db, const struct event_step *step, int64_t system_id,
                                          size_t *ret_moved, struct err *err);
    /* What is left to be placed one by one, and one of it placed. What is no longer there stays where it is. */
    enum err_code (*NULLABLE loose)(struct db *db, int64_t unit_id, struct arena *arena, struct event_loose_list *list,
                                    struct err *err);
    enum err_code (*NULLABLE place)(struct db *db, const struct event_step *step, struct str kind, int64_t id,
                                    struct err *err);
    /* Open duties, all of a unit or those on one system. */
    enum err_code (*NULLABLE open)(struct db *db, int64_t unit_id, int64_t system_id, struct arena *arena,
                                   struct event_loose_list *list, struct err *err);
    /* Before an event is undone: ERR_CONFLICT says what was done since that stands on it. founded_id: a unit the event
     * made; 0: none, look at what moved. */
    enum err_code (*NULLABLE built_on)(struct db *db, int64_t event_id, int64_t since_ms, int64_t founded_id,
                                       struct err *err);
    /* People of that unit learn of it. */
    enum err_code (*NULLABLE marked)(struct db *db, int64_t unit_id, int64_t event_id, size_t count, struct err *err);
};
struct event_preview_row {
    int64_t unit_id;
    struct str name;
    int64_t people, grants, systems, sites, children, functions;
    int64_t open_duties; /* -1: nobody counted */
};
struct event_preview {
    struct event_preview_row *NULLABLE items; /* one for each of from_ids */
    size_t count;
};
MUST_USE enum err_code event_preview(struct db *db, const struct actor *actor, const struct event_plan *plan,
                                     const struct event_duties *NULLABLE duties, struct arena *arena,
                                     struct event_preview *ret_preview, struct err *err);
struct event_done {
    int64_t event_id;
    int64_t to_id; /* the successor; a split: part 0 */
    int64_t part_ids[16];
    size_t duties_moved;
    size_t to_place; /* left with part 0 because no move named it: unit_to_place */
};
#define EVENT_PARTS_MAX 16u
/* Needs RIGHT_ORG_ADMIN on every unit it touches. ERR_SYNTAX says what the plan lacks; ERR_CONFLICT when a later change
 * stands already, or when a unit would come below itself. */
MUST_USE enum err_code event_apply(struct db *db, const struct actor *actor, const struct event_plan *plan,
                                   const struct event_duties *NULLABLE duties, struct event_done *ret_done,
                                   struct err *err);

/* Was an event of this kind entered before what it moves was written down? Then it cannot be undone. Other kinds move
 * nothing but facts that have days themselves. */
bool event_is_unwritten(struct str kind, bool has_items);
/* An event entered by mistake is reversed by another one, from today on (from its own day when that is still to come):
 * names, parents, functions, people, systems, sites, duties, findings go back, a unit that ended is there again, a unit
 * it made ends. The days between stay as they were known. Only while nothing was built on it: ERR_CONFLICT says what
 * was. Needs RIGHT_ORG_ADMIN on what it touches. */
MUST_USE enum err_code event_undo(struct db *db, const struct actor *actor, int64_t event_id, struct str reason,
                                  const struct event_duties *NULLABLE duties, int64_t *ret_undo_id, struct err *err);

/* What a split left with its first part goes to one of the parts, from today on (from the split's day when that is
 * still to come). Needs RIGHT_ORG_ADMIN on both. The act stands in the audit chain. Lists: sql_to_place_*. */
struct event_placed {
    int64_t event_id;
    int64_t from_id;
};
MUST_USE enum err_code event_place(struct db *db, const struct actor *actor, int64_t to_place_id, int64_t to_unit_id,
                                   const struct event_duties *NULLABLE duties, struct event_placed *ret_placed,
                                   struct err *err);

/* The reform of 2025 (know_reform_events) on whatever stands: 63 provinces become 34 with their departments, districts
 * end and their schools go to communes, functions move to the police. Only the system itself. What finds no counterpart
 * is left as it is and counted. One transaction; a second run does nothing. */
struct reform_done {
    size_t event_count;
    size_t ended_count;
    size_t moved_count; /* units with a new parent */
    size_t function_count;
    size_t unmatched_count; /* units a rule speaks of without anything to go to */
};
struct reform_places { /* which commune a school of an ended district stands in; without it: the communes of that
                          district in turn */
    void *NULLABLE ctx;
    int64_t (*NULLABLE commune_of)(void *NULLABLE ctx, int64_t unit_id);
};
MUST_USE enum err_code reform_apply(struct db *db, const struct actor *actor,
                                    const struct reform_places *NULLABLE places,
                                    const struct event_duties *NULLABLE duties, struct reform_done *ret_done,
                                    struct err *err);

NONNULL_END
#endif
