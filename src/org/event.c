#include "org/event.h"

#include <stdio.h>

#include "know/know.h"
#include "org/access.h"
#include "org/event.sql.h"
#include "org/event_move.h"
#include "org/event_undo.sql.h"
#include "org/person.sql.h"
#include "org/sample.sql.h"
#include "org/unit.sql.h"
#include "proof/chain.h"

#define EVENT_ARENA_BYTES (64u << 20)

static const char *const kind_names[EVENT_KIND_COUNT] = {"merge",    "split",    "rename",
                                                         "reparent", "dissolve", "transfer_function"};

const char *event_kind_to_str(enum event_kind kind)
{
    return kind_names[kind];
}
bool event_kind_from_str(struct str text, enum event_kind *ret_kind)
{
    for (int i = 0; i < EVENT_KIND_COUNT; i++)
        if (str_equal(text, str_from_cstr(kind_names[i]))) {
            *ret_kind = (enum event_kind)i;
            return true;
        }
    return false;
}

static enum err_code check_plan(const struct event_plan *p, struct err *err)
{
    if (str_is_empty(str_trim(p->basis)))
        return err_set(err, ERR_SYNTAX, "cần ghi căn cứ (quyết định, nghị quyết)");
    if (p->from_count == 0)
        return err_set(err, ERR_SYNTAX, "chưa chọn đơn vị");
    for (size_t i = 0; i < p->from_count; i++)
        if (p->kind != EVENT_SPLIT && p->from_ids[i] == p->to_id)
            return err_set(err, ERR_SYNTAX, "một đơn vị không thể kế thừa chính nó: chỉ chọn các đơn vị kết thúc");
    switch (p->kind) {
    case EVENT_MERGE:
        if (!p->to_id && !p->new_fact)
            return err_set(err, ERR_SYNTAX, "hợp nhất cần đơn vị kế thừa, hoặc tên của đơn vị mới");
        return ERR_NONE;
    case EVENT_SPLIT:
        if (p->from_count != 1 || p->part_count == 0 || p->part_count > EVENT_PARTS_MAX)
            return err_set(err, ERR_SYNTAX, "chia tách một đơn vị thành 1 đến %u đơn vị mới", EVENT_PARTS_MAX);
        for (size_t i = 0; i < p->move_count; i++)
            if (p->moves[i].part >= p->part_count)
                return err_set(err, ERR_SYNTAX, "không có đơn vị mới số %zu", p->moves[i].part + 1);
        return ERR_NONE;
    case EVENT_RENAME:
        return p->new_fact && p->from_count == 1 ? ERR_NONE
                                                 : err_set(err, ERR_SYNTAX, "đổi tên cần một đơn vị và tên mới");
    case EVENT_REPARENT:
        return p->parent_count ? ERR_NONE : err_set(err, ERR_SYNTAX, "cần chọn cấp trên mới");
    case EVENT_DISSOLVE:
        return p->to_id ? ERR_NONE
                        : err_set(err, ERR_SYNTAX, "giải thể cần đơn vị tiếp nhận người, hệ thống và nhiệm vụ");
    case EVENT_TRANSFER_FUNCTION:
        return p->to_id && !str_is_empty(p->function)
                   ? ERR_NONE
                   : err_set(err, ERR_SYNTAX, "chuyển chức năng cần chức năng và đơn vị tiếp nhận");
    }
    must(!"kind");
    return ERR_NONE;
}

/* --- one thing moves --- */

struct item {
    const char *kind;
    int64_t id, new_id;
    struct str edge_kind;
    int64_t until_day;
};

/* So that it can be moved back. */
static enum err_code note_item(struct db *db, const struct event_step *step, struct item item, struct err *err)
{
    return sql_event_item_insert(
        db,
        &(struct sql_event_item_insert_args){.id = db_id(db),
                                             .event_id = step->event_id,
                                             .object_kind = str_from_cstr(item.kind),
                                             .object_id = item.id,
                                             .new_id = item.new_id,
                                             .edge_kind = str_is_null(item.edge_kind) ? STR("") : item.edge_kind,
                                             .from_unit_id = step->from_id,
                                             .to_unit_id = step->to_id,
                                             .until_day = item.until_day},
        err);
}

static enum err_code move_person(struct db *db, struct arena *arena, int64_t person_id, const struct event_step *step,
                                 struct err *err)
{
    int64_t changes = 0, from_id = step->from_id, to_id = step->to_id;
    civil_day day = step->day;
    TRY(note_item(db, step, (struct item){.kind = "person", .id = person_id}, err));
    TRY(sql_person_unit_end(
        db, &(struct sql_person_unit_end_args){.person_id = person_id, .unit_id = from_id, .day = day}, &changes, err));
    struct sql_person_unit_on_row *there = NULL;
    TRY(sql_person_unit_on(db, arena,
                           &(struct sql_person_unit_on_args){.person_id = person_id, .unit_id = to_id, .on_day = day},
                           &there, err));
    if (!there || there->n == 0)
        TRY(sql_person_unit_insert(db,
                                   &(struct sql_person_unit_insert_args){
                                       .id = db_id(db), .person_id = person_id, .unit_id = to_id, .from_day = day},
                                   err));
    return ERR_NONE;
}

/* person_id 0: everybody's. Both rows of a grant go, the second finds the first by the id the first came from. */
static enum err_code move_grants(struct db *db, struct arena *arena, int64_t person_id, const struct event_step *step,
                                 struct err *err)
{
    int64_t from_id = step->from_id, to_id = step->to_id;
    civil_day day = step->day;
    struct sql_event_grants_rows grants;
    TRY(sql_event_grants(db, arena,
                         &(struct sql_event_grants_args){.unit_id = from_id, .person_id = person_id, .on_day = day},
                         &grants, err));
    int64_t old_pair = 0, new_pair = 0;
    bool is_dropped = false;
    for (size_t i = 0; i < grants.count; i++) {
        const struct sql_event_grants_row *g = &grants.items[i];
        int64_t changes = 0, id = db_id(db);
        if (!g->pair_id.has) {
            struct sql_grant_same_row *same = NULL;
            TRY(sql_grant_close(db, &(struct sql_grant_close_args){.id = g->id, .day = day}, &changes, err));
            TRY(sql_grant_same(db, arena,
                               &(struct sql_grant_same_args){
                                   .person_id = g->person_id, .role = g->role, .unit_id = to_id, .on_day = day},
                               &same, err));
            old_pair = g->id;
            new_pair = id;
            is_dropped = same && same->n > 0;
            TRY(note_item(
                db, step,
                (struct item){.kind = "grant", .id = g->id, .new_id = is_dropped ? 0 : id, .until_day = g->to_day},
                err));
        }
        if (is_dropped && (!g->pair_id.has || g->pair_id.v == old_pair))
            continue;
        TRY(sql_grant_insert(db,
                             &(struct sql_grant_insert_args){
                                 .id = id,
                                 .person_id = g->person_id,
                                 .role = g->role,
                                 .unit_id = to_id,
                                 .edge_kind = g->edge_kind,
                                 .rights = g->rights,
                                 .from_day = g->from_day > day ? g->from_day : day,
                                 .to_day = g->to_day,
                                 .basis = g->basis,
                                 .granted_by = g->granted_by,
                                 .granted_ms = db_now_ms(db),
                                 .pair_id = {g->pair_id.has && g->pair_id.v == old_pair, new_pair},
                                 .needs_factor = g->needs_factor,
                             },
                             err));
    }
    return ERR_NONE;
}

static enum err_code move_function(struct db *db, int64_t id, int64_t new_id, int64_t unit_id, int64_t area_id,
                                   struct str function, civil_day day, struct str basis, int64_t event_id,
                                   struct err *err)
{
    int64_t changes = 0;
    TRY(sql_unit_function_close(db, &(struct sql_unit_function_close_args){.id = id, .day = day}, &changes, err));
    return sql_unit_function_insert(db,
                                    &(struct sql_unit_function_insert_args){.id = new_id,
                                                                            .unit_id = unit_id,
                                                                            .area_unit_id = area_id,
                                                                            .function = function,
                                                                            .from_day = day,
                                                                            .basis = basis,
                                                                            .event_id = OPT_I64(event_id)},
                                    err);
}

struct applying {
    const struct actor *actor;
    const struct event_plan *plan;
    const struct event_duties *duties;
    struct event_done done;
};

enum err_code event_note_duty(struct db *db, int64_t assignment_id, const struct event_step *step, struct err *err)
{
    return note_item(db, step, (struct item){.kind = "assignment", .id = assignment_id}, err);
}

enum err_code event_note_duties(struct db *db, struct arena *arena, const struct event_duties *duties,
                                int64_t system_id, const struct event_step *step, struct err *err)
{
    struct event_loose_list open = {0};
    if (!duties || !duties->open)
        return ERR_NONE;
    TRY(duties->open(db, step->from_id, system_id, arena, &open, err));
    for (size_t i = 0; i < open.items.count; i++)
        TRY(event_note_duty(db, open.items.items[i].id, step, err));
    return ERR_NONE;
}

static enum err_code move_duties(struct db *db, struct arena *arena, struct applying *a, int64_t from_id, int64_t to_id,
                                 struct err *err)
{
    size_t moved = 0;
    struct event_step step = {a->done.event_id, from_id, to_id, a->plan->on_day, a->actor->person_id, true};
    TRY(event_note_duties(db, arena, a->duties, 0, &step, err));
    if (!a->duties || !a->duties->move)
        return ERR_NONE;
    TRY(a->duties->move(a->duties->ctx, db, from_id, to_id, a->actor->person_id, &moved, err));
    a->done.duties_moved += moved;
    return ERR_NONE;
}

/* Who held what until now is written down before it goes. kind: of the one object that goes; object_id 0: all. */
static enum err_code note_handover(struct db *db, struct arena *arena, const struct event_step *step, struct str kind,
                                   int64_t object_id, struct err *err)
{
    struct sql_event_holdings_rows rows;
    TRY(sql_event_holdings(
        db, arena,
        &(struct sql_event_holdings_args){
            .unit_id = step->from_id, .object_kind = kind, .object_id = object_id, .on_day = step->day},
        &rows, err));
    for (size_t i = 0; i < rows.count; i++)
        TRY(sql_unit_handover_insert(db,
                                     &(struct sql_unit_handover_insert_args){.id = db_id(db),
                                                                             .event_id = step->event_id,
                                                                             .object_kind = rows.items[i].object_kind,
                                                                             .object_id = rows.items[i].id,
                                                                             .role = rows.items[i].role,
                                                                             .from_unit_id = step->from_id,
                                                                             .to_unit_id = step->to_id,
                                                                             .on_day = step->day},
                                     err));
    return ERR_NONE;
}

static struct event_step step_of(const struct applying *a, int64_t from_id, int64_t to_id, bool is_all)
{
    return (struct event_step){a->done.event_id, from_id, to_id, a->plan->on_day, a->actor->person_id, is_all};
}

static enum err_code follow(struct db *db, const struct applying *a, int64_t from_id, int64_t to_id, bool is_all,
                            struct err *err)
{
    struct event_step step = step_of(a, from_id, to_id, is_all);
    return a->duties && a->duties->follow ? a->duties->follow(db, &step, err) : ERR_NONE;
}

enum err_code event_move_person(struct db *db, struct arena *arena, int64_t person_id, const struct event_step *step,
                                struct err *err)
{
    TRY(move_person(db, arena, person_id, step, err));
    return move_grants(db, arena, person_id, step, err);
}

enum err_code event_move_system(struct db *db, struct arena *arena, int64_t system_id, const struct event_step *step,
                                struct err *err)
{
    TRY(note_handover(db, arena, step, STR("system"), system_id, err));
    TRY(sql_event_systems_operator(
        db,
        &(struct sql_event_systems_operator_args){
            .from_unit_id = step->from_id, .to_unit_id = step->to_id, .system_id = system_id, .on_day = step->day},
        err));
    return sql_event_systems_owner(
        db,
        &(struct sql_event_systems_owner_args){
            .from_unit_id = step->from_id, .to_unit_id = step->to_id, .system_id = system_id, .on_day = step->day},
        err);
}

enum err_code event_move_site(struct db *db, struct arena *arena, int64_t site_id, const struct event_step *step,
                              struct err *err)
{
    TRY(note_handover(db, arena, step, STR("site"), site_id, err));
    return sql_event_sites(
        db,
        &(struct sql_event_sites_args){
            .from_unit_id = step->from_id, .to_unit_id = step->to_id, .site_id = site_id, .on_day = step->day},
        err);
}

enum err_code event_move_child(struct db *db, struct arena *arena, const struct actor *actor, int64_t child_id,
                               const struct event_step *step, struct err *err)
{
    struct sql_event_children_rows children;
    TRY(sql_event_children(db, arena, &(struct sql_event_children_args){.unit_id = step->from_id, .on_day = step->day},
                           &children, err));
    for (size_t k = 0; k < children.count; k++)
        if (children.items[k].child_id == child_id) {
            TRY(note_item(db, step,
                          (struct item){.kind = "child", .id = child_id, .edge_kind = children.items[k].edge_kind},
                          err));
            TRY(unit_set_parent(db, actor, child_id, children.items[k].edge_kind, step->to_id, step->day,
                                step->event_id, err));
        }
    return ERR_NONE;
}

/* Units below: to the successor, or (children_up) to the parent the old unit had in that kind. The successor itself
 * goes up, never below itself. */
static enum err_code move_children(struct db *db, struct arena *arena, const struct applying *a, int64_t from_id,
                                   int64_t to_id, bool children_up, struct err *err)
{
    civil_day day = a->plan->on_day;
    struct sql_event_children_rows children;
    TRY(sql_event_children(db, arena, &(struct sql_event_children_args){.unit_id = from_id, .on_day = day}, &children,
                           err));
    for (size_t i = 0; i < children.count; i++) {
        int64_t parent_id = to_id;
        if (children_up || children.items[i].child_id == to_id) {
            struct sql_unit_edge_on_row *up = NULL;
            TRY(sql_unit_edge_on(db, arena,
                                 &(struct sql_unit_edge_on_args){
                                     .child_id = from_id, .edge_kind = children.items[i].edge_kind, .on_day = day},
                                 &up, err));
            parent_id = up ? up->parent_id : 0;
        }
        struct event_step step = step_of(a, from_id, parent_id, true);
        TRY(note_item(
            db, &step,
            (struct item){.kind = "child", .id = children.items[i].child_id, .edge_kind = children.items[i].edge_kind},
            err));
        TRY(unit_set_parent(db, a->actor, children.items[i].child_id, children.items[i].edge_kind, parent_id, day,
                            a->done.event_id, err));
    }
    return ERR_NONE;
}

/* Everything a unit has goes to its successor, and it ends. */
static enum err_code hand_over(struct db *db, struct arena *arena, struct applying *a, int64_t from_id, int64_t to_id,
                               bool children_up, struct err *err)
{
    civil_day day = a->plan->on_day;
    struct str basis = str_trim(a->plan->basis);
    struct event_step step = step_of(a, from_id, to_id, true);
    TRY(access_require(db, a->actor, RIGHT_ORG_ADMIN, from_id, "change this unit", err));
    TRY(access_require(db, a->actor, RIGHT_ORG_ADMIN, to_id, "hand things over to this unit", err));
    TRY(move_children(db, arena, a, from_id, to_id, children_up, err));
    struct sql_event_people_rows people;
    TRY(sql_event_people(db, arena, &(struct sql_event_people_args){.unit_id = from_id, .on_day = day}, &people, err));
    for (size_t i = 0; i < people.count; i++)
        TRY(move_person(db, arena, people.items[i].person_id, &step, err));
    TRY(move_grants(db, arena, 0, &step, err));
    TRY(note_handover(db, arena, &step, STR(""), 0, err));
    struct sql_event_systems_operator_args systems = {.from_unit_id = from_id, .to_unit_id = to_id, .on_day = day};
    TRY(sql_event_systems_operator(db, &systems, err));
    TRY(sql_event_systems_owner(
        db, &(struct sql_event_systems_owner_args){.from_unit_id = from_id, .to_unit_id = to_id, .on_day = day}, err));
    TRY(sql_event_sites(db, &(struct sql_event_sites_args){.from_unit_id = from_id, .to_unit_id = to_id, .on_day = day},
                        err));
    struct sql_event_functions_rows functions;
    TRY(sql_event_functions(db, arena, &(struct sql_event_functions_args){.unit_id = from_id, .on_day = day},
                            &functions, err));
    for (size_t i = 0; i < functions.count; i++) {
        const struct sql_event_functions_row *f = &functions.items[i];
        int64_t unit_id = f->unit_id == from_id ? to_id : f->unit_id,
                area_id = f->area_unit_id == from_id ? to_id : f->area_unit_id;
        struct sql_unit_function_holders_rows holders;
        TRY(sql_unit_function_holders(
            db, arena,
            &(struct sql_unit_function_holders_args){.function = f->function, .area_unit_id = area_id, .on_day = day},
            &holders, err));
        /* One body a function and area: where the successor's area has one already, that one stays. */
        bool has_other = false;
        for (size_t k = 0; k < holders.count; k++)
            has_other |= holders.items[k].id != f->id;
        int64_t changes = 0, new_id = has_other ? 0 : db_id(db);
        TRY(note_item(db, &step, (struct item){.kind = "function", .id = f->id, .new_id = new_id}, err));
        if (has_other)
            TRY(sql_unit_function_close(db, &(struct sql_unit_function_close_args){.id = f->id, .day = day}, &changes,
                                        err));
        else
            TRY(move_function(db, f->id, new_id, unit_id, area_id, f->function, day, basis, a->done.event_id, err));
    }
    struct sql_event_members_rows members;
    TRY(sql_event_members(db, arena, &(struct sql_event_members_args){.unit_id = from_id, .on_day = day}, &members,
                          err));
    for (size_t i = 0; i < members.count; i++) {
        TRY(sql_unit_member_close(db, &(struct sql_unit_member_close_args){.id = members.items[i].id, .day = day},
                                  err));
        int64_t new_id = db_id(db);
        TRY(note_item(db, &step, (struct item){.kind = "member", .id = members.items[i].id, .new_id = new_id}, err));
        TRY(sql_unit_member_insert(db,
                                   &(struct sql_unit_member_insert_args){.id = new_id,
                                                                         .unit_id = to_id,
                                                                         .membership = members.items[i].membership,
                                                                         .from_day = day,
                                                                         .basis = basis},
                                   err));
    }
    TRY(move_duties(db, arena, a, from_id, to_id, err));
    TRY(follow(db, a, from_id, to_id, true, err));
    TRY(unit_end(db, a->actor, from_id, day, err));
    if (a->plan->kind == EVENT_SPLIT) /* stands already, for each part */
        return ERR_NONE;
    return sql_unit_succession_insert(
        db,
        &(struct sql_unit_succession_insert_args){
            .id = db_id(db), .event_id = a->done.event_id, .from_unit_id = from_id, .to_unit_id = to_id},
        err);
}

/* What the plan leaves empty stays as it was. */
static enum err_code set_fact_over(struct db *db, struct arena *arena, const struct applying *a, int64_t unit_id,
                                   struct err *err)
{
    const struct unit_fact *n = a->plan->new_fact;
    struct sql_unit_fact_on_row *old = NULL;
    TRY(sql_unit_fact_on(db, arena, &(struct sql_unit_fact_on_args){.unit_id = unit_id, .on_day = a->plan->on_day},
                         &old, err));
    if (!old)
        return err_set(err, ERR_NOT_FOUND, "đơn vị không hoạt động vào ngày này");
#define OVER(member) str_is_empty(n->member) ? old->member : n->member
    struct unit_fact fact = {.kind = OVER(kind),
                             .name = OVER(name),
                             .code = OVER(code),
                             .symbol = OVER(symbol),
                             .address = OVER(address),
                             .domain = OVER(domain),
                             .phone = OVER(phone),
                             .email = OVER(email),
                             .sector = OVER(sector)};
#undef OVER
    return unit_set_fact(db, a->actor, unit_id, &fact, a->plan->on_day, a->done.event_id, err);
}

static enum err_code apply_split(struct db *db, struct arena *arena, struct applying *a, struct err *err)
{
    const struct event_plan *p = a->plan;
    int64_t from_id = p->from_ids[0];
    TRY(access_require(db, a->actor, RIGHT_ORG_ADMIN, from_id, "split this unit", err));
    for (size_t i = 0; i < p->part_count; i++) {
        TRY(unit_found(db, a->actor, &p->parts[i], p->parents ? p->parents : &(struct unit_parent){0}, p->parent_count,
                       p->on_day, a->done.event_id, false, &a->done.part_ids[i], err));
        TRY(sql_unit_succession_insert(db,
                                       &(struct sql_unit_succession_insert_args){.id = db_id(db),
                                                                                 .event_id = a->done.event_id,
                                                                                 .from_unit_id = from_id,
                                                                                 .to_unit_id = a->done.part_ids[i]},
                                       err));
    }
    a->done.to_id = a->done.part_ids[0];
    for (size_t i = 0; i < p->move_count; i++) {
        const struct event_move *m = &p->moves[i];
        struct event_step step = step_of(a, from_id, a->done.part_ids[m->part], false);
        size_t moved = 0;
        switch (m->item) {
        case EVENT_PERSON:
            TRY(event_move_person(db, arena, m->id, &step, err));
            break;
        case EVENT_SYSTEM:
            TRY(event_move_system(db, arena, m->id, &step, err));
            TRY(event_note_duties(db, arena, a->duties, m->id, &step, err));
            if (a->duties && a->duties->move_system)
                TRY(a->duties->move_system(db, &step, m->id, &moved, err));
            a->done.duties_moved += moved;
            break;
        case EVENT_SITE:
            TRY(event_move_site(db, arena, m->id, &step, err));
            break;
        case EVENT_CHILD:
            TRY(event_move_child(db, arena, a->actor, m->id, &step, err));
            break;
        }
    }
    for (size_t i = 0; i < p->part_count; i++)
        TRY(follow(db, a, from_id, a->done.part_ids[i], false, err));
    if (p->from_continues)
        return ERR_NONE;
    if (p->part_count > 1)
        TRY(event_mark_rest(db, arena, a->done.event_id, from_id, a->done.to_id, p->on_day, a->duties,
                            &a->done.to_place, err));
    TRY(hand_over(db, arena, a, from_id, a->done.to_id, false, err));
    return a->done.to_place && a->duties && a->duties->marked
               ? a->duties->marked(db, a->done.to_id, a->done.event_id, a->done.to_place, err)
               : ERR_NONE;
}

static enum err_code apply_transfer(struct db *db, struct arena *arena, struct applying *a, struct err *err)
{
    const struct event_plan *p = a->plan;
    size_t moved = 0;
    struct sql_unit_function_holders_rows holders;
    TRY(access_require(db, a->actor, RIGHT_ORG_ADMIN, p->to_id, "give this unit a function", err));
    TRY(sql_unit_function_holders(db, arena,
                                  &(struct sql_unit_function_holders_args){
                                      .function = p->function, .area_unit_id = p->area_id, .on_day = p->on_day},
                                  &holders, err));
    for (size_t i = 0; i < p->from_count; i++) {
        TRY(access_require(db, a->actor, RIGHT_ORG_ADMIN, p->from_ids[i], "take a function from this unit", err));
        for (size_t k = 0; k < holders.count; k++)
            if (holders.items[k].unit_id == p->from_ids[i]) {
                TRY(move_function(db, holders.items[k].id, db_id(db), p->to_id, holders.items[k].area_unit_id,
                                  p->function, p->on_day, str_trim(p->basis), a->done.event_id, err));
                moved++;
            }
    }
    return moved ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "đơn vị không giữ chức năng này vào ngày đó");
}

static enum err_code apply_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct applying *a = ctx;
    const struct event_plan *p = a->plan;
    AUTO_ARENA arena;
    arena_init(&arena, EVENT_ARENA_BYTES);
    a->done = (struct event_done){.event_id = db_id(db), .to_id = p->to_id};
    TRY(check_plan(p, err));
    TRY(sql_unit_event_insert(
        db,
        &(struct sql_unit_event_insert_args){.id = a->done.event_id,
                                             .kind = str_from_cstr(kind_names[p->kind]),
                                             .on_day = p->on_day,
                                             .basis = str_trim(p->basis),
                                             .note = str_is_empty(p->note) ? STR_NONE : p->note,
                                             .by_person = {a->actor->person_id != 0, a->actor->person_id},
                                             .at_ms = db_now_ms(db)},
        err));
    switch (p->kind) {
    case EVENT_MERGE:
        if (!p->to_id)
            TRY(unit_found(db, a->actor, p->new_fact, p->parents ? p->parents : &(struct unit_parent){0},
                           p->parent_count, p->on_day, a->done.event_id, false, &a->done.to_id, err));
        for (size_t i = 0; i < p->from_count; i++)
            TRY(hand_over(db, &arena, a, p->from_ids[i], a->done.to_id, false, err));
        if (p->to_id && p->new_fact)
            TRY(set_fact_over(db, &arena, a, p->to_id, err));
        break;
    case EVENT_DISSOLVE:
        for (size_t i = 0; i < p->from_count; i++)
            TRY(hand_over(db, &arena, a, p->from_ids[i], p->to_id, true, err));
        break;
    case EVENT_SPLIT:
        TRY(apply_split(db, &arena, a, err));
        break;
    case EVENT_RENAME:
        TRY(set_fact_over(db, &arena, a, p->from_ids[0], err));
        break;
    case EVENT_REPARENT:
        for (size_t i = 0; i < p->from_count; i++)
            for (size_t k = 0; k < p->parent_count; k++)
                TRY(unit_set_parent(db, a->actor, p->from_ids[i], p->parents[k].edge_kind, p->parents[k].parent_id,
                                    p->on_day, a->done.event_id, err));
        break;
    case EVENT_TRANSFER_FUNCTION:
        TRY(apply_transfer(db, &arena, a, err));
        break;
    }
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_AUDIT,
                                             .kind = "unit_event",
                                             .object_kind = "unit_event",
                                             .object_id = a->done.event_id,
                                             .unit_id = p->from_ids[0],
                                             .actor_id = a->actor->person_id,
                                             .content = str_trim(p->basis)},
                        NULL, err);
}

enum err_code event_apply(struct db *db, const struct actor *actor, const struct event_plan *plan,
                          const struct event_duties *duties, struct event_done *ret_done, struct err *err)
{
    struct applying a = {.actor = actor, .plan = plan, .duties = duties};
    TRY(db_transact(db, apply_in_transaction, &a, err));
    *ret_done = a.done;
    return ERR_NONE;
}

enum err_code event_preview(struct db *db, const struct actor *actor, const struct event_plan *plan,
                            const struct event_duties *duties, struct arena *arena, struct event_preview *ret_preview,
                            struct err *err)
{
    TRY(check_plan(plan, err));
    struct event_preview_row *rows = arena_new_array(arena, struct event_preview_row, plan->from_count);
    if (!rows)
        return arena_full(arena, err);
    for (size_t i = 0; i < plan->from_count; i++) {
        int64_t id = plan->from_ids[i];
        TRY(access_require(db, actor, RIGHT_ORG_ADMIN, id, "change this unit", err));
        struct sql_unit_name_on_row *name = NULL;
        struct sql_event_counts_row *n = NULL;
        TRY(sql_unit_name_on(db, arena, &(struct sql_unit_name_on_args){.unit_id = id, .on_day = plan->on_day}, &name,
                             err));
        TRY(sql_event_counts(db, arena, &(struct sql_event_counts_args){.unit_id = id, .on_day = plan->on_day}, &n,
                             err));
        if (!name || !n)
            return err_set(err, ERR_NOT_FOUND, "đơn vị không hoạt động vào ngày này");
        rows[i] = (struct event_preview_row){id,       name->name,  n->people,    n->grants, n->systems,
                                             n->sites, n->children, n->functions, -1};
        if (duties && duties->count)
            TRY(duties->count(duties->ctx, db, id, &rows[i].open_duties, err));
    }
    *ret_preview = (struct event_preview){rows, plan->from_count};
    return ERR_NONE;
}
