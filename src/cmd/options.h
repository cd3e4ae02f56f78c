/* options.h - command-line options from one table: parsing, --help, and errors in words.
 * --name VALUE, --name=VALUE, -n VALUE, -nVALUE, flags, `--` ends the options, "-" is an argument. An option may be
 * given again only when its row says OPTION_REPEATED. --help and -h need no row. A wrong value names the option, the
 * value and what would have been right. One run speaks one language: Vietnamese, or English when --en stands anywhere
 * among the words; --en needs no row either. Uses: base, know (refusals).    Used by: cmd.    Memory: the caller's
 * arena; texts are views of argv.    Threads: no shared state. */
#ifndef LUYTRE_CMD_OPTIONS_H
#define LUYTRE_CMD_OPTIONS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/civil.h"
#include "base/lang.h"
#include "base/vec.h"

NONNULL_BEGIN

/* What a process answers: the contract of the command line. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_FOUND = 1,  /* done, and something was found (only with --fail-on) */
    EXIT_USAGE = 2,  /* wrong use */
    EXIT_FAILED = 3, /* could not finish */
};

enum option_type {
    OPTION_FLAG, /* no value */
    OPTION_TEXT,
    OPTION_INT,  /* min..max of the row, both included; both 0: any */
    OPTION_DAY,  /* 2022-11-30 or 30/11/2022 */
    OPTION_PATH, /* not empty */
};
#define OPTION_REPEATED 1u /* may be given more than once */
#define OPTION_REQUIRED 2u
#define OPTION_HIDDEN   4u /* not shown by --help */

struct option_spec {
    const char *name; /* "listen" for --listen */
    char short_name;  /* 'l' for -l; 0 when there is none */
    enum option_type type;
    unsigned flags;           /* OPTION_* */
    const char *NULLABLE arg; /* "ADDR", for --help; NULL for a flag */
    const char *vi;           /* one line of help */
    const char *en;
    int64_t min; /* of OPTION_INT */
    int64_t max;
};

struct option_value {
    const struct option_spec *spec;
    struct str text; /* as typed; NUL-terminated, because it stands in argv */
    int64_t number;  /* of OPTION_INT */
    civil_day day;   /* of OPTION_DAY, else CIVIL_NONE */
};

struct options {
    VEC(struct option_value) values; /* in the order given */
    VEC(struct str) args;            /* what is no option, in order; NUL-terminated */
    bool help;                       /* --help or -h was given: nothing else was checked */
    enum lang lang;                  /* what this run speaks */
};

/* What one command says of itself. */
struct usage {
    const char *name; /* "letter read" */
    const char *args; /* "FILE|-", "" when there are none; [X] may be missing, X… or X... may repeat */
    const char *vi;   /* one line */
    const char *en;
    const struct option_spec *NULLABLE specs;
    size_t spec_count;
    size_t args_min;               /* how many arguments it wants */
    size_t args_max;               /* SIZE_MAX: any number */
    const char *NULLABLE examples; /* printed after the options, in either language */
    const char *NULLABLE more_vi;  /* and this behind them; both or neither */
    const char *NULLABLE more_en;
};

/* argv[0] is the command's own name and is skipped. ERR_SYNTAX with words for the user (know/refusal.h says them in
 * either language) on wrong use. */
MUST_USE enum err_code options_parse(const struct usage *usage, int argc, char *const *argv, struct arena *arena,
                                     struct options *ret_options, struct err *err);
/* The text of --help, width 100 at most. */
void usage_print(const struct usage *usage, enum lang lang, struct buf *out);

/* What every command starts with. True: go on. False: --help was answered or the words of an error were printed to
 * stderr; return *ret_exit. */
MUST_USE bool options_start(const struct usage *usage, enum lang lang, int argc, char *const *argv, struct arena *arena,
                            struct options *ret_options, int *ret_exit);
/* What main starts with: takes --en out of the words, wherever it stands before `--` (so a value that is this very word
 * is written --name=--en), and answers the language of this run. */
enum lang options_language(int *argc, char **argv);
/* "luytre NAME: why" on stderr, in that language. */
void words_refuse(const char *name, enum lang lang, const struct err *err);
/* What people read holds no control characters but line ends and tabs, whoever wrote it: a name could else move the
 * cursor of the terminal it is printed on. In place. */
void text_tame(char *text, size_t len_bytes);
/* What was printed is out: EXIT_DONE; else why not, on stderr, and EXIT_FAILED. */
int stdout_done(const char *name, enum lang lang);

bool options_has(const struct options *options, const char *name);
/* Value of the last one given; STR_NONE, fallback or CIVIL_NONE when absent. */
struct str options_text(const struct options *options, const char *name);
int64_t options_int(const struct options *options, const char *name, int64_t fallback);
civil_day options_day(const struct options *options, const char *name);
/* The nth (0 = first) value of a repeated option; STR_NONE past the last. */
struct str options_nth(const struct options *options, const char *name, size_t nth);

/* The known word nearest to what was typed, or NULL when none is near (edit distance at most a third of its length, and
 * 1 for short words). words: `count` C strings, `stride_bytes` apart. */
const char *NULLABLE word_nearest(struct str typed, const char *const *words, size_t count, size_t stride_bytes);

NONNULL_END
#endif
