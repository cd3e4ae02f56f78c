/* session_parts.h - what signing in (session.c), second factors (session_factor.c), links (session_link.c) and tokens
 * of programs (api_token.c) share. Uses: org/session.h, the queries.    Used by: these files.    Memory: the caller's.
 * Threads: one db, one owner. */
#ifndef LUYTRE_ORG_SESSION_PARTS_H
#define LUYTRE_ORG_SESSION_PARTS_H

#include <stdio.h>
#include <string.h>

#include "org/access.h"
#include "org/person.sql.h"
#include "org/session.h"
#include "org/session.sql.h"
#include "proof/chain.h"

NONNULL_BEGIN

#define SESSION_ARENA_BYTES (1u << 20)
#define CSRF_KEY_BYTES      32

/* An entry of the audit chain about a person; content may be STR_NONE. */
MUST_USE enum err_code session_note(struct db *db, const char *kind, int64_t person_id, int64_t actor_id,
                                    struct str content, struct err *err);
struct session_token session_token_new(const char *prefix);
/* What a password costs to try, as the rules of today say. */
struct password_cost session_cost_today(const struct db *db);
/* A sign-in name: lower case, no blanks; STR_NONE when it cannot be one. */
struct str session_clean_name(struct arena *arena, struct str name);
/* The same, with a refusal in words. */
MUST_USE enum err_code session_name_for(struct arena *arena, struct str typed, struct str *ret_name, struct err *err);

/* ERR_BUSY: for how long. */
enum err_code session_refuse_locked(int64_t locked_until_ms, int64_t now_ms, struct err *err);
#ifdef __clang_analyzer__ /* as in base/err.h */
#define session_refuse_locked(...) err_is_failure(session_refuse_locked(__VA_ARGS__))
#endif
/* One more wrong try; from SESSION_FAILURES_FREE on the person waits. */
MUST_USE enum err_code session_count_failure(struct db *db, int64_t person_id, const char *kind, struct str ip,
                                             struct err *err);

struct session_opening {
    int64_t person_id;
    bool has_second_factor;
    const struct session_from *from;
    const char *kind; /* entry of the chain */
    struct session_token token;
    struct str rehash;    /* STR_NONE: the password string stays */
    struct str rehash_of; /* the string it takes the place of */
    struct str old_token_hash;
    struct str link_hash;
    struct str sign_in_name;
};
/* Inside a transaction: the session and its entry; fills token. */
MUST_USE enum err_code session_put(struct db *db, struct session_opening *o, struct err *err);
/* Inside a transaction: name and password of a person. ERR_CONFLICT when the name is taken. */
MUST_USE enum err_code session_put_credential(struct db *db, struct arena *arena, int64_t person_id, struct str name,
                                              struct str hash, struct err *err);
/* Oneself, the system, or who may manage this person; else ERR_DENIED. */
MUST_USE enum err_code session_require_over(struct db *db, const struct actor *actor, int64_t person_id,
                                            const char *what, struct err *err);

NONNULL_END
#endif
