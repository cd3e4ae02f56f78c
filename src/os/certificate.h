/* certificate.h - the S/MIME certificate of a contact (X.509, RFC 5280; RFC 8550): whose, until when, for what.
 * NOTHING IS VERIFIED: neither the signature of the issuer nor a chain, nor whether it was revoked. What is told is
 * what the certificate says of itself.
 * Reads PEM or DER; refuses a private key in any of its usual wrappings, with a reason in the words of a person.
 * OpenSSL decodes; it reads no configuration and opens no file for it. Foreign bytes: call it where those are read
 * (the parse role). Ceilings: base/limits.h.
 * Uses: base, os/crypto (SHA-256), OpenSSL.    Used by: contact.
 * Memory: the caller's arena; OpenSSL's own is given back before it returns.    Threads: may be called from any. */
#ifndef LUYTRE_OS_CERTIFICATE_H
#define LUYTRE_OS_CERTIFICATE_H

#include "base/lang.h"
#include "os/crypto.h"

NONNULL_BEGIN

enum certificate_key {
    CERTIFICATE_KEY_OTHER,
    CERTIFICATE_KEY_RSA,
    CERTIFICATE_KEY_RSA_PSS,
    CERTIFICATE_KEY_EC,
    CERTIFICATE_KEY_ED25519,
    CERTIFICATE_KEY_ED448,
    CERTIFICATE_KEY_X25519,
    CERTIFICATE_KEY_X448,
    CERTIFICATE_KEY_DSA,
    CERTIFICATE_KEY_COUNT,
};
const char *certificate_key_name(enum certificate_key key); /* "RSA"; "" for CERTIFICATE_KEY_OTHER */

struct certificate {
    struct str subject, issuer; /* RFC 4514: "CN=…,O=…,C=VN"; UTF-8 without control characters */
    struct str *NULLABLE mails; /* emailAddress of the subject and rfc822Name of subjectAltName, each once */
    size_t mail_count;
    struct str serial; /* hexadecimal, upper case, without leading zeros */
    struct sha256 fingerprint;
    int64_t not_before_ms, not_after_ms; /* Unix milliseconds; year 9999 stands for no end (RFC 5280 4.1.2.5) */
    enum certificate_key key;
    unsigned key_bits; /* 0 where the key is not known */
    bool can_encrypt;  /* its kind of key can, and its key usage allows it or is absent */
    bool is_for_mail;  /* its extended key usage names e-mail or any, or is absent */
    bool is_ca;
    size_t file_count; /* certificates in the file */
    size_t file_index; /* the one taken: the first that is no authority, or 0 */
};
/* Refused with a reason for the person who sent it: ERR_DENIED for a private key, ERR_LIMIT over a ceiling, ERR_SYNTAX
 * for anything else that is no certificate. */
MUST_USE enum err_code certificate_read(struct str bytes, struct arena *arena, struct certificate *ret_certificate,
                                        struct err *err);
/* That the file held several, and which was taken; "" when it held one. */
const char *certificate_choice_words(const struct certificate *certificate, enum lang lang);

NONNULL_END
#endif
