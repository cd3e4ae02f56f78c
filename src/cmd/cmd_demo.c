/* cmd_demo.c - `luytre demo`: a sample province lives through half a year, the roll-up is printed, the site is served
 * here. */
#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/ops.h"
#include "cmd/serve.h"
#include "demo_letters.h"
#include "duty/ledger.h"
#include "duty/rollup.sql.h"
#include "org/session.h"
#include "os/file.h"
#include "work/demo.h"

#define DEMO_ARENA_BYTES (256u << 20)
#define DEMO_SEED        18u

static const struct option_spec specs[] = {
    {"listen", 'l', OPTION_TEXT, 0, "ADDR", "địa chỉ trên máy này (mặc định 127.0.0.1:8080)",
     "an address of this machine (default 127.0.0.1:8080)", 0, 0},
    {"dir", 'd', OPTION_PATH, 0, "DIR", "nơi đặt dữ liệu mẫu; có sẵn thì mở lại (mặc định: một thư mục tạm)",
     "where the sample data lives; opened again when it is there (default: a temporary folder)", 0, 0},
    {"no-serve", 0, OPTION_FLAG, 0, NULL, "chạy một vòng, in kết quả rồi thôi",
     "run the loop, print the result, serve nothing", 0, 0},
};
static const struct usage usage = {
    .name = "demo",
    .args = "",
    .vi = "tỉnh mẫu: đọc công văn, giao xuống 1.200 đơn vị, các đơn vị thực hiện, tổng hợp, rồi mở trang web tại chỗ",
    .en = "a sample province: letters are read and issued to 1,200 units, units answer, the roll-up is printed, the "
          "site is served",
    .specs = specs,
    .spec_count = ARRAY_LEN(specs),
};

static const struct demo_letter_place {
    const char *name;
    const char *issuer_kind;
    struct str edge_kind;
    int day;
    int parent;
} places[] = {
    {"1_ubnd_ung_cuu.txt", "provincial_committee", STR_INIT("administrative"), -170, -1},
    {"2_so_gddt_giao_truong.txt", "dept_education", STR_INIT("professional"), -162, 0},
    {"3_so_gddt_camera.txt", "dept_education", STR_INIT("professional"), -95, -1},
    {"4_so_gddt_truc_nghi.txt", "dept_education", STR_INIT("professional"), -6, -1},
};

struct demo {
    struct str dir;
    bool is_temp;
    bool is_terminal;
    enum lang lang;
    struct clock real;
    struct serve_files files;
};

static void progress(void *ctx, const char *what_vi, const char *what_en, int64_t done, int64_t total)
{
    const struct demo *demo = ctx;
    if (demo->is_terminal)
        fprintf(stderr, lang_text(demo->lang, "\r\033[K%s: %lld trên %lld ngày", "\r\033[K%s: %lld of %lld days"),
                lang_text(demo->lang, what_vi, what_en), (long long)done, (long long)total);
}

static bool is_stopped(void *ctx)
{
    struct err err;
    (void)ctx;
    return ops_stopped(&err) != ERR_NONE;
}

static enum err_code build(struct demo *demo, const char *place, struct err *err)
{
    int64_t now_ms = clock_now_ms(&demo->real);
    civil_day last_day = civil_day_of_ms(now_ms);
    struct clock clock = clock_fixed(&now_ms);
    struct demo_letter letters[ARRAY_LEN(places)];
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        letters[i] = (struct demo_letter){.name = str_from_cstr(places[i].name),
                                          .issuer_kind = places[i].issuer_kind,
                                          .edge_kind = places[i].edge_kind,
                                          .day = places[i].day,
                                          .parent = places[i].parent};
        for (size_t f = 0; f < demo_letters_file_count; f++)
            if (strcmp(demo_letters_files[f].name, places[i].name) == 0)
                letters[i].text = demo_letters_files[f].text;
        if (str_is_null(letters[i].text))
            return err_set(err, ERR_NOT_FOUND, "thiếu công văn mẫu %s", places[i].name);
    }
    struct store_options options = {.modules = sql_modules_all,
                                    .clock = &clock,
                                    .blob_folder = demo->files.blobs,
                                    .cache_bytes = 96u << 20,
                                    .create = true,
                                    .migrate = true};
    AUTO_STORE store = NULL;
    TRY(store_open(place, &options, &store, err));
    struct demo_options how = {.now_ms = &now_ms,
                               .last_day = last_day,
                               .seed = DEMO_SEED,
                               .letters = letters,
                               .letter_count = ARRAY_LEN(letters),
                               .progress = progress,
                               .is_stopped = is_stopped,
                               .ctx = demo};
    struct demo_report r;
    int64_t began_us = clock_monotonic_us();
    TRY(demo_run(store, &how, &r, err));
    if (demo->is_terminal)
        fputs("\r\033[K", stderr);
    int64_t took_ms = (clock_monotonic_us() - began_us) / 1000;
    enum lang lang = demo->lang;
    printf(lang_text(lang, "Tỉnh Trúc Lâm (bịa): %zu đơn vị, %zu người, %zu hệ thống; %d ngày trong %lld,%lld giây\n",
                     "Province of Truc Lam (made up): %zu units, %zu people, %zu systems; %d days in %lld.%lld s\n"),
           r.units, r.people, r.systems, r.days, (long long)(took_ms / 1000), (long long)(took_ms % 1000 / 100));
    printf(lang_text(lang, "%zu công văn đọc ra %zu nhiệm vụ; %zu văn bản giao %zu nghĩa vụ xuống thành %zu việc\n",
                     "%zu letters read into %zu duties; %zu directives issued %zu obligations as %zu assignments\n"),
           r.letters, r.duties_read, r.directives, r.duties_issued, r.assignments);
    printf(lang_text(lang, "%zu lượt xác nhận đã đọc, %zu bằng chứng nộp, %zu được chấp nhận, %zu bị trả lại\n",
                     "%zu times confirmed as read, %zu pieces of evidence handed in, %zu accepted, %zu returned\n"),
           r.read_confirmations, r.evidence, r.accepted, r.returned);
    return ERR_NONE;
}

/* The store gets its name only when the story in it is told to the end: what was cut short, even by a kill, is never
 * taken for a province, and the next run begins anew. */
static enum err_code build_apart(struct demo *demo, struct arena *arena, struct err *err)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    const char *paths[ARRAY_LEN(endings)];
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        paths[i] = arena_printf(arena, "%s.making%s", demo->files.store, endings[i]).ptr;
        if (!paths[i])
            return arena_full(arena, err);
        TRY(file_remove(paths[i], err));
    }
    enum err_code code = build(demo, paths[0], err);
    if (code == ERR_NONE && file_exists(paths[1]))
        code = err_set(err, ERR_BUSY, "%s is still being written", paths[0]);
    if (code == ERR_NONE && rename(paths[0], demo->files.store) != 0)
        code = err_set(err, ERR_IO, "make %s", demo->files.store);
    struct err ignored;
    for (size_t i = 0; code != ERR_NONE && i < ARRAY_LEN(endings); i++)
        err_ignore(file_remove(paths[i], &ignored), "the next run removes it too");
    return code == ERR_NONE ? file_sync_parent(demo->files.store, err) : code;
}

static void print_bar(enum lang lang, const char *what, int64_t n, int64_t total)
{
    int width = total ? (int)((n * 50 + total / 2) / total) : 0;
    /* padded by characters: printf pads by bytes, and a Vietnamese word has more of those */
    printf(lang_text(lang, "  %s%*s %7lld  %3lld,%lld%%  ", "  %s%*s %7lld  %3lld.%lld%%  "), what,
           16 - (int)utf8_count(str_from_cstr(what)), "", (long long)n, (long long)(total ? n * 100 / total : 0),
           (long long)(total ? n * 1000 / total % 10 : 0));
    for (int i = 0; i < width; i++)
        putchar('|');
    putchar('\n');
}

static enum err_code print_rollup(struct db *db, enum lang lang, struct arena *arena, struct err *err)
{
    civil_day day = db_today(db);
    struct actor system = actor_system(day);
    int64_t root = 0;
    TRY(demo_root(db, &root, err));
    struct rollup r;
    TRY(rollup_get(db, &system, root, ROLLUP_ALL, STR("administrative"), CIVIL_NONE, arena, &r, err));
    char shown[CIVIL_TEXT_BYTES];
    printf(lang_text(lang, "\nTổng hợp toàn tỉnh đến hết %s: %lld việc\n",
                     "\nRoll-up of the province until the end of %s: %lld assignments\n"),
           civil_vn(day, shown), (long long)r.total);
    static const struct {
        int state;
        const char *vi, *en;
    } rows[] = {{DUTY_OK, "Đạt", "Done"},
                {DUTY_DOING, "Đang làm", "In progress"},
                {DUTY_ACK, "Đã tiếp nhận", "Taken on"},
                {DUTY_DUE, "Sắp đến hạn", "Due soon"},
                {DUTY_UNSEEN, "Chưa xem", "Not seen"},
                {DUTY_LATE, "Quá hạn", "Late"},
                {DUTY_BIRTH, "Trễ từ khi giao", "Late by birth"},
                {DUTY_WAIVED, "Tạm miễn", "Waived"},
                {DUTY_NA, "Không thuộc diện", "Exempt"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (r.n[rows[i].state])
            print_bar(lang, lang_text(lang, rows[i].vi, rows[i].en), r.n[rows[i].state], r.total);
    struct sql_unit_missing_rows missing;
    TRY(sql_unit_missing(db, &system, arena,
                         &(struct sql_unit_missing_args){.root_id = root,
                                                         .scope_id = ROLLUP_ALL,
                                                         .edge_kind = STR("administrative"),
                                                         .on_day = day,
                                                         .limit_count = 5},
                         &missing, err));
    if (missing.count)
        fputs(lang_text(lang, "\nAi còn thiếu, gọi ai trước:\n", "\nWho is missing, whom to call first:\n"), stdout);
    for (size_t i = 0; i < missing.count; i++) {
        const struct sql_unit_missing_row *m = &missing.items[i];
        struct str focal = str_is_null(m->focal_name)
                               ? str_from_cstr(lang_text(lang, "chưa có đầu mối", "no focal officer"))
                               : m->focal_name;
        printf(lang_text(lang, "  %.*s: %lld quá hạn, %lld chưa xem · %.*s%s%.*s\n",
                         "  %.*s: %lld late, %lld not seen · %.*s%s%.*s\n"),
               STR_ARG(m->name), (long long)m->n_late, (long long)m->n_unseen, STR_ARG(focal),
               str_is_empty(m->focal_phone) ? "" : " ", STR_ARG(m->focal_phone));
    }
    return ERR_NONE;
}

static enum err_code print_links(struct db *db, enum lang lang, struct arena *arena, struct str listen, struct err *err)
{
    struct demo_person people[DEMO_PEOPLE_MAX];
    size_t count;
    TRY(demo_people(db, arena, people, &count, err));
    struct actor system = actor_system(db_today(db));
    fputs(lang_text(lang, "\nĐăng nhập (mỗi liên kết dùng một lần):\n", "\nSign in (each link works once):\n"), stdout);
    for (size_t i = 0; i < count; i++) {
        struct session_token token;
        TRY(invitation_new(db, &system, people[i].person_id, INVITATION_DEMO, 0, &token, err));
        printf("  http://%.*s/demo-link/%s\n      %.*s · %.*s · %.*s\n", STR_ARG(listen), token.text,
               STR_ARG(lang_text(lang, people[i].what_vi, people[i].what_en)), STR_ARG(people[i].name),
               STR_ARG(people[i].unit_name));
    }
    return ERR_NONE;
}

static enum err_code run(struct demo *demo, struct str asked, bool serve, struct arena *arena, struct err *err)
{
    AUTO_FD fd = -1;
    struct str listen = asked;
    if (serve)
        TRY(serve_open(asked, arena, &fd, &listen, err)); /* a port that is taken is said before anything is built */
    TRY(serve_files_at(demo->dir, arena, &demo->files, err));
    bool is_new = access(demo->files.store, F_OK) != 0;
    if (is_new)
        TRY(build_apart(demo, arena, err));
    {
        struct store_options options = {
            .modules = sql_modules_all, .blob_folder = demo->files.blobs, .clock = &demo->real};
        AUTO_STORE store = NULL;
        TRY(store_open(demo->files.store, &options, &store, err));
        AUTO_DB db = NULL;
        TRY(store_db_take(store, &db, err));
        int moved;
        int64_t root;
        TRY(demo_root(db, &root, err)); /* a store that is no sample stays as it is */
        TRY(ledger_advance(db, db_today(db), &moved, err));
        TRY(print_rollup(db, demo->lang, arena, err));
        if (serve)
            TRY(print_links(db, demo->lang, arena, listen, err));
    }
    if (!serve)
        return ERR_NONE;
    printf(lang_text(demo->lang, "\nTrang web: http://%.*s (Ctrl-C để dừng)\nDữ liệu: %.*s%s\n",
                     "\nSite: http://%.*s (Ctrl-C to stop)\nData: %.*s%s\n"),
           STR_ARG(listen), STR_ARG(demo->dir),
           demo->is_temp ? lang_text(demo->lang, " (xóa khi dừng)", " (removed at the end)") : "");
    fflush(stdout);
    TRY(ops_stopped(err));
    (void)malloc_trim(0); /* making the province took a hundred megabytes, which the monitor would hold for good */
    ops_release_stop();   /* serve_run has its own way to end */
    struct serve_plan plan = {.files = demo->files, .listen_fd = fd, .is_demo = true, .hotline = STR("0900 000 113")};
    return serve_run(&plan, arena, err);
}

int cmd_demo(enum lang lang, int argc, char **argv)
{
    AUTO_ARENA arena;
    arena_init(&arena, DEMO_ARENA_BYTES);
    struct options options;
    int exit_code;
    if (!options_start(&usage, lang, argc, argv, &arena, &options, &exit_code))
        return exit_code;
    struct err err = {0};
    struct str listen = options_has(&options, "listen") ? options_text(&options, "listen") : STR("127.0.0.1:8080");
    struct demo demo = {
        .dir = options_text(&options, "dir"), .is_terminal = isatty(STDERR_FILENO), .real = cmd_clock(), .lang = lang};
    enum err_code code = serve_address_is_local(listen, &err);
    if (code != ERR_NONE) {
        words_refuse("demo", lang, &err);
        return EXIT_USAGE;
    }
    ops_catch_stop();
    if (str_is_empty(demo.dir)) {
        const char *made = "";
        code = file_temp_folder(STR("luytre-demo-"), &arena, &made, &err);
        demo.dir = (struct str){made, strlen(made)};
        demo.is_temp = code == ERR_NONE;
    }
    if (code == ERR_NONE)
        code = run(&demo, listen, !options_has(&options, "no-serve"), &arena, &err);
    if (demo.is_temp) {
        struct err ignored;
        err_ignore(file_remove_all(demo.dir.ptr, &ignored), "what is left is a temporary folder");
    }
    if (code != ERR_NONE) {
        words_refuse("demo", lang, &err);
        return EXIT_FAILED;
    }
    return EXIT_DONE;
}
