#include "duty/people.h"

#include "duty/directive.sql.h"
#include "duty/people.sql.h"

#define PEOPLE_ARENA_BYTES (1u << 20)

enum err_code people_progress(struct db *db, const struct actor *actor, int64_t root_id, int64_t directive_id,
                              struct str edge_kind, struct people_progress *ret_progress, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, PEOPLE_ARENA_BYTES);
    struct sql_acknowledgement_rollup_row *row = NULL;
    TRY(sql_acknowledgement_rollup(
        db, actor, &arena,
        &(struct sql_acknowledgement_rollup_args){
            .root_id = root_id, .directive_id = directive_id, .edge_kind = edge_kind, .on_day = db_today(db)},
        &row, err));
    must(row != NULL);
    *ret_progress = (struct people_progress){row->people, row->acked,
                                             row->people > 0 ? (int)(row->acked * 1000 / row->people) : -1};
    return ERR_NONE;
}

static struct people_head head_of(const struct sql_people_heads_of_unit_row *r)
{
    return (struct people_head){r->person_id,        r->name, r->title, r->role, r->basis, (civil_day)r->from_day,
                                (civil_day)r->to_day};
}

enum err_code people_head_on(struct db *db, const struct actor *actor, int64_t unit_id, civil_day day,
                             struct arena *arena, struct people_head **ret_head, struct err *err)
{
    struct sql_people_heads_of_unit_rows rows;
    TRY(sql_people_heads_of_unit(
        db, actor, arena,
        &(struct sql_people_heads_of_unit_args){.unit_id = unit_id, .from_day = day, .to_day = (int64_t)day + 1}, &rows,
        err));
    const struct sql_people_heads_of_unit_row *best = NULL;
    for (size_t i = 0; i < rows.count; i++) {
        bool is_head = str_equal(rows.items[i].role, STR("unit_head"));
        /* Of two heads on one day the later appointed one answers. */
        if (!best || is_head || !str_equal(best->role, STR("unit_head")))
            best = &rows.items[i];
    }
    if (!best) {
        *ret_head = NULL;
        return ERR_NONE;
    }
    struct people_head *head = arena_new(arena, struct people_head);
    if (!head)
        return arena_full(arena, err);
    *head = head_of(best);
    *ret_head = head;
    return ERR_NONE;
}

enum err_code people_heads(struct db *db, const struct actor *actor, int64_t unit_id, civil_day from_day,
                           civil_day to_day, struct arena *arena, struct people_heads *ret_heads, struct err *err)
{
    if (from_day >= to_day)
        return err_set(err, ERR_SYNTAX, "khoảng ngày phải có ít nhất một ngày");
    struct sql_people_heads_of_unit_rows rows;
    TRY(sql_people_heads_of_unit(
        db, actor, arena,
        &(struct sql_people_heads_of_unit_args){.unit_id = unit_id, .from_day = from_day, .to_day = to_day}, &rows,
        err));
    struct people_heads heads = {.items = arena_new_array(arena, struct people_head, rows.count + 1),
                                 .gaps = arena_new_array(arena, struct people_gap, rows.count + 1)};
    if (!heads.items || !heads.gaps)
        return arena_full(arena, err);
    civil_day reached = from_day;
    for (size_t i = 0; i < rows.count; i++) {
        if (!str_equal(rows.items[i].role, STR("unit_head")))
            continue;
        struct people_head head = head_of(&rows.items[i]);
        heads.items[heads.count++] = head;
        if (head.from_day > reached)
            heads.gaps[heads.gap_count++] = (struct people_gap){reached, head.from_day};
        if (head.to_day > reached)
            reached = head.to_day;
    }
    if (reached < to_day)
        heads.gaps[heads.gap_count++] = (struct people_gap){reached, to_day};
    *ret_heads = heads;
    return ERR_NONE;
}
