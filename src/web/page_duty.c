#include "web/page_duty.h"

#include "duty/cover.h"
#include "duty/ledger.sql.h"
#include "duty/people.h"
#include "duty/request.h"
#include "duty/seen.h"
#include "format/json.h"
#include "org/access.h"
#include "org/person.sql.h"
#include "proof/chain.h"
#include "proof/chain.sql.h"
#include "web/app_parts.h"
#include "web/cover.h"

#define HISTORY_ROWS 200

struct duty_view {
    struct request *request;
    struct db *db;
    struct actor actor;
    struct seen seen;
    civil_day day;    /* the one looked at, seen.day */
    struct str as_of; /* "?as_of=30/11/2026" for addresses; "" today */
    struct str as_of_error;
    struct sql_assignment_page_row *duty; /* seen.duty */
    const struct know_obligation *known;  /* of the catalogue; NULL: a duty of its own */
    struct sql_duty_subjects_rows subjects;
    struct sql_duty_spans_rows spans;
    struct sql_assignment_chain_rows chain;
    int level; /* of this assignment's system, 0: none */
    struct page_duty page;
};

/* --- how it stands on each subject --- */

static bool is_periodic(const struct duty_view *v)
{
    return str_equal(v->duty->trigger_kind, STR("periodic"));
}

static struct duty_facts facts_of(const struct duty_view *v, const struct sql_duty_subjects_row *row)
{
    return (struct duty_facts){
        .issued_day = (civil_day)row->issued_day,
        .due_day = kit_day_of(row->due_day),
        .is_periodic = is_periodic(v),
        .acked_day = row->acked_ms.has ? civil_day_of_ms(row->acked_ms.v) : CIVIL_NONE,
        .started_day = row->started_ms.has ? civil_day_of_ms(row->started_ms.v) : CIVIL_NONE,
        .covered_from_day = kit_day_of(row->covered_from_day),
        .covered_to_day = kit_day_of(row->covered_to_day),
        .na_from_day = kit_day_of(row->na_from_day),
        .waived_to_day = kit_day_of(row->waived_to_day),
        .closed_day = CIVIL_NONE,
        .soon_days = (int)row->soon_days,
    };
}

static size_t spans_of(const struct duty_view *v, int64_t assignment_id, struct cover_span *ret_spans)
{
    size_t n = 0;
    for (size_t i = 0; i < v->spans.count; i++)
        if (v->spans.items[i].assignment_id == assignment_id)
            ret_spans[n++] = (struct cover_span){(civil_day)v->spans.items[i].covers_from_day,
                                                 (civil_day)v->spans.items[i].covers_to_day};
    return cover_merge(ret_spans, n);
}

static struct cover_axis axis_of(const struct duty_view *v)
{
    civil_day first = (civil_day)v->duty->issued_day, last = kit_day_of(v->duty->due_day);
    for (size_t i = 0; i < v->spans.count; i++) {
        civil_day from = (civil_day)v->spans.items[i].covers_from_day, to = (civil_day)v->spans.items[i].covers_to_day;
        if (from < first)
            first = from;
        if (to != CIVIL_FOREVER && (last == CIVIL_NONE || to > last))
            last = to;
    }
    return cover_axis_of(first, last, v->day);
}

static struct str duty_href(const struct duty_view *v, int64_t id, const char *more)
{
    return app_href(v->request, "/duty/%lld%s%.*s", (long long)id, more, STR_ARG(v->as_of));
}

static struct str subject_href(const struct duty_view *v, const struct sql_duty_subjects_row *row)
{
    if (row->id != v->duty->id)
        return duty_href(v, row->id, "");
    if (str_equal(row->subject_kind, STR("system")) && kit_may(v->request, RIGHT_ASSET_READ))
        return app_href(v->request, "/system/%lld", (long long)row->subject_id);
    return STR("");
}

static enum err_code fill_cover(struct duty_view *v, struct err *err)
{
    struct request *request = v->request;
    struct arena *arena = request->arena;
    size_t n = v->subjects.count;
    struct pg_cover_row *rows = arena_new_array(arena, struct pg_cover_row, n ? n : 1);
    struct cover_span *spans = arena_new_array(arena, struct cover_span, v->spans.count + 1);
    struct cover_span *gaps = arena_new_array(arena, struct cover_span, v->spans.count + 2);
    struct cover_axis axis = axis_of(v);
    int shown_years = axis.last_year - axis.first_year + 1;
    size_t year_count = (size_t)shown_years;
    struct pg_dt_col *years = arena_new_array(arena, struct pg_dt_col, year_count);
    if (!rows || !spans || !gaps || !years)
        return arena_full(arena, err);
    for (size_t i = 0; i < year_count; i++)
        years[i].label = app_href(request, "%d", axis.first_year + (int)i);
    int64_t owed = 0, done = 0;
    AUTO_BUF words;
    buf_init(&words, 16u << 10);
    for (size_t i = 0; i < n; i++) {
        const struct sql_duty_subjects_row *row = &v->subjects.items[i];
        struct duty_facts facts = facts_of(v, row);
        size_t span_count = spans_of(v, row->id, spans);
        size_t gap_count = row->state == DUTY_NA || row->state == DUTY_WAIVED
                               ? 0
                               : cover_gaps(spans, span_count, facts.due_day, v->day, gaps);
        struct str name = str_is_null(row->subject_name) ? v->duty->unit_name : row->subject_name;
        rows[i] = (struct pg_cover_row){
            .name = name,
            .href = subject_href(v, row),
            .picture =
                cover_draw(arena, axis, spans, span_count, gaps, gap_count, duty_next_due(&facts, v->day), v->day),
            .state = app_page_state((int)row->state),
            .word = row->state < 0 ? kit_text(request, MSG_DUTY_CLOSED)
                                   : app_state_word(request, &facts, (int)row->state, row->waits > 0, v->day),
        };
        for (size_t g = 0; g < gap_count && words.len_bytes < 2000; g++) {
            buf_put(&words, STR(" "));
            msg_print(&words, request->lang, MSG_DUTY_GAP, gaps[g].to_day - gaps[g].from_day,
                      MSG_ARGS(ARG_STR("name", name), ARG_INT("n", gaps[g].to_day - gaps[g].from_day),
                               ARG_DAY("from", gaps[g].from_day), ARG_DAY("to", gaps[g].to_day - 1)));
        }
        if (row->id == v->duty->id) {
            v->level = (int)row->level.v;
            v->page.state = rows[i].state;
            v->page.word = rows[i].word;
            civil_day due = duty_next_due(&facts, v->day);
            if (due != CIVIL_NONE && due != CIVIL_FOREVER)
                v->page.due_text = due >= v->day ? kit_msg(request, MSG_DUTY_DUE_LEFT, due - v->day,
                                                           ARG_DAY("day", due), ARG_INT("n", due - v->day))
                                                 : kit_msg(request, MSG_DUTY_DUE_PAST, 0, ARG_DAY("day", due));
            else
                v->page.due_text =
                    str_is_empty(v->duty->deadline_note) ? kit_text(request, MSG_DUTY_NO_DUE) : v->duty->deadline_note;
        }
        owed += row->state >= 0 && row->state != DUTY_NA && row->state != DUTY_WAIVED;
        done += row->state == DUTY_OK;
    }
    v->page.cover = (struct pg_cover_row_list){rows, n};
    v->page.years = (struct pg_dt_col_list){years, year_count};
    v->page.cover_text = arena_printf(request->arena, "%.*s%.*s", STR_ARG(kit_text(request, MSG_DUTY_COVER_LEGEND)),
                                      (int)words.len_bytes, words.ptr ? words.ptr : "");
    if (n > 1)
        v->page.count_text = kit_msg(request, MSG_DUTY_DONE_OF, 0, ARG_INT("done", done), ARG_INT("owed", owed));
    return ERR_NONE;
}

/* --- why --- */

static struct str number_of(const struct request *request, struct str number, struct str symbol, struct str otherwise)
{
    if (!str_is_empty(number) && !str_is_empty(symbol))
        return app_href(request, "%.*s/%.*s", STR_ARG(number), STR_ARG(symbol));
    return str_is_empty(symbol) ? otherwise : symbol;
}

static struct str deadline_words(const struct request *request, struct opt_i64 deadline_day,
                                 const struct opt_i64 *above)
{
    if (!deadline_day.has)
        return STR("");
    if (above && above->has && above->v > deadline_day.v)
        return kit_msg(request, MSG_DUTY_EARLIER, above->v - deadline_day.v, ARG_DAY("day", (civil_day)deadline_day.v),
                       ARG_INT("n", above->v - deadline_day.v));
    return kit_msg(request, MSG_DUTY_LATEST, 0, ARG_DAY("day", (civil_day)deadline_day.v));
}

static enum err_code fill_chain(struct duty_view *v, struct err *err)
{
    struct request *request = v->request;
    struct pg_duty_step *steps = arena_new_array(request->arena, struct pg_duty_step, v->chain.count + 1);
    if (!steps)
        return arena_full(request->arena, err);
    size_t n = 0;
    /* The top of the chain may itself stand on a text of the Prime Minister that nobody here issued. */
    const struct know_instrument *text = v->known ? know_instrument_find(v->known->instrument) : NULL;
    if (text && v->chain.count &&
        !str_equal(number_of(request, v->chain.items[0].number, v->chain.items[0].symbol, STR("")), text->number))
        steps[n++] = (struct pg_duty_step){
            .title =
                app_href(request, "%.*s %.*s", STR_ARG(kit_text(request, MSG_DUTY_DIRECTIVE)), STR_ARG(text->number)),
            .issuer = kit_know(request, text->issuer),
            .sub = text->issued_day == CIVIL_NONE
                       ? kit_know(request, v->known->title)
                       : app_href(request, "%.*s · %.*s", STR_ARG(kit_vn_day(request, text->issued_day)),
                                  STR_ARG(kit_know(request, v->known->title))),
        };
    for (size_t i = 0; i < v->chain.count; i++) {
        const struct sql_assignment_chain_row *row = &v->chain.items[i];
        struct str deadline =
            deadline_words(request, row->deadline_day, i ? &v->chain.items[i - 1].deadline_day : NULL);
        steps[n++] = (struct pg_duty_step){
            .title = number_of(request, row->number, row->symbol, row->directive_title),
            .href = app_href(request, "/directive/%lld%.*s", (long long)row->directive_id, STR_ARG(v->as_of)),
            .issuer = row->issuer_name,
            .sub = arena_printf(request->arena, "%.*s · %.*s%s%.*s",
                                STR_ARG(kit_vn_day(request, (civil_day)row->issued_day)), STR_ARG(row->title),
                                str_is_empty(deadline) ? "" : " · ", STR_ARG(deadline)),
        };
    }
    v->page.steps = (struct pg_duty_step_list){steps, n};
    return ERR_NONE;
}

static struct str rule_value(const struct request *request, const struct know_rule *rule, int level)
{
    int value = rule->by_level[level] ? rule->by_level[level] : rule->by_level[0];
    static const struct {
        struct str unit;
        enum msg_id id;
    } units[] = {{STR_INIT("months"), MSG_DUTY_MONTHS},
                 {STR_INIT("days"), MSG_DUTY_DAYS},
                 {STR_INIT("hours"), MSG_DUTY_HOURS},
                 {STR_INIT("percent"), MSG_DUTY_PERCENT}};
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (str_equal(units[i].unit, rule->unit))
            return kit_msg(request, units[i].id, value, ARG_INT("n", value));
    return app_href(request, "%d", value);
}

static struct str rule_name(const struct request *request, const struct know_rule *rule)
{
    const struct know_instrument *text = know_instrument_find(rule->instrument);
    return text && !str_is_empty(text->number) ? text->number : kit_know(request, rule->title);
}

/* "Chỉ thị 18/CT-TTg: 6 tháng. TCVN 14423:2026: 12 tháng. Đang áp dụng 6 tháng." Empty when no two rules meet. */
static struct str strictest_words(const struct duty_view *v, struct str activity)
{
    struct request *request = v->request;
    struct know_strictest s = know_rule_strictest(activity, v->level, v->day);
    if (!s.winner || s.loser_count == 0)
        return STR("");
    AUTO_BUF buf;
    buf_init(&buf, 4096);
    struct str winner = rule_value(request, s.winner, v->level);
    buf_printf(&buf, "%.*s: %.*s. ", STR_ARG(rule_name(request, s.winner)), STR_ARG(winner));
    for (size_t i = 0; i < s.loser_count; i++)
        buf_printf(&buf, "%.*s: %.*s. ", STR_ARG(rule_name(request, s.losers[i])),
                   STR_ARG(rule_value(request, s.losers[i], v->level)));
    buf_put(&buf, kit_msg(request, MSG_DUTY_APPLIES, 0, ARG_STR("value", winner),
                          ARG_STR("rule", rule_name(request, s.winner))));
    struct str words = arena_str(request->arena, buf_str(&buf));
    return buf.failed || str_is_null(words) ? STR("") : words;
}

/* --- what counts --- */

static enum err_code fill_counts(struct duty_view *v, struct err *err)
{
    struct request *request = v->request;
    struct kit_facts facts = {.request = request};
    static const struct {
        struct str id;
        enum msg_id word;
    } denominators[] = {{STR_INIT("person"), MSG_DUTY_BY_PERSON},
                        {STR_INIT("unit"), MSG_DUTY_BY_UNIT},
                        {STR_INIT("system"), MSG_DUTY_BY_SYSTEM},
                        {STR_INIT("database"), MSG_DUTY_BY_DATABASE},
                        {STR_INIT("device"), MSG_DUTY_BY_DEVICE}};
    for (size_t i = 0; i < ARRAY_LEN(denominators); i++)
        if (str_equal(denominators[i].id, v->duty->denominator))
            kit_fact(&facts, MSG_DUTY_COUNTED, kit_text(request, denominators[i].word));
    struct str rest = v->duty->evidence_kinds, id;
    bool independent = false;
    AUTO_BUF reviewers;
    buf_init(&reviewers, 4096);
    while (str_split(&rest, ' ', &id)) {
        const struct know_evidence_kind *kind = know_evidence_kind_find(id);
        if (!kind)
            continue;
        int months = know_evidence_cover_months(kind, v->level, v->day);
        struct str cover = months ? kit_msg(request, MSG_DUTY_COVERS_MONTHS, months, ARG_INT("n", months))
                                  : kit_text(request, MSG_DUTY_COVERS_UNTIL_CHANGE);
        kit_fact_named(&facts, kit_text(request, MSG_DUTY_KIND),
                       app_href(request, "%.*s (%.*s)", STR_ARG(kit_know(request, kind->title)), STR_ARG(cover)),
                       STR(""));
        independent |= kind->never_by_operator;
        for (size_t r = 0; r < kind->accepted_by.count; r++) {
            const struct know_role *role = know_role_find(kind->accepted_by.items[r]);
            struct str title = role ? kit_know(request, role->title) : STR("");
            if (str_is_empty(title) || str_contains(buf_str(&reviewers), title))
                continue;
            if (reviewers.len_bytes)
                buf_put(&reviewers, STR(", "));
            buf_put(&reviewers, title);
        }
    }
    if (!str_is_empty(v->duty->product))
        kit_fact(&facts, MSG_LETTER_PRODUCT, v->duty->product);
    struct str helpers = kit_lines(request, v->duty->co_actors, "; ");
    if (!str_is_empty(helpers))
        kit_fact(&facts, MSG_LETTER_WITH, helpers);
    if (v->known && v->known->needs_all_evidence)
        kit_fact(&facts, MSG_DUTY_NEEDS, kit_text(request, MSG_DUTY_NEEDS_ALL));
    if (v->duty->period_months.has)
        kit_fact(
            &facts, MSG_DUTY_PERIOD,
            kit_msg(request, MSG_DUTY_EVERY_MONTHS, v->duty->period_months.v, ARG_INT("n", v->duty->period_months.v)));
    struct str who = reviewers.failed ? STR_NONE : arena_str(request->arena, buf_str(&reviewers));
    if (!str_is_empty(who))
        kit_fact(&facts, MSG_DUTY_REVIEWER,
                 independent ? kit_msg(request, MSG_DUTY_REVIEWER_NOT_OPERATOR, 0, ARG_STR("who", who)) : who);
    v->page.counts = (struct pg_dr_kv_list){facts.rows.items, facts.rows.count};
    (void)err;
    return ERR_NONE;
}

/* --- evidence and history --- */

static enum err_code fill_proofs(struct duty_view *v, struct err *err)
{
    struct request *request = v->request;
    struct sql_assignment_evidence_list_rows list;
    struct sql_duty_earlier_evidence_rows earlier;
    TRY(seen_evidence(v->db, &v->actor, &v->seen, request->arena, &list, &earlier, err));
    struct pg_duty_proof *rows = arena_new_array(request->arena, struct pg_duty_proof, list.count + earlier.count + 1);
    if (!rows)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < list.count; i++) {
        const struct sql_assignment_evidence_list_row *e = &list.items[i];
        struct str who = str_equal(e->source, STR("hand"))
                             ? (str_is_null(e->submitted_name) ? STR("") : e->submitted_name)
                             : kit_text(request, MSG_DUTY_BY_MACHINE);
        rows[i] = (struct pg_duty_proof){
            .title = evidence_title(request, know_evidence_kind_find(e->kind), e->title),
            .href = app_href(request, "/evidence/%lld", (long long)e->id),
            .sub = kit_msg(request, MSG_DUTY_PROOF_SUB, 0, ARG_DAY("done", (civil_day)e->done_day), ARG_STR("who", who),
                           ARG_DAY("handed", civil_day_of_ms(e->submitted_ms))),
            .state = evidence_page_state(e->state),
            .word = evidence_word(request, e->state, (civil_day)e->covers_to_day),
            .files = (int)e->file_count,
            .reason = str_equal(e->state, STR("returned")) ? e->reason : STR_NONE,
        };
    }
    /* What the unit before handed in: only to read, since it stays under its name. */
    size_t n = list.count;
    for (size_t i = 0; i < earlier.count; i++) {
        const struct sql_duty_earlier_evidence_row *e = &earlier.items[i];
        bool is_listed = false;
        for (size_t k = 0; k < list.count; k++)
            is_listed |= list.items[k].id == e->id;
        if (is_listed) /* its unit may be seen as well */
            continue;
        rows[n++] = (struct pg_duty_proof){
            .title = e->title,
            .sub = kit_msg(request, MSG_DUTY_PROOF_EARLIER, 0, ARG_DAY("done", (civil_day)e->done_day),
                           ARG_STR("unit", str_is_empty(e->unit_name) ? STR("–") : e->unit_name),
                           ARG_DAY("handed", civil_day_of_ms(e->submitted_ms))),
            .state = evidence_page_state(e->state),
            .word = evidence_word(request, e->state, (civil_day)e->covers_to_day),
            .files = (int)e->file_count,
        };
    }
    v->page.proofs = (struct pg_duty_proof_list){rows, n};
    return ERR_NONE;
}

static const struct {
    struct str kind;
    enum msg_id word;
} history_words[] = {
    {STR_INIT("assignment_acknowledged"), MSG_DUTY_H_ACKNOWLEDGED},
    {STR_INIT("assignment_given"), MSG_DUTY_H_GIVEN},
    {STR_INIT("assignment_waived"), MSG_DUTY_H_WAIVED},
    {STR_INIT("assignment_not_applicable"), MSG_DUTY_H_NA},
    {STR_INIT("assignment_applicable"), MSG_DUTY_H_APPLICABLE},
    {STR_INIT("assignment_moved"), MSG_DUTY_H_MOVED},
    {STR_INIT("evidence_submitted"), MSG_DUTY_H_SUBMITTED},
    {STR_INIT("evidence_accepted"), MSG_DUTY_H_ACCEPTED},
    {STR_INIT("evidence_returned"), MSG_DUTY_H_RETURNED},
    {STR_INIT("evidence_withdrawn"), MSG_DUTY_H_WITHDRAWN},
};

static struct pg_duty_event event_of(struct duty_view *v, const struct sql_duty_history_row *e)
{
    struct request *request = v->request;
    struct pg_duty_event event = {.at_ms = e->at_ms,
                                  .day = kit_vn_day(request, civil_day_of_ms(e->at_ms)),
                                  .hour = kit_hour(request, e->at_ms),
                                  .what = e->kind,
                                  .hash = kit_hash(request, e->hash)};
    for (size_t i = 0; i < ARRAY_LEN(history_words); i++)
        if (str_equal(history_words[i].kind, e->kind))
            event.what = kit_text(request, history_words[i].word);
    event.sub = str_is_null(e->actor_name) ? kit_text(request, MSG_DUTY_SYSTEM) : e->actor_name;
    bool is_earlier = e->unit_id.has && e->unit_id.v != v->duty->unit_id; /* under the name of that unit on that day */
    if (is_earlier && !str_is_empty(e->unit_name))
        event.sub = app_href(request, "%.*s · %.*s", STR_ARG(e->unit_name), STR_ARG(event.sub));
    struct json root;
    struct err ignored;
    if (e->erased_by.has) {
        event.quote = kit_text(request, MSG_DUTY_ERASED);
        return event;
    }
    if (str_is_empty(e->content) || json_parse(e->content, 0, request->arena, &root, &ignored) != ERR_NONE)
        return event;
    event.quote = json_str_or_none(json_get(root, STR("reason")), request->arena);
    struct str evidence = json_str_or_none(json_get(root, STR("evidence")), request->arena);
    if (!str_is_empty(evidence) && !is_earlier)
        event.href = app_href(request, "/evidence/%.*s", STR_ARG(evidence));
    return event;
}

static enum err_code fill_history(struct duty_view *v, struct err *err)
{
    struct request *request = v->request;
    struct sql_duty_history_rows list;
    TRY(sql_duty_history(v->db, &v->actor, request->arena,
                         &(struct sql_duty_history_args){
                             .assignment_id = v->duty->id, .until_ms = v->seen.until_ms, .limit_count = HISTORY_ROWS},
                         &list, err));
    struct pg_duty_event *events = arena_new_array(request->arena, struct pg_duty_event, list.count + 1);
    if (!events)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < list.count; i++)
        events[i] = event_of(v, &list.items[i]);
    const struct sql_assignment_chain_row *foot = v->chain.count ? &v->chain.items[v->chain.count - 1] : NULL;
    events[list.count] = (struct pg_duty_event){
        .at_ms = v->duty->issued_ms,
        .day = kit_vn_day(request, civil_day_of_ms(v->duty->issued_ms)),
        .hour = kit_hour(request, v->duty->issued_ms),
        .what =
            foot ? kit_msg(request, MSG_DUTY_H_ISSUED, 0,
                           ARG_STR("directive", number_of(request, foot->number, foot->symbol, foot->directive_title)))
                 : kit_text(request, MSG_DUTY_H_ISSUED_PLAIN),
        .sub = foot ? foot->issuer_name : STR(""),
    };
    v->page.events = (struct pg_duty_event_list){events, list.count + 1};
    return ERR_NONE;
}

/* --- people, requests, source --- */

static enum err_code fill_people(struct duty_view *v, struct err *err)
{
    struct request *request = v->request;
    struct people_head *head = NULL;
    TRY(people_head_on(v->db, &v->actor, v->duty->unit_id, v->day, request->arena, &head, err));
    v->page.head_text =
        head ? kit_msg(request, MSG_DUTY_HEAD, 0, ARG_STR("name", head->name), ARG_DAY("day", head->from_day))
             : kit_text(request, MSG_DUTY_NO_HEAD);
    v->page.worker_text = str_is_null(v->duty->assignee_name)
                              ? kit_text(request, MSG_DUTY_NO_WORKER)
                              : kit_msg(request, MSG_DUTY_WORKER, 0, ARG_STR("name", v->duty->assignee_name));
    if (v->seen.is_past)
        return ERR_NONE;
    bool may_assign = false;
    TRY(access_has(v->db, &v->actor, RIGHT_ASSIGN, v->duty->unit_id, &may_assign, err));
    if (!may_assign || v->duty->state < 0)
        return ERR_NONE;
    struct sql_unit_people_rows people;
    TRY(sql_unit_people(v->db, &v->actor, request->arena,
                        &(struct sql_unit_people_args){.unit_id = v->duty->unit_id, .on_day = v->day}, &people, err));
    struct kit_form form;
    kit_form_init(&form, request);
    struct str current = v->duty->assignee_id.has ? link_id(request, v->duty->assignee_id.v) : STR("0");
    struct pg_df_field *field = kit_choice(&form, "select", STR("person"), kit_text(request, MSG_DUTY_ASSIGN_WHO),
                                           current, STR(""), false, people.count + 1);
    kit_option(field, STR("0"), kit_text(request, MSG_DUTY_ASSIGN_NOBODY));
    for (size_t i = 0; i < people.count; i++)
        if (people.items[i].is_active)
            kit_option(field, link_id(request, people.items[i].id), people.items[i].name);
    v->page.assign = (struct pg_dr_form){.title = kit_text(request, MSG_DUTY_ASSIGN),
                                         .action = app_href(request, "/duty/%lld/assign", (long long)v->duty->id),
                                         .fields = kit_fields(&form),
                                         .submit = kit_text(request, MSG_DUTY_ASSIGN_DO)};
    return ERR_NONE;
}

static enum err_code fill_requests(struct duty_view *v, bool may_execute, struct err *err)
{
    struct request *request = v->request;
    struct sql_request_list_assignment_rows list;
    TRY(seen_requests(v->db, &v->actor, &v->seen, request->arena, &list, err));
    struct pg_dr_item *items = arena_new_array(request->arena, struct pg_dr_item, list.count ? list.count : 1);
    struct pg_dt_act *acts = arena_new_array(request->arena, struct pg_dt_act, REQUEST_KIND_COUNT);
    if (!items || !acts)
        return arena_full(request->arena, err);
    bool waits[REQUEST_KIND_COUNT] = {false};
    for (size_t i = 0; i < list.count; i++) {
        const struct sql_request_list_assignment_row *r = &list.items[i];
        enum request_kind kind;
        if (request_kind_from_str(r->kind, &kind) && str_equal(r->state, STR("open")))
            waits[kind] = true;
        items[i] = (struct pg_dr_item){.text = request_kind_word(request, r->kind),
                                       .href = app_href(request, "/request/%lld", (long long)r->id),
                                       .sub = str_is_empty(r->decision) ? r->reason : r->decision,
                                       .state = request_page_state(r->state),
                                       .word = request_word(request, r->state)};
    }
    size_t n = 0;
    for (int kind = 0; may_execute && v->duty->state >= 0 && kind < REQUEST_KIND_COUNT; kind++)
        if (!waits[kind])
            acts[n++] = (struct pg_dt_act){
                .label = kit_msg(request, MSG_DUTY_ASK_FOR, 0,
                                 ARG_STR("what", request_kind_word(request, str_from_cstr(request_kind_to_str(
                                                                                (enum request_kind)kind))))),
                .href = app_href(request, "/request/new?duty=%lld&kind=%s", (long long)v->duty->id,
                                 request_kind_to_str((enum request_kind)kind))};
    v->page.requests = (struct pg_dr_item_list){items, list.count};
    v->page.request_acts = (struct pg_dt_act_list){acts, n};
    v->page.has_requests = n || list.count > 0;
    if (n)
        v->page.request_text = kit_text(request, MSG_DUTY_ASK_TEXT);
    return ERR_NONE;
}

static enum err_code fill_source(struct duty_view *v, struct err *err)
{
    struct request *request = v->request;
    struct sql_duty_source_row *source = NULL;
    TRY(sql_duty_source(v->db, &v->actor, request->arena, &(struct sql_duty_source_args){.assignment_id = v->duty->id},
                        &source, err));
    v->page.source = source ? source->text : v->duty->text;
    if (!source)
        return ERR_NONE;
    v->page.source_from = number_of(request, source->number, source->symbol, STR(""));
    if (source->can_open)
        v->page.source_href =
            app_href(request, "/letter/%lld#q%lld", (long long)source->letter_id, (long long)source->no);
    return ERR_NONE;
}

static struct str lead_of(const struct duty_view *v)
{
    static const struct {
        struct str id;
        enum msg_id word;
    } triggers[] = {{STR_INIT("once"), MSG_DUTY_T_ONCE},           {STR_INIT("periodic"), MSG_DUTY_T_PERIODIC},
                    {STR_INIT("on_change"), MSG_DUTY_T_ON_CHANGE}, {STR_INIT("on_request"), MSG_DUTY_T_ON_REQUEST},
                    {STR_INIT("at_once"), MSG_DUTY_T_AT_ONCE},     {STR_INIT("standing"), MSG_DUTY_T_STANDING}};
    for (size_t i = 0; i < ARRAY_LEN(triggers); i++)
        if (str_equal(triggers[i].id, v->duty->trigger_kind))
            return kit_text(v->request, triggers[i].word);
    return STR("");
}

/* as_of CIVIL_NONE: today. ERR_SYNTAX: that day cannot be looked at. */
static enum err_code duty_look(struct request *request, struct db *db, civil_day as_of, struct duty_view *v,
                               struct err *err)
{
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    *v = (struct duty_view){
        .request = request, .db = db, .actor = app_actor_with(request, RIGHT_READ), .as_of = STR("")};
    TRY(seen_open(db, &v->actor, id, app_today(request), as_of, request->arena, &v->seen, err));
    v->day = v->seen.day;
    v->duty = v->seen.duty;
    must(v->duty != NULL);
    v->known = str_is_empty(v->duty->catalogue_id) ? NULL : know_obligation_find(v->duty->catalogue_id);
    if (v->seen.is_past)
        v->as_of = app_href(request, "?as_of=%.*s", STR_ARG(kit_vn_day(request, v->day)));
    return ERR_NONE;
}

static enum err_code duty_load(struct request *request, struct db *db, struct duty_view *v, struct err *err)
{
    return duty_look(request, db, CIVIL_NONE, v, err);
}

/* ?as_of= of the address. A day that cannot be looked at leaves today, and says why. */
static enum err_code duty_load_on(struct request *request, struct db *db, struct duty_view *v, struct err *err)
{
    civil_day as_of = CIVIL_NONE;
    struct err why = {0};
    enum err_code code = app_day(request, STR("as_of"), &as_of, &why);
    if (code == ERR_NONE)
        code = duty_look(request, db, as_of, v, &why);
    if (code == ERR_NONE)
        return ERR_NONE;
    if (code != ERR_SYNTAX)
        return *err = why, code;
    TRY(duty_load(request, db, v, err));
    v->as_of_error = request_said(request, &why);
    return ERR_NONE;
}

/* Of the time before what covers a duty was kept by day, a database that is older says so. */
static enum err_code fill_as_of(struct duty_view *v, struct err *err)
{
    v->page.as_of = request_field(v->request, STR("as_of"));
    v->page.as_of_error = v->as_of_error;
    if (!v->seen.is_past)
        return ERR_NONE;
    struct sql_duty_dated_from_row *from = NULL;
    TRY(sql_duty_dated_from(v->db, v->request->arena, &from, err));
    if (from && v->day < from->from_day)
        v->page.due_note = kit_msg(v->request, MSG_UNIT_DUE_NOT_DATED, 0, ARG_DAY("day", (civil_day)from->from_day));
    return ERR_NONE;
}

static enum err_code duty_show_with(struct request *request, struct response *response, struct str problem,
                                    struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct duty_view v;
    TRY(duty_load_on(request, db, &v, err));
    struct arena *arena = request->arena;
    TRY(seen_subjects(db, &v.actor, &v.seen, arena, &v.subjects, &v.spans, err));
    TRY(sql_assignment_chain(db, &v.actor, arena, &(struct sql_assignment_chain_args){.assignment_id = v.duty->id},
                             &v.chain, err));
    TRY(fill_cover(&v, err));
    TRY(fill_chain(&v, err));
    TRY(fill_counts(&v, err));
    TRY(fill_proofs(&v, err));
    TRY(fill_history(&v, err));
    TRY(fill_people(&v, err));
    TRY(fill_source(&v, err));
    TRY(fill_as_of(&v, err));
    bool may_execute = false, may_acknowledge = false; /* nothing is done to a past day */
    if (!v.seen.is_past) {
        TRY(access_has(db, &v.actor, RIGHT_EXECUTE, v.duty->unit_id, &may_execute, err));
        TRY(access_has(db, &v.actor, RIGHT_ACKNOWLEDGE, v.duty->unit_id, &may_acknowledge, err));
    }
    TRY(fill_requests(&v, may_execute, err));
    struct str title = v.duty->title;
    struct pg_crumb crumbs[] = {
        {.text = v.duty->unit_name,
         .href = app_href(request, "/unit/%lld%.*s", (long long)v.duty->unit_id, STR_ARG(v.as_of))},
        {.text = str_is_empty(v.duty->catalogue_id) ? title : v.duty->catalogue_id},
    };
    v.page.crumbs = (struct pg_crumb_list){crumbs, ARRAY_LEN(crumbs)};
    v.page.title = title;
    v.page.lead = lead_of(&v);
    v.page.unit_name = v.duty->unit_name;
    v.page.unit_href = crumbs[0].href;
    v.page.problem = problem;
    if (v.known && !str_is_empty(v.known->period_rule))
        v.page.rule_text = strictest_words(&v, v.known->period_rule);
    bool is_open = v.duty->state >= 0 && v.duty->state != DUTY_NA;
    if (may_execute && is_open && !str_is_empty(v.duty->evidence_kinds))
        v.page.submit_href = app_href(request, "/duty/%lld/evidence", (long long)v.duty->id);
    if (may_acknowledge && is_open && !v.duty->acked_ms.has)
        v.page.ack_action = app_href(request, "/duty/%lld/acknowledge", (long long)v.duty->id);
    v.page.chain_href = duty_href(&v, v.duty->id, "/chain");
    if (v.duty->moved_to_id.has) {
        v.page.moved_text = kit_text(request, MSG_DUTY_MOVED_TO);
        v.page.moved_href = duty_href(&v, v.duty->moved_to_id.v, "");
    } else if (v.duty->moved_from_id.has) {
        v.page.moved_text = kit_text(request, MSG_DUTY_MOVED_FROM);
        v.page.moved_href = duty_href(&v, v.duty->moved_from_id.v, "");
    }
    struct layout_frame *frame = web_frame(request, title, STR("tasks"));
    if (!frame)
        return arena_full(arena, err);
    if (v.seen.is_past)
        frame->as_of = v.day;
    frame->who_href = app_href(request, "/unit/%lld/who", (long long)v.duty->unit_id);
    v.page.frame = frame;
    bool is_refused = !str_is_empty(problem) || !str_is_empty(v.as_of_error);
    struct page_out o = response_page(request, response, is_refused ? 422 : 200);
    page_duty(&o, &v.page);
    return ERR_NONE;
}

static enum err_code duty_show(struct request *request, struct response *response, struct err *err)
{
    return duty_show_with(request, response, STR(""), err);
}

/* Every entry about this duty with its hash, for whoever keeps it and checks it later. */
static enum err_code duty_chain_file(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct duty_view v;
    civil_day as_of = CIVIL_NONE;
    TRY(app_day(request, STR("as_of"), &as_of, err));
    TRY(duty_look(request, db, as_of, &v, err));
    struct sql_duty_history_rows list;
    TRY(sql_duty_history(db, &v.actor, request->arena,
                         &(struct sql_duty_history_args){
                             .assignment_id = v.duty->id, .until_ms = v.seen.until_ms, .limit_count = 100000},
                         &list, err));
    AUTO_BUF buf;
    buf_init(&buf, 64u << 20);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    for (size_t i = list.count; i-- > 0;) {
        const struct sql_duty_history_row *e = &list.items[i];
        char at[CIVIL_TEXT_BYTES];
        json_object_begin(&w);
        json_field_str(&w, STR("type"), STR("entry"));
        json_field_id(&w, STR("id"), e->id);
        json_field_str(&w, STR("kind"), e->kind);
        json_field_str(&w, STR("at"), str_from_cstr(civil_iso_ms(e->at_ms, at)));
        json_field_str(&w, STR("by"), e->actor_name);
        json_field_str(&w, STR("content"), e->content);
        json_field_str(&w, STR("hash"), str_is_null(e->hash) ? STR_NONE : kit_hex(request, e->hash));
        json_object_end(&w);
        json_end_line(&w);
    }
    struct str bytes;
    TRY(buf_to_arena(&buf, request->arena, &bytes, err));
    response_file(request, response, STR("application/x-ndjson"),
                  app_href(request, "nghia-vu-%lld.ndjson", (long long)v.duty->id), bytes);
    return ERR_NONE;
}

static enum err_code duty_acknowledge_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct duty_view v;
    TRY(duty_load(request, db, &v, err));
    struct actor actor = app_actor(request);
    bool first;
    TRY(duty_acknowledge(db, &actor, v.duty->directive_id, v.duty->unit_id, &first, err));
    return kit_done(request, response, app_href(request, "/duty/%lld", (long long)v.duty->id),
                    MSG_DUTY_SAID_ACKNOWLEDGED, STR_NONE);
}

static enum err_code duty_assign_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct duty_view v;
    TRY(duty_load(request, db, &v, err));
    struct actor actor = app_actor(request);
    if (duty_assign(db, &actor, v.duty->id, kit_id_field(request, STR("person")), err) != ERR_NONE) {
        if (!kit_is_words(err))
            return err->code;
        struct str problem = kit_problem(request, err);
        store_db_give(db);
        db = NULL;
        return duty_show_with(request, response, problem, err);
    }
    struct str undo = app_href(request, "/duty/%lld/assign?person=%lld", (long long)v.duty->id,
                               (long long)(v.duty->assignee_id.has ? v.duty->assignee_id.v : 0));
    return kit_done(request, response, app_href(request, "/duty/%lld", (long long)v.duty->id), MSG_DUTY_SAID_ASSIGNED,
                    undo);
}

static const struct route routes[] = {
    {GET, "/duty/{id}", duty_show, RIGHT_READ, READS, NULL},
    {GET, "/duty/{id}/chain", duty_chain_file, RIGHT_READ, READS, NULL},
    {POST, "/duty/{id}/acknowledge", duty_acknowledge_post, RIGHT_ACKNOWLEDGE, CHANGES, NULL},
    {POST, "/duty/{id}/assign", duty_assign_post, RIGHT_ASSIGN, CHANGES, NULL},
    {GET, "/duty/{id}/evidence", evidence_form_page, RIGHT_EXECUTE, READS, NULL},
    {POST, "/duty/{id}/evidence", evidence_form_post, RIGHT_EXECUTE, CHANGES | UPLOAD, NULL},

    {GET, "/evidence", evidence_list_page, RIGHT_READ, READS, NULL},
    {GET, "/evidence.xlsx", evidence_list_page, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/evidence.csv", evidence_list_page, RIGHT_EXPORT, READS | SLOW, NULL},
    {POST, "/evidence/accept", evidence_batch_post, RIGHT_REVIEW, CHANGES, NULL},
    {GET, "/evidence/{id}", evidence_show, RIGHT_READ, READS, NULL},
    {GET, "/evidence/{id}/file/{file}", evidence_file_get, RIGHT_READ, READS, NULL},
    {POST, "/evidence/{id}/accept", evidence_act_post, RIGHT_REVIEW, CHANGES, NULL},
    {POST, "/evidence/{id}/return", evidence_act_post, RIGHT_REVIEW, CHANGES, NULL},
    {POST, "/evidence/{id}/withdraw", evidence_act_post, RIGHT_READ, CHANGES, NULL},

    {GET, "/requests", request_list_page, RIGHT_READ, READS, NULL},
    {GET, "/requests.xlsx", request_list_page, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/requests.csv", request_list_page, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/help-request", request_help_page, RIGHT_EXECUTE, READS, NULL},
    {GET, "/request/new", request_new_page, RIGHT_EXECUTE, READS, NULL},
    {POST, "/request/new", request_new_post, RIGHT_EXECUTE, CHANGES, NULL},
    {GET, "/request/{id}", request_show, RIGHT_READ, READS, NULL},
    {POST, "/request/{id}/grant", request_act_post, RIGHT_READ, CHANGES, NULL},
    {POST, "/request/{id}/refuse", request_act_post, RIGHT_READ, CHANGES, NULL},
    {POST, "/request/{id}/answer", request_act_post, RIGHT_READ, CHANGES, NULL},
    {POST, "/request/{id}/withdraw", request_act_post, RIGHT_EXECUTE, CHANGES, NULL},
    {POST, "/request/{id}/spend", request_act_post, RIGHT_READ, CHANGES, NULL},

    {GET, "/budget", budget_page, RIGHT_READ, READS, NULL},
    {GET, "/budget.xlsx", budget_page, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/budget.csv", budget_page, RIGHT_EXPORT, READS | SLOW, NULL},
    {POST, "/budget", budget_post, RIGHT_READ, CHANGES, NULL},

    {GET, "/visit", visit_list_page, RIGHT_READ, READS, NULL},
    {GET, "/visits", visit_list_page, RIGHT_READ, READS, NULL},
    {GET, "/visits.xlsx", visit_list_page, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/visits.csv", visit_list_page, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/visit/new", visit_new_page, RIGHT_EXECUTE, READS, NULL},
    {POST, "/visit/new", visit_new_post, RIGHT_EXECUTE, CHANGES, NULL},
    {GET, "/visit/{id}", visit_show, RIGHT_READ, READS, NULL},
    {POST, "/visit/{id}/finish", visit_act_post, RIGHT_EXECUTE, CHANGES, NULL},
    {POST, "/visit/{id}/move", visit_act_post, RIGHT_EXECUTE, CHANGES, NULL},
    {POST, "/visit/{id}/cancel", visit_act_post, RIGHT_EXECUTE, CHANGES, NULL},
};
const struct route_list duty_routes = {routes, ARRAY_LEN(routes)};
