/* page_event.c - one event of the tree on a page: what it was, what went where, what a split left to be placed. */
#include "org/access.h"
#include "org/event.h"
#include "org/event_place.sql.h"
#include "web/page_unit.h"
#include "work/succession.h"

static struct str text_of(const struct request *request, enum msg_id id)
{
    return msg_text(request->lang, id, 0);
}

static struct str kind_word(const struct request *request, struct str kind)
{
    static const struct {
        struct str kind;
        enum msg_id word;
    } words[] = {{STR_INIT("person"), MSG_UNIT_EV_K_PERSON},   {STR_INIT("system"), MSG_UNIT_EV_K_SYSTEM},
                 {STR_INIT("site"), MSG_UNIT_EV_K_SITE},       {STR_INIT("child"), MSG_UNIT_EV_K_CHILD},
                 {STR_INIT("finding"), MSG_UNIT_EV_K_FINDING}, {STR_INIT("assignment"), MSG_UNIT_EV_K_ASSIGNMENT}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_equal(words[i].kind, kind))
            return text_of(request, words[i].word);
    return kind;
}

static struct str or_dash(struct str text)
{
    return str_is_empty(text) ? STR("–") : text;
}

struct event_view {
    struct sql_event_get_row *event;
    struct sql_event_parts_rows parts;
    struct sql_to_place_of_event_rows items;
};

static enum err_code event_load(struct request *request, struct db *db, struct event_view *v, struct err *err)
{
    struct actor actor = app_actor_with(request, RIGHT_READ);
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    TRY(sql_event_get(db, &actor, request->arena, &(struct sql_event_get_args){.event_id = id}, &v->event, err));
    if (!v->event)
        return err_set(err, ERR_NOT_FOUND, "no such event");
    TRY(sql_event_parts(db, &actor, request->arena,
                        &(struct sql_event_parts_args){.event_id = id, .on_day = app_today(request)}, &v->parts, err));
    return sql_to_place_of_event(db, &actor, request->arena, &(struct sql_to_place_of_event_args){.event_id = id},
                                 &v->items, err);
}

static enum err_code fill_items(struct request *request, struct db *db, const struct event_view *v,
                                struct page_event *page, struct err *err)
{
    struct arena *arena = request->arena;
    size_t n = v->items.count, waiting = 0, placed = 0, place_count = 0;
    struct pg_event_wait *waits = arena_new_array(arena, struct pg_event_wait, n + 1);
    struct pg_event_placed *done = arena_new_array(arena, struct pg_event_placed, n + 1);
    struct pg_choice *places = arena_new_array(arena, struct pg_choice, v->parts.count + 1);
    if (!waits || !done || !places)
        return arena_full(arena, err);
    bool may_place = false;
    for (size_t i = 0; i < n; i++) {
        const struct sql_to_place_of_event_row *r = &v->items.items[i];
        struct str kind = kind_word(request, r->object_kind), name = or_dash(r->name);
        if (r->placed_unit_id.has) {
            done[placed++] = (struct pg_event_placed){.kind = kind,
                                                      .name = name,
                                                      .to = or_dash(r->placed_name),
                                                      .day = unit_day_vn(request, (civil_day)r->placed_day.v),
                                                      .by = r->placed_by_name};
            continue;
        }
        if (waiting == 0) {
            struct actor actor = app_actor_with(request, RIGHT_ORG_ADMIN);
            TRY(access_has(db, &actor, RIGHT_ORG_ADMIN, r->unit_id, &may_place, err));
        }
        waits[waiting++] =
            (struct pg_event_wait){.id = r->id, .kind = kind, .name = name, .where = or_dash(r->unit_name)};
    }
    for (size_t i = 0; i < v->parts.count; i++)
        places[place_count++] = (struct pg_choice){link_id(request, v->parts.items[i].to_unit_id),
                                                   or_dash(v->parts.items[i].to_name), false};
    page->waiting = (struct pg_event_wait_list){waits, waiting};
    page->waiting_n = (int64_t)waiting;
    page->placed = (struct pg_event_placed_list){done, placed};
    page->places = (struct pg_choice_list){places, place_count};
    if (may_place)
        page->place_action = app_href(request, "/event/%lld/place", (long long)v->event->id);
    return ERR_NONE;
}

static enum err_code event_show_with(struct request *request, struct response *response, struct db *db,
                                     struct str problem, struct err *err)
{
    struct arena *arena = request->arena;
    struct event_view v = {0};
    TRY(event_load(request, db, &v, err));
    const struct sql_event_get_row *e = v.event;
    struct pg_unit_line *facts = arena_new_array(arena, struct pg_unit_line, 4);
    struct pg_unit_line *parts = arena_new_array(arena, struct pg_unit_line, v.parts.count + 1);
    struct pg_crumb *crumbs = arena_new_array(arena, struct pg_crumb, 3);
    if (!facts || !parts || !crumbs)
        return arena_full(arena, err);
    struct str kind = unit_event_word(request, e->kind), day = unit_day_vn(request, (civil_day)e->on_day);
    size_t n = 0;
    facts[n++] = (struct pg_unit_line){.name = text_of(request, MSG_UNIT_E_DAY), .text = day};
    facts[n++] = (struct pg_unit_line){.name = text_of(request, MSG_UNIT_E_BASIS), .text = e->basis};
    if (!str_is_empty(e->note))
        facts[n++] = (struct pg_unit_line){.name = text_of(request, MSG_UNIT_E_WHAT), .text = e->note};
    if (!str_is_empty(e->by_name))
        facts[n++] = (struct pg_unit_line){.name = text_of(request, MSG_UNIT_E_BY), .text = e->by_name};
    for (size_t i = 0; i < v.parts.count; i++)
        parts[i] = (struct pg_unit_line){.name = or_dash(v.parts.items[i].from_name),
                                         .text = or_dash(v.parts.items[i].to_name),
                                         .href = unit_href(request, v.parts.items[i].to_unit_id)};
    crumbs[0] = (struct pg_crumb){text_of(request, MSG_UNIT_ALL), STR("/units")};
    crumbs[1] = (struct pg_crumb){text_of(request, MSG_UNIT_EVENTS_HEADING), STR("/units/events")};
    crumbs[2] = (struct pg_crumb){kind, STR("")};
    struct page_event page = {.crumbs = {crumbs, 3},
                              .heading = app_href(request, "%.*s, %.*s", STR_ARG(kind), STR_ARG(day)),
                              .lead = e->basis,
                              .problem = problem,
                              .facts = {facts, n},
                              .parts = {parts, v.parts.count}};
    TRY(fill_items(request, db, &v, &page, err));
    if (e->undone_id.has) {
        page.undone = text_of(request, MSG_UNIT_EV_WAS_UNDONE);
        page.undone_href = app_href(request, "/event/%lld", (long long)e->undone_id.v);
    } else if (e->undoes_id.has) {
        page.undone = text_of(request, MSG_UNIT_EV_UNDOES);
        page.undone_href = app_href(request, "/event/%lld", (long long)e->undoes_id.v);
    } else { /* what exactly it needs is known when it is done */
        struct actor admin = app_actor_with(request, RIGHT_ORG_ADMIN);
        struct sql_event_get_row *mine = NULL;
        TRY(sql_event_get(db, &admin, arena, &(struct sql_event_get_args){.event_id = e->id}, &mine, err));
        if (mine && event_is_unwritten(e->kind, e->has_items))
            page.no_undo = text_of(request, MSG_UNIT_EV_UNWRITTEN);
        else if (mine)
            page.undo_action = app_href(request, "/event/%lld/undo", (long long)e->id);
        page.undo_reason = request_field(request, STR("basis"));
    }
    struct layout_frame *frame = web_frame(request, page.heading, STR("units"));
    if (!frame)
        return arena_full(arena, err);
    frame->who_href = app_href(request, "/event/%lld/who", (long long)e->id);
    page.frame = frame;
    struct page_out o = response_page(request, response, str_is_empty(problem) ? 200 : 422);
    page_event(&o, &page);
    return ERR_NONE;
}

enum err_code event_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    return event_show_with(request, response, db, STR(""), err);
}

enum err_code event_undo_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct event_view v = {0};
    TRY(event_load(request, db, &v, err));
    struct actor actor = app_actor(request);
    int64_t undo_id = 0;
    enum err_code code =
        event_undo(db, &actor, v.event->id, request_field(request, STR("basis")), &work_succession, &undo_id, err);
    if (code == ERR_SYNTAX || code == ERR_CONFLICT)
        return event_show_with(request, response, db, request_said(request, err), err);
    TRY(code);
    app_done_redirect(request, response, app_href(request, "/event/%lld", (long long)undo_id),
                      text_of(request, MSG_UNIT_EV_SAID_UNDONE), STR_NONE);
    return ERR_NONE;
}

enum err_code unit_to_place(struct request *request, struct db *db, const struct actor *actor, int64_t unit_id,
                            struct page_unit *page, struct err *err)
{
    struct sql_to_place_open_of_unit_rows open;
    TRY(sql_to_place_open_of_unit(db, actor, request->arena, &(struct sql_to_place_open_of_unit_args){unit_id}, &open,
                                  err));
    int64_t n = 0;
    for (size_t i = 0; i < open.count; i++)
        n += open.items[i].n;
    if (n == 0)
        return ERR_NONE;
    page->place_href = app_href(request, "/event/%lld", (long long)open.items[0].event_id);
    page->place_text = msg_str(request->arena, request->lang, MSG_UNIT_EV_WAITING_NOTE, n, MSG_ARGS(ARG_INT("n", n)));
    return ERR_NONE;
}

enum err_code event_place_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct event_view v = {0};
    TRY(event_load(request, db, &v, err));
    struct actor actor = app_actor(request);
    int64_t item, to;
    struct event_placed placed;
    TRY(app_int(request, STR("item"), 0, &item, err));
    TRY(app_int(request, STR("to"), 0, &to, err));
    bool is_here = false; /* of this event, and seen by this person */
    for (size_t i = 0; i < v.items.count; i++)
        is_here |= v.items.items[i].id == item;
    if (!is_here)
        return err_set(err, ERR_NOT_FOUND, "không có mục chờ phân giao này");
    enum err_code code = event_place(db, &actor, item, to, &work_succession, &placed, err);
    if (code == ERR_SYNTAX || code == ERR_CONFLICT)
        return event_show_with(request, response, db, request_said(request, err), err);
    TRY(code);
    app_done_redirect(request, response, app_href(request, "/event/%lld", (long long)v.event->id),
                      text_of(request, MSG_UNIT_EV_SAID_PLACED), STR_NONE);
    return ERR_NONE;
}
