/* docx.h - the same official document as an editable file: Office Open XML, Times New Roman 13, real tables and
 * sections. Written by hand into a ZIP with fixed times, so that the same document gives the same bytes. Uses:
 * report/document, report/sink, libarchive.    Used by: duty pages and jobs, next to report/pdf. Memory: arenas and
 * buffers of its own that end with the call (DOCX_PART_MAX_BYTES a part).    Threads: no shared state. See: ECMA-376
 * parts 1 and 2. */
#ifndef LUYTRE_REPORT_DOCX_H
#define LUYTRE_REPORT_DOCX_H

#include "report/document.h"
#include "report/sink.h"

NONNULL_BEGIN

#define DOCX_PART_MAX_BYTES ((size_t)256 << 20)

MUST_USE enum err_code docx_write(const struct document *document, const struct report_sink *sink, struct err *err);
MUST_USE enum err_code docx_write_file(const struct document *document, const char *path, struct err *err);

NONNULL_END
#endif
