#include "web/page_letter.h"

#include "base/limits.h"

struct marking {
    struct page_out *o;
    struct str text;
    const struct letter_mark *marks;
    size_t count;
    enum lang lang;
};

static const struct letter_mark *mark_at(const struct marking *m, size_t at)
{
    const struct letter_mark *best = NULL;
    for (size_t i = 0; i < m->count; i++)
        if (m->marks[i].no && m->marks[i].from <= at && at < m->marks[i].to &&
            (!best || m->marks[i].from >= best->from))
            best = &m->marks[i];
    return best;
}

static bool is_helper_at(const struct marking *m, size_t at)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->marks[i].is_helper && m->marks[i].from <= at && at < m->marks[i].to)
            return true;
    return false;
}

static void put_tag(const struct marking *m, const struct letter_mark *mark)
{
    struct page_out *o = m->o;
    buf_printf(o->buf, "<a href=\"#d%lld\" aria-label=\"", (long long)mark->no);
    out_msg(o, MSG_LETTER_TO_DUTY, 0, MSG_ARGS(ARG_INT("n", mark->no)));
    buf_printf(o->buf, "\">%lld</a> ", (long long)mark->no);
}

/* One stretch without a mark beginning or ending inside. */
static void put_stretch(const struct marking *m, size_t from, size_t to)
{
    struct page_out *o = m->o;
    const struct letter_mark *on = mark_at(m, from), *opens = NULL;
    for (size_t i = 0; i < m->count; i++) {
        const struct letter_mark *mark = &m->marks[i];
        if (mark->from != from || mark->is_helper)
            continue;
        if (mark == on) {
            opens = mark;
            continue;
        }
        if (!mark->no) {
            out_lit(o, STR("<mark class=\"bg-transparent shadow-none p-0\" id=\""));
            out_attr(o, mark->id);
            out_lit(o, STR("\"></mark>"));
        } else {
            buf_printf(o->buf, "<mark class=\"%s\" id=\"", mark->css);
            out_attr(o, mark->id);
            out_lit(o, STR("\">"));
            put_tag(m, mark);
            out_lit(o, STR("</mark>"));
        }
    }
    if (on) {
        buf_printf(o->buf, "<mark class=\"%s\"", on->css);
        if (opens) {
            out_lit(o, STR(" id=\""));
            out_attr(o, opens->id);
            out_lit(o, STR("\""));
        }
        out_lit(o, STR(">"));
        if (opens)
            put_tag(m, opens);
    }
    bool helps = is_helper_at(m, from);
    if (helps) {
        out_lit(o, STR("<u title=\""));
        out_attr(o, msg_text(m->lang, MSG_LETTER_WITH, 0));
        out_lit(o, STR("\">"));
    }
    out_text(o, str_slice(m->text, from, to));
    if (helps)
        out_lit(o, STR("</u>"));
    if (on)
        out_lit(o, STR("</mark>"));
}

static void put_line(const struct marking *m, size_t from, size_t to)
{
    struct str line = str_trim(str_slice(m->text, from, to));
    bool is_flat = line.len_bytes < 90 || line.ptr[0] == '-' || line.ptr[0] == '+';
    out_lit(m->o, is_flat ? STR("<p class=\"flat\">") : STR("<p>"));
    while (from < to) {
        size_t next = to;
        for (size_t i = 0; i < m->count; i++) {
            if (m->marks[i].from > from && m->marks[i].from < next)
                next = m->marks[i].from;
            if (m->marks[i].to > from && m->marks[i].to < next)
                next = m->marks[i].to;
        }
        put_stretch(m, from, next);
        from = next;
    }
    out_lit(m->o, STR("</p>\n"));
}

enum err_code letter_text_with_marks(const struct request *request, struct str text, const struct letter_mark *marks,
                                     size_t count, struct html *ret_html, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, RESPONSE_PAGE_MAX_BYTES);
    struct page_out o = {.buf = &buf, .lang = request->lang};
    struct marking m = {&o, text, marks, count, request->lang};
    for (size_t at = 0; at < text.len_bytes;) {
        ptrdiff_t end = str_find_byte(text, '\n', at);
        size_t to = end < 0 ? text.len_bytes : (size_t)end;
        if (!str_is_empty(str_trim(str_slice(text, at, to))))
            put_line(&m, at, to);
        at = to + 1;
    }
    struct str markup;
    TRY(buf_to_arena(&buf, request->arena, &markup, err));
    *ret_html = html_trust(markup);
    return ERR_NONE;
}
