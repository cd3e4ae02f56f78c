/* doctext.h - one door: the bytes of a letter as handed in -> its text. What it is, is told by the content, never by
 * the name. A PDF is recognised and left to doc_pdf_text, which starts poppler's programs and belongs into the parse
 * role. Refusals are whole sentences for the user: what it is and what to do. Uses: format/docx, html, textdecode,
 * os/process.    Used by: letter's callers (cmd, the parse role). Memory: the caller's arena.    Threads: no shared
 * state. */
#ifndef LUYTRE_FORMAT_DOCTEXT_H
#define LUYTRE_FORMAT_DOCTEXT_H

#include "format/textdecode.h"

NONNULL_BEGIN

enum doc_kind {
    DOC_EMPTY,
    DOC_TEXT,
    DOC_HTML,
    DOC_DOCX,
    DOC_XLSX,
    DOC_PDF,
    DOC_OLE, /* .doc, .xls of the old Office */
    DOC_RTF,
    DOC_ODT,
    DOC_ZIP,
    DOC_IMAGE,
    DOC_BINARY,
};
enum doc_kind doc_kind_of(struct str bytes);
const char *doc_kind_to_str(enum doc_kind kind); /* "docx" */

struct doc_text {
    enum doc_kind kind;
    /* text: UTF-8 NFC, lines end with \n. For kinds that are not plain text or HTML the encoding is UTF-8, confidence
     * 100. */
    struct text_decoded decoded;
};
/* ERR_LIMIT past LETTER_FILE_MAX_BYTES or LETTER_TEXT_MAX_BYTES, before anything is unpacked where the size tells it
 * already. ERR_UNSUPPORTED: a kind that is not read; of a PDF too: ask doc_kind_of first and call doc_pdf_text.
 * ERR_SYNTAX: broken. */
MUST_USE enum err_code doc_text(struct str bytes, struct arena *arena, struct doc_text *ret_doc, struct err *err);
/* pdfinfo (page ceiling LETTER_PDF_MAX_PAGES, encryption) and then pdftotext, on an open seekable file. A page with a
 * register (three lines of three cells or more) comes as it is printed, every other in reading order. Runs three
 * programs under limits of memory and time. A PDF without a text layer (a scan) is ERR_UNSUPPORTED and says so;
 * ERR_NOT_FOUND: poppler-utils is not installed. */
MUST_USE enum err_code doc_pdf_text(int fd, struct arena *arena, struct doc_text *ret_doc, struct err *err);

NONNULL_END
#endif
