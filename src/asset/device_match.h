/* device_match.h - is this a device we know? Identifiers are brought to one form and compared with the rows of one
 * site. An address or a name has meaning only within its site; a MAC address, a serial number and an agent's key say
 * which machine it is. Same strong identifier and nothing against it: the same device. Evidence that contradicts
 * itself: kept apart, and somebody is asked. Pure: knows nothing of SQL.    Uses: base.    Used by: asset/device.
 * Memory: the caller's arena.    Threads: no shared state. See: design 3.4; regulation.md 8.5. */
#ifndef LUYTRE_ASSET_DEVICE_MATCH_H
#define LUYTRE_ASSET_DEVICE_MATCH_H

#include "base/arena.h"

NONNULL_BEGIN

enum identity_kind {
    IDENTITY_AGENT_KEY, /* strong, in this order */
    IDENTITY_SERIAL,
    IDENTITY_MAC,
    IDENTITY_HOSTNAME, /* weak */
    IDENTITY_ADDRESS,
};
#define IDENTITY_KIND_COUNT 5
#define IDENTITIES_MAX      16u /* of one observation */
struct identity {
    enum identity_kind kind;
    struct str value; /* in its one form: identity_normal */
};
struct str identity_kind_to_str(enum identity_kind kind); /* "mac" */
bool identity_kind_from_str(struct str text, enum identity_kind *ret_kind);
/* The one form: mac "aa:bb:cc:dd:ee:ff", serial in capitals without spaces, hostname in lower case, address as written
 * by inet_ntop. ERR_SYNTAX with words when it cannot be one; *ret_value is empty when the text says nothing ("", "N/A",
 * "To be filled by O.E.M.", 00:00:00:00:00:00, 127.0.0.1). */
MUST_USE enum err_code identity_normal(enum identity_kind kind, struct str text, struct arena *arena,
                                       struct str *ret_value, struct err *err);

/* One row of the site, or one that was merged into it: identifiers count for root_id. */
struct known_identity {
    int64_t device_id; /* the row that holds it */
    int64_t root_id;   /* the device it stands for today */
    struct identity identity;
    int64_t last_ms;
};
enum match_outcome {
    MATCH_NEW,   /* nothing known of it */
    MATCH_SAME,  /* device_id, root_id */
    MATCH_APART, /* a device of its own, and a suggestion with root_id and why */
};
struct match {
    enum match_outcome outcome;
    int64_t device_id; /* MATCH_SAME: the row whose identifier matched, which takes what is said now */
    int64_t root_id;
    int64_t suggest_id; /* 0, or another device that shares an identifier with it: ask somebody */
    const char *why;    /* of the suggestion: an id of device_reasons (asset/device.h), which has its words */
};
/* known: every identity of the devices of this site that share a value with seen, completely (all identities of those
 * roots). */
struct match device_match(const struct identity *seen, size_t seen_count, const struct known_identity *known,
                          size_t known_count);

NONNULL_END
#endif
