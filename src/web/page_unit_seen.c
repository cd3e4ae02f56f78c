#include "web/page_unit_seen.h"

#include "duty/page_unit.sql.h"
#include "duty/seen.h"
#include "duty/succession.sql.h"

enum err_code unit_seen_open(struct request *request, struct db *db, struct unit_seen *ret_seen, struct err *err)
{
    struct unit_seen seen = {.today = app_today(request), .actor = app_actor(request)};
    TRY(request_id(request, STR("id"), &seen.id, err));
    seen.day = seen.today;
    struct err typed;
    civil_day asked = CIVIL_NONE;
    if (app_day(request, STR("as_of"), &asked, &typed) != ERR_NONE)
        seen.as_of_error = request_said(request, &typed);
    else if (asked != CIVIL_NONE && asked > seen.today)
        seen.as_of_error = kit_text(request, MSG_UNIT_AS_OF_FUTURE);
    else if (asked != CIVIL_NONE && asked < seen.today) {
        seen.day = asked;
        seen.is_past = true;
    }
    struct sql_unit_page_args args = {.unit_id = seen.id, .on_day = seen.day};
    TRY(sql_unit_page(db, &seen.actor, request->arena, &args, &seen.row, err));
    if (!seen.row) {
        struct sql_unit_fact_last_row *last;
        TRY(sql_unit_fact_last(db, request->arena, &(struct sql_unit_fact_last_args){.unit_id = seen.id}, &last, err));
        if (last && seen.is_past && last->to_day > seen.day) {
            seen.as_of_error = kit_text(request, MSG_UNIT_AS_OF_BEFORE);
            seen.is_past = false;
            seen.day = seen.today;
        } else if (last && last->to_day <= seen.today) {
            /* Who could see it on its last day still may. */
            seen.day = seen.actor.day = (civil_day)last->to_day - 1;
            seen.is_ended = true;
        }
        args.on_day = seen.day;
        TRY(sql_unit_page(db, &seen.actor, request->arena, &args, &seen.row, err));
    }
    if (!seen.row)
        return err_set(err, ERR_NOT_FOUND, "unit %lld", (long long)seen.id);
    *ret_seen = seen;
    return ERR_NONE;
}

static struct str reference_of(const struct request *request, struct str number, struct str symbol, struct str title)
{
    if (str_is_empty(number) && str_is_empty(symbol))
        return title;
    if (str_is_empty(number))
        return symbol;
    return app_href(request, "%.*s/%.*s", STR_ARG(number), STR_ARG(symbol));
}

static enum err_code rows_room(const struct request *request, struct duty_rows *rows, size_t count, struct err *err)
{
    rows->items = arena_new_array(request->arena, struct pg_unit_duty, count + 1);
    rows->states = arena_new_array(request->arena, int, count + 1);
    rows->subjects = arena_new_array(request->arena, struct duty_subject, count + 1);
    rows->count = count;
    return rows->items && rows->states && rows->subjects ? ERR_NONE : arena_full(request->arena, err);
}

static struct str duty_href(const struct request *request, const struct unit_seen *seen, int64_t id)
{
    return seen->day == seen->today
               ? app_href(request, "/duty/%lld", (long long)id)
               : app_href(request, "/duty/%lld?as_of=%.*s", (long long)id, STR_ARG(unit_day_vn(request, seen->day)));
}

/* Row i on a day, of a row of either query: both have these columns. */
#define PUT_ROW(rows, i, r, facts, day)                                                                      \
    do {                                                                                                     \
        struct str ref_ = reference_of(request, (r)->number, (r)->symbol, (r)->directive_title);             \
        civil_day due_ = duty_next_due((facts), (day));                                                      \
        (rows)->states[i] = (int)(r)->state;                                                                 \
        (rows)->subjects[i] = (struct duty_subject){(r)->catalogue_id, (r)->subject_kind, (r)->subject_id};  \
        (rows)->items[i] = (struct pg_unit_duty){                                                            \
            .title = str_is_empty((r)->subject_name)                                                         \
                         ? (r)->title                                                                        \
                         : app_href(request, "%.*s: %.*s", STR_ARG((r)->title), STR_ARG((r)->subject_name)), \
            .sub = str_is_empty((r)->catalogue_id)                                                           \
                       ? ref_                                                                                \
                       : app_href(request, "%.*s · %.*s", STR_ARG((r)->catalogue_id), STR_ARG(ref_)),        \
            .href = duty_href(request, seen, (r)->id),                                                       \
            .state = app_page_state((int)(r)->state),                                                        \
            .word = app_state_word(request, (facts), (int)(r)->state, (r)->waits > 0, (day)),                \
            .due = due_ == CIVIL_NONE || due_ == CIVIL_FOREVER ? STR("–") : unit_day_vn(request, due_)};     \
    } while (0)

static void put_proof(const struct request *request, struct pg_unit_duty *item, struct str title, int64_t evidence_id)
{
    item->proof = title;
    item->proof_href = app_href(request, "/evidence/%lld", (long long)evidence_id);
}

static enum err_code duties_past(struct request *request, struct db *db, const struct unit_seen *seen,
                                 struct duty_rows *rows, struct err *err)
{
    struct sql_unit_duties_as_of_rows past;
    int64_t until_ms = civil_day_start_ms(seen->day + 1);
    TRY(sql_unit_duties_as_of(
        db, &seen->actor, request->arena,
        &(struct sql_unit_duties_as_of_args){.unit_id = seen->id, .as_of_day = seen->day, .until_ms = until_ms}, &past,
        err));
    TRY(rows_room(request, rows, past.count, err));
    for (size_t i = 0; i < past.count; i++) {
        const struct sql_unit_duties_as_of_row *r = &past.items[i];
        bool waits;
        TRY(seen_waits(db, r->id, r->waits, until_ms, request->arena, &waits, err));
        past.items[i].waits = waits;
        struct duty_facts facts = {.issued_day = (civil_day)r->issued_day,
                                   .due_day = kit_day_of(r->due_day),
                                   .is_periodic = r->period_months.has && r->period_months.v > 0,
                                   .acked_day = CIVIL_NONE,
                                   .started_day = CIVIL_NONE,
                                   .covered_from_day = kit_day_of(r->covered_from_day),
                                   .covered_to_day = kit_day_of(r->covered_to_day),
                                   .na_from_day = CIVIL_NONE,
                                   .waived_to_day = kit_day_of(r->waived_to_day),
                                   .closed_day = CIVIL_NONE,
                                   .soon_days = (int)r->soon_days};
        PUT_ROW(rows, i, r, &facts, seen->day);
    }
    struct sql_unit_duty_evidence_on_rows proofs;
    TRY(sql_unit_duty_evidence_on(
        db, &seen->actor, request->arena,
        &(struct sql_unit_duty_evidence_on_args){.unit_id = seen->id, .as_of_day = seen->day, .until_ms = until_ms},
        &proofs, err));
    for (size_t i = 0; i < past.count; i++)
        for (size_t p = 0; p < proofs.count; p++)
            if (proofs.items[p].assignment_id == past.items[i].id)
                put_proof(request, &rows->items[i], proofs.items[p].title, proofs.items[p].evidence_id);
    return ERR_NONE;
}

static enum err_code duties_today(struct request *request, struct db *db, const struct unit_seen *seen,
                                  struct duty_rows *rows, struct err *err)
{
    struct sql_assignment_list_unit_rows *list = arena_new(request->arena, struct sql_assignment_list_unit_rows);
    if (!list)
        return arena_full(request->arena, err);
    struct sql_unit_duty_evidence_rows proofs;
    TRY(sql_assignment_list_unit(db, &seen->actor, request->arena,
                                 &(struct sql_assignment_list_unit_args){.unit_id = seen->id, .on_day = seen->day},
                                 list, err));
    TRY(sql_unit_duty_evidence(db, &seen->actor, request->arena,
                               &(struct sql_unit_duty_evidence_args){.unit_id = seen->id}, &proofs, err));
    TRY(rows_room(request, rows, list->count, err));
    for (size_t i = 0; i < list->count; i++) {
        const struct sql_assignment_list_unit_row *r = &list->items[i];
        struct duty_facts facts = kit_duty_facts(r);
        PUT_ROW(rows, i, r, &facts, seen->today);
        for (size_t p = 0; p < proofs.count; p++)
            if (proofs.items[p].assignment_id == r->id)
                put_proof(request, &rows->items[i], proofs.items[p].title, proofs.items[p].evidence_id);
    }
    rows->today = list;
    return ERR_NONE;
}

enum err_code unit_seen_duties(struct request *request, struct db *db, const struct unit_seen *seen,
                               struct duty_rows *ret_rows, struct err *err)
{
    struct duty_rows rows = {.count = 0};
    TRY(seen->is_past || seen->is_ended ? duties_past(request, db, seen, &rows, err)
                                        : duties_today(request, db, seen, &rows, err));
    for (size_t i = 0; i < rows.count; i++)
        if (rows.states[i] >= 0 && rows.states[i] < DUTY_STATE_COUNT)
            rows.n[rows.states[i]]++;
    for (int s = 0; s < DUTY_STATE_COUNT; s++)
        if (s != DUTY_NA && s != DUTY_WAIVED)
            rows.owed += rows.n[s];
    *ret_rows = rows;
    return ERR_NONE;
}

enum err_code unit_seen_contacts(struct request *request, struct db *db, const struct unit_seen *seen,
                                 struct pg_unit_contact_list *ret_list, bool *ret_no_focal, struct str *ret_head,
                                 struct err *err)
{
    struct sql_unit_page_contacts_rows rows;
    TRY(sql_unit_page_contacts(db, &seen->actor, request->arena,
                               &(struct sql_unit_page_contacts_args){.unit_id = seen->id, .on_day = seen->day}, &rows,
                               err));
    struct pg_unit_contact *items = arena_new_array(request->arena, struct pg_unit_contact, rows.count + 1);
    if (!items)
        return arena_full(request->arena, err);
    *ret_no_focal = true;
    *ret_head = STR("");
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_unit_page_contacts_row *r = &rows.items[i];
        bool is_focal = str_equal(r->role, STR("focal_officer")) || str_equal(r->role, STR("isp_contact"));
        if (is_focal)
            *ret_no_focal = false;
        if (str_equal(r->role, STR("unit_head")) && str_is_empty(*ret_head))
            *ret_head = r->name;
        items[i] = (struct pg_unit_contact){.name = r->name,
                                            .href = app_href(request, "/person/%lld", (long long)r->person_id),
                                            .role = unit_role_word(request, r->role),
                                            .phone = r->phone,
                                            .email = r->email};
        if (seen->is_past || seen->is_ended || !(is_focal || str_equal(r->role, STR("focal_deputy"))))
            continue;
        bool is_fresh = r->confirmed_ms.has && !kit_contact_is_old(r->confirmed_ms.v, seen->today);
        items[i].state = is_fresh ? PAGE_STATE_OK : PAGE_STATE_DUE;
        items[i].word = r->confirmed_ms.has ? msg_str(request->arena, request->lang, MSG_UNIT_CONFIRMED, 0,
                                                      MSG_ARGS(ARG_DAY("day", civil_day_of_ms(r->confirmed_ms.v))))
                                            : kit_text(request, MSG_UNIT_NEVER_CONFIRMED);
    }
    *ret_list = (struct pg_unit_contact_list){items, rows.count};
    return ERR_NONE;
}

/* Another unit on the day this one is looked at. */
struct str unit_seen_href(const struct request *request, const struct unit_seen *seen, int64_t id)
{
    return seen->is_past
               ? app_href(request, "/unit/%lld?as_of=%.*s", (long long)id, STR_ARG(unit_day_vn(request, seen->day)))
               : unit_href(request, id);
}
