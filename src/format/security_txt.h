/* security_txt.h - the file by which a site says how to report a security hole (RFC 9116): reads the one of others and
 * says what is wrong with it line by line, writes ours.
 * Fetches nothing and verifies no signature: a file wrapped in an OpenPGP cleartext signature (RFC 9580 section 7, RFC
 * 4880 section 7) is read through it, and the findings say that the signature was not checked.
 * Uses: base, format/html.    Used by: contact (registers of others, our own page).
 * Memory: lists in the caller's arena; texts are views of the caller's bytes, which must live as long.
 * Threads: no shared state. */
#ifndef LUYTRE_FORMAT_SECURITY_TXT_H
#define LUYTRE_FORMAT_SECURITY_TXT_H

#include "base/arena.h"
#include "base/civil.h"
#include "base/lang.h"

NONNULL_BEGIN

#define SECURITY_TXT_NO_INSTANT INT64_MIN

enum security_txt_kind {
    SECURITY_TXT_CONTACT,
    SECURITY_TXT_EXPIRES,
    SECURITY_TXT_LANGUAGES, /* Preferred-Languages */
    SECURITY_TXT_CANONICAL,
    SECURITY_TXT_POLICY,
    SECURITY_TXT_ENCRYPTION,
    SECURITY_TXT_ACKNOWLEDGMENTS,
    SECURITY_TXT_HIRING,
    SECURITY_TXT_CSAF,  /* CSAF 2.0 section 7.1.8 */
    SECURITY_TXT_OTHER, /* a field this module does not know, kept */
    SECURITY_TXT_KIND_COUNT,
};
/* "Contact"; "" for SECURITY_TXT_OTHER. */
const char *security_txt_kind_name(enum security_txt_kind kind);

struct security_txt_field {
    enum security_txt_kind kind;
    struct str name;  /* as written in the file */
    struct str value; /* not empty, UTF-8 without control characters */
    size_t line;      /* 1 = first of the file, the lines of a signature counted */
};

/* The gravest come first among those of one weight. */
enum security_txt_verdict {
    SECURITY_TXT_GOOD,
    SECURITY_TXT_TOO_LARGE,
    SECURITY_TXT_IS_HTML,
    SECURITY_TXT_NO_CONTACT,
    SECURITY_TXT_NO_EXPIRES,
    SECURITY_TXT_TWO_EXPIRES,
    SECURITY_TXT_BAD_EXPIRES, /* no date-time of RFC 3339 */
    SECURITY_TXT_EXPIRED,
    SECURITY_TXT_CONTACT_HTTP,
    SECURITY_TXT_CONTACT_NO_SCHEME,
    SECURITY_TXT_CONTACT_UNUSABLE, /* mailto: without an address, tel: without a digit, a space inside */
    SECURITY_TXT_OTHER_CANONICAL,  /* it was not fetched from any address it names */
    SECURITY_TXT_FETCHED_HTTP,
    SECURITY_TXT_SIGNATURE_CUT,
    SECURITY_TXT_OUTSIDE_SIGNATURE, /* lines before or behind the signed text: not read */
    SECURITY_TXT_NOT_UTF8,          /* the line is not read */
    SECURITY_TXT_LINE_ENDINGS,      /* a CR alone ends a line */
    SECURITY_TXT_BAD_LINE,          /* no "Name: value" and no comment: not read */
    SECURITY_TXT_WEB_HTTP,          /* a field other than Contact names an address by http */
    SECURITY_TXT_NOT_URI,           /* a field other than Contact that must be an address has none */
    SECURITY_TXT_TWO_LANGUAGES,
    SECURITY_TXT_EXPIRES_SOON, /* advice from here */
    SECURITY_TXT_EXPIRES_FAR,
    SECURITY_TXT_WRONG_TYPE, /* not served as text/plain in UTF-8 */
    SECURITY_TXT_BAD_LANGUAGE,
    SECURITY_TXT_BYTE_ORDER_MARK,
    SECURITY_TXT_NO_SPACE, /* behind the colon */
    SECURITY_TXT_NO_LAST_NEWLINE,
    SECURITY_TXT_UNVERIFIED, /* information from here: signed, the signature was not checked */
    SECURITY_TXT_UNKNOWN_FIELD,
    SECURITY_TXT_VERDICT_COUNT,
};
enum security_txt_weight {
    SECURITY_TXT_FINE,
    SECURITY_TXT_INFORMATION,
    SECURITY_TXT_ADVICE,
    SECURITY_TXT_FAULT, /* the file breaks a MUST of RFC 9116, or cannot be relied on */
};
enum security_txt_weight security_txt_verdict_weight(enum security_txt_verdict verdict);
const char *security_txt_verdict_name(enum security_txt_verdict verdict); /* "two_expires", for API and tests */
/* A whole sentence for a person: what it is and what to do. */
const char *security_txt_verdict_words(enum security_txt_verdict verdict, enum lang lang);

struct security_txt_finding {
    enum security_txt_verdict verdict;
    size_t line; /* 0: the whole file */
};

struct security_txt {
    struct security_txt_field *NULLABLE fields; /* in the order of the file: of contacts the preferred first */
    size_t field_count;
    int64_t expires_ms; /* Unix milliseconds; the earliest when there are several; SECURITY_TXT_NO_INSTANT */
    struct str *NULLABLE languages;
    size_t language_count;
    bool is_signed; /* wrapped in a cleartext signature; nobody has verified it */
    /* GOOD when no finding is a fault, else the gravest fault. A good file may carry advice and information. */
    enum security_txt_verdict verdict;
    struct security_txt_finding *NULLABLE
        findings; /* never empty: GOOD is one. Those of the whole file first, then by line */
    size_t finding_count;
    size_t unlisted_count; /* over SECURITY_TXT_FINDINGS_MAX, and of a verdict that is in the list already */
};

struct security_txt_ask {
    struct str content_type; /* the header's value as fetched; STR_NONE when not known */
    struct str fetched_from; /* the address after redirects; STR_NONE when not known: then Canonical is not judged */
    int64_t now_ms;          /* judge as of this instant (civil_day_start_ms for a day) */
    int64_t soon_ms;         /* what expires within this time does so soon; 0: nothing does */
};
/* Any bytes are read: what is wrong is a finding, never an error. ERR_NOMEM, ERR_LIMIT: the arena is full. */
MUST_USE enum err_code security_txt_read(struct str bytes, const struct security_txt_ask *ask, struct arena *arena,
                                         struct security_txt *ret_txt, struct err *err);
/* The first field of the kind behind `after` (NULL: from the start), or NULL. */
const struct security_txt_field *NULLABLE security_txt_next(const struct security_txt *txt, enum security_txt_kind kind,
                                                            const struct security_txt_field *NULLABLE after);
/* RFC 3339 section 5.6 date-time; years 1600 to 9999, thousandths kept, finer cut off. */
bool security_txt_instant(struct str text, int64_t *ret_unix_ms);

/* --- writing --- */

struct security_txt_list {
    const struct str *NULLABLE items;
    size_t count;
};
struct security_txt_facts {
    struct security_txt_list contacts; /* addresses with their scheme, the preferred first: "mailto:…", "tel:+84…" */
    int64_t expires_ms;                /* written in UTC, to the second */
    struct security_txt_list languages;
    struct security_txt_list canonicals, policies, encryptions, acknowledgments, hirings, csaf;
};
/* Text with CRLF, unsigned. What it writes, security_txt_read finds good while it has not expired. Refused
 * (ERR_SYNTAX): no contact; http; no scheme; a value with a line break, another control character or a space; a
 * language that is none; an instant outside of the years 1600 to 9999. ERR_LIMIT over SECURITY_TXT_MAX_BYTES. */
MUST_USE enum err_code security_txt_write(const struct security_txt_facts *facts, struct arena *arena,
                                          struct str *ret_text, struct err *err);

NONNULL_END
#endif
