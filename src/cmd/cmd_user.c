/* cmd_user.c - `luytre user …`: people, their links and their roles, through the same functions as the pages. */
#include "base/viet.h"
#include "cmd/cmd.h"
#include "cmd/ops.h"
#include "know/know.h"
#include "org/person.h"
#include "org/session.h"
#include "work/ops.sql.h"

#define SPEC_URL                                                                             \
    {                                                                                        \
        "url", 'u', OPTION_TEXT, 0, "URL", "địa chỉ công khai của trang, để in cả liên kết", \
            "public address of the site, to print the whole link", 0, 0                      \
    }

static const struct option_spec list_specs[] = {OPS_SPEC_STORE, OPS_SPEC_JSON};
static const struct usage list_usage = {.name = "user list",
                                        .args = "[TEXT]",
                                        .vi = "liệt kê người và quyền; TEXT tìm theo tên, không cần dấu",
                                        .en = "list people and roles; TEXT searches names, marks not needed",
                                        .specs = list_specs,
                                        .spec_count = ARRAY_LEN(list_specs),
                                        .args_max = 1};

static enum err_code list_run(struct ops *ops, struct err *err)
{
    struct str search = STR_NONE;
    if (ops->options->args.count) {
        struct str folded = viet_search_key(&ops->arena, ops->options->args.items[0]);
        if (str_is_null(folded))
            return arena_full(&ops->arena, err);
        search = arena_printf(&ops->arena, "%%%.*s%%", STR_ARG(folded));
        if (str_is_null(search))
            return arena_full(&ops->arena, err);
    }
    struct sql_ops_people_rows rows;
    TRY(sql_ops_people(ops->db, &ops->arena, &(struct sql_ops_people_args){.search = search, .on_day = ops->actor.day},
                       &rows, err));
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_ops_people_row *p = &rows.items[i];
        struct sql_ops_grants_rows grants;
        struct arena_mark mark = arena_mark(&ops->arena);
        TRY(sql_ops_grants(ops->db, &ops->arena,
                           &(struct sql_ops_grants_args){.person_id = p->id, .on_day = ops->actor.day}, &grants, err));
        if (ops->json) {
            struct json_writer *w = ops_line(ops, "user");
            json_field_id(w, STR("id"), p->id);
            json_field_str(w, STR("name"), p->name);
            json_field_str(w, STR("sign_in_name"), p->sign_in_name);
            json_field_str(w, STR("title"), p->title);
            json_field_str(w, STR("email"), p->email);
            json_field_id(w, STR("unit_id"), p->unit_id.v);
            json_field_str(w, STR("unit"), p->unit_name);
            json_field_bool(w, STR("active"), p->is_active != 0);
            json_field_bool(w, STR("erased"), p->erased_ms.has);
            json_field_bool(w, STR("password"), p->has_password != 0);
            json_field_bool(w, STR("second_factor"), p->has_totp != 0);
            json_put_key(w, STR("grants"));
            json_array_begin(w);
            for (size_t g = 0; g < grants.count; g++) {
                char from[CIVIL_TEXT_BYTES], to[CIVIL_TEXT_BYTES];
                json_object_begin(w);
                json_field_id(w, STR("id"), grants.items[g].id);
                json_field_str(w, STR("role"), grants.items[g].role);
                json_field_id(w, STR("unit_id"), grants.items[g].unit_id);
                json_field_str(w, STR("unit"), grants.items[g].unit_name);
                json_field_str(w, STR("tree"), grants.items[g].down_kind);
                json_field_str(w, STR("from"), str_from_cstr(civil_iso((civil_day)grants.items[g].from_day, from)));
                json_field_str(w, STR("to"), str_from_cstr(civil_iso((civil_day)grants.items[g].to_day, to)));
                json_object_end(w);
            }
            json_array_end(w);
            ops_line_end(ops);
        } else {
            buf_printf(&ops->out, "#%lld  %.*s  %.*s  %.*s%s\n", (long long)p->id, STR_ARG(p->name),
                       STR_ARG(str_is_null(p->sign_in_name) ? STR("-") : p->sign_in_name), STR_ARG(p->unit_name),
                       p->is_active ? "" : ops_text(ops, "  (đã ngừng)", "  (off)"));
            for (size_t g = 0; g < grants.count; g++)
                buf_printf(&ops->out, "      #%lld  %.*s  %.*s%s%.*s\n", (long long)grants.items[g].id,
                           STR_ARG(grants.items[g].role), STR_ARG(grants.items[g].unit_name),
                           str_is_null(grants.items[g].down_kind) ? "" : "  ↓ ", STR_ARG(grants.items[g].down_kind));
        }
        arena_rewind(&ops->arena, mark);
    }
    if (ops->json) {
        json_field_i64(ops_line(ops, "summary"), STR("users"), (int64_t)rows.count);
        ops_line_end(ops);
    } else if (rows.count == 0)
        buf_put(&ops->out, str_from_cstr(ops_text(ops, "không có ai\n", "nobody found\n")));
    return ERR_NONE;
}

static const struct option_spec add_specs[] = {
    OPS_SPEC_STORE,
    {"name", 'n', OPTION_TEXT, OPTION_REQUIRED, "NAME", "họ và tên", "full name", 0, 0},
    {"unit", 0, OPTION_TEXT, OPTION_REQUIRED, "CODE", "mã đơn vị, hoặc #số", "code of the unit, or #id", 0, 0},
    {"email", 0, OPTION_TEXT, 0, "ADDR", "thư điện tử", "mail address", 0, 0},
    {"phone", 0, OPTION_TEXT, 0, "PHONE", "điện thoại", "phone", 0, 0},
    {"title", 0, OPTION_TEXT, 0, "TEXT", "chức vụ", "position", 0, 0},
    {"from", 0, OPTION_DAY, 0, "DAY", "từ ngày (mặc định hôm nay)", "from this day (default: today)", 0, 0},
    OPS_SPEC_AS,
    OPS_SPEC_JSON,
};
static const struct usage add_usage = {.name = "user add",
                                       .args = "",
                                       .vi = "thêm một người làm việc ở một đơn vị",
                                       .en = "add a person who works in a unit",
                                       .specs = add_specs,
                                       .spec_count = ARRAY_LEN(add_specs)};

static enum err_code done_id(struct ops *ops, const char *what, int64_t id)
{
    if (ops->json) {
        json_field_id(ops_line(ops, "summary"), str_from_cstr(what), id);
        ops_line_end(ops);
    } else
        buf_printf(&ops->out, "#%lld\n", (long long)id);
    return ERR_NONE;
}

static enum err_code add_run(struct ops *ops, struct err *err)
{
    const struct options *o = ops->options;
    struct actor actor = ops_actor(ops, RIGHT_PEOPLE_ADMIN);
    int64_t unit_id, id;
    TRY(ops_unit(ops, options_text(o, "unit"), &unit_id, err));
    struct person_fields fields = {.name = options_text(o, "name"),
                                   .title = options_text(o, "title"),
                                   .email = options_text(o, "email"),
                                   .phone = options_text(o, "phone")};
    TRY(person_new(ops->db, &actor, &fields, unit_id, ops_day(ops, "from"), false, &id, err));
    return done_id(ops, "person_id", id);
}

static const struct option_spec link_specs[] = {OPS_SPEC_STORE, SPEC_URL, OPS_SPEC_AS, OPS_SPEC_JSON};
static const struct usage invite_usage = {.name = "user invite",
                                          .args = "PERSON",
                                          .vi = "liên kết mời, dùng một lần, có hạn: chọn tên đăng nhập và mật khẩu",
                                          .en = "an invitation, used once and in time: choose a name and a password",
                                          .specs = link_specs,
                                          .spec_count = ARRAY_LEN(link_specs),
                                          .args_min = 1,
                                          .args_max = 1};
static const struct usage reset_usage = {.name = "user reset",
                                         .args = "PERSON",
                                         .vi = "liên kết đặt lại mật khẩu, dùng một lần trong 1 ngày",
                                         .en = "a link to choose a new password, used once within a day",
                                         .specs = link_specs,
                                         .spec_count = ARRAY_LEN(link_specs),
                                         .args_min = 1,
                                         .args_max = 1};

static enum err_code link_run(struct ops *ops, enum invitation_kind kind, struct err *err)
{
    struct actor actor = ops_actor(ops, RIGHT_PEOPLE_ADMIN);
    int64_t id;
    struct session_token token;
    TRY(ops_person(ops, ops->options->args.items[0], &id, err));
    TRY(invitation_new(ops->db, &actor, id, kind, 0, &token, err));
    struct str url = options_text(ops->options, "url");
    struct str link =
        arena_printf(&ops->arena, "%.*s/invitation/%s", STR_ARG(str_is_null(url) ? STR("") : url), token.text);
    if (str_is_null(link))
        return arena_full(&ops->arena, err);
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        json_field_id(w, STR("person_id"), id);
        json_field_str(w, STR("link"), link);
        ops_line_end(ops);
    } else
        buf_printf(&ops->out, "%.*s\n", STR_ARG(link));
    return ERR_NONE;
}
static enum err_code invite_run(struct ops *ops, struct err *err)
{
    return link_run(ops, INVITATION_INVITE, err);
}
static enum err_code reset_run(struct ops *ops, struct err *err)
{
    return link_run(ops, INVITATION_RESET, err);
}

static const struct option_spec grant_specs[] = {
    OPS_SPEC_STORE,
    {"unit", 0, OPTION_TEXT, OPTION_REQUIRED, "CODE", "mã đơn vị, hoặc #số", "code of the unit, or #id", 0, 0},
    {"tree", 0, OPTION_TEXT, 0, "KIND", "cả cấp dưới theo cây: administrative, professional, incident",
     "also below, along a tree: administrative, professional, incident", 0, 0},
    {"basis", 0, OPTION_TEXT, 0, "TEXT", "quyết định giao", "the decision", 0, 0},
    {"from", 0, OPTION_DAY, 0, "DAY", "từ ngày (mặc định hôm nay)", "from this day (default: today)", 0, 0},
    {"to", 0, OPTION_DAY, 0, "DAY", "đến trước ngày", "until before this day", 0, 0},
    OPS_SPEC_AS,
    OPS_SPEC_JSON,
};
static const struct usage grant_usage = {.name = "user grant",
                                         .args = "PERSON ROLE",
                                         .vi = "giao một vai trò ở một đơn vị",
                                         .en = "give a role in a unit",
                                         .specs = grant_specs,
                                         .spec_count = ARRAY_LEN(grant_specs),
                                         .args_min = 2,
                                         .args_max = 2};

static enum err_code grant_run(struct ops *ops, struct err *err)
{
    const struct options *o = ops->options;
    struct actor actor = ops_actor(ops, RIGHT_PEOPLE_ADMIN);
    struct grant_request request = {.role = o->args.items[1],
                                    .edge_kind = options_has(o, "tree") ? options_text(o, "tree") : STR(""),
                                    .from_day = ops_day(ops, "from"),
                                    .to_day = options_day(o, "to") == CIVIL_NONE ? CIVIL_FOREVER : options_day(o, "to"),
                                    .basis = options_has(o, "basis") ? options_text(o, "basis") : STR("")};
    if (!know_role_find(request.role)) {
        buf_clear(&ops->out);
        for (size_t i = 0; i < know_role_count; i++)
            fprintf(stderr, "  %.*s  %.*s\n", STR_ARG(know_roles[i].id),
                    STR_ARG(lang_text(ops->lang, know_roles[i].title.vi, know_roles[i].title.en)));
        return ops_usage(ops, err, "không có vai trò đó, hãy chọn ở trên", "no such role, choose one of the above");
    }
    int64_t id;
    TRY(ops_person(ops, o->args.items[0], &request.person_id, err));
    TRY(ops_unit(ops, options_text(o, "unit"), &request.unit_id, err));
    TRY(grant_give(ops->db, &actor, &request, &id, err));
    return done_id(ops, "grant_id", id);
}

static const struct option_spec end_specs[] = {
    OPS_SPEC_STORE,
    {"grant", 0, OPTION_TEXT, 0, "ID", "chỉ kết thúc vai trò này", "end this role only", 0, 0},
    {"on", 0, OPTION_DAY, 0, "DAY", "vai trò hết từ ngày (mặc định hôm nay)",
     "the role ends on this day (default: today)", 0, 0},
    OPS_SPEC_AS,
    OPS_SPEC_JSON,
};
static const struct usage end_usage = {
    .name = "user end",
    .args = "[PERSON]",
    .vi = "ngừng một tài khoản (phiên và khóa API hết ngay), hoặc kết thúc một vai trò",
    .en = "switch an account off (sessions and tokens end at once), or end one role",
    .specs = end_specs,
    .spec_count = ARRAY_LEN(end_specs),
    .args_max = 1};

static enum err_code end_run(struct ops *ops, struct err *err)
{
    struct actor actor = ops_actor(ops, RIGHT_PEOPLE_ADMIN);
    bool has_grant = options_has(ops->options, "grant");
    int64_t id;
    if (has_grant == (ops->options->args.count == 1))
        return ops_usage(ops, err, "nêu một người hoặc --grant ID", "name a person or --grant ID");
    if (has_grant) {
        TRY(ops_id(ops, options_text(ops->options, "grant"), &id, err));
        TRY(grant_end(ops->db, &actor, id, ops_day(ops, "on"), err));
    } else {
        TRY(ops_person(ops, ops->options->args.items[0], &id, err));
        TRY(person_set_active(ops->db, &actor, id, false, err));
    }
    return done_id(ops, has_grant ? "grant_id" : "person_id", id);
}

int cmd_user(enum lang lang, int argc, char **argv)
{
    static const struct ops_verb verbs[] = {
        {"list", &list_usage, list_run, OPS_STORE},       {"add", &add_usage, add_run, OPS_STORE},
        {"invite", &invite_usage, invite_run, OPS_STORE}, {"reset", &reset_usage, reset_run, OPS_STORE},
        {"grant", &grant_usage, grant_run, OPS_STORE},    {"end", &end_usage, end_run, OPS_STORE}};
    return ops_main(lang, "user", verbs, ARRAY_LEN(verbs), argc, argv);
}
