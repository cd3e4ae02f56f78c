#include "web/page_account.h"

static enum err_code help_page(struct request *request, struct response *response, int status, enum msg_id title,
                               enum msg_id lead, bool codes, struct err *err)
{
    struct layout_frame *frame = NULL;
    struct page_out o;
    TRY(account_begin(request, response, status, kit_text(request, title), &frame, &o, err));
    page_access_help(&o, &(struct page_access_help){.frame = frame,
                                                    .title = kit_text(request, title),
                                                    .lead = kit_text(request, lead),
                                                    .hotline = frame->hotline,
                                                    .codes = codes});
    return ERR_NONE;
}

enum err_code forgot_show(struct request *request, struct response *response, struct err *err)
{
    return help_page(request, response, 200, MSG_ACCOUNT_FORGOT_TITLE, MSG_ACCOUNT_FORGOT_LEAD, true, err);
}

enum err_code invitation_resend_show(struct request *request, struct response *response, struct err *err)
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
    struct str title = page->reset ? kit_text(request, MSG_ACCOUNT_RESET_TITLE)
                                   : msg_str(request->arena, request->lang, MSG_ACCOUNT_INVITE_TITLE, 0,
                                             MSG_ARGS(ARG_STR("person", link->name)));
    TRY(account_begin(request, response, status, title, &frame, &o, err));
    frame->path = STR("/"); /* the links of the frame must not carry the secret of this one */
    page->frame = frame;
    page->token = request_param(request, STR("token"));
    page->person = link->name;
    page->until = link->expires_ms;
    page->password_rule = app_password_rule(request);
    if (str_is_null(page->sign_in_name))
        page->sign_in_name = link->sign_in_name;
    page_invitation(&o, page);
    return ERR_NONE;
}

enum err_code invitation_show(struct request *request, struct response *response, struct err *err)
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

enum err_code invitation_do(struct request *request, struct response *response, struct err *err)
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
        page.password_error = kit_text(request, MSG_ACCOUNT_PASSWORD_DIFFERS);
        why = page.password_error;
    } else {
        struct gate *gate = web_password_gate(request->web);
        struct session_from from = account_from(request);
        unsigned ahead;
        TRY(gate_enter(gate, &ahead, err));
        code = invitation_accept(db, secret, name, password, &from, &token, err);
        gate_leave(gate);
        if (code == ERR_CONFLICT) {
            page.name_error = kit_text(request, MSG_ACCOUNT_NAME_TAKEN);
            why = page.name_error;
        } else if (code == ERR_SYNTAX || code == ERR_LIMIT) {
            page.password_error = account_sentence(request, err);
            why = page.password_error;
        } else {
            TRY(code);
        }
    }
    if (!str_is_null(why)) {
        page.error = msg_str(request->arena, request->lang, MSG_ACCOUNT_NOT_SAVED, 0, MSG_ARGS(ARG_STR("why", why)));
        return invitation_page(request, response, 422, &link, &page, err);
    }
    code = account_go_in(request, response, db, token.text, true, err);
    crypto_wipe(&token, sizeof token);
    return code;
}

/* A browser that only looks ahead must not use the link up. */
enum err_code invitation_demo_show(struct request *request, struct response *response, struct err *err)
{
    if (str_contains(request_header(request, STR("sec-purpose")), STR("prefetch")) ||
        str_equal(request_header(request, STR("purpose")), STR("prefetch")) || request->method == HEAD) {
        response_text(request, response, 204, STR("text/plain; charset=utf-8"), STR(""));
        return ERR_NONE;
    }
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct session_token token;
    struct session_from from = account_from(request);
    enum err_code code = invitation_sign_in(db, request_param(request, STR("token")), &from, &token, err);
    if (code == ERR_NOT_FOUND || code == ERR_CONFLICT)
        return link_gone(request, response, err);
    TRY(code);
    code = account_go_in(request, response, db, token.text, false, err);
    crypto_wipe(&token, sizeof token);
    return code;
}
