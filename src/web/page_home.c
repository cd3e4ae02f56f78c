#include <stdlib.h>

#include "duty/board.h"
#include "duty/page_home.sql.h"
#include "duty/request.sql.h"
#include "know/know.h"
#include "org/unit.h"
#include "web/hedge.h"
#include "web/listing.h"
#include "web/page_home.h"
#include "web/words.h"

#define FIRST_ROWS 3
#define NEXT_ROWS  12
#define BELOW_ROWS 20

static struct str count_text(const struct request *request, enum msg_id id, int64_t n)
{
    return msg_str(request->arena, request->lang, id, n, MSG_ARGS(ARG_INT("n", n)));
}

enum err_code home_place(struct request *request, struct place *place, struct err *err)
{
    struct actor actor = app_actor(request);
    TRY(app_unit(request, &place->unit_id, err));
    place->unit_name = request->session.unit;
    TRY(sql_person_self_grants(place->db, &actor, request->arena,
                               &(struct sql_person_self_grants_args){.on_day = app_today(request)}, &place->grants,
                               err));
    for (size_t i = 0; i < place->grants.count; i++) {
        const struct sql_person_self_grants_row *g = &place->grants.items[i];
        place->all_rights |= (uint64_t)g->rights;
        if (g->unit_id == place->unit_id)
            place->own_rights |= (uint64_t)g->rights;
        if (!str_is_empty(g->edge_kind) && (uint64_t)g->rights & RIGHT_READ && !place->above)
            place->above = g;
    }
    if (request->session.is_token)
        place->all_rights &= request->session.rights;
    return ERR_NONE;
}

/* --- what one unit owes --- */
enum err_code home_owed(struct request *request, const struct place *place, struct owed_list *ret_list, struct err *err)
{
    struct actor actor = app_actor_with(request, RIGHT_READ);
    civil_day today = app_today(request);
    struct sql_assignment_list_unit_rows rows = {0};
    if (place->unit_id)
        TRY(sql_assignment_list_unit(
            place->db, &actor, request->arena,
            &(struct sql_assignment_list_unit_args){.unit_id = place->unit_id, .on_day = today}, &rows, err));
    struct owed *items = arena_new_array(request->arena, struct owed, rows.count + 1);
    if (!items)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < rows.count; i++) {
        items[i].row = &rows.items[i];
        items[i].facts = kit_duty_facts(&rows.items[i]);
        items[i].state = app_page_state((int)rows.items[i].state);
        items[i].word =
            app_state_word(request, &items[i].facts, (int)rows.items[i].state, rows.items[i].waits > 0, today);
    }
    *ret_list = (struct owed_list){items, rows.count};
    return ERR_NONE;
}

static struct pg_task_row task_row(const struct request *request, const struct owed *o)
{
    civil_day due = duty_next_due(&o->facts, app_today(request));
    struct str when = STR_NONE;
    if (due != CIVIL_NONE && o->state != PAGE_STATE_OK && o->state != PAGE_STATE_NA && o->state != PAGE_STATE_WAIVED)
        when = msg_str(request->arena, request->lang, MSG_HOME_ROW_BY, 0, MSG_ARGS(ARG_DAY("day", due)));
    struct str title = o->row->title;
    if (!str_is_empty(o->row->subject_name))
        title = arena_printf(request->arena, "%.*s: %.*s", STR_ARG(o->row->title), STR_ARG(o->row->subject_name));
    return (struct pg_task_row){.title = title,
                                .href = app_href(request, "/duty/%lld", (long long)o->row->id),
                                .state = o->state,
                                .word = o->word,
                                .when = when};
}

struct str home_source(const struct request *request, struct str number, struct str symbol, struct str title)
{
    if (!str_is_empty(number) && !str_is_empty(symbol))
        return arena_printf(request->arena, "%.*s/%.*s", STR_ARG(number), STR_ARG(symbol));
    return title;
}

static struct str by_text(const struct request *request, civil_day due, struct str from)
{
    if (due == CIVIL_NONE)
        return msg_str(request->arena, request->lang, MSG_HOME_NO_DAY, 0, MSG_ARGS(ARG_STR("from", from)));
    return msg_str(request->arena, request->lang, MSG_HOME_BY_FROM, 0,
                   MSG_ARGS(ARG_DAY("day", due), ARG_STR("from", from)));
}

/* --- the first three rows ---
 * A directive the person has not read stands for all its duties: reading it is the next thing to do. Then late, late by
 * birth, and what is due soon. */
struct urgent {
    int rank;
    civil_day due;
    const struct sql_home_unread_row *NULLABLE unread;
    const struct owed *NULLABLE owed;
};

static int urgent_compare(const void *left, const void *right)
{
    const struct urgent *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    civil_day x = a->due == CIVIL_NONE ? CIVIL_FOREVER : a->due, y = b->due == CIVIL_NONE ? CIVIL_FOREVER : b->due;
    return x < y ? -1 : x > y;
}

static int rank_of(enum page_state state)
{
    return state == PAGE_STATE_LATE     ? 0
           : state == PAGE_STATE_BIRTH  ? 1
           : state == PAGE_STATE_DUE    ? 2
           : state == PAGE_STATE_UNSEEN ? 3
                                        : 4;
}

static bool is_unread(const struct sql_home_unread_rows *unread, int64_t directive_id)
{
    for (size_t i = 0; i < unread->count; i++)
        if (unread->items[i].id == directive_id)
            return true;
    return false;
}

static struct pg_first_row unread_row(const struct request *request, const struct place *place,
                                      const struct sql_home_unread_row *row)
{
    civil_day today = app_today(request), due = row->due_day.has ? (civil_day)row->due_day.v : CIVIL_NONE;
    bool is_born_late = due != CIVIL_NONE && due < row->issued_day;
    enum page_state state = due == CIVIL_NONE                 ? PAGE_STATE_UNSEEN
                            : is_born_late                    ? PAGE_STATE_BIRTH
                            : due < today                     ? PAGE_STATE_LATE
                            : due - today <= know_soon_days() ? PAGE_STATE_DUE
                                                              : PAGE_STATE_UNSEEN;
    return (struct pg_first_row){
        .state = state,
        .word = words_state(request->arena, request->lang, state, today, due, CIVIL_NONE),
        .title = msg_str(request->arena, request->lang, MSG_HOME_READ_TITLE, 0, MSG_ARGS(ARG_STR("title", row->title))),
        .href = app_href(request, "/directive/%lld", (long long)row->id),
        .detail = by_text(request, due, row->issuer_name),
        .act = kit_text(request, MSG_HOME_READ),
        .post_href =
            app_href(request, "/directive/%lld/acknowledge?unit=%lld", (long long)row->id, (long long)place->unit_id)};
}

static struct pg_first_row owed_row(const struct request *request, const struct place *place, const struct owed *o)
{
    struct pg_task_row task = task_row(request, o);
    bool may = (place->own_rights & RIGHT_EXECUTE) && !o->row->waits; /* handed in: somebody else is next */
    return (struct pg_first_row){
        .state = o->state,
        .word = o->word,
        .title = task.title,
        .href = task.href,
        .detail = by_text(request, duty_next_due(&o->facts, app_today(request)),
                          home_source(request, o->row->number, o->row->symbol, o->row->directive_title)),
        .act = kit_text(request, may ? MSG_HOME_EVIDENCE : MSG_HOME_OPEN),
        .act_href = task.href};
}

static enum err_code fill_first(struct request *request, const struct place *place, const struct owed_list *owed,
                                const struct sql_home_unread_rows *unread, struct page_tasks *page, struct err *err)
{
    struct urgent *all = arena_new_array(request->arena, struct urgent, owed->count + unread->count + 1);
    struct pg_first_row *first = arena_new_array(request->arena, struct pg_first_row, FIRST_ROWS);
    struct pg_task_row *next = arena_new_array(request->arena, struct pg_task_row, NEXT_ROWS);
    if (!all || !first || !next)
        return arena_full(request->arena, err);
    civil_day today = app_today(request);
    int first_days = know_threshold(KNOW_FIRST_DUE, today);
    size_t n = 0;
    for (size_t i = 0; i < unread->count; i++) {
        struct pg_first_row row = unread_row(request, place, &unread->items[i]);
        all[n++] =
            (struct urgent){.rank = rank_of(row.state),
                            .due = unread->items[i].due_day.has ? (civil_day)unread->items[i].due_day.v : CIVIL_NONE,
                            .unread = &unread->items[i]};
    }
    for (size_t i = 0; i < owed->count; i++) {
        const struct owed *o = &owed->items[i];
        civil_day due = duty_next_due(&o->facts, today);
        bool is_open = rank_of(o->state) < 4 || o->state == PAGE_STATE_ACK || o->state == PAGE_STATE_DOING;
        bool is_near = rank_of(o->state) < 3 || duty_is_within(&o->facts, today, first_days);
        if (is_open && is_near && !is_unread(unread, o->row->directive_id))
            all[n++] = (struct urgent){.rank = rank_of(o->state), .due = due, .owed = o};
    }
    qsort(all, n, sizeof *all, urgent_compare);
    size_t shown = n < FIRST_ROWS ? n : FIRST_ROWS;
    for (size_t i = 0; i < shown; i++)
        first[i] = all[i].unread ? unread_row(request, place, all[i].unread) : owed_row(request, place, all[i].owed);
    size_t listed = 0;
    for (size_t i = 0; i < owed->count && listed < NEXT_ROWS; i++) {
        bool is_first = false;
        for (size_t f = 0; f < shown; f++)
            is_first |= all[f].owed == &owed->items[i];
        if (!is_first)
            next[listed++] = task_row(request, &owed->items[i]);
    }
    page->first = (struct pg_first_row_list){first, shown};
    page->first_count = (int64_t)shown;
    page->next = (struct pg_task_row_list){next, listed};
    page->total = (int64_t)owed->count;
    page->all_href = owed->count ? STR("/?all=1") : STR_NONE;
    return ERR_NONE;
}

/* --- the hedge of the unit --- */
static const struct {
    int state;
    enum msg_id word;
} legend_words[] = {
    {DUTY_LATE, MSG_HOME_STATE_LATE}, {DUTY_BIRTH, MSG_HOME_STATE_BIRTH},   {DUTY_UNSEEN, MSG_HOME_STATE_UNSEEN},
    {DUTY_DUE, MSG_HOME_STATE_DUE},   {DUTY_ACK, MSG_HOME_STATE_ACK},       {DUTY_DOING, MSG_HOME_STATE_DOING},
    {DUTY_OK, MSG_HOME_STATE_OK},     {DUTY_WAIVED, MSG_HOME_STATE_WAIVED}, {DUTY_NA, MSG_HOME_STATE_NA},
};

static enum err_code fill_hedge(struct request *request, const struct owed_list *owed, struct page_tasks *page,
                                struct err *err)
{
    enum page_state *states = arena_new_array(request->arena, enum page_state, owed->count + 1);
    struct pg_legend *legend = arena_new_array(request->arena, struct pg_legend, ARRAY_LEN(legend_words));
    if (!states || !legend)
        return arena_full(request->arena, err);
    int64_t counts[DUTY_STATE_COUNT] = {0};
    for (size_t i = 0; i < owed->count; i++) {
        states[i] = owed->items[i].state;
        if (owed->items[i].row->state >= 0 && owed->items[i].row->state < DUTY_STATE_COUNT)
            counts[owed->items[i].row->state]++;
    }
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(legend_words); i++)
        if (counts[legend_words[i].state])
            legend[n++] =
                (struct pg_legend){.state = app_page_state(legend_words[i].state),
                                   .n = counts[legend_words[i].state],
                                   .word = kit_text(request, legend_words[i].word),
                                   .href = app_href(request, "/?state=%s", duty_state_to_str(legend_words[i].state))};
    if (owed->count) {
        page->hedge = hedge_draw(request->arena, states, owed->count, 15);
        if (str_is_null(page->hedge.markup))
            return arena_full(request->arena, err);
    }
    page->legend = (struct pg_legend_list){legend, n};
    return ERR_NONE;
}

/* --- the units below: red ones first --- */
static struct str rows_href(const struct request *request, int64_t unit_id, struct str edge_kind, const char *state)
{
    struct link_param params[] = {{"unit", link_id(request, unit_id)},
                                  {"edge", str_equal(edge_kind, EDGE_ADMINISTRATIVE) ? STR("") : edge_kind},
                                  {"state", str_from_cstr(state)}};
    return link_make(request, STR("/rows"), params, ARRAY_LEN(params));
}

static struct pg_first_row below_first(const struct request *request, const struct board_child *r, int64_t owed)
{
    enum page_state state = r->n_late ? PAGE_STATE_LATE : r->n_unseen ? PAGE_STATE_UNSEEN : PAGE_STATE_DUE;
    struct str word = r->n_late     ? count_text(request, MSG_HOME_BELOW_WORD, r->n_late)
                      : r->n_unseen ? count_text(request, MSG_HOME_BELOW_UNSEEN_WORD, r->n_unseen)
                                    : count_text(request, MSG_HOME_BELOW_DUE_WORD, r->n_due);
    struct str href = app_href(request, "/unit/%lld", (long long)r->unit_id);
    const struct msg_arg args[] = {ARG_INT("done", r->n_ok), ARG_INT("owed", owed), ARG_INT("n", r->units)};
    return (struct pg_first_row){.state = state,
                                 .word = word,
                                 .title = r->name,
                                 .href = href,
                                 .detail = msg_str(request->arena, request->lang,
                                                   r->units > 1 ? MSG_HOME_BELOW_UNITS : MSG_HOME_BELOW_DETAIL,
                                                   r->units, args, r->units > 1 ? 3 : 2),
                                 .act = kit_text(request, MSG_HOME_BELOW_OPEN),
                                 .act_href = href};
}

static enum err_code fill_below(struct request *request, const struct place *place, struct page_tasks *page,
                                struct err *err)
{
    const struct sql_person_self_grants_row *root = place->above;
    if (!root)
        return ERR_NONE;
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct board board;
    struct board_children children;
    TRY(board_read(place->db, &actor, root->unit_id, ROLLUP_ALL, root->edge_kind, CIVIL_NONE, request->arena, &board,
                   err));
    TRY(board_children(&board, request->arena, &children, err));
    struct pg_first_row *first = arena_new_array(request->arena, struct pg_first_row, FIRST_ROWS);
    struct pg_below_row *rows = arena_new_array(request->arena, struct pg_below_row, BELOW_ROWS);
    if (!first || !rows)
        return arena_full(request->arena, err);
    size_t n = 0, listed = 0;
    int64_t red = 0;
    for (size_t i = 0; i < children.count; i++) {
        const struct board_child *r = &children.items[i];
        int64_t owed =
            r->n_unseen + r->n_ack + r->n_doing + r->n_ok + r->n_due + r->n_late + r->n_birth; /* not na, not waived */
        red += r->n_late > 0;
        if (n < FIRST_ROWS && (r->n_late || r->n_unseen || r->n_due)) {
            first[n++] = below_first(request, r, owed);
            continue;
        }
        if (listed == BELOW_ROWS)
            continue;
        rows[listed++] = (struct pg_below_row){.name = r->name,
                                               .href = app_href(request, "/unit/%lld", (long long)r->unit_id),
                                               .late = r->n_late,
                                               .late_href = rows_href(request, r->unit_id, root->edge_kind, "late"),
                                               .unseen = r->n_unseen,
                                               .unseen_href = rows_href(request, r->unit_id, root->edge_kind, "unseen"),
                                               .due = r->n_due,
                                               .due_href = rows_href(request, r->unit_id, root->edge_kind, "due"),
                                               .done = r->n_ok,
                                               .owed = owed};
    }
    if (children.count)
        page->heading = red ? count_text(request, MSG_HOME_BELOW_FIRST, red) : kit_text(request, MSG_HOME_BELOW_FINE);
    page->below = (struct pg_first_row_list){first, n};
    page->below_rows = (struct pg_below_row_list){rows, listed};
    page->below_href = STR("/units");
    return ERR_NONE;
}

/* --- what waits for a decision --- */
static enum err_code fill_waiting(struct request *request, const struct place *place, struct page_tasks *page,
                                  struct err *err)
{
    struct pg_waiting_row *rows = arena_new_array(request->arena, struct pg_waiting_row, 4);
    if (!rows)
        return arena_full(request->arena, err);
    size_t n = 0;
    civil_day today = app_today(request);
    for (size_t i = 0; i < place->grants.count; i++) {
        const struct sql_person_self_grants_row *g = &place->grants.items[i];
        if (str_is_empty(g->edge_kind) || !((uint64_t)g->rights & RIGHT_REVIEW))
            continue;
        struct actor actor = app_actor_with(request, RIGHT_REVIEW);
        struct sql_home_review_count_row *review;
        TRY(sql_home_review_count(
            place->db, &actor, request->arena,
            &(struct sql_home_review_count_args){.root_id = g->unit_id, .edge_kind = g->edge_kind, .on_day = today},
            &review, err));
        if (review && review->n) {
            struct str wait = words_interval(request->arena, request->lang, request->now_ms - review->oldest_ms.v);
            rows[n++] = (struct pg_waiting_row){
                .text = count_text(request, MSG_HOME_REVIEW, review->n),
                .href = STR("/evidence?state=submitted"),
                .state = PAGE_STATE_DOING,
                .word = msg_str(request->arena, request->lang, MSG_HOME_SINCE, 0, MSG_ARGS(ARG_STR("wait", wait)))};
        }
        break; /* the widest comes first; the others lie within it */
    }
    if (place->unit_id && place->own_rights & (RIGHT_APPROVE | RIGHT_FINANCE | RIGHT_REVIEW)) {
        struct actor actor = app_actor_with(request, RIGHT_READ);
        struct sql_request_count_to_rows counts;
        TRY(sql_request_count_to(place->db, &actor, request->arena,
                                 &(struct sql_request_count_to_args){.to_unit_id = place->unit_id}, &counts, err));
        int64_t total = 0, oldest = request->now_ms;
        for (size_t i = 0; i < counts.count; i++) {
            total += counts.items[i].n;
            if (counts.items[i].oldest_ms < oldest)
                oldest = counts.items[i].oldest_ms;
        }
        if (total) {
            struct str wait = words_interval(request->arena, request->lang, request->now_ms - oldest);
            rows[n++] = (struct pg_waiting_row){
                .text = count_text(request, MSG_HOME_REQUESTS, total),
                .href = STR("/requests"),
                .state = PAGE_STATE_DOING,
                .word = msg_str(request->arena, request->lang, MSG_HOME_SINCE, 0, MSG_ARGS(ARG_STR("wait", wait)))};
        }
    }
    if (place->all_rights & RIGHT_SYSTEM_ADMIN) {
        int64_t look_count;
        enum page_state state;
        TRY(admin_health(request, place->db, &look_count, &state, err));
        enum msg_id word = state == PAGE_STATE_OK     ? MSG_ADMIN_WORD_OK
                           : state == PAGE_STATE_LATE ? MSG_ADMIN_WORD_NOW
                                                      : MSG_ADMIN_WORD_LOOK;
        rows[n++] = (struct pg_waiting_row){.text = look_count ? count_text(request, MSG_HOME_HEALTH, look_count)
                                                               : kit_text(request, MSG_ADMIN_FINE),
                                            .href = STR("/admin"),
                                            .state = state,
                                            .word = kit_text(request, word)};
    }
    page->waiting = (struct pg_waiting_row_list){rows, n};
    return ERR_NONE;
}

static enum err_code show_rows(struct request *request, struct response *response, const struct place *place,
                               const struct owed_list *owed, int wanted, struct err *err);

static enum err_code home_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct place place = {.db = db};
    TRY(home_place(request, &place, err));
    struct owed_list owed;
    TRY(home_owed(request, &place, &owed, err));
    struct str state = form_get(&request->query, STR("state"));
    enum duty_state wanted;
    if (!str_is_empty(state)) {
        if (!duty_state_from_str(state, &wanted))
            return err_set(err, ERR_NOT_FOUND, "no such state");
        return show_rows(request, response, &place, &owed, (int)wanted, err);
    }
    if (!str_is_null(form_get(&request->query, STR("all"))))
        return show_rows(request, response, &place, &owed, -1, err);

    struct layout_frame *frame = web_frame(request, kit_text(request, MSG_TASKS_TITLE), STR("tasks"));
    if (!frame)
        return arena_full(request->arena, err);
    struct page_tasks page = {.frame = frame,
                              .day_text = words_weekday(request->arena, request->lang, app_today(request))};
    struct sql_home_unread_rows unread = {0};
    struct actor reader = app_actor_with(request, RIGHT_ACKNOWLEDGE);
    if (place.unit_id && place.own_rights & RIGHT_ACKNOWLEDGE)
        TRY(sql_home_unread(db, &reader, request->arena, &(struct sql_home_unread_args){.unit_id = place.unit_id},
                            &unread, err));
    TRY(fill_first(request, &place, &owed, &unread, &page, err));
    TRY(fill_hedge(request, &owed, &page, err));
    TRY(home_helpers(request, &place, frame, &page, err));
    TRY(home_ask(request, &place, &page, err));
    TRY(fill_below(request, &place, &page, err));
    TRY(fill_waiting(request, &place, &page, err));
    page.own = owed.count || !(page.below.count || page.below_rows.count);
    if (page.below.count || page.below_rows.count)
        page.own_title =
            msg_str(request->arena, request->lang, MSG_HOME_OWN, 0, MSG_ARGS(ARG_STR("unit", place.unit_name)));
    struct page_out o = response_page(request, response, 200);
    page_tasks(&o, &page);
    return ERR_NONE;
}

/* --- the rows behind a number of the hedge --- */
static struct str rows_heading(const struct request *request, const struct place *place, int wanted, int64_t n)
{
    if (wanted < 0)
        return msg_str(request->arena, request->lang, MSG_HOME_ALL_TITLE, n,
                       MSG_ARGS(ARG_INT("n", n), ARG_STR("unit", place->unit_name)));
    struct str word = STR("");
    for (size_t i = 0; i < ARRAY_LEN(legend_words); i++)
        if (legend_words[i].state == wanted)
            word = kit_text(request, legend_words[i].word);
    return msg_str(request->arena, request->lang, MSG_HOME_STATE_TITLE, n,
                   MSG_ARGS(ARG_INT("n", n), ARG_STR("unit", place->unit_name), ARG_STR("word", word)));
}

static enum err_code show_rows(struct request *request, struct response *response, const struct place *place,
                               const struct owed_list *owed, int wanted, struct err *err)
{
    struct pg_task_row *rows = arena_new_array(request->arena, struct pg_task_row, owed->count + 1);
    if (!rows)
        return arena_full(request->arena, err);
    size_t n = 0;
    for (size_t i = 0; i < owed->count; i++)
        if (wanted < 0 || owed->items[i].row->state == wanted)
            rows[n++] = task_row(request, &owed->items[i]);
    struct str heading = rows_heading(request, place, wanted, (int64_t)n);
    struct layout_frame *frame = web_frame(request, heading, STR("tasks"));
    if (!frame)
        return arena_full(request->arena, err);
    struct link_param params[] = {{"state", wanted < 0 ? STR("") : str_from_cstr(duty_state_to_str(wanted))}};
    struct page_tasks page = {.frame = frame,
                              .heading = heading,
                              .day_text = words_weekday(request->arena, request->lang, app_today(request)),
                              .filtered = true,
                              .next = {rows, n},
                              .total = (int64_t)n,
                              .pager_from = n ? 1 : 0,
                              .pager_to = (int64_t)n,
                              .excel_href = link_make(request, STR("/tasks.xlsx"), params, ARRAY_LEN(params)),
                              .csv_href = link_make(request, STR("/tasks.csv"), params, ARRAY_LEN(params))};
    struct page_out o = response_page(request, response, 200);
    page_tasks(&o, &page);
    return ERR_NONE;
}

static enum err_code rows_file(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct place place = {.db = db};
    TRY(home_place(request, &place, err));
    struct owed_list owed;
    TRY(home_owed(request, &place, &owed, err));
    struct str state = form_get(&request->query, STR("state"));
    enum duty_state wanted = DUTY_UNSEEN;
    bool is_all = str_is_empty(state);
    if (!is_all && !duty_state_from_str(state, &wanted))
        return err_set(err, ERR_NOT_FOUND, "no such state");
    const struct sheet_column columns[] = {{kit_text(request, MSG_HOME_COLUMN_DUTY), SHEET_TEXT, 60},
                                           {kit_text(request, MSG_HOME_COLUMN_STATE), SHEET_TEXT, 24},
                                           {kit_text(request, MSG_HOME_COLUMN_DUE), SHEET_DATE, 14},
                                           {kit_text(request, MSG_HOME_COLUMN_DIRECTIVE), SHEET_TEXT, 40}};
    struct sheet_cell *cells =
        arena_new_array(request->arena, struct sheet_cell, (owed.count + 1) * ARRAY_LEN(columns));
    if (!cells)
        return arena_full(request->arena, err);
    size_t rows = 0;
    for (size_t i = 0; i < owed.count; i++) {
        const struct owed *o = &owed.items[i];
        if (!is_all && o->row->state != (int64_t)wanted)
            continue;
        struct sheet_cell *c = &cells[rows++ * ARRAY_LEN(columns)];
        c[0] = cell_text(task_row(request, o).title);
        c[1] = cell_text(o->word);
        c[2] = cell_day(duty_next_due(&o->facts, app_today(request)));
        c[3] = cell_text(home_source(request, o->row->number, o->row->symbol, o->row->directive_title));
    }
    return listing_respond(request, response, listing_file_of(request), kit_text(request, MSG_HOME_FILE), columns,
                           ARRAY_LEN(columns), cells, rows, err);
}

static enum err_code more_show(struct request *request, struct response *response, struct err *err)
{
    static const struct {
        enum msg_id text, about;
        const char *href;
        uint64_t rights; /* any of these; 0: everybody */
    } links[] = {
        {MSG_NAV_FINDINGS, MSG_HOME_MORE_FINDINGS, "/findings", RIGHT_ASSET_READ},
        {MSG_HOME_MORE_SYSTEMS, MSG_HOME_MORE_SYSTEMS_ABOUT, "/systems", RIGHT_ASSET_READ},
        {MSG_NAV_EVIDENCE, MSG_HOME_MORE_EVIDENCE, "/evidence", RIGHT_READ},
        {MSG_NAV_REPORTS, MSG_HOME_MORE_REPORTS, "/reports", RIGHT_READ},
        {MSG_HOME_MORE_PEOPLE, MSG_HOME_MORE_PEOPLE_ABOUT, "/people", RIGHT_READ},
        {MSG_HOME_MORE_CONTACT, MSG_HOME_MORE_CONTACT_ABOUT, "/contact", RIGHT_READ},
        {MSG_HOME_MORE_REQUESTS, MSG_HOME_MORE_REQUESTS_ABOUT, "/requests", RIGHT_READ},
        {MSG_HOME_MORE_HELP, MSG_HOME_MORE_HELP_REQUEST_ABOUT, "/help-request", RIGHT_EXECUTE},
        {MSG_HOME_MORE_VISITS, MSG_HOME_MORE_VISITS_ABOUT, "/visits", RIGHT_READ},
        {MSG_HOME_MORE_BUDGET, MSG_HOME_MORE_BUDGET_ABOUT, "/budget", RIGHT_READ},
        {MSG_FRAME_REMINDERS, MSG_HOME_MORE_REMINDERS_ABOUT, "/reminders", 0},
        {MSG_ACCOUNT_TITLE, MSG_HOME_MORE_ACCOUNT_ABOUT, "/account", 0},
        {MSG_NAV_ADMIN, MSG_HOME_MORE_ADMIN_ABOUT, "/admin", RIGHT_SYSTEM_ADMIN | RIGHT_AUDIT},
        {MSG_FRAME_HELP, MSG_HOME_MORE_HELP_ABOUT, "/help", 0},
    };
    struct pg_more_link *rows = arena_new_array(request->arena, struct pg_more_link, ARRAY_LEN(links));
    struct layout_frame *frame = web_frame(request, kit_text(request, MSG_NAV_MORE), STR("more"));
    if (!rows || !frame)
        return arena_full(request->arena, err);
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(links); i++)
        if (!links[i].rights || request->session.rights & links[i].rights)
            rows[n++] = (struct pg_more_link){kit_text(request, links[i].text), kit_text(request, links[i].about),
                                              str_from_cstr(links[i].href)};
    struct page_out o = response_page(request, response, 200);
    page_more(&o, &(struct page_more){.frame = frame, .links = {rows, n}});
    return ERR_NONE;
}

static const struct route routes[] = {
    {GET, "/", home_show, 0, READS, NULL},
    {GET, "/tasks.xlsx", rows_file, RIGHT_READ, READS, NULL},
    {GET, "/tasks.csv", rows_file, RIGHT_READ, READS, NULL},
    {POST, "/contact/confirm", home_contact_confirm, RIGHT_CONTACT_PUBLIC, CHANGES, NULL},
    {GET, "/search", search_show, 0, READS, NULL},
    {GET, "/more", more_show, 0, READS, NULL},
};
const struct route_list home_routes = {routes, ARRAY_LEN(routes)};
