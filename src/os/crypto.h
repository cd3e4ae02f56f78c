/* crypto.h - hashes, keys, passwords and secrets: the one place in the house that includes a crypto library, but for
 * os/certificate.c, where OpenSSL decodes certificates of others and computes nothing.
 * Knows nothing of files or of what is signed. Nothing here prints or logs a secret.
 * Uses: base, libsodium.    Used by: proof, store (blob names), web (sessions, passwords), cmd (sign, backup).
 * Memory: fixed sizes by value, texts in the caller's arena.    Threads: all functions may be called from any. */
#ifndef LUYTRE_OS_CRYPTO_H
#define LUYTRE_OS_CRYPTO_H

#include "base/arena.h"

NONNULL_BEGIN

/* Once at start, before the sandbox; everything below also works without it, save that the first call then pays. */
MUST_USE enum err_code crypto_init(struct err *err);

void crypto_random(void *ret_bytes, size_t n_bytes);
#define CRYPTO_TOKEN_CHARS 22
/* 128 random bits as base64url, NUL-terminated: session names, links, receipts. */
void crypto_token(char ret_token[CRYPTO_TOKEN_CHARS + 1]);
bool crypto_is_equal(struct str a, struct str b); /* constant time in the content, not in the length */
void crypto_wipe(void *secret, size_t n_bytes);   /* the compiler cannot drop it */

/* --- SHA-256 (FIPS 180-4), HMAC (RFC 2104) --- */
#define SHA256_BYTES 32
struct sha256 {
    uint8_t bytes[SHA256_BYTES];
};
struct sha256 crypto_sha256(struct str bytes);
static inline struct str sha256_str(const struct sha256 *hash) /* its raw 32 bytes */
{
    return (struct str){(const char *)hash->bytes, SHA256_BYTES};
}
bool sha256_equal(const struct sha256 *a, const struct sha256 *b);
struct sha256_stream {
    _Alignas(16) uint8_t state[128];
};
void sha256_begin(struct sha256_stream *stream);
void sha256_add(struct sha256_stream *stream, struct str bytes);
struct sha256 sha256_end(struct sha256_stream *stream); /* begin again before another use */
struct sha256 crypto_hmac_sha256(struct str key, struct str message);
#define SHA1_BYTES 20
/* Only for TOTP, which authenticator programs speak; never for anything new. */
void crypto_hmac_sha1(struct str key, struct str message, uint8_t ret_mac[SHA1_BYTES]);

/* --- TOTP (RFC 6238), step 30 s, SHA-1 --- */
#define TOTP_STEP_S       30
#define TOTP_SECRET_BYTES 20
/* The code of `digits` (6 to 8) for a step number (unix_s / 30), NUL-terminated. */
void totp_code(struct str secret, int64_t step, int digits, char ret_code[9]);
/* True when code is the 6-digit one of now, of the step before or of the one after, and of a step later than
 * last_step (the one stored at the last success, -1 at first): RFC 6238 5.2, "The verifier MUST NOT accept the second
 * attempt of the OTP". Then *ret_step is to be stored. */
bool totp_is_valid(struct str secret, struct str code, int64_t unix_s, int64_t last_step, int64_t *ret_step);

/* --- text forms; decoders are strict: ERR_SYNTAX on anything else than the one canonical form --- */
struct str crypto_to_hex(struct str bytes, struct arena *arena);       /* lower case; null str on no memory */
struct str crypto_to_base64url(struct str bytes, struct arena *arena); /* RFC 4648 5, no padding */
struct str crypto_to_base32(struct str bytes, struct arena *arena);    /* RFC 4648 6, no padding */
MUST_USE enum err_code crypto_from_hex(struct str text, struct arena *arena, struct str *ret_bytes, struct err *err);
MUST_USE enum err_code crypto_from_base64url(struct str text, struct arena *arena, struct str *ret_bytes,
                                             struct err *err);
/* Either case; padding and spaces are passed over, since people type these. */
MUST_USE enum err_code crypto_from_base32(struct str text, struct arena *arena, struct str *ret_bytes, struct err *err);

/* --- Ed25519 (RFC 8032) --- */
#define SIGN_SEED_BYTES   32
#define SIGN_KEY_HEAD     "luytre-ed25519-seed " /* of a key file; the seed in base64url follows */
#define SIGN_PUBLIC_BYTES 32
#define SIGNATURE_BYTES   64
struct sign_key { /* secret: wipe after use */
    uint8_t bytes[64];
};
struct sign_public {
    uint8_t bytes[SIGN_PUBLIC_BYTES];
};
struct signature {
    uint8_t bytes[SIGNATURE_BYTES];
};
void sign_key_new(struct sign_key *ret_key, struct sign_public *ret_public);
void sign_key_from_seed(const uint8_t seed[SIGN_SEED_BYTES], struct sign_key *ret_key, struct sign_public *ret_public);
void sign_key_seed(const struct sign_key *key, uint8_t ret_seed[SIGN_SEED_BYTES]);
struct signature sign_message(const struct sign_key *key, struct str message);
bool signature_is_valid(const struct sign_public *public_key, struct str message, const struct signature *signature);

/* --- passwords: Argon2id (RFC 9106) with one lane; what it costs stands in the string, so it can be raised later ---
 */
#define PASSWORD_MAX_BYTES 1024u
struct password_cost { /* today's: org/session.c takes it from knowledge/passwords.yaml */
    uint32_t memory_kib;
    uint32_t passes;
};
/* "$argon2id$v=19$m=65536,t=2,p=1$...". Takes the memory and about 0.1 s a call: callers stand behind a semaphore.
 * ERR_LIMIT over PASSWORD_MAX_BYTES. */
MUST_USE enum err_code password_hash(struct password_cost cost, struct str password, struct arena *arena,
                                     struct str *ret_hash, struct err *err);
/* ERR_DENIED when it is another password; ERR_SYNTAX when hash is none of ours (nothing is computed). *ret_is_old: made
 * at another cost than today's, hash again now that the password is at hand. */
MUST_USE enum err_code password_check(struct password_cost today, struct str password, struct str hash,
                                      bool *ret_is_old, struct err *err);

/* --- sealing to a recipient whose secret key lies elsewhere (X25519 sealed box) --- */
#define SEAL_PUBLIC_BYTES   32
#define SEAL_SECRET_BYTES   32
#define SEAL_OVERHEAD_BYTES 48
struct seal_public {
    uint8_t bytes[SEAL_PUBLIC_BYTES];
};
struct seal_secret {
    uint8_t bytes[SEAL_SECRET_BYTES];
};
void seal_key_new(struct seal_public *ret_public, struct seal_secret *ret_secret);
void seal_public_of(const struct seal_secret *secret, struct seal_public *ret_public);
MUST_USE enum err_code seal_close(const struct seal_public *to, struct str plain, struct arena *arena,
                                  struct str *ret_sealed, struct err *err);
MUST_USE enum err_code seal_open(const struct seal_secret *secret, struct str sealed, struct arena *arena,
                                 struct str *ret_plain, struct err *err);

/* --- sealed streams, for backups: any length in constant memory, every chunk authenticated, order and end too ---
 * Layout: "LTSEAL01", 8 bytes of SHA-256 of the recipient key, sealed 32-byte stream key (80), secretstream header
 * (24), then chunks of {u32le length of cipher text, cipher text}; the last carries the FINAL tag. */
/* Reads in_fd to its end. */
MUST_USE enum err_code seal_stream_close(const struct seal_public *to, int in_fd, int out_fd, struct err *err);
/* ERR_SYNTAX when not such a stream, ERR_DENIED when for another key or when a byte was changed, cut or added.
 * Chunks are written as they are verified: on failure what was written is to be thrown away. */
MUST_USE enum err_code seal_stream_open(const struct seal_secret *secret, int in_fd, int out_fd, struct err *err);

/* --- one value under one key of ours (XChaCha20-Poly1305): TOTP secrets and tokens at rest --- */
#define SECRET_KEY_BYTES      32
#define SECRET_OVERHEAD_BYTES 40
/* context is authenticated, not kept ("totp:" + person id): a sealed value cannot be moved to another row. */
MUST_USE enum err_code secret_close(const uint8_t key[SECRET_KEY_BYTES], struct str context, struct str plain,
                                    struct arena *arena, struct str *ret_closed, struct err *err);
MUST_USE enum err_code secret_open(const uint8_t key[SECRET_KEY_BYTES], struct str context, struct str closed,
                                   struct arena *arena, struct str *ret_plain, struct err *err);

NONNULL_END
#endif
