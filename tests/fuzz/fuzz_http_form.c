/* fuzz_http_form - what browsers send. The first byte chooses: even, urlencoded text; odd, multipart with boundary "B".
 * Promises: a multipart body reads the same whole and byte by byte; every field is UTF-8 without NUL; what was decoded
 * can be written percent-coded and decodes to itself. */
#include "base/buf.h"
#include "base/limits.h"
#include "web/form.h"
#include "web/html.h"
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err_code read_multipart(struct str body, size_t piece, struct arena *arena, struct form *form,
                                    struct err *err)
{
    struct multipart *m;
    enum err_code code =
        multipart_new(STR("multipart/form-data; boundary=B"), "/dev/shm", 1u << 16, arena, form, &m, err);
    if (code != ERR_NONE)
        return code;
    for (size_t i = 0; i < body.len_bytes && code == ERR_NONE; i += piece)
        code = multipart_feed(m, str_slice(body, i, i + piece), err);
    if (code == ERR_NONE)
        code = multipart_finish(m, err);
    multipart_free(m);
    return code;
}

static void check_fields(const struct form *form)
{
    for (size_t i = 0; i < form->fields.count; i++) {
        const struct form_field *field = &form->fields.items[i];
        must(utf8_is_valid(field->name) && utf8_is_valid(field->value));
        must(str_find_byte(field->name, '\0', 0) < 0 && str_find_byte(field->value, '\0', 0) < 0);
    }
}

static void try_multipart(struct str body)
{
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct form whole = {0}, pieces = {0};
    struct err err = {0};
    enum err_code one = read_multipart(body, body.len_bytes ? body.len_bytes : 1, &arena, &whole, &err);
    enum err_code many = read_multipart(body, 1, &arena, &pieces, &err);
    must((one == ERR_NONE) == (many == ERR_NONE));
    check_fields(&whole);
    if (one == ERR_NONE) {
        must(whole.fields.count == pieces.fields.count && whole.files.count == pieces.files.count);
        for (size_t i = 0; i < whole.fields.count; i++)
            must(str_equal(whole.fields.items[i].name, pieces.fields.items[i].name) &&
                 str_equal(whole.fields.items[i].value, pieces.fields.items[i].value));
        for (size_t i = 0; i < whole.files.count; i++) {
            must(whole.files.items[i].size_bytes == pieces.files.items[i].size_bytes);
            must(str_find_byte(whole.files.items[i].filename, '/', 0) < 0 &&
                 str_find_byte(whole.files.items[i].filename, '\\', 0) < 0);
        }
    }
    form_done(&whole);
    form_done(&pieces);
}

static void try_urlencoded(struct str text)
{
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct form form = {0}, again = {0};
    struct err err = {0};
    if (form_parse_urlencoded(text, &arena, &form, &err) != ERR_NONE)
        return;
    check_fields(&form);
    AUTO_BUF buf;
    buf_init(&buf, 64u << 20);
    struct page_out o = {&buf, LANG_VI, STR_NONE};
    for (size_t i = 0; i < form.fields.count; i++) {
        out_url_part(&o, form.fields.items[i].name);
        buf_put_byte(&buf, '=');
        out_url_part(&o, form.fields.items[i].value);
        buf_put_byte(&buf, '&');
    }
    if (form_parse_urlencoded(buf_str(&buf), &arena, &again, &err) != ERR_NONE)
        must(err.code == ERR_LIMIT || err.code == ERR_NOMEM);
    else
        must(again.fields.count == form.fields.count);
    for (size_t i = 0; i < again.fields.count; i++)
        must(str_equal(again.fields.items[i].name, form.fields.items[i].name) &&
             str_equal(again.fields.items[i].value, form.fields.items[i].value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 1u << 16)
        return 0;
    struct str rest = {(const char *)data + 1, size - 1};
    if (data[0] & 1)
        try_multipart(rest);
    else
        try_urlencoded(rest);
    return 0;
}
