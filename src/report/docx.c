#include "report/docx.h"

#include "base/buf.h"
#include "report/ooxml.h"

/* Twentieths of a point (twips), as the format counts. Decree 30/2020, Annex I, part I. */
#define A4_SHORT      11906
#define A4_LONG       16838
#define MARGIN_TOP    1134
#define MARGIN_BOTTOM 1134
#define MARGIN_LEFT   1701
#define MARGIN_RIGHT  850
#define HEAD_LEFT_W   3800
#define MOTTO_RULE_W  3240 /* as long as the motto in 13 bold */
#define XML_HEAD      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define WORD_NS                                                                 \
    "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" " \
    "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""

#define TEXT_OF(array)             \
    {                              \
        (array), sizeof(array) - 1 \
    }

struct writer {
    const struct document *document;
    struct arena arena;
    struct buf out;
    struct err *err;
    enum err_code code; /* the first failure; every step looks at it */
};

static const char styles_xml[] = XML_HEAD
    "<w:styles " WORD_NS "><w:docDefaults><w:rPrDefault><w:rPr>"
    "<w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:cs=\"Times New Roman\" w:eastAsia=\"Times New "
    "Roman\"/>"
    "<w:color w:val=\"000000\"/><w:sz w:val=\"26\"/><w:szCs w:val=\"26\"/><w:lang "
    "w:val=\"vi-VN\"/></w:rPr></w:rPrDefault>"
    "<w:pPrDefault><w:pPr><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"240\" "
    "w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults>"
    "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/></w:style>"
    "<w:style w:type=\"paragraph\" w:styleId=\"Body\"><w:name w:val=\"Body Text\"/><w:basedOn "
    "w:val=\"Normal\"/><w:pPr><w:widowControl/>"
    "<w:spacing w:before=\"120\" w:line=\"276\" w:lineRule=\"auto\"/><w:ind w:firstLine=\"720\"/><w:jc "
    "w:val=\"both\"/></w:pPr></w:style>"
    "<w:style w:type=\"paragraph\" w:styleId=\"Basis\"><w:name w:val=\"Basis\"/><w:basedOn "
    "w:val=\"Body\"/><w:rPr><w:i/></w:rPr></w:style>"
    "<w:style w:type=\"paragraph\" w:styleId=\"Heading1\"><w:name w:val=\"heading 1\"/><w:basedOn w:val=\"Body\"/>"
    "<w:pPr><w:keepNext/><w:outlineLvl w:val=\"0\"/></w:pPr><w:rPr><w:b/></w:rPr></w:style>"
    "<w:style w:type=\"paragraph\" w:styleId=\"Centred\"><w:name w:val=\"Centred\"/><w:basedOn "
    "w:val=\"Normal\"/><w:pPr><w:jc w:val=\"center\"/></w:pPr></w:style>"
    "<w:style w:type=\"paragraph\" w:styleId=\"Caption\"><w:name w:val=\"caption\"/><w:basedOn "
    "w:val=\"Centred\"/><w:pPr><w:keepNext/>"
    "<w:spacing w:before=\"120\" w:after=\"60\"/></w:pPr><w:rPr><w:b/></w:rPr></w:style>"
    "<w:style w:type=\"paragraph\" w:styleId=\"Title\"><w:name w:val=\"Title\"/><w:basedOn "
    "w:val=\"Centred\"/><w:pPr><w:keepNext/></w:pPr>"
    "<w:rPr><w:b/><w:sz w:val=\"28\"/><w:szCs w:val=\"28\"/></w:rPr></w:style>"
    "<w:style w:type=\"paragraph\" w:styleId=\"Item\"><w:name w:val=\"Item\"/><w:basedOn "
    "w:val=\"Normal\"/><w:pPr><w:spacing w:line=\"276\" w:lineRule=\"auto\"/></w:pPr></w:style>"
    "<w:style w:type=\"paragraph\" w:styleId=\"Small\"><w:name w:val=\"Small\"/><w:basedOn "
    "w:val=\"Normal\"/><w:rPr><w:sz w:val=\"22\"/><w:szCs w:val=\"22\"/></w:rPr></w:style>"
    "<w:style w:type=\"paragraph\" w:styleId=\"Foot\"><w:name w:val=\"footer\"/><w:basedOn w:val=\"Normal\"/>"
    "<w:rPr><w:color w:val=\"595959\"/><w:sz w:val=\"16\"/><w:szCs w:val=\"16\"/></w:rPr></w:style>"
    "<w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal "
    "Table\"/><w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/>"
    "<w:tblCellMar><w:left w:w=\"80\" w:type=\"dxa\"/><w:right w:w=\"80\" "
    "w:type=\"dxa\"/></w:tblCellMar></w:tblPr></w:style></w:styles>";
static const char types_xml[] = XML_HEAD
    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
    "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default "
    "Extension=\"xml\" ContentType=\"application/xml\"/>"
    "<Override PartName=\"/word/document.xml\" "
    "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>"
    "<Override PartName=\"/word/styles.xml\" "
    "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml\"/>"
    "<Override PartName=\"/word/header1.xml\" "
    "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml\"/>"
    "<Override PartName=\"/word/footer1.xml\" "
    "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml\"/>"
    "<Override PartName=\"/docProps/core.xml\" "
    "ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>";
static const char rels_xml[] =
    XML_HEAD "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
             "<Relationship Id=\"rId1\" "
             "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" "
             "Target=\"word/document.xml\"/>"
             "<Relationship Id=\"rId2\" "
             "Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" "
             "Target=\"docProps/core.xml\"/></Relationships>";
static const char document_rels_xml[] = XML_HEAD
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
    "<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" "
    "Target=\"styles.xml\"/>"
    "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/header\" "
    "Target=\"header1.xml\"/>"
    "<Relationship Id=\"rId3\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer\" "
    "Target=\"footer1.xml\"/></Relationships>";
/* Word counts each section for itself; w:titlePg in the section hides this header on the first page. */
static const char header_xml[] =
    XML_HEAD "<w:hdr " WORD_NS
             "><w:p><w:pPr><w:pStyle w:val=\"Centred\"/></w:pPr><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>"
             "<w:r><w:instrText xml:space=\"preserve\"> PAGE </w:instrText></w:r><w:r><w:fldChar "
             "w:fldCharType=\"separate\"/></w:r>"
             "<w:r><w:t>2</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p></w:hdr>";

/* ---------- runs and paragraphs ---------- */

enum look { LOOK_PLAIN = 0, LOOK_BOLD = 1, LOOK_ITALIC = 2 };

static void run_put(struct writer *w, struct str text, unsigned look, int half_points)
{
    if (str_is_empty(text) || w->code != ERR_NONE)
        return;
    struct str rest = text, part;
    bool is_first = true;
    while (str_split(&rest, '\n', &part)) {
        struct str clean;
        w->code = document_text_clean(part, &w->arena, &clean, w->err);
        if (w->code != ERR_NONE)
            return;
        buf_lit(&w->out, "<w:r>");
        if (look || half_points) {
            buf_lit(&w->out, "<w:rPr>");
            buf_put(&w->out, look & LOOK_BOLD ? STR("<w:b/>") : STR(""));
            buf_put(&w->out, look & LOOK_ITALIC ? STR("<w:i/>") : STR(""));
            if (half_points)
                buf_printf(&w->out, "<w:sz w:val=\"%d\"/><w:szCs w:val=\"%d\"/>", half_points, half_points);
            buf_lit(&w->out, "</w:rPr>");
        }
        buf_put(&w->out, is_first ? STR("") : STR("<w:br/>"));
        buf_lit(&w->out, "<w:t xml:space=\"preserve\">");
        ooxml_put_text(&w->out, clean);
        buf_lit(&w->out, "</w:t></w:r>");
        is_first = false;
    }
}

static void paragraph_open(struct writer *w, const char *style, const char *more)
{
    buf_printf(&w->out, "<w:p><w:pPr><w:pStyle w:val=\"%s\"/>%s</w:pPr>", style, more);
}

static void paragraph_put(struct writer *w, const char *style, const char *more, struct str text, unsigned look,
                          int half_points)
{
    paragraph_open(w, style, more);
    run_put(w, text, look, half_points);
    buf_lit(&w->out, "</w:p>");
}

/* A rule under words: an almost empty paragraph with a border, drawn in from both sides. */
static void rule_put(struct writer *w, int cell_w, int rule_w, int gap_after)
{
    int inset = (cell_w - 160 - rule_w) / 2;
    buf_printf(&w->out,
               "<w:p><w:pPr><w:pStyle w:val=\"Centred\"/><w:pBdr><w:top w:val=\"single\" w:sz=\"6\" w:space=\"1\" "
               "w:color=\"000000\"/></w:pBdr>"
               "<w:spacing w:before=\"40\" w:after=\"%d\" w:line=\"60\" w:lineRule=\"exact\"/><w:ind w:left=\"%d\" "
               "w:right=\"%d\"/></w:pPr></w:p>",
               gap_after, inset > 0 ? inset : 0, inset > 0 ? inset : 0);
}

/* Two columns without borders, as boxes 1 to 5 and 7 to 9 stand. */
static void pair_open(struct writer *w, int left_w, int right_w)
{
    buf_printf(&w->out,
               "<w:tbl><w:tblPr><w:tblW w:w=\"%d\" w:type=\"dxa\"/><w:tblLayout "
               "w:type=\"fixed\"/></w:tblPr><w:tblGrid><w:gridCol w:w=\"%d\"/><w:gridCol "
               "w:w=\"%d\"/></w:tblGrid><w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w=\"%d\" "
               "w:type=\"dxa\"/></w:tcPr>",
               left_w + right_w, left_w, right_w, left_w);
}

static void pair_next(struct writer *w, int right_w)
{
    buf_printf(&w->out, "</w:tc><w:tc><w:tcPr><w:tcW w:w=\"%d\" w:type=\"dxa\"/></w:tcPr>", right_w);
}

static void pair_close(struct writer *w)
{
    buf_lit(&w->out, "</w:tc></w:tr></w:tbl>");
}

static bool made(struct writer *w, struct str text)
{
    if (str_is_null(text) && w->code == ERR_NONE)
        w->code = arena_full(&w->arena, w->err);
    return w->code == ERR_NONE;
}

/* ---------- boxes 1 to 5, 9a ---------- */

static void head_put(struct writer *w)
{
    const struct document *d = w->document;
    int text_w = A4_SHORT - MARGIN_LEFT - MARGIN_RIGHT, right_w = text_w - HEAD_LEFT_W;
    struct str date = STR_NONE, number = STR_NONE;
    if (w->code == ERR_NONE)
        w->code = document_date_text(d->date, &w->arena, &date, w->err);
    if (w->code == ERR_NONE)
        w->code = document_number_text(d, &w->arena, &number, w->err);
    struct str where =
        arena_printf(&w->arena, "%.*s%s%.*s", STR_ARG(d->place), str_is_empty(d->place) ? "" : ", ", STR_ARG(date));
    struct str about = arena_printf(&w->arena, "V/v %.*s", STR_ARG(d->summary));
    if (!made(w, where) || !made(w, about))
        return;
    bool is_letter = str_is_empty(d->type_name);
    pair_open(w, HEAD_LEFT_W, right_w);
    if (!str_is_empty(d->parent))
        paragraph_put(w, "Centred", "", d->parent, LOOK_PLAIN, 24);
    paragraph_put(w, "Centred", "", d->issuer, LOOK_BOLD, 24);
    rule_put(w, HEAD_LEFT_W, HEAD_LEFT_W / 3, 80);
    paragraph_put(w, "Centred", "", number, LOOK_PLAIN, 26);
    if (is_letter)
        paragraph_put(w, "Centred", "<w:spacing w:before=\"120\"/>", about, LOOK_PLAIN, 24);
    pair_next(w, right_w);
    paragraph_put(w, "Centred", "", STR("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), LOOK_BOLD, 24);
    paragraph_put(w, "Centred", "", STR("Độc lập - Tự do - Hạnh phúc"), LOOK_BOLD, 26);
    rule_put(w, right_w, MOTTO_RULE_W, 80);
    paragraph_put(w, "Centred", "", where, LOOK_ITALIC, 26);
    pair_close(w);
    if (!is_letter) {
        paragraph_put(w, "Title", "<w:spacing w:before=\"320\"/>", d->type_name, LOOK_PLAIN, 0);
        paragraph_put(w, "Title", "", d->summary, LOOK_PLAIN, 0);
        rule_put(w, text_w, text_w / 4, 120);
    }
}

static void addressees_put(struct writer *w)
{
    const struct document *d = w->document;
    if (d->to_count == 1) {
        struct str text = arena_printf(&w->arena, "Kính gửi: %.*s", STR_ARG(d->to[0]));
        if (made(w, text))
            paragraph_put(w, "Centred", "<w:spacing w:before=\"240\" w:after=\"120\"/>", text, LOOK_PLAIN, 0);
        return;
    }
    if (d->to_count)
        paragraph_put(w, "Item", "<w:spacing w:before=\"240\"/><w:ind w:left=\"720\"/>", STR("Kính gửi:"), LOOK_PLAIN,
                      0);
    for (size_t i = 0; i < d->to_count && w->code == ERR_NONE; i++) {
        struct str text;
        w->code = document_item_text(d->to[i], STR_NONE, i + 1 == d->to_count, &w->arena, &text, w->err);
        if (w->code == ERR_NONE)
            paragraph_put(w, "Item", "<w:ind w:left=\"1680\"/>", text, LOOK_PLAIN, 0);
    }
}

/* ---------- tables ---------- */

static const char *align_value(enum document_align align)
{
    switch (align) {
    case DOCUMENT_LEFT:
        return "left";
    case DOCUMENT_CENTRE:
        return "center";
    case DOCUMENT_RIGHT:
        return "right";
    }
    return "left";
}

static void cell_put(struct writer *w, int width, size_t span, const char *more, const char *align, struct str text,
                     unsigned look, int half_points)
{
    buf_printf(&w->out, "<w:tc><w:tcPr><w:tcW w:w=\"%d\" w:type=\"dxa\"/>", width);
    if (span > 1)
        buf_printf(&w->out, "<w:gridSpan w:val=\"%zu\"/>", span);
    /* The mark at the end of a paragraph is as high as its letters, else it makes the row higher than they do. */
    buf_printf(&w->out,
               "%s</w:tcPr><w:p><w:pPr><w:pStyle w:val=\"Normal\"/><w:jc w:val=\"%s\"/><w:rPr><w:sz w:val=\"%d\"/>"
               "<w:szCs w:val=\"%d\"/></w:rPr></w:pPr>",
               more, align, half_points, half_points);
    run_put(w, text, look, half_points);
    buf_lit(&w->out, "</w:p></w:tc>");
}

static void table_head(struct writer *w, const struct document_table *table, const int *widths, int half_points)
{
    static const char open[] = "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>",
                      middle[] = "<w:vAlign w:val=\"center\"/>";
    size_t n = table->column_count;
    bool has_groups = false;
    for (size_t c = 0; c < n; c++)
        has_groups = has_groups || !str_is_empty(table->columns[c].group);
    if (has_groups) {
        buf_put(&w->out, (struct str)TEXT_OF(open));
        for (size_t c = 0; c < n;) {
            size_t end = c + 1;
            int width = widths[c];
            bool is_grouped = !str_is_empty(table->columns[c].group);
            for (; is_grouped && end < n && str_equal(table->columns[end].group, table->columns[c].group); end++)
                width += widths[end];
            cell_put(w, width, end - c,
                     is_grouped ? middle : "<w:vMerge w:val=\"restart\"/><w:vAlign w:val=\"center\"/>", "center",
                     is_grouped ? table->columns[c].group : table->columns[c].title, LOOK_BOLD, half_points);
            c = end;
        }
        buf_lit(&w->out, "</w:tr>");
    }
    buf_put(&w->out, (struct str)TEXT_OF(open));
    for (size_t c = 0; c < n; c++) {
        bool is_merged = has_groups && str_is_empty(table->columns[c].group);
        cell_put(w, widths[c], 1, is_merged ? "<w:vMerge/>" : middle, "center",
                 is_merged ? STR("") : table->columns[c].title, LOOK_BOLD, half_points);
    }
    buf_lit(&w->out, "</w:tr>");
}

static void table_put(struct writer *w, const struct document_table *table, int text_w)
{
    size_t n = table->column_count;
    int *widths = arena_new_array(&w->arena, int, n);
    if (!widths) {
        w->code = arena_full(&w->arena, w->err);
        return;
    }
    double total = 0;
    for (size_t c = 0; c < n; c++)
        total += table->columns[c].weight > 0 ? table->columns[c].weight : 1;
    for (size_t c = 0; c < n; c++)
        widths[c] = (int)((table->columns[c].weight > 0 ? table->columns[c].weight : 1) / total * text_w);
    int half_points = (int)((table->font_pt > 0 ? table->font_pt : 12) * 2);
    buf_printf(&w->out, "<w:tbl><w:tblPr><w:tblW w:w=\"%d\" w:type=\"dxa\"/><w:tblBorders>", text_w);
    static const char *const sides[] = {"top", "left", "bottom", "right", "insideH", "insideV"};
    for (size_t i = 0; i < ARRAY_LEN(sides); i++)
        buf_printf(&w->out, "<w:%s w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>", sides[i]);
    /* The room inside a cell stands at the table itself: some programs do not take it from the default style. As in
     * pdf.c. */
    buf_lit(&w->out, "</w:tblBorders><w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:top w:w=\"50\" w:type=\"dxa\"/>"
                     "<w:left w:w=\"80\" w:type=\"dxa\"/><w:bottom w:w=\"50\" w:type=\"dxa\"/>"
                     "<w:right w:w=\"80\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>");
    for (size_t c = 0; c < n; c++)
        buf_printf(&w->out, "<w:gridCol w:w=\"%d\"/>", widths[c]);
    buf_lit(&w->out, "</w:tblGrid>");
    table_head(w, table, widths, half_points);
    for (size_t r = 0; r < table->row_count && w->code == ERR_NONE; r++) {
        const struct document_row *row = &table->rows[r];
        struct arena_mark mark = arena_mark(&w->arena);
        buf_lit(&w->out, "<w:tr>");
        if (row->kind == DOCUMENT_ROW_SECTION)
            cell_put(w, text_w, n, "", "left", row->cells[0], LOOK_BOLD, half_points);
        for (size_t c = 0; c < n && row->kind != DOCUMENT_ROW_SECTION; c++)
            cell_put(w, widths[c], 1, "", align_value(table->columns[c].align), row->cells[c],
                     row->kind == DOCUMENT_ROW_TOTAL ? LOOK_BOLD : LOOK_PLAIN, half_points);
        buf_lit(&w->out, "</w:tr>");
        arena_rewind(&w->arena, mark);
    }
    buf_lit(&w->out, "</w:tbl>");
}

/* ---------- body, 7, 9b ---------- */

static void blocks_put(struct writer *w, const struct document_block *blocks, size_t count, bool closes, int text_w)
{
    static const struct {
        const char *style;
        unsigned look;
    } looks[] = {
        [DOCUMENT_BASIS] = {"Basis", LOOK_PLAIN},      [DOCUMENT_PARAGRAPH] = {"Body", LOOK_PLAIN},
        [DOCUMENT_HEADING] = {"Heading1", LOOK_PLAIN}, [DOCUMENT_CLAUSE] = {"Body", LOOK_PLAIN},
        [DOCUMENT_POINT] = {"Body", LOOK_PLAIN},       [DOCUMENT_DASH] = {"Body", LOOK_PLAIN},
        [DOCUMENT_CAPTION] = {"Caption", LOOK_PLAIN},  [DOCUMENT_NOTE] = {"Basis", LOOK_PLAIN},
        [DOCUMENT_TABLE] = {"Normal", LOOK_PLAIN},
    };
    struct document_lines lines;
    if (w->code == ERR_NONE)
        w->code = document_lines_make(blocks, count, closes, &w->arena, &lines, w->err);
    if (w->code != ERR_NONE)
        return;
    for (size_t i = 0; i < lines.count && w->code == ERR_NONE; i++) {
        const struct document_line *line = &lines.items[i];
        if (line->table) {
            if (i == 0 || lines.items[i - 1].table)
                paragraph_put(w, "Normal", "<w:spacing w:line=\"120\" w:lineRule=\"exact\"/>", STR(""), LOOK_PLAIN,
                              0); /* or Word joins the tables */
            table_put(w, line->table, text_w);
            continue;
        }
        bool heads_table = i + 1 < lines.count && lines.items[i + 1].table;
        paragraph_open(w, looks[line->kind].style, heads_table ? "<w:keepNext/>" : "");
        run_put(w, line->label, str_is_empty(line->lead) ? LOOK_PLAIN : LOOK_BOLD, 0);
        run_put(w, line->lead, LOOK_BOLD, 0);
        run_put(w, line->text, looks[line->kind].look, 0);
        buf_lit(&w->out, "</w:p>");
    }
}

static void close_put(struct writer *w)
{
    const struct document *d = w->document;
    int text_w = A4_SHORT - MARGIN_LEFT - MARGIN_RIGHT, left_w = text_w * 46 / 100, right_w = text_w - left_w;
    paragraph_put(w, "Normal", "<w:keepNext/><w:spacing w:line=\"200\" w:lineRule=\"exact\"/>", STR(""), LOOK_PLAIN, 0);
    pair_open(w, left_w, right_w);
    paragraph_put(w, "Small", "", d->recipient_count || !str_is_empty(d->keep) ? STR("Nơi nhận:") : STR(""),
                  LOOK_BOLD | LOOK_ITALIC, 24);
    for (size_t i = 0; i <= d->recipient_count && w->code == ERR_NONE; i++) {
        bool is_keep = i == d->recipient_count;
        if (is_keep && str_is_empty(d->keep))
            break;
        struct str name = is_keep ? arena_printf(&w->arena, "Lưu: %.*s", STR_ARG(d->keep)) : d->recipients[i].name,
                   item;
        if (!made(w, name))
            return;
        bool is_last = is_keep || (i + 1 == d->recipient_count && str_is_empty(d->keep));
        w->code =
            document_item_text(name, is_keep ? STR_NONE : d->recipients[i].purpose, is_last, &w->arena, &item, w->err);
        if (w->code == ERR_NONE)
            paragraph_put(w, "Small", "", item, LOOK_PLAIN, 0);
    }
    pair_next(w, right_w);
    for (size_t i = 0; i < d->sign_line_count; i++) {
        struct str line = document_sign_text(&d->sign_lines[i], &w->arena);
        if (!made(w, line))
            return;
        paragraph_put(w, "Centred", "", line, LOOK_BOLD, 26);
    }
    paragraph_put(w, "Centred", "<w:spacing w:before=\"1440\"/>", d->signer_name, LOOK_BOLD, 26);
    pair_close(w);
}

/* ---------- parts ---------- */

static void section_put(struct writer *w, bool is_landscape)
{
    buf_printf(&w->out,
               "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId2\"/><w:footerReference w:type=\"default\" "
               "r:id=\"rId3\"/>"
               "<w:footerReference w:type=\"first\" r:id=\"rId3\"/><w:type w:val=\"nextPage\"/><w:pgSz w:w=\"%d\" "
               "w:h=\"%d\"%s/>"
               "<w:pgMar w:top=\"%d\" w:right=\"%d\" w:bottom=\"%d\" w:left=\"%d\" w:header=\"454\" w:footer=\"567\" "
               "w:gutter=\"0\"/>"
               "<w:pgNumType w:start=\"1\"/><w:titlePg/></w:sectPr>",
               is_landscape ? A4_LONG : A4_SHORT, is_landscape ? A4_SHORT : A4_LONG,
               is_landscape ? " w:orient=\"landscape\"" : "", MARGIN_TOP, MARGIN_RIGHT, MARGIN_BOTTOM, MARGIN_LEFT);
}

static void body_put(struct writer *w)
{
    const struct document *d = w->document;
    buf_lit(&w->out, XML_HEAD "<w:document " WORD_NS "><w:body>");
    head_put(w);
    addressees_put(w);
    blocks_put(w, d->blocks, d->block_count, true, A4_SHORT - MARGIN_LEFT - MARGIN_RIGHT);
    close_put(w);
    for (size_t i = 0; i < d->annex_count && w->code == ERR_NONE; i++) {
        const struct document_annex *annex = &d->annexes[i];
        /* A section's properties stand in its last paragraph. */
        buf_lit(&w->out, "<w:p><w:pPr><w:spacing w:line=\"20\" w:lineRule=\"exact\"/>");
        section_put(w, i > 0 && d->annexes[i - 1].is_landscape);
        buf_lit(&w->out, "</w:pPr></w:p>");
        struct str source;
        w->code = document_annex_text(d, &w->arena, &source, w->err);
        if (w->code != ERR_NONE)
            return;
        paragraph_put(w, "Title", "", annex->title, LOOK_PLAIN, 0);
        paragraph_put(w, "Title", "", annex->summary, LOOK_PLAIN, 0);
        paragraph_put(w, "Centred", "<w:spacing w:after=\"120\"/>", source, LOOK_ITALIC, 0);
        blocks_put(w, annex->blocks, annex->block_count, false,
                   (annex->is_landscape ? A4_LONG : A4_SHORT) - MARGIN_LEFT - MARGIN_RIGHT);
    }
    buf_lit(&w->out, "<w:p><w:pPr><w:spacing w:line=\"20\" w:lineRule=\"exact\"/></w:pPr></w:p>"); /* a body may not end
                                                                                                      in a table */
    section_put(w, d->annex_count && d->annexes[d->annex_count - 1].is_landscape);
    buf_lit(&w->out, "</w:body></w:document>");
}

static void foot_put(struct writer *w)
{
    struct str text = STR_NONE;
    if (w->code == ERR_NONE)
        w->code = document_frozen_text(w->document, &w->arena, &text, w->err);
    buf_lit(&w->out, XML_HEAD "<w:ftr " WORD_NS ">");
    paragraph_put(w, "Foot", "", text, LOOK_PLAIN, 0);
    buf_lit(&w->out, "</w:ftr>");
}

static void core_put(struct writer *w)
{
    const struct document *d = w->document;
    struct str title = STR("");
    if (w->code == ERR_NONE)
        w->code = document_text_clean(d->summary, &w->arena, &title, w->err);
    struct str author = STR("");
    if (w->code == ERR_NONE)
        w->code = document_text_clean(d->issuer, &w->arena, &author, w->err);
    char when[CIVIL_TEXT_BYTES];
    civil_iso_ms(d->made_unix_ms ? d->made_unix_ms : d->frozen_unix_ms, when);
    buf_lit(&w->out, XML_HEAD
            "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" "
            "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" "
            "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>");
    ooxml_put_text(&w->out, title);
    buf_lit(&w->out, "</dc:title><dc:creator>");
    ooxml_put_text(&w->out, author);
    buf_printf(
        &w->out,
        "</dc:creator><dc:language>vi-VN</dc:language><dcterms:created xsi:type=\"dcterms:W3CDTF\">%s</dcterms:created>"
        "<dcterms:modified xsi:type=\"dcterms:W3CDTF\">%s</dcterms:modified></cp:coreProperties>",
        when, when);
}

enum err_code docx_write(const struct document *document, const struct report_sink *sink, struct err *err)
{
    TRY(document_check(document, err));
    struct writer w = {.document = document, .err = err};
    arena_init(&w.arena, DOCX_PART_MAX_BYTES);
    buf_init(&w.out, DOCX_PART_MAX_BYTES);
    void (*const makers[])(struct writer *) = {body_put, foot_put, core_put};
    size_t ends[ARRAY_LEN(makers)];
    for (size_t i = 0; i < ARRAY_LEN(makers); i++) {
        makers[i](&w);
        ends[i] = w.out.len_bytes;
    }
    enum err_code code = w.code != ERR_NONE ? w.code : buf_check(&w.out, err);
    if (code == ERR_NONE) {
        struct str all = buf_str(&w.out);
        const struct ooxml_part parts[] = {
            {"[Content_Types].xml", TEXT_OF(types_xml)},
            {"_rels/.rels", TEXT_OF(rels_xml)},
            {"docProps/core.xml", str_slice(all, ends[1], ends[2])},
            {"word/document.xml", str_slice(all, 0, ends[0])},
            {"word/_rels/document.xml.rels", TEXT_OF(document_rels_xml)},
            {"word/styles.xml", TEXT_OF(styles_xml)},
            {"word/header1.xml", TEXT_OF(header_xml)},
            {"word/footer1.xml", str_slice(all, ends[0], ends[1])},
        };
        code = ooxml_zip(parts, ARRAY_LEN(parts), sink, err);
    }
    buf_done(&w.out);
    arena_done(&w.arena);
    return code;
}

static enum err_code file_job_run(void *ctx, const struct report_sink *sink, struct err *err)
{
    return docx_write(*(const struct document *const *)ctx, sink, err);
}

enum err_code docx_write_file(const struct document *document, const char *path, struct err *err)
{
    if (report_file(path, file_job_run, &document, err) != ERR_NONE)
        return err_wrap(err, "DOCX");
    return ERR_NONE;
}
