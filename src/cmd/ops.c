#include "cmd/ops.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/serve.h"
#include "duty/ledger.h"
#include "duty/page_report.sql.h"
#include "know/know.h"
#include "org/session.sql.h"
#include "org/unit.h"
#include "os/file.h"

#define OPS_ARENA_BYTES  ((size_t)2 << 30)
#define OPS_OUTPUT_BYTES ((size_t)1 << 30)

bool ops_is_postgres(struct str where)
{
    return str_starts_with(where, STR("postgresql://")) || str_starts_with(where, STR("postgres://"));
}

enum err_code ops_usage(struct ops *ops, struct err *err, const char *vi, const char *en)
{
    ops->is_wrong_use = true;
    return err_set(err, ERR_SYNTAX, "%s", ops_text(ops, vi, en));
}

enum err_code ops_folder(struct ops *ops, const char *name, const char *NULLABLE *ret_path, struct err *err)
{
    struct str store = options_text(ops->options, "store");
    if (options_has(ops->options, name)) {
        *ret_path = options_text(ops->options, name).ptr;
        return ERR_NONE;
    }
    *ret_path = NULL;
    if (ops_is_postgres(store))
        return ERR_NONE;
    struct str folder = str_slice(store, 0, store.len_bytes - path_base_name(store).len_bytes);
    struct str path = arena_printf(&ops->arena, "%.*s%s", STR_ARG(folder), name);
    if (str_is_null(path))
        return arena_full(&ops->arena, err);
    *ret_path = path.ptr;
    return ERR_NONE;
}

struct actor ops_actor(const struct ops *ops, uint64_t right)
{
    struct actor actor = ops->actor;
    actor.right = right;
    return actor;
}

struct json_writer *ops_line(struct ops *ops, const char *type)
{
    json_object_begin(&ops->line);
    json_field_str(&ops->line, STR("type"), str_from_cstr(type));
    return &ops->line;
}

void ops_line_end(struct ops *ops)
{
    json_object_end(&ops->line);
    json_end_line(&ops->line);
}

enum err_code ops_id(struct ops *ops, struct str text, int64_t *ret_id, struct err *err)
{
    struct str digits = str_starts_with(text, STR("#")) ? str_slice(text, 1, text.len_bytes) : text;
    int64_t id;
    if (!str_to_i64(digits, &id) || id <= 0) {
        ops->is_wrong_use = true;
        return err_set(err, ERR_SYNTAX, "\"%.*s\" không phải mã số", STR_ARG(text));
    }
    *ret_id = id;
    return ERR_NONE;
}

enum err_code ops_unit(struct ops *ops, struct str text, int64_t *ret_id, struct err *err)
{
    if (str_starts_with(text, STR("#")))
        return ops_id(ops, text, ret_id, err);
    if (unit_find_code(ops->db, text, ops->actor.day, ret_id, err) != ERR_NONE)
        return err->code != ERR_NOT_FOUND ? err->code
                                          : err_set(err, ERR_NOT_FOUND, "không có đơn vị mã \"%.*s\"", STR_ARG(text));
    return ERR_NONE;
}

enum err_code ops_person(struct ops *ops, struct str text, int64_t *ret_id, struct err *err)
{
    struct sql_credential_by_name_row *row = NULL;
    TRY(sql_credential_by_name(ops->db, &ops->arena, &(struct sql_credential_by_name_args){.sign_in_name = text}, &row,
                               err));
    if (row) {
        *ret_id = row->person_id;
        return ERR_NONE;
    }
    struct str digits = str_starts_with(text, STR("#")) ? str_slice(text, 1, text.len_bytes) : text;
    if (str_to_i64(digits, ret_id) && *ret_id > 0)
        return ERR_NONE;
    return err_set(err, ERR_NOT_FOUND, "không có tài khoản \"%.*s\"", STR_ARG(text));
}

enum err_code ops_tree(struct ops *ops, const char *name, struct str missing, struct str *ret_kind, struct err *err)
{
    struct str kind = options_has(ops->options, name) ? options_text(ops->options, name) : missing;
    for (size_t i = 0; i < know_edge_kind_count; i++)
        if (str_equal(kind, know_edge_kinds[i].id)) {
            *ret_kind = kind;
            return ERR_NONE;
        }
    struct str known = STR("");
    for (size_t i = 0; i < know_edge_kind_count && !str_is_null(known); i++)
        known = arena_printf(&ops->arena, "%.*s%s%.*s", STR_ARG(known), i ? ", " : "", STR_ARG(know_edge_kinds[i].id));
    if (str_is_null(known))
        return arena_full(&ops->arena, err);
    struct str said = arena_printf(&ops->arena, ops_text(ops, "--%s: chọn một trong %.*s", "--%s: choose one of %.*s"),
                                   name, STR_ARG(known));
    return str_is_null(said) ? arena_full(&ops->arena, err) : ops_usage(ops, err, said.ptr, said.ptr);
}

enum err_code ops_directive(struct ops *ops, const char *name, struct err *err)
{
    struct sql_answer_directive_row *row;
    if (!options_has(ops->options, name))
        return ERR_NONE;
    TRY(sql_answer_directive(ops->db, &ops->arena,
                             &(struct sql_answer_directive_args){.id = options_int(ops->options, name, 0)}, &row, err));
    return row ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "--directive: không có văn bản chỉ đạo này");
}

enum err_code ops_figures(struct ops *ops, struct err *err)
{
    civil_day day;
    enum err_code code = ledger_day(ops->db, &ops->arena, &day, err);
    return code == ERR_CONFLICT ? ledger_open(ops->db, ops->actor.day, err) : code;
}

civil_day ops_day(const struct ops *ops, const char *name)
{
    civil_day day = options_day(ops->options, name);
    return day == CIVIL_NONE ? ops->actor.day : day;
}

/* A signal can reach nothing else. */
static volatile sig_atomic_t is_stop_asked;
static void on_stop(int number)
{
    (void)number;
    is_stop_asked = 1;
}

static void on_stop_do(void (*handler)(int), int flags)
{
    struct sigaction stop = {.sa_handler = handler, .sa_flags = flags};
    (void)sigaction(SIGINT, &stop, NULL);
    (void)sigaction(SIGTERM, &stop, NULL);
}

void ops_catch_stop(void)
{
    on_stop_do(on_stop, (int)SA_RESETHAND);
}

void ops_release_stop(void)
{
    on_stop_do(SIG_DFL, 0);
}

enum err_code ops_stopped(struct err *err)
{
    errno = 0;
    return is_stop_asked ? err_set(err, ERR_BUSY, "đã dừng theo yêu cầu, không để lại gì") : ERR_NONE;
}

void ops_progress(const char *what, int64_t done, const char *unit)
{
    if (!isatty(STDERR_FILENO))
        return;
    fputs("\r\033[K", stderr);
    if (what)
        fprintf(stderr, "%s: %lld %s", what, (long long)done, unit);
    fflush(stderr);
}

static enum err_code open_store(struct ops *ops, unsigned flags, struct err *err)
{
    struct str where = options_text(ops->options, "store");
    const char *blobs = NULL;
    TRY(ops_folder(ops, "blobs", &blobs, err));
    struct store_options how = {.modules = sql_modules_all,
                                .clock = &ops->clock,
                                .blob_folder = blobs,
                                .create = (flags & OPS_CREATE) != 0,
                                .migrate = (flags & OPS_CREATE) != 0};
    TRY(store_open(where.ptr, &how, &ops->store, err));
    TRY(store_db_take(ops->store, &ops->db, err));
    if (options_has(ops->options, "as"))
        TRY(ops_person(ops, options_text(ops->options, "as"), &ops->actor.person_id, err));
    ops->actor.all = ops->actor.person_id == 0;
    return ERR_NONE;
}

static int run_verb(enum lang lang, const struct ops_verb *verb, int argc, char **argv)
{
    struct ops ops = {.exit_code = EXIT_DONE, .clock = cmd_clock(), .lang = lang};
    arena_init(&ops.arena, OPS_ARENA_BYTES);
    buf_init(&ops.out, OPS_OUTPUT_BYTES);
    struct options options;
    int exit_code;
    if (!options_start(verb->usage, lang, argc, argv, &ops.arena, &options, &exit_code)) {
        arena_done(&ops.arena);
        buf_done(&ops.out);
        return exit_code;
    }
    ops.name = verb->usage->name;
    ops.options = &options;
    ops.json = options_has(&options, "json");
    ops.actor = actor_system(clock_today(&ops.clock));
    json_writer_init(&ops.line, &ops.out, 0);
    struct err err = {0};
    enum err_code code = verb->check ? verb->check(&ops, &err) : ERR_NONE;
    if (code == ERR_NONE && verb->flags & OPS_STORE)
        code = open_store(&ops, verb->flags, &err);
    if (code == ERR_NONE)
        code = verb->run(&ops, &err);
    ops_progress(NULL, 0, "");
    exit_code = code == ERR_NONE ? ops.exit_code : ops.is_wrong_use ? EXIT_USAGE : EXIT_FAILED;
    if (code != ERR_NONE) {
        struct str said = refusal_text(&err, lang, &ops.arena);
        words_refuse(ops.name, lang, &err);
        if (ops.json) {
            struct json_writer *w = ops_line(&ops, "summary");
            json_field_str(w, STR("error"), str_from_cstr(err_code_to_str(code)));
            json_field_str(w, STR("reason"), said);
            ops_line_end(&ops);
        }
    }
    if (!ops.json && ops.out.ptr)
        text_tame(ops.out.ptr, ops.out.len_bytes);
    struct err why = {0};
    if (buf_check(&ops.out, &why) != ERR_NONE ||
        file_write_fd(STDOUT_FILENO, "stdout", buf_str(&ops.out), &why) != ERR_NONE) {
        words_refuse(ops.name, lang, &why);
        exit_code = EXIT_FAILED;
    }
    store_db_give(ops.db);
    store_close(ops.store);
    buf_done(&ops.out);
    arena_done(&ops.arena);
    return exit_code;
}

int ops_main(enum lang lang, const char *command, const struct ops_verb *verbs, size_t verb_count, int argc,
             char **argv)
{
    if (!verbs[0].word)
        return run_verb(lang, &verbs[0], argc, argv);
    bool is_help = argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
    for (size_t i = 0; i < verb_count && argc >= 2 && !is_help; i++)
        if (strcmp(verbs[i].word, argv[1]) == 0)
            return run_verb(lang, &verbs[i], argc - 1, argv + 1);
    FILE *out = is_help ? stdout : stderr;
    if (!is_help && argc >= 2) {
        bool is_option = argv[1][0] == '-';
        const char *near =
            is_option ? NULL : word_nearest(str_from_cstr(argv[1]), &verbs[0].word, verb_count, sizeof verbs[0]);
        if (is_option)
            fprintf(out,
                    lang_text(lang, "luytre %s: trước \"%s\" cần nêu việc muốn làm",
                              "luytre %s: what to do comes before \"%s\""),
                    command, argv[1]);
        else
            fprintf(out, lang_text(lang, "luytre %s: không có \"%s\"", "luytre %s: there is no \"%s\""), command,
                    argv[1]);
        if (near)
            fprintf(out, lang_text(lang, ", có phải \"%s\"?", ", did you mean \"%s\"?"), near);
        fputc('\n', out);
    }
    for (size_t i = 0; i < verb_count; i++)
        fprintf(out, "luytre %s%s%s\n    %s\n", verbs[i].usage->name, *verbs[i].usage->args ? " " : "",
                verbs[i].usage->args, lang_text(lang, verbs[i].usage->vi, verbs[i].usage->en));
    fprintf(out, "\nluytre %s VERB --help\n", command);
    return is_help ? stdout_done(command, lang) : EXIT_USAGE;
}
