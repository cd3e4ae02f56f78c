#include "work/succession.h"

#include "asset/succession.h"
#include "duty/directive.h"
#include "duty/directive.sql.h"
#include "duty/notice.h"
#include "duty/succession.h"

static enum err_code count(void *ctx, struct db *db, int64_t unit_id, int64_t *ret_open, struct err *err)
{
    (void)ctx;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct sql_assignment_ids_open_of_unit_rows rows;
    TRY(sql_assignment_ids_open_of_unit(db, &arena, &(struct sql_assignment_ids_open_of_unit_args){.unit_id = unit_id},
                                        &rows, err));
    *ret_open = (int64_t)rows.count;
    return ERR_NONE;
}

static enum err_code move(void *ctx, struct db *db, int64_t from_id, int64_t to_id, int64_t actor_id, size_t *ret_moved,
                          struct err *err)
{
    (void)ctx;
    return directive_move_open(db, from_id, to_id, actor_id, ret_moved, err);
}

static enum err_code loose(struct db *db, int64_t unit_id, struct arena *arena, struct event_loose_list *list,
                           struct err *err)
{
    TRY(asset_loose(db, unit_id, arena, list, err));
    return duty_loose(db, unit_id, arena, list, err);
}

static enum err_code place(struct db *db, const struct event_step *step, struct str kind, int64_t id, struct err *err)
{
    if (str_equal(kind, STR("finding")))
        return asset_place(db, step, id, err);
    if (str_equal(kind, STR("assignment")))
        return duty_place(db, step, id, err);
    return err_set(err, ERR_UNSUPPORTED, "nothing of that kind is placed");
}

static enum err_code marked(struct db *db, int64_t unit_id, int64_t event_id, size_t count, struct err *err)
{
    char title[160], link[40];
    int title_bytes = snprintf(title, sizeof title, "%zu mục sau chia tách đang chờ phân giao", count);
    int link_bytes = snprintf(link, sizeof link, "/event/%lld", (long long)event_id);
    return notice_add_roles(db, unit_id, STR(" unit_head deputy_head focal_officer focal_deputy administrator "),
                            STR("event"), (struct str){title, (size_t)title_bytes},
                            (struct str){link, (size_t)link_bytes}, err);
}

const struct event_duties work_succession = {.count = count,
                                             .move = move,
                                             .follow = asset_hand_over,
                                             .move_system = duty_move_system,
                                             .loose = loose,
                                             .place = place,
                                             .open = duty_open,
                                             .built_on = duty_built_on,
                                             .marked = marked};
