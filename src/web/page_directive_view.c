#include "web/page_directive_view.h"

#include "duty/readers.h"

struct str view_rows_href(const struct view *v, const char *more)
{
    return app_href(v->request, "/rows?directive=%lld&unit=%lld%.*s%s", (long long)v->d->id, (long long)v->root_id,
                    STR_ARG(v->as_of), more);
}

struct str view_units_href(const struct view *v, struct str state)
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
void view_banner(const struct view *v, struct layout_frame *frame, const char *page)
{
    if (!v->is_past)
        return;
    frame->as_of = v->day;
    frame->today_href =
        app_href(v->request, "/directive/%lld%s?unit=%lld", (long long)v->d->id, page, (long long)v->root_id);
}

enum err_code view_open(struct request *request, struct db *db, struct view *v, struct err *err)
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
enum err_code view_board(struct view *v, struct err *err)
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

enum err_code view_crumbs(const struct view *v, struct pg_crumb_list *ret_crumbs, struct str last, struct err *err)
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

const enum duty_state view_legend_order[DUTY_STATE_COUNT] = {DUTY_LATE,  DUTY_BIRTH, DUTY_UNSEEN, DUTY_DUE, DUTY_ACK,
                                                             DUTY_DOING, DUTY_OK,    DUTY_WAIVED, DUTY_NA};

static struct pg_missing_row unit_row(const struct view *v, int64_t unit_id, int worst, struct opt_i64 due)
{
    struct request *request = v->request;
    enum page_state state = app_page_state(worst);
    bool is_for_good = due.has && due.v >= CIVIL_FOREVER - 1;
    civil_day until = worst == DUTY_OK && due.has && !is_for_good ? (civil_day)due.v : CIVIL_NONE;
    return (struct pg_missing_row){
        .href = app_href(request, "/rows?directive=%lld&unit=%lld%.*s", (long long)v->d->id, (long long)unit_id,
                         STR_ARG(v->as_of)),
        .state = state,
        .word = words_state(request->arena, request->lang, state, v->day, due.has ? (civil_day)due.v : v->day, until),
        .reminded = CIVIL_NONE,
    };
}

struct board_filter view_unit_filter(const struct unit_ask *ask)
{
    return (struct board_filter){.state = ask->state, .kind = ask->kind, .search = ask->search, .owes = true};
}

enum err_code view_unit_rows(const struct view *v, const struct unit_ask *ask, struct pg_missing_row_list *ret_rows,
                             struct err *err)
{
    struct arena *arena = v->request->arena;
    const struct board *board = &v->board;
    const struct board_filter filter = view_unit_filter(ask);
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
