#include "base/limits.h"
#include "duty/page_home.sql.h"
#include "know/know.h"
#include "org/audit_list.h"
#include "org/page_site.sql.h"
#include "org/person.sql.h"
#include "org/session.h"
#include "proof/chain.h"
#include "proof/chain.sql.h"
#include "store/job.h"
#include "store/job.sql.h"
#include "store/schema.sql.h"
#include "web/app_parts.h"
#include "web/listing.h"
#include "web/setup.h"
#include "work/demo.h"
#include "work/demo.sql.h"

#define AUDIT_ROWS      100
#define AUDIT_LOOK_MAX  20000 /* entries passed over for one page */
#define DEAD_ROWS       100
#define SETTING_MAX     500u /* characters */
#define ANY_ADMIN_RIGHT (RIGHT_SYSTEM_ADMIN | RIGHT_AUDIT)

static struct str text_of(const struct request *request, enum msg_id id)
{
    return msg_text(request->lang, id, 0);
}

static struct str count_text(const struct request *request, enum msg_id id, int64_t n)
{
    return msg_str(request->arena, request->lang, id, n, MSG_ARGS(ARG_INT("n", n)));
}

static struct str ms_text(const struct request *request, int64_t at_ms)
{
    AUTO_BUF buf;
    buf_init(&buf, 64);
    struct page_out o = {&buf, request->lang, STR_NONE};
    out_ms(&o, at_ms);
    struct str copy = arena_str(request->arena, buf_str(&buf));
    return str_is_null(copy) ? STR("") : copy;
}

static bool holds(const struct request *request, uint64_t any_of)
{
    return (request->session.rights & any_of) != 0;
}

static enum err_code read_setting(struct request *request, struct db *db, const char *name, struct str *ret_value,
                                  struct err *err)
{
    struct sql_setting_get_row *row;
    TRY(sql_setting_get(db, request->arena, &(struct sql_setting_get_args){.name = str_from_cstr(name)}, &row, err));
    *ret_value = row ? row->value : STR_NONE;
    return ERR_NONE;
}

/* --- health, in words --- */
struct health {
    struct request *request;
    struct pg_health_row rows[12];
    size_t count;
    int64_t look_count;
};

static void add(struct health *h, enum page_state state, enum msg_id title, struct str about, const char *NULLABLE href,
                enum msg_id act)
{
    struct request *request = h->request;
    enum msg_id word = state == PAGE_STATE_OK     ? MSG_ADMIN_WORD_OK
                       : state == PAGE_STATE_LATE ? MSG_ADMIN_WORD_NOW
                                                  : MSG_ADMIN_WORD_LOOK;
    h->look_count += state != PAGE_STATE_OK;
    h->rows[h->count++] = (struct pg_health_row){.state = state,
                                                 .word = text_of(request, word),
                                                 .title = text_of(request, title),
                                                 .about = about,
                                                 .href = str_from_cstr(href),
                                                 .act = href ? text_of(request, act) : STR_NONE};
}

static enum err_code health_store(struct health *h, struct db *db, struct err *err)
{
    struct request *request = h->request;
    struct store *store = app_of(request)->store;
    struct str engine = store_engine(store) == STORE_POSTGRES ? STR("PostgreSQL") : STR("SQLite");
    add(h, PAGE_STATE_OK, MSG_ADMIN_H_STORE,
        msg_str(request->arena, request->lang, MSG_ADMIN_H_STORE_ABOUT, 0,
                MSG_ARGS(ARG_STR("engine", engine), ARG_INT("n", store_schema(store)))),
        NULL, MSG_ADMIN_OPEN);
    struct sql_home_clock_row *clock;
    TRY(sql_home_clock(db, request->arena, &clock, err));
    if (clock) {
        bool is_late = clock->day < app_today(request);
        add(h, is_late ? PAGE_STATE_LATE : PAGE_STATE_OK, MSG_ADMIN_H_DAY,
            msg_str(request->arena, request->lang, is_late ? MSG_ADMIN_H_DAY_LATE : MSG_ADMIN_H_DAY_FINE, 0,
                    MSG_ARGS(ARG_DAY("day", (civil_day)clock->day))),
            NULL, MSG_ADMIN_OPEN);
    }
    return ERR_NONE;
}

static enum err_code health_chain(struct health *h, struct db *db, struct err *err)
{
    struct request *request = h->request;
    struct sql_chain_waiting_count_row *waits;
    TRY(sql_chain_waiting_count(db, request->arena, &waits, err));
    int64_t n = waits ? waits->waiting : 0;
    bool is_slow = waits && waits->oldest_ms.has &&
                   request->now_ms - waits->oldest_ms.v > know_threshold_ms(KNOW_WORK_WAITS, app_today(request));
    struct str about = is_slow ? msg_str(request->arena, request->lang, MSG_ADMIN_H_CHAIN_LATE, n,
                                         MSG_ARGS(ARG_INT("n", n), ARG_STR("at", ms_text(request, waits->oldest_ms.v))))
                               : count_text(request, MSG_ADMIN_H_CHAIN_FINE, n);
    add(h, is_slow ? PAGE_STATE_LATE : PAGE_STATE_OK, MSG_ADMIN_H_CHAIN, about, NULL, MSG_ADMIN_OPEN);
    return ERR_NONE;
}

static enum err_code health_jobs(struct health *h, struct db *db, struct err *err)
{
    struct request *request = h->request;
    struct sql_job_count_rows queues;
    TRY(sql_job_count(db, request->arena, &(struct sql_job_count_args){.now_ms = request->now_ms}, &queues, err));
    int64_t waiting = 0, dead = 0, oldest = INT64_MAX;
    for (size_t i = 0; i < queues.count; i++) {
        waiting += queues.items[i].waiting;
        dead += queues.items[i].dead;
        if (queues.items[i].oldest_ms.has && queues.items[i].oldest_ms.v < oldest)
            oldest = queues.items[i].oldest_ms.v;
    }
    if (waiting && oldest != INT64_MAX &&
        request->now_ms - oldest > know_threshold_ms(KNOW_WORK_WAITS, app_today(request)))
        add(h, PAGE_STATE_LATE, MSG_ADMIN_H_JOBS,
            msg_str(request->arena, request->lang, MSG_ADMIN_H_JOBS_SLOW, 0,
                    MSG_ARGS(ARG_STR("at", ms_text(request, oldest)))),
            "/admin/jobs", MSG_ADMIN_OPEN);
    else
        add(h, dead ? PAGE_STATE_DUE : PAGE_STATE_OK, MSG_ADMIN_H_JOBS,
            dead ? count_text(request, MSG_ADMIN_H_JOBS_DEAD, dead)
                 : count_text(request, MSG_ADMIN_H_JOBS_FINE, waiting),
            "/admin/jobs", MSG_ADMIN_OPEN);
    return ERR_NONE;
}

static enum err_code health_place(struct health *h, struct db *db, struct err *err)
{
    struct request *request = h->request;
    const struct app *app = app_of(request);
    struct str mail, hotline;
    TRY(read_setting(request, db, "mail_url", &mail, err));
    TRY(read_setting(request, db, "hotline", &hotline, err));
    if (str_is_empty(hotline))
        hotline = app->hotline;
    bool has_mail = !str_is_empty(mail), has_hotline = !str_is_empty(hotline);
    add(h, has_mail ? PAGE_STATE_OK : PAGE_STATE_DUE, MSG_ADMIN_H_MAIL,
        has_mail ? msg_str(request->arena, request->lang, MSG_ADMIN_H_MAIL_FINE, 0, MSG_ARGS(ARG_STR("url", mail)))
                 : text_of(request, MSG_ADMIN_H_MAIL_NONE),
        "/admin/settings", MSG_ADMIN_SET);
    add(h, has_hotline ? PAGE_STATE_OK : PAGE_STATE_DUE, MSG_ADMIN_H_HOTLINE,
        has_hotline
            ? msg_str(request->arena, request->lang, MSG_ADMIN_H_HOTLINE_FINE, 0, MSG_ARGS(ARG_STR("number", hotline)))
            : text_of(request, MSG_ADMIN_H_HOTLINE_NONE),
        "/admin/settings", MSG_ADMIN_SET);
    add(h, app->fonts ? PAGE_STATE_OK : PAGE_STATE_DUE, MSG_ADMIN_H_FONTS,
        text_of(request, app->fonts ? MSG_ADMIN_H_FONTS_FINE : MSG_ADMIN_H_FONTS_NONE), NULL, MSG_ADMIN_OPEN);
    struct sql_site_sample_present_row *sample;
    TRY(sql_site_sample_present(db, request->arena, &sample, err));
    if (sample && sample->n)
        add(h, PAGE_STATE_DUE, MSG_ADMIN_H_SAMPLE, text_of(request, MSG_ADMIN_H_SAMPLE_THERE), "/admin/sample",
            MSG_ADMIN_OPEN);
    return ERR_NONE;
}

static enum err_code health_read(struct health *h, struct db *db, struct err *err)
{
    TRY(health_store(h, db, err));
    TRY(health_chain(h, db, err));
    TRY(health_jobs(h, db, err));
    return health_place(h, db, err);
}

enum err_code admin_health(struct request *request, struct db *db, int64_t *ret_look_count, enum page_state *ret_state,
                           struct err *err)
{
    struct health h = {.request = request};
    TRY(health_read(&h, db, err));
    enum page_state worst = PAGE_STATE_OK;
    for (size_t i = 0; i < h.count; i++)
        if (h.rows[i].state == PAGE_STATE_LATE || (h.rows[i].state == PAGE_STATE_DUE && worst == PAGE_STATE_OK))
            worst = h.rows[i].state;
    *ret_look_count = h.look_count;
    *ret_state = worst;
    return ERR_NONE;
}

static enum err_code admin_show(struct request *request, struct response *response, struct err *err)
{
    if (!holds(request, ANY_ADMIN_RIGHT))
        return err_set(err, ERR_DENIED, "administration is for administrators and auditors");
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct health h = {.request = request};
    struct page_admin page = {.heading = text_of(request, MSG_ADMIN_AUDITOR), .verify = true};
    if (holds(request, RIGHT_SYSTEM_ADMIN)) {
        TRY(health_read(&h, db, err));
        page.heading =
            h.look_count ? count_text(request, MSG_ADMIN_NEEDS, h.look_count) : text_of(request, MSG_ADMIN_FINE);
    }
    struct pg_health_row sorted[ARRAY_LEN(h.rows)];
    size_t n = 0;
    static const enum page_state order[] = {PAGE_STATE_LATE, PAGE_STATE_DUE, PAGE_STATE_OK};
    for (size_t s = 0; s < ARRAY_LEN(order); s++)
        for (size_t i = 0; i < h.count; i++)
            if (h.rows[i].state == order[s])
                sorted[n++] = h.rows[i];
    page.health = (struct pg_health_row_list){sorted, n};
    static const struct {
        enum msg_id text, about;
        const char *href;
        uint64_t right;
    } rooms[] = {
        {MSG_ADMIN_SETTINGS, MSG_ADMIN_SETTINGS_ABOUT, "/admin/settings", RIGHT_SYSTEM_ADMIN},
        {MSG_ADMIN_PEOPLE, MSG_ADMIN_PEOPLE_ABOUT, "/people", RIGHT_PEOPLE_ADMIN},
        {MSG_ADMIN_JOBS, MSG_ADMIN_JOBS_ABOUT, "/admin/jobs", RIGHT_SYSTEM_ADMIN},
        {MSG_ADMIN_AUDIT, MSG_ADMIN_AUDIT_ABOUT, "/admin/audit", RIGHT_AUDIT},
        {MSG_ADMIN_SAMPLE, MSG_ADMIN_SAMPLE_ABOUT, "/admin/sample", RIGHT_SYSTEM_ADMIN},
    };
    struct pg_admin_link links[ARRAY_LEN(rooms)];
    size_t link_count = 0;
    for (size_t i = 0; i < ARRAY_LEN(rooms); i++)
        if (holds(request, rooms[i].right))
            links[link_count++] = (struct pg_admin_link){
                text_of(request, rooms[i].text), text_of(request, rooms[i].about), str_from_cstr(rooms[i].href)};
    page.links = (struct pg_admin_link_list){links, link_count};
    page.frame = web_frame(request, text_of(request, MSG_NAV_ADMIN), STR("admin"));
    if (!page.frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, 200);
    page_admin(&o, &page);
    return ERR_NONE;
}

/* --- settings --- */
static const char *const setting_names[] = {"node_name", "site_url",  "hotline",       "mail_url",
                                            "mail_from", "mail_user", "mail_password", "mail_plain"};
enum setting { SET_NODE, SET_URL, SET_HOTLINE, SET_MAIL, SET_FROM, SET_USER, SET_PASSWORD, SET_PLAIN, SETTING_COUNT };

static enum err_code settings_page(struct request *request, struct response *response, int status,
                                   const struct str values[SETTING_COUNT], bool has_password,
                                   struct page_admin_settings *page, struct err *err)
{
    page->node_name = values[SET_NODE];
    page->site_url = values[SET_URL];
    page->hotline = values[SET_HOTLINE];
    page->mail_url = values[SET_MAIL];
    page->mail_from = values[SET_FROM];
    page->mail_user = values[SET_USER];
    page->has_password = has_password;
    page->plain = str_equal(values[SET_PLAIN], STR("yes"));
    page->frame = web_frame(request, text_of(request, MSG_ADMIN_SETTINGS), STR("admin"));
    if (!page->frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, status);
    page_admin_settings(&o, page);
    return ERR_NONE;
}

static enum err_code settings_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct str values[SETTING_COUNT];
    for (int i = 0; i < SETTING_COUNT; i++)
        TRY(read_setting(request, db, setting_names[i], &values[i], err));
    if (str_is_empty(values[SET_HOTLINE]))
        values[SET_HOTLINE] = app_of(request)->hotline;
    return settings_page(request, response, 200, values, !str_is_empty(values[SET_PASSWORD]),
                         &(struct page_admin_settings){0}, err);
}

struct saving {
    const struct str *values;
    int64_t person_id;
};
static enum err_code save_in_transaction(struct db *db, void *NULLABLE ctx, struct err *err)
{
    const struct saving *s = ctx;
    for (int i = 0; i < SETTING_COUNT; i++)
        if (!str_is_null(s->values[i]))
            TRY(sql_setting_put(db,
                                &(struct sql_setting_put_args){.name = str_from_cstr(setting_names[i]),
                                                               .value = s->values[i],
                                                               .changed_ms = db_now_ms(db),
                                                               .changed_by = {true, s->person_id}},
                                err));
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_AUDIT,
                                             .kind = "settings_changed",
                                             .object_kind = "person",
                                             .object_id = s->person_id,
                                             .actor_id = s->person_id,
                                             .content = STR("")},
                        NULL, err);
}

static bool is_phone(struct str phone)
{
    for (size_t i = 0; i < phone.len_bytes; i++)
        if (!((phone.ptr[i] >= '0' && phone.ptr[i] <= '9') || phone.ptr[i] == ' ' || phone.ptr[i] == '.' ||
              (phone.ptr[i] == '+' && i == 0)))
            return false;
    return true;
}

static bool is_url(struct str url, struct str scheme, struct str other)
{
    return str_is_empty(url) ||
           ((str_starts_with(url, scheme) || str_starts_with(url, other)) && str_find_byte(url, ' ', 0) < 0);
}

static enum err_code settings_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct str values[SETTING_COUNT];
    for (int i = 0; i < SETTING_COUNT; i++) {
        values[i] = str_trim(form_get(&request->form, str_from_cstr(setting_names[i])));
        if (str_is_null(values[i]))
            values[i] = STR("");
        if (utf8_count(values[i]) > SETTING_MAX)
            return err_set(err, ERR_LIMIT, "%s: tối đa %u ký tự", setting_names[i], SETTING_MAX);
    }
    struct page_admin_settings page = {0};
    if (!is_url(values[SET_URL], STR("https://"), STR("http://127.0.0.1")))
        page.url_error = text_of(request, MSG_ADMIN_SITE_URL_WRONG);
    if (!is_url(values[SET_MAIL], STR("smtp://"), STR("smtps://")))
        page.mail_error = text_of(request, MSG_ADMIN_MAIL_URL_WRONG);
    if (!is_phone(values[SET_HOTLINE]))
        page.hotline_error = text_of(request, MSG_ADMIN_HOTLINE_WRONG);
    if (!str_is_null(page.url_error) || !str_is_null(page.mail_error) || !str_is_null(page.hotline_error)) {
        struct str kept;
        TRY(read_setting(request, db, "mail_password", &kept, err));
        page.error = text_of(request, MSG_ADMIN_NOT_SAVED);
        return settings_page(request, response, 422, values, !str_is_empty(kept), &page, err);
    }
    if (str_is_empty(values[SET_PASSWORD])) /* an empty box keeps what is known */
        values[SET_PASSWORD] = STR_NONE;
    struct saving saving = {values, request->session.person_id};
    TRY(db_transact(db, save_in_transaction, &saving, err));
    app_done_redirect(request, response, STR("/admin/settings"), text_of(request, MSG_ADMIN_SAVED), STR_NONE);
    return ERR_NONE;
}

/* --- audit --- */
struct audit_filter {
    struct str stream, kind, q, from_text, to_text;
    int64_t from_ms, to_ms, before_ms, before_id;
    struct str error;
};

static enum err_code audit_filter_read(struct request *request, struct audit_filter *f, struct err *err)
{
    *f = (struct audit_filter){.stream = STR("audit"), .to_ms = INT64_MAX, .from_ms = 0, .error = STR_NONE};
    if (str_equal(form_get(&request->query, STR("stream")), STR("duty")))
        f->stream = STR("duty");
    f->kind = str_trim(form_get(&request->query, STR("kind")));
    (void)audit_kind_code(f->kind, &f->kind); /* else it is a code that nobody named */
    f->q = str_trim(form_get(&request->query, STR("q")));
    f->from_text = str_trim(form_get(&request->query, STR("from")));
    f->to_text = str_trim(form_get(&request->query, STR("to")));
    civil_day from = CIVIL_NONE, to = CIVIL_NONE;
    if (app_day(request, STR("from"), &from, err) != ERR_NONE || app_day(request, STR("to"), &to, err) != ERR_NONE)
        f->error = request_said(request, err);
    if (from != CIVIL_NONE)
        f->from_ms = civil_day_start_ms(from);
    if (to != CIVIL_NONE)
        f->to_ms = civil_day_start_ms(to + 1);
    TRY(app_int(request, STR("at"), INT64_MAX, &f->before_ms, err));
    return app_int(request, STR("before"), INT64_MAX, &f->before_id, err);
}

static enum err_code audit_find(struct request *request, struct db *db, const struct audit_filter *f, size_t limit,
                                size_t look_max, struct audit_page *ret_found, struct err *err)
{
    struct actor actor = app_actor(request);
    return audit_list(db, &actor,
                      &(struct audit_ask){.stream = f->stream,
                                          .kind = str_is_empty(f->kind) ? STR_NONE : f->kind,
                                          .search = app_search(request, STR("q")),
                                          .from_ms = f->from_ms,
                                          .to_ms = f->to_ms,
                                          .before_ms = f->before_ms,
                                          .before_id = f->before_id},
                      limit, look_max, request->arena, ret_found, err);
}

static struct str audit_href(const struct request *request, const char *path, const struct audit_filter *f,
                             struct str kind, const struct audit_page *NULLABLE from)
{
    struct link_param params[] = {{"stream", str_equal(f->stream, STR("duty")) ? f->stream : STR("")},
                                  {"q", f->q},
                                  {"kind", kind},
                                  {"from", f->from_text},
                                  {"to", f->to_text},
                                  {"at", from ? link_id(request, from->before_ms) : STR("")},
                                  {"before", from ? link_id(request, from->before_id) : STR("")}};
    return link_make(request, str_from_cstr(path), params, ARRAY_LEN(params));
}

static struct str object_href(const struct request *request, const struct sql_audit_rows_row *r)
{
    static const char *const paths[][2] = {{"assignment", "duty"},   {"directive", "directive"}, {"person", "person"},
                                           {"evidence", "evidence"}, {"unit", "unit"},           {"letter", "letter"}};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        if (r->object_id && str_equal(r->object_kind, str_from_cstr(paths[i][0])))
            return app_href(request, "/%s/%lld", paths[i][1], (long long)r->object_id);
    return STR_NONE;
}

static struct str short_hash(const struct request *request, struct str hash)
{
    if (str_is_null(hash))
        return text_of(request, MSG_ADMIN_NOT_SEALED);
    struct str hex = crypto_to_hex(str_slice(hash, 0, 6), request->arena);
    return str_is_null(hex) ? STR("") : hex;
}

static enum err_code audit_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct audit_filter f;
    TRY(audit_filter_read(request, &f, err));
    struct audit_page found;
    TRY(audit_find(request, db, &f, AUDIT_ROWS, AUDIT_LOOK_MAX, &found, err));
    struct pg_audit_row *rows = arena_new_array(request->arena, struct pg_audit_row, found.count + 1);
    struct layout_frame *frame = web_frame(request, text_of(request, MSG_ADMIN_AUDIT), STR("admin"));
    if (!rows || !frame)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < found.count; i++) {
        const struct sql_audit_rows_row *r = &found.items[i];
        rows[i] = (struct pg_audit_row){.at = r->at_ms,
                                        .who = str_is_empty(r->actor_name) ? text_of(request, MSG_ADMIN_SYSTEM)
                                                                           : r->actor_name,
                                        .kind = audit_kind_word(request, r->kind),
                                        .code = r->kind,
                                        .kind_href = audit_href(request, "/admin/audit", &f, r->kind, NULL),
                                        .object = audit_object_word(request, r->object_kind),
                                        .object_href = object_href(request, r),
                                        .unit = r->unit_name,
                                        .content = r->content,
                                        .hash = short_hash(request, r->hash),
                                        .erased = r->erased_by.has};
    }
    struct pg_audit_kind *kinds = NULL;
    size_t kind_count = 0;
    TRY(audit_kind_words(request, &kinds, &kind_count, err));
    struct page_admin_audit page = {
        .frame = frame,
        .rows = {rows, found.count},
        .stream_duty = str_equal(f.stream, STR("duty")),
        .q = f.q,
        .kind = audit_kind_word(request, f.kind),
        .kinds = {kinds, kind_count},
        .from = f.from_text,
        .to = f.to_text,
        .error = f.error,
        .older_href = found.has_more ? audit_href(request, "/admin/audit", &f, f.kind, &found) : STR_NONE,
        .stopped = found.stopped,
        .stopped_ms = found.stopped ? found.before_ms : 0,
        .newest_href = f.before_id == INT64_MAX ? STR_NONE : audit_href(request, "/admin/audit", &f, f.kind, NULL),
        .excel_href = audit_href(request, "/admin/audit.xlsx", &f, f.kind, NULL),
        .csv_href = audit_href(request, "/admin/audit.csv", &f, f.kind, NULL)};
    struct page_out o = response_page(request, response, str_is_null(f.error) ? 200 : 422);
    page_admin_audit(&o, &page);
    return ERR_NONE;
}

static enum err_code audit_file(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct audit_filter f;
    TRY(audit_filter_read(request, &f, err));
    if (!str_is_null(f.error))
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(f.error));
    struct audit_page found;
    TRY(audit_find(request, db, &f, LISTING_SHEET_ROWS, 0, &found, err));
    const struct sheet_column columns[] = {
        {text_of(request, MSG_ADMIN_WHEN), SHEET_TEXT, 18}, {text_of(request, MSG_ADMIN_WHO), SHEET_TEXT, 26},
        {text_of(request, MSG_ADMIN_KIND), SHEET_TEXT, 26}, {text_of(request, MSG_ADMIN_OBJECT), SHEET_TEXT, 34},
        {text_of(request, MSG_ADMIN_UNIT), SHEET_TEXT, 34}, {text_of(request, MSG_ADMIN_CONTENT), SHEET_TEXT, 50},
        {text_of(request, MSG_ADMIN_HASH), SHEET_TEXT, 66},
    };
    struct sheet_cell *cells =
        arena_new_array(request->arena, struct sheet_cell, (found.count + 1) * ARRAY_LEN(columns));
    if (!cells)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < found.count; i++) {
        const struct sql_audit_rows_row *r = &found.items[i];
        struct sheet_cell *c = &cells[i * ARRAY_LEN(columns)];
        c[0] = cell_text(ms_text(request, r->at_ms));
        c[1] = cell_text(str_is_empty(r->actor_name) ? text_of(request, MSG_ADMIN_SYSTEM) : r->actor_name);
        c[2] = cell_text(audit_kind_word(request, r->kind));
        c[3] = cell_text(arena_printf(request->arena, "%.*s %lld", STR_ARG(audit_object_word(request, r->object_kind)),
                                      (long long)r->object_id));
        c[4] = cell_text(r->unit_name);
        c[5] = cell_text(r->erased_by.has ? text_of(request, MSG_ADMIN_ERASED) : r->content);
        c[6] = cell_text(str_is_null(r->hash) ? text_of(request, MSG_ADMIN_NOT_SEALED)
                                              : crypto_to_hex(r->hash, request->arena));
    }
    return listing_respond(request, response, listing_file_of(request), text_of(request, MSG_ADMIN_AUDIT_FILE), columns,
                           ARRAY_LEN(columns), cells, found.count, err);
}

static enum err_code verify_do(struct request *request, struct response *response, struct err *err)
{
    if (!holds(request, ANY_ADMIN_RIGHT))
        return err_set(err, ERR_DENIED, "verification is for administrators and auditors");
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    AUTO_ARENA arena; /* signatures and streams of a whole store */
    arena_init(&arena, 256u << 20);
    struct chain_report report;
    int64_t began_us = clock_monotonic_us();
    enum err_code code = chain_verify(db, &arena, &report, err);
    struct page_admin_verify page = {.fine = code == ERR_NONE, .took_ms = (clock_monotonic_us() - began_us) / 1000};
    if (code == ERR_NONE) {
        page.streams = (int64_t)report.stream_count;
        page.entries = (int64_t)report.entry_count;
        page.erased = (int64_t)report.erased_count;
        page.waiting = (int64_t)report.waiting_count;
        page.signatures = (int64_t)report.heads.good_count;
        page.unknown = (int64_t)report.heads.unknown_count;
    } else if (code == ERR_CONFLICT) {
        page.why = request_said(request, err);
    } else {
        return code;
    }
    page.frame = web_frame(request, text_of(request, MSG_ADMIN_VERIFY), STR("admin"));
    if (!page.frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, 200);
    page_admin_verify(&o, &page);
    return ERR_NONE;
}

/* --- jobs --- */
static enum err_code jobs_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct sql_job_count_rows queues;
    struct sql_job_dead_rows dead;
    TRY(sql_job_count(db, request->arena, &(struct sql_job_count_args){.now_ms = request->now_ms}, &queues, err));
    TRY(sql_job_dead(db, request->arena, &(struct sql_job_dead_args){.limit_count = DEAD_ROWS}, &dead, err));
    struct pg_job_queue *q = arena_new_array(request->arena, struct pg_job_queue, queues.count + 1);
    struct pg_job_dead *d = arena_new_array(request->arena, struct pg_job_dead, dead.count + 1);
    struct layout_frame *frame = web_frame(request, text_of(request, MSG_ADMIN_JOBS), STR("admin"));
    if (!q || !d || !frame)
        return arena_full(request->arena, err);
    int64_t dead_count = 0;
    for (size_t i = 0; i < queues.count; i++) {
        q[i] = (struct pg_job_queue){queues.items[i].queue, queues.items[i].waiting, queues.items[i].running,
                                     queues.items[i].dead};
        dead_count += queues.items[i].dead;
    }
    for (size_t i = 0; i < dead.count; i++)
        d[i] = (struct pg_job_dead){.id = dead.items[i].id,
                                    .kind = dead.items[i].kind,
                                    .queue = dead.items[i].queue,
                                    .attempts = dead.items[i].attempts,
                                    .failed = dead.items[i].failed_ms.has ? dead.items[i].failed_ms.v
                                                                          : dead.items[i].created_ms,
                                    .error = str_is_null(dead.items[i].error) ? STR("") : dead.items[i].error};
    struct page_out o = response_page(request, response, 200);
    page_admin_jobs(&o, &(struct page_admin_jobs){.frame = frame,
                                                  .heading = dead_count
                                                                 ? count_text(request, MSG_ADMIN_JOBS_DEAD, dead_count)
                                                                 : text_of(request, MSG_ADMIN_JOBS_FINE),
                                                  .queues = {q, queues.count},
                                                  .dead = {d, dead.count}});
    return ERR_NONE;
}

static enum err_code job_act(struct request *request, struct response *response,
                             enum err_code (*act)(struct db *db, int64_t id, struct err *err), enum msg_id said,
                             struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    TRY(app_int(request, STR("id"), 0, &id, err));
    TRY(act(db, id, err));
    app_done_redirect(request, response, STR("/admin/jobs"), text_of(request, said), STR_NONE);
    return ERR_NONE;
}

static enum err_code job_revive_do(struct request *request, struct response *response, struct err *err)
{
    return job_act(request, response, job_revive, MSG_ADMIN_REVIVED, err);
}

static enum err_code job_drop_do(struct request *request, struct response *response, struct err *err)
{
    return job_act(request, response, job_drop, MSG_ADMIN_DROPPED, err);
}

/* --- sample data --- */
static enum err_code sample_page(struct request *request, struct response *response, struct page_admin_sample *page,
                                 struct err *err)
{
    page->frame = web_frame(request, text_of(request, MSG_ADMIN_SAMPLE), STR("admin"));
    if (!page->frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, 200);
    page_admin_sample(&o, page);
    return ERR_NONE;
}

static enum err_code own_is_sample(struct request *request, struct db *db, bool *ret_is_sample, struct err *err)
{
    struct sql_person_raw_row *self;
    TRY(sql_person_raw(db, request->arena, &(struct sql_person_raw_args){.id = request->session.person_id}, &self,
                       err));
    *ret_is_sample = self && self->is_sample;
    return ERR_NONE;
}

static enum err_code sample_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct page_admin_sample page = {0};
    struct sql_sample_count_row *count;
    TRY(sql_sample_count(db, request->arena, &count, err));
    if (count) {
        page.units = count->units;
        page.people = count->people;
    }
    page.there = page.units || page.people;
    TRY(own_is_sample(request, db, &page.self_sample, err));
    return sample_page(request, response, &page, err);
}

static enum err_code sample_delete_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    bool was_sample, is_needed;
    TRY(own_is_sample(request, db, &was_sample, err));
    struct actor actor = app_actor(request);
    TRY(sample_delete_all(db, &actor, err));
    if (!was_sample) {
        app_done_redirect(request, response, STR("/admin"), text_of(request, MSG_ADMIN_SAMPLE_DELETED), STR_NONE);
        return ERR_NONE;
    }
    /* Whoever did it is gone too. Only they, who could administer this place, get the door to its first run. */
    struct page_admin_sample page = {.done = true};
    TRY(setup_is_needed(db, &is_needed, err));
    if (is_needed) {
        char token[CRYPTO_TOKEN_CHARS + 1];
        TRY(setup_token_new(db, token, err));
        page.setup_href = app_href(request, "/setup/%s", token);
        crypto_wipe(token, sizeof token);
    }
    request->session = (struct session){0};
    web_session_end(request, response);
    return sample_page(request, response, &page, err);
}

static const struct route routes[] = {
    {GET, "/admin", admin_show, 0, READS, NULL},
    {GET, "/admin/settings", settings_show, RIGHT_SYSTEM_ADMIN, READS, NULL},
    {POST, "/admin/settings", settings_do, RIGHT_SYSTEM_ADMIN, CHANGES, NULL},
    {GET, "/admin/audit", audit_show, RIGHT_AUDIT, READS, NULL},
    {GET, "/admin/audit.xlsx", audit_file, RIGHT_AUDIT, READS | SLOW, NULL},
    {GET, "/admin/audit.csv", audit_file, RIGHT_AUDIT, READS | SLOW, NULL},
    {POST, "/admin/verify", verify_do, 0, CHANGES | SLOW, NULL},
    {GET, "/admin/jobs", jobs_show, RIGHT_SYSTEM_ADMIN, READS, NULL},
    {POST, "/admin/jobs/revive", job_revive_do, RIGHT_SYSTEM_ADMIN, CHANGES, NULL},
    {POST, "/admin/jobs/drop", job_drop_do, RIGHT_SYSTEM_ADMIN, CHANGES, NULL},
    {GET, "/admin/sample", sample_show, RIGHT_SYSTEM_ADMIN, READS, NULL},
    {POST, "/admin/sample/delete", sample_delete_do, RIGHT_SYSTEM_ADMIN, CHANGES | SLOW, NULL},
};
const struct route_list admin_routes = {routes, ARRAY_LEN(routes)};
