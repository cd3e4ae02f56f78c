#include "format/xlsx.h"

#include "base/buf.h"
#include "base/civil.h"
#include "base/limits.h"
#include "base/vec.h"
#include "base/viet.h"
#include "format/xml.h"
#include "format/zip.h"
#include <math.h>

#define CELL_TEXT_MAX_BYTES (1u << 20)
#define ROW_MEMORY_BYTES    (64u << 20)

enum number_style {
    STYLE_PLAIN,
    STYLE_DATE,
    STYLE_DATE_TIME,
    STYLE_TIME,
    STYLE_PERCENT,
    STYLE_PADDED, /* "0000": width zeros */
};
struct style {
    enum number_style kind;
    int width;
};
struct sheet {
    struct str name, relation, path;
};
struct custom_format {
    int64_t id;
    struct style style;
};

/* What is known of a workbook before its cells are read. */
struct book {
    struct arena *arena;
    bool is_1904;
    VEC(struct sheet) sheets;
    VEC(struct str) strings;
    VEC(struct custom_format) formats;
    VEC(struct style) styles; /* cellXfs */
    bool in_cell_xfs, in_text, in_phonetic;
    struct buf text;
};

static bool wanted(struct str name)
{
    return str_equal_nocase_ascii(str_slice(name, 0, 3), STR("xl/")) && str_ends_with(name, STR(".xml")) &&
           !str_starts_with(name, STR("xl/drawings/")) && !str_starts_with(name, STR("xl/charts/"));
}

static bool wanted_or_rels(struct str name)
{
    return wanted(name) || str_equal_nocase_ascii(name, STR("xl/_rels/workbook.xml.rels"));
}

const char *xlsx_ref(uint32_t row_number, uint32_t column, char out[XLSX_REF_BYTES])
{
    char letters[8];
    size_t n = 0;
    for (uint32_t c = column + 1; c > 0 && n < sizeof letters; c = (c - 1) / 26)
        letters[n++] = (char)('A' + (c - 1) % 26);
    size_t at = 0;
    while (n > 0)
        out[at++] = letters[--n];
    snprintf(out + at, XLSX_REF_BYTES - at, "%u", row_number % 100000000u);
    return out;
}

/* --- workbook, relations, styles, shared strings --- */

static enum err_code book_start(void *ctx, struct str name, const char *const *attrs, struct err *err)
{
    struct book *book = ctx;
    if (str_equal(name, STR("workbookPr"))) {
        struct str v = xml_attr(attrs, "date1904");
        book->is_1904 = str_equal(v, STR("1")) || str_equal(v, STR("true"));
    } else if (str_equal(name, STR("sheet"))) {
        struct sheet *sheet = vec_push(&book->sheets, book->arena);
        if (!sheet)
            return arena_full(book->arena, err);
        /* "id" is r:id; sheetId is another attribute */
        sheet->name = arena_str(book->arena, xml_attr(attrs, "name"));
        sheet->relation = arena_str(book->arena, xml_attr(attrs, "id"));
        sheet->path = STR_NONE;
    }
    return ERR_NONE;
}

static enum err_code relation_start(void *ctx, struct str name, const char *const *attrs, struct err *err)
{
    struct book *book = ctx;
    struct str id = xml_attr(attrs, "Id"), target = xml_attr(attrs, "Target");
    if (!str_equal(name, STR("Relationship")) || str_is_null(target))
        return ERR_NONE;
    for (size_t i = 0; i < book->sheets.count; i++) {
        struct sheet *sheet = &book->sheets.items[i];
        if (!str_equal(sheet->relation, id))
            continue;
        sheet->path = target.len_bytes && target.ptr[0] == '/'
                          ? arena_str(book->arena, str_slice(target, 1, target.len_bytes))
                          : arena_printf(book->arena, "xl/%.*s", STR_ARG(target));
        if (str_is_null(sheet->path))
            return arena_full(book->arena, err);
    }
    return ERR_NONE;
}

/* ECMA-376 part 1, 18.8.30: the built-in formats. 27..36 and 50..58 are dates in the East Asian locales. */
static struct style builtin_style(int64_t id)
{
    if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 58))
        return (struct style){STYLE_DATE, 0};
    if (id == 22)
        return (struct style){STYLE_DATE_TIME, 0};
    if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47))
        return (struct style){STYLE_TIME, 0};
    if (id == 9 || id == 10)
        return (struct style){STYLE_PERCENT, 0};
    return (struct style){STYLE_PLAIN, 0};
}

static struct style style_of_code(struct str code)
{
    bool day = false, clock = false, percent = false, only_zeros = code.len_bytes > 1;
    for (size_t i = 0; i < code.len_bytes; i++) {
        char c = code.ptr[i];
        only_zeros &= c == '0';
        if (c == ';')
            break; /* the other sections are for negative numbers and texts */
        if (c == '\\' || c == '_' || c == '*') {
            i++;
        } else if (c == '"') {
            ptrdiff_t end = str_find_byte(code, '"', i + 1);
            i = end < 0 ? code.len_bytes : (size_t)end;
        } else if (c == '[') { /* [Red], [$-42A], but [h] is elapsed hours */
            ptrdiff_t end = str_find_byte(code, ']', i + 1);
            clock |= i + 1 < code.len_bytes && (code.ptr[i + 1] == 'h' || code.ptr[i + 1] == 'H');
            i = end < 0 ? code.len_bytes : (size_t)end;
        } else if (strchr("yYdD", c)) {
            day = true;
        } else if (strchr("hHsS", c)) {
            clock = true;
        } else if (c == 'm' || c == 'M') {
            day |= !clock; /* after an hour it is minutes */
        } else if (c == '%') {
            percent = true;
        } else if (c == 'G' || c == 'E') {
            break; /* General, scientific */
        }
    }
    if (only_zeros)
        return (struct style){STYLE_PADDED, code.len_bytes < 20 ? (int)code.len_bytes : 20};
    return (struct style){day && clock ? STYLE_DATE_TIME
                          : day        ? STYLE_DATE
                          : clock      ? STYLE_TIME
                          : percent    ? STYLE_PERCENT
                                       : STYLE_PLAIN,
                          0};
}

static enum err_code styles_start(void *ctx, struct str name, const char *const *attrs, struct err *err)
{
    struct book *book = ctx;
    int64_t id = 0;
    if (str_equal(name, STR("cellXfs"))) {
        book->in_cell_xfs = true;
    } else if (str_equal(name, STR("numFmt")) && str_to_i64(xml_attr(attrs, "numFmtId"), &id)) {
        struct custom_format *format = vec_push(&book->formats, book->arena);
        if (!format)
            return arena_full(book->arena, err);
        *format = (struct custom_format){id, style_of_code(xml_attr(attrs, "formatCode"))};
    } else if (book->in_cell_xfs && str_equal(name, STR("xf"))) {
        struct style *style = vec_push(&book->styles, book->arena);
        if (!style)
            return arena_full(book->arena, err);
        if (!str_to_i64(xml_attr(attrs, "numFmtId"), &id))
            id = 0;
        *style = builtin_style(id);
        for (size_t i = 0; i < book->formats.count; i++)
            if (book->formats.items[i].id == id)
                *style = book->formats.items[i].style;
    }
    return ERR_NONE;
}

static enum err_code styles_end(void *ctx, struct str name, struct err *err)
{
    struct book *book = ctx;
    if (str_equal(name, STR("cellXfs")))
        book->in_cell_xfs = false;
    return ERR_NONE;
}

static enum err_code strings_start(void *ctx, struct str name, const char *const *attrs, struct err *err)
{
    struct book *book = ctx;
    if (str_equal(name, STR("si")))
        buf_clear(&book->text);
    else if (str_equal(name, STR("rPh")))
        book->in_phonetic = true;
    else if (str_equal(name, STR("t")))
        book->in_text = !book->in_phonetic;
    return ERR_NONE;
}

static enum err_code strings_end(void *ctx, struct str name, struct err *err)
{
    struct book *book = ctx;
    if (str_equal(name, STR("t"))) {
        book->in_text = false;
    } else if (str_equal(name, STR("rPh"))) {
        book->in_phonetic = false;
    } else if (str_equal(name, STR("si"))) {
        struct str *slot = vec_push(&book->strings, book->arena);
        if (!slot)
            return arena_full(book->arena, err);
        TRY(buf_check(&book->text, err));
        struct str nfc = viet_nfc(book->arena, buf_str(&book->text));
        *slot = nfc.ptr == book->text.ptr || nfc.len_bytes == 0 ? arena_str(book->arena, nfc) : nfc;
        if (str_is_null(*slot))
            return arena_full(book->arena, err);
    }
    return ERR_NONE;
}

static enum err_code strings_text(void *ctx, struct str text, struct err *err)
{
    struct book *book = ctx;
    if (book->in_text)
        buf_put(&book->text, text);
    return ERR_NONE;
}

/* --- cells --- */

struct cells {
    struct book *book;
    enum err_code (*row)(void *ctx, const struct xlsx_row *row, struct err *err);
    void *ctx;
    struct arena scratch; /* this row's texts */
    struct arena_mark start;
    VEC(struct xlsx_cell) list;
    uint32_t row_number, column;
    bool in_row, in_value, in_inline, in_phonetic;
    char type; /* s shared, i inline, t formula's text, b bool, e error, n number, d ISO date */
    struct style style;
    struct buf text;
};

/* "AB12" -> 27; false when it is no reference */
static bool column_of(struct str ref, uint32_t *ret_column)
{
    uint32_t column = 0;
    size_t i = 0;
    for (; i < ref.len_bytes && ref.ptr[i] >= 'A' && ref.ptr[i] <= 'Z' && i < 4; i++)
        column = column * 26 + (uint32_t)(ref.ptr[i] - 'A') + 1;
    if (i == 0 || column > XLSX_COLUMNS_MAX)
        return false;
    *ret_column = column - 1;
    return true;
}

static enum err_code cells_start(void *ctx, struct str name, const char *const *attrs, struct err *err)
{
    struct cells *c = ctx;
    int64_t n = 0;
    if (str_equal(name, STR("row"))) {
        uint32_t number = c->row_number + 1;
        if (str_to_i64(xml_attr(attrs, "r"), &n)) {
            if (n <= (int64_t)c->row_number || n > XLSX_ROWS_MAX)
                return err_set(err, ERR_SYNTAX, "row number %lld out of order", (long long)n);
            number = (uint32_t)n;
        }
        if (number > XLSX_ROWS_MAX)
            return err_set(err, ERR_LIMIT, "more than %u rows", XLSX_ROWS_MAX);
        c->row_number = number;
        c->column = 0;
        c->in_row = true;
        arena_rewind(&c->scratch, c->start);
        c->list.count = c->list.room = 0;
        c->list.items = NULL;
    } else if (str_equal(name, STR("c")) && c->in_row) {
        struct str ref = xml_attr(attrs, "r"), type = xml_attr(attrs, "t");
        uint32_t column = c->column;
        if (!str_is_null(ref) && (!column_of(ref, &column) || column < c->column))
            return err_set(err, ERR_SYNTAX, "row %u: bad cell reference", c->row_number);
        if (column >= XLSX_COLUMNS_MAX)
            return err_set(err, ERR_LIMIT, "row %u: more than %u columns", c->row_number, XLSX_COLUMNS_MAX);
        c->column = column;
        c->type = str_equal(type, STR("s"))           ? 's'
                  : str_equal(type, STR("inlineStr")) ? 'i'
                  : str_equal(type, STR("str"))       ? 't'
                  : str_equal(type, STR("b"))         ? 'b'
                  : str_equal(type, STR("e"))         ? 'e'
                  : str_equal(type, STR("d"))         ? 'd'
                                                      : 'n';
        c->style = (struct style){STYLE_PLAIN, 0};
        if (str_to_i64(xml_attr(attrs, "s"), &n) && n >= 0 && (size_t)n < c->book->styles.count)
            c->style = c->book->styles.items[n];
        buf_clear(&c->text);
    } else if (str_equal(name, STR("v"))) {
        c->in_value = true;
    } else if (str_equal(name, STR("is"))) {
        c->in_inline = true;
    } else if (str_equal(name, STR("rPh"))) {
        c->in_phonetic = true;
    } else if (str_equal(name, STR("t")) && c->in_inline && !c->in_phonetic) {
        c->in_value = true;
    }
    return ERR_NONE;
}

static enum err_code cells_text(void *ctx, struct str text, struct err *err)
{
    struct cells *c = ctx;
    if (c->in_value)
        buf_put(&c->text, text);
    return ERR_NONE;
}

static struct str number_text(struct cells *c, double v, enum xlsx_kind *ret_kind)
{
    double days = floor(v), rest = v - days;
    int64_t seconds = (int64_t)llround(rest * 86400);
    if (seconds == 86400) {
        days += 1;
        seconds = 0;
    }
    int hour = (int)(seconds / 3600), minute = (int)(seconds / 60 % 60), second = (int)(seconds % 60);
    bool dated = c->style.kind == STYLE_DATE || c->style.kind == STYLE_DATE_TIME;
    /* 1900 has a 29 February in Excel's calendar (serial 60): days after it are one too many, that day itself stays a
     * number. */
    bool possible = days >= (c->book->is_1904 ? 0 : 1) && days < 2900000 && (c->book->is_1904 || days != 60);
    if (dated && possible) {
        civil_day zero = c->book->is_1904 ? civil_to_day(1904, 1, 1) : civil_to_day(1899, 12, days < 60 ? 31 : 30);
        char iso[CIVIL_TEXT_BYTES];
        *ret_kind = XLSX_DATE;
        civil_iso(zero + (civil_day)days, iso);
        if (c->style.kind == STYLE_DATE && seconds == 0)
            return arena_printf(&c->scratch, "%s", iso);
        return second ? arena_printf(&c->scratch, "%s %02d:%02d:%02d", iso, hour, minute, second)
                      : arena_printf(&c->scratch, "%s %02d:%02d", iso, hour, minute);
    }
    *ret_kind = XLSX_NUMBER;
    if (c->style.kind == STYLE_TIME && v >= 0 && v < 1)
        return second ? arena_printf(&c->scratch, "%02d:%02d:%02d", hour, minute, second)
                      : arena_printf(&c->scratch, "%02d:%02d", hour, minute);
    if (c->style.kind == STYLE_PERCENT)
        return arena_printf(&c->scratch, "%.15g%%", v * 100);
    if (c->style.kind == STYLE_PADDED && v >= 0 && v < 1e15 && v == days)
        return arena_printf(&c->scratch, "%0*.0f", c->style.width, v);
    if (fabs(v) < 1e15 && v == days)
        return arena_printf(&c->scratch, "%.0f", v);
    return arena_printf(&c->scratch, "%.15g", v);
}

static enum err_code finish_cell(struct cells *c, struct err *err)
{
    struct str raw = buf_str(&c->text), text;
    enum xlsx_kind kind = XLSX_TEXT;
    double v = 0;
    TRY(buf_check(&c->text, err));
    if (raw.len_bytes == 0) {
        c->column++;
        return ERR_NONE;
    }
    if (c->type == 's') {
        uint64_t i;
        char ref[XLSX_REF_BYTES];
        if (!str_to_u64(str_trim(raw), &i) || i >= c->book->strings.count)
            return err_set(err, ERR_SYNTAX, "cell %s: no such shared text", xlsx_ref(c->row_number, c->column, ref));
        text = c->book->strings.items[i];
    } else if (c->type == 'b') {
        kind = XLSX_BOOL;
        text = str_equal(raw, STR("1")) ? STR("TRUE") : STR("FALSE");
    } else if (c->type == 'n' && str_to_double(str_trim(raw), &v)) {
        text = number_text(c, v, &kind);
    } else {
        kind = c->type == 'e' ? XLSX_ERROR : c->type == 'd' ? XLSX_DATE : XLSX_TEXT;
        struct str nfc = viet_nfc(&c->scratch, raw);
        text = nfc.ptr == raw.ptr ? arena_str(&c->scratch, raw) : nfc;
    }
    struct xlsx_cell *cell = str_is_null(text) ? NULL : vec_push(&c->list, &c->scratch);
    if (!cell)
        return arena_full(&c->scratch, err);
    *cell = (struct xlsx_cell){text, kind, c->column++};
    return ERR_NONE;
}

static enum err_code cells_end(void *ctx, struct str name, struct err *err)
{
    struct cells *c = ctx;
    if (str_equal(name, STR("v")) || str_equal(name, STR("t"))) {
        c->in_value = false;
    } else if (str_equal(name, STR("is"))) {
        c->in_inline = false;
    } else if (str_equal(name, STR("rPh"))) {
        c->in_phonetic = false;
    } else if (str_equal(name, STR("c")) && c->in_row) {
        return finish_cell(c, err);
    } else if (str_equal(name, STR("row"))) {
        c->in_row = false;
        struct xlsx_row row = {c->list.items, c->list.count, c->row_number};
        if (row.count)
            return c->row(c->ctx, &row, err);
    }
    return ERR_NONE;
}

/* --- the whole --- */

static enum err_code parse_part(const struct zip *zip, const char *name, bool required,
                                const struct xml_handler *handler, struct err *err)
{
    struct str bytes = zip_find(zip, str_from_cstr(name));
    if (str_is_null(bytes))
        return required
                   ? err_set(err, ERR_SYNTAX, "không phải tệp Excel: thiếu %s / not a workbook, part missing", name)
                   : ERR_NONE;
    return xml_parse(bytes, name, handler, err);
}

static enum err_code read_book(const struct zip *zip, struct book *book, struct err *err)
{
    TRY(parse_part(zip, "xl/workbook.xml", true, &(struct xml_handler){.start = book_start, .ctx = book}, err));
    if (book->sheets.count == 0)
        return err_set(err, ERR_SYNTAX, "tệp Excel không có trang nào / workbook without sheets");
    return parse_part(zip, "xl/_rels/workbook.xml.rels", true,
                      &(struct xml_handler){.start = relation_start, .ctx = book}, err);
}

enum err_code xlsx_sheets(struct str bytes, struct arena *arena, struct xlsx_sheets *ret_sheets, struct err *err)
{
    struct zip zip;
    TRY(zip_read(bytes, wanted_or_rels, arena, &zip, err));
    struct book book = {.arena = arena};
    TRY(read_book(&zip, &book, err));
    struct str *names = arena_new_array(arena, struct str, book.sheets.count);
    if (!names)
        return arena_full(arena, err);
    for (size_t i = 0; i < book.sheets.count; i++)
        names[i] = book.sheets.items[i].name;
    *ret_sheets = (struct xlsx_sheets){names, book.sheets.count};
    return ERR_NONE;
}

static enum err_code read_all(const struct zip *zip, struct book *book, struct cells *cells, struct str sheet,
                              struct err *err)
{
    TRY(read_book(zip, book, err));
    TRY(parse_part(zip, "xl/styles.xml", false,
                   &(struct xml_handler){.start = styles_start, .end = styles_end, .ctx = book}, err));
    TRY(parse_part(zip, "xl/sharedStrings.xml", false,
                   &(struct xml_handler){.start = strings_start, .end = strings_end, .text = strings_text, .ctx = book},
                   err));
    const struct sheet *chosen = NULL; /* unnamed: the first */
    for (size_t i = 0; i < book->sheets.count && !chosen; i++)
        if (str_is_null(sheet) || viet_equal_folded(book->sheets.items[i].name, sheet))
            chosen = &book->sheets.items[i];
    if (!chosen)
        return err_set(err, ERR_NOT_FOUND, "không có trang \"%.*s\" / no such sheet", STR_ARG(sheet));
    if (str_is_null(chosen->path))
        return err_set(err, ERR_SYNTAX, "trang \"%.*s\" không trỏ đến dữ liệu nào / sheet without data",
                       STR_ARG(chosen->name));
    return parse_part(zip, chosen->path.ptr, true,
                      &(struct xml_handler){.start = cells_start, .end = cells_end, .text = cells_text, .ctx = cells},
                      err);
}

enum err_code xlsx_read(struct str bytes, struct str sheet, struct arena *arena,
                        enum err_code (*row)(void *ctx, const struct xlsx_row *row, struct err *err), void *ctx,
                        struct err *err)
{
    struct zip zip;
    TRY(zip_read(bytes, wanted_or_rels, arena, &zip, err));
    struct book book = {.arena = arena};
    struct cells cells = {.book = &book, .row = row, .ctx = ctx};
    buf_init(&book.text, CELL_TEXT_MAX_BYTES);
    buf_init(&cells.text, CELL_TEXT_MAX_BYTES);
    arena_init(&cells.scratch, ROW_MEMORY_BYTES);
    /* One block stays for all rows: what is rewound to it costs no allocation. */
    if (!arena_alloc(&cells.scratch, 1, 1))
        return arena_full(&cells.scratch, err);
    cells.start = arena_mark(&cells.scratch);
    enum err_code code = read_all(&zip, &book, &cells, sheet, err);
    arena_done(&cells.scratch);
    buf_done(&cells.text);
    buf_done(&book.text);
    return code;
}
