#include <stdlib.h>

#include "duty/directive.h"
#include "duty/page_directive.sql.h"
#include "duty/rollup.h"
#include "duty/rollup.sql.h"
#include "duty/rows.h"
#include "know/know.h"
#include "org/unit.h"
#include "web/page_directive.h"

#define MESSAGE_UNITS 50

/* What is asked for in the address; the same for the page, the file and the messages. */
struct asked {
    struct request *request;
    struct db *db;
    struct actor actor;
    int64_t root_id;
    struct str edge_kind;
    struct sql_directive_get_row *d; /* NULL: every directive */
    struct opt_i64 obligation_id;
    struct str catalogue, denominator, kind, search, q;
    int state;
    bool waiting;
    civil_day today, as_of; /* as_of CIVIL_NONE: today */
};

static struct str or_null(struct str s)
{
    return str_is_empty(s) ? STR_NONE : s;
}

static enum err_code ask(struct request *request, struct db *db, struct asked *a, struct err *err)
{
    *a = (struct asked){.request = request,
                        .db = db,
                        .actor = app_actor(request),
                        .catalogue = or_null(form_get(&request->query, STR("catalogue"))),
                        .denominator = or_null(form_get(&request->query, STR("denominator"))),
                        .kind = or_null(form_get(&request->query, STR("kind"))),
                        .search = app_search(request, STR("q")),
                        .q = str_trim(form_get(&request->query, STR("q"))),
                        .state = tier_state_asked(request),
                        .waiting = str_equal(form_get(&request->query, STR("waiting")), STR("1")),
                        .today = app_today(request),
                        .as_of = CIVIL_NONE};
    int64_t directive_id, obligation_id;
    TRY(app_int(request, STR("directive"), 0, &directive_id, err));
    TRY(app_int(request, STR("obligation"), 0, &obligation_id, err));
    TRY(app_day(request, STR("as_of"), &a->as_of, err));
    if (a->as_of >= a->today || a->waiting) /* what waits to be decided waits today */
        a->as_of = CIVIL_NONE;
    a->obligation_id = (struct opt_i64){obligation_id != 0, obligation_id};
    if (directive_id) {
        TRY(sql_directive_get(db, &a->actor, request->arena, &(struct sql_directive_get_args){.id = directive_id},
                              &a->d, err));
        if (!a->d)
            return err_set(err, ERR_NOT_FOUND, "no such directive");
    }
    TRY(tier_root(request, db, a->d ? a->d->issuer_id : 0, &a->root_id, err));
    return a->d ? tier_edge(request, db, &a->actor, a->d->issuer_id, a->d->edge_kind, a->root_id, &a->edge_kind, err)
                : app_edge(request, db, &a->actor, a->root_id, &a->edge_kind, err);
}

#define ASKED_PARAMS 11
static void asked_params(const struct asked *a, struct link_param params[ASKED_PARAMS])
{
    const struct link_param all[ASKED_PARAMS] = {
        {"directive", link_id(a->request, a->d ? a->d->id : 0)},
        {"unit", link_id(a->request, a->root_id)},
        {"catalogue", a->catalogue},
        {"obligation", link_id(a->request, a->obligation_id.has ? a->obligation_id.v : 0)},
        {"denominator", a->denominator},
        {"waiting", a->waiting ? STR("1") : STR("")},
        {"as_of", a->as_of == CIVIL_NONE ? STR("") : tier_day(a->request, a->as_of)},
        {"state", tier_state_param(a->state)},
        {"kind", a->kind},
        {"q", a->q},
        {"edge", request_field(a->request, STR("edge"))},
    };
    memcpy(params, all, sizeof all);
}
enum { PARAM_AS_OF = 6, PARAM_STATE = 7, PARAM_KIND = 8, PARAM_Q = 9 };

static enum err_code rows_find(const struct asked *a, int64_t limit, int64_t offset, struct duty_rows *ret_rows,
                               int64_t n[DUTY_STATE_COUNT], struct err *err)
{
    const struct rows_filter filter = {.root_id = a->root_id,
                                       .scope_id = a->d ? a->d->id : 0,
                                       .edge_kind = a->edge_kind,
                                       .as_of = a->as_of,
                                       .catalogue_id = a->catalogue,
                                       .obligation_id = a->obligation_id.v,
                                       .denominator = a->denominator,
                                       .unit_kind = a->kind,
                                       .search = a->search,
                                       .waiting = a->waiting && a->as_of == CIVIL_NONE};
    bool is_in[DUTY_STATE_COUNT];
    for (int i = 0; i < DUTY_STATE_COUNT; i++)
        is_in[i] = a->state == STATE_ANY || a->state == i ||
                   (a->state == STATE_LATE_ALL && (i == DUTY_LATE || i == DUTY_BIRTH));
    struct rows_seen seen;
    TRY(rows_read(a->db, &a->actor, &filter, a->request->arena, &seen, err));
    memcpy(n, seen.n, sizeof seen.n);
    return rows_page(a->db, &filter, &seen, is_in, limit, offset, a->request->arena, ret_rows, err);
}

/* What was known of a row on the day that is looked at. */
static struct duty_facts facts_of(const struct duty_row *r)
{
    return (struct duty_facts){.issued_day = r->issued_day,
                               .due_day = r->due_day.has ? (civil_day)r->due_day.v : CIVIL_NONE,
                               .is_periodic = r->period_months.has,
                               .acked_day = CIVIL_NONE,
                               .started_day = CIVIL_NONE,
                               .covered_from_day =
                                   r->covered_from_day.has ? (civil_day)r->covered_from_day.v : CIVIL_NONE,
                               .covered_to_day = r->covered_to_day.has ? (civil_day)r->covered_to_day.v : CIVIL_NONE,
                               .na_from_day = CIVIL_NONE,
                               .waived_to_day = r->waived_to_day.has ? (civil_day)r->waived_to_day.v : CIVIL_NONE,
                               .closed_day = CIVIL_NONE,
                               .soon_days = r->soon_days};
}

static enum err_code lines_today(const struct asked *a, const struct duty_rows *found,
                                 struct pg_duty_line_list *ret_lines, struct err *err)
{
    struct request *request = a->request;
    struct pg_duty_line *lines = arena_new_array(request->arena, struct pg_duty_line, found->count + 1);
    if (!lines)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < found->count; i++) {
        const struct duty_row *r = &found->items[i];
        bool is_late = r->state == DUTY_LATE || r->state == DUTY_BIRTH;
        struct duty_facts facts = facts_of(r);
        lines[i] = (struct pg_duty_line){
            .unit = r->unit_name,
            .unit_href = app_href(request, "/unit/%lld", (long long)r->unit_id),
            .title = r->title,
            .href = app_href(request, "/duty/%lld", (long long)r->id),
            .about = or_null(r->subject_name).ptr ? r->subject_name : r->catalogue_id,
            .state = app_page_state(r->state),
            .word = app_state_word(request, &facts, r->state, r->waits, a->today),
            .due = duty_next_due(&facts, a->today),
            .who = r->focal_name,
            .tel = r->focal_phone,
            .urge_href = is_late ? app_href(request, "/rows/message?directive=%lld&unit=%lld&state=late_all",
                                            (long long)r->directive_id, (long long)r->unit_id)
                                 : STR_NONE};
    }
    *ret_lines = (struct pg_duty_line_list){lines, found->count};
    return ERR_NONE;
}

static enum err_code lines_past(const struct asked *a, const struct duty_rows *found,
                                struct pg_duty_line_list *ret_lines, struct err *err)
{
    struct request *request = a->request;
    struct pg_duty_line *lines = arena_new_array(request->arena, struct pg_duty_line, found->count + 1);
    if (!lines)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < found->count; i++) {
        const struct duty_row *r = &found->items[i];
        struct duty_facts facts = facts_of(r);
        lines[i] = (struct pg_duty_line){
            .unit = r->unit_name,
            .unit_href =
                app_href(request, "/unit/%lld?as_of=%.*s", (long long)r->unit_id, STR_ARG(tier_day(request, a->as_of))),
            .title = r->title,
            .href = app_href(request, "/duty/%lld?as_of=%.*s", (long long)r->id, STR_ARG(tier_day(request, a->as_of))),
            .about = str_is_empty(r->subject_name) ? r->catalogue_id : r->subject_name,
            .state = app_page_state(r->state),
            .word = app_state_word(request, &facts, r->state, r->waits, a->as_of),
            .due = duty_next_due(&facts, a->as_of),
            .who = r->focal_name,
            .tel = r->focal_phone};
    }
    *ret_lines = (struct pg_duty_line_list){lines, found->count};
    return ERR_NONE;
}

static enum err_code rows_file(struct request *request, struct response *response, struct pg_duty_line_list lines,
                               struct err *err)
{
    const struct sheet_column columns[] = {
        {tier_say(request, MSG_DIRECTIVE_UNIT), SHEET_TEXT, 44},
        {tier_say(request, MSG_DIRECTIVE_DUTY), SHEET_TEXT, 50},
        {tier_say(request, MSG_LETTER_OBLIGATIONS), SHEET_TEXT, 20},
        {tier_say(request, MSG_DIRECTIVE_STATE), SHEET_TEXT, 24},
        {tier_say(request, MSG_LETTER_DEADLINE), SHEET_DATE, 12},
        {tier_say(request, MSG_DIRECTIVE_FOCAL), SHEET_TEXT, 28},
        {tier_say(request, MSG_DIRECTIVE_PHONE), SHEET_TEXT, 16},
    };
    struct sheet_cell *cells = arena_new_array(request->arena, struct sheet_cell, lines.count * ARRAY_LEN(columns) + 1);
    if (!cells)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < lines.count; i++) {
        struct sheet_cell *c = cells + i * ARRAY_LEN(columns);
        c[0] = cell_text(lines.items[i].unit);
        c[1] = cell_text(lines.items[i].title);
        c[2] = cell_text(lines.items[i].about);
        c[3] = cell_text(lines.items[i].word);
        c[4] = cell_day(lines.items[i].due);
        c[5] = cell_text(lines.items[i].who);
        c[6] = cell_text(lines.items[i].tel);
    }
    return listing_respond(request, response, listing_file_of(request), tier_say(request, MSG_ROWS_FILE), columns,
                           ARRAY_LEN(columns), cells, lines.count, err);
}

static const enum duty_state tab_order[DUTY_STATE_COUNT] = {DUTY_LATE,  DUTY_BIRTH, DUTY_UNSEEN, DUTY_DUE, DUTY_ACK,
                                                            DUTY_DOING, DUTY_OK,    DUTY_WAIVED, DUTY_NA};

static int64_t count_of(const int64_t n[DUTY_STATE_COUNT], int state)
{
    int64_t total = 0;
    for (int i = 0; i < DUTY_STATE_COUNT; i++)
        total += n[i];
    return state == STATE_ANY ? total : state == STATE_LATE_ALL ? n[DUTY_LATE] + n[DUTY_BIRTH] : n[state];
}

static size_t make_tabs(const struct asked *a, const int64_t n[DUTY_STATE_COUNT],
                        struct pg_tab tabs[DUTY_STATE_COUNT + 2])
{
    size_t count = 0;
    for (int i = -2; i < DUTY_STATE_COUNT; i++) {
        int s = i == -2 ? STATE_ANY : i == -1 ? STATE_LATE_ALL : (int)tab_order[i];
        int64_t k = count_of(n, s);
        if (!k && s != a->state && s != STATE_ANY)
            continue;
        struct link_param params[ASKED_PARAMS];
        asked_params(a, params);
        params[PARAM_STATE].value = tier_state_param(s);
        tabs[count++] =
            (struct pg_tab){s == STATE_ANY ? tier_say(a->request, MSG_DIRECTIVE_TAB_ALL) : tier_state(a->request, s), k,
                            link_make(a->request, STR("/rows"), params, ASKED_PARAMS),
                            s == STATE_ANY        ? PAGE_STATE_NONE
                            : s == STATE_LATE_ALL ? PAGE_STATE_LATE
                                                  : app_page_state(s),
                            s == a->state};
    }
    return count;
}

static enum err_code make_kinds(const struct asked *a, struct pg_option_list *ret_kinds, struct err *err)
{
    struct access_kind_list rows;
    TRY(access_kinds(a->db, &a->actor, a->root_id, a->edge_kind, a->as_of == CIVIL_NONE ? a->today : a->as_of, false,
                     a->request->arena, &rows, err));
    struct pg_option *kinds = arena_new_array(a->request->arena, struct pg_option, rows.count + 1);
    if (!kinds)
        return arena_full(a->request->arena, err);
    for (size_t i = 0; i < rows.count; i++)
        kinds[i] = (struct pg_option){rows.items[i].kind, tier_kind(a->request, rows.items[i].kind),
                                      str_equal(rows.items[i].kind, a->kind)};
    *ret_kinds = (struct pg_option_list){kinds, rows.count > 1 ? rows.count : 0};
    return ERR_NONE;
}

static struct str rows_lead(const struct asked *a)
{
    struct arena *arena = a->request->arena;
    const struct know_obligation *known = str_is_empty(a->catalogue) ? NULL : know_obligation_find(a->catalogue);
    struct str lead = a->d ? a->d->title : STR("");
    if (known)
        lead =
            arena_printf(arena, "%.*s%s%.*s %.*s", STR_ARG(lead), str_is_empty(lead) ? "" : " · ", STR_ARG(known->id),
                         STR_ARG(a->request->lang == LANG_VI ? known->title.vi : known->title.en));
    if (a->as_of != CIVIL_NONE)
        lead = arena_printf(
            arena, "%.*s %.*s", STR_ARG(lead),
            STR_ARG(msg_str(arena, a->request->lang, MSG_ROWS_LEAD_AS_OF, 0, MSG_ARGS(ARG_DAY("day", a->as_of)))));
    return lead;
}

enum err_code rows_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct asked a;
    TRY(ask(request, db, &a, err));
    enum listing_file file = listing_file_of(request);
    int64_t page = listing_page(request), n[DUTY_STATE_COUNT] = {0};
    int64_t limit = file == LISTING_PAGE ? LISTING_PAGE_ROWS : LISTING_SHEET_ROWS,
            offset = file == LISTING_PAGE ? (page - 1) * LISTING_PAGE_ROWS : 0;
    struct pg_duty_line_list lines;
    struct duty_rows found;
    TRY(rows_find(&a, limit, offset, &found, n, err));
    TRY(a.as_of == CIVIL_NONE ? lines_today(&a, &found, &lines, err) : lines_past(&a, &found, &lines, err));
    if (file != LISTING_PAGE)
        return rows_file(request, response, lines, err);
    struct link_param params[ASKED_PARAMS];
    asked_params(&a, params);
    int64_t shown = count_of(n, a.state);
    struct pg_tab tabs[DUTY_STATE_COUNT + 2];
    struct pg_hidden keep[ASKED_PARAMS], kind_keep[ASKED_PARAMS];
    size_t keep_count = 0, kind_count = 0;
    for (size_t i = 0; i < ASKED_PARAMS; i++) {
        if (str_is_empty(params[i].value))
            continue;
        if (i != PARAM_Q)
            keep[keep_count++] = (struct pg_hidden){str_from_cstr(params[i].name), params[i].value};
        if (i != PARAM_KIND)
            kind_keep[kind_count++] = (struct pg_hidden){str_from_cstr(params[i].name), params[i].value};
    }
    struct part_pager pager =
        listing_pager(request, STR("/rows"), params, ASKED_PARAMS, page, (int64_t)lines.count, shown, lines.count > 0);
    struct str state = a.waiting ? tier_say(request, MSG_ROWS_WAITING) : tier_state(request, a.state);
    struct page_rows p = {
        .title = str_is_empty(state) ? tier_say_n(request, MSG_ROWS_TITLE_ALL, shown)
                                     : msg_str(request->arena, request->lang, MSG_ROWS_TITLE, shown,
                                               MSG_ARGS(ARG_INT("n", shown), ARG_STR("state", state))),
        .lead = rows_lead(&a),
        .q = a.q,
        .keep = {keep, keep_count},
        .tabs = {tabs, make_tabs(&a, n, tabs)},
        .kind_keep = {kind_keep, kind_count},
        .rows = lines,
        .from = pager.from,
        .to = pager.to,
        .total = pager.total,
        .prev_href = pager.prev_href,
        .next_href = pager.next_href,
        .excel_href = pager.excel_href,
        .csv_href = pager.csv_href,
        .clear_href = a.d ? app_href(request, "/rows?directive=%lld", (long long)a.d->id) : STR("/rows"),
    };
    TRY(make_kinds(&a, &p.kinds, err));
    if (a.as_of == CIVIL_NONE && count_of(n, STATE_LATE_ALL)) {
        params[PARAM_STATE].value = STR("late_all");
        p.urge_href = link_make(request, STR("/rows/message"), params, ASKED_PARAMS);
    }
    struct layout_frame *frame = web_frame(request, p.title, STR("directives"));
    if (!frame)
        return arena_full(request->arena, err);
    frame->as_of = a.as_of;
    if (a.as_of != CIVIL_NONE) {
        asked_params(&a, params);
        params[PARAM_AS_OF].value = STR("");
        frame->today_href = link_make(request, STR("/rows"), params, ASKED_PARAMS);
    }
    p.frame = frame;
    struct page_out o = response_page(request, response, 200);
    page_rows(&o, &p);
    return ERR_NONE;
}

/* --- words to send --- */

static enum err_code message_words(const struct asked *a, const struct duty_row *rows, size_t count, struct str from,
                                   struct str *ret_words, struct err *err)
{
    struct arena *arena = a->request->arena;
    enum lang lang = a->request->lang;
    AUTO_BUF buf;
    buf_init(&buf, 64u << 10);
    msg_print(&buf, lang, MSG_ROWS_DEAR, 0,
              MSG_ARGS(ARG_STR("unit", rows[0].unit_name), ARG_STR("from", from), ARG_INT("n", (int64_t)count)));
    for (size_t i = 0; i < count; i++) {
        struct str about = str_is_empty(rows[i].subject_name)
                               ? STR("")
                               : arena_printf(arena, " (%.*s)", STR_ARG(rows[i].subject_name));
        buf_put_byte(&buf, '\n');
        if (rows[i].due_day.has)
            msg_print(&buf, lang, MSG_ROWS_ITEM, 0,
                      MSG_ARGS(ARG_STR("title", rows[i].title), ARG_STR("about", about),
                               ARG_DAY("day", (civil_day)rows[i].due_day.v)));
        else
            msg_print(&buf, lang, MSG_ROWS_ITEM_NO_DAY, 0,
                      MSG_ARGS(ARG_STR("title", rows[i].title), ARG_STR("about", about)));
    }
    buf_put_byte(&buf, '\n');
    buf_put(&buf, tier_say(a->request, MSG_ROWS_CLOSE));
    return buf_to_arena(&buf, arena, ret_words, err);
}

static int compare_rows(const void *x, const void *y)
{
    const struct duty_row *a = x, *b = y;
    return a->unit_id < b->unit_id ? -1 : a->unit_id > b->unit_id ? 1 : a->id < b->id ? -1 : a->id > b->id;
}

enum err_code rows_message(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct asked a;
    TRY(ask(request, db, &a, err));
    a.state = STATE_LATE_ALL;
    int64_t n[DUTY_STATE_COUNT] = {0};
    struct duty_rows found;
    TRY(rows_find(&a, LISTING_SHEET_ROWS, 0, &found, n, err));
    qsort(found.items, found.count, sizeof *found.items, compare_rows);
    struct str from;
    TRY(tier_unit_name(request, db, request->session.unit_id, &from, err));
    struct pg_message *messages = arena_new_array(request->arena, struct pg_message, MESSAGE_UNITS);
    if (!messages)
        return arena_full(request->arena, err);
    size_t count = 0;
    for (size_t i = 0; i < found.count && count < MESSAGE_UNITS;) {
        size_t end = i;
        while (end < found.count && found.items[end].unit_id == found.items[i].unit_id)
            end++;
        struct pg_message *m = &messages[count++];
        *m = (struct pg_message){.no = (int64_t)count,
                                 .unit = found.items[i].unit_name,
                                 .who = found.items[i].focal_name,
                                 .tel = found.items[i].focal_phone};
        TRY(message_words(&a, found.items + i, end - i, from, &m->words, err));
        i = end;
    }
    struct link_param params[ASKED_PARAMS];
    asked_params(&a, params);
    struct page_rows_message p = {
        .title = tier_say_n(request, MSG_ROWS_URGE_TITLE, (int64_t)count),
        .lead = tier_say(request, MSG_ROWS_URGE_LEAD),
        .back_href = link_make(request, STR("/rows"), params, ASKED_PARAMS),
        .rows = {messages, count},
    };
    p.frame = web_frame(request, p.title, STR("directives"));
    if (!p.frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, 200);
    page_rows_message(&o, &p);
    return ERR_NONE;
}
