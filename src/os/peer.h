/* peer.h - ask another role: read this file, fetch that page, send this mail, sign this head.
 * The schema of every message between roles stands here. A role that dies takes its present request with it (ERR_BUSY)
 * and nothing else: the monitor starts it again and sends a new line, which the next call picks up by itself.
 * Uses: base, os/channel, os/crypto.    Used by: web, cmd (worker, roles).
 * Memory: answers live in the caller's arena.
 * Threads: any thread may call; calls to one role stand in a queue, calls to different roles do not. */
#ifndef LUYTRE_OS_PEER_H
#define LUYTRE_OS_PEER_H

#include <pthread.h>

#include "os/channel.h"
#include "os/crypto.h"

NONNULL_BEGIN

enum role { ROLE_MONITOR, ROLE_WEB, ROLE_WORKER, ROLE_PARSE, ROLE_FETCH, ROLE_SIGN, ROLE_COUNT };
const char *role_to_str(enum role role);
bool role_from_str(struct str name, enum role *ret_role);

enum message_type {
    MESSAGE_SETUP = 1, /* monitor to role: what to be */
    MESSAGE_SOCKET,    /* monitor to role: a listening socket */
    MESSAGE_LINE,      /* monitor to role: a line to (or from) another role */
    MESSAGE_GO,        /* monitor to role: that was all, start */
    MESSAGE_REPLY = 16,
    MESSAGE_PARSE,
    MESSAGE_FETCH,
    MESSAGE_MAIL,
    MESSAGE_SIGN,
    MESSAGE_PUBLIC_KEY,
};
/* Indexes of the fields, in the order of the schema. */
enum { SETUP_CONFIG };
enum { SOCKET_NAME };
enum { LINE_ROLE, LINE_IS_SERVER };
enum { REPLY_CODE, REPLY_TEXT, REPLY_NUMBER, REPLY_META, REPLY_CONTENT };
enum { PARSE_KIND, PARSE_NAME, PARSE_CONTENT };
enum { FETCH_METHOD, FETCH_URL, FETCH_HEADERS, FETCH_BODY, FETCH_MAX_BYTES, FETCH_TIMEOUT_MS };
enum { MAIL_URL, MAIL_USER, MAIL_PASSWORD, MAIL_FROM, MAIL_TO, MAIL_MESSAGE, MAIL_NEEDS_TLS, MAIL_TIMEOUT_MS };
enum { SIGN_PURPOSE, SIGN_CONTENT };

extern const struct message_schema role_schemas[];
extern const size_t role_schema_count;

struct peer_line {
    pthread_mutex_t lock; /* held during a call */
    struct channel channel;
    int fresh_fd; /* newer line from the monitor, -1 when none; under peers.control_lock */
};
struct peers {
    pthread_mutex_t control_lock;
    struct channel *control; /* to the monitor; peers reads it once the role runs */
    struct peer_line lines[ROLE_COUNT];
    _Atomic uint64_t next_id;
};
void peers_init(struct peers *peers, struct channel *control);
void peers_done(struct peers *peers);
/* Keep a line that the monitor sent. Takes fd. */
void peers_add(struct peers *peers, enum role role, int fd);
/* Read what the monitor sent meanwhile; ERR_NOT_FOUND when the monitor is gone: then the role ends. */
MUST_USE enum err_code peers_refresh(struct peers *peers, struct err *err);

/* One request, one reply. ERR_BUSY: the role is not there, died over it, or took longer than timeout_ms. An error that
 * the role answered comes back as its code and words. Nothing is asked twice: who calls decides about that. */
MUST_USE enum err_code peer_call(struct peers *peers, enum role role, const struct message *request, int timeout_ms,
                                 struct arena *arena, struct message *ret_reply, struct err *err);

/* Read a hostile file in `parse`: kind is a row of its table ("pdf_text"), name is for error words. The file is file_fd
 * (read from its start, stays open), or content when file_fd is -1. */
MUST_USE enum err_code peer_parse(struct peers *peers, struct str kind, struct str name, int file_fd,
                                  struct str content, int timeout_ms, struct arena *arena, struct str *ret_result,
                                  struct err *err);

struct fetch_request {
    struct str method;  /* "GET" or "POST" */
    struct str url;     /* http or https */
    struct str headers; /* "Name: value" lines ended by \n; may be empty */
    struct str body;    /* of POST */
    uint64_t max_bytes; /* of the answer */
    int timeout_ms;
};
struct fetch_answer {
    int status; /* HTTP */
    struct str content_type;
    struct str body;
};
/* ERR_DENIED for an address of the inside, ERR_LIMIT over the size, ERR_IO when the other end cannot be had. An HTTP
 * status of 400 and more is an answer, not an error. GET follows five redirects, POST none. */
MUST_USE enum err_code peer_fetch(struct peers *peers, const struct fetch_request *request, struct arena *arena,
                                  struct fetch_answer *ret_answer, struct err *err);

struct mail {
    struct str url; /* "smtp://relay.example:587" or smtps:// */
    struct str user, password;
    struct str from;    /* bare address */
    struct str to;      /* bare addresses, one a line */
    struct str message; /* RFC 5322, CRLF lines */
    bool needs_tls;     /* refuse a server without STARTTLS */
    int timeout_ms;
};
MUST_USE enum err_code peer_mail(struct peers *peers, const struct mail *mail, struct err *err);

/* What is signed is "luytre <purpose>\n" and the content, so that a signature for one purpose is none for another. */
#define SIGN_PURPOSES "chain-head report bundle job"
bool sign_purpose_is_known(struct str purpose);
MUST_USE enum err_code sign_statement(struct str purpose, struct str content, struct arena *arena,
                                      struct str *ret_statement, struct err *err);
/* For verifiers: no role needed. */
bool statement_is_signed(const struct sign_public *public_key, struct str purpose, struct str content,
                         const struct signature *signature);
MUST_USE enum err_code peer_sign(struct peers *peers, struct str purpose, struct str content,
                                 struct signature *ret_signature, struct err *err);
MUST_USE enum err_code peer_public_key(struct peers *peers, struct sign_public *ret_public, struct err *err);

NONNULL_END
#endif
