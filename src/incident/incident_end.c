#include "incident/incident_parts.h"
#include "incident/ring.h"

struct ending {
    const struct actor *actor;
    int64_t case_id, into_id;
    struct str note;
};

enum err_code incident_clocks_of(struct db *db, struct arena *arena, const struct sql_incident_raw_row *row,
                                 struct incident_clock_list *ret_list, struct err *err)
{
    struct incident_fields fields = incident_fields_of(row);
    struct incident_severity by_rules;
    struct incident_known known;
    struct incident_unit unit;
    struct sql_incident_sent_rows rows;
    TRY(incident_by_rules(db, arena, row->unit_id, &fields, &by_rules, &known, err));
    TRY(incident_unit_get(db, arena, row->unit_id, civil_day_of_ms(row->detected_ms), &unit, err));
    TRY(sql_incident_sent(db, arena, &(struct sql_incident_sent_args){.case_id = row->id}, &rows, err));
    struct incident_sent *sent = arena_new_array(arena, struct incident_sent, rows.count + 1);
    if (!sent)
        return arena_full(arena, err);
    for (size_t i = 0; i < rows.count; i++)
        sent[i] = (struct incident_sent){rows.items[i].form, rows.items[i].sent_ms, rows.items[i].is_last != 0};
    const struct know_incident_severity *severity = know_incident_severity_find(row->severity);
    bool is_open = str_equal(row->state, STR("open")) || str_equal(row->state, STR("closed"));
    struct incident_clock_case v = {.detected_ms = row->detected_ms,
                                    .personal_ms = row->personal_ms.v,
                                    .restored_ms = row->restored_ms.v,
                                    .classified_ms = row->classified_ms,
                                    .ended_ms = is_open && !row->is_exercise ? 0 : row->classified_ms,
                                    .facts = known.facts,
                                    .severity = severity ? severity : by_rules.level,
                                    .system_level = known.system_level,
                                    .unit = &unit.facts,
                                    .sent = sent,
                                    .sent_count = rows.count};
    return incident_clocks(&v, db_now_ms(db), arena, ret_list, err);
}

static enum err_code note_end(struct db *db, const struct ending *e, const struct party_standing *standing,
                              const char *kind, int64_t case_id, struct str detail, struct err *err)
{
    return case_record(db,
                       &(struct case_record){.case_id = case_id,
                                             .kind = kind,
                                             .text = e->note,
                                             .detail_json = detail,
                                             .audience_bits = AUDIENCE_ALL,
                                             .by_person = e->actor->person_id,
                                             .by_unit_id = standing->unit_id},
                       NULL, NULL, err);
}

static enum err_code put_state(struct db *db, struct arena *arena, const struct ending *e, struct str was,
                               struct str state, int64_t joined_id, struct err *err)
{
    TRY(incident_mark_put(db, arena, e->case_id, INCIDENT_MARK_STATE, was, state, err));
    bool is_open = str_equal(state, STR("open"));
    TRY(sql_incident_put_state(
        db,
        &(struct sql_incident_put_state_args){.id = e->case_id,
                                              .state = state,
                                              .joined_id = {joined_id != 0, joined_id},
                                              .closed_ms = {!is_open, db_now_ms(db)},
                                              .closed_by = {!is_open && e->actor->person_id != 0, e->actor->person_id}},
        err));
    return incident_ring_set(db, e->case_id, err);
}

/* The first thing that stands against closing; each says what to do about it. */
static enum err_code check_may_close(struct db *db, struct arena *arena, const struct sql_incident_raw_row *row,
                                     struct err *err)
{
    struct sql_incident_open_tasks_rows tasks;
    struct incident_clock_list clocks;
    TRY(sql_incident_open_tasks(db, arena, &(struct sql_incident_open_tasks_args){.case_id = row->id}, &tasks, err));
    TRY(incident_clocks_of(db, arena, row, &clocks, err));
    if (!row->severity_by.has)
        return err_set(err, ERR_CONFLICT, "chưa kết thúc được: mức độ chưa có người xác nhận");
    if (!row->restored_ms.has)
        return err_set(err, ERR_CONFLICT, "chưa kết thúc được: chưa ghi thời điểm khôi phục");
    for (size_t i = 0; i < tasks.count; i++)
        if (str_equal(tasks.items[i].kind, STR("hunt")))
            return err_set(
                err, ERR_CONFLICT,
                "chưa kết thúc được: chưa săn lùng xong; khắc phục và săn lùng phải làm đồng thời (CT18-2f)");
    if (tasks.count)
        return err_set(err, ERR_CONFLICT, "chưa kết thúc được: còn việc chưa xong: %.*s",
                       STR_ARG(tasks.items[0].title));
    for (size_t i = 0; i < clocks.count; i++)
        if (clocks.items[i].state == CLOCK_RUNNING || clocks.items[i].state == CLOCK_LATE)
            return err_set(err, ERR_CONFLICT, "chưa kết thúc được: còn nợ báo cáo, xem các đồng hồ");
    return ERR_NONE;
}

static enum err_code close_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct ending *e = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct sql_incident_raw_row *row;
    struct party_standing standing;
    TRY(incident_raw_get(db, &arena, e->case_id, &row, err));
    TRY(party_require(db, e->actor, e->case_id, true, &standing, err));
    if (!str_equal(row->state, STR("open")))
        return err_set(err, ERR_CONFLICT, "hồ sơ này đã kết thúc");
    TRY(check_may_close(db, &arena, row, err));
    TRY(put_state(db, &arena, e, row->state, STR("closed"), 0, err));
    return note_end(db, e, &standing, "closed", e->case_id, STR_NONE, err);
}

enum err_code incident_close(struct db *db, const struct actor *actor, int64_t case_id, struct str note,
                             struct err *err)
{
    struct ending e = {.actor = actor, .case_id = case_id, .note = str_trim(note)};
    return db_transact(db, close_in_transaction, &e, err);
}

static enum err_code reopen_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct ending *e = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct sql_incident_raw_row *row;
    struct party_standing standing;
    TRY(incident_raw_get(db, &arena, e->case_id, &row, err));
    TRY(party_require(db, e->actor, e->case_id, true, &standing, err));
    if (str_equal(row->state, STR("open")))
        return err_set(err, ERR_CONFLICT, "hồ sơ này đang mở");
    TRY(put_state(db, &arena, e, row->state, STR("open"), 0, err));
    return note_end(db, e, &standing, "reopened", e->case_id, STR_NONE, err);
}

enum err_code incident_reopen(struct db *db, const struct actor *actor, int64_t case_id, struct str note,
                              struct err *err)
{
    struct ending e = {.actor = actor, .case_id = case_id, .note = str_trim(note)};
    if (str_is_empty(e.note))
        return err_set(err, ERR_SYNTAX, "cần nêu lý do mở lại");
    return db_transact(db, reopen_in_transaction, &e, err);
}

static enum err_code cancel_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct ending *e = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct sql_incident_raw_row *row;
    struct party_standing standing;
    TRY(incident_raw_get(db, &arena, e->case_id, &row, err));
    TRY(party_require(db, e->actor, e->case_id, true, &standing, err));
    if (!str_equal(row->state, STR("open")))
        return err_set(err, ERR_CONFLICT, "hồ sơ này đã kết thúc");
    TRY(put_state(db, &arena, e, row->state, STR("cancelled"), 0, err));
    return note_end(db, e, &standing, "cancelled", e->case_id, STR_NONE, err);
}

enum err_code incident_cancel(struct db *db, const struct actor *actor, int64_t case_id, struct str note,
                              struct err *err)
{
    struct ending e = {.actor = actor, .case_id = case_id, .note = str_trim(note)};
    if (str_is_empty(e.note))
        return err_set(err, ERR_SYNTAX, "cần nêu lý do hủy hồ sơ");
    return db_transact(db, cancel_in_transaction, &e, err);
}

static enum err_code move_parties(struct db *db, struct arena *arena, const struct ending *e, struct err *err)
{
    struct sql_incident_parties_move_rows rows;
    TRY(sql_incident_parties_move(
        db, arena,
        &(struct sql_incident_parties_move_args){.case_id = e->case_id, .into_id = e->into_id, .on_day = db_today(db)},
        &rows, err));
    for (size_t i = 0; i < rows.count; i++) {
        enum party_part part;
        if (!party_part_of(rows.items[i].part, &part))
            continue;
        /* the lead of the joined case helps in the other */
        TRY(party_put(db, e->into_id, rows.items[i].unit_id, rows.items[i].person_id.v,
                      part == PARTY_LEAD ? PARTY_HELP : part, e->note, e->actor->person_id, err));
    }
    return ERR_NONE;
}

static enum err_code join_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct ending *e = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct sql_incident_raw_row *row, *into;
    struct party_standing standing, there;
    /* always in the same order, so that two people who join crosswise do not wait for each other */
    int64_t first = e->case_id < e->into_id ? e->case_id : e->into_id;
    TRY(incident_hold(db, first, err));
    TRY(incident_raw_get(db, &arena, e->case_id, &row, err));
    TRY(incident_raw_get(db, &arena, e->into_id, &into, err));
    TRY(party_require(db, e->actor, e->case_id, true, &standing, err));
    TRY(party_require(db, e->actor, e->into_id, true, &there, err));
    if (!str_equal(row->state, STR("open")) || !str_equal(into->state, STR("open")))
        return err_set(err, ERR_CONFLICT, "chỉ gộp hai hồ sơ đang mở");
    TRY(put_state(db, &arena, e, row->state, STR("joined"), e->into_id, err));
    TRY(move_parties(db, &arena, e, err));
    struct str to = arena_printf(&arena, "{\"into\":\"%lld\",\"code\":\"%.*s\"}", (long long)into->id,
                                 STR_ARG(into->code)),
               from = arena_printf(&arena, "{\"from\":\"%lld\",\"code\":\"%.*s\"}", (long long)row->id,
                                   STR_ARG(row->code));
    if (str_is_null(to) || str_is_null(from))
        return arena_full(&arena, err);
    TRY(note_end(db, e, &standing, "joined", e->case_id, to, err));
    return note_end(db, e, &there, "taken_in", e->into_id, from, err);
}

enum err_code incident_join(struct db *db, const struct actor *actor, int64_t case_id, int64_t into_id, struct str note,
                            struct err *err)
{
    struct ending e = {.actor = actor, .case_id = case_id, .into_id = into_id, .note = str_trim(note)};
    if (case_id == into_id)
        return err_set(err, ERR_SYNTAX, "không gộp hồ sơ với chính nó");
    if (str_is_empty(e.note))
        return err_set(err, ERR_SYNTAX, "cần nêu lý do gộp hồ sơ");
    return db_transact(db, join_in_transaction, &e, err);
}
