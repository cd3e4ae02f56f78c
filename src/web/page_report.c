#include "web/page_report.h"

#include "duty/freeze.h"
#include "duty/people.h"
#include "duty/rollup.h"
#include "duty/series.h"
#include "know/know.h"
#include "org/access.h"
#include "org/unit.h"
#include "web/act.h"
#include "web/app_parts.h"
#include "work/report_devices.h"

#define REPORT_TO_ANSWER_MAX 20
#define REPORT_BELOW_MAX     60
#define ANSWER_ASK_MAX       1000

static const struct {
    struct str name;
    enum msg_id label;
    const char *kind;
    bool periodic_only;
} typed_fields[] = {
    {STR_INIT("incidents"), MSG_REPORT_F_INCIDENTS, "number", true},
    {STR_INIT("warnings"), MSG_REPORT_F_WARNINGS, "number", true},
    {STR_INIT("drills"), MSG_REPORT_F_DRILLS, "number", true},
    {STR_INIT("trainings"), MSG_REPORT_F_TRAININGS, "number", true},
    {STR_INIT("results"), MSG_REPORT_F_RESULTS, "long", false},
    {STR_INIT("causes"), MSG_REPORT_F_CAUSES, "long", false},
    {STR_INIT("proposals"), MSG_REPORT_F_PROPOSALS, "long", false},
};

bool report_is_answer(struct str series)
{
    return str_equal(series, SERIES_DIRECTIVE);
}

struct str report_directive_ref(const struct request *request, struct str number, struct str symbol, struct str title)
{
    if (str_is_empty(number) && str_is_empty(symbol))
        return title;
    return app_href(request, "%.*s/%.*s", STR_ARG(str_is_empty(number) ? STR("…") : number), STR_ARG(symbol));
}

struct str report_name(const struct request *request, struct str series, struct str number, struct str symbol,
                       struct str directive_title)
{
    if (report_is_answer(series))
        return kit_msg(request, MSG_REPORT_ANSWER_TO, 0,
                       ARG_STR("ref", report_directive_ref(request, number, symbol, directive_title)));
    const struct know_report_series *row = know_report_series_find(series);
    return row ? kit_know(request, row->title) : series;
}

/* Late, due in n days, sent late: computed from the day and the clock. A null state: nobody has begun it. */
static enum page_state report_state(const struct request *request, struct str state, struct opt_i64 due,
                                    struct opt_i64 sent_ms, struct str *ret_word)
{
    civil_day today = app_today(request);
    if (str_equal(state, STR("sent"))) {
        civil_day sent = sent_ms.has ? civil_day_of_ms(sent_ms.v) : today;
        if (due.has && sent > due.v) {
            *ret_word = kit_msg(request, MSG_REPORT_SENT_LATE, sent - due.v, ARG_INT("n", sent - due.v));
            return PAGE_STATE_BIRTH;
        }
        *ret_word = kit_msg(request, MSG_REPORT_SENT, 0, ARG_DAY("day", sent));
        return PAGE_STATE_OK;
    }
    if (due.has && due.v < today) {
        *ret_word = words_state(request->arena, request->lang, PAGE_STATE_LATE, today, (civil_day)due.v, CIVIL_NONE);
        return PAGE_STATE_LATE;
    }
    if (due.has && due.v - today <= know_soon_days()) {
        *ret_word = words_state(request->arena, request->lang, PAGE_STATE_DUE, today, (civil_day)due.v, CIVIL_NONE);
        return PAGE_STATE_DUE;
    }
    if (str_is_null(state)) {
        *ret_word = kit_text(request, MSG_REPORT_STATE_NONE);
        return PAGE_STATE_UNSEEN;
    }
    bool frozen = str_equal(state, STR("frozen"));
    *ret_word = kit_text(request, frozen ? MSG_REPORT_STATE_FROZEN : MSG_REPORT_STATE_OPEN);
    return frozen ? PAGE_STATE_DOING : PAGE_STATE_ACK;
}

/* --- the list --- */

static void reports_first(struct request *request, struct page_duty_table *page,
                          const struct sql_report_to_answer_rows *waiting)
{
    size_t n = waiting->count < 3 ? waiting->count : 3;
    struct pg_first_row *first = arena_new_array(request->arena, struct pg_first_row, n + 1);
    if (!first)
        return;
    for (size_t i = 0; i < n; i++) {
        const struct sql_report_to_answer_row *r = &waiting->items[i];
        struct str word;
        enum page_state state = report_state(request, STR("open"), r->due_day, (struct opt_i64)OPT_NONE, &word);
        struct str href = request->session.rights & RIGHT_DRAFT
                              ? app_href(request, "/reports/answer?directive=%lld", (long long)r->directive_id)
                              : app_href(request, "/directive/%lld", (long long)r->directive_id);
        first[i] = (struct pg_first_row){
            .state = state,
            .word = word,
            .title = kit_msg(request, MSG_REPORT_ANSWER_TO, 0,
                             ARG_STR("ref", report_directive_ref(request, r->number, r->symbol, r->title))),
            .href = app_href(request, "/directive/%lld", (long long)r->directive_id),
            .detail = kit_msg(request, MSG_REPORT_FROM_ISSUER, r->duties, ARG_STR("name", r->issuer_name),
                              ARG_INT("n", r->duties)),
            .n = r->duties,
            .n_href = href,
        };
    }
    page->first = (struct pg_first_row_list){first, n};
}

static enum err_code reports_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request);
    int64_t unit_id;
    TRY(app_unit(request, &unit_id, err));
    struct str box = str_equal(form_get(&request->query, STR("box")), STR("in")) ? STR("in") : STR("out");
    struct str state = form_get(&request->query, STR("state"));
    if (!str_equal(state, STR("open")) && !str_equal(state, STR("frozen")) && !str_equal(state, STR("sent")))
        state = STR_NONE;
    struct str search = app_search(request, STR("q"));
    civil_day today = app_today(request);
    bool is_in = str_equal(box, STR("in"));
    const struct link_param params[] = {{"unit", form_get(&request->query, STR("unit"))},
                                        {"box", is_in ? box : STR("")},
                                        {"state", state},
                                        {"q", form_get(&request->query, STR("q"))}};
    struct kit_range range = kit_range_of(request);
    struct sql_report_rows_rows rows;
    struct sql_report_row_counts_rows counts;
    struct sql_report_to_answer_rows waiting = {0};
    TRY(sql_report_rows(db, &actor, request->arena,
                        &(struct sql_report_rows_args){.unit_id = unit_id,
                                                       .box = box,
                                                       .state = state,
                                                       .search = search,
                                                       .on_day = today,
                                                       .limit_count = range.limit,
                                                       .offset_count = range.offset},
                        &rows, err));
    TRY(sql_report_row_counts(
        db, &actor, request->arena,
        &(struct sql_report_row_counts_args){.unit_id = unit_id, .box = box, .search = search, .on_day = today},
        &counts, err));
    if (!is_in)
        TRY(sql_report_to_answer(db, &actor, request->arena,
                                 &(struct sql_report_to_answer_args){
                                     .unit_id = unit_id, .on_day = today, .limit_count = REPORT_TO_ANSWER_MAX},
                                 &waiting, err));
    int64_t all = 0, late = 0, shown = 0, unsent = 0, n_open = 0, n_frozen = 0, n_sent = 0;
    for (size_t i = 0; i < counts.count; i++) {
        const struct sql_report_row_counts_row *c = &counts.items[i];
        all += c->n;
        late += c->late;
        *(str_equal(c->state, STR("open")) ? &n_open : str_equal(c->state, STR("frozen")) ? &n_frozen : &n_sent) = c->n;
        if (str_is_null(state) || str_equal(c->state, state))
            shown += c->n;
    }
    unsent = n_open + n_frozen;
    struct kit_table table;
    kit_table_init(&table, request);
    kit_column(&table, MSG_REPORT_COL_REPORT, SHEET_TEXT);
    kit_column(&table, is_in ? MSG_REPORT_COL_FROM : MSG_REPORT_COL_TO, SHEET_TEXT);
    kit_column(&table, MSG_REPORT_COL_STATE, SHEET_TEXT);
    kit_column(&table, MSG_REPORT_COL_DUE, SHEET_DATE);
    kit_column(&table, MSG_REPORT_COL_PERIOD, SHEET_TEXT);
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_report_rows_row *r = &rows.items[i];
        struct str word;
        enum page_state chip = report_state(request, r->state, r->due_day, r->sent_ms, &word);
        bool may_open = !is_in || str_equal(r->state, STR("sent"));
        kit_row(&table);
        kit_head(&table, report_name(request, r->series, r->number, r->symbol, r->directive_title),
                 may_open ? app_href(request, "/report/%lld", (long long)r->id) : STR(""),
                 r->version > 1 ? kit_msg(request, MSG_REPORT_VERSION, 0, ARG_INT("n", r->version)) : STR(""));
        kit_cell(&table, is_in ? r->unit_name : r->to_name, STR(""));
        kit_cell_chip(&table, chip, word);
        kit_cell_day(&table, kit_day_of(r->due_day));
        kit_cell(&table,
                 kit_msg(request, MSG_REPORT_PERIOD, 0, ARG_DAY("from", (civil_day)r->period_from_day),
                         ARG_DAY("to", (civil_day)r->period_to_day - 1)),
                 STR(""));
    }
    struct kit_tabs tabs = {0};
    struct str now = str_is_null(state) ? STR("") : state;
    kit_tab(&tabs, request, STR("/reports"), "box", is_in ? STR("") : STR("in"), STR("-"),
            kit_text(request, is_in ? MSG_REPORT_BOX_OUT : MSG_REPORT_BOX_IN), -1, PAGE_STATE_NONE, params, 1);
    kit_tab(&tabs, request, STR("/reports"), "state", STR(""), now, kit_text(request, MSG_REPORT_TAB_ALL), all,
            PAGE_STATE_NONE, params, ARRAY_LEN(params));
    kit_tab(&tabs, request, STR("/reports"), "state", STR("open"), now, kit_text(request, MSG_REPORT_STATE_OPEN),
            n_open, PAGE_STATE_ACK, params, ARRAY_LEN(params));
    kit_tab(&tabs, request, STR("/reports"), "state", STR("frozen"), now, kit_text(request, MSG_REPORT_STATE_FROZEN),
            n_frozen, PAGE_STATE_DOING, params, ARRAY_LEN(params));
    kit_tab(&tabs, request, STR("/reports"), "state", STR("sent"), now, kit_text(request, MSG_REPORT_STATE_SENT),
            n_sent, PAGE_STATE_OK, params, ARRAY_LEN(params));
    struct page_duty_table page = {
        .title =
            late ? kit_msg(request, is_in ? MSG_REPORT_TITLE_IN_LATE : MSG_REPORT_TITLE_LATE, late, ARG_INT("n", late))
            : unsent ? kit_msg(request, is_in ? MSG_REPORT_TITLE_IN_WAITING : MSG_REPORT_TITLE_WAITING, unsent,
                               ARG_INT("n", unsent))
                     : kit_text(request, is_in ? MSG_REPORT_TITLE_IN_CLEAR : MSG_REPORT_TITLE_CLEAR),
        .lead = waiting.count ? kit_msg(request, MSG_REPORT_LEAD_ANSWERS, (int64_t)waiting.count,
                                        ARG_INT("n", (int64_t)waiting.count))
                              : STR(""),
        .action = STR("/reports"),
        .q = form_get(&request->query, STR("q")),
        .keep = kit_keep(request, params, 3),
        .tabs = {tabs.tabs.items, tabs.tabs.count},
        .caption = kit_text(request, MSG_REPORT_CAPTION),
        .empty_text = kit_text(request, is_in ? MSG_REPORT_EMPTY_IN : MSG_REPORT_EMPTY),
    };
    reports_first(request, &page, &waiting);
    return kit_list_respond(request, response, &table, &page, STR("reports"), STR("/reports"), params,
                            ARRAY_LEN(params), &range, shown, unit_id, err);
}

static enum err_code answer_ask(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t unit_id, directive_id;
    TRY(app_unit(request, &unit_id, err));
    TRY(request_id(request, STR("directive"), &directive_id, err));
    struct actor actor = app_actor(request);
    if (kit_is_post(request)) {
        int64_t id;
        TRY(report_open_directive(db, &actor, unit_id, directive_id, CIVIL_NONE, &id, err));
        response_redirect(request, response, app_href(request, "/report/%lld", (long long)id));
        return ERR_NONE;
    }
    struct kit_form form;
    kit_form_init(&form, request);
    kit_field(&form, "hidden", STR("directive"), STR(""), link_id(request, directive_id), STR(""), false);
    kit_field(&form, "hidden", STR("unit"), STR(""), link_id(request, unit_id), STR(""), false);
    struct sql_report_to_answer_rows waiting;
    TRY(sql_report_to_answer(db, &actor, request->arena,
                             &(struct sql_report_to_answer_args){
                                 .unit_id = unit_id, .on_day = app_today(request), .limit_count = ANSWER_ASK_MAX},
                             &waiting, err));
    struct str title = kit_text(request, MSG_REPORT_PREPARE_TITLE), what = STR("");
    for (size_t i = 0; i < waiting.count; i++) {
        const struct sql_report_to_answer_row *w = &waiting.items[i];
        if (w->directive_id != directive_id)
            continue;
        title = kit_msg(request, MSG_REPORT_ANSWER_TO, 0,
                        ARG_STR("ref", report_directive_ref(request, w->number, w->symbol, w->title)));
        what = kit_msg(request, MSG_REPORT_PREPARE_WHAT, w->duties, ARG_STR("title", w->title),
                       ARG_STR("name", w->issuer_name), ARG_INT("n", w->duties));
    }
    const struct pg_crumb crumbs[] = {{kit_text(request, MSG_REPORT_CRUMB), STR("/reports")}, {title, STR("")}};
    struct page_duty_form page = {.crumbs = {crumbs, ARRAY_LEN(crumbs)},
                                  .title = title,
                                  .lead = str_is_empty(what)
                                              ? kit_text(request, MSG_REPORT_PREPARE_LEAD)
                                              : arena_printf(request->arena, "%.*s %.*s", STR_ARG(what),
                                                             STR_ARG(kit_text(request, MSG_REPORT_PREPARE_LEAD))),
                                  .action = STR("/reports/answer"),
                                  .submit = kit_text(request, MSG_REPORT_PREPARE),
                                  .cancel_href = STR("/reports")};
    return kit_form_respond(request, response, &form, &page, STR("reports"), err);
}

/* --- one report --- */

enum err_code report_get(const struct request *request, struct db *db, struct sql_report_one_row **ret_report,
                         struct err *err)
{
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_report_one_row *r;
    TRY(sql_report_one(db, &actor, request->arena,
                       &(struct sql_report_one_args){.id = id, .on_day = app_today(request)}, &r, err));
    if (!r)
        return err_set(err, ERR_NOT_FOUND, "không có báo cáo này");
    *ret_report = r;
    return ERR_NONE;
}

static struct str hand_value(const struct request *request, struct json fields, struct str name)
{
    struct json value = json_get(json_get(fields, STR("hand")), name);
    int64_t n;
    if (json_i64(value, &n))
        return app_href(request, "%lld", (long long)n);
    struct str text = json_str_or_none(value, request->arena);
    return str_is_null(text) ? STR("") : text;
}

static void add_item(struct request *request, struct pg_dr_section *section, size_t room, struct pg_dr_item item)
{
    if (!section->items.items)
        section->items.items = arena_new_array(request->arena, struct pg_dr_item, room);
    if (section->items.items && section->items.count < room)
        ((struct pg_dr_item *)section->items.items)[section->items.count++] = item;
}

static struct str focal_or_none(const struct request *request, struct str name)
{
    return str_is_empty(name) ? kit_text(request, MSG_REPORT_NO_FOCAL) : name;
}

/* Who below has not answered, by name, with whom to call. */
static enum err_code section_below(struct request *request, struct db *db, const struct sql_report_one_row *r,
                                   struct pg_dr_section *section, struct err *err)
{
    struct actor actor = app_actor_with(request, RIGHT_READ);
    size_t missing = 0, total = 0;
    *section = (struct pg_dr_section){.id = STR("below"), .title = kit_text(request, MSG_REPORT_BELOW)};
    if (report_is_answer(r->series)) {
        struct sql_report_child_directive_row *child;
        TRY(sql_report_child_directive(
            db, &actor, request->arena,
            &(struct sql_report_child_directive_args){.unit_id = r->unit_id,
                                                      .directive_id = r->directive_id.has ? r->directive_id.v : 0},
            &child, err));
        if (!child)
            return ERR_NONE;
        struct sql_report_answers_rows rows;
        TRY(sql_report_answers(db, &actor, request->arena,
                               &(struct sql_report_answers_args){.issuer_id = r->unit_id,
                                                                 .directive_id = child->id,
                                                                 .on_day = app_today(request),
                                                                 .limit_count = 100000},
                               &rows, err));
        total = rows.count;
        for (size_t i = 0; i < rows.count; i++) {
            const struct sql_report_answers_row *row = &rows.items[i];
            bool sent = str_equal(row->state, STR("sent"));
            missing += !sent;
            struct str word;
            enum page_state state = report_state(request, row->state, row->due_day, row->sent_ms, &word);
            add_item(request, section, REPORT_BELOW_MAX,
                     (struct pg_dr_item){.text = row->unit_name,
                                         .href = sent && row->report_id.has
                                                     ? app_href(request, "/report/%lld", (long long)row->report_id.v)
                                                     : app_href(request, "/unit/%lld", (long long)row->unit_id),
                                         .sub = sent ? STR("") : focal_or_none(request, row->focal_name),
                                         .tel = sent ? STR("") : row->focal_phone,
                                         .state = state,
                                         .word = word});
        }
    } else {
        struct series_compiled compiled;
        TRY(series_compile(db, &actor, r->unit_id, r->series, 0, (civil_day)r->period_to_day, request->arena, &compiled,
                           err));
        total = compiled.count;
        missing = compiled.standing_count[STANDING_MISSING] + compiled.standing_count[STANDING_WAITING];
        for (size_t i = 0; i < compiled.count; i++) {
            const struct series_line *line = &compiled.lines[i];
            bool sent = line->sent_ms != 0;
            struct str word;
            enum page_state state = report_state(
                request, line->state, line->due_day == CIVIL_NONE ? (struct opt_i64)OPT_NONE : OPT_I64(line->due_day),
                sent ? OPT_I64(line->sent_ms) : (struct opt_i64)OPT_NONE, &word);
            add_item(request, section, REPORT_BELOW_MAX,
                     (struct pg_dr_item){.text = line->unit_name,
                                         .href = sent ? app_href(request, "/report/%lld", (long long)line->report_id)
                                                      : app_href(request, "/unit/%lld", (long long)line->unit_id),
                                         .sub = sent ? STR("") : focal_or_none(request, line->focal_name),
                                         .tel = sent ? STR("") : line->focal_phone,
                                         .state = state,
                                         .word = word});
        }
    }
    if (total > section->items.count)
        section->more = kit_msg(request, MSG_REPORT_BELOW_MORE, (int64_t)(total - section->items.count),
                                ARG_INT("n", (int64_t)(total - section->items.count)));
    section->text = total ? kit_msg(request, MSG_REPORT_BELOW_COUNT, (int64_t)missing, ARG_INT("n", (int64_t)missing),
                                    ARG_INT("of", (int64_t)total))
                          : STR("");
    section->empty = kit_text(request, MSG_REPORT_BELOW_NONE);
    return ERR_NONE;
}

struct figure {
    struct str key, title;
    int64_t owed, done, late;
};
static enum err_code figure_add(struct request *request, struct figure *figures, size_t room, size_t *count,
                                struct str catalogue_id, struct str title, int64_t state, int64_t n)
{
    struct figure *f = NULL;
    struct str key = str_is_null(catalogue_id) ? title : catalogue_id;
    (void)request;
    for (size_t i = 0; i < *count && !f; i++)
        if (str_equal(figures[i].key, key))
            f = &figures[i];
    if (!f && *count < room) {
        f = &figures[(*count)++];
        *f = (struct figure){.key = key, .title = title};
    }
    if (!f)
        return ERR_NONE;
    f->owed += state == DUTY_NA || state == DUTY_WAIVED ? 0 : n;
    f->done += state == DUTY_OK ? n : 0;
    f->late += state == DUTY_LATE || state == DUTY_BIRTH ? n : 0;
    return ERR_NONE;
}

/* What the letter will say of each duty; of the freeze when there is one. */
static enum err_code section_figures(struct request *request, struct db *db, const struct sql_report_one_row *r,
                                     struct pg_dr_section *section, struct err *err)
{
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct figure *figures = arena_new_array(request->arena, struct figure, 300);
    if (!figures)
        return arena_full(request->arena, err);
    size_t count = 0;
    *section = (struct pg_dr_section){
        .id = STR("figures"),
        .title = kit_text(request, r->freeze_id.has ? MSG_REPORT_FIGURES_FROZEN : MSG_REPORT_FIGURES_LIVE),
        .empty = kit_text(request, MSG_REPORT_FIGURES_NONE)};
    if (r->freeze_id.has) {
        struct sql_answer_obligations_rows rows;
        TRY(sql_answer_obligations(db, request->arena,
                                   &(struct sql_answer_obligations_args){.freeze_id = r->freeze_id.v}, &rows, err));
        for (size_t i = 0; i < rows.count; i++)
            TRY(figure_add(request, figures, 300, &count, rows.items[i].catalogue_id, rows.items[i].title,
                           rows.items[i].state, rows.items[i].n));
    } else {
        /* As the freeze will take it: along the same way down, with all that carries the directive out. */
        struct str edge;
        struct rollup_obligations rows;
        TRY(access_edge_best(db, &actor, r->unit_id, &edge, err));
        TRY(rollup_by_obligation(db, &actor, r->unit_id, r->directive_id.has ? r->directive_id.v : 0, edge, false,
                                 request->arena, &rows, err));
        for (size_t i = 0; i < rows.count; i++)
            TRY(figure_add(request, figures, 300, &count, rows.items[i].catalogue_id, rows.items[i].title,
                           rows.items[i].state, rows.items[i].n));
    }
    for (size_t i = 0; i < count; i++) {
        const struct figure *f = &figures[i];
        int64_t tenths = words_tenths(f->done, f->owed);
        add_item(
            request, section, 300,
            (struct pg_dr_item){.text = f->title,
                                .sub = f->owed ? kit_msg(request, MSG_REPORT_N_OF_M, 0, ARG_INT("n", f->done),
                                                         ARG_INT("m", f->owed), ARG_PCT("p", tenths))
                                               : kit_text(request, MSG_REPORT_NONE_OWED),
                                .state = f->late              ? PAGE_STATE_LATE
                                         : f->done == f->owed ? PAGE_STATE_OK
                                                              : PAGE_STATE_DOING,
                                .word = f->late ? kit_msg(request, MSG_REPORT_N_LATE, f->late, ARG_INT("n", f->late))
                                        : f->done == f->owed ? kit_text(request, MSG_REPORT_ALL_DONE)
                                                             : kit_msg(request, MSG_REPORT_N_LEFT, f->owed - f->done,
                                                                       ARG_INT("n", f->owed - f->done))});
    }
    return ERR_NONE;
}

static void section_files(struct request *request, const struct sql_report_one_row *r, struct pg_dr_section *section)
{
    static const struct {
        const char *file;
        enum msg_id label;
        int when; /* 0 always, 1 answer, 2 periodic */
    } files[] = {{"letter.pdf", MSG_REPORT_FILE_LETTER_PDF, 1}, {"letter.docx", MSG_REPORT_FILE_LETTER_DOCX, 1},
                 {"rollup.pdf", MSG_REPORT_FILE_ROLLUP_PDF, 1}, {"rollup.docx", MSG_REPORT_FILE_ROLLUP_DOCX, 1},
                 {"report.pdf", MSG_REPORT_FILE_REPORT_PDF, 2}, {"report.docx", MSG_REPORT_FILE_REPORT_DOCX, 2},
                 {"annex.xlsx", MSG_REPORT_FILE_ANNEX, 0}};
    *section = (struct pg_dr_section){.id = STR("files"),
                                      .title = kit_text(request, MSG_REPORT_FILES),
                                      .text = kit_text(request, MSG_REPORT_FILES_LEAD)};
    if (!r->freeze_id.has) {
        section->text = STR("");
        section->empty = kit_text(request, MSG_REPORT_FILES_AFTER);
        return;
    }
    section->act = kit_text(request, MSG_REPORT_PREVIEW);
    section->act_href = app_href(request, "/report/%lld/preview", (long long)r->id);
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        if (files[i].when == 0 || (files[i].when == 1) == report_is_answer(r->series))
            add_item(
                request, section, ARRAY_LEN(files),
                (struct pg_dr_item){.text = kit_text(request, files[i].label),
                                    .href = app_href(request, "/report/%lld/%s", (long long)r->id, files[i].file)});
}

static void report_forms(struct request *request, const struct sql_report_one_row *r, struct json fields,
                         struct pg_dr_form *forms, size_t *count)
{
    struct str base = app_href(request, "/report/%lld", (long long)r->id);
    if (!r->is_own)
        return;
    if (str_equal(r->state, STR("open"))) {
        if (kit_may(request, RIGHT_DRAFT)) {
            struct kit_form form;
            kit_form_init(&form, request);
            for (size_t i = 0; i < ARRAY_LEN(typed_fields); i++)
                if (!typed_fields[i].periodic_only || !report_is_answer(r->series))
                    kit_field(&form, typed_fields[i].kind, typed_fields[i].name,
                              kit_text(request, typed_fields[i].label),
                              hand_value(request, fields, typed_fields[i].name), STR(""), false);
            forms[(*count)++] = (struct pg_dr_form){.id = STR("fill"),
                                                    .title = kit_text(request, MSG_REPORT_FILL),
                                                    .text = kit_text(request, MSG_REPORT_FILL_LEAD),
                                                    .action = app_href(request, "%.*s/fill", STR_ARG(base)),
                                                    .fields = kit_fields(&form),
                                                    .submit = kit_text(request, MSG_REPORT_SAVE)};
        }
        if (kit_may(request, RIGHT_REPORT))
            forms[(*count)++] = kit_side_form(&(struct kit_form){.request = request}, "freeze", MSG_REPORT_FREEZE,
                                              kit_text(request, MSG_REPORT_FREEZE_LEAD),
                                              app_href(request, "%.*s/freeze", STR_ARG(base)), MSG_REPORT_FREEZE, true);
    } else if (str_equal(r->state, STR("frozen")) && kit_may(request, RIGHT_REPORT)) {
        forms[(*count)++] =
            kit_reason_form(request, "thaw", MSG_REPORT_THAW, kit_text(request, MSG_REPORT_THAW_LEAD),
                            app_href(request, "%.*s/thaw", STR_ARG(base)), MSG_REPORT_REASON, MSG_REPORT_THAW);
    } else if (str_equal(r->state, STR("sent")) && r->is_latest && kit_may(request, RIGHT_REPORT)) {
        forms[(*count)++] =
            kit_reason_form(request, "correct", MSG_REPORT_CORRECT, kit_text(request, MSG_REPORT_CORRECT_LEAD),
                            app_href(request, "%.*s/correct", STR_ARG(base)), MSG_REPORT_REASON, MSG_REPORT_CORRECT);
    }
}

static enum err_code report_events(struct request *request, struct db *db, const struct sql_report_one_row *r,
                                   struct page_duty_record *page, struct err *err)
{
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_report_versions_rows rows = {0};
    if (r->is_own)
        TRY(sql_report_versions(db, &actor, request->arena, &(struct sql_report_versions_args){.id = r->id}, &rows,
                                err));
    struct pg_dr_event *events = arena_new_array(request->arena, struct pg_dr_event, rows.count * 2 + 1);
    if (!events)
        return arena_full(request->arena, err);
    size_t n = 0;
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_report_versions_row *v = &rows.items[i];
        struct str href = v->id == r->id ? STR("") : app_href(request, "/report/%lld", (long long)v->id);
        if (v->sent_ms.has)
            events[n++] =
                (struct pg_dr_event){.at_ms = v->sent_ms.v,
                                     .text = kit_msg(request, MSG_REPORT_EVENT_SENT, 0, ARG_INT("n", v->version)),
                                     .sub = v->sent_by_name,
                                     .href = href};
        events[n++] =
            (struct pg_dr_event){.at_ms = v->opened_ms,
                                 .text = kit_msg(request, MSG_REPORT_EVENT_OPENED, 0, ARG_INT("n", v->version)),
                                 .sub = v->correction,
                                 .href = href};
    }
    page->events_title = kit_text(request, MSG_REPORT_EVENTS);
    page->events = (struct pg_dr_event_list){events, n};
    return ERR_NONE;
}

static enum err_code report_page(struct request *request, struct response *response, struct db *db, struct str problem,
                                 struct err *err)
{
    struct sql_report_one_row *r;
    TRY(report_get(request, db, &r, err));
    struct json fields;
    TRY(json_parse(r->fields_json, 0, request->arena, &fields, err));
    struct str name = report_name(request, r->series, r->number, r->symbol, r->directive_title);
    const struct pg_crumb crumbs[] = {{kit_text(request, MSG_REPORT_CRUMB), STR("/reports")}, {name, STR("")}};
    struct kit_facts facts = {.request = request};
    kit_fact_link(&facts, MSG_REPORT_UNIT, r->unit_name, app_href(request, "/unit/%lld", (long long)r->unit_id));
    kit_fact(&facts, MSG_REPORT_COL_TO, r->to_name);
    if (r->directive_id.has)
        kit_fact_link(&facts, MSG_REPORT_DIRECTIVE, r->directive_title,
                      app_href(request, "/directive/%lld", (long long)r->directive_id.v));
    kit_fact(&facts, MSG_REPORT_COL_DUE, kit_vn_day(request, kit_day_of(r->due_day)));
    kit_fact(&facts, MSG_REPORT_COL_PERIOD,
             kit_msg(request, MSG_REPORT_PERIOD, 0, ARG_DAY("from", (civil_day)r->period_from_day),
                     ARG_DAY("to", (civil_day)r->period_to_day - 1)));
    struct str hash = STR("");
    if (r->freeze_id.has) {
        struct actor actor = app_actor_with(request, RIGHT_READ);
        struct sql_answer_freeze_row *freeze;
        TRY(sql_answer_freeze(db, &actor, request->arena, &(struct sql_answer_freeze_args){.id = r->freeze_id.v},
                              &freeze, err));
        if (freeze) {
            kit_fact(&facts, MSG_REPORT_FROZEN_AT, kit_vn_ms(request, freeze->at_ms));
            hash = kit_hex(request, freeze->hash);
            kit_fact(&facts, MSG_REPORT_HASH, hash);
        }
    }
    if (r->sent_ms.has)
        kit_fact(&facts, MSG_REPORT_SENT_AT,
                 kit_msg(request, MSG_REPORT_SENT_BY, 0, ARG_STR("at", kit_vn_ms(request, r->sent_ms.v)),
                         ARG_STR("name", r->sent_name)));
    kit_fact(&facts, MSG_REPORT_CORRECTION, r->correction);
    struct pg_dr_section *sections = arena_new_array(request->arena, struct pg_dr_section, 3);
    struct pg_dr_form *forms = arena_new_array(request->arena, struct pg_dr_form, 3);
    if (!sections || !forms)
        return arena_full(request->arena, err);
    size_t section_count = 0, form_count = 0;
    if (r->is_own) {
        TRY(section_below(request, db, r, &sections[section_count], err));
        if (sections[section_count].items.count)
            section_count++;
    }
    TRY(section_figures(request, db, r, &sections[section_count++], err));
    section_files(request, r, &sections[section_count++]);
    report_forms(request, r, fields, forms, &form_count);
    struct page_duty_record page = {.crumbs = {crumbs, ARRAY_LEN(crumbs)},
                                    .title = name,
                                    .facts_title = kit_text(request, MSG_REPORT_FACTS),
                                    .problem = problem,
                                    .facts = {facts.rows.items, facts.rows.count},
                                    .sections = {sections, section_count},
                                    .forms = {forms, form_count}};
    page.state = report_state(request, r->state, r->due_day, r->sent_ms, &page.word);
    struct pg_dt_act acts[] = {{.label = kit_text(request, MSG_REPORT_SEND),
                                .href = app_href(request, "/report/%lld/send", (long long)r->id),
                                .main = true},
                               {.label = kit_text(request, MSG_REPORT_PREVIEW),
                                .href = app_href(request, "/report/%lld/preview", (long long)r->id)}};
    if (r->is_own && str_equal(r->state, STR("frozen")))
        page.acts =
            kit_may(request, RIGHT_REPORT) ? (struct pg_dt_act_list){acts, 2} : (struct pg_dt_act_list){acts + 1, 1};
    TRY(report_events(request, db, r, &page, err));
    return kit_record_respond(request, response, &page, STR("reports"),
                              app_href(request, "/report/%lld/who", (long long)r->id), err);
}

static enum err_code report_show_with(struct request *request, struct response *response, struct str problem,
                                      struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    return report_page(request, response, db, problem, err);
}

static enum err_code report_show(struct request *request, struct response *response, struct err *err)
{
    return report_show_with(request, response, STR(""), err);
}

static enum err_code act_fill(struct act *a, struct err *err)
{
    struct request *request = a->request;
    AUTO_BUF buf;
    buf_init(&buf, REPORT_FIELDS_MAX_BYTES);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    json_object_begin(&w);
    enum err_code code = ERR_NONE;
    for (size_t i = 0; i < ARRAY_LEN(typed_fields); i++) {
        struct str text = str_trim(form_get(&request->form, typed_fields[i].name));
        if (str_is_empty(text))
            continue;
        int64_t n;
        if (strcmp(typed_fields[i].kind, "number") != 0)
            json_field_str(&w, typed_fields[i].name, text);
        else if (str_to_i64(text, &n) && n >= 0)
            json_field_i64(&w, typed_fields[i].name, n);
        else if (code == ERR_NONE)
            code = err_set(err, ERR_SYNTAX, "%.*s: “%.*s” không phải một số",
                           STR_ARG(kit_text(request, typed_fields[i].label)), STR_ARG(text));
    }
    json_object_end(&w);
    TRY(code);
    TRY(buf_check(&buf, err));
    return report_fill(a->db, &a->actor, a->id, buf_str(&buf), err);
}

static enum err_code act_freeze(struct act *a, struct err *err)
{
    return report_freeze(a->db, &a->actor, a->id, report_devices, err);
}

static enum err_code act_thaw(struct act *a, struct err *err)
{
    return report_thaw(a->db, &a->actor, a->id, form_get(&a->request->form, STR("reason-thaw")), err);
}

static enum err_code act_correct(struct act *a, struct err *err)
{
    int64_t new_id = 0;
    TRY(report_correct(a->db, &a->actor, a->id, form_get(&a->request->form, STR("reason-correct")), &new_id, err));
    a->to = app_href(a->request, "/report/%lld", (long long)new_id);
    return ERR_NONE;
}

static enum err_code act_send(struct act *a, struct err *err)
{
    return report_send(a->db, &a->actor, a->id, STR_NONE, err);
}

static enum err_code report_act_post(struct request *request, struct response *response, struct err *err)
{
    static const struct act_row rows[] = {{STR_INIT("fill"), act_fill, MSG_REPORT_SAID_SAVED},
                                          {STR_INIT("freeze"), act_freeze, MSG_REPORT_SAID_FROZEN},
                                          {STR_INIT("thaw"), act_thaw, MSG_REPORT_SAID_THAWED},
                                          {STR_INIT("correct"), act_correct, MSG_REPORT_SAID_CORRECTED},
                                          {STR_INIT("send"), act_send, MSG_REPORT_SAID_SENT}};
    static const struct act_table table = {
        .rows = rows, .row_count = ARRAY_LEN(rows), .page = "/report/", .again = report_show_with};
    return act_answer(request, response, &table, err);
}

/* Sending to another authority asks first, and says what will happen. */
static enum err_code report_send_ask(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_report_one_row *r;
    TRY(report_get(request, db, &r, err));
    struct str here = app_href(request, "/report/%lld", (long long)r->id);
    if (!r->is_own || !str_equal(r->state, STR("frozen"))) {
        response_redirect(request, response, here);
        return ERR_NONE;
    }
    struct str name = report_name(request, r->series, r->number, r->symbol, r->directive_title);
    const struct pg_crumb crumbs[] = {{kit_text(request, MSG_REPORT_CRUMB), STR("/reports")},
                                      {name, here},
                                      {kit_text(request, MSG_REPORT_SEND), STR("")}};
    struct kit_form form;
    kit_form_init(&form, request);
    struct page_duty_form page = {
        .crumbs = {crumbs, ARRAY_LEN(crumbs)},
        .title = str_is_empty(r->to_name) ? kit_text(request, MSG_REPORT_SEND_CLOSE)
                                          : kit_msg(request, MSG_REPORT_SEND_TO, 0, ARG_STR("name", r->to_name)),
        .lead = kit_text(request, MSG_REPORT_SEND_LEAD),
        .action = app_href(request, "/report/%lld/send", (long long)r->id),
        .submit = kit_text(request, MSG_REPORT_SEND),
        .cancel_href = here,
    };
    return kit_form_respond(request, response, &form, &page, STR("reports"), err);
}

static const struct route routes[] = {
    {GET, "/reports", reports_show, RIGHT_READ, READS, NULL},
    {GET, "/reports.xlsx", reports_show, RIGHT_READ, READS, NULL},
    {GET, "/reports.csv", reports_show, RIGHT_READ, READS, NULL},
    {GET, "/reports/answer", answer_ask, RIGHT_DRAFT, READS, NULL},
    {POST, "/reports/answer", answer_ask, RIGHT_DRAFT, CHANGES, NULL},
    {GET, "/report/{id}", report_show, RIGHT_READ, READS, NULL},
    {GET, "/report/{id}/preview", report_preview_show, RIGHT_READ, READS, NULL},
    {GET, "/report/{id}/send", report_send_ask, RIGHT_REPORT, READS, NULL},
    {POST, "/report/{id}/send", report_act_post, RIGHT_REPORT, CHANGES, NULL},
    {POST, "/report/{id}/fill", report_act_post, RIGHT_DRAFT, CHANGES, NULL},
    {POST, "/report/{id}/freeze", report_act_post, RIGHT_REPORT, CHANGES | SLOW, NULL},
    {POST, "/report/{id}/thaw", report_act_post, RIGHT_REPORT, CHANGES, NULL},
    {POST, "/report/{id}/correct", report_act_post, RIGHT_REPORT, CHANGES, NULL},
    {GET, "/freeze/{id}/annex.xlsx", freeze_annex_get, RIGHT_REPORT, READS | SLOW, NULL},
    {GET, "/report/{id}/{file}", report_file_get, RIGHT_READ, READS | SLOW, NULL},
};
const struct route_list report_routes = {routes, ARRAY_LEN(routes)};
