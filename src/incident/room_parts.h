/* room_parts.h - what the files of room.h know of each other: standing in the case, and for whom a thing may be.
 * Uses: incident/room.h.    Used by: src/incident only.    Memory: none.    Threads: as room.h. */
#ifndef LUYTRE_INCIDENT_ROOM_PARTS_H
#define LUYTRE_INCIDENT_ROOM_PARTS_H

#include "incident/incident_parts.h"
#include "incident/room.h"

NONNULL_BEGIN

#define ROOM_TEXT_BYTES  ((size_t)20 << 10)
#define ROOM_VALUE_BYTES ((size_t)2 << 10)

struct room_visit { /* in a transaction that holds the case */
    const struct actor *actor;
    int64_t case_id;
    struct sql_incident_raw_row *row;
    struct party_standing standing;
};
/* Holds the case and asks whether the actor may write in it; needs_open: ERR_CONFLICT when it has ended. */
MUST_USE enum err_code room_enter(struct db *db, struct arena *arena, const struct actor *actor, int64_t case_id,
                                  bool needs_open, struct room_visit *ret_visit, struct err *err);
/* Who shall read what this writer writes; 0: the usual of his part. ERR_DENIED: for a part he may not write for. */
MUST_USE enum err_code room_audience(const struct room_visit *visit, int64_t wanted_bits, int64_t *ret_bits,
                                     struct err *err);
/* Empty: that of the case; milder than it: ERR_CONFLICT. */
MUST_USE enum err_code room_tlp(const struct room_visit *visit, struct str wanted, struct str *ret_tlp,
                                struct err *err);
MUST_USE enum err_code room_note(struct db *db, const struct room_visit *visit, const char *kind, struct str text,
                                 struct str detail_json, int64_t audience_bits, struct err *err);
bool room_word_is(const struct incident_word *words, size_t count, struct str id);

NONNULL_END
#endif
