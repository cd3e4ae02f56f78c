#include "web/app.h"

#include <stdarg.h>

#include "base/viet.h"
#include "duty/request.sql.h"
#include "duty/visit.sql.h"
#include "format/doctext.h"
#include "know/know.h"
#include "os/file.h"
#include "proof/evidence.sql.h"
#include "web/app_parts.h"
#include "web/words.h"

#define APP_ARENA_BYTES    (64u << 20)
#define APP_FIRST_YEAR     2018
#define APP_LAST_YEAR      2040
#define UNDO_COOKIE        "lt_u"
#define DAY_SAID_MAX_BYTES 40
#define SAID_AGE_S         15 /* a sentence without undo: long enough to arrive, gone on the next page but one */
#define PARSE_WAIT_MS      35000

enum err_code app_init(struct app *app, struct err *err)
{
    arena_init(&app->arena, APP_ARENA_BYTES);
    if (pthread_mutex_init(&app->fonts_lock, NULL) != 0)
        return err_set(err, ERR_NOMEM, "no lock for the typesetter");
    struct workday_calendar *calendar;
    TRY(know_workday_calendar(&app->arena, NULL, 0, APP_FIRST_YEAR, APP_LAST_YEAR, &calendar, err));
    app->calendar = calendar;
    struct err ignored;
    err_ignore(type_fonts_open(NULL, &app->fonts, &ignored), "without fonts everything but PDF works, and PDF says so");
    return ERR_NONE;
}

void app_done(struct app *app)
{
    type_fonts_free(app->fonts);
    app->fonts = NULL;
    (void)pthread_mutex_destroy(&app->fonts_lock);
    arena_done(&app->arena);
}

static const struct route_list *const route_lists[] = {APP_ROUTE_LISTS};

enum err_code app_web_config(struct app *app, struct web_config *ret_config, struct err *err)
{
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(route_lists); i++)
        count += route_lists[i]->count;
    struct route *rows = arena_new_array(&app->arena, struct route, count);
    if (!rows)
        return arena_full(&app->arena, err);
    size_t at = 0;
    for (size_t i = 0; i < ARRAY_LEN(route_lists); i++)
        for (size_t r = 0; r < route_lists[i]->count; r++)
            rows[at++] = route_lists[i]->routes[r];
    *ret_config = (struct web_config){
        .routes = rows,
        .route_count = count,
        .sessions = app_session_store(app),
        .hooks = {.ctx = app, .frame = app_frame},
        .clock = *store_clock(app->store),
        .app = app,
        .spool_dir = app->spool_dir,
    };
    return ERR_NONE;
}

enum err_code app_db(const struct request *request, struct db **ret_db, struct err *err)
{
    return store_db_take(app_of(request)->store, ret_db, err);
}

civil_day app_today(const struct request *request)
{
    return civil_day_of_ms(request->now_ms);
}

struct actor app_actor_with(const struct request *request, uint64_t right)
{
    return (struct actor){.person_id = request->session.person_id,
                          .right = right,
                          .day = app_today(request),
                          .all = false,
                          .ip = request->client};
}

struct actor app_actor(const struct request *request)
{
    return app_actor_with(request, request->route ? request->route->right : RIGHT_READ);
}

enum page_state app_page_state(int duty_state)
{
    static const enum page_state states[DUTY_STATE_COUNT] = {
        [DUTY_UNSEEN] = PAGE_STATE_UNSEEN, [DUTY_ACK] = PAGE_STATE_ACK, [DUTY_DOING] = PAGE_STATE_DOING,
        [DUTY_OK] = PAGE_STATE_OK,         [DUTY_DUE] = PAGE_STATE_DUE, [DUTY_LATE] = PAGE_STATE_LATE,
        [DUTY_BIRTH] = PAGE_STATE_BIRTH,   [DUTY_NA] = PAGE_STATE_NA,   [DUTY_WAIVED] = PAGE_STATE_WAIVED,
    };
    return duty_state >= 0 && duty_state < DUTY_STATE_COUNT ? states[duty_state] : PAGE_STATE_NONE;
}

struct str app_state_word(const struct request *request, const struct duty_facts *facts, int state, bool waits,
                          civil_day today)
{
    civil_day until = CIVIL_NONE;
    if (state == DUTY_OK && facts->covered_to_day != CIVIL_NONE && facts->covered_to_day != CIVIL_FOREVER)
        until = facts->covered_to_day - 1;
    if (state == DUTY_WAIVED && facts->waived_to_day != CIVIL_NONE)
        until = facts->waived_to_day - 1;
    civil_day due = duty_next_due(facts, today);
    if (waits && state == DUTY_LATE && due != CIVIL_NONE)
        return msg_str(request->arena, request->lang, MSG_STATE_LATE_WAITING, (int64_t)today - due,
                       MSG_ARGS(ARG_INT("n", (int64_t)today - due)));
    if (waits && state == DUTY_BIRTH)
        return msg_text(request->lang, MSG_STATE_BIRTH_WAITING, 0);
    return words_state(request->arena, request->lang, app_page_state(state), today, due, until);
}

enum err_code app_int(const struct request *request, struct str name, int64_t otherwise, int64_t *ret_value,
                      struct err *err)
{
    struct str text = str_trim(request_field(request, name));
    if (str_is_empty(text)) {
        *ret_value = otherwise;
        return ERR_NONE;
    }
    int64_t value;
    if (!str_to_i64(text, &value))
        return err_set(err, ERR_SYNTAX, "%.*s: “%.*s” không phải số nguyên", STR_ARG(name), STR_ARG(text));
    *ret_value = value;
    return ERR_NONE;
}

/* The day after the last one of a month is what people mean least; propose the last real one. */
static bool propose_day(struct str text, civil_day *ret_day)
{
    struct str rest = text, part[3];
    for (int i = 0; i < 3; i++)
        if (!str_split(&rest, '/', &part[i]))
            return false;
    int64_t day, month, year;
    if (!str_is_null(rest) || !str_to_i64(part[0], &day) || !str_to_i64(part[1], &month) ||
        !str_to_i64(part[2], &year) || month < 1 || month > 12 || year < 1900 || year > 2999 || day < 29 || day > 31)
        return false;
    *ret_day = civil_to_day((int)year, (int)month, civil_month_days((int)year, (int)month));
    return true;
}

int app_session_age_s(const struct request *request)
{
    return (int)(know_threshold_ms(KNOW_SESSION_LIFE, app_today(request)) / 1000);
}

struct str app_password_rule(struct request *request)
{
    return msg_str(request->arena, request->lang, MSG_ACCOUNT_PASSWORD_RULE, 0,
                   MSG_ARGS(ARG_INT("n", know_threshold(KNOW_PASSWORD_LENGTH, app_today(request)))));
}

enum err_code app_day(const struct request *request, struct str name, civil_day *ret_day, struct err *err)
{
    struct str text = str_trim(request_field(request, name));
    if (str_is_empty(text)) {
        *ret_day = CIVIL_NONE;
        return ERR_NONE;
    }
    civil_day day;
    if (civil_parse_vn(text, &day)) {
        *ret_day = day;
        return ERR_NONE;
    }
    /* What was typed is said back so far as a date may reach; a page of it would only hide the reason. */
    size_t shown = text.len_bytes < DAY_SAID_MAX_BYTES ? text.len_bytes : DAY_SAID_MAX_BYTES;
    while (shown < text.len_bytes && shown > 0 && ((unsigned char)text.ptr[shown] & 0xC0) == 0x80)
        shown--;
    text = str_slice(text, 0, shown);
    char proposal[CIVIL_TEXT_BYTES];
    if (propose_day(text, &day))
        return err_set(err, ERR_SYNTAX, "Không có ngày %.*s. Có phải %s?", STR_ARG(text), civil_vn(day, proposal));
    return err_set(err, ERR_SYNTAX, "“%.*s” không phải một ngày; ghi như 30/04/2027", STR_ARG(text));
}

struct str app_search(const struct request *request, struct str name)
{
    struct str text = str_trim(request_field(request, name));
    if (str_is_empty(text))
        return STR_NONE;
    struct str key = viet_search_key(request->arena, text);
    char *out = str_is_null(key) ? NULL : arena_alloc(request->arena, key.len_bytes + 3, 1);
    if (!out)
        return STR_NONE;
    size_t n = 0;
    out[n++] = '%';
    for (size_t i = 0; i < key.len_bytes; i++)
        out[n++] = key.ptr[i] == '%'
                       ? '_'
                       : key.ptr[i]; /* a percent sign matches any one character: near enough, never everything */
    out[n++] = '%';
    return (struct str){out, n};
}

enum err_code app_unit(const struct request *request, int64_t *ret_unit_id, struct err *err)
{
    return app_int(request, STR("unit"), request->session.unit_id, ret_unit_id, err);
}

enum err_code app_edge(const struct request *request, struct db *db, const struct actor *actor, int64_t unit_id,
                       struct str *ret_edge, struct err *err)
{
    struct str asked = request_field(request, STR("edge"));
    for (size_t i = 0; i < know_edge_kind_count; i++)
        if (str_equal(asked, know_edge_kinds[i].id)) {
            *ret_edge = know_edge_kinds[i].id;
            return ERR_NONE;
        }
    return access_edge_best(db, actor, unit_id, ret_edge, err);
}

struct str app_href(const struct request *request, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n < 0)
        return STR("");
    if ((size_t)n >= sizeof text) { /* a sentence made of names may be long: it is never lost for that */
        char *whole = arena_alloc(request->arena, (size_t)n + 1, 1);
        if (!whole)
            return STR("");
        va_start(ap, fmt);
        (void)vsnprintf(whole, (size_t)n + 1, fmt, ap);
        va_end(ap);
        return (struct str){whole, (size_t)n};
    }
    struct str copy = arena_str(request->arena, (struct str){text, (size_t)n});
    return str_is_null(copy) ? STR("") : copy;
}

/* --- said, with undo ---
 * The strip travels in a cookie that only this server could have made: text and path, each base64url, and a MAC under
 * the app's key. */
static struct sha256 undo_mac(const struct request *request, struct str body)
{
    char person[32];
    int n = snprintf(person, sizeof person, "undo %lld ", (long long)request->session.person_id);
    struct str message = arena_printf(request->arena, "%.*s%.*s", n, person, STR_ARG(body));
    return crypto_hmac_sha256(app_undo_key(app_of(request)), message);
}

void app_done_redirect(struct request *request, struct response *response, struct str to, struct str said,
                       struct str undo_path)
{
    int age_s =
        str_is_empty(undo_path) ? SAID_AGE_S : (int)(know_threshold_ms(KNOW_UNDO_OFFERED, app_today(request)) / 1000);
    struct str text = crypto_to_base64url(said, request->arena);
    /* Without an undo it is said once, where it leads: on another page it would speak of something else. */
    size_t end = 0;
    while (end < to.len_bytes && to.ptr[end] != '?' && to.ptr[end] != '#')
        end++;
    struct str path = crypto_to_base64url(
        str_is_empty(undo_path) ? arena_printf(request->arena, "@%.*s", (int)end, to.ptr) : undo_path, request->arena);
    struct str body = arena_printf(request->arena, "%.*s.%.*s.%lld", STR_ARG(text), STR_ARG(path),
                                   (long long)request->now_ms / 1000 + age_s);
    struct sha256 mac = undo_mac(request, body);
    struct str value = arena_printf(request->arena, "%.*s.%.*s", STR_ARG(body),
                                    STR_ARG(crypto_to_base64url(sha256_str(&mac), request->arena)));
    if (!str_is_null(value))
        response_cookie(request, response, STR(UNDO_COOKIE), value, age_s);
    response_redirect(request, response, to);
}

/* --- what somebody else has decided meanwhile is not undone from a strip --- */

typedef enum err_code still_fn(struct request *request, struct db *db, int64_t id, bool *ret_is, struct err *err);

static enum err_code evidence_still(struct request *request, struct db *db, int64_t id, bool *ret_is, struct err *err)
{
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_evidence_get_row *e;
    TRY(sql_evidence_get(db, &actor, request->arena, &(struct sql_evidence_get_args){.id = id}, &e, err));
    bool by_another = e && e->decided_by.has && e->decided_by.v != request->session.person_id;
    *ret_is = e && (str_equal(e->state, STR("submitted")) || (str_equal(e->state, STR("accepted")) && !by_another));
    return ERR_NONE;
}

static enum err_code request_still(struct request *request, struct db *db, int64_t id, bool *ret_is, struct err *err)
{
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_request_page_row *r;
    TRY(sql_request_page(db, &actor, request->arena,
                         &(struct sql_request_page_args){.id = id, .on_day = app_today(request)}, &r, err));
    *ret_is = r && str_equal(r->state, STR("open"));
    return ERR_NONE;
}

static enum err_code visit_still(struct request *request, struct db *db, int64_t id, bool *ret_is, struct err *err)
{
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_visit_page_row *v;
    TRY(sql_visit_page(db, &actor, request->arena,
                       &(struct sql_visit_page_args){.id = id, .on_day = app_today(request)}, &v, err));
    *ret_is = v && !v->done_day.has && !v->cancelled_ms.has;
    return ERR_NONE;
}

/* May what the path undoes still be undone? Of other paths: yes, their handlers say when it is too late. */
static enum err_code undo_is_open(struct request *request, struct str path, bool *ret_is, struct err *err)
{
    static const struct {
        struct str before, behind;
        still_fn *still;
    } kinds[] = {{STR_INIT("/evidence/"), STR_INIT("/withdraw?undo=1"), evidence_still},
                 {STR_INIT("/request/"), STR_INIT("/withdraw?undo=1"), request_still},
                 {STR_INIT("/visit/"), STR_INIT("/cancel?undo=1"), visit_still}};
    *ret_is = true;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        int64_t id;
        size_t around = kinds[i].before.len_bytes + kinds[i].behind.len_bytes;
        if (path.len_bytes <= around || !str_starts_with(path, kinds[i].before) ||
            !str_equal(str_slice(path, path.len_bytes - kinds[i].behind.len_bytes, path.len_bytes), kinds[i].behind) ||
            !str_to_i64(str_slice(path, kinds[i].before.len_bytes, path.len_bytes - kinds[i].behind.len_bytes), &id))
            continue;
        AUTO_DB db = NULL;
        TRY(app_db(request, &db, err));
        return kinds[i].still(request, db, id, ret_is, err);
    }
    return ERR_NONE;
}

void app_undo_strip(struct request *request, struct layout_frame *frame)
{
    struct str value = request_cookie(request, STR(UNDO_COOKIE)), part[4], rest = value;
    if (str_is_empty(value))
        return;
    for (int i = 0; i < 4; i++)
        if (!str_split(&rest, '.', &part[i]))
            return;
    size_t body_bytes = part[0].len_bytes + part[1].len_bytes + part[2].len_bytes + 2;
    struct sha256 mac = undo_mac(request, str_slice(value, 0, body_bytes));
    int64_t until_s;
    if (!crypto_is_equal(part[3], crypto_to_base64url(sha256_str(&mac), request->arena)) ||
        !str_to_i64(part[2], &until_s) || until_s < request->now_ms / 1000)
        return;
    struct err err;
    struct str text, path;
    if (crypto_from_base64url(part[0], request->arena, &text, &err) != ERR_NONE ||
        crypto_from_base64url(part[1], request->arena, &path, &err) != ERR_NONE)
        return;
    bool has_undo = !str_starts_with(path, STR("@"));
    if (!has_undo && !str_equal(str_slice(path, 1, path.len_bytes), request->path))
        return;
    bool is_open = true;
    if (has_undo && undo_is_open(request, path, &is_open, &err) != ERR_NONE)
        return; /* no button rather than one that may only refuse */
    if (!is_open)
        return;
    frame->undo_text = text;
    frame->undo_href = has_undo ? path : STR("");
}

enum err_code app_document_text(struct request *request, struct str name, struct str bytes, struct str *ret_text,
                                struct err *err)
{
    struct app *app = app_of(request);
    if (app->peers)
        return peer_parse(app->peers, STR("letter_text"), name, -1, bytes, PARSE_WAIT_MS, request->arena, ret_text,
                          err);
    struct doc_text doc;
    if (doc_kind_of(bytes) == DOC_PDF) {
        AUTO_FD fd = -1;
        TRY(file_temp_fd(bytes, &fd, err));
        TRY(doc_pdf_text(fd, request->arena, &doc, err));
    } else {
        TRY(doc_text(bytes, request->arena, &doc, err));
    }
    *ret_text = doc.decoded.text;
    return ERR_NONE;
}
