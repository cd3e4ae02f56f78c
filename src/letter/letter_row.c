/* letter_row.c - the rows of a table of tasks, each a duty. In columns of blanks a cell goes on over lines that hold
 * other cells too, so its words are no run of the text. They are copied behind the last word of the text, cell after
 * cell, and everything that reads runs of words reads those. */
#include "base/limits.h"
#include "letter/letter_table.h"

#define RUN_LINES_MAX 400u   /* of a table printed without an empty line, whose rows are looked at together */
#define CELL_END      '\x02' /* the mark between copied cells */

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
    uint32_t numbers = 0, columns = 0, roles = 0, others = 0, heads = 0;
    for (uint32_t i = r->lines[l].first; i < r->lines[l].last; i++) {
        const struct word *w = &r->words[i];
        numbers += w->kind == WORD_NUMBER;
        others += w->kind == WORD_TEXT;
        columns += i == r->lines[l].first || column_of(r, t, l, i) != column_of(r, t, l, i - 1);
        roles += has_class(r, i, LEX_COLUMN);
        heads += w->kind == WORD_TEXT &&
                 (has_class(r, i, LEX_COLUMN) || has_class(r, i, LEX_COLUMN_MORE) || has_class(r, i, LEX_COLUMN_PART));
    }
    if (others == 0)
        return numbers == 0 || numbers + 1 >= t->count;
    if (t->of_role[COL_FROM] && columns >= 2 && heads == others && numbers == 0 &&
        first_in(r, t, l, COL_TASK) == UINT32_MAX)
        return true; /* the second row of a head */
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
enum err_code when_said(struct reader *r, uint32_t first, uint32_t last, struct letter_duty *duty)
{
    struct cell c = cell_trim(r, (struct cell){first, last});
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

/* The column "Bắt đầu" beside "Kết thúc": the first day of what is due. */
static enum err_code cell_from(struct reader *r, struct cell c, struct letter_deadline *deadline)
{
    c = cell_trim(r, c);
    struct when w;
    bool found = false;
    if (c.first >= c.last || !deadline->is_known || deadline->date == CIVIL_NONE)
        return ERR_NONE;
    TRY(when_at(r, c.first, c.last, &w, &found));
    if (!found)
        TRY(when_bare(r, c.first, c.last, &w, &found));
    civil_day from = !found || w.kind != WHEN_DEADLINE ? CIVIL_NONE
                     : w.deadline.from != CIVIL_NONE   ? w.deadline.from
                                                       : w.deadline.date;
    if (from != CIVIL_NONE && from <= deadline->date)
        deadline->from = from;
    return ERR_NONE;
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
    if (!duty.co_actors.count)
        TRY(helpers_read(r, task.first, task.last, &duty));
    TRY(row_clause(d, cells[COL_NO], text.at.from, &duty));
    TRY(when_said(r, cells[COL_DUE].first, cells[COL_DUE].last, &duty));
    TRY(cell_from(r, cells[COL_FROM], &duty.deadline));
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
