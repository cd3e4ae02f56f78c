/* letter_table.h - what the two files of tables share: a table's columns and lines. letter_table.c finds the tables of
 * tasks and gives every word its column; letter_row.c cuts them into rows and each row into a duty. Inside src/letter
 * only.    Memory: the caller's arena.    Threads: no shared state. */
#ifndef LUYTRE_LETTER_LETTER_TABLE_H
#define LUYTRE_LETTER_LETTER_TABLE_H

#include "letter/letter_read.h"

NONNULL_BEGIN

#define COLUMNS_MAX    24u
#define CELL_WORDS_MAX 400u

enum column_role { COL_OTHER, COL_NO, COL_TASK, COL_LEAD, COL_WITH, COL_DUE, COL_PRODUCT, COL_FROM, COL_ROLES };
enum table_kind { TABLE_BLANKS, TABLE_TABS, TABLE_PIPES };

struct column {
    enum column_role role;
    uint32_t from, to; /* characters of the head: [from, to) */
    uint32_t border;   /* of TABLE_BLANKS: where the next column starts at the earliest */
    bool tight;        /* … and the next head is but a blank or two away */
};
/* A head may have two rows: "Thời hạn" over "Bắt đầu | Kết thúc", "Phân công" over "Chủ trì | Phối hợp". A column is
 * then what its own word and the word over it say together. */
struct table {
    enum table_kind kind;
    uint32_t first, head_to, last; /* lines: head [first, head_to), rows [head_to, last) */
    struct column columns[COLUMNS_MAX];
    uint32_t count;
    uint32_t of_role[COL_ROLES]; /* 1 + column; 0: none */
};

/* --- letter_table.c --- */
static inline bool is_empty_line(const struct reader *r, uint32_t l)
{
    return r->lines[l].first == r->lines[l].last;
}
static inline bool is_separator(const struct reader *r, uint32_t i)
{
    return is_mark(r, i, '|');
}
/* The column of a word of line l, which is the table's. */
static inline uint32_t column_of(const struct reader *r, const struct table *t, uint32_t l, uint32_t word)
{
    return t->kind == TABLE_BLANKS || r->lines[l].parted == t->kind ? r->words[word].part : 0;
}

NONNULL_END
#endif
