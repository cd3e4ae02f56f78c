/* main.c - luytre: finds the subcommand and runs it. The table is commands.txt. */
#include "cmd/cmd.h"

#if __has_include("cmd/role.h")
#include "cmd/role.h"
#define HAS_ROLES 1
#else
#define HAS_ROLES 0
#endif

#ifndef LUYTRE_TESTS
#define LUYTRE_TESTS 0
#endif

#if LUYTRE_TESTS
/* Children inherit it, so that every role of one run stands at the same instant. Only test builds read it. */
#define TEST_NOW_VARIABLE "LUYTRE_TEST_NOW"

/* 2022-11-30T08:00:00+07:00 exactly. */
static bool test_instant_parse(struct str text, int64_t *ret_ms)
{
    civil_day day;
    int64_t hour, minute, second;
    if (text.len_bytes != 25 || !civil_parse_iso(str_slice(text, 0, 10), &day) || !str_ends_with(text, STR("+07:00")))
        return false;
    if (text.ptr[10] != 'T' || text.ptr[13] != ':' || text.ptr[16] != ':' ||
        !str_to_i64(str_slice(text, 11, 13), &hour) || !str_to_i64(str_slice(text, 14, 16), &minute) ||
        !str_to_i64(str_slice(text, 17, 19), &second))
        return false;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return false;
    *ret_ms = civil_day_start_ms(day) + ((hour * 60 + minute) * 60 + second) * 1000LL;
    return true;
}

static int64_t test_now_ms(void *NULLABLE state)
{
    int64_t now_ms = 0;
    const char *text = getenv(TEST_NOW_VARIABLE);
    must(text && test_instant_parse(str_from_cstr(text), &now_ms));
    return now_ms;
}
#endif

struct clock cmd_clock(void)
{
#if LUYTRE_TESTS
    if (getenv(TEST_NOW_VARIABLE))
        return (struct clock){.now_ms = test_now_ms, .state = NULL};
#endif
    return clock_real();
}

static void overview_print(enum lang lang, FILE *out)
{
    fprintf(out,
            "Lũy Tre " LUYTRE_VERSION "\n\n"
            "  luytre COMMAND …    luytre COMMAND --help    luytre help COMMAND [VERB]    luytre --version\n  %s\n\n",
            lang_text(lang, "--en ở bất cứ chỗ nào: nói tiếng Anh",
                      "--en anywhere: speak English; without it, Vietnamese"));
    for (size_t i = 0; i < command_count; i++)
        fprintf(out, "  %-10s %s\n", command_table[i].name, lang_text(lang, command_table[i].vi, command_table[i].en));
    fputs(lang_text(lang, "\n  0 xong   1 có phát hiện (--fail-on)   2 dùng sai   3 không làm xong\n",
                    "\n  0 done   1 found (--fail-on)   2 wrong use   3 could not finish\n"),
          out);
}

static int unknown_command(enum lang lang, const char *typed)
{
    const char *near = command_count ? word_nearest(str_from_cstr(typed), &command_table[0].name, command_count,
                                                    sizeof command_table[0])
                                     : NULL;
    if (near)
        fprintf(stderr,
                lang_text(lang, "luytre: không có lệnh \"%s\", có phải \"%s\"?\n",
                          "luytre: no command \"%s\", did you mean \"%s\"?\n"),
                typed, near);
    else
        fprintf(stderr,
                lang_text(lang, "luytre: không có lệnh \"%s\", xem luytre help\n",
                          "luytre: no command \"%s\", see luytre help --en\n"),
                typed);
    return EXIT_USAGE;
}

static int help_run(enum lang lang, int argc, char **argv)
{
    if (argc < 2) {
        overview_print(lang, stdout);
        return stdout_done("help", lang);
    }
    const struct command *command = command_find(str_from_cstr(argv[1]));
    if (!command)
        return unknown_command(lang, argv[1]);
    /* A copy that main's argv did not promise: the command sees exactly `NAME --help` or `NAME VERB --help`. */
    char help[] = "--help";
    char *words[] = {argv[1], argc > 2 ? argv[2] : help, help, NULL};
    int count = argc > 2 ? 3 : 2;
    words[count] = NULL;
    return command->run(lang, count, words);
}

int main(int argc, char **argv)
{
#if HAS_ROLES
    if (argc >= 2 && strcmp(argv[1], "-x") == 0)
        return cmd_role(argc - 1, argv + 1);
#endif
    enum lang lang = options_language(&argc, argv);
#if LUYTRE_TESTS
    if (argc >= 3 && strcmp(argv[1], "--now") == 0) {
        int64_t now_ms;
        if (!test_instant_parse(str_from_cstr(argv[2]), &now_ms) || setenv(TEST_NOW_VARIABLE, argv[2], 1) != 0) {
            fputs(lang_text(lang, "luytre: --now cần 2022-11-30T08:00:00+07:00\n",
                            "luytre: --now wants 2022-11-30T08:00:00+07:00\n"),
                  stderr);
            return EXIT_USAGE;
        }
        argc -= 2;
        argv += 2;
    }
#endif
    if (argc < 2) {
        overview_print(lang, stderr);
        return EXIT_USAGE;
    }
    struct str word = str_from_cstr(argv[1]);
    if (str_equal(word, STR("help")) || str_equal(word, STR("--help")) || str_equal(word, STR("-h")))
        return help_run(lang, argc - 1, argv + 1);
    if (str_equal(word, STR("--version"))) {
        puts("luytre " LUYTRE_VERSION);
        return stdout_done("--version", lang);
    }
    const struct command *command = command_find(word);
    if (!command)
        return unknown_command(lang, argv[1]);
    return command->run(lang, argc - 1, argv + 1);
}
