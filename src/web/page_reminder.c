/* page_reminder.c - what reminds people: notices, a message to paste into a chat, the calendar of days that come. */
#include "duty/notice.h"
#include "duty/reminder.h"
#include "os/crypto.h"
#include "web/app_parts.h"
#include "web/page_report.h"

#define CALENDAR_MAX_BYTES (4u << 20)

static struct str calendar_token(const struct request *request, int64_t person_id)
{
    struct str message = arena_printf(request->arena, "calendar %lld", (long long)person_id);
    struct sha256 mac = crypto_hmac_sha256(app_undo_key(app_of(request)), message);
    return crypto_to_hex(str_slice(sha256_str(&mac), 0, 16), request->arena);
}

static enum err_code reminders_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct kit_range range = kit_range_of(request);
    struct str kind = form_get(&request->query, STR("kind"));
    if (!str_equal(kind, STR("reminder")) && !str_equal(kind, STR("request")) && !str_equal(kind, STR("report")) &&
        !str_equal(kind, STR("evidence")))
        kind = STR_NONE;
    struct sql_notice_list_rows rows;
    TRY(sql_notice_list(
        db, &actor, request->arena,
        &(struct sql_notice_list_args){.kind = kind, .limit_count = range.limit, .offset_count = range.offset}, &rows,
        err));
    struct sql_notice_counts_rows counts;
    TRY(sql_notice_counts(db, &actor, request->arena, &counts, err));
    int64_t unread;
    TRY(notice_unread_count(db, &actor, &unread, err));
    struct kit_table table;
    kit_table_init(&table, request);
    kit_column(&table, MSG_REPORT_NOTICE, SHEET_TEXT);
    kit_column(&table, MSG_REPORT_COL_STATE, SHEET_TEXT);
    kit_column(&table, MSG_REPORT_NOTICE_AT, SHEET_TEXT);
    kit_column(&table, MSG_REPORT_NOTICE_COPY, SHEET_TEXT);
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_notice_list_row *r = &rows.items[i];
        struct str duty = STR("/duty/");
        bool is_duty = str_starts_with(r->link, duty);
        kit_row(&table);
        kit_head(&table, r->title, request_is_local_path(r->link) ? r->link : STR(""), STR(""));
        kit_cell_chip(&table, r->read_ms.has ? PAGE_STATE_ACK : PAGE_STATE_UNSEEN,
                      kit_text(request, r->read_ms.has ? MSG_REPORT_READ : MSG_REPORT_UNREAD));
        kit_cell(&table, kit_vn_ms(request, r->at_ms), STR(""));
        kit_cell(&table, is_duty ? kit_text(request, MSG_REPORT_COPY) : STR(""),
                 is_duty ? app_href(request, "/reminders/message/%.*s",
                                    STR_ARG(str_slice(r->link, duty.len_bytes, r->link.len_bytes)))
                         : STR(""));
    }
    const struct link_param params[] = {{"kind", kind}};
    struct kit_tabs tabs = {0};
    static const struct {
        struct str kind;
        enum msg_id label;
    } kinds[] = {{STR_INIT(""), MSG_REPORT_TAB_ALL},
                 {STR_INIT("reminder"), MSG_REPORT_KIND_REMINDER},
                 {STR_INIT("request"), MSG_REPORT_KIND_REQUEST},
                 {STR_INIT("evidence"), MSG_REPORT_KIND_EVIDENCE},
                 {STR_INIT("report"), MSG_REPORT_KIND_REPORT}};
    int64_t total = 0;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        int64_t n = 0;
        for (size_t k = 0; k < counts.count; k++)
            n += i == 0 || str_equal(counts.items[k].kind, kinds[i].kind) ? counts.items[k].n : 0;
        if (str_equal(kinds[i].kind, str_is_null(kind) ? STR("") : kind))
            total = n;
        kit_tab(&tabs, request, STR("/reminders"), "kind", kinds[i].kind, str_is_null(kind) ? STR("") : kind,
                kit_text(request, kinds[i].label), n, PAGE_STATE_NONE, params, 1);
    }
    const struct pg_dt_act acts[] = {
        {.label = kit_text(request, MSG_REPORT_CALENDAR),
         .href = app_href(request, "/calendar/%lld/%.*s", (long long)request->session.person_id,
                          STR_ARG(calendar_token(request, request->session.person_id)))}};
    struct page_duty_table page = {
        .title = unread ? kit_msg(request, MSG_REPORT_INBOX_UNREAD, unread, ARG_INT("n", unread))
                        : kit_text(request, MSG_REPORT_INBOX_CLEAR),
        .lead = kit_text(request, MSG_REPORT_INBOX_LEAD),
        .acts = {acts, ARRAY_LEN(acts)},
        .no_search = true,
        .tabs = {tabs.tabs.items, tabs.tabs.count},
        .caption = kit_text(request, MSG_REPORT_INBOX),
        .empty_text = kit_text(request, MSG_REPORT_INBOX_EMPTY),
        .batch_action = unread ? STR("/reminders/read") : STR(""),
        .no_pick = true,
        .batch_label = kit_text(request, MSG_REPORT_READ_ALL),
    };
    return kit_list_respond(request, response, &table, &page, STR("tasks"), STR("/reminders"), params,
                            ARRAY_LEN(params), &range, total, 0, err);
}

static enum err_code reminders_read_post(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    int64_t n;
    TRY(notice_read_all(db, &actor, &n, err));
    app_done_redirect(request, response, STR("/reminders"), kit_msg(request, MSG_REPORT_SAID_READ, n, ARG_INT("n", n)),
                      STR_NONE);
    return ERR_NONE;
}

static enum err_code inbox_redirect(struct request *request, struct response *response, struct err *err)
{
    (void)err;
    response_redirect(request, response, STR("/reminders"));
    return ERR_NONE;
}

/* A text to paste into a chat, with the date and the link. */
static enum err_code message_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct str base = app_of(request)->public_url, text;
    if (str_is_empty(base)) {
        struct str host = request_header(request, STR("host"));
        base = app_href(request, "%s://%.*s", request->is_https ? "https" : "http", STR_ARG(host));
    }
    TRY(reminder_message(db, &actor, id, base, request->arena, &text, err));
    struct sql_reminder_of_assignment_rows told;
    TRY(sql_reminder_of_assignment(db, &actor, request->arena,
                                   &(struct sql_reminder_of_assignment_args){.assignment_id = id}, &told, err));
    struct pg_df_side *side = arena_new_array(request->arena, struct pg_df_side, told.count + 1);
    if (!side)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < told.count; i++)
        side[i] = (struct pg_df_side){.term = kit_vn_day(request, (civil_day)told.items[i].on_day),
                                      .text = told.items[i].person_name};
    struct layout_frame *frame = web_frame(request, kit_text(request, MSG_REPORT_COPY), STR("tasks"));
    if (!frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, 200);
    page_report_message(&o, &(struct page_report_message){.frame = frame,
                                                          .title = kit_text(request, MSG_REPORT_COPY),
                                                          .text = text,
                                                          .back_href = app_href(request, "/duty/%lld", (long long)id),
                                                          .told = {side, told.count}});
    return ERR_NONE;
}

/* --- the calendar of days that come (RFC 5545) --- */

/* Text of a property: escaped, and folded at 75 bytes between characters. */
static void ics_line(struct buf *buf, const char *name, struct str value)
{
    size_t at = strlen(name) + 1;
    buf_printf(buf, "%s:", name);
    for (size_t i = 0; i < value.len_bytes;) {
        char c = value.ptr[i];
        size_t bytes = 1;
        while (i + bytes < value.len_bytes && ((unsigned char)value.ptr[i + bytes] & 0xC0) == 0x80)
            bytes++;
        bool escapes = c == '\\' || c == ';' || c == ',' || c == '\n';
        if (at + bytes + escapes > 75) {
            buf_put(buf, STR("\r\n "));
            at = 1;
        }
        if (escapes)
            buf_put_byte(buf, '\\');
        if (c == '\n')
            buf_put_byte(buf, 'n');
        else if (c != '\r')
            buf_put(buf, str_slice(value, i, i + bytes));
        at += bytes + escapes;
        i += bytes;
    }
    buf_put(buf, STR("\r\n"));
}

static void ics_day(struct buf *buf, const char *name, civil_day day)
{
    struct civil c = civil_from_day(day);
    buf_printf(buf, "%s;VALUE=DATE:%04d%02d%02d\r\n", name, c.year, c.month, c.day);
}

static enum err_code calendar_get(struct request *request, struct response *response, struct err *err)
{
    int64_t person_id;
    TRY(request_id(request, STR("person"), &person_id, err));
    if (!crypto_is_equal(request_param(request, STR("secret")), calendar_token(request, person_id)))
        return err_set(err, ERR_NOT_FOUND, "không có lịch này");
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = {
        .person_id = person_id, .right = RIGHT_READ, .day = app_today(request), .ip = request->client};
    struct sql_calendar_duties_rows rows;
    TRY(sql_calendar_duties(db, &actor, request->arena,
                            &(struct sql_calendar_duties_args){.on_day = app_today(request)}, &rows, err));
    AUTO_BUF buf;
    buf_init(&buf, CALENDAR_MAX_BYTES);
    buf_put(&buf, STR("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//luytre//VI\r\nMETHOD:PUBLISH\r\n"));
    ics_line(&buf, "X-WR-CALNAME", kit_text(request, MSG_REPORT_CALENDAR_NAME));
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_calendar_duties_row *r = &rows.items[i];
        struct civil c = civil_from_day(civil_day_of_ms(r->issued_ms));
        buf_printf(&buf, "BEGIN:VEVENT\r\nUID:duty-%lld@luytre\r\nDTSTAMP:%04d%02d%02dT000000Z\r\n", (long long)r->id,
                   c.year, c.month, c.day);
        ics_day(&buf, "DTSTART", (civil_day)r->due_day);
        ics_day(&buf, "DTEND", (civil_day)r->due_day + 1);
        ics_line(
            &buf, "SUMMARY",
            app_href(request, "%.*s: %.*s", STR_ARG(kit_text(request, MSG_REPORT_CALENDAR_DUE)), STR_ARG(r->title)));
        ics_line(&buf, "DESCRIPTION",
                 app_href(request, "%.*s\n%.*s", STR_ARG(r->unit_name),
                          STR_ARG(report_directive_ref(request, r->number, r->symbol, r->directive_title))));
        if (!str_is_empty(app_of(request)->public_url))
            ics_line(&buf, "URL",
                     app_href(request, "%.*s/duty/%lld", STR_ARG(app_of(request)->public_url), (long long)r->id));
        buf_put(&buf, STR("TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n"));
    }
    buf_put(&buf, STR("END:VCALENDAR\r\n"));
    struct str text;
    TRY(buf_to_arena(&buf, request->arena, &text, err));
    response_text(request, response, 200, STR("text/calendar; charset=utf-8"), text);
    return ERR_NONE;
}

static const struct route routes[] = {
    {GET, "/reminders", reminders_show, 0, READS, NULL},
    {GET, "/reminders.xlsx", reminders_show, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/reminders.csv", reminders_show, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/inbox", inbox_redirect, 0, READS, NULL},
    {POST, "/reminders/read", reminders_read_post, 0, CHANGES, NULL},
    {GET, "/reminders/message/{id}", message_show, RIGHT_READ, READS, NULL},
    {GET, "/calendar/{person}/{secret}", calendar_get, 0, READS | PUBLIC, NULL},
};
const struct route_list reminder_routes = {routes, ARRAY_LEN(routes)};
