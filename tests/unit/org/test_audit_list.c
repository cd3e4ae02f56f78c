#include "org_world.h"

#include "org/audit_list.h"

#define SCHOOLS 420 /* more than are looked up unit by unit */
#define PEOPLE  5
#define ENTRIES 3000

static const char *const kinds[] = {"session_opened", "evidence_accepted", "grant_given"};

struct entry {
    int64_t id, unit_id, actor_id, at_ms;
    const char *stream, *kind;
};
struct past {
    struct store_test *t;
    struct world w;
    int64_t schools[SCHOOLS], campus;
    int64_t people[PEOPLE], works_in[PEOPLE];
    struct entry entries[ENTRIES];
};

static uint32_t drawn = 7;
static uint32_t draw(uint32_t below)
{
    drawn = drawn * 1664525u + 1013904223u;
    return (drawn >> 8) % below;
}

static enum err_code found_schools(struct db *db, void *ctx, struct err *err)
{
    struct past *p = ctx;
    struct unit_bulk units[SCHOOLS];
    for (int i = 0; i < SCHOOLS; i++) {
        p->schools[i] = db_id(db);
        units[i] = (struct unit_bulk){
            .fact = {.kind = STR("school_primary"), .name = arena_printf(&p->t->arena, "Trường Tiểu học số %d", i)},
            .parents = {{EDGE_ADMINISTRATIVE, p->w.commune}, {EDGE_PROFESSIONAL, p->w.department}},
            .id = p->schools[i]};
    }
    return unit_found_many(db, units, SCHOOLS, civil_to_day(2020, 1, 1), 0, false, err);
}

static enum err_code write_entries(struct db *db, void *ctx, struct err *err)
{
    struct past *p = ctx;
    for (int i = 0; i < ENTRIES; i++) {
        p->t->now_ms += draw(3); /* some at the same moment */
        struct entry *e = &p->entries[i];
        *e = (struct entry){
            .at_ms = p->t->now_ms, .stream = draw(5) ? CHAIN_AUDIT : CHAIN_DUTY, .kind = kinds[draw(ARRAY_LEN(kinds))]};
        e->unit_id = draw(3) ? 0 : draw(4) ? p->schools[draw(SCHOOLS)] : draw(2) ? p->campus : p->w.school;
        e->actor_id = draw(6) ? p->people[draw(PEOPLE)] : 0;
        TRY(chain_append(db,
                         &(struct chain_note){.stream = e->stream,
                                              .kind = e->kind,
                                              .object_kind = "person",
                                              .object_id = p->people[0],
                                              .unit_id = e->unit_id,
                                              .actor_id = e->actor_id,
                                              .content = STR("{}")},
                         &e->id, err));
    }
    return ERR_NONE;
}

static bool may(struct past *p, const struct actor *actor, int64_t unit_id)
{
    struct err err;
    bool has = false;
    assert_ok(access_has(p->t->db, actor, actor->right, unit_id, &has, &err));
    return has;
}

/* By the words of the header, one entry after the other. */
static bool is_expected(struct past *p, const struct actor *actor, const struct audit_ask *ask, bool has_grant,
                        const struct entry *e, int64_t author)
{
    if (!str_equal(ask->stream, str_from_cstr(e->stream)) || e->at_ms < ask->from_ms || e->at_ms >= ask->to_ms ||
        (!str_is_null(ask->kind) && !str_equal(ask->kind, str_from_cstr(e->kind))) || (author && e->actor_id != author))
        return false;
    if (actor->all || (!e->unit_id && !e->actor_id))
        return actor->all || has_grant;
    if (e->unit_id)
        return may(p, actor, e->unit_id);
    for (int i = 0; i < PEOPLE; i++)
        if (p->people[i] == e->actor_id)
            return may(p, actor, p->works_in[i]);
    return false;
}

static void compare(struct past *p, const struct actor *actor, bool has_grant, const struct audit_ask *asked,
                    int64_t author, size_t limit, size_t look_max)
{
    struct err err;
    struct audit_ask ask = *asked;
    bool was_seen[ENTRIES] = {false}, has_more = true;
    int64_t last_ms = INT64_MAX, last_id = INT64_MAX;
    for (int pages = 0; has_more; pages++) {
        assert_true(pages < ENTRIES);
        struct arena_mark mark = arena_mark(&p->t->arena);
        struct audit_page page;
        assert_ok(audit_list(p->t->db, actor, &ask, limit, look_max, &p->t->arena, &page, &err));
        assert_true(page.count <= limit);
        assert_true(page.count == limit || !page.has_more || page.stopped);
        for (size_t i = 0; i < page.count; i++) {
            const struct sql_audit_rows_row *r = &page.items[i];
            assert_true(r->at_ms < last_ms || (r->at_ms == last_ms && r->id < last_id));
            last_ms = r->at_ms;
            last_id = r->id;
            size_t at = 0;
            while (at < ENTRIES && p->entries[at].id != r->id)
                at++;
            if (at < ENTRIES) /* else written when the world was made */
                was_seen[at] = true;
        }
        has_more = page.has_more;
        ask.before_ms = page.before_ms;
        ask.before_id = page.before_id;
        arena_rewind(&p->t->arena, mark);
    }
    for (size_t i = 0; i < ENTRIES; i++)
        if (was_seen[i] != is_expected(p, actor, asked, has_grant, &p->entries[i], author))
            fail_msg("entry %zu of %lld: %s", i, (long long)actor->person_id, was_seen[i] ? "shown" : "not shown");
}

static int64_t give_audit(struct past *p, const char *name, int64_t unit_id, const char *edge_kind)
{
    return world_person(p->t, &p->w.system, name, unit_id, "auditor", edge_kind);
}

static struct past *past_make(struct store_test *t)
{
    struct err err;
    struct past *p = arena_new(&t->arena, struct past);
    assert_non_null(p);
    p->t = t;
    p->w = world_make(t);
    assert_ok(db_transact(t->db, found_schools, p, &err));
    static const char *const names[PEOPLE] = {"Lê Thị Mẫu", "Lê Văn Mẫu", "Đỗ Thị Hạ", "Phạm Khôi", "Bùi Sáng"};
    for (int i = 0; i < PEOPLE; i++) {
        p->works_in[i] = i == 0 ? p->w.committee : i == 1 ? p->w.school : p->schools[draw(SCHOOLS)];
        p->people[i] = world_person(t, &p->w.system, names[i], p->works_in[i], "", "");
    }
    return p;
}

static void everybody_sees_what_is_theirs(void **state)
{
    struct store_test *t = *state;
    struct past *p = past_make(t);
    struct err err;
    int64_t of_all = give_audit(p, "Kiểm toán tỉnh", p->w.committee, "administrative"),
            of_schools = give_audit(p, "Kiểm toán sở", p->w.department, "professional"),
            of_one = give_audit(p, "Kiểm toán trường", p->w.school, "");
    p->campus = world_unit(t, &p->w.system, "school_primary", "Điểm trường Tre Xanh", "th-003", p->w.school, 0);
    int64_t twice = give_audit(p, "Kiểm toán hai nơi", p->w.school, "administrative"), grant = 0;
    const struct {
        int64_t unit_id;
        const char *edge_kind;
    } again[] = {{p->campus, ""}, {p->schools[5], ""}}; /* the campus stands below the school, too */
    for (size_t i = 0; i < ARRAY_LEN(again); i++)
        assert_ok(grant_give(t->db, &p->w.system,
                             &(struct grant_request){.person_id = twice,
                                                     .role = STR("auditor"),
                                                     .unit_id = again[i].unit_id,
                                                     .edge_kind = str_from_cstr(again[i].edge_kind),
                                                     .from_day = civil_to_day(2020, 1, 1),
                                                     .to_day = CIVIL_FOREVER},
                             &grant, &err));
    assert_ok(db_transact(t->db, write_entries, p, &err));
    const struct audit_ask all = {.stream = STR(CHAIN_AUDIT),
                                  .kind = STR_NONE,
                                  .search = STR_NONE,
                                  .to_ms = INT64_MAX,
                                  .before_ms = INT64_MAX,
                                  .before_id = INT64_MAX};
    struct audit_ask duty = all, kind = all, found = all, some = all;
    duty.stream = STR(CHAIN_DUTY);
    kind.kind = STR("grant_given");
    found.search = STR("%le thi mau%");
    some.from_ms = p->entries[ENTRIES / 3].at_ms;
    some.to_ms = p->entries[ENTRIES / 2].at_ms;
    const struct actor actors[] = {p->w.system,
                                   world_actor(t, of_all, RIGHT_AUDIT),
                                   world_actor(t, of_schools, RIGHT_AUDIT),
                                   world_actor(t, of_one, RIGHT_AUDIT),
                                   world_actor(t, twice, RIGHT_AUDIT),
                                   world_actor(t, p->w.head, RIGHT_AUDIT)};
    for (size_t i = 0; i < ARRAY_LEN(actors); i++) {
        bool has_grant = i < ARRAY_LEN(actors) - 1;
        compare(p, &actors[i], has_grant, &all, 0, 97, 0);
        compare(p, &actors[i], has_grant, &duty, 0, 50, 1);
        compare(p, &actors[i], has_grant, &kind, 0, 31, 1);
        compare(p, &actors[i], has_grant, &found, p->people[0], 100, 1);
        compare(p, &actors[i], has_grant, &some, 0, 100, 0);
    }
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org, NULL};
    static const struct CMUnitTest tests[] = {STORE_TEST(everybody_sees_what_is_theirs)};
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
