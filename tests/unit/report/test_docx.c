#include "test.h"

#include "base/mem.h"
#include "fixtures.h"
#include "format/docx.h"
#include "report/docx.h"

#include <archive.h>
#include <archive_entry.h>
#include <expat.h>

#include <stdlib.h>
#include <unistd.h>

static struct str written(const struct document *document, struct arena *arena)
{
    struct err err;
    AUTO_BUF out;
    buf_init(&out, 64u << 20);
    struct report_sink sink = report_sink_buf(&out);
    assert_ok(docx_write(document, &sink, &err));
    struct str bytes;
    assert_ok(buf_to_arena(&out, arena, &bytes, &err));
    return bytes;
}

struct parts {
    struct str names[32];
    struct str bytes[32];
    size_t count;
};

static struct parts unzipped(struct str zip_bytes, struct arena *arena)
{
    struct parts parts = {0};
    struct archive *zip = archive_read_new();
    assert_int_equal(archive_read_support_format_zip(zip), ARCHIVE_OK);
    assert_int_equal(archive_read_open_memory(zip, zip_bytes.ptr, zip_bytes.len_bytes), ARCHIVE_OK);
    struct archive_entry *entry;
    struct err err;
    while (archive_read_next_header(zip, &entry) == ARCHIVE_OK) {
        AUTO_BUF out;
        buf_init(&out, 64u << 20);
        char piece[8192];
        la_ssize_t n;
        while ((n = archive_read_data(zip, piece, sizeof piece)) > 0)
            buf_put(&out, (struct str){piece, (size_t)n});
        assert_int_equal(n, 0);
        assert_true(parts.count < ARRAY_LEN(parts.names));
        parts.names[parts.count] = arena_str(arena, str_from_cstr(archive_entry_pathname(entry)));
        assert_ok(buf_to_arena(&out, arena, &parts.bytes[parts.count++], &err));
    }
    archive_read_free(zip);
    return parts;
}

static struct str part(const struct parts *parts, const char *name)
{
    for (size_t i = 0; i < parts->count; i++)
        if (str_equal(parts->names[i], str_from_cstr(name)))
            return parts->bytes[i];
    fail_msg("no part %s", name);
    return STR_NONE;
}

static void text_only(void *ctx, const XML_Char *text, int len)
{
    buf_put(ctx, (struct str){text, (size_t)len});
}
static void paragraph_ends(void *ctx, const XML_Char *name)
{
    if (strcmp(name, "w:p") == 0)
        buf_put_byte(ctx, '\n');
}

/* Text of a part; fails when the XML is not well-formed. */
static struct str read_back(struct str xml, struct arena *arena)
{
    AUTO_BUF out;
    buf_init(&out, 16u << 20);
    XML_Parser parser = XML_ParserCreate(NULL);
    XML_SetUserData(parser, &out);
    XML_SetCharacterDataHandler(parser, text_only);
    XML_SetEndElementHandler(parser, paragraph_ends);
    if (XML_Parse(parser, xml.ptr, (int)xml.len_bytes, 1) != XML_STATUS_OK)
        fail_msg("XML: %s at byte %ld", XML_ErrorString(XML_GetErrorCode(parser)),
                 (long)XML_GetCurrentByteIndex(parser));
    XML_ParserFree(parser);
    struct str text;
    struct err err;
    assert_ok(buf_to_arena(&out, arena, &text, &err));
    return text;
}

static void the_same_document_gives_the_same_bytes_in_any_time_zone(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct document d = fixture_make(FIXTURE_ROLLUP, &arena);
    struct str once = written(&d, &arena);
    setenv("TZ", "America/New_York", 1);
    tzset();
    struct str again = written(&d, &arena);
    unsetenv("TZ");
    tzset();
    assert_true(str_equal(once, again));
}

static void every_part_is_well_formed(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    for (int i = 0; i < FIXTURE_COUNT; i++) {
        struct document d = fixture_make((enum fixture)i, &arena);
        struct parts parts = unzipped(written(&d, &arena), &arena);
        assert_str(parts.names[0], STR("[Content_Types].xml"));
        for (size_t p = 0; p < parts.count; p++)
            (void)read_back(parts.bytes[p], &arena);
    }
}

struct links {
    const struct parts *parts;
    const char *folder;
    const char *element, *attribute;
    size_t found;
};
static void link_check(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct links *links = ctx;
    if (strcmp(name, links->element) != 0)
        return;
    for (size_t i = 0; attributes[i]; i += 2)
        if (strcmp(attributes[i], links->attribute) == 0) {
            char path[128];
            snprintf(path, sizeof path, "%s%s", links->folder, attributes[i + 1] + (attributes[i + 1][0] == '/'));
            (void)part(links->parts, path);
            links->found++;
        }
}

static void every_relationship_and_type_names_a_part(void **state)
{
    (void)state;
    static const struct {
        const char *part, *folder, *element, *attribute;
        size_t want;
    } cases[] = {{"_rels/.rels", "", "Relationship", "Target", 2},
                 {"word/_rels/document.xml.rels", "word/", "Relationship", "Target", 3},
                 {"[Content_Types].xml", "", "Override", "PartName", 5}};
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct document d = fixture_make(FIXTURE_ANSWER, &arena);
    struct parts parts = unzipped(written(&d, &arena), &arena);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct links links = {&parts, cases[i].folder, cases[i].element, cases[i].attribute, 0};
        XML_Parser parser = XML_ParserCreate(NULL);
        XML_SetUserData(parser, &links);
        XML_SetStartElementHandler(parser, link_check);
        struct str xml = part(&parts, cases[i].part);
        assert_int_equal(XML_Parse(parser, xml.ptr, (int)xml.len_bytes, 1), XML_STATUS_OK);
        XML_ParserFree(parser);
        assert_int_equal(links.found, cases[i].want);
    }
}

static void the_text_reads_back(void **state)
{
    (void)state;
    static const char *const want[] = {"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n",
                                       "/SGDĐT-VP\n",
                                       "V/v rà quét lỗ hổng",
                                       "- Thủ trưởng các đơn vị trực thuộc.\n",
                                       "1. Về rà quét lỗ hổng\n",
                                       "đ) Kết quả",
                                       "triển khai thực hiện./.\n",
                                       "KT. GIÁM ĐỐC\nPHÓ GIÁM ĐỐC\nNguyễn Thị Thùy Dương\n",
                                       "- Lưu: VT, VP (05).\n"};
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct document d = fixture_make(FIXTURE_ANSWER, &arena);
    struct parts parts = unzipped(written(&d, &arena), &arena);
    struct str text = read_back(part(&parts, "word/document.xml"), &arena);
    for (size_t i = 0; i < ARRAY_LEN(want); i++)
        if (!str_contains(text, str_from_cstr(want[i])))
            fail_msg("\"%s\" is not in the document", want[i]);
}

static void our_own_reader_reads_it(void **state)
{
    (void)state;
    static const char *const want[] = {"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
                                       "BÁO CÁO\n",
                                       "Kính gửi: Sở Giáo dục và Đào tạo tỉnh Trúc Lâm\n",
                                       "TT\tNội dung\tĐơn vị tính\tKỳ trước\tKỳ này\n",
                                       "2\tSố người đã được quán triệt\tngười\t112\t118\n",
                                       "Lê Hoàng Ngọc Ánh"};
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct err err;
    struct document d = fixture_make(FIXTURE_PERIODIC, &arena);
    struct str text;
    assert_ok(docx_to_text(written(&d, &arena), 1u << 20, &arena, &text, &err));
    for (size_t i = 0; i < ARRAY_LEN(want); i++)
        if (!str_contains(text, str_from_cstr(want[i])))
            fail_msg("\"%s\" is not in:\n%.*s", want[i], STR_ARG(text));
}

static void annexes_are_landscape_sections_counted_from_one(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct document d = fixture_make(FIXTURE_ROLLUP, &arena);
    struct parts parts = unzipped(written(&d, &arena), &arena);
    struct str xml = part(&parts, "word/document.xml");
    ptrdiff_t portrait = str_find(xml, STR("<w:pgSz w:w=\"11906\" w:h=\"16838\"/>"), 0);
    ptrdiff_t annex = str_find(xml, STR("PHỤ LỤC"), 0);
    ptrdiff_t landscape = str_find(xml, STR("w:orient=\"landscape\""), 0);
    assert_true(portrait > 0 && annex > portrait && landscape > annex);
    assert_true(str_contains(xml, STR("<w:pgNumType w:start=\"1\"/><w:titlePg/>")));
    assert_true(str_contains(xml, STR("<w:tblHeader/>")));
    assert_true(str_contains(xml, STR("<w:gridSpan w:val=\"3\"/>")));
    assert_true(str_contains(part(&parts, "word/footer1.xml"), STR("SHA-256: 9f2c")));
}

static void markup_in_a_name_stays_text(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct document d = fixture_make(FIXTURE_ANSWER, &arena);
    d.signer_name = STR("</w:t><w:br/> & \"A\" \x02");
    struct parts parts = unzipped(written(&d, &arena), &arena);
    assert_true(str_contains(read_back(part(&parts, "word/document.xml"), &arena), STR("</w:t><w:br/> & \"A\" \n")));
}

struct short_disk {
    size_t left_bytes;
};
static enum err_code short_write(void *ctx, struct str bytes, struct err *err)
{
    struct short_disk *disk = ctx;
    if (bytes.len_bytes > disk->left_bytes)
        return err_set(err, ERR_IO, "disk is full");
    disk->left_bytes -= bytes.len_bytes;
    return ERR_NONE;
}

static void a_failing_stream_is_reported(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct document d = fixture_make(FIXTURE_PERIODIC, &arena);
    size_t whole = written(&d, &arena).len_bytes;
    for (size_t room = 0; room < whole; room += whole / 5) {
        struct err err;
        struct report_sink sink = {short_write, &(struct short_disk){room}};
        assert_err(docx_write(&d, &sink, &err), ERR_IO);
        assert_string_equal(err.text, "disk is full");
    }
}

static void every_failed_allocation_is_an_error(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct document d = fixture_make(FIXTURE_PERIODIC, &arena);
    struct err err;
    struct report_sink sink = {short_write, &(struct short_disk){SIZE_MAX}};
    (void)mem_fail_at(0);
    assert_ok(docx_write(&d, &sink, &err));
    uint64_t made = mem_fail_at(0);
    assert_true(made > 10);
    for (uint64_t nth = 1; nth <= made; nth++) {
        (void)mem_fail_at(nth);
        enum err_code code = docx_write(&d, &sink, &err);
        (void)mem_fail_at(0);
        assert_true(code == ERR_NOMEM || code == ERR_LIMIT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_document_gives_the_same_bytes_in_any_time_zone),
        cmocka_unit_test(every_part_is_well_formed),
        cmocka_unit_test(every_relationship_and_type_names_a_part),
        cmocka_unit_test(the_text_reads_back),
        cmocka_unit_test(our_own_reader_reads_it),
        cmocka_unit_test(annexes_are_landscape_sections_counted_from_one),
        cmocka_unit_test(markup_in_a_name_stays_text),
        cmocka_unit_test(a_failing_stream_is_reported),
        cmocka_unit_test(every_failed_allocation_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
