#include "work/demo.h"

#include "asset/asset_sample.h"
#include "base/buf.h"
#include "base/vec.h"
#include "duty/cover.h"
#include "duty/directive.sql.h"
#include "duty/ledger.h"
#include "duty/letter_book.sql.h"
#include "duty/reminder.h"
#include "format/json.h"
#include "know/know.h"
#include "org/access.h"
#include "org/person.h"
#include "org/sample.h"
#include "proof/chain.h"
#include "store/blob.h"
#include "work/demo.sql.h"

#define DEMO_ARENA_BYTES (1u << 30)
#define DEMO_FIRST_DAY   (-180) /* the story begins so many days before the last one */
#define DEMO_DEVICES_DAY (-5)   /* what the register of devices holds was said in the month before: it is not old yet */
#define DEMO_MORNING_MS  (8 * 3600 * 1000LL)
#define PERMILLE         1000u

/* What a unit will do about one thing it owes, drawn when it is issued. */
enum act { ACT_ACKNOWLEDGE, ACT_SUBMIT, ACT_ACCEPT, ACT_RETURN };
struct event {
    civil_day day;
    enum act act;
    int64_t unit_id;
    int64_t person_id;
    int64_t object_id; /* directive, assignment, or index of the submission for a review */
    struct str kind;   /* of evidence */
};
struct unit_people {
    int64_t unit_id;
    int64_t focal;
    size_t first, count; /* of story.people */
    unsigned diligence;  /* permille */
};
struct story {
    struct store *store;
    struct db *db;
    const struct demo_options *options;
    struct arena *arena;
    struct rng rng;
    civil_day today;
    struct sql_demo_people_rows people;
    VEC(struct unit_people) units;
    VEC(struct event) events;
    size_t next_event;
    struct {
        struct submission {
            int64_t evidence_id, assignment_id, person_id;
        } * items;
        size_t count, room;
    } submissions;
    int64_t school_reviewer, province_reviewer;
    int64_t school_reviewer_unit, province_reviewer_unit;
    struct sha256 file_hash;
    int64_t file_bytes;
    int64_t directive_of[16];
    struct demo_report report;
};

static void say(const struct story *s, const char *what_vi, const char *what_en, int64_t done, int64_t total)
{
    if (s->options->progress)
        s->options->progress(s->options->ctx, what_vi, what_en, done, total);
}

static struct actor person_actor(const struct story *s, int64_t person_id)
{
    return (struct actor){.person_id = person_id, .right = RIGHT_READ, .day = s->today};
}

static unsigned draw(struct story *s)
{
    return (unsigned)rng_below(&s->rng, PERMILLE);
}

static civil_day draw_day(struct story *s, civil_day from, civil_day to)
{
    return to <= from ? from : from + (civil_day)rng_below(&s->rng, (uint64_t)(to - from) + 1);
}

/* --- letters --- */

static bool fill_number(struct str *rest, int *ret_number)
{
    size_t len = 0;
    while (len < rest->len_bytes &&
           (rest->ptr[len] == '-' || rest->ptr[len] == '+' || (rest->ptr[len] >= '0' && rest->ptr[len] <= '9')))
        len++;
    struct str text = str_slice(*rest, rest->ptr[0] == '+', len);
    int64_t value;
    if (!str_to_i64(text, &value) || !str_starts_with(str_slice(*rest, len, rest->len_bytes), STR("}}")))
        return false;
    *ret_number = (int)value;
    *rest = str_slice(*rest, len + 2, rest->len_bytes);
    return true;
}

static enum err_code fill_dates(struct story *s, struct str text, struct str *ret_text, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, 1u << 20);
    struct str rest = text;
    for (;;) {
        ptrdiff_t at = str_find(rest, STR("{{"), 0);
        if (at < 0)
            break;
        buf_put(&buf, str_slice(rest, 0, (size_t)at));
        rest = str_slice(rest, (size_t)at + 2, rest.len_bytes);
        bool is_long = str_starts_with(rest, STR("long"));
        if (is_long)
            rest = str_slice(rest, 4, rest.len_bytes);
        int offset;
        if (!fill_number(&rest, &offset))
            return err_set(err, ERR_SYNTAX, "a date of a demo letter is not of the form {{-170}}");
        civil_day day = s->options->last_day + offset;
        struct civil c = civil_from_day(day);
        char shown[CIVIL_TEXT_BYTES];
        if (is_long) /* Decree 30: leading zero for days under 10 and for months 1 and 2 */
            buf_printf(&buf, c.month < 3 ? "ngày %02d tháng %02d năm %d" : "ngày %02d tháng %d năm %d", c.day, c.month,
                       c.year);
        else
            buf_put(&buf, str_from_cstr(civil_vn(day, shown)));
    }
    buf_put(&buf, rest);
    return buf_to_arena(&buf, s->arena, ret_text, err);
}

/* Each obligation of the tier above is carried out by the one below that comes from the same entry of the catalogue;
 * its day may only be earlier, so a later one is brought forward. */
static enum err_code link_parent(struct story *s, struct directive_draft *draft, int64_t parent_id, struct err *err)
{
    struct sql_obligation_list_rows above;
    TRY(sql_obligation_list(s->db, s->arena, &(struct sql_obligation_list_args){.directive_id = parent_id}, &above,
                            err));
    struct obligation_draft *own = arena_new_array(s->arena, struct obligation_draft, draft->obligation_count);
    if (!own)
        return arena_full(s->arena, err);
    memcpy(own, draft->obligations, draft->obligation_count * sizeof *own);
    for (size_t i = 0; i < draft->obligation_count; i++)
        for (size_t k = 0; k < above.count; k++) {
            if (str_is_empty(own[i].catalogue_id) || !str_equal(own[i].catalogue_id, above.items[k].catalogue_id))
                continue;
            own[i].parent_id = above.items[k].id;
            if (above.items[k].deadline_day.has &&
                (own[i].deadline_day == CIVIL_NONE || own[i].deadline_day > above.items[k].deadline_day.v))
                own[i].deadline_day = (civil_day)above.items[k].deadline_day.v;
        }
    draft->parent_id = parent_id;
    draft->obligations = own;
    return ERR_NONE;
}

static struct unit_people *unit_find(struct story *s, int64_t unit_id);

static enum err_code push_event(struct story *s, struct event event, struct err *err)
{
    struct event *e = vec_push(&s->events, s->arena);
    if (!e)
        return arena_full(s->arena, err);
    *e = event;
    return ERR_NONE;
}

/* A unit reads after some days, does what it does by some day, or never. */
static enum err_code plan_unit(struct story *s, const struct sql_demo_directive_assignments_row *rows, size_t count,
                               int64_t directive_id, struct err *err)
{
    struct unit_people *unit = unit_find(s, rows[0].unit_id);
    if (!unit || !unit->focal || unit->diligence < 35)
        return ERR_NONE; /* nobody there: exactly who the tier above must find first */
    civil_day acked = s->today + 1 + (civil_day)((PERMILLE - unit->diligence) / 120) + (civil_day)rng_below(&s->rng, 3);
    TRY(push_event(s, (struct event){acked, ACT_ACKNOWLEDGE, unit->unit_id, unit->focal, directive_id, STR_NONE}, err));
    bool all_read = draw(s) < 450 + unit->diligence / 2;
    for (size_t i = 0; i < count; i++) {
        if (str_equal(rows[i].denominator, STR("person"))) {
            for (size_t p = 0; p < unit->count; p++) {
                int64_t person = s->people.items[unit->first + p].person_id;
                bool is_repeated = p > 0 && s->people.items[unit->first + p - 1].person_id == person;
                if (person == unit->focal || is_repeated || (!all_read && draw(s) < 350))
                    continue;
                TRY(push_event(s,
                               (struct event){acked + (civil_day)rng_below(&s->rng, 15), ACT_ACKNOWLEDGE, unit->unit_id,
                                              person, directive_id, STR_NONE},
                               err));
            }
            continue;
        }
        /* Most units do what they owe; one in six does some of it. */
        if (draw(s) > (unit->diligence >= 170 ? 975 : 150 + unit->diligence * 2))
            continue;
        civil_day due = rows[i].due_day.has ? (civil_day)rows[i].due_day.v : s->today + 120;
        civil_day done = draw_day(s, acked + 2, due > acked + 6 ? due + 4 : acked + 60);
        struct str rest = rows[i].evidence_kinds, kind;
        if (!str_split(&rest, ' ', &kind) || str_is_empty(kind))
            continue;
        TRY(push_event(s, (struct event){done, ACT_SUBMIT, unit->unit_id, unit->focal, rows[i].id, kind}, err));
    }
    return ERR_NONE;
}

static int event_compare(const void *left, const void *right)
{
    const struct event *a = left, *b = right;
    if (a->day != b->day)
        return a->day < b->day ? -1 : 1;
    if (a->unit_id != b->unit_id)
        return a->unit_id < b->unit_id ? -1 : 1;
    if (a->object_id != b->object_id)
        return a->object_id < b->object_id ? -1 : 1;
    return (a->person_id > b->person_id) - (a->person_id < b->person_id);
}

static void sort_events(struct story *s)
{
    if (s->events.count > s->next_event)
        qsort(s->events.items + s->next_event, s->events.count - s->next_event, sizeof *s->events.items, event_compare);
}

static enum err_code plan_directive(struct story *s, int64_t directive_id, struct err *err)
{
    struct sql_demo_directive_assignments_rows rows;
    TRY(sql_demo_directive_assignments(
        s->db, s->arena, &(struct sql_demo_directive_assignments_args){.directive_id = directive_id}, &rows, err));
    for (size_t i = 0; i < rows.count;) {
        size_t end = i + 1;
        while (end < rows.count && rows.items[end].unit_id == rows.items[i].unit_id)
            end++;
        TRY(plan_unit(s, &rows.items[i], end - i, directive_id, err));
        i = end;
    }
    sort_events(s);
    return ERR_NONE;
}

static enum err_code letter_arrives(struct story *s, size_t index, struct err *err)
{
    const struct demo_letter *letter = &s->options->letters[index];
    struct actor system = actor_system(s->today);
    struct sql_demo_unit_of_kind_row *issuer = NULL;
    TRY(sql_demo_unit_of_kind(
        s->db, s->arena,
        &(struct sql_demo_unit_of_kind_args){.kind = str_from_cstr(letter->issuer_kind), .on_day = s->today}, &issuer,
        err));
    if (!issuer)
        return err_set(err, ERR_NOT_FOUND, "the sample province has no %s", letter->issuer_kind);
    struct str text;
    TRY(fill_dates(s, letter->text, &text, err));
    int64_t letter_id;
    bool is_new;
    struct intake_options intake = {.unit_id = issuer->unit_id,
                                    .file_name = letter->name,
                                    .media_type = STR("text/plain"),
                                    .file_bytes = text,
                                    .is_sample = true};
    if (intake_letter(s->db, &system, text, &intake, &letter_id, &is_new, err) != ERR_NONE)
        return err_wrap(err, "%.*s", STR_ARG(letter->name));
    s->report.letters++;
    struct sql_letter_duties_rows duties;
    TRY(sql_letter_duties(s->db, &system, s->arena, &(struct sql_letter_duties_args){.letter_id = letter_id}, &duties,
                          err));
    s->report.duties_read += duties.count;
    /* The clerk: what the machine is sure of is confirmed, what it could not place is kept as a duty of its own. */
    for (size_t i = 0; i < duties.count; i++)
        TRY(letter_duty_confirm(s->db, &system, duties.items[i].id, err));
    TRY(letter_confirm(s->db, &system, letter_id, err));
    struct directive_draft draft;
    TRY(intake_directive_draft(s->db, &system, letter_id, letter->edge_kind, s->arena, &draft, err));
    draft.is_sample = true;
    struct sql_letter_get_row *row = NULL;
    TRY(sql_letter_get(s->db, &system, s->arena, &(struct sql_letter_get_args){.id = letter_id}, &row, err));
    draft.number = row->number;
    draft.symbol = row->symbol;
    draft.issued_day = row->issued_day.has ? (civil_day)row->issued_day.v : s->today;
    if (letter->parent >= 0)
        TRY(link_parent(s, &draft, s->directive_of[letter->parent], err));
    s->report.duties_issued += draft.obligation_count;
    int64_t directive_id;
    TRY(directive_draft_new(s->db, &system, &draft, &directive_id, err));
    struct directive_issued issued;
    if (directive_issue(s->db, &system, directive_id, &issued, err) != ERR_NONE)
        return err_wrap(err, "issue %.*s", STR_ARG(letter->name));
    s->directive_of[index] = directive_id;
    s->report.directives++;
    s->report.assignments += issued.assignment_count;
    return plan_directive(s, directive_id, err);
}

/* --- what happens on a day --- */

static struct unit_people *unit_find(struct story *s, int64_t unit_id)
{
    size_t low = 0, high = s->units.count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->units.items[mid].unit_id < unit_id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < s->units.count && s->units.items[low].unit_id == unit_id ? &s->units.items[low] : NULL;
}

/* Something of the right type in every field that must be filled. */
static enum err_code fill_fields(struct story *s, const struct know_evidence_kind *kind, const struct unit_people *unit,
                                 struct arena *arena, struct str *ret_json, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, 1u << 16);
    struct json_writer w;
    char day[CIVIL_TEXT_BYTES];
    struct str today = str_from_cstr(civil_vn(s->today, day));
    json_writer_init(&w, &buf, 0);
    json_object_begin(&w);
    int64_t devices = 8 + (int64_t)(unit->unit_id % 40);
    bool covers_all = draw(s) < 820;
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct know_field *f = &kind->fields[i];
        switch (f->type) {
        case KNOW_FIELD_FILE:
            continue;
        case KNOW_FIELD_DATE:
        case KNOW_FIELD_INSTANT:
            json_field_str(&w, f->id, today);
            break;
        case KNOW_FIELD_NUMBER:
            if (str_equal(f->id, STR("total")))
                json_field_i64(&w, f->id, devices);
            else if (str_equal(f->id, STR("covered")))
                json_field_i64(&w, f->id, covers_all ? devices : devices - 1 - (int64_t)rng_below(&s->rng, 5));
            else
                json_field_i64(&w, f->id, str_equal(f->id, STR("unknown")) ? 0 : (int64_t)rng_below(&s->rng, 12));
            break;
        case KNOW_FIELD_YES_NO:
            json_field_bool(&w, f->id, true);
            break;
        case KNOW_FIELD_CHOICE:
            json_field_str(&w, f->id, f->choices[0].id);
            break;
        case KNOW_FIELD_PHONE:
            json_field_str(&w, f->id, STR("0900 000 101"));
            break;
        case KNOW_FIELD_EMAIL:
            json_field_str(&w, f->id, STR("dau-moi@truclam.example"));
            break;
        case KNOW_FIELD_LINK:
            json_field_str(&w, f->id, STR("https://truclam.example/"));
            break;
        case KNOW_FIELD_PERSON:
            json_field_str(&w, f->id, s->people.items[unit->first].name);
            break;
        case KNOW_FIELD_TEXT:
        case KNOW_FIELD_LONG_TEXT:
        case KNOW_FIELD_SYSTEM:
        case KNOW_FIELD_UNIT:
            json_field_str(&w, f->id, STR("Ghi trong văn bản kèm theo (dữ liệu mẫu)"));
            break;
        }
    }
    json_object_end(&w);
    return buf_to_arena(&buf, arena, ret_json, err);
}

static enum err_code submit(struct story *s, const struct event *e, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    const struct know_evidence_kind *kind = know_evidence_kind_find(e->kind);
    const struct unit_people *unit = unit_find(s, e->unit_id);
    must(kind && unit);
    struct actor actor = person_actor(s, e->person_id);
    struct evidence_file file = {STR("minh-chung.txt"), STR("text/plain"), sha256_str(&s->file_hash), s->file_bytes};
    struct evidence_draft draft = {.assignment_id = e->object_id,
                                   .kind = e->kind,
                                   .done_day = s->today,
                                   .source = STR("hand"),
                                   .files = &file,
                                   .file_count = 1};
    TRY(fill_fields(s, kind, unit, &arena, &draft.fields_json, err));
    int64_t evidence_id;
    if (evidence_submit(s->db, &actor, &draft, &evidence_id, err) != ERR_NONE)
        return err_wrap(err, "hand in %.*s", STR_ARG(e->kind));
    for (size_t i = s->submissions.count; i-- > 0;)
        if (s->submissions.items[i].evidence_id == evidence_id)
            return ERR_NONE; /* the same words and file twice on a day are one piece */
    s->report.evidence++;
    if (s->submissions.count == s->submissions.room &&
        !vec_grow((void **)(void *)&s->submissions.items, s->submissions.count, &s->submissions.room,
                  sizeof *s->submissions.items, s->arena))
        return arena_full(s->arena, err);
    s->submissions.items[s->submissions.count++] = (struct submission){evidence_id, e->object_id, e->person_id};
    /* The reviewer of the tier above: the education department for schools, the police for everybody else and for what
     * is theirs. */
    int64_t reviewer =
        know_ids_has(kind->accepted_by, STR("superior_reviewer")) ? s->school_reviewer : s->province_reviewer;
    bool reached = false;
    struct actor try_actor = person_actor(s, reviewer);
    TRY(access_has(s->db, &try_actor, RIGHT_REVIEW, e->unit_id, &reached, err));
    if (!reached) {
        reviewer = s->province_reviewer;
        try_actor = person_actor(s, reviewer);
        TRY(access_has(s->db, &try_actor, RIGHT_REVIEW, e->unit_id, &reached, err));
        if (!reached)
            return ERR_NONE; /* the top of the province answers to nobody here: it waits */
    }
    if (e->unit_id == s->province_reviewer_unit || e->unit_id == s->school_reviewer_unit)
        return ERR_NONE; /* what the reviewers' own units hand in waits for the tier above them */
    bool is_returned = draw(s) < 45;
    return push_event(s,
                      (struct event){s->today + 1 + (civil_day)rng_below(&s->rng, 6),
                                     is_returned ? ACT_RETURN : ACT_ACCEPT, e->unit_id, reviewer,
                                     (int64_t)s->submissions.count - 1, e->kind},
                      err);
}

static enum err_code happen(struct story *s, const struct event *e, struct err *err)
{
    struct actor actor = person_actor(s, e->person_id);
    bool first = false;
    switch (e->act) {
    case ACT_ACKNOWLEDGE:
        TRY(duty_acknowledge(s->db, &actor, e->object_id, e->unit_id, &first, err));
        s->report.read_confirmations += first;
        return ERR_NONE;
    case ACT_SUBMIT:
        return submit(s, e, err);
    case ACT_ACCEPT:
        if (evidence_accept(s->db, &actor, s->submissions.items[e->object_id].evidence_id, err) != ERR_NONE)
            return err_wrap(err, "accept %.*s", STR_ARG(e->kind));
        s->report.accepted++;
        return ERR_NONE;
    case ACT_RETURN: {
        struct submission returned = s->submissions.items[e->object_id];
        TRY(evidence_return(s->db, &actor, returned.evidence_id, STR("Không thấy ngày thực hiện trong tệp kèm theo"),
                            err));
        s->report.returned++;
        if (draw(s) >= 800)
            return ERR_NONE; /* four in five hand it in again within the week */
        civil_day again = s->today + 1 + (civil_day)rng_below(&s->rng, 7);
        return push_event(
            s, (struct event){again, ACT_SUBMIT, e->unit_id, returned.person_id, returned.assignment_id, e->kind}, err);
    }
    }
    return ERR_NONE;
}

static enum err_code day_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct story *s = ctx;
    if (s->today == s->options->last_day + DEMO_DEVICES_DAY) {
        struct actor system = actor_system(s->today);
        struct asset_sample_made assets;
        TRY(asset_sample_build(db, &system, &assets, err));
        s->report.devices = (size_t)assets.device_count;
    }
    for (size_t i = 0; i < s->options->letter_count; i++)
        if (s->options->last_day + s->options->letters[i].day == s->today)
            TRY(letter_arrives(s, i, err));
    for (; s->next_event < s->events.count && s->events.items[s->next_event].day <= s->today; s->next_event++) {
        struct event event = s->events.items[s->next_event]; /* the array may move while it happens */
        TRY(happen(s, &event, err));
    }
    sort_events(s);
    return ERR_NONE;
}

static enum err_code people_of_units(struct story *s, struct err *err)
{
    TRY(sql_demo_people(s->db, s->arena, &(struct sql_demo_people_args){.on_day = s->today}, &s->people, err));
    for (size_t i = 0; i < s->people.count;) {
        struct unit_people *unit = vec_push(&s->units, s->arena);
        if (!unit)
            return arena_full(s->arena, err);
        *unit = (struct unit_people){.unit_id = s->people.items[i].unit_id, .first = i, .diligence = draw(s)};
        for (; i < s->people.count && s->people.items[i].unit_id == unit->unit_id; i++) {
            unit->count++;
            if (!unit->focal && str_equal(s->people.items[i].role, STR("focal_officer")))
                unit->focal = s->people.items[i].person_id;
        }
    }
    return ERR_NONE;
}

/* Who reviews: the education department along the professional tree, the police along the incident tree. */
static enum err_code find_reviewers(struct story *s, struct err *err)
{
    int64_t unit, grant;
    struct actor system = actor_system(s->today);
    TRY(sample_holder(s->db, SAMPLE_EDUCATION, STR("superior_reviewer"), s->today, &s->school_reviewer,
                      &s->school_reviewer_unit, err));
    TRY(sample_holder(s->db, SAMPLE_POLICE, STR("coordinator"), s->today, &s->province_reviewer, &unit, err));
    s->province_reviewer_unit = unit;
    /* The dedicated body also reviews what a tier above reviews, for units that have no other. */
    struct grant_request request = {.person_id = s->province_reviewer,
                                    .role = STR("superior_reviewer"),
                                    .unit_id = unit,
                                    .edge_kind = STR("incident"),
                                    .from_day = s->today - 100,
                                    .to_day = CIVIL_FOREVER,
                                    .basis = STR("dữ liệu mẫu")};
    TRY(grant_give(s->db, &system, &request, &grant, err));
    /* Who signs in to look around: the focal officers of the tiers above see and hand down their own tree. */
    static const struct {
        struct str code, role, edge_kind;
    } tiers[] = {{STR_INIT("ubnd"), STR_INIT("coordinator"), STR_INIT("administrative")},
                 {STR_INIT("ubnd"), STR_INIT("superior_reviewer"), STR_INIT("professional")},
                 {STR_INIT("congan"), STR_INIT("coordinator"), STR_INIT("incident")},
                 {STR_INIT("sgddt"), STR_INIT("coordinator"), STR_INIT("professional")}};
    for (size_t i = 0; i < ARRAY_LEN(tiers); i++) {
        request.role = tiers[i].role;
        request.edge_kind = tiers[i].edge_kind;
        TRY(sample_holder(s->db, tiers[i].code, STR("focal_officer"), s->today, &request.person_id, &request.unit_id,
                          err));
        TRY(grant_give(s->db, &system, &request, &grant, err));
    }
    return ERR_NONE;
}

static enum err_code begin_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct story *s = ctx;
    bool is_there = false;
    TRY(sample_is_there(db, &is_there, err));
    if (is_there)
        return err_set(err, ERR_CONFLICT, "dữ liệu mẫu đã có sẵn");
    struct actor system = actor_system(s->today);
    struct sample_built built;
    TRY(sample_build(db, &system, SAMPLE_SEED, s->today - 3000, &built, err));
    s->report.units = built.unit_count;
    s->report.people = built.person_count;
    s->report.systems = built.system_count;
    s->report.root_id = built.root_id;
    TRY(find_reviewers(s, err));
    struct str file = STR("Minh chứng mẫu của tỉnh Trúc Lâm. Mọi tên người, đơn vị và con số đều là bịa.\n");
    s->file_bytes = (int64_t)file.len_bytes;
    TRY(blob_put(db, file, &s->file_hash, err));
    return people_of_units(s, err);
}

/* What the job of the day tells people, as it would have; nobody gets a mail. */
static enum err_code remind(struct story *s, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, DEMO_ARENA_BYTES);
    const struct reminder_options how = {.base_url = STR("")};
    struct reminder_done done;
    return reminder_run(s->db, s->today, &how, &arena, &done, err);
}

static enum err_code live(struct story *s, struct err *err)
{
    const struct demo_options *o = s->options;
    s->today = o->last_day + DEMO_FIRST_DAY;
    *o->now_ms = civil_day_start_ms(s->today) + DEMO_MORNING_MS;
    TRY(ledger_open(s->db, s->today, err));
    say(s, "dựng tỉnh mẫu", "making the sample province", 0, 1);
    TRY(db_transact(s->db, begin_in_transaction, s, err));
    int moved;
    TRY(ledger_advance(s->db, s->today, &moved, err));
    for (; s->today < o->last_day; s->today++) {
        if (o->is_stopped && o->is_stopped(o->ctx))
            return err_set(err, ERR_BUSY, "đã dừng theo yêu cầu, không để lại gì");
        *o->now_ms = civil_day_start_ms(s->today) + DEMO_MORNING_MS;
        TRY(ledger_advance(s->db, s->today, &moved, err));
        TRY(remind(s, err));
        TRY(db_transact(s->db, day_in_transaction, s, err));
        s->report.days++;
        if (s->report.days % 10 == 0)
            say(s, "các đơn vị thực hiện", "units at work", s->report.days, -DEMO_FIRST_DAY);
    }
    *o->now_ms = civil_day_start_ms(s->today) + DEMO_MORNING_MS;
    TRY(ledger_advance(s->db, s->today, &moved, err));
    size_t sealed = CHAIN_SEAL_MAX;
    while (sealed == CHAIN_SEAL_MAX)
        TRY(chain_seal(s->db, &sealed, err));
    struct actor system = actor_system(s->today);
    return rollup_get(s->db, &system, s->report.root_id, ROLLUP_ALL, STR("administrative"), CIVIL_NONE, s->arena,
                      &s->report.rollup, err);
}

enum err_code demo_run(struct store *store, const struct demo_options *options, struct demo_report *ret_report,
                       struct err *err)
{
    must(options->letter_count <= ARRAY_LEN(((struct story *)0)->directive_of));
    AUTO_ARENA arena;
    arena_init(&arena, DEMO_ARENA_BYTES);
    AUTO_DB db = NULL;
    TRY(store_db_take(store, &db, err));
    struct story story = {.store = store, .db = db, .options = options, .arena = &arena};
    rng_init(&story.rng, options->seed);
    if (live(&story, err) != ERR_NONE)
        return err_wrap(err, "the sample province");
    *ret_report = story.report;
    return ERR_NONE;
}

enum err_code demo_people(struct db *db, struct arena *arena, struct demo_person people[DEMO_PEOPLE_MAX],
                          size_t *ret_count, struct err *err)
{
    static const struct {
        const char *kind, *vi, *en;
        int limit;
    } wanted[] = {
        {"provincial_committee", "Đầu mối UBND tỉnh", "Focal officer of the People's Committee", 1},
        {"police_province", "Điều phối viên Công an tỉnh (duyệt bằng chứng)",
         "Coordinator at the provincial police (reviews)", 1},
        {"dept_education", "Đầu mối Sở Giáo dục và Đào tạo (giao xuống, duyệt)",
         "Education department (issues, reviews)", 1},
        {"commune", "Đầu mối một xã", "A commune", 1},
        {"school_lower_secondary", "Giáo viên phụ trách một trường THCS", "The one IT teacher of a school", 2},
        {"school_preschool", "Đầu mối một trường mầm non", "A kindergarten", 1},
        {"isp", "Đầu mối một doanh nghiệp viễn thông", "A telecom enterprise", 1},
    };
    civil_day day = db_today(db);
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        struct sql_demo_focal_of_kind_rows rows;
        TRY(sql_demo_focal_of_kind(db, arena,
                                   &(struct sql_demo_focal_of_kind_args){.kind = str_from_cstr(wanted[i].kind),
                                                                         .on_day = day,
                                                                         .limit_count = wanted[i].limit},
                                   &rows, err));
        for (size_t k = 0; k < rows.count && count < DEMO_PEOPLE_MAX; k++)
            people[count++] = (struct demo_person){rows.items[k].person_id, rows.items[k].name, rows.items[k].unit_name,
                                                   str_from_cstr(wanted[i].vi), str_from_cstr(wanted[i].en)};
    }
    struct sql_demo_administrators_rows admins;
    TRY(sql_demo_administrators(db, arena, &(struct sql_demo_administrators_args){.on_day = day}, &admins, err));
    for (size_t k = 0; k < admins.count && count < DEMO_PEOPLE_MAX; k++)
        people[count++] = (struct demo_person){admins.items[k].person_id, admins.items[k].name,
                                               admins.items[k].unit_name, STR("Quản trị viên"), STR("Administrator")};
    *ret_count = count;
    return ERR_NONE;
}

enum err_code sample_is_there(struct db *db, bool *ret_is_there, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    struct sql_sample_count_row *row = NULL;
    TRY(sql_sample_count(db, &arena, &row, err));
    *ret_is_there = row && row->units > 0;
    return ERR_NONE;
}

static enum err_code delete_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct actor *actor = ctx;
    struct actor system = actor_system(db_today(db)); /* what may be done was asked before */
    /* What hangs on what: leaves first. */
    static enum err_code (*const steps[])(struct db *, struct err *) = {
        sql_sample_delete_freeze_rows,
        sql_sample_delete_reports,
        sql_sample_delete_freezes,
        sql_sample_delete_reminders,
        sql_sample_delete_requests,
        sql_sample_delete_visits,
        sql_sample_delete_evidence_links,
        sql_sample_delete_evidence_files,
        sql_sample_delete_evidence,
        sql_sample_delete_acknowledgements,
        sql_sample_delete_assignment_past,
        sql_sample_delete_assignment_moved,
        sql_sample_delete_deltas,
        sql_sample_take_totals,
        sql_sample_take_obligations,
        sql_sample_delete_counts,
        sql_sample_delete_past,
        sql_sample_delete_past_below,
        sql_sample_delete_past_obligation,
        sql_sample_delete_tree_changes,
        sql_sample_note_trees,
        sql_sample_delete_assignments,
        sql_sample_delete_targets,
        sql_sample_delete_obligations,
        sql_sample_delete_directives,
        sql_sample_delete_letter_duties,
        sql_sample_delete_letter_attachments,
        sql_sample_delete_letters,
    };
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        TRY(steps[i](db, err));
    TRY(asset_sample_delete(db, &system, err));
    TRY(sample_delete(db, &system, err));
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_AUDIT,
                                             .kind = "sample_deleted",
                                             .object_kind = "store",
                                             .object_id = 0,
                                             .actor_id = actor->person_id},
                        NULL, err);
}

enum err_code sample_delete_all(struct db *db, const struct actor *actor, struct err *err)
{
    if (!actor->all && !(actor->right & RIGHT_SYSTEM_ADMIN))
        return err_set(err, ERR_DENIED, "chỉ quản trị viên xóa được dữ liệu mẫu");
    struct actor who = *actor;
    return db_transact(db, delete_in_transaction, &who, err);
}

enum err_code demo_root(struct db *db, int64_t *ret_root_id, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    struct sql_demo_unit_of_kind_row *row = NULL;
    TRY(sql_demo_unit_of_kind(
        db, &arena, &(struct sql_demo_unit_of_kind_args){.kind = STR("provincial_committee"), .on_day = db_today(db)},
        &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "không có dữ liệu mẫu");
    *ret_root_id = row->unit_id;
    return ERR_NONE;
}
