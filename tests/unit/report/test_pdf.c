#include "test.h"

#include "base/mem.h"
#include "fixtures.h"
#include "os/file.h"
#include "report/pdf.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

struct bench {
    struct type_fonts *fonts;
    char folder[64];
};

static const struct str answer_like = STR_INIT("Một đoạn văn dài hơn hai dòng để bộ ngắt trang phải chọn chỗ, được lặp "
                                               "lại cho đến khi trang đầy và phần chữ ký phải sang trang "
                                               "mới cùng với dòng áp chót của đoạn, rồi còn thêm một ít lời nữa cho đủ "
                                               "ba dòng và đến đây thì hết, đây là chữ cuối");

static int open_fonts(void **state)
{
    struct bench *bench = test_malloc(sizeof *bench);
    struct err err;
    snprintf(bench->folder, sizeof bench->folder, "/tmp/report_test_XXXXXX");
    if (!mkdtemp(bench->folder) || type_fonts_open(NULL, &bench->fonts, &err) != ERR_NONE)
        return -1;
    *state = bench;
    return 0;
}

static int close_fonts(void **state)
{
    struct bench *bench = *state;
    type_fonts_free(bench->fonts);
    (void)rmdir(bench->folder);
    test_free(bench);
    return 0;
}

static struct str printed(struct bench *bench, const struct document *document, struct arena *arena, size_t *ret_pages)
{
    struct err err;
    AUTO_BUF out;
    buf_init(&out, 64u << 20);
    struct report_sink sink = report_sink_buf(&out);
    struct pdf_stats stats;
    assert_ok(pdf_write(document, bench->fonts, &sink, &stats, &err));
    if (ret_pages)
        *ret_pages = stats.page_count;
    struct str bytes;
    assert_ok(buf_to_arena(&out, arena, &bytes, &err));
    return bytes;
}

/* What another program makes of the PDF: `command` reads it from FILE. */
static struct str seen_by(struct bench *bench, const char *command, struct str pdf, struct arena *arena)
{
    struct err err;
    char path[128], line[256];
    snprintf(path, sizeof path, "%s/a.pdf", bench->folder);
    assert_ok(file_write_atomic(path, pdf, 0600, &err));
    snprintf(line, sizeof line, "%s %s %s", command, path, strstr(command, "pdftotext") ? "-" : "");
    FILE *pipe = popen(line, "r");
    assert_non_null(pipe);
    AUTO_BUF out;
    buf_init(&out, 16u << 20);
    char piece[4096];
    size_t n;
    while ((n = fread(piece, 1, sizeof piece, pipe)) > 0)
        buf_put(&out, (struct str){piece, n});
    assert_int_equal(pclose(pipe), 0);
    (void)unlink(path);
    struct str text;
    assert_ok(buf_to_arena(&out, arena, &text, &err));
    return text;
}

static size_t count_of(struct str text, struct str needle)
{
    size_t n = 0;
    for (ptrdiff_t at = 0; (at = str_find(text, needle, (size_t)at)) >= 0; at++)
        n++;
    return n;
}

static void the_same_document_gives_the_same_bytes(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    for (int i = 0; i < FIXTURE_COUNT; i++) {
        struct document d = fixture_make((enum fixture)i, &arena);
        struct str once = printed(*state, &d, &arena, NULL);
        assert_true(str_equal(once, printed(*state, &d, &arena, NULL)));
        assert_true(str_starts_with(once, STR("%PDF-1.")));
    }
}

/* Another process with another time zone, locale, home and fontconfig. */
static void another_process_gives_the_same_bytes(void **state)
{
    struct bench *bench = *state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct err err;
    const char *program = getenv("REPORT_FIXTURE");
    if (!program)
        skip();
    for (int i = 0; i < FIXTURE_COUNT; i++) {
        struct document d = fixture_make((enum fixture)i, &arena);
        struct str here = printed(bench, &d, &arena, NULL), there;
        char path[128], line[512];
        snprintf(path, sizeof path, "%s/b.pdf", bench->folder);
        snprintf(line, sizeof line,
                 "env -i TZ=America/New_York LC_ALL=C HOME=/nonexistent FONTCONFIG_FILE=/nonexistent "
                 "SOURCE_DATE_EPOCH=1 %s pdf %s %s",
                 program, fixture_name((enum fixture)i), path);
        assert_int_equal(system(line), 0);
        assert_ok(file_read(path, 64u << 20, &arena, &there, &err));
        (void)unlink(path);
        assert_true(str_equal(here, there));
    }
}

static void only_liberation_fonts_are_inside(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    for (int i = 0; i < FIXTURE_COUNT; i++) {
        struct document d = fixture_make((enum fixture)i, &arena);
        struct str rest = seen_by(*state, "pdffonts", printed(*state, &d, &arena, NULL), &arena), line;
        for (int n = 0; str_line(&rest, &line); n++) {
            if (n < 2 || str_is_empty(line))
                continue;
            assert_true(str_contains(line, STR("+LiberationSerif")));
            assert_true(str_contains(line, STR(" yes yes yes "))); /* embedded, subset, mapped to Unicode */
        }
    }
}

static void every_vietnamese_letter_can_be_searched(void **state)
{
    static const char letters[] = "à á ả ã ạ ă ằ ắ ẳ ẵ ặ â ầ ấ ẩ ẫ ậ đ è é ẻ ẽ ẹ ê ề ế ể ễ ệ ì í ỉ ĩ ị ò ó ỏ õ ọ ô ồ ố "
                                  "ổ ỗ ộ ơ ờ ớ ở ỡ ợ ù ú ủ ũ ụ ư ừ ứ ử ữ ự ỳ ý ỷ ỹ ỵ "
                                  "À Á Ả Ã Ạ Ă Ằ Ắ Ẳ Ẵ Ặ Â Ầ Ấ Ẩ Ẫ Ậ Đ È É Ẻ Ẽ Ẹ Ê Ề Ế Ể Ễ Ệ Ì Í Ỉ Ĩ Ị Ò Ó Ỏ Õ Ọ Ô Ồ Ố "
                                  "Ổ Ỗ Ộ Ơ Ờ Ớ Ở Ỡ Ợ Ù Ú Ủ Ũ Ụ Ư Ừ Ứ Ử Ữ Ự Ỳ Ý Ỷ Ỹ Ỵ";
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct document_block blocks[] = {
        {.kind = DOCUMENT_PARAGRAPH, .text = str_from_cstr(letters)},
        {.kind = DOCUMENT_NOTE, .text = STR("Nguye\u0302\u0303n Thu\u031b\u0323 y\u0301 office fi fl")}};
    struct document d = {.issuer = STR("A"), .summary = STR("b"), .blocks = blocks, .block_count = 2};
    struct str text = seen_by(*state, "pdftotext", printed(*state, &d, &arena, NULL), &arena),
               rest = str_from_cstr(letters), letter;
    while (str_split(&rest, ' ', &letter))
        if (!str_contains(text, letter))
            fail_msg("%.*s is not found in the PDF's text", STR_ARG(letter));
    assert_true(str_contains(text, STR("Nguyễn Thự ý office fi fl")));
}

static void words_do_not_run_together_over_lines(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct document d = fixture_make(FIXTURE_ANSWER, &arena);
    struct str text = seen_by(*state, "pdftotext -raw", printed(*state, &d, &arena, NULL), &arena);
    static const char *const want[] = {"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
                                       "Độc lập - Tự do - Hạnh phúc",
                                       "- Thủ trưởng các đơn vị trực thuộc.",
                                       "đ) Kết quả gửi về Sở qua hệ thống",
                                       "hiện./.",
                                       "KT. GIÁM ĐỐC",
                                       "- Lưu: VT, VP (05)."};
    for (size_t i = 0; i < ARRAY_LEN(want); i++)
        if (!str_contains(text, str_from_cstr(want[i])))
            fail_msg("\"%s\" is not found in:\n%.*s", want[i], STR_ARG(text));
}

static void header_rows_come_back_on_every_page(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct document d = fixture_table(300, &arena);
    size_t pages;
    struct str text = seen_by(*state, "pdftotext -layout", printed(*state, &d, &arena, &pages), &arena);
    assert_true(pages > 5);
    assert_int_equal(count_of(text, STR("Ghi chú")), pages);
    assert_int_equal(count_of(text, STR("Trung tâm GDNN-GDTX")) + count_of(text, STR("Trung tâm GDNN-")) > 0, 1);
    assert_int_equal(count_of(text, STR("\f")), pages);
}

static void a_row_higher_than_a_page_is_cut_and_loses_nothing(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    AUTO_BUF text;
    buf_init(&text, 1u << 20);
    for (int i = 0; i < 900; i++)
        buf_printf(&text, "chữ%03d ", i);
    struct str cells[] = {STR("1"), buf_str(&text)};
    struct document_row row = {cells, DOCUMENT_ROW_PLAIN};
    struct document_column columns[] = {{.title = STR("TT")}, {.title = STR("Nội dung")}};
    struct document_block block = {.kind = DOCUMENT_TABLE, .table = {columns, 2, &row, 1, 0}};
    struct document d = {.issuer = STR("A"), .summary = STR("b"), .blocks = &block, .block_count = 1};
    size_t pages;
    struct str seen = seen_by(*state, "pdftotext", printed(*state, &d, &arena, &pages), &arena);
    assert_true(pages >= 3);
    for (int i = 0; i < 900; i++) {
        char word[16];
        snprintf(word, sizeof word, "chữ%03d", i);
        assert_int_equal(count_of(seen, str_from_cstr(word)), 1);
    }
}

static void a_word_wider_than_its_cell_is_cut(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct str cells[] = {STR("https://truong-tieu-hoc.example/duong/dan/rat/dai/khong/co/khoang/trang"), STR("x")};
    struct document_row row = {cells, DOCUMENT_ROW_PLAIN};
    struct document_column columns[] = {{.title = STR("A"), .weight = 1}, {.title = STR("B"), .weight = 9}};
    struct document_block block = {.kind = DOCUMENT_TABLE, .table = {columns, 2, &row, 1, 0}};
    struct document d = {.issuer = STR("A"), .summary = STR("b"), .blocks = &block, .block_count = 1};
    struct str seen = seen_by(*state, "pdftotext -raw", printed(*state, &d, &arena, NULL), &arena);
    AUTO_BUF joined;
    buf_init(&joined, 1u << 20);
    for (size_t i = 0; i < seen.len_bytes; i++)
        if (seen.ptr[i] != '\n' && seen.ptr[i] != ' ')
            buf_put_byte(&joined, seen.ptr[i]);
    assert_true(str_contains(buf_str(&joined), cells[0]));
    assert_true(count_of(seen, STR("\n")) > 12); /* on many lines */
}

static void annexes_are_counted_for_themselves_and_lie_down(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct document d = fixture_make(FIXTURE_ROLLUP, &arena);
    size_t pages;
    struct str pdf = printed(*state, &d, &arena, &pages);
    struct str info = seen_by(*state, "pdfinfo -l 99", pdf, &arena);
    assert_int_equal(count_of(info, STR("size:  595.276 x 841.89 pts (A4)")), 1);
    assert_int_equal(count_of(info, STR("size:  841.89 x 595.276 pts (A4)")), pages - 1);
    struct str second = seen_by(*state, "pdftotext -f 2 -l 2", pdf, &arena),
               third = seen_by(*state, "pdftotext -f 3 -l 3", pdf, &arena);
    assert_true(str_starts_with(second, STR("PHỤ LỤC")));
    assert_true(str_starts_with(third, STR("2\n")));
    assert_true(str_contains(third, STR("Số liệu chốt lúc")));
}

/* Whatever the length of the text, the signature stands on a page with at least two lines of it. */
static void a_signature_is_never_alone(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct document d = fixture_make(FIXTURE_ANSWER, &arena);
    struct document_block blocks[60];
    for (size_t i = 0; i < ARRAY_LEN(blocks); i++)
        blocks[i] = (struct document_block){.kind = DOCUMENT_PARAGRAPH, .text = answer_like};
    d.blocks = blocks;
    for (d.block_count = 1; d.block_count < ARRAY_LEN(blocks); d.block_count++) {
        size_t pages;
        char command[64];
        struct arena_mark mark = arena_mark(&arena);
        struct str pdf = printed(*state, &d, &arena, &pages);
        snprintf(command, sizeof command, "pdftotext -raw -f %zu", pages);
        struct str last = seen_by(*state, command, pdf, &arena);
        assert_true(str_contains(last, STR("Nguyễn Thị Thùy Dương")));
        assert_true(str_contains(last, STR("chữ cuối./.")));
        assert_true(str_contains(last, STR("áp chót")));
        arena_rewind(&arena, mark);
    }
}

static void a_long_list_of_recipients_loses_nobody(void **state)
{
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct document d = fixture_make(FIXTURE_ANSWER, &arena);
    struct document_recipient many[150];
    for (size_t i = 0; i < ARRAY_LEN(many); i++)
        many[i] = (struct document_recipient){arena_printf(&arena, "Trường số %03zu", i), STR_NONE};
    d.recipients = many;
    d.recipient_count = ARRAY_LEN(many);
    struct str text = seen_by(*state, "pdftotext", printed(*state, &d, &arena, NULL), &arena);
    assert_int_equal(count_of(text, STR("Trường số ")), ARRAY_LEN(many));
    assert_int_equal(count_of(text, STR("Nguyễn Thị Thùy Dương")), 1);
}

static void a_missing_font_is_said_in_words(void **state)
{
    struct bench *bench = *state;
    struct err err;
    struct type_fonts *fonts = NULL;
    assert_err(type_fonts_open(bench->folder, &fonts, &err), ERR_NOT_FOUND);
    assert_null(fonts);
    assert_non_null(strstr(err.text, "LiberationSerif-Regular.ttf"));
    assert_non_null(strstr(err.text, "fonts-liberation2"));
}

struct short_disk {
    size_t left_bytes;
};
static enum err_code short_write(void *ctx, struct str bytes, struct err *err)
{
    struct short_disk *disk = ctx;
    if (bytes.len_bytes > disk->left_bytes) {
        errno = ENOSPC;
        return err_set(err, ERR_IO, "write page");
    }
    disk->left_bytes -= bytes.len_bytes;
    return ERR_NONE;
}

static void a_failing_stream_is_reported(void **state)
{
    struct bench *bench = *state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct document d = fixture_make(FIXTURE_PERIODIC, &arena);
    size_t whole = printed(bench, &d, &arena, NULL).len_bytes;
    for (size_t room = 0; room < whole; room += whole / 7) {
        struct err err;
        struct short_disk disk = {room};
        struct report_sink sink = {short_write, &disk};
        assert_err(pdf_write(&d, bench->fonts, &sink, NULL, &err), ERR_IO);
        assert_non_null(strstr(err.text, "No space left"));
    }
}

static void a_full_disk_leaves_the_old_file(void **state)
{
    struct bench *bench = *state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct err err;
    struct document d = fixture_make(FIXTURE_PERIODIC, &arena);
    char path[128], part[160];
    snprintf(path, sizeof path, "%s/c.pdf", bench->folder);
    snprintf(part, sizeof part, "%s.part", path);
    assert_ok(file_write_atomic(path, STR("old"), 0600, &err));
    struct rlimit before, low;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    low = before;
    low.rlim_cur = 5000;
    void (*old_handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    enum err_code code = pdf_write_file(&d, bench->fonts, path, NULL, &err);
    (void)setrlimit(RLIMIT_FSIZE, &before);
    (void)signal(SIGXFSZ, old_handler);
    assert_int_equal(code, ERR_IO);
    struct str kept;
    assert_ok(file_read(path, 1000, &arena, &kept, &err));
    assert_str(kept, STR("old"));
    assert_int_equal(access(part, F_OK), -1);
    (void)unlink(path);
}

/* A label above a table is on the page of the table, wherever the foot of the page falls. */
static void what_heads_a_table_stays_with_it(void **state)
{
    struct bench *bench = *state;
    static const struct document_column column = {.title = STR_INIT("Cột")};
    static const struct str cell = STR_INIT("ÔĐẦU");
    static const struct document_row row = {.cells = &cell};
    size_t turned = 0;
    for (size_t n = 20; n < 36; n++) {
        AUTO_ARENA arena;
        arena_init(&arena, 64u << 20);
        struct document_block *blocks = arena_new_array(&arena, struct document_block, n + 2);
        assert_non_null(blocks);
        for (size_t i = 0; i < n; i++)
            blocks[i] = (struct document_block){.kind = DOCUMENT_PARAGRAPH, .text = STR("Một dòng")};
        blocks[n] = (struct document_block){.kind = DOCUMENT_CLAUSE, .lead = STR("NHÃN:")};
        blocks[n + 1] = (struct document_block){
            .kind = DOCUMENT_TABLE, .table = {.columns = &column, .column_count = 1, .rows = &row, .row_count = 1}};
        struct document d = {.issuer = STR("A"), .summary = STR("b"), .blocks = blocks, .block_count = n + 2};
        struct str text = seen_by(bench, "pdftotext", printed(bench, &d, &arena, NULL), &arena);
        ptrdiff_t label = str_find(text, STR("NHÃN:"), 0), first = str_find(text, cell, 0);
        ptrdiff_t page_end = str_find_byte(text, '\f', 0);
        assert_true(label > 0 && first > label);
        if ((label < page_end) != (first < page_end))
            fail_msg("%zu lines: the label is alone at the foot", n);
        turned += label > page_end;
    }
    assert_true(turned > 0 && turned < 16); /* both sides of the foot were tried */
}

static double number_after(struct str text, ptrdiff_t from, struct str name)
{
    ptrdiff_t at = str_find(text, name, (size_t)from);
    assert_true(at >= 0);
    return strtod(text.ptr + at + name.len_bytes, NULL);
}

/* Before a word that needs a line of its own a justified line would be torn apart. */
static void a_line_of_few_words_stays_ragged(void **state)
{
    struct bench *bench = *state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    static const struct document_block block = {
        .kind = DOCUMENT_PARAGRAPH,
        .text = STR_INIT("trước sau https://truclam.example/"
                         "mot-dia-chi-rat-dai/khong-co-cho-nao-de-ngat/va-con-dai-hon-nua-cho-day-mot-dong hết")};
    struct document d = {.issuer = STR("A"), .summary = STR("b"), .blocks = &block, .block_count = 1};
    struct str boxes = seen_by(bench, "pdftotext -bbox", printed(bench, &d, &arena, NULL), &arena);
    ptrdiff_t first = str_find(boxes, STR(">trước<"), 0), second = str_find(boxes, STR(">sau<"), 0);
    assert_true(first > 0 && second > first);
    double end = number_after(boxes, first - 60, STR("xMax=\"")), begin = number_after(boxes, first, STR("xMin=\""));
    if (begin - end > 13)
        fail_msg("%.1f pt between two words", begin - end);
}

static void every_failed_allocation_is_an_error(void **state)
{
    struct bench *bench = *state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct document d = fixture_make(FIXTURE_PERIODIC, &arena);
    struct err err;
    struct report_sink sink = {short_write, &(struct short_disk){SIZE_MAX}};
    (void)mem_fail_at(0);
    assert_ok(pdf_write(&d, bench->fonts, &sink, NULL, &err));
    uint64_t made = mem_fail_at(0), failures = 0;
    assert_true(made > 0);
    for (uint64_t nth = 1; nth <= made; nth++) {
        (void)mem_fail_at(nth);
        enum err_code code = pdf_write(&d, bench->fonts, &sink, NULL, &err);
        (void)mem_fail_at(0);
        if (code != ERR_NONE)
            assert_true(code == ERR_NOMEM || code == ERR_LIMIT);
        failures += code != ERR_NONE;
    }
    assert_true(failures > made / 2);
    assert_ok(pdf_write(&d, bench->fonts, &sink, NULL, &err));
}

static void opening_fonts_survives_every_failed_allocation(void **state)
{
    (void)state;
    struct err err;
    uint64_t failures = 0;
    for (uint64_t nth = 1; nth <= 60; nth++) {
        struct type_fonts *fonts = NULL;
        (void)mem_fail_at(nth);
        enum err_code code = type_fonts_open(NULL, &fonts, &err);
        (void)mem_fail_at(0);
        failures += code != ERR_NONE;
        type_fonts_free(fonts);
    }
    assert_true(failures > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_document_gives_the_same_bytes),
        cmocka_unit_test(another_process_gives_the_same_bytes),
        cmocka_unit_test(only_liberation_fonts_are_inside),
        cmocka_unit_test(every_vietnamese_letter_can_be_searched),
        cmocka_unit_test(words_do_not_run_together_over_lines),
        cmocka_unit_test(header_rows_come_back_on_every_page),
        cmocka_unit_test(a_row_higher_than_a_page_is_cut_and_loses_nothing),
        cmocka_unit_test(a_word_wider_than_its_cell_is_cut),
        cmocka_unit_test(annexes_are_counted_for_themselves_and_lie_down),
        cmocka_unit_test(a_signature_is_never_alone),
        cmocka_unit_test(a_long_list_of_recipients_loses_nobody),
        cmocka_unit_test(a_missing_font_is_said_in_words),
        cmocka_unit_test(a_failing_stream_is_reported),
        cmocka_unit_test(a_full_disk_leaves_the_old_file),
        cmocka_unit_test(what_heads_a_table_stays_with_it),
        cmocka_unit_test(a_line_of_few_words_stays_ragged),
        cmocka_unit_test(every_failed_allocation_is_an_error),
        cmocka_unit_test(opening_fonts_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
