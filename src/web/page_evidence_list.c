#include "duty/cover.h"
#include "duty/evidence_list.h"
#include "proof/evidence.sql.h"
#include "web/page_duty.h"

#define EVIDENCE_BATCH_MAX 200u

static enum err_code list_with(struct request *request, struct response *response, struct str problem, struct err *err)
{
    int64_t unit_id;
    TRY(app_unit(request, &unit_id, err));
    struct str state = request_field(request, STR("state")), kind = request_field(request, STR("kind"));
    bool may_review = kit_may(request, RIGHT_REVIEW);
    if (str_is_null(state) || kit_is_post(request))
        state = may_review ? STR("submitted") : STR("");
    if (str_equal(state, STR("all")))
        state = STR("");
    struct str q = request_field(request, STR("q"));
    struct link_param params[] = {{"state", str_is_empty(state) ? STR("all") : state},
                                  {"kind", kind},
                                  {"q", q},
                                  {"unit", request_field(request, STR("unit"))}};
    struct kit_range range = kit_range_of(request);
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct str edge;
    TRY(app_edge(request, db, &actor, unit_id, &edge, err));
    civil_day today = app_today(request);
    struct str search = app_search(request, STR("q"));
    struct evidence_page found;
    TRY(evidence_list(db, &actor,
                      &(struct evidence_ask){.root_id = unit_id,
                                             .edge_kind = edge,
                                             .day = today,
                                             .state = str_is_empty(state) ? STR_NONE : state,
                                             .kind = str_is_empty(kind) ? STR_NONE : kind,
                                             .search = search},
                      range.limit, range.offset, request->arena, &found, err));
    static const struct {
        enum msg_id label;
        enum page_state state;
    } states[EVIDENCE_STATES] = {[EVIDENCE_SUBMITTED] = {MSG_DUTY_E_SUBMITTED, PAGE_STATE_DOING},
                                 [EVIDENCE_RETURNED] = {MSG_DUTY_E_RETURNED, PAGE_STATE_DUE},
                                 [EVIDENCE_ACCEPTED] = {MSG_DUTY_E_ACCEPTED, PAGE_STATE_OK},
                                 [EVIDENCE_WITHDRAWN] = {MSG_DUTY_E_WITHDRAWN, PAGE_STATE_NA}};
    int64_t all = 0, total = 0, waiting = 0;
    struct kit_tabs tabs = {0};
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        int64_t n = found.n[i];
        struct str id = evidence_state_id((enum evidence_state)i);
        all += n;
        if (i == EVIDENCE_SUBMITTED)
            waiting = n;
        if (str_equal(state, id))
            total = n;
        kit_tab(&tabs, request, STR("/evidence"), "state", id, state, kit_text(request, states[i].label), n,
                states[i].state, params, ARRAY_LEN(params));
    }
    kit_tab(&tabs, request, STR("/evidence"), "state", STR("all"), str_is_empty(state) ? STR("all") : state,
            kit_text(request, MSG_DUTY_ALL), all, PAGE_STATE_NONE, params, ARRAY_LEN(params));
    if (str_is_empty(state))
        total = all;
    struct kit_table table;
    kit_table_init(&table, request);
    kit_column(&table, MSG_DUTY_C_EVIDENCE, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_STATE, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_UNIT, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_BY, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_DONE, SHEET_DATE);
    kit_column(&table, MSG_DUTY_C_HANDED, SHEET_DATE);
    kit_column(&table, MSG_DUTY_C_FILES, SHEET_INT);
    for (size_t i = 0; i < found.count; i++) {
        const struct sql_evidence_rows_row *e = found.items[i].row;
        struct str unit_name = found.items[i].unit_name;
        const struct know_evidence_kind *of_kind = know_evidence_kind_find(e->kind);
        struct pg_dt_row *row = kit_row(&table);
        struct str href = app_href(request, "/evidence/%lld", (long long)e->id);
        struct str title = evidence_title(request, of_kind, e->title);
        struct str duty = str_is_null(e->duty_title) ? STR("") : e->duty_title;
        kit_head(&table, title, href,
                 str_is_null(e->subject_name) ? duty
                                              : app_href(request, "%.*s%s%.*s", STR_ARG(duty),
                                                         str_is_empty(duty) ? "" : " · ", STR_ARG(e->subject_name)));
        kit_cell_chip(&table, evidence_page_state(e->state),
                      evidence_word(request, e->state, (civil_day)e->covers_to_day));
        kit_cell(&table, unit_name, app_href(request, "/unit/%lld", (long long)e->unit_id));
        kit_cell(&table, str_is_null(e->submitted_name) ? kit_text(request, MSG_DUTY_BY_MACHINE) : e->submitted_name,
                 STR(""));
        kit_cell_day(&table, (civil_day)e->done_day);
        kit_cell_day(&table, civil_day_of_ms(e->submitted_ms));
        kit_cell_number(&table, e->file_count, href);
        bool is_own = e->submitted_by.has && e->submitted_by.v == request->session.person_id;
        if (row && str_equal(e->state, STR("submitted"))) {
            row->pick = is_own ? STR("") : link_id(request, e->id);
            row->pick_label =
                kit_msg(request, MSG_DUTY_PICK_ONE, 0, ARG_STR("title", title), ARG_STR("unit", unit_name));
            row->note = is_own ? kit_text(request, MSG_DUTY_OWN) : STR("");
        }
    }
    struct page_duty_table page = {
        .title = may_review ? kit_msg(request, MSG_DUTY_QUEUE_TITLE, waiting, ARG_INT("n", waiting))
                            : kit_msg(request, MSG_DUTY_EVIDENCE_TITLE, all, ARG_INT("n", all)),
        .lead = kit_text(request, may_review ? MSG_DUTY_QUEUE_LEAD : MSG_DUTY_EVIDENCE_LEAD),
        .q = q,
        .keep = kit_keep(request, params, ARRAY_LEN(params)),
        .tabs = {tabs.tabs.items, tabs.tabs.count},
        .empty_text = kit_text(request, str_is_empty(q) ? (str_equal(state, STR("submitted")) ? MSG_DUTY_QUEUE_EMPTY
                                                                                              : MSG_DUTY_EVIDENCE_EMPTY)
                                                        : MSG_DUTY_NOTHING_FOUND),
        .empty_act = kit_text(request, MSG_DUTY_TO_TASKS),
        .empty_href = STR("/"),
        .batch_action = may_review && str_equal(state, STR("submitted")) ? STR("/evidence/accept") : STR(""),
        .batch_label = kit_text(request, MSG_DUTY_ACCEPT_PICKED),
        .problem = problem,
    };
    return kit_list_respond(request, response, &table, &page, STR("evidence"), STR("/evidence"), params,
                            ARRAY_LEN(params), &range, total, unit_id, err);
}

enum err_code evidence_list_page(struct request *request, struct response *response, struct err *err)
{
    return list_with(request, response, STR(""), err);
}

/* Each one on its own: what is refused says why, the others are accepted. */
enum err_code evidence_batch_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_BUF refused;
    buf_init(&refused, 32u << 10);
    int64_t accepted = 0, asked = 0;
    {
        AUTO_DB db = NULL;
        TRY(app_db(request, &db, err));
        struct actor actor = app_actor(request), reader = app_actor_with(request, RIGHT_READ);
        for (size_t i = 0; i < request->form.fields.count && asked < EVIDENCE_BATCH_MAX; i++) {
            int64_t id;
            if (!str_equal(request->form.fields.items[i].name, STR("id")) ||
                !str_to_i64(request->form.fields.items[i].value, &id))
                continue;
            asked++;
            struct sql_evidence_get_row *e = NULL;
            TRY(sql_evidence_get(db, &reader, request->arena, &(struct sql_evidence_get_args){.id = id}, &e, err));
            if (e && evidence_accept(db, &actor, id, err) == ERR_NONE) {
                accepted++;
                continue;
            }
            if (e && !kit_is_words(err) && err->code != ERR_DENIED && err->code != ERR_NOT_FOUND)
                return err->code;
            struct str why =
                e && kit_is_words(err) ? request_said(request, err) : kit_text(request, MSG_DUTY_NOT_YOURS);
            buf_printf(&refused, " “%.*s”: %.*s.", STR_ARG(e ? e->title : STR("?")), STR_ARG(why));
        }
    }
    struct str said = kit_msg(request, MSG_DUTY_SAID_BATCH, 0, ARG_INT("done", accepted), ARG_INT("asked", asked));
    if (asked == 0)
        return list_with(request, response, kit_text(request, MSG_DUTY_PICK_NONE), err);
    if (accepted < asked)
        return list_with(request, response,
                         arena_printf(request->arena, "%.*s%.*s", STR_ARG(said), STR_ARG(buf_str(&refused))), err);
    app_done_redirect(request, response, STR("/evidence"), said, STR_NONE);
    return ERR_NONE;
}
