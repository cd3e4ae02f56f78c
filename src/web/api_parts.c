#include "web/api_parts.h"

void api_put_day(struct json_writer *w, struct str key, struct opt_i64 day)
{
    char text[CIVIL_TEXT_BYTES];
    if (!day.has || day.v == CIVIL_NONE || day.v >= CIVIL_FOREVER)
        json_field_null(w, key);
    else
        json_field_str(w, key, str_from_cstr(civil_iso((civil_day)day.v, text)));
}

void api_put_ms(struct json_writer *w, struct str key, struct opt_i64 ms)
{
    char text[CIVIL_TEXT_BYTES];
    if (ms.has)
        json_field_str(w, key, str_from_cstr(civil_iso_ms(ms.v, text)));
    else
        json_field_null(w, key);
}

void api_put_unit(struct json_writer *w, struct str key, int64_t id, struct str name)
{
    json_put_key(w, key);
    json_object_begin(w);
    json_field_id(w, STR("id"), id);
    json_field_str(w, STR("name"), name);
    json_object_end(w);
}

void api_put_words(struct json_writer *w, struct str key, struct str words)
{
    api_array(w, key);
    struct str word;
    while (str_split(&words, ' ', &word))
        if (!str_is_empty(word))
            json_put_str(w, word);
    json_array_end(w);
}

void api_put_lines(struct json_writer *w, struct str key, struct str lines)
{
    api_array(w, key);
    struct str line;
    while (str_line(&lines, &line))
        if (!str_is_empty(line))
            json_put_str(w, line);
    json_array_end(w);
}

struct json_writer api_answer(struct request *request, struct response *response)
{
    struct json_writer w;
    json_writer_init(&w, response_json(request, response, 200), 0);
    json_object_begin(&w);
    return w;
}

enum err_code api_answer_end(struct json_writer *w, struct err *err)
{
    json_object_end(w);
    return buf_check(w->out, err);
}

/* Refused input with the field it is about: the form of every other error, plus the name. */
enum err_code api_refuse_field(struct request *request, struct response *response, struct str field,
                               const struct err *why)
{
    struct json_writer w;
    json_writer_init(&w, response_json(request, response, 400), 0);
    response->mime = STR("application/problem+json");
    json_object_begin(&w);
    json_field_str(&w, STR("type"), STR("/help#bad_request"));
    json_field_str(&w, STR("title"), msg_text(request->lang, MSG_API_BAD_INPUT, 0));
    json_field_i64(&w, STR("status"), 400);
    json_field_str(&w, STR("detail"), request_said(request, why));
    json_field_str(&w, STR("todo"), msg_text(request->lang, MSG_API_BAD_INPUT_DO, 0));
    json_field_str(&w, STR("error"), str_from_cstr(err_code_to_str(why->code)));
    json_field_str(&w, STR("reason"), request_said(request, why));
    json_field_str(&w, STR("field"), field);
    json_object_end(&w);
    return ERR_NONE;
}

enum err_code api_query_limit(const struct request *request, int64_t *ret_limit, struct err *err)
{
    TRY(app_int(request, STR("limit"), API_LIMIT_DEFAULT, ret_limit, err));
    if (*ret_limit < 1 || *ret_limit > API_LIMIT_MAX)
        return err_set(err, ERR_SYNTAX, "limit: từ 1 đến %d", API_LIMIT_MAX);
    return ERR_NONE;
}

/* ISO, as in the answers; the Vietnamese way is understood too. */
enum err_code api_query_day(const struct request *request, struct str name, civil_day *ret_day, struct err *err)
{
    struct str text = request_field(request, name);
    if (!str_is_empty(text) && civil_parse_iso(text, ret_day))
        return ERR_NONE;
    return app_day(request, name, ret_day, err);
}

void api_array(struct json_writer *w, struct str key)
{
    json_put_key(w, key);
    json_array_begin(w);
}

enum err_code api_items_end(struct json_writer *w, bool has_more, int64_t cursor, struct err *err)
{
    json_array_end(w);
    if (has_more)
        json_field_id(w, STR("next"), cursor);
    else
        json_field_null(w, STR("next"));
    return api_answer_end(w, err);
}

void api_put_unit_head(struct json_writer *w, int64_t id, struct str kind, struct str name, struct str code)
{
    json_field_id(w, STR("id"), id);
    json_field_str(w, STR("kind"), kind);
    json_field_str(w, STR("name"), name);
    json_field_str(w, STR("code"), code);
}

enum err_code api_unit(const struct request *request, struct db *db, int64_t unit_id,
                       struct sql_unit_page_row **ret_unit, struct err *err)
{
    struct actor actor = app_actor_with(request, RIGHT_READ);
    TRY(sql_unit_page(db, &actor, request->arena,
                      &(struct sql_unit_page_args){.unit_id = unit_id, .on_day = app_today(request)}, ret_unit, err));
    return *ret_unit ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "không có đơn vị này");
}

enum err_code api_unit_of(const struct request *request, struct db *db, struct sql_unit_page_row **ret_unit,
                          struct err *err)
{
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    return api_unit(request, db, id, ret_unit, err);
}

struct str api_state(int64_t state)
{
    return str_from_cstr(duty_state_to_str((int)state));
}

struct opt_i64 api_covered_until(struct opt_i64 to_day)
{
    return to_day.has && to_day.v < CIVIL_FOREVER ? OPT_I64(to_day.v - 1) : (struct opt_i64)OPT_NONE;
}

enum err_code api_body(const struct request *request, struct str text, struct json *ret_root, struct err *err)
{
    if (str_is_empty(text))
        return err_set(err, ERR_SYNTAX, "cần một đối tượng JSON (Content-Type: application/json)");
    TRY(json_parse(text, JSON_REFUSE_DUPLICATES, request->arena, ret_root, err));
    return json_type(*ret_root) == JSON_OBJECT ? ERR_NONE : err_set(err, ERR_SYNTAX, "cần một đối tượng JSON");
}

enum err_code api_body_id(struct json root, struct str name, const struct request *request, int64_t *ret_id,
                          struct err *err)
{
    struct str text = json_str_or_none(json_get(root, name), request->arena);
    if (str_is_null(text) || !str_to_i64(text, ret_id) || *ret_id <= 0)
        return err_set(err, ERR_SYNTAX, "%.*s: cần một số trong dấu nháy, như \"123\"", STR_ARG(name));
    return ERR_NONE;
}
