#include "letter/letter_read.h"

#define REF_SYMBOL_WORDS_MAX 14u
#define ATTACHMENTS_MAX      300u
#define REFS_MAX             1000u /* in one letter; further ones are left out of the list */

uint32_t symbol_at(const struct reader *r, uint32_t i, bool after_label)
{
    if (i >= r->word_count || r->words[i].kind != WORD_TEXT || !r->words[i].capital)
        return 0;
    uint32_t at = i + 1;
    bool has_dash = false;
    while (at < r->word_count && at - i < REF_SYMBOL_WORDS_MAX) {
        const struct word *w = &r->words[at];
        bool next_is_text = at + 1 < r->word_count && r->words[at + 1].kind == WORD_TEXT && r->words[at + 1].capital;
        if (w->kind == WORD_MARK && (w->mark == '-' || w->mark == '&' || w->mark == '/') && next_is_text &&
            ((!w->spaced && !r->words[at + 1].spaced) ||
             (w->mark == '-' && r->words[at - 1].upper_all && r->words[at + 1].capital &&
              r->words[at + 1].line == w->line))) {
            has_dash = has_dash || w->mark == '-';
            at += 2;
        } else if (w->kind == WORD_NUMBER && !w->spaced) {
            has_dash = true; /* QH15 */
            at++;
        } else {
            break;
        }
    }
    return has_dash || (after_label && r->words[i].upper_all) ? at - i : 0;
}

/* Letters and digits in lower case without marks, repeated letters once: "CTT-TTg" and "CT-TTg" are both "ctg". */
static size_t squeeze(struct str s, char out[64])
{
    size_t n = 0, pos = 0;
    while (pos < s.len_bytes && n < 60) {
        uint32_t cp = viet_lower_char(utf8_next(s, &pos));
        if (cp == 0x111)
            cp = 'd';
        if ((cp >= 'a' && cp <= 'z' && (n == 0 || out[n - 1] != (char)cp)) || (cp >= '0' && cp <= '9'))
            out[n++] = (char)cp;
    }
    return n;
}

static const struct lex_text *text_find(struct str number, civil_day date)
{
    char key[64];
    size_t n = squeeze(number, key);
    for (unsigned i = 0; i < lex_text_count; i++) {
        if (strlen(lex_texts[i].key) != n || memcmp(key, lex_texts[i].key, n) != 0)
            continue;
        civil_day day;
        if (date != CIVIL_NONE && lex_texts[i].date && civil_parse_iso(str_from_cstr(lex_texts[i].date), &day) &&
            day != date)
            continue;
        return &lex_texts[i];
    }
    return NULL;
}

static const char *type_before(const struct reader *r, uint32_t i)
{
    if (i > 0 && has_class(r, i - 1, LEX_NUMBER_LABEL))
        i--;
    for (uint32_t back = 1; back <= 3 && back <= i; back++) {
        const struct lex_phrase *hit;
        if (has_class(r, i - back, LEX_DOC_TYPE) && class_at(r, i - back, i, LEX_DOC_TYPE, &hit) == back)
            return hit->value;
    }
    return NULL;
}

static struct letter_ref *ref_same(struct letter *letter, const struct letter_ref *ref)
{
    for (size_t i = 0; i < letter->refs.count; i++) {
        struct letter_ref *other = &letter->refs.items[i];
        if (str_equal(other->number, ref->number) &&
            (other->date == ref->date || other->date == CIVIL_NONE || ref->date == CIVIL_NONE))
            return other;
    }
    return NULL;
}

static bool first_word_equal(struct str a, struct str b)
{
    size_t at = 0, bt = 0;
    struct str x, y;
    return viet_word(a, &at, &x) && viet_word(b, &bt, &y) && viet_equal_folded(x, y) && viet_word(a, &at, &x) &&
           viet_word(b, &bt, &y) && viet_equal_folded(x, y);
}

static enum err_code attachment_add(struct reader *r, struct letter_value name)
{
    for (size_t i = 0; i < r->letter->attachments.count; i++) {
        const struct letter_attachment *other = &r->letter->attachments.items[i];
        if (str_equal(other->name.text, name.text))
            return ERR_NONE;
        /* "theo Phụ lục kèm theo", which stands in this very text */
        if (other->is_inside && first_word_equal(other->name.text, name.text))
            return ERR_NONE;
    }
    if (r->letter->attachments.count >= ATTACHMENTS_MAX)
        return ERR_NONE;
    struct letter_attachment *a = vec_push(&r->letter->attachments, r->arena);
    if (!a)
        return arena_full(r->arena, r->err);
    a->name = name;
    return ERR_NONE;
}

/* "gửi kèm theo" at word i. In brackets by itself it speaks of the text cited before; "(Văn bản gửi kèm theo)" and
 * "theo mẫu gửi kèm" name what is attached. */
static enum err_code attached_at(struct reader *r, uint32_t i, uint32_t taken, const uint32_t *ref_first,
                                 const uint32_t *ref_last, const size_t *ref_index, size_t ref_count)
{
    struct letter *letter = r->letter;
    uint32_t from = i, stop = i > 7 ? i - 7 : 0;
    if (i > 0 && has_class(r, i - 1 - (i > 1 && has_class(r, i - 2, LEX_ISSUED_WORDS)), LEX_ISSUED_WORDS)) {
        /* "Ban hành kèm theo Quyết định này Quy chế …" */
        uint32_t at = i + taken, end = at;
        at += class_at(r, at, r->body_to, LEX_DOC_TYPE, NULL);
        at += at > i + taken && has_class(r, at, LEX_THIS_NEXT);
        for (end = at; end < r->body_to && !(r->words[end].kind == WORD_MARK && strchr(".;(", r->words[end].mark));)
            end++;
        if (at > i + taken && at < end) {
            struct letter_value name;
            TRY(words_value(r, at, end, &name));
            return attachment_add(r, name);
        }
    }
    while (from > stop) {
        const struct word *w = &r->words[from - 1];
        if (w->kind == WORD_MARK && w->mark != '/' && w->mark != '-')
            break;
        if (has_class(r, from - 1, LEX_NOT_VERB_AFTER) || has_class(r, from - 1, LEX_PLACED_IN) ||
            (r->words[from - 1].kind == WORD_TEXT && has_class(r, from - 1, LEX_PREAMBLE) &&
             class_at(r, from - 1, i, LEX_PREAMBLE, NULL) == 1))
            break;
        from--;
    }
    bool bare = from == i; /* nothing names it: "(gửi kèm theo)" */
    if (ref_count > 0 && (bare || ref_last[ref_count - 1] + 1 >= i || ref_last[ref_count - 1] > from)) {
        size_t k = ref_count - 1;
        bool same_sentence = true;
        for (uint32_t j = ref_last[k]; j < i && same_sentence; j++)
            same_sentence = !is_mark(r, j, ';') && i - ref_last[k] < 60;
        if (same_sentence) {
            /* "Văn bản A về việc thực hiện B (gửi kèm theo)" attaches A */
            while (k > 0 && ref_first[k] - ref_last[k - 1] < 40) {
                uint32_t at;
                if (!class_in(r, ref_last[k - 1], ref_first[k], LEX_ABOUT, &at))
                    break;
                k--;
            }
            letter->refs.items[ref_index[k]].is_attached = true;
            return attachment_add(
                r, (struct letter_value){letter->refs.items[ref_index[k]].number, letter->refs.items[ref_index[k]].at});
        }
    }
    if (bare)
        return ERR_NONE;
    struct letter_value name;
    TRY(words_value(r, from, i + taken, &name));
    return attachment_add(r, name);
}

/* Where the letter stops saying what it rests on: the first item, or, without items, the first paragraph that is no
 * preamble. */
static uint32_t basis_end(const struct reader *r)
{
    uint32_t paragraph = r->body_to;
    for (uint32_t i = r->body_from; i < r->body_to; i++) {
        const struct word *w = &r->words[i];
        if (!w->starts_line)
            continue;
        bool item = (w->kind == WORD_MARK && strchr("-+*\x01", w->mark)) ||
                    (w->kind == WORD_NUMBER && w->digits <= 2 && (is_mark(r, i + 1, '.') || is_mark(r, i + 1, ')'))) ||
                    (has_class(r, i, LEX_ARTICLE_WORD) && w->upper_first && i + 1 < r->body_to &&
                     r->words[i + 1].kind == WORD_NUMBER);
        if (item)
            return i;
        bool ended = i > r->body_from && r->words[i - 1].kind == WORD_MARK && strchr(".:", r->words[i - 1].mark);
        if (paragraph == r->body_to && ended && !has_class(r, i, LEX_PREAMBLE))
            paragraph = i;
    }
    return paragraph;
}

enum err_code refs_read(struct reader *r)
{
    struct letter *letter = r->letter;
    uint32_t basis_to = basis_end(r);
    uint32_t *first = arena_new_array(r->arena, uint32_t, REFS_MAX);
    uint32_t *last = arena_new_array(r->arena, uint32_t, REFS_MAX);
    size_t *index = arena_new_array(r->arena, size_t, REFS_MAX);
    if (!first || !last || !index)
        return arena_full(r->arena, r->err);
    size_t count = 0;
    for (uint32_t i = 0; i < r->word_count; i++) {
        if (has_class(r, i, LEX_ATTACHED) && i >= r->address_from && i < r->body_to) {
            uint32_t taken = class_at(r, i, r->word_count, LEX_ATTACHED, NULL);
            TRY(attached_at(r, i, taken, first, last, index, count));
            i += taken - 1;
            continue;
        }
        if (r->words[i].kind != WORD_NUMBER || r->words[i].digits > 5 || !is_mark(r, i + 1, '/') || count >= REFS_MAX)
            continue;
        if (i > 0 && r->words[i - 1].kind == WORD_MARK && (r->words[i - 1].mark == '/' || r->words[i - 1].mark == ':'))
            continue; /* a date's tail; the letter's own number */
        if (i > 0 && !r->words[i].spaced && r->words[i - 1].kind == WORD_TEXT && r->words[i - 1].to == r->words[i].from)
            continue; /* "2O5/STTTT-CNTT" of a bad copy: the number is not the "5" */
        uint32_t at = i + 2;
        if (at + 1 < r->word_count && r->words[at].kind == WORD_NUMBER && r->words[at].digits == 4 &&
            is_mark(r, at + 1, '/'))
            at += 2;
        bool label = i > 0 && has_class(r, i - 1, LEX_NUMBER_LABEL);
        uint32_t taken = symbol_at(r, at, label);
        if (!taken || (letter->number.at.to && r->words[i].from == letter->number.at.from))
            continue;
        struct letter_ref ref = {.date = CIVIL_NONE};
        struct letter_value value;
        TRY(words_value(r, i, at + taken, &value));
        ref.written = value.text;
        ref.at = value.at;
        TRY(words_mended(r, i, at + taken, &value));
        const struct str read = value.text; /* "912/CT-TTg" of "9l2/CT-TTg" */
        struct when_date date;
        uint32_t after = at + taken;
        if (after < r->word_count && has_class(r, after, LEX_DAY_WORD) && date_at(r, after + 1, r->word_count, &date) &&
            date.months == 0 && date.year && civil_is_valid(date.year, date.month, date.day))
            ref.date = civil_to_day(date.year, date.month, date.day);
        if (letter->number.at.to && letter->symbol.at.to && str_starts_with(read, letter->number.text) &&
            str_ends_with(read, letter->symbol.text) &&
            read.len_bytes == letter->number.text.len_bytes + 1 + letter->symbol.text.len_bytes)
            continue; /* an annex names the letter it belongs to */
        const struct lex_text *known = text_find(read, ref.date);
        if (known) {
            ref.is_known = true;
            ref.number = str_from_cstr(known->number);
            ref.title = known->title;
            ref.issuer = known->issuer;
            ref.type = known->type;
            if (ref.date == CIVIL_NONE && known->date && !civil_parse_iso(str_from_cstr(known->date), &ref.date))
                ref.date = CIVIL_NONE;
        } else {
            char *flat = arena_alloc(r->arena, read.len_bytes + 1, 1);
            if (!flat)
                return arena_full(r->arena, r->err);
            size_t n = 0;
            for (size_t k = 0; k < read.len_bytes; k++)
                if (read.ptr[k] != ' ')
                    flat[n++] = read.ptr[k];
            ref.number = (struct str){flat, n};
            ref.type = type_before(r, i);
            const struct lex_phrase *hit;
            if (!ref.type && class_at(r, at, at + 1, LEX_SYMBOL_TYPE, &hit))
                ref.type = hit->value;
        }
        ref.is_basis = (ref.at.from >= letter->subject.at.from && ref.at.to <= letter->subject.at.to) ||
                       (i >= r->body_from && i < basis_to);
        struct letter_ref *same = ref_same(letter, &ref);
        if (same) {
            same->is_basis = same->is_basis || ref.is_basis;
            if (same->date == CIVIL_NONE)
                same->date = ref.date;
        } else {
            same = vec_push(&letter->refs, r->arena);
            if (!same)
                return arena_full(r->arena, r->err);
            *same = ref;
        }
        /* Nothing that is cited is younger than the letter. */
        if (ref.date != CIVIL_NONE && ref.is_basis && (r->not_before == CIVIL_NONE || ref.date > r->not_before))
            r->not_before = ref.date;
        first[count] = i;
        last[count] = at + taken;
        index[count++] = (size_t)(same - letter->refs.items);
        i = at + taken - 1;
    }
    return ERR_NONE;
}
