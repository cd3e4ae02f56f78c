#include "know/know.h"
#include "org/access.h"
#include "org/event.sql.h"
#include "org/event_move.h"
#include "org/event_undo.sql.h"
#include "org/person.sql.h"
#include "org/sample.sql.h"
#include "org/unit.sql.h"
#include "proof/chain.h"

struct undoing {
    const struct actor *actor;
    const struct event_duties *duties;
    struct str reason;
    int64_t event_id;
    struct sql_event_raw_row *event;
    civil_day day; /* from which on it is reversed */
    int64_t undo_id;
};

static enum err_code changed_since(struct err *err)
{
    return err_set(err, ERR_CONFLICT, "đã có thay đổi sau sự kiện này, không hoàn tác được nữa");
}

static struct event_step step_back(const struct undoing *u, int64_t now_at_id, int64_t back_to_id)
{
    return (struct event_step){u->undo_id, now_at_id, back_to_id, u->day, u->actor->person_id, false};
}

/* --- units themselves --- */

static enum err_code fact_before(struct db *db, struct arena *arena, const struct undoing *u, int64_t unit_id,
                                 struct unit_fact *ret_fact, struct err *err)
{
    struct sql_fact_before_row *f = NULL;
    TRY(sql_fact_before(
        db, arena, &(struct sql_fact_before_args){.unit_id = unit_id, .on_day = (civil_day)u->event->on_day}, &f, err));
    if (!f)
        return changed_since(err);
    *ret_fact = (struct unit_fact){.kind = f->kind,
                                   .name = f->name,
                                   .code = f->code,
                                   .symbol = f->symbol,
                                   .address = f->address,
                                   .domain = f->domain,
                                   .phone = f->phone,
                                   .email = f->email,
                                   .sector = f->sector};
    return ERR_NONE;
}

static enum err_code parents_back(struct db *db, struct arena *arena, const struct undoing *u, int64_t unit_id,
                                  struct err *err)
{
    struct sql_edges_before_rows edges;
    TRY(sql_edges_before(db, arena, &(struct sql_edges_before_args){.child_id = unit_id, .on_day = u->event->on_day},
                         &edges, err));
    for (size_t i = 0; i < edges.count; i++)
        TRY(unit_set_parent(db, u->actor, unit_id, edges.items[i].edge_kind, edges.items[i].parent_id, u->day,
                            u->undo_id, err));
    return ERR_NONE;
}

/* Who asks must be allowed where the unit comes back to, before it is there to be asked about. */
static enum err_code revive(struct db *db, struct arena *arena, const struct undoing *u, int64_t unit_id,
                            struct err *err)
{
    struct sql_fact_last_day_row *last = NULL;
    struct sql_edges_before_rows edges;
    struct unit_fact fact;
    TRY(sql_fact_last_day(db, arena, &(struct sql_fact_last_day_args){.unit_id = unit_id}, &last, err));
    if (!last || !last->to_day.has || last->to_day.v == CIVIL_FOREVER) /* it went on */
        return ERR_NONE;
    TRY(sql_edges_before(db, arena, &(struct sql_edges_before_args){.child_id = unit_id, .on_day = u->event->on_day},
                         &edges, err));
    if (edges.count == 0 && !u->actor->all)
        return err_set(err, ERR_DENIED, "only the system itself brings back a unit below nobody");
    for (size_t i = 0; i < edges.count; i++)
        TRY(access_require(db, u->actor, RIGHT_ORG_ADMIN, edges.items[i].parent_id, "bring back a unit below this one",
                           err));
    TRY(fact_before(db, arena, u, unit_id, &fact, err));
    TRY(unit_revive(db, u->actor, unit_id, &fact, u->day, u->undo_id, err));
    struct actor system = actor_system(u->actor->day); /* allowed just now */
    system.person_id = u->actor->person_id;
    struct undoing as_system = *u;
    as_system.actor = &system;
    return parents_back(db, arena, &as_system, unit_id, err);
}

/* --- what it moved --- */

static enum err_code child_back(struct db *db, struct arena *arena, const struct undoing *u,
                                const struct sql_event_items_row *i, struct err *err)
{
    struct sql_unit_edge_on_row *edge = NULL;
    TRY(sql_unit_edge_on(
        db, arena,
        &(struct sql_unit_edge_on_args){.child_id = i->object_id, .edge_kind = i->edge_kind, .on_day = u->day}, &edge,
        err));
    if ((edge ? edge->parent_id : 0) != i->to_unit_id)
        return changed_since(err);
    return unit_set_parent(db, u->actor, i->object_id, i->edge_kind, i->from_unit_id, u->day, u->undo_id, err);
}

static enum err_code person_back(struct db *db, struct arena *arena, const struct undoing *u,
                                 const struct sql_event_items_row *i, struct err *err)
{
    int64_t changes = 0;
    struct sql_person_works_row *works = NULL;
    TRY(sql_person_works(
        db, arena,
        &(struct sql_person_works_args){.person_id = i->object_id, .unit_id = i->to_unit_id, .on_day = u->day}, &works,
        err));
    if (!works || works->n == 0) /* left since: that stays */
        return ERR_NONE;
    TRY(sql_person_unit_end(
        db, &(struct sql_person_unit_end_args){.person_id = i->object_id, .unit_id = i->to_unit_id, .day = u->day},
        &changes, err));
    return sql_person_unit_insert(
        db,
        &(struct sql_person_unit_insert_args){
            .id = db_id(db), .person_id = i->object_id, .unit_id = i->from_unit_id, .from_day = u->day},
        err);
}

static enum err_code grant_back(struct db *db, struct arena *arena, const struct undoing *u,
                                const struct sql_event_items_row *i, struct err *err)
{
    int64_t changes = 0, first = 0;
    struct sql_grant_rows_rows rows;
    if (i->new_id)
        TRY(sql_grant_close(db, &(struct sql_grant_close_args){.id = i->new_id, .day = u->day}, &changes, err));
    if (i->new_id && changes == 0) /* taken away since: that stays */
        return ERR_NONE;
    TRY(sql_grant_rows(db, arena, &(struct sql_grant_rows_args){.id = i->object_id}, &rows, err));
    for (size_t k = 0; k < rows.count && i->until_day > u->day; k++) {
        const struct sql_grant_rows_row *g = &rows.items[k];
        int64_t id = db_id(db);
        TRY(sql_grant_insert(db,
                             &(struct sql_grant_insert_args){.id = id,
                                                             .person_id = g->person_id,
                                                             .role = g->role,
                                                             .unit_id = i->from_unit_id,
                                                             .edge_kind = g->edge_kind,
                                                             .rights = g->rights,
                                                             .from_day = u->day,
                                                             .to_day = i->until_day,
                                                             .basis = g->basis,
                                                             .granted_by = g->granted_by,
                                                             .granted_ms = db_now_ms(db),
                                                             .pair_id = {g->pair_id.has, first},
                                                             .needs_factor = g->needs_factor},
                             err));
        first = first ? first : id;
    }
    return ERR_NONE;
}

static enum err_code function_back(struct db *db, struct arena *arena, const struct undoing *u,
                                   const struct sql_event_items_row *i, struct err *err)
{
    int64_t changes = 0;
    struct sql_function_get_row *f = NULL;
    if (i->new_id)
        TRY(sql_unit_function_close(db, &(struct sql_unit_function_close_args){.id = i->new_id, .day = u->day},
                                    &changes, err));
    if (i->new_id && changes == 0)
        return changed_since(err);
    TRY(sql_function_get(db, arena, &(struct sql_function_get_args){.id = i->object_id}, &f, err));
    return f ? sql_unit_function_insert(db,
                                        &(struct sql_unit_function_insert_args){.id = db_id(db),
                                                                                .unit_id = f->unit_id,
                                                                                .area_unit_id = f->area_unit_id,
                                                                                .function = f->function,
                                                                                .from_day = u->day,
                                                                                .basis = f->basis,
                                                                                .event_id = OPT_I64(u->undo_id)},
                                        err)
             : ERR_NONE;
}

static enum err_code member_back(struct db *db, struct arena *arena, const struct undoing *u,
                                 const struct sql_event_items_row *i, struct err *err)
{
    struct sql_member_get_row *now = NULL, *was = NULL;
    TRY(sql_member_get(db, arena, &(struct sql_member_get_args){.id = i->new_id}, &now, err));
    TRY(sql_member_get(db, arena, &(struct sql_member_get_args){.id = i->object_id}, &was, err));
    if (!now || !was || now->to_day <= u->day)
        return ERR_NONE;
    TRY(sql_unit_member_close(db, &(struct sql_unit_member_close_args){.id = i->new_id, .day = u->day}, err));
    return sql_unit_member_insert(db,
                                  &(struct sql_unit_member_insert_args){.id = db_id(db),
                                                                        .unit_id = was->unit_id,
                                                                        .membership = was->membership,
                                                                        .from_day = u->day,
                                                                        .basis = was->basis},
                                  err);
}

static enum err_code items_back(struct db *db, struct arena *arena, const struct undoing *u, struct err *err)
{
    static const struct {
        struct str kind;
        enum err_code (*back)(struct db *db, struct arena *arena, const struct undoing *u,
                              const struct sql_event_items_row *i, struct err *err);
    } ways[] = {{STR_INIT("child"), child_back},
                {STR_INIT("person"), person_back},
                {STR_INIT("grant"), grant_back},
                {STR_INIT("function"), function_back},
                {STR_INIT("member"), member_back}};
    struct sql_event_items_rows items;
    TRY(sql_event_items(db, arena, &(struct sql_event_items_args){.event_id = u->event_id}, &items, err));
    for (size_t n = 0; n < items.count; n++) {
        const struct sql_event_items_row *i = &items.items[n];
        for (size_t k = 0; k < ARRAY_LEN(ways); k++)
            if (str_equal(ways[k].kind, i->object_kind))
                TRY(ways[k].back(db, arena, u, i, err));
        struct event_step step = step_back(u, i->to_unit_id, i->from_unit_id);
        if (str_equal(i->object_kind, STR("assignment")) && u->duties && u->duties->place)
            TRY(u->duties->place(db, &step, i->object_kind, i->object_id, err));
    }
    return ERR_NONE;
}

static enum err_code holdings_back(struct db *db, struct arena *arena, const struct undoing *u, struct err *err)
{
    struct sql_event_handovers_rows rows;
    TRY(sql_event_handovers(db, arena, &(struct sql_event_handovers_args){.event_id = u->event_id}, &rows, err));
    for (size_t n = 0; n < rows.count; n++) {
        const struct sql_event_handovers_row *h = &rows.items[n];
        struct event_step step = step_back(u, h->to_unit_id, h->from_unit_id);
        if (str_equal(h->object_kind, STR("finding")))
            continue;
        struct sql_holding_stands_row *stands = NULL;
        TRY(sql_holding_stands(db, arena,
                               &(struct sql_holding_stands_args){
                                   .object_kind = h->object_kind, .object_id = h->object_id, .unit_id = h->to_unit_id},
                               &stands, err));
        /* A system that the unit owned and operated has two rows and went back with the first. */
        if (stands && stands->n && str_equal(h->object_kind, STR("site")))
            TRY(event_move_site(db, arena, h->object_id, &step, err));
        else if (stands && stands->n)
            TRY(event_move_system(db, arena, h->object_id, &step, err));
        if (u->duties && u->duties->follow)
            TRY(u->duties->follow(db, &step, err));
    }
    for (size_t n = 0; n < rows.count && u->duties && u->duties->place; n++) {
        const struct sql_event_handovers_row *h = &rows.items[n];
        struct event_step step = step_back(u, h->to_unit_id, h->from_unit_id);
        if (str_equal(h->object_kind, STR("finding")))
            TRY(u->duties->place(db, &step, h->object_kind, h->object_id, err));
    }
    return ERR_NONE;
}

/* --- the whole --- */

/* A unit that the event made has nothing of its own by now, or somebody built on it. */
static enum err_code end_founded(struct db *db, struct arena *arena, const struct undoing *u, int64_t unit_id,
                                 struct err *err)
{
    struct sql_event_counts_row *n = NULL;
    int64_t open = 0;
    TRY(sql_event_counts(db, arena, &(struct sql_event_counts_args){.unit_id = unit_id, .on_day = u->day}, &n, err));
    if (u->duties && u->duties->count)
        TRY(u->duties->count(u->duties->ctx, db, unit_id, &open, err));
    int64_t own = n ? n->people + n->grants + n->systems + n->sites + n->children + n->functions + open : 0;
    if (own)
        return err_set(err, ERR_CONFLICT,
                       "đơn vị mới đã có %lld mục của riêng mình (người, hệ thống, nhiệm vụ…): chuyển đi trước",
                       (long long)own);
    if (u->duties && u->duties->built_on)
        TRY(u->duties->built_on(db, u->event_id, u->event->at_ms, unit_id, err));
    return unit_end(db, u->actor, unit_id, u->day, err);
}

static enum err_code facts_back(struct db *db, struct arena *arena, const struct undoing *u, struct err *err)
{
    struct sql_event_facts_rows facts;
    bool may_found = str_equal(u->event->kind, STR("merge")) || str_equal(u->event->kind, STR("split"));
    TRY(sql_event_facts(db, arena, &(struct sql_event_facts_args){.event_id = u->event_id}, &facts, err));
    for (size_t i = 0; i < facts.count; i++) {
        struct unit_fact fact;
        if (may_found && !facts.items[i].was_there) {
            TRY(end_founded(db, arena, u, facts.items[i].unit_id, err));
            continue;
        }
        if (!facts.items[i].is_last)
            return changed_since(err);
        TRY(fact_before(db, arena, u, facts.items[i].unit_id, &fact, err));
        TRY(unit_set_fact(db, u->actor, facts.items[i].unit_id, &fact, u->day, u->undo_id, err));
    }
    return ERR_NONE;
}

static enum err_code reparent_back(struct db *db, struct arena *arena, const struct undoing *u, struct err *err)
{
    struct sql_event_edges_rows edges;
    TRY(sql_event_edges(db, arena, &(struct sql_event_edges_args){.event_id = u->event_id}, &edges, err));
    for (size_t i = 0; i < edges.count; i++) {
        struct sql_edges_before_rows before;
        int64_t parent_id = 0;
        if (!edges.items[i].is_last)
            return changed_since(err);
        TRY(sql_edges_before(
            db, arena, &(struct sql_edges_before_args){.child_id = edges.items[i].child_id, .on_day = u->event->on_day},
            &before, err));
        for (size_t k = 0; k < before.count; k++)
            if (str_equal(before.items[k].edge_kind, edges.items[i].edge_kind))
                parent_id = before.items[k].parent_id;
        TRY(unit_set_parent(db, u->actor, edges.items[i].child_id, edges.items[i].edge_kind, parent_id, u->day,
                            u->undo_id, err));
    }
    return ERR_NONE;
}

static enum err_code transfer_back(struct db *db, struct arena *arena, const struct undoing *u, struct err *err)
{
    struct sql_function_of_event_rows given;
    TRY(sql_function_of_event(db, arena,
                              &(struct sql_function_of_event_args){.event_id = u->event_id, .on_day = u->event->on_day},
                              &given, err));
    for (size_t i = 0; i < given.count; i++) {
        const struct sql_function_of_event_row *f = &given.items[i];
        int64_t changes = 0;
        if (f->to_day <= u->day || !f->before_unit_id.has)
            return changed_since(err);
        TRY(access_require(db, u->actor, RIGHT_ORG_ADMIN, f->unit_id, "take a function from this unit", err));
        TRY(access_require(db, u->actor, RIGHT_ORG_ADMIN, f->before_unit_id.v, "give this unit a function", err));
        TRY(sql_unit_function_close(db, &(struct sql_unit_function_close_args){.id = f->id, .day = u->day}, &changes,
                                    err));
        TRY(sql_unit_function_insert(db,
                                     &(struct sql_unit_function_insert_args){.id = db_id(db),
                                                                             .unit_id = f->before_unit_id.v,
                                                                             .area_unit_id = f->area_unit_id,
                                                                             .function = f->function,
                                                                             .from_day = u->day,
                                                                             .basis = u->reason,
                                                                             .event_id = OPT_I64(u->undo_id)},
                                     err));
    }
    return ERR_NONE;
}

bool event_is_unwritten(struct str kind, bool has_items)
{
    static const enum event_kind moving[] = {EVENT_MERGE, EVENT_SPLIT, EVENT_DISSOLVE};
    bool moves = false;
    for (size_t i = 0; i < ARRAY_LEN(moving); i++)
        moves = moves || str_equal(kind, str_from_cstr(event_kind_to_str(moving[i])));
    return moves && !has_items;
}

static enum err_code refuse(struct db *db, struct arena *arena, const struct undoing *u, struct err *err)
{
    struct sql_event_later_row *later = NULL;
    char day[CIVIL_TEXT_BYTES];
    if (u->event->undoes_id.has)
        return err_set(err, ERR_CONFLICT, "một lần hoàn tác không hoàn tác được: hãy ghi một sự kiện mới");
    if (u->event->is_undone)
        return err_set(err, ERR_CONFLICT, "sự kiện này đã được hoàn tác");
    if (event_is_unwritten(u->event->kind, u->event->has_items))
        return err_set(
            err, ERR_CONFLICT,
            "sự kiện này được ghi khi hệ thống chưa lưu những gì đã chuyển (người, quyền, nhiệm vụ…), nên không "
            "hoàn tác được: hãy ghi một sự kiện mới để chuyển lại");
    TRY(sql_event_later(db, arena, &(struct sql_event_later_args){.event_id = u->event_id}, &later, err));
    if (later)
        return err_set(err, ERR_CONFLICT,
                       "đã có sự kiện sau dựa trên sự kiện này (ngày %s, %.*s): hoàn tác sự kiện đó trước",
                       civil_vn((civil_day)later->on_day, day), STR_ARG(later->basis));
    return u->duties && u->duties->built_on ? u->duties->built_on(db, u->event_id, u->event->at_ms, 0, err) : ERR_NONE;
}

static enum err_code undo_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct undoing *u = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, 256u << 20);
    struct sql_event_pairs_rows pairs;
    TRY(sql_event_raw(db, &arena, &(struct sql_event_raw_args){.id = u->event_id}, &u->event, err));
    if (!u->event)
        return err_set(err, ERR_NOT_FOUND, "no such event");
    if (str_is_empty(str_trim(u->reason)))
        return err_set(err, ERR_SYNTAX, "cần ghi lý do hoàn tác");
    TRY(refuse(db, &arena, u, err));
    civil_day today = db_today(db);
    u->day = u->event->on_day > today ? (civil_day)u->event->on_day : today;
    u->undo_id = db_id(db);
    TRY(sql_unit_event_insert(
        db,
        &(struct sql_unit_event_insert_args){.id = u->undo_id,
                                             .kind = STR("undo"),
                                             .on_day = u->day,
                                             .basis = str_trim(u->reason),
                                             .note = STR_NONE,
                                             .by_person = {u->actor->person_id != 0, u->actor->person_id},
                                             .at_ms = db_now_ms(db),
                                             .undoes_id = OPT_I64(u->event_id)},
        err));
    TRY(sql_event_pairs(db, &arena, &(struct sql_event_pairs_args){.event_id = u->event_id}, &pairs, err));
    for (size_t i = 0; i < pairs.count; i++)
        TRY(access_require(db, u->actor, RIGHT_ORG_ADMIN, pairs.items[i].to_unit_id, "undo what this unit was given",
                           err));
    for (size_t i = 0; i < pairs.count; i++)
        if (i == 0 || pairs.items[i].from_unit_id != pairs.items[i - 1].from_unit_id)
            TRY(revive(db, &arena, u, pairs.items[i].from_unit_id, err));
    if (pairs.count == 0 && str_equal(u->event->kind, STR("reparent")))
        TRY(reparent_back(db, &arena, u, err));
    if (str_equal(u->event->kind, STR("transfer_function")))
        TRY(transfer_back(db, &arena, u, err));
    TRY(items_back(db, &arena, u, err));
    TRY(holdings_back(db, &arena, u, err));
    TRY(facts_back(db, &arena, u, err));
    struct str content = arena_printf(&arena, "{\"event\":\"%lld\"}", (long long)u->event_id);
    if (str_is_null(content))
        return arena_full(&arena, err);
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_AUDIT,
                                             .kind = "unit_event_undone",
                                             .object_kind = "unit_event",
                                             .object_id = u->undo_id,
                                             .unit_id = u->event->unit_id.v,
                                             .actor_id = u->actor->person_id,
                                             .content = content},
                        NULL, err);
}

enum err_code event_undo(struct db *db, const struct actor *actor, int64_t event_id, struct str reason,
                         const struct event_duties *duties, int64_t *ret_undo_id, struct err *err)
{
    struct undoing u = {.actor = actor, .duties = duties, .reason = reason, .event_id = event_id};
    TRY(db_transact(db, undo_in_transaction, &u, err));
    *ret_undo_id = u.undo_id;
    return ERR_NONE;
}
