#include "org_world.h"

#include "org/access.sql.h"
#include "org/event.h"
#include "org/event.sql.h"
#include "org/event_place.sql.h"
#include "org/page_unit.sql.h"
#include "org/sample.sql.h"
#include "org/staff.h"
#include "org/system.h"
#include "org/system.sql.h"
#include "org/tree.h"
#include "paths.sql.h"

extern const struct sql_module sql_module_paths;

#define DAY0 civil_to_day(2020, 1, 1)

static struct str name_on(struct store_test *t, int64_t unit_id, civil_day day)
{
    struct err err;
    struct sql_unit_name_on_row *row = NULL;
    assert_ok(sql_unit_name_on(t->db, &t->arena, &(struct sql_unit_name_on_args){.unit_id = unit_id, .on_day = day},
                               &row, &err));
    return row ? row->name : STR("");
}

static int64_t parent_on(struct store_test *t, int64_t unit_id, struct str kind, civil_day day)
{
    struct err err;
    struct sql_unit_edge_on_row *row = NULL;
    assert_ok(sql_unit_edge_on(t->db, &t->arena,
                               &(struct sql_unit_edge_on_args){.child_id = unit_id, .edge_kind = kind, .on_day = day},
                               &row, &err));
    return row ? row->parent_id : 0;
}

/* The closure of one kind and day against one rebuilt from edges; returns how many paths. */
static size_t compare(struct store_test *t, struct str kind, civil_day day, const int64_t *units, size_t unit_count)
{
    struct err err;
    struct arena_mark mark = arena_mark(&t->arena);
    struct sql_paths_edges_rows edges;
    struct sql_paths_kept_rows paths;
    assert_ok(sql_paths_edges(t->db, &t->arena, &(struct sql_paths_edges_args){.edge_kind = kind, .on_day = day},
                              &edges, &err));
    assert_ok(sql_paths_kept(t->db, &t->arena, &(struct sql_paths_kept_args){.edge_kind = kind, .on_day = day}, &paths,
                             &err));
    size_t want = 0, found = 0;
    for (size_t u = 0; u < unit_count; u++) {
        if (str_is_empty(name_on(t, units[u], day)))
            continue;
        int64_t at = units[u];
        for (int depth = 0; at; depth++) {
            want++;
            bool is_there = false;
            for (size_t p = 0; p < paths.count && !is_there; p++)
                is_there = paths.items[p].ancestor_id == at && paths.items[p].descendant_id == units[u] &&
                           paths.items[p].depth == depth;
            if (!is_there)
                fail_msg("day %d, %.*s: no path of depth %d to unit %zu", day, STR_ARG(kind), depth, u);
            int64_t up = 0;
            for (size_t k = 0; k < edges.count; k++)
                if (edges.items[k].child_id == at) {
                    assert_int_equal(up, 0); /* one parent a kind and day */
                    up = edges.items[k].parent_id;
                }
            at = up;
        }
    }
    found = paths.count;
    assert_int_equal(found, want);
    /* and the tree kept in memory is that tree: by name, each unit with all below it side by side */
    const struct tree *tree;
    assert_ok(tree_get(t->db, kind, day, &t->arena, &tree, &err));
    found = 0;
    for (uint32_t i = 0; i < tree->count; i++) {
        const struct tree_unit *unit = &tree->units[i];
        found += unit->depth + 1;
        assert_int_equal(tree_find(tree, unit->id), i);
        assert_string_equal(unit->name.ptr, name_on(t, unit->id, day).ptr);
        for (size_t p = 0; p < paths.count; p++)
            if (paths.items[p].descendant_id == unit->id) {
                uint32_t above = tree_find(tree, paths.items[p].ancestor_id);
                assert_true(above != TREE_NONE && above <= i && i < tree->units[above].end);
                assert_int_equal(tree->units[above].depth + (uint32_t)paths.items[p].depth, unit->depth);
            }
    }
    assert_int_equal(found, want);
    arena_rewind(&t->arena, mark);
    return want;
}

static struct event_plan plan(enum event_kind kind, const int64_t *from, size_t count, int64_t to, civil_day day)
{
    return (struct event_plan){
        .kind = kind, .on_day = day, .basis = STR("01/QĐ-UBND"), .from_ids = from, .from_count = count, .to_id = to};
}

static enum err_code count_duties(void *ctx, struct db *db, int64_t unit_id, int64_t *ret_open, struct err *err)
{
    (void)ctx, (void)db, (void)unit_id, (void)err;
    *ret_open = 7;
    return ERR_NONE;
}
static enum err_code carry_duties(void *ctx, struct db *db, int64_t from_id, int64_t to_id, int64_t actor_id,
                                  size_t *ret_moved, struct err *err)
{
    (void)actor_id, (void)from_id, (void)to_id;
    must(db_is_in_transaction(db));
    if (ctx)
        return err_set(err, ERR_CONFLICT, "the duties do not want to move");
    *ret_moved = 7;
    return ERR_NONE;
}

static void a_merged_school_lives_on_in_its_successor(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    civil_day day = civil_to_day(2027, 3, 1);
    int64_t system_id = 0;
    struct actor admin = world_actor(t, w.admin, RIGHT_READ);
    struct system_fields fields = {.operator_id = w.school, .name = STR("Sổ điểm điện tử")};
    assert_ok(system_new(t->db, &w.system, &fields, DAY0, false, &system_id, &err));
    struct event_plan p = plan(EVENT_MERGE, &w.school, 1, w.other_school, day);
    struct unit_fact fact = {.name = STR("Trường Tiểu học Tre Măng")};
    p.new_fact = &fact;
    struct event_duties duties = {.count = count_duties, .move = carry_duties};
    struct event_preview preview;
    assert_ok(event_preview(t->db, &admin, &p, &duties, &t->arena, &preview, &err));
    assert_int_equal(preview.items[0].people, 1);
    assert_int_equal(preview.items[0].grants, 1);
    assert_int_equal(preview.items[0].systems, 1);
    assert_int_equal(preview.items[0].open_duties, 7);
    struct event_done done;
    struct actor head = world_actor(t, w.head, 0);
    assert_err(event_apply(t->db, &head, &p, &duties, &done, &err), ERR_DENIED);
    struct event_duties stubborn = {.ctx = t, .move = carry_duties};
    assert_err(event_apply(t->db, &admin, &p, &stubborn, &done, &err), ERR_CONFLICT);
    assert_str(name_on(t, w.school, day), STR("Trường Tiểu học Tre Xanh")); /* all or nothing */
    assert_ok(event_apply(t->db, &admin, &p, &duties, &done, &err));
    assert_int_equal(done.duties_moved, 7);
    assert_str(name_on(t, w.school, day - 1), STR("Trường Tiểu học Tre Xanh"));
    assert_str(name_on(t, w.school, day), STR(""));
    assert_str(name_on(t, w.other_school, day - 1), STR("Trường Tiểu học Măng Non"));
    assert_str(name_on(t, w.other_school, day), STR("Trường Tiểu học Tre Măng"));
    struct sql_system_raw_row *system = NULL;
    assert_ok(sql_system_raw(t->db, &t->arena, &(struct sql_system_raw_args){.id = system_id}, &system, &err));
    assert_int_equal(system->operator_id, w.other_school);
    /* the head heads the new school from that day, and no longer the old */
    head.day = day;
    bool has = false;
    assert_ok(access_has(t->db, &head, RIGHT_EXECUTE, w.other_school, &has, &err));
    assert_true(has);
    head.day = day - 1;
    assert_ok(access_has(t->db, &head, RIGHT_EXECUTE, w.other_school, &has, &err));
    assert_false(has);
    struct sql_unit_page_succession_rows next;
    assert_ok(sql_unit_page_succession(t->db, &w.system, &t->arena,
                                       &(struct sql_unit_page_succession_args){.unit_id = w.school}, &next, &err));
    assert_int_equal(next.count, 1);
    assert_int_equal(next.items[0].other_id, w.other_school);
    assert_true(next.items[0].is_after);
    assert_err(event_apply(t->db, &w.system, &p, &duties, &done, &err), ERR_NOT_FOUND);
}

static void grants_down_a_tree_move_as_a_pair(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    civil_day day = civil_to_day(2027, 3, 1);
    int64_t reviewer = world_person(t, &w.system, "Ngô Văn Bách", w.commune, "superior_reviewer", "administrative");
    int64_t second = world_unit(t, &w.system, "commune", "UBND xã Bình Lâm", "xa-002", w.committee, 0);
    struct event_plan p = plan(EVENT_MERGE, &w.commune, 1, second, day);
    struct event_done done;
    assert_ok(event_apply(t->db, &w.system, &p, NULL, &done, &err));
    assert_int_equal(parent_on(t, w.school, EDGE_ADMINISTRATIVE, day), second);
    struct actor actor = world_actor(t, reviewer, RIGHT_REVIEW);
    actor.day = day;
    bool has = false;
    assert_ok(access_has(t->db, &actor, RIGHT_REVIEW, w.school, &has, &err));
    assert_true(has);
    actor.right = RIGHT_READ;
    actor.day = day;
    struct actor reader = actor_system(day);
    struct sql_person_grants_rows grants;
    assert_ok(sql_person_grants(t->db, &reader, &t->arena, &(struct sql_person_grants_args){.person_id = reviewer},
                                &grants, &err));
    assert_int_equal(grants.count, 2);
    assert_str(grants.items[0].down_kind, EDGE_ADMINISTRATIVE);
    assert_ok(grant_end(t->db, &reader, grants.items[0].id, day, &err));
    assert_ok(access_has(t->db, &actor, RIGHT_REVIEW, w.school, &has, &err));
    assert_false(has);
}

/* Listed is exactly whoever the page of the event opens to. */
static void who_sees_an_event_is_listed(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    civil_day day = civil_to_day(2027, 1, 4);
    int64_t second = world_unit(t, &w.system, "commune", "UBND xã Bình Lâm", "xa-002", w.committee, 0);
    int64_t third = world_unit(t, &w.system, "commune", "UBND xã Cẩm Trúc", "xa-003", w.committee, 0);
    const int64_t people[] = {
        w.admin,
        w.head,
        world_person(t, &w.system, "Ngô Văn Bách", w.commune, "superior_reviewer", "administrative"),
        world_person(t, &w.system, "Lê Thị Cúc", second, "clerk", ""),
        world_person(t, &w.system, "Đỗ Văn Dần", second, "staff", ""),
        world_person(t, &w.system, "Phan Thị Én", third, "clerk", ""),
        world_person(t, &w.system, "Bùi Văn Giang", w.committee, "superior_reviewer", "professional"),
        world_person(t, &w.system, "Hồ Thị Hoa", w.committee, "drafter", ""),
    };
    struct event_plan p = plan(EVENT_MERGE, &w.commune, 1, second, day);
    struct event_done done;
    assert_ok(event_apply(t->db, &w.system, &p, NULL, &done, &err));
    struct actor reader = actor_system(day);
    reader.right = RIGHT_READ;
    struct sql_event_units_rows units;
    assert_ok(sql_event_units(t->db, &reader, &t->arena, &(struct sql_event_units_args){.event_id = done.event_id},
                              &units, &err));
    struct str text = STR("0");
    for (size_t i = 0; i < units.count; i++)
        text = arena_printf(&t->arena, "%.*s,%lld", STR_ARG(text), (long long)units.items[i].unit_id);
    struct sql_access_who_rows who;
    struct sql_access_who_args args = {arena_printf(&t->arena, "[%.*s]", STR_ARG(text)), day, 0, 1000};
    assert_ok(sql_access_who(t->db, &reader, &t->arena, &args, &who, &err));
    size_t opened = 0;
    for (size_t i = 0; i < ARRAY_LEN(people); i++) {
        struct actor actor = world_actor(t, people[i], RIGHT_READ);
        struct sql_event_get_row *event = NULL;
        struct sql_event_units_rows mine;
        assert_ok(sql_event_get(t->db, &actor, &t->arena, &(struct sql_event_get_args){.event_id = done.event_id},
                                &event, &err));
        assert_ok(sql_event_units(t->db, &actor, &t->arena, &(struct sql_event_units_args){.event_id = done.event_id},
                                  &mine, &err));
        bool is_listed = false;
        for (size_t k = 0; k < who.count; k++)
            is_listed |= who.items[k].person_id == people[i];
        assert_int_equal(is_listed, event != NULL);
        assert_int_equal(mine.count, event ? units.count : 0); /* all of them, or nothing is said */
        opened += event != NULL;
    }
    assert_int_equal(opened, 5); /* not who may only acknowledge, not the third commune, not the committee alone */
}

/* By somebody who may, on the day and later; the tree is afterwards what its edges say. */
static void an_event_is_undone_by_another(void **state)
{
    struct store_test *t = *state;
    struct err err = {0};
    struct world w = world_make(t);
    civil_day today = civil_day_of_ms(t->now_ms);
    struct actor admin = world_actor(t, w.admin, RIGHT_ORG_ADMIN), head = world_actor(t, w.head, RIGHT_ORG_ADMIN);
    int64_t second = world_unit(t, &w.system, "commune", "UBND xã Bình Lâm", "xa-002", w.committee, 0), undo = 0;
    int64_t units[] = {w.committee, w.department, w.commune, w.school, w.other_school, second};
    struct event_done done;
    /* a name */
    struct event_plan p = plan(EVENT_RENAME, &w.school, 1, 0, today);
    p.new_fact = &(struct unit_fact){.name = STR("Trường Tiểu học Nhầm Tên")};
    assert_ok(event_apply(t->db, &admin, &p, NULL, &done, &err));
    assert_err(event_undo(t->db, &head, done.event_id, STR("nhầm"), NULL, &undo, &err), ERR_DENIED);
    assert_str(name_on(t, w.school, today), STR("Trường Tiểu học Nhầm Tên"));
    assert_ok(event_undo(t->db, &admin, done.event_id, STR("nhầm"), NULL, &undo, &err));
    assert_str(name_on(t, w.school, today), STR("Trường Tiểu học Tre Xanh"));
    /* a parent, and the other school of it: the day after */
    struct unit_parent under = {EDGE_ADMINISTRATIVE, second};
    p = plan(EVENT_REPARENT, &w.school, 1, 0, today);
    p.parents = &under;
    p.parent_count = 1;
    assert_ok(event_apply(t->db, &admin, &p, NULL, &done, &err));
    assert_int_equal(parent_on(t, w.school, EDGE_ADMINISTRATIVE, today), second);
    t->now_ms += CIVIL_DAY_MS;
    admin.day = w.system.day = today + 1;
    assert_ok(event_undo(t->db, &admin, done.event_id, STR("nhầm xã"), NULL, &undo, &err));
    assert_int_equal(parent_on(t, w.school, EDGE_ADMINISTRATIVE, today), second); /* as it was known */
    assert_int_equal(parent_on(t, w.school, EDGE_ADMINISTRATIVE, today + 1), w.commune);
    /* a function */
    assert_ok(sql_unit_function_insert(t->db,
                                       &(struct sql_unit_function_insert_args){.id = db_id(t->db),
                                                                               .unit_id = w.commune,
                                                                               .area_unit_id = w.committee,
                                                                               .function = STR("dedicated_body"),
                                                                               .from_day = DAY0,
                                                                               .basis = STR("cũ")},
                                       &err));
    p = plan(EVENT_TRANSFER_FUNCTION, &w.commune, 1, second, today + 1);
    p.function = STR("dedicated_body");
    assert_ok(event_apply(t->db, &admin, &p, NULL, &done, &err));
    assert_ok(event_undo(t->db, &admin, done.event_id, STR("nhầm"), NULL, &undo, &err));
    struct sql_unit_function_holders_rows holders;
    assert_ok(sql_unit_function_holders(t->db, &t->arena,
                                        &(struct sql_unit_function_holders_args){.function = STR("dedicated_body"),
                                                                                 .area_unit_id = w.committee,
                                                                                 .on_day = today + 1},
                                        &holders, &err));
    assert_int_equal(holders.count, 1);
    assert_int_equal(holders.items[0].unit_id, w.commune);
    /* a commune with everything below it */
    p = plan(EVENT_MERGE, &w.commune, 1, second, today + 1);
    assert_ok(event_apply(t->db, &admin, &p, NULL, &done, &err));
    assert_int_equal(parent_on(t, w.school, EDGE_ADMINISTRATIVE, today + 1), second);
    assert_ok(event_undo(t->db, &admin, done.event_id, STR("nhầm xã"), NULL, &undo, &err));
    assert_int_equal(parent_on(t, w.school, EDGE_ADMINISTRATIVE, today + 1), w.commune);
    assert_int_equal(parent_on(t, w.commune, EDGE_ADMINISTRATIVE, today + 1), w.committee);
    struct sql_unit_page_succession_rows next;
    assert_ok(sql_unit_page_succession(t->db, &w.system, &t->arena, &(struct sql_unit_page_succession_args){w.commune},
                                       &next, &err));
    assert_int_equal(next.count, 0); /* nothing came of it */
    for (civil_day day = today - 1; day <= today + 2; day++)
        compare(t, EDGE_ADMINISTRATIVE, day, units, ARRAY_LEN(units));
}

static void a_split_goes_by_item(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    civil_day day = civil_to_day(2027, 3, 1);
    struct unit_fact parts[] = {{.kind = STR("commune"), .name = STR("UBND xã An Trúc Đông")},
                                {.kind = STR("commune"), .name = STR("UBND xã An Trúc Tây")}};
    struct unit_parent parent = {EDGE_ADMINISTRATIVE, w.committee};
    struct event_move moves[] = {{EVENT_CHILD, w.other_school, 1}};
    struct event_plan p = plan(EVENT_SPLIT, &w.commune, 1, 0, day);
    p.parts = parts, p.part_count = 2, p.parents = &parent, p.parent_count = 1, p.moves = moves, p.move_count = 1;
    struct event_done done;
    moves[0].part = 2;
    assert_err(event_apply(t->db, &w.system, &p, NULL, &done, &err), ERR_SYNTAX);
    moves[0].part = 1;
    assert_ok(event_apply(t->db, &w.system, &p, NULL, &done, &err));
    assert_int_equal(parent_on(t, w.other_school, EDGE_ADMINISTRATIVE, day), done.part_ids[1]);
    assert_int_equal(parent_on(t, w.school, EDGE_ADMINISTRATIVE, day),
                     done.part_ids[0]); /* the rest goes to the first */
    assert_int_equal(parent_on(t, w.school, EDGE_ADMINISTRATIVE, day - 1), w.commune);
    assert_int_equal(parent_on(t, w.school, EDGE_PROFESSIONAL, day), w.department);
    assert_str(name_on(t, w.commune, day), STR(""));
}

static void random_histories_keep_the_closure_right(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct rng rng;
    struct actor system = actor_system(DAY0);
    rng_init(&rng, 20250701);
    int64_t units[160];
    bool is_gone[160] = {false};
    size_t count = 0, refused = 0, applied = 0;
    civil_day day = DAY0;
    static const char *const kinds[] = {"administrative", "professional", "incident"};
    while (count < 18) {
        struct str name = arena_printf(&t->arena, "Đơn vị %zu", count);
        struct unit_parent parents[2] = {{EDGE_ADMINISTRATIVE, count ? units[rng_below(&rng, count)] : 0},
                                         {EDGE_INCIDENT, count ? units[rng_below(&rng, count)] : 0}};
        assert_ok(unit_found(t->db, &system, &(struct unit_fact){.kind = STR("department"), .name = name}, parents, 2,
                             day, 0, false, &units[count], &err));
        count++;
    }
    for (int step = 0; step < 90; step++) {
        day += (civil_day)rng_below(&rng, 3); /* several on one day as well */
        size_t a = rng_below(&rng, count), b = rng_below(&rng, count);
        struct unit_parent parent = {str_from_cstr(kinds[rng_below(&rng, 3)]), rng_below(&rng, 6) ? units[b] : 0};
        struct unit_fact fact = {.kind = STR("department"), .name = arena_printf(&t->arena, "Tên %d", step)};
        struct event_plan p = plan((enum event_kind)rng_below(&rng, 5), &units[a], 1, units[b], day);
        p.parents = &parent, p.parent_count = 1;
        struct event_done done = {0};
        if (is_gone[a] || is_gone[b] || (p.kind == EVENT_MERGE && rng_below(&rng, 2)))
            p.kind = EVENT_REPARENT;
        if (p.kind == EVENT_RENAME)
            p.new_fact = &fact;
        if (p.kind == EVENT_SPLIT)
            p.parts = &fact, p.part_count = 1, p.from_continues = rng_below(&rng, 2), p.to_id = 0;
        if (event_apply(t->db, &system, &p, NULL, &done, &err) != ERR_NONE) {
            refused++; /* a circle, itself, gone, or a later change: then nothing may have changed */
            continue;
        }
        applied++;
        if (p.kind == EVENT_SPLIT && count < 160)
            units[count++] = done.part_ids[0];
        is_gone[a] = str_is_empty(name_on(t, units[a], day));
    }
    print_message("%zu events, %zu refused\n", applied, refused);
    assert_true(applied > 30);
    for (int i = 0; i < 25; i++) {
        civil_day on = DAY0 + (civil_day)rng_below(&rng, (uint64_t)(day - DAY0) + 3);
        for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
            compare(t, str_from_cstr(kinds[k]), on, units, count);
    }
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
        compare(t, str_from_cstr(kinds[k]), day, units, count);
}

/* --- the reform: an old country of 63 provinces, one of them with districts and schools --- */
struct old_country {
    int64_t units[1024];
    size_t count;
};

static int64_t old_unit(struct store_test *t, struct old_country *o, const char *kind, const char *name,
                        int64_t administrative, int64_t professional)
{
    struct err err;
    struct actor system = actor_system(DAY0);
    struct unit_parent parents[] = {{EDGE_ADMINISTRATIVE, administrative}, {EDGE_PROFESSIONAL, professional}};
    struct unit_fact fact = {.kind = str_from_cstr(kind), .name = str_from_cstr(name)};
    must(o->count < ARRAY_LEN(o->units));
    assert_ok(
        unit_found(t->db, &system, &fact, parents, 2, civil_to_day(2010, 1, 1), 0, false, &o->units[o->count], &err));
    return o->units[o->count++];
}

static size_t alive(struct store_test *t, const char *kind, civil_day day)
{
    struct err err;
    struct sql_units_of_kind_rows rows;
    assert_ok(sql_units_of_kind(
        t->db, &t->arena, &(struct sql_units_of_kind_args){.kind = str_from_cstr(kind), .on_day = day}, &rows, &err));
    return rows.count;
}

static void the_reform_of_2025(void **state)
{
    struct store_test *t = *state;
    struct err err;
    static struct old_country o;
    o.count = 0;
    t->now_ms = civil_day_start_ms(civil_to_day(2027, 1, 4));
    struct actor system = actor_system(civil_to_day(2027, 1, 4));
    civil_day letter = civil_to_day(2022, 11, 30), march = civil_to_day(2025, 3, 1), july = civil_to_day(2025, 7, 1);
    int64_t phu_yen = 0, dak_lak = 0, edu[2] = {0}, info = 0, police[2] = {0}, school = 0, district = 0,
            commune[2] = {0}, office = 0, resources = 0, clerk = 0;
    size_t olds = 0;
    for (size_t p = 0; p < know_province_count; p++)
        for (size_t m = 0; m < know_provinces[p].merged.count; m++, olds++) {
            struct str name = know_provinces[p].merged.items[m];
            int64_t id = old_unit(t, &o, "provincial_committee",
                                  arena_printf(&t->arena, "Ủy ban nhân dân tỉnh %.*s", STR_ARG(name)).ptr, 0, 0);
            int64_t e =
                old_unit(t, &o, "dept_education",
                         arena_printf(&t->arena, "Sở Giáo dục và Đào tạo tỉnh %.*s", STR_ARG(name)).ptr, id, id);
            bool is_py = str_equal(name, STR("Phú Yên")), is_dl = str_equal(name, STR("Đắk Lắk"));
            if (!is_py && !is_dl)
                continue;
            *(is_py ? &phu_yen : &dak_lak) = id;
            edu[is_dl] = e;
            int64_t i =
                old_unit(t, &o, "dept_info_legacy",
                         arena_printf(&t->arena, "Sở Thông tin và Truyền thông tỉnh %.*s", STR_ARG(name)).ptr, id, id);
            old_unit(t, &o, "dept_science",
                     arena_printf(&t->arena, "Sở Khoa học và Công nghệ tỉnh %.*s", STR_ARG(name)).ptr, id, id);
            police[is_dl] = old_unit(t, &o, "police_province",
                                     arena_printf(&t->arena, "Công an tỉnh %.*s", STR_ARG(name)).ptr, id, 0);
            assert_ok(
                sql_unit_function_insert(t->db,
                                         &(struct sql_unit_function_insert_args){.id = db_id(t->db),
                                                                                 .unit_id = i,
                                                                                 .area_unit_id = id,
                                                                                 .function = STR("dedicated_body"),
                                                                                 .from_day = civil_to_day(2018, 1, 1),
                                                                                 .basis = STR("cũ")},
                                         &err));
            if (!is_py)
                continue;
            info = i;
            clerk = world_person(t, &system, "Văn Thư", i, "clerk", "");
            resources = old_unit(t, &o, "dept_resources_legacy", "Sở Tài nguyên và Môi trường tỉnh Phú Yên", id, id);
            district = old_unit(t, &o, "district_legacy", "UBND huyện Tuy An", id, id);
            office = old_unit(t, &o, "district_education_legacy", "Phòng GDĐT huyện Tuy An", district, e);
            commune[0] = old_unit(t, &o, "commune", "UBND xã An Cư", district, 0);
            commune[1] = old_unit(t, &o, "commune", "UBND xã An Hải", district, 0);
            school = old_unit(t, &o, "school_primary", "Trường Tiểu học An Cư", office, office);
            old_unit(t, &o, "school_preschool", "Trường Mầm non An Hải", office, office);
        }
    assert_int_equal(olds, 63);
    struct reform_done done;
    assert_err(reform_apply(t->db, &(struct actor){.person_id = 5, .day = july}, NULL, NULL, &done, &err), ERR_DENIED);
    assert_ok(reform_apply(t->db, &system, NULL, NULL, &done, &err));
    print_message("%zu events: %zu ended, %zu moved, %zu functions, %zu unmatched\n", done.event_count,
                  done.ended_count, done.moved_count, done.function_count, done.unmatched_count);
    assert_int_equal(done.unmatched_count, 0);
    /* before: as the letters of 2022 saw it; after: as it is */
    assert_int_equal(alive(t, "provincial_committee", letter), 63);
    assert_int_equal(alive(t, "provincial_committee", july), 34);
    assert_int_equal(alive(t, "dept_education", july), 34);
    assert_int_equal(alive(t, "district_legacy", july - 1), 1);
    assert_int_equal(alive(t, "district_legacy", july), 0);
    assert_int_equal(alive(t, "district_education_legacy", july), 0);
    assert_int_equal(alive(t, "dept_info_legacy", march - 1), 2);
    assert_int_equal(alive(t, "dept_info_legacy", march), 0);
    assert_str(name_on(t, phu_yen, letter), STR("Ủy ban nhân dân tỉnh Phú Yên"));
    assert_str(name_on(t, phu_yen, july), STR(""));
    assert_str(name_on(t, info, letter), STR("Sở Thông tin và Truyền thông tỉnh Phú Yên"));
    /* what has no counterpart becomes the new body itself, and then goes with its province */
    assert_str(name_on(t, resources, march - 1), STR("Sở Tài nguyên và Môi trường tỉnh Phú Yên"));
    assert_str(name_on(t, resources, march), STR("Sở Nông nghiệp và Môi trường tỉnh Phú Yên"));
    assert_int_equal(parent_on(t, resources, EDGE_ADMINISTRATIVE, july), dak_lak);
    /* schools: from the office of the district to a commune of it; communes stand below the new province */
    assert_int_equal(parent_on(t, school, EDGE_ADMINISTRATIVE, july - 1), office);
    int64_t now = parent_on(t, school, EDGE_ADMINISTRATIVE, july);
    assert_true(now == commune[0] || now == commune[1]);
    assert_int_equal(parent_on(t, commune[0], EDGE_ADMINISTRATIVE, july), dak_lak);
    assert_int_equal(parent_on(t, school, EDGE_PROFESSIONAL, july), edu[1]);
    /* the function: department, then police of Phú Yên, then police of the new province */
    struct sql_unit_function_holders_rows holders;
    for (int i = 0; i < 3; i++) {
        civil_day on = i == 0 ? letter : i == 1 ? march : july;
        assert_ok(sql_unit_function_holders(
            t->db, &t->arena,
            &(struct sql_unit_function_holders_args){
                .function = STR("dedicated_body"), .area_unit_id = i == 2 ? dak_lak : phu_yen, .on_day = on},
            &holders, &err));
        assert_int_equal(holders.count, 1);
        assert_int_equal(holders.items[0].unit_id, i == 0 ? info : i == 1 ? police[0] : police[1]);
    }
    /* the clerk of the department of 2022 works in science now, in the province it went to */
    const struct staff *staff;
    size_t places = 0;
    assert_ok(staff_get(t->db, july, &t->arena, &staff, &err));
    for (uint32_t i = 0; i < staff->count; i++)
        if (staff->people[i].person_id == clerk) {
            places++;
            assert_string_equal(name_on(t, staff->people[i].unit_id, july).ptr,
                                "Sở Khoa học và Công nghệ tỉnh Đắk Lắk");
        }
    assert_int_equal(places, 1);
    static const char *const kinds[] = {"administrative", "professional", "incident"};
    civil_day days[] = {letter, march - 1, march, july - 1, july, july + 400};
    for (size_t d = 0; d < ARRAY_LEN(days); d++)
        for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
            compare(t, str_from_cstr(kinds[k]), days[d], o.units, o.count);
    struct reform_done again;
    assert_ok(reform_apply(t->db, &system, NULL, NULL, &again, &err));
    assert_int_equal(again.event_count, 0);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org,
                                                       &sql_module_paths, NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(a_merged_school_lives_on_in_its_successor),
        STORE_TEST(grants_down_a_tree_move_as_a_pair),
        STORE_TEST(who_sees_an_event_is_listed),
        STORE_TEST(an_event_is_undone_by_another),
        STORE_TEST(a_split_goes_by_item),
        STORE_TEST(random_histories_keep_the_closure_right),
        STORE_TEST(the_reform_of_2025),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
