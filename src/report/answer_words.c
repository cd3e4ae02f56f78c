/* answer_words.c - how an answer speaks: numbers, days and sentences in the arena of its document. */
#include "report/answer_parts.h"

#include <stdarg.h>

#include "base/viet.h"
#include "report/wording.h"

struct str answer_say(struct answer *a, const char *fmt, ...)
{
    char small[4096];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    size_t bytes = n < 0 ? 0 : (size_t)n < sizeof small ? (size_t)n : sizeof small - 1;
    while (bytes && bytes == sizeof small - 1 && ((unsigned char)small[bytes] & 0xC0) == 0x80)
        bytes--; /* cut at a character */
    struct str text = arena_str(a->arena, (struct str){small, bytes});
    if (str_is_null(text))
        a->full = true;
    return str_is_null(text) ? STR("") : text;
}

struct str answer_number(struct answer *a, int64_t value)
{
    struct str text;
    struct err ignored;
    if (document_number_print(value, a->arena, &text, &ignored) == ERR_NONE)
        return text;
    a->full = true;
    return STR("");
}

struct str answer_percent(struct answer *a, int64_t part, int64_t whole)
{
    struct str text;
    struct err ignored;
    if (document_percent_print(part, whole, a->arena, &text, &ignored) == ERR_NONE)
        return text;
    a->full = true;
    return STR("");
}

struct str answer_upper(struct answer *a, struct str text)
{
    struct str up = viet_upper(a->arena, text);
    if (str_is_null(up))
        a->full = true;
    return str_is_null(up) ? STR("") : up;
}

struct str answer_day(struct answer *a, civil_day day)
{
    char text[CIVIL_TEXT_BYTES];
    return answer_say(a, "%s", civil_vn(day, text));
}

struct str answer_long_day(struct answer *a, civil_day day)
{
    struct civil c = civil_from_day(day);
    struct str text;
    struct err ignored;
    if (document_date_text((struct document_date){c.day, c.month, c.year}, a->arena, &text, &ignored) == ERR_NONE)
        return text;
    a->full = true;
    return STR("");
}

static struct str kept(struct answer *a, struct str text)
{
    if (str_is_null(text))
        a->full = true;
    return str_is_null(text) ? STR("") : text;
}

struct str answer_lower_first(struct answer *a, struct str text)
{
    return kept(a, wording_lower_first(a->arena, text));
}

struct str answer_about(struct answer *a, struct str title)
{
    return kept(a, wording_about(a->arena, title));
}

void answer_put(struct answer *a, enum document_block_kind kind, struct str lead, struct str text)
{
    struct document_block *block = vec_push(&a->blocks, a->arena);
    if (!block) {
        a->full = true;
        return;
    }
    *block = (struct document_block){.kind = kind, .lead = lead, .text = text};
}
