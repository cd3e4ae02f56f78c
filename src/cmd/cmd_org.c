/* cmd_org.c - `luytre org …`: organisations over time, through the same functions as the pages. */
#include <unistd.h>

#include "base/viet.h"
#include "cmd/cmd.h"
#include "cmd/ops.h"
#include "format/csv.h"
#include "know/know.h"
#include "org/event.h"
#include "org/event.sql.h"
#include "org/event_place.sql.h"
#include "org/import.h"
#include "org/unit.sql.h"
#include "os/file.h"
#include "work/ops.sql.h"
#include "work/registers.h"
#include "work/succession.h"

#define IMPORT_FILE_MAX ((size_t)64 << 20)
#define ERRORS_SHOWN    50u
#define TREE_DEPTH_MAX  16
#define FROM_MAX        64u
#define PARENTS_MAX     8u /* one a tree */

#define SPEC_TREE                                                                                    \
    {                                                                                                \
        "tree", 0, OPTION_TEXT, 0, "KIND", "cây: administrative (mặc định), professional, incident", \
            "tree: administrative (default), professional, incident", 0, 0                           \
    }
#define SPEC_ON                                                                                             \
    {                                                                                                       \
        "on", 0, OPTION_DAY, 0, "DAY", "từ ngày (mặc định hôm nay)", "from this day (default: today)", 0, 0 \
    }
#define SPEC_BASIS                                                                             \
    {                                                                                          \
        "basis", 0, OPTION_TEXT, OPTION_REQUIRED, "TEXT", "căn cứ: số quyết định, nghị quyết", \
            "the decision it rests on", 0, 0                                                   \
    }

static enum err_code tree_of(struct ops *ops, struct str *ret_kind, struct err *err)
{
    return ops_tree(ops, "tree", EDGE_ADMINISTRATIVE, ret_kind, err);
}

/* --- import --- */
static const struct option_spec import_specs[] = {
    OPS_SPEC_STORE,
    {"register", 0, OPTION_TEXT, 0, "NAME",
     "units (mặc định), people, systems, sites, ranges, domains, databases, devices",
     "units (default), people, systems, sites, ranges, domains, databases, devices", 0, 0},
    {"root", 0, OPTION_TEXT, 0, "CODE", "chỉ được ghi vào đơn vị này và cấp dưới", "write to this unit and below only",
     0, 0},
    {"dry-run", 0, OPTION_FLAG, 0, NULL, "chỉ xem, không ghi", "look, write nothing", 0, 0},
    {"template", 0, OPTION_FLAG, 0, NULL, "in tệp mẫu (CSV) của danh sách", "print the template (CSV) of the register",
     0, 0},
    {"undo", 0, OPTION_TEXT, 0, "BATCH", "hoàn tác lần nhập mang số này", "take back the batch of this number", 0, 0},
    {"skip-errors", 0, OPTION_FLAG, 0, NULL, "bỏ qua dòng sai, ghi các dòng đúng",
     "leave wrong rows out, write the good ones", 0, 0},
    OPS_SPEC_AS,
    OPS_SPEC_JSON,
};
static const struct usage import_usage = {.name = "org import",
                                          .args = "[FILE|-]",
                                          .vi = "nhập danh sách từ Excel, CSV, TSV; sai dòng nào nói dòng đó",
                                          .en = "import a register from Excel, CSV, TSV; each wrong row is named",
                                          .specs = import_specs,
                                          .spec_count = ARRAY_LEN(import_specs),
                                          .args_max = 1};

static void print_errors(struct ops *ops, const struct import_run *run)
{
    size_t shown = 0;
    for (size_t i = 0; i < run->row_count && (ops->json || shown < ERRORS_SHOWN); i++) {
        const struct import_row *row = &run->rows[i];
        if (row->verdict != IMPORT_ERROR)
            continue;
        shown++;
        struct str where = refusal_words(row->where, ops->lang, &ops->arena);
        struct str reason = refusal_words(row->reason, ops->lang, &ops->arena);
        if (ops->json) {
            struct json_writer *w = ops_line(ops, "error");
            json_field_i64(w, STR("row"), (int64_t)import_row_number(run, row));
            json_field_str(w, STR("where"), where);
            json_field_str(w, STR("reason"), reason);
            ops_line_end(ops);
        } else
            buf_printf(&ops->out, "%.*s: %.*s\n", STR_ARG(where), STR_ARG(reason));
    }
    if (run->error_count > shown && !ops->json)
        buf_printf(&ops->out, ops_text(ops, "… và %zu dòng sai nữa\n", "… and %zu more wrong rows\n"),
                   run->error_count - shown);
}

/* A column that is spelt otherwise than in the template would be lost without a word. */
static void print_unread(struct ops *ops, const struct import_run *run)
{
    for (size_t i = 0; i < run->unread.count; i++) {
        if (ops->json) {
            json_field_str(ops_line(ops, "unread"), STR("column"), run->unread.items[i]);
            ops_line_end(ops);
        } else
            buf_printf(&ops->out,
                       ops_text(ops, "cột \"%.*s\" không có trong danh sách này: không đọc\n",
                                "column \"%.*s\" is none of this register: it is not read\n"),
                       STR_ARG(run->unread.items[i]));
    }
}

static enum err_code import_with(struct ops *ops, struct import_run *run, struct err *err)
{
    const struct options *o = ops->options;
    struct actor actor = ops_actor(ops, run->what->right);
    struct str path = o->args.items[0], bytes;
    if (str_equal(path, STR("-")))
        TRY(file_read_fd(STDIN_FILENO, "-", IMPORT_FILE_MAX, &ops->arena, &bytes, err));
    else
        TRY(file_read(path.ptr, IMPORT_FILE_MAX, &ops->arena, &bytes, err));
    if (import_preview(ops->db, &actor, run, bytes, err) != ERR_NONE)
        return err_wrap(err, "%.*s", STR_ARG(path));
    print_unread(ops, run);
    print_errors(ops, run);
    size_t n_new = run->new_count, n_changed = run->changed_count, n_same = run->same_count, n_error = run->error_count;
    bool writes = !options_has(o, "dry-run") && n_new + n_changed > 0;
    if (writes)
        TRY(register_apply(ops->db, &actor, run, path_base_name(path), bytes, err));
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        json_field_i64(w, STR("new"), (int64_t)n_new);
        json_field_i64(w, STR("changed"), (int64_t)n_changed);
        json_field_i64(w, STR("same"), (int64_t)n_same);
        json_field_i64(w, STR("errors"), (int64_t)n_error);
        json_field_id(w, STR("batch_id"), writes ? run->batch_id : 0);
        ops_line_end(ops);
    } else
        buf_printf(&ops->out,
                   ops_text(ops, "%zu mới, %zu đổi, %zu như cũ, %zu sai%s\n",
                            "%zu new, %zu changed, %zu as before, %zu wrong%s\n"),
                   n_new, n_changed, n_same, n_error,
                   writes ? "" : ops_text(ops, "; không ghi gì", "; nothing was written"));
    if (writes && !ops->json)
        buf_printf(
            &ops->out,
            ops_text(ops, "lần nhập số %lld (hoàn tác: --undo %lld)\n", "batch %lld (to take it back: --undo %lld)\n"),
            (long long)run->batch_id, (long long)run->batch_id);
    return ERR_NONE;
}

static void print_template(struct ops *ops, const struct import_register *what)
{
    struct str headers[IMPORT_COLUMNS_MAX], example[IMPORT_COLUMNS_MAX];
    import_template(what, headers, example);
    struct csv_writer w;
    csv_writer_init(&w, &ops->out, ',', 0);
    for (size_t i = 0; i < what->column_count; i++)
        csv_put(&w, headers[i]);
    csv_end_row(&w);
    for (size_t i = 0; i < what->column_count; i++)
        csv_put(&w, example[i]);
    csv_end_row(&w);
}

static enum err_code undo_batch(struct ops *ops, const struct import_register *what, struct err *err)
{
    struct str text = options_text(ops->options, "undo");
    struct actor actor = ops_actor(ops, what->right);
    int64_t batch_id = 0;
    if (!str_to_i64(text, &batch_id))
        return ops_usage(ops, err, "--undo: số của lần nhập", "--undo: the number of a batch");
    TRY(register_undo(ops->db, &actor, what, batch_id, err));
    if (ops->json) {
        json_field_id(ops_line(ops, "summary"), STR("undone_batch_id"), batch_id);
        ops_line_end(ops);
    } else
        buf_printf(&ops->out, ops_text(ops, "đã hoàn tác lần nhập %lld\n", "batch %lld is taken back\n"),
                   (long long)batch_id);
    return ERR_NONE;
}

static enum err_code import_run(struct ops *ops, struct err *err)
{
    struct str name = options_has(ops->options, "register") ? options_text(ops->options, "register") : STR("units");
    const struct import_register *what = register_find(name);
    if (!what)
        return ops_usage(ops, err, "--register: units, people, systems, sites, ranges, domains, databases hoặc devices",
                         "--register: units, people, systems, sites, ranges, domains, databases or devices");
    if (options_has(ops->options, "template")) {
        print_template(ops, what);
        return ERR_NONE;
    }
    if (options_has(ops->options, "undo"))
        return undo_batch(ops, what, err);
    if (ops->options->args.count == 0)
        return ops_usage(ops, err, "cần tên tệp, --template hoặc --undo", "a file, --template or --undo is needed");
    int64_t root = 0;
    if (options_has(ops->options, "root"))
        TRY(ops_unit(ops, options_text(ops->options, "root"), &root, err));
    struct import_run run;
    import_begin(&run, what, root, ops->actor.day);
    run.skip_errors = options_has(ops->options, "skip-errors");
    enum err_code code = import_with(ops, &run, err);
    import_end(&run);
    return code;
}

/* --- tree, show --- */
static const struct option_spec tree_specs[] = {
    OPS_SPEC_STORE,
    SPEC_TREE,
    {"depth", 0, OPTION_INT, 0, "N", "sâu mấy bậc (mặc định 2)", "how many steps down (default 2)", 0, TREE_DEPTH_MAX},
    {"as-of", 0, OPTION_DAY, 0, "DAY", "cây của ngày này", "the tree of this day", 0, 0},
    OPS_SPEC_JSON,
};
static const struct usage tree_usage = {.name = "org tree",
                                        .args = "[CODE]",
                                        .vi = "cây đơn vị, từ gốc hoặc từ một đơn vị",
                                        .en = "the tree of units, from its roots or from one unit",
                                        .specs = tree_specs,
                                        .spec_count = ARRAY_LEN(tree_specs),
                                        .args_max = 1};

static size_t put_unit(struct ops *ops, int depth, int64_t parent_id, int64_t id, struct str kind, struct str name,
                       struct str code)
{
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "unit");
        json_field_id(w, STR("id"), id);
        json_field_id(w, STR("parent_id"), parent_id);
        json_field_i64(w, STR("depth"), depth);
        json_field_str(w, STR("kind"), kind);
        json_field_str(w, STR("code"), code);
        json_field_str(w, STR("name"), name);
        ops_line_end(ops);
    } else
        buf_printf(&ops->out, "%*s%.*s  (%.*s)\n", depth * 2, "", STR_ARG(name),
                   STR_ARG(str_is_null(code) ? STR("-") : code));
    return 1;
}

static enum err_code put_below(struct ops *ops, struct str tree, int64_t parent_id, int depth, int depth_max,
                               size_t *count, struct err *err)
{
    if (depth > depth_max)
        return ERR_NONE;
    struct sql_ops_children_rows rows;
    TRY(sql_ops_children(
        ops->db, &ops->arena,
        &(struct sql_ops_children_args){.parent_id = parent_id, .edge_kind = tree, .on_day = ops_day(ops, "as-of")},
        &rows, err));
    for (size_t i = 0; i < rows.count; i++) {
        *count += put_unit(ops, depth, parent_id, rows.items[i].id, rows.items[i].kind, rows.items[i].name,
                           rows.items[i].code);
        TRY(put_below(ops, tree, rows.items[i].id, depth + 1, depth_max, count, err));
    }
    return ERR_NONE;
}

static enum err_code tree_run(struct ops *ops, struct err *err)
{
    int depth_max = (int)options_int(ops->options, "depth", 2);
    size_t count = 0;
    struct str tree;
    TRY(tree_of(ops, &tree, err));
    if (ops->options->args.count) {
        int64_t id;
        struct sql_unit_name_on_row *row = NULL;
        TRY(ops_unit(ops, ops->options->args.items[0], &id, err));
        TRY(sql_unit_name_on(ops->db, &ops->arena,
                             &(struct sql_unit_name_on_args){.unit_id = id, .on_day = ops_day(ops, "as-of")}, &row,
                             err));
        if (!row)
            return err_set(err, ERR_NOT_FOUND, "đơn vị không có trong ngày đó");
        count += put_unit(ops, 0, 0, id, row->kind, row->name, row->code);
        TRY(put_below(ops, tree, id, 1, depth_max, &count, err));
    } else {
        struct sql_ops_roots_rows roots;
        TRY(sql_ops_roots(ops->db, &ops->arena,
                          &(struct sql_ops_roots_args){.edge_kind = tree, .on_day = ops_day(ops, "as-of")}, &roots,
                          err));
        for (size_t i = 0; i < roots.count; i++) {
            count +=
                put_unit(ops, 0, 0, roots.items[i].id, roots.items[i].kind, roots.items[i].name, roots.items[i].code);
            TRY(put_below(ops, tree, roots.items[i].id, 1, depth_max, &count, err));
        }
    }
    if (ops->json) {
        json_field_i64(ops_line(ops, "summary"), STR("units"), (int64_t)count);
        ops_line_end(ops);
    }
    return ERR_NONE;
}

static const struct option_spec show_specs[] = {OPS_SPEC_STORE, OPS_SPEC_JSON};
static const struct usage show_usage = {.name = "org show",
                                        .args = "CODE",
                                        .vi = "một đơn vị: tên qua các thời kỳ, cấp trên",
                                        .en = "one unit: its names through time, what stands above it",
                                        .specs = show_specs,
                                        .spec_count = ARRAY_LEN(show_specs),
                                        .args_min = 1,
                                        .args_max = 1};

static enum err_code show_run(struct ops *ops, struct err *err)
{
    struct actor actor = ops_actor(ops, RIGHT_READ);
    int64_t id;
    TRY(ops_unit(ops, ops->options->args.items[0], &id, err));
    struct sql_unit_history_rows facts;
    struct sql_unit_parents_rows parents;
    TRY(sql_unit_history(ops->db, &actor, &ops->arena, &(struct sql_unit_history_args){.unit_id = id}, &facts, err));
    TRY(sql_unit_parents(ops->db, &actor, &ops->arena,
                         &(struct sql_unit_parents_args){.unit_id = id, .on_day = actor.day}, &parents, err));
    if (!facts.count)
        return err_set(err, ERR_NOT_FOUND, "không có đơn vị #%lld", (long long)id);
    char from[CIVIL_TEXT_BYTES], to[CIVIL_TEXT_BYTES];
    for (size_t i = 0; i < facts.count; i++) {
        const struct sql_unit_history_row *f = &facts.items[i];
        civil_iso((civil_day)f->from_day, from);
        civil_iso((civil_day)f->to_day, to);
        if (ops->json) {
            struct json_writer *w = ops_line(ops, "fact");
            json_field_id(w, STR("unit_id"), id);
            json_field_str(w, STR("from"), str_from_cstr(from));
            json_field_str(w, STR("to"), *to ? str_from_cstr(to) : STR_NONE);
            json_field_str(w, STR("kind"), f->kind);
            json_field_str(w, STR("name"), f->name);
            json_field_str(w, STR("code"), f->code);
            json_field_str(w, STR("event"), f->event_kind);
            json_field_str(w, STR("basis"), f->basis);
            ops_line_end(ops);
        } else
            buf_printf(&ops->out, "%s – %-10s  %.*s  (%.*s, %.*s)  %.*s\n", from, *to ? to : "…", STR_ARG(f->name),
                       STR_ARG(f->code), STR_ARG(f->kind), STR_ARG(f->basis));
    }
    for (size_t i = 0; i < parents.count; i++) {
        if (ops->json) {
            struct json_writer *w = ops_line(ops, "parent");
            json_field_str(w, STR("tree"), parents.items[i].edge_kind);
            json_field_id(w, STR("id"), parents.items[i].parent_id);
            json_field_str(w, STR("name"), parents.items[i].name);
            ops_line_end(ops);
        } else
            buf_printf(&ops->out, "↑ %.*s: %.*s\n", STR_ARG(parents.items[i].edge_kind),
                       STR_ARG(parents.items[i].name));
    }
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        json_field_id(w, STR("unit_id"), id);
        json_field_i64(w, STR("facts"), (int64_t)facts.count);
        ops_line_end(ops);
    }
    return ERR_NONE;
}

/* --- events; open duties go along --- */
static enum err_code apply(struct ops *ops, struct event_plan *plan, struct err *err)
{
    struct actor actor = ops_actor(ops, RIGHT_ORG_ADMIN);
    int64_t *from = arena_new_array(&ops->arena, int64_t, FROM_MAX);
    if (!from)
        return arena_full(&ops->arena, err);
    if (ops->options->args.count > FROM_MAX)
        return ops_usage(ops, err, "nhiều đơn vị quá", "too many units");
    for (size_t i = 0; i < ops->options->args.count; i++)
        TRY(ops_unit(ops, ops->options->args.items[i], &from[i], err));
    for (size_t i = 0; i < ops->options->args.count; i++)
        for (size_t k = 0; k < i; k++)
            if (from[i] == from[k])
                return ops_usage(ops, err, "một đơn vị được nêu hai lần", "a unit is named twice");
    plan->from_ids = from;
    plan->from_count = ops->options->args.count;
    plan->on_day = ops_day(ops, "on");
    plan->basis = options_text(ops->options, "basis");
    struct event_done done = {0};
    TRY(event_apply(ops->db, &actor, plan, &work_succession, &done, err));
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        json_field_id(w, STR("event_id"), done.event_id);
        json_field_id(w, STR("to_id"), done.to_id);
        json_field_i64(w, STR("duties_moved"), (int64_t)done.duties_moved);
        json_field_i64(w, STR("to_place"), (int64_t)done.to_place);
        ops_line_end(ops);
    } else
        buf_printf(&ops->out,
                   ops_text(ops, "Xong: sự kiện #%lld, %zu việc đang mở chuyển theo\n",
                            "Done: event #%lld, %zu open duties went along\n"),
                   (long long)done.event_id, done.duties_moved);
    return ERR_NONE;
}

static const struct option_spec merge_specs[] = {
    OPS_SPEC_STORE, {"into", 0, OPTION_TEXT, OPTION_REQUIRED, "CODE", "đơn vị kế thừa", "the successor", 0, 0},
    SPEC_ON,        SPEC_BASIS,
    OPS_SPEC_AS,    OPS_SPEC_JSON};
static const struct usage merge_usage = {.name = "org merge",
                                         .args = "CODE…",
                                         .vi = "sáp nhập các đơn vị vào một đơn vị đang có",
                                         .en = "merge units into one that is there",
                                         .specs = merge_specs,
                                         .spec_count = ARRAY_LEN(merge_specs),
                                         .args_min = 1,
                                         .args_max = FROM_MAX};
static enum err_code merge_run(struct ops *ops, struct err *err)
{
    struct event_plan plan = {.kind = EVENT_MERGE};
    TRY(ops_unit(ops, options_text(ops->options, "into"), &plan.to_id, err));
    return apply(ops, &plan, err);
}

static const struct option_spec split_specs[] = {
    OPS_SPEC_STORE,
    {"part", 0, OPTION_TEXT, OPTION_REPEATED | OPTION_REQUIRED, "CODE=NAME", "đơn vị mới; nêu nhiều lần",
     "a new unit; repeat it", 0, 0},
    {"continues", 0, OPTION_FLAG, 0, NULL, "đơn vị cũ còn tiếp tục", "the old unit goes on", 0, 0},
    SPEC_ON,
    SPEC_BASIS,
    OPS_SPEC_AS,
    OPS_SPEC_JSON,
};
static const struct usage split_usage = {.name = "org split",
                                         .args = "CODE",
                                         .vi =
                                             "chia tách một đơn vị; những gì không nêu tạm về phần đầu, chờ phân giao",
                                         .en = "split a unit; what is not named waits with the first part to be placed",
                                         .specs = split_specs,
                                         .spec_count = ARRAY_LEN(split_specs),
                                         .args_min = 1,
                                         .args_max = 1};
static enum err_code split_run(struct ops *ops, struct err *err)
{
    struct unit_fact parts[EVENT_PARTS_MAX] = {0};
    struct unit_parent parents[PARENTS_MAX];
    struct event_plan plan = {.kind = EVENT_SPLIT,
                              .parts = parts,
                              .parents = parents,
                              .from_continues = options_has(ops->options, "continues")};
    struct actor reader = ops_actor(ops, RIGHT_READ);
    struct sql_unit_parents_rows above;
    int64_t id;
    struct sql_unit_name_on_row *row = NULL;
    TRY(ops_unit(ops, ops->options->args.items[0], &id, err));
    TRY(sql_unit_name_on(ops->db, &ops->arena,
                         &(struct sql_unit_name_on_args){.unit_id = id, .on_day = ops_day(ops, "on")}, &row, err));
    for (struct str text; !str_is_null(text = options_nth(ops->options, "part", plan.part_count)); plan.part_count++) {
        struct str code;
        if (plan.part_count == EVENT_PARTS_MAX || !str_contains(text, STR("=")) || !str_split(&text, '=', &code) ||
            str_is_empty(code = str_trim(code)) || str_is_empty(text = str_trim(text)))
            return ops_usage(ops, err, "--part cần MÃ=TÊN, nhiều nhất 16 phần",
                             "--part wants CODE=NAME, at most 16 of them");
        parts[plan.part_count] = (struct unit_fact){.kind = row ? row->kind : STR_NONE, .code = code, .name = text};
    }
    /* The new units stand where the old one stood, or what goes to them would be counted by nobody above. */
    TRY(sql_unit_parents(ops->db, &reader, &ops->arena,
                         &(struct sql_unit_parents_args){.unit_id = id, .on_day = ops_day(ops, "on")}, &above, err));
    for (size_t i = 0; i < above.count && i < PARENTS_MAX; i++)
        parents[plan.parent_count++] = (struct unit_parent){above.items[i].edge_kind, above.items[i].parent_id};
    return apply(ops, &plan, err);
}

static const struct option_spec rename_specs[] = {
    OPS_SPEC_STORE,
    {"name", 'n', OPTION_TEXT, 0, "NAME", "tên mới", "the new name", 0, 0},
    {"code", 0, OPTION_TEXT, 0, "CODE", "mã mới", "the new code", 0, 0},
    {"symbol", 0, OPTION_TEXT, 0, "TEXT", "ký hiệu mới trong số công văn", "the new symbol in letter numbers", 0, 0},
    SPEC_ON,
    SPEC_BASIS,
    OPS_SPEC_AS,
    OPS_SPEC_JSON,
};
static const struct usage rename_usage = {
    .name = "org rename",
    .args = "CODE",
    .vi = "đổi tên, mã hoặc ký hiệu từ một ngày; tên cũ vẫn hiện ở công văn cũ",
    .en = "another name, code or symbol from a day on; old letters keep the old one",
    .specs = rename_specs,
    .spec_count = ARRAY_LEN(rename_specs),
    .args_min = 1,
    .args_max = 1};
static enum err_code rename_run(struct ops *ops, struct err *err)
{
    const struct options *o = ops->options;
    struct unit_fact fact = {
        .name = options_text(o, "name"), .code = options_text(o, "code"), .symbol = options_text(o, "symbol")};
    if (str_is_null(fact.name) && str_is_null(fact.code) && str_is_null(fact.symbol))
        return ops_usage(ops, err, "cần --name, --code hoặc --symbol", "give --name, --code or --symbol");
    static const char *const names[] = {"name", "code", "symbol"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (options_has(o, names[i]) && str_is_empty(str_trim(options_text(o, names[i]))))
            return ops_usage(ops, err, "--name, --code, --symbol không để trống",
                             "--name, --code and --symbol want a text");
    struct event_plan plan = {.kind = EVENT_RENAME, .new_fact = &fact};
    return apply(ops, &plan, err);
}

static const struct option_spec move_specs[] = {
    OPS_SPEC_STORE,
    {"under", 0, OPTION_TEXT, OPTION_REQUIRED, "CODE", "cấp trên mới", "what it stands below from then on", 0, 0},
    SPEC_TREE,
    SPEC_ON,
    SPEC_BASIS,
    OPS_SPEC_AS,
    OPS_SPEC_JSON};
static const struct usage move_usage = {.name = "org move",
                                        .args = "CODE…",
                                        .vi = "chuyển đơn vị, cùng mọi cấp dưới, về cấp trên khác trong một cây",
                                        .en = "move units, with all below them, below another one in one tree",
                                        .specs = move_specs,
                                        .spec_count = ARRAY_LEN(move_specs),
                                        .args_min = 1,
                                        .args_max = FROM_MAX};
static enum err_code move_run(struct ops *ops, struct err *err)
{
    struct unit_parent parent = {0};
    TRY(tree_of(ops, &parent.edge_kind, err));
    TRY(ops_unit(ops, options_text(ops->options, "under"), &parent.parent_id, err));
    struct event_plan plan = {.kind = EVENT_REPARENT, .parents = &parent, .parent_count = 1};
    return apply(ops, &plan, err);
}

static const struct option_spec events_specs[] = {OPS_SPEC_STORE, OPS_SPEC_AS, OPS_SPEC_JSON};
static const struct usage events_usage = {
    .name = "org events",
    .args = "CODE",
    .vi = "sự kiện của một đơn vị và các đơn vị dưới nó, những mục còn chờ phân giao",
    .en = "events of a unit and of those below it, and what waits to be placed",
    .specs = events_specs,
    .spec_count = ARRAY_LEN(events_specs),
    .args_min = 1,
    .args_max = 1};

static void put_waiting(struct ops *ops, int64_t event_id, const struct sql_to_place_of_event_row *i)
{
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "to_place");
        json_field_id(w, STR("id"), i->id);
        json_field_id(w, STR("event_id"), event_id);
        json_field_str(w, STR("kind"), i->object_kind);
        json_field_id(w, STR("object_id"), i->object_id);
        json_field_str(w, STR("name"), i->name);
        json_field_str(w, STR("unit"), i->unit_name);
        ops_line_end(ops);
    } else
        buf_printf(&ops->out,
                   ops_text(ops, "    chờ phân giao #%lld: %.*s (%.*s), tạm ở %.*s\n",
                            "    to be placed #%lld: %.*s (%.*s), with %.*s for now\n"),
                   (long long)i->id, STR_ARG(i->name), STR_ARG(i->object_kind), STR_ARG(i->unit_name));
}

static enum err_code events_run(struct ops *ops, struct err *err)
{
    struct actor actor = ops_actor(ops, RIGHT_READ);
    int64_t id;
    size_t waiting = 0;
    struct sql_unit_event_list_rows rows;
    TRY(ops_unit(ops, ops->options->args.items[0], &id, err));
    TRY(sql_unit_event_list(
        ops->db, &actor, &ops->arena,
        &(struct sql_unit_event_list_args){.root_id = id, .edge_kind = EDGE_ADMINISTRATIVE, .limit_count = 1000}, &rows,
        err));
    for (size_t n = 0; n < rows.count; n++) {
        const struct sql_unit_event_list_row *e = &rows.items[n];
        struct sql_to_place_of_event_rows items;
        char day[CIVIL_TEXT_BYTES];
        civil_iso((civil_day)e->on_day, day);
        TRY(sql_to_place_of_event(ops->db, &actor, &ops->arena, &(struct sql_to_place_of_event_args){e->id}, &items,
                                  err));
        if (ops->json) {
            struct json_writer *w = ops_line(ops, "event");
            json_field_id(w, STR("id"), e->id);
            json_field_str(w, STR("kind"), e->kind);
            json_field_str(w, STR("on"), str_from_cstr(day));
            json_field_str(w, STR("basis"), e->basis);
            ops_line_end(ops);
        } else
            buf_printf(&ops->out, "#%lld  %s  %.*s  %.*s\n", (long long)e->id, day, STR_ARG(e->kind),
                       STR_ARG(e->basis));
        for (size_t i = 0; i < items.count; i++)
            if (!items.items[i].placed_unit_id.has) {
                put_waiting(ops, e->id, &items.items[i]);
                waiting++;
            }
    }
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        json_field_i64(w, STR("events"), (int64_t)rows.count);
        json_field_i64(w, STR("to_place"), (int64_t)waiting);
        ops_line_end(ops);
    }
    return ERR_NONE;
}

static const struct option_spec place_specs[] = {
    OPS_SPEC_STORE,
    {"to", 0, OPTION_TEXT, OPTION_REQUIRED, "CODE", "một trong các đơn vị mới", "one of the new units", 0, 0},
    OPS_SPEC_AS,
    OPS_SPEC_JSON};
static const struct usage place_usage = {.name = "org place",
                                         .args = "ITEM",
                                         .vi = "phân giao một mục mà lần chia tách để lại (số mục: org events)",
                                         .en = "place what a split left (its number: org events)",
                                         .specs = place_specs,
                                         .spec_count = ARRAY_LEN(place_specs),
                                         .args_min = 1,
                                         .args_max = 1};
static enum err_code place_run(struct ops *ops, struct err *err)
{
    struct actor actor = ops_actor(ops, RIGHT_ORG_ADMIN);
    int64_t item, to;
    struct event_placed placed;
    TRY(ops_id(ops, ops->options->args.items[0], &item, err));
    TRY(ops_unit(ops, options_text(ops->options, "to"), &to, err));
    TRY(event_place(ops->db, &actor, item, to, &work_succession, &placed, err));
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        json_field_id(w, STR("event_id"), placed.event_id);
        json_field_id(w, STR("from_id"), placed.from_id);
        json_field_id(w, STR("to_id"), to);
        ops_line_end(ops);
    } else
        buf_printf(&ops->out, "%s\n", ops_text(ops, "Đã phân giao", "Placed"));
    return ERR_NONE;
}

static const struct option_spec undo_specs[] = {OPS_SPEC_STORE, SPEC_BASIS, OPS_SPEC_AS, OPS_SPEC_JSON};
static const struct usage undo_usage = {
    .name = "org undo",
    .args = "EVENT",
    .vi = "hoàn tác một sự kiện ghi nhầm bằng một sự kiện ngược lại từ hôm nay; chỉ khi chưa có gì dựa trên nó",
    .en = "reverse an event entered by mistake by another one from today on; only while nothing was built on it",
    .specs = undo_specs,
    .spec_count = ARRAY_LEN(undo_specs),
    .args_min = 1,
    .args_max = 1};
static enum err_code undo_run(struct ops *ops, struct err *err)
{
    struct actor actor = ops_actor(ops, RIGHT_ORG_ADMIN);
    int64_t event_id, undo_id = 0;
    TRY(ops_id(ops, ops->options->args.items[0], &event_id, err));
    TRY(event_undo(ops->db, &actor, event_id, options_text(ops->options, "basis"), &work_succession, &undo_id, err));
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        json_field_id(w, STR("event_id"), undo_id);
        json_field_id(w, STR("undoes_id"), event_id);
        ops_line_end(ops);
    } else
        buf_printf(&ops->out, ops_text(ops, "Đã hoàn tác bằng sự kiện #%lld\n", "Undone by event #%lld\n"),
                   (long long)undo_id);
    return ERR_NONE;
}

int cmd_org(enum lang lang, int argc, char **argv)
{
    static const struct ops_verb verbs[] = {
        {"import", &import_usage, import_run, OPS_STORE}, {"tree", &tree_usage, tree_run, OPS_STORE},
        {"show", &show_usage, show_run, OPS_STORE},       {"merge", &merge_usage, merge_run, OPS_STORE},
        {"split", &split_usage, split_run, OPS_STORE},    {"rename", &rename_usage, rename_run, OPS_STORE},
        {"move", &move_usage, move_run, OPS_STORE},       {"events", &events_usage, events_run, OPS_STORE},
        {"place", &place_usage, place_run, OPS_STORE},    {"undo", &undo_usage, undo_run, OPS_STORE}};
    return ops_main(lang, "org", verbs, ARRAY_LEN(verbs), argc, argv);
}
