#include "asset/device.h"
#include "duty/freeze.sql.h"
#include "duty/page_directive.sql.h"
#include "duty/readers.h"
#include "duty/rows.h"
#include "org/unit.sql.h"
#include "web/kit.h"
#include "web/page_directive_view.h"
#include "web/wall.h"

#define MISSING_ROWS   12
#define TREND_MONTHS   12
#define FROZEN_ROWS    8
#define TREE_ROWS      12 /* worst first; the others are one tap away */
#define TREE_MORE_ROWS 40u

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

/* What is not there is not shown; every number opens to its rows. */
static enum err_code view_legend(const struct view *v, const int64_t n[DUTY_STATE_COUNT], struct str href,
                                 struct pg_legend_list *ret_legend, struct err *err)
{
    struct pg_legend *rows = arena_new_array(v->request->arena, struct pg_legend, DUTY_STATE_COUNT);
    if (!rows)
        return arena_full(v->request->arena, err);
    size_t count = 0;
    for (size_t i = 0; i < DUTY_STATE_COUNT; i++) {
        enum duty_state state = view_legend_order[i];
        if (n[state])
            rows[count++] =
                (struct pg_legend){app_page_state((int)state), n[state], tier_state(v->request, (int)state),
                                   app_href(v->request, "%.*s%s", STR_ARG(href), duty_state_to_str((int)state))};
    }
    *ret_legend = (struct pg_legend_list){rows, count};
    return ERR_NONE;
}

/* Late and unseen first, with whom to call; the three rows above name the first of them. */
static enum err_code view_missing(struct view *v, struct page_directive *page, struct err *err)
{
    struct arena *arena = v->request->arena;
    struct pg_missing_row_list worst;
    TRY(view_unit_rows(
        v,
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
                                .state = tier_look(v->request, r, &word),
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
    size_t people = 0, have_read = 0;
    TRY(readers_count(v->db, &v->board, v->d->id, v->day, v->is_past, arena, &people, &have_read, err));
    if (people)
        four[n++] = (struct pg_denominator){tier_say(request, MSG_DIRECTIVE_FOUR_PERSON),
                                            words_tenths((int64_t)have_read, (int64_t)people), (int64_t)have_read,
                                            (int64_t)people,
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
            four[n++] = (struct pg_denominator){tier_say(request, MSG_DIRECTIVE_FOUR_DEVICE),
                                                words_tenths(devices.is_protected, all), devices.is_protected, all,
                                                request->session.rights & RIGHT_ASSET_READ
                                                    ? app_href(request, "/devices?unit=%lld&edge=%.*s&state=protected",
                                                               (long long)v->root_id, STR_ARG(v->d->edge_kind))
                                                    : STR("")};
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

/* What was frozen of it from this unit, each with its file. */
static enum err_code view_frozen(const struct view *v, struct page_directive *page, struct err *err)
{
    struct request *request = v->request;
    struct sql_freeze_list_rows frozen;
    TRY(sql_freeze_list(v->db, &v->actor, request->arena,
                        &(struct sql_freeze_list_args){
                            .root_id = v->root_id, .directive_id = OPT_I64(v->d->id), .limit_count = FROZEN_ROWS},
                        &frozen, err));
    struct pg_frozen_row *rows = arena_new_array(request->arena, struct pg_frozen_row, frozen.count + 1);
    if (!rows)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < frozen.count; i++) {
        const struct sql_freeze_list_row *z = &frozen.items[i];
        struct str at = kit_vn_ms(request, z->at_ms), hash = kit_hash(request, z->hash);
        rows[i] = (struct pg_frozen_row){
            .title = msg_str(request->arena, request->lang, MSG_DIRECTIVE_FROZEN_ROW, z->row_count,
                             MSG_ARGS(ARG_INT("n", z->row_count), ARG_DAY("day", (civil_day)z->as_of_day))),
            .about = msg_str(request->arena, request->lang, MSG_DIRECTIVE_FROZEN_ABOUT, 0,
                             MSG_ARGS(ARG_STR("at", at), ARG_STR("hash", hash))),
            .by = z->by_name,
            .href = app_href(request, "/freeze/%lld/annex.xlsx", (long long)z->id)};
    }
    page->frozen = (struct pg_frozen_row_list){rows, frozen.count};
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
    if (is_open && !v->is_past && (request->session.rights & RIGHT_DRAFT) && v->root_id == request->session.unit_id)
        page->answer_href = app_href(request, "/reports/answer?directive=%lld", (long long)d->id);
    if (may_freeze && !v->is_past)
        TRY(view_frozen(v, page, err));
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
    frame->who_href = app_href(request, "/unit/%lld/who", (long long)v.root_id);
    page.frame = frame;
    struct page_out o = response_page(request, response, str_is_empty(page.as_of_error) ? 200 : 422);
    page_directive(&o, &page);
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
    {GET, "/directive/{id}/units", directive_units_show, RIGHT_READ, READS, NULL},
    {GET, "/directive/{id}/units.xlsx", directive_units_show, RIGHT_READ, READS, NULL},
    {GET, "/directive/{id}/units.csv", directive_units_show, RIGHT_READ, READS, NULL},
    {GET, "/directive/{id}/people", directive_people_show, RIGHT_READ, READS, NULL},
    {GET, "/directive/{id}/people.xlsx", directive_people_show, RIGHT_READ, READS, NULL},
    {GET, "/directive/{id}/people.csv", directive_people_show, RIGHT_READ, READS, NULL},
    {POST, "/directive/{id}/acknowledge", directive_ack, RIGHT_ACKNOWLEDGE, CHANGES, NULL},
    {POST, "/directive/{id}/freeze", directive_freeze, RIGHT_REPORT, CHANGES | SLOW, NULL},
    {GET, "/directive/{id}/withdraw", directive_withdraw_show, RIGHT_ISSUE, READS, NULL},
    {POST, "/directive/{id}/withdraw", directive_withdraw_do, RIGHT_ISSUE, CHANGES | SLOW, NULL},
    {GET, "/rows", rows_show, RIGHT_READ, READS, NULL},
    {GET, "/rows.xlsx", rows_show, RIGHT_READ, READS, NULL},
    {GET, "/rows.csv", rows_show, RIGHT_READ, READS, NULL},
    {GET, "/rows/message", rows_message, RIGHT_READ, READS, NULL},
};
const struct route_list directive_routes = {routes, ARRAY_LEN(routes)};
