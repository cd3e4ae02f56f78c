#include "duty/seen.h"

#include "duty/seen.sql.h"
#include "duty/state.h"
#include "format/json.h"

static const struct opt_i64 unknown = OPT_NONE;

/* An id in the content of an entry; 0: none, or erased by rule. */
static int64_t id_in(struct str content, struct str key, struct arena *arena)
{
    struct json root;
    struct err ignored;
    int64_t id;
    if (str_is_empty(content) || json_parse(content, 0, arena, &root, &ignored) != ERR_NONE)
        return 0;
    struct str text = json_str_or_none(json_get(root, key), arena);
    return !str_is_empty(text) && str_to_i64(text, &id) ? id : 0;
}

static enum err_code given_by_then(struct db *db, const struct seen *seen, struct arena *arena, struct err *err)
{
    struct sql_seen_given_row *given = NULL;
    struct sql_seen_person_row *person = NULL;
    TRY(sql_seen_given(db, arena,
                       &(struct sql_seen_given_args){.assignment_id = seen->duty->id, .until_ms = seen->until_ms},
                       &given, err));
    int64_t person_id = given ? id_in(given->content, STR("person"), arena) : 0;
    if (person_id)
        TRY(sql_seen_person(db, arena, &(struct sql_seen_person_args){.id = person_id}, &person, err));
    seen->duty->assignee_id = person ? OPT_I64(person_id) : unknown;
    seen->duty->assignee_name = person ? person->name : STR_NONE;
    return ERR_NONE;
}

enum err_code seen_open(struct db *db, const struct actor *actor, int64_t assignment_id, civil_day today,
                        civil_day as_of, struct arena *arena, struct seen *ret_seen, struct err *err)
{
    struct seen seen = {.day = today, .until_ms = INT64_MAX};
    TRY(sql_assignment_page(db, actor, arena, &(struct sql_assignment_page_args){.id = assignment_id, .on_day = today},
                            &seen.duty, err));
    if (!seen.duty)
        return err_set(err, ERR_NOT_FOUND, "no such duty");
    if (as_of != CIVIL_NONE && as_of > today)
        return err_set(err, ERR_SYNTAX, "ngày này chưa tới");
    if (as_of != CIVIL_NONE && as_of < today) {
        seen.day = as_of;
        seen.is_past = true;
        seen.until_ms = civil_day_start_ms(as_of + 1);
        struct sql_assignment_page_row *duty = seen.duty;
        if (duty->issued_ms >= seen.until_ms)
            return err_set(err, ERR_SYNTAX, "ngày đó việc này chưa được giao");
        struct sql_seen_on_row *then = NULL;
        TRY(sql_seen_on(
            db, actor, arena,
            &(struct sql_seen_on_args){.assignment_id = duty->id, .as_of_day = as_of, .until_ms = seen.until_ms}, &then,
            err));
        if (!then)
            return err_set(err, ERR_NOT_FOUND, "no such duty");
        duty->unit_id = then->unit_id;
        if (!str_is_empty(then->unit_name))
            duty->unit_name = then->unit_name;
        duty->subject_name = then->subject_name;
        duty->state = then->state.has ? then->state.v : DUTY_NOWHERE;
        duty->due_day = then->due_day;
        duty->covered_from_day = then->covered_from_day;
        duty->covered_to_day = then->covered_to_day;
        duty->waived_to_day = then->waived_to_day;
        duty->na_from_day = then->na_from_day;
        duty->acked_ms = then->acked_ms;
        duty->acked_name = then->acked_name;
        duty->started_ms = then->started_ms;
        if (then->state.has) {
            duty->closed_day = unknown;
            duty->moved_to_id = unknown;
        }
        TRY(given_by_then(db, &seen, arena, err));
    }
    *ret_seen = seen;
    return ERR_NONE;
}

/* --- evidence --- */

static enum err_code evidence_then(struct db *db, const struct actor *actor, const struct seen *seen,
                                   struct arena *arena, struct sql_seen_evidence_rows *ret_rows, struct err *err)
{
    struct sql_seen_evidence_rows rows;
    TRY(sql_seen_evidence(db, actor, arena,
                          &(struct sql_seen_evidence_args){.assignment_id = seen->duty->id,
                                                           .unit_id = seen->duty->unit_id,
                                                           .obligation_id = seen->duty->obligation_id,
                                                           .as_of_day = seen->day,
                                                           .until_ms = seen->until_ms},
                          &rows, err));
    struct sql_seen_accepted_rows accepted = {0};
    int64_t accepted_of = 0; /* rows stand by assignment */
    for (size_t i = 0; i < rows.count; i++) {
        struct sql_seen_evidence_row *r = &rows.items[i];
        if (!r->decided_ms.has || r->decided_ms.v < seen->until_ms)
            continue;
        /* Decided since. Accepted and returned were handed in until then; what was withdrawn may have been accepted. */
        bool was_accepted = false;
        if (str_equal(r->state, STR("withdrawn"))) {
            if (accepted_of != r->assignment_id)
                TRY(sql_seen_accepted(
                    db, arena,
                    &(struct sql_seen_accepted_args){.assignment_id = r->assignment_id, .until_ms = seen->until_ms},
                    &accepted, err));
            accepted_of = r->assignment_id;
            for (size_t k = 0; k < accepted.count && !was_accepted; k++)
                was_accepted = id_in(accepted.items[k].content, STR("evidence"), arena) == r->evidence_id;
        }
        r->state = was_accepted ? STR("accepted") : STR("submitted");
    }
    *ret_rows = rows;
    return ERR_NONE;
}

enum err_code seen_waits(struct db *db, int64_t assignment_id, int64_t found, int64_t until_ms, struct arena *arena,
                         bool *ret_waits, struct err *err)
{
    bool waits = found > 1;
    if (found == 1) {
        struct sql_seen_withdrawn_rows gone;
        struct sql_seen_accepted_rows accepted;
        TRY(sql_seen_withdrawn(db, arena,
                               &(struct sql_seen_withdrawn_args){.assignment_id = assignment_id, .until_ms = until_ms},
                               &gone, err));
        TRY(sql_seen_accepted(db, arena,
                              &(struct sql_seen_accepted_args){.assignment_id = assignment_id, .until_ms = until_ms},
                              &accepted, err));
        for (size_t i = 0; i < gone.count; i++) {
            bool was_accepted = false;
            for (size_t k = 0; k < accepted.count && !was_accepted; k++)
                was_accepted = id_in(accepted.items[k].content, STR("evidence"), arena) == gone.items[i].id;
            waits |= !was_accepted;
        }
    }
    *ret_waits = waits;
    return ERR_NONE;
}

static const struct sql_seen_evidence_row *NULLABLE then_of(const struct sql_seen_evidence_rows *rows, int64_t id)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->items[i].evidence_id == id)
            return &rows->items[i];
    return NULL;
}

enum err_code seen_evidence(struct db *db, const struct actor *actor, const struct seen *seen, struct arena *arena,
                            struct sql_assignment_evidence_list_rows *ret_evidence,
                            struct sql_duty_earlier_evidence_rows *ret_earlier, struct err *err)
{
    TRY(sql_assignment_evidence_list(db, actor, arena,
                                     &(struct sql_assignment_evidence_list_args){.assignment_id = seen->duty->id},
                                     ret_evidence, err));
    TRY(sql_duty_earlier_evidence(
        db, actor, arena, &(struct sql_duty_earlier_evidence_args){.assignment_id = seen->duty->id}, ret_earlier, err));
    if (!seen->is_past)
        return ERR_NONE;
    struct sql_seen_evidence_rows then;
    TRY(evidence_then(db, actor, seen, arena, &then, err));
    size_t n = 0;
    for (size_t i = 0; i < ret_evidence->count; i++) {
        struct sql_assignment_evidence_list_row row = ret_evidence->items[i];
        const struct sql_seen_evidence_row *was = then_of(&then, row.id);
        if (!was)
            continue;
        if (row.decided_ms.has && row.decided_ms.v >= seen->until_ms) {
            row.decided_ms = unknown;
            row.decided_name = row.reason = STR_NONE;
        }
        row.state = was->state;
        ret_evidence->items[n++] = row;
    }
    ret_evidence->count = n;
    n = 0;
    for (size_t i = 0; i < ret_earlier->count; i++) {
        struct sql_duty_earlier_evidence_row row = ret_earlier->items[i];
        const struct sql_seen_evidence_row *was = then_of(&then, row.id);
        if (!was)
            continue;
        row.state = was->state;
        ret_earlier->items[n++] = row;
    }
    ret_earlier->count = n;
    return ERR_NONE;
}

/* --- on each subject --- */

enum err_code seen_subjects(struct db *db, const struct actor *actor, const struct seen *seen, struct arena *arena,
                            struct sql_duty_subjects_rows *ret_subjects, struct sql_duty_spans_rows *ret_spans,
                            struct err *err)
{
    const struct sql_assignment_page_row *duty = seen->duty;
    if (!seen->is_past) {
        TRY(sql_duty_subjects(db, actor, arena,
                              &(struct sql_duty_subjects_args){.assignment_id = duty->id, .on_day = seen->day},
                              ret_subjects, err));
        return sql_duty_spans(db, actor, arena, &(struct sql_duty_spans_args){.assignment_id = duty->id}, ret_spans,
                              err);
    }
    struct sql_seen_subjects_rows rows;
    struct sql_seen_evidence_rows evidence;
    TRY(sql_seen_subjects(db, actor, arena,
                          &(struct sql_seen_subjects_args){.assignment_id = duty->id,
                                                           .unit_id = duty->unit_id,
                                                           .obligation_id = duty->obligation_id,
                                                           .as_of_day = seen->day,
                                                           .until_ms = seen->until_ms},
                          &rows, err));
    TRY(evidence_then(db, actor, seen, arena, &evidence, err));
    struct sql_duty_subjects_row *subjects = arena_new_array(arena, struct sql_duty_subjects_row, rows.count + 1);
    struct sql_duty_spans_row *spans = arena_new_array(arena, struct sql_duty_spans_row, evidence.count + 1);
    if (!subjects || !spans)
        return arena_full(arena, err);
    size_t n = 0, span_count = 0;
    bool has_own = false;
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_seen_subjects_row *r = &rows.items[i];
        has_own |= r->id == duty->id;
        subjects[n++] = (struct sql_duty_subjects_row){.id = r->id,
                                                       .subject_kind = r->subject_kind,
                                                       .subject_id = r->subject_id,
                                                       .subject_name = r->subject_name,
                                                       .level = r->level,
                                                       .issued_day = r->issued_day,
                                                       .due_day = r->due_day,
                                                       .acked_ms = r->acked_ms,
                                                       .started_ms = r->started_ms,
                                                       .covered_from_day = r->covered_from_day,
                                                       .covered_to_day = r->covered_to_day,
                                                       .na_from_day = r->na_from_day,
                                                       .waived_to_day = r->waived_to_day,
                                                       .soon_days = r->soon_days,
                                                       .state = r->state};
    }
    if (!has_own) /* closed by then: shown, counted nowhere, as today */
        subjects[n++] = (struct sql_duty_subjects_row){.id = duty->id,
                                                       .subject_kind = duty->subject_kind,
                                                       .subject_id = duty->subject_id,
                                                       .subject_name = duty->subject_name,
                                                       .issued_day = duty->issued_day,
                                                       .due_day = duty->due_day,
                                                       .acked_ms = duty->acked_ms,
                                                       .started_ms = duty->started_ms,
                                                       .covered_from_day = duty->covered_from_day,
                                                       .covered_to_day = duty->covered_to_day,
                                                       .waived_to_day = duty->waived_to_day,
                                                       .soon_days = duty->soon_days,
                                                       .state = DUTY_NOWHERE};
    for (size_t i = 0; i < evidence.count; i++) {
        const struct sql_seen_evidence_row *e = &evidence.items[i];
        for (size_t k = 0; k < n && str_equal(e->state, STR("submitted")); k++)
            if (subjects[k].id == e->assignment_id)
                subjects[k].waits = 1;
        if (str_equal(e->state, STR("accepted")) && e->covers_to_day > e->covers_from_day)
            spans[span_count++] = (struct sql_duty_spans_row){e->assignment_id, e->covers_from_day, e->covers_to_day};
    }
    *ret_subjects = (struct sql_duty_subjects_rows){subjects, n};
    *ret_spans = (struct sql_duty_spans_rows){spans, span_count};
    return ERR_NONE;
}

/* --- requests --- */

enum err_code seen_requests(struct db *db, const struct actor *actor, const struct seen *seen, struct arena *arena,
                            struct sql_request_list_assignment_rows *ret_requests, struct err *err)
{
    TRY(sql_request_list_assignment(db, actor, arena,
                                    &(struct sql_request_list_assignment_args){.assignment_id = seen->duty->id},
                                    ret_requests, err));
    if (!seen->is_past)
        return ERR_NONE;
    size_t n = 0;
    for (size_t i = 0; i < ret_requests->count; i++) {
        struct sql_request_list_assignment_row row = ret_requests->items[i];
        if (row.at_ms >= seen->until_ms)
            continue;
        if (row.decided_ms.has && row.decided_ms.v >= seen->until_ms) {
            row.state = STR("open");
            row.decided_name = row.decision = STR_NONE;
            row.decided_ms = row.granted_vnd = row.spent_vnd = row.spent_ms = unknown;
        } else if (row.spent_ms.has && row.spent_ms.v >= seen->until_ms) {
            row.state = STR("granted");
            row.spent_vnd = row.spent_ms = unknown;
        }
        ret_requests->items[n++] = row;
    }
    ret_requests->count = n;
    return ERR_NONE;
}
