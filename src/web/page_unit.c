#include "asset/device.h"
#include "duty/board.h"
#include "duty/ledger.sql.h"
#include "org/page_past.sql.h"
#include "org/system.sql.h"
#include "web/app_parts.h"
#include "web/hedge.h"
#include "web/page_unit_seen.h"

#define CHILD_ROWS_MAX  15
#define SYSTEM_ROWS_MAX 50
#define DUTY_ROWS_SHOWN 20 /* above this, what is met folds into one line */

static struct str state_lower_word(const struct request *request, int state)
{
    static const enum msg_id words[DUTY_STATE_COUNT] = {
        [DUTY_UNSEEN] = MSG_UNIT_STEM_UNSEEN, [DUTY_ACK] = MSG_UNIT_STEM_ACK, [DUTY_DOING] = MSG_UNIT_STEM_DOING,
        [DUTY_OK] = MSG_UNIT_STEM_OK,         [DUTY_DUE] = MSG_UNIT_STEM_DUE, [DUTY_LATE] = MSG_UNIT_STEM_LATE,
        [DUTY_BIRTH] = MSG_UNIT_STEM_BIRTH,   [DUTY_NA] = MSG_UNIT_STEM_NA,   [DUTY_WAIVED] = MSG_UNIT_STEM_WAIVED};
    return kit_text(request, words[state]);
}

static const int legend_order[] = {DUTY_LATE,  DUTY_BIRTH, DUTY_UNSEEN, DUTY_DUE, DUTY_ACK,
                                   DUTY_DOING, DUTY_OK,    DUTY_WAIVED, DUTY_NA};

static struct str unit_link(const struct request *request, const struct unit_seen *seen, const char *state,
                            const char *anchor)
{
    struct str day = seen->is_past ? unit_day_vn(request, seen->day) : STR("");
    struct link_param params[] = {{"state", str_from_cstr(state)}, {"as_of", day}};
    struct str link = link_make(request, unit_href(request, seen->id), params, ARRAY_LEN(params));
    return app_href(request, "%.*s%s", STR_ARG(link), anchor);
}

static enum err_code fill_duties(struct request *request, const struct unit_seen *seen, const struct duty_rows *rows,
                                 struct page_unit *page, struct err *err)
{
    struct arena *arena = request->arena;
    enum page_state *stems = arena_new_array(arena, enum page_state, rows->count + 1);
    struct pg_legend *legend = arena_new_array(arena, struct pg_legend, ARRAY_LEN(legend_order));
    struct pg_tab *tabs = arena_new_array(arena, struct pg_tab, 5);
    struct pg_unit_duty *shown = arena_new_array(arena, struct pg_unit_duty, rows->count + 1);
    if (!stems || !legend || !tabs || !shown)
        return arena_full(arena, err);
    for (size_t i = 0; i < rows->count; i++)
        stems[i] = app_page_state(rows->states[i]);
    size_t legend_count = 0;
    for (size_t i = 0; i < ARRAY_LEN(legend_order); i++) {
        int state = legend_order[i];
        if (rows->n[state])
            legend[legend_count++] =
                (struct pg_legend){app_page_state(state), rows->n[state], state_lower_word(request, state),
                                   unit_link(request, seen, duty_state_to_str(state), "#duties")};
    }
    struct str asked = request_field(request, STR("state"));
    enum duty_state only;
    bool is_only = duty_state_from_str(asked, &only);
    bool fold = str_is_empty(asked) && rows->count > DUTY_ROWS_SHOWN;
    size_t count = 0;
    for (size_t i = 0; i < rows->count; i++) {
        bool is_met = rows->states[i] == DUTY_OK || rows->states[i] == DUTY_NA || rows->states[i] == DUTY_WAIVED;
        if (is_only && rows->states[i] != (int)only)
            continue;
        if (fold && is_met && count >= 3) {
            page->hidden_ok++;
            continue;
        }
        shown[count++] = rows->items[i];
    }
    tabs[0] = (struct pg_tab){kit_text(request, MSG_UNIT_TAB_DUTIES), (int64_t)rows->count,
                              unit_link(request, seen, "all", "#duties"), PAGE_STATE_NONE, !is_only};
    size_t tab_count = 1;
    static const int tab_states[] = {DUTY_LATE, DUTY_DUE, DUTY_OK};
    bool is_tabbed = !is_only;
    for (size_t i = 0; i < ARRAY_LEN(tab_states); i++) {
        bool current = is_only && (int)only == tab_states[i];
        is_tabbed |= current;
        tabs[tab_count++] = (struct pg_tab){state_lower_word(request, tab_states[i]), rows->n[tab_states[i]],
                                            unit_link(request, seen, duty_state_to_str(tab_states[i]), "#duties"),
                                            app_page_state(tab_states[i]), current};
    }
    if (!is_tabbed)
        tabs[tab_count++] = (struct pg_tab){state_lower_word(request, (int)only), rows->n[only],
                                            unit_link(request, seen, duty_state_to_str((int)only), "#duties"),
                                            app_page_state((int)only), true};
    page->hedge = hedge_draw(arena, stems, rows->count, 15);
    page->legend = (struct pg_legend_list){legend, legend_count};
    page->tabs = (struct pg_tab_list){tabs, rows->count ? tab_count : 0};
    page->duties = (struct pg_unit_duty_list){shown, count};
    page->owed = (int64_t)rows->count;
    page->all_href = unit_link(request, seen, "all", "#duties");
    if ((request->session.rights & RIGHT_EXPORT) && !seen->is_ended) {
        struct link_param params[] = {{"state", is_only ? asked : STR("")},
                                      {"as_of", seen->is_past ? unit_day_vn(request, seen->day) : STR("")}};
        page->excel_href = link_make(request, app_href(request, "/unit/%lld/duties.xlsx", (long long)seen->id), params,
                                     ARRAY_LEN(params));
        page->csv_href = link_make(request, app_href(request, "/unit/%lld/duties.csv", (long long)seen->id), params,
                                   ARRAY_LEN(params));
    }
    return ERR_NONE;
}

/* The state of one system's scan or hunt is that of the duty which asks for it. */
static void cover_of(const struct request *request, const struct duty_rows *rows, int64_t system_id,
                     struct str catalogue_id, enum page_state *ret_state, struct str *ret_word, struct str *ret_href)
{
    *ret_word = kit_text(request, MSG_UNIT_NOT_ASKED);
    for (size_t i = 0; i < rows->count; i++) {
        const struct duty_subject *r = &rows->subjects[i];
        if (!str_equal(r->catalogue_id, catalogue_id) || !str_equal(r->kind, STR("system")) || r->id != system_id)
            continue;
        *ret_state = rows->items[i].state;
        *ret_word = rows->items[i].word;
        *ret_href = rows->items[i].href;
        return;
    }
}

/* Systems are pages of whoever may see them; their names stand in the unit's duties anyway. */
static struct str system_href(struct request *request, int64_t id)
{
    return request->session.rights & RIGHT_ASSET_READ ? app_href(request, "/system/%lld", (long long)id) : STR("");
}

/* Code and marks of a system, in one line. */
static struct str system_marks(struct request *request, struct str code, bool is_important, bool has_personal_data,
                               bool uses_camera)
{
    const struct {
        bool is;
        enum msg_id word;
    } marks[] = {{is_important, MSG_UNIT_IMPORTANT},
                 {has_personal_data, MSG_UNIT_PERSONAL_DATA},
                 {uses_camera, MSG_UNIT_CAMERA}};
    AUTO_BUF sub;
    buf_init(&sub, 1024);
    buf_put(&sub, code);
    for (size_t m = 0; m < ARRAY_LEN(marks); m++)
        if (marks[m].is)
            buf_printf(&sub, "%s%.*s", sub.len_bytes ? " · " : "", STR_ARG(kit_text(request, marks[m].word)));
    return arena_str(request->arena, buf_str(&sub));
}

/* Those that stood with it then, wherever they stand now, as the register said then. */
static enum err_code fill_systems_past(struct request *request, struct db *db, const struct unit_seen *seen,
                                       const struct duty_rows *rows, struct page_unit *page, struct err *err)
{
    struct sql_unit_systems_on_rows systems;
    TRY(sql_unit_systems_on(db, &seen->actor, request->arena,
                            &(struct sql_unit_systems_on_args){.unit_id = seen->id, .on_day = seen->day}, &systems,
                            err));
    struct pg_unit_system *items = arena_new_array(request->arena, struct pg_unit_system, systems.count + 1);
    if (!items)
        return arena_full(request->arena, err);
    size_t shown = systems.count < SYSTEM_ROWS_MAX ? systems.count : SYSTEM_ROWS_MAX;
    for (size_t i = 0; i < shown; i++) {
        const struct sql_unit_systems_on_row *s = &systems.items[i];
        items[i] = (struct pg_unit_system){.name = s->name,
                                           .href = system_href(request, s->id),
                                           .sub = system_marks(request, s->code, s->is_dated && s->is_important,
                                                               s->is_dated && s->has_personal_data,
                                                               s->is_dated && s->uses_camera),
                                           .level = s->level.has ? app_href(request, "%lld", (long long)s->level.v)
                                                                 : kit_text(request, MSG_UNIT_NO_LEVEL)};
        cover_of(request, rows, s->id, STR("CT18-2b"), &items[i].scan_state, &items[i].scan, &items[i].scan_href);
        cover_of(request, rows, s->id, STR("CT18-2a"), &items[i].hunt_state, &items[i].hunt, &items[i].hunt_href);
    }
    page->systems = (struct pg_unit_system_list){items, shown};
    page->systems_n = (int64_t)systems.count;
    return ERR_NONE;
}

static enum err_code fill_systems(struct request *request, struct db *db, const struct unit_seen *seen,
                                  const struct duty_rows *rows, struct page_unit *page, struct err *err)
{
    if (seen->is_past || seen->is_ended)
        return fill_systems_past(request, db, seen, rows, page, err);
    struct sql_unit_systems_rows systems;
    TRY(sql_unit_systems(db, &seen->actor, request->arena,
                         &(struct sql_unit_systems_args){.unit_id = seen->id, .on_day = seen->day}, &systems, err));
    struct pg_unit_system *items = arena_new_array(request->arena, struct pg_unit_system, systems.count + 1);
    if (!items)
        return arena_full(request->arena, err);
    size_t shown = 0;
    int64_t operated = 0;
    for (size_t i = 0; i < systems.count; i++)
        operated += systems.items[i].operator_id == seen->id;
    for (size_t i = 0; i < systems.count && shown < SYSTEM_ROWS_MAX; i++) {
        const struct sql_unit_systems_row *s = &systems.items[i];
        if (s->operator_id != seen->id)
            continue; /* owned, operated by another: counted there */
        struct str state = !s->level.has                                 ? STR("")
                           : str_equal(s->level_state, STR("approved"))  ? kit_text(request, MSG_UNIT_LEVEL_APPROVED)
                           : str_equal(s->level_state, STR("appraised")) ? kit_text(request, MSG_UNIT_LEVEL_APPRAISED)
                                                                         : kit_text(request, MSG_UNIT_LEVEL_PROPOSED);
        struct pg_unit_system *item = &items[shown++];
        *item = (struct pg_unit_system){
            .name = s->name,
            .href = system_href(request, s->id),
            .sub = system_marks(request, s->code, s->is_important, s->has_personal_data, s->uses_camera),
            .level = s->level.has ? app_href(request, "%lld · %.*s", (long long)s->level.v, STR_ARG(state))
                                  : kit_text(request, MSG_UNIT_NO_LEVEL)};
        cover_of(request, rows, s->id, STR("CT18-2b"), &item->scan_state, &item->scan, &item->scan_href);
        cover_of(request, rows, s->id, STR("CT18-2a"), &item->hunt_state, &item->hunt, &item->hunt_href);
    }
    page->systems = (struct pg_unit_system_list){items, shown};
    page->systems_n = operated;
    return ERR_NONE;
}

static struct pg_unit_line kv(const struct request *request, enum msg_id name, struct str text)
{
    return (struct pg_unit_line){.name = kit_text(request, name), .text = text};
}

static enum err_code fill_side(struct request *request, struct db *db, const struct unit_seen *seen,
                               struct page_unit *page, struct err *err)
{
    struct arena *arena = request->arena;
    struct sql_unit_parents_rows parents;
    struct sql_unit_page_functions_rows functions;
    struct sql_site_of_unit_rows sites;
    TRY(sql_unit_parents(db, &seen->actor, arena,
                         &(struct sql_unit_parents_args){.unit_id = seen->id, .on_day = seen->day}, &parents, err));
    TRY(sql_unit_page_functions(db, &seen->actor, arena,
                                &(struct sql_unit_page_functions_args){.unit_id = seen->id, .on_day = seen->day},
                                &functions, err));
    TRY(sql_site_of_unit(db, &seen->actor, arena,
                         &(struct sql_site_of_unit_args){.unit_id = seen->id, .on_day = seen->day}, &sites, err));
    struct pg_unit_line *up = arena_new_array(arena, struct pg_unit_line, parents.count + 1);
    struct pg_unit_line *work = arena_new_array(arena, struct pg_unit_line, functions.count + 1);
    struct pg_unit_line *places = arena_new_array(arena, struct pg_unit_line, sites.count + 1);
    struct pg_unit_line *facts = arena_new_array(arena, struct pg_unit_line, 8);
    if (!up || !work || !places || !facts)
        return arena_full(arena, err);
    for (size_t i = 0; i < parents.count; i++) {
        struct sql_unit_page_row *seen_parent;
        TRY(sql_unit_page(db, &seen->actor, arena,
                          &(struct sql_unit_page_args){.unit_id = parents.items[i].parent_id, .on_day = seen->day},
                          &seen_parent, err));
        up[i] = (struct pg_unit_line){.name = unit_edge_word(request, parents.items[i].edge_kind),
                                      .text = parents.items[i].name,
                                      .href = seen_parent ? unit_seen_href(request, seen, parents.items[i].parent_id)
                                                          : STR("")};
    }
    for (size_t i = 0; i < functions.count; i++)
        work[i] = (struct pg_unit_line){
            .name = unit_named_word(request, know_functions, know_function_count, functions.items[i].function),
            .text = msg_str(arena, request->lang, MSG_UNIT_FUNCTION_FOR, 0,
                            MSG_ARGS(ARG_STR("area", functions.items[i].area_name),
                                     ARG_DAY("day", (civil_day)functions.items[i].from_day),
                                     ARG_STR("basis", functions.items[i].basis)))};
    for (size_t i = 0; i < sites.count; i++)
        places[i] = (struct pg_unit_line){.name = sites.items[i].name, .text = sites.items[i].address};
    const struct sql_unit_page_row *u = seen->row;
    size_t n = 0;
    if (!str_is_empty(u->address))
        facts[n++] = kv(request, MSG_UNIT_ADDRESS, u->address);
    if (!str_is_empty(u->phone)) {
        facts[n] = kv(request, MSG_UNIT_PHONE, u->phone);
        facts[n++].href = app_href(request, "tel:%.*s", STR_ARG(u->phone));
    }
    if (!str_is_empty(u->email))
        facts[n++] = kv(request, MSG_UNIT_EMAIL, u->email);
    if (!str_is_empty(u->domain))
        facts[n++] = kv(request, MSG_UNIT_DOMAIN, u->domain);
    if (!str_is_empty(u->symbol))
        facts[n++] = kv(request, MSG_UNIT_SYMBOL, u->symbol);
    page->parents = (struct pg_unit_line_list){up, parents.count};
    page->functions = (struct pg_unit_line_list){work, functions.count};
    page->sites = (struct pg_unit_line_list){places, sites.count};
    if (seen->is_past || seen->is_ended)
        TRY(unit_sites_on(request, db, &seen->actor, seen->id, seen->day, &page->sites, err));
    page->facts = (struct pg_unit_line_list){facts, n};
    return ERR_NONE;
}

struct child_sums {
    int64_t unit_id;
    struct str name, kind;
    int64_t late, unseen, due, ok, owed;
};
#define CHILD_ROW(k)                                                                                     \
    child_row(request, seen, edge,                                                                       \
              &(struct child_sums){                                                                      \
                  (k)->unit_id, (k)->name, (k)->kind, (k)->n_late, (k)->n_unseen, (k)->n_due, (k)->n_ok, \
                  (k)->n_unseen + (k)->n_ack + (k)->n_doing + (k)->n_ok + (k)->n_due + (k)->n_late + (k)->n_birth})
static struct pg_unit_row child_row(const struct request *request, const struct unit_seen *seen, struct str edge,
                                    const struct child_sums *k)
{
    struct str day = seen->is_past || seen->is_ended
                         ? app_href(request, "&as_of=%.*s", STR_ARG(unit_day_vn(request, seen->day)))
                         : STR("");
#define BELOW(state) \
    app_href(request, "%.*s%.*s", STR_ARG(below_href(request, k->unit_id, edge, (state))), STR_ARG(day))
    return (struct pg_unit_row){.name = k->name,
                                .href = unit_seen_href(request, seen, k->unit_id),
                                .kind = unit_kind_word(request, k->kind),
                                .late = k->late,
                                .late_href = BELOW(DUTY_LATE),
                                .unseen = k->unseen,
                                .unseen_href = BELOW(DUTY_UNSEEN),
                                .due = k->due,
                                .due_href = BELOW(DUTY_DUE),
                                .ok = k->ok,
                                .ok_href = BELOW(DUTY_OK),
                                .owed = k->owed};
#undef BELOW
}

static enum err_code fill_children(struct request *request, struct db *db, const struct unit_seen *seen,
                                   struct page_unit *page, struct err *err)
{
    struct sql_unit_children_rows children;
    struct board_children sums;
    struct str edge;
    TRY(access_edge_best(db, &seen->actor, seen->id, &edge, err));
    TRY(sql_unit_children(db, &seen->actor, request->arena,
                          &(struct sql_unit_children_args){.unit_id = seen->id, .edge_kind = edge, .on_day = seen->day},
                          &children, err));
    if (!children.count) { /* a department leads schools it does not own */
        edge = EDGE_PROFESSIONAL;
        TRY(sql_unit_children(
            db, &seen->actor, request->arena,
            &(struct sql_unit_children_args){.unit_id = seen->id, .edge_kind = edge, .on_day = seen->day}, &children,
            err));
    }
    struct link_param tree[] = {{"edge", edge}, {"open", link_id(request, seen->id)}};
    page->tree_href = link_make(request, STR("/units"), tree, ARRAY_LEN(tree));
    page->children_n = (int64_t)children.count;
    if (!children.count)
        return ERR_NONE;
    bool is_past = seen->is_past || seen->is_ended;
    struct board board;
    TRY(board_read(db, &seen->actor, seen->id, ROLLUP_ALL, edge, is_past ? seen->day : CIVIL_NONE, request->arena,
                   &board, err));
    TRY(board_children(&board, request->arena, &sums, err));
    size_t shown = 0;
    struct pg_unit_row *items = arena_new_array(request->arena, struct pg_unit_row, CHILD_ROWS_MAX);
    if (!items)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < sums.count && shown < CHILD_ROWS_MAX; i++)
        items[shown++] = CHILD_ROW(&sums.items[i]);
    for (size_t i = 0; i < shown; i++)
        for (size_t c = 0; c < children.count; c++)
            if (str_equal(items[i].href, unit_seen_href(request, seen, children.items[c].id)))
                items[i].below = children.items[c].below;
    for (size_t c = 0; c < children.count && shown < CHILD_ROWS_MAX; c++) { /* units that owe nothing yet */
        bool has = false;
        for (size_t s = 0; s < sums.count; s++)
            has |= sums.items[s].unit_id == children.items[c].id;
        if (!has)
            items[shown++] = (struct pg_unit_row){.name = children.items[c].name,
                                                  .href = unit_seen_href(request, seen, children.items[c].id),
                                                  .kind = unit_kind_word(request, children.items[c].kind),
                                                  .below = children.items[c].below};
    }
    page->children = (struct pg_unit_row_list){items, shown};
    return ERR_NONE;
}

static enum err_code fill_acts(struct request *request, struct db *db, const struct unit_seen *seen,
                               struct page_unit *page, struct err *err)
{
    if (seen->is_past || seen->is_ended)
        return ERR_NONE;
    bool may_review = false, may_change = false, may_people = false;
    TRY(access_has(db, &seen->actor, RIGHT_REVIEW, seen->id, &may_review, err));
    TRY(access_has(db, &seen->actor, RIGHT_ORG_ADMIN, seen->id, &may_change, err));
    TRY(access_has(db, &seen->actor, RIGHT_PEOPLE_ADMIN, seen->id, &may_people, err));
    if (may_review && seen->id != request->session.unit_id)
        page->remind_href = app_href(request, "/unit/%lld/remind", (long long)seen->id);
    if (may_change) {
        page->edit_href = app_href(request, "/unit/%lld/edit", (long long)seen->id);
        page->move_href = app_href(request, "/unit/%lld/move", (long long)seen->id);
        page->add_href = app_href(request, "/units/new?parent=%lld", (long long)seen->id);
    }
    if (may_people)
        page->grant_href = app_href(request, "/people?root=%lld", (long long)seen->id);
    if (request->session.rights & RIGHT_ASSET_READ) {
        struct device_coverage devices;
        struct actor reader = app_actor_with(request, RIGHT_READ);
        struct err ignored;
        if (device_coverage_unit(db, &reader, seen->id, STR(""), &devices, &ignored) == ERR_NONE) {
            page->devices = devices.total;
            page->devices_href = app_href(request, "/devices?unit=%lld", (long long)seen->id);
        }
    }
    return ERR_NONE;
}

/* In a database that is older than the keeping of due days and marks by day: from when on they are those of the day. */
static enum err_code not_yet_dated(struct request *request, struct db *db, civil_day day, struct str *ret_note,
                                   struct err *err)
{
    struct sql_duty_dated_from_row *from = NULL;
    TRY(sql_duty_dated_from(db, request->arena, &from, err));
    if (from && day < from->from_day)
        *ret_note = msg_str(request->arena, request->lang, MSG_UNIT_DUE_NOT_DATED, 0,
                            MSG_ARGS(ARG_DAY("day", (civil_day)from->from_day)));
    return ERR_NONE;
}

static enum err_code unit_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct unit_seen seen;
    TRY(unit_seen_open(request, db, &seen, err));
    struct duty_rows rows;
    TRY(unit_seen_duties(request, db, &seen, &rows, err));
    struct page_unit page = {.name = seen.row->name,
                             .people = seen.row->people,
                             .as_of_error = seen.as_of_error,
                             .as_of = request_field(request, STR("as_of"))};
    TRY(fill_duties(request, &seen, &rows, &page, err));
    TRY(fill_systems(request, db, &seen, &rows, &page, err));
    struct str head;
    TRY(unit_seen_contacts(request, db, &seen, &page.contacts, &page.no_focal, &head, err));
    if (seen.is_past || seen.is_ended)
        page.no_focal = false;
    TRY(fill_side(request, db, &seen, &page, err));
    TRY(unit_history_lines(request, db, &seen, &page, err));
    TRY(fill_children(request, db, &seen, &page, err));
    TRY(fill_acts(request, db, &seen, &page, err));
    TRY(unit_crumbs_on(request, db, seen.id, seen.day, false, STR(""), &page.crumbs, err));
    page.people_href = app_href(request, "/people?root=%lld&only=1", (long long)seen.id);
    AUTO_BUF lead;
    buf_init(&lead, 2048);
    buf_put(&lead, unit_kind_word(request, seen.row->kind));
    if (!str_is_empty(seen.row->code))
        buf_printf(&lead, " · %.*s",
                   STR_ARG(msg_str(request->arena, request->lang, MSG_UNIT_CODE_IS, 0,
                                   MSG_ARGS(ARG_STR("code", seen.row->code)))));
    buf_printf(&lead, " · %.*s",
               STR_ARG(str_is_empty(head) ? kit_text(request, MSG_UNIT_NO_HEAD)
                                          : msg_str(request->arena, request->lang, MSG_UNIT_HEAD_IS, 0,
                                                    MSG_ARGS(ARG_STR("name", head)))));
    TRY(buf_to_arena(&lead, request->arena, &page.lead, err));
    if (seen.is_ended)
        page.past = msg_str(request->arena, request->lang, MSG_UNIT_ENDED, 0, MSG_ARGS(ARG_DAY("day", seen.day)));
    if (seen.is_past || seen.is_ended) {
        TRY(unit_held_on(request, db, seen.id, seen.day, &page, err));
        TRY(not_yet_dated(request, db, seen.day, &page.due_note, err));
    }
    TRY(unit_to_place(request, db, &seen.actor, seen.id, &page, err));
    struct layout_frame *frame = web_frame(request, page.name, STR("units"));
    if (!frame)
        return arena_full(request->arena, err);
    frame->who_href = app_href(request, "/unit/%lld/who", (long long)seen.id);
    if (seen.is_past)
        frame->as_of = seen.day;
    page.frame = frame;
    struct page_out o = response_page(request, response, str_is_empty(seen.as_of_error) ? 200 : 422);
    page_unit(&o, &page);
    return ERR_NONE;
}

static enum err_code unit_duties_file(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct unit_seen seen;
    TRY(unit_seen_open(request, db, &seen, err));
    struct duty_rows rows;
    TRY(unit_seen_duties(request, db, &seen, &rows, err));
    const struct sheet_column columns[] = {{kit_text(request, MSG_UNIT_DUTY), SHEET_TEXT, 60},
                                           {kit_text(request, MSG_UNIT_REFERENCE), SHEET_TEXT, 30},
                                           {kit_text(request, MSG_UNIT_STATE), SHEET_TEXT, 24},
                                           {kit_text(request, MSG_UNIT_DUE_DAY), SHEET_TEXT, 14},
                                           {kit_text(request, MSG_UNIT_PROOF), SHEET_TEXT, 40}};
    struct sheet_cell *cells = arena_new_array(request->arena, struct sheet_cell, rows.count * ARRAY_LEN(columns) + 1);
    if (!cells)
        return arena_full(request->arena, err);
    enum duty_state only;
    bool is_only = duty_state_from_str(request_field(request, STR("state")), &only);
    size_t n = 0;
    for (size_t i = 0; i < rows.count; i++) {
        if (is_only && rows.states[i] != (int)only)
            continue;
        const struct pg_unit_duty *r = &rows.items[i];
        const struct sheet_cell line[ARRAY_LEN(columns)] = {cell_text(r->title), cell_text(r->sub), cell_text(r->word),
                                                            cell_text(r->due), cell_text(r->proof)};
        memcpy(&cells[n++ * ARRAY_LEN(columns)], line, sizeof line);
    }
    return listing_respond(request, response, listing_file_of(request), STR("viec-cua-don-vi"), columns,
                           ARRAY_LEN(columns), cells, n, err);
}

static const struct route routes[] = {
    {GET, "/units", units_show, RIGHT_READ, READS, NULL},
    {GET, "/units.xlsx", units_show, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/units.csv", units_show, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/units/new", unit_new_show, RIGHT_ORG_ADMIN, READS, NULL},
    {POST, "/units/new", unit_new_do, RIGHT_ORG_ADMIN, CHANGES, NULL},
    {GET, "/units/events", unit_events_show, RIGHT_ORG_ADMIN, READS, NULL},
    {GET, "/units/events/new", unit_event_form, RIGHT_ORG_ADMIN, READS, NULL},
    {POST, "/units/events/new", unit_event_do, RIGHT_ORG_ADMIN, CHANGES | SLOW, NULL},
    {GET, "/event/{id}", event_show, RIGHT_READ, READS, NULL},
    {POST, "/event/{id}/place", event_place_do, RIGHT_ORG_ADMIN, CHANGES | SLOW, NULL},
    {POST, "/event/{id}/undo", event_undo_do, RIGHT_ORG_ADMIN, CHANGES | SLOW, NULL},
    {GET, "/unit/{id}/move", unit_move_show, RIGHT_ORG_ADMIN, READS, NULL},
    {GET, "/unit/{id}", unit_show, RIGHT_READ, READS, NULL},
    {GET, "/unit/{id}/duties.xlsx", unit_duties_file, RIGHT_EXPORT, READS, NULL},
    {GET, "/unit/{id}/duties.csv", unit_duties_file, RIGHT_EXPORT, READS, NULL},
    {GET, "/unit/{id}/remind", unit_remind_show, RIGHT_REVIEW, READS, NULL},
    {POST, "/unit/{id}/remind", unit_remind_do, RIGHT_REVIEW, CHANGES, NULL},
    {GET, "/unit/{id}/edit", unit_edit_show, RIGHT_ORG_ADMIN, READS, NULL},
    {POST, "/unit/{id}/edit", unit_edit_do, RIGHT_ORG_ADMIN, CHANGES, NULL},

    /* Each register names the right it asks for; the handlers check it on the root. */
    {GET, "/import/{register}", import_show, RIGHT_READ, READS, NULL},
    {POST, "/import/{register}", import_do, RIGHT_READ, CHANGES | UPLOAD | SLOW, NULL},
    {GET, "/import/{register}/template.xlsx", import_template_file, RIGHT_READ, READS, NULL},
    {GET, "/import/{register}/template.csv", import_template_file, RIGHT_READ, READS, NULL},
    {POST, "/import/{register}/undo/{batch}", import_undo_do, RIGHT_READ, CHANGES | SLOW, NULL},
};
const struct route_list unit_routes = {routes, ARRAY_LEN(routes)};
