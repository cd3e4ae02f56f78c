#include "incident/party.h"

#include "incident/incident.h"
#include "incident/record.h"
#include "org/access.h"

const struct party_word party_parts[PARTY_PART_COUNT] = {
    [PARTY_LEAD] = {STR_INIT("lead"), STR_INIT("Chủ trì xử lý"), STR_INIT("Leads"), AUDIENCE_ALL, true},
    [PARTY_OWN] = {STR_INIT("own"), STR_INIT("Đơn vị bị sự cố"), STR_INIT("Affected unit"), AUDIENCE_OWN, true},
    [PARTY_HELP] = {STR_INIT("help"), STR_INIT("Phối hợp xử lý"), STR_INIT("Helps"), AUDIENCE_ALL, true},
    [PARTY_PROVIDER] = {STR_INIT("provider"), STR_INIT("Doanh nghiệp"), STR_INIT("Enterprise"), AUDIENCE_PROVIDER,
                        true},
    [PARTY_POLICE] = {STR_INIT("police"), STR_INIT("Công an"), STR_INIT("Police"), AUDIENCE_POLICE, true},
    [PARTY_OBSERVER] = {STR_INIT("observer"), STR_INIT("Được xem"), STR_INIT("May look"), AUDIENCE_OTHER, false},
};

bool party_part_of(struct str id, enum party_part *ret_part)
{
    for (size_t i = 0; i < PARTY_PART_COUNT; i++)
        if (str_equal(party_parts[i].id, id)) {
            *ret_part = (enum party_part)i;
            return true;
        }
    return false;
}

enum err_code party_standing(struct db *db, const struct actor *actor, int64_t case_id,
                             struct party_standing *ret_standing, struct err *err)
{
    if (actor->all) {
        *ret_standing = (struct party_standing){PARTY_LEAD, 0, AUDIENCE_ALL};
        return ERR_NONE;
    }
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct sql_party_standing_rows_rows rows;
    TRY(sql_party_standing_rows(db, actor, &arena, &(struct sql_party_standing_rows_args){.case_id = case_id}, &rows,
                                err));
    struct party_standing out = {PARTY_OBSERVER, 0, 0};
    for (size_t i = 0; i < rows.count; i++) {
        enum party_part part;
        if (!party_part_of(rows.items[i].part, &part))
            continue;
        if (!out.unit_id || part < out.part) {
            out.part = part;
            out.unit_id = rows.items[i].unit_id;
        }
        out.view_bits |= rows.items[i].view_bits;
    }
    if (!out.unit_id)
        return err_set(err, ERR_DENIED, "hồ sơ sự cố này chỉ dành cho các bên tham gia");
    *ret_standing = out;
    return ERR_NONE;
}

enum err_code party_require(struct db *db, const struct actor *actor, int64_t case_id, bool needs_lead,
                            struct party_standing *ret_standing, struct err *err)
{
    TRY(party_standing(db, actor, case_id, ret_standing, err));
    if (needs_lead && ret_standing->part != PARTY_LEAD)
        return err_set(err, ERR_DENIED, "việc này do bên chủ trì xử lý làm");
    if (!party_parts[ret_standing->part].may_write)
        return err_set(err, ERR_DENIED, "trong hồ sơ này chỉ được xem");
    return ERR_NONE;
}

enum err_code party_put(struct db *db, int64_t case_id, int64_t unit_id, int64_t person_id, enum party_part part,
                        struct str reason, int64_t by_person, struct err *err)
{
    return sql_party_insert(db,
                            &(struct sql_party_insert_args){
                                .id = db_id(db),
                                .case_id = case_id,
                                .unit_id = unit_id,
                                .person_id = {person_id != 0, person_id},
                                .part = party_parts[part].id,
                                .view_bits = party_parts[part].view_bits,
                                .from_day = db_today(db),
                                .to_day = CIVIL_FOREVER,
                                .reason = str_is_empty(reason) ? STR_NONE : reason,
                                .by_person = {by_person != 0, by_person},
                                .at_ms = db_now_ms(db),
                            },
                            err);
}

struct changing {
    const struct actor *actor;
    int64_t case_id;
    int64_t member_id; /* to end */
    int64_t unit_id, person_id;
    enum party_part part;
    struct str reason;
};

static enum err_code note(struct db *db, const struct changing *c, const struct party_standing *standing,
                          const char *kind, int64_t unit_id, struct arena *arena, struct err *err)
{
    struct str detail = arena_printf(arena, "{\"unit\":\"%lld\",\"person\":\"%lld\",\"part\":\"%.*s\"}",
                                     (long long)unit_id, (long long)c->person_id, STR_ARG(party_parts[c->part].id));
    if (str_is_null(detail))
        return arena_full(arena, err);
    return case_record(db,
                       &(struct case_record){.case_id = c->case_id,
                                             .kind = kind,
                                             .text = c->reason,
                                             .detail_json = detail,
                                             .audience_bits = AUDIENCE_ALL,
                                             .by_person = c->actor->person_id,
                                             .by_unit_id = standing->unit_id},
                       NULL, NULL, err);
}

static enum err_code add_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct changing *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct party_standing standing;
    TRY(incident_hold(db, c->case_id, err));
    TRY(party_require(db, c->actor, c->case_id, true, &standing, err));
    struct sql_party_same_row *same = NULL;
    TRY(sql_party_same(db, &arena,
                       &(struct sql_party_same_args){.case_id = c->case_id,
                                                     .unit_id = c->unit_id,
                                                     .person_id = c->person_id,
                                                     .part = party_parts[c->part].id,
                                                     .on_day = db_today(db)},
                       &same, err));
    if (same && same->n)
        return err_set(err, ERR_CONFLICT, "đã có trong hồ sơ với phần việc này");
    struct sql_party_reachable_row *reach = NULL;
    TRY(sql_party_reachable(db, &arena,
                            &(struct sql_party_reachable_args){.unit_id = c->unit_id,
                                                               .person_id = c->person_id,
                                                               .right_bits = (int64_t)RIGHT_INCIDENT,
                                                               .on_day = db_today(db)},
                            &reach, err));
    if (!reach || !reach->n)
        return err_set(err, ERR_CONFLICT,
                       c->person_id
                           ? "người này không có quyền xử lý sự cố ở đơn vị ấy"
                           : "đơn vị này chưa có ai được giao xử lý sự cố: mời người trước, rồi thêm vào hồ sơ");
    TRY(party_put(db, c->case_id, c->unit_id, c->person_id, c->part, c->reason, c->actor->person_id, err));
    return note(db, c, &standing, "party_added", c->unit_id, &arena, err);
}

enum err_code party_add(struct db *db, const struct actor *actor, int64_t case_id, int64_t unit_id, int64_t person_id,
                        enum party_part part, struct str reason, struct err *err)
{
    struct changing c = {.actor = actor,
                         .case_id = case_id,
                         .unit_id = unit_id,
                         .person_id = person_id,
                         .part = part,
                         .reason = str_trim(reason)};
    if (str_is_empty(c.reason))
        return err_set(err, ERR_SYNTAX, "cần nêu lý do");
    return db_transact(db, add_in_transaction, &c, err);
}

static enum err_code end_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct changing *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct party_standing standing;
    TRY(incident_hold(db, c->case_id, err));
    TRY(party_require(db, c->actor, c->case_id, true, &standing, err));
    struct sql_party_raw_row *row = NULL;
    TRY(sql_party_raw(db, &arena,
                      &(struct sql_party_raw_args){.id = c->member_id, .case_id = c->case_id, .on_day = db_today(db)},
                      &row, err));
    if (!row || !party_part_of(row->part, &c->part))
        return err_set(err, ERR_NOT_FOUND, "không có bên này trong hồ sơ");
    if (c->part == PARTY_LEAD && row->n_lead == 1)
        return err_set(err, ERR_CONFLICT, "hồ sơ phải có bên chủ trì: thêm bên khác chủ trì trước");
    if (c->part == PARTY_OWN)
        return err_set(err, ERR_CONFLICT, "đơn vị bị sự cố luôn ở trong hồ sơ của mình");
    int64_t changes = 0;
    TRY(sql_party_close(db,
                        &(struct sql_party_close_args){.id = row->id, .case_id = c->case_id, .to_day = db_today(db)},
                        &changes, err));
    must(changes == 1); /* the case is held */
    c->person_id = row->person_id.v;
    return note(db, c, &standing, "party_ended", row->unit_id, &arena, err);
}

enum err_code party_end(struct db *db, const struct actor *actor, int64_t case_id, int64_t member_id, struct str reason,
                        struct err *err)
{
    struct changing c = {.actor = actor, .case_id = case_id, .member_id = member_id, .reason = str_trim(reason)};
    if (str_is_empty(c.reason))
        return err_set(err, ERR_SYNTAX, "cần nêu lý do");
    return db_transact(db, end_in_transaction, &c, err);
}

enum err_code party_list(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                         struct sql_party_rows_rows *ret_rows, struct err *err)
{
    return sql_party_rows(db, actor, arena, &(struct sql_party_rows_args){.case_id = case_id, .on_day = db_today(db)},
                          ret_rows, err);
}

enum err_code party_people(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                           struct sql_party_people_rows_rows *ret_rows, struct err *err)
{
    return sql_party_people_rows(db, actor, arena,
                                 &(struct sql_party_people_rows_args){.case_id = case_id, .on_day = db_today(db)},
                                 ret_rows, err);
}
