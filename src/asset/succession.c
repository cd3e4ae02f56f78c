#include "asset/succession.h"

#include "asset/device_write.h"
#include "asset/finding.sql.h"
#include "org/event.sql.h"
#include "proof/chain.h"

static enum err_code move_devices(struct db *db, struct arena *arena, const struct event_step *step, struct err *err)
{
    struct sql_device_moving_counts_rows counts;
    struct count_deltas deltas = {.arena = arena, .day = db_today(db)};
    int64_t moved = 0;
    TRY(sql_device_moving_counts(
        db, arena, &(struct sql_device_moving_counts_args){.from_unit_id = step->from_id, .to_unit_id = step->to_id},
        &counts, err));
    TRY(sql_device_move_unit(
        db, &(struct sql_device_move_unit_args){.from_unit_id = step->from_id, .to_unit_id = step->to_id}, &moved,
        err));
    if (moved == 0)
        return ERR_NONE;
    for (size_t i = 0; i < counts.count; i++) {
        const struct sql_device_moving_counts_row *c = &counts.items[i];
        TRY(count_delta_add(&deltas, step->from_id, c->kind, c->counted, -c->n, err));
        TRY(count_delta_add(&deltas, step->to_id, c->kind, c->counted, c->n, err));
    }
    TRY(count_delta_flush(db, &deltas, err));
    TRY(sql_suggestion_move_unit(
        db, &(struct sql_suggestion_move_unit_args){.from_unit_id = step->from_id, .to_unit_id = step->to_id}, err));
    struct str content =
        arena_printf(arena, "{\"count\":%lld,\"from_unit\":\"%lld\"}", (long long)moved, (long long)step->from_id);
    if (str_is_null(content))
        return arena_full(arena, err);
    struct actor actor = {.person_id = step->actor_id};
    return device_note(db, &actor, "devices_moved", 0, step->to_id, content, err);
}

static enum err_code move_finding(struct db *db, struct arena *arena, const struct event_step *step, int64_t id,
                                  struct err *err)
{
    struct arena_mark mark = arena_mark(arena);
    struct str content = arena_printf(arena, "{\"from_unit\":\"%lld\"}", (long long)step->from_id);
    if (str_is_null(content))
        return arena_full(arena, err);
    TRY(sql_finding_move_unit(db, &(struct sql_finding_move_unit_args){.id = id, .to_unit_id = step->to_id}, err));
    TRY(sql_unit_handover_insert(db,
                                 &(struct sql_unit_handover_insert_args){.id = db_id(db),
                                                                         .event_id = step->event_id,
                                                                         .object_kind = STR("finding"),
                                                                         .object_id = id,
                                                                         .role = STR(""),
                                                                         .from_unit_id = step->from_id,
                                                                         .to_unit_id = step->to_id,
                                                                         .on_day = step->day},
                                 err));
    TRY(chain_append(db,
                     &(struct chain_note){.stream = CHAIN_DUTY,
                                          .kind = "finding_moved",
                                          .object_kind = "finding",
                                          .object_id = id,
                                          .unit_id = step->to_id,
                                          .actor_id = step->actor_id,
                                          .content = content},
                     NULL, err));
    arena_rewind(arena, mark);
    return ERR_NONE;
}

static enum err_code move_findings(struct db *db, struct arena *arena, const struct event_step *step, struct err *err)
{
    struct sql_findings_moving_rows rows;
    TRY(sql_findings_moving(db, arena,
                            &(struct sql_findings_moving_args){
                                .from_unit_id = step->from_id, .to_unit_id = step->to_id, .is_all = step->is_all},
                            &rows, err));
    for (size_t i = 0; i < rows.count; i++)
        TRY(move_finding(db, arena, step, rows.items[i].id, err));
    return ERR_NONE;
}

enum err_code asset_loose(struct db *db, int64_t unit_id, struct arena *arena, struct event_loose_list *list,
                          struct err *err)
{
    struct sql_findings_loose_rows rows;
    TRY(sql_findings_loose(db, arena, &(struct sql_findings_loose_args){.unit_id = unit_id}, &rows, err));
    for (size_t i = 0; i < rows.count; i++) {
        struct event_loose *item = vec_push(&list->items, arena);
        if (!item)
            return arena_full(arena, err);
        *item = (struct event_loose){STR("finding"), rows.items[i].id, rows.items[i].title};
    }
    return ERR_NONE;
}

enum err_code asset_place(struct db *db, const struct event_step *step, int64_t finding_id, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct sql_finding_stands_row *stands = NULL;
    TRY(sql_finding_stands(db, &arena, &(struct sql_finding_stands_args){.id = finding_id, .unit_id = step->from_id},
                           &stands, err));
    return stands && stands->n ? move_finding(db, &arena, step, finding_id, err) : ERR_NONE;
}

enum err_code asset_hand_over(struct db *db, const struct event_step *step, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    if (move_devices(db, &arena, step, err) != ERR_NONE || move_findings(db, &arena, step, err) != ERR_NONE)
        return err_wrap(err, "hand devices and findings over to the successor");
    return ERR_NONE;
}
