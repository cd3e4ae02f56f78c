/* letter_table.c - tasks that stand in a table: "TT / Nhiệm vụ / Cơ quan chủ trì / Cơ quan phối hợp / Thời hạn / Sản
 * phẩm". A table is known by its head row, however its columns are parted: by tabs (Word, Excel), by "|", or by blanks
 * (print). In columns of blanks a cell goes on over lines that hold other cells too, so its words are no run of the
 * text. They are copied behind the last word of the text, cell after cell, and everything that reads runs of words
 * reads those. */
#include "base/limits.h"
#include "letter/letter_read.h"

#define COLUMNS_MAX     24u
#define HEAD_LINES_MAX  4u
#define COLUMN_MAX      600u /* characters of a printed line; columns further right are not told apart */
#define CELL_WORDS_MAX  400u
#define CO_ACTORS_MAX   20u
#define HEAD_WORDS_MAX  12u    /* in one cell of a head */
#define BLANK_ROLES_MIN 3u     /* columns that a head of blanks must name */
#define TIGHT_MAX       3u     /* blanks between two heads; fewer leave cells no room to stand straight */
#define SLIP_MAX        4      /* characters that a cell of such columns may slip */
#define EMPTY_LINES_MAX 3u     /* between rows */
#define RUN_LINES_MAX   400u   /* of a table printed without an empty line, whose rows are looked at together */
#define CELL_END        '\x02' /* the mark between copied cells */

enum column_role { COL_OTHER, COL_NO, COL_TASK, COL_LEAD, COL_WITH, COL_DUE, COL_PRODUCT, COL_ROLES };
enum table_kind { TABLE_BLANKS, TABLE_TABS, TABLE_PIPES };

struct column {
    enum column_role role;
    uint32_t from, to; /* characters of the head: [from, to) */
    uint32_t border;   /* of TABLE_BLANKS: where the next column starts at the earliest */
    bool tight;        /* … and the next head is but a blank or two away */
};
struct table {
    enum table_kind kind;
    uint32_t first, head_to, last; /* lines: head [first, head_to), rows [head_to, last) */
    struct column columns[COLUMNS_MAX];
    uint32_t count;
    uint32_t of_role[COL_ROLES]; /* 1 + column; 0: none */
};
struct cell {
    uint32_t first, last; /* words */
};
struct row {
    bool has[COL_ROLES]; /* what its lines so far say */
};
struct tables {
    struct reader *r;
    uint32_t copy_to; /* first free word behind the text */
    uint32_t copy_max;
    struct cell above_cells[COL_ROLES]; /* what "nt" repeats */
};

/* --- lines and cells --- */

/* Characters that take room on the paper. */
static uint32_t characters(const struct reader *r, uint32_t from, uint32_t to)
{
    uint32_t count = 0;
    for (size_t at = from; at < to;)
        count += !is_invisible(utf8_next(r->text, &at));
    return count;
}

/* Where the words of line l stand: characters from its start, and the cell when tabs or bars part it. One pass over its
 * bytes, once. */
static void line_map(struct reader *r, uint32_t l)
{
    struct line *line = &r->lines[l];
    if (line->is_mapped)
        return;
    line->is_mapped = true;
    uint32_t from = line->from, tabs = 0, bars = 0;
    while (from > 0 && r->text.ptr[from - 1] != '\n' && r->text.ptr[from - 1] != '\f')
        from--;
    for (uint32_t k = from; k < r->text.len_bytes && r->text.ptr[k] != '\n' && r->text.ptr[k] != '\f'; k++) {
        tabs += r->text.ptr[k] == '\t';
        bars += r->text.ptr[k] == '|';
    }
    line->parted = tabs ? TABLE_TABS : bars ? TABLE_PIPES : TABLE_BLANKS;
    line->parts = tabs ? tabs : bars;
    const char sep = tabs ? '\t' : '|';
    uint32_t at = from, column = 0, part = 0;
    if (!tabs && bars && r->text.ptr[line->from] == sep) { /* "| a | b |": the first bar opens the line */
        column = line->from + 1 - from;
        at = line->from + 1;
    }
    for (uint32_t i = line->first; i < line->last; i++) {
        column += characters(r, at, r->words[i].from);
        for (; at < r->words[i].from; at++)
            part += r->text.ptr[at] == sep;
        r->word_at[2 * (size_t)i] = column < COLUMN_MAX ? (uint16_t)column : COLUMN_MAX;
        r->words[i].part = part < COLUMNS_MAX ? (uint8_t)part : COLUMNS_MAX;
        column += characters(r, at, r->words[i].to);
        for (; at < r->words[i].to; at++)
            part += r->text.ptr[at] == sep;
        r->word_at[2 * (size_t)i + 1] = column < COLUMN_MAX ? (uint16_t)column : COLUMN_MAX;
    }
}

static bool is_empty_line(const struct reader *r, uint32_t l)
{
    return r->lines[l].first == r->lines[l].last;
}

static uint32_t char_from(const struct reader *r, uint32_t word)
{
    return r->word_at[2 * (size_t)word];
}

static uint32_t char_to(const struct reader *r, uint32_t word)
{
    return r->word_at[2 * (size_t)word + 1];
}

static bool is_separator(const struct reader *r, uint32_t i)
{
    return is_mark(r, i, '|');
}

/* --- the head --- */

static enum column_role role_of_value(const char *value, bool *ret_weak)
{
    static const struct {
        const char *name;
        enum column_role role;
        bool weak;
    } rows[] = {{"no", COL_NO, false},          {"task", COL_TASK, false}, {"task_weak", COL_TASK, true},
                {"lead", COL_LEAD, false},      {"with", COL_WITH, false}, {"due", COL_DUE, false},
                {"product", COL_PRODUCT, false}};
    for (unsigned k = 0; k < ARRAY_LEN(rows); k++)
        if (strcmp(rows[k].name, value) == 0) {
            *ret_weak = rows[k].weak;
            return rows[k].role;
        }
    return COL_OTHER;
}

/* What a word of a head cell says of its column; the strongest of a cell counts: "Đơn vị phối hợp" are the helpers. */
static unsigned strength(enum column_role role)
{
    static const unsigned order[COL_ROLES] = {0, 1, 2, 3, 6, 5, 4};
    return order[role];
}

static void role_add(const struct reader *r, uint32_t i, uint32_t end, struct column *column, bool *weak)
{
    const struct lex_phrase *hit;
    if (!has_class(r, i, LEX_COLUMN) || !class_at(r, i, end, LEX_COLUMN, &hit))
        return;
    bool is_weak = false;
    enum column_role role = role_of_value(hit->value, &is_weak);
    if (strength(role) > strength(column->role)) {
        column->role = role;
        *weak = is_weak && role == COL_TASK;
    } else if (role == COL_TASK && column->role == COL_TASK) {
        *weak = *weak && is_weak;
    }
}

static bool head_fits(struct table *t, bool weak)
{
    memset(t->of_role, 0, sizeof t->of_role);
    for (uint32_t c = 0; c < t->count; c++)
        if (t->columns[c].role != COL_OTHER && !t->of_role[t->columns[c].role])
            t->of_role[t->columns[c].role] = c + 1;
    uint32_t task = t->of_role[COL_TASK], lead = t->of_role[COL_LEAD], due = t->of_role[COL_DUE];
    if (!task || !(lead || due || t->of_role[COL_WITH]))
        return false;
    /* "Thời gian | Nội dung | Người trình bày" is the course of a meeting */
    return !weak || (lead && !(due && due < task));
}

static bool head_of_cells(const struct reader *r, uint32_t l, struct table *t)
{
    *t = (struct table){.kind = (enum table_kind)r->lines[l].parted, .first = l, .head_to = l + 1};
    bool weak = false;
    uint32_t end = r->lines[l].last;
    for (uint32_t i = r->lines[l].first; i < end;) {
        uint32_t c = r->words[i].part, cell_to = i + 1;
        if (c >= COLUMNS_MAX)
            return false;
        if (c >= t->count)
            t->count = c + 1;
        while (cell_to < end && r->words[cell_to].part == c)
            cell_to++;
        for (; i < cell_to; i++)
            role_add(r, i, cell_to, &t->columns[c], &weak);
    }
    return t->count >= 3 && head_fits(t, weak);
}

/* Pieces of a printed line, parted by two blanks or more: words [i, return). */
static uint32_t piece_end(const struct reader *r, uint32_t i, uint32_t end)
{
    uint32_t last = i + 1;
    while (last < end && char_from(r, last) - char_to(r, last - 1) < 2)
        last++;
    return last;
}

/* A cell of a head: a piece, or less where narrow columns leave one blank ("TT Nhiệm vụ", "Cơ quan chủ Cơ quan phối").
 * Whether that blank goes down through the rows is seen later (find_borders). */
static uint32_t head_cell_end(const struct reader *r, uint32_t i, uint32_t end)
{
    uint32_t last = piece_end(r, i, end);
    for (uint32_t k = i + class_at(r, i, last, LEX_COLUMN, NULL); k > i && k < last; k++)
        if (has_class(r, k, LEX_COLUMN) && class_at(r, k, last, LEX_COLUMN, NULL))
            return k;
    return last;
}

/* Most pieces of the line hold a word of a head; or all its words go on from the head above: "trì   hợp   thành". */
static bool is_head_line(const struct reader *r, uint32_t l, bool below)
{
    uint32_t first = r->lines[l].first, end = r->lines[l].last, pieces = 0, hits = 0;
    bool more = below;
    for (uint32_t i = first; i < end && more; i++)
        more = has_class(r, i, LEX_COLUMN_MORE);
    if (more)
        return end > first;
    for (uint32_t i = first; i < end;) {
        uint32_t next = piece_end(r, i, end);
        pieces++;
        hits += next - i <= HEAD_WORDS_MAX && class_in(r, i, next, LEX_COLUMN, NULL);
        i = next;
    }
    return pieces > 0 && hits * 3 >= pieces * 2;
}

static bool column_add(struct table *t, struct column piece)
{
    uint32_t c = 0;
    while (c < t->count && t->columns[c].to <= piece.from)
        c++;
    if (c < t->count && t->columns[c].from < piece.to) {
        t->columns[c].from = piece.from < t->columns[c].from ? piece.from : t->columns[c].from;
        t->columns[c].to = piece.to > t->columns[c].to ? piece.to : t->columns[c].to;
        return true;
    }
    if (t->count == COLUMNS_MAX)
        return false;
    memmove(&t->columns[c + 1], &t->columns[c], (t->count - c) * sizeof t->columns[0]);
    t->columns[c] = piece;
    t->count++;
    return true;
}

static bool head_of_blanks(struct reader *r, uint32_t l, struct table *t)
{
    *t = (struct table){.kind = TABLE_BLANKS, .first = l, .head_to = l + 1};
    if (!is_head_line(r, l, false))
        return false;
    for (; t->head_to < r->line_count && t->head_to - t->first < HEAD_LINES_MAX && !is_empty_line(r, t->head_to);
         t->head_to++) {
        line_map(r, t->head_to);
        if (!is_head_line(r, t->head_to, true) || r->words[r->lines[t->head_to].first].kind == WORD_NUMBER)
            break;
    }
    bool weak = false;
    for (int pass = 0; pass < 2; pass++) { /* the columns, then what they are called */
        for (uint32_t k = t->first; k < t->head_to; k++) {
            uint32_t end = r->lines[k].last;
            for (uint32_t i = r->lines[k].first, next; i < end; i = next) {
                next = head_cell_end(r, i, end);
                if (pass == 0 && !column_add(t, (struct column){.from = char_from(r, i), .to = char_to(r, next - 1)}))
                    return false;
                uint32_t c = 0;
                while (c + 1 < t->count && t->columns[c].to <= char_from(r, i))
                    c++;
                for (uint32_t w = i; w < next && pass == 1; w++)
                    role_add(r, w, next, &t->columns[c], &weak);
            }
        }
    }
    unsigned roles = 0;
    for (unsigned role = COL_NO; role < COL_ROLES && head_fits(t, weak); role++)
        roles += t->of_role[role] != 0;
    return roles >= BLANK_ROLES_MIN; /* two might stand in a sentence with wide spaces */
}

/* --- where it ends --- */

static bool starts_tail(const struct reader *r, uint32_t l)
{
    uint32_t i = r->lines[l].first;
    return has_class(r, i, LEX_NOI_NHAN) || has_class(r, i, LEX_ANNEX) || has_class(r, i, LEX_KINH_GUI) ||
           (has_class(r, i, LEX_ROLE) && r->words[i].upper_all);
}

/* One run of words over most of the table and over two of its columns: prose, or a heading between rows. */
static bool is_prose(const struct reader *r, const struct table *t, uint32_t l)
{
    uint32_t first = r->lines[l].first, end = r->lines[l].last, from = char_from(r, first), to = char_to(r, end - 1);
    uint32_t width = t->columns[t->count - 1].to - t->columns[0].from;
    bool over = false;
    for (uint32_t c = 0; c + 1 < t->count && !over; c++)
        over = from < t->columns[c].to && to > t->columns[c + 1].from;
    return over && piece_end(r, first, end) == end && (to - from) * 10 > width * 6;
}

/* Where columns stand one blank apart, cells slip a little to either side: the word of line l that starts the column
 * behind border c; UINT32_MAX: none near it. A wide gap tells more than a capital, a capital more than nearness. */
static uint32_t slipped(const struct reader *r, const struct table *t, uint32_t l, uint32_t c)
{
    uint32_t found = UINT32_MAX, border = t->columns[c].border;
    int best = 0;
    for (uint32_t i = r->lines[l].first; i < r->lines[l].last; i++) {
        int off = (int)char_from(r, i) - (int)border;
        if (off < -SLIP_MAX || off > SLIP_MAX)
            continue;
        bool wide = i == r->lines[l].first || char_from(r, i) - char_to(r, i - 1) >= 2;
        /* "Công an tỉnh" that ends at the border is one cell */
        if (!wide && (int)char_to(r, piece_end(r, i, r->lines[l].last) - 1) <= (int)border + SLIP_MAX / 2)
            continue;
        int score = 1 + (wide ? 100 : 0) + (r->words[i].capital ? 2 * SLIP_MAX : 0) + SLIP_MAX - abs(off);
        if (score > best) {
            best = score;
            found = i;
        }
    }
    return found;
}

/* Gives each word of line l its column. True: a word stands over a border, which no row has. */
static bool assign(struct reader *r, const struct table *t, uint32_t l)
{
    bool over = false;
    uint32_t c = 0, starts = UINT32_MAX;
    for (uint32_t i = r->lines[l].first, asked = UINT32_MAX; i < r->lines[l].last; i++) {
        for (; c + 1 < t->count; c++) {
            const struct column *column = &t->columns[c];
            if (column->tight && asked != c) {
                starts = slipped(r, t, l, c);
                asked = c;
            }
            if (column->tight && starts != UINT32_MAX ? i < starts : char_from(r, i) < column->border) {
                over = over || (!column->tight && char_to(r, i) > column->border);
                break;
            }
        }
        r->words[i].part = (uint8_t)c;
    }
    return over;
}

/* Columns of blanks: the border lies in the widest gap that the fewest lines close, between the two heads. `known`: the
 * borders found before tell which lines are none of the table. */
static void find_borders(struct reader *r, struct table *t, bool known)
{
    uint16_t taken[COLUMN_MAX + 1] = {0};
    uint32_t lines = 0;
    for (uint32_t l = t->first; l < t->last; l++) {
        if (is_empty_line(r, l) || (l >= t->head_to && (is_prose(r, t, l) || (known && assign(r, t, l)))))
            continue;
        lines++;
        for (uint32_t i = r->lines[l].first; i < r->lines[l].last; i++)
            for (uint32_t a = char_from(r, i); a < char_to(r, i); a++)
                taken[a] = taken[a] < UINT16_MAX ? (uint16_t)(taken[a] + 1) : taken[a];
    }
    for (uint32_t c = 0; c + 1 < t->count; c++) {
        uint32_t from = t->columns[c].to, to = t->columns[c + 1].from, least = UINT32_MAX, widest = 0, best = to;
        for (uint32_t k = from; k < to; k++)
            least = taken[k] < least ? taken[k] : least;
        for (uint32_t k = from, run = 0; k < to; k++) {
            run = taken[k] == least ? run + 1 : 0;
            if (run >= widest && run) {
                widest = run;
                best = k + 1;
            }
        }
        t->columns[c].tight = to - from < TIGHT_MAX;
        if (to - from == 1 && least * 4 > 3 * lines) { /* one blank of the head, and words below it: one column */
            if (strength(t->columns[c + 1].role) > strength(t->columns[c].role))
                t->columns[c].role = t->columns[c + 1].role;
            t->columns[c].to = t->columns[c + 1].to;
            memmove(&t->columns[c + 1], &t->columns[c + 2], (t->count - c - 2) * sizeof t->columns[0]);
            t->count--;
            c--;
            continue;
        }
        t->columns[c].border = best;
    }
    t->columns[t->count - 1].border = UINT32_MAX;
}

/* "I. NHÓM NHIỆM VỤ CHUNG", "2. Về nhân lực", "a) …": over all columns, between the rows. */
static bool is_heading(const struct reader *r, uint32_t l)
{
    uint32_t first = r->lines[l].first, last = r->lines[l].last;
    if (first + 1 < last && r->words[first + 1].kind == WORD_MARK && strchr(".)", r->words[first + 1].mark))
        return true;
    return !r->is_shouted && viet_is_all_upper((struct str){r->text.ptr + r->words[first].from,
                                                            r->words[last - 1].to - r->words[first].from});
}

static uint32_t column_of(const struct reader *r, const struct table *t, uint32_t l, uint32_t word)
{
    return t->kind == TABLE_BLANKS || r->lines[l].parted == t->kind ? r->words[word].part : 0;
}

/* Lines of a table of blanks: until the tail of the letter, too many empty lines, or two lines of prose. */
static void find_last(struct reader *r, struct table *t, bool known)
{
    uint32_t empty = 0, over = 0;
    t->last = t->head_to;
    for (uint32_t l = t->head_to; l < r->line_count; l++) {
        if (is_empty_line(r, l)) {
            if (!r->lines[l].is_frame && ++empty > EMPTY_LINES_MAX)
                return;
            continue;
        }
        line_map(r, l);
        if (starts_tail(r, l) || r->lines[l].last - r->lines[l].first > CELL_WORDS_MAX)
            return;
        bool crosses = is_prose(r, t, l) || (known && assign(r, t, l));
        if (crosses && !is_heading(r, l))
            return;
        /* behind an empty line words in the column of numbers: "Ghi chú: …" */
        uint32_t no = t->of_role[COL_NO];
        if (empty > 0 && no && char_from(r, r->lines[l].first) < t->columns[no - 1].to &&
            r->words[r->lines[l].first].kind == WORD_TEXT && !is_heading(r, l))
            return;
        if (!crosses) {
            over = 0;
            t->last = l + 1;
        } else if (++over > 1) {
            return;
        }
        empty = 0;
    }
}

static void find_end(struct reader *r, struct table *t)
{
    uint32_t empty = 0;
    t->last = t->head_to;
    for (uint32_t l = t->head_to; l < r->line_count; l++) {
        if (is_empty_line(r, l)) {
            if (!r->lines[l].is_frame && ++empty > EMPTY_LINES_MAX)
                return;
            continue;
        }
        line_map(r, l);
        if (starts_tail(r, l) || r->lines[l].last - r->lines[l].first > CELL_WORDS_MAX)
            return;
        if (r->lines[l].parted == t->kind)
            t->last = l + 1;
        else if (t->kind != TABLE_TABS || empty > 0 || l != t->last)
            return; /* one line without a tab is the rest of its last cell, or a heading between the rows */
        empty = 0;
    }
}

static bool table_at(struct reader *r, uint32_t l, struct table *t)
{
    const struct line *line = &r->lines[l];
    if (line->parted != TABLE_BLANKS && line->parts >= 2) {
        if (!head_of_cells(r, l, t))
            return false;
        find_end(r, t);
        return t->last > t->head_to;
    }
    if (!head_of_blanks(r, l, t))
        return false;
    find_last(r, t, false);
    find_borders(r, t, false);
    find_last(r, t, true);
    find_borders(r, t, true);
    for (uint32_t k = t->first; k < t->last; k++)
        r->lines[k].is_over = k >= t->head_to && !is_empty_line(r, k) && (assign(r, t, k) || is_prose(r, t, k));
    return t->last > t->head_to && t->count >= 3 && head_fits(t, false);
}

enum err_code tables_find(struct reader *r)
{
    for (uint32_t l = 0; l < r->line_count; l++) {
        const struct line *line = &r->lines[l];
        uint32_t hits = 0;
        for (uint32_t i = line->first; i < line->last && hits < 2; i++)
            hits += has_class(r, i, LEX_COLUMN);
        if (!hits || line->last - line->first > CELL_WORDS_MAX)
            continue;
        if (!r->word_at) {
            r->word_at = arena_new_array(r->arena, uint16_t, 2 * (size_t)r->word_count);
            if (!r->word_at)
                return arena_full(r->arena, r->err);
        }
        line_map(r, l);
        struct table t;
        if (!table_at(r, l, &t))
            continue;
        struct table *item = vec_push(&r->tables, r->arena);
        if (!item)
            return arena_full(r->arena, r->err);
        *item = t;
        for (uint32_t k = t.first; k < t.last; k++)
            r->lines[k].is_table = true;
        l = t.last - 1;
    }
    return ERR_NONE;
}

/* --- rows --- */

static uint32_t first_in(const struct reader *r, const struct table *t, uint32_t l, enum column_role role)
{
    uint32_t want = t->of_role[role];
    for (uint32_t i = r->lines[l].first; want && i < r->lines[l].last; i++)
        if (!is_separator(r, i) && column_of(r, t, l, i) + 1 == want)
            return i;
    return UINT32_MAX;
}

static bool has_in(const struct reader *r, const struct table *t, uint32_t l, enum column_role role)
{
    return first_in(r, t, l, role) != UINT32_MAX;
}

/* The head again on a new page, "(1) (2) (3)" below it, "|---|---|": no rows. */
static bool is_noise(const struct reader *r, const struct table *t, uint32_t l)
{
    uint32_t numbers = 0, columns = 0, roles = 0, others = 0;
    for (uint32_t i = r->lines[l].first; i < r->lines[l].last; i++) {
        const struct word *w = &r->words[i];
        numbers += w->kind == WORD_NUMBER;
        others += w->kind == WORD_TEXT;
        columns += i == r->lines[l].first || column_of(r, t, l, i) != column_of(r, t, l, i - 1);
        roles += has_class(r, i, LEX_COLUMN);
    }
    if (others == 0)
        return numbers == 0 || numbers + 1 >= t->count;
    return roles >= 3 && columns >= 3 && first_in(r, t, l, COL_TASK) != UINT32_MAX &&
           has_class(r, first_in(r, t, l, COL_TASK), LEX_COLUMN) &&
           (!t->of_role[COL_LEAD] ||
            (has_in(r, t, l, COL_LEAD) && has_class(r, first_in(r, t, l, COL_LEAD), LEX_COLUMN)));
}

static bool is_numbered(const struct reader *r, const struct table *t, uint32_t l)
{
    uint32_t i = first_in(r, t, l, COL_NO);
    return i != UINT32_MAX && r->words[i].kind == WORD_NUMBER;
}

static bool has_numbers(const struct reader *r, const struct table *t)
{
    for (uint32_t l = t->head_to; l < t->last; l++)
        if (!is_empty_line(r, l) && is_numbered(r, t, l))
            return true;
    return false;
}

static bool starts_task(const struct reader *r, const struct table *t, uint32_t l)
{
    uint32_t i = first_in(r, t, l, COL_TASK);
    return i != UINT32_MAX && (r->words[i].capital || r->words[i].kind != WORD_TEXT) &&
           (has_in(r, t, l, COL_LEAD) || has_in(r, t, l, COL_DUE));
}

static bool is_content(const struct reader *r, const struct table *t, uint32_t l)
{
    return !is_empty_line(r, l) && !is_noise(r, t, l) && !r->lines[l].is_over;
}

/* Printed rows with their number in the middle of their height: "the row goes as far below its number as above". True
 * when that fits to the last line. Marks where rows start. */
static bool mark_middle(struct reader *r, const struct table *t, uint32_t from, uint32_t to)
{
    uint32_t lines[RUN_LINES_MAX], count = 0, start = 0;
    bool numbered = false;
    bool sign = false; /* a number beside words that start no task, or above them */
    for (uint32_t l = from; l < to; l++) {
        if (!is_content(r, t, l))
            continue;
        if (count == RUN_LINES_MAX)
            return false;
        lines[count++] = l;
    }
    for (uint32_t k = 0; k < count; k++) {
        if (!is_numbered(r, t, lines[k]))
            continue;
        uint32_t task = first_in(r, t, lines[k], COL_TASK);
        sign = sign || (!numbered && k > 0) || task == UINT32_MAX || !r->words[task].capital;
        numbered = true;
        if (k < start || 2 * k - start >= count)
            return false;
        start = 2 * k - start + 1;
    }
    if (!sign || start != count)
        return false;
    start = 0;
    for (uint32_t k = 0; k < count && start < count; k++) {
        if (!is_numbered(r, t, lines[k]))
            continue;
        must(start < count); /* the same steps as above */
        r->lines[lines[start]].starts_row = true;
        start = 2 * k - start + 1;
    }
    return true;
}

/* Where the numbered rows of a printed table start. A run of lines without an empty one that holds one number is a row.
 */
static void mark_rows(struct reader *r, const struct table *t)
{
    for (uint32_t l = t->head_to; l < t->last;) {
        if (is_empty_line(r, l) && !r->lines[l].is_frame) {
            l++;
            continue;
        }
        uint32_t to = l, numbers = 0, first = UINT32_MAX;
        for (; to < t->last && (!is_empty_line(r, to) || r->lines[to].is_frame); to++) {
            if (!is_content(r, t, to)) {
                if (!is_empty_line(r, to) && r->lines[to].is_over && to > l)
                    break; /* a heading between the rows */
                continue;
            }
            first = first == UINT32_MAX ? to : first;
            numbers += is_numbered(r, t, to);
        }
        if (numbers == 1 && first != UINT32_MAX)
            r->lines[first].starts_row = true;
        else if (numbers > 1 && !mark_middle(r, t, l, to))
            for (uint32_t k = l; k < to; k++)
                r->lines[k].starts_row = is_content(r, t, k) && has_in(r, t, k, COL_NO);
        l = to > l ? to : l + 1;
    }
}

/* Does line l start a row? `seen`: what the row at hand has already. */
static bool starts_row(const struct reader *r, const struct table *t, uint32_t l, bool after_blank,
                       const struct row *seen)
{
    if (has_in(r, t, l, COL_NO)) /* "1", "I", "a)", "-" */
        return true;
    if (!starts_task(r, t, l))
        return false;
    if (t->kind == TABLE_BLANKS)
        return (after_blank || seen->has[COL_DUE] || seen->has[COL_LEAD]);
    /* parted by tabs: a further paragraph of a cell has nothing beside it but further paragraphs */
    bool has_due = t->of_role[COL_DUE] && has_in(r, t, l, COL_DUE);
    return !seen->has[COL_TASK] || (t->of_role[COL_DUE] ? has_due && seen->has[COL_DUE] : seen->has[COL_LEAD]);
}

static enum err_code cell_copy(struct tables *d, const struct table *t, uint32_t from, uint32_t to,
                               enum column_role role, struct cell *ret)
{
    struct reader *r = d->r;
    *ret = (struct cell){d->copy_to, d->copy_to};
    if (!t->of_role[role])
        return ERR_NONE;
    for (uint32_t l = from; l < to; l++) {
        if (r->lines[l].is_over)
            continue;
        for (uint32_t i = r->lines[l].first; i < r->lines[l].last; i++) {
            if (is_separator(r, i) || column_of(r, t, l, i) + 1 != t->of_role[role])
                continue;
            if (d->copy_to + 2 >= d->copy_max || ret->last - ret->first >= CELL_WORDS_MAX)
                break;
            r->words[d->copy_to] = r->words[i];
            if (d->copy_to > ret->first && r->words[i].line != r->words[d->copy_to - 1].line)
                r->words[d->copy_to].spaced = true;
            ret->last = ++d->copy_to;
        }
    }
    r->words[d->copy_to] = (struct word){.kind = WORD_MARK, .mark = CELL_END, .spaced = true};
    r->words[d->copy_to].from = r->words[d->copy_to].to = d->copy_to ? r->words[d->copy_to - 1].to : 0;
    d->copy_to++;
    r->word_count = d->copy_to;
    reader_classes(r, ret->first, ret->last);
    return ERR_NONE;
}

static struct cell cell_trim(const struct reader *r, struct cell c)
{
    while (c.last > c.first && r->words[c.last - 1].kind == WORD_MARK && strchr(".;,:/-", r->words[c.last - 1].mark))
        c.last--;
    while (c.first < c.last && r->words[c.first].kind == WORD_MARK && strchr("-+*.;,\x01", r->words[c.first].mark))
        c.first++;
    return c;
}

/* "nt", "như trên", "Thường xuyên": the whole cell. */
static bool cell_says(const struct reader *r, struct cell c, const char *value)
{
    c = cell_trim(r, c);
    const struct lex_phrase *hit;
    return c.first < c.last && class_at(r, c.first, c.last, LEX_CELL_WORD, &hit) == c.last - c.first &&
           strcmp(hit->value, value) == 0;
}

static bool is_ditto(const struct reader *r, struct cell c)
{
    if (cell_says(r, c, "ditto"))
        return true;
    /* a lone pair of quotes */
    return c.last > c.first && c.last - c.first <= 2 && r->words[c.first].kind == WORD_MARK &&
           (r->words[c.first].mark == '"' || (r->words[c.first].mark == '/' && c.last - c.first == 2));
}

/* "Quý I và quý III": a second date behind the first, which nothing here can say. */
static bool more_dates(const struct reader *r, uint32_t i, uint32_t end)
{
    for (; i < end; i++)
        if (r->words[i].kind == WORD_NUMBER || has_class(r, i, LEX_QUARTER_WORD) || has_class(r, i, LEX_MONTH_WORD))
            return true;
    return false;
}

/* "Trước 31/3/2027", "Quý II/2027", "31/3/2027", "Hằng tháng", "6 tháng đầu năm". */
static enum err_code cell_when(struct reader *r, struct cell c, struct letter_duty *duty)
{
    c = cell_trim(r, c);
    if (c.first >= c.last || cell_says(r, c, "standing"))
        return ERR_NONE;
    bool known = false, has_trigger = false;
    for (uint32_t i = c.first; i < c.last;) {
        struct when w;
        bool found = false;
        TRY(when_at(r, i, c.last, &w, &found));
        if (!found && i == c.first) {
            TRY(when_bare(r, i, c.last, &w, &found));
            found = found && !more_dates(r, w.last, c.last);
        }
        if (!found) {
            i++;
            continue;
        }
        if (w.kind == WHEN_DEADLINE && !duty->deadline.is_known) {
            duty->deadline = w.deadline;
            known = true;
        }
        if (w.kind == WHEN_PERIOD || w.period.is_known) {
            if (!duty->period.is_known)
                duty->period = w.period;
            duty->trigger = LETTER_PERIODIC;
            known = true;
        } else if (w.has_trigger && duty->trigger != LETTER_PERIODIC) {
            duty->trigger = w.trigger;
            has_trigger = true;
        }
        i = w.last;
    }
    if (duty->trigger == LETTER_STANDING && duty->deadline.is_known)
        duty->trigger = LETTER_ONCE;
    if (known || has_trigger)
        return ERR_NONE;
    /* said in words that no rule reads: kept as they stand */
    struct letter_deadline *d = &duty->deadline;
    *d = (struct letter_deadline){.is_known = true,
                                  .date = CIVIL_NONE,
                                  .from = CIVIL_NONE,
                                  .time_minutes = -1,
                                  .due_at_ms = INT64_MIN,
                                  .note = STR("thời hạn ghi bằng lời, chưa tính được ngày"),
                                  .note_en = STR("the time is said in words that tell no day")};
    duty->trigger = LETTER_ONCE;
    return words_value(r, c.first, c.last, &d->quoted);
}

/* Names parted by ";", by line items, or as one: "UBND các xã, phường" has a comma of its own. */
static enum err_code co_actors_add(struct reader *r, struct cell c, bool by_lines, struct letter_duty *duty)
{
    uint32_t start = c.first;
    for (uint32_t i = c.first; i <= c.last; i++) {
        bool bullet = i < c.last && i > start && r->words[i].starts_line && r->words[i].kind == WORD_MARK &&
                      strchr("-+*\x01", r->words[i].mark);
        /* a cell of Word has no lines but its paragraphs */
        bullet = bullet || (by_lines && i < c.last && i > start && r->words[i].line != r->words[i - 1].line);
        if (i < c.last && !is_mark(r, i, ';') && !bullet)
            continue;
        struct cell one = cell_trim(r, (struct cell){start, i});
        if (one.first < one.last && duty->co_actors.count < CO_ACTORS_MAX) {
            struct letter_value *value = vec_push(&duty->co_actors, r->arena);
            if (!value)
                return arena_full(r->arena, r->err);
            TRY(words_value(r, one.first, one.last, value));
        }
        start = bullet ? i : i + 1;
    }
    return ERR_NONE;
}

static const struct letter_attachment *annex_over(const struct reader *r, uint32_t at)
{
    const struct letter_attachment *found = NULL;
    for (size_t i = 0; i < r->letter->attachments.count; i++) {
        const struct letter_attachment *a = &r->letter->attachments.items[i];
        if (a->is_inside && a->name.at.from < at && (!found || a->name.at.from > found->name.at.from))
            found = a;
    }
    return found;
}

static enum err_code row_clause(struct tables *d, struct cell no, uint32_t at, struct letter_duty *duty)
{
    struct reader *r = d->r;
    const struct letter_attachment *annex = annex_over(r, at);
    struct letter_value number;
    no = cell_trim(r, no);
    TRY(words_value(r, no.first, no.last, &number));
    if (!annex) {
        duty->clause = number;
        return ERR_NONE;
    }
    duty->clause.at = number.at.to ? number.at : annex->name.at;
    duty->clause.text = number.at.to
                            ? arena_printf(r->arena, "%.*s %.*s", STR_ARG(annex->name.text), STR_ARG(number.text))
                            : annex->name.text;
    return str_is_null(duty->clause.text) ? arena_full(r->arena, r->err) : ERR_NONE;
}

static enum err_code row_emit(struct tables *d, const struct table *t, uint32_t from, uint32_t to, bool has_children)
{
    struct reader *r = d->r;
    struct cell cells[COL_ROLES] = {0};
    for (unsigned role = COL_NO; role < COL_ROLES; role++)
        TRY(cell_copy(d, t, from, to, (enum column_role)role, &cells[role]));
    struct cell task = cell_trim(r, cells[COL_TASK]);
    bool beside = cells[COL_LEAD].first < cells[COL_LEAD].last || cells[COL_WITH].first < cells[COL_WITH].last ||
                  cells[COL_DUE].first < cells[COL_DUE].last;
    bool numbered = cells[COL_NO].first < cells[COL_NO].last && r->words[cells[COL_NO].first].kind == WORD_NUMBER;
    bool timed = cells[COL_DUE].first < cells[COL_DUE].last;
    /* "I. Công tác chỉ đạo", "1. Nhóm nhiệm vụ …" over 1.1, 1.2: headings */
    if (task.first >= task.last || (!beside && !numbered) || (has_children && !timed))
        return ERR_NONE;
    struct letter_duty duty = {.trigger = LETTER_STANDING};
    duty.deadline =
        (struct letter_deadline){.date = CIVIL_NONE, .from = CIVIL_NONE, .time_minutes = -1, .due_at_ms = INT64_MIN};
    for (unsigned role = COL_LEAD; role < COL_ROLES; role++) {
        if (!is_ditto(r, cells[role]))
            d->above_cells[role] = cells[role];
        cells[role] = d->above_cells[role];
    }
    struct cell lead = cell_trim(r, cells[COL_LEAD]), product = cell_trim(r, cells[COL_PRODUCT]);
    struct letter_value text;
    TRY(words_value(r, task.first, task.last, &text));
    duty.text = text.text;
    duty.quote = text.at;
    TRY(words_value(r, lead.first, lead.last, &duty.actor));
    TRY(words_value(r, product.first, product.last, &duty.product));
    TRY(co_actors_add(r, cells[COL_WITH], t->kind == TABLE_TABS, &duty));
    TRY(row_clause(d, cells[COL_NO], text.at.from, &duty));
    TRY(cell_when(r, cells[COL_DUE], &duty));
    if (!duty.deadline.is_known && !duty.period.is_known && duty.trigger == LETTER_STANDING &&
        !cell_says(r, cells[COL_DUE], "standing")) {
        for (uint32_t i = task.first; i < task.last;) {
            struct when w;
            bool found;
            TRY(when_at(r, i, task.last, &w, &found));
            if (found && w.kind == WHEN_DEADLINE && !duty.deadline.is_known)
                duty.deadline = w.deadline;
            if (found && w.period.is_known && !duty.period.is_known)
                duty.period = w.period;
            if (found && w.kind != WHEN_DEADLINE)
                duty.trigger = w.trigger;
            i = found ? w.last : i + 1;
        }
        if (duty.period.is_known)
            duty.trigger = LETTER_PERIODIC;
        else if (duty.deadline.is_known && duty.trigger == LETTER_STANDING)
            duty.trigger = LETTER_ONCE;
    }
    match_duty(r, task.first, task.last, lead.first, lead.last, &duty);
    bool has_time = duty.deadline.is_known || duty.trigger != LETTER_STANDING;
    duty.confidence_percent = 50 + (duty.obligation_count ? 22 : 0) + (duty.actor.at.to ? 10 : 0) +
                              (has_class(r, task.first, LEX_DUTY_VERB) ? 10 : 0) + (has_time ? 6 : 0) -
                              (str_is_null(duty.deadline.note) ? 0 : 20);
    return duty_push(r, &duty);
}

/* "1" over "1.1": the number of the next row goes on from this one's. */
static bool is_parent(const struct reader *r, const struct table *t, uint32_t row, uint32_t next)
{
    uint32_t a = first_in(r, t, row, COL_NO), b = next < t->last ? first_in(r, t, next, COL_NO) : UINT32_MAX;
    return a != UINT32_MAX && b != UINT32_MAX && r->words[a].kind == WORD_NUMBER && r->words[b].kind == WORD_NUMBER &&
           r->words[a].number == r->words[b].number && is_mark(r, b + 1, '.') && b + 2 < r->word_count &&
           r->words[b + 2].kind == WORD_NUMBER;
}

static enum err_code table_read(struct tables *d, const struct table *t)
{
    struct reader *r = d->r;
    bool marked = t->kind == TABLE_BLANKS && has_numbers(r, t), after_blank = true;
    struct row seen = {0};
    uint32_t row_from = UINT32_MAX;
    memset(d->above_cells, 0, sizeof d->above_cells);
    if (marked)
        mark_rows(r, t);
    for (uint32_t l = t->head_to; l <= t->last; l++) {
        bool at_end = l == t->last, starts = at_end;
        if (!at_end && is_empty_line(r, l)) {
            after_blank = after_blank || !r->lines[l].is_frame;
            continue;
        }
        if (!at_end && is_noise(r, t, l))
            continue;
        bool heading = !at_end && r->lines[l].is_over;
        if (!at_end && !heading)
            starts = marked ? r->lines[l].starts_row : starts_row(r, t, l, after_blank, &seen);
        if ((starts || heading) && row_from != UINT32_MAX) {
            TRY(row_emit(d, t, row_from, l, is_parent(r, t, row_from, l)));
            row_from = UINT32_MAX;
        }
        after_blank = false;
        if (at_end || heading)
            continue;
        if (starts || row_from == UINT32_MAX) {
            row_from = l;
            seen = (struct row){0};
        }
        for (unsigned role = COL_NO; role < COL_ROLES; role++)
            seen.has[role] = seen.has[role] || has_in(r, t, l, (enum column_role)role);
    }
    return ERR_NONE;
}

enum err_code tables_read(struct reader *r)
{
    if (!r->tables.count)
        return ERR_NONE;
    uint32_t room = r->word_count;
    for (size_t k = 0; k < r->tables.count; k++)
        for (uint32_t l = r->tables.items[k].first; l < r->tables.items[k].last; l++)
            room += 2 * (r->lines[l].last - r->lines[l].first) + COL_ROLES;
    struct word *words = arena_new_array(r->arena, struct word, room + 2 * LOOK_AHEAD_WORDS);
    struct tables *d = arena_new(r->arena, struct tables);
    if (!words || !d)
        return arena_full(r->arena, r->err);
    memcpy(words, r->words, r->word_count * sizeof *words);
    r->words = words;
    *d = (struct tables){.r = r, .copy_to = r->word_count + 1, .copy_max = room + LOOK_AHEAD_WORDS};
    words[r->word_count] = (struct word){.kind = WORD_MARK, .mark = CELL_END, .spaced = true};
    size_t before = r->letter->duties.count;
    r->not_before = CIVIL_NONE; /* a time in its own column is no tale of the past */
    for (size_t k = 0; k < r->tables.count; k++)
        TRY(table_read(d, &r->tables.items[k]));
    if (r->letter->duties.count > before)
        duties_order(r);
    return ERR_NONE;
}
