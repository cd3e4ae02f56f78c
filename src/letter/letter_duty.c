#include "base/limits.h"
#include "letter/letter_read.h"

#define STACK_MAX          12u
#define WHENS_MAX          64u  /* expressions of time in one sentence; the rest say nothing new */
#define COMMANDER_WORDS    120u /* how far into a sentence "yêu cầu" is looked for */
#define ISSUER_WORDS_MAX   18u
#define ACTOR_WORDS_MAX    160u
#define SENTENCE_WORDS_MAX 1500u
#define SPLIT_LOOK_WORDS   60u
#define HEADING_WORDS_MAX  24u
#define LABEL_WORDS_MAX    5u /* "Đợt 1:", "Về thời gian:" */

enum item_kind {
    ITEM_NONE,
    ITEM_ARTICLE,
    ITEM_ROMAN,
    ITEM_NUMBER,
    ITEM_NUMBER2,
    ITEM_NUMBER3,
    ITEM_PAREN_NUMBER,
    ITEM_LETTER,
    ITEM_BULLET
};
struct range {
    uint32_t from;
    uint32_t to;
};
struct item {
    enum item_kind kind;
    char bullet;
    struct range mark;
    struct range words; /* behind the mark */
    uint32_t number;
};
struct level {
    struct item item;
    struct range actor; /* empty: as above */
    struct when deadline; /* "… trước ngày 30/6/2027 các nội dung sau:" holds for the items below; kind 0: none */
    bool is_told;         /* "I. MỤC TIÊU", "I. ĐÁNH GIÁ CHUNG": what stands below without a mark asks nothing */
};
struct duties {
    struct reader *r;
    struct level stack[STACK_MAX];
    unsigned depth;     /* stack[0] is the paragraph the items stand under */
    struct range actor; /* inside one item, the last subject */
    struct when whens[WHENS_MAX];
    size_t when_count;
    struct letter_value issuer; /* who "yêu cầu" */
    size_t line_width;          /* characters: what fits on a printed line */
    struct item current;
    struct range lead; /* words of the sentence before its first verb, which may tell when: "Hằng quý, các trường …" */
    bool is_told;     /* this paragraph stands below a heading that asks nothing */
    bool header_open; /* the last item ended in ":", and no other item came since */
    bool is_lead;     /* the first paragraph of a news item, which tells the whole in one sentence */
};

static bool same_word(const struct reader *r, uint32_t a, uint32_t b)
{
    return r->words[a].kind == r->words[b].kind && viet_equal_folded(word_text(r, a), word_text(r, b));
}

/* In a letter all in capitals: is word i inside a name that stands under Kính gửi ("TRUNG TÂM LƯU TRỮ TỈNH")? */
static bool in_known_name(const struct reader *r, uint32_t i)
{
    for (size_t n = 0; n < r->names.count; n++) {
        const struct name *name = &r->names.items[n];
        for (uint32_t k = name->first + 1; k + 1 < name->last; k++)
            if (i > 0 && k != i && same_word(r, k, i) && same_word(r, k - 1, i - 1) && same_word(r, k + 1, i + 1))
                return true;
    }
    return false;
}

static bool is_verb(const struct reader *r, uint32_t i, uint32_t end, bool at_start)
{
    const struct lex_phrase *hit;
    uint32_t taken = has_class(r, i, LEX_DUTY_VERB) ? class_at(r, i, end, LEX_DUTY_VERB, &hit) : 0;
    if (!taken || (has_class(r, i, LEX_NOT_VERB) && class_at(r, i, end, LEX_NOT_VERB, NULL) >= taken))
        return false;
    if (at_start)
        return true;
    if (r->is_shouted && i + 1 < end && in_known_name(r, i))
        return false;
    if ((has_class(r, i, LEX_BE) && !r->words[i].upper_first) ||
        (r->words[i].upper_first && i > 0 && r->words[i - 1].kind != WORD_MARK))
        return false;
    if (i > 0 && has_class(r, i - 1, LEX_NOT_VERB_AFTER) && class_at(r, i - 1, i, LEX_NOT_VERB_AFTER, NULL) == 1)
        return false;
    return !(i > 1 && has_class(r, i - 2, LEX_NOT_VERB_AFTER) && class_at(r, i - 2, i, LEX_NOT_VERB_AFTER, NULL) == 2);
}

static uint32_t skip_adverbs(const struct reader *r, uint32_t i, uint32_t end)
{
    for (;;) {
        uint32_t n = i < end && has_class(r, i, LEX_ADVERB) && !is_verb(r, i, end, true)
                         ? class_at(r, i, end, LEX_ADVERB, NULL)
                         : 0;
        if (n)
            i += n;
        else if (i < end && is_mark(r, i, ','))
            i++;
        else
            return i;
    }
}

/* Does a body stand at i, and not a verb or a condition that starts with the same syllable ("Tổ chức", "Ban hành",
 * "Trường hợp")? */
static bool is_org(const struct reader *r, uint32_t i, uint32_t end)
{
    const struct lex_phrase *hit;
    uint32_t n = i < end && has_class(r, i, LEX_ORG) ? class_at(r, i, end, LEX_ORG, &hit) : 0;
    if (!n)
        return false;
    /* "so", "bo", "ban" of a letter without marks are bodies only when they are written as names */
    if (r->is_unmarked && n == 1 && lex_words[hit->at].exact && !r->words[i].upper_first)
        return false;
    /* … and "Thay" is a teacher only before his name */
    if (r->is_unmarked && has_class(r, i, LEX_TEACHER) && !r->words[i + 1].capital)
        return false;
    return class_at(r, i, end, LEX_DUTY_VERB, NULL) <= n && class_at(r, i, end, LEX_CONDITION, NULL) <= n &&
           class_at(r, i, end, LEX_ADVERB, NULL) <= n;
}

/* Is word i the end of "632/QĐ-TTg" or "ngày 10/5/2017"? */
static bool ends_number(const struct reader *r, uint32_t i)
{
    return i > 1 && ((r->words[i].kind == WORD_NUMBER && !r->words[i].spaced) ||
                     (r->words[i].upper_first && !r->words[i].spaced && r->words[i - 1].kind == WORD_MARK));
}

/* First verb, adverb or "phải" from i on, outside brackets. *ret_actor_to: where the name before it ends. */
static uint32_t main_verb(const struct reader *r, uint32_t i, uint32_t end, uint32_t *ret_actor_to)
{
    uint32_t start = i;
    *ret_actor_to = 0;
    for (; i < end && i - start < ACTOR_WORDS_MAX; i++) {
        const struct word *w = &r->words[i];
        if (w->kind == WORD_MARK) {
            if (w->mark == '(' || w->mark == '[' || w->mark == '"') {
                uint32_t close = skip_group(r, i, end);
                if (close < end)
                    i = close;
            } else if (w->mark == ':') {
                break;
            }
            continue;
        }
        if (has_class(r, i, LEX_UNDER_LAW) && i + 1 < end && has_class(r, i + 1, LEX_DOC_TYPE)) {
            if (!*ret_actor_to)
                *ret_actor_to = i;
            /* to the end of its title; or, when it is only a number, to the verb right behind that */
            while (i + 1 < end && !(r->words[i + 1].kind == WORD_MARK && strchr("(,;:", r->words[i + 1].mark)) &&
                   !(is_verb(r, i + 1, end, true) && ends_number(r, i)))
                i++;
            continue;
        }
        if (i == start)
            continue;
        bool modal = has_class(r, i, LEX_MODAL) && !has_class(r, i, LEX_NOT_VERB) &&
                     !(i + 1 < end && has_class(r, i + 1, LEX_NOT_VERB_AFTER));
        bool named = w->upper_first && r->words[i - 1].kind != WORD_MARK; /* "Phó Chủ tịch Thường trực" */
        bool adverb = !named && has_class(r, i, LEX_ADVERB) && !has_class(r, i - 1, LEX_NOT_VERB_AFTER) &&
                      !has_class(r, i, LEX_NOT_VERB) &&
                      is_verb(r, skip_adverbs(r, i, end) < end ? skip_adverbs(r, i, end) : i, end, true);
        if (modal || adverb || is_verb(r, i, end, false))
            break;
    }
    if (!*ret_actor_to)
        *ret_actor_to = i;
    return i;
}

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

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum err_code duty_push(struct reader *r, struct letter_duty *duty)
{
    if (r->letter->duties.count >= LETTER_DUTIES_MAX)
        return err_set(r->err, ERR_LIMIT, "văn bản có quá %u nhiệm vụ (the letter has over %u duties)",
                       LETTER_DUTIES_MAX, LETTER_DUTIES_MAX);
    qsort(duty->obligations, duty->obligation_count, sizeof duty->obligations[0], compare_ids);
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

/* May the words from i on be a duty of their own? */
static bool starts_duty(const struct reader *r, uint32_t i, uint32_t end)
{
    uint32_t at = skip_adverbs(r, i, end);
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
        if (start != from && is_org(r, at, i)) {
            uint32_t actor_to, verb = main_verb(r, at, i, &actor_to);
            if (verb < i) {
                d->actor = trim(r, at, actor_to);
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
                other_verb = (is_verb(r, k, i, false) && !is_mark(r, k - 1, ',')) ||
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

static enum err_code sentence_read(struct duties *d, uint32_t from, uint32_t to, bool is_header)
{
    struct reader *r = d->r;
    struct range s = trim(r, from, to);
    if (s.from >= s.to || s.to - s.from > SENTENCE_WORDS_MAX)
        return ERR_NONE;
    for (uint32_t i = s.to; is_header && i-- > s.from + 1 && s.to - i < 6;) /* "…, cụ thể:" is not part of what to do */
        if (is_mark(r, i - 1, ',') && class_at(r, i, s.to, LEX_LIST_HEAD, NULL) == s.to - i)
            s.to = i - 1;
    bool unmarked = d->current.kind == ITEM_NONE;
    d->lead = (struct range){0};
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
            return ERR_NONE;
        }
    }
    at = skip_label(r, at, s.to);
    if (commander_find(r, at, s.to, &command, &after, &issuer)) {
        TRY(issuer_note(d, issuer));
        uint32_t actor_to, verb = main_verb(r, after > s.from ? after : s.from, s.to, &actor_to);
        bool nobody = after >= s.to || class_at(r, after, s.to, LEX_LIST_HEAD, NULL) || !is_org(r, after, s.to);
        d->actor = nobody ? (struct range){0} : trim(r, after, actor_to);
        d->stack[d->depth].actor = d->actor;
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
                return actor_to < s.to ? segments_emit(d, actor_to + 1, s.to, true, is_header) : ERR_NONE;
            }
        }
    }
    if (is_header && has_class(r, at, LEX_TOGETHER)) {
        d->actor = trim(r, at + class_at(r, at, s.to, LEX_TOGETHER, NULL), s.to);
        d->stack[d->depth].actor = d->actor;
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
                if (verb < s.to)
                    return segments_emit(d, verb + 1, s.to, true, is_header);
            }
            return ERR_NONE;
        }
        d->actor = actor;
        if (is_header)
            d->stack[d->depth].actor = actor;
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

/* --- items --- */

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
    d->is_told = under && d->stack[d->depth].is_told;
    if (is_heading)
        d->stack[d->depth].is_told = has_class(r, item->words.from, LEX_TOLD_HEAD);
    d->is_lead = r->letter->is_article && item->words.from == r->body_from;
    /* in a news item the ones who must do it are named once, in an earlier paragraph */
    if (!r->letter->is_article || item->kind != ITEM_NONE)
        d->actor = (struct range){0};
    for (unsigned k = d->depth + 1; k-- > 0;) {
        if (item->kind == ITEM_NONE && !under && k == 0)
            break;
        if (d->stack[k].actor.to) {
            d->actor = d->stack[k].actor;
            break;
        }
    }
    uint32_t from = item->words.from;
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
