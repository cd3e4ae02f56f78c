#include "web/page_directive_view.h"

static enum err_code units_file(struct request *request, struct response *response, const struct pg_missing_row *rows,
                                size_t count, struct err *err)
{
    const struct sheet_column columns[] = {
        {tier_say(request, MSG_DIRECTIVE_UNIT), SHEET_TEXT, 44},
        {tier_say(request, MSG_DIRECTIVE_TREE), SHEET_TEXT, 36},
        {tier_say(request, MSG_DIRECTIVE_STATE), SHEET_TEXT, 24},
        {tier_say(request, MSG_DIRECTIVE_FOCAL), SHEET_TEXT, 28},
        {tier_say(request, MSG_DIRECTIVE_PHONE), SHEET_TEXT, 16},
        {tier_say(request, MSG_DIRECTIVE_REMINDED), SHEET_DATE, 12},
    };
    struct sheet_cell *cells = arena_new_array(request->arena, struct sheet_cell, count * ARRAY_LEN(columns) + 1);
    if (!cells)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < count; i++) {
        struct sheet_cell *c = cells + i * ARRAY_LEN(columns);
        c[0] = cell_text(rows[i].name);
        c[1] = cell_text(rows[i].parent);
        c[2] = cell_text(rows[i].word);
        c[3] = cell_text(rows[i].who);
        c[4] = cell_text(rows[i].tel);
        c[5] = cell_day(rows[i].reminded);
    }
    return listing_respond(request, response, listing_file_of(request), tier_say(request, MSG_DIRECTIVE_UNIT), columns,
                           ARRAY_LEN(columns), cells, count, err);
}

static int64_t unit_counts(const struct view *v, const struct unit_ask *ask, int64_t n[DUTY_STATE_COUNT])
{
    struct board_filter filter = view_unit_filter(ask);
    filter.state = BOARD_ANY;
    int64_t total = 0;
    for (uint32_t i = 0; i < v->board.count; i++)
        if (board_matches(&v->board, i, &filter)) {
            n[board_worst(&v->board.cells[i])]++;
            total++;
        }
    return total;
}

enum err_code directive_units_show(struct request *request, struct response *response, struct err *err)
{
    struct arena *arena = request->arena;
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct view v;
    TRY(view_open(request, db, &v, err));
    int state = tier_state_asked(request);
    struct str search = app_search(request, STR("q")), q = str_trim(form_get(&request->query, STR("q"))),
               kind = form_get(&request->query, STR("kind"));
    if (str_is_empty(kind))
        kind = STR_NONE;
    enum listing_file file = listing_file_of(request);
    int64_t page = listing_page(request), n[DUTY_STATE_COUNT] = {0};
    const struct unit_ask ask = {.state = state,
                                 .kind = kind,
                                 .search = search,
                                 .limit = file == LISTING_PAGE ? LISTING_PAGE_ROWS : LISTING_SHEET_ROWS,
                                 .offset = file == LISTING_PAGE ? (page - 1) * LISTING_PAGE_ROWS : 0};
    TRY(view_board(&v, err));
    int64_t total = unit_counts(&v, &ask, n);
    struct pg_missing_row_list rows;
    TRY(view_unit_rows(&v, &ask, &rows, err));
    if (file != LISTING_PAGE)
        return units_file(request, response, rows.items, rows.count, err);
    struct str day = v.is_past ? tier_day(request, v.day) : STR("");
    struct str path = app_href(request, "/directive/%lld/units", (long long)v.d->id),
               unit = link_id(request, v.root_id);
    const struct link_param params[] = {
        {"unit", unit}, {"as_of", day}, {"state", tier_state_param(state)}, {"kind", kind}, {"q", q}};
    struct pg_tab tabs[DUTY_STATE_COUNT + 2];
    size_t tab_count = 0;
    for (int i = -2; i < DUTY_STATE_COUNT; i++) {
        int s = i == -2 ? STATE_ANY : i == -1 ? STATE_LATE_ALL : (int)view_legend_order[i];
        int64_t k = s == STATE_ANY ? total : s == STATE_LATE_ALL ? n[DUTY_LATE] + n[DUTY_BIRTH] : n[s];
        if (!k && s != state && s != STATE_ANY)
            continue;
        const struct link_param one[] = {
            {"unit", unit}, {"as_of", day}, {"state", tier_state_param(s)}, {"kind", kind}, {"q", q}};
        tabs[tab_count++] =
            (struct pg_tab){s == STATE_ANY ? tier_say(request, MSG_DIRECTIVE_TAB_ALL) : tier_state(request, s), k,
                            link_make(request, path, one, ARRAY_LEN(one)),
                            s == STATE_ANY        ? PAGE_STATE_NONE
                            : s == STATE_LATE_ALL ? PAGE_STATE_LATE
                                                  : app_page_state(s),
                            s == state};
    }
    int64_t shown = state == STATE_ANY ? total : state == STATE_LATE_ALL ? n[DUTY_LATE] + n[DUTY_BIRTH] : n[state];
    struct part_pager pager =
        listing_pager(request, path, params, ARRAY_LEN(params), page, (int64_t)rows.count, shown, rows.count > 0);
    const struct pg_hidden keep[] = {
        {STR("unit"), unit}, {STR("as_of"), day}, {STR("state"), tier_state_param(state)}, {STR("kind"), kind}};
    struct page_directive_units p = {
        .title = state == STATE_ANY
                     ? tier_say_n(request, MSG_DIRECTIVE_UNITS_ALL, shown)
                     : msg_str(arena, request->lang, MSG_DIRECTIVE_UNITS_TITLE, shown,
                               MSG_ARGS(ARG_INT("n", shown), ARG_STR("state", tier_state(request, state)))),
        .lead = v.d->title,
        .action = path,
        .q = q,
        .keep = {keep, ARRAY_LEN(keep)},
        .tabs = {tabs, tab_count},
        .rows = rows,
        .from = pager.from,
        .to = pager.to,
        .total = pager.total,
        .prev_href = pager.prev_href,
        .next_href = pager.next_href,
        .excel_href = pager.excel_href,
        .csv_href = pager.csv_href,
        .clear_href = view_units_href(&v, STR("")),
    };
    TRY(view_crumbs(&v, &p.crumbs, tier_say(request, MSG_DIRECTIVE_UNIT), err));
    struct layout_frame *frame = web_frame(request, p.title, STR("directives"));
    if (!frame)
        return arena_full(arena, err);
    p.frame = frame;
    view_banner(&v, frame, "/units");
    struct page_out o = response_page(request, response, 200);
    page_directive_units(&o, &p);
    return ERR_NONE;
}
