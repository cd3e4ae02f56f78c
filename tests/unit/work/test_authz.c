/* The matrix of rights: every role, given on one unit alone or down each tree, against objects of units around it, by
 * every verb. What should happen is worked out here from knowledge/roles.yaml alone (which rights a role has, which of
 * them flow down) and a word or two a verb adds; what does happen comes from the domain functions and queries. Each
 * write is tried for real and taken back. SQLite tries all of it; PostgreSQL a drawn part, its seed in
 * LUYTRE_AUTHZ_SEED. The first cell that differs is told in words. */
#include "store_test.h"

#include "asset/device.h"
#include "asset/finding.h"
#include "base/buf.h"
#include "duty/board.h"
#include "duty/cover.h"
#include "duty/directive.h"
#include "duty/directive.sql.h"
#include "duty/freeze.h"
#include "duty/ledger.h"
#include "duty/letter_book.h"
#include "duty/letter_book.sql.h"
#include "duty/page_report.sql.h"
#include "duty/readers.h"
#include "duty/request.h"
#include "duty/rollup.sql.h"
#include "duty/series.h"
#include "format/json.h"
#include "know/know.h"
#include "org/access.h"
#include "org/access.sql.h"
#include "org/audit_list.h"
#include "org/person.h"
#include "org/person.sql.h"
#include "org/site.h"
#include "org/system.h"
#include "org/system.sql.h"
#include "org/unit.h"
#include "proof/chain.h"
#include "proof/chain.sql.h"
#include "proof/evidence.sql.h"
#include "store/blob.h"
#include "world.sql.h"

extern const struct sql_module sql_module_proof, sql_module_org, sql_module_duty, sql_module_asset, sql_module_world;

#define TODAY civil_to_day(2027, 1, 4)

/* --- the units around the one the grant is on --- */

enum place {
    OWN,
    BELOW_ADMINISTRATIVE,
    BELOW_PROFESSIONAL,
    BELOW_INCIDENT,
    DEEP,
    ABOVE,
    SIBLING,
    STRANGER,
    PLACE_COUNT
};
static const char *const place_words[PLACE_COUNT] = {"the unit itself",
                                                     "a unit below it (administrative)",
                                                     "a unit below it (professional)",
                                                     "a unit below it (incident)",
                                                     "a unit two below it (administrative)",
                                                     "the unit above it",
                                                     "its sibling",
                                                     "a unit of another province"};
static const struct str trees[] = {STR_INIT(""), STR_INIT("administrative"), STR_INIT("professional"),
                                   STR_INIT("incident")};
/* Along which tree a place stands below the grant; trees[0]: along none. */
static const size_t tree_of[PLACE_COUNT] = {
    [BELOW_ADMINISTRATIVE] = 1, [BELOW_PROFESSIONAL] = 2, [BELOW_INCIDENT] = 3, [DEEP] = 1};
/* Where what a unit asks goes: to its administrative parent. PLACE_COUNT: the country, which is above everybody. */
static const enum place asks[PLACE_COUNT] = {ABOVE,       OWN,   SIBLING,    SIBLING, BELOW_ADMINISTRATIVE,
                                             PLACE_COUNT, ABOVE, PLACE_COUNT};

struct things { /* of one unit */
    int64_t unit, worker, site, system, device, finding, letter, draft, directive, assignment, obligation, evidence,
        na_request, help_request, open_request, report, frozen, freeze, chain_id;
};
struct authz {
    struct store_test *t;
    struct actor system;
    struct arena scratch; /* rewound to its start for every cell */
    struct arena_mark start;
    struct things of[PLACE_COUNT];
    int64_t country;
    struct str plan_fields;
    struct evidence_file file;
    const struct know_role *role; /* of the actor */
    size_t tree;
    struct actor actor;
};

/* --- what should happen: from the role's list of rights and where they flow --- */

static const struct know_right *right_row(const char *id)
{
    for (size_t i = 0; i < know_right_count; i++)
        if (str_equal(know_rights[i].id, str_from_cstr(id)))
            return &know_rights[i];
    fail_msg("no right %s", id);
    return NULL;
}

static bool holds(const struct authz *z, const char *right, enum place place)
{
    if (place == PLACE_COUNT || !know_ids_has(z->role->rights, str_from_cstr(right)))
        return false;
    return place == OWN || (tree_of[place] && tree_of[place] == z->tree && right_row(right)->flows_down);
}
/* The grant reaches the place at all, whichever right is asked. */
static bool reaches(const struct authz *z, enum place place)
{
    return place == OWN || (tree_of[place] && tree_of[place] == z->tree);
}

/* --- verbs: what happens --- */

typedef enum err_code act_fn(struct authz *z, struct db *db, const struct things *o, struct err *err);
typedef bool rule_fn(const struct authz *z, enum place place);

static enum err_code seen(bool is_seen, struct err *err)
{
    return is_seen ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "nothing to see");
}
#define READ_MANY(name, query, right_bit, ...)                                                         \
    static enum err_code name(struct authz *z, struct db *db, const struct things *o, struct err *err) \
    {                                                                                                  \
        (void)o;                                                                                       \
        struct actor actor = actor_with(&z->actor, right_bit);                                         \
        struct query##_rows rows;                                                                      \
        TRY(query(db, &actor, &z->scratch, &(struct query##_args)__VA_ARGS__, &rows, err));            \
        return seen(rows.count > 0, err);                                                              \
    }
#define READ_ONE(name, query, right_bit, ...)                                                          \
    static enum err_code name(struct authz *z, struct db *db, const struct things *o, struct err *err) \
    {                                                                                                  \
        struct actor actor = actor_with(&z->actor, right_bit);                                         \
        struct query##_row *row = NULL;                                                                \
        TRY(query(db, &actor, &z->scratch, &(struct query##_args)__VA_ARGS__, &row, err));             \
        return seen(row != NULL, err);                                                                 \
    }
READ_ONE(person_page, sql_person_page, RIGHT_READ, {o->worker, TODAY})
READ_MANY(unit_people, sql_unit_people, RIGHT_READ, {o->unit, TODAY})
READ_MANY(who_can_see, sql_access_who, RIGHT_READ, {o->unit, TODAY})
READ_MANY(person_grants, sql_person_grants, RIGHT_PEOPLE_ADMIN, {o->worker})
READ_ONE(system_page, sql_system_page, RIGHT_ASSET_READ, {o->system, TODAY})
READ_MANY(unit_systems, sql_unit_systems, RIGHT_ASSET_READ, {o->unit, TODAY})
READ_ONE(letter_page, sql_letter_get, RIGHT_READ, {o->letter})
READ_MANY(letter_duties, sql_letter_duties, RIGHT_READ, {o->letter})
READ_MANY(letter_list, sql_letter_list, RIGHT_READ, {o->unit, STR_NONE, INT64_MAX, 100})
READ_ONE(directive_page, sql_directive_get, RIGHT_READ, {o->directive})
READ_ONE(draft_page, sql_directive_get, RIGHT_READ, {o->draft})
READ_ONE(assignment_page, sql_assignment_page, RIGHT_READ, {o->assignment, TODAY})
READ_MANY(assignment_list, sql_assignment_list_unit, RIGHT_READ, {o->unit, TODAY})
READ_MANY(assignment_chain, sql_assignment_chain, RIGHT_READ, {o->assignment})
READ_MANY(assignment_evidence, sql_assignment_evidence_list, RIGHT_READ, {o->assignment})
READ_ONE(evidence_page, sql_evidence_get, RIGHT_READ, {o->evidence})
READ_MANY(evidence_files, sql_evidence_files, RIGHT_READ, {o->evidence})
READ_ONE(request_page, sql_request_page, RIGHT_READ, {o->na_request, TODAY})
READ_MANY(request_list, sql_request_list_unit, RIGHT_READ, {o->unit, STR_NONE, TODAY, 100, 0})
READ_ONE(report_page, sql_report_one, RIGHT_READ, {o->report, TODAY})
READ_MANY(report_list, sql_report_rows, RIGHT_READ, {o->unit, STR("out"), STR_NONE, STR_NONE, TODAY, 100, 0})
READ_ONE(freeze_page, sql_freeze_get, RIGHT_READ, {o->freeze})
READ_MANY(freeze_list, sql_freeze_list, RIGHT_READ, {o->unit, 100})
READ_MANY(history, sql_chain_of_object, RIGHT_READ, {STR("assignment"), o->assignment, o->unit, INT64_MAX, 100})

static enum err_code acknowledgements(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct actor actor = actor_with(&z->actor, RIGHT_READ);
    struct board board;
    struct readers readers;
    TRY(board_read(db, &actor, o->unit, o->directive, EDGE_ADMINISTRATIVE, CIVIL_NONE, &z->scratch, &board, err));
    TRY(readers_get(db, &board, o->directive, TODAY, false, STR_NONE, &z->scratch, &readers, err));
    return seen(readers.count > 0, err);
}
static enum err_code device_page_of(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct device_page page;
    return device_open(db, &z->actor, &z->scratch, o->device, &page, err);
}
static enum err_code device_list_of(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct sql_device_rows_rows rows;
    TRY(device_list(db, &z->actor, &z->scratch, &(struct device_filter){.root_id = o->unit, .limit_count = 100}, &rows,
                    err));
    bool has = false;
    for (size_t i = 0; i < rows.count; i++)
        has |= rows.items[i].id == o->device;
    return seen(has, err);
}
static enum err_code finding_page_of(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct finding_page page;
    return finding_read(db, &z->actor, &z->scratch, o->finding, &page, err);
}
static enum err_code finding_list_of(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct sql_finding_rows_rows rows;
    TRY(finding_list(db, &z->actor, &z->scratch, &(struct finding_filter){.root_id = o->unit, .limit_count = 100},
                     &rows, err));
    bool has = false;
    for (size_t i = 0; i < rows.count; i++)
        has |= rows.items[i].id == o->finding;
    return seen(has, err);
}
static enum err_code finding_counts_of(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct finding_count n = {0};
    TRY(finding_counts(db, &z->actor, o->unit, EDGE_ADMINISTRATIVE, &n, err));
    return seen(n.open > 0, err);
}
static enum err_code coverage_of(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct device_coverage n = {0};
    TRY(device_coverage(db, &z->actor, o->unit, EDGE_ADMINISTRATIVE, STR(""), &n, err));
    return seen(n.total > 0, err);
}
static enum err_code letter_text_of(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct str text;
    return letter_text(db, &z->actor, o->letter, &z->scratch, &text, err);
}
static enum err_code figures_of(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct str json;
    return report_live_figures(db, &z->actor, o->report, &z->scratch, &json, err);
}
static enum err_code freeze_check(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct actor reader = actor_with(&z->actor, RIGHT_READ);
    return freeze_verify(db, &reader, o->freeze, NULL, err);
}
static enum err_code audit_of(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct actor auditor = actor_with(&z->actor, RIGHT_AUDIT);
    struct audit_page page;
    TRY(audit_list(db, &auditor,
                   &(struct audit_ask){.stream = STR(CHAIN_DUTY),
                                       .kind = STR("letter_kept"),
                                       .search = STR_NONE,
                                       .to_ms = INT64_MAX,
                                       .before_ms = INT64_MAX,
                                       .before_id = INT64_MAX},
                   1000, 0, &z->scratch, &page, err));
    bool is_there = false;
    for (size_t i = 0; i < page.count; i++)
        is_there |= page.items[i].id == o->chain_id && page.items[i].unit_id.v == o->unit;
    return seen(is_there, err);
}

/* writes */
static enum err_code acknowledge(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    bool first;
    return duty_acknowledge(db, &z->actor, o->directive, o->unit, &first, err);
}
static struct evidence_draft plan_of(const struct authz *z, const struct things *o)
{
    return (struct evidence_draft){.assignment_id = o->assignment,
                                   .kind = STR("plan"),
                                   .done_day = TODAY,
                                   .fields_json = z->plan_fields,
                                   .source = STR("hand"),
                                   .files = &z->file,
                                   .file_count = 1};
}
static enum err_code submit(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct evidence_draft draft = plan_of(z, o);
    int64_t id;
    return evidence_submit(db, &z->actor, &draft, &id, err);
}
static enum err_code accept(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return evidence_accept(db, &z->actor, o->evidence, err);
}
static enum err_code give_back(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return evidence_return(db, &z->actor, o->evidence, STR("thiếu chữ ký"), err);
}
static enum err_code take_back(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return evidence_withdraw(db, &z->actor, o->evidence, STR("nộp nhầm"), err);
}
static const struct obligation_target to_self[] = {{TARGET_SELF, STR_INIT("")}};
static const struct obligation_draft one_duty[] = {
    {.catalogue_id = STR_INIT("CT18-2c"), .targets = to_self, .target_count = 1}};
static struct directive_draft draft_for(int64_t unit)
{
    return (struct directive_draft){.issuer_id = unit,
                                    .edge_kind = EDGE_ADMINISTRATIVE,
                                    .symbol = STR("CV"),
                                    .title = STR("Thực hiện Chỉ thị số 18/CT-TTg"),
                                    .issued_day = CIVIL_NONE,
                                    .obligations = one_duty,
                                    .obligation_count = 1};
}
static enum err_code draft_directive(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct directive_draft draft = draft_for(o->unit);
    int64_t id;
    return directive_draft_new(db, &z->actor, &draft, &id, err);
}
static enum err_code draft_whole(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct directive_draft draft;
    int64_t revision;
    return directive_draft_get(db, &z->actor, o->draft, &z->scratch, &draft, &revision, err);
}
static enum err_code edit_draft(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct directive_draft draft = draft_for(o->unit);
    return directive_draft_edit(db, &z->actor, o->draft, 1, &draft, err);
}
static enum err_code delete_draft(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return directive_draft_delete(db, &z->actor, o->draft, 1, err);
}
static enum err_code preview(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct target_units units;
    return directive_preview(db, &z->actor, o->obligation, &z->scratch, &units, err);
}
static enum err_code issue(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct directive_issued issued;
    return directive_issue(db, &z->actor, o->draft, &issued, err);
}
static enum err_code withdraw_directive(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return directive_withdraw(db, &z->actor, o->directive, STR("ban hành nhầm"), err);
}
static enum err_code assign(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return duty_assign(db, &z->actor, o->assignment, o->worker, err);
}
static enum err_code not_applicable(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return duty_set_not_applicable(db, &z->actor, o->assignment, true, STR("không có hệ thống"), err);
}
static enum err_code waive(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return duty_set_waiver(db, &z->actor, o->assignment, TODAY + 30, STR("đang sửa trụ sở"), err);
}
static enum err_code keep_letter(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    int64_t id;
    bool is_new;
    return letter_put(db, &z->actor,
                      &(struct book_letter){.unit_id = o->unit,
                                            .direction = STR("in"),
                                            .text = STR("Công văn khác"),
                                            .read_json = STR("{}"),
                                            .issued_day = TODAY},
                      &id, &is_new, err);
}
static enum err_code confirm_letter(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    enum err_code code = letter_confirm(db, &z->actor, o->letter, err);
    return code == ERR_CONFLICT ? ERR_NONE : code; /* allowed: one duty still waits for a word */
}
static enum err_code rename_unit(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return unit_set_fact(db, &z->actor, o->unit,
                         &(struct unit_fact){.kind = STR("school_primary"), .name = STR("Tên khác")}, TODAY + 1, 0,
                         err);
}
static enum err_code found_unit(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    int64_t id;
    return unit_found(db, &z->actor, &(struct unit_fact){.kind = STR("school_primary"), .name = STR("Trường mới")},
                      &(struct unit_parent){EDGE_ADMINISTRATIVE, o->unit}, 1, TODAY, 0, false, &id, err);
}
static enum err_code add_person(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    int64_t id;
    return person_new(db, &z->actor, &(struct person_fields){.name = STR("Đỗ Thị Măng")}, o->unit, TODAY, false, &id,
                      err);
}
static enum err_code change_person(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return person_update(db, &z->actor, o->worker, &(struct person_fields){.name = STR("Đỗ Thị Măng")}, err);
}
static enum err_code switch_off(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return person_set_active(db, &z->actor, o->worker, false, err);
}
static enum err_code erase(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return person_erase(db, &z->actor, o->worker, STR("theo yêu cầu"), err);
}
static enum err_code give(struct authz *z, struct db *db, const struct things *o, struct str role, struct err *err)
{
    int64_t id;
    return grant_give(db, &z->actor,
                      &(struct grant_request){.person_id = o->worker,
                                              .role = role,
                                              .unit_id = o->unit,
                                              .edge_kind = STR(""),
                                              .from_day = TODAY,
                                              .to_day = CIVIL_FOREVER},
                      &id, err);
}
static enum err_code give_duty_person(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return give(z, db, o, STR("duty_person"), err);
}
static enum err_code give_head(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return give(z, db, o, STR("unit_head"), err);
}
static enum err_code give_auditor(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return give(z, db, o, STR("auditor"), err);
}
static enum err_code add_site(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    int64_t id;
    return site_new(db, &z->actor, o->unit, STR("Cơ sở 2"), STR("Đường Tre"), TODAY, &id, err);
}
static enum err_code add_system(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    int64_t id;
    return system_new(db, &z->actor, &(struct system_fields){.operator_id = o->unit, .name = STR("Hệ thống khác")},
                      TODAY, false, &id, err);
}
static enum err_code level(struct authz *z, struct db *db, const struct things *o, const char *state, struct err *err)
{
    return system_set_level(db, &z->actor, o->system, 2, str_from_cstr(state), STR("QĐ 12"), TODAY, err);
}
static enum err_code appraise(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return level(z, db, o, "appraised", err);
}
static enum err_code approve_level(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return level(z, db, o, "approved", err);
}
static enum err_code add_device(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct identity mac = {IDENTITY_MAC, STR("02:00:5e:00:53:77")};
    struct device_registered made;
    return device_register(db, &z->actor,
                           &(struct device_draft){.site_id = o->site, .identities = &mac, .identity_count = 1}, "hand",
                           &made, err);
}
static enum err_code retire_device(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return device_retire(db, &z->actor, o->device, STR("thanh lý"), err);
}
static struct finding_draft weakness(int64_t unit)
{
    return (struct finding_draft){.unit_id = unit,
                                  .kind = STR("vulnerability"),
                                  .title = STR("Cổng quản trị mở ra Internet"),
                                  .severity = STR("high"),
                                  .source = STR("hand"),
                                  .found_day = CIVIL_NONE,
                                  .due_day = CIVIL_NONE};
}
static enum err_code add_finding(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct finding_draft draft = weakness(o->unit);
    int64_t id;
    return finding_open(db, &z->actor, &draft, &id, err);
}
static enum err_code fix(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return finding_task_done(db, &z->actor, o->finding, FINDING_FIX, STR("đã đóng cổng"), 0, err);
}
static enum err_code ask(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    int64_t id;
    return request_open(db, &z->actor,
                        &(struct request_draft){.kind = REQUEST_COST,
                                                .unit_id = o->unit,
                                                .reason = STR("mua thiết bị"),
                                                .amount_vnd = 1000,
                                                .until_day = CIVIL_NONE},
                        &id, err);
}
static enum err_code grant_na(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return request_grant(
        db, &z->actor,
        &(struct request_decision){.request_id = o->na_request, .words = STR("đồng ý"), .to_day = CIVIL_NONE}, err);
}
static enum err_code answer_help(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return request_answer(db, &z->actor, o->help_request, STR("đã cử người"), err);
}
static enum err_code take_request_back(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return request_withdraw(db, &z->actor, o->help_request, STR("không cần nữa"), err);
}
static enum err_code open_report(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    int64_t id;
    return report_open_directive(db, &z->actor, o->unit, o->directive, CIVIL_NONE, &id, err);
}
static enum err_code fill_report(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return report_fill(db, &z->actor, o->report, STR("{\"note\":\"x\"}"), err);
}
static enum err_code freeze_report(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return report_freeze(db, &z->actor, o->report, err);
}
static enum err_code send_report(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return report_send(db, &z->actor, o->frozen, STR_NONE, err);
}
static enum err_code make_freeze(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct freeze_made made;
    return freeze_make(
        db, &z->actor,
        &(struct freeze_draft){.root_id = o->unit, .edge_kind = EDGE_ADMINISTRATIVE, .as_of_day = CIVIL_NONE}, &made,
        err);
}

/* One's own unit, somebody else's thing: the right is there, the thing is not his. */
static enum err_code acknowledge_from_own(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    bool first;
    return duty_acknowledge(db, &z->actor, o->directive, z->of[OWN].unit, &first, err);
}
static enum err_code history_from_own(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct sql_chain_of_object_rows rows;
    TRY(sql_chain_of_object(
        db, &z->actor, &z->scratch,
        &(struct sql_chain_of_object_args){STR("assignment"), o->assignment, z->of[OWN].unit, INT64_MAX, 100}, &rows,
        err));
    return seen(rows.count > 0, err);
}
static enum err_code sign_ins_from_own(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct sql_chain_of_object_rows rows;
    TRY(sql_chain_of_object(
        db, &z->actor, &z->scratch,
        &(struct sql_chain_of_object_args){STR("person"), o->worker, z->of[OWN].unit, INT64_MAX, 100}, &rows, err));
    for (size_t i = 0; i < rows.count; i++)
        if (str_equal(rows.items[i].kind, STR("signed_in")))
            return seen(true, err);
    return seen(false, err);
}
static enum err_code report_from_own(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    int64_t id;
    return report_open_directive(db, &z->actor, z->of[OWN].unit, o->directive, CIVIL_NONE, &id, err);
}
static enum err_code device_on_system(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct identity mac = {IDENTITY_MAC, STR("02:00:5e:00:53:77")};
    struct device_registered made;
    return device_register(
        db, &z->actor,
        &(struct device_draft){
            .site_id = z->of[OWN].site, .system_id = o->system, .identities = &mac, .identity_count = 1},
        "hand", &made, err);
}
static enum err_code finding_on_system(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct finding_draft draft = weakness(z->of[OWN].unit);
    draft.system_id = o->system;
    int64_t id;
    return finding_open(db, &z->actor, &draft, &id, err);
}
static enum err_code finding_on_device(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct finding_draft draft = weakness(z->of[OWN].unit);
    draft.device_id = o->device;
    int64_t id;
    return finding_open(db, &z->actor, &draft, &id, err);
}
static enum err_code fix_by_evidence(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return finding_task_done(db, &z->actor, z->of[OWN].finding, FINDING_FIX, STR("đã đóng cổng"), o->evidence, err);
}
static enum err_code carry_out(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct directive_draft draft = draft_for(z->of[OWN].unit);
    draft.parent_id = o->directive;
    int64_t id;
    return directive_draft_new(db, &z->actor, &draft, &id, err);
}
static enum err_code carry_out_duty(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct directive_draft draft = draft_for(z->of[OWN].unit);
    struct obligation_draft duty = one_duty[0];
    duty.parent_id = o->obligation;
    draft.obligations = &duty;
    int64_t id;
    return directive_draft_new(db, &z->actor, &draft, &id, err);
}
static enum err_code ask_about(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    int64_t id;
    return request_open(db, &z->actor,
                        &(struct request_draft){.kind = REQUEST_WAIVER,
                                                .unit_id = z->of[OWN].unit,
                                                .assignment_id = o->assignment,
                                                .reason = STR("sửa trụ sở"),
                                                .until_day = TODAY + 30},
                        &id, err);
}

/* --- the words a verb adds to its right --- */

static bool drafts_and_reads(const struct authz *z, enum place place)
{
    return holds(z, "draft", OWN) && holds(z, "read", place);
}
static bool only_own(const struct authz *z, enum place place)
{
    (void)z;
    return place == OWN;
}

static bool never(const struct authz *z, enum place place)
{
    (void)z;
    (void)place;
    return false;
}
static bool not_own(const struct authz *z, enum place place)
{
    (void)z;
    return place != OWN; /* the actor works there: nobody frees his own unit */
}
static bool accepts_plans(const struct authz *z, enum place place)
{
    (void)place;
    return know_ids_has(know_evidence_kind_find(STR("plan"))->accepted_by, z->role->id);
}
static bool may_name(const struct authz *z, enum place place, const char *role_id)
{
    const struct know_role *role = know_role_find(str_from_cstr(role_id));
    bool all = holds(z, "people_admin", place);
    for (size_t i = 0; i < role->rights.count; i++)
        all &= holds(z, role->rights.items[i].ptr, place);
    return all ||
           (know_ids_has(z->role->names, role->id) && (place == OWN || (reaches(z, place) && !z->role->acts_for_unit)));
}
static bool names_duty_person(const struct authz *z, enum place place)
{
    return may_name(z, place, "duty_person");
}
static bool names_head(const struct authz *z, enum place place)
{
    return may_name(z, place, "unit_head");
}
static bool names_auditor(const struct authz *z, enum place place)
{
    return may_name(z, place, "auditor");
}
static bool reads_request(const struct authz *z, enum place place)
{
    return holds(z, "read", place) || holds(z, "read", asks[place]);
}
static bool answers(const struct authz *z, enum place place)
{
    return place != OWN && holds(z, "execute", asks[place]);
}

struct verb {
    const char *words;
    const char *right, *or_right; /* knowledge/roles.yaml */
    act_fn *act;
    rule_fn *only; /* holds as well; without a right: this alone */
    bool writes;
};
#define READS(words, right, act)             \
    {                                        \
        words, right, NULL, act, NULL, false \
    }
#define WRITES(words, right, act)           \
    {                                       \
        words, right, NULL, act, NULL, true \
    }
#define WRITES_EITHER(words, a, b, act) \
    {                                   \
        words, a, b, act, NULL, true    \
    }
static const struct verb verbs[] = {
    READS("read a person", "read", person_page),
    READS("list people", "read", unit_people),
    READS("see who can see", "read", who_can_see),
    READS("read a person's grants", "people_admin", person_grants),
    READS("read a system", "asset_read", system_page),
    READS("list systems", "asset_read", unit_systems),
    READS("read a device", "asset_read", device_page_of),
    READS("list devices", "asset_read", device_list_of),
    READS("count devices", "read", coverage_of),
    READS("read a finding", "asset_read", finding_page_of),
    READS("list findings", "asset_read", finding_list_of),
    READS("count findings", "read", finding_counts_of),
    READS("read a letter", "read", letter_page),
    READS("read a letter's text", "read", letter_text_of),
    READS("list a letter's duties", "read", letter_duties),
    READS("list letters", "read", letter_list),
    READS("read a directive", "read", directive_page),
    READS("read a draft", "read", draft_page),
    READS("read an assignment", "read", assignment_page),
    READS("list assignments", "read", assignment_list),
    READS("see where a duty comes from", "read", assignment_chain),
    READS("list evidence of an assignment", "read", assignment_evidence),
    READS("read evidence", "read", evidence_page),
    READS("list files of evidence", "read", evidence_files),
    {"read a request", NULL, NULL, request_page, reads_request, false},
    READS("list requests", "read", request_list),
    READS("read a report", "read", report_page),
    READS("list reports", "read", report_list),
    READS("read live figures", "read", figures_of),
    READS("read a freeze", "read", freeze_page),
    READS("list freezes", "read", freeze_list),
    READS("verify a freeze", "read", freeze_check),
    READS("see who acknowledged", "read", acknowledgements),
    READS("read an assignment's history", "read", history),
    READS("read the audit chain", "audit", audit_of),
    WRITES("acknowledge", "acknowledge", acknowledge),
    WRITES("submit evidence", "execute", submit),
    {"accept evidence", "review", NULL, accept, accepts_plans, true},
    {"return evidence", "review", NULL, give_back, accepts_plans, true},
    WRITES_EITHER("withdraw evidence", "execute", "review", take_back),
    WRITES("draft a directive", "draft", draft_directive),
    READS("read a draft to change it", "draft", draft_whole),
    WRITES("change a draft", "draft", edit_draft),
    WRITES("delete a draft", "draft", delete_draft),
    WRITES("preview a directive", "draft", preview),
    WRITES("issue a directive", "issue", issue),
    WRITES("withdraw a directive", "issue", withdraw_directive),
    WRITES("assign", "assign", assign),
    {"say not applicable", "approve", NULL, not_applicable, not_own, true},
    {"waive", "approve", NULL, waive, not_own, true},
    WRITES("keep a letter", "draft", keep_letter),
    WRITES("confirm a letter", "draft", confirm_letter),
    WRITES("change a unit", "org_admin", rename_unit),
    WRITES("found a unit below", "org_admin", found_unit),
    WRITES("add a person", "people_admin", add_person),
    WRITES("change a person", "people_admin", change_person),
    WRITES("switch a person off", "people_admin", switch_off),
    WRITES("erase a person", "data_protection", erase),
    {"grant duty_person", NULL, NULL, give_duty_person, names_duty_person, true},
    {"grant unit_head", NULL, NULL, give_head, names_head, true},
    {"grant auditor", NULL, NULL, give_auditor, names_auditor, true},
    WRITES_EITHER("add a site", "execute", "org_admin", add_site),
    WRITES_EITHER("add a system", "execute", "org_admin", add_system),
    WRITES("appraise a level", "appraise", appraise),
    WRITES("approve a level", "approve", approve_level),
    WRITES("add a device", "execute", add_device),
    WRITES("retire a device", "execute", retire_device),
    WRITES_EITHER("add a finding", "hunt", "execute", add_finding),
    WRITES("say a finding is fixed", "execute", fix),
    WRITES("ask the tier above", "execute", ask),
    WRITES("take a request back", "execute", take_request_back),
    {"grant a request", "approve", NULL, grant_na, not_own, true},
    {"answer a request", NULL, NULL, answer_help, answers, true},
    WRITES("open a report", "draft", open_report),
    WRITES("fill a report", "draft", fill_report),
    WRITES("freeze a report", "report", freeze_report),
    WRITES("send a report", "report", send_report),
    WRITES("freeze figures", "report", make_freeze),
    {"acknowledge, from his own unit, a directive", "acknowledge", NULL, acknowledge_from_own, only_own, true},
    {"read, through his own unit, the history of a duty", "read", NULL, history_from_own, only_own, false},
    {"read, through his own unit, the sign-ins of a person", NULL, NULL, sign_ins_from_own, never, false},
    {"answer, for his own unit, a directive", "draft", NULL, report_from_own, only_own, true},
    {"put a device of his own on a system", "execute", NULL, device_on_system, only_own, true},
    {"put a finding of his own on a system", "hunt", "execute", finding_on_system, only_own, true},
    {"put a finding of his own on a device", "hunt", "execute", finding_on_device, only_own, true},
    {"prove a fix of his own by evidence", "execute", NULL, fix_by_evidence, only_own, true},
    {"carry out, by his own unit, a directive", NULL, NULL, carry_out, drafts_and_reads, true},
    {"carry out, by his own unit, a duty", NULL, NULL, carry_out_duty, drafts_and_reads, true},
    {"ask, for his own unit, about a duty", "execute", NULL, ask_about, only_own, true},
};

static bool expected(const struct authz *z, const struct verb *verb, enum place place)
{
    bool may = !verb->right || holds(z, verb->right, place) || (verb->or_right && holds(z, verb->or_right, place));
    return may && (!verb->only || verb->only(z, place));
}

/* --- the world --- */

static int64_t unit(struct authz *z, const char *name, const struct unit_parent *parents, size_t count)
{
    struct err err;
    int64_t id = 0;
    assert_ok(unit_found(z->t->db, &z->system,
                         &(struct unit_fact){.kind = STR("school_primary"), .name = str_from_cstr(name)}, parents,
                         count, civil_to_day(2020, 1, 1), 0, false, &id, &err));
    return id;
}

static int64_t person(struct authz *z, int64_t unit_id)
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
    o->worker = person(z, o->unit);
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
    assert_ok(report_freeze(db, s, o->frozen, &err));
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

static void world(struct authz *z, struct store_test *t)
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

/* --- one cell --- */

struct attempt {
    struct authz *z;
    const struct verb *verb;
    const struct things *things;
    enum err_code code;
    char text[ERR_TEXT_BYTES];
};
static enum err_code attempt(struct db *db, void *ctx, struct err *err)
{
    struct attempt *a = ctx;
    struct err own;
    a->code = a->verb->act(a->z, db, a->things, &own);
    snprintf(a->text, sizeof a->text, "%s", a->code == ERR_NONE ? "" : own.text);
    return err_set(err, ERR_UNSUPPORTED, "taken back");
}

static void cell(struct authz *z, const struct verb *verb, enum place place)
{
    struct err err;
    struct attempt a = {.z = z, .verb = verb, .things = &z->of[place]};
    arena_rewind(&z->scratch, z->start);
    if (verb->writes)
        assert_err(db_transact(z->t->db, attempt, &a, &err), ERR_UNSUPPORTED);
    else {
        a.code = verb->act(z, z->t->db, a.things, &err);
        snprintf(a.text, sizeof a.text, "%s", a.code == ERR_NONE ? "" : err.text);
    }
    bool want = expected(z, verb, place),
         refused = a.code == ERR_DENIED || a.code == ERR_NOT_FOUND ||
                   ((verb->only == only_own || verb->only == drafts_and_reads) && a.code == ERR_SYNTAX);
    if (want ? a.code == ERR_NONE : refused)
        return;
    fail_msg("%.*s of a unit, granted %s%.*s, wants to %s in %s: roles.yaml says %s, the program says %s (%s)",
             STR_ARG(z->role->id), z->tree ? "down the tree " : "there alone", STR_ARG(trees[z->tree]), verb->words,
             place_words[place], want ? "yes" : "no", a.code == ERR_NONE ? "yes" : err_code_to_str(a.code), a.text);
}

/* Numbers count exactly the rows within reach: of the unit itself, and of those below along the grant's own tree. */
static void numbers(struct authz *z, size_t *cells)
{
    struct err err;
    struct db *db = z->t->db;
    struct actor reader = actor_with(&z->actor, RIGHT_READ);
    bool reads = holds(z, "read", OWN);
    for (size_t tree = 1; tree < ARRAY_LEN(trees); tree++) {
        int64_t units = reads;
        for (enum place p = BELOW_ADMINISTRATIVE; p <= DEEP; p++)
            units += tree_of[p] == tree && holds(z, "read", p);
        arena_rewind(&z->scratch, z->start);
        struct sql_rollup_unit_row *row = NULL;
        assert_ok(sql_rollup_unit(db, &reader, &z->scratch,
                                  &(struct sql_rollup_unit_args){z->of[OWN].unit, 0, trees[tree], TODAY}, &row, &err));
        int64_t got = row ? row->n_unseen + row->n_ack + row->n_doing + row->n_ok + row->n_due + row->n_late +
                                row->n_birth + row->n_na + row->n_waived
                          : 0;
        if (got != 2 * units)
            fail_msg("%.*s granted '%.*s': the rollup of tree %.*s counts %lld duties, %lld are within reach",
                     STR_ARG(z->role->id), STR_ARG(trees[z->tree]), STR_ARG(trees[tree]), (long long)got,
                     (long long)(2 * units));
        struct finding_count findings = {0};
        enum err_code code = finding_counts(db, &z->actor, z->of[OWN].unit, trees[tree], &findings, &err);
        if ((code == ERR_NONE) != reads || findings.open != units)
            fail_msg("%.*s granted '%.*s': %lld findings of tree %.*s counted, %lld are within reach",
                     STR_ARG(z->role->id), STR_ARG(trees[z->tree]), (long long)findings.open, STR_ARG(trees[tree]),
                     (long long)units);
        *cells += 2;
    }
    int64_t below = 0;
    for (enum place p = BELOW_ADMINISTRATIVE; p <= DEEP; p++)
        below += tree_of[p] == 1 && holds(z, "read", p);
    int64_t want = reads ? 2 * (1 + below) : 0;
    struct sql_freeze_totals_rows totals;
    struct sql_freeze_state_counts_rows counts;
    int64_t freeze = z->of[OWN].freeze, n_totals = 0, n_counts = 0;
    arena_rewind(&z->scratch, z->start);
    assert_ok(sql_freeze_totals(db, &reader, &z->scratch, &(struct sql_freeze_totals_args){freeze}, &totals, &err));
    assert_ok(sql_freeze_state_counts(db, &reader, &z->scratch, &(struct sql_freeze_state_counts_args){freeze}, &counts,
                                      &err));
    for (size_t i = 0; i < totals.count; i++)
        n_totals += totals.items[i].n;
    for (size_t i = 0; i < counts.count; i++)
        n_counts += counts.items[i].n;
    if (n_totals != want || n_counts != want)
        fail_msg("%.*s granted '%.*s' reads a freeze: totals of %lld, states of %lld; %lld rows are within reach",
                 STR_ARG(z->role->id), STR_ARG(trees[z->tree]), (long long)n_totals, (long long)n_counts,
                 (long long)want);
    *cells += 2;
    if (!reads)
        return;
    /* Who makes the unit's report sees what it will say; everybody else what is within his reach. */
    struct str json;
    struct json root;
    double systems = 0;
    assert_ok(report_live_figures(db, &z->actor, z->of[OWN].report, &z->scratch, &json, &err));
    assert_ok(json_parse(json, 0, &z->scratch, &root, &err));
    assert_true(json_double(json_get(json_get(root, STR("systems")), STR("total")), &systems));
    int64_t want_systems = holds(z, "report", OWN) ? 3 : 1 + below;
    if ((int64_t)systems != want_systems)
        fail_msg("%.*s granted '%.*s': live figures count %lld systems, %lld are within reach", STR_ARG(z->role->id),
                 STR_ARG(trees[z->tree]), (long long)systems, (long long)want_systems);
    *cells += 1;
}

static enum err_code count_line(void *ctx, struct str line, struct err *err)
{
    (void)line;
    (void)err;
    ++*(size_t *)ctx;
    return ERR_NONE;
}

static void become(struct authz *z, const struct know_role *role, size_t tree)
{
    struct err err;
    z->role = role;
    z->tree = tree;
    z->actor = (struct actor){.person_id = person(z, z->of[OWN].unit), .right = RIGHT_READ, .day = TODAY};
    int64_t id;
    assert_ok(grant_give(z->t->db, &z->system,
                         &(struct grant_request){.person_id = z->actor.person_id,
                                                 .role = role->id,
                                                 .unit_id = z->of[OWN].unit,
                                                 .edge_kind = trees[tree],
                                                 .from_day = TODAY,
                                                 .to_day = CIVIL_FOREVER},
                         &id, &err));
}

/* xorshift64*: the drawn part of PostgreSQL, the same for the same seed. */
static uint64_t draw(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static void every_cell_of_the_matrix(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct authz z;
    world(&z, t);
    const char *wanted = getenv("LUYTRE_AUTHZ_SEED");
    uint64_t seed = wanted ? strtoull(wanted, NULL, 10) : ((uint64_t)getpid() << 20 ^ (uint64_t)time(NULL)) | 1,
             rng = seed;
    unsigned one_of = t->engine == STORE_POSTGRES ? 12 : 1;
    print_message("%s: one of %u cells, LUYTRE_AUTHZ_SEED=%llu\n", one_of > 1 ? "postgres" : "sqlite", one_of,
                  (unsigned long long)seed);
    size_t cells = 0, allowed = 0;
    for (size_t r = 0; r < know_role_count; r++)
        for (size_t tree = 0; tree < ARRAY_LEN(trees); tree++) {
            become(&z, &know_roles[r], tree);
            for (size_t right = 0; right < know_right_count; right++)
                for (enum place p = OWN; p < PLACE_COUNT; p++) {
                    bool has = false, want = holds(&z, know_rights[right].id.ptr, p);
                    assert_ok(access_has(t->db, &z.actor, UINT64_C(1) << right, z.of[p].unit, &has, &err));
                    if (has != want)
                        fail_msg("%.*s granted '%.*s' %s the right %.*s in %s", STR_ARG(z.role->id),
                                 STR_ARG(trees[tree]), has ? "has" : "has not", STR_ARG(know_rights[right].id),
                                 place_words[p]);
                    cells++;
                }
            for (size_t v = 0; v < ARRAY_LEN(verbs); v++)
                for (enum place p = OWN; p < PLACE_COUNT; p++) {
                    if (one_of > 1 && draw(&rng) % one_of)
                        continue;
                    cell(&z, &verbs[v], p);
                    cells++;
                    allowed += expected(&z, &verbs[v], p);
                }
            numbers(&z, &cells);
            size_t lines = 0;
            enum err_code code = freeze_export(t->db, &z.actor, z.of[OWN].freeze, count_line, &lines, &err);
            bool want = holds(&z, "read", OWN) && holds(&z, "read", BELOW_ADMINISTRATIVE);
            if ((code == ERR_NONE) != want || (want ? lines != 7 : lines > 0))
                fail_msg("%.*s granted '%.*s' takes a freeze out: %s, %zu lines", STR_ARG(z.role->id),
                         STR_ARG(trees[tree]), err_code_to_str(code), lines);
            cells++;
        }
    print_message("authorisation: %zu cells, %zu of the verbs' allowed\n", cells, allowed);
    assert_true(allowed > 0 && allowed < cells);
    assert_ok(ledger_recount(t->db, &err)); /* nothing of all this stayed */
    arena_done(&z.scratch);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store,
                                                       &sql_module_proof,
                                                       &sql_module_org,
                                                       &sql_module_duty,
                                                       &sql_module_asset,
                                                       &sql_module_world,
                                                       NULL};
    static const struct CMUnitTest tests[] = {STORE_TEST(every_cell_of_the_matrix)};
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
