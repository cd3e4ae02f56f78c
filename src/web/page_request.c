#include "duty/request.h"
#include "duty/rollup.sql.h"
#include "org/access.h"
#include "web/act.h"
#include "web/page_duty.h"

enum page_state request_page_state(struct str state)
{
    return str_equal(state, STR("open"))      ? PAGE_STATE_DOING
           : str_equal(state, STR("granted")) ? PAGE_STATE_OK
           : str_equal(state, STR("done"))    ? PAGE_STATE_OK
           : str_equal(state, STR("refused")) ? PAGE_STATE_DUE
                                              : PAGE_STATE_NA;
}

static struct str words_of(const struct request *request, struct request_words words)
{
    return request->lang == LANG_EN ? words.en : words.vi;
}

struct str request_word(const struct request *request, struct str state)
{
    struct request_words words;
    return request_state_words(state, &words) ? words_of(request, words) : state;
}

struct str request_kind_word(const struct request *request, struct str kind)
{
    enum request_kind known;
    return request_kind_from_str(kind, &known) ? words_of(request, request_kind_words(known)) : kind;
}

/* --- asking --- */

enum err_code request_help_page(struct request *request, struct response *response, struct err *err)
{
    (void)err;
    response_redirect(request, response, STR("/request/new?kind=help"));
    return ERR_NONE;
}

struct asking {
    struct request *request;
    struct sql_assignment_page_row *duty; /* NULL: about no duty */
    enum request_kind kind;
    int64_t unit_id;
};

static enum err_code asking_load(struct request *request, struct db *db, struct asking *a, struct err *err)
{
    *a = (struct asking){.request = request, .kind = REQUEST_HELP, .unit_id = request->session.unit_id};
    struct actor actor = app_actor_with(request, RIGHT_READ);
    int64_t duty_id = kit_id_field(request, STR("duty"));
    if (duty_id) {
        TRY(sql_assignment_page(db, &actor, request->arena,
                                &(struct sql_assignment_page_args){.id = duty_id, .on_day = app_today(request)},
                                &a->duty, err));
        if (!a->duty)
            return err_set(err, ERR_NOT_FOUND, "no such duty");
        a->unit_id = a->duty->unit_id;
    }
    TRY(access_require(db, &actor, RIGHT_EXECUTE, a->unit_id, "ask in the name of this unit", err));
    if (!request_kind_from_str(kit_typed(request, "kind"), &a->kind) ||
        (!a->duty && (a->kind == REQUEST_NOT_APPLICABLE || a->kind == REQUEST_WAIVER)))
        a->kind = a->duty ? REQUEST_NOT_APPLICABLE : REQUEST_HELP;
    return ERR_NONE;
}

static enum err_code asking_show(const struct asking *a, struct response *response, struct kit_form *form,
                                 struct err *err)
{
    struct request *request = a->request;
    static const enum msg_id leads[REQUEST_KIND_COUNT] = {MSG_DUTY_ASK_NA_LEAD, MSG_DUTY_ASK_WAIVER_LEAD,
                                                          MSG_DUTY_ASK_COST_LEAD, MSG_DUTY_ASK_HELP_LEAD};
    struct str kind_id = str_from_cstr(request_kind_to_str(a->kind)), kind = request_kind_word(request, kind_id);
    kit_field(form, "hidden", STR("kind"), STR(""), kind_id, STR(""), false);
    if (a->duty)
        kit_field(form, "hidden", STR("duty"), STR(""), link_id(request, a->duty->id), STR(""), false);
    if (a->kind == REQUEST_COST) {
        kit_field(form, "number", STR("amount"), kit_text(request, MSG_DUTY_AMOUNT), STR(""),
                  kit_text(request, MSG_DUTY_AMOUNT_HINT), true);
        kit_field(form, "number", STR("year"), kit_text(request, MSG_DUTY_YEAR),
                  app_href(request, "%d", civil_from_day(app_today(request)).year), STR(""), true);
    }
    if (a->kind == REQUEST_WAIVER)
        kit_field(form, "day", STR("until"), kit_text(request, MSG_DUTY_UNTIL), STR(""),
                  kit_text(request, MSG_DUTY_UNTIL_HINT), true);
    kit_field(form, "long", STR("reason"),
              kit_text(request, a->kind == REQUEST_HELP ? MSG_DUTY_HELP_WHAT : MSG_DUTY_REASON), STR(""), STR(""),
              true);
    struct str back = a->duty ? app_href(request, "/duty/%lld", (long long)a->duty->id) : STR("/requests");
    struct pg_crumb crumbs[] = {{.text = a->duty ? a->duty->title : kit_text(request, MSG_DUTY_REQUESTS), .href = back},
                                {.text = kind}};
    VEC(struct pg_dt_act) choose = {0};
    for (int k = 0; !a->duty && k < REQUEST_KIND_COUNT; k++) {
        struct pg_dt_act *act = k == REQUEST_COST || k == REQUEST_HELP ? vec_push(&choose, request->arena) : NULL;
        if (act)
            *act = (struct pg_dt_act){
                .label = request_kind_word(request, str_from_cstr(request_kind_to_str((enum request_kind)k))),
                .href = app_href(request, "/request/new?kind=%s", request_kind_to_str((enum request_kind)k)),
                .main = k == (int)a->kind};
    }
    struct page_duty_form page = {.crumbs = {crumbs, ARRAY_LEN(crumbs)},
                                  .title = kind,
                                  .lead = kit_text(request, leads[a->kind]),
                                  .action = STR("/request/new"),
                                  .choose = {choose.items, choose.count},
                                  .choose_label = kit_text(request, MSG_DUTY_ASK_WHAT),
                                  .submit = kit_text(request, MSG_DUTY_SEND),
                                  .cancel_href = back};
    return kit_form_respond(request, response, form, &page, STR("tasks"), err);
}

enum err_code request_new_page(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct asking a;
    TRY(asking_load(request, db, &a, err));
    struct kit_form form;
    kit_form_init(&form, request);
    return asking_show(&a, response, &form, err);
}

enum err_code request_new_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct asking a;
    TRY(asking_load(request, db, &a, err));
    struct kit_form form;
    kit_form_init(&form, request);
    struct request_draft draft = {.kind = a.kind,
                                  .unit_id = a.unit_id,
                                  .assignment_id = a.duty ? a.duty->id : 0,
                                  .reason = act_text(&form, "reason", MSG_DUTY_REASON_NEEDED),
                                  .until_day = CIVIL_NONE};
    if (a.kind == REQUEST_COST) {
        int64_t year = 0;
        if (!budget_vnd_typed(request, STR("amount"), &draft.amount_vnd) || draft.amount_vnd <= 0)
            kit_error(&form, STR("amount"), kit_text(request, MSG_DUTY_AMOUNT_NEEDED));
        if (!str_to_i64(kit_typed(request, "year"), &year) || year < 2020 || year > 2100)
            kit_error(&form, STR("year"), kit_text(request, MSG_DUTY_YEAR_NEEDED));
        draft.budget_year = (int)year;
    }
    if (a.kind == REQUEST_WAIVER) {
        civil_day last = act_day_needed(&form, "until", MSG_DUTY_UNTIL_NEEDED);
        if (last != CIVIL_NONE && last <= app_today(request))
            kit_error(&form, STR("until"), kit_text(request, MSG_DUTY_UNTIL_NEEDED));
        else if (last != CIVIL_NONE)
            draft.until_day = last + 1; /* people name the last day */
    }
    if (form.error_count)
        return asking_show(&a, response, &form, err);
    struct actor actor = app_actor(request);
    int64_t id;
    if (request_open(db, &actor, &draft, &id, err) != ERR_NONE) {
        if (!kit_is_words(err) && err->code != ERR_NOT_FOUND)
            return err->code;
        kit_error(&form, STR(""),
                  err->code == ERR_NOT_FOUND ? kit_text(request, MSG_DUTY_NOBODY_ABOVE) : request_said(request, err));
        return asking_show(&a, response, &form, err);
    }
    return kit_done(request, response, app_href(request, "/request/%lld", (long long)id), MSG_DUTY_SAID_ASKED,
                    app_href(request, "/request/%lld/withdraw?undo=1", (long long)id));
}

/* --- one request --- */

static enum err_code request_load(struct request *request, struct db *db, struct sql_request_page_row **ret_row,
                                  struct err *err)
{
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_request_page_row *row = NULL;
    TRY(sql_request_page(db, &actor, request->arena,
                         &(struct sql_request_page_args){.id = id, .on_day = app_today(request)}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "no such request");
    *ret_row = row;
    return ERR_NONE;
}

static enum err_code request_show_with(struct request *request, struct response *response, struct str problem,
                                       struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_request_page_row *r = NULL;
    TRY(request_load(request, db, &r, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    enum request_kind kind = REQUEST_HELP;
    (void)request_kind_from_str(r->kind, &kind);
    struct kit_facts facts = {.request = request};
    kit_fact_link(&facts, MSG_DUTY_F_UNIT, r->unit_name, app_href(request, "/unit/%lld", (long long)r->unit_id));
    kit_fact_link(&facts, MSG_DUTY_F_TO, r->to_unit_name, app_href(request, "/unit/%lld", (long long)r->to_unit_id));
    if (r->assignment_id.has)
        kit_fact_link(&facts, MSG_DUTY_SIDE_DUTY, r->title,
                      app_href(request, "/duty/%lld", (long long)r->assignment_id.v));
    kit_fact(&facts, MSG_DUTY_REASON, r->reason);
    if (r->amount_vnd.has) {
        kit_fact(&facts, MSG_DUTY_ASKED, kit_vnd(request, r->amount_vnd.v));
        if (r->budget_year.has)
            kit_fact(&facts, MSG_DUTY_YEAR, app_href(request, "%lld", (long long)r->budget_year.v));
    }
    if (r->until_day.has)
        kit_fact(&facts, MSG_DUTY_UNTIL, kit_vn_day(request, (civil_day)r->until_day.v - 1));
    kit_fact(&facts, MSG_DUTY_F_BY, r->by_name);
    kit_fact(&facts, MSG_DUTY_F_AT, kit_vn_ms(request, r->at_ms));
    if (r->decided_ms.has) {
        kit_fact(&facts, MSG_DUTY_F_DECIDED, r->decided_name);
        kit_fact(&facts, MSG_DUTY_F_DECIDED_AT, kit_vn_ms(request, r->decided_ms.v));
        kit_fact(&facts, MSG_DUTY_F_WORDS, r->decision);
    }
    if (r->granted_vnd.has)
        kit_fact(&facts, MSG_DUTY_GRANTED, kit_vnd(request, r->granted_vnd.v));
    if (r->granted_to_day.has)
        kit_fact(&facts, MSG_DUTY_GRANTED_TO, kit_vn_day(request, (civil_day)r->granted_to_day.v - 1));
    if (r->spent_vnd.has)
        kit_fact(&facts, MSG_DUTY_SPENT, kit_vnd(request, r->spent_vnd.v));

    bool approve = false, approve_to = false, finance_to = false, execute = false, execute_to = false, finance = false;
    TRY(access_has(db, &actor, RIGHT_APPROVE, r->unit_id, &approve, err));
    TRY(access_has(db, &actor, RIGHT_APPROVE, r->to_unit_id, &approve_to, err));
    TRY(access_has(db, &actor, RIGHT_FINANCE, r->to_unit_id, &finance_to, err));
    TRY(access_has(db, &actor, RIGHT_FINANCE, r->unit_id, &finance, err));
    TRY(access_has(db, &actor, RIGHT_EXECUTE, r->unit_id, &execute, err));
    TRY(access_has(db, &actor, RIGHT_EXECUTE, r->to_unit_id, &execute_to, err));
    bool is_open = str_equal(r->state, STR("open"));
    bool decides = kind == REQUEST_COST   ? approve_to || finance_to
                   : kind == REQUEST_HELP ? execute_to
                                          : approve && !execute;
    struct str here = app_href(request, "/request/%lld", (long long)r->id);
    struct pg_dr_form forms[3];
    size_t n = 0;
    struct kit_form grant, spend;
    kit_form_init(&grant, request);
    kit_form_init(&spend, request);
    if (is_open && decides && kind == REQUEST_HELP) {
        kit_field(&grant, "long", STR("words"), kit_text(request, MSG_DUTY_ANSWER_LABEL), STR(""), STR(""), true);
        forms[n++] = kit_side_form(&grant, "grant", MSG_DUTY_ANSWER_TITLE, kit_text(request, MSG_DUTY_ANSWER_TEXT),
                                   app_href(request, "%.*s/answer", STR_ARG(here)), MSG_DUTY_ANSWER, true);
    } else if (is_open && decides) {
        if (kind == REQUEST_COST)
            kit_field(&grant, "number", STR("granted"), kit_text(request, MSG_DUTY_GRANT_AMOUNT),
                      kit_number_text(request, r->amount_vnd.v), kit_text(request, MSG_DUTY_FROM_REQUEST), true);
        if (kind == REQUEST_WAIVER)
            kit_field(&grant, "day", STR("until"), kit_text(request, MSG_DUTY_UNTIL),
                      r->until_day.has ? kit_vn_day(request, (civil_day)r->until_day.v - 1) : STR(""),
                      kit_text(request, MSG_DUTY_FROM_REQUEST), true);
        kit_field(&grant, "long", STR("words"), kit_text(request, MSG_DUTY_GRANT_WORDS), STR(""), STR(""), false);
        forms[n++] =
            kit_side_form(&grant, "grant", MSG_DUTY_GRANT_TITLE,
                          kit_text(request, kind == REQUEST_COST ? MSG_DUTY_GRANT_COST_TEXT : MSG_DUTY_GRANT_TEXT),
                          app_href(request, "%.*s/grant", STR_ARG(here)), MSG_DUTY_GRANT, true);
        forms[n++] = kit_reason_form(request, "refuse", MSG_DUTY_REFUSE_TITLE, kit_text(request, MSG_DUTY_REFUSE_TEXT),
                                     app_href(request, "%.*s/refuse", STR_ARG(here)), MSG_DUTY_REASON, MSG_DUTY_REFUSE);
    }
    if (is_open && execute)
        forms[n++] =
            kit_reason_form(request, "withdraw", MSG_DUTY_TAKE_BACK_TITLE, STR(""),
                            app_href(request, "%.*s/withdraw", STR_ARG(here)), MSG_DUTY_REASON, MSG_DUTY_TAKE_BACK);
    if (kind == REQUEST_COST && str_equal(r->state, STR("granted")) && (execute || finance)) {
        kit_field(&spend, "number", STR("spent"), kit_text(request, MSG_DUTY_SPENT_SO_FAR),
                  r->spent_vnd.has ? kit_number_text(request, r->spent_vnd.v) : STR(""), STR(""), true);
        struct pg_df_field *all =
            kit_choice(&spend, "radio", STR("all"), kit_text(request, MSG_DUTY_SPENT_ALL), STR(""), STR(""), true, 2);
        kit_option(all, STR("0"), kit_text(request, MSG_DUTY_SPENT_MORE));
        kit_option(all, STR("1"), kit_text(request, MSG_DUTY_SPENT_LAST));
        kit_field(&spend, "text", STR("words"), kit_text(request, MSG_DUTY_SPENT_FOR), STR(""), STR(""), false);
        forms[n++] = kit_side_form(&spend, "spend", MSG_DUTY_SPEND_TITLE, kit_text(request, MSG_DUTY_SPEND_TEXT),
                                   app_href(request, "%.*s/spend", STR_ARG(here)), MSG_DUTY_SPEND, true);
    }
    struct pg_crumb crumbs[] = {{.text = kit_text(request, MSG_DUTY_REQUESTS), .href = STR("/requests")},
                                {.text = request_kind_word(request, r->kind)}};
    struct page_duty_record page = {
        .crumbs = {crumbs, ARRAY_LEN(crumbs)},
        .title = kit_msg(request, MSG_DUTY_REQUEST_TITLE, 0, ARG_STR("kind", request_kind_word(request, r->kind)),
                         ARG_STR("unit", r->unit_name)),
        .state = request_page_state(r->state),
        .word = request_word(request, r->state),
        .lead =
            is_open && !decides ? kit_msg(request, MSG_DUTY_WAITS_AT, 0, ARG_STR("unit", r->to_unit_name)) : STR(""),
        .problem = problem,
        .facts_title = kit_text(request, MSG_DUTY_FACTS),
        .facts = {facts.rows.items, facts.rows.count},
        .forms = {forms, n},
    };
    return kit_record_respond(request, response, &page, STR("tasks"),
                              app_href(request, "/request/%lld/who", (long long)r->id), err);
}

enum err_code request_show(struct request *request, struct response *response, struct err *err)
{
    return request_show_with(request, response, STR(""), err);
}

static enum err_code act_grant(struct act *a, struct err *err)
{
    struct request_decision decision = {
        .request_id = a->id, .words = kit_typed(a->request, "words"), .to_day = CIVIL_NONE};
    if (!budget_vnd_typed(a->request, STR("granted"), &decision.granted_vnd))
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(kit_text(a->request, MSG_DUTY_AMOUNT_NEEDED)));
    civil_day last;
    TRY(app_day(a->request, STR("until"), &last, err));
    if (last != CIVIL_NONE)
        decision.to_day = last + 1;
    return request_grant(a->db, &a->actor, &decision, err);
}

static enum err_code act_refuse(struct act *a, struct err *err)
{
    return request_refuse(a->db, &a->actor, a->id, kit_typed(a->request, "reason-refuse"), err);
}

static enum err_code act_answer_help(struct act *a, struct err *err)
{
    return request_answer(a->db, &a->actor, a->id, kit_typed(a->request, "words"), err);
}

static enum err_code act_withdraw(struct act *a, struct err *err)
{
    bool undo = str_equal(kit_typed(a->request, "undo"), STR("1"));
    return request_withdraw(a->db, &a->actor, a->id,
                            undo ? kit_text(a->request, MSG_DUTY_UNDONE) : kit_typed(a->request, "reason-withdraw"),
                            err);
}

static enum err_code act_spend(struct act *a, struct err *err)
{
    int64_t spent;
    if (!budget_vnd_typed(a->request, STR("spent"), &spent))
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(kit_text(a->request, MSG_DUTY_AMOUNT_NEEDED)));
    struct str all = kit_typed(a->request, "all");
    if (str_is_empty(all))
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(kit_text(a->request, MSG_DUTY_SPENT_CHOOSE)));
    return request_spend(a->db, &a->actor, a->id, spent, str_equal(all, STR("1")), kit_typed(a->request, "words"), err);
}

static enum err_code act_load(struct act *a, struct err *err)
{
    struct sql_request_page_row *row = NULL;
    TRY(request_load(a->request, a->db, &row, err));
    a->row = row;
    return ERR_NONE;
}

enum err_code request_act_post(struct request *request, struct response *response, struct err *err)
{
    static const struct act_row rows[] = {{STR_INIT("grant"), act_grant, MSG_DUTY_SAID_GRANTED},
                                          {STR_INIT("refuse"), act_refuse, MSG_DUTY_SAID_REFUSED},
                                          {STR_INIT("answer"), act_answer_help, MSG_DUTY_SAID_ANSWERED},
                                          {STR_INIT("withdraw"), act_withdraw, MSG_DUTY_SAID_TAKEN_BACK},
                                          {STR_INIT("spend"), act_spend, MSG_DUTY_SAID_SPENT}};
    static const struct act_table table = {.rows = rows,
                                           .row_count = ARRAY_LEN(rows),
                                           .page = "/request/",
                                           .right = RIGHT_READ,
                                           .load = act_load,
                                           .again = request_show_with};
    return act_answer(request, response, &table, err);
}

/* --- what waits for me, what I asked --- */

static void request_columns(struct kit_table *table, bool to_me)
{
    kit_column(table, MSG_DUTY_C_REQUEST, SHEET_TEXT);
    kit_column(table, MSG_DUTY_C_STATE, SHEET_TEXT);
    kit_column(table, to_me ? MSG_DUTY_C_UNIT : MSG_DUTY_C_TO, SHEET_TEXT);
    kit_column(table, MSG_DUTY_C_WHY, SHEET_TEXT);
    kit_column(table, MSG_DUTY_C_AMOUNT, SHEET_INT);
    kit_column(table, MSG_DUTY_C_AT, SHEET_DATE);
}

static void request_row(struct kit_table *table, int64_t id, struct str kind, struct str state, struct str unit,
                        struct str title, struct str reason, struct opt_i64 amount, int64_t at_ms)
{
    struct request *request = table->request;
    kit_row(table);
    kit_head(table, request_kind_word(request, kind), app_href(request, "/request/%lld", (long long)id),
             str_is_null(title) ? STR("") : title);
    kit_cell_chip(table, request_page_state(state), request_word(request, state));
    kit_cell(table, unit, STR(""));
    kit_cell(table, kit_short(table->request, reason), STR(""));
    if (amount.has)
        kit_cell_number(table, amount.v, STR(""));
    else
        kit_cell(table, STR(""), STR(""));
    kit_cell_day(table, civil_day_of_ms(at_ms));
}

enum err_code request_list_page(struct request *request, struct response *response, struct err *err)
{
    int64_t unit_id;
    TRY(app_unit(request, &unit_id, err));
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_request_count_to_rows waiting;
    TRY(sql_request_count_to(db, &actor, request->arena, &(struct sql_request_count_to_args){.to_unit_id = unit_id},
                             &waiting, err));
    int64_t wait_count = 0;
    for (size_t i = 0; i < waiting.count; i++)
        wait_count += waiting.items[i].n;
    struct str box = kit_typed(request, "box"), kind = kit_typed(request, "kind");
    if (!str_equal(box, STR("mine")) && !str_equal(box, STR("to")))
        box = wait_count ? STR("to") : STR("mine");
    bool to_me = str_equal(box, STR("to"));
    struct link_param params[] = {{"box", box}, {"kind", kind}, {"unit", request_field(request, STR("unit"))}};
    struct kit_range range = kit_range_of(request);
    struct str kind_arg = str_is_empty(kind) ? STR_NONE : kind;
    struct kit_table table;
    kit_table_init(&table, request);
    request_columns(&table, to_me);
    int64_t total; /* as far as is known: one more than shown when there is a next page */
    if (to_me) {
        struct sql_request_list_to_rows rows;
        TRY(sql_request_list_to(db, &actor, request->arena,
                                &(struct sql_request_list_to_args){.to_unit_id = unit_id,
                                                                   .kind = kind_arg,
                                                                   .state = STR_NONE,
                                                                   .on_day = app_today(request),
                                                                   .limit_count = range.limit + 1,
                                                                   .offset_count = range.offset},
                                &rows, err));
        for (size_t i = 0; i < rows.count && (int64_t)i < range.limit; i++) {
            const struct sql_request_list_to_row *r = &rows.items[i];
            request_row(&table, r->id, r->kind, r->state, r->unit_name, r->title, r->reason, r->amount_vnd, r->at_ms);
        }
        total = -(range.offset + (int64_t)rows.count); /* not counted: one more than the page asked for */
    } else {
        struct sql_request_list_unit_rows rows;
        TRY(sql_request_list_unit(db, &actor, request->arena,
                                  &(struct sql_request_list_unit_args){.unit_id = unit_id,
                                                                       .kind = kind_arg,
                                                                       .on_day = app_today(request),
                                                                       .limit_count = range.limit + 1,
                                                                       .offset_count = range.offset},
                                  &rows, err));
        for (size_t i = 0; i < rows.count && (int64_t)i < range.limit; i++) {
            const struct sql_request_list_unit_row *r = &rows.items[i];
            request_row(&table, r->id, r->kind, r->state, r->to_unit_name, r->title, r->reason, r->amount_vnd,
                        r->at_ms);
        }
        total = -(range.offset + (int64_t)rows.count); /* not counted: one more than the page asked for */
    }
    struct pg_tab tabs[] = {
        {.label = kit_text(request, MSG_DUTY_TO_ME),
         .n = wait_count,
         .href = link_make(request, STR("/requests"),
                           (struct link_param[]){{"box", STR("to")}, {"unit", params[2].value}}, 2),
         .current = to_me},
        {.label = kit_text(request, MSG_DUTY_MINE),
         .bare = true,
         .href = link_make(request, STR("/requests"),
                           (struct link_param[]){{"box", STR("mine")}, {"unit", params[2].value}}, 2),
         .current = !to_me},
    };
    struct pg_dt_act acts[] = {
        {.label = kit_text(request, MSG_DUTY_ASK_HELP), .href = STR("/request/new?kind=help"), .main = true},
        {.label = kit_text(request, MSG_DUTY_ASK_COST), .href = STR("/request/new?kind=cost")}};
    struct page_duty_table page = {
        .title = wait_count ? kit_msg(request, MSG_DUTY_REQUESTS_WAIT, wait_count, ARG_INT("n", wait_count))
                            : kit_text(request, MSG_DUTY_REQUESTS_CLEAR),
        .lead = kit_text(request, to_me ? MSG_DUTY_REQUESTS_TO_LEAD : MSG_DUTY_REQUESTS_MINE_LEAD),
        .acts = {acts, kit_may(request, RIGHT_EXECUTE) ? ARRAY_LEN(acts) : 0},
        .keep = kit_keep(request, params, ARRAY_LEN(params)),
        .no_search = true,
        .tabs = {tabs, ARRAY_LEN(tabs)},
        .empty_text = kit_text(request, to_me ? MSG_DUTY_REQUESTS_TO_EMPTY : MSG_DUTY_REQUESTS_MINE_EMPTY),
    };
    return kit_list_respond(request, response, &table, &page, STR("tasks"), STR("/requests"), params, ARRAY_LEN(params),
                            &range, total, unit_id, err);
}
