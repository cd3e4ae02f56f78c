#include "test.h"

#include "base/mem.h"
#include "format/table.h"
#include "os/file.h"
#include "report/sheet.h"

#include <archive.h>
#include <archive_entry.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define MADE_MS 1795423800000LL

static const struct sheet_column columns[] = {{STR_INIT("Đơn vị"), SHEET_TEXT, 30},
                                              {STR_INIT("Số thiết bị"), SHEET_INT, 0},
                                              {STR_INIT("Hạn"), SHEET_DATE, 12},
                                              {STR_INIT("Tỷ lệ"), SHEET_PERCENT, 0}};

struct rows {
    const struct sheet_cell (*items)[4];
    size_t count, at;
};
static enum err_code rows_next(void *ctx, const struct sheet_cell **ret_cells, struct err *err)
{
    (void)err;
    struct rows *rows = ctx;
    *ret_cells = rows->at < rows->count ? rows->items[rows->at] : NULL;
    rows->at++;
    return ERR_NONE;
}

static const struct sheet_cell few[][4] = {
    {{.text = STR_INIT("=HYPERLINK(\"http://x.example\";\"xem\")")}, {.value = 1205}, {.day = 20787}, {.share = 0.875}},
    {{.text = STR_INIT("Trường Nguye\u0302\u0303n & <Du>")},
     {.value = 9007199254740993},
     {.day = CIVIL_FOREVER},
     {.is_empty = true}},
    {{.text = STR_INIT("@SUM(1)\x01")}, {.value = -5}, {.day = CIVIL_NONE}, {.share = 1}},
};

static char folder[] = "/tmp/report_sheet_XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/a.xlsx", folder);
    return 0;
}
static int drop_folder(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(folder);
}

static struct str made(const struct sheet *sheets, size_t count, struct arena *arena)
{
    struct err err;
    assert_ok(sheet_write_xlsx(sheets, count, MADE_MS, path, &err));
    struct str bytes;
    assert_ok(file_read(path, 64u << 20, arena, &bytes, &err));
    return bytes;
}

static struct str part(struct str bytes, const char *name, struct arena *arena)
{
    struct archive *zip = archive_read_new();
    assert_int_equal(archive_read_support_format_zip(zip), ARCHIVE_OK);
    assert_int_equal(archive_read_open_memory(zip, bytes.ptr, bytes.len_bytes), ARCHIVE_OK);
    struct archive_entry *entry;
    AUTO_BUF out;
    buf_init(&out, 64u << 20);
    while (archive_read_next_header(zip, &entry) == ARCHIVE_OK) {
        if (strcmp(archive_entry_pathname(entry), name) != 0)
            continue;
        char piece[8192];
        la_ssize_t n;
        while ((n = archive_read_data(zip, piece, sizeof piece)) > 0)
            buf_put(&out, (struct str){piece, (size_t)n});
    }
    archive_read_free(zip);
    struct str text;
    struct err err;
    assert_ok(buf_to_arena(&out, arena, &text, &err));
    assert_true(text.len_bytes > 0);
    return text;
}

static void the_same_rows_give_the_same_bytes(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct rows rows = {few, ARRAY_LEN(few), 0};
    struct sheet sheet = {STR("Đơn vị"), columns, 4, rows_next, &rows};
    struct str once = made(&sheet, 1, &arena);
    rows.at = 0;
    setenv("TZ", "America/New_York", 1);
    tzset();
    struct str again = made(&sheet, 1, &arena);
    unsetenv("TZ");
    tzset();
    assert_true(str_equal(once, again));
}

static void what_a_stranger_typed_never_runs(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct rows rows = {few, ARRAY_LEN(few), 0};
    struct sheet sheet = {STR("a"), columns, 4, rows_next, &rows};
    struct str xml = part(made(&sheet, 1, &arena), "xl/worksheets/sheet1.xml", &arena);
    assert_false(str_contains(xml, STR("<f>")));
    assert_false(str_contains(xml, STR("<hyperlink")));
    assert_true(str_contains(xml, STR("<t>=HYPERLINK(")));
    assert_true(str_contains(xml, STR("Trường Nguyễn &amp; &lt;Du&gt;")));
    assert_true(str_contains(xml, STR("<t>@SUM(1)</t>")));
}

static void our_own_reader_reads_it(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct err err;
    struct rows rows = {few, ARRAY_LEN(few), 0};
    struct sheet sheet = {STR("a"), columns, 4, rows_next, &rows};
    struct table table;
    assert_ok(table_read(made(&sheet, 1, &arena), NULL, &arena, &table, &err));
    assert_int_equal(table.count, 3);
    assert_str(table.header[1], STR("Số thiết bị"));
    assert_str(table_cell(&table, 0, 0), few[0][0].text);
    assert_str(table_cell(&table, 0, 1), STR("1205"));
    assert_str(table_cell(&table, 0, 2), STR("2026-11-30"));
    assert_str(table_cell(&table, 1, 0), STR("Trường Nguyễn & <Du>"));
    assert_str(table_cell(&table, 1, 1), STR("9007199254740993"));
}

static void types_head_and_filter(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct rows rows = {few, ARRAY_LEN(few), 0};
    struct sheet sheet = {STR("a"), columns, 4, rows_next, &rows};
    struct str bytes = made(&sheet, 1, &arena), xml = part(bytes, "xl/worksheets/sheet1.xml", &arena);
    static const char *const want[] = {"state=\"frozen\"", "<autoFilter ref=\"A1:D4\"/>", "<v>1205</v>", "<v>46356</v>",
                                       "<v>0.875</v>",     "<t>9007199254740993</t>",     "<v>-5</v>"};
    for (size_t i = 0; i < ARRAY_LEN(want); i++)
        if (!str_contains(xml, str_from_cstr(want[i])))
            fail_msg("%s is not in %.*s", want[i], STR_ARG(xml));
    assert_true(str_contains(part(bytes, "xl/styles.xml", &arena), STR("dd/mm/yyyy")));
    assert_true(str_contains(part(bytes, "docProps/core.xml", &arena), STR("2026-11-23T08:50:00Z")));
}

static void tabs_get_names_that_excel_takes(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct rows none = {few, 0, 0};
    struct sheet sheets[] = {{STR("Đơn vị/xã [2026]"), columns, 4, rows_next, &none},
                             {STR("đơn vị/XÃ [2026]"), columns, 4, rows_next, &none},
                             {STR("Một cái tên dài hơn ba mươi mốt chữ cái"), columns, 4, rows_next, &none},
                             {STR("abc"), columns, 4, rows_next, &none},
                             {STR("ABC"), columns, 4, rows_next, &none},
                             {STR(""), columns, 4, rows_next, &none}};
    struct str xml = part(made(sheets, ARRAY_LEN(sheets), &arena), "xl/workbook.xml", &arena);
    static const char *const want[] = {"name=\"Đơn vị-xã -2026-\"", "name=\"Một cái tên dài hơn ba mươi mốt\"",
                                       "name=\"đơn vị-XÃ -2026- (2)\"", "name=\"ABC (2)\"", "name=\"Trang\""};
    for (size_t i = 0; i < ARRAY_LEN(want); i++)
        if (!str_contains(xml, str_from_cstr(want[i])))
            fail_msg("%s is not in %.*s", want[i], STR_ARG(xml));
}

static enum err_code rows_break(void *ctx, const struct sheet_cell **ret_cells, struct err *err)
{
    (void)ctx;
    (void)ret_cells;
    return err_set(err, ERR_BUSY, "the store went away");
}

static void a_source_that_breaks_leaves_the_old_file(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct err err;
    assert_ok(file_write_atomic(path, STR("old"), 0600, &err));
    struct sheet sheet = {STR("a"), columns, 4, rows_break, NULL};
    assert_err(sheet_write_xlsx(&sheet, 1, MADE_MS, path, &err), ERR_BUSY);
    struct str kept;
    assert_ok(file_read(path, 1000, &arena, &kept, &err));
    assert_str(kept, STR("old"));
    char part_path[80];
    snprintf(part_path, sizeof part_path, "%s.part", path);
    assert_int_equal(access(part_path, F_OK), -1);
}

static enum err_code rows_many(void *ctx, const struct sheet_cell **ret_cells, struct err *err)
{
    (void)err;
    struct rows *rows = ctx;
    *ret_cells = rows->at++ < rows->count ? few[1] : NULL;
    return ERR_NONE;
}

/* libxlsxwriter itself answers "no error" when its temporary file is cut short. */
static void a_full_disk_leaves_the_old_file(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct err err;
    for (rlim_t room_bytes = 2000; room_bytes < 2000000; room_bytes *= 10) {
        assert_ok(file_write_atomic(path, STR("old"), 0600, &err));
        struct rows rows = {few, 20000, 0};
        struct sheet sheet = {STR("a"), columns, 4, rows_many, &rows};
        struct rlimit before, low;
        assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
        low = before;
        low.rlim_cur = room_bytes;
        void (*old_handler)(int) = signal(SIGXFSZ, SIG_IGN);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
        enum err_code code = sheet_write_xlsx(&sheet, 1, MADE_MS, path, &err);
        (void)setrlimit(RLIMIT_FSIZE, &before);
        (void)signal(SIGXFSZ, old_handler);
        assert_int_equal(code, ERR_IO);
        struct str kept;
        assert_ok(file_read(path, 1000, &arena, &kept, &err));
        assert_str(kept, STR("old"));
    }
}

static void csv_shows_what_the_sheet_shows(void **state)
{
    (void)state;
    struct err err;
    AUTO_BUF out;
    buf_init(&out, 1u << 20);
    struct report_sink sink = report_sink_buf(&out);
    struct rows rows = {few, ARRAY_LEN(few), 0};
    struct sheet sheet = {STR("a"), columns, 4, rows_next, &rows};
    assert_ok(sheet_write_csv(&sheet, &sink, &err));
    assert_str(buf_str(&out), STR("\xEF\xBB\xBF"
                                  "Đơn vị,Số thiết bị,Hạn,Tỷ lệ\r\n"
                                  "\"'=HYPERLINK(\"\"http://x.example\"\";\"\"xem\"\")\",1205,30/11/2026,\"87,5%\"\r\n"
                                  "Trường Nguyễn & <Du>,9007199254740993,,\r\n"
                                  "'@SUM(1),-5,,100%\r\n"));
}

static void every_failed_allocation_is_an_error(void **state)
{
    (void)state;
    struct err err;
    struct rows rows = {few, ARRAY_LEN(few), 0};
    struct sheet sheet = {STR("a"), columns, 4, rows_next, &rows};
    (void)mem_fail_at(0);
    assert_ok(sheet_write_xlsx(&sheet, 1, MADE_MS, path, &err));
    uint64_t allocations = mem_fail_at(0);
    for (uint64_t nth = 1; nth <= allocations; nth++) {
        rows.at = 0;
        (void)mem_fail_at(nth);
        enum err_code code = sheet_write_xlsx(&sheet, 1, MADE_MS, path, &err);
        (void)mem_fail_at(0);
        assert_true(code == ERR_NOMEM || code == ERR_LIMIT);
    }
    assert_true(allocations > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_rows_give_the_same_bytes),
        cmocka_unit_test(what_a_stranger_typed_never_runs),
        cmocka_unit_test(our_own_reader_reads_it),
        cmocka_unit_test(types_head_and_filter),
        cmocka_unit_test(tabs_get_names_that_excel_takes),
        cmocka_unit_test(a_source_that_breaks_leaves_the_old_file),
        cmocka_unit_test(a_full_disk_leaves_the_old_file),
        cmocka_unit_test(csv_shows_what_the_sheet_shows),
        cmocka_unit_test(every_failed_allocation_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
