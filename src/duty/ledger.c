#include "duty/ledger.h"

#include "base/buf.h"
#include "duty/ledger.sql.h"
#include "store/keep.sql.h"

#define DELTAS_MAX_BYTES    (16u << 10) /* of one assignment: DUTY_CHANGES_MAX twice, some 60 bytes each */
#define ISSUED_MAX_BYTES    (1u << 20)  /* sums of all obligations of a directive, a hundred bytes each */
#define ADVANCE_ARENA_BYTES (64u << 20)

enum err_code ledger_day(struct db *db, struct arena *arena, civil_day *ret_day, struct err *err)
{
    struct sql_duty_clock_read_row *row = NULL;
    TRY(sql_duty_clock_read(db, arena, &row, err));
    if (!row)
        return err_set(err, ERR_CONFLICT, "the ledger was never opened");
    *ret_day = (civil_day)row->day;
    return ERR_NONE;
}

static enum err_code open_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const civil_day *day = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct sql_duty_clock_read_row *row = NULL;
    TRY(sql_duty_clock_read(db, &arena, &row, err));
    return row ? ERR_NONE : sql_duty_clock_set(db, &(struct sql_duty_clock_set_args){.day = *day}, err);
}

enum err_code ledger_open(struct db *db, civil_day day, struct err *err)
{
    return db_transact(db, open_in_transaction, &day, err);
}

static civil_day day_or_none(struct opt_i64 day)
{
    return day.has ? (civil_day)day.v : CIVIL_NONE;
}

static struct opt_i64 opt_day(civil_day day)
{
    return (struct opt_i64){day != CIVIL_NONE, day == CIVIL_NONE ? 0 : day};
}

static struct opt_i64 opt_nonzero(int64_t v)
{
    return (struct opt_i64){v != 0, v};
}

enum err_code ledger_get(struct db *db, struct arena *arena, int64_t assignment_id, struct ledger_row *ret_row,
                         struct err *err)
{
    struct sql_assignment_get_row *row = NULL;
    TRY(sql_assignment_get(db, arena, &(struct sql_assignment_get_args){.id = assignment_id}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "no assignment %lld", (long long)assignment_id);
    *ret_row = (struct ledger_row){
        .id = row->id,
        .obligation_id = row->obligation_id,
        .directive_id = row->directive_id,
        .family_id = row->family_id,
        .unit_id = row->unit_id,
        .subject_kind = row->subject_kind,
        .subject_id = row->subject_id,
        .acked_ms = row->acked_ms.v,
        .started_ms = row->started_ms.v,
        .trigger_kind = row->trigger_kind,
        .denominator = row->denominator,
        .evidence_kinds = row->evidence_kinds,
        .catalogue_id = row->catalogue_id,
        .state = (int)row->state,
        .facts =
            {
                .issued_day = (civil_day)row->issued_day,
                .due_day = day_or_none(row->due_day),
                .is_periodic = str_equal(row->trigger_kind, STR("periodic")),
                .acked_day = row->acked_ms.has ? civil_day_of_ms(row->acked_ms.v) : CIVIL_NONE,
                .started_day = row->started_ms.has ? civil_day_of_ms(row->started_ms.v) : CIVIL_NONE,
                .covered_from_day = day_or_none(row->covered_from_day),
                .covered_to_day = day_or_none(row->covered_to_day),
                .na_from_day = day_or_none(row->na_from_day),
                .waived_to_day = day_or_none(row->waived_to_day),
                .closed_day = day_or_none(row->closed_day),
                .soon_days = (int)row->soon_days,
            },
    };
    return ERR_NONE;
}

/* Deltas of one assignment on their way to one statement. */
struct deltas {
    const struct ledger_row *row;
    civil_day known;
    struct buf rows;
    int64_t count;
};

static void deltas_done(struct deltas *deltas)
{
    buf_done(&deltas->rows);
}

static void deltas_add(struct deltas *deltas, int64_t unit_id, int state, int delta, civil_day effective)
{
    if (state == DUTY_NOWHERE)
        return;
    buf_printf(&deltas->rows, "%s[%lld,%d,%d,%d,%d]", deltas->count++ ? "," : "[", (long long)unit_id, state, delta,
               (int)effective, (int)(effective > deltas->known ? effective : deltas->known));
}

static enum err_code deltas_write(struct db *db, struct deltas *deltas, struct err *err)
{
    if (deltas->count == 0)
        return ERR_NONE;
    buf_put_byte(&deltas->rows, ']');
    TRY(buf_check(&deltas->rows, err));
    return sql_delta_insert(db,
                            &(struct sql_delta_insert_args){
                                .rows = buf_str(&deltas->rows),
                                .assignment_id = deltas->row->id,
                                .directive_id = deltas->row->directive_id,
                                .family_id = deltas->row->family_id,
                                .obligation_id = deltas->row->obligation_id,
                                .known_day = deltas->known,
                            },
                            err);
}

static bool is_zero(const int64_t d[DUTY_STATE_COUNT])
{
    for (int state = 0; state < DUTY_STATE_COUNT; state++)
        if (d[state])
            return false;
    return true;
}

static void put_total(struct buf *rows, int64_t scope_id, const int64_t d[DUTY_STATE_COUNT])
{
    if (is_zero(d))
        return;
    buf_printf(rows, "%s[%lld", rows->len_bytes > 1 ? "," : "", (long long)scope_id);
    for (int state = 0; state < DUTY_STATE_COUNT; state++)
        buf_printf(rows, ",%lld", (long long)d[state]);
    buf_put_byte(rows, ']');
}

static void put_totals_of(struct buf *rows, int64_t family_id, int64_t directive_id, const int64_t d[DUTY_STATE_COUNT])
{
    buf_put_byte(rows, '[');
    put_total(rows, 0, d);
    put_total(rows, family_id, d);
    if (directive_id != family_id)
        put_total(rows, directive_id, d);
}

static enum err_code add_totals(struct db *db, struct buf *rows, struct err *err)
{
    buf_put_byte(rows, ']');
    TRY(buf_check(rows, err));
    return rows->len_bytes > 2 ? sql_total_add(db, &(struct sql_total_add_args){buf_str(rows)}, err) : ERR_NONE;
}

static enum err_code put_totals(struct db *db, const struct ledger_counts *counts, struct err *err)
{
    AUTO_BUF rows;
    buf_init(&rows, DELTAS_MAX_BYTES);
    put_totals_of(&rows, counts->family_id, counts->directive_id, counts->d);
    for (size_t i = 0; i < counts->obligation_count; i++)
        put_total(&rows, counts->obligations[i].id, counts->obligations[i].d);
    return add_totals(db, &rows, err);
}

enum err_code ledger_counts_put(struct db *db, struct ledger_counts *counts, struct err *err)
{
    const int64_t *d = counts->d;
    if (!is_zero(d))
        TRY(sql_count_add(db,
                          &(struct sql_count_add_args){
                              .unit_id = counts->unit_id,
                              .family_id = counts->family_id,
                              .directive_id = counts->directive_id,
                              .d_unseen = d[DUTY_UNSEEN],
                              .d_ack = d[DUTY_ACK],
                              .d_doing = d[DUTY_DOING],
                              .d_ok = d[DUTY_OK],
                              .d_due = d[DUTY_DUE],
                              .d_late = d[DUTY_LATE],
                              .d_birth = d[DUTY_BIRTH],
                              .d_na = d[DUTY_NA],
                              .d_waived = d[DUTY_WAIVED],
                          },
                          err));
    if (counts->waits)
        TRY(put_totals(db, counts, err));
    *counts = (struct ledger_counts){.waits = false};
    return ERR_NONE;
}

/* From one state to another, either of them possibly nowhere, in everything the assignment counts in. */
static enum err_code count_move(struct db *db, struct ledger_counts *counts, const struct ledger_row *row, int from,
                                int to, struct err *err)
{
    size_t at = 0;
    while (at < counts->obligation_count && counts->obligations[at].id != row->obligation_id)
        at++;
    if (counts->waits && (counts->unit_id != row->unit_id || counts->family_id != row->family_id ||
                          counts->directive_id != row->directive_id || at == LEDGER_COUNTS_OBLIGATIONS)) {
        TRY(ledger_counts_put(db, counts, err));
        at = 0;
    }
    counts->waits = true;
    counts->unit_id = row->unit_id;
    counts->family_id = row->family_id;
    counts->directive_id = row->directive_id;
    if (at == counts->obligation_count)
        counts->obligations[counts->obligation_count++].id = row->obligation_id;
    if (from != DUTY_NOWHERE) {
        counts->d[from]--;
        counts->obligations[at].d[from]--;
    }
    if (to != DUTY_NOWHERE) {
        counts->d[to]++;
        counts->obligations[at].d[to]++;
    }
    return ERR_NONE;
}

static bool is_same_future(const struct duty_change *a, size_t a_count, const struct duty_change *b, size_t b_count)
{
    bool same = a_count == b_count;
    for (size_t i = 1; same && i < a_count; i++)
        same = a[i].day == b[i].day && a[i].state == b[i].state && a[i - 1].state == b[i - 1].state;
    return same;
}

/* A past day shows when a duty was due by what was known then: the facts that say so are kept when they change. */
static enum err_code keep_past(struct db *db, civil_day day, const struct ledger_row *before,
                               const struct duty_facts *after, struct err *err)
{
    const struct duty_facts *was = &before->facts;
    if (was->due_day == after->due_day && was->covered_from_day == after->covered_from_day &&
        was->covered_to_day == after->covered_to_day && was->waived_to_day == after->waived_to_day)
        return ERR_NONE;
    return sql_assignment_past_add(db,
                                   &(struct sql_assignment_past_add_args){
                                       .assignment_id = before->id,
                                       .to_day = day,
                                       .due_day = opt_day(was->due_day),
                                       .covered_from_day = opt_day(was->covered_from_day),
                                       .covered_to_day = opt_day(was->covered_to_day),
                                       .waived_to_day = opt_day(was->waived_to_day),
                                   },
                                   err);
}

enum err_code ledger_put_counting(struct db *db, civil_day day, const struct ledger_row *before,
                                  const struct ledger_row *after, struct ledger_counts *counts, struct err *err)
{
    struct duty_change was[DUTY_CHANGES_MAX], is[DUTY_CHANGES_MAX];
    size_t was_count = duty_timeline(&before->facts, day, was);
    size_t is_count = duty_timeline(&after->facts, day, is);
    must(was[0].state == before->state);
    bool has_moved = before->unit_id != after->unit_id;
    __attribute__((cleanup(deltas_done))) struct deltas deltas = {.row = after, .known = day};
    buf_init(&deltas.rows, DELTAS_MAX_BYTES);
    /* Today: out of the old state, into the new one. */
    if (has_moved || was[0].state != is[0].state) {
        deltas_add(&deltas, before->unit_id, was[0].state, -1, day);
        deltas_add(&deltas, after->unit_id, is[0].state, +1, day);
        /* Counters are touched in unit order, so that two writers never wait for each other in a circle. */
        if (!has_moved)
            TRY(count_move(db, counts, after, was[0].state, is[0].state, err));
        else if (before->unit_id <= after->unit_id) {
            TRY(count_move(db, counts, before, was[0].state, DUTY_NOWHERE, err));
            TRY(count_move(db, counts, after, DUTY_NOWHERE, is[0].state, err));
        } else {
            TRY(count_move(db, counts, after, DUTY_NOWHERE, is[0].state, err));
            TRY(count_move(db, counts, before, was[0].state, DUTY_NOWHERE, err));
        }
    }
    /* The days to come: what nobody has counted yet is written anew when it comes differently. */
    if (has_moved || !is_same_future(was, was_count, is, is_count)) {
        if (was_count > 1)
            TRY(sql_delta_forget(db, &(struct sql_delta_forget_args){before->unit_id, before->id, day}, err));
        for (size_t i = 1; i < is_count; i++) {
            deltas_add(&deltas, after->unit_id, is[i - 1].state, -1, is[i].day);
            deltas_add(&deltas, after->unit_id, is[i].state, +1, is[i].day);
        }
    }
    TRY(deltas_write(db, &deltas, err));
    if (has_moved)
        TRY(sql_assignment_moved_add(db, &(struct sql_assignment_moved_add_args){before->id, before->unit_id}, err));
    TRY(keep_past(db, day, before, &after->facts, err));
    return sql_assignment_put_facts(db,
                                    &(struct sql_assignment_put_facts_args){
                                        .id = after->id,
                                        .unit_id = after->unit_id,
                                        .due_day = opt_day(after->facts.due_day),
                                        .acked_ms = opt_nonzero(after->acked_ms),
                                        .acked_by = opt_nonzero(after->acked_by),
                                        .started_ms = opt_nonzero(after->started_ms),
                                        .covered_from_day = opt_day(after->facts.covered_from_day),
                                        .covered_to_day = opt_day(after->facts.covered_to_day),
                                        .na_from_day = opt_day(after->facts.na_from_day),
                                        .waived_to_day = opt_day(after->facts.waived_to_day),
                                        .closed_day = opt_day(after->facts.closed_day),
                                        .moved_to_id = opt_nonzero(after->moved_to_id),
                                        .state = is[0].state,
                                    },
                                    err);
}

enum err_code ledger_put(struct db *db, civil_day day, const struct ledger_row *before, const struct ledger_row *after,
                         struct err *err)
{
    struct ledger_counts counts = {.waits = false};
    TRY(ledger_put_counting(db, day, before, after, &counts, err));
    return ledger_counts_put(db, &counts, err);
}

static enum err_code put_issued(struct db *db, struct sql_delta_insert_issued_args *row, int state, int delta,
                                civil_day effective, struct err *err)
{
    if (state == DUTY_NOWHERE)
        return ERR_NONE;
    row->state = state;
    row->delta = delta;
    row->effective_day = effective;
    row->visible_day = effective > row->known_day ? effective : row->known_day;
    return sql_delta_insert_issued(db, row, err);
}

enum err_code ledger_issued_add(struct db *db, struct ledger_issued *issued, int64_t assignment_id, int64_t unit_id,
                                bool is_na, struct err *err)
{
    struct sql_delta_insert_issued_args row = {.assignment_id = assignment_id,
                                               .unit_id = unit_id,
                                               .directive_id = issued->directive_id,
                                               .family_id = issued->family_id,
                                               .obligation_id = issued->obligation_id,
                                               .known_day = issued->day};
    int state = is_na ? DUTY_NA : issued->changes[0].state;
    if (state != DUTY_NOWHERE)
        issued->d[state]++;
    if (is_na)
        return put_issued(db, &row, DUTY_NA, +1, issued->day, err);
    for (size_t i = 0; i < issued->change_count; i++) {
        const struct duty_change *change = &issued->changes[i];
        if (i > 0)
            TRY(put_issued(db, &row, change[-1].state, -1, change->day, err));
        TRY(put_issued(db, &row, change->state, +1, change->day, err));
    }
    return ERR_NONE;
}

enum err_code ledger_issued_count(struct db *db, const struct ledger_issued *issued, size_t count, int64_t issued_ms,
                                  struct err *err)
{
    int64_t directive_id = issued[0].directive_id, family_id = issued[0].family_id, d[DUTY_STATE_COUNT] = {0};
    for (size_t i = 0; i < count; i++)
        for (int state = 0; state < DUTY_STATE_COUNT; state++)
            d[state] += issued[i].d[state];
    TRY(sql_count_add_issued(db, &(struct sql_count_add_issued_args){directive_id, family_id, issued_ms}, err));
    AUTO_BUF rows;
    buf_init(&rows, ISSUED_MAX_BYTES);
    put_totals_of(&rows, family_id, directive_id, d);
    for (size_t i = 0; i < count; i++)
        put_total(&rows, issued[i].obligation_id, issued[i].d);
    return add_totals(db, &rows, err);
}

struct advance {
    civil_day to;
    bool moved;
};

/* What stands now is what was known at the end of this day: it is kept, and never changes again. */
/* Trees that changed, on this day or, decided later, for days before, are counted anew afterwards (ledger_catch_up):
 * till then nobody reads what is written here of them. */
static enum err_code close_day(struct db *db, civil_day day, struct err *err)
{
    TRY(sql_past_close(db, &(struct sql_past_close_args){.day = day}, err));
    TRY(sql_past_close_below(db, &(struct sql_past_close_below_args){.day = day}, err));
    return sql_past_close_obligation(db, &(struct sql_past_close_obligation_args){.day = day}, err);
}

static enum err_code fold(struct db *db, void *ctx, struct err *err)
{
    (void)ctx;
    TRY(sql_total_fold(db, err));
    return sql_total_folded(db, err);
}

enum err_code ledger_fold(struct db *db, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 10);
    struct sql_total_waits_row *row = NULL;
    TRY(sql_total_waits(db, &arena, &row, err));
    return row ? db_transact(db, fold, NULL, err) : ERR_NONE;
}

static enum err_code advance_a_day(struct db *db, void *ctx, struct err *err)
{
    struct advance *advance = ctx;
    advance->moved = false;
    AUTO_ARENA arena;
    arena_init(&arena, ADVANCE_ARENA_BYTES);
    struct sql_duty_clock_lock_row *clock = NULL;
    TRY(sql_duty_clock_lock(db, &arena, &clock, err));
    if (!clock)
        return err_set(err, ERR_CONFLICT, "the ledger was never opened");
    civil_day now = (civil_day)clock->day;
    if (now >= advance->to)
        return ERR_NONE;
    TRY(close_day(db, now, err));
    civil_day next = now + 1;
    static const struct str kinds[] = {STR_INIT("all"), STR_INIT("family"), STR_INIT("directive")};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        TRY(sql_count_apply_day(db, &(struct sql_count_apply_day_args){.day = next, .kind = kinds[i]}, err));
        TRY(sql_total_apply_day(db, &(struct sql_total_apply_day_args){.day = next, .kind = kinds[i]}, err));
    }
    TRY(sql_total_apply_day(db, &(struct sql_total_apply_day_args){.day = next, .kind = STR("obligation")}, err));
    TRY(fold(db, NULL, err));
    int64_t changes = 0;
    TRY(sql_assignment_apply_day(db, &(struct sql_assignment_apply_day_args){.day = next}, &changes, err));
    TRY(sql_duty_clock_set(db, &(struct sql_duty_clock_set_args){.day = next}, err));
    advance->moved = true;
    return ERR_NONE;
}

static enum err_code advance_in_transaction(struct db *db, void *ctx, struct err *err)
{
    return db_bulk(db, advance_a_day, ctx, err);
}

enum err_code ledger_pass(struct db *db, civil_day to, int *ret_days, struct err *err)
{
    struct advance advance = {.to = to};
    int days = 0;
    do {
        if (db_transact(db, advance_in_transaction, &advance, err) != ERR_NONE)
            return err_wrap(err, "move the ledger to the next day");
        days += advance.moved;
    } while (advance.moved);
    *ret_days = days;
    return ERR_NONE;
}

/* --- trees that changed --- */

#define CATCH_UP_ARENA_BYTES ((size_t)1 << 30)
#define CATCH_UP_PUT_ROWS    2000u /* in one statement */
#define CATCH_UP_TRIES       3

/* The sums are read in a snapshot, while others go on writing, and only put while nobody else does: a tree of ten
 * thousand units takes a minute to read and a second to put. What was read holds as long as neither the tree nor the
 * day moved meanwhile: what is of a past day changes by nothing else. */
struct catching_up {
    struct arena *arena;
    struct sql_tree_change_next_row *tree;
    civil_day last;
    int64_t tree_version;
    struct sql_past_below_sums_rows below;
    struct sql_past_obligation_sums_rows obligations;
    bool is_put;
    bool has_moved; /* what was read no longer holds: nothing was put */
};

static enum err_code what_stands(struct db *db, struct arena *arena, civil_day *ret_last, int64_t *ret_version,
                                 struct err *err)
{
    struct sql_duty_clock_look_row *clock = NULL;
    struct sql_kept_version_row *version = NULL;
    TRY(sql_duty_clock_look(db, arena, &clock, err));
    TRY(sql_kept_version(db, arena, &(struct sql_kept_version_args){.name = STR("tree")}, &version, err));
    *ret_last = clock ? (civil_day)clock->day - 1 : CIVIL_NONE;
    *ret_version = version ? version->n : 0;
    return ERR_NONE;
}

static enum err_code sums_read(struct db *db, void *ctx, struct err *err)
{
    struct catching_up *c = ctx;
    c->tree = NULL;
    TRY(what_stands(db, c->arena, &c->last, &c->tree_version, err));
    if (c->last == CIVIL_NONE)
        return ERR_NONE;
    TRY(sql_tree_change_next(db, c->arena, &(struct sql_tree_change_next_args){.day = c->last}, &c->tree, err));
    if (!c->tree)
        return ERR_NONE;
    TRY(sql_past_below_sums(db, c->arena,
                            &(struct sql_past_below_sums_args){.edge_kind = c->tree->edge_kind,
                                                               .unit_id = c->tree->ancestor_id,
                                                               .from_day = c->tree->from_day,
                                                               .last_day = c->last},
                            &c->below, err));
    return sql_past_obligation_sums(db, c->arena,
                                    &(struct sql_past_obligation_sums_args){.edge_kind = c->tree->edge_kind,
                                                                            .unit_id = c->tree->ancestor_id,
                                                                            .from_day = c->tree->from_day,
                                                                            .last_day = c->last},
                                    &c->obligations, err);
}

#define PUT_SUM(rows, key, r)                                                                                          \
    buf_printf((rows), "%s[%lld,%lld,%lld,%lld,%lld,%lld,%lld,%lld,%lld,%lld,%lld]", (rows)->len_bytes > 1 ? "," : "", \
               (long long)(r)->key, (long long)(r)->day, (long long)(r)->n_unseen, (long long)(r)->n_ack,              \
               (long long)(r)->n_doing, (long long)(r)->n_ok, (long long)(r)->n_due, (long long)(r)->n_late,           \
               (long long)(r)->n_birth, (long long)(r)->n_na, (long long)(r)->n_waived)

static enum err_code below_put(struct db *db, const struct catching_up *c, struct buf *rows, struct err *err)
{
    for (size_t i = 0; i < c->below.count;) {
        buf_clear(rows);
        buf_put_byte(rows, '[');
        for (size_t n = 0; n < CATCH_UP_PUT_ROWS && i < c->below.count; n++, i++)
            PUT_SUM(rows, scope_id, &c->below.items[i]);
        buf_put_byte(rows, ']');
        TRY(buf_check(rows, err));
        TRY(sql_past_below_put(db,
                               &(struct sql_past_below_put_args){.edge_kind = c->tree->edge_kind,
                                                                 .unit_id = c->tree->ancestor_id,
                                                                 .rows = buf_str(rows)},
                               err));
    }
    return ERR_NONE;
}

static enum err_code obligations_put(struct db *db, const struct catching_up *c, struct buf *rows, struct err *err)
{
    for (size_t i = 0; i < c->obligations.count;) {
        buf_clear(rows);
        buf_put_byte(rows, '[');
        for (size_t n = 0; n < CATCH_UP_PUT_ROWS && i < c->obligations.count; n++, i++)
            PUT_SUM(rows, obligation_id, &c->obligations.items[i]);
        buf_put_byte(rows, ']');
        TRY(buf_check(rows, err));
        TRY(sql_past_obligation_put(db,
                                    &(struct sql_past_obligation_put_args){.edge_kind = c->tree->edge_kind,
                                                                           .unit_id = c->tree->ancestor_id,
                                                                           .rows = buf_str(rows)},
                                    err));
    }
    return ERR_NONE;
}

static enum err_code still_stands(struct db *db, struct arena *arena, struct catching_up *c, struct err *err)
{
    civil_day last;
    int64_t version;
    TRY(what_stands(db, arena, &last, &version, err));
    c->has_moved = last != c->last || version != c->tree_version;
    return c->has_moved ? err_set(err, ERR_BUSY, "the tree moved while its past was read") : ERR_NONE;
}

/* Taken off the list first, which waits for whoever is putting the same tree on it; then what was read still holds, or
 * all of it is taken back. A change that is decided later stands on the list again. */
static enum err_code sums_put(struct db *db, void *ctx, struct err *err)
{
    struct catching_up *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    AUTO_BUF rows;
    buf_init(&rows, 16u << 20);
    c->is_put = false;
    struct sql_duty_clock_read_row *held = NULL; /* the day does not end meanwhile; others go on writing */
    TRY(sql_duty_clock_read(db, &arena, &held, err));
    TRY(sql_tree_change_done(db,
                             &(struct sql_tree_change_done_args){
                                 .edge_kind = c->tree->edge_kind, .ancestor_id = c->tree->ancestor_id, .day = c->last},
                             err));
    TRY(still_stands(db, &arena, c, err));
    TRY(sql_past_below_drop(db,
                            &(struct sql_past_below_drop_args){.edge_kind = c->tree->edge_kind,
                                                               .unit_id = c->tree->ancestor_id,
                                                               .from_day = c->tree->from_day},
                            err));
    TRY(below_put(db, c, &rows, err));
    TRY(sql_past_obligation_drop(db,
                                 &(struct sql_past_obligation_drop_args){.edge_kind = c->tree->edge_kind,
                                                                         .unit_id = c->tree->ancestor_id,
                                                                         .from_day = c->tree->from_day},
                                 err));
    TRY(obligations_put(db, c, &rows, err));
    c->is_put = true;
    return ERR_NONE;
}

static enum err_code sums_put_many(struct db *db, void *ctx, struct err *err)
{
    return db_bulk(db, sums_put, ctx, err);
}

/* When the tree never stands still long enough: everybody waits. */
static enum err_code read_and_put(struct db *db, void *ctx, struct err *err)
{
    struct catching_up *c = ctx;
    TRY(sums_read(db, c, err));
    return c->tree ? sums_put_many(db, c, err) : ERR_NONE;
}

enum err_code ledger_catch_up(struct db *db, bool *ret_had_one, struct err *err)
{
    struct catching_up c = {.is_put = false};
    for (int i = 0; i <= CATCH_UP_TRIES && !c.is_put; i++) {
        AUTO_ARENA arena;
        arena_init(&arena, CATCH_UP_ARENA_BYTES);
        c.arena = &arena;
        c.has_moved = false;
        enum err_code code =
            i < CATCH_UP_TRIES ? db_read(db, sums_read, &c, err) : db_transact(db, read_and_put, &c, err);
        if (code == ERR_NONE && c.tree && i < CATCH_UP_TRIES)
            code = db_transact(db, sums_put_many, &c, err);
        if (code == ERR_BUSY && c.has_moved) {
            *err = (struct err){0};
            continue;
        }
        if (code != ERR_NONE)
            return err_wrap(err, "count the past of a tree anew");
        if (!c.tree)
            break;
    }
    *ret_had_one = c.is_put;
    return ERR_NONE;
}

enum err_code ledger_waiting(struct db *db, int64_t *ret_trees, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 10);
    struct sql_tree_changes_waiting_row *row = NULL;
    TRY(sql_tree_changes_waiting(db, &arena, &row, err));
    *ret_trees = row ? row->n : 0;
    return ERR_NONE;
}

enum err_code ledger_advance(struct db *db, civil_day to, int *ret_days, struct err *err)
{
    bool had_one = true;
    TRY(ledger_pass(db, to, ret_days, err));
    while (had_one)
        TRY(ledger_catch_up(db, &had_one, err));
    return ERR_NONE;
}

static enum err_code compare_kind(struct db *db, struct arena *arena, struct str kind,
                                  const struct sql_count_rows_rows *counted, bool *seen, struct err *err)
{
    struct sql_count_recount_rows recount;
    TRY(sql_count_recount(db, arena, &(struct sql_count_recount_args){.kind = kind}, &recount, err));
    size_t c = 0;
    for (size_t i = 0; i < recount.count; i++) {
        const struct sql_count_recount_row *want = &recount.items[i];
        while (c < counted->count &&
               (counted->items[c].scope_id < want->scope_id ||
                (counted->items[c].scope_id == want->scope_id && counted->items[c].unit_id < want->unit_id)))
            c++;
        const struct sql_count_rows_row *got = c < counted->count ? &counted->items[c] : NULL;
        if (!got || got->scope_id != want->scope_id || got->unit_id != want->unit_id ||
            got->n_unseen != want->n_unseen || got->n_ack != want->n_ack || got->n_doing != want->n_doing ||
            got->n_ok != want->n_ok || got->n_due != want->n_due || got->n_late != want->n_late ||
            got->n_birth != want->n_birth || got->n_na != want->n_na || got->n_waived != want->n_waived)
            return err_set(err, ERR_CONFLICT, "unit %lld in scope %lld is counted wrong", (long long)want->unit_id,
                           (long long)want->scope_id);
        seen[c] = true;
    }
    return ERR_NONE;
}

static enum err_code recount_in_snapshot(struct db *db, void *ctx, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 30);
    struct sql_duty_clock_read_row *clock = NULL;
    TRY(sql_duty_clock_read(db, &arena, &clock, err));
    /* Never opened: nobody was ever given a duty, which the counting shows. */
    civil_day day = clock ? (civil_day)clock->day : db_today(db);
    struct sql_count_rows_rows counted;
    TRY(sql_count_rows(db, &arena, &counted, err));
    bool *seen = arena_new_array(&arena, bool, counted.count + 1);
    if (!seen)
        return arena_full(&arena, err);
    static const struct str kinds[] = {STR_INIT("all"), STR_INIT("family"), STR_INIT("directive")};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        TRY(compare_kind(db, &arena, kinds[i], &counted, seen, err));
    for (size_t i = 0; i < counted.count; i++)
        if (!seen[i])
            return err_set(err, ERR_CONFLICT, "unit %lld in scope %lld is counted and owes nothing",
                           (long long)counted.items[i].unit_id, (long long)counted.items[i].scope_id);
    struct sql_total_wrong_rows wrong;
    TRY(sql_total_wrong(db, &arena, &wrong, err));
    if (wrong.count)
        return err_set(err, ERR_CONFLICT, "the sum of scope %lld is not what its counters add up to",
                       (long long)wrong.items[0].scope_id);
    /* And each state is what its facts say on the ledger's day. */
    struct sql_assignment_facts_all_rows all;
    TRY(sql_assignment_facts_all(db, &arena, &all, err));
    for (size_t i = 0; i < all.count; i++) {
        struct arena_mark mark = arena_mark(&arena);
        struct ledger_row row;
        TRY(ledger_get(db, &arena, all.items[i].id, &row, err));
        int want = duty_state_on(&row.facts, day);
        arena_rewind(&arena, mark);
        if (want != all.items[i].state)
            return err_set(err, ERR_CONFLICT, "assignment %lld stands as %s and should be %s",
                           (long long)all.items[i].id, duty_state_to_str((int)all.items[i].state),
                           duty_state_to_str(want));
    }
    return ERR_NONE;
}

enum err_code ledger_recount(struct db *db, struct err *err)
{
    return db_transact(db, recount_in_snapshot, NULL, err);
}
