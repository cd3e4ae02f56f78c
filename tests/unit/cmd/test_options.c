#include "test.h"

#include "cmd/options.h"
#include "know/refusal.h"

static const struct option_spec specs[] = {
    {"listen", 'l', OPTION_TEXT, 0, "ADDR", "địa chỉ", "address", 0, 0},
    {"port", 'p', OPTION_INT, 0, "N", "cổng", "port", 1, 65535},
    {"as-of", 0, OPTION_DAY, 0, "DATE", "ngày", "day", 0, 0},
    {"rules", 0, OPTION_PATH, OPTION_REPEATED, "DIR", "luật", "rules", 0, 0},
    {"json", 'j', OPTION_FLAG, 0, NULL, "dạng JSON", "as JSON", 0, 0},
    {"quiet", 'q', OPTION_FLAG, 0, NULL, "im lặng", "quiet", 0, 0},
    {"secret", 0, OPTION_FLAG, OPTION_HIDDEN, NULL, "ẩn", "hidden", 0, 0},
};
static const struct usage usage = {"thing do", "FILE", "làm việc",   "does it", specs, ARRAY_LEN(specs),
                                   0,          2,      "thing do x", "ghi chú", "note"};
static const struct option_spec required_specs[] = {
    {"store", 0, OPTION_PATH, OPTION_REQUIRED, "STORE", "kho", "store", 0, 0}};
static const struct usage required_usage = {"thing", "FILE", "làm", "does", required_specs, 1, 1, 1, NULL, NULL, NULL};

/* argv in one line, words parted by a space; "" is written as @. */
static int words_split(char *line, char **argv, int room)
{
    int argc = 0;
    char *save = NULL;
    for (char *word = strtok_r(line, " ", &save); word && argc < room; word = strtok_r(NULL, " ", &save))
        argv[argc++] = strcmp(word, "@") == 0 ? word + 1 : word;
    return argc;
}

static enum err_code parse_line(const struct usage *of, const char *line, char *copy, size_t copy_bytes,
                                struct arena *arena, struct options *options, struct err *err)
{
    char *argv[16];
    assert_true(strlen(line) < copy_bytes);
    memcpy(copy, line, strlen(line) + 1);
    return options_parse(of, words_split(copy, argv, 16), argv, arena, options, err);
}

static void right_lines(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *listen; /* NULL: absent */
        int64_t port;
        size_t rules, args;
        bool json, help;
    } cases[] = {
        {"do", NULL, -1, 0, 0, false, false},
        {"do --listen a:1", "a:1", -1, 0, 0, false, false},
        {"do --listen=a:1 x", "a:1", -1, 0, 1, false, false},
        {"do --listen= x", "", -1, 0, 1, false, false},
        {"do -la:1 -p 80", "a:1", 80, 0, 0, false, false},
        {"do -jqp65535", NULL, 65535, 0, 0, true, false},
        {"do --rules a --rules=b x y", NULL, -1, 2, 2, false, false},
        {"do -- --json -p", NULL, -1, 0, 2, false, false},
        {"do - --json", NULL, -1, 0, 1, true, false},
        {"do --listen -", "-", -1, 0, 0, false, false},
        {"do --listen --", "--", -1, 0, 0, false, false},
        {"do --help --nothing", NULL, -1, 0, 0, false, true},
        {"do -jh", NULL, -1, 0, 0, true, true},
        {"do -- --help", NULL, -1, 0, 1, false, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char copy[256];
        struct err err = {0};
        struct options options;
        AUTO_ARENA arena;
        arena_init(&arena, 1 << 20);
        if (parse_line(&usage, cases[i].line, copy, sizeof copy, &arena, &options, &err) != ERR_NONE)
            fail_msg("%s: %s", cases[i].line, err.text);
        size_t rules = 0;
        while (!str_is_null(options_nth(&options, "rules", rules)))
            rules++;
        struct str listen = options_text(&options, "listen");
        if (str_is_null(listen) != (cases[i].listen == NULL) || !str_equal(listen, str_from_cstr(cases[i].listen)) ||
            options_int(&options, "port", -1) != cases[i].port || rules != cases[i].rules ||
            options.args.count != cases[i].args || options_has(&options, "json") != cases[i].json ||
            options.help != cases[i].help)
            fail_msg("%s: listen=%.*s port=%lld rules=%zu args=%zu json=%d help=%d", cases[i].line, STR_ARG(listen),
                     (long long)options_int(&options, "port", -1), rules, options.args.count,
                     options_has(&options, "json"), options.help);
    }
}

static void wrong_lines_say_why(void **state)
{
    (void)state;
    static const struct {
        const struct usage *usage;
        const char *line, *vi, *en; /* the error */
    } cases[] = {
        {&usage, "do --jsno", "không có lựa chọn --jsno, có phải --json?", "no option --jsno, did you mean --json?"},
        {&usage, "do --nothinglikeit", "không có lựa chọn --nothinglikeit", "no option --nothinglikeit"},
        {&usage, "do --nothinglikeit=5", "không có lựa chọn --nothinglikeit", "no option --nothinglikeit"},
        {&usage, "do -z", "không có lựa chọn -z", "no option -z"},
        {&usage, "do --listen", "--listen cần giá trị ADDR", "--listen wants a value ADDR"},
        {&usage, "do -l", "--listen cần giá trị ADDR", "--listen wants a value ADDR"},
        {&usage, "do --json=1", "--json không nhận giá trị", "--json takes no value"},
        {&usage, "do --port 0", "--port cần một số từ 1 đến 65535, không phải \"0\"",
         "--port wants a number from 1 to 65535, not \"0\""},
        {&usage, "do --port=80x", "--port cần một số từ 1 đến 65535, không phải \"80x\"",
         "--port wants a number from 1 to 65535, not \"80x\""},
        {&usage, "do --as-of 31/11/2022",
         "--as-of cần một ngày có thật như 2022-11-30 hoặc 30/11/2022, không phải \"31/11/2022\"",
         "--as-of wants a real date as 2022-11-30 or 30/11/2022, not \"31/11/2022\""},
        {&usage, "do --rules @", "--rules cần một đường dẫn", "--rules wants a path"},
        {&usage, "do --json --json", "--json chỉ được dùng một lần", "--json may be given once"},
        {&usage, "do a b c", "thừa \"c\"", "\"c\" is too much"},
        {&required_usage, "thing x", "thiếu --store", "--store is missing"},
        {&required_usage, "thing --store s", "thiếu FILE", "FILE is missing"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char copy[256];
        struct err err = {0};
        struct options options = {.help = true}; /* must stay untouched */
        AUTO_ARENA arena;
        arena_init(&arena, 1 << 20);
        enum err_code code = parse_line(cases[i].usage, cases[i].line, copy, sizeof copy, &arena, &options, &err);
        for (enum lang lang = LANG_VI; lang < LANG_COUNT; lang++) {
            const char *want = lang_text(lang, cases[i].vi, cases[i].en);
            struct str said = refusal_text(&err, lang, &arena);
            if (code != ERR_SYNTAX || !str_equal(said, str_from_cstr(want)) || !options.help)
                fail_msg("%s: %s, \"%.*s\" instead of \"%s\"", cases[i].line, err_code_to_str(code), STR_ARG(said),
                         want);
        }
    }
}

static void days_are_read_both_ways(void **state)
{
    (void)state;
    static const char *lines[] = {"do --as-of 2022-11-30", "do --as-of=30/11/2022"};
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        char copy[256];
        struct err err = {0};
        struct options options;
        AUTO_ARENA arena;
        arena_init(&arena, 1 << 20);
        assert_ok(parse_line(&usage, lines[i], copy, sizeof copy, &arena, &options, &err));
        assert_int_equal(options_day(&options, "as-of"), civil_to_day(2022, 11, 30));
        assert_int_equal(options_day(&options, "port"), CIVIL_NONE);
    }
}

static void help_shows_what_is_not_hidden(void **state)
{
    (void)state;
    static const char *const want[LANG_COUNT] = {"luytre thing do [--…] FILE\n\n  làm việc\n\n"
                                                 "  -l, --listen ADDR\n      địa chỉ\n"
                                                 "  -p, --port N\n      cổng\n"
                                                 "  --as-of DATE\n      ngày\n"
                                                 "  --rules DIR …\n      luật\n"
                                                 "  -j, --json\n      dạng JSON\n"
                                                 "  -q, --quiet\n      im lặng\n"
                                                 "  --en\n      in bằng tiếng Anh\n\nthing do x\n\nghi chú\n",
                                                 "luytre thing do [--…] FILE\n\n  does it\n\n"
                                                 "  -l, --listen ADDR\n      address\n"
                                                 "  -p, --port N\n      port\n"
                                                 "  --as-of DATE\n      day\n"
                                                 "  --rules DIR …\n      rules\n"
                                                 "  -j, --json\n      as JSON\n"
                                                 "  -q, --quiet\n      quiet\n"
                                                 "  --en\n      print in English\n\nthing do x\n\nnote\n"};
    for (enum lang lang = LANG_VI; lang < LANG_COUNT; lang++) {
        AUTO_BUF out;
        buf_init(&out, 1 << 16);
        usage_print(&usage, lang, &out);
        if (!str_equal(buf_str(&out), str_from_cstr(want[lang])))
            fail_msg("help is\n%.*s", STR_ARG(buf_str(&out)));
    }
}

static void language_is_taken_out_of_the_words(void **state)
{
    (void)state;
    static const struct {
        const char *line, *left;
        enum lang lang;
    } cases[] = {
        {"luytre org show A", "luytre org show A", LANG_VI},
        {"luytre --en org show A", "luytre org show A", LANG_EN},
        {"luytre org --en show A --en", "luytre org show A", LANG_EN},
        {"luytre org show -- --en", "luytre org show -- --en", LANG_VI},
        {"luytre --en -- --en", "luytre -- --en", LANG_EN},
        {"luytre org --name=--en", "luytre org --name=--en", LANG_VI},
        {"luytre", "luytre", LANG_VI},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char copy[256], left[256] = "";
        char *argv[16];
        memcpy(copy, cases[i].line, strlen(cases[i].line) + 1);
        int argc = words_split(copy, argv, 15);
        argv[argc] = NULL;
        enum lang lang = options_language(&argc, argv);
        size_t at = 0;
        for (int w = 0; w < argc; w++)
            at += (size_t)snprintf(left + at, sizeof left - at, "%s%s", w ? " " : "", argv[w]);
        if (lang != cases[i].lang || strcmp(left, cases[i].left) != 0 || argv[argc] != NULL)
            fail_msg("%s: language %d, left \"%s\"", cases[i].line, (int)lang, left);
    }
}

static void nearest_word(void **state)
{
    (void)state;
    static const char *words[] = {"serve", "status", "letter", "org"};
    static const struct {
        const char *typed, *want;
    } cases[] = {{"sevre", "serve"}, {"serv", "serve"}, {"LETTER", "letter"}, {"lettre", "letter"}, {"ogr", "org"},
                 {"or", "org"},      {"", NULL},        {"xyz", NULL},        {"stauts", "status"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *got = word_nearest(str_from_cstr(cases[i].typed), words, ARRAY_LEN(words), sizeof words[0]);
        if ((got == NULL) != (cases[i].want == NULL) || (got && strcmp(got, cases[i].want) != 0))
            fail_msg("%s: got %s, wanted %s", cases[i].typed, got ? got : "none",
                     cases[i].want ? cases[i].want : "none");
    }
}

static void no_memory_is_told(void **state)
{
    (void)state;
    char copy[256];
    struct err err = {0};
    struct options options;
    AUTO_ARENA arena;
    arena_init(&arena, 64);
    enum err_code code =
        parse_line(&usage, "do --json --port 8 --listen x a b", copy, sizeof copy, &arena, &options, &err);
    assert_true(code == ERR_LIMIT || code == ERR_NOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_lines),
        cmocka_unit_test(wrong_lines_say_why),
        cmocka_unit_test(days_are_read_both_ways),
        cmocka_unit_test(help_shows_what_is_not_hidden),
        cmocka_unit_test(language_is_taken_out_of_the_words),
        cmocka_unit_test(nearest_word),
        cmocka_unit_test(no_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
