#include "web/page_directive.h"

#include "duty/page_directive.sql.h"
#include "web/wall.h"

static enum err_code list_row(struct request *request, struct db *db, const struct sql_directive_rows_row *d,
                              struct pg_directive_row *row, struct err *err)
{
    *row = (struct pg_directive_row){.title = d->title,
                                     .href = app_href(request, "/directive/%lld", (long long)d->id),
                                     .ref = tier_ref(request, d->number, d->symbol),
                                     .issuer = d->issuer_name,
                                     .day = (civil_day)d->issued_day};
    if (str_equal(d->state, STR("draft"))) {
        row->state = PAGE_STATE_UNSEEN;
        row->word = tier_say(request, MSG_DIRECTIVE_WORD_DRAFT);
        row->href = request->session.rights & RIGHT_DRAFT
                        ? app_href(request, "/directive/%lld/draft", (long long)d->id)
                        : STR(""); /* there is one: what it says is for those who write it */
        return ERR_NONE;
    }
    if (str_equal(d->state, STR("withdrawn"))) {
        row->state = PAGE_STATE_NA;
        row->word = tier_say(request, MSG_DIRECTIVE_WORD_WITHDRAWN);
        return ERR_NONE;
    }
    struct actor actor = app_actor_with(request, RIGHT_READ);
    int64_t root;
    TRY(tier_root(request, db, d->issuer_id, &root, err));
    struct rollup r;
    struct str edge;
    TRY(tier_edge(request, db, &actor, d->issuer_id, d->edge_kind, root, &edge, err));
    TRY(rollup_get(db, &actor, root, d->id, edge, CIVIL_NONE, request->arena, &r, err));
    row->state = tier_look(request, &r, &row->word);
    row->bar = wall_bar(request->arena, &r);
    row->done = r.n[DUTY_OK];
    row->owed = r.owed;
    row->done_href = app_href(request, "/rows?directive=%lld&unit=%lld&state=ok", (long long)d->id, (long long)root);
    return ERR_NONE;
}

static enum err_code list_file(struct request *request, struct response *response, const struct pg_directive_row *rows,
                               size_t count, struct err *err)
{
    const struct sheet_column columns[] = {
        {tier_say(request, MSG_DIRECTIVE_DIRECTIVE), SHEET_TEXT, 60},
        {tier_say(request, MSG_ISSUE_NUMBER), SHEET_TEXT, 18},
        {tier_say(request, MSG_DIRECTIVE_ISSUER), SHEET_TEXT, 36},
        {tier_say(request, MSG_DIRECTIVE_DAY), SHEET_DATE, 12},
        {tier_say(request, MSG_DIRECTIVE_STATE), SHEET_TEXT, 24},
        {tier_say(request, MSG_DIRECTIVE_DONE), SHEET_INT, 10},
        {tier_say(request, MSG_DIRECTIVE_DUTIES), SHEET_INT, 10},
    };
    struct sheet_cell *cells = arena_new_array(request->arena, struct sheet_cell, count * ARRAY_LEN(columns) + 1);
    if (!cells)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < count; i++) {
        struct sheet_cell *c = cells + i * ARRAY_LEN(columns);
        c[0] = cell_text(rows[i].title);
        c[1] = cell_text(rows[i].ref);
        c[2] = cell_text(rows[i].issuer);
        c[3] = cell_day(rows[i].day);
        c[4] = cell_text(rows[i].word);
        c[5] = cell_int(rows[i].done);
        c[6] = cell_int(rows[i].owed);
    }
    return listing_respond(request, response, listing_file_of(request), tier_say(request, MSG_DIRECTIVE_LIST), columns,
                           ARRAY_LEN(columns), cells, count, err);
}

enum err_code directives_show(struct request *request, struct response *response, struct err *err)
{
    static const struct {
        struct str id;
        enum msg_id words;
        enum page_state state;
    } states[] = {{STR_INIT(""), MSG_DIRECTIVE_TAB_ALL, PAGE_STATE_NONE},
                  {STR_INIT("issued"), MSG_DIRECTIVE_TAB_ISSUED, PAGE_STATE_DOING},
                  {STR_INIT("draft"), MSG_DIRECTIVE_TAB_DRAFT, PAGE_STATE_UNSEEN},
                  {STR_INIT("withdrawn"), MSG_DIRECTIVE_TAB_WITHDRAWN, PAGE_STATE_NA}};
    struct arena *arena = request->arena;
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request);
    struct str search = app_search(request, STR("q")), q = str_trim(form_get(&request->query, STR("q"))),
               asked = form_get(&request->query, STR("state"));
    enum listing_file file = listing_file_of(request);
    int64_t page = listing_page(request), counts[ARRAY_LEN(states)] = {0};
    size_t on = 0;
    struct sql_directive_count_rows totals;
    TRY(sql_directive_count(db, &actor, arena, &(struct sql_directive_count_args){.search = search}, &totals, err));
    for (size_t s = 1; s < ARRAY_LEN(states); s++) {
        on = str_equal(states[s].id, asked) ? s : on;
        for (size_t i = 0; i < totals.count; i++)
            counts[s] += str_equal(totals.items[i].state, states[s].id) ? totals.items[i].n : 0;
        counts[0] += counts[s];
    }
    struct sql_directive_rows_rows found;
    TRY(sql_directive_rows(
        db, &actor, arena,
        &(struct sql_directive_rows_args){.search = search,
                                          .state = on ? states[on].id : STR_NONE,
                                          .limit_count = file == LISTING_PAGE ? LISTING_PAGE_ROWS : LISTING_SHEET_ROWS,
                                          .offset_count = file == LISTING_PAGE ? (page - 1) * LISTING_PAGE_ROWS : 0},
        &found, err));
    struct pg_directive_row *rows = arena_new_array(arena, struct pg_directive_row, found.count + 1);
    if (!rows)
        return arena_full(arena, err);
    for (size_t i = 0; i < found.count; i++)
        TRY(list_row(request, db, &found.items[i], &rows[i], err));
    if (file != LISTING_PAGE)
        return list_file(request, response, rows, found.count, err);
    const struct link_param params[] = {{"state", states[on].id}, {"q", q}};
    struct pg_tab tabs[ARRAY_LEN(states)];
    for (size_t s = 0; s < ARRAY_LEN(states); s++) {
        const struct link_param one[] = {{"state", states[s].id}, {"q", q}};
        tabs[s] = (struct pg_tab){tier_say(request, states[s].words), counts[s],
                                  link_make(request, STR("/directives"), one, 2), states[s].state, s == on};
    }
    const struct pg_hidden keep[] = {{STR("state"), states[on].id}};
    struct part_pager pager = listing_pager(request, STR("/directives"), params, ARRAY_LEN(params), page,
                                            (int64_t)found.count, counts[on], found.count > 0);
    bool may_draft = (request->session.rights & RIGHT_DRAFT) != 0;
    struct str title = counts[1] ? tier_say_n(request, MSG_DIRECTIVE_TITLE_LIST, counts[1])
                                 : tier_say(request, MSG_DIRECTIVE_TITLE_NONE);
    struct layout_frame *frame = web_frame(request, title, STR("directives"));
    if (!frame)
        return arena_full(arena, err);
    struct page_out o = response_page(request, response, 200);
    page_directives(&o, &(struct page_directives){
                            .frame = frame,
                            .title = title,
                            .lead = counts[2] ? tier_say_n(request, MSG_DIRECTIVE_LEAD_DRAFTS, counts[2]) : STR_NONE,
                            .new_href = may_draft ? STR("/directive/new") : STR_NONE,
                            .q = q,
                            .keep = {keep, on ? 1 : 0},
                            .tabs = {tabs, ARRAY_LEN(tabs)},
                            .rows = {rows, found.count},
                            .from = pager.from,
                            .to = pager.to,
                            .total = pager.total,
                            .prev_href = pager.prev_href,
                            .next_href = pager.next_href,
                            .excel_href = pager.excel_href,
                            .csv_href = pager.csv_href,
                            .searched = on || !str_is_empty(q),
                            .may_paste = may_draft,
                        });
    return ERR_NONE;
}
