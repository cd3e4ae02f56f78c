#include "duty/cover.h"
#include "duty/page_report.sql.h"
#include "duty/rollup.h"
#include "duty/rollup.sql.h"
#include "know/know.h"
#include "org/unit.h"
#include "web/api_parts.h"

#define API_MISSING_MAX 100

enum err_code api_me_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_api_me_units_rows units;
    TRY(sql_api_me_units(db, &actor, request->arena, &(struct sql_api_me_units_args){.on_day = app_today(request)},
                         &units, err));
    struct json_writer w = api_answer(request, response);
    json_field_id(&w, STR("id"), request->session.person_id);
    json_field_str(&w, STR("name"), request->session.name);
    api_array(&w, STR("rights"));
    for (size_t i = 0; i < RIGHT_COUNT; i++)
        if (request->session.rights & right_names[i].right)
            json_put_str(&w, str_from_cstr(right_names[i].name));
    json_array_end(&w);
    api_array(&w, STR("units"));
    for (size_t i = 0; i < units.count; i++) {
        json_object_begin(&w);
        json_field_id(&w, STR("id"), units.items[i].unit_id);
        json_field_str(&w, STR("name"), units.items[i].name);
        json_field_str(&w, STR("kind"), units.items[i].kind);
        json_field_str(&w, STR("role"), units.items[i].role);
        json_field_str(&w, STR("edge_kind"), units.items[i].edge_kind);
        json_object_end(&w);
    }
    json_array_end(&w);
    return api_answer_end(&w, err);
}

enum err_code api_units_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request);
    int64_t limit, after;
    TRY_FIELD("limit", api_query_limit(request, &limit, err));
    TRY_FIELD("after", app_int(request, STR("after"), 0, &after, err));
    struct sql_api_units_rows rows;
    struct str code = form_get(&request->query, STR("code"));
    TRY(sql_api_units(db, &actor, request->arena,
                      &(struct sql_api_units_args){.search = app_search(request, STR("q")),
                                                   .code = str_is_empty(code) ? STR_NONE : code,
                                                   .on_day = app_today(request),
                                                   .after_id = after,
                                                   .limit_count = limit + 1},
                      &rows, err));
    size_t n = rows.count > (size_t)limit ? (size_t)limit : rows.count;
    struct json_writer w = api_answer(request, response);
    api_array(&w, STR("items"));
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&w);
        api_put_unit_head(&w, rows.items[i].id, rows.items[i].kind, rows.items[i].name, rows.items[i].code);
        json_field_str(&w, STR("symbol"), rows.items[i].symbol);
        json_object_end(&w);
    }
    return api_items_end(&w, n < rows.count, n ? rows.items[n - 1].id : 0, err);
}

enum err_code api_unit_one_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_unit_page_row *u;
    TRY(api_unit_of(request, db, &u, err));
    struct actor actor = app_actor(request);
    struct sql_unit_parents_rows parents;
    TRY(sql_unit_parents(db, &actor, request->arena,
                         &(struct sql_unit_parents_args){.unit_id = u->id, .on_day = app_today(request)}, &parents,
                         err));
    struct json_writer w = api_answer(request, response);
    api_put_unit_head(&w, u->id, u->kind, u->name, u->code);
    json_field_str(&w, STR("symbol"), u->symbol);
    json_field_str(&w, STR("address"), u->address);
    json_field_str(&w, STR("phone"), u->phone);
    json_field_str(&w, STR("email"), u->email);
    json_field_str(&w, STR("sector"), u->sector);
    api_put_day(&w, STR("from"), OPT_I64(u->from_day));
    json_field_i64(&w, STR("people"), u->people);
    api_array(&w, STR("parents"));
    for (size_t i = 0; i < parents.count; i++) {
        json_object_begin(&w);
        json_field_str(&w, STR("edge_kind"), parents.items[i].edge_kind);
        json_field_id(&w, STR("id"), parents.items[i].parent_id);
        json_field_str(&w, STR("name"), parents.items[i].name);
        json_object_end(&w);
    }
    json_array_end(&w);
    return api_answer_end(&w, err);
}

enum err_code api_unit_children_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_unit_page_row *u;
    TRY(api_unit_of(request, db, &u, err));
    struct actor actor = app_actor(request);
    struct str edge;
    TRY(app_edge(request, db, &actor, u->id, &edge, err));
    struct sql_unit_children_rows rows;
    TRY(sql_unit_children(
        db, &actor, request->arena,
        &(struct sql_unit_children_args){.unit_id = u->id, .edge_kind = edge, .on_day = app_today(request)}, &rows,
        err));
    struct json_writer w = api_answer(request, response);
    api_array(&w, STR("items"));
    for (size_t i = 0; i < rows.count; i++) {
        json_object_begin(&w);
        api_put_unit_head(&w, rows.items[i].id, rows.items[i].kind, rows.items[i].name, rows.items[i].code);
        json_field_i64(&w, STR("below"), rows.items[i].below);
        json_object_end(&w);
    }
    return api_items_end(&w, false, 0, err);
}

/* Figures of a unit and everything below, in one directive or all. */
enum err_code api_put_status(struct request *request, struct response *response, struct db *db, int64_t unit_id,
                             int64_t directive_id, struct str edge, struct err *err)
{
    struct sql_unit_page_row *u;
    TRY(api_unit(request, db, unit_id, &u, err));
    struct actor actor = app_actor(request);
    civil_day as_of, today = app_today(request);
    TRY_FIELD("as_of", api_query_day(request, STR("as_of"), &as_of, err));
    if (as_of >= today)
        as_of = CIVIL_NONE;
    struct rollup rollup;
    TRY_FIELD("as_of", rollup_get(db, &actor, unit_id, directive_id, edge, as_of, request->arena, &rollup, err));
    struct sql_unit_missing_rows missing = {0};
    if (as_of == CIVIL_NONE)
        TRY(sql_unit_missing(db, &actor, request->arena,
                             &(struct sql_unit_missing_args){.root_id = unit_id,
                                                             .scope_id = directive_id,
                                                             .edge_kind = edge,
                                                             .on_day = today,
                                                             .limit_count = API_MISSING_MAX},
                             &missing, err));
    struct json_writer w = api_answer(request, response);
    json_field_id(&w, STR("unit"), unit_id);
    json_field_id(&w, STR("directive"), directive_id);
    json_field_str(&w, STR("edge_kind"), edge);
    api_put_day(&w, STR("as_of"), OPT_I64(as_of == CIVIL_NONE ? today : as_of));
    json_field_i64(&w, STR("total"), rollup.total);
    json_field_i64(&w, STR("owed"), rollup.owed);
    json_put_key(&w, STR("counts"));
    json_object_begin(&w);
    for (int s = 0; s < DUTY_STATE_COUNT; s++)
        json_field_i64(&w, api_state(s), rollup.n[s]);
    json_object_end(&w);
    api_array(&w, STR("missing"));
    for (size_t i = 0; i < missing.count; i++) {
        json_object_begin(&w);
        json_field_id(&w, STR("unit"), missing.items[i].unit_id);
        json_field_str(&w, STR("name"), missing.items[i].name);
        json_field_i64(&w, STR("unseen"), missing.items[i].n_unseen);
        json_field_i64(&w, STR("late"), missing.items[i].n_late);
        json_field_str(&w, STR("focal_name"), missing.items[i].focal_name);
        json_field_str(&w, STR("focal_phone"), missing.items[i].focal_phone);
        json_object_end(&w);
    }
    json_array_end(&w);
    return api_answer_end(&w, err);
}

enum err_code api_unit_status_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id, directive_id;
    TRY(request_id(request, STR("id"), &id, err));
    TRY_FIELD("directive", app_int(request, STR("directive"), ROLLUP_ALL, &directive_id, err));
    struct actor actor = app_actor(request);
    struct str edge;
    TRY(app_edge(request, db, &actor, id, &edge, err));
    return api_put_status(request, response, db, id, directive_id, edge, err);
}

enum err_code api_unit_duties_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_unit_page_row *u;
    TRY(api_unit_of(request, db, &u, err));
    struct actor actor = app_actor(request);
    struct sql_assignment_list_unit_rows rows;
    TRY(sql_assignment_list_unit(
        db, &actor, request->arena,
        &(struct sql_assignment_list_unit_args){.unit_id = u->id, .on_day = app_today(request)}, &rows, err));
    struct json_writer w = api_answer(request, response);
    api_array(&w, STR("items"));
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_assignment_list_unit_row *r = &rows.items[i];
        json_object_begin(&w);
        json_field_id(&w, STR("id"), r->id);
        api_put_unit(&w, STR("unit"), u->id, u->name);
        json_field_id(&w, STR("directive"), r->directive_id);
        api_put_duty(&w, r);
        json_object_end(&w);
    }
    return api_items_end(&w, false, 0, err);
}
