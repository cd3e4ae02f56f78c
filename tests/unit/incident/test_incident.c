#include "incident_world.h"

static void a_case_opens_with_its_code_its_clocks_and_its_people(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    int64_t id = world_case(t, &w);
    struct incident_case c = world_read(t, w.officer[0], id);
    assert_str(c.row->code, STR("SC-2026-00001"));
    assert_str(c.row->severity, STR("sev2")); /* ransomware says so itself */
    assert_false(c.row->severity_by.has);
    assert_str(c.group->id, STR("malware"));
    assert_int_equal(c.standing.part, PARTY_LEAD);
    assert_int_equal(c.row->facts, 0); /* nobody answered anything: what the label says is not put in anybody's mouth */
    assert_int_equal(c.clocks.count, 2);
    assert_str(c.clocks.items[0].row->id, STR("new-first"));
    assert_int_equal(c.clocks.items[0].due_ms, c.row->detected_ms + 24 * HOUR_MS);
    assert_str(world_read(t, w.officer[0], world_case(t, &w)).row->code, STR("SC-2026-00002"));
}

/* It belongs to its parties, whatever the tree: the department and the police stand above the school and see nothing.
 */
static void nobody_else_sees_it(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = world_case(t, &w);
    const struct {
        int64_t person_id;
        bool sees;
    } people[] = {{w.officer[0], true}, {w.head[0], true},      {w.clerk, false},   {w.officer[1], false},
                  {w.reviewer, false},  {w.coordinator, false}, {w.engineer, false}};
    for (size_t i = 0; i < ARRAY_LEN(people); i++) {
        struct incident_case c;
        struct actor actor = world_actor(t, people[i].person_id);
        enum err_code code = incident_read(t->db, &actor, &t->arena, id, &c, &err);
        if (code != (people[i].sees ? ERR_NONE : ERR_DENIED))
            fail_msg("person %zu: %d", i, code);
        struct sql_incident_rows_rows rows;
        int64_t n = -1;
        struct incident_filter all = {.limit_count = 10};
        assert_ok(incident_list(t->db, &actor, &t->arena, &all, &rows, &err));
        assert_ok(incident_list_count(t->db, &actor, &t->arena, &all, &n, &err));
        assert_int_equal(rows.count, people[i].sees);
        assert_int_equal(n, people[i].sees);
        struct incident_filter by_word = {.search = STR("sổ điểm"), .limit_count = 10};
        assert_ok(incident_list(t->db, &actor, &t->arena, &by_word, &rows, &err));
        assert_int_equal(rows.count, people[i].sees);
    }
}

static void a_party_comes_in_and_goes_out_at_once(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = world_case(t, &w);
    struct actor officer = world_actor(t, w.officer[0]), engineer = world_actor(t, w.engineer),
                 police = world_actor(t, w.coordinator);
    assert_err(party_add(t->db, &officer, id, w.isp, 0, PARTY_PROVIDER, STR(" "), &err), ERR_SYNTAX);
    assert_ok(party_add(t->db, &officer, id, w.isp, 0, PARTY_PROVIDER, STR("chặn địa chỉ tấn công"), &err));
    assert_err(party_add(t->db, &officer, id, w.isp, 0, PARTY_PROVIDER, STR("lần nữa"), &err), ERR_CONFLICT);
    struct party_standing standing;
    assert_ok(party_standing(t->db, &engineer, id, &standing, &err));
    assert_int_equal(standing.part, PARTY_PROVIDER);
    assert_int_equal(standing.view_bits, AUDIENCE_PROVIDER);
    /* only the lead lets others in */
    assert_err(party_add(t->db, &engineer, id, w.police, 0, PARTY_POLICE, STR("nhờ"), &err), ERR_DENIED);
    assert_err(party_add(t->db, &police, id, w.police, 0, PARTY_LEAD, STR("tự vào"), &err), ERR_DENIED);
    /* one named person of another unit, and nobody else there */
    assert_ok(party_add(t->db, &officer, id, w.schools[1], w.officer[1], PARTY_HELP, STR("rành máy chủ này"), &err));
    struct actor expert = world_actor(t, w.officer[1]), his_head = world_actor(t, w.head[1]);
    assert_ok(party_standing(t->db, &expert, id, &standing, &err));
    assert_err(party_standing(t->db, &his_head, id, &standing, &err), ERR_DENIED);
    /* a unit where nobody could be reached is no help */
    int64_t empty = world_unit(t, &w, "school_primary", "Trường Tiểu học Lá Tre", w.department, w.police);
    assert_err(party_add(t->db, &officer, id, empty, 0, PARTY_HELP, STR("nhờ"), &err), ERR_CONFLICT);
    assert_err(party_add(t->db, &officer, id, w.isp, w.clerk, PARTY_HELP, STR("nhờ"), &err), ERR_CONFLICT);
    struct sql_party_rows_rows rows;
    struct sql_party_people_rows_rows people;
    assert_ok(party_list(t->db, &engineer, &t->arena, id, &rows, &err));
    assert_int_equal(rows.count, 3);
    assert_ok(party_people(t->db, &officer, &t->arena, id, &people, &err));
    assert_int_equal(people.count, 4); /* head and officer of the school, the engineer, the expert */
    assert_err(party_end(t->db, &officer, id, rows.items[0].id, STR("x"), &err), ERR_CONFLICT); /* the only lead */
    assert_ok(party_end(t->db, &officer, id, rows.items[2].id, STR("xong việc"), &err));
    assert_err(party_standing(t->db, &engineer, id, &standing, &err), ERR_DENIED);
    assert_err(party_end(t->db, &officer, id, rows.items[2].id, STR("lần nữa"), &err), ERR_NOT_FOUND);
}

/* An officer removed in mid-case: out in the same instant, his successor in. */
static void who_leaves_the_unit_leaves_the_case(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = world_case(t, &w);
    struct actor officer = world_actor(t, w.officer[0]);
    struct party_standing standing;
    assert_ok(party_standing(t->db, &officer, id, &standing, &err));
    assert_ok(sql_world_grants_end(
        t->db, &(struct sql_world_grants_end_args){.person_id = w.officer[0], .to_day = civil_day_of_ms(t->now_ms)},
        &err));
    assert_err(party_standing(t->db, &officer, id, &standing, &err), ERR_DENIED);
    struct incident_case c;
    assert_err(incident_read(t->db, &officer, &t->arena, id, &c, &err), ERR_DENIED);
    assert_err(incident_confirm(t->db, &officer, id, STR("sev2"), STR(""), &err), ERR_DENIED);
    struct actor successor = world_actor(t, world_person(t, "Phạm Thị Rễ", w.schools[0], "focal_officer", ""));
    assert_ok(incident_read(t->db, &successor, &t->arena, id, &c, &err));
    assert_int_equal(c.standing.part, PARTY_LEAD);
}

static void two_people_edit_one_case(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    uint64_t changed, clash;
    int64_t id = world_case(t, &w);
    struct actor head = world_actor(t, w.head[0]), officer = world_actor(t, w.officer[0]);
    struct incident_case c = world_read(t, w.head[0], id);
    struct incident_fields was = world_fields(&c), heads = was, officers = was;
    heads.title = STR("Máy chủ sổ điểm bị mã hóa, đòi tiền");
    heads.facts = answers(heads.facts, "data_leak", FACT_SUSPECTED);
    officers.contained_ms = t->now_ms - 5 * MINUTE_MS;
    officers.facts = answers(officers.facts, "users_outside", FACT_NO);
    assert_ok(incident_change(t->db, &head, id, &was, &heads, &changed, &clash, &err));
    assert_int_equal(clash, 0);
    /* other fields, other questions: both stay */
    assert_ok(incident_change(t->db, &officer, id, &was, &officers, &changed, &clash, &err));
    c = world_read(t, w.head[0], id);
    assert_str(c.row->title, heads.title);
    assert_int_equal(c.row->contained_ms.v, officers.contained_ms);
    struct incident_facts both = {(uint64_t)c.row->facts};
    assert_int_equal(incident_fact(both, know_incident_fact_place(STR("data_leak"))), FACT_SUSPECTED);
    assert_int_equal(incident_fact(both, know_incident_fact_place(STR("users_outside"))), FACT_NO);
    /* the same field: refused by name, and nothing of it is written */
    officers.title = STR("Máy chủ hỏng");
    officers.restored_ms = t->now_ms;
    assert_err(incident_change(t->db, &officer, id, &was, &officers, &changed, &clash, &err), ERR_CONFLICT);
    assert_int_equal(clash, UINT64_C(1) << INCIDENT_TITLE);
    c = world_read(t, w.head[0], id);
    assert_str(c.row->title, heads.title);
    assert_false(c.row->restored_ms.has);
    /* both wrote the same: no clash */
    officers.title = heads.title;
    assert_ok(incident_change(t->db, &officer, id, &was, &officers, &changed, &clash, &err));
    assert_true(world_read(t, w.head[0], id).row->restored_ms.has);
    /* sent twice: the second changes nothing and writes nothing */
    int64_t version = world_read(t, w.head[0], id).row->version;
    assert_ok(incident_change(t->db, &officer, id, &was, &officers, &changed, &clash, &err));
    assert_int_equal(changed, 0);
    assert_int_equal(world_read(t, w.head[0], id).row->version, version);
}

static void severity_is_the_rules_and_a_persons(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    uint64_t changed, clash;
    int64_t id = world_case(t, &w);
    struct actor officer = world_actor(t, w.officer[0]);
    assert_err(incident_confirm(t->db, &w.system, id, STR("sev2"), STR(""), &err), ERR_DENIED); /* nobody's name */
    assert_err(incident_confirm(t->db, &officer, id, STR("sev3"), STR("nhẹ thôi"), &err), ERR_CONFLICT);
    assert_err(incident_confirm(t->db, &officer, id, STR("serious"), STR(""), &err), ERR_SYNTAX); /* the old scheme */
    assert_err(incident_confirm(t->db, &officer, id, STR("sev1"), STR(" "), &err), ERR_SYNTAX);
    assert_ok(incident_confirm(t->db, &officer, id, STR("sev2"), STR(""), &err));
    struct incident_case c = world_read(t, w.officer[0], id);
    assert_int_equal(c.row->severity_by.v, w.officer[0]);
    assert_str(c.row->severity_name, STR("Nguyễn Thị Hạ"));
    int64_t classified_ms = c.row->classified_ms;
    /* two days later it turns out graver: unconfirmed again, and its clock runs from T0 */
    t->now_ms += 48 * HOUR_MS;
    struct incident_fields was = world_fields(&c), now = was;
    now.facts = answers(now.facts, "signs_security", FACT_SUSPECTED);
    assert_ok(incident_change(t->db, &officer, id, &was, &now, &changed, &clash, &err));
    c = world_read(t, w.officer[0], id);
    assert_str(c.row->severity, STR("sev1"));
    assert_false(c.row->severity_by.has);
    assert_true(c.row->classified_ms > classified_ms);
    assert_str(c.clocks.items[0].row->id, STR("new-at-once"));
    assert_int_equal(c.clocks.items[0].t0_ms, c.row->detected_ms);
    assert_int_equal(c.clocks.items[0].state, CLOCK_LATE);
    assert_true(c.clocks.items[0].is_birth);
    /* back: what the rules have; then raised by a person, which later answers do not lower */
    assert_ok(incident_change(t->db, &officer, id, &now, &was, &changed, &clash, &err));
    assert_str(world_read(t, w.officer[0], id).row->severity, STR("sev2"));
    assert_ok(incident_confirm(t->db, &officer, id, STR("sev1"), STR("có dấu hiệu nội gián"), &err));
    c = world_read(t, w.officer[0], id);
    was = now = world_fields(&c);
    now.summary = STR("Thêm: máy thứ hai cũng vậy.");
    now.facts = answers(now.facts, "outage", FACT_NO);
    assert_ok(incident_change(t->db, &officer, id, &was, &now, &changed, &clash, &err));
    c = world_read(t, w.officer[0], id);
    assert_str(c.row->severity, STR("sev1"));
    assert_str(c.row->severity_note, STR("có dấu hiệu nội gián"));
    assert_int_equal(c.row->severity_by.v, w.officer[0]);
    /* another label brings other answers: nothing of the first one sticks */
    int64_t other = world_case(t, &w);
    officer = world_actor(t, w.officer[0]); /* two days on */
    c = world_read(t, w.officer[0], other);
    was = now = world_fields(&c);
    now.label = STR("phishing");
    assert_ok(incident_change(t->db, &officer, other, &was, &now, &changed, &clash, &err));
    assert_str(world_read(t, w.officer[0], other).row->severity, STR("sev4"));
}

static void what_is_wrong_is_said(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct actor officer = world_actor(t, w.officer[0]), clerk = world_actor(t, w.clerk);
    int64_t id;
    struct incident_draft good = world_draft(t, &w), d;
#define WRONG(field, value, code)                                        \
    do {                                                                 \
        d = good;                                                        \
        d.field = (value);                                               \
        assert_err(incident_open(t->db, &officer, &d, &id, &err), code); \
    } while (0)
    WRONG(fields.title, STR("  "), ERR_SYNTAX);
    WRONG(fields.label, STR("hacked"), ERR_SYNTAX);
    WRONG(fields.label, STR("weak-crypto"), ERR_SYNTAX); /* a finding, not a case */
    WRONG(fields.tlp, STR("white"), ERR_SYNTAX);
    WRONG(fields.detected_ms, 0, ERR_SYNTAX);
    WRONG(fields.detected_ms, t->now_ms + MINUTE_MS, ERR_SYNTAX);
    WRONG(fields.occurred_ms, t->now_ms, ERR_SYNTAX); /* after it was detected */
    WRONG(fields.restored_ms, t->now_ms - 20 * HOUR_MS, ERR_SYNTAX);
    WRONG(fields.facts.bits, UINT64_MAX, ERR_SYNTAX);
    WRONG(fields.system_id, 4711, ERR_NOT_FOUND);
    WRONG(source, STR("rumour"), ERR_SYNTAX);
    WRONG(unit_id, w.schools[1], ERR_DENIED);
    WRONG(lead_unit_id, w.police, ERR_DENIED);
    assert_err(incident_open(t->db, &clerk, &good, &id, &err), ERR_DENIED);
    int64_t n;
    assert_ok(incident_list_count(t->db, &w.system, &t->arena, &(struct incident_filter){.limit_count = 1}, &n, &err));
    assert_int_equal(n, 0);
    /* numbers have no holes of what was refused */
    assert_str(world_read(t, w.officer[0], world_case(t, &w)).row->code, STR("SC-2026-00001"));
}

/* The police open it for a school: the school is in it from the start, the police lead. */
static void an_authority_opens_it_for_a_unit(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id;
    struct actor police = world_actor(t, w.coordinator);
    struct incident_draft d = world_draft(t, &w);
    d.lead_unit_id = w.police;
    d.source = STR("authority");
    assert_ok(incident_open(t->db, &police, &d, &id, &err));
    struct incident_case c = world_read(t, w.officer[0], id);
    assert_int_equal(c.standing.part, PARTY_OWN);
    assert_str(c.row->lead_name, STR("Công an tỉnh Trúc Lâm"));
    struct actor officer = world_actor(t, w.officer[0]);
    assert_err(incident_cancel(t->db, &officer, id, STR("báo nhầm"), &err), ERR_DENIED); /* the lead's to say */
    assert_ok(incident_confirm(t->db, &officer, id, STR("sev2"), STR(""), &err));
}

static int64_t count_of(struct store_test *t, const struct actor *actor, const char *in_state, const char *severity)
{
    struct err err;
    int64_t n = -1;
    struct sql_incident_rows_rows rows;
    struct incident_filter filter = {
        .state = str_from_cstr(in_state), .severity = str_from_cstr(severity), .limit_count = 10};
    assert_ok(incident_list(t->db, actor, &t->arena, &filter, &rows, &err));
    assert_ok(incident_list_count(t->db, actor, &t->arena, &filter, &n, &err));
    assert_int_equal(rows.count, n);
    return n;
}

static void it_closes_when_nothing_is_left(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    uint64_t changed, clash;
    struct actor officer = world_actor(t, w.officer[0]);
    struct incident_draft d = world_draft(t, &w);
    d.fields.label = STR("brute-force"); /* blocked: level 4, no report is owed */
    d.fields.system_id = 0;
    int64_t id;
    assert_ok(incident_open(t->db, &officer, &d, &id, &err));
    assert_err(incident_close(t->db, &officer, id, STR(""), &err), ERR_CONFLICT); /* nobody confirmed it */
    assert_ok(incident_confirm(t->db, &officer, id, STR("sev4"), STR(""), &err));
    assert_err(incident_close(t->db, &officer, id, STR(""), &err), ERR_CONFLICT); /* when was it over? */
    struct incident_case c = world_read(t, w.officer[0], id);
    struct incident_fields was = world_fields(&c), now = was;
    now.restored_ms = t->now_ms;
    assert_ok(incident_change(t->db, &officer, id, &was, &now, &changed, &clash, &err));
    assert_int_equal(count_of(t, &officer, "open", "sev4"), 1);
    assert_ok(incident_close(t->db, &officer, id, STR("đã chặn, đổi mật khẩu"), &err));
    assert_int_equal(count_of(t, &officer, "open", ""), 0);
    assert_int_equal(count_of(t, &officer, "closed", "sev4"), 1);
    assert_int_equal(count_of(t, &w.system, "closed", ""), 1);
    assert_err(incident_close(t->db, &officer, id, STR(""), &err), ERR_CONFLICT);
    now.title = STR("Sửa sau khi đóng");
    assert_err(incident_change(t->db, &officer, id, &was, &now, &changed, &clash, &err), ERR_CONFLICT);
    assert_err(incident_reopen(t->db, &officer, id, STR(""), &err), ERR_SYNTAX);
    assert_ok(incident_reopen(t->db, &officer, id, STR("lại có người dò"), &err));
    assert_str(world_read(t, w.officer[0], id).row->state, STR("open"));
    assert_int_equal(count_of(t, &officer, "closed", ""), 0);
    assert_int_equal(count_of(t, &officer, "open", "sev4"), 1);
    /* a grave one owes its reports first */
    int64_t grave = world_case(t, &w);
    assert_ok(incident_confirm(t->db, &officer, grave, STR("sev2"), STR(""), &err));
    c = world_read(t, w.officer[0], grave);
    was = now = world_fields(&c);
    now.restored_ms = t->now_ms;
    assert_ok(incident_change(t->db, &officer, grave, &was, &now, &changed, &clash, &err));
    assert_err(incident_close(t->db, &officer, grave, STR(""), &err), ERR_CONFLICT);
    assert_true(str_contains(str_from_cstr(err.text), STR("còn nợ báo cáo")));
    assert_ok(incident_cancel(t->db, &officer, grave, STR("diễn tập nội bộ, mở nhầm"), &err));
    c = world_read(t, w.officer[0], grave);
    assert_int_equal(c.clocks.items[0].state, CLOCK_VOID);
}

static void two_of_the_same_become_one(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct actor officer = world_actor(t, w.officer[0]);
    int64_t one = world_case(t, &w), two = world_case(t, &w);
    assert_ok(party_add(t->db, &officer, one, w.isp, 0, PARTY_PROVIDER, STR("chặn"), &err));
    assert_err(incident_join(t->db, &officer, one, one, STR("x"), &err), ERR_SYNTAX);
    assert_ok(incident_join(t->db, &officer, one, two, STR("cùng một máy chủ"), &err));
    assert_err(incident_join(t->db, &officer, one, two, STR("lần nữa"), &err), ERR_CONFLICT);
    struct incident_case c = world_read(t, w.officer[0], one);
    assert_str(c.row->state, STR("joined"));
    assert_int_equal(c.row->joined_id.v, two);
    assert_int_equal(world_read(t, w.engineer, two).standing.part, PARTY_PROVIDER);
    struct sql_party_rows_rows rows;
    assert_ok(party_list(t->db, &officer, &t->arena, two, &rows, &err));
    assert_int_equal(rows.count, 2); /* the school led both; the provider came along */
}

static void it_is_found_with_and_without_marks(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    uint64_t changed, clash;
    int64_t id = world_case(t, &w);
    struct actor officer = world_actor(t, w.officer[0]);
    static const struct {
        const char *search;
        size_t found;
    } cases[] = {{"sổ điểm", 1},  {"so diem", 1}, {"SO DIEM MA HOA", 1}, {"sc-2026-00001", 1}, {"SC-2026", 1},
                 {"mang non", 1}, {"ma ho", 1},   {"doi tien", 1},       {"thu rac", 0},       {"so diem thu", 1},
                 {"???", 0},      {"", 1},        {"sodiem", 0}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct incident_filter filter = {.search = str_from_cstr(cases[i].search), .limit_count = 10};
        struct sql_incident_rows_rows rows;
        int64_t n;
        assert_ok(incident_list(t->db, &officer, &t->arena, &filter, &rows, &err));
        assert_ok(incident_list_count(t->db, &officer, &t->arena, &filter, &n, &err));
        if (rows.count != cases[i].found || n != (int64_t)cases[i].found)
            fail_msg("%s: %zu rows, %lld counted", cases[i].search, rows.count, (long long)n);
    }
    struct incident_case c = world_read(t, w.officer[0], id);
    struct incident_fields was = world_fields(&c), now = was;
    now.title = STR("Máy in bị khóa");
    assert_ok(incident_change(t->db, &officer, id, &was, &now, &changed, &clash, &err));
    struct sql_incident_rows_rows rows;
    assert_ok(incident_list(t->db, &officer, &t->arena,
                            &(struct incident_filter){.search = STR("may in"), .limit_count = 10}, &rows, &err));
    assert_int_equal(rows.count, 1);
    static const struct {
        const char *state, *severity;
        size_t found;
    } filters[] = {{"open", "", 1}, {"closed", "", 0}, {"", "sev2", 1}, {"", "sev1", 0}, {"open", "sev2", 1}};
    for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
        assert_ok(incident_list(t->db, &officer, &t->arena,
                                &(struct incident_filter){.state = str_from_cstr(filters[i].state),
                                                          .severity = str_from_cstr(filters[i].severity),
                                                          .limit_count = 10},
                                &rows, &err));
        assert_int_equal(rows.count, filters[i].found);
    }
}

struct looking {
    struct store_test *t;
    int64_t person_id, case_id;
};
static enum err_code look(struct db *db, void *ctx, struct err *err)
{
    struct looking *v = ctx;
    struct incident_case c;
    struct actor actor = world_actor(v->t, v->person_id);
    return incident_read(db, &actor, &v->t->arena, v->case_id, &c, err);
}
/* Who only reads holds nobody up: a lock is refused in db_read. */
static void reading_takes_no_lock(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct looking v = {t, w.officer[0], world_case(t, &w)};
    assert_ok(db_read(t->db, look, &v, &err));
}

/* Every act stands in the chain by the hash of its words, never by the words. */
static void the_chain_knows_that_and_not_what(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    struct actor officer = world_actor(t, w.officer[0]);
    int64_t id = world_case(t, &w);
    assert_ok(incident_confirm(t->db, &officer, id, STR("sev1"), STR("điều không ai ngoài nhóm được biết"), &err));
    size_t sealed = 0;
    assert_ok(chain_seal(t->db, &sealed, &err));
    assert_true(sealed >= 2);
    struct chain_report report;
    assert_ok(chain_verify(t->db, &t->arena, &report, &err));
    struct sql_world_case_chain_rows rows;
    assert_ok(
        sql_world_case_chain(t->db, &t->arena, &(struct sql_world_case_chain_args){.object_id = id}, &rows, &err));
    assert_int_equal(rows.count, 2);
    assert_str(rows.items[0].kind, STR("case_opened"));
    assert_str(rows.items[1].kind, STR("case_severity"));
    for (size_t i = 0; i < rows.count; i++) {
        assert_false(str_contains(rows.items[i].content, STR("không ai")));
        assert_true(str_contains(rows.items[i].content, STR("text_sha256")));
    }
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org,
                                                       &sql_module_incident, NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(a_case_opens_with_its_code_its_clocks_and_its_people),
        STORE_TEST(nobody_else_sees_it),
        STORE_TEST(a_party_comes_in_and_goes_out_at_once),
        STORE_TEST(who_leaves_the_unit_leaves_the_case),
        STORE_TEST(two_people_edit_one_case),
        STORE_TEST(severity_is_the_rules_and_a_persons),
        STORE_TEST(what_is_wrong_is_said),
        STORE_TEST(an_authority_opens_it_for_a_unit),
        STORE_TEST(it_closes_when_nothing_is_left),
        STORE_TEST(two_of_the_same_become_one),
        STORE_TEST(it_is_found_with_and_without_marks),
        STORE_TEST(reading_takes_no_lock),
        STORE_TEST(the_chain_knows_that_and_not_what),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
