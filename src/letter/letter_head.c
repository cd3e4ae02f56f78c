/* letter_head.c - the head of a letter: its number, place and date, kind, subject and who issues it. */
#include "letter/letter_layout.h"

#define SUBJECT_WORDS_MAX 90u
#define NUMBERS_MAX       8u
#define ISSUERS_MAX       16u
#define PEER_LINES_MAX    2u /* between the names of two that issue together */
#define NONE              UINT32_MAX

/* "Số: 12/SGDĐT-VP" at word i of a piece; *ret_end is behind it, i when it is none. */
static enum err_code number_at(struct reader *r, uint32_t i, uint32_t last, uint32_t *ret_end)
{
    *ret_end = i++;
    bool labelled = is_mark(r, i, ':');
    if (labelled)
        i++;
    while (i < last && r->words[i].kind == WORD_MARK && strchr(".\x01-", r->words[i].mark) && !is_mark(r, i, '/'))
        i++;
    uint32_t number = NONE;
    if (i < last && r->words[i].kind == WORD_NUMBER)
        number = i++;
    uint32_t number_to = number + 1;
    /* "Số 31-KH/ĐU", as the Party numbers: "31-KH" of "ĐU" */
    if (number != NONE && is_mark(r, i, '-') && !r->words[i].spaced && i + 3 < last && !r->words[i + 1].spaced &&
        r->words[i + 1].kind == WORD_TEXT && r->words[i + 1].upper_all && is_mark(r, i + 2, '/')) {
        number_to = i + 2;
        i += 2;
    }
    while (i < last && r->words[i].kind == WORD_MARK && strchr(".\x01-", r->words[i].mark))
        i++;
    if (!is_mark(r, i, '/') || i >= last || (!labelled && number == NONE))
        return ERR_NONE;
    uint32_t symbol = ++i;
    while (i < last) {
        const struct word *w = &r->words[i];
        bool dash = w->kind == WORD_MARK && strchr("-&/", w->mark);
        bool after_dash = i > symbol && r->words[i - 1].kind == WORD_MARK;
        if (i > symbol && w->spaced && !dash && !after_dash)
            break;
        if (w->kind == WORD_MARK && !dash)
            break;
        i++;
    }
    i = trim_end(r, symbol, i);
    *ret_end = i;
    struct letter_number one = {0}, *each;
    TRY(words_value(r, symbol, i, &one.symbol));
    if (number != NONE)
        TRY(words_mended(r, number, number_to, &one.number));
    if (!r->letter->symbol.at.to || (number != NONE && !r->letter->number.at.to)) {
        r->letter->symbol = one.symbol;
        if (number != NONE)
            r->letter->number = one.number;
    }
    if (r->letter->numbers.count >= NUMBERS_MAX)
        return ERR_NONE;
    each = vec_push(&r->letter->numbers, r->arena);
    if (!each)
        return arena_full(r->arena, r->err);
    *each = one;
    return ERR_NONE;
}

enum err_code number_read(struct reader *r, uint32_t head)
{
    for (uint32_t k = 0; k < head; k++) {
        if (!piece_starts(r, k, LEX_NUMBER_LABEL))
            continue;
        uint32_t last = piece_of(r, k)->last, end;
        TRY(number_at(r, piece_of(r, k)->first, last, &end));
        /* a joint letter: "Số: 12/SGDĐT-VP; Số: 07/STP-VP" */
        while (end + 1 < last && r->words[end].kind == WORD_MARK && has_class(r, end + 1, LEX_NUMBER_LABEL)) {
            uint32_t from = end + 1;
            TRY(number_at(r, from, last, &end));
            if (end == from)
                break;
        }
    }
    return ERR_NONE;
}

static bool is_gap(const struct reader *r, uint32_t i)
{
    return i < r->word_count && r->words[i].kind == WORD_MARK && strchr(".\x01-", r->words[i].mark);
}

static uint32_t blank_or_number(const struct reader *r, uint32_t i, int *ret)
{
    *ret = 0;
    while (is_gap(r, i))
        i++;
    if (i < r->word_count && r->words[i].kind == WORD_NUMBER)
        *ret = (int)r->words[i++].number;
    while (is_gap(r, i))
        i++;
    return i;
}

/* "02/6/2027", "02-6-2027", "02.6.2027" at word i: where it ends, i when it is none. */
static uint32_t slashed_date(const struct reader *r, uint32_t i, uint32_t end, int *day, int *month, int *year)
{
    if (i + 4 >= end || r->words[i].kind != WORD_NUMBER || r->words[i].digits > 2 ||
        r->words[i + 1].kind != WORD_MARK || !strchr("/.-", r->words[i + 1].mark) ||
        r->words[i + 2].kind != WORD_NUMBER || r->words[i + 2].digits > 2 || r->words[i + 3].kind != WORD_MARK ||
        r->words[i + 3].mark != r->words[i + 1].mark || r->words[i + 4].kind != WORD_NUMBER ||
        r->words[i + 4].digits != 4)
        return i;
    *day = (int)r->words[i].number;
    *month = (int)r->words[i + 2].number;
    *year = (int)r->words[i + 4].number;
    return i + 5;
}

/* The comma behind the place, before "ngày" at i: "Trúc Lâm, ngày …", "Hà Nội, hồi 20 giờ 15 phút ngày …". */
static uint32_t place_end(const struct reader *r, uint32_t i)
{
    for (uint32_t back = 1; back <= 6 && back <= i; back++) {
        const struct word *w = &r->words[i - back];
        if (w->kind == WORD_MARK && w->mark == ',')
            return i - back;
        if (w->kind != WORD_NUMBER && !(w->kind == WORD_TEXT && has_class(r, i - back, LEX_CLOCK_WORD)))
            return NONE;
    }
    return NONE;
}

enum err_code date_read(struct reader *r, uint32_t head)
{
    uint32_t end = head < r->pieces.count ? piece_of(r, head)->first : r->word_count;
    for (uint32_t i = 0; i < end; i++) {
        if (!has_class(r, i, LEX_DAY_WORD))
            continue;
        uint32_t comma = place_end(r, i);
        if (comma == NONE)
            continue;
        int day, month, year;
        uint32_t at = slashed_date(r, i + 1, end, &day, &month, &year);
        if (at == i + 1) {
            at = blank_or_number(r, i + 1, &day);
            if (at >= end || !has_class(r, at, LEX_MONTH_WORD))
                continue;
            at = blank_or_number(r, at + 1, &month);
            if (at >= end || !has_class(r, at, LEX_YEAR_WORD))
                continue;
            at = blank_or_number(r, at + 1, &year);
        }
        /* The place stands before the comma, on the same line, its first word in capitals. */
        uint32_t from = comma;
        while (from > 0 && comma - from < 8 && r->words[from - 1].line == r->words[i].line &&
               (r->words[from - 1].kind == WORD_TEXT || is_mark(r, from - 1, '.') ||
                (is_mark(r, from - 1, '-') && !r->words[from - 1].spaced)))
            from--;
        while (from < comma && !r->words[from].capital)
            from++;
        for (uint32_t k = 0; k < head; k++)
            if (piece_of(r, k)->first > from && piece_of(r, k)->first <= comma)
                from = piece_of(r, k)->first;
        if (from == comma)
            continue; /* "…, ngày 5 tháng 6" inside a sentence */
        TRY(words_value(r, from, comma, &r->letter->place));
        while (at > i && (is_gap(r, at - 1) || is_mark(r, at - 1, ',')))
            at--;
        TRY(words_value(r, i, at, &r->letter->date_text));
        if (year >= 1945 && year <= 2200)
            r->letter->year = year;
        if (day && month && r->letter->year && civil_is_valid(year, month, day))
            r->letter->date = civil_to_day(year, month, day);
        return ERR_NONE;
    }
    return ERR_NONE;
}

static bool is_head_piece(const struct reader *r, uint32_t k)
{
    const struct piece *p = piece_of(r, k);
    if (piece_starts(r, k, LEX_NATIONAL) || piece_starts(r, k, LEX_KINH_GUI) || piece_is(r, k, LEX_URGENCY))
        return true;
    if (piece_starts(r, k, LEX_NUMBER_LABEL) &&
        (is_mark(r, p->first + 1, ':') ||
         (r->letter->symbol.at.to && r->words[p->first].from <= r->letter->symbol.at.from &&
          r->words[p->last - 1].to >= r->letter->symbol.at.to)))
        return true;
    return r->letter->date_text.at.to && r->words[p->first].from <= r->letter->date_text.at.from &&
           r->words[p->last - 1].to >= r->letter->date_text.at.from;
}

/* Lines of one thing in one column: from piece k on, as long as the next lines go on. Returns the words' end when they
 * are one run; in two columns the run ends at the first piece of the other column. */
static uint32_t block_end(const struct reader *r, uint32_t k, uint32_t head)
{
    uint32_t last = piece_of(r, k)->last, words = 0;
    for (uint32_t next = k + 1; next < head; next++) {
        const struct piece *p = piece_of(r, next), *previous = piece_of(r, next - 1);
        words += p->last - p->first;
        /* a blank line inside one sentence: the next word is in small letters or a number */
        bool same = !r->words[p->first].capital && r->words[p->first].kind != WORD_MARK;
        bool gap = p->line - previous->line > (r->is_double_spaced || same ? 3u : 1u);
        if (gap || is_head_piece(r, next) || words > SUBJECT_WORDS_MAX ||
            (p->is_upper && !r->is_shouted && p->last - p->first > 1) || p->line == previous->line)
            break;
        last = p->last;
    }
    return last;
}

enum err_code subject_read(struct reader *r, uint32_t head)
{
    struct letter *letter = r->letter;
    for (uint32_t k = 0; k < head; k++) {
        const struct piece *p = piece_of(r, k);
        uint32_t taken = class_at(r, p->first, p->last, LEX_ABOUT, NULL);
        if (!taken)
            continue;
        uint32_t first = p->first + taken;
        if (is_mark(r, first, ':'))
            first++;
        uint32_t last = block_end(r, k, head);
        if (!letter->document_type)
            letter->document_type = is_mark(r, p->first + 1, '/') ? "official_letter" : NULL;
        return words_value(r, first, trim_end(r, first, last), &letter->subject);
    }
    return ERR_NONE;
}

/* A typed document says its kind in capitals on a line of its own; what it is about stands below. */
enum err_code type_read(struct reader *r, uint32_t head)
{
    struct letter *letter = r->letter;
    for (uint32_t k = 0; k < head; k++) {
        const struct lex_phrase *hit = piece_of(r, k)->is_upper ? piece_is(r, k, LEX_DOC_TYPE) : NULL;
        if (!hit)
            continue;
        letter->document_type = hit->value;
        if (k + 1 < head && !is_head_piece(r, k + 1)) {
            uint32_t first = piece_of(r, k + 1)->first;
            uint32_t last = block_end(r, k + 1, head);
            uint32_t taken = class_at(r, first, last, LEX_ABOUT, NULL);
            TRY(words_value(r, first + taken, trim_end(r, first + taken, last), &letter->subject));
        }
        return ERR_NONE;
    }
    return ERR_NONE;
}

/* A piece that may be the second line of an organisation's name: capitals that start no name of their own. */
static bool goes_on(const struct reader *r, uint32_t above, uint32_t k)
{
    const struct piece *p = piece_of(r, k);
    /* "BỘ A -" / "BỘ B" of a joint circular */
    bool joint = is_mark(r, piece_of(r, above)->last - 1, '-');
    return p->is_upper && !piece_starts(r, k, LEX_NATIONAL) && !is_head_piece(r, k) && !piece_is(r, k, LEX_DOC_TYPE) &&
           !stamp_at(r, k) && r->words[p->first].kind == WORD_TEXT &&
           (joint || piece_starts(r, k, LEX_TITLE_MORE) || !piece_starts(r, k, LEX_TITLE_ORG));
}

/* Where two columns stand side by side: the left piece of the line below the left piece k; UINT32_MAX when k stands
 * alone on its line or nothing is below it. */
static uint32_t below_in_column(const struct reader *r, uint32_t k, uint32_t head)
{
    const struct piece *p = piece_of(r, k);
    if (k + 1 >= head || piece_of(r, k + 1)->line != p->line || (k > 0 && piece_of(r, k - 1)->line == p->line))
        return UINT32_MAX;
    uint32_t next = k + 1;
    while (next < head && piece_of(r, next)->line == p->line)
        next++;
    if (next >= head || piece_of(r, next)->line != p->line + 1 ||
        piece_of(r, next)->column >= piece_of(r, k + 1)->column)
        return UINT32_MAX;
    return next;
}

/* The span then also covers what stands between, in the other column. */
static enum err_code value_join(struct reader *r, struct letter_value *value, uint32_t above, uint32_t k)
{
    struct letter_value more;
    const char *between = is_mark(r, piece_of(r, above)->last - 1, '-') ? " - " : " ";
    TRY(words_value(r, piece_of(r, k)->first, trim_end(r, piece_of(r, k)->first, piece_of(r, k)->last), &more));
    value->text = arena_printf(r->arena, "%.*s%s%.*s", STR_ARG(value->text), between, STR_ARG(more.text));
    value->at.to = more.at.to;
    return str_is_null(value->text) ? arena_full(r->arena, r->err) : ERR_NONE;
}

/* Words [first, last) of a letterhead name one authority or go on with the last one; "BỘ A - BỘ B" names two. */
static enum err_code issuers_add(struct reader *r, uint32_t first, uint32_t last, bool goes_on_above)
{
    struct letter *letter = r->letter;
    for (uint32_t i = first, start = first; i < last; i++) {
        bool parts = i + 1 < last && is_mark(r, i, '-') && r->words[i].spaced && r->words[i + 1].spaced &&
                     has_class(r, i + 1, LEX_TITLE_ORG);
        if (i + 1 < last && !parts)
            continue;
        struct letter_value value;
        TRY(words_value(r, start, trim_end(r, start, i + 1), &value));
        if (start == first && goes_on_above && letter->issuers.count) {
            struct letter_value *above = &letter->issuers.items[letter->issuers.count - 1];
            above->text = arena_printf(r->arena, "%.*s %.*s", STR_ARG(above->text), STR_ARG(value.text));
            if (str_is_null(above->text))
                return arena_full(r->arena, r->err);
            above->at.to = value.at.to;
        } else if (letter->issuers.count < ISSUERS_MAX) {
            struct letter_value *one = vec_push(&letter->issuers, r->arena);
            if (!one)
                return arena_full(r->arena, r->err);
            *one = value;
        }
        start = i + 1;
    }
    return ERR_NONE;
}

/* A name of the letterhead: pieces [first, last] and what stands between in the other column. */
struct found {
    struct letter_value name;
    uint32_t first, last;
};

/* Do two names, one below the other, issue together? Most often the upper is above the lower ("UBND TỈNH" / "SỞ Y TẾ",
 * "SỞ Y TẾ" / "TRUNG TÂM …"); only where neither can be, as the lexicon says, are they two: a department and another, a
 * department and the police of the province. A ministry stands beside ministries only. */
static bool are_peers(const struct reader *r, const struct found *upper, const struct found *lower)
{
    const struct lex_phrase *a, *b;
    uint32_t i = piece_of(r, upper->first)->first, k = piece_of(r, lower->first)->first;
    if (piece_of(r, lower->first)->line - piece_of(r, upper->last)->line > PEER_LINES_MAX ||
        !class_at(r, i, r->word_count, LEX_PEER, &a) || !class_at(r, k, r->word_count, LEX_PEER, &b))
        return false;
    bool same = strcmp(a->value, b->value) == 0, ministry = strcmp(a->value, "ministry") == 0;
    if (same)
        return ministry || strcmp(a->value, "department") == 0;
    return !ministry && strcmp(b->value, "ministry") != 0;
}

enum err_code issuer_read(struct reader *r, uint32_t head)
{
    struct letter *letter = r->letter;
    struct found found[ISSUERS_MAX];
    uint32_t count = 0, joined_to = NONE;
    for (uint32_t k = 0; k < head; k++) {
        const struct piece *p = piece_of(r, k);
        if (k == joined_to)
            continue;
        /* below "QUYẾT ĐỊNH" stands who decides, not the letterhead */
        if (count && p->is_upper && piece_is(r, k, LEX_DOC_TYPE))
            break;
        if (!p->is_upper || !piece_starts(r, k, LEX_TITLE_ORG) || is_head_piece(r, k) || piece_is(r, k, LEX_DOC_TYPE) ||
            (letter->subject.at.to && r->words[p->first].from >= letter->subject.at.from &&
             r->words[p->first].from < letter->subject.at.to))
            continue;
        uint32_t last = p->last, next = k + 1;
        /* a name goes on below when the next line starts no other name */
        while (next < head && piece_of(r, next)->first == last &&
               piece_of(r, next)->line != piece_of(r, next - 1)->line && goes_on(r, next - 1, next)) {
            last = piece_of(r, next)->last;
            next++;
        }
        struct letter_value value;
        TRY(words_value(r, p->first, trim_end(r, p->first, last), &value));
        size_t before = letter->issuers.count;
        TRY(issuers_add(r, p->first, last, false));
        for (uint32_t above = k, below;
             (below = below_in_column(r, above, head)) != UINT32_MAX && goes_on(r, above, below); above = below) {
            const struct piece *q = piece_of(r, below);
            bool joint = is_mark(r, piece_of(r, above)->last - 1, '-') && has_class(r, q->first, LEX_TITLE_ORG);
            TRY(issuers_add(r, q->first, q->last, !joint));
            TRY(value_join(r, &value, above, below));
            joined_to = below;
        }
        if (count && str_equal(found[count - 1].name.text, value.text)) {
            letter->issuers.count = before;
            continue;
        }
        for (size_t i = 0; i + before < letter->issuers.count; i++)
            letter->issuers.items[i] = letter->issuers.items[i + before];
        letter->issuers.count -= before;
        if (count == ISSUERS_MAX)
            memmove(&found[0], &found[1], --count * sizeof found[0]);
        found[count++] = (struct found){.name = value, .first = k, .last = joined_to != NONE ? joined_to : next - 1};
        k = next - 1;
    }
    if (!count)
        return ERR_NONE;
    uint32_t top = count - 1;
    while (letter->issuers.count == 1 && top > 0 && are_peers(r, &found[top - 1], &found[top]))
        top--;
    /* each has its number and stands on a line of its own: none is above the other */
    if (letter->numbers.count > 1 && letter->issuers.count == 1 && top > 0 && top == count - 1)
        top--;
    letter->issuer = found[top].name;
    letter->issuer_parent = top > 0 ? found[top - 1].name : (struct letter_value){0};
    if (top == count - 1)
        return ERR_NONE;
    letter->issuers.count = 0;
    for (uint32_t i = top; i < count; i++) {
        struct letter_value *one = vec_push(&letter->issuers, r->arena);
        if (!one)
            return arena_full(r->arena, r->err);
        *one = found[i].name;
    }
    return ERR_NONE;
}
