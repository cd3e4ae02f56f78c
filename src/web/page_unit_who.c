#include "org/access.sql.h"
#include "org/person.sql.h"
#include "web/page_unit_seen.h"

enum err_code unit_who_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct unit_seen seen;
    TRY(unit_seen_open(request, db, &seen, err));
    struct sql_access_who_rows who;
    TRY(sql_access_who(db, &seen.actor, request->arena,
                       &(struct sql_access_who_args){.unit_id = seen.id, .on_day = seen.day}, &who, err));
    struct pg_who_row *items = arena_new_array(request->arena, struct pg_who_row, who.count + 1);
    if (!items)
        return arena_full(request->arena, err);
    int64_t people = 0;
    for (size_t i = 0; i < who.count; i++) {
        const struct sql_access_who_row *w = &who.items[i];
        bool is_again = false;
        for (size_t k = 0; k < i; k++)
            is_again |= who.items[k].person_id == w->person_id;
        people += !is_again;
        struct sql_person_is_managed_row *seen_too = NULL; /* who looks down from above works where one may not look */
        TRY(sql_person_is_managed(db, &seen.actor, request->arena,
                                  &(struct sql_person_is_managed_args){.person_id = w->person_id, .on_day = seen.day},
                                  &seen_too, err));
        items[i] = (struct pg_who_row){
            .name = w->name,
            .href = seen_too && seen_too->n ? app_href(request, "/person/%lld", (long long)w->person_id) : STR_NONE,
            .title = w->title,
            .role = unit_role_word(request, w->role),
            .from = w->depth ? msg_str(request->arena, request->lang, MSG_UNIT_WHO_ABOVE, 0,
                                       MSG_ARGS(ARG_STR("unit", w->grant_unit_name),
                                                ARG_STR("edge", unit_edge_word(request, w->edge_kind))))
                             : kit_text(request, MSG_UNIT_WHO_HERE),
            .what = unit_rights_words(request, (uint64_t)w->rights),
            .until = w->to_day >= CIVIL_FOREVER ? kit_text(request, MSG_UNIT_WHO_OPEN)
                                                : unit_day_vn(request, (civil_day)w->to_day - 1)};
    }
    struct page_unit_who page = {.rows = {items, who.count},
                                 .heading = msg_str(request->arena, request->lang, MSG_UNIT_WHO_HEADING, people,
                                                    MSG_ARGS(ARG_INT("n", people), ARG_STR("name", seen.row->name))),
                                 .lead = kit_text(request, MSG_UNIT_WHO_LEAD)};
    TRY(unit_crumbs(request, db, seen.id, true, kit_text(request, MSG_UNIT_WHO), &page.crumbs, err));
    page.frame = web_frame(request, page.heading, STR("units"));
    if (!page.frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, 200);
    page_unit_who(&o, &page);
    return ERR_NONE;
}
