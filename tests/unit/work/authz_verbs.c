/* authz_verbs.c - everything one may try, each with the right it wants. */
#include "authz.h"

#include "asset/device.h"
#include "duty/board.h"
#include "duty/directive.sql.h"
#include "duty/freeze.h"
#include "duty/letter_book.h"
#include "duty/letter_book.sql.h"
#include "duty/page_report.sql.h"
#include "duty/readers.h"
#include "duty/request.h"
#include "duty/rollup.sql.h"
#include "duty/series.h"
#include "format/json.h"
#include "org/access.h"
#include "org/access.sql.h"
#include "org/audit_list.h"
#include "org/person.h"
#include "org/person.sql.h"
#include "org/site.h"
#include "org/system.h"
#include "org/system.sql.h"
#include "proof/chain.h"
#include "proof/chain.sql.h"
#include "proof/evidence.sql.h"

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
/* Whether the person tried stands in the list of who can see what opens to any of these units, as the page would show
 * it to an asker who holds the right there; the asker is the system when asker is NULL. */
static enum err_code listed(struct authz *z, struct db *db, uint64_t right, const int64_t *units, size_t unit_count,
                            const struct actor *NULLABLE asker, struct err *err)
{
    struct actor actor = actor_with(asker ? asker : &z->system, right);
    struct str text = arena_printf(&z->scratch, "[%lld,%lld]", (long long)units[0], (long long)units[unit_count - 1]);
    struct sql_access_who_rows rows;
    TRY(sql_access_who(db, &actor, &z->scratch,
                       &(struct sql_access_who_args){.units = text, .on_day = TODAY, .limit_count = 1000}, &rows, err));
    bool has = false;
    for (size_t i = 0; i < rows.count; i++)
        has |= rows.items[i].person_id == z->actor.person_id && rows.items[i].is_seen;
    return has ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "not listed");
}
static enum err_code who_can_see(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return listed(z, db, RIGHT_READ, &o->unit, 1, &z->actor, err);
}
static enum err_code listed_of_letter(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return listed(z, db, RIGHT_READ, &o->unit, 1, NULL, err);
}
static enum err_code listed_of_finding(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return listed(z, db, RIGHT_ASSET_READ, &o->unit, 1, NULL, err);
}
static enum err_code listed_of_person(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct actor actor = actor_with(&z->actor, RIGHT_READ);
    struct sql_person_works_in_rows units;
    TRY(sql_person_works_in(db, &actor, &z->scratch, &(struct sql_person_works_in_args){o->worker, TODAY}, &units,
                            err));
    return units.count ? listed(z, db, RIGHT_READ, &units.items[0].unit_id, 1, &actor, err)
                       : err_set(err, ERR_NOT_FOUND, "not seen");
}
static enum err_code listed_of_request(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct actor actor = actor_with(&z->system, RIGHT_READ);
    struct sql_request_page_row *row = NULL;
    TRY(sql_request_page(db, &actor, &z->scratch, &(struct sql_request_page_args){o->na_request, TODAY}, &row, err));
    return row ? listed(z, db, RIGHT_READ, (int64_t[]){row->unit_id, row->to_unit_id}, 2, NULL, err)
               : err_set(err, ERR_NOT_FOUND, "no such request");
}
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
READ_MANY(freeze_list, sql_freeze_list, RIGHT_READ, {o->unit, OPT_NONE, 100})
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
static enum err_code device_pairs_list(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct sql_device_suggestions_below_rows rows;
    TRY(device_pairs_below(db, &z->actor, &z->scratch, o->unit, EDGE_ADMINISTRATIVE, 0, 100, &rows, err));
    bool has = false;
    for (size_t i = 0; i < rows.count; i++)
        has |= rows.items[i].id == o->pair;
    return has ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "not listed");
}
static enum err_code device_pairs_beside(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    struct sql_device_rows_row device = {.id = o->device};
    struct sql_device_suggestions_of_rows rows;
    TRY(device_pairs_of(db, &z->actor, &z->scratch, &(struct sql_device_rows_rows){&device, 1}, &rows, err));
    return rows.count ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "not listed");
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
    return report_live_figures(db, &z->actor, o->report, NULL, &z->scratch, &json, err);
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
struct evidence_draft plan_of(const struct authz *z, const struct things *o)
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
struct directive_draft draft_for(int64_t unit)
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
static enum err_code merge_pair(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    int64_t merge_id;
    return device_pair_merge(db, &z->actor, o->device, o->pair, STR("một máy"), &merge_id, err);
}
static enum err_code part_pair(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return device_pair_apart(db, &z->actor, o->device, o->pair, err);
}
static enum err_code undo_merge(struct authz *z, struct db *db, const struct things *o, struct err *err)
{
    return device_pair_unmerge(db, &z->actor, o->device, o->merge, STR("là hai máy"), err);
}
struct finding_draft weakness(int64_t unit)
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
    return report_freeze(db, &z->actor, o->report, NULL, err);
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

bool drafts_and_reads(const struct authz *z, enum place place)
{
    return holds(z, "draft", OWN) && holds(z, "read", place);
}
bool only_own(const struct authz *z, enum place place)
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
static bool decides_pairs(const struct authz *z, enum place place)
{
    return holds(z, "execute", place) && holds(z, "asset_read", place);
}
static bool answers(const struct authz *z, enum place place)
{
    return place != OWN && holds(z, "execute", asks[place]);
}

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
const struct verb verbs[] = {
    READS("read a person", "read", person_page),
    READS("list people", "read", unit_people),
    READS("see who can see", "read", who_can_see),
    READS("stand among who can see a person", "read", listed_of_person),
    READS("stand among who can see a letter", "read", listed_of_letter),
    READS("stand among who can see a finding", "asset_read", listed_of_finding),
    {"stand among who can see a request", NULL, NULL, listed_of_request, reads_request, false},
    READS("read a person's grants", "people_admin", person_grants),
    READS("read a system", "asset_read", system_page),
    READS("list systems", "asset_read", unit_systems),
    READS("read a device", "asset_read", device_page_of),
    READS("list devices", "asset_read", device_list_of),
    READS("list pairs of devices", "asset_read", device_pairs_list),
    READS("see the pairs of listed devices", "asset_read", device_pairs_beside),
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
    {"merge a pair of devices", NULL, NULL, merge_pair, decides_pairs, true},
    {"keep a pair of devices apart", NULL, NULL, part_pair, decides_pairs, true},
    {"undo a merge of devices", NULL, NULL, undo_merge, decides_pairs, true},
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
const size_t verb_count = ARRAY_LEN(verbs);
