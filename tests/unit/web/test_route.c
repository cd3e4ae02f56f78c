#include "test.h"

#include "base/limits.h"
#include "format/json.h"
#include "os/crypto.h"
#include "web/route.h"

#define COOKIE "abcdefghijklmnopqrstuv"

static enum err_code ok_show(struct request *request, struct response *response, struct err *err)
{
    (void)err;
    response_text(request, response, 200, STR("text/plain"),
                  request_param(request, STR("id")).ptr ? request_param(request, STR("id")) : STR("ok"));
    return ERR_NONE;
}

static enum err_code conflict_show(struct request *request, struct response *response, struct err *err)
{
    (void)request;
    (void)response;
    return err_set(err, ERR_CONFLICT, "sửa <lúc> 08:12");
}

static enum err_code endless_show(struct request *request, struct response *response, struct err *err)
{
    (void)err;
    struct page_out o = response_page(request, response, 200);
    for (unsigned i = 0; i <= RESPONSE_PAGE_MAX_BYTES / 1024; i++) {
        static const char kilobyte[1024] = "x";
        out_lit(&o, (struct str){kilobyte, sizeof kilobyte});
    }
    return ERR_NONE;
}

static const struct route rows[] = {
    {GET, "/thing/{id}", ok_show, 0, READS | PUBLIC, NULL},
    {GET, "/thing/{id}/part/{part}", ok_show, 0, READS | PUBLIC, NULL},
    {GET, "/all/{rest...}", ok_show, 0, READS | PUBLIC, NULL},
    {GET, "/mine", ok_show, 0, READS, NULL},
    {GET, "/ruled", ok_show, 4, READS, NULL},
    {POST, "/mine", ok_show, 0, CHANGES, NULL},
    {POST, "/only-sent", ok_show, 0, CHANGES, NULL},
    {GET, "/conflict", conflict_show, 0, READS | PUBLIC, NULL},
    {GET, "/endless", endless_show, 0, READS | PUBLIC, NULL},
    {GET, "/api/mine", ok_show, 0, READS | API, NULL},
};

static enum err_code find(void *ctx, struct str hash, bool is_token, int64_t now_ms, struct arena *arena,
                          struct session *ret, struct err *err)
{
    (void)ctx;
    (void)is_token;
    (void)now_ms;
    (void)arena;
    (void)err;
    struct sha256 want = crypto_sha256(STR(COOKIE));
    if (str_equal(hash, sha256_str(&want)))
        *ret = (struct session){.person_id = 5, .rights = 2, .account = STR("5")};
    return ERR_NONE;
}

static bool may(void *ctx, const struct session *session, uint64_t right)
{
    (void)ctx;
    return (session->rights & right) != 0;
}

struct fixture {
    struct arena arena;
    struct web *web;
    struct request request;
    struct response response;
    int64_t at_ms;
};

static void begin(struct fixture *f, enum http_method method, const char *path, struct rate rate)
{
    struct err err = {0};
    *f = (struct fixture){.at_ms = 1000};
    arena_init(&f->arena, 4 << 20);
    const struct web_config config = {.routes = rows,
                                      .route_count = ARRAY_LEN(rows),
                                      .sessions = {NULL, find, may},
                                      .clock = clock_fixed(&f->at_ms),
                                      .spool_dir = "/tmp",
                                      .rate_address = rate};
    assert_ok(web_new(&config, &f->web, &err));
    f->request = (struct request){.web = f->web,
                                  .arena = &f->arena,
                                  .now_ms = f->at_ms,
                                  .method = method,
                                  .path = str_from_cstr(path),
                                  .client = STR("192.0.2.1")};
    f->response.fd = -1;
    buf_init(&f->response.body, RESPONSE_PAGE_MAX_BYTES);
}

static void header(struct fixture *f, const char *name, const char *value)
{
    struct header *h = vec_push(&f->request.headers, &f->arena);
    *h = (struct header){str_from_cstr(name), str_from_cstr(value)};
}

static void again(struct fixture *f)
{
    buf_clear(&f->response.body);
    f->response.headers.count = f->response.cookies.count = 0;
    web_answer(&f->request, &f->response);
}

static void end(struct fixture *f)
{
    buf_done(&f->response.body);
    web_free(f->web);
    arena_done(&f->arena);
}

static int status_of(enum http_method method, const char *path, const char *cookie)
{
    struct fixture f;
    begin(&f, method, path, (struct rate){0, 0});
    if (cookie)
        header(&f, "Cookie", cookie);
    web_answer(&f.request, &f.response);
    int status = f.response.status;
    end(&f);
    return status;
}

static void the_table_decides(void **state)
{
    (void)state;
    static const struct {
        enum http_method method;
        const char *path, *cookie;
        int status;
    } cases[] = {
        {GET, "/thing/1", NULL, 200},          {HEAD, "/thing/1", NULL, 200},
        {GET, "/thing/", NULL, 404},           {GET, "/thing", NULL, 404},
        {GET, "/thing/1/part/2", NULL, 200},   {GET, "/thing/1/part", NULL, 404},
        {GET, "/thing/1/part/2/3", NULL, 404}, {GET, "/all/a/b/c", NULL, 200},
        {POST, "/thing/1", NULL, 405},         {OPTIONS, "/thing/1", NULL, 204},
        {DELETE, "/mine", NULL, 405},          {GET, "/mine", NULL, 303},
        {GET, "/mine", "lt_s=" COOKIE, 200},   {GET, "/mine", "a=b; lt_s=" COOKIE "; c=d", 200},
        {GET, "/mine", "xlt_s=" COOKIE, 303},  {GET, "/mine", "lt_s=wrong", 303},
        {GET, "/ruled", "lt_s=" COOKIE, 403},  {POST, "/mine", NULL, 401},
        {POST, "/mine", "lt_s=" COOKIE, 403},  {GET, "/api/mine", NULL, 401},
        {GET, "/conflict", NULL, 409},         {GET, "/endless", NULL, 500},
        {GET, "/nowhere", NULL, 404},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int got = status_of(cases[i].method, cases[i].path, cases[i].cookie);
        if (got != cases[i].status)
            fail_msg("%.*s %s: %d, wanted %d", STR_ARG(http_method_name(cases[i].method)), cases[i].path, got,
                     cases[i].status);
    }
}

static void params_by_name(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, GET, "/thing/17/part/b", (struct rate){0, 0});
    web_answer(&f.request, &f.response);
    assert_str(request_param(&f.request, STR("id")), STR("17"));
    assert_str(request_param(&f.request, STR("part")), STR("b"));
    assert_true(str_is_null(request_param(&f.request, STR("none"))));
    int64_t id = 0;
    struct err err = {0};
    assert_ok(request_id(&f.request, STR("id"), &id, &err));
    assert_int_equal(id, 17);
    assert_err(request_id(&f.request, STR("part"), &id, &err), ERR_NOT_FOUND);
    end(&f);
}

static void the_token_belongs_to_one_session(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, GET, "/mine", (struct rate){0, 0});
    header(&f, "Cookie", "lt_s=" COOKIE);
    web_answer(&f.request, &f.response);
    struct str token = f.request.csrf_token;
    assert_true(web_csrf_is_valid(&f.request, token));
    char broken[256];
    snprintf(broken, sizeof broken, "%.*s", STR_ARG(token));
    broken[5] = broken[5] == 'A' ? 'B' : 'A';
    assert_false(web_csrf_is_valid(&f.request, str_from_cstr(broken)));
    assert_false(web_csrf_is_valid(&f.request, STR("")));
    assert_false(web_csrf_is_valid(&f.request, str_slice(token, 0, 40)));
    struct fixture other;
    begin(&other, GET, "/mine", (struct rate){0, 0});
    header(&other, "Cookie", "lt_s=" COOKIE);
    web_answer(&other.request, &other.response);
    assert_false(web_csrf_is_valid(&other.request, token)); /* another server's key */
    end(&other);
    f.request.method = POST;
    struct form_field *field = vec_push(&f.request.form.fields, &f.arena);
    *field = (struct form_field){STR("csrf"), token};
    again(&f);
    assert_int_equal(f.response.status, 200);
    header(&f, "Sec-Fetch-Site", "same-site");
    again(&f);
    assert_int_equal(f.response.status, 403);
    end(&f);
}

static void rates_are_counted_by_address(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, POST, "/mine", (struct rate){2, 60});
    header(&f, "Cookie", "lt_s=" COOKIE);
    again(&f);
    again(&f);
    assert_int_equal(f.response.status, 403); /* no token, but counted */
    again(&f);
    assert_int_equal(f.response.status, 429);
    f.request.client = STR("192.0.2.2");
    again(&f);
    assert_int_equal(f.response.status, 403);
    end(&f);
}

static void refusals_say_why_and_what_to_do(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, GET, "/conflict", (struct rate){0, 0});
    web_answer(&f.request, &f.response);
    struct str page = buf_str(&f.response.body);
    assert_true(str_contains(page, STR("Có người vừa sửa trước")));
    assert_true(str_contains(page, STR("sửa &lt;lúc&gt; 08:12")));
    assert_true(str_contains(page, STR("Tải lại trang")));
    header(&f, "Accept-Language", "en-GB,en;q=0.9,vi;q=0.8");
    again(&f);
    assert_true(str_contains(buf_str(&f.response.body), STR("Somebody changed this first")));
    end(&f);
}

/* What was sent cannot be reloaded: a full queue says that nothing was stored, and leads back where there is a page. */
static void a_full_queue_tells_the_way(void **state)
{
    (void)state;
    static const struct {
        enum http_method method;
        const char *path, *told, *untold;
    } cases[] = {
        {GET, "/mine", "http-equiv=\"refresh\"", "Chưa có gì được ghi"},
        {POST, "/mine", "Chưa có gì được ghi. Sau vài giây quay lại", "http-equiv=\"refresh\""},
        {POST, "/mine", "href=\"/mine\"", "tự tải lại"},
        {POST, "/only-sent", "Còn 7 người đứng trước", "href=\"/only-sent\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fixture f;
        struct err err = {0};
        begin(&f, cases[i].method, cases[i].path, (struct rate){9, 9});
        web_answer_refused(&f.request, &f.response, REFUSE_BUSY, &err, 7);
        struct str page = buf_str(&f.response.body);
        assert_int_equal(f.response.status, 503);
        if (!str_contains(page, str_from_cstr(cases[i].told)) || str_contains(page, str_from_cstr(cases[i].untold)))
            fail_msg("case %zu: %.*s", i, STR_ARG(page));
        end(&f);
    }
}

static void api_refuses_in_json(void **state)
{
    (void)state;
    struct fixture f;
    struct err err = {0};
    begin(&f, GET, "/api/mine", (struct rate){0, 0});
    web_answer(&f.request, &f.response);
    struct json root;
    assert_ok(json_parse(buf_str(&f.response.body), 0, &f.arena, &root, &err));
    int64_t status = 0;
    assert_true(json_i64(json_get(root, STR("status")), &status));
    assert_int_equal(status, 401);
    assert_str(f.response.mime, STR("application/problem+json"));
    end(&f);
}

static void every_answer_is_guarded(void **state)
{
    (void)state;
    static const char *const paths[] = {"/thing/1", "/nowhere", "/mine", "/endless", "/help", "/api/mine"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        struct fixture f;
        begin(&f, GET, paths[i], (struct rate){0, 0});
        web_answer(&f.request, &f.response);
        unsigned policies = 0, caches = 0;
        for (size_t k = 0; k < f.response.headers.count; k++) {
            policies += str_equal(f.response.headers.items[k].name, STR("Content-Security-Policy"));
            caches += str_equal(f.response.headers.items[k].name, STR("Cache-Control")) &&
                      str_equal(f.response.headers.items[k].value, STR("no-store"));
        }
        if (policies != 1 || caches != 1)
            fail_msg("%s: %u policies, %u no-store", paths[i], policies, caches);
        end(&f);
    }
}

static void only_local_paths_are_followed(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool ok;
    } cases[] = {{"/", true},
                 {"/duty/1?a=b", true},
                 {"", false},
                 {"//evil.example", false},
                 {"/\\evil.example", false},
                 {"https://evil.example/", false},
                 {"/a\r\nSet-Cookie: x", false},
                 {"javascript:x", false},
                 {"/a b", false}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (request_is_local_path(str_from_cstr(cases[i].path)) != cases[i].ok)
            fail_msg("%s", cases[i].path);
}

static void https_cookies_are_bound_to_the_host(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, GET, "/mine", (struct rate){0, 0});
    f.request.is_https = true;
    header(&f, "Cookie", "lt_s=" COOKIE);
    again(&f);
    assert_int_equal(f.response.status, 303); /* a plain cookie could have been planted by a sister site */
    assert_true(str_starts_with(f.response.cookies.items[0].value, STR("__Host-lt_v=")));
    assert_true(str_ends_with(f.response.cookies.items[0].value, STR("; Secure")));
    f.request.headers.count = 0;
    header(&f, "Cookie", "__Host-lt_s=" COOKIE);
    again(&f);
    assert_int_equal(f.response.status, 200);
    end(&f);
}

/* Whatever the arena cannot give, there is an answer and no crash. */
static void a_small_arena_still_answers(void **state)
{
    (void)state;
    for (size_t ceiling = 0; ceiling < 6000; ceiling += 40) {
        struct fixture f;
        begin(&f, GET, "/help", (struct rate){0, 0});
        arena_done(&f.arena);
        arena_init(&f.arena, ceiling);
        web_answer(&f.request, &f.response);
        assert_true(f.response.status >= 200);
        end(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_decides),
        cmocka_unit_test(params_by_name),
        cmocka_unit_test(the_token_belongs_to_one_session),
        cmocka_unit_test(rates_are_counted_by_address),
        cmocka_unit_test(refusals_say_why_and_what_to_do),
        cmocka_unit_test(a_full_queue_tells_the_way),
        cmocka_unit_test(api_refuses_in_json),
        cmocka_unit_test(every_answer_is_guarded),
        cmocka_unit_test(only_local_paths_are_followed),
        cmocka_unit_test(https_cookies_are_bound_to_the_host),
        cmocka_unit_test(a_small_arena_still_answers),
    };
    return cmocka_run_group_tests_name("web_route", tests, NULL, NULL);
}
