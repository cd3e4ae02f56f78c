/* page_people.h - what the pages of people share: the handlers whose rows stand in page_people.c, one person found for
 * whoever may see them, and how a refusal of the domain becomes words. Uses: web/page_unit.h.    Used by:
 * web/page_people.c, page_person.c, page_person_edit.c.    Memory: the request's arena.    Threads: one request. */
#ifndef LUYTRE_WEB_PAGE_PEOPLE_H
#define LUYTRE_WEB_PAGE_PEOPLE_H

#include "org/person.sql.h"
#include "web/page_unit.h"

NONNULL_BEGIN

/* page_person.c: one person, their roles, and letting them in */
handler_fn person_show, person_grant_do, person_grant_end_do, person_invite_do, person_invite_mail_do, person_active_do,
    person_factor_do, person_leave_do;
/* page_person_edit.c: a new person, what is known of one, forgetting one */
handler_fn person_new_show, person_new_do, person_edit_show, person_edit_do, person_erase_show, person_erase_do;

/* page_person.c */
struct str person_sign_in_word(const struct request *request, bool is_active, bool has_password, bool has_totp,
                               enum page_state *ret_state);
/* The person of the route; ERR_NOT_FOUND for whoever may not see them. */
MUST_USE enum err_code person_read(struct request *request, struct db *db, const struct actor *actor, int64_t *ret_id,
                                   struct sql_person_page_row **ret_row, struct err *err);
struct pg_crumb_list person_crumbs(struct request *request, struct str name, struct str href, struct str then);

static inline struct str person_href(const struct request *request, int64_t id)
{
    return app_href(request, "/person/%lld", (long long)id);
}
static inline struct str person_said(const struct request *request, const struct err *err)
{
    return kit_said(request, err);
}
/* What the domain refuses in words; anything else is no answer for a person. */
static inline bool person_is_refusal(enum err_code code)
{
    return code == ERR_SYNTAX || code == ERR_CONFLICT || code == ERR_DENIED;
}

NONNULL_END
#endif
