#include "duty/visit.h"

#include "duty/act.h"
#include "duty/notice.h"
#include "org/access.h"

#define VISIT_ARENA_BYTES    (1u << 20)
#define VISIT_TEXT_MAX_BYTES (100u << 10)

struct planning {
    const struct actor *actor;
    const struct visit_draft *draft;
    int64_t id;
};

static enum err_code tell_unit(struct db *db, struct arena *arena, int64_t unit_id, int64_t visit_id, civil_day day,
                               const char *what, struct err *err)
{
    char text[CIVIL_TEXT_BYTES];
    struct str line = arena_printf(arena, "%s ngày %s", what, civil_vn(day, text));
    struct str link = arena_printf(arena, "/visit/%lld", (long long)visit_id);
    if (str_is_null(line) || str_is_null(link))
        return arena_full(arena, err);
    return notice_add_roles(db, unit_id, STR(" unit_head focal_officer "), STR("visit"), line, link, err);
}

static enum err_code plan_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct planning *p = ctx;
    const struct visit_draft *draft = p->draft;
    AUTO_ARENA arena;
    arena_init(&arena, VISIT_ARENA_BYTES);
    TRY(access_require(db, p->actor, RIGHT_EXECUTE, draft->by_unit_id, "plan a visit for this unit", err));
    TRY(access_require(db, p->actor, RIGHT_REVIEW, draft->unit_id, "visit this unit", err));
    if (draft->unit_id == draft->by_unit_id)
        return err_set(err, ERR_SYNTAX, "đơn vị không tự kiểm tra chính mình");
    if (draft->planned_day == CIVIL_NONE)
        return err_set(err, ERR_SYNTAX, "cần có ngày kiểm tra dự kiến");
    if (draft->people.len_bytes > VISIT_TEXT_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "danh sách người đi quá dài");
    p->id = db_id(db);
    TRY(sql_visit_insert(db,
                         &(struct sql_visit_insert_args){
                             .id = p->id,
                             .unit_id = draft->unit_id,
                             .by_unit_id = draft->by_unit_id,
                             .directive_id = {draft->directive_id != 0, draft->directive_id},
                             .planned_day = draft->planned_day,
                             .people = str_is_null(draft->people) ? STR("") : str_trim(draft->people),
                             .by_person = {p->actor->person_id != 0, p->actor->person_id},
                             .at_ms = db_now_ms(db),
                         },
                         err));
    TRY(tell_unit(db, &arena, draft->unit_id, p->id, draft->planned_day, "Cấp trên sẽ kiểm tra", err));
    char day[CIVIL_TEXT_BYTES];
    const struct act_field fields[] = {ACT_ID("by_unit", draft->by_unit_id), ACT_ID("directive", draft->directive_id),
                                       ACT_TEXT("planned", str_from_cstr(civil_iso(draft->planned_day, day)))};
    return act_record(db, p->actor,
                      &(struct act){"visit_planned", "visit", p->id, draft->unit_id, fields, ARRAY_LEN(fields)}, err);
}

enum err_code visit_plan(struct db *db, const struct actor *actor, const struct visit_draft *draft, int64_t *ret_id,
                         struct err *err)
{
    struct planning planning = {actor, draft, 0};
    if (db_transact(db, plan_in_transaction, &planning, err) != ERR_NONE)
        return err->code;
    *ret_id = planning.id;
    return ERR_NONE;
}

struct changing {
    const struct actor *actor;
    int64_t id;
    enum { CHANGE_MOVE, CHANGE_FINISH, CHANGE_CANCEL } what;
    civil_day day;
    struct str reason;
    const struct visit_result *result;
};

static enum err_code check_result(struct db *db, const struct visit_result *r, struct err *err)
{
    if (r->done_day == CIVIL_NONE || r->done_day > db_today(db))
        return err_set(err, ERR_SYNTAX, "ngày kiểm tra không thể ở sau hôm nay");
    if (str_is_empty(str_trim(r->minutes)))
        return err_set(err, ERR_SYNTAX, "cần có nội dung biên bản");
    if (str_is_empty(str_trim(r->conclusion)))
        return err_set(err, ERR_SYNTAX, "cần có kết luận");
    if (r->minutes.len_bytes > VISIT_TEXT_MAX_BYTES || r->conclusion.len_bytes > VISIT_TEXT_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "biên bản, kết luận dài nhất %u kB", VISIT_TEXT_MAX_BYTES >> 10);
    return ERR_NONE;
}

static enum err_code change_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct changing *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, VISIT_ARENA_BYTES);
    struct sql_visit_raw_row *v = NULL;
    TRY(sql_visit_raw(db, &arena, &(struct sql_visit_raw_args){.id = c->id}, &v, err));
    if (!v)
        return err_set(err, ERR_NOT_FOUND, "không có cuộc kiểm tra này");
    TRY(access_require(db, c->actor, RIGHT_EXECUTE, v->by_unit_id, "change this visit", err));
    TRY(access_require(db, c->actor, RIGHT_REVIEW, v->unit_id, "visit this unit", err));
    const char *kind = "visit_moved";
    char day[CIVIL_TEXT_BYTES];
    int64_t changes = 0;
    switch (c->what) {
    case CHANGE_MOVE:
        if (c->day == CIVIL_NONE || str_is_empty(str_trim(c->reason)))
            return err_set(err, ERR_SYNTAX, "đổi ngày cần có ngày mới và lý do");
        TRY(sql_visit_set_planned(db, &(struct sql_visit_set_planned_args){.id = v->id, .planned_day = c->day},
                                  &changes, err));
        if (changes == 1)
            TRY(tell_unit(db, &arena, v->unit_id, v->id, c->day, "Cuộc kiểm tra chuyển sang", err));
        break;
    case CHANGE_FINISH:
        TRY(check_result(db, c->result, err));
        kind = "visit_held";
        TRY(sql_visit_set_done(
            db,
            &(struct sql_visit_set_done_args){
                .id = v->id,
                .done_day = c->result->done_day,
                .people = str_is_empty(str_trim(c->result->people)) ? v->people : str_trim(c->result->people),
                .minutes = str_trim(c->result->minutes),
                .conclusion = str_trim(c->result->conclusion),
                .file_sha256 = c->result->file_sha256,
            },
            &changes, err));
        if (changes == 1)
            TRY(tell_unit(db, &arena, v->unit_id, v->id, c->day, "Đã có kết luận kiểm tra", err));
        break;
    case CHANGE_CANCEL:
        if (str_is_empty(str_trim(c->reason)))
            return err_set(err, ERR_SYNTAX, "cần nêu lý do");
        kind = "visit_cancelled";
        TRY(sql_visit_set_cancelled(db,
                                    &(struct sql_visit_set_cancelled_args){.id = v->id,
                                                                           .cancelled_ms = db_now_ms(db),
                                                                           .cancel_reason = str_trim(c->reason)},
                                    &changes, err));
        break;
    }
    if (changes != 1)
        return err_set(err, ERR_CONFLICT, "cuộc kiểm tra này đã kết thúc hoặc đã hủy");
    const struct act_field fields[] = {ACT_TEXT("day", str_from_cstr(civil_iso(c->day, day))),
                                       ACT_TEXT("reason", str_trim(c->reason)),
                                       ACT_TEXT("conclusion", c->result ? str_trim(c->result->conclusion) : STR_NONE)};
    return act_record(db, c->actor, &(struct act){kind, "visit", v->id, v->unit_id, fields, ARRAY_LEN(fields)}, err);
}

enum err_code visit_move(struct db *db, const struct actor *actor, int64_t id, civil_day planned_day, struct str reason,
                         struct err *err)
{
    struct changing changing = {.actor = actor, .id = id, .what = CHANGE_MOVE, .day = planned_day, .reason = reason};
    return db_transact(db, change_in_transaction, &changing, err);
}

enum err_code visit_finish(struct db *db, const struct actor *actor, const struct visit_result *result, struct err *err)
{
    struct changing changing = {
        .actor = actor, .id = result->visit_id, .what = CHANGE_FINISH, .day = result->done_day, .result = result};
    return db_transact(db, change_in_transaction, &changing, err);
}

enum err_code visit_cancel(struct db *db, const struct actor *actor, int64_t id, struct str reason, struct err *err)
{
    struct changing changing = {.actor = actor, .id = id, .what = CHANGE_CANCEL, .day = CIVIL_NONE, .reason = reason};
    return db_transact(db, change_in_transaction, &changing, err);
}
