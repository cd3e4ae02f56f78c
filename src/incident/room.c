#include "incident/room_parts.h"

const struct incident_word room_entry_kinds[ROOM_ENTRY_KIND_COUNT] = {
    {STR_INIT("note"), STR_INIT("Ghi nhận"), STR_INIT("Note")},
    {STR_INIT("decision"), STR_INIT("Quyết định"), STR_INIT("Decision")},
    {STR_INIT("call"), STR_INIT("Cuộc gọi"), STR_INIT("Call")},
    {STR_INIT("measure"), STR_INIT("Biện pháp đã làm"), STR_INIT("Measure taken")},
    {STR_INIT("cost"), STR_INIT("Chi phí"), STR_INIT("Cost")},
};

bool room_word_is(const struct incident_word *words, size_t count, struct str id)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(words[i].id, id))
            return true;
    return false;
}

enum err_code room_enter(struct db *db, struct arena *arena, const struct actor *actor, int64_t case_id,
                         bool needs_open, struct room_visit *ret_visit, struct err *err)
{
    struct room_visit visit = {.actor = actor, .case_id = case_id};
    TRY(incident_raw_get(db, arena, case_id, &visit.row, err));
    TRY(party_require(db, actor, case_id, false, &visit.standing, err));
    if (needs_open && !str_equal(visit.row->state, STR("open")))
        return err_set(err, ERR_CONFLICT, "hồ sơ này đã kết thúc: mở lại rồi sửa");
    *ret_visit = visit;
    return ERR_NONE;
}

enum err_code room_audience(const struct room_visit *visit, int64_t wanted_bits, int64_t *ret_bits, struct err *err)
{
    bool is_team = visit->standing.part == PARTY_LEAD || visit->standing.part == PARTY_HELP;
    int64_t own_bits = is_team ? AUDIENCE_TEAM : visit->standing.view_bits,
            allowed_bits = is_team ? AUDIENCE_ALL : own_bits | AUDIENCE_TEAM | AUDIENCE_OWN,
            usual_bits =
                visit->standing.part == PARTY_POLICE ? AUDIENCE_TEAM | AUDIENCE_POLICE : AUDIENCE_USUAL | own_bits;
    if (wanted_bits & ~allowed_bits)
        return err_set(err, ERR_DENIED, "không ghi được cho bên này đọc: nhờ bên chủ trì chuyển");
    *ret_bits = wanted_bits ? wanted_bits | AUDIENCE_TEAM | own_bits : usual_bits;
    return ERR_NONE;
}

enum err_code room_tlp(const struct room_visit *visit, struct str wanted, struct str *ret_tlp, struct err *err)
{
    if (str_is_empty(wanted)) {
        *ret_tlp = visit->row->tlp;
        return ERR_NONE;
    }
    if (!room_word_is(incident_tlps, INCIDENT_TLP_COUNT, wanted))
        return err_set(err, ERR_SYNTAX, "không có mức chia sẻ '%.*s'", STR_ARG(wanted));
    if (incident_tlp_rank(wanted) > incident_tlp_rank(visit->row->tlp))
        return err_set(err, ERR_CONFLICT, "mức chia sẻ rộng hơn của hồ sơ: đổi mức của hồ sơ trước");
    *ret_tlp = wanted;
    return ERR_NONE;
}

enum err_code room_note(struct db *db, const struct room_visit *visit, const char *kind, struct str text,
                        struct str detail_json, int64_t audience_bits, struct err *err)
{
    return case_record(db,
                       &(struct case_record){.case_id = visit->case_id,
                                             .kind = kind,
                                             .text = text,
                                             .detail_json = detail_json,
                                             .audience_bits = audience_bits,
                                             .by_person = visit->actor->person_id,
                                             .by_unit_id = visit->standing.unit_id},
                       NULL, NULL, err);
}

/* --- timeline --- */

struct writing {
    const struct actor *actor;
    int64_t case_id;
    const struct room_entry *entry;
    int64_t id;
};

static enum err_code check_entry(struct db *db, const struct room_entry *e, struct err *err)
{
    if (!room_word_is(room_entry_kinds, ROOM_ENTRY_KIND_COUNT, e->kind))
        return err_set(err, ERR_SYNTAX, "không có loại ghi chép '%.*s'", STR_ARG(e->kind));
    if (str_is_empty(str_trim(e->text)))
        return err_set(err, ERR_SYNTAX, "chưa ghi gì");
    if (e->text.len_bytes > ROOM_TEXT_BYTES)
        return err_set(err, ERR_LIMIT, "dài quá %zu kB: chia thành nhiều ghi chép", ROOM_TEXT_BYTES >> 10);
    if (e->at_ms > db_now_ms(db))
        return err_set(err, ERR_SYNTAX, "thời điểm ở sau bây giờ");
    bool is_cost = str_equal(e->kind, STR("cost"));
    if (is_cost ? e->amount_vnd <= 0 : e->amount_vnd != 0)
        return err_set(err, ERR_SYNTAX, "số tiền chỉ ghi với chi phí, và phải lớn hơn 0");
    return ERR_NONE;
}

static enum err_code write_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct writing *w = ctx;
    const struct room_entry *e = w->entry;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct room_visit visit;
    TRY(room_enter(db, &arena, w->actor, w->case_id, false, &visit, err));
    int64_t audience_bits;
    struct str tlp;
    TRY(room_audience(&visit, e->audience_bits, &audience_bits, err));
    TRY(room_tlp(&visit, e->tlp, &tlp, err));
    if (e->corrects_id) {
        struct sql_room_entry_raw_row *corrected = NULL;
        TRY(sql_room_entry_raw(db, w->actor, &arena,
                               &(struct sql_room_entry_raw_args){.id = e->corrects_id, .case_id = w->case_id},
                               &corrected, err));
        if (!corrected)
            return err_set(err, ERR_NOT_FOUND, "không có ghi chép được đính chính trong hồ sơ này");
        if (!room_word_is(room_entry_kinds, ROOM_ENTRY_KIND_COUNT, corrected->kind))
            return err_set(err, ERR_CONFLICT, "ghi chép này do chương trình tự ghi, không đính chính được");
        audience_bits = corrected->audience_bits; /* whoever read the one reads the other */
    }
    return case_record(db,
                       &(struct case_record){.case_id = w->case_id,
                                             .kind = arena_printf(&arena, "%.*s", STR_ARG(e->kind)).ptr,
                                             .text = str_trim(e->text),
                                             .at_ms = e->at_ms,
                                             .audience_bits = audience_bits,
                                             .tlp = tlp,
                                             .corrects_id = e->corrects_id,
                                             .amount_vnd = e->amount_vnd,
                                             .by_person = w->actor->person_id,
                                             .by_unit_id = visit.standing.unit_id,
                                             .once_key = e->once_key},
                       &w->id, NULL, err);
}

enum err_code room_write(struct db *db, const struct actor *actor, int64_t case_id, const struct room_entry *entry,
                         int64_t *ret_id, struct err *err)
{
    struct writing w = {.actor = actor, .case_id = case_id, .entry = entry};
    TRY(check_entry(db, entry, err));
    TRY(db_transact(db, write_in_transaction, &w, err));
    *ret_id = w.id;
    return ERR_NONE;
}

enum err_code room_entries(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                           int64_t before_id, int64_t limit_count, struct sql_room_entry_rows_rows *ret_rows,
                           struct err *err)
{
    return sql_room_entry_rows(db, actor, arena,
                               &(struct sql_room_entry_rows_args){.case_id = case_id,
                                                                  .before_id = before_id ? before_id : INT64_MAX,
                                                                  .limit_count = limit_count},
                               ret_rows, err);
}

enum err_code room_entries_after(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                                 int64_t after_id, int64_t limit_count, struct sql_room_entry_after_rows *ret_rows,
                                 struct err *err)
{
    return sql_room_entry_after(
        db, actor, arena,
        &(struct sql_room_entry_after_args){.case_id = case_id, .after_id = after_id, .limit_count = limit_count},
        ret_rows, err);
}

enum err_code room_cost(struct db *db, const struct actor *actor, int64_t case_id, int64_t *ret_vnd, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct sql_room_cost_sum_row *row = NULL;
    TRY(sql_room_cost_sum(db, actor, &arena, &(struct sql_room_cost_sum_args){.case_id = case_id}, &row, err));
    *ret_vnd = row ? row->vnd : 0;
    return ERR_NONE;
}
