/* page_home.h - what the first page, its contact details and the search share: who is here, for which units, and what
 * their unit owes. Uses: web/kit.h, org, duty.    Used by: web/page_home.c, page_home_contact.c, page_search.c.
 * Memory: the request's arena.    Threads: one request. */
#ifndef LUYTRE_WEB_PAGE_HOME_H
#define LUYTRE_WEB_PAGE_HOME_H

#include "duty/rollup.sql.h"
#include "org/person.sql.h"
#include "web/app_parts.h"
#include "web/kit.h"

NONNULL_BEGIN

/* page_home_contact.c: "still right" */
handler_fn home_contact_confirm;
/* page_search.c */
handler_fn search_show;

struct place {
    struct db *db;
    int64_t unit_id; /* the unit one works in; 0: none */
    struct str unit_name;
    uint64_t own_rights; /* on that very unit */
    uint64_t all_rights;
    struct sql_person_self_grants_rows grants;
    const struct sql_person_self_grants_row *NULLABLE above; /* the widest grant that looks down a tree */
};
/* place->db stands already. */
MUST_USE enum err_code home_place(struct request *request, struct place *place, struct err *err);

struct owed {
    const struct sql_assignment_list_unit_row *row;
    struct duty_facts facts;
    enum page_state state;
    struct str word;
};
struct owed_list {
    struct owed *items;
    size_t count;
};
/* What the unit owes. */
MUST_USE enum err_code home_owed(struct request *request, const struct place *place, struct owed_list *ret_list,
                                 struct err *err);

/* "12/CT-UBND", or the title of a document that has no number and symbol. */
struct str home_source(const struct request *request, struct str number, struct str symbol, struct str title);

/* page_home_contact.c: whom to ask */
MUST_USE enum err_code home_helpers(struct request *request, const struct place *place,
                                    const struct layout_frame *frame, struct page_tasks *page, struct err *err);
/* Are my contact details still right? Asked of whoever the unit is reached through. */
MUST_USE enum err_code home_ask(struct request *request, const struct place *place, struct page_tasks *page,
                                struct err *err);

NONNULL_END
#endif
