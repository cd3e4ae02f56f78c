#include "test.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/doctext.h"
#include "format/html.h"
#include "os/file.h"
#include "sample.h"

static struct arena arena;
static struct err err;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 256u << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static void kinds_are_told_by_content(void **state)
{
    (void)state;
    static const struct {
        struct str bytes;
        enum doc_kind kind;
    } cases[] = {
        {STR_INIT(""), DOC_EMPTY},
        {STR_INIT("Số: 1/CT-TTg"), DOC_TEXT},
        {STR_INIT("BMC: thông báo"), DOC_TEXT},
        {STR_INIT("\xFF\xFES\0\xD1\x1E"), DOC_TEXT},
        {STR_INIT("%PDF-1.7\n"), DOC_PDF},
        {STR_INIT("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1...."), DOC_OLE},
        {STR_INIT("{\\rtf1\\ansi"), DOC_RTF},
        {STR_INIT("\xFF\xD8\xFF\xE0...."), DOC_IMAGE},
        {STR_INIT("\x89PNG\r\n\x1A\n"), DOC_IMAGE},
        {STR_INIT("  <!DOCTYPE html><p>x"), DOC_HTML},
        {STR_INIT("<div class=a>x</div>"), DOC_HTML},
        {STR_INIT("<a> b"), DOC_TEXT},
        {STR_INIT("PK\x05\x06\0\0\0\0"), DOC_ZIP},
        {STR_INIT("\x01\x02\x03\x04\x05\x06\x07\x08"), DOC_BINARY},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (doc_kind_of(cases[i].bytes) != cases[i].kind)
            fail_msg("case %zu: %s", i, doc_kind_to_str(doc_kind_of(cases[i].bytes)));
    assert_int_equal(doc_kind_of(sample_docx(&arena, "")), DOC_DOCX);
    assert_int_equal(doc_kind_of(sample_xlsx(&arena, false, STR("<a/>"))), DOC_XLSX);
}

static void texts_come_out_alike(void **state)
{
    (void)state;
    static const struct str cases[] = {
        STR_INIT("Kính gửi:\r\nSở Y tế\r"), STR_INIT("\xEF\xBB\xBFKính gửi:\nSở Y te\xCC\x82\xCC\x81\n"),
        STR_INIT("<html><head><title>bỏ</title><style>p{}</style></head><body><p>Kính&nbsp;gửi:</p><div>S&#7903; Y\n "
                 "tế<script>x('<p>')</script></div></body></html>")};
    struct doc_text doc;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_ok(doc_text(cases[i], &arena, &doc, &err));
        assert_str(doc.decoded.text, STR("Kính gửi:\nSở Y tế\n"));
    }
    assert_ok(doc_text(
        sample_docx(&arena, "<w:p><w:r><w:t>Kính gửi:</w:t></w:r></w:p><w:p><w:r><w:t>Sở Y tế</w:t></w:r></w:p>"),
        &arena, &doc, &err));
    assert_str(doc.decoded.text, STR("Kính gửi:\nSở Y tế\n"));
}

static void refusals_say_what_to_do(void **state)
{
    (void)state;
    static const struct {
        struct str bytes;
        enum err_code code;
        const char *words;
    } cases[] = {
        {STR_INIT(""), ERR_SYNTAX, "tệp trống"},
        {STR_INIT(" \n\t"), ERR_SYNTAX, "tệp trống"},
        {STR_INIT("%PDF-1.7\n"), ERR_UNSUPPORTED, "PDF"},
        {STR_INIT("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), ERR_UNSUPPORTED, "lưu thành .docx"},
        {STR_INIT("{\\rtf1"), ERR_UNSUPPORTED, "lưu thành .docx"},
        {STR_INIT("\xFF\xD8\xFF\xE0"), ERR_UNSUPPORTED, "ảnh chụp"},
        {STR_INIT("PK\x05\x06\0\0\0\0"), ERR_UNSUPPORTED, "giải nén"},
    };
    struct doc_text doc;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_err(doc_text(cases[i].bytes, &arena, &doc, &err), cases[i].code);
        if (!strstr(err.text, cases[i].words))
            fail_msg("%s", err.text);
    }
    /* 50 MB: the size alone decides, no byte of it is read */
    assert_err(doc_text((struct str){"x", 50u << 20}, &arena, &doc, &err), ERR_LIMIT);
}

static void pages_keep_their_blocks(void **state)
{
    (void)state;
    static const struct {
        const char *html, *want;
    } cases[] = {
        {"<h1>A</h1>x<br>y <b>đậm</b>  z<ul><li>một<li>hai</ul>", "A\nx\ny đậm z\n- một\n- hai\n"},
        {"<table><tr><td>1</td><td>a b</td></tr><tr><th>2<th>c</table>", "1\ta b\n2\tc\n"},
        /* a register keeps its rows: lines of a cell in their column, a cell over two rows in both */
        {"<table><tr><th>TT<th>Việc<th>Ai</tr><tr><td>1</td><td>a<br>b</td><td rowspan='2'><p>Sở A;</p><p>Sở "
         "B</p></td></tr>"
         "<tr><td>2</td><td>c</td></tr><tr><td>3<td colspan=\"2\">d</table>sau",
         "TT\tViệc\tAi\n1\ta\tSở A;\n\tb\tSở B\n2\tc\tSở A;\n\t\tSở B\n3\td\nsau\n"},
        /* two cells are the head of a letter; a table that holds tables is there for the looks */
        {"<table><tr><td>UBND<br>SỞ A<td>CỘNG HÒA<br>Độc lập</table>", "UBND\nSỞ A\nCỘNG HÒA\nĐộc lập\n"},
        {"<table><tr><td>menu<br>một<td>hai<td><table><tr><td>1<td>2<td>3</table>", "menu\nmột\nhai\n1\t2\t3\n"},
        {"<!-- <p>ẩn</p> --><p title='a>b'>hiện", "hiện\n"},
        {"&lt;p&gt; &amp;amp; &khong; &#x1EBF;&#0; 1 < 2 & 3", "<p> &amp; &khong; ế\xEF\xBF\xBD 1 < 2 & 3\n"},
        {"<pre>a\n  b</pre>c", "a\n  b\nc\n"},
        {"<script>không bao giờ hết", ""},
        {"<", "<\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str text;
        assert_ok(html_to_text(str_from_cstr(cases[i].html), 4096, &arena, &text, &err));
        assert_str(text, str_from_cstr(cases[i].want));
    }
}

/* The smallest honest PDF: one page whose content is `page`; offsets are counted here, as readers check them. */
static struct str sample_pdf(const char *page, unsigned pages)
{
    AUTO_BUF buf;
    size_t at[4];
    buf_init(&buf, 1u << 20);
    buf_lit(&buf, "%PDF-1.4\n");
    at[0] = buf.len_bytes;
    buf_lit(&buf, "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n");
    at[1] = buf.len_bytes;
    buf_lit(&buf, "2 0 obj<</Type/Pages/Kids[");
    for (unsigned i = 0; i < pages; i++)
        buf_lit(&buf, "3 0 R ");
    buf_printf(&buf, "]/Count %u>>endobj\n", pages);
    at[2] = buf.len_bytes;
    buf_lit(&buf, "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 "
                  "R/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n");
    at[3] = buf.len_bytes;
    buf_printf(&buf, "4 0 obj<</Length %zu>>stream\n%s\nendstream endobj\n", strlen(page), page);
    size_t xref = buf.len_bytes;
    buf_printf(&buf, "xref\n0 %u\n0000000000 65535 f \n", 5 + pages);
    for (size_t i = 0; i < 4; i++)
        buf_printf(&buf, "%010zu 00000 n \n", at[i]);
    for (unsigned i = 0; i < pages; i++) /* poppler wants as many objects as pages */
        buf_lit(&buf, "0000000000 65535 f \n");
    buf_printf(&buf, "trailer<</Size %u/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", 5 + pages, xref);
    return arena_str(&arena, buf_str(&buf));
}

static void pdfs_are_read_by_poppler(void **state)
{
    (void)state;
    if (access("/usr/bin/pdftotext", X_OK) != 0 || access("/usr/bin/pdfinfo", X_OK) != 0) {
        print_message("SKIP: poppler-utils is not installed\n");
        skip();
    }
    static const struct {
        const char *page;
        unsigned pages;
        enum err_code code;
        const char *words;
    } cases[] = {
        {"BT /F 12 Tf 50 700 Td (Cong van so 12 ve an toan thong tin) Tj ET", 1, ERR_NONE, "Cong van so 12"},
        {"0 0 10 10 re f", 1, ERR_UNSUPPORTED, "ảnh quét"},
        {"0 0 10 10 re f", LETTER_PDF_MAX_PAGES + 1, ERR_LIMIT, "trang"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_FD fd = -1;
        struct doc_text doc;
        assert_ok(file_temp_fd(sample_pdf(cases[i].page, cases[i].pages), &fd, &err));
        enum err_code code = doc_pdf_text(fd, &arena, &doc, &err);
        if (code != cases[i].code || !strstr(code == ERR_NONE ? doc.decoded.text.ptr : err.text, cases[i].words))
            fail_msg("case %zu: %s (%s)", i, err_code_to_str(code), err.text);
    }
    AUTO_FD fd = -1;
    struct doc_text doc;
    assert_ok(file_temp_fd(STR("%PDF-1.4\nhỏng"), &fd, &err));
    assert_err(doc_pdf_text(fd, &arena, &doc, &err), ERR_SYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(kinds_are_told_by_content, setup, teardown),
                                       cmocka_unit_test_setup_teardown(texts_come_out_alike, setup, teardown),
                                       cmocka_unit_test_setup_teardown(refusals_say_what_to_do, setup, teardown),
                                       cmocka_unit_test_setup_teardown(pages_keep_their_blocks, setup, teardown),
                                       cmocka_unit_test_setup_teardown(pdfs_are_read_by_poppler, setup, teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
