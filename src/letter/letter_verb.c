/* letter_verb.c - the verbs that ask for something, and who stands before them. */
#include "letter/letter_duty.h"

static bool same_word(const struct reader *r, uint32_t a, uint32_t b)
{
    return r->words[a].kind == r->words[b].kind && viet_equal_folded(word_text(r, a), word_text(r, b));
}

/* In a letter all in capitals: is word i inside a name that stands under Kính gửi ("TRUNG TÂM LƯU TRỮ TỈNH")? */
static bool in_known_name(const struct reader *r, uint32_t i)
{
    for (size_t n = 0; n < r->names.count; n++) {
        const struct name *name = &r->names.items[n];
        for (uint32_t k = name->first + 1; k + 1 < name->last; k++)
            if (i > 0 && k != i && same_word(r, k, i) && same_word(r, k - 1, i - 1) && same_word(r, k + 1, i + 1))
                return true;
    }
    return false;
}

bool is_verb(const struct reader *r, uint32_t i, uint32_t end, bool at_start)
{
    const struct lex_phrase *hit;
    uint32_t taken = has_class(r, i, LEX_DUTY_VERB) ? class_at(r, i, end, LEX_DUTY_VERB, &hit) : 0;
    if (!taken || (has_class(r, i, LEX_NOT_VERB) && class_at(r, i, end, LEX_NOT_VERB, NULL) >= taken))
        return false;
    /* "chuyển đổi số" is no "đổi" */
    if (taken == 1 && i > 0 && has_class(r, i - 1, LEX_NOT_VERB) && class_at(r, i - 1, end, LEX_NOT_VERB, NULL) > 1)
        return false;
    if (at_start)
        return true;
    if (r->is_shouted && i + 1 < end && in_known_name(r, i))
        return false;
    if ((has_class(r, i, LEX_BE) && !r->words[i].upper_first) ||
        (r->words[i].upper_first && i > 0 && r->words[i - 1].kind != WORD_MARK))
        return false;
    if (i > 0 && has_class(r, i - 1, LEX_NOT_VERB_AFTER) && class_at(r, i - 1, i, LEX_NOT_VERB_AFTER, NULL) == 1)
        return false;
    return !(i > 1 && has_class(r, i - 2, LEX_NOT_VERB_AFTER) && class_at(r, i - 2, i, LEX_NOT_VERB_AFTER, NULL) == 2);
}

uint32_t skip_adverbs(const struct reader *r, uint32_t i, uint32_t end)
{
    for (;;) {
        uint32_t n = i < end && has_class(r, i, LEX_ADVERB) && !is_verb(r, i, end, true)
                         ? class_at(r, i, end, LEX_ADVERB, NULL)
                         : 0;
        if (n)
            i += n;
        else if (i < end && is_mark(r, i, ','))
            i++;
        else
            return i;
    }
}

/* Does a body stand at i, and not a verb or a condition that starts with the same syllable ("Tổ chức", "Ban hành",
 * "Trường hợp")? */
bool is_org(const struct reader *r, uint32_t i, uint32_t end)
{
    const struct lex_phrase *hit;
    uint32_t n = i < end && has_class(r, i, LEX_ORG) ? class_at(r, i, end, LEX_ORG, &hit) : 0;
    if (!n) /* "Các chi nhánh" */
        return i + 1 < end && has_class(r, i, LEX_MANY) && has_class(r, i + 1, LEX_ORG) && is_org(r, i + 1, end);
    /* "so", "bo", "ban" of a letter without marks are bodies only when they are written as names */
    if (r->is_unmarked && n == 1 && lex_words[hit->at].exact && !r->words[i].upper_first)
        return false;
    /* … and "Thay" is a teacher only before his name */
    if (r->is_unmarked && has_class(r, i, LEX_TEACHER) && !r->words[i + 1].capital)
        return false;
    return class_at(r, i, end, LEX_DUTY_VERB, NULL) <= n && class_at(r, i, end, LEX_CONDITION, NULL) <= n &&
           class_at(r, i, end, LEX_ADVERB, NULL) <= n;
}

/* Is word i the end of "632/QĐ-TTg" or "ngày 10/5/2017"? */
static bool ends_number(const struct reader *r, uint32_t i)
{
    return i > 1 && ((r->words[i].kind == WORD_NUMBER && !r->words[i].spaced) ||
                     (r->words[i].upper_first && !r->words[i].spaced && r->words[i - 1].kind == WORD_MARK));
}

/* First verb, adverb or "phải" from i on, outside brackets. *ret_actor_to: where the name before it ends. */
uint32_t main_verb(const struct reader *r, uint32_t i, uint32_t end, uint32_t *ret_actor_to)
{
    uint32_t start = i;
    *ret_actor_to = 0;
    for (; i < end && i - start < ACTOR_WORDS_MAX; i++) {
        const struct word *w = &r->words[i];
        if (w->kind == WORD_MARK) {
            if (w->mark == '(' || w->mark == '[' || w->mark == '"') {
                uint32_t close = skip_group(r, i, end);
                if (close < end)
                    i = close;
            } else if (w->mark == ':') {
                break;
            }
            continue;
        }
        if (has_class(r, i, LEX_UNDER_LAW) && i + 1 < end && has_class(r, i + 1, LEX_DOC_TYPE)) {
            if (!*ret_actor_to)
                *ret_actor_to = i;
            /* to the end of its title; or, when it is only a number, to the verb right behind that */
            while (i + 1 < end && !(r->words[i + 1].kind == WORD_MARK && strchr("(,;:", r->words[i + 1].mark)) &&
                   !(is_verb(r, i + 1, end, true) && ends_number(r, i)))
                i++;
            continue;
        }
        if (i == start)
            continue;
        uint32_t behind = i + (has_class(r, i, LEX_MODAL) ? class_at(r, i, end, LEX_MODAL, NULL) : 0);
        bool modal =
            behind > i && !has_class(r, i, LEX_NOT_VERB) && !(behind < end && has_class(r, behind, LEX_NOT_VERB_AFTER));
        bool named = w->upper_first && r->words[i - 1].kind != WORD_MARK; /* "Phó Chủ tịch Thường trực" */
        bool adverb = !named && has_class(r, i, LEX_ADVERB) && !has_class(r, i - 1, LEX_NOT_VERB_AFTER) &&
                      !has_class(r, i, LEX_NOT_VERB) &&
                      is_verb(r, skip_adverbs(r, i, end) < end ? skip_adverbs(r, i, end) : i, end, true);
        /* "Văn phòng Sở là cơ quan thường trực" */
        bool is_one = has_class(r, i, LEX_BE) && !w->upper_first && i + 1 < end &&
                      (is_org(r, i + 1, end) || has_class(r, i + 1, LEX_FOCAL));
        if (modal || adverb || is_one || is_verb(r, i, end, false))
            break;
    }
    if (!*ret_actor_to)
        *ret_actor_to = i;
    return i;
}
