/* pdf.h - an official document as PDF: A4, Decree 30/2020 layout, only Liberation fonts inside, text that can be
 * searched and copied. The same document gives the same bytes, on any machine with the same fonts: no clock, no user's
 * settings take part. Page: margins top and bottom 20 mm, left 30, right 15; number centred in the top margin from page
 * 2, each annex counted for itself. Uses: report/document, report/typeset, Cairo.    Used by: duty pages and jobs
 * (reports, answer letters). Memory: arenas of its own (PDF_ARENA_BYTES) that end with the call.    Threads: one call
 * at a time per struct type_fonts. */
#ifndef LUYTRE_REPORT_PDF_H
#define LUYTRE_REPORT_PDF_H

#include "report/document.h"
#include "report/sink.h"
#include "report/typeset.h"

NONNULL_BEGIN

#define PDF_ARENA_BYTES ((size_t)256 << 20)
#define PDF_PAGES_MAX   20000u

struct pdf_stats {
    size_t page_count; /* annexes included */
};

MUST_USE enum err_code pdf_write(const struct document *document, struct type_fonts *fonts,
                                 const struct report_sink *sink, struct pdf_stats *NULLABLE ret_stats, struct err *err);
MUST_USE enum err_code pdf_write_file(const struct document *document, struct type_fonts *fonts, const char *path,
                                      struct pdf_stats *NULLABLE ret_stats, struct err *err);

NONNULL_END
#endif
