#include "duty/contact_list.h"
#include "web/app_parts.h"
#include "web/kit.h"

static enum err_code contact_page(struct request *request, struct response *response, struct err *err)
{
    int64_t unit_id;
    TRY(app_unit(request, &unit_id, err));
    struct str state = str_equal(kit_typed(request, "state"), STR("missing")) ? STR("missing") : STR(""),
               q = kit_typed(request, "q");
    struct link_param params[] = {{"state", state}, {"q", q}, {"unit", request_field(request, STR("unit"))}};
    struct kit_range range = kit_range_of(request);
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct str edge;
    TRY(app_edge(request, db, &actor, unit_id, &edge, err));
    struct contact_list list;
    TRY(contact_list(db, &actor, unit_id, edge, app_today(request), app_search(request, STR("q")), request->arena,
                     &list, err));
    size_t shown = str_is_empty(state) ? list.count : list.missing_count;
    int64_t units = (int64_t)list.count, missing = (int64_t)list.missing_count;
    struct kit_table table;
    kit_table_init(&table, request);
    kit_column(&table, MSG_DUTY_C_UNIT, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_STATE, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_PERSON, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_PHONE, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_EMAIL, SHEET_TEXT);
    for (size_t i = (size_t)range.offset; i < shown && (int64_t)i < range.offset + range.limit; i++) {
        const struct contact_item *c = &list.items[i];
        struct str name = c->person ? c->person->name : STR(""), title = c->person ? c->person->title : STR_NONE,
                   phone = c->person ? c->person->phone : STR_NONE, email = c->person ? c->person->email : STR_NONE;
        kit_row(&table);
        kit_head(&table, c->unit->name, app_href(request, "/unit/%lld", (long long)c->unit->id), STR(""));
        switch (c->state) {
        case CONTACT_NOBODY:
            kit_cell_chip(&table, PAGE_STATE_LATE, kit_text(request, MSG_ASSET_NO_FOCAL));
            break;
        case CONTACT_NO_PHONE:
            kit_cell_chip(&table, PAGE_STATE_DUE, kit_text(request, MSG_ASSET_NO_PHONE));
            break;
        case CONTACT_UNVERIFIED:
            kit_cell_chip(&table, PAGE_STATE_UNSEEN, kit_text(request, MSG_ASSET_NOT_VERIFIED));
            break;
        case CONTACT_VERIFIED:
            kit_cell_chip(&table, PAGE_STATE_OK,
                          kit_msg(request, MSG_ASSET_VERIFIED, 0, ARG_DAY("day", c->verified_day)));
        }
        kit_cell_sub(&table, name, STR(""), str_is_null(title) ? STR("") : title);
        kit_cell_tel(&table, str_is_null(phone) ? STR("") : phone);
        kit_cell(&table, str_is_null(email) ? STR("") : email, STR(""));
    }
    struct kit_tabs tabs = {0};
    kit_tab(&tabs, request, STR("/contact"), "state", STR("missing"), state, kit_text(request, MSG_ASSET_MISSING),
            missing, PAGE_STATE_LATE, params, ARRAY_LEN(params));
    kit_tab(&tabs, request, STR("/contact"), "state", STR(""), state, kit_text(request, MSG_DUTY_ALL), units,
            PAGE_STATE_NONE, params, ARRAY_LEN(params));
    struct page_duty_table page = {
        .title =
            missing ? kit_msg(request, MSG_ASSET_CONTACT_TITLE, missing, ARG_INT("n", missing), ARG_INT("units", units))
                    : kit_msg(request, MSG_ASSET_CONTACT_ALL, units, ARG_INT("n", units)),
        .lead = kit_text(request, MSG_ASSET_CONTACT_LEAD),
        .q = q,
        .keep = kit_keep(request, params, ARRAY_LEN(params)),
        .tabs = {tabs.tabs.items, tabs.tabs.count},
        .empty_text = kit_text(request, str_is_empty(q) ? MSG_ASSET_CONTACT_EMPTY : MSG_DUTY_NOTHING_FOUND),
    };
    return kit_list_respond(request, response, &table, &page, STR("units"), STR("/contact"), params, ARRAY_LEN(params),
                            &range, (int64_t)shown, unit_id, err);
}

static const struct route routes[] = {
    {GET, "/contact", contact_page, RIGHT_READ, READS, NULL},
    {GET, "/contact.xlsx", contact_page, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/contact.csv", contact_page, RIGHT_EXPORT, READS | SLOW, NULL},
};
const struct route_list contact_routes = {routes, ARRAY_LEN(routes)};
