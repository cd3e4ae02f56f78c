/* cmd_doctor.c - `luytre doctor`: what is wrong and what to do, in words. */
#include "cmd/cmd.h"
#include "cmd/ops.h"
#include "cmd/serve.h"
#include "work/health.h"

static const struct option_spec specs[] = {
    OPS_SPEC_STORE,
    OPS_SPEC_BLOBS,
    OPS_SPEC_KEYS,
    {"quick", 'q', OPTION_FLAG, 0, NULL, "bỏ qua kiểm chứng chuỗi, đếm lại và đọc mọi tệp",
     "leave out the chain, the recount and reading every file", 0, 0},
    {"fail-on", 0, OPTION_TEXT, 0, "note|warn|bad", "trả 1 khi có phát hiện từ mức này",
     "answer 1 when something of this level or worse is found", 0, 0},
    OPS_SPEC_JSON,
};
static const struct usage usage = {
    .name = "doctor",
    .args = "",
    .vi = "nói bằng lời điều gì đang sai và cách sửa",
    .en = "say in words what is wrong and what to do",
    .specs = specs,
    .spec_count = ARRAY_LEN(specs),
};

static void print_finding(struct ops *ops, const struct health_finding *f)
{
    static const char *const words_vi[] = {"  tốt     ", "  lưu ý   ", "! cần xem ", "! HỎNG    "};
    static const char *const words_en[] = {"  fine   ", "  note   ", "! look   ", "! BROKEN "};
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "finding");
        json_field_str(w, STR("check"), str_from_cstr(f->check));
        json_field_str(w, STR("level"), str_from_cstr(health_level_to_str(f->level)));
        json_field_str(w, STR("text_vi"), f->vi);
        json_field_str(w, STR("text_en"), f->en);
        json_field_str(w, STR("do_vi"), f->do_vi);
        json_field_str(w, STR("do_en"), f->do_en);
        ops_line_end(ops);
        return;
    }
    struct str text = lang_text(ops->lang, f->vi, f->en), act = lang_text(ops->lang, f->do_vi, f->do_en);
    buf_printf(&ops->out, "%s %.*s\n", lang_text(ops->lang, words_vi, words_en)[f->level], STR_ARG(text));
    if (!str_is_empty(act))
        buf_printf(&ops->out, "             → %.*s\n", STR_ARG(act));
}

static enum err_code look(struct ops *ops, struct health_list *list, bool *ret_could_look, struct err *err)
{
    const char *blobs = NULL, *keys = NULL;
    TRY(ops_folder(ops, "blobs", &blobs, err));
    TRY(ops_folder(ops, "keys", &keys, err));
    const char *where = options_text(ops->options, "store").ptr;
    struct store_options how = {.modules = sql_modules_all, .clock = &ops->clock, .blob_folder = blobs};
    struct health_places places = {
        .store_path = ops_is_postgres(str_from_cstr(where)) ? NULL : where, .blobs = blobs, .keys = keys};
    struct err why = {0};
    *ret_could_look =
        store_open(where, &how, &ops->store, &why) == ERR_NONE && store_db_take(ops->store, &ops->db, &why) == ERR_NONE;
    if (!*ret_could_look)
        return health_of_error(&why, &places, ops->actor.day, &ops->arena, list, err);
    if (health_look(ops->db, &places, options_has(ops->options, "quick") ? HEALTH_QUICK : HEALTH_DEEP, &ops->arena,
                    list, &why) == ERR_NONE)
        return ERR_NONE;
    *ret_could_look = false;
    return health_of_error(&why, &places, ops->actor.day, &ops->arena, list, err);
}

static enum err_code run(struct ops *ops, struct err *err)
{
    struct str fail_on = options_text(ops->options, "fail-on");
    enum health_level least = HEALTH_OK;
    while (!str_is_null(fail_on) &&
           (least == HEALTH_OK || !str_equal(fail_on, str_from_cstr(health_level_to_str(least))))) {
        if (least == HEALTH_BAD)
            return ops_usage(ops, err, "--fail-on cần note, warn hoặc bad", "--fail-on wants note, warn or bad");
        least++;
    }
    struct health_list list;
    bool could_look;
    TRY(look(ops, &list, &could_look, err));
    int64_t counts[HEALTH_BAD + 1] = {0};
    for (size_t i = 0; i < list.count; i++) {
        print_finding(ops, &list.items[i]);
        counts[list.items[i].level]++;
    }
    int64_t found = 0;
    for (enum health_level level = least == HEALTH_OK ? HEALTH_BAD + 1u : least; level <= HEALTH_BAD; level++)
        found += counts[level];
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        for (enum health_level level = HEALTH_OK; level <= HEALTH_BAD; level++)
            json_field_i64(w, str_from_cstr(health_level_to_str(level)), counts[level]);
        json_field_bool(w, STR("could_look"), could_look);
        ops_line_end(ops);
    } else
        buf_printf(
            &ops->out,
            ops_text(ops, "\n%lld hỏng, %lld cần xem, %lld tốt\n", "\n%lld broken, %lld to look at, %lld fine\n"),
            (long long)counts[HEALTH_BAD], (long long)counts[HEALTH_WARN], (long long)counts[HEALTH_OK]);
    ops->exit_code = !could_look ? EXIT_FAILED : found ? EXIT_FOUND : EXIT_DONE;
    return ERR_NONE;
}

int cmd_doctor(enum lang lang, int argc, char **argv)
{
    static const struct ops_verb verb[] = {{NULL, &usage, run, 0}};
    return ops_main(lang, "doctor", verb, 1, argc, argv);
}
