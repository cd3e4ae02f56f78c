#include "web/page_unit.h"

#include "duty/board.h"
#include "org/page_unit.sql.h"
#include "org/unit.sql.h"

#define TREE_ROWS_MAX 200 /* of one level; the rest is a link to the list */

static struct str text_of(const struct request *request, enum msg_id id)
{
    return msg_text(request->lang, id, 0);
}

/* --- the list and the tree --- */

struct units_ask { /* what the address says */
    struct str edge, q, kind, state_text, root_text;
    struct str search;
    int state;
    bool is_list;
};

static struct units_ask units_read(struct request *request, const struct unit_root *root)
{
    struct units_ask ask = {.edge = unit_edge_kind(request),
                            .q = str_trim(request_field(request, STR("q"))),
                            .kind = request_field(request, STR("kind")),
                            .state_text = request_field(request, STR("state")),
                            .root_text = link_id(request, root->id),
                            .search = app_search(request, STR("q")),
                            .state = -1};
    enum duty_state state;
    if (duty_state_from_str(ask.state_text, &state) &&
        (state == DUTY_LATE || state == DUTY_UNSEEN || state == DUTY_DUE))
        ask.state = (int)state;
    else
        ask.state_text = STR("");
    ask.is_list = str_equal(request_field(request, STR("view")), STR("list")) || !str_is_empty(ask.q) ||
                  !str_is_empty(ask.kind) || ask.state >= 0 || listing_file_of(request) != LISTING_PAGE;
    return ask;
}

static struct str units_link(const struct request *request, const struct units_ask *ask, struct str state,
                             struct str page)
{
    struct link_param params[] = {{"view", STR("list")}, {"edge", ask->edge}, {"root", ask->root_text},
                                  {"q", ask->q},         {"kind", ask->kind}, {"state", state},
                                  {"page", page}};
    return link_make(request, STR("/units"), params, ARRAY_LEN(params));
}

static struct str unit_state_href(const struct request *request, int64_t id, int state)
{
    return app_href(request, "/unit/%lld?state=%s#duties", (long long)id, duty_state_to_str(state));
}

static enum page_state worst_of(int64_t late, int64_t unseen, int64_t due, int64_t owed)
{
    return late     ? PAGE_STATE_LATE
           : unseen ? PAGE_STATE_UNSEEN
           : due    ? PAGE_STATE_DUE
           : owed   ? PAGE_STATE_OK
                    : PAGE_STATE_NA;
}

struct units_row {
    const struct tree_unit *unit;
    struct str parent_name;
    const int32_t *n; /* by state */
};
struct units_rows {
    struct units_row *items;
    size_t count;
};

static struct pg_unit_row list_row(const struct request *request, const struct units_row *r)
{
    const int32_t *n = r->n;
    int64_t id = r->unit->id, owed = 0;
    for (int state = 0; state < DUTY_STATE_COUNT; state++)
        owed += state == DUTY_NA || state == DUTY_WAIVED ? 0 : n[state];
    return (struct pg_unit_row){
        .name = r->unit->name,
        .href = unit_href(request, id),
        .kind = unit_kind_word(request, r->unit->kind),
        .code = r->unit->code,
        .parent = r->parent_name,
        .state = worst_of(n[DUTY_LATE], n[DUTY_UNSEEN], n[DUTY_DUE], owed),
        .late = n[DUTY_LATE],
        .late_href = unit_state_href(request, id, DUTY_LATE),
        .unseen = n[DUTY_UNSEEN],
        .unseen_href = unit_state_href(request, id, DUTY_UNSEEN),
        .due = n[DUTY_DUE],
        .due_href = unit_state_href(request, id, DUTY_DUE),
        .ok = n[DUTY_OK],
        .ok_href = unit_state_href(request, id, DUTY_OK),
        .owed = owed,
    };
}

static enum err_code units_file(struct request *request, struct response *response, const struct units_rows *rows,
                                struct err *err)
{
    static const struct sheet_column columns[] = {
        {STR_INIT("Đơn vị"), SHEET_TEXT, 44},     {STR_INIT("Mã"), SHEET_TEXT, 18},
        {STR_INIT("Loại"), SHEET_TEXT, 30},       {STR_INIT("Trực thuộc"), SHEET_TEXT, 40},
        {STR_INIT("Quá hạn"), SHEET_INT, 0},      {STR_INIT("Trễ từ khi giao"), SHEET_INT, 0},
        {STR_INIT("Chưa xem"), SHEET_INT, 0},     {STR_INIT("Sắp đến hạn"), SHEET_INT, 0},
        {STR_INIT("Đã tiếp nhận"), SHEET_INT, 0}, {STR_INIT("Đang làm"), SHEET_INT, 0},
        {STR_INIT("Đạt"), SHEET_INT, 0},          {STR_INIT("Không thuộc diện"), SHEET_INT, 0},
        {STR_INIT("Tạm miễn"), SHEET_INT, 0}};
    struct sheet_cell *cells = arena_new_array(request->arena, struct sheet_cell, rows->count * ARRAY_LEN(columns) + 1);
    if (!cells)
        return arena_full(request->arena, err);
    struct sheet_cell *at = cells;
    for (size_t i = 0; i < rows->count; i++) {
        const struct units_row *r = &rows->items[i];
        const int32_t *n = r->n;
        const struct sheet_cell line[ARRAY_LEN(columns)] = {
            cell_text(r->unit->name),  cell_text(r->unit->code), cell_text(unit_kind_word(request, r->unit->kind)),
            cell_text(r->parent_name), cell_int(n[DUTY_LATE]),   cell_int(n[DUTY_BIRTH]),
            cell_int(n[DUTY_UNSEEN]),  cell_int(n[DUTY_DUE]),    cell_int(n[DUTY_ACK]),
            cell_int(n[DUTY_DOING]),   cell_int(n[DUTY_OK]),     cell_int(n[DUTY_NA]),
            cell_int(n[DUTY_WAIVED])};
        memcpy(at, line, sizeof line);
        at += ARRAY_LEN(columns);
    }
    return listing_respond(request, response, listing_file_of(request), STR("don-vi"), columns, ARRAY_LEN(columns),
                           cells, rows->count, err);
}

static struct board_filter units_filter(const struct units_ask *ask)
{
    return (struct board_filter){.state = ask->state,
                                 .kind = str_is_empty(ask->kind) ? STR_NONE : ask->kind,
                                 .search = ask->search,
                                 .has = true,
                                 .every = true};
}

static enum err_code units_rows(struct request *request, const struct board *board, const struct units_ask *ask,
                                int64_t limit, int64_t offset, struct units_rows *ret_rows, struct err *err)
{
    const struct board_filter filter = units_filter(ask);
    uint32_t *units;
    size_t count;
    int64_t total;
    TRY(board_list(board, &filter, BOARD_BY_MOST, limit, offset, request->arena, &units, &count, &total, err));
    struct units_row *items = arena_new_array(request->arena, struct units_row, count + 1);
    if (!items)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < count; i++) {
        const struct tree_unit *unit = board_unit(board, units[i]);
        items[i] = (struct units_row){.unit = unit,
                                      .parent_name =
                                          unit->parent == TREE_NONE ? STR_NONE : board->tree->units[unit->parent].name,
                                      .n = board->cells[units[i]].n};
    }
    *ret_rows = (struct units_rows){items, count};
    return ERR_NONE;
}

struct units_counts {
    int64_t n, n_late, n_unseen, n_due;
};

/* How many units the tabs above the list open. */
static void units_count(const struct board *board, const struct units_ask *ask, struct units_counts *counts)
{
    struct board_filter filter = units_filter(ask);
    filter.state = BOARD_ANY;
    for (uint32_t i = 0; i < board->count; i++)
        if (board_matches(board, i, &filter)) {
            const int32_t *n = board->cells[i].n;
            counts->n++;
            counts->n_late += n[DUTY_LATE] > 0;
            counts->n_unseen += n[DUTY_UNSEEN] > 0;
            counts->n_due += n[DUTY_DUE] > 0;
        }
}

static enum err_code fill_list(struct request *request, const struct board *board, const struct units_ask *ask,
                               int64_t total, struct page_units *page, struct err *err)
{
    int64_t number = listing_page(request);
    struct units_rows rows;
    TRY(units_rows(request, board, ask, LISTING_PAGE_ROWS, (number - 1) * LISTING_PAGE_ROWS, &rows, err));
    struct pg_unit_row *items = arena_new_array(request->arena, struct pg_unit_row, rows.count + 1);
    if (!items)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < rows.count; i++)
        items[i] = list_row(request, &rows.items[i]);
    page->rows = (struct pg_unit_row_list){items, rows.count};
    struct link_param params[] = {{"edge", ask->edge}, {"root", ask->root_text},   {"q", ask->q},
                                  {"kind", ask->kind}, {"state", ask->state_text}, {"view", STR("list")}};
    struct part_pager pager = listing_pager(request, STR("/units"), params, ARRAY_LEN(params), number,
                                            (int64_t)rows.count, total, (request->session.rights & RIGHT_EXPORT) != 0);
    page->from = pager.from;
    page->to = pager.to;
    page->total = pager.total;
    page->prev_href = pager.prev_href;
    page->next_href = pager.next_href;
    page->excel_href = pager.excel_href;
    page->csv_href = pager.csv_href;
    page->filtered = !str_is_empty(ask->q) || !str_is_empty(ask->kind) || ask->state >= 0;
    page->clear_href =
        units_link(request, &(struct units_ask){.edge = ask->edge, .root_text = ask->root_text}, STR(""), STR(""));
    return ERR_NONE;
}

/* One open level: the units right below, with what stands at and below each. */
static enum err_code fill_level(struct request *request, struct db *db, int64_t unit_id, struct str name,
                                struct str edge, int64_t current_id, struct pg_unit_level *ret_level, struct err *err)
{
    struct actor actor = app_actor(request);
    civil_day today = app_today(request);
    struct sql_unit_children_rows children;
    struct board board;
    struct board_children sums;
    TRY(sql_unit_children(db, &actor, request->arena,
                          &(struct sql_unit_children_args){.unit_id = unit_id, .edge_kind = edge, .on_day = today},
                          &children, err));
    TRY(board_read(db, &actor, unit_id, ROLLUP_ALL, edge, CIVIL_NONE, request->arena, &board, err));
    TRY(board_children(&board, request->arena, &sums, err));
    struct rollup whole = board_sum(&board, 0);
    size_t shown = children.count < TREE_ROWS_MAX ? children.count : TREE_ROWS_MAX;
    struct pg_unit_row *items = arena_new_array(request->arena, struct pg_unit_row, shown + 1);
    if (!items)
        return arena_full(request->arena, err);
    int64_t below = 0;
    for (size_t i = 0; i < children.count; i++)
        below += children.items[i].below + 1;
    for (size_t i = 0; i < shown; i++) {
        const struct sql_unit_children_row *c = &children.items[i];
        struct link_param open[] = {{"edge", edge}, {"open", link_id(request, c->id)}};
        items[i] = (struct pg_unit_row){.name = c->name,
                                        .href = unit_href(request, c->id),
                                        .kind = unit_kind_word(request, c->kind),
                                        .code = c->code,
                                        .below = c->below,
                                        .open_href = link_make(request, STR("/units"), open, ARRAY_LEN(open)),
                                        .current = c->id == current_id};
        for (size_t s = 0; s < sums.count; s++) {
            const struct board_child *k = &sums.items[s];
            if (k->unit_id != c->id)
                continue;
            items[i].late = k->n_late;
            items[i].late_href = below_href(request, c->id, edge, DUTY_LATE);
            items[i].ok = k->n_ok;
            items[i].ok_href = below_href(request, c->id, edge, DUTY_OK);
            items[i].owed = k->n_unseen + k->n_ack + k->n_doing + k->n_ok + k->n_due + k->n_late + k->n_birth;
        }
    }
    struct link_param more[] = {{"view", STR("list")}, {"edge", edge}, {"root", link_id(request, unit_id)}};
    *ret_level = (struct pg_unit_level){.name = name,
                                        .href = unit_href(request, unit_id),
                                        .below = below,
                                        .late = whole.n[DUTY_LATE],
                                        .late_href = below_href(request, unit_id, edge, DUTY_LATE),
                                        .rows = {items, shown},
                                        .more = (int64_t)(children.count - shown),
                                        .more_href = link_make(request, STR("/units"), more, ARRAY_LEN(more))};
    return ERR_NONE;
}

/* From the root to the unit that is open, one level each; only the last stands open, so that the page stays short. */
static enum err_code fill_tree(struct request *request, struct db *db, const struct unit_root *root,
                               const struct units_ask *ask, struct page_units *page, struct err *err)
{
    struct actor actor = app_actor(request);
    int64_t open_id;
    TRY(app_int(request, STR("open"), root->id, &open_id, err));
    struct sql_unit_page_seen_rows path;
    TRY(sql_unit_page_seen(
        db, &actor, request->arena,
        &(struct sql_unit_page_seen_args){.unit_id = open_id, .edge_kind = ask->edge, .on_day = app_today(request)},
        &path, err));
    size_t first = 0;
    while (first < path.count && !path.items[first].seen)
        first++;
    size_t count = path.count - first;
    if (!count)
        return open_id == root->id ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "unit %lld", (long long)open_id);
    struct pg_unit_level *levels = arena_new_array(request->arena, struct pg_unit_level, count);
    if (!levels)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < count; i++) {
        const struct sql_unit_page_seen_row *step = &path.items[first + i];
        if (!step->seen)
            return err_set(err, ERR_NOT_FOUND, "unit %lld", (long long)step->id);
        TRY(fill_level(request, db, step->id, step->name, ask->edge, i + 1 < count ? path.items[first + i + 1].id : 0,
                       &levels[i], err));
        levels[i].open = i + 1 == count;
    }
    page->levels = (struct pg_unit_level_list){levels, count};
    return ERR_NONE;
}

static enum err_code fill_kinds(struct request *request, struct db *db, const struct unit_root *root,
                                const struct units_ask *ask, struct page_units *page, struct err *err)
{
    struct actor actor = app_actor(request);
    struct access_kind_list kinds;
    TRY(access_kinds(db, &actor, root->id, ask->edge, app_today(request), true, request->arena, &kinds, err));
    struct pg_choice *items = arena_new_array(request->arena, struct pg_choice, kinds.count + 1);
    if (!items)
        return arena_full(request->arena, err);
    items[0] = (struct pg_choice){STR(""), text_of(request, MSG_UNIT_ANY_KIND), str_is_empty(ask->kind)};
    for (size_t i = 0; i < kinds.count; i++)
        items[i + 1] = (struct pg_choice){kinds.items[i].kind,
                                          arena_printf(request->arena, "%.*s (%lld)",
                                                       STR_ARG(unit_kind_word(request, kinds.items[i].kind)),
                                                       (long long)kinds.items[i].n),
                                          str_equal(kinds.items[i].kind, ask->kind)};
    page->kinds = (struct pg_choice_list){items, kinds.count + 1};
    return ERR_NONE;
}

enum err_code units_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request);
    struct unit_root root;
    TRY(unit_root_pick(request, db, actor.right, &root, err));
    struct units_ask ask = units_read(request, &root);
    TRY(app_edge(request, db, &actor, root.id, &ask.edge, err));
    struct board board;
    TRY(board_read(db, &actor, root.id, ROLLUP_ALL, ask.edge, CIVIL_NONE, request->arena, &board, err));
    if (!board.count)
        return err_set(err, ERR_NOT_FOUND, "root %lld", (long long)root.id);
    if (listing_file_of(request) != LISTING_PAGE) {
        struct units_rows rows;
        TRY(units_rows(request, &board, &ask, LISTING_SHEET_ROWS, 0, &rows, err));
        return units_file(request, response, &rows, err);
    }
    struct units_counts all = {0}, found = {0};
    units_count(&board, &(struct units_ask){.search = STR_NONE}, &all);
    units_count(&board, &ask, &found);
    struct page_units page = {
        .q = ask.q, .edge = ask.edge, .state = ask.state_text, .is_list = ask.is_list, .roots = root.choices};
    TRY(fill_kinds(request, db, &root, &ask, &page, err));
    int64_t total = ask.state == DUTY_LATE     ? found.n_late
                    : ask.state == DUTY_UNSEEN ? found.n_unseen
                    : ask.state == DUTY_DUE    ? found.n_due
                                               : found.n;
    if (ask.is_list)
        TRY(fill_list(request, &board, &ask, total, &page, err));
    else
        TRY(fill_tree(request, db, &root, &ask, &page, err));

    struct pg_tab edges[3], views[1];
    for (size_t i = 0; i < know_edge_kind_count && i < ARRAY_LEN(edges); i++) {
        struct units_ask other = ask;
        other.edge = know_edge_kinds[i].id;
        struct link_param tree[] = {{"edge", other.edge}, {"root", ask.root_text}};
        edges[i] = (struct pg_tab){.label = unit_edge_word(request, other.edge),
                                   .href = ask.is_list ? units_link(request, &other, ask.state_text, STR(""))
                                                       : link_make(request, STR("/units"), tree, ARRAY_LEN(tree)),
                                   .current = str_equal(other.edge, ask.edge)};
    }
    page.edges =
        (struct pg_tab_list){edges, know_edge_kind_count < ARRAY_LEN(edges) ? know_edge_kind_count : ARRAY_LEN(edges)};
    struct link_param tree[] = {{"edge", ask.edge}, {"root", ask.root_text}};
    views[0] = (struct pg_tab){.label = text_of(request, MSG_UNIT_VIEW_TREE),
                               .href = link_make(request, STR("/units"), tree, ARRAY_LEN(tree)),
                               .current = !ask.is_list};
    page.views = (struct pg_tab_list){views, 1};
    const struct pg_tab tabs[] = {
        {text_of(request, MSG_UNIT_TAB_ALL), found.n, units_link(request, &ask, STR(""), STR("")), PAGE_STATE_NONE,
         ask.is_list && ask.state < 0},
        {text_of(request, MSG_UNIT_TAB_LATE), found.n_late, units_link(request, &ask, STR("late"), STR("")),
         PAGE_STATE_LATE, ask.state == DUTY_LATE},
        {text_of(request, MSG_UNIT_TAB_UNSEEN), found.n_unseen, units_link(request, &ask, STR("unseen"), STR("")),
         PAGE_STATE_UNSEEN, ask.state == DUTY_UNSEEN},
        {text_of(request, MSG_UNIT_TAB_DUE), found.n_due, units_link(request, &ask, STR("due"), STR("")),
         PAGE_STATE_DUE, ask.state == DUTY_DUE}};
    page.tabs = (struct pg_tab_list){tabs, ARRAY_LEN(tabs)};
    page.heading =
        all.n_late ? msg_str(request->arena, request->lang, MSG_UNIT_HEADING_LATE, all.n,
                             MSG_ARGS(ARG_INT("n", all.n), ARG_INT("late", all.n_late)))
                   : msg_str(request->arena, request->lang, MSG_UNIT_HEADING_OK, all.n, MSG_ARGS(ARG_INT("n", all.n)));
    page.lead = msg_str(request->arena, request->lang, MSG_UNIT_LEAD, 0,
                        MSG_ARGS(ARG_STR("name", root.name), ARG_STR("edge", unit_edge_word(request, ask.edge))));
    if (request->session.rights & RIGHT_ORG_ADMIN) {
        page.new_href = app_href(request, "/units/new?parent=%lld", (long long)root.id);
        page.import_href = STR("/import/units");
        page.events_href = STR("/units/events");
    }
    page.frame = web_frame(request, page.heading, STR("units"));
    if (!page.frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, 200);
    page_units(&o, &page);
    return ERR_NONE;
}
