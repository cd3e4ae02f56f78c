#include "duty/directive.sql.h"
#include "duty/rollup.h"
#include "duty/rollup.sql.h"
#include "web/api_parts.h"
#include "web/page_directive.h"

/* What a list and one directive both say; the rows of both have these columns. */
#define PUT_DIRECTIVE(w, d)                                                           \
    do {                                                                              \
        json_field_id((w), STR("id"), (d)->id);                                       \
        api_put_unit((w), STR("issuer"), (d)->issuer_id, (d)->issuer_name);           \
        json_field_str((w), STR("title"), (d)->title);                                \
        json_field_str((w), STR("number"), (d)->number);                              \
        json_field_str((w), STR("symbol"), (d)->symbol);                              \
        api_put_day((w), STR("issued"), OPT_I64((d)->issued_day));                    \
        json_field_str((w), STR("state"), (d)->state);                                \
        json_field_id((w), STR("parent"), (d)->parent_id.has ? (d)->parent_id.v : 0); \
        json_field_id((w), STR("family"), (d)->family_id);                            \
        json_field_str((w), STR("instrument"), (d)->instrument);                      \
    } while (0)

enum err_code api_directives_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request);
    int64_t limit, after;
    TRY_FIELD("limit", api_query_limit(request, &limit, err));
    TRY_FIELD("after", app_int(request, STR("after"), INT64_MAX, &after, err));
    struct str state = form_get(&request->query, STR("state"));
    struct sql_directive_list_rows rows;
    TRY(sql_directive_list(db, &actor, request->arena,
                           &(struct sql_directive_list_args){.search = app_search(request, STR("q")),
                                                             .state = str_is_empty(state) ? STR_NONE : state,
                                                             .before_id = after,
                                                             .limit_count = limit + 1,
                                                             .on_day = app_today(request)},
                           &rows, err));
    size_t n = rows.count > (size_t)limit ? (size_t)limit : rows.count;
    struct json_writer w = api_answer(request, response);
    api_array(&w, STR("items"));
    for (size_t i = 0; i < n; i++) {
        const struct sql_directive_list_row *r = &rows.items[i];
        json_object_begin(&w);
        PUT_DIRECTIVE(&w, r);
        json_object_end(&w);
    }
    return api_items_end(&w, n < rows.count, n ? rows.items[n - 1].id : 0, err);
}

enum err_code api_directive_of(const struct request *request, struct db *db,
                               struct sql_directive_get_row **ret_directive, struct err *err)
{
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    TRY(sql_directive_get(db, &actor, request->arena, &(struct sql_directive_get_args){.id = id}, ret_directive, err));
    return *ret_directive ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "không có văn bản chỉ đạo này");
}

enum err_code api_directive_one_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_directive_get_row *d;
    TRY(api_directive_of(request, db, &d, err));
    struct sql_obligation_list_rows rows;
    TRY(sql_obligation_list(db, request->arena, &(struct sql_obligation_list_args){.directive_id = d->id}, &rows, err));
    struct json_writer w = api_answer(request, response);
    PUT_DIRECTIVE(&w, d);
    json_field_str(&w, STR("edge_kind"), d->edge_kind);
    api_array(&w, STR("obligations"));
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_obligation_list_row *o = &rows.items[i];
        json_object_begin(&w);
        json_field_id(&w, STR("id"), o->id);
        json_field_i64(&w, STR("no"), o->no);
        json_field_str(&w, STR("catalogue_id"), o->catalogue_id);
        json_field_str(&w, STR("title"), o->title);
        json_field_str(&w, STR("text"), o->text);
        api_put_lines(&w, STR("co_actors"), o->co_actors);
        json_field_str(&w, STR("product"), o->product);
        json_field_str(&w, STR("trigger"), o->trigger_kind);
        if (o->period_months.has)
            json_field_i64(&w, STR("period_months"), o->period_months.v);
        else
            json_field_null(&w, STR("period_months"));
        api_put_day(&w, STR("deadline"), o->deadline_day);
        json_field_str(&w, STR("denominator"), o->denominator);
        api_put_words(&w, STR("evidence_kinds"), o->evidence_kinds);
        json_object_end(&w);
    }
    json_array_end(&w);
    return api_answer_end(&w, err);
}

enum err_code api_directive_rollup_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_directive_get_row *d;
    TRY(api_directive_of(request, db, &d, err));
    int64_t unit_id;
    TRY_FIELD("unit", app_int(request, STR("unit"), d->issuer_id, &unit_id, err));
    struct actor actor = app_actor(request);
    struct str edge;
    TRY(tier_edge(request, db, &actor, d->issuer_id, d->edge_kind, unit_id, &edge, err));
    return api_put_status(request, response, db, unit_id, d->id, edge, err);
}

enum err_code api_directive_rows_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_directive_get_row *d;
    TRY(api_directive_of(request, db, &d, err));
    int64_t unit_id, limit, after;
    TRY_FIELD("unit", app_int(request, STR("unit"), d->issuer_id, &unit_id, err));
    TRY_FIELD("limit", api_query_limit(request, &limit, err));
    TRY_FIELD("after", app_int(request, STR("after"), 0, &after, err));
    struct sql_unit_page_row *u;
    TRY(api_unit(request, db, unit_id, &u, err));
    struct str state_text = form_get(&request->query, STR("state"));
    enum duty_state state = DUTY_UNSEEN;
    bool has_state = !str_is_empty(state_text);
    if (has_state && !duty_state_from_str(state_text, &state)) {
        (void)err_set(err, ERR_SYNTAX, "state: không có trạng thái “%.*s”", STR_ARG(state_text));
        return api_refuse_field(request, response, STR("state"), err);
    }
    struct actor actor = app_actor(request);
    struct str kind;
    TRY(rollup_scope_kind(db, d->id, request->arena, &kind, err));
    bool is_family = str_equal(kind, STR("family"));
    struct str edge;
    TRY(tier_edge(request, db, &actor, d->issuer_id, d->edge_kind, unit_id, &edge, err));
    struct sql_assignment_list_scope_rows rows;
    TRY(sql_assignment_list_scope(
        db, &actor, request->arena,
        &(struct sql_assignment_list_scope_args){.root_id = unit_id,
                                                 .edge_kind = edge,
                                                 .on_day = app_today(request),
                                                 .family_id = is_family ? OPT_I64(d->id) : (struct opt_i64)OPT_NONE,
                                                 .directive_id = is_family ? (struct opt_i64)OPT_NONE : OPT_I64(d->id),
                                                 .catalogue_id = STR_NONE,
                                                 .state = has_state ? (int64_t)state : -1,
                                                 .search = app_search(request, STR("q")),
                                                 .limit_count = limit + 1,
                                                 .offset_count = after < 0 ? 0 : after},
        &rows, err));
    size_t n = rows.count > (size_t)limit ? (size_t)limit : rows.count;
    struct json_writer w = api_answer(request, response);
    api_array(&w, STR("items"));
    for (size_t i = 0; i < n; i++) {
        const struct sql_assignment_list_scope_row *r = &rows.items[i];
        json_object_begin(&w);
        json_field_id(&w, STR("id"), r->id);
        api_put_unit(&w, STR("unit"), r->unit_id, r->unit_name);
        api_put_duty(&w, r);
        json_object_end(&w);
    }
    return api_items_end(&w, n < rows.count, (after < 0 ? 0 : after) + (int64_t)n, err);
}
