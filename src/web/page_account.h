/* page_account.h - what the pages of signing in and of one's account share: their handlers, whose rows stand in
 * page_account.c, and what each of them does with a session, its cookie and the way back. Uses: web/kit.h,
 * org/session.h. Used by: web/page_account.c, page_signin.c, page_factor.c, page_invitation.c.    Memory: the request's
 * arena. Threads: one request. */
#ifndef LUYTRE_WEB_PAGE_ACCOUNT_H
#define LUYTRE_WEB_PAGE_ACCOUNT_H

#include "web/app_parts.h"
#include "web/kit.h"

NONNULL_BEGIN

/* page_signin.c: in and out */
handler_fn signin_show, signin_do, signout_do;
/* page_factor.c: the second factor, asked for and set up */
handler_fn factor_code_show, factor_code_do, factor_enrol_show, factor_enrol_do, factor_enrol_confirm,
    factor_codes_renew;
/* page_invitation.c: links that let somebody in */
handler_fn forgot_show, invitation_resend_show, invitation_show, invitation_do, invitation_demo_show;

/* page_signin.c, for all of them */
MUST_USE enum err_code account_begin(struct request *request, struct response *response, int status, struct str title,
                                     struct layout_frame **ret_frame, struct page_out *ret_out, struct err *err);
struct session_from account_from(const struct request *request);
struct str account_token(const struct request *request); /* of the cookie */
/* ?back=, only when it is a path of ours; anything else leads home. */
struct str account_back(const struct request *request);
struct str account_with_back(const struct request *request, const char *path);
/* What the domain says begins small, as it does after a colon; here it stands alone. */
struct str account_sentence(const struct request *request, const struct err *err);
struct str account_locked_words(const struct request *request, int64_t wait_ms);
/* Language and look are kept with the person and travel to each machine they sign in on. */
void account_put_look(struct request *request, struct response *response, struct str language, struct str theme);
/* A session was opened: it goes into the cookie, and on to what it still wants. */
MUST_USE enum err_code account_go_in(struct request *request, struct response *response, struct db *db,
                                     const char *token, bool with_look, struct err *err);
/* The session of the cookie, ready or not; sends whoever has none to sign in. */
MUST_USE enum err_code account_half_session(struct request *request, struct response *response, struct db *db,
                                            struct session_info *ret_info, bool *ret_here, struct err *err);

NONNULL_END
#endif
