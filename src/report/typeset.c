#include "report/typeset.h"

#include "base/mem.h"
#include "base/vec.h"
#include <cairo-ft.h>
#include <errno.h>
#include <hb-ot.h>
#include <hb.h>
#include <limits.h>
#include <unistd.h>

#include FT_MODULE_H

#define WORDS_KEPT_MAX      20000u /* shaped words remembered by one document */
#define WORD_KEPT_MAX_BYTES 24u
#define STRETCH_MAX         0.5 /* of the size: a gap that would grow by more stays as it is, and its line ragged */
/* No line is so wide. Of a longer word only the head is shaped for a line: else its memory would grow with its square.
 */
#define WORD_SHAPED_MAX_BYTES 2048u

struct type_fonts {
    FT_Library library;
    cairo_font_face_t *faces[TYPE_FACE_COUNT];
    hb_font_t *shapers[TYPE_FACE_COUNT];
    double space_units[TYPE_FACE_COUNT];
    uint32_t space_glyph[TYPE_FACE_COUNT];
    double upem;
    hb_buffer_t *buffer;
    cairo_font_options_t *options;
};

/* Widths are in font units, so that one shaping serves every size. */
struct type_word {
    struct str text;
    uint32_t *glyphs;
    float *x_units;     /* of each glyph's origin */
    uint32_t *clusters; /* byte offset in text of each glyph */
    size_t glyph_count;
    double width_units;
};

static const char *const face_files[TYPE_FACE_COUNT] = {"LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf",
                                                        "LiberationSerif-Italic.ttf", "LiberationSerif-BoldItalic.ttf"};
static const char *const font_dirs[] = {
#ifdef LUYTRE_FONT_DIR
    LUYTRE_FONT_DIR,
#endif
    "/usr/share/fonts/truetype/liberation2", /* Debian 12 */
    "/usr/share/fonts/truetype/liberation",  /* Debian 13, Ubuntu */
    "/usr/share/fonts/liberation-serif",     /* Fedora */
    "/usr/share/fonts/liberation",
};

/* ---------- fonts ---------- */

/* FT_Init_FreeType ties the library's memory to FT_Done_FreeType, which cannot be counted; these need no owner. */
static void *font_alloc(FT_Memory memory, long size_bytes)
{
    (void)memory;
    return mem_alloc((size_t)size_bytes);
}

static void *font_resize(FT_Memory memory, long old_bytes, long new_bytes, void *block)
{
    (void)memory;
    (void)old_bytes;
    return mem_resize(block, (size_t)new_bytes);
}

static void font_free(FT_Memory memory, void *block)
{
    (void)memory;
    mem_free(block);
}

static struct FT_MemoryRec_ font_memory = {NULL, font_alloc, font_free, font_resize}; /* never written */

static bool library_open(FT_Library *ret_library)
{
    if (FT_New_Library(&font_memory, ret_library) != 0)
        return false;
    FT_Add_Default_Modules(*ret_library);
    return true;
}

struct face_owner { /* Cairo may keep a face after we let go: the FreeType face and its library die with the last user
                     */
    FT_Library library;
    FT_Face face;
};

static void face_owner_free(void *ptr)
{
    struct face_owner *owner = ptr;
    FT_Done_Face(owner->face);
    FT_Done_Library(owner->library);
    mem_free(owner);
}

static enum err_code face_open(struct type_fonts *fonts, enum type_face which, const char *dir, struct err *err)
{
    static const cairo_user_data_key_t owner_key;
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s", dir, face_files[which]);
    if (n < 0 || (size_t)n >= sizeof path)
        return err_set(err, ERR_LIMIT, "font folder name too long");
    FT_Face face;
    if (FT_New_Face(fonts->library, path, 0, &face) != 0)
        return err_set(err, ERR_NOT_FOUND,
                       "font file %s is missing or damaged: install the package fonts-liberation2 (Liberation 2.x)",
                       path);
    /* Liberation 1.x draws ế from another font or not at all: refuse it here, where it can be said in words. */
    if (FT_Get_Char_Index(face, 0x1EBF) == 0 || FT_Get_Char_Index(face, 0x01B0) == 0) {
        FT_Done_Face(face);
        return err_set(err, ERR_UNSUPPORTED,
                       "font file %s has no Vietnamese letters: Liberation 2.x is needed (package fonts-liberation2)",
                       path);
    }
    struct face_owner *owner = mem_alloc(sizeof *owner);
    if (!owner) {
        FT_Done_Face(face);
        return err_set(err, ERR_NOMEM, "no memory for a font");
    }
    *owner = (struct face_owner){fonts->library, face};
    FT_Reference_Library(fonts->library);
    double upem = face->units_per_EM;
    fonts->space_glyph[which] = FT_Get_Char_Index(face, ' ');
    fonts->faces[which] = cairo_ft_font_face_create_for_ft_face(face, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP);
    if (cairo_font_face_set_user_data(fonts->faces[which], &owner_key, owner, face_owner_free) !=
        CAIRO_STATUS_SUCCESS) {
        face_owner_free(owner);
        return err_set(err, ERR_NOMEM, "no memory for a font");
    }
    hb_blob_t *blob = hb_blob_create_from_file(path);
    hb_face_t *hb = hb_face_create(blob, 0);
    hb_blob_destroy(blob);
    fonts->shapers[which] = hb_font_create(hb);
    hb_face_destroy(hb);
    hb_font_set_scale(fonts->shapers[which], (int)upem, (int)upem);
    hb_ot_font_set_funcs(fonts->shapers[which]);
    fonts->space_units[which] = hb_font_get_glyph_h_advance(fonts->shapers[which], fonts->space_glyph[which]);
    fonts->upem = upem;
    return ERR_NONE;
}

static enum err_code dir_find(const char **ret_dir, struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(font_dirs); i++) {
        char path[PATH_MAX];
        int n = snprintf(path, sizeof path, "%s/%s", font_dirs[i], face_files[TYPE_REGULAR]);
        if (n > 0 && (size_t)n < sizeof path && access(path, R_OK) == 0) {
            *ret_dir = font_dirs[i];
            return ERR_NONE;
        }
    }
    return err_set(err, ERR_NOT_FOUND,
                   "the fonts for printing are missing: Liberation Serif was looked for in %s and the like; install "
                   "the package fonts-liberation2",
                   font_dirs[0]);
}

enum err_code type_fonts_open(const char *dir, struct type_fonts **ret_fonts, struct err *err)
{
    if (!dir)
        TRY(dir_find(&dir, err));
    struct type_fonts *fonts = mem_alloc(sizeof *fonts);
    if (!fonts)
        return err_set(err, ERR_NOMEM, "no memory for fonts");
    enum err_code code = ERR_NONE;
    if (!library_open(&fonts->library))
        code = err_set(err, ERR_NOMEM, "no memory for fonts");
    for (int i = 0; i < TYPE_FACE_COUNT && code == ERR_NONE; i++)
        code = face_open(fonts, (enum type_face)i, dir, err);
    if (code == ERR_NONE) {
        fonts->buffer = hb_buffer_create();
        fonts->options = cairo_font_options_create();
        cairo_font_options_set_hint_style(fonts->options, CAIRO_HINT_STYLE_NONE);
        cairo_font_options_set_hint_metrics(fonts->options, CAIRO_HINT_METRICS_OFF);
        if (!hb_buffer_allocation_successful(fonts->buffer) ||
            cairo_font_options_status(fonts->options) != CAIRO_STATUS_SUCCESS)
            code = err_set(err, ERR_NOMEM, "no memory for fonts");
    }
    if (code != ERR_NONE) {
        type_fonts_free(fonts);
        return code;
    }
    *ret_fonts = fonts;
    return ERR_NONE;
}

void type_fonts_free(struct type_fonts *fonts)
{
    if (!fonts)
        return;
    for (int i = 0; i < TYPE_FACE_COUNT; i++) {
        if (fonts->shapers[i])
            hb_font_destroy(fonts->shapers[i]);
        if (fonts->faces[i])
            cairo_font_face_destroy(fonts->faces[i]);
    }
    if (fonts->buffer)
        hb_buffer_destroy(fonts->buffer);
    if (fonts->options)
        cairo_font_options_destroy(fonts->options);
    if (fonts->library)
        FT_Done_Library(fonts->library);
    mem_free(fonts);
}

/* ---------- words ---------- */

void type_setter_init(struct type_setter *setter, struct type_fonts *fonts, struct arena *arena)
{
    *setter = (struct type_setter){.fonts = fonts, .arena = arena};
}

enum err_code type_check(const struct type_setter *setter, struct err *err)
{
    return setter->failed ? arena_full(setter->arena, err) : ERR_NONE;
}

static struct type_word *word_shape(struct type_setter *setter, struct str text, enum type_face face,
                                    struct arena *arena)
{
    static const hb_feature_t no_ligatures[] = {{HB_TAG('l', 'i', 'g', 'a'), 0, 0, (unsigned)-1},
                                                {HB_TAG('c', 'l', 'i', 'g'), 0, 0, (unsigned)-1}};
    hb_buffer_t *buffer = setter->fonts->buffer;
    hb_buffer_reset(buffer);
    hb_buffer_set_cluster_level(buffer, HB_BUFFER_CLUSTER_LEVEL_MONOTONE_CHARACTERS);
    hb_buffer_add_utf8(buffer, text.ptr, (int)text.len_bytes, 0, (int)text.len_bytes);
    /* Everything runs left to right here: a right-to-left name in a table still keeps its order for searching. */
    hb_buffer_set_direction(buffer, HB_DIRECTION_LTR);
    hb_buffer_set_script(buffer, HB_SCRIPT_LATIN);
    hb_shape(setter->fonts->shapers[face], buffer, no_ligatures, ARRAY_LEN(no_ligatures));
    unsigned count = 0;
    const hb_glyph_info_t *infos = hb_buffer_get_glyph_infos(buffer, &count);
    const hb_glyph_position_t *positions = hb_buffer_get_glyph_positions(buffer, &count);
    struct type_word *word = arena_new(arena, struct type_word);
    uint32_t *glyphs = arena_new_array(arena, uint32_t, count);
    uint32_t *clusters = arena_new_array(arena, uint32_t, count);
    float *x_units = arena_new_array(arena, float, count);
    struct str copy = arena_str(arena, text);
    if (!word || !glyphs || !clusters || !x_units || str_is_null(copy))
        return NULL;
    double x = 0;
    for (unsigned i = 0; i < count; i++) {
        glyphs[i] = infos[i].codepoint;
        clusters[i] = infos[i].cluster;
        x_units[i] = (float)(x + positions[i].x_offset);
        x += positions[i].x_advance;
    }
    *word = (struct type_word){copy, glyphs, x_units, clusters, count, x};
    return word;
}

/* Words of a language come back again and again; numbers, codes and addresses do not. */
static bool is_worth_keeping(struct str text)
{
    if (text.len_bytes > WORD_KEPT_MAX_BYTES)
        return false;
    for (size_t i = 0; i < text.len_bytes; i++)
        if (text.ptr[i] >= '0' && text.ptr[i] <= '9')
            return text.len_bytes <= 3;
    return true;
}

static const struct type_word *word_get(struct type_setter *setter, struct str text, enum type_face face,
                                        struct arena *arena)
{
    const struct type_word *known = map_get(&setter->words[face], text);
    if (known)
        return known;
    if (setter->words_kept >= WORDS_KEPT_MAX || !is_worth_keeping(text))
        return word_shape(setter, text, face, arena);
    struct type_word *word = word_shape(setter, text, face, setter->arena);
    if (!word || !map_put(&setter->words[face], setter->arena, word->text, word))
        return NULL;
    setter->words_kept++;
    return word;
}

/* ---------- lines ---------- */

struct breaker {
    struct type_setter *setter;
    struct arena *arena;
    VEC(struct type_item) items;
    VEC(struct type_line) lines;
    double scale; /* font units to points */
    double width_pt;
    double indent_pt;
    double used_pt; /* of the open line */
    size_t first;
};

static double line_room(const struct breaker *b)
{
    return b->lines.count == 0 ? b->width_pt - b->indent_pt : b->width_pt;
}

static bool line_end(struct breaker *b)
{
    struct type_line *line = vec_push(&b->lines, b->arena);
    if (!line)
        return false;
    *line = (struct type_line){b->first, b->items.count - b->first, b->used_pt, false};
    b->first = b->items.count;
    b->used_pt = 0;
    return true;
}

static bool item_add(struct breaker *b, const struct type_word *word, enum type_face face, bool has_space)
{
    bool is_first = b->items.count == b->first;
    struct type_item *item = vec_push(&b->items, b->arena);
    if (!item)
        return false;
    *item = (struct type_item){word, face, has_space && !is_first};
    b->used_pt +=
        word->width_units * b->scale + (item->has_space_before ? b->setter->fonts->space_units[face] * b->scale : 0);
    return true;
}

/* Bytes of the longest piece of word that fits; at least one character. Marks stay with their letter. */
static size_t piece_bytes(const struct breaker *b, const struct type_word *word, double room_pt)
{
    size_t fits = 0, nice = 0;
    for (size_t i = 1; i < word->glyph_count; i++) {
        if (word->clusters[i] == word->clusters[i - 1])
            continue;
        if ((double)word->x_units[i] * b->scale > room_pt && fits)
            break;
        fits = word->clusters[i];
        if (strchr("/-_.,@:;?&=", word->text.ptr[fits - 1]))
            nice = fits;
    }
    if (!fits)
        return word->text.len_bytes;
    return nice > fits / 2 ? nice : fits;
}

/* The characters of a word that are shaped at once. */
static struct str word_head(struct str text)
{
    size_t end = text.len_bytes < WORD_SHAPED_MAX_BYTES ? text.len_bytes : WORD_SHAPED_MAX_BYTES;
    while (end < text.len_bytes && end > WORD_SHAPED_MAX_BYTES - 4 && ((unsigned char)text.ptr[end] & 0xC0) == 0x80)
        end--;
    return str_slice(text, 0, end);
}

static bool word_add(struct breaker *b, struct str text, enum type_face face, bool has_space)
{
    while (!str_is_empty(text)) {
        struct str head = word_head(text);
        const struct type_word *word = word_get(b->setter, head, face, b->arena);
        if (!word)
            return false;
        bool is_first = b->items.count == b->first;
        double space = has_space && !is_first ? b->setter->fonts->space_units[face] * b->scale : 0;
        double width = word->width_units * b->scale;
        if (b->used_pt + space + width <= line_room(b) + 0.01) {
            if (!item_add(b, word, face, has_space))
                return false;
            text = str_slice(text, head.len_bytes, text.len_bytes);
            has_space = false;
            continue;
        }
        if (!is_first && has_space) {
            if (!line_end(b))
                return false;
            continue;
        }
        if (!is_first && !has_space && width <= b->width_pt) {
            /* Two faces meet inside a word ("Điều 1." bold, then "(" plain): the seam may not be torn apart unless it
             * must. */
            if (!line_end(b))
                return false;
            continue;
        }
        size_t cut = piece_bytes(b, word, line_room(b) - b->used_pt - space);
        bool is_whole = cut >= head.len_bytes;
        const struct type_word *piece =
            is_whole ? word : word_shape(b->setter, str_slice(text, 0, cut), face, b->arena);
        if (!piece || !item_add(b, piece, face, has_space))
            return false;
        if (!(is_whole && head.len_bytes == text.len_bytes) && !line_end(b))
            return false;
        text = str_slice(text, cut, text.len_bytes);
        has_space = false;
    }
    return true;
}

enum err_code type_break(struct type_setter *setter, const struct type_span *spans, size_t span_count, double size_pt,
                         double width_pt, double indent_pt, struct arena *arena, struct type_text *ret_text,
                         struct err *err)
{
    struct breaker b = {.setter = setter,
                        .arena = arena,
                        .scale = size_pt / setter->fonts->upem,
                        .width_pt = width_pt,
                        .indent_pt = indent_pt};
    bool ok = true, has_space = false;
    for (size_t s = 0; s < span_count && ok; s++) {
        struct str text = spans[s].text;
        for (size_t i = 0; i < text.len_bytes && ok;) {
            if (text.ptr[i] == ' ') {
                has_space = true;
                i++;
                continue;
            }
            size_t end = i;
            while (end < text.len_bytes && text.ptr[end] != ' ')
                end++;
            ok = word_add(&b, str_slice(text, i, end), spans[s].face, has_space);
            has_space = false;
            i = end;
        }
    }
    if (ok && (b.items.count > b.first || b.lines.count == 0))
        ok = line_end(&b);
    if (!ok)
        return arena_full(arena, err);
    b.lines.items[b.lines.count - 1].is_last = true;
    double widest = 0;
    for (size_t i = 0; i < b.lines.count; i++)
        if (b.lines.items[i].width_pt > widest)
            widest = b.lines.items[i].width_pt;
    *ret_text = (struct type_text){b.items.items, b.items.count, b.lines.items, b.lines.count, size_pt, widest};
    return ERR_NONE;
}

/* ---------- glyphs ---------- */

static bool room_for(struct type_setter *setter, void **items, size_t count, size_t more, size_t *room,
                     size_t item_bytes)
{
    if (count + more <= *room)
        return true;
    size_t want = *room ? *room : 256;
    while (want < count + more)
        want *= 2;
    void *grown = arena_alloc_array(setter->arena, item_bytes, want, 16);
    if (!grown) {
        setter->failed = true;
        return false;
    }
    if (count)
        memcpy(grown, *items, count * item_bytes);
    *items = grown;
    *room = want;
    return true;
}

void type_flush(struct type_setter *setter)
{
    if (setter->glyph_count && setter->cr && !setter->failed) {
        cairo_set_font_face(setter->cr, setter->fonts->faces[setter->face]);
        cairo_set_font_size(setter->cr, setter->size_pt);
        cairo_set_font_options(setter->cr, setter->fonts->options);
        cairo_show_text_glyphs(setter->cr, setter->utf8, (int)setter->utf8_bytes, setter->glyphs,
                               (int)setter->glyph_count, setter->clusters, (int)setter->cluster_count, 0);
    }
    setter->glyph_count = setter->cluster_count = setter->utf8_bytes = 0;
}

static void glyphs_add(struct type_setter *setter, const struct type_word *word, double x_pt, double y_pt, double scale)
{
    void *glyphs = setter->glyphs, *clusters = setter->clusters, *utf8 = setter->utf8;
    bool ok = room_for(setter, &glyphs, setter->glyph_count, word->glyph_count, &setter->glyph_room,
                       sizeof *setter->glyphs) &&
              room_for(setter, &clusters, setter->cluster_count, word->glyph_count, &setter->cluster_room,
                       sizeof *setter->clusters) &&
              room_for(setter, &utf8, setter->utf8_bytes, word->text.len_bytes, &setter->utf8_room_bytes, 1);
    setter->glyphs = glyphs; /* whatever did grow, its room is counted already */
    setter->clusters = clusters;
    setter->utf8 = utf8;
    if (!ok)
        return;
    memcpy(setter->utf8 + setter->utf8_bytes, word->text.ptr, word->text.len_bytes);
    setter->utf8_bytes += word->text.len_bytes;
    for (size_t i = 0; i < word->glyph_count; i++) {
        setter->glyphs[setter->glyph_count++] =
            (cairo_glyph_t){word->glyphs[i], x_pt + (double)word->x_units[i] * scale, y_pt};
        if (i == 0 || word->clusters[i] != word->clusters[i - 1]) {
            size_t end = i + 1;
            while (end < word->glyph_count && word->clusters[end] == word->clusters[i])
                end++;
            size_t end_bytes = end < word->glyph_count ? word->clusters[end] : word->text.len_bytes;
            setter->clusters[setter->cluster_count++] =
                (cairo_text_cluster_t){(int)(end_bytes - word->clusters[i]), (int)(end - i)};
        }
    }
}

static void space_add(struct type_setter *setter, enum type_face face, double x_pt, double y_pt)
{
    uint32_t glyph = setter->fonts->space_glyph[face], cluster = 0;
    float x_units = 0;
    struct type_word space = {STR(" "), &glyph, &x_units, &cluster, 1, 0};
    glyphs_add(setter, &space, x_pt, y_pt, 0);
}

void type_put(struct type_setter *setter, const struct type_text *text, size_t line_index, double x_pt,
              double baseline_pt, double width_pt, enum type_align align)
{
    const struct type_line *line = &text->lines[line_index];
    double scale = text->size_pt / setter->fonts->upem;
    double spare = width_pt - line->width_pt, stretch = 0;
    if (align == TYPE_CENTRE)
        x_pt += spare / 2;
    else if (align == TYPE_RIGHT)
        x_pt += spare;
    else if (align == TYPE_JUSTIFY && !line->is_last) {
        size_t gaps = 0;
        for (size_t i = line->first; i < line->first + line->count; i++)
            gaps += text->items[i].has_space_before;
        if (gaps && spare / (double)gaps <= text->size_pt * STRETCH_MAX)
            stretch = spare / (double)gaps;
    }
    for (size_t i = line->first; i < line->first + line->count; i++) {
        const struct type_item *item = &text->items[i];
        if (setter->glyph_count && (setter->face != item->face || setter->size_pt != text->size_pt))
            type_flush(setter);
        setter->face = item->face;
        setter->size_pt = text->size_pt;
        if (item->has_space_before) {
            space_add(setter, item->face, x_pt, baseline_pt);
            x_pt += setter->fonts->space_units[item->face] * scale + stretch;
        }
        glyphs_add(setter, item->word, x_pt, baseline_pt, scale);
        x_pt += item->word->width_units * scale;
    }
    /* A line's last word and the next line's first are two words: a searcher must find the space. */
    if (!line->is_last)
        space_add(setter, setter->face, x_pt, baseline_pt);
}
