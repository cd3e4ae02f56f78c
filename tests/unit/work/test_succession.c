/* A unit is merged or split: its sites, systems, devices, open findings with their pairs and open duties stand with the
 * successor from that day on; a past day still shows the old unit; what is closed stays under the old name. */
#include "store_test.h"

#include "asset/device.h"
#include "asset/device.sql.h"
#include "asset/finding.h"
#include "asset/finding.sql.h"
#include "duty/directive.h"
#include "duty/directive.sql.h"
#include "duty/ledger.h"
#include "duty/page_unit.sql.h"
#include "duty/rollup.sql.h"
#include "duty/succession.sql.h"
#include "know/know.h"
#include "org/access.h"
#include "org/event.h"
#include "org/event.sql.h"
#include "org/event_place.sql.h"
#include "org/page_past.sql.h"
#include "org/page_unit.sql.h"
#include "org/person.h"
#include "org/site.h"
#include "org/system.h"
#include "org/system.sql.h"
#include "org/unit.sql.h"
#include "work/succession.h"

extern const struct sql_module sql_module_proof, sql_module_org, sql_module_duty, sql_module_asset;

#define TODAY civil_to_day(2027, 1, 4)

struct world {
    struct actor system;
    int64_t committee, old, successor;
    int64_t sites[2], systems[2], devices[3];
    int64_t on_device, on_system, alone, closed; /* findings */
};

static int64_t found(struct store_test *t, const struct world *w, const char *name, int64_t parent)
{
    struct err err;
    int64_t id = 0;
    struct unit_parent up = {EDGE_ADMINISTRATIVE, parent};
    assert_ok(unit_found(t->db, &w->system,
                         &(struct unit_fact){.kind = STR("school_primary"), .name = str_from_cstr(name)}, &up,
                         parent ? 1 : 0, civil_to_day(2020, 1, 1), 0, false, &id, &err));
    return id;
}

static int64_t finding(struct store_test *t, const struct world *w, const char *title, int64_t device, int64_t system)
{
    struct err err;
    int64_t id = 0;
    assert_ok(finding_open(t->db, &w->system,
                           &(struct finding_draft){.unit_id = w->old,
                                                   .device_id = device,
                                                   .system_id = system,
                                                   .kind = STR("vulnerability"),
                                                   .title = str_from_cstr(title),
                                                   .severity = STR("high"),
                                                   .allows_control = true,
                                                   .source = STR("hand"),
                                                   .found_day = CIVIL_NONE,
                                                   .due_day = CIVIL_NONE},
                           &id, &err));
    return id;
}

static struct world world_make(struct store_test *t)
{
    struct err err;
    t->now_ms = civil_day_start_ms(TODAY) + 8 * 3600 * 1000;
    struct world w = {.system = actor_system(TODAY)};
    assert_ok(ledger_open(t->db, TODAY, &err));
    w.committee = found(t, &w, "UBND tỉnh Trúc Lâm", 0);
    w.old = found(t, &w, "Trường Tiểu học Nứa", w.committee);
    w.successor = found(t, &w, "Trường Tiểu học Tre", w.committee);
    for (size_t i = 0; i < 2; i++) {
        assert_ok(site_new(t->db, &w.system, w.old, arena_printf(&t->arena, "Cơ sở %zu", i + 1), STR_NONE, TODAY - 90,
                           &w.sites[i], &err));
        assert_ok(system_new(
            t->db, &w.system,
            &(struct system_fields){.operator_id = w.old, .name = arena_printf(&t->arena, "Hệ thống %zu", i + 1)},
            TODAY - 90, false, &w.systems[i], &err));
    }
    for (size_t i = 0; i < 3; i++) {
        struct identity serial = {IDENTITY_SERIAL, arena_printf(&t->arena, "TL-%zu", i)};
        struct device_registered made;
        assert_ok(device_register(t->db, &w.system,
                                  &(struct device_draft){.site_id = w.sites[i == 2],
                                                         .kind = STR("workstation"),
                                                         .identities = &serial,
                                                         .identity_count = 1,
                                                         .protection = STR("protected")},
                                  "hand", &made, &err));
        w.devices[i] = made.id;
    }
    w.on_device = finding(t, &w, "Cổng mở", w.devices[2], 0);
    w.on_system = finding(t, &w, "Mật khẩu mặc định", 0, w.systems[1]);
    w.alone = finding(t, &w, "Thiếu quy chế", 0, 0);
    w.closed = finding(t, &w, "Đã sửa", 0, 0);
    assert_ok(finding_task_done(t->db, &w.system, w.closed, STR("fix"), STR("đã vá"), 0, &err));
    assert_ok(finding_task_done(t->db, &w.system, w.closed, STR("hunt"), STR("đã săn"), 0, &err));
    assert_ok(finding_close(t->db, &w.system, w.closed, STR("xong"), &err));
    struct obligation_target all = {TARGET_ALL, STR("")};
    struct obligation_draft o[] = {{.catalogue_id = STR("CT18-2c"), .targets = &all, .target_count = 1},
                                   {.catalogue_id = STR("CT18-2b"), .targets = &all, .target_count = 1}};
    struct directive_issued issued;
    int64_t directive = 0;
    assert_ok(directive_draft_new(t->db, &w.system,
                                  &(struct directive_draft){.issuer_id = w.committee,
                                                            .edge_kind = EDGE_ADMINISTRATIVE,
                                                            .title = STR("Thực hiện Chỉ thị số 18/CT-TTg"),
                                                            .issued_day = CIVIL_NONE,
                                                            .obligations = o,
                                                            .obligation_count = 2},
                                  &directive, &err));
    assert_ok(directive_issue(t->db, &w.system, directive, &issued, &err));
    assert_int_equal(issued.assignment_count, 5); /* two plans, two systems, a school without any */
    /* the event happens ten days later */
    int moved = 0;
    t->now_ms += 10 * CIVIL_DAY_MS;
    w.system = actor_system(TODAY + 10);
    assert_ok(ledger_advance(t->db, TODAY + 10, &moved, &err));
    return w;
}

struct standing { /* with one unit, on one day */
    size_t sites, systems, devices, findings;
};

static struct standing standing_on(struct store_test *t, const struct world *w, int64_t unit_id, civil_day day)
{
    struct err err;
    struct sql_unit_holdings_on_rows holdings;
    struct sql_device_counts_on_rows devices;
    struct sql_findings_on_rows findings;
    assert_ok(sql_unit_holdings_on(t->db, &w->system, &t->arena, &(struct sql_unit_holdings_on_args){unit_id, day},
                                   &holdings, &err));
    assert_ok(sql_device_counts_on(t->db, &w->system, &t->arena, &(struct sql_device_counts_on_args){unit_id, day},
                                   &devices, &err));
    assert_ok(sql_findings_on(t->db, &w->system, &t->arena,
                              &(struct sql_findings_on_args){unit_id, day, civil_day_start_ms(day + 1)}, &findings,
                              &err));
    struct standing s = {.findings = findings.count};
    for (size_t i = 0; i < devices.count; i++)
        s.devices += (size_t)devices.items[i].n;
    for (size_t i = 0; i < holdings.count; i++)
        if (str_equal(holdings.items[i].object_kind, STR("site")))
            s.sites++;
        else
            s.systems++;
    return s;
}

static void assert_standing(struct store_test *t, const struct world *w, int64_t unit_id, civil_day day,
                            struct standing want)
{
    struct standing got = standing_on(t, w, unit_id, day);
    if (memcmp(&got, &want, sizeof got) != 0)
        fail_msg("on day %d it has %zu sites, %zu systems, %zu devices, %zu findings; wanted %zu, %zu, %zu, %zu", day,
                 got.sites, got.systems, got.devices, got.findings, want.sites, want.systems, want.devices,
                 want.findings);
}

static int64_t finding_unit(struct store_test *t, const struct world *w, int64_t id)
{
    struct err err;
    struct actor reader = w->system;
    struct finding_page page;
    assert_ok(finding_read(t->db, &reader, &t->arena, id, &page, &err));
    return page.finding->unit_id;
}

static int64_t open_duties(struct store_test *t, int64_t unit_id)
{
    struct err err;
    struct sql_assignment_ids_open_of_unit_rows rows;
    assert_ok(sql_assignment_ids_open_of_unit(t->db, &t->arena, &(struct sql_assignment_ids_open_of_unit_args){unit_id},
                                              &rows, &err));
    return (int64_t)rows.count;
}

/* The old unit goes into its successor, ten days from now. */
static struct event_plan merged(const struct world *w)
{
    return (struct event_plan){.kind = EVENT_MERGE,
                               .on_day = TODAY + 10,
                               .basis = STR("Nghị quyết 1"),
                               .from_ids = &w->old,
                               .from_count = 1,
                               .to_id = w->successor};
}

static void a_merged_unit_hands_everything_over(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    struct event_done done;
    struct event_plan plan = merged(&w);
    assert_standing(t, &w, w.old, TODAY + 10, (struct standing){2, 2, 3, 3});
    assert_ok(event_apply(t->db, &w.system, &plan, &work_succession, &done, &err));
    assert_int_equal(done.duties_moved, 3);
    /* from that day on with the successor, the day before still with the old unit */
    assert_standing(t, &w, w.successor, TODAY + 10, (struct standing){2, 2, 3, 3});
    assert_standing(t, &w, w.old, TODAY + 10, (struct standing){0, 0, 0, 0});
    assert_standing(t, &w, w.old, TODAY + 9, (struct standing){2, 2, 3, 3});
    assert_standing(t, &w, w.successor, TODAY + 9, (struct standing){0, 0, 0, 0});
    /* both halves of a pair go with their finding; what was closed stays */
    assert_int_equal(finding_unit(t, &w, w.alone), w.successor);
    assert_int_equal(finding_unit(t, &w, w.closed), w.old);
    struct sql_finding_tasks_rows tasks;
    assert_ok(
        sql_finding_tasks(t->db, &w.system, &t->arena, &(struct sql_finding_tasks_args){w.on_device}, &tasks, &err));
    assert_int_equal(tasks.count, 2);
    assert_ok(finding_task_done(t->db, &w.system, w.on_device, STR("fix"), STR("đã vá"), 0, &err));
    /* counters are what the rows say */
    struct device_coverage c;
    assert_ok(device_coverage_unit(t->db, &w.system, w.successor, STR(""), &c, &err));
    assert_int_equal(c.is_protected, 3);
    assert_ok(device_recount(t->db, &err));
    assert_ok(ledger_recount(t->db, &err));
    /* and once more: a second merge keeps the whole story */
    int64_t third = found(t, &w, "Trường Tiểu học Trúc", w.committee);
    int moved = 0;
    t->now_ms += 5 * CIVIL_DAY_MS;
    w.system = actor_system(TODAY + 15);
    assert_ok(ledger_advance(t->db, TODAY + 15, &moved, &err));
    plan.on_day = TODAY + 15;
    plan.from_ids = &w.successor;
    plan.to_id = third;
    assert_ok(event_apply(t->db, &w.system, &plan, &work_succession, &done, &err));
    assert_int_equal(done.duties_moved, 5);
    assert_standing(t, &w, third, TODAY + 15, (struct standing){2, 2, 3, 3});
    assert_standing(t, &w, w.successor, TODAY + 14, (struct standing){2, 2, 3, 3});
    assert_standing(t, &w, w.old, TODAY + 9, (struct standing){2, 2, 3, 3});
    assert_standing(t, &w, w.old, TODAY + 14, (struct standing){0, 0, 0, 0});
    assert_ok(device_recount(t->db, &err));
}

static void a_split_takes_what_stands_on_what_goes(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    struct event_done done;
    struct unit_fact part = {.kind = STR("school_primary"), .name = STR("Trường Tiểu học Nứa 2")};
    struct unit_parent up = {EDGE_ADMINISTRATIVE, w.committee};
    struct event_move moves[] = {{EVENT_SITE, w.sites[1], 0}, {EVENT_SYSTEM, w.systems[1], 0}};
    struct event_plan plan = {.kind = EVENT_SPLIT,
                              .on_day = TODAY + 10,
                              .basis = STR("Quyết định 2"),
                              .from_ids = &w.old,
                              .from_count = 1,
                              .parents = &up,
                              .parent_count = 1,
                              .parts = &part,
                              .part_count = 1,
                              .from_continues = true,
                              .moves = moves,
                              .move_count = 2};
    assert_ok(event_apply(t->db, &w.system, &plan, &work_succession, &done, &err));
    int64_t fresh = done.part_ids[0];
    assert_standing(t, &w, fresh, TODAY + 10, (struct standing){1, 1, 1, 2});
    assert_standing(t, &w, w.old, TODAY + 10, (struct standing){1, 1, 2, 1});
    assert_standing(t, &w, w.old, TODAY + 9, (struct standing){2, 2, 3, 3});
    assert_int_equal(finding_unit(t, &w, w.on_device), fresh);
    assert_int_equal(finding_unit(t, &w, w.on_system), fresh);
    assert_int_equal(finding_unit(t, &w, w.alone), w.old);
    /* the duty on the system went with it, the others stayed; nothing waits, since the old unit goes on */
    assert_int_equal(done.duties_moved, 1);
    assert_int_equal(open_duties(t, fresh), 1);
    assert_int_equal(open_duties(t, w.old), 2);
    assert_int_equal(done.to_place, 0);
    assert_ok(device_recount(t->db, &err));
    assert_ok(ledger_recount(t->db, &err));
}

static struct sql_to_place_of_event_rows waiting(struct store_test *t, const struct world *w, int64_t event_id)
{
    struct err err;
    struct sql_to_place_of_event_rows rows;
    assert_ok(sql_to_place_of_event(t->db, &w->system, &t->arena, &(struct sql_to_place_of_event_args){event_id}, &rows,
                                    &err));
    return rows;
}

static const struct sql_to_place_of_event_row *item(const struct sql_to_place_of_event_rows *rows, const char *kind,
                                                    int64_t object_id)
{
    for (size_t i = 0; i < rows->count; i++)
        if (str_equal(rows->items[i].object_kind, str_from_cstr(kind)) &&
            (object_id == 0 || rows->items[i].object_id == object_id))
            return &rows->items[i];
    fail_msg("no %s %lld waits", kind, (long long)object_id);
    return NULL;
}

/* Two new schools for one that ends: what nobody named stands with the first, marked, until somebody places it. */
static void what_no_move_names_waits_to_be_placed(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    struct event_done done;
    int64_t child = found(t, &w, "Điểm trường Nứa Con", w.old), teacher = 0, other = 0;
    struct person_fields fields = {.name = STR("Cao Thị Nứa")};
    assert_ok(person_new(t->db, &w.system, &fields, w.old, TODAY, false, &teacher, &err));
    fields.name = STR("Mai Văn Tre");
    assert_ok(person_new(t->db, &w.system, &fields, w.old, TODAY, false, &other, &err));
    struct unit_fact parts[] = {{.kind = STR("school_primary"), .name = STR("Trường Tiểu học Nứa 1")},
                                {.kind = STR("school_primary"), .name = STR("Trường Tiểu học Nứa 2")}};
    struct unit_parent up = {EDGE_ADMINISTRATIVE, w.committee};
    struct event_move moves[] = {{EVENT_SYSTEM, w.systems[1], 1}, {EVENT_PERSON, other, 1}};
    struct event_plan plan = {.kind = EVENT_SPLIT,
                              .on_day = TODAY + 10,
                              .basis = STR("Quyết định 3"),
                              .from_ids = &w.old,
                              .from_count = 1,
                              .parents = &up,
                              .parent_count = 1,
                              .parts = parts,
                              .part_count = 2,
                              .moves = moves,
                              .move_count = 2};
    assert_ok(event_apply(t->db, &w.system, &plan, &work_succession, &done, &err));
    int64_t first = done.part_ids[0], second = done.part_ids[1];
    /* the child, two sites, a system, a person, the findings on a device that goes nowhere else and on nothing, a duty
     */
    struct sql_to_place_of_event_rows rows = waiting(t, &w, done.event_id);
    assert_int_equal(rows.count, done.to_place);
    assert_int_equal(rows.count, 7);
    for (size_t i = 0; i < rows.count; i++) {
        assert_int_equal(rows.items[i].unit_id, first);
        assert_false(rows.items[i].placed_unit_id.has);
        assert_true(rows.items[i].name.len_bytes > 0);
    }
    item(&rows, "child", child);
    item(&rows, "person", teacher);
    item(&rows, "system", w.systems[0]);
    item(&rows, "finding", w.alone);
    assert_str(item(&rows, "site", w.sites[1])->name, STR("Cơ sở 2"));
    assert_standing(t, &w, first, TODAY + 10, (struct standing){2, 1, 3, 2});
    assert_standing(t, &w, second, TODAY + 10, (struct standing){0, 1, 0, 1}); /* with the finding on its system */
    assert_int_equal(open_duties(t, second), 1);
    assert_int_equal(open_duties(t, first), 2);
    /* three days later somebody decides */
    int moved = 0;
    t->now_ms += 3 * CIVIL_DAY_MS;
    w.system = actor_system(TODAY + 13);
    assert_ok(ledger_advance(t->db, TODAY + 13, &moved, &err));
    struct event_placed placed;
    static const char *const kinds[] = {"site", "finding", "assignment", "child", "person"};
    const int64_t objects[] = {w.sites[1], w.alone, 0, child, teacher};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        assert_ok(event_place(t->db, &w.system, item(&rows, kinds[i], objects[i])->id, second, &work_succession,
                              &placed, &err));
    assert_int_equal(placed.from_id, first);
    assert_standing(t, &w, first, TODAY + 13, (struct standing){1, 1, 2, 0});
    assert_standing(t, &w, second, TODAY + 13, (struct standing){1, 1, 1, 3});
    assert_standing(t, &w, first, TODAY + 12, (struct standing){2, 1, 3, 2}); /* the days between stay true */
    assert_int_equal(finding_unit(t, &w, w.on_device), second);
    assert_int_equal(open_duties(t, first), 1); /* that on its system */
    assert_int_equal(open_duties(t, second), 2);
    /* the system stays where it is: that is a decision as well */
    assert_ok(
        event_place(t->db, &w.system, item(&rows, "system", w.systems[0])->id, first, &work_succession, &placed, &err));
    assert_standing(t, &w, first, TODAY + 13, (struct standing){1, 1, 2, 0});
    /* placed once, only with a part, only by who may */
    assert_err(event_place(t->db, &w.system, item(&rows, "child", child)->id, first, &work_succession, &placed, &err),
               ERR_CONFLICT);
    struct sql_to_place_of_event_row left = *item(&rows, "site", w.sites[0]);
    assert_err(event_place(t->db, &w.system, left.id, w.committee, &work_succession, &placed, &err), ERR_SYNTAX);
    struct actor stranger = {.person_id = teacher, .day = TODAY + 13};
    assert_err(event_place(t->db, &stranger, left.id, second, &work_succession, &placed, &err), ERR_DENIED);
    rows = waiting(t, &w, done.event_id);
    size_t open = 0;
    for (size_t i = 0; i < rows.count; i++)
        open += !rows.items[i].placed_unit_id.has;
    assert_int_equal(open, 1);
    assert_true(rows.items[0].id == left.id); /* what waits stands first */
    /* what a duty went through before it came here is read here, under the name of that day */
    struct sql_assignment_ids_open_of_unit_rows duties;
    struct sql_duty_history_rows history;
    assert_ok(sql_assignment_ids_open_of_unit(t->db, &t->arena, &(struct sql_assignment_ids_open_of_unit_args){second},
                                              &duties, &err));
    size_t earlier = 0;
    for (size_t i = 0; i < duties.count; i++) {
        assert_ok(sql_duty_history(t->db, &w.system, &t->arena,
                                   &(struct sql_duty_history_args){duties.items[i].id, INT64_MAX, 100}, &history,
                                   &err));
        for (size_t k = 0; k < history.count; k++)
            if (str_equal(history.items[k].unit_name, STR("Trường Tiểu học Nứa 1")))
                earlier++;
    }
    assert_int_equal(earlier, 1); /* the plan stood with the first part from the split on */
    assert_ok(device_recount(t->db, &err));
    assert_ok(ledger_recount(t->db, &err));
}

/* Everything as it stood before the event, from the day of the undoing on; what was between stays as it was known. */
static void a_merger_entered_by_mistake_is_undone(void **state)
{
    struct store_test *t = *state;
    struct err err = {0};
    struct world w = world_make(t);
    struct event_done done;
    int64_t child = found(t, &w, "Điểm trường Nứa Con", w.old), teacher = 0, grant = 0, undo = 0, again = 0;
    struct person_fields fields = {.name = STR("Cao Thị Nứa")};
    assert_ok(person_new(t->db, &w.system, &fields, w.old, TODAY, false, &teacher, &err));
    assert_ok(grant_give(t->db, &w.system,
                         &(struct grant_request){.person_id = teacher,
                                                 .role = STR("unit_head"),
                                                 .unit_id = w.old,
                                                 .edge_kind = STR(""),
                                                 .from_day = TODAY,
                                                 .to_day = TODAY + 400},
                         &grant, &err));
    struct event_plan plan = merged(&w);
    assert_ok(event_apply(t->db, &w.system, &plan, &work_succession, &done, &err));
    assert_int_equal(open_duties(t, w.old), 0);
    int moved = 0;
    t->now_ms += 2 * CIVIL_DAY_MS;
    w.system = actor_system(TODAY + 12);
    assert_ok(ledger_advance(t->db, TODAY + 12, &moved, &err));
    assert_err(event_undo(t->db, &w.system, done.event_id, STR(" "), &work_succession, &undo, &err), ERR_SYNTAX);
    assert_err(event_undo(t->db, &(struct actor){.person_id = teacher, .day = TODAY + 12}, done.event_id,
                          STR("ghi nhầm"), &work_succession, &undo, &err),
               ERR_DENIED);
    assert_ok(event_undo(t->db, &w.system, done.event_id, STR("ghi nhầm đơn vị"), &work_succession, &undo, &err));
    assert_standing(t, &w, w.old, TODAY + 12, (struct standing){2, 2, 3, 3});
    assert_standing(t, &w, w.successor, TODAY + 12, (struct standing){0, 0, 0, 0});
    assert_standing(t, &w, w.successor, TODAY + 11, (struct standing){2, 2, 3, 3}); /* as it was known then */
    assert_standing(t, &w, w.old, TODAY + 9, (struct standing){2, 2, 3, 3});
    assert_int_equal(open_duties(t, w.old), 3);
    assert_int_equal(finding_unit(t, &w, w.alone), w.old);
    struct sql_unit_name_on_row *name = NULL;
    assert_ok(sql_unit_name_on(t->db, &t->arena, &(struct sql_unit_name_on_args){w.old, TODAY + 12}, &name, &err));
    assert_str(name->name, STR("Trường Tiểu học Nứa"));
    struct sql_unit_edge_on_row *edge = NULL;
    assert_ok(sql_unit_edge_on(t->db, &t->arena,
                               &(struct sql_unit_edge_on_args){child, EDGE_ADMINISTRATIVE, TODAY + 12}, &edge, &err));
    assert_int_equal(edge->parent_id, w.old);
    assert_ok(sql_unit_edge_on(t->db, &t->arena,
                               &(struct sql_unit_edge_on_args){w.old, EDGE_ADMINISTRATIVE, TODAY + 12}, &edge, &err));
    assert_int_equal(edge->parent_id, w.committee);
    /* who headed it heads it, and no longer the other; and no longer than he was appointed */
    const struct {
        int64_t unit;
        civil_day day;
        bool has;
    } heads[] = {{w.old, TODAY + 12, true},
                 {w.successor, TODAY + 12, false},
                 {w.successor, TODAY + 11, true},
                 {w.old, TODAY + 399, true},
                 {w.old, TODAY + 400, false}};
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        bool has = false;
        assert_ok(access_has(t->db, &(struct actor){.person_id = teacher, .day = heads[i].day}, RIGHT_EXECUTE,
                             heads[i].unit, &has, &err));
        if (has != heads[i].has)
            fail_msg("head %zu: %d", i, has);
    }
    /* once, and an undoing is not undone */
    assert_err(event_undo(t->db, &w.system, done.event_id, STR("x"), &work_succession, &again, &err), ERR_CONFLICT);
    assert_err(event_undo(t->db, &w.system, undo, STR("x"), &work_succession, &again, &err), ERR_CONFLICT);
    assert_ok(device_recount(t->db, &err));
    assert_ok(ledger_recount(t->db, &err));
    /* and the merger may then be entered rightly */
    plan.on_day = TODAY + 12;
    assert_ok(event_apply(t->db, &w.system, &plan, &work_succession, &done, &err));
    assert_standing(t, &w, w.successor, TODAY + 12, (struct standing){2, 2, 3, 3});
    assert_ok(ledger_recount(t->db, &err));
}

static struct event_plan split_in_two(const struct world *w, const struct unit_fact parts[2], struct unit_parent *up)
{
    *up = (struct unit_parent){EDGE_ADMINISTRATIVE, w->committee};
    return (struct event_plan){.kind = EVENT_SPLIT,
                               .on_day = TODAY + 10,
                               .basis = STR("Quyết định 3"),
                               .from_ids = &w->old,
                               .from_count = 1,
                               .parents = up,
                               .parent_count = 1,
                               .parts = parts,
                               .part_count = 2};
}

static const struct unit_fact two_parts[2] = {
    {.kind = STR_INIT("school_primary"), .name = STR_INIT("Trường Tiểu học Nứa 1")},
    {.kind = STR_INIT("school_primary"), .name = STR_INIT("Trường Tiểu học Nứa 2")}};

/* On the very day, after some of it was placed. */
static void a_split_is_undone_with_what_was_placed(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    struct event_done done;
    struct event_placed placed;
    struct unit_parent up;
    int64_t undo = 0;
    struct event_plan plan = split_in_two(&w, two_parts, &up);
    struct event_move move = {EVENT_SYSTEM, w.systems[1], 1};
    plan.moves = &move;
    plan.move_count = 1;
    assert_ok(event_apply(t->db, &w.system, &plan, &work_succession, &done, &err));
    struct sql_to_place_of_event_rows rows = waiting(t, &w, done.event_id);
    for (size_t i = 0; i < rows.count; i++)
        if (!str_equal(rows.items[i].object_kind, STR("system")))
            assert_ok(
                event_place(t->db, &w.system, rows.items[i].id, done.part_ids[1], &work_succession, &placed, &err));
    assert_ok(event_undo(t->db, &w.system, done.event_id, STR("chưa tách"), &work_succession, &undo, &err));
    assert_standing(t, &w, w.old, TODAY + 10, (struct standing){2, 2, 3, 3});
    assert_standing(t, &w, w.old, TODAY + 9, (struct standing){2, 2, 3, 3});
    for (int i = 0; i < 2; i++) {
        struct sql_unit_name_on_row *name = NULL;
        assert_standing(t, &w, done.part_ids[i], TODAY + 10, (struct standing){0, 0, 0, 0});
        assert_int_equal(open_duties(t, done.part_ids[i]), 0);
        assert_ok(sql_unit_name_on(t->db, &t->arena, &(struct sql_unit_name_on_args){done.part_ids[i], TODAY + 10},
                                   &name, &err));
        assert_null(name);
    }
    assert_int_equal(open_duties(t, w.old), 3);
    assert_ok(device_recount(t->db, &err));
    assert_ok(ledger_recount(t->db, &err));
}

/* Refused, with the reason, as soon as somebody built on it; and then nothing has changed. */
static void what_was_built_on_an_event_keeps_it(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    struct event_done done, next;
    struct unit_parent up;
    int64_t undo = 0, person = 0;
    struct event_plan plan = split_in_two(&w, two_parts, &up);
    assert_ok(event_apply(t->db, &w.system, &plan, &work_succession, &done, &err));
    /* somebody was taken on by the new school */
    struct person_fields fields = {.name = STR("Mai Văn Tre")};
    assert_ok(person_new(t->db, &w.system, &fields, done.part_ids[1], TODAY + 10, false, &person, &err));
    assert_err(event_undo(t->db, &w.system, done.event_id, STR("x"), &work_succession, &undo, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.text, "1 mục"));
    assert_standing(t, &w, done.part_ids[0], TODAY + 10, (struct standing){2, 2, 3, 3});
    assert_ok(person_leave_unit(t->db, &w.system, person, done.part_ids[1], TODAY + 10, &err));
    /* a later event */
    int moved = 0;
    t->now_ms += CIVIL_DAY_MS;
    w.system = actor_system(TODAY + 11);
    assert_ok(ledger_advance(t->db, TODAY + 11, &moved, &err));
    struct event_plan rename = {.kind = EVENT_RENAME,
                                .on_day = TODAY + 11,
                                .basis = STR("Quyết định 4"),
                                .from_ids = &done.part_ids[0],
                                .from_count = 1,
                                .new_fact = &(struct unit_fact){.name = STR("Trường Tiểu học Nứa Một")}};
    assert_ok(event_apply(t->db, &w.system, &rename, &work_succession, &next, &err));
    assert_err(event_undo(t->db, &w.system, done.event_id, STR("x"), &work_succession, &undo, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.text, "Quyết định 4"));
    assert_ok(event_undo(t->db, &w.system, next.event_id, STR("nhầm tên"), &work_succession, &undo, &err));
    /* both gone again, so is the reason */
    assert_ok(event_undo(t->db, &w.system, done.event_id, STR("x"), &work_succession, &undo, &err));
    assert_standing(t, &w, w.old, TODAY + 11, (struct standing){2, 2, 3, 3});
    assert_ok(ledger_recount(t->db, &err));
}

/* What the page of a past day reads. */
static void a_past_day_shows_who_held_and_owed_what(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    struct event_done done;
    struct event_plan plan = merged(&w);
    assert_ok(event_apply(t->db, &w.system, &plan, &work_succession, &done, &err));
    const struct {
        int64_t unit;
        civil_day day;
        size_t systems, devices, duties;
    } days[] = {{w.old, TODAY + 9, 2, 3, 3},
                {w.old, TODAY + 10, 0, 0, 0},
                {w.successor, TODAY + 9, 0, 0, 2},
                {w.successor, TODAY + 10, 2, 3, 5}};
    for (size_t i = 0; i < ARRAY_LEN(days); i++) {
        struct sql_unit_systems_on_rows systems;
        struct sql_device_counts_on_rows devices;
        struct sql_unit_duties_as_of_rows duties;
        assert_ok(sql_unit_systems_on(t->db, &w.system, &t->arena,
                                      &(struct sql_unit_systems_on_args){days[i].unit, days[i].day}, &systems, &err));
        assert_ok(sql_device_counts_on(t->db, &w.system, &t->arena,
                                       &(struct sql_device_counts_on_args){days[i].unit, days[i].day}, &devices, &err));
        assert_ok(sql_unit_duties_as_of(t->db, &w.system, &t->arena,
                                        &(struct sql_unit_duties_as_of_args){days[i].unit, days[i].day}, &duties,
                                        &err));
        size_t n = devices.count ? (size_t)devices.items[0].n : 0; /* all of one kind */
        if (systems.count != days[i].systems || n != days[i].devices || duties.count != days[i].duties)
            fail_msg("row %zu: %zu systems, %zu devices, %zu duties", i, systems.count, n, duties.count);
    }
    static const char *const kinds[] = {"system", "site", "finding"};
    const int64_t things[] = {w.systems[0], w.sites[1], w.alone};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct sql_holders_before_rows holders;
        assert_ok(sql_holders_before(t->db, &w.system, &t->arena,
                                     &(struct sql_holders_before_args){w.successor, str_from_cstr(kinds[i]), things[i]},
                                     &holders, &err));
        assert_int_equal(holders.count, 1);
        assert_int_equal(holders.items[0].on_day, TODAY + 10);
        assert_str(holders.items[0].name, STR("Trường Tiểu học Nứa"));
    }
}

/* The register of systems, too, is that of the day: its name, its marks, who operated it. */
static void a_past_day_shows_the_register_of_then(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    struct system_fields fields = {
        .operator_id = w.old, .name = STR("Hệ thống giám sát"), .code = STR("GS1"), .is_important = true};
    civil_day first = civil_day_of_ms(t->now_ms);
    t->now_ms += 2 * CIVIL_DAY_MS;
    assert_ok(system_update(t->db, &w.system, w.systems[0], &fields, &err));
    fields.uses_camera = true; /* the same day: what the day before ended with stays as it was */
    assert_ok(system_update(t->db, &w.system, w.systems[0], &fields, &err));
    t->now_ms += 2 * CIVIL_DAY_MS;
    fields.operator_id = w.successor;
    fields.is_important = false;
    assert_ok(system_update(t->db, &w.system, w.systems[0], &fields, &err));
    assert_ok(system_update(t->db, &w.system, w.systems[0], &fields, &err)); /* says nothing new */
    const struct {
        int64_t unit;
        civil_day day;
        size_t count;
        const char *name;
        int is_important, uses_camera;
    } days[] = {{w.old, first, 2, "Hệ thống 1", 0, 0},
                {w.old, first + 1, 2, "Hệ thống 1", 0, 0},
                {w.old, first + 2, 2, "Hệ thống giám sát", 1, 1},
                {w.old, first + 3, 2, "Hệ thống giám sát", 1, 1},
                {w.old, first + 4, 1, NULL, 0, 0},
                {w.successor, first + 3, 0, NULL, 0, 0},
                {w.successor, first + 4, 1, "Hệ thống giám sát", 0, 1}};
    for (size_t i = 0; i < ARRAY_LEN(days); i++) {
        struct sql_unit_systems_on_rows systems;
        assert_ok(sql_unit_systems_on(t->db, &w.system, &t->arena,
                                      &(struct sql_unit_systems_on_args){days[i].unit, days[i].day}, &systems, &err));
        const struct sql_unit_systems_on_row *found = NULL;
        for (size_t k = 0; k < systems.count; k++)
            found = systems.items[k].id == w.systems[0] ? &systems.items[k] : found;
        if (systems.count != days[i].count || (found != NULL) != (days[i].name != NULL))
            fail_msg("row %zu: %zu systems, %s", i, systems.count, found ? "with the one" : "without the one");
        if (!found)
            continue;
        if (!str_equal(found->name, str_from_cstr(days[i].name)))
            fail_msg("row %zu: %.*s", i, STR_ARG(found->name));
        assert_int_equal(found->is_important, days[i].is_important);
        assert_int_equal(found->uses_camera, days[i].uses_camera);
        assert_int_equal(found->is_dated, 1);
    }
}

/* --- the reform of 2025: 63 provinces become 34 --- */

struct old_department { /* of education, with what it held */
    int64_t province, id, site, system, devices[2], finding;
};

static int64_t body(struct store_test *t, const struct world *w, const char *kind, const char *title, struct str name,
                    int64_t parent)
{
    struct err err;
    int64_t id = 0;
    struct unit_parent up[] = {{EDGE_ADMINISTRATIVE, parent}, {EDGE_PROFESSIONAL, parent}};
    struct unit_fact fact = {.kind = str_from_cstr(kind),
                             .name = arena_printf(&t->arena, "%s tỉnh %.*s", title, STR_ARG(name))};
    assert_ok(unit_found(t->db, &w->system, &fact, up, parent ? 2 : 0, civil_to_day(2010, 1, 1), 0, false, &id, &err));
    return id;
}

static struct old_department department(struct store_test *t, const struct world *w, struct str name, int64_t province,
                                        int number)
{
    struct err err;
    civil_day since = civil_to_day(2020, 1, 1);
    struct old_department d = {.province = province,
                               .id = body(t, w, "dept_education", "Sở Giáo dục và Đào tạo", name, province)};
    assert_ok(site_new(t->db, &w->system, d.id, STR("Trụ sở"), STR_NONE, since, &d.site, &err));
    assert_ok(system_new(t->db, &w->system, &(struct system_fields){.operator_id = d.id, .name = STR("Cổng thông tin")},
                         since, false, &d.system, &err));
    for (int i = 0; i < 2; i++) {
        struct identity serial = {IDENTITY_SERIAL, arena_printf(&t->arena, "GD-%d-%d", number, i)};
        struct device_registered made;
        assert_ok(device_register(t->db, &w->system,
                                  &(struct device_draft){.site_id = d.site,
                                                         .kind = STR("workstation"),
                                                         .identities = &serial,
                                                         .identity_count = 1,
                                                         .protection = STR("protected")},
                                  "hand", &made, &err));
        d.devices[i] = made.id;
    }
    assert_ok(finding_open(t->db, &w->system,
                           &(struct finding_draft){.unit_id = d.id,
                                                   .device_id = number % 2 ? d.devices[1] : 0,
                                                   .system_id = number % 2 ? 0 : d.system,
                                                   .kind = STR("vulnerability"),
                                                   .title = STR("Cổng quản trị mở"),
                                                   .severity = STR("high"),
                                                   .allows_control = true,
                                                   .source = STR("hand"),
                                                   .found_day = CIVIL_NONE,
                                                   .due_day = CIVIL_NONE},
                           &d.finding, &err));
    return d;
}

static int64_t successor_of(struct store_test *t, const struct world *w, int64_t unit_id)
{
    struct err err;
    struct sql_unit_page_succession_rows next;
    assert_ok(sql_unit_page_succession(t->db, &w->system, &t->arena, &(struct sql_unit_page_succession_args){unit_id},
                                       &next, &err));
    for (size_t i = 0; i < next.count; i++) /* newest first */
        if (next.items[i].is_after)
            return next.items[i].other_id;
    return unit_id;
}

static void the_reform_of_2025_takes_devices_and_findings_along(void **state)
{
    struct store_test *t = *state;
    struct err err;
    enum { OLD = 63 };
    static struct old_department old[OLD];
    static int64_t held[OLD]; /* how many old departments stand in one */
    civil_day before = civil_to_day(2025, 6, 30), after = civil_to_day(2025, 7, 1), made = civil_to_day(2025, 6, 10);
    int count = 0;
    memset(held, 0, sizeof held);
    t->now_ms = civil_day_start_ms(made) + 8 * 3600 * 1000;
    struct world w = {.system = actor_system(made)};
    assert_ok(ledger_open(t->db, made, &err));
    for (size_t p = 0; p < know_province_count; p++)
        for (size_t m = 0; m < know_provinces[p].merged.count; m++, count++) {
            struct str name = know_provinces[p].merged.items[m];
            assert_true(count < OLD);
            old[count] =
                department(t, &w, name, body(t, &w, "provincial_committee", "Ủy ban nhân dân", name, 0), count);
        }
    assert_int_equal(count, OLD);
    t->now_ms = civil_day_start_ms(civil_to_day(2025, 7, 2));
    w.system = actor_system(civil_to_day(2025, 7, 2));
    struct reform_done done;
    assert_ok(reform_apply(t->db, &w.system, NULL, &work_succession, &done, &err));
    assert_int_equal(done.unmatched_count, 0);
    int ended = 0;
    for (int i = 0; i < OLD; i++) {
        int64_t now = successor_of(t, &w, old[i].id);
        ended += now != old[i].id;
        for (int k = 0; k < OLD; k++)
            held[k] += old[k].id == now;
        /* the day before: where it was, each with its own */
        assert_standing(t, &w, old[i].id, before, (struct standing){1, 1, 2, 1});
        /* afterwards: with the successor, both halves of the pair with the finding, and they can be worked on there */
        assert_int_equal(finding_unit(t, &w, old[i].finding), now);
        struct sql_finding_tasks_rows tasks;
        assert_ok(sql_finding_tasks(t->db, &w.system, &t->arena, &(struct sql_finding_tasks_args){old[i].finding},
                                    &tasks, &err));
        assert_int_equal(tasks.count, 2);
        assert_ok(finding_task_done(t->db, &w.system, old[i].finding, STR("fix"), STR("đã vá"), 0, &err));
    }
    assert_int_equal(ended, OLD - 34);
    for (int i = 0; i < OLD; i++) {
        size_t n = (size_t)held[i];
        struct device_coverage c;
        assert_standing(t, &w, old[i].id, after, (struct standing){n, n, 2 * n, n});
        assert_ok(device_coverage_unit(t->db, &w.system, old[i].id, STR(""), &c, &err));
        assert_int_equal(c.is_protected, 2 * held[i]);
    }
    assert_ok(device_recount(t->db, &err));
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org,
                                                       &sql_module_duty,  &sql_module_asset, NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(a_merged_unit_hands_everything_over),
        STORE_TEST(a_split_takes_what_stands_on_what_goes),
        STORE_TEST(what_no_move_names_waits_to_be_placed),
        STORE_TEST(a_merger_entered_by_mistake_is_undone),
        STORE_TEST(a_split_is_undone_with_what_was_placed),
        STORE_TEST(what_was_built_on_an_event_keeps_it),
        STORE_TEST(a_past_day_shows_who_held_and_owed_what),
        STORE_TEST(a_past_day_shows_the_register_of_then),
        STORE_TEST(the_reform_of_2025_takes_devices_and_findings_along),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
