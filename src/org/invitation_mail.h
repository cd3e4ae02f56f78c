/* invitation_mail.h - an invitation or reset link that goes by mail: asked for on a page, sent by the worker, and what
 * became of it. The link is made at the moment the mail leaves, so it stands nowhere but in the mail; another try makes
 * another link and voids the one before.
 * Uses: org/session, store/job.    Used by: web, cmd (worker).    Memory: the caller's arena.    Threads: one db, one
 * owner. */
#ifndef LUYTRE_ORG_INVITATION_MAIL_H
#define LUYTRE_ORG_INVITATION_MAIL_H

#include "org/session.h"

NONNULL_BEGIN

#define INVITATION_MAIL_KIND "invitation" /* of the job; payload: the id in decimal */

/* Mail can be sent, and the link in it leads here: what an administrator has set. */
MUST_USE enum err_code invitation_mail_is_ready(struct db *db, bool *ret_is_ready, struct err *err);
/* Needs RIGHT_PEOPLE_ADMIN over the person. ERR_CONFLICT in words: no mail address, an account that is locked, a mail
 * that still waits, mail that is not set up. */
MUST_USE enum err_code invitation_mail_ask(struct db *db, const struct actor *actor, int64_t person_id,
                                           enum invitation_kind kind, struct err *err);

struct invitation_mail {
    int64_t id, person_id;
    enum invitation_kind kind;
    struct str address, name, language; /* language: "vi", "en" or empty */
    struct session_token token;
    int64_t expires_ms;
    bool is_wanted; /* false: sent before, or the account was locked meanwhile */
};
/* The worker: makes the link. */
MUST_USE enum err_code invitation_mail_begin(struct db *db, int64_t id, struct arena *arena,
                                             struct invitation_mail *ret_mail, struct err *err);
/* why NULL: it left. is_last: no other try will be made. */
MUST_USE enum err_code invitation_mail_end(struct db *db, const struct invitation_mail *mail,
                                           const struct err *NULLABLE why, bool is_last, struct err *err);

NONNULL_END
#endif
