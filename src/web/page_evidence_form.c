#include <sys/mman.h>
#include <unistd.h>

#include "asset/device.h"
#include "base/limits.h"
#include "duty/cover.h"
#include "duty/page_duty.sql.h"
#include "duty/rollup.sql.h"
#include "format/doctext.h"
#include "format/json.h"
#include "org/access.h"
#include "org/person.sql.h"
#include "store/blob.h"
#include "web/page_duty.h"

#define EVIDENCE_FILES_FIELD "file"
#define EVIDENCE_FIELD_MAX   40u
#define EVIDENCE_TEXT_MAX    (64u << 10) /* of one field */
#define EVIDENCE_JSON_MAX    (1u << 20)

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
        return kit_record_respond(request, response, &record, STR("tasks"), STR_NONE, err);
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

static const struct {
    const char *ending, *magic, *magic_also;
} endings[] = {{".pdf", "%PDF-", NULL},    {".docx", "PK\3\4", NULL},    {".xlsx", "PK\3\4", NULL},
               {".odt", "PK\3\4", NULL},   {".zip", "PK\3\4", "PK\5\6"}, {".png", "\x89PNG", NULL},
               {".jpg", "\xff\xd8", NULL}, {".jpeg", "\xff\xd8", NULL}};
#define HEAD_BYTES 1024 /* a PDF may begin that late */

/* What a reviewer will open has to be what it is called; a program is nobody's evidence. */
static enum err_code check_file(const struct request *request, const struct form_file *file, struct str *ret_wrong,
                                struct err *err)
{
    char bytes[HEAD_BYTES];
    ssize_t got = pread(file->fd, bytes, sizeof bytes, 0);
    if (got < 0)
        return err_set(err, ERR_IO, "read the uploaded file");
    struct str head = {bytes, (size_t)got}, name = file->filename;
    *ret_wrong = STR_NONE;
    if (str_starts_with(head, STR("MZ")) || str_starts_with(head, STR("\x7f"
                                                                      "ELF"))) {
        *ret_wrong = kit_msg(request, MSG_DUTY_FILE_PROGRAM, 0, ARG_STR("name", name));
        return ERR_NONE;
    }
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        struct str ending = str_from_cstr(endings[i].ending), magic = str_from_cstr(endings[i].magic);
        if (name.len_bytes <= ending.len_bytes ||
            !str_equal_nocase_ascii(str_slice(name, name.len_bytes - ending.len_bytes, name.len_bytes), ending))
            continue;
        bool is_pdf = i == 0;
        bool fits = is_pdf ? str_find(head, magic, 0) >= 0 : str_starts_with(head, magic);
        if (!fits && endings[i].magic_also)
            fits = str_starts_with(head, str_from_cstr(endings[i].magic_also));
        if (!fits)
            *ret_wrong = kit_msg(request, MSG_DUTY_FILE_NOT_KIND, 0, ARG_STR("name", name), ARG_STR("ending", ending));
    }
    return ERR_NONE;
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
    for (size_t i = 0; i < request->form.files.count; i++) {
        if (request->form.files.items[i].size_bytes == 0)
            continue;
        file_count++;
        struct str bad;
        TRY(check_file(request, &request->form.files.items[i], &bad, err));
        if (!str_is_null(bad))
            kit_error(&form, STR(EVIDENCE_FILES_FIELD), bad);
    }
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
        kit_error(&form, day_name,
                  kit_msg(request, MSG_DUTY_DAY_FUTURE, 0,
                          ARG_STR("field",
                                  of_day ? kit_know(request, of_day->title) : kit_text(request, MSG_DUTY_DONE_DAY))));
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
