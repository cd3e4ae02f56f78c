#include "duty/budget.h"
#include "duty/request.h"
#include "duty/rollup.sql.h"
#include "duty/visit.h"
#include "org/access.h"
#include "org/unit.h"
#include "org/unit.sql.h"
#include "web/page_duty.h"

#define UNITS_TO_VISIT_MAX 2000

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

/* What people type for money: digits with dots or spaces between them. */
static bool vnd_of(const struct request *request, struct str name, int64_t *ret_vnd)
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

static struct str field(const struct request *request, const char *name)
{
    struct str text = str_trim(request_field(request, str_from_cstr(name)));
    return str_is_null(text) ? STR("") : text;
}

static struct str edge_of(const struct request *request)
{
    struct str edge = field(request, "edge");
    return str_equal(edge, EDGE_PROFESSIONAL) || str_equal(edge, EDGE_INCIDENT) ? edge : EDGE_ADMINISTRATIVE;
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
    if (!request_kind_from_str(field(request, "kind"), &a->kind) ||
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
                                  .reason = field(request, "reason"),
                                  .until_day = CIVIL_NONE};
    if (str_is_empty(draft.reason))
        kit_error(&form, STR("reason"), kit_text(request, MSG_DUTY_REASON_NEEDED));
    if (a.kind == REQUEST_COST) {
        int64_t year = 0;
        if (!vnd_of(request, STR("amount"), &draft.amount_vnd) || draft.amount_vnd <= 0)
            kit_error(&form, STR("amount"), kit_text(request, MSG_DUTY_AMOUNT_NEEDED));
        if (!str_to_i64(field(request, "year"), &year) || year < 2020 || year > 2100)
            kit_error(&form, STR("year"), kit_text(request, MSG_DUTY_YEAR_NEEDED));
        draft.budget_year = (int)year;
    }
    if (a.kind == REQUEST_WAIVER) {
        civil_day last;
        struct err wrong;
        if (app_day(request, STR("until"), &last, &wrong) != ERR_NONE)
            kit_error(&form, STR("until"), request_said(request, &wrong));
        else if (last == CIVIL_NONE || last <= app_today(request))
            kit_error(&form, STR("until"), kit_text(request, MSG_DUTY_UNTIL_NEEDED));
        else
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

static struct pg_dr_form one_form(struct kit_form *form, const char *id, enum msg_id title, enum msg_id text,
                                  struct str action, enum msg_id submit, bool main)
{
    struct request *request = form->request;
    return (struct pg_dr_form){.id = str_from_cstr(id),
                               .title = kit_text(request, title),
                               .text = kit_text(request, text),
                               .action = action,
                               .fields = kit_fields(form),
                               .submit = kit_text(request, submit),
                               .main = main};
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
        forms[n++] = one_form(&grant, "grant", MSG_DUTY_ANSWER_TITLE, MSG_DUTY_ANSWER_TEXT,
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
        forms[n++] = one_form(&grant, "grant", MSG_DUTY_GRANT_TITLE,
                              kind == REQUEST_COST ? MSG_DUTY_GRANT_COST_TEXT : MSG_DUTY_GRANT_TEXT,
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
        forms[n++] = one_form(&spend, "spend", MSG_DUTY_SPEND_TITLE, MSG_DUTY_SPEND_TEXT,
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
    return kit_record_respond(request, response, &page, STR("tasks"), err);
}

enum err_code request_show(struct request *request, struct response *response, struct err *err)
{
    return request_show_with(request, response, STR(""), err);
}

typedef enum err_code request_act(struct request *request, struct db *db, const struct actor *actor,
                                  const struct sql_request_page_row *row, struct err *err);

static enum err_code request_change(struct request *request, struct response *response, request_act *act,
                                    enum msg_id said, struct err *err)
{
    struct str problem;
    {
        AUTO_DB db = NULL;
        TRY(app_db(request, &db, err));
        struct sql_request_page_row *row = NULL;
        TRY(request_load(request, db, &row, err));
        struct actor actor = app_actor_with(request, RIGHT_READ);
        if (act(request, db, &actor, row, err) == ERR_NONE)
            return kit_done(request, response, app_href(request, "/request/%lld", (long long)row->id), said, STR_NONE);
        if (!kit_is_words(err))
            return err->code;
        problem = arena_str(request->arena, kit_problem(request, err));
    }
    return request_show_with(request, response, problem, err);
}

static enum err_code act_grant(struct request *request, struct db *db, const struct actor *actor,
                               const struct sql_request_page_row *row, struct err *err)
{
    struct request_decision decision = {.request_id = row->id, .words = field(request, "words"), .to_day = CIVIL_NONE};
    if (!vnd_of(request, STR("granted"), &decision.granted_vnd))
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(kit_text(request, MSG_DUTY_AMOUNT_NEEDED)));
    civil_day last;
    TRY(app_day(request, STR("until"), &last, err));
    if (last != CIVIL_NONE)
        decision.to_day = last + 1;
    return request_grant(db, actor, &decision, err);
}

static enum err_code act_refuse(struct request *request, struct db *db, const struct actor *actor,
                                const struct sql_request_page_row *row, struct err *err)
{
    return request_refuse(db, actor, row->id, field(request, "reason-refuse"), err);
}

static enum err_code act_answer(struct request *request, struct db *db, const struct actor *actor,
                                const struct sql_request_page_row *row, struct err *err)
{
    return request_answer(db, actor, row->id, field(request, "words"), err);
}

static enum err_code act_withdraw(struct request *request, struct db *db, const struct actor *actor,
                                  const struct sql_request_page_row *row, struct err *err)
{
    bool undo = str_equal(field(request, "undo"), STR("1"));
    return request_withdraw(db, actor, row->id,
                            undo ? kit_text(request, MSG_DUTY_UNDONE) : field(request, "reason-withdraw"), err);
}

static enum err_code act_spend(struct request *request, struct db *db, const struct actor *actor,
                               const struct sql_request_page_row *row, struct err *err)
{
    int64_t spent;
    if (!vnd_of(request, STR("spent"), &spent))
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(kit_text(request, MSG_DUTY_AMOUNT_NEEDED)));
    struct str all = field(request, "all");
    if (str_is_empty(all))
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(kit_text(request, MSG_DUTY_SPENT_CHOOSE)));
    return request_spend(db, actor, row->id, spent, str_equal(all, STR("1")), field(request, "words"), err);
}

enum err_code request_grant_post(struct request *request, struct response *response, struct err *err)
{
    return request_change(request, response, act_grant, MSG_DUTY_SAID_GRANTED, err);
}

enum err_code request_refuse_post(struct request *request, struct response *response, struct err *err)
{
    return request_change(request, response, act_refuse, MSG_DUTY_SAID_REFUSED, err);
}

enum err_code request_answer_post(struct request *request, struct response *response, struct err *err)
{
    return request_change(request, response, act_answer, MSG_DUTY_SAID_ANSWERED, err);
}

enum err_code request_withdraw_post(struct request *request, struct response *response, struct err *err)
{
    return request_change(request, response, act_withdraw, MSG_DUTY_SAID_TAKEN_BACK, err);
}

enum err_code request_spend_post(struct request *request, struct response *response, struct err *err)
{
    return request_change(request, response, act_spend, MSG_DUTY_SAID_SPENT, err);
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
    kit_cell(table, reason, STR(""));
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
    struct str box = field(request, "box"), kind = field(request, "kind");
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
         .n = to_me ? 0 : total,
         .href = link_make(request, STR("/requests"),
                           (struct link_param[]){{"box", STR("mine")}, {"unit", params[2].value}}, 2),
         .current = !to_me},
    };
    struct pg_dt_act acts[] = {
        {.label = kit_text(request, MSG_DUTY_ASK_HELP), .href = STR("/request/new?kind=help"), .main = true},
        {.label = kit_text(request, MSG_DUTY_ASK_COST), .href = STR("/request/new?kind=cost")}};
    struct page_duty_table page = {
        .title = wait_count ? kit_msg(request, MSG_DUTY_REQUESTS_WAIT, wait_count, ARG_INT("n", wait_count))
                            : kit_text(request, MSG_DUTY_REQUESTS),
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

/* --- money --- */

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
    set[0] =
        one_form(&form, "total", MSG_DUTY_BUDGET_SET, MSG_DUTY_BUDGET_SET_TEXT, STR("/budget"), MSG_DUTY_SAVE, false);
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
        .lead = money.sum.has_total
                    ? kit_msg(request, MSG_DUTY_BUDGET_SHARE, 0, ARG_PCT("share", money.sum.share_permille),
                              ARG_STR("total", kit_vnd(request, money.sum.total_vnd)))
                    : kit_text(request, MSG_DUTY_BUDGET_NO_TOTAL),
        .acts = {acts, ARRAY_LEN(acts)},
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
    if (!vnd_of(request, STR("total"), &total) || total <= 0)
        return budget_show(request, response, kit_text(request, MSG_DUTY_AMOUNT_NEEDED), err);
    struct str problem = STR("");
    {
        AUTO_DB db = NULL;
        TRY(app_db(request, &db, err));
        struct actor actor = app_actor_with(request, RIGHT_READ);
        if (budget_set_total(db, &actor, unit_id, (int)year, total, field(request, "basis"), err) != ERR_NONE) {
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

/* --- visits --- */

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

enum err_code visit_list_page(struct request *request, struct response *response, struct err *err)
{
    int64_t unit_id;
    TRY(app_unit(request, &unit_id, err));
    struct str state = field(request, "state");
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
            kit_cell(&table, str_is_null(r->conclusion) ? STR("") : r->conclusion, STR(""));
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
            kit_cell(&table, str_is_null(r->conclusion) ? STR("") : r->conclusion, STR(""));
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
    struct pg_dt_act view_acts[ARRAY_LEN(views) + 1];
    size_t n = 0;
    if (kit_may(request, RIGHT_EXECUTE | RIGHT_REVIEW))
        view_acts[n++] =
            (struct pg_dt_act){.label = kit_text(request, MSG_DUTY_V_PLAN), .href = STR("/visit/new"), .main = true};
    for (size_t i = 0; i < ARRAY_LEN(views); i++)
        if (!str_equal(views[i].id, state))
            view_acts[n++] = (struct pg_dt_act){.label = kit_text(request, views[i].label),
                                                .href = app_href(request, "/visits?state=%.*s", STR_ARG(views[i].id))};
    struct page_duty_table page = {
        .title = kit_text(request, here ? MSG_DUTY_V_HERE : MSG_DUTY_VISITS),
        .lead = kit_text(request, MSG_DUTY_VISITS_LEAD),
        .acts = {view_acts, n},
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
    TRY(sql_unit_search(db, &actor, request->arena,
                        &(struct sql_unit_search_args){.root_id = request->session.unit_id,
                                                       .edge_kind = edge_of(request),
                                                       .search = STR("%"),
                                                       .kind = STR_NONE,
                                                       .on_day = app_today(request),
                                                       .limit_count = UNITS_TO_VISIT_MAX,
                                                       .offset_count = 0},
                        &units, err));
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
                                .planned_day = CIVIL_NONE,
                                .people = field(request, "people")};
    struct err wrong;
    if (!draft.unit_id)
        kit_error(&form, STR("unit"), kit_text(request, MSG_DUTY_V_UNIT_NEEDED));
    if (app_day(request, STR("planned"), &draft.planned_day, &wrong) != ERR_NONE)
        kit_error(&form, STR("planned"), request_said(request, &wrong));
    else if (draft.planned_day == CIVIL_NONE)
        kit_error(&form, STR("planned"), kit_text(request, MSG_DUTY_DAY_NEEDED));
    if (str_is_empty(draft.people))
        kit_error(&form, STR("people"), kit_text(request, MSG_DUTY_V_PEOPLE_NEEDED));
    int64_t id = 0;
    if (!form.error_count) {
        AUTO_DB db = NULL;
        TRY(app_db(request, &db, err));
        struct actor actor = app_actor(request);
        if (visit_plan(db, &actor, &draft, &id, err) != ERR_NONE) {
            if (!kit_is_words(err))
                return err->code;
            kit_error(&form, STR(""), request_said(request, err));
        }
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
        forms[n++] = one_form(&finish, "finish", MSG_DUTY_V_FINISH_TITLE, MSG_DUTY_V_FINISH_TEXT,
                              app_href(request, "%.*s/finish", STR_ARG(here)), MSG_DUTY_V_FINISH, true);
        forms[n++] = one_form(&move, "move", MSG_DUTY_V_MOVE_TITLE, MSG_DUTY_V_MOVE_TEXT,
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
    return kit_record_respond(request, response, &page, STR("units"), err);
}

enum err_code visit_show(struct request *request, struct response *response, struct err *err)
{
    return visit_show_with(request, response, STR(""), err);
}

typedef enum err_code visit_act(struct request *request, struct db *db, const struct actor *actor,
                                const struct sql_visit_page_row *row, struct err *err);

static enum err_code visit_change(struct request *request, struct response *response, visit_act *act, enum msg_id said,
                                  struct err *err)
{
    struct str problem;
    {
        AUTO_DB db = NULL;
        TRY(app_db(request, &db, err));
        struct sql_visit_page_row *row = NULL;
        TRY(visit_load(request, db, &row, err));
        struct actor actor = app_actor(request);
        if (act(request, db, &actor, row, err) == ERR_NONE)
            return kit_done(request, response, app_href(request, "/visit/%lld", (long long)row->id), said, STR_NONE);
        if (!kit_is_words(err))
            return err->code;
        problem = arena_str(request->arena, kit_problem(request, err));
    }
    return visit_show_with(request, response, problem, err);
}

static enum err_code act_finish(struct request *request, struct db *db, const struct actor *actor,
                                const struct sql_visit_page_row *row, struct err *err)
{
    struct visit_result result = {.visit_id = row->id,
                                  .people = field(request, "people"),
                                  .minutes = field(request, "minutes"),
                                  .conclusion = field(request, "conclusion"),
                                  .file_sha256 = STR_NONE};
    TRY(app_day(request, STR("done"), &result.done_day, err));
    if (result.done_day == CIVIL_NONE)
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(kit_text(request, MSG_DUTY_DAY_NEEDED)));
    return visit_finish(db, actor, &result, err);
}

static enum err_code act_move(struct request *request, struct db *db, const struct actor *actor,
                              const struct sql_visit_page_row *row, struct err *err)
{
    civil_day day;
    TRY(app_day(request, STR("planned"), &day, err));
    if (day == CIVIL_NONE)
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(kit_text(request, MSG_DUTY_DAY_NEEDED)));
    return visit_move(db, actor, row->id, day, field(request, "reason"), err);
}

static enum err_code act_cancel(struct request *request, struct db *db, const struct actor *actor,
                                const struct sql_visit_page_row *row, struct err *err)
{
    bool undo = str_equal(field(request, "undo"), STR("1"));
    return visit_cancel(db, actor, row->id, undo ? kit_text(request, MSG_DUTY_UNDONE) : field(request, "reason-cancel"),
                        err);
}

enum err_code visit_finish_post(struct request *request, struct response *response, struct err *err)
{
    return visit_change(request, response, act_finish, MSG_DUTY_SAID_VISITED, err);
}

enum err_code visit_move_post(struct request *request, struct response *response, struct err *err)
{
    return visit_change(request, response, act_move, MSG_DUTY_SAID_MOVED, err);
}

enum err_code visit_cancel_post(struct request *request, struct response *response, struct err *err)
{
    return visit_change(request, response, act_cancel, MSG_DUTY_SAID_CANCELLED, err);
}
