#include "web/page_report.h"

#include "os/crypto.h"
#include "os/file.h"
#include "report/docx.h"
#include "report/from_duty.h"
#include "report/pdf.h"

#define REPORT_FILE_MAX_BYTES   ((size_t)64 << 20)
#define REPORT_PREVIEW_ROWS_MAX 100

static enum err_code document_of(const struct request *request, struct db *db, const struct sql_report_one_row *r,
                                 enum answer_kind kind, struct document *ret_document, struct err *err)
{
    if (!r->freeze_id.has)
        return err_set(err, ERR_NOT_FOUND, "báo cáo chưa chốt số liệu");
    const struct know_report_series *series = know_report_series_find(r->series);
    struct answer_order order = {.kind = kind,
                                 .freeze_id = r->freeze_id.v,
                                 .to_unit_id = r->to_unit_id.has ? r->to_unit_id.v : 0,
                                 .series_title = series ? series->title.vi : STR_NONE,
                                 .form = series ? series->form : STR_NONE,
                                 .period_from_day = (civil_day)r->period_from_day,
                                 .period_to_day = (civil_day)r->period_to_day,
                                 .fields_json = r->fields_json};
    struct actor actor = app_actor_with(request, RIGHT_READ);
    return answer_document(db, &actor, &order, request->arena, ret_document, err);
}

static enum err_code pdf_bytes(struct app *app, const struct document *document, struct buf *buf, struct err *err)
{
    if (!app->fonts)
        return err_set(err, ERR_CONFLICT,
                       "máy chủ này thiếu phông chữ Liberation Serif nên chưa làm được PDF; bản DOCX có cùng nội dung");
    struct report_sink sink = report_sink_buf(buf);
    must(pthread_mutex_lock(&app->fonts_lock) == 0);
    enum err_code code = pdf_write(document, app->fonts, &sink, NULL, err);
    must(pthread_mutex_unlock(&app->fonts_lock) == 0);
    return code;
}

static enum err_code respond_annex(struct request *request, struct response *response, struct db *db, int64_t freeze_id,
                                   struct err *err)
{
    struct sha256 random;
    crypto_random(&random, sizeof random);
    const char *path = arena_printf(request->arena, "%s/annex-%.*s.xlsx", app_of(request)->spool_dir,
                                    STR_ARG(crypto_to_hex(str_slice(sha256_str(&random), 0, 16), request->arena)))
                           .ptr;
    if (!path)
        return arena_full(request->arena, err);
    struct actor actor = app_actor_with(request, RIGHT_READ);
    TRY(answer_xlsx(db, &actor, freeze_id, path, err));
    struct str bytes;
    enum err_code code = file_read(path, REPORT_FILE_MAX_BYTES, request->arena, &bytes, err);
    struct err ignored;
    err_ignore(file_remove(path, &ignored), "a spool file that stays is swept with the spool");
    if (code != ERR_NONE)
        return code;
    response_file(request, response, STR("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                  kit_text(request, MSG_REPORT_ANNEX_NAME), bytes);
    return ERR_NONE;
}

enum err_code freeze_annex_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct actor reader = app_actor_with(request, RIGHT_READ), actor = app_actor(request);
    struct sql_answer_freeze_row *freeze;
    TRY(sql_answer_freeze(db, &reader, request->arena, &(struct sql_answer_freeze_args){.id = id}, &freeze, err));
    if (!freeze)
        return err_set(err, ERR_NOT_FOUND, "no such freeze");
    TRY(access_require(db, &actor, RIGHT_REPORT, freeze->root_id, "take a freeze out", err));
    return respond_annex(request, response, db, id, err);
}

enum err_code report_file_get(struct request *request, struct response *response, struct err *err)
{
    static const struct {
        struct str file;
        enum answer_kind kind;
        bool is_pdf;
    } files[] = {
        {STR_INIT("letter.pdf"), ANSWER_LETTER, true},   {STR_INIT("letter.docx"), ANSWER_LETTER, false},
        {STR_INIT("rollup.pdf"), ANSWER_ROLLUP, true},   {STR_INIT("rollup.docx"), ANSWER_ROLLUP, false},
        {STR_INIT("report.pdf"), ANSWER_PERIODIC, true}, {STR_INIT("report.docx"), ANSWER_PERIODIC, false},
    };
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_report_one_row *r;
    TRY(report_get(request, db, &r, err));
    struct str file = request_param(request, STR("file"));
    if (str_equal(file, STR("annex.xlsx")))
        return r->freeze_id.has ? respond_annex(request, response, db, r->freeze_id.v, err)
                                : err_set(err, ERR_NOT_FOUND, "báo cáo chưa chốt số liệu");
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        if (!str_equal(file, files[i].file))
            continue;
        struct document document;
        TRY(document_of(request, db, r, files[i].kind, &document, err));
        AUTO_BUF buf;
        buf_init(&buf, REPORT_FILE_MAX_BYTES);
        struct report_sink sink = report_sink_buf(&buf);
        if (files[i].is_pdf)
            TRY(pdf_bytes(app_of(request), &document, &buf, err));
        else
            TRY(docx_write(&document, &sink, err));
        struct str bytes;
        TRY(buf_to_arena(&buf, request->arena, &bytes, err));
        response_file(request, response,
                      files[i].is_pdf ? STR("application/pdf")
                                      : STR("application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
                      app_href(request, "%.*s %.*s", STR_ARG(r->unit_name), STR_ARG(file)), bytes);
        return ERR_NONE;
    }
    return err_set(err, ERR_NOT_FOUND, "báo cáo không có tệp này");
}

static struct str line_kind(enum document_block_kind kind)
{
    return kind == DOCUMENT_HEADING ? STR("heading") : kind == DOCUMENT_BASIS ? STR("basis") : STR("text");
}

enum err_code report_preview_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct arena *a = request->arena;
    struct sql_report_one_row *r;
    TRY(report_get(request, db, &r, err));
    bool answer = report_is_answer(r->series);
    struct document d;
    TRY(document_of(request, db, r, answer ? ANSWER_LETTER : ANSWER_PERIODIC, &d, err));
    struct document_lines lines;
    TRY(document_lines_make(d.blocks, d.block_count, true, a, &lines, err));
    struct str number, date, frozen;
    TRY(document_number_text(&d, a, &number, err));
    TRY(document_date_text(d.date, a, &date, err));
    TRY(document_frozen_text(&d, a, &frozen, err));
    const struct document_table *table = &d.annexes[0].blocks[0].table;
    size_t row_count = table->row_count < REPORT_PREVIEW_ROWS_MAX ? table->row_count : REPORT_PREVIEW_ROWS_MAX;
    struct pg_rp_line *out =
        arena_new_array(a, struct pg_rp_line, lines.count + d.sign_line_count + d.recipient_count + 1);
    struct pg_rp_row *rows = arena_new_array(a, struct pg_rp_row, row_count + 1);
    if (!out || !rows)
        return arena_full(a, err);
    struct pg_rp_line *signs = out + lines.count, *receivers = signs + d.sign_line_count;
    for (size_t i = 0; i < lines.count; i++)
        out[i] = (struct pg_rp_line){line_kind(lines.items[i].kind), lines.items[i].label,
                                     str_trim(lines.items[i].lead), lines.items[i].text};
    for (size_t i = 0; i < d.sign_line_count; i++)
        signs[i] = (struct pg_rp_line){.kind = STR("sign"), .text = document_sign_text(&d.sign_lines[i], a)};
    for (size_t i = 0; i < d.recipient_count; i++) {
        struct str purpose = d.recipients[i].purpose;
        receivers[i] = (struct pg_rp_line){
            .kind = STR("to"),
            .text = str_is_empty(purpose)
                        ? d.recipients[i].name
                        : app_href(request, "%.*s (%.*s)", STR_ARG(d.recipients[i].name), STR_ARG(purpose))};
    }
    for (size_t i = 0; i < row_count; i++) {
        const struct str *c = table->rows[i].cells;
        rows[i] =
            (struct pg_rp_row){.name = c[1], .owed = c[2], .done = c[3], .share = c[4], .late = c[5], .unseen = c[7]};
    }
    struct str base = app_href(request, "/report/%lld", (long long)r->id);
    const struct pg_dt_act files[] = {
        {.label = STR("PDF"),
         .href = app_href(request, "%.*s/%s.pdf", STR_ARG(base), answer ? "letter" : "report"),
         .main = true},
        {.label = STR("DOCX"), .href = app_href(request, "%.*s/%s.docx", STR_ARG(base), answer ? "letter" : "report")},
        {.label = kit_text(request, MSG_REPORT_FILE_ANNEX),
         .href = app_href(request, "%.*s/annex.xlsx", STR_ARG(base))},
    };
    struct str name = report_name(request, r->series, r->number, r->symbol, r->directive_title);
    const struct pg_crumb crumbs[] = {{kit_text(request, MSG_REPORT_CRUMB), STR("/reports")},
                                      {name, base},
                                      {kit_text(request, MSG_REPORT_PREVIEW), STR("")}};
    struct layout_frame *frame = web_frame(request, kit_text(request, MSG_REPORT_PREVIEW), STR("reports"));
    if (!frame)
        return arena_full(a, err);
    struct page_out o = response_page(request, response, 200);
    page_report_preview(
        &o,
        &(struct page_report_preview){
            .frame = frame,
            .crumbs = {crumbs, ARRAY_LEN(crumbs)},
            .title = kit_text(request, MSG_REPORT_PREVIEW),
            .parent = d.parent,
            .issuer = d.issuer,
            .number = number,
            .place = str_is_empty(d.place) ? date : app_href(request, "%.*s, %.*s", STR_ARG(d.place), STR_ARG(date)),
            .type_name = d.type_name,
            .summary = str_is_empty(d.type_name) ? app_href(request, "V/v %.*s", STR_ARG(d.summary)) : d.summary,
            .to = d.to_count ? d.to[0] : STR(""),
            .lines = {out, lines.count},
            .signs = {signs, d.sign_line_count},
            .signer = d.signer_name,
            .receivers = {receivers, d.recipient_count},
            .keep = app_href(request, "Lưu: %.*s.", STR_ARG(d.keep)),
            .annex = d.annexes[0].summary,
            .rows = {rows, row_count},
            .row_total = (int64_t)table->row_count - 1,
            .foot = frozen,
            .files = {files, ARRAY_LEN(files)},
        });
    return ERR_NONE;
}
