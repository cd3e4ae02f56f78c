/* The reform of 2025 as a scenario over event.h: which unit meets which is decided here, what then happens there. */
#include "base/viet.h"
#include "know/know.h"
#include "org/event.h"
#include "org/event.sql.h"
#include "org/unit.sql.h"

#define REFORM_ARENA_BYTES (64u << 20)

struct reform {
    const struct actor *actor;
    const struct reform_places *places;
    const struct event_duties *duties;
    struct reform_done done;
    struct arena arena;
};

static enum err_code of_kind(struct db *db, struct reform *r, struct str kind, civil_day day,
                             struct sql_units_of_kind_rows *ret_rows, struct err *err)
{
    return sql_units_of_kind(db, &r->arena, &(struct sql_units_of_kind_args){.kind = kind, .on_day = day}, ret_rows,
                             err);
}

/* The unit of a kind that answers for the same place: same parent, else same top. NULL: none. */
static const struct sql_units_of_kind_row *peer_of(const struct sql_units_of_kind_row *unit,
                                                   const struct sql_units_of_kind_rows *others)
{
    for (size_t i = 0; i < others->count; i++)
        if (others->items[i].id != unit->id && unit->parent_id && others->items[i].parent_id == unit->parent_id)
            return &others->items[i];
    for (size_t i = 0; i < others->count; i++)
        if (others->items[i].id != unit->id && others->items[i].top_id == unit->top_id)
            return &others->items[i];
    return others->count == 1 && unit->parent_id == 0 && others->items[0].id != unit->id ? &others->items[0] : NULL;
}

static enum err_code apply(struct db *db, struct reform *r, const struct event_plan *plan, struct err *err)
{
    struct event_done done;
    TRY(event_apply(db, r->actor, plan, r->duties, &done, err));
    r->done.event_count++;
    return ERR_NONE;
}

static struct event_plan plan_of(const struct know_reform_event *e, enum event_kind kind, const int64_t *from_id,
                                 int64_t to_id)
{
    const struct know_instrument *law = know_instrument_find(e->basis);
    return (struct event_plan){.kind = kind,
                               .on_day = e->on_day,
                               .basis = law ? law->number : e->basis,
                               .note = e->title.vi,
                               .from_ids = from_id,
                               .from_count = 1,
                               .to_id = to_id};
}

static enum err_code reform_function(struct db *db, struct reform *r, const struct know_reform_event *e,
                                     struct err *err)
{
    struct sql_unit_function_holders_rows holders;
    struct sql_units_of_kind_rows from, to;
    TRY(sql_unit_function_holders(
        db, &r->arena, &(struct sql_unit_function_holders_args){.function = e->function, .on_day = e->on_day}, &holders,
        err));
    TRY(of_kind(db, r, e->from_kind, e->on_day, &from, err));
    TRY(of_kind(db, r, e->to_kind, e->on_day, &to, err));
    for (size_t i = 0; i < holders.count; i++) {
        const struct sql_units_of_kind_row *unit = NULL;
        for (size_t k = 0; k < from.count; k++)
            if (from.items[k].id == holders.items[i].unit_id)
                unit = &from.items[k];
        if (!unit)
            continue;
        const struct sql_units_of_kind_row *peer = peer_of(unit, &to);
        if (!peer) {
            r->done.unmatched_count++;
            continue;
        }
        struct event_plan plan = plan_of(e, EVENT_TRANSFER_FUNCTION, &unit->id, peer->id);
        plan.function = e->function;
        plan.area_id = holders.items[i].area_unit_id;
        TRY(apply(db, r, &plan, err));
        r->done.function_count++;
    }
    return ERR_NONE;
}

/* "Sở Tài nguyên và Môi trường tỉnh Trúc Lâm" of one kind becomes "Sở Nông nghiệp và Môi trường tỉnh Trúc Lâm" of the
 * other. */
static enum err_code become(struct db *db, struct reform *r, const struct know_reform_event *e,
                            const struct sql_units_of_kind_row *unit, struct err *err)
{
    const struct know_org_kind *old = know_org_kind_find(e->from_kind), *fresh = know_org_kind_find(e->to_kind);
    must(old && fresh); /* the generator has checked both */
    struct str rest = str_starts_with(unit->name, old->title.vi)
                          ? str_slice(unit->name, old->title.vi.len_bytes, unit->name.len_bytes)
                          : STR("");
    struct unit_fact fact = {.kind = fresh->id,
                             .name = arena_printf(&r->arena, "%.*s%.*s", STR_ARG(fresh->title.vi), STR_ARG(rest))};
    if (str_is_null(fact.name))
        return arena_full(&r->arena, err);
    struct event_plan plan = plan_of(e, EVENT_RENAME, &unit->id, 0);
    plan.new_fact = &fact;
    return apply(db, r, &plan, err);
}

static enum err_code reform_merge_kinds(struct db *db, struct reform *r, const struct know_reform_event *e,
                                        struct err *err)
{
    struct sql_units_of_kind_rows from, to;
    TRY(of_kind(db, r, e->from_kind, e->on_day, &from, err));
    for (size_t i = 0; i < from.count; i++) {
        TRY(of_kind(db, r, e->to_kind, e->on_day, &to, err));
        const struct sql_units_of_kind_row *peer = peer_of(&from.items[i], &to);
        if (!peer) {
            TRY(become(db, r, e, &from.items[i], err));
            continue;
        }
        struct event_plan plan = plan_of(e, EVENT_MERGE, &from.items[i].id, peer->id);
        TRY(apply(db, r, &plan, err));
        r->done.ended_count++;
    }
    return ERR_NONE;
}

/* Does the committee's name end with the province's? "Ủy ban nhân dân tỉnh Phú Yên" is of "Phú Yên". */
static bool is_of(struct reform *r, struct str name, struct str province)
{
    struct str a = viet_search_key(&r->arena, name), b = viet_search_key(&r->arena, province);
    return !str_is_null(a) && !str_is_null(b) && str_ends_with(a, b) &&
           (a.len_bytes == b.len_bytes || a.ptr[a.len_bytes - b.len_bytes - 1] == ' ');
}

static struct str without_place(struct str name, struct str place)
{
    name = str_trim(name);
    if (str_ends_with(name, place))
        name = str_trim(str_slice(name, 0, name.len_bytes - place.len_bytes));
    static const struct str words[] = {STR_INIT("tỉnh"), STR_INIT("thành phố")};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_ends_with(name, words[i]))
            name = str_trim(str_slice(name, 0, name.len_bytes - words[i].len_bytes));
    return name;
}

/* Bodies of a province that has only one of each: they merge with those of the province it goes into. */
static enum err_code merge_bodies(struct db *db, struct reform *r, const struct know_reform_event *e, int64_t old_id,
                                  struct str old_name, int64_t new_id, struct str new_name, struct err *err)
{
    struct sql_units_right_below_rows ours, theirs;
    TRY(sql_units_right_below(
        db, &r->arena, &(struct sql_units_right_below_args){.unit_id = old_id, .on_day = e->on_day}, &ours, err));
    TRY(sql_units_right_below(
        db, &r->arena, &(struct sql_units_right_below_args){.unit_id = new_id, .on_day = e->on_day}, &theirs, err));
    for (size_t i = 0; i < ours.count; i++) {
        const struct know_org_kind *kind = know_org_kind_find(ours.items[i].kind);
        bool is_body = kind && kind->tier <= 2 && !str_equal(kind->id, STR("district_legacy")) &&
                       (str_equal(kind->group, STR("department")) || str_equal(kind->group, STR("force")) ||
                        str_equal(kind->group, STR("committee")));
        for (size_t k = 0; is_body && k < theirs.count; k++) {
            if (!str_equal(theirs.items[k].kind, ours.items[i].kind))
                continue;
            if (str_equal(kind->id, STR("department")) &&
                !viet_equal_folded(without_place(ours.items[i].name, old_name),
                                   without_place(theirs.items[k].name, new_name)))
                continue;
            struct event_plan plan = plan_of(e, EVENT_MERGE, &ours.items[i].id, theirs.items[k].id);
            TRY(apply(db, r, &plan, err));
            r->done.ended_count++;
            break;
        }
    }
    return ERR_NONE;
}

static const struct sql_units_of_kind_row *
committee_of(struct reform *r, const struct sql_units_of_kind_rows *committees, struct str province)
{
    for (size_t i = 0; i < committees->count; i++)
        if (is_of(r, committees->items[i].name, province))
            return &committees->items[i];
    return NULL;
}

static enum err_code reform_provinces(struct db *db, struct reform *r, const struct know_reform_event *e,
                                      struct err *err)
{
    struct sql_units_of_kind_rows committees;
    TRY(of_kind(db, r, e->from_kind, e->on_day, &committees, err));
    for (size_t p = 0; p < know_province_count; p++) {
        const struct know_province *province = &know_provinces[p];
        struct str own = STR_NONE;
        for (size_t m = 0; m < province->merged.count; m++)
            if (is_of(r, province->title.vi, province->merged.items[m]))
                own = province->merged.items[m];
        const struct sql_units_of_kind_row *heir = str_is_null(own) ? NULL : committee_of(r, &committees, own);
        for (size_t m = 0; heir && m < province->merged.count; m++) {
            if (str_equal(province->merged.items[m], own))
                continue;
            const struct sql_units_of_kind_row *old = committee_of(r, &committees, province->merged.items[m]);
            if (!old)
                continue;
            TRY(merge_bodies(db, r, e, old->id, province->merged.items[m], heir->id, own, err));
            struct event_plan plan = plan_of(e, EVENT_MERGE, &old->id, heir->id);
            TRY(apply(db, r, &plan, err));
            r->done.ended_count++;
        }
    }
    return ERR_NONE;
}

static enum err_code right_below_of_kind(struct db *db, struct reform *r, int64_t unit_id, struct str kind,
                                         civil_day day, int64_t **ret_ids, size_t *ret_count, struct err *err)
{
    struct sql_units_right_below_rows below;
    TRY(sql_units_right_below(db, &r->arena, &(struct sql_units_right_below_args){.unit_id = unit_id, .on_day = day},
                              &below, err));
    int64_t *ids = arena_new_array(&r->arena, int64_t, below.count + 1);
    size_t count = 0;
    if (!ids)
        return arena_full(&r->arena, err);
    for (size_t i = 0; i < below.count; i++)
        if (str_equal(below.items[i].kind, kind))
            ids[count++] = below.items[i].id;
    *ret_ids = ids;
    *ret_count = count;
    return ERR_NONE;
}

/* The district a unit stands below on the day before, through its education office or not; 0: none. */
static enum err_code district_of(struct db *db, struct reform *r, int64_t unit_id, civil_day day,
                                 int64_t *ret_district_id, struct err *err)
{
    int64_t at = unit_id;
    for (int step = 0; step < 8 && at; step++) {
        struct sql_unit_name_on_row *fact = NULL;
        struct sql_unit_edge_on_row *up = NULL;
        TRY(sql_unit_name_on(db, &r->arena, &(struct sql_unit_name_on_args){.unit_id = at, .on_day = day}, &fact, err));
        if (fact && str_equal(fact->kind, STR("district_legacy"))) {
            *ret_district_id = at;
            return ERR_NONE;
        }
        TRY(sql_unit_edge_on(
            db, &r->arena,
            &(struct sql_unit_edge_on_args){.child_id = at, .edge_kind = EDGE_ADMINISTRATIVE, .on_day = day}, &up,
            err));
        at = up ? up->parent_id : 0;
    }
    *ret_district_id = 0;
    return ERR_NONE;
}

static enum err_code reform_reparent(struct db *db, struct reform *r, const struct know_reform_event *e,
                                     struct err *err)
{
    struct sql_units_of_kind_rows units, to;
    TRY(of_kind(db, r, e->from_kind, e->on_day, &units, err));
    TRY(of_kind(db, r, e->to_kind, e->on_day, &to, err));
    for (size_t i = 0; i < units.count; i++) {
        const struct sql_units_of_kind_row *unit = &units.items[i];
        int64_t district_id = 0, *communes = NULL, new_parent = 0;
        size_t commune_count = 0;
        TRY(district_of(db, r, unit->id, e->on_day, &district_id, err));
        if (!district_id)
            continue; /* it stands where it belongs */
        if (r->places && r->places->commune_of)
            new_parent = r->places->commune_of(r->places->ctx, unit->id);
        if (!new_parent && str_equal(e->to_kind, STR("commune"))) {
            TRY(right_below_of_kind(db, r, district_id, e->to_kind, e->on_day, &communes, &commune_count, err));
            new_parent = commune_count ? communes[i % commune_count] : 0;
        } else if (!new_parent) {
            const struct sql_units_of_kind_row *peer = peer_of(unit, &to);
            new_parent = peer ? peer->id : 0;
        }
        if (!new_parent) {
            r->done.unmatched_count++;
            continue;
        }
        struct unit_parent parent = {str_is_empty(e->edge_kind) ? EDGE_ADMINISTRATIVE : e->edge_kind, new_parent};
        struct event_plan plan = plan_of(e, EVENT_REPARENT, &unit->id, 0);
        plan.parents = &parent;
        plan.parent_count = 1;
        TRY(apply(db, r, &plan, err));
        r->done.moved_count++;
    }
    return ERR_NONE;
}

/* People, systems and duties of a district go to its first commune, those of its education office as well; what stood
 * below goes up. */
static enum err_code reform_dissolve(struct db *db, struct reform *r, const struct know_reform_event *e,
                                     struct err *err)
{
    struct sql_units_of_kind_rows units;
    TRY(of_kind(db, r, e->from_kind, e->on_day, &units, err));
    for (size_t i = 0; i < units.count; i++) {
        int64_t district_id = 0, *communes = NULL;
        size_t commune_count = 0;
        TRY(district_of(db, r, units.items[i].id, e->on_day, &district_id, err));
        if (district_id)
            TRY(right_below_of_kind(db, r, district_id, e->to_kind, e->on_day, &communes, &commune_count, err));
        if (!commune_count) {
            r->done.unmatched_count++;
            continue;
        }
        struct event_plan plan = plan_of(e, EVENT_DISSOLVE, &units.items[i].id, communes[0]);
        TRY(apply(db, r, &plan, err));
        r->done.ended_count++;
    }
    return ERR_NONE;
}

static enum err_code reform_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct reform *r = ctx;
    r->done = (struct reform_done){0};
    /* Of one day: functions first while both bodies stand, then mergers, then what moves away, and only then what ends,
     * from below. */
    static const char *const order[] = {"transfer_function", "merge", "reparent", "dissolve"};
    civil_day done_day = CIVIL_NONE;
    for (;;) {
        civil_day day = CIVIL_FOREVER;
        for (size_t i = 0; i < know_reform_event_count; i++)
            if (know_reform_events[i].on_day > done_day && know_reform_events[i].on_day < day)
                day = know_reform_events[i].on_day;
        if (day == CIVIL_FOREVER)
            return ERR_NONE;
        for (size_t o = 0; o < ARRAY_LEN(order); o++)
            for (size_t n = know_reform_event_count; n-- > 0;) {
                bool is_dissolve = str_equal(STR("dissolve"), str_from_cstr(order[o]));
                const struct know_reform_event *e =
                    &know_reform_events[is_dissolve ? n : know_reform_event_count - 1 - n];
                if (e->on_day != day || !str_equal(e->type, str_from_cstr(order[o])))
                    continue;
                if (o == 0)
                    TRY(reform_function(db, r, e, err));
                else if (o == 1 && str_equal(e->from_kind, e->to_kind))
                    TRY(reform_provinces(db, r, e, err));
                else if (o == 1)
                    TRY(reform_merge_kinds(db, r, e, err));
                else if (o == 2)
                    TRY(reform_reparent(db, r, e, err));
                else
                    TRY(reform_dissolve(db, r, e, err));
            }
        done_day = day;
    }
}

enum err_code reform_apply(struct db *db, const struct actor *actor, const struct reform_places *places,
                           const struct event_duties *duties, struct reform_done *ret_done, struct err *err)
{
    if (!actor->all)
        return err_set(err, ERR_DENIED, "only the system itself runs the reform");
    struct reform r = {.actor = actor, .places = places, .duties = duties};
    arena_init(&r.arena, REFORM_ARENA_BYTES);
    enum err_code code = db_transact(db, reform_in_transaction, &r, err);
    arena_done(&r.arena);
    if (code == ERR_NONE)
        *ret_done = r.done;
    return code;
}
