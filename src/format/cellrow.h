/* cellrow.h - rows of a table as lines of text, while the text is being written: cells joined by tabs. A register (a
 * table one row of which had ROW_CELLS cells with words) keeps its columns: a cell of several lines stands as several
 * lines of the row, each in its column, and a cell merged downwards says its words again in each row it reaches. Two
 * cells side by side are the head of a letter and stay as their lines, one below the other.
 *     cellrow_begin(&t, out); …write a cell…; cellrow_cell(&t, out, 1, CELL_ALONE); …; cellrow_end(&t, out, …);
 * Uses: base.    Used by: format/docx, format/html.    Memory: the caller's arena.    Threads: no shared state. */
#ifndef LUYTRE_FORMAT_CELLROW_H
#define LUYTRE_FORMAT_CELLROW_H

#include "base/buf.h"

NONNULL_BEGIN

#define CELLROW_CELLS_MAX 256u /* cells of a row that may be joined by tabs */
#define CELLROW_SPAN_MAX  64   /* columns that one cell may take */

enum cell_merge { CELL_ALONE, CELL_FIRST_OF_MORE, CELL_GOES_ON }; /* with the cell above it */
struct cellrow {
    size_t ends[CELLROW_CELLS_MAX];         /* where each cell's text ends in the output */
    unsigned char spans[CELLROW_CELLS_MAX]; /* columns of the grid it takes */
    struct str above[CELLROW_CELLS_MAX];    /* by column: the words of the merged cell that reaches it; null: none */
    size_t count;
    size_t column; /* of the grid, where the next cell begins */
    size_t used;   /* columns that some row of the table had */
    size_t row_from;
    bool joins;       /* every cell so far is one line */
    bool is_register; /* a row so far had ROW_CELLS cells with words */
};

void cellrow_table(struct cellrow *t); /* a table begins */
void cellrow_begin(struct cellrow *t, const struct buf *out);
/* A cell ends: its text is what was written since the one before, each line with its end. */
MUST_USE enum err_code cellrow_cell(struct cellrow *t, struct buf *out, unsigned span, enum cell_merge merge,
                                    struct arena *arena, struct err *err);
/* keeps_columns: false for a row whose cells may only be joined when each is one line. */
MUST_USE enum err_code cellrow_end(struct cellrow *t, struct buf *out, bool keeps_columns, struct arena *arena,
                                   struct err *err);

NONNULL_END
#endif
