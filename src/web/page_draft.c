#include <stdlib.h>

#include "web/page_issue.h"

#define NAMES_SHOWN 20

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
            TRY(issue_push_str(&names, u->name, arena, err));
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
    TRY(issue_typed_from_draft(request, &draft, &typed, err));
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
    TRY(issue_typed_from_form(request, &typed, err));
    TRY(issue_edge_asked(request, db, typed.issuer_id, &typed.edge, err));
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
