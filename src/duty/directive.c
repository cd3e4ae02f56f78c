#include "duty/directive.h"

#include "base/viet.h"
#include "duty/directive.sql.h"
#include "duty/ledger.h"
#include "format/json.h"
#include "know/know.h"
#include "org/access.h"
#include "proof/chain.h"

#define ISSUE_ARENA_BYTES (512u << 20)

static const char *const target_rules[TARGET_RULE_COUNT] = {
    [TARGET_ALL] = "all",
    [TARGET_CHILDREN] = "children",
    [TARGET_SELF] = "self",
    [TARGET_CHILD_KIND] = "child_kind",
    [TARGET_KIND] = "kind",
    [TARGET_FUNCTION] = "function",
    [TARGET_SECTOR] = "sector",
    [TARGET_MEMBER] = "member",
    [TARGET_UNIT] = "unit",
    [TARGET_EXCEPT_UNIT] = "except_unit",
    [TARGET_EXCEPT_KIND] = "except_kind",
};

const char *target_rule_to_str(enum target_rule rule)
{
    return target_rules[rule];
}

bool target_rule_from_str(struct str text, enum target_rule *ret_rule)
{
    for (int i = 0; i < TARGET_RULE_COUNT; i++)
        if (str_equal(text, str_from_cstr(target_rules[i]))) {
            *ret_rule = (enum target_rule)i;
            return true;
        }
    return false;
}

/* --- who gets it --- */

/* Rows of the query come in unit order; a per-system obligation keeps the systems it is about, and a unit that has
 * systems but none of those stands there once, as not concerned. */
static enum err_code collect_targets(struct db *db, const struct sql_obligation_get_row *o,
                                     const struct sql_directive_raw_row *d, civil_day day, struct arena *arena,
                                     struct target_units *ret_units, struct err *err)
{
    struct sql_obligation_target_units_rows rows;
    TRY(sql_obligation_target_units(db, arena,
                                    &(struct sql_obligation_target_units_args){
                                        .obligation_id = o->id,
                                        .issuer_id = d->issuer_id,
                                        .edge_kind = d->edge_kind,
                                        .on_day = day,
                                        .denominator = o->denominator,
                                    },
                                    &rows, err));
    struct target_units units = {arena_new_array(arena, struct target_unit, rows.count), 0};
    if (!units.items)
        return arena_full(arena, err);
    for (size_t i = 0; i < rows.count;) {
        size_t end = i, kept = units.count;
        for (; end < rows.count && rows.items[end].unit_id == rows.items[i].unit_id; end++) {
            const struct sql_obligation_target_units_row *r = &rows.items[end];
            bool is_system = !str_equal(r->subject_kind, STR("unit"));
            if (is_system && ((o->min_level > 0 && r->level.has && r->level.v < o->min_level) ||
                              (o->only_cameras && !r->uses_camera.v)))
                continue;
            units.items[units.count++] = (struct target_unit){
                r->unit_id, r->name, r->kind, (int)r->depth, r->subject_kind, r->subject_id, r->subject_name, false};
        }
        if (units.count == kept) {
            const struct sql_obligation_target_units_row *r = &rows.items[i];
            units.items[units.count++] = (struct target_unit){r->unit_id,  r->name,    r->kind,  (int)r->depth,
                                                              STR("unit"), r->unit_id, STR_NONE, true};
        }
        i = end;
    }
    *ret_units = units;
    return ERR_NONE;
}

enum err_code directive_preview(struct db *db, const struct actor *actor, int64_t obligation_id, struct arena *arena,
                                struct target_units *ret_units, struct err *err)
{
    struct sql_obligation_get_row *o = NULL;
    TRY(sql_obligation_get(db, arena, &(struct sql_obligation_get_args){.id = obligation_id}, &o, err));
    if (!o)
        return err_set(err, ERR_NOT_FOUND, "no such obligation");
    struct sql_directive_raw_row *d = NULL;
    TRY(sql_directive_raw(db, arena, &(struct sql_directive_raw_args){.id = o->directive_id}, &d, err));
    if (!d)
        return err_set(err, ERR_NOT_FOUND, "no such directive");
    TRY(access_require(db, actor, RIGHT_DRAFT, d->issuer_id, "see who would get this", err));
    return collect_targets(db, o, d, db_today(db), arena, ret_units, err);
}

/* --- issuing --- */

static struct duty_facts fresh_facts(civil_day day, civil_day due, bool is_periodic)
{
    return (struct duty_facts){.issued_day = day,
                               .due_day = due,
                               .is_periodic = is_periodic,
                               .acked_day = CIVIL_NONE,
                               .started_day = CIVIL_NONE,
                               .covered_from_day = CIVIL_NONE,
                               .covered_to_day = CIVIL_NONE,
                               .na_from_day = CIVIL_NONE,
                               .waived_to_day = CIVIL_NONE,
                               .closed_day = CIVIL_NONE,
                               .soon_days = know_soon_days()};
}

static civil_day first_due(struct opt_i64 deadline, struct opt_i64 period_months, civil_day day)
{
    if (deadline.has)
        return (civil_day)deadline.v;
    return period_months.has ? civil_add_months(day, (int)period_months.v) - 1 : CIVIL_NONE;
}

struct issuing {
    const struct actor *actor;
    int64_t directive_id;
    int64_t revision; /* 0: whichever */
    struct directive_issued done;
};

/* One obligation on its way out: whom it reaches, by rising unit. */
struct reaching {
    int64_t unit_id, subject_id;
    struct str subject_kind;
    bool is_na;
};
struct going_out {
    const struct sql_obligation_list_row *obligation;
    struct sql_obligation_targets_rows targets;
    civil_day due_day;
    const struct reaching *NULLABLE reached; /* shared with those that go to the same */
    size_t count, next;
    struct ledger_issued *issued;
};

static bool is_same_targets(const struct going_out *a, const struct going_out *b)
{
    const struct sql_obligation_list_row *x = a->obligation, *y = b->obligation;
    if (!str_equal(x->denominator, y->denominator) || x->min_level != y->min_level ||
        x->only_cameras != y->only_cameras || a->targets.count != b->targets.count)
        return false;
    for (size_t i = 0; i < a->targets.count; i++)
        if (!str_equal(a->targets.items[i].rule, b->targets.items[i].rule) ||
            !str_equal(a->targets.items[i].value, b->targets.items[i].value))
            return false;
    return true;
}

/* What collect_targets found, without the words of it: all obligations of a directive lie in memory at once. */
static enum err_code reach(struct db *db, const struct sql_directive_raw_row *d, civil_day day, struct arena *arena,
                           struct going_out *out, struct err *err)
{
    AUTO_ARENA scratch;
    arena_init(&scratch, ISSUE_ARENA_BYTES);
    struct sql_obligation_get_row *o = NULL;
    TRY(sql_obligation_get(db, &scratch, &(struct sql_obligation_get_args){.id = out->obligation->id}, &o, err));
    must(o != NULL);
    struct target_units units;
    TRY(collect_targets(db, o, d, day, &scratch, &units, err));
    struct reaching *reached = arena_new_array(arena, struct reaching, units.count + 1);
    if (!reached)
        return arena_full(arena, err);
    struct str kind = STR_NONE;
    for (size_t i = 0; i < units.count; i++) {
        if (str_is_null(kind) || !str_equal(kind, units.items[i].subject_kind)) {
            kind = arena_str(arena, units.items[i].subject_kind);
            if (str_is_null(kind))
                return arena_full(arena, err);
        }
        reached[i] = (struct reaching){units.items[i].unit_id, units.items[i].subject_id, kind, units.items[i].is_na};
    }
    out->reached = reached;
    out->count = units.count;
    return ERR_NONE;
}

/* out[at]; those before it are there. Most obligations of a letter go to the same units: these are looked up once. */
static enum err_code go_out(struct db *db, const struct sql_directive_raw_row *d,
                            const struct sql_obligation_list_row *o, civil_day day, struct arena *arena,
                            struct going_out *out, struct ledger_issued *issued, size_t at, struct err *err)
{
    struct going_out *mine = &out[at];
    civil_day due = first_due(o->deadline_day, o->period_months, day);
    struct duty_facts facts = fresh_facts(day, due, str_equal(o->trigger_kind, STR("periodic")));
    *mine = (struct going_out){.obligation = o, .due_day = due, .issued = &issued[at]};
    issued[at] =
        (struct ledger_issued){.directive_id = d->id, .family_id = d->family_id, .obligation_id = o->id, .day = day};
    issued[at].change_count = duty_timeline(&facts, day, issued[at].changes);
    TRY(sql_obligation_targets(db, arena, &(struct sql_obligation_targets_args){.obligation_id = o->id}, &mine->targets,
                               err));
    for (size_t i = 0; i < at; i++)
        if (is_same_targets(&out[i], mine)) {
            mine->reached = out[i].reached;
            mine->count = out[i].count;
            return ERR_NONE;
        }
    return reach(db, d, day, arena, mine, err);
}

/* Assignments on their way into the store. */
struct inserting {
    struct db *db;
    struct sql_assignment_insert_args row; /* what they have in common, and the one that is put now */
    struct buf text;                       /* of them, for the digest */
    struct sha256_stream digest;
};

static enum err_code insert_one(struct inserting *ins, const struct going_out *out, const struct reaching *to,
                                struct err *err)
{
    struct sql_assignment_insert_args *row = &ins->row;
    row->id = db_id(ins->db);
    row->obligation_id = out->obligation->id;
    row->unit_id = to->unit_id;
    row->subject_kind = to->subject_kind;
    row->subject_id = to->subject_id;
    row->due_day = (struct opt_i64){out->due_day != CIVIL_NONE, out->due_day};
    row->na_from_day = (struct opt_i64){to->is_na, row->issued_day};
    row->state = to->is_na ? DUTY_NA : out->issued->changes[0].state;
    buf_clear(&ins->text);
    buf_printf(&ins->text, "[%lld,%lld,%lld,\"%.*s\",%lld,%lld,%lld]\n", (long long)row->id,
               (long long)row->obligation_id, (long long)row->unit_id, STR_ARG(row->subject_kind),
               (long long)row->subject_id, row->due_day.has ? (long long)row->due_day.v : -1, (long long)row->state);
    TRY(buf_check(&ins->text, err));
    sha256_add(&ins->digest, buf_str(&ins->text));
    TRY(sql_assignment_insert(ins->db, row, err));
    return ledger_issued_add(ins->db, out->issued, row->id, to->unit_id, to->is_na, err);
}

/* Unit by unit, not obligation by obligation: what a unit gets lies together, in the table and in the indexes. */
static enum err_code insert_all(struct inserting *ins, struct going_out *out, size_t count,
                                struct directive_issued *done, struct err *err)
{
    for (;;) {
        int64_t unit_id = INT64_MAX;
        for (size_t i = 0; i < count; i++)
            if (out[i].next < out[i].count && out[i].reached[out[i].next].unit_id < unit_id)
                unit_id = out[i].reached[out[i].next].unit_id;
        if (unit_id == INT64_MAX)
            return ERR_NONE;
        done->unit_count++;
        for (size_t i = 0; i < count; i++)
            for (; out[i].next < out[i].count && out[i].reached[out[i].next].unit_id == unit_id; out[i].next++) {
                const struct reaching *to = &out[i].reached[out[i].next];
                TRY(insert_one(ins, &out[i], to, err));
                done->assignment_count++;
                done->born_late_count += out[i].issued->changes[0].state == DUTY_BIRTH && !to->is_na;
            }
    }
}

static enum err_code issue_all(struct db *db, void *ctx, struct err *err)
{
    struct issuing *issuing = ctx;
    issuing->done = (struct directive_issued){0};
    AUTO_ARENA arena;
    arena_init(&arena, ISSUE_ARENA_BYTES);
    struct sql_directive_hold_row *held = NULL;
    struct sql_directive_raw_row *d = NULL;
    TRY(sql_directive_hold(db, &arena, &(struct sql_directive_hold_args){.id = issuing->directive_id}, &held, err));
    if (held)
        TRY(sql_directive_raw(db, &arena, &(struct sql_directive_raw_args){.id = issuing->directive_id}, &d, err));
    if (!d)
        return err_set(err, ERR_NOT_FOUND, "no such directive");
    TRY(access_require(db, issuing->actor, RIGHT_ISSUE, d->issuer_id, "issue a directive", err));
    if (issuing->revision && issuing->revision != d->revision)
        return err_set(err, ERR_CONFLICT, "somebody changed this draft meanwhile: look at it again");
    civil_day day;
    TRY(ledger_day(db, &arena, &day, err));
    int64_t now_ms = db_now_ms(db), changes = 0;
    TRY(sql_directive_set_issued(db,
                                 &(struct sql_directive_set_issued_args){
                                     .id = d->id,
                                     .issued_day = d->issued_day,
                                     .issued_ms = now_ms,
                                     .issued_by = {issuing->actor->person_id != 0, issuing->actor->person_id},
                                 },
                                 &changes, err));
    if (changes != 1)
        return err_set(err, ERR_CONFLICT, "this directive was issued before");
    struct sql_obligation_list_rows obligations;
    TRY(sql_obligation_list(db, &arena, &(struct sql_obligation_list_args){.directive_id = d->id}, &obligations, err));
    struct going_out *out = arena_new_array(&arena, struct going_out, obligations.count + 1);
    struct ledger_issued *issued = arena_new_array(&arena, struct ledger_issued, obligations.count + 1);
    if (!out || !issued)
        return arena_full(&arena, err);
    for (size_t i = 0; i < obligations.count; i++)
        TRY(go_out(db, d, &obligations.items[i], day, &arena, out, issued, i, err));
    struct inserting ins = {.db = db,
                            .row = {.directive_id = d->id,
                                    .family_id = d->family_id,
                                    .issued_day = day,
                                    .issued_ms = now_ms,
                                    .soon_days = know_soon_days()}};
    buf_init(&ins.text, 4096);
    sha256_begin(&ins.digest);
    enum err_code code = insert_all(&ins, out, obligations.count, &issuing->done, err);
    buf_done(&ins.text);
    TRY(code);
    if (issuing->done.assignment_count == 0)
        return err_set(err, ERR_CONFLICT,
                       "this directive reaches nobody: no unit below the issuer is named by any obligation");
    TRY(ledger_issued_count(db, issued, obligations.count, now_ms, err));
    struct sha256 hash = sha256_end(&ins.digest);
    AUTO_BUF buf;
    buf_init(&buf, 1u << 16);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    json_object_begin(&w);
    json_field_i64(&w, STR("obligations"), (int64_t)obligations.count);
    json_field_i64(&w, STR("assignments"), (int64_t)issuing->done.assignment_count);
    json_field_str(&w, STR("assignments_sha256"), crypto_to_hex(sha256_str(&hash), &arena));
    json_object_end(&w);
    TRY(buf_check(&buf, err));
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_DUTY,
                                             .kind = "directive_issued",
                                             .object_kind = "directive",
                                             .object_id = d->id,
                                             .unit_id = d->issuer_id,
                                             .actor_id = issuing->actor->person_id,
                                             .content = buf_str(&buf)},
                        NULL, err);
}

static enum err_code issue_in_transaction(struct db *db, void *ctx, struct err *err)
{
    return db_bulk(db, issue_all, ctx, err);
}

enum err_code directive_issue(struct db *db, const struct actor *actor, int64_t directive_id,
                              struct directive_issued *ret_issued, struct err *err)
{
    return directive_issue_revision(db, actor, directive_id, 0, ret_issued, err);
}

enum err_code directive_issue_revision(struct db *db, const struct actor *actor, int64_t directive_id, int64_t revision,
                                       struct directive_issued *ret_issued, struct err *err)
{
    struct issuing issuing = {actor, directive_id, revision, {0}};
    if (db_transact(db, issue_in_transaction, &issuing, err) != ERR_NONE)
        return err->code;
    *ret_issued = issuing.done;
    return ERR_NONE;
}

/* --- withdrawing, moving, following --- */

static enum err_code close_one(struct db *db, civil_day day, int64_t id, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct ledger_row row;
    TRY(ledger_get(db, &arena, id, &row, err));
    struct ledger_row after = row;
    after.facts.closed_day = day;
    return ledger_put(db, day, &row, &after, err);
}

struct withdrawal {
    const struct actor *actor;
    int64_t directive_id;
    struct str reason;
};

static enum err_code withdraw_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct withdrawal *w = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, ISSUE_ARENA_BYTES);
    struct sql_directive_raw_row *d = NULL;
    TRY(sql_directive_raw(db, &arena, &(struct sql_directive_raw_args){.id = w->directive_id}, &d, err));
    if (!d)
        return err_set(err, ERR_NOT_FOUND, "no such directive");
    TRY(access_require(db, w->actor, RIGHT_ISSUE, d->issuer_id, "withdraw a directive", err));
    if (str_is_empty(str_trim(w->reason)))
        return err_set(err, ERR_SYNTAX, "say why the directive is withdrawn");
    civil_day day;
    TRY(ledger_day(db, &arena, &day, err));
    int64_t changes = 0;
    TRY(sql_directive_set_withdrawn(db,
                                    &(struct sql_directive_set_withdrawn_args){
                                        .id = d->id, .withdrawn_ms = db_now_ms(db), .reason = str_trim(w->reason)},
                                    &changes, err));
    if (changes != 1)
        return err_set(err, ERR_CONFLICT, "only an issued directive can be withdrawn");
    struct sql_assignment_ids_open_of_directive_rows open;
    TRY(sql_assignment_ids_open_of_directive(
        db, &arena, &(struct sql_assignment_ids_open_of_directive_args){.directive_id = d->id}, &open, err));
    for (size_t i = 0; i < open.count; i++)
        TRY(close_one(db, day, open.items[i].id, err));
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_DUTY,
                                             .kind = "directive_withdrawn",
                                             .object_kind = "directive",
                                             .object_id = d->id,
                                             .unit_id = d->issuer_id,
                                             .actor_id = w->actor->person_id,
                                             .content = w->reason},
                        NULL, err);
}

enum err_code directive_withdraw(struct db *db, const struct actor *actor, int64_t directive_id, struct str reason,
                                 struct err *err)
{
    struct withdrawal withdrawal = {actor, directive_id, reason};
    return db_transact(db, withdraw_in_transaction, &withdrawal, err);
}

static enum err_code follow_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const int64_t *unit_id = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, ISSUE_ARENA_BYTES);
    civil_day day;
    TRY(ledger_day(db, &arena, &day, err));
    struct sql_assignment_subject_obligations_rows obligations;
    TRY(sql_assignment_subject_obligations(
        db, &arena, &(struct sql_assignment_subject_obligations_args){.unit_id = *unit_id}, &obligations, err));
    for (size_t i = 0; i < obligations.count; i++) {
        struct sql_obligation_get_row *o = NULL;
        TRY(sql_obligation_get(db, &arena, &(struct sql_obligation_get_args){.id = obligations.items[i].obligation_id},
                               &o, err));
        struct sql_directive_raw_row *d = NULL;
        TRY(sql_directive_raw(db, &arena, &(struct sql_directive_raw_args){.id = o->directive_id}, &d, err));
        struct target_units units;
        TRY(collect_targets(db, o, d, day, &arena, &units, err));
        struct sql_assignment_subjects_rows have;
        TRY(sql_assignment_subjects(db, &arena,
                                    &(struct sql_assignment_subjects_args){.unit_id = *unit_id, .obligation_id = o->id},
                                    &have, err));
        civil_day due = first_due(o->deadline_day, o->period_months, day);
        /* New subjects open, with the day of the obligation; those that are gone close. What was proved stays. */
        for (size_t u = 0; u < units.count; u++) {
            if (units.items[u].unit_id != *unit_id)
                continue;
            bool has = false;
            for (size_t h = 0; h < have.count; h++)
                has = has || (str_equal(have.items[h].subject_kind, units.items[u].subject_kind) &&
                              have.items[h].subject_id == units.items[u].subject_id &&
                              have.items[h].is_na == units.items[u].is_na);
            if (has)
                continue;
            bool is_na = units.items[u].is_na;
            /* Inserted closed to counting, then opened through the ledger like every other change. */
            int64_t id = db_id(db);
            TRY(sql_assignment_insert(db,
                                      &(struct sql_assignment_insert_args){
                                          .id = id,
                                          .obligation_id = o->id,
                                          .directive_id = d->id,
                                          .family_id = d->family_id,
                                          .unit_id = *unit_id,
                                          .subject_kind = units.items[u].subject_kind,
                                          .subject_id = units.items[u].subject_id,
                                          .issued_day = day,
                                          .issued_ms = db_now_ms(db),
                                          .due_day = {due != CIVIL_NONE, due},
                                          .soon_days = know_soon_days(),
                                          .state = DUTY_NOWHERE,
                                      },
                                      err));
            struct ledger_row row;
            TRY(ledger_get(db, &arena, id, &row, err));
            struct ledger_row nowhere = row;
            nowhere.facts.closed_day = day;
            if (is_na)
                row.facts.na_from_day = day;
            TRY(ledger_put(db, day, &nowhere, &row, err));
        }
        for (size_t h = 0; h < have.count; h++) {
            bool stays = false;
            for (size_t u = 0; u < units.count; u++)
                stays = stays || (units.items[u].unit_id == *unit_id &&
                                  str_equal(have.items[h].subject_kind, units.items[u].subject_kind) &&
                                  have.items[h].subject_id == units.items[u].subject_id &&
                                  have.items[h].is_na == units.items[u].is_na);
            if (!stays)
                TRY(close_one(db, day, have.items[h].id, err));
        }
    }
    return ERR_NONE;
}

enum err_code directive_follow_subjects(struct db *db, int64_t unit_id, struct err *err)
{
    return db_transact(db, follow_in_transaction, &unit_id, err);
}
