/* letter_date.c - a date in any form: "31/12/2022", "Quý II/2027", "cuối tháng 4", "tuần thứ hai của tháng 4". */
#include "letter/letter_read.h"

/* "31/12/2022", "31-12-2022", "31.12.2022" with one kind of separator; "31/12". */
static uint32_t numeric_date(const struct reader *r, uint32_t i, uint32_t end, struct when_date *ret)
{
    if (!is_number(r, i, end) || r->words[i].digits > 2 || i + 2 >= end || r->words[i + 1].kind != WORD_MARK ||
        !is_number(r, i + 2, end) || r->words[i + 2].digits > 2)
        return 0;
    char sep = r->words[i + 1].mark;
    if (sep != '/' && sep != '-' && sep != '.')
        return 0;
    *ret = (struct when_date){.day = (int)r->words[i].number, .month = (int)r->words[i + 2].number};
    if (is_mark(r, i + 3, sep) && i + 4 < end && is_number(r, i + 4, end) && r->words[i + 4].digits == 4) {
        ret->year = (int)r->words[i + 4].number;
        return 5;
    }
    if (sep != '/')
        return 0; /* "1.1" and "2-3" are no dates without a year */
    if (i + 4 < end && has_class(r, i + 3, LEX_YEAR_WORD) && is_number(r, i + 4, end) && r->words[i + 4].digits == 4) {
        ret->year = (int)r->words[i + 4].number;
        return 5;
    }
    return 3;
}

/* "/2023", "năm 2023", "- 2023", "(năm 2023)" after a month or quarter. */
static uint32_t year_after(const struct reader *r, uint32_t i, uint32_t end, int *ret_year)
{
    if (is_mark(r, i, '(') && i + 3 < end && has_class(r, i + 1, LEX_YEAR_WORD) && is_number(r, i + 2, end) &&
        r->words[i + 2].digits == 4 && is_mark(r, i + 3, ')')) {
        *ret_year = (int)r->words[i + 2].number;
        return 4;
    }
    bool sep =
        i < end && (has_class(r, i, LEX_YEAR_WORD) || is_mark(r, i, '/') || is_mark(r, i, '-') || is_mark(r, i, '.'));
    if (sep && is_number(r, i + 1, end) && r->words[i + 1].digits == 4) {
        *ret_year = (int)r->words[i + 1].number;
        return 2;
    }
    return 0;
}

static int roman(struct str s)
{
    static const char *const numerals[] = {"I", "II", "III", "IV"};
    for (unsigned i = 0; i < ARRAY_LEN(numerals); i++)
        if (str_equal(s, str_from_cstr(numerals[i])))
            return (int)i + 1;
    return 0;
}

/* "này", "nay", "tới", "sau" behind "tháng", "quý", "năm", "tuần": so many further. */
static uint32_t this_next(const struct reader *r, uint32_t i, uint32_t end, int *ret_further)
{
    const struct lex_phrase *hit;
    int64_t n = 0;
    uint32_t words = i < end && has_class(r, i, LEX_THIS_NEXT) && !has_class(r, i, LEX_ANCHOR)
                         ? class_at(r, i, end, LEX_THIS_NEXT, &hit)
                         : 0;
    if (words && str_to_i64(str_from_cstr(hit->value), &n))
        *ret_further = (int)n;
    return words;
}

/* The month, quarter or year the letter was written in, or one further on. */
static void own_span(const struct reader *r, int months, int further, struct when_date *d)
{
    d->months = months;
    d->is_guessed = true;
    d->is_unknown = r->letter->date == CIVIL_NONE;
    if (d->is_unknown)
        return;
    struct civil c = civil_from_day(r->letter->date);
    int last = (c.month - 1) / months * months + months; /* of the span */
    struct civil e = civil_from_day(civil_add_months(civil_to_day(c.year, last, 1), further * months));
    d->year = e.year;
    d->month = e.month;
}

/* "tháng 11", "tháng 11/2026", "tháng 11 và 12", "tháng 12/2026 và tháng 01/2027", "tháng này". */
static bool month_at(const struct reader *r, uint32_t i, uint32_t end, bool bare, struct when_date *d)
{
    int further = 0;
    uint32_t n = this_next(r, i + 1, end, &further);
    if (n || (bare && !is_number(r, i + 1, end))) {
        own_span(r, 1, further, d);
        d->words = 1 + n;
        return true;
    }
    if (!is_number(r, i + 1, end) || r->words[i + 1].digits > 2)
        return false;
    d->month = (int)r->words[i + 1].number;
    d->months = 1;
    d->words = 2 + year_after(r, i + 2, end, &d->year);
    uint32_t at = i + d->words;
    bool and_word = at < end && has_class(r, at, LEX_AND_WORD);
    if (!and_word && (d->year || !(is_mark(r, at, ',') || is_mark(r, at, '-'))))
        return true;
    at++;
    bool named = at < end && has_class(r, at, LEX_MONTH_WORD);
    if (named)
        at++;
    if (!is_number(r, at, end) || r->words[at].digits > 2 || (d->year && !named))
        return true;
    int last = (int)r->words[at++].number, year = 0;
    uint32_t year_words = year_after(r, at, end, &year);
    /* "tháng 11, 12 trường" counts schools; "tháng 11 và 12." does not */
    bool closed = and_word && (named || at >= end || r->words[at].kind == WORD_MARK);
    int months = last - d->month + 1 + (d->year && year > d->year ? 12 * (year - d->year) : 0);
    if (last < 1 || last > 12 || months < 2 || months > 24 || !(year_words || closed) ||
        is_mark(r, at + year_words, '/'))
        return true;
    d->year = year ? year : d->year;
    d->months = months;
    d->month = last;
    d->words = at + year_words - i;
    return true;
}

static bool quarter_at(const struct reader *r, uint32_t i, uint32_t end, bool bare, struct when_date *d)
{
    int further = 0, q = 0;
    uint32_t n = this_next(r, i + 1, end, &further);
    if (!n && i + 1 < end)
        q = is_number(r, i + 1, end) ? (int)r->words[i + 1].number : roman(word_text(r, i + 1));
    if (n || (bare && (q < 1 || q > 4))) {
        own_span(r, 3, further, d);
        d->words = 1 + n;
        return true;
    }
    if (q < 1 || q > 4)
        return false;
    d->month = q * 3;
    d->months = 3;
    d->words = 2 + year_after(r, i + 2, end, &d->year);
    /* "quý I, II/2027", "quý III và quý IV" */
    uint32_t at = i + 2;
    bool and_word = at < end && has_class(r, at, LEX_AND_WORD);
    if (d->year || !(and_word || is_mark(r, at, ',') || is_mark(r, at, '-')) || at + 1 >= end)
        return true;
    at++;
    at += has_class(r, at, LEX_QUARTER_WORD);
    int to = at >= end ? 0 : is_number(r, at, end) ? (int)r->words[at].number : roman(word_text(r, at)), year = 0;
    uint32_t year_words = at < end ? year_after(r, at + 1, end, &year) : 0;
    if (to != q + 1 || !(and_word || year_words))
        return true;
    d->month = to * 3;
    d->months = 6;
    d->year = year;
    d->words = at + 1 + year_words - i;
    return true;
}

static bool year_at(const struct reader *r, uint32_t i, uint32_t end, bool bare, struct when_date *d)
{
    int further = 0;
    uint32_t n = this_next(r, i + 1, end, &further);
    if (is_number(r, i + 1, end) && r->words[i + 1].digits == 4) {
        d->year = (int)r->words[i + 1].number;
        d->month = d->months = 12;
        d->words = 2;
        return true;
    }
    if (!n && (!bare || (i + 1 < end && has_class(r, i + 1, LEX_YEAR_OTHER))))
        return false; /* "cuối năm học" */
    own_span(r, 12, further, d);
    d->month = 12;
    d->words = 1 + n;
    return true;
}

/* "6 tháng đầu năm 2027", "3 tháng cuối năm": the number stands at i. */
static bool half_at(const struct reader *r, uint32_t i, uint32_t end)
{
    return is_number(r, i, end) && r->words[i].number >= 1 && r->words[i].number <= 11 && r->words[i].digits <= 2 &&
           i + 3 < end && has_class(r, i + 1, LEX_MONTH_WORD) && has_class(r, i + 2, LEX_YEAR_HALF) &&
           has_class(r, i + 3, LEX_YEAR_WORD);
}

/* "1 10" of the lexicon. */
static bool two_numbers(const char *value, int *ret_a, int *ret_b)
{
    struct str rest = str_from_cstr(value), a;
    int64_t from, to;
    if (!str_split(&rest, ' ', &a) || !str_to_i64(a, &from) || !str_to_i64(rest, &to))
        return false;
    *ret_a = (int)from;
    *ret_b = (int)to;
    return true;
}

/* "cuối tháng 11/2026", "giữa quý II", "đầu năm", "ngày cuối cùng của tháng" at i. */
static bool part_at(const struct reader *r, uint32_t i, uint32_t end, struct when_date *d)
{
    uint32_t part = class_at(r, i, end, LEX_PART_OF, NULL), at = i + part;
    if (at >= end || (i > 0 && has_class(r, i - 1, LEX_MONTH_WORD)))
        return false; /* "6 tháng cuối năm", "tháng cuối quý" */
    const struct lex_phrase *hit;
    enum letter_class rows = LEX_PART_OF_MONTH;
    bool found;
    if (has_class(r, at, LEX_MONTH_WORD)) {
        found = month_at(r, at, end, true, d);
    } else if (has_class(r, at, LEX_QUARTER_WORD)) {
        rows = LEX_PART_OF_QUARTER;
        found = quarter_at(r, at, end, true, d);
    } else {
        rows = LEX_PART_OF_YEAR;
        found = has_class(r, at, LEX_YEAR_WORD) && year_at(r, at, end, true, d);
    }
    int from, to;
    uint32_t n = found ? class_at(r, i, end, rows, &hit) : 0;
    if (!n || n != part || !two_numbers(hit->value, &from, &to))
        return false;
    d->words += part;
    if (rows == LEX_PART_OF_MONTH) {
        d->day_from = from;
        d->day_to = to;
        d->is_end = to >= 31;
    } else if (!d->is_unknown) {
        int first = rows == LEX_PART_OF_YEAR ? 1 : d->month - d->months + 1;
        d->is_end = to == d->months;
        d->month = first + to - 1;
        d->months = to - from + 1;
    }
    d->is_vague = !(d->is_end && from == to && rows == LEX_PART_OF_MONTH);
    return true;
}

/* "tuần thứ hai của tháng 4", "tuần 2 tháng 11/2026", "tuần cuối tháng 11", "tuần tới" at i. */
static bool week_at(const struct reader *r, uint32_t i, uint32_t end, struct when_date *d)
{
    const struct lex_phrase *hit;
    int further = 0;
    int64_t week = 0;
    uint32_t n = this_next(r, i + 1, end, &further), at = i + 1 + n;
    if (n) {
        d->is_guessed = d->is_vague = true;
        d->is_unknown = r->letter->date == CIVIL_NONE;
        d->months = 1;
        if (!d->is_unknown)
            d->week_monday = r->letter->date - civil_weekday(r->letter->date) + 7 * further;
        d->words = 1 + n;
        return true;
    }
    n = at < end && has_class(r, at, LEX_WEEK_OF) ? class_at(r, at, end, LEX_WEEK_OF, &hit) : 0;
    if (n && !str_to_i64(str_from_cstr(hit->value), &week))
        return false;
    if (!n && is_number(r, at, end) && r->words[at].number >= 1 && r->words[at].number <= 5) {
        week = r->words[at].number;
        n = 1;
    }
    at += n;
    if (at < end && has_class(r, at, LEX_OF))
        at++;
    if (!n || at >= end || !has_class(r, at, LEX_MONTH_WORD) || !month_at(r, at, end, true, d) || d->months != 1)
        return false;
    d->week = (int)week;
    d->is_vague = true;
    d->words += at - i;
    return true;
}

/* "thứ Sáu tuần này", "thứ Hai tuần tới" at i. */
static bool weekday_at(const struct reader *r, uint32_t i, uint32_t end, struct when_date *d)
{
    const struct lex_phrase *hit;
    int64_t day;
    uint32_t n = class_at(r, i, end, LEX_WEEKDAY, &hit);
    if (!n || i + n >= end || !has_class(r, i + n, LEX_WEEK_WORD) || !week_at(r, i + n, end, d) || !d->is_guessed ||
        !str_to_i64(str_from_cstr(hit->value), &day))
        return false;
    d->week_day = (int)day;
    d->is_vague = false;
    d->words += n;
    return true;
}

bool date_at(const struct reader *r, uint32_t i, uint32_t end, struct when_date *ret)
{
    if (i >= end)
        return false;
    struct when_date d = {.week_day = -1};
    uint32_t n = numeric_date(r, i, end, &d);
    bool found = n > 0;
    if (found) {
        d.words = n;
    } else if (is_number(r, i, end) && r->words[i].digits <= 2 && i + 2 < end && has_class(r, i + 1, LEX_MONTH_WORD) &&
               is_number(r, i + 2, end) && r->words[i + 2].digits <= 2) {
        d.day = (int)r->words[i].number;
        d.month = (int)r->words[i + 2].number;
        d.words = 3 + year_after(r, i + 3, end, &d.year);
        found = true;
    } else if (half_at(r, i, end)) {
        const struct lex_phrase *half;
        d.months = (int)r->words[i].number;
        d.month = class_at(r, i + 2, end, LEX_YEAR_HALF, &half) && strcmp(half->value, "first") == 0 ? d.months : 12;
        d.words = 3 + year_after(r, i + 3, end, &d.year);
        if (d.words == 3)
            d.words = 4;
        found = true;
    } else if (has_class(r, i, LEX_MONTH_WORD)) {
        found = month_at(r, i, end, false, &d);
    } else if (has_class(r, i, LEX_QUARTER_WORD)) {
        found = quarter_at(r, i, end, false, &d);
    } else if (has_class(r, i, LEX_YEAR_WORD)) {
        found = year_at(r, i, end, false, &d);
    } else if (has_class(r, i, LEX_PART_OF)) {
        found = part_at(r, i, end, &d);
    } else if (has_class(r, i, LEX_WEEK_WORD)) {
        found = week_at(r, i, end, &d);
    } else if (has_class(r, i, LEX_WEEKDAY)) {
        found = weekday_at(r, i, end, &d);
    }
    if (!found || (d.year && (d.year < 1945 || d.year > 2200)))
        return false;
    if ((d.months == 0 && (d.day < 1 || d.day > 31)) ||
        (d.months != 12 && !d.is_unknown && !d.week_monday && (d.month < 1 || d.month > 12)))
        return false;
    *ret = d;
    return true;
}
