#include "org/person.h"
#include "web/page_people.h"

static enum err_code edit_page(struct request *request, struct response *response, struct page_person_edit *page,
                               struct err *err)
{
    page->frame = web_frame(request, page->heading, STR("units"));
    if (!page->frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, str_is_empty(page->problem) ? 200 : 422);
    page_person_edit(&o, page);
    return ERR_NONE;
}

static struct person_fields fields_typed(const struct request *request, struct page_person_edit *page)
{
    page->name = kit_typed(request, "name");
    page->title = kit_typed(request, "title");
    page->phone = kit_typed(request, "phone");
    page->email = kit_typed(request, "email");
    page->publish = !str_is_empty(kit_typed(request, "publish"));
    if (str_is_empty(page->name))
        page->problem = page->name_error = kit_text(request, MSG_PEOPLE_F_NAME_NEEDED);
    return (struct person_fields){.name = page->name,
                                  .title = page->title,
                                  .phone = page->phone,
                                  .email = page->email,
                                  .publish_consent = page->publish};
}

static struct page_person_edit new_blank(struct request *request)
{
    return (struct page_person_edit){
        .heading = kit_text(request, MSG_PEOPLE_NEW_HEADING),
        .lead = kit_text(request, MSG_PEOPLE_NEW_LEAD),
        .act = STR("/people/new"),
        .is_new = true,
        .crumbs = person_crumbs(request, kit_text(request, MSG_PEOPLE_NEW_HEADING), STR(""), STR(""))};
}

enum err_code person_new_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct page_person_edit page = new_blank(request);
    int64_t unit;
    TRY(app_int(request, STR("unit"), 0, &unit, err));
    struct unit_root root;
    TRY(unit_root_pick(request, db, RIGHT_PEOPLE_ADMIN, &root, err));
    page.unit = root.name;
    return edit_page(request, response, &page, err);
}

enum err_code person_new_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct page_person_edit page = new_blank(request);
    struct person_fields fields = fields_typed(request, &page);
    page.unit = kit_typed(request, "unit");
    int64_t unit = 0, id = 0;
    struct err why;
    enum err_code code = unit_typed(request, db, RIGHT_PEOPLE_ADMIN, STR("unit"), &unit, &why);
    if (code == ERR_SYNTAX)
        page.problem = page.unit_error = person_said(request, &why);
    else if (code != ERR_NONE) {
        *err = why;
        return code;
    }
    if (!str_is_empty(page.problem))
        return edit_page(request, response, &page, err);
    struct actor actor = app_actor(request);
    code = person_new(db, &actor, &fields, unit, app_today(request), false, &id, err);
    if (person_is_refusal(code)) {
        page.problem = person_said(request, err);
        return edit_page(request, response, &page, err);
    }
    TRY(code);
    app_done_redirect(
        request, response, person_href(request, id),
        msg_str(request->arena, request->lang, MSG_PEOPLE_ADDED, 0, MSG_ARGS(ARG_STR("name", fields.name))), STR_NONE);
    return ERR_NONE;
}

static enum err_code edit_begin(struct request *request, struct db *db, int64_t *ret_id,
                                struct page_person_edit *ret_page, struct err *err)
{
    struct actor actor = app_actor(request);
    struct sql_person_page_row *p;
    TRY(person_read(request, db, &actor, ret_id, &p, err));
    *ret_page = (struct page_person_edit){.heading = msg_str(request->arena, request->lang, MSG_PEOPLE_EDIT_HEADING, 0,
                                                             MSG_ARGS(ARG_STR("name", p->name))),
                                          .lead = kit_text(request, MSG_PEOPLE_EDIT_LEAD),
                                          .act = app_href(request, "/person/%lld/edit", (long long)*ret_id),
                                          .name = p->name,
                                          .title = p->title,
                                          .phone = p->phone,
                                          .email = p->email,
                                          .publish = p->publish_consent};
    ret_page->crumbs =
        person_crumbs(request, p->name, person_href(request, *ret_id), kit_text(request, MSG_PEOPLE_EDIT));
    return ERR_NONE;
}

enum err_code person_edit_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    struct page_person_edit page;
    TRY(edit_begin(request, db, &id, &page, err));
    return edit_page(request, response, &page, err);
}

enum err_code person_edit_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    struct page_person_edit page;
    TRY(edit_begin(request, db, &id, &page, err));
    struct person_fields fields = fields_typed(request, &page);
    if (!str_is_empty(page.problem))
        return edit_page(request, response, &page, err);
    struct actor actor = app_actor(request);
    enum err_code code = person_update(db, &actor, id, &fields, err);
    if (person_is_refusal(code)) {
        page.problem = person_said(request, err);
        return edit_page(request, response, &page, err);
    }
    TRY(code);
    app_done_redirect(
        request, response, person_href(request, id),
        msg_str(request->arena, request->lang, MSG_PEOPLE_SAVED, 0, MSG_ARGS(ARG_STR("name", fields.name))), STR_NONE);
    return ERR_NONE;
}

static enum err_code erase_begin(struct request *request, struct db *db, int64_t *ret_id,
                                 struct page_person_edit *ret_page, struct err *err)
{
    struct actor actor = app_actor(request);
    struct sql_person_page_row *p;
    TRY(person_read(request, db, &actor, ret_id, &p, err));
    *ret_page = (struct page_person_edit){.heading = msg_str(request->arena, request->lang, MSG_PEOPLE_ERASE_HEADING, 0,
                                                             MSG_ARGS(ARG_STR("name", p->name))),
                                          .lead = kit_text(request, MSG_PEOPLE_ERASE_PAGE),
                                          .act = app_href(request, "/person/%lld/erase", (long long)*ret_id),
                                          .is_erase = true,
                                          .reason = kit_typed(request, "reason")};
    ret_page->crumbs =
        person_crumbs(request, p->name, person_href(request, *ret_id), kit_text(request, MSG_PEOPLE_ERASE));
    return ERR_NONE;
}

enum err_code person_erase_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    struct page_person_edit page;
    TRY(erase_begin(request, db, &id, &page, err));
    return edit_page(request, response, &page, err);
}

enum err_code person_erase_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    struct page_person_edit page;
    TRY(erase_begin(request, db, &id, &page, err));
    if (str_is_empty(page.reason)) {
        page.problem = page.reason_error = kit_text(request, MSG_PEOPLE_F_REASON_NEEDED);
        return edit_page(request, response, &page, err);
    }
    struct actor actor = app_actor(request);
    enum err_code code = person_erase(db, &actor, id, page.reason, err);
    if (person_is_refusal(code)) {
        page.problem = person_said(request, err);
        return edit_page(request, response, &page, err);
    }
    TRY(code);
    app_done_redirect(request, response, STR("/people"), kit_text(request, MSG_PEOPLE_ERASED_DONE), STR_NONE);
    return ERR_NONE;
}
