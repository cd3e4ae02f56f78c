/* letter_field.c - a task with its particulars on lines of their own, as plans write them:
 *     - Tổ chức 02 hội nghị tuyên truyền.
 *     Đơn vị chủ trì: Phòng Văn hóa - Xã hội; đơn vị phối hợp: Công an xã.
 *     Thời gian hoàn thành: Quý II/2027.
 * They are no duties and no actors of what follows: they belong to the task above. */
#include "letter/letter_duty.h"

#include <stdlib.h>

/* Words of "Đơn vị chủ trì:" at i, 0: none. */
static uint32_t label_at(const struct reader *r, uint32_t i, uint32_t to, const struct lex_phrase **ret)
{
    uint32_t n = i < to && has_class(r, i, LEX_FIELD) ? class_at(r, i, to, LEX_FIELD, ret) : 0;
    return n && is_mark(r, i + n, ':') && i + n + 1 < to ? n + 1 : 0;
}

static uint32_t skip_bullet(const struct reader *r, uint32_t i, uint32_t to)
{
    while (i < to && is_bullet(r, i))
        i++;
    return i;
}

bool is_field(const struct reader *r, uint32_t from, uint32_t to)
{
    const struct lex_phrase *hit;
    return label_at(r, skip_bullet(r, from, to), to, &hit) > 0;
}

/* First word at or behind byte `at`. */
static uint32_t word_at_byte(const struct reader *r, uint32_t at)
{
    uint32_t low = 0, high = r->word_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (r->words[middle].from < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The task has its own actor now: which obligations it answers to is asked anew. */
static enum err_code actor_change(struct duties *d, struct letter_duty *duty, uint32_t first, uint32_t last)
{
    struct reader *r = d->r;
    if (!duty->actor.at.to)
        duty->confidence_percent += 10;
    TRY(words_value(r, first, last, &duty->actor));
    duty->obligation_count = 0;
    match_duty(r, word_at_byte(r, duty->quote.from), word_at_byte(r, duty->quote.to), first, last, duty);
    qsort(duty->obligations, duty->obligation_count, sizeof duty->obligations[0], obligation_compare);
    return ERR_NONE;
}

static enum err_code time_put(struct reader *r, const char *what, uint32_t first, uint32_t last,
                              struct letter_duty *duty)
{
    struct letter_duty with = *duty;
    if (strcmp(what, "due") != 0 && strcmp(what, "time") != 0)
        return ERR_NONE;
    TRY(when_said(r, first, last, &with));
    if (strcmp(what, "due") == 0 || with.deadline.date != CIVIL_NONE || with.period.is_known)
        *duty = with;
    return ERR_NONE;
}

static enum err_code field_put(struct duties *d, const char *what, uint32_t first, uint32_t last)
{
    struct reader *r = d->r;
    last = trim_end(r, first, last);
    for (size_t i = d->item_duty; i < r->letter->duties.count && first < last; i++) {
        struct letter_duty *duty = &r->letter->duties.items[i];
        /* an actor that the item does not name itself stands further up and is for many */
        bool own = duty->actor.at.to && duty->actor.at.from >= r->words[d->item_from].from;
        if (strcmp(what, "lead") == 0 && !own)
            TRY(actor_change(d, duty, first, last));
        else if (strcmp(what, "with") == 0 &&
                 !(duty->co_actors.count && duty->co_actors.items[0].at.from >= duty->quote.from))
            TRY(helpers_list(r, first, last, duty));
        else if (strcmp(what, "product") == 0 && !duty->product.at.to)
            TRY(words_value(r, first, last, &duty->product));
        else if (!duty->deadline.is_known && !duty->period.is_known)
            TRY(time_put(r, what, first, last, duty));
    }
    return ERR_NONE;
}

enum err_code field_read(struct duties *d, uint32_t from, uint32_t to, bool *ret_read)
{
    struct reader *r = d->r;
    *ret_read = false;
    const struct lex_phrase *hit, *next = NULL;
    uint32_t i = skip_bullet(r, from, to), n = label_at(r, i, to, &hit);
    if (!n || d->item_duty >= r->letter->duties.count)
        return ERR_NONE;
    *ret_read = true;
    for (uint32_t first = i + n, more; n; n = more, first = i + n, hit = next) {
        more = 0;
        for (i = first; i < to && !more; i++)
            if (is_mark(r, i, ';') || is_mark(r, i, ',') || is_mark(r, i, '.'))
                more = label_at(r, i + 1, to, &next);
        TRY(field_put(d, hit->value, first, more ? i - 1 : to));
    }
    return ERR_NONE;
}
