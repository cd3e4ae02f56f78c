#include "asset_world.h"

#include "know/refusal.h"
#include "org/unit.h"

#include "asset/device_table.h"
#include "base/buf.h"

#define MAC_A STR("aa:00:00:00:00:0a")
#define MAC_B STR("aa:00:00:00:00:0b")
#define MAC(v)            \
    {                     \
        IDENTITY_MAC, (v) \
    }
#define SERIAL(v)                    \
    {                                \
        IDENTITY_SERIAL, STR_INIT(v) \
    }
#define HOST(v)                        \
    {                                  \
        IDENTITY_HOSTNAME, STR_INIT(v) \
    }
#define ADDRESS(v)                    \
    {                                 \
        IDENTITY_ADDRESS, STR_INIT(v) \
    }

static size_t suggestion_count(struct store_test *t, const struct world *w, int64_t device_id)
{
    struct err err;
    struct device_page page;
    assert_ok(device_open(t->db, &w->system, &t->arena, device_id, &page, &err));
    return page.suggestions.count;
}

static void an_address_counts_within_its_site(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    const struct identity same[] = {ADDRESS("192.168.1.10"), HOST("MAY-01")};
    struct device_registered a = world_device(t, &w, 0, "", "protected", same, 2),
                             b = world_device(t, &w, 1, "", "unprotected", same, 2);
    assert_int_not_equal(a.id, b.id);
    assert_int_equal(b.outcome, MATCH_NEW);
    struct device_registered again = world_device(t, &w, 0, "", "", same, 2);
    assert_int_equal(again.id, a.id);
    assert_int_equal(again.outcome, MATCH_SAME);
    struct device_coverage c = world_coverage(t, w.superior, w.department);
    assert_int_equal(c.total, 2);
    assert_int_equal(c.is_protected, 1);
    assert_int_equal(device_coverage_permille(&c), 500);
    assert_ok(device_recount(t->db, &err));
}

static void the_same_machine_is_one_device(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct device_registered a =
        world_device(t, &w, 0, "Máy văn thư", "", (struct identity[]){MAC(STR("AA-00-00-00-00-0A"))}, 1);
    /* the same card, written otherwise, now with a serial; then by serial alone */
    struct device_registered b =
        world_device(t, &w, 0, "", "protected", (struct identity[]){MAC(MAC_A), SERIAL(" sn 100 ")}, 2);
    struct device_registered c = world_device(t, &w, 0, "", "", (struct identity[]){SERIAL("SN100")}, 1);
    assert_int_equal(b.id, a.id);
    assert_int_equal(c.id, a.id);
    assert_int_equal(world_coverage(t, w.superior, w.schools[0]).is_protected, 1);
    /* a serial number nobody set is nobody's */
    struct device_registered d =
        world_device(t, &w, 0, "Máy 2", "", (struct identity[]){SERIAL("To be filled by O.E.M."), MAC(MAC_B)}, 2);
    struct device_registered e =
        world_device(t, &w, 0, "Máy 3", "", (struct identity[]){SERIAL("To be filled by O.E.M.")}, 1);
    assert_int_not_equal(d.id, a.id);
    assert_int_not_equal(e.id, d.id);
    assert_ok(device_recount(t->db, &err));
}

static void contradictions_stay_apart(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct device_registered a = world_device(t, &w, 0, "Máy 1", "", (struct identity[]){MAC(MAC_A), SERIAL("S1")}, 2);
    struct device_registered b = world_device(t, &w, 0, "Máy 2", "", (struct identity[]){MAC(MAC_A), SERIAL("S2")}, 2);
    assert_int_equal(b.outcome, MATCH_APART);
    assert_int_not_equal(a.id, b.id);
    assert_int_equal(suggestion_count(t, &w, a.id), 1);
    /* seen again it is known, and nothing grows */
    assert_int_equal(world_device(t, &w, 0, "Máy 2", "", (struct identity[]){MAC(MAC_A), SERIAL("S2")}, 2).id, b.id);
    assert_int_equal(world_coverage(t, w.superior, w.schools[0]).total, 2);
    assert_int_equal(suggestion_count(t, &w, b.id), 1);
    /* refused once, never asked again */
    struct device_page page;
    struct actor officer = world_actor(t, w.officer_of[0]);
    assert_ok(device_open(t->db, &officer, &t->arena, a.id, &page, &err));
    assert_str(page.suggestions.items[0].why, STR("same_mac")); /* a code, worded for who reads */
    const struct device_word *why = device_reason_find(page.suggestions.items[0].why);
    assert_non_null(why);
    assert_str(why->vi, STR("cùng địa chỉ MAC nhưng khác số sê-ri hoặc khóa chương trình bảo vệ"));
    assert_str(why->en, STR("the same MAC address, but another serial number or agent key"));
    /* it is decided from the page of one of the two, by who may read it: nowhere else */
    struct device_registered c = world_device(t, &w, 0, "Máy 3", "", (struct identity[]){SERIAL("S3")}, 1);
    int64_t pair = page.suggestions.items[0].id, merge = 0;
    struct actor stranger = world_actor(t, w.officer_of[1]);
    assert_err(device_pair_merge(t->db, &officer, c.id, pair, STR("một máy"), &merge, &err), ERR_NOT_FOUND);
    assert_err(device_pair_apart(t->db, &officer, c.id, pair, &err), ERR_NOT_FOUND);
    assert_err(device_pair_merge(t->db, &stranger, a.id, pair, STR("một máy"), &merge, &err), ERR_NOT_FOUND);
    assert_err(device_pair_apart(t->db, &stranger, b.id, pair, &err), ERR_NOT_FOUND);
    struct sql_device_suggestions_below_rows below;
    assert_ok(device_pairs_below(t->db, &officer, &t->arena, w.schools[0], STR("administrative"), 0, 10, &below, &err));
    assert_int_equal(below.count, 1);
    assert_true(below.items[0].id == pair && below.items[0].one_id == a.id && below.items[0].other_id == b.id);
    assert_ok(
        device_pairs_below(t->db, &officer, &t->arena, w.schools[0], STR("administrative"), pair, 10, &below, &err));
    assert_int_equal(below.count, 0); /* the page after it */
    assert_ok(
        device_pairs_below(t->db, &stranger, &t->arena, w.schools[0], STR("administrative"), 0, 10, &below, &err));
    assert_int_equal(below.count, 0);
    struct sql_device_rows_rows listed;
    struct sql_device_suggestions_of_rows beside;
    assert_ok(device_list(t->db, &officer, &t->arena,
                          &(struct device_filter){.root_id = w.schools[0], .limit_count = 10}, &listed, &err));
    assert_int_equal(listed.count, 3);
    assert_ok(device_pairs_of(t->db, &officer, &t->arena, &listed, &beside, &err));
    assert_int_equal(beside.count, 2); /* each of the two has the other */
    assert_true(beside.items[0].device_id == a.id && beside.items[0].other_id == b.id &&
                beside.items[1].device_id == b.id && beside.items[1].other_id == a.id);
    assert_ok(device_pairs_of(t->db, &stranger, &t->arena, &listed, &beside, &err));
    assert_int_equal(beside.count, 0);
    assert_ok(device_keep_apart(t->db, &officer, page.suggestions.items[0].id, &err));
    assert_err(device_keep_apart(t->db, &officer, page.suggestions.items[0].id, &err), ERR_CONFLICT);
    world_device(t, &w, 0, "Máy 2", "", (struct identity[]){MAC(MAC_A), SERIAL("S2")}, 2);
    assert_int_equal(suggestion_count(t, &w, a.id), 0);
}

#define KEY(v)                          \
    {                                   \
        IDENTITY_AGENT_KEY, STR_INIT(v) \
    }
static void why_two_are_suggested_is_a_code_with_words(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        struct identity seen[2];
        struct known_identity known[4];
        size_t known_count;
    } cases[] = {
        {"seen_both", {SERIAL("S1"), HOST("may-01")}, {{1, 1, SERIAL("S1"), 1}, {2, 2, SERIAL("S1"), 1}}, 2},
        {"same_agent_key", {KEY("k1"), SERIAL("S2")}, {{1, 1, KEY("k1"), 1}, {1, 1, SERIAL("S1"), 1}}, 2},
        {"same_mac",
         {{IDENTITY_MAC, STR_INIT("aa:00:00:00:00:0a")}, SERIAL("S2")},
         {{1, 1, {IDENTITY_MAC, STR_INIT("aa:00:00:00:00:0a")}, 1}, {1, 1, SERIAL("S1"), 1}},
         2},
        {"same_hostname",
         {HOST("may-01"), {IDENTITY_MAC, STR_INIT("aa:00:00:00:00:0b")}},
         {{1, 1, HOST("may-01"), 1}, {1, 1, {IDENTITY_MAC, STR_INIT("aa:00:00:00:00:0a")}, 1}},
         2},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct match match = device_match(cases[i].seen, 2, cases[i].known, cases[i].known_count);
        if (!match.suggest_id || !match.why || strcmp(match.why, cases[i].why) != 0)
            fail_msg("%s: suggests %lld because of %s", cases[i].why, (long long)match.suggest_id,
                     match.why ? match.why : "nothing");
        const struct device_word *word = device_reason_find(str_from_cstr(match.why));
        assert_non_null(word);
        assert_false(str_is_empty(word->vi) || str_is_empty(word->en) || str_equal(word->vi, word->en));
    }
    assert_null(device_reason_find(STR("cùng tên máy tại một địa điểm")));
}

static void undoing_a_merge_gives_back_what_was_said(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct actor officer = world_actor(t, w.officer_of[0]);
    struct device_registered a = world_device(t, &w, 0, "Máy 1", "protected", (struct identity[]){MAC(MAC_A)}, 1);
    t->now_ms += 1000;
    struct device_registered b = world_device(t, &w, 0, "Máy 2", "unprotected", (struct identity[]){MAC(MAC_B)}, 1);
    int64_t merge = 0;
    assert_err(device_merge(t->db, &officer, a.id, b.id, STR(" "), &merge, &err), ERR_SYNTAX);
    assert_ok(device_merge(t->db, &officer, a.id, b.id, STR("hai card mạng của một máy"), &merge, &err));
    struct device_coverage c = world_coverage(t, w.superior, w.schools[0]);
    assert_int_equal(c.total, 1);
    assert_int_equal(c.is_unprotected, 1); /* the newer word */
    t->now_ms += 1000;
    struct device_registered again = world_device(t, &w, 0, "", "protected", (struct identity[]){MAC(MAC_B)}, 1);
    assert_int_equal(again.id, a.id); /* b's card, a's device */
    assert_int_equal(world_coverage(t, w.superior, w.schools[0]).is_protected, 1);
    assert_err(device_set_protection(t->db, &officer, b.id, STR("protected"), STR(""), 0, &err), ERR_CONFLICT);
    assert_ok(device_merge_undo(t->db, &officer, merge, STR("là hai máy"), &err));
    assert_err(device_merge_undo(t->db, &officer, merge, STR("là hai máy"), &err), ERR_CONFLICT);
    c = world_coverage(t, w.superior, w.schools[0]);
    assert_int_equal(c.total, 2);
    assert_int_equal(c.is_protected, 2);
    assert_int_equal(world_device(t, &w, 0, "", "", (struct identity[]){MAC(MAC_B)}, 1).id, b.id);
    assert_ok(device_recount(t->db, &err));
    struct device_registered elsewhere = world_device(t, &w, 1, "Máy 1", "", (struct identity[]){MAC(MAC_A)}, 1);
    assert_err(device_merge(t->db, &w.system, a.id, elsewhere.id, STR("nhầm"), &merge, &err), ERR_CONFLICT);
}

static void one_row_of_two_machines_is_split(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct actor officer = world_actor(t, w.officer_of[0]);
    struct device_registered a =
        world_device(t, &w, 0, "Máy 1", "protected", (struct identity[]){MAC(MAC_A), MAC(MAC_B)}, 2);
    struct device_page page;
    assert_ok(device_open(t->db, &officer, &t->arena, a.id, &page, &err));
    assert_int_equal(page.identities.count, 2);
    int64_t ids[] = {page.identities.items[0].id, page.identities.items[1].id}, new_id = 0;
    assert_err(device_split(t->db, &officer, a.id, ids, 2, STR("Máy 2"), &new_id, &err), ERR_CONFLICT);
    assert_ok(device_split(t->db, &officer, a.id, &ids[1], 1, STR("Máy 2"), &new_id, &err));
    assert_int_equal(world_device(t, &w, 0, "", "", (struct identity[]){MAC(MAC_B)}, 1).id, new_id);
    struct device_coverage c = world_coverage(t, w.superior, w.schools[0]);
    assert_int_equal(c.total, 2);
    assert_int_equal(c.is_unknown, 1);
    assert_ok(device_recount(t->db, &err));
}

static void silence_counts_as_unknown(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    world_device(t, &w, 0, "Máy 1", "protected", (struct identity[]){MAC(MAC_A)}, 1);
    int64_t aged = -1;
    t->now_ms += 30 * CIVIL_DAY_MS; /* 04/01 + one month is 04/02: still covered on 03/02 */
    assert_ok(device_age(t->db, &aged, &err));
    assert_int_equal(aged, 0);
    assert_int_equal(world_coverage(t, w.superior, w.schools[0]).is_protected, 1);
    t->now_ms += CIVIL_DAY_MS;
    assert_err(device_recount(t->db, &err), ERR_CONFLICT); /* the day job is late */
    assert_ok(device_age(t->db, &aged, &err));
    assert_int_equal(aged, 1);
    struct device_coverage c = world_coverage(t, w.superior, w.schools[0]);
    assert_int_equal(c.is_unknown, 1);
    assert_int_equal(device_coverage_permille(&c), 0);
    assert_ok(device_recount(t->db, &err));
    world_device(t, &w, 0, "", "protected", (struct identity[]){MAC(MAC_A)}, 1); /* it speaks again */
    assert_int_equal(world_coverage(t, w.superior, w.schools[0]).is_protected, 1);
    assert_ok(device_recount(t->db, &err));
}

static void who_sees_what(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct device_registered a =
        world_device(t, &w, 0, "Máy phòng Hiệu trưởng", "", (struct identity[]){MAC(MAC_A)}, 1);
    world_device(t, &w, 1, "Máy khác", "", (struct identity[]){MAC(MAC_A)}, 1);
    struct device_filter f = {.root_id = w.department, .limit_count = 50};
    int64_t n = -1;
    struct actor superior = world_actor(t, w.superior), clerk = world_actor(t, w.clerk),
                 stranger = world_actor(t, w.officer_of[1]);
    assert_ok(device_list_count(t->db, &superior, &t->arena, &f, &n, &err));
    assert_int_equal(n, 2);
    assert_ok(device_list_count(t->db, &clerk, &t->arena, &f, &n, &err)); /* his grant does not go down */
    assert_int_equal(n, 0);
    assert_int_equal(world_coverage(t, w.clerk, w.department).total, 0);
    assert_ok(device_list_count(t->db, &stranger, &t->arena, &f, &n, &err));
    assert_int_equal(n, 0);
    f.root_id = w.schools[1];
    assert_ok(device_list_count(t->db, &stranger, &t->arena, &f, &n, &err));
    assert_int_equal(n, 1);
    struct device_page page;
    assert_err(device_open(t->db, &stranger, &t->arena, a.id, &page, &err), ERR_NOT_FOUND);
    struct device_coverage c;
    assert_err(device_coverage(t->db, &stranger, w.department, STR(""), STR(""), &c, &err), ERR_DENIED);
    /* seeing is not working */
    struct device_change change = {.kind = STR("server"), .name = STR("X")};
    assert_err(device_update(t->db, &superior, a.id, &change, &err), ERR_DENIED);
    assert_err(device_retire(t->db, &stranger, a.id, STR("thanh lý"), &err), ERR_DENIED);
    struct device_draft draft = {.site_id = w.sites[0], .name = STR("X")};
    struct device_registered got;
    assert_err(device_register(t->db, &stranger, &draft, "hand", &got, &err), ERR_DENIED);
}

static void lists_find_by_name_and_identifier(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct actor superior = world_actor(t, w.superior);
    world_device(t, &w, 0, "Máy phòng Hiệu trưởng", "protected", (struct identity[]){MAC(MAC_A)}, 1);
    world_device(t, &w, 0, "Máy thư viện", "", (struct identity[]){MAC(MAC_B), ADDRESS("10.0.0.7")}, 2);
    static const struct {
        const char *search, *protection;
        int64_t want;
    } cases[] = {{"", "", 2},
                 {"hieu truong", "", 1},
                 {"THƯ VIỆN", "", 1},
                 {"aa-00-00-00-00-0b", "", 1},
                 {"10.0.0.7", "", 1},
                 {"100%", "", 0},
                 {"", "protected", 1},
                 {"", "unknown", 1},
                 {"", "unprotected", 0},
                 {"hieu", "unknown", 0}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct device_filter f = {.root_id = w.department,
                                  .search = str_from_cstr(cases[i].search),
                                  .protection = str_from_cstr(cases[i].protection),
                                  .limit_count = 50};
        struct sql_device_rows_rows rows;
        int64_t n = -1;
        assert_ok(device_list(t->db, &superior, &t->arena, &f, &rows, &err));
        assert_ok(device_list_count(t->db, &superior, &t->arena, &f, &n, &err));
        if ((int64_t)rows.count != cases[i].want || n != cases[i].want)
            fail_msg("'%s' %s: %zu rows, counted %lld", cases[i].search, cases[i].protection, rows.count, (long long)n);
    }
}

static void wrong_drafts_say_why(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct actor officer = world_actor(t, w.officer_of[0]);
    const struct identity bad_mac = MAC(STR("aa:bb")), bad_ip = ADDRESS("192.168.1.300");
    const struct device_draft cases[] = {
        {.site_id = w.sites[0], .name = STR("X"), .kind = STR("toaster")},
        {.site_id = w.sites[0], .name = STR("X"), .protection = STR("maybe")},
        {.site_id = w.sites[0]},
        {.site_id = w.sites[0], .name = STR("a\xff")},
        {.site_id = w.sites[0], .name = {"a\0b", 3}},
        {.site_id = w.sites[0], .identities = &bad_mac, .identity_count = 1},
        {.site_id = w.sites[0], .identities = &bad_ip, .identity_count = 1},
    };
    struct device_registered got;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_err(device_register(t->db, &officer, &cases[i], "hand", &got, &err), ERR_SYNTAX);
    assert_err(
        device_register(t->db, &officer, &(struct device_draft){.site_id = 7, .name = STR("X")}, "hand", &got, &err),
        ERR_NOT_FOUND);
    struct device_draft many[] = {{.site_id = w.sites[0], .name = STR("1")},
                                  {.site_id = w.sites[0], .name = STR("2"), .kind = STR("?")}};
    struct device_registered results[2];
    size_t bad = 99;
    assert_err(device_register_many(t->db, &officer, many, 2, "import", results, &bad, &err), ERR_SYNTAX);
    assert_int_equal(bad, 1);
    assert_int_equal(world_coverage(t, w.superior, w.schools[0]).total, 0); /* all or nothing */
}

static void every_act_is_in_the_chain(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct actor officer = world_actor(t, w.officer_of[0]);
    struct device_draft many[20];
    struct device_registered results[20];
    for (int i = 0; i < 20; i++)
        many[i] = (struct device_draft){.site_id = w.sites[0],
                                        .kind = STR("Máy trạm"),
                                        .name = arena_printf(&t->arena, "Máy %d", i),
                                        .protection = STR("Có")};
    assert_ok(device_register_many(t->db, &officer, many, 20, "import", results, NULL, &err));
    struct device_change change = {.kind = STR("server"), .name = STR("Máy chủ")};
    assert_ok(device_update(t->db, &officer, results[0].id, &change, &err));
    assert_ok(device_retire(t->db, &officer, results[1].id, STR("thanh lý"), &err));
    struct sql_fixture_entries_rows entries;
    assert_ok(sql_fixture_entries(t->db, &t->arena, &(struct sql_fixture_entries_args){.object_kind = STR("device")},
                                  &entries, &err));
    assert_int_equal(entries.count, 3);
    assert_str(entries.items[0].kind, STR("devices_registered"));
    assert_int_equal(entries.items[0].unit_id.v, w.schools[0]);
    assert_str(entries.items[2].kind, STR("device_retired"));
    assert_int_equal(entries.items[2].actor_id.v, w.officer_of[0]);
    struct device_coverage c;
    assert_ok(device_coverage_unit(t->db, &officer, w.schools[0], STR("server"), &c, &err));
    assert_int_equal(c.is_protected, 1);
    assert_int_equal(world_coverage(t, w.superior, w.schools[0]).total, 19);
    assert_ok(device_recount(t->db, &err));
    assert_ok(sql_fixture_break(t->db, &(struct sql_fixture_break_args){.unit_id = w.schools[0]}, &err));
    assert_err(device_recount(t->db, &err), ERR_CONFLICT);
}

static void cameras_are_no_part_of_the_hundred_percent(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct actor officer = world_actor(t, w.officer_of[0]);
    static const struct {
        const char *kind;
        int64_t hosts;
    } cases[] = {{"server", 1}, {"camera", 1}, {"Đầu ghi hình", 1}, {"network", 1}, {"", 2}, {"thiet bi dau cuoi", 3}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct device_registered got;
        struct device_draft d = {.site_id = w.sites[0],
                                 .name = STR("X"),
                                 .kind = str_from_cstr(cases[i].kind),
                                 .protection = STR("protected")};
        assert_ok(device_register(t->db, &officer, &d, "hand", &got, &err));
        assert_int_equal(world_coverage(t, w.superior, w.department).total, cases[i].hosts);
        struct device_filter f = {.root_id = w.schools[0], .kind = DEVICE_KIND_HOSTS};
        int64_t n = 0;
        assert_ok(device_list_count(t->db, &officer, &t->arena, &f, &n, &err));
        assert_int_equal(n, cases[i].hosts); /* the number opens to its rows */
    }
    struct device_coverage c;
    assert_ok(device_coverage(t->db, &officer, w.schools[0], STR(""), DEVICE_KIND_ALL, &c, &err));
    assert_int_equal(c.total, ARRAY_LEN(cases));
}

/* As on the day from which other kinds count: the sums of hosts are of the old ones. */
static void sums_of_hosts_follow_the_kinds(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    civil_day today = db_today(t->db);
    for (size_t i = 0; i < know_device_kind_count; i++) {
        struct str kind = know_device_kinds[i].id;
        assert_int_equal(device_kind_is_host(kind, today), know_ids_has(know_host_kinds_on(today)->kinds, kind));
        for (int school = 0; school < 2; school++) {
            struct device_registered got;
            struct device_draft d = {
                .site_id = w.sites[school], .name = STR("X"), .kind = kind, .protection = STR("unprotected")};
            struct actor officer = world_actor(t, w.officer_of[school]);
            assert_ok(device_register(t->db, &officer, &d, "hand", &got, &err));
        }
    }
    struct device_coverage whole = world_coverage(t, w.superior, w.department);
    assert_int_equal(whole.is_unprotected, 2 * know_host_kinds_on(today)->kinds.count);
    int64_t units = 7;
    assert_ok(device_hosts_again(t->db, &units, &err));
    assert_int_equal(units, 0);
    assert_ok(sql_fixture_hosts_more(t->db, &(struct sql_fixture_hosts_more_args){.unit_id = w.schools[0]}, &err));
    assert_ok(sql_fixture_hosts_none(t->db, &(struct sql_fixture_hosts_none_args){.unit_id = w.schools[1]}, &err));
    assert_err(device_recount(t->db, &err), ERR_CONFLICT);
    assert_ok(device_hosts_again(t->db, &units, &err));
    assert_int_equal(units, 2);
    assert_ok(device_recount(t->db, &err));
    assert_ok(device_hosts_again(t->db, &units, &err));
    assert_int_equal(units, 0);
    struct device_coverage now = world_coverage(t, w.superior, w.department);
    assert_int_equal(now.total, whole.total);
    assert_int_equal(now.is_unprotected, whole.is_unprotected);
}

static struct import_run begin(int64_t root_id, struct store_test *t)
{
    struct import_run run;
    import_begin(&run, &device_register_table, root_id, civil_day_of_ms(t->now_ms));
    return run;
}

static const char header[] =
    "Mã đơn vị,Địa điểm,Tên thiết bị,Loại,Hệ điều hành,Địa chỉ MAC,Số sê-ri,Giải pháp phòng chống mã độc,Được bảo vệ\n";
#define SCHOOL_1 "Trường THCS Số 1," /* its code here */

static struct str sheet(struct store_test *t, const char *rows)
{
    return arena_printf(&t->arena, "%s%s", header, rows);
}

static void each_wrong_row_of_a_table_says_why(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct actor officer = world_actor(t, w.officer_of[0]), stranger = world_actor(t, w.officer_of[1]),
                 superior = world_actor(t, w.superior);
    static const struct {
        const char *row, *reason;
        int column;
    } cases[] = {
        {SCHOOL_1 ",Máy 1,Máy trạm,Windows 11,02-00-5E-00-53-01,TL1,Rào Tre AV,Có\n", NULL, 0},
        {"khong-co,,X,,,,,,\n", "không có đơn vị", 0},
        {"Trường THCS Số 2,,X,,,,,,\n", "phạm vi", 0},
        {SCHOOL_1 ",X,tủ lạnh,,,,,\n", "danh mục", 3},
        {SCHOOL_1 ",X,,,zz,,,\n", "MAC", 5},
        {SCHOOL_1 ",X,,,,,,chắc là có\n", "danh mục", 8},
        {SCHOOL_1 ",,,,,,,\n", "ghi tên", 2},
        {SCHOOL_1 ",Máy 1 nữa,,,,tl1,,\n", "trùng", -1},
    };
    AUTO_BUF text;
    buf_init(&text, 1u << 16);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        buf_printf(&text, "%s", cases[i].row);
    buf_put_byte(&text, '\0');
    struct import_run run = begin(w.schools[0], t);
    assert_err(import_preview(t->db, &stranger, &run, sheet(t, buf_str(&text).ptr), &err), ERR_DENIED);
    assert_err(import_preview(t->db, &superior, &run, sheet(t, buf_str(&text).ptr), &err), ERR_DENIED);
    assert_ok(import_preview(t->db, &officer, &run, sheet(t, buf_str(&text).ptr), &err));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct import_row *row = &run.rows[i];
        if (!cases[i].reason) {
            assert_int_equal(row->verdict, IMPORT_NEW);
            continue;
        }
        assert_int_equal(row->verdict, IMPORT_ERROR);
        assert_int_equal(row->column, cases[i].column);
        if (!str_contains(row->reason, str_from_cstr(cases[i].reason)))
            fail_msg("row %zu says %.*s", i, STR_ARG(row->reason));
    }
    assert_int_equal(world_coverage(t, w.superior, w.department).total, 0); /* looking writes nothing */
    assert_err(import_apply(t->db, &officer, &run, STR("a.csv"), sheet(t, buf_str(&text).ptr), &err), ERR_SYNTAX);
    run.skip_errors = true;
    assert_ok(import_apply(t->db, &officer, &run, STR("a.csv"), sheet(t, buf_str(&text).ptr), &err));
    assert_int_equal(world_coverage(t, w.superior, w.department).total, 1);
    import_end(&run);
}

/* Who keeps the units below brings in their devices by the column of codes, in whatever tree they stand below; of
 * others the row names the code. */
static void a_department_brings_in_devices_of_its_schools(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t keeper =
        world_person(t, "Phan Thị Lá", w.department, "administrative", RIGHT_READ | RIGHT_ASSET_READ | RIGHT_ORG_ADMIN);
    int64_t outside = world_unit(t, &w, "school_primary", "Trường ngoài ngành", w.committee);
    struct actor actor = world_actor(t, keeper), officer = world_actor(t, w.officer_of[0]);
    struct str rows = sheet(t, "Trường THCS Số 1,,Máy A,,,02-00-5E-00-53-0A,,,\n"
                               "Trường THCS Số 2,,Máy B,,,02-00-5E-00-53-0B,,,\n"
                               "Trường ngoài ngành,Cơ sở 1,Máy C,,,02-00-5E-00-53-0C,,,\n");
    struct import_run run = begin(w.department, t);
    assert_ok(import_preview(t->db, &actor, &run, rows, &err));
    assert_int_equal(run.new_count, 2);
    assert_int_equal(run.error_count, 1);
    assert_true(str_contains(run.rows[2].reason, STR("Trường ngoài ngành")));
    assert_str(refusal_words(run.rows[2].reason, LANG_EN, &t->arena),
               STR("unit Trường ngoài ngành is outside of what you may change"));
    assert_err(import_preview(t->db, &officer, &run, rows, &err), ERR_DENIED); /* of a school, not of the department */
    import_end(&run);
    run = begin(w.department, t);
    run.skip_errors = true;
    assert_ok(import_apply(t->db, &actor, &run, STR("phong.csv"), rows, &err));
    assert_int_equal(world_coverage(t, w.superior, w.department).total, 2);
    assert_err(import_undo(t->db, &officer, run.what, run.batch_id, &err), ERR_DENIED);
    assert_ok(import_undo(t->db, &actor, run.what, run.batch_id, &err));
    assert_int_equal(world_coverage(t, w.superior, w.department).total, 0);
    assert_ok(device_recount(t->db, &err));
    import_end(&run);
    /* along another tree, another keeper and another school */
    int64_t branch =
        world_person(t, "Đỗ Văn Ngành", w.department, "professional", RIGHT_READ | RIGHT_ASSET_READ | RIGHT_ORG_ADMIN);
    assert_ok(unit_set_parent(t->db, &w.system, outside, EDGE_PROFESSIONAL, w.department, civil_day_of_ms(t->now_ms), 0,
                              &err));
    actor = world_actor(t, branch);
    run = begin(w.department, t);
    assert_ok(import_preview(t->db, &actor, &run, rows, &err));
    assert_int_equal(run.rows[0].verdict, IMPORT_ERROR);
    assert_int_equal(run.rows[1].verdict, IMPORT_ERROR);
    assert_int_equal(run.rows[2].verdict, IMPORT_NEW);
    import_end(&run);
}

static void a_table_of_devices_comes_in_changes_and_goes(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct actor officer = world_actor(t, w.officer_of[0]);
    struct str first =
        sheet(t, SCHOOL_1 ",Máy văn thư,Máy trạm,Windows 11,02-00-5E-00-53-01,TL1,Rào Tre AV,Có\n" SCHOOL_1
                          "Cơ sở 2,,,,02:00:5e:00:53:01,,,không\n" SCHOOL_1 "Cơ sở 2,Máy 3,camera,,,,,\n");
    struct import_run one = begin(w.schools[0], t), two = begin(w.schools[0], t), three = begin(w.schools[0], t);
    assert_ok(import_apply(t->db, &officer, &one, STR("a.csv"), first, &err));
    assert_int_equal(one.new_count, 3);
    assert_int_not_equal(one.rows[0].object_id,
                         one.rows[1].object_id); /* the same card at another site: another device */
    struct device_coverage c = world_coverage(t, w.superior, w.schools[0]);
    assert_int_equal(c.is_protected, 1);
    assert_int_equal(c.is_unprotected, 1);
    assert_err(import_apply(t->db, &officer, &two, STR("a.csv"), first, &err), ERR_CONFLICT); /* nothing new */
    /* by its serial alone, by its card alone, by its name: each is found, what is empty stays */
    t->now_ms += 1000;
    struct str second =
        sheet(t, SCHOOL_1 ",,,Linux,,tl1,,\n" SCHOOL_1 "Cơ sở 2,Máy kế toán,,,02:00:5e:00:53:01,,,\n" SCHOOL_1
                          "Cơ sở 2,Máy 3,,,02:00:5e:00:53:03,,,\n");
    assert_ok(import_apply(t->db, &officer, &two, STR("b.csv"), second, &err));
    assert_int_equal(two.changed_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(two.rows[i].object_id, one.rows[i].object_id);
    struct device_page page;
    assert_ok(device_open(t->db, &officer, &t->arena, one.rows[0].object_id, &page, &err));
    assert_str(page.device->os, STR("Linux"));
    assert_str(page.device->name, STR("Máy văn thư"));
    assert_ok(device_open(t->db, &officer, &t->arena, one.rows[2].object_id, &page, &err));
    assert_int_equal(page.identities.count, 1);
    assert_err(import_undo(t->db, &officer, one.what, one.batch_id, &err), ERR_CONFLICT); /* the second stands on it */
    assert_ok(import_undo(t->db, &officer, two.what, two.batch_id, &err));
    assert_ok(device_open(t->db, &officer, &t->arena, one.rows[0].object_id, &page, &err));
    assert_str(page.device->os, STR("Windows 11"));
    assert_ok(device_open(t->db, &officer, &t->arena, one.rows[2].object_id, &page, &err));
    assert_int_equal(page.identities.count, 0); /* the card goes again */
    /* the same table a day later: what it says of protection is said of that day */
    t->now_ms += CIVIL_DAY_MS;
    officer = world_actor(t, w.officer_of[0]);
    import_end(&two);
    two = begin(w.schools[0], t);
    assert_ok(import_apply(t->db, &officer, &two, STR("a.csv"), first, &err));
    assert_int_equal(two.changed_count, 2);
    assert_int_equal(two.same_count, 1);
    assert_ok(device_open(t->db, &officer, &t->arena, one.rows[0].object_id, &page, &err));
    assert_int_equal(page.device->protection_ms.v, t->now_ms);
    assert_ok(import_undo(t->db, &officer, two.what, two.batch_id, &err));
    assert_err(import_undo(t->db, &officer, one.what, one.batch_id, &err), ERR_CONFLICT); /* said again since */
    assert_ok(import_apply(t->db, &officer, &three, STR("c.csv"), sheet(t, SCHOOL_1 ",Máy 9,Máy chủ,,,TL9,,\n"), &err));
    assert_int_equal(world_coverage(t, w.superior, w.schools[0]).total, 3);
    assert_ok(import_undo(t->db, &officer, three.what, three.batch_id, &err));
    assert_int_equal(world_coverage(t, w.superior, w.schools[0]).total, 2);
    assert_ok(device_recount(t->db, &err));
    /* two of one name: the name alone does not say which */
    import_end(&three);
    three = begin(w.schools[0], t);
    assert_ok(import_apply(t->db, &officer, &three, STR("d.csv"),
                           sheet(t, SCHOOL_1 ",Máy lớp,,,,TL20,,\n" SCHOOL_1 ",Máy lớp,,,,TL21,,\n"), &err));
    assert_ok(import_preview(t->db, &officer, &three, sheet(t, SCHOOL_1 ",Máy lớp,,Linux,,,,\n"), &err));
    assert_int_equal(three.rows[0].verdict, IMPORT_ERROR);
    assert_true(str_contains(three.rows[0].reason, STR("nhiều thiết bị cùng tên")));
    import_end(&one);
    import_end(&two);
    import_end(&three);
}

/* 100,000 rows: printed, and held to the ceiling when LUYTRE_BENCH is set. */
static void a_hundred_thousand_devices(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    size_t count = getenv("LUYTRE_BENCH") ? 100000 : 1000;
    AUTO_BUF text;
    buf_init(&text, 64u << 20);
    buf_printf(&text, "%s", header);
    for (size_t i = 0; i < count; i++)
        buf_printf(&text,
                   "Trường THCS Số %zu,,Máy %zu,Máy trạm,Windows 11,02:00:%02zx:%02zx:%02zx:01,S%zu,Rào Tre,Có\n",
                   i % WORLD_SCHOOLS + 1, i, i >> 16 & 255, i >> 8 & 255, i & 255, i);
    struct import_run run = begin(0, t);
    int64_t started_us = clock_monotonic_us();
    assert_ok(import_apply(t->db, &w.system, &run, STR("lớn.csv"), buf_str(&text), &err));
    int64_t took_ms = (clock_monotonic_us() - started_us) / 1000;
    assert_int_equal(run.new_count, count);
    print_message("devices: %zu rows in %lld ms on %s\n", count, (long long)took_ms,
                  t->engine == STORE_SQLITE ? "SQLite" : "PostgreSQL");
    if (getenv("LUYTRE_BENCH") && t->engine == STORE_SQLITE)
        assert_true(took_ms < 10000);
    import_end(&run);
}

/* Whatever happens in whatever order, the counters are what the rows say. */
static void random_histories_are_counted_right(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    uint64_t seed = 20270104;
    struct rng rng;
    rng_init(&rng, seed);
    static const char *const states[] = {"protected", "unprotected", "unknown", ""};
    for (int step = 0; step < 400; step++) {
        struct arena_mark mark = arena_mark(&t->arena);
        struct sql_fixture_roots_rows roots;
        struct sql_fixture_standing_rows merges;
        assert_ok(sql_fixture_roots(t->db, &t->arena, &roots, &err));
        assert_ok(sql_fixture_standing(t->db, &t->arena, &merges, &err));
        enum err_code code = ERR_NONE;
        uint64_t what = rng_below(&rng, 10);
        int64_t one = roots.count ? roots.items[rng_below(&rng, roots.count)].id : 0,
                other = roots.count ? roots.items[rng_below(&rng, roots.count)].id : 0;
        int64_t merge = 0;
        if (what < 4 || !roots.count) {
            struct identity seen[] = {
                {IDENTITY_MAC, arena_printf(&t->arena, "02:00:00:00:00:%02x", (unsigned)rng_below(&rng, 24))},
                {IDENTITY_SERIAL, arena_printf(&t->arena, "S%u", (unsigned)rng_below(&rng, 24))},
                {IDENTITY_HOSTNAME, arena_printf(&t->arena, "may-%u", (unsigned)rng_below(&rng, 12))}};
            size_t from = rng_below(&rng, 3);
            struct device_draft d = {.site_id = w.sites[rng_below(&rng, 2)],
                                     .kind = know_device_kinds[rng_below(&rng, know_device_kind_count)].id,
                                     .identities = seen + from,
                                     .identity_count = 3 - from,
                                     .protection = str_from_cstr(states[rng_below(&rng, 4)]),
                                     .protection_ms = t->now_ms - (int64_t)rng_below(&rng, 40) * CIVIL_DAY_MS};
            struct device_registered got;
            code = device_register(t->db, &w.system, &d, "scan", &got, &err);
            assert_int_equal(code, ERR_NONE);
        } else if (what < 6) {
            code = device_merge(t->db, &w.system, one, other, STR("thử"), &merge, &err);
        } else if (what < 8 && merges.count) {
            code =
                device_merge_undo(t->db, &w.system, merges.items[rng_below(&rng, merges.count)].id, STR("thử"), &err);
            assert_int_equal(code, ERR_NONE); /* a standing merge can always be undone */
        } else if (what == 8) {
            code = device_set_protection(t->db, &w.system, one, str_from_cstr(states[rng_below(&rng, 3)]),
                                         STR("Tre Guard"), 0, &err);
        } else if (rng_below(&rng, 4) == 0) {
            code = device_retire(t->db, &w.system, one, STR("thử"), &err);
        } else {
            t->now_ms += (int64_t)rng_below(&rng, 5) * CIVIL_DAY_MS;
            int64_t aged = 0;
            assert_ok(device_age(t->db, &aged, &err));
        }
        if (code != ERR_NONE && code != ERR_CONFLICT)
            fail_msg("seed %llu step %d: %s", (unsigned long long)seed, step, err.text);
        if (device_recount(t->db, &err) != ERR_NONE)
            fail_msg("seed %llu step %d what %u: %s", (unsigned long long)seed, step, (unsigned)what, err.text);
        arena_rewind(&t->arena, mark);
    }
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org,
                                                       &sql_module_asset, NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(an_address_counts_within_its_site),
        STORE_TEST(the_same_machine_is_one_device),
        STORE_TEST(contradictions_stay_apart),
        STORE_TEST(undoing_a_merge_gives_back_what_was_said),
        STORE_TEST(one_row_of_two_machines_is_split),
        STORE_TEST(silence_counts_as_unknown),
        STORE_TEST(who_sees_what),
        STORE_TEST(lists_find_by_name_and_identifier),
        cmocka_unit_test(why_two_are_suggested_is_a_code_with_words),
        STORE_TEST(wrong_drafts_say_why),
        STORE_TEST(every_act_is_in_the_chain),
        STORE_TEST(cameras_are_no_part_of_the_hundred_percent),
        STORE_TEST(sums_of_hosts_follow_the_kinds),
        STORE_TEST(each_wrong_row_of_a_table_says_why),
        STORE_TEST(a_department_brings_in_devices_of_its_schools),
        STORE_TEST(a_table_of_devices_comes_in_changes_and_goes),
        STORE_TEST(a_hundred_thousand_devices),
        STORE_TEST(random_histories_are_counted_right),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
