#include "web/page_issue.h"

#include "duty/page_directive.sql.h"
#include "know/know.h"
#include "org/unit.sql.h"

static struct str field_of(const struct request *request, size_t i, const char *what)
{
    char name[40];
    int n = snprintf(name, sizeof name, "o%zu_%s", i, what);
    return str_trim(form_get(&request->form, (struct str){name, (size_t)n}));
}

enum err_code issue_push_str(void *vec_items, struct str value, struct arena *arena, struct err *err)
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

enum err_code issue_typed_from_draft(const struct request *request, const struct directive_draft *draft,
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
            TRY(issue_push_str(&d->to, target_value(request, &o->targets[t]), arena, err));
    }
    return ERR_NONE;
}

enum err_code issue_typed_from_form(const struct request *request, struct issue_typed *typed, struct err *err)
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
                TRY(issue_push_str(&d->to, form->fields.items[f].value, arena, err));
    }
    for (size_t f = 0; f < form->fields.count; f++)
        if (str_equal(form->fields.items[f].name, STR("except")))
            TRY(issue_push_str(&typed->except, form->fields.items[f].value, arena, err));
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
static enum err_code target_options(const struct request *request, struct db *db, const struct access_kind_list *kinds,
                                    const struct duty_typed *d, struct pg_issue_target_list *ret_targets,
                                    struct err *err)
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

/* Who is chosen, to be seen without opening the list. */
static struct str chosen_words(const struct request *request, const struct pg_issue_target_list *targets)
{
    struct str words = STR("");
    for (size_t i = 0; i < targets->count; i++)
        if (targets->items[i].chosen)
            words = app_href(request, "%.*s%s%.*s", STR_ARG(words), str_is_empty(words) ? "" : ", ",
                             STR_ARG(targets->items[i].label));
    return str_is_empty(words) ? tier_say(request, MSG_ISSUE_TARGETS_NONE) : words;
}

const struct sql_obligation_list_row *issue_above(const struct sql_obligation_list_rows *above, struct str id)
{
    for (size_t i = 0; i < above->count && !str_is_empty(id); i++)
        if (str_equal(above->items[i].catalogue_id, id))
            return &above->items[i];
    return NULL;
}

enum err_code issue_parents(const struct request *request, struct db *db, const struct issue_typed *typed,
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

enum err_code issue_form(struct request *request, struct response *response, struct db *db, struct issue_typed *typed,
                         struct err *err)
{
    struct arena *arena = request->arena;
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct access_kind_list kinds;
    TRY(access_kinds(db, &actor, typed->issuer_id, typed->edge, app_today(request), false, arena, &kinds, err));
    struct page_issue page = {.is_letter = typed->letter_id != 0,
                              .name = typed->name,
                              .number = typed->number,
                              .symbol = typed->symbol,
                              .units = typed->units};
    struct sql_obligation_list_rows above;
    TRY(issue_parents(request, db, typed, &page.parents, &above, err));
    struct pg_issue_duty *duties = arena_new_array(arena, struct pg_issue_duty, typed->duties.count + 1);
    struct pg_issue_target *except = arena_new_array(arena, struct pg_issue_target, kinds.count + 1);
    struct pg_option *edges = arena_new_array(arena, struct pg_option, know_edge_kind_count);
    if (!duties || !except || !edges)
        return arena_full(arena, err);
    int64_t matched = 0;
    for (size_t i = 0; i < typed->duties.count; i++) {
        struct duty_typed *d = &typed->duties.items[i];
        const struct sql_obligation_list_row *up = issue_above(&above, d->id);
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
        duties[i].to_words = chosen_words(request, &duties[i].targets);
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
