/* viet.h - Vietnamese text: one normal form, search keys without marks, the order of the alphabet.
 * Knows Latin letters (Latin-1, Extended-A and -B, Extended Additional) and the combining marks U+0300..U+036F; every
 * other character passes through untouched. Broken UTF-8 becomes U+FFFD.
 * Uses: base/arena, base/buf.    Used by: everything that stores, searches, sorts or reads Vietnamese.
 * Memory: the caller's arena; a text that needs no change is given back as it came, without a copy. A result whose ptr
 * is NULL means the arena is full (arena_full).    Threads: no shared state.    See: Unicode Standard Annex 15. */
#ifndef LUYTRE_BASE_VIET_H
#define LUYTRE_BASE_VIET_H

#include "base/arena.h"
#include "base/buf.h"

NONNULL_BEGIN

/* --- normal form ---
 * NFC, and one thing more: circumflex, breve and horn are taken before the tone in whatever order the marks were typed
 * (a + sắc + mũ is ấ, where strict NFC would leave á and a loose mark). Hangul and the singletons outside Latin are
 * left alone. */
bool viet_is_nfc(struct str s); /* false also for broken UTF-8 */
MUST_USE struct str viet_nfc(struct arena *arena, struct str s);
MUST_USE struct str viet_nfd(struct arena *arena, struct str s);
void viet_put_nfc(struct buf *out, struct str s);
void viet_put_nfd(struct buf *out, struct str s);

/* --- case --- */
uint32_t viet_lower_char(uint32_t cp);
uint32_t viet_upper_char(uint32_t cp);
MUST_USE struct str viet_lower(struct arena *arena, struct str s); /* result is NFC when s is */
MUST_USE struct str viet_upper(struct arena *arena, struct str s);
bool viet_is_letter(
    uint32_t cp); /* ASCII, Latin above, any other script's plain guess: cp >= U+0370 outside punctuation */
bool viet_is_upper(uint32_t cp);
bool viet_is_all_upper(struct str s); /* has a letter and no lower-case letter: a heading such as "ỦY BAN NHÂN DÂN" */

/* --- search ---
 * The fold of a text: lower case, all marks gone, đ is d, œ is oe; every dash is '-', every kind of space ' ',
 * typographic quotes are ' and ", full-width letters and digits are plain ones, soft hyphens and zero-width characters
 * vanish. Runs of spaces are kept, so lines stay lines. */
MUST_USE struct str viet_fold(struct arena *arena, struct str s);
void viet_put_fold(struct buf *out, struct str s);
struct viet_folded {
    struct str text;
    /* text.len_bytes + 1 entries: where in the source the character starts that gave this byte; the last is the
     * source's length. A half-open range [a, b) of the fold is [source_at[a], source_at[b]) of the source: marks that
     * follow belong to it. */
    const uint32_t *source_at;
};
MUST_USE bool viet_fold_map(struct arena *arena, struct str s,
                            struct viet_folded *ret_folded); /* false: arena full or s >= 4 GB */
/* What a search box compares: the fold with runs of white space as one blank and none at the ends. For search_key
 * columns. */
MUST_USE struct str viet_search_key(struct arena *arena, struct str s);
/* Is the needle's fold in the haystack's? Allocates nothing. */
bool viet_contains(struct str haystack, struct str needle_folded);
bool viet_equal_folded(struct str a, struct str b); /* without case and marks */

/* --- order ---
 * Keys are printable ASCII, to be compared by bytes (str_compare, SQLite BINARY, PostgreSQL COLLATE "C"). Syllable by
 * syllable as in a Vietnamese dictionary: letters a ă â b c d đ e ê f g h i j k l m n o ô ơ p q r s t u ư v w x y z,
 * then the tone: none huyền hỏi ngã sắc nặng, then the next syllable. Numbers go by value ("Khối 2" before "Khối 10"),
 * punctuation only separates. */
MUST_USE struct str viet_sort_key(struct arena *arena, struct str s);
/* People: given name (the last word), then the middle names, then the family name (the first word). */
MUST_USE struct str viet_sort_key_person(struct arena *arena, struct str name);

/* --- words and syllables --- */
/* Next run of letters, digits and combining marks at or after *pos; moves *pos behind it. false at the end. */
bool viet_word(struct str s, size_t *pos, struct str *ret_word);
/* Could this word be a Vietnamese syllable? Onset, vowels, final and tone must fit together ("nghiêng" yes, "xtr" no,
 * "hoc" no: a stop needs sắc or nặng). Any case, NFC or NFD, old and new placing of the tone. */
bool viet_is_syllable(struct str word);
/* The same, forgiving a missing tone before a stop: "hoc", "phat". For texts typed without marks. */
bool viet_is_syllable_unmarked(struct str word);
/* Share of the words in s (0..1000) that are Vietnamese syllables; -1 when s has no words. Reads at most max_words. */
int viet_syllable_permille(struct str s, size_t max_words);

/* --- references of documents ---
 * "18/CT-TTg", "18 / ct–TTG", "018/CT-TTg" mean the same: the key is the fold without spaces, with one kind of dash and
 * no leading zeros in numbers. */
MUST_USE struct str viet_ref_key(struct arena *arena, struct str ref);
bool viet_ref_equal(struct str a, struct str b);
/* Same numbers in the same order and at most one letter, dash or slash added, lost or changed: "23/CTT-TTg" is near
 * "23/CT-TTg". */
bool viet_ref_is_near(struct str a, struct str b);

NONNULL_END
#endif
