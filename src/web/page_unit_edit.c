#include "org/page_unit.sql.h"
#include "org/unit.sql.h"
#include "web/page_unit.h"

struct edges_typed { /* the three parents of a new unit, in the order of know_edge_kinds */
    struct str value[3];
    struct str error[3];
};
static const char *const parent_fields[3] = {"parent_admin", "parent_prof", "parent_inc"};

static struct str text_of(const struct request *request, enum msg_id id)
{
    return msg_text(request->lang, id, 0);
}

static struct str field_of(const struct request *request, const char *name)
{
    return str_trim(form_get(&request->form, str_from_cstr(name)));
}

static struct str said(const struct request *request, const struct err *err)
{
    return kit_said(request, err);
}

static struct pg_choice_list sectors(const struct request *request, struct str current)
{
    struct pg_choice *items = arena_new_array(request->arena, struct pg_choice, know_sector_count + 1);
    if (!items)
        return (struct pg_choice_list){NULL, 0};
    items[0] = (struct pg_choice){.value = STR(""), .label = text_of(request, MSG_UNIT_NO_SECTOR)};
    for (size_t i = 0; i < know_sector_count; i++)
        items[i + 1] =
            (struct pg_choice){know_sectors[i].id, unit_say(request, know_sectors[i].title, know_sectors[i].id),
                               str_equal(know_sectors[i].id, current)};
    return (struct pg_choice_list){items, know_sector_count + 1};
}

static enum err_code edit_page(struct request *request, struct response *response, struct db *db, int64_t unit_id,
                               const struct unit_fact *fact, struct str from, const struct edges_typed *NULLABLE edges,
                               struct page_unit_edit *page, struct err *err)
{
    page->name = fact->name;
    page->code = fact->code;
    page->symbol = fact->symbol;
    page->address = fact->address;
    page->domain = fact->domain;
    page->phone = fact->phone;
    page->email = fact->email;
    page->from = from;
    page->kinds = unit_kind_choices(request, fact->kind, text_of(request, MSG_UNIT_F_CHOOSE));
    page->sectors = sectors(request, fact->sector);
    page->is_new = edges != NULL;
    if (edges) {
        struct str labels[3];
        for (size_t i = 0; i < ARRAY_LEN(labels); i++)
            labels[i] = msg_str(request->arena, request->lang, MSG_UNIT_F_PARENT, 0,
                                MSG_ARGS(ARG_STR("edge", unit_edge_word(request, know_edge_kinds[i].id))));
        page->parent_admin = edges->value[0];
        page->parent_admin_error = edges->error[0];
        page->parent_admin_label = labels[0];
        page->parent_prof = edges->value[1];
        page->parent_prof_error = edges->error[1];
        page->parent_prof_label = labels[1];
        page->parent_inc = edges->value[2];
        page->parent_inc_error = edges->error[2];
        page->parent_inc_label = labels[2];
    }
    if (unit_id)
        TRY(unit_crumbs(request, db, unit_id, true, page->heading, &page->crumbs, err));
    else {
        struct pg_crumb *crumbs = arena_new_array(request->arena, struct pg_crumb, 2);
        if (!crumbs)
            return arena_full(request->arena, err);
        crumbs[0] = (struct pg_crumb){text_of(request, MSG_UNIT_ALL), STR("/units")};
        crumbs[1] = (struct pg_crumb){page->heading, STR("")};
        page->crumbs = (struct pg_crumb_list){crumbs, 2};
    }
    page->frame = web_frame(request, page->heading, STR("units"));
    if (!page->frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, str_is_empty(page->problem) ? 200 : 422);
    page_unit_edit(&o, page);
    return ERR_NONE;
}

static struct unit_fact fact_typed(const struct request *request)
{
    return (struct unit_fact){.kind = field_of(request, "kind"),
                              .name = field_of(request, "name"),
                              .code = field_of(request, "code"),
                              .symbol = field_of(request, "symbol"),
                              .address = field_of(request, "address"),
                              .domain = field_of(request, "domain"),
                              .phone = field_of(request, "phone"),
                              .email = field_of(request, "email"),
                              .sector = field_of(request, "sector")};
}

/* What is wrong before the domain is asked; the first of them goes into the note on top. */
static void check_typed(const struct request *request, const struct unit_fact *fact, civil_day *ret_from,
                        struct page_unit_edit *page)
{
    struct err err;
    civil_day from = CIVIL_NONE;
    if (str_is_empty(fact->name))
        page->name_error = text_of(request, MSG_UNIT_F_NAME_NEEDED);
    if (str_is_empty(fact->kind))
        page->kind_error = text_of(request, MSG_UNIT_F_KIND_NEEDED);
    if (app_day(request, STR("from"), &from, &err) != ERR_NONE)
        page->from_error = said(request, &err);
    else if (from == CIVIL_NONE)
        page->from_error = text_of(request, MSG_UNIT_F_DAY_NEEDED);
    *ret_from = from;
    struct str first[] = {page->name_error, page->kind_error, page->from_error};
    for (size_t i = 0; i < ARRAY_LEN(first) && str_is_empty(page->problem); i++)
        page->problem = first[i];
}

/* Where the domain's refusal belongs. What is no fault of the form goes up. */
static bool take_refusal(const struct request *request, enum err_code code, const struct err *err,
                         struct page_unit_edit *page)
{
    if (code != ERR_SYNTAX && code != ERR_CONFLICT && code != ERR_DENIED)
        return false;
    page->problem = said(request, err);
    if (code == ERR_CONFLICT)
        page->code_error = page->problem;
    return true;
}

static enum err_code read_unit(struct request *request, struct db *db, int64_t *ret_id, struct unit_fact *ret_fact,
                               struct err *err)
{
    struct actor actor = app_actor(request);
    TRY(request_id(request, STR("id"), ret_id, err));
    struct sql_unit_page_row *u;
    TRY(sql_unit_page(db, &actor, request->arena,
                      &(struct sql_unit_page_args){.unit_id = *ret_id, .on_day = app_today(request)}, &u, err));
    if (!u)
        return err_set(err, ERR_NOT_FOUND, "unit %lld", (long long)*ret_id);
    *ret_fact = (struct unit_fact){.kind = u->kind,
                                   .name = u->name,
                                   .code = u->code,
                                   .symbol = u->symbol,
                                   .address = u->address,
                                   .domain = u->domain,
                                   .phone = u->phone,
                                   .email = u->email,
                                   .sector = u->sector};
    return ERR_NONE;
}

static struct page_unit_edit edit_blank(struct request *request, int64_t id, struct str name)
{
    return (struct page_unit_edit){
        .heading = msg_str(request->arena, request->lang, MSG_UNIT_EDIT_HEADING, 0, MSG_ARGS(ARG_STR("name", name))),
        .lead = text_of(request, MSG_UNIT_EDIT_LEAD),
        .act = app_href(request, "/unit/%lld/edit", (long long)id)};
}

enum err_code unit_edit_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    struct unit_fact fact;
    TRY(read_unit(request, db, &id, &fact, err));
    struct page_unit_edit page = edit_blank(request, id, fact.name);
    return edit_page(request, response, db, id, &fact, unit_day_vn(request, app_today(request)), NULL, &page, err);
}

enum err_code unit_edit_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    struct unit_fact old, fact = fact_typed(request);
    TRY(read_unit(request, db, &id, &old, err));
    struct page_unit_edit page = edit_blank(request, id, old.name);
    civil_day from;
    check_typed(request, &fact, &from, &page);
    if (str_is_empty(page.problem)) {
        struct actor actor = app_actor(request);
        enum err_code code = unit_set_fact(db, &actor, id, &fact, from, 0, err);
        if (code == ERR_NONE) {
            app_done_redirect(
                request, response, app_href(request, "/unit/%lld", (long long)id),
                msg_str(request->arena, request->lang, MSG_UNIT_SAVED, 0, MSG_ARGS(ARG_STR("name", fact.name))),
                STR_NONE);
            return ERR_NONE;
        }
        if (!take_refusal(request, code, err, &page))
            return code;
    }
    return edit_page(request, response, db, id, &fact, field_of(request, "from"), NULL, &page, err);
}

static struct page_unit_edit new_blank(const struct request *request)
{
    return (struct page_unit_edit){.heading = text_of(request, MSG_UNIT_NEW_HEADING),
                                   .lead = text_of(request, MSG_UNIT_NEW_LEAD),
                                   .act = STR("/units/new")};
}

enum err_code unit_new_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t parent;
    TRY(app_int(request, STR("parent"), 0, &parent, err));
    struct edges_typed edges = {0};
    if (parent) {
        struct actor actor = app_actor(request);
        struct sql_unit_page_row *u;
        TRY(sql_unit_page(db, &actor, request->arena,
                          &(struct sql_unit_page_args){.unit_id = parent, .on_day = app_today(request)}, &u, err));
        if (u) /* a school is led and reported by what owns it until somebody says otherwise */
            edges.value[0] = str_is_empty(u->code) ? u->name : u->code;
    }
    struct page_unit_edit page = new_blank(request);
    return edit_page(request, response, db, 0, &(struct unit_fact){.kind = STR("")},
                     unit_day_vn(request, app_today(request)), &edges, &page, err);
}

enum err_code unit_new_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct unit_fact fact = fact_typed(request);
    struct page_unit_edit page = new_blank(request);
    civil_day from;
    check_typed(request, &fact, &from, &page);
    struct edges_typed edges = {0};
    struct unit_parent parents[3];
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(parents); i++) {
        edges.value[i] = field_of(request, parent_fields[i]);
        struct err typed;
        if (str_is_empty(edges.value[i]))
            continue;
        enum err_code code = unit_typed(request, db, RIGHT_ORG_ADMIN, str_from_cstr(parent_fields[i]),
                                        &parents[count].parent_id, &typed);
        if (code == ERR_NONE) {
            parents[count++].edge_kind = know_edge_kinds[i].id;
            continue;
        }
        if (code != ERR_SYNTAX) {
            *err = typed;
            return code;
        }
        edges.error[i] = said(request, &typed);
        if (str_is_empty(page.problem))
            page.problem = edges.error[i];
    }
    if (!count && str_is_empty(page.problem))
        page.problem = edges.error[0] = text_of(request, MSG_UNIT_F_PARENT_NEEDED);
    if (str_is_empty(page.problem)) {
        struct actor actor = app_actor(request);
        int64_t id = 0;
        enum err_code code = unit_found(db, &actor, &fact, parents, count, from, 0, false, &id, err);
        if (code == ERR_NONE) {
            app_done_redirect(
                request, response, app_href(request, "/unit/%lld", (long long)id),
                msg_str(request->arena, request->lang, MSG_UNIT_ADDED, 0, MSG_ARGS(ARG_STR("name", fact.name))),
                STR_NONE);
            return ERR_NONE;
        }
        if (!take_refusal(request, code, err, &page))
            return code;
    }
    return edit_page(request, response, db, 0, &fact, field_of(request, "from"), &edges, &page, err);
}
