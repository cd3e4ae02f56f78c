/* letter_layout.c - where the head of a letter ends, whom it is addressed to, where its body and its tail stand. */
#include "letter/letter_layout.h"

#define HEAD_PIECES_MAX     60u
#define KINH_GUI_PIECES_MAX 400u /* the menus of a web page may stand before it */
#define ANNEXES_MAX         100u
#define RECIPIENTS_MAX      200u
#define ITEM_WORDS_MAX      120u
#define FRAME_WORDS_MAX     8u
#define NAMES_MAX           30u
#define PARAGRAPH_WORDS_MIN 24u /* a line of the body, in one piece; a subject of that length stands over two */
#define SENTENCE_WORDS_MIN  8u
#define NONE                UINT32_MAX

/* The phrase is all of the piece but for marks. */
const struct lex_phrase *piece_is(const struct reader *r, uint32_t k, enum letter_class cls)
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

/* "TT   Nhiệm vụ   Thời hạn": two pieces of a line are heads of columns. */
static bool starts_table(const struct reader *r, uint32_t k)
{
    uint32_t heads = 0;
    if (!r->words[piece_of(r, k)->first].starts_line)
        return false;
    for (uint32_t i = k; i < r->pieces.count && piece_of(r, i)->line == piece_of(r, k)->line; i++)
        heads += piece_starts(r, i, LEX_COLUMN) && piece_is(r, i, LEX_COLUMN);
    return heads > 1;
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

uint32_t head_pieces(const struct reader *r)
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
        if (item || is_body_piece(r, k) || starts_table(r, k) ||
            (k > 0 && !is_below_type(r, k) && piece_starts(r, k, LEX_PREAMBLE) &&
             (!piece_of(r, k)->is_upper || r->is_shouted) && !piece_starts(r, k, LEX_ABOUT) &&
             !has_class(r, piece_of(r, k)->first, LEX_DAY_WORD)))
            return k;
    }
    return count < HEAD_PIECES_MAX ? count : HEAD_PIECES_MAX;
}

static enum err_code recipient_add(struct reader *r, uint32_t first, uint32_t last)
{
    if (is_bullet(r, first))
        first++;
    /* "1. Văn phòng UBND tỉnh;" */
    if (first + 2 < last && r->words[first].kind == WORD_NUMBER && r->words[first].digits <= 2 &&
        (is_mark(r, first + 1, '.') || is_mark(r, first + 1, ')')) && r->words[first + 2].spaced)
        first += 2;
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
