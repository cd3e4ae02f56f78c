/* cmd_grants.c - `luytre grants`: give the run-time user of PostgreSQL what the program's queries need, and no more. */
#include "cmd/cmd.h"
#include "cmd/ops.h"
#include "cmd/serve.h"
#include "work/rights.h"

static const struct option_spec specs[] = {
    OPS_SPEC_STORE,
    {"role", 'r', OPTION_TEXT, OPTION_REQUIRED, "NAME", "người dùng PostgreSQL mà dịch vụ dùng khi chạy",
     "the PostgreSQL user the service runs as", 0, 0},
    {"apply", 0, OPTION_FLAG, 0, NULL, "làm luôn; cơ sở dữ liệu trống thì tạo lược đồ trước (mặc định: chỉ in SQL)",
     "do it; in an empty database the schema is made first (default: print the SQL)", 0, 0},
    OPS_SPEC_JSON,
};
static const struct usage usage = {
    .name = "grants",
    .args = "",
    .vi = "PostgreSQL: cấp cho người dùng chạy dịch vụ đúng quyền cần thiết; chạy bằng chủ sở hữu, sau khi cài và mỗi "
          "lần "
          "nâng cấp",
    .en = "PostgreSQL: give the service's user just the rights it needs; run as the owner, after installing and each "
          "upgrade",
    .specs = specs,
    .spec_count = ARRAY_LEN(specs),
};

static enum err_code run(struct ops *ops, struct err *err)
{
    const char *where = options_text(ops->options, "store").ptr;
    struct str role = options_text(ops->options, "role");
    bool apply = options_has(ops->options, "apply");
    if (!ops_is_postgres(str_from_cstr(where)))
        return ops_usage(ops, err, "chỉ PostgreSQL có người dùng: --store postgresql://…",
                         "only PostgreSQL has users: --store postgresql://…");
    struct store_options how = {.modules = sql_modules_all, .clock = &ops->clock, .create = apply, .found = apply};
    TRY(store_open(where, &how, &ops->store, err));
    TRY(store_db_take(ops->store, &ops->db, err));
    if (!apply) {
        buf_lit(&ops->out, "BEGIN;\n");
        TRY(store_grants_sql(ops->db, &work_grants, role, &ops->out, err));
        buf_lit(&ops->out, "COMMIT;\n");
        return ERR_NONE;
    }
    TRY(store_grants_apply(ops->db, &work_grants, role, err));
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        json_field_str(w, STR("role"), role);
        ops_line_end(ops);
    } else
        buf_printf(&ops->out,
                   ops_text(ops, "%.*s có đúng những quyền mà chương trình cần\n",
                            "%.*s has the rights the program needs, and no others\n"),
                   STR_ARG(role));
    return ERR_NONE;
}

int cmd_grants(enum lang lang, int argc, char **argv)
{
    static const struct ops_verb verb[] = {{NULL, &usage, run, 0}};
    return ops_main(lang, "grants", verb, 1, argc, argv);
}
