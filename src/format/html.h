/* html.h - the text of a saved or pasted web page, keeping its blocks: paragraphs, headings and rows are lines, cells
 * are parted by tabs, list items begin with "- ". Scripts, styles and controls are dropped. Any input is accepted, as
 * browsers do. Uses: base/viet.    Used by: format/doctext.    Memory: the caller's arena.    Threads: no shared state.
 */
#ifndef LUYTRE_FORMAT_HTML_H
#define LUYTRE_FORMAT_HTML_H

#include "base/arena.h"

NONNULL_BEGIN

bool html_is(struct str text); /* begins like a page, or holds a tag of one early on */
/* text: UTF-8. ERR_LIMIT when the result is over max_bytes. */
MUST_USE enum err_code html_to_text(struct str text, size_t max_bytes, struct arena *arena, struct str *ret_text,
                                    struct err *err);

NONNULL_END
#endif
