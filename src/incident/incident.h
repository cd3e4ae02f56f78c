/* incident.h - a case, from its T0 to its end: opening, what is known of it, how grave it is, its clocks, closing.
 * What several people write of a case at the same time is merged field by field: a change says what the writer saw, and
 * only a field that somebody else changed meanwhile to something else is refused, by name. Severity is what the rules
 * make of the answers, or higher when a person says why; it stands once a named person confirmed it, and falls back to
 * unconfirmed when the answers move it. Clocks are worked out anew each time (incident/clock.h).
 * Uses: org, proof, know, incident/party.h.    Used by: incident/room.h, web, cmd.    Memory: the caller's arena.
 * Threads: one db, one owner.    See: regulation.md part 3. */
#ifndef LUYTRE_INCIDENT_INCIDENT_H
#define LUYTRE_INCIDENT_INCIDENT_H

#include "incident/clock.h"
#include "incident/incident.sql.h"
#include "incident/party.h"

NONNULL_BEGIN

struct incident_word {
    struct str id;
    struct str vi, en;
};
#define INCIDENT_SOURCE_COUNT 7
extern const struct incident_word incident_sources[INCIDENT_SOURCE_COUNT]; /* unit, public, finding, isp, ... */
/* Traffic Light Protocol 2.0 (FIRST, 2022), the strictest first: red, amber_strict, amber, green, clear. */
#define INCIDENT_TLP_COUNT 5
extern const struct incident_word incident_tlps[INCIDENT_TLP_COUNT];
/* Its place, the strictest 0; what nobody knows is amber. */
int incident_tlp_rank(struct str id);

/* What is known of a case and may be changed by hand. Instants to the minute, 0: not known. */
struct incident_fields {
    struct str title;
    struct str summary; /* STR_NONE or empty: none */
    int64_t system_id;  /* 0: none */
    struct str label;
    struct str tlp;
    int64_t detected_ms; /* T0 */
    int64_t occurred_ms;
    int64_t personal_ms;
    int64_t contained_ms;
    int64_t restored_ms;
    struct incident_facts facts;
};
struct incident_draft {
    int64_t unit_id;      /* whom it happened to */
    int64_t lead_unit_id; /* 0: that unit itself */
    struct incident_fields fields;
    struct str label_said; /* of somebody else's taxonomy; STR_NONE */
    struct str source;
    int64_t source_id; /* 0: none */
    bool is_exercise;
};
/* Needs RIGHT_INCIDENT on the unit and on the lead. ERR_SYNTAX in words: no title, a T0 that lies ahead, a weakness
 * instead of an incident. Both units become parties. facts are what people answered; what label and register say is
 * added whenever it is asked for, so that another label brings other answers. */
MUST_USE enum err_code incident_open(struct db *db, const struct actor *actor, const struct incident_draft *draft,
                                     int64_t *ret_id, struct err *err);

/* In a transaction: nobody else writes this case until it ends. ERR_NOT_FOUND. */
MUST_USE enum err_code incident_hold(struct db *db, int64_t case_id, struct err *err);

/* One bit a field; answers stand behind them, one bit a question from INCIDENT_FACT_BIT on. */
enum incident_field {
    INCIDENT_TITLE,
    INCIDENT_SUMMARY,
    INCIDENT_SYSTEM,
    INCIDENT_LABEL,
    INCIDENT_TLP,
    INCIDENT_DETECTED,
    INCIDENT_OCCURRED,
    INCIDENT_PERSONAL,
    INCIDENT_CONTAINED,
    INCIDENT_RESTORED,
    INCIDENT_FIELD_COUNT
};
#define INCIDENT_FACT_BIT 32
/* was: what the writer saw, now: what he wants. Fields that are equal in both are left alone. What changed goes to
 * *ret_changed. ERR_CONFLICT: somebody else changed one of them meanwhile to something else; nothing is changed and
 * *ret_clash says which. */
MUST_USE enum err_code incident_change(struct db *db, const struct actor *actor, int64_t case_id,
                                       const struct incident_fields *was, const struct incident_fields *now,
                                       uint64_t *ret_changed, uint64_t *ret_clash, struct err *err);
/* A named person of the lead or of the unit itself stands for the severity. Lower than the rules have it is refused;
 * higher needs a note. */
MUST_USE enum err_code incident_confirm(struct db *db, const struct actor *actor, int64_t case_id, struct str severity,
                                        struct str note, struct err *err);

/* The lead ends it. ERR_CONFLICT lists all that stands against it: an open half of a pair, an unconfirmed severity,
 * reports that are owed, no instant of restoring. */
MUST_USE enum err_code incident_close(struct db *db, const struct actor *actor, int64_t case_id, struct str note,
                                      struct err *err);
MUST_USE enum err_code incident_reopen(struct db *db, const struct actor *actor, int64_t case_id, struct str note,
                                       struct err *err);
/* It was none: opened by mistake, or twice. Nothing more is owed; the reason stays. */
MUST_USE enum err_code incident_cancel(struct db *db, const struct actor *actor, int64_t case_id, struct str note,
                                       struct err *err);
/* The same incident as another open case, which goes on; its parties become parties of that one. Both leads must be the
 * actor's. */
MUST_USE enum err_code incident_join(struct db *db, const struct actor *actor, int64_t case_id, int64_t into_id,
                                     struct str note, struct err *err);

/* --- reading: who is a party --- */
struct incident_case {
    struct sql_incident_get_row *row;
    struct party_standing standing; /* of the reader */
    const struct know_incident_label *label;
    const struct know_incident_group *group;
    struct incident_severity severity; /* what the rules make of the answers */
    struct incident_clock_list clocks;
};
MUST_USE enum err_code incident_read(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                                     struct incident_case *ret_case, struct err *err);

enum incident_order { INCIDENT_BY_LAST, INCIDENT_BY_DUE };
struct incident_filter {
    struct str search;   /* as typed, with or without marks; empty: all */
    struct str state;    /* empty: all; "open", "closed", ... */
    struct str severity; /* empty: all */
    int64_t unit_id;     /* whom it happened to; 0: any */
    int64_t limit_count;
    int64_t offset_count;
};
/* Cases the actor is a party of, those with the newest entry first. */
MUST_USE enum err_code incident_list(struct db *db, const struct actor *actor, struct arena *arena,
                                     const struct incident_filter *filter, struct sql_incident_rows_rows *ret_rows,
                                     struct err *err);
MUST_USE enum err_code incident_list_count(struct db *db, const struct actor *actor, struct arena *arena,
                                           const struct incident_filter *filter, int64_t *ret_count, struct err *err);

NONNULL_END
#endif
