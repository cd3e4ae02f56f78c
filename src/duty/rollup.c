#include "duty/rollup.h"

#include "duty/ledger.h"
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

enum err_code rollup_get(struct db *db, const struct actor *actor, int64_t root_id, int64_t scope_id,
                         struct str edge_kind, civil_day as_of, struct arena *arena, struct rollup *ret_rollup,
                         struct err *err)
{
    civil_day day;
    TRY(ledger_day(db, arena, &day, err));
    if (as_of != CIVIL_NONE && as_of > day)
        return err_set(err, ERR_SYNTAX, "ngày này chưa tới");
    if (as_of == CIVIL_NONE || as_of == day) {
        struct sql_rollup_unit_row *row = NULL;
        TRY(sql_rollup_unit(db, actor, arena,
                            &(struct sql_rollup_unit_args){
                                .root_id = root_id, .scope_id = scope_id, .edge_kind = edge_kind, .on_day = day},
                            &row, err));
        *ret_rollup = row ? ROLLUP_OF(row) : (struct rollup){0};
        return ERR_NONE;
    }
    struct str kind;
    TRY(rollup_scope_kind(db, scope_id, arena, &kind, err));
    struct sql_rollup_checkpoint_before_row *checkpoint = NULL;
    TRY(sql_rollup_checkpoint_before(db, arena, &(struct sql_rollup_checkpoint_before_args){.day = as_of}, &checkpoint,
                                     err));
    struct sql_rollup_as_of_row *row = NULL;
    TRY(sql_rollup_as_of(db, actor, arena,
                         &(struct sql_rollup_as_of_args){
                             .root_id = root_id,
                             .scope_id = scope_id,
                             .kind = kind,
                             .edge_kind = edge_kind,
                             .as_of_day = as_of,
                             .checkpoint_day = checkpoint && checkpoint->day.has ? checkpoint->day.v : INT32_MIN},
                         &row, err));
    *ret_rollup = row ? ROLLUP_OF(row) : (struct rollup){0};
    return ERR_NONE;
}

enum err_code rollup_trend(struct db *db, const struct actor *actor, int64_t root_id, int64_t scope_id,
                           struct str edge_kind, int months, struct arena *arena, struct rollup_month **ret_months,
                           size_t *ret_count, struct err *err)
{
    civil_day day;
    TRY(ledger_day(db, arena, &day, err));
    struct sql_rollup_trend_rows rows;
    TRY(sql_rollup_trend(db, actor, arena,
                         &(struct sql_rollup_trend_args){.root_id = root_id,
                                                         .scope_id = scope_id,
                                                         .edge_kind = edge_kind,
                                                         .from_day = civil_add_months(day, -months - 1),
                                                         .to_day = day},
                         &rows, err));
    struct rollup_month *out = arena_new_array(arena, struct rollup_month, rows.count + 1);
    if (!out)
        return arena_full(arena, err);
    for (size_t i = 0; i < rows.count; i++)
        out[i] = (struct rollup_month){(civil_day)rows.items[i].day, ROLLUP_OF(&rows.items[i])};
    *ret_months = out;
    *ret_count = rows.count;
    return ERR_NONE;
}
