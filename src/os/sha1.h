/* sha1.h - SHA-1 (FIPS 180-4 6.1), kept for two uses that others fixed: the codes of authenticator programs (RFC 6238)
 * and the fingerprint of OpenPGP keys of version 4 (RFC 4880). Never for anything new.
 * libsodium has none, and OpenSSL would read its configuration on first use, inside the sandbox, for this alone.
 * Uses: base.    Used by: os/crypto.c, format/pgp_key.c.    Memory: none.    Threads: no shared state. */
#ifndef LUYTRE_OS_SHA1_H
#define LUYTRE_OS_SHA1_H

#include "base/text.h"

NONNULL_BEGIN

struct sha1 {
    uint32_t h[5];
    uint64_t total_bytes;
    uint8_t block[64];
};
void sha1_begin(struct sha1 *sha1);
void sha1_add(struct sha1 *sha1, struct str bytes);
void sha1_end(struct sha1 *sha1, uint8_t ret_hash[20]);

NONNULL_END
#endif
