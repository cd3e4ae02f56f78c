/* cmd_letter.c - `luytre letter read FILE|-`: an official letter as duties. docs: the command-line contract. */
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "cmd/cmd.h"
#include "format/doctext.h"
#include "format/json.h"
#include "know/know.h"
#include "know/refusal.h"
#include "letter/letter_print.h"
#include "os/file.h"

#define LETTER_ARENA_BYTES  (1u << 30)
#define LETTER_OUTPUT_BYTES (256u << 20)
#define CALENDAR_FIRST_YEAR 2000
#define CALENDAR_LAST_YEAR  2060

static const struct option_spec read_specs[] = {
    {"json", 0, OPTION_FLAG, 0, NULL, "mỗi dòng một đối tượng JSON: letter, duty…, summary",
     "newline-delimited JSON: letter, duty…, summary", 0, 0},
    {"text", 0, OPTION_FLAG, 0, NULL, "in văn bản đã đọc (UTF-8, NFC); mọi vị trí trong --json tính trên văn bản này",
     "print the text as it was read (UTF-8, NFC); every offset of --json counts in it", 0, 0},
};
static const struct usage read_usage = {
    .name = "letter read",
    .args = "FILE|-",
    .vi = "đọc một công văn (văn bản, PDF, DOCX) thành các nhiệm vụ, thời hạn, nơi nhận",
    .en = "read an official letter (text, PDF, DOCX) into duties, deadlines, recipients",
    .specs = read_specs,
    .spec_count = ARRAY_LEN(read_specs),
    .args_min = 1,
    .args_max = 1,
};

static bool calendar_add(void *ctx, civil_day from, int n, civil_day *ret_day)
{
    *ret_day = workday_add(ctx, from, n);
    return true;
}

/* What goes to a terminal holds no control characters, whatever the file is called. */
static void complaint_print(const char *path, struct str text)
{
    AUTO_BUF line;
    buf_init(&line, 16u << 10);
    buf_printf(&line, "luytre letter read: %s: %.*s", path, STR_ARG(text));
    if (line.ptr)
        text_tame(line.ptr, line.len_bytes);
    fprintf(stderr, "%.*s\n", (int)line.len_bytes, line.ptr ? line.ptr : "");
}

static enum err_code bytes_read(const char *path, struct arena *arena, struct str *ret_bytes, struct err *err)
{
    enum err_code code = strcmp(path, "-") == 0
                             ? file_read_fd(STDIN_FILENO, "-", LETTER_FILE_MAX_BYTES, arena, ret_bytes, err)
                             : file_read(path, LETTER_FILE_MAX_BYTES, arena, ret_bytes, err);
    if (code == ERR_LIMIT)
        return err_set(err, ERR_LIMIT, "tệp quá %u MB; hãy gửi riêng phần chữ của văn bản",
                       LETTER_FILE_MAX_BYTES >> 20);
    return code;
}

static enum err_code text_read(const char *path, struct arena *arena, struct str *ret_text, struct err *err)
{
    struct str bytes;
    TRY(bytes_read(path, arena, &bytes, err));
    struct doc_text doc;
    if (doc_kind_of(bytes) == DOC_PDF) {
        AUTO_FD fd = -1;
        TRY(file_temp_fd(bytes, &fd, err));
        TRY(doc_pdf_text(fd, arena, &doc, err));
    } else {
        TRY(doc_text(bytes, arena, &doc, err));
    }
    *ret_text = doc.decoded.text;
    return ERR_NONE;
}

/* What could not be done, in the machine's words too: the stream always ends in a summary. */
static void refusal_print(const struct err *err, struct str said, struct buf *out)
{
    struct json_writer w;
    json_writer_init(&w, out, 0);
    json_object_begin(&w);
    json_field_str(&w, STR("type"), STR("summary"));
    json_field_i64(&w, STR("duties"), 0);
    json_field_str(&w, STR("error"), str_from_cstr(err_code_to_str(err->code)));
    json_field_str(&w, STR("reason"), said);
    json_object_end(&w);
    json_end_line(&w);
}

static int letter_read(enum lang lang, int argc, char **argv)
{
    AUTO_ARENA arena;
    arena_init(&arena, LETTER_ARENA_BYTES);
    struct options options;
    int exit_code;
    if (!options_start(&read_usage, lang, argc, argv, &arena, &options, &exit_code))
        return exit_code;
    bool json = options_has(&options, "json"), as_text = options_has(&options, "text");
    if (json && as_text) {
        fputs(lang_text(lang, "luytre letter read: chọn một trong --json và --text\n",
                        "luytre letter read: choose one of --json and --text\n"),
              stderr);
        return EXIT_USAGE;
    }
    struct err err = {0};
    AUTO_BUF out;
    buf_init(&out, LETTER_OUTPUT_BYTES);
    struct str text = STR("");
    const char *path = options.args.items[0].ptr;
    struct workday_calendar *calendar;
    struct letter *letter;
    enum err_code code = text_read(path, &arena, &text, &err);
    if (code == ERR_NONE)
        code = know_workday_calendar(&arena, NULL, 0, CALENDAR_FIRST_YEAR, CALENDAR_LAST_YEAR, &calendar, &err);
    if (code == ERR_NONE) {
        struct letter_options how = {.workday_add = calendar_add, .ctx = calendar};
        code = letter_parse(text, &how, &arena, &letter, &err);
    }
    if (code == ERR_NONE) {
        if (json)
            letter_print_json(letter, &out);
        else if (as_text)
            buf_put(&out, text);
        else
            letter_print_people(letter, lang, &out);
        if (!json && !as_text && out.ptr)
            text_tame(out.ptr, out.len_bytes);
        code = buf_check(&out, &err);
    }
    if (code != ERR_NONE) {
        struct str said = refusal_text(&err, lang, &arena);
        complaint_print(path, said);
        if (json) {
            buf_clear(&out);
            refusal_print(&err, said, &out);
        }
    }
    if ((code == ERR_NONE || json) && file_write_fd(STDOUT_FILENO, "stdout", buf_str(&out), &err) != ERR_NONE) {
        words_refuse("letter read", lang, &err);
        return EXIT_FAILED;
    }
    return code == ERR_NONE ? EXIT_DONE : EXIT_FAILED;
}

int cmd_letter(enum lang lang, int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "read") == 0)
        return letter_read(lang, argc - 1, argv + 1);
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        char *help[] = {argv[0], argv[1], NULL};
        return letter_read(lang, 2, help);
    }
    fputs(lang_text(lang, "luytre letter: dùng: luytre letter read FILE|- [--json|--text]\n",
                    "luytre letter: use: luytre letter read FILE|- [--json|--text]\n"),
          stderr);
    return EXIT_USAGE;
}
