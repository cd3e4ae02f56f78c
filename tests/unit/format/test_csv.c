#include "test.h"

#include "base/limits.h"
#include "base/mem.h"
#include "format/csv.h"

static struct err err;

/* Rows as "a|b|c\n", so that a case is one line. */
static enum err_code flatten(struct str text, struct buf *out)
{
    AUTO_ARENA arena;
    arena_init(&arena, 8u << 20);
    static struct csv_reader reader;
    struct csv_row row;
    TRY(csv_open(text, 0, &arena, &reader, &err));
    for (;;) {
        TRY(csv_next(&reader, &row, &err));
        if (row.count == 0)
            return ERR_NONE;
        buf_printf(out, "%zu:", row.line);
        for (size_t i = 0; i < row.count; i++)
            buf_printf(out, "<%.*s>", STR_ARG(row.fields[i]));
    }
}

static void rows_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *in, *want;
    } cases[] = {
        {"", ""},
        {"a,b\r\nc,d", "1:<a><b>2:<c><d>"},
        {"a,b\nc,\n", "1:<a><b>2:<c><>"},
        {"a\rb", "1:<a>2:<b>"},
        {"\xEF\xBB\xBFtên;mã\nAn;1", "1:<tên><mã>2:<An><1>"},
        {"sep=;\r\na;b,c\r\n", "2:<a><b,c>"},
        {"a\tb\nc\td", "1:<a><b>2:<c><d>"},
        {"a;b,c;d\n1;2;3\n", "1:<a><b,c><d>2:<1><2><3>"},
        {"\"a,b\",\"x\"\"y\"\"\"\n", "1:<a,b><x\"y\">"},
        {"\"1\n2\",z\nlast,row", "1:<1\n2><z>3:<last><row>"},
        {"15\" screen,b\nc,d", "1:<15\" screen><b>2:<c><d>"},
        {"a,b\n\nc,d", "1:<a><b>2:<>3:<c><d>"},
        {"\"\"", "1:<>"},
        {"a,\"\"", "1:<a><>"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF buf;
        buf_init(&buf, 4096);
        assert_ok(flatten(str_from_cstr(cases[i].in), &buf));
        assert_str(buf_str(&buf), str_from_cstr(cases[i].want));
    }
}

static void errors_name_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *in, *words;
    } cases[] = {{"a,b\n\"c,d\ne\n", "line 2: a quote is opened"}, {"a\nb\n\"x\"y,z", "line 3: text stands behind"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF buf;
        buf_init(&buf, 4096);
        assert_err(flatten(str_from_cstr(cases[i].in), &buf), ERR_SYNTAX);
        if (!strstr(err.text, cases[i].words))
            fail_msg("%s", err.text);
    }
}

static void ceilings_hold(void **state)
{
    (void)state;
    size_t size = CSV_FIELD_MAX_BYTES + 10;
    char *big = mem_alloc(size);
    AUTO_BUF buf;
    buf_init(&buf, 16u << 20);
    memset(big, 'x', size);
    assert_err(flatten((struct str){big, size}, &buf), ERR_LIMIT);
    big[0] = '"';
    assert_err(flatten((struct str){big, size}, &buf), ERR_LIMIT);
    memset(big, ',', size);
    assert_err(flatten((struct str){big, size}, &buf), ERR_LIMIT);
    mem_free(big);
}

static void formulas_are_disarmed(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0\r\n"},
        {"+84 912 000 000", "+84 912 000 000\r\n"},
        {"+SUM(1)", "'+SUM(1)\r\n"},
        {"-5", "-5\r\n"},
        {"-", "'-\r\n"},
        {"@x", "'@x\r\n"},
        {"\tx", "'\tx\r\n"},
        {"\rx", "\"'\rx\"\r\n"},
        {"a,b", "\"a,b\"\r\n"},
        {"a\"b", "\"a\"\"b\"\r\n"},
        {"=\"a\"", "\"'=\"\"a\"\"\"\r\n"},
        {"", "\"\"\r\n"},
        {"dòng\nhai", "\"dòng\nhai\"\r\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF buf;
        buf_init(&buf, 4096);
        struct csv_writer w;
        csv_writer_init(&w, &buf, ',', 0);
        csv_put(&w, str_from_cstr(cases[i].in));
        csv_end_row(&w);
        assert_str(buf_str(&buf), str_from_cstr(cases[i].out));
    }
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    AUTO_BUF buf, got;
    buf_init(&buf, 4096);
    buf_init(&got, 4096);
    struct csv_writer w;
    csv_writer_init(&w, &buf, ';', CSV_BOM);
    for (int i = 0; i < 2; i++) {
        csv_put(&w, STR("Trường \"A\"; cơ sở 2\nxã B"));
        csv_put(&w, STR(""));
        csv_put_i64(&w, -7);
        csv_end_row(&w);
    }
    assert_ok(flatten(buf_str(&buf), &got));
    assert_str(buf_str(&got), STR("1:<Trường \"A\"; cơ sở 2\nxã B><><-7>3:<Trường \"A\"; cơ sở 2\nxã B><><-7>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_are_read), cmocka_unit_test(errors_name_the_line),
                                       cmocka_unit_test(ceilings_hold), cmocka_unit_test(formulas_are_disarmed),
                                       cmocka_unit_test(what_is_written_is_read_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
