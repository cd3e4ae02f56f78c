/* letter_period.c - how often and on what: "ít nhất 01 lần/6 tháng", "hằng quý", "khi có thay đổi". */
#include "letter/letter_read.h"

/* "02", "hai"; 0: no number. *ret_words: how many words it takes. */
static int count_at(const struct reader *r, uint32_t i, uint32_t end, uint32_t *ret_words)
{
    *ret_words = 1;
    if (is_number(r, i, end))
        return r->words[i].number <= 1000 ? (int)r->words[i].number : 0;
    const struct lex_phrase *hit;
    int64_t n = 0;
    uint32_t words = i < end && has_class(r, i, LEX_NUMBER_WORD) ? class_at(r, i, end, LEX_NUMBER_WORD, &hit) : 0;
    if (words && str_to_i64(str_from_cstr(hit->value), &n))
        *ret_words = words;
    return (int)n;
}

bool period_at(const struct reader *r, uint32_t i, uint32_t end, struct when *w)
{
    const struct lex_phrase *hit;
    *w = (struct when){.kind = WHEN_PERIOD, .first = i, .trigger = LETTER_PERIODIC};
    uint32_t count_words;
    const int count = count_at(r, i, end, &count_words);
    if (count >= 1 && i + count_words < end && has_class(r, i + count_words, LEX_TIMES_WORD)) {
        uint32_t at = i + count_words + 1;
        bool link = false;
        /* "/", "trong", "mỗi", "một", "trong mỗi", "trong vòng" */
        for (uint32_t k = 0; k < 3 && at < end; k++) {
            if (has_class(r, at, LEX_EACH_WORD) || is_mark(r, at, '/') || has_class(r, at, LEX_WITHIN) ||
                has_class(r, at, LEX_SPAN_WORD)) {
                at++;
                link = true;
            }
        }
        int units = 1;
        uint32_t unit_words;
        if (link && count_at(r, at, end, &unit_words)) {
            units = count_at(r, at, end, &unit_words);
            at += unit_words;
        }
        int months = 0;
        if (at < end && link && units >= 1 && units <= 120) {
            if (has_class(r, at, LEX_MONTH_WORD))
                months = units;
            else if (has_class(r, at, LEX_QUARTER_WORD))
                months = units * 3;
            else if (has_class(r, at, LEX_YEAR_WORD))
                months = units * 12;
        }
        if (months) {
            w->period = (struct letter_period){true, count, months};
            w->last = at + 1;
            return true;
        }
        const struct lex_phrase *unit;
        if (link && at < end && class_at(r, at, end, LEX_UNIT_WORD, &unit)) {
            w->last = at + 1; /* "02 lần/ngày": periodic, but not to be said in months */
            return true;
        }
        return false;
    }
    /* "6 tháng một lần", "03 tháng/lần" */
    const uint32_t unit_at = i + count_words;
    if (count >= 1 && count <= 120 && unit_at + 1 < end &&
        (has_class(r, unit_at, LEX_MONTH_WORD) || has_class(r, unit_at, LEX_YEAR_WORD))) {
        uint32_t at = unit_at + 1;
        bool year = has_class(r, unit_at, LEX_YEAR_WORD);
        bool link = has_class(r, at, LEX_EACH_WORD) || is_mark(r, at, '/') ||
                    (is_number(r, at, end) && r->words[at].number == 1);
        if (link && at + 1 < end && has_class(r, at + 1, LEX_TIMES_WORD)) {
            w->period = (struct letter_period){true, 1, count * (year ? 12 : 1)};
            w->last = at + 2;
            return true;
        }
        if (i > 0 && has_class(r, i - 1, LEX_EACH_WORD) && !is_mark(r, i - 1, '/')) { /* "mỗi 6 tháng" */
            w->period = (struct letter_period){true, 1, count * (year ? 12 : 1)};
            w->last = unit_at + 1;
            return true;
        }
    }
    uint32_t n = has_class(r, i, LEX_EVERY) ? class_at(r, i, end, LEX_EVERY, &hit) : 0;
    if (n) {
        int64_t months = 0;
        bool fine = str_to_i64(str_from_cstr(hit->value), &months);
        if (fine && months > 0)
            w->period = (struct letter_period){true, 1, (int)months};
        w->last = i + n;
        /* "mỗi năm ít nhất 02 lần" */
        uint32_t at = w->last + class_at(r, w->last, end, LEX_AT_LEAST, NULL), often_words;
        int often = count_at(r, at, end, &often_words);
        if (often >= 1 && at + often_words < end && has_class(r, at + often_words, LEX_TIMES_WORD)) {
            w->period.count = w->period.is_known ? often : 0;
            w->last = at + often_words + 1;
        }
        return true;
    }
    n = has_class(r, i, LEX_PERIODIC) ? class_at(r, i, end, LEX_PERIODIC, NULL) : 0;
    if (n) {
        uint32_t at = i + n;
        w->last = at;
        struct when inner;
        if (at < end && period_at(r, at, end, &inner) && inner.last > at) {
            w->period = inner.period;
            w->last = inner.last;
        } else if (is_number(r, at, end) && at + 1 < end && r->words[at].number >= 1 && r->words[at].number <= 120 &&
                   (has_class(r, at + 1, LEX_MONTH_WORD) || has_class(r, at + 1, LEX_YEAR_WORD))) {
            w->period = (struct letter_period){
                true, 1, (int)r->words[at].number * (has_class(r, at + 1, LEX_YEAR_WORD) ? 12 : 1)};
            w->last = at + 2;
        }
        return true;
    }
    return false;
}

/* A verb of a duty ends right before word i. */
static bool follows_verb(const struct reader *r, uint32_t i)
{
    for (uint32_t back = 1; back <= 3 && back <= i; back++)
        if (has_class(r, i - back, LEX_DUTY_VERB) && class_at(r, i - back, i, LEX_DUTY_VERB, NULL) == back)
            return true;
    return false;
}

bool trigger_at(const struct reader *r, uint32_t i, uint32_t end, struct when *w)
{
    static const struct {
        enum letter_class cls;
        enum letter_trigger trigger;
    } rows[] = {{LEX_ON_CHANGE, LETTER_ON_CHANGE}, {LEX_ON_REQUEST, LETTER_ON_REQUEST}, {LEX_AT_ONCE, LETTER_AT_ONCE}};
    for (unsigned k = 0; k < ARRAY_LEN(rows); k++) {
        uint32_t n = has_class(r, i, rows[k].cls) ? class_at(r, i, end, rows[k].cls, NULL) : 0;
        if (n) {
            *w = (struct when){
                .kind = WHEN_TRIGGER, .first = i, .last = i + n, .trigger = rows[k].trigger, .has_trigger = true};
            return true;
        }
    }
    /* "kiểm tra ngay toàn bộ camera"; in a letter without marks "bao cao ngay 15/6" names a day */
    if (i > r->body_from && has_class(r, i, LEX_NOW_WORD) && !has_class(r, i, LEX_NOT_NOW) && follows_verb(r, i) &&
        !(i + 1 < end && r->words[i + 1].kind == WORD_NUMBER)) {
        *w = (struct when){
            .kind = WHEN_TRIGGER, .first = i, .last = i + 1, .trigger = LETTER_AT_ONCE, .has_trigger = true};
        return true;
    }
    /* "khi được Công an tỉnh đề nghị" */
    if (has_class(r, i, LEX_CONDITION) && r->words[i].kind == WORD_TEXT) {
        for (uint32_t k = i + 1; k < end && k < i + 10 && r->words[k].kind != WORD_MARK; k++) {
            if (k > i + 1 && has_class(r, k, LEX_COMMANDER) && r->words[i + 1].folded &&
                has_class(r, i + 1, LEX_NOT_VERB_AFTER)) {
                *w = (struct when){
                    .kind = WHEN_TRIGGER, .first = i, .last = k + 1, .trigger = LETTER_ON_REQUEST, .has_trigger = true};
                return true;
            }
            if (has_class(r, k, LEX_ON_CHANGE)) {
                *w = (struct when){
                    .kind = WHEN_TRIGGER, .first = i, .last = k + 1, .trigger = LETTER_ON_CHANGE, .has_trigger = true};
                return true;
            }
        }
    }
    return false;
}
