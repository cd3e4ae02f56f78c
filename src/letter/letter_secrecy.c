/* letter_secrecy.c - the stamp of secrecy, wherever a letter carries it: in its head, on an annex, at the top of a
 * page. */
#include "letter/letter_layout.h"

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
const char *stamp_at(const struct reader *r, uint32_t k)
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
