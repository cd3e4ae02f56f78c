#include "format/doctext.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/viet.h"
#include "format/docx.h"
#include "format/html.h"
#include "format/zip.h"
#include "os/process.h"
#include <unistd.h>

#define PDF_MEMORY_BYTES     (512ull << 20)
#define PDF_INFO_MS          10000
#define PDF_TEXT_MS          60000
#define PDF_CPU_S            60
#define PDF_LAYOUT_MAX_BYTES (4u * LETTER_TEXT_MAX_BYTES) /* mostly blanks */
#define REGISTER_CELLS       3u /* a line of a register has so many cells or more; the two heads of a letter are two */
#define REGISTER_ROWS        3u
#define PDF_TEXT_MIN_CHARS   20u /* a scan often has a stamp's or a page number's text only */

/* --- what is it --- */

static bool is_image(struct str b)
{
    static const struct str starts[] = {STR_INIT("\xFF\xD8\xFF"), STR_INIT("\x89PNG\r\n\x1A\n"),
                                        STR_INIT("GIF8"),         STR_INIT("II*\0"),
                                        STR_INIT("MM\0*"),        STR_INIT("BM")};
    for (size_t i = 0; i < ARRAY_LEN(starts); i++)
        if (str_starts_with(b, starts[i]) &&
            !(starts[i].len_bytes == 2 && !memchr(b.ptr, 0, b.len_bytes < 32 ? b.len_bytes : 32)))
            return true;
    struct str brand = str_slice(b, 4, 12);
    return (str_starts_with(b, STR("RIFF")) && str_equal(str_slice(b, 8, 12), STR("WEBP"))) ||
           str_equal(brand, STR("ftypheic")) || str_equal(brand, STR("ftypmif1")) || str_equal(brand, STR("ftypavif"));
}

/* Which office document a ZIP is: its parts are named in the local headers near the start and in the directory at the
 * end. */
static enum doc_kind zip_kind(struct str b)
{
    if (str_contains(b, STR("word/document.xml")))
        return DOC_DOCX;
    if (str_contains(b, STR("xl/workbook.xml")))
        return DOC_XLSX;
    if (str_contains(str_slice(b, 0, 200), STR("mimetypeapplication/vnd.oasis.opendocument")))
        return DOC_ODT;
    return DOC_ZIP;
}

enum doc_kind doc_kind_of(struct str b)
{
    if (b.len_bytes == 0)
        return DOC_EMPTY;
    /* Readers accept a PDF whose header stands anywhere in the first kilobyte (PDF 1.7, annex H.3.4.1). */
    ptrdiff_t pdf = str_find(str_slice(b, 0, 1024), STR("%PDF-"), 0);
    if (pdf == 0 || (pdf > 0 && memchr(b.ptr, 0, b.len_bytes) != NULL))
        return DOC_PDF;
    if (zip_is(b))
        return zip_kind(b);
    if (str_starts_with(b, STR("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")))
        return DOC_OLE;
    if (str_starts_with(b, STR("{\\rtf")))
        return DOC_RTF;
    if (is_image(b))
        return DOC_IMAGE;
    struct str start = str_starts_with(b, STR("\xEF\xBB\xBF")) ? str_slice(b, 3, b.len_bytes) : b;
    if (html_is(start))
        return DOC_HTML;
    if (str_starts_with(b, STR("\xFF\xFE")) || str_starts_with(b, STR("\xFE\xFF")))
        return DOC_TEXT;
    size_t control = 0, look = b.len_bytes < 4096 ? b.len_bytes : 4096;
    for (size_t i = 0; i < look; i++)
        control += (unsigned char)b.ptr[i] < 0x20 && !strchr("\t\n\r\f\v", b.ptr[i]);
    /* half zero bytes may still be UTF-16; text_decode has the last word */
    return control * 100 <= look || memchr(b.ptr, 0, look) ? DOC_TEXT : DOC_BINARY;
}

const char *doc_kind_to_str(enum doc_kind kind)
{
    static const char *const names[] = {"empty", "text", "html", "docx", "xlsx",  "pdf",
                                        "ole",   "rtf",  "odt",  "zip",  "image", "binary"};
    return (size_t)kind < ARRAY_LEN(names) ? names[kind] : "unknown";
}

/* --- reading --- */

/* Line ends become \n: CRLF, lone CR, and the page breaks of converters. */
static enum err_code unify_lines(struct str text, struct arena *arena, struct str *ret_text, struct err *err)
{
    char *out = arena_alloc(arena, text.len_bytes + 1, 1);
    if (!out)
        return arena_full(arena, err);
    size_t n = 0;
    for (size_t i = 0; i < text.len_bytes; i++) {
        char c = text.ptr[i];
        if (c == '\r' && i + 1 < text.len_bytes && text.ptr[i + 1] == '\n')
            continue;
        out[n++] = c == '\r' || c == '\f' ? '\n' : c;
    }
    out[n] = '\0';
    *ret_text = (struct str){out, n};
    return ERR_NONE;
}

static enum err_code no_text(struct err *err)
{
    return err_set(err, ERR_SYNTAX, "tệp trống, không có chữ nào / the file holds no text");
}

static enum err_code refuse(enum doc_kind kind, struct err *err)
{
    switch (kind) {
    case DOC_EMPTY:
        return no_text(err);
    case DOC_XLSX:
        return err_set(err, ERR_UNSUPPORTED,
                       "đây là bảng tính Excel, không phải văn bản; hãy nhập ở trang Danh sách / a workbook, not a "
                       "letter: use the import page");
    case DOC_PDF:
        return err_set(err, ERR_UNSUPPORTED, "PDF: đọc trong tiến trình riêng / PDF is read by doc_pdf_text");
    case DOC_OLE:
        return err_set(err, ERR_UNSUPPORTED,
                       "tệp Office đời cũ (.doc, .xls): mở bằng Word rồi lưu thành .docx hoặc PDF / old Office file: "
                       "save it as .docx or PDF");
    case DOC_RTF:
        return err_set(err, ERR_UNSUPPORTED,
                       "tệp RTF: mở bằng Word rồi lưu thành .docx hoặc PDF / RTF: save it as .docx or PDF");
    case DOC_ODT:
        return err_set(err, ERR_UNSUPPORTED,
                       "tệp OpenDocument: lưu thành .docx hoặc PDF / OpenDocument: save it as .docx or PDF");
    case DOC_ZIP:
        return err_set(err, ERR_UNSUPPORTED,
                       "tệp nén: giải nén rồi gửi từng văn bản / an archive: unpack it and hand in each document");
    case DOC_IMAGE:
        return err_set(err, ERR_UNSUPPORTED,
                       "ảnh chụp không có chữ: xin bản PDF hoặc Word có chữ, hoặc gõ lại nội dung / a picture holds no "
                       "text: ask for the PDF or Word file");
    case DOC_BINARY:
    case DOC_TEXT:
    case DOC_HTML:
    case DOC_DOCX:
        break;
    }
    return err_set(
        err, ERR_UNSUPPORTED,
        "không nhận ra loại tệp; cần .txt, .docx hoặc PDF có chữ / unknown kind of file: hand in text, .docx or PDF");
}

/* The ceiling in words a clerk can act on. */
static enum err_code too_long(enum err_code code, struct err *err)
{
    if (code != ERR_LIMIT)
        return code;
    return err_set(err, ERR_LIMIT,
                   "chữ của văn bản quá %u MB; hãy gửi riêng văn bản, không kèm phụ lục / the text is over the limit: "
                   "hand in the letter without its annexes",
                   LETTER_TEXT_MAX_BYTES >> 20);
}

static bool is_blank(struct str text)
{
    return str_trim(text).len_bytes == 0;
}

enum err_code doc_text(struct str bytes, struct arena *arena, struct doc_text *ret_doc, struct err *err)
{
    if (bytes.len_bytes > LETTER_FILE_MAX_BYTES)
        return err_set(err, ERR_LIMIT,
                       "tệp %zu MB, quá mức %u MB; hãy gửi riêng phần chữ của văn bản / the file is over the limit: "
                       "hand in the letter without its big attachments",
                       bytes.len_bytes >> 20, LETTER_FILE_MAX_BYTES >> 20);
    struct doc_text doc = {.kind = doc_kind_of(bytes), .decoded = {.encoding = TEXT_UTF8, .confidence_percent = 100}};
    if (doc.kind == DOC_DOCX) {
        TRY(docx_to_text(bytes, LETTER_TEXT_MAX_BYTES, arena, &doc.decoded.text, err));
    } else if (doc.kind == DOC_TEXT) {
        TRY(too_long(text_decode(bytes, LETTER_TEXT_MAX_BYTES, arena, &doc.decoded, err), err));
        if (html_is(doc.decoded.text)) /* a page in UTF-16 */
            doc.kind = DOC_HTML;
    } else if (doc.kind == DOC_HTML) {
        TRY(text_decode(bytes, LETTER_FILE_MAX_BYTES, arena, &doc.decoded, err)); /* markup is larger than its text */
    } else {
        return refuse(doc.kind, err);
    }
    if (doc.kind == DOC_HTML)
        TRY(html_to_text(doc.decoded.text, LETTER_TEXT_MAX_BYTES, arena, &doc.decoded.text, err));
    TRY(unify_lines(doc.decoded.text, arena, &doc.decoded.text, err));
    if (is_blank(doc.decoded.text))
        return no_text(err);
    *ret_doc = doc;
    return ERR_NONE;
}

/* --- PDF --- */

static enum err_code run_poppler(int fd, const char *const *argv, size_t output_max_bytes, int timeout_ms,
                                 struct arena *arena, struct process_result *ret_result, struct err *err)
{
    if (lseek(fd, 0, SEEK_SET) != 0)
        return err_set(err, ERR_IO, "rewind the PDF");
    struct process_spec spec = {
        .program = argv[0],
        .argv = argv,
        .input_fd = fd,
        .channel_fd = -1,
        .limits = {
            .memory_bytes = PDF_MEMORY_BYTES, .cpu_s = PDF_CPU_S, .files = 32, .file_bytes = LETTER_FILE_MAX_BYTES}};
    TRY(process_run(&spec, output_max_bytes, timeout_ms, arena, ret_result, err));
    if (ret_result->is_timed_out)
        return err_set(err, ERR_LIMIT, "đọc PDF quá lâu, đã dừng / reading the PDF took too long");
    if (ret_result->is_cut)
        return err_set(err, ERR_LIMIT, "chữ trong PDF quá %u MB / the text of the PDF is over the limit",
                       (unsigned)(output_max_bytes >> 20));
    if (ret_result->exit_code != 0) {
        if (str_contains(ret_result->error_output, STR("Incorrect password")))
            return err_set(
                err, ERR_UNSUPPORTED,
                "PDF có mật khẩu, hãy bỏ mật khẩu rồi gửi lại / the PDF is encrypted: save it without a password");
        struct str rest = ret_result->error_output, line = STR("");
        if (!str_line(&rest, &line) || str_is_null(line))
            line = STR("");
        line = str_slice(line, 0, line.len_bytes < 120 ? line.len_bytes : 120);
        return err_set(err, ERR_SYNTAX, "PDF hỏng, không đọc được / broken PDF: %.*s", STR_ARG(line));
    }
    return ERR_NONE;
}

/* Cells of a printed line, parted by two blanks or more. */
static unsigned cells_of(struct str line)
{
    unsigned cells = 0, blanks = 2;
    for (size_t i = 0; i < line.len_bytes; i++) {
        cells += line.ptr[i] != ' ' && blanks >= 2;
        blanks = line.ptr[i] == ' ' ? blanks + 1 : 0;
    }
    return cells;
}

static bool is_register(struct str page)
{
    unsigned rows = 0;
    struct str line;
    while (rows < REGISTER_ROWS && str_split(&page, '\n', &line))
        rows += cells_of(line) >= REGISTER_CELLS;
    return rows >= REGISTER_ROWS;
}

/* Page by page: as printed where it holds a register, else in reading order. */
static enum err_code choose_pages(struct str in_order, struct str as_printed, struct arena *arena, struct str *ret_text,
                                  struct err *err)
{
    AUTO_BUF out;
    buf_init(&out, LETTER_TEXT_MAX_BYTES);
    struct str page, printed;
    while (str_split(&in_order, '\f', &page)) {
        if (str_split(&as_printed, '\f', &printed) && is_register(printed))
            page = printed;
        buf_put(&out, page);
        if (page.len_bytes && page.ptr[page.len_bytes - 1] != '\n')
            buf_put_byte(&out, '\n');
    }
    return buf_to_arena(&out, arena, ret_text, err);
}

enum err_code doc_pdf_text(int fd, struct arena *arena, struct doc_text *ret_doc, struct err *err)
{
    struct process_result result;
    static const char *const info_argv[] = {"/usr/bin/pdfinfo", "-", NULL};
    TRY(run_poppler(fd, info_argv, 64u << 10, PDF_INFO_MS, arena, &result, err));
    int64_t pages = -1;
    struct str rest = result.output, line;
    while (str_line(&rest, &line))
        if (str_starts_with(line, STR("Pages:")) && !str_to_i64(str_trim(str_slice(line, 6, line.len_bytes)), &pages))
            pages = -1;
    if (pages < 1)
        return err_set(err, ERR_SYNTAX, "PDF hỏng, không có trang nào / broken PDF: no pages");
    if (pages > (int64_t)LETTER_PDF_MAX_PAGES)
        return err_set(err, ERR_LIMIT,
                       "PDF %lld trang, quá mức %u trang; hãy gửi riêng văn bản, không kèm phụ lục / the PDF has too "
                       "many pages: hand in the letter itself",
                       (long long)pages, LETTER_PDF_MAX_PAGES);
    /* Reading order, neither -layout nor -raw: -layout puts the two heads of a letter into one line, a clause of one
     * into a clause of the other. A page with a register is asked for again: in reading order its cells follow each
     * other in no order that rows could be told from. */
    static const char *const text_argv[] = {"/usr/bin/pdftotext", "-enc", "UTF-8", "-eol", "unix", "-", "-", NULL};
    static const char *const layout_argv[] = {
        "/usr/bin/pdftotext", "-layout", "-enc", "UTF-8", "-eol", "unix", "-", "-", NULL};
    TRY(run_poppler(fd, text_argv, LETTER_TEXT_MAX_BYTES, PDF_TEXT_MS, arena, &result, err));
    struct str in_order = result.output, text;
    TRY(run_poppler(fd, layout_argv, PDF_LAYOUT_MAX_BYTES, PDF_TEXT_MS, arena, &result, err));
    TRY(choose_pages(in_order, result.output, arena, &text, err));
    struct doc_text doc = {.kind = DOC_PDF};
    TRY(text_decode_as(text, TEXT_UTF8, LETTER_TEXT_MAX_BYTES, arena, &doc.decoded, err));
    size_t letters = 0;
    for (size_t pos = 0; pos < doc.decoded.text.len_bytes && letters < PDF_TEXT_MIN_CHARS;)
        letters += viet_is_letter(utf8_next(doc.decoded.text, &pos));
    if (letters < PDF_TEXT_MIN_CHARS)
        return err_set(err, ERR_UNSUPPORTED,
                       "PDF chỉ có ảnh quét, không có chữ: xin bản có chữ từ nơi gửi hoặc dán nội dung / a scanned PDF "
                       "without text: ask the sender for one with text, or paste it");
    *ret_doc = doc;
    return ERR_NONE;
}
