#include "duty/notice.h"
#include "web/page_unit_seen.h"

#define MESSAGE_LINES_MAX 12
#define MESSAGE_MAX_BYTES (16u << 10)

static struct str message_of(struct request *request, const struct unit_seen *seen, const struct duty_rows *rows)
{
    AUTO_BUF buf;
    buf_init(&buf, MESSAGE_MAX_BYTES);
    struct msg_arg head[] = {ARG_STR("unit", seen->row->name), ARG_DAY("day", seen->today),
                             ARG_INT("late", rows->n[DUTY_LATE]), ARG_INT("due", rows->n[DUTY_DUE]),
                             ARG_INT("unseen", rows->n[DUTY_UNSEEN])};
    msg_print(&buf, request->lang, MSG_UNIT_MESSAGE_HEAD, 0, head, ARRAY_LEN(head));
    buf_lit(&buf, "\n");
    int number = 0;
    int64_t left = 0;
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->states[i] != DUTY_LATE && rows->states[i] != DUTY_DUE && rows->states[i] != DUTY_UNSEEN &&
            rows->states[i] != DUTY_BIRTH)
            continue;
        if (number == MESSAGE_LINES_MAX) {
            left++;
            continue;
        }
        const struct pg_unit_duty *r = &rows->items[i];
        struct msg_arg line[] = {ARG_INT("no", ++number), ARG_STR("title", r->title), ARG_STR("due", r->due),
                                 ARG_STR("state", r->word)};
        msg_print(&buf, request->lang, MSG_UNIT_MESSAGE_LINE, 0, line, ARRAY_LEN(line));
        buf_printf(&buf, "\n   %.*s%.*s\n", STR_ARG(app_of(request)->public_url), STR_ARG(r->href));
    }
    if (left) {
        struct msg_arg more[] = {ARG_INT("n", left)};
        msg_print(&buf, request->lang, MSG_UNIT_MESSAGE_MORE, left, more, 1);
        buf_printf(&buf, " %.*s%.*s\n", STR_ARG(app_of(request)->public_url), STR_ARG(unit_href(request, seen->id)));
    }
    struct msg_arg foot[] = {ARG_STR("person", request->session.name), ARG_STR("unit", request->session.unit)};
    msg_print(&buf, request->lang, MSG_UNIT_MESSAGE_FOOT, 0, foot, ARRAY_LEN(foot));
    struct str text = arena_str(request->arena, buf_str(&buf));
    return str_is_null(text) ? STR("") : text;
}

static enum err_code remind_open(struct request *request, struct db *db, struct unit_seen *ret_seen,
                                 struct duty_rows *ret_rows, struct err *err)
{
    TRY(unit_seen_open(request, db, ret_seen, err));
    struct actor reviewer = app_actor_with(request, RIGHT_REVIEW);
    TRY(access_require(db, &reviewer, RIGHT_REVIEW, ret_seen->id, "remind a unit", err));
    return unit_seen_duties(request, db, ret_seen, ret_rows, err);
}

enum err_code unit_remind_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct unit_seen seen;
    struct duty_rows rows;
    TRY(remind_open(request, db, &seen, &rows, err));
    struct page_unit_remind page = {.text = message_of(request, &seen, &rows),
                                    .act = app_href(request, "/unit/%lld/remind", (long long)seen.id)};
    bool no_focal;
    struct str head;
    TRY(unit_seen_contacts(request, db, &seen, &page.calls, &no_focal, &head, err));
    page.to_n = (int64_t)page.calls.count;
    int64_t open = rows.n[DUTY_LATE] + rows.n[DUTY_DUE] + rows.n[DUTY_UNSEEN] + rows.n[DUTY_BIRTH];
    page.heading =
        msg_str(request->arena, request->lang, MSG_UNIT_REMIND_HEADING, 0, MSG_ARGS(ARG_STR("name", seen.row->name)));
    page.lead = msg_str(request->arena, request->lang, MSG_UNIT_REMIND_LEAD, open,
                        MSG_ARGS(ARG_INT("n", open), ARG_INT("late", rows.n[DUTY_LATE])));
    TRY(unit_crumbs(request, db, seen.id, true, kit_text(request, MSG_UNIT_REMIND), &page.crumbs, err));
    page.frame = web_frame(request, page.heading, STR("units"));
    if (!page.frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, 200);
    page_unit_remind(&o, &page);
    return ERR_NONE;
}

enum err_code unit_remind_do(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct unit_seen seen;
    struct duty_rows rows;
    TRY(remind_open(request, db, &seen, &rows, err));
    struct str title = msg_str(request->arena, LANG_VI, MSG_UNIT_NOTICE, 0,
                               MSG_ARGS(ARG_STR("unit", request->session.unit), ARG_INT("late", rows.n[DUTY_LATE]),
                                        ARG_INT("due", rows.n[DUTY_DUE])));
    if (str_is_null(title))
        return arena_full(request->arena, err);
    TRY(notice_add_roles(db, seen.id, STR(" unit_head deputy_head focal_officer focal_deputy isp_contact "),
                         STR("reminder"), title, app_href(request, "/unit/%lld#duties", (long long)seen.id), err));
    app_done_redirect(
        request, response, unit_href(request, seen.id),
        msg_str(request->arena, request->lang, MSG_UNIT_REMINDED, 0, MSG_ARGS(ARG_STR("name", seen.row->name))),
        STR_NONE);
    return ERR_NONE;
}
