#include "incident/room_parts.h"

#define TITLE_LETTERS ((size_t)200)

const struct incident_word room_task_kinds[ROOM_TASK_KIND_COUNT] = {
    {STR_INIT("task"), STR_INIT("Việc"), STR_INIT("Task")},
    {STR_INIT("contain"), STR_INIT("Khoanh lại"), STR_INIT("Contain")},
    {STR_INIT("repair"), STR_INIT("Khắc phục"), STR_INIT("Repair")},
    {STR_INIT("hunt"), STR_INIT("Săn lùng"), STR_INIT("Hunt")},
    {STR_INIT("lesson"), STR_INIT("Rút kinh nghiệm"), STR_INIT("Lesson")},
    {STR_INIT("step"), STR_INIT("Bước của phương án"), STR_INIT("Step of the plan")},
};

struct tasking {
    const struct actor *actor;
    int64_t case_id, task_id;
    const struct room_task *task;
    struct str words;
    int64_t unit_id, person_id;
    enum { TASK_DONE, TASK_REOPEN, TASK_DROP } what;
    int64_t id;
};

static bool is_pair(struct str kind)
{
    return str_equal(kind, STR("repair")) || str_equal(kind, STR("hunt"));
}

/* The unit stands in the case, the person is of it and holds the right; a task is for the team and for whoever does it.
 */
static enum err_code check_owner(struct db *db, struct arena *arena, int64_t case_id, int64_t unit_id,
                                 int64_t person_id, int64_t *ret_audience_bits, struct err *err)
{
    struct sql_room_stands_rows rows;
    TRY(sql_room_stands(db, arena,
                        &(struct sql_room_stands_args){.case_id = case_id,
                                                       .unit_id = unit_id,
                                                       .person_id = person_id,
                                                       .right_bits = (int64_t)RIGHT_INCIDENT,
                                                       .on_day = db_today(db)},
                        &rows, err));
    if (!rows.count)
        return err_set(err, ERR_CONFLICT,
                       person_id ? "người này không ở trong hồ sơ: thêm vào hồ sơ trước khi giao việc"
                                 : "đơn vị này không ở trong hồ sơ: thêm vào hồ sơ trước khi giao việc");
    int64_t bits = AUDIENCE_TEAM;
    for (size_t i = 0; i < rows.count; i++)
        bits |= rows.items[i].view_bits == AUDIENCE_ALL ? AUDIENCE_USUAL : rows.items[i].view_bits;
    *ret_audience_bits = bits;
    return ERR_NONE;
}

static enum err_code put_task(struct db *db, const struct room_visit *visit, const struct room_task *task, int64_t id,
                              struct str kind, int64_t pair_id, int64_t sort_no, int64_t unit_id, int64_t audience_bits,
                              struct err *err)
{
    return sql_room_task_insert(db,
                                &(struct sql_room_task_insert_args){
                                    .id = id,
                                    .case_id = visit->case_id,
                                    .kind = kind,
                                    .pair_id = {pair_id != 0, pair_id},
                                    .title = str_trim(task->title),
                                    .text = str_is_empty(task->text) ? STR_NONE : task->text,
                                    .unit_id = unit_id,
                                    .person_id = {task->person_id != 0, task->person_id},
                                    .due_ms = {task->due_ms != 0, task->due_ms},
                                    .sort_no = sort_no,
                                    .audience_bits = audience_bits,
                                    .opened_ms = db_now_ms(db),
                                    .opened_by = {visit->actor->person_id != 0, visit->actor->person_id},
                                },
                                err);
}

static enum err_code open_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct tasking *k = ctx;
    const struct room_task *task = k->task;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct room_visit visit;
    TRY(room_enter(db, &arena, k->actor, k->case_id, true, &visit, err));
    int64_t unit_id = task->unit_id ? task->unit_id : visit.standing.unit_id, audience_bits;
    if (unit_id != visit.standing.unit_id && visit.standing.part != PARTY_LEAD && visit.standing.part != PARTY_HELP)
        return err_set(err, ERR_DENIED, "chỉ bên chủ trì và phối hợp giao việc cho bên khác");
    TRY(check_owner(db, &arena, k->case_id, unit_id, task->person_id, &audience_bits, err));
    struct sql_room_task_last_row *last = NULL;
    TRY(sql_room_task_last(db, &arena, &(struct sql_room_task_last_args){.case_id = k->case_id}, &last, err));
    must(last);
    k->id = db_id(db);
    int64_t other_id = is_pair(task->kind) ? db_id(db) : 0;
    TRY(put_task(db, &visit, task, k->id, task->kind, other_id, last->sort_no + 1, unit_id, audience_bits, err));
    if (other_id) /* CT18-2f: at the same time, not one after the other */
        TRY(put_task(db, &visit, task, other_id, str_equal(task->kind, STR("hunt")) ? STR("repair") : STR("hunt"),
                     k->id, last->sort_no + 2, unit_id, audience_bits, err));
    struct str detail = arena_printf(&arena, "{\"task\":\"%lld\",\"kind\":\"%.*s\",\"unit\":\"%lld\"}",
                                     (long long)k->id, STR_ARG(task->kind), (long long)unit_id);
    if (str_is_null(detail))
        return arena_full(&arena, err);
    return room_note(db, &visit, "task_opened", str_trim(task->title), detail, audience_bits, err);
}

enum err_code room_task_open(struct db *db, const struct actor *actor, int64_t case_id, const struct room_task *task,
                             int64_t *ret_id, struct err *err)
{
    struct tasking k = {.actor = actor, .case_id = case_id, .task = task};
    if (!room_word_is(room_task_kinds, ROOM_TASK_KIND_COUNT, task->kind))
        return err_set(err, ERR_SYNTAX, "không có loại việc '%.*s'", STR_ARG(task->kind));
    if (str_is_empty(str_trim(task->title)))
        return err_set(err, ERR_SYNTAX, "chưa ghi là việc gì");
    if (utf8_count(task->title) > TITLE_LETTERS)
        return err_set(err, ERR_LIMIT, "tên gọi dài quá %zu ký tự", TITLE_LETTERS);
    if (task->text.len_bytes > ROOM_TEXT_BYTES)
        return err_set(err, ERR_LIMIT, "dài quá %zu kB", ROOM_TEXT_BYTES >> 10);
    TRY(db_transact(db, open_in_transaction, &k, err));
    *ret_id = k.id;
    return ERR_NONE;
}

/* Whoever has it, whoever leads or helps. */
static enum err_code find_task(struct db *db, struct arena *arena, const struct tasking *k,
                               const struct room_visit *visit, struct sql_room_task_raw_row **ret_task, struct err *err)
{
    struct sql_room_task_raw_row *task = NULL;
    TRY(sql_room_task_raw(db, arena, &(struct sql_room_task_raw_args){.id = k->task_id, .case_id = k->case_id}, &task,
                          err));
    if (!task || !(task->audience_bits & visit->standing.view_bits))
        return err_set(err, ERR_NOT_FOUND, "không có việc này trong hồ sơ");
    bool is_team = visit->standing.part == PARTY_LEAD || visit->standing.part == PARTY_HELP;
    if (!is_team && task->unit_id != visit->standing.unit_id)
        return err_set(err, ERR_DENIED, "việc này của đơn vị khác");
    *ret_task = task;
    return ERR_NONE;
}

static enum err_code move_in_transaction(struct db *db, void *ctx, struct err *err)
{
    static const struct {
        const char *from, *to, *kind;
    } moves[] = {[TASK_DONE] = {"open", "done", "task_done"},
                 [TASK_REOPEN] = {"done", "open", "task_reopened"},
                 [TASK_DROP] = {"open", "dropped", "task_dropped"}};
    struct tasking *k = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct room_visit visit;
    struct sql_room_task_raw_row *task;
    TRY(room_enter(db, &arena, k->actor, k->case_id, true, &visit, err));
    TRY(find_task(db, &arena, k, &visit, &task, err));
    bool needs_words = is_pair(task->kind) || str_equal(task->kind, STR("contain")) || k->what != TASK_DONE;
    if (needs_words && str_is_empty(k->words)) {
        if (k->what != TASK_DONE)
            return err_set(err, ERR_SYNTAX, "cần nêu lý do");
        return str_equal(task->kind, STR("hunt"))
                   ? err_set(err, ERR_SYNTAX, "cần ghi đã săn lùng những gì, ở đâu, kết quả ra sao")
                   : err_set(err, ERR_SYNTAX, "cần ghi đã làm gì");
    }
    if (k->what == TASK_DROP && is_pair(task->kind))
        return err_set(err, ERR_CONFLICT, "khắc phục và săn lùng không bỏ được: phải xong cả hai (CT18-2f)");
    bool is_done = k->what == TASK_DONE;
    int64_t changes = 0;
    TRY(sql_room_task_put(db,
                          &(struct sql_room_task_put_args){
                              .id = task->id,
                              .from_state = str_from_cstr(moves[k->what].from),
                              .state = str_from_cstr(moves[k->what].to),
                              .result = k->what == TASK_REOPEN || str_is_empty(k->words) ? STR_NONE : k->words,
                              .done_ms = {is_done, db_now_ms(db)},
                              .done_by = {is_done && k->actor->person_id != 0, k->actor->person_id},
                          },
                          &changes, err));
    if (!changes)
        return k->what == TASK_REOPEN ? err_set(err, ERR_CONFLICT, "việc này chưa xong, không cần mở lại")
                                      : err_set(err, ERR_CONFLICT, "việc này đã xong hoặc đã bỏ");
    struct str detail = arena_printf(&arena, "{\"task\":\"%lld\",\"kind\":\"%.*s\"}", (long long)task->id,
                                     STR_ARG(task->kind)),
               text = str_is_empty(k->words)
                          ? task->title
                          : arena_printf(&arena, "%.*s: %.*s", STR_ARG(task->title), STR_ARG(k->words));
    if (str_is_null(detail) || str_is_null(text))
        return arena_full(&arena, err);
    return room_note(db, &visit, moves[k->what].kind, text, detail, task->audience_bits, err);
}

enum err_code room_task_done(struct db *db, const struct actor *actor, int64_t case_id, int64_t task_id,
                             struct str result, struct err *err)
{
    struct tasking k = {
        .actor = actor, .case_id = case_id, .task_id = task_id, .words = str_trim(result), .what = TASK_DONE};
    return db_transact(db, move_in_transaction, &k, err);
}

enum err_code room_task_reopen(struct db *db, const struct actor *actor, int64_t case_id, int64_t task_id,
                               struct str reason, struct err *err)
{
    struct tasking k = {
        .actor = actor, .case_id = case_id, .task_id = task_id, .words = str_trim(reason), .what = TASK_REOPEN};
    return db_transact(db, move_in_transaction, &k, err);
}

enum err_code room_task_drop(struct db *db, const struct actor *actor, int64_t case_id, int64_t task_id,
                             struct str reason, struct err *err)
{
    struct tasking k = {
        .actor = actor, .case_id = case_id, .task_id = task_id, .words = str_trim(reason), .what = TASK_DROP};
    return db_transact(db, move_in_transaction, &k, err);
}

static enum err_code give_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct tasking *k = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct room_visit visit;
    struct sql_room_task_raw_row *task;
    TRY(room_enter(db, &arena, k->actor, k->case_id, true, &visit, err));
    TRY(find_task(db, &arena, k, &visit, &task, err));
    int64_t audience_bits;
    TRY(check_owner(db, &arena, k->case_id, k->unit_id, k->person_id, &audience_bits, err));
    if (task->unit_id != k->unit_id && visit.standing.part != PARTY_LEAD && visit.standing.part != PARTY_HELP)
        return err_set(err, ERR_DENIED, "chỉ bên chủ trì và phối hợp giao việc cho bên khác");
    if (!str_equal(task->state, STR("open")))
        return err_set(err, ERR_CONFLICT, "việc này đã xong hoặc đã bỏ");
    TRY(sql_room_task_put_owner(
        db,
        &(struct sql_room_task_put_owner_args){.id = task->id,
                                               .unit_id = k->unit_id,
                                               .person_id = {k->person_id != 0, k->person_id},
                                               .audience_bits = audience_bits | task->audience_bits},
        err));
    struct str detail = arena_printf(&arena, "{\"task\":\"%lld\",\"unit\":\"%lld\",\"person\":\"%lld\"}",
                                     (long long)task->id, (long long)k->unit_id, (long long)k->person_id);
    if (str_is_null(detail))
        return arena_full(&arena, err);
    return room_note(db, &visit, "task_given", task->title, detail, audience_bits | task->audience_bits, err);
}

enum err_code room_task_give(struct db *db, const struct actor *actor, int64_t case_id, int64_t task_id,
                             int64_t unit_id, int64_t person_id, struct err *err)
{
    struct tasking k = {
        .actor = actor, .case_id = case_id, .task_id = task_id, .unit_id = unit_id, .person_id = person_id};
    return db_transact(db, give_in_transaction, &k, err);
}

enum err_code room_tasks(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                         struct sql_room_task_rows_rows *ret_rows, struct err *err)
{
    return sql_room_task_rows(
        db, actor, arena, &(struct sql_room_task_rows_args){.case_id = case_id, .on_day = db_today(db)}, ret_rows, err);
}
