#include "duty/rows.h"

#include "duty/page_directive.sql.h"

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

#define ADD_COUNTS(rows)                                                            \
    for (size_t i = 0; i < (rows).count; i++)                                       \
        if ((rows).items[i].state >= 0 && (rows).items[i].state < DUTY_STATE_COUNT) \
    ret_n[(rows).items[i].state] = (rows).items[i].n

enum err_code rows_count(struct db *db, const struct actor *actor, const struct rows_filter *f, struct arena *arena,
                         int64_t ret_n[DUTY_STATE_COUNT], struct err *err)
{
    for (int i = 0; i < DUTY_STATE_COUNT; i++)
        ret_n[i] = 0;
    if (f->waiting) {
        struct sql_row_waiting_counts_rows rows;
        TRY(sql_row_waiting_counts(db, actor, arena,
                                   &(struct sql_row_waiting_counts_args){.root_id = f->root_id,
                                                                         .scope_id = f->scope_id,
                                                                         .edge_kind = f->edge_kind,
                                                                         .on_day = f->on_day,
                                                                         .catalogue_id = f->catalogue_id,
                                                                         .obligation_id = opt_id(f->obligation_id),
                                                                         .denominator = f->denominator,
                                                                         .unit_kind = f->unit_kind,
                                                                         .search = f->search},
                                   &rows, err));
        ADD_COUNTS(rows);
        return ERR_NONE;
    }
    if (asks_for_duties(f)) {
        struct sql_row_duty_counts_rows rows;
        TRY(sql_row_duty_counts(db, actor, arena,
                                &(struct sql_row_duty_counts_args){.root_id = f->root_id,
                                                                   .scope_id = f->scope_id,
                                                                   .edge_kind = f->edge_kind,
                                                                   .on_day = f->on_day,
                                                                   .catalogue_id = f->catalogue_id,
                                                                   .obligation_id = opt_id(f->obligation_id),
                                                                   .denominator = f->denominator,
                                                                   .unit_kind = f->unit_kind,
                                                                   .search = f->search},
                                &rows, err));
        ADD_COUNTS(rows);
        return ERR_NONE;
    }
    struct sql_row_unit_counts_row *k = NULL;
    TRY(sql_row_unit_counts(db, actor, arena,
                            &(struct sql_row_unit_counts_args){.root_id = f->root_id,
                                                               .scope_id = f->scope_id,
                                                               .edge_kind = f->edge_kind,
                                                               .on_day = f->on_day,
                                                               .unit_kind = f->unit_kind,
                                                               .search = f->search},
                            &k, err));
    if (!k)
        return ERR_NONE;
    ret_n[DUTY_UNSEEN] = k->n_unseen;
    ret_n[DUTY_ACK] = k->n_ack;
    ret_n[DUTY_DOING] = k->n_doing;
    ret_n[DUTY_OK] = k->n_ok;
    ret_n[DUTY_DUE] = k->n_due;
    ret_n[DUTY_LATE] = k->n_late;
    ret_n[DUTY_BIRTH] = k->n_birth;
    ret_n[DUTY_NA] = k->n_na;
    ret_n[DUTY_WAIVED] = k->n_waived;
    return ERR_NONE;
}

#define COPY_ROWS(from)                                                                                          \
    for (size_t i = 0; i < (from).count; i++)                                                                    \
        to[i] = (struct duty_row)                                                                                \
        {                                                                                                        \
            .id = (from).items[i].id, .unit_id = (from).items[i].unit_id,                                        \
            .directive_id = (from).items[i].directive_id, .obligation_id = (from).items[i].obligation_id,        \
            .unit_name = (from).items[i].unit_name, .kind = (from).items[i].kind,                                \
            .catalogue_id = (from).items[i].catalogue_id, .title = (from).items[i].title,                        \
            .subject_name = (from).items[i].subject_name, .state = (int)(from).items[i].state,                   \
            .due_day = (from).items[i].due_day, .covered_from_day = (from).items[i].covered_from_day,            \
            .covered_to_day = (from).items[i].covered_to_day, .waived_to_day = (from).items[i].waived_to_day,    \
            .period_months = (from).items[i].period_months, .issued_day = (civil_day)(from).items[i].issued_day, \
            .soon_days = (int)(from).items[i].soon_days, .focal_name = (from).items[i].focal_name,               \
            .focal_phone = (from).items[i].focal_phone                                                           \
        }

/* At most limit rows of one state to `to`. */
static enum err_code page_of_state(struct db *db, const struct actor *actor, const struct rows_filter *f, int state,
                                   int64_t limit, int64_t offset, struct arena *arena, struct duty_row *to,
                                   size_t *ret_count, struct err *err)
{
    if (f->waiting) {
        struct sql_row_waiting_page_rows rows;
        TRY(sql_row_waiting_page(db, actor, arena,
                                 &(struct sql_row_waiting_page_args){.root_id = f->root_id,
                                                                     .scope_id = f->scope_id,
                                                                     .edge_kind = f->edge_kind,
                                                                     .on_day = f->on_day,
                                                                     .catalogue_id = f->catalogue_id,
                                                                     .obligation_id = opt_id(f->obligation_id),
                                                                     .denominator = f->denominator,
                                                                     .unit_kind = f->unit_kind,
                                                                     .search = f->search,
                                                                     .state = state,
                                                                     .limit_count = limit,
                                                                     .offset_count = offset},
                                 &rows, err));
        COPY_ROWS(rows);
        *ret_count = rows.count;
        return ERR_NONE;
    }
    if (asks_for_duties(f)) {
        struct sql_row_duty_page_rows rows;
        TRY(sql_row_duty_page(db, actor, arena,
                              &(struct sql_row_duty_page_args){.root_id = f->root_id,
                                                               .scope_id = f->scope_id,
                                                               .edge_kind = f->edge_kind,
                                                               .on_day = f->on_day,
                                                               .catalogue_id = f->catalogue_id,
                                                               .obligation_id = opt_id(f->obligation_id),
                                                               .denominator = f->denominator,
                                                               .unit_kind = f->unit_kind,
                                                               .search = f->search,
                                                               .state = state,
                                                               .limit_count = limit,
                                                               .offset_count = offset},
                              &rows, err));
        COPY_ROWS(rows);
        *ret_count = rows.count;
        return ERR_NONE;
    }
    struct sql_row_page_rows rows;
    TRY(sql_row_page(db, actor, arena,
                     &(struct sql_row_page_args){.root_id = f->root_id,
                                                 .scope_id = f->scope_id,
                                                 .edge_kind = f->edge_kind,
                                                 .on_day = f->on_day,
                                                 .unit_kind = f->unit_kind,
                                                 .search = f->search,
                                                 .state = state,
                                                 .limit_count = limit,
                                                 .offset_count = offset},
                     &rows, err));
    COPY_ROWS(rows);
    *ret_count = rows.count;
    return ERR_NONE;
}

enum err_code rows_page(struct db *db, const struct actor *actor, const struct rows_filter *filter,
                        const int64_t n[DUTY_STATE_COUNT], const bool is_in[DUTY_STATE_COUNT], int64_t limit,
                        int64_t offset, struct arena *arena, struct duty_rows *ret_rows, struct err *err)
{
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
            TRY(page_of_state(db, actor, filter, state, (int64_t)(room - count), skip, arena, items + count, &got,
                              err));
            count += got;
        }
        before += n[state];
    }
    *ret_rows = (struct duty_rows){items, count};
    return ERR_NONE;
}
