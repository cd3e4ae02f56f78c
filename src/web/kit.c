#include "web/kit.h"

#include "duty/rollup.sql.h"
#include "org/access.h"

#define SHORT_TEXT_BYTES 240

struct str kit_vn_day(const struct request *request, civil_day day)
{
    char text[CIVIL_TEXT_BYTES];
    if (day == CIVIL_NONE || day == CIVIL_FOREVER)
        return STR("");
    return app_href(request, "%s", civil_vn(day, text));
}

struct str kit_lines(const struct request *request, struct str text, const char *between)
{
    struct str all = STR(""), line;
    while (str_line(&text, &line)) {
        line = str_trim(line);
        if (!str_is_empty(line))
            all = str_is_empty(all) ? line : app_href(request, "%.*s%s%.*s", STR_ARG(all), between, STR_ARG(line));
    }
    return all;
}

struct str kit_vn_ms(const struct request *request, int64_t ms)
{
    char text[CIVIL_TEXT_BYTES];
    return app_href(request, "%s", civil_vn_ms(ms, text));
}

struct str kit_hour(const struct request *request, int64_t ms)
{
    return str_slice(kit_vn_ms(request, ms), 0, 5); /* "22:47 30/11/2022" */
}

struct str kit_number_text(const struct request *request, int64_t n)
{
    AUTO_BUF buf;
    buf_init(&buf, 64);
    words_number(&buf, request->lang, n);
    return app_href(request, "%.*s", STR_ARG(buf_str(&buf)));
}

struct str kit_vnd(const struct request *request, int64_t vnd)
{
    AUTO_BUF buf;
    buf_init(&buf, 64);
    words_number(&buf, request->lang, vnd);
    return kit_msg(request, MSG_DUTY_VND, 0, ARG_STR("amount", buf_str(&buf)));
}

struct str kit_hex(const struct request *request, struct str bytes)
{
    return str_is_empty(bytes) ? STR("") : crypto_to_hex(bytes, request->arena);
}

struct str kit_hash(const struct request *request, struct str bytes)
{
    struct str hex = kit_hex(request, bytes);
    if (hex.len_bytes < 12)
        return hex;
    return app_href(request, "%.*s…%.*s", 4, hex.ptr, 4, hex.ptr + hex.len_bytes - 4);
}

struct duty_facts kit_duty_facts(const struct sql_assignment_list_unit_row *r)
{
    return (struct duty_facts){.issued_day = (civil_day)r->issued_day,
                               .due_day = kit_day_of(r->due_day),
                               .is_periodic = r->period_months.has && r->period_months.v > 0,
                               .acked_day = r->acked_ms.has ? civil_day_of_ms(r->acked_ms.v) : CIVIL_NONE,
                               .started_day = CIVIL_NONE,
                               .covered_from_day = kit_day_of(r->covered_from_day),
                               .covered_to_day = kit_day_of(r->covered_to_day),
                               .na_from_day = CIVIL_NONE,
                               .waived_to_day = kit_day_of(r->waived_to_day),
                               .closed_day = CIVIL_NONE,
                               .soon_days = (int)r->soon_days};
}

struct str kit_duty_word(const struct request *request, int64_t state, struct opt_i64 due_day,
                         struct opt_i64 covered_from_day, struct opt_i64 covered_to_day, struct opt_i64 waived_to_day,
                         bool is_periodic, bool waits)
{
    struct duty_facts facts = {
        .issued_day = CIVIL_NONE,
        .due_day = kit_day_of(due_day),
        .is_periodic = is_periodic,
        .acked_day = CIVIL_NONE,
        .started_day = CIVIL_NONE,
        .covered_from_day = kit_day_of(covered_from_day),
        .covered_to_day = kit_day_of(covered_to_day),
        .na_from_day = CIVIL_NONE,
        .waived_to_day = kit_day_of(waived_to_day),
        .closed_day = CIVIL_NONE,
    };
    if (state == DUTY_NOWHERE)
        return kit_text(request, MSG_DUTY_CLOSED);
    return app_state_word(request, &facts, (int)state, waits, app_today(request));
}

bool kit_is_words(const struct err *err)
{
    if (err->code == ERR_SYNTAX || err->code == ERR_CONFLICT || err->code == ERR_LIMIT)
        return true;
    return err->code == ERR_DENIED && refusal_is_words(err); /* access_require's own is for the log */
}

struct str kit_problem(const struct request *request, const struct err *err)
{
    return kit_msg(request, MSG_DUTY_NOT_SAVED, 0, ARG_STR("why", request_said(request, err)));
}

struct str kit_typed(const struct request *request, const char *name)
{
    struct str text = str_trim(request_field(request, str_from_cstr(name)));
    return str_is_null(text) ? STR("") : text;
}

struct str kit_typed_or_none(const struct request *request, const char *name)
{
    struct str text = kit_typed(request, name);
    return str_is_empty(text) ? STR_NONE : text;
}

int64_t kit_id_field(const struct request *request, struct str name)
{
    int64_t id;
    return str_to_i64(str_trim(request_field(request, name)), &id) && id > 0 ? id : 0;
}

/* --- tables --- */

void kit_table_init(struct kit_table *table, struct request *request)
{
    *table = (struct kit_table){.request = request};
}

void kit_column(struct kit_table *table, enum msg_id label, enum sheet_type type)
{
    struct pg_dt_col *col = vec_push(&table->cols, table->request->arena);
    struct sheet_column *sheet = vec_push(&table->sheet_cols, table->request->arena);
    if (!col || !sheet) {
        table->failed = true;
        return;
    }
    *col = (struct pg_dt_col){.label = kit_text(table->request, label), .num = type == SHEET_INT};
    *sheet = (struct sheet_column){.title = col->label, .type = type, .width_chars = type == SHEET_TEXT ? 28 : 14};
}

struct pg_dt_row *kit_row(struct kit_table *table)
{
    struct arena *arena = table->request->arena;
    must(table->at == (table->row ? table->cols.count : 0)); /* the row before is whole */
    table->row = arena_new_array(arena, struct pg_dt_cell, table->cols.count);
    struct pg_dt_row *row = vec_push(&table->rows, arena);
    table->at = 0;
    if (!table->row || !row) {
        table->failed = true;
        table->row = NULL;
        return NULL;
    }
    row->cells = (struct pg_dt_cell_list){table->row, table->cols.count};
    return row;
}

static struct pg_dt_cell *put(struct kit_table *table, struct sheet_cell value)
{
    if (!table->row)
        return NULL;
    must(table->at < table->cols.count);
    struct sheet_cell *cell = vec_push(&table->cells, table->request->arena);
    if (!cell) {
        table->failed = true;
        return NULL;
    }
    *cell = value;
    struct pg_dt_cell *at = &table->row[table->at];
    at->label = table->cols.items[table->at].label;
    at->num = table->cols.items[table->at].num;
    table->at++;
    return at;
}

void kit_head(struct kit_table *table, struct str text, struct str href, struct str sub)
{
    struct pg_dt_cell *cell = put(table, cell_text(text));
    if (cell) {
        cell->head = true;
        cell->text = text;
        cell->href = href;
        cell->sub = sub;
    }
}

void kit_cell_sub(struct kit_table *table, struct str text, struct str href, struct str sub)
{
    struct pg_dt_cell *cell = put(table, cell_text(text));
    if (cell) {
        cell->text = text;
        cell->href = href;
        cell->sub = sub;
    }
}

void kit_cell(struct kit_table *table, struct str text, struct str href)
{
    kit_cell_sub(table, text, href, STR(""));
}

void kit_cell_number(struct kit_table *table, int64_t n, struct str href)
{
    struct pg_dt_cell *cell = put(table, cell_int(n));
    if (cell) {
        cell->text = kit_number_text(table->request, n);
        cell->href = href;
    }
}

void kit_cell_day(struct kit_table *table, civil_day day)
{
    struct pg_dt_cell *cell = put(table, cell_day(day));
    if (cell)
        cell->text = kit_vn_day(table->request, day);
}

void kit_cell_chip(struct kit_table *table, enum page_state state, struct str word)
{
    struct pg_dt_cell *cell = put(table, cell_text(word));
    if (cell) {
        cell->text = word;
        cell->state = state;
    }
}

void kit_cell_tel(struct kit_table *table, struct str phone)
{
    struct pg_dt_cell *cell = put(table, cell_text(phone));
    if (cell)
        cell->text = cell->tel = phone;
}

struct str kit_said(const struct request *request, const struct err *err)
{
    struct str text = str_trim(request_said(request, err));
    char last = str_is_empty(text) ? '.' : text.ptr[text.len_bytes - 1];
    if (last == '.' || last == '?' || last == '!')
        return str_is_null(text) ? STR("") : text;
    return app_href(request, "%.*s.", STR_ARG(text));
}

struct str kit_short(const struct request *request, struct str text)
{
    if (listing_file_of(request) != LISTING_PAGE || text.len_bytes <= SHORT_TEXT_BYTES)
        return text;
    size_t end = SHORT_TEXT_BYTES;
    while (end > SHORT_TEXT_BYTES / 2 && text.ptr[end] != ' ')
        end--;
    while (end > 0 && ((unsigned char)text.ptr[end] & 0xC0) == 0x80) /* a word with no end: at least a whole letter */
        end--;
    return arena_printf(request->arena, "%.*s…", (int)end, text.ptr);
}

struct kit_range kit_range_of(const struct request *request)
{
    struct kit_range range = {.page = listing_page(request), .file = listing_file_of(request)};
    range.limit = range.file == LISTING_PAGE ? LISTING_PAGE_ROWS : LISTING_SHEET_ROWS;
    range.offset = range.file == LISTING_PAGE ? (range.page - 1) * LISTING_PAGE_ROWS : 0;
    return range;
}

enum err_code kit_list_respond(struct request *request, struct response *response, const struct kit_table *table,
                               struct page_duty_table *page, struct str nav, struct str path,
                               const struct link_param *params, size_t param_count, const struct kit_range *range,
                               int64_t total, int64_t root_id, struct err *err)
{
    if (table->failed)
        return arena_full(request->arena, err);
    if (range->file != LISTING_PAGE) {
        if (root_id) {
            AUTO_DB db = NULL;
            TRY(app_db(request, &db, err));
            struct actor actor = app_actor(request);
            TRY(access_require(db, &actor, RIGHT_EXPORT, root_id, "take this list out as a file", err));
        }
        return listing_respond(request, response, range->file, str_slice(path, 1, path.len_bytes),
                               table->sheet_cols.items, table->sheet_cols.count, table->cells.items, table->rows.count,
                               err);
    }
    if (table->rows.count == 0 && range->page > 1 && total != 0) { /* past the end: what there is begins on page one */
        response_redirect(request, response, link_make(request, path, params, param_count));
        return ERR_NONE;
    }
    struct layout_frame *frame = web_frame(request, page->title, nav);
    if (!frame)
        return arena_full(request->arena, err);
    struct part_pager pager = listing_pager(request, path, params, param_count, range->page, (int64_t)table->rows.count,
                                            total, kit_may(request, RIGHT_EXPORT));
    page->frame = frame;
    page->action = path;
    page->cols = (struct pg_dt_col_list){table->cols.items, table->cols.count};
    page->rows = (struct pg_dt_row_list){table->rows.items, table->rows.count};
    page->caption = page->title;
    page->from = pager.from;
    page->to = pager.to;
    page->total = pager.total;
    page->prev_href = pager.prev_href;
    page->next_href = pager.next_href;
    page->excel_href = pager.excel_href;
    page->csv_href = pager.csv_href;
    struct page_out o = response_page(request, response, str_is_empty(page->problem) ? 200 : 422);
    page_duty_table(&o, page);
    return ERR_NONE;
}

void kit_tab(struct kit_tabs *tabs, const struct request *request, struct str path, const char *name, struct str value,
             struct str current, struct str label, int64_t n, enum page_state state, const struct link_param *params,
             size_t param_count)
{
    struct link_param *all = arena_new_array(request->arena, struct link_param, param_count + 1);
    struct pg_tab *tab = vec_push(&tabs->tabs, request->arena);
    if (!all || !tab)
        return;
    size_t count = 0;
    for (size_t i = 0; i < param_count; i++)
        if (strcmp(params[i].name, name) != 0)
            all[count++] = params[i];
    all[count++] = (struct link_param){name, value};
    *tab = (struct pg_tab){.label = label,
                           .n = n,
                           .bare = n < 0,
                           .href = link_make(request, path, all, count),
                           .state = state,
                           .current = str_equal(value, current)};
}

struct pg_hidden_list kit_keep(const struct request *request, const struct link_param *params, size_t count)
{
    struct pg_hidden *items = arena_new_array(request->arena, struct pg_hidden, count ? count : 1);
    size_t n = 0;
    for (size_t i = 0; items && i < count; i++)
        if (strcmp(params[i].name, "q") != 0 && !str_is_empty(params[i].value))
            items[n++] = (struct pg_hidden){str_from_cstr(params[i].name), params[i].value};
    return (struct pg_hidden_list){items, n};
}

/* --- forms --- */

void kit_form_init(struct kit_form *form, struct request *request)
{
    *form = (struct kit_form){.request = request};
}

void kit_error(struct kit_form *form, struct str name, struct str text)
{
    if (form->error_count < KIT_ERRORS_MAX) {
        form->errors[form->error_count].name = name;
        form->errors[form->error_count++].text = text;
    }
    if (str_is_empty(form->problem))
        form->problem = kit_msg(form->request, MSG_DUTY_NOT_SAVED, 0, ARG_STR("why", text));
}

struct pg_df_field *kit_field(struct kit_form *form, const char *kind, struct str name, struct str label,
                              struct str prefill, struct str hint, bool required)
{
    struct pg_df_field *field = vec_push(&form->fields, form->request->arena);
    if (!field) {
        form->failed = true;
        return NULL;
    }
    struct str posted = kit_is_post(form->request) ? form_get(&form->request->form, name) : STR_NONE;
    bool is_number = strcmp(kind, "number") == 0;
    bool is_day = strcmp(kind, "day") == 0;
    *field = (struct pg_df_field){
        .name = name,
        .label = label,
        .kind = str_from_cstr(kind),
        .value = str_is_null(posted) ? prefill : posted,
        .hint = is_day && str_is_empty(hint) ? kit_text(form->request, MSG_DUTY_DAY_HINT) : hint,
        .required = required,
        .inputmode = is_number || is_day ? STR("numeric") : STR(""),
    };
    for (size_t i = 0; i < form->error_count; i++)
        if (str_equal(form->errors[i].name, name))
            field->error = form->errors[i].text;
    return field;
}

struct pg_df_field *kit_choice(struct kit_form *form, const char *kind, struct str name, struct str label,
                               struct str prefill, struct str hint, bool required, size_t room)
{
    struct pg_df_option *options = arena_new_array(form->request->arena, struct pg_df_option, room ? room : 1);
    struct pg_df_field *field = kit_field(form, kind, name, label, prefill, hint, required);
    if (!field || !options) {
        form->failed = true;
        return NULL;
    }
    field->options = (struct pg_df_option_list){options, 0};
    return field;
}

void kit_option(struct pg_df_field *field, struct str value, struct str label)
{
    if (!field)
        return;
    struct pg_df_option *options =
        (struct pg_df_option *)(uintptr_t)field->options.items; /* ours: made by kit_choice */
    options[field->options.count++] = (struct pg_df_option){value, label, str_equal(value, field->value)};
}

enum err_code kit_form_respond(struct request *request, struct response *response, const struct kit_form *form,
                               struct page_duty_form *page, struct str nav, struct err *err)
{
    struct layout_frame *frame = web_frame(request, page->title, nav);
    if (!frame || form->failed)
        return arena_full(request->arena, err);
    page->frame = frame;
    page->fields = kit_fields(form);
    page->problem = form->problem;
    page->kept =
        str_is_empty(form->problem) ? STR("") : kit_text(request, page->upload ? MSG_DUTY_KEPT_FILES : MSG_DUTY_KEPT);
    struct page_out o = response_page(request, response, str_is_empty(form->problem) ? 200 : 422);
    page_duty_form(&o, page);
    return ERR_NONE;
}

enum err_code kit_record_respond(struct request *request, struct response *response, struct page_duty_record *page,
                                 struct str nav, struct str who_href, struct err *err)
{
    struct layout_frame *frame = web_frame(request, page->title, nav);
    if (!frame)
        return arena_full(request->arena, err);
    frame->who_href = who_href;
    page->frame = frame;
    struct page_out o = response_page(request, response, str_is_empty(page->problem) ? 200 : 422);
    page_duty_record(&o, page);
    return ERR_NONE;
}

struct pg_dr_form kit_side_form(const struct kit_form *form, const char *id, enum msg_id title, struct str text,
                                struct str action, enum msg_id submit, bool is_main)
{
    const struct request *request = form->request;
    return (struct pg_dr_form){.id = str_from_cstr(id),
                               .title = kit_text(request, title),
                               .text = text,
                               .action = action,
                               .fields = kit_fields(form),
                               .submit = kit_text(request, submit),
                               .main = is_main};
}

struct pg_dr_form kit_reason_form(struct request *request, const char *id, enum msg_id title, struct str text,
                                  struct str action, enum msg_id label, enum msg_id submit)
{
    struct kit_form form;
    kit_form_init(&form, request);
    struct str name = app_href(request, "reason-%s", id);
    struct pg_df_field *field = kit_field(&form, "long", name, kit_text(request, label), STR(""), STR(""), true);
    if (field)
        field->name = name;
    return (struct pg_dr_form){.id = str_from_cstr(id),
                               .title = kit_text(request, title),
                               .text = text,
                               .action = action,
                               .fields = kit_fields(&form),
                               .submit = kit_text(request, submit)};
}

void kit_fact_named(struct kit_facts *facts, struct str term, struct str text, struct str href)
{
    if (str_is_empty(text))
        return;
    struct pg_dr_kv *row = vec_push(&facts->rows, facts->request->arena);
    if (row)
        *row = (struct pg_dr_kv){.term = term, .text = text, .href = href};
}

void kit_fact_link(struct kit_facts *facts, enum msg_id term, struct str text, struct str href)
{
    kit_fact_named(facts, kit_text(facts->request, term), text, href);
}

void kit_fact(struct kit_facts *facts, enum msg_id term, struct str text)
{
    kit_fact_link(facts, term, text, STR(""));
}

enum err_code kit_done(struct request *request, struct response *response, struct str to, enum msg_id said,
                       struct str undo)
{
    app_done_redirect(request, response, to, kit_text(request, said), undo);
    return ERR_NONE;
}

bool kit_contact_is_old(int64_t confirmed_ms, civil_day day)
{
    struct know_strictest rule = know_rule_strictest(STR("contact_confirm"), 0, day);
    return rule.winner && day >= civil_add_months(civil_day_of_ms(confirmed_ms), rule.value);
}
