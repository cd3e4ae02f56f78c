#include "format/json.h"
#include "incident/incident_parts.h"
#include "incident/ring.h"

/* What an act on a case has in its hands: the row is held until the transaction ends. */
struct changing {
    const struct actor *actor;
    int64_t case_id;
    const struct incident_fields *was, *now;
    uint64_t changed, clash;
    struct str severity, note;
};

/* --- three versions become one: what the writer saw, what he wants, what stands there --- */

static void merge_ms(uint64_t bit, int64_t was, int64_t now, int64_t *at, struct changing *c)
{
    was = incident_minute(was);
    now = incident_minute(now);
    if (was == now || now == *at)
        return;
    if (*at != was) {
        c->clash |= bit;
        return;
    }
    *at = now;
    c->changed |= bit;
}

static void merge_id(uint64_t bit, int64_t was, int64_t now, int64_t *at, struct changing *c)
{
    if (was == now || now == *at)
        return;
    if (*at != was) {
        c->clash |= bit;
        return;
    }
    *at = now;
    c->changed |= bit;
}

static bool is_same_text(struct str a, struct str b) /* none and empty are the same */
{
    return str_is_empty(a) ? str_is_empty(b) : str_equal(a, b);
}

static void merge_text(uint64_t bit, struct str was, struct str now, struct str *at, struct changing *c)
{
    now = str_trim(now);
    if (is_same_text(was, now) || is_same_text(now, *at))
        return;
    if (!is_same_text(*at, was)) {
        c->clash |= bit;
        return;
    }
    *at = now;
    c->changed |= bit;
}

static void merge_facts(struct incident_facts was, struct incident_facts now, struct incident_facts *at,
                        struct changing *c)
{
    for (int i = 0; i < (int)know_incident_fact_count; i++) {
        uint64_t bit = UINT64_C(1) << (INCIDENT_FACT_BIT + i);
        enum fact_answer wanted = incident_fact(now, i), stands = incident_fact(*at, i);
        if (incident_fact(was, i) == wanted || wanted == stands)
            continue;
        if (stands != incident_fact(was, i)) {
            c->clash |= bit;
            continue;
        }
        *at = incident_fact_with(*at, i, wanted);
        c->changed |= bit;
    }
}

#define BIT(field) (UINT64_C(1) << (field))
#define CLASSIFYING \
    (BIT(INCIDENT_SYSTEM) | BIT(INCIDENT_LABEL) | BIT(INCIDENT_DETECTED) | ~(BIT(INCIDENT_FACT_BIT) - 1))

static void merge(struct changing *c, struct incident_fields *at)
{
    const struct incident_fields *was = c->was, *now = c->now;
    merge_text(BIT(INCIDENT_TITLE), was->title, now->title, &at->title, c);
    merge_text(BIT(INCIDENT_SUMMARY), was->summary, now->summary, &at->summary, c);
    merge_id(BIT(INCIDENT_SYSTEM), was->system_id, now->system_id, &at->system_id, c);
    merge_text(BIT(INCIDENT_LABEL), was->label, now->label, &at->label, c);
    merge_text(BIT(INCIDENT_TLP), was->tlp, now->tlp, &at->tlp, c);
    merge_ms(BIT(INCIDENT_DETECTED), was->detected_ms, now->detected_ms, &at->detected_ms, c);
    merge_ms(BIT(INCIDENT_OCCURRED), was->occurred_ms, now->occurred_ms, &at->occurred_ms, c);
    merge_ms(BIT(INCIDENT_PERSONAL), was->personal_ms, now->personal_ms, &at->personal_ms, c);
    merge_ms(BIT(INCIDENT_CONTAINED), was->contained_ms, now->contained_ms, &at->contained_ms, c);
    merge_ms(BIT(INCIDENT_RESTORED), was->restored_ms, now->restored_ms, &at->restored_ms, c);
    merge_facts(was->facts, now->facts, &at->facts, c);
}

/* --- severity after a change --- */

struct verdict {
    struct str severity;
    struct opt_i64 by, at_ms;
    struct str note;
};

/* The rules' word, or what a person raised it to while that is still higher in the same scheme. It stays confirmed only
 * while it stays what was confirmed. */
static struct verdict verdict_after(const struct sql_incident_raw_row *row, struct incident_severity by_rules)
{
    const struct know_incident_severity *stood = know_incident_severity_find(row->severity);
    bool is_raised = stood && !str_is_empty(row->severity_note) && str_equal(stood->scheme, by_rules.level->scheme) &&
                     stood->rank > by_rules.level->rank;
    struct verdict out = {.severity = is_raised ? stood->id : by_rules.level->id};
    if (is_raised)
        out.note = row->severity_note;
    if (str_equal(out.severity, row->severity)) {
        out.by = row->severity_by;
        out.at_ms = row->severity_ms;
    }
    return out;
}

static void json_instant(struct json_writer *w, struct str key, int64_t was_ms, int64_t now_ms)
{
    char text[CIVIL_TEXT_BYTES];
    if (was_ms == now_ms)
        return;
    json_field_str(w, key, now_ms ? str_from_cstr(civil_iso_ms(now_ms, text)) : STR(""));
}

/* What changed, for the room: names of fields and what stands there now. */
static enum err_code detail_of(const struct changing *c, const struct incident_fields *before,
                               const struct incident_fields *after, struct str severity, struct buf *buf,
                               struct err *err)
{
    struct json_writer w;
    json_writer_init(&w, buf, 0);
    json_object_begin(&w);
    if (c->changed & BIT(INCIDENT_TITLE))
        json_field_str(&w, STR("title"), after->title);
    if (c->changed & BIT(INCIDENT_SUMMARY))
        json_field_str(&w, STR("summary"), str_is_null(after->summary) ? STR("") : after->summary);
    if (c->changed & BIT(INCIDENT_SYSTEM))
        json_field_id(&w, STR("system"), after->system_id);
    if (c->changed & BIT(INCIDENT_LABEL))
        json_field_str(&w, STR("label"), after->label);
    if (c->changed & BIT(INCIDENT_TLP))
        json_field_str(&w, STR("tlp"), after->tlp);
    json_instant(&w, STR("detected"), before->detected_ms, after->detected_ms);
    json_instant(&w, STR("occurred"), before->occurred_ms, after->occurred_ms);
    json_instant(&w, STR("personal"), before->personal_ms, after->personal_ms);
    json_instant(&w, STR("contained"), before->contained_ms, after->contained_ms);
    json_instant(&w, STR("restored"), before->restored_ms, after->restored_ms);
    static const char *const answers[] = {"open", "no", "suspected", "yes"};
    for (int i = 0; i < (int)know_incident_fact_count; i++)
        if (incident_fact(before->facts, i) != incident_fact(after->facts, i))
            json_field_str(&w, know_incident_facts[i].id, str_from_cstr(answers[incident_fact(after->facts, i)]));
    if (!str_is_null(severity))
        json_field_str(&w, STR("severity"), severity);
    json_object_end(&w);
    return buf_check(buf, err);
}

static enum err_code require_open(const struct sql_incident_raw_row *row, struct err *err)
{
    return str_equal(row->state, STR("open")) ? ERR_NONE
                                              : err_set(err, ERR_CONFLICT, "hồ sơ này đã kết thúc: mở lại rồi sửa");
}

static enum err_code put(struct db *db, struct arena *arena, const struct changing *c,
                         const struct sql_incident_raw_row *row, const struct incident_fields *f,
                         const struct verdict *verdict, struct err *err)
{
    struct incident_unit unit;
    struct str system_name;
    int level;
    TRY(incident_unit_get(db, arena, row->unit_id, db_today(db), &unit, err));
    TRY(incident_system_level(db, arena, f->system_id, row->unit_id, civil_day_of_ms(f->detected_ms), &level,
                              &system_name, err));
    TRY(sql_incident_put(db,
                         &(struct sql_incident_put_args){
                             .id = row->id,
                             .system_id = {f->system_id != 0, f->system_id},
                             .title = f->title,
                             .summary = str_is_empty(f->summary) ? STR_NONE : f->summary,
                             .label = f->label,
                             .facts = (int64_t)f->facts.bits,
                             .severity = verdict->severity,
                             .severity_by = verdict->by,
                             .severity_ms = verdict->at_ms,
                             .severity_note = verdict->note,
                             .classified_ms = c->changed & CLASSIFYING ? db_now_ms(db) : row->classified_ms,
                             .detected_ms = f->detected_ms,
                             .occurred_ms = {f->occurred_ms != 0, f->occurred_ms},
                             .personal_ms = {f->personal_ms != 0, f->personal_ms},
                             .contained_ms = {f->contained_ms != 0, f->contained_ms},
                             .restored_ms = {f->restored_ms != 0, f->restored_ms},
                             .tlp = f->tlp,
                         },
                         err));
    TRY(incident_mark_put(db, arena, row->id, INCIDENT_MARK_SEVERITY, row->severity, verdict->severity, err));
    if (c->changed & (BIT(INCIDENT_TITLE) | BIT(INCIDENT_SUMMARY) | BIT(INCIDENT_SYSTEM)))
        TRY(incident_words_put(db, arena, row->id, row->code, f, unit.name, system_name, err));
    return ERR_NONE;
}

static enum err_code change_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct changing *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    c->changed = c->clash = 0;
    struct sql_incident_raw_row *row;
    struct party_standing standing;
    TRY(incident_raw_get(db, &arena, c->case_id, &row, err));
    TRY(party_require(db, c->actor, c->case_id, false, &standing, err));
    if (standing.part != PARTY_LEAD && standing.part != PARTY_OWN && standing.part != PARTY_HELP)
        return err_set(err, ERR_DENIED, "việc này do bên chủ trì, phối hợp và đơn vị bị sự cố làm");
    TRY(require_open(row, err));
    struct incident_fields before = incident_fields_of(row), after = before;
    merge(c, &after);
    if (c->clash)
        return err_set(err, ERR_CONFLICT, "người khác vừa sửa cùng chỗ này: xem bản mới rồi sửa lại");
    if (!c->changed)
        return ERR_NONE;
    TRY(incident_fields_check(db, &after, err));
    struct incident_severity by_rules;
    TRY(incident_by_rules(db, &arena, row->unit_id, &after, &by_rules, NULL, err));
    struct verdict verdict = verdict_after(row, by_rules);
    TRY(put(db, &arena, c, row, &after, &verdict, err));
    TRY(incident_ring_set(db, row->id, err));
    AUTO_BUF detail;
    buf_init(&detail, 1u << 20);
    TRY(detail_of(c, &before, &after, str_equal(verdict.severity, row->severity) ? STR_NONE : verdict.severity, &detail,
                  err));
    return case_record(db,
                       &(struct case_record){.case_id = row->id,
                                             .kind = "changed",
                                             .text = STR(""),
                                             .detail_json = buf_str(&detail),
                                             .audience_bits = AUDIENCE_USUAL,
                                             .by_person = c->actor->person_id,
                                             .by_unit_id = standing.unit_id},
                       NULL, NULL, err);
}

enum err_code incident_change(struct db *db, const struct actor *actor, int64_t case_id,
                              const struct incident_fields *was, const struct incident_fields *now,
                              uint64_t *ret_changed, uint64_t *ret_clash, struct err *err)
{
    struct changing c = {.actor = actor, .case_id = case_id, .was = was, .now = now};
    enum err_code code = db_transact(db, change_in_transaction, &c, err);
    *ret_clash = c.clash; /* what clashed is asked for exactly when it failed */
    TRY(code);
    *ret_changed = c.changed;
    return ERR_NONE;
}

static enum err_code confirm_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct changing *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct sql_incident_raw_row *row;
    struct party_standing standing;
    TRY(incident_raw_get(db, &arena, c->case_id, &row, err));
    TRY(party_require(db, c->actor, c->case_id, false, &standing, err));
    if (standing.part != PARTY_LEAD && standing.part != PARTY_OWN)
        return err_set(err, ERR_DENIED, "mức độ do người của bên chủ trì hoặc đơn vị bị sự cố xác nhận");
    if (!c->actor->person_id)
        return err_set(err, ERR_DENIED, "mức độ phải do một người có tên xác nhận");
    TRY(require_open(row, err));
    const struct know_incident_severity *wanted = know_incident_severity_find(c->severity);
    struct incident_fields fields = incident_fields_of(row);
    struct incident_severity by_rules;
    TRY(incident_by_rules(db, &arena, row->unit_id, &fields, &by_rules, NULL, err));
    if (!wanted || !str_equal(wanted->scheme, by_rules.level->scheme))
        return err_set(err, ERR_SYNTAX, "không có mức độ '%.*s' theo quy định đang áp dụng", STR_ARG(c->severity));
    if (wanted->rank < by_rules.level->rank)
        return err_set(err, ERR_CONFLICT, "thấp hơn mức theo quy tắc: nếu đúng là nhẹ hơn thì trả lời lại các câu hỏi");
    bool is_raised = wanted->rank > by_rules.level->rank;
    if (is_raised && str_is_empty(c->note))
        return err_set(err, ERR_SYNTAX, "cần nêu lý do xác nhận cao hơn mức theo quy tắc");
    TRY(sql_incident_put_severity(
        db,
        &(struct sql_incident_put_severity_args){
            .id = row->id,
            .severity = wanted->id,
            .severity_by = OPT_I64(c->actor->person_id),
            .severity_ms = db_now_ms(db),
            .severity_note = is_raised ? c->note : STR_NONE,
            .classified_ms = str_equal(wanted->id, row->severity) ? row->classified_ms : db_now_ms(db),
        },
        err));
    TRY(incident_mark_put(db, &arena, row->id, INCIDENT_MARK_SEVERITY, row->severity, wanted->id, err));
    TRY(incident_ring_set(db, row->id, err));
    struct str detail = arena_printf(&arena, "{\"severity\":\"%.*s\"}", STR_ARG(wanted->id));
    if (str_is_null(detail))
        return arena_full(&arena, err);
    return case_record(db,
                       &(struct case_record){.case_id = row->id,
                                             .kind = "severity",
                                             .text = c->note,
                                             .detail_json = detail,
                                             .audience_bits = AUDIENCE_ALL,
                                             .by_person = c->actor->person_id,
                                             .by_unit_id = standing.unit_id},
                       NULL, NULL, err);
}

enum err_code incident_confirm(struct db *db, const struct actor *actor, int64_t case_id, struct str severity,
                               struct str note, struct err *err)
{
    struct changing c = {.actor = actor, .case_id = case_id, .severity = severity, .note = str_trim(note)};
    return db_transact(db, confirm_in_transaction, &c, err);
}
