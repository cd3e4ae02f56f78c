#include "format/cellrow.h"

#define MERGED_BYTES_MAX 4096u /* longer ones are no cell of a register and are not said again */
#define ROW_CELLS        3     /* from so many cells on it is a register; two side by side are the head of a letter */

void cellrow_table(struct cellrow *t)
{
    t->is_register = false;
    memset(t->above, 0, t->used * sizeof *t->above);
    t->used = 0;
}

void cellrow_begin(struct cellrow *t, const struct buf *out)
{
    t->count = t->column = 0;
    t->row_from = out->len_bytes;
    t->joins = true;
}

enum err_code cellrow_cell(struct cellrow *t, struct buf *out, unsigned span, enum cell_merge merge,
                           struct arena *arena, struct err *err)
{
    size_t from = t->count ? t->ends[t->count - 1] : t->row_from;
    if (t->count == CELLROW_CELLS_MAX || t->column >= CELLROW_CELLS_MAX || from > out->len_bytes || out->failed) {
        t->joins = false;
        return ERR_NONE;
    }
    struct str *above = &t->above[t->column];
    if (merge == CELL_GOES_ON && t->is_register && !str_is_empty(*above) &&
        str_is_empty(str_trim((struct str){out->ptr + from, out->len_bytes - from}))) {
        out->len_bytes = from;
        buf_put(out, *above);
        if (out->failed)
            return buf_check(out, err);
    }
    struct str text = {out->ptr + from, out->len_bytes - from};
    if (merge == CELL_ALONE) {
        *above = STR_NONE;
    } else if (merge == CELL_FIRST_OF_MORE && text.len_bytes > MERGED_BYTES_MAX) {
        *above = STR_NONE;
    } else if (merge == CELL_FIRST_OF_MORE) {
        *above = arena_str(arena, text);
        if (str_is_null(*above))
            return arena_full(arena, err);
    }
    const char *inner = text.len_bytes ? memchr(text.ptr, '\n', text.len_bytes) : NULL;
    if (!inner || inner != text.ptr + text.len_bytes - 1)
        t->joins = false;
    t->ends[t->count] = out->len_bytes;
    t->spans[t->count++] = (unsigned char)span;
    t->column += span;
    if (t->column > t->used)
        t->used = t->column < CELLROW_CELLS_MAX ? t->column : CELLROW_CELLS_MAX;
    return ERR_NONE;
}

/* The next line of a cell: its text without the line end. */
static struct str cell_line(const struct buf *out, size_t *at, size_t to)
{
    const char *start = out->ptr + *at;
    const char *end = *at < to ? memchr(start, '\n', to - *at) : NULL;
    size_t n = end ? (size_t)(end - start) : to - *at;
    *at += n + (end != NULL);
    return (struct str){start, n};
}

/* A cell of several paragraphs stands as several lines, each in its column:
 *     1 <tab> Rà soát <tab> Sở A; <tab> 30/6
 *       <tab>         <tab> Sở B  <tab> */
static enum err_code row_of_lines(const struct cellrow *t, struct buf *out, struct arena *arena, struct err *err)
{
    size_t *at = arena_new_array(arena, size_t, t->count);
    if (!at)
        return arena_full(arena, err);
    for (size_t i = 0; i < t->count; i++)
        at[i] = i ? t->ends[i - 1] : t->row_from;
    AUTO_BUF row;
    buf_init(&row, out->ceiling_bytes);
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < t->count; i++) {
            buf_put(&row, cell_line(out, &at[i], t->ends[i]));
            more = more || at[i] < t->ends[i];
            for (unsigned k = 0; k < t->spans[i] && i + 1 < t->count; k++)
                buf_put_byte(&row, '\t');
        }
        buf_put_byte(&row, '\n');
    }
    TRY(buf_check(&row, err));
    out->len_bytes = t->row_from;
    buf_put(out, buf_str(&row));
    return ERR_NONE;
}

enum err_code cellrow_end(struct cellrow *t, struct buf *out, bool keeps_columns, struct arena *arena, struct err *err)
{
    size_t said = 0, from = t->row_from;
    bool spanned = false;
    for (size_t i = 0; i < t->count; i++) {
        spanned = spanned || t->spans[i] > 1;
        said += str_trim((struct str){out->ptr + from, t->ends[i] - from}).len_bytes > 0;
        from = t->ends[i];
    }
    t->is_register = t->is_register || said >= ROW_CELLS;
    if (keeps_columns && t->is_register && t->count > 0 && t->count < CELLROW_CELLS_MAX && (spanned || !t->joins))
        return row_of_lines(t, out, arena, err);
    /* every cell ends with the line end of its one paragraph: all but the last become tabs */
    for (size_t i = 0; i + 1 < t->count && t->joins; i++)
        out->ptr[t->ends[i] - 1] = '\t';
    return ERR_NONE;
}
