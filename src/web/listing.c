#include "web/listing.h"

#include <fcntl.h>
#include <unistd.h>

#include "os/crypto.h"
#include "os/file.h"

#define LINK_MAX_BYTES  (8u << 10)
#define SHEET_MAX_BYTES (64u << 20)

struct str link_make(const struct request *request, struct str path, const struct link_param *params, size_t count)
{
    AUTO_BUF buf;
    buf_init(&buf, LINK_MAX_BYTES);
    struct page_out o = {.buf = &buf, .lang = request->lang};
    buf_put(&buf, path);
    char separator = '?';
    for (size_t i = 0; i < count; i++) {
        if (str_is_empty(params[i].value))
            continue;
        buf_put_byte(&buf, separator);
        separator = '&';
        buf_put(&buf, str_from_cstr(params[i].name));
        buf_put_byte(&buf, '=');
        out_url_part(&o, params[i].value);
    }
    struct str link = buf.failed ? STR_NONE : arena_str(request->arena, buf_str(&buf));
    return str_is_null(link) ? STR("") : link;
}

struct str link_id(const struct request *request, int64_t id)
{
    return id ? app_href(request, "%lld", (long long)id) : STR("");
}

int64_t listing_page(const struct request *request)
{
    int64_t page;
    if (!str_to_i64(str_trim(request_field(request, STR("page"))), &page) || page < 1 || page > 1000000)
        return 1;
    return page;
}

struct part_pager listing_pager(const struct request *request, struct str path, const struct link_param *params,
                                size_t count, int64_t page, int64_t shown, int64_t total, bool has_files)
{
    bool is_counted = total >= 0;
    if (!is_counted)
        total = -total;
    struct part_pager pager = {.from = shown ? (page - 1) * LISTING_PAGE_ROWS + 1 : 0,
                               .to = (page - 1) * LISTING_PAGE_ROWS + shown,
                               .total = total};
    struct link_param *all = arena_new_array(request->arena, struct link_param, count + 1);
    if (!all)
        return pager;
    if (count)
        memcpy(all, params, count * sizeof *all);
    if (page > 1) {
        all[count] = (struct link_param){"page", page > 2 ? link_id(request, page - 1) : STR("")};
        pager.prev_href = link_make(request, path, all, count + 1);
    }
    if (pager.to < total && shown) {
        all[count] = (struct link_param){"page", link_id(request, page + 1)};
        pager.next_href = link_make(request, path, all, count + 1);
    }
    if (!is_counted && pager.to < total)
        pager.total = 0;
    if (has_files) {
        pager.excel_href = link_make(request, app_href(request, "%.*s.xlsx", STR_ARG(path)), params, count);
        pager.csv_href = link_make(request, app_href(request, "%.*s.csv", STR_ARG(path)), params, count);
    }
    return pager;
}

enum listing_file listing_file_of(const struct request *request)
{
    return str_ends_with(request->path, STR(".xlsx"))  ? LISTING_XLSX
           : str_ends_with(request->path, STR(".csv")) ? LISTING_CSV
                                                       : LISTING_PAGE;
}

struct rows {
    const struct sheet_cell *cells;
    size_t column_count, row_count, at;
};

static enum err_code next_row(void *ctx, const struct sheet_cell **ret_cells, struct err *err)
{
    (void)err;
    struct rows *rows = ctx;
    *ret_cells = rows->at < rows->row_count ? rows->cells + rows->at * rows->column_count : NULL;
    rows->at++;
    return ERR_NONE;
}

/* The library writes by name only: into the spool folder under a name nobody guesses, gone before it is sent. */
static enum err_code respond_xlsx(struct request *request, struct response *response, struct str name,
                                  const struct sheet *sheet, struct err *err)
{
    struct sha256 random;
    crypto_random(&random, sizeof random);
    const char *path = arena_printf(request->arena, "%s/sheet-%.*s.xlsx", app_of(request)->spool_dir,
                                    STR_ARG(crypto_to_hex(str_slice(sha256_str(&random), 0, 16), request->arena)))
                           .ptr;
    if (!path)
        return arena_full(request->arena, err);
    TRY(sheet_write_xlsx(sheet, 1, request->now_ms, path, err));
    struct str bytes;
    enum err_code read = file_read(path, SHEET_MAX_BYTES, request->arena, &bytes, err);
    struct err ignored;
    err_ignore(file_remove(path, &ignored), "a spool file that stays is swept with the spool");
    if (read != ERR_NONE)
        return read;
    response_file(request, response, STR("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), name,
                  bytes);
    return ERR_NONE;
}

enum err_code listing_respond(struct request *request, struct response *response, enum listing_file file,
                              struct str name, const struct sheet_column *columns, size_t column_count,
                              const struct sheet_cell *cells, size_t row_count, struct err *err)
{
    struct rows rows = {cells, column_count, row_count, 0};
    struct sheet sheet = {
        .name = name, .columns = columns, .column_count = column_count, .next = next_row, .ctx = &rows};
    if (file == LISTING_XLSX)
        return respond_xlsx(request, response, app_href(request, "%.*s.xlsx", STR_ARG(name)), &sheet, err);
    AUTO_BUF buf;
    buf_init(&buf, SHEET_MAX_BYTES);
    struct report_sink sink = report_sink_buf(&buf);
    TRY(sheet_write_csv(&sheet, &sink, err));
    struct str bytes;
    TRY(buf_to_arena(&buf, request->arena, &bytes, err));
    response_file(request, response, STR("text/csv; charset=utf-8"), app_href(request, "%.*s.csv", STR_ARG(name)),
                  bytes);
    return ERR_NONE;
}
