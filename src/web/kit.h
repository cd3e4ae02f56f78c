/* kit.h - what the pages of duties and assets are put together from: a table that is a page or a file, a form that
 * keeps what was typed, words for days and states. Knows the templates duty_table, duty_form, duty_record; knows
 * nothing of what stands in them. Uses: web/app.h, web/listing.h.    Used by: web/page_duty*.c, web/page_asset*.c.
 * Memory: the request's arena; a full one is remembered and told once at the end.    Threads: one request, one owner.
 */
#ifndef LUYTRE_WEB_KIT_H
#define LUYTRE_WEB_KIT_H

#include "base/vec.h"
#include "know/know.h"
#include "store/query.h"
#include "web/listing.h"
#include "web/words.h"

NONNULL_BEGIN

/* --- words --- */
static inline struct str kit_text(const struct request *request, enum msg_id id)
{
    return msg_text(request->lang, id, 0);
}
#define kit_msg(request, id, n, ...) msg_str((request)->arena, (request)->lang, (id), (n), MSG_ARGS(__VA_ARGS__))
static inline struct str kit_know(const struct request *request, struct know_text text)
{
    return request->lang == LANG_EN && !str_is_empty(text.en) ? text.en : text.vi;
}
static inline civil_day kit_day_of(struct opt_i64 day)
{
    return day.has ? (civil_day)day.v : CIVIL_NONE;
}
/* The lines that say something, trimmed, with this between them: "\n" as they are kept, "; " as people read them. */
struct str kit_lines(const struct request *request, struct str text, const char *between);
struct str kit_vn_day(const struct request *request, civil_day day); /* "" for no day */
struct str kit_vn_ms(const struct request *request, int64_t ms);
struct str kit_hour(const struct request *request, int64_t ms);       /* 22:47 */
struct str kit_number_text(const struct request *request, int64_t n); /* 1.200 */
struct str kit_vnd(const struct request *request, int64_t vnd);       /* 12.000.000 đồng */
struct str kit_hash(const struct request *request, struct str bytes); /* "9f2c…b41e"; "" for none */
struct str kit_hex(const struct request *request, struct str bytes);
/* What the row of a unit's list knows of a duty. */
struct sql_assignment_list_unit_row;
struct duty_facts kit_duty_facts(const struct sql_assignment_list_unit_row *row);
/* The word of a state as of today, from the columns every list of duties has. */
struct str kit_duty_word(const struct request *request, int64_t state, struct opt_i64 due_day,
                         struct opt_i64 covered_from_day, struct opt_i64 covered_to_day, struct opt_i64 waived_to_day,
                         bool is_periodic, bool waits);
/* What the domain said is meant for the person (and not a failure of ours): show it on their form. */
bool kit_is_words(const struct err *err);
struct str kit_problem(const struct request *request, const struct err *err); /* "Chưa ghi được: …" */
static inline bool kit_is_post(const struct request *request)
{
    return request->method == POST;
}
/* What was typed into a field of the form or stands in the address, without the blanks around it. */
struct str kit_typed(const struct request *request, const char *name);         /* "" when absent */
struct str kit_typed_or_none(const struct request *request, const char *name); /* STR_NONE when absent or empty */
/* An id in the form or address; 0 when absent or none. */
int64_t kit_id_field(const struct request *request, struct str name);
/* The session holds it somewhere: for buttons only, the domain asks again. */
static inline bool kit_may(const struct request *request, uint64_t right)
{
    return (request->session.rights & right) == right;
}

/* --- tables --- */
struct kit_table {
    struct request *request;
    VEC(struct pg_dt_col) cols;
    VEC(struct sheet_column) sheet_cols;
    VEC(struct pg_dt_row) rows;
    VEC(struct sheet_cell) cells; /* of the file: cols.count each row */
    struct pg_dt_cell *NULLABLE row;
    size_t at;
    bool failed;
};
void kit_table_init(struct kit_table *table, struct request *request);
void kit_column(struct kit_table *table, enum msg_id label, enum sheet_type type);
struct pg_dt_row *NULLABLE kit_row(struct kit_table *table); /* all columns are then filled from left to right */
void kit_head(struct kit_table *table, struct str text, struct str href, struct str sub);
void kit_cell(struct kit_table *table, struct str text, struct str href);
void kit_cell_sub(struct kit_table *table, struct str text, struct str href, struct str sub);
void kit_cell_number(struct kit_table *table, int64_t n, struct str href);
void kit_cell_day(struct kit_table *table, civil_day day);
void kit_cell_chip(struct kit_table *table, enum page_state state, struct str word);
void kit_cell_tel(struct kit_table *table, struct str phone);
/* Rows and offset to ask the store for: a page, or everything a file may hold. */
struct kit_range {
    int64_t page, limit, offset;
    enum listing_file file;
};
/* A refusal as a whole sentence: others follow it on the page. */
struct str kit_said(const struct request *request, const struct err *err);
/* A long text as a list shows it, cut at a word; whole in a file, and where the row leads. */
struct str kit_short(const struct request *request, struct str text);
struct kit_range kit_range_of(const struct request *request);
/* Gives the table as the file that was asked for (RIGHT_EXPORT on root_id when that is not 0), or as the page with its
 * pager. page: everything but frame, cols, rows and pager. */
MUST_USE enum err_code kit_list_respond(struct request *request, struct response *response,
                                        const struct kit_table *table, struct page_duty_table *page, struct str nav,
                                        struct str path, const struct link_param *params, size_t param_count,
                                        const struct kit_range *range, int64_t total, int64_t root_id, struct err *err);
/* Adds a tab that sets one parameter of the address. */
struct kit_tabs {
    VEC(struct pg_tab) tabs;
};
void kit_tab(struct kit_tabs *tabs, const struct request *request, struct str path, const char *name, struct str value,
             struct str current, struct str label, int64_t n, enum page_state state, const struct link_param *params,
             size_t param_count);
/* The hidden fields a search keeps. */
struct pg_hidden_list kit_keep(const struct request *request, const struct link_param *params, size_t count);

/* --- forms --- */
#define KIT_ERRORS_MAX 32u
struct kit_form {
    struct request *request;
    VEC(struct pg_df_field) fields;
    struct {
        struct str name, text;
    } errors[KIT_ERRORS_MAX];
    size_t error_count;
    struct str problem; /* what stands on top; empty: nothing went wrong */
    bool failed;
};
void kit_form_init(struct kit_form *form, struct request *request);
void kit_error(struct kit_form *form, struct str name, struct str text);
/* kind: text, number, day, tel, email, long, file, hidden. What was posted wins over prefill. NULL when the arena is
 * full. */
struct pg_df_field *NULLABLE kit_field(struct kit_form *form, const char *kind, struct str name, struct str label,
                                       struct str prefill, struct str hint, bool required);
/* kind: radio, select; room for so many options. */
struct pg_df_field *NULLABLE kit_choice(struct kit_form *form, const char *kind, struct str name, struct str label,
                                        struct str prefill, struct str hint, bool required, size_t room);
void kit_option(struct pg_df_field *NULLABLE field, struct str value, struct str label);
static inline struct pg_df_field_list kit_fields(const struct kit_form *form)
{
    return (struct pg_df_field_list){form->fields.items, form->fields.count};
}
/* The form page: 422 with everything typed when form has errors. page: everything but frame, fields, problem. */
MUST_USE enum err_code kit_form_respond(struct request *request, struct response *response, const struct kit_form *form,
                                        struct page_duty_form *page, struct str nav, struct err *err);
MUST_USE enum err_code kit_record_respond(struct request *request, struct response *response,
                                          struct page_duty_record *page, struct str nav, struct str who_href,
                                          struct err *err);
/* A form for the side of a record; text may be empty. */
struct pg_dr_form kit_side_form(const struct kit_form *form, const char *id, enum msg_id title, struct str text,
                                struct str action, enum msg_id submit, bool is_main);
/* One field and one button, for the side of a record. */
struct pg_dr_form kit_reason_form(struct request *request, const char *id, enum msg_id title, struct str text,
                                  struct str action, enum msg_id label, enum msg_id submit);
/* Terms and values of a record. */
/* Was a focal point confirmed too long ago, by the rules of a day (activity contact_confirm, CT18-3e)? */
bool kit_contact_is_old(int64_t confirmed_ms, civil_day day);
struct kit_facts {
    struct request *request;
    VEC(struct pg_dr_kv) rows;
};
void kit_fact(struct kit_facts *facts, enum msg_id term, struct str text); /* left out when empty */
void kit_fact_link(struct kit_facts *facts, enum msg_id term, struct str text, struct str href);
void kit_fact_named(struct kit_facts *facts, struct str term, struct str text, struct str href);

/* Runs what an act has to do; problems in words become a page by `again`, done becomes a redirect. */
MUST_USE enum err_code kit_done(struct request *request, struct response *response, struct str to, enum msg_id said,
                                struct str undo);

NONNULL_END
#endif
