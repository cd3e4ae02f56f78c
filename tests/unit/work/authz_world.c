/* authz_world.c - the units around a grant, and one object of each kind in each of them. */
#include "authz.h"

#include "asset/device.h"
#include "duty/directive.sql.h"
#include "duty/freeze.h"
#include "duty/ledger.h"
#include "duty/letter_book.h"
#include "duty/request.h"
#include "duty/rollup.sql.h"
#include "duty/series.h"
#include "org/person.h"
#include "org/site.h"
#include "org/system.h"
#include "proof/chain.h"
#include "proof/chain.sql.h"
#include "store/blob.h"
#include "world.sql.h"

const char *const place_words[PLACE_COUNT] = {"the unit itself",
                                              "a unit below it (administrative)",
                                              "a unit below it (professional)",
                                              "a unit below it (incident)",
                                              "a unit two below it (administrative)",
                                              "the unit above it",
                                              "its sibling",
                                              "a unit of another province"};
const struct str trees[TREE_COUNT] = {STR_INIT(""), STR_INIT("administrative"), STR_INIT("professional"),
                                      STR_INIT("incident")};
const size_t tree_of[PLACE_COUNT] = {
    [BELOW_ADMINISTRATIVE] = 1, [BELOW_PROFESSIONAL] = 2, [BELOW_INCIDENT] = 3, [DEEP] = 1};
const enum place asks[PLACE_COUNT] = {ABOVE,       OWN,   SIBLING,    SIBLING, BELOW_ADMINISTRATIVE,
                                      PLACE_COUNT, ABOVE, PLACE_COUNT};

static int64_t unit(struct authz *z, const char *name, const struct unit_parent *parents, size_t count)
{
    struct err err;
    int64_t id = 0;
    assert_ok(unit_found(z->t->db, &z->system,
                         &(struct unit_fact){.kind = STR("school_primary"), .name = str_from_cstr(name)}, parents,
                         count, civil_to_day(2020, 1, 1), 0, false, &id, &err));
    return id;
}

int64_t authz_person(struct authz *z, int64_t unit_id)
{
    struct err err;
    int64_t id = 0;
    assert_ok(person_new(z->t->db, &z->system, &(struct person_fields){.name = STR("Trần Văn Đoàn")}, unit_id,
                         TODAY - 10, false, &id, &err));
    return id;
}

static enum err_code keep_file(struct db *db, void *hash, struct err *err)
{
    return blob_put(db, STR("phương án"), hash, err);
}

static int64_t issued_to_self(struct authz *z, int64_t unit_id)
{
    struct err err;
    struct directive_draft draft = draft_for(unit_id);
    struct directive_issued issued;
    int64_t id = 0;
    assert_ok(directive_draft_new(z->t->db, &z->system, &draft, &id, &err));
    assert_ok(directive_issue(z->t->db, &z->system, id, &issued, &err));
    return id;
}

static void furnish(struct authz *z, struct things *o)
{
    struct err err;
    struct db *db = z->t->db;
    struct actor *s = &z->system;
    o->worker = authz_person(z, o->unit);
    int64_t grant;
    assert_ok(grant_give(db, s,
                         &(struct grant_request){.person_id = o->worker,
                                                 .role = STR("staff"),
                                                 .unit_id = o->unit,
                                                 .edge_kind = STR(""),
                                                 .from_day = TODAY,
                                                 .to_day = CIVIL_FOREVER},
                         &grant, &err));
    assert_ok(site_new(db, s, o->unit, STR("Trụ sở"), STR("Đường Tre"), TODAY - 5, &o->site, &err));
    assert_ok(system_new(db, s, &(struct system_fields){.operator_id = o->unit, .name = STR("Trang thông tin")},
                         TODAY - 5, false, &o->system, &err));
    struct identity mac = {IDENTITY_MAC, STR("02:00:5e:00:53:01")};
    struct device_registered made;
    assert_ok(device_register(
        db, s,
        &(struct device_draft){.site_id = o->site, .kind = STR("workstation"), .identities = &mac, .identity_count = 1},
        "hand", &made, &err));
    o->device = made.id;
    struct device_registered more;
    struct identity twins[] = {{IDENTITY_SERIAL, STR("SN-1")}, {IDENTITY_HOSTNAME, STR("may-1")}};
    assert_ok(device_register(
        db, s,
        &(struct device_draft){
            .site_id = o->site, .kind = STR("workstation"), .identities = twins, .identity_count = ARRAY_LEN(twins)},
        "hand", &more, &err));
    assert_ok(device_merge(db, s, o->device, more.id, STR("một máy"), &o->merge, &err));
    struct identity third[] = {{IDENTITY_MAC, STR("02:00:5e:00:53:01")}, {IDENTITY_SERIAL, STR("SN-2")}};
    assert_ok(device_register(
        db, s,
        &(struct device_draft){
            .site_id = o->site, .kind = STR("workstation"), .identities = third, .identity_count = ARRAY_LEN(third)},
        "hand", &more, &err));
    assert_int_equal(more.outcome, MATCH_APART);
    struct device_page page;
    assert_ok(device_open(db, s, &z->scratch, o->device, &page, &err));
    assert_int_equal(page.suggestions.count, 1);
    o->pair = page.suggestions.items[0].id;
    struct finding_draft weak = weakness(o->unit);
    assert_ok(finding_open(db, s, &weak, &o->finding, &err));
    struct book_duty duty = {.no = 1,
                             .text = STR("Lập phương án"),
                             .trigger = STR("once"),
                             .obligations = STR(""),
                             .deadline_day = CIVIL_NONE,
                             .confidence = 0.9};
    bool is_new;
    assert_ok(letter_put(db, s,
                         &(struct book_letter){.unit_id = o->unit,
                                               .direction = STR("in"),
                                               .text = STR("Công văn"),
                                               .read_json = STR("{}"),
                                               .issued_day = TODAY,
                                               .duties = &duty,
                                               .duty_count = 1},
                         &o->letter, &is_new, &err));
    struct directive_draft draft = draft_for(o->unit);
    assert_ok(directive_draft_new(db, s, &draft, &o->draft, &err));
    struct sql_obligation_list_rows obligations;
    assert_ok(sql_obligation_list(db, &z->scratch, &(struct sql_obligation_list_args){o->draft}, &obligations, &err));
    o->obligation = obligations.items[0].id;
    o->directive = issued_to_self(z, o->unit);
    struct sql_assignment_list_unit_rows rows;
    assert_ok(sql_assignment_list_unit(db, s, &z->scratch, &(struct sql_assignment_list_unit_args){o->unit, TODAY},
                                       &rows, &err));
    o->assignment = rows.items[0].id;
    struct evidence_draft plan = plan_of(z, o);
    assert_ok(evidence_submit(db, s, &plan, &o->evidence, &err));
    assert_ok(request_open(db, s,
                           &(struct request_draft){.kind = REQUEST_NOT_APPLICABLE,
                                                   .assignment_id = o->assignment,
                                                   .reason = STR("không có"),
                                                   .until_day = CIVIL_NONE},
                           &o->na_request, &err));
    assert_ok(
        request_open(db, s,
                     &(struct request_draft){
                         .kind = REQUEST_HELP, .unit_id = o->unit, .reason = STR("cần người"), .until_day = CIVIL_NONE},
                     &o->help_request, &err));
    assert_ok(report_open_directive(db, s, o->unit, o->directive, CIVIL_NONE, &o->report, &err));
    int64_t other = issued_to_self(z, o->unit);
    assert_ok(report_open_directive(db, s, o->unit, other, CIVIL_NONE, &o->frozen, &err));
    assert_ok(report_freeze(db, s, o->frozen, NULL, &err));
    assert_ok(chain_append(db, /* as org/session.c writes it: of no unit */
                           &(struct chain_note){.stream = CHAIN_AUDIT,
                                                .kind = "signed_in",
                                                .object_kind = "person",
                                                .object_id = o->worker,
                                                .actor_id = o->worker},
                           NULL, &err));
    struct sql_chain_of_object_rows chain;
    assert_ok(sql_chain_of_object(db, s, &z->scratch,
                                  &(struct sql_chain_of_object_args){STR("letter"), o->letter, o->unit, INT64_MAX, 10},
                                  &chain, &err));
    assert_int_equal(chain.count, 1);
    assert_str(chain.items[0].kind, STR("letter_kept"));
    o->chain_id = chain.items[0].id;
}

void authz_world(struct authz *z, struct store_test *t)
{
    struct err err;
    memset(z, 0, sizeof *z);
    z->t = t;
    t->now_ms = civil_day_start_ms(TODAY) + 8 * 3600 * 1000;
    z->system = actor_system(TODAY);
    arena_init(&z->scratch, 64u << 20);
    z->start = arena_mark(&z->scratch);
    assert_ok(ledger_open(t->db, TODAY, &err));
    struct sha256 *hash = arena_new(&t->arena, struct sha256);
    assert_ok(db_transact(t->db, keep_file, hash, &err));
    z->file = (struct evidence_file){STR("phuong-an.pdf"), STR("application/pdf"), sha256_str(hash), 10};
    z->plan_fields = STR(
        "{\"version\":\"1\",\"number\":\"12/QĐ\",\"issued_on\":\"2027-01-04\",\"scenarios\":\"lũ\",\"signer\":\"12\"}");
    struct unit_parent all[3];
#define UNDER(id) \
    (memcpy(all, (struct unit_parent[]){{trees[1], id}, {trees[2], id}, {trees[3], id}}, sizeof all), all), 3
    z->country = unit(z, "Trung ương", NULL, 0);
    z->of[ABOVE].unit = unit(z, "Tỉnh", UNDER(z->country));
    z->of[STRANGER].unit = unit(z, "Tỉnh khác", UNDER(z->country));
    z->of[OWN].unit = unit(z, "Sở", UNDER(z->of[ABOVE].unit));
    z->of[SIBLING].unit = unit(z, "Sở bên cạnh", UNDER(z->of[ABOVE].unit));
    z->of[BELOW_ADMINISTRATIVE].unit = unit(z, "Trường A", &(struct unit_parent){trees[1], z->of[OWN].unit}, 1);
    z->of[DEEP].unit = unit(z, "Điểm trường A", &(struct unit_parent){trees[1], z->of[BELOW_ADMINISTRATIVE].unit}, 1);
    z->of[BELOW_PROFESSIONAL].unit =
        unit(z, "Trường B", (struct unit_parent[]){{trees[2], z->of[OWN].unit}, {trees[1], z->of[SIBLING].unit}}, 2);
    z->of[BELOW_INCIDENT].unit =
        unit(z, "Trường C", (struct unit_parent[]){{trees[3], z->of[OWN].unit}, {trees[1], z->of[SIBLING].unit}}, 2);
    for (enum place p = OWN; p < PLACE_COUNT; p++)
        furnish(z, &z->of[p]);
    for (enum place p = OWN; p < PLACE_COUNT; p++) { /* when everybody has his duties */
        struct freeze_made made;
        assert_ok(freeze_make(
            t->db, &z->system,
            &(struct freeze_draft){.root_id = z->of[p].unit, .edge_kind = EDGE_ADMINISTRATIVE, .as_of_day = CIVIL_NONE},
            &made, &err));
        z->of[p].freeze = made.id;
    }
}
