#include "duty/board.h"

#include <stdlib.h>

#include "base/buf.h"
#include "duty/board.sql.h"
#include "duty/ledger.h"
#include "org/access.h"
#include "store/keep.h"

#define PAST_KEPT      8
#define ELSEWHERE_KEPT 64
#define ELSEWHERE_MAX  256u
#define SCAN_SHARE     4 /* more than this part of the tree below a root: all counters are read in a row */

/* --- reading --- */

static const int order_of[DUTY_STATE_COUNT] = {
    [DUTY_LATE] = 0,  [DUTY_BIRTH] = 1, [DUTY_UNSEEN] = 2, [DUTY_DUE] = 3, [DUTY_ACK] = 4,
    [DUTY_DOING] = 5, [DUTY_OK] = 6,    [DUTY_WAIVED] = 7, [DUTY_NA] = 8};

#define CELL_OF(row)                                                 \
    ((struct board_cell){{[DUTY_UNSEEN] = (int32_t)(row)->n_unseen,  \
                          [DUTY_ACK] = (int32_t)(row)->n_ack,        \
                          [DUTY_DOING] = (int32_t)(row)->n_doing,    \
                          [DUTY_OK] = (int32_t)(row)->n_ok,          \
                          [DUTY_DUE] = (int32_t)(row)->n_due,        \
                          [DUTY_LATE] = (int32_t)(row)->n_late,      \
                          [DUTY_BIRTH] = (int32_t)(row)->n_birth,    \
                          [DUTY_NA] = (int32_t)(row)->n_na,          \
                          [DUTY_WAIVED] = (int32_t)(row)->n_waived}, \
                         true})

/* Rows come by rising id of the unit: so does the tree's own list of them. */
struct filling {
    struct board *board;
    uint32_t at;       /* in tree->by_id */
    bool is_elsewhere; /* a unit not on the board had something */
};

static void put_cell(struct filling *f, int64_t unit_id, struct board_cell cell)
{
    const struct tree *tree = f->board->tree;
    while (f->at < tree->count && tree->units[tree->by_id[f->at]].id < unit_id)
        f->at++;
    uint32_t unit = f->at < tree->count ? tree->by_id[f->at] : TREE_NONE;
    if (unit != TREE_NONE && tree->units[unit].id == unit_id && unit >= f->board->from &&
        unit < f->board->from + f->board->count)
        f->board->cells[unit - f->board->from] = cell;
    else
        f->is_elsewhere = f->is_elsewhere || board_total(&cell) > 0;
}

static enum err_code take_counts(void *ctx, const struct sql_board_counts_row *row, struct err *err)
{
    (void)err;
    put_cell(ctx, row->unit_id, CELL_OF(row));
    return ERR_NONE;
}

static enum err_code take_counts_below(void *ctx, const struct sql_board_counts_below_row *row, struct err *err)
{
    (void)err;
    put_cell(ctx, row->unit_id, CELL_OF(row));
    return ERR_NONE;
}

static enum err_code take_past_below(void *ctx, const struct sql_board_past_below_row *row, struct err *err)
{
    (void)err;
    put_cell(ctx, row->unit_id, CELL_OF(row));
    return ERR_NONE;
}

/* A day that has ended does not change: its counters are read once. */
struct past_cell {
    int64_t unit_id;
    struct board_cell cell;
};
struct past_cells {
    struct past_cell *items;
    size_t count;
};

static enum err_code make_past(struct db *db, struct str key, struct arena *arena, const void **ret_value,
                               struct err *err)
{
    ptrdiff_t slash = str_find_byte(key, '/', 0);
    int64_t scope_id = 0, day = 0;
    must(slash >= 0 && str_to_i64(str_slice(key, 0, (size_t)slash), &scope_id) &&
         str_to_i64(str_slice(key, (size_t)slash + 1, key.len_bytes), &day));
    AUTO_ARENA scratch;
    arena_init(&scratch, arena->ceiling_bytes);
    struct sql_board_past_rows rows;
    TRY(sql_board_past(db, &scratch, &(struct sql_board_past_args){.scope_id = scope_id, .as_of_day = day}, &rows,
                       err));
    struct past_cells *cells = arena_new(arena, struct past_cells);
    struct past_cell *items = arena_new_array(arena, struct past_cell, rows.count + 1);
    if (!cells || !items)
        return arena_full(arena, err);
    for (size_t i = 0; i < rows.count; i++)
        items[i] = (struct past_cell){rows.items[i].unit_id, CELL_OF(&rows.items[i])};
    *cells = (struct past_cells){items, rows.count};
    *ret_value = cells;
    return ERR_NONE;
}

static enum err_code fill_past(struct db *db, struct board *board, int64_t scope_id, civil_day day, struct arena *arena,
                               struct err *err)
{
    static const struct keep_kind kind = {"past", "tree", PAST_KEPT, make_past};
    char key[KEEP_KEY_BYTES];
    int n = snprintf(key, sizeof key, "%lld/%d", (long long)scope_id, (int)day);
    const void *value = NULL;
    TRY(keep_get(db, &kind, (struct str){key, (size_t)n}, arena, &value, err));
    const struct past_cells *cells = value;
    struct filling f = {board, 0, false};
    for (size_t i = 0; i < cells->count; i++)
        put_cell(&f, cells->items[i].unit_id, cells->items[i].cell);
    board->holds_all = !f.is_elsewhere;
    return ERR_NONE;
}

static enum err_code fill(struct db *db, struct board *board, int64_t root_id, int64_t scope_id, struct str edge_kind,
                          civil_day day, bool is_past, struct arena *arena, struct err *err)
{
    bool is_wide = board->count > board->tree->count / SCAN_SHARE;
    AUTO_ARENA scratch;
    arena_init(&scratch, 1u << 16);
    struct filling f = {board, 0, false};
    if (is_past && is_wide)
        return fill_past(db, board, scope_id, day, arena, err);
    if (is_past)
        return sql_board_past_below_each(
            db, &scratch,
            &(struct sql_board_past_below_args){
                .root_id = root_id, .scope_id = scope_id, .edge_kind = edge_kind, .as_of_day = day},
            take_past_below, &f, err);
    if (is_wide) {
        TRY(sql_board_counts_each(db, &scratch, &(struct sql_board_counts_args){.scope_id = scope_id}, take_counts, &f,
                                  err));
        board->holds_all = !f.is_elsewhere;
        return ERR_NONE;
    }
    return sql_board_counts_below_each(
        db, &scratch,
        &(struct sql_board_counts_below_args){
            .root_id = root_id, .scope_id = scope_id, .edge_kind = edge_kind, .on_day = day},
        take_counts_below, &f, err);
}

static enum err_code open_board(struct db *db, const struct actor *actor, int64_t root_id, struct str edge_kind,
                                civil_day as_of, struct arena *arena, struct board *board, bool *ret_is_past,
                                struct err *err)
{
    civil_day today;
    TRY(ledger_day(db, arena, &today, err));
    if (as_of != CIVIL_NONE && as_of > today)
        return err_set(err, ERR_SYNTAX, "ngày này chưa tới");
    civil_day day = as_of == CIVIL_NONE ? today : as_of;
    struct tree_part part;
    TRY(access_tree(db, actor, root_id, edge_kind, day, arena, &part, err));
    *board = (struct board){.tree = part.tree, .day = day, .from = part.from, .count = part.count};
    board->cells = arena_new_array(arena, struct board_cell, (size_t)board->count + 1);
    *ret_is_past = day < today;
    return board->cells ? ERR_NONE : arena_full(arena, err);
}

enum err_code board_empty(struct db *db, const struct actor *actor, int64_t root_id, struct str edge_kind,
                          civil_day as_of, struct arena *arena, struct board *ret_board, struct err *err)
{
    bool is_past;
    return open_board(db, actor, root_id, edge_kind, as_of, arena, ret_board, &is_past, err);
}

enum err_code board_read(struct db *db, const struct actor *actor, int64_t root_id, int64_t scope_id,
                         struct str edge_kind, civil_day as_of, struct arena *arena, struct board *ret_board,
                         struct err *err)
{
    bool is_past = false;
    TRY(open_board(db, actor, root_id, edge_kind, as_of, arena, ret_board, &is_past, err));
    return ret_board->count ? fill(db, ret_board, root_id, scope_id, edge_kind, ret_board->day, is_past, arena, err)
                            : ERR_NONE;
}

/* Which units of a scope do not stand at or below a root: read again when the tree or the number of units changes (a
 * unit never leaves a scope). */
struct elsewhere {
    size_t count;
    struct str units; /* [id, ...]; of the first ELSEWHERE_MAX */
};

static enum err_code make_elsewhere(struct db *db, struct str key, struct arena *arena, const void **ret_value,
                                    struct err *err)
{
    struct str rest = key, part;
    int64_t numbers[4] = {0}; /* scope, root, day, how many */
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        must(str_split(&rest, '/', &part) && str_to_i64(part, &numbers[i]));
    const struct tree *tree;
    AUTO_ARENA scratch;
    arena_init(&scratch, 64u << 20);
    TRY(tree_get(db, rest, (civil_day)numbers[2], &scratch, &tree, err));
    struct sql_board_units_of_rows rows;
    TRY(sql_board_units_of(db, &scratch, &(struct sql_board_units_of_args){.scope_id = numbers[0]}, &rows, err));
    uint32_t root = tree_find(tree, numbers[1]);
    struct elsewhere *found = arena_new(arena, struct elsewhere);
    if (!found)
        return arena_full(arena, err);
    AUTO_BUF buf;
    buf_init(&buf, 1u << 20);
    buf_lit(&buf, "[");
    for (size_t i = 0; i < rows.count; i++) {
        uint32_t at = tree_find(tree, rows.items[i].unit_id);
        if (root != TREE_NONE && at != TREE_NONE && at >= root && at < tree->units[root].end)
            continue;
        if (found->count++ < ELSEWHERE_MAX)
            buf_printf(&buf, "%s%lld", found->count > 1 ? "," : "", (long long)rows.items[i].unit_id);
    }
    buf_lit(&buf, "]");
    TRY(buf_check(&buf, err));
    found->units = arena_str(arena, buf_str(&buf));
    *ret_value = found;
    return str_is_null(found->units) ? arena_full(arena, err) : ERR_NONE;
}

enum err_code board_sum_of_most(struct db *db, const struct actor *actor, int64_t root_id, int64_t scope_id,
                                struct str edge_kind, civil_day day, struct arena *arena, bool *ret_is,
                                struct rollup *ret_rollup, struct err *err)
{
    static const struct keep_kind kind = {"elsewhere", "tree", ELSEWHERE_KEPT, make_elsewhere};
    struct tree_part part;
    *ret_is = false;
    TRY(access_tree(db, actor, root_id, edge_kind, day, arena, &part, err));
    if (part.count <= part.tree->count / SCAN_SHARE || part.count <= 1)
        return ERR_NONE;
    struct sql_board_size_row *size = NULL;
    TRY(sql_board_size(db, arena, &(struct sql_board_size_args){.scope_id = scope_id}, &size, err));
    char key[KEEP_KEY_BYTES];
    int n = snprintf(key, sizeof key, "%lld/%lld/%d/%lld/%.*s", (long long)scope_id, (long long)root_id, (int)day,
                     size ? (long long)size->n : 0, STR_ARG(edge_kind));
    if (n < 0 || (size_t)n >= sizeof key)
        return ERR_NONE;
    const void *value = NULL;
    TRY(keep_get(db, &kind, (struct str){key, (size_t)n}, arena, &value, err));
    const struct elsewhere *elsewhere = value;
    if (elsewhere->count > ELSEWHERE_MAX)
        return ERR_NONE;
    struct sql_board_scope_sum_row *all = NULL;
    TRY(sql_board_scope_sum(db, arena, &(struct sql_board_scope_sum_args){.scope_id = scope_id}, &all, err));
    struct board_cell whole = all ? CELL_OF(all) : (struct board_cell){.is_in = false}, away = {.is_in = false};
    if (elsewhere->count) {
        struct sql_board_units_sum_row *some = NULL;
        TRY(sql_board_units_sum(db, arena,
                                &(struct sql_board_units_sum_args){.units = elsewhere->units, .scope_id = scope_id},
                                &some, err));
        if (some)
            away = CELL_OF(some);
    }
    struct rollup r = {.total = 0};
    for (int state = 0; state < DUTY_STATE_COUNT; state++)
        r.total += r.n[state] = whole.n[state] - away.n[state];
    r.owed = r.total - r.n[DUTY_NA] - r.n[DUTY_WAIVED];
    *ret_rollup = r;
    *ret_is = true;
    return ERR_NONE;
}

/* --- what is made of it --- */

int64_t board_parent_id(const struct board *board, uint32_t i)
{
    uint32_t parent = board_unit(board, i)->parent;
    return parent == TREE_NONE ? 0 : board->tree->units[parent].id;
}

int board_worst(const struct board_cell *cell)
{
    int worst = DUTY_NA;
    for (int state = 0; state < DUTY_STATE_COUNT; state++)
        if (cell->n[state] > 0 && order_of[state] < order_of[worst])
            worst = state;
    return worst;
}

int64_t board_total(const struct board_cell *cell)
{
    int64_t total = 0;
    for (int state = 0; state < DUTY_STATE_COUNT; state++)
        total += cell->n[state];
    return total;
}

struct rollup board_sum(const struct board *board, uint32_t i)
{
    struct rollup r = {.total = 0};
    if (i >= board->count)
        return r;
    uint32_t span = board_span(board, i), left = board->count - i;
    for (uint32_t u = i; u < i + (span < left ? span : left); u++)
        for (int state = 0; state < DUTY_STATE_COUNT; state++)
            r.n[state] += board->cells[u].n[state];
    for (int state = 0; state < DUTY_STATE_COUNT; state++)
        r.total += r.n[state];
    r.owed = r.total - r.n[DUTY_NA] - r.n[DUTY_WAIVED];
    return r;
}

static int more_first(int64_t a, int64_t b)
{
    return (a < b) - (a > b);
}

static int compare_branch(const void *a, const void *b, void *ctx)
{
    static const int first[] = {DUTY_LATE, DUTY_UNSEEN, DUTY_DUE};
    const struct board_branch *x = a, *y = b;
    const struct board *board = ctx;
    for (size_t i = 0; i < ARRAY_LEN(first); i++) {
        int c = more_first(x->rollup.n[first[i]], y->rollup.n[first[i]]);
        if (c)
            return c;
    }
    uint32_t p = board_unit(board, x->at)->place, q = board_unit(board, y->at)->place;
    return (p > q) - (p < q);
}

enum err_code board_branches(const struct board *board, struct arena *arena, struct board_branch **ret_branches,
                             size_t *ret_count, struct err *err)
{
    size_t count = 0, room = 0;
    for (uint32_t i = 1; i < board->count; i += board_span(board, i))
        room++;
    struct board_branch *out = arena_new_array(arena, struct board_branch, room + 1);
    if (!out)
        return arena_full(arena, err);
    for (uint32_t i = 1; i < board->count; i += board_span(board, i)) {
        int64_t units = 0;
        for (uint32_t u = i; u < i + board_span(board, i); u++)
            units += board->cells[u].is_in;
        if (units)
            out[count++] = (struct board_branch){i, units, board_sum(board, i)};
    }
    if (count)
        qsort_r(out, count, sizeof *out, compare_branch, (void *)(uintptr_t)board);
    *ret_branches = out;
    *ret_count = count;
    return ERR_NONE;
}

enum err_code board_children(const struct board *board, struct arena *arena, struct board_children *ret_children,
                             struct err *err)
{
    struct board_branch *branches;
    size_t count;
    TRY(board_branches(board, arena, &branches, &count, err));
    struct board_child *items = arena_new_array(arena, struct board_child, count + 1);
    if (!items)
        return arena_full(arena, err);
    for (size_t i = 0; i < count; i++) {
        const struct tree_unit *unit = board_unit(board, branches[i].at);
        const int64_t *n = branches[i].rollup.n;
        items[i] = (struct board_child){.unit_id = unit->id,
                                        .name = unit->name,
                                        .kind = unit->kind,
                                        .units = branches[i].units,
                                        .n_unseen = n[DUTY_UNSEEN],
                                        .n_ack = n[DUTY_ACK],
                                        .n_doing = n[DUTY_DOING],
                                        .n_ok = n[DUTY_OK],
                                        .n_due = n[DUTY_DUE],
                                        .n_late = n[DUTY_LATE],
                                        .n_birth = n[DUTY_BIRTH],
                                        .n_na = n[DUTY_NA],
                                        .n_waived = n[DUTY_WAIVED]};
    }
    *ret_children = (struct board_children){items, count};
    return ERR_NONE;
}

bool board_matches(const struct board *board, uint32_t i, const struct board_filter *filter)
{
    const struct board_cell *cell = &board->cells[i];
    if (!cell->is_in && !filter->every)
        return false;
    if (filter->owes && board_total(cell) <= 0)
        return false;
    if (filter->state >= 0) {
        if (filter->has && (filter->state >= DUTY_STATE_COUNT || cell->n[filter->state] <= 0))
            return false;
        int worst = board_worst(cell);
        if (!filter->has && !(filter->state == worst ||
                              (filter->state == BOARD_LATE_ALL && (worst == DUTY_LATE || worst == DUTY_BIRTH))))
            return false;
    }
    const struct tree_unit *unit = board_unit(board, i);
    return (str_is_null(filter->kind) || str_equal(filter->kind, unit->kind)) && tree_is_found(unit, filter->search);
}

struct sorting {
    const struct board *board;
    enum board_order order;
};

static int compare_unit(const void *a, const void *b, void *ctx)
{
    const struct sorting *sorting = ctx;
    const struct board *board = sorting->board;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    const struct board_cell *x = &board->cells[i], *y = &board->cells[j];
    int c = 0;
    if (sorting->order == BOARD_BY_WORST) {
        c = order_of[board_worst(x)] - order_of[board_worst(y)];
        c = c ? c : more_first(x->n[DUTY_LATE] + x->n[DUTY_BIRTH], y->n[DUTY_LATE] + y->n[DUTY_BIRTH]);
    } else if (sorting->order == BOARD_BY_MOST) {
        c = more_first(x->n[DUTY_LATE], y->n[DUTY_LATE]);
        c = c ? c : more_first(x->n[DUTY_UNSEEN], y->n[DUTY_UNSEEN]);
        c = c ? c : more_first(x->n[DUTY_DUE], y->n[DUTY_DUE]);
    }
    if (c)
        return c;
    uint32_t p = board_unit(board, i)->place, q = board_unit(board, j)->place;
    return (p > q) - (p < q);
}

enum err_code board_list(const struct board *board, const struct board_filter *filter, enum board_order order,
                         int64_t limit, int64_t offset, struct arena *arena, uint32_t **ret_units, size_t *ret_count,
                         int64_t *ret_total, struct err *err)
{
    uint32_t *units = arena_new_array(arena, uint32_t, (size_t)board->count + 1);
    if (!units)
        return arena_full(arena, err);
    size_t count = 0;
    for (uint32_t i = 0; i < board->count; i++)
        if (board_matches(board, i, filter))
            units[count++] = i;
    if (count)
        qsort_r(units, count, sizeof *units, compare_unit, &(struct sorting){board, order});
    size_t skip = offset < 0 ? 0 : (size_t)offset < count ? (size_t)offset : count;
    *ret_units = units + skip;
    *ret_count = limit >= 0 && (size_t)limit < count - skip ? (size_t)limit : count - skip;
    if (ret_total)
        *ret_total = (int64_t)count;
    return ERR_NONE;
}

#define PUT_BESIDE(rows)                                                                          \
    for (size_t i = 0; i < (rows).count; i++)                                                     \
        if ((rows).items[i].place >= 0 && (size_t)(rows).items[i].place < count)                  \
            out[(rows).items[i].place] = (struct board_beside)                                    \
            {                                                                                     \
                (rows).items[i].focal_name, (rows).items[i].focal_phone, (rows).items[i].due_day, \
                    (rows).items[i].reminded_day                                                  \
            }

enum err_code board_look_beside(struct db *db, const struct board *board, const uint32_t *units, size_t count,
                                int64_t scope_id, civil_day day, bool is_past, struct arena *arena,
                                struct board_beside **ret_beside, struct err *err)
{
    struct board_beside *out = arena_new_array(arena, struct board_beside, count + 1);
    if (!out)
        return arena_full(arena, err);
    AUTO_BUF buf;
    buf_init(&buf, 1u << 24);
    buf_lit(&buf, "[");
    for (size_t i = 0; i < count; i++)
        buf_printf(&buf, "%s[%lld,%d]", i ? "," : "", (long long)board_unit(board, units[i])->id,
                   board_worst(&board->cells[units[i]]));
    buf_lit(&buf, "]");
    TRY(buf_check(&buf, err));
    if (is_past) {
        struct sql_board_beside_past_rows rows;
        TRY(sql_board_beside_past(
            db, arena,
            &(struct sql_board_beside_past_args){.units = buf_str(&buf), .scope_id = scope_id, .as_of_day = day}, &rows,
            err));
        PUT_BESIDE(rows);
    } else {
        struct sql_board_beside_rows rows;
        TRY(sql_board_beside(
            db, arena, &(struct sql_board_beside_args){.units = buf_str(&buf), .scope_id = scope_id, .on_day = day},
            &rows, err));
        PUT_BESIDE(rows);
    }
    *ret_beside = out;
    return ERR_NONE;
}
