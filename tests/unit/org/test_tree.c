#include "org_world.h"

#include "org/person.sql.h"
#include "org/staff.h"
#include "org/tree.h"

#define DAY civil_to_day(2024, 3, 1)

static const struct tree_unit *unit_of(struct store_test *t, struct db *db, int64_t id)
{
    struct err err;
    const struct tree *tree;
    assert_ok(tree_get(db, EDGE_ADMINISTRATIVE, DAY, &t->arena, &tree, &err));
    uint32_t at = tree_find(tree, id);
    assert_true(at != TREE_NONE);
    return &tree->units[at];
}

static void rename_school(struct db *db, const struct world *w, const char *name)
{
    struct err err;
    struct arena arena;
    arena_init(&arena, 1u << 20);
    struct sql_unit_fact_on_row *fact;
    assert_ok(sql_unit_fact_on(db, &arena, &(struct sql_unit_fact_on_args){.unit_id = w->school, .on_day = DAY}, &fact,
                               &err));
    struct unit_fact changed = {.kind = fact->kind, .name = str_from_cstr(name), .code = fact->code};
    assert_ok(unit_set_fact(db, &w->system, w->school, &changed, civil_to_day(2021, 1, 1), 0, &err));
    arena_done(&arena);
}

/* What was read stays as it was for who holds it; who asks after a commit sees it, from whichever process it came. */
static void a_write_is_seen_by_the_next_reader(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    const struct tree_unit *before = unit_of(t, t->db, w.school);
    assert_ptr_equal(before, unit_of(t, t->db, w.school)); /* nothing was written: the same memory */
    struct str name = before->name;
    rename_school(t->db, &w, "Trường mẫu đổi tên");
    assert_string_equal(unit_of(t, t->db, w.school)->name.ptr, "Trường mẫu đổi tên");
    assert_ptr_equal(before->name.ptr, name.ptr);

    struct store *other;
    struct db *db;
    assert_ok(store_open(t->where, &t->options, &other, &err));
    assert_ok(store_db_take(other, &db, &err));
    assert_string_equal(unit_of(t, db, w.school)->name.ptr, "Trường mẫu đổi tên");
    rename_school(db, &w, "Trường mẫu đổi lần nữa");
    assert_string_equal(unit_of(t, t->db, w.school)->name.ptr, "Trường mẫu đổi lần nữa");
    const struct tree_unit *held = unit_of(t, db, w.school);
    store_db_give(db);
    store_close(other);
    assert_string_equal(held->name.ptr, "Trường mẫu đổi lần nữa"); /* the holder outlives the store */
}

struct doubt {
    struct store_test *t;
    const struct world *w;
};

static enum err_code rename_and_fail(struct db *db, void *ctx, struct err *err)
{
    const struct doubt *doubt = ctx;
    rename_school(db, doubt->w, "Tên chưa bao giờ có");
    assert_string_equal(unit_of(doubt->t, db, doubt->w->school)->name.ptr, "Tên chưa bao giờ có");
    return err_set(err, ERR_CONFLICT, "not this time");
}

/* A transaction sees its own writes; nobody else ever sees those that were rolled back. */
static void what_was_rolled_back_is_not_kept(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct str name = unit_of(t, t->db, w.school)->name;
    assert_err(db_transact(t->db, rename_and_fail, &(struct doubt){t, &w}, &err), ERR_CONFLICT);
    assert_string_equal(unit_of(t, t->db, w.school)->name.ptr, name.ptr);
}

/* More days than are kept: each is right, also when it comes back. */
static void many_days(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    for (int round = 0; round < 2; round++)
        for (int day = 0; day < 20; day++) {
            struct arena_mark mark = arena_mark(&t->arena);
            const struct tree *tree;
            assert_ok(tree_get(t->db, EDGE_PROFESSIONAL, DAY + day, &t->arena, &tree, &err));
            assert_true(tree_find(tree, w.school) != TREE_NONE);
            assert_ok(tree_get(t->db, EDGE_PROFESSIONAL, civil_to_day(2019, 1, 1) + day, &t->arena, &tree, &err));
            assert_int_equal(tree->count, 0);
            assert_int_equal(tree_find(tree, w.school), TREE_NONE);
            arena_rewind(&t->arena, mark);
        }
}

static void staff_follows_people(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    const struct staff *staff;
    const struct tree *tree;
    uint32_t *places, *found;
    size_t count;
    assert_ok(staff_get(t->db, DAY, &t->arena, &staff, &err));
    assert_ok(tree_get(t->db, EDGE_ADMINISTRATIVE, DAY, &t->arena, &tree, &err));
    assert_ok(staff_places(staff, tree, &t->arena, &places, &err));
    bool is_there = false;
    for (uint32_t i = 0; i < staff->count; i++) {
        assert_true(places[i] != TREE_NONE && tree->units[places[i]].id == staff->people[i].unit_id);
        is_there = is_there || staff->people[i].person_id == w.head;
    }
    assert_true(is_there);
    uint32_t before = staff->count;
    int64_t id = world_person(t, &w.system, "Đỗ Thị Mẫu", w.school, "focal_officer", "");
    assert_ok(staff_get(t->db, DAY, &t->arena, &staff, &err));
    assert_int_equal(staff->count, before + 1);
    uint32_t school = tree_find(tree, w.school);
    const struct tree_part part = {tree, school, 1};
    assert_ok(staff_list(t->db, staff, &part,
                         &(struct staff_filter){.search = STR("%mau%"), .role = STR("focal_officer")}, DAY, &t->arena,
                         &found, &count, &err));
    assert_int_equal(count, 1);
    assert_int_equal(staff->people[found[0]].person_id, id);
    assert_int_equal(staff_state(&staff->people[found[0]]), STAFF_INVITE);
    struct str *roles;
    assert_ok(staff_roles(t->db, staff, found, count, DAY, &t->arena, &roles, &err));
    assert_string_equal(roles[0].ptr, "focal_officer");
    const struct tree_part other = {tree, tree_find(tree, w.other_school), 1};
    assert_ok(staff_list(t->db, staff, &other, &(struct staff_filter){.search = STR("%mau%"), .role = STR_NONE}, DAY,
                         &t->arena, &found, &count, &err));
    assert_int_equal(count, 0);
}

/* What an actor may see of a tree: all, the unit alone, nothing. */
static void a_part_is_what_one_may_see(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct tree_part part;
    const struct actor admin = {.person_id = w.admin, .right = RIGHT_READ, .day = DAY},
                       head = {.person_id = w.head, .right = RIGHT_READ, .day = DAY};
    assert_ok(access_tree(t->db, &w.system, w.committee, EDGE_ADMINISTRATIVE, DAY, &t->arena, &part, &err));
    uint32_t all = part.count;
    assert_true(all > 1);
    assert_ok(access_tree(t->db, &head, w.committee, EDGE_ADMINISTRATIVE, DAY, &t->arena, &part, &err));
    assert_int_equal(part.count, 0);
    assert_ok(access_tree(t->db, &head, w.school, EDGE_ADMINISTRATIVE, DAY, &t->arena, &part, &err));
    assert_int_equal(part.count, 1);
    assert_int_equal(part.tree->units[part.from].id, w.school);
    assert_ok(access_tree(t->db, &admin, w.committee, EDGE_PROFESSIONAL, DAY, &t->arena, &part, &err));
    assert_true(part.count <= 1); /* the grant goes down another relation */
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org, NULL};
    static const struct CMUnitTest tests[] = {STORE_TEST(a_write_is_seen_by_the_next_reader),
                                              STORE_TEST(what_was_rolled_back_is_not_kept), STORE_TEST(many_days),
                                              STORE_TEST(staff_follows_people), STORE_TEST(a_part_is_what_one_may_see)};
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
