#include "letter/letter_read.h"

#define HEAD_PIECES_MAX     60u
#define KINH_GUI_PIECES_MAX 400u /* the menus of a web page may stand before it */
#define ANNEXES_MAX         100u
#define SUBJECT_WORDS_MAX   90u
#define NUMBERS_MAX         8u
#define ISSUERS_MAX         16u
#define RECIPIENTS_MAX      200u
#define ITEM_WORDS_MAX      120u
#define FRAME_WORDS_MAX     8u
#define NAMES_MAX           30u
#define PARAGRAPH_WORDS_MIN 24u /* a line of the body, in one piece; a subject of that length stands over two */
#define SENTENCE_WORDS_MIN  8u
#define NONE                UINT32_MAX

/* The phrase is all of the piece but for marks. */
static const struct lex_phrase *piece_is(const struct reader *r, uint32_t k, enum letter_class cls)
{
    uint32_t i = piece_of(r, k)->first, end = piece_of(r, k)->last;
    while (i < end && r->words[i].kind == WORD_MARK)
        i++;
    const struct lex_phrase *hit;
    uint32_t taken = class_at(r, i, end, cls, &hit);
    if (!taken)
        return NULL;
    for (i += taken; i < end; i++)
        if (r->words[i].kind != WORD_MARK)
            return NULL;
    return hit;
}

static uint32_t piece_find(const struct reader *r, uint32_t from, uint32_t to, enum letter_class cls)
{
    for (uint32_t k = from; k < to; k++)
        if (piece_starts(r, k, cls))
            return k;
    return NONE;
}

/* Does piece k open the addressees? "Kính gửi", or in a telegram "CHỦ TỊCH UBND TỈNH điện:". Returns their first word
 * or 0. */
static uint32_t addressees_at(const struct reader *r, uint32_t k)
{
    const struct piece *p = piece_of(r, k);
    if (has_class(r, p->first, LEX_KINH_GUI))
        return p->first + 2 + (is_mark(r, p->first + 2, ':'));
    for (uint32_t i = p->first; i + 1 < p->last; i++)
        if (has_class(r, i, LEX_WIRES) && is_mark(r, i + 1, ':') && (i == p->first || r->words[p->first].upper_first))
            return i + 2;
    return 0;
}

/* The subject of a typed document stands right below its kind. */
static bool is_below_type(const struct reader *r, uint32_t k)
{
    return k > 0 && piece_of(r, k - 1)->is_upper && piece_is(r, k - 1, LEX_DOC_TYPE);
}

/* "1. Cơ bản …", "I. …", "Điều 1. …", or a whole paragraph: no head has these. */
static bool is_body_piece(const struct reader *r, uint32_t k)
{
    const struct piece *p = piece_of(r, k);
    const struct word *w = &r->words[p->first];
    if (k == 0 || !w->starts_line || is_below_type(r, k) || piece_starts(r, k, LEX_ABOUT))
        return false;
    bool dot = is_mark(r, p->first + 1, '.') && p->first + 2 < p->last && r->words[p->first + 2].spaced;
    if (dot && ((w->kind == WORD_NUMBER && w->number == 1) || str_equal(word_text(r, p->first), STR("I"))))
        return true;
    if (has_class(r, p->first, LEX_ARTICLE_WORD) && w->capital && p->first + 1 < p->last &&
        r->words[p->first + 1].kind == WORD_NUMBER)
        return true;
    if (p->is_upper && !r->is_shouted)
        return false;
    /* "Các đơn vị thực hiện nhiệm vụ theo Phụ lục kèm theo./." */
    bool sentence = r->words[p->last - 1].kind == WORD_MARK && strchr(".:", r->words[p->last - 1].mark);
    return p->last - p->first >= (sentence ? SENTENCE_WORDS_MIN : PARAGRAPH_WORDS_MIN);
}

static uint32_t head_pieces(const struct reader *r)
{
    uint32_t count = (uint32_t)r->pieces.count;
    uint32_t kg = piece_find(r, 0, count < KINH_GUI_PIECES_MAX ? count : KINH_GUI_PIECES_MAX, LEX_KINH_GUI);
    if (kg != NONE)
        return kg;
    for (uint32_t k = 0; k < count && k < HEAD_PIECES_MAX; k++) {
        if (addressees_at(r, k))
            return k;
        const struct word *w = &r->words[piece_of(r, k)->first];
        bool item = w->kind == WORD_MARK && (w->mark == '-' || w->mark == '+');
        if (item || is_body_piece(r, k) ||
            (k > 0 && !is_below_type(r, k) && piece_starts(r, k, LEX_PREAMBLE) &&
             (!piece_of(r, k)->is_upper || r->is_shouted) && !piece_starts(r, k, LEX_ABOUT) &&
             !has_class(r, piece_of(r, k)->first, LEX_DAY_WORD)))
            return k;
    }
    return count < HEAD_PIECES_MAX ? count : HEAD_PIECES_MAX;
}

/* --- the stamp of secrecy --- */

/* One letter of a stamp, however much of its marks a copy has lost: "Ậ", "Â", "Ạ", "A" stand for the same. */
static bool is_stamp_letter(uint32_t cp, char base)
{
    static const struct {
        char base;
        uint32_t with[3];
    } rows[] = {{'a', {0xE2, 0x1EA1, 0x1EAD}}, {'o', {0xF3, 0xF4, 0x1ED1}}, {'e', {0xEA, 0x1EB9, 0x1EC7}}};
    if (cp == (unsigned char)base)
        return true;
    for (unsigned k = 0; k < ARRAY_LEN(rows); k++)
        if (rows[k].base == base)
            return cp == rows[k].with[0] || cp == rows[k].with[1] || cp == rows[k].with[2];
    return false;
}

/* "MẬT", "M Ậ T", "TỐI-MẬT", "[Tuyệt mật]", "TOI MAT": all letters of s and nothing more. "MẮT" and "MẤT" are other
 * words. */
static const char *stamp_of(struct str s)
{
    static const struct {
        const char *letters;
        const char *stamp;
    } rows[] = {{"tuyetmat", "TUYỆT MẬT"}, {"toimat", "TỐI MẬT"}, {"mat", "MẬT"}};
    uint32_t letters[8];
    size_t count = 0, small = 0, marked = 0;
    bool upper_first = false, spaced = false;
    for (size_t pos = 0; pos < s.len_bytes;) {
        uint32_t cp = utf8_next(s, &pos);
        if (!viet_is_letter(cp)) {
            if (cp >= '0' && cp <= '9')
                return NULL;
            spaced = spaced || (count > 0 && cp == ' ');
            continue;
        }
        if (count == ARRAY_LEN(letters))
            return NULL;
        if (count == 0)
            upper_first = viet_is_upper(cp);
        small += !viet_is_upper(cp);
        marked += cp >= 0x80;
        letters[count++] = viet_lower_char(cp);
    }
    for (unsigned k = 0; k < ARRAY_LEN(rows); k++) {
        size_t n = strlen(rows[k].letters), i = 0;
        while (n == count && i < n && is_stamp_letter(letters[i], rows[k].letters[i]))
            i++;
        /* "Mật" is the stamp in small letters; a bare "Mat" might be anything */
        if (n == count && i == n && upper_first && (small == 0 || (marked && (!spaced || count > 3))))
            return rows[k].stamp;
    }
    return NULL;
}

static struct str piece_text(const struct reader *r, const struct piece *p)
{
    return (struct str){r->text.ptr + r->words[p->first].from, r->words[p->last - 1].to - r->words[p->first].from};
}

/* "MẬT - HỎA TỐC", "Độ mật: Tối mật", "TÀI LIỆU MẬT", "MẬT" alone. */
static const char *stamp_at(const struct reader *r, uint32_t k)
{
    const struct piece *p = piece_of(r, k);
    uint32_t first = p->first, last = p->last;
    if (last - first > 16)
        return NULL;
    for (uint32_t n;
         first < last && ((n = class_at(r, first, last, LEX_URGENCY, NULL)) > 0 || r->words[first].kind == WORD_MARK);)
        first += n ? n : 1;
    for (uint32_t i = first; i < last; i++)
        if (i > first && class_at(r, i, last, LEX_URGENCY, NULL) == last - i)
            last = i;
    uint32_t label = class_at(r, first, last, LEX_SECRECY_LABEL, NULL);
    if (label || (first < last && is_mark(r, first, ':')))
        first += label;
    if (first >= last)
        return NULL;
    /* "… bảo" / "MẬT" of a broken line */
    if (first == p->first && first > 0 && r->words[first].line - r->words[first - 1].line <= 1 &&
        has_class(r, first - 1, LEX_SECRET_PART))
        return NULL;
    struct piece rest = {.first = first, .last = last};
    const char *stamp = stamp_of(piece_text(r, &rest));
    /* "TỐI" / "MẬT" over two lines */
    if (stamp && strcmp(stamp, "MẬT") == 0 && k > 0 && first == p->first) {
        struct str above = piece_text(r, piece_of(r, k - 1)), both;
        char joined[64];
        int n = above.len_bytes < 24 ? snprintf(joined, sizeof joined, "%.*s MẬT", STR_ARG(above)) : 0;
        both = (struct str){joined, n > 0 ? (size_t)n : 0};
        const char *longer = n > 0 ? stamp_of(both) : NULL;
        stamp = longer ? longer : stamp;
    }
    if (stamp || piece_text(r, p).len_bytes > 4)
        return stamp;
    /* printed downwards, one letter a line */
    char column[40];
    size_t n = 0;
    for (uint32_t i = k; i < r->pieces.count && n + 4 < sizeof column; i++) {
        struct str letter = piece_text(r, piece_of(r, i));
        if (letter.len_bytes > 3 || utf8_count(letter) != 1)
            break;
        memcpy(column + n, letter.ptr, letter.len_bytes);
        n += letter.len_bytes;
    }
    return n > 2 ? stamp_of((struct str){column, n}) : NULL;
}

static const char *stamp_in(const struct reader *r, uint32_t from, uint32_t to)
{
    const char *stamp = NULL;
    for (uint32_t k = from; k < to && !stamp; k++)
        stamp = stamp_at(r, k);
    return stamp;
}

/* Does the line of piece k stand first on a page of a print? */
static bool is_page_top(const struct reader *r, uint32_t k)
{
    for (uint32_t i = r->lines[piece_of(r, k)->line].from; i > 0; i--) {
        char c = r->text.ptr[i - 1];
        if (c == '\f')
            return true;
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
            return false;
    }
    return false;
}

const char *secrecy_find(const struct reader *r)
{
    uint32_t count = (uint32_t)r->pieces.count;
    const char *stamp = stamp_in(r, 0, head_pieces(r));
    for (uint32_t k = 0; k < count && !stamp; k++) {
        if (piece_starts(r, k, LEX_ANNEX) && piece_of(r, k)->is_upper)
            stamp = stamp_in(r, k > 3 ? k - 3 : 0, k + 4 < count ? k + 4 : count);
        else if (piece_of(r, k)->last - piece_of(r, k)->first <= 16 && is_page_top(r, k))
            stamp = stamp_in(r, k, k + 2 < count ? k + 2 : count);
    }
    return stamp;
}

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
        TRY(words_value(r, number, number + 1, &one.number));
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

static enum err_code number_read(struct reader *r, uint32_t head)
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

static enum err_code date_read(struct reader *r, uint32_t head)
{
    uint32_t end = head < r->pieces.count ? piece_of(r, head)->first : r->word_count;
    for (uint32_t i = 0; i < end; i++) {
        if (!has_class(r, i, LEX_DAY_WORD))
            continue;
        uint32_t comma = place_end(r, i);
        if (comma == NONE)
            continue;
        int day, month, year;
        uint32_t at = blank_or_number(r, i + 1, &day);
        if (at >= end || !has_class(r, at, LEX_MONTH_WORD))
            continue;
        at = blank_or_number(r, at + 1, &month);
        if (at >= end || !has_class(r, at, LEX_YEAR_WORD))
            continue;
        at = blank_or_number(r, at + 1, &year);
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
    if (piece_starts(r, k, LEX_NUMBER_LABEL) && is_mark(r, p->first + 1, ':'))
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

static enum err_code subject_read(struct reader *r, uint32_t head)
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
static enum err_code type_read(struct reader *r, uint32_t head)
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

static enum err_code issuer_read(struct reader *r, uint32_t head)
{
    struct letter *letter = r->letter;
    struct letter_value found[2] = {0};
    uint32_t joined_to = NONE;
    for (uint32_t k = 0; k < head; k++) {
        const struct piece *p = piece_of(r, k);
        if (k == joined_to)
            continue;
        /* below "QUYẾT ĐỊNH" stands who decides, not the letterhead */
        if (found[1].at.to && p->is_upper && piece_is(r, k, LEX_DOC_TYPE))
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
        if (found[1].at.to && str_equal(found[1].text, value.text)) {
            letter->issuers.count = before;
            continue;
        }
        for (size_t i = 0; i + before < letter->issuers.count; i++)
            letter->issuers.items[i] = letter->issuers.items[i + before];
        letter->issuers.count -= before;
        found[0] = found[1];
        found[1] = value;
        k = next - 1;
    }
    letter->issuer = found[1];
    letter->issuer_parent = found[0];
    if (letter->numbers.count < 2 || letter->issuers.count != 1 || !found[0].at.to)
        return ERR_NONE;
    /* each has its number and stands on a line of its own: none is above the other */
    struct letter_value *second = vec_push(&letter->issuers, r->arena);
    if (!second)
        return arena_full(r->arena, r->err);
    letter->issuers.items[0] = found[0];
    *second = found[1];
    letter->issuer = found[0];
    letter->issuer_parent = (struct letter_value){0};
    return ERR_NONE;
}

static enum err_code recipient_add(struct reader *r, uint32_t first, uint32_t last)
{
    if (is_bullet(r, first))
        first++;
    last = trim_end(r, first, last);
    if (first >= last || r->letter->recipients.count >= RECIPIENTS_MAX)
        return ERR_NONE;
    struct letter_value *to = vec_push(&r->letter->recipients, r->arena);
    struct name *name = r->is_shouted && r->names.count < NAMES_MAX ? vec_push(&r->names, r->arena) : NULL;
    if (!to || (r->is_shouted && r->names.count < NAMES_MAX && !name))
        return arena_full(r->arena, r->err);
    if (name)
        *name = (struct name){first, last};
    return words_value(r, first, last, to);
}

/* Kính gửi: one name on the same line, or a list of dashes. Returns through *ret_end where the body starts. */
static enum err_code recipients_read(struct reader *r, uint32_t kg, uint32_t *ret_end)
{
    uint32_t i = addressees_at(r, kg), start = i;
    r->letter->has_recipients = true;
    bool list = false;
    for (; i <= r->word_count; i++) {
        bool at_end = i == r->word_count || i - start > ITEM_WORDS_MAX;
        bool new_line = !at_end && r->words[i].starts_line && i > start;
        bool closed = i > start && r->words[i - 1].kind == WORD_MARK && strchr(".;:", r->words[i - 1].mark);
        bool blank = new_line && !r->is_double_spaced && r->words[i].line - r->words[i - 1].line > 1;
        bool bullet = !at_end && r->words[i].starts_line && is_bullet(r, i);
        if (bullet) {
            TRY(recipient_add(r, start, i));
            start = i;
            list = true;
        } else if (at_end || (new_line && i > start && (closed || blank || has_class(r, i, LEX_PREAMBLE)))) {
            bool more = !at_end && !list && is_mark(r, i - 1, ';');
            /* an item closed by ";" may be followed by one without its dash only inside a list that has none */
            TRY(recipient_add(r, start, i));
            start = i;
            if (!more)
                break;
        } else if (!list && i > start && is_mark(r, i - 1, ';') && !r->words[i].starts_line) {
            TRY(recipient_add(r, start, i));
            start = i;
        }
    }
    *ret_end = start < r->word_count ? start : r->word_count;
    return ERR_NONE;
}

static enum err_code distribution_add(struct reader *r, uint32_t first, uint32_t last)
{
    if (is_bullet(r, first))
        first++;
    last = trim_end(r, first, last);
    if (first >= last || r->letter->distribution.count >= RECIPIENTS_MAX)
        return ERR_NONE;
    struct letter_recipient *item = vec_push(&r->letter->distribution, r->arena);
    if (!item)
        return arena_full(r->arena, r->err);
    uint32_t name_last = last;
    for (uint32_t i = first; i < last; i++) {
        if (!is_mark(r, i, '('))
            continue;
        const struct lex_phrase *hit;
        if (class_at(r, i + 1, last, LEX_PURPOSE, &hit)) {
            static const char *const names[] = {"",          "report",      "coordination", "execution",
                                                "direction", "information", "publication",  "archive"};
            for (unsigned p = 1; p < ARRAY_LEN(names); p++)
                if (strcmp(names[p], hit->value) == 0)
                    item->purpose = (enum letter_purpose)p;
            if (i > first)
                name_last = i;
        }
    }
    if (item->purpose == LETTER_PURPOSE_UNKNOWN && has_class(r, first, LEX_ARCHIVE))
        item->purpose = LETTER_PURPOSE_ARCHIVE;
    return words_value(r, first, trim_end(r, first, name_last), &item->to);
}

static enum err_code distribution_read(struct reader *r, uint32_t nn)
{
    r->letter->has_distribution = true;
    uint32_t first = piece_of(r, nn)->first + 2, last = piece_of(r, nn)->last;
    if (is_mark(r, first, ':'))
        first++;
    for (uint32_t k = nn; k < r->pieces.count; k++) {
        const struct piece *p = piece_of(r, k);
        uint32_t i = k == nn ? first : p->first;
        if (k > nn && (piece_starts(r, k, LEX_ANNEX) || piece_starts(r, k, LEX_KINH_GUI)))
            break;
        if (i >= p->last || (k > nn && !is_bullet(r, i)))
            continue;
        last = p->last;
        /* the item goes on below, until its ";" */
        for (uint32_t next = k + 1; next < r->pieces.count; next++) {
            const struct piece *q = piece_of(r, next);
            bool closed = r->words[last - 1].kind == WORD_MARK && strchr(".;", r->words[last - 1].mark);
            if (closed || q->first != last || is_bullet(r, q->first) || (q->is_upper && !is_mark(r, q->first, '(')) ||
                q->line - piece_of(r, next - 1)->line > 1 || q->line == piece_of(r, next - 1)->line ||
                q->last - i > ITEM_WORDS_MAX)
                break;
            last = q->last;
            k = next;
        }
        uint32_t start = i;
        for (; i < last; i++) {
            if (i > start && is_mark(r, i - 1, ';') && is_bullet(r, i)) {
                TRY(distribution_add(r, start, i));
                start = i;
            }
        }
        TRY(distribution_add(r, start, last));
    }
    return ERR_NONE;
}

/* "DANH SÁCH ĐƠN VỊ NHẬN CÔNG VĂN" with "(Kèm theo Công văn số …)" below it. */
static bool is_enclosed_list(const struct reader *r, uint32_t k)
{
    if (!piece_starts(r, k, LEX_ANNEX_LIST) || (k > 0 && piece_starts(r, k - 1, LEX_ANNEX))) /* that is its title */
        return false;
    for (uint32_t next = k + 1; next < r->pieces.count && next <= k + 3; next++)
        if (is_mark(r, piece_of(r, next)->first, '(') && has_class(r, piece_of(r, next)->first + 1, LEX_ATTACHED))
            return true;
    return false;
}

static enum err_code annexes_read(struct reader *r, uint32_t from)
{
    for (uint32_t k = from; k < r->pieces.count; k++) {
        const struct piece *p = piece_of(r, k);
        bool annex = piece_starts(r, k, LEX_ANNEX) && p->last - p->first <= 6;
        if (!p->is_upper || !(annex || is_enclosed_list(r, k)) || r->letter->attachments.count >= ANNEXES_MAX)
            continue;
        struct letter_attachment *a = vec_push(&r->letter->attachments, r->arena);
        if (!a)
            return arena_full(r->arena, r->err);
        a->is_inside = true;
        TRY(words_value(r, p->first, trim_end(r, p->first, p->last), &a->name));
        if (k + 1 < r->pieces.count && piece_of(r, k + 1)->is_upper)
            TRY(words_value(r, piece_of(r, k + 1)->first,
                            trim_end(r, piece_of(r, k + 1)->first, piece_of(r, k + 1)->last), &a->title));
    }
    return ERR_NONE;
}

/* What a web page puts around an article: cut from the words, so that no part sees it. Returns the first word that
 * counts. */
static uint32_t frame_cut(struct reader *r)
{
    uint32_t from = 0, words = r->word_count;
    for (uint32_t l = 0; l < r->line_count; l++) {
        const struct line *line = &r->lines[l];
        uint32_t n = line->last - line->first;
        if (n == 0 || n > FRAME_WORDS_MAX)
            continue;
        uint32_t first = line->first;
        while (first < line->last && r->words[first].kind == WORD_MARK)
            first++;
        if (first == line->last)
            continue;
        if (has_class(r, first, LEX_TAIL_FRAME) && line->first > 40) {
            r->word_count = line->first;
            for (uint32_t rest = l; rest < r->line_count; rest++)
                r->lines[rest].first = r->lines[rest].last = r->word_count;
            break;
        }
        if (l < 30 && has_class(r, first, LEX_HEAD_FRAME) && from == line->first && !is_mark(r, line->first, '-'))
            from = line->last;
    }
    while (r->pieces.count && r->pieces.items[r->pieces.count - 1].first >= r->word_count)
        r->pieces.count--;
    if (from || r->word_count < words)
        reader_spacing(r, from ? r->words[from - 1].line + 1 : 0,
                       r->word_count ? r->words[r->word_count - 1].line + 1 : 0);
    return from;
}

/* The heading of a news item: its first line that is no sentence. */
static enum err_code article_read(struct reader *r, uint32_t from)
{
    uint32_t k = 0;
    while (k < r->pieces.count && piece_of(r, k)->first < from)
        k++;
    r->body_from = from;
    for (uint32_t seen = 0; k < r->pieces.count && seen < 6; k++, seen++) {
        const struct piece *p = piece_of(r, k);
        const struct word *end = &r->words[p->last - 1];
        if ((end->kind == WORD_MARK && strchr(".;:", end->mark)) || is_bullet(r, p->first) ||
            r->words[p->first].kind != WORD_TEXT || has_class(r, p->first, LEX_COMMANDER))
            break;
        uint32_t last = p->last, next = k + 1 < r->pieces.count ? k + 1 : k;
        /* a heading over two lines */
        while (next > k && piece_of(r, next)->line == r->words[last - 1].line + 1 &&
               !r->words[piece_of(r, next)->first].capital && r->words[piece_of(r, next)->first].kind == WORD_TEXT &&
               last - p->first <= 40) {
            last = piece_of(r, next)->last;
            end = &r->words[last - 1];
            if (next + 1 == r->pieces.count)
                break;
            next++;
        }
        if (end->kind == WORD_MARK && strchr(".;:", end->mark))
            break;
        bool short_line = last - p->first <= 40;
        if (!short_line || (next > k && !r->words[piece_of(r, next)->first].capital))
            break;
        if (!r->letter->subject.at.to)
            TRY(words_value(r, p->first, last, &r->letter->subject));
        r->body_from = last;
        if (next > k)
            k = next - 1;
    }
    /* the author's name in capitals below */
    r->body_to = r->word_count;
    if (r->pieces.count && !r->is_shouted && piece_of(r, (uint32_t)r->pieces.count - 1)->is_upper &&
        piece_of(r, (uint32_t)r->pieces.count - 1)->first > r->body_from)
        r->body_to = piece_of(r, (uint32_t)r->pieces.count - 1)->first;
    return ERR_NONE;
}

enum err_code layout_read(struct reader *r)
{
    struct letter *letter = r->letter;
    uint32_t start = frame_cut(r);
    uint32_t count = (uint32_t)r->pieces.count;
    uint32_t head = head_pieces(r);
    uint32_t kg = head < count && addressees_at(r, head) ? head : NONE;
    TRY(number_read(r, head));
    TRY(date_read(r, head));
    TRY(type_read(r, head));
    if (!letter->subject.at.to)
        TRY(subject_read(r, head));
    for (uint32_t k = 0; k < head; k++) {
        const struct lex_phrase *hit = piece_of(r, k)->is_upper ? piece_is(r, k, LEX_URGENCY) : NULL;
        if (hit && !letter->urgency)
            letter->urgency = hit->value;
    }
    uint32_t body_from = head < count ? piece_of(r, head)->first : r->word_count;
    uint32_t body_piece = head;
    if (kg != NONE) {
        TRY(recipients_read(r, kg, &body_from));
        while (body_piece < count && piece_of(r, body_piece)->first < body_from)
            body_piece++;
    }
    uint32_t nn = NONE, sg = NONE, tail_from = body_piece;
    uint32_t close = NONE;
    for (uint32_t i = body_from; i + 2 < r->word_count && close == NONE; i++)
        if (is_mark(r, i, '.') && is_mark(r, i + 1, '/') && is_mark(r, i + 2, '.'))
            close = i;
    if (close != NONE)
        while (tail_from < count && piece_of(r, tail_from)->first <= close)
            tail_from++;
    nn = piece_find(r, tail_from, count, LEX_NOI_NHAN);
    sg = signer_find(r, close != NONE || nn == NONE ? tail_from : nn);
    if (nn != NONE && close == NONE) {
        uint32_t before = signer_find(r, body_piece);
        if (before < nn)
            sg = before;
    }
    bool is_letter = letter->symbol.at.to || letter->number.at.to || kg != NONE || nn != NONE ||
                     (sg != NONE && piece_starts(r, sg, LEX_ROLE)) ||
                     (letter->document_type && letter->date_text.at.to) || close != NONE;
    if (!is_letter) {
        letter->is_article = true;
        letter->document_type = NULL;
        letter->subject = (struct letter_value){0};
        letter->place = letter->date_text = (struct letter_value){0};
        letter->date = CIVIL_NONE;
        letter->year = 0;
        return article_read(r, start);
    }
    TRY(issuer_read(r, head));
    uint32_t top = sg;
    if (sg != NONE)
        signer_first(r, body_piece, &sg, &top);
    if (nn != NONE)
        TRY(distribution_read(r, nn));
    if (sg != NONE)
        TRY(signers_read(r, sg));
    r->body_from = body_from;
    r->address_from = kg != NONE ? piece_of(r, kg)->first : body_from;
    r->body_to = close != NONE ? close + 3 : r->word_count;
    if (close == NONE && nn != NONE && piece_of(r, nn)->first < r->body_to)
        r->body_to = piece_of(r, nn)->first;
    if (close == NONE && sg != NONE && piece_of(r, top)->first < r->body_to)
        r->body_to = piece_of(r, top)->first;
    if (r->body_to < r->body_from)
        r->body_to = r->body_from;
    /* A letter of no other type that is addressed to someone is a công văn. */
    if (!letter->document_type && (kg != NONE || letter->symbol.at.to)) {
        const struct lex_phrase *hit;
        uint32_t i = 0;
        while (i < r->word_count && letter->symbol.at.to && r->words[i].from < letter->symbol.at.from)
            i++;
        if (letter->symbol.at.to && class_at(r, i, r->word_count, LEX_SYMBOL_TYPE, &hit) &&
            r->words[i].to < letter->symbol.at.to)
            letter->document_type = hit->value;
        else if (kg != NONE)
            letter->document_type = "official_letter";
    }
    return annexes_read(r, tail_from);
}
