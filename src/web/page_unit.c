#include "web/page_unit.h"

#include "asset/device.h"
#include "duty/board.h"
#include "duty/notice.h"
#include "duty/page_unit.sql.h"
#include "duty/rollup.sql.h"
#include "duty/succession.sql.h"
#include "org/access.sql.h"
#include "org/page_past.sql.h"
#include "org/page_unit.sql.h"
#include "org/person.sql.h"
#include "org/system.sql.h"
#include "org/unit.sql.h"
#include "web/app_parts.h"
#include "web/hedge.h"

#define CHILD_ROWS_MAX    15
#define SYSTEM_ROWS_MAX   50
#define DUTY_ROWS_SHOWN   20 /* above this, what is met folds into one line */
#define CONTACT_FRESH_MS  (92 * CIVIL_DAY_MS)
#define MESSAGE_LINES_MAX 12
#define MESSAGE_MAX_BYTES (16u << 10)

static struct str text_of(const struct request *request, enum msg_id id)
{
    return msg_text(request->lang, id, 0);
}

/* --- one unit --- */

struct unit_seen { /* a unit on the day it is looked at */
    int64_t id;
    civil_day day, today;
    bool is_past;  /* the day was asked for */
    bool is_ended; /* it is no more: shown as on its last day */
    struct actor actor;
    struct sql_unit_page_row *row;
    struct str as_of_error;
};

static enum err_code unit_open(struct request *request, struct db *db, struct unit_seen *ret_seen, struct err *err)
{
    struct unit_seen seen = {.today = app_today(request), .actor = app_actor(request)};
    TRY(request_id(request, STR("id"), &seen.id, err));
    seen.day = seen.today;
    struct err typed;
    civil_day asked = CIVIL_NONE;
    if (app_day(request, STR("as_of"), &asked, &typed) != ERR_NONE)
        seen.as_of_error = request_said(request, &typed);
    else if (asked != CIVIL_NONE && asked > seen.today)
        seen.as_of_error = text_of(request, MSG_UNIT_AS_OF_FUTURE);
    else if (asked != CIVIL_NONE && asked < seen.today) {
        seen.day = asked;
        seen.is_past = true;
    }
    struct sql_unit_page_args args = {.unit_id = seen.id, .on_day = seen.day};
    TRY(sql_unit_page(db, &seen.actor, request->arena, &args, &seen.row, err));
    if (!seen.row) {
        struct sql_unit_fact_last_row *last;
        TRY(sql_unit_fact_last(db, request->arena, &(struct sql_unit_fact_last_args){.unit_id = seen.id}, &last, err));
        if (last && seen.is_past && last->to_day > seen.day) {
            seen.as_of_error = text_of(request, MSG_UNIT_AS_OF_BEFORE);
            seen.is_past = false;
            seen.day = seen.today;
        } else if (last && last->to_day <= seen.today) {
            /* Who could see it on its last day still may. */
            seen.day = seen.actor.day = (civil_day)last->to_day - 1;
            seen.is_ended = true;
        }
        args.on_day = seen.day;
        TRY(sql_unit_page(db, &seen.actor, request->arena, &args, &seen.row, err));
    }
    if (!seen.row)
        return err_set(err, ERR_NOT_FOUND, "unit %lld", (long long)seen.id);
    *ret_seen = seen;
    return ERR_NONE;
}

static civil_day day_of(struct opt_i64 day)
{
    return day.has ? (civil_day)day.v : CIVIL_NONE;
}

static struct duty_facts facts_of(const struct sql_assignment_list_unit_row *r)
{
    return (struct duty_facts){.issued_day = (civil_day)r->issued_day,
                               .due_day = day_of(r->due_day),
                               .is_periodic = r->period_months.has && r->period_months.v > 0,
                               .acked_day = r->acked_ms.has ? civil_day_of_ms(r->acked_ms.v) : CIVIL_NONE,
                               .started_day = CIVIL_NONE,
                               .covered_from_day = day_of(r->covered_from_day),
                               .covered_to_day = day_of(r->covered_to_day),
                               .na_from_day = CIVIL_NONE,
                               .waived_to_day = day_of(r->waived_to_day),
                               .closed_day = CIVIL_NONE,
                               .soon_days = (int)r->soon_days};
}

static struct str reference_of(const struct request *request, struct str number, struct str symbol, struct str title)
{
    if (str_is_empty(number) && str_is_empty(symbol))
        return title;
    if (str_is_empty(number))
        return symbol;
    return app_href(request, "%.*s/%.*s", STR_ARG(number), STR_ARG(symbol));
}

struct duty_subject { /* what a duty is about */
    struct str catalogue_id, kind;
    int64_t id;
};
struct duty_rows { /* of one unit, of one day, in one shape */
    struct pg_unit_duty *items;
    int *states;
    struct duty_subject *subjects;
    size_t count;
    int64_t n[DUTY_STATE_COUNT];
    int64_t owed;
    const struct sql_assignment_list_unit_rows *NULLABLE today; /* NULL on a past day */
};

static enum err_code duties_past(struct request *request, struct db *db, const struct unit_seen *seen,
                                 struct duty_rows *rows, struct err *err)
{
    struct sql_unit_duties_as_of_rows past;
    TRY(sql_unit_duties_as_of(db, &seen->actor, request->arena,
                              &(struct sql_unit_duties_as_of_args){.unit_id = seen->id, .as_of_day = seen->day}, &past,
                              err));
    rows->items = arena_new_array(request->arena, struct pg_unit_duty, past.count + 1);
    rows->states = arena_new_array(request->arena, int, past.count + 1);
    rows->subjects = arena_new_array(request->arena, struct duty_subject, past.count + 1);
    if (!rows->items || !rows->states || !rows->subjects)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < past.count; i++) {
        const struct sql_unit_duties_as_of_row *r = &past.items[i];
        struct duty_facts facts = {
            .due_day = day_of(r->due_day), .covered_to_day = CIVIL_NONE, .waived_to_day = CIVIL_NONE};
        struct str ref = reference_of(request, r->number, r->symbol, r->directive_title);
        rows->states[i] = (int)r->state;
        rows->subjects[i] = (struct duty_subject){r->catalogue_id, r->subject_kind, r->subject_id};
        rows->items[i] = (struct pg_unit_duty){
            .title = str_is_empty(r->subject_name)
                         ? r->title
                         : app_href(request, "%.*s: %.*s", STR_ARG(r->title), STR_ARG(r->subject_name)),
            .sub = str_is_empty(r->catalogue_id)
                       ? ref
                       : app_href(request, "%.*s · %.*s", STR_ARG(r->catalogue_id), STR_ARG(ref)),
            .href = app_href(request, "/duty/%lld", (long long)r->id),
            .state = app_page_state((int)r->state),
            .word = app_state_word(request, &facts, (int)r->state, seen->day),
            .due = r->due_day.has ? unit_day_vn(request, (civil_day)r->due_day.v) : STR("–")};
    }
    struct sql_unit_duty_evidence_on_rows proofs;
    TRY(sql_unit_duty_evidence_on(
        db, &seen->actor, request->arena,
        &(struct sql_unit_duty_evidence_on_args){
            .unit_id = seen->id, .as_of_day = seen->day, .until_ms = civil_day_start_ms(seen->day + 1)},
        &proofs, err));
    for (size_t i = 0; i < past.count; i++)
        for (size_t p = 0; p < proofs.count; p++)
            if (proofs.items[p].assignment_id == past.items[i].id) {
                rows->items[i].proof = proofs.items[p].title;
                rows->items[i].proof_href = app_href(request, "/evidence/%lld", (long long)proofs.items[p].evidence_id);
            }
    rows->count = past.count;
    return ERR_NONE;
}

static enum err_code duties_today(struct request *request, struct db *db, const struct unit_seen *seen,
                                  struct duty_rows *rows, struct err *err)
{
    struct sql_assignment_list_unit_rows *list = arena_new(request->arena, struct sql_assignment_list_unit_rows);
    if (!list)
        return arena_full(request->arena, err);
    struct sql_unit_duty_evidence_rows proofs;
    TRY(sql_assignment_list_unit(db, &seen->actor, request->arena,
                                 &(struct sql_assignment_list_unit_args){.unit_id = seen->id, .on_day = seen->day},
                                 list, err));
    TRY(sql_unit_duty_evidence(db, &seen->actor, request->arena,
                               &(struct sql_unit_duty_evidence_args){.unit_id = seen->id}, &proofs, err));
    rows->items = arena_new_array(request->arena, struct pg_unit_duty, list->count + 1);
    rows->states = arena_new_array(request->arena, int, list->count + 1);
    rows->subjects = arena_new_array(request->arena, struct duty_subject, list->count + 1);
    if (!rows->items || !rows->states || !rows->subjects)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < list->count; i++) {
        const struct sql_assignment_list_unit_row *r = &list->items[i];
        struct duty_facts facts = facts_of(r);
        civil_day due = duty_next_due(&facts, seen->today);
        struct str ref = reference_of(request, r->number, r->symbol, r->directive_title);
        rows->states[i] = (int)r->state;
        rows->subjects[i] = (struct duty_subject){r->catalogue_id, r->subject_kind, r->subject_id};
        rows->items[i] = (struct pg_unit_duty){
            .title = str_is_empty(r->subject_name)
                         ? r->title
                         : app_href(request, "%.*s: %.*s", STR_ARG(r->title), STR_ARG(r->subject_name)),
            .sub = str_is_empty(r->catalogue_id)
                       ? ref
                       : app_href(request, "%.*s · %.*s", STR_ARG(r->catalogue_id), STR_ARG(ref)),
            .href = app_href(request, "/duty/%lld", (long long)r->id),
            .state = app_page_state((int)r->state),
            .word = app_state_word(request, &facts, (int)r->state, seen->today),
            .due = due == CIVIL_NONE || due == CIVIL_FOREVER ? STR("–") : unit_day_vn(request, due)};
        for (size_t p = 0; p < proofs.count; p++)
            if (proofs.items[p].assignment_id == r->id) {
                rows->items[i].proof = proofs.items[p].title;
                rows->items[i].proof_href = app_href(request, "/evidence/%lld", (long long)proofs.items[p].evidence_id);
            }
    }
    rows->count = list->count;
    rows->today = list;
    return ERR_NONE;
}

static enum err_code duties_read(struct request *request, struct db *db, const struct unit_seen *seen,
                                 struct duty_rows *ret_rows, struct err *err)
{
    struct duty_rows rows = {.count = 0};
    TRY(seen->is_past || seen->is_ended ? duties_past(request, db, seen, &rows, err)
                                        : duties_today(request, db, seen, &rows, err));
    for (size_t i = 0; i < rows.count; i++)
        if (rows.states[i] >= 0 && rows.states[i] < DUTY_STATE_COUNT)
            rows.n[rows.states[i]]++;
    for (int s = 0; s < DUTY_STATE_COUNT; s++)
        if (s != DUTY_NA && s != DUTY_WAIVED)
            rows.owed += rows.n[s];
    *ret_rows = rows;
    return ERR_NONE;
}

static struct str state_lower_word(const struct request *request, int state)
{
    static const enum msg_id words[DUTY_STATE_COUNT] = {
        [DUTY_UNSEEN] = MSG_UNIT_STEM_UNSEEN, [DUTY_ACK] = MSG_UNIT_STEM_ACK, [DUTY_DOING] = MSG_UNIT_STEM_DOING,
        [DUTY_OK] = MSG_UNIT_STEM_OK,         [DUTY_DUE] = MSG_UNIT_STEM_DUE, [DUTY_LATE] = MSG_UNIT_STEM_LATE,
        [DUTY_BIRTH] = MSG_UNIT_STEM_BIRTH,   [DUTY_NA] = MSG_UNIT_STEM_NA,   [DUTY_WAIVED] = MSG_UNIT_STEM_WAIVED};
    return text_of(request, words[state]);
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
    tabs[0] = (struct pg_tab){text_of(request, MSG_UNIT_TAB_DUTIES), (int64_t)rows->count,
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
    *ret_word = text_of(request, MSG_UNIT_NOT_ASKED);
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

/* Those that stood with it then, wherever they stand now. What a system was marked with has no dates: left out. */
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
                                           .href = app_href(request, "/system/%lld", (long long)s->id),
                                           .sub = s->code,
                                           .level = s->level.has ? app_href(request, "%lld", (long long)s->level.v)
                                                                 : text_of(request, MSG_UNIT_NO_LEVEL)};
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
        AUTO_BUF sub;
        buf_init(&sub, 1024);
        buf_put(&sub, s->code);
        const struct {
            bool is;
            enum msg_id word;
        } marks[] = {{s->is_important, MSG_UNIT_IMPORTANT},
                     {s->has_personal_data, MSG_UNIT_PERSONAL_DATA},
                     {s->uses_camera, MSG_UNIT_CAMERA}};
        for (size_t m = 0; m < ARRAY_LEN(marks); m++)
            if (marks[m].is)
                buf_printf(&sub, "%s%.*s", sub.len_bytes ? " · " : "", STR_ARG(text_of(request, marks[m].word)));
        struct str state = !s->level.has                                 ? STR("")
                           : str_equal(s->level_state, STR("approved"))  ? text_of(request, MSG_UNIT_LEVEL_APPROVED)
                           : str_equal(s->level_state, STR("appraised")) ? text_of(request, MSG_UNIT_LEVEL_APPRAISED)
                                                                         : text_of(request, MSG_UNIT_LEVEL_PROPOSED);
        struct pg_unit_system *item = &items[shown++];
        *item = (struct pg_unit_system){
            .name = s->name,
            .href = app_href(request, "/system/%lld", (long long)s->id),
            .sub = arena_str(request->arena, buf_str(&sub)),
            .level = s->level.has ? app_href(request, "%lld · %.*s", (long long)s->level.v, STR_ARG(state))
                                  : text_of(request, MSG_UNIT_NO_LEVEL)};
        cover_of(request, rows, s->id, STR("CT18-2b"), &item->scan_state, &item->scan, &item->scan_href);
        cover_of(request, rows, s->id, STR("CT18-2a"), &item->hunt_state, &item->hunt, &item->hunt_href);
    }
    page->systems = (struct pg_unit_system_list){items, shown};
    page->systems_n = operated;
    return ERR_NONE;
}

static enum err_code contacts_read(struct request *request, struct db *db, const struct unit_seen *seen,
                                   struct pg_unit_contact_list *ret_list, bool *ret_no_focal, struct str *ret_head,
                                   struct err *err)
{
    struct sql_unit_page_contacts_rows rows;
    TRY(sql_unit_page_contacts(db, &seen->actor, request->arena,
                               &(struct sql_unit_page_contacts_args){.unit_id = seen->id, .on_day = seen->day}, &rows,
                               err));
    struct pg_unit_contact *items = arena_new_array(request->arena, struct pg_unit_contact, rows.count + 1);
    if (!items)
        return arena_full(request->arena, err);
    *ret_no_focal = true;
    *ret_head = STR("");
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_unit_page_contacts_row *r = &rows.items[i];
        bool is_focal = str_equal(r->role, STR("focal_officer")) || str_equal(r->role, STR("isp_contact"));
        if (is_focal)
            *ret_no_focal = false;
        if (str_equal(r->role, STR("unit_head")) && str_is_empty(*ret_head))
            *ret_head = r->name;
        items[i] = (struct pg_unit_contact){.name = r->name,
                                            .href = app_href(request, "/person/%lld", (long long)r->person_id),
                                            .role = unit_role_word(request, r->role),
                                            .phone = r->phone,
                                            .email = r->email};
        if (seen->is_past || seen->is_ended || !(is_focal || str_equal(r->role, STR("focal_deputy"))))
            continue;
        bool is_fresh = r->confirmed_ms.has && request->now_ms - r->confirmed_ms.v <= CONTACT_FRESH_MS;
        items[i].state = is_fresh ? PAGE_STATE_OK : PAGE_STATE_DUE;
        items[i].word = r->confirmed_ms.has ? msg_str(request->arena, request->lang, MSG_UNIT_CONFIRMED, 0,
                                                      MSG_ARGS(ARG_DAY("day", civil_day_of_ms(r->confirmed_ms.v))))
                                            : text_of(request, MSG_UNIT_NEVER_CONFIRMED);
    }
    *ret_list = (struct pg_unit_contact_list){items, rows.count};
    return ERR_NONE;
}

/* Another unit on the day this one is looked at. */
static struct str unit_on_href(const struct request *request, const struct unit_seen *seen, int64_t id)
{
    return seen->is_past
               ? app_href(request, "/unit/%lld?as_of=%.*s", (long long)id, STR_ARG(unit_day_vn(request, seen->day)))
               : unit_href(request, id);
}

static struct pg_unit_line kv(const struct request *request, enum msg_id name, struct str text)
{
    return (struct pg_unit_line){.name = text_of(request, name), .text = text};
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
                                      .href = seen_parent ? unit_on_href(request, seen, parents.items[i].parent_id)
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

/* Under whom it stood on a day, of the rows of all time. */
static struct str parent_on(const struct sql_unit_page_past_parents_rows *rows, struct str edge_kind, int64_t day)
{
    for (size_t i = 0; i < rows->count; i++)
        if (str_equal(rows->items[i].edge_kind, edge_kind) && rows->items[i].from_day <= day &&
            rows->items[i].to_day > day)
            return rows->items[i].name;
    return STR("");
}

/* Names, and administrative parents, as one chain: a new link wherever either changes; then whom it came from and who
 * came after. */
static enum err_code fill_history(struct request *request, struct db *db, const struct unit_seen *seen,
                                  struct page_unit *page, struct err *err)
{
    struct arena *arena = request->arena;
    struct sql_unit_history_rows names;
    struct sql_unit_page_past_parents_rows parents;
    struct sql_unit_page_succession_rows others;
    TRY(sql_unit_history(db, &seen->actor, arena, &(struct sql_unit_history_args){.unit_id = seen->id}, &names, err));
    TRY(sql_unit_page_past_parents(db, &seen->actor, arena,
                                   &(struct sql_unit_page_past_parents_args){.unit_id = seen->id}, &parents, err));
    TRY(sql_unit_page_succession(db, &seen->actor, arena, &(struct sql_unit_page_succession_args){.unit_id = seen->id},
                                 &others, err));
    VEC(struct pg_unit_line) lines = {0};
    for (size_t i = 0; i < others.count; i++) {
        const struct sql_unit_page_succession_row *o = &others.items[i];
        struct pg_unit_line *line = vec_push(&lines, arena);
        if (!line)
            return arena_full(arena, err);
        *line = (struct pg_unit_line){
            .name = msg_str(arena, request->lang, o->is_after ? MSG_UNIT_INTO : MSG_UNIT_OUT_OF, 0,
                            MSG_ARGS(ARG_STR("name", o->name))),
            .text = app_href(request, "%.*s, %.*s. %.*s", STR_ARG(unit_event_word(request, o->event_kind)),
                             STR_ARG(unit_day_vn(request, (civil_day)o->on_day)), STR_ARG(o->basis)),
            .href = unit_href(request, o->other_id)};
    }
    for (size_t i = 0; i < names.count; i++) {
        const struct sql_unit_history_row *f = &names.items[i];
        /* Days on which the parent changed while the name stood, newest first, then the first day of the name. */
        int64_t end = f->to_day;
        for (;;) {
            int64_t begin = f->from_day;
            struct str why = f->basis, event = f->event_kind;
            for (size_t p = 0; p < parents.count; p++)
                if (str_equal(parents.items[p].edge_kind, EDGE_ADMINISTRATIVE) && parents.items[p].from_day < end &&
                    parents.items[p].from_day > begin) {
                    begin = parents.items[p].from_day;
                    why = parents.items[p].basis;
                    event = parents.items[p].event_kind;
                }
            struct pg_unit_line *line = vec_push(&lines, arena);
            if (!line)
                return arena_full(arena, err);
            struct str under = parent_on(&parents, EDGE_ADMINISTRATIVE, begin);
            struct str span =
                unit_span(request, (civil_day)begin, end == CIVIL_FOREVER ? CIVIL_FOREVER : (civil_day)end);
            struct str text = str_is_empty(under) ? span
                                                  : msg_str(arena, request->lang, MSG_UNIT_SPAN_UNDER, 0,
                                                            MSG_ARGS(ARG_STR("span", span), ARG_STR("parent", under)));
            if (!str_is_empty(event))
                text = app_href(request, "%.*s. %.*s%s%.*s", STR_ARG(text), STR_ARG(unit_event_word(request, event)),
                                str_is_empty(why) ? "" : ": ", STR_ARG(why));
            *line =
                (struct pg_unit_line){.name = f->name, .text = text, .current = begin <= seen->day && end > seen->day};
            if (begin == f->from_day)
                break;
            end = begin;
        }
    }
    page->history = (struct pg_unit_line_list){lines.items, lines.count};
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
                                .href = unit_on_href(request, seen, k->unit_id),
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
            if (str_equal(items[i].href, unit_on_href(request, seen, children.items[c].id)))
                items[i].below = children.items[c].below;
    for (size_t c = 0; c < children.count && shown < CHILD_ROWS_MAX; c++) { /* units that owe nothing yet */
        bool has = false;
        for (size_t s = 0; s < sums.count; s++)
            has |= sums.items[s].unit_id == children.items[c].id;
        if (!has)
            items[shown++] = (struct pg_unit_row){.name = children.items[c].name,
                                                  .href = unit_on_href(request, seen, children.items[c].id),
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

static enum err_code unit_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct unit_seen seen;
    TRY(unit_open(request, db, &seen, err));
    struct duty_rows rows;
    TRY(duties_read(request, db, &seen, &rows, err));
    struct page_unit page = {.name = seen.row->name,
                             .people = seen.row->people,
                             .as_of_error = seen.as_of_error,
                             .as_of = request_field(request, STR("as_of"))};
    TRY(fill_duties(request, &seen, &rows, &page, err));
    TRY(fill_systems(request, db, &seen, &rows, &page, err));
    struct str head;
    TRY(contacts_read(request, db, &seen, &page.contacts, &page.no_focal, &head, err));
    if (seen.is_past || seen.is_ended)
        page.no_focal = false;
    TRY(fill_side(request, db, &seen, &page, err));
    TRY(fill_history(request, db, &seen, &page, err));
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
               STR_ARG(str_is_empty(head) ? text_of(request, MSG_UNIT_NO_HEAD)
                                          : msg_str(request->arena, request->lang, MSG_UNIT_HEAD_IS, 0,
                                                    MSG_ARGS(ARG_STR("name", head)))));
    TRY(buf_to_arena(&lead, request->arena, &page.lead, err));
    if (seen.is_ended)
        page.past = msg_str(request->arena, request->lang, MSG_UNIT_ENDED, 0, MSG_ARGS(ARG_DAY("day", seen.day)));
    if (seen.is_past || seen.is_ended) {
        TRY(unit_held_on(request, db, seen.id, seen.day, &page, err));
        page.due_note = text_of(request, MSG_UNIT_DUE_NOT_DATED);
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
    TRY(unit_open(request, db, &seen, err));
    struct duty_rows rows;
    TRY(duties_read(request, db, &seen, &rows, err));
    const struct sheet_column columns[] = {{text_of(request, MSG_UNIT_DUTY), SHEET_TEXT, 60},
                                           {text_of(request, MSG_UNIT_REFERENCE), SHEET_TEXT, 30},
                                           {text_of(request, MSG_UNIT_STATE), SHEET_TEXT, 24},
                                           {text_of(request, MSG_UNIT_DUE_DAY), SHEET_TEXT, 14},
                                           {text_of(request, MSG_UNIT_PROOF), SHEET_TEXT, 40}};
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

/* --- who can see this --- */

static enum err_code unit_who(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct unit_seen seen;
    TRY(unit_open(request, db, &seen, err));
    struct sql_access_who_rows who;
    TRY(sql_access_who(db, &seen.actor, request->arena,
                       &(struct sql_access_who_args){.unit_id = seen.id, .on_day = seen.day}, &who, err));
    struct pg_who_row *items = arena_new_array(request->arena, struct pg_who_row, who.count + 1);
    if (!items)
        return arena_full(request->arena, err);
    int64_t people = 0;
    for (size_t i = 0; i < who.count; i++) {
        const struct sql_access_who_row *w = &who.items[i];
        bool is_again = false;
        for (size_t k = 0; k < i; k++)
            is_again |= who.items[k].person_id == w->person_id;
        people += !is_again;
        struct sql_person_is_managed_row *seen_too = NULL; /* who looks down from above works where one may not look */
        TRY(sql_person_is_managed(db, &seen.actor, request->arena,
                                  &(struct sql_person_is_managed_args){.person_id = w->person_id, .on_day = seen.day},
                                  &seen_too, err));
        items[i] = (struct pg_who_row){
            .name = w->name,
            .href = seen_too && seen_too->n ? app_href(request, "/person/%lld", (long long)w->person_id) : STR_NONE,
            .title = w->title,
            .role = unit_role_word(request, w->role),
            .from = w->depth ? msg_str(request->arena, request->lang, MSG_UNIT_WHO_ABOVE, 0,
                                       MSG_ARGS(ARG_STR("unit", w->grant_unit_name),
                                                ARG_STR("edge", unit_edge_word(request, w->edge_kind))))
                             : text_of(request, MSG_UNIT_WHO_HERE),
            .what = unit_rights_words(request, (uint64_t)w->rights),
            .until = w->to_day >= CIVIL_FOREVER ? text_of(request, MSG_UNIT_WHO_OPEN)
                                                : unit_day_vn(request, (civil_day)w->to_day - 1)};
    }
    struct page_unit_who page = {.rows = {items, who.count},
                                 .heading = msg_str(request->arena, request->lang, MSG_UNIT_WHO_HEADING, people,
                                                    MSG_ARGS(ARG_INT("n", people), ARG_STR("name", seen.row->name))),
                                 .lead = text_of(request, MSG_UNIT_WHO_LEAD)};
    TRY(unit_crumbs(request, db, seen.id, true, text_of(request, MSG_UNIT_WHO), &page.crumbs, err));
    page.frame = web_frame(request, page.heading, STR("units"));
    if (!page.frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, 200);
    page_unit_who(&o, &page);
    return ERR_NONE;
}

/* --- đôn đốc --- */

static struct str message_of(struct request *request, const struct unit_seen *seen, const struct duty_rows *rows)
{
    AUTO_BUF buf;
    buf_init(&buf, MESSAGE_MAX_BYTES);
    struct msg_arg head[] = {ARG_STR("unit", seen->row->name), ARG_DAY("day", seen->today),
                             ARG_INT("late", rows->n[DUTY_LATE]), ARG_INT("due", rows->n[DUTY_DUE]),
                             ARG_INT("unseen", rows->n[DUTY_UNSEEN])};
    msg_print(&buf, request->lang, MSG_UNIT_MESSAGE_HEAD, 0, head, ARRAY_LEN(head));
    buf_lit(&buf, "\n");
    int number = 0;
    int64_t left = 0;
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->states[i] != DUTY_LATE && rows->states[i] != DUTY_DUE && rows->states[i] != DUTY_UNSEEN &&
            rows->states[i] != DUTY_BIRTH)
            continue;
        if (number == MESSAGE_LINES_MAX) {
            left++;
            continue;
        }
        const struct pg_unit_duty *r = &rows->items[i];
        struct msg_arg line[] = {ARG_INT("no", ++number), ARG_STR("title", r->title), ARG_STR("due", r->due),
                                 ARG_STR("state", r->word)};
        msg_print(&buf, request->lang, MSG_UNIT_MESSAGE_LINE, 0, line, ARRAY_LEN(line));
        buf_printf(&buf, "\n   %.*s%.*s\n", STR_ARG(app_of(request)->public_url), STR_ARG(r->href));
    }
    if (left) {
        struct msg_arg more[] = {ARG_INT("n", left)};
        msg_print(&buf, request->lang, MSG_UNIT_MESSAGE_MORE, left, more, 1);
        buf_printf(&buf, " %.*s%.*s\n", STR_ARG(app_of(request)->public_url), STR_ARG(unit_href(request, seen->id)));
    }
    struct msg_arg foot[] = {ARG_STR("person", request->session.name), ARG_STR("unit", request->session.unit)};
    msg_print(&buf, request->lang, MSG_UNIT_MESSAGE_FOOT, 0, foot, ARRAY_LEN(foot));
    struct str text = arena_str(request->arena, buf_str(&buf));
    return str_is_null(text) ? STR("") : text;
}

static enum err_code remind_open(struct request *request, struct db *db, struct unit_seen *ret_seen,
                                 struct duty_rows *ret_rows, struct err *err)
{
    TRY(unit_open(request, db, ret_seen, err));
    struct actor reviewer = app_actor_with(request, RIGHT_REVIEW);
    TRY(access_require(db, &reviewer, RIGHT_REVIEW, ret_seen->id, "remind a unit", err));
    return duties_read(request, db, ret_seen, ret_rows, err);
}

static enum err_code remind_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct unit_seen seen;
    struct duty_rows rows;
    TRY(remind_open(request, db, &seen, &rows, err));
    struct page_unit_remind page = {.text = message_of(request, &seen, &rows),
                                    .act = app_href(request, "/unit/%lld/remind", (long long)seen.id)};
    bool no_focal;
    struct str head;
    TRY(contacts_read(request, db, &seen, &page.calls, &no_focal, &head, err));
    page.to_n = (int64_t)page.calls.count;
    int64_t open = rows.n[DUTY_LATE] + rows.n[DUTY_DUE] + rows.n[DUTY_UNSEEN] + rows.n[DUTY_BIRTH];
    page.heading =
        msg_str(request->arena, request->lang, MSG_UNIT_REMIND_HEADING, 0, MSG_ARGS(ARG_STR("name", seen.row->name)));
    page.lead = msg_str(request->arena, request->lang, MSG_UNIT_REMIND_LEAD, open,
                        MSG_ARGS(ARG_INT("n", open), ARG_INT("late", rows.n[DUTY_LATE])));
    TRY(unit_crumbs(request, db, seen.id, true, text_of(request, MSG_UNIT_REMIND), &page.crumbs, err));
    page.frame = web_frame(request, page.heading, STR("units"));
    if (!page.frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, 200);
    page_unit_remind(&o, &page);
    return ERR_NONE;
}

static enum err_code remind_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct unit_seen seen;
    struct duty_rows rows;
    TRY(remind_open(request, db, &seen, &rows, err));
    struct str title = msg_str(request->arena, LANG_VI, MSG_UNIT_NOTICE, 0,
                               MSG_ARGS(ARG_STR("unit", request->session.unit), ARG_INT("late", rows.n[DUTY_LATE]),
                                        ARG_INT("due", rows.n[DUTY_DUE])));
    if (str_is_null(title))
        return arena_full(request->arena, err);
    TRY(notice_add_roles(db, seen.id, STR(" unit_head deputy_head focal_officer focal_deputy isp_contact "),
                         STR("reminder"), title, app_href(request, "/unit/%lld#duties", (long long)seen.id), err));
    app_done_redirect(
        request, response, unit_href(request, seen.id),
        msg_str(request->arena, request->lang, MSG_UNIT_REMINDED, 0, MSG_ARGS(ARG_STR("name", seen.row->name))),
        STR_NONE);
    return ERR_NONE;
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
    {GET, "/unit/{id}/who", unit_who, RIGHT_READ, READS, NULL},
    {GET, "/unit/{id}/remind", remind_show, RIGHT_REVIEW, READS, NULL},
    {POST, "/unit/{id}/remind", remind_do, RIGHT_REVIEW, CHANGES, NULL},
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
