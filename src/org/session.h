/* session.h - signing in and staying in: passwords, second factors, sessions, links, tokens of programs.
 * A token leaves this module once, as text; the store keeps its SHA-256. TOTP secrets lie sealed under the store's own
 * key, recovery codes as HMAC under it. Everything that matters is an entry of the audit chain. sign in:
 * session_sign_in (0.1 s of Argon2id, the caller holds the gate) -> token of a session; session_lookup says .wants:
 * nothing more, a code (session_second_factor), or that a factor must be set up first (totp_enrol, totp_confirm). Until
 * .wants is SESSION_READY only those pages may run. Knows nothing of cookies and pages.    Uses: store, proof, know,
 * os/crypto, org/person.    Used by: web, cmd. Memory: the caller's arena.    Threads: one db, one owner. */
#ifndef LUYTRE_ORG_SESSION_H
#define LUYTRE_ORG_SESSION_H

#include "os/crypto.h"
#include "store/store.h"

NONNULL_BEGIN

/* How long sessions and links last, what a wrong try costs and how short a password may be is dated data:
 * know_threshold(KNOW_SESSION_LIFE, ...). */
#define SESSION_TOUCH_MS    (60 * 1000LL) /* seen_ms is written at most this often */
#define RECOVERY_CODES_MAX  20u           /* how many are given: know_threshold(KNOW_RECOVERY_CODES, ...) */
#define RECOVERY_CODE_CHARS 12u           /* 60 bits, shown as xxxx-xxxx-xxxx */

struct session_keys { /* of this store; made at set-up, kept beside it, wiped by the owner */
    uint8_t secret[SECRET_KEY_BYTES];
};
#define SESSION_TOKEN_BYTES 32
struct session_token { /* NUL-terminated; a secret */
    char text[SESSION_TOKEN_BYTES];
};
struct session_from { /* where the request came from; may be STR_NONE */
    struct str ip;
    struct str agent;
};

/* --- signing in --- */
/* ERR_DENIED for a wrong name or password alike (a wrong name costs the same time); ERR_BUSY while locked: the text
 * says for how long. */
MUST_USE enum err_code session_sign_in(struct db *db, struct str sign_in_name, struct str password,
                                       const struct session_from *from, struct session_token *ret_token,
                                       struct err *err);
/* A six-digit code or a recovery code. The session goes on under a new token. ERR_DENIED, ERR_BUSY as above. */
MUST_USE enum err_code session_second_factor(struct db *db, const struct session_keys *keys, struct str token,
                                             struct str code, struct session_token *ret_token, struct err *err);
/* A session for a person without asking: `demo`, tests. */
MUST_USE enum err_code session_open(struct db *db, int64_t person_id, bool has_second_factor,
                                    const struct session_from *from, struct session_token *ret_token, struct err *err);

enum session_wants {
    SESSION_READY,
    SESSION_WANTS_CODE,  /* a factor is set up: ask for a code */
    SESSION_WANTS_ENROL, /* a role asks for a second factor and none is set up */
};
struct session_info { /* web/request.h has its own `struct session`, filled from this */
    int64_t person_id;
    struct str name;
    struct str language; /* "vi", "en" */
    struct str theme;    /* "auto", "light", "dark" */
    struct str csrf_key; /* 32 bytes */
    uint64_t rights;     /* held somewhere: for menus, never for a decision */
    int64_t unit_id;     /* where he works, the earliest of today's; 0: nowhere */
    struct str unit_name;
    int64_t unread_count; /* notices */
    int64_t seen_ms;
    bool has_totp;
    bool is_sample;
    enum session_wants wants;
};
/* ERR_NOT_FOUND when there is none, it ended, slept too long, or its person was switched off. One indexed query. */
MUST_USE enum err_code session_lookup(struct db *db, struct str token, struct arena *arena,
                                      struct session_info *ret_session, struct err *err);
/* The same by SHA-256 of the token, as the router has it. */
MUST_USE enum err_code session_find(struct db *db, struct str token_hash, struct arena *arena,
                                    struct session_info *ret_session, struct err *err);
static inline struct actor session_actor(const struct session_info *session, uint64_t right, civil_day today,
                                         struct str ip)
{
    return (struct actor){.person_id = session->person_id, .right = right, .day = today, .ip = ip};
}
/* Mark it seen; writes at most every SESSION_TOUCH_MS. */
MUST_USE enum err_code session_touch(struct db *db, struct str token, const struct session_info *session,
                                     struct err *err);
MUST_USE enum err_code session_close(struct db *db, struct str token,
                                     struct err *err); /* fine when it is gone already */
/* All of a person's but the one with this token (empty: all). */
MUST_USE enum err_code session_close_all(struct db *db, const struct actor *actor, int64_t person_id,
                                         struct str but_token, int64_t *ret_closed, struct err *err);
MUST_USE enum err_code session_expire(struct db *db, int64_t *ret_dropped,
                                      struct err *err); /* the worker's, now and then */
/* After a restore: what was ended or used since the backup must not come back. Every session ends, every link not used
 * yet is void. */
MUST_USE enum err_code session_end_all(struct db *db, int64_t *ret_sessions, int64_t *ret_links, struct err *err);

/* --- passwords --- */
/* ERR_SYNTAX says what is wrong with it: shorter than KNOW_PASSWORD_LENGTH, one character over and over, holds
 * the sign-in name. */
MUST_USE enum err_code password_is_good(struct str password, struct str sign_in_name, civil_day day, struct err *err);
/* Ends all other sessions. ERR_DENIED when old is wrong. */
MUST_USE enum err_code password_change(struct db *db, const struct actor *actor, struct str old_password,
                                       struct str new_password, struct str token, struct err *err);
/* By the system itself (command line, first-run wizard): actor->all. */
MUST_USE enum err_code password_set(struct db *db, const struct actor *actor, int64_t person_id,
                                    struct str sign_in_name, struct str password, struct err *err);

/* --- second factor --- */
struct totp_enrolment {
    struct str secret; /* base32, to type in */
    struct str uri;    /* otpauth://totp/..., for the QR code */
};
struct recovery_codes {
    struct str items[RECOVERY_CODES_MAX];
    size_t count;
};
/* Begin. ERR_CONFLICT when one is confirmed and the session has not shown it. */
MUST_USE enum err_code totp_enrol(struct db *db, const struct session_keys *keys, struct str token, struct arena *arena,
                                  struct totp_enrolment *ret_enrolment, struct err *err);
/* The first code proves it; the session now has a second factor and a new token. The codes are shown this once. */
MUST_USE enum err_code totp_confirm(struct db *db, const struct session_keys *keys, struct str token, struct str code,
                                    struct arena *arena, struct recovery_codes *ret_codes,
                                    struct session_token *ret_token, struct err *err);
/* New recovery codes for a session that has shown its factor; the old ones are void. */
MUST_USE enum err_code recovery_renew(struct db *db, const struct session_keys *keys, struct str token,
                                      struct arena *arena, struct recovery_codes *ret_codes, struct err *err);
/* A person who lost both: by whoever may manage him. His sessions end. */
MUST_USE enum err_code factor_remove(struct db *db, const struct actor *actor, int64_t person_id, struct err *err);

/* --- links: used once --- */
enum invitation_kind {
    INVITATION_INVITE, /* choose a sign-in name and a password */
    INVITATION_RESET,  /* choose a new password; the second factor stays */
    INVITATION_DEMO,   /* signs in at once; only the system makes these */
};
/* Needs RIGHT_PEOPLE_ADMIN on a unit the person works in. lifetime_ms 0: that of the kind. Voids earlier links of the
 * kind. */
/* How long a link made on a day is good for. */
int64_t invitation_life_ms(enum invitation_kind kind, civil_day day);
MUST_USE enum err_code invitation_new(struct db *db, const struct actor *actor, int64_t person_id,
                                      enum invitation_kind kind, int64_t lifetime_ms, struct session_token *ret_token,
                                      struct err *err);
struct invitation {
    int64_t person_id;
    struct str name;
    struct str sign_in_name; /* as it is, or a proposal: the mail address */
    enum invitation_kind kind;
    int64_t expires_ms;
};
/* What the page behind the link shows. ERR_NOT_FOUND when unknown, used or too old. */
MUST_USE enum err_code invitation_look(struct db *db, struct str token, struct arena *arena,
                                       struct invitation *ret_invitation, struct err *err);
/* Choose name and password (0.1 s of Argon2id) and be signed in. ERR_CONFLICT when the name is taken. */
MUST_USE enum err_code invitation_accept(struct db *db, struct str token, struct str sign_in_name, struct str password,
                                         const struct session_from *from, struct session_token *ret_token,
                                         struct err *err);
/* INVITATION_DEMO: signed in, as if with a second factor. */
MUST_USE enum err_code invitation_sign_in(struct db *db, struct str token, const struct session_from *from,
                                          struct session_token *ret_token, struct err *err);

/* --- tokens for programs --- */
/* Rights one holds oneself somewhere; days 1..KNOW_TOKEN_DAYS_MOST. Tokens begin with "ltr_". */
MUST_USE enum err_code api_token_new(struct db *db, const struct actor *actor, struct str name, uint64_t rights,
                                     int days, int64_t *ret_id, struct session_token *ret_token, struct err *err);
struct api_token {
    int64_t id;
    int64_t person_id;
    struct str person_name;
    struct str name;
    struct str language;
    uint64_t rights; /* a route's right must be among them; the person's grants decide where */
};
MUST_USE enum err_code api_token_lookup(struct db *db, struct str token, struct arena *arena,
                                        struct api_token *ret_token, struct err *err);
MUST_USE enum err_code api_token_find(struct db *db, struct str token_hash, struct arena *arena,
                                      struct api_token *ret_token, struct err *err);
MUST_USE enum err_code api_token_end(struct db *db, const struct actor *actor, int64_t id, struct err *err);

NONNULL_END
#endif
