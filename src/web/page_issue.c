#include "web/page_issue.h"

#include "base/viet.h"
#include "duty/letter_book.sql.h"
#include "know/know.h"
#include "org/unit.h"
#include "work/intake.h"

/* --- from the form to a draft --- */

/* "TLC-001, -TLC-002": units by code, a minus leaves one out. The first that is unknown is refused in words. */
static enum err_code add_units(const struct request *request, struct db *db, struct issue_typed *typed,
                               void *vec_targets, struct err *err)
{
    VEC(struct obligation_target) *targets = vec_targets;
    struct arena *arena = request->arena;
    struct str rest = typed->units, part;
    while (!str_is_empty(typed->units) && str_split(&rest, ',', &part)) {
        struct str code = str_trim(part);
        bool is_except = str_starts_with(code, STR("-"));
        if (is_except)
            code = str_trim(str_slice(code, 1, code.len_bytes));
        if (str_is_empty(code))
            continue;
        int64_t id;
        struct err why;
        enum err_code found = unit_find_code(db, code, app_today(request), &id, &why);
        if (found == ERR_NOT_FOUND) {
            typed->refused = msg_str(arena, request->lang, MSG_ISSUE_UNITS_UNKNOWN, 0, MSG_ARGS(ARG_STR("code", code)));
            return ERR_NONE;
        }
        if (found != ERR_NONE) {
            *err = why;
            return found;
        }
        struct obligation_target *t = vec_push(targets, arena);
        if (!t)
            return arena_full(arena, err);
        *t = (struct obligation_target){is_except ? TARGET_EXCEPT_UNIT : TARGET_UNIT, link_id(request, id)};
    }
    return ERR_NONE;
}

static struct str say_no(const struct request *request, enum msg_id id, size_t i)
{
    return tier_say_n(request, id, (int64_t)i + 1);
}

/* One duty of the form; typed->refused when it cannot stand. */
static enum err_code draft_duty(const struct request *request, struct db *db, struct issue_typed *typed, size_t i,
                                const struct sql_obligation_list_rows *above, struct obligation_draft *ret_duty,
                                struct err *err)
{
    struct arena *arena = request->arena;
    struct duty_typed *d = &typed->duties.items[i];
    struct obligation_draft o = {.catalogue_id = d->id,
                                 .title = d->title,
                                 .text = d->text,
                                 .co_actors = d->co_actors,
                                 .product = d->product,
                                 .trigger = d->trigger,
                                 .deadline_day = CIVIL_NONE};
    if (str_is_empty(d->id)) {
        o.catalogue_id = STR_NONE;
        o.evidence_kinds = STR("document manual_statement");
    }
    int64_t was;
    if (typed->draft && str_to_i64(d->was, &was) && was >= 0 && (size_t)was < typed->draft->obligation_count) {
        const struct obligation_draft *before = &typed->draft->obligations[was]; /* what the form does not ask */
        o.denominator = before->denominator;
        o.evidence_kinds = before->evidence_kinds;
        if (str_equal(d->day, before->deadline_day == CIVIL_NONE ? STR("") : tier_day(request, before->deadline_day)))
            o.deadline_note = before->deadline_note;
    }
    int64_t period = 0;
    if (!str_to_i64(d->duty, &o.letter_duty_id))
        o.letter_duty_id = 0;
    if (str_to_i64(d->period, &period) && period > 0 && period <= 600)
        o.period_months = (int)period;
    if (str_is_empty(d->title))
        typed->refused = say_no(request, MSG_ISSUE_REFUSED_NO_TITLE, i);
    char name[40];
    int n = snprintf(name, sizeof name, "o%zu_day", i);
    struct err why = {0};
    if (app_day(request, (struct str){name, (size_t)n}, &o.deadline_day, &why) != ERR_NONE) {
        d->day_error = request_said(request, &why);
        typed->refused = d->day_error;
    }
    const struct sql_obligation_list_row *up = issue_above(above, d->id);
    if (up) {
        o.parent_id = up->id;
        if (up->deadline_day.has && str_is_empty(d->day_error) &&
            (o.deadline_day == CIVIL_NONE || o.deadline_day > up->deadline_day.v)) {
            d->day_error =
                msg_str(arena, request->lang, MSG_ISSUE_REFUSED_LATE, 0,
                        MSG_ARGS(ARG_INT("n", (int64_t)i + 1), ARG_DAY("day", (civil_day)up->deadline_day.v)));
            typed->refused = d->day_error;
        }
    }
    VEC(struct obligation_target) targets = {0};
    for (size_t t = 0; t < d->to.count; t++) {
        struct str value = d->to.items[t], rule_text;
        if (!str_split(&value, ':', &rule_text))
            continue;
        enum target_rule rule;
        if (!target_rule_from_str(rule_text, &rule))
            continue;
        struct obligation_target *target = vec_push(&targets, arena);
        if (!target)
            return arena_full(arena, err);
        *target = (struct obligation_target){rule, str_is_null(value) ? STR("") : value};
    }
    TRY(add_units(request, db, typed, &targets, err));
    bool has_target = false;
    for (size_t t = 0; t < targets.count; t++)
        has_target =
            has_target || (targets.items[t].rule != TARGET_EXCEPT_UNIT && targets.items[t].rule != TARGET_EXCEPT_KIND);
    for (size_t t = 0; t < typed->except.count; t++) {
        struct obligation_target *target = vec_push(&targets, arena);
        if (!target)
            return arena_full(arena, err);
        *target = (struct obligation_target){TARGET_EXCEPT_KIND, typed->except.items[t]};
    }
    if (!has_target && str_is_empty(typed->refused))
        typed->refused = say_no(request, MSG_ISSUE_REFUSED_NO_TARGET, i);
    o.targets = targets.items;
    o.target_count = targets.count;
    *ret_duty = o;
    return ERR_NONE;
}

enum err_code issue_save(struct request *request, struct response *response, struct db *db, struct issue_typed *typed,
                         struct err *err)
{
    struct arena *arena = request->arena;
    if (!str_equal(form_get(&request->form, STR("do")), STR("look")))
        return issue_form(request, response, db, typed, err);
    struct pg_option_list parents;
    struct sql_obligation_list_rows above;
    TRY(issue_parents(request, db, typed, &parents, &above, err));
    bool has_parent = typed->parent_id == 0;
    for (size_t i = 0; i < parents.count; i++)
        has_parent = has_parent || parents.items[i].chosen;
    if (!has_parent)
        return err_set(err, ERR_NOT_FOUND, "no such directive");
    VEC(struct obligation_draft) duties = {0};
    for (size_t i = 0; i < typed->duties.count && str_is_empty(typed->refused); i++) {
        if (!typed->duties.items[i].chosen)
            continue;
        struct obligation_draft *o = vec_push(&duties, arena);
        if (!o)
            return arena_full(arena, err);
        TRY(draft_duty(request, db, typed, i, &above, o, err));
    }
    if (str_is_empty(typed->name))
        typed->refused = tier_say(request, MSG_ISSUE_REFUSED_NAME);
    else if (duties.count == 0)
        typed->refused = tier_say(request, MSG_ISSUE_REFUSED_NONE);
    if (!str_is_empty(typed->refused))
        return issue_form(request, response, db, typed, err);
    struct actor actor = app_actor(request);
    struct directive_draft draft = {.issuer_id = typed->issuer_id,
                                    .letter_id = typed->letter_id,
                                    .parent_id = typed->parent_id,
                                    .edge_kind = typed->edge,
                                    .number = str_is_empty(typed->number) ? STR_NONE : typed->number,
                                    .symbol = str_is_empty(typed->symbol) ? STR_NONE : typed->symbol,
                                    .title = typed->name,
                                    .issued_day = CIVIL_NONE,
                                    .contact_person_id = request->session.person_id,
                                    .obligations = duties.items,
                                    .obligation_count = duties.count};
    int64_t id = typed->draft_id;
    struct err why = {0};
    if (typed->draft) {
        draft.instrument = typed->draft->instrument;
        draft.contact_person_id = typed->draft->contact_person_id;
        draft.is_sample = typed->draft->is_sample;
    }
    enum err_code code = typed->draft ? directive_draft_edit(db, &actor, id, typed->revision, &draft, &why)
                                      : directive_draft_new(db, &actor, &draft, &id, &why);
    if (code == ERR_SYNTAX || (code == ERR_CONFLICT && typed->draft)) {
        typed->refused = request_said(request, &why);
        return issue_form(request, response, db, typed, err);
    }
    if (code != ERR_NONE) {
        *err = why;
        return code;
    }
    struct str to = app_href(request, "/directive/%lld/draft", (long long)id);
    if (typed->draft)
        app_done_redirect(request, response, to, tier_say(request, MSG_ISSUE_DRAFT_SAVED), STR_NONE);
    else
        response_redirect(request, response, to);
    return ERR_NONE;
}

enum err_code issue_edge_asked(const struct request *request, struct db *db, int64_t issuer_id, struct str *ret_edge,
                               struct err *err)
{
    struct actor actor = app_actor_with(request, RIGHT_READ);
    bool sees = true;
    TRY(app_edge(request, db, &actor, issuer_id, ret_edge, err));
    if (str_is_empty(request_field(request, STR("edge"))))
        TRY(access_sees_below(db, &actor, issuer_id, *ret_edge, &sees, err));
    if (sees)
        return ERR_NONE;
    actor = actor_system(app_today(request)); /* a drafter who sees his own unit only drafts along the unit's way */
    return access_edge_best(db, &actor, issuer_id, ret_edge, err);
}

/* --- from a letter --- */

static enum err_code letter_of(struct request *request, struct db *db, struct issue_typed *typed, struct err *err)
{
    TRY(request_id(request, STR("id"), &typed->letter_id, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_letter_get_row *letter = NULL;
    TRY(sql_letter_get(db, &actor, request->arena, &(struct sql_letter_get_args){.id = typed->letter_id}, &letter,
                       err));
    if (!letter)
        return err_set(err, ERR_NOT_FOUND, "no such letter");
    typed->issuer_id = letter->unit_id;
    actor.right = RIGHT_DRAFT;
    return access_require(db, &actor, RIGHT_DRAFT, letter->unit_id, "issue a letter", err);
}

enum err_code issue_letter_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct issue_typed typed = {0};
    TRY(letter_of(request, db, &typed, err));
    struct actor actor = app_actor(request);
    struct directive_draft draft;
    TRY(issue_edge_asked(request, db, typed.issuer_id, &typed.edge, err));
    enum err_code code = intake_directive_draft(db, &actor, typed.letter_id, typed.edge, request->arena, &draft, err);
    if (code == ERR_CONFLICT) { /* nothing is confirmed yet: that is done on the letter */
        app_done_redirect(request, response, app_href(request, "/letter/%lld", (long long)typed.letter_id),
                          request_said(request, err), STR_NONE);
        return ERR_NONE;
    }
    TRY(code);
    TRY(issue_typed_from_draft(request, &draft, &typed, err));
    return issue_form(request, response, db, &typed, err);
}

enum err_code issue_letter_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct issue_typed typed = {0};
    TRY(letter_of(request, db, &typed, err));
    TRY(issue_typed_from_form(request, &typed, err));
    TRY(issue_edge_asked(request, db, typed.issuer_id, &typed.edge, err));
    return issue_save(request, response, db, &typed, err);
}

/* --- without a letter --- */

static bool is_picked(const struct form *query, struct str id)
{
    for (size_t i = 0; i < query->fields.count; i++)
        if (str_equal(query->fields.items[i].name, STR("ob")) && str_equal(query->fields.items[i].value, id))
            return true;
    return false;
}

static enum err_code pick_page(struct request *request, struct response *response, struct err *err)
{
    struct arena *arena = request->arena;
    struct str q = str_trim(form_get(&request->query, STR("q"))),
               key = str_is_empty(q) ? STR_NONE : viet_search_key(arena, q);
    struct pg_option *chosen = arena_new_array(arena, struct pg_option, know_obligation_count),
                     *rows = arena_new_array(arena, struct pg_option, know_obligation_count);
    if (!chosen || !rows)
        return arena_full(arena, err);
    size_t chosen_count = 0, count = 0;
    for (size_t i = 0; i < know_obligation_count; i++) {
        const struct know_obligation *o = &know_obligations[i];
        struct pg_option option = {o->id,
                                   arena_printf(arena, "%.*s · %.*s", STR_ARG(o->id),
                                                STR_ARG(request->lang == LANG_VI ? o->title.vi : o->title.en)),
                                   false};
        if (is_picked(&request->query, o->id))
            chosen[chosen_count++] = option;
        else if (str_is_empty(key) || viet_contains(o->id, key) || viet_contains(o->title.vi, key) ||
                 viet_contains(o->text.vi, key))
            rows[count++] = option;
    }
    struct layout_frame *frame = web_frame(request, tier_say(request, MSG_ISSUE_PICK_TITLE), STR("directives"));
    if (!frame)
        return arena_full(arena, err);
    struct page_out o = response_page(request, response, 200);
    page_issue_pick(
        &o, &(struct page_issue_pick){.frame = frame, .q = q, .rows = {rows, count}, .chosen = {chosen, chosen_count}});
    return ERR_NONE;
}

enum err_code issue_new_show(struct request *request, struct response *response, struct err *err)
{
    struct arena *arena = request->arena;
    bool own = !str_is_empty(form_get(&request->query, STR("own")));
    if (str_is_empty(form_get(&request->query, STR("step"))))
        return pick_page(request, response, err);
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request);
    struct issue_typed typed = {.issuer_id = request->session.unit_id};
    TRY(issue_edge_asked(request, db, typed.issuer_id, &typed.edge, err));
    TRY(access_require(db, &actor, RIGHT_DRAFT, typed.issuer_id, "draft a directive", err));
    static const struct str triggers[] = {
        [KNOW_ONCE] = STR_INIT("once"),           [KNOW_PERIODIC] = STR_INIT("periodic"),
        [KNOW_ON_CHANGE] = STR_INIT("on_change"), [KNOW_ON_REQUEST] = STR_INIT("on_request"),
        [KNOW_AT_ONCE] = STR_INIT("at_once"),     [KNOW_STANDING] = STR_INIT("standing")};
    for (size_t i = 0; i <= know_obligation_count; i++) {
        const struct know_obligation *o = i < know_obligation_count ? &know_obligations[i] : NULL;
        if (o ? !is_picked(&request->query, o->id) : !own)
            continue;
        struct duty_typed *d = vec_push(&typed.duties, arena);
        if (!d)
            return arena_full(arena, err);
        *d = (struct duty_typed){.trigger = STR("once"), .chosen = true};
        if (o) {
            int months = know_obligation_period_months(o, 0, app_today(request));
            *d = (struct duty_typed){.id = o->id,
                                     .title = o->title.vi,
                                     .text = o->text.vi,
                                     .trigger = triggers[o->trigger],
                                     .period = link_id(request, months                        ? months
                                                                : o->trigger == KNOW_PERIODIC ? 12
                                                                                              : 0),
                                     .chosen = true};
        }
        TRY(issue_push_str(&d->to, STR("all"), arena, err));
    }
    if (typed.duties.count == 0)
        return pick_page(request, response, err);
    return issue_form(request, response, db, &typed, err);
}

enum err_code issue_new_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct issue_typed typed = {.issuer_id = request->session.unit_id};
    struct actor actor = app_actor(request);
    TRY(access_require(db, &actor, RIGHT_DRAFT, typed.issuer_id, "draft a directive", err));
    TRY(issue_typed_from_form(request, &typed, err));
    TRY(issue_edge_asked(request, db, typed.issuer_id, &typed.edge, err));
    return issue_save(request, response, db, &typed, err);
}
