#include "base/map.h"
#include "letter/letter_read.h"

#define WORD_LONGEST_BYTES  48u /* a longer run of letters is no word of ours */
#define PAGE_HEAD_BYTES_MIN 16u /* shorter: a stamp on every page, which must be seen */
#define PHRASE_WORDS_MAX    12u
#define GROUP_WORDS_MAX     400u
#define GROUP_DEPTH_MAX     16u
#define HEAD_LINES          8u   /* of the letter, which a running head says again */
#define PRINTED_LINES_MIN   12u  /* fewer tell nothing of the empty lines between them */
#define PRINTED_LINE_BYTES  130u /* longer ones are paragraphs */
#define BESIDE_MAX          400u /* lines beside page numbers that are compared */
#define UNMARKED_WORDS_MIN  3u
#define SHOUTED_LETTERS_MIN 60u
#define SHOUTED_ONE_IN      20u /* fewer small letters than one in so many */
#define UNMARKED_ONE_IN     20u /* a text with marks on fewer words is one typed without them (most words have one) */

/* tools/lettergen fills the slots with the same function (FNV-1a, 64 bits). */
static uint64_t vocabulary_hash(struct str text)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < text.len_bytes; i++)
        h = (h ^ (unsigned char)text.ptr[i]) * 0x100000001b3u;
    return h;
}

uint16_t vocabulary_find(struct str text)
{
    for (size_t at = (size_t)vocabulary_hash(text);; at++) {
        uint16_t id = lex_slots[at & lex_slot_mask];
        if (id == 0 || str_equal(str_from_cstr(lex_vocabulary[id]), text))
            return id;
    }
}

bool is_invisible(uint32_t cp)
{
    return cp == 0xAD || (cp >= 0x200B && cp <= 0x200F) || cp == 0x2060 || cp == 0xFEFF;
}

/* "12", "- 12 -", "Trang 12", "Trang 2/5", with digits and blanks of any width: what a printer puts on every page. */
static bool is_page_number(struct str s)
{
    char plain[24];
    size_t n = 0, digits = 0;
    if (s.len_bytes > 40)
        return false;
    for (size_t pos = 0; pos < s.len_bytes;) {
        uint32_t cp = utf8_next(s, &pos);
        if (is_invisible(cp))
            continue;
        cp = cp == 0xA0 ? ' ' : cp >= 0xFF01 && cp <= 0xFF5E ? cp - 0xFEE0 : cp;
        if (cp >= 0x80 || n == sizeof plain)
            return false;
        plain[n++] = (char)cp;
    }
    s = (struct str){plain, n};
    if (str_starts_with(s, STR("Trang ")) || str_starts_with(s, STR("TRANG ")))
        s = str_trim(str_slice(s, 6, s.len_bytes));
    if (s.len_bytes > 12 || (s.len_bytes && s.ptr[0] == '/'))
        return false;
    for (size_t i = 0; i < s.len_bytes; i++) {
        char c = s.ptr[i];
        bool digit = c >= '0' && c <= '9';
        digits += digit;
        if (!digit && c != ' ' && c != '/' && !(c == '-' && (i == 0 || i == s.len_bytes - 1)))
            return false;
    }
    return digits > 0 && digits <= 6;
}

/* "-------", "_____", "* * *": drawn, not said. */
static bool is_drawn(struct str s)
{
    size_t marks = 0;
    for (size_t i = 0; i < s.len_bytes; i++) {
        if (!s.ptr[i] || !strchr("-_=*~ ", s.ptr[i]))
            return false;
        marks += s.ptr[i] != ' ';
    }
    return marks >= 3;
}

/* The next run of bytes of a folded text that are no white space. */
static bool folded_word(struct str s, size_t *pos, struct str *ret_word)
{
    while (*pos < s.len_bytes && (unsigned char)s.ptr[*pos] <= ' ')
        ++*pos;
    size_t from = *pos;
    while (*pos < s.len_bytes && (unsigned char)s.ptr[*pos] > ' ')
        ++*pos;
    *ret_word = str_slice(s, from, *pos);
    return *pos > from;
}

/* All words of the line stand in the first lines of the letter: its head again, on a further page. */
static enum err_code repeats_head(struct reader *r, struct str s, bool *ret_repeats)
{
    uint32_t to = r->lines[r->line_count > HEAD_LINES ? HEAD_LINES - 1 : 0].to;
    struct str head = viet_fold(r->arena, (struct str){r->text.ptr, to}), word;
    s = viet_fold(r->arena, s);
    *ret_repeats = false;
    if (str_is_null(head) || str_is_null(s))
        return arena_full(r->arena, r->err);
    for (size_t pos = 0; folded_word(s, &pos, &word);) {
        bool found = false;
        struct str other;
        for (size_t at = 0; !found && folded_word(head, &at, &other);)
            found = str_equal(word, other);
        if (!found)
            return ERR_NONE;
    }
    *ret_repeats = true;
    return ERR_NONE;
}

static struct str line_text(const struct reader *r, uint32_t l)
{
    return (struct str){r->text.ptr + r->lines[l].from, r->lines[l].to - r->lines[l].from};
}

/* A running head or foot in small letters: the same line stands beside two page numbers. */
static enum err_code frames_beside_numbers(struct reader *r)
{
    uint32_t beside[BESIDE_MAX], count = 0;
    for (uint32_t l = 0; l < r->line_count && count + 2 <= BESIDE_MAX; l++) {
        if (!r->lines[l].is_frame || !is_page_number(line_text(r, l)))
            continue;
        for (int step = -1; step <= 1; step += 2) {
            uint32_t k = l;
            do
                k = k + (uint32_t)step;
            while (k < r->line_count && r->lines[k].is_blank);
            if (k < r->line_count && !r->lines[k].is_frame && r->lines[k].to - r->lines[k].from >= PAGE_HEAD_BYTES_MIN)
                beside[count++] = k;
        }
    }
    struct str keys[BESIDE_MAX];
    for (uint32_t i = 0; i < count; i++) {
        keys[i] = viet_search_key(r->arena, line_text(r, beside[i]));
        if (str_is_null(keys[i]))
            return arena_full(r->arena, r->err);
    }
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < count; k++)
            if (beside[i] != beside[k] && str_equal(keys[i], keys[k]))
                r->lines[beside[i]].is_frame = true;
    return ERR_NONE;
}

void reader_spacing(struct reader *r, uint32_t from_line, uint32_t to_line)
{
    uint32_t text_lines = 0, after_blank = 0;
    uint64_t bytes = 0;
    bool before_blank = true;
    for (uint32_t i = from_line; i < to_line; i++) {
        const struct line *line = &r->lines[i];
        text_lines += !line->is_blank;
        after_blank += !line->is_blank && before_blank;
        before_blank = line->is_blank;
        bytes += line->to - line->from;
    }
    /* Where a letter is printed with an empty line between all lines, its paragraphs are short of words; where
     * paragraphs are long lines, an empty line is a paragraph. */
    r->is_double_spaced = text_lines >= PRINTED_LINES_MIN && after_blank * 10 > text_lines * 8 &&
                          bytes <= (uint64_t)text_lines * PRINTED_LINE_BYTES;
}

static enum err_code read_lines(struct reader *r)
{
    size_t count = 1;
    for (size_t i = 0; i < r->text.len_bytes; i++)
        count += r->text.ptr[i] == '\n' || r->text.ptr[i] == '\f';
    r->lines = arena_new_array(r->arena, struct line, count);
    if (!r->lines)
        return arena_full(r->arena, r->err);
    struct map seen = {0};
    uint32_t from = 0;
    bool after_number = false, after_repeat = false;
    for (size_t i = 0; i <= r->text.len_bytes; i++) {
        if (i < r->text.len_bytes && r->text.ptr[i] != '\n' && r->text.ptr[i] != '\f')
            continue;
        struct str s = str_trim((struct str){r->text.ptr + from, i - from});
        while (str_starts_with(s, STR("\xC2\xA0")) || str_starts_with(s, STR(" ")))
            s = str_slice(s, s.ptr[0] == ' ' ? 1 : 2, s.len_bytes);
        struct line *line = &r->lines[r->line_count++];
        line->from = (uint32_t)(s.len_bytes ? s.ptr - r->text.ptr : from);
        line->to = line->from + (uint32_t)s.len_bytes;
        line->is_blank = s.len_bytes == 0;
        line->is_frame = !line->is_blank && (is_page_number(s) || is_drawn(s));
        /* what stands in capitals right below a page number is the head of a page */
        if (after_number && s.len_bytes >= PAGE_HEAD_BYTES_MIN && !line->is_frame) {
            if (r->is_shouted)
                TRY(repeats_head(r, s, &line->is_frame));
            else
                line->is_frame = viet_is_all_upper(s);
        }
        if (!line->is_blank)
            after_number = line->is_frame && is_page_number(s);
        /* A heading in capitals that stood on an earlier page; not the authority over "KT. GIÁM ĐỐC", which the
         * letterhead named. */
        bool is_repeat = false;
        if (s.len_bytes >= 12 && s.len_bytes <= 200 && !r->is_shouted && viet_is_all_upper(s)) {
            uintptr_t earlier = (uintptr_t)map_get(&seen, s);
            if (earlier && r->line_count - earlier > 12)
                is_repeat = line->is_frame = true;
            else if (!earlier && !map_put(&seen, r->arena, s, (void *)(uintptr_t)r->line_count))
                return arena_full(r->arena, r->err);
        }
        if (after_repeat && !line->is_blank && !line->is_frame && viet_is_all_upper(s))
            line[-1].is_frame = false;
        after_repeat = is_repeat;
        from = (uint32_t)i + 1;
    }
    TRY(frames_beside_numbers(r));
    reader_spacing(r, 0, r->line_count);
    return ERR_NONE;
}

static bool is_word_byte(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || c >= 0x80;
}

static void word_case(const struct reader *r, struct word *w)
{
    struct str s = word_text(r, (uint32_t)(w - r->words));
    size_t pos = 0;
    char lower[WORD_LONGEST_BYTES + 4];
    size_t lower_len = 0;
    bool all = true, first = true;
    while (pos < s.len_bytes) {
        uint32_t cp = utf8_next(s, &pos);
        if (is_invisible(cp))
            continue;
        bool upper = viet_is_upper(cp);
        if (first)
            w->upper_first = w->capital = upper;
        first = false;
        all = all && (upper || cp == '-' || !viet_is_letter(cp));
        if (lower_len < WORD_LONGEST_BYTES)
            lower_len += utf8_put(lower + lower_len, viet_lower_char(cp));
    }
    w->upper_all = all && w->upper_first;
    w->exact = lower_len < WORD_LONGEST_BYTES ? vocabulary_find((struct str){lower, lower_len}) : 0;
}

/* A syllable that a page or line break cut in two ("thông t" / "in", "th" / "ông") is put together when that makes a
 * word we know, or a syllable of the language, and the halves are none. */
static bool join_broken(struct reader *r, struct str fold, uint32_t previous_fold_from, uint32_t from, uint32_t to,
                        uint32_t raw_from, uint32_t raw_to)
{
    struct word *w = &r->words[r->word_count - 1];
    if (r->word_count < 2)
        return false;
    bool letter = w->to - w->from <= 2 && !is_mark(r, r->word_count - 2, '/'); /* not the "c" of "b/c" */
    if (w->kind != WORD_TEXT || (w->upper_all && !r->is_shouted) || to - previous_fold_from > 12)
        return false;
    char joined[16];
    size_t n = 0;
    for (uint32_t i = previous_fold_from; i < to; i++)
        if (is_word_byte((unsigned char)fold.ptr[i]) && n < sizeof joined)
            joined[n++] = fold.ptr[i];
    if (n < 2 || n == to - from || n == sizeof joined)
        return false;
    uint16_t id = vocabulary_find((struct str){joined, n});
    char raw[64];
    size_t first = w->to - w->from, second = raw_to - raw_from;
    if (first + second >= sizeof raw)
        return false;
    memcpy(raw, r->text.ptr + w->from, first);
    memcpy(raw + first, r->text.ptr + raw_from, second);
    struct str whole = {raw, first + second};
    bool known = id && n >= 3 && to - previous_fold_from <= 8 && (!w->folded || letter);
    bool halves = !viet_is_syllable_unmarked((struct str){raw, first}) ||
                  !viet_is_syllable_unmarked((struct str){raw + first, second});
    if (!known && !(halves && viet_is_syllable_unmarked(whole)))
        return false;
    w->folded = id;
    char lower[64 + 4];
    size_t lower_bytes = 0;
    for (size_t pos = 0; pos < whole.len_bytes && lower_bytes < WORD_LONGEST_BYTES;)
        lower_bytes += utf8_put(lower + lower_bytes, viet_lower_char(utf8_next(whole, &pos)));
    w->exact = lower_bytes < WORD_LONGEST_BYTES ? vocabulary_find((struct str){lower, lower_bytes}) : 0;
    return true;
}

/* Brackets pair from the inside; a quote closes at the next quote. A pair further apart than GROUP_WORDS_MAX is a slip.
 */
static void pair_groups(struct reader *r)
{
    uint32_t open[GROUP_DEPTH_MAX], depth = 0, quote = 0;
    for (uint32_t i = 0; i < r->word_count; i++) {
        if (r->words[i].kind != WORD_MARK)
            continue;
        char mark = r->words[i].mark;
        if (mark == '(' || mark == '[') {
            if (depth == GROUP_DEPTH_MAX) { /* the outermost are given up */
                memmove(open, open + 1, sizeof open - sizeof open[0]);
                depth--;
            }
            open[depth++] = i;
        } else if (mark == ')' || mark == ']') {
            char want = mark == ')' ? '(' : '[';
            uint32_t k = depth;
            while (k > 0 && r->words[open[k - 1]].mark != want)
                k--;
            if (k > 0) {
                depth = k - 1;
                if (i - open[depth] < GROUP_WORDS_MAX)
                    r->words[open[depth]].group_close = i;
            }
        } else if (mark == '"') {
            if (quote && i - quote < GROUP_WORDS_MAX)
                r->words[quote].group_close = i;
            quote = i;
        }
    }
}

/* A word of the lexicon with "=": by its marks, and in a text without any by its letters. */
static bool exact_fits(const struct reader *r, const struct word *w, const struct lex_word *want)
{
    return w->exact == want->id || (r->is_unmarked && want->exact == 1 && w->folded && w->folded == lex_bare[want->id]);
}

/* In a text without marks: "so" of "so lieu" is no "sở", "bo" of "can bo" no "bộ". */
static bool is_other_word(const struct reader *r, uint32_t i, const struct lex_word *want, uint32_t count)
{
    const struct word *w = &r->words[i];
    if (!r->is_unmarked || want->exact != 1 || w->compound_len < 2)
        return false;
    return w->compound_at > 0 || w->compound_len > count;
}

/* Words taken when the phrase stands at i; commas inside it do not count. */
static uint32_t phrase_at(const struct reader *r, uint32_t i, uint32_t end, const struct lex_word *want, uint32_t count)
{
    uint32_t at = i;
    if (is_other_word(r, i, want, count))
        return 0;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t tries = want[k].gap + 1u;
        while (at < end) {
            const struct word *w = &r->words[at];
            if (want[k].exact ? exact_fits(r, w, &want[k]) : w->folded == want[k].id)
                break;
            bool name_ends = k == 1 && want[0].exact; /* "Văn phòng Sở, điện thoại 09…", "Chuyển đổi số, điện thoại" */
            if (k > 0 && w->kind == WORD_MARK && (w->mark == ',' || w->mark == '"') && !name_ends) {
                at++;
                continue;
            }
            if (--tries == 0)
                return 0;
            at++;
        }
        if (at >= end)
            return 0;
        at++;
    }
    return at - i;
}

static void unmarked_find(struct reader *r)
{
    uint32_t words = 0, marked = 0;
    for (uint32_t i = 0; i < r->word_count; i++) {
        if (r->words[i].kind != WORD_TEXT)
            continue;
        words++;
        for (size_t k = r->words[i].from; k < r->words[i].to;) {
            bool plain = (unsigned char)r->text.ptr[k] < 0x80;
            uint32_t cp = plain ? 0 : utf8_next(r->text, &k);
            k += plain;
            if (!plain && !is_invisible(cp)) {
                marked++;
                break;
            }
        }
    }
    r->is_unmarked = words >= UNMARKED_WORDS_MIN && marked * UNMARKED_ONE_IN < words;
    for (uint32_t i = 0; r->is_unmarked && i < r->word_count; i++) {
        const struct lex_phrase *hit;
        uint32_t n = class_at(r, i, r->word_count, LEX_BARE_OTHER, &hit);
        if (n && n != hit->count)
            continue; /* a comma stands between: "Chinh phu, So Y te" is no "chinh phu so" */
        for (uint32_t k = 0; k < n; k++) {
            if (r->words[i + k].compound_len < n) {
                r->words[i + k].compound_at = (uint8_t)k;
                r->words[i + k].compound_len = (uint8_t)n;
            }
        }
    }
}

static void add_classes_of(struct reader *r, uint32_t i, uint32_t end, uint16_t id)
{
    struct word *w = &r->words[i];
    struct lex_range range = lex_phrase_of_word[id];
    for (uint16_t p = range.at; p < range.at + range.count; p++) {
        const struct lex_phrase *phrase = &lex_phrases[p];
        if (!((w->classes[phrase->cls / 64] >> (phrase->cls % 64)) & 1) &&
            phrase_at(r, i, end, &lex_words[phrase->at], phrase->count))
            w->classes[phrase->cls / 64] |= 1ull << (phrase->cls % 64);
    }
}

static void add_classes(struct reader *r, uint32_t first, uint32_t last)
{
    for (uint32_t i = first; i < last; i++) {
        const struct word *w = &r->words[i];
        add_classes_of(r, i, last, w->folded);
        if (w->exact != w->folded)
            add_classes_of(r, i, last, w->exact);
        for (uint32_t v = 0; r->is_unmarked && v < lex_variants[w->folded].count; v++)
            add_classes_of(r, i, last, lex_variant_ids[lex_variants[w->folded].at + v]);
    }
}

void reader_renew(struct reader *r)
{
    uint32_t i = 0;
    for (uint32_t l = 0; l < r->line_count; l++) {
        r->lines[l].first = i;
        while (i < r->word_count && r->words[i].line == l)
            i++;
        r->lines[l].last = i;
    }
    for (i = 0; i < r->word_count; i++) {
        r->words[i].group_close = 0;
        memset(r->words[i].classes, 0, sizeof r->words[i].classes);
    }
    pair_groups(r);
    add_classes(r, 0, r->word_count);
}

void reader_classes(struct reader *r, uint32_t first, uint32_t last)
{
    uint32_t open = last;
    for (uint32_t i = first; i < last; i++) {
        struct word *w = &r->words[i];
        memset(w->classes, 0, sizeof w->classes);
        w->group_close = 0;
        if (is_mark(r, i, '('))
            open = i;
        else if (is_mark(r, i, ')') && open < i)
            r->words[open].group_close = i;
    }
    add_classes(r, first, last);
}

static bool is_all_capitals(struct str s)
{
    size_t capitals = 0, small = 0;
    for (size_t i = 0; i < s.len_bytes; i++) {
        capitals += s.ptr[i] >= 'A' && s.ptr[i] <= 'Z';
        small += s.ptr[i] >= 'a' && s.ptr[i] <= 'z';
    }
    return capitals >= SHOUTED_LETTERS_MIN && small * SHOUTED_ONE_IN < capitals;
}

bool is_over_page(const struct reader *r, uint32_t i)
{
    for (uint32_t l = i ? r->words[i - 1].line + 1 : r->words[i].line; l < r->words[i].line; l++)
        if (r->lines[l].is_frame)
            return true;
    return false;
}

uint32_t line_gap(const struct reader *r, uint32_t i)
{
    return i == 0 ? 0 : is_over_page(r, i) ? 1 : r->words[i].line - r->words[i - 1].line;
}

/* Do the two words stand side by side in a phrase of the lexicon ("lỗ" / "hổng" over an empty line)? */
static bool is_bigram(uint16_t a, uint16_t b)
{
    for (unsigned p = 0; a && b && p < lex_phrase_count; p++)
        for (unsigned k = 1; k < lex_phrases[p].count; k++) {
            const struct lex_word *w = &lex_words[lex_phrases[p].at + k];
            if (!w->gap && lex_bare[w->id] == b && lex_bare[w[-1].id] == a)
                return true;
        }
    return false;
}

/* In a text all in capitals only what starts a sentence counts as written with one. */
static void capitals_forget(struct reader *r)
{
    for (uint32_t i = 1; i < r->word_count; i++) {
        struct word *w = &r->words[i], *previous = &r->words[i - 1];
        bool ended = previous->kind == WORD_MARK && strchr(".;:!?-+*)\x01", previous->mark);
        w->upper_first =
            w->capital &&
            (ended || (line_gap(r, i) > 1 && previous->kind != WORD_NUMBER && !is_bigram(previous->folded, w->folded)));
    }
}

/* Is the word just read, [from, to) of the folded text, made of the letters a scanner takes for digits? A Roman numeral
 * is, when a digit stands beside it. */
static bool is_slip(const struct reader *r, struct str fold, size_t from, size_t to)
{
    const struct word *w = &r->words[r->word_count];
    if (to - from > MENDED_CHARS_MAX || w->to - w->from != to - from)
        return false;
    bool roman = true;
    for (size_t i = from; i < to; i++) {
        if (!strchr("lio", fold.ptr[i]))
            return false;
        roman = roman && fold.ptr[i] == 'i';
    }
    return !roman || (to < fold.len_bytes && fold.ptr[to] >= '0' && fold.ptr[to] <= '9') ||
           (from > 0 && fold.ptr[from - 1] >= '0' && fold.ptr[from - 1] <= '9');
}

enum err_code reader_words(struct reader *r)
{
    r->is_shouted = is_all_capitals(r->text);
    TRY(read_lines(r));
    struct viet_folded folded;
    if (!viet_fold_map(r->arena, r->text, &folded))
        return arena_full(r->arena, r->err);
    struct str fold = folded.text;
    /* Every word takes at least one byte of the fold; most letters have one word in four bytes. Counted first, so that
     * the array is as large as needed. */
    size_t count = 0;
    for (size_t i = 0; i < fold.len_bytes;) {
        unsigned char c = (unsigned char)fold.ptr[i];
        size_t j = i + 1;
        if (c >= 'a' && c <= 'z')
            while (j < fold.len_bytes && is_word_byte((unsigned char)fold.ptr[j]))
                j++;
        else if (c >= '0' && c <= '9')
            while (j < fold.len_bytes && fold.ptr[j] >= '0' && fold.ptr[j] <= '9')
                j++;
        else if (c == ' ' || (c < ' ' && c != 1)) {
            i = j;
            continue;
        }
        count++;
        i = j;
    }
    r->words = arena_new_array(r->arena, struct word, count + LOOK_AHEAD_WORDS);
    if (!r->words)
        return arena_full(r->arena, r->err);
    uint32_t line = 0;
    uint32_t previous_fold_from = 0;
    bool spaced = true, starts = true;
    r->lines[0].first = 0;
    for (size_t i = 0; i < fold.len_bytes;) {
        unsigned char c = (unsigned char)fold.ptr[i];
        uint32_t at = folded.source_at[i];
        while (line + 1 < r->line_count && at >= r->lines[line].to &&
               (c == '\n' || c == '\f' || at >= r->lines[line + 1].from)) {
            r->lines[line].last = r->word_count;
            line++;
            r->lines[line].first = r->word_count;
            starts = true;
            if (c == '\n' || c == '\f')
                break;
        }
        size_t j = i + 1;
        if (c <= ' ') {
            spaced = true;
            i = j;
            continue;
        }
        struct word w = {.line = line, .spaced = spaced, .starts_line = starts};
        if (is_word_byte(c)) {
            /* Typographic marks above ASCII that the fold leaves alone ("…", "•") are marks, each by itself. */
            size_t pos = i;
            if (c >= 0x80 && !viet_is_letter(utf8_next(fold, &pos))) {
                w.kind = WORD_MARK;
                w.mark = '\x01';
                j = pos;
            } else {
                w.kind = WORD_TEXT;
                while (j < fold.len_bytes && is_word_byte((unsigned char)fold.ptr[j]))
                    j++;
            }
        } else if (c >= '0' && c <= '9') {
            w.kind = WORD_NUMBER;
            while (j < fold.len_bytes && fold.ptr[j] >= '0' && fold.ptr[j] <= '9') {
                if (w.number < 100000000)
                    w.number = w.number * 10 + (uint32_t)(fold.ptr[j] - '0');
                j++;
            }
            w.number = 0;
            for (size_t k = i; k < j && k < i + 9; k++)
                w.number = w.number * 10 + (uint32_t)(fold.ptr[k] - '0');
            w.digits = (uint8_t)(j - i > 200 ? 200 : j - i);
        } else {
            w.kind = WORD_MARK;
            w.mark = (char)c;
        }
        w.from = at;
        w.to = folded.source_at[j];
        bool dropped = r->lines[line].is_frame;
        /* Emphasis of Markdown and drawn lines say nothing; "* " at the start of a line is an item. */
        if (w.kind == WORD_MARK && (c == '*' || c == '_')) {
            bool is_item = c == '*' && starts && j < fold.len_bytes && fold.ptr[j] == ' ';
            dropped = dropped || !is_item;
        }
        if (!dropped && w.kind == WORD_TEXT && starts && r->word_count > 0 && line > 0 && j - i <= 6 &&
            (r->is_shouted || !viet_is_upper(utf8_next(r->text, &(size_t){at}))) &&
            join_broken(r, fold, previous_fold_from, (uint32_t)i, (uint32_t)j, w.from, w.to)) {
            r->words[r->word_count - 1].to = w.to;
            dropped = true;
            starts = false;
        }
        if (!dropped) {
            if (w.kind == WORD_TEXT && j - i < WORD_LONGEST_BYTES)
                w.folded = vocabulary_find(str_slice(fold, i, j));
            else if (w.kind == WORD_NUMBER || w.kind == WORD_MARK)
                w.folded = j - i < 8 ? vocabulary_find(str_slice(fold, i, j)) : 0;
            r->words[r->word_count] = w;
            if (w.kind == WORD_TEXT) {
                word_case(r, &r->words[r->word_count]);
                if ((c == 'l' || c == 'i' || c == 'o') && !r->may_need_mending)
                    r->may_need_mending = is_slip(r, fold, i, j);
            } else {
                r->words[r->word_count].exact = w.folded;
            }
            r->word_count++;
            previous_fold_from = (uint32_t)i;
            starts = false;
            spaced = false;
        }
        i = j;
    }
    r->lines[line].last = r->word_count;
    for (uint32_t k = line + 1; k < r->line_count; k++)
        r->lines[k].first = r->lines[k].last = r->word_count;
    pair_groups(r);
    if (r->is_shouted)
        capitals_forget(r);
    unmarked_find(r);
    add_classes(r, 0, r->word_count);
    return ERR_NONE;
}

enum err_code reader_pieces(struct reader *r)
{
    for (uint32_t l = 0; l < r->line_count; l++) {
        const struct line *line = &r->lines[l];
        uint32_t first = line->first;
        while (first < line->last) {
            uint32_t last = first + 1;
            while (last < line->last) {
                uint32_t gap_from = r->words[last - 1].to, gap_to = r->words[last].from;
                bool cut = false;
                uint32_t blanks = 0;
                for (uint32_t k = gap_from; k < gap_to && !cut; k++) {
                    char c = r->text.ptr[k];
                    cut = c == '\t';
                    blanks += c == ' ';
                }
                /* "Số:          /SGDĐT-VP" is one piece: the blanks wait for a number. */
                cut = (cut || blanks >= 3) && !is_mark(r, last, '/') &&
                      !(is_mark(r, last - 1, ':') && last - 2 == first && has_class(r, first, LEX_NUMBER_LABEL));
                if (cut && last - 1 > first && r->words[last - 1].folded && has_class(r, last - 1, LEX_DAY_WORD))
                    cut = false;
                if (cut && (has_class(r, last, LEX_MONTH_WORD) || has_class(r, last, LEX_YEAR_WORD)))
                    cut = false; /* "ngày            tháng    năm 2023" */
                if (cut)
                    break;
                last++;
            }
            struct piece *piece = vec_push(&r->pieces, r->arena);
            if (!piece)
                return arena_full(r->arena, r->err);
            *piece =
                (struct piece){.first = first, .last = last, .line = l, .column = r->words[first].from - line->from};
            piece->is_upper = viet_is_all_upper(
                (struct str){r->text.ptr + r->words[first].from, r->words[last - 1].to - r->words[first].from});
            first = last;
        }
    }
    return ERR_NONE;
}

struct str word_text(const struct reader *r, uint32_t i)
{
    return (struct str){r->text.ptr + r->words[i].from, r->words[i].to - r->words[i].from};
}

static uint32_t class_at_word(const struct reader *r, uint32_t i, uint32_t end, enum letter_class cls, uint16_t id,
                              uint32_t best, const struct lex_phrase **ret)
{
    struct lex_range range = lex_phrase_of_word[id];
    for (uint16_t p = range.at; p < range.at + range.count; p++) {
        const struct lex_phrase *phrase = &lex_phrases[p];
        if (phrase->cls != cls)
            continue;
        uint32_t n = phrase_at(r, i, end, &lex_words[phrase->at], phrase->count);
        if (n > best) {
            best = n;
            if (ret)
                *ret = phrase;
        }
    }
    return best;
}

uint32_t class_at(const struct reader *r, uint32_t i, uint32_t end, enum letter_class cls,
                  const struct lex_phrase **ret)
{
    if (i >= end)
        return 0;
    const struct word *w = &r->words[i];
    uint32_t best = class_at_word(r, i, end, cls, w->exact, 0, ret);
    if (w->folded != w->exact)
        best = class_at_word(r, i, end, cls, w->folded, best, ret);
    for (uint32_t v = 0; r->is_unmarked && v < lex_variants[w->folded].count; v++)
        best = class_at_word(r, i, end, cls, lex_variant_ids[lex_variants[w->folded].at + v], best, ret);
    return best;
}

bool class_in(const struct reader *r, uint32_t from, uint32_t to, enum letter_class cls, uint32_t *ret_at)
{
    for (uint32_t i = from; i < to; i++) {
        if (has_class(r, i, cls) && class_at(r, i, to, cls, NULL)) {
            if (ret_at)
                *ret_at = i;
            return true;
        }
    }
    return false;
}

bool phrase_in(const struct reader *r, uint32_t from, uint32_t to, struct lex_range alternative, uint32_t *ret_at)
{
    const struct lex_word *want = &lex_words[alternative.at];
    for (uint32_t i = from; i < to; i++) {
        const struct word *w = &r->words[i];
        bool fits = want->exact ? exact_fits(r, w, want) : w->folded == want->id;
        if (fits && phrase_at(r, i, to, want, alternative.count)) {
            if (ret_at)
                *ret_at = i;
            return true;
        }
    }
    return false;
}

static enum err_code words_print(struct reader *r, uint32_t first, uint32_t last, bool mended, struct letter_value *ret)
{
    if (first >= last) {
        *ret = (struct letter_value){0};
        return ERR_NONE;
    }
    uint32_t from = r->words[first].from, to = r->words[last - 1].to;
    char *out = arena_alloc(r->arena, (size_t)(to - from) + (last - first) + 1, 1);
    if (!out)
        return arena_full(r->arena, r->err);
    size_t n = 0;
    for (uint32_t i = first; i < last; i++) {
        const struct word *w = &r->words[i];
        bool split_number = i > first + 1 && w->kind == WORD_NUMBER && is_mark(r, i - 1, '/') && w->starts_line &&
                            r->words[i - 2].kind == WORD_NUMBER; /* "31/12/" / "2027" */
        if (i > first && w->spaced && !split_number)
            out[n++] = ' ';
        /* a word put together over a line break has white space inside */
        for (size_t k = w->from; k < w->to;) {
            unsigned char c = (unsigned char)r->text.ptr[k];
            if (c != 0xC2 && c < 0xE2) {
                char digit = mended && w->is_mended ? mended_digit(r, c) : '\0';
                if (c > ' ')
                    out[n++] = digit ? digit : (char)c;
                k++;
                continue;
            }
            uint32_t cp = utf8_next(r->text, &k);
            if (is_invisible(cp) || cp == 0xA0)
                continue;
            if (cp >= 0xFF01 && cp <= 0xFF5E) /* full-width */
                cp -= 0xFEE0;
            n += utf8_put(out + n, cp);
        }
    }
    out[n] = '\0';
    *ret = (struct letter_value){{out, n}, {from, to}};
    return ERR_NONE;
}

enum err_code words_value(struct reader *r, uint32_t first, uint32_t last, struct letter_value *ret)
{
    return words_print(r, first, last, false, ret);
}

enum err_code words_mended(struct reader *r, uint32_t first, uint32_t last, struct letter_value *ret)
{
    return words_print(r, first, last, true, ret);
}
