#include "cmd/options.h"

#include <errno.h>

#include "know/refusal.h"

#define NAME_MAX_BYTES      64
#define HELP_MAX_BYTES      (64u << 10)
#define REFUSAL_ARENA_BYTES (64u << 10)

static bool ascii_same(char a, char b)
{
    return str_equal_nocase_ascii((struct str){&a, 1}, (struct str){&b, 1});
}

/* Edit distance, where two neighbours swapped count once; ASCII case folded. Words past NAME_MAX_BYTES are never near.
 */
static size_t word_distance(struct str a, struct str b)
{
    size_t rows[3][NAME_MAX_BYTES + 1]; /* row i of the table stands in rows[i % 3] */
    if (a.len_bytes > NAME_MAX_BYTES || b.len_bytes > NAME_MAX_BYTES)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.len_bytes; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.len_bytes; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.len_bytes; j++) {
            size_t best = above[j - 1] + (ascii_same(a.ptr[i - 1], b.ptr[j - 1]) ? 0 : 1);
            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && ascii_same(a.ptr[i - 1], b.ptr[j - 2]) && ascii_same(a.ptr[i - 2], b.ptr[j - 1]) &&
                above2[j - 2] + 1 < best)
                best = above2[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[a.len_bytes % 3][b.len_bytes];
}

const char *NULLABLE word_nearest(struct str typed, const char *const *words, size_t count, size_t stride_bytes)
{
    const char *nearest = NULL;
    size_t nearest_distance = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        const char *word = *(const char *const *)(const void *)((const char *)words + i * stride_bytes);
        size_t len_bytes = strlen(word), limit = len_bytes / 3 ? len_bytes / 3 : 1;
        size_t distance = word_distance(typed, str_from_cstr(word));
        if (distance <= limit && distance < nearest_distance) {
            nearest = word;
            nearest_distance = distance;
        }
    }
    return nearest;
}

static const struct option_spec *NULLABLE spec_by_name(const struct usage *usage, struct str name)
{
    for (size_t i = 0; i < usage->spec_count; i++)
        if (str_equal(name, str_from_cstr(usage->specs[i].name)))
            return &usage->specs[i];
    return NULL;
}

static const struct option_spec *NULLABLE spec_by_letter(const struct usage *usage, char letter)
{
    for (size_t i = 0; i < usage->spec_count; i++)
        if (usage->specs[i].short_name && usage->specs[i].short_name == letter)
            return &usage->specs[i];
    return NULL;
}

static enum err_code unknown_option(const struct usage *usage, struct str typed, struct err *err)
{
    struct str name = typed;
    while (str_starts_with(name, STR("-")))
        name = str_slice(name, 1, name.len_bytes);
    const char *near =
        usage->spec_count ? word_nearest(name, &usage->specs[0].name, usage->spec_count, sizeof usage->specs[0]) : NULL;
    if (near)
        return err_set(err, ERR_SYNTAX, "không có lựa chọn %.*s, có phải --%s?", STR_ARG(typed), near);
    return err_set(err, ERR_SYNTAX, "không có lựa chọn %.*s", STR_ARG(typed));
}

static enum err_code value_read(const struct option_spec *spec, struct str text, struct option_value *ret_value,
                                struct err *err)
{
    struct option_value value = {.spec = spec, .text = text, .day = CIVIL_NONE};
    switch (spec->type) {
    case OPTION_FLAG:
    case OPTION_TEXT:
        break;
    case OPTION_PATH:
        if (str_is_empty(text))
            return err_set(err, ERR_SYNTAX, "--%s cần một đường dẫn", spec->name);
        break;
    case OPTION_INT: {
        bool is_open = spec->min == 0 && spec->max == 0;
        if (!str_to_i64(text, &value.number) || (!is_open && (value.number < spec->min || value.number > spec->max))) {
            if (is_open)
                return err_set(err, ERR_SYNTAX, "--%s cần một số nguyên, không phải \"%.*s\"", spec->name,
                               STR_ARG(text));
            return err_set(err, ERR_SYNTAX, "--%s cần một số từ %lld đến %lld, không phải \"%.*s\"", spec->name,
                           (long long)spec->min, (long long)spec->max, STR_ARG(text));
        }
        break;
    }
    case OPTION_DAY:
        if (!civil_parse_vn(text, &value.day))
            return err_set(err, ERR_SYNTAX,
                           "--%s cần một ngày có thật như 2022-11-30 hoặc 30/11/2022, không phải \"%.*s\"", spec->name,
                           STR_ARG(text));
        break;
    }
    *ret_value = value;
    return ERR_NONE;
}

static enum err_code value_add(struct options *options, const struct option_spec *spec, struct str text,
                               struct arena *arena, struct err *err)
{
    if (!(spec->flags & OPTION_REPEATED) && options_has(options, spec->name))
        return err_set(err, ERR_SYNTAX, "--%s chỉ được dùng một lần", spec->name);
    struct option_value value;
    TRY(value_read(spec, text, &value, err));
    struct option_value *slot = vec_push(&options->values, arena);
    if (!slot)
        return arena_full(arena, err);
    *slot = value;
    return ERR_NONE;
}

static enum err_code missing_value(const struct option_spec *spec, struct err *err)
{
    const char *arg = spec->arg ? spec->arg : "VALUE";
    return err_set(err, ERR_SYNTAX, "--%s cần giá trị %s", spec->name, arg);
}

/* --name, --name=value, --name value: moves *at past what it used. */
static enum err_code long_option(const struct usage *usage, int argc, char *const *argv, int *at,
                                 struct options *options, struct arena *arena, struct err *err)
{
    struct str word = str_from_cstr(argv[*at]);
    ptrdiff_t equals = str_find_byte(word, '=', 2);
    struct str name = str_slice(word, 2, equals < 0 ? word.len_bytes : (size_t)equals);
    const struct option_spec *spec = spec_by_name(usage, name);
    if (!spec)
        return unknown_option(usage, str_slice(word, 0, name.len_bytes + 2), err);
    if (spec->type == OPTION_FLAG) {
        if (equals >= 0)
            return err_set(err, ERR_SYNTAX, "--%s không nhận giá trị", spec->name);
        return value_add(options, spec, STR(""), arena, err);
    }
    if (equals >= 0)
        return value_add(options, spec, str_slice(word, (size_t)equals + 1, word.len_bytes), arena, err);
    if (*at + 1 >= argc)
        return missing_value(spec, err);
    *at += 1;
    return value_add(options, spec, str_from_cstr(argv[*at]), arena, err);
}

/* -v, -vq (two flags), -p VALUE, -pVALUE. */
static enum err_code short_options(const struct usage *usage, int argc, char *const *argv, int *at,
                                   struct options *options, struct arena *arena, struct err *err)
{
    struct str word = str_from_cstr(argv[*at]);
    for (size_t i = 1; i < word.len_bytes; i++) {
        const struct option_spec *spec = spec_by_letter(usage, word.ptr[i]);
        if (!spec && word.ptr[i] == 'h') {
            options->help = true;
            return ERR_NONE;
        }
        if (!spec)
            return unknown_option(usage, word, err);
        if (spec->type == OPTION_FLAG) {
            TRY(value_add(options, spec, STR(""), arena, err));
            continue;
        }
        if (i + 1 < word.len_bytes)
            return value_add(options, spec, str_slice(word, i + 1, word.len_bytes), arena, err);
        if (*at + 1 >= argc)
            return missing_value(spec, err);
        *at += 1;
        return value_add(options, spec, str_from_cstr(argv[*at]), arena, err);
    }
    return ERR_NONE;
}

static enum err_code counts_check(const struct usage *usage, const struct options *options, struct err *err)
{
    for (size_t i = 0; i < usage->spec_count; i++)
        if ((usage->specs[i].flags & OPTION_REQUIRED) && !options_has(options, usage->specs[i].name))
            return err_set(err, ERR_SYNTAX, "thiếu --%s", usage->specs[i].name);
    if (options->args.count < usage->args_min)
        return err_set(err, ERR_SYNTAX, "thiếu %s", usage->args);
    if (options->args.count > usage->args_max) {
        struct str extra = options->args.items[usage->args_max];
        return err_set(err, ERR_SYNTAX, "thừa \"%.*s\"", STR_ARG(extra));
    }
    return ERR_NONE;
}

enum err_code options_parse(const struct usage *usage, int argc, char *const *argv, struct arena *arena,
                            struct options *ret_options, struct err *err)
{
    struct options options = {0};
    bool is_over = false; /* `--` was seen */
    for (int at = 1; at < argc && !options.help; at++) {
        struct str word = str_from_cstr(argv[at]);
        if (!is_over && str_equal(word, STR("--"))) {
            is_over = true;
        } else if (!is_over && str_equal(word, STR("--help"))) {
            options.help = true;
        } else if (!is_over && str_starts_with(word, STR("--"))) {
            TRY(long_option(usage, argc, argv, &at, &options, arena, err));
        } else if (!is_over && str_starts_with(word, STR("-")) && word.len_bytes > 1) {
            TRY(short_options(usage, argc, argv, &at, &options, arena, err));
        } else {
            struct str *slot = vec_push(&options.args, arena);
            if (!slot)
                return arena_full(arena, err);
            *slot = word;
        }
    }
    if (!options.help)
        TRY(counts_check(usage, &options, err));
    *ret_options = options;
    return ERR_NONE;
}

void usage_print(const struct usage *usage, enum lang lang, struct buf *out)
{
    buf_printf(out, "luytre %s [--…]%s%s\n\n  %s\n\n", usage->name, *usage->args ? " " : "", usage->args,
               lang_text(lang, usage->vi, usage->en));
    for (size_t i = 0; i < usage->spec_count; i++) {
        const struct option_spec *spec = &usage->specs[i];
        if (spec->flags & OPTION_HIDDEN)
            continue;
        buf_lit(out, "  ");
        if (spec->short_name)
            buf_printf(out, "-%c, ", spec->short_name);
        buf_printf(out, "--%s%s%s%s%s\n      %s\n", spec->name, spec->type == OPTION_FLAG ? "" : " ",
                   spec->type == OPTION_FLAG ? "" : (spec->arg ? spec->arg : "VALUE"),
                   (spec->flags & OPTION_REPEATED) ? " …" : "",
                   (spec->flags & OPTION_REQUIRED) ? lang_text(lang, " (bắt buộc)", " (required)") : "",
                   lang_text(lang, spec->vi, spec->en));
    }
    buf_printf(out, "  --en\n      %s\n", lang_text(lang, "in bằng tiếng Anh", "print in English"));
    if (usage->examples)
        buf_printf(out, "\n%s\n", usage->examples);
    if (usage->more_vi)
        buf_printf(out, "\n%s\n", lang_text(lang, usage->more_vi, usage->more_en));
}

void text_tame(char *text, size_t len_bytes)
{
    for (size_t i = 0; i < len_bytes; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < ' ' && c != '\n' && c != '\t' && c != '\r') || c == 0x7f)
            text[i] = '?';
        /* U+0080 to U+009F are such too; U+009B begins what ESC [ begins */
        else if (c == 0xC2 && i + 1 < len_bytes && ((unsigned char)text[i + 1] & 0xE0) == 0x80)
            text[i] = text[i + 1] = '?';
    }
}

void words_refuse(const char *name, enum lang lang, const struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, REFUSAL_ARENA_BYTES);
    struct str said = refusal_text(err, lang, &arena);
    AUTO_BUF line;
    buf_init(&line, REFUSAL_ARENA_BYTES);
    buf_printf(&line, "luytre %s: %.*s\n", name, STR_ARG(said));
    if (line.ptr)
        text_tame(line.ptr, line.len_bytes);
    fprintf(stderr, "%.*s", STR_ARG(buf_str(&line)));
}

int stdout_done(const char *name, enum lang lang)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_DONE;
    struct err err;
    err_ignore(err_set(&err, ERR_IO, "write stdout"), "this is how it is said");
    words_refuse(name, lang, &err);
    return EXIT_FAILED;
}

bool options_start(const struct usage *usage, enum lang lang, int argc, char *const *argv, struct arena *arena,
                   struct options *ret_options, int *ret_exit)
{
    struct err err = {0};
    struct options options = {0};
    enum err_code code = options_parse(usage, argc, argv, arena, &options, &err);
    if (code != ERR_NONE) {
        words_refuse(usage->name, lang, &err);
        fprintf(stderr, "luytre %s --help\n", usage->name);
        *ret_exit = code == ERR_SYNTAX ? EXIT_USAGE : EXIT_FAILED;
        return false;
    }
    if (options.help) {
        AUTO_BUF out;
        buf_init(&out, HELP_MAX_BYTES);
        usage_print(usage, lang, &out);
        struct str text = buf_str(&out);
        (void)fwrite(text.ptr, 1, text.len_bytes, stdout); /* what did not go out is told by stdout_done */
        *ret_exit = stdout_done(usage->name, lang);
        return false;
    }
    options.lang = lang;
    *ret_options = options;
    return true;
}

enum lang options_language(int *argc, char **argv)
{
    enum lang lang = LANG_VI;
    int kept = 1, at = 1;
    for (; at < *argc && strcmp(argv[at], "--") != 0; at++)
        if (strcmp(argv[at], "--en") == 0)
            lang = LANG_EN;
        else
            argv[kept++] = argv[at];
    while (at < *argc)
        argv[kept++] = argv[at++];
    *argc = *argc ? kept : 0;
    argv[*argc] = NULL;
    return lang;
}

static const struct option_value *NULLABLE value_last(const struct options *options, const char *name)
{
    for (size_t i = options->values.count; i > 0; i--)
        if (strcmp(options->values.items[i - 1].spec->name, name) == 0)
            return &options->values.items[i - 1];
    return NULL;
}

bool options_has(const struct options *options, const char *name)
{
    return value_last(options, name) != NULL;
}

struct str options_text(const struct options *options, const char *name)
{
    const struct option_value *value = value_last(options, name);
    return value ? value->text : STR_NONE;
}

int64_t options_int(const struct options *options, const char *name, int64_t fallback)
{
    const struct option_value *value = value_last(options, name);
    return value ? value->number : fallback;
}

civil_day options_day(const struct options *options, const char *name)
{
    const struct option_value *value = value_last(options, name);
    return value ? value->day : CIVIL_NONE;
}

struct str options_nth(const struct options *options, const char *name, size_t nth)
{
    for (size_t i = 0; i < options->values.count; i++)
        if (strcmp(options->values.items[i].spec->name, name) == 0 && nth-- == 0)
            return options->values.items[i].text;
    return STR_NONE;
}
