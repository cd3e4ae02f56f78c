#include "format/textdecode.h"

#include "base/buf.h"
#include "base/viet.h"

#define SCORE_WORDS_MAX \
    2000u /* words with marks that are looked at: enough for a sure answer, little enough for a big file */
#define SCORE_BYTES_MAX (64u << 10)
#define SCORE_SURE \
    60 /* percent of marked words that must be syllables before a legacy Vietnamese encoding is believed */

/* 0x80..0x9F of Windows-1252 and 1258; TCVN3 and VNI texts come out of the same word processors and use the same quotes
 * and dashes there. */
static const uint16_t cp1252_low[] = {
    /* from 0x80 */
    0x20AC, 0xFFFD, 0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021, 0x2C6,  0x2030, 0x160,
    0x2039, 0x152,  0xFFFD, 0x17D,  0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0xFFFD, 0x17E,  0x178,
};
/* TCVN 5712:1993, 0xA0..0xFF; the ABC fonts use its lower-case half and the upper-case letters without tone. */
static const uint16_t tcvn3_high[] = {
    /* from 0xA0 */
    0xA0,   0x102,  0xC2,   0xCA,   0xD4,   0x1A0,  0x1AF,  0x110,  0x103,  0xE2,   0xEA,   0xF4,   0x1A1,  0x1B0,
    0x111,  0x1EB0, 0x300,  0x309,  0x303,  0x301,  0x323,  0xE0,   0x1EA3, 0xE3,   0xE1,   0x1EA1, 0x1EB2, 0x1EB1,
    0x1EB3, 0x1EB5, 0x1EAF, 0x1EB4, 0x1EAE, 0x1EA6, 0x1EA8, 0x1EAA, 0x1EA4, 0x1EC0, 0x1EB7, 0x1EA7, 0x1EA9, 0x1EAB,
    0x1EA5, 0x1EAD, 0xE8,   0x1EC2, 0x1EBB, 0x1EBD, 0xE9,   0x1EB9, 0x1EC1, 0x1EC3, 0x1EC5, 0x1EBF, 0x1EC7, 0xEC,
    0x1EC9, 0x1EC4, 0x1EBE, 0x1ED2, 0x129,  0xED,   0x1ECB, 0xF2,   0x1ED4, 0x1ECF, 0xF5,   0xF3,   0x1ECD, 0x1ED3,
    0x1ED5, 0x1ED7, 0x1ED1, 0x1ED9, 0x1EDD, 0x1EDF, 0x1EE1, 0x1EDB, 0x1EE3, 0xF9,   0x1ED6, 0x1EE7, 0x169,  0xFA,
    0x1EE5, 0x1EEB, 0x1EED, 0x1EEF, 0x1EE9, 0x1EF1, 0x1EF3, 0x1EF7, 0x1EF9, 0xFD,   0x1EF5, 0x1ED0,
};

const char *text_encoding_to_str(enum text_encoding encoding)
{
    switch (encoding) {
    case TEXT_UTF8:
        return "utf-8";
    case TEXT_UTF16LE:
        return "utf-16le";
    case TEXT_UTF16BE:
        return "utf-16be";
    case TEXT_WINDOWS_1258:
        return "windows-1258";
    case TEXT_TCVN3:
        return "tcvn3";
    case TEXT_VNI:
        return "vni";
    case TEXT_WINDOWS_1252:
        return "windows-1252";
    }
    return "unknown";
}

/* Collects characters; bad ones are counted. */
struct sink {
    struct buf *out;
    size_t bad_count;
};

static void put(struct sink *sink, uint32_t cp)
{
    if (cp == UTF8_BAD)
        sink->bad_count++;
    buf_put_char(sink->out, cp);
}

static void decode_utf8(struct str bytes, struct sink *sink)
{
    for (size_t pos = 0; pos < bytes.len_bytes;) {
        size_t from = pos;
        uint32_t cp = utf8_next(bytes, &pos);
        if (cp == UTF8_BAD && pos - from == 3)
            buf_put_char(sink->out, cp); /* U+FFFD stood in the text already: somebody else's loss */
        else
            put(sink, cp);
    }
}

static void decode_utf16(struct str bytes, bool big, struct sink *sink)
{
    const unsigned char *p = (const unsigned char *)bytes.ptr;
    size_t units = bytes.len_bytes / 2;
    for (size_t i = 0; i < units; i++) {
        uint32_t cp = big ? (uint32_t)p[2 * i] << 8 | p[2 * i + 1] : (uint32_t)p[2 * i + 1] << 8 | p[2 * i];
        if (cp >= 0xD800 && cp <= 0xDBFF && i + 1 < units) {
            uint32_t low =
                big ? (uint32_t)p[2 * i + 2] << 8 | p[2 * i + 3] : (uint32_t)p[2 * i + 3] << 8 | p[2 * i + 2];
            if (low >= 0xDC00 && low <= 0xDFFF) {
                put(sink, 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00));
                i++;
                continue;
            }
        }
        put(sink, cp >= 0xD800 && cp <= 0xDFFF ? UTF8_BAD : cp);
    }
    if (bytes.len_bytes % 2)
        put(sink, UTF8_BAD);
}

static uint32_t windows_1258(unsigned char c)
{
    switch (c) {
    case 0xC3:
        return 0x102;
    case 0xCC:
        return 0x300;
    case 0xD0:
        return 0x110;
    case 0xD2:
        return 0x309;
    case 0xD5:
        return 0x1A0;
    case 0xDD:
        return 0x1AF;
    case 0xDE:
        return 0x303;
    case 0xE3:
        return 0x103;
    case 0xEC:
        return 0x301;
    case 0xF0:
        return 0x111;
    case 0xF2:
        return 0x323;
    case 0xF5:
        return 0x1A1;
    case 0xFD:
        return 0x1B0;
    case 0xFE:
        return 0x20AB;
    default:
        return c;
    }
}

static uint32_t single_byte(unsigned char c, enum text_encoding encoding)
{
    if (c < 0x80)
        return c;
    if (c < 0xA0)
        return cp1252_low[c - 0x80];
    if (encoding == TEXT_WINDOWS_1258)
        return windows_1258(c);
    return encoding == TEXT_TCVN3 ? tcvn3_high[c - 0xA0] : c;
}

/* VNI-Windows writes a letter as its ASCII vowel and a byte for the marks; a few letters are one byte. */
struct vni_mark {
    unsigned char byte; /* after a lower-case vowel; 0x20 less after an upper-case one */
    uint16_t shape, tone;
};
static const struct vni_mark vni_marks[] = {
    {0xF9, 0, 0x301},     {0xF8, 0, 0x300},     {0xFB, 0, 0x309},     {0xF5, 0, 0x303},     {0xEF, 0, 0x323},
    {0xE2, 0x302, 0},     {0xE1, 0x302, 0x301}, {0xE0, 0x302, 0x300}, {0xE5, 0x302, 0x309}, {0xE3, 0x302, 0x303},
    {0xE4, 0x302, 0x323}, {0xEA, 0x306, 0},     {0xE9, 0x306, 0x301}, {0xE8, 0x306, 0x300}, {0xFA, 0x306, 0x309},
    {0xFC, 0x306, 0x303}, {0xEB, 0x306, 0x323},
};
static const struct {
    unsigned char byte;
    uint16_t cp;
} vni_letters[] = {{0xF4, 0x1A1},  {0xF6, 0x1B0}, {0xF1, 0x111},  {0xED, 0xED},  {0xEC, 0xEC},
                   {0xE6, 0x1EC9}, {0xF3, 0x129}, {0xF2, 0x1ECB}, {0xEE, 0x1EF5}};

static void decode_vni(struct str bytes, struct sink *sink)
{
    bool takes_mark = false; /* the byte before was a vowel without marks */
    for (size_t i = 0; i < bytes.len_bytes; i++) {
        unsigned char c = (unsigned char)bytes.ptr[i];
        if (c < 0xA0) {
            put(sink, single_byte(c, TEXT_VNI));
            takes_mark = c < 0x80 && c != 0 && strchr("aeouyAEOUY", c);
            continue;
        }
        unsigned char lower = c < 0xE0 ? (unsigned char)(c + 0x20) : c;
        bool done = false;
        for (size_t k = 0; k < ARRAY_LEN(vni_marks) && takes_mark && !done; k++)
            if (vni_marks[k].byte == lower) {
                if (vni_marks[k].shape)
                    put(sink, vni_marks[k].shape);
                if (vni_marks[k].tone)
                    put(sink, vni_marks[k].tone);
                done = true;
            }
        takes_mark = false;
        for (size_t k = 0; k < ARRAY_LEN(vni_letters) && !done; k++)
            if (vni_letters[k].byte == lower) {
                put(sink, c == lower ? vni_letters[k].cp : viet_upper_char(vni_letters[k].cp));
                takes_mark = lower == 0xF4 || lower == 0xF6;
                done = true;
            }
        if (!done)
            put(sink, c == 0xA0 ? ' ' : UTF8_BAD);
    }
}

/* TCVN3 has no toned capitals: "SỞ Y TẾ" is typed as "Së Y TÕ", where only the letters without tone are capitals. In a
 * run (up to a line end, a tab, three blanks) whose every letter that has a capital is one, the others are meant so. */
static void decode_tcvn3(struct str bytes, struct sink *sink)
{
    for (size_t from = 0; from < bytes.len_bytes;) {
        size_t to = from, blanks = 0, capitals = 0, small = 0;
        for (; to < bytes.len_bytes && blanks < 3; to++) {
            unsigned char c = (unsigned char)bytes.ptr[to];
            blanks = c == ' ' ? blanks + 1 : c == '\n' || c == '\r' || c == '\t' ? 3 : 0;
            capitals += (c >= 'A' && c <= 'Z') || (c >= 0xA1 && c <= 0xA7);
            small += (c >= 'a' && c <= 'z') || (c >= 0xA8 && c <= 0xAE);
        }
        for (; from < to; from++) {
            uint32_t cp = single_byte((unsigned char)bytes.ptr[from], TEXT_TCVN3);
            put(sink, capitals >= 2 && small == 0 ? viet_upper_char(cp) : cp);
        }
    }
}

static void decode_to(struct str bytes, enum text_encoding encoding, struct sink *sink)
{
    switch (encoding) {
    case TEXT_UTF8:
        decode_utf8(bytes, sink);
        return;
    case TEXT_UTF16LE:
        decode_utf16(bytes, false, sink);
        return;
    case TEXT_UTF16BE:
        decode_utf16(bytes, true, sink);
        return;
    case TEXT_VNI:
        decode_vni(bytes, sink);
        return;
    case TEXT_TCVN3:
        decode_tcvn3(bytes, sink);
        return;
    case TEXT_WINDOWS_1258:
    case TEXT_WINDOWS_1252:
        for (size_t i = 0; i < bytes.len_bytes; i++)
            put(sink, single_byte((unsigned char)bytes.ptr[i], encoding));
        return;
    }
}

enum err_code text_decode_as(struct str bytes, enum text_encoding encoding, size_t max_bytes, struct arena *arena,
                             struct text_decoded *ret_decoded, struct err *err)
{
    struct text_decoded out = {.encoding = encoding, .confidence_percent = 100};
    static const struct str boms[] = {[TEXT_UTF8] = STR_INIT("\xEF\xBB\xBF"),
                                      [TEXT_UTF16LE] = STR_INIT("\xFF\xFE"),
                                      [TEXT_UTF16BE] = STR_INIT("\xFE\xFF")};
    if (encoding <= TEXT_UTF16BE && str_starts_with(bytes, boms[encoding])) {
        bytes = str_slice(bytes, boms[encoding].len_bytes, bytes.len_bytes);
        out.had_bom = true;
    }
    if (encoding == TEXT_UTF8 && bytes.len_bytes <= max_bytes && viet_is_nfc(bytes)) {
        out.text = arena_str(arena, bytes);
    } else {
        AUTO_BUF raw;
        buf_init(&raw, max_bytes);
        struct sink sink = {.out = &raw};
        decode_to(bytes, encoding, &sink);
        TRY(buf_check(&raw, err));
        out.bad_count = sink.bad_count;
        out.text = viet_nfc(arena, buf_str(&raw));
        if (out.text.ptr == raw.ptr || out.text.len_bytes == 0)
            out.text = arena_str(arena, out.text); /* it was NFC already: take it out of the buffer that dies here */
    }
    if (str_is_null(out.text))
        return arena_full(arena, err);
    *ret_decoded = out;
    return ERR_NONE;
}

/* Percent of the words with a non-ASCII letter that are Vietnamese syllables; characters that have no place in a text
 * count as bad words. -1: nothing to judge by. */
static int score(struct str bytes, enum text_encoding encoding)
{
    AUTO_BUF raw;
    buf_init(&raw, 5 * (SCORE_BYTES_MAX + 16));
    struct sink sink = {.out = &raw};
    decode_to(str_slice(bytes, 0, SCORE_BYTES_MAX), encoding, &sink);
    if (raw.failed)
        return -1;
    size_t words = 0, good = 0, odd = sink.bad_count;
    struct str text = buf_str(&raw), word;
    for (size_t pos = 0; words < SCORE_WORDS_MAX && viet_word(text, &pos, &word);) {
        bool marked = false;
        for (size_t i = 0; i < word.len_bytes; i++)
            marked |= (unsigned char)word.ptr[i] >= 0x80;
        words += marked;
        good += marked && viet_is_syllable(word);
    }
    for (size_t pos = 0; pos < text.len_bytes;) {
        uint32_t cp = utf8_next(text, &pos);
        /* The signs of Latin-1 that seldom stand in a letter; guillemets, degree, section and no-break space do. */
        odd += cp >= 0xA1 && cp <= 0xBF && cp != 0xAB && cp != 0xBB && cp != 0xB0 && cp != 0xA7 && cp != 0xB2 &&
               cp != 0xB3;
        odd += cp == 0xD7 || cp == 0xF7 || cp == 0x20AB;
    }
    return words + odd == 0 ? -1 : (int)(good * 100 / (words + odd));
}

/* Share of NUL and control bytes that no text holds, in permille. */
static unsigned control_permille(struct str bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < bytes.len_bytes; i++) {
        unsigned char c = (unsigned char)bytes.ptr[i];
        n += c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\v';
    }
    return bytes.len_bytes ? (unsigned)(n * 1000 / bytes.len_bytes) : 0;
}

/* UTF-16 without a mark: nearly all high bytes of Vietnamese text are 00, 01, 03, 1E or 20, and many are 00. */
static bool looks_utf16(struct str bytes, bool big)
{
    size_t units = bytes.len_bytes / 2, usual = 0, zero = 0, low_zero = 0;
    if (units < 2)
        return false;
    if (units > SCORE_BYTES_MAX)
        units = SCORE_BYTES_MAX;
    for (size_t i = 0; i < units; i++) {
        unsigned char high = (unsigned char)bytes.ptr[2 * i + (big ? 0 : 1)],
                      low = (unsigned char)bytes.ptr[2 * i + (big ? 1 : 0)];
        usual += high <= 0x03 || high == 0x1E || high == 0x20;
        zero += high == 0;
        low_zero += low == 0 && high != 0x1E && high != 0x01;
    }
    return usual * 100 >= units * 97 && zero * 100 >= units * 40 && low_zero * 100 <= units;
}

/* Mostly UTF-8 with a few broken places (a cut, a bad copy)? */
static bool looks_utf8(struct str bytes)
{
    size_t multi = 0, bad = 0;
    for (size_t pos = 0; pos < bytes.len_bytes;) {
        size_t from = pos;
        uint32_t cp = utf8_next(bytes, &pos);
        bad += cp == UTF8_BAD && pos - from == 1;
        multi += pos - from > 1;
    }
    return multi > 0 && multi >= bad * 2;
}

enum err_code text_decode(struct str bytes, size_t max_bytes, struct arena *arena, struct text_decoded *ret_decoded,
                          struct err *err)
{
    size_t most;
    if (!size_mul(max_bytes, 4, &most) || bytes.len_bytes > most) /* no decoding shrinks a text more than that */
        return err_set(err, ERR_LIMIT, "the text is over %zu MB", max_bytes >> 20);
    struct text_decoded out;
    bool utf16le = str_starts_with(bytes, STR("\xFF\xFE")), utf16be = str_starts_with(bytes, STR("\xFE\xFF"));
    if (utf16le || utf16be || looks_utf16(bytes, false) || looks_utf16(bytes, true)) {
        bool little = utf16le || (!utf16be && looks_utf16(bytes, false));
        TRY(text_decode_as(bytes, little ? TEXT_UTF16LE : TEXT_UTF16BE, max_bytes, arena, &out, err));
        if (control_permille(out.text) > 10)
            return err_set(err, ERR_SYNTAX,
                           "tệp không phải văn bản (nhiều ký tự điều khiển) / not a text: many control characters");
        if (!out.had_bom)
            out.confidence_percent = 95;
        *ret_decoded = out;
        return ERR_NONE;
    }
    if (control_permille(bytes) > 10 || (bytes.len_bytes && memchr(bytes.ptr, 0, bytes.len_bytes)))
        return err_set(err, ERR_SYNTAX,
                       "tệp không phải văn bản (có byte NUL hoặc nhiều byte điều khiển) / not a text: it holds NUL or "
                       "many control bytes");
    bool bom = str_starts_with(bytes, STR("\xEF\xBB\xBF"));
    bool valid = utf8_is_valid(bytes);
    if (bom || valid || looks_utf8(bytes)) {
        TRY(text_decode_as(bytes, TEXT_UTF8, max_bytes, arena, &out, err));
        out.confidence_percent = valid ? 100 : 90;
        *ret_decoded = out;
        return ERR_NONE;
    }
    static const enum text_encoding candidates[] = {TEXT_WINDOWS_1258, TEXT_TCVN3, TEXT_VNI};
    enum text_encoding best = TEXT_WINDOWS_1252;
    int best_score = -1, second = -1;
    for (size_t i = 0; i < ARRAY_LEN(candidates); i++) {
        int s = score(bytes, candidates[i]);
        if (s > best_score) {
            second = best_score;
            best_score = s;
            best = candidates[i];
        } else if (s > second) {
            second = s;
        }
    }
    int confidence = best_score;
    if (second >= 0 && best_score - second < 20)
        confidence = confidence > 45 ? 45 : confidence; /* two encodings read it nearly alike: let a person look */
    if (best_score < SCORE_SURE) {
        best = TEXT_WINDOWS_1252;
        confidence = 30;
    }
    TRY(text_decode_as(bytes, best, max_bytes, arena, &out, err));
    out.confidence_percent = confidence > 99 ? 99 : confidence;
    *ret_decoded = out;
    return ERR_NONE;
}
