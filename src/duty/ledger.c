#include "duty/ledger.h"

#include "duty/ledger.sql.h"

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

static enum err_code put_delta(struct db *db, const struct ledger_row *row, int state, int delta, civil_day effective,
                               civil_day known, struct err *err)
{
    if (state == DUTY_NOWHERE)
        return ERR_NONE;
    return sql_delta_insert(db,
                            &(struct sql_delta_insert_args){
                                .assignment_id = row->id,
                                .unit_id = row->unit_id,
                                .directive_id = row->directive_id,
                                .family_id = row->family_id,
                                .obligation_id = row->obligation_id,
                                .state = state,
                                .delta = delta,
                                .effective_day = effective,
                                .known_day = known,
                                .visible_day = effective > known ? effective : known,
                            },
                            err);
}

/* One change of state at a day, done (sign +1) or taken back (sign -1). */
static enum err_code put_change(struct db *db, const struct ledger_row *row, int from, int to, int sign, civil_day day,
                                civil_day known, struct err *err)
{
    if (from == to)
        return ERR_NONE;
    TRY(put_delta(db, row, from, -sign, day, known, err));
    return put_delta(db, row, to, sign, day, known, err);
}

static enum err_code count_one(struct db *db, int64_t unit_id, int64_t scope_id, int state, int delta, struct err *err)
{
    int64_t d[DUTY_STATE_COUNT] = {0};
    d[state] = delta;
    return sql_count_add(db,
                         &(struct sql_count_add_args){
                             .unit_id = unit_id,
                             .scope_id = scope_id,
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
                         err);
}

static enum err_code count_state(struct db *db, const struct ledger_row *row, int state, int delta, struct err *err)
{
    if (state == DUTY_NOWHERE)
        return ERR_NONE;
    TRY(count_one(db, row->unit_id, 0, state, delta, err));
    TRY(count_one(db, row->unit_id, row->family_id, state, delta, err));
    return row->directive_id == row->family_id ? ERR_NONE
                                               : count_one(db, row->unit_id, row->directive_id, state, delta, err);
}

static bool is_same_change(const struct duty_change *a, size_t i, const struct duty_change *b, size_t j)
{
    return a[i].day == b[j].day && a[i].state == b[j].state && a[i - 1].state == b[j - 1].state;
}

enum err_code ledger_put(struct db *db, civil_day day, const struct ledger_row *before, const struct ledger_row *after,
                         struct err *err)
{
    struct duty_change was[DUTY_CHANGES_MAX], is[DUTY_CHANGES_MAX];
    size_t was_count = duty_timeline(&before->facts, day, was);
    size_t is_count = duty_timeline(&after->facts, day, is);
    must(was[0].state == before->state);
    bool has_moved = before->unit_id != after->unit_id;
    /* Today: out of the old state, into the new one. */
    if (has_moved || was[0].state != is[0].state) {
        TRY(put_delta(db, before, was[0].state, -1, day, day, err));
        TRY(put_delta(db, after, is[0].state, +1, day, day, err));
        /* Counters are touched in unit order, so that two writers never wait for each other in a circle. */
        if (before->unit_id <= after->unit_id) {
            TRY(count_state(db, before, was[0].state, -1, err));
            TRY(count_state(db, after, is[0].state, +1, err));
        } else {
            TRY(count_state(db, after, is[0].state, +1, err));
            TRY(count_state(db, before, was[0].state, -1, err));
        }
    }
    /* The days to come: take back the changes that will not happen, write the new ones; what stays is not written
     * twice. */
    for (size_t i = 1; i < was_count; i++) {
        bool stays = false;
        for (size_t j = 1; j < is_count && !has_moved; j++)
            stays = stays || is_same_change(was, i, is, j);
        if (!stays)
            TRY(put_change(db, before, was[i - 1].state, was[i].state, -1, was[i].day, day, err));
    }
    for (size_t j = 1; j < is_count; j++) {
        bool stood = false;
        for (size_t i = 1; i < was_count && !has_moved; i++)
            stood = stood || is_same_change(was, i, is, j);
        if (!stood)
            TRY(put_change(db, after, is[j - 1].state, is[j].state, +1, is[j].day, day, err));
    }
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

static enum err_code put_for_all(struct db *db, int64_t obligation_id, int64_t issued_ms, int state, int delta,
                                 civil_day effective, civil_day known, struct err *err)
{
    if (state == DUTY_NOWHERE)
        return ERR_NONE;
    return sql_delta_insert_obligation(db,
                                       &(struct sql_delta_insert_obligation_args){
                                           .obligation_id = obligation_id,
                                           .issued_ms = issued_ms,
                                           .state = state,
                                           .delta = delta,
                                           .effective_day = effective,
                                           .known_day = known,
                                       },
                                       err);
}

enum err_code ledger_issued(struct db *db, civil_day day, int64_t obligation_id, int64_t issued_ms,
                            const struct duty_facts *facts, struct err *err)
{
    struct duty_change changes[DUTY_CHANGES_MAX];
    size_t count = duty_timeline(facts, day, changes);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            TRY(put_for_all(db, obligation_id, issued_ms, changes[i - 1].state, -1, changes[i].day, day, err));
        TRY(put_for_all(db, obligation_id, issued_ms, changes[i].state, +1, changes[i].day, day, err));
    }
    return sql_delta_insert_na(
        db,
        &(struct sql_delta_insert_na_args){.obligation_id = obligation_id, .issued_ms = issued_ms, .known_day = day},
        err);
}

enum err_code ledger_issued_counts(struct db *db, int64_t directive_id, int64_t family_id, int64_t issued_ms,
                                   struct err *err)
{
    struct sql_count_add_issued_args args = {.directive_id = directive_id, .issued_ms = issued_ms};
    TRY(sql_count_add_issued(db, &args, err));
    args.scope_id = family_id;
    TRY(sql_count_add_issued(db, &args, err));
    args.scope_id = directive_id;
    return directive_id == family_id ? ERR_NONE : sql_count_add_issued(db, &args, err);
}

struct advance {
    civil_day to;
    bool moved;
};

static enum err_code advance_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct advance *advance = ctx;
    advance->moved = false;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct sql_duty_clock_lock_row *clock = NULL;
    TRY(sql_duty_clock_lock(db, &arena, &clock, err));
    if (!clock)
        return err_set(err, ERR_CONFLICT, "the ledger was never opened");
    civil_day now = (civil_day)clock->day;
    if (now >= advance->to)
        return ERR_NONE;
    /* End of a month: what stands now is what was known at the end of this day. */
    if (civil_from_day(now + 1).day == 1)
        TRY(sql_count_checkpoint(db, &(struct sql_count_checkpoint_args){.day = now}, err));
    civil_day next = now + 1;
    static const struct str kinds[] = {STR_INIT("all"), STR_INIT("family"), STR_INIT("directive")};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        TRY(sql_count_apply_day(db, &(struct sql_count_apply_day_args){.day = next, .kind = kinds[i]}, err));
    int64_t changes = 0;
    TRY(sql_assignment_apply_day(db, &(struct sql_assignment_apply_day_args){.day = next}, &changes, err));
    TRY(sql_duty_clock_set(db, &(struct sql_duty_clock_set_args){.day = next}, err));
    advance->moved = true;
    return ERR_NONE;
}

enum err_code ledger_advance(struct db *db, civil_day to, int *ret_days, struct err *err)
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
    civil_day day = 0;
    TRY(ledger_day(db, &arena, &day, err));
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
