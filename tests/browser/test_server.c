/* test_server - the web framework with a few rows of its own, for the tests of tests/browser/ and of hostile requests.
 *     test_server LISTEN [proxy]        prints "listening PORT" and serves until its standard input closes
 * People and numbers are invented; time stands still at 23/04/2027 08:15 so that pictures compare. */
#include <signal.h>
#include <unistd.h>

#include "base/limits.h"
#include "format/json.h"
#include "os/crypto.h"
#include "web/hedge.h"
#include "web/http.h"
#include "web/words.h"

#define RIGHT_TEST  1u
#define TEST_TOKEN  "test-session-0000000000"
#define TEST_BEARER "test-bearer-00000000000"

static _Atomic unsigned changed; /* how often something was written: hostile tests ask that it stays */

static enum err_code session_find(void *ctx, struct str hash, bool is_token, int64_t now_ms, struct arena *arena,
                                  struct session *ret, struct err *err)
{
    (void)ctx;
    (void)now_ms;
    (void)arena;
    (void)err;
    struct sha256 want = crypto_sha256(is_token ? STR(TEST_BEARER) : STR(TEST_TOKEN));
    if (str_equal(hash, sha256_str(&want)))
        *ret = (struct session){.person_id = 42,
                                .id = 7,
                                .rights = RIGHT_TEST,
                                .name = STR("Nguyễn Thị Hạ"),
                                .unit = STR("Trường THCS Bến Nước"),
                                .unit_id = 9,
                                .account = STR("42")};
    return ERR_NONE;
}

static bool session_may(void *ctx, const struct session *session, uint64_t right)
{
    (void)ctx;
    return session->person_id && (session->rights & right) == right;
}

static void frame_fill(void *ctx, struct request *request, struct layout_frame *frame)
{
    (void)ctx;
    frame->hotline = STR("0900 000 113");
    frame->hotline_tel = STR("0900000113");
    frame->sample = true;
    frame->who_href = request->session.person_id ? STR("/help") : STR("");
}

static enum err_code tasks_show(struct request *request, struct response *response, struct err *err)
{
    static const enum page_state states[] = {PAGE_STATE_LATE,  PAGE_STATE_DUE, PAGE_STATE_DUE, PAGE_STATE_DOING,
                                             PAGE_STATE_DOING, PAGE_STATE_OK,  PAGE_STATE_OK,  PAGE_STATE_OK,
                                             PAGE_STATE_OK,    PAGE_STATE_OK,  PAGE_STATE_OK,  PAGE_STATE_OK,
                                             PAGE_STATE_OK,    PAGE_STATE_OK,  PAGE_STATE_NA};
    enum lang lang = request->lang;
    struct arena *a = request->arena;
    civil_day today = civil_day_of_ms(request->now_ms);
    const struct pg_first_row first[] = {
        {.state = PAGE_STATE_LATE,
         .word = words_state(a, lang, PAGE_STATE_LATE, today, today - 2, CIVIL_NONE),
         .title = STR("Xác nhận đã đọc công văn trực nghỉ lễ 30/4–01/5"),
         .href = STR("/duty/1"),
         .detail = STR("Hạn 21/04/2027 · đọc mất 2 phút"),
         .act = STR("Đọc và xác nhận"),
         .act_href = STR("/duty/1")},
        {.state = PAGE_STATE_DUE,
         .word = words_state(a, lang, PAGE_STATE_DUE, today, today + 3, CIVIL_NONE),
         .title = STR("Gửi lịch trực nghỉ lễ của trường"),
         .href = STR("/duty/2"),
         .detail = STR("Muộn nhất 26/04/2027 · đã điền sẵn 2 người"),
         .act = STR("Xem và gửi"),
         .act_href = STR("/duty/2")},
        {.state = PAGE_STATE_DUE,
         .word = words_state(a, lang, PAGE_STATE_DUE, today, today + 5, CIVIL_NONE),
         .title = STR("Đóng một cửa đang mở ra Internet"),
         .href = STR("/duty/3"),
         .detail = STR("Phòng tin học · làm mất 15 phút"),
         .act = STR("Xem cách làm"),
         .act_href = STR("/duty/3")},
    };
    civil_day until = civil_to_day(2027, 12, 30);
    const struct pg_task_row next[] = {
        {STR("Rà quét lỗ hổng kỳ 1 năm 2027"), STR("/duty/4"), PAGE_STATE_DOING,
         words_state(a, lang, PAGE_STATE_DOING, today, today, until), STR("trước 01/07/2027")},
        {STR("Phương án ứng cứu sự cố"), STR("/duty/5"), PAGE_STATE_OK,
         words_state(a, lang, PAGE_STATE_OK, today, today, until), STR("")},
        {STR("Diễn tập thực chiến (hệ thống cấp độ 3 trở lên)"), STR("/duty/6"), PAGE_STATE_NA,
         words_state(a, lang, PAGE_STATE_NA, today, today, until), STR("")},
    };
    const struct pg_legend legend[] = {
        {PAGE_STATE_LATE, 1, STR("quá hạn"), STR("/?state=late")},
        {PAGE_STATE_DUE, 2, STR("sắp đến hạn"), STR("/?state=due")},
        {PAGE_STATE_DOING, 2, STR("đang làm"), STR("/?state=doing")},
        {PAGE_STATE_OK, 9, STR("đạt"), STR("/?state=ok")},
        {PAGE_STATE_NA, 1, STR("không thuộc diện"), STR("/?state=na")},
    };
    const struct pg_helper helpers[] = {{STR("Đầu mối Sở GD&ĐT"), STR("Vũ Đình Khôi"), STR("0900 000 111")},
                                        {STR("Đội ứng cứu sự cố"), STR("trực 24/7"), STR("0900 000 113")}};
    struct layout_frame *frame = web_frame(request, msg_text(lang, MSG_TASKS_TITLE, 0), STR("tasks"));
    if (!frame)
        return arena_full(a, err);
    frame->undo_text = STR("Đã ghi: đọc cảnh báo, 08:12");
    frame->undo_href = STR("/change");
    struct page_out o = response_page(request, response, 200);
    page_tasks(&o, &(struct page_tasks){.frame = frame,
                                        .day_text = words_weekday(a, lang, today),
                                        .first_count = 3,
                                        .first = {first, ARRAY_LEN(first)},
                                        .next = {next, ARRAY_LEN(next)},
                                        .own = true,
                                        .total = 15,
                                        .all_href = STR("/?all=1"),
                                        .hedge = hedge_draw(a, states, ARRAY_LEN(states), 15),
                                        .legend = {legend, ARRAY_LEN(legend)},
                                        .helpers = {helpers, ARRAY_LEN(helpers)},
                                        .report_href = STR("/incident/new")});
    return ERR_NONE;
}

static enum err_code signin_page(struct request *request, struct response *response, bool refused, struct err *err)
{
    struct layout_frame *frame = web_frame(request, msg_text(request->lang, MSG_SIGNIN_TITLE, 0), STR(""));
    if (!frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, refused ? 422 : 200);
    page_signin(&o, &(struct page_signin){.frame = frame,
                                          .name = form_get(&request->form, STR("name")),
                                          .back = request_field(request, STR("back")),
                                          .refused = refused,
                                          .tries_left = 4,
                                          .waiting = web_waiting(request->web)});
    return ERR_NONE;
}

static enum err_code signin_show(struct request *request, struct response *response, struct err *err)
{
    return signin_page(request, response, false, err);
}

static enum err_code signin_do(struct request *request, struct response *response, struct err *err)
{
    if (!str_equal(form_get(&request->form, STR("password")), STR("dung-roi")))
        return signin_page(request, response, true, err);
    web_session_start(request, response, STR(TEST_TOKEN), 3600);
    response_redirect(request, response, form_get(&request->form, STR("back")));
    return ERR_NONE;
}

static enum err_code signout_do(struct request *request, struct response *response, struct err *err)
{
    (void)err;
    web_session_end(request, response);
    response_redirect(request, response, STR("/signin"));
    return ERR_NONE;
}

static enum err_code setup_show(struct request *request, struct response *response, struct err *err)
{
    struct layout_frame *frame = web_frame(request, msg_text(request->lang, MSG_SETUP_TITLE, 0), STR(""));
    if (!frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, 200);
    page_setup(&o, &(struct page_setup){.frame = frame, .at = 3, .of = 4});
    return ERR_NONE;
}

/* The parts that no page of the framework itself uses, on one page. */
static void parts_body(struct page_out *o, const void *page)
{
    static const struct pg_crumb crumbs[] = {{STR_INIT("Chỉ thị"), STR_INIT("/directives")},
                                             {STR_INIT("18/CT-TTg"), STR_INIT("/directive/1")},
                                             {STR_INIT("412/UBND-KGVX"), STR_INIT("")}};
    static const struct pg_first_row numbers[] = {
        {.state = PAGE_STATE_LATE,
         .n = 43,
         .n_href = STR_INIT("/?state=late"),
         .title = STR_INIT("đơn vị đã trễ"),
         .detail = STR_INIT("6 đơn vị trễ từ khi giao")},
        {.state = PAGE_STATE_UNSEEN,
         .n = 1041,
         .n_href = STR_INIT("/?state=unseen"),
         .title = STR_INIT("đơn vị chưa xem"),
         .detail = STR_INIT("9 đơn vị chưa có đầu mối")},
        {.state = PAGE_STATE_DUE, .n = 64, .n_href = STR_INIT("/?state=due"), .title = STR_INIT("sắp đến hạn")},
    };
    static const struct pg_tab tabs[] = {{STR_INIT("Tất cả"), 1200, STR_INIT("/parts"), PAGE_STATE_NONE, true},
                                         {STR_INIT("Trễ"), 43, STR_INIT("/parts?state=late"), PAGE_STATE_LATE, false}};
    static const struct pg_hidden keep[] = {{STR_INIT("state"), STR_INIT("\"><script>alert(1)</script>")}};
    static const struct pg_col cols[] = {
        {STR_INIT("Đơn vị"), STR_INIT("/parts?sort=name"), false, STR_INIT("ascending")},
        {STR_INIT("Hạn"), STR_INIT(""), true, STR_INIT("")}};
    (void)page;
    part_crumbs(o, &(struct part_crumbs){.rows = {crumbs, ARRAY_LEN(crumbs)}});
    out_lit(o, STR("<h1>Ứng cứu sự cố 2027: 883 trên 1.182 đơn vị đạt</h1>"));
    part_first(o, &(struct part_first){.rows = {numbers, ARRAY_LEN(numbers)}, .numbers = true});
    part_refusal(o, &(struct part_refusal){STR("Chưa gửi được."), STR("Tháng 4 không có ngày 31."),
                                           STR("Có phải 30/04/2027?"), STR("Vũ Đình Khôi"), STR("0900 000 111")});
    part_filter(o, &(struct part_filter){.action = STR("/parts"),
                                         .q = STR("\" autofocus onfocus=\"alert(1)"),
                                         .keep = {keep, 1},
                                         .tabs = {tabs, ARRAY_LEN(tabs)}});
    out_lit(o, STR("<div class=\"lt-tbl-wrap\"><table class=\"lt-tbl\">"));
    part_thead(o, &(struct part_thead){.cols = {cols, ARRAY_LEN(cols)}});
    out_lit(o, STR("<tbody><tr><th scope=\"row\"><a href=\"/unit/1\">Trường THCS Bến Nước</a></th><td "
                   "class=\"num\">26/04/2027</td></tr></tbody></table></div>"));
    part_pager(o,
               &(struct part_pager){1, 50, 1200, STR(""), STR("/parts?page=2"), STR("/parts.xlsx"), STR("/parts.csv")});
    part_empty(
        o, &(struct part_empty){STR("Chưa có chỉ thị nào. Dán một công văn vào, một phút sau có danh sách nhiệm vụ."),
                                STR("Dán công văn"), STR("/letters/new")});
    part_field(o, &(struct part_field){.name = STR("due"),
                                       .label = STR("Hạn"),
                                       .value = STR("31/04/2027"),
                                       .hint = STR("Ví dụ: 30/04/2027"),
                                       .error = STR("Tháng 4 không có ngày 31.")});
}

static enum err_code parts_show(struct request *request, struct response *response, struct err *err)
{
    struct layout_frame *frame = web_frame(request, STR("Các mảnh"), STR("directives"));
    if (!frame)
        return arena_full(request->arena, err);
    frame->as_of = civil_to_day(2027, 3, 31);
    struct page_out o = response_page(request, response, 200);
    layout_frame(&o, frame, parts_body, NULL);
    return ERR_NONE;
}

static enum err_code upload_do(struct request *request, struct response *response, struct err *err)
{
    (void)err;
    changed++;
    struct json_writer w;
    json_writer_init(&w, response_json(request, response, 200), 0);
    json_array_begin(&w);
    for (size_t i = 0; i < request->form.files.count; i++) {
        json_object_begin(&w);
        json_field_str(&w, STR("name"), request->form.files.items[i].filename);
        json_field_i64(&w, STR("bytes"), (int64_t)request->form.files.items[i].size_bytes);
        json_object_end(&w);
    }
    json_array_end(&w);
    return ERR_NONE;
}

static enum err_code change_do(struct request *request, struct response *response, struct err *err)
{
    (void)err;
    changed++;
    response_redirect(request, response, STR("/"));
    return ERR_NONE;
}

static enum err_code changed_show(struct request *request, struct response *response, struct err *err)
{
    (void)err;
    struct json_writer w;
    json_writer_init(&w, response_json(request, response, 200), 0);
    json_object_begin(&w);
    json_field_i64(&w, STR("changed"), changed);
    json_field_str(&w, STR("client"), request->client);
    json_field_bool(&w, STR("https"), request->is_https);
    json_object_end(&w);
    return ERR_NONE;
}

static enum err_code slow_do(struct request *request, struct response *response, struct err *err)
{
    (void)err;
    usleep(200000);
    response_text(request, response, 200, STR("text/plain; charset=utf-8"), STR("slow\n"));
    return ERR_NONE;
}

static enum err_code echo_show(struct request *request, struct response *response, struct err *err)
{
    (void)err;
    struct json_writer w;
    json_writer_init(&w, response_json(request, response, 200), 0);
    json_object_begin(&w);
    json_field_str(&w, STR("id"), request_param(request, STR("id")));
    json_field_str(&w, STR("q"), form_get(&request->query, STR("q")));
    json_object_end(&w);
    return ERR_NONE;
}

static enum err_code file_show(struct request *request, struct response *response, struct err *err)
{
    (void)err;
    response_file(request, response, STR("text/csv; charset=utf-8"), STR("Đơn vị \"trễ\" 2027.csv"),
                  STR("a,b\r\n1,2\r\n"));
    return ERR_NONE;
}

static enum err_code broken_show(struct request *request, struct response *response, struct err *err)
{
    (void)request;
    (void)response;
    return err_set(err, ERR_NOMEM, "the disk is on fire");
}

static const struct api_param echo_params[] = {{"q", "query", "string", "what to say back"}, {NULL, NULL, NULL, NULL}};
static const struct api_doc echo_doc = {"Says back what was asked", echo_params, NULL,
                                        "{\"type\":\"object\",\"required\":[\"id\",\"q\"],\"properties\":{\"id\":{"
                                        "\"type\":\"string\"},\"q\":{\"type\":[\"string\",\"null\"]}}}"};
static const struct api_doc change_doc = {"Counts one change", NULL, "{\"type\":\"object\"}", "{}"};

static const struct route routes[] = {
    {GET, "/", tasks_show, 0, READS, NULL},
    {GET, "/signin", signin_show, 0, READS | PUBLIC, NULL},
    {POST, "/signin", signin_do, 0, CHANGES | PUBLIC | SLOW, NULL},
    {POST, "/signout", signout_do, 0, CHANGES, NULL},
    {GET, "/parts", parts_show, 0, READS, NULL},
    {GET, "/setup", setup_show, 0, READS | PUBLIC, NULL},
    {POST, "/setup/units", upload_do, 0, CHANGES | PUBLIC | UPLOAD, NULL},
    {POST, "/change", change_do, 0, CHANGES, NULL},
    {POST, "/change-open", change_do, 0, CHANGES | PUBLIC | NO_CSRF, NULL},
    {GET, "/changed", changed_show, 0, READS | PUBLIC, NULL},
    {GET, "/slow", slow_do, 0, READS | PUBLIC | SLOW, NULL},
    {GET, "/admin", tasks_show, 2, READS, NULL},
    {GET, "/file", file_show, 0, READS | PUBLIC, NULL},
    {GET, "/broken", broken_show, 0, READS | PUBLIC, NULL},
    {GET, "/api/echo/{id}", echo_show, 0, READS | API, &echo_doc},
    {POST, "/api/change", change_do, 0, CHANGES | API, &change_doc},
};

int main(int argc, char **argv)
{
    struct err err = {0};
    static int64_t fixed_ms;
    if (argc < 2) {
        fprintf(stderr, "test_server LISTEN [proxy]\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    if (crypto_init(&err) != ERR_NONE) {
        fprintf(stderr, "%s\n", err.text);
        return 3;
    }
    fixed_ms = civil_day_start_ms(civil_to_day(2027, 4, 23)) + (8 * 60 + 15) * 60000LL;
    struct web_config config = {
        .routes = routes,
        .route_count = ARRAY_LEN(routes),
        .sessions = {NULL, session_find, session_may},
        .hooks = {.frame = frame_fill},
        .clock = clock_fixed(&fixed_ms),
        .spool_dir = "/tmp",
        .behind_proxy = argc > 2 && str_equal(str_from_cstr(argv[2]), STR("proxy")),
        .rate_address = {10000, 60000},
        .rate_account = {10000, 60000},
    };
    struct web *web;
    struct http_server *server;
    const struct http_config http = {.listen = str_from_cstr(argv[1]),
                                     .listen_fd = -1,
                                     .head_ms = 2000,
                                     .body_ms = 2000,
                                     .idle_ms = 4000,
                                     .per_address_max = 200};
    if (web_new(&config, &web, &err) != ERR_NONE || http_start(web, &http, &server, &err) != ERR_NONE) {
        fprintf(stderr, "%s\n", err.text);
        return 3;
    }
    printf("listening %u\n", http_port(server));
    fflush(stdout);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    http_stop(server, 2000);
    web_free(web);
    return 0;
}
