/* Every write that others must learn of leaves an outbox row in its own transaction: all tables that travel are written
 * here by the domain functions, while the database itself watches. */
#include "outbox_watch.h"

#include "asset/device.h"
#include "asset/finding.h"
#include "base/buf.h"
#include "duty/budget.h"
#include "duty/cover.h"
#include "duty/directive.h"
#include "duty/directive.sql.h"
#include "duty/freeze.h"
#include "duty/ledger.h"
#include "duty/letter_book.h"
#include "duty/request.h"
#include "duty/rollup.sql.h"
#include "duty/series.h"
#include "duty/visit.h"
#include "format/json.h"
#include "org/event.h"
#include "org/event_place.sql.h"
#include "org/import.h"
#include "org/person.h"
#include "org/sample.sql.h"
#include "org/site.h"
#include "org/system.h"
#include "proof/chain.h"
#include "proof/chain.sql.h"
#include "store/blob.h"
#include "store/outbox.h"
#include "watch.sql.h"
#include "work/succession.h"

extern const struct sql_module sql_module_proof, sql_module_org, sql_module_duty, sql_module_asset, sql_module_watch;

#define TODAY   civil_to_day(2027, 1, 4)
#define SCHOOLS 200u /* more than the keys of one table an outbox row names */

struct province {
    struct actor system;
    int64_t committee, schools[SCHOOLS], site, person, directive;
};

static void nothing_is_left(struct store_test *t, const char *after)
{
    struct err err;
    struct sql_watch_left_rows left;
    assert_ok(sql_watch_left(t->db, &t->arena, &left, &err));
    if (left.count)
        fail_msg("%s wrote %.*s (and %zu more tables) and left no outbox row", after, STR_ARG(left.items[0].name),
                 left.count - 1);
}

static size_t outbox_rows(struct store_test *t, int64_t *ret_last, struct str *ret_payload)
{
    struct err err;
    struct sql_outbox_after_rows rows;
    assert_ok(outbox_read(t->db, *ret_last, 100000, &t->arena, &rows, &err));
    if (rows.count) {
        *ret_last = rows.items[rows.count - 1].serial;
        *ret_payload = rows.items[rows.count - 1].payload;
    }
    return rows.count;
}

static struct province province_make(struct store_test *t)
{
    struct err err;
    t->now_ms = civil_day_start_ms(TODAY) + 8 * 3600 * 1000;
    struct province p = {.system = actor_system(TODAY)};
    assert_ok(ledger_open(t->db, TODAY, &err));
    assert_ok(unit_found(t->db, &p.system,
                         &(struct unit_fact){.kind = STR("provincial_committee"), .name = STR("UBND tỉnh Trúc Lâm")},
                         NULL, 0, civil_to_day(2020, 1, 1), 0, false, &p.committee, &err));
    for (size_t i = 0; i < SCHOOLS; i++) {
        struct unit_fact fact = {.kind = STR("school_primary"),
                                 .name = arena_printf(&t->arena, "Trường Tiểu học Số %zu", i),
                                 .code = arena_printf(&t->arena, "th-%zu", i)};
        assert_ok(unit_found(t->db, &p.system, &fact, &(struct unit_parent){EDGE_ADMINISTRATIVE, p.committee}, 1,
                             civil_to_day(2020, 1, 1), 0, false, &p.schools[i], &err));
    }
    assert_ok(site_new(t->db, &p.system, p.schools[0], STR("Trụ sở"), STR("Đường Tre"), TODAY - 5, &p.site, &err));
    assert_ok(person_new(t->db, &p.system, &(struct person_fields){.name = STR("Trần Văn Đoàn")}, p.schools[0],
                         TODAY - 10, false, &p.person, &err));
    return p;
}

/* --- what writes --- */

static void people(struct store_test *t, struct province *p)
{
    struct err err;
    int64_t grant = 0;
    assert_ok(grant_give(t->db, &p->system,
                         &(struct grant_request){.person_id = p->person,
                                                 .role = STR("unit_head"),
                                                 .unit_id = p->schools[0],
                                                 .edge_kind = STR(""),
                                                 .from_day = TODAY,
                                                 .to_day = CIVIL_FOREVER},
                         &grant, &err));
    assert_ok(
        person_update(t->db, &p->system, p->person, &(struct person_fields){.name = STR("Trần Văn Đoàn Tre")}, &err));
}

static void systems(struct store_test *t, struct province *p)
{
    struct err err;
    int64_t system = 0, id = 0;
    assert_ok(system_new(t->db, &p->system,
                         &(struct system_fields){.operator_id = p->schools[0], .name = STR("Trang thông tin")},
                         TODAY - 5, false, &system, &err));
    assert_ok(system_update(t->db, &p->system, system,
                            &(struct system_fields){.operator_id = p->schools[0], .name = STR("Trang tin")}, &err));
    assert_ok(system_set_level(t->db, &p->system, system, 2, STR("proposed"), STR("01/TTr"), TODAY, &err));
    assert_ok(
        system_database_new(t->db, &p->system, system, STR("học sinh"), STR("PostgreSQL"), true, TODAY, &id, &err));
    assert_ok(system_range_add(t->db, &p->system, system, p->site, STR("192.168.1.0/24"), &id, &err));
    assert_ok(system_domain_add(t->db, &p->system, system, STR("th-0.example"), &id, &err));
}

static void imports(struct store_test *t, struct province *p)
{
    struct err err;
    struct import_run run;
    import_begin(&run, import_register_find(STR("units")), 0, TODAY);
    assert_ok(import_apply(t->db, &p->system, &run, STR("a.csv"),
                           STR("Mã,Tên,Loại\nx-1,Trường Tiểu học Nứa,school_primary\n"), &err));
    nothing_is_left(t, "an import");
    assert_ok(import_undo(t->db, &p->system, run.what, run.batch_id, &err));
    import_end(&run);
}

static void letters(struct store_test *t, struct province *p)
{
    struct err err;
    bool is_new = false;
    int64_t id = 0;
    struct book_duty duty = {.no = 1,
                             .text = STR("Lập phương án"),
                             .trigger = STR("once"),
                             .obligations = STR(""),
                             .deadline_day = CIVIL_NONE,
                             .confidence = 0.9};
    struct book_attachment form = {STR("Mẫu 05"), 0, 4};
    assert_ok(letter_put(t->db, &p->system,
                         &(struct book_letter){.unit_id = p->committee,
                                               .direction = STR("in"),
                                               .text = STR("Công văn"),
                                               .read_json = STR("{}"),
                                               .issued_day = TODAY,
                                               .duties = &duty,
                                               .duty_count = 1,
                                               .attachments = &form,
                                               .attachment_count = 1},
                         &id, &is_new, &err));
}

/* A directive to every unit below is one outbox row, whatever their number: the rows are named by their directive. */
static void directives(struct store_test *t, struct province *p)
{
    struct err err;
    struct obligation_target all = {TARGET_ALL, STR("")};
    struct obligation_draft o[] = {{.catalogue_id = STR("CT18-2c"), .targets = &all, .target_count = 1},
                                   {.catalogue_id = STR("CT18-1a"), .targets = &all, .target_count = 1}};
    struct directive_draft draft = {.issuer_id = p->committee,
                                    .edge_kind = EDGE_ADMINISTRATIVE,
                                    .title = STR("Thực hiện Chỉ thị số 18/CT-TTg"),
                                    .issued_day = CIVIL_NONE,
                                    .obligations = o,
                                    .obligation_count = 2};
    assert_ok(directive_draft_new(t->db, &p->system, &draft, &p->directive, &err));
    assert_ok(directive_draft_edit(t->db, &p->system, p->directive, 1, &draft, &err));
    struct directive_issued issued;
    int64_t last = 0;
    struct str payload = STR("");
    (void)outbox_rows(t, &last, &payload);
    assert_ok(directive_issue(t->db, &p->system, p->directive, &issued, &err));
    assert_int_equal(issued.assignment_count, 2 * SCHOOLS);
    assert_int_equal(outbox_rows(t, &last, &payload), 1);
    struct str want = arena_printf(&t->arena, "{\"table\":\"assignment\",\"by\":\"directive_id\",\"keys\":[\"%lld\"]}",
                                   (long long)p->directive);
    if (!str_contains(payload, want))
        fail_msg("%.*s holds no %.*s", STR_ARG(payload), STR_ARG(want));
    assert_true(payload.len_bytes < 1000);
}

static enum err_code keep_file(struct db *db, void *hash, struct err *err)
{
    return blob_put(db, STR("phương án"), hash, err);
}

static void proofs(struct store_test *t, struct province *p)
{
    struct err err;
    bool is_first = false;
    int64_t id = 0;
    struct sha256 hash;
    assert_ok(duty_acknowledge(t->db, &(struct actor){.person_id = p->person, .day = TODAY, .right = RIGHT_ACKNOWLEDGE},
                               p->directive, p->schools[0], &is_first, &err));
    struct sql_assignment_list_unit_rows rows;
    assert_ok(sql_assignment_list_unit(t->db, &p->system, &t->arena,
                                       &(struct sql_assignment_list_unit_args){p->schools[0], TODAY}, &rows, &err));
    assert_ok(db_transact(t->db, keep_file, &hash, &err));
    struct evidence_file file = {STR("phuong-an.pdf"), STR("application/pdf"), sha256_str(&hash), 10};
    for (size_t i = 0; i < rows.count; i++) {
        struct evidence_draft draft = {
            .assignment_id = rows.items[i].id,
            .kind = STR("plan"),
            .done_day = TODAY,
            .fields_json = STR("{\"version\":\"1\",\"number\":\"12/QĐ\",\"issued_on\":\"2027-01-04\",\"scenarios\":"
                               "\"lũ\",\"signer\":\"12\"}"),
            .source = STR("hand"),
            .files = &file,
            .file_count = 1};
        if (!str_equal(rows.items[i].catalogue_id, STR("CT18-2c")))
            continue;
        assert_ok(evidence_submit(t->db, &p->system, &draft, &id, &err));
        assert_ok(evidence_accept(t->db, &p->system, id, &err));
        assert_ok(request_open(t->db, &p->system,
                               &(struct request_draft){.kind = REQUEST_NOT_APPLICABLE,
                                                       .assignment_id = rows.items[i].id,
                                                       .reason = STR("không có"),
                                                       .until_day = CIVIL_NONE},
                               &id, &err));
    }
    assert_ok(budget_set_total(t->db, &p->system, p->schools[0], 2027, 1000000, STR("QĐ 1"), &err));
    assert_ok(visit_plan(t->db, &p->system,
                         &(struct visit_draft){.unit_id = p->schools[0],
                                               .by_unit_id = p->committee,
                                               .planned_day = TODAY + 5,
                                               .people = STR("Lê Thị Tre")},
                         &id, &err));
}

static void reports(struct store_test *t, struct province *p)
{
    struct err err;
    struct freeze_made made;
    int64_t id = 0;
    size_t opened = 0;
    assert_ok(report_open_directive(t->db, &p->system, p->schools[0], p->directive, CIVIL_NONE, &id, &err));
    assert_ok(report_freeze(t->db, &p->system, id, NULL, &err));
    assert_ok(freeze_make(
        t->db, &p->system,
        &(struct freeze_draft){.root_id = p->committee, .edge_kind = EDGE_ADMINISTRATIVE, .as_of_day = CIVIL_NONE},
        &made, &err));
    assert_ok(series_prescribe(t->db, &p->system,
                               &(struct series_order){.series = STR("ct18_as_prescribed"),
                                                      .issuer_id = p->committee,
                                                      .edge_kind = EDGE_ADMINISTRATIVE,
                                                      .period_from_day = civil_to_day(2026, 7, 1),
                                                      .period_to_day = civil_to_day(2027, 1, 1),
                                                      .due_day = civil_to_day(2027, 1, 15),
                                                      .note = STR("6 tháng cuối năm")},
                               &opened, &err));
    assert_int_equal(opened, SCHOOLS);
}

static void assets(struct store_test *t, struct province *p)
{
    struct err err;
    struct identity one[] = {{IDENTITY_MAC, STR("02:00:5e:00:53:01")}, {IDENTITY_SERIAL, STR("TL-1")}},
                    other[] = {{IDENTITY_MAC, STR("02:00:5e:00:53:01")}, {IDENTITY_SERIAL, STR("TL-2")}};
    struct device_draft drafts[] = {{.site_id = p->site, .identities = one, .identity_count = 2},
                                    {.site_id = p->site, .identities = other, .identity_count = 2}};
    struct device_registered got[2];
    int64_t id = 0;
    assert_ok(device_register_many(t->db, &p->system, drafts, 2, "hand", got, NULL, &err));
    assert_int_equal(got[1].outcome, MATCH_APART);
    nothing_is_left(t, "registering devices");
    assert_ok(device_merge(t->db, &p->system, got[0].id, got[1].id, STR("một máy"), &id, &err));
    assert_ok(finding_open(t->db, &p->system,
                           &(struct finding_draft){.unit_id = p->schools[0],
                                                   .kind = STR("vulnerability"),
                                                   .title = STR("Cổng quản trị mở"),
                                                   .severity = STR("high"),
                                                   .allows_control = true,
                                                   .source = STR("hand"),
                                                   .found_day = CIVIL_NONE,
                                                   .due_day = CIVIL_NONE},
                           &id, &err));
}

static void chains(struct store_test *t, struct province *p)
{
    struct err err;
    (void)p;
    size_t sealed = 0;
    struct sha256 hash = {{0}};
    assert_ok(chain_seal(t->db, &sealed, &err));
    assert_true(sealed > 0);
    assert_ok(sql_chain_signature_insert(t->db,
                                         &(struct sql_chain_signature_insert_args){.id = db_id(t->db),
                                                                                   .node = 5,
                                                                                   .stream = STR(CHAIN_DUTY),
                                                                                   .seq = 1,
                                                                                   .hash = sha256_str(&hash),
                                                                                   .key_id = STR("k"),
                                                                                   .signature = STR("s"),
                                                                                   .at_ms = t->now_ms},
                                         &err));
}

static void events(struct store_test *t, struct province *p)
{
    struct err err;
    struct event_done done;
    assert_ok(sql_unit_function_insert(t->db,
                                       &(struct sql_unit_function_insert_args){.id = db_id(t->db),
                                                                               .unit_id = p->schools[0],
                                                                               .area_unit_id = p->committee,
                                                                               .function = STR("dedicated_body"),
                                                                               .from_day = TODAY - 5,
                                                                               .basis = STR("QĐ 2")},
                                       &err));
    assert_ok(sql_unit_member_insert(t->db,
                                     &(struct sql_unit_member_insert_args){.id = db_id(t->db),
                                                                           .unit_id = p->schools[0],
                                                                           .membership = STR("response_network"),
                                                                           .from_day = TODAY - 5,
                                                                           .basis = STR("QĐ 3")},
                                     &err));
    nothing_is_left(t, "functions and memberships");
    struct event_plan plan = {.kind = EVENT_MERGE,
                              .on_day = TODAY,
                              .basis = STR("Nghị quyết 1"),
                              .from_ids = p->schools,
                              .from_count = 1,
                              .to_id = p->schools[1]};
    assert_ok(event_apply(t->db, &p->system, &plan, NULL, &done, &err));
    nothing_is_left(t, "a merger");
    struct unit_fact parts[] = {{.kind = STR("school_primary"), .name = STR("Trường Măng 1")},
                                {.kind = STR("school_primary"), .name = STR("Trường Măng 2")}};
    struct event_placed placed;
    struct sql_to_place_of_event_rows left;
    plan = (struct event_plan){.kind = EVENT_SPLIT,
                               .on_day = TODAY,
                               .basis = STR("Nghị quyết 2"),
                               .from_ids = &p->schools[1],
                               .from_count = 1,
                               .parts = parts,
                               .part_count = 2};
    assert_ok(event_apply(t->db, &p->system, &plan, &work_succession, &done, &err));
    nothing_is_left(t, "a split");
    assert_ok(sql_to_place_of_event(t->db, &p->system, &t->arena, &(struct sql_to_place_of_event_args){done.event_id},
                                    &left, &err));
    assert_true(left.count > 0 && left.count == done.to_place);
    for (size_t i = 0; i < left.count; i++)
        assert_ok(event_place(t->db, &p->system, left.items[i].id, done.part_ids[1], &work_succession, &placed, &err));
}

static void every_write_leaves_an_outbox_row(void **state)
{
    static const struct {
        const char *words;
        void (*write)(struct store_test *t, struct province *p);
    } acts[] = {{"people", people},          {"systems", systems}, {"an undone import", imports}, {"a letter", letters},
                {"a directive", directives}, {"proofs", proofs},   {"reports", reports},          {"assets", assets},
                {"the chain", chains},       {"an event", events}};
    struct store_test *t = *state;
    struct err err;
    outbox_watch(t);
    struct province p = province_make(t);
    nothing_is_left(t, "founding units, a site, a person");
    for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
        acts[i].write(t, &p);
        nothing_is_left(t, acts[i].words);
    }
    /* nothing that travels was forgotten by this test */
    struct sql_watch_tables_rows seen;
    assert_ok(sql_watch_tables(t->db, &t->arena, &seen, &err));
    for (const struct sql_module *const *m = store_test_modules; *m; m++)
        for (size_t i = 0; i < (*m)->travel_count; i++) {
            bool is_seen = false;
            for (size_t s = 0; s < seen.count; s++)
                is_seen = is_seen || str_equal(seen.items[s].name, str_from_cstr((*m)->travels[i]));
            if (!is_seen)
                fail_msg("table %s travels and no act of this test writes it", (*m)->travels[i]);
        }
    /* and the watch itself notices one who writes behind the outbox's back */
    assert_ok(sql_watch_behind(t->db, &(struct sql_watch_behind_args){p.committee}, &err));
    struct sql_watch_left_rows left;
    assert_ok(sql_watch_left(t->db, &t->arena, &left, &err));
    assert_int_equal(left.count, 1);
    assert_str(left.items[0].name, STR("unit"));
}

/* --- savepoints, ranges --- */

struct two {
    struct province *p;
    int64_t kept;
};
static enum err_code fail_inside(struct db *db, void *ctx, struct err *err)
{
    struct two *two = ctx;
    int64_t id;
    TRY(site_new(db, &two->p->system, two->p->schools[3], STR("Điểm bỏ"), STR_NONE, TODAY, &id, err));
    return err_set(err, ERR_CONFLICT, "taken back");
}
static enum err_code keep_outside(struct db *db, void *ctx, struct err *err)
{
    struct two *two = ctx;
    struct err inner;
    TRY(person_new(db, &two->p->system, &(struct person_fields){.name = STR("Lý Thị Nga")}, two->p->schools[2], TODAY,
                   false, &two->kept, err));
    must(db_transact(db, fail_inside, two, &inner) == ERR_CONFLICT);
    return ERR_NONE;
}
static enum err_code touch_many(struct db *db, void *ctx, struct err *err)
{
    (void)ctx;
    for (int64_t i = 300; i > 0; i--)
        TRY(outbox_touch(db, "unit", "id", i, err));
    for (int64_t i = 0; i < 10; i++)
        TRY(outbox_touch(db, "person", "id", 7 - i % 2, err));
    return ERR_NONE;
}

static void a_row_says_what_its_transaction_wrote(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct province p = province_make(t);
    int64_t last = 0;
    struct str payload = STR("");
    (void)outbox_rows(t, &last, &payload);
    struct two two = {&p, 0};
    assert_ok(db_transact(t->db, keep_outside, &two, &err));
    assert_int_equal(outbox_rows(t, &last, &payload), 1);
    assert_true(
        str_contains(payload, arena_printf(&t->arena, "{\"table\":\"person\",\"by\":\"id\",\"keys\":[\"%lld\"]}",
                                           (long long)two.kept)));
    assert_false(str_contains(payload, STR("\"site\""))); /* rolled back to its savepoint */
    assert_err(site_new(t->db, &p.system, p.schools[0], STR("Trụ sở"), STR_NONE, TODAY, &two.kept, &err), ERR_CONFLICT);
    assert_int_equal(outbox_rows(t, &last, &payload), 0); /* nothing written, nothing said */
    assert_ok(db_transact(t->db, touch_many, NULL, &err));
    assert_int_equal(outbox_rows(t, &last, &payload), 1);
    assert_str(payload,
               STR("{\"writes\":[{\"table\":\"unit\",\"by\":\"id\",\"count\":300,\"from\":\"1\",\"to\":\"300\"},"
                   "{\"table\":\"person\",\"by\":\"id\",\"keys\":[\"6\",\"7\"]}]}"));
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store,
                                                       &sql_module_proof,
                                                       &sql_module_org,
                                                       &sql_module_duty,
                                                       &sql_module_asset,
                                                       &sql_module_watch,
                                                       NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(every_write_leaves_an_outbox_row),
        STORE_TEST(a_row_says_what_its_transaction_wrote),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
