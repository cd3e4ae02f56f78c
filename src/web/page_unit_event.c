#include "org/event.h"
#include "org/event.sql.h"
#include "org/page_unit.sql.h"
#include "org/person.sql.h"
#include "org/system.sql.h"
#include "org/unit.sql.h"
#include "web/page_unit.h"
#include "work/succession.h"

#define EVENT_FROM_MAX  64u
#define EVENT_ITEMS_MAX 400u
#define EVENT_ROWS_MAX  200

static struct str text_of(const struct request *request, enum msg_id id)
{
    return msg_text(request->lang, id, 0);
}

static const struct {
    enum msg_id label, text;
} doors[EVENT_KIND_COUNT] = {
    [EVENT_MERGE] = {MSG_UNIT_E_MERGE, MSG_UNIT_E_MERGE_TEXT},
    [EVENT_SPLIT] = {MSG_UNIT_E_SPLIT, MSG_UNIT_E_SPLIT_TEXT},
    [EVENT_RENAME] = {MSG_UNIT_E_RENAME, MSG_UNIT_E_RENAME_TEXT},
    [EVENT_REPARENT] = {MSG_UNIT_E_REPARENT, MSG_UNIT_E_REPARENT_TEXT},
    [EVENT_DISSOLVE] = {MSG_UNIT_E_DISSOLVE, MSG_UNIT_E_DISSOLVE_TEXT},
    [EVENT_TRANSFER_FUNCTION] = {MSG_UNIT_E_TRANSFER_FUNCTION, MSG_UNIT_E_TRANSFER_FUNCTION_TEXT},
};

/* --- the list --- */

enum err_code unit_events_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request);
    struct unit_root root;
    TRY(unit_root_pick(request, db, actor.right, &root, err));
    struct sql_unit_event_list_rows rows;
    TRY(sql_unit_event_list(db, &actor, request->arena,
                            &(struct sql_unit_event_list_args){
                                .root_id = root.id, .edge_kind = EDGE_ADMINISTRATIVE, .limit_count = EVENT_ROWS_MAX},
                            &rows, err));
    struct pg_event_row *items = arena_new_array(request->arena, struct pg_event_row, rows.count + 1);
    struct pg_event_door *open = arena_new_array(request->arena, struct pg_event_door, EVENT_KIND_COUNT);
    struct pg_crumb *crumbs = arena_new_array(request->arena, struct pg_crumb, 2);
    if (!items || !open || !crumbs)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < rows.count; i++)
        items[i] = (struct pg_event_row){.kind = unit_event_word(request, rows.items[i].kind),
                                         .day = unit_day_vn(request, (civil_day)rows.items[i].on_day),
                                         .basis = rows.items[i].basis,
                                         .note = rows.items[i].note,
                                         .units = rows.items[i].units,
                                         .href = app_href(request, "/event/%lld", (long long)rows.items[i].id),
                                         .by = rows.items[i].by_name};
    for (int k = 0; k < EVENT_KIND_COUNT; k++)
        open[k] = (struct pg_event_door){
            .label = text_of(request, doors[k].label),
            .text = text_of(request, doors[k].text),
            .href = app_href(request, "/units/events/new?kind=%s", event_kind_to_str((enum event_kind)k))};
    crumbs[0] = (struct pg_crumb){text_of(request, MSG_UNIT_ALL), STR("/units")};
    crumbs[1] = (struct pg_crumb){text_of(request, MSG_UNIT_EVENTS_HEADING), STR("")};
    struct page_unit_events page = {.crumbs = {crumbs, 2},
                                    .heading = crumbs[1].text,
                                    .rows = {items, rows.count},
                                    .doors = {open, EVENT_KIND_COUNT}};
    page.frame = web_frame(request, page.heading, STR("units"));
    if (!page.frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, 200);
    page_unit_events(&o, &page);
    return ERR_NONE;
}

/* --- the form --- */

struct event_ask { /* what was typed, and what became of it */
    enum event_kind kind;
    struct event_plan plan;
    int64_t from_ids[EVENT_FROM_MAX];
    struct unit_fact fact;
    struct unit_parent parents[4];
    struct unit_fact parts[EVENT_PARTS_MAX];
    struct event_move moves[EVENT_ITEMS_MAX];
    struct str from_error, to_error, day_error, basis_error, problem;
};

static struct str typed(const struct request *request, const char *name)
{
    return str_trim(request_field(request, str_from_cstr(name)));
}

static struct str said(const struct request *request, const struct err *err)
{
    return kit_said(request, err);
}

static enum err_code event_form(struct request *request, struct response *response, const struct event_ask *ask,
                                struct err *err)
{
    bool is_merge = ask->kind == EVENT_MERGE, is_split = ask->kind == EVENT_SPLIT,
         is_move = ask->kind == EVENT_REPARENT, is_rename = ask->kind == EVENT_RENAME;
    struct pg_crumb *crumbs = arena_new_array(request->arena, struct pg_crumb, 3);
    struct pg_choice *functions = arena_new_array(request->arena, struct pg_choice, know_function_count + 1);
    if (!crumbs || !functions)
        return arena_full(request->arena, err);
    struct str chosen = typed(request, "function"), day = typed(request, "day");
    for (size_t i = 0; i < know_function_count; i++)
        functions[i] =
            (struct pg_choice){know_functions[i].id, unit_say(request, know_functions[i].title, know_functions[i].id),
                               str_equal(chosen, know_functions[i].id)};
    crumbs[0] = (struct pg_crumb){text_of(request, MSG_UNIT_ALL), STR("/units")};
    crumbs[1] = (struct pg_crumb){text_of(request, MSG_UNIT_EVENTS_HEADING), STR("/units/events")};
    crumbs[2] = (struct pg_crumb){text_of(request, doors[ask->kind].label), STR("")};
    struct str edge = typed(request, "edge_kind");
    struct page_unit_event_form page = {
        .crumbs = {crumbs, 3},
        .heading = text_of(request, doors[ask->kind].label),
        .lead = text_of(request, MSG_UNIT_E_FORM_LEAD),
        .kind = str_from_cstr(event_kind_to_str(ask->kind)),
        .problem = ask->problem,
        .from = typed(request, "from"),
        .from_error = ask->from_error,
        .many = is_merge,
        .to = typed(request, "to"),
        .to_error = ask->to_error,
        .has_to = !is_split && !is_rename,
        .to_hint = text_of(request, is_merge ? MSG_UNIT_E_TO_HINT_NEW : MSG_UNIT_E_TO_HINT),
        .new_name = typed(request, "new_name"),
        .new_code = typed(request, "new_code"),
        .has_new = is_merge || is_rename,
        .kinds = unit_kind_choices(request, typed(request, "new_kind"), text_of(request, MSG_UNIT_E_SAME_KIND)),
        .parts = typed(request, "parts"),
        .has_parts = is_split,
        .stays = !str_is_empty(typed(request, "stays")),
        .edges = unit_edge_choices(request, str_is_empty(edge) ? EDGE_ADMINISTRATIVE : edge, STR_NONE),
        .has_edge = is_move,
        .functions = {functions, know_function_count},
        .has_function = ask->kind == EVENT_TRANSFER_FUNCTION,
        .area = typed(request, "area"),
        .day = str_is_empty(day) && request->method == GET ? unit_day_vn(request, app_today(request)) : day,
        .day_error = ask->day_error,
        .basis = typed(request, "basis"),
        .basis_error = ask->basis_error,
        .note = typed(request, "note")};
    page.frame = web_frame(request, page.heading, STR("units"));
    if (!page.frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, str_is_empty(ask->problem) ? 200 : 422);
    page_unit_event_form(&o, &page);
    return ERR_NONE;
}

static enum err_code ask_begin(struct request *request, struct event_ask **ret_ask, struct err *err)
{
    struct event_ask *ask = arena_new(request->arena, struct event_ask);
    if (!ask)
        return arena_full(request->arena, err);
    if (!event_kind_from_str(typed(request, "kind"), &ask->kind))
        return err_set(err, ERR_NOT_FOUND, "kind of event");
    *ret_ask = ask;
    return ERR_NONE;
}

enum err_code unit_event_form(struct request *request, struct response *response, struct err *err)
{
    struct event_ask *ask;
    TRY(ask_begin(request, &ask, err));
    return event_form(request, response, ask, err);
}

/* The same form, with the unit and "move" filled in. */
enum err_code unit_move_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct actor actor = app_actor(request);
    struct sql_unit_page_row *unit;
    TRY(sql_unit_page(db, &actor, request->arena,
                      &(struct sql_unit_page_args){.unit_id = id, .on_day = app_today(request)}, &unit, err));
    if (!unit)
        return err_set(err, ERR_NOT_FOUND, "unit %lld", (long long)id);
    struct link_param params[] = {{"kind", STR("reparent")},
                                  {"from", str_is_empty(unit->code) ? unit->name : unit->code}};
    response_redirect(request, response, link_make(request, STR("/units/events/new"), params, ARRAY_LEN(params)));
    return ERR_NONE;
}

/* --- reading what was typed --- */

static void wrong(struct event_ask *ask, struct str *where, struct str why)
{
    *where = why;
    if (str_is_empty(ask->problem))
        ask->problem = why;
}

/* One typed unit through unit_typed, which reads a field: the line is put into one. */
static enum err_code one_unit(struct request *request, struct db *db, uint64_t right, struct str line, int64_t *ret_id,
                              struct err *err)
{
    struct form kept = request->query, form = request->form;
    struct form_field field = {STR("unit_line"), line};
    request->query = (struct form){.fields = {&field, 1, 1}};
    request->form = (struct form){.fields = {NULL, 0, 0}};
    enum err_code code = unit_typed(request, db, right, STR("unit_line"), ret_id, err);
    request->query = kept;
    request->form = form;
    return code;
}

static enum err_code read_from(struct request *request, struct db *db, struct event_ask *ask, struct err *err)
{
    struct str rest = typed(request, "from"), line;
    size_t number = 0;
    while (str_line(&rest, &line)) {
        number++;
        line = str_trim(line);
        if (str_is_empty(line))
            continue;
        if (ask->plan.from_count == (ask->kind == EVENT_MERGE ? EVENT_FROM_MAX : 1))
            break;
        struct err why;
        int64_t id;
        enum err_code code = one_unit(request, db, RIGHT_ORG_ADMIN, line, &id, &why);
        if (code == ERR_SYNTAX)
            wrong(ask, &ask->from_error,
                  ask->kind == EVENT_MERGE
                      ? msg_str(request->arena, request->lang, MSG_UNIT_E_LINE, 0,
                                MSG_ARGS(ARG_INT("n", (int64_t)number), ARG_STR("why", said(request, &why))))
                      : said(request, &why));
        else if (code != ERR_NONE) {
            *err = why;
            return code;
        } else
            ask->from_ids[ask->plan.from_count++] = id;
    }
    if (!ask->plan.from_count && str_is_empty(ask->from_error))
        wrong(ask, &ask->from_error, text_of(request, MSG_UNIT_TYPED_EMPTY));
    ask->plan.from_ids = ask->from_ids;
    return ERR_NONE;
}

static enum err_code read_to(struct request *request, struct db *db, const char *name, struct event_ask *ask,
                             int64_t *ret_id, struct err *err)
{
    if (str_is_empty(typed(request, name)))
        return ERR_NONE;
    struct err why;
    enum err_code code = unit_typed(request, db, RIGHT_ORG_ADMIN, str_from_cstr(name), ret_id, &why);
    if (code == ERR_SYNTAX) {
        wrong(ask, &ask->to_error, said(request, &why));
        return ERR_NONE;
    }
    if (code != ERR_NONE)
        *err = why;
    return code;
}

/* New units stand where the first of the old ones stood. */
static enum err_code read_parents(struct request *request, struct db *db, struct event_ask *ask,
                                  struct sql_unit_page_row **ret_old, struct err *err)
{
    *ret_old = NULL;
    if (!ask->plan.from_count)
        return ERR_NONE;
    struct actor actor = app_actor(request);
    civil_day today = app_today(request);
    struct sql_unit_parents_rows parents;
    TRY(sql_unit_page(db, &actor, request->arena,
                      &(struct sql_unit_page_args){.unit_id = ask->from_ids[0], .on_day = today}, ret_old, err));
    TRY(sql_unit_parents(db, &actor, request->arena,
                         &(struct sql_unit_parents_args){.unit_id = ask->from_ids[0], .on_day = today}, &parents, err));
    for (size_t i = 0; i < parents.count && i < ARRAY_LEN(ask->parents); i++)
        ask->parents[ask->plan.parent_count++] =
            (struct unit_parent){parents.items[i].edge_kind, parents.items[i].parent_id};
    ask->plan.parents = ask->parents;
    return ERR_NONE;
}

static void read_parts(struct request *request, struct event_ask *ask, struct str kind)
{
    struct str rest = typed(request, "parts"), line;
    while (ask->plan.part_count < EVENT_PARTS_MAX && str_line(&rest, &line)) {
        line = str_trim(line);
        if (str_is_empty(line))
            continue;
        ptrdiff_t comma = str_find_byte(line, ',', 0);
        ask->parts[ask->plan.part_count++] = (struct unit_fact){
            .kind = kind,
            .name = comma < 0 ? line : str_trim(str_slice(line, 0, (size_t)comma)),
            .code = comma < 0 ? STR("") : str_trim(str_slice(line, (size_t)comma + 1, line.len_bytes))};
    }
    ask->plan.parts = ask->parts;
    ask->plan.from_continues = !str_is_empty(typed(request, "stays"));
    /* "m-ITEM-ID" = part number; empty: stays, or goes with the rest */
    for (size_t i = 0; i < request->form.fields.count && ask->plan.move_count < EVENT_ITEMS_MAX; i++) {
        struct str name = request->form.fields.items[i].name, piece[3], left = name;
        int64_t item, id, part;
        if (!str_starts_with(name, STR("m-")) || !str_split(&left, '-', &piece[0]) ||
            !str_split(&left, '-', &piece[1]) || !str_split(&left, '-', &piece[2]) || !str_to_i64(piece[1], &item) ||
            !str_to_i64(piece[2], &id) || !str_to_i64(request->form.fields.items[i].value, &part) ||
            item < EVENT_PERSON || item > EVENT_CHILD || part < 0 || part >= (int64_t)ask->plan.part_count)
            continue;
        ask->moves[ask->plan.move_count++] = (struct event_move){(enum event_item)item, id, (size_t)part};
    }
    ask->plan.moves = ask->moves;
}

static enum err_code read_ask(struct request *request, struct db *db, struct event_ask *ask, struct err *err)
{
    ask->plan =
        (struct event_plan){.kind = ask->kind, .basis = typed(request, "basis"), .note = typed(request, "note")};
    TRY(read_from(request, db, ask, err));
    if (ask->kind != EVENT_SPLIT && ask->kind != EVENT_RENAME)
        TRY(read_to(request, db, "to", ask, &ask->plan.to_id, err));
    struct sql_unit_page_row *old = NULL;
    if (ask->kind == EVENT_REPARENT) {
        ask->parents[0] = (struct unit_parent){typed(request, "edge_kind"), ask->plan.to_id};
        ask->plan.parents = ask->parents;
        ask->plan.parent_count = 1;
        ask->plan.to_id = 0;
        if (!ask->parents[0].parent_id && str_is_empty(ask->to_error))
            wrong(ask, &ask->to_error, text_of(request, MSG_UNIT_TYPED_EMPTY));
    } else if (ask->kind == EVENT_MERGE || ask->kind == EVENT_SPLIT)
        TRY(read_parents(request, db, ask, &old, err));
    struct str new_kind = typed(request, "new_kind");
    if ((ask->kind == EVENT_MERGE || ask->kind == EVENT_RENAME) &&
        (!str_is_empty(typed(request, "new_name")) || !str_is_empty(new_kind) ||
         !str_is_empty(typed(request, "new_code")))) {
        ask->fact = (struct unit_fact){
            .name = typed(request, "new_name"), .code = typed(request, "new_code"), .kind = new_kind};
        if (ask->kind == EVENT_MERGE && !ask->plan.to_id && str_is_empty(new_kind) && old)
            ask->fact.kind = old->kind;
        ask->plan.new_fact = &ask->fact;
    }
    if (ask->kind == EVENT_SPLIT)
        read_parts(request, ask, old ? old->kind : STR(""));
    if (ask->kind == EVENT_TRANSFER_FUNCTION) {
        ask->plan.function = typed(request, "function");
        TRY(read_to(request, db, "area", ask, &ask->plan.area_id, err));
    }
    struct err why;
    civil_day day = CIVIL_NONE;
    if (app_day(request, STR("day"), &day, &why) != ERR_NONE)
        wrong(ask, &ask->day_error, said(request, &why));
    else if (day == CIVIL_NONE)
        wrong(ask, &ask->day_error, text_of(request, MSG_UNIT_F_DAY_NEEDED));
    ask->plan.on_day = day;
    if (str_is_empty(ask->plan.basis))
        wrong(ask, &ask->basis_error, text_of(request, MSG_UNIT_E_BASIS_NEEDED));
    return ERR_NONE;
}

/* --- looking before applying --- */

struct item_list {
    VEC(struct pg_event_item) items;
};

static bool add_item(const struct request *request, struct item_list *list, enum event_item item, int64_t id,
                     struct str label, enum msg_id kind)
{
    struct pg_event_item *row = list->items.count < EVENT_ITEMS_MAX ? vec_push(&list->items, request->arena) : NULL;
    if (!row)
        return false;
    *row = (struct pg_event_item){.label = label,
                                  .kind = text_of(request, kind),
                                  .field_name = app_href(request, "m-%d-%lld", (int)item, (long long)id)};
    return true;
}

static enum err_code split_items(struct request *request, struct db *db, const struct event_ask *ask,
                                 struct item_list *list, struct err *err)
{
    struct actor actor = app_actor(request);
    civil_day today = app_today(request);
    int64_t id = ask->from_ids[0];
    struct sql_unit_people_rows people;
    struct sql_unit_systems_rows systems;
    struct sql_site_of_unit_rows sites;
    struct sql_unit_children_rows children;
    TRY(sql_unit_people(db, &actor, request->arena, &(struct sql_unit_people_args){.unit_id = id, .on_day = today},
                        &people, err));
    TRY(sql_unit_systems(db, &actor, request->arena, &(struct sql_unit_systems_args){.unit_id = id, .on_day = today},
                         &systems, err));
    TRY(sql_site_of_unit(db, &actor, request->arena, &(struct sql_site_of_unit_args){.unit_id = id, .on_day = today},
                         &sites, err));
    TRY(sql_unit_children(
        db, &actor, request->arena,
        &(struct sql_unit_children_args){.unit_id = id, .edge_kind = EDGE_ADMINISTRATIVE, .on_day = today}, &children,
        err));
    bool fits = true;
    for (size_t i = 0; i < children.count; i++)
        fits &= add_item(request, list, EVENT_CHILD, children.items[i].id, children.items[i].name, MSG_UNIT_E_CHILD);
    for (size_t i = 0; i < systems.count; i++)
        fits &= add_item(request, list, EVENT_SYSTEM, systems.items[i].id, systems.items[i].name, MSG_UNIT_E_SYSTEM);
    for (size_t i = 0; i < sites.count; i++)
        fits &= add_item(request, list, EVENT_SITE, sites.items[i].id, sites.items[i].name, MSG_UNIT_E_SITE);
    for (size_t i = 0; i < people.count; i++)
        fits &= add_item(request, list, EVENT_PERSON, people.items[i].id, people.items[i].name, MSG_UNIT_E_PERSON);
    return fits ? ERR_NONE
                : err_set(err, ERR_LIMIT, "more than %u people, systems and units to share out at once",
                          EVENT_ITEMS_MAX);
}

static enum err_code unit_name(struct request *request, struct db *db, int64_t id, struct str *ret_name,
                               struct err *err)
{
    struct sql_unit_name_on_row *row;
    TRY(sql_unit_name_on(db, request->arena,
                         &(struct sql_unit_name_on_args){.unit_id = id, .on_day = app_today(request)}, &row, err));
    *ret_name = row ? row->name : STR("");
    return ERR_NONE;
}

static enum err_code preview_page(struct request *request, struct response *response, struct db *db,
                                  const struct event_ask *ask, const struct event_preview *preview, struct err *err)
{
    struct arena *arena = request->arena;
    size_t field_count = request->form.fields.count;
    struct pg_event_moving *rows = arena_new_array(arena, struct pg_event_moving, preview->count + 1);
    struct pg_hidden *hidden = arena_new_array(arena, struct pg_hidden, field_count + 1);
    struct pg_unit_line *facts = arena_new_array(arena, struct pg_unit_line, 8 + ask->plan.part_count);
    struct pg_choice *places = arena_new_array(arena, struct pg_choice, ask->plan.part_count + 2);
    struct pg_crumb *crumbs = arena_new_array(arena, struct pg_crumb, 3);
    if (!rows || !hidden || !facts || !places || !crumbs)
        return arena_full(arena, err);
    for (size_t i = 0; i < preview->count; i++) {
        const struct event_preview_row *r = &preview->items[i];
        rows[i] = (struct pg_event_moving){.name = r->name,
                                           .href = app_href(request, "/unit/%lld", (long long)r->unit_id),
                                           .people = r->people,
                                           .systems = r->systems,
                                           .sites = r->sites,
                                           .children = r->children,
                                           .functions = r->functions,
                                           .duties = r->open_duties < 0 ? 0 : r->open_duties};
    }
    size_t hidden_count = 0;
    for (size_t i = 0; i < field_count; i++) {
        struct str name = request->form.fields.items[i].name;
        if (!str_equal(name, STR("step")) && !str_equal(name, STR("csrf")) && !str_equal(name, STR("_csrf")) &&
            !str_starts_with(name, STR("m-")))
            hidden[hidden_count++] = (struct pg_hidden){name, request->form.fields.items[i].value};
    }
    size_t n = 0;
    facts[n++] = (struct pg_unit_line){.name = text_of(request, MSG_UNIT_E_WHAT),
                                       .text = text_of(request, doors[ask->kind].label)};
    facts[n++] =
        (struct pg_unit_line){.name = text_of(request, MSG_UNIT_E_DAY), .text = unit_day_vn(request, ask->plan.on_day)};
    facts[n++] = (struct pg_unit_line){.name = text_of(request, MSG_UNIT_E_BASIS), .text = ask->plan.basis};
    int64_t to = ask->kind == EVENT_REPARENT ? ask->parents[0].parent_id : ask->plan.to_id;
    if (to) {
        struct str name;
        TRY(unit_name(request, db, to, &name, err));
        facts[n++] = (struct pg_unit_line){.name = text_of(request, MSG_UNIT_E_TO), .text = name};
    }
    if (ask->plan.new_fact && !str_is_empty(ask->fact.name))
        facts[n++] = (struct pg_unit_line){.name = text_of(request, MSG_UNIT_E_NEW_NAME), .text = ask->fact.name};
    size_t place_count = 0;
    if (ask->plan.from_continues)
        places[place_count++] = (struct pg_choice){STR(""), text_of(request, MSG_UNIT_E_STAYS_HERE), false};
    else if (ask->plan.part_count > 1)
        places[place_count++] = (struct pg_choice){
            STR(""),
            msg_str(arena, request->lang, MSG_UNIT_EV_UNDECIDED, 0, MSG_ARGS(ARG_STR("name", ask->parts[0].name))),
            false};
    for (size_t i = 0; i < ask->plan.part_count; i++) {
        places[place_count++] = (struct pg_choice){app_href(request, "%zu", i), ask->parts[i].name, false};
        facts[n++] = (struct pg_unit_line){.name = text_of(request, MSG_UNIT_E_NEW_NAME), .text = ask->parts[i].name};
    }
    struct item_list items = {0};
    if (ask->kind == EVENT_SPLIT)
        TRY(split_items(request, db, ask, &items, err));
    crumbs[0] = (struct pg_crumb){text_of(request, MSG_UNIT_ALL), STR("/units")};
    crumbs[1] = (struct pg_crumb){text_of(request, MSG_UNIT_EVENTS_HEADING), STR("/units/events")};
    crumbs[2] = (struct pg_crumb){text_of(request, doors[ask->kind].label), STR("")};
    struct page_unit_event_preview page = {
        .crumbs = {crumbs, 3},
        .heading = msg_str(arena, request->lang, MSG_UNIT_E_PREVIEW_HEADING, 0,
                           MSG_ARGS(ARG_STR("kind", text_of(request, doors[ask->kind].label)))),
        .lead = text_of(request, MSG_UNIT_E_PREVIEW_LEAD),
        .rows = {rows, preview->count},
        .facts = {facts, n},
        .items = {items.items.items, items.items.count},
        .places = {places, place_count},
        .hidden = {hidden, hidden_count}};
    page.frame = web_frame(request, page.heading, STR("units"));
    if (!page.frame)
        return arena_full(arena, err);
    struct page_out o = response_page(request, response, 200);
    page_unit_event_preview(&o, &page);
    return ERR_NONE;
}

enum err_code unit_event_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct event_ask *ask;
    TRY(ask_begin(request, &ask, err));
    struct str step = typed(request, "step");
    if (str_equal(step, STR("edit")))
        return event_form(request, response, ask, err);
    TRY(read_ask(request, db, ask, err));
    if (!str_is_empty(ask->problem))
        return event_form(request, response, ask, err);
    struct actor actor = app_actor(request);
    struct event_preview preview;
    struct event_done done;
    bool is_applied = str_equal(step, STR("apply"));
    enum err_code code = is_applied
                             ? event_apply(db, &actor, &ask->plan, &work_succession, &done, err)
                             : event_preview(db, &actor, &ask->plan, &work_succession, request->arena, &preview, err);
    if (code == ERR_SYNTAX || code == ERR_CONFLICT || code == ERR_DENIED) {
        ask->problem = said(request, err);
        return event_form(request, response, ask, err);
    }
    TRY(code);
    if (!is_applied)
        return preview_page(request, response, db, ask, &preview, err);
    int64_t show = done.to_id ? done.to_id : ask->from_ids[0];
    app_done_redirect(request, response,
                      done.to_place ? app_href(request, "/event/%lld", (long long)done.event_id)
                                    : app_href(request, "/unit/%lld", (long long)show),
                      msg_str(request->arena, request->lang, MSG_UNIT_E_APPLIED, 0,
                              MSG_ARGS(ARG_STR("kind", text_of(request, doors[ask->kind].label)),
                                       ARG_INT("n", (int64_t)done.duties_moved))),
                      STR_NONE);
    return ERR_NONE;
}
