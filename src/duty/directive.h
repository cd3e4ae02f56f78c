/* directive.h - a directive: drafted, previewed, issued down a tree, withdrawn; its obligations become assignments.
 * Each tier re-issues in its own words with its own earlier dates: such a directive names its parent, each of its
 * obligations the obligation it carries out, so that the chain stays visible both ways. Knows nothing of letters'
 * layout or of pages.    Uses: org, proof, know.    Used by: work, web, cmd. Memory: results in the caller's arena.
 * Threads: one db, one owner. */
#ifndef LUYTRE_DUTY_DIRECTIVE_H
#define LUYTRE_DUTY_DIRECTIVE_H

#include "duty/state.h"
#include "store/store.h"

NONNULL_BEGIN

enum target_rule {
    TARGET_ALL,        /* every unit below */
    TARGET_CHILDREN,   /* right below */
    TARGET_SELF,       /* the issuer itself */
    TARGET_KIND,       /* below, of a kind (knowledge/org_kinds.yaml) */
    TARGET_CHILD_KIND, /* right below, of a kind */
    TARGET_FUNCTION,
    TARGET_SECTOR,
    TARGET_MEMBER,
    TARGET_UNIT, /* value: decimal id */
    TARGET_EXCEPT_UNIT,
    TARGET_EXCEPT_KIND,
    TARGET_RULE_COUNT,
};
const char *target_rule_to_str(enum target_rule rule);
bool target_rule_from_str(struct str text, enum target_rule *ret_rule);

struct obligation_target {
    enum target_rule rule;
    struct str value;
};
struct obligation_draft {
    struct str catalogue_id; /* STR_NONE: a duty of its own; else what follows is filled from the catalogue where it is
                                empty */
    int64_t parent_id;       /* obligation of the parent directive; 0: none */
    int64_t letter_duty_id;  /* 0: none */
    struct str title;
    struct str text;
    struct str co_actors;   /* who helps, one a line */
    struct str product;     /* what must come out */
    struct str trigger;     /* once, periodic, on_change, on_request, at_once, standing */
    int period_months;      /* 0: none */
    civil_day deadline_day; /* last allowed day, inclusive; CIVIL_NONE: none */
    struct str deadline_note;
    struct str denominator;    /* person, unit, system, database, device */
    struct str evidence_kinds; /* blank separated */
    const struct obligation_target *NULLABLE targets;
    size_t target_count;
};
struct directive_draft {
    int64_t issuer_id;
    int64_t letter_id; /* 0: none */
    int64_t parent_id; /* 0: none */
    struct str instrument;
    struct str edge_kind;
    struct str number; /* STR_NONE: left to the clerk */
    struct str symbol;
    struct str title;
    civil_day issued_day; /* CIVIL_NONE: the day it is issued */
    int64_t contact_person_id;
    const struct obligation_draft *NULLABLE obligations;
    size_t obligation_count;
    bool is_sample;
};
#define DIRECTIVE_OBLIGATIONS_MAX 200u

/* Needs RIGHT_DRAFT on the issuer. ERR_SYNTAX says which obligation is wrong and why: no target, an unknown catalogue
 * id, a date later than the parent's, a trigger or denominator that does not exist, a parent the drafter may not read.
 */
MUST_USE enum err_code directive_draft_new(struct db *db, const struct actor *actor,
                                           const struct directive_draft *draft, int64_t *ret_id, struct err *err);
/* What a draft says, and its revision. Needs RIGHT_DRAFT on the issuer; ERR_CONFLICT when it is no draft any more. */
MUST_USE enum err_code directive_draft_get(struct db *db, const struct actor *actor, int64_t directive_id,
                                           struct arena *arena, struct directive_draft *ret_draft,
                                           int64_t *ret_revision, struct err *err);
/* Says it anew, whole: the id and the issuer stay, obligations get new ids. Refuses what directive_draft_new refuses.
 * revision: what was looked at, ERR_CONFLICT when somebody changed it meanwhile; 0: whichever. */
MUST_USE enum err_code directive_draft_edit(struct db *db, const struct actor *actor, int64_t directive_id,
                                            int64_t revision, const struct directive_draft *draft, struct err *err);
/* Gone; the chain keeps that it was there, its title and a digest of what it said. */
MUST_USE enum err_code directive_draft_delete(struct db *db, const struct actor *actor, int64_t directive_id,
                                              int64_t revision, struct err *err);
/* Who would get what: one row a unit and subject of one obligation. */
struct target_unit {
    int64_t unit_id;
    struct str name;
    struct str kind;
    int depth;
    struct str subject_kind;
    int64_t subject_id;
    struct str subject_name;
    bool is_na; /* has systems, but none this obligation is about */
};
struct target_units {
    struct target_unit *NULLABLE items;
    size_t count;
};
MUST_USE enum err_code directive_preview(struct db *db, const struct actor *actor, int64_t obligation_id,
                                         struct arena *arena, struct target_units *ret_units, struct err *err);

struct directive_issued {
    size_t assignment_count;
    size_t unit_count;
    size_t born_late_count; /* assignments whose day had already passed */
};
/* Needs RIGHT_ISSUE on the issuer. All or nothing. ERR_CONFLICT when it was issued before or would reach nobody. */
MUST_USE enum err_code directive_issue(struct db *db, const struct actor *actor, int64_t directive_id,
                                       struct directive_issued *ret_issued, struct err *err);
/* The same for the revision of the draft that was looked at: ERR_CONFLICT when somebody changed it meanwhile. */
MUST_USE enum err_code directive_issue_revision(struct db *db, const struct actor *actor, int64_t directive_id,
                                                int64_t revision, struct directive_issued *ret_issued, struct err *err);
/* Closes every open assignment under it; what was proved stays. Needs RIGHT_ISSUE. */
MUST_USE enum err_code directive_withdraw(struct db *db, const struct actor *actor, int64_t directive_id,
                                          struct str reason, struct err *err);

/* After a unit registered, changed or retired systems: per-system assignments follow what is there now. */
MUST_USE enum err_code directive_follow_subjects(struct db *db, int64_t unit_id, struct err *err);
/* Open duties of a unit go to its successor; both ends name each other. */
MUST_USE enum err_code directive_move_open(struct db *db, int64_t from_unit_id, int64_t to_unit_id, int64_t actor_id,
                                           size_t *ret_moved, struct err *err);

NONNULL_END
#endif
