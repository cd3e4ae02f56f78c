#include "web/page_account.h"

#include "base/limits.h"
#include "base/viet.h"
#include "org/session.sql.h"
#include "web/words.h"

#define LOOK_AGE_S (365 * 86400LL)

enum err_code account_begin(struct request *request, struct response *response, int status, struct str title,
                            struct layout_frame **ret_frame, struct page_out *ret_out, struct err *err)
{
    struct layout_frame *frame = web_frame(request, title, STR(""));
    if (!frame)
        return arena_full(request->arena, err);
    *ret_out = response_page(request, response, status);
    *ret_frame = frame;
    return ERR_NONE;
}

struct session_from account_from(const struct request *request)
{
    return (struct session_from){.ip = request->client, .agent = request_header(request, STR("user-agent"))};
}

struct str account_token(const struct request *request)
{
    return request_cookie(request, STR(SESSION_COOKIE));
}

struct str account_back(const struct request *request)
{
    struct str back = request_field(request, STR("back"));
    return request_is_local_path(back) ? back : STR("/");
}

struct str account_with_back(const struct request *request, const char *path)
{
    struct str back = account_back(request);
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

struct str account_sentence(const struct request *request, const struct err *err)
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

static enum err_code signin_page(struct request *request, struct response *response, int status, bool refused,
                                 struct str locked, struct err *err)
{
    struct layout_frame *frame = NULL;
    struct page_out o;
    TRY(account_begin(request, response, status, kit_text(request, MSG_SIGNIN_TITLE), &frame, &o, err));
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

enum err_code signin_show(struct request *request, struct response *response, struct err *err)
{
    if (request->session.person_id) {
        response_redirect(request, response, account_back(request));
        return ERR_NONE;
    }
    return signin_page(request, response, 200, false, STR_NONE, err);
}

struct str account_locked_words(const struct request *request, int64_t wait_ms)
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
    *ret_words = account_locked_words(request, until_ms > request->now_ms ? until_ms - request->now_ms : 1000);
    return ERR_NONE;
}

void account_put_look(struct request *request, struct response *response, struct str language, struct str theme)
{
    response_cookie(request, response, STR("lt_lang"), language, LOOK_AGE_S);
    bool is_auto = !str_equal(theme, STR("dark")) && !str_equal(theme, STR("light"));
    response_cookie(request, response, STR("lt_theme"), is_auto ? STR("") : theme, is_auto ? 0 : LOOK_AGE_S);
}

enum err_code account_go_in(struct request *request, struct response *response, struct db *db, const char *token,
                            bool with_look, struct err *err)
{
    struct session_info info;
    TRY(session_lookup(db, str_from_cstr(token), request->arena, &info, err));
    web_session_start(request, response, str_from_cstr(token), app_session_age_s(request));
    struct str to = account_back(request);
    if (info.wants == SESSION_WANTS_CODE)
        to = account_with_back(request, "/signin/code");
    else if (info.wants == SESSION_WANTS_ENROL)
        to = account_with_back(request, "/signin/enrol");
    if (with_look && info.wants != SESSION_WANTS_CODE)
        account_put_look(request, response, info.language, info.theme);
    response_redirect(request, response, to);
    return ERR_NONE;
}

enum err_code signin_do(struct request *request, struct response *response, struct err *err)
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
    struct session_from from = account_from(request);
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
    code = account_go_in(request, response, db, token.text, true, err);
    crypto_wipe(&token, sizeof token);
    return code;
}

enum err_code signout_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct str token = account_token(request);
    if (!str_is_empty(token))
        TRY(session_close(db, token, err));
    web_session_end(request, response);
    response_redirect(request, response, STR("/signin"));
    return ERR_NONE;
}

enum err_code account_half_session(struct request *request, struct response *response, struct db *db,
                                   struct session_info *ret_info, bool *ret_here, struct err *err)
{
    enum err_code code = session_lookup(db, account_token(request), request->arena, ret_info, err);
    *ret_here = code == ERR_NONE;
    if (code != ERR_NOT_FOUND)
        return code;
    response_redirect(request, response, account_with_back(request, "/signin"));
    return ERR_NONE;
}
