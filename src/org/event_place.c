#include "know/know.h"
#include "org/access.h"
#include "org/event.sql.h"
#include "org/event_move.h"
#include "org/event_place.sql.h"
#include "proof/chain.h"

/* --- marking --- */

static enum err_code mark(struct db *db, int64_t event_id, struct str kind, int64_t id, struct str title,
                          int64_t part_id, size_t *marked, struct err *err)
{
    ++*marked;
    return sql_to_place_insert(db,
                               &(struct sql_to_place_insert_args){.id = db_id(db),
                                                                  .event_id = event_id,
                                                                  .object_kind = kind,
                                                                  .object_id = id,
                                                                  .title = title,
                                                                  .unit_id = part_id},
                               err);
}

enum err_code event_mark_rest(struct db *db, struct arena *arena, int64_t event_id, int64_t from_id, int64_t part_id,
                              civil_day day, const struct event_duties *duties, size_t *ret_marked, struct err *err)
{
    struct sql_event_people_all_rows people;
    struct sql_event_children_rows children;
    struct sql_event_holdings_rows holdings;
    struct event_loose_list loose = {0};
    size_t marked = 0;
    TRY(sql_event_children(db, arena, &(struct sql_event_children_args){.unit_id = from_id, .on_day = day}, &children,
                           err));
    for (size_t i = 0; i < children.count; i++) {
        bool is_seen = false; /* it may stand below it in several trees */
        for (size_t k = 0; k < i; k++)
            is_seen |= children.items[k].child_id == children.items[i].child_id;
        if (!is_seen)
            TRY(mark(db, event_id, STR("child"), children.items[i].child_id, STR_NONE, part_id, &marked, err));
    }
    TRY(sql_event_holdings(
        db, arena,
        &(struct sql_event_holdings_args){.unit_id = from_id, .object_kind = STR(""), .object_id = 0, .on_day = day},
        &holdings, err));
    for (size_t i = 0; i < holdings.count; i++) {
        bool is_seen = false; /* operator and owner */
        for (size_t k = 0; k < i; k++)
            is_seen |= holdings.items[k].id == holdings.items[i].id;
        if (!is_seen)
            TRY(mark(db, event_id, holdings.items[i].object_kind, holdings.items[i].id, STR_NONE, part_id, &marked,
                     err));
    }
    TRY(sql_event_people_all(db, arena, &(struct sql_event_people_all_args){.unit_id = from_id, .on_day = day}, &people,
                             err));
    for (size_t i = 0; i < people.count; i++)
        TRY(mark(db, event_id, STR("person"), people.items[i].person_id, STR_NONE, part_id, &marked, err));
    if (duties && duties->loose)
        TRY(duties->loose(db, from_id, arena, &loose, err));
    for (size_t i = 0; i < loose.items.count; i++)
        TRY(mark(db, event_id, loose.items.items[i].kind, loose.items.items[i].id, loose.items.items[i].title, part_id,
                 &marked, err));
    *ret_marked = marked;
    return ERR_NONE;
}

/* --- placing --- */

struct placing {
    const struct actor *actor;
    const struct event_duties *duties;
    int64_t id;
    int64_t to_id;
    struct event_placed done;
};

static enum err_code move_one(struct db *db, struct arena *arena, const struct placing *p, struct str kind, int64_t id,
                              const struct event_step *step, struct err *err)
{
    size_t moved = 0;
    if (str_equal(kind, STR("person")))
        return event_move_person(db, arena, id, step, err);
    if (str_equal(kind, STR("child")))
        return event_move_child(db, arena, p->actor, id, step, err);
    if (str_equal(kind, STR("system"))) {
        TRY(event_move_system(db, arena, id, step, err));
        TRY(event_note_duties(db, arena, p->duties, id, step, err));
        if (p->duties && p->duties->move_system)
            TRY(p->duties->move_system(db, step, id, &moved, err));
    } else if (str_equal(kind, STR("site")))
        TRY(event_move_site(db, arena, id, step, err));
    else {
        if (str_equal(kind, STR("assignment")))
            TRY(event_note_duty(db, id, step, err));
        return p->duties && p->duties->place ? p->duties->place(db, step, kind, id, err) : ERR_NONE;
    }
    return p->duties && p->duties->follow ? p->duties->follow(db, step, err) : ERR_NONE;
}

static enum err_code place_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct placing *p = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct sql_to_place_get_row *row = NULL;
    struct sql_event_part_row *part = NULL;
    TRY(sql_to_place_get(db, &arena, &(struct sql_to_place_get_args){.id = p->id}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "không có mục chờ phân giao này");
    TRY(access_require(db, p->actor, RIGHT_ORG_ADMIN, row->unit_id, "place what a split left", err));
    if (row->placed_ms.has)
        return err_set(err, ERR_CONFLICT, "mục này đã được phân giao");
    TRY(sql_event_part(db, &arena, &(struct sql_event_part_args){.event_id = row->event_id, .unit_id = p->to_id}, &part,
                       err));
    if (!part || part->n == 0)
        return err_set(err, ERR_SYNTAX, "chỉ phân giao cho một trong các đơn vị mới của lần chia tách này");
    TRY(access_require(db, p->actor, RIGHT_ORG_ADMIN, p->to_id, "hand things over to this unit", err));
    civil_day today = db_today(db), day = row->on_day > today ? (civil_day)row->on_day : today;
    struct event_step step = {row->event_id, row->unit_id, p->to_id, day, p->actor->person_id, false};
    if (p->to_id != row->unit_id)
        TRY(move_one(db, &arena, p, row->object_kind, row->object_id, &step, err));
    int64_t changes = 0;
    TRY(sql_to_place_set(db,
                         &(struct sql_to_place_set_args){.id = row->id,
                                                         .placed_unit_id = p->to_id,
                                                         .placed_day = day,
                                                         .placed_ms = db_now_ms(db),
                                                         .placed_by = {p->actor->person_id != 0, p->actor->person_id}},
                         &changes, err));
    if (changes != 1)
        return err_set(err, ERR_CONFLICT, "mục này đã được phân giao");
    p->done = (struct event_placed){row->event_id, row->unit_id};
    struct str content = arena_printf(
        &arena, "{\"event\":\"%lld\",\"kind\":\"%.*s\",\"object\":\"%lld\",\"from_unit\":\"%lld\"}",
        (long long)row->event_id, STR_ARG(row->object_kind), (long long)row->object_id, (long long)row->unit_id);
    if (str_is_null(content))
        return arena_full(&arena, err);
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_AUDIT,
                                             .kind = "unit_event_placed",
                                             .object_kind = "unit_event",
                                             .object_id = row->event_id,
                                             .unit_id = p->to_id,
                                             .actor_id = p->actor->person_id,
                                             .content = content},
                        NULL, err);
}

enum err_code event_place(struct db *db, const struct actor *actor, int64_t to_place_id, int64_t to_unit_id,
                          const struct event_duties *duties, struct event_placed *ret_placed, struct err *err)
{
    struct placing p = {.actor = actor, .duties = duties, .id = to_place_id, .to_id = to_unit_id};
    TRY(db_transact(db, place_in_transaction, &p, err));
    *ret_placed = p.done;
    return ERR_NONE;
}
