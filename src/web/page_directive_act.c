#include "duty/cover.h"
#include "duty/directive.h"
#include "duty/freeze.h"
#include "web/page_directive_view.h"

enum err_code directive_ack(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_directive_get_row *d;
    TRY(tier_directive(request, db, &d, err));
    struct actor actor = app_actor(request);
    int64_t unit_id;
    bool is_first;
    TRY(app_unit(request, &unit_id, err));
    TRY(duty_acknowledge(db, &actor, d->id, unit_id, &is_first, err));
    struct str back = form_get(&request->form, STR("back"));
    app_done_redirect(request, response,
                      !str_is_empty(back) && request_is_local_path(back)
                          ? back
                          : app_href(request, "/directive/%lld", (long long)d->id),
                      tier_say(request, is_first ? MSG_DIRECTIVE_SAID_ACK : MSG_DIRECTIVE_SAID_ACK_AGAIN), STR_NONE);
    return ERR_NONE;
}

enum err_code directive_freeze(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct view v;
    TRY(view_open(request, db, &v, err));
    struct actor actor = app_actor(request);
    struct freeze_made made;
    TRY(freeze_make(
        db, &actor,
        &(struct freeze_draft){
            .root_id = v.root_id, .directive_id = v.d->id, .edge_kind = v.d->edge_kind, .as_of_day = CIVIL_NONE},
        &made, err));
    struct str hash = str_slice(crypto_to_hex(sha256_str(&made.hash), request->arena), 0, 16);
    app_done_redirect(
        request, response, app_href(request, "/directive/%lld", (long long)v.d->id),
        msg_str(request->arena, request->lang, MSG_DIRECTIVE_SAID_FROZEN, 0,
                MSG_ARGS(ARG_INT("n", made.row_count), ARG_DAY("day", made.as_of_day), ARG_STR("hash", hash))),
        STR_NONE);
    return ERR_NONE;
}

static enum err_code withdraw_page(struct request *request, struct response *response, struct view *v,
                                   struct str reason, struct str reason_error, struct err *err)
{
    TRY(view_board(v, err));
    struct page_directive_withdraw page = {
        .title = msg_str(request->arena, request->lang, MSG_DIRECTIVE_WITHDRAW_TITLE, 0,
                         MSG_ARGS(ARG_STR("name", v->d->title))),
        .id = v->d->id,
        .open_rows = v->rollup.total,
        .units = v->unit_count,
        .reason = reason,
        .reason_error = reason_error,
        .back_href = app_href(request, "/directive/%lld", (long long)v->d->id),
    };
    TRY(view_crumbs(v, &page.crumbs, tier_say(request, MSG_DIRECTIVE_WITHDRAW), err));
    page.frame = web_frame(request, page.title, STR("directives"));
    if (!page.frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, str_is_empty(reason_error) ? 200 : 422);
    page_directive_withdraw(&o, &page);
    return ERR_NONE;
}

enum err_code directive_withdraw_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct view v;
    TRY(view_open(request, db, &v, err));
    struct actor actor = app_actor(request);
    TRY(access_require(db, &actor, RIGHT_ISSUE, v.d->issuer_id, "withdraw a directive", err));
    return withdraw_page(request, response, &v, STR_NONE, STR_NONE, err);
}

enum err_code directive_withdraw_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct view v;
    TRY(view_open(request, db, &v, err));
    struct actor actor = app_actor(request);
    TRY(access_require(db, &actor, RIGHT_ISSUE, v.d->issuer_id, "withdraw a directive", err));
    struct str reason = str_trim(form_get(&request->form, STR("reason")));
    if (str_is_empty(reason))
        return withdraw_page(request, response, &v, reason, tier_say(request, MSG_DIRECTIVE_WITHDRAW_NO_REASON), err);
    TRY(directive_withdraw(db, &actor, v.d->id, reason, err));
    app_done_redirect(request, response, app_href(request, "/directive/%lld", (long long)v.d->id),
                      tier_say(request, MSG_DIRECTIVE_SAID_WITHDRAWN), STR_NONE);
    return ERR_NONE;
}
