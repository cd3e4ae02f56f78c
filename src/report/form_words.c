/* form_words.c - how a filled form speaks: values, numbers, days and the text it stands on, in both languages. */
#include "report/form_parts.h"

#include <stdarg.h>

#include "base/limits.h"
#include "base/viet.h"
#include "report/wording.h"

#define FORM_SAY_MAX_BYTES (16u * FORM_TEXT_MAX_BYTES) /* a cleaned text with its label */

static struct str kept(struct filling *f, struct str text)
{
    if (str_is_null(text))
        f->full = true;
    return str_is_null(text) ? STR("") : text;
}

struct str form_in(const struct filling *f, struct know_text text)
{
    return lang_text(f->lang, text.vi, text.en);
}

struct str form_word(const struct filling *f, const char *id)
{
    return form_in(f, know_form_word(str_from_cstr(id)));
}

struct str form_say(struct filling *f, const char *fmt, ...)
{
    char small[1024];
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    struct str text = STR_NONE;
    if (n >= 0 && (size_t)n < sizeof small) {
        text = arena_str(f->arena, (struct str){small, (size_t)n});
    } else if (n >= 0) {
        char *made = arena_alloc(f->arena, (size_t)n + 1, 1);
        if (made && vsnprintf(made, (size_t)n + 1, fmt, again) == n)
            text = (struct str){made, (size_t)n};
    }
    va_end(again);
    va_end(ap);
    return kept(f, text);
}

struct str form_upper(struct filling *f, struct str text)
{
    return kept(f, viet_upper(f->arena, text));
}

struct str form_about(struct filling *f, struct str title)
{
    return kept(f, wording_about(f->arena, title));
}

struct str form_line(struct filling *f, struct str text)
{
    struct err ignored; /* said once, as a full arena */
    struct str clean;
    return kept(f, form_clean(text, false, f->arena, &clean, &ignored) == ERR_NONE ? clean : STR_NONE);
}

struct str form_with_unit(struct filling *f, struct str text)
{
    static const struct str slot = STR_INIT("{unit}");
    AUTO_BUF out;
    buf_init(&out, FORM_SAY_MAX_BYTES);
    size_t from = 0;
    for (ptrdiff_t at; (at = str_find(text, slot, from)) >= 0; from = (size_t)at + slot.len_bytes) {
        buf_put(&out, str_slice(text, from, (size_t)at));
        buf_put(&out, f->unit);
    }
    buf_put(&out, str_slice(text, from, text.len_bytes));
    struct err ignored;
    struct str made;
    return kept(f, buf_to_arena(&out, f->arena, &made, &ignored) == ERR_NONE ? made : STR_NONE);
}

struct str form_number(struct filling *f, int64_t value)
{
    struct err ignored;
    struct str text;
    if (document_number_print(value, f->arena, &text, &ignored) != ERR_NONE)
        return kept(f, STR_NONE);
    if (f->lang == LANG_VI)
        return text;
    char *digits = arena_alloc(f->arena, text.len_bytes + 1, 1); /* 1.234 is a small number in English */
    for (size_t i = 0; digits && i < text.len_bytes; i++)
        digits[i] = (char)(text.ptr[i] == '.' ? ',' : text.ptr[i]);
    return kept(f, digits ? (struct str){digits, text.len_bytes} : STR_NONE);
}

static struct str instant_words(struct filling *f, int64_t unix_ms)
{
    char day[CIVIL_TEXT_BYTES];
    int64_t minute = (unix_ms + CIVIL_VN_OFFSET_MS) % CIVIL_DAY_MS / 60000;
    civil_vn(civil_day_of_ms(unix_ms), day);
    return form_say(f, lang_text(f->lang, "%02d:%02d ngày %s", "%02d:%02d on %s (UTC+7)"), (int)(minute / 60),
                    (int)(minute % 60), day);
}

static struct str choice_words(struct filling *f, struct str id, const struct know_form_key *key)
{
    for (size_t i = 0; key && i < key->choice_count; i++)
        if (str_equal(key->choices[i].id, id))
            return form_in(f, key->choices[i].title);
    return id;
}

struct str form_value_words(struct filling *f, const struct form_value *value, const struct know_form_key *key,
                            struct str unknown)
{
    char day[CIVIL_TEXT_BYTES];
    switch (value->kind) {
    case FORM_UNKNOWN:
        return unknown;
    case FORM_TEXT:
        return choice_words(f, value->text, key);
    case FORM_INSTANT:
        return instant_words(f, value->number);
    case FORM_DAY:
        return form_say(f, "%s", civil_vn((civil_day)value->number, day));
    case FORM_NUMBER:
        return form_number(f, value->number);
    case FORM_YES_NO:
        return form_word(f, value->number ? "yes" : "no");
    case FORM_ROWS:
    case FORM_FILES:
        break;
    }
    return STR("");
}

/* "Luật An ninh mạng" says itself what it is. */
static bool says_its_type(struct str title, struct str type)
{
    return str_starts_with(title, type) && title.len_bytes > type.len_bytes;
}

static struct str basis_vi(struct filling *f, const struct know_instrument *instrument, struct str type,
                           struct str clause)
{
    struct str place = str_is_empty(clause) ? STR("") : form_say(f, "%.*s ", STR_ARG(clause));
    if (says_its_type(instrument->title.vi, type))
        return form_say(f, "Căn cứ %.*s%.*s số %.*s", STR_ARG(place), STR_ARG(instrument->title.vi),
                        STR_ARG(instrument->number));
    struct str day = STR("");
    if (instrument->issued_day != CIVIL_NONE) {
        struct civil c = civil_from_day(instrument->issued_day);
        struct err ignored;
        if (document_date_text((struct document_date){c.day, c.month, c.year}, f->arena, &day, &ignored) != ERR_NONE)
            day = kept(f, STR_NONE);
    }
    struct str about = form_about(f, instrument->title.vi);
    bool is_detail = str_starts_with(about, STR("quy định")); /* a decree "quy định chi tiết …", not "về quy định" */
    return form_say(f, "Căn cứ %.*s%.*s số %.*s %.*s của %.*s %s%.*s", STR_ARG(place), STR_ARG(type),
                    STR_ARG(instrument->number), STR_ARG(day), STR_ARG(instrument->issuer.vi), is_detail ? "" : "về ",
                    STR_ARG(about));
}

struct str form_basis(struct filling *f, const struct know_instrument *instrument, struct str clause)
{
    const struct know_named *type = know_instrument_type_find(instrument->type);
    struct str kind = type ? form_in(f, type->title) : STR("");
    if (f->lang == LANG_VI)
        return basis_vi(f, instrument, kind, clause);
    char day[CIVIL_TEXT_BYTES];
    return form_say(f, "Under %.*s%s%.*s %.*s%s%s (%.*s)", STR_ARG(clause), str_is_empty(clause) ? "" : " of ",
                    STR_ARG(kind), STR_ARG(instrument->number), instrument->issued_day == CIVIL_NONE ? "" : " of ",
                    civil_vn(instrument->issued_day, day), STR_ARG(instrument->title.en));
}
