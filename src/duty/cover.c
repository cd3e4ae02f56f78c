#include "duty/cover.h"

#include "duty/cover.sql.h"
#include "duty/directive.sql.h"
#include "duty/ledger.h"
#include "duty/notice.h"
#include "format/json.h"
#include "know/know.h"
#include "org/access.h"
#include "proof/chain.h"
#include "proof/evidence.sql.h"
#include "store/blob.h"

#define COVER_ARENA_BYTES (64u << 20)

static enum err_code note(struct db *db, const char *kind, int64_t assignment_id, int64_t unit_id, int64_t actor_id,
                          struct str content, struct err *err)
{
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_DUTY,
                                             .kind = kind,
                                             .object_kind = "assignment",
                                             .object_id = assignment_id,
                                             .unit_id = unit_id,
                                             .actor_id = actor_id,
                                             .content = content},
                        NULL, err);
}

static enum err_code content_of(struct arena *arena, const char *key, int64_t id, struct str reason,
                                struct str *ret_json, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, 1u << 20);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    json_object_begin(&w);
    if (id)
        json_field_id(&w, str_from_cstr(key), id);
    if (!str_is_empty(reason))
        json_field_str(&w, STR("reason"), reason);
    json_object_end(&w);
    return buf_to_arena(&buf, arena, ret_json, err);
}

/* --- what covers an assignment --- */

/* How far one piece of evidence reaches for one duty: its own cover, no further than the duty's period. A duty that is
 * done once is done for good, unless the catalogue knows it as a lasting one: "100% of machines by 31/8" does not end
 * on 31/8. */
static civil_day reach(const struct ledger_row *row, int period_months, civil_day from_day, civil_day to_day)
{
    if (to_day <= from_day)
        return to_day; /* evidence that proves less than all covers nothing */
    const struct know_obligation *known =
        str_is_empty(row->catalogue_id) ? NULL : know_obligation_find(row->catalogue_id);
    if (str_equal(row->trigger_kind, STR("once")) && (!known || known->trigger == KNOW_ONCE))
        return CIVIL_FOREVER;
    if (period_months > 0) {
        civil_day end = civil_add_months(from_day, period_months);
        return to_day == CIVIL_FOREVER || end < to_day ? end : to_day;
    }
    return to_day;
}

static enum err_code find_cover(struct db *db, struct arena *arena, const struct ledger_row *row, civil_day *ret_from,
                                civil_day *ret_to, struct err *err)
{
    struct sql_obligation_get_row *o = NULL;
    TRY(sql_obligation_get(db, arena, &(struct sql_obligation_get_args){.id = row->obligation_id}, &o, err));
    must(o != NULL);
    struct sql_cover_accepted_rows all;
    TRY(sql_cover_accepted(db, arena, &(struct sql_cover_accepted_args){.assignment_id = row->id}, &all, err));
    int period = (int)o->period_months.v;
    civil_day from = CIVIL_NONE, to = CIVIL_NONE;
    struct str rest = o->needs_all ? o->evidence_kinds : STR("*"), kind;
    while (str_split(&rest, ' ', &kind)) {
        civil_day kind_from = CIVIL_NONE, kind_to = CIVIL_NONE;
        for (size_t i = 0; i < all.count; i++) {
            if (o->needs_all && !str_equal(all.items[i].kind, kind))
                continue;
            civil_day end =
                reach(row, period, (civil_day)all.items[i].covers_from_day, (civil_day)all.items[i].covers_to_day);
            if (end <= (civil_day)all.items[i].covers_from_day)
                continue;
            if (kind_to == CIVIL_NONE || end > kind_to) {
                kind_to = end;
                kind_from = (civil_day)all.items[i].covers_from_day;
            }
        }
        if (kind_to == CIVIL_NONE) { /* one of all is missing */
            *ret_from = *ret_to = CIVIL_NONE;
            return ERR_NONE;
        }
        if (to == CIVIL_NONE || kind_to < to)
            to = kind_to;
        if (from == CIVIL_NONE || kind_from > from)
            from = kind_from;
    }
    *ret_from = from;
    *ret_to = to;
    return ERR_NONE;
}

static enum err_code refresh(struct db *db, civil_day day, int64_t assignment_id, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, COVER_ARENA_BYTES);
    struct ledger_row row;
    TRY(ledger_get(db, &arena, assignment_id, &row, err));
    struct ledger_row after = row;
    TRY(find_cover(db, &arena, &row, &after.facts.covered_from_day, &after.facts.covered_to_day, err));
    struct sql_assignment_has_submitted_row *handed = NULL;
    TRY(sql_assignment_has_submitted(
        db, &arena, &(struct sql_assignment_has_submitted_args){.assignment_id = assignment_id}, &handed, err));
    if (handed && handed->n > 0 && row.started_ms == 0) {
        after.started_ms = db_now_ms(db);
        after.facts.started_day = day;
    }
    return ledger_put(db, day, &row, &after, err);
}

/* --- acknowledgement --- */

struct acknowledging {
    const struct actor *actor;
    int64_t directive_id;
    int64_t unit_id;
    bool first;
};

static enum err_code take_on(struct db *db, struct arena *arena, const struct acknowledging *a, civil_day day,
                             struct err *err)
{
    struct sql_assignment_ids_of_unit_directive_rows ids;
    TRY(sql_assignment_ids_of_unit_directive(
        db, arena,
        &(struct sql_assignment_ids_of_unit_directive_args){.unit_id = a->unit_id, .directive_id = a->directive_id},
        &ids, err));
    struct ledger_counts counts = {.waits = false};
    for (size_t i = 0; i < ids.count; i++) {
        struct arena_mark mark = arena_mark(arena);
        struct ledger_row row;
        TRY(ledger_get(db, arena, ids.items[i].id, &row, err));
        if (row.acked_ms == 0) {
            struct ledger_row after = row;
            after.acked_ms = db_now_ms(db);
            after.acked_by = a->actor->person_id;
            after.facts.acked_day = day;
            TRY(ledger_put_counting(db, day, &row, &after, &counts, err));
            TRY(note(db, "assignment_acknowledged", row.id, row.unit_id, a->actor->person_id, STR(""), err));
        }
        arena_rewind(arena, mark);
    }
    return ledger_counts_put(db, &counts, err);
}

static enum err_code cover_when_all_read(struct db *db, struct arena *arena, const struct acknowledging *a,
                                         civil_day day, struct err *err)
{
    struct sql_assignment_ids_person_denominator_rows ids;
    TRY(sql_assignment_ids_person_denominator(
        db, arena,
        &(struct sql_assignment_ids_person_denominator_args){.unit_id = a->unit_id, .directive_id = a->directive_id},
        &ids, err));
    if (ids.count == 0)
        return ERR_NONE;
    struct sql_acknowledgement_missing_count_row *people = NULL;
    TRY(sql_acknowledgement_missing_count(db, arena,
                                          &(struct sql_acknowledgement_missing_count_args){
                                              .directive_id = a->directive_id, .unit_id = a->unit_id, .on_day = day},
                                          &people, err));
    if (!people || people->people == 0 || people->missing > 0)
        return ERR_NONE;
    int64_t evidence_id = db_id(db);
    TRY(sql_evidence_insert(db,
                            &(struct sql_evidence_insert_args){
                                .id = evidence_id,
                                .unit_id = a->unit_id,
                                .kind = STR("acknowledgement"),
                                .subject_kind = STR("unit"),
                                .subject_id = a->unit_id,
                                .done_day = day,
                                .covers_from_day = day,
                                .covers_to_day = CIVIL_FOREVER,
                                .title = arena_printf(arena, "%lld trên %lld người đã xác nhận",
                                                      (long long)people->people, (long long)people->people),
                                .fields_json = arena_printf(arena, "{\"people\":%lld}", (long long)people->people),
                                .source = STR("acknowledgement"),
                                .state = STR("accepted"),
                                .submitted_by = OPT_NONE,
                                .submitted_ms = db_now_ms(db),
                            },
                            err));
    for (size_t i = 0; i < ids.count; i++) {
        TRY(sql_assignment_evidence_insert(
            db,
            &(struct sql_assignment_evidence_insert_args){.assignment_id = ids.items[i].id, .evidence_id = evidence_id},
            err));
        struct str content;
        TRY(content_of(arena, "evidence", evidence_id, STR_NONE, &content, err));
        TRY(note(db, "evidence_accepted", ids.items[i].id, a->unit_id, 0, content, err));
        TRY(refresh(db, day, ids.items[i].id, err));
    }
    return ERR_NONE;
}

static enum err_code acknowledge_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct acknowledging *a = ctx;
    a->first = false;
    AUTO_ARENA arena;
    arena_init(&arena, COVER_ARENA_BYTES);
    TRY(access_require(db, a->actor, RIGHT_ACKNOWLEDGE, a->unit_id, "acknowledge for this unit", err));
    civil_day day;
    TRY(ledger_day(db, &arena, &day, err));
    struct sql_assignment_reaches_row *reaches = NULL;
    TRY(sql_assignment_reaches(
        db, &arena, &(struct sql_assignment_reaches_args){.unit_id = a->unit_id, .directive_id = a->directive_id},
        &reaches, err));
    if (!reaches)
        return err_set(err, ERR_NOT_FOUND, "văn bản này không giao việc cho đơn vị");
    int64_t changes = 0;
    TRY(sql_acknowledgement_insert(db,
                                   &(struct sql_acknowledgement_insert_args){
                                       .directive_id = a->directive_id,
                                       .person_id = a->actor->person_id,
                                       .unit_id = a->unit_id,
                                       .at_ms = db_now_ms(db),
                                   },
                                   &changes, err));
    a->first = changes == 1;
    if (a->first)
        TRY(chain_append(db,
                         &(struct chain_note){.stream = CHAIN_DUTY,
                                              .kind = "directive_acknowledged",
                                              .object_kind = "directive",
                                              .object_id = a->directive_id,
                                              .unit_id = a->unit_id,
                                              .actor_id = a->actor->person_id},
                         NULL, err));
    bool may_execute = false;
    TRY(access_has(db, a->actor, RIGHT_EXECUTE, a->unit_id, &may_execute, err));
    if (may_execute)
        TRY(take_on(db, &arena, a, day, err));
    return a->first ? cover_when_all_read(db, &arena, a, day, err) : ERR_NONE;
}

enum err_code duty_acknowledge(struct db *db, const struct actor *actor, int64_t directive_id, int64_t unit_id,
                               bool *ret_first, struct err *err)
{
    struct acknowledging a = {actor, directive_id, unit_id, false};
    if (db_transact(db, acknowledge_in_transaction, &a, err) != ERR_NONE)
        return err->code;
    *ret_first = a.first;
    return ERR_NONE;
}

/* --- evidence handed in --- */

static bool is_field_right(const struct know_field *field, struct json value, struct arena *arena, const char **ret_why)
{
    struct str text = json_str_or_none(value, arena);
    civil_day day;
    double number;
    bool yes;
    switch (field->type) {
    case KNOW_FIELD_DATE:
        *ret_why = "không phải một ngày có thật";
        return civil_parse_vn(text, &day);
    case KNOW_FIELD_NUMBER:
        *ret_why = "phải là một số";
        return json_double(value, &number) || str_to_double(text, &number);
    case KNOW_FIELD_YES_NO:
        *ret_why = "phải là có hoặc không";
        return json_bool(value, &yes) || str_equal(text, STR("true")) || str_equal(text, STR("false"));
    case KNOW_FIELD_CHOICE:
        *ret_why = "không có lựa chọn này";
        for (size_t i = 0; i < field->choice_count; i++)
            if (str_equal(field->choices[i].id, text))
                return true;
        return false;
    case KNOW_FIELD_EMAIL:
        *ret_why = "không phải địa chỉ thư điện tử";
        return str_find_byte(text, '@', 1) > 0 && !str_contains(text, STR(" "));
    case KNOW_FIELD_TEXT:
    case KNOW_FIELD_LONG_TEXT:
    case KNOW_FIELD_INSTANT:
    case KNOW_FIELD_FILE:
    case KNOW_FIELD_PERSON:
    case KNOW_FIELD_SYSTEM:
    case KNOW_FIELD_UNIT:
    case KNOW_FIELD_PHONE:
    case KNOW_FIELD_LINK:
        *ret_why = "phải là chữ";
        return json_type(value) == JSON_STRING || json_type(value) == JSON_NUMBER;
    }
    return false;
}

enum err_code evidence_check_fields(struct str kind_id, struct str fields_json, size_t file_count,
                                    struct str *ret_field, struct err *err)
{
    const struct know_evidence_kind *kind = know_evidence_kind_find(kind_id);
    if (!kind)
        return err_set(err, ERR_SYNTAX, "không có loại bằng chứng '%.*s'", STR_ARG(kind_id));
    AUTO_ARENA arena;
    arena_init(&arena, 16u << 20);
    struct json root;
    TRY(json_parse(fields_json, JSON_REFUSE_DUPLICATES, &arena, &root, err));
    if (json_type(root) != JSON_OBJECT)
        return err_set(err, ERR_SYNTAX, "các trường phải là một đối tượng JSON");
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct know_field *field = &kind->fields[i];
        struct json value = json_get(root, field->id);
        bool is_empty = json_is_nothing(value) ||
                        (json_type(value) == JSON_STRING && str_is_empty(str_trim(json_str_or_none(value, &arena))));
        const char *why = NULL;
        if (field->type == KNOW_FIELD_FILE ? file_count == 0 : is_empty)
            why = field->is_required ? "cần có" : NULL;
        else if (field->type != KNOW_FIELD_FILE && is_field_right(field, value, &arena, &why))
            why = NULL;
        else if (field->type == KNOW_FIELD_FILE)
            why = NULL;
        if (why) {
            if (ret_field)
                *ret_field = field->id;
            return err_set(err, ERR_SYNTAX, "%.*s: %s", STR_ARG(field->title.vi), why);
        }
    }
    return ERR_NONE;
}

/* Coverage proves a duty only when every device counts: protected = all, none unknown. */
static bool proves_all(struct str kind, struct json fields)
{
    if (!str_equal(kind, STR("coverage")))
        return true;
    double total = 0, covered = 0, unknown = 0;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    static const struct str names[] = {STR_INIT("total"), STR_INIT("covered"), STR_INIT("unknown")};
    double *values[] = {&total, &covered, &unknown};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct json v = json_get(fields, names[i]);
        if (!json_double(v, values[i]) && !str_to_double(json_str_or_none(v, &arena), values[i]))
            return false;
    }
    return covered >= total && unknown <= 0;
}

struct submitting {
    const struct actor *actor;
    const struct evidence_draft *draft;
    int64_t id;
};

/* The same words and the same files from the same hand a moment ago: one fact, however often the button is pressed. */
static enum err_code find_again(struct db *db, struct arena *arena, const struct submitting *s, int64_t *ret_id,
                                struct err *err)
{
    const struct evidence_draft *draft = s->draft;
    *ret_id = 0;
    if (!s->actor->person_id || !str_equal(draft->source, STR("hand")))
        return ERR_NONE;
    struct sql_cover_evidence_again_rows again;
    TRY(sql_cover_evidence_again(db, arena,
                                 &(struct sql_cover_evidence_again_args){
                                     .assignment_id = draft->assignment_id,
                                     .person_id = s->actor->person_id,
                                     .kind = draft->kind,
                                     .done_day = draft->done_day,
                                     .fields_json = draft->fields_json,
                                     .since_ms = db_now_ms(db) - know_threshold_ms(KNOW_EVIDENCE_AGAIN, db_today(db))},
                                 &again, err));
    struct actor all = actor_system(db_today(db));
    for (size_t i = 0; i < again.count && !*ret_id; i++) {
        struct sql_evidence_files_rows files;
        TRY(sql_evidence_files(db, &all, arena, &(struct sql_evidence_files_args){.evidence_id = again.items[i].id},
                               &files, err));
        bool is_same = files.count == draft->file_count;
        for (size_t k = 0; is_same && k < files.count; k++)
            is_same = str_equal(files.items[k].sha256, draft->files[k].sha256);
        if (is_same)
            *ret_id = again.items[i].id;
    }
    return ERR_NONE;
}

static enum err_code submit_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct submitting *s = ctx;
    const struct evidence_draft *draft = s->draft;
    AUTO_ARENA arena;
    arena_init(&arena, COVER_ARENA_BYTES);
    civil_day day;
    TRY(ledger_day(db, &arena, &day, err));
    struct ledger_row row;
    TRY(ledger_get(db, &arena, draft->assignment_id, &row, err));
    TRY(access_require(db, s->actor, RIGHT_EXECUTE, row.unit_id, "hand in evidence for this unit", err));
    const struct know_evidence_kind *kind = know_evidence_kind_find(draft->kind);
    struct str kinds = arena_printf(&arena, " %.*s ", STR_ARG(row.evidence_kinds));
    if (!kind || !str_contains(kinds, arena_printf(&arena, " %.*s ", STR_ARG(draft->kind))))
        return err_set(err, ERR_SYNTAX, "nghĩa vụ này không nhận bằng chứng loại '%.*s'", STR_ARG(draft->kind));
    if (draft->file_count > EVIDENCE_FILES_MAX)
        return err_set(err, ERR_LIMIT, "nhiều nhất %u tệp", EVIDENCE_FILES_MAX);
    if (draft->done_day > day)
        return err_set(err, ERR_SYNTAX, "ngày thực hiện không thể ở sau hôm nay");
    TRY(evidence_check_fields(draft->kind, draft->fields_json, draft->file_count, NULL, err));
    TRY(find_again(db, &arena, s, &s->id, err));
    if (s->id)
        return ERR_NONE;
    struct json fields;
    TRY(json_parse(draft->fields_json, 0, &arena, &fields, err));
    int level = 0;
    if (str_equal(row.subject_kind, STR("system"))) {
        struct sql_cover_system_level_row *found = NULL;
        TRY(sql_cover_system_level(
            db, &arena, &(struct sql_cover_system_level_args){.system_id = row.subject_id, .on_day = draft->done_day},
            &found, err));
        level = found ? (int)found->level.v : 0;
    }
    int months = know_evidence_cover_months(kind, level, draft->done_day);
    civil_day to_day = !proves_all(draft->kind, fields) ? draft->done_day
                       : months > 0                     ? civil_add_months(draft->done_day, months)
                                                        : CIVIL_FOREVER;
    bool is_machine = kind->made_by_engine && !str_equal(draft->source, STR("hand"));
    s->id = db_id(db);
    TRY(sql_evidence_insert(db,
                            &(struct sql_evidence_insert_args){
                                .id = s->id,
                                .unit_id = row.unit_id,
                                .kind = draft->kind,
                                .subject_kind = row.subject_kind,
                                .subject_id = row.subject_id,
                                .done_day = draft->done_day,
                                .covers_from_day = draft->done_day,
                                .covers_to_day = to_day,
                                .title = str_is_empty(draft->title) ? kind->title.vi : draft->title,
                                .fields_json = draft->fields_json,
                                .source = draft->source,
                                .state = is_machine ? STR("accepted") : STR("submitted"),
                                .submitted_by = {s->actor->person_id != 0, s->actor->person_id},
                                .submitted_ms = db_now_ms(db),
                            },
                            err));
    for (size_t i = 0; i < draft->file_count; i++) {
        int64_t file_id = db_id(db);
        struct sha256 hash;
        if (draft->files[i].sha256.len_bytes != SHA256_BYTES)
            return err_set(err, ERR_SYNTAX, "tệp %zu không có mã băm", i + 1);
        memcpy(hash.bytes, draft->files[i].sha256.ptr, SHA256_BYTES);
        TRY(blob_use(db, &hash, STR("evidence_file"), file_id, err));
        TRY(sql_evidence_file_insert(db,
                                     &(struct sql_evidence_file_insert_args){
                                         .id = file_id,
                                         .evidence_id = s->id,
                                         .name = draft->files[i].name,
                                         .media_type = draft->files[i].media_type,
                                         .size_bytes = draft->files[i].size_bytes,
                                         .sha256 = draft->files[i].sha256,
                                     },
                                     err));
    }
    struct sql_assignments_for_evidence_rows answered;
    TRY(sql_assignments_for_evidence(db, &arena,
                                     &(struct sql_assignments_for_evidence_args){
                                         .unit_id = row.unit_id,
                                         .subject_kind = row.subject_kind,
                                         .subject_id = row.subject_id,
                                         .catalogue_id = row.catalogue_id,
                                         .assignment_id = row.id,
                                     },
                                     &answered, err));
    struct str content;
    TRY(content_of(&arena, "evidence", s->id, STR_NONE, &content, err));
    for (size_t i = 0; i < answered.count; i++) {
        TRY(sql_assignment_evidence_insert(
            db,
            &(struct sql_assignment_evidence_insert_args){.assignment_id = answered.items[i].id, .evidence_id = s->id},
            err));
        TRY(refresh(db, day, answered.items[i].id, err));
        TRY(note(db, is_machine ? "evidence_accepted" : "evidence_submitted", answered.items[i].id, row.unit_id,
                 s->actor->person_id, content, err));
    }
    return ERR_NONE;
}

enum err_code evidence_submit(struct db *db, const struct actor *actor, const struct evidence_draft *draft,
                              int64_t *ret_id, struct err *err)
{
    struct submitting s = {actor, draft, 0};
    if (db_transact(db, submit_in_transaction, &s, err) != ERR_NONE)
        return err->code;
    *ret_id = s.id;
    return ERR_NONE;
}

/* --- review --- */

enum decision {
    DECIDE_ACCEPT,
    DECIDE_RETURN,
    DECIDE_WITHDRAW,
};
struct deciding {
    const struct actor *actor;
    int64_t evidence_id;
    enum decision decision;
    struct str reason;
};

static enum err_code require_reviewer(struct db *db, struct arena *arena, const struct actor *actor,
                                      const struct sql_evidence_get_row *e, civil_day day, struct err *err)
{
    TRY(access_require(db, actor, RIGHT_REVIEW, e->unit_id, "review evidence of this unit", err));
    if (actor->all)
        return ERR_NONE;
    if (e->submitted_by.has && e->submitted_by.v == actor->person_id)
        return err_set(err, ERR_DENIED, "người nộp không tự duyệt bằng chứng của mình");
    const struct know_evidence_kind *kind = know_evidence_kind_find(e->kind);
    if (kind && kind->never_by_operator) {
        struct sql_cover_is_of_row *works = NULL;
        TRY(sql_cover_is_of(db, arena,
                            &(struct sql_cover_is_of_args){.person_id = actor->person_id,
                                                           .unit_id = e->unit_id,
                                                           .on_day = day,
                                                           .work_rights = (int64_t)RIGHT_EXECUTE},
                            &works, err));
        if (works && works->n > 0)
            return err_set(err, ERR_DENIED,
                           "người của đơn vị vận hành không duyệt loại bằng chứng này (nguyên tắc độc lập)");
    }
    if (!kind || kind->accepted_by.count == 0)
        return ERR_NONE;
    struct sql_cover_roles_rows roles;
    TRY(sql_cover_roles(
        db, arena, &(struct sql_cover_roles_args){.person_id = actor->person_id, .unit_id = e->unit_id, .on_day = day},
        &roles, err));
    for (size_t i = 0; i < roles.count; i++)
        if (know_ids_has(kind->accepted_by, roles.items[i].role))
            return ERR_NONE;
    return err_set(err, ERR_DENIED, "loại bằng chứng này cần vai trò khác để duyệt");
}

/* Whoever handed it in learns of it: nobody looks again at what was done. */
static enum err_code tell_returned(struct db *db, struct arena *arena, const struct sql_evidence_get_row *e,
                                   struct str reason, struct err *err)
{
    if (!e->submitted_by.has)
        return ERR_NONE;
    const struct know_evidence_kind *kind = know_evidence_kind_find(e->kind);
    struct str line = arena_printf(arena, "Bằng chứng bị trả lại: %.*s - %.*s",
                                   STR_ARG(kind ? kind->title.vi : e->kind), STR_ARG(reason));
    struct str link = arena_printf(arena, "/evidence/%lld", (long long)e->id);
    if (str_is_null(line) || str_is_null(link))
        return arena_full(arena, err);
    return notice_add(db, &(struct notice){e->submitted_by.v, STR("evidence"), line, link}, err);
}

static enum err_code decide_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct deciding *d = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, COVER_ARENA_BYTES);
    civil_day day;
    TRY(ledger_day(db, &arena, &day, err));
    struct actor reader = actor_with(d->actor, RIGHT_READ);
    struct sql_evidence_get_row *e = NULL;
    TRY(sql_evidence_get(db, &reader, &arena, &(struct sql_evidence_get_args){.id = d->evidence_id}, &e, err));
    if (!e)
        return err_set(err, ERR_NOT_FOUND, "no such evidence");
    const char *kind = "evidence_accepted";
    struct str state = STR("accepted"), from = STR("submitted");
    if (d->decision == DECIDE_WITHDRAW) {
        bool may_execute = false;
        TRY(access_has(db, d->actor, RIGHT_EXECUTE, e->unit_id, &may_execute, err));
        if (!may_execute)
            TRY(access_require(db, d->actor, RIGHT_REVIEW, e->unit_id, "withdraw evidence of this unit", err));
        kind = "evidence_withdrawn";
        state = STR("withdrawn");
        from = str_equal(e->state, STR("accepted")) ? STR("accepted") : STR("submitted");
    } else {
        TRY(require_reviewer(db, &arena, d->actor, e, day, err));
        if (d->decision == DECIDE_RETURN) {
            kind = "evidence_returned";
            state = STR("returned");
        }
    }
    if (d->decision != DECIDE_ACCEPT && str_is_empty(str_trim(d->reason)))
        return err_set(err, ERR_SYNTAX, "cần nêu lý do");
    int64_t changes = 0;
    TRY(sql_evidence_decide(db,
                            &(struct sql_evidence_decide_args){
                                .id = e->id,
                                .from_state = from,
                                .state = state,
                                .decided_by = {d->actor->person_id != 0, d->actor->person_id},
                                .decided_ms = db_now_ms(db),
                                .reason = d->decision == DECIDE_ACCEPT ? STR_NONE : str_trim(d->reason),
                            },
                            &changes, err));
    if (changes != 1)
        return err_set(err, ERR_CONFLICT, "bằng chứng này đã được xử lý trước đó");
    if (d->decision == DECIDE_RETURN)
        TRY(tell_returned(db, &arena, e, str_trim(d->reason), err));
    struct sql_assignment_evidence_ids_rows ids;
    TRY(sql_assignment_evidence_ids(db, &arena, &(struct sql_assignment_evidence_ids_args){.evidence_id = e->id}, &ids,
                                    err));
    struct str content;
    TRY(content_of(&arena, "evidence", e->id, d->decision == DECIDE_ACCEPT ? STR_NONE : str_trim(d->reason), &content,
                   err));
    for (size_t i = 0; i < ids.count; i++) {
        TRY(refresh(db, day, ids.items[i].assignment_id, err));
        TRY(note(db, kind, ids.items[i].assignment_id, e->unit_id, d->actor->person_id, content, err));
    }
    return ERR_NONE;
}

enum err_code evidence_accept(struct db *db, const struct actor *actor, int64_t evidence_id, struct err *err)
{
    struct deciding d = {actor, evidence_id, DECIDE_ACCEPT, STR_NONE};
    return db_transact(db, decide_in_transaction, &d, err);
}

enum err_code evidence_return(struct db *db, const struct actor *actor, int64_t evidence_id, struct str reason,
                              struct err *err)
{
    struct deciding d = {actor, evidence_id, DECIDE_RETURN, reason};
    return db_transact(db, decide_in_transaction, &d, err);
}

enum err_code evidence_withdraw(struct db *db, const struct actor *actor, int64_t evidence_id, struct str reason,
                                struct err *err)
{
    struct deciding d = {actor, evidence_id, DECIDE_WITHDRAW, reason};
    return db_transact(db, decide_in_transaction, &d, err);
}

/* --- decisions on one assignment --- */

struct setting {
    const struct actor *actor;
    int64_t assignment_id;
    struct str reason;
    enum { SET_NA, SET_APPLICABLE, SET_WAIVER, SET_ASSIGNEE } what;
    civil_day to_day;
    int64_t person_id;
};

static enum err_code set_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct setting *s = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, COVER_ARENA_BYTES);
    civil_day day;
    TRY(ledger_day(db, &arena, &day, err));
    struct ledger_row row;
    TRY(ledger_get(db, &arena, s->assignment_id, &row, err));
    if (s->what == SET_ASSIGNEE) {
        TRY(access_require(db, s->actor, RIGHT_ASSIGN, row.unit_id, "assign work in this unit", err));
        if (s->person_id) {
            struct sql_cover_works_in_row *works = NULL;
            TRY(sql_cover_works_in(
                db, &arena,
                &(struct sql_cover_works_in_args){.person_id = s->person_id, .unit_id = row.unit_id, .on_day = day},
                &works, err));
            if (!works || works->n == 0)
                return err_set(err, ERR_SYNTAX, "người được giao không thuộc đơn vị này");
        }
        TRY(sql_cover_set_assignee(
            db, &(struct sql_cover_set_assignee_args){.id = row.id, .person_id = {s->person_id != 0, s->person_id}},
            err));
        struct str content;
        TRY(content_of(&arena, "person", s->person_id, STR_NONE, &content, err));
        return note(db, "assignment_given", row.id, row.unit_id, s->actor->person_id, content, err);
    }
    TRY(access_require(db, s->actor, RIGHT_APPROVE, row.unit_id, "decide on this duty", err));
    if (str_is_empty(str_trim(s->reason)))
        return err_set(err, ERR_SYNTAX, "cần nêu lý do");
    if (!s->actor->all) {
        /* Whoever owes it does not free himself of it. */
        struct sql_cover_is_of_row *works = NULL;
        TRY(sql_cover_is_of(db, &arena,
                            &(struct sql_cover_is_of_args){.person_id = s->actor->person_id,
                                                           .unit_id = row.unit_id,
                                                           .on_day = day,
                                                           .work_rights = (int64_t)RIGHT_EXECUTE},
                            &works, err));
        if (works && works->n > 0)
            return err_set(err, ERR_DENIED, "đơn vị không tự miễn nghĩa vụ của mình; cấp trên quyết định");
    }
    struct ledger_row after = row;
    const char *kind = "assignment_waived";
    if (s->what == SET_WAIVER) {
        if (s->to_day != CIVIL_NONE && s->to_day <= day)
            return err_set(err, ERR_SYNTAX, "ngày hết miễn phải ở sau hôm nay");
        after.facts.waived_to_day = s->to_day;
    } else {
        kind = s->what == SET_NA ? "assignment_not_applicable" : "assignment_applicable";
        after.facts.na_from_day = s->what == SET_NA ? day : CIVIL_NONE;
    }
    TRY(ledger_put(db, day, &row, &after, err));
    struct str content;
    TRY(content_of(&arena, "", 0, str_trim(s->reason), &content, err));
    return note(db, kind, row.id, row.unit_id, s->actor->person_id, content, err);
}

enum err_code duty_assign(struct db *db, const struct actor *actor, int64_t assignment_id, int64_t person_id,
                          struct err *err)
{
    struct setting s = {.actor = actor, .assignment_id = assignment_id, .what = SET_ASSIGNEE, .person_id = person_id};
    return db_transact(db, set_in_transaction, &s, err);
}

enum err_code duty_set_not_applicable(struct db *db, const struct actor *actor, int64_t assignment_id, bool is_na,
                                      struct str reason, struct err *err)
{
    struct setting s = {
        .actor = actor, .assignment_id = assignment_id, .reason = reason, .what = is_na ? SET_NA : SET_APPLICABLE};
    return db_transact(db, set_in_transaction, &s, err);
}

enum err_code duty_set_waiver(struct db *db, const struct actor *actor, int64_t assignment_id, civil_day to_day,
                              struct str reason, struct err *err)
{
    struct setting s = {
        .actor = actor, .assignment_id = assignment_id, .reason = reason, .what = SET_WAIVER, .to_day = to_day};
    return db_transact(db, set_in_transaction, &s, err);
}
