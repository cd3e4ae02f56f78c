/* cmd_directive.c - `luytre directive …`: a letter comes in, becomes a draft, is issued down the tree. */
#include "base/limits.h"
#include "cmd/cmd.h"
#include "cmd/ops.h"
#include "duty/directive.sql.h"
#include "duty/ledger.h"
#include "duty/letter_book.sql.h"
#include "format/doctext.h"
#include "know/know.h"
#include "org/unit.h"
#include "os/file.h"
#include "work/intake.h"
#include "work/ops.sql.h"

#define CALENDAR_FIRST_YEAR 2000
#define CALENDAR_LAST_YEAR  2060

static const struct option_spec import_specs[] = {
    OPS_SPEC_STORE,
    OPS_SPEC_BLOBS,
    {"unit", 0, OPTION_TEXT, OPTION_REQUIRED, "CODE", "đơn vị nhận công văn", "the unit that received the letter", 0,
     0},
    {"draft", 0, OPTION_FLAG, 0, NULL, "xác nhận mọi nhiệm vụ như máy đọc và soạn luôn bản giao xuống",
     "confirm all duties as read and draft the directive too", 0, 0},
    {"tree", 0, OPTION_TEXT, 0, "KIND", "giao theo cây: administrative (mặc định), professional, incident",
     "issue along: administrative (default), professional, incident", 0, 0},
    OPS_SPEC_AS,
    OPS_SPEC_JSON,
};
static const struct usage import_usage = {.name = "directive import",
                                          .args = "FILE|-",
                                          .vi = "đưa một công văn (văn bản, PDF, DOCX) vào sổ của đơn vị",
                                          .en = "put a letter (text, PDF, DOCX) into a unit's book",
                                          .specs = import_specs,
                                          .spec_count = ARRAY_LEN(import_specs),
                                          .args_min = 1,
                                          .args_max = 1};

static enum err_code text_read(struct ops *ops, struct str path, struct str *ret_bytes, struct str *ret_text,
                               struct err *err)
{
    struct str bytes;
    if (str_equal(path, STR("-")))
        TRY(file_read_fd(STDIN_FILENO, "-", LETTER_FILE_MAX_BYTES, &ops->arena, &bytes, err));
    else
        TRY(file_read(path.ptr, LETTER_FILE_MAX_BYTES, &ops->arena, &bytes, err));
    struct doc_text doc;
    if (doc_kind_of(bytes) == DOC_PDF) {
        AUTO_FD fd = -1;
        TRY(file_temp_fd(bytes, &fd, err));
        TRY(doc_pdf_text(fd, &ops->arena, &doc, err));
    } else
        TRY(doc_text(bytes, &ops->arena, &doc, err));
    *ret_bytes = bytes;
    *ret_text = doc.decoded.text;
    return ERR_NONE;
}

static enum err_code import_run(struct ops *ops, struct err *err)
{
    struct str path = ops->options->args.items[0], bytes, text;
    struct actor actor = ops_actor(ops, RIGHT_DRAFT), reader = ops_actor(ops, RIGHT_READ);
    struct workday_calendar *calendar;
    struct intake_options how = {0};
    struct str tree;
    TRY(ops_tree(ops, "tree", EDGE_ADMINISTRATIVE, &tree, err));
    TRY(ops_unit(ops, options_text(ops->options, "unit"), &how.unit_id, err));
    if (text_read(ops, path, &bytes, &text, err) != ERR_NONE)
        return err_wrap(err, "%.*s", STR_ARG(path));
    TRY(know_workday_calendar(&ops->arena, NULL, 0, CALENDAR_FIRST_YEAR, CALENDAR_LAST_YEAR, &calendar, err));
    how.calendar = calendar;
    how.file_name = str_equal(path, STR("-")) ? STR_NONE : path_base_name(path);
    how.file_bytes = bytes;
    how.media_type = doc_kind_of(bytes) == DOC_PDF ? STR("application/pdf") : STR("application/octet-stream");
    int64_t letter_id, directive_id = 0;
    bool is_new;
    TRY(intake_letter(ops->db, &actor, text, &how, &letter_id, &is_new, err));
    struct sql_letter_duties_rows duties;
    TRY(sql_letter_duties(ops->db, &reader, &ops->arena, &(struct sql_letter_duties_args){.letter_id = letter_id},
                          &duties, err));
    if (options_has(ops->options, "draft")) {
        for (size_t i = 0; i < duties.count; i++)
            if (str_equal(duties.items[i].state, STR("read")))
                TRY(letter_duty_confirm(ops->db, &actor, duties.items[i].id, err));
        struct directive_draft draft;
        struct sql_letter_get_row *letter = NULL;
        TRY(sql_letter_get(ops->db, &reader, &ops->arena, &(struct sql_letter_get_args){.id = letter_id}, &letter,
                           err));
        if (letter && !str_equal(letter->state, STR("confirmed")))
            TRY(letter_confirm(ops->db, &actor, letter_id, err));
        TRY(intake_directive_draft(ops->db, &actor, letter_id, tree, &ops->arena, &draft, err));
        TRY(directive_draft_new(ops->db, &actor, &draft, &directive_id, err));
    }
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        json_field_id(w, STR("letter_id"), letter_id);
        json_field_bool(w, STR("new"), is_new);
        json_field_i64(w, STR("duties"), (int64_t)duties.count);
        json_field_id(w, STR("directive_id"), directive_id);
        ops_line_end(ops);
        return ERR_NONE;
    }
    buf_printf(&ops->out, ops_text(ops, "Công văn #%lld%s, %zu nhiệm vụ\n", "Letter #%lld%s, %zu duties\n"),
               (long long)letter_id, is_new ? "" : ops_text(ops, " (đã có trong sổ)", " (was in the book already)"),
               duties.count);
    if (directive_id)
        buf_printf(&ops->out,
                   ops_text(ops, "Bản soạn #%lld: xem bằng directive show, giao bằng directive issue\n",
                            "Draft #%lld: see it with directive show, issue it with directive issue\n"),
                   (long long)directive_id);
    return ERR_NONE;
}

static const struct option_spec id_specs[] = {OPS_SPEC_STORE, OPS_SPEC_BLOBS, OPS_SPEC_AS, OPS_SPEC_JSON};
static const struct usage issue_usage = {.name = "directive issue",
                                         .args = "ID",
                                         .vi = "giao một bản soạn xuống các đơn vị",
                                         .en = "issue a draft to the units it names",
                                         .specs = id_specs,
                                         .spec_count = ARRAY_LEN(id_specs),
                                         .args_min = 1,
                                         .args_max = 1};

static enum err_code issue_run(struct ops *ops, struct err *err)
{
    struct actor actor = ops_actor(ops, RIGHT_ISSUE);
    int64_t id;
    int moved;
    struct directive_issued issued;
    TRY(ops_id(ops, ops->options->args.items[0], &id, err));
    TRY(ledger_open(ops->db, ops->actor.day, err));
    TRY(ledger_pass(ops->db, ops->actor.day, &moved, err));
    TRY(directive_issue(ops->db, &actor, id, &issued, err));
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        json_field_id(w, STR("directive_id"), id);
        json_field_i64(w, STR("assignments"), (int64_t)issued.assignment_count);
        json_field_i64(w, STR("units"), (int64_t)issued.unit_count);
        json_field_i64(w, STR("born_late"), (int64_t)issued.born_late_count);
        ops_line_end(ops);
    } else
        buf_printf(&ops->out,
                   ops_text(ops, "Đã giao %zu việc xuống %zu đơn vị; %zu việc đã trễ từ khi giao\n",
                            "%zu duties issued to %zu units; %zu were late when issued\n"),
                   issued.assignment_count, issued.unit_count, issued.born_late_count);
    return ERR_NONE;
}

static const struct option_spec list_specs[] = {
    OPS_SPEC_STORE,
    {"state", 0, OPTION_TEXT, 0, "STATE", "draft, issued hoặc withdrawn", "draft, issued or withdrawn", 0, 0},
    OPS_SPEC_JSON};
static const struct usage list_usage = {.name = "directive list",
                                        .args = "",
                                        .vi = "liệt kê văn bản chỉ đạo",
                                        .en = "list directives",
                                        .specs = list_specs,
                                        .spec_count = ARRAY_LEN(list_specs)};

/* "412/UBND-KGVX"; a directive without a letter of its own has no number. */
static struct str ref_words(struct ops *ops, struct str number, struct str symbol)
{
    if (str_is_empty(number) && str_is_empty(symbol))
        return str_from_cstr(ops_text(ops, "(chưa có số)", "(no number)"));
    return arena_printf(&ops->arena, "%.*s/%.*s", STR_ARG(str_is_empty(number) ? STR("…") : number), STR_ARG(symbol));
}

static enum err_code list_run(struct ops *ops, struct err *err)
{
    struct sql_ops_directives_rows rows;
    struct str state = options_text(ops->options, "state");
    if (options_has(ops->options, "state") && !str_equal(state, STR("draft")) && !str_equal(state, STR("issued")) &&
        !str_equal(state, STR("withdrawn")))
        return ops_usage(ops, err, "--state: draft, issued hoặc withdrawn", "--state: draft, issued or withdrawn");
    TRY(sql_ops_directives(ops->db, &ops->arena, &(struct sql_ops_directives_args){.state = state}, &rows, err));
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_ops_directives_row *d = &rows.items[i];
        char day[CIVIL_TEXT_BYTES];
        civil_iso((civil_day)d->issued_day, day);
        if (!ops->json) {
            buf_printf(&ops->out, "#%lld  %s  %-9.*s  %.*s  %.*s: %.*s  (%lld)\n", (long long)d->id, day,
                       STR_ARG(d->state), STR_ARG(ref_words(ops, d->number, d->symbol)), STR_ARG(d->issuer_name),
                       STR_ARG(d->title), (long long)d->assignments);
            continue;
        }
        struct json_writer *w = ops_line(ops, "directive");
        json_field_id(w, STR("id"), d->id);
        json_field_id(w, STR("issuer_id"), d->issuer_id);
        json_field_str(w, STR("issuer"), d->issuer_name);
        json_field_str(w, STR("number"), d->number);
        json_field_str(w, STR("symbol"), d->symbol);
        json_field_str(w, STR("title"), d->title);
        json_field_str(w, STR("day"), str_from_cstr(day));
        json_field_str(w, STR("state"), d->state);
        json_field_i64(w, STR("obligations"), d->obligations);
        json_field_i64(w, STR("assignments"), d->assignments);
        ops_line_end(ops);
    }
    if (ops->json) {
        json_field_i64(ops_line(ops, "summary"), STR("directives"), (int64_t)rows.count);
        ops_line_end(ops);
    } else if (rows.count == 0)
        buf_put(&ops->out, str_from_cstr(ops_text(ops, "không có văn bản chỉ đạo nào\n", "no directives found\n")));
    return ERR_NONE;
}

static const struct usage show_usage = {.name = "directive show",
                                        .args = "ID",
                                        .vi = "một văn bản chỉ đạo và các nghĩa vụ trong đó",
                                        .en = "one directive and its obligations",
                                        .specs = id_specs,
                                        .spec_count = ARRAY_LEN(id_specs),
                                        .args_min = 1,
                                        .args_max = 1};

static enum err_code show_run(struct ops *ops, struct err *err)
{
    struct actor actor = ops_actor(ops, RIGHT_READ);
    int64_t id;
    struct sql_directive_get_row *d = NULL;
    struct sql_obligation_list_rows rows;
    TRY(ops_id(ops, ops->options->args.items[0], &id, err));
    TRY(sql_directive_get(ops->db, &actor, &ops->arena, &(struct sql_directive_get_args){.id = id}, &d, err));
    if (!d)
        return err_set(err, ERR_NOT_FOUND, "không có văn bản #%lld", (long long)id);
    TRY(sql_obligation_list(ops->db, &ops->arena, &(struct sql_obligation_list_args){.directive_id = id}, &rows, err));
    char day[CIVIL_TEXT_BYTES];
    if (!ops->json)
        buf_printf(&ops->out, "%.*s  %s  %.*s\n%.*s\n%.*s\n\n", STR_ARG(ref_words(ops, d->number, d->symbol)),
                   civil_vn((civil_day)d->issued_day, day), STR_ARG(d->state), STR_ARG(d->issuer_name),
                   STR_ARG(d->title));
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_obligation_list_row *o = &rows.items[i];
        const char *due = o->deadline_day.has ? civil_iso((civil_day)o->deadline_day.v, day) : "";
        if (ops->json) {
            struct json_writer *w = ops_line(ops, "obligation");
            json_field_id(w, STR("id"), o->id);
            json_field_i64(w, STR("no"), o->no);
            json_field_str(w, STR("catalogue_id"), o->catalogue_id);
            json_field_str(w, STR("title"), o->title);
            json_field_str(w, STR("text"), o->text);
            json_field_str(w, STR("trigger"), o->trigger_kind);
            json_field_str(w, STR("deadline"), *due ? str_from_cstr(due) : STR_NONE);
            json_field_str(w, STR("denominator"), o->denominator);
            ops_line_end(ops);
        } else
            buf_printf(&ops->out, "%lld. %.*s  [%.*s]  %s\n", (long long)o->no, STR_ARG(o->title),
                       STR_ARG(o->catalogue_id), due);
    }
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        json_field_id(w, STR("id"), id);
        json_field_str(w, STR("title"), d->title);
        json_field_str(w, STR("state"), d->state);
        json_field_i64(w, STR("obligations"), (int64_t)rows.count);
        ops_line_end(ops);
    }
    return ERR_NONE;
}

int cmd_directive(enum lang lang, int argc, char **argv)
{
    static const struct ops_verb verbs[] = {{"import", &import_usage, import_run, OPS_STORE},
                                            {"issue", &issue_usage, issue_run, OPS_STORE},
                                            {"list", &list_usage, list_run, OPS_STORE},
                                            {"show", &show_usage, show_run, OPS_STORE}};
    return ops_main(lang, "directive", verbs, ARRAY_LEN(verbs), argc, argv);
}
