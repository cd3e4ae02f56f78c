/* ops.h - what the commands of a store's keeper share: one table of verbs, the store opened, text for people or NDJSON.
 *     static const struct ops_verb verbs[] = {{"list", &list_usage, list_run, 0}, ...};
 *     int cmd_user(enum lang lang, int argc, char **argv)
 *     { return ops_main(lang, "user", verbs, ARRAY_LEN(verbs), argc, argv); }
 * In --json every object is a line and the last one is the summary, also when it failed.
 * Uses: cmd/options, store, format/json.    Used by: cmd_*.c.    Memory: the run's own arena.    Threads: main only. */
#ifndef LUYTRE_CMD_OPS_H
#define LUYTRE_CMD_OPS_H

#include "cmd/options.h"
#include "format/json.h"
#include "know/refusal.h"
#include "store/store.h"

NONNULL_BEGIN

struct ops {
    const char *name; /* "user add", for messages */
    const struct options *options;
    struct arena arena;
    struct clock clock;
    bool json;
    enum lang lang;
    struct buf out;          /* for stdout, written at the end */
    struct json_writer line; /* over out */
    struct store *NULLABLE store;
    struct db *NULLABLE db;
    struct actor actor; /* the system itself, or the person --as names */
    int exit_code;      /* of a run that ended well: EXIT_DONE or EXIT_FOUND */
    bool is_wrong_use;  /* of a run that failed: EXIT_USAGE instead of EXIT_FAILED */
};
struct ops_verb {
    const char *NULLABLE word; /* NULL: the command has no verbs */
    const struct usage *usage;
    enum err_code (*run)(struct ops *ops, struct err *err);
    unsigned flags;
    enum err_code (*NULLABLE check)(struct ops *ops,
                                    struct err *err); /* of the words alone, before a store is opened */
};
#define OPS_STORE  1u /* open --store before run */
#define OPS_CREATE 2u /* make the SQLite file when there is none */

/* The whole life of one command; answers an enum exit_code. */
int ops_main(enum lang lang, const char *command, const struct ops_verb *verbs, size_t verb_count, int argc,
             char **argv);

/* Rows of option tables that many commands have. */
#define OPS_SPEC_STORE                                                                                                \
    {                                                                                                                 \
        "store", 's', OPTION_PATH, OPTION_REQUIRED, "PATH|postgresql://…", "nơi lưu: một tệp SQLite hoặc PostgreSQL", \
            "the store: an SQLite file or PostgreSQL", 0, 0                                                           \
    }
#define OPS_SPEC_BLOBS                                                                            \
    {                                                                                             \
        "blobs", 'b', OPTION_PATH, 0, "DIR", "thư mục tệp lớn (mặc định: blobs cạnh tệp SQLite)", \
            "folder of large files (default: blobs beside the SQLite file)", 0, 0                 \
    }
#define OPS_SPEC_KEYS                                                                        \
    {                                                                                        \
        "keys", 'k', OPTION_PATH, 0, "DIR", "thư mục khóa (mặc định: keys cạnh tệp SQLite)", \
            "folder of keys (default: keys beside the SQLite file)", 0, 0                    \
    }
#define OPS_SPEC_JSON                                                                         \
    {                                                                                         \
        "json", 0, OPTION_FLAG, 0, NULL, "mỗi dòng một đối tượng JSON, dòng cuối là summary", \
            "newline-delimited JSON, ending in a summary line", 0, 0                          \
    }
#define OPS_SPEC_AS                                                                                \
    {                                                                                              \
        "as", 0, OPTION_TEXT, 0, "NAME",                                                           \
            "làm nhân danh một tài khoản, với đúng quyền của người đó (mặc định: chính hệ thống)", \
            "act as an account, with exactly its rights (default: the system itself)", 0, 0        \
    }

/* ERR_SYNTAX, and the answer is EXIT_USAGE. */
enum err_code ops_usage(struct ops *ops, struct err *err, const char *vi, const char *en);
/* The text in the language asked for. */
#define ops_text(ops, vi, en) lang_text((ops)->lang, vi, en)
/* --blobs or --keys, else the folder of that name beside an SQLite file; NULL for PostgreSQL without it. Makes nothing.
 */
MUST_USE enum err_code ops_folder(struct ops *ops, const char *name, const char *NULLABLE *ret_path, struct err *err);
bool ops_is_postgres(struct str where);
/* The actor with the one right a verb needs. */
struct actor ops_actor(const struct ops *ops, uint64_t right);
/* An object begun with its type; end with ops_line_end. */
struct json_writer *ops_line(struct ops *ops, const char *type);
void ops_line_end(struct ops *ops);
/* A unit by code, or by id written "#123". */
MUST_USE enum err_code ops_unit(struct ops *ops, struct str text, int64_t *ret_id, struct err *err);
/* A person by sign-in name, or by id. */
MUST_USE enum err_code ops_person(struct ops *ops, struct str text, int64_t *ret_id, struct err *err);
MUST_USE enum err_code ops_id(struct ops *ops, struct str text, int64_t *ret_id, struct err *err);
/* The kind of tree an option names, `missing` when it is not there; ERR_SYNTAX (wrong use) when there is no such kind.
 */
MUST_USE enum err_code ops_tree(struct ops *ops, const char *name, struct str missing, struct str *ret_kind,
                                struct err *err);
/* The directive an option names must be there; without the option nothing is asked. */
MUST_USE enum err_code ops_directive(struct ops *ops, const char *name, struct err *err);
/* A store that no server opened yet has no figures of today: from here on it has, of nothing. */
MUST_USE enum err_code ops_figures(struct ops *ops, struct err *err);
/* A day option, else today. */
civil_day ops_day(const struct ops *ops, const char *name);
/* From here on Ctrl-C (and SIGTERM) is a question that long work asks at places where it can stop and tidy up; the
 * second one ends the program on the spot. ops_stopped: ERR_BUSY once somebody asked. */
void ops_catch_stop(void);
void ops_release_stop(void);
MUST_USE enum err_code ops_stopped(struct err *err);
/* One line that replaces itself, when stderr is a terminal; NULL what: clear. */
void ops_progress(const char *NULLABLE what, int64_t done, const char *unit);

NONNULL_END
#endif
