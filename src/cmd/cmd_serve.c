/* cmd_serve.c - `luytre serve`: the site over a store, behind a proxy or on this machine alone. */
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/serve.h"
#include "duty/ledger.h"
#include "os/file.h"
#include "os/socket.h"
#include "store/store.h"
#include "web/setup.h"

static const struct option_spec specs[] = {
    {"store", 's', OPTION_PATH, OPTION_REQUIRED, "PATH|postgresql://…", "nơi lưu: một tệp SQLite hoặc PostgreSQL",
     "the store: an SQLite file or PostgreSQL", 0, 0},
    {"blobs", 'b', OPTION_PATH, 0, "DIR", "thư mục tệp lớn (mặc định: cạnh tệp SQLite)",
     "folder of large files (default: beside the SQLite file)", 0, 0},
    {"keys", 'k', OPTION_PATH, 0, "DIR", "thư mục khóa, chỉ máy chủ đọc được (mặc định: cạnh tệp SQLite)",
     "folder of keys, readable by the server alone (default: beside the SQLite file)", 0, 0},
    {"listen", 'l', OPTION_TEXT, 0, "ADDR", "127.0.0.1:8080, [::1]:8080 hoặc unix:/run/luytre/web.sock",
     "127.0.0.1:8080, [::1]:8080 or unix:/run/luytre/web.sock", 0, 0},
    {"behind-proxy", 'p', OPTION_FLAG, 0, NULL,
     "có proxy (nginx) đứng trước: tin tiêu đề X-Forwarded-*, cho phép địa chỉ ngoài",
     "a proxy (nginx) stands before it: believe X-Forwarded-*, allow an outside address", 0, 0},
    {"url", 'u', OPTION_TEXT, 0, "URL", "địa chỉ công khai của trang, cho liên kết trong thư",
     "public address of the site, for links in mail", 0, 0},
    {"hotline", 0, OPTION_TEXT, 0, "PHONE", "đường dây nóng hiện ở mọi trang", "the hotline shown on every page", 0, 0},
    {"allow", 0, OPTION_TEXT, OPTION_REPEATED, "HOST:PORT", "máy nội bộ mà thư và webhook được gọi tới",
     "inside host that mail and webhooks may call", 0, 0},
    {"ca", 0, OPTION_PATH, 0, "FILE", "chứng thư gốc (PEM) để tin máy thư, webhook; mặc định: của hệ thống",
     "certificates (PEM) that mail servers and webhooks are trusted by; default: the system's", 0, 0},
    {"user", 0, OPTION_TEXT, 0, "NAME", "người dùng của các tiến trình khi khởi động bằng root",
     "what the processes become when started as root", 0, 0},
};
static const struct usage usage = {
    .name = "serve",
    .args = "",
    .vi = "chạy máy chủ web; đặt nginx ở trước (deploy/nginx.conf)",
    .en = "run the web server; put nginx in front (deploy/nginx.conf)",
    .specs = specs,
    .spec_count = ARRAY_LEN(specs),
};

static enum err_code beside(struct str store, const struct options *options, const char *name, const char *otherwise,
                            struct arena *arena, const char **ret_path, struct err *err)
{
    if (options_has(options, name)) {
        *ret_path = options_text(options, name).ptr;
        return file_mkdir_all(*ret_path, 0700, err);
    }
    if (str_contains(store, STR("://")))
        return err_set(err, ERR_SYNTAX, "với PostgreSQL cần --%s DIR", name);
    struct str folder = str_slice(store, 0, store.len_bytes - path_base_name(store).len_bytes);
    struct str path = arena_printf(arena, "%.*s%s", STR_ARG(folder), otherwise);
    if (str_is_null(path))
        return arena_full(arena, err);
    *ret_path = path.ptr;
    return file_mkdir_all(path.ptr, 0700, err);
}

static enum err_code run(const struct options *options, struct arena *arena, bool *ret_words, struct err *err)
{
    struct str store = options_text(options, "store");
    struct str listen = options_has(options, "listen") ? options_text(options, "listen") : STR("127.0.0.1:8080");
    struct serve_plan plan = {.behind_proxy = options_has(options, "behind-proxy"),
                              .hotline = options_text(options, "hotline"),
                              .public_url = options_text(options, "url"),
                              .fetch_ca = options_text(options, "ca"),
                              .user = options_text(options, "user")};
    if (!plan.behind_proxy && serve_address_is_local(listen, err) != ERR_NONE)
        return err_wrap(err, "không có --behind-proxy");
    AUTO_BUF allow;
    buf_init(&allow, 4096);
    for (size_t i = 0; !str_is_null(options_nth(options, "allow", i)); i++)
        buf_printf(&allow, "%s%.*s", i ? " " : "", STR_ARG(options_nth(options, "allow", i)));
    TRY(buf_to_arena(&allow, arena, &plan.fetch_allow, err));
    AUTO_FD fd = -1;
    TRY(serve_open(listen, arena, &fd, &listen, err));
    plan.listen_fd = fd;
    const char *keys;
    plan.files.store = store.ptr;
    TRY(beside(store, options, "blobs", "blobs", arena, &plan.files.blobs, err));
    TRY(beside(store, options, "keys", "keys", arena, &keys, err));
    TRY(path_join(str_from_cstr(keys), STR("session.key"), arena, &plan.files.keys, err));
    TRY(path_join(str_from_cstr(keys), STR("sign.key"), arena, &plan.files.sign_key, err));
    TRY(path_join(str_from_cstr(plan.files.blobs), STR("spool"), arena, &plan.files.spool, err));
    TRY(file_mkdir_all(plan.files.spool, 0700, err));
    {
        /* The store is opened once here, so that what is wrong with it is said at once and in words, and the day is
         * brought up before anybody sees a page. */
        struct clock clock = cmd_clock();
        struct store_options how = {.modules = sql_modules_all,
                                    .clock = &clock,
                                    .blob_folder = plan.files.blobs,
                                    .create = true,
                                    .found = true}; /* an older one waits for luytre upgrade and its snapshot */
        AUTO_STORE opened = NULL;
        *ret_words = false;
        TRY(store_open(plan.files.store, &how, &opened, err));
        AUTO_DB db = NULL;
        int moved;
        TRY(store_db_take(opened, &db, err));
        TRY(ledger_open(db, db_today(db), err));
        TRY(ledger_pass(db, db_today(db), &moved, err));
        bool is_needed;
        TRY(setup_is_needed(db, &is_needed, err));
        if (is_needed) {
            char token[CRYPTO_TOKEN_CHARS + 1];
            TRY(setup_token_new(db, token, err));
            printf(lang_text(options->lang, "Lần đầu: mở http://%.*s/setup/%s để tạo quản trị viên\n",
                             "First run: open http://%.*s/setup/%s to make the administrator\n"),
                   STR_ARG(listen), token);
            fflush(stdout);
        }
    }
    fprintf(stderr, "luytre: http://%.*s\n", STR_ARG(listen));
    return serve_run(&plan, arena, err);
}

int cmd_serve(enum lang lang, int argc, char **argv)
{
    AUTO_ARENA arena;
    arena_init(&arena, 16u << 20);
    struct options options;
    int exit_code;
    if (!options_start(&usage, lang, argc, argv, &arena, &options, &exit_code))
        return exit_code;
    struct err err = {0};
    bool is_of_words = true; /* what went wrong, went wrong before anything was opened */
    if (run(&options, &arena, &is_of_words, &err) != ERR_NONE) {
        words_refuse("serve", lang, &err);
        return is_of_words && (err.code == ERR_SYNTAX || err.code == ERR_DENIED) ? EXIT_USAGE : EXIT_FAILED;
    }
    return EXIT_DONE;
}
