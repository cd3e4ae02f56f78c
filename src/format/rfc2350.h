/* rfc2350.h - the description of an incident response team, as RFC 2350 asks for it: seven sections from a struct of
 * facts, as plain text to publish and as headed paragraphs for a page, in Vietnamese or English.
 * Every section stands there: one without facts says in words what is missing, and rfc2350_missing lists those.
 * Numbers follow appendix D of RFC 2350, and 1.4 its example in appendix E; the words are our own.
 * What may be published (personal numbers only by consent) is the caller's to decide: all facts are shown.
 * Uses: base.    Used by: contact.    Memory: the caller's arena, which keeps copies of what is shown.
 * Threads: no shared state. */
#ifndef LUYTRE_FORMAT_RFC2350_H
#define LUYTRE_FORMAT_RFC2350_H

#include "base/arena.h"
#include "base/civil.h"
#include "base/lang.h"

NONNULL_BEGIN

/* One row a section, in their order. */
enum rfc2350_item {
    RFC2350_DOCUMENT,       /* 1 */
    RFC2350_UPDATED,        /* 1.1 */
    RFC2350_DISTRIBUTION,   /* 1.2 */
    RFC2350_LOCATIONS,      /* 1.3 */
    RFC2350_AUTHENTICATION, /* 1.4 */
    RFC2350_CONTACT,        /* 2 */
    RFC2350_NAME,           /* 2.1 */
    RFC2350_ADDRESS,        /* 2.2 */
    RFC2350_TIME_ZONE,      /* 2.3 */
    RFC2350_PHONE,          /* 2.4 */
    RFC2350_FAX,            /* 2.5 */
    RFC2350_OTHER_CHANNEL,  /* 2.6 */
    RFC2350_MAIL,           /* 2.7 */
    RFC2350_KEYS,           /* 2.8 */
    RFC2350_MEMBERS,        /* 2.9 */
    RFC2350_OTHER,          /* 2.10 */
    RFC2350_POINTS,         /* 2.11 */
    RFC2350_CHARTER,        /* 3 */
    RFC2350_MISSION,        /* 3.1 */
    RFC2350_CONSTITUENCY,   /* 3.2 */
    RFC2350_SPONSOR,        /* 3.3 */
    RFC2350_AUTHORITY,      /* 3.4 */
    RFC2350_POLICIES,       /* 4 */
    RFC2350_INCIDENTS,      /* 4.1 */
    RFC2350_COOPERATION,    /* 4.2 */
    RFC2350_COMMUNICATION,  /* 4.3 */
    RFC2350_SERVICES,       /* 5 */
    RFC2350_RESPONSE,       /* 5.1 */
    RFC2350_TRIAGE,         /* 5.1.1 */
    RFC2350_COORDINATION,   /* 5.1.2 */
    RFC2350_RESOLUTION,     /* 5.1.3 */
    RFC2350_PROACTIVE,      /* 5.2 */
    RFC2350_FORMS,          /* 6 */
    RFC2350_DISCLAIMERS,    /* 7 */
    RFC2350_ITEM_COUNT,
};

struct rfc2350_words { /* a text in both languages; where one is empty, the other is shown and said to be it */
    struct str vi, en;
};
struct rfc2350_list {
    const struct str *NULLABLE items;
    size_t count;
};
struct rfc2350_key {
    struct str fingerprint, user_id, algorithm, where; /* empty: not told */
    civil_day last_day; /* it may be used on this day; CIVIL_FOREVER: no end; CIVIL_NONE: not known */
};
struct rfc2350_member {
    struct str name;
    struct rfc2350_words role;
};
/* Empty texts and lists are facts that are missing. A text may hold line breaks: each line stands by itself. */
struct rfc2350_facts {
    civil_day updated_day; /* CIVIL_NONE: not known */
    struct rfc2350_words distribution, authentication;
    struct rfc2350_list locations; /* where the newest text stands */
    struct rfc2350_words name;
    struct str short_name;
    struct rfc2350_words address;
    bool has_zone;
    int utc_offset_min;   /* 420 */
    struct str zone_name; /* "Asia/Ho_Chi_Minh", may be empty */
    struct rfc2350_list phones, faxes, mails, hotlines;
    struct rfc2350_words other_channel, hours, other;
    const struct rfc2350_key *NULLABLE keys;
    size_t key_count;
    const struct rfc2350_member *NULLABLE members;
    size_t member_count;
    struct rfc2350_words mission, sponsor, authority;
    struct rfc2350_words constituency;          /* in words, beside the lists */
    struct rfc2350_list units, ranges, domains; /* "203.0.113.0/24" */
    const uint32_t *NULLABLE as_numbers;
    size_t as_count;
    struct rfc2350_words incidents, cooperation, communication;
    struct rfc2350_words triage, coordination, resolution, proactive;
    struct rfc2350_words reporting; /* how to report; beside the addresses of forms */
    struct rfc2350_list forms;
    struct rfc2350_words disclaimers;
};

struct rfc2350_paragraph {
    enum rfc2350_item item;
    int level; /* 1: "2", 2: "2.7", 3: "5.1.1" */
    const char *number;
    const char *heading;
    /* Without line breaks and control characters; none below a heading that only has sections. */
    struct str *NULLABLE lines;
    size_t line_count;
    bool is_missing; /* among the lines is what is missing */
};
struct rfc2350_document {
    struct str title;
    struct rfc2350_paragraph paragraphs[RFC2350_ITEM_COUNT];
};
/* ERR_NOMEM, ERR_LIMIT: the arena is full; ERR_LIMIT: a text over RFC2350_TEXT_MAX_BYTES. */
MUST_USE enum err_code rfc2350_make(const struct rfc2350_facts *facts, enum lang lang, struct arena *arena,
                                    struct rfc2350_document *ret_document, struct err *err);
/* UTF-8 with LF, lines of 72 characters where words allow it. What stands in a fact is indented, so that it can never
 * look like a section. ERR_LIMIT over RFC2350_TEXT_MAX_BYTES. */
MUST_USE enum err_code rfc2350_text(const struct rfc2350_facts *facts, enum lang lang, struct arena *arena,
                                    struct str *ret_text, struct err *err);

/* The sections whose facts are missing, in their order; returns how many. Fax, other channels, other information and a
 * distribution list may be absent: the text then says that there is none. */
size_t rfc2350_missing(const struct rfc2350_facts *facts, enum rfc2350_item ret_items[RFC2350_ITEM_COUNT]);
const char *rfc2350_number(enum rfc2350_item item);
const char *rfc2350_heading(enum rfc2350_item item, enum lang lang);
/* What the text says when the facts of this section are missing; "" for a heading. */
const char *rfc2350_missing_words(enum rfc2350_item item, enum lang lang);

NONNULL_END
#endif
