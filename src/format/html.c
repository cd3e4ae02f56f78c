#include "format/html.h"

#include "base/buf.h"
#include "base/viet.h"
#include "format/cellrow.h"

#define SNIFF_BYTES    2048u
#define TABLES_MAX     8   /* tables in tables that are told apart */
#define CELL_LINES_MAX 12u /* a row with longer cells is there for the looks of the page */

struct entity {
    const char *name;
    uint16_t cp;
};
/* Those that occur in Vietnamese pages; an unknown one stays as it is written. */
static const struct entity entities[] = {
    {"amp", '&'},       {"lt", '<'},       {"gt", '>'},       {"quot", '"'},      {"apos", '\''},    {"nbsp", 0xA0},
    {"shy", 0xAD},      {"copy", 0xA9},    {"reg", 0xAE},     {"deg", 0xB0},      {"sect", 0xA7},    {"middot", 0xB7},
    {"laquo", 0xAB},    {"raquo", 0xBB},   {"times", 0xD7},   {"divide", 0xF7},   {"sup2", 0xB2},    {"sup3", 0xB3},
    {"frac12", 0xBD},   {"plusmn", 0xB1},  {"ndash", 0x2013}, {"mdash", 0x2014},  {"lsquo", 0x2018}, {"rsquo", 0x2019},
    {"ldquo", 0x201C},  {"rdquo", 0x201D}, {"bull", 0x2022},  {"hellip", 0x2026}, {"rarr", 0x2192},  {"larr", 0x2190},
    {"trade", 0x2122},  {"euro", 0x20AC},  {"le", 0x2264},    {"ge", 0x2265},     {"ensp", 0x2002},  {"emsp", 0x2003},
    {"thinsp", 0x2009}, {"zwnj", 0x200C},  {"zwj", 0x200D},   {"agrave", 0xE0},   {"aacute", 0xE1},  {"acirc", 0xE2},
    {"atilde", 0xE3},   {"egrave", 0xE8},  {"eacute", 0xE9},  {"ecirc", 0xEA},    {"igrave", 0xEC},  {"iacute", 0xED},
    {"ograve", 0xF2},   {"oacute", 0xF3},  {"ocirc", 0xF4},   {"otilde", 0xF5},   {"ugrave", 0xF9},  {"uacute", 0xFA},
    {"yacute", 0xFD},   {"Agrave", 0xC0},  {"Aacute", 0xC1},  {"Acirc", 0xC2},    {"Atilde", 0xC3},  {"Egrave", 0xC8},
    {"Eacute", 0xC9},   {"Ecirc", 0xCA},   {"Igrave", 0xCC},  {"Iacute", 0xCD},   {"Ograve", 0xD2},  {"Oacute", 0xD3},
    {"Ocirc", 0xD4},    {"Otilde", 0xD5},  {"Ugrave", 0xD9},  {"Uacute", 0xDA},   {"Yacute", 0xDD},
};

static const char *const dropped[] = {"script", "style",  "noscript", "template", "svg",
                                      "iframe", "object", "select",   "button",   "head"};
static const char *const blocks[] = {
    "p",       "div",    "section",    "article", "header", "footer", "main",       "aside", "nav",     "ul",
    "ol",      "dl",     "dt",         "dd",      "table",  "tr",     "thead",      "tbody", "tfoot",   "caption",
    "h1",      "h2",     "h3",         "h4",      "h5",     "h6",     "blockquote", "pre",   "form",    "fieldset",
    "address", "figure", "figcaption", "hr",      "li",     "body",   "html",       "title", "details", "summary"};

static bool is_one_of(struct str name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal_nocase_ascii(name, str_from_cstr(list[i])))
            return true;
    return false;
}

static bool is_space(uint32_t c)
{
    return c == ' ' || (c >= 9 && c <= 13);
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == ':';
}

bool html_is(struct str text)
{
    struct str head = str_trim(str_slice(text, 0, SNIFF_BYTES));
    static const char *const starts[] = {"<!doctype html", "<html", "<head", "<body", "<meta", "<title"};
    for (size_t i = 0; i < ARRAY_LEN(starts); i++)
        if (str_equal_nocase_ascii(str_slice(head, 0, strlen(starts[i])), str_from_cstr(starts[i])))
            return true;
    if (head.len_bytes == 0 || head.ptr[0] != '<')
        return false;
    static const char *const inner[] = {"<p>", "<p ", "<div", "<table", "<span", "<h1", "<br", "<!--StartFragment"};
    for (size_t i = 0; i < ARRAY_LEN(inner); i++)
        if (str_equal_nocase_ascii(str_slice(head, 0, strlen(inner[i])), str_from_cstr(inner[i])) ||
            str_contains(head, str_from_cstr(inner[i])))
            return true;
    return false;
}

struct grid { /* a table at hand */
    struct cellrow rows;
    unsigned short reach[CELLROW_CELLS_MAX]; /* by column: rows that the cell above still reaches (rowspan) */
    unsigned span, rowspan;                  /* of the cell at hand */
    bool in_row, in_cell;
    bool has_inner; /* a table stands in this row: it is there for the looks of the page */
};
struct page {
    struct buf *out;
    struct arena *arena;
    bool gap;      /* white space was seen since the last text */
    bool has_line; /* the present line holds text */
    unsigned pre;
    struct grid *grids;
    unsigned depth; /* of tables; deeper ones are plain lines */
};

static void end_line(struct page *page)
{
    if (page->has_line)
        buf_put_byte(page->out, '\n');
    page->has_line = page->gap = false;
}

static void put_text_char(struct page *page, uint32_t cp)
{
    if (page->pre && cp == '\n') {
        page->gap = false;
        buf_put_byte(page->out, '\n');
        page->has_line = false;
        return;
    }
    if (is_space(cp) && !page->pre) {
        page->gap = true;
        return;
    }
    if (page->gap && page->has_line)
        buf_put_byte(page->out, ' ');
    page->gap = false;
    page->has_line = true;
    buf_put_char(page->out, cp == 0xA0 ? ' ' : cp);
}

/* --- tables --- */

static struct grid *grid_of(const struct page *page)
{
    return page->depth > 0 && page->depth <= TABLES_MAX ? &page->grids[page->depth - 1] : NULL;
}

static enum err_code cell_close(struct page *page, struct grid *g, struct err *err)
{
    if (!g->in_cell)
        return ERR_NONE;
    g->in_cell = false;
    end_line(page);
    size_t from = g->rows.count ? g->rows.ends[g->rows.count - 1] : g->rows.row_from;
    if (page->out->len_bytes == from)
        buf_put_byte(page->out, '\n');
    for (size_t c = g->rows.column; c < g->rows.column + g->span && c < CELLROW_CELLS_MAX; c++)
        g->reach[c] = (unsigned short)(g->rowspan - 1);
    return cellrow_cell(&g->rows, page->out, g->span, g->rowspan > 1 ? CELL_FIRST_OF_MORE : CELL_ALONE, page->arena,
                        err);
}

/* Cells that reach into this row from above stand in it as well. */
static enum err_code cells_from_above(struct page *page, struct grid *g, struct err *err)
{
    while (g->rows.column < CELLROW_CELLS_MAX && g->rows.count < CELLROW_CELLS_MAX && g->reach[g->rows.column] > 0) {
        g->reach[g->rows.column]--;
        if (!g->rows.is_register) { /* the head of a letter says nothing twice */
            g->rows.column++;
            continue;
        }
        size_t before = g->rows.count;
        TRY(cellrow_cell(&g->rows, page->out, 1, CELL_GOES_ON, page->arena, err));
        if (g->rows.count == before)
            break;
    }
    return ERR_NONE;
}

static enum err_code row_close(struct page *page, struct grid *g, struct err *err)
{
    if (!g->in_row)
        return ERR_NONE;
    TRY(cell_close(page, g, err));
    TRY(cells_from_above(page, g, err));
    g->in_row = false;
    end_line(page);
    if (page->out->failed)
        return buf_check(page->out, err);
    struct str row = {page->out->ptr + g->rows.row_from, page->out->len_bytes - g->rows.row_from};
    if (str_is_empty(str_trim(row))) {
        page->out->len_bytes = g->rows.row_from;
        return ERR_NONE;
    }
    size_t lines = 0;
    for (size_t i = 0; i < row.len_bytes; i++)
        lines += row.ptr[i] == '\n';
    return cellrow_end(&g->rows, page->out, !g->has_inner && lines <= g->rows.count * CELL_LINES_MAX, page->arena, err);
}

/* rowspan="3" inside the tag; 1 when it says none. */
static unsigned attr_number(struct str tag, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 1; i + n < tag.len_bytes; i++) {
        if (!is_space((unsigned char)tag.ptr[i - 1]) ||
            !str_equal_nocase_ascii(str_slice(tag, i, i + n), str_from_cstr(name)))
            continue;
        unsigned v = 0;
        for (i += n; i < tag.len_bytes && strchr(" =\"'", tag.ptr[i]); i++)
            ;
        for (; i < tag.len_bytes && tag.ptr[i] >= '0' && tag.ptr[i] <= '9' && v < 1000; i++)
            v = v * 10 + (unsigned)(tag.ptr[i] - '0');
        return v >= 1 && v < CELLROW_SPAN_MAX ? v : 1;
    }
    return 1;
}

static enum err_code table_tag(struct page *page, struct str name, struct str tag, bool closing, struct err *err)
{
    struct grid *g = grid_of(page);
    if (str_equal_nocase_ascii(name, STR("table"))) {
        if (closing && g)
            TRY(row_close(page, g, err));
        if (closing) {
            page->depth -= page->depth > 0;
            return ERR_NONE;
        }
        if (g)
            g->has_inner = true;
        page->depth++;
        g = grid_of(page);
        if (g) {
            memset(g->reach, 0, g->rows.used * sizeof *g->reach);
            g->in_row = g->in_cell = g->has_inner = false;
            cellrow_table(&g->rows);
        }
        return ERR_NONE;
    }
    bool is_row = str_equal_nocase_ascii(name, STR("tr"));
    bool is_cell = str_equal_nocase_ascii(name, STR("td")) || str_equal_nocase_ascii(name, STR("th"));
    if (!g) { /* cells without a table */
        if (is_cell && !closing && page->has_line) {
            buf_put_byte(page->out, '\t');
            page->gap = false;
        }
        return ERR_NONE;
    }
    if (is_row)
        TRY(row_close(page, g, err));
    if (is_cell)
        TRY(cell_close(page, g, err));
    if (closing || !(is_row || is_cell))
        return ERR_NONE;
    if (!g->in_row) {
        end_line(page);
        cellrow_begin(&g->rows, page->out);
        g->in_row = true;
        g->has_inner = false;
    }
    if (is_cell) {
        TRY(cells_from_above(page, g, err));
        g->in_cell = true;
        g->span = attr_number(tag, "colspan");
        g->rowspan = attr_number(tag, "rowspan");
    }
    return ERR_NONE;
}

/* An entity at *at (which stands on '&'): its character, moving *at behind it; 0 when it is none. */
static uint32_t read_entity(struct str s, size_t *at)
{
    size_t end = *at + 1;
    while (end < s.len_bytes && end - *at < 12 && (is_name_char(s.ptr[end]) || s.ptr[end] == '#'))
        end++;
    struct str name = str_slice(s, *at + 1, end);
    if (end < s.len_bytes && s.ptr[end] == ';')
        end++;
    else if (name.len_bytes == 0 || name.ptr[0] != '#')
        return 0;
    uint32_t cp = 0;
    if (name.len_bytes > 1 && name.ptr[0] == '#') {
        bool hex = name.ptr[1] == 'x' || name.ptr[1] == 'X';
        size_t from = hex ? 2 : 1;
        if (from == name.len_bytes)
            return 0;
        for (size_t i = from; i < name.len_bytes && cp <= 0x10FFFF; i++) {
            char c = name.ptr[i];
            int digit = c >= '0' && c <= '9'                        ? c - '0'
                        : hex && (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                                    : -1;
            if (digit < 0)
                return 0;
            cp = cp * (hex ? 16 : 10) + (uint32_t)digit;
        }
        if (cp == 0 || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
            cp = UTF8_BAD;
    } else {
        for (size_t i = 0; i < ARRAY_LEN(entities) && !cp; i++)
            if (str_equal(name, str_from_cstr(entities[i].name)))
                cp = entities[i].cp;
    }
    if (cp)
        *at = end;
    return cp;
}

/* Moves *at behind the closing tag of a dropped element, or to the end. */
static void skip_element(struct str s, struct str name, size_t *at)
{
    while (*at < s.len_bytes) {
        ptrdiff_t open = str_find(s, STR("</"), *at);
        if (open < 0)
            break;
        size_t from = (size_t)open + 2;
        *at = from;
        char after = from + name.len_bytes < s.len_bytes ? s.ptr[from + name.len_bytes] : '>';
        if (str_equal_nocase_ascii(str_slice(s, from, from + name.len_bytes), name) && !is_name_char(after)) {
            ptrdiff_t close = str_find_byte(s, '>', from);
            *at = close < 0 ? s.len_bytes : (size_t)close + 1;
            return;
        }
    }
    *at = s.len_bytes;
}

/* *at stands on '<' of something that is a tag, comment or declaration. */
static enum err_code read_tag(struct page *page, struct str s, size_t *at, struct err *err)
{
    if (str_equal(str_slice(s, *at, *at + 4), STR("<!--"))) {
        ptrdiff_t end = str_find(s, STR("-->"), *at + 4);
        *at = end < 0 ? s.len_bytes : (size_t)end + 3;
        return ERR_NONE;
    }
    bool closing = *at + 1 < s.len_bytes && s.ptr[*at + 1] == '/';
    size_t from = *at + 1 + closing, end = from;
    while (end < s.len_bytes && is_name_char(s.ptr[end]))
        end++;
    struct str name = str_slice(s, from, end);
    char quote = '\0'; /* a '>' inside a quoted attribute does not end the tag */
    bool self_closed = false;
    for (; end < s.len_bytes; end++) {
        char c = s.ptr[end];
        if (quote) {
            quote = c == quote ? '\0' : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '>') {
            self_closed = s.ptr[end - 1] == '/';
            break;
        }
    }
    *at = end < s.len_bytes ? end + 1 : s.len_bytes;
    if (!closing && !self_closed && is_one_of(name, dropped, ARRAY_LEN(dropped))) {
        skip_element(s, name, at);
        return ERR_NONE;
    }
    if (str_equal_nocase_ascii(name, STR("br")) || is_one_of(name, blocks, ARRAY_LEN(blocks)))
        end_line(page);
    if (str_equal_nocase_ascii(name, STR("pre")))
        page->pre = closing ? (page->pre ? page->pre - 1 : 0) : page->pre + 1;
    if (str_equal_nocase_ascii(name, STR("li")) && !closing)
        buf_lit(page->out, "- ");
    return table_tag(page, name, str_slice(s, from, end), closing, err);
}

enum err_code html_to_text(struct str s, size_t max_bytes, struct arena *arena, struct str *ret_text, struct err *err)
{
    AUTO_BUF out;
    buf_init(&out, max_bytes);
    struct page page = {.out = &out, .arena = arena, .grids = arena_new_array(arena, struct grid, TABLES_MAX)};
    if (!page.grids)
        return arena_full(arena, err);
    for (size_t at = 0; at < s.len_bytes && !out.failed;) {
        char next = at + 1 < s.len_bytes ? s.ptr[at + 1] : ' ';
        if (s.ptr[at] == '<' && (next == '/' || next == '!' || next == '?' || (next | 32) >= 'a')) {
            TRY(read_tag(&page, s, &at, err));
            continue;
        }
        uint32_t cp = s.ptr[at] == '&' ? read_entity(s, &at) : 0;
        put_text_char(&page, cp ? cp : utf8_next(s, &at));
    }
    for (; page.depth > 0; page.depth--)
        if (grid_of(&page))
            TRY(row_close(&page, grid_of(&page), err));
    end_line(&page);
    TRY(buf_check(&out, err));
    struct str nfc = viet_nfc(arena, buf_str(&out));
    struct str text = nfc.ptr == out.ptr || nfc.len_bytes == 0 ? arena_str(arena, nfc) : nfc;
    if (str_is_null(text))
        return arena_full(arena, err);
    *ret_text = text;
    return ERR_NONE;
}
