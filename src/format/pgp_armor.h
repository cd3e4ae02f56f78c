/* pgp_armor.h - OpenPGP bytes out of their ASCII armour (RFC 9580 section 6, RFC 4880 section 6).
 * Text around the armour is passed over, as where a key stands in a mail; lines may be indented.
 * Uses: base.    Used by: format/pgp_key.    Memory: the caller's arena.    Threads: no shared state. */
#ifndef LUYTRE_FORMAT_PGP_ARMOR_H
#define LUYTRE_FORMAT_PGP_ARMOR_H

#include "base/arena.h"

NONNULL_BEGIN

enum pgp_crc {
    PGP_CRC_NONE,
    PGP_CRC_AGREES,
    /* Told, not refused. RFC 9580 6.1: an implementation "MUST NOT reject an OpenPGP object when the CRC24 footer is
     * present, missing, malformed, or disagrees with the computed CRC24 sum". */
    PGP_CRC_DISAGREES,
};
struct pgp_armor {
    struct str label; /* view of the text: "PUBLIC KEY BLOCK" */
    struct str bytes;
    enum pgp_crc crc;
    struct str rest; /* behind the last line of the armour */
};
/* The next "-----BEGIN <label>-----" that begins a line, its label ("PGP PUBLIC KEY BLOCK", "CERTIFICATE"); moves *rest
 * behind its line. */
bool pgp_armor_next_label(struct str *rest, struct str *ret_label);
/* The first armour of OpenPGP whose label is this one. ERR_NOT_FOUND: there is none. ERR_SYNTAX: no last line, or what
 * is not base64. */
MUST_USE enum err_code pgp_armor_open(struct str text, struct str label, struct arena *arena,
                                      struct pgp_armor *ret_armor, struct err *err);

NONNULL_END
#endif
