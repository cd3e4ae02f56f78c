/* api_parts.h - what the handlers of the REST API share: reading its input, writing its answers.
 * Uses: web/app.h, format/json.h.    Used by: web/api*.c.    Memory: the request's arena.    Threads: no shared state.
 */
#ifndef LUYTRE_WEB_API_PARTS_H
#define LUYTRE_WEB_API_PARTS_H

#include "format/json.h"
#include "org/unit.sql.h"
#include "store/query.h"
#include "web/app.h"

NONNULL_BEGIN

#define API_LIMIT_DEFAULT 100
#define API_LIMIT_MAX     500

/* --- answers --- */
struct json_writer api_answer(struct request *request, struct response *response); /* 200, one object begun */
MUST_USE enum err_code api_answer_end(struct json_writer *w, struct err *err);
void api_put_day(struct json_writer *w, struct str key, struct opt_i64 day); /* ISO; null for none and for ever */
void api_put_ms(struct json_writer *w, struct str key, struct opt_i64 ms);
void api_put_unit(struct json_writer *w, struct str key, int64_t id, struct str name);
void api_put_words(struct json_writer *w, struct str key, struct str words); /* words between blanks, as an array */
void api_put_lines(struct json_writer *w, struct str key, struct str lines); /* lines, as an array */
/* An array of objects or words under a key, its end, and the end of an answer that is a list: "items" and "next". */
void api_array(struct json_writer *w, struct str key);
MUST_USE enum err_code api_items_end(struct json_writer *w, bool has_more, int64_t cursor, struct err *err);
void api_put_unit_head(struct json_writer *w, int64_t id, struct str kind, struct str name, struct str code);
/* What any list of duties says of one: rows of several queries have these columns. */
#define api_put_duty(w, row)                                                              \
    do {                                                                                  \
        json_field_str((w), STR("title"), (row)->title);                                  \
        json_field_str((w), STR("catalogue_id"), (row)->catalogue_id);                    \
        json_field_str((w), STR("subject_kind"), (row)->subject_kind);                    \
        json_field_str((w), STR("subject_name"), (row)->subject_name);                    \
        json_field_str((w), STR("state"), api_state((row)->state));                       \
        json_field_bool((w), STR("awaiting_review"), (row)->waits > 0);                   \
        api_put_day((w), STR("due"), (row)->due_day);                                     \
        api_put_day((w), STR("covered_until"), api_covered_until((row)->covered_to_day)); \
    } while (0)
struct str api_state(int64_t state);
struct opt_i64 api_covered_until(struct opt_i64 to_day); /* the last day, from the first that is not */
/* 400 with the field it is about; comes back with ERR_NONE. */
MUST_USE enum err_code api_refuse_field(struct request *request, struct response *response, struct str field,
                                        const struct err *why);
/* For input with one field wrong. */
#define TRY_FIELD(field, call)                                           \
    do {                                                                 \
        enum err_code field_code_ = (call);                              \
        if (field_code_ == ERR_SYNTAX)                                   \
            return api_refuse_field(request, response, STR(field), err); \
        if (field_code_ != ERR_NONE)                                     \
            return field_code_;                                          \
    } while (0)

/* --- input --- */
MUST_USE enum err_code api_query_limit(const struct request *request, int64_t *ret_limit, struct err *err);
MUST_USE enum err_code api_query_day(const struct request *request, struct str name, civil_day *ret_day,
                                     struct err *err);
MUST_USE enum err_code api_body(const struct request *request, struct str text, struct json *ret_root, struct err *err);
MUST_USE enum err_code api_body_id(struct json root, struct str name, const struct request *request, int64_t *ret_id,
                                   struct err *err);
/* One that the person may read; else ERR_NOT_FOUND. */
MUST_USE enum err_code api_unit(const struct request *request, struct db *db, int64_t unit_id,
                                struct sql_unit_page_row **ret_unit, struct err *err);
/* The same for the unit of the route. */
MUST_USE enum err_code api_unit_of(const struct request *request, struct db *db, struct sql_unit_page_row **ret_unit,
                                   struct err *err);
struct sql_directive_get_row;
MUST_USE enum err_code api_directive_of(const struct request *request, struct db *db,
                                        struct sql_directive_get_row **ret_directive,
                                        struct err *err); /* api_directive.c */

/* Figures of a unit and everything below, in one directive or all (api_unit.c). */
MUST_USE enum err_code api_put_status(struct request *request, struct response *response, struct db *db,
                                      int64_t unit_id, int64_t directive_id, struct str edge, struct err *err);

/* --- handlers; their rows stand in api.c --- */
handler_fn api_me_get, api_units_get, api_unit_one_get, api_unit_children_get, api_unit_status_get, api_unit_duties_get,
    api_directives_get, api_directive_one_get, api_directive_rollup_get, api_directive_rows_get, api_acknowledge_post,
    api_duty_one_get, api_evidence_post, api_review_post, api_letter_read_post, api_letter_import_post, api_devices_get,
    api_device_pairs_get, api_device_one_get, api_device_merge_post, api_device_apart_post, api_device_unmerge_post;

NONNULL_END
#endif
