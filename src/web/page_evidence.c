#include <sys/mman.h>

#include "asset/device.h"
#include "base/limits.h"
#include "duty/cover.h"
#include "duty/evidence_list.h"
#include "duty/page_duty.sql.h"
#include "duty/rollup.sql.h"
#include "format/doctext.h"
#include "format/json.h"
#include "org/access.h"
#include "org/person.sql.h"
#include "org/unit.h"
#include "proof/chain.sql.h"
#include "proof/evidence.sql.h"
#include "store/blob.h"
#include "web/page_duty.h"

#define EVIDENCE_FILES_FIELD "file"
#define EVIDENCE_FIELD_MAX   40u
#define EVIDENCE_TEXT_MAX    (64u << 10) /* of one field */
#define EVIDENCE_JSON_MAX    (1u << 20)
#define EVIDENCE_BATCH_MAX   200u

enum page_state evidence_page_state(struct str state)
{
    return str_equal(state, STR("accepted"))    ? PAGE_STATE_OK
           : str_equal(state, STR("submitted")) ? PAGE_STATE_DOING
           : str_equal(state, STR("returned"))  ? PAGE_STATE_DUE
                                                : PAGE_STATE_NA;
}

struct str evidence_word(const struct request *request, struct str state, civil_day covers_to_day)
{
    if (str_equal(state, STR("accepted")))
        return covers_to_day == CIVIL_FOREVER
                   ? kit_text(request, MSG_DUTY_E_ACCEPTED)
                   : kit_msg(request, MSG_DUTY_E_ACCEPTED_TO, 0, ARG_DAY("day", covers_to_day - 1));
    return kit_text(request, str_equal(state, STR("submitted"))  ? MSG_DUTY_E_SUBMITTED
                             : str_equal(state, STR("returned")) ? MSG_DUTY_E_RETURNED
                                                                 : MSG_DUTY_E_WITHDRAWN);
}

/* --- the form --- */

struct evidence_view {
    struct request *request;
    struct db *db;
    struct actor actor; /* RIGHT_READ */
    civil_day today;
    struct sql_assignment_page_row *duty;
    const struct know_evidence_kind *kind;
    struct str known[EVIDENCE_FIELD_MAX];      /* what is known already, by field of the kind */
    struct str known_from[EVIDENCE_FIELD_MAX]; /* and from where */
    bool asks_day;                             /* the kind has no day of its own */
};

/* The field that says on which day it was done. */
static const struct know_field *day_field(const struct know_evidence_kind *kind)
{
    static const struct str names[] = {STR_INIT("done_on"), STR_INIT("issued_on")};
    for (size_t n = 0; n < ARRAY_LEN(names); n++)
        for (size_t i = 0; i < kind->field_count; i++)
            if (kind->fields[i].type == KNOW_FIELD_DATE && str_equal(kind->fields[i].id, names[n]))
                return &kind->fields[i];
    return NULL;
}

static struct str field_name(const struct request *request, const struct know_field *field)
{
    return app_href(request, "f-%.*s", STR_ARG(field->id));
}

static enum err_code evidence_load(struct request *request, struct db *db, struct evidence_view *v, struct err *err)
{
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    *v = (struct evidence_view){
        .request = request, .db = db, .actor = app_actor_with(request, RIGHT_READ), .today = app_today(request)};
    TRY(sql_assignment_page(db, &v->actor, request->arena,
                            &(struct sql_assignment_page_args){.id = id, .on_day = v->today}, &v->duty, err));
    if (!v->duty)
        return err_set(err, ERR_NOT_FOUND, "no such duty");
    TRY(access_require(db, &v->actor, RIGHT_EXECUTE, v->duty->unit_id, "hand in evidence for this unit", err));
    struct str wanted = request_field(request, STR("kind")), rest = v->duty->evidence_kinds, one,
               padded = app_href(request, " %.*s ", STR_ARG(rest));
    if (!str_is_empty(wanted) && str_contains(padded, app_href(request, " %.*s ", STR_ARG(wanted))))
        v->kind = know_evidence_kind_find(wanted);
    /* Only one kind: nothing to choose. With several nothing is chosen for anybody. */
    if (!v->kind && str_split(&rest, ' ', &one) && str_is_null(rest))
        v->kind = know_evidence_kind_find(one);
    if (v->kind && v->kind->field_count > EVIDENCE_FIELD_MAX)
        return err_set(err, ERR_LIMIT, "a kind of evidence with %zu fields", v->kind->field_count);
    v->asks_day = v->kind && !day_field(v->kind);
    return ERR_NONE;
}

static void know(struct evidence_view *v, const char *id, struct str value, struct str from)
{
    for (size_t i = 0; i < v->kind->field_count; i++)
        if (str_equal(v->kind->fields[i].id, str_from_cstr(id)) && !str_is_empty(value)) {
            v->known[i] = value;
            v->known_from[i] = from;
        }
}

/* What the unit said last time stays true until somebody says otherwise; a day, a choice or a count is never carried
 * over. */
static enum err_code know_last(struct evidence_view *v, struct err *err)
{
    struct sql_duty_last_evidence_row *last = NULL;
    TRY(sql_duty_last_evidence(v->db, &v->actor, v->request->arena,
                               &(struct sql_duty_last_evidence_args){.assignment_id = v->duty->id, .kind = v->kind->id},
                               &last, err));
    struct json root;
    struct err ignored;
    if (!last || json_parse(last->fields_json, 0, v->request->arena, &root, &ignored) != ERR_NONE)
        return ERR_NONE;
    struct str from = kit_msg(v->request, MSG_DUTY_FROM_LAST, 0, ARG_DAY("day", civil_day_of_ms(last->submitted_ms)));
    for (size_t i = 0; i < v->kind->field_count; i++) {
        const struct know_field *f = &v->kind->fields[i];
        bool carries = f->type == KNOW_FIELD_TEXT || f->type == KNOW_FIELD_LONG_TEXT || f->type == KNOW_FIELD_PERSON ||
                       f->type == KNOW_FIELD_UNIT || f->type == KNOW_FIELD_PHONE || f->type == KNOW_FIELD_EMAIL ||
                       f->type == KNOW_FIELD_LINK;
        struct str value = carries ? json_str_or_none(json_get(root, f->id), v->request->arena) : STR_NONE;
        if (!str_is_empty(value)) {
            v->known[i] = value;
            v->known_from[i] = from;
        }
    }
    return ERR_NONE;
}

static enum err_code know_all(struct evidence_view *v, struct err *err)
{
    struct request *request = v->request;
    TRY(know_last(v, err));
    if (!str_is_empty(v->duty->subject_name))
        know(v, "system", v->duty->subject_name, kit_text(request, MSG_DUTY_FROM_DUTY));
    if (str_equal(v->kind->id, STR("coverage"))) {
        struct device_coverage coverage;
        TRY(device_coverage_unit(v->db, &v->actor, v->duty->unit_id, STR(""), &coverage, err));
        if (coverage.total > 0) {
            struct str from = kit_text(request, MSG_DUTY_FROM_DEVICES);
            know(v, "total", app_href(request, "%lld", (long long)coverage.total), from);
            know(v, "covered", app_href(request, "%lld", (long long)coverage.is_protected), from);
            know(v, "unknown", app_href(request, "%lld", (long long)coverage.is_unknown), from);
            know(v, "as_of", kit_vn_ms(request, request->now_ms), kit_text(request, MSG_DUTY_FROM_NOW));
        }
    }
    if (!str_equal(v->kind->id, STR("contact")))
        return ERR_NONE;
    struct sql_unit_people_rows people;
    TRY(sql_unit_people(v->db, &v->actor, request->arena,
                        &(struct sql_unit_people_args){.unit_id = v->duty->unit_id, .on_day = v->today}, &people, err));
    for (size_t i = 0; i < people.count; i++)
        if (str_equal(people.items[i].role, STR("focal_officer"))) {
            struct str from = kit_text(request, MSG_DUTY_FROM_PEOPLE);
            know(v, "person", people.items[i].name, from);
            know(v, "phone", people.items[i].phone, from);
            know(v, "email", people.items[i].email, from);
        }
    return ERR_NONE;
}

static void add_field(struct evidence_view *v, struct kit_form *form, size_t i)
{
    struct request *request = v->request;
    const struct know_field *f = &v->kind->fields[i];
    static const char *const kinds[] = {
        [KNOW_FIELD_TEXT] = "text",    [KNOW_FIELD_LONG_TEXT] = "long", [KNOW_FIELD_DATE] = "day",
        [KNOW_FIELD_INSTANT] = "text", [KNOW_FIELD_NUMBER] = "number",  [KNOW_FIELD_YES_NO] = "radio",
        [KNOW_FIELD_CHOICE] = "radio", [KNOW_FIELD_FILE] = "file",      [KNOW_FIELD_PERSON] = "text",
        [KNOW_FIELD_SYSTEM] = "text",  [KNOW_FIELD_UNIT] = "text",      [KNOW_FIELD_PHONE] = "tel",
        [KNOW_FIELD_EMAIL] = "email",  [KNOW_FIELD_LINK] = "text",
    };
    struct str label = kit_know(request, f->title), name = field_name(request, f), hint = v->known_from[i];
    if (f->type == KNOW_FIELD_INSTANT && str_is_empty(hint))
        hint = kit_text(request, MSG_DUTY_INSTANT_HINT);
    if (f->type == KNOW_FIELD_FILE) {
        kit_field(form, "file", STR(EVIDENCE_FILES_FIELD), label, STR(""),
                  kit_msg(request, MSG_DUTY_FILE_HINT, 0, ARG_INT("n", EVIDENCE_FILES_MAX),
                          ARG_INT("mb", UPLOAD_MAX_BYTES >> 20)),
                  f->is_required);
        return;
    }
    if (f->type == KNOW_FIELD_CHOICE || f->type == KNOW_FIELD_YES_NO) {
        struct pg_df_field *field =
            kit_choice(form, "radio", name, label, STR(""), hint, f->is_required, f->choice_count + 2);
        for (size_t c = 0; c < f->choice_count; c++)
            kit_option(field, f->choices[c].id, kit_know(request, f->choices[c].title));
        if (f->type == KNOW_FIELD_YES_NO) {
            kit_option(field, STR("true"), kit_text(request, MSG_DUTY_YES));
            kit_option(field, STR("false"), kit_text(request, MSG_DUTY_NO));
        }
        return;
    }
    kit_field(form, kinds[f->type], name, label, str_is_null(v->known[i]) ? STR("") : v->known[i], hint,
              f->is_required);
}

static enum err_code form_show(struct evidence_view *v, struct response *response, struct kit_form *form,
                               struct err *err)
{
    struct request *request = v->request;
    struct str here = app_href(request, "/duty/%lld/evidence", (long long)v->duty->id);
    struct str back = app_href(request, "/duty/%lld", (long long)v->duty->id);
    struct pg_crumb crumbs[] = {
        {.text = v->duty->unit_name, .href = app_href(request, "/unit/%lld", (long long)v->duty->unit_id)},
        {.text = v->duty->title, .href = back},
        {.text = kit_text(request, MSG_DUTY_SUBMIT)}};
    struct page_duty_form page = {.crumbs = {crumbs, ARRAY_LEN(crumbs)},
                                  .title =
                                      v->kind ? kit_know(request, v->kind->title) : kit_text(request, MSG_DUTY_SUBMIT),
                                  .lead = v->kind ? kit_know(request, v->kind->text) : v->duty->title,
                                  .action = here,
                                  .upload = true,
                                  .submit = kit_text(request, MSG_DUTY_SUBMIT_DO),
                                  .cancel_href = back};
    VEC(struct pg_dt_act) choose = {0};
    struct str rest = v->duty->evidence_kinds, id;
    while (str_split(&rest, ' ', &id)) {
        const struct know_evidence_kind *kind = know_evidence_kind_find(id);
        struct pg_dt_act *act = kind ? vec_push(&choose, request->arena) : NULL;
        if (act)
            *act = (struct pg_dt_act){.label = kit_know(request, kind->title),
                                      .href = app_href(request, "%.*s?kind=%.*s", STR_ARG(here), STR_ARG(kind->id)),
                                      .main = kind == v->kind};
    }
    if (choose.count > 1) {
        page.choose = (struct pg_dt_act_list){choose.items, choose.count};
        page.choose_label = kit_text(request, MSG_DUTY_CHOOSE_KIND);
    }
    if (!v->kind) { /* several kinds, none chosen: the choice is the whole page */
        struct page_duty_record record = {.crumbs = page.crumbs,
                                          .title = page.title,
                                          .lead = kit_text(request, MSG_DUTY_CHOOSE_KIND),
                                          .facts_title = v->duty->title,
                                          .acts = page.choose};
        struct kit_facts facts = {.request = request};
        rest = v->duty->evidence_kinds;
        while (str_split(&rest, ' ', &id)) {
            const struct know_evidence_kind *kind = know_evidence_kind_find(id);
            if (kind)
                kit_fact_named(&facts, kit_know(request, kind->title), kit_know(request, kind->text), STR(""));
        }
        record.facts = (struct pg_dr_kv_list){facts.rows.items, facts.rows.count};
        return kit_record_respond(request, response, &record, STR("tasks"), err);
    }
    if (!kit_is_post(request))
        TRY(know_all(v, err));
    kit_field(form, "hidden", STR("kind"), STR(""), v->kind->id, STR(""), false);
    if (v->asks_day)
        kit_field(form, "day", STR("done_day"), kit_text(request, MSG_DUTY_DONE_DAY), STR(""), STR(""), true);
    bool has_file = false;
    for (size_t i = 0; i < v->kind->field_count; i++) {
        add_field(v, form, i);
        has_file |= v->kind->fields[i].type == KNOW_FIELD_FILE;
    }
    if (!has_file)
        kit_field(form, "file", STR(EVIDENCE_FILES_FIELD), kit_text(request, MSG_DUTY_FILES_FIELD), STR(""),
                  kit_msg(request, MSG_DUTY_FILE_HINT, 0, ARG_INT("n", EVIDENCE_FILES_MAX),
                          ARG_INT("mb", UPLOAD_MAX_BYTES >> 20)),
                  false);
    int months = know_evidence_cover_months(v->kind, 0, v->today);
    struct pg_df_side side[] = {
        {.term = kit_text(request, MSG_DUTY_SIDE_DUTY), .text = v->duty->title},
        {.term = kit_text(request, MSG_DUTY_SIDE_SUBJECT),
         .text = str_is_null(v->duty->subject_name) ? v->duty->unit_name : v->duty->subject_name},
        {.term = kit_text(request, MSG_DUTY_SIDE_COVER),
         .text = months ? kit_msg(request, MSG_DUTY_COVERS_MONTHS, months, ARG_INT("n", months))
                        : kit_text(request, MSG_DUTY_COVERS_UNTIL_CHANGE)},
    };
    page.side_title = kit_text(request, MSG_DUTY_SIDE);
    page.side = (struct pg_df_side_list){side, ARRAY_LEN(side)};
    page.side_note = kit_text(request, v->kind->made_by_engine ? MSG_DUTY_SIDE_HAND : MSG_DUTY_SIDE_REVIEW);
    return kit_form_respond(request, response, form, &page, STR("tasks"), err);
}

enum err_code evidence_form_page(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct evidence_view v;
    TRY(evidence_load(request, db, &v, err));
    struct kit_form form;
    kit_form_init(&form, request);
    return form_show(&v, response, &form, err);
}

/* --- handing in --- */

static struct str posted(const struct evidence_view *v, size_t i)
{
    struct str value = str_trim(form_get(&v->request->form, field_name(v->request, &v->kind->fields[i])));
    return str_is_null(value) ? STR("") : value;
}

/* A value of the right type that stands in for one that was refused, so that the others are checked too. */
static struct str stand_in(const struct know_field *f)
{
    switch (f->type) {
    case KNOW_FIELD_DATE:
        return STR("2020-01-01");
    case KNOW_FIELD_NUMBER:
        return STR("1");
    case KNOW_FIELD_YES_NO:
        return STR("true");
    case KNOW_FIELD_CHOICE:
        return f->choice_count ? f->choices[0].id : STR("-");
    case KNOW_FIELD_EMAIL:
        return STR("a@b");
    case KNOW_FIELD_TEXT:
    case KNOW_FIELD_LONG_TEXT:
    case KNOW_FIELD_INSTANT:
    case KNOW_FIELD_FILE:
    case KNOW_FIELD_PERSON:
    case KNOW_FIELD_SYSTEM:
    case KNOW_FIELD_UNIT:
    case KNOW_FIELD_PHONE:
    case KNOW_FIELD_LINK:
        break;
    }
    return STR("-");
}

static void write_value(struct json_writer *w, const struct know_field *f, struct str value)
{
    civil_day day;
    int64_t number;
    char iso[CIVIL_TEXT_BYTES];
    if (f->type == KNOW_FIELD_DATE && civil_parse_vn(value, &day))
        json_field_str(w, f->id, str_from_cstr(civil_iso(day, iso)));
    else if (f->type == KNOW_FIELD_NUMBER && str_to_i64(value, &number))
        json_field_i64(w, f->id, number);
    else if (f->type == KNOW_FIELD_YES_NO && (str_equal(value, STR("true")) || str_equal(value, STR("false"))))
        json_field_bool(w, f->id, str_equal(value, STR("true")));
    else
        json_field_str(w, f->id, value);
}

static enum err_code fields_json(const struct evidence_view *v, const bool *is_stand_in, struct str *ret_json,
                                 struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, EVIDENCE_JSON_MAX);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    json_object_begin(&w);
    for (size_t i = 0; i < v->kind->field_count; i++) {
        const struct know_field *f = &v->kind->fields[i];
        struct str value = is_stand_in && is_stand_in[i] ? stand_in(f) : posted(v, i);
        if (f->type != KNOW_FIELD_FILE && !str_is_empty(value))
            write_value(&w, f, value);
    }
    json_object_end(&w);
    return buf_to_arena(&buf, v->request->arena, ret_json, err);
}

/* Every wrong field, not only the first: each refusal is noted, its value replaced, and the rest asked again. */
static enum err_code check_all(const struct evidence_view *v, struct kit_form *form, size_t file_count, struct err *err)
{
    bool is_stand_in[EVIDENCE_FIELD_MAX] = {false};
    for (size_t i = 0; i < v->kind->field_count; i++)
        if (posted(v, i).len_bytes > EVIDENCE_TEXT_MAX) {
            kit_error(form, field_name(v->request, &v->kind->fields[i]), kit_text(v->request, MSG_DUTY_TOO_LONG));
            is_stand_in[i] = true;
        }
    for (size_t round = 0; round <= v->kind->field_count; round++) {
        struct str json, field = STR_NONE;
        TRY(fields_json(v, is_stand_in, &json, err));
        struct err wrong;
        enum err_code code = evidence_check_fields(v->kind->id, json, file_count, &field, &wrong);
        if (code == ERR_NONE)
            return ERR_NONE;
        size_t at = 0;
        while (at < v->kind->field_count && !str_equal(v->kind->fields[at].id, field))
            at++;
        if (code != ERR_SYNTAX || at == v->kind->field_count || is_stand_in[at]) {
            *err = wrong;
            return code;
        }
        bool is_file = v->kind->fields[at].type == KNOW_FIELD_FILE;
        struct str text = request_said(v->request, &wrong);
        kit_error(form, is_file ? STR(EVIDENCE_FILES_FIELD) : field_name(v->request, &v->kind->fields[at]),
                  str_is_null(text) ? STR("") : text);
        is_stand_in[at] = true;
        if (is_file)
            file_count = 1;
    }
    return ERR_NONE;
}

static struct str media_type_of(struct str bytes)
{
    switch (doc_kind_of(bytes)) {
    case DOC_PDF:
        return STR("application/pdf");
    case DOC_DOCX:
        return STR("application/vnd.openxmlformats-officedocument.wordprocessingml.document");
    case DOC_XLSX:
        return STR("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    case DOC_ODT:
        return STR("application/vnd.oasis.opendocument.text");
    case DOC_OLE:
        return STR("application/x-ole-storage");
    case DOC_RTF:
        return STR("application/rtf");
    case DOC_ZIP:
        return STR("application/zip");
    case DOC_TEXT:
    case DOC_HTML: /* never served as a page */
        return STR("text/plain; charset=utf-8");
    case DOC_IMAGE:
        if (str_starts_with(bytes, STR("\x89PNG")))
            return STR("image/png");
        if (str_starts_with(bytes, STR("\xff\xd8\xff")))
            return STR("image/jpeg");
        break;
    case DOC_EMPTY:
    case DOC_BINARY:
        break;
    }
    return STR("application/octet-stream");
}

struct submitting {
    const struct evidence_view *v;
    const struct actor *actor;
    struct evidence_draft draft;
    struct evidence_file files[EVIDENCE_FILES_MAX];
    struct sha256 hashes[EVIDENCE_FILES_MAX];
    int64_t id;
};

static enum err_code put_file(struct db *db, const struct form_file *file, struct sha256 *ret_hash,
                              struct str *ret_media, struct err *err)
{
    size_t size = (size_t)file->size_bytes;
    void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file->fd, 0);
    if (map == MAP_FAILED)
        return err_set(err, ERR_IO, "read the uploaded file");
    struct str bytes = {map, size};
    *ret_media = media_type_of(bytes);
    enum err_code code = blob_put(db, bytes, ret_hash, err);
    (void)munmap(map, size);
    return code;
}

static enum err_code submit_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct submitting *s = ctx;
    const struct form *form = &s->v->request->form;
    size_t n = 0;
    for (size_t i = 0; i < form->files.count; i++) {
        const struct form_file *file = &form->files.items[i];
        if (file->size_bytes == 0 || n == EVIDENCE_FILES_MAX)
            continue;
        struct str media;
        TRY(put_file(db, file, &s->hashes[n], &media, err));
        s->files[n] = (struct evidence_file){.name = str_is_empty(file->filename) ? STR("tep") : file->filename,
                                             .media_type = media,
                                             .sha256 = sha256_str(&s->hashes[n]),
                                             .size_bytes = (int64_t)file->size_bytes};
        n++;
    }
    s->draft.files = s->files;
    s->draft.file_count = n;
    return evidence_submit(db, s->actor, &s->draft, &s->id, err);
}

enum err_code evidence_form_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct evidence_view v;
    TRY(evidence_load(request, db, &v, err));
    struct kit_form form;
    kit_form_init(&form, request);
    if (!v.kind)
        return form_show(&v, response, &form, err);
    size_t file_count = 0;
    for (size_t i = 0; i < request->form.files.count; i++)
        file_count += request->form.files.items[i].size_bytes > 0;
    if (file_count > EVIDENCE_FILES_MAX)
        kit_error(&form, STR(EVIDENCE_FILES_FIELD),
                  kit_msg(request, MSG_DUTY_FILES_TOO_MANY, 0, ARG_INT("n", EVIDENCE_FILES_MAX)));
    struct actor actor = app_actor(request);
    struct submitting s = {
        .v = &v,
        .actor = &actor,
        .draft = {.assignment_id = v.duty->id, .kind = v.kind->id, .source = STR("hand"), .done_day = CIVIL_NONE}};
    const struct know_field *of_day = day_field(v.kind);
    struct str day_name = of_day ? field_name(request, of_day) : STR("done_day");
    struct err wrong;
    if (app_day(request, day_name, &s.draft.done_day, &wrong) != ERR_NONE)
        kit_error(&form, day_name, request_said(request, &wrong));
    else if (s.draft.done_day == CIVIL_NONE && !of_day)
        kit_error(&form, day_name, kit_text(request, MSG_DUTY_DAY_NEEDED));
    else if (s.draft.done_day > v.today)
        kit_error(&form, day_name, kit_text(request, MSG_DUTY_DAY_FUTURE));
    size_t before = form.error_count;
    TRY(check_all(&v, &form, file_count, err));
    /* A day that is none has its proposal already; say it once. */
    for (size_t i = before; before && i < form.error_count; i++)
        if (str_equal(form.errors[i].name, day_name) && str_equal(form.errors[0].name, day_name))
            form.errors[i].name = STR("");
    if (form.error_count)
        return form_show(&v, response, &form, err);
    TRY(fields_json(&v, NULL, &s.draft.fields_json, err));
    if (db_transact(db, submit_in_transaction, &s, err) != ERR_NONE) {
        if (!kit_is_words(err))
            return err->code;
        kit_error(&form, STR(""), request_said(request, err));
        return form_show(&v, response, &form, err);
    }
    return kit_done(request, response, app_href(request, "/duty/%lld", (long long)v.duty->id), MSG_DUTY_SAID_SUBMITTED,
                    app_href(request, "/evidence/%lld/withdraw?undo=1", (long long)s.id));
}

/* --- one piece --- */

static enum err_code load_one(struct request *request, struct db *db, struct sql_evidence_get_row **ret_row,
                              struct err *err)
{
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_evidence_get_row *row = NULL;
    TRY(sql_evidence_get(db, &actor, request->arena, &(struct sql_evidence_get_args){.id = id}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "no such evidence");
    *ret_row = row;
    return ERR_NONE;
}

static void add_values(struct kit_facts *facts, const struct know_evidence_kind *kind, struct str json)
{
    struct request *request = facts->request;
    struct json root;
    struct err ignored;
    if (!kind || json_parse(json, 0, request->arena, &root, &ignored) != ERR_NONE)
        return;
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct know_field *f = &kind->fields[i];
        struct json value = json_get(root, f->id);
        struct str text = json_str_or_none(value, request->arena);
        civil_day day;
        bool yes;
        if (str_is_null(text) && json_type(value) == JSON_NUMBER)
            text = json_raw(value);
        if (json_bool(value, &yes))
            text = kit_text(request, yes ? MSG_DUTY_YES : MSG_DUTY_NO);
        if (f->type == KNOW_FIELD_DATE && civil_parse_vn(text, &day))
            text = kit_vn_day(request, day);
        for (size_t c = 0; f->type == KNOW_FIELD_CHOICE && c < f->choice_count; c++)
            if (str_equal(f->choices[c].id, text))
                text = kit_know(request, f->choices[c].title);
        kit_fact_named(facts, kit_know(request, f->title), text, STR(""));
    }
}

static struct str size_words(const struct request *request, int64_t bytes)
{
    return bytes < 1024          ? app_href(request, "%lld B", (long long)bytes)
           : bytes < 1024 * 1024 ? app_href(request, "%lld kB", (long long)((bytes + 1023) / 1024))
                                 : app_href(request, "%lld MB", (long long)((bytes + 1024 * 1024 - 1) / (1024 * 1024)));
}

static enum err_code evidence_show_with(struct request *request, struct response *response, struct str problem,
                                        struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct arena *arena = request->arena;
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_evidence_get_row *e = NULL;
    TRY(load_one(request, db, &e, err));
    const struct know_evidence_kind *kind = know_evidence_kind_find(e->kind);
    struct sql_evidence_duties_rows duties;
    TRY(sql_evidence_duties(db, &actor, arena, &(struct sql_evidence_duties_args){.evidence_id = e->id}, &duties, err));
    struct sql_evidence_files_rows files;
    TRY(sql_evidence_files(db, &actor, arena, &(struct sql_evidence_files_args){.evidence_id = e->id}, &files, err));
    struct str here = app_href(request, "/evidence/%lld", (long long)e->id);

    struct kit_facts facts = {.request = request};
    kit_fact_link(&facts, MSG_DUTY_F_KIND, kind ? kit_know(request, kind->title) : e->kind, STR(""));
    kit_fact(&facts, MSG_DUTY_F_DONE, kit_vn_day(request, (civil_day)e->done_day));
    if (e->covers_to_day <= e->covers_from_day)
        kit_fact(&facts, MSG_DUTY_F_COVERS, kit_text(request, MSG_DUTY_COVERS_NOTHING));
    else
        kit_fact(&facts, MSG_DUTY_F_COVERS,
                 e->covers_to_day == CIVIL_FOREVER
                     ? kit_text(request, MSG_DUTY_COVERS_UNTIL_CHANGE)
                     : kit_msg(request, MSG_DUTY_COVERS_RANGE, 0, ARG_DAY("from", (civil_day)e->covers_from_day),
                               ARG_DAY("to", (civil_day)e->covers_to_day - 1)));
    add_values(&facts, kind, e->fields_json);
    kit_fact(
        &facts, MSG_DUTY_F_BY,
        str_equal(e->source, STR("hand"))
            ? e->submitted_name
            : app_href(request, "%.*s (%.*s)", STR_ARG(kit_text(request, MSG_DUTY_BY_MACHINE)), STR_ARG(e->source)));
    kit_fact(&facts, MSG_DUTY_F_AT, kit_vn_ms(request, e->submitted_ms));
    if (e->decided_ms.has) {
        kit_fact(&facts, MSG_DUTY_F_DECIDED,
                 str_is_null(e->decided_name) ? kit_text(request, MSG_DUTY_SYSTEM) : e->decided_name);
        kit_fact(&facts, MSG_DUTY_F_DECIDED_AT, kit_vn_ms(request, e->decided_ms.v));
        kit_fact(&facts, MSG_DUTY_F_REASON, e->reason);
    }

    struct pg_dr_item *file_items = arena_new_array(arena, struct pg_dr_item, files.count ? files.count : 1);
    struct pg_dr_item *duty_items = arena_new_array(arena, struct pg_dr_item, duties.count ? duties.count : 1);
    if (!file_items || !duty_items)
        return arena_full(arena, err);
    for (size_t i = 0; i < files.count; i++)
        file_items[i] = (struct pg_dr_item){
            .text = files.items[i].name,
            .href = app_href(request, "%.*s/file/%lld", STR_ARG(here), (long long)files.items[i].id),
            .sub = app_href(request, "%.*s · SHA-256 %.*s", STR_ARG(size_words(request, files.items[i].size_bytes)),
                            STR_ARG(kit_hex(request, files.items[i].sha256))),
            .mono = true};
    for (size_t i = 0; i < duties.count; i++)
        duty_items[i] = (struct pg_dr_item){.text = duties.items[i].title,
                                            .href = app_href(request, "/duty/%lld", (long long)duties.items[i].id),
                                            .sub = duties.items[i].directive_title};
    struct pg_dr_section sections[] = {
        {.id = STR("files"),
         .title = kit_text(request, MSG_DUTY_FILES_TITLE),
         .items = {file_items, files.count},
         .empty = kit_text(request, MSG_DUTY_FILES_NONE)},
        {.id = STR("duties"),
         .title = kit_text(request, MSG_DUTY_ANSWERS),
         .items = {duty_items, duties.count},
         .empty = kit_text(request, MSG_DUTY_ANSWERS_NONE)},
    };

    /* The chain of the first duty it answers holds what was decided about it. */
    VEC(struct pg_dr_event) events = {0};
    if (duties.count) {
        struct sql_chain_of_object_rows chain;
        TRY(sql_chain_of_object(db, &actor, arena,
                                &(struct sql_chain_of_object_args){.object_kind = STR("assignment"),
                                                                   .object_id = duties.items[0].id,
                                                                   .unit_id = e->unit_id,
                                                                   .before_id = INT64_MAX,
                                                                   .limit_count = 500},
                                &chain, err));
        struct str needle = app_href(request, "\"evidence\":\"%lld\"", (long long)e->id);
        for (size_t i = 0; i < chain.count; i++) {
            const struct sql_chain_of_object_row *c = &chain.items[i];
            struct pg_dr_event *event =
                !str_is_null(c->content) && str_contains(c->content, needle) ? vec_push(&events, arena) : NULL;
            if (!event)
                continue;
            enum msg_id word = str_equal(c->kind, STR("evidence_accepted"))    ? MSG_DUTY_H_ACCEPTED
                               : str_equal(c->kind, STR("evidence_returned"))  ? MSG_DUTY_H_RETURNED
                               : str_equal(c->kind, STR("evidence_withdrawn")) ? MSG_DUTY_H_WITHDRAWN
                                                                               : MSG_DUTY_H_SUBMITTED;
            *event = (struct pg_dr_event){
                .at_ms = c->at_ms,
                .day = kit_vn_day(request, civil_day_of_ms(c->at_ms)),
                .hour = kit_hour(request, c->at_ms),
                .text = kit_text(request, word),
                .sub =
                    app_href(request, "%.*s · %.*s %lld · %.*s",
                             STR_ARG(str_is_null(c->actor_name) ? kit_text(request, MSG_DUTY_SYSTEM) : c->actor_name),
                             STR_ARG(kit_text(request, MSG_DUTY_CHAIN_ENTRY)), (long long)c->id,
                             STR_ARG(str_is_null(c->hash) ? kit_text(request, MSG_DUTY_NOT_SEALED)
                                                          : kit_hex(request, c->hash)))};
        }
    }

    bool may_review = false, may_execute = false, waits = str_equal(e->state, STR("submitted"));
    TRY(access_has(db, &actor, RIGHT_REVIEW, e->unit_id, &may_review, err));
    TRY(access_has(db, &actor, RIGHT_EXECUTE, e->unit_id, &may_execute, err));
    bool is_own = e->submitted_by.has && e->submitted_by.v == request->session.person_id;
    struct pg_dr_form forms[3];
    size_t form_count = 0;
    if (may_review && waits && !is_own) {
        forms[form_count++] = (struct pg_dr_form){.id = STR("accept"),
                                                  .title = kit_text(request, MSG_DUTY_ACCEPT_TITLE),
                                                  .text = kit_text(request, MSG_DUTY_ACCEPT_TEXT),
                                                  .action = app_href(request, "%.*s/accept", STR_ARG(here)),
                                                  .submit = kit_text(request, MSG_DUTY_ACCEPT),
                                                  .main = true};
        forms[form_count++] =
            kit_reason_form(request, "return", MSG_DUTY_RETURN_TITLE, kit_text(request, MSG_DUTY_RETURN_TEXT),
                            app_href(request, "%.*s/return", STR_ARG(here)), MSG_DUTY_REASON, MSG_DUTY_RETURN);
    }
    if ((may_execute || may_review) && (waits || str_equal(e->state, STR("accepted"))))
        forms[form_count++] =
            kit_reason_form(request, "withdraw", MSG_DUTY_WITHDRAW_TITLE, kit_text(request, MSG_DUTY_WITHDRAW_TEXT),
                            app_href(request, "%.*s/withdraw", STR_ARG(here)), MSG_DUTY_REASON, MSG_DUTY_WITHDRAW);
    struct pg_crumb crumbs[] = {{.text = kit_text(request, MSG_DUTY_EVIDENCE_LIST), .href = STR("/evidence")},
                                {.text = kit_msg(request, MSG_DUTY_EVIDENCE_NO, 0,
                                                 ARG_STR("id", app_href(request, "%lld", (long long)e->id)))}};
    struct page_duty_record page = {
        .crumbs = {crumbs, ARRAY_LEN(crumbs)},
        .title = e->title,
        .state = evidence_page_state(e->state),
        .word = evidence_word(request, e->state, (civil_day)e->covers_to_day),
        .lead = may_review && waits && is_own ? kit_text(request, MSG_DUTY_OWN_NOT_REVIEWED) : STR(""),
        .problem = problem,
        .facts_title = kit_text(request, MSG_DUTY_FACTS),
        .facts = {facts.rows.items, facts.rows.count},
        .sections = {sections, ARRAY_LEN(sections)},
        .events_title = kit_text(request, MSG_DUTY_HISTORY),
        .events = {events.items, events.count},
        .forms = {forms, form_count},
    };
    return kit_record_respond(request, response, &page, STR("evidence"), err);
}

enum err_code evidence_show(struct request *request, struct response *response, struct err *err)
{
    return evidence_show_with(request, response, STR(""), err);
}

enum err_code evidence_file_get(struct request *request, struct response *response, struct err *err)
{
    int64_t evidence_id, file_id;
    TRY(request_id(request, STR("id"), &evidence_id, err));
    TRY(request_id(request, STR("file"), &file_id, err));
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request);
    struct sql_evidence_file_one_row *file = NULL;
    TRY(sql_evidence_file_one(db, &actor, request->arena,
                              &(struct sql_evidence_file_one_args){.evidence_id = evidence_id, .file_id = file_id},
                              &file, err));
    if (!file || file->sha256.len_bytes != SHA256_BYTES)
        return err_set(err, ERR_NOT_FOUND, "no such file");
    struct sha256 hash;
    memcpy(hash.bytes, file->sha256.ptr, SHA256_BYTES);
    AUTO_ARENA big;
    arena_init(&big, (size_t)UPLOAD_MAX_BYTES + (1u << 20));
    struct str bytes;
    TRY(blob_read(db, &hash, UPLOAD_MAX_BYTES, &big, &bytes, err));
    response_file(request, response, file->media_type, file->name, bytes);
    return ERR_NONE;
}

/* --- deciding --- */

struct decision {
    enum err_code (*act)(struct db *db, const struct actor *actor, int64_t id, struct str reason, struct err *err);
    enum msg_id said;
};

static enum err_code accept_one(struct db *db, const struct actor *actor, int64_t id, struct str reason,
                                struct err *err)
{
    (void)reason;
    return evidence_accept(db, actor, id, err);
}

static enum err_code decide(struct request *request, struct response *response, struct decision decision,
                            struct str reason, struct err *err)
{
    struct str problem;
    {
        AUTO_DB db = NULL;
        TRY(app_db(request, &db, err));
        struct sql_evidence_get_row *e = NULL;
        TRY(load_one(request, db, &e, err));
        struct actor actor = app_actor(request);
        if (decision.act(db, &actor, e->id, reason, err) == ERR_NONE) {
            struct sql_evidence_duties_rows duties;
            struct actor reader = app_actor_with(request, RIGHT_READ);
            TRY(sql_evidence_duties(db, &reader, request->arena,
                                    &(struct sql_evidence_duties_args){.evidence_id = e->id}, &duties, err));
            bool undo = str_equal(request_field(request, STR("undo")), STR("1")) && duties.count;
            return kit_done(request, response,
                            undo ? app_href(request, "/duty/%lld", (long long)duties.items[0].id)
                                 : app_href(request, "/evidence/%lld", (long long)e->id),
                            decision.said, STR_NONE);
        }
        if (!kit_is_words(err))
            return err->code;
        problem = kit_problem(request, err);
    }
    return evidence_show_with(request, response, problem, err);
}

enum err_code evidence_accept_post(struct request *request, struct response *response, struct err *err)
{
    return decide(request, response, (struct decision){accept_one, MSG_DUTY_SAID_ACCEPTED}, STR(""), err);
}

enum err_code evidence_return_post(struct request *request, struct response *response, struct err *err)
{
    struct str reason = form_get(&request->form, STR("reason-return"));
    return decide(request, response, (struct decision){evidence_return, MSG_DUTY_SAID_RETURNED},
                  str_is_null(reason) ? STR("") : reason, err);
}

enum err_code evidence_withdraw_post(struct request *request, struct response *response, struct err *err)
{
    struct str reason = form_get(&request->form, STR("reason-withdraw"));
    if (str_equal(request_field(request, STR("undo")), STR("1")))
        reason = kit_text(request, MSG_DUTY_UNDONE);
    return decide(request, response, (struct decision){evidence_withdraw, MSG_DUTY_SAID_WITHDRAWN},
                  str_is_null(reason) ? STR("") : reason, err);
}

/* --- the list, and many at once --- */

static enum err_code list_with(struct request *request, struct response *response, struct str problem, struct err *err)
{
    int64_t unit_id;
    TRY(app_unit(request, &unit_id, err));
    struct str state = request_field(request, STR("state")), kind = request_field(request, STR("kind"));
    bool may_review = kit_may(request, RIGHT_REVIEW);
    if (str_is_null(state) || kit_is_post(request))
        state = may_review ? STR("submitted") : STR("");
    if (str_equal(state, STR("all")))
        state = STR("");
    struct str q = request_field(request, STR("q"));
    struct link_param params[] = {{"state", str_is_empty(state) ? STR("all") : state},
                                  {"kind", kind},
                                  {"q", q},
                                  {"unit", request_field(request, STR("unit"))}};
    struct kit_range range = kit_range_of(request);
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct str edge;
    TRY(app_edge(request, db, &actor, unit_id, &edge, err));
    civil_day today = app_today(request);
    struct str search = app_search(request, STR("q"));
    struct evidence_page found;
    TRY(evidence_list(db, &actor,
                      &(struct evidence_ask){.root_id = unit_id,
                                             .edge_kind = edge,
                                             .day = today,
                                             .state = str_is_empty(state) ? STR_NONE : state,
                                             .kind = str_is_empty(kind) ? STR_NONE : kind,
                                             .search = search},
                      range.limit, range.offset, request->arena, &found, err));
    static const struct {
        enum msg_id label;
        enum page_state state;
    } states[EVIDENCE_STATES] = {[EVIDENCE_SUBMITTED] = {MSG_DUTY_E_SUBMITTED, PAGE_STATE_DOING},
                                 [EVIDENCE_RETURNED] = {MSG_DUTY_E_RETURNED, PAGE_STATE_DUE},
                                 [EVIDENCE_ACCEPTED] = {MSG_DUTY_E_ACCEPTED, PAGE_STATE_OK},
                                 [EVIDENCE_WITHDRAWN] = {MSG_DUTY_E_WITHDRAWN, PAGE_STATE_NA}};
    int64_t all = 0, total = 0, waiting = 0;
    struct kit_tabs tabs = {0};
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        int64_t n = found.n[i];
        struct str id = evidence_state_id((enum evidence_state)i);
        all += n;
        if (i == EVIDENCE_SUBMITTED)
            waiting = n;
        if (str_equal(state, id))
            total = n;
        kit_tab(&tabs, request, STR("/evidence"), "state", id, state, kit_text(request, states[i].label), n,
                states[i].state, params, ARRAY_LEN(params));
    }
    kit_tab(&tabs, request, STR("/evidence"), "state", STR("all"), str_is_empty(state) ? STR("all") : state,
            kit_text(request, MSG_DUTY_ALL), all, PAGE_STATE_NONE, params, ARRAY_LEN(params));
    if (str_is_empty(state))
        total = all;
    struct kit_table table;
    kit_table_init(&table, request);
    kit_column(&table, MSG_DUTY_C_EVIDENCE, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_STATE, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_UNIT, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_BY, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_DONE, SHEET_DATE);
    kit_column(&table, MSG_DUTY_C_HANDED, SHEET_DATE);
    kit_column(&table, MSG_DUTY_C_FILES, SHEET_INT);
    for (size_t i = 0; i < found.count; i++) {
        const struct sql_evidence_rows_row *e = found.items[i].row;
        struct str unit_name = found.items[i].unit_name;
        const struct know_evidence_kind *of_kind = know_evidence_kind_find(e->kind);
        struct pg_dt_row *row = kit_row(&table);
        struct str href = app_href(request, "/evidence/%lld", (long long)e->id);
        kit_head(&table, e->title, href,
                 str_is_null(e->subject_name) ? (of_kind ? kit_know(request, of_kind->title) : STR(""))
                                              : e->subject_name);
        kit_cell_chip(&table, evidence_page_state(e->state),
                      evidence_word(request, e->state, (civil_day)e->covers_to_day));
        kit_cell(&table, unit_name, app_href(request, "/unit/%lld", (long long)e->unit_id));
        kit_cell(&table, str_is_null(e->submitted_name) ? kit_text(request, MSG_DUTY_BY_MACHINE) : e->submitted_name,
                 STR(""));
        kit_cell_day(&table, (civil_day)e->done_day);
        kit_cell_day(&table, civil_day_of_ms(e->submitted_ms));
        kit_cell_number(&table, e->file_count, href);
        bool is_own = e->submitted_by.has && e->submitted_by.v == request->session.person_id;
        if (row && str_equal(e->state, STR("submitted"))) {
            row->pick = is_own ? STR("") : link_id(request, e->id);
            row->pick_label =
                kit_msg(request, MSG_DUTY_PICK_ONE, 0, ARG_STR("title", e->title), ARG_STR("unit", unit_name));
            row->note = is_own ? kit_text(request, MSG_DUTY_OWN) : STR("");
        }
    }
    struct page_duty_table page = {
        .title = may_review ? kit_msg(request, MSG_DUTY_QUEUE_TITLE, waiting, ARG_INT("n", waiting))
                            : kit_msg(request, MSG_DUTY_EVIDENCE_TITLE, all, ARG_INT("n", all)),
        .lead = kit_text(request, may_review ? MSG_DUTY_QUEUE_LEAD : MSG_DUTY_EVIDENCE_LEAD),
        .q = q,
        .keep = kit_keep(request, params, ARRAY_LEN(params)),
        .tabs = {tabs.tabs.items, tabs.tabs.count},
        .empty_text = kit_text(request, str_is_empty(q) ? (str_equal(state, STR("submitted")) ? MSG_DUTY_QUEUE_EMPTY
                                                                                              : MSG_DUTY_EVIDENCE_EMPTY)
                                                        : MSG_DUTY_NOTHING_FOUND),
        .empty_act = kit_text(request, MSG_DUTY_TO_TASKS),
        .empty_href = STR("/"),
        .batch_action = may_review && str_equal(state, STR("submitted")) ? STR("/evidence/accept") : STR(""),
        .batch_label = kit_text(request, MSG_DUTY_ACCEPT_PICKED),
        .problem = problem,
    };
    return kit_list_respond(request, response, &table, &page, STR("evidence"), STR("/evidence"), params,
                            ARRAY_LEN(params), &range, total, unit_id, err);
}

enum err_code evidence_list_page(struct request *request, struct response *response, struct err *err)
{
    return list_with(request, response, STR(""), err);
}

/* Each one on its own: what is refused says why, the others are accepted. */
enum err_code evidence_batch_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_BUF refused;
    buf_init(&refused, 32u << 10);
    int64_t accepted = 0, asked = 0;
    {
        AUTO_DB db = NULL;
        TRY(app_db(request, &db, err));
        struct actor actor = app_actor(request), reader = app_actor_with(request, RIGHT_READ);
        for (size_t i = 0; i < request->form.fields.count && asked < EVIDENCE_BATCH_MAX; i++) {
            int64_t id;
            if (!str_equal(request->form.fields.items[i].name, STR("id")) ||
                !str_to_i64(request->form.fields.items[i].value, &id))
                continue;
            asked++;
            struct sql_evidence_get_row *e = NULL;
            TRY(sql_evidence_get(db, &reader, request->arena, &(struct sql_evidence_get_args){.id = id}, &e, err));
            if (e && evidence_accept(db, &actor, id, err) == ERR_NONE) {
                accepted++;
                continue;
            }
            if (e && !kit_is_words(err) && err->code != ERR_DENIED && err->code != ERR_NOT_FOUND)
                return err->code;
            struct str why =
                e && kit_is_words(err) ? request_said(request, err) : kit_text(request, MSG_DUTY_NOT_YOURS);
            buf_printf(&refused, " “%.*s”: %.*s.", STR_ARG(e ? e->title : STR("?")), STR_ARG(why));
        }
    }
    struct str said = kit_msg(request, MSG_DUTY_SAID_BATCH, 0, ARG_INT("done", accepted), ARG_INT("asked", asked));
    if (asked == 0)
        return list_with(request, response, kit_text(request, MSG_DUTY_PICK_NONE), err);
    if (accepted < asked)
        return list_with(request, response,
                         arena_printf(request->arena, "%.*s%.*s", STR_ARG(said), STR_ARG(buf_str(&refused))), err);
    app_done_redirect(request, response, STR("/evidence"), said, STR_NONE);
    return ERR_NONE;
}
