#include "test.h"

#include "base/limits.h"
#include "web/form.h"
#include <unistd.h>

static void urlencoded(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err_code code;
        size_t count;
        const char *name, *value; /* of the last field */
    } cases[] = {
        {"a=1&b=2", ERR_NONE, 2, "b", "2"},
        {"", ERR_NONE, 0, NULL, NULL},
        {"a", ERR_NONE, 1, "a", ""},
        {"a=%C4%91%e1%ba%a5t+%2B", ERR_NONE, 1, "a", "đất +"},
        {"&&a==&&", ERR_NONE, 1, "a", "="},
        {"a=%", ERR_SYNTAX, 0, NULL, NULL},
        {"a=%4", ERR_SYNTAX, 0, NULL, NULL},
        {"a=%gg", ERR_SYNTAX, 0, NULL, NULL},
        {"a=%00", ERR_SYNTAX, 0, NULL, NULL},
        {"a=%ff", ERR_SYNTAX, 0, NULL, NULL},
        {"%c0%af=1", ERR_SYNTAX, 0, NULL, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_ARENA arena;
        arena_init(&arena, 1 << 16);
        struct form form = {0};
        struct err err = {0};
        enum err_code code = form_parse_urlencoded(str_from_cstr(cases[i].text), &arena, &form, &err);
        if (code != cases[i].code)
            fail_msg("%s: %s", cases[i].text, err_code_to_str(code));
        if (code == ERR_NONE) {
            assert_int_equal(form.fields.count, cases[i].count);
            if (cases[i].name) {
                assert_str(form.fields.items[form.fields.count - 1].name, str_from_cstr(cases[i].name));
                assert_str(form.fields.items[form.fields.count - 1].value, str_from_cstr(cases[i].value));
            }
        }
    }
}

static void too_many_fields(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 16 << 20);
    AUTO_BUF buf;
    buf_init(&buf, 1 << 20);
    for (unsigned i = 0; i <= REQUEST_FIELDS_MAX; i++)
        buf_lit(&buf, "a=1&");
    struct form form = {0};
    struct err err = {0};
    assert_err(form_parse_urlencoded(buf_str(&buf), &arena, &form, &err), ERR_LIMIT);
}

#define HEAD_OF(name) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"
static const char whole[] =
    "--B\r\n" HEAD_OF("csrf") "t\r\n--B\r\n"
                              "content-disposition: form-data; name=\"f\"; "
                              "filename=\"C:\\x\\\xC4\x91.csv\"\r\nContent-Type: text/csv\r\n\r\n"
                              "1\r\n--Bx\r\n-\r\n--B\r\n" HEAD_OF("empty") "\r\n--B--\r\nepilogue";

static enum err_code read_in_pieces(struct str text, size_t piece, const char *type, uint64_t file_max_bytes,
                                    struct arena *arena, struct form *form, struct err *err)
{
    struct multipart *m;
    TRY(multipart_new(str_from_cstr(type), "/tmp", file_max_bytes, arena, form, &m, err));
    enum err_code code = ERR_NONE;
    for (size_t i = 0; i < text.len_bytes && code == ERR_NONE; i += piece)
        code = multipart_feed(m, str_slice(text, i, i + piece), err);
    if (code == ERR_NONE)
        code = multipart_finish(m, err);
    multipart_free(m);
    return code;
}

static void multipart_reads_the_same_in_any_pieces(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < sizeof whole; piece++) {
        AUTO_ARENA arena;
        arena_init(&arena, 1 << 20);
        struct form form = {0};
        struct err err = {0};
        assert_ok(read_in_pieces((struct str){whole, sizeof whole - 1}, piece, "multipart/form-data; boundary=B", 1000,
                                 &arena, &form, &err));
        assert_str(form_get(&form, STR("csrf")), STR("t"));
        assert_str(form_get(&form, STR("empty")), STR(""));
        const struct form_file *file = form_file(&form, STR("f"));
        assert_non_null(file);
        assert_str(file->filename, STR("đ.csv"));
        assert_str(file->mime, STR("text/csv"));
        char bytes[64];
        ssize_t n = read(file->fd, bytes, sizeof bytes);
        assert_str(((struct str){bytes, (size_t)n}), STR("1\r\n--Bx\r\n-"));
        form_done(&form);
    }
}

static void multipart_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *type, *body;
        enum err_code code;
    } cases[] = {
        {"multipart/form-data", "", ERR_SYNTAX},
        {"multipart/form-data; boundary=", "", ERR_SYNTAX},
        {"multipart/form-data; boundary=\"B", "", ERR_SYNTAX},
        {"multipart/form-data; boundary=0123456789012345678901234567890123456789012345678901234567890123456789x", "",
         ERR_SYNTAX},
        {"multipart/form-data; boundary=B", "", ERR_SYNTAX},
        {"multipart/form-data; boundary=B", "--B\r\n", ERR_SYNTAX},
        {"multipart/form-data; boundary=B", "--B\r\n" HEAD_OF("a") "x", ERR_SYNTAX},
        {"multipart/form-data; boundary=B", "--B\r\n" HEAD_OF("a") "x\r\n--B", ERR_SYNTAX},
        {"multipart/form-data; boundary=B", "--B\r\nX: y\r\n\r\nx\r\n--B--\r\n", ERR_SYNTAX},
        {"multipart/form-data; boundary=B", "--B\r\nbroken\r\n\r\nx\r\n--B--\r\n", ERR_SYNTAX},
        {"multipart/form-data; boundary=B", "--B\r\n" HEAD_OF("a") "\xff\r\n--B--\r\n", ERR_SYNTAX},
        {"multipart/form-data; boundary=B",
         "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\n12345678901\r\n--B--\r\n",
         ERR_LIMIT},
        {"multipart/form-data; boundary=B", "--B--\r\n", ERR_NONE},
        {"multipart/form-data; boundary=\"B\"; charset=utf-8", "preamble\r\n--B\r\n" HEAD_OF("a") "x\r\n--B--",
         ERR_NONE},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_ARENA arena;
        arena_init(&arena, 1 << 20);
        struct form form = {0};
        struct err err = {0};
        enum err_code code = read_in_pieces(str_from_cstr(cases[i].body), 3, cases[i].type, 10, &arena, &form, &err);
        form_done(&form);
        if (code != cases[i].code)
            fail_msg("case %zu: %s (%s)", i, err_code_to_str(code), err.text);
    }
}

static void long_head_of_a_part(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1 << 20);
    AUTO_BUF buf;
    buf_init(&buf, 1 << 20);
    buf_lit(&buf, "--B\r\nX: ");
    while (!buf.failed && buf.len_bytes < REQUEST_PART_HEAD_MAX_BYTES + 100)
        buf_put_byte(&buf, 'a');
    struct form form = {0};
    struct err err = {0};
    assert_err(read_in_pieces(buf_str(&buf), 500, "multipart/form-data; boundary=B", 10, &arena, &form, &err),
               ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urlencoded),
        cmocka_unit_test(too_many_fields),
        cmocka_unit_test(multipart_reads_the_same_in_any_pieces),
        cmocka_unit_test(multipart_refuses),
        cmocka_unit_test(long_head_of_a_part),
    };
    return cmocka_run_group_tests_name("web_form", tests, NULL, NULL);
}
