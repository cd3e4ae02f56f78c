/* textdecode.h - bytes of an unknown Vietnamese text to UTF-8 NFC, saying which encoding it was.
 * Order of decision: byte order mark; valid UTF-8; UTF-16 seen by its zero bytes; then Windows-1258, TCVN3 (ABC, the
 * lower-case table; a toned letter among capitals becomes a capital again; the .VnTimeH convention, where a font turns
 * lower into upper case, leaves no trace in the bytes and is not undone), VNI-Windows and Windows-1252 are tried and
 * the one whose words are Vietnamese syllables wins. No invented characters: a byte that means nothing becomes U+FFFD
 * and is counted. Uses: base/viet.    Used by: format/doctext, format/csv, letter.    Memory: the caller's arena.
 * Threads: no shared state. */
#ifndef LUYTRE_FORMAT_TEXTDECODE_H
#define LUYTRE_FORMAT_TEXTDECODE_H

#include "base/arena.h"

NONNULL_BEGIN

enum text_encoding {
    TEXT_UTF8,
    TEXT_UTF16LE,
    TEXT_UTF16BE,
    TEXT_WINDOWS_1258,
    TEXT_TCVN3,
    TEXT_VNI,
    TEXT_WINDOWS_1252,
};
#define TEXT_ENCODING_COUNT 7
const char *text_encoding_to_str(enum text_encoding encoding); /* "windows-1258" */

struct text_decoded {
    struct str text; /* UTF-8, NFC, without BOM; line ends as they were */
    enum text_encoding encoding;
    bool had_bom;
    int confidence_percent; /* 100: a BOM or valid UTF-8; below 50: a guess the user should confirm */
    size_t bad_count;       /* U+FFFD put in place of what could not be read */
};
/* ERR_LIMIT when the result would be over max_bytes or the arena's ceiling. Bytes that are no text at all (many NUL or
 * control bytes) are ERR_SYNTAX. The empty text is UTF-8. */
MUST_USE enum err_code text_decode(struct str bytes, size_t max_bytes, struct arena *arena,
                                   struct text_decoded *ret_decoded, struct err *err);
/* The user said which it is. */
MUST_USE enum err_code text_decode_as(struct str bytes, enum text_encoding encoding, size_t max_bytes,
                                      struct arena *arena, struct text_decoded *ret_decoded, struct err *err);

NONNULL_END
#endif
