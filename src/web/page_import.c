#include "base/limits.h"
#include "org/import.h"
#include "org/import.sql.h"
#include "os/crypto.h"
#include "os/file.h"
#include "web/page_unit.h"
#include "work/registers.h"

#define IMPORT_SHOWN_MAX   200
#define IMPORT_BATCHES_MAX 20

static struct str text_of(const struct request *request, enum msg_id id)
{
    return msg_text(request->lang, id, 0);
}

static struct str said(const struct request *request, const struct err *err)
{
    return kit_said(request, err);
}

static bool is_refusal(enum err_code code)
{
    return code == ERR_SYNTAX || code == ERR_CONFLICT || code == ERR_LIMIT || code == ERR_UNSUPPORTED;
}

static struct str word_of(const struct request *request, const char *vi, const char *en)
{
    struct str whole = str_from_cstr(request->lang == LANG_EN ? en : vi), first, rest = whole;
    return str_split(&rest, '|', &first) ? first : whole;
}

static enum err_code register_of(const struct request *request, const struct import_register **ret_register,
                                 struct err *err)
{
    const struct import_register *what = register_find(request_param(request, STR("register")));
    if (!what)
        return err_set(err, ERR_NOT_FOUND, "register");
    *ret_register = what;
    return ERR_NONE;
}

static struct str register_href(const struct request *request, const struct import_register *what)
{
    return app_href(request, "/import/%s", what->id);
}

/* What was tried waits in the spool folder under its own sum and its person, so that applying reads the very bytes that
 * were judged. */
static const char *spool_path(const struct request *request, struct str sum)
{
    if (sum.len_bytes != 64)
        return NULL;
    for (size_t i = 0; i < sum.len_bytes; i++)
        if (!((sum.ptr[i] >= '0' && sum.ptr[i] <= '9') || (sum.ptr[i] >= 'a' && sum.ptr[i] <= 'f')))
            return NULL;
    return arena_printf(request->arena, "%s/import-%lld-%.*s", app_of(request)->spool_dir,
                        (long long)request->session.person_id, STR_ARG(sum))
        .ptr;
}

static void fill_rows(const struct request *request, const struct import_run *run, struct page_import *page)
{
    static const struct {
        enum page_state state;
        enum msg_id word;
    } verdicts[] = {[IMPORT_NEW] = {PAGE_STATE_OK, MSG_UNIT_I_NEW},
                    [IMPORT_CHANGED] = {PAGE_STATE_DOING, MSG_UNIT_I_CHANGED},
                    [IMPORT_SAME] = {PAGE_STATE_NA, MSG_UNIT_I_SAME},
                    [IMPORT_ERROR] = {PAGE_STATE_LATE, MSG_UNIT_I_ERROR}};
    struct pg_import_line *lines = arena_new_array(request->arena, struct pg_import_line, run->row_count + 1);
    page->previewed = true;
    page->new_n = (int64_t)run->new_count;
    page->changed_n = (int64_t)run->changed_count;
    page->same_n = (int64_t)run->same_count;
    page->error_n = (int64_t)run->error_count;
    if (!lines)
        return;
    struct str unread = STR("");
    for (size_t i = 0; i < run->unread.count; i++)
        unread = app_href(request, "%.*s%s“%.*s”", STR_ARG(unread), i ? ", " : "", STR_ARG(run->unread.items[i]));
    if (run->unread.count)
        page->unread = kit_msg(request, MSG_UNIT_I_UNREAD, (int64_t)run->unread.count, ARG_STR("names", unread));
    /* Wrong rows first, all of them; then the others up to a page. */
    static const enum import_verdict order[] = {IMPORT_ERROR, IMPORT_CHANGED, IMPORT_NEW, IMPORT_SAME};
    size_t count = 0;
    for (size_t v = 0; v < ARRAY_LEN(order); v++)
        for (size_t i = 0; i < run->row_count; i++) {
            const struct import_row *row = &run->rows[i];
            if (row->verdict != order[v])
                continue;
            if (order[v] != IMPORT_ERROR && count >= IMPORT_SHOWN_MAX) {
                page->more++;
                continue;
            }
            struct str what = STR("");
            for (size_t c = 0; c < run->what->column_count && c < 3; c++)
                if (!str_is_empty(row->cells[c]))
                    what = str_is_empty(what) ? row->cells[c]
                                              : app_href(request, "%.*s · %.*s", STR_ARG(what), STR_ARG(row->cells[c]));
            lines[count++] = (struct pg_import_line){
                .verdict = text_of(request, verdicts[row->verdict].word),
                .state = verdicts[row->verdict].state,
                .where = str_is_empty(row->where) ? app_href(request, "%zu", import_row_number(run, row))
                                                  : refusal_words(row->where, request->lang, request->arena),
                .what = arena_str(request->arena, what),
                .reason = refusal_words(row->reason, request->lang, request->arena)};
        }
    page->rows = (struct pg_import_line_list){lines, count};
}

static enum err_code import_page(struct request *request, struct response *response, struct db *db,
                                 const struct import_register *what, const struct unit_root *root,
                                 const struct actor *actor, struct page_import *page, struct err *err)
{
    struct sql_import_batches_rows batches;
    TRY(sql_import_batches(db, actor, request->arena,
                           &(struct sql_import_batches_args){.unit_id = root->id, .limit_count = IMPORT_BATCHES_MAX},
                           &batches, err));
    struct pg_import_batch *rows = arena_new_array(request->arena, struct pg_import_batch, batches.count + 1);
    struct pg_unit_line *columns = arena_new_array(request->arena, struct pg_unit_line, what->column_count + 1);
    struct pg_tab *tabs = arena_new_array(request->arena, struct pg_tab, register_count() + 1);
    struct pg_crumb *crumbs = arena_new_array(request->arena, struct pg_crumb, 2);
    if (!rows || !columns || !tabs || !crumbs)
        return arena_full(request->arena, err);
    size_t n = 0;
    for (size_t i = 0; i < batches.count; i++)
        if (str_equal(batches.items[i].register_id, str_from_cstr(what->id)))
            rows[n++] = (struct pg_import_batch){
                .file = batches.items[i].file_name,
                .by = str_is_empty(batches.items[i].by_name) ? STR("–") : batches.items[i].by_name,
                .at = batches.items[i].at_ms,
                .n = batches.items[i].row_count,
                .undone = batches.items[i].undone_ms.has,
                .undo_href = app_href(request, "/import/%s/undo/%lld", what->id, (long long)batches.items[i].id)};
    for (size_t c = 0; c < what->column_count; c++) {
        struct str example = str_from_cstr(what->columns[c].example);
        columns[c] = (struct pg_unit_line){
            .name = word_of(request, what->columns[c].vi, what->columns[c].en),
            .text = msg_str(request->arena, request->lang,
                            what->columns[c].is_required ? MSG_UNIT_I_REQUIRED : MSG_UNIT_I_EXAMPLE, 0,
                            MSG_ARGS(ARG_STR("text", str_is_empty(example) ? STR("–") : example)))};
    }
    size_t tab_count = 0;
    for (size_t i = 0; i < register_count(); i++)
        if (register_at(i) == what || request->session.rights & (register_at(i)->right | register_at(i)->also_right))
            tabs[tab_count++] = (struct pg_tab){.label = word_of(request, register_at(i)->vi, register_at(i)->en),
                                                .href = register_href(request, register_at(i)),
                                                .current = register_at(i) == what};
    page->heading = msg_str(request->arena, request->lang, MSG_UNIT_I_HEADING, 0,
                            MSG_ARGS(ARG_STR("name", word_of(request, what->vi, what->en))));
    page->lead = text_of(request, MSG_UNIT_I_LEAD);
    page->act = register_href(request, what);
    page->template_xlsx = app_href(request, "/import/%s/template.xlsx", what->id);
    page->template_csv = app_href(request, "/import/%s/template.csv", what->id);
    page->columns = (struct pg_unit_line_list){columns, what->column_count};
    page->batches = (struct pg_import_batch_list){rows, n};
    page->registers = (struct pg_tab_list){tabs, tab_count};
    crumbs[0] = (struct pg_crumb){text_of(request, MSG_UNIT_ALL), STR("/units")};
    crumbs[1] = (struct pg_crumb){page->heading, STR("")};
    page->crumbs = (struct pg_crumb_list){crumbs, 2};
    page->frame = web_frame(request, page->heading, STR("units"));
    if (!page->frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, str_is_empty(page->problem) ? 200 : 422);
    page_import(&o, page);
    return ERR_NONE;
}

/* The register names its own right; the route only asks for somebody who may read. */
static enum err_code import_begin_page(struct request *request, struct db *db, const struct import_register **ret_what,
                                       struct unit_root *ret_root, struct actor *ret_actor, struct err *err)
{
    TRY(register_of(request, ret_what, err));
    uint64_t right = (*ret_what)->right;
    enum err_code code = unit_root_pick(request, db, right, ret_root, err);
    if ((code == ERR_DENIED || code == ERR_NOT_FOUND) && (*ret_what)->also_right) {
        right = (*ret_what)->also_right;
        code = unit_root_pick(request, db, right, ret_root, err);
    }
    *ret_actor = app_actor_with(request, right);
    return code;
}

enum err_code import_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    const struct import_register *what = NULL;
    struct unit_root root;
    struct actor actor;
    TRY(import_begin_page(request, db, &what, &root, &actor, err));
    struct page_import page = {.problem = STR("")};
    return import_page(request, response, db, what, &root, &actor, &page, err);
}

enum err_code import_template_file(struct request *request, struct response *response, struct err *err)
{
    const struct import_register *what = NULL;
    TRY(register_of(request, &what, err));
    struct str headers[IMPORT_COLUMNS_MAX], example[IMPORT_COLUMNS_MAX];
    import_template(what, headers, example);
    struct sheet_column columns[IMPORT_COLUMNS_MAX];
    struct sheet_cell cells[IMPORT_COLUMNS_MAX];
    for (size_t i = 0; i < what->column_count; i++) {
        columns[i] = (struct sheet_column){.title = headers[i], .type = SHEET_TEXT, .width_chars = 22};
        cells[i] = cell_text(example[i]);
    }
    return listing_respond(request, response, listing_file_of(request), app_href(request, "mau-%s", what->id), columns,
                           what->column_count, cells, 1, err);
}

static enum err_code bytes_typed(struct request *request, struct str *ret_bytes, struct str *ret_name, struct err *err)
{
    const struct form_file *file = form_file(&request->form, STR("file"));
    if (file) {
        *ret_name = file->filename;
        return file_read_fd(file->fd, "sheet", UPLOAD_MAX_BYTES, request->arena, ret_bytes, err);
    }
    *ret_bytes = form_get(&request->form, STR("pasted"));
    *ret_name = text_of(request, MSG_UNIT_I_PASTED);
    if (str_is_empty(str_trim(*ret_bytes)))
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(text_of(request, MSG_UNIT_I_NONE)));
    return ERR_NONE;
}

static enum err_code try_it(struct request *request, struct db *db, const struct actor *actor, struct import_run *run,
                            struct page_import *page, struct err *err)
{
    struct str bytes;
    TRY(bytes_typed(request, &bytes, &page->file, err));
    TRY(import_preview(db, actor, run, bytes, err));
    struct sha256 sum = crypto_sha256(bytes);
    page->spool = crypto_to_hex(sha256_str(&sum), request->arena);
    const char *path = spool_path(request, page->spool);
    if (!path)
        return arena_full(request->arena, err);
    TRY(file_write_atomic(path, bytes, 0600, err));
    fill_rows(request, run, page);
    return ERR_NONE;
}

static enum err_code apply_it(struct request *request, struct db *db, const struct actor *actor, struct import_run *run,
                              struct err *err)
{
    const char *path = spool_path(request, form_get(&request->form, STR("spool")));
    struct str bytes, name = form_get(&request->form, STR("name"));
    if (!path || file_read(path, UPLOAD_MAX_BYTES, request->arena, &bytes, err) != ERR_NONE)
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(text_of(request, MSG_UNIT_I_GONE)));
    run->skip_errors = !str_is_empty(form_get(&request->form, STR("skip")));
    TRY(register_apply(db, actor, run, str_is_empty(name) ? STR("sheet") : name, bytes, err));
    struct err ignored;
    err_ignore(file_remove(path, &ignored), "a spool file that stays is swept with the spool");
    return ERR_NONE;
}

enum err_code import_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    const struct import_register *what = NULL;
    struct unit_root root;
    struct actor actor;
    TRY(import_begin_page(request, db, &what, &root, &actor, err));
    struct page_import page = {.pasted = form_get(&request->form, STR("pasted"))};
    bool is_apply = str_equal(form_get(&request->form, STR("step")), STR("apply"));
    struct import_run run;
    import_begin(&run, what, root.id, app_today(request));
    enum err_code code =
        is_apply ? apply_it(request, db, &actor, &run, err) : try_it(request, db, &actor, &run, &page, err);
    int64_t batch = run.batch_id, written = (int64_t)(run.new_count + run.changed_count);
    import_end(&run);
    if (is_refusal(code))
        page.problem = said(request, err);
    else if (code != ERR_NONE)
        return code;
    if (is_apply && code == ERR_NONE) {
        app_done_redirect(
            request, response, register_href(request, what),
            msg_str(request->arena, request->lang, MSG_UNIT_I_APPLIED, written, MSG_ARGS(ARG_INT("n", written))),
            app_href(request, "/import/%s/undo/%lld", what->id, (long long)batch));
        return ERR_NONE;
    }
    return import_page(request, response, db, what, &root, &actor, &page, err);
}

enum err_code import_undo_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    const struct import_register *what = NULL;
    struct unit_root root;
    struct actor actor;
    TRY(import_begin_page(request, db, &what, &root, &actor, err));
    int64_t batch;
    TRY(request_id(request, STR("batch"), &batch, err));
    enum err_code code = register_undo(db, &actor, what, batch, err);
    if (is_refusal(code)) {
        struct page_import page = {.problem = said(request, err)};
        return import_page(request, response, db, what, &root, &actor, &page, err);
    }
    TRY(code);
    app_done_redirect(request, response, register_href(request, what), text_of(request, MSG_UNIT_I_TAKEN_BACK),
                      STR_NONE);
    return ERR_NONE;
}
