#include "duty/rollup.h"

#include "duty/board.h"
#include "duty/ledger.h"
#include "duty/past.sql.h"
#include "duty/rollup.sql.h"

static struct rollup rollup_of(int64_t unseen, int64_t ack, int64_t doing, int64_t ok, int64_t due, int64_t late,
                               int64_t birth, int64_t na, int64_t waived)
{
    struct rollup r = {.n = {[DUTY_UNSEEN] = unseen,
                             [DUTY_ACK] = ack,
                             [DUTY_DOING] = doing,
                             [DUTY_OK] = ok,
                             [DUTY_DUE] = due,
                             [DUTY_LATE] = late,
                             [DUTY_BIRTH] = birth,
                             [DUTY_NA] = na,
                             [DUTY_WAIVED] = waived}};
    for (int i = 0; i < DUTY_STATE_COUNT; i++)
        r.total += r.n[i];
    r.owed = r.total - na - waived;
    return r;
}
#define ROLLUP_OF(row)                                                                                                 \
    rollup_of((row)->n_unseen, (row)->n_ack, (row)->n_doing, (row)->n_ok, (row)->n_due, (row)->n_late, (row)->n_birth, \
              (row)->n_na, (row)->n_waived)

enum err_code rollup_scope_kind(struct db *db, int64_t scope_id, struct arena *arena, struct str *ret_kind,
                                struct err *err)
{
    if (scope_id == ROLLUP_ALL) {
        *ret_kind = STR("all");
        return ERR_NONE;
    }
    struct sql_rollup_scope_row *row = NULL;
    TRY(sql_rollup_scope(db, arena, &(struct sql_rollup_scope_args){.id = scope_id}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "no such directive");
    *ret_kind = row->family_id == scope_id ? STR("family") : STR("directive");
    return ERR_NONE;
}

/* Whether the sums kept over a tree of that day still wait to be counted anew. */
static enum err_code is_changed(struct db *db, int64_t root_id, struct str edge_kind, civil_day as_of,
                                struct arena *arena, bool *ret_is, struct err *err)
{
    struct sql_rollup_tree_changed_row *changed = NULL;
    TRY(sql_rollup_tree_changed(
        db, arena,
        &(struct sql_rollup_tree_changed_args){.root_id = root_id, .edge_kind = edge_kind, .as_of_day = as_of},
        &changed, err));
    *ret_is = changed && changed->n > 0;
    return ERR_NONE;
}

/* As known at the end of a day that has ended. */
static enum err_code past(struct db *db, const struct actor *actor, int64_t root_id, int64_t scope_id,
                          struct str edge_kind, civil_day as_of, struct arena *arena, struct rollup *ret_rollup,
                          struct err *err)
{
    bool changed;
    TRY(is_changed(db, root_id, edge_kind, as_of, arena, &changed, err));
    if (changed) {
        struct sql_rollup_past_by_unit_row *row = NULL;
        TRY(sql_rollup_past_by_unit(
            db, actor, arena,
            &(struct sql_rollup_past_by_unit_args){
                .root_id = root_id, .scope_id = scope_id, .edge_kind = edge_kind, .as_of_day = as_of},
            &row, err));
        *ret_rollup = row ? ROLLUP_OF(row) : (struct rollup){0};
        return ERR_NONE;
    }
    struct sql_rollup_past_row *row = NULL;
    TRY(sql_rollup_past(db, actor, arena,
                        &(struct sql_rollup_past_args){
                            .root_id = root_id, .scope_id = scope_id, .edge_kind = edge_kind, .as_of_day = as_of},
                        &row, err));
    *ret_rollup = row ? ROLLUP_OF(row) : (struct rollup){0};
    return ERR_NONE;
}

enum err_code rollup_get(struct db *db, const struct actor *actor, int64_t root_id, int64_t scope_id,
                         struct str edge_kind, civil_day as_of, struct arena *arena, struct rollup *ret_rollup,
                         struct err *err)
{
    civil_day day;
    TRY(ledger_day(db, arena, &day, err));
    if (as_of != CIVIL_NONE && as_of > day)
        return err_set(err, ERR_SYNTAX, "ngày này chưa tới");
    if (as_of == CIVIL_NONE || as_of == day) {
        bool is_most;
        TRY(board_sum_of_most(db, actor, root_id, scope_id, edge_kind, day, arena, &is_most, ret_rollup, err));
        if (is_most)
            return ERR_NONE;
        struct sql_rollup_unit_row *row = NULL;
        TRY(sql_rollup_unit(db, actor, arena,
                            &(struct sql_rollup_unit_args){
                                .root_id = root_id, .scope_id = scope_id, .edge_kind = edge_kind, .on_day = day},
                            &row, err));
        *ret_rollup = row ? ROLLUP_OF(row) : (struct rollup){0};
        return ERR_NONE;
    }
    return past(db, actor, root_id, scope_id, edge_kind, as_of, arena, ret_rollup, err);
}

enum err_code rollup_trend(struct db *db, const struct actor *actor, int64_t root_id, int64_t scope_id,
                           struct str edge_kind, int months, struct arena *arena, struct rollup_month **ret_months,
                           size_t *ret_count, struct err *err)
{
    civil_day day;
    TRY(ledger_day(db, arena, &day, err));
    struct sql_rollup_past_first_row *first = NULL;
    TRY(sql_rollup_past_first(
        db, arena,
        &(struct sql_rollup_past_first_args){.root_id = root_id, .scope_id = scope_id, .edge_kind = edge_kind}, &first,
        err));
    struct rollup_month *out = arena_new_array(arena, struct rollup_month, (size_t)months + 1);
    if (!out)
        return arena_full(arena, err);
    size_t count = 0;
    struct civil today = civil_from_day(day);
    civil_day month = civil_to_day(today.year, today.month, 1); /* the first of this month */
    for (int back = months - 1; back >= 0 && first && first->day.has; back--) {
        civil_day last = civil_add_months(month, -back) - 1;
        if (last < first->day.v)
            continue;
        out[count].day = last;
        TRY(past(db, actor, root_id, scope_id, edge_kind, last, arena, &out[count++].rollup, err));
    }
    *ret_months = out;
    *ret_count = count;
    return ERR_NONE;
}

#define COPY_OBLIGATIONS(rows)                                                                              \
    do {                                                                                                    \
        struct rollup_obligation *out = arena_new_array(arena, struct rollup_obligation, (rows).count + 1); \
        if (!out)                                                                                           \
            return arena_full(arena, err);                                                                  \
        for (size_t i = 0; i < (rows).count; i++)                                                           \
            out[i] = (struct rollup_obligation){(rows).items[i].catalogue_id, (rows).items[i].title,        \
                                                (rows).items[i].denominator, (int)(rows).items[i].state,    \
                                                (rows).items[i].n};                                         \
        *ret_rows = (struct rollup_obligations){out, (rows).count};                                         \
    } while (0)

enum err_code rollup_by_obligation(struct db *db, const struct actor *actor, int64_t root_id, int64_t scope_id,
                                   struct str edge_kind, bool holds_all, struct arena *arena,
                                   struct rollup_obligations *ret_rows, struct err *err)
{
    civil_day day;
    TRY(ledger_day(db, arena, &day, err));
    if (scope_id != ROLLUP_ALL && holds_all) {
        struct sql_obligation_rollup_whole_rows rows;
        TRY(sql_obligation_rollup_whole(db, actor, arena,
                                        &(struct sql_obligation_rollup_whole_args){
                                            .root_id = root_id, .scope_id = scope_id, .edge_kind = edge_kind},
                                        &rows, err));
        COPY_OBLIGATIONS(rows);
        return ERR_NONE;
    }
    struct sql_obligation_rollup_rows rows;
    TRY(sql_obligation_rollup(db, actor, arena,
                              &(struct sql_obligation_rollup_args){
                                  .root_id = root_id, .scope_id = scope_id, .edge_kind = edge_kind, .on_day = day},
                              &rows, err));
    COPY_OBLIGATIONS(rows);
    return ERR_NONE;
}

enum err_code rollup_past_by_obligation(struct db *db, const struct actor *actor, int64_t root_id, int64_t scope_id,
                                        struct str edge_kind, civil_day as_of, struct arena *arena,
                                        struct rollup_obligations *ret_rows, struct err *err)
{
    bool changed;
    TRY(is_changed(db, root_id, edge_kind, as_of, arena, &changed, err));
    if (changed) {
        struct str kind;
        TRY(rollup_scope_kind(db, scope_id, arena, &kind, err));
        bool is_family = str_equal(kind, STR("family"));
        struct sql_past_obligations_rows rows;
        TRY(sql_past_obligations(
            db, actor, arena,
            &(struct sql_past_obligations_args){.root_id = root_id,
                                                .edge_kind = edge_kind,
                                                .as_of_day = as_of,
                                                .family_id = {is_family, scope_id},
                                                .directive_id = {!is_family && scope_id != ROLLUP_ALL, scope_id}},
            &rows, err));
        COPY_OBLIGATIONS(rows);
        return ERR_NONE;
    }
    struct sql_past_obligations_kept_rows rows;
    TRY(sql_past_obligations_kept(
        db, actor, arena,
        &(struct sql_past_obligations_kept_args){
            .root_id = root_id, .edge_kind = edge_kind, .as_of_day = as_of, .scope_id = scope_id},
        &rows, err));
    struct rollup_obligation *out = arena_new_array(arena, struct rollup_obligation, rows.count * DUTY_STATE_COUNT + 1);
    if (!out)
        return arena_full(arena, err);
    size_t count = 0;
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_past_obligations_kept_row *row = &rows.items[i];
        struct rollup r = ROLLUP_OF(row);
        for (int state = 0; state < DUTY_STATE_COUNT; state++)
            if (r.n[state] > 0)
                out[count++] =
                    (struct rollup_obligation){row->catalogue_id, row->title, row->denominator, state, r.n[state]};
    }
    *ret_rows = (struct rollup_obligations){out, count};
    return ERR_NONE;
}
