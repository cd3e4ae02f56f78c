#include "asset/finding.h"
#include "org/access.h"
#include "org/system.sql.h"
#include "web/act.h"
#include "web/app_parts.h"
#include "web/page_unit.h"

static struct str finding_word_of(const struct request *request, const struct finding_word *words, size_t count,
                                  struct str id)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(words[i].id, id))
            return request->lang == LANG_EN ? words[i].en : words[i].vi;
    return id;
}

static enum page_state finding_page_state(bool is_closed, bool is_late, bool allows_control)
{
    return is_closed ? PAGE_STATE_OK : is_late ? PAGE_STATE_LATE : allows_control ? PAGE_STATE_DUE : PAGE_STATE_DOING;
}

static struct str finding_state_word(const struct request *request, bool is_closed, bool is_late,
                                     struct opt_i64 due_day)
{
    if (is_closed)
        return kit_text(request, MSG_ASSET_CLOSED);
    civil_day today = app_today(request);
    if (!due_day.has)
        return kit_text(request, MSG_ASSET_OPEN);
    return words_state(request->arena, request->lang, is_late ? PAGE_STATE_LATE : PAGE_STATE_DUE, today,
                       (civil_day)due_day.v, CIVIL_NONE);
}

static struct str half_word(const struct request *request, struct str state)
{
    return str_is_null(state)
               ? STR("")
               : kit_text(request, str_equal(state, STR("done")) ? MSG_ASSET_HALF_DONE : MSG_ASSET_HALF_OPEN);
}

static enum err_code finding_list_page(struct request *request, struct response *response, struct err *err)
{
    int64_t unit_id;
    TRY(app_unit(request, &unit_id, err));
    static const struct {
        struct str id;
        enum finding_state state;
        bool control;
        enum msg_id word;
        enum page_state look;
    } views[] = {{STR_INIT("control"), FINDING_IS_OPEN, true, MSG_ASSET_F_CONTROL, PAGE_STATE_DUE},
                 {STR_INIT("half"), FINDING_IS_HALF_DONE, true, MSG_ASSET_F_HALF, PAGE_STATE_DOING},
                 {STR_INIT("late"), FINDING_IS_LATE, false, MSG_ASSET_F_LATE, PAGE_STATE_LATE},
                 {STR_INIT("open"), FINDING_IS_OPEN, false, MSG_ASSET_F_OPEN, PAGE_STATE_UNSEEN},
                 {STR_INIT("closed"), FINDING_IS_CLOSED, false, MSG_ASSET_F_CLOSED, PAGE_STATE_OK}};
    struct str state = kit_typed(request, "state"), q = kit_typed(request, "q");
    size_t view = 3;
    for (size_t i = 0; i < ARRAY_LEN(views); i++)
        if (str_equal(views[i].id, state))
            view = i;
    state = views[view].id;
    struct link_param params[] = {
        {"state", state}, {"system", kit_typed(request, "system")},      {"device", kit_typed(request, "device")},
        {"q", q},         {"unit", request_field(request, STR("unit"))}, {"edge", kit_typed(request, "edge")}};
    struct kit_range range = kit_range_of(request);
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_ASSET_READ);
    struct str edge;
    TRY(app_edge(request, db, &actor, unit_id, &edge, err));
    struct finding_filter filter = {.root_id = unit_id,
                                    .edge_kind = edge,
                                    .system_id = kit_id_field(request, STR("system")),
                                    .device_id = kit_id_field(request, STR("device")),
                                    .search = q,
                                    .limit_count = range.limit,
                                    .offset_count = range.offset};
    struct kit_tabs tabs = {0};
    int64_t total = 0, control = 0, open = 0;
    for (size_t i = 0; i < ARRAY_LEN(views); i++) {
        filter.state = views[i].state;
        filter.only_control = views[i].control;
        int64_t n;
        TRY(finding_list_count(db, &actor, request->arena, &filter, &n, err));
        if (i == view)
            total = n;
        if (i == 0)
            control = n;
        if (str_equal(views[i].id, STR("open")))
            open = n;
        kit_tab(&tabs, request, STR("/findings"), "state", views[i].id, state, kit_text(request, views[i].word), n,
                views[i].look, params, ARRAY_LEN(params));
    }
    filter.state = views[view].state;
    filter.only_control = views[view].control;
    struct sql_finding_rows_rows rows;
    TRY(finding_list(db, &actor, request->arena, &filter, &rows, err));
    struct kit_table table;
    kit_table_init(&table, request);
    kit_column(&table, MSG_ASSET_C_FINDING, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_STATE, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_SEVERITY, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_FIX, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_HUNT, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_UNIT, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_FOUND, SHEET_DATE);
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_finding_rows_row *f = &rows.items[i];
        kit_row(&table);
        kit_head(&table, f->title, app_href(request, "/finding/%lld", (long long)f->id),
                 f->allows_control ? kit_text(request, MSG_ASSET_LETS_IN) : STR(""));
        kit_cell_chip(&table, finding_page_state(f->closed_ms.has, f->is_late != 0, f->allows_control != 0),
                      finding_state_word(request, f->closed_ms.has, f->is_late != 0, f->due_day));
        kit_cell(&table, finding_word_of(request, finding_severities, 4, f->severity), STR(""));
        kit_cell(&table, half_word(request, f->fix_state), STR(""));
        kit_cell(&table, half_word(request, f->hunt_state), STR(""));
        kit_cell_sub(&table, f->unit_name, app_href(request, "/unit/%lld", (long long)f->unit_id),
                     str_is_null(f->system_name) ? (str_is_null(f->device_name) ? STR("") : f->device_name)
                                                 : f->system_name);
        kit_cell_day(&table, (civil_day)f->found_day);
    }
    struct pg_dt_act acts[] = {
        {.label = kit_text(request, MSG_ASSET_FINDING_NEW), .href = STR("/finding/new"), .main = true}};
    struct page_duty_table page = {
        .title = control ? kit_msg(request, MSG_ASSET_FINDINGS_TITLE, control, ARG_INT("n", control))
                 : open  ? kit_msg(request, MSG_ASSET_FINDINGS_OPEN, open, ARG_INT("n", open))
                         : kit_text(request, MSG_ASSET_FINDINGS_CLEAR),
        .lead = kit_text(request, MSG_ASSET_FINDINGS_LEAD),
        .acts = {acts, kit_may(request, RIGHT_EXECUTE) || kit_may(request, RIGHT_HUNT) ? 1 : 0},
        .q = q,
        .keep = kit_keep(request, params, ARRAY_LEN(params)),
        .tabs = {tabs.tabs.items, tabs.tabs.count},
        .empty_text = kit_text(request, str_is_empty(q) ? MSG_ASSET_FINDINGS_EMPTY : MSG_DUTY_NOTHING_FOUND),
    };
    return kit_list_respond(request, response, &table, &page, STR("findings"), STR("/findings"), params,
                            ARRAY_LEN(params), &range, total, unit_id, err);
}

static enum err_code finding_new_any(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct kit_form form;
    kit_form_init(&form, request);
    int64_t unit_id = request->session.unit_id, id = 0;
    if (kit_is_post(request)) {
        struct finding_draft draft = {.unit_id = unit_id,
                                      .system_id = kit_id_field(request, STR("system")),
                                      .kind = kit_typed(request, "kind"),
                                      .title = kit_typed(request, "title"),
                                      .detail = kit_typed(request, "detail"),
                                      .severity = kit_typed(request, "severity"),
                                      .allows_control = str_equal(kit_typed(request, "control"), STR("1")),
                                      .source = STR("hand"),
                                      .found_day = CIVIL_NONE,
                                      .due_day = CIVIL_NONE};
        static const char *const needed[] = {"title", "kind", "severity", "control"};
        for (size_t i = 0; i < ARRAY_LEN(needed); i++)
            if (str_is_empty(kit_typed(request, needed[i])))
                kit_error(&form, str_from_cstr(needed[i]),
                          kit_text(request, i ? MSG_ASSET_ANSWER_NEEDED : MSG_ASSET_FINDING_TITLE_NEEDED));
        draft.due_day = act_day(&form, "due");
        if (!form.error_count) {
            if (finding_open(db, &actor, &draft, &id, err) == ERR_NONE)
                return kit_done(request, response, app_href(request, "/finding/%lld", (long long)id),
                                draft.allows_control ? MSG_ASSET_SAID_PAIR : MSG_ASSET_SAID_SAVED, STR_NONE);
            TRY(act_refused(&form, "", err));
        }
    }
    struct sql_unit_systems_rows systems;
    TRY(sql_unit_systems(db, &actor, request->arena,
                         &(struct sql_unit_systems_args){.unit_id = unit_id, .on_day = app_today(request)}, &systems,
                         err));
    kit_field(&form, "text", STR("title"), kit_text(request, MSG_ASSET_FINDING_TITLE), STR(""),
              kit_text(request, MSG_ASSET_FINDING_TITLE_HINT), true);
    struct pg_df_field *control = kit_choice(&form, "radio", STR("control"), kit_text(request, MSG_ASSET_CONTROL_ASK),
                                             STR(""), kit_text(request, MSG_ASSET_CONTROL_HINT), true, 2);
    kit_option(control, STR("1"), kit_text(request, MSG_DUTY_YES));
    kit_option(control, STR("0"), kit_text(request, MSG_DUTY_NO));
    struct pg_df_field *severity =
        kit_choice(&form, "radio", STR("severity"), kit_text(request, MSG_ASSET_C_SEVERITY), STR(""), STR(""), true, 4);
    for (size_t i = 0; i < 4; i++)
        kit_option(severity, finding_severities[i].id,
                   finding_word_of(request, finding_severities, 4, finding_severities[i].id));
    struct pg_df_field *kind = kit_choice(&form, "radio", STR("kind"), kit_text(request, MSG_ASSET_C_KIND), STR(""),
                                          STR(""), true, FINDING_KIND_COUNT);
    for (size_t i = 0; i < FINDING_KIND_COUNT; i++)
        kit_option(kind, finding_kinds[i].id,
                   finding_word_of(request, finding_kinds, FINDING_KIND_COUNT, finding_kinds[i].id));
    struct pg_df_field *system = kit_choice(&form, "select", STR("system"), kit_text(request, MSG_ASSET_C_SYSTEM),
                                            STR("0"), STR(""), false, systems.count + 1);
    kit_option(system, STR("0"), kit_text(request, MSG_ASSET_NO_SYSTEM));
    for (size_t i = 0; i < systems.count; i++)
        kit_option(system, link_id(request, systems.items[i].id), systems.items[i].name);
    kit_field(&form, "day", STR("due"), kit_text(request, MSG_ASSET_DUE), STR(""), STR(""), false);
    kit_field(&form, "long", STR("detail"), kit_text(request, MSG_ASSET_DESCRIPTION), STR(""), STR(""), false);
    struct pg_crumb crumbs[] = {{.text = kit_text(request, MSG_ASSET_FINDINGS), .href = STR("/findings")},
                                {.text = kit_text(request, MSG_ASSET_FINDING_NEW)}};
    struct page_duty_form page = {.crumbs = {crumbs, ARRAY_LEN(crumbs)},
                                  .title = kit_text(request, MSG_ASSET_FINDING_NEW),
                                  .lead = kit_text(request, MSG_ASSET_FINDINGS_LEAD),
                                  .action = STR("/finding/new"),
                                  .submit = kit_text(request, MSG_DUTY_SAVE),
                                  .cancel_href = STR("/findings")};
    return kit_form_respond(request, response, &form, &page, STR("findings"), err);
}

static struct pg_dr_half half_of(struct request *request, const struct sql_finding_tasks_row *task, int64_t finding_id,
                                 bool may)
{
    bool is_fix = str_equal(task->half, FINDING_FIX), is_done = str_equal(task->state, STR("done"));
    struct pg_dr_half half = {
        .title = kit_text(request, is_fix ? MSG_ASSET_C_FIX : MSG_ASSET_C_HUNT),
        .state = is_done ? PAGE_STATE_OK : PAGE_STATE_DOING,
        .word = is_done && task->done_ms.has
                    ? kit_msg(request, MSG_ASSET_HALF_DONE_ON, 0, ARG_DAY("day", civil_day_of_ms(task->done_ms.v)),
                              ARG_STR("who", str_is_null(task->done_name) ? STR("") : task->done_name))
                    : half_word(request, task->state),
        .text = is_done ? task->note : kit_text(request, is_fix ? MSG_ASSET_FIX_TEXT : MSG_ASSET_HUNT_TEXT),
    };
    if (!may)
        return half;
    struct kit_form form;
    kit_form_init(&form, request);
    struct str name = is_fix ? STR("note-fix") : STR("note-hunt");
    kit_field(&form, "long", name,
              kit_text(request, is_done  ? MSG_DUTY_REASON
                                : is_fix ? MSG_ASSET_FIX_NOTE
                                         : MSG_ASSET_HUNT_NOTE),
              STR(""), STR(""), true);
    half.form = (struct pg_dr_form){.action = app_href(request, "/finding/%lld/%s?half=%s", (long long)finding_id,
                                                       is_done ? "undo" : "done", is_fix ? "fix" : "hunt"),
                                    .fields = kit_fields(&form),
                                    .submit = kit_text(request, is_done  ? MSG_ASSET_HALF_UNDO
                                                                : is_fix ? MSG_ASSET_FIX_DO
                                                                         : MSG_ASSET_HUNT_DO),
                                    .main = !is_done};
    return half;
}

static enum err_code finding_show_with(struct request *request, struct response *response, struct str problem,
                                       struct err *err)
{
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct arena *arena = request->arena;
    struct actor actor = app_actor_with(request, RIGHT_ASSET_READ);
    struct finding_page f;
    TRY(finding_read(db, &actor, arena, id, &f, err));
    struct sql_finding_get_row *x = f.finding;
    struct kit_facts facts = {.request = request};
    kit_fact(&facts, MSG_ASSET_C_SEVERITY, finding_word_of(request, finding_severities, 4, x->severity));
    kit_fact(&facts, MSG_ASSET_C_KIND, finding_word_of(request, finding_kinds, FINDING_KIND_COUNT, x->kind));
    kit_fact_link(&facts, MSG_DUTY_C_UNIT, x->unit_name, app_href(request, "/unit/%lld", (long long)x->unit_id));
    TRY(unit_holders_before(request, db, &actor, x->unit_id, STR("finding"), x->id, &facts, err));
    if (x->system_id.has)
        kit_fact_link(&facts, MSG_ASSET_C_SYSTEM, x->system_name,
                      app_href(request, "/system/%lld", (long long)x->system_id.v));
    if (x->device_id.has)
        kit_fact_link(&facts, MSG_ASSET_C_DEVICE, x->device_name,
                      app_href(request, "/device/%lld", (long long)x->device_id.v));
    kit_fact(&facts, MSG_ASSET_C_FOUND, kit_vn_day(request, (civil_day)x->found_day));
    kit_fact(&facts, MSG_ASSET_DUE, kit_vn_day(request, kit_day_of(x->due_day)));
    kit_fact(&facts, MSG_ASSET_DESCRIPTION, x->detail);
    kit_fact(&facts, MSG_ASSET_SOURCE, str_equal(x->source, STR("hand")) ? x->opened_name : x->source);
    static const struct {
        struct str id;
        enum msg_id word;
    } happened[] = {{STR_INIT("opened"), MSG_ASSET_H_OPENED},  {STR_INIT("allows_control"), MSG_ASSET_H_CONTROL},
                    {STR_INIT("task_done"), MSG_ASSET_H_DONE}, {STR_INIT("task_reopened"), MSG_ASSET_H_UNDONE},
                    {STR_INIT("closed"), MSG_ASSET_H_CLOSED},  {STR_INIT("reopened"), MSG_ASSET_H_REOPENED}};
    struct pg_dr_event *events = arena_new_array(arena, struct pg_dr_event, f.events.count + 1);
    struct pg_dr_half *halves = arena_new_array(arena, struct pg_dr_half, f.tasks.count + 1);
    if (!events || !halves)
        return arena_full(arena, err);
    for (size_t i = 0; i < f.events.count; i++) {
        const struct sql_finding_events_row *e = &f.events.items[f.events.count - 1 - i];
        struct str what = e->what;
        for (size_t h = 0; h < ARRAY_LEN(happened); h++)
            if (str_equal(happened[h].id, e->what))
                what = kit_text(request, happened[h].word);
        if (!str_is_empty(e->half))
            what = app_href(
                request, "%.*s: %.*s",
                STR_ARG(kit_text(request, str_equal(e->half, FINDING_FIX) ? MSG_ASSET_C_FIX : MSG_ASSET_C_HUNT)),
                STR_ARG(what));
        events[i] = (struct pg_dr_event){
            .at_ms = e->at_ms,
            .day = kit_vn_day(request, civil_day_of_ms(e->at_ms)),
            .hour = kit_hour(request, e->at_ms),
            .text = what,
            .sub = arena_printf(arena, "%.*s%s%.*s", STR_ARG(e->by_name),
                                str_is_empty(e->note) || str_is_empty(e->by_name) ? "" : " · ", STR_ARG(e->note)),
            .href = e->evidence_id.has ? app_href(request, "/evidence/%lld", (long long)e->evidence_id.v) : STR("")};
    }
    bool execute = false, hunt = false, all_done = true;
    TRY(access_has(db, &actor, RIGHT_EXECUTE, x->unit_id, &execute, err));
    TRY(access_has(db, &actor, RIGHT_HUNT, x->unit_id, &hunt, err));
    for (size_t i = 0; i < f.tasks.count; i++) {
        bool is_fix = str_equal(f.tasks.items[i].half, FINDING_FIX);
        halves[i] = half_of(request, &f.tasks.items[i], x->id, !x->closed_ms.has && (is_fix ? execute : hunt));
        all_done &= str_equal(f.tasks.items[i].state, STR("done"));
    }
    struct str here = app_href(request, "/finding/%lld", (long long)x->id);
    struct pg_dr_form forms[2];
    size_t n = 0;
    if (execute || hunt) {
        if (x->closed_ms.has)
            forms[n++] =
                kit_reason_form(request, "reopen", MSG_ASSET_REOPEN_TITLE, kit_text(request, MSG_ASSET_REOPEN_TEXT),
                                app_href(request, "%.*s/reopen", STR_ARG(here)), MSG_DUTY_REASON, MSG_ASSET_REOPEN);
        else if (all_done) /* else the pair above says what is missing */
            forms[n++] =
                kit_reason_form(request, "close", MSG_ASSET_CLOSE_TITLE, kit_text(request, MSG_ASSET_CLOSE_READY),
                                app_href(request, "%.*s/close", STR_ARG(here)), MSG_ASSET_CLOSE_NOTE, MSG_ASSET_CLOSE);
        if (!x->allows_control)
            forms[n++] = kit_reason_form(
                request, "control", MSG_ASSET_CONTROL_TITLE, kit_text(request, MSG_ASSET_CONTROL_TEXT),
                app_href(request, "%.*s/control", STR_ARG(here)), MSG_DUTY_REASON, MSG_ASSET_CONTROL_DO);
    }
    struct pg_crumb crumbs[] = {{.text = kit_text(request, MSG_ASSET_FINDINGS), .href = STR("/findings")},
                                {.text = x->title}};
    struct page_duty_record page = {
        .crumbs = {crumbs, ARRAY_LEN(crumbs)},
        .title = x->title,
        .state = finding_page_state(x->closed_ms.has, x->is_late != 0, x->allows_control != 0),
        .word = finding_state_word(request, x->closed_ms.has, x->is_late != 0, x->due_day),
        .lead = x->allows_control ? kit_text(request, MSG_ASSET_LETS_IN) : STR(""),
        .problem = problem,
        .pair_text = kit_text(request, x->allows_control ? MSG_ASSET_PAIR_TEXT : MSG_ASSET_SINGLE_TEXT),
        .pair = {halves, f.tasks.count},
        .facts_title = kit_text(request, MSG_DUTY_FACTS),
        .facts = {facts.rows.items, facts.rows.count},
        .events_title = kit_text(request, MSG_DUTY_HISTORY),
        .events = {events, f.events.count},
        .forms = {forms, n},
    };
    return kit_record_respond(request, response, &page, STR("findings"),
                              app_href(request, "/finding/%lld/who", (long long)x->id), err);
}

static enum err_code finding_show(struct request *request, struct response *response, struct err *err)
{
    return finding_show_with(request, response, STR(""), err);
}

static struct str half_typed(const struct act *a, struct str *ret_note)
{
    bool is_hunt = str_equal(kit_typed(a->request, "half"), FINDING_HUNT);
    *ret_note = kit_typed(a->request, is_hunt ? "note-hunt" : "note-fix");
    return is_hunt ? FINDING_HUNT : FINDING_FIX;
}

static enum err_code act_done(struct act *a, struct err *err)
{
    struct str note, half = half_typed(a, &note);
    return finding_task_done(a->db, &a->actor, a->id, half, note, 0, err);
}

static enum err_code act_undo(struct act *a, struct err *err)
{
    struct str note, half = half_typed(a, &note);
    return finding_task_reopen(a->db, &a->actor, a->id, half, note, err);
}

static enum err_code act_close(struct act *a, struct err *err)
{
    return finding_close(a->db, &a->actor, a->id, kit_typed(a->request, "reason-close"), err);
}

static enum err_code act_reopen(struct act *a, struct err *err)
{
    return finding_reopen(a->db, &a->actor, a->id, kit_typed(a->request, "reason-reopen"), err);
}

static enum err_code act_control(struct act *a, struct err *err)
{
    return finding_allows_control(a->db, &a->actor, a->id, kit_typed(a->request, "reason-control"), err);
}

static enum err_code finding_act_post(struct request *request, struct response *response, struct err *err)
{
    static const struct act_row rows[] = {{STR_INIT("done"), act_done, MSG_ASSET_SAID_HALF},
                                          {STR_INIT("undo"), act_undo, MSG_ASSET_SAID_UNDONE},
                                          {STR_INIT("close"), act_close, MSG_ASSET_SAID_CLOSED},
                                          {STR_INIT("reopen"), act_reopen, MSG_ASSET_SAID_REOPENED},
                                          {STR_INIT("control"), act_control, MSG_ASSET_SAID_PAIR}};
    static const struct act_table table = {.rows = rows,
                                           .row_count = ARRAY_LEN(rows),
                                           .page = "/finding/",
                                           .right = RIGHT_READ,
                                           .again = finding_show_with};
    return act_answer(request, response, &table, err);
}

static const struct route routes[] = {
    {GET, "/findings", finding_list_page, RIGHT_ASSET_READ, READS, NULL},
    {GET, "/findings.xlsx", finding_list_page, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/findings.csv", finding_list_page, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/finding/new", finding_new_any, RIGHT_ASSET_READ, READS, NULL},
    {POST, "/finding/new", finding_new_any, RIGHT_ASSET_READ, CHANGES, NULL},
    {GET, "/finding/{id}", finding_show, RIGHT_ASSET_READ, READS, NULL},
    {POST, "/finding/{id}/done", finding_act_post, RIGHT_ASSET_READ, CHANGES, NULL},
    {POST, "/finding/{id}/undo", finding_act_post, RIGHT_ASSET_READ, CHANGES, NULL},
    {POST, "/finding/{id}/close", finding_act_post, RIGHT_ASSET_READ, CHANGES, NULL},
    {POST, "/finding/{id}/reopen", finding_act_post, RIGHT_ASSET_READ, CHANGES, NULL},
    {POST, "/finding/{id}/control", finding_act_post, RIGHT_ASSET_READ, CHANGES, NULL},
};
const struct route_list finding_routes = {routes, ARRAY_LEN(routes)};
