/* ooxml.h - the parts every Office Open XML file is made of: escaped text, and a ZIP that is the same every time.
 * Uses: base, libarchive.    Used by: report/docx.    Memory: libarchive's own, freed before the call ends.    Threads:
 * no shared state. */
#ifndef LUYTRE_REPORT_OOXML_H
#define LUYTRE_REPORT_OOXML_H

#include "report/sink.h"

NONNULL_BEGIN

struct ooxml_part {
    const char *name; /* "word/document.xml" */
    struct str bytes;
};
/* Text content or attribute value; the text must be clean UTF-8 (document_text_clean). */
void ooxml_put_text(struct buf *out, struct str text);
MUST_USE enum err_code ooxml_zip(const struct ooxml_part *parts, size_t count, const struct report_sink *sink,
                                 struct err *err);

NONNULL_END
#endif
