#include "report/pdf.h"

#include <cairo-pdf.h>

/* All in points. Decree 30/2020, Annex I, part I. */
#define MM            (72.0 / 25.4)
#define A4_SHORT      (210 * MM)
#define A4_LONG       (297 * MM)
#define MARGIN_TOP    (20 * MM)
#define MARGIN_BOTTOM (20 * MM)
#define MARGIN_LEFT   (30 * MM)
#define MARGIN_RIGHT  (15 * MM)
#define FIRST_LINE    (12.7 * MM) /* "1 cm hoặc 1,27 cm" */
#define PARAGRAPH_GAP 6.0
#define TABLE_TAIL    72.0 /* what stands above a table goes overleaf with it: its head and two lines */
#define TITLE_PT      12.0 /* national title and issuer; the motto pair is then 12/13 and the date 13 */
#define MOTTO_PT      13.0
#define BODY_PT       13.0
#define SUMMARY_PT    12.0 /* V/v */
#define KEEP_PT       12.0 /* "Nơi nhận:" */
#define LIST_PT       11.0 /* its list */
#define FOOT_PT       8.0
#define CELL_PT       12.0
#define CELL_PAD_X    4.0
#define CELL_PAD_Y    2.5
#define SIGN_ROOM     72.0 /* for hand, seal and signature image */
#define RULE_PT       0.6

struct writer {
    const struct document *document;
    struct type_setter setter;
    struct arena kept;    /* shaped words, lines of the document: to the end */
    struct arena scratch; /* one paragraph or row */
    const struct report_sink *sink;
    struct err *err;
    enum err_code code; /* of the sink, seen inside Cairo's callback */
    cairo_surface_t *surface;
    cairo_t *cr;
    double page_w, page_h;
    double x, width;    /* of the text area */
    double y, bottom;   /* next free, last usable */
    size_t page_count;  /* of the file */
    size_t page_number; /* within the body or the annex */
    bool is_landscape;
    bool is_open;
    struct type_text foot; /* one line; no lines when not frozen */
};

static double leading(double size_pt, bool is_table)
{
    return size_pt * (is_table ? 1.18 : 1.32); /* single to 1.5 lines are allowed; a single line of this font is 1.15 */
}

static double ascent(double size_pt)
{
    return size_pt * 0.891; /* of Liberation Serif */
}

/* ---------- pages ---------- */

static cairo_status_t stream_write(void *closure, const unsigned char *data, unsigned int length)
{
    struct writer *w = closure;
    if (w->code == ERR_NONE)
        w->code = w->sink->write(w->sink->ctx, (struct str){(const char *)data, length}, w->err);
    return w->code == ERR_NONE ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static enum err_code cairo_check(struct writer *w)
{
    if (w->code != ERR_NONE)
        return w->code;
    cairo_status_t status = w->cr ? cairo_status(w->cr) : CAIRO_STATUS_SUCCESS;
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(w->surface);
    if (status == CAIRO_STATUS_SUCCESS)
        return ERR_NONE;
    return err_set(w->err, status == CAIRO_STATUS_NO_MEMORY ? ERR_NOMEM : ERR_IO, "make PDF: %s",
                   cairo_status_to_string(status));
}

static enum err_code page_close(struct writer *w)
{
    if (!w->is_open)
        return ERR_NONE;
    type_flush(&w->setter);
    if (w->foot.line_count) {
        cairo_set_source_rgb(w->cr, 0.35, 0.35, 0.35);
        type_put(&w->setter, &w->foot, 0, w->x, w->page_h - MARGIN_BOTTOM + 14, w->width, TYPE_LEFT);
        type_flush(&w->setter);
        cairo_set_source_rgb(w->cr, 0, 0, 0);
    }
    TRY(type_check(&w->setter, w->err));
    cairo_show_page(w->cr);
    w->is_open = false;
    return cairo_check(w);
}

static enum err_code page_open(struct writer *w)
{
    TRY(page_close(w));
    if (w->page_count >= PDF_PAGES_MAX)
        return err_set(w->err, ERR_LIMIT, "make PDF: over %u pages", PDF_PAGES_MAX);
    w->page_w = w->is_landscape ? A4_LONG : A4_SHORT;
    w->page_h = w->is_landscape ? A4_SHORT : A4_LONG;
    cairo_pdf_surface_set_size(w->surface, w->page_w, w->page_h);
    w->x = MARGIN_LEFT;
    w->width = w->page_w - MARGIN_LEFT - MARGIN_RIGHT;
    w->y = MARGIN_TOP;
    w->bottom = w->page_h - MARGIN_BOTTOM;
    w->page_count++;
    w->page_number++;
    w->is_open = true;
    if (w->page_number > 1) { /* "không hiển thị số trang thứ nhất" */
        char digits[24];
        int n = snprintf(digits, sizeof digits, "%zu", w->page_number);
        struct type_text text;
        struct type_span span = {{digits, (size_t)n}, TYPE_REGULAR};
        struct arena_mark mark = arena_mark(&w->scratch);
        TRY(type_break(&w->setter, &span, 1, BODY_PT, w->width, 0, &w->scratch, &text, w->err));
        /* Centred on the paper's text area, half way down the top margin. */
        type_put(&w->setter, &text, 0, w->x, MARGIN_TOP / 2 + ascent(BODY_PT) / 2, w->width, TYPE_CENTRE);
        type_flush(&w->setter);
        arena_rewind(&w->scratch, mark);
    }
    return ERR_NONE;
}

static void rule(struct writer *w, double x1, double y1, double x2, double y2)
{
    cairo_move_to(w->cr, x1, y1);
    cairo_line_to(w->cr, x2, y2);
}

static void rules_draw(struct writer *w)
{
    cairo_set_line_width(w->cr, RULE_PT);
    cairo_stroke(w->cr);
}

/* ---------- text ---------- */

static enum err_code broken(struct writer *w, struct str text, enum type_face face, double size_pt, double width_pt,
                            double indent_pt, struct type_text *ret_text)
{
    struct str clean;
    TRY(document_text_clean(text, &w->scratch, &clean, w->err));
    struct type_span span = {clean, face};
    return type_break(&w->setter, &span, 1, size_pt, width_pt, indent_pt, &w->scratch, ret_text, w->err);
}

static void lines_put(struct writer *w, const struct type_text *text, size_t from, size_t to, double x, double *y,
                      double width, double indent, enum type_align align, double step)
{
    for (size_t i = from; i < to; i++) {
        double inset = i == 0 ? indent : 0;
        type_put(&w->setter, text, i, x + inset, *y + (step - text->size_pt * 1.15) / 2 + ascent(text->size_pt),
                 width - inset, align);
        *y += step;
    }
    type_flush(&w->setter);
}

/* A paragraph over as many pages as it takes; never one line alone at the foot or head of a page. tail_pt must follow
 * it on the same page together with its last two lines. */
static enum err_code paragraph_put(struct writer *w, const struct type_text *text, double indent, enum type_align align,
                                   double tail_pt)
{
    double step = leading(text->size_pt, false);
    size_t from = 0;
    while (from < text->line_count) {
        size_t left = text->line_count - from;
        size_t fit = w->bottom > w->y ? (size_t)((w->bottom - w->y + 0.01) / step) : 0;
        size_t take = left;
        if (fit < left || (double)left * step + tail_pt > w->bottom - w->y + 0.01) {
            take = fit < left ? fit : left;
            if (left - take < 2)
                take = left > 2 ? left - 2 : 0; /* two lines go over together */
            if (from == 0 && take < 2)
                take = 0;
            bool is_fresh = w->y <= MARGIN_TOP + 0.01;
            if (is_fresh && take == 0)
                take = fit < left ? (fit ? fit : 1) : left; /* a tail higher than a page is not our doing: go on */
        }
        lines_put(w, text, from, from + take, w->x, &w->y, w->width, indent, align, step);
        from += take;
        if (from < text->line_count)
            TRY(page_open(w));
    }
    return ERR_NONE;
}

static enum err_code line_put(struct writer *w, const struct document_line *line, double tail_pt)
{
    static const struct {
        enum type_face face;
        enum type_align align;
        bool has_indent;
    } looks[] = {
        [DOCUMENT_BASIS] = {TYPE_ITALIC, TYPE_JUSTIFY, true},
        [DOCUMENT_PARAGRAPH] = {TYPE_REGULAR, TYPE_JUSTIFY, true},
        [DOCUMENT_HEADING] = {TYPE_BOLD, TYPE_JUSTIFY, true},
        [DOCUMENT_CLAUSE] = {TYPE_REGULAR, TYPE_JUSTIFY, true},
        [DOCUMENT_POINT] = {TYPE_REGULAR, TYPE_JUSTIFY, true},
        [DOCUMENT_DASH] = {TYPE_REGULAR, TYPE_JUSTIFY, true},
        [DOCUMENT_CAPTION] = {TYPE_BOLD, TYPE_CENTRE, false},
        [DOCUMENT_NOTE] = {TYPE_ITALIC, TYPE_JUSTIFY, true},
        [DOCUMENT_TABLE] = {TYPE_REGULAR, TYPE_JUSTIFY, false},
    };
    struct arena_mark mark = arena_mark(&w->scratch);
    enum type_face face = looks[line->kind].face;
    double indent = looks[line->kind].has_indent ? FIRST_LINE : 0;
    enum type_face label_face = str_is_empty(line->lead) ? face : TYPE_BOLD;
    struct type_span spans[] = {{line->label, label_face},
                                {line->lead, face == TYPE_ITALIC ? TYPE_BOLD_ITALIC : TYPE_BOLD},
                                {line->text, face}};
    struct type_text text;
    TRY(type_break(&w->setter, spans, ARRAY_LEN(spans), BODY_PT, w->width, indent, &w->scratch, &text, w->err));
    if (line->kind == DOCUMENT_HEADING || line->kind == DOCUMENT_CAPTION)
        tail_pt += 3 * leading(BODY_PT, false); /* a heading stays with what it heads */
    if (w->y > MARGIN_TOP + 0.01)
        w->y += PARAGRAPH_GAP;
    TRY(paragraph_put(w, &text, indent, looks[line->kind].align, tail_pt));
    arena_rewind(&w->scratch, mark);
    return cairo_check(w);
}

/* ---------- tables ---------- */

struct table_look {
    const struct document_table *table;
    double *x; /* column_count + 1 edges */
    double size_pt, step;
    double head_pt;           /* both header rows */
    double group_pt;          /* the upper one; 0 without groups */
    struct type_text *titles; /* per column */
    struct type_text *groups; /* per column that begins a group */
    size_t *group_ends;       /* one past the last column of the group that begins here; 0: none begins */
    bool *is_grouped;
};

static double cell_height(const struct type_text *text, double step)
{
    return (double)text->line_count * step + 2 * CELL_PAD_Y;
}

static enum err_code table_prepare(struct writer *w, const struct document_table *table, struct table_look *look)
{
    size_t n = table->column_count;
    *look = (struct table_look){.table = table, .size_pt = table->font_pt > 0 ? table->font_pt : CELL_PT};
    look->step = leading(look->size_pt, true);
    look->x = arena_new_array(&w->scratch, double, n + 1);
    look->titles = arena_new_array(&w->scratch, struct type_text, n);
    look->groups = arena_new_array(&w->scratch, struct type_text, n);
    look->group_ends = arena_new_array(&w->scratch, size_t, n);
    look->is_grouped = arena_new_array(&w->scratch, bool, n);
    if (!look->x || !look->titles || !look->groups || !look->group_ends || !look->is_grouped)
        return arena_full(&w->scratch, w->err);
    double total = 0, at = w->x;
    for (size_t c = 0; c < n; c++)
        total += table->columns[c].weight > 0 ? table->columns[c].weight : 1;
    for (size_t c = 0; c < n; c++) {
        look->x[c] = at;
        at += w->width * (table->columns[c].weight > 0 ? table->columns[c].weight : 1) / total;
    }
    look->x[n] = w->x + w->width;
    for (size_t c = 0; c < n;) {
        size_t end = c + 1;
        if (!str_is_empty(table->columns[c].group)) {
            while (end < n && str_equal(table->columns[end].group, table->columns[c].group))
                end++;
            TRY(broken(w, table->columns[c].group, TYPE_BOLD, look->size_pt, look->x[end] - look->x[c] - 2 * CELL_PAD_X,
                       0, &look->groups[c]));
            look->group_ends[c] = end;
            double height = cell_height(&look->groups[c], look->step);
            look->group_pt = height > look->group_pt ? height : look->group_pt;
            for (size_t i = c; i < end; i++)
                look->is_grouped[i] = true;
        }
        c = end;
    }
    double titles_pt = 0, alone_pt = 0;
    for (size_t c = 0; c < n; c++) {
        TRY(broken(w, table->columns[c].title, TYPE_BOLD, look->size_pt, look->x[c + 1] - look->x[c] - 2 * CELL_PAD_X,
                   0, &look->titles[c]));
        double height = cell_height(&look->titles[c], look->step);
        double *most = look->is_grouped[c] ? &titles_pt : &alone_pt;
        *most = height > *most ? height : *most;
    }
    look->head_pt = look->group_pt + titles_pt > alone_pt ? look->group_pt + titles_pt : alone_pt;
    return ERR_NONE;
}

static void cell_centre(struct writer *w, const struct type_text *text, double x1, double x2, double y, double height,
                        double step)
{
    double at = y + (height - (double)text->line_count * step) / 2;
    lines_put(w, text, 0, text->line_count, x1 + CELL_PAD_X, &at, x2 - x1 - 2 * CELL_PAD_X, 0, TYPE_CENTRE, step);
}

static void table_head(struct writer *w, const struct table_look *look)
{
    size_t n = look->table->column_count;
    double top = w->y, low = w->y + look->head_pt;
    rule(w, look->x[0], top, look->x[n], top);
    rule(w, look->x[0], low, look->x[n], low);
    for (size_t c = 0; c <= n; c++) {
        bool inside = c > 0 && c < n && look->is_grouped[c] && look->is_grouped[c - 1] && look->group_ends[c] == 0;
        rule(w, look->x[c], inside ? top + look->group_pt : top, look->x[c], low);
    }
    for (size_t c = 0; c < n; c++) {
        double from = look->is_grouped[c] ? top + look->group_pt : top;
        cell_centre(w, &look->titles[c], look->x[c], look->x[c + 1], from, low - from, look->step);
        if (look->group_ends[c]) {
            rule(w, look->x[c], from, look->x[look->group_ends[c]], from);
            cell_centre(w, &look->groups[c], look->x[c], look->x[look->group_ends[c]], top, look->group_pt, look->step);
        }
    }
    w->y = low;
}

/* Lines from..to of every cell, framed. */
static void row_piece(struct writer *w, const struct table_look *look, const struct type_text *cells, size_t cell_count,
                      bool is_section, size_t from, size_t to)
{
    size_t n = look->table->column_count;
    double height = (double)(to - from) * look->step + 2 * CELL_PAD_Y;
    for (size_t c = 0; c < cell_count; c++) {
        double x1 = look->x[c], x2 = is_section ? look->x[n] : look->x[c + 1];
        size_t last = cells[c].line_count < to ? cells[c].line_count : to;
        enum document_align align = is_section ? DOCUMENT_LEFT : look->table->columns[c].align;
        double y = w->y + CELL_PAD_Y;
        for (size_t i = from; i < last; i++) {
            type_put(&w->setter, &cells[c], i, x1 + CELL_PAD_X,
                     y + (look->step - look->size_pt * 1.15) / 2 + ascent(look->size_pt), x2 - x1 - 2 * CELL_PAD_X,
                     align == DOCUMENT_CENTRE  ? TYPE_CENTRE
                     : align == DOCUMENT_RIGHT ? TYPE_RIGHT
                                               : TYPE_LEFT);
            y += look->step;
        }
        rule(w, x1, w->y, x1, w->y + height);
    }
    rule(w, look->x[n], w->y, look->x[n], w->y + height);
    rule(w, look->x[0], w->y + height, look->x[n], w->y + height);
    w->y += height;
}

static enum err_code row_put(struct writer *w, const struct table_look *look, const struct document_row *row)
{
    bool is_section = row->kind == DOCUMENT_ROW_SECTION;
    size_t n = look->table->column_count, cell_count = is_section ? 1 : n, lines = 1;
    struct type_text *cells = arena_new_array(&w->scratch, struct type_text, cell_count);
    if (!cells)
        return arena_full(&w->scratch, w->err);
    for (size_t c = 0; c < cell_count; c++) {
        double width = (is_section ? look->x[n] : look->x[c + 1]) - look->x[c] - 2 * CELL_PAD_X;
        TRY(broken(w, row->cells[c], row->kind == DOCUMENT_ROW_PLAIN ? TYPE_REGULAR : TYPE_BOLD, look->size_pt, width,
                   0, &cells[c]));
        lines = cells[c].line_count > lines ? cells[c].line_count : lines;
    }
    for (size_t from = 0; from < lines;) {
        double room = w->bottom - w->y - 2 * CELL_PAD_Y + 0.01;
        size_t fit = room > 0 ? (size_t)(room / look->step) : 0, left = lines - from, take = left;
        double whole_page = w->bottom - MARGIN_TOP - look->head_pt;
        bool is_fresh = w->y <= MARGIN_TOP + look->head_pt + 0.01;
        if (fit < left) {
            /* A low row goes over whole; one that would leave a hole of a quarter page is cut between lines, two at
             * least on each side. */
            take = fit > left - 2 && left >= 2 ? left - 2 : fit;
            if (!is_fresh && ((double)left * look->step < whole_page / 4 || take < 2))
                take = 0;
            if (is_fresh && take == 0)
                take = fit ? fit : 1; /* the header leaves no room: print on rather than turn pages for ever */
        }
        if (take)
            row_piece(w, look, cells, cell_count, is_section, from, from + take);
        from += take;
        if (from < lines) {
            type_flush(&w->setter);
            rules_draw(w);
            TRY(page_open(w));
            table_head(w, look);
        }
    }
    return ERR_NONE;
}

static enum err_code table_put(struct writer *w, const struct document_table *table)
{
    struct arena_mark mark = arena_mark(&w->scratch);
    struct table_look look;
    TRY(table_prepare(w, table, &look));
    if (w->y > MARGIN_TOP + 0.01)
        w->y += PARAGRAPH_GAP;
    if (w->y > MARGIN_TOP + 0.01 && w->y + look.head_pt + 2 * look.step + 2 * CELL_PAD_Y > w->bottom)
        TRY(page_open(w)); /* a header alone at the foot says nothing */
    table_head(w, &look);
    for (size_t r = 0; r < table->row_count; r++) {
        struct arena_mark row_mark = arena_mark(&w->scratch);
        TRY(row_put(w, &look, &table->rows[r]));
        arena_rewind(&w->scratch, row_mark);
        if (r % 64 == 63)
            TRY(type_check(&w->setter, w->err));
    }
    type_flush(&w->setter);
    rules_draw(w);
    arena_rewind(&w->scratch, mark);
    return cairo_check(w);
}

/* ---------- boxes 1 to 5, 9a ---------- */

/* Centred lines; "\n" breaks where the caller wants it. Several lines are evened out, so that no word stands alone
 * under a long line. */
static enum err_code centred_put(struct writer *w, struct str text, enum type_face face, double size_pt, double x,
                                 double width, double *y, double *ret_widest)
{
    double widest = 0;
    struct str rest = text, part;
    while (!str_is_null(rest) && str_split(&rest, '\n', &part)) {
        if (str_is_empty(str_trim(part)))
            continue;
        struct type_text lines, tried;
        TRY(broken(w, part, face, size_pt, width, 0, &lines));
        double low = width / 2, high = width;
        for (int i = 0; i < 6 && lines.line_count > 1; i++) {
            double middle = (low + high) / 2;
            TRY(broken(w, part, face, size_pt, middle, 0, &tried));
            if (tried.line_count > lines.line_count) {
                low = middle;
            } else {
                high = middle;
                lines = tried;
            }
        }
        lines_put(w, &lines, 0, lines.line_count, x, y, width, 0, TYPE_CENTRE, leading(size_pt, true));
        widest = lines.widest_pt > widest ? lines.widest_pt : widest;
    }
    if (ret_widest)
        *ret_widest = widest;
    return ERR_NONE;
}

static enum err_code head_put(struct writer *w)
{
    const struct document *d = w->document;
    struct type_text title, motto, place;
    double wide = w->width;
    TRY(broken(w, STR("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), TYPE_BOLD, TITLE_PT, wide, 0, &title));
    TRY(broken(w, STR("Độc lập - Tự do - Hạnh phúc"), TYPE_BOLD, MOTTO_PT, wide, 0, &motto));
    struct str date, number;
    TRY(document_date_text(d->date, &w->scratch, &date, w->err));
    TRY(document_number_text(d, &w->scratch, &number, w->err));
    struct str where =
        arena_printf(&w->scratch, "%.*s%s%.*s", STR_ARG(d->place), str_is_empty(d->place) ? "" : ", ", STR_ARG(date));
    if (str_is_null(where))
        return arena_full(&w->scratch, w->err);
    TRY(broken(w, where, TYPE_ITALIC, MOTTO_PT, wide, 0, &place));
    double right_w = title.widest_pt > place.widest_pt ? title.widest_pt : place.widest_pt;
    right_w = right_w > wide * 0.62 ? wide * 0.62 : right_w;
    double gap = 12, left_w = wide - right_w - gap, left_x = w->x, right_x = w->x + left_w + gap;

    double right = w->y;
    TRY(centred_put(w, STR("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), TYPE_BOLD, TITLE_PT, right_x, right_w, &right, NULL));
    TRY(centred_put(w, STR("Độc lập - Tự do - Hạnh phúc"), TYPE_BOLD, MOTTO_PT, right_x, right_w, &right, NULL));
    double middle = right_x + right_w / 2;
    rule(w, middle - motto.widest_pt / 2, right + 2, middle + motto.widest_pt / 2,
         right + 2); /* as long as the words */

    double left = w->y, issuer_w = 0;
    TRY(centred_put(w, d->parent, TYPE_REGULAR, TITLE_PT, left_x, left_w, &left, NULL));
    TRY(centred_put(w, d->issuer, TYPE_BOLD, TITLE_PT, left_x, left_w, &left, &issuer_w));
    middle = left_x + left_w / 2;
    rule(w, middle - issuer_w * 0.2, left + 2, middle + issuer_w * 0.2,
         left + 2); /* "từ 1/3 đến 1/2 độ dài của dòng chữ" */
    rules_draw(w);

    double y = (left > right ? left : right) + 10, number_y = y;
    TRY(centred_put(w, number, TYPE_REGULAR, MOTTO_PT, left_x, left_w, &number_y, NULL));
    double date_y = y;
    TRY(centred_put(w, where, TYPE_ITALIC, MOTTO_PT, right_x, right_w, &date_y, NULL));
    if (str_is_empty(d->type_name)) { /* box 5b: under the number, 6 pt below it */
        struct str summary = arena_printf(&w->scratch, "V/v %.*s", STR_ARG(d->summary));
        if (str_is_null(summary))
            return arena_full(&w->scratch, w->err);
        number_y += 6;
        TRY(centred_put(w, summary, TYPE_REGULAR, SUMMARY_PT, left_x, left_w, &number_y, NULL));
    }
    w->y = number_y > date_y ? number_y : date_y;
    if (!str_is_empty(d->type_name)) {
        w->y += 16;
        double widest = 0;
        TRY(centred_put(w, d->type_name, TYPE_BOLD, 14, w->x, w->width, &w->y, NULL));
        TRY(centred_put(w, d->summary, TYPE_BOLD, 14, w->x + 40, w->width - 80, &w->y, &widest));
        rule(w, w->x + w->width / 2 - widest * 0.2, w->y + 3, w->x + w->width / 2 + widest * 0.2, w->y + 3);
        rules_draw(w);
        w->y += 6;
    }
    w->y += 10;
    return cairo_check(w);
}

static enum err_code addressees_put(struct writer *w)
{
    const struct document *d = w->document;
    if (d->to_count == 0)
        return ERR_NONE;
    struct type_text label, item;
    double step = leading(BODY_PT, false);
    TRY(broken(w, STR("Kính gửi:"), TYPE_REGULAR, BODY_PT, w->width, 0, &label));
    double room = w->width - FIRST_LINE - label.widest_pt, widest = 0;
    for (size_t i = 0; i < d->to_count; i++) {
        TRY(broken(w, d->to[i], TYPE_REGULAR, BODY_PT, room - 12, 0, &item));
        widest = item.widest_pt > widest ? item.widest_pt : widest;
    }
    double inset = (w->width - label.widest_pt - widest - 12) / 2;
    if (inset < FIRST_LINE)
        inset = FIRST_LINE;
    double y = w->y;
    lines_put(w, &label, 0, 1, w->x + inset, &y, w->width, 0, TYPE_LEFT, step);
    if (d->to_count == 1) { /* one: on the same line */
        double x = inset + label.widest_pt + 4;
        TRY(broken(w, d->to[0], TYPE_REGULAR, BODY_PT, w->width - x, 0, &item));
        lines_put(w, &item, 0, item.line_count, w->x + x, &w->y, w->width - x, 0, TYPE_LEFT, step);
    } else { /* several: dashes under one another, below the colon */
        w->y = y;
        double x = inset + label.widest_pt - 4;
        for (size_t i = 0; i < d->to_count; i++) {
            struct str text;
            TRY(document_item_text(d->to[i], STR_NONE, i + 1 == d->to_count, &w->scratch, &text, w->err));
            TRY(broken(w, text, TYPE_REGULAR, BODY_PT, w->width - x, 0, &item));
            if (w->y + (double)item.line_count * step > w->bottom)
                TRY(page_open(w));
            lines_put(w, &item, 0, item.line_count, w->x + x, &w->y, w->width - x, 0, TYPE_LEFT, step);
        }
    }
    w->y += 6;
    return cairo_check(w);
}

/* ---------- boxes 7 and 9b ---------- */

static enum err_code sign_put(struct writer *w, double x, double width, bool is_drawn, double *y)
{
    const struct document *d = w->document;
    struct type_text text;
    double step = leading(BODY_PT, true);
    for (size_t i = 0; i <= d->sign_line_count; i++) {
        bool is_name = i == d->sign_line_count;
        struct str line = d->signer_name;
        if (!is_name) {
            line = document_sign_text(&d->sign_lines[i], &w->scratch);
            if (str_is_null(line))
                return arena_full(&w->scratch, w->err);
        }
        TRY(broken(w, line, TYPE_BOLD, BODY_PT, width, 0, &text));
        *y += is_name ? SIGN_ROOM : 0;
        if (is_drawn)
            lines_put(w, &text, 0, text.line_count, x, y, width, 0, TYPE_CENTRE, step);
        else
            *y += (double)text.line_count * step;
    }
    return ERR_NONE;
}

static enum err_code recipients_put(struct writer *w, double width, bool is_drawn, double *y)
{
    const struct document *d = w->document;
    struct type_text text;
    if (d->recipient_count == 0 && str_is_empty(d->keep))
        return ERR_NONE;
    TRY(broken(w, STR("Nơi nhận:"), TYPE_BOLD_ITALIC, KEEP_PT, width, 0, &text));
    if (is_drawn)
        lines_put(w, &text, 0, 1, w->x, y, width, 0, TYPE_LEFT, leading(KEEP_PT, true));
    else
        *y += leading(KEEP_PT, true);
    for (size_t i = 0; i <= d->recipient_count; i++) {
        bool is_keep = i == d->recipient_count;
        if (is_keep && str_is_empty(d->keep))
            break;
        struct str name = is_keep ? arena_printf(&w->scratch, "Lưu: %.*s", STR_ARG(d->keep)) : d->recipients[i].name,
                   item;
        if (str_is_null(name))
            return arena_full(&w->scratch, w->err);
        bool is_last = is_keep || (i + 1 == d->recipient_count && str_is_empty(d->keep));
        TRY(document_item_text(name, is_keep ? STR_NONE : d->recipients[i].purpose, is_last, &w->scratch, &item,
                               w->err));
        TRY(broken(w, item, TYPE_REGULAR, LIST_PT, width, 0, &text));
        double height = (double)text.line_count * leading(LIST_PT, true);
        if (is_drawn && *y + height > w->bottom + 0.01) { /* a list longer than a page goes on overleaf */
            TRY(page_open(w));
            *y = w->y;
        }
        if (is_drawn)
            lines_put(w, &text, 0, text.line_count, w->x, y, width, 0, TYPE_LEFT, leading(LIST_PT, true));
        else
            *y += height;
    }
    return ERR_NONE;
}

/* Draws both columns at w->y, or only measures what must stand together. */
static enum err_code close_block(struct writer *w, bool is_drawn, double *ret_height)
{
    double left_w = w->width * 0.46, left = w->y, right = w->y;
    TRY(sign_put(w, w->x + left_w, w->width - left_w, is_drawn, &right));
    double sign_height = right - w->y, top = w->y;
    TRY(recipients_put(w, left_w, is_drawn, &left));
    double height = left - top > sign_height ? left - top : sign_height;
    *ret_height = height > (w->bottom - MARGIN_TOP) * 0.8 ? sign_height : height;
    return ERR_NONE;
}

/* ---------- the whole ---------- */

static enum err_code blocks_put(struct writer *w, const struct document_block *blocks, size_t count, bool closes,
                                double tail_pt)
{
    struct document_lines lines;
    TRY(document_lines_make(blocks, count, closes, &w->kept, &lines, w->err));
    for (size_t i = 0; i < lines.count; i++) {
        bool is_last = i + 1 == lines.count;
        if (lines.items[i].table)
            TRY(table_put(w, lines.items[i].table));
        else
            TRY(line_put(w, &lines.items[i], is_last ? tail_pt : lines.items[i + 1].table ? TABLE_TAIL : 0));
    }
    return ERR_NONE;
}

static enum err_code annex_put(struct writer *w, const struct document_annex *annex)
{
    w->is_landscape = annex->is_landscape;
    TRY(page_close(w));
    w->page_number = 0;
    TRY(page_open(w));
    struct arena_mark mark = arena_mark(&w->scratch);
    const char *title = arena_cstr(&w->scratch, annex->title);
    struct str place = arena_printf(&w->scratch, "page=%zu pos=[0 0]", w->page_count), source;
    if (!title || str_is_null(place))
        return arena_full(&w->scratch, w->err);
    cairo_pdf_surface_add_outline(w->surface, CAIRO_PDF_OUTLINE_ROOT, title, place.ptr, 0);
    TRY(centred_put(w, annex->title, TYPE_BOLD, 14, w->x, w->width, &w->y, NULL));
    TRY(centred_put(w, annex->summary, TYPE_BOLD, 14, w->x, w->width, &w->y, NULL));
    TRY(document_annex_text(w->document, &w->scratch, &source, w->err));
    TRY(centred_put(w, source, TYPE_ITALIC, MOTTO_PT, w->x, w->width, &w->y, NULL));
    w->y += 4;
    arena_rewind(&w->scratch, mark);
    return blocks_put(w, annex->blocks, annex->block_count, false, 0);
}

static enum err_code document_put(struct writer *w)
{
    const struct document *d = w->document;
    struct str foot;
    TRY(document_frozen_text(d, &w->kept, &foot, w->err));
    if (!str_is_null(foot)) {
        struct type_span span = {foot, TYPE_REGULAR};
        TRY(type_break(&w->setter, &span, 1, FOOT_PT, A4_SHORT - MARGIN_LEFT - MARGIN_RIGHT, 0, &w->kept, &w->foot,
                       w->err));
    }
    TRY(page_open(w));
    struct arena_mark mark = arena_mark(&w->scratch);
    TRY(head_put(w));
    TRY(addressees_put(w));
    arena_rewind(&w->scratch, mark);
    double tail_pt = 0, gap = 14;
    TRY(close_block(w, false, &tail_pt));
    tail_pt += gap;
    TRY(blocks_put(w, d->blocks, d->block_count, true, tail_pt));
    if (w->y + tail_pt > w->bottom + 0.01)
        TRY(page_open(w)); /* after a table: the signature goes over whole */
    else
        w->y += gap;
    TRY(close_block(w, true, &tail_pt));
    for (size_t i = 0; i < d->annex_count; i++)
        TRY(annex_put(w, &d->annexes[i]));
    return page_close(w);
}

static enum err_code metadata_put(struct writer *w)
{
    const struct document *d = w->document;
    char when[CIVIL_TEXT_BYTES];
    civil_iso_ms(d->made_unix_ms ? d->made_unix_ms : d->frozen_unix_ms, when);
    struct str title;
    TRY(document_text_clean(d->summary, &w->scratch, &title, w->err));
    const char *title_c = arena_cstr(&w->scratch, title), *author_c = arena_cstr(&w->scratch, d->issuer);
    if (!title_c || !author_c)
        return arena_full(&w->scratch, w->err);
    cairo_pdf_surface_set_metadata(w->surface, CAIRO_PDF_METADATA_TITLE, title_c);
    cairo_pdf_surface_set_metadata(w->surface, CAIRO_PDF_METADATA_AUTHOR, author_c);
    cairo_pdf_surface_set_metadata(w->surface, CAIRO_PDF_METADATA_CREATOR, "Lũy Tre");
    cairo_pdf_surface_set_metadata(w->surface, CAIRO_PDF_METADATA_CREATE_DATE, when);
    cairo_pdf_surface_set_metadata(w->surface, CAIRO_PDF_METADATA_MOD_DATE, when);
    return cairo_check(w);
}

enum err_code pdf_write(const struct document *document, struct type_fonts *fonts, const struct report_sink *sink,
                        struct pdf_stats *ret_stats, struct err *err)
{
    TRY(document_check(document, err));
    struct writer w = {.document = document, .sink = sink, .err = err};
    arena_init(&w.kept, PDF_ARENA_BYTES);
    arena_init(&w.scratch, PDF_ARENA_BYTES);
    type_setter_init(&w.setter, fonts, &w.kept);
    w.surface = cairo_pdf_surface_create_for_stream(stream_write, &w, A4_SHORT, A4_LONG);
    w.cr = cairo_create(w.surface);
    w.setter.cr = w.cr;
    enum err_code code = metadata_put(&w);
    if (code == ERR_NONE)
        code = document_put(&w);
    cairo_destroy(w.cr);
    w.cr = NULL;
    /* The fonts and the index are written now. After a failure they go nowhere: the callback refuses. */
    if (code != ERR_NONE)
        w.code = code;
    cairo_surface_finish(w.surface);
    if (code == ERR_NONE)
        code = cairo_check(&w);
    cairo_surface_destroy(w.surface);
    arena_done(&w.scratch);
    arena_done(&w.kept);
    if (code == ERR_NONE && ret_stats)
        *ret_stats = (struct pdf_stats){w.page_count};
    return code;
}

struct file_job {
    const struct document *document;
    struct type_fonts *fonts;
    struct pdf_stats *stats;
};

static enum err_code file_job_run(void *ctx, const struct report_sink *sink, struct err *err)
{
    struct file_job *job = ctx;
    return pdf_write(job->document, job->fonts, sink, job->stats, err);
}

enum err_code pdf_write_file(const struct document *document, struct type_fonts *fonts, const char *path,
                             struct pdf_stats *ret_stats, struct err *err)
{
    struct pdf_stats stats;
    struct file_job job = {document, fonts, &stats};
    if (report_file(path, file_job_run, &job, err) != ERR_NONE)
        return err_wrap(err, "PDF");
    if (ret_stats)
        *ret_stats = stats;
    return ERR_NONE;
}
