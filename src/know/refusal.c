#include "know/refusal.h"

#include "base/buf.h"
#include "know/know.h"
#include "know/refusal_table.h"

#define REFUSAL_MAX_BYTES 8192u
#define REFUSAL_ARGS_MAX  12u

static const struct refusal_entry *find(struct str msgid)
{
    size_t from = 0, to = refusal_table_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = str_compare(refusal_table[middle].msgid, msgid);
        if (order == 0)
            return &refusal_table[middle];
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

/* The whole is a title of knowledge: the few kinds that stand in refusals. */
static struct str title_in(struct str text, enum lang lang)
{
    for (size_t i = 0; i < know_role_count; i++)
        if (str_equal(know_roles[i].title.vi, text))
            return lang == LANG_EN && !str_is_empty(know_roles[i].title.en) ? know_roles[i].title.en : text;
    for (size_t i = 0; i < know_evidence_kind_count; i++)
        for (size_t f = 0; f < know_evidence_kinds[i].field_count; f++) {
            const struct know_text *title = &know_evidence_kinds[i].fields[f].title;
            if (str_equal(title->vi, text))
                return lang == LANG_EN && !str_is_empty(title->en) ? title->en : text;
        }
    return text;
}

/* Cuts at the separator; false after the last piece. */
static bool cut(struct str *rest, char separator, struct str *ret_piece)
{
    if (str_is_null(*rest))
        return false;
    const char *at = rest->len_bytes ? memchr(rest->ptr, separator, rest->len_bytes) : NULL;
    if (!at) {
        *ret_piece = *rest;
        *rest = STR_NONE;
        return true;
    }
    *ret_piece = (struct str){rest->ptr, (size_t)(at - rest->ptr)};
    *rest = (struct str){at + 1, rest->len_bytes - ret_piece->len_bytes - 1};
    return true;
}

static void say(struct buf *buf, struct str said, enum lang lang, bool is_inner);

static void say_arg(struct buf *buf, struct str arg, enum lang lang, bool is_inner)
{
    if (is_inner)
        buf_put(buf, title_in(arg, lang));
    else if (arg.len_bytes && (memchr(arg.ptr, SAID_ARG_INNER, arg.len_bytes) ||
                               memchr(arg.ptr, SAID_WRAP_INNER, arg.len_bytes) || find(arg)))
        say(buf, arg, lang, true);
    else
        buf_put(buf, title_in(arg, lang));
}

static void say_part(struct buf *buf, struct str part, enum lang lang, bool is_inner)
{
    struct str args[REFUSAL_ARGS_MAX], msgid = STR_NONE, rest = part, piece;
    size_t count = 0;
    while (cut(&rest, is_inner ? SAID_ARG_INNER : SAID_ARG, &piece)) {
        if (str_is_null(msgid))
            msgid = piece;
        else if (count < REFUSAL_ARGS_MAX)
            args[count++] = piece;
    }
    const struct refusal_entry *entry = find(msgid);
    if (!entry) { /* "%s: %s", and what has no text: the source's own words around the arguments */
        size_t next = 0;
        for (size_t i = 0; i < msgid.len_bytes;) {
            char conversion[32];
            size_t bytes = 1;
            if (msgid.ptr[i] == '%') {
                snprintf(conversion, sizeof conversion, "%.*s",
                         (int)(msgid.len_bytes - i < sizeof conversion ? msgid.len_bytes - i : sizeof conversion - 1),
                         msgid.ptr + i);
                bytes = said_conversion(conversion);
            }
            if (bytes == 1)
                buf_put(buf, str_slice(msgid, i, i + 1));
            else if (conversion[bytes - 1] == '%')
                buf_lit(buf, "%");
            else if (next < count)
                say_arg(buf, args[next++], lang, is_inner);
            i += bytes;
        }
        return;
    }
    int64_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (str_to_i64(args[i], &n))
            break;
    struct str text = n == 1 ? entry->texts[lang].one : entry->texts[lang].other;
    for (size_t i = 0; i < text.len_bytes;) {
        size_t number = 0, digits = 0;
        if (text.ptr[i] == '{')
            while (i + 1 + digits < text.len_bytes && digits < 2 && text.ptr[i + 1 + digits] >= '0' &&
                   text.ptr[i + 1 + digits] <= '9')
                number = number * 10 + (size_t)(text.ptr[i + 1 + digits++] - '0');
        if (digits && i + 1 + digits < text.len_bytes && text.ptr[i + 1 + digits] == '}') {
            if (number >= 1 && number <= count)
                say_arg(buf, args[number - 1], lang, is_inner);
            i += digits + 2;
        } else {
            buf_put(buf, str_slice(text, i, i + 1));
            i++;
        }
    }
}

static void say(struct buf *buf, struct str said, enum lang lang, bool is_inner)
{
    struct str part;
    bool is_first = true;
    while (cut(&said, is_inner ? SAID_WRAP_INNER : SAID_WRAP, &part)) {
        if (!is_first)
            buf_lit(buf, ": ");
        is_first = false;
        say_part(buf, part, lang, is_inner);
    }
}

struct str refusal_words(struct str said, enum lang lang, struct arena *arena)
{
    AUTO_BUF buf;
    buf_init(&buf, REFUSAL_MAX_BYTES);
    say(&buf, said, lang, false);
    struct err unused;
    struct str words = buf_check(&buf, &unused) == ERR_NONE ? arena_str(arena, buf_str(&buf)) : STR_NONE;
    return str_is_null(words) ? STR("") : words;
}

struct str refusal_text(const struct err *err, enum lang lang, struct arena *arena)
{
    struct str words = err->said[0] ? refusal_words(str_from_cstr(err->said), lang, arena) : STR("");
    if (!str_is_empty(words) &&
        err->sys_errno != 0) { /* the words of the system behind a failure are not in the parts */
        char sys[128];
        words = arena_printf(arena, "%.*s: %s", STR_ARG(words), strerror_r(err->sys_errno, sys, sizeof sys));
    }
    if (str_is_empty(words))
        words = arena_str(arena, str_from_cstr(err->text));
    return str_is_null(words) ? STR("") : words;
}

bool refusal_is_words(const struct err *err)
{
    struct str said = str_from_cstr(err->said), last = STR_NONE, msgid = STR_NONE, piece;
    while (cut(&said, SAID_WRAP, &piece))
        last = piece; /* the cause; what stands before it says what was being done */
    if (!cut(&last, SAID_ARG, &msgid))
        return false;
    const struct refusal_entry *entry = find(msgid);
    if (!entry && str_equal(msgid, STR("%s")) && cut(&last, SAID_ARG, &piece))
        entry = find(piece);
    return entry && !entry->log_only;
}
