#include "web/html.h"

#include "web/words.h"

static const struct {
    struct str class_name;
    struct str name;
} states[] = {
    [PAGE_STATE_NONE] = {STR_INIT(""), STR_INIT("")},
    [PAGE_STATE_UNSEEN] = {STR_INIT("is-unseen"), STR_INIT("unseen")},
    [PAGE_STATE_ACK] = {STR_INIT("is-ack"), STR_INIT("ack")},
    [PAGE_STATE_DOING] = {STR_INIT("is-doing"), STR_INIT("doing")},
    [PAGE_STATE_OK] = {STR_INIT("is-ok"), STR_INIT("ok")},
    [PAGE_STATE_DUE] = {STR_INIT("is-due"), STR_INIT("due")},
    [PAGE_STATE_LATE] = {STR_INIT("is-late"), STR_INIT("late")},
    [PAGE_STATE_BIRTH] = {STR_INIT("is-birth"), STR_INIT("birth")},
    [PAGE_STATE_NA] = {STR_INIT("is-na"), STR_INIT("na")},
    [PAGE_STATE_WAIVED] = {STR_INIT("is-waived"), STR_INIT("waived")},
};

struct str page_state_class(enum page_state state)
{
    must((unsigned)state < ARRAY_LEN(states));
    return states[state].class_name;
}

struct str page_state_name(enum page_state state)
{
    must((unsigned)state < ARRAY_LEN(states));
    return states[state].name;
}

void out_lit(struct page_out *o, struct str markup)
{
    buf_put(o->buf, markup);
}

void out_html(struct page_out *o, struct html html)
{
    buf_put(o->buf, html.markup);
}

static const struct str REPLACED = STR_INIT("\xEF\xBF\xBD");

/* Plain bytes are copied in runs; only the five characters, control characters and broken UTF-8 stop the run. */
static void escape(struct buf *buf, struct str s)
{
    size_t run = 0, pos = 0;
    while (pos < s.len_bytes) {
        unsigned char c = (unsigned char)s.ptr[pos];
        struct str instead = STR_NONE;
        size_t next = pos + 1;
        if (c >= 0x80) {
            next = pos;
            uint32_t cp = utf8_next(s, &next);
            bool real_fffd = next - pos == 3;
            if ((cp == UTF8_BAD && !real_fffd) || (cp >= 0x80 && cp < 0xA0) || cp == 0xFFFE || cp == 0xFFFF)
                instead = REPLACED;
        } else if (c == '&') {
            instead = STR("&amp;");
        } else if (c == '<') {
            instead = STR("&lt;");
        } else if (c == '>') {
            instead = STR("&gt;");
        } else if (c == '"') {
            instead = STR("&#34;");
        } else if (c == '\'') {
            instead = STR("&#39;");
        } else if ((c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7F) {
            instead = REPLACED;
        }
        if (!str_is_null(instead)) {
            buf_put(buf, str_slice(s, run, pos));
            buf_put(buf, instead);
            run = next;
        }
        pos = next;
    }
    buf_put(buf, str_slice(s, run, s.len_bytes));
}

void out_text(struct page_out *o, struct str s)
{
    escape(o->buf, s);
}

void out_attr(struct page_out *o, struct str s)
{
    escape(o->buf, s);
}

static bool is_url_safe(struct str s)
{
    /* Browsers drop tabs and line ends inside an address and white space before it, and read "\" as "/". */
    for (size_t i = 0; i < s.len_bytes; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c <= 0x20 || c == 0x7F || c == '\\')
            return false;
    }
    if (str_starts_with(s, STR("//")))
        return false;
    size_t i = 0;
    while (i < s.len_bytes && s.ptr[i] != ':' && s.ptr[i] != '/' && s.ptr[i] != '?' && s.ptr[i] != '#')
        i++;
    if (i == s.len_bytes || s.ptr[i] != ':')
        return true; /* no scheme: relative to this site */
    static const struct str good[] = {STR_INIT("http"), STR_INIT("https"), STR_INIT("mailto"), STR_INIT("tel")};
    for (size_t k = 0; k < ARRAY_LEN(good); k++)
        if (str_equal_nocase_ascii(str_slice(s, 0, i), good[k]))
            return true;
    return false;
}

void out_url(struct page_out *o, struct str s)
{
    escape(o->buf, is_url_safe(s) ? s : STR("#"));
}

void out_url_part(struct page_out *o, struct str s)
{
    for (size_t i = 0; i < s.len_bytes; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
            c == '.' || c == '~')
            buf_put_byte(o->buf, (char)c);
        else
            buf_printf(o->buf, "%%%02X", c);
    }
}

void out_tel(struct page_out *o, struct str s)
{
    for (size_t i = 0; i < s.len_bytes; i++)
        if ((s.ptr[i] >= '0' && s.ptr[i] <= '9') || s.ptr[i] == '+')
            buf_put_byte(o->buf, s.ptr[i]);
}

void out_i64(struct page_out *o, int64_t n)
{
    buf_printf(o->buf, "%lld", (long long)n);
}

void out_number(struct page_out *o, int64_t n)
{
    words_number(o->buf, o->lang, n);
}

void out_percent(struct page_out *o, int64_t tenths)
{
    words_percent(o->buf, o->lang, tenths);
}

void out_day(struct page_out *o, civil_day day)
{
    char text[CIVIL_TEXT_BYTES];
    buf_put(o->buf, str_from_cstr(civil_vn(day, text)));
}

void out_day_iso(struct page_out *o, civil_day day)
{
    char text[CIVIL_TEXT_BYTES];
    buf_put(o->buf, str_from_cstr(civil_iso(day, text)));
}

void out_ms(struct page_out *o, int64_t unix_ms)
{
    char text[CIVIL_TEXT_BYTES];
    buf_put(o->buf, str_from_cstr(civil_vn_ms(unix_ms, text)));
}

void out_ms_iso(struct page_out *o, int64_t unix_ms)
{
    char text[CIVIL_TEXT_BYTES];
    buf_put(o->buf, str_from_cstr(civil_iso_ms(unix_ms, text)));
}

void out_csrf(struct page_out *o)
{
    buf_lit(o->buf, "<input type=\"hidden\" name=\"csrf\" value=\"");
    escape(o->buf, o->csrf_token);
    buf_lit(o->buf, "\">");
}

static void put_arg(struct buf *buf, enum lang lang, const struct msg_arg *arg, bool as_markup)
{
    char text[CIVIL_TEXT_BYTES];
    switch (arg->kind) {
    case MSG_ARG_STR:
        if (as_markup)
            escape(buf, arg->s);
        else
            buf_put(buf, arg->s);
        break;
    case MSG_ARG_INT:
        words_number(buf, lang, arg->i);
        break;
    case MSG_ARG_ID:
        buf_printf(buf, "%lld", (long long)arg->i);
        break;
    case MSG_ARG_DAY:
        buf_put(buf, str_from_cstr(civil_vn(arg->day, text)));
        break;
    case MSG_ARG_MS:
        buf_put(buf, str_from_cstr(civil_vn_ms(arg->i, text)));
        break;
    case MSG_ARG_PCT:
        words_percent(buf, lang, arg->i);
        break;
    }
}

static void put_msg(struct buf *buf, enum lang lang, enum msg_id id, int64_t n, const struct msg_arg *args,
                    size_t arg_count, bool as_markup)
{
    struct str text = msg_text(lang, id, n);
    size_t pos = 0;
    while (pos < text.len_bytes) {
        ptrdiff_t open = str_find_byte(text, '{', pos);
        ptrdiff_t shut = open < 0 ? -1 : str_find_byte(text, '}', (size_t)open);
        size_t end = shut < 0 ? text.len_bytes : (size_t)open;
        struct str plain = str_slice(text, pos, end);
        if (as_markup)
            escape(buf, plain);
        else
            buf_put(buf, plain);
        if (shut < 0)
            return;
        struct str name = str_slice(text, (size_t)open + 1, (size_t)shut);
        for (size_t i = 0; i < arg_count; i++)
            if (str_equal(args[i].name, name))
                put_arg(buf, lang, &args[i], as_markup);
        pos = (size_t)shut + 1;
    }
}

void out_msg(struct page_out *o, enum msg_id id, int64_t n, const struct msg_arg *args, size_t arg_count)
{
    put_msg(o->buf, o->lang, id, n, args, arg_count, true);
}

void msg_print(struct buf *buf, enum lang lang, enum msg_id id, int64_t n, const struct msg_arg *args, size_t arg_count)
{
    put_msg(buf, lang, id, n, args, arg_count, false);
}

#define MSG_TEXT_MAX_BYTES (64u << 10)
struct str msg_str(struct arena *arena, enum lang lang, enum msg_id id, int64_t n, const struct msg_arg *args,
                   size_t arg_count)
{
    AUTO_BUF buf;
    buf_init(&buf, MSG_TEXT_MAX_BYTES);
    put_msg(&buf, lang, id, n, args, args ? arg_count : 0, false);
    return arena_str(arena, buf_str(&buf));
}

struct html html_from_text(struct arena *arena, struct str text)
{
    AUTO_BUF buf;
    buf_init(&buf, SIZE_MAX / 4);
    escape(&buf, text);
    return (struct html){buf.failed ? STR_NONE : arena_str(arena, buf_str(&buf))};
}
