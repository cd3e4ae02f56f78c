/* letter_with.c - who helps, in a running text: "Sở A chủ trì, phối hợp với Công an tỉnh, UBND các xã, phường tổ chức
 * …". "phối hợp" is a verb like any other too ("phối hợp triển khai"): only a body behind it, or between "chủ trì" and
 * it, helps. What the letter leaves open stays open: "các cơ quan liên quan" is one value, as it stands. Where it
 * cannot be seen how far a name goes it ends early, and where a list goes on with a word that starts no body the list
 * ends. */
#include "letter/letter_duty.h"

#define NAME_WORDS_MAX 40u
#define PLURALS_MAX    2 /* "tất cả các cơ quan" */
#define PHRASE_WORDS   4u
#define PLURAL_WORDS   5u /* "các cơ quan chuyên môn, đơn vị": so far behind "các" or the last comma its list goes on */
#define COMMA_WORDS    6u /* so far behind a comma "và" is looked for: "Sở Văn hóa, Thể thao và Du lịch" */

/* Does a phrase of the class end right before word i, not before `from`? */
static bool ends_with(const struct reader *r, uint32_t from, uint32_t i, enum letter_class cls)
{
    for (uint32_t back = 1; back <= PHRASE_WORDS && back <= i - from; back++)
        if (has_class(r, i - back, cls) && class_at(r, i - back, i, cls, NULL) == back)
            return true;
    return false;
}

/* Words of the plural at i ("các", "một số"), 0: none. */
static uint32_t plural_at(const struct reader *r, uint32_t i, uint32_t end)
{
    return i < end && has_class(r, i, LEX_HELPER_PLURAL) ? class_at(r, i, end, LEX_HELPER_PLURAL, NULL) : 0;
}

/* Words of the body that starts at i, "các" included; 0: none does. */
static uint32_t body_at(const struct reader *r, uint32_t i, uint32_t end)
{
    uint32_t at = i, n;
    for (int plurals = 0; plurals <= PLURALS_MAX && at < end && r->words[at].kind == WORD_TEXT; plurals++, at += n) {
        n = is_org(r, at, end) ? class_at(r, at, end, LEX_ORG, NULL) : 0;
        if (n)
            return at - i + n;
        n = has_class(r, at, LEX_HELPER_BODY) ? class_at(r, at, end, LEX_HELPER_BODY, NULL) : 0;
        if (n && class_at(r, at, end, LEX_DUTY_VERB, NULL) < n)
            return at - i + n;
        n = plural_at(r, at, end);
        if (!n)
            return 0;
    }
    return 0;
}

static bool is_named(const struct reader *r, uint32_t i)
{
    return r->words[i].kind == WORD_TEXT && r->words[i].capital && !r->is_shouted;
}

/* Does a name that has no comma so far end before word i? `task`: a body whose name says what it does ends at i. */
static bool ends_name(const struct reader *r, uint32_t i, uint32_t end, bool task)
{
    if (is_named(r, i) || task)
        return false;
    uint32_t stop = has_class(r, i, LEX_HELPER_END) ? class_at(r, i, end, LEX_HELPER_END, NULL) : 0;
    if (stop || has_class(r, i, LEX_BEFORE) || has_class(r, i, LEX_MODAL) || has_class(r, i, LEX_CONDITION))
        return true;
    if (has_class(r, i, LEX_DUTY_VERB) && is_verb(r, i, end, false))
        return true;
    uint32_t verb = has_class(r, i, LEX_ADVERB) ? skip_adverbs(r, i, end) : i;
    return verb > i && (verb >= end || is_verb(r, verb, end, true) || has_class(r, verb, LEX_HELPER_END));
}

/* "giáo dục và" / "đào tạo" of a text whose case tells nothing. */
static bool is_joined_name(const struct reader *r, uint32_t i)
{
    return i > 2 && class_at(r, i - 3, i, LEX_NOT_VERB_AFTER, NULL) == 3;
}

/* Does the name that starts at `from` go on behind the comma or "và" at i? */
static bool goes_on_behind(const struct reader *r, uint32_t from, uint32_t i, uint32_t end, bool plural)
{
    /* in a text whose case tells nothing, or a name in small letters: "sở thông tin và truyền thông" */
    bool caseless = r->is_shouted || !r->words[from].capital;
    uint32_t next = i + 1;
    if (next >= end || r->words[next].kind != WORD_TEXT)
        return false;
    if (plural && !is_named(r, next) && has_class(r, next, LEX_HELPER_MORE))
        return true;
    if (body_at(r, next, end))
        return false;
    bool comma = is_mark(r, i, ',');
    bool long_name = has_class(r, from, LEX_HELPER_LONG);
    bool named =
        is_named(r, next) || (caseless && long_name && (!is_verb(r, next, end, true) || is_joined_name(r, next)));
    if (!named || !comma)
        return named;
    for (uint32_t k = next; k < end && k < next + COMMA_WORDS && long_name && r->words[k].kind == WORD_TEXT; k++)
        if (has_class(r, k, LEX_AND_WORD))
            return k + 1 < end && (caseless || is_named(r, k + 1));
    return false;
}

/* One name from word i on: where it ends; i when none starts there. `said`: "với" stands before it. */
static uint32_t name_end(const struct reader *r, uint32_t i, uint32_t end, bool said)
{
    uint32_t n = body_at(r, i, end), from = i, task_at = 0, plural_to = 0;
    if (!n && said && r->is_unmarked && class_at(r, i, end, LEX_DUTY_VERB, NULL) == 0)
        n = class_at(r, i, end, LEX_ORG, NULL); /* "so" right behind "phoi hop voi" is a body */
    if (!n && !is_named(r, i))
        return i;
    if (plural_at(r, i, end))
        plural_to = i + PLURAL_WORDS;
    i += n ? n : 1;
    for (; i < end && i - from < NAME_WORDS_MAX; i++) {
        if (r->words[i].kind == WORD_MARK && strchr("([", r->words[i].mark)) {
            uint32_t close = skip_group(r, i, end);
            if (close >= end)
                return i;
            i = close;
            continue;
        }
        uint32_t part = has_class(r, i, LEX_HELPER_PART) ? class_at(r, i, end, LEX_HELPER_PART, NULL) : 0;
        if (part) {
            i += part - 1;
            task_at =
                r->words[i].kind == WORD_TEXT && has_class(r, i, LEX_HELPER_END) ? i + 1 : 0; /* "… quốc gia về" */
            continue;
        }
        bool joins = is_mark(r, i, ',') || has_class(r, i, LEX_AND_WORD);
        if (joins && !goes_on_behind(r, from, i, end, i <= plural_to))
            return i;
        if (joins) {
            plural_to = i <= plural_to ? i + PLURAL_WORDS : 0;
            continue;
        }
        if (r->words[i].kind == WORD_MARK) {
            if (!strchr("-&/'\"", r->words[i].mark))
                return i;
            continue;
        }
        if (has_class(r, i, LEX_HELPER_PLURAL))
            plural_to = i + PLURAL_WORDS;
        if (ends_with(r, from, i, LEX_HELPER_TASK))
            task_at = i;
        if (ends_name(r, i, end, task_at == i))
            return i;
    }
    return i;
}

static enum err_code helper_add(struct reader *r, uint32_t from, uint32_t to, struct letter_duty *duty)
{
    to = trim_end(r, from, to);
    if (from >= to || duty->co_actors.count >= CO_ACTORS_MAX)
        return ERR_NONE;
    struct letter_value value;
    TRY(words_value(r, from, to, &value));
    for (size_t i = 0; i < duty->co_actors.count; i++)
        if (str_equal(duty->co_actors.items[i].text, value.text))
            return ERR_NONE;
    struct letter_value *one = vec_push(&duty->co_actors, r->arena);
    if (!one)
        return arena_full(r->arena, r->err);
    *one = value;
    return ERR_NONE;
}

/* Names parted by commas, semicolons and "và" from word i on. *ret_end: behind the last of them. */
static enum err_code names_read(struct reader *r, uint32_t i, uint32_t end, bool said, struct letter_duty *duty,
                                uint32_t *ret_end)
{
    *ret_end = i;
    while (i < end) {
        uint32_t to = name_end(r, i, end, said);
        said = false;
        if (to == i)
            return ERR_NONE;
        TRY(helper_add(r, i, to, duty));
        *ret_end = to;
        i = to;
        if (i >= end || !(is_mark(r, i, ',') || is_mark(r, i, ';') || has_class(r, i, LEX_AND_WORD)))
            return ERR_NONE;
        i++;
        if (i < end && has_class(r, i, LEX_AND_WORD))
            i++;
    }
    return ERR_NONE;
}

/* Is "phối hợp" at i what somebody must do, and not "đầu mối phối hợp", "để phối hợp", "quy chế phối hợp"? */
static bool is_told(const struct reader *r, uint32_t i, uint32_t from)
{
    if (i == from || r->words[i - 1].kind == WORD_MARK)
        return true;
    return ends_with(r, from, i, LEX_HELPER_AFTER) || ends_with(r, from, i, LEX_ADVERB);
}

enum err_code helpers_read(struct reader *r, uint32_t from, uint32_t to, struct letter_duty *duty)
{
    for (uint32_t i = from; i < to; i++) {
        const struct lex_phrase *hit;
        if (r->words[i].kind == WORD_MARK && strchr("(\"", r->words[i].mark)) {
            uint32_t close = skip_group(r, i, to);
            i = close < to ? close : i;
            continue;
        }
        uint32_t n = has_class(r, i, LEX_HELPER) ? class_at(r, i, to, LEX_HELPER, &hit) : 0, end;
        if (!n)
            continue;
        if (strcmp(hit->value, "lead") == 0) {
            /* "chủ trì, Công an tỉnh, Sở B phối hợp tổ chức …" */
            size_t before = duty->co_actors.count;
            if (is_mark(r, i + n, ',') && body_at(r, i + n + 1, to)) {
                TRY(names_read(r, i + n + 1, to, false, duty, &end));
                while (end < to && has_class(r, end, LEX_ADVERB) && !has_class(r, end, LEX_HELPER))
                    end += class_at(r, end, to, LEX_ADVERB, NULL);
                if (end >= to || !has_class(r, end, LEX_HELPER))
                    duty->co_actors.count = before;
            }
            continue;
        }
        uint32_t first = i + n;
        bool of = strcmp(hit->value, "of") == 0; /* "với sự phối hợp của …" */
        bool with = of || strcmp(hit->value, "with") == 0;
        if (with && is_mark(r, first, ':'))
            first++;
        /* "phối hợp phòng, chống …": only a body with a name or several of them */
        bool sure =
            with || (first < to && (is_named(r, first) || plural_at(r, first, to) || body_at(r, first, to) > 1));
        if (!sure || !(of || is_told(r, i, from)))
            continue;
        TRY(names_read(r, first, to, with, duty, &end));
        i = end > i + n ? end - 1 : i + n - 1;
    }
    return ERR_NONE;
}

enum err_code helpers_list(struct reader *r, uint32_t from, uint32_t to, struct letter_duty *duty)
{
    size_t before = duty->co_actors.count;
    uint32_t end;
    TRY(names_read(r, from, to, true, duty, &end));
    if (trim_end(r, end, to) == end)
        return ERR_NONE;
    /* a name that no rule knows stands in it: the words as they are, parted where the letter parts them */
    duty->co_actors.count = before;
    for (uint32_t i = from, start = from; i <= to; i++) {
        if (i < to && !is_mark(r, i, ';'))
            continue;
        TRY(helper_add(r, start, i, duty));
        start = i + 1;
    }
    return ERR_NONE;
}
