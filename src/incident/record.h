/* record.h - what every act on a case leaves behind: an entry of its room for people to read, and an entry of the chain
 * so that nobody can change it. The chain says which entry, of which kind, and the hash of its words, not the words: a
 * case may be TLP:RED, and the chain is read by auditors and sent up.
 * Uses: proof/chain, format/json.    Used by: incident.    Memory: none kept.    Threads: one db, one owner. */
#ifndef LUYTRE_INCIDENT_RECORD_H
#define LUYTRE_INCIDENT_RECORD_H

#include "store/store.h"

NONNULL_BEGIN

#define CHAIN_CASE           "case" /* stream of the chain: everything done in cases */
#define INCIDENT_ARENA_BYTES (8u << 20)

struct case_record {
    int64_t case_id;
    const char *kind;       /* note, decision, ...: of the entry; in the chain "case_" and this */
    struct str text;        /* in words */
    struct str detail_json; /* may be empty */
    int64_t at_ms;          /* when it happened; 0: now */
    int64_t audience_bits;
    struct str tlp;                /* empty: that of the case */
    int64_t corrects_id;           /* 0: none */
    int64_t amount_vnd;            /* cost; 0: none */
    int64_t by_person, by_unit_id; /* 0: the program itself */
    struct str once_key;           /* empty: none */
};
/* In the caller's transaction, which holds the case (incident_hold). *ret_id may be asked for. An entry with this
 * once_key is there already: nothing is written, its id comes back and *ret_again is true. */
MUST_USE enum err_code case_record(struct db *db, const struct case_record *record, int64_t *NULLABLE ret_id,
                                   bool *NULLABLE ret_again, struct err *err);

NONNULL_END
#endif
