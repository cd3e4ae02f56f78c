/* docx.h - the text of a Word document, paragraph by paragraph.
 * A paragraph is a line; tabs and line breaks are kept. In a table a row whose cells hold one paragraph each is one
 * line with tabs between; so is a row of a register (three cells with words or more), on as many lines as its longest
 * cell has paragraphs; other rows come cell by cell. Automatic numbers stand in the text as Word shows them ("1.",
 * "a)", "- " for bullets). Left out: headers, footers, notes, deleted and moved-away text of tracked changes, the
 * second form of drawings. Uses: format/zip, format/xml, base/viet.    Used by: format/doctext.    Memory: the caller's
 * arena.    Threads: no shared state. */
#ifndef LUYTRE_FORMAT_DOCX_H
#define LUYTRE_FORMAT_DOCX_H

#include "base/arena.h"

NONNULL_BEGIN

/* UTF-8, NFC, lines end with \n. ERR_LIMIT when the text is over max_bytes. */
MUST_USE enum err_code docx_to_text(struct str bytes, size_t max_bytes, struct arena *arena, struct str *ret_text,
                                    struct err *err);

NONNULL_END
#endif
