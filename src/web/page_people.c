#include "web/page_people.h"
#include "org/staff.h"
#include "web/app_parts.h"

struct people_ask {
    struct str q, role, state, root_text, only;
    struct str search;
    struct str edge; /* of the closure the list goes down; a unit alone is its own below nobody */
};

static struct people_ask people_read(const struct request *request, const struct unit_root *root)
{
    struct people_ask ask = {.q = kit_typed(request, "q"),
                             .role = kit_typed(request, "role"),
                             .state = kit_typed(request, "state"),
                             .root_text = link_id(request, root->id),
                             .only = kit_typed(request, "only"),
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
            cell_text(person_sign_in_word(request, p->is_active, p->has_password, p->has_totp, &state))};
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
        items[i].word = person_sign_in_word(request, p->is_active, p->has_password, p->has_totp, &items[i].state);
    }
    const struct pg_tab tabs[] = {
        {kit_text(request, MSG_PEOPLE_TAB_ALL), n[STAFF_ANY], people_link(request, &ask, ""), PAGE_STATE_NONE,
         str_is_empty(ask.state)},
        {kit_text(request, MSG_PEOPLE_INVITE_DUE), n[STAFF_INVITE], people_link(request, &ask, "invite"),
         PAGE_STATE_DUE, str_equal(ask.state, STR("invite"))},
        {kit_text(request, MSG_PEOPLE_READY), n[STAFF_READY], people_link(request, &ask, "ready"), PAGE_STATE_OK,
         str_equal(ask.state, STR("ready"))},
        {kit_text(request, MSG_PEOPLE_OFF), n[STAFF_OFF], people_link(request, &ask, "off"), PAGE_STATE_NA,
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
        .roles = unit_role_choices(request, ask.role, kit_text(request, MSG_PEOPLE_ANY_ROLE)),
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

static const struct route routes[] = {
    {GET, "/people", people_show, RIGHT_READ, READS, NULL},
    {GET, "/people.xlsx", people_show, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/people.csv", people_show, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/people/new", person_new_show, RIGHT_PEOPLE_ADMIN, READS, NULL},
    {POST, "/people/new", person_new_do, RIGHT_PEOPLE_ADMIN, CHANGES, NULL},
    {GET, "/person/{id}", person_show, RIGHT_READ, READS, NULL},
    {GET, "/person/{id}/edit", person_edit_show, RIGHT_PEOPLE_ADMIN, READS, NULL},
    {POST, "/person/{id}/edit", person_edit_do, RIGHT_PEOPLE_ADMIN, CHANGES, NULL},
    /* A head names focal officers without administering people: the domain says who may give what. */
    {POST, "/person/{id}/grant", person_grant_do, RIGHT_READ, CHANGES, NULL},
    {POST, "/person/{id}/grant/{grant}/end", person_grant_end_do, RIGHT_READ, CHANGES, NULL},
    {POST, "/person/{id}/invite", person_invite_do, RIGHT_PEOPLE_ADMIN, CHANGES, NULL},
    {POST, "/person/{id}/invite/mail", person_invite_mail_do, RIGHT_PEOPLE_ADMIN, CHANGES, NULL},
    {POST, "/person/{id}/active", person_active_do, RIGHT_PEOPLE_ADMIN, CHANGES, NULL},
    {POST, "/person/{id}/factor", person_factor_do, RIGHT_PEOPLE_ADMIN, CHANGES, NULL},
    {POST, "/person/{id}/leave", person_leave_do, RIGHT_PEOPLE_ADMIN, CHANGES, NULL},
    {GET, "/person/{id}/erase", person_erase_show, RIGHT_DATA_PROTECTION, READS, NULL},
    {POST, "/person/{id}/erase", person_erase_do, RIGHT_DATA_PROTECTION, CHANGES, NULL},
};
const struct route_list people_routes = {routes, ARRAY_LEN(routes)};
