/* page_who.c - "who can see this?" of a unit and of each thing that has a page: whose grants open that page.
 * Each asks with the right of the page itself, over the units any of which lets somebody in. */
#include "asset/device.h"
#include "asset/finding.h"
#include "base/buf.h"
#include "duty/letter_book.sql.h"
#include "duty/request.sql.h"
#include "duty/visit.sql.h"
#include "org/access.sql.h"
#include "org/event_place.sql.h"
#include "org/person.sql.h"
#include "org/system.sql.h"
#include "web/app_parts.h"
#include "web/listing.h"
#include "web/page_duty.h"
#include "web/page_letter.h"
#include "web/page_people.h"
#include "web/page_report.h"
#include "web/page_unit_seen.h"

#define WHO_UNITS_BYTES ((size_t)1 << 20) /* of ids: the largest event touches some thousands of units */

struct who_of { /* whose viewers are asked for */
    struct request *request;
    struct db *db;
    struct actor actor; /* with the right that opens the page */
    civil_day day;
    struct buf *units; /* "12,34": any of them lets somebody in */
    struct str name;
    struct pg_crumb_list crumbs;
    struct str nav;
    bool is_unit; /* the page of a unit, which need not say where a grant on it was given */
};

static void who_unit(struct who_of *of, int64_t unit_id)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%s%lld", of->units->len_bytes ? "," : "", (long long)unit_id);
    buf_put(of->units, (struct str){digits, (size_t)n});
}

/* The list, the thing itself (the address of this page without its last word), this page. */
static enum err_code who_crumbs(struct who_of *of, struct str list, struct str list_href, struct err *err)
{
    struct str path = of->request->path;
    struct pg_crumb *items = arena_new_array(of->request->arena, struct pg_crumb, 3);
    if (!items)
        return arena_full(of->request->arena, err);
    items[0] = (struct pg_crumb){list, list_href};
    items[1] = (struct pg_crumb){of->name, str_slice(path, 0, path.len_bytes - (sizeof "/who" - 1))};
    items[2] = (struct pg_crumb){kit_text(of->request, MSG_UNIT_WHO), STR("")};
    of->crumbs = (struct pg_crumb_list){items, 3};
    return ERR_NONE;
}

static struct str where_from(const struct who_of *of, const struct sql_access_who_row *w)
{
    const struct request *request = of->request;
    if (w->depth)
        return kit_msg(request, MSG_UNIT_WHO_ABOVE, 0, ARG_STR("unit", w->grant_unit_name),
                       ARG_STR("edge", unit_edge_word(request, w->edge_kind)));
    return of->is_unit ? kit_text(request, MSG_UNIT_WHO_HERE)
                       : kit_msg(request, MSG_UNIT_WHO_AT, 0, ARG_STR("unit", w->grant_unit_name));
}

/* Who looks down from above works where one may not look: that name is no link. By rising id. */
static enum err_code who_links(struct who_of *of, const struct sql_access_who_rows *who,
                               struct sql_people_managed_rows *ret_linked, struct err *err)
{
    AUTO_BUF people;
    buf_init(&people, WHO_UNITS_BYTES);
    for (size_t i = 0; i < who->count; i++)
        buf_printf(&people, "%c%lld", i ? ',' : '[', (long long)who->items[i].person_id);
    buf_put(&people, who->count ? STR("]") : STR("[]"));
    TRY(buf_check(&people, err));
    struct actor reader = app_actor_with(of->request, RIGHT_READ);
    reader.day = of->actor.day;
    return sql_people_managed(of->db, &reader, of->request->arena,
                              &(struct sql_people_managed_args){.people = buf_str(&people), .on_day = of->day},
                              ret_linked, err);
}

static bool is_linked(const struct sql_people_managed_rows *linked, int64_t person_id)
{
    for (size_t i = 0; i < linked->count; i++)
        if (linked->items[i].person_id == person_id)
            return true;
    return false;
}

static enum err_code who_respond(struct who_of *of, struct response *response, struct err *err)
{
    struct request *request = of->request;
    struct arena *arena = request->arena;
    TRY(buf_check(of->units, err));
    struct str units = arena_printf(arena, "[%.*s]", STR_ARG(buf_str(of->units)));
    int64_t number = listing_page(request);
    struct sql_access_who_count_row *n;
    struct sql_access_who_rows who;
    struct sql_people_managed_rows linked;
    TRY(sql_access_who_count(of->db, &of->actor, arena,
                             &(struct sql_access_who_count_args){.units = units, .on_day = of->day}, &n, err));
    int64_t last = n && n->grants ? (n->grants - 1) / LISTING_PAGE_ROWS + 1 : 1;
    number = number < last ? number : last;
    TRY(sql_access_who(of->db, &of->actor, arena,
                       &(struct sql_access_who_args){.units = units,
                                                     .on_day = of->day,
                                                     .skip_count = (number - 1) * LISTING_PAGE_ROWS,
                                                     .limit_count = LISTING_PAGE_ROWS},
                       &who, err));
    TRY(who_links(of, &who, &linked, err));
    struct pg_who_row *items = arena_new_array(arena, struct pg_who_row, who.count + 1);
    if (!items || str_is_null(units))
        return arena_full(arena, err);
    size_t count = 0;
    for (; count < who.count && who.items[count].is_seen; count++) {
        const struct sql_access_who_row *w = &who.items[count];
        items[count] = (struct pg_who_row){
            .name = w->name,
            .href = is_linked(&linked, w->person_id) ? app_href(request, "/person/%lld", (long long)w->person_id)
                                                     : STR_NONE,
            .title = w->title,
            .role = unit_role_word(request, w->role),
            .from = where_from(of, w),
            .what = unit_rights_words(request, (uint64_t)w->rights),
            .until = w->to_day >= CIVIL_FOREVER ? kit_text(request, MSG_UNIT_WHO_OPEN)
                                                : unit_day_vn(request, (civil_day)w->to_day - 1)};
    }
    struct str as_of = form_get(&request->query, STR("as_of"));
    const struct link_param params[] = {{"as_of", as_of}};
    struct part_pager pager = listing_pager(request, request->path, params, ARRAY_LEN(params), number, (int64_t)count,
                                            n ? n->grants : 0, false);
    int64_t people = n ? n->people : 0;
    struct page_unit_who page = {
        .crumbs = of->crumbs,
        .rows = {items, count},
        .heading = kit_msg(request, MSG_UNIT_WHO_HEADING, people, ARG_INT("n", people), ARG_STR("name", of->name)),
        .lead = kit_text(request, MSG_UNIT_WHO_LEAD),
        .unnamed = n ? n->unnamed : 0,
        .from = pager.from,
        .to = pager.to,
        .total = n && n->grants > LISTING_PAGE_ROWS ? pager.total : 0,
        .prev_href = pager.prev_href,
        .next_href = pager.next_href};
    page.frame = web_frame(request, page.heading, of->nav);
    if (!page.frame)
        return arena_full(arena, err);
    struct page_out o = response_page(request, response, 200);
    page_unit_who(&o, &page);
    return ERR_NONE;
}

/* --- of what: the same query as the thing's page, then its units --- */

static enum err_code of_unit(struct who_of *of, int64_t id, struct err *err)
{
    struct unit_seen seen;
    (void)id; /* on ?as_of= */
    TRY(unit_seen_open(of->request, of->db, &seen, err));
    of->actor = seen.actor;
    of->day = seen.day;
    of->name = seen.row->name;
    of->is_unit = true;
    who_unit(of, seen.id);
    return unit_crumbs(of->request, of->db, seen.id, true, kit_text(of->request, MSG_UNIT_WHO), &of->crumbs, err);
}

static enum err_code of_person(struct who_of *of, int64_t id, struct err *err)
{
    struct sql_person_page_row *p;
    struct sql_person_works_in_rows units;
    TRY(person_read(of->request, of->db, &of->actor, &id, &p, err));
    TRY(sql_person_works_in(of->db, &of->actor, of->request->arena,
                            &(struct sql_person_works_in_args){.person_id = id, .on_day = of->day}, &units, err));
    for (size_t i = 0; i < units.count; i++)
        who_unit(of, units.items[i].unit_id);
    of->name = p->name;
    TRY(who_crumbs(of, kit_text(of->request, MSG_PEOPLE_ALL), STR("/people"), err));
    of->name = kit_msg(of->request, MSG_UNIT_WHO_OF_PERSON, 0, ARG_STR("name", p->name));
    return ERR_NONE;
}

static enum err_code of_event(struct who_of *of, int64_t id, struct err *err)
{
    const struct request *request = of->request;
    struct sql_event_get_row *e;
    struct sql_event_units_rows units;
    TRY(sql_event_get(of->db, &of->actor, request->arena, &(struct sql_event_get_args){.event_id = id}, &e, err));
    if (!e)
        return err_set(err, ERR_NOT_FOUND, "no such event");
    TRY(sql_event_units(of->db, &of->actor, request->arena, &(struct sql_event_units_args){.event_id = id}, &units,
                        err));
    for (size_t i = 0; i < units.count; i++)
        who_unit(of, units.items[i].unit_id);
    of->name = app_href(request, "%.*s, %.*s", STR_ARG(unit_event_word(request, e->kind)),
                        STR_ARG(unit_day_vn(request, (civil_day)e->on_day)));
    return who_crumbs(of, kit_text(request, MSG_UNIT_ALL), STR("/units"), err);
}

static enum err_code of_letter(struct who_of *of, int64_t id, struct err *err)
{
    const struct request *request = of->request;
    struct sql_letter_get_row *l;
    TRY(sql_letter_get(of->db, &of->actor, request->arena, &(struct sql_letter_get_args){.id = id}, &l, err));
    if (!l)
        return err_set(err, ERR_NOT_FOUND, "no such letter");
    who_unit(of, l->unit_id);
    of->nav = STR("letters");
    of->name = letter_ref(request, l->number, l->symbol);
    TRY(who_crumbs(of, kit_text(request, MSG_NAV_LETTERS), STR("/letters"), err));
    of->name = kit_msg(request, MSG_UNIT_WHO_OF_LETTER, 0, ARG_STR("name", of->name));
    return ERR_NONE;
}

static enum err_code of_system(struct who_of *of, int64_t id, struct err *err)
{
    struct sql_system_page_row *s;
    TRY(sql_system_page(of->db, &of->actor, of->request->arena,
                        &(struct sql_system_page_args){.id = id, .on_day = of->day}, &s, err));
    if (!s)
        return err_set(err, ERR_NOT_FOUND, "no such system");
    who_unit(of, s->operator_id);
    who_unit(of, s->owner_id);
    of->name = s->name;
    return who_crumbs(of, kit_text(of->request, MSG_ASSET_SYSTEMS), STR("/systems"), err);
}

static enum err_code of_device(struct who_of *of, int64_t id, struct err *err)
{
    struct device_page page;
    TRY(device_open(of->db, &of->actor, of->request->arena, id, &page, err));
    who_unit(of, page.device->unit_id);
    of->name = page.device->name;
    return who_crumbs(of, kit_text(of->request, MSG_ASSET_DEVICES), STR("/devices"), err);
}

static enum err_code of_finding(struct who_of *of, int64_t id, struct err *err)
{
    struct finding_page page;
    TRY(finding_read(of->db, &of->actor, of->request->arena, id, &page, err));
    who_unit(of, page.finding->unit_id);
    of->nav = STR("findings");
    of->name = page.finding->title;
    return who_crumbs(of, kit_text(of->request, MSG_ASSET_FINDINGS), STR("/findings"), err);
}

static enum err_code of_request(struct who_of *of, int64_t id, struct err *err)
{
    const struct request *request = of->request;
    struct sql_request_page_row *r;
    TRY(sql_request_page(of->db, &of->actor, request->arena,
                         &(struct sql_request_page_args){.id = id, .on_day = of->day}, &r, err));
    if (!r)
        return err_set(err, ERR_NOT_FOUND, "no such request");
    who_unit(of, r->unit_id);
    who_unit(of, r->to_unit_id);
    of->nav = STR("tasks");
    of->name = kit_msg(request, MSG_DUTY_REQUEST_TITLE, 0, ARG_STR("kind", request_kind_word(request, r->kind)),
                       ARG_STR("unit", r->unit_name));
    return who_crumbs(of, kit_text(request, MSG_DUTY_REQUESTS), STR("/requests"), err);
}

static enum err_code of_visit(struct who_of *of, int64_t id, struct err *err)
{
    const struct request *request = of->request;
    struct sql_visit_page_row *v;
    TRY(sql_visit_page(of->db, &of->actor, request->arena, &(struct sql_visit_page_args){.id = id, .on_day = of->day},
                       &v, err));
    if (!v)
        return err_set(err, ERR_NOT_FOUND, "no such visit");
    who_unit(of, v->unit_id);
    who_unit(of, v->by_unit_id);
    of->name = kit_msg(request, MSG_DUTY_VISIT_TITLE, 0, ARG_STR("unit", v->unit_name));
    return who_crumbs(of, kit_text(request, MSG_DUTY_VISITS), STR("/visits"), err);
}

static enum err_code of_report(struct who_of *of, int64_t id, struct err *err)
{
    (void)id;
    struct sql_report_one_row *r;
    TRY(report_get(of->request, of->db, &r, err));
    who_unit(of, r->unit_id);
    if (str_equal(r->state, STR("sent")) && r->to_unit_id.has)
        who_unit(of, r->to_unit_id.v);
    of->nav = STR("reports");
    of->name = report_name(of->request, r->series, r->number, r->symbol, r->directive_title);
    return who_crumbs(of, kit_text(of->request, MSG_REPORT_CRUMB), STR("/reports"), err);
}

static const struct {
    struct str path;
    enum err_code (*open)(struct who_of *of, int64_t id, struct err *err);
} things[] = {
    {STR_INIT("/unit/{id}/who"), of_unit},       {STR_INIT("/person/{id}/who"), of_person},
    {STR_INIT("/event/{id}/who"), of_event},     {STR_INIT("/letter/{id}/who"), of_letter},
    {STR_INIT("/system/{id}/who"), of_system},   {STR_INIT("/device/{id}/who"), of_device},
    {STR_INIT("/finding/{id}/who"), of_finding}, {STR_INIT("/request/{id}/who"), of_request},
    {STR_INIT("/visit/{id}/who"), of_visit},     {STR_INIT("/report/{id}/who"), of_report},
};

static enum err_code who_show(struct request *request, struct response *response, struct err *err)
{
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    AUTO_BUF units;
    buf_init(&units, WHO_UNITS_BYTES);
    struct who_of of = {.request = request,
                        .db = db,
                        .actor = app_actor(request),
                        .day = app_today(request),
                        .units = &units,
                        .nav = STR("units")};
    size_t at = 0;
    while (at < ARRAY_LEN(things) && !str_equal(things[at].path, str_from_cstr(request->route->path)))
        at++;
    must(at < ARRAY_LEN(things));
    TRY(things[at].open(&of, id, err));
    return who_respond(&of, response, err);
}

/* The right of each row is that of the row of the thing itself. */
static const struct route routes[] = {
    {GET, "/unit/{id}/who", who_show, RIGHT_READ, READS, NULL},
    {GET, "/person/{id}/who", who_show, RIGHT_READ, READS, NULL},
    {GET, "/event/{id}/who", who_show, RIGHT_READ, READS, NULL},
    {GET, "/letter/{id}/who", who_show, RIGHT_READ, READS, NULL},
    {GET, "/system/{id}/who", who_show, RIGHT_ASSET_READ, READS, NULL},
    {GET, "/device/{id}/who", who_show, RIGHT_ASSET_READ, READS, NULL},
    {GET, "/finding/{id}/who", who_show, RIGHT_ASSET_READ, READS, NULL},
    {GET, "/request/{id}/who", who_show, RIGHT_READ, READS, NULL},
    {GET, "/visit/{id}/who", who_show, RIGHT_READ, READS, NULL},
    {GET, "/report/{id}/who", who_show, RIGHT_READ, READS, NULL},
};
const struct route_list who_routes = {routes, ARRAY_LEN(routes)};
