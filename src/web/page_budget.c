#include "duty/budget.h"
#include "duty/request.h"
#include "duty/rollup.sql.h"
#include "org/access.h"
#include "web/page_duty.h"

bool budget_vnd_typed(const struct request *request, struct str name, int64_t *ret_vnd)
{
    struct str text = str_trim(request_field(request, name));
    int64_t value = 0;
    if (str_is_empty(text)) {
        *ret_vnd = 0;
        return true;
    }
    for (size_t i = 0; i < text.len_bytes; i++) {
        char c = text.ptr[i];
        if (c == '.' || c == ' ' || c == ',')
            continue;
        if (c < '0' || c > '9' || value > REQUEST_VND_MAX)
            return false;
        value = value * 10 + (c - '0');
    }
    *ret_vnd = value;
    return true;
}

static enum err_code budget_show(struct request *request, struct response *response, struct str problem,
                                 struct err *err)
{
    int64_t unit_id, year;
    TRY(app_unit(request, &unit_id, err));
    TRY(app_int(request, STR("year"), civil_from_day(app_today(request)).year, &year, err));
    if (year < 2020 || year > 2100)
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(kit_text(request, MSG_DUTY_YEAR_NEEDED)));
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct str edge;
    TRY(app_edge(request, db, &actor, unit_id, &edge, err));
    struct budget_table money;
    TRY(budget_rollup(db, &actor, unit_id, edge, (int)year, request->arena, &money, err));
    struct link_param params[] = {{"year", app_href(request, "%lld", (long long)year)},
                                  {"unit", request_field(request, STR("unit"))}};
    struct kit_range range = kit_range_of(request);
    struct kit_table table;
    kit_table_init(&table, request);
    kit_column(&table, MSG_DUTY_C_UNIT, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_REQUESTS, SHEET_INT);
    kit_column(&table, MSG_DUTY_C_ASKED, SHEET_INT);
    kit_column(&table, MSG_DUTY_C_GRANTED, SHEET_INT);
    kit_column(&table, MSG_DUTY_C_SPENT, SHEET_INT);
    kit_column(&table, MSG_DUTY_C_BUDGET, SHEET_INT);
    kit_column(&table, MSG_DUTY_C_SHARE, SHEET_TEXT);
    for (size_t i = (size_t)range.offset; i < money.count && (int64_t)(i - (size_t)range.offset) < range.limit; i++) {
        const struct budget_line *line = &money.lines[i];
        kit_row(&table);
        kit_head(&table, line->name, app_href(request, "/unit/%lld", (long long)line->unit_id), STR(""));
        kit_cell_number(&table, line->request_count,
                        app_href(request, "/requests?box=mine&kind=cost&unit=%lld", (long long)line->unit_id));
        kit_cell_number(&table, line->asked_vnd, STR(""));
        kit_cell_number(&table, line->granted_vnd, STR(""));
        kit_cell_number(&table, line->spent_vnd, STR(""));
        if (line->total_vnd)
            kit_cell_number(&table, line->total_vnd, STR(""));
        else
            kit_cell(&table, kit_text(request, MSG_DUTY_UNKNOWN), STR(""));
        AUTO_BUF share;
        buf_init(&share, 64);
        if (line->share_permille >= 0)
            words_percent(&share, request->lang, line->share_permille);
        kit_cell(&table,
                 share.len_bytes ? app_href(request, "%.*s", STR_ARG(buf_str(&share)))
                                 : kit_text(request, MSG_DUTY_UNKNOWN),
                 STR(""));
    }
    bool may_set = false, may_finance = false;
    TRY(access_has(db, &actor, RIGHT_APPROVE, unit_id, &may_set, err));
    TRY(access_has(db, &actor, RIGHT_FINANCE, unit_id, &may_finance, err));
    struct kit_form form;
    kit_form_init(&form, request);
    struct pg_dr_form set[1];
    struct sql_budget_total_get_row *whole = NULL;
    TRY(sql_budget_total_get(db, &actor, request->arena,
                             &(struct sql_budget_total_get_args){.unit_id = unit_id, .budget_year = year}, &whole,
                             err));
    kit_field(&form, "hidden", STR("year"), STR(""), params[0].value, STR(""), false);
    kit_field(&form, "hidden", STR("unit"), STR(""), link_id(request, unit_id), STR(""), false);
    kit_field(&form, "number", STR("total"), kit_text(request, MSG_DUTY_BUDGET_TOTAL),
              whole ? kit_number_text(request, whole->total_vnd) : STR(""), kit_text(request, MSG_DUTY_AMOUNT_HINT),
              true);
    kit_field(&form, "text", STR("basis"), kit_text(request, MSG_DUTY_BUDGET_BASIS), whole ? whole->basis : STR(""),
              kit_text(request, MSG_DUTY_BUDGET_BASIS_HINT), true);
    set[0] = kit_side_form(&form, "total", MSG_DUTY_BUDGET_SET, kit_text(request, MSG_DUTY_BUDGET_SET_TEXT),
                           STR("/budget"), MSG_DUTY_SAVE, false);
    bool may_ask = kit_may(request, RIGHT_EXECUTE);
    struct pg_dt_act acts[] = {
        {.label = kit_text(request, MSG_DUTY_ASK_COST), .href = STR("/request/new?kind=cost"), .main = true},
        {.label = app_href(request, "%lld", (long long)year - 1),
         .href = app_href(request, "/budget?year=%lld&unit=%lld", (long long)year - 1, (long long)unit_id)},
        {.label = app_href(request, "%lld", (long long)year + 1),
         .href = app_href(request, "/budget?year=%lld&unit=%lld", (long long)year + 1, (long long)unit_id)},
    };
    struct page_duty_table page = {
        .title = kit_msg(request, MSG_DUTY_BUDGET_TITLE, 0, ARG_STR("year", params[0].value),
                         ARG_STR("granted", kit_vnd(request, money.sum.granted_vnd)),
                         ARG_STR("asked", kit_vnd(request, money.sum.asked_vnd))),
        .lead = money.sum.has_total && money.sum.share_permille >= 0
                    ? kit_msg(request, MSG_DUTY_BUDGET_SHARE, 0, ARG_PCT("share", money.sum.share_permille),
                              ARG_STR("total", kit_vnd(request, money.sum.total_vnd)))
                    : kit_text(request, MSG_DUTY_BUDGET_NO_TOTAL),
        .acts = {acts + !may_ask, ARRAY_LEN(acts) - !may_ask},
        .no_search = true,
        .empty_text = kit_text(request, MSG_DUTY_BUDGET_EMPTY),
        .forms = {set, may_set || may_finance ? 1 : 0},
        .problem = problem,
        .note = kit_text(request, MSG_DUTY_BUDGET_NOTE),
    };
    return kit_list_respond(request, response, &table, &page, STR("tasks"), STR("/budget"), params, ARRAY_LEN(params),
                            &range, (int64_t)money.count, unit_id, err);
}

enum err_code budget_page(struct request *request, struct response *response, struct err *err)
{
    return budget_show(request, response, STR(""), err);
}

enum err_code budget_post(struct request *request, struct response *response, struct err *err)
{
    int64_t unit_id, year, total;
    TRY(app_unit(request, &unit_id, err));
    TRY(app_int(request, STR("year"), 0, &year, err));
    if (!budget_vnd_typed(request, STR("total"), &total) || total <= 0)
        return budget_show(request, response, kit_text(request, MSG_DUTY_AMOUNT_NEEDED), err);
    struct str problem = STR("");
    {
        AUTO_DB db = NULL;
        TRY(app_db(request, &db, err));
        struct actor actor = app_actor_with(request, RIGHT_READ);
        if (budget_set_total(db, &actor, unit_id, (int)year, total, kit_typed(request, "basis"), err) != ERR_NONE) {
            if (!kit_is_words(err))
                return err->code;
            problem = kit_problem(request, err);
        }
    }
    if (!str_is_empty(problem))
        return budget_show(request, response, problem, err);
    return kit_done(request, response,
                    app_href(request, "/budget?year=%lld&unit=%lld", (long long)year, (long long)unit_id),
                    MSG_DUTY_SAID_BUDGET, STR_NONE);
}
