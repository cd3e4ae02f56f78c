/* letter_duty.c - a sentence read into duties: who is asked what, until when. */
#include "letter/letter_duty.h"
#include "base/limits.h"

#define COMMANDER_WORDS    120u /* how far into a sentence "yêu cầu" is looked for */
#define ISSUER_WORDS_MAX   18u
#define SENTENCE_WORDS_MAX 1500u
#define SPLIT_LOOK_WORDS   60u
#define HELPER_WORDS_MAX   200u /* of the sentence over a list, which is asked for each of its items */
#define LABEL_WORDS_MAX    5u   /* "Đợt 1:", "Về thời gian:" */

static struct range trim(const struct reader *r, uint32_t from, uint32_t to)
{
    while (to > from && r->words[to - 1].kind == WORD_MARK && strchr(".;,:/-", r->words[to - 1].mark))
        to--;
    while (from < to && r->words[from].kind == WORD_MARK && strchr(".;,:/-", r->words[from].mark))
        from++;
    return (struct range){from, to};
}

static const struct when *when_in(const struct duties *d, uint32_t from, uint32_t to, enum when_kind kind)
{
    for (size_t i = 0; i < d->when_count; i++)
        if (d->whens[i].kind == kind && d->whens[i].first >= from && d->whens[i].first < to)
            return &d->whens[i];
    return NULL;
}

/* "Thực hiện ngay … theo yêu cầu của …" waits for the request: at once says only how. */
static const struct when *trigger_in(const struct duties *d, uint32_t from, uint32_t to)
{
    const struct when *found = when_in(d, from, to, WHEN_TRIGGER);
    for (size_t i = 0; i < d->when_count && found && found->trigger == LETTER_AT_ONCE; i++)
        if (d->whens[i].kind == WHEN_TRIGGER && d->whens[i].first >= from && d->whens[i].first < to &&
            d->whens[i].trigger != LETTER_AT_ONCE)
            found = &d->whens[i];
    return found;
}

static bool time_in(const struct duties *d, uint32_t from, uint32_t to)
{
    return when_in(d, from, to, WHEN_DEADLINE) || when_in(d, from, to, WHEN_PERIOD);
}

int obligation_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum err_code duty_push(struct reader *r, struct letter_duty *duty)
{
    if (r->letter->duties.count >= LETTER_DUTIES_MAX)
        return err_set(r->err, ERR_LIMIT, "văn bản có quá %u nhiệm vụ (the letter has over %u duties)",
                       LETTER_DUTIES_MAX, LETTER_DUTIES_MAX);
    qsort(duty->obligations, duty->obligation_count, sizeof duty->obligations[0], obligation_compare);
    struct letter_duty *item = vec_push(&r->letter->duties, r->arena);
    if (!item)
        return arena_full(r->arena, r->err);
    duty->no = (unsigned)r->letter->duties.count;
    *item = *duty;
    return ERR_NONE;
}

static int compare_duties(const void *a, const void *b)
{
    const struct letter_duty *x = a, *y = b;
    if (x->quote.from != y->quote.from)
        return x->quote.from < y->quote.from ? -1 : 1;
    return x->no < y->no ? -1 : 1;
}

void duties_order(struct reader *r)
{
    struct letter *letter = r->letter;
    qsort(letter->duties.items, letter->duties.count, sizeof letter->duties.items[0], compare_duties);
    for (size_t i = 0; i < letter->duties.count; i++)
        letter->duties.items[i].no = (unsigned)i + 1;
}

struct emit {
    struct range words;
    struct range actor;
    const struct when *deadline; /* of the sentence, when the words hold none */
    struct range before;         /* the verb these words share: "gửi báo cáo" of "… và trước ngày 15/12" */
    bool only_when_matched;
    bool asked; /* somebody is told to do it: no other sign is needed */
};

static bool verb_in(const struct reader *r, struct range w)
{
    for (uint32_t i = w.from; i < w.to; i++)
        if (is_verb(r, i, w.to, true))
            return true;
    return false;
}

/* "Kết quả: Đã cài phần mềm …, hoàn thành ngày 05/9": done before the letter was written. */
static bool tells_of_past(const struct reader *r, struct range w, const struct when *deadline)
{
    if (deadline && (deadline->deadline.date == CIVIL_NONE || r->not_before == CIVIL_NONE ||
                     deadline->deadline.date > r->not_before))
        return false;
    for (uint32_t i = w.from; i < w.to; i++)
        if (has_class(r, i, LEX_DONE_WORD))
            return true;
    return false;
}

static enum err_code duty_emit(struct duties *d, const struct emit *e)
{
    struct reader *r = d->r;
    struct range w = trim(r, e->words.from, e->words.to);
    if (w.from >= w.to)
        return ERR_NONE;
    const struct when *deadline = when_in(d, w.from, w.to, WHEN_DEADLINE),
                      *period = when_in(d, w.from, w.to, WHEN_PERIOD);
    const struct when *trigger = trigger_in(d, w.from, w.to);
    if (!deadline)
        deadline = e->deadline;
    if (!deadline && !period)
        deadline = when_in(d, d->lead.from, d->lead.to, WHEN_DEADLINE);
    if (!period)
        period = when_in(d, d->lead.from, d->lead.to, WHEN_PERIOD);
    if (!trigger)
        trigger = trigger_in(d, d->lead.from, d->lead.to);
    d->lead = (struct range){0};
    bool inherited = false;
    for (unsigned k = d->depth + 1; k-- > 0 && !deadline && !period && !trigger && d->current.kind != ITEM_NONE;) {
        if (d->stack[k].deadline.kind) {
            deadline = &d->stack[k].deadline;
            inherited = true;
        }
    }
    for (size_t i = 0; i < d->when_count && period && !period->period.is_known; i++)
        if (d->whens[i].kind == WHEN_PERIOD && d->whens[i].period.is_known && d->whens[i].first >= w.from &&
            d->whens[i].first < w.to)
            period = &d->whens[i];
    if (!e->asked && tells_of_past(r, w, deadline))
        return ERR_NONE;
    struct letter_duty duty = {0};
    match_duty(r, e->before.to ? e->before.from : w.from, w.to, e->actor.from, e->actor.to, &duty);
    bool has_time = (deadline && !inherited) || period || trigger;
    if (!duty.obligation_count &&
        (e->only_when_matched || (!e->asked && (!has_time || !verb_in(r, e->before.to ? e->before : w)))))
        return ERR_NONE;
    struct letter_value text;
    TRY(words_value(r, w.from, w.to, &text));
    duty.quote = text.at;
    duty.text = text.text;
    if (e->before.to) {
        struct letter_value before;
        TRY(words_value(r, e->before.from, e->before.to, &before));
        duty.text = arena_printf(r->arena, "%.*s %.*s", STR_ARG(before.text), STR_ARG(text.text));
        if (str_is_null(duty.text))
            return arena_full(r->arena, r->err);
    }
    if (e->actor.from < e->actor.to)
        TRY(words_value(r, e->actor.from, e->actor.to, &duty.actor));
    TRY(helpers_read(r, w.from, w.to, &duty));
    if (!duty.co_actors.count && e->actor.from == d->actor.from)
        TRY(helpers_read(r, d->helpers.from,
                         d->helpers.to - d->helpers.from > HELPER_WORDS_MAX ? d->helpers.from + HELPER_WORDS_MAX
                                                                            : d->helpers.to,
                         &duty));
    if (d->current.kind != ITEM_NONE) {
        struct buf path;
        buf_init(&path, 256);
        for (unsigned k = 1; k <= d->depth && k < STACK_MAX; k++) {
            struct letter_value mark;
            enum err_code code = words_value(r, d->stack[k].item.mark.from, d->stack[k].item.mark.to, &mark);
            if (code != ERR_NONE) {
                buf_done(&path);
                return code;
            }
            if (path.len_bytes)
                buf_lit(&path, " ");
            buf_put(&path, mark.text);
            duty.clause.at = mark.at;
        }
        duty.clause.text = arena_str(r->arena, buf_str(&path));
        buf_done(&path);
        if (str_is_null(duty.clause.text))
            return arena_full(r->arena, r->err);
    }
    duty.deadline = deadline ? deadline->deadline
                             : (struct letter_deadline){
                                   .date = CIVIL_NONE, .from = CIVIL_NONE, .time_minutes = -1, .due_at_ms = INT64_MIN};
    if (period)
        duty.period = period->period;
    else if (deadline && deadline->period.is_known)
        duty.period = deadline->period;
    if (period || duty.period.is_known)
        duty.trigger = LETTER_PERIODIC;
    else if (deadline && deadline->has_trigger && !(trigger && deadline->deadline.date == CIVIL_NONE))
        duty.trigger = deadline->trigger;
    else if (deadline && (!trigger || deadline->deadline.date != CIVIL_NONE))
        duty.trigger = LETTER_ONCE;
    else if (trigger)
        duty.trigger = trigger->trigger;
    else
        duty.trigger = LETTER_STANDING;
    int confidence = 50 + (duty.obligation_count ? 22 : 0) + (duty.actor.at.to ? 10 : 0) +
                     (is_verb(r, skip_adverbs(r, w.from, w.to), w.to, true) ? 10 : 0) + (has_time ? 6 : 0);
    if (deadline && !str_is_null(deadline->deadline.note))
        confidence -= 20;
    if (inherited)
        confidence -= 10;
    if (!e->asked)
        confidence -= 10;
    duty.confidence_percent = confidence;
    return duty_push(r, &duty);
}

/* "…; đề nghị UBND xã …", "…; giao Sở B …": where the body stands that is told next, or i. */
static uint32_t skip_order(const struct reader *r, uint32_t i, uint32_t end)
{
    uint32_t n = i < end && has_class(r, i, LEX_COMMANDER) && !has_class(r, i, LEX_COMMAND_OWN)
                     ? class_at(r, i, end, LEX_COMMANDER, NULL)
                     : 0;
    return n && is_org(r, i + n, end) ? i + n : i;
}

/* May the words from i on be a duty of their own? */
static bool starts_duty(const struct reader *r, uint32_t i, uint32_t end)
{
    uint32_t at = skip_order(r, skip_adverbs(r, i, end), end);
    if (at >= end)
        return false;
    if (is_verb(r, at, end, true) || has_class(r, at, LEX_CONDITION) || (at > i && has_class(r, i, LEX_MODAL)))
        return true;
    if (!is_org(r, at, end))
        return false;
    uint32_t unused, verb = main_verb(r, at, end, &unused);
    for (uint32_t k = at; k < verb; k++)
        if (is_mark(r, k, ';'))
            return false;
    return verb < end && !is_mark(r, verb, ':');
}

/* "… về Sở A để tổng hợp gửi Sở B công khai trên Cổng …": three hands, one date. */
static enum err_code emit_chain(struct duties *d, uint32_t from, uint32_t chain, uint32_t to, struct range actor)
{
    struct reader *r = d->r;
    const struct when *deadline = when_in(d, from, to, WHEN_DEADLINE);
    struct range first_to = {chain, chain};
    for (uint32_t i = from; i < chain; i++)
        if (has_class(r, i, LEX_DESTINATION) && is_org(r, i + 1, chain))
            first_to = (struct range){i + 1, chain};
    uint32_t gui = chain + class_at(r, chain, to, LEX_CHAIN, NULL);
    if (has_class(r, chain, LEX_CHAIN_PUBLISH)) {
        /* "… về Sở A để công khai trên Cổng …": two hands */
        TRY(duty_emit(d, &(struct emit){.words = {from, chain}, .actor = actor, .deadline = deadline, .asked = true}));
        return duty_emit(
            d, &(struct emit){.words = {chain + 1, to}, .actor = first_to, .deadline = deadline, .asked = true});
    }
    if (has_class(r, gui, LEX_DESTINATION))
        gui++;
    uint32_t publish = gui;
    while (publish < to && !has_class(r, publish, LEX_PUBLISH_VERB))
        publish++;
    TRY(duty_emit(d, &(struct emit){.words = {from, chain}, .actor = actor, .deadline = deadline, .asked = true}));
    TRY(duty_emit(d,
                  &(struct emit){.words = {chain, publish}, .actor = first_to, .deadline = deadline, .asked = true}));
    if (publish >= to)
        return ERR_NONE;
    struct range second_to = trim(r, gui, publish);
    while (second_to.to > second_to.from && has_class(r, second_to.to - 1, LEX_NOT_VERB_AFTER))
        second_to.to--;
    return duty_emit(d,
                     &(struct emit){.words = {publish, to}, .actor = second_to, .deadline = deadline, .asked = true});
}

/* "… về Sở A để công khai trên Cổng …" in words [from, to): where "để" stands. */
static bool chain_publishes(const struct reader *r, uint32_t from, uint32_t to, uint32_t *ret_at)
{
    uint32_t at;
    if (!class_in(r, from, to, LEX_CHAIN_PUBLISH, &at))
        return false;
    for (uint32_t i = at; i-- > from && at - i < ISSUER_WORDS_MAX && r->words[i].kind != WORD_MARK;) {
        if (has_class(r, i, LEX_DESTINATION) && is_org(r, i + 1, at)) {
            *ret_at = at;
            return true;
        }
    }
    return false;
}

/* "…; hoàn thành vào cuối tháng 8/2023": the time of what stands before, which has none. */
static bool only_time(const struct duties *d, uint32_t i, uint32_t to)
{
    const struct reader *r = d->r;
    if (!has_class(r, i, LEX_TIME_END))
        return false;
    uint32_t at = i + class_at(r, i, to, LEX_TIME_END, NULL);
    const struct when *found = when_in(d, at, at + 1, WHEN_DEADLINE);
    return found && (found->last >= to || is_mark(r, found->last, ';'));
}

/* The body of a sentence, from its first verb on: cut where another verb has its own actor, date or period. */
static enum err_code segments_emit(struct duties *d, uint32_t from, uint32_t to, bool asked, bool only_when_matched)
{
    struct reader *r = d->r;
    uint32_t start = from;
    struct range before = {0};
    for (uint32_t i = from; i <= to; i++) {
        bool cut = i == to, keep_verb = false;
        uint32_t next = i;
        if (!cut && r->words[i].kind == WORD_MARK && strchr("([\"", r->words[i].mark)) {
            uint32_t close = skip_group(r, i, to);
            if (close < to)
                i = close;
            continue;
        }
        if (!cut && is_mark(r, i, ';')) {
            next = i + 1;
            cut = starts_duty(r, next, to) && !only_time(d, next, to);
        } else if (!cut && i > start && (has_class(r, i, LEX_AND_WORD) || is_mark(r, i, ','))) {
            next = i + 1;
            uint32_t verb = skip_adverbs(r, next, to);
            if (verb < to && has_class(r, verb, LEX_ANSWER_FOR)) {
                cut = true;
            } else if ((time_in(d, start, i) || time_in(d, d->lead.from, d->lead.to)) &&
                       verb_in(r, (struct range){start, i})) {
                uint32_t stop = verb;
                while (stop < to && stop - verb < SPLIT_LOOK_WORDS && !is_mark(r, stop, ';'))
                    stop++;
                bool own = time_in(d, next, stop) || when_in(d, next, stop, WHEN_TRIGGER);
                if (own && verb < to && is_verb(r, verb, to, true))
                    cut = true;
                const struct when *first = when_in(d, start, i, WHEN_DEADLINE),
                                  *second = when_in(d, next, next + 1, WHEN_DEADLINE);
                if (first && second && has_class(r, i, LEX_AND_WORD)) {
                    cut = keep_verb = true;
                    if (!before.to)
                        before = trim(r, start, first->first);
                }
            }
        }
        if (!cut)
            continue;
        /* the part [start, i) */
        uint32_t at = skip_adverbs(r, start, i);
        if (start != from)
            at = skip_order(r, at, i);
        if (start != from && is_org(r, at, i)) {
            uint32_t actor_to, verb = main_verb(r, at, i, &actor_to);
            if (verb < i) {
                d->actor = trim(r, at, actor_to);
                d->helpers = (struct range){0};
                start = verb;
            }
        }
        uint32_t chain;
        if (class_in(r, start, i, LEX_CHAIN, &chain) || chain_publishes(r, start, i, &chain))
            TRY(emit_chain(d, start, chain, i, d->actor));
        else
            TRY(duty_emit(d, &(struct emit){.words = {start, i},
                                            .actor = d->actor,
                                            .before = start != from && when_in(d, start, start + 1, WHEN_DEADLINE)
                                                          ? before
                                                          : (struct range){0},
                                            .only_when_matched = only_when_matched,
                                            .asked = asked}));
        if (!keep_verb)
            before = (struct range){0};
        start = next;
        if (i < to)
            i = next - 1;
    }
    return ERR_NONE;
}

static enum err_code whens_find(struct duties *d, uint32_t from, uint32_t to)
{
    d->when_count = 0;
    for (uint32_t i = from; i < to && d->when_count < WHENS_MAX;) {
        if (is_mark(d->r, i, '"')) {
            uint32_t close = skip_group(d->r, i, to);
            if (close < to) {
                i = close + 1;
                continue;
            }
        }
        bool found;
        TRY(when_at(d->r, i, to, &d->whens[d->when_count], &found));
        if (!found) {
            i++;
            continue;
        }
        i = d->whens[d->when_count++].last;
        while (found && d->when_count < WHENS_MAX) {
            struct when *previous = &d->whens[d->when_count - 1];
            TRY(when_next(d->r, previous, to, previous + 1, &found));
            if (!found)
                break;
            if (!previous->period.is_known)
                previous->period = previous[1].period; /* "15/6 và 15/12 hằng năm": both each year */
            i = previous[1].last;
            d->when_count++;
        }
    }
    return ERR_NONE;
}

/* "có Công văn", "đã ban hành Văn bản" in [from, to). */
static bool has_sent(const struct reader *r, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i + 1 < to; i++)
        if (has_class(r, i, LEX_SENT_WORD) && has_class(r, i + 1, LEX_DOC_TYPE))
            return true;
    return false;
}

/* "Bộ … hướng dẫn và đề nghị …": the verb at k and the order at i are one. */
static bool joins_order(const struct reader *r, uint32_t k, uint32_t i)
{
    return has_class(r, i - 1, LEX_AND_WORD) && k + class_at(r, k, i, LEX_DUTY_VERB, NULL) == i - 1;
}

/* "…, Sở Giáo dục và Đào tạo yêu cầu Thủ trưởng các đơn vị": where "yêu cầu" stands, and who says it. */
static bool commander_find(const struct reader *r, uint32_t from, uint32_t to, uint32_t *ret_at, uint32_t *ret_after,
                           struct range *ret_issuer)
{
    uint32_t org = UINT32_MAX;
    for (uint32_t i = from; i < to && i - from < COMMANDER_WORDS; i++) {
        if (r->words[i].kind == WORD_MARK && strchr("(\"", r->words[i].mark)) {
            uint32_t close = skip_group(r, i, to);
            if (close < to)
                i = close;
            continue;
        }
        if (is_org(r, i, to) && (i == from || is_mark(r, i - 1, ',') || is_mark(r, i - 1, ';')))
            org = i;
        uint32_t n = has_class(r, i, LEX_COMMANDER) ? class_at(r, i, to, LEX_COMMANDER, NULL) : 0;
        if (!n)
            continue;
        uint32_t after = i + n;
        bool head = class_at(r, after, to, LEX_LIST_HEAD, NULL) > 0 || (is_mark(r, after, ':'));
        bool addressed = is_org(r, after, to);
        if (i == from && addressed && !has_class(r, i, LEX_LIST_HEAD) && !has_class(r, i, LEX_COMMAND_OWN)) {
            *ret_at = i;
            *ret_after = after;
            *ret_issuer = (struct range){0};
            return true;
        }
        /* "Để phòng ngừa, đề nghị các đơn vị thực hiện:" */
        if (org == UINT32_MAX && i > from && (is_mark(r, i - 1, ',') || is_mark(r, i - 1, ';')) &&
            (addressed || head) && has_class(r, i, LEX_ASKS)) {
            *ret_at = i;
            *ret_after = after;
            *ret_issuer = (struct range){0};
            return true;
        }
        if (org != UINT32_MAX && org < i && i - org <= ISSUER_WORDS_MAX && (addressed || head)) {
            /* "Sở A có Công văn số 744/… đề nghị các đơn vị" tells of an earlier letter; "các trường phân công cán bộ"
             * is a duty of the schools */
            bool other_verb = has_class(r, i, LEX_COMMAND_OWN) && class_at(r, after, to, LEX_STAFF, NULL) > 0;
            for (uint32_t k = org + 1; k < i && !other_verb; k++)
                other_verb = (is_verb(r, k, i, false) && !is_mark(r, k - 1, ',') && !joins_order(r, k, i)) ||
                             (has_class(r, k, LEX_NUMBER_LABEL) && has_class(r, org, LEX_TITLE_ORG) &&
                              r->words[k + 1].kind == WORD_NUMBER && is_mark(r, k + 2, '/') && has_sent(r, org, k));
            if (other_verb)
                continue;
            *ret_at = i;
            *ret_after = after;
            *ret_issuer = (struct range){org, i};
            return true;
        }
    }
    return false;
}

static enum err_code issuer_note(struct duties *d, struct range who)
{
    struct reader *r = d->r;
    if (who.from >= who.to)
        return ERR_NONE;
    /* "Giám đốc Sở …" speaks for the Sở */
    uint32_t n = class_at(r, who.from, who.to, LEX_HEAD_OF, NULL);
    if (n && n < who.to - who.from)
        who.from += n;
    for (uint32_t i = who.from; i < who.to; i++)
        if (is_mark(r, i, '('))
            who.to = i;
    while (who.to > who.from && has_class(r, who.to - 1, LEX_ADVERB))
        who.to--;
    if (!has_class(r, who.from, LEX_TITLE_ORG))
        return ERR_NONE;
    struct letter_value value;
    TRY(words_value(r, who.from, who.to, &value));
    /* the full name is worth more than "Sở GD&ĐT" */
    bool short_form = str_contains(d->issuer.text, STR("&"));
    if (!d->issuer.at.to || (short_form && !str_contains(value.text, STR("&"))))
        d->issuer = value;
    return ERR_NONE;
}

/* The date of a heading or of the sentence that opens a list. What is sent, reported, named by that day is a duty
 * itself; any other verb ("thực hiện các nội dung sau trước ngày …") hands its date to the items. */
static void header_deadline(struct duties *d, uint32_t from, uint32_t to)
{
    const struct when *found = when_in(d, from, to, WHEN_DEADLINE);
    const struct reader *r = d->r;
    if (!found || found->has_trigger || found->deadline.date == CIVIL_NONE ||
        (r->not_before != CIVIL_NONE && found->deadline.date < r->not_before))
        return;
    d->stack[d->depth].deadline = *found;
}

/* "Đợt 1: từ ngày 01/3 đến ngày 31/3, các sở …", "Trước ngày 20 hằng tháng, các trường …": where the actor stands, or
 * i. */
static uint32_t skip_lead(const struct duties *d, uint32_t i, uint32_t end)
{
    const struct reader *r = d->r;
    uint32_t at = i;
    for (uint32_t k = i; k < end && k < i + LABEL_WORDS_MAX; k++)
        if (is_mark(r, k, ':'))
            at = k + 1;
    for (bool more = true; more;) {
        more = false;
        for (size_t w = 0; w < d->when_count && !more; w++) {
            if (d->whens[w].first != at || d->whens[w].kind == WHEN_TRIGGER)
                continue;
            at = d->whens[w].last;
            while (at < end && (is_mark(r, at, ',') || is_mark(r, at, ':')))
                at++;
            more = true;
        }
    }
    at = skip_adverbs(r, at, end);
    return at > i && is_org(r, at, end) ? at : i;
}

/* "Ban hành kèm theo Quyết định này Quy chế …": what the decision does itself. */
static bool is_enclosure(const struct reader *r, uint32_t i, uint32_t end)
{
    uint32_t n = has_class(r, i, LEX_ISSUED_WORDS) ? class_at(r, i, end, LEX_ISSUED_WORDS, NULL) : 0;
    return n && i + n < end && has_class(r, i + n, LEX_ATTACHED);
}

/* "4. Kiến nghị: Đề nghị UBND xã …": where the order behind the label stands, or i. */
static uint32_t skip_label(const struct reader *r, uint32_t i, uint32_t end)
{
    for (uint32_t k = i + 1; k + 1 < end && k < i + LABEL_WORDS_MAX; k++)
        if (is_mark(r, k, ':'))
            return has_class(r, k + 1, LEX_COMMANDER) ? k + 1 : i;
    return i;
}

/* "Căn cứ Kế hoạch này, các cơ quan, đơn vị xây dựng …": where the actor stands, or i. */
static uint32_t skip_basis(const struct reader *r, uint32_t i, uint32_t end)
{
    for (uint32_t k = i + 1; k + 1 < end && k - i < ACTOR_WORDS_MAX / 4; k++) {
        if (r->words[k].kind != WORD_MARK)
            continue;
        if (is_mark(r, k, ','))
            return has_class(r, i, LEX_BASIS_WORD) && is_org(r, k + 1, end) ? k + 1 : i;
        if (strchr(";:(", r->words[k].mark))
            break;
    }
    return i;
}

/* "…: ông Y, Văn phòng Sở, điện thoại 0900…, email …" tells whom to ask. */
static bool is_address(const struct reader *r, uint32_t from, uint32_t to)
{
    return class_in(r, from, to, LEX_PHONE_LABEL, NULL) || class_in(r, from, to, LEX_MAIL_LABEL, NULL);
}

/* "… thống kê thiết bị và thực hiện như sau:": the verb before "và" is a duty of its own; where it ends, or to. */
static uint32_t before_list(const struct reader *r, uint32_t from, uint32_t to)
{
    for (uint32_t i = to; i-- > from + 1 && to - i < SPLIT_LOOK_WORDS / 4;) {
        if (!has_class(r, i, LEX_AND_WORD) && !is_mark(r, i, ','))
            continue;
        uint32_t at = skip_adverbs(r, i + 1, to);
        uint32_t n = at < to && has_class(r, at, LEX_LIST_VERB) ? class_at(r, at, to, LEX_LIST_VERB, NULL) : 0;
        if (n && class_in(r, at + n, to, LEX_LIST_HEAD, NULL))
            return i;
    }
    return to;
}

bool is_order(const struct reader *r, uint32_t from, uint32_t to)
{
    uint32_t at, after;
    struct range issuer;
    return commander_find(r, skip_label(r, from, to), to, &at, &after, &issuer);
}

enum err_code sentence_read(struct duties *d, uint32_t from, uint32_t to, bool is_header)
{
    struct reader *r = d->r;
    struct range s = trim(r, from, to);
    if (s.from >= s.to || s.to - s.from > SENTENCE_WORDS_MAX)
        return ERR_NONE;
    if (d->past.is_on && !is_order(r, s.from, s.to))
        return ERR_NONE;
    for (uint32_t i = s.to; is_header && i-- > s.from + 1 && s.to - i < 6;) /* "…, cụ thể:" is not part of what to do */
        if (is_mark(r, i - 1, ',') && class_at(r, i, s.to, LEX_LIST_HEAD, NULL) == s.to - i)
            s.to = i - 1;
    bool unmarked = d->current.kind == ITEM_NONE, field;
    d->lead = (struct range){0};
    TRY(field_read(d, s.from, s.to, &field));
    if (field)
        return ERR_NONE;
    TRY(whens_find(d, s.from, s.to));
    /* "Từ nay đến …", typed without marks, starts with no "tự" */
    uint32_t at = d->when_count && d->whens[0].first == s.from ? s.from : skip_adverbs(r, s.from, s.to), command, after;
    struct range issuer;
    if (at >= s.to)
        return ERR_NONE;
    if (has_class(r, at, LEX_PAST) || is_enclosure(r, at, s.to) || (d->is_told && !is_header))
        return ERR_NONE;
    if (is_header && has_class(r, at, LEX_DUTY_OF)) {
        uint32_t name = at + class_at(r, at, s.to, LEX_DUTY_OF, NULL);
        if (name < s.to && has_class(r, name, LEX_ORG)) {
            d->actor = d->stack[d->depth].actor = trim(r, name, s.to);
            d->helpers = d->stack[d->depth].helpers = (struct range){0};
            return ERR_NONE;
        }
    }
    at = skip_label(r, at, s.to);
    if (commander_find(r, at, s.to, &command, &after, &issuer)) {
        TRY(issuer_note(d, issuer));
        uint32_t actor_to, verb = main_verb(r, after > s.from ? after : s.from, s.to, &actor_to);
        bool nobody = after >= s.to || class_at(r, after, s.to, LEX_LIST_HEAD, NULL) || !is_org(r, after, s.to);
        for (uint32_t i = after; i < actor_to && !nobody; i++) /* "đề nghị các đơn vị như sau:" */
            if (class_at(r, i, actor_to, LEX_LIST_HEAD, NULL) == actor_to - i)
                actor_to = i;
        d->actor = nobody ? (struct range){0} : trim(r, after, actor_to);
        d->stack[d->depth].actor = d->actor;
        d->helpers = d->stack[d->depth].helpers = is_header && !nobody ? (struct range){verb, s.to} : (struct range){0};
        bool says_itself = verb < s.to && has_class(r, skip_adverbs(r, verb, s.to), LEX_HEADER_VERB);
        uint32_t list = is_header && !nobody && verb < s.to ? before_list(r, verb, s.to) : s.to;
        if (is_header && !says_itself && list == s.to)
            header_deadline(d, after, s.to);
        if (nobody || verb >= s.to)
            return ERR_NONE;
        if (!r->letter->is_article)
            d->lead = (struct range){s.from, command};
        if (list < s.to)
            return segments_emit(d, verb, list, true, d->is_lead);
        return segments_emit(d, verb, s.to, true, (is_header && !says_itself) || d->is_lead);
    }
    bool preamble = unmarked && has_class(r, at, LEX_PREAMBLE) && !r->letter->is_article;
    if (preamble)
        return ERR_NONE;
    if (is_header && !has_class(r, at, LEX_HEADER_VERB))
        header_deadline(d, at, s.to);
    if (has_class(r, at, LEX_TOWARD)) {
        uint32_t name = at + class_at(r, at, s.to, LEX_TOWARD, NULL), actor_to = name;
        uint32_t colon = name;
        while (colon < s.to && colon - name < ACTOR_WORDS_MAX / 4 && !is_mark(r, colon, ':'))
            colon++;
        /* in a letter without marks "tram" may be no body; before a colon it is */
        if (is_org(r, name, s.to) || (is_mark(r, colon, ':') && has_class(r, name, LEX_ORG))) {
            if (is_mark(r, colon, ':') && main_verb(r, name, colon, &actor_to) == colon)
                actor_to = colon; /* "Đối với bệnh viện, trung tâm y tế: …" */
            else
                actor_to = name;
            while (actor_to < s.to && !(r->words[actor_to].kind == WORD_MARK && strchr(",:", r->words[actor_to].mark)))
                actor_to++;
            if (actor_to == s.to || is_mark(r, actor_to, ':') || starts_duty(r, actor_to + 1, s.to)) {
                d->actor = trim(r, name, actor_to);
                d->stack[d->depth].actor = d->actor;
                d->helpers = d->stack[d->depth].helpers = (struct range){0};
                return actor_to < s.to ? segments_emit(d, actor_to + 1, s.to, true, is_header) : ERR_NONE;
            }
        }
    }
    if (is_header && has_class(r, at, LEX_TOGETHER)) {
        d->actor = trim(r, at + class_at(r, at, s.to, LEX_TOGETHER, NULL), s.to);
        d->stack[d->depth].actor = d->actor;
        d->helpers = d->stack[d->depth].helpers = (struct range){0};
        return ERR_NONE;
    }
    if (!unmarked && has_class(r, at, LEX_PREAMBLE))
        at = skip_basis(r, at, s.to);
    at = skip_lead(d, at, s.to);
    if (is_org(r, at, s.to)) {
        d->lead = (struct range){s.from, at};
        uint32_t actor_to, verb = main_verb(r, at, s.to, &actor_to);
        struct range actor = trim(r, at, actor_to);
        uint32_t inform;
        if (unmarked && class_in(r, at, verb < s.to ? verb + 1 : s.to, LEX_INFORM, &inform))
            return issuer_note(d, (struct range){at, inform}); /* "Sở … thông báo đến các đơn vị thực hiện" */
        if (verb >= s.to || is_mark(r, verb, ':')) {
            if ((is_header || verb < s.to) && !is_address(r, at, s.to)) {
                d->actor = actor;
                d->stack[d->depth].actor = actor;
                d->helpers = d->stack[d->depth].helpers = (struct range){0};
                if (verb < s.to)
                    return segments_emit(d, verb + 1, s.to, true, is_header);
            }
            return ERR_NONE;
        }
        d->actor = actor;
        d->helpers = is_header ? (struct range){verb, s.to} : (struct range){0};
        if (is_header) {
            d->stack[d->depth].actor = actor;
            d->stack[d->depth].helpers = d->helpers;
        }
        bool told = !unmarked || has_class(r, verb, LEX_MODAL);
        return segments_emit(d, verb, s.to, told, is_header);
    }
    bool verb_first = is_verb(r, at, s.to, true) || has_class(r, at, LEX_CONDITION);
    if (unmarked && !r->letter->is_article && !d->actor.to && !verb_first)
        return ERR_NONE;
    bool told = verb_first && (!unmarked || r->letter->is_article);
    for (uint32_t i = s.from; i < s.to && !told; i++)
        told = has_class(r, i, LEX_MODAL) && (!unmarked || r->letter->is_article) && i + 1 < s.to &&
               is_verb(r, skip_adverbs(r, i, s.to), s.to, true);
    return segments_emit(d, s.from, s.to, told, is_header);
}
