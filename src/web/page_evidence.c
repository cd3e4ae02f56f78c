#include "base/limits.h"
#include "duty/cover.h"
#include "duty/page_duty.sql.h"
#include "format/json.h"
#include "org/access.h"
#include "proof/chain.sql.h"
#include "proof/evidence.sql.h"
#include "store/blob.h"
#include "web/act.h"
#include "web/page_duty.h"

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

struct str evidence_title(const struct request *request, const struct know_evidence_kind *kind, struct str title)
{
    return kind && str_equal(title, kind->title.vi) ? kit_know(request, kind->title) : title;
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
    AUTO_BUF buf;
    buf_init(&buf, 64);
    words_size(&buf, request->lang, bytes);
    return arena_str(request->arena, buf_str(&buf));
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
    /* Returned: what is asked for stands here, so the way to hand in again does too. */
    struct pg_dt_act again = {.label = kit_text(request, MSG_DUTY_SUBMIT), .main = true};
    bool may_again = may_execute && str_equal(e->state, STR("returned")) && duties.count;
    if (may_again)
        again.href = app_href(request, "/duty/%lld/evidence", (long long)duties.items[0].id);
    struct page_duty_record page = {
        .crumbs = {crumbs, ARRAY_LEN(crumbs)},
        .title = evidence_title(request, kind, e->title),
        .acts = {&again, may_again},
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
    return kit_record_respond(request, response, &page, STR("evidence"),
                              app_href(request, "/unit/%lld/who", (long long)e->unit_id), err);
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

static enum err_code act_load(struct act *a, struct err *err)
{
    struct sql_evidence_get_row *e = NULL;
    TRY(load_one(a->request, a->db, &e, err));
    a->row = e;
    return ERR_NONE;
}

/* A decision taken on the page of a duty, to be undone there, leads back to it. */
static enum err_code act_lead_back(struct act *a, struct err *err)
{
    struct sql_evidence_duties_rows duties;
    struct actor reader = app_actor_with(a->request, RIGHT_READ);
    TRY(sql_evidence_duties(a->db, &reader, a->request->arena, &(struct sql_evidence_duties_args){.evidence_id = a->id},
                            &duties, err));
    if (str_equal(request_field(a->request, STR("undo")), STR("1")) && duties.count)
        a->to = app_href(a->request, "/duty/%lld", (long long)duties.items[0].id);
    return ERR_NONE;
}

static enum err_code act_accept(struct act *a, struct err *err)
{
    TRY(evidence_accept(a->db, &a->actor, a->id, err));
    return act_lead_back(a, err);
}

static enum err_code act_return(struct act *a, struct err *err)
{
    TRY(evidence_return(a->db, &a->actor, a->id, kit_typed(a->request, "reason-return"), err));
    return act_lead_back(a, err);
}

static enum err_code act_withdraw(struct act *a, struct err *err)
{
    bool is_undo = str_equal(request_field(a->request, STR("undo")), STR("1"));
    struct str reason = is_undo ? kit_text(a->request, MSG_DUTY_UNDONE) : kit_typed(a->request, "reason-withdraw");
    TRY(evidence_withdraw(a->db, &a->actor, a->id, reason, err));
    return act_lead_back(a, err);
}

enum err_code evidence_act_post(struct request *request, struct response *response, struct err *err)
{
    static const struct act_row rows[] = {{STR_INIT("accept"), act_accept, MSG_DUTY_SAID_ACCEPTED},
                                          {STR_INIT("return"), act_return, MSG_DUTY_SAID_RETURNED},
                                          {STR_INIT("withdraw"), act_withdraw, MSG_DUTY_SAID_WITHDRAWN}};
    static const struct act_table table = {.rows = rows,
                                           .row_count = ARRAY_LEN(rows),
                                           .page = "/evidence/",
                                           .load = act_load,
                                           .again = evidence_show_with};
    return act_answer(request, response, &table, err);
}
