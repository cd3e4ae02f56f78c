/* cmd_token.c - `luytre token …`: tokens of programs that speak the API. */
#include "cmd/cmd.h"
#include "cmd/ops.h"
#include "know/know.h"
#include "org/session.h"
#include "work/ops.sql.h"

static const struct option_spec new_specs[] = {
    OPS_SPEC_STORE,
    {"name", 'n', OPTION_TEXT, OPTION_REQUIRED, "NAME", "khóa dùng cho việc gì", "what it is for", 0, 0},
    {"right", 'r', OPTION_TEXT, OPTION_REPEATED | OPTION_REQUIRED, "RIGHT",
     "quyền: read, draft, issue, report…; nêu nhiều lần được", "a right: read, draft, issue, report…; may be repeated",
     0, 0},
    {"days", 'd', OPTION_INT, 0, "N",
     "có hiệu lực bao nhiêu ngày (không nêu, và nhiều nhất: theo knowledge/thresholds.yaml)",
     "how many days it is good for (knowledge/thresholds.yaml says what when absent, and the most)", 1, 36600},
    OPS_SPEC_JSON,
};
static const struct usage new_usage = {.name = "token new",
                                       .args = "PERSON",
                                       .vi = "khóa API mới; chỉ hiện một lần",
                                       .en = "a new API token; shown this once",
                                       .specs = new_specs,
                                       .spec_count = ARRAY_LEN(new_specs),
                                       .args_min = 1,
                                       .args_max = 1};
static const struct option_spec list_specs[] = {OPS_SPEC_STORE, OPS_SPEC_JSON};
static const struct usage list_usage = {.name = "token list",
                                        .args = "",
                                        .vi = "liệt kê khóa API",
                                        .en = "list API tokens",
                                        .specs = list_specs,
                                        .spec_count = ARRAY_LEN(list_specs)};
static const struct usage end_usage = {.name = "token end",
                                       .args = "ID",
                                       .vi = "hủy một khóa API",
                                       .en = "end an API token",
                                       .specs = list_specs,
                                       .spec_count = ARRAY_LEN(list_specs),
                                       .args_min = 1,
                                       .args_max = 1};

static enum err_code new_run(struct ops *ops, struct err *err)
{
    const struct options *o = ops->options;
    struct actor actor = {.day = ops->actor.day, .right = RIGHT_READ};
    TRY(ops_person(ops, o->args.items[0], &actor.person_id, err));
    int most = know_threshold(KNOW_TOKEN_DAYS_MOST, actor.day);
    if (options_int(o, "days", 1) > most) {
        ops->is_wrong_use = true;
        return err_set(err, ERR_SYNTAX, "thời hạn từ 1 đến %d ngày", most);
    }
    uint64_t rights = 0;
    for (size_t i = 0; !str_is_null(options_nth(o, "right", i)); i++) {
        uint64_t right = right_from_str(options_nth(o, "right", i));
        if (!right) {
            ops->is_wrong_use = true;
            return err_set(err, ERR_SYNTAX, "không có quyền \"%.*s\"", STR_ARG(options_nth(o, "right", i)));
        }
        rights |= right;
    }
    int64_t id;
    struct session_token token;
    TRY(api_token_new(ops->db, &actor, options_text(o, "name"), rights,
                      (int)options_int(o, "days", know_threshold(KNOW_TOKEN_DAYS, actor.day)), &id, &token, err));
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        json_field_id(w, STR("id"), id);
        json_field_str(w, STR("token"), str_from_cstr(token.text));
        ops_line_end(ops);
    } else
        buf_printf(&ops->out, "%s\n", token.text);
    return ERR_NONE;
}

static enum err_code list_run(struct ops *ops, struct err *err)
{
    struct sql_ops_tokens_rows rows;
    TRY(sql_ops_tokens(ops->db, &ops->arena, &rows, err));
    int64_t now_ms = db_now_ms(ops->db);
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_ops_tokens_row *t = &rows.items[i];
        const char *state = t->revoked_ms.has ? "ended" : t->expires_ms <= now_ms ? "expired" : "good";
        char expires[CIVIL_TEXT_BYTES];
        civil_iso_ms(t->expires_ms, expires);
        if (!ops->json) {
            buf_printf(&ops->out, "#%lld  %s  %.*s  %.*s  %s\n", (long long)t->id, state, STR_ARG(t->person_name),
                       STR_ARG(t->name), expires);
            continue;
        }
        struct json_writer *w = ops_line(ops, "token");
        json_field_id(w, STR("id"), t->id);
        json_field_id(w, STR("person_id"), t->person_id);
        json_field_str(w, STR("person"), t->person_name);
        json_field_str(w, STR("name"), t->name);
        json_field_str(w, STR("state"), str_from_cstr(state));
        json_field_str(w, STR("expires"), str_from_cstr(expires));
        json_put_key(w, STR("rights"));
        json_array_begin(w);
        for (size_t r = 0; r < RIGHT_COUNT; r++)
            if ((uint64_t)t->rights & right_names[r].right)
                json_put_str(w, str_from_cstr(right_names[r].name));
        json_array_end(w);
        ops_line_end(ops);
    }
    if (ops->json) {
        json_field_i64(ops_line(ops, "summary"), STR("tokens"), (int64_t)rows.count);
        ops_line_end(ops);
    }
    return ERR_NONE;
}

static enum err_code end_run(struct ops *ops, struct err *err)
{
    int64_t id;
    TRY(ops_id(ops, ops->options->args.items[0], &id, err));
    struct sql_ops_token_owner_row *row = NULL;
    TRY(sql_ops_token_owner(ops->db, &ops->arena, &(struct sql_ops_token_owner_args){.id = id}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "không có khóa #%lld", (long long)id);
    struct actor owner = {.person_id = row->person_id, .right = RIGHT_READ, .day = ops->actor.day};
    TRY(api_token_end(ops->db, &owner, id, err));
    if (ops->json) {
        json_field_id(ops_line(ops, "summary"), STR("id"), id);
        ops_line_end(ops);
    } else
        buf_printf(&ops->out, ops_text(ops, "Đã hủy #%lld\n", "Ended #%lld\n"), (long long)id);
    return ERR_NONE;
}

int cmd_token(enum lang lang, int argc, char **argv)
{
    static const struct ops_verb verbs[] = {{"new", &new_usage, new_run, OPS_STORE},
                                            {"list", &list_usage, list_run, OPS_STORE},
                                            {"end", &end_usage, end_run, OPS_STORE}};
    return ops_main(lang, "token", verbs, ARRAY_LEN(verbs), argc, argv);
}
