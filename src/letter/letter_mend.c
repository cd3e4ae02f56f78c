/* letter_mend.c - numbers that a scanner left letters in ("9l2/CT-TTg", "tháng l2", "3O/6") put together, where nothing
 * but a number can stand: before the symbol of a text, as day, month and year of a date, as the length of a time
 * ("trong vòng l0 ngày"). Each is told in letter->repairs; the words keep the place they have in the text. */
#include "letter/letter_read.h"

#define REPAIRS_MAX  200u /* further ones are left as they stand */
#define LEAD_WORDS   4u   /* "chậm nhất là ngày" */
#define NUMBER_CHARS MENDED_CHARS_MAX
#define LENGTH_CHARS 3u
#define LENGTH_WORDS 5u /* "(mười lăm)" between a length and its unit, with its brackets */
#define YEAR_MIN     1945u
#define YEAR_MAX     2200u

/* Words side by side that are one number, or would be. */
struct run {
    uint32_t first, last; /* words */
    uint32_t chars, letters, value;
    bool is_open; /* of letters alone, which are no Roman numeral and no word ("lo") */
    bool ends_in_letter;
};

char mended_digit(const struct reader *r, uint32_t cp)
{
    switch (cp) {
    case 'l':
    case 'I':
        return '1';
    case 'O':
    case 'o':
        return '0';
    case 'L': /* "9L2" of "9l2" */
        return r->is_shouted ? '1' : '\0';
    default:
        return '\0';
    }
}

static bool are_beside(const struct reader *r, uint32_t i)
{
    return i > 0 && i < r->word_count && r->words[i].from == r->words[i - 1].to && !r->words[i].starts_line;
}

/* The number at word i, which starts one; false when it is none or a word goes on there. */
static bool run_at(const struct reader *r, uint32_t i, struct run *ret)
{
    *ret = (struct run){.first = i, .last = i};
    if (are_beside(r, i) && r->words[i - 1].kind != WORD_MARK)
        return false;
    bool roman = true, word = false;
    for (; ret->last < r->word_count && (ret->last == i || are_beside(r, ret->last)); ret->last++) {
        const struct word *w = &r->words[ret->last];
        if (w->kind == WORD_MARK)
            break;
        ret->ends_in_letter = w->kind == WORD_TEXT;
        if (w->kind == WORD_NUMBER) {
            ret->chars += w->digits;
            if (ret->chars > NUMBER_CHARS)
                return false;
            for (uint32_t k = 0; k < w->digits; k++)
                ret->value *= 10;
            ret->value += w->number;
            continue;
        }
        for (size_t k = w->from; k < w->to; k++) {
            char c = r->text.ptr[k], digit = mended_digit(r, (unsigned char)c);
            if (!digit || ++ret->chars > NUMBER_CHARS)
                return false;
            ret->letters++;
            ret->value = ret->value * 10 + (uint32_t)(digit - '0');
            roman = roman && c == 'I';
            word = word || c == 'o';
        }
    }
    ret->is_open = ret->letters == ret->chars && !r->is_shouted && !word && !(roman && ret->chars > 1);
    return ret->last > i;
}

static bool has_digit(const struct run *run)
{
    return run->letters < run->chars;
}

/* May it be a day or a month where the words around say that one stands here? */
static bool is_part(const struct run *run, uint32_t max)
{
    return run->chars <= 2 && run->value >= 1 && run->value <= max && (has_digit(run) || run->is_open);
}

static bool is_year(const struct run *run)
{
    return run->chars == 4 && run->value >= YEAR_MIN && run->value <= YEAR_MAX && run->letters <= 2;
}

static bool sep_at(const struct reader *r, uint32_t i, const char *seps)
{
    return i < r->word_count && r->words[i].kind == WORD_MARK && r->words[i].mark && strchr(seps, r->words[i].mark);
}

/* "trước", "đến", "chậm nhất là" and the like end before word i. */
static bool time_leads(const struct reader *r, uint32_t i)
{
    static const enum letter_class leads[] = {LEX_BEFORE, LEX_UNTIL, LEX_DURING, LEX_RANGE_FROM, LEX_UNTO};
    for (uint32_t back = 1; back <= LEAD_WORDS && back <= i; back++)
        for (unsigned k = 0; k < ARRAY_LEN(leads); k++)
            if (has_class(r, i - back, leads[k]) && class_at(r, i - back, i, leads[k], NULL) == back)
                return true;
    return false;
}

/* "trong vòng l0 ngày", "không quá O5 (năm) ngày làm việc": the length of a time between the words that ask for one and
 * its unit. "không quá 2l ngày" may be litres. */
static bool is_length(const struct reader *r, const struct run *run)
{
    bool within = false;
    for (uint32_t back = 1; back <= LEAD_WORDS && back <= run->first; back++)
        within |= class_at(r, run->first - back, run->first, LEX_WITHIN, NULL) == back;
    if (!within || run->chars > LENGTH_CHARS || run->value == 0 || !(has_digit(run) || run->is_open) ||
        (has_digit(run) && (r->text.ptr[r->words[run->last - 1].to - 1] | 0x20) == 'l'))
        return false;
    uint32_t unit = run->last;
    if (sep_at(r, unit, "("))
        for (uint32_t k = unit + 1; k < unit + LENGTH_WORDS; k++)
            if (sep_at(r, k, ")")) {
                unit = k + 1;
                break;
            }
    return unit < r->word_count && has_class(r, unit, LEX_UNIT_WORD);
}

static enum err_code run_mend(struct reader *r, const struct run *run, uint32_t *mended)
{
    if (!run->letters || r->letter->repairs.count >= REPAIRS_MAX)
        return ERR_NONE;
    struct letter_repair *repair = vec_push(&r->letter->repairs, r->arena);
    if (!repair)
        return arena_full(r->arena, r->err);
    *repair = (struct letter_repair){0};
    struct word *w = &r->words[run->first];
    char digits[NUMBER_CHARS + 1];
    TRY(words_value(r, run->first, run->last, &repair->written));
    (void)snprintf(digits, sizeof digits, "%0*u", (int)run->chars, run->value);
    repair->read = arena_str(r->arena, str_from_cstr(digits));
    if (str_is_null(repair->read))
        return arena_full(r->arena, r->err);
    *w = (struct word){.from = w->from,
                       .to = r->words[run->last - 1].to,
                       .line = w->line,
                       .kind = WORD_NUMBER,
                       .number = run->value,
                       .digits = (uint8_t)run->chars,
                       .spaced = w->spaced,
                       .starts_line = w->starts_line,
                       .is_mended = true};
    w->folded = w->exact = vocabulary_find(repair->read);
    for (uint32_t i = run->first + 1; i < run->last; i++)
        r->words[i].to = 0; /* taken out below */
    (*mended)++;
    return ERR_NONE;
}

/* Day, month and year from word i on: how many of the three stand there, 0 when they are no date. */
static unsigned date_parts(const struct reader *r, const struct run *day, bool day_word, struct run *month,
                           struct run *year)
{
    uint32_t at = day->last;
    if (!is_part(day, 31) || !sep_at(r, at, "/-.") || !run_at(r, at + 1, month) || !is_part(month, 12))
        return 0;
    if (sep_at(r, month->last, (char[]){r->words[at].mark, '\0'}) && run_at(r, month->last + 1, year) && is_year(year))
        return 3;
    if (r->words[at].mark != '/' || sep_at(r, month->last, "/"))
        return 0;
    if (day_word)
        return 2;
    /* "2l/3 ngày" may be litres */
    return has_digit(day) && has_digit(month) &&
                   ((!day->ends_in_letter && !month->ends_in_letter) || time_leads(r, day->first) ||
                    sep_at(r, day->first - 1, "("))
               ? 2
               : 0;
}

/* "l2/CT-TTg", "l16/2O25/NĐ-CP" at the run: 1 when it is a number, 2 with a year. */
static unsigned number_parts(const struct reader *r, const struct run *number, bool label, struct run *year)
{
    uint32_t at = number->last;
    unsigned parts = 1;
    if (!has_digit(number) && !(label && number->is_open))
        return 0;
    /* "Số 3l-KH/ĐU" of the Party */
    if (label && sep_at(r, at, "-") && !r->words[at].spaced && at + 2 < r->word_count &&
        r->words[at + 1].kind == WORD_TEXT && r->words[at + 1].upper_all && sep_at(r, at + 2, "/"))
        return parts;
    if (!sep_at(r, at, "/"))
        return 0;
    if (run_at(r, at + 1, year) && is_year(year) && sep_at(r, year->last, "/")) {
        at = year->last;
        parts = 2;
    }
    const struct word *symbol = &r->words[at + 1];
    if (at + 1 >= r->word_count || symbol->kind != WORD_TEXT || !symbol->capital)
        return 0;
    bool sure = label || symbol->upper_all || has_class(r, at + 1, LEX_SYMBOL_TYPE);
    return sure && (symbol_at(r, at + 1, label) || label) ? parts : 0;
}

/* The numbers from word i on; *ret_next is behind them, i + 1 when none stands there. */
static enum err_code mend_at(struct reader *r, uint32_t i, uint32_t *ret_next, uint32_t *mended)
{
    struct run run, second, third;
    *ret_next = i + 1;
    if (r->words[i].kind == WORD_MARK || !run_at(r, i, &run))
        return ERR_NONE;
    *ret_next = run.last;
    uint32_t before = i > 0 ? i - 1 : r->word_count;
    bool day_word = has_class(r, before, LEX_DAY_WORD), month_word = has_class(r, before, LEX_MONTH_WORD);
    bool label = has_class(r, before, LEX_NUMBER_LABEL) ||
                 (i > 1 && sep_at(r, before, ":") && has_class(r, i - 2, LEX_NUMBER_LABEL));
    bool tail = sep_at(r, before, "/.") && !r->words[i].spaced && i > 1 && r->words[i - 2].kind == WORD_NUMBER;
    unsigned parts = tail ? 0 : date_parts(r, &run, day_word, &second, &third);
    if (!parts) {
        parts = tail ? 0 : number_parts(r, &run, label, &third);
        if (parts == 2) {
            second = third;
        } else if (!parts && month_word && is_part(&run, 12)) {
            /* "tháng l2", "tháng 12/2O27" */
            parts = sep_at(r, run.last, "/-.") && run_at(r, run.last + 1, &second) && is_year(&second) ? 2 : 1;
        } else if (!parts && day_word && is_part(&run, 31)) {
            parts = 1;
        } else if (!parts && is_year(&run)) {
            /* "năm 2O27", "quý II/2O27" */
            parts = has_class(r, before, LEX_YEAR_WORD) ||
                    (i > 2 && sep_at(r, before, "/-") && has_class(r, i - 3, LEX_QUARTER_WORD));
        } else if (!parts && has_digit(&run) && is_part(&run, 31) && has_class(r, run.last, LEX_MONTH_WORD)) {
            /* "trước 3O tháng 6" */
            parts = run_at(r, run.last + 1, &second) && is_part(&second, 12);
        }
    }
    if (!parts && !tail && is_length(r, &run))
        parts = 1;
    if (parts > 0)
        TRY(run_mend(r, &run, mended));
    if (parts > 1) {
        TRY(run_mend(r, &second, mended));
        *ret_next = second.last;
    }
    if (parts > 2) {
        TRY(run_mend(r, &third, mended));
        *ret_next = third.last;
    }
    return ERR_NONE;
}

enum err_code numbers_mend(struct reader *r)
{
    uint32_t mended = 0;
    for (uint32_t i = 0; r->may_need_mending && i < r->word_count;)
        TRY(mend_at(r, i, &i, &mended));
    if (!mended)
        return ERR_NONE;
    uint32_t count = 0;
    for (uint32_t i = 0; i < r->word_count; i++)
        if (r->words[i].to)
            r->words[count++] = r->words[i];
    memset(&r->words[count], 0, (r->word_count - count) * sizeof r->words[0]);
    r->word_count = count;
    reader_renew(r);
    return ERR_NONE;
}
