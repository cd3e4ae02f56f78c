#include "duty/budget.h"

#include "duty/act.h"
#include "duty/request.h"
#include "org/access.h"

struct setting_total {
    const struct actor *actor;
    int64_t unit_id;
    int year;
    int64_t total_vnd;
    struct str basis;
};

static enum err_code set_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct setting_total *s = ctx;
    bool is_finance = false;
    TRY(access_has(db, s->actor, RIGHT_FINANCE, s->unit_id, &is_finance, err));
    if (!is_finance)
        TRY(access_require(db, s->actor, RIGHT_APPROVE, s->unit_id, "record a budget", err));
    if (s->year < 2000 || s->year > 2200)
        return err_set(err, ERR_SYNTAX, "năm ngân sách %d không hợp lệ", s->year);
    if (s->total_vnd <= 0 || s->total_vnd > REQUEST_VND_MAX)
        return err_set(err, ERR_SYNTAX, "tổng kinh phí phải lớn hơn 0");
    if (str_is_empty(str_trim(s->basis)))
        return err_set(err, ERR_SYNTAX, "cần nêu căn cứ: quyết định giao dự toán");
    TRY(sql_budget_total_set(db,
                             &(struct sql_budget_total_set_args){
                                 .id = db_id(db),
                                 .unit_id = s->unit_id,
                                 .budget_year = s->year,
                                 .total_vnd = s->total_vnd,
                                 .basis = str_trim(s->basis),
                                 .by_person = {s->actor->person_id != 0, s->actor->person_id},
                                 .at_ms = db_now_ms(db),
                             },
                             err));
    const struct act_field fields[] = {ACT_NUMBER("year", s->year), ACT_NUMBER("total_vnd", s->total_vnd),
                                       ACT_TEXT("basis", str_trim(s->basis))};
    return act_record(db, s->actor,
                      &(struct act){"budget_total_set", "unit", s->unit_id, s->unit_id, fields, ARRAY_LEN(fields)},
                      err);
}

enum err_code budget_set_total(struct db *db, const struct actor *actor, int64_t unit_id, int year, int64_t total_vnd,
                               struct str basis, struct err *err)
{
    struct setting_total setting = {actor, unit_id, year, total_vnd, basis};
    return db_transact(db, set_in_transaction, &setting, err);
}

static int permille(int64_t part, int64_t whole)
{
    return whole > 0 ? (int)((double)part * 1000.0 / (double)whole + 0.5) : -1;
}

enum err_code budget_rollup(struct db *db, const struct actor *actor, int64_t root_id, struct str edge_kind, int year,
                            struct arena *arena, struct budget_table *ret_table, struct err *err)
{
    struct sql_budget_lines_rows rows;
    TRY(sql_budget_lines(db, actor, arena,
                         &(struct sql_budget_lines_args){
                             .root_id = root_id, .edge_kind = edge_kind, .budget_year = year, .on_day = db_today(db)},
                         &rows, err));
    struct budget_table table = {.lines = arena_new_array(arena, struct budget_line, rows.count),
                                 .count = rows.count,
                                 .sum = {.has_total = true}};
    if (!table.lines)
        return arena_full(arena, err);
    int64_t known_granted = 0; /* a share is only told of units whose whole is known */
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_budget_lines_row *r = &rows.items[i];
        table.lines[i] = (struct budget_line){
            .unit_id = r->unit_id,
            .name = r->name,
            .request_count = r->request_count,
            .open_count = r->open_count,
            .asked_vnd = r->asked_vnd,
            .granted_vnd = r->granted_vnd,
            .spent_vnd = r->spent_vnd,
            .total_vnd = r->total_vnd.v,
            .has_total = r->total_vnd.has,
            .share_permille = r->total_vnd.has ? permille(r->granted_vnd, r->total_vnd.v) : -1,
        };
        table.sum.request_count += r->request_count;
        table.sum.open_count += r->open_count;
        table.sum.asked_vnd += r->asked_vnd;
        table.sum.granted_vnd += r->granted_vnd;
        table.sum.spent_vnd += r->spent_vnd;
        table.sum.total_vnd += r->total_vnd.v;
        table.sum.has_total = table.sum.has_total && (r->total_vnd.has || r->request_count == 0);
        known_granted += r->total_vnd.has ? r->granted_vnd : 0;
    }
    for (size_t i = 0; i < table.count; i++)
        table.lines[i].of_all_permille = permille(table.lines[i].granted_vnd, table.sum.granted_vnd);
    table.sum.share_permille = permille(known_granted, table.sum.total_vnd);
    table.sum.of_all_permille = table.sum.granted_vnd > 0 ? 1000 : -1;
    *ret_table = table;
    return ERR_NONE;
}
