/* api.c - REST for programs over the same domain functions as the pages: /api/v1, JSON in and out.
 * Ids are decimal text, days ISO 8601, unknown is null. A list gives items and next: hand next back as `after` for the
 * following page; null is the end. Errors are problem+json with error, reason and field. A token carries rights, the
 * person's grants decide where: an object that is not theirs is not found. Every row describes itself (struct api_doc)
 * for /api/openapi.json. */
#include <sys/mman.h>

#include "base/limits.h"
#include "duty/cover.h"
#include "duty/directive.sql.h"
#include "duty/page_report.sql.h"
#include "duty/rollup.h"
#include "duty/rollup.sql.h"
#include "format/json.h"
#include "know/know.h"
#include "letter/letter_print.h"
#include "org/unit.h"
#include "org/unit.sql.h"
#include "proof/evidence.sql.h"
#include "store/blob.h"
#include "store/query.h"
#include "web/app_parts.h"
#include "web/page_directive.h"
#include "work/intake.h"

#define API_LIMIT_DEFAULT 100
#define API_LIMIT_MAX     500
#define API_MISSING_MAX   100
#define API_LETTER_BYTES  (16u << 20)

/* --- schemas --- */
#define ID_                   "{\"type\":\"string\",\"pattern\":\"^[0-9]+$\"}"
#define ID0_                  "{\"type\":[\"string\",\"null\"],\"pattern\":\"^[0-9]+$\"}"
#define TEXT_                 "{\"type\":\"string\"}"
#define TEXT0_                "{\"type\":[\"string\",\"null\"]}"
#define INT_                  "{\"type\":\"integer\"}"
#define INT0_                 "{\"type\":[\"integer\",\"null\"]}"
#define BOOL_                 "{\"type\":\"boolean\"}"
#define DAY_                  "{\"type\":\"string\",\"format\":\"date\"}"
#define DAY0_                 "{\"type\":[\"string\",\"null\"],\"format\":\"date\"}"
#define AT0_                  "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"
#define ARRAY_(of)            "{\"type\":\"array\",\"items\":" of "}"
#define OBJ_(required, props) "{\"type\":\"object\",\"required\":[" required "],\"properties\":{" props "}}"
#define LIST_(item)           OBJ_("\"items\",\"next\"", "\"items\":" ARRAY_(item) ",\"next\":" TEXT0_)

#define UNIT_S                                           \
    OBJ_("\"id\",\"kind\",\"name\",\"code\",\"symbol\"", \
         "\"id\":" ID_ ",\"kind\":" TEXT_ ",\"name\":" TEXT_ ",\"code\":" TEXT0_ ",\"symbol\":" TEXT0_)
#define UNIT_FULL_S                                                                                               \
    OBJ_("\"id\",\"kind\",\"name\",\"code\",\"symbol\",\"parents\",\"people\"",                                   \
         "\"id\":" ID_ ",\"kind\":" TEXT_ ",\"name\":" TEXT_ ",\"code\":" TEXT0_ ",\"symbol\":" TEXT0_            \
         ",\"address\":" TEXT0_ ",\"phone\":" TEXT0_ ",\"email\":" TEXT0_ ",\"sector\":" TEXT0_ ",\"from\":" DAY_ \
         ",\"people\":" INT_ ",\"parents\":" ARRAY_(                                                              \
             OBJ_("\"edge_kind\",\"id\",\"name\"", "\"edge_kind\":" TEXT_ ",\"id\":" ID_ ",\"name\":" TEXT_)))
#define CHILD_S                                         \
    OBJ_("\"id\",\"kind\",\"name\",\"code\",\"below\"", \
         "\"id\":" ID_ ",\"kind\":" TEXT_ ",\"name\":" TEXT_ ",\"code\":" TEXT0_ ",\"below\":" INT_)
#define DIRECTIVE_S                                                                                         \
    OBJ_("\"id\",\"issuer\",\"title\",\"number\",\"symbol\",\"issued\",\"state\",\"parent\",\"family\"",    \
         "\"id\":" ID_ ",\"issuer\":" OBJ_(                                                                 \
             "\"id\",\"name\"", "\"id\":" ID_ ",\"name\":" TEXT_) ",\"title\":" TEXT_ ",\"number\":" TEXT0_ \
                                                                  ",\"symbol\":" TEXT0_ ",\"issued\":" DAY_ \
                                                                  ",\"state\":" TEXT_ ",\"parent\":" ID0_   \
                                                                  ",\"family\":" ID_ ",\"instrument\":" TEXT0_)
#define OBLIGATION_S                                                                                        \
    OBJ_("\"id\",\"no\",\"catalogue_id\",\"title\",\"text\",\"denominator\",\"deadline\"",                  \
         "\"id\":" ID_ ",\"no\":" INT_ ",\"catalogue_id\":" TEXT0_ ",\"title\":" TEXT_ ",\"text\":" TEXT_   \
         ",\"trigger\":" TEXT_ ",\"period_months\":" INT0_ ",\"deadline\":" DAY0_ ",\"denominator\":" TEXT_ \
         ",\"evidence_kinds\":" ARRAY_(TEXT_))
#define DIRECTIVE_FULL_S                                                                                               \
    OBJ_("\"id\",\"issuer\",\"title\",\"number\",\"symbol\",\"issued\",\"state\",\"parent\",\"family\",\"edge_kind\"," \
         "\"obligations\"",                                                                                            \
         "\"id\":" ID_ ",\"issuer\":" OBJ_(                                                                            \
             "\"id\",\"name\"",                                                                                        \
             "\"id\":" ID_ ",\"name\":" TEXT_) ",\"title\":" TEXT_ ",\"number\":" TEXT0_ ",\"symbol\":" TEXT0_         \
                                               ",\"issued\":" DAY_ ",\"state\":" TEXT_ ",\"parent\":" ID0_             \
                                               ",\"family\":" ID_ ",\"instrument\":" TEXT0_ ",\"edge_kind\":" TEXT_    \
                                               ",\"obligations\":" ARRAY_(OBLIGATION_S))
#define COUNTS_S                                                                                                   \
    OBJ_("\"unseen\",\"ack\",\"doing\",\"ok\",\"due\",\"late\",\"birth\",\"na\",\"waived\"",                       \
         "\"unseen\":" INT_ ",\"ack\":" INT_ ",\"doing\":" INT_ ",\"ok\":" INT_ ",\"due\":" INT_ ",\"late\":" INT_ \
         ",\"birth\":" INT_ ",\"na\":" INT_ ",\"waived\":" INT_)
#define STATUS_S                                                                                              \
    OBJ_("\"unit\",\"directive\",\"edge_kind\",\"as_of\",\"total\",\"owed\",\"counts\",\"missing\"",          \
         "\"unit\":" ID_ ",\"directive\":" ID0_ ",\"edge_kind\":" TEXT_ ",\"as_of\":" DAY_ ",\"total\":" INT_ \
         ",\"owed\":" INT_ ",\"counts\":" COUNTS_S                                                            \
         ",\"missing\":" ARRAY_(OBJ_("\"unit\",\"name\",\"unseen\",\"late\"",                                 \
                                     "\"unit\":" ID_ ",\"name\":" TEXT_ ",\"unseen\":" INT_ ",\"late\":" INT_ \
                                     ",\"focal_name\":" TEXT0_ ",\"focal_phone\":" TEXT0_)))
#define DUTY_S                                                                                                    \
    OBJ_("\"id\",\"unit\",\"title\",\"catalogue_id\",\"state\",\"due\",\"covered_until\"",                        \
         "\"id\":" ID_ ",\"unit\":" OBJ_(                                                                         \
             "\"id\",\"name\"", "\"id\":" ID_ ",\"name\":" TEXT_) ",\"title\":" TEXT_ ",\"catalogue_id\":" TEXT0_ \
                                                                  ",\"subject_kind\":" TEXT_                      \
                                                                  ",\"subject_name\":" TEXT0_ ",\"state\":" TEXT_ \
                                                                  ",\"due\":" DAY0_ ",\"covered_until\":" DAY0_)
#define DUTY_FULL_S                                                                                                    \
    OBJ_("\"id\",\"unit\",\"directive\",\"title\",\"text\",\"catalogue_id\",\"state\",\"due\",\"covered_until\","      \
         "\"denominator\","                                                                                            \
         "\"evidence_kinds\",\"chain\",\"evidence\"",                                                                  \
         "\"id\":" ID_ ",\"unit\":" OBJ_(                                                                              \
             "\"id\",\"name\"",                                                                                        \
             "\"id\":" ID_                                                                                             \
             ",\"name\":" TEXT_) ",\"directive\":" ID_ ",\"title\":" TEXT_ ",\"text\":" TEXT_                          \
                                 ",\"catalogue_id\":" TEXT0_ ",\"subject_kind\":" TEXT_ ",\"subject_name\":" TEXT0_    \
                                 ",\"state\":" TEXT_ ",\"due\":" DAY0_ ",\"covered_until\":" DAY0_                     \
                                 ",\"acknowledged_at\":" AT0_ ",\"denominator\":" TEXT_                                \
                                 ",\"evidence_kinds\":" ARRAY_(TEXT_) ",\"chain\":" ARRAY_(OBJ_(                       \
                                     "\"directive\",\"title\",\"issuer\",\"number\",\"symbol\",\"issued\"",            \
                                     "\"directive\":" ID_ ",\"title\":" TEXT_ ",\"issuer\":" TEXT_                     \
                                     ",\"number\":" TEXT0_ ",\"symbol\":" TEXT0_ ",\"issued\":" DAY_                   \
                                     ",\"deadline\":" DAY0_)) ",\"evidence\":" ARRAY_(OBJ_("\"id\",\"kind\","          \
                                                                                           "\"title\",\"state\","      \
                                                                                           "\"done\",\"covers_from\"," \
                                                                                           "\"covers_to\"",            \
                                                                                           "\"id\":" ID_               \
                                                                                           ",\"kind\":" TEXT_          \
                                                                                           ",\"title\":" TEXT_         \
                                                                                           ",\"state\":" TEXT_         \
                                                                                           ",\"done\":" DAY_           \
                                                                                           ",\"covers_from\":" DAY_    \
                                                                                           ",\"covers_to\":" DAY0_     \
                                                                                           ",\"submitted_by\":" TEXT0_ \
                                                                                           ",\"submitted_at\":" AT0_   \
                                                                                           ",\"reason\":" TEXT0_       \
                                                                                           ",\"files\":" INT_)))
#define ME_S                                                                                 \
    OBJ_("\"id\",\"name\",\"rights\",\"units\"",                                             \
         "\"id\":" ID_ ",\"name\":" TEXT_ ",\"rights\":" ARRAY_(TEXT_) ",\"units\":" ARRAY_( \
             OBJ_("\"id\",\"name\",\"kind\",\"role\",\"edge_kind\"",                         \
                  "\"id\":" ID_ ",\"name\":" TEXT_ ",\"kind\":" TEXT_ ",\"role\":" TEXT_ ",\"edge_kind\":" TEXT_)))
#define LETTER_READ_S                                                                                \
    OBJ_("\"letter\",\"duties\",\"summary\"", "\"letter\":{\"type\":\"object\"},\"duties\":" ARRAY_( \
                                                  "{\"type\":\"object\"}") ",\"summary\":{\"type\":\"object\"}")

/* --- small things --- */

static void put_day(struct json_writer *w, struct str key, struct opt_i64 day)
{
    char text[CIVIL_TEXT_BYTES];
    if (!day.has || day.v == CIVIL_NONE || day.v >= CIVIL_FOREVER)
        json_field_null(w, key);
    else
        json_field_str(w, key, str_from_cstr(civil_iso((civil_day)day.v, text)));
}

static void put_ms(struct json_writer *w, struct str key, struct opt_i64 ms)
{
    char text[CIVIL_TEXT_BYTES];
    if (ms.has)
        json_field_str(w, key, str_from_cstr(civil_iso_ms(ms.v, text)));
    else
        json_field_null(w, key);
}

static void put_unit(struct json_writer *w, struct str key, int64_t id, struct str name)
{
    json_put_key(w, key);
    json_object_begin(w);
    json_field_id(w, STR("id"), id);
    json_field_str(w, STR("name"), name);
    json_object_end(w);
}

static void put_words(struct json_writer *w, struct str key, struct str words)
{
    json_put_key(w, key);
    json_array_begin(w);
    struct str word;
    while (str_split(&words, ' ', &word))
        if (!str_is_empty(word))
            json_put_str(w, word);
    json_array_end(w);
}

static struct json_writer answer_begin(struct request *request, struct response *response)
{
    struct json_writer w;
    json_writer_init(&w, response_json(request, response, 200), 0);
    json_object_begin(&w);
    return w;
}

static enum err_code answer_end(struct json_writer *w, struct err *err)
{
    json_object_end(w);
    return buf_check(w->out, err);
}

/* Refused input with the field it is about: the form of every other error, plus the name. */
static enum err_code refuse_field(struct request *request, struct response *response, struct str field,
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

/* For input with one field wrong. */
#define TRY_FIELD(field, call)                                       \
    do {                                                             \
        enum err_code field_code_ = (call);                          \
        if (field_code_ == ERR_SYNTAX)                               \
            return refuse_field(request, response, STR(field), err); \
        if (field_code_ != ERR_NONE)                                 \
            return field_code_;                                      \
    } while (0)

static enum err_code query_limit(const struct request *request, int64_t *ret_limit, struct err *err)
{
    TRY(app_int(request, STR("limit"), API_LIMIT_DEFAULT, ret_limit, err));
    if (*ret_limit < 1 || *ret_limit > API_LIMIT_MAX)
        return err_set(err, ERR_SYNTAX, "limit: từ 1 đến %d", API_LIMIT_MAX);
    return ERR_NONE;
}

/* ISO, as in the answers; the Vietnamese way is understood too. */
static enum err_code query_day(const struct request *request, struct str name, civil_day *ret_day, struct err *err)
{
    struct str text = request_field(request, name);
    if (!str_is_empty(text) && civil_parse_iso(text, ret_day))
        return ERR_NONE;
    return app_day(request, name, ret_day, err);
}

static void put_next(struct json_writer *w, bool has_more, int64_t cursor)
{
    if (has_more)
        json_field_id(w, STR("next"), cursor);
    else
        json_field_null(w, STR("next"));
}

static enum err_code unit_get(const struct request *request, struct db *db, int64_t unit_id,
                              struct sql_unit_page_row **ret_unit, struct err *err)
{
    struct actor actor = app_actor_with(request, RIGHT_READ);
    TRY(sql_unit_page(db, &actor, request->arena,
                      &(struct sql_unit_page_args){.unit_id = unit_id, .on_day = app_today(request)}, ret_unit, err));
    return *ret_unit ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "không có đơn vị này");
}

static struct str state_name(int64_t state)
{
    return str_from_cstr(duty_state_to_str((int)state));
}

static struct opt_i64 covered_until(struct opt_i64 to_day)
{
    return to_day.has && to_day.v < CIVIL_FOREVER ? OPT_I64(to_day.v - 1) : (struct opt_i64)OPT_NONE;
}

/* --- who am I --- */

static enum err_code me_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_api_me_units_rows units;
    TRY(sql_api_me_units(db, &actor, request->arena, &(struct sql_api_me_units_args){.on_day = app_today(request)},
                         &units, err));
    struct json_writer w = answer_begin(request, response);
    json_field_id(&w, STR("id"), request->session.person_id);
    json_field_str(&w, STR("name"), request->session.name);
    json_put_key(&w, STR("rights"));
    json_array_begin(&w);
    for (size_t i = 0; i < RIGHT_COUNT; i++)
        if (request->session.rights & right_names[i].right)
            json_put_str(&w, str_from_cstr(right_names[i].name));
    json_array_end(&w);
    json_put_key(&w, STR("units"));
    json_array_begin(&w);
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
    return answer_end(&w, err);
}

/* --- units --- */

static enum err_code units_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request);
    int64_t limit, after;
    TRY_FIELD("limit", query_limit(request, &limit, err));
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
    struct json_writer w = answer_begin(request, response);
    json_put_key(&w, STR("items"));
    json_array_begin(&w);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&w);
        json_field_id(&w, STR("id"), rows.items[i].id);
        json_field_str(&w, STR("kind"), rows.items[i].kind);
        json_field_str(&w, STR("name"), rows.items[i].name);
        json_field_str(&w, STR("code"), rows.items[i].code);
        json_field_str(&w, STR("symbol"), rows.items[i].symbol);
        json_object_end(&w);
    }
    json_array_end(&w);
    put_next(&w, n < rows.count, n ? rows.items[n - 1].id : 0);
    return answer_end(&w, err);
}

static enum err_code unit_one_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct sql_unit_page_row *u;
    TRY(unit_get(request, db, id, &u, err));
    struct actor actor = app_actor(request);
    struct sql_unit_parents_rows parents;
    TRY(sql_unit_parents(db, &actor, request->arena,
                         &(struct sql_unit_parents_args){.unit_id = id, .on_day = app_today(request)}, &parents, err));
    struct json_writer w = answer_begin(request, response);
    json_field_id(&w, STR("id"), u->id);
    json_field_str(&w, STR("kind"), u->kind);
    json_field_str(&w, STR("name"), u->name);
    json_field_str(&w, STR("code"), u->code);
    json_field_str(&w, STR("symbol"), u->symbol);
    json_field_str(&w, STR("address"), u->address);
    json_field_str(&w, STR("phone"), u->phone);
    json_field_str(&w, STR("email"), u->email);
    json_field_str(&w, STR("sector"), u->sector);
    put_day(&w, STR("from"), OPT_I64(u->from_day));
    json_field_i64(&w, STR("people"), u->people);
    json_put_key(&w, STR("parents"));
    json_array_begin(&w);
    for (size_t i = 0; i < parents.count; i++) {
        json_object_begin(&w);
        json_field_str(&w, STR("edge_kind"), parents.items[i].edge_kind);
        json_field_id(&w, STR("id"), parents.items[i].parent_id);
        json_field_str(&w, STR("name"), parents.items[i].name);
        json_object_end(&w);
    }
    json_array_end(&w);
    return answer_end(&w, err);
}

static enum err_code unit_children_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct sql_unit_page_row *u;
    TRY(unit_get(request, db, id, &u, err));
    struct actor actor = app_actor(request);
    struct str edge;
    TRY(app_edge(request, db, &actor, id, &edge, err));
    struct sql_unit_children_rows rows;
    TRY(sql_unit_children(
        db, &actor, request->arena,
        &(struct sql_unit_children_args){.unit_id = id, .edge_kind = edge, .on_day = app_today(request)}, &rows, err));
    struct json_writer w = answer_begin(request, response);
    json_put_key(&w, STR("items"));
    json_array_begin(&w);
    for (size_t i = 0; i < rows.count; i++) {
        json_object_begin(&w);
        json_field_id(&w, STR("id"), rows.items[i].id);
        json_field_str(&w, STR("kind"), rows.items[i].kind);
        json_field_str(&w, STR("name"), rows.items[i].name);
        json_field_str(&w, STR("code"), rows.items[i].code);
        json_field_i64(&w, STR("below"), rows.items[i].below);
        json_object_end(&w);
    }
    json_array_end(&w);
    put_next(&w, false, 0);
    return answer_end(&w, err);
}

/* Figures of a unit and everything below, in one directive or all. */
static enum err_code put_status(struct request *request, struct response *response, struct db *db, int64_t unit_id,
                                int64_t directive_id, struct str edge, struct err *err)
{
    struct sql_unit_page_row *u;
    TRY(unit_get(request, db, unit_id, &u, err));
    struct actor actor = app_actor(request);
    civil_day as_of, today = app_today(request);
    TRY_FIELD("as_of", query_day(request, STR("as_of"), &as_of, err));
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
    struct json_writer w = answer_begin(request, response);
    json_field_id(&w, STR("unit"), unit_id);
    json_field_id(&w, STR("directive"), directive_id);
    json_field_str(&w, STR("edge_kind"), edge);
    put_day(&w, STR("as_of"), OPT_I64(as_of == CIVIL_NONE ? today : as_of));
    json_field_i64(&w, STR("total"), rollup.total);
    json_field_i64(&w, STR("owed"), rollup.owed);
    json_put_key(&w, STR("counts"));
    json_object_begin(&w);
    for (int s = 0; s < DUTY_STATE_COUNT; s++)
        json_field_i64(&w, state_name(s), rollup.n[s]);
    json_object_end(&w);
    json_put_key(&w, STR("missing"));
    json_array_begin(&w);
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
    return answer_end(&w, err);
}

static enum err_code unit_status_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id, directive_id;
    TRY(request_id(request, STR("id"), &id, err));
    TRY_FIELD("directive", app_int(request, STR("directive"), ROLLUP_ALL, &directive_id, err));
    struct actor actor = app_actor(request);
    struct str edge;
    TRY(app_edge(request, db, &actor, id, &edge, err));
    return put_status(request, response, db, id, directive_id, edge, err);
}

static enum err_code unit_duties_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct sql_unit_page_row *u;
    TRY(unit_get(request, db, id, &u, err));
    struct actor actor = app_actor(request);
    struct sql_assignment_list_unit_rows rows;
    TRY(sql_assignment_list_unit(db, &actor, request->arena,
                                 &(struct sql_assignment_list_unit_args){.unit_id = id, .on_day = app_today(request)},
                                 &rows, err));
    struct json_writer w = answer_begin(request, response);
    json_put_key(&w, STR("items"));
    json_array_begin(&w);
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_assignment_list_unit_row *r = &rows.items[i];
        json_object_begin(&w);
        json_field_id(&w, STR("id"), r->id);
        put_unit(&w, STR("unit"), id, u->name);
        json_field_id(&w, STR("directive"), r->directive_id);
        json_field_str(&w, STR("title"), r->title);
        json_field_str(&w, STR("catalogue_id"), r->catalogue_id);
        json_field_str(&w, STR("subject_kind"), r->subject_kind);
        json_field_str(&w, STR("subject_name"), r->subject_name);
        json_field_str(&w, STR("state"), state_name(r->state));
        put_day(&w, STR("due"), r->due_day);
        put_day(&w, STR("covered_until"), covered_until(r->covered_to_day));
        json_object_end(&w);
    }
    json_array_end(&w);
    put_next(&w, false, 0);
    return answer_end(&w, err);
}

/* --- directives --- */

static enum err_code directives_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request);
    int64_t limit, after;
    TRY_FIELD("limit", query_limit(request, &limit, err));
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
    struct json_writer w = answer_begin(request, response);
    json_put_key(&w, STR("items"));
    json_array_begin(&w);
    for (size_t i = 0; i < n; i++) {
        const struct sql_directive_list_row *r = &rows.items[i];
        json_object_begin(&w);
        json_field_id(&w, STR("id"), r->id);
        put_unit(&w, STR("issuer"), r->issuer_id, r->issuer_name);
        json_field_str(&w, STR("title"), r->title);
        json_field_str(&w, STR("number"), r->number);
        json_field_str(&w, STR("symbol"), r->symbol);
        put_day(&w, STR("issued"), OPT_I64(r->issued_day));
        json_field_str(&w, STR("state"), r->state);
        json_field_id(&w, STR("parent"), r->parent_id.has ? r->parent_id.v : 0);
        json_field_id(&w, STR("family"), r->family_id);
        json_field_str(&w, STR("instrument"), r->instrument);
        json_object_end(&w);
    }
    json_array_end(&w);
    put_next(&w, n < rows.count, n ? rows.items[n - 1].id : 0);
    return answer_end(&w, err);
}

static enum err_code directive_of(const struct request *request, struct db *db,
                                  struct sql_directive_get_row **ret_directive, struct err *err)
{
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    TRY(sql_directive_get(db, &actor, request->arena, &(struct sql_directive_get_args){.id = id}, ret_directive, err));
    return *ret_directive ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "không có văn bản chỉ đạo này");
}

static enum err_code directive_one_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_directive_get_row *d;
    TRY(directive_of(request, db, &d, err));
    struct sql_obligation_list_rows rows;
    TRY(sql_obligation_list(db, request->arena, &(struct sql_obligation_list_args){.directive_id = d->id}, &rows, err));
    struct json_writer w = answer_begin(request, response);
    json_field_id(&w, STR("id"), d->id);
    put_unit(&w, STR("issuer"), d->issuer_id, d->issuer_name);
    json_field_str(&w, STR("title"), d->title);
    json_field_str(&w, STR("number"), d->number);
    json_field_str(&w, STR("symbol"), d->symbol);
    put_day(&w, STR("issued"), OPT_I64(d->issued_day));
    json_field_str(&w, STR("state"), d->state);
    json_field_id(&w, STR("parent"), d->parent_id.has ? d->parent_id.v : 0);
    json_field_id(&w, STR("family"), d->family_id);
    json_field_str(&w, STR("instrument"), d->instrument);
    json_field_str(&w, STR("edge_kind"), d->edge_kind);
    json_put_key(&w, STR("obligations"));
    json_array_begin(&w);
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_obligation_list_row *o = &rows.items[i];
        json_object_begin(&w);
        json_field_id(&w, STR("id"), o->id);
        json_field_i64(&w, STR("no"), o->no);
        json_field_str(&w, STR("catalogue_id"), o->catalogue_id);
        json_field_str(&w, STR("title"), o->title);
        json_field_str(&w, STR("text"), o->text);
        json_field_str(&w, STR("trigger"), o->trigger_kind);
        if (o->period_months.has)
            json_field_i64(&w, STR("period_months"), o->period_months.v);
        else
            json_field_null(&w, STR("period_months"));
        put_day(&w, STR("deadline"), o->deadline_day);
        json_field_str(&w, STR("denominator"), o->denominator);
        put_words(&w, STR("evidence_kinds"), o->evidence_kinds);
        json_object_end(&w);
    }
    json_array_end(&w);
    return answer_end(&w, err);
}

static enum err_code directive_rollup_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_directive_get_row *d;
    TRY(directive_of(request, db, &d, err));
    int64_t unit_id;
    TRY_FIELD("unit", app_int(request, STR("unit"), d->issuer_id, &unit_id, err));
    struct actor actor = app_actor(request);
    struct str edge;
    TRY(tier_edge(request, db, &actor, d->issuer_id, d->edge_kind, unit_id, &edge, err));
    return put_status(request, response, db, unit_id, d->id, edge, err);
}

static enum err_code directive_rows_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_directive_get_row *d;
    TRY(directive_of(request, db, &d, err));
    int64_t unit_id, limit, after;
    TRY_FIELD("unit", app_int(request, STR("unit"), d->issuer_id, &unit_id, err));
    TRY_FIELD("limit", query_limit(request, &limit, err));
    TRY_FIELD("after", app_int(request, STR("after"), 0, &after, err));
    struct sql_unit_page_row *u;
    TRY(unit_get(request, db, unit_id, &u, err));
    struct str state_text = form_get(&request->query, STR("state"));
    enum duty_state state = DUTY_UNSEEN;
    bool has_state = !str_is_empty(state_text);
    if (has_state && !duty_state_from_str(state_text, &state)) {
        (void)err_set(err, ERR_SYNTAX, "state: không có trạng thái “%.*s”", STR_ARG(state_text));
        return refuse_field(request, response, STR("state"), err);
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
    struct json_writer w = answer_begin(request, response);
    json_put_key(&w, STR("items"));
    json_array_begin(&w);
    for (size_t i = 0; i < n; i++) {
        const struct sql_assignment_list_scope_row *r = &rows.items[i];
        json_object_begin(&w);
        json_field_id(&w, STR("id"), r->id);
        put_unit(&w, STR("unit"), r->unit_id, r->unit_name);
        json_field_str(&w, STR("title"), r->title);
        json_field_str(&w, STR("catalogue_id"), r->catalogue_id);
        json_field_str(&w, STR("subject_kind"), r->subject_kind);
        json_field_str(&w, STR("subject_name"), r->subject_name);
        json_field_str(&w, STR("state"), state_name(r->state));
        put_day(&w, STR("due"), r->due_day);
        put_day(&w, STR("covered_until"), covered_until(r->covered_to_day));
        json_object_end(&w);
    }
    json_array_end(&w);
    put_next(&w, n < rows.count, (after < 0 ? 0 : after) + (int64_t)n);
    return answer_end(&w, err);
}

/* --- JSON bodies --- */

static enum err_code body_parse(const struct request *request, struct str text, struct json *ret_root, struct err *err)
{
    if (str_is_empty(text))
        return err_set(err, ERR_SYNTAX, "cần một đối tượng JSON (Content-Type: application/json)");
    TRY(json_parse(text, JSON_REFUSE_DUPLICATES, request->arena, ret_root, err));
    return json_type(*ret_root) == JSON_OBJECT ? ERR_NONE : err_set(err, ERR_SYNTAX, "cần một đối tượng JSON");
}

static enum err_code body_id(struct json root, struct str name, const struct request *request, int64_t *ret_id,
                             struct err *err)
{
    struct str text = json_str_or_none(json_get(root, name), request->arena);
    if (str_is_null(text) || !str_to_i64(text, ret_id) || *ret_id <= 0)
        return err_set(err, ERR_SYNTAX, "%.*s: cần một số trong dấu nháy, như \"123\"", STR_ARG(name));
    return ERR_NONE;
}

/* --- duties --- */

static enum err_code acknowledge_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_directive_get_row *d;
    TRY(directive_of(request, db, &d, err));
    struct json root;
    int64_t unit_id;
    TRY(body_parse(request, request->body, &root, err));
    TRY_FIELD("unit", body_id(root, STR("unit"), request, &unit_id, err));
    struct sql_unit_page_row *u;
    TRY(unit_get(request, db, unit_id, &u, err));
    struct actor actor = app_actor(request);
    bool first;
    TRY(duty_acknowledge(db, &actor, d->id, unit_id, &first, err));
    struct json_writer w = answer_begin(request, response);
    json_field_bool(&w, STR("is_new"), first);
    return answer_end(&w, err);
}

static enum err_code duty_of(const struct request *request, struct db *db, struct sql_assignment_page_row **ret_duty,
                             struct err *err)
{
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    TRY(sql_assignment_page(db, &actor, request->arena,
                            &(struct sql_assignment_page_args){.id = id, .on_day = app_today(request)}, ret_duty, err));
    return *ret_duty ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "không có nghĩa vụ này");
}

static enum err_code duty_one_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_assignment_page_row *a;
    TRY(duty_of(request, db, &a, err));
    struct actor actor = app_actor(request);
    struct sql_assignment_chain_rows chain;
    struct sql_assignment_evidence_list_rows evidence;
    TRY(sql_assignment_chain(db, &actor, request->arena, &(struct sql_assignment_chain_args){.assignment_id = a->id},
                             &chain, err));
    TRY(sql_assignment_evidence_list(db, &actor, request->arena,
                                     &(struct sql_assignment_evidence_list_args){.assignment_id = a->id}, &evidence,
                                     err));
    struct json_writer w = answer_begin(request, response);
    json_field_id(&w, STR("id"), a->id);
    put_unit(&w, STR("unit"), a->unit_id, a->unit_name);
    json_field_id(&w, STR("directive"), a->directive_id);
    json_field_str(&w, STR("title"), a->title);
    json_field_str(&w, STR("text"), a->text);
    json_field_str(&w, STR("catalogue_id"), a->catalogue_id);
    json_field_str(&w, STR("subject_kind"), a->subject_kind);
    json_field_str(&w, STR("subject_name"), a->subject_name);
    json_field_str(&w, STR("state"), state_name(a->state));
    put_day(&w, STR("due"), a->due_day);
    put_day(&w, STR("covered_until"), covered_until(a->covered_to_day));
    put_ms(&w, STR("acknowledged_at"), a->acked_ms);
    json_field_str(&w, STR("denominator"), a->denominator);
    put_words(&w, STR("evidence_kinds"), a->evidence_kinds);
    json_put_key(&w, STR("chain"));
    json_array_begin(&w);
    for (size_t i = 0; i < chain.count; i++) {
        const struct sql_assignment_chain_row *c = &chain.items[i];
        json_object_begin(&w);
        json_field_id(&w, STR("directive"), c->directive_id);
        json_field_str(&w, STR("title"), c->directive_title);
        json_field_str(&w, STR("issuer"), c->issuer_name);
        json_field_str(&w, STR("number"), c->number);
        json_field_str(&w, STR("symbol"), c->symbol);
        put_day(&w, STR("issued"), OPT_I64(c->issued_day));
        put_day(&w, STR("deadline"), c->deadline_day);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_put_key(&w, STR("evidence"));
    json_array_begin(&w);
    for (size_t i = 0; i < evidence.count; i++) {
        const struct sql_assignment_evidence_list_row *e = &evidence.items[i];
        json_object_begin(&w);
        json_field_id(&w, STR("id"), e->id);
        json_field_str(&w, STR("kind"), e->kind);
        json_field_str(&w, STR("title"), e->title);
        json_field_str(&w, STR("state"), e->state);
        put_day(&w, STR("done"), OPT_I64(e->done_day));
        put_day(&w, STR("covers_from"), OPT_I64(e->covers_from_day));
        put_day(&w, STR("covers_to"), OPT_I64(e->covers_to_day));
        json_field_str(&w, STR("submitted_by"), e->submitted_name);
        put_ms(&w, STR("submitted_at"), OPT_I64(e->submitted_ms));
        json_field_str(&w, STR("reason"), e->reason);
        json_field_i64(&w, STR("files"), e->file_count);
        json_object_end(&w);
    }
    json_array_end(&w);
    return answer_end(&w, err);
}

struct submitting {
    const struct form *form;
    const struct actor *actor;
    struct evidence_draft draft;
    struct evidence_file files[EVIDENCE_FILES_MAX];
    struct sha256 hashes[EVIDENCE_FILES_MAX];
    int64_t id;
};

static enum err_code submit_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct submitting *s = ctx;
    size_t n = 0;
    for (size_t i = 0; i < s->form->files.count; i++) {
        const struct form_file *file = &s->form->files.items[i];
        if (file->size_bytes == 0)
            continue;
        if (n == EVIDENCE_FILES_MAX)
            return err_set(err, ERR_SYNTAX, "quá %u tệp", EVIDENCE_FILES_MAX);
        void *map = mmap(NULL, (size_t)file->size_bytes, PROT_READ, MAP_PRIVATE, file->fd, 0);
        if (map == MAP_FAILED)
            return err_set(err, ERR_IO, "read the uploaded file");
        enum err_code code = blob_put(db, (struct str){map, (size_t)file->size_bytes}, &s->hashes[n], err);
        (void)munmap(map, (size_t)file->size_bytes);
        TRY(code);
        s->files[n] = (struct evidence_file){.name = str_is_empty(file->filename) ? STR("tep") : file->filename,
                                             .media_type = str_is_empty(file->mime) ? STR("application/octet-stream")
                                                                                    : file->mime,
                                             .sha256 = sha256_str(&s->hashes[n]),
                                             .size_bytes = (int64_t)file->size_bytes};
        n++;
    }
    s->draft.files = s->files;
    s->draft.file_count = n;
    return evidence_submit(db, s->actor, &s->draft, &s->id, err);
}

/* JSON, or multipart with the same JSON in the field "evidence" and any number of files. */
static enum err_code evidence_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_assignment_page_row *a;
    TRY(duty_of(request, db, &a, err));
    struct str posted = form_get(&request->form, STR("evidence"));
    struct json root;
    TRY(body_parse(request, str_is_null(posted) ? request->body : posted, &root, err));
    struct actor actor = app_actor(request);
    struct json fields = json_get(root, STR("fields"));
    struct submitting s = {.form = &request->form,
                           .actor = &actor,
                           .draft = {.assignment_id = a->id,
                                     .kind = json_str_or_none(json_get(root, STR("kind")), request->arena),
                                     .title = json_str_or_none(json_get(root, STR("title")), request->arena),
                                     .fields_json = json_type(fields) == JSON_OBJECT ? json_raw(fields) : STR("{}"),
                                     .source = STR("hand")}};
    struct str done = json_str_or_none(json_get(root, STR("done")), request->arena);
    if (str_is_null(s.draft.kind) || !know_evidence_kind_find(s.draft.kind)) {
        (void)err_set(err, ERR_SYNTAX, "kind: không có loại bằng chứng này");
        return refuse_field(request, response, STR("kind"), err);
    }
    if (str_is_null(done) || !civil_parse_iso(done, &s.draft.done_day)) {
        (void)err_set(err, ERR_SYNTAX, "done: cần một ngày như 2027-04-30");
        return refuse_field(request, response, STR("done"), err);
    }
    struct str field = STR_NONE;
    size_t file_count = 0;
    for (size_t i = 0; i < request->form.files.count; i++)
        file_count += request->form.files.items[i].size_bytes > 0;
    enum err_code code = evidence_check_fields(s.draft.kind, s.draft.fields_json, file_count, &field, err);
    if (code == ERR_SYNTAX)
        return refuse_field(request, response, str_is_null(field) ? STR("fields") : field, err);
    if (code != ERR_NONE)
        return code;
    TRY(db_transact(db, submit_in_transaction, &s, err));
    struct json_writer w = answer_begin(request, response);
    json_field_id(&w, STR("id"), s.id);
    return answer_end(&w, err);
}

static enum err_code review_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct actor reader = app_actor_with(request, RIGHT_READ), actor = app_actor(request);
    struct sql_evidence_get_row *evidence;
    TRY(sql_evidence_get(db, &reader, request->arena, &(struct sql_evidence_get_args){.id = id}, &evidence, err));
    if (!evidence)
        return err_set(err, ERR_NOT_FOUND, "không có bằng chứng này");
    struct json root;
    TRY(body_parse(request, request->body, &root, err));
    struct json decision = json_get(root, STR("decision"));
    struct str reason = json_str_or_none(json_get(root, STR("reason")), request->arena);
    if (json_str_is(decision, STR("accept"))) {
        TRY(evidence_accept(db, &actor, id, err));
    } else if (json_str_is(decision, STR("return"))) {
        TRY_FIELD("reason", evidence_return(db, &actor, id, str_is_null(reason) ? STR("") : reason, err));
    } else {
        (void)err_set(err, ERR_SYNTAX, "decision: \"accept\" hoặc \"return\"");
        return refuse_field(request, response, STR("decision"), err);
    }
    TRY(sql_evidence_get(db, &reader, request->arena, &(struct sql_evidence_get_args){.id = id}, &evidence, err));
    struct json_writer w = answer_begin(request, response);
    json_field_id(&w, STR("id"), id);
    json_field_str(&w, STR("state"), evidence ? evidence->state : STR_NONE);
    return answer_end(&w, err);
}

/* --- letters --- */

static bool calendar_add(void *ctx, civil_day from, int n, civil_day *ret_day)
{
    *ret_day = workday_add(ctx, from, n);
    return true;
}

/* What `luytre letter read --json` prints, as one object; nothing is kept. */
static enum err_code letter_read_post(struct request *request, struct response *response, struct err *err)
{
    struct json root;
    TRY(body_parse(request, request->body, &root, err));
    struct str text = json_str_or_none(json_get(root, STR("text")), request->arena);
    if (str_is_empty(text)) {
        (void)err_set(err, ERR_SYNTAX, "text: chưa có lời văn");
        return refuse_field(request, response, STR("text"), err);
    }
    union { /* the reader's callback takes its context without const */
        const struct workday_calendar *in;
        void *out;
    } calendar = {.in = app_of(request)->calendar};
    struct letter_options options = {.workday_add = calendar_add, .ctx = calendar.out};
    struct letter *letter;
    TRY_FIELD("text", letter_parse(text, &options, request->arena, &letter, err));
    AUTO_BUF lines;
    buf_init(&lines, API_LETTER_BYTES);
    letter_print_json(letter, &lines);
    TRY(buf_check(&lines, err));
    struct str rest = buf_str(&lines), line, summary = STR("{}");
    struct json_writer w = answer_begin(request, response);
    bool in_duties = false;
    while (str_split(&rest, '\n', &line)) {
        if (str_is_empty(line))
            continue;
        if (str_starts_with(line, STR("{\"type\":\"letter\""))) {
            json_put_key(&w, STR("letter"));
            json_put_raw(&w, line);
            continue;
        }
        if (!in_duties) {
            json_put_key(&w, STR("duties"));
            json_array_begin(&w);
            in_duties = true;
        }
        if (str_starts_with(line, STR("{\"type\":\"summary\"")))
            summary = line;
        else
            json_put_raw(&w, line);
    }
    if (in_duties)
        json_array_end(&w);
    json_put_key(&w, STR("summary"));
    json_put_raw(&w, summary);
    return answer_end(&w, err);
}

static enum err_code letter_import_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct json root;
    int64_t unit_id;
    TRY(body_parse(request, request->body, &root, err));
    TRY_FIELD("unit", body_id(root, STR("unit"), request, &unit_id, err));
    struct sql_unit_page_row *u;
    TRY(unit_get(request, db, unit_id, &u, err));
    struct str text = json_str_or_none(json_get(root, STR("text")), request->arena);
    if (str_is_empty(text)) {
        (void)err_set(err, ERR_SYNTAX, "text: chưa có lời văn");
        return refuse_field(request, response, STR("text"), err);
    }
    struct actor actor = app_actor(request);
    struct intake_options options = {.unit_id = unit_id,
                                     .file_name = json_str_or_none(json_get(root, STR("file_name")), request->arena),
                                     .media_type = STR("text/plain"),
                                     .file_bytes = STR_NONE,
                                     .calendar = app_of(request)->calendar};
    int64_t id;
    bool is_new;
    TRY(intake_letter(db, &actor, text, &options, &id, &is_new, err));
    struct json_writer w = answer_begin(request, response);
    json_field_id(&w, STR("id"), id);
    json_field_bool(&w, STR("is_new"), is_new);
    return answer_end(&w, err);
}

/* --- the rows, each with what OpenAPI says of it --- */

#define PAGING                                                   \
    {"after", "query", "string", "next of the page before"},     \
    {                                                            \
        "limit", "query", "integer", "1 to 500; 100 when absent" \
    }
static const struct api_param units_params[] = {{"q", "query", "string", "part of the name, with or without marks"},
                                                {"code", "query", "string", "the exact code"},
                                                PAGING,
                                                {0}};
static const struct api_param edge_params[] = {
    {"edge", "query", "string", "administrative, professional, incident; default: the one along which you see most"},
    {0}};
static const struct api_param status_params[] = {
    {"directive", "query", "string", "only what came from this directive; one at the top counts with its family"},
    {"as_of", "query", "date", "as it was known at the end of that day"},
    {"edge", "query", "string", "administrative, professional, incident; default: the one along which you see most"},
    {0}};
static const struct api_param directives_params[] = {{"q", "query", "string", "part of the title or number"},
                                                     {"state", "query", "string", "draft, issued, withdrawn"},
                                                     PAGING,
                                                     {0}};
static const struct api_param rollup_params[] = {
    {"unit", "query", "string", "at and below this unit; the issuer when absent"},
    {"as_of", "query", "date", "as it was known at the end of that day"},
    {0}};
static const struct api_param rows_params[] = {
    {"unit", "query", "string", "at and below this unit; the issuer when absent"},
    {"state", "query", "string", "unseen, ack, doing, ok, due, late, birth, na, waived"},
    {"q", "query", "string", "part of the unit's name"},
    PAGING,
    {0}};

static const struct api_doc doc_me = {"who this token acts for", NULL, NULL, ME_S};
static const struct api_doc doc_units = {"units one may read, by id", units_params, NULL, LIST_(UNIT_S)};
static const struct api_doc doc_unit = {"one unit", NULL, NULL, UNIT_FULL_S};
static const struct api_doc doc_children = {"units right below", edge_params, NULL, LIST_(CHILD_S)};
static const struct api_doc doc_status = {"how far everything at and below a unit is", status_params, NULL, STATUS_S};
static const struct api_doc doc_unit_duties = {"what a unit owes, late first", NULL, NULL, LIST_(DUTY_S)};
static const struct api_doc doc_directives = {"directives, newest first", directives_params, NULL, LIST_(DIRECTIVE_S)};
static const struct api_doc doc_directive = {"one directive with its obligations", NULL, NULL, DIRECTIVE_FULL_S};
static const struct api_doc doc_rollup = {"roll-up of one directive", rollup_params, NULL, STATUS_S};
static const struct api_doc doc_rows = {"the rows behind the numbers, late first", rows_params, NULL, LIST_(DUTY_S)};
static const struct api_doc doc_acknowledge = {"confirm having read a directive, in one's own name", NULL,
                                               OBJ_("\"unit\"", "\"unit\":" ID_),
                                               OBJ_("\"is_new\"", "\"is_new\":" BOOL_)};
static const struct api_doc doc_duty = {"one duty with its chain up to the first directive and its evidence", NULL,
                                        NULL, DUTY_FULL_S};
static const struct api_doc doc_evidence = {
    "hand in evidence; files: multipart/form-data with this JSON in the field \"evidence\"", NULL,
    OBJ_("\"kind\",\"done\",\"fields\"",
         "\"kind\":" TEXT_ ",\"title\":" TEXT0_ ",\"done\":" DAY_ ",\"fields\":{\"type\":\"object\"}"),
    OBJ_("\"id\"", "\"id\":" ID_)};
static const struct api_doc doc_review = {
    "accept or return evidence", NULL,
    OBJ_("\"decision\"", "\"decision\":{\"type\":\"string\",\"enum\":[\"accept\",\"return\"]},\"reason\":" TEXT0_),
    OBJ_("\"id\",\"state\"", "\"id\":" ID_ ",\"state\":" TEXT_)};
static const struct api_doc doc_letter_read = {"read a letter without keeping it", NULL,
                                               OBJ_("\"text\"", "\"text\":" TEXT_), LETTER_READ_S};
static const struct api_doc doc_letter_import = {
    "put a letter into a unit's book", NULL,
    OBJ_("\"unit\",\"text\"", "\"unit\":" ID_ ",\"text\":" TEXT_ ",\"file_name\":" TEXT0_),
    OBJ_("\"id\",\"is_new\"", "\"id\":" ID_ ",\"is_new\":" BOOL_)};

static const struct route routes[] = {
    {GET, "/api/v1/me", me_get, 0, READS | API, &doc_me},
    {GET, "/api/v1/units", units_get, RIGHT_READ, READS | API, &doc_units},
    {GET, "/api/v1/units/{id}", unit_one_get, RIGHT_READ, READS | API, &doc_unit},
    {GET, "/api/v1/units/{id}/children", unit_children_get, RIGHT_READ, READS | API, &doc_children},
    {GET, "/api/v1/units/{id}/status", unit_status_get, RIGHT_READ, READS | API, &doc_status},
    {GET, "/api/v1/units/{id}/duties", unit_duties_get, RIGHT_READ, READS | API, &doc_unit_duties},
    {GET, "/api/v1/directives", directives_get, RIGHT_READ, READS | API, &doc_directives},
    {GET, "/api/v1/directives/{id}", directive_one_get, RIGHT_READ, READS | API, &doc_directive},
    {GET, "/api/v1/directives/{id}/rollup", directive_rollup_get, RIGHT_READ, READS | API, &doc_rollup},
    {GET, "/api/v1/directives/{id}/rows", directive_rows_get, RIGHT_READ, READS | API, &doc_rows},
    {POST, "/api/v1/directives/{id}/acknowledge", acknowledge_post, RIGHT_ACKNOWLEDGE, CHANGES | API, &doc_acknowledge},
    {GET, "/api/v1/duties/{id}", duty_one_get, RIGHT_READ, READS | API, &doc_duty},
    {POST, "/api/v1/duties/{id}/evidence", evidence_post, RIGHT_EXECUTE, CHANGES | API | UPLOAD | SLOW, &doc_evidence},
    {POST, "/api/v1/evidence/{id}/review", review_post, RIGHT_REVIEW, CHANGES | API, &doc_review},
    {POST, "/api/v1/letters/read", letter_read_post, RIGHT_READ, CHANGES | API, &doc_letter_read},
    {POST, "/api/v1/letters", letter_import_post, RIGHT_DRAFT, CHANGES | API | SLOW, &doc_letter_import},
};
const struct route_list api_routes = {routes, ARRAY_LEN(routes)};
