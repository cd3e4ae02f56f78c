#include "test.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/docx.h"
#include "format/table.h"
#include "format/xlsx.h"
#include "format/xml.h"
#include "format/zip.h"
#include "sample.h"

static struct arena arena;
static struct err err;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 512u << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static enum err_code print_row(void *ctx, const struct xlsx_row *row, struct err *e)
{
    for (size_t i = 0; i < row->count; i++) {
        char ref[XLSX_REF_BYTES];
        buf_printf(ctx, "%s=%.*s;", xlsx_ref(row->number, row->cells[i].column, ref), STR_ARG(row->cells[i].text));
    }
    return buf_check(ctx, e);
}

#define CELLS                                                                                                       \
    "<worksheet><sheetData><row r='2'><c r='A2' t='s'><v>0</v></c><c r='C2' t='s'><v>1</v></c></row><row r='5'><c " \
    "r='A5' s='1'><v>44895</v></c>"                                                                                 \
    "<c r='B5' s='2'><v>44895</v></c><c r='C5' s='3'><v>44895.5</v></c><c r='D5' s='4'><v>9</v></c><c r='E5' "      \
    "s='5'><v>0.5</v></c><c r='F5' s='6'>"                                                                          \
    "<v>0.3125</v></c><c r='G5'><v>0.10000000000000001</v></c><c r='H5'><v>84912345678</v></c><c r='I5' "           \
    "t='b'><v>1</v></c><c r='J5' t='e'>"                                                                            \
    "<v>#N/A</v></c><c r='K5' t='str'><f>A1&amp;B1</f><v>tính sẵn</v></c><c r='AA5' t='inlineStr'><is><t>tại " \
    "chỗ</t></is></c></row></sheetData></worksheet>"

static void cells_are_read_as_shown(void **state)
{
    (void)state;
    for (int is_1904 = 0; is_1904 < 2; is_1904++) {
        AUTO_BUF buf;
        buf_init(&buf, 4096);
        assert_ok(xlsx_read(sample_xlsx(&arena, is_1904, STR(CELLS)), STR_NONE, &arena, print_row, &buf, &err));
        const char *day = is_1904 ? "2026-12-01" : "2022-11-30";
        assert_str(
            buf_str(&buf),
            arena_printf(
                &arena,
                "A2=Mã;C2=Tên đơn vị;A5=%s;B5=%s;C5=%s 12:00;D5=0009;E5=50%%;F5=07:30;G5=0.1;H5=84912345678;I5=TRUE;"
                "J5=#N/A;K5=tính sẵn;AA5=tại chỗ;",
                day, day, day));
    }
}

static void the_first_days_of_1900(void **state)
{
    (void)state;
    AUTO_BUF buf;
    buf_init(&buf, 4096);
    struct str sheet = STR("<worksheet><sheetData><row><c s='1'><v>1</v></c><c s='1'><v>59</v></c><c "
                           "s='1'><v>60</v></c><c s='1'><v>61</v></c></row></sheetData></worksheet>");
    assert_ok(xlsx_read(sample_xlsx(&arena, false, sheet), STR_NONE, &arena, print_row, &buf, &err));
    assert_str(buf_str(&buf), STR("A1=1900-01-01;B1=1900-02-28;C1=60;D1=1900-03-01;"));
}

static void sheets_are_found_by_name(void **state)
{
    (void)state;
    struct str book = sample_xlsx(&arena, false, STR(CELLS));
    struct xlsx_sheets sheets;
    assert_ok(xlsx_sheets(book, &arena, &sheets, &err));
    assert_int_equal(sheets.count, 2);
    assert_str(sheets.names[0], STR("Đơn vị"));
    AUTO_BUF buf;
    buf_init(&buf, 4096);
    assert_ok(xlsx_read(book, STR("HAI"), &arena, print_row, &buf, &err));
    assert_str(buf_str(&buf), STR("A1=hai;"));
    assert_err(xlsx_read(book, STR("ba"), &arena, print_row, &buf, &err), ERR_NOT_FOUND);
}

static void broken_sheets_are_refused(void **state)
{
    (void)state;
    static const char *cases[] = {"<worksheet><sheetData><row r='3'/><row r='2'/></sheetData></worksheet>",
                                  "<worksheet><sheetData><row><c t='s'><v>99</v></c></row></sheetData></worksheet>",
                                  "<worksheet><sheetData><row><c r='ZZZZ1'><v>1</v></c></row></sheetData></worksheet>",
                                  "<worksheet><sheetData><row><c>",
                                  "<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet/>",
                                  ""};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF buf;
        buf_init(&buf, 4096);
        assert_err(
            xlsx_read(sample_xlsx(&arena, false, str_from_cstr(cases[i])), STR_NONE, &arena, print_row, &buf, &err),
            ERR_SYNTAX);
    }
}

#define CELL_(text)          "<w:tc><w:p><w:r><w:t>" text "</w:t></w:r></w:p></w:tc>"
#define MERGED_(merge, text) "<w:tc><w:tcPr>" merge "</w:tcPr><w:p><w:r><w:t>" text "</w:t></w:r></w:p></w:tc>"
#define ROW_(cells)          "<w:tr>" cells "</w:tr>"

static void paragraphs_tables_and_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *body, *want;
    } cases[] = {
        {"<w:p><w:r><w:t>Kính gửi:</w:t><w:tab/><w:t>Sở</w:t><w:br/><w:t>Y te&#x302;&#x301;</w:t></w:r></w:p><w:p/>",
         "Kính gửi:\tSở\nY tế\n\n"},
        {"<w:p><w:del><w:r><w:delText>xóa</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>đi</w:t></w:r></"
         "w:moveFrom><w:ins><w:r><w:t>còn</w:t></w:r></w:ins></w:p>",
         "còn\n"},
        {"<w:p><w:pPr><w:tabs><w:tab w:val='left' w:pos='5'/></w:tabs></w:pPr><w:r><w:t>a</w:t></w:r></w:p>", "a\n"},
        {"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>hai</w:t></w:r></w:p></"
         "w:tc></w:tr>"
         "<w:tr><w:tc><w:p><w:r><w:t>UBND</w:t></w:r></w:p><w:p><w:r><w:t>Số: "
         "1</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>CỘNG HÒA</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
         "1\thai\nUBND\nSố: 1\nCỘNG HÒA\n"},
        /* a register: three cells with words; then a cell of two paragraphs, and one over two columns */
        {"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>TT</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Việc</w:t></w:r></w:p></"
         "w:tc>"
         "<w:tc><w:p><w:r><w:t>Ai</w:t></w:r></w:p></w:tc></w:tr>"
         "<w:tr><w:tc><w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr></w:pPr></w:p></w:tc>"
         "<w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc>"
         "<w:tc><w:p><w:r><w:t>c</w:t></w:r></w:p></w:tc></w:tr>"
         "<w:tr><w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr><w:p><w:r><w:t>hai cột</w:t></w:r></w:p></w:tc>"
         "<w:tc><w:p><w:r><w:t>d</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
         "TT\tViệc\tAi\n1. \ta\tc\n\tb\t\nhai cột\t\td\n"},
        /* merged downwards: its words stand in each row it reaches, of two paragraphs as well; then it ends */
        {"<w:tbl>" ROW_(CELL_("TT") CELL_("Việc") CELL_("Ai"))
             ROW_(CELL_("1") CELL_("a") MERGED_("<w:vMerge w:val='restart'/>", "Sở A"))
                 ROW_(CELL_("2") CELL_("b") MERGED_("<w:vMerge/>", ""))
                     ROW_(CELL_("3") CELL_("c") MERGED_("<w:vMerge w:val='continue'/>", ""))
                         ROW_(CELL_("4") CELL_("d") CELL_("")) "</w:tbl>",
         "TT\tViệc\tAi\n1\ta\tSở A\n2\tb\tSở A\n3\tc\tSở A\n4\td\t\n"},
        /* the head of a letter says nothing twice */
        {"<w:tbl>" ROW_(MERGED_("<w:vMerge w:val='restart'/>", "UBND") CELL_("CỘNG HÒA"))
             ROW_(MERGED_("<w:vMerge/>", "") CELL_("Độc lập")) "</w:tbl>",
         "UBND\tCỘNG HÒA\n\tĐộc lập\n"},
        {"<w:p><w:pPr><w:pStyle w:val='Muc'/></w:pPr><w:r><w:t>một</w:t></w:r></w:p>"
         "<w:p><w:pPr><w:numPr><w:ilvl w:val='1'/><w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>con</w:t></w:r></w:p>"
         "<w:p><w:pPr><w:numPr><w:ilvl w:val='1'/><w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>con</w:t></w:r></w:p>"
         "<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>hai</w:t></w:r></w:p>"
         "<w:p><w:pPr><w:numPr><w:numId w:val='2'/></w:numPr></w:pPr><w:r><w:t>chấm</w:t></w:r></w:p>"
         "<w:p><w:pPr><w:pStyle w:val='Muc'/><w:numPr><w:numId w:val='0'/></w:numPr></w:pPr><w:r><w:t>không "
         "số</w:t></w:r></w:p>",
         "1. một\na) con\nb) con\n2. hai\n- chấm\nkhông số\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str text;
        assert_ok(docx_to_text(sample_docx(&arena, cases[i].body), 1u << 20, &arena, &text, &err));
        assert_str(text, str_from_cstr(cases[i].want));
    }
    struct str text;
    assert_err(docx_to_text(sample_docx(&arena, "<w:p><w:r><w:t>quá dài</w:t></w:r></w:p>"), 4, &arena, &text, &err),
               ERR_LIMIT);
}

static void a_bomb_is_refused(void **state)
{
    (void)state;
    size_t size = 40u << 20;
    char *zeros = mem_alloc(size);
    assert_non_null(zeros);
    struct part part = {"word/document.xml", {zeros, size}};
    struct str zip = sample_zip(&arena, &part, 1), text;
    mem_free(zeros);
    assert_true(zip.len_bytes < 1u << 20);
    assert_err(docx_to_text(zip, 1u << 20, &arena, &text, &err), ERR_LIMIT);
    assert_non_null(strstr(err.text, "ZIP bomb"));
}

static void too_many_entries_are_refused(void **state)
{
    (void)state;
    size_t count = ZIP_ENTRIES_MAX + 1;
    struct part *parts = arena_new_array(&arena, struct part, count);
    for (size_t i = 0; i < count; i++)
        parts[i] = (struct part){arena_printf(&arena, "%zu", i).ptr, STR("x")};
    struct zip zip;
    assert_err(zip_read(sample_zip(&arena, parts, count), NULL, &arena, &zip, &err), ERR_LIMIT);
}

static void tricky_names_are_refused(void **state)
{
    (void)state;
    static const char *names[] = {"../x", "a/../../x", "/etc/x", "a\\..\\x", "C:x"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct part part = {names[i], STR("x")};
        struct zip zip;
        assert_err(zip_read(sample_zip(&arena, &part, 1), NULL, &arena, &zip, &err), ERR_SYNTAX);
    }
}

static void an_encrypted_entry_is_refused(void **state)
{
    (void)state;
    struct part part = {"word/document.xml", STR("x")};
    struct str zip = sample_zip(&arena, &part, 1), text;
    char *p = (char *)(uintptr_t)zip.ptr;
    /* bit 0 of the flags in every header, local (offset 6) and central (offset 8) */
    for (size_t i = 0; i + 10 < zip.len_bytes; i++) {
        if (memcmp(p + i, "PK\x03\x04", 4) == 0)
            p[i + 6] |= 1;
        if (memcmp(p + i, "PK\x01\x02", 4) == 0)
            p[i + 8] |= 1;
    }
    assert_err(docx_to_text(zip, 1u << 20, &arena, &text, &err), ERR_UNSUPPORTED);
}

static void every_cut_is_survived(void **state)
{
    (void)state;
    struct str whole[2] = {sample_docx(&arena, "<w:p><w:r><w:t>x</w:t></w:r></w:p>"),
                           sample_xlsx(&arena, false, STR(CELLS))};
    for (size_t i = 0; i < 2; i++)
        for (size_t n = 0; n < whole[i].len_bytes; n++) {
            AUTO_ARENA small;
            AUTO_BUF buf;
            arena_init(&small, 8u << 20);
            buf_init(&buf, 4096);
            char *copy = mem_alloc(n ? n : 1);
            memcpy(copy, whole[i].ptr, n);
            struct str text, cut = {copy, n};
            enum err_code code = i == 0 ? docx_to_text(cut, 4096, &small, &text, &err)
                                        : xlsx_read(cut, STR_NONE, &small, print_row, &buf, &err);
            mem_free(copy);
            if (n < whole[i].len_bytes - 22) /* without the end record there is no archive */
                assert_int_not_equal(code, ERR_NONE);
        }
}

static enum err_code xml_nothing(void *ctx, struct str name, const char *const *attrs, struct err *e)
{
    return ERR_NONE;
}

static void xml_depth_and_doctype(void **state)
{
    (void)state;
    struct xml_handler handler = {.start = xml_nothing};
    AUTO_BUF buf;
    buf_init(&buf, 1u << 20);
    for (size_t i = 0; i <= XML_DEPTH_MAX; i++)
        buf_lit(&buf, "<a>");
    assert_err(xml_parse(buf_str(&buf), "x", &handler, &err), ERR_LIMIT);
    assert_err(xml_parse(STR("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"), "x", &handler, &err), ERR_SYNTAX);
    assert_non_null(strstr(err.text, "DOCTYPE"));
    assert_err(xml_parse(STR("<a>\n<b></a>"), "x", &handler, &err), ERR_SYNTAX);
    assert_non_null(strstr(err.text, "line 2"));
    assert_ok(xml_parse(STR("<a b='1'/>"), "x", &handler, &err));
}

static void tables_know_where_cells_stand(void **state)
{
    (void)state;
    static const struct str words[] = {STR_INIT("Mã đơn vị|mã"), STR_INIT("Tên"), STR_INIT("Điện thoại")};
    struct table_options options = {.header_words = words, .header_word_count = ARRAY_LEN(words)};
    struct str text = STR("DANH SÁCH ĐƠN VỊ;x\n;;\nMÃ (*);Tên ;Điện  thoại\nA1;\"Trường \"\"A\"\"\";0900\n;;\nB2\n");
    struct table table;
    char where[TABLE_WHERE_BYTES], said[TABLE_WHERE_BYTES];
    assert_ok(table_read(text, &options, &arena, &table, &err));
    assert_int_equal(table.columns, 3);
    assert_int_equal(table.count, 2);
    assert_int_equal(table.header_number, 3);
    assert_int_equal(table_column(&table, words[0]), 0);
    assert_int_equal(table_column(&table, STR("dien thoai")), 2);
    assert_int_equal(table_column(&table, STR("không có")), -1);
    assert_str(table_cell(&table, 0, 1), STR("Trường \"A\""));
    assert_str(table_cell(&table, 1, 2), STR(""));
    assert_str(table_cell(&table, 0, -1), STR(""));
    said_print(table_where(&table, 1, 2, where), said, sizeof said);
    assert_string_equal(said, "dòng 6, cột 3");
    assert_ok(table_read(sample_xlsx(&arena, false, STR(CELLS)), &options, &arena, &table, &err));
    assert_int_equal(table.count, 1);
    assert_str(table_cell(&table, 0, 0), STR("2022-11-30"));
    said_print(table_where(&table, 0, 26, where), said, sizeof said);
    assert_string_equal(said, "ô AA5");
    assert_err(table_read(STR(""), NULL, &arena, &table, &err), ERR_SYNTAX);
    assert_err(table_read(STR("%PDF-1.4"), NULL, &arena, &table, &err), ERR_UNSUPPORTED);
    options.rows_max = 1;
    assert_err(table_read(text, &options, &arena, &table, &err), ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cells_are_read_as_shown, setup, teardown),
        cmocka_unit_test_setup_teardown(the_first_days_of_1900, setup, teardown),
        cmocka_unit_test_setup_teardown(sheets_are_found_by_name, setup, teardown),
        cmocka_unit_test_setup_teardown(broken_sheets_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(paragraphs_tables_and_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(a_bomb_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(too_many_entries_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(tricky_names_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(an_encrypted_entry_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(every_cut_is_survived, setup, teardown),
        cmocka_unit_test_setup_teardown(xml_depth_and_doctype, setup, teardown),
        cmocka_unit_test_setup_teardown(tables_know_where_cells_stand, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
