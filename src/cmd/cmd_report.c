/* cmd_report.c - `luytre report`: the answer letter, the roll-up or a periodic report with its annex, from frozen
 * figures, as files. */
#include "cmd/cmd.h"
#include "cmd/serve.h"
#include "duty/freeze.h"
#include "duty/page_report.sql.h"
#include "format/json.h"
#include "org/access.h"
#include "org/unit.h"
#include "os/file.h"
#include "report/docx.h"
#include "report/from_duty.h"
#include "report/pdf.h"

#define REPORT_ARENA_BYTES ((size_t)1 << 30)

static const struct option_spec specs[] = {
    {"store", 0, OPTION_PATH, OPTION_REQUIRED, "STORE", "tệp dữ liệu hoặc postgresql://…",
     "database file or postgresql://…", 0, 0},
    {"out", 'o', OPTION_PATH, OPTION_REQUIRED, "DIR", "thư mục nhận tệp", "folder the files go to", 0, 0},
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

static enum err_code freeze_find(struct db *db, const struct actor *actor, const struct options *options,
                                 struct arena *arena, int64_t *ret_id, struct err *err)
{
    *ret_id = options_int(options, "freeze", 0);
    if (*ret_id)
        return ERR_NONE;
    struct freeze_draft draft = {.directive_id = options_int(options, "directive", 0),
                                 .as_of_day = options_day(options, "as-of")};
    struct str code = options_text(options, "org");
    if (draft.directive_id) {
        struct sql_answer_directive_row *directive;
        TRY(sql_answer_directive(db, arena, &(struct sql_answer_directive_args){.id = draft.directive_id}, &directive,
                                 err));
        if (!directive)
            return err_set(err, ERR_NOT_FOUND, "--directive: không có văn bản chỉ đạo này");
        draft.root_id = directive->issuer_id;
    }
    if (!str_is_empty(code)) {
        TRY(unit_find_code(db, code, db_today(db), &draft.root_id, err));
    } else if (!draft.root_id) {
        struct sql_report_roots_rows roots;
        TRY(sql_report_roots(db, arena, &(struct sql_report_roots_args){.on_day = db_today(db)}, &roots, err));
        if (!roots.count)
            return err_set(err, ERR_NOT_FOUND, "chưa có đơn vị nào trong dữ liệu này");
        draft.root_id = roots.items[0].id;
    }
    TRY(access_edge_best(db, actor, draft.root_id, &draft.edge_kind, err));
    struct freeze_made made;
    TRY(freeze_make(db, actor, &draft, &made, err));
    *ret_id = made.id;
    return ERR_NONE;
}

static enum err_code typed_fields(const struct options *options, struct arena *arena, struct str *ret_json,
                                  struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, 1u << 20);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    json_object_begin(&w);
    json_put_key(&w, STR("hand"));
    json_object_begin(&w);
    json_field_str(&w, ANSWER_CAUSES, options_text(options, "causes"));
    json_field_str(&w, ANSWER_PROPOSALS, options_text(options, "proposals"));
    json_object_end(&w);
    json_object_end(&w);
    return buf_to_arena(&buf, arena, ret_json, err);
}

static const char *path_in(struct arena *arena, struct str dir, const char *name, const char *ending)
{
    return arena_printf(arena, "%.*s/%s.%s", STR_ARG(dir), name, ending).ptr;
}

static enum err_code run(const struct options *options, enum answer_kind kind, struct arena *arena, struct err *err)
{
    struct clock clock = cmd_clock();
    struct store_options how = {.modules = sql_modules_all, .clock = &clock};
    AUTO_STORE store = NULL;
    TRY(store_open(options_text(options, "store").ptr, &how, &store, err));
    AUTO_DB db = NULL;
    TRY(store_db_take(store, &db, err));
    struct actor actor = actor_system(db_today(db));
    struct answer_order order = {.kind = kind, .period_from_day = CIVIL_NONE, .period_to_day = CIVIL_NONE};
    TRY(freeze_find(db, &actor, options, arena, &order.freeze_id, err));
    TRY(freeze_verify(db, &actor, order.freeze_id, NULL, err)); /* what was changed behind our back is never printed */
    TRY(typed_fields(options, arena, &order.fields_json, err));
    struct document document;
    TRY(answer_document(db, &actor, &order, arena, &document, err));
    struct str dir = options_text(options, "out");
    const char *name = kind == ANSWER_LETTER ? "letter" : "rollup";
    const char *docx = path_in(arena, dir, name, "docx"), *pdf = path_in(arena, dir, name, "pdf"),
               *xlsx = path_in(arena, dir, "annex", "xlsx");
    if (!docx || !pdf || !xlsx)
        return arena_full(arena, err);
    TRY(docx_write_file(&document, docx, err));
    printf("%s\n", docx);
    TRY(answer_xlsx(db, &actor, order.freeze_id, xlsx, err));
    printf("%s\n", xlsx);
    struct type_fonts *fonts = NULL;
    TRY(type_fonts_open(NULL, &fonts, err));
    enum err_code code = pdf_write_file(&document, fonts, pdf, NULL, err);
    type_fonts_free(fonts);
    TRY(code);
    printf("%s\nfreeze %lld sha256 %.*s\n", pdf, (long long)order.freeze_id, STR_ARG(document.frozen_hash));
    return ERR_NONE;
}

int cmd_report(enum lang lang, int argc, char **argv)
{
    AUTO_ARENA arena;
    arena_init(&arena, REPORT_ARENA_BYTES);
    struct options options;
    int exit_code;
    if (!options_start(&usage, lang, argc, argv, &arena, &options, &exit_code))
        return exit_code;
    struct str kind_text = options_text(&options, "kind");
    bool is_letter = str_is_empty(kind_text) || str_equal(kind_text, STR("letter"));
    if (!is_letter && !str_equal(kind_text, STR("rollup"))) {
        fputs("luytre report: --kind: letter, rollup\n", stderr);
        return EXIT_USAGE;
    }
    struct err err = {0};
    enum err_code code = run(&options, is_letter ? ANSWER_LETTER : ANSWER_ROLLUP, &arena, &err);
    if (code != ERR_NONE) {
        words_refuse("report", lang, &err);
        return code == ERR_SYNTAX ? EXIT_USAGE : EXIT_FAILED;
    }
    return EXIT_DONE;
}
