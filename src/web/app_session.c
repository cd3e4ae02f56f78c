#include "duty/notice.h"
#include "org/page_site.sql.h"
#include "org/session.sql.h"
#include "store/schema.sql.h"
#include "web/app_parts.h"

static enum err_code find_program(struct db *db, struct str sha256, struct arena *arena, struct session *ret_session,
                                  struct err *err)
{
    struct api_token token;
    enum err_code code = api_token_find(db, sha256, arena, &token, err);
    if (code == ERR_NOT_FOUND)
        return ERR_NONE;
    TRY(code);
    ret_session->person_id = token.person_id;
    ret_session->id = token.id;
    ret_session->rights = token.rights;
    ret_session->name = token.person_name;
    ret_session->account = arena_printf(arena, "token %lld", (long long)token.id);
    return ERR_NONE;
}

/* A session that still owes its second factor is nobody yet: only the public pages of page_account.c know it. */
static enum err_code find_person(struct db *db, struct str sha256, int64_t now_ms, struct arena *arena,
                                 struct session *ret_session, struct err *err)
{
    struct session_info info;
    enum err_code code = session_find(db, sha256, arena, &info, err);
    if (code == ERR_NOT_FOUND)
        return ERR_NONE;
    TRY(code);
    if (info.wants != SESSION_READY)
        return ERR_NONE;
    if (now_ms - info.seen_ms >= SESSION_TOUCH_MS) {
        struct err ignored;
        err_ignore(
            sql_session_seen(db, &(struct sql_session_seen_args){.token_hash = sha256, .seen_ms = now_ms}, &ignored),
            "a session seen a minute later is no reason to refuse a page");
    }
    ret_session->person_id = info.person_id;
    ret_session->rights = info.rights;
    ret_session->name = info.name;
    ret_session->unit = info.unit_name;
    ret_session->unit_id = info.unit_id;
    ret_session->account = arena_printf(arena, "%lld", (long long)info.person_id);
    return ERR_NONE;
}

static enum err_code session_store_find(void *NULLABLE ctx, struct str sha256, bool is_token, int64_t now_ms,
                                        struct arena *arena, struct session *ret_session, struct err *err)
{
    const struct app *app = ctx;
    AUTO_DB db = NULL;
    TRY(store_db_take(app->store, &db, err));
    return is_token ? find_program(db, sha256, arena, ret_session, err)
                    : find_person(db, sha256, now_ms, arena, ret_session, err);
}

static bool session_store_may(void *NULLABLE ctx, const struct session *session, uint64_t right)
{
    (void)ctx;
    return session->person_id != 0 && (session->rights & right) == right;
}

struct session_store app_session_store(struct app *app)
{
    return (struct session_store){.ctx = app, .find = session_store_find, .may = session_store_may};
}

struct str app_undo_key(const struct app *app)
{
    return (struct str){(const char *)app->keys.secret, sizeof app->keys.secret};
}

/* What an administrator set wins over what the program was started with. */
static enum err_code fill_from_store(const struct app *app, struct request *request, struct layout_frame *frame,
                                     struct err *err)
{
    AUTO_DB db = NULL;
    TRY(store_db_take(app->store, &db, err));
    struct sql_setting_get_row *hotline;
    TRY(sql_setting_get(db, request->arena, &(struct sql_setting_get_args){.name = STR("hotline")}, &hotline, err));
    if (hotline) {
        frame->hotline = hotline->value;
        frame->hotline_tel = hotline->value;
    }
    struct sql_site_sample_present_row *sample;
    TRY(sql_site_sample_present(db, request->arena, &sample, err));
    frame->sample = sample && sample->n;
    if (request->session.person_id && !request->session.is_token) {
        struct actor actor = app_actor_with(request, 0);
        TRY(notice_unread_count(db, &actor, &frame->unread, err));
    }
    return ERR_NONE;
}

void app_frame(void *NULLABLE ctx, struct request *request, struct layout_frame *frame)
{
    const struct app *app = ctx;
    frame->hotline = app->hotline;
    frame->hotline_tel = app->hotline_tel;
    struct err ignored;
    err_ignore(fill_from_store(app, request, frame, &ignored),
               "a page without its hotline of today is better than none; the page's own queries say what is wrong");
    uint64_t rights = request->session.person_id ? request->session.rights : 0;
    frame->may_assets = (rights & RIGHT_ASSET_READ) != 0;
    frame->may_admin = (rights & (RIGHT_SYSTEM_ADMIN | RIGHT_AUDIT)) != 0;
    frame->may_sample = (rights & RIGHT_SYSTEM_ADMIN) != 0;
    if (request->session.person_id)
        app_undo_strip(request, frame);
}
