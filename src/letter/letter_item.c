/* letter_item.c - the body cut into items ("I.", "1.", "a)", "-") and these into sentences. */
#include "letter/letter_duty.h"

#define HEADING_WORDS_MAX 24u
#define PART_WORDS_MAX    3u /* "Phần thứ nhất." */

static unsigned rank_of(const struct item *item)
{
    return (unsigned)item->kind;
}

static bool is_roman(const struct reader *r, uint32_t i)
{
    struct str s = word_text(r, i);
    for (size_t k = 0; k < s.len_bytes; k++)
        if (!strchr("IVX", s.ptr[k]))
            return false;
    return s.len_bytes > 0 && s.len_bytes <= 5;
}

/* A mark at the start of a line: words taken. */
static uint32_t item_at(const struct reader *r, uint32_t i, uint32_t end, const struct duties *d, struct item *ret)
{
    const struct word *w = &r->words[i];
    *ret = (struct item){.mark = {i, i}};
    if (i + 1 >= end)
        return 0;
    if (w->kind == WORD_MARK && strchr("-+*\x01", w->mark) && r->words[i + 1].kind != WORD_MARK) {
        ret->kind = ITEM_BULLET;
        ret->bullet = w->mark;
        return 1;
    }
    bool closed = i == r->body_from || r->words[i - 1].kind == WORD_MARK;
    if (w->kind == WORD_NUMBER && w->digits <= 2) {
        uint32_t at = i + 1, parts = 1;
        while (is_mark(r, at, '.') && at + 1 < end && r->words[at + 1].kind == WORD_NUMBER &&
               !r->words[at + 1].spaced && r->words[at + 1].digits <= 2 && parts < 4) {
            at += 2;
            parts++;
        }
        bool dot = is_mark(r, at, '.'), paren = is_mark(r, at, ')');
        if (!dot && !paren && parts == 1)
            return 0;
        if (dot || paren)
            at++;
        if (at >= end || r->words[at].kind == WORD_NUMBER || !r->words[at].spaced)
            return 0;
        ret->number = r->words[i].number;
        ret->kind = paren ? ITEM_PAREN_NUMBER : parts == 1 ? ITEM_NUMBER : parts == 2 ? ITEM_NUMBER2 : ITEM_NUMBER3;
        if (!closed && parts == 1) {
            uint32_t expect = 1;
            for (unsigned k = 1; k <= d->depth; k++)
                if (d->stack[k].item.kind == ret->kind)
                    expect = d->stack[k].item.number + 1;
            if (ret->number != expect && ret->number != 1)
                return 0; /* "tháng / 4. Các …" of a broken line */
        }
        return at - i;
    }
    if (w->kind == WORD_TEXT && w->to - w->from <= 2 && is_mark(r, i + 1, ')') && !r->words[i + 1].spaced &&
        (!w->upper_first || r->is_shouted)) {
        ret->kind = ITEM_LETTER;
        return 2;
    }
    if (w->kind == WORD_TEXT && w->upper_all && is_roman(r, i) && (is_mark(r, i + 1, '.') || is_mark(r, i + 1, '/')) &&
        closed) {
        ret->kind = ITEM_ROMAN;
        return 2;
    }
    if (has_class(r, i, LEX_ARTICLE_WORD) && w->upper_first && r->words[i + 1].kind == WORD_NUMBER && closed) {
        ret->kind = ITEM_ARTICLE;
        return is_mark(r, i + 2, '.') || is_mark(r, i + 2, ':') ? 3 : 2;
    }
    return 0;
}

/* Printed lines are filled: had the first word of this line room on the one before, the break was meant. */
static bool break_was_meant(const struct duties *d, uint32_t i)
{
    const struct reader *r = d->r;
    const struct line *before = &r->lines[r->words[i - 1].line];
    struct str s = {r->text.ptr + before->from, before->to - before->from};
    return utf8_count(s) + 1 + utf8_count(word_text(r, i)) <= d->line_width;
}

static bool starts_paragraph(const struct duties *d, const struct item *current, uint32_t i)
{
    const struct reader *r = d->r;
    const struct word *w = &r->words[i], *previous = &r->words[i - 1];
    if (!(w->upper_first || w->kind == WORD_NUMBER || (w->kind == WORD_MARK && (w->mark == '"' || w->mark == '('))))
        return false;
    char end = previous->kind == WORD_MARK ? previous->mark : 0;
    bool blank = !r->is_double_spaced && line_gap(r, i) > 1;
    if (end == '.' || end == ':')
        return blank || break_was_meant(d, i);
    if (end == ';')
        return blank || (current->kind == ITEM_NONE && break_was_meant(d, i));
    if (end == ',' || end == '-' || end == '&' || end == '/')
        return false;
    return blank;
}

/* A heading has no mark at its end: "III. TỔ CHỨC THỰC HIỆN" or "2. Phòng Tài chính - Kế hoạch", with its text on the
 * next line. Word i starts a line. */
static bool heading_ends(const struct duties *d, const struct item *item, uint32_t i)
{
    const struct reader *r = d->r;
    const struct word *w = &r->words[i];
    uint32_t first = item->words.from, unused;
    if (item->kind == ITEM_NONE || item->kind == ITEM_BULLET || i <= first || r->words[i - 1].kind == WORD_MARK ||
        !w->capital)
        return false;
    bool shouted = true;
    for (uint32_t k = first; k < i && shouted; k++)
        shouted = r->words[k].kind != WORD_TEXT || r->words[k].upper_all;
    if (shouted && !r->is_shouted)
        return !w->upper_all;
    if (is_over_page(r, i) || !break_was_meant(d, i))
        return false;
    if (item->kind <= ITEM_ROMAN && i - first <= HEADING_WORDS_MAX)
        return true;
    return i - first <= HEADING_WORDS_MAX && is_org(r, first, i) && main_verb(r, first, i, &unused) >= i;
}

static bool ends_sentence(const struct reader *r, uint32_t i, uint32_t end)
{
    if (!is_mark(r, i, '.'))
        return false;
    if (i + 1 >= end || is_mark(r, i + 1, '/'))
        return true;
    const struct word *next = &r->words[i + 1], *previous = &r->words[i > 0 ? i - 1 : 0];
    if (!next->spaced || !(next->upper_first || next->kind == WORD_NUMBER || next->mark == '"'))
        return false;
    /* "TP. Trúc Lâm", "P.T.T. Huyền" */
    return !(i > 0 && previous->kind == WORD_TEXT && previous->upper_all && !r->is_shouted &&
             previous->to - previous->from <= 3 && previous->line == next->line);
}

/* Behind "Phần I.", "A." at the start of a heading. */
static uint32_t skip_part(const struct reader *r, uint32_t i, uint32_t end)
{
    if (r->words[i].kind == WORD_TEXT && r->words[i].to - r->words[i].from == 1 && is_mark(r, i + 1, '.') &&
        i + 2 < end)
        return i + 2;
    if (!has_class(r, i, LEX_PART_WORD))
        return i;
    for (uint32_t k = i + 1; k + 1 < end && k <= i + PART_WORDS_MAX; k++)
        if (r->words[k].kind == WORD_MARK)
            return k + 1;
    return i;
}

/* Where the heading that the item is, or begins with, ends; its first word when it is none: "I. KẾT QUẢ", "Kết quả thực
 * hiện:", a line in capitals. */
static uint32_t heading_end(const struct reader *r, const struct item *item, bool is_heading)
{
    uint32_t from = item->words.from, to = item->words.to, last = from;
    bool open =
        is_heading || is_mark(r, to - 1, ':') || (item->kind == ITEM_NONE && r->words[to - 1].kind != WORD_MARK);
    if (open && to - from <= HEADING_WORDS_MAX)
        return to;
    while (last < to && r->words[last].line == r->words[from].line &&
           (r->words[last].kind != WORD_TEXT || r->words[last].upper_all))
        last++;
    return !r->is_shouted && last > from + 1 && last < to && r->words[last].starts_line ? last : from;
}

/* "Tình hình phức tạp, các đơn vị cần thực hiện ngay:", "Kết quả gửi về Sở trước ngày 15/6:": no heading that tells. */
static bool asks(const struct reader *r, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++)
        if (has_class(r, i, LEX_MODAL) || has_class(r, i, LEX_BEFORE) || has_class(r, i, LEX_UNTIL) ||
            has_class(r, i, LEX_DESTINATION) || (is_mark(r, i, ',') && is_org(r, i + 1, to)))
            return true;
    return class_in(r, from, to, LEX_PAST_HEAD_NOT, NULL) || is_order(r, from, to);
}

/* "Phương hướng, nhiệm vụ …", "Đề nghị:" in [at, end): a heading that asks. */
static bool asks_from(const struct reader *r, const struct item *item, uint32_t at, uint32_t end)
{
    const struct lex_phrase *hit = NULL;
    uint32_t n = at < end && has_class(r, at, LEX_TASK_HEAD) ? class_at(r, at, end, LEX_TASK_HEAD, &hit) : 0;
    bool below = item->kind > ITEM_ROMAN;
    bool whole = at + n + (r->words[end - 1].kind == WORD_MARK) >= end;
    return n && (whole || !below || !hit || !hit->value);
}

/* Does a part of the letter begin that tells of the past ("II. KẾT QUẢ THỰC HIỆN"), or end? */
static void past_follow(struct duties *d, const struct item *item, bool is_heading)
{
    const struct reader *r = d->r;
    const uint32_t end = heading_end(r, item, is_heading), at = skip_part(r, item->words.from, item->words.to);
    bool beside = d->past.kind != ITEM_NONE && item->kind != ITEM_NONE &&
                  (item->kind < d->past.kind || (item->kind == d->past.kind && item->bullet == d->past.bullet));
    if (d->past.is_on &&
        (beside || asks_from(r, item, at, end) ||
         (item->kind == ITEM_NONE && (d->past.is_list || is_order(r, item->words.from, item->words.to)))))
        d->past.is_on = false;
    uint32_t n = at < end && has_class(r, at, LEX_PAST_HEAD) ? class_at(r, at, end, LEX_PAST_HEAD, NULL) : 0;
    if (!n || asks(r, at + n, end))
        return;
    d->past.is_on = true;
    d->past.kind = item->kind;
    d->past.bullet = item->bullet;
    d->past.is_list = item->kind == ITEM_NONE && end == item->words.to && is_mark(r, end - 1, ':');
}

static enum err_code item_read(struct duties *d, const struct item *item, bool is_heading)
{
    struct reader *r = d->r;
    /* "3. Giao Sở A:" and below it a paragraph without a mark: it stands under the item */
    bool under = item->kind == ITEM_NONE && d->header_open && d->depth > 0;
    if (item->kind == ITEM_NONE && !under) {
        d->depth = 0;
    } else if (!under) {
        /* a mark of the same kind below on the stack is a neighbour; else of a higher rank is above */
        unsigned keep = d->depth;
        for (unsigned k = 1; k <= d->depth; k++)
            if (d->stack[k].item.kind == item->kind && d->stack[k].item.bullet == item->bullet) {
                keep = k - 1;
                break;
            }
        while (keep > 0 && rank_of(&d->stack[keep].item) > rank_of(item))
            keep--;
        d->depth = keep + 1 < STACK_MAX ? keep + 1 : STACK_MAX - 1;
        d->stack[d->depth] = (struct level){.item = *item};
    }
    if (!under)
        d->current = *item;
    d->header_open = under || (item->kind != ITEM_NONE && (is_heading || is_mark(r, item->words.to - 1, ':')));
    past_follow(d, item, is_heading);
    d->is_told = under && d->stack[d->depth].is_told;
    if (is_heading)
        d->stack[d->depth].is_told = has_class(r, item->words.from, LEX_TOLD_HEAD);
    d->is_lead = r->letter->is_article && item->words.from == r->body_from;
    /* in a news item the ones who must do it are named once, in an earlier paragraph */
    if (!r->letter->is_article || item->kind != ITEM_NONE)
        d->actor = (struct range){0};
    d->helpers = (struct range){0};
    for (unsigned k = d->depth + 1; k-- > 0;) {
        if (item->kind == ITEM_NONE && !under && k == 0)
            break;
        if (d->stack[k].actor.to) {
            d->actor = d->stack[k].actor;
            d->helpers = d->stack[k].helpers;
            break;
        }
    }
    uint32_t from = item->words.from;
    if (!is_field(r, from, item->words.to)) {
        d->item_duty = r->letter->duties.count;
        d->item_from = from;
    }
    for (uint32_t i = from; i < item->words.to; i++) {
        if (r->words[i].kind == WORD_MARK && strchr("([\"", r->words[i].mark)) {
            uint32_t close = skip_group(r, i, item->words.to);
            if (close < item->words.to)
                i = close;
            continue;
        }
        bool last = i + 1 == item->words.to;
        if (!last && !ends_sentence(r, i, item->words.to))
            continue;
        bool header = last && (is_mark(r, i, ':') || is_heading);
        uint32_t to = last ? item->words.to : i;
        if (item->kind == ITEM_NONE && header)
            d->stack[0] = (struct level){0};
        TRY(sentence_read(d, from, to, header));
        from = i + 1;
    }
    return ERR_NONE;
}

static size_t width_of_lines(const struct reader *r)
{
    /* the 90th hundredth of the widths, by counting */
    uint32_t counts[256] = {0}, total = 0;
    for (uint32_t i = 0; i < r->line_count; i++) {
        if (r->lines[i].is_blank)
            continue;
        size_t n = utf8_count((struct str){r->text.ptr + r->lines[i].from, r->lines[i].to - r->lines[i].from});
        counts[n < 255 ? n : 255]++;
        total++;
    }
    uint32_t seen = 0;
    for (size_t n = 0; n < 256; n++) {
        seen += counts[n];
        if ((uint64_t)seen * 100 >= (uint64_t)total * 90)
            return n == 255 ? SIZE_MAX : n;
    }
    return SIZE_MAX;
}

enum err_code duties_read(struct reader *r)
{
    struct duties *d = arena_new(r->arena, struct duties);
    if (!d)
        return arena_full(r->arena, r->err);
    d->r = r;
    d->line_width = width_of_lines(r);
    struct item item = {.words = {r->body_from, r->body_from}};
    for (uint32_t i = r->body_from; i <= r->body_to; i++) {
        struct item next = {0};
        uint32_t taken = 0;
        bool cut = i == r->body_to, heading = false;
        uint32_t over = i; /* behind the table that starts here */
        while (over < r->body_to && r->lines[r->words[over].line].is_table)
            over++;
        cut = cut || over > i;
        if (!cut && r->words[i].starts_line) {
            taken = item_at(r, i, r->body_to, d, &next);
            heading = !taken && heading_ends(d, &item, i);
            cut = taken || heading || (i > item.words.from && starts_paragraph(d, &item, i));
        }
        if (!cut)
            continue;
        item.words.to = i;
        if (item.words.from < item.words.to)
            /* "II. Tổ chức thực hiện" over items of a lower rank, without a mark at its end */
            TRY(item_read(d, &item,
                          heading || (taken && item.kind != ITEM_NONE && next.kind > item.kind &&
                                      r->words[i - 1].kind != WORD_MARK)));
        item = next;
        if (taken)
            item.mark = (struct range){i, i + taken};
        item.words = (struct range){i + taken, i + taken};
        if (over > i)
            item.words = (struct range){over, over};
        if (taken > 1)
            i += taken - 1;
        else if (over > i)
            i = over - 1;
    }
    if (!r->letter->issuer.at.to)
        r->letter->issuer = r->letter->is_article ? (struct letter_value){0} : d->issuer;
    return ERR_NONE;
}
