#include "web/page_account.h"

#include "know/know.h"
#include "org/person.h"
#include "org/person.sql.h"
#include "org/session.sql.h"
#include "proof/chain.h"

static struct str agent_words(const struct request *request, struct str agent)
{
    static const char *const browsers[][2] = {{"Edg/", "Edge"},        {"OPR/", "Opera"},     {"coc_coc", "Cốc Cốc"},
                                              {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Chromium/", "Chromium"},
                                              {"Safari/", "Safari"},   {"curl/", "curl"}};
    static const char *const systems[][2] = {{"Android", "Android"}, {"iPhone", "iPhone"},  {"iPad", "iPad"},
                                             {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}};
    struct str browser = STR_NONE, system = STR_NONE;
    for (size_t i = 0; i < ARRAY_LEN(browsers) && str_is_null(browser); i++)
        if (str_contains(agent, str_from_cstr(browsers[i][0])))
            browser = str_from_cstr(browsers[i][1]);
    for (size_t i = 0; i < ARRAY_LEN(systems) && str_is_null(system); i++)
        if (str_contains(agent, str_from_cstr(systems[i][0])))
            system = str_from_cstr(systems[i][1]);
    if (str_is_null(browser))
        return str_is_null(system) ? kit_text(request, MSG_ACCOUNT_AGENT_UNKNOWN) : system;
    if (str_is_null(system))
        return browser;
    return msg_str(request->arena, request->lang, MSG_ACCOUNT_AGENT_ON, 0,
                   MSG_ARGS(ARG_STR("browser", browser), ARG_STR("system", system)));
}

static struct str right_words(const struct request *request, const char *name)
{
    for (size_t i = 0; i < know_right_count; i++)
        if (str_equal(know_rights[i].id, str_from_cstr(name)))
            return request->lang == LANG_VI ? know_rights[i].title.vi : know_rights[i].title.en;
    return str_from_cstr(name);
}

static enum err_code fill_roles(struct request *request, struct db *db, const struct actor *actor,
                                struct page_account *page, struct err *err)
{
    struct sql_person_self_grants_rows grants;
    TRY(sql_person_self_grants(db, actor, request->arena,
                               &(struct sql_person_self_grants_args){.on_day = app_today(request)}, &grants, err));
    struct pg_account_role *roles = arena_new_array(request->arena, struct pg_account_role, grants.count + 1);
    if (!roles)
        return arena_full(request->arena, err);
    size_t n = 0;
    for (size_t i = 0; i < grants.count; i++) {
        const struct sql_person_self_grants_row *g = &grants.items[i];
        if (!str_is_empty(g->edge_kind)) /* the half of a grant that reaches below says nothing new here */
            continue;
        const struct know_role *role = know_role_find(g->role);
        struct str until = STR_NONE;
        if (g->to_day != CIVIL_FOREVER)
            until = msg_str(request->arena, request->lang, MSG_ACCOUNT_ROLE_UNTIL, 0,
                            MSG_ARGS(ARG_DAY("day", (civil_day)(g->to_day - 1))));
        struct str title = !role ? g->role : request->lang == LANG_VI ? role->title.vi : role->title.en;
        roles[n++] = (struct pg_account_role){.role = title, .unit = g->unit_name, .until = until};
    }
    page->roles = (struct pg_account_role_list){roles, n};
    return ERR_NONE;
}

static enum err_code fill_sessions(struct request *request, struct db *db, const struct actor *actor,
                                   struct page_account *page, struct err *err)
{
    struct sql_session_list_rows sessions;
    TRY(sql_session_list(db, actor, request->arena, &(struct sql_session_list_args){.now_ms = request->now_ms},
                         &sessions, err));
    struct pg_account_session *rows = arena_new_array(request->arena, struct pg_account_session, sessions.count + 1);
    if (!rows)
        return arena_full(request->arena, err);
    struct sha256 mine = crypto_sha256(account_token(request));
    for (size_t i = 0; i < sessions.count; i++) {
        const struct sql_session_list_row *s = &sessions.items[i];
        bool is_current = str_equal(s->token_hash, sha256_str(&mine));
        rows[i] = (struct pg_account_session){.id = crypto_to_base64url(s->token_hash, request->arena),
                                              .agent = agent_words(request, s->agent),
                                              .ip = str_is_empty(s->ip) ? STR("—") : s->ip,
                                              .seen = s->seen_ms,
                                              .current = is_current};
        page->others += !is_current;
    }
    page->sessions = (struct pg_account_session_list){rows, sessions.count};
    return ERR_NONE;
}

static struct str token_rights(struct request *request, uint64_t rights)
{
    AUTO_BUF buf;
    buf_init(&buf, 4096);
    for (size_t i = 0; i < RIGHT_COUNT; i++)
        if (rights & right_names[i].right) {
            if (buf.len_bytes)
                buf_lit(&buf, "; ");
            buf_put(&buf, right_words(request, right_names[i].name));
        }
    struct str copy = arena_str(request->arena, buf_str(&buf));
    return str_is_null(copy) ? STR("") : copy;
}

static bool is_ticked(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->form.fields.count; i++)
        if (str_equal(request->form.fields.items[i].name, STR("right")) &&
            str_equal(request->form.fields.items[i].value, str_from_cstr(name)))
            return true;
    return false;
}

static enum err_code fill_tokens(struct request *request, struct db *db, const struct actor *actor,
                                 struct page_account *page, struct err *err)
{
    struct sql_api_token_list_rows tokens;
    TRY(sql_api_token_list(db, actor, request->arena, &tokens, err));
    struct pg_account_token *rows = arena_new_array(request->arena, struct pg_account_token, tokens.count + 1);
    struct pg_account_right *rights = arena_new_array(request->arena, struct pg_account_right, RIGHT_COUNT);
    if (!rows || !rights)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < tokens.count; i++) {
        const struct sql_api_token_list_row *t = &tokens.items[i];
        rows[i] = (struct pg_account_token){.id = t->id,
                                            .name = t->name,
                                            .rights = token_rights(request, (uint64_t)t->rights),
                                            .made = t->created_ms,
                                            .until = t->expires_ms,
                                            .used = t->used_ms.v,
                                            .was_used = t->used_ms.has,
                                            .over = t->revoked_ms.has || t->expires_ms <= request->now_ms};
    }
    size_t n = 0;
    for (size_t i = 0; i < RIGHT_COUNT; i++)
        if (request->session.rights & right_names[i].right)
            rights[n++] = (struct pg_account_right){.name = str_from_cstr(right_names[i].name),
                                                    .word = right_words(request, right_names[i].name),
                                                    .held = is_ticked(request, right_names[i].name)};
    page->tokens = (struct pg_account_token_list){rows, tokens.count};
    page->rights = (struct pg_account_right_list){rights, n};
    return ERR_NONE;
}

static struct str token_days_hint(struct request *request)
{
    return kit_msg(request, MSG_ACCOUNT_TOKEN_DAYS_HINT, 0,
                   ARG_INT("n", know_threshold(KNOW_TOKEN_DAYS_MOST, app_today(request))));
}

static enum err_code account_page(struct request *request, struct response *response, struct db *db, int status,
                                  struct page_account *page, struct err *err)
{
    struct actor actor = app_actor(request);
    struct sql_person_self_row *self;
    TRY(sql_person_self(db, &actor, request->arena, &self, err));
    if (!self)
        return err_set(err, ERR_NOT_FOUND, "no such person");
    page->name = self->name;
    page->title_text = self->title;
    if (str_is_null(page->phone))
        page->phone = self->phone;
    if (str_is_null(page->email))
        page->email = self->email;
    page->sign_in_name = self->sign_in_name;
    page->has_totp = self->has_totp != 0;
    page->codes_left = self->codes_left;
    page->codes_low = self->codes_left < know_threshold(KNOW_RECOVERY_LOW, app_today(request));
    page->password_rule = app_password_rule(request);
    page->token_days = app_href(request, "%d", know_threshold(KNOW_TOKEN_DAYS, app_today(request)));
    page->token_days_hint = token_days_hint(request);
    page->lang_en = str_equal(self->language, STR("en"));
    page->theme = self->theme;
    TRY(fill_roles(request, db, &actor, page, err));
    TRY(fill_sessions(request, db, &actor, page, err));
    TRY(fill_tokens(request, db, &actor, page, err));
    struct layout_frame *frame = NULL;
    struct page_out o;
    TRY(account_begin(request, response, status, kit_text(request, MSG_ACCOUNT_TITLE), &frame, &o, err));
    page->frame = frame;
    page_account(&o, page);
    return ERR_NONE;
}

static enum err_code account_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    return account_page(request, response, db, 200, &(struct page_account){0}, err);
}

static bool is_phone(struct str phone)
{
    size_t digits = 0;
    for (size_t i = 0; i < phone.len_bytes; i++) {
        char c = phone.ptr[i];
        if (c >= '0' && c <= '9')
            digits++;
        else if (c != ' ' && c != '.' && !(c == '+' && i == 0))
            return false;
    }
    return phone.len_bytes == 0 || (digits >= 3 && digits <= 15);
}

static enum err_code contact_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct str phone = str_trim(form_get(&request->form, STR("phone"))),
               email = str_trim(form_get(&request->form, STR("email")));
    if (!is_phone(phone) || (email.len_bytes && str_find_byte(email, '@', 0) < 1)) {
        struct str wrong = kit_text(request, MSG_ACCOUNT_CONTACT_WRONG);
        struct page_account page = {.phone = phone, .email = email, .contact_error = wrong, .error = wrong};
        return account_page(request, response, db, 422, &page, err);
    }
    struct sql_person_raw_row *raw;
    TRY(sql_person_raw(db, request->arena, &(struct sql_person_raw_args){.id = request->session.person_id}, &raw, err));
    if (!raw)
        return err_set(err, ERR_NOT_FOUND, "no such person");
    /* Nobody else's record can be named here: one's own number is one's own to correct, without the right to manage
     * people. */
    struct actor self = app_actor(request);
    self.all = true;
    TRY(person_update(db, &self, raw->id,
                      &(struct person_fields){.name = raw->name,
                                              .title = raw->title,
                                              .email = email,
                                              .phone = phone,
                                              .language = raw->language,
                                              .publish_consent = raw->publish_consent != 0},
                      err));
    app_done_redirect(request, response, STR("/account"), kit_text(request, MSG_ACCOUNT_SAVED_CONTACT), STR_NONE);
    return ERR_NONE;
}

static enum err_code password_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request);
    struct gate *gate = web_password_gate(request->web);
    unsigned ahead;
    TRY(gate_enter(gate, &ahead, err));
    enum err_code code = password_change(db, &actor, form_get(&request->form, STR("old")),
                                         form_get(&request->form, STR("new")), account_token(request), err);
    gate_leave(gate);
    struct page_account page = {.error = kit_text(request, MSG_ACCOUNT_PASSWORD_REFUSED)};
    if (code == ERR_DENIED || code == ERR_BUSY)
        page.old_error = kit_text(request, MSG_ACCOUNT_OLD_WRONG);
    else if (code == ERR_SYNTAX || code == ERR_LIMIT)
        page.password_error = account_sentence(request, err);
    else
        TRY(code);
    if (code != ERR_NONE)
        return account_page(request, response, db, 422, &page, err);
    app_done_redirect(request, response, STR("/account"), kit_text(request, MSG_ACCOUNT_PASSWORD_CHANGED), STR_NONE);
    return ERR_NONE;
}

struct ending {
    struct str token_hash;
    int64_t person_id;
};
static enum err_code end_in_transaction(struct db *db, void *NULLABLE ctx, struct err *err)
{
    const struct ending *e = ctx;
    int64_t changes;
    TRY(sql_session_delete(db, &(struct sql_session_delete_args){.token_hash = e->token_hash}, &changes, err));
    if (!changes)
        return ERR_NONE;
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_AUDIT,
                                             .kind = "session_ended",
                                             .object_kind = "person",
                                             .object_id = e->person_id,
                                             .actor_id = e->person_id,
                                             .content = STR("")},
                        NULL, err);
}

static enum err_code session_end_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request);
    struct str hash;
    TRY(crypto_from_base64url(form_get(&request->form, STR("id")), request->arena, &hash, err));
    struct sql_session_list_rows sessions;
    TRY(sql_session_list(db, &actor, request->arena, &(struct sql_session_list_args){.now_ms = request->now_ms},
                         &sessions, err));
    for (size_t i = 0; i < sessions.count; i++)
        if (str_equal(sessions.items[i].token_hash, hash)) { /* only one's own are in the list */
            struct ending e = {hash, actor.person_id};
            TRY(db_transact(db, end_in_transaction, &e, err));
            app_done_redirect(request, response, STR("/account"), kit_text(request, MSG_ACCOUNT_SESSION_ENDED),
                              STR_NONE);
            return ERR_NONE;
        }
    return err_set(err, ERR_NOT_FOUND, "no such session of this person");
}

static enum err_code session_others_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request);
    int64_t closed = 0;
    TRY(session_close_all(db, &actor, actor.person_id, account_token(request), &closed, err));
    app_done_redirect(
        request, response, STR("/account"),
        msg_str(request->arena, request->lang, MSG_ACCOUNT_SESSIONS_ENDED, closed, MSG_ARGS(ARG_INT("n", closed))),
        STR_NONE);
    return ERR_NONE;
}

static enum err_code token_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request);
    uint64_t rights = 0;
    for (size_t i = 0; i < RIGHT_COUNT; i++)
        if (is_ticked(request, right_names[i].name))
            rights |= right_names[i].right & request->session.rights;
    int64_t days = 0, id;
    struct str name = str_trim(form_get(&request->form, STR("name")));
    struct session_token token;
    enum err_code code = app_int(request, STR("days"), know_threshold(KNOW_TOKEN_DAYS, app_today(request)), &days, err);
    struct page_account page = {.token_name = name, .token_error = kit_text(request, MSG_ACCOUNT_TOKEN_NEEDS_RIGHT)};
    if (code == ERR_NONE && (days < 1 || days > know_threshold(KNOW_TOKEN_DAYS_MOST, app_today(request)))) {
        code = ERR_SYNTAX;
        page.token_error = token_days_hint(request);
    } else if (code == ERR_NONE) {
        code = str_is_empty(name) || !rights ? ERR_SYNTAX
                                             : api_token_new(db, &actor, name, rights, (int)days, &id, &token, err);
    }
    if (code == ERR_SYNTAX || code == ERR_LIMIT) {
        page.error = page.token_error;
        return account_page(request, response, db, 422, &page, err);
    }
    TRY(code);
    struct str text = arena_str(request->arena, str_from_cstr(token.text));
    crypto_wipe(&token, sizeof token);
    struct layout_frame *frame = NULL;
    struct page_out o;
    TRY(account_begin(request, response, 200, kit_text(request, MSG_ACCOUNT_TOKENS), &frame, &o, err));
    page_account_token(
        &o, &(struct page_account_token){
                .frame = frame, .name = name, .token = text, .until = request->now_ms + days * CIVIL_DAY_MS});
    return ERR_NONE;
}

static enum err_code token_end_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request);
    int64_t id;
    TRY(app_int(request, STR("id"), 0, &id, err));
    TRY(api_token_end(db, &actor, id, err));
    app_done_redirect(request, response, STR("/account"), kit_text(request, MSG_ACCOUNT_TOKEN_ENDED), STR_NONE);
    return ERR_NONE;
}

static enum err_code look_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request);
    struct str language = form_get(&request->form, STR("language")), theme = form_get(&request->form, STR("theme"));
    TRY(person_look(db, &actor, language, theme, err));
    account_put_look(request, response, language, theme);
    if (str_equal(language, STR("en")) || str_equal(language, STR("vi")))
        request->lang = str_equal(language, STR("en")) ? LANG_EN : LANG_VI; /* the strip already speaks it */
    app_done_redirect(request, response, STR("/account"), kit_text(request, MSG_ACCOUNT_SAVED), STR_NONE);
    return ERR_NONE;
}

static const struct route routes[] = {
    {GET, "/signin", signin_show, 0, READS | PUBLIC, NULL},
    {POST, "/signin", signin_do, 0, CHANGES | PUBLIC | SLOW | SAYS_BUSY, NULL},
    {GET, "/signin/code", factor_code_show, 0, READS | PUBLIC, NULL},
    {POST, "/signin/code", factor_code_do, 0, CHANGES | PUBLIC, NULL},
    {GET, "/signin/enrol", factor_enrol_show, 0, READS | PUBLIC, NULL},
    {POST, "/signin/enrol", factor_enrol_do, 0, CHANGES | PUBLIC, NULL},
    {POST, "/signin/enrol/confirm", factor_enrol_confirm, 0, CHANGES | PUBLIC, NULL},
    {POST, "/signout", signout_do, 0, CHANGES | PUBLIC, NULL},
    {GET, "/forgot", forgot_show, 0, READS | PUBLIC, NULL},
    {GET, "/invitation", invitation_resend_show, 0, READS | PUBLIC, NULL},
    {GET, "/invitation/{token}", invitation_show, 0, READS | PUBLIC, NULL},
    {POST, "/invitation/{token}", invitation_do, 0, CHANGES | PUBLIC | SLOW, NULL},
    {GET, "/reset/{token}", invitation_show, 0, READS | PUBLIC, NULL},
    {GET, "/demo-link/{token}", invitation_demo_show, 0, READS | PUBLIC, NULL},
    {GET, "/account", account_show, 0, READS, NULL},
    {POST, "/account/contact", contact_do, 0, CHANGES, NULL},
    {POST, "/account/password", password_do, 0, CHANGES | SLOW, NULL},
    {POST, "/account/session/end", session_end_do, 0, CHANGES, NULL},
    {POST, "/account/session/others", session_others_do, 0, CHANGES, NULL},
    {POST, "/account/codes", factor_codes_renew, 0, CHANGES, NULL},
    {POST, "/account/token", token_do, 0, CHANGES, NULL},
    {POST, "/account/token/end", token_end_do, 0, CHANGES, NULL},
    {POST, "/account/look", look_do, 0, CHANGES, NULL},
};
const struct route_list account_routes = {routes, ARRAY_LEN(routes)};
