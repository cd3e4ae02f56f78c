/* letter_table.c - tasks that stand in a table: "TT / Nhiệm vụ / Cơ quan chủ trì / Cơ quan phối hợp / Thời hạn / Sản
 * phẩm". A table is known by its head row, however its columns are parted: by tabs (Word, Excel), by "|", or by blanks
 * (print). */
#include "letter/letter_table.h"

#define HEAD_LINES_MAX  4u
#define COLUMN_MAX      600u /* characters of a printed line; columns further right are not told apart */
#define HEAD_WORDS_MAX  12u  /* in one cell of a head */
#define BLANK_ROLES_MIN 3u   /* columns that a head of blanks must name */
#define HEAD_PIECES_MAX 48u  /* in all lines of a printed head */
#define GROUP_GAP_MAX   8u   /* blanks from a merged head to one below it, to the side */
#define TIGHT_MAX       3u   /* blanks between two heads; fewer leave cells no room to stand straight */
#define SLIP_MAX        4    /* characters that a cell of such columns may slip */
#define EMPTY_LINES_MAX 3u   /* between rows */

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

static uint32_t char_from(const struct reader *r, uint32_t word)
{
    return r->word_at[2 * (size_t)word];
}

static uint32_t char_to(const struct reader *r, uint32_t word)
{
    return r->word_at[2 * (size_t)word + 1];
}

/* --- the head --- */

static enum column_role role_of_value(const char *value, bool *ret_weak)
{
    static const struct {
        const char *name;
        enum column_role role;
        bool weak;
    } rows[] = {{"no", COL_NO, false},           {"task", COL_TASK, false}, {"task_weak", COL_TASK, true},
                {"lead", COL_LEAD, false},       {"with", COL_WITH, false}, {"due", COL_DUE, false},
                {"product", COL_PRODUCT, false}, {"from", COL_FROM, false}};
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
    static const unsigned order[COL_ROLES] = {0, 1, 2, 3, 6, 5, 4, 7};
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

/* What a word below a merged head says: by itself ("Chủ trì"), or only there ("Từ", "Đến"). */
static enum column_role sub_role(const struct reader *r, uint32_t first, uint32_t last)
{
    const struct lex_phrase *hit;
    bool weak = false;
    if (class_at(r, first, last, LEX_COLUMN, &hit) == last - first ||
        class_at(r, first, last, LEX_COLUMN_PART, &hit) == last - first)
        return role_of_value(hit->value, &weak);
    return COL_OTHER;
}

static bool is_sub_role(enum column_role role)
{
    return role == COL_LEAD || role == COL_WITH || role == COL_FROM || role == COL_DUE;
}

struct words {
    uint32_t first, last;
};

/* The cells of a line that tabs or bars part: how many columns, words of each. */
static uint32_t cells_of(const struct reader *r, uint32_t l, struct words cells[COLUMNS_MAX])
{
    uint32_t count = 0;
    memset(cells, 0, COLUMNS_MAX * sizeof cells[0]);
    for (uint32_t i = r->lines[l].first; i < r->lines[l].last; i++) {
        uint32_t c = r->words[i].part;
        if (c >= COLUMNS_MAX)
            return 0;
        if (is_separator(r, i))
            continue;
        if (cells[c].first == cells[c].last)
            cells[c].first = i;
        cells[c].last = i + 1;
        count = c + 1;
    }
    return count;
}

static bool same_words(const struct reader *r, struct words a, struct words b)
{
    bool same = a.last - a.first == b.last - b.first;
    for (uint32_t i = 0; same && i < a.last - a.first; i++)
        same = viet_equal_folded(word_text(r, a.first + i), word_text(r, b.first + i));
    return same;
}

/* The row below a head, when it parts merged cells of it: below "Phân công" and the empty cell beside it stand "Chủ
 * trì" and "Phối hợp"; every other cell is empty or says the head again (a cell merged downwards). */
static void second_row(struct reader *r, struct table *t)
{
    uint32_t l = t->head_to;
    for (bool drawn = true; l < r->line_count && drawn && !is_empty_line(r, l); l += drawn) {
        line_map(r, l);
        for (uint32_t i = r->lines[l].first; i < r->lines[l].last; i++) /* "|---|---|" */
            drawn = drawn && r->words[i].kind == WORD_MARK;
    }
    struct words upper[COLUMNS_MAX], lower[COLUMNS_MAX];
    if (l >= r->line_count || is_empty_line(r, l) || r->lines[l].parted != t->kind)
        return;
    (void)cells_of(r, t->first, upper);
    uint32_t count = cells_of(r, l, lower), subs = 0;
    enum column_role roles[COLUMNS_MAX] = {COL_OTHER};
    for (uint32_t c = 0; c < count; c++) {
        if (lower[c].first == lower[c].last || same_words(r, upper[c], lower[c]))
            continue;
        uint32_t over = c; /* the column of the word over it */
        while (over > 0 && upper[over].first == upper[over].last)
            over--;
        bool merged = c + 1 < COLUMNS_MAX && upper[c + 1].first == upper[c + 1].last && c + 1 < count &&
                      lower[c + 1].first < lower[c + 1].last;
        roles[c] = sub_role(r, lower[c].first, lower[c].last);
        if (upper[over].first == upper[over].last || (over == c && !merged) || !is_sub_role(roles[c]))
            return;
        subs++;
    }
    if (subs < 2)
        return;
    for (uint32_t c = 0; c < count; c++)
        if (roles[c] != COL_OTHER)
            t->columns[c].role = roles[c];
    t->count = count > t->count ? count : t->count;
    t->head_to = l + 1;
}

static bool head_of_cells(struct reader *r, uint32_t l, struct table *t)
{
    *t = (struct table){.kind = (enum table_kind)r->lines[l].parted, .first = l, .head_to = l + 1};
    bool weak = false;
    struct words cells[COLUMNS_MAX];
    t->count = cells_of(r, l, cells);
    for (uint32_t c = 0; c < t->count; c++)
        for (uint32_t i = cells[c].first; i < cells[c].last; i++)
            role_add(r, i, cells[c].last, &t->columns[c], &weak);
    if (t->count < 3 || !head_fits(t, weak))
        return false;
    second_row(r, t);
    return head_fits(t, weak);
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
        hits += next - i <= HEAD_WORDS_MAX &&
                (class_in(r, i, next, LEX_COLUMN, NULL) || (below && is_sub_role(sub_role(r, i, next))));
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

/* A piece of a printed head. */
struct head_piece {
    struct words words;
    uint32_t line, from, to; /* characters [from, to) */
    bool is_group;           /* over two or more others: it is no column itself */
    enum column_role sub;    /* below such a one: what its own word says */
};

/* Blanks between two pieces, 0 when one stands over the other. */
static uint32_t gap_of(const struct head_piece *a, const struct head_piece *b)
{
    return a->to < b->from ? b->from - a->to : b->to < a->from ? a->from - b->to : 0;
}

/* "Phân công" over "Chủ trì   Phối hợp": to its left and to its right stands something below that is nearer to it than
 * to anything else above. */
static void groups_find(const struct reader *r, struct head_piece *pieces, uint32_t count)
{
    for (uint32_t g = 0; g < count; g++) {
        const struct head_piece *p = &pieces[g];
        uint32_t subs[HEAD_PIECES_MAX], sub_count = 0;
        bool left = false, right = false;
        for (uint32_t i = 0; i < count; i++) {
            const struct head_piece *q = &pieces[i];
            uint32_t gap = gap_of(p, q);
            if (q->line <= p->line || gap > GROUP_GAP_MAX || !is_sub_role(sub_role(r, q->words.first, q->words.last)))
                continue;
            bool nearest = true;
            for (uint32_t other = 0; other < count && nearest; other++)
                nearest = other == g || pieces[other].line >= q->line || gap_of(&pieces[other], q) > gap;
            if (!nearest)
                continue;
            left = left || q->from + q->to < p->from + p->to;
            right = right || q->from + q->to > p->from + p->to;
            subs[sub_count++] = i;
        }
        if (sub_count < 2 || !left || !right)
            continue;
        pieces[g].is_group = true;
        for (uint32_t i = 0; i < sub_count; i++)
            pieces[subs[i]].sub = sub_role(r, pieces[subs[i]].words.first, pieces[subs[i]].words.last);
    }
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
    struct head_piece pieces[HEAD_PIECES_MAX];
    uint32_t count = 0;
    for (uint32_t k = t->first; k < t->head_to; k++) {
        uint32_t end = r->lines[k].last;
        for (uint32_t i = r->lines[k].first, next; i < end; i = next) {
            next = head_cell_end(r, i, end);
            if (count == HEAD_PIECES_MAX)
                return false;
            pieces[count++] =
                (struct head_piece){.words = {i, next}, .line = k, .from = char_from(r, i), .to = char_to(r, next - 1)};
        }
    }
    groups_find(r, pieces, count);
    bool weak = false;
    for (uint32_t i = 0; i < count; i++)
        if (!pieces[i].is_group && !column_add(t, (struct column){.from = pieces[i].from, .to = pieces[i].to}))
            return false;
    for (uint32_t i = 0; i < count; i++) { /* the columns stand; what are they called? */
        const struct head_piece *p = &pieces[i];
        uint32_t c = 0;
        while (c + 1 < t->count && t->columns[c].to <= p->from)
            c++;
        if (p->sub != COL_OTHER)
            t->columns[c].role = p->sub;
        for (uint32_t w = p->words.first; w < p->words.last && !p->is_group && p->sub == COL_OTHER; w++)
            role_add(r, w, p->words.last, &t->columns[c], &weak);
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
    if (has_class(r, i, LEX_TITLE) && r->words[i].upper_all && (!r->is_shouted || (l > 0 && is_empty_line(r, l - 1))) &&
        class_at(r, i, r->lines[l].last, LEX_TITLE, NULL) == r->lines[l].last - i)
        return true; /* "GIÁM ĐỐC" and nothing beside it */
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
