#include "duty/readers.h"
#include "web/page_directive_view.h"

static enum err_code people_file(struct request *request, struct response *response, const struct pg_reader_row *rows,
                                 size_t count, struct err *err)
{
    const struct sheet_column columns[] = {
        {tier_say(request, MSG_DIRECTIVE_PERSON), SHEET_TEXT, 28},
        {tier_say(request, MSG_DIRECTIVE_UNIT), SHEET_TEXT, 40},
        {tier_say(request, MSG_DIRECTIVE_STATE), SHEET_TEXT, 26},
        {tier_say(request, MSG_DIRECTIVE_PHONE), SHEET_TEXT, 16},
    };
    struct sheet_cell *cells = arena_new_array(request->arena, struct sheet_cell, count * ARRAY_LEN(columns) + 1);
    if (!cells)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < count; i++) {
        struct sheet_cell *c = cells + i * ARRAY_LEN(columns);
        c[0] = cell_text(rows[i].name);
        c[1] = cell_text(rows[i].unit);
        c[2] = cell_text(rows[i].word);
        c[3] = cell_text(rows[i].tel);
    }
    return listing_respond(request, response, listing_file_of(request), tier_say(request, MSG_DIRECTIVE_PERSON),
                           columns, ARRAY_LEN(columns), cells, count, err);
}

enum err_code directive_people_show(struct request *request, struct response *response, struct err *err)
{
    struct arena *arena = request->arena;
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct view v;
    TRY(view_open(request, db, &v, err));
    struct str search = app_search(request, STR("q")), q = str_trim(form_get(&request->query, STR("q")));
    /* 0 all, 1 has read, 2 has not: three ways to look, one list */
    struct str asked = form_get(&request->query, STR("read"));
    int way = str_equal(asked, STR("1")) ? 1 : str_equal(asked, STR("0")) ? 2 : 0;
    enum listing_file file = listing_file_of(request);
    int64_t page = listing_page(request);
    TRY(view_board(&v, err));
    struct readers all;
    TRY(readers_get(db, &v.board, v.d->id, v.day, v.is_past, search, arena, &all, err));
    int64_t people = (int64_t)all.count, done = (int64_t)all.read_count;
    int64_t n[3] = {people, done, people - done};
    /* who has not read it stands in front */
    const struct reader *from = way == 1 ? all.items + (all.count - all.read_count) : all.items;
    size_t left = (size_t)n[way], skip = file == LISTING_PAGE ? (size_t)(page - 1) * LISTING_PAGE_ROWS : 0;
    size_t limit = file == LISTING_PAGE ? LISTING_PAGE_ROWS : LISTING_SHEET_ROWS;
    skip = skip < left ? skip : left;
    struct {
        const struct reader *items;
        size_t count;
    } found = {from + skip, left - skip < limit ? left - skip : limit};
    struct pg_reader_row *rows = arena_new_array(arena, struct pg_reader_row, found.count + 1);
    if (!rows)
        return arena_full(arena, err);
    for (size_t i = 0; i < found.count; i++) {
        const struct reader *r = &found.items[i];
        char at[CIVIL_TEXT_BYTES];
        rows[i] = (struct pg_reader_row){
            .name = r->person->name,
            .title = r->person->title,
            .unit = r->unit->name,
            .unit_href = app_href(request, "/unit/%lld%s%.*s", (long long)r->unit->id, v.is_past ? "?" : "",
                                  STR_ARG(str_slice(v.as_of, 1, v.as_of.len_bytes))),
            .tel = r->person->phone,
            .at = r->at_ms,
            .state = r->at_ms ? PAGE_STATE_ACK : PAGE_STATE_UNSEEN,
            .word = r->at_ms ? msg_str(arena, request->lang, MSG_DIRECTIVE_READ_AT, 0,
                                       MSG_ARGS(ARG_STR("at", str_from_cstr(civil_vn_ms(r->at_ms, at)))))
                             : tier_say(request, MSG_DIRECTIVE_NOT_READ)};
    }
    if (file != LISTING_PAGE)
        return people_file(request, response, rows, found.count, err);
    static const struct {
        struct str id;
        enum msg_id words;
        enum page_state state;
    } ways[] = {{STR_INIT(""), MSG_DIRECTIVE_TAB_ALL, PAGE_STATE_NONE},
                {STR_INIT("1"), MSG_DIRECTIVE_READ, PAGE_STATE_ACK},
                {STR_INIT("0"), MSG_DIRECTIVE_NOT_READ, PAGE_STATE_UNSEEN}};
    struct str path = app_href(request, "/directive/%lld/people", (long long)v.d->id),
               unit = link_id(request, v.root_id), day = v.is_past ? tier_day(request, v.day) : STR("");
    struct pg_tab tabs[ARRAY_LEN(ways)];
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        const struct link_param one[] = {{"unit", unit}, {"as_of", day}, {"read", ways[i].id}, {"q", q}};
        tabs[i] = (struct pg_tab){tier_say(request, ways[i].words), n[i], link_make(request, path, one, ARRAY_LEN(one)),
                                  ways[i].state, (int)i == way};
    }
    const struct link_param params[] = {{"unit", unit}, {"as_of", day}, {"read", ways[way].id}, {"q", q}};
    struct part_pager pager =
        listing_pager(request, path, params, ARRAY_LEN(params), page, (int64_t)found.count, n[way], found.count > 0);
    const struct pg_hidden keep[] = {{STR("unit"), unit}, {STR("as_of"), day}, {STR("read"), ways[way].id}};
    struct page_directive_people p = {
        .title =
            n[2] ? tier_say_n(request, MSG_DIRECTIVE_PEOPLE_TITLE, n[2]) : tier_say(request, MSG_DIRECTIVE_PEOPLE_ALL),
        .lead = msg_str(arena, request->lang, MSG_DIRECTIVE_PEOPLE_LEAD, 0,
                        MSG_ARGS(ARG_INT("n", done), ARG_INT("all", people), ARG_STR("name", v.d->title))),
        .action = path,
        .q = q,
        .keep = {keep, ARRAY_LEN(keep)},
        .tabs = {tabs, ARRAY_LEN(tabs)},
        .rows = {rows, found.count},
        .from = pager.from,
        .to = pager.to,
        .total = pager.total,
        .prev_href = pager.prev_href,
        .next_href = pager.next_href,
        .excel_href = pager.excel_href,
        .csv_href = pager.csv_href,
        .clear_href = path,
    };
    TRY(view_crumbs(&v, &p.crumbs, tier_say(request, MSG_DIRECTIVE_PEOPLE_LINK), err));
    struct layout_frame *frame = web_frame(request, p.title, STR("directives"));
    if (!frame)
        return arena_full(arena, err);
    p.frame = frame;
    view_banner(&v, frame, "/people");
    struct page_out o = response_page(request, response, 200);
    page_directive_people(&o, &p);
    return ERR_NONE;
}
