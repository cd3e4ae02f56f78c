#include "format/docx.h"

#include "base/buf.h"
#include "base/vec.h"
#include "base/viet.h"
#include "format/cellrow.h"
#include "format/xml.h"
#include "format/zip.h"

#define LEVELS     9 /* ECMA-376 part 1, 17.9.3: w:ilvl is 0 to 8 */
#define TABLES_MAX 8 /* tables in tables */
#define NUMBER_MAX 1000000

enum number_format {
    NUMBER_DECIMAL,
    NUMBER_BULLET,
    NUMBER_LOWER_LETTER,
    NUMBER_UPPER_LETTER,
    NUMBER_LOWER_ROMAN,
    NUMBER_UPPER_ROMAN,
    NUMBER_NONE,
};
struct level {
    enum number_format format;
    struct str text; /* "%1.%2" */
    int start;
};
struct abstract_list {
    int64_t id;
    struct level levels[LEVELS];
    int counters[LEVELS];
};
struct list {
    int64_t id, abstract_id;
};
struct style_list { /* a paragraph style that brings a number with it */
    struct str style;
    int64_t list_id, level;
};

struct docx {
    struct arena *arena;
    struct buf *out;
    /* numbering.xml and styles.xml */
    VEC(struct abstract_list) abstracts;
    VEC(struct list) lists;
    VEC(struct style_list) styles;
    struct abstract_list *abstract; /* being read */
    struct level *level;
    struct list *list;
    struct str style;
    int64_t list_id, list_level; /* of the style or paragraph at hand; list_id < 0: none */
    bool direct_list;            /* the paragraph says its own list, the style's is not asked */
    /* document.xml */
    unsigned hidden;  /* inside deleted text, fallbacks */
    unsigned in_text; /* inside w:t */
    bool started;     /* this paragraph has printed something */
    struct cellrow tables[TABLES_MAX];
    unsigned spans[TABLES_MAX];         /* of the cell at hand, in columns of the grid */
    enum cell_merge merges[TABLES_MAX]; /* … and how it goes with the one above it */
    unsigned depth;                     /* of tables; deeper ones are plain paragraphs */
};

static bool is_hidden_element(struct str name)
{
    return str_equal(name, STR("del")) || str_equal(name, STR("moveFrom")) || str_equal(name, STR("Fallback")) ||
           str_equal(name, STR("instrText"));
}

/* --- numbering.xml, styles.xml --- */

static enum number_format number_format(struct str name)
{
    static const struct {
        struct str name;
        enum number_format format;
    } known[] = {{STR_INIT("decimal"), NUMBER_DECIMAL},
                 {STR_INIT("decimalZero"), NUMBER_DECIMAL},
                 {STR_INIT("bullet"), NUMBER_BULLET},
                 {STR_INIT("lowerLetter"), NUMBER_LOWER_LETTER},
                 {STR_INIT("upperLetter"), NUMBER_UPPER_LETTER},
                 {STR_INIT("lowerRoman"), NUMBER_LOWER_ROMAN},
                 {STR_INIT("upperRoman"), NUMBER_UPPER_ROMAN},
                 {STR_INIT("none"), NUMBER_NONE}};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (str_equal(known[i].name, name))
            return known[i].format;
    return NUMBER_BULLET; /* a script we do not count in: at least the item stays an item */
}

static int64_t attr_int(const char *const *attrs, const char *name, int64_t otherwise)
{
    int64_t v;
    return str_to_i64(xml_attr(attrs, name), &v) ? v : otherwise;
}

static enum err_code numbering_start(void *ctx, struct str name, const char *const *attrs, struct err *err)
{
    struct docx *d = ctx;
    if (str_equal(name, STR("abstractNum"))) {
        d->abstract = vec_push(&d->abstracts, d->arena);
        if (!d->abstract)
            return arena_full(d->arena, err);
        d->abstract->id = attr_int(attrs, "abstractNumId", -1);
        for (size_t i = 0; i < LEVELS; i++)
            d->abstract->levels[i] = (struct level){NUMBER_BULLET, STR(""), 1};
        d->level = NULL;
    } else if (str_equal(name, STR("lvl")) && d->abstract) {
        int64_t i = attr_int(attrs, "ilvl", -1);
        d->level = i >= 0 && i < LEVELS ? &d->abstract->levels[i] : NULL;
    } else if (str_equal(name, STR("numFmt")) && d->level) {
        d->level->format = number_format(xml_attr(attrs, "val"));
    } else if (str_equal(name, STR("lvlText")) && d->level) {
        d->level->text = arena_str(d->arena, xml_attr(attrs, "val"));
        if (str_is_null(d->level->text))
            return arena_full(d->arena, err);
    } else if (str_equal(name, STR("start")) && d->level) {
        int64_t start = attr_int(attrs, "val", 1);
        d->level->start = start >= 0 && start < NUMBER_MAX ? (int)start : 1;
    } else if (str_equal(name, STR("num"))) {
        d->abstract = NULL;
        d->level = NULL;
        d->list = vec_push(&d->lists, d->arena);
        if (!d->list)
            return arena_full(d->arena, err);
        *d->list = (struct list){attr_int(attrs, "numId", -1), -1};
    } else if (str_equal(name, STR("abstractNumId")) && d->list) {
        d->list->abstract_id = attr_int(attrs, "val", -1);
    }
    return ERR_NONE;
}

static enum err_code styles_start(void *ctx, struct str name, const char *const *attrs, struct err *err)
{
    struct docx *d = ctx;
    if (str_equal(name, STR("style"))) {
        d->style = arena_str(d->arena, xml_attr(attrs, "styleId"));
        d->list_id = -1;
        d->list_level = 0;
    } else if (str_equal(name, STR("numId"))) {
        d->list_id = attr_int(attrs, "val", -1);
    } else if (str_equal(name, STR("ilvl"))) {
        d->list_level = attr_int(attrs, "val", 0);
    }
    return ERR_NONE;
}

static enum err_code styles_end(void *ctx, struct str name, struct err *err)
{
    struct docx *d = ctx;
    if (!str_equal(name, STR("style")) || d->list_id <= 0)
        return ERR_NONE;
    struct style_list *slot = vec_push(&d->styles, d->arena);
    if (!slot)
        return arena_full(d->arena, err);
    *slot = (struct style_list){d->style, d->list_id, d->list_level};
    d->list_id = -1;
    return ERR_NONE;
}

static void put_roman(struct buf *out, int n, bool upper)
{
    static const struct {
        int value;
        const char *text;
    } parts[] = {{1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"}, {90, "xc"}, {50, "l"},
                 {40, "xl"},  {10, "x"},   {9, "ix"},  {5, "v"},    {4, "iv"},  {1, "i"}};
    if (n > 3999) {
        buf_printf(out, "%d", n);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        for (; n >= parts[i].value; n -= parts[i].value)
            for (const char *p = parts[i].text; *p; p++)
                buf_put_byte(out, upper ? (char)(*p - 32) : *p);
}

static void put_number(struct buf *out, enum number_format format, int n)
{
    switch (format) {
    case NUMBER_LOWER_LETTER:
    case NUMBER_UPPER_LETTER: /* 17.18.59: a..z, then aa, bb ... */
        for (int i = 0; n > 0 && i <= (n - 1) / 26 && i < 8; i++)
            buf_put_byte(out, (char)((format == NUMBER_UPPER_LETTER ? 'A' : 'a') + (n - 1) % 26));
        return;
    case NUMBER_LOWER_ROMAN:
        put_roman(out, n, false);
        return;
    case NUMBER_UPPER_ROMAN:
        put_roman(out, n, true);
        return;
    case NUMBER_DECIMAL:
    case NUMBER_BULLET:
    case NUMBER_NONE:
        buf_printf(out, "%d", n);
        return;
    }
}

static struct abstract_list *find_abstract(struct docx *d, int64_t list_id)
{
    for (size_t i = 0; i < d->lists.count; i++)
        for (size_t k = 0; k < d->abstracts.count && d->lists.items[i].id == list_id; k++)
            if (d->abstracts.items[k].id == d->lists.items[i].abstract_id)
                return &d->abstracts.items[k];
    return NULL;
}

static void put_list_mark(struct docx *d)
{
    if (d->list_id <= 0 || d->list_level < 0 || d->list_level >= LEVELS)
        return;
    struct abstract_list *list = find_abstract(d, d->list_id);
    if (!list) {
        buf_lit(d->out, "- ");
        return;
    }
    struct level *level = &list->levels[d->list_level];
    int *counter = &list->counters[d->list_level];
    *counter = *counter == 0 ? level->start : *counter < NUMBER_MAX ? *counter + 1 : NUMBER_MAX;
    for (size_t deeper = (size_t)d->list_level + 1; deeper < LEVELS; deeper++)
        list->counters[deeper] = 0;
    if (level->format == NUMBER_NONE)
        return;
    if (level->format == NUMBER_BULLET) {
        buf_lit(d->out, "- "); /* the bullet itself is often a private sign of the Symbol font */
        return;
    }
    for (size_t i = 0; i < level->text.len_bytes; i++) {
        char c = level->text.ptr[i];
        char which = i + 1 < level->text.len_bytes ? level->text.ptr[i + 1] : '\0';
        if (c != '%' || which < '1' || which > '9') {
            buf_put_byte(d->out, c);
            continue;
        }
        size_t of = (size_t)(which - '1');
        put_number(d->out, list->levels[of].format, list->counters[of] ? list->counters[of] : list->levels[of].start);
        i++;
    }
    buf_put_byte(d->out, ' ');
}

/* --- document.xml --- */

static void begin_output(struct docx *d)
{
    if (d->started)
        return;
    d->started = true;
    for (size_t i = 0; i < d->styles.count && !d->direct_list && d->list_id < 0; i++)
        if (str_equal(d->styles.items[i].style, d->style)) {
            d->list_id = d->styles.items[i].list_id;
            d->list_level = d->styles.items[i].level;
        }
    put_list_mark(d);
}

static enum err_code document_start(void *ctx, struct str name, const char *const *attrs, struct err *err)
{
    struct docx *d = ctx;
    if (d->hidden || is_hidden_element(name)) {
        d->hidden++;
        return ERR_NONE;
    }
    if (str_equal(name, STR("p"))) {
        d->started = d->direct_list = false;
        d->list_id = -1;
        d->list_level = 0;
        d->style = STR("");
    } else if (str_equal(name, STR("pStyle"))) {
        d->style = arena_str(d->arena, xml_attr(attrs, "val"));
    } else if (str_equal(name, STR("numId"))) {
        d->list_id = attr_int(attrs, "val", -1);
        d->direct_list = true;
    } else if (str_equal(name, STR("ilvl"))) {
        d->list_level = attr_int(attrs, "val", 0);
    } else if (str_equal(name, STR("t"))) {
        d->in_text++;
    } else if (str_equal(name, STR("tab")) && str_is_null(xml_attr(attrs, "pos"))) { /* with pos it is a tab stop */
        begin_output(d);
        buf_put_byte(d->out, '\t');
    } else if (str_equal(name, STR("br")) || str_equal(name, STR("cr"))) {
        begin_output(d);
        buf_put_byte(d->out, '\n');
    } else if (str_equal(name, STR("noBreakHyphen"))) {
        begin_output(d);
        buf_put_byte(d->out, '-');
    } else if (str_equal(name, STR("tbl"))) {
        d->depth++;
        if (d->depth <= TABLES_MAX)
            cellrow_table(&d->tables[d->depth - 1]);
    } else if (str_equal(name, STR("tc")) && d->depth > 0 && d->depth <= TABLES_MAX) {
        d->spans[d->depth - 1] = 1;
        d->merges[d->depth - 1] = CELL_ALONE;
    } else if (str_equal(name, STR("gridSpan")) && d->depth > 0 && d->depth <= TABLES_MAX) {
        int64_t span = attr_int(attrs, "val", 1);
        d->spans[d->depth - 1] = span >= 1 && span < CELLROW_SPAN_MAX ? (unsigned)span : 1;
    } else if (str_equal(name, STR("vMerge")) && d->depth > 0 &&
               d->depth <= TABLES_MAX) { /* 17.4.84: without a value it goes on */
        d->merges[d->depth - 1] = str_equal(xml_attr(attrs, "val"), STR("restart")) ? CELL_FIRST_OF_MORE : CELL_GOES_ON;
    } else if (str_equal(name, STR("tr")) && d->depth > 0 && d->depth <= TABLES_MAX) {
        cellrow_begin(&d->tables[d->depth - 1], d->out);
    }
    return ERR_NONE;
}

static enum err_code document_end(void *ctx, struct str name, struct err *err)
{
    struct docx *d = ctx;
    if (d->hidden) {
        d->hidden--;
        return ERR_NONE;
    }
    if (str_equal(name, STR("p"))) {
        if (d->depth > 0 && d->direct_list)
            begin_output(d); /* "TT" of a table is often a numbered paragraph without a word */
        buf_put_byte(d->out, '\n');
        d->started = false;
    } else if (str_equal(name, STR("t"))) {
        d->in_text--;
    } else if (str_equal(name, STR("tbl")) && d->depth > 0) {
        d->depth--;
    } else if (str_equal(name, STR("tc")) && d->depth > 0 && d->depth <= TABLES_MAX) {
        TRY(cellrow_cell(&d->tables[d->depth - 1], d->out, d->spans[d->depth - 1], d->merges[d->depth - 1], d->arena,
                         err));
    } else if (str_equal(name, STR("tr")) && d->depth > 0 && d->depth <= TABLES_MAX && !d->out->failed) {
        /* a cell of a table in a table is text of the outer one */
        TRY(cellrow_end(&d->tables[d->depth - 1], d->out, d->depth == 1, d->arena, err));
    }
    return buf_check(d->out, err);
}

static enum err_code document_text(void *ctx, struct str text, struct err *err)
{
    struct docx *d = ctx;
    if (d->hidden || !d->in_text)
        return ERR_NONE;
    begin_output(d);
    buf_put(d->out, text);
    return ERR_NONE;
}

static bool wanted(struct str name)
{
    return str_equal_nocase_ascii(name, STR("word/document.xml")) ||
           str_equal_nocase_ascii(name, STR("word/numbering.xml")) ||
           str_equal_nocase_ascii(name, STR("word/styles.xml"));
}

enum err_code docx_to_text(struct str bytes, size_t max_bytes, struct arena *arena, struct str *ret_text,
                           struct err *err)
{
    struct zip zip;
    TRY(zip_read(bytes, wanted, arena, &zip, err));
    struct str document = zip_find(&zip, STR("word/document.xml")),
               numbering = zip_find(&zip, STR("word/numbering.xml")), styles = zip_find(&zip, STR("word/styles.xml"));
    if (str_is_null(document))
        return err_set(err, ERR_SYNTAX, "không phải tệp Word / not a Word document: word/document.xml is missing");
    AUTO_BUF out;
    buf_init(&out, max_bytes);
    struct docx *d = arena_new(arena, struct docx);
    if (!d)
        return arena_full(arena, err);
    *d = (struct docx){.arena = arena, .out = &out, .list_id = -1, .style = STR("")};
    if (!str_is_null(numbering))
        TRY(xml_parse(numbering, "word/numbering.xml", &(struct xml_handler){.start = numbering_start, .ctx = d}, err));
    if (!str_is_null(styles))
        TRY(xml_parse(styles, "word/styles.xml",
                      &(struct xml_handler){.start = styles_start, .end = styles_end, .ctx = d}, err));
    d->list_id = -1;
    TRY(xml_parse(document, "word/document.xml",
                  &(struct xml_handler){.start = document_start, .end = document_end, .text = document_text, .ctx = d},
                  err));
    TRY(buf_check(&out, err));
    struct str nfc = viet_nfc(arena, buf_str(&out));
    struct str text = nfc.ptr == out.ptr || nfc.len_bytes == 0 ? arena_str(arena, nfc) : nfc;
    if (str_is_null(text))
        return arena_full(arena, err);
    *ret_text = text;
    return ERR_NONE;
}
