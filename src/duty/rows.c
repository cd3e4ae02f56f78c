#include "duty/rows.h"

#include <stdlib.h>

#include "base/buf.h"
#include "duty/rows.sql.h"
#include "duty/seen.h"

/* The order in which they stand in a list. */
static const enum duty_state order[DUTY_STATE_COUNT] = {DUTY_LATE,  DUTY_BIRTH, DUTY_UNSEEN, DUTY_DUE, DUTY_ACK,
                                                        DUTY_DOING, DUTY_OK,    DUTY_WAIVED, DUTY_NA};

static bool asks_for_duties(const struct rows_filter *f)
{
    return !str_is_null(f->catalogue_id) || f->obligation_id || !str_is_null(f->denominator);
}

static struct opt_i64 opt_id(int64_t id)
{
    return (struct opt_i64){id != 0, id};
}

/* --- how many in which unit --- */

static void put(struct board *board, int64_t unit_id, int64_t state, int64_t n)
{
    uint32_t at = tree_find(board->tree, unit_id);
    if (at == TREE_NONE || at < board->from || at - board->from >= board->count || state < 0 ||
        state >= DUTY_STATE_COUNT)
        return;
    struct board_cell *cell = &board->cells[at - board->from];
    cell->n[state] += (int32_t)n;
    cell->is_in = true;
}

static enum err_code take_duty(void *ctx, const struct sql_rows_duties_row *row, struct err *err)
{
    (void)err;
    put(ctx, row->unit_id, row->state, 1);
    return ERR_NONE;
}

static enum err_code take_waiting(void *ctx, const struct sql_rows_waiting_row *row, struct err *err)
{
    (void)err;
    put(ctx, row->unit_id, row->state, 1);
    return ERR_NONE;
}

static enum err_code take_past(void *ctx, const struct sql_rows_duties_past_row *row, struct err *err)
{
    (void)err;
    put(ctx, row->unit_id, row->state, row->n);
    return ERR_NONE;
}

static enum err_code read_board(struct db *db, const struct actor *actor, const struct rows_filter *f,
                                struct arena *arena, struct board *board, struct err *err)
{
    if (!f->waiting && !asks_for_duties(f))
        return board_read(db, actor, f->root_id, f->scope_id, f->edge_kind, f->as_of, arena, board, err);
    TRY(board_empty(db, actor, f->root_id, f->edge_kind, f->as_of, arena, board, err));
    if (!board->count)
        return ERR_NONE;
    AUTO_ARENA scratch;
    arena_init(&scratch, 1u << 16);
    if (f->waiting)
        return sql_rows_waiting_each(db, &scratch,
                                     &(struct sql_rows_waiting_args){.scope_id = f->scope_id,
                                                                     .catalogue_id = f->catalogue_id,
                                                                     .obligation_id = opt_id(f->obligation_id),
                                                                     .denominator = f->denominator},
                                     take_waiting, board, err);
    if (f->as_of != CIVIL_NONE)
        return sql_rows_duties_past_each(db, &scratch,
                                         &(struct sql_rows_duties_past_args){.scope_id = f->scope_id,
                                                                             .as_of_day = f->as_of,
                                                                             .catalogue_id = f->catalogue_id,
                                                                             .obligation_id = opt_id(f->obligation_id),
                                                                             .denominator = f->denominator},
                                         take_past, board, err);
    return sql_rows_duties_each(db, &scratch,
                                &(struct sql_rows_duties_args){.scope_id = f->scope_id,
                                                               .catalogue_id = f->catalogue_id,
                                                               .obligation_id = opt_id(f->obligation_id),
                                                               .denominator = f->denominator},
                                take_duty, board, err);
}

enum err_code rows_read(struct db *db, const struct actor *actor, const struct rows_filter *filter, struct arena *arena,
                        struct rows_seen *ret_seen, struct err *err)
{
    struct rows_seen seen = {.count = 0};
    TRY(read_board(db, actor, filter, arena, &seen.board, err));
    int64_t total;
    TRY(board_list(
        &seen.board,
        &(struct board_filter){.state = BOARD_ANY, .kind = filter->unit_kind, .search = filter->search, .owes = true},
        BOARD_BY_NAME, -1, 0, arena, &seen.units, &seen.count, &total, err));
    for (size_t i = 0; i < seen.count; i++)
        for (int state = 0; state < DUTY_STATE_COUNT; state++)
            seen.n[state] += seen.board.cells[seen.units[i]].n[state];
    *ret_seen = seen;
    return ERR_NONE;
}

/* --- a page of them --- */

#define COPY_COMMON(row)                                                                                       \
    .id = (row)->id, .unit_id = (row)->unit_id, .directive_id = (row)->directive_id,                           \
    .obligation_id = (row)->obligation_id, .catalogue_id = (row)->catalogue_id, .title = (row)->title,         \
    .subject_name = (row)->subject_name, .state = state, .due_day = (row)->due_day,                            \
    .covered_from_day = (row)->covered_from_day, .covered_to_day = (row)->covered_to_day,                      \
    .waived_to_day = (row)->waived_to_day, .period_months = (row)->period_months,                              \
    .issued_day = (civil_day)(row)->issued_day, .soon_days = (int)(row)->soon_days, .waits = (row)->waits > 0, \
    .focal_name = (row)->focal_name, .focal_phone = (row)->focal_phone

/* At most limit rows of one state, of some units in their order, behind the first `skip` of them. */
static enum err_code page_of_units(struct db *db, const struct rows_filter *f, civil_day day, struct str units,
                                   int state, int64_t limit, int64_t skip, struct arena *arena, struct duty_row *to,
                                   size_t *ret_count, struct err *err)
{
    if (f->as_of != CIVIL_NONE) {
        struct sql_rows_of_units_past_rows rows;
        int64_t until_ms = civil_day_start_ms(f->as_of + 1);
        TRY(sql_rows_of_units_past(db, arena,
                                   &(struct sql_rows_of_units_past_args){.units = units,
                                                                         .as_of_day = f->as_of,
                                                                         .state = state,
                                                                         .scope_id = f->scope_id,
                                                                         .catalogue_id = f->catalogue_id,
                                                                         .obligation_id = opt_id(f->obligation_id),
                                                                         .denominator = f->denominator,
                                                                         .until_ms = until_ms,
                                                                         .limit_count = limit,
                                                                         .offset_count = skip},
                                   &rows, err));
        for (size_t i = 0; i < rows.count; i++) {
            to[i] = (struct duty_row){COPY_COMMON(&rows.items[i])};
            TRY(seen_waits(db, to[i].id, rows.items[i].waits, until_ms, arena, &to[i].waits, err));
        }
        *ret_count = rows.count;
        return ERR_NONE;
    }
    struct sql_rows_of_units_rows rows;
    TRY(sql_rows_of_units(db, arena,
                          &(struct sql_rows_of_units_args){.units = units,
                                                           .on_day = day,
                                                           .state = state,
                                                           .scope_id = f->scope_id,
                                                           .catalogue_id = f->catalogue_id,
                                                           .obligation_id = opt_id(f->obligation_id),
                                                           .denominator = f->denominator,
                                                           .is_waiting = f->waiting,
                                                           .limit_count = limit,
                                                           .offset_count = skip},
                          &rows, err));
    for (size_t i = 0; i < rows.count; i++)
        to[i] = (struct duty_row){COPY_COMMON(&rows.items[i])};
    *ret_count = rows.count;
    return ERR_NONE;
}

/* The counters say in which units the rows [skip, skip + limit) of a state lie: only their assignments are read. */
static enum err_code page_of_state(struct db *db, const struct rows_filter *f, const struct rows_seen *seen, int state,
                                   int64_t limit, int64_t skip, struct arena *arena, struct duty_row *to,
                                   size_t *ret_count, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, 1u << 24);
    buf_lit(&buf, "[");
    int64_t before = 0, inside = 0;
    bool is_first = true;
    for (size_t i = 0; i < seen->count && before < skip + limit; i++) {
        int64_t n = seen->board.cells[seen->units[i]].n[state];
        if (n > 0 && before + n > skip) {
            if (is_first)
                inside = skip - before; /* rows of the first unit that stand on an earlier page */
            buf_printf(&buf, "%s%lld", is_first ? "" : ",", (long long)board_unit(&seen->board, seen->units[i])->id);
            is_first = false;
        }
        before += n > 0 ? n : 0;
    }
    buf_lit(&buf, "]");
    TRY(buf_check(&buf, err));
    TRY(page_of_units(db, f, seen->board.day, buf_str(&buf), state, limit, inside, arena, to, ret_count, err));
    for (size_t i = 0; i < *ret_count; i++) {
        uint32_t at = tree_find(seen->board.tree, to[i].unit_id);
        if (at == TREE_NONE)
            continue;
        to[i].unit_name = seen->board.tree->units[at].name;
        to[i].kind = seen->board.tree->units[at].kind;
    }
    return ERR_NONE;
}

enum err_code rows_page(struct db *db, const struct rows_filter *filter, const struct rows_seen *seen,
                        const bool is_in[DUTY_STATE_COUNT], int64_t limit, int64_t offset, struct arena *arena,
                        struct duty_rows *ret_rows, struct err *err)
{
    const int64_t *n = seen->n;
    int64_t all = 0;
    for (int i = 0; i < DUTY_STATE_COUNT; i++)
        all += is_in[i] ? n[i] : 0;
    size_t room = all <= offset ? 0 : (size_t)(all - offset < limit ? all - offset : limit), count = 0;
    struct duty_row *items = arena_new_array(arena, struct duty_row, room + 1);
    if (!items)
        return arena_full(arena, err);
    int64_t before = 0; /* rows of the states already passed */
    for (size_t i = 0; i < DUTY_STATE_COUNT && count < room; i++) {
        int state = (int)order[i];
        if (!is_in[state] || n[state] == 0)
            continue;
        int64_t skip = offset > before ? offset - before : 0;
        if (skip < n[state]) {
            size_t got = 0;
            TRY(page_of_state(db, filter, seen, state, (int64_t)(room - count), skip, arena, items + count, &got, err));
            count += got;
        }
        before += n[state];
    }
    *ret_rows = (struct duty_rows){items, count};
    return ERR_NONE;
}
