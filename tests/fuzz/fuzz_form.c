#include "base/buf.h"
#include "format/docx.h"
#include "report/docx.h"
#include "report/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

/* Valid UTF-8 in which only \n of the controls is left. */
static void must_be_clean(struct str text)
{
    must(utf8_is_valid(text));
    for (size_t i = 0; i < text.len_bytes; i++)
        must((unsigned char)text.ptr[i] >= 0x20 || text.ptr[i] == '\n');
}

/* Put, and put again what was kept: the same. */
static void put(struct form_values *values, struct str key, struct str text)
{
    struct err err;
    must(form_values_put(values, key, form_of_text(text), &err) == ERR_NONE);
    const struct form_value *kept = form_values_get(values, key);
    if (kept->kind == FORM_UNKNOWN)
        return;
    struct str once = kept->text;
    must(!str_is_empty(once));
    must_be_clean(once);
    must(form_values_put(values, key, form_of_text(once), &err) == ERR_NONE);
    must(str_equal(form_values_get(values, key)->text, once));
}

/* Bytes of anybody as facts of a form, as an addressee and as the name of a file: the text is clean, the Word file can
 * be read. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    struct err err;
    struct str text = {(const char *)data, size_bytes > 200000 ? 200000 : size_bytes}, plain, read_back;
    AUTO_ARENA arena;
    AUTO_BUF out;
    arena_init(&arena, 256u << 20);
    buf_init(&out, 64u << 20);
    struct form_values *values;
    must(form_values_new(&arena, &values, &err) == ERR_NONE);
    put(values, STR("system.name"), text);
    put(values, STR("incident.signs"), text);
    struct form_value cells[] = {form_of_text(text), form_of_instant(0), form_of_text(text)};
    struct form_row row = {cells};
    struct form_file file = {text, 1, STR("0000000000000000000000000000000000000000000000000000000000000000")};
    must(form_values_put(values, STR("incident.told_to"), form_of_rows(&row, 1), &err) == ERR_NONE);
    must(form_values_put(values, STR("report.attachments"), form_of_files(&file, 1), &err) == ERR_NONE);
    struct str to = str_slice(text, 0, 600);
    struct form_head head = {.unit_name = STR("Sở Tre"), .to = &to, .to_count = 1, .parent_name = to};
    const struct know_form *form = know_form_find(STR("form03_2017"));
    must(form_plain(form, values, &head, LANG_VI, &arena, &plain, &err) == ERR_NONE);
    must_be_clean(plain);
    struct document document;
    must(form_document(form, values, &head, LANG_EN, &arena, &document, &err) == ERR_NONE);
    struct report_sink sink = report_sink_buf(&out);
    must(docx_write(&document, &sink, &err) == ERR_NONE);
    must(docx_to_text(buf_str(&out), 64u << 20, &arena, &read_back, &err) == ERR_NONE);
    return 0;
}
