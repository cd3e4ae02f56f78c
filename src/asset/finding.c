#include "asset/finding.h"

#include "base/viet.h"
#include "format/json.h"
#include "org/access.h"
#include "proof/chain.h"

#include "asset/device.sql.h"

#define FINDING_ARENA_BYTES (4u << 20)

const struct finding_word finding_kinds[FINDING_KIND_COUNT] = {
    {STR_INIT("vulnerability"), STR_INIT("Lỗ hổng"), STR_INIT("Vulnerability")},
    {STR_INIT("misconfiguration"), STR_INIT("Cấu hình sai"), STR_INIT("Misconfiguration")},
    {STR_INIT("exposure"), STR_INIT("Lộ lọt ra Internet"), STR_INIT("Exposure")},
    {STR_INIT("drill"), STR_INIT("Phát hiện khi diễn tập"), STR_INIT("Found in a drill")},
    {STR_INIT("hunt"), STR_INIT("Phát hiện khi săn lùng"), STR_INIT("Found in a hunt")},
    {STR_INIT("camera"), STR_INIT("Camera"), STR_INIT("Camera")},
};
const struct finding_word finding_severities[4] = {
    {STR_INIT("critical"), STR_INIT("Nghiêm trọng"), STR_INIT("Critical")},
    {STR_INIT("high"), STR_INIT("Cao"), STR_INIT("High")},
    {STR_INIT("medium"), STR_INIT("Trung bình"), STR_INIT("Medium")},
    {STR_INIT("low"), STR_INIT("Thấp"), STR_INIT("Low")},
};

static bool has_word(const struct finding_word *words, size_t count, struct str id)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(words[i].id, id))
            return true;
    return false;
}

/* Everything done to a finding stands twice: in finding_event for people to read, in the chain so that nobody can
 * change it. */
static enum err_code record(struct db *db, const struct actor *actor, int64_t finding_id, int64_t unit_id,
                            const char *what, struct str half, struct str text, int64_t evidence_id, struct err *err)
{
    TRY(sql_finding_event_insert(db,
                                 &(struct sql_finding_event_insert_args){
                                     .id = db_id(db),
                                     .finding_id = finding_id,
                                     .what = str_from_cstr(what),
                                     .half = str_is_empty(half) ? STR_NONE : half,
                                     .note = str_is_empty(text) ? STR_NONE : text,
                                     .evidence_id = {evidence_id != 0, evidence_id},
                                     .by_person = {actor->person_id != 0, actor->person_id},
                                     .at_ms = db_now_ms(db),
                                 },
                                 err));
    AUTO_BUF buf;
    buf_init(&buf, 1u << 20);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    json_object_begin(&w);
    if (!str_is_empty(half))
        json_field_str(&w, STR("half"), half);
    if (!str_is_empty(text))
        json_field_str(&w, STR("note"), text);
    if (evidence_id)
        json_field_id(&w, STR("evidence"), evidence_id);
    json_object_end(&w);
    TRY(buf_check(&buf, err));
    char kind[64];
    int printed = snprintf(kind, sizeof kind, "finding_%s", what);
    must(printed > 0 && (size_t)printed < sizeof kind);
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_DUTY,
                                             .kind = kind,
                                             .object_kind = "finding",
                                             .object_id = finding_id,
                                             .unit_id = unit_id,
                                             .actor_id = actor->person_id,
                                             .content = buf_str(&buf)},
                        NULL, err);
}

static enum err_code require_work(struct db *db, const struct actor *actor, int64_t unit_id, struct err *err)
{
    bool may_hunt = false;
    TRY(access_has(db, actor, RIGHT_HUNT, unit_id, &may_hunt, err));
    return may_hunt ? ERR_NONE : access_require(db, actor, RIGHT_EXECUTE, unit_id, "work on findings", err);
}

/* --- opening --- */

struct opening {
    const struct actor *actor;
    const struct finding_draft *draft;
    int64_t id;
};

static enum err_code check_draft(struct db *db, struct arena *arena, const struct finding_draft *d, struct err *err)
{
    if (str_is_empty(str_trim(d->title)))
        return err_set(err, ERR_SYNTAX, "phát hiện cần có tên gọi");
    if (!has_word(finding_kinds, FINDING_KIND_COUNT, d->kind))
        return err_set(err, ERR_SYNTAX, "không có loại phát hiện '%.*s'", STR_ARG(d->kind));
    if (!has_word(finding_severities, ARRAY_LEN(finding_severities), d->severity))
        return err_set(err, ERR_SYNTAX, "không có mức '%.*s'", STR_ARG(d->severity));
    if (str_is_empty(d->source))
        return err_set(err, ERR_SYNTAX, "cần nêu nguồn của phát hiện");
    civil_day today = db_today(db), found = d->found_day == CIVIL_NONE ? today : d->found_day;
    if (found > today)
        return err_set(err, ERR_SYNTAX, "ngày phát hiện ở sau hôm nay");
    if (d->due_day != CIVIL_NONE && d->due_day < found)
        return err_set(err, ERR_SYNTAX, "hạn xử lý ở trước ngày phát hiện");
    if (d->system_id) {
        struct sql_asset_system_of_unit_row *row = NULL;
        TRY(sql_asset_system_of_unit(
            db, arena,
            &(struct sql_asset_system_of_unit_args){.id = d->system_id, .unit_id = d->unit_id, .on_day = today}, &row,
            err));
        if (!row)
            return err_set(err, ERR_NOT_FOUND, "hệ thống này không do đơn vị làm chủ quản hay vận hành");
    }
    if (d->device_id) {
        struct sql_finding_device_unit_row *row = NULL;
        TRY(sql_finding_device_unit(db, arena, &(struct sql_finding_device_unit_args){.id = d->device_id}, &row, err));
        if (!row || row->unit_id != d->unit_id)
            return err_set(err, ERR_NOT_FOUND, "thiết bị này không thuộc đơn vị");
    }
    return ERR_NONE;
}

static enum err_code open_task(struct db *db, int64_t finding_id, struct str half, struct err *err)
{
    return sql_finding_task_insert(
        db,
        &(struct sql_finding_task_insert_args){
            .id = db_id(db), .finding_id = finding_id, .half = half, .opened_ms = db_now_ms(db)},
        err);
}

static enum err_code open_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct opening *o = ctx;
    const struct finding_draft *d = o->draft;
    AUTO_ARENA arena;
    arena_init(&arena, FINDING_ARENA_BYTES);
    TRY(require_work(db, o->actor, d->unit_id, err));
    TRY(check_draft(db, &arena, d, err));
    struct str all = arena_printf(&arena, "%.*s %.*s %.*s", STR_ARG(d->title), STR_ARG(d->detail), STR_ARG(d->source));
    struct str search_key = viet_search_key(&arena, all);
    if (str_is_null(all) || str_is_null(search_key))
        return arena_full(&arena, err);
    o->id = db_id(db);
    TRY(sql_finding_insert(db,
                           &(struct sql_finding_insert_args){
                               .id = o->id,
                               .unit_id = d->unit_id,
                               .system_id = {d->system_id != 0, d->system_id},
                               .device_id = {d->device_id != 0, d->device_id},
                               .kind = d->kind,
                               .title = str_trim(d->title),
                               .detail = str_is_empty(d->detail) ? STR_NONE : d->detail,
                               .severity = d->severity,
                               .allows_control = d->allows_control,
                               .source = d->source,
                               .found_day = d->found_day == CIVIL_NONE ? db_today(db) : d->found_day,
                               .due_day = {d->due_day != CIVIL_NONE, d->due_day},
                               .opened_ms = db_now_ms(db),
                               .opened_by = {o->actor->person_id != 0, o->actor->person_id},
                               .search_key = search_key,
                               .is_sample = str_equal(d->source, STR("sample")),
                           },
                           err));
    TRY(open_task(db, o->id, FINDING_FIX, err));
    if (d->allows_control) /* CT18-2f: at the same time, not when the repair is done */
        TRY(open_task(db, o->id, FINDING_HUNT, err));
    return record(db, o->actor, o->id, d->unit_id, "opened", STR(""), str_trim(d->title), 0, err);
}

enum err_code finding_open(struct db *db, const struct actor *actor, const struct finding_draft *draft, int64_t *ret_id,
                           struct err *err)
{
    struct opening o = {.actor = actor, .draft = draft};
    TRY(db_transact(db, open_in_transaction, &o, err));
    *ret_id = o.id;
    return ERR_NONE;
}

/* --- working on it --- */

struct working {
    const struct actor *actor;
    int64_t finding_id;
    enum { WORK_CONTROL, WORK_DONE, WORK_TASK_REOPEN, WORK_CLOSE, WORK_REOPEN } what;
    struct str half;
    struct str note;
    int64_t evidence_id;
};

struct halves {
    bool has_hunt;
    bool is_fix_done;
    bool is_hunt_done;
};

static enum err_code read_halves(struct db *db, struct arena *arena, int64_t finding_id, struct halves *ret_halves,
                                 struct err *err)
{
    struct sql_finding_task_states_rows rows;
    TRY(sql_finding_task_states(db, arena, &(struct sql_finding_task_states_args){.finding_id = finding_id}, &rows,
                                err));
    struct halves h = {0};
    for (size_t i = 0; i < rows.count; i++) {
        bool is_done = str_equal(rows.items[i].state, STR("done"));
        if (str_equal(rows.items[i].half, FINDING_HUNT)) {
            h.has_hunt = true;
            h.is_hunt_done = is_done;
        } else {
            h.is_fix_done = is_done;
        }
    }
    *ret_halves = h;
    return ERR_NONE;
}

static enum err_code put_task(struct db *db, const struct working *w, struct str half, bool is_done, bool *ret_changed,
                              struct err *err)
{
    int64_t changes = 0;
    TRY(sql_finding_task_put(db,
                             &(struct sql_finding_task_put_args){
                                 .finding_id = w->finding_id,
                                 .half = half,
                                 .from_state = is_done ? STR("open") : STR("done"),
                                 .state = is_done ? STR("done") : STR("open"),
                                 .note = is_done ? w->note : STR_NONE,
                                 .evidence_id = {is_done && w->evidence_id != 0, w->evidence_id},
                                 .done_by = {is_done && w->actor->person_id != 0, w->actor->person_id},
                                 .done_ms = {is_done, db_now_ms(db)},
                             },
                             &changes, err));
    *ret_changed = changes == 1;
    return ERR_NONE;
}

static enum err_code open_again(struct db *db, const struct working *w, struct err *err)
{
    return sql_finding_put_closed(
        db, &(struct sql_finding_put_closed_args){.id = w->finding_id, .closed_ms = OPT_NONE, .closed_by = OPT_NONE},
        err);
}

static enum err_code work_control(struct db *db, const struct working *w, const struct sql_finding_row_row *row,
                                  struct err *err)
{
    if (row->allows_control)
        return err_set(err, ERR_CONFLICT, "phát hiện này đã được ghi nhận là cho phép chiếm quyền điều khiển");
    TRY(sql_finding_set_control(db, &(struct sql_finding_set_control_args){.id = row->id}, err));
    TRY(open_task(db, row->id, FINDING_HUNT, err));
    if (row->closed_ms.has)
        TRY(open_again(db, w, err));
    return record(db, w->actor, row->id, row->unit_id, "control", FINDING_HUNT, w->note, 0, err);
}

static enum err_code work_done(struct db *db, struct arena *arena, const struct working *w,
                               const struct sql_finding_row_row *row, struct err *err)
{
    if (str_equal(w->half, FINDING_FIX))
        TRY(access_require(db, w->actor, RIGHT_EXECUTE, row->unit_id, "repair in this unit", err));
    if (str_is_empty(w->note))
        return err_set(err, ERR_SYNTAX,
                       str_equal(w->half, FINDING_FIX) ? "cần ghi đã khắc phục thế nào"
                                                       : "cần ghi đã săn lùng những gì, ở đâu, kết quả ra sao");
    if (w->evidence_id) {
        struct sql_finding_evidence_row *evidence = NULL;
        TRY(sql_finding_evidence(db, arena, &(struct sql_finding_evidence_args){.id = w->evidence_id}, &evidence, err));
        if (!evidence || evidence->unit_id != row->unit_id)
            return err_set(err, ERR_NOT_FOUND, "không có bằng chứng này ở đơn vị");
        if (!str_equal(evidence->state, STR("accepted")) && !str_equal(evidence->state, STR("submitted")))
            return err_set(err, ERR_CONFLICT, "bằng chứng này đã bị trả lại hoặc rút");
    }
    if (row->closed_ms.has)
        return err_set(err, ERR_CONFLICT, "phát hiện này đã đóng");
    bool is_changed = false;
    TRY(put_task(db, w, w->half, true, &is_changed, err));
    if (!is_changed)
        return err_set(err, ERR_CONFLICT, "phần việc này đã xong hoặc không có ở phát hiện này");
    return record(db, w->actor, row->id, row->unit_id, "done", w->half, w->note, w->evidence_id, err);
}

static enum err_code work_close(struct db *db, struct arena *arena, const struct working *w,
                                const struct sql_finding_row_row *row, struct err *err)
{
    if (row->closed_ms.has)
        return err_set(err, ERR_CONFLICT, "phát hiện này đã đóng");
    struct halves h;
    TRY(read_halves(db, arena, row->id, &h, err));
    must(!row->allows_control || h.has_hunt); /* both were opened together */
    bool needs_hunt = row->allows_control && !h.is_hunt_done;
    if (!h.is_fix_done && needs_hunt)
        return err_set(err, ERR_CONFLICT,
                       "chưa đóng được: chưa khắc phục và chưa săn lùng; điểm yếu cho phép chiếm quyền phải làm đồng "
                       "thời cả hai (CT18-2f)");
    if (needs_hunt)
        return err_set(err, ERR_CONFLICT,
                       "chưa đóng được: đã khắc phục nhưng chưa săn lùng xem có ai đã vào hay chưa (CT18-2f)");
    if (!h.is_fix_done)
        return err_set(err, ERR_CONFLICT, "chưa đóng được: chưa khắc phục xong");
    TRY(sql_finding_put_closed(
        db,
        &(struct sql_finding_put_closed_args){.id = row->id,
                                              .closed_ms = OPT_I64(db_now_ms(db)),
                                              .closed_by = {w->actor->person_id != 0, w->actor->person_id}},
        err));
    return record(db, w->actor, row->id, row->unit_id, "closed", STR(""), w->note, 0, err);
}

static enum err_code work_reopen(struct db *db, const struct working *w, const struct sql_finding_row_row *row,
                                 struct err *err)
{
    bool is_whole = w->what == WORK_REOPEN, fix = false, hunt = false;
    if (str_is_empty(w->note))
        return err_set(err, ERR_SYNTAX, "cần nêu lý do mở lại");
    if (is_whole && !row->closed_ms.has)
        return err_set(err, ERR_CONFLICT, "phát hiện này đang mở");
    if (is_whole || str_equal(w->half, FINDING_FIX))
        TRY(put_task(db, w, FINDING_FIX, false, &fix, err));
    if (is_whole || str_equal(w->half, FINDING_HUNT))
        TRY(put_task(db, w, FINDING_HUNT, false, &hunt, err));
    if (!is_whole && !fix && !hunt)
        return err_set(err, ERR_CONFLICT, "phần việc này đang mở hoặc không có ở phát hiện này");
    if (row->closed_ms.has)
        TRY(open_again(db, w, err));
    return record(db, w->actor, row->id, row->unit_id, is_whole ? "reopened" : "task_reopened",
                  is_whole ? STR("") : w->half, w->note, 0, err);
}

static enum err_code work_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct working *w = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, FINDING_ARENA_BYTES);
    struct sql_finding_row_row *row = NULL;
    TRY(sql_finding_row(db, &arena, &(struct sql_finding_row_args){.id = w->finding_id}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "không có phát hiện này");
    TRY(require_work(db, w->actor, row->unit_id, err));
    switch (w->what) {
    case WORK_CONTROL:
        return work_control(db, w, row, err);
    case WORK_DONE:
        return work_done(db, &arena, w, row, err);
    case WORK_TASK_REOPEN:
    case WORK_REOPEN:
        return work_reopen(db, w, row, err);
    case WORK_CLOSE:
        return work_close(db, &arena, w, row, err);
    }
    must(!"a kind of work");
    return ERR_UNSUPPORTED;
}

static enum err_code work(struct db *db, struct working w, struct err *err)
{
    bool has_half = w.what == WORK_DONE || w.what == WORK_TASK_REOPEN;
    if (has_half && !str_equal(w.half, FINDING_FIX) && !str_equal(w.half, FINDING_HUNT))
        return err_set(err, ERR_SYNTAX, "không có phần việc '%.*s'", STR_ARG(w.half));
    w.note = str_trim(w.note);
    return db_transact(db, work_in_transaction, &w, err);
}

enum err_code finding_allows_control(struct db *db, const struct actor *actor, int64_t finding_id, struct str note,
                                     struct err *err)
{
    return work(db, (struct working){.actor = actor, .finding_id = finding_id, .what = WORK_CONTROL, .note = note},
                err);
}

enum err_code finding_task_done(struct db *db, const struct actor *actor, int64_t finding_id, struct str half,
                                struct str note, int64_t evidence_id, struct err *err)
{
    return work(db,
                (struct working){.actor = actor,
                                 .finding_id = finding_id,
                                 .what = WORK_DONE,
                                 .half = half,
                                 .note = note,
                                 .evidence_id = evidence_id},
                err);
}

enum err_code finding_task_reopen(struct db *db, const struct actor *actor, int64_t finding_id, struct str half,
                                  struct str note, struct err *err)
{
    return work(db,
                (struct working){
                    .actor = actor, .finding_id = finding_id, .what = WORK_TASK_REOPEN, .half = half, .note = note},
                err);
}

enum err_code finding_close(struct db *db, const struct actor *actor, int64_t finding_id, struct str note,
                            struct err *err)
{
    return work(db, (struct working){.actor = actor, .finding_id = finding_id, .what = WORK_CLOSE, .note = note}, err);
}

enum err_code finding_reopen(struct db *db, const struct actor *actor, int64_t finding_id, struct str note,
                             struct err *err)
{
    return work(db, (struct working){.actor = actor, .finding_id = finding_id, .what = WORK_REOPEN, .note = note}, err);
}

/* --- reading --- */

static struct str edge_of(struct str edge_kind)
{
    return str_is_empty(edge_kind) ? STR("administrative") : edge_kind;
}

static enum err_code search_pattern(struct arena *arena, struct str typed, struct str *ret_pattern, struct err *err)
{
    struct str pattern = STR_NONE, plain = str_trim(typed);
    if (!str_is_empty(plain)) {
        struct str key = viet_search_key(arena, plain);
        char *text = str_is_null(key) ? NULL : arena_alloc(arena, key.len_bytes + 2, 1);
        if (!text)
            return arena_full(arena, err);
        text[0] = text[key.len_bytes + 1] = '%';
        for (size_t i = 0; i < key.len_bytes; i++)
            text[i + 1] = strchr("%_\\", key.ptr[i]) ? '_' : key.ptr[i];
        pattern = (struct str){text, key.len_bytes + 2};
    }
    *ret_pattern = pattern;
    return ERR_NONE;
}

static struct str or_none(struct str text)
{
    return str_is_empty(text) ? STR_NONE : text;
}

enum err_code finding_list(struct db *db, const struct actor *asker, struct arena *arena,
                           const struct finding_filter *f, struct sql_finding_rows_rows *ret_rows, struct err *err)
{
    struct actor actor = actor_with(asker, RIGHT_ASSET_READ);
    struct str search;
    TRY(search_pattern(arena, f->search, &search, err));
    return sql_finding_rows(db, &actor, arena,
                            &(struct sql_finding_rows_args){
                                .root_id = f->root_id,
                                .edge_kind = edge_of(f->edge_kind),
                                .on_day = db_today(db),
                                .state = (int64_t)f->state,
                                .only_control = f->only_control,
                                .severity = or_none(f->severity),
                                .kind = or_none(f->kind),
                                .system_id = {f->system_id != 0, f->system_id},
                                .device_id = {f->device_id != 0, f->device_id},
                                .search = search,
                                .limit_count = f->limit_count,
                                .offset_count = f->offset_count,
                            },
                            ret_rows, err);
}

enum err_code finding_list_count(struct db *db, const struct actor *asker, struct arena *arena,
                                 const struct finding_filter *f, int64_t *ret_count, struct err *err)
{
    struct actor actor = actor_with(asker, RIGHT_ASSET_READ);
    struct str search;
    TRY(search_pattern(arena, f->search, &search, err));
    struct sql_finding_rows_count_row *row = NULL;
    TRY(sql_finding_rows_count(db, &actor, arena,
                               &(struct sql_finding_rows_count_args){
                                   .root_id = f->root_id,
                                   .edge_kind = edge_of(f->edge_kind),
                                   .on_day = db_today(db),
                                   .state = (int64_t)f->state,
                                   .only_control = f->only_control,
                                   .severity = or_none(f->severity),
                                   .kind = or_none(f->kind),
                                   .system_id = {f->system_id != 0, f->system_id},
                                   .device_id = {f->device_id != 0, f->device_id},
                                   .search = search,
                               },
                               &row, err));
    *ret_count = row ? row->n : 0;
    return ERR_NONE;
}

enum err_code finding_read(struct db *db, const struct actor *asker, struct arena *arena, int64_t finding_id,
                           struct finding_page *ret_page, struct err *err)
{
    struct actor actor = actor_with(asker, RIGHT_ASSET_READ);
    struct finding_page page = {0};
    TRY(sql_finding_get(db, &actor, arena, &(struct sql_finding_get_args){.id = finding_id, .on_day = db_today(db)},
                        &page.finding, err));
    if (!page.finding)
        return err_set(err, ERR_NOT_FOUND, "không có phát hiện này");
    TRY(sql_finding_tasks(db, &actor, arena, &(struct sql_finding_tasks_args){.finding_id = finding_id}, &page.tasks,
                          err));
    TRY(sql_finding_events(db, &actor, arena, &(struct sql_finding_events_args){.finding_id = finding_id}, &page.events,
                           err));
    *ret_page = page;
    return ERR_NONE;
}

static enum err_code require_sight(struct db *db, const struct actor *actor, struct arena *arena, int64_t unit_id,
                                   struct err *err)
{
    struct sql_asset_access_read_row *row = NULL;
    TRY(sql_asset_access_read(db, actor, arena, &(struct sql_asset_access_read_args){.unit_id = unit_id}, &row, err));
    return row ? ERR_NONE : err_set(err, ERR_DENIED, "not allowed to see the findings of this unit");
}

enum err_code finding_counts(struct db *db, const struct actor *asker, int64_t root_id, struct str edge_kind,
                             struct finding_count *ret_count, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, FINDING_ARENA_BYTES);
    struct actor actor = actor_with(asker, RIGHT_READ);
    TRY(require_sight(db, &actor, &arena, root_id, err));
    struct sql_finding_count_rows_row *r = NULL;
    TRY(sql_finding_count_rows(db, &actor, &arena,
                               &(struct sql_finding_count_rows_args){
                                   .root_id = root_id, .edge_kind = edge_of(edge_kind), .on_day = db_today(db)},
                               &r, err));
    must(r != NULL);
    *ret_count = (struct finding_count){root_id,       STR(""),   r->n_open,   r->n_control, r->n_late,
                                        r->n_critical, r->n_high, r->n_medium, r->n_low,     r->n_closed};
    return ERR_NONE;
}

enum err_code finding_counts_children(struct db *db, const struct actor *asker, struct arena *arena, int64_t root_id,
                                      struct str edge_kind, struct finding_count **ret_items, size_t *ret_count,
                                      struct err *err)
{
    struct actor actor = actor_with(asker, RIGHT_READ);
    TRY(require_sight(db, &actor, arena, root_id, err));
    struct sql_finding_count_below_rows rows;
    TRY(sql_finding_count_below(db, &actor, arena,
                                &(struct sql_finding_count_below_args){
                                    .root_id = root_id, .edge_kind = edge_of(edge_kind), .on_day = db_today(db)},
                                &rows, err));
    struct finding_count *items = arena_new_array(arena, struct finding_count, rows.count + 1);
    if (!items)
        return arena_full(arena, err);
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_finding_count_below_row *r = &rows.items[i];
        items[i] = (struct finding_count){r->unit_id,    r->unit_name, r->n_open,   r->n_control, r->n_late,
                                          r->n_critical, r->n_high,    r->n_medium, r->n_low,     r->n_closed};
    }
    *ret_items = items;
    *ret_count = rows.count;
    return ERR_NONE;
}

enum err_code finding_pair_status(struct db *db, const struct actor *asker, int64_t unit_id,
                                  struct finding_pair_status *ret_status, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, FINDING_ARENA_BYTES);
    struct actor actor = actor_with(asker, RIGHT_READ);
    TRY(require_sight(db, &actor, &arena, unit_id, err));
    struct sql_finding_pair_rows_row *r = NULL;
    TRY(sql_finding_pair_rows(
        db, &actor, &arena, &(struct sql_finding_pair_rows_args){.unit_id = unit_id, .on_day = db_today(db)}, &r, err));
    must(r != NULL);
    *ret_status = (struct finding_pair_status){
        .found = r->n_found,
        .open = r->n_open,
        .fix_done_hunt_open = r->n_fix_only,
        .hunt_done_fix_open = r->n_hunt_only,
        .closed = r->n_closed,
        .late = r->n_late,
        .oldest_open_day = r->oldest_day.has ? (civil_day)r->oldest_day.v : CIVIL_NONE,
        .last_closed_ms = r->last_ms.v,
    };
    return ERR_NONE;
}

enum err_code finding_pairs_closed(struct db *db, const struct actor *asker, struct arena *arena, int64_t unit_id,
                                   int64_t after_ms, struct sql_finding_pairs_closed_rows_rows *ret_rows,
                                   struct err *err)
{
    struct actor actor = actor_with(asker, RIGHT_ASSET_READ);
    return sql_finding_pairs_closed_rows(
        db, &actor, arena, &(struct sql_finding_pairs_closed_rows_args){.unit_id = unit_id, .after_ms = after_ms},
        ret_rows, err);
}
