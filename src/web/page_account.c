#include <qrencode.h>

#include "base/limits.h"
#include "base/viet.h"
#include "know/know.h"
#include "org/person.h"
#include "org/person.sql.h"
#include "org/session.sql.h"
#include "proof/chain.h"
#include "web/app_parts.h"
#include "web/words.h"

#define SESSION_AGE_S (SESSION_LIFE_MS / 1000)
#define QR_MARGIN     4 /* modules, ISO/IEC 18004 */
#define LOOK_AGE_S    (365 * 86400LL)

static enum err_code page_begin(struct request *request, struct response *response, int status, struct str title,
                                struct layout_frame **ret_frame, struct page_out *ret_out, struct err *err)
{
    struct layout_frame *frame = web_frame(request, title, STR(""));
    if (!frame)
        return arena_full(request->arena, err);
    *ret_out = response_page(request, response, status);
    *ret_frame = frame;
    return ERR_NONE;
}

static struct str text_of(const struct request *request, enum msg_id id)
{
    return msg_text(request->lang, id, 0);
}

static struct session_from from_of(const struct request *request)
{
    return (struct session_from){.ip = request->client, .agent = request_header(request, STR("user-agent"))};
}

static struct str own_token(const struct request *request)
{
    return request_cookie(request, STR(SESSION_COOKIE));
}

/* Only a path of ours; anything else leads home. */
static struct str back_of(const struct request *request)
{
    struct str back = request_field(request, STR("back"));
    return request_is_local_path(back) ? back : STR("/");
}

static struct str with_back(const struct request *request, const char *path)
{
    struct str back = back_of(request);
    if (str_equal(back, STR("/")))
        return str_from_cstr(path);
    AUTO_BUF buf;
    buf_init(&buf, REQUEST_URI_MAX_BYTES * 3);
    struct page_out o = {&buf, request->lang, STR_NONE};
    buf_printf(&buf, "%s?back=", path);
    out_url_part(&o, back);
    struct str copy = arena_str(request->arena, buf_str(&buf));
    return str_is_null(copy) ? str_from_cstr(path) : copy;
}

/* What the domain says begins small, as it does after a colon. */
static struct str sentence(const struct request *request, const struct err *err)
{
    struct str text = request_said(request, err);
    size_t pos = 0;
    uint32_t first = utf8_next(text, &pos);
    char upper[4];
    size_t n = utf8_put(upper, viet_upper_char(first));
    struct str rest = str_slice(text, pos, text.len_bytes);
    struct str whole = arena_printf(request->arena, "%.*s%.*s%s", (int)n, upper, STR_ARG(rest),
                                    str_ends_with(rest, STR(".")) ? "" : ".");
    return str_is_null(whole) ? text : whole;
}

/* --- sign in --- */

static enum err_code signin_page(struct request *request, struct response *response, int status, bool refused,
                                 struct str locked, struct err *err)
{
    struct layout_frame *frame = NULL;
    struct page_out o;
    TRY(page_begin(request, response, status, text_of(request, MSG_SIGNIN_TITLE), &frame, &o, err));
    page_signin(&o, &(struct page_signin){.frame = frame,
                                          .name = form_get(&request->form, STR("name")),
                                          .back = request_field(request, STR("back")),
                                          .refused = refused,
                                          .crowded = request->is_turned_away,
                                          .locked = locked,
                                          .waiting = web_waiting(request->web),
                                          .portal_href = STR_NONE});
    return ERR_NONE;
}

static enum err_code signin_show(struct request *request, struct response *response, struct err *err)
{
    if (request->session.person_id) {
        response_redirect(request, response, back_of(request));
        return ERR_NONE;
    }
    return signin_page(request, response, 200, false, STR_NONE, err);
}

static struct str locked_words(const struct request *request, int64_t wait_ms)
{
    struct str wait = words_interval(request->arena, request->lang, wait_ms);
    return msg_str(request->arena, request->lang, MSG_ACCOUNT_LOCKED, 0, MSG_ARGS(ARG_STR("wait", wait)));
}

/* How long a name stays locked; a name nobody has is never locked. */
static enum err_code lock_left(struct request *request, struct db *db, struct str typed, struct str *ret_words,
                               struct err *err)
{
    struct sql_credential_by_name_row *row = NULL;
    struct str name = viet_lower(request->arena, str_trim(typed));
    if (!str_is_empty(name))
        TRY(sql_credential_by_name(db, request->arena, &(struct sql_credential_by_name_args){.sign_in_name = name},
                                   &row, err));
    int64_t until_ms = row && row->locked_until_ms.has ? row->locked_until_ms.v : request->now_ms + 1000;
    *ret_words = locked_words(request, until_ms > request->now_ms ? until_ms - request->now_ms : 1000);
    return ERR_NONE;
}

/* Language and look are kept with the person and travel to each machine they sign in on. */
static void put_look(struct request *request, struct response *response, struct str language, struct str theme)
{
    response_cookie(request, response, STR("lt_lang"), language, LOOK_AGE_S);
    bool is_auto = !str_equal(theme, STR("dark")) && !str_equal(theme, STR("light"));
    response_cookie(request, response, STR("lt_theme"), is_auto ? STR("") : theme, is_auto ? 0 : LOOK_AGE_S);
}

/* A session was opened: it goes into the cookie, and on to what it still wants. */
static enum err_code go_in(struct request *request, struct response *response, struct db *db, const char *token,
                           bool with_look, struct err *err)
{
    struct session_info info;
    TRY(session_lookup(db, str_from_cstr(token), request->arena, &info, err));
    web_session_start(request, response, str_from_cstr(token), SESSION_AGE_S);
    struct str to = back_of(request);
    if (info.wants == SESSION_WANTS_CODE)
        to = with_back(request, "/signin/code");
    else if (info.wants == SESSION_WANTS_ENROL)
        to = with_back(request, "/signin/enrol");
    if (with_look && info.wants != SESSION_WANTS_CODE)
        put_look(request, response, info.language, info.theme);
    response_redirect(request, response, to);
    return ERR_NONE;
}

static enum err_code signin_do(struct request *request, struct response *response, struct err *err)
{
    if (request->is_turned_away) {
        response_header(request, response, STR("Retry-After"), STR("5"));
        return signin_page(request, response, 503, false, STR_NONE, err);
    }
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct gate *gate = web_password_gate(request->web);
    unsigned ahead;
    TRY(gate_enter(gate, &ahead, err));
    struct session_token token;
    struct session_from from = from_of(request);
    enum err_code code = session_sign_in(db, form_get(&request->form, STR("name")),
                                         form_get(&request->form, STR("password")), &from, &token, err);
    gate_leave(gate);
    if (code == ERR_BUSY) {
        struct str words;
        TRY(lock_left(request, db, form_get(&request->form, STR("name")), &words, err));
        return signin_page(request, response, 429, true, words, err);
    }
    if (code == ERR_DENIED)
        return signin_page(request, response, 422, true, STR_NONE, err);
    TRY(code);
    code = go_in(request, response, db, token.text, true, err);
    crypto_wipe(&token, sizeof token);
    return code;
}

static enum err_code signout_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct str token = own_token(request);
    if (!str_is_empty(token))
        TRY(session_close(db, token, err));
    web_session_end(request, response);
    response_redirect(request, response, STR("/signin"));
    return ERR_NONE;
}

/* --- second factor --- */

/* The session of the cookie, ready or not; sends whoever has none to sign in. */
static enum err_code half_session(struct request *request, struct response *response, struct db *db,
                                  struct session_info *ret_info, bool *ret_here, struct err *err)
{
    enum err_code code = session_lookup(db, own_token(request), request->arena, ret_info, err);
    *ret_here = code == ERR_NONE;
    if (code != ERR_NOT_FOUND)
        return code;
    response_redirect(request, response, with_back(request, "/signin"));
    return ERR_NONE;
}

static enum err_code code_page(struct request *request, struct response *response, int status, struct str error,
                               struct str locked, struct err *err)
{
    struct layout_frame *frame = NULL;
    struct page_out o;
    TRY(page_begin(request, response, status, text_of(request, MSG_ACCOUNT_CODE_TITLE), &frame, &o, err));
    page_code(&o, &(struct page_code){
                      .frame = frame, .back = request_field(request, STR("back")), .error = error, .locked = locked});
    return ERR_NONE;
}

static enum err_code code_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct session_info info;
    bool here;
    TRY(half_session(request, response, db, &info, &here, err));
    if (!here)
        return ERR_NONE;
    if (info.wants != SESSION_WANTS_CODE) {
        response_redirect(request, response, back_of(request));
        return ERR_NONE;
    }
    return code_page(request, response, 200, STR_NONE, STR_NONE, err);
}

static enum err_code code_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct session_info info;
    bool here;
    TRY(half_session(request, response, db, &info, &here, err));
    if (!here)
        return ERR_NONE;
    struct session_token token;
    enum err_code code = session_second_factor(db, &app_of(request)->keys, own_token(request),
                                               form_get(&request->form, STR("code")), &token, err);
    if (code == ERR_DENIED || code == ERR_SYNTAX)
        return code_page(request, response, 422, text_of(request, MSG_ACCOUNT_CODE_WRONG), STR_NONE, err);
    if (code == ERR_BUSY) {
        struct sql_credential_of_row *row = NULL;
        TRY(sql_credential_of(db, request->arena, &(struct sql_credential_of_args){.person_id = info.person_id}, &row,
                              err));
        int64_t left = row && row->locked_until_ms.has ? row->locked_until_ms.v - request->now_ms : 1000;
        return code_page(request, response, 429, STR_NONE, locked_words(request, left > 0 ? left : 1000), err);
    }
    TRY(code);
    code = go_in(request, response, db, token.text, true, err);
    crypto_wipe(&token, sizeof token);
    return code;
}

/* Dark modules as one path of runs, on white whatever the theme: cameras want contrast. */
static enum err_code qr_draw(struct request *request, struct str text, struct html *ret_html, struct err *err)
{
    const char *plain = arena_cstr(request->arena, text);
    if (!plain)
        return arena_full(request->arena, err);
    QRcode *qr = QRcode_encodeString8bit(plain, 0, QR_ECLEVEL_M);
    if (!qr)
        return err_set(err, ERR_NOMEM, "draw a QR code");
    int side = qr->width + 2 * QR_MARGIN;
    AUTO_BUF buf;
    buf_init(&buf, 256u << 10);
    struct page_out o = {&buf, request->lang, STR_NONE};
    buf_printf(&buf, "<svg viewBox=\"0 0 %d %d\" width=\"224\" height=\"224\" role=\"img\" aria-label=\"", side, side);
    out_attr(&o, text_of(request, MSG_ACCOUNT_ENROL_QR));
    buf_printf(&buf,
               "\" shape-rendering=\"crispEdges\"><path fill=\"white\" d=\"M0 0h%dv%dH0z\"/><path fill=\"black\" d=\"",
               side, side);
    for (int y = 0; y < qr->width; y++) {
        const unsigned char *row = qr->data + (size_t)y * (size_t)qr->width;
        for (int x = 0; x < qr->width; x++) {
            int run = 0;
            while (x + run < qr->width && row[x + run] & 1)
                run++;
            if (run)
                buf_printf(&buf, "M%d %dh%dv1h-%dz", x + QR_MARGIN, y + QR_MARGIN, run, run);
            x += run;
        }
    }
    buf_lit(&buf, "\"/></svg>");
    QRcode_free(qr);
    TRY(buf_check(&buf, err));
    struct str copy = arena_str(request->arena, buf_str(&buf));
    crypto_wipe(buf.ptr, buf.len_bytes);
    if (str_is_null(copy))
        return arena_full(request->arena, err);
    *ret_html = html_trust(copy);
    return ERR_NONE;
}

static enum err_code enrol_page(struct request *request, struct response *response, int status,
                                const struct session_info *info, struct page_enrol *page, struct err *err)
{
    struct page_out o;
    struct layout_frame *frame = NULL;
    TRY(page_begin(request, response, status, text_of(request, MSG_ACCOUNT_ENROL_TITLE), &frame, &o, err));
    page->frame = frame;
    page->back = request_field(request, STR("back"));
    page->must = info->wants == SESSION_WANTS_ENROL;
    page->again = info->has_totp;
    page_enrol(&o, page);
    return ERR_NONE;
}

static enum err_code enrol_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct session_info info;
    bool here;
    TRY(half_session(request, response, db, &info, &here, err));
    if (!here)
        return ERR_NONE;
    if (info.wants == SESSION_WANTS_CODE) {
        response_redirect(request, response, with_back(request, "/signin/code"));
        return ERR_NONE;
    }
    return enrol_page(request, response, 200, &info, &(struct page_enrol){0}, err);
}

static enum err_code enrol_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct session_info info;
    bool here;
    TRY(half_session(request, response, db, &info, &here, err));
    if (!here)
        return ERR_NONE;
    struct totp_enrolment enrolment;
    struct page_enrol page = {0};
    enum err_code code = totp_enrol(db, &app_of(request)->keys, own_token(request), request->arena, &enrolment, err);
    if (code == ERR_CONFLICT) {
        page.error = text_of(request, MSG_ACCOUNT_ENROL_NO_PASSWORD);
        return enrol_page(request, response, 409, &info, &page, err);
    }
    TRY(code);
    TRY(qr_draw(request, enrolment.uri, &page.qr, err));
    AUTO_BUF spaced; /* in fours, for people who type it */
    buf_init(&spaced, 256);
    for (size_t i = 0; i < enrolment.secret.len_bytes; i += 4) {
        if (i)
            buf_put_byte(&spaced, ' ');
        buf_put(&spaced, str_slice(enrolment.secret, i, i + 4));
    }
    page.secret = arena_str(request->arena, buf_str(&spaced));
    page.started = true;
    return enrol_page(request, response, 200, &info, &page, err);
}

static enum err_code recovery_page(struct request *request, struct response *response,
                                   const struct recovery_codes *codes, struct str go, struct err *err)
{
    struct layout_frame *frame = NULL;
    struct page_out o;
    struct pg_recovery_code *rows = arena_new_array(request->arena, struct pg_recovery_code, RECOVERY_CODES);
    if (!rows)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < RECOVERY_CODES; i++)
        rows[i].text = codes->items[i];
    TRY(page_begin(request, response, 200, text_of(request, MSG_ACCOUNT_CODES_TITLE), &frame, &o, err));
    page_recovery(&o, &(struct page_recovery){.frame = frame, .codes = {rows, RECOVERY_CODES}, .go = go});
    return ERR_NONE;
}

static enum err_code enrol_confirm(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct session_info info;
    bool here;
    TRY(half_session(request, response, db, &info, &here, err));
    if (!here)
        return ERR_NONE;
    struct recovery_codes codes;
    struct session_token token;
    enum err_code code =
        totp_confirm(db, &app_of(request)->keys, own_token(request), str_trim(form_get(&request->form, STR("code"))),
                     request->arena, &codes, &token, err);
    if (code == ERR_DENIED || code == ERR_SYNTAX || code == ERR_BUSY) {
        struct page_enrol page = {.started = true, .error = text_of(request, MSG_ACCOUNT_ENROL_WRONG)};
        return enrol_page(request, response, 422, &info, &page, err);
    }
    TRY(code);
    web_session_start(request, response, str_from_cstr(token.text), SESSION_AGE_S);
    crypto_wipe(&token, sizeof token);
    return recovery_page(request, response, &codes, back_of(request), err);
}

static enum err_code codes_renew(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct recovery_codes codes;
    TRY(recovery_renew(db, &app_of(request)->keys, own_token(request), request->arena, &codes, err));
    return recovery_page(request, response, &codes, STR("/account"), err);
}

/* --- links --- */

static enum err_code help_page(struct request *request, struct response *response, int status, enum msg_id title,
                               enum msg_id lead, bool codes, struct err *err)
{
    struct layout_frame *frame = NULL;
    struct page_out o;
    TRY(page_begin(request, response, status, text_of(request, title), &frame, &o, err));
    page_access_help(&o, &(struct page_access_help){.frame = frame,
                                                    .title = text_of(request, title),
                                                    .lead = text_of(request, lead),
                                                    .hotline = frame->hotline,
                                                    .codes = codes});
    return ERR_NONE;
}

static enum err_code forgot_show(struct request *request, struct response *response, struct err *err)
{
    return help_page(request, response, 200, MSG_ACCOUNT_FORGOT_TITLE, MSG_ACCOUNT_FORGOT_LEAD, true, err);
}

static enum err_code resend_show(struct request *request, struct response *response, struct err *err)
{
    return help_page(request, response, 200, MSG_ACCOUNT_RESEND_TITLE, MSG_ACCOUNT_RESEND_LEAD, false, err);
}

static enum err_code link_gone(struct request *request, struct response *response, struct err *err)
{
    return help_page(request, response, 404, MSG_ACCOUNT_LINK_GONE_TITLE, MSG_ACCOUNT_LINK_GONE, false, err);
}

static enum err_code invitation_page(struct request *request, struct response *response, int status,
                                     const struct invitation *link, struct page_invitation *page, struct err *err)
{
    struct layout_frame *frame = NULL;
    struct page_out o;
    page->reset = link->kind == INVITATION_RESET;
    struct str title = page->reset ? text_of(request, MSG_ACCOUNT_RESET_TITLE)
                                   : msg_str(request->arena, request->lang, MSG_ACCOUNT_INVITE_TITLE, 0,
                                             MSG_ARGS(ARG_STR("person", link->name)));
    TRY(page_begin(request, response, status, title, &frame, &o, err));
    frame->path = STR("/"); /* the links of the frame must not carry the secret of this one */
    page->frame = frame;
    page->token = request_param(request, STR("token"));
    page->person = link->name;
    page->until = link->expires_ms;
    if (str_is_null(page->sign_in_name))
        page->sign_in_name = link->sign_in_name;
    page_invitation(&o, page);
    return ERR_NONE;
}

static enum err_code invitation_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct invitation link;
    enum err_code code = invitation_look(db, request_param(request, STR("token")), request->arena, &link, err);
    if (code == ERR_NOT_FOUND)
        return link_gone(request, response, err);
    TRY(code);
    return invitation_page(request, response, 200, &link, &(struct page_invitation){0}, err);
}

static enum err_code invitation_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct str secret = request_param(request, STR("token")), name = form_get(&request->form, STR("name")),
               password = form_get(&request->form, STR("password"));
    struct invitation link;
    enum err_code code = invitation_look(db, secret, request->arena, &link, err);
    if (code == ERR_NOT_FOUND)
        return link_gone(request, response, err);
    TRY(code);
    struct page_invitation page = {.sign_in_name = name};
    struct session_token token;
    struct str why = STR_NONE;
    if (!str_equal(password, form_get(&request->form, STR("again")))) {
        page.password_error = text_of(request, MSG_ACCOUNT_PASSWORD_DIFFERS);
        why = page.password_error;
    } else {
        struct gate *gate = web_password_gate(request->web);
        struct session_from from = from_of(request);
        unsigned ahead;
        TRY(gate_enter(gate, &ahead, err));
        code = invitation_accept(db, secret, name, password, &from, &token, err);
        gate_leave(gate);
        if (code == ERR_CONFLICT) {
            page.name_error = text_of(request, MSG_ACCOUNT_NAME_TAKEN);
            why = page.name_error;
        } else if (code == ERR_SYNTAX || code == ERR_LIMIT) {
            page.password_error = sentence(request, err);
            why = page.password_error;
        } else {
            TRY(code);
        }
    }
    if (!str_is_null(why)) {
        page.error = msg_str(request->arena, request->lang, MSG_ACCOUNT_NOT_SAVED, 0, MSG_ARGS(ARG_STR("why", why)));
        return invitation_page(request, response, 422, &link, &page, err);
    }
    code = go_in(request, response, db, token.text, true, err);
    crypto_wipe(&token, sizeof token);
    return code;
}

/* A browser that only looks ahead must not use the link up. */
static enum err_code demo_show(struct request *request, struct response *response, struct err *err)
{
    if (str_contains(request_header(request, STR("sec-purpose")), STR("prefetch")) ||
        str_equal(request_header(request, STR("purpose")), STR("prefetch")) || request->method == HEAD) {
        response_text(request, response, 204, STR("text/plain; charset=utf-8"), STR(""));
        return ERR_NONE;
    }
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct session_token token;
    struct session_from from = from_of(request);
    enum err_code code = invitation_sign_in(db, request_param(request, STR("token")), &from, &token, err);
    if (code == ERR_NOT_FOUND || code == ERR_CONFLICT)
        return link_gone(request, response, err);
    TRY(code);
    code = go_in(request, response, db, token.text, false, err);
    crypto_wipe(&token, sizeof token);
    return code;
}

/* --- my account --- */

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
        return str_is_null(system) ? text_of(request, MSG_ACCOUNT_AGENT_UNKNOWN) : system;
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
    struct sha256 mine = crypto_sha256(own_token(request));
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
    page->codes_low = self->codes_left < 3;
    page->lang_en = str_equal(self->language, STR("en"));
    page->theme = self->theme;
    TRY(fill_roles(request, db, &actor, page, err));
    TRY(fill_sessions(request, db, &actor, page, err));
    TRY(fill_tokens(request, db, &actor, page, err));
    struct layout_frame *frame = NULL;
    struct page_out o;
    TRY(page_begin(request, response, status, text_of(request, MSG_ACCOUNT_TITLE), &frame, &o, err));
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
        struct str wrong = text_of(request, MSG_ACCOUNT_CONTACT_WRONG);
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
    app_done_redirect(request, response, STR("/account"), text_of(request, MSG_ACCOUNT_SAVED_CONTACT), STR_NONE);
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
                                         form_get(&request->form, STR("new")), own_token(request), err);
    gate_leave(gate);
    struct page_account page = {.error = text_of(request, MSG_ACCOUNT_PASSWORD_REFUSED)};
    if (code == ERR_DENIED || code == ERR_BUSY)
        page.old_error = text_of(request, MSG_ACCOUNT_OLD_WRONG);
    else if (code == ERR_SYNTAX || code == ERR_LIMIT)
        page.password_error = sentence(request, err);
    else
        TRY(code);
    if (code != ERR_NONE)
        return account_page(request, response, db, 422, &page, err);
    app_done_redirect(request, response, STR("/account"), text_of(request, MSG_ACCOUNT_PASSWORD_CHANGED), STR_NONE);
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
            app_done_redirect(request, response, STR("/account"), text_of(request, MSG_ACCOUNT_SESSION_ENDED),
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
    TRY(session_close_all(db, &actor, actor.person_id, own_token(request), &closed, err));
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
    enum err_code code = app_int(request, STR("days"), 90, &days, err);
    struct page_account page = {.token_name = name, .token_error = text_of(request, MSG_ACCOUNT_TOKEN_NEEDS_RIGHT)};
    if (code == ERR_NONE && (days < 1 || days > API_TOKEN_DAYS_MAX)) {
        code = ERR_SYNTAX;
        page.token_error = text_of(request, MSG_ACCOUNT_TOKEN_DAYS_HINT);
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
    TRY(page_begin(request, response, 200, text_of(request, MSG_ACCOUNT_TOKENS), &frame, &o, err));
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
    app_done_redirect(request, response, STR("/account"), text_of(request, MSG_ACCOUNT_TOKEN_ENDED), STR_NONE);
    return ERR_NONE;
}

static enum err_code look_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor(request);
    struct str language = form_get(&request->form, STR("language")), theme = form_get(&request->form, STR("theme"));
    TRY(person_look(db, &actor, language, theme, err));
    put_look(request, response, language, theme);
    if (str_equal(language, STR("en")) || str_equal(language, STR("vi")))
        request->lang = str_equal(language, STR("en")) ? LANG_EN : LANG_VI; /* the strip already speaks it */
    app_done_redirect(request, response, STR("/account"), text_of(request, MSG_ACCOUNT_SAVED), STR_NONE);
    return ERR_NONE;
}

static const struct route routes[] = {
    {GET, "/signin", signin_show, 0, READS | PUBLIC, NULL},
    {POST, "/signin", signin_do, 0, CHANGES | PUBLIC | SLOW | SAYS_BUSY, NULL},
    {GET, "/signin/code", code_show, 0, READS | PUBLIC, NULL},
    {POST, "/signin/code", code_do, 0, CHANGES | PUBLIC, NULL},
    {GET, "/signin/enrol", enrol_show, 0, READS | PUBLIC, NULL},
    {POST, "/signin/enrol", enrol_do, 0, CHANGES | PUBLIC, NULL},
    {POST, "/signin/enrol/confirm", enrol_confirm, 0, CHANGES | PUBLIC, NULL},
    {POST, "/signout", signout_do, 0, CHANGES | PUBLIC, NULL},
    {GET, "/forgot", forgot_show, 0, READS | PUBLIC, NULL},
    {GET, "/invitation", resend_show, 0, READS | PUBLIC, NULL},
    {GET, "/invitation/{token}", invitation_show, 0, READS | PUBLIC, NULL},
    {POST, "/invitation/{token}", invitation_do, 0, CHANGES | PUBLIC | SLOW, NULL},
    {GET, "/reset/{token}", invitation_show, 0, READS | PUBLIC, NULL},
    {GET, "/demo-link/{token}", demo_show, 0, READS | PUBLIC, NULL},
    {GET, "/account", account_show, 0, READS, NULL},
    {POST, "/account/contact", contact_do, 0, CHANGES, NULL},
    {POST, "/account/password", password_do, 0, CHANGES | SLOW, NULL},
    {POST, "/account/session/end", session_end_do, 0, CHANGES, NULL},
    {POST, "/account/session/others", session_others_do, 0, CHANGES, NULL},
    {POST, "/account/codes", codes_renew, 0, CHANGES, NULL},
    {POST, "/account/token", token_do, 0, CHANGES, NULL},
    {POST, "/account/token/end", token_end_do, 0, CHANGES, NULL},
    {POST, "/account/look", look_do, 0, CHANGES, NULL},
};
const struct route_list account_routes = {routes, ARRAY_LEN(routes)};
