/* document.h - an official document of a Vietnamese agency as plain structs, before it becomes PDF or DOCX.
 * Holds what Decree 30/2020, Annex I calls boxes 1 to 9 (national title, issuer, number, place and date, type and
 * summary, body, signer, recipients) and the words the rules fix: leading zeros, "./.", the letters a) b) c) d) đ),
 * "V/v", "Kính gửi", "Lưu". Knows nothing of pages, fonts or files; the writers ask it for finished text, so that both
 * print the same words. Uses: base.    Used by: report/pdf, report/docx, and the domain that fills it. Memory: views of
 * the caller; texts made here live in the caller's arena.    Threads: no shared state. See: Decree 30/2020/NĐ-CP, Annex
 * I, part I and II. */
#ifndef LUYTRE_REPORT_DOCUMENT_H
#define LUYTRE_REPORT_DOCUMENT_H

#include "base/arena.h"
#include "base/civil.h"

NONNULL_BEGIN

/* A part that is 0 stays blank for the clerk, with room to write it in. */
struct document_date {
    int day;
    int month;
    int year;
};

struct document_sign_line { /* box 7, one line each: "TM. ỦY BAN NHÂN DÂN" / "KT. CHỦ TỊCH" / "PHÓ CHỦ TỊCH" */
    struct str mark;        /* "TM.", "KT." of knowledge/signing.yaml; null: none */
    struct str title;
};

enum document_align { DOCUMENT_LEFT, DOCUMENT_CENTRE, DOCUMENT_RIGHT };
struct document_column {
    struct str title;
    struct str
        group;     /* neighbours with the same group share a cell above their titles; null: the title takes both rows */
    double weight; /* share of the width; all columns together fill it. 0 counts as 1 */
    enum document_align align;
};
enum document_row_kind {
    DOCUMENT_ROW_PLAIN,
    DOCUMENT_ROW_TOTAL,   /* bold */
    DOCUMENT_ROW_SECTION, /* bold; the first cell spans all columns */
};
struct document_row {
    const struct str *cells; /* one per column; a section needs only the first */
    enum document_row_kind kind;
};
struct document_table {
    const struct document_column *columns;
    size_t column_count;
    const struct document_row *rows;
    size_t row_count;
    double font_pt; /* 0: 12 */
};

enum document_block_kind {
    DOCUMENT_BASIS, /* italic; ";" after each, "." after the last of a run */
    DOCUMENT_PARAGRAPH,
    DOCUMENT_HEADING, /* bold, "I." "II." before it */
    DOCUMENT_CLAUSE,  /* "1." "2."; starts again after a heading */
    DOCUMENT_POINT,   /* "a)" "b)" "c)" "d)" "đ)" "e)"; starts again after anything but a dash or a point */
    DOCUMENT_DASH,    /* "- " */
    DOCUMENT_CAPTION, /* bold, centred: a title over a table */
    DOCUMENT_NOTE,    /* italic, under a table */
    DOCUMENT_TABLE,
};
struct document_block {
    enum document_block_kind kind;
    struct str lead; /* bold words before the text, such as "Điều 1." ; may be null */
    struct str text;
    struct document_table table; /* DOCUMENT_TABLE only */
};

struct document_annex {
    struct str title;   /* "PHỤ LỤC I" */
    struct str summary; /* what it holds, bold under the title */
    const struct document_block *blocks;
    size_t block_count;
    bool is_landscape;
};

struct document_recipient {
    struct str name;
    struct str purpose; /* "để b/c", printed in parentheses; may be null */
};

struct document {
    struct str parent;      /* box 2, plain capitals; null when the issuer has none */
    struct str issuer;      /* box 2, bold capitals; "\n" breaks the line */
    struct str issuer_name; /* the same in running text, "Sở Giáo dục và Đào tạo"; null: issuer */
    struct str number;      /* box 3; null or empty: blank for the clerk. "9" is printed "09" */
    struct str symbol;      /* "SGDĐT-VP" */
    struct str place;       /* box 4 */
    struct document_date date;
    struct str type_name; /* box 5a, "BÁO CÁO"; null makes an official letter (công văn, box 5b with "V/v") */
    struct str summary;   /* box 5; without "V/v" */
    const struct str *to; /* box 9a "Kính gửi" */
    size_t to_count;
    const struct document_block *blocks; /* box 6 */
    size_t block_count;
    const struct document_sign_line *sign_lines; /* box 7 */
    size_t sign_line_count;
    struct str signer_name;                      /* no titles or degrees */
    const struct document_recipient *recipients; /* box 9b */
    size_t recipient_count;
    struct str keep; /* last line: "VT, KSTT (02)" is printed "Lưu: VT, KSTT (02)." */
    const struct document_annex *annexes;
    size_t annex_count;
    int64_t frozen_unix_ms; /* figures are those of this instant; 0: not a frozen report */
    struct str frozen_hash; /* hex of the frozen rows */
    int64_t made_unix_ms;   /* creation date in the file; a report from a freeze gives the freeze, never "now" */
};

/* Refuses what cannot be printed as an official document: no issuer, no summary, broken UTF-8, a row without cells. */
MUST_USE enum err_code document_check(const struct document *document, struct err *err);

/* --- the words the rules fix; all in NFC, ERR_LIMIT or ERR_NOMEM when the arena is full --- */

/* "Số: 09/SGDĐT-VP", or with room instead of the number. */
MUST_USE enum err_code document_number_text(const struct document *document, struct arena *arena, struct str *ret_text,
                                            struct err *err);
/* "ngày 05 tháng 6 năm 2026": a leading 0 for days below 10 and for months 1 and 2 only. */
MUST_USE enum err_code document_date_text(struct document_date date, struct arena *arena, struct str *ret_text,
                                          struct err *err);
/* "Kèm theo Báo cáo số …/BC-SGDĐT ngày … của …", in parentheses under an annex's title. */
MUST_USE enum err_code document_annex_text(const struct document *document, struct arena *arena, struct str *ret_text,
                                           struct err *err);
/* "Số liệu chốt lúc 17:00 15/11/2026. SHA-256: ab12…"; null when the document is not frozen. */
MUST_USE enum err_code document_frozen_text(const struct document *document, struct arena *arena, struct str *ret_text,
                                            struct err *err);
/* "KT. GIÁM ĐỐC"; STR_NONE: the arena is full. */
struct str document_sign_text(const struct document_sign_line *line, struct arena *arena);
/* A list entry with its dash: ";" after it, "." when it is the last. Marks the caller left at the end are replaced. */
MUST_USE enum err_code document_item_text(struct str text, struct str purpose, bool is_last, struct arena *arena,
                                          struct str *ret_text, struct err *err);
/* The n-th point, 0 based: a b c d đ e g h i k l m n o p q r s t u v x y, then a1 b1 … */
MUST_USE enum err_code document_point_label(size_t nth, struct arena *arena, struct str *ret_text, struct err *err);

/* A block with its numbering and closing marks applied. */
struct document_line {
    enum document_block_kind kind;
    struct str label; /* "1. ", "a) ", "- ", "II. "; empty when none */
    struct str lead;  /* bold; ends with a space when text follows */
    struct str text;
    const struct document_table *NULLABLE table;
};
struct document_lines {
    struct document_line *items;
    size_t count;
};
/* closes: the text of the document ends here, so its last paragraph gets "./." */
MUST_USE enum err_code document_lines_make(const struct document_block *blocks, size_t count, bool closes,
                                           struct arena *arena, struct document_lines *ret_lines, struct err *err);

/* --- figures for people --- */
/* "1.234.567" */
MUST_USE enum err_code document_number_print(int64_t value, struct arena *arena, struct str *ret_text, struct err *err);
/* part of whole, one decimal, halves away from zero: "87,5%"; "-" when whole is 0: a share of nothing is not 100 %. */
MUST_USE enum err_code document_percent_print(int64_t part, int64_t whole, struct arena *arena, struct str *ret_text,
                                              struct err *err);
/* "một nghìn hai trăm linh năm" */
MUST_USE enum err_code document_number_words(int64_t value, struct arena *arena, struct str *ret_text, struct err *err);
/* Composed form (NFC), with line ends and tabs as spaces and other control characters dropped: fonts and searchers want
 * one form. */
MUST_USE enum err_code document_text_clean(struct str text, struct arena *arena, struct str *ret_text, struct err *err);

NONNULL_END
#endif
