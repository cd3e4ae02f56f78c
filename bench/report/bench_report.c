/* bench_report - pages a second of a 500-page table, rows a second of a 100,000-row XLSX. */
#include "fixtures.h"

#include "base/clock.h"
#include "report/docx.h"
#include "report/pdf.h"
#include "report/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static enum err_code swallow(void *ctx, struct str bytes, struct err *err)
{
    (void)err;
    *(size_t *)ctx += bytes.len_bytes;
    return ERR_NONE;
}

static enum err_code row_next(void *ctx, const struct sheet_cell **ret_cells, struct err *err)
{
    (void)err;
    static struct sheet_cell cells[6] = {{.text = STR_INIT("Trường Tiểu học Bình Thụy")},
                                         {.value = 0},
                                         {.value = 42},
                                         {.day = 20787},
                                         {.share = 0.875},
                                         {.text = STR_INIT("Đã gửi")}};
    int64_t *left = ctx;
    cells[1].value = *left;
    *ret_cells = (*left)-- > 0 ? cells : NULL;
    return ERR_NONE;
}

static int fail(const struct err *err)
{
    fprintf(stderr, "bench_report: %s\n", err->text);
    return 3;
}

int main(void)
{
    AUTO_ARENA arena;
    arena_init(&arena, 256u << 20);
    struct err err;
    struct type_fonts *fonts = NULL;
    if (type_fonts_open(NULL, &fonts, &err) != ERR_NONE)
        return fail(&err);
    struct document document = fixture_table(6670, &arena);
    size_t bytes = 0;
    struct report_sink sink = {swallow, &bytes};
    struct pdf_stats stats;
    int64_t from = clock_monotonic_us();
    if (pdf_write(&document, fonts, &sink, &stats, &err) != ERR_NONE)
        return fail(&err);
    double seconds = (double)(clock_monotonic_us() - from) / 1e6;
    printf("pdf   %zu pages, 9 columns: %.2f s, %.0f pages/s, %.1f MB\n", stats.page_count, seconds,
           (double)stats.page_count / seconds, (double)bytes / 1e6);
    bytes = 0;
    from = clock_monotonic_us();
    if (docx_write(&document, &sink, &err) != ERR_NONE)
        return fail(&err);
    printf("docx  same table: %.2f s, %.1f MB\n", (double)(clock_monotonic_us() - from) / 1e6, (double)bytes / 1e6);
    struct document letter = fixture_make(FIXTURE_ANSWER, &arena);
    from = clock_monotonic_us();
    for (int i = 0; i < 100; i++)
        if (pdf_write(&letter, fonts, &sink, NULL, &err) != ERR_NONE)
            return fail(&err);
    printf("pdf   answer letter: %.1f ms each\n", (double)(clock_monotonic_us() - from) / 100e3);
    type_fonts_free(fonts);

    static const struct sheet_column columns[] = {
        {STR_INIT("Đơn vị"), SHEET_TEXT, 30},  {STR_INIT("Mã"), SHEET_INT, 0},
        {STR_INIT("Thiết bị"), SHEET_INT, 0},  {STR_INIT("Hạn"), SHEET_DATE, 0},
        {STR_INIT("Tỷ lệ"), SHEET_PERCENT, 0}, {STR_INIT("Trạng thái"), SHEET_TEXT, 0}};
    int64_t rows = 100000;
    struct sheet sheet = {STR("Đơn vị"), columns, ARRAY_LEN(columns), row_next, &rows};
    char folder[] = "/tmp/bench_report_XXXXXX", path[64];
    if (!mkdtemp(folder))
        return 3;
    snprintf(path, sizeof path, "%s/a.xlsx", folder);
    from = clock_monotonic_us();
    if (sheet_write_xlsx(&sheet, 1, 1795423800000LL, path, &err) != ERR_NONE)
        return fail(&err);
    printf("xlsx  100,000 rows, 6 columns, read back: %.2f s\n", (double)(clock_monotonic_us() - from) / 1e6);
    (void)unlink(path);
    (void)rmdir(folder);
    rows = 100000;
    bytes = 0;
    from = clock_monotonic_us();
    if (sheet_write_csv(&sheet, &sink, &err) != ERR_NONE)
        return fail(&err);
    printf("csv   100,000 rows: %.2f s, %.1f MB\n", (double)(clock_monotonic_us() - from) / 1e6, (double)bytes / 1e6);
    return 0;
}
