#include <sys/mman.h>

#include "duty/cover.h"
#include "duty/directive.sql.h"
#include "duty/seen.h"
#include "know/know.h"
#include "proof/evidence.sql.h"
#include "store/blob.h"
#include "web/api_parts.h"

enum err_code api_acknowledge_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_directive_get_row *d;
    TRY(api_directive_of(request, db, &d, err));
    struct json root;
    int64_t unit_id;
    TRY(api_body(request, request->body, &root, err));
    TRY_FIELD("unit", api_body_id(root, STR("unit"), request, &unit_id, err));
    struct sql_unit_page_row *u;
    TRY(api_unit(request, db, unit_id, &u, err));
    struct actor actor = app_actor(request);
    bool first;
    TRY(duty_acknowledge(db, &actor, d->id, unit_id, &first, err));
    struct json_writer w = api_answer(request, response);
    json_field_bool(&w, STR("is_new"), first);
    return api_answer_end(&w, err);
}

static enum err_code duty_of(const struct request *request, struct db *db, struct sql_assignment_page_row **ret_duty,
                             struct err *err)
{
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    TRY(sql_assignment_page(db, &actor, request->arena,
                            &(struct sql_assignment_page_args){.id = id, .on_day = app_today(request)}, ret_duty, err));
    return *ret_duty ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "không có nghĩa vụ này");
}

enum err_code api_duty_one_get(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    civil_day as_of, today = app_today(request);
    TRY(request_id(request, STR("id"), &id, err));
    TRY_FIELD("as_of", api_query_day(request, STR("as_of"), &as_of, err));
    struct actor actor = app_actor(request);
    struct seen seen;
    TRY_FIELD("as_of", seen_open(db, &actor, id, today, as_of, request->arena, &seen, err));
    const struct sql_assignment_page_row *a = seen.duty;
    struct sql_assignment_chain_rows chain;
    struct sql_assignment_evidence_list_rows evidence;
    struct sql_duty_earlier_evidence_rows earlier;
    TRY(sql_assignment_chain(db, &actor, request->arena, &(struct sql_assignment_chain_args){.assignment_id = a->id},
                             &chain, err));
    TRY(seen_evidence(db, &actor, &seen, request->arena, &evidence, &earlier, err));
    bool waits = false;
    for (size_t i = 0; i < evidence.count; i++)
        waits |= str_equal(evidence.items[i].state, STR("submitted"));
    for (size_t i = 0; i < earlier.count; i++)
        waits |= str_equal(earlier.items[i].state, STR("submitted"));
    struct json_writer w = api_answer(request, response);
    json_field_id(&w, STR("id"), a->id);
    api_put_day(&w, STR("as_of"), OPT_I64(seen.day));
    api_put_unit(&w, STR("unit"), a->unit_id, a->unit_name);
    json_field_id(&w, STR("directive"), a->directive_id);
    json_field_str(&w, STR("title"), a->title);
    json_field_str(&w, STR("text"), a->text);
    api_put_lines(&w, STR("co_actors"), a->co_actors);
    json_field_str(&w, STR("product"), a->product);
    json_field_str(&w, STR("catalogue_id"), a->catalogue_id);
    json_field_str(&w, STR("subject_kind"), a->subject_kind);
    json_field_str(&w, STR("subject_name"), a->subject_name);
    json_field_str(&w, STR("state"), api_state(a->state));
    json_field_bool(&w, STR("awaiting_review"), waits);
    api_put_day(&w, STR("due"), a->due_day);
    api_put_day(&w, STR("covered_until"), api_covered_until(a->covered_to_day));
    api_put_ms(&w, STR("acknowledged_at"), a->acked_ms);
    json_field_str(&w, STR("denominator"), a->denominator);
    api_put_words(&w, STR("evidence_kinds"), a->evidence_kinds);
    api_array(&w, STR("chain"));
    for (size_t i = 0; i < chain.count; i++) {
        const struct sql_assignment_chain_row *c = &chain.items[i];
        json_object_begin(&w);
        json_field_id(&w, STR("directive"), c->directive_id);
        json_field_str(&w, STR("title"), c->directive_title);
        json_field_str(&w, STR("issuer"), c->issuer_name);
        json_field_str(&w, STR("number"), c->number);
        json_field_str(&w, STR("symbol"), c->symbol);
        api_put_day(&w, STR("issued"), OPT_I64(c->issued_day));
        api_put_day(&w, STR("deadline"), c->deadline_day);
        json_object_end(&w);
    }
    json_array_end(&w);
    api_array(&w, STR("evidence"));
    for (size_t i = 0; i < evidence.count; i++) {
        const struct sql_assignment_evidence_list_row *e = &evidence.items[i];
        json_object_begin(&w);
        json_field_id(&w, STR("id"), e->id);
        json_field_str(&w, STR("kind"), e->kind);
        json_field_str(&w, STR("title"), e->title);
        json_field_str(&w, STR("state"), e->state);
        api_put_day(&w, STR("done"), OPT_I64(e->done_day));
        api_put_day(&w, STR("covers_from"), OPT_I64(e->covers_from_day));
        api_put_day(&w, STR("covers_to"), OPT_I64(e->covers_to_day));
        json_field_str(&w, STR("submitted_by"), e->submitted_name);
        api_put_ms(&w, STR("submitted_at"), OPT_I64(e->submitted_ms));
        json_field_str(&w, STR("reason"), e->reason);
        json_field_i64(&w, STR("files"), e->file_count);
        json_object_end(&w);
    }
    json_array_end(&w);
    return api_answer_end(&w, err);
}

struct submitting {
    const struct form *form;
    const struct actor *actor;
    struct evidence_draft draft;
    struct evidence_file files[EVIDENCE_FILES_MAX];
    struct sha256 hashes[EVIDENCE_FILES_MAX];
    int64_t id;
};

static enum err_code submit_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct submitting *s = ctx;
    size_t n = 0;
    for (size_t i = 0; i < s->form->files.count; i++) {
        const struct form_file *file = &s->form->files.items[i];
        if (file->size_bytes == 0)
            continue;
        if (n == EVIDENCE_FILES_MAX)
            return err_set(err, ERR_SYNTAX, "quá %u tệp", EVIDENCE_FILES_MAX);
        void *map = mmap(NULL, (size_t)file->size_bytes, PROT_READ, MAP_PRIVATE, file->fd, 0);
        if (map == MAP_FAILED)
            return err_set(err, ERR_IO, "read the uploaded file");
        enum err_code code = blob_put(db, (struct str){map, (size_t)file->size_bytes}, &s->hashes[n], err);
        (void)munmap(map, (size_t)file->size_bytes);
        TRY(code);
        s->files[n] = (struct evidence_file){.name = str_is_empty(file->filename) ? STR("tep") : file->filename,
                                             .media_type = str_is_empty(file->mime) ? STR("application/octet-stream")
                                                                                    : file->mime,
                                             .sha256 = sha256_str(&s->hashes[n]),
                                             .size_bytes = (int64_t)file->size_bytes};
        n++;
    }
    s->draft.files = s->files;
    s->draft.file_count = n;
    return evidence_submit(db, s->actor, &s->draft, &s->id, err);
}

/* JSON, or multipart with the same JSON in the field "evidence" and any number of files. */
enum err_code api_evidence_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_assignment_page_row *a;
    TRY(duty_of(request, db, &a, err));
    struct str posted = form_get(&request->form, STR("evidence"));
    struct json root;
    TRY(api_body(request, str_is_null(posted) ? request->body : posted, &root, err));
    struct actor actor = app_actor(request);
    struct json fields = json_get(root, STR("fields"));
    struct submitting s = {.form = &request->form,
                           .actor = &actor,
                           .draft = {.assignment_id = a->id,
                                     .kind = json_str_or_none(json_get(root, STR("kind")), request->arena),
                                     .title = json_str_or_none(json_get(root, STR("title")), request->arena),
                                     .fields_json = json_type(fields) == JSON_OBJECT ? json_raw(fields) : STR("{}"),
                                     .source = STR("hand")}};
    struct str done = json_str_or_none(json_get(root, STR("done")), request->arena);
    if (str_is_null(s.draft.kind) || !know_evidence_kind_find(s.draft.kind)) {
        (void)err_set(err, ERR_SYNTAX, "kind: không có loại bằng chứng này");
        return api_refuse_field(request, response, STR("kind"), err);
    }
    if (str_is_null(done) || !civil_parse_iso(done, &s.draft.done_day)) {
        (void)err_set(err, ERR_SYNTAX, "done: cần một ngày như 2027-04-30");
        return api_refuse_field(request, response, STR("done"), err);
    }
    struct str field = STR_NONE;
    size_t file_count = 0;
    for (size_t i = 0; i < request->form.files.count; i++)
        file_count += request->form.files.items[i].size_bytes > 0;
    enum err_code code = evidence_check_fields(s.draft.kind, s.draft.fields_json, file_count, &field, err);
    if (code == ERR_SYNTAX)
        return api_refuse_field(request, response, str_is_null(field) ? STR("fields") : field, err);
    if (code != ERR_NONE)
        return code;
    TRY(db_transact(db, submit_in_transaction, &s, err));
    struct json_writer w = api_answer(request, response);
    json_field_id(&w, STR("id"), s.id);
    return api_answer_end(&w, err);
}

enum err_code api_review_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct actor reader = app_actor_with(request, RIGHT_READ), actor = app_actor(request);
    struct sql_evidence_get_row *evidence;
    TRY(sql_evidence_get(db, &reader, request->arena, &(struct sql_evidence_get_args){.id = id}, &evidence, err));
    if (!evidence)
        return err_set(err, ERR_NOT_FOUND, "không có bằng chứng này");
    struct json root;
    TRY(api_body(request, request->body, &root, err));
    struct json decision = json_get(root, STR("decision"));
    struct str reason = json_str_or_none(json_get(root, STR("reason")), request->arena);
    if (json_str_is(decision, STR("accept"))) {
        TRY(evidence_accept(db, &actor, id, err));
    } else if (json_str_is(decision, STR("return"))) {
        TRY_FIELD("reason", evidence_return(db, &actor, id, str_is_null(reason) ? STR("") : reason, err));
    } else {
        (void)err_set(err, ERR_SYNTAX, "decision: \"accept\" hoặc \"return\"");
        return api_refuse_field(request, response, STR("decision"), err);
    }
    TRY(sql_evidence_get(db, &reader, request->arena, &(struct sql_evidence_get_args){.id = id}, &evidence, err));
    struct json_writer w = api_answer(request, response);
    json_field_id(&w, STR("id"), id);
    json_field_str(&w, STR("state"), evidence ? evidence->state : STR_NONE);
    return api_answer_end(&w, err);
}
