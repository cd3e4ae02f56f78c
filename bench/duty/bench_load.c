/* bench_load.c - a province with years behind it: units, people, directives that were issued one after the other, what
 * came of each, day by day through the ledger.
 * What happened is written as changes that become visible on their days; the day job then does what it does every
 * night. So states, counters and kept sums are the ledger's own, at a tenth of the time that single acts would take. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/viet.h"
#include "bench_duty.h"
#include "bench_duty.sql.h"
#include "duty/directive.sql.h"
#include "duty/ledger.h"
#include "know/know.h"
#include "org/person.sql.h"
#include "org/unit.h"
#include "proof/chain.h"

#define BUCKETS    20 /* units that fare alike */
#define EVENTS_MAX 24

static enum err_code found_all(struct db *db, void *ctx, struct err *err)
{
    struct bench *b = ctx;
    struct unit_bulk *units = calloc(b->unit_count + 1, sizeof *units);
    must(units != NULL);
    b->root = db_id(db);
    units[0] = (struct unit_bulk){.fact = {.kind = STR("provincial_committee"), .name = STR("UBND tỉnh Trúc Lâm")},
                                  .id = b->root};
    int64_t parent = b->root;
    for (size_t i = 0; i < b->unit_count; i++) {
        bool is_department = i % 100 == 0;
        int64_t above = is_department ? b->root : parent;
        b->units[i] = db_id(db);
        units[i + 1] = (struct unit_bulk){
            .fact = {.kind = is_department ? STR("department") : STR("school_primary"),
                     .name = arena_printf(&b->arena, "%s %zu", is_department ? "Sở số" : "Trường Tiểu học số", i),
                     .code = arena_printf(&b->arena, "B%06zu", i)},
            .parents = {{EDGE_ADMINISTRATIVE, above}, {EDGE_PROFESSIONAL, above}},
            .id = b->units[i]};
        if (is_department)
            parent = b->units[i];
    }
    enum err_code code = unit_found_many(db, units, b->unit_count + 1, civil_day_of_ms(b->now_ms), 0, false, err);
    free(units);
    return code;
}

static enum err_code hire(struct bench *b, struct db *db, size_t number, int64_t unit_id, struct str role,
                          struct str edge_kind, uint64_t rights, int64_t *ret_id, struct err *err)
{
    static const char *const given[] = {"Hạ", "Đoàn", "Khôi", "Tre", "Mai", "Sáng", "Ánh", "Đức", "Yến", "Phước"};
    struct arena_mark mark = arena_mark(&b->arena);
    struct str name = arena_printf(&b->arena, "Nguyễn Thị %s %zu", given[number % ARRAY_LEN(given)], number);
    *ret_id = db_id(db);
    TRY(sql_person_insert(db,
                          &(struct sql_person_insert_args){.id = *ret_id,
                                                           .name = name,
                                                           .phone = STR("0900 000 000"),
                                                           .search_key = viet_search_key(&b->arena, name),
                                                           .sort_key = viet_sort_key(&b->arena, name),
                                                           .language = STR("vi"),
                                                           .created_ms = b->now_ms},
                          err));
    TRY(sql_bench_person_unit(
        db, &(struct sql_bench_person_unit_args){.id = db_id(db), .person_id = *ret_id, .unit_id = unit_id}, err));
    const struct str kinds[] = {STR(""), edge_kind};
    for (size_t i = 0; i < (str_is_empty(edge_kind) ? 1u : 2u); i++)
        TRY(sql_grant_insert(db,
                             &(struct sql_grant_insert_args){.id = db_id(db),
                                                             .person_id = *ret_id,
                                                             .role = role,
                                                             .unit_id = unit_id,
                                                             .edge_kind = kinds[i],
                                                             .rights = (int64_t)rights,
                                                             .from_day = 0,
                                                             .to_day = CIVIL_FOREVER,
                                                             .granted_ms = b->now_ms},
                             err));
    arena_rewind(&b->arena, mark);
    return ERR_NONE;
}

static enum err_code staff_all(struct db *db, void *ctx, struct err *err)
{
    struct bench *b = ctx;
    uint64_t head = know_role_rights(STR("unit_head")), focal = know_role_rights(STR("focal_officer"));
    must(head && focal);
    for (size_t i = 0; i < b->unit_count; i++) {
        struct str below = i % 100 == 0 ? EDGE_ADMINISTRATIVE : STR("");
        TRY(hire(b, db, 2 * i, b->units[i], STR("unit_head"), below, head, &b->people[2 * i], err));
        TRY(hire(b, db, 2 * i + 1, b->units[i], STR("focal_officer"), STR(""), focal, &b->people[2 * i + 1], err));
    }
    uint64_t everything = (UINT64_C(1) << RIGHT_COUNT) - 1;
    return hire(b, db, 0, b->root, STR("unit_head"), EDGE_ADMINISTRATIVE, everything, &b->leader, err);
}

static void draft_one(struct bench *b, size_t n)
{
    static const char *const ids[BENCH_OBLIGATIONS] = {"CT18-1b", "CT18-2c", "CT18-2d", "CT18-3a", "CT18-3b",
                                                       "CT18-3e", "CT14-1a", "CT18-2g", "CT18-2h", "CT18-1d"};
    static const struct obligation_target all = {TARGET_ALL, STR_INIT("")};
    struct obligation_draft obligations[ARRAY_LEN(ids)];
    civil_day today = civil_day_of_ms(b->now_ms);
    for (size_t i = 0; i < ARRAY_LEN(ids); i++)
        obligations[i] = (struct obligation_draft){.catalogue_id = str_from_cstr(ids[i]),
                                                   .deadline_day = today + 20 + (civil_day)(i + n) % 15,
                                                   .targets = &all,
                                                   .target_count = 1};
    struct directive_draft draft = {.issuer_id = b->root,
                                    .edge_kind = EDGE_ADMINISTRATIVE,
                                    .number = arena_printf(&b->arena, "%zu", n + 1),
                                    .symbol = STR("UBND-KGVX"),
                                    .title = arena_printf(&b->arena, "Bảo đảm an toàn hệ thống thông tin, đợt %zu", n),
                                    .issued_day = CIVIL_NONE,
                                    .obligations = obligations,
                                    .obligation_count = ARRAY_LEN(obligations)};
    bench_must(b, directive_draft_new(b->db, &b->system, &draft, &b->directives[n], &b->err), "draft");
}

/* What is known from a day on. */
struct event {
    civil_day day;
    struct duty_facts facts;
};

/* What became of an obligation in the units of a bucket: from never seen to renewed every year. Returns how many
 * events. */
static size_t fate(const struct duty_facts *issued, int bucket, civil_day last_day, struct event events[EVENTS_MAX])
{
    size_t count = 0;
    struct duty_facts f = *issued;
    civil_day day = f.issued_day;
#define FROM(when) (events[count++] = (struct event){(when), f})
    FROM(day);
    if (bucket == 0)
        return count;
    f.acked_day = day + 1 + bucket % 7;
    FROM(f.acked_day);
    if (bucket == 1)
        return count;
    if (bucket == 2) {
        f.na_from_day = day + 10;
        FROM(f.na_from_day);
        return count;
    }
    if (bucket == 3) {
        f.waived_to_day = day + 150;
        FROM(day + 12);
        return count;
    }
    f.started_day = day + 9 + bucket % 3;
    FROM(f.started_day);
    for (civil_day when = day + 12 + bucket; count < EVENTS_MAX && when < last_day;
         when += 365 + (bucket % 5 ? -3 : 8)) {
        f.covered_from_day = when;
        f.covered_to_day = bucket < 14 ? CIVIL_FOREVER : when + 365;
        FROM(when);
        if (bucket < 14)
            break;
    }
#undef FROM
    return count;
}

static void put_change(struct buf *rows, int from, int to, civil_day day)
{
    if (from == to)
        return;
    if (from != DUTY_NOWHERE)
        buf_printf(rows, "%s[%d,-1,%d]", rows->len_bytes > 1 ? "," : "", from, (int)day);
    if (to != DUTY_NOWHERE)
        buf_printf(rows, "%s[%d,1,%d]", rows->len_bytes > 1 ? "," : "", to, (int)day);
}

/* The changes those events make visible, each on its day; the last event's future is what is planned. */
static void put_changes(struct buf *rows, const struct event *events, size_t count)
{
    int state = duty_state_on(&events[0].facts, events[0].day);
    for (size_t e = 0; e < count; e++) {
        struct duty_change changes[DUTY_CHANGES_MAX];
        size_t n = duty_timeline(&events[e].facts, events[e].day, changes);
        for (size_t i = 0; i < n; i++) {
            if (e + 1 < count && changes[i].day >= events[e + 1].day)
                break;
            put_change(rows, state, changes[i].state, changes[i].day);
            state = changes[i].state;
        }
    }
}

struct telling {
    struct bench *b;
    int64_t directive_id;
    bool ends; /* the facts at the end of the history, else the changes that make it */
    civil_day issued_day, last_day;
};

static struct opt_i64 opt_of(civil_day day)
{
    return (struct opt_i64){day != CIVIL_NONE, day == CIVIL_NONE ? 0 : day};
}

static struct opt_i64 opt_ms(civil_day day)
{
    return (struct opt_i64){day != CIVIL_NONE, day == CIVIL_NONE ? 0 : civil_day_start_ms(day) + 9 * 3600 * 1000LL};
}

static enum err_code tell(struct db *db, void *ctx, struct err *err)
{
    const struct telling *t = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, 16u << 20);
    AUTO_BUF rows;
    buf_init(&rows, 1u << 20);
    struct sql_obligation_list_rows list;
    TRY(sql_obligation_list(db, &arena, &(struct sql_obligation_list_args){.directive_id = t->directive_id}, &list,
                            err));
    for (size_t i = 0; i < list.count; i++) {
        const struct sql_obligation_list_row *o = &list.items[i];
        struct sql_bench_issued_row *days = NULL;
        TRY(sql_bench_issued(db, &arena, &(struct sql_bench_issued_args){o->id}, &days, err));
        must(days != NULL);
        struct duty_facts issued = {.issued_day = t->issued_day,
                                    .due_day = days->due_day.has ? (civil_day)days->due_day.v : CIVIL_NONE,
                                    .is_periodic = str_equal(o->trigger_kind, STR("periodic")),
                                    .acked_day = CIVIL_NONE,
                                    .started_day = CIVIL_NONE,
                                    .covered_from_day = CIVIL_NONE,
                                    .covered_to_day = CIVIL_NONE,
                                    .na_from_day = CIVIL_NONE,
                                    .waived_to_day = CIVIL_NONE,
                                    .closed_day = CIVIL_NONE,
                                    .soon_days = (int)days->soon_days};
        if (!t->ends)
            TRY(sql_bench_forget(
                db, &(struct sql_bench_forget_args){.obligation_id = o->id, .after_day = t->issued_day}, err));
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            struct event events[EVENTS_MAX];
            size_t count = fate(&issued, bucket, t->last_day, events);
            const struct duty_facts *f = &events[count - 1].facts;
            if (t->ends) {
                TRY(sql_bench_facts(db,
                                    &(struct sql_bench_facts_args){
                                        .obligation_id = o->id,
                                        .bucket = bucket,
                                        .buckets = BUCKETS,
                                        .acked_ms = opt_ms(f->acked_day),
                                        .started_ms = opt_ms(f->started_day),
                                        .covered_from_day = opt_of(f->covered_from_day),
                                        .covered_to_day = opt_of(f->covered_to_day),
                                        .na_from_day = opt_of(f->na_from_day),
                                        .waived_to_day = opt_of(f->waived_to_day),
                                    },
                                    err));
                continue;
            }
            buf_clear(&rows);
            buf_put_byte(&rows, '[');
            put_changes(&rows, events, count);
            buf_put_byte(&rows, ']');
            TRY(buf_check(&rows, err));
            TRY(sql_bench_history(
                db,
                &(struct sql_bench_history_args){
                    .obligation_id = o->id, .bucket = bucket, .buckets = BUCKETS, .rows = buf_str(&rows)},
                err));
        }
    }
    if (!t->ends)
        return ERR_NONE;
    TRY(sql_bench_evidence(db, &(struct sql_bench_evidence_args){t->directive_id}, err));
    TRY(sql_bench_evidence_links(db, &(struct sql_bench_evidence_links_args){t->directive_id}, err));
    TRY(sql_bench_acknowledgements(db, &(struct sql_bench_acknowledgements_args){t->directive_id}, err));
    return sql_bench_audit(
        db, &(struct sql_bench_audit_args){.directive_id = t->directive_id, .node = store_node(t->b->store)}, err);
}

static void pass(struct bench *b, civil_day to)
{
    int moved;
    bench_must(b, ledger_advance(b->db, to, &moved, &b->err), "days");
    b->now_ms = civil_day_start_ms(to) + 8 * 3600 * 1000LL;
}

void bench_load(struct bench *b)
{
    civil_day first = civil_day_of_ms(b->now_ms), last = civil_add_months(first, 12 * b->years);
    int64_t from = clock_monotonic_us();
    bench_must(b, db_transact(b->db, found_all, b, &b->err), "units");
    bench_must(b, db_transact(b->db, staff_all, b, &b->err), "people");
    printf("%zu units, %zu people                               %9.0f ms\n", b->unit_count,
           BENCH_PEOPLE * b->unit_count, bench_ms_since(from));
    fflush(stdout);
    civil_day *issued_on = calloc(b->directive_count, sizeof *issued_on);
    must(issued_on != NULL);
    size_t past = b->directive_count - 1; /* the last is issued where it is measured */
    for (size_t i = 0; i < past; i++) {
        from = clock_monotonic_us();
        struct directive_issued issued;
        issued_on[i] = civil_day_of_ms(b->now_ms);
        draft_one(b, i);
        bench_must(b, directive_issue(b->db, &b->system, b->directives[i], &issued, &b->err), "issue");
        double issue_ms = bench_ms_since(from);
        struct telling telling = {
            .b = b, .directive_id = b->directives[i], .issued_day = issued_on[i], .last_day = last};
        bench_must(b, db_transact(b->db, tell, &telling, &b->err), "history");
        double tell_ms = bench_ms_since(from) - issue_ms;
        civil_day next = first + (civil_day)((int64_t)(last - first) * (int64_t)(i + 1) / (int64_t)past);
        pass(b, next);
        printf("directive %zu: %zu assignments, issued %.0f ms, its history %.0f ms, %d days %.0f ms\n", i + 1,
               issued.assignment_count, issue_ms, tell_ms, (int)(next - issued_on[i]),
               bench_ms_since(from) - issue_ms - tell_ms);
        fflush(stdout);
    }
    from = clock_monotonic_us();
    for (size_t i = 0; i < past; i++) {
        struct telling telling = {
            .b = b, .directive_id = b->directives[i], .ends = true, .issued_day = issued_on[i], .last_day = last};
        bench_must(b, db_transact(b->db, tell, &telling, &b->err), "facts");
    }
    free(issued_on);
    for (size_t sealed = 1; sealed > 0;)
        bench_must(b, chain_seal(b->db, &sealed, &b->err), "seal");
    printf("facts, evidence, acknowledgements, the chain             %9.0f ms\n", bench_ms_since(from));
    fflush(stdout);
    draft_one(b, past);
}

void bench_load_again(struct bench *b)
{
    struct sql_bench_root_again_row *root = NULL;
    struct sql_bench_units_again_rows units;
    struct sql_bench_directives_again_rows directives;
    bench_must(b, sql_bench_root_again(b->db, &b->arena, &root, &b->err), "root");
    bench_must(b, sql_bench_units_again(b->db, &b->arena, &units, &b->err), "units");
    bench_must(b, sql_bench_directives_again(b->db, &b->arena, &directives, &b->err), "directives");
    must(root && units.count > 0 && directives.count > 0);
    b->root = root->id;
    b->leader = root->leader_id;
    b->now_ms = civil_day_start_ms((civil_day)root->day) + 8 * 3600 * 1000LL;
    free(b->units);
    free(b->people);
    free(b->directives);
    b->unit_count = units.count;
    b->directive_count = directives.count;
    b->units = calloc(units.count, sizeof *b->units);
    b->people = calloc(BENCH_PEOPLE * units.count, sizeof *b->people);
    b->directives = calloc(directives.count, sizeof *b->directives);
    must(b->units && b->people && b->directives);
    for (size_t i = 0; i < units.count; i++) {
        b->units[i] = units.items[i].id;
        b->people[2 * i] = units.items[i].head_id;
        b->people[2 * i + 1] = units.items[i].focal_id;
    }
    for (size_t i = 0; i < directives.count; i++)
        b->directives[i] = directives.items[i].id;
}

void bench_load_more(struct bench *b)
{
    int64_t *grown = realloc(b->directives, (b->directive_count + 1) * sizeof *grown);
    must(grown != NULL);
    b->directives = grown;
    draft_one(b, b->directive_count++);
}
