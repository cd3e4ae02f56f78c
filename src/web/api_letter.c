#include "base/limits.h"
#include "letter/letter_print.h"
#include "web/api_parts.h"
#include "work/intake.h"

#define API_LETTER_BYTES (16u << 20)

static bool calendar_add(void *ctx, civil_day from, int n, civil_day *ret_day)
{
    *ret_day = workday_add(ctx, from, n);
    return true;
}

/* What `luytre letter read --json` prints, as one object; nothing is kept. */
enum err_code api_letter_read_post(struct request *request, struct response *response, struct err *err)
{
    struct json root;
    TRY(api_body(request, request->body, &root, err));
    struct str text = json_str_or_none(json_get(root, STR("text")), request->arena);
    if (str_is_empty(text)) {
        (void)err_set(err, ERR_SYNTAX, "text: chưa có lời văn");
        return api_refuse_field(request, response, STR("text"), err);
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
    struct json_writer w = api_answer(request, response);
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
            api_array(&w, STR("duties"));
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
    return api_answer_end(&w, err);
}

enum err_code api_letter_import_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct json root;
    int64_t unit_id;
    TRY(api_body(request, request->body, &root, err));
    TRY_FIELD("unit", api_body_id(root, STR("unit"), request, &unit_id, err));
    struct sql_unit_page_row *u;
    TRY(api_unit(request, db, unit_id, &u, err));
    struct str text = json_str_or_none(json_get(root, STR("text")), request->arena);
    if (str_is_empty(text)) {
        (void)err_set(err, ERR_SYNTAX, "text: chưa có lời văn");
        return api_refuse_field(request, response, STR("text"), err);
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
    struct json_writer w = api_answer(request, response);
    json_field_id(&w, STR("id"), id);
    json_field_bool(&w, STR("is_new"), is_new);
    return api_answer_end(&w, err);
}
