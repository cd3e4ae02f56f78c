#include "duty/succession.h"

#include "duty/directive.h"
#include "duty/directive.sql.h"
#include "duty/ledger.h"
#include "duty/succession.sql.h"
#include "proof/chain.h"

#define SUCCESSION_ARENA_BYTES (256u << 20)

static enum err_code move_one(struct db *db, struct arena *arena, civil_day day, int64_t id, int64_t from_id,
                              int64_t to_id, int64_t actor_id, struct err *err)
{
    struct arena_mark mark = arena_mark(arena);
    struct ledger_row row;
    TRY(ledger_get(db, arena, id, &row, err));
    struct ledger_row after = row;
    after.unit_id = to_id;
    TRY(ledger_put(db, day, &row, &after, err));
    struct str content = arena_printf(arena, "{\"from_unit\":\"%lld\"}", (long long)from_id);
    if (str_is_null(content))
        return arena_full(arena, err);
    TRY(chain_append(db,
                     &(struct chain_note){.stream = CHAIN_DUTY,
                                          .kind = "assignment_moved",
                                          .object_kind = "assignment",
                                          .object_id = id,
                                          .unit_id = to_id,
                                          .actor_id = actor_id,
                                          .content = content},
                     NULL, err));
    arena_rewind(arena, mark);
    return ERR_NONE;
}

struct moving {
    int64_t from_id, to_id, actor_id;
    int64_t system_id; /* 0: all */
    size_t moved;
};

static enum err_code move_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct moving *m = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SUCCESSION_ARENA_BYTES);
    civil_day day;
    m->moved = 0;
    TRY(ledger_day(db, &arena, &day, err));
    if (m->system_id) {
        struct sql_assignments_open_on_system_rows on;
        TRY(sql_assignments_open_on_system(
            db, &arena, &(struct sql_assignments_open_on_system_args){.unit_id = m->from_id, .system_id = m->system_id},
            &on, err));
        for (; m->moved < on.count; m->moved++)
            TRY(move_one(db, &arena, day, on.items[m->moved].id, m->from_id, m->to_id, m->actor_id, err));
        return ERR_NONE;
    }
    struct sql_assignment_ids_open_of_unit_rows open;
    TRY(sql_assignment_ids_open_of_unit(
        db, &arena, &(struct sql_assignment_ids_open_of_unit_args){.unit_id = m->from_id}, &open, err));
    for (; m->moved < open.count; m->moved++)
        TRY(move_one(db, &arena, day, open.items[m->moved].id, m->from_id, m->to_id, m->actor_id, err));
    return ERR_NONE;
}

enum err_code directive_move_open(struct db *db, int64_t from_unit_id, int64_t to_unit_id, int64_t actor_id,
                                  size_t *ret_moved, struct err *err)
{
    struct moving moving = {.from_id = from_unit_id, .to_id = to_unit_id, .actor_id = actor_id};
    if (db_transact(db, move_in_transaction, &moving, err) != ERR_NONE)
        return err_wrap(err, "move open duties to the successor");
    *ret_moved = moving.moved;
    return ERR_NONE;
}

enum err_code duty_move_system(struct db *db, const struct event_step *step, int64_t system_id, size_t *ret_moved,
                               struct err *err)
{
    struct moving moving = {
        .from_id = step->from_id, .to_id = step->to_id, .actor_id = step->actor_id, .system_id = system_id};
    if (db_transact(db, move_in_transaction, &moving, err) != ERR_NONE)
        return err_wrap(err, "move the duties of a system with it");
    *ret_moved = moving.moved;
    return ERR_NONE;
}

enum err_code duty_loose(struct db *db, int64_t unit_id, struct arena *arena, struct event_loose_list *list,
                         struct err *err)
{
    struct sql_assignments_loose_rows rows;
    TRY(sql_assignments_loose(db, arena, &(struct sql_assignments_loose_args){.unit_id = unit_id}, &rows, err));
    for (size_t i = 0; i < rows.count; i++) {
        struct event_loose *item = vec_push(&list->items, arena);
        if (!item)
            return arena_full(arena, err);
        *item = (struct event_loose){STR("assignment"), rows.items[i].id, rows.items[i].title};
    }
    return ERR_NONE;
}

enum err_code duty_open(struct db *db, int64_t unit_id, int64_t system_id, struct arena *arena,
                        struct event_loose_list *list, struct err *err)
{
    struct sql_assignments_open_rows rows;
    TRY(sql_assignments_open(db, arena, &(struct sql_assignments_open_args){.unit_id = unit_id, .system_id = system_id},
                             &rows, err));
    for (size_t i = 0; i < rows.count; i++) {
        struct event_loose *item = vec_push(&list->items, arena);
        if (!item)
            return arena_full(arena, err);
        *item = (struct event_loose){STR("assignment"), rows.items[i].id, STR_NONE};
    }
    return ERR_NONE;
}

enum err_code duty_built_on(struct db *db, int64_t event_id, int64_t since_ms, int64_t founded_id, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct sql_event_built_on_row *n = NULL;
    TRY(sql_event_built_on(
        db, &arena,
        &(struct sql_event_built_on_args){.event_id = event_id, .since_ms = since_ms, .founded_id = founded_id}, &n,
        err));
    if (n && n->evidence)
        return err_set(err, ERR_CONFLICT, "đã nộp %lld bằng chứng cho nhiệm vụ chuyển theo sự kiện này",
                       (long long)n->evidence);
    if (n && n->directives)
        return err_set(err, ERR_CONFLICT, "đơn vị mới đã ban hành %lld văn bản chỉ đạo", (long long)n->directives);
    return ERR_NONE;
}

enum err_code duty_place(struct db *db, const struct event_step *step, int64_t assignment_id, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 4u << 20);
    civil_day day;
    struct sql_assignment_stands_row *stands = NULL;
    TRY(ledger_day(db, &arena, &day, err));
    TRY(sql_assignment_stands(
        db, &arena, &(struct sql_assignment_stands_args){.id = assignment_id, .unit_id = step->from_id}, &stands, err));
    if (!stands || stands->n == 0)
        return ERR_NONE;
    return move_one(db, &arena, day, assignment_id, step->from_id, step->to_id, step->actor_id, err);
}
