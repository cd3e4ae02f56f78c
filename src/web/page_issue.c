#include <stdlib.h>

#include "base/viet.h"
#include "duty/directive.h"
#include "duty/letter_book.sql.h"
#include "duty/page_directive.sql.h"
#include "know/know.h"
#include "org/unit.h"
#include "org/unit.sql.h"
#include "web/kit.h"
#include "web/page_directive.h"
#include "work/intake.h"

#define NAMES_SHOWN 20

/* --- the form --- */

struct duty_typed {
    struct str id, duty, trigger, period; /* hidden: catalogue id, duty of the letter, trigger, months */
    struct str was;                       /* hidden: which obligation of the draft it was, from 0; "" for a new one */
    struct str title, text, co_actors, product, day, day_error, above;
    bool chosen;
    VEC(struct str) to;
};
struct issue_typed {
    int64_t letter_id; /* 0: without a letter */
    int64_t issuer_id;
    struct str name, number, symbol, units;
    struct str edge;
    int64_t parent_id;
    VEC(struct duty_typed) duties;
    VEC(struct str) except;
    struct str refused;
    int64_t draft_id; /* 0: a new one */
    int64_t revision; /* of the draft that was looked at */
    const struct directive_draft *NULLABLE draft;
};

static struct str field_of(const struct request *request, size_t i, const char *what)
{
    char name[40];
    int n = snprintf(name, sizeof name, "o%zu_%s", i, what);
    return str_trim(form_get(&request->form, (struct str){name, (size_t)n}));
}

static enum err_code push_str(void *vec_items, struct str value, struct arena *arena, struct err *err)
{
    VEC(struct str) *vec = vec_items;
    struct str *item = vec_push(vec, arena);
    if (!item)
        return arena_full(arena, err);
    *item = value;
    return ERR_NONE;
}

static struct str target_value(const struct request *request, const struct obligation_target *t)
{
    return str_is_empty(t->value)
               ? str_from_cstr(target_rule_to_str(t->rule))
               : arena_printf(request->arena, "%s:%.*s", target_rule_to_str(t->rule), STR_ARG(t->value));
}

static enum err_code typed_from_draft(const struct request *request, const struct directive_draft *draft,
                                      struct issue_typed *typed, struct err *err)
{
    struct arena *arena = request->arena;
    typed->name = draft->title;
    typed->number = draft->number;
    typed->symbol = draft->symbol;
    typed->parent_id = draft->parent_id;
    typed->edge = draft->edge_kind;
    for (size_t i = 0; i < draft->obligation_count; i++) {
        const struct obligation_draft *o = &draft->obligations[i];
        struct duty_typed *d = vec_push(&typed->duties, arena);
        if (!d)
            return arena_full(arena, err);
        *d = (struct duty_typed){.id = o->catalogue_id,
                                 .duty = link_id(request, o->letter_duty_id),
                                 .trigger = o->trigger,
                                 .period = link_id(request, o->period_months),
                                 .title = o->title,
                                 .text = o->text,
                                 .co_actors = o->co_actors,
                                 .product = o->product,
                                 .day = o->deadline_day == CIVIL_NONE ? STR("") : tier_day(request, o->deadline_day),
                                 .chosen = true};
        for (size_t t = 0; t < o->target_count; t++)
            TRY(push_str(&d->to, target_value(request, &o->targets[t]), arena, err));
    }
    return ERR_NONE;
}

static enum err_code typed_from_form(const struct request *request, struct issue_typed *typed, struct err *err)
{
    const struct form *form = &request->form;
    struct arena *arena = request->arena;
    typed->name = str_trim(form_get(form, STR("name")));
    typed->number = str_trim(form_get(form, STR("number")));
    typed->symbol = str_trim(form_get(form, STR("symbol")));
    typed->units = str_trim(form_get(form, STR("units")));
    typed->edge = form_get(form, STR("edge"));
    int64_t count;
    TRY(app_int(request, STR("count"), 0, &count, err));
    TRY(app_int(request, STR("parent"), 0, &typed->parent_id, err));
    TRY(app_int(request, STR("revision"), 0, &typed->revision, err));
    for (size_t i = 0; i < (size_t)(count < 0 ? 0 : count) && i < DIRECTIVE_OBLIGATIONS_MAX; i++) {
        struct duty_typed *d = vec_push(&typed->duties, arena);
        if (!d)
            return arena_full(arena, err);
        *d = (struct duty_typed){.id = field_of(request, i, "id"),
                                 .duty = field_of(request, i, "duty"),
                                 .trigger = field_of(request, i, "trigger"),
                                 .period = field_of(request, i, "period"),
                                 .title = field_of(request, i, "title"),
                                 .text = field_of(request, i, "text"),
                                 .co_actors = kit_lines(request, field_of(request, i, "with"), "\n"),
                                 .product = field_of(request, i, "product"),
                                 .was = field_of(request, i, "was"),
                                 .day = field_of(request, i, "day"),
                                 .chosen = !str_is_empty(field_of(request, i, "on"))};
        char name[40];
        int n = snprintf(name, sizeof name, "o%zu_to", i);
        for (size_t f = 0; f < form->fields.count; f++)
            if (str_equal(form->fields.items[f].name, (struct str){name, (size_t)n}))
                TRY(push_str(&d->to, form->fields.items[f].value, arena, err));
    }
    for (size_t f = 0; f < form->fields.count; f++)
        if (str_equal(form->fields.items[f].name, STR("except")))
            TRY(push_str(&typed->except, form->fields.items[f].value, arena, err));
    return ERR_NONE;
}

static bool has_value(const struct duty_typed *d, struct str value)
{
    for (size_t i = 0; i < d->to.count; i++)
        if (str_equal(d->to.items[i], value))
            return true;
    return false;
}

/* Everything a duty can go to, by what stands below; what was chosen is always there. */
static enum err_code target_options(const struct request *request, struct db *db,
                                    const struct sql_unit_kinds_below_rows *kinds, const struct duty_typed *d,
                                    struct pg_issue_target_list *ret_targets, struct err *err)
{
    struct arena *arena = request->arena;
    enum lang lang = request->lang;
    VEC(struct pg_issue_target) rows = {0};
    struct pg_issue_target *row;
#define ADD(value_, label_)                                                                          \
    do {                                                                                             \
        struct str v_ = (value_);                                                                    \
        row = vec_push(&rows, arena);                                                                \
        if (!row)                                                                                    \
            return arena_full(arena, err);                                                           \
        *row = (struct pg_issue_target){.value = v_, .label = (label_), .chosen = has_value(d, v_)}; \
    } while (0)
    ADD(STR("all"), tier_say(request, MSG_ISSUE_TO_ALL));
    ADD(STR("children"), tier_say(request, MSG_ISSUE_TO_CHILDREN));
    ADD(STR("self"), tier_say(request, MSG_ISSUE_TO_SELF));
    for (size_t i = 0; i < kinds->count; i++)
        ADD(arena_printf(arena, "kind:%.*s", STR_ARG(kinds->items[i].kind)),
            msg_str(
                arena, lang, MSG_ISSUE_TO_KIND, 0,
                MSG_ARGS(ARG_STR("name", tier_kind(request, kinds->items[i].kind)), ARG_INT("n", kinds->items[i].n))));
    for (size_t i = 0; i < d->to.count;
         i++) { /* a kind the catalogue names and nobody below is of: it stays chosen, and says 0 */
        struct str value = d->to.items[i], rule;
        if (!str_split(&value, ':', &rule))
            continue;
        if (str_equal(rule, STR("unit")) || str_equal(rule, STR("except_unit"))) { /* what a draft names stays chosen */
            int64_t id;
            struct sql_unit_name_on_row *named = NULL;
            if (str_to_i64(value, &id))
                TRY(sql_unit_name_on(db, arena,
                                     &(struct sql_unit_name_on_args){.unit_id = id, .on_day = app_today(request)},
                                     &named, err));
            if (named)
                ADD(d->to.items[i],
                    msg_str(arena, lang, str_equal(rule, STR("unit")) ? MSG_ISSUE_TO_UNIT : MSG_ISSUE_TO_EXCEPT, 0,
                            MSG_ARGS(ARG_STR("name", named->name))));
            continue;
        }
        if (str_equal(rule, STR("except_kind"))) {
            ADD(d->to.items[i],
                msg_str(arena, lang, MSG_ISSUE_TO_EXCEPT, 0, MSG_ARGS(ARG_STR("name", tier_kind(request, value)))));
            continue;
        }
        if (str_equal(rule, STR("child_kind"))) { /* each tier hands down to its own: what a draft proposes */
            ADD(d->to.items[i],
                msg_str(arena, lang, MSG_ISSUE_TO_CHILD_KIND, 0, MSG_ARGS(ARG_STR("name", tier_kind(request, value)))));
            continue;
        }
        bool is_below = !str_equal(rule, STR("kind"));
        for (size_t k = 0; k < kinds->count && !is_below; k++)
            is_below = str_equal(kinds->items[k].kind, value);
        if (!is_below)
            ADD(d->to.items[i], msg_str(arena, lang, MSG_ISSUE_TO_KIND, 0,
                                        MSG_ARGS(ARG_STR("name", tier_kind(request, value)), ARG_INT("n", 0))));
    }
    for (size_t i = 0; i < know_function_count; i++)
        ADD(arena_printf(arena, "function:%.*s", STR_ARG(know_functions[i].id)),
            msg_str(
                arena, lang, MSG_ISSUE_TO_FUNCTION, 0,
                MSG_ARGS(ARG_STR("name", lang == LANG_VI ? know_functions[i].title.vi : know_functions[i].title.en))));
    for (size_t i = 0; i < know_sector_count; i++)
        ADD(arena_printf(arena, "sector:%.*s", STR_ARG(know_sectors[i].id)),
            msg_str(arena, lang, MSG_ISSUE_TO_SECTOR, 0,
                    MSG_ARGS(ARG_STR("name", lang == LANG_VI ? know_sectors[i].title.vi : know_sectors[i].title.en))));
    ADD(STR("member:response_network"), tier_say(request, MSG_ISSUE_TO_MEMBER));
#undef ADD
    *ret_targets = (struct pg_issue_target_list){rows.items, rows.count};
    return ERR_NONE;
}

/* The obligation of the tier above that a duty carries out: the one with the same catalogue id. */
static const struct sql_obligation_list_row *above_of(const struct sql_obligation_list_rows *above, struct str id)
{
    for (size_t i = 0; i < above->count && !str_is_empty(id); i++)
        if (str_equal(above->items[i].catalogue_id, id))
            return &above->items[i];
    return NULL;
}

static enum err_code parents_of(const struct request *request, struct db *db, const struct issue_typed *typed,
                                struct pg_option_list *ret_parents, struct sql_obligation_list_rows *ret_above,
                                struct err *err)
{
    struct arena *arena = request->arena;
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_directive_parents_for_rows rows;
    TRY(sql_directive_parents_for(db, &actor, arena,
                                  &(struct sql_directive_parents_for_args){.unit_id = typed->issuer_id}, &rows, err));
    struct pg_option *parents = arena_new_array(arena, struct pg_option, rows.count + 1);
    if (!parents)
        return arena_full(arena, err);
    *ret_above = (struct sql_obligation_list_rows){0};
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_directive_parents_for_row *r = &rows.items[i];
        parents[i] =
            (struct pg_option){link_id(request, r->id),
                               arena_printf(arena, "%.*s, %.*s: %.*s", STR_ARG(tier_ref(request, r->number, r->symbol)),
                                            STR_ARG(tier_day(request, (civil_day)r->issued_day)), STR_ARG(r->title)),
                               r->id == typed->parent_id};
        if (r->id == typed->parent_id) /* only one of these may be named */
            TRY(sql_obligation_list(db, arena, &(struct sql_obligation_list_args){.directive_id = r->id}, ret_above,
                                    err));
    }
    *ret_parents = (struct pg_option_list){parents, rows.count};
    return ERR_NONE;
}

static enum err_code issue_form(struct request *request, struct response *response, struct db *db,
                                struct issue_typed *typed, struct err *err)
{
    struct arena *arena = request->arena;
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_unit_kinds_below_rows kinds;
    TRY(sql_unit_kinds_below(db, &actor, arena,
                             &(struct sql_unit_kinds_below_args){
                                 .root_id = typed->issuer_id, .edge_kind = typed->edge, .on_day = app_today(request)},
                             &kinds, err));
    struct page_issue page = {.is_letter = typed->letter_id != 0,
                              .name = typed->name,
                              .number = typed->number,
                              .symbol = typed->symbol,
                              .units = typed->units};
    struct sql_obligation_list_rows above;
    TRY(parents_of(request, db, typed, &page.parents, &above, err));
    struct pg_issue_duty *duties = arena_new_array(arena, struct pg_issue_duty, typed->duties.count + 1);
    struct pg_issue_target *except = arena_new_array(arena, struct pg_issue_target, kinds.count + 1);
    struct pg_option *edges = arena_new_array(arena, struct pg_option, know_edge_kind_count);
    if (!duties || !except || !edges)
        return arena_full(arena, err);
    int64_t matched = 0;
    for (size_t i = 0; i < typed->duties.count; i++) {
        struct duty_typed *d = &typed->duties.items[i];
        const struct sql_obligation_list_row *up = above_of(&above, d->id);
        matched += up != NULL;
        const struct know_obligation *known = str_is_empty(d->id) ? NULL : know_obligation_find(d->id);
        duties[i] = (struct pg_issue_duty){
            .no = (int64_t)i + 1,
            .name = app_href(request, "o%zu", i),
            .chosen = d->chosen,
            .id = d->id,
            .ref = known ? arena_printf(arena, "%.*s · %.*s", STR_ARG(known->id),
                                        STR_ARG(request->lang == LANG_VI ? known->title.vi : known->title.en))
                         : STR_NONE,
            .duty = d->duty,
            .trigger = d->trigger,
            .period = d->period,
            .was = d->was,
            .title = d->title,
            .text = d->text,
            .co_actors = d->co_actors,
            .product = d->product,
            .day = d->day,
            .day_error = d->day_error,
            .above = up && up->deadline_day.has ? msg_str(arena, request->lang, MSG_ISSUE_ABOVE, 0,
                                                          MSG_ARGS(ARG_DAY("day", (civil_day)up->deadline_day.v)))
                                                : STR_NONE};
        TRY(target_options(request, db, &kinds, d, &duties[i].targets, err));
    }
    for (size_t i = 0; i < kinds.count; i++) {
        bool is_on = false;
        for (size_t k = 0; k < typed->except.count; k++)
            is_on = is_on || str_equal(typed->except.items[k], kinds.items[i].kind);
        except[i] = (struct pg_issue_target){kinds.items[i].kind, tier_kind(request, kinds.items[i].kind), is_on};
    }
    size_t edge_count = 0;
    struct actor drafter = app_actor_with(request, RIGHT_READ);
    for (size_t i = 0; i < know_edge_kind_count; i++) {
        bool is_chosen = str_equal(know_edge_kinds[i].id, typed->edge), may = true;
        if (!is_chosen) /* a way down that he may not look is none to issue by */
            TRY(access_sees_below(db, &drafter, typed->issuer_id, know_edge_kinds[i].id, &may, err));
        if (may)
            edges[edge_count++] = (struct pg_option){
                know_edge_kinds[i].id,
                request->lang == LANG_VI ? know_edge_kinds[i].title.vi : know_edge_kinds[i].title.en, is_chosen};
    }
    struct str letter_href = app_href(request, "/letter/%lld", (long long)typed->letter_id);
    struct str title = typed->letter_id
                           ? msg_str(arena, request->lang, MSG_ISSUE_TITLE, 0, MSG_ARGS(ARG_STR("name", typed->name)))
                           : tier_say(request, MSG_ISSUE_TITLE_NEW);
    const struct pg_crumb crumbs[] = {
        {tier_say(request, typed->letter_id ? MSG_LETTER_BOOK : MSG_DIRECTIVE_LIST),
         typed->letter_id ? STR("/letters") : STR("/directives")},
        {typed->letter_id ? tier_say(request, MSG_LETTER_LETTER) : tier_say(request, MSG_ISSUE_PICK_TITLE),
         typed->letter_id ? letter_href : STR("/directive/new")},
        {tier_say(request, MSG_LETTER_STEP_ISSUE), STR("")}};
    struct pg_crumb draft_crumbs[] = {{tier_say(request, MSG_DIRECTIVE_LIST), STR("/directives?state=draft")},
                                      {STR(""), STR("")},
                                      {tier_say(request, MSG_ISSUE_EDIT), STR("")}};
    page.title = title;
    page.lead = tier_say(request, MSG_ISSUE_LEAD);
    page.crumbs = (struct pg_crumb_list){crumbs, ARRAY_LEN(crumbs)};
    page.action =
        typed->letter_id ? app_href(request, "/letter/%lld/issue", (long long)typed->letter_id) : STR("/directive/new");
    page.back_href = typed->letter_id ? letter_href : STR("/directive/new");
    if (typed->draft) {
        page.title = title =
            msg_str(arena, request->lang, MSG_ISSUE_EDIT_TITLE, 0, MSG_ARGS(ARG_STR("name", typed->draft->title)));
        page.lead = tier_say(request, MSG_ISSUE_EDIT_LEAD);
        page.action = app_href(request, "/directive/%lld/edit", (long long)typed->draft_id);
        page.back_href = app_href(request, "/directive/%lld/draft", (long long)typed->draft_id);
        page.back_label = tier_say(request, MSG_ISSUE_EDIT_BACK);
        page.is_letter = false;
        page.revision = typed->revision;
        draft_crumbs[1] = (struct pg_crumb){typed->draft->title, page.back_href};
        page.crumbs = (struct pg_crumb_list){draft_crumbs, ARRAY_LEN(draft_crumbs)};
    }
    page.refused =
        str_is_empty(typed->refused)
            ? STR_NONE
            : arena_printf(arena, "%.*s %.*s", STR_ARG(tier_say(request, MSG_ISSUE_REFUSED)), STR_ARG(typed->refused));
    page.refused_todo = tier_say(request, MSG_ISSUE_REFUSED_TODO);
    page.parent_note = typed->parent_id ? tier_say_n(request, MSG_ISSUE_PARENT_NOTE, matched) : STR_NONE;
    page.edges = (struct pg_option_list){edges, edge_count};
    page.count = (int64_t)typed->duties.count;
    page.duties = (struct pg_issue_duty_list){duties, typed->duties.count};
    page.except_kinds = (struct pg_issue_target_list){except, kinds.count};
    page.frame = web_frame(request, title, typed->letter_id ? STR("letters") : STR("directives"));
    if (!page.frame)
        return arena_full(arena, err);
    struct page_out o = response_page(request, response, str_is_empty(typed->refused) ? 200 : 422);
    page_issue(&o, &page);
    return ERR_NONE;
}

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
    const struct sql_obligation_list_row *up = above_of(above, d->id);
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

static enum err_code issue_save(struct request *request, struct response *response, struct db *db,
                                struct issue_typed *typed, struct err *err)
{
    struct arena *arena = request->arena;
    if (!str_equal(form_get(&request->form, STR("do")), STR("look")))
        return issue_form(request, response, db, typed, err);
    struct pg_option_list parents;
    struct sql_obligation_list_rows above;
    TRY(parents_of(request, db, typed, &parents, &above, err));
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

static enum err_code edge_asked(const struct request *request, struct db *db, int64_t issuer_id, struct str *ret_edge,
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
    TRY(edge_asked(request, db, typed.issuer_id, &typed.edge, err));
    enum err_code code = intake_directive_draft(db, &actor, typed.letter_id, typed.edge, request->arena, &draft, err);
    if (code == ERR_CONFLICT) { /* nothing is confirmed yet: that is done on the letter */
        app_done_redirect(request, response, app_href(request, "/letter/%lld", (long long)typed.letter_id),
                          request_said(request, err), STR_NONE);
        return ERR_NONE;
    }
    TRY(code);
    TRY(typed_from_draft(request, &draft, &typed, err));
    return issue_form(request, response, db, &typed, err);
}

enum err_code issue_letter_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct issue_typed typed = {0};
    TRY(letter_of(request, db, &typed, err));
    TRY(typed_from_form(request, &typed, err));
    TRY(edge_asked(request, db, typed.issuer_id, &typed.edge, err));
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
    TRY(edge_asked(request, db, typed.issuer_id, &typed.edge, err));
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
        TRY(push_str(&d->to, STR("all"), arena, err));
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
    TRY(typed_from_form(request, &typed, err));
    TRY(edge_asked(request, db, typed.issuer_id, &typed.edge, err));
    return issue_save(request, response, db, &typed, err);
}

/* --- the question before it is issued --- */

static enum err_code preview_duty(const struct request *request, struct db *db, const struct sql_obligation_list_row *o,
                                  struct pg_draft_duty *row, struct target_units *ret_units, struct err *err)
{
    struct arena *arena = request->arena;
    struct actor actor = app_actor_with(request, RIGHT_DRAFT);
    TRY(directive_preview(db, &actor, o->id, arena, ret_units, err));
    civil_day day = o->deadline_day.has ? (civil_day)o->deadline_day.v : CIVIL_NONE;
    *row =
        (struct pg_draft_duty){.no = o->no,
                               .title = o->title,
                               .ref = o->catalogue_id,
                               .co_actors = kit_lines(request, o->co_actors, "; "),
                               .product = o->product,
                               .day = day == CIVIL_NONE ? tier_say(request, MSG_ISSUE_NO_DAY) : tier_day(request, day),
                               .rows = (int64_t)ret_units->count};
    VEC(struct pg_draft_kind) kinds = {0};
    VEC(struct str) names = {0};
    int64_t last = 0;
    for (size_t i = 0; i < ret_units->count; i++) {
        const struct target_unit *u = &ret_units->items[i];
        row->na += u->is_na;
        row->late += !u->is_na && day != CIVIL_NONE && day < app_today(request);
        if (u->unit_id == last)
            continue;
        last = u->unit_id;
        row->units++;
        struct pg_draft_kind *kind = NULL;
        struct str word = tier_kind(request, u->kind);
        for (size_t k = 0; k < kinds.count && !kind; k++)
            kind = str_equal(kinds.items[k].kind, word) ? &kinds.items[k] : NULL;
        if (!kind) {
            kind = vec_push(&kinds, arena);
            if (!kind)
                return arena_full(arena, err);
            *kind = (struct pg_draft_kind){word, 0};
        }
        kind->n++;
        if (names.count < NAMES_SHOWN)
            TRY(push_str(&names, u->name, arena, err));
    }
    row->kinds = (struct pg_draft_kind_list){kinds.items, kinds.count};
    row->names = (struct pg_text_list){names.items, names.count};
    row->more = row->units - (int64_t)names.count;
    return ERR_NONE;
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

enum err_code draft_show(struct request *request, struct response *response, struct err *err)
{
    struct arena *arena = request->arena;
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_directive_get_row *d;
    TRY(tier_directive(request, db, &d, err));
    if (!str_equal(d->state, STR("draft"))) {
        response_redirect(request, response, app_href(request, "/directive/%lld", (long long)d->id));
        return ERR_NONE;
    }
    struct sql_obligation_list_rows obligations;
    TRY(sql_obligation_list(db, arena, &(struct sql_obligation_list_args){.directive_id = d->id}, &obligations, err));
    struct page_directive_draft page = {.id = d->id};
    struct pg_draft_duty *duties = arena_new_array(arena, struct pg_draft_duty, obligations.count + 1);
    VEC(int64_t) all = {0};
    if (!duties)
        return arena_full(arena, err);
    for (size_t i = 0; i < obligations.count; i++) {
        struct target_units units;
        TRY(preview_duty(request, db, &obligations.items[i], &duties[i], &units, err));
        page.rows += duties[i].rows;
        page.late += duties[i].late;
        for (size_t u = 0; u < units.count; u++) {
            int64_t *id = vec_push(&all, arena);
            if (!id)
                return arena_full(arena, err);
            *id = units.items[u].unit_id;
        }
    }
    if (all.count)
        qsort(all.items, all.count, sizeof *all.items, compare_ids);
    for (size_t i = 0; i < all.count; i++)
        page.units += i == 0 || all.items[i] != all.items[i - 1];
    struct actor actor = app_actor(request);
    TRY(access_has(db, &actor, RIGHT_ISSUE, d->issuer_id, &page.may_issue, err));
    const struct pg_crumb crumbs[] = {{tier_say(request, MSG_DIRECTIVE_LIST), STR("/directives")}, {d->title, STR("")}};
    page.title = tier_say_n(request, MSG_ISSUE_DRAFT_TITLE, page.units);
    page.lead = msg_str(arena, request->lang, MSG_ISSUE_DRAFT_LEAD, 0,
                        MSG_ARGS(ARG_STR("name", d->title), ARG_INT("n", (int64_t)obligations.count)));
    page.crumbs = (struct pg_crumb_list){crumbs, ARRAY_LEN(crumbs)};
    page.nobody = page.units == 0;
    page.duties = (struct pg_draft_duty_list){duties, obligations.count};
    bool may_draft = false;
    TRY(access_has(db, &actor, RIGHT_DRAFT, d->issuer_id, &may_draft, err));
    if (may_draft) {
        struct directive_draft unused;
        TRY(directive_draft_get(db, &actor, d->id, arena, &unused, &page.revision, err));
        page.edit_href = app_href(request, "/directive/%lld/edit", (long long)d->id);
        page.delete_href = app_href(request, "/directive/%lld/delete", (long long)d->id);
    }
    page.frame = web_frame(request, page.title, STR("directives"));
    if (!page.frame)
        return arena_full(arena, err);
    struct page_out o = response_page(request, response, 200);
    page_directive_draft(&o, &page);
    return ERR_NONE;
}

enum err_code draft_issue(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_directive_get_row *d;
    TRY(tier_directive(request, db, &d, err));
    struct actor actor = app_actor(request);
    struct directive_issued done;
    int64_t revision;
    TRY(app_int(request, STR("revision"), 0, &revision, err));
    TRY(directive_issue_revision(db, &actor, d->id, revision, &done, err));
    app_done_redirect(
        request, response, app_href(request, "/directive/%lld", (long long)d->id),
        msg_str(request->arena, request->lang, MSG_ISSUE_SAID, 0,
                MSG_ARGS(ARG_INT("units", (int64_t)done.unit_count), ARG_INT("rows", (int64_t)done.assignment_count),
                         ARG_INT("late", (int64_t)done.born_late_count))),
        STR_NONE);
    return ERR_NONE;
}

/* --- edit and delete a draft --- */

static enum err_code draft_open(struct request *request, struct db *db, struct directive_draft *draft,
                                struct issue_typed *typed, struct err *err)
{
    struct sql_directive_get_row *d;
    TRY(tier_directive(request, db, &d, err));
    struct actor actor = app_actor(request);
    *typed = (struct issue_typed){.draft_id = d->id, .issuer_id = d->issuer_id, .draft = draft};
    TRY(directive_draft_get(db, &actor, d->id, request->arena, draft, &typed->revision, err));
    typed->letter_id = draft->letter_id;
    return ERR_NONE;
}

enum err_code draft_edit_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct directive_draft draft;
    struct issue_typed typed;
    TRY(draft_open(request, db, &draft, &typed, err));
    TRY(typed_from_draft(request, &draft, &typed, err));
    for (size_t i = 0; i < typed.duties.count; i++)
        typed.duties.items[i].was = app_href(request, "%zu", i);
    struct duty_typed *more = vec_push(&typed.duties, request->arena);
    if (!more)
        return arena_full(request->arena, err);
    *more = (struct duty_typed){.trigger = STR("once")}; /* room for one more; not taken while it is not ticked */
    return issue_form(request, response, db, &typed, err);
}

enum err_code draft_edit_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct directive_draft draft;
    struct issue_typed typed;
    TRY(draft_open(request, db, &draft, &typed, err));
    TRY(typed_from_form(request, &typed, err));
    TRY(edge_asked(request, db, typed.issuer_id, &typed.edge, err));
    return issue_save(request, response, db, &typed, err);
}

enum err_code draft_delete_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct directive_draft draft;
    struct issue_typed typed;
    TRY(draft_open(request, db, &draft, &typed, err));
    struct str back = app_href(request, "/directive/%lld/draft", (long long)typed.draft_id);
    const struct pg_crumb crumbs[] = {{tier_say(request, MSG_DIRECTIVE_LIST), STR("/directives?state=draft")},
                                      {draft.title, back},
                                      {tier_say(request, MSG_ISSUE_DELETE), STR("")}};
    struct kit_form form;
    kit_form_init(&form, request);
    kit_field(&form, "hidden", STR("revision"), STR(""), link_id(request, typed.revision), STR(""), false);
    struct page_duty_form page = {.crumbs = {crumbs, ARRAY_LEN(crumbs)},
                                  .title = msg_str(request->arena, request->lang, MSG_ISSUE_DELETE_TITLE, 0,
                                                   MSG_ARGS(ARG_STR("name", draft.title))),
                                  .lead = tier_say_n(request, MSG_ISSUE_DELETE_LEAD, (int64_t)draft.obligation_count),
                                  .action = app_href(request, "/directive/%lld/delete", (long long)typed.draft_id),
                                  .submit = tier_say(request, MSG_ISSUE_DELETE_DO),
                                  .cancel_href = back};
    return kit_form_respond(request, response, &form, &page, STR("directives"), err);
}

enum err_code draft_delete_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_directive_get_row *d;
    TRY(tier_directive(request, db, &d, err));
    struct actor actor = app_actor(request);
    int64_t revision;
    TRY(app_int(request, STR("revision"), 0, &revision, err));
    TRY(directive_draft_delete(db, &actor, d->id, revision, err));
    app_done_redirect(request, response, STR("/directives?state=draft"),
                      msg_str(request->arena, request->lang, MSG_ISSUE_DELETED, 0, MSG_ARGS(ARG_STR("name", d->title))),
                      STR_NONE);
    return ERR_NONE;
}
