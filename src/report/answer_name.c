/* answer_name.c - what an answer calls the texts it stands on and the one it answers: a directive of the tree, a letter
 * that came from outside, a text of law. */
#include "report/answer_parts.h"

#include "know/know.h"

/* "Công văn số 412/UBND-KGVX ngày 02 tháng 11 năm 2026 của Ủy ban nhân dân tỉnh Trúc Lâm". */
static struct str directive_name(struct answer *a, const struct sql_answer_directive_row *d)
{
    struct str number_text = str_is_empty(d->number) ? STR("…") : d->number;
    struct str slash = str_is_empty(d->symbol) ? STR("") : answer_say(a, "/%.*s", STR_ARG(d->symbol));
    const struct know_document_kind *kind = know_document_kind_of(d->symbol, (civil_day)d->issued_day);
    return answer_say(a, "%.*s số %.*s%.*s %.*s của %.*s", STR_ARG(kind->title.vi), STR_ARG(number_text),
                      STR_ARG(slash), STR_ARG(answer_long_day(a, (civil_day)d->issued_day)), STR_ARG(d->issuer_name));
}

/* The day of the letter it was made from; one that was left open is taken for the day it was issued on here. */
static civil_day letter_day(const struct sql_answer_directive_row *d)
{
    return (civil_day)(d->letter_day.has ? d->letter_day.v : d->issued_day);
}

/* The same of a letter that came from outside: its day may be left open. */
static struct str letter_name(struct answer *a, const struct sql_answer_directive_row *d)
{
    struct str number_text = str_is_empty(d->letter_number) ? STR("…") : d->letter_number;
    struct str slash = str_is_empty(d->letter_symbol) ? STR("") : answer_say(a, "/%.*s", STR_ARG(d->letter_symbol));
    struct str day =
        d->letter_day.has ? answer_say(a, " %.*s", STR_ARG(answer_long_day(a, (civil_day)d->letter_day.v))) : STR("");
    const struct know_document_kind *kind = know_document_kind_of(d->letter_symbol, letter_day(d));
    return answer_say(a, "%.*s số %.*s%.*s%.*s của %.*s", STR_ARG(kind->title.vi), STR_ARG(number_text), STR_ARG(slash),
                      STR_ARG(day), STR_ARG(d->letter_issuer));
}

/* Was the directive made from the letter of somebody else? A unit's own letter has its number, or its name. */
static bool is_from_outside(struct answer *a, const struct sql_answer_directive_row *d)
{
    if (str_is_empty(d->letter_issuer) || (!str_is_empty(d->letter_number) && str_equal(d->letter_number, d->number) &&
                                           str_equal(d->letter_symbol, d->symbol)))
        return false;
    struct str by = know_authority_key(a->arena, d->letter_issuer, letter_day(d)),
               own = know_authority_key(a->arena, d->issuer_name, letter_day(d));
    a->full = a->full || str_is_null(by) || str_is_null(own);
    return !a->full && !str_starts_with(own, by);
}

const struct sql_answer_directive_row *NULLABLE answer_asked_by(const struct answer *a)
{
    for (size_t i = 0; i < a->chain_count; i++)
        if (a->chain[i]->issuer_id != a->freeze->root_id)
            return a->chain[i];
    return NULL;
}

const struct sql_answer_directive_row *NULLABLE answer_from_outside(struct answer *a)
{
    const struct sql_answer_directive_row *first = a->chain_count ? a->chain[a->chain_count - 1] : NULL;
    return first && is_from_outside(a, first) ? first : NULL;
}

struct str answer_asked_name(struct answer *a)
{
    const struct sql_answer_directive_row *d = answer_asked_by(a), *outside = answer_from_outside(a);
    return d ? directive_name(a, d) : outside ? letter_name(a, outside) : directive_name(a, a->chain[0]);
}

void answer_put_basis(struct answer *a)
{
    const struct know_instrument *known = NULL;
    for (size_t i = a->chain_count; i-- > 0 && !known;)
        known = str_is_empty(a->chain[i]->instrument) ? NULL : know_instrument_find(a->chain[i]->instrument);
    const struct know_named *type = known ? know_instrument_type_find(known->type) : NULL;
    if (known && type && known->issued_day != CIVIL_NONE)
        answer_put(a, DOCUMENT_BASIS, STR_NONE,
                   answer_say(a, "Căn cứ %.*s số %.*s %.*s của %.*s về %.*s", STR_ARG(type->title.vi),
                              STR_ARG(known->number), STR_ARG(answer_long_day(a, known->issued_day)),
                              STR_ARG(known->issuer.vi), STR_ARG(answer_about(a, known->title.vi))));
    const struct sql_answer_directive_row *outside = answer_from_outside(a);
    if (outside && known && !str_is_empty(outside->letter_number) &&
        str_equal(known->number,
                  answer_say(a, "%.*s/%.*s", STR_ARG(outside->letter_number), STR_ARG(outside->letter_symbol))))
        outside = NULL; /* the letter is that text itself */
    if (outside && !str_is_empty(outside->letter_subject))
        answer_put(a, DOCUMENT_BASIS, STR_NONE,
                   answer_say(a, "Căn cứ %.*s về việc %.*s", STR_ARG(letter_name(a, outside)),
                              STR_ARG(answer_about(a, outside->letter_subject))));
    else if (outside)
        answer_put(a, DOCUMENT_BASIS, STR_NONE, answer_say(a, "Căn cứ %.*s", STR_ARG(letter_name(a, outside))));
    for (size_t i = a->chain_count; i-- > 0;)
        answer_put(a, DOCUMENT_BASIS, STR_NONE,
                   answer_say(a, "Căn cứ %.*s về việc %.*s", STR_ARG(directive_name(a, a->chain[i])),
                              STR_ARG(answer_about(a, a->chain[i]->title))));
}
