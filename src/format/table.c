#include "format/table.h"

#include "base/limits.h"
#include "base/vec.h"
#include "base/viet.h"
#include "format/csv.h"
#include "format/doctext.h"
#include "format/xlsx.h"

#define HEADER_SEARCH_ROWS 30u /* a form has its title, unit and date above the header */
#define TABLE_COLUMNS_MAX  256u

struct loader {
    struct arena *arena;
    size_t rows_max;
    VEC(struct table_row) rows;
    VEC(size_t) counts; /* cells of each row */
    size_t columns;
};

static enum err_code add_row(struct loader *l, const struct str *cells, size_t count, uint32_t number, struct err *err)
{
    while (count > 0 && str_is_empty(cells[count - 1]))
        count--;
    if (count == 0)
        return ERR_NONE;
    if (count > TABLE_COLUMNS_MAX)
        return err_set(err, ERR_LIMIT, "dòng %u: quá %u cột / too many columns", number, TABLE_COLUMNS_MAX);
    if (l->rows.count > l->rows_max)
        return err_set(err, ERR_LIMIT, "bảng quá %zu dòng, hãy chia nhỏ / the table has too many rows: split it",
                       l->rows_max);
    struct table_row *row = vec_push(&l->rows, l->arena);
    size_t *slot = vec_push(&l->counts, l->arena);
    struct str *copy = arena_new_array(l->arena, struct str, count);
    if (!row || !slot || !copy)
        return arena_full(l->arena, err);
    memcpy(copy, cells, count * sizeof *copy);
    *row = (struct table_row){copy, number};
    *slot = count;
    l->columns = l->columns > count ? l->columns : count;
    return ERR_NONE;
}

/* Blanks at both ends go, no-break ones too: they come with cells pasted from web pages. */
static struct str tidy(struct str s)
{
    for (;;) {
        struct str t = str_trim(s);
        if (str_starts_with(t, STR("\xC2\xA0")))
            t = str_slice(t, 2, t.len_bytes);
        if (str_ends_with(t, STR("\xC2\xA0")))
            t = str_slice(t, 0, t.len_bytes - 2);
        if (t.len_bytes == s.len_bytes)
            return t.len_bytes ? t : STR("");
        s = t;
    }
}

static enum err_code on_xlsx_row(void *ctx, const struct xlsx_row *row, struct err *err)
{
    struct loader *l = ctx;
    struct str cells[TABLE_COLUMNS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < row->count; i++) {
        struct str text = tidy(row->cells[i].text);
        char ref[XLSX_REF_BYTES];
        if (text.len_bytes == 0)
            continue;
        if (row->cells[i].column >= TABLE_COLUMNS_MAX)
            return err_set(err, ERR_LIMIT, "ô %s: quá %u cột / too many columns",
                           xlsx_ref(row->number, row->cells[i].column, ref), TABLE_COLUMNS_MAX);
        while (count < row->cells[i].column)
            cells[count++] = STR("");
        cells[count] = arena_str(l->arena, text);
        if (str_is_null(cells[count++]))
            return arena_full(l->arena, err);
    }
    return add_row(l, cells, count, row->number, err);
}

static enum err_code load_csv(struct str text, struct loader *l, struct err *err)
{
    AUTO_ARENA scratch;
    arena_init(&scratch, 64u << 20);
    struct csv_reader *reader = arena_new(l->arena, struct csv_reader);
    if (!reader)
        return arena_full(l->arena, err);
    TRY(csv_open(text, 0, &scratch, reader, err));
    for (;;) {
        struct csv_row row;
        TRY(csv_next(reader, &row, err));
        if (row.count == 0)
            return ERR_NONE;
        for (size_t i = 0; i < row.count; i++) {
            struct str cell = tidy(row.fields[i]);
            /* a view into the text lives long enough; what was unquoted into the scratch does not */
            bool is_view = cell.len_bytes == 0 || (cell.ptr >= text.ptr && cell.ptr < text.ptr + text.len_bytes);
            row.fields[i] = is_view ? cell : arena_str(l->arena, cell);
            if (str_is_null(row.fields[i]))
                return arena_full(l->arena, err);
        }
        TRY(add_row(l, row.fields, row.count, (uint32_t)row.line, err));
    }
}

static bool same_name(struct str header, struct str name)
{
    header = tidy(header);
    while (str_ends_with(header, STR("*")) || str_ends_with(header, STR("(*)")))
        header = tidy(str_slice(header, 0, header.len_bytes - (str_ends_with(header, STR("(*)")) ? 3 : 1)));
    struct str a = header, b = name, wa, wb;
    for (size_t pa = 0, pb = 0;;) {
        bool more = viet_word(a, &pa, &wa);
        if (more != viet_word(b, &pb, &wb))
            return false;
        if (!more)
            return true;
        if (!viet_equal_folded(wa, wb))
            return false;
    }
}

static bool is_one_of_names(struct str header, struct str names)
{
    struct str name;
    while (str_split(&names, '|', &name))
        if (same_name(header, name))
            return true;
    return false;
}

/* Index of the header among the rows. */
static size_t find_header(const struct loader *l, const struct table_options *options)
{
    size_t best = 0, best_score = 0;
    for (size_t i = 0; i < l->rows.count && i < HEADER_SEARCH_ROWS; i++) {
        size_t filled = 0, known = 0;
        for (size_t k = 0; k < l->counts.items[i]; k++) {
            filled += !str_is_empty(l->rows.items[i].cells[k]);
            for (size_t w = 0; options && options->header_words && w < options->header_word_count; w++)
                known += is_one_of_names(l->rows.items[i].cells[k], options->header_words[w]);
        }
        size_t score = options && options->header_word_count ? known : (filled >= 2);
        if (score > best_score) {
            best_score = score;
            best = i;
        }
    }
    return best;
}

enum err_code table_read(struct str bytes, const struct table_options *options, struct arena *arena,
                         struct table *ret_table, struct err *err)
{
    struct loader l = {.arena = arena, .rows_max = options && options->rows_max ? options->rows_max : CSV_ROWS_MAX};
    struct table table = {.kind = TABLE_CSV};
    if (bytes.len_bytes > UPLOAD_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "tệp quá %u MB / the file is over the limit", UPLOAD_MAX_BYTES >> 20);
    enum doc_kind kind = doc_kind_of(bytes);
    if (kind == DOC_XLSX) {
        table.kind = TABLE_XLSX;
        TRY(xlsx_read(bytes, options ? options->sheet : STR_NONE, arena, on_xlsx_row, &l, err));
    } else if (kind == DOC_TEXT || kind == DOC_EMPTY) {
        struct text_decoded decoded;
        TRY(text_decode(bytes, 2 * UPLOAD_MAX_BYTES, arena, &decoded, err));
        table.bad_count = decoded.bad_count;
        TRY(load_csv(decoded.text, &l, err));
    } else {
        return err_set(err, ERR_UNSUPPORTED,
                       "cần tệp Excel (.xlsx) hoặc CSV, đây là %s; tệp .xls cũ: mở bằng Excel rồi lưu thành .xlsx / "
                       "wanted .xlsx or CSV",
                       doc_kind_to_str(kind));
    }
    if (l.rows.count == 0)
        return err_set(err, ERR_SYNTAX, "bảng trống / the table is empty");
    /* All rows as wide as the widest; short ones are filled up. */
    for (size_t i = 0; i < l.rows.count; i++) {
        if (l.counts.items[i] == l.columns)
            continue;
        struct str *cells = arena_new_array(arena, struct str, l.columns);
        if (!cells)
            return arena_full(arena, err);
        for (size_t k = 0; k < l.columns; k++)
            cells[k] = k < l.counts.items[i] ? l.rows.items[i].cells[k] : STR("");
        l.rows.items[i].cells = cells;
    }
    size_t header = find_header(&l, options);
    table.header = l.rows.items[header].cells;
    table.header_number = l.rows.items[header].number;
    table.columns = l.columns;
    table.rows = l.rows.items + header + 1;
    table.count = l.rows.count - header - 1;
    *ret_table = table;
    return ERR_NONE;
}

int table_column_after(const struct table *table, struct str names, int column)
{
    for (size_t i = (size_t)column + 1; i < table->columns; i++)
        if (is_one_of_names(table->header[i], names))
            return (int)i;
    return -1;
}

int table_column(const struct table *table, struct str names)
{
    return table_column_after(table, names, -1);
}

struct str table_cell(const struct table *table, size_t row, int column)
{
    return column >= 0 && (size_t)column < table->columns && row < table->count ? table->rows[row].cells[column]
                                                                                : STR("");
}

const char *table_where(const struct table *table, size_t row, int column, char out[TABLE_WHERE_BYTES])
{
    uint32_t number = row < table->count ? table->rows[row].number : 0;
    char ref[XLSX_REF_BYTES];
    if (column < 0)
        (void)said_pack(out, TABLE_WHERE_BYTES, "dòng %u", number);
    else if (table->kind == TABLE_XLSX)
        (void)said_pack(out, TABLE_WHERE_BYTES, "ô %s", xlsx_ref(number, (uint32_t)column, ref));
    else
        (void)said_pack(out, TABLE_WHERE_BYTES, "dòng %u, cột %d", number, column + 1);
    return out;
}
