#include "incident/case_report.h"

#include "base/buf.h"
#include "format/json.h"
#include "incident/ring.h"
#include "incident/room_parts.h"
#include "org/access.h"
#include "store/blob.h"

#define JSON_ARENA_BYTES (8u << 20)

const struct incident_word case_report_hows[CASE_REPORT_HOW_COUNT] = {
    {STR_INIT("system"), STR_INIT("Gửi trên hệ thống"), STR_INIT("In the program")},
    {STR_INIT("letter"), STR_INIT("Công văn"), STR_INIT("By letter")},
    {STR_INIT("mail"), STR_INIT("Thư điện tử"), STR_INIT("By e-mail")},
    {STR_INIT("phone"), STR_INIT("Điện thoại"), STR_INIT("By phone")},
    {STR_INIT("hand"), STR_INIT("Trực tiếp"), STR_INIT("In person")},
};

/* --- answers --- */

static bool is_choice(const struct know_form_key *key, struct str value)
{
    for (size_t i = 0; i < key->choice_count; i++)
        if (str_equal(key->choices[i].id, value))
            return true;
    return false;
}

static bool are_rows(const struct know_form_key *key, struct str value)
{
    AUTO_ARENA arena;
    arena_init(&arena, JSON_ARENA_BYTES);
    struct json root;
    struct err ignored;
    if (json_parse(value, 0, &arena, &root, &ignored) != ERR_NONE || json_type(root) != JSON_ARRAY)
        return false;
    for (size_t i = 0; i < json_count(root); i++) {
        struct json row = json_at(root, i);
        if (json_type(row) != JSON_ARRAY || json_count(row) != key->column_count)
            return false;
        for (size_t k = 0; k < key->column_count; k++)
            if (json_type(json_at(row, k)) != JSON_STRING)
                return false;
    }
    return true;
}

static bool fits(const struct know_form_key *key, struct str value)
{
    int64_t number;
    civil_day day;
    switch (key->type) {
    case KNOW_FORM_TEXT:
    case KNOW_FORM_LONG_TEXT:
    case KNOW_FORM_PERSON:
    case KNOW_FORM_UNIT:
    case KNOW_FORM_PHONE:
    case KNOW_FORM_EMAIL:
        return utf8_is_valid(value);
    case KNOW_FORM_INSTANT:
    case KNOW_FORM_NUMBER:
        return str_to_i64(value, &number) && number >= 0;
    case KNOW_FORM_DAY:
        return civil_parse_iso(value, &day);
    case KNOW_FORM_YES_NO:
        return str_equal(value, STR("yes")) || str_equal(value, STR("no"));
    case KNOW_FORM_CHOICE:
        return is_choice(key, value);
    case KNOW_FORM_ROWS:
        return are_rows(key, value);
    case KNOW_FORM_FILES:
        return false; /* files stand in the room */
    }
    return false;
}

struct answering {
    const struct actor *actor;
    int64_t case_id;
    struct str key, was, value;
};

static enum err_code answer_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct answering *a = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct room_visit visit;
    TRY(room_enter(db, &arena, a->actor, a->case_id, true, &visit, err));
    if (visit.standing.part > PARTY_HELP)
        return err_set(err, ERR_DENIED, "việc này do bên chủ trì, phối hợp và đơn vị bị sự cố làm");
    struct sql_case_answer_raw_row *row = NULL;
    TRY(sql_case_answer_raw(db, &arena, &(struct sql_case_answer_raw_args){.case_id = a->case_id, .key = a->key}, &row,
                            err));
    struct str stands = row ? row->value : STR("");
    if (str_equal(stands, a->value))
        return ERR_NONE;
    if (!str_equal(stands, a->was))
        return err_set(err, ERR_CONFLICT, "người khác vừa sửa cùng chỗ này: xem bản mới rồi sửa lại");
    if (str_is_empty(a->value))
        TRY(sql_case_answer_delete(db, &(struct sql_case_answer_delete_args){.case_id = a->case_id, .key = a->key},
                                   err));
    else
        TRY(sql_case_answer_insert(db,
                                   &(struct sql_case_answer_insert_args){
                                       .case_id = a->case_id,
                                       .key = a->key,
                                       .value = a->value,
                                       .by_person = {a->actor->person_id != 0, a->actor->person_id},
                                       .at_ms = db_now_ms(db),
                                   },
                                   err));
    struct str detail = arena_printf(&arena, "{\"key\":\"%.*s\"}", STR_ARG(a->key));
    if (str_is_null(detail))
        return arena_full(&arena, err);
    return room_note(db, &visit, "answered", a->value, detail, AUDIENCE_USUAL, err);
}

enum err_code case_answer_put(struct db *db, const struct actor *actor, int64_t case_id, struct str key, struct str was,
                              struct str value, struct err *err)
{
    struct answering a = {.actor = actor,
                          .case_id = case_id,
                          .key = key,
                          .was = str_is_null(was) ? STR("") : was,
                          .value = str_is_null(value) ? STR("") : str_trim(value)};
    const struct know_form_key *row = know_form_key_find(key);
    if (!row)
        return err_set(err, ERR_SYNTAX, "không biểu mẫu nào hỏi '%.*s'", STR_ARG(key));
    if (a.value.len_bytes > ROOM_TEXT_BYTES)
        return err_set(err, ERR_LIMIT, "dài quá %zu kB", ROOM_TEXT_BYTES >> 10);
    if (!str_is_empty(a.value) && !fits(row, a.value))
        return err_set(err, ERR_SYNTAX, "'%.*s' không đúng kiểu của mục này", STR_ARG(str_slice(a.value, 0, 100)));
    return db_transact(db, answer_in_transaction, &a, err);
}

enum err_code case_answers(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                           struct sql_case_answer_rows_rows *ret_rows, struct err *err)
{
    return sql_case_answer_rows(db, actor, arena, &(struct sql_case_answer_rows_args){.case_id = case_id}, ret_rows,
                                err);
}

/* --- whom --- */

enum err_code case_report_addressee(struct db *db, int64_t unit_id, int64_t system_id, struct str recipient,
                                    civil_day day, int64_t *ret_unit_id, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    int64_t found = 0;
    if (str_equal(recipient, STR("system_owner")) && system_id) {
        struct sql_case_system_owner_row *row = NULL;
        TRY(sql_case_system_owner(db, &arena, &(struct sql_case_system_owner_args){.system_id = system_id}, &row, err));
        found = row ? row->unit_id : 0;
    }
    if (!found) {
        struct sql_case_function_holder_row *row = NULL;
        TRY(sql_case_function_holder(
            db, &arena,
            &(struct sql_case_function_holder_args){.unit_id = unit_id, .function = recipient, .on_day = day}, &row,
            err));
        found = row ? row->unit_id : 0;
    }
    if (!found && (str_equal(recipient, STR("superior")) || str_equal(recipient, STR("system_owner")))) {
        struct sql_case_unit_above_row *row = NULL;
        TRY(sql_case_unit_above(db, &arena, &(struct sql_case_unit_above_args){.unit_id = unit_id, .on_day = day}, &row,
                                err));
        found = row ? row->unit_id : 0;
    }
    *ret_unit_id = found;
    return ERR_NONE;
}

/* --- sending --- */

struct sending {
    const struct actor *actor;
    int64_t case_id, report_id;
    const struct case_report *report;
    struct str words;
    int64_t id;
};

static enum err_code check_report(struct db *db, const struct room_visit *visit, const struct case_report *r,
                                  struct err *err)
{
    const struct know_form *form = know_form_find(r->form);
    civil_day detected_day = civil_day_of_ms(visit->row->detected_ms), today = db_today(db);
    if (!form)
        return err_set(err, ERR_SYNTAX, "không có biểu mẫu '%.*s'", STR_ARG(r->form));
    bool holds = (form->from_day <= detected_day && detected_day < form->to_day) ||
                 (form->from_day <= today && today < form->to_day);
    if (!holds)
        return err_set(err, ERR_CONFLICT, "biểu mẫu này không còn, hoặc chưa áp dụng cho sự cố của ngày này");
    if (!room_word_is(case_report_hows, CASE_REPORT_HOW_COUNT, r->how))
        return err_set(err, ERR_SYNTAX, "không có cách gửi '%.*s'", STR_ARG(r->how));
    if (str_is_empty(str_trim(r->to_text)))
        return err_set(err, ERR_SYNTAX, "chưa ghi gửi cho ai");
    if (str_equal(r->how, STR("system")) && !r->to_unit_id)
        return err_set(err, ERR_SYNTAX, "gửi trên hệ thống cần đơn vị nhận có trong hệ thống");
    if (r->sent_ms > db_now_ms(db))
        return err_set(err, ERR_SYNTAX, "thời điểm ở sau bây giờ");
    if (r->sent_ms && r->sent_ms < visit->row->detected_ms)
        return err_set(err, ERR_SYNTAX, "gửi trước khi phát hiện sự cố");
    if (r->file.len_bytes > CASE_REPORT_FILE_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "tệp lớn quá %zu MB", CASE_REPORT_FILE_MAX_BYTES >> 20);
    return ERR_NONE;
}

/* What is only an exercise stays among those who play. */
static enum err_code check_exercise(struct db *db, struct arena *arena, const struct room_visit *visit,
                                    const struct case_report *r, struct err *err)
{
    if (!visit->row->is_exercise)
        return ERR_NONE;
    struct sql_room_stands_rows rows = {0};
    if (r->to_unit_id)
        TRY(sql_room_stands(db, arena,
                            &(struct sql_room_stands_args){.case_id = visit->case_id,
                                                           .unit_id = r->to_unit_id,
                                                           .person_id = 0,
                                                           .right_bits = (int64_t)RIGHT_INCIDENT,
                                                           .on_day = db_today(db)},
                            &rows, err));
    return rows.count ? ERR_NONE
                      : err_set(err, ERR_CONFLICT, "đây là diễn tập: báo cáo chỉ gửi cho đơn vị có trong hồ sơ");
}

static enum err_code send_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct sending *s = ctx;
    const struct case_report *r = s->report;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct room_visit visit;
    TRY(room_enter(db, &arena, s->actor, s->case_id, false, &visit, err));
    if (visit.standing.part != PARTY_LEAD && visit.standing.part != PARTY_OWN)
        return err_set(err, ERR_DENIED, "báo cáo do bên chủ trì hoặc đơn vị bị sự cố gửi");
    if (!str_is_empty(r->once_key)) {
        struct sql_case_report_once_row *again = NULL;
        TRY(sql_case_report_once(db, &arena,
                                 &(struct sql_case_report_once_args){.case_id = s->case_id, .once_key = r->once_key},
                                 &again, err));
        if (again) {
            s->id = again->id;
            return ERR_NONE;
        }
    }
    TRY(check_report(db, &visit, r, err));
    TRY(check_exercise(db, &arena, &visit, r, err));
    struct sql_case_report_last_no_row *last = NULL;
    TRY(sql_case_report_last_no(
        db, &arena, &(struct sql_case_report_last_no_args){.case_id = s->case_id, .form = r->form}, &last, err));
    must(last);
    s->id = db_id(db);
    struct sha256 hash;
    if (!str_is_empty(r->file)) {
        TRY(blob_put(db, r->file, &hash, err));
        TRY(blob_use(db, &hash, STR("incident_report"), s->id, err));
    }
    TRY(sql_case_report_insert(db,
                               &(struct sql_case_report_insert_args){
                                   .id = s->id,
                                   .case_id = s->case_id,
                                   .form = r->form,
                                   .no = last->no + 1,
                                   .values_json = str_is_empty(r->values_json) ? STR("{}") : r->values_json,
                                   .is_last = r->is_last,
                                   .to_unit_id = {r->to_unit_id != 0, r->to_unit_id},
                                   .to_text = str_trim(r->to_text),
                                   .number = str_is_empty(r->number) ? STR_NONE : r->number,
                                   .sent_ms = r->sent_ms ? r->sent_ms : db_now_ms(db),
                                   .sent_by = {s->actor->person_id != 0, s->actor->person_id},
                                   .sent_how = r->how,
                                   .sha256 = str_is_empty(r->file) ? STR_NONE : sha256_str(&hash),
                                   .made_ms = db_now_ms(db),
                                   .made_by = {s->actor->person_id != 0, s->actor->person_id},
                                   .once_key = str_is_empty(r->once_key) ? STR_NONE : r->once_key,
                               },
                               err));
    TRY(incident_ring_set(db, s->case_id, err));
    struct str detail = arena_printf(&arena, "{\"report\":\"%lld\",\"form\":\"%.*s\",\"no\":%lld,\"how\":\"%.*s\"}",
                                     (long long)s->id, STR_ARG(r->form), (long long)last->no + 1, STR_ARG(r->how));
    if (str_is_null(detail))
        return arena_full(&arena, err);
    return room_note(db, &visit, "report_sent", str_trim(r->to_text), detail, AUDIENCE_USUAL | AUDIENCE_POLICE, err);
}

enum err_code case_report_send(struct db *db, const struct actor *actor, int64_t case_id,
                               const struct case_report *report, int64_t *ret_id, struct err *err)
{
    struct sending s = {.actor = actor, .case_id = case_id, .report = report};
    TRY(db_transact(db, send_in_transaction, &s, err));
    *ret_id = s.id;
    return ERR_NONE;
}

/* --- what came back --- */

static enum err_code receipt_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct sending *s = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct sql_case_report_raw_row *report = NULL;
    TRY(sql_case_report_raw(db, &arena, &(struct sql_case_report_raw_args){.id = s->report_id}, &report, err));
    if (!report)
        return err_set(err, ERR_NOT_FOUND, "không có báo cáo này");
    TRY(incident_hold(db, report->case_id, err));
    bool is_recipient = false;
    int64_t by_unit_id = report->to_unit_id.v;
    if (report->to_unit_id.has)
        TRY(access_has(db, s->actor, RIGHT_INCIDENT, report->to_unit_id.v, &is_recipient, err));
    if (!is_recipient) {
        struct party_standing standing;
        TRY(party_require(db, s->actor, report->case_id, false, &standing, err));
        if (standing.part != PARTY_LEAD && standing.part != PARTY_OWN)
            return err_set(err, ERR_DENIED, "biên nhận do bên nhận, hoặc bên gửi ghi lại");
        if (str_is_empty(s->words))
            return err_set(err, ERR_SYNTAX, "cần ghi ai đã nhận, bằng cách nào");
        by_unit_id = standing.unit_id;
    }
    int64_t changes = 0;
    TRY(sql_case_report_put_receipt(db,
                                    &(struct sql_case_report_put_receipt_args){
                                        .id = report->id,
                                        .receipt_ms = db_now_ms(db),
                                        .receipt_text = s->words,
                                        .receipt_by = {s->actor->person_id != 0, s->actor->person_id},
                                    },
                                    &changes, err));
    if (!changes)
        return err_set(err, ERR_CONFLICT, "báo cáo này đã có biên nhận, hoặc đã rút");
    struct str detail =
        arena_printf(&arena, "{\"report\":\"%lld\",\"form\":\"%.*s\"}", (long long)report->id, STR_ARG(report->form));
    if (str_is_null(detail))
        return arena_full(&arena, err);
    return case_record(db,
                       &(struct case_record){.case_id = report->case_id,
                                             .kind = "report_received",
                                             .text = s->words,
                                             .detail_json = detail,
                                             .audience_bits = AUDIENCE_USUAL | AUDIENCE_POLICE,
                                             .by_person = s->actor->person_id,
                                             .by_unit_id = by_unit_id},
                       NULL, NULL, err);
}

enum err_code case_report_receipt(struct db *db, const struct actor *actor, int64_t report_id, struct str text,
                                  struct err *err)
{
    struct sending s = {.actor = actor, .report_id = report_id, .words = str_trim(text)};
    if (str_is_null(s.words))
        s.words = STR("");
    return db_transact(db, receipt_in_transaction, &s, err);
}

static enum err_code withdraw_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct sending *s = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct room_visit visit;
    TRY(room_enter(db, &arena, s->actor, s->case_id, true, &visit, err));
    if (visit.standing.part != PARTY_LEAD && visit.standing.part != PARTY_OWN)
        return err_set(err, ERR_DENIED, "báo cáo do bên chủ trì hoặc đơn vị bị sự cố gửi");
    struct sql_case_report_raw_row *report = NULL;
    TRY(sql_case_report_raw(db, &arena, &(struct sql_case_report_raw_args){.id = s->report_id}, &report, err));
    if (!report || report->case_id != s->case_id)
        return err_set(err, ERR_NOT_FOUND, "không có báo cáo này");
    int64_t changes = 0;
    TRY(sql_case_report_put_withdrawn(db, &(struct sql_case_report_put_withdrawn_args){.id = report->id}, &changes,
                                      err));
    if (!changes)
        return err_set(err, ERR_CONFLICT, "báo cáo này đã rút");
    TRY(incident_ring_set(db, s->case_id, err));
    struct str detail =
        arena_printf(&arena, "{\"report\":\"%lld\",\"form\":\"%.*s\"}", (long long)report->id, STR_ARG(report->form));
    if (str_is_null(detail))
        return arena_full(&arena, err);
    return room_note(db, &visit, "report_withdrawn", s->words, detail, AUDIENCE_USUAL | AUDIENCE_POLICE, err);
}

enum err_code case_report_withdraw(struct db *db, const struct actor *actor, int64_t case_id, int64_t report_id,
                                   struct str reason, struct err *err)
{
    struct sending s = {.actor = actor, .case_id = case_id, .report_id = report_id, .words = str_trim(reason)};
    if (str_is_empty(s.words))
        return err_set(err, ERR_SYNTAX, "cần nêu lý do");
    return db_transact(db, withdraw_in_transaction, &s, err);
}

enum err_code case_reports(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                           struct sql_case_report_rows_rows *ret_rows, struct err *err)
{
    return sql_case_report_rows(db, actor, arena, &(struct sql_case_report_rows_args){.case_id = case_id}, ret_rows,
                                err);
}

enum err_code case_report_inbox(struct db *db, const struct actor *actor, struct arena *arena, int64_t unit_id,
                                int64_t limit_count, struct sql_case_report_inbox_rows_rows *ret_rows, struct err *err)
{
    return sql_case_report_inbox_rows(db, actor, arena,
                                      &(struct sql_case_report_inbox_rows_args){
                                          .unit_id = unit_id, .on_day = db_today(db), .limit_count = limit_count},
                                      ret_rows, err);
}

enum err_code case_report_file(struct db *db, const struct actor *actor, struct arena *arena, int64_t report_id,
                               struct str *ret_bytes, struct err *err)
{
    struct sql_case_report_raw_row *report = NULL;
    TRY(sql_case_report_raw(db, arena, &(struct sql_case_report_raw_args){.id = report_id}, &report, err));
    struct str sha256 = STR_NONE;
    if (report) {
        struct sql_case_report_for_party_row *party = NULL;
        TRY(sql_case_report_for_party(
            db, actor, arena, &(struct sql_case_report_for_party_args){.id = report_id, .case_id = report->case_id},
            &party, err));
        sha256 = party ? party->sha256 : STR_NONE;
    }
    if (report && str_is_null(sha256) && report->to_unit_id.has) {
        struct sql_case_report_for_recipient_row *recipient = NULL;
        TRY(sql_case_report_for_recipient(
            db, actor, arena,
            &(struct sql_case_report_for_recipient_args){.id = report_id, .unit_id = report->to_unit_id.v}, &recipient,
            err));
        sha256 = recipient ? recipient->sha256 : STR_NONE;
    }
    struct sha256 hash;
    if (sha256.len_bytes != sizeof hash.bytes)
        return err_set(err, ERR_NOT_FOUND, "không có tệp của báo cáo này");
    memcpy(hash.bytes, sha256.ptr, sizeof hash.bytes);
    return blob_read(db, &hash, CASE_REPORT_FILE_MAX_BYTES, arena, ret_bytes, err);
}
