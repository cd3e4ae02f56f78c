/* zip.h - a ZIP container (XLSX, DOCX) taken apart in memory, with every trick of hostile archives refused in words.
 * Refused: encrypted entries, names that climb or are absolute, more than ZIP_ENTRIES_MAX entries, more than
 * ZIP_UNPACKED_MAX_BYTES in all, a ratio past ZIP_RATIO_MAX. Nothing is ever written to disk.
 * Uses: libarchive.    Used by: format/xlsx, format/docx, format/doctext.    Memory: the caller's arena.    Threads: no
 * shared state. */
#ifndef LUYTRE_FORMAT_ZIP_H
#define LUYTRE_FORMAT_ZIP_H

#include "base/arena.h"

NONNULL_BEGIN

struct zip_entry {
    struct str name;
    struct str bytes; /* ptr NULL: not wanted */
};
struct zip {
    struct zip_entry *entries;
    size_t count;
};
bool zip_is(struct str bytes); /* by the first bytes */
/* Reads all entries; want says which are kept (NULL: all). ERR_SYNTAX for a broken or tricky archive, ERR_LIMIT for a
 * bomb, ERR_UNSUPPORTED for an encrypted one. */
MUST_USE enum err_code zip_read(struct str bytes, bool (*NULLABLE want)(struct str name), struct arena *arena,
                                struct zip *ret_zip, struct err *err);
/* STR_NONE when there is no such entry. Names are compared without case, as Office does. */
struct str zip_find(const struct zip *zip, struct str name);

NONNULL_END
#endif
