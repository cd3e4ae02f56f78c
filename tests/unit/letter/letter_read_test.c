/* letter_read_test FILE [people|text]: the letter as JSON lines, for the golden test. Working days are Monday to
 * Friday. */
#include "base/limits.h"
#include "format/doctext.h"
#include "letter/letter_print.h"
#include "os/file.h"

static bool weekdays_add(void *ctx, civil_day from, int n, civil_day *ret_day)
{
    (void)ctx;
    while (n > 0) {
        from++;
        n -= civil_weekday(from) < 5;
    }
    *ret_day = from;
    return true;
}

int main(int argc, char **argv)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 30);
    struct err err = {0};
    struct str bytes;
    struct doc_text doc;
    struct letter *letter;
    struct letter_options options = {.workday_add = weekdays_add};
    if (argc < 2)
        return 2;
    AUTO_BUF out;
    buf_init(&out, 64u << 20);
    if (file_read(argv[1], LETTER_FILE_MAX_BYTES, &arena, &bytes, &err) != ERR_NONE ||
        doc_text(bytes, &arena, &doc, &err) != ERR_NONE ||
        letter_parse(doc.decoded.text, &options, &arena, &letter, &err) != ERR_NONE) {
        fprintf(stdout, "%s: %s\n", err_code_to_str(err.code), err.text);
        return 3;
    }
    if (argc > 2 && strcmp(argv[2], "people") == 0)
        letter_print_people(letter, LANG_VI, &out);
    else if (argc > 2 && strcmp(argv[2], "text") == 0)
        buf_put(&out, letter->text);
    else
        letter_print_json(letter, &out);
    if (out.failed || (out.ptr && fwrite(out.ptr, 1, out.len_bytes, stdout) != out.len_bytes))
        return 3;
    return 0;
}
