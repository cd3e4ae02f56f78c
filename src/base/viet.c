#include "base/viet.h"

#include "viet_table.h" /* made by viet_table.py */

#define LATIN_COUNT 720
#define MARK_FIRST  0x300u
#define MARK_LAST   0x36Fu
#define SEGMENT_MAX 32 /* a letter with more marks is cut here (Unicode Annex 15: the stream-safe format allows 30) */
#define MARK_GRAVE  0x300u /* huyền */
#define MARK_ACUTE  0x301u /* sắc */
#define MARK_CIRCUM 0x302u
#define MARK_TILDE  0x303u /* ngã */
#define MARK_BREVE  0x306u
#define MARK_HOOK   0x309u /* hỏi */
#define MARK_HORN   0x31Bu
#define MARK_DOT    0x323u /* nặng */

_Static_assert(ARRAY_LEN(latin_first) == LATIN_COUNT, "two dense ranges");

/* Index into the Latin tables, or -1. */
static int latin_index(uint32_t cp)
{
    if (cp >= 0x80 && cp < 0x250)
        return (int)cp - 0x80;
    if (cp >= 0x1E00 && cp < 0x1F00)
        return (int)cp - 0x1E00 + 0x1D0;
    return -1;
}

static bool is_mark(uint32_t cp)
{
    return cp >= MARK_FIRST && cp <= MARK_LAST;
}

static int mark_class_of(uint32_t cp)
{
    return is_mark(cp) ? mark_class[cp - MARK_FIRST] : 0;
}

static struct str finish(const struct buf *buf, struct arena *arena)
{
    return buf->failed ? STR_NONE : arena_str(arena, buf_str(buf));
}

/* Results grow at most three times (a broken byte becomes U+FFFD; a letter falls apart into letter and marks). */
static size_t room_for(struct str s)
{
    size_t room;
    return size_mul(s.len_bytes, 5, &room) && size_add(room, 64, &room) ? room : SIZE_MAX / 2;
}

/* --- normal form --- */

/* One base character and its marks, decomposed and in order. Every form goes through here. */
struct segment {
    uint32_t cps[SEGMENT_MAX];
    size_t count;
    bool compose;
    struct buf *out;
    /* When out is NULL the result is compared with this instead of written. */
    struct str want;
    size_t want_at;
    bool differs;
};

static uint32_t compose_pair(uint32_t first, uint32_t second)
{
    size_t lo = 0, hi = ARRAY_LEN(pairs);
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (pairs[mid].first < first || (pairs[mid].first == first && pairs[mid].second < second))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < ARRAY_LEN(pairs) && pairs[lo].first == first && pairs[lo].second == second ? pairs[lo].whole : 0;
}

static void segment_emit(struct segment *seg, uint32_t cp)
{
    if (seg->out) {
        buf_put_char(seg->out, cp);
        return;
    }
    char out[4];
    size_t n = utf8_put(out, cp);
    if (seg->want.len_bytes - seg->want_at < n || memcmp(seg->want.ptr + seg->want_at, out, n) != 0)
        seg->differs = true;
    else
        seg->want_at += n;
}

static void segment_flush(struct segment *seg)
{
    if (seg->count == 0)
        return;
    uint32_t *c = seg->cps;
    /* The shape of a vowel before its tone, in whatever order they were typed. The dot below has a lower class than the
     * circumflex and stays before it, as NFD wants; only marks of one class are swapped, and horn's class is lower than
     * all of them. */
    for (size_t i = 2; i < seg->count; i++) {
        if ((c[i] != MARK_CIRCUM && c[i] != MARK_BREVE) || strchr("aeouAEOU", (int)(c[0] < 0x80 ? c[0] : '?')) == NULL)
            continue;
        for (size_t k = i;
             k > 1 && mark_class_of(c[k - 1]) == mark_class_of(c[k]) &&
             (c[k - 1] == MARK_GRAVE || c[k - 1] == MARK_ACUTE || c[k - 1] == MARK_TILDE || c[k - 1] == MARK_HOOK);
             k--) {
            uint32_t swap = c[k];
            c[k] = c[k - 1];
            c[k - 1] = swap;
        }
    }
    if (seg->compose) {
        /* Annex 15: a mark joins the starter unless one of the same class stands between. */
        size_t kept = 1;
        int last_class = 0;
        for (size_t i = 1; i < seg->count; i++) {
            int class = mark_class_of(c[i]);
            uint32_t whole = kept == 1 || last_class < class ? compose_pair(c[0], c[i]) : 0;
            if (whole) {
                c[0] = whole;
            } else {
                c[kept++] = c[i];
                last_class = class;
            }
        }
        seg->count = kept;
    }
    for (size_t i = 0; i < seg->count; i++)
        segment_emit(seg, c[i]);
    seg->count = 0;
}

static void segment_add(struct segment *seg, uint32_t cp)
{
    if (cp == 0x340 || cp == 0x341) /* the deprecated Vietnamese tone marks mean the common ones */
        cp -= 0x40;
    int i = latin_index(cp);
    if (i >= 0 && latin_first[i]) {
        segment_add(seg, latin_first[i]);
        segment_add(seg, latin_second[i]);
        return;
    }
    int class = mark_class_of(cp);
    if (class == 0 || seg->count == SEGMENT_MAX)
        segment_flush(seg);
    size_t at = seg->count++;
    /* Canonical order: stable by class, never over the base. */
    while (class != 0 && at > 0 && mark_class_of(seg->cps[at - 1]) > class) {
        seg->cps[at] = seg->cps[at - 1];
        at--;
    }
    seg->cps[at] = cp;
}

static void normalise(struct segment *seg, struct str s)
{
    for (size_t pos = 0; pos < s.len_bytes && !seg->differs;)
        segment_add(seg, utf8_next(s, &pos));
    segment_flush(seg);
}

void viet_put_nfc(struct buf *out, struct str s)
{
    struct segment seg = {.compose = true, .out = out};
    normalise(&seg, s);
}

void viet_put_nfd(struct buf *out, struct str s)
{
    struct segment seg = {.out = out};
    normalise(&seg, s);
}

bool viet_is_nfc(struct str s)
{
    /* Without marks every valid text is NFC: all letters of the tables compose back to themselves. U+0300..U+036F are
     * the bytes CC 80 .. CD AF. */
    bool plain = true;
    for (size_t i = 0; i < s.len_bytes && plain; i++)
        plain = (unsigned char)s.ptr[i] != 0xCC && (unsigned char)s.ptr[i] != 0xCD;
    if (plain)
        return utf8_is_valid(s);
    struct segment seg = {.compose = true, .want = s};
    normalise(&seg, s);
    return !seg.differs && seg.want_at == s.len_bytes;
}

struct str viet_nfc(struct arena *arena, struct str s)
{
    if (viet_is_nfc(s))
        return s.ptr ? s : STR("");
    AUTO_BUF buf;
    buf_init(&buf, room_for(s));
    viet_put_nfc(&buf, s);
    return finish(&buf, arena);
}

struct str viet_nfd(struct arena *arena, struct str s)
{
    AUTO_BUF buf;
    buf_init(&buf, room_for(s));
    viet_put_nfd(&buf, s);
    return finish(&buf, arena);
}

/* --- case --- */

uint32_t viet_lower_char(uint32_t cp)
{
    if (cp < 0x80)
        return cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
    int i = latin_index(cp);
    return i >= 0 && latin_lower[i] ? latin_lower[i] : cp;
}

uint32_t viet_upper_char(uint32_t cp)
{
    if (cp < 0x80)
        return cp >= 'a' && cp <= 'z' ? cp - 32 : cp;
    int i = latin_index(cp);
    return i >= 0 && latin_upper[i] ? latin_upper[i] : cp;
}

static struct str map_chars(struct arena *arena, struct str s, uint32_t (*map)(uint32_t cp))
{
    AUTO_BUF buf;
    buf_init(&buf, room_for(s));
    for (size_t pos = 0; pos < s.len_bytes;)
        buf_put_char(&buf, map(utf8_next(s, &pos)));
    return finish(&buf, arena);
}

struct str viet_lower(struct arena *arena, struct str s)
{
    return map_chars(arena, s, viet_lower_char);
}

struct str viet_upper(struct arena *arena, struct str s)
{
    return map_chars(arena, s, viet_upper_char);
}

bool viet_is_letter(uint32_t cp)
{
    if (cp < 0x80)
        return (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z');
    int i = latin_index(cp);
    if (i >= 0)
        return latin_flags[i] & 1;
    if (cp < 0x370)
        return cp < MARK_FIRST; /* IPA and modifier letters */
    return !(cp >= 0x2000 && cp < 0x2C00) && !(cp >= 0x3000 && cp < 0x3040) && !(cp >= 0xE000 && cp < 0xF900) &&
           !(cp >= 0xFE00 && cp < 0xFE70) && cp != 0xFEFF && cp < 0xFFF0;
}

bool viet_is_upper(uint32_t cp)
{
    if (cp < 0x80)
        return cp >= 'A' && cp <= 'Z';
    int i = latin_index(cp);
    return i >= 0 && (latin_flags[i] & 2);
}

bool viet_is_all_upper(struct str s)
{
    bool letter = false;
    for (size_t pos = 0; pos < s.len_bytes;) {
        uint32_t cp = utf8_next(s, &pos);
        if (viet_is_upper(cp))
            letter = true;
        else if (viet_lower_char(cp) == cp && viet_upper_char(cp) != cp)
            return false;
    }
    return letter;
}

/* --- search --- */

/* The fold of one character: 0 to 4 bytes. */
static size_t fold_char(uint32_t cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)(cp >= 'A' && cp <= 'Z' ? cp + 32 : cp);
        return 1;
    }
    int i = latin_index(cp);
    if (i >= 0) {
        if (latin_ascii[i]) {
            out[0] = latin_ascii[i];
            return 1;
        }
        const char *two = cp == 0xC6 || cp == 0xE6     ? "ae"
                          : cp == 0x152 || cp == 0x153 ? "oe"
                          : cp == 0xDF || cp == 0x1E9E ? "ss"
                          : cp == 0xDE || cp == 0xFE   ? "th"
                                                       : NULL;
        if (two) {
            memcpy(out, two, 2);
            return 2;
        }
        if (cp == 0xA0) {
            out[0] = ' ';
            return 1;
        }
        if (cp == 0xAD)
            return 0;
        if (cp == 0xAB || cp == 0xBB) {
            out[0] = '"';
            return 1;
        }
        return utf8_put(out, viet_lower_char(cp));
    }
    if (is_mark(cp) || (cp >= 0x200B && cp <= 0x200F) || cp == 0x2060 || cp == 0xFEFF)
        return 0;
    char to = 0;
    if ((cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212 || cp == 0xFE58 || cp == 0xFE63 || cp == 0xFF0D)
        to = '-';
    else if ((cp >= 0x2000 && cp <= 0x200A) || cp == 0x202F || cp == 0x205F || cp == 0x3000)
        to = ' ';
    else if (cp == 0x2018 || cp == 0x2019 || cp == 0x201A || cp == 0x2032)
        to = '\'';
    else if (cp == 0x201C || cp == 0x201D || cp == 0x201E || cp == 0x2033)
        to = '"';
    else if (cp >= 0xFF01 && cp <= 0xFF5E) /* full-width ASCII, as East Asian keyboards type it */
        return fold_char(cp - 0xFEE0, out);
    if (to) {
        out[0] = to;
        return 1;
    }
    return utf8_put(out, cp);
}

void viet_put_fold(struct buf *out, struct str s)
{
    for (size_t pos = 0; pos < s.len_bytes;) {
        char folded[4];
        size_t n = fold_char(utf8_next(s, &pos), folded);
        if (n)
            buf_put(out, (struct str){folded, n});
    }
}

/* A fold is never longer than its source, unless broken bytes become U+FFFD. */
static size_t fold_room(struct str s)
{
    size_t room = s.len_bytes;
    if (!utf8_is_valid(s) && !size_mul(room, 3, &room))
        return SIZE_MAX;
    return size_add(room, 1, &room) ? room : SIZE_MAX;
}

struct str viet_fold(struct arena *arena, struct str s)
{
    char *out = arena_alloc(arena, fold_room(s), 1);
    if (!out)
        return STR_NONE;
    size_t n = 0;
    for (size_t pos = 0; pos < s.len_bytes;) {
        char folded[4];
        size_t len = fold_char(utf8_next(s, &pos), folded);
        for (size_t i = 0; i < len; i++)
            out[n++] = folded[i];
    }
    out[n] = '\0';
    return (struct str){out, n};
}

bool viet_fold_map(struct arena *arena, struct str s, struct viet_folded *ret_folded)
{
    size_t room = fold_room(s);
    if (s.len_bytes >= UINT32_MAX || room == SIZE_MAX)
        return false;
    char *out = arena_alloc(arena, room, 1);
    uint32_t *at = arena_new_array(arena, uint32_t, room);
    if (!out || !at)
        return false;
    size_t n = 0;
    for (size_t pos = 0; pos < s.len_bytes;) {
        size_t from = pos;
        char folded[4];
        size_t len = fold_char(utf8_next(s, &pos), folded);
        for (size_t i = 0; i < len; i++) {
            at[n] = (uint32_t)from;
            out[n++] = folded[i];
        }
    }
    out[n] = '\0';
    at[n] = (uint32_t)s.len_bytes;
    *ret_folded = (struct viet_folded){{out, n}, at};
    return true;
}

struct str viet_search_key(struct arena *arena, struct str s)
{
    struct str folded = viet_fold(arena, s);
    if (str_is_null(folded))
        return folded;
    char *p = (char *)(uintptr_t)folded.ptr; /* ours, made a moment ago */
    size_t n = 0;
    bool gap = false;
    for (size_t i = 0; i < folded.len_bytes; i++) {
        if (p[i] == ' ' || (p[i] >= '\t' && p[i] <= '\r')) {
            gap = n > 0;
            continue;
        }
        if (gap)
            p[n++] = ' ';
        gap = false;
        p[n++] = p[i];
    }
    p[n] = '\0';
    return (struct str){p, n};
}

static bool fold_starts_with(struct str s, size_t pos, struct str needle)
{
    size_t done = 0;
    while (done < needle.len_bytes) {
        if (pos >= s.len_bytes)
            return false;
        char folded[4];
        size_t n = fold_char(utf8_next(s, &pos), folded);
        if (n > needle.len_bytes - done || memcmp(folded, needle.ptr + done, n) != 0)
            return false;
        done += n;
    }
    return true;
}

bool viet_contains(struct str haystack, struct str needle)
{
    if (needle.len_bytes == 0)
        return true;
    for (size_t pos = 0; pos < haystack.len_bytes;) {
        if (fold_starts_with(haystack, pos, needle))
            return true;
        utf8_next(haystack, &pos);
    }
    return false;
}

/* Walks two folds side by side. */
struct fold_walk {
    struct str s;
    size_t pos;
    char bytes[4];
    size_t at, count;
};

static int fold_walk_next(struct fold_walk *w)
{
    while (w->at == w->count) {
        if (w->pos >= w->s.len_bytes)
            return -1;
        w->at = 0;
        w->count = fold_char(utf8_next(w->s, &w->pos), w->bytes);
    }
    return (unsigned char)w->bytes[w->at++];
}

bool viet_equal_folded(struct str a, struct str b)
{
    struct fold_walk wa = {.s = a}, wb = {.s = b};
    for (;;) {
        int ca = fold_walk_next(&wa), cb = fold_walk_next(&wb);
        if (ca != cb)
            return false;
        if (ca < 0)
            return true;
    }
}

/* --- letters of a word, for order and syllables --- */

enum tone {
    TONE_NONE,
    TONE_HUYEN,
    TONE_HOI,
    TONE_NGA,
    TONE_SAC,
    TONE_NANG,
};

/* Place in "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz", from 1; 0 for anything else. */
static unsigned letter_code(char base, uint32_t shape, bool stroke)
{
    static const unsigned char plain[26] = {1,  4,  5,  6,  8,  10, 11, 12, 13, 14, 15, 16, 17,
                                            18, 19, 22, 23, 24, 25, 26, 27, 29, 30, 31, 32, 33};
    if (base < 'a' || base > 'z')
        return 0;
    unsigned code = plain[base - 'a'];
    if (stroke && base == 'd')
        return 7;
    if (shape == MARK_BREVE && base == 'a')
        return 2;
    if (shape == MARK_CIRCUM && base == 'a')
        return 3;
    if (shape == MARK_CIRCUM && (base == 'e' || base == 'o'))
        return code + 1;
    if (shape == MARK_HORN && base == 'o')
        return code + 2;
    if (shape == MARK_HORN && base == 'u')
        return code + 1;
    return code;
}

static void read_mark(uint32_t mark, uint32_t *shape, enum tone *tone)
{
    if (mark == MARK_CIRCUM || mark == MARK_BREVE || mark == MARK_HORN)
        *shape = mark;
    else if (mark == MARK_GRAVE || mark == 0x340)
        *tone = TONE_HUYEN;
    else if (mark == MARK_HOOK)
        *tone = TONE_HOI;
    else if (mark == MARK_TILDE)
        *tone = TONE_NGA;
    else if (mark == MARK_ACUTE || mark == 0x341)
        *tone = TONE_SAC;
    else if (mark == MARK_DOT)
        *tone = TONE_NANG;
}

/* One letter with its marks; code 0: not a Latin letter, cp says which character. */
struct viet_letter {
    uint32_t cp;
    unsigned code;
    enum tone tone;
};

static struct viet_letter letter_next(struct str s, size_t *pos)
{
    uint32_t cp = utf8_next(s, pos), shape = 0;
    struct viet_letter out = {.cp = cp};
    uint32_t base = viet_lower_char(cp);
    bool stroke = base == 0x111;
    for (int i = latin_index(base); i >= 0 && latin_first[i]; i = latin_index(base)) {
        read_mark(latin_second[i], &shape, &out.tone);
        base = latin_first[i];
    }
    if (base >= 0x80) {
        int i = latin_index(base);
        base = i >= 0 && latin_ascii[i] ? (unsigned char)latin_ascii[i] : 0;
    }
    while (*pos < s.len_bytes) {
        size_t after = *pos;
        uint32_t mark = utf8_next(s, &after);
        if (!is_mark(mark))
            break;
        read_mark(mark, &shape, &out.tone);
        *pos = after;
    }
    out.code = letter_code((char)base, shape, stroke);
    return out;
}

/* --- order --- */

static bool is_digit(uint32_t cp)
{
    return cp >= '0' && cp <= '9';
}

/* The key of one run of digits or of letters at *pos; false when nothing is left. All signs that end a word ('!' ..
 * '(') are smaller than those of digits and letters, so "ha" stands before "hai". */
static bool sort_word(struct str s, size_t *pos, struct buf *out)
{
    static const char tone_sign[] = "!#$%&(";
    while (*pos < s.len_bytes) {
        size_t after = *pos;
        uint32_t cp = utf8_next(s, &after);
        if (viet_is_letter(cp) || is_digit(cp))
            break;
        *pos = after;
    }
    if (*pos >= s.len_bytes)
        return false;
    if (is_digit((unsigned char)s.ptr[*pos])) {
        size_t from = *pos;
        while (*pos < s.len_bytes && is_digit((unsigned char)s.ptr[*pos]))
            ++*pos;
        while (from + 1 < *pos && s.ptr[from] == '0')
            from++;
        size_t n = *pos - from;
        buf_put_byte(out, (char)('0' + (n < 16 ? n : 16)));
        buf_put(out, str_slice(s, from, *pos));
        buf_put_byte(out, tone_sign[0]);
        return true;
    }
    char tones[16];
    size_t tone_count = 0;
    while (*pos < s.len_bytes) {
        size_t after = *pos;
        uint32_t cp = utf8_next(s, &after);
        if (!viet_is_letter(cp))
            break;
        struct viet_letter letter = letter_next(s, pos);
        if (letter.code)
            buf_put_byte(out, (char)('A' + letter.code - 1));
        else
            buf_printf(out, "~%06X", (unsigned)letter.cp);
        if (letter.tone != TONE_NONE && tone_count < sizeof tones)
            tones[tone_count++] = tone_sign[letter.tone];
    }
    if (tone_count == 0)
        tones[tone_count++] = tone_sign[TONE_NONE];
    buf_put(out, (struct str){tones, tone_count});
    return true;
}

static size_t key_room(struct str s)
{
    size_t room;
    return size_mul(s.len_bytes, 8, &room) && size_add(room, 64, &room) ? room : SIZE_MAX / 2;
}

struct str viet_sort_key(struct arena *arena, struct str s)
{
    AUTO_BUF buf;
    buf_init(&buf, key_room(s));
    size_t pos = 0;
    while (sort_word(s, &pos, &buf))
        ;
    return finish(&buf, arena);
}

struct str viet_sort_key_person(struct arena *arena, struct str name)
{
    /* Names stand between blanks, so "Hà-Lan" is one name of two words. */
    struct str s = str_trim(name);
    size_t given = s.len_bytes, family = 0;
    while (given > 0 && s.ptr[given - 1] != ' ')
        given--;
    if (given == 0)
        return viet_sort_key(arena, s);
    while (family < s.len_bytes && s.ptr[family] != ' ')
        family++;
    struct str parts[3] = {str_slice(s, given, s.len_bytes), str_slice(s, family, given), str_slice(s, 0, family)};
    AUTO_BUF buf;
    buf_init(&buf, key_room(s));
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        size_t pos = 0;
        while (sort_word(parts[i], &pos, &buf))
            ;
        buf_put_byte(&buf, ' '); /* smaller than every sign above: no middle name comes first */
    }
    return finish(&buf, arena);
}

/* --- words and syllables --- */

bool viet_word(struct str s, size_t *pos, struct str *ret_word)
{
    size_t from = *pos;
    bool inside = false;
    for (size_t at = *pos; at < s.len_bytes;) {
        size_t after = at;
        uint32_t cp = utf8_next(s, &after);
        bool part = viet_is_letter(cp) || is_digit(cp) || (inside && is_mark(cp));
        if (part && !inside)
            from = at;
        if (!part && inside) {
            *pos = at;
            *ret_word = str_slice(s, from, at);
            return true;
        }
        inside = part;
        at = after;
    }
    *pos = s.len_bytes;
    if (!inside)
        return false;
    *ret_word = str_slice(s, from, s.len_bytes);
    return true;
}

static bool has_code(const uint32_t *codes, size_t count, uint32_t code)
{
    size_t lo = 0, hi = count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (codes[mid] < code)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < count && codes[lo] == code;
}

static uint32_t pack(const unsigned char *letters, size_t count)
{
    uint32_t code = 0;
    for (size_t i = 0; i < count; i++)
        code = code * 64 + letters[i];
    return code;
}

/* Plain letter of a code: ă â are a, đ is d ... */
static unsigned char bare_code(unsigned char code)
{
    switch (code) {
    case 2:
    case 3:
        return 1;
    case 7:
        return 6;
    case 9:
        return 8;
    case 20:
    case 21:
        return 19;
    case 28:
        return 27;
    default:
        return code;
    }
}

static bool syllable(struct str word, bool unmarked)
{
    unsigned char letters[8];
    size_t count = 0, tone_count = 0;
    enum tone tone = TONE_NONE;
    for (size_t pos = 0; pos < word.len_bytes;) {
        struct viet_letter l = letter_next(word, &pos);
        if (l.code == 0 || count == 7) /* "nghiêng" has seven */
            return false;
        letters[count++] = (unsigned char)l.code;
        if (l.tone != TONE_NONE) {
            tone = l.tone;
            tone_count++;
        }
    }
    if (count == 0 || tone_count > 1)
        return false;
    unsigned char last = letters[count - 1], before = count > 1 ? letters[count - 2] : 0;
    bool stop = count > 1 &&
                (last == 5 /* c */ || last == 22 /* p */ || last == 26 /* t */ || (last == 12 /* h */ && before == 5));
    if (stop && tone != TONE_SAC && tone != TONE_NANG && !(unmarked && tone == TONE_NONE))
        return false;
    /* Every way to cut onset from rime: "gi" + "a", but "g" + "iêng"; "qu" + "a", but "q" + "uôc". */
    for (size_t onset = 0; onset <= 3 && onset < count; onset++) {
        if (onset && !has_code(onsets, ARRAY_LEN(onsets), pack(letters, onset)))
            continue;
        unsigned char rime[8];
        size_t n = count - onset;
        if (n > 4)
            continue;
        for (size_t i = 0; i < n; i++)
            rime[i] = unmarked ? bare_code(letters[onset + i]) : letters[onset + i];
        if (unmarked ? has_code(rimes_bare, ARRAY_LEN(rimes_bare), pack(rime, n))
                     : has_code(rimes, ARRAY_LEN(rimes), pack(rime, n)))
            return true;
    }
    return false;
}

bool viet_is_syllable(struct str word)
{
    return syllable(word, false);
}

bool viet_is_syllable_unmarked(struct str word)
{
    return syllable(word, true);
}

int viet_syllable_permille(struct str s, size_t max_words)
{
    size_t words = 0, good = 0, pos = 0;
    struct str word;
    while (words < max_words && viet_word(s, &pos, &word)) {
        words++;
        good += viet_is_syllable(word);
    }
    return words ? (int)(good * 1000 / words) : -1;
}

/* --- references --- */

struct str viet_ref_key(struct arena *arena, struct str ref)
{
    struct str folded = viet_fold(arena, ref);
    if (str_is_null(folded))
        return folded;
    char *p = (char *)(uintptr_t)folded.ptr; /* ours, made a moment ago */
    size_t n = 0;
    for (size_t i = 0; i < folded.len_bytes; i++) {
        if (p[i] == ' ' || (p[i] >= '\t' && p[i] <= '\r'))
            continue;
        bool starts = n == 0 || !is_digit((unsigned char)p[n - 1]);
        bool digit_follows = i + 1 < folded.len_bytes && is_digit((unsigned char)p[i + 1]);
        if (p[i] == '0' && starts && digit_follows)
            continue;
        p[n++] = p[i];
    }
    p[n] = '\0';
    return (struct str){p, n};
}

/* References are short; their keys are made in a throw-away arena, and a longer text equals nothing. */
#define REF_MAX_BYTES 1024u

static bool ref_keys(struct arena *arena, struct str a, struct str b, struct str *ret_a, struct str *ret_b)
{
    if (a.len_bytes > REF_MAX_BYTES || b.len_bytes > REF_MAX_BYTES)
        return false;
    *ret_a = viet_ref_key(arena, a);
    *ret_b = viet_ref_key(arena, b);
    return !str_is_null(*ret_a) && !str_is_null(*ret_b);
}

bool viet_ref_equal(struct str a, struct str b)
{
    AUTO_ARENA arena;
    arena_init(&arena, 16 * REF_MAX_BYTES);
    struct str ka, kb;
    return ref_keys(&arena, a, b, &ka, &kb) && str_equal(ka, kb);
}

bool viet_ref_is_near(struct str a, struct str b)
{
    AUTO_ARENA arena;
    arena_init(&arena, 16 * REF_MAX_BYTES);
    struct str ka, kb;
    if (!ref_keys(&arena, a, b, &ka, &kb))
        return false;
    size_t head = 0;
    while (head < ka.len_bytes && head < kb.len_bytes && ka.ptr[head] == kb.ptr[head])
        head++;
    size_t tail = 0;
    while (tail < ka.len_bytes - head && tail < kb.len_bytes - head &&
           ka.ptr[ka.len_bytes - 1 - tail] == kb.ptr[kb.len_bytes - 1 - tail])
        tail++;
    /* What differs: at most one byte on either side, and no digit: 18 is not 19. */
    struct str da = str_slice(ka, head, ka.len_bytes - tail), db = str_slice(kb, head, kb.len_bytes - tail);
    if (da.len_bytes > 1 || db.len_bytes > 1)
        return false;
    return !(da.len_bytes && is_digit((unsigned char)da.ptr[0])) &&
           !(db.len_bytes && is_digit((unsigned char)db.ptr[0]));
}
