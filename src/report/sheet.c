#include "report/sheet.h"

#include "base/viet.h"
#include "format/csv.h"
#include "report/document.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <limits.h>
#include <xlsxwriter.h>

#define TAB_MAX_CHARS   31u
#define CSV_PIECE_BYTES (64u << 10)

/* ---------- text ---------- */

static bool cut_to(struct str text, size_t chars, size_t *ret_bytes)
{
    size_t pos = 0, units = 0;
    while (pos < text.len_bytes) {
        size_t before = pos;
        units += utf8_next(text, &pos) > 0xFFFF ? 2 : 1; /* Excel counts UTF-16 */
        if (units > chars) {
            *ret_bytes = before;
            return true;
        }
    }
    *ret_bytes = text.len_bytes;
    return false;
}

/* A terminated copy for the library, clean and no longer than Excel takes. */
static enum err_code cell_text(struct str text, struct arena *arena, const char **ret_text, struct err *err)
{
    struct str clean;
    TRY(document_text_clean(text, arena, &clean, err));
    size_t keep;
    const char *made;
    if (cut_to(clean, SHEET_CELL_MAX_CHARS, &keep)) {
        (void)cut_to(clean, SHEET_CELL_MAX_CHARS - 1, &keep);
        made = arena_printf(arena, "%.*s…", (int)keep, clean.ptr).ptr;
    } else {
        made = arena_cstr(arena, clean);
    }
    if (!made)
        return arena_full(arena, err);
    *ret_text = made;
    return ERR_NONE;
}

/* Excel refuses empty names, []:*?/\, an apostrophe at the ends, more than 31 characters, and two names that differ
 * only by case. */
struct tab_names {
    struct str *lowered; /* of the tabs made so far; the library compares only ASCII letters, Excel all */
    size_t count;
};

static bool is_taken(const struct tab_names *tabs, struct str lowered)
{
    for (size_t i = 0; i < tabs->count; i++)
        if (str_equal(tabs->lowered[i], lowered))
            return true;
    return false;
}

static enum err_code tab_name(lxw_workbook *book, struct str wanted, struct tab_names *tabs, struct arena *arena,
                              const char **ret_name, struct err *err)
{
    struct str clean;
    TRY(document_text_clean(str_trim(wanted), arena, &clean, err));
    if (str_is_empty(clean))
        clean = STR("Trang");
    for (unsigned round = 0; round < 1000; round++) {
        char suffix[16];
        int n = round ? snprintf(suffix, sizeof suffix, " (%u)", round + 1) : 0;
        size_t keep;
        (void)cut_to(clean, TAB_MAX_CHARS - (size_t)n, &keep);
        struct str name = arena_printf(arena, "%.*s%s", (int)keep, clean.ptr, round ? suffix : "");
        if (str_is_null(name))
            return arena_full(arena, err);
        char *bytes = arena_alloc(arena, name.len_bytes + 1, 1);
        if (!bytes)
            return arena_full(arena, err);
        memcpy(bytes, name.ptr, name.len_bytes + 1);
        for (size_t i = 0; i < name.len_bytes; i++)
            if (strchr("[]:*?/\\", bytes[i]) || (bytes[i] == '\'' && (i == 0 || i + 1 == name.len_bytes)))
                bytes[i] = '-';
        struct str lowered = viet_lower(arena, str_from_cstr(bytes));
        if (str_is_null(lowered))
            return arena_full(arena, err);
        if (!is_taken(tabs, lowered) && workbook_validate_sheet_name(book, bytes) == LXW_NO_ERROR) {
            tabs->lowered[tabs->count++] = lowered;
            *ret_name = bytes;
            return ERR_NONE;
        }
    }
    return err_set(err, ERR_CONFLICT, "XLSX: no name left for sheet %zu", tabs->count + 1);
}

/* ---------- XLSX ---------- */

struct formats {
    lxw_format *head, *text, *integer, *date, *percent;
};

static enum err_code lxw_check(lxw_error status, const char *what, struct err *err)
{
    if (status == LXW_NO_ERROR)
        return ERR_NONE;
    if (status == LXW_ERROR_MEMORY_MALLOC_FAILED)
        return err_set(err, ERR_NOMEM, "XLSX: no memory");
    return err_set(err, ERR_IO, "XLSX: %s: %s", what, lxw_strerror(status));
}

static bool is_empty(const struct sheet_cell *cell, enum sheet_type type)
{
    return cell->is_empty || (type == SHEET_DATE && (cell->day == CIVIL_NONE || cell->day == CIVIL_FOREVER)) ||
           (type == SHEET_TEXT && str_is_empty(cell->text));
}

static enum err_code cell_write(lxw_worksheet *tab, const struct formats *formats, lxw_row_t row, lxw_col_t column,
                                enum sheet_type type, const struct sheet_cell *cell, struct arena *arena,
                                struct err *err)
{
    if (is_empty(cell, type))
        return ERR_NONE;
    lxw_error status = LXW_NO_ERROR;
    switch (type) {
    case SHEET_TEXT: {
        const char *text;
        TRY(cell_text(cell->text, arena, &text, err));
        status = worksheet_write_string(tab, row, column, text, formats->text); /* never guessed: "=1+1" stays text */
        break;
    }
    case SHEET_INT:
        if (cell->value > (1LL << 53) ||
            cell->value < -(1LL << 53)) { /* a spreadsheet would round it: an id is not a quantity */
            char digits[32];
            snprintf(digits, sizeof digits, "%lld", (long long)cell->value);
            status = worksheet_write_string(tab, row, column, digits, formats->text);
        } else {
            status = worksheet_write_number(tab, row, column, (double)cell->value, formats->integer);
        }
        break;
    case SHEET_DATE: {
        struct civil day = civil_from_day(cell->day);
        lxw_datetime when = {.year = day.year, .month = day.month, .day = day.day};
        status = worksheet_write_datetime(tab, row, column, &when, formats->date);
        break;
    }
    case SHEET_PERCENT:
        status = worksheet_write_number(tab, row, column, cell->share, formats->percent);
        break;
    }
    return lxw_check(status, "write a cell", err);
}

static enum err_code sheet_put(lxw_workbook *book, const struct formats *formats, const struct sheet *sheet,
                               struct tab_names *tabs, struct arena *arena, struct err *err)
{
    if (sheet->column_count == 0 || sheet->column_count > SHEET_COLUMNS_MAX)
        return err_set(err, ERR_LIMIT, "XLSX: %zu columns, 1 to %u can be written", sheet->column_count,
                       SHEET_COLUMNS_MAX);
    const char *name = "";
    TRY(tab_name(book, sheet->name, tabs, arena, &name, err));
    lxw_worksheet *tab = workbook_add_worksheet(book, name);
    if (!tab)
        return err_set(err, ERR_NOMEM, "XLSX: no memory for a sheet");
    for (size_t c = 0; c < sheet->column_count; c++) {
        double width = sheet->columns[c].width_chars > 0 ? sheet->columns[c].width_chars : 14;
        TRY(lxw_check(worksheet_set_column(tab, (lxw_col_t)c, (lxw_col_t)c, width, NULL), "set a column", err));
        const char *title;
        TRY(cell_text(sheet->columns[c].title, arena, &title, err));
        TRY(lxw_check(worksheet_write_string(tab, 0, (lxw_col_t)c, title, formats->head), "write a title", err));
    }
    worksheet_freeze_panes(tab, 1, 0);
    worksheet_repeat_rows(tab, 0, 0);
    lxw_row_t row = 0;
    for (;;) {
        const struct sheet_cell *cells = NULL;
        TRY(sheet->next(sheet->ctx, &cells, err));
        if (!cells)
            break;
        if (row >= SHEET_ROWS_MAX)
            return err_set(err, ERR_LIMIT, "XLSX: over %u rows; take CSV instead", SHEET_ROWS_MAX);
        row++;
        struct arena_mark mark = arena_mark(arena);
        for (size_t c = 0; c < sheet->column_count; c++)
            TRY(cell_write(tab, formats, row, (lxw_col_t)c, sheet->columns[c].type, &cells[c], arena, err));
        arena_rewind(arena, mark);
    }
    return lxw_check(worksheet_autofilter(tab, 0, 0, row, (lxw_col_t)(sheet->column_count - 1)), "set the filter", err);
}

struct xlsx_job {
    const struct sheet *sheets;
    size_t count;
    int64_t made_unix_ms;
};

static enum err_code book_fill(lxw_workbook *book, const struct xlsx_job *job, struct arena *arena, struct err *err)
{
    struct formats formats = {workbook_add_format(book), workbook_add_format(book), workbook_add_format(book),
                              workbook_add_format(book), workbook_add_format(book)};
    lxw_format *all[] = {formats.head, formats.text, formats.integer, formats.date, formats.percent};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (!all[i])
            return err_set(err, ERR_NOMEM, "XLSX: no memory");
        format_set_font_name(all[i], "Times New Roman");
        format_set_font_size(all[i], 12);
        format_set_align(all[i], LXW_ALIGN_VERTICAL_TOP);
    }
    format_set_bold(formats.head);
    format_set_text_wrap(formats.head);
    format_set_border(formats.head, LXW_BORDER_THIN);
    format_set_num_format(formats.text, "@"); /* stays text when somebody edits it */
    format_set_num_format(formats.integer, "#,##0");
    format_set_num_format(formats.date, "dd/mm/yyyy");
    format_set_num_format(formats.percent, "0.0%");
    lxw_doc_properties properties = {.author = (char *)(uintptr_t) "Lũy Tre",
                                     .created = (time_t)(job->made_unix_ms / 1000)};
    TRY(lxw_check(workbook_set_properties(book, &properties), "set properties", err));
    struct tab_names tabs = {arena_new_array(arena, struct str, job->count), 0};
    if (!tabs.lowered)
        return arena_full(arena, err);
    for (size_t i = 0; i < job->count; i++)
        TRY(sheet_put(book, &formats, &job->sheets[i], &tabs, arena, err));
    return ERR_NONE;
}

/* Every part must unpack with its checksum, and every sheet must end in </worksheet>: a cut temporary file is packed
 * without complaint. */
static enum err_code xlsx_verify(const char *path, size_t sheet_count, struct err *err)
{
    struct archive *zip = archive_read_new();
    if (!zip)
        return err_set(err, ERR_NOMEM, "XLSX: no memory");
    int status = archive_read_support_format_zip(zip);
    if (status == ARCHIVE_OK)
        status = archive_read_open_filename(zip, path, 64u << 10);
    size_t whole_sheets = 0;
    struct archive_entry *entry;
    while (status == ARCHIVE_OK && (status = archive_read_next_header(zip, &entry)) == ARCHIVE_OK) {
        static const char end[] = "</worksheet>";
        char tail[sizeof end - 1] = {0}, piece[16384];
        const char *name = archive_entry_pathname(entry);
        bool is_sheet = name && strncmp(name, "xl/worksheets/sheet", 19) == 0;
        la_ssize_t n;
        while ((n = archive_read_data(zip, piece, sizeof piece)) > 0) {
            size_t got = (size_t)n, keep = got < sizeof tail ? sizeof tail - got : 0;
            memmove(tail, tail + sizeof tail - keep, keep);
            memcpy(tail + keep, piece + got - (sizeof tail - keep), sizeof tail - keep);
        }
        if (n < 0)
            status = (int)n;
        whole_sheets += is_sheet && memcmp(tail, end, sizeof tail) == 0;
    }
    archive_read_free(zip);
    if (status != ARCHIVE_EOF || whole_sheets != sheet_count) {
        errno = 0;
        return err_set(err, ERR_IO,
                       "XLSX: the file came out damaged; is the disk or the folder for temporary files full?");
    }
    return ERR_NONE;
}

static enum err_code xlsx_make(void *ctx, const char *part_path, struct err *err)
{
    const struct xlsx_job *job = ctx;
    /* Its temporary files go beside the result: a sandboxed role may write nowhere else, and libxlsxwriter does not
     * survive being refused. */
    char folder[PATH_MAX];
    const char *slash = strrchr(part_path, '/');
    size_t folder_bytes = slash ? (size_t)(slash - part_path) : 0;
    if (folder_bytes >= sizeof folder)
        return err_set(err, ERR_LIMIT, "XLSX: the path is too long");
    memcpy(folder, part_path, folder_bytes);
    folder[folder_bytes] = 0;
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = folder_bytes ? folder : NULL};
    lxw_workbook *book = workbook_new_opt(part_path, &options);
    if (!book)
        return err_set(err, ERR_NOMEM, "XLSX: no memory");
    AUTO_ARENA arena;
    arena_init(&arena, 16u << 20);
    enum err_code code = book_fill(book, job, &arena, err);
    errno = 0;
    lxw_error status =
        workbook_close(book); /* also frees, so it is called after a failure too; the part file is then removed */
    if (code == ERR_NONE)
        code = lxw_check(status, "finish the file", err);
    if (code == ERR_NONE)
        code = xlsx_verify(part_path, job->count, err);
    return code;
}

enum err_code sheet_write_xlsx(const struct sheet *sheets, size_t count, int64_t made_unix_ms, const char *path,
                               struct err *err)
{
    if (count == 0)
        return err_set(err, ERR_SYNTAX, "XLSX: no sheet to write");
    struct xlsx_job job = {sheets, count, made_unix_ms};
    return report_file_named(path, xlsx_make, &job, err);
}

/* ---------- CSV ---------- */

static enum err_code csv_cell(struct csv_writer *csv, enum sheet_type type, const struct sheet_cell *cell,
                              struct arena *arena, struct err *err)
{
    if (is_empty(cell, type)) {
        csv_put(csv, STR(""));
        return ERR_NONE;
    }
    char date[CIVIL_TEXT_BYTES];
    struct str text = STR("");
    switch (type) {
    case SHEET_TEXT:
        TRY(document_text_clean(cell->text, arena, &text, err));
        csv_put(csv, text);
        break;
    case SHEET_INT:
        csv_put_i64(csv, cell->value);
        break;
    case SHEET_DATE:
        csv_put(csv, str_from_cstr(civil_vn(cell->day, date)));
        break;
    case SHEET_PERCENT:
        TRY(document_percent_print((int64_t)(cell->share * 1000000 + 0.5), 1000000, arena, &text, err));
        csv_put(csv, text);
        break;
    }
    return ERR_NONE;
}

static enum err_code csv_rows(const struct sheet *sheet, struct buf *out, struct arena *arena,
                              const struct report_sink *sink, struct err *err)
{
    struct csv_writer csv;
    csv_writer_init(&csv, out, ',', CSV_BOM);
    for (size_t c = 0; c < sheet->column_count; c++)
        csv_put(&csv, sheet->columns[c].title);
    csv_end_row(&csv);
    for (;;) {
        const struct sheet_cell *cells = NULL;
        TRY(sheet->next(sheet->ctx, &cells, err));
        if (cells) {
            struct arena_mark mark = arena_mark(arena);
            for (size_t c = 0; c < sheet->column_count; c++)
                TRY(csv_cell(&csv, sheet->columns[c].type, &cells[c], arena, err));
            csv_end_row(&csv);
            arena_rewind(arena, mark);
        }
        if (!cells || out->len_bytes > CSV_PIECE_BYTES) {
            TRY(buf_check(out, err));
            TRY(sink->write(sink->ctx, buf_str(out), err));
            buf_clear(out);
        }
        if (!cells)
            return ERR_NONE;
    }
}

enum err_code sheet_write_csv(const struct sheet *sheet, const struct report_sink *sink, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 16u << 20);
    AUTO_BUF out;
    buf_init(&out, 64u << 20);
    return csv_rows(sheet, &out, &arena, sink, err);
}
