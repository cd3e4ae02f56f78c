/* api_device.c - devices over REST: lists, one with its pairs, and what somebody decides of two that may be one. */
#include "asset/device.h"
#include "web/api_parts.h"

static void put_reason(const struct request *request, struct json_writer *w, struct str why)
{
    const struct device_word *reason = device_reason_find(why);
    json_field_str(w, STR("reason"), why);
    json_field_str(w, STR("words"), reason ? (request->lang == LANG_EN ? reason->en : reason->vi) : why);
}

enum err_code api_devices_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_unit_page_row *u;
    TRY(api_unit_of(request, db, &u, err));
    int64_t limit, after;
    TRY_FIELD("limit", api_query_limit(request, &limit, err));
    TRY_FIELD("after", app_int(request, STR("after"), 0, &after, err));
    if (after < 0)
        after = 0;
    struct actor actor = app_actor(request);
    struct device_filter filter = {.root_id = u->id,
                                   .kind = request_field(request, STR("kind")),
                                   .protection = request_field(request, STR("state")),
                                   .search = request_field(request, STR("q")),
                                   .limit_count = limit + 1,
                                   .offset_count = after};
    if (!str_is_empty(filter.kind) && !str_equal(filter.kind, DEVICE_KIND_HOSTS) && !device_kind_find(filter.kind)) {
        (void)err_set(err, ERR_SYNTAX, "kind: không có loại thiết bị này");
        return api_refuse_field(request, response, STR("kind"), err);
    }
    if (!str_is_empty(filter.protection) && !device_protection_find(filter.protection)) {
        (void)err_set(err, ERR_SYNTAX, "state: không có tình trạng bảo vệ này");
        return api_refuse_field(request, response, STR("state"), err);
    }
    TRY(app_edge(request, db, &actor, u->id, &filter.edge_kind, err));
    struct sql_device_rows_rows rows;
    struct sql_device_suggestions_of_rows pairs;
    TRY(device_list(db, &actor, request->arena, &filter, &rows, err));
    size_t n = rows.count > (size_t)limit ? (size_t)limit : rows.count;
    bool has_more = n < rows.count;
    rows.count = n;
    TRY(device_pairs_of(db, &actor, request->arena, &rows, &pairs, err));
    struct json_writer w = api_answer(request, response);
    api_array(&w, STR("items"));
    for (size_t i = 0; i < n; i++) {
        const struct sql_device_rows_row *d = &rows.items[i];
        json_object_begin(&w);
        json_field_id(&w, STR("id"), d->id);
        api_put_unit(&w, STR("unit"), d->unit_id, d->unit_name);
        json_field_str(&w, STR("site"), d->site_name);
        json_field_str(&w, STR("name"), d->name);
        json_field_str(&w, STR("kind"), d->kind);
        json_field_str(&w, STR("os"), d->os);
        json_field_str(&w, STR("antimalware"), d->antimalware);
        json_field_str(&w, STR("state"), d->counted);
        api_put_ms(&w, STR("seen_at"), OPT_I64(d->seen_ms));
        api_array(&w, STR("may_be_same"));
        for (size_t p = 0; p < pairs.count; p++) {
            if (pairs.items[p].device_id != d->id)
                continue;
            json_object_begin(&w);
            json_field_id(&w, STR("id"), pairs.items[p].other_id);
            json_field_str(&w, STR("name"), pairs.items[p].other_name);
            put_reason(request, &w, pairs.items[p].why);
            json_object_end(&w);
        }
        json_array_end(&w);
        json_object_end(&w);
    }
    return api_items_end(&w, has_more, after + (int64_t)n, err);
}

enum err_code api_device_pairs_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_unit_page_row *u;
    TRY(api_unit_of(request, db, &u, err));
    int64_t limit, after;
    TRY_FIELD("limit", api_query_limit(request, &limit, err));
    TRY_FIELD("after", app_int(request, STR("after"), 0, &after, err));
    struct actor actor = app_actor(request);
    struct str edge;
    TRY(app_edge(request, db, &actor, u->id, &edge, err));
    struct sql_device_suggestions_below_rows rows;
    TRY(device_pairs_below(db, &actor, request->arena, u->id, edge, after, limit + 1, &rows, err));
    size_t n = rows.count > (size_t)limit ? (size_t)limit : rows.count;
    struct json_writer w = api_answer(request, response);
    api_array(&w, STR("items"));
    for (size_t i = 0; i < n; i++) {
        const struct sql_device_suggestions_below_row *pair = &rows.items[i];
        json_object_begin(&w);
        json_field_id(&w, STR("id"), pair->id);
        api_put_unit(&w, STR("unit"), pair->unit_id, pair->unit_name);
        api_put_unit(&w, STR("one"), pair->one_id, pair->one_name);
        api_put_unit(&w, STR("other"), pair->other_id, pair->other_name);
        put_reason(request, &w, pair->why);
        api_put_ms(&w, STR("at"), OPT_I64(pair->at_ms));
        json_object_end(&w);
    }
    return api_items_end(&w, n < rows.count, n ? rows.items[n - 1].id : 0, err);
}

enum err_code api_device_one_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct actor actor = app_actor(request);
    struct device_page page;
    TRY(device_open(db, &actor, request->arena, id, &page, err));
    const struct sql_device_get_row *d = page.device;
    struct json_writer w = api_answer(request, response);
    json_field_id(&w, STR("id"), d->id);
    api_put_unit(&w, STR("unit"), d->unit_id, d->unit_name);
    json_field_str(&w, STR("site"), d->site_name);
    json_field_str(&w, STR("name"), d->name);
    json_field_str(&w, STR("kind"), d->kind);
    json_field_str(&w, STR("os"), d->os);
    json_field_str(&w, STR("antimalware"), d->antimalware);
    json_field_str(&w, STR("state"), d->counted);
    api_put_ms(&w, STR("seen_at"), OPT_I64(d->seen_ms));
    json_field_id(&w, STR("merged_into"), d->merged_into.has ? d->merged_into.v : 0);
    api_array(&w, STR("identities"));
    for (size_t i = 0; i < page.identities.count; i++) {
        json_object_begin(&w);
        json_field_str(&w, STR("kind"), page.identities.items[i].kind);
        json_field_str(&w, STR("value"), page.identities.items[i].value);
        json_object_end(&w);
    }
    json_array_end(&w);
    api_array(&w, STR("suggestions"));
    for (size_t i = 0; i < page.suggestions.count; i++) {
        const struct sql_device_suggestions_row *pair = &page.suggestions.items[i];
        json_object_begin(&w);
        json_field_id(&w, STR("id"), pair->id);
        api_put_unit(&w, STR("other"), pair->other_id, pair->other_name);
        put_reason(request, &w, pair->why);
        api_put_ms(&w, STR("at"), OPT_I64(pair->at_ms));
        json_object_end(&w);
    }
    json_array_end(&w);
    api_array(&w, STR("merges"));
    for (size_t i = 0; i < page.merges.count; i++) {
        const struct sql_device_merges_row *m = &page.merges.items[i];
        json_object_begin(&w);
        json_field_id(&w, STR("id"), m->id);
        api_put_unit(&w, STR("kept"), m->kept_id, m->kept_name);
        api_put_unit(&w, STR("merged"), m->merged_id, m->merged_name);
        json_field_str(&w, STR("why"), m->why);
        json_field_str(&w, STR("by"), m->by_name);
        api_put_ms(&w, STR("at"), OPT_I64(m->at_ms));
        api_put_ms(&w, STR("undone_at"), m->undone_ms);
        json_object_end(&w);
    }
    json_array_end(&w);
    return api_answer_end(&w, err);
}

/* The device of the route, readable; what the body says; why, where one is needed. */
struct deciding {
    struct actor actor;
    int64_t device_id;
    struct json body;
    struct str why;
};

static enum err_code deciding_open(struct request *request, struct db *db, struct deciding *d, struct err *err)
{
    *d = (struct deciding){.actor = app_actor(request)};
    TRY(request_id(request, STR("id"), &d->device_id, err));
    struct device_page page; /* what is not for these eyes is not found, before anything typed is looked at */
    TRY(device_open(db, &d->actor, request->arena, d->device_id, &page, err));
    TRY(api_body(request, request->body, &d->body, err));
    d->why = json_str_or_none(json_get(d->body, STR("reason")), request->arena);
    if (str_is_null(d->why))
        d->why = STR("");
    return ERR_NONE;
}

enum err_code api_device_merge_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct deciding d;
    int64_t suggestion_id, merge_id;
    TRY(deciding_open(request, db, &d, err));
    TRY_FIELD("suggestion", api_body_id(d.body, STR("suggestion"), request, &suggestion_id, err));
    TRY_FIELD("reason", device_pair_merge(db, &d.actor, d.device_id, suggestion_id, d.why, &merge_id, err));
    struct json_writer w = api_answer(request, response);
    json_field_id(&w, STR("merge"), merge_id);
    return api_answer_end(&w, err);
}

enum err_code api_device_apart_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct deciding d;
    int64_t suggestion_id;
    TRY(deciding_open(request, db, &d, err));
    TRY_FIELD("suggestion", api_body_id(d.body, STR("suggestion"), request, &suggestion_id, err));
    TRY(device_pair_apart(db, &d.actor, d.device_id, suggestion_id, err));
    struct json_writer w = api_answer(request, response);
    json_field_id(&w, STR("suggestion"), suggestion_id);
    return api_answer_end(&w, err);
}

enum err_code api_device_unmerge_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct deciding d;
    int64_t merge_id;
    TRY(deciding_open(request, db, &d, err));
    TRY_FIELD("merge", api_body_id(d.body, STR("merge"), request, &merge_id, err));
    TRY_FIELD("reason", device_pair_unmerge(db, &d.actor, d.device_id, merge_id, d.why, err));
    struct json_writer w = api_answer(request, response);
    json_field_id(&w, STR("merge"), merge_id);
    return api_answer_end(&w, err);
}
