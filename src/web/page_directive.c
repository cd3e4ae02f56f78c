#include "web/page_directive.h"

#include "asset/device.h"
#include "duty/board.h"
#include "duty/cover.h"
#include "duty/directive.h"
#include "duty/freeze.h"
#include "duty/page_directive.sql.h"
#include "duty/readers.h"
#include "duty/rollup.h"
#include "duty/rows.h"
#include "know/know.h"
#include "org/unit.h"
#include "org/unit.sql.h"
#include "web/wall.h"

#define MISSING_ROWS   12
#define TREND_MONTHS   12
#define TREE_ROWS      12 /* worst first; the others are one tap away */
#define TREE_MORE_ROWS 40u

/* --- words --- */

struct str tier_say(const struct request *request, enum msg_id id)
{
    return msg_text(request->lang, id, 0);
}

struct str tier_say_n(const struct request *request, enum msg_id id, int64_t n)
{
    return msg_str(request->arena, request->lang, id, n, MSG_ARGS(ARG_INT("n", n)));
}

struct str tier_day(const struct request *request, civil_day day)
{
    char text[CIVIL_TEXT_BYTES];
    struct str copy = arena_str(request->arena, str_from_cstr(civil_vn(day, text)));
    return str_is_null(copy) ? STR("") : copy;
}

struct str tier_ref(const struct request *request, struct str number, struct str symbol)
{
    if (str_is_empty(number) && str_is_empty(symbol))
        return tier_say(request, MSG_DIRECTIVE_NO_NUMBER);
    if (str_is_empty(symbol))
        return number;
    return arena_printf(request->arena, "%.*s/%.*s", STR_ARG(str_is_empty(number) ? STR("…") : number),
                        STR_ARG(symbol));
}

static const enum msg_id state_words[DUTY_STATE_COUNT] = {
    [DUTY_UNSEEN] = MSG_DIRECTIVE_STATE_UNSEEN, [DUTY_ACK] = MSG_DIRECTIVE_STATE_ACK,
    [DUTY_DOING] = MSG_DIRECTIVE_STATE_DOING,   [DUTY_OK] = MSG_DIRECTIVE_STATE_OK,
    [DUTY_DUE] = MSG_DIRECTIVE_STATE_DUE,       [DUTY_LATE] = MSG_DIRECTIVE_STATE_LATE,
    [DUTY_BIRTH] = MSG_DIRECTIVE_STATE_BIRTH,   [DUTY_NA] = MSG_DIRECTIVE_STATE_NA,
    [DUTY_WAIVED] = MSG_DIRECTIVE_STATE_WAIVED,
};

struct str tier_state(const struct request *request, int state)
{
    if (state == STATE_LATE_ALL)
        return tier_say(request, MSG_DIRECTIVE_STATE_LATE_ALL);
    return state >= 0 && state < DUTY_STATE_COUNT ? tier_say(request, state_words[state]) : STR("");
}

struct str tier_kind(const struct request *request, struct str kind)
{
    const struct know_org_kind *known = know_org_kind_find(kind);
    return !known ? kind : request->lang == LANG_VI ? known->title.vi : known->title.en;
}

int tier_state_asked(const struct request *request)
{
    struct str text = form_get(&request->query, STR("state"));
    enum duty_state state;
    if (str_equal(text, STR("late_all")))
        return STATE_LATE_ALL;
    return duty_state_from_str(text, &state) ? (int)state : STATE_ANY;
}

struct str tier_state_param(int state)
{
    return state == STATE_LATE_ALL ? STR("late_all") : state < 0 ? STR("") : str_from_cstr(duty_state_to_str(state));
}

enum err_code tier_directive(struct request *request, struct db *db, struct sql_directive_get_row **ret_directive,
                             struct err *err)
{
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_directive_get_row *row = NULL;
    TRY(sql_directive_get(db, &actor, request->arena, &(struct sql_directive_get_args){.id = id}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "no such directive");
    if (str_equal(row->state, STR("draft"))) { /* a draft is its issuer's alone */
        bool is_mine = false;
        TRY(access_has(db, &actor, RIGHT_READ, row->issuer_id, &is_mine, err));
        if (!is_mine)
            return err_set(err, ERR_NOT_FOUND, "no such directive");
    }
    *ret_directive = row;
    return ERR_NONE;
}

enum err_code tier_root(struct request *request, struct db *db, int64_t issuer_id, int64_t *ret_root_id,
                        struct err *err)
{
    int64_t asked;
    TRY(app_int(request, STR("unit"), 0, &asked, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    bool may = false;
    if (asked) {
        TRY(access_has(db, &actor, RIGHT_READ, asked, &may, err));
        if (!may)
            return err_set(err, ERR_NOT_FOUND, "no such unit");
        *ret_root_id = asked;
        return ERR_NONE;
    }
    if (issuer_id)
        TRY(access_has(db, &actor, RIGHT_READ, issuer_id, &may, err));
    *ret_root_id = may ? issuer_id : request->session.unit_id;
    return ERR_NONE;
}

enum err_code tier_edge(const struct request *request, struct db *db, const struct actor *actor, int64_t issuer_id,
                        struct str edge_kind, int64_t root_id, struct str *ret_edge, struct err *err)
{
    bool sees = false;
    if (root_id == issuer_id && str_is_empty(request_field(request, STR("edge"))))
        TRY(access_sees_below(db, actor, root_id, edge_kind, &sees, err));
    *ret_edge = edge_kind;
    return sees ? ERR_NONE : app_edge(request, db, actor, root_id, ret_edge, err);
}

enum err_code tier_unit_name(struct request *request, struct db *db, int64_t unit_id, struct str *ret_name,
                             struct err *err)
{
    struct sql_unit_name_on_row *row = NULL;
    TRY(sql_unit_name_on(db, request->arena,
                         &(struct sql_unit_name_on_args){.unit_id = unit_id, .on_day = app_today(request)}, &row, err));
    *ret_name = row ? row->name : STR("…");
    return ERR_NONE;
}

/* --- the list --- */

static struct rollup rollup_of_row(const int64_t n[DUTY_STATE_COUNT])
{
    struct rollup r = {.total = 0};
    for (int i = 0; i < DUTY_STATE_COUNT; i++) {
        r.n[i] = n[i];
        r.total += n[i];
    }
    r.owed = r.total - r.n[DUTY_NA] - r.n[DUTY_WAIVED];
    return r;
}
#define ROLLUP_OF(row)                                                                                          \
    rollup_of_row((const int64_t[DUTY_STATE_COUNT]){(row)->n_unseen, (row)->n_ack, (row)->n_doing, (row)->n_ok, \
                                                    (row)->n_due, (row)->n_late, (row)->n_birth, (row)->n_na,   \
                                                    (row)->n_waived})

static enum page_state rollup_look(const struct request *request, const struct rollup *r, struct str *ret_word)
{
    int64_t late = r->n[DUTY_LATE] + r->n[DUTY_BIRTH];
    if (late) {
        *ret_word = tier_say_n(request, MSG_DIRECTIVE_WORD_LATE, late);
        return PAGE_STATE_LATE;
    }
    if (r->n[DUTY_UNSEEN]) {
        *ret_word = tier_say_n(request, MSG_DIRECTIVE_WORD_UNSEEN, r->n[DUTY_UNSEEN]);
        return PAGE_STATE_UNSEEN;
    }
    if (r->n[DUTY_DUE]) {
        *ret_word = tier_say_n(request, MSG_DIRECTIVE_WORD_DUE, r->n[DUTY_DUE]);
        return PAGE_STATE_DUE;
    }
    bool is_ok = r->n[DUTY_OK] == r->owed;
    *ret_word = tier_say(request, is_ok ? MSG_DIRECTIVE_WORD_OK : MSG_DIRECTIVE_WORD_DOING);
    return is_ok ? PAGE_STATE_OK : PAGE_STATE_DOING;
}

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
        row->href = app_href(request, "/directive/%lld/draft", (long long)d->id);
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
    row->state = rollup_look(request, &r, &row->word);
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

static enum err_code directives_show(struct request *request, struct response *response, struct err *err)
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

/* --- one directive --- */

struct view {
    struct request *request;
    struct db *db;
    struct actor actor;
    struct sql_directive_get_row *d;
    int64_t root_id;
    civil_day today, day; /* day: the one looked at, today unless the address says another */
    bool is_past;
    struct str as_of; /* "&as_of=30/11/2022" for addresses; "" today */
    struct str as_of_text, as_of_error;
    struct board board;
    struct rollup rollup;
    int64_t units[DUTY_STATE_COUNT]; /* by worst state */
    int64_t unit_count;
    const struct rollup_obligation *NULLABLE duties;
    size_t duty_count;
};

static struct str view_rows_href(const struct view *v, const char *more)
{
    return app_href(v->request, "/rows?directive=%lld&unit=%lld%.*s%s", (long long)v->d->id, (long long)v->root_id,
                    STR_ARG(v->as_of), more);
}

static struct str view_units_href(const struct view *v, struct str state)
{
    return app_href(v->request, "/directive/%lld/units?unit=%lld%.*s%s%.*s", (long long)v->d->id, (long long)v->root_id,
                    STR_ARG(v->as_of), str_is_empty(state) ? "" : "&state=", STR_ARG(state));
}

/* ?as_of= of the address. A day that cannot be looked at leaves today, and says why. */
static void view_day(struct view *v)
{
    struct request *request = v->request;
    struct err why;
    civil_day day = CIVIL_NONE;
    v->day = v->today;
    v->as_of = STR("");
    v->as_of_text = form_get(&request->query, STR("as_of"));
    if (app_day(request, STR("as_of"), &day, &why) != ERR_NONE)
        v->as_of_error = request_said(request, &why);
    else if (day != CIVIL_NONE && day > v->today)
        v->as_of_error = tier_say(request, MSG_DIRECTIVE_AS_OF_FUTURE);
    else if (day != CIVIL_NONE && day < v->d->issued_day && !str_equal(v->d->state, STR("draft")))
        v->as_of_error = msg_str(request->arena, request->lang, MSG_DIRECTIVE_AS_OF_BEFORE, 0,
                                 MSG_ARGS(ARG_DAY("day", (civil_day)v->d->issued_day)));
    else if (day != CIVIL_NONE && day < v->today) {
        v->day = day;
        v->is_past = true;
        v->as_of = app_href(request, "&as_of=%.*s", STR_ARG(tier_day(request, day)));
    }
    if (str_is_empty(v->as_of_text))
        v->as_of_text = tier_day(request, v->today);
}

/* The banner of a past day, and the same address of today. */
static void view_banner(const struct view *v, struct layout_frame *frame, const char *page)
{
    if (!v->is_past)
        return;
    frame->as_of = v->day;
    frame->today_href =
        app_href(v->request, "/directive/%lld%s?unit=%lld", (long long)v->d->id, page, (long long)v->root_id);
}

static enum err_code view_open(struct request *request, struct db *db, struct view *v, struct err *err)
{
    *v = (struct view){
        .request = request, .db = db, .actor = app_actor_with(request, RIGHT_READ), .today = app_today(request)};
    TRY(tier_directive(request, db, &v->d, err));
    TRY(tier_root(request, db, v->d->issuer_id, &v->root_id, err));
    /* from here on: the way this reader looks down from this root */
    TRY(tier_edge(request, db, &v->actor, v->d->issuer_id, v->d->edge_kind, v->root_id, &v->d->edge_kind, err));
    view_day(v);
    return ERR_NONE;
}

/* Every unit at and below the root, as it stood on the day looked at, and how many stand in each worst state. */
static enum err_code view_board(struct view *v, struct err *err)
{
    TRY(board_read(v->db, &v->actor, v->root_id, v->d->id, v->d->edge_kind, v->is_past ? v->day : CIVIL_NONE,
                   v->request->arena, &v->board, err));
    v->rollup = board_sum(&v->board, 0);
    for (uint32_t i = 0; i < v->board.count; i++)
        if (board_total(&v->board.cells[i]) > 0) {
            v->units[board_worst(&v->board.cells[i])]++;
            v->unit_count++;
        }
    return ERR_NONE;
}

static enum err_code view_crumbs(const struct view *v, struct pg_crumb_list *ret_crumbs, struct str last,
                                 struct err *err)
{
    struct pg_crumb *crumbs = arena_new_array(v->request->arena, struct pg_crumb, 3);
    if (!crumbs)
        return arena_full(v->request->arena, err);
    size_t n = 0;
    crumbs[n++] = (struct pg_crumb){tier_say(v->request, MSG_DIRECTIVE_LIST), STR("/directives")};
    struct str ref = tier_ref(v->request, v->d->number, v->d->symbol);
    crumbs[n++] =
        (struct pg_crumb){ref, str_is_empty(last) ? STR("")
                               : v->is_past ? app_href(v->request, "/directive/%lld?unit=%lld%.*s", (long long)v->d->id,
                                                       (long long)v->root_id, STR_ARG(v->as_of))
                                            : app_href(v->request, "/directive/%lld", (long long)v->d->id)};
    if (!str_is_empty(last))
        crumbs[n++] = (struct pg_crumb){last, STR("")};
    *ret_crumbs = (struct pg_crumb_list){crumbs, n};
    return ERR_NONE;
}

static enum err_code unit_name_on(const struct view *v, int64_t unit_id, struct str *ret_name, struct err *err)
{
    struct sql_unit_name_on_row *row = NULL;
    TRY(sql_unit_name_on(v->db, v->request->arena,
                         &(struct sql_unit_name_on_args){.unit_id = unit_id, .on_day = v->day}, &row, err));
    *ret_name = row ? row->name : STR("…");
    return ERR_NONE;
}

static enum err_code view_wall(const struct view *v, struct page_directive *page, struct err *err)
{
    struct arena *arena = v->request->arena;
    const struct board *board = &v->board;
    struct wall_unit *units = arena_new_array(arena, struct wall_unit, (size_t)board->count + 1);
    struct wall_parent *parents = arena_new_array(arena, struct wall_parent, (size_t)board->count + 1);
    bool *is_named = arena_new_array(arena, bool, (size_t)board->count + 1);
    if (!units || !parents || !is_named)
        return arena_full(arena, err);
    size_t count = 0, parent_count = 0;
    for (uint32_t i = 0; i < board->count; i++) {
        if (board_total(&board->cells[i]) <= 0)
            continue;
        const struct tree_unit *unit = board_unit(board, i);
        uint32_t above = i ? unit->parent - board->from : 0; /* the root stands with itself */
        const struct tree_unit *parent = board_unit(board, above);
        units[count++] =
            (struct wall_unit){unit->id, parent->id, unit->name, app_page_state(board_worst(&board->cells[i]))};
        if (!is_named[above]) {
            is_named[above] = true;
            parents[parent_count++] = (struct wall_parent){parent->id, parent->name};
        }
    }
    struct wall wall;
    const struct wall_options options = {
        .lang = v->request->lang,
        .unit_href = app_href(v->request, "/rows?directive=%lld%.*s&unit=", (long long)v->d->id, STR_ARG(v->as_of)),
        .parent_href = app_href(v->request, "/directive/%lld?%.*s%sunit=", (long long)v->d->id,
                                STR_ARG(str_slice(v->as_of, 1, v->as_of.len_bytes)), v->is_past ? "&" : "")};
    TRY(wall_draw(arena, &options, units, count, parents, parent_count, &wall, err));
    page->unit_count = v->unit_count;
    page->troubled = wall.troubled;
    page->troubled_n = (int64_t)wall.troubled_count;
    page->quiet = wall.quiet;
    page->quiet_n = (int64_t)wall.quiet_count;
    page->quiet_drawn = wall.quiet.markup.len_bytes > 0;
    return ERR_NONE;
}

static const enum duty_state legend_order[DUTY_STATE_COUNT] = {DUTY_LATE,  DUTY_BIRTH, DUTY_UNSEEN, DUTY_DUE, DUTY_ACK,
                                                               DUTY_DOING, DUTY_OK,    DUTY_WAIVED, DUTY_NA};

/* What is not there is not shown; every number opens to its rows. */
static enum err_code view_legend(const struct view *v, const int64_t n[DUTY_STATE_COUNT], struct str href,
                                 struct pg_legend_list *ret_legend, struct err *err)
{
    struct pg_legend *rows = arena_new_array(v->request->arena, struct pg_legend, DUTY_STATE_COUNT);
    if (!rows)
        return arena_full(v->request->arena, err);
    size_t count = 0;
    for (size_t i = 0; i < DUTY_STATE_COUNT; i++) {
        enum duty_state state = legend_order[i];
        if (n[state])
            rows[count++] =
                (struct pg_legend){app_page_state((int)state), n[state], tier_state(v->request, (int)state),
                                   app_href(v->request, "%.*s%s", STR_ARG(href), duty_state_to_str((int)state))};
    }
    *ret_legend = (struct pg_legend_list){rows, count};
    return ERR_NONE;
}

/* Which units, of which state; the same for today and a past day. */
struct unit_ask {
    int state;
    struct str kind, search;
    int64_t limit, offset;
};
static struct pg_missing_row unit_row(const struct view *v, int64_t unit_id, int worst, struct opt_i64 due)
{
    struct request *request = v->request;
    enum page_state state = app_page_state(worst);
    /* until when a proof held on a past day is not kept: the word says no day then */
    civil_day until = worst == DUTY_OK && due.has && !v->is_past ? (civil_day)due.v : CIVIL_NONE;
    return (struct pg_missing_row){
        .href = app_href(request, "/rows?directive=%lld&unit=%lld%.*s", (long long)v->d->id, (long long)unit_id,
                         STR_ARG(v->as_of)),
        .state = state,
        .word = words_state(request->arena, request->lang, state, v->day, due.has ? (civil_day)due.v : v->day, until),
        .reminded = CIVIL_NONE,
    };
}

static struct board_filter unit_filter(const struct unit_ask *ask)
{
    return (struct board_filter){.state = ask->state, .kind = ask->kind, .search = ask->search, .owes = true};
}

static enum err_code unit_rows(const struct view *v, const struct unit_ask *ask, struct pg_missing_row_list *ret_rows,
                               struct err *err)
{
    struct arena *arena = v->request->arena;
    const struct board *board = &v->board;
    const struct board_filter filter = unit_filter(ask);
    uint32_t *units;
    size_t count;
    TRY(board_list(board, &filter, BOARD_BY_WORST, ask->limit, ask->offset, arena, &units, &count, NULL, err));
    struct board_beside *beside;
    TRY(board_look_beside(v->db, board, units, count, v->d->id, v->day, v->is_past, arena, &beside, err));
    struct pg_missing_row *out = arena_new_array(arena, struct pg_missing_row, count + 1);
    if (!out)
        return arena_full(arena, err);
    for (size_t i = 0; i < count; i++) {
        const struct tree_unit *unit = board_unit(board, units[i]);
        out[i] = unit_row(v, unit->id, board_worst(&board->cells[units[i]]), beside[i].due_day);
        out[i].name = unit->name;
        out[i].parent = unit->parent == TREE_NONE ? STR_NONE : board->tree->units[unit->parent].name;
        out[i].who = beside[i].focal_name;
        out[i].tel = beside[i].focal_phone;
        if (beside[i].reminded_day.has)
            out[i].reminded = (civil_day)beside[i].reminded_day.v;
    }
    *ret_rows = (struct pg_missing_row_list){out, count};
    return ERR_NONE;
}

/* Late and unseen first, with whom to call; the three rows above name the first of them. */
static enum err_code view_missing(struct view *v, struct page_directive *page, struct err *err)
{
    struct arena *arena = v->request->arena;
    struct pg_missing_row_list worst;
    TRY(unit_rows(v,
                  &(struct unit_ask){
                      .state = STATE_ANY, .kind = STR_NONE, .search = STR_NONE, .limit = MISSING_ROWS, .offset = 0},
                  &worst, err));
    struct pg_missing_row *missing = arena_new_array(arena, struct pg_missing_row, worst.count + 1);
    struct pg_first_row *first = arena_new_array(arena, struct pg_first_row, 3);
    if (!missing || !first)
        return arena_full(arena, err);
    size_t count = 0, first_count = 0;
    for (size_t i = 0; i < worst.count; i++) {
        enum page_state state = worst.items[i].state;
        if (state == PAGE_STATE_LATE || state == PAGE_STATE_BIRTH || state == PAGE_STATE_UNSEEN)
            missing[count++] = worst.items[i];
    }
    page->missing = (struct pg_missing_row_list){missing, count};
    int64_t late = v->units[DUTY_LATE] + v->units[DUTY_BIRTH], unseen = v->units[DUTY_UNSEEN], waiting = 0;
    page->late_all = v->unit_count;
    if (unseen) {
        struct str call = STR_NONE;
        for (size_t i = 0; i < count && str_is_empty(call); i++)
            if (missing[i].state == PAGE_STATE_UNSEEN && !str_is_empty(missing[i].who))
                call = str_is_empty(missing[i].tel)
                           ? missing[i].who
                           : arena_printf(arena, "%.*s, %.*s", STR_ARG(missing[i].who), STR_ARG(missing[i].tel));
        first[first_count++] = (struct pg_first_row){
            .state = PAGE_STATE_UNSEEN,
            .n = unseen,
            .n_href = view_units_href(v, STR("unseen")),
            .title = tier_say(v->request, MSG_DIRECTIVE_UNSEEN_UNITS),
            .detail = str_is_empty(call) ? STR_NONE
                                         : msg_str(arena, v->request->lang, MSG_DIRECTIVE_UNSEEN_CALL, 0,
                                                   MSG_ARGS(ARG_STR("name", call)))};
    }
    if (late)
        first[first_count++] = (struct pg_first_row){
            .state = PAGE_STATE_LATE,
            .n = late,
            .n_href = view_units_href(v, STR("late_all")),
            .title = tier_say(v->request, MSG_DIRECTIVE_LATE_UNITS),
            .detail = v->units[DUTY_BIRTH] ? tier_say_n(v->request, MSG_DIRECTIVE_LATE_BIRTH, v->units[DUTY_BIRTH])
                                           : STR_NONE};
    page->first = (struct pg_first_row_list){first, first_count};
    if (v->is_past) /* what waits to be decided waits today */
        return ERR_NONE;
    struct rows_seen reviews;
    TRY(rows_read(v->db, &v->actor,
                  &(struct rows_filter){.root_id = v->root_id,
                                        .scope_id = v->d->id,
                                        .edge_kind = v->d->edge_kind,
                                        .as_of = CIVIL_NONE,
                                        .waiting = true},
                  arena, &reviews, err));
    for (int i = 0; i < DUTY_STATE_COUNT; i++)
        waiting += reviews.n[i];
    if (waiting)
        first[first_count++] = (struct pg_first_row){.state = PAGE_STATE_DUE,
                                                     .n = waiting,
                                                     .n_href = view_rows_href(v, "&waiting=1"),
                                                     .title = tier_say(v->request, MSG_DIRECTIVE_REVIEWS),
                                                     .detail = tier_say(v->request, MSG_DIRECTIVE_REVIEWS_NOTE)};
    page->first = (struct pg_first_row_list){first, first_count};
    if (late) { /* not reached on a past day: nobody is reminded of what was */
        page->urge_n = late;
        page->urge_href = app_href(v->request, "/rows/message?directive=%lld&unit=%lld&state=late_all",
                                   (long long)v->d->id, (long long)v->root_id);
    }
    return ERR_NONE;
}

static struct pg_tree_row tree_row(const struct view *v, int64_t unit_id, struct str name, const struct rollup *r)
{
    struct str word;
    return (struct pg_tree_row){.name = name,
                                .href = app_href(v->request, "/directive/%lld?unit=%lld%.*s", (long long)v->d->id,
                                                 (long long)unit_id, STR_ARG(v->as_of)),
                                .state = rollup_look(v->request, r, &word),
                                .bar = wall_bar(v->request->arena, r),
                                .done = r->n[DUTY_OK],
                                .owed = r->owed,
                                .done_href = app_href(v->request, "/rows?directive=%lld&unit=%lld%.*s&state=ok",
                                                      (long long)v->d->id, (long long)unit_id, STR_ARG(v->as_of))};
}

static enum err_code view_tree(const struct view *v, struct page_directive *page, struct err *err)
{
    struct arena *arena = v->request->arena;
    struct board_branch *branches;
    size_t count;
    TRY(board_branches(&v->board, arena, &branches, &count, err));
    struct pg_tree_row *tree = arena_new_array(arena, struct pg_tree_row, count + 1);
    if (!tree)
        return arena_full(arena, err);
    for (size_t i = 0; i < count; i++) {
        const struct tree_unit *unit = board_unit(&v->board, branches[i].at);
        tree[i] = tree_row(v, unit->id, unit->name, &branches[i].rollup);
    }
    size_t shown = count > TREE_ROWS ? TREE_ROWS : count;
    page->tree = (struct pg_tree_row_list){tree, shown};
    size_t more = count - shown > TREE_MORE_ROWS ? TREE_MORE_ROWS : count - shown;
    page->tree_more = (struct pg_tree_row_list){tree + shown, more};
    page->tree_more_n = (int64_t)more;
    if (count > shown + more) { /* a thousand bars help nobody: the table has search and pages */
        page->tree_all_n = (int64_t)count;
        page->tree_all_href = view_units_href(v, STR(""));
    }
    return ERR_NONE;
}

/* How many duties of each obligation stand in which state. */
static enum err_code view_duty_counts(struct view *v, struct err *err)
{
    struct arena *arena = v->request->arena;
    struct rollup_obligations found = {0};
    if (v->is_past)
        TRY(rollup_past_by_obligation(v->db, &v->actor, v->root_id, v->d->id, v->d->edge_kind, v->day, arena, &found,
                                      err));
    else
        TRY(rollup_by_obligation(v->db, &v->actor, v->root_id, v->d->id, v->d->edge_kind, v->board.holds_all, arena,
                                 &found, err));
    v->duties = found.items;
    v->duty_count = found.count;
    return ERR_NONE;
}

static enum err_code view_duties(const struct view *v, struct page_directive *page, struct err *err)
{
    struct arena *arena = v->request->arena;
    const struct rollup_obligation *rows = v->duties;
    size_t row_count = v->duty_count;
    struct sql_obligation_list_rows own;
    TRY(sql_obligation_list(v->db, arena, &(struct sql_obligation_list_args){.directive_id = v->d->id}, &own, err));
    struct pg_directive_duty *duties = arena_new_array(arena, struct pg_directive_duty, row_count + 1);
    if (!duties)
        return arena_full(arena, err);
    size_t count = 0;
    for (size_t i = 0; i < row_count;) {
        const struct rollup_obligation *r = &rows[i];
        int64_t n[DUTY_STATE_COUNT] = {0};
        size_t end = i;
        for (; end < row_count && str_equal(rows[end].catalogue_id, r->catalogue_id) &&
               (end == i || str_equal(rows[end].title, r->title) || !str_is_empty(r->catalogue_id));
             end++)
            if (rows[end].state >= 0 && rows[end].state < DUTY_STATE_COUNT)
                n[rows[end].state] += rows[end].n;
        struct rollup sum = rollup_of_row(n);
        struct str what = STR("");
        if (!str_is_empty(r->catalogue_id))
            what = app_href(v->request, "&catalogue=%.*s", STR_ARG(r->catalogue_id));
        for (size_t k = 0; k < own.count && str_is_empty(what);
             k++) /* a duty of its own has no catalogue id: its obligation is the filter */
            if (str_is_empty(own.items[k].catalogue_id) && str_equal(own.items[k].title, r->title))
                what = app_href(v->request, "&obligation=%lld", (long long)own.items[k].id);
        struct str base = app_href(v->request, "/rows?directive=%lld&unit=%lld%.*s%.*s", (long long)v->d->id,
                                   (long long)v->root_id, STR_ARG(v->as_of), STR_ARG(what));
        duties[count++] =
            (struct pg_directive_duty){.id = r->catalogue_id,
                                       .title = r->title,
                                       .bar = wall_bar(arena, &sum),
                                       .done = sum.n[DUTY_OK],
                                       .owed = sum.owed,
                                       .done_href = app_href(v->request, "%.*s&state=ok", STR_ARG(base)),
                                       .late = sum.n[DUTY_LATE] + sum.n[DUTY_BIRTH],
                                       .late_href = app_href(v->request, "%.*s&state=late_all", STR_ARG(base)),
                                       .unseen = sum.n[DUTY_UNSEEN],
                                       .unseen_href = app_href(v->request, "%.*s&state=unseen", STR_ARG(base))};
        i = end;
    }
    page->duties = (struct pg_directive_duty_list){duties, count};
    return ERR_NONE;
}

/* What was read before this instant counts. */
static int64_t view_before_ms(const struct view *v)
{
    return v->is_past ? civil_day_start_ms(v->day + 1) : INT64_MAX;
}

static enum err_code view_four(const struct view *v, struct page_directive *page, struct err *err)
{
    static const struct {
        struct str id;
        enum msg_id words;
    } kinds[] = {{STR_INIT("system"), MSG_DIRECTIVE_FOUR_SYSTEM}, {STR_INIT("database"), MSG_DIRECTIVE_FOUR_DATABASE}};
    struct request *request = v->request;
    struct arena *arena = request->arena;
    struct pg_denominator *four = arena_new_array(arena, struct pg_denominator, 5);
    if (!four)
        return arena_full(arena, err);
    size_t n = 0;
    struct readers people;
    TRY(readers_get(v->db, &v->board, v->d->id, v->day, v->is_past, STR_NONE, arena, &people, err));
    if (people.count)
        four[n++] = (struct pg_denominator){tier_say(request, MSG_DIRECTIVE_FOUR_PERSON),
                                            words_tenths((int64_t)people.read_count, (int64_t)people.count),
                                            (int64_t)people.read_count, (int64_t)people.count,
                                            app_href(request, "/directive/%lld/people?unit=%lld%.*s&read=1",
                                                     (long long)v->d->id, (long long)v->root_id, STR_ARG(v->as_of))};
    int64_t owed = v->unit_count - v->units[DUTY_NA] - v->units[DUTY_WAIVED];
    if (owed)
        four[n++] =
            (struct pg_denominator){tier_say(request, MSG_DIRECTIVE_FOUR_UNIT), words_tenths(v->units[DUTY_OK], owed),
                                    v->units[DUTY_OK], owed, view_units_href(v, STR("ok"))};
    bool has_devices = false;
    for (size_t i = 0; i < v->duty_count; i++)
        has_devices = has_devices || str_equal(v->duties[i].denominator, STR("device"));
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        int64_t done = 0, asked = 0;
        for (size_t i = 0; i < v->duty_count; i++) {
            const struct rollup_obligation *d = &v->duties[i];
            if (!str_equal(kinds[k].id, d->denominator) || d->state == DUTY_NA || d->state == DUTY_WAIVED)
                continue;
            asked += d->n;
            done += d->state == DUTY_OK ? d->n : 0;
        }
        if (asked)
            four[n++] = (struct pg_denominator){
                tier_say(request, kinds[k].words), words_tenths(done, asked), done, asked,
                app_href(request, "/rows?directive=%lld&unit=%lld%.*s&denominator=%.*s&state=ok", (long long)v->d->id,
                         (long long)v->root_id, STR_ARG(v->as_of), STR_ARG(kinds[k].id))};
    }
    if (has_devices && v->is_past)
        page->devices_note = tier_say(request, MSG_DIRECTIVE_DEVICES_TODAY);
    else if (has_devices) {
        struct device_coverage devices = {0};
        TRY(device_coverage(v->db, &v->actor, v->root_id, v->d->edge_kind, STR(""), &devices, err));
        int64_t all = devices.total;
        if (all)
            four[n++] = (struct pg_denominator){
                tier_say(request, MSG_DIRECTIVE_FOUR_DEVICE), words_tenths(devices.is_protected, all),
                devices.is_protected, all,
                app_href(request, "/devices?unit=%lld&protection=protected", (long long)v->root_id)};
        page->unknown_devices = devices.is_unknown;
    }
    page->four = (struct pg_denominator_list){four, n};
    return ERR_NONE;
}

/* The month ends before the day looked at, back to the day it was issued. */
static enum err_code past_trend(const struct view *v, struct rollup_month **ret_months, size_t *ret_count,
                                struct err *err)
{
    struct rollup_month *months = arena_new_array(v->request->arena, struct rollup_month, TREND_MONTHS);
    if (!months)
        return arena_full(v->request->arena, err);
    struct civil day = civil_from_day(v->day);
    civil_day first = civil_to_day(day.year, day.month, 1);
    size_t count = 0;
    for (int back = TREND_MONTHS - 1; back >= 0; back--) {
        civil_day last = civil_add_months(first, -back) - 1;
        if (last < v->d->issued_day)
            continue;
        months[count].day = last;
        TRY(rollup_get(v->db, &v->actor, v->root_id, v->d->id, v->d->edge_kind, last, v->request->arena,
                       &months[count++].rollup, err));
    }
    *ret_months = months;
    *ret_count = count;
    return ERR_NONE;
}

static enum err_code view_trend(const struct view *v, struct page_directive *page, struct err *err)
{
    struct request *request = v->request;
    struct rollup_month *months;
    size_t count, n = 0;
    if (v->is_past)
        TRY(past_trend(v, &months, &count, err));
    else
        TRY(rollup_trend(v->db, &v->actor, v->root_id, v->d->id, v->d->edge_kind, TREND_MONTHS, request->arena, &months,
                         &count, err));
    struct wall_point *points = arena_new_array(request->arena, struct wall_point, count + 1);
    if (!points)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < count; i++)
        if (months[i].rollup.owed)
            points[n++] =
                (struct wall_point){months[i].day, words_tenths(months[i].rollup.n[DUTY_OK], months[i].rollup.owed)};
    if (v->rollup.owed)
        points[n++] = (struct wall_point){v->day, words_tenths(v->rollup.n[DUTY_OK], v->rollup.owed)};
    if (n < 2)
        return ERR_NONE;
    AUTO_BUF a;
    AUTO_BUF b;
    buf_init(&a, 64);
    buf_init(&b, 64);
    words_percent(&a, request->lang, points[0].tenths);
    words_percent(&b, request->lang, points[n - 1].tenths);
    page->spark_text = msg_str(request->arena, request->lang, MSG_DIRECTIVE_TREND_WORDS, 0,
                               MSG_ARGS(ARG_STR("a", buf_str(&a)), ARG_DAY("from", points[0].day),
                                        ARG_STR("b", buf_str(&b)), ARG_DAY("to", points[n - 1].day)));
    page->spark = wall_spark(request->arena, request->lang, points, n, page->spark_text);
    return ERR_NONE;
}

static enum err_code view_children(const struct view *v, struct page_directive *page, struct err *err)
{
    struct arena *arena = v->request->arena;
    struct sql_directive_children_rows rows;
    TRY(sql_directive_children(v->db, &v->actor, arena, &(struct sql_directive_children_args){.id = v->d->id}, &rows,
                               err));
    struct pg_child_row *children = arena_new_array(arena, struct pg_child_row, rows.count + 1);
    if (!children)
        return arena_full(arena, err);
    size_t count = 0;
    for (size_t i = 0; i < rows.count; i++) {
        bool was_there = !v->is_past || rows.items[i].issued_day <= v->day;
        if (was_there)
            children[count++] = (struct pg_child_row){rows.items[i].title,
                                                      app_href(v->request, "/directive/%lld%s%.*s",
                                                               (long long)rows.items[i].id, v->is_past ? "?" : "",
                                                               STR_ARG(str_slice(v->as_of, 1, v->as_of.len_bytes))),
                                                      rows.items[i].issuer_name, (civil_day)rows.items[i].issued_day};
    }
    page->children = (struct pg_child_row_list){children, count};
    return ERR_NONE;
}

static enum err_code view_title(struct view *v, struct page_directive *page, struct err *err)
{
    struct request *request = v->request;
    struct arena *arena = request->arena;
    const struct sql_directive_get_row *d = v->d;
    int64_t owed = v->unit_count - v->units[DUTY_NA] - v->units[DUTY_WAIVED];
    page->title =
        v->is_past
            ? msg_str(arena, request->lang, MSG_DIRECTIVE_FINDING_PAST, 0,
                      MSG_ARGS(ARG_STR("name", d->title), ARG_INT("n", v->units[DUTY_OK]), ARG_INT("all", owed),
                               ARG_DAY("day", v->day)))
            : msg_str(arena, request->lang, MSG_DIRECTIVE_FINDING, 0,
                      MSG_ARGS(ARG_STR("name", d->title), ARG_INT("n", v->units[DUTY_OK]), ARG_INT("all", owed)));
    struct sql_obligation_list_rows own;
    TRY(sql_obligation_list(v->db, arena, &(struct sql_obligation_list_args){.directive_id = d->id}, &own, err));
    page->lead = msg_str(arena, request->lang, MSG_DIRECTIVE_LEAD, 0,
                         MSG_ARGS(ARG_STR("ref", tier_ref(request, d->number, d->symbol)),
                                  ARG_STR("issuer", d->issuer_name), ARG_DAY("day", (civil_day)d->issued_day),
                                  ARG_INT("n", (int64_t)own.count), ARG_INT("units", v->unit_count)));
    if (v->root_id != d->issuer_id) {
        struct str name;
        TRY(unit_name_on(v, v->root_id, &name, err));
        page->lead = arena_printf(
            arena, "%.*s %.*s", STR_ARG(page->lead),
            STR_ARG(msg_str(arena, request->lang, MSG_DIRECTIVE_ROOT_LEAD, 0, MSG_ARGS(ARG_STR("unit", name)))));
    }
    if (d->parent_id.has)
        page->why_href = app_href(request, "/directive/%lld", (long long)d->parent_id.v);
    else if (d->letter_id.has && v->root_id == d->issuer_id)
        page->why_href = app_href(request, "/letter/%lld", (long long)d->letter_id.v);
    return ERR_NONE;
}

/* What this person may do here. */
static enum err_code view_acts(const struct view *v, struct page_directive *page, struct err *err)
{
    struct request *request = v->request;
    const struct sql_directive_get_row *d = v->d;
    bool may_issue = false, may_freeze = false, may_ack = false;
    TRY(access_has(v->db, &v->actor, RIGHT_ISSUE, d->issuer_id, &may_issue, err));
    TRY(access_has(v->db, &v->actor, RIGHT_REPORT, v->root_id, &may_freeze, err));
    TRY(access_has(v->db, &v->actor, RIGHT_ACKNOWLEDGE, request->session.unit_id, &may_ack, err));
    bool is_open = str_equal(d->state, STR("issued"));
    struct sql_directive_my_acknowledgement_row *mine = NULL;
    TRY(sql_directive_my_acknowledgement(v->db, &v->actor, request->arena,
                                         &(struct sql_directive_my_acknowledgement_args){.directive_id = d->id}, &mine,
                                         err));
    page->ack_ms = mine && mine->at_ms < view_before_ms(v) ? mine->at_ms : 0;
    if (is_open && may_ack && !mine && !v->is_past) {
        struct sql_assignment_ids_of_unit_directive_rows owed;
        TRY(sql_assignment_ids_of_unit_directive(v->db, request->arena,
                                                 &(struct sql_assignment_ids_of_unit_directive_args){
                                                     .unit_id = request->session.unit_id, .directive_id = d->id},
                                                 &owed, err));
        page->ack_open = owed.count > 0;
    }
    page->freeze = is_open && may_freeze && !v->is_past;
    if (is_open && may_issue && !v->is_past)
        page->withdraw_href = app_href(request, "/directive/%lld/withdraw", (long long)d->id);
    if (!str_is_empty(d->withdrawn_reason) && d->withdrawn_ms.v < view_before_ms(v))
        page->withdrawn = msg_str(request->arena, request->lang, MSG_DIRECTIVE_WITHDRAWN_BECAUSE, 0,
                                  MSG_ARGS(ARG_STR("why", d->withdrawn_reason)));
    return ERR_NONE;
}

static enum err_code directive_show(struct request *request, struct response *response, struct err *err)
{
    struct arena *arena = request->arena;
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct view v;
    TRY(view_open(request, db, &v, err));
    if (str_equal(v.d->state, STR("draft"))) {
        response_redirect(request, response, app_href(request, "/directive/%lld/draft", (long long)v.d->id));
        return ERR_NONE;
    }
    struct page_directive page = {
        .id = v.d->id, .unit = link_id(request, v.root_id), .as_of_text = v.as_of_text, .as_of_error = v.as_of_error};
    TRY(view_board(&v, err));
    TRY(view_duty_counts(&v, err));
    TRY(view_wall(&v, &page, err));
    TRY(view_missing(&v, &page, err));
    TRY(view_tree(&v, &page, err));
    TRY(view_four(&v, &page, err));
    TRY(view_trend(&v, &page, err));
    TRY(view_legend(&v, v.units, app_href(request, "%.*s&state=", STR_ARG(view_units_href(&v, STR("")))), &page.legend,
                    err));
    TRY(view_duties(&v, &page, err));
    TRY(view_children(&v, &page, err));
    TRY(view_title(&v, &page, err));
    TRY(view_acts(&v, &page, err));
    TRY(view_crumbs(&v, &page.crumbs, STR(""), err));
    page.list_href = view_units_href(&v, STR(""));
    page.people_href = app_href(request, "/directive/%lld/people?unit=%lld%.*s", (long long)v.d->id,
                                (long long)v.root_id, STR_ARG(v.as_of));
    page.excel_href = app_href(request, "/rows.xlsx?directive=%lld&unit=%lld%.*s", (long long)v.d->id,
                               (long long)v.root_id, STR_ARG(v.as_of));
    struct layout_frame *frame = web_frame(request, page.title, STR("directives"));
    if (!frame)
        return arena_full(arena, err);
    view_banner(&v, frame, "");
    page.frame = frame;
    struct page_out o = response_page(request, response, str_is_empty(page.as_of_error) ? 200 : 422);
    page_directive(&o, &page);
    return ERR_NONE;
}

/* --- the units behind a number --- */

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
    struct board_filter filter = unit_filter(ask);
    filter.state = BOARD_ANY;
    int64_t total = 0;
    for (uint32_t i = 0; i < v->board.count; i++)
        if (board_matches(&v->board, i, &filter)) {
            n[board_worst(&v->board.cells[i])]++;
            total++;
        }
    return total;
}

static enum err_code units_show(struct request *request, struct response *response, struct err *err)
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
    TRY(unit_rows(&v, &ask, &rows, err));
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
        int s = i == -2 ? STATE_ANY : i == -1 ? STATE_LATE_ALL : (int)legend_order[i];
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

/* --- who has read it --- */

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

static enum err_code people_show(struct request *request, struct response *response, struct err *err)
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

/* --- acts --- */

static enum err_code directive_ack(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_directive_get_row *d;
    TRY(tier_directive(request, db, &d, err));
    struct actor actor = app_actor(request);
    int64_t unit_id;
    bool is_first;
    TRY(app_unit(request, &unit_id, err));
    TRY(duty_acknowledge(db, &actor, d->id, unit_id, &is_first, err));
    struct str back = form_get(&request->form, STR("back"));
    app_done_redirect(request, response,
                      !str_is_empty(back) && request_is_local_path(back)
                          ? back
                          : app_href(request, "/directive/%lld", (long long)d->id),
                      tier_say(request, is_first ? MSG_DIRECTIVE_SAID_ACK : MSG_DIRECTIVE_SAID_ACK_AGAIN), STR_NONE);
    return ERR_NONE;
}

static enum err_code directive_freeze(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct view v;
    TRY(view_open(request, db, &v, err));
    struct actor actor = app_actor(request);
    struct freeze_made made;
    TRY(freeze_make(
        db, &actor,
        &(struct freeze_draft){
            .root_id = v.root_id, .directive_id = v.d->id, .edge_kind = v.d->edge_kind, .as_of_day = CIVIL_NONE},
        &made, err));
    struct str hash = str_slice(crypto_to_hex(sha256_str(&made.hash), request->arena), 0, 16);
    app_done_redirect(
        request, response, app_href(request, "/directive/%lld", (long long)v.d->id),
        msg_str(request->arena, request->lang, MSG_DIRECTIVE_SAID_FROZEN, 0,
                MSG_ARGS(ARG_INT("n", made.row_count), ARG_DAY("day", made.as_of_day), ARG_STR("hash", hash))),
        STR_NONE);
    return ERR_NONE;
}

static enum err_code withdraw_page(struct request *request, struct response *response, struct view *v,
                                   struct str reason, struct str reason_error, struct err *err)
{
    TRY(view_board(v, err));
    struct page_directive_withdraw page = {
        .title = msg_str(request->arena, request->lang, MSG_DIRECTIVE_WITHDRAW_TITLE, 0,
                         MSG_ARGS(ARG_STR("name", v->d->title))),
        .id = v->d->id,
        .open_rows = v->rollup.total,
        .units = v->unit_count,
        .reason = reason,
        .reason_error = reason_error,
        .back_href = app_href(request, "/directive/%lld", (long long)v->d->id),
    };
    TRY(view_crumbs(v, &page.crumbs, tier_say(request, MSG_DIRECTIVE_WITHDRAW), err));
    page.frame = web_frame(request, page.title, STR("directives"));
    if (!page.frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, str_is_empty(reason_error) ? 200 : 422);
    page_directive_withdraw(&o, &page);
    return ERR_NONE;
}

static enum err_code withdraw_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct view v;
    TRY(view_open(request, db, &v, err));
    struct actor actor = app_actor(request);
    TRY(access_require(db, &actor, RIGHT_ISSUE, v.d->issuer_id, "withdraw a directive", err));
    return withdraw_page(request, response, &v, STR_NONE, STR_NONE, err);
}

static enum err_code withdraw_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct view v;
    TRY(view_open(request, db, &v, err));
    struct actor actor = app_actor(request);
    TRY(access_require(db, &actor, RIGHT_ISSUE, v.d->issuer_id, "withdraw a directive", err));
    struct str reason = str_trim(form_get(&request->form, STR("reason")));
    if (str_is_empty(reason))
        return withdraw_page(request, response, &v, reason, tier_say(request, MSG_DIRECTIVE_WITHDRAW_NO_REASON), err);
    TRY(directive_withdraw(db, &actor, v.d->id, reason, err));
    app_done_redirect(request, response, app_href(request, "/directive/%lld", (long long)v.d->id),
                      tier_say(request, MSG_DIRECTIVE_SAID_WITHDRAWN), STR_NONE);
    return ERR_NONE;
}

static const struct route routes[] = {
    {GET, "/directives", directives_show, RIGHT_READ, READS, NULL},
    {GET, "/directives.xlsx", directives_show, RIGHT_READ, READS, NULL},
    {GET, "/directives.csv", directives_show, RIGHT_READ, READS, NULL},
    {GET, "/directive/new", issue_new_show, RIGHT_DRAFT, READS, NULL},
    {POST, "/directive/new", issue_new_post, RIGHT_DRAFT, CHANGES, NULL},
    {GET, "/letter/{id}/issue", issue_letter_show, RIGHT_DRAFT, READS, NULL},
    {POST, "/letter/{id}/issue", issue_letter_post, RIGHT_DRAFT, CHANGES, NULL},
    {GET, "/directive/{id}", directive_show, RIGHT_READ, READS, NULL},
    {GET, "/directive/{id}/draft", draft_show, RIGHT_DRAFT, READS, NULL},
    {GET, "/directive/{id}/edit", draft_edit_show, RIGHT_DRAFT, READS, NULL},
    {POST, "/directive/{id}/edit", draft_edit_do, RIGHT_DRAFT, CHANGES, NULL},
    {GET, "/directive/{id}/delete", draft_delete_show, RIGHT_DRAFT, READS, NULL},
    {POST, "/directive/{id}/delete", draft_delete_do, RIGHT_DRAFT, CHANGES, NULL},
    {POST, "/directive/{id}/issue", draft_issue, RIGHT_ISSUE, CHANGES | SLOW, NULL},
    {GET, "/directive/{id}/units", units_show, RIGHT_READ, READS, NULL},
    {GET, "/directive/{id}/units.xlsx", units_show, RIGHT_READ, READS, NULL},
    {GET, "/directive/{id}/units.csv", units_show, RIGHT_READ, READS, NULL},
    {GET, "/directive/{id}/people", people_show, RIGHT_READ, READS, NULL},
    {GET, "/directive/{id}/people.xlsx", people_show, RIGHT_READ, READS, NULL},
    {GET, "/directive/{id}/people.csv", people_show, RIGHT_READ, READS, NULL},
    {POST, "/directive/{id}/acknowledge", directive_ack, RIGHT_ACKNOWLEDGE, CHANGES, NULL},
    {POST, "/directive/{id}/freeze", directive_freeze, RIGHT_REPORT, CHANGES | SLOW, NULL},
    {GET, "/directive/{id}/withdraw", withdraw_show, RIGHT_ISSUE, READS, NULL},
    {POST, "/directive/{id}/withdraw", withdraw_do, RIGHT_ISSUE, CHANGES | SLOW, NULL},
    {GET, "/rows", rows_show, RIGHT_READ, READS, NULL},
    {GET, "/rows.xlsx", rows_show, RIGHT_READ, READS, NULL},
    {GET, "/rows.csv", rows_show, RIGHT_READ, READS, NULL},
    {GET, "/rows/message", rows_message, RIGHT_READ, READS, NULL},
};
const struct route_list directive_routes = {routes, ARRAY_LEN(routes)};
