#include "web/route.h"

#include "format/json.h"

static void put_params(struct json_writer *w, const struct route *route)
{
    json_put_key(w, STR("parameters"));
    json_array_begin(w);
    struct str rest = str_from_cstr(route->path), piece;
    while (str_split(&rest, '/', &piece)) {
        if (piece.len_bytes < 3 || piece.ptr[0] != '{')
            continue;
        struct str name = str_slice(piece, 1, piece.len_bytes - 1);
        json_object_begin(w);
        json_field_str(w, STR("name"), name);
        json_field_str(w, STR("in"), STR("path"));
        json_field_bool(w, STR("required"), true);
        json_put_key(w, STR("schema"));
        json_put_raw(w, STR("{\"type\":\"string\"}"));
        json_object_end(w);
    }
    for (const struct api_param *p = route->doc ? route->doc->params : NULL; p && p->name; p++) {
        if (!str_equal(str_from_cstr(p->where), STR("query")))
            continue;
        json_object_begin(w);
        json_field_str(w, STR("name"), str_from_cstr(p->name));
        json_field_str(w, STR("in"), STR("query"));
        json_field_str(w, STR("description"), str_from_cstr(p->about));
        json_put_key(w, STR("schema"));
        json_object_begin(w);
        bool is_date = str_equal(str_from_cstr(p->schema), STR("date"));
        json_field_str(w, STR("type"), is_date ? STR("string") : str_from_cstr(p->schema));
        if (is_date)
            json_field_str(w, STR("format"), STR("date"));
        json_object_end(w);
        json_object_end(w);
    }
    json_array_end(w);
}

static void put_body(struct json_writer *w, struct str key, const char *schema)
{
    json_put_key(w, key);
    json_object_begin(w);
    if (str_equal(key, STR("requestBody")))
        json_field_bool(w, STR("required"), true);
    else
        json_field_str(w, STR("description"), STR("done"));
    json_put_key(w, STR("content"));
    json_object_begin(w);
    json_put_key(w, STR("application/json"));
    json_object_begin(w);
    json_put_key(w, STR("schema"));
    json_put_raw(w, str_from_cstr(schema));
    json_object_end(w);
    json_object_end(w);
    json_object_end(w);
}

static void put_operation(struct json_writer *w, const struct route *route)
{
    char method[8] = "";
    struct str name = http_method_name(route->method);
    for (size_t i = 0; i < name.len_bytes && i + 1 < sizeof method; i++)
        method[i] = (char)(name.ptr[i] | 0x20);
    json_put_key(w, str_from_cstr(method));
    json_object_begin(w);
    json_field_str(w, STR("summary"), str_from_cstr(route->doc ? route->doc->summary : route->path));
    put_params(w, route);
    if (route->doc && route->doc->request_schema)
        put_body(w, STR("requestBody"), route->doc->request_schema);
    json_put_key(w, STR("responses"));
    json_object_begin(w);
    put_body(w, STR("200"), route->doc ? route->doc->response_schema : "{}");
    json_put_key(w, STR("default"));
    json_put_raw(w, STR("{\"$ref\":\"#/components/responses/Problem\"}"));
    json_object_end(w);
    if (route->flags & PUBLIC) {
        json_put_key(w, STR("security"));
        json_array_begin(w);
        json_array_end(w);
    }
    json_object_end(w);
}

enum err_code openapi_print(const struct web *web, struct buf *buf, struct err *err)
{
    const struct web_config *config = web_config(web);
    struct json_writer w;
    json_writer_init(&w, buf, 0);
    json_object_begin(&w);
    json_field_str(&w, STR("openapi"), STR("3.1.0"));
    json_put_key(&w, STR("info"));
    json_put_raw(&w, STR("{\"title\":\"L\xC5\xA9y Tre\",\"version\":\"1\"}"));
    json_put_key(&w, STR("paths"));
    json_object_begin(&w);
    for (size_t i = 0; i < config->route_count; i++) {
        const struct route *route = &config->routes[i];
        bool is_first = route->flags & API;
        for (size_t k = 0; k < i && is_first; k++) /* rows of one path stand in one object */
            is_first = !(config->routes[k].flags & API &&
                         str_equal(str_from_cstr(config->routes[k].path), str_from_cstr(route->path)));
        if (!is_first)
            continue;
        json_put_key(&w, str_from_cstr(route->path));
        json_object_begin(&w);
        for (size_t k = i; k < config->route_count; k++)
            if (config->routes[k].flags & API &&
                str_equal(str_from_cstr(config->routes[k].path), str_from_cstr(route->path)))
                put_operation(&w, &config->routes[k]);
        json_object_end(&w);
    }
    json_object_end(&w);
    json_put_key(&w, STR("components"));
    json_put_raw(
        &w,
        STR("{\"securitySchemes\":{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"}},\"responses\":{\"Problem\":{"
            "\"description\":\"refused, with the reason "
            "and what to "
            "do\",\"content\":{\"application/"
            "problem+json\":{\"schema\":{\"type\":\"object\",\"required\":[\"title\",\"status\",\"detail\",\"todo\","
            "\"error\",\"reason\",\"field\"],"
            "\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"status\":{\"type\":"
            "\"integer\"},\"detail\":{\"type\":\"string\"},"
            "\"todo\":{\"type\":\"string\"},\"error\":{\"type\":\"string\"},\"reason\":{\"type\":\"string\"},\"field\":"
            "{\"type\":[\"string\",\"null\"]}}}}}}}}"));
    json_put_key(&w, STR("security"));
    json_put_raw(&w, STR("[{\"token\":[]}]"));
    json_object_end(&w);
    return buf_check(buf, err);
}
