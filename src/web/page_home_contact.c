#include "duty/cover.h"
#include "format/json.h"
#include "org/page_site.sql.h"
#include "proof/chain.h"
#include "web/page_home.h"

enum err_code home_helpers(struct request *request, const struct place *place, const struct layout_frame *frame,
                           struct page_tasks *page, struct err *err)
{
    struct actor actor = app_actor_with(request, RIGHT_ACKNOWLEDGE);
    if (place->own_rights & RIGHT_READ)
        actor.right = RIGHT_READ;
    struct sql_site_helpers_rows above = {0};
    struct sql_site_response_team_row *team = NULL;
    civil_day today = app_today(request);
    if (place->unit_id) {
        TRY(sql_site_helpers(place->db, &actor, request->arena,
                             &(struct sql_site_helpers_args){.unit_id = place->unit_id, .on_day = today}, &above, err));
        TRY(sql_site_response_team(place->db, &actor, request->arena,
                                   &(struct sql_site_response_team_args){.unit_id = place->unit_id, .on_day = today},
                                   &team, err));
    }
    struct pg_helper *helpers = arena_new_array(request->arena, struct pg_helper, above.count + 2);
    if (!helpers)
        return arena_full(request->arena, err);
    size_t n = 0;
    for (size_t i = 0; i < above.count; i++) {
        const struct sql_site_helpers_row *h = &above.items[i];
        bool seen = false; /* one unit may be above in more than one kind of tree */
        for (size_t k = 0; k < i; k++)
            seen |= above.items[k].parent_id == h->parent_id;
        if (seen || n == 2)
            continue;
        bool has_person = !str_is_empty(h->person_name) && !str_is_empty(h->person_phone);
        struct str tel = has_person ? h->person_phone : h->parent_phone;
        if (str_is_empty(tel) && str_is_empty(h->person_name))
            continue;
        helpers[n++] = (struct pg_helper){.role = msg_str(request->arena, request->lang, MSG_HOME_HELPER_OF, 0,
                                                          MSG_ARGS(ARG_STR("unit", h->parent_name))),
                                          .name = str_is_empty(h->person_name) ? kit_text(request, MSG_HOME_HELPER_UNIT)
                                                                               : h->person_name,
                                          .tel = tel};
    }
    struct str hotline = frame->hotline;
    if (team && !str_is_empty(team->phone))
        helpers[n++] = (struct pg_helper){kit_text(request, MSG_HOME_HELPER_TEAM), team->name, team->phone};
    else if (!str_is_empty(hotline))
        helpers[n++] = (struct pg_helper){kit_text(request, team ? MSG_HOME_HELPER_TEAM : MSG_HOME_HELPER_HOTLINE),
                                          team ? team->name : kit_text(request, MSG_HOME_HELPER_ROUND), hotline};
    page->helpers = (struct pg_helper_list){helpers, n};
    return ERR_NONE;
}

enum err_code home_ask(struct request *request, const struct place *place, struct page_tasks *page, struct err *err)
{
    if (!(place->own_rights & RIGHT_CONTACT_PUBLIC))
        return ERR_NONE;
    struct actor actor = app_actor(request);
    struct sql_site_contact_confirmed_row *last;
    TRY(sql_site_contact_confirmed(place->db, &actor, request->arena, &last, err));
    if (last && last->at_ms.has && !kit_contact_is_old(last->at_ms.v, app_today(request)))
        return ERR_NONE;
    struct sql_person_self_row *self;
    TRY(sql_person_self(place->db, &actor, request->arena, &self, err));
    if (!self)
        return ERR_NONE;
    page->ask = true;
    page->ask_name = self->name;
    page->ask_phone = self->phone;
    page->ask_email = self->email;
    page->ask_missing = str_is_empty(self->phone) || str_is_empty(self->email);
    return ERR_NONE;
}

struct confirming {
    const struct request *request;
    const struct actor *actor;
    const struct sql_person_self_row *self;
    int64_t assignment_id; /* 0: no duty asks for it now */
    int64_t unit_id;
};

static enum err_code confirm_in_transaction(struct db *db, void *NULLABLE ctx, struct err *err)
{
    const struct confirming *c = ctx;
    if (c->assignment_id) {
        AUTO_BUF fields;
        buf_init(&fields, 64u << 10);
        struct json_writer w;
        json_writer_init(&w, &fields, 0);
        json_object_begin(&w);
        json_field_str(&w, STR("person"), c->self->name);
        json_field_str(&w, STR("phone"), c->self->phone);
        json_field_str(&w, STR("email"), c->self->email);
        json_object_end(&w);
        TRY(buf_check(&fields, err));
        int64_t id;
        TRY(evidence_submit(db, c->actor,
                            &(struct evidence_draft){.assignment_id = c->assignment_id,
                                                     .kind = STR("contact"),
                                                     .title = STR(""),
                                                     .done_day = app_today(c->request),
                                                     .fields_json = buf_str(&fields),
                                                     .source = STR("hand")},
                            &id, err));
    }
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_AUDIT,
                                             .kind = "contact_confirmed",
                                             .object_kind = "person",
                                             .object_id = c->actor->person_id,
                                             .unit_id = c->unit_id,
                                             .actor_id = c->actor->person_id,
                                             .content = STR("")},
                        NULL, err);
}

enum err_code home_contact_confirm(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct place place = {.db = db};
    TRY(home_place(request, &place, err));
    struct actor actor = app_actor(request);
    struct sql_person_self_row *self;
    TRY(sql_person_self(db, &actor, request->arena, &self, err));
    if (!self || str_is_empty(self->phone) || str_is_empty(self->email))
        return err_set(err, ERR_SYNTAX, "Còn thiếu điện thoại hoặc thư điện tử");
    struct confirming c = {.request = request, .actor = &actor, .self = self, .unit_id = place.unit_id};
    if (place.own_rights & RIGHT_EXECUTE) {
        struct owed_list owed;
        TRY(home_owed(request, &place, &owed, err));
        for (size_t i = 0; i < owed.count && !c.assignment_id; i++) {
            struct str id = owed.items[i].row->catalogue_id;
            enum page_state state = owed.items[i].state;
            if ((str_equal(id, STR("CT18-3e")) || str_equal(id, STR("CT18-3b"))) && state != PAGE_STATE_OK &&
                state != PAGE_STATE_NA && state != PAGE_STATE_WAIVED)
                c.assignment_id = owed.items[i].row->id;
        }
    }
    TRY(db_transact(db, confirm_in_transaction, &c, err));
    app_done_redirect(request, response, STR("/"),
                      kit_text(request, c.assignment_id ? MSG_HOME_ASK_SENT : MSG_HOME_ASK_DONE), STR_NONE);
    return ERR_NONE;
}
