#include "org/invitation_mail.h"
#include "org/invitation_mail.sql.h"
#include "org/page_people.sql.h"
#include "org/person.h"
#include "web/page_people.h"

struct str person_sign_in_word(const struct request *request, bool is_active, bool has_password, bool has_totp,
                               enum page_state *ret_state)
{
    *ret_state = !is_active ? PAGE_STATE_NA : !has_password ? PAGE_STATE_DUE : PAGE_STATE_OK;
    return kit_text(request, !is_active      ? MSG_PEOPLE_OFF
                             : !has_password ? MSG_PEOPLE_INVITE_DUE
                             : has_totp      ? MSG_PEOPLE_READY_FACTOR
                                             : MSG_PEOPLE_READY);
}

enum err_code person_read(struct request *request, struct db *db, const struct actor *actor, int64_t *ret_id,
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

struct pg_crumb_list person_crumbs(struct request *request, struct str name, struct str href, struct str then)
{
    struct pg_crumb *items = arena_new_array(request->arena, struct pg_crumb, 3);
    if (!items)
        return (struct pg_crumb_list){NULL, 0};
    items[0] = (struct pg_crumb){kit_text(request, MSG_PEOPLE_ALL), STR("/people")};
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
    struct str down = kit_typed(request, "down");
    struct str day = kit_typed(request, "day");
    struct page_person page = {
        .name = p->name,
        .problem = extra->problem,
        .link = extra->link,
        .link_note = extra->link_note,
        .phone = p->phone,
        .email = p->email,
        .publish = kit_text(request, p->publish_consent ? MSG_PEOPLE_PUBLIC_YES : MSG_PEOPLE_PUBLIC_NO),
        .sign_in = str_is_empty(p->sign_in_name) ? kit_text(request, MSG_PEOPLE_NO_SIGN_IN) : p->sign_in_name,
        .manage = may_manage && !p->erased_ms.has,
        .erase = may_erase && !p->erased_ms.has,
        .grant_href = app_href(request, "/person/%lld/grant#give", (long long)id),
        .invite_href = app_href(request, "/person/%lld/invite", (long long)id),
        .active_href = app_href(request, "/person/%lld/active?on=%d", (long long)id, p->is_active ? 0 : 1),
        .active_word = kit_text(request, p->is_active ? MSG_PEOPLE_SWITCH_OFF : MSG_PEOPLE_SWITCH_ON),
        .erase_href = app_href(request, "/person/%lld/erase", (long long)id),
        .edit_href = app_href(request, "/person/%lld/edit", (long long)id),
        .ready = p->has_password,
        .roles = unit_role_choices(request, kit_typed(request, "role"), kit_text(request, MSG_PEOPLE_F_CHOOSE)),
        .edges = unit_edge_choices(request, down, kit_text(request, MSG_PEOPLE_F_DOWN_NONE)),
        .role_error = extra->role_error,
        .g_unit_error = extra->unit_error,
        .g_day_error = extra->day_error,
        .day = str_is_empty(day) ? unit_day_vn(request, app_today(request)) : day,
        .g_unit = kit_typed(request, "unit"),
        .g_basis = kit_typed(request, "basis"),
        .g_to = kit_typed(request, "to")};
    if (p->has_totp)
        page.factor_href = app_href(request, "/person/%lld/factor", (long long)id);
    page.word = p->erased_ms.has
                    ? kit_text(request, MSG_PEOPLE_ERASED)
                    : person_sign_in_word(request, p->is_active, p->has_password, p->has_totp, &page.state);
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
    struct layout_frame *frame = web_frame(request, p->name, STR("units"));
    if (!frame)
        return arena_full(request->arena, err);
    frame->who_href = app_href(request, "/person/%lld/who", (long long)id);
    page.frame = frame;
    struct page_out o = response_page(request, response, str_is_empty(extra->problem) ? 200 : 422);
    page_person(&o, &page);
    return ERR_NONE;
}

enum err_code person_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    return person_page(request, response, db, &(struct person_extra){.problem = STR("")}, err);
}

/* After an act: done, or the page again with the domain's words. */
static enum err_code finish(struct request *request, struct response *response, struct db *db, int64_t id,
                            enum err_code code, struct str done, struct str undo, struct err *err)
{
    if (person_is_refusal(code))
        return person_page(request, response, db, &(struct person_extra){.problem = person_said(request, err)}, err);
    TRY(code);
    app_done_redirect(request, response, person_href(request, id), done, undo);
    return ERR_NONE;
}

enum err_code person_grant_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request), reader = app_actor_with(request, RIGHT_READ);
    int64_t id, grant = 0;
    struct sql_person_page_row *p;
    TRY(person_read(request, db, &reader, &id, &p, err));
    struct grant_request ask = {.person_id = id,
                                .role = kit_typed(request, "role"),
                                .edge_kind = kit_typed(request, "down"),
                                .to_day = CIVIL_FOREVER,
                                .basis = kit_typed(request, "basis")};
    struct person_extra extra = {.problem = STR("")};
    struct err why;
    civil_day to = CIVIL_NONE;
    if (str_is_empty(ask.role))
        extra.problem = extra.role_error = kit_text(request, MSG_PEOPLE_F_ROLE_NEEDED);
    enum err_code code = unit_typed(request, db, RIGHT_READ, STR("unit"), &ask.unit_id, &why);
    if (code == ERR_SYNTAX)
        extra.problem = extra.unit_error = person_said(request, &why);
    else if (code != ERR_NONE) {
        *err = why;
        return code;
    }
    if (app_day(request, STR("day"), &ask.from_day, &why) != ERR_NONE ||
        app_day(request, STR("to"), &to, &why) != ERR_NONE)
        extra.problem = extra.day_error = person_said(request, &why);
    else if (ask.from_day == CIVIL_NONE)
        extra.problem = extra.day_error = kit_text(request, MSG_UNIT_F_DAY_NEEDED);
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

enum err_code person_grant_end_do(struct request *request, struct response *response, struct err *err)
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
enum err_code person_invite_do(struct request *request, struct response *response, struct err *err)
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
    if (person_is_refusal(code))
        return person_page(request, response, db, &(struct person_extra){.problem = person_said(request, err)}, err);
    TRY(code);
    char at[CIVIL_TEXT_BYTES];
    int64_t until_ms = request->now_ms + invitation_life_ms(kind, app_today(request));
    struct person_extra extra = {
        .link = app_href(request, "%.*s/invitation/%s", STR_ARG(app_of(request)->public_url), token.text),
        .link_note = msg_str(request->arena, request->lang,
                             kind == INVITATION_RESET ? MSG_PEOPLE_LINK_RESET : MSG_PEOPLE_LINK_INVITE, 0,
                             MSG_ARGS(ARG_STR("at", str_from_cstr(civil_vn_ms(until_ms, at)))))};
    return person_page(request, response, db, &extra, err);
}

enum err_code person_invite_mail_do(struct request *request, struct response *response, struct err *err)
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
        page->mail_note = kit_text(request, MSG_PEOPLE_MAIL_NOT_SET);
    else if (str_is_empty(page->email))
        page->mail_note = kit_text(request, MSG_PEOPLE_MAIL_NO_ADDRESS);
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

enum err_code person_active_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request), reader = app_actor_with(request, RIGHT_READ);
    int64_t id;
    struct sql_person_page_row *p;
    TRY(person_read(request, db, &reader, &id, &p, err));
    bool on = str_equal(kit_typed(request, "on"), STR("1"));
    enum err_code code = person_set_active(db, &actor, id, on, err);
    return finish(request, response, db, id, code,
                  msg_str(request->arena, request->lang, on ? MSG_PEOPLE_SWITCHED_ON : MSG_PEOPLE_SWITCHED_OFF, 0,
                          MSG_ARGS(ARG_STR("name", p->name))),
                  app_href(request, "/person/%lld/active?on=%d", (long long)id, on ? 0 : 1), err);
}

enum err_code person_factor_do(struct request *request, struct response *response, struct err *err)
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

enum err_code person_leave_do(struct request *request, struct response *response, struct err *err)
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
