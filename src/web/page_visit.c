#include "duty/visit.h"

#include "duty/rollup.sql.h"
#include "org/access.h"
#include "org/unit.h"
#include "org/unit.sql.h"
#include "web/act.h"
#include "web/page_duty.h"

#define UNITS_TO_VISIT_MAX 2000

static enum page_state visit_state(struct opt_i64 done, struct opt_i64 cancelled, int64_t planned, civil_day today)
{
    return cancelled.has     ? PAGE_STATE_NA
           : done.has        ? PAGE_STATE_OK
           : planned < today ? PAGE_STATE_LATE
                             : PAGE_STATE_DUE;
}

static struct str visit_word(const struct request *request, struct opt_i64 done, struct opt_i64 cancelled,
                             int64_t planned)
{
    civil_day today = app_today(request);
    if (cancelled.has)
        return kit_text(request, MSG_DUTY_V_CANCELLED);
    if (done.has)
        return kit_msg(request, MSG_DUTY_V_DONE, 0, ARG_DAY("day", (civil_day)done.v));
    return words_state(request->arena, request->lang, planned < today ? PAGE_STATE_LATE : PAGE_STATE_DUE, today,
                       (civil_day)planned, CIVIL_NONE);
}

/* Along the way down that has most: is there anybody to visit? */
static enum err_code has_units_to_visit(const struct request *request, struct db *db, const struct actor *actor,
                                        bool *ret_has, struct err *err)
{
    struct str edge;
    struct tree_part part;
    TRY(access_edge_best(db, actor, request->session.unit_id, &edge, err));
    TRY(access_tree(db, actor, request->session.unit_id, edge, app_today(request), request->arena, &part, err));
    *ret_has = part.count > 1;
    return ERR_NONE;
}

/* The unit itself and those below it, the same way. */
static enum err_code units_to_visit(const struct request *request, struct db *db, const struct actor *actor,
                                    struct sql_unit_search_rows *ret_units, struct err *err)
{
    struct str edge;
    TRY(access_edge_best(db, actor, request->session.unit_id, &edge, err));
    return sql_unit_search(db, actor, request->arena,
                           &(struct sql_unit_search_args){.root_id = request->session.unit_id,
                                                          .edge_kind = edge,
                                                          .search = STR("%"),
                                                          .kind = STR_NONE,
                                                          .on_day = app_today(request),
                                                          .limit_count = UNITS_TO_VISIT_MAX,
                                                          .offset_count = 0},
                           ret_units, err);
}

enum err_code visit_list_page(struct request *request, struct response *response, struct err *err)
{
    int64_t unit_id;
    TRY(app_unit(request, &unit_id, err));
    struct str state = kit_typed(request, "state");
    if (!str_equal(state, STR("open")) && !str_equal(state, STR("done")) && !str_equal(state, STR("cancelled")) &&
        !str_equal(state, STR("here")))
        state = STR("all");
    struct link_param params[] = {{"state", state}, {"unit", request_field(request, STR("unit"))}};
    struct kit_range range = kit_range_of(request);
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    civil_day today = app_today(request);
    struct kit_table table;
    kit_table_init(&table, request);
    bool here = str_equal(state, STR("here"));
    kit_column(&table, here ? MSG_DUTY_C_VISITOR : MSG_DUTY_C_VISITED, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_STATE, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_PLANNED, SHEET_DATE);
    kit_column(&table, MSG_DUTY_C_PEOPLE, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_CONCLUSION, SHEET_TEXT);
    int64_t total = 0;
    if (here) {
        struct sql_visit_list_unit_rows rows;
        TRY(sql_visit_list_unit(db, &actor, request->arena,
                                &(struct sql_visit_list_unit_args){.unit_id = unit_id, .on_day = today}, &rows, err));
        total = (int64_t)rows.count;
        for (size_t i = (size_t)range.offset; i < rows.count && (int64_t)(i - (size_t)range.offset) < range.limit;
             i++) {
            const struct sql_visit_list_unit_row *r = &rows.items[i];
            kit_row(&table);
            kit_head(&table, r->by_unit_name, app_href(request, "/visit/%lld", (long long)r->id), STR(""));
            kit_cell_chip(&table, visit_state(r->done_day, r->cancelled_ms, r->planned_day, today),
                          visit_word(request, r->done_day, r->cancelled_ms, r->planned_day));
            kit_cell_day(&table, (civil_day)r->planned_day);
            kit_cell(&table, r->people, STR(""));
            kit_cell(&table, str_is_null(r->conclusion) ? STR("") : kit_short(request, r->conclusion), STR(""));
        }
    } else {
        struct sql_visit_list_by_rows rows;
        TRY(sql_visit_list_by(db, &actor, request->arena,
                              &(struct sql_visit_list_by_args){.by_unit_id = unit_id,
                                                               .state = state,
                                                               .on_day = today,
                                                               .limit_count = range.limit + 1,
                                                               .offset_count = range.offset},
                              &rows, err));
        total = -(range.offset + (int64_t)rows.count); /* not counted: one more than the page asked for */
        for (size_t i = 0; i < rows.count && (int64_t)i < range.limit; i++) {
            const struct sql_visit_list_by_row *r = &rows.items[i];
            kit_row(&table);
            kit_head(&table, r->unit_name, app_href(request, "/visit/%lld", (long long)r->id), STR(""));
            kit_cell_chip(&table, visit_state(r->done_day, r->cancelled_ms, r->planned_day, today),
                          visit_word(request, r->done_day, r->cancelled_ms, r->planned_day));
            kit_cell_day(&table, (civil_day)r->planned_day);
            kit_cell(&table, r->people, STR(""));
            kit_cell(&table, str_is_null(r->conclusion) ? STR("") : kit_short(request, r->conclusion), STR(""));
        }
    }
    static const struct {
        struct str id;
        enum msg_id label;
    } views[] = {{STR_INIT("all"), MSG_DUTY_ALL},
                 {STR_INIT("open"), MSG_DUTY_V_TO_COME},
                 {STR_INIT("done"), MSG_DUTY_V_HELD},
                 {STR_INIT("cancelled"), MSG_DUTY_V_CANCELLED},
                 {STR_INIT("here"), MSG_DUTY_V_HERE}};
    bool has_units = false;
    if (kit_may(request, RIGHT_EXECUTE | RIGHT_REVIEW))
        TRY(has_units_to_visit(request, db, &actor, &has_units, err));
    struct pg_dt_act acts[] = {{.label = kit_text(request, MSG_DUTY_V_PLAN), .href = STR("/visit/new"), .main = true}};
    struct kit_tabs tabs = {0};
    for (size_t i = 0; i < ARRAY_LEN(views); i++)
        kit_tab(&tabs, request, STR("/visits"), "state", views[i].id, state, kit_text(request, views[i].label), -1,
                PAGE_STATE_NONE, params, ARRAY_LEN(params));
    struct page_duty_table page = {
        .title = kit_text(request, here ? MSG_DUTY_V_HERE : MSG_DUTY_VISITS),
        .lead = kit_text(request, MSG_DUTY_VISITS_LEAD),
        .acts = {acts, has_units ? ARRAY_LEN(acts) : 0},
        .tabs = {tabs.tabs.items, tabs.tabs.count},
        .no_search = true,
        .empty_text = kit_text(request, MSG_DUTY_VISITS_EMPTY),
    };
    return kit_list_respond(request, response, &table, &page, STR("units"), STR("/visits"), params, ARRAY_LEN(params),
                            &range, total, unit_id, err);
}

static enum err_code visit_form(struct request *request, struct response *response, struct kit_form *form,
                                struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_unit_search_rows units;
    TRY(units_to_visit(request, db, &actor, &units, err));
    struct str chosen =
        kit_id_field(request, STR("unit")) ? link_id(request, kit_id_field(request, STR("unit"))) : STR("");
    struct pg_df_field *unit = kit_choice(form, "select", STR("unit"), kit_text(request, MSG_DUTY_C_VISITED), chosen,
                                          STR(""), true, units.count + 1);
    kit_option(unit, STR(""), kit_text(request, MSG_DUTY_V_CHOOSE));
    for (size_t i = 0; i < units.count; i++)
        if (units.items[i].id != request->session.unit_id)
            kit_option(unit, link_id(request, units.items[i].id), units.items[i].name);
    kit_field(form, "day", STR("planned"), kit_text(request, MSG_DUTY_C_PLANNED), STR(""), STR(""), true);
    kit_field(form, "text", STR("people"), kit_text(request, MSG_DUTY_C_PEOPLE), request->session.name,
              kit_text(request, MSG_DUTY_V_PEOPLE_HINT), true);
    struct pg_crumb crumbs[] = {{.text = kit_text(request, MSG_DUTY_VISITS), .href = STR("/visits")},
                                {.text = kit_text(request, MSG_DUTY_V_PLAN)}};
    struct page_duty_form page = {.crumbs = {crumbs, ARRAY_LEN(crumbs)},
                                  .title = kit_text(request, MSG_DUTY_V_PLAN),
                                  .lead = kit_text(request, MSG_DUTY_V_PLAN_LEAD),
                                  .action = STR("/visit/new"),
                                  .submit = kit_text(request, MSG_DUTY_V_PLAN_DO),
                                  .cancel_href = STR("/visits")};
    return kit_form_respond(request, response, form, &page, STR("units"), err);
}

enum err_code visit_new_page(struct request *request, struct response *response, struct err *err)
{
    struct kit_form form;
    kit_form_init(&form, request);
    return visit_form(request, response, &form, err);
}

enum err_code visit_new_post(struct request *request, struct response *response, struct err *err)
{
    struct kit_form form;
    kit_form_init(&form, request);
    struct visit_draft draft = {.unit_id = kit_id_field(request, STR("unit")),
                                .by_unit_id = request->session.unit_id,
                                .planned_day = CIVIL_NONE};
    if (!draft.unit_id)
        kit_error(&form, STR("unit"), kit_text(request, MSG_DUTY_V_UNIT_NEEDED));
    draft.planned_day = act_day_needed(&form, "planned", MSG_DUTY_DAY_NEEDED);
    draft.people = act_text(&form, "people", MSG_DUTY_V_PEOPLE_NEEDED);
    int64_t id = 0;
    if (!form.error_count) {
        AUTO_DB db = NULL;
        TRY(app_db(request, &db, err));
        struct actor actor = app_actor(request);
        if (visit_plan(db, &actor, &draft, &id, err) != ERR_NONE)
            TRY(act_refused(&form, "", err));
    }
    if (form.error_count)
        return visit_form(request, response, &form, err);
    return kit_done(request, response, app_href(request, "/visit/%lld", (long long)id), MSG_DUTY_SAID_PLANNED,
                    app_href(request, "/visit/%lld/cancel?undo=1", (long long)id));
}

static enum err_code visit_load(struct request *request, struct db *db, struct sql_visit_page_row **ret_row,
                                struct err *err)
{
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_visit_page_row *row = NULL;
    TRY(sql_visit_page(db, &actor, request->arena,
                       &(struct sql_visit_page_args){.id = id, .on_day = app_today(request)}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "no such visit");
    *ret_row = row;
    return ERR_NONE;
}

static enum err_code visit_show_with(struct request *request, struct response *response, struct str problem,
                                     struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_visit_page_row *r = NULL;
    TRY(visit_load(request, db, &r, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    civil_day today = app_today(request);
    struct kit_facts facts = {.request = request};
    kit_fact_link(&facts, MSG_DUTY_C_VISITED, r->unit_name, app_href(request, "/unit/%lld", (long long)r->unit_id));
    kit_fact_link(&facts, MSG_DUTY_C_VISITOR, r->by_unit_name,
                  app_href(request, "/unit/%lld", (long long)r->by_unit_id));
    kit_fact(&facts, MSG_DUTY_C_PLANNED, kit_vn_day(request, (civil_day)r->planned_day));
    kit_fact(&facts, MSG_DUTY_C_PEOPLE, r->people);
    if (r->directive_id.has)
        kit_fact_link(&facts, MSG_DUTY_F_DIRECTIVE, r->directive_title,
                      app_href(request, "/directive/%lld", (long long)r->directive_id.v));
    kit_fact(&facts, MSG_DUTY_V_DAY, kit_vn_day(request, kit_day_of(r->done_day)));
    kit_fact(&facts, MSG_DUTY_V_MINUTES, r->minutes);
    kit_fact(&facts, MSG_DUTY_C_CONCLUSION, r->conclusion);
    kit_fact(&facts, MSG_DUTY_F_REASON, r->cancel_reason);
    kit_fact(&facts, MSG_DUTY_F_BY, r->by_name);
    kit_fact(&facts, MSG_DUTY_F_AT, kit_vn_ms(request, r->at_ms));
    bool may = false;
    TRY(access_has(db, &actor, RIGHT_EXECUTE, r->by_unit_id, &may, err));
    bool is_open = !r->done_day.has && !r->cancelled_ms.has;
    struct str here = app_href(request, "/visit/%lld", (long long)r->id);
    struct kit_form finish, move;
    kit_form_init(&finish, request);
    kit_form_init(&move, request);
    kit_field(&finish, "day", STR("done"), kit_text(request, MSG_DUTY_V_DAY), STR(""), STR(""), true);
    kit_field(&finish, "text", STR("people"), kit_text(request, MSG_DUTY_C_PEOPLE), r->people,
              kit_text(request, MSG_DUTY_V_FROM_PLAN), false);
    kit_field(&finish, "long", STR("minutes"), kit_text(request, MSG_DUTY_V_MINUTES), STR(""), STR(""), true);
    kit_field(&finish, "long", STR("conclusion"), kit_text(request, MSG_DUTY_C_CONCLUSION), STR(""), STR(""), true);
    kit_field(&move, "day", STR("planned"), kit_text(request, MSG_DUTY_V_NEW_DAY), STR(""), STR(""), true);
    kit_field(&move, "text", STR("reason"), kit_text(request, MSG_DUTY_REASON), STR(""), STR(""), true);
    struct pg_dr_form forms[3];
    size_t n = 0;
    if (may && is_open) {
        forms[n++] =
            kit_side_form(&finish, "finish", MSG_DUTY_V_FINISH_TITLE, kit_text(request, MSG_DUTY_V_FINISH_TEXT),
                          app_href(request, "%.*s/finish", STR_ARG(here)), MSG_DUTY_V_FINISH, true);
        forms[n++] = kit_side_form(&move, "move", MSG_DUTY_V_MOVE_TITLE, kit_text(request, MSG_DUTY_V_MOVE_TEXT),
                                   app_href(request, "%.*s/move", STR_ARG(here)), MSG_DUTY_V_MOVE, false);
        forms[n++] =
            kit_reason_form(request, "cancel", MSG_DUTY_V_CANCEL_TITLE, STR(""),
                            app_href(request, "%.*s/cancel", STR_ARG(here)), MSG_DUTY_REASON, MSG_DUTY_V_CANCEL);
    }
    struct pg_crumb crumbs[] = {{.text = kit_text(request, MSG_DUTY_VISITS), .href = STR("/visits")},
                                {.text = r->unit_name}};
    struct page_duty_record page = {
        .crumbs = {crumbs, ARRAY_LEN(crumbs)},
        .title = kit_msg(request, MSG_DUTY_VISIT_TITLE, 0, ARG_STR("unit", r->unit_name)),
        .state = visit_state(r->done_day, r->cancelled_ms, r->planned_day, today),
        .word = visit_word(request, r->done_day, r->cancelled_ms, r->planned_day),
        .problem = problem,
        .facts_title = kit_text(request, MSG_DUTY_FACTS),
        .facts = {facts.rows.items, facts.rows.count},
        .forms = {forms, n},
    };
    return kit_record_respond(request, response, &page, STR("units"),
                              app_href(request, "/visit/%lld/who", (long long)r->id), err);
}

enum err_code visit_show(struct request *request, struct response *response, struct err *err)
{
    return visit_show_with(request, response, STR(""), err);
}

static enum err_code act_finish(struct act *a, struct err *err)
{
    struct visit_result result = {.visit_id = a->id,
                                  .people = kit_typed(a->request, "people"),
                                  .minutes = kit_typed(a->request, "minutes"),
                                  .conclusion = kit_typed(a->request, "conclusion"),
                                  .file_sha256 = STR_NONE};
    TRY(app_day(a->request, STR("done"), &result.done_day, err));
    if (result.done_day == CIVIL_NONE)
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(kit_text(a->request, MSG_DUTY_DAY_NEEDED)));
    return visit_finish(a->db, &a->actor, &result, err);
}

static enum err_code act_move(struct act *a, struct err *err)
{
    civil_day day;
    TRY(app_day(a->request, STR("planned"), &day, err));
    if (day == CIVIL_NONE)
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(kit_text(a->request, MSG_DUTY_DAY_NEEDED)));
    return visit_move(a->db, &a->actor, a->id, day, kit_typed(a->request, "reason"), err);
}

static enum err_code act_cancel(struct act *a, struct err *err)
{
    bool undo = str_equal(kit_typed(a->request, "undo"), STR("1"));
    return visit_cancel(a->db, &a->actor, a->id,
                        undo ? kit_text(a->request, MSG_DUTY_UNDONE) : kit_typed(a->request, "reason-cancel"), err);
}

static enum err_code act_load(struct act *a, struct err *err)
{
    struct sql_visit_page_row *row = NULL;
    TRY(visit_load(a->request, a->db, &row, err));
    a->row = row;
    return ERR_NONE;
}

enum err_code visit_act_post(struct request *request, struct response *response, struct err *err)
{
    static const struct act_row rows[] = {{STR_INIT("finish"), act_finish, MSG_DUTY_SAID_VISITED},
                                          {STR_INIT("move"), act_move, MSG_DUTY_SAID_MOVED},
                                          {STR_INIT("cancel"), act_cancel, MSG_DUTY_SAID_CANCELLED}};
    static const struct act_table table = {
        .rows = rows, .row_count = ARRAY_LEN(rows), .page = "/visit/", .load = act_load, .again = visit_show_with};
    return act_answer(request, response, &table, err);
}
