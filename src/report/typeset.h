/* typeset.h - words into lines into glyphs: the fonts, shaping, breaking and justifying behind report/pdf.
 * The fonts are files named by path (Liberation Serif, metric-compatible with Times New Roman): no fontconfig takes
 * part, so no user's configuration, cache or other installed font can change a page or slip into it. (Pango was tried:
 * it looks for "Times New Roman 13" as family "Times New", falls back to whatever is installed, starts a thread that
 * reads the user's fontconfig, and shapes every cell anew. HarfBuzz, on which it stands, is asked directly instead.)
 * Uses: base, HarfBuzz, FreeType, Cairo.    Used by: report/pdf.
 * Memory: struct type_fonts is heap; lines live in the caller's arena.
 * Threads: one struct type_fonts may serve one thread at a time; a setter has one owner. */
#ifndef LUYTRE_REPORT_TYPESET_H
#define LUYTRE_REPORT_TYPESET_H

#include "base/arena.h"
#include "base/map.h"

#include <cairo.h>

NONNULL_BEGIN

enum type_face { TYPE_REGULAR, TYPE_BOLD, TYPE_ITALIC, TYPE_BOLD_ITALIC, TYPE_FACE_COUNT };

struct type_fonts;
/* dir: folder of LiberationSerif-*.ttf; NULL looks where the distributions put them. Says in words which file is
 * missing and which package has it. Open once, use for many documents. */
MUST_USE enum err_code type_fonts_open(const char *NULLABLE dir, struct type_fonts *NULLABLE *ret_fonts,
                                       struct err *err);
void type_fonts_free(struct type_fonts *NULLABLE fonts);

struct type_word; /* shaped glyphs */
struct type_item {
    const struct type_word *word;
    enum type_face face;
    bool has_space_before;
};
struct type_line {
    size_t first; /* item */
    size_t count;
    double width_pt; /* natural, spaces included */
    bool is_last;    /* of its paragraph: never stretched */
};
struct type_text { /* a broken paragraph */
    struct type_item *items;
    size_t item_count;
    struct type_line *lines;
    size_t line_count;
    double size_pt;
    double widest_pt;
};
struct type_span {
    struct str text;
    enum type_face face;
};

/* Draws for one document: keeps the words it has shaped and the glyphs not yet handed to Cairo. */
struct type_setter {
    struct type_fonts *fonts;
    struct arena *arena; /* of the document: shaped words */
    struct map words[TYPE_FACE_COUNT];
    size_t words_kept;
    cairo_t *NULLABLE cr;
    cairo_glyph_t *NULLABLE glyphs;
    cairo_text_cluster_t *NULLABLE clusters;
    char *NULLABLE utf8;
    size_t glyph_count, glyph_room, cluster_count, cluster_room, utf8_bytes, utf8_room_bytes;
    enum type_face face;
    double size_pt;
    bool failed; /* the arena is full: ask type_check */
};
void type_setter_init(struct type_setter *setter, struct type_fonts *fonts, struct arena *arena);
MUST_USE enum err_code type_check(const struct type_setter *setter, struct err *err);

/* Break spans into lines no wider than width_pt, the first shorter by indent_pt. A word wider than a line is cut, after
 * a / - _ . , @ if it can be. */
MUST_USE enum err_code type_break(struct type_setter *setter, const struct type_span *spans, size_t span_count,
                                  double size_pt, double width_pt, double indent_pt, struct arena *arena,
                                  struct type_text *ret_text, struct err *err);
enum type_align { TYPE_LEFT, TYPE_CENTRE, TYPE_RIGHT, TYPE_JUSTIFY };
/* Put one line on its baseline between x_pt and x_pt + width_pt. Glyphs are gathered; type_flush hands them to Cairo.
 */
void type_put(struct type_setter *setter, const struct type_text *text, size_t line, double x_pt, double baseline_pt,
              double width_pt, enum type_align align);
void type_flush(struct type_setter *setter);

NONNULL_END
#endif
