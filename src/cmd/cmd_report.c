/* cmd_report.c - `luytre report`: the answer letter, the roll-up or a periodic report with its annex, from frozen
 * figures, as files. */
#include <errno.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/ops.h"
#include "duty/freeze.h"
#include "duty/page_report.sql.h"
#include "duty/report_figures.h"
#include "format/json.h"
#include "org/access.h"
#include "org/unit.h"
#include "os/file.h"
#include "report/docx.h"
#include "report/from_duty.h"
#include "report/pdf.h"
#include "web/words.h"
#include "work/report_devices.h"

static const struct option_spec specs[] = {
    OPS_SPEC_STORE,
    {"out", 'o', OPTION_PATH, OPTION_REQUIRED, "DIR", "thư mục nhận tệp; chưa có thì tạo",
     "folder the files go to; made when it is not there", 0, 0},
    {"kind", 0, OPTION_TEXT, 0, "KIND", "letter (mặc định): công văn trả lời; rollup: báo cáo tổng hợp",
     "letter (default): answer letter; rollup: roll-up report", 0, 0},
    {"freeze", 0, OPTION_INT, 0, "ID", "dùng lần chốt đã có; không có: chốt bây giờ",
     "use a freeze that exists; absent: freeze now", 1, INT64_MAX},
    {"org", 0, OPTION_TEXT, 0, "CODE", "mã đơn vị báo cáo; không có: đơn vị đứng đầu",
     "code of the unit that reports; absent: the one on top", 0, 0},
    {"directive", 0, OPTION_INT, 0, "ID", "trả lời văn bản chỉ đạo này", "answers this directive", 1, INT64_MAX},
    {"as-of", 0, OPTION_DAY, 0, "DATE", "số liệu như đã biết cuối ngày này", "figures as known at the end of that day",
     0, 0},
    {"causes", 0, OPTION_TEXT, 0, "TEXT", "nguyên nhân, khó khăn", "causes, difficulties", 0, 0},
    {"proposals", 0, OPTION_TEXT, 0, "TEXT", "đề xuất, kiến nghị", "proposals", 0, 0},
    OPS_SPEC_JSON,
};
static const struct usage usage = {
    .name = "report",
    .args = "",
    .vi = "công văn trả lời, báo cáo tổng hợp (PDF, DOCX) và phụ lục (XLSX) từ số liệu đã chốt",
    .en = "answer letter or roll-up report (PDF, DOCX) with its annex (XLSX) from frozen figures",
    .specs = specs,
    .spec_count = ARRAY_LEN(specs),
    .more_vi = "Cùng một lần chốt cho các tệp giống nhau từng byte.",
    .more_en = "The same freeze gives the same bytes.",
};

static enum err_code freeze_find(struct ops *ops, int64_t *ret_id, struct err *err)
{
    const struct options *options = ops->options;
    struct db *db = ops->db;
    *ret_id = options_int(options, "freeze", 0);
    if (*ret_id)
        return ERR_NONE;
    struct freeze_draft draft = {.directive_id = options_int(options, "directive", 0),
                                 .as_of_day = options_day(options, "as-of")};
    if (draft.directive_id) {
        struct sql_answer_directive_row *directive;
        TRY(sql_answer_directive(db, &ops->arena, &(struct sql_answer_directive_args){.id = draft.directive_id},
                                 &directive, err));
        if (!directive)
            return err_set(err, ERR_NOT_FOUND, "--directive: không có văn bản chỉ đạo này");
        draft.root_id = directive->issuer_id;
    }
    if (options_has(options, "org")) {
        TRY(unit_find_code(db, options_text(options, "org"), db_today(db), &draft.root_id, err));
    } else if (!draft.root_id) {
        struct sql_report_roots_rows roots;
        TRY(sql_report_roots(db, &ops->arena, &(struct sql_report_roots_args){.on_day = db_today(db)}, &roots, err));
        if (!roots.count)
            return err_set(err, ERR_NOT_FOUND, "chưa có đơn vị nào trong dữ liệu này");
        draft.root_id = roots.items[0].id;
    }
    TRY(access_edge_best(db, &ops->actor, draft.root_id, &draft.edge_kind, err));
    struct freeze_made made;
    TRY(freeze_make(db, &ops->actor, &draft, &made, err));
    *ret_id = made.id;
    return ERR_NONE;
}

/* What was frozen with the report that stands on the freeze: the page says the same of it. Null without a report. */
static enum err_code frozen_figures(struct ops *ops, int64_t freeze_id, struct json *ret_figures, struct err *err)
{
    struct sql_answer_report_row *report;
    struct json fields = {0};
    TRY(sql_answer_report(ops->db, &ops->arena, &(struct sql_answer_report_args){.freeze_id = freeze_id}, &report,
                          err));
    if (report)
        TRY(json_parse(report->fields_json, 0, &ops->arena, &fields, err));
    *ret_figures = report ? json_get(fields, STR("auto")) : (struct json){0};
    return ERR_NONE;
}

struct devices {
    struct report_device_sum sum;
    bool is_frozen; /* with a report; else as known now */
};

static enum err_code devices_count(struct ops *ops, int64_t freeze_id, struct json figures, struct devices *ret_devices,
                                   struct err *err)
{
    struct json frozen = json_get(figures, STR("devices"));
    struct devices d = {.is_frozen = json_type(frozen) == JSON_OBJECT};
    if (d.is_frozen) {
        (void)json_i64(json_get(frozen, STR("total")), &d.sum.all.total);
        (void)json_i64(json_get(frozen, STR("covered")), &d.sum.all.covered);
        (void)json_i64(json_get(frozen, STR("unknown")), &d.sum.all.unknown);
        (void)json_i64(json_get(frozen, STR("units")), &d.sum.units);
    } else {
        struct sql_answer_freeze_row *freeze;
        TRY(sql_answer_freeze(ops->db, &ops->actor, &ops->arena, &(struct sql_answer_freeze_args){.id = freeze_id},
                              &freeze, err));
        if (!freeze)
            return err_set(err, ERR_NOT_FOUND, "không có số liệu chốt này");
        TRY(report_figures_devices(ops->db, &ops->actor, freeze->root_id, report_devices, &ops->arena, &d.sum, err));
    }
    *ret_devices = d;
    return ERR_NONE;
}

static void put_devices(struct ops *ops, const struct devices *devices)
{
    const struct report_devices *all = &devices->sum.all;
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "devices");
        json_field_i64(w, STR("total"), all->total);
        json_field_i64(w, STR("covered"), all->covered);
        json_field_i64(w, STR("unknown"), all->unknown);
        json_field_i64(w, STR("stated_units"), devices->sum.units);
        json_field_bool(w, STR("frozen"), devices->is_frozen);
        ops_line_end(ops);
        return;
    }
    if (!all->total)
        return;
    buf_printf(&ops->out, "%s ", ops_text(ops, "Theo thiết bị:", "Devices:"));
    words_number(&ops->out, ops->lang, all->covered);
    buf_put(&ops->out, str_from_cstr(ops_text(ops, " trên ", " of ")));
    words_number(&ops->out, ops->lang, all->total);
    buf_printf(&ops->out, " %s (", ops_text(ops, "thiết bị có phòng, chống mã độc", "devices protected from malware"));
    words_percent(&ops->out, ops->lang, words_tenths(all->covered, all->total));
    buf_put_byte(&ops->out, ')');
    if (all->unknown) {
        buf_put(&ops->out, STR("; "));
        words_number(&ops->out, ops->lang, all->unknown);
        buf_put(&ops->out, str_from_cstr(ops_text(ops, " thiết bị chưa rõ, tính là chưa được bảo vệ",
                                                  " unknown, counted as unprotected")));
    }
    buf_printf(&ops->out, "%s\n",
               devices->is_frozen ? ops_text(ops, "; đã chốt cùng báo cáo", "; frozen with the report")
                                  : ops_text(ops, "; số liệu lúc này", "; as known now"));
}

static enum err_code fields_of(const struct options *options, struct json figures, struct arena *arena,
                               struct str *ret_json, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, 1u << 20);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    json_object_begin(&w);
    if (json_type(figures) == JSON_OBJECT) {
        json_put_key(&w, STR("auto"));
        json_put_value(&w, figures);
    }
    json_put_key(&w, STR("hand"));
    json_object_begin(&w);
    json_field_str(&w, ANSWER_CAUSES, options_text(options, "causes"));
    json_field_str(&w, ANSWER_PROPOSALS, options_text(options, "proposals"));
    json_object_end(&w);
    json_object_end(&w);
    return buf_to_arena(&buf, arena, ret_json, err);
}

static enum err_code path_in(struct ops *ops, const char *name, const char **ret_path, struct err *err)
{
    return path_join(options_text(ops->options, "out"), str_from_cstr(name), &ops->arena, ret_path, err);
}

static void put_file(struct ops *ops, const char *kind, const char *path)
{
    if (!ops->json) {
        buf_printf(&ops->out, "%s\n", path);
        return;
    }
    struct json_writer *w = ops_line(ops, "file");
    json_field_str(w, STR("kind"), str_from_cstr(kind));
    json_field_str(w, STR("path"), str_from_cstr(path));
    ops_line_end(ops);
}

/* Before the figures are frozen: a freeze without its files would be made again by the next try. */
static enum err_code folder_ready(const char *folder, struct err *err)
{
    TRY(file_mkdir_all(folder, 0755, err));
    errno = 0;
    return access(folder, W_OK | X_OK) == 0 ? ERR_NONE : err_set(err, ERR_IO, "write in %s", folder);
}

static bool is_letter_asked(const struct ops *ops)
{
    return !options_has(ops->options, "kind") || str_equal(options_text(ops->options, "kind"), STR("letter"));
}

static enum err_code check(struct ops *ops, struct err *err)
{
    if (!is_letter_asked(ops) && !str_equal(options_text(ops->options, "kind"), STR("rollup")))
        return ops_usage(ops, err, "--kind: chọn letter hoặc rollup", "--kind: choose letter or rollup");
    if (options_day(ops->options, "as-of") > ops->actor.day)
        return ops_usage(ops, err, "--as-of: ngày ấy chưa đến", "--as-of: that day has not come");
    return ERR_NONE;
}

static enum err_code run(struct ops *ops, struct err *err)
{
    const struct options *options = ops->options;
    bool is_letter = is_letter_asked(ops);
    struct db *db = ops->db;
    struct answer_order order = {
        .kind = is_letter ? ANSWER_LETTER : ANSWER_ROLLUP, .period_from_day = CIVIL_NONE, .period_to_day = CIVIL_NONE};
    const char *docx, *xlsx, *pdf;
    TRY(path_in(ops, is_letter ? "letter.docx" : "rollup.docx", &docx, err));
    TRY(path_in(ops, "annex.xlsx", &xlsx, err));
    TRY(path_in(ops, is_letter ? "letter.pdf" : "rollup.pdf", &pdf, err));
    TRY(folder_ready(options_text(options, "out").ptr, err));
    TRY(ops_figures(ops, err));
    TRY(freeze_find(ops, &order.freeze_id, err));
    TRY(freeze_verify(db, &ops->actor, order.freeze_id, NULL, err)); /* what was changed behind us is never printed */
    struct json figures;
    struct devices devices = {0};
    TRY(frozen_figures(ops, order.freeze_id, &figures, err));
    TRY(devices_count(ops, order.freeze_id, figures, &devices, err));
    TRY(fields_of(options, figures, &ops->arena, &order.fields_json, err));
    struct document document;
    TRY(answer_document(db, &ops->actor, &order, &ops->arena, &document, err));
    TRY(docx_write_file(&document, docx, err));
    put_file(ops, "docx", docx);
    TRY(answer_xlsx(db, &ops->actor, order.freeze_id, xlsx, err));
    put_file(ops, "xlsx", xlsx);
    struct type_fonts *fonts = NULL;
    TRY(type_fonts_open(NULL, &fonts, err));
    enum err_code code = pdf_write_file(&document, fonts, pdf, NULL, err);
    type_fonts_free(fonts);
    TRY(code);
    put_file(ops, "pdf", pdf);
    put_devices(ops, &devices);
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        json_field_id(w, STR("freeze_id"), order.freeze_id);
        json_field_str(w, STR("sha256"), document.frozen_hash);
        ops_line_end(ops);
    } else
        buf_printf(&ops->out, "freeze %lld sha256 %.*s\n", (long long)order.freeze_id, STR_ARG(document.frozen_hash));
    return ERR_NONE;
}

int cmd_report(enum lang lang, int argc, char **argv)
{
    static const struct ops_verb verb[] = {{NULL, &usage, run, OPS_STORE, check}};
    return ops_main(lang, "report", verb, 1, argc, argv);
}
