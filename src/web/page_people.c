#include "org/invitation_mail.h"
#include "org/invitation_mail.sql.h"
#include "org/page_people.sql.h"
#include "org/person.h"
#include "org/person.sql.h"
#include "org/staff.h"
#include "web/app_parts.h"
#include "web/page_unit.h"

static struct str text_of(const struct request *request, enum msg_id id)
{
    return msg_text(request->lang, id, 0);
}

static struct str typed(const struct request *request, const char *name)
{
    return str_trim(request_field(request, str_from_cstr(name)));
}

static struct str said(const struct request *request, const struct err *err)
{
    struct str copy = request_said(request, err);
    return str_is_null(copy) ? STR("") : copy;
}

/* What the domain refuses in words; anything else is no answer for a person. */
static bool is_refusal(enum err_code code)
{
    return code == ERR_SYNTAX || code == ERR_CONFLICT || code == ERR_DENIED;
}

/* --- the list --- */

struct people_ask {
    struct str q, role, state, root_text, only;
    struct str search;
    struct str edge; /* of the closure the list goes down; a unit alone is its own below nobody */
};

static struct people_ask people_read(const struct request *request, const struct unit_root *root)
{
    struct people_ask ask = {.q = typed(request, "q"),
                             .role = typed(request, "role"),
                             .state = typed(request, "state"),
                             .root_text = link_id(request, root->id),
                             .only = typed(request, "only"),
                             .search = app_search(request, STR("q")),
                             .edge = EDGE_ADMINISTRATIVE};
    if (!str_equal(ask.state, STR("ready")) && !str_equal(ask.state, STR("invite")) &&
        !str_equal(ask.state, STR("off")))
        ask.state = STR("");
    return ask;
}

static struct str people_link(const struct request *request, const struct people_ask *ask, const char *state)
{
    struct link_param params[] = {{"root", ask->root_text},
                                  {"only", ask->only},
                                  {"q", ask->q},
                                  {"role", ask->role},
                                  {"state", str_from_cstr(state)}};
    return link_make(request, STR("/people"), params, ARRAY_LEN(params));
}

struct people_found {
    const struct staff *staff;
    struct tree_part part;
    uint32_t *people; /* on the page, as indexes of the staff */
    size_t count;
    struct str *roles;                 /* of each of these */
    int64_t totals[STAFF_STATE_COUNT]; /* of all that match, whatever their state */
};

static enum staff_state state_asked(const struct people_ask *ask)
{
    return str_equal(ask->state, STR("ready"))    ? STAFF_READY
           : str_equal(ask->state, STR("invite")) ? STAFF_INVITE
           : str_equal(ask->state, STR("off"))    ? STAFF_OFF
                                                  : STAFF_ANY;
}

static enum err_code people_find(struct request *request, struct db *db, const struct unit_root *root,
                                 const struct people_ask *ask, int64_t limit, int64_t offset,
                                 struct people_found *ret_found, struct err *err)
{
    struct actor actor = app_actor(request);
    civil_day today = app_today(request);
    struct people_found found = {.staff = NULL};
    TRY(access_tree(db, &actor, root->id, ask->edge, today, request->arena, &found.part, err));
    if (!found.part.count)
        return err_set(err, ERR_NOT_FOUND, "root %lld", (long long)root->id);
    if (!str_is_empty(ask->only))
        found.part.count = 1;
    TRY(staff_get(db, today, request->arena, &found.staff, err));
    TRY(staff_list(
        db, found.staff, &found.part,
        &(struct staff_filter){.search = ask->search, .role = str_is_empty(ask->role) ? STR_NONE : ask->role}, today,
        request->arena, &found.people, &found.count, err));
    enum staff_state wanted = state_asked(ask);
    size_t kept = 0;
    for (size_t i = 0; i < found.count; i++) {
        enum staff_state state = staff_state(&found.staff->people[found.people[i]]);
        found.totals[STAFF_ANY]++;
        found.totals[state]++;
        if (wanted == STAFF_ANY || wanted == state)
            found.people[kept++] = found.people[i];
    }
    size_t skip = (size_t)offset < kept ? (size_t)offset : kept;
    found.people += skip;
    found.count = (int64_t)(kept - skip) > limit ? (size_t)limit : kept - skip;
    TRY(staff_roles(db, found.staff, found.people, found.count, today, request->arena, &found.roles, err));
    *ret_found = found;
    return ERR_NONE;
}

static struct str sign_in_word(const struct request *request, bool is_active, bool has_password, bool has_totp,
                               enum page_state *ret_state)
{
    *ret_state = !is_active ? PAGE_STATE_NA : !has_password ? PAGE_STATE_DUE : PAGE_STATE_OK;
    return text_of(request, !is_active      ? MSG_PEOPLE_OFF
                            : !has_password ? MSG_PEOPLE_INVITE_DUE
                            : has_totp      ? MSG_PEOPLE_READY_FACTOR
                                            : MSG_PEOPLE_READY);
}

/* "focal_officer unit_head" as words. */
static struct str roles_words(const struct request *request, struct str roles)
{
    AUTO_BUF buf;
    buf_init(&buf, 1024);
    struct str rest = roles, role;
    while (!str_is_empty(roles) && str_split(&rest, ' ', &role))
        buf_printf(&buf, "%s%.*s", buf.len_bytes ? "; " : "", STR_ARG(unit_role_word(request, role)));
    struct str text = arena_str(request->arena, buf_str(&buf));
    return str_is_null(text) ? STR("") : text;
}

static enum err_code people_file(struct request *request, struct response *response, const struct people_found *found,
                                 struct err *err)
{
    static const struct sheet_column columns[] = {
        {STR_INIT("Họ và tên"), SHEET_TEXT, 28},  {STR_INIT("Chức vụ"), SHEET_TEXT, 28},
        {STR_INIT("Đơn vị"), SHEET_TEXT, 40},     {STR_INIT("Vai trò"), SHEET_TEXT, 34},
        {STR_INIT("Điện thoại"), SHEET_TEXT, 16}, {STR_INIT("Thư điện tử"), SHEET_TEXT, 28},
        {STR_INIT("Đăng nhập"), SHEET_TEXT, 20}};
    struct sheet_cell *cells =
        arena_new_array(request->arena, struct sheet_cell, found->count * ARRAY_LEN(columns) + 1);
    uint32_t *places;
    if (!cells)
        return arena_full(request->arena, err);
    TRY(staff_places(found->staff, found->part.tree, request->arena, &places, err));
    for (size_t i = 0; i < found->count; i++) {
        const struct staff_person *p = &found->staff->people[found->people[i]];
        enum page_state state;
        const struct sheet_cell line[ARRAY_LEN(columns)] = {
            cell_text(p->name),
            cell_text(p->title),
            cell_text(found->part.tree->units[places[found->people[i]]].name),
            cell_text(roles_words(request, found->roles[i])),
            cell_text(p->phone),
            cell_text(p->email),
            cell_text(sign_in_word(request, p->is_active, p->has_password, p->has_totp, &state))};
        memcpy(&cells[i * ARRAY_LEN(columns)], line, sizeof line);
    }
    return listing_respond(request, response, listing_file_of(request), STR("nguoi"), columns, ARRAY_LEN(columns),
                           cells, found->count, err);
}

static enum err_code people_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request);
    struct unit_root root;
    TRY(unit_root_pick(request, db, actor.right, &root, err));
    struct people_ask ask = people_read(request, &root);
    TRY(app_edge(request, db, &actor, root.id, &ask.edge, err));
    struct people_found found;
    if (listing_file_of(request) != LISTING_PAGE) {
        TRY(people_find(request, db, &root, &ask, LISTING_SHEET_ROWS, 0, &found, err));
        return people_file(request, response, &found, err);
    }
    int64_t number = listing_page(request);
    TRY(people_find(request, db, &root, &ask, LISTING_PAGE_ROWS, (number - 1) * LISTING_PAGE_ROWS, &found, err));
    const int64_t *n = found.totals;
    struct pg_people_row *items = arena_new_array(request->arena, struct pg_people_row, found.count + 1);
    if (!items)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < found.count; i++) {
        const struct staff_person *p = &found.staff->people[found.people[i]];
        uint32_t unit = tree_find(found.part.tree, p->unit_id);
        items[i] = (struct pg_people_row){.name = p->name,
                                          .href = app_href(request, "/person/%lld", (long long)p->person_id),
                                          .title = p->title,
                                          .unit = found.part.tree->units[unit].name,
                                          .unit_href = app_href(request, "/unit/%lld", (long long)p->unit_id),
                                          .roles = roles_words(request, found.roles[i]),
                                          .phone = p->phone,
                                          .email = p->email};
        items[i].word = sign_in_word(request, p->is_active, p->has_password, p->has_totp, &items[i].state);
    }
    const struct pg_tab tabs[] = {
        {text_of(request, MSG_PEOPLE_TAB_ALL), n[STAFF_ANY], people_link(request, &ask, ""), PAGE_STATE_NONE,
         str_is_empty(ask.state)},
        {text_of(request, MSG_PEOPLE_INVITE_DUE), n[STAFF_INVITE], people_link(request, &ask, "invite"), PAGE_STATE_DUE,
         str_equal(ask.state, STR("invite"))},
        {text_of(request, MSG_PEOPLE_READY), n[STAFF_READY], people_link(request, &ask, "ready"), PAGE_STATE_OK,
         str_equal(ask.state, STR("ready"))},
        {text_of(request, MSG_PEOPLE_OFF), n[STAFF_OFF], people_link(request, &ask, "off"), PAGE_STATE_NA,
         str_equal(ask.state, STR("off"))}};
    int64_t total = n[state_asked(&ask)];
    struct link_param params[] = {
        {"root", ask.root_text}, {"only", ask.only}, {"q", ask.q}, {"role", ask.role}, {"state", ask.state}};
    struct part_pager pager = listing_pager(request, STR("/people"), params, ARRAY_LEN(params), number,
                                            (int64_t)found.count, total, (request->session.rights & RIGHT_EXPORT) != 0);
    struct page_people page = {
        .heading = n[STAFF_INVITE] ? msg_str(request->arena, request->lang, MSG_PEOPLE_HEADING_INVITE, n[STAFF_ANY],
                                             MSG_ARGS(ARG_INT("n", n[STAFF_ANY]), ARG_INT("wait", n[STAFF_INVITE])))
                                   : msg_str(request->arena, request->lang, MSG_PEOPLE_HEADING, n[STAFF_ANY],
                                             MSG_ARGS(ARG_INT("n", n[STAFF_ANY]))),
        .lead =
            msg_str(request->arena, request->lang, str_is_empty(ask.only) ? MSG_PEOPLE_LEAD_ALL : MSG_PEOPLE_LEAD_ONLY,
                    0, MSG_ARGS(ARG_STR("name", root.name))),
        .q = ask.q,
        .root = ask.root_text,
        .state = ask.state,
        .only = ask.only,
        .roles = unit_role_choices(request, ask.role, text_of(request, MSG_PEOPLE_ANY_ROLE)),
        .roots = root.choices,
        .tabs = {tabs, ARRAY_LEN(tabs)},
        .rows = {items, found.count},
        .filtered = !str_is_empty(ask.q) || !str_is_empty(ask.role) || !str_is_empty(ask.state),
        .clear_href = people_link(request, &(struct people_ask){.root_text = ask.root_text, .only = ask.only}, ""),
        .from = pager.from,
        .to = pager.to,
        .total = pager.total,
        .prev_href = pager.prev_href,
        .next_href = pager.next_href,
        .excel_href = pager.excel_href,
        .csv_href = pager.csv_href};
    if (request->session.rights & RIGHT_PEOPLE_ADMIN) {
        page.new_href = app_href(request, "/people/new?unit=%lld", (long long)root.id);
        page.import_href = STR("/import/people");
    }
    page.frame = web_frame(request, page.heading, STR("units"));
    if (!page.frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, 200);
    page_people(&o, &page);
    return ERR_NONE;
}

/* --- one person --- */

static struct str person_href(const struct request *request, int64_t id)
{
    return app_href(request, "/person/%lld", (long long)id);
}

static enum err_code person_read(struct request *request, struct db *db, const struct actor *actor, int64_t *ret_id,
                                 struct sql_person_page_row **ret_row, struct err *err)
{
    TRY(request_id(request, STR("id"), ret_id, err));
    TRY(sql_person_page(db, actor, request->arena,
                        &(struct sql_person_page_args){.person_id = *ret_id, .on_day = app_today(request)}, ret_row,
                        err));
    return *ret_row ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "person %lld", (long long)*ret_id);
}

static enum err_code manages(struct request *request, struct db *db, int64_t person_id, uint64_t right, bool *ret_is,
                             struct err *err)
{
    struct actor actor = app_actor_with(request, right);
    struct sql_person_is_managed_row *row;
    TRY(sql_person_is_managed(
        db, &actor, request->arena,
        &(struct sql_person_is_managed_args){.person_id = person_id, .on_day = app_today(request)}, &row, err));
    *ret_is = row && row->n > 0;
    return ERR_NONE;
}

static struct pg_crumb_list person_crumbs(struct request *request, struct str name, struct str href, struct str then)
{
    struct pg_crumb *items = arena_new_array(request->arena, struct pg_crumb, 3);
    if (!items)
        return (struct pg_crumb_list){NULL, 0};
    items[0] = (struct pg_crumb){text_of(request, MSG_PEOPLE_ALL), STR("/people")};
    items[1] = (struct pg_crumb){name, str_is_empty(then) ? STR("") : href};
    items[2] = (struct pg_crumb){then, STR("")};
    return (struct pg_crumb_list){items, str_is_empty(then) ? 2 : 3};
}

struct person_extra { /* what an act adds to the page */
    struct str problem, role_error, unit_error, day_error;
    struct str link, link_note;
};

static enum err_code fill_grants(struct request *request, struct db *db, const struct actor *actor, int64_t id,
                                 struct page_person *page, struct err *err)
{
    struct arena *arena = request->arena;
    civil_day today = app_today(request);
    struct sql_person_grants_rows grants;
    struct sql_person_reach_rows reach;
    struct sql_person_units_rows units;
    TRY(sql_person_grants(db, actor, arena, &(struct sql_person_grants_args){.person_id = id}, &grants, err));
    TRY(sql_person_reach(db, actor, arena, &(struct sql_person_reach_args){.person_id = id, .on_day = today}, &reach,
                         err));
    TRY(sql_person_units(db, actor, arena, &(struct sql_person_units_args){.person_id = id}, &units, err));
    struct pg_person_grant *given = arena_new_array(arena, struct pg_person_grant, grants.count + 1);
    struct pg_person_reach *sees = arena_new_array(arena, struct pg_person_reach, reach.count + 1);
    struct pg_person_unit *works = arena_new_array(arena, struct pg_person_unit, units.count + 1);
    if (!given || !sees || !works)
        return arena_full(arena, err);
    for (size_t i = 0; i < grants.count; i++) {
        const struct sql_person_grants_row *g = &grants.items[i];
        bool is_open = g->to_day > today;
        given[i] = (struct pg_person_grant){
            .role = unit_role_word(request, g->role),
            .unit = g->unit_name,
            .unit_href = app_href(request, "/unit/%lld", (long long)g->unit_id),
            .down = str_is_empty(g->down_kind)
                        ? STR("")
                        : msg_str(arena, request->lang, MSG_PEOPLE_DOWN, 0,
                                  MSG_ARGS(ARG_STR("edge", unit_edge_word(request, g->down_kind)))),
            .span = unit_span(request, (civil_day)g->from_day, (civil_day)g->to_day),
            .basis = g->basis,
            .by = str_is_empty(g->granted_by_name)
                      ? STR("")
                      : msg_str(arena, request->lang, MSG_PEOPLE_BY, 0, MSG_ARGS(ARG_STR("name", g->granted_by_name))),
            .live = is_open,
            .end_href =
                is_open ? app_href(request, "/person/%lld/grant/%lld/end", (long long)id, (long long)g->id) : STR("")};
    }
    for (size_t i = 0; i < reach.count; i++)
        sees[i] = (struct pg_person_reach){
            .where = str_is_empty(reach.items[i].edge_kind)
                         ? reach.items[i].unit_name
                         : msg_str(arena, request->lang, MSG_PEOPLE_REACH_DOWN, reach.items[i].reach,
                                   MSG_ARGS(ARG_STR("unit", reach.items[i].unit_name),
                                            ARG_STR("edge", unit_edge_word(request, reach.items[i].edge_kind)),
                                            ARG_INT("n", reach.items[i].reach))),
            .what = unit_rights_words(request, (uint64_t)reach.items[i].rights)};
    for (size_t i = 0; i < units.count; i++)
        works[i] = (struct pg_person_unit){
            .name = units.items[i].unit_name,
            .href = app_href(request, "/unit/%lld", (long long)units.items[i].unit_id),
            .span = unit_span(request, (civil_day)units.items[i].from_day, (civil_day)units.items[i].to_day),
            .live = units.items[i].to_day > today,
            .leave_href =
                page->manage && units.items[i].to_day > today
                    ? app_href(request, "/person/%lld/leave?at=%lld", (long long)id, (long long)units.items[i].unit_id)
                    : STR("")};
    page->grants = (struct pg_person_grant_list){given, grants.count};
    page->reach = (struct pg_person_reach_list){sees, reach.count};
    page->units = (struct pg_person_unit_list){works, units.count};
    return ERR_NONE;
}

static enum err_code fill_mail(struct request *request, struct db *db, int64_t id, struct page_person *page,
                               struct err *err);

static enum err_code person_page(struct request *request, struct response *response, struct db *db,
                                 const struct person_extra *extra, struct err *err)
{
    struct actor actor = app_actor_with(request, RIGHT_READ);
    int64_t id;
    struct sql_person_page_row *p;
    TRY(person_read(request, db, &actor, &id, &p, err));
    bool may_manage, may_erase;
    TRY(manages(request, db, id, RIGHT_PEOPLE_ADMIN, &may_manage, err));
    TRY(manages(request, db, id, RIGHT_DATA_PROTECTION, &may_erase, err));
    struct str down = typed(request, "down");
    struct str day = typed(request, "day");
    struct page_person page = {
        .name = p->name,
        .problem = extra->problem,
        .link = extra->link,
        .link_note = extra->link_note,
        .phone = p->phone,
        .email = p->email,
        .publish = text_of(request, p->publish_consent ? MSG_PEOPLE_PUBLIC_YES : MSG_PEOPLE_PUBLIC_NO),
        .sign_in = str_is_empty(p->sign_in_name) ? text_of(request, MSG_PEOPLE_NO_SIGN_IN) : p->sign_in_name,
        .manage = may_manage && !p->erased_ms.has,
        .erase = may_erase && !p->erased_ms.has,
        .grant_href = app_href(request, "/person/%lld/grant#give", (long long)id),
        .invite_href = app_href(request, "/person/%lld/invite", (long long)id),
        .active_href = app_href(request, "/person/%lld/active?on=%d", (long long)id, p->is_active ? 0 : 1),
        .active_word = text_of(request, p->is_active ? MSG_PEOPLE_SWITCH_OFF : MSG_PEOPLE_SWITCH_ON),
        .erase_href = app_href(request, "/person/%lld/erase", (long long)id),
        .edit_href = app_href(request, "/person/%lld/edit", (long long)id),
        .ready = p->has_password,
        .roles = unit_role_choices(request, typed(request, "role"), text_of(request, MSG_PEOPLE_F_CHOOSE)),
        .edges = unit_edge_choices(request, down, text_of(request, MSG_PEOPLE_F_DOWN_NONE)),
        .role_error = extra->role_error,
        .g_unit_error = extra->unit_error,
        .g_day_error = extra->day_error,
        .day = str_is_empty(day) ? unit_day_vn(request, app_today(request)) : day,
        .g_unit = typed(request, "unit"),
        .g_basis = typed(request, "basis"),
        .g_to = typed(request, "to")};
    if (p->has_totp)
        page.factor_href = app_href(request, "/person/%lld/factor", (long long)id);
    page.word = p->erased_ms.has ? text_of(request, MSG_PEOPLE_ERASED)
                                 : sign_in_word(request, p->is_active, p->has_password, p->has_totp, &page.state);
    if (p->erased_ms.has)
        page.state = PAGE_STATE_NA;
    TRY(fill_grants(request, db, &actor, id, &page, err));
    struct str where = page.units.count ? page.units.items[0].name : STR("");
    if (str_is_empty(page.g_unit))
        page.g_unit = where;
    page.lead = str_is_empty(p->title) ? where : app_href(request, "%.*s · %.*s", STR_ARG(p->title), STR_ARG(where));
    page.crumbs = person_crumbs(request, p->name, STR(""), STR(""));
    if (may_manage)
        TRY(fill_mail(request, db, id, &page, err));
    page.frame = web_frame(request, p->name, STR("units"));
    if (!page.frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, str_is_empty(extra->problem) ? 200 : 422);
    page_person(&o, &page);
    return ERR_NONE;
}

static enum err_code person_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    return person_page(request, response, db, &(struct person_extra){.problem = STR("")}, err);
}

/* After an act: done, or the page again with the domain's words. */
static enum err_code finish(struct request *request, struct response *response, struct db *db, int64_t id,
                            enum err_code code, struct str done, struct str undo, struct err *err)
{
    if (is_refusal(code))
        return person_page(request, response, db, &(struct person_extra){.problem = said(request, err)}, err);
    TRY(code);
    app_done_redirect(request, response, person_href(request, id), done, undo);
    return ERR_NONE;
}

static enum err_code grant_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request), reader = app_actor_with(request, RIGHT_READ);
    int64_t id, grant = 0;
    struct sql_person_page_row *p;
    TRY(person_read(request, db, &reader, &id, &p, err));
    struct grant_request ask = {.person_id = id,
                                .role = typed(request, "role"),
                                .edge_kind = typed(request, "down"),
                                .to_day = CIVIL_FOREVER,
                                .basis = typed(request, "basis")};
    struct person_extra extra = {.problem = STR("")};
    struct err why;
    civil_day to = CIVIL_NONE;
    if (str_is_empty(ask.role))
        extra.problem = extra.role_error = text_of(request, MSG_PEOPLE_F_ROLE_NEEDED);
    enum err_code code = unit_typed(request, db, RIGHT_READ, STR("unit"), &ask.unit_id, &why);
    if (code == ERR_SYNTAX)
        extra.problem = extra.unit_error = said(request, &why);
    else if (code != ERR_NONE) {
        *err = why;
        return code;
    }
    if (app_day(request, STR("day"), &ask.from_day, &why) != ERR_NONE ||
        app_day(request, STR("to"), &to, &why) != ERR_NONE)
        extra.problem = extra.day_error = said(request, &why);
    else if (ask.from_day == CIVIL_NONE)
        extra.problem = extra.day_error = text_of(request, MSG_UNIT_F_DAY_NEEDED);
    if (!str_is_empty(extra.problem))
        return person_page(request, response, db, &extra, err);
    if (to != CIVIL_NONE)
        ask.to_day = to + 1;
    code = grant_give(db, &actor, &ask, &grant, err);
    return finish(request, response, db, id, code,
                  msg_str(request->arena, request->lang, MSG_PEOPLE_GIVEN, 0,
                          MSG_ARGS(ARG_STR("role", unit_role_word(request, ask.role)), ARG_STR("name", p->name))),
                  app_href(request, "/person/%lld/grant/%lld/end", (long long)id, (long long)grant), err);
}

static enum err_code grant_end_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request), reader = app_actor_with(request, RIGHT_READ);
    int64_t id, grant;
    struct sql_person_page_row *p;
    TRY(person_read(request, db, &reader, &id, &p, err));
    TRY(request_id(request, STR("grant"), &grant, err));
    struct sql_person_grants_rows grants;
    TRY(sql_person_grants(db, &reader, request->arena, &(struct sql_person_grants_args){.person_id = id}, &grants,
                          err));
    const struct sql_person_grants_row *which = NULL;
    for (size_t i = 0; i < grants.count; i++)
        if (grants.items[i].id == grant)
            which = &grants.items[i];
    if (!which)
        return err_set(err, ERR_NOT_FOUND, "grant %lld", (long long)grant);
    /* Undone by giving the same again from today on. */
    struct str to = which->to_day >= CIVIL_FOREVER ? STR("") : unit_day_vn(request, (civil_day)which->to_day - 1);
    struct link_param again[] = {{"role", which->role},
                                 {"unit", which->unit_name},
                                 {"down", which->down_kind},
                                 {"day", unit_day_vn(request, app_today(request))},
                                 {"to", to},
                                 {"basis", which->basis}};
    enum err_code code = grant_end(db, &actor, grant, app_today(request), err);
    return finish(request, response, db, id, code,
                  msg_str(request->arena, request->lang, MSG_PEOPLE_ENDED, 0,
                          MSG_ARGS(ARG_STR("role", unit_role_word(request, which->role)), ARG_STR("name", p->name))),
                  link_make(request, app_href(request, "/person/%lld/grant", (long long)id), again, ARRAY_LEN(again)),
                  err);
}

/* The link is shown on the answer itself and nowhere else: a reload asks for a new one. */
static enum err_code invite_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request), reader = app_actor_with(request, RIGHT_READ);
    int64_t id;
    struct sql_person_page_row *p;
    TRY(person_read(request, db, &reader, &id, &p, err));
    enum invitation_kind kind = p->has_password ? INVITATION_RESET : INVITATION_INVITE;
    struct session_token token;
    enum err_code code = invitation_new(db, &actor, id, kind, 0, &token, err);
    if (is_refusal(code))
        return person_page(request, response, db, &(struct person_extra){.problem = said(request, err)}, err);
    TRY(code);
    char at[CIVIL_TEXT_BYTES];
    int64_t until_ms = request->now_ms + (kind == INVITATION_RESET ? RESET_LIFE_MS : INVITE_LIFE_MS);
    struct person_extra extra = {
        .link = app_href(request, "%.*s/invitation/%s", STR_ARG(app_of(request)->public_url), token.text),
        .link_note = msg_str(request->arena, request->lang,
                             kind == INVITATION_RESET ? MSG_PEOPLE_LINK_RESET : MSG_PEOPLE_LINK_INVITE, 0,
                             MSG_ARGS(ARG_STR("at", str_from_cstr(civil_vn_ms(until_ms, at)))))};
    return person_page(request, response, db, &extra, err);
}

static enum err_code invite_mail_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request), reader = app_actor_with(request, RIGHT_READ);
    int64_t id;
    struct sql_person_page_row *p;
    TRY(person_read(request, db, &reader, &id, &p, err));
    enum invitation_kind kind = p->has_password ? INVITATION_RESET : INVITATION_INVITE;
    enum err_code code = invitation_mail_ask(db, &actor, id, kind, err);
    return finish(request, response, db, id, code,
                  msg_str(request->arena, request->lang, MSG_PEOPLE_MAIL_ASKED, 0, MSG_ARGS(ARG_STR("to", p->email))),
                  STR_NONE, err);
}

/* Whether a link can go by mail, and how the last one fared. */
static enum err_code fill_mail(struct request *request, struct db *db, int64_t id, struct page_person *page,
                               struct err *err)
{
    struct arena *arena = request->arena;
    bool is_ready = false;
    TRY(invitation_mail_is_ready(db, &is_ready, err));
    if (!is_ready)
        page->mail_note = text_of(request, MSG_PEOPLE_MAIL_NOT_SET);
    else if (str_is_empty(page->email))
        page->mail_note = text_of(request, MSG_PEOPLE_MAIL_NO_ADDRESS);
    struct sql_invitation_mail_last_row *last = NULL;
    TRY(sql_invitation_mail_last(db, arena, &(struct sql_invitation_mail_last_args){.person_id = id}, &last, err));
    bool is_waiting = last && str_equal(last->state, STR("queued"));
    if (str_is_empty(page->mail_note) && !is_waiting)
        page->mail_href = app_href(request, "/person/%lld/invite/mail", (long long)id);
    if (!last)
        return ERR_NONE;
    char at[CIVIL_TEXT_BYTES], until[CIVIL_TEXT_BYTES];
    struct str why = str_is_empty(last->reason) ? STR("") : refusal_words(last->reason, request->lang, arena);
    struct str changed = str_from_cstr(civil_vn_ms(last->changed_ms, at));
    page->mail_again = true;
    if (str_equal(last->state, STR("sent"))) {
        bool is_over = last->expires_ms.has && last->expires_ms.v <= request->now_ms;
        page->mail_state = is_over ? PAGE_STATE_DUE : PAGE_STATE_OK;
        page->mail_word = msg_str(arena, request->lang, is_over ? MSG_PEOPLE_MAIL_EXPIRED : MSG_PEOPLE_MAIL_SENT, 0,
                                  MSG_ARGS(ARG_STR("to", last->address), ARG_STR("at", changed),
                                           ARG_STR("until", str_from_cstr(civil_vn_ms(last->expires_ms.v, until)))));
    } else if (is_waiting) {
        page->mail_state = PAGE_STATE_DOING;
        page->mail_word =
            last->tries
                ? msg_str(arena, request->lang, MSG_PEOPLE_MAIL_RETRY, last->tries,
                          MSG_ARGS(ARG_STR("to", last->address), ARG_INT("n", last->tries), ARG_STR("why", why)))
                : msg_str(arena, request->lang, MSG_PEOPLE_MAIL_QUEUED, 0, MSG_ARGS(ARG_STR("to", last->address)));
    } else {
        page->mail_state = PAGE_STATE_LATE;
        page->mail_word = msg_str(arena, request->lang, MSG_PEOPLE_MAIL_REFUSED, 0,
                                  MSG_ARGS(ARG_STR("to", last->address), ARG_STR("at", changed), ARG_STR("why", why)));
    }
    return ERR_NONE;
}

static enum err_code active_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request), reader = app_actor_with(request, RIGHT_READ);
    int64_t id;
    struct sql_person_page_row *p;
    TRY(person_read(request, db, &reader, &id, &p, err));
    bool on = str_equal(typed(request, "on"), STR("1"));
    enum err_code code = person_set_active(db, &actor, id, on, err);
    return finish(request, response, db, id, code,
                  msg_str(request->arena, request->lang, on ? MSG_PEOPLE_SWITCHED_ON : MSG_PEOPLE_SWITCHED_OFF, 0,
                          MSG_ARGS(ARG_STR("name", p->name))),
                  app_href(request, "/person/%lld/active?on=%d", (long long)id, on ? 0 : 1), err);
}

static enum err_code factor_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request), reader = app_actor_with(request, RIGHT_READ);
    int64_t id;
    struct sql_person_page_row *p;
    TRY(person_read(request, db, &reader, &id, &p, err));
    enum err_code code = factor_remove(db, &actor, id, err);
    return finish(request, response, db, id, code,
                  msg_str(request->arena, request->lang, MSG_PEOPLE_FACTOR_GONE, 0, MSG_ARGS(ARG_STR("name", p->name))),
                  STR_NONE, err);
}

static enum err_code leave_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request), reader = app_actor_with(request, RIGHT_READ);
    int64_t id, unit;
    struct sql_person_page_row *p;
    TRY(person_read(request, db, &reader, &id, &p, err));
    TRY(app_int(request, STR("at"), 0, &unit, err));
    struct sql_person_units_rows units;
    TRY(sql_person_units(db, &reader, request->arena, &(struct sql_person_units_args){.person_id = id}, &units, err));
    struct str name = STR("");
    for (size_t i = 0; i < units.count; i++)
        if (units.items[i].unit_id == unit)
            name = units.items[i].unit_name;
    enum err_code code = person_leave_unit(db, &actor, id, unit, app_today(request), err);
    if (code == ERR_NONE) {
        /* Whoever left may be out of sight now: the list is what is surely still there. */
        app_done_redirect(request, response, STR("/people"),
                          msg_str(request->arena, request->lang, MSG_PEOPLE_LEFT, 0,
                                  MSG_ARGS(ARG_STR("name", p->name), ARG_STR("unit", name))),
                          STR_NONE);
        return ERR_NONE;
    }
    return finish(request, response, db, id, code, STR(""), STR_NONE, err);
}

/* --- a new person, what is known of one, forgetting one --- */

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
    page->name = typed(request, "name");
    page->title = typed(request, "title");
    page->phone = typed(request, "phone");
    page->email = typed(request, "email");
    page->publish = !str_is_empty(typed(request, "publish"));
    if (str_is_empty(page->name))
        page->problem = page->name_error = text_of(request, MSG_PEOPLE_F_NAME_NEEDED);
    return (struct person_fields){.name = page->name,
                                  .title = page->title,
                                  .phone = page->phone,
                                  .email = page->email,
                                  .publish_consent = page->publish};
}

static struct page_person_edit new_blank(struct request *request)
{
    return (struct page_person_edit){
        .heading = text_of(request, MSG_PEOPLE_NEW_HEADING),
        .lead = text_of(request, MSG_PEOPLE_NEW_LEAD),
        .act = STR("/people/new"),
        .is_new = true,
        .crumbs = person_crumbs(request, text_of(request, MSG_PEOPLE_NEW_HEADING), STR(""), STR(""))};
}

static enum err_code new_show(struct request *request, struct response *response, struct err *err)
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

static enum err_code new_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct page_person_edit page = new_blank(request);
    struct person_fields fields = fields_typed(request, &page);
    page.unit = typed(request, "unit");
    int64_t unit = 0, id = 0;
    struct err why;
    enum err_code code = unit_typed(request, db, RIGHT_PEOPLE_ADMIN, STR("unit"), &unit, &why);
    if (code == ERR_SYNTAX)
        page.problem = page.unit_error = said(request, &why);
    else if (code != ERR_NONE) {
        *err = why;
        return code;
    }
    if (!str_is_empty(page.problem))
        return edit_page(request, response, &page, err);
    struct actor actor = app_actor(request);
    code = person_new(db, &actor, &fields, unit, app_today(request), false, &id, err);
    if (is_refusal(code)) {
        page.problem = said(request, err);
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
                                          .lead = text_of(request, MSG_PEOPLE_EDIT_LEAD),
                                          .act = app_href(request, "/person/%lld/edit", (long long)*ret_id),
                                          .name = p->name,
                                          .title = p->title,
                                          .phone = p->phone,
                                          .email = p->email,
                                          .publish = p->publish_consent};
    ret_page->crumbs =
        person_crumbs(request, p->name, person_href(request, *ret_id), text_of(request, MSG_PEOPLE_EDIT));
    return ERR_NONE;
}

static enum err_code edit_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    struct page_person_edit page;
    TRY(edit_begin(request, db, &id, &page, err));
    return edit_page(request, response, &page, err);
}

static enum err_code edit_do(struct request *request, struct response *response, struct err *err)
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
    if (is_refusal(code)) {
        page.problem = said(request, err);
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
                                          .lead = text_of(request, MSG_PEOPLE_ERASE_PAGE),
                                          .act = app_href(request, "/person/%lld/erase", (long long)*ret_id),
                                          .is_erase = true,
                                          .reason = typed(request, "reason")};
    ret_page->crumbs =
        person_crumbs(request, p->name, person_href(request, *ret_id), text_of(request, MSG_PEOPLE_ERASE));
    return ERR_NONE;
}

static enum err_code erase_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    struct page_person_edit page;
    TRY(erase_begin(request, db, &id, &page, err));
    return edit_page(request, response, &page, err);
}

static enum err_code erase_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    struct page_person_edit page;
    TRY(erase_begin(request, db, &id, &page, err));
    if (str_is_empty(page.reason)) {
        page.problem = page.reason_error = text_of(request, MSG_PEOPLE_F_REASON_NEEDED);
        return edit_page(request, response, &page, err);
    }
    struct actor actor = app_actor(request);
    enum err_code code = person_erase(db, &actor, id, page.reason, err);
    if (is_refusal(code)) {
        page.problem = said(request, err);
        return edit_page(request, response, &page, err);
    }
    TRY(code);
    app_done_redirect(request, response, STR("/people"), text_of(request, MSG_PEOPLE_ERASED_DONE), STR_NONE);
    return ERR_NONE;
}

static const struct route routes[] = {
    {GET, "/people", people_show, RIGHT_READ, READS, NULL},
    {GET, "/people.xlsx", people_show, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/people.csv", people_show, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/people/new", new_show, RIGHT_PEOPLE_ADMIN, READS, NULL},
    {POST, "/people/new", new_do, RIGHT_PEOPLE_ADMIN, CHANGES, NULL},
    {GET, "/person/{id}", person_show, RIGHT_READ, READS, NULL},
    {GET, "/person/{id}/edit", edit_show, RIGHT_PEOPLE_ADMIN, READS, NULL},
    {POST, "/person/{id}/edit", edit_do, RIGHT_PEOPLE_ADMIN, CHANGES, NULL},
    /* A head names focal officers without administering people: the domain says who may give what. */
    {POST, "/person/{id}/grant", grant_do, RIGHT_READ, CHANGES, NULL},
    {POST, "/person/{id}/grant/{grant}/end", grant_end_do, RIGHT_READ, CHANGES, NULL},
    {POST, "/person/{id}/invite", invite_do, RIGHT_PEOPLE_ADMIN, CHANGES, NULL},
    {POST, "/person/{id}/invite/mail", invite_mail_do, RIGHT_PEOPLE_ADMIN, CHANGES, NULL},
    {POST, "/person/{id}/active", active_do, RIGHT_PEOPLE_ADMIN, CHANGES, NULL},
    {POST, "/person/{id}/factor", factor_do, RIGHT_PEOPLE_ADMIN, CHANGES, NULL},
    {POST, "/person/{id}/leave", leave_do, RIGHT_PEOPLE_ADMIN, CHANGES, NULL},
    {GET, "/person/{id}/erase", erase_show, RIGHT_DATA_PROTECTION, READS, NULL},
    {POST, "/person/{id}/erase", erase_do, RIGHT_DATA_PROTECTION, CHANGES, NULL},
};
const struct route_list people_routes = {routes, ARRAY_LEN(routes)};
