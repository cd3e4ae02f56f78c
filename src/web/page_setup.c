#include <string.h>

#include "duty/ledger.h"
#include "duty/page_home.sql.h"
#include "know/know.h"
#include "org/page_site.sql.h"
#include "org/person.h"
#include "org/sample.h"
#include "org/session.h"
#include "org/unit.h"
#include "store/schema.sql.h"
#include "web/app_parts.h"
#include "web/setup.h"

#define SETUP_SETTING STR("setup_token")

static struct str text_of(const struct request *request, enum msg_id id)
{
    return msg_text(request->lang, id, 0);
}

enum err_code setup_is_needed(struct db *db, bool *ret_needed, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    struct sql_site_people_present_row *row;
    TRY(sql_site_people_present(db, &arena, &row, err));
    *ret_needed = !row || !row->n;
    return ERR_NONE;
}

static enum err_code put_token(struct db *db, struct str value, struct err *err)
{
    return sql_setting_put(
        db,
        &(struct sql_setting_put_args){
            .name = SETUP_SETTING, .value = value, .changed_ms = db_now_ms(db), .changed_by = {false, 0}},
        err);
}

enum err_code setup_token_new(struct db *db, char ret_token[CRYPTO_TOKEN_CHARS + 1], struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    char token[CRYPTO_TOKEN_CHARS + 1];
    crypto_token(token);
    struct sha256 hash = crypto_sha256(str_from_cstr(token));
    struct str hex = crypto_to_hex(sha256_str(&hash), &arena);
    if (str_is_null(hex))
        return arena_full(&arena, err);
    TRY(put_token(db, hex, err));
    memcpy(ret_token, token, sizeof token);
    crypto_wipe(token, sizeof token);
    return ERR_NONE;
}

/* Not found unless the link is right and nobody is here yet: outsiders learn nothing from the difference. */
static enum err_code door(struct request *request, struct db *db, struct err *err)
{
    bool is_needed;
    TRY(setup_is_needed(db, &is_needed, err));
    struct sql_setting_get_row *row;
    TRY(sql_setting_get(db, request->arena, &(struct sql_setting_get_args){.name = SETUP_SETTING}, &row, err));
    struct sha256 hash = crypto_sha256(request_param(request, STR("token")));
    struct str hex = crypto_to_hex(sha256_str(&hash), request->arena);
    if (!is_needed || !row || str_is_null(hex) || !crypto_is_equal(row->value, hex))
        return err_set(err, ERR_NOT_FOUND, "no first run here");
    return ERR_NONE;
}

static enum err_code admin_page(struct request *request, struct response *response, int status,
                                struct page_setup_admin *page, struct err *err)
{
    struct pg_setup_kind *kinds = arena_new_array(request->arena, struct pg_setup_kind, know_org_kind_count);
    if (!kinds)
        return arena_full(request->arena, err);
    civil_day today = app_today(request);
    size_t n = 0;
    for (size_t i = 0; i < know_org_kind_count; i++) {
        const struct know_org_kind *k = &know_org_kinds[i];
        if (k->from_day <= today && k->to_day > today)
            kinds[n++] = (struct pg_setup_kind){.id = k->id,
                                                .word = request->lang == LANG_VI ? k->title.vi : k->title.en,
                                                .chosen = str_equal(k->id, form_get(&request->form, STR("kind")))};
    }
    page->kinds = (struct pg_setup_kind_list){kinds, n};
    page->token = request_param(request, STR("token"));
    page->password_rule = app_password_rule(request);
    page->unit_name = form_get(&request->form, STR("unit_name"));
    page->person = form_get(&request->form, STR("person"));
    page->email = form_get(&request->form, STR("email"));
    page->sign_in_name = form_get(&request->form, STR("name"));
    struct layout_frame *frame = web_frame(request, text_of(request, MSG_HOME_SETUP_TITLE), STR(""));
    if (!frame)
        return arena_full(request->arena, err);
    frame->path = STR("/"); /* the links of the frame must not carry the secret of this one */
    page->frame = frame;
    struct page_out o = response_page(request, response, status);
    page_setup_admin(&o, page);
    return ERR_NONE;
}

static enum err_code setup_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    TRY(door(request, db, err));
    return admin_page(request, response, 200, &(struct page_setup_admin){0}, err);
}

struct founding {
    struct str unit_name, kind, person, email, sign_in_name, password;
    struct actor actor;
    civil_day today;
    struct arena *arena;
    int64_t person_id;
};

static enum err_code found_in_transaction(struct db *db, void *NULLABLE ctx, struct err *err)
{
    struct founding *f = ctx;
    bool is_needed;
    TRY(setup_is_needed(db, &is_needed, err)); /* two at once: the second finds somebody here */
    if (!is_needed)
        return err_set(err, ERR_NOT_FOUND, "no first run here");
    struct sql_home_clock_row *clock;
    TRY(sql_home_clock(db, f->arena, &clock, err));
    if (!clock)
        TRY(ledger_open(db, f->today, err));
    int64_t unit_id, grant_id;
    TRY(unit_found(db, &f->actor, &(struct unit_fact){.kind = f->kind, .name = f->unit_name}, &(struct unit_parent){0},
                   0, f->today, 0, false, &unit_id, err));
    TRY(person_new(db, &f->actor, &(struct person_fields){.name = f->person, .email = f->email, .language = STR("vi")},
                   unit_id, f->today, false, &f->person_id, err));
    TRY(grant_give(db, &f->actor,
                   &(struct grant_request){.person_id = f->person_id,
                                           .role = STR("administrator"),
                                           .unit_id = unit_id,
                                           .edge_kind = EDGE_ADMINISTRATIVE,
                                           .from_day = f->today,
                                           .to_day = CIVIL_FOREVER},
                   &grant_id, err));
    TRY(password_set(db, &f->actor, f->person_id, f->sign_in_name, f->password, err));
    return put_token(db, STR(""), err);
}

static enum err_code setup_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    TRY(door(request, db, err));
    struct founding f = {.unit_name = str_trim(form_get(&request->form, STR("unit_name"))),
                         .kind = form_get(&request->form, STR("kind")),
                         .person = str_trim(form_get(&request->form, STR("person"))),
                         .email = str_trim(form_get(&request->form, STR("email"))),
                         .sign_in_name = form_get(&request->form, STR("name")),
                         .password = form_get(&request->form, STR("password")),
                         .actor = actor_system(app_today(request)),
                         .today = app_today(request),
                         .arena = request->arena};
    struct page_setup_admin page = {0};
    struct str needed = text_of(request, MSG_HOME_SETUP_NEEDED);
    if (str_is_empty(f.unit_name))
        page.unit_error = needed;
    if (!know_org_kind_find(f.kind))
        page.kind_error = needed;
    if (str_is_empty(f.person))
        page.person_error = needed;
    if (!str_equal(f.password, form_get(&request->form, STR("again"))))
        page.password_error = text_of(request, MSG_ACCOUNT_PASSWORD_DIFFERS);
    else if (password_is_good(f.password, f.sign_in_name, app_today(request), err) != ERR_NONE)
        page.password_error = request_said(request, err);
    bool is_fine = str_is_null(page.unit_error) && str_is_null(page.kind_error) && str_is_null(page.person_error) &&
                   str_is_null(page.password_error);
    if (is_fine) {
        enum err_code code = db_transact(db, found_in_transaction, &f, err);
        if (code == ERR_SYNTAX || code == ERR_LIMIT) {
            page.error = request_said(request, err);
            return admin_page(request, response, 422, &page, err);
        }
        TRY(code);
    } else {
        page.error = text_of(request, MSG_HOME_SETUP_MISSING);
        return admin_page(request, response, 422, &page, err);
    }
    struct session_token token;
    struct session_from from = {.ip = request->client, .agent = request_header(request, STR("user-agent"))};
    TRY(session_open(db, f.person_id, false, &from, &token, err));
    web_session_start(request, response, str_from_cstr(token.text), app_session_age_s(request));
    crypto_wipe(&token, sizeof token);
    response_redirect(request, response, STR("/signin/enrol?back=/setup"));
    return ERR_NONE;
}

/* --- what comes after the administrator --- */
static enum err_code next_page(struct request *request, struct response *response, int status, struct str error,
                               struct err *err)
{
    struct layout_frame *frame = web_frame(request, text_of(request, MSG_SETUP_TITLE), STR("admin"));
    if (!frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, status);
    page_setup(&o, &(struct page_setup){.frame = frame, .at = 3, .of = 4, .error = error});
    return ERR_NONE;
}

static enum err_code next_show(struct request *request, struct response *response, struct err *err)
{
    return next_page(request, response, 200, STR_NONE, err);
}

static enum err_code start_do(struct request *request, struct response *response, struct err *err)
{
    if (!str_equal(form_get(&request->form, STR("with")), STR("sample"))) {
        response_redirect(request, response, STR("/units"));
        return ERR_NONE;
    }
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor system = actor_system(app_today(request)); /* the route asked for RIGHT_SYSTEM_ADMIN */
    struct sample_built built;
    enum err_code code = sample_build(db, &system, SAMPLE_SEED, app_today(request), &built, err);
    if (code == ERR_CONFLICT)
        return next_page(request, response, 409, text_of(request, MSG_HOME_SETUP_SAMPLE_TWICE), err);
    TRY(code);
    app_done_redirect(request, response, STR("/"), text_of(request, MSG_HOME_SETUP_SAMPLED), STR_NONE);
    return ERR_NONE;
}

static const struct route routes[] = {
    {GET, "/setup", next_show, RIGHT_SYSTEM_ADMIN, READS, NULL},
    {POST, "/setup/start", start_do, RIGHT_SYSTEM_ADMIN, CHANGES | SLOW, NULL},
    {GET, "/setup/{token}", setup_show, 0, READS | PUBLIC, NULL},
    {POST, "/setup/{token}", setup_do, 0, CHANGES | PUBLIC | SLOW, NULL},
};
const struct route_list setup_routes = {routes, ARRAY_LEN(routes)};
