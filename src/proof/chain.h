/* chain.h - what was done, by whom, when, in an order nobody can change afterwards.
 * One chain per node and stream. An entry is written in the transaction of the act it records and sealed by the one
 * committer a moment later: it gets its number, the hash of its predecessor and its own. Content may be erased by rule:
 * the entry stays, its content hash stays, and the erasure is a new entry (design 3.7).
 * Knows nothing of what the acts mean.    Uses: store, os/crypto.    Used by: every domain module that writes.
 * Memory: the caller's arena.    Threads: chain_append from any; chain_seal from one at a time per node (the worker's
 * job). */
#ifndef LUYTRE_PROOF_CHAIN_H
#define LUYTRE_PROOF_CHAIN_H

#include "os/crypto.h"
#include "store/store.h"

NONNULL_BEGIN

#define CHAIN_DUTY         "duty"       /* everything about directives, assignments, evidence */
#define CHAIN_AUDIT        "audit"      /* sign-ins, grants, exports, settings */
#define CHAIN_SIGN_PURPOSE "chain-head" /* of peer_sign */
#define CHAIN_SALT_BYTES   16
#define CHAIN_SEAL_MAX     5000u /* entries in one sealing transaction */

struct chain_note {
    const char *stream;
    const char *kind;        /* "evidence_accepted" */
    const char *object_kind; /* "assignment" */
    int64_t object_id;
    int64_t unit_id;    /* whose history; 0: none */
    int64_t actor_id;   /* person; 0: the system itself */
    struct str content; /* canonical JSON; may be empty */
};
/* In the caller's transaction. *ret_id may be asked for. */
MUST_USE enum err_code chain_append(struct db *db, const struct chain_note *note, int64_t *NULLABLE ret_id,
                                    struct err *err);
/* Seal what waits, in the order of ids, up to CHAIN_SEAL_MAX; *ret_sealed says how many (call again while it is the
 * maximum). */
MUST_USE enum err_code chain_seal(struct db *db, size_t *ret_sealed, struct err *err);
/* Forget the content of an entry. The erasure is an entry of its own in the same stream. ERR_CONFLICT when it is gone
 * already. */
MUST_USE enum err_code chain_erase(struct db *db, int64_t entry_id, int64_t actor_id, struct str reason,
                                   struct err *err);

/* One sealed entry as it is hashed, exported and verified; NULL salt and content: erased. */
struct chain_entry {
    int64_t node;
    struct str stream;
    int64_t seq;
    int64_t id;
    struct str kind;
    struct str object_kind;
    int64_t object_id;
    int64_t unit_id;  /* 0: none */
    int64_t actor_id; /* 0: the system */
    int64_t at_ms;
    struct str salt;
    struct str content;
    struct str content_hash;
    struct str prev_hash;
    struct str hash;
};
/* SHA-256 over "luytre-chain-1", every header field and both hashes, each with its length: what .hash must be. */
struct sha256 chain_entry_hash(const struct chain_entry *entry);
struct sha256 chain_content_hash(struct str salt, struct str content);

/* The verifier needs no server: it is fed entries in order, from the database or from an export. */
struct chain_verifier {
    int64_t node;
    char stream[64];
    int64_t seq; /* of the last entry that was right */
    struct sha256 hash;
    size_t entry_count;
    size_t erased_count;
};
void chain_verifier_init(struct chain_verifier *verifier, int64_t node, struct str stream);
/* ERR_CONFLICT with words when this entry does not follow, or was changed. */
MUST_USE enum err_code chain_verify_entry(struct chain_verifier *verifier, const struct chain_entry *entry,
                                          struct err *err);

/* Public keys by which heads are signed. Whoever can rewrite a store or an export can also put a key of his own beside
 * it: a signature proves something only to one who has the key from elsewhere. */
#define CHAIN_KEYS_MAX 16u
struct chain_keys {
    struct sign_public items[CHAIN_KEYS_MAX];
    size_t count;
};
/* The first 8 bytes of SHA-256 over the public key, in hex; STR_NONE when the arena is full. */
struct str chain_key_id(const struct sign_public *key, struct arena *arena);

/* A signature over a head, as stored and exported. */
struct chain_signature {
    int64_t node;
    struct str stream;
    int64_t seq;
    struct str hash;
    struct str key_id;
    struct str public_key; /* STR_NONE: not known here */
    struct str signature;
    int64_t at_ms;
};
/* What the signatures met so far amount to. */
struct chain_signed {
    const struct chain_keys *NULLABLE trusted; /* NULL: any key is taken, and listed in met */
    struct chain_keys met;
    size_t good_count;
    size_t unknown_count; /* by a key that is neither trusted nor beside it, when any key is taken */
};
/* To be called when the entry that was signed is the last the verifier has seen. ERR_CONFLICT with words when the head
 * signed was another, the signature is false, or its key is none of the trusted. */
MUST_USE enum err_code chain_verify_signature(const struct chain_verifier *verifier,
                                              const struct chain_signature *signature, struct chain_signed *state,
                                              struct arena *arena, struct err *err);
/* At the end of a chain: with trusted keys, at least one good signature must stand over it. last_signed_seq: 0, none.
 */
MUST_USE enum err_code chain_verify_signed(const struct chain_verifier *verifier, int64_t last_signed_seq,
                                           const struct chain_signed *state, struct err *err);

struct chain_report {
    size_t stream_count;
    size_t entry_count;
    size_t erased_count;
    size_t waiting_count;      /* not sealed yet */
    size_t unsigned_count;     /* sealed, after the last signed head of their chain */
    struct chain_signed heads; /* the signatures */
    int64_t oldest_waiting_ms; /* 0: none waits */
};
/* Every stream of this store from its first entry to its head, and every signature over a head. ERR_CONFLICT at the
 * first wrong one. The second takes signatures by trusted keys only. */
MUST_USE enum err_code chain_verify(struct db *db, struct arena *arena, struct chain_report *ret_report,
                                    struct err *err);
MUST_USE enum err_code chain_verify_trusting(struct db *db, const struct chain_keys *NULLABLE trusted,
                                             struct arena *arena, struct chain_report *ret_report, struct err *err);

/* One line of NDJSON a row, blobs in hex, each signature behind the entry it stands over: what `luytre verify FILE`
 * reads where there is no server. */
MUST_USE enum err_code chain_export(struct db *db, struct str stream,
                                    enum err_code (*line)(void *NULLABLE ctx, struct str line, struct err *err),
                                    void *NULLABLE ctx, size_t *ret_signature_count, struct err *err);

/* What the sign role signs for a head, with purpose CHAIN_SIGN_PURPOSE: "luytre-head-1", node, stream, seq, hash. */
MUST_USE enum err_code chain_head_message(int64_t node, struct str stream, int64_t seq, struct str hash,
                                          struct arena *arena, struct str *ret_message, struct err *err);

NONNULL_END
#endif
