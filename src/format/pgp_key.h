/* pgp_key.h - the OpenPGP public key of a contact (RFC 9580, RFC 4880): fingerprint, names, how long it lasts.
 * NO SIGNATURE IS VERIFIED. Names, expiry and revocation are what the key's own packets say, so anybody can have
 * written them; whose key it is, a person finds out by comparing the fingerprint over another channel.
 * Reads ASCII armour or the binary form; refuses a secret key, and whatever is not exactly one public key, with a
 * reason in the words of a person. Keys of version 4 and 6; of their signatures versions 3, 4 and 6. Ceilings:
 * base/limits.h.
 * Uses: base, os/sha1, os/crypto (SHA-256), format/pgp_armor.    Used by: contact.
 * Memory: the caller's arena, at most about twice PGP_KEY_MAX_BYTES.    Threads: no shared state. */
#ifndef LUYTRE_FORMAT_PGP_KEY_H
#define LUYTRE_FORMAT_PGP_KEY_H

#include "base/arena.h"
#include "format/pgp_armor.h"

NONNULL_BEGIN

#define PGP_NEVER                 INT64_MAX /* an expiry: none */

#define PGP_FINGERPRINT_MAX_BYTES 32
struct pgp_part {       /* the primary key, or a subkey */
    int version;        /* 4 or 6 */
    unsigned algorithm; /* RFC 9580 9.1 */
    unsigned bits;      /* of the modulus or the curve; 0 where the algorithm or curve is not known here */
    uint8_t fingerprint[PGP_FINGERPRINT_MAX_BYTES];
    size_t fingerprint_bytes; /* 20 (version 4, SHA-1) or 32 (version 6, SHA-256) */
    int64_t created_ms;
    int64_t expires_ms;      /* PGP_NEVER when none is said */
    bool has_self_signature; /* of a subkey: a binding. Without one, nothing is known but the key itself */
    int64_t signed_ms;       /* when that was made; 0 without one */
    int64_t signed_until_ms; /* when it ends itself; PGP_NEVER */
    bool is_revoked;         /* a revocation by the key itself stands there */
    bool can_encrypt, can_sign, can_certify; /* what its flags allow, or its algorithm where it has none */
};
struct pgp_user_id {
    struct str text; /* UTF-8 without control characters: what was neither is replaced */
    struct str mail; /* view of text: the address in it, or empty */
    bool has_self_signature;
    bool is_primary; /* it says so */
    bool is_revoked;
    int64_t signed_ms;  /* newest self-signature; 0 without one */
    int64_t expires_ms; /* of that signature, PGP_NEVER */
};
struct pgp_key {
    struct pgp_part primary;
    struct pgp_part *NULLABLE subkeys; /* in the order of the file */
    size_t subkey_count;
    struct pgp_user_id *NULLABLE user_ids; /* in the order of the file */
    size_t user_id_count;
    size_t attribute_count;         /* photos and the like, passed over */
    size_t foreign_signature_count; /* by other keys, or of a version not read */
    bool is_armored;
    enum pgp_crc crc;
};
/* Refused with a reason for the person who sent it: ERR_DENIED for a secret key, ERR_LIMIT over a ceiling,
 * ERR_UNSUPPORTED for a key of another version, ERR_CONFLICT for more than one key, ERR_SYNTAX for anything else. */
MUST_USE enum err_code pgp_key_read(struct str bytes, struct arena *arena, struct pgp_key *ret_key, struct err *err);

/* The last instant at which mail can be encrypted to the key as it says itself: of its parts that may encrypt the one
 * that lasts longest, not beyond the signature that binds it, nor beyond the primary key. PGP_NEVER: no end. False when
 * no part may, or it is revoked. */
bool pgp_key_encrypts_until(const struct pgp_key *key, int64_t *ret_until_ms);
const char *pgp_algorithm_name(unsigned algorithm); /* "RSA"; "" when not known */

#define PGP_FINGERPRINT_TEXT_BYTES 80
/* "182F F034 …" in groups of four, as people read it to each other. */
const char *pgp_fingerprint_text(const struct pgp_part *part, char out[PGP_FINGERPRINT_TEXT_BYTES]);

NONNULL_END
#endif
