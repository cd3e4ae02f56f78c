#include "web/page_account.h"

#include <qrencode.h>

#include "org/session.sql.h"

#define QR_MARGIN 4 /* modules, ISO/IEC 18004 */

static enum err_code code_page(struct request *request, struct response *response, int status, struct str error,
                               struct str locked, struct err *err)
{
    struct layout_frame *frame = NULL;
    struct page_out o;
    TRY(account_begin(request, response, status, kit_text(request, MSG_ACCOUNT_CODE_TITLE), &frame, &o, err));
    page_code(&o, &(struct page_code){
                      .frame = frame, .back = request_field(request, STR("back")), .error = error, .locked = locked});
    return ERR_NONE;
}

enum err_code factor_code_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct session_info info;
    bool here;
    TRY(account_half_session(request, response, db, &info, &here, err));
    if (!here)
        return ERR_NONE;
    if (info.wants != SESSION_WANTS_CODE) {
        response_redirect(request, response, account_back(request));
        return ERR_NONE;
    }
    return code_page(request, response, 200, STR_NONE, STR_NONE, err);
}

enum err_code factor_code_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct session_info info;
    bool here;
    TRY(account_half_session(request, response, db, &info, &here, err));
    if (!here)
        return ERR_NONE;
    struct session_token token;
    enum err_code code = session_second_factor(db, &app_of(request)->keys, account_token(request),
                                               form_get(&request->form, STR("code")), &token, err);
    if (code == ERR_DENIED || code == ERR_SYNTAX)
        return code_page(request, response, 422, kit_text(request, MSG_ACCOUNT_CODE_WRONG), STR_NONE, err);
    if (code == ERR_BUSY) {
        struct sql_credential_of_row *row = NULL;
        TRY(sql_credential_of(db, request->arena, &(struct sql_credential_of_args){.person_id = info.person_id}, &row,
                              err));
        int64_t left = row && row->locked_until_ms.has ? row->locked_until_ms.v - request->now_ms : 1000;
        return code_page(request, response, 429, STR_NONE, account_locked_words(request, left > 0 ? left : 1000), err);
    }
    TRY(code);
    code = account_go_in(request, response, db, token.text, true, err);
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
    out_attr(&o, kit_text(request, MSG_ACCOUNT_ENROL_QR));
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
    TRY(account_begin(request, response, status, kit_text(request, MSG_ACCOUNT_ENROL_TITLE), &frame, &o, err));
    page->frame = frame;
    page->back = request_field(request, STR("back"));
    page->must = info->wants == SESSION_WANTS_ENROL;
    page->again = info->has_totp;
    page_enrol(&o, page);
    return ERR_NONE;
}

enum err_code factor_enrol_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct session_info info;
    bool here;
    TRY(account_half_session(request, response, db, &info, &here, err));
    if (!here)
        return ERR_NONE;
    if (info.wants == SESSION_WANTS_CODE) {
        response_redirect(request, response, account_with_back(request, "/signin/code"));
        return ERR_NONE;
    }
    return enrol_page(request, response, 200, &info, &(struct page_enrol){0}, err);
}

enum err_code factor_enrol_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct session_info info;
    bool here;
    TRY(account_half_session(request, response, db, &info, &here, err));
    if (!here)
        return ERR_NONE;
    struct totp_enrolment enrolment;
    struct page_enrol page = {0};
    enum err_code code =
        totp_enrol(db, &app_of(request)->keys, account_token(request), request->arena, &enrolment, err);
    if (code == ERR_CONFLICT) {
        page.error = kit_text(request, MSG_ACCOUNT_ENROL_NO_PASSWORD);
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
    struct pg_recovery_code *rows = arena_new_array(request->arena, struct pg_recovery_code, codes->count);
    if (!rows)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < codes->count; i++)
        rows[i].text = codes->items[i];
    TRY(account_begin(request, response, 200, kit_text(request, MSG_ACCOUNT_CODES_TITLE), &frame, &o, err));
    page_recovery(&o, &(struct page_recovery){.frame = frame, .codes = {rows, codes->count}, .go = go});
    return ERR_NONE;
}

enum err_code factor_enrol_confirm(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct session_info info;
    bool here;
    TRY(account_half_session(request, response, db, &info, &here, err));
    if (!here)
        return ERR_NONE;
    struct recovery_codes codes;
    struct session_token token;
    enum err_code code =
        totp_confirm(db, &app_of(request)->keys, account_token(request),
                     str_trim(form_get(&request->form, STR("code"))), request->arena, &codes, &token, err);
    if (code == ERR_DENIED || code == ERR_SYNTAX || code == ERR_BUSY) {
        struct page_enrol page = {.started = true, .error = kit_text(request, MSG_ACCOUNT_ENROL_WRONG)};
        return enrol_page(request, response, 422, &info, &page, err);
    }
    TRY(code);
    web_session_start(request, response, str_from_cstr(token.text), app_session_age_s(request));
    crypto_wipe(&token, sizeof token);
    return recovery_page(request, response, &codes, account_back(request), err);
}

enum err_code factor_codes_renew(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct recovery_codes codes;
    TRY(recovery_renew(db, &app_of(request)->keys, account_token(request), request->arena, &codes, err));
    return recovery_page(request, response, &codes, STR("/account"), err);
}
