/* cmd_status.c - `luytre status`: how far everyone is as of a day, who is missing first. docs: the command-line
 * contract. */
#include "base/vec.h"
#include "cmd/cmd.h"
#include "cmd/ops.h"
#include "duty/page_report.sql.h"
#include "duty/rollup.h"
#include "duty/rollup.sql.h"
#include "format/csv.h"
#include "format/json.h"
#include "org/access.h"
#include "org/unit.h"
#include "org/unit.sql.h"
#include "web/words.h"

#define STATUS_ARENA_BYTES ((size_t)1 << 30)
#define STATUS_MISSING_MAX 100000
#define STATUS_SHOWN       20 /* missing units written out in the text for people */

static const struct option_spec specs[] = {
    OPS_SPEC_STORE,
    {"org", 0, OPTION_TEXT, 0, "CODE", "mã đơn vị; không có: đơn vị đứng đầu", "code of a unit; absent: the one on top",
     0, 0},
    {"directive", 0, OPTION_INT, 0, "ID", "chỉ một văn bản chỉ đạo và những văn bản thực hiện nó",
     "only one directive and what carries it out", 1, INT64_MAX},
    {"edge", 0, OPTION_TEXT, 0, "KIND", "administrative, professional, incident (mặc định: đường có nhiều đơn vị nhất)",
     "administrative, professional, incident (default: the one with most units below)", 0, 0},
    {"as-of", 0, OPTION_DAY, 0, "DATE", "như đã biết cuối ngày này", "as it was known at the end of that day", 0, 0},
    {"json", 0, OPTION_FLAG, 0, NULL, "mỗi dòng một đối tượng JSON: missing…, unit…, summary",
     "newline-delimited JSON: missing…, unit…, summary", 0, 0},
    {"csv", 0, OPTION_FLAG, 0, NULL, "bảng CSV: đơn vị này, rồi từng đơn vị ngay dưới",
     "CSV: the unit itself, then each unit right below", 0, 0},
    {"fail-on", 0, OPTION_TEXT, 0, "STATE", "thoát mã 1 khi có việc ở trạng thái này (late, birth, unseen…)",
     "exit 1 when something is in that state (late, birth, unseen…)", 0, 0},
};
static const struct usage usage = {
    .name = "status",
    .args = "",
    .vi = "tình hình thực hiện tính đến một ngày: ai còn thiếu, ai trễ",
    .en = "how far everyone is as of a day: who is missing, who is late",
    .specs = specs,
    .spec_count = ARRAY_LEN(specs),
};

struct missing {
    int64_t unit_id, late, birth, unseen;
    struct str name, focal_name, focal_phone;
};
struct below {
    int64_t unit_id;
    struct str name, kind;
    struct rollup rollup;
};
struct status {
    struct arena *arena;
    struct db *db;
    struct actor actor;
    int64_t root_id, directive_id;
    struct str root_name, edge;
    civil_day as_of, today; /* as_of CIVIL_NONE: today */
    struct rollup rollup;
    VEC(struct missing) missing;
    VEC(struct below) below;
};

static enum err_code root_find(struct status *s, struct ops *ops, struct err *err)
{
    civil_day day = s->as_of == CIVIL_NONE ? s->today : s->as_of;
    struct str code = options_text(ops->options, "org");
    if (options_has(ops->options, "org")) {
        TRY(unit_find_code(s->db, code, day, &s->root_id, err));
        struct sql_unit_name_on_row *row;
        TRY(sql_unit_name_on(s->db, s->arena, &(struct sql_unit_name_on_args){.unit_id = s->root_id, .on_day = day},
                             &row, err));
        s->root_name = row ? row->name : STR("");
        return ERR_NONE;
    }
    struct sql_report_roots_rows roots;
    TRY(sql_report_roots(s->db, s->arena, &(struct sql_report_roots_args){.on_day = day}, &roots, err));
    if (!roots.count && s->as_of != CIVIL_NONE)
        return err_set(err, ERR_NOT_FOUND, "--as-of: ngày ấy chưa có đơn vị nào");
    if (!roots.count)
        return err_set(err, ERR_NOT_FOUND, "chưa có đơn vị nào trong dữ liệu này");
    if (roots.count > 1 && roots.items[1].below == roots.items[0].below)
        return ops_usage(ops, err, "có nhiều đơn vị đứng đầu, chọn một bằng --org",
                         "several units stand on top, choose one with --org");
    s->root_id = roots.items[0].id;
    s->root_name = roots.items[0].name;
    return ERR_NONE;
}

/* Rows come by unit; what is late, late by birth or unseen is counted. */
static enum err_code past_row(void *ctx, const struct sql_assignments_as_of_row *row, struct err *err)
{
    struct status *s = ctx;
    if (row->state != DUTY_LATE && row->state != DUTY_BIRTH && row->state != DUTY_UNSEEN)
        return ERR_NONE;
    struct missing *m = s->missing.count ? &s->missing.items[s->missing.count - 1] : NULL;
    if (!m || m->unit_id != row->unit_id) {
        m = vec_push(&s->missing, s->arena);
        if (!m)
            return arena_full(s->arena, err);
        *m = (struct missing){.unit_id = row->unit_id, .name = arena_str(s->arena, row->unit_name)};
    }
    *(row->state == DUTY_LATE ? &m->late : row->state == DUTY_BIRTH ? &m->birth : &m->unseen) += 1;
    return ERR_NONE;
}

static int by_urgency(const void *a, const void *b)
{
    const struct missing *x = a, *y = b;
    if (x->late != y->late)
        return x->late < y->late ? 1 : -1;
    if (x->birth != y->birth)
        return x->birth < y->birth ? 1 : -1;
    if (x->unseen != y->unseen)
        return x->unseen < y->unseen ? 1 : -1;
    return x->unit_id < y->unit_id ? -1 : x->unit_id > y->unit_id;
}

static enum err_code missing_read(struct status *s, struct err *err)
{
    if (s->as_of != CIVIL_NONE) {
        struct str kind;
        TRY(rollup_scope_kind(s->db, s->directive_id, s->arena, &kind, err));
        AUTO_ARENA scratch;
        arena_init(&scratch, STATUS_ARENA_BYTES);
        TRY(sql_assignments_as_of_each(s->db, &s->actor, &scratch,
                                       &(struct sql_assignments_as_of_args){.root_id = s->root_id,
                                                                            .scope_id = s->directive_id,
                                                                            .kind = kind,
                                                                            .edge_kind = s->edge,
                                                                            .as_of_day = s->as_of,
                                                                            .state = -1,
                                                                            .limit_count = INT32_MAX},
                                       past_row, s, err));
    } else {
        struct sql_unit_missing_rows rows;
        TRY(sql_unit_missing(s->db, &s->actor, s->arena,
                             &(struct sql_unit_missing_args){.root_id = s->root_id,
                                                             .scope_id = s->directive_id,
                                                             .edge_kind = s->edge,
                                                             .on_day = s->today,
                                                             .limit_count = STATUS_MISSING_MAX},
                             &rows, err));
        for (size_t i = 0; i < rows.count; i++) {
            struct missing *m = vec_push(&s->missing, s->arena);
            if (!m)
                return arena_full(s->arena, err);
            *m = (struct missing){.unit_id = rows.items[i].unit_id,
                                  .late = rows.items[i].n_late,
                                  .unseen = rows.items[i].n_unseen,
                                  .name = rows.items[i].name,
                                  .focal_name = rows.items[i].focal_name,
                                  .focal_phone = rows.items[i].focal_phone};
        }
    }
    if (s->missing.count)
        qsort(s->missing.items, s->missing.count, sizeof *s->missing.items, by_urgency);
    return ERR_NONE;
}

static enum err_code status_read(struct status *s, struct err *err)
{
    TRY(rollup_get(s->db, &s->actor, s->root_id, s->directive_id, s->edge, s->as_of, s->arena, &s->rollup, err));
    TRY(missing_read(s, err));
    struct sql_unit_children_rows children;
    civil_day day = s->as_of == CIVIL_NONE ? s->today : s->as_of;
    TRY(sql_unit_children(s->db, &s->actor, s->arena,
                          &(struct sql_unit_children_args){.unit_id = s->root_id, .edge_kind = s->edge, .on_day = day},
                          &children, err));
    for (size_t i = 0; i < children.count; i++) {
        struct below *b = vec_push(&s->below, s->arena);
        if (!b)
            return arena_full(s->arena, err);
        *b = (struct below){
            .unit_id = children.items[i].id, .name = children.items[i].name, .kind = children.items[i].kind};
        TRY(rollup_get(s->db, &s->actor, b->unit_id, s->directive_id, s->edge, s->as_of, s->arena, &b->rollup, err));
    }
    return ERR_NONE;
}

/* --- printing --- */

static void put_counts(struct json_writer *w, const struct rollup *r)
{
    json_field_i64(w, STR("total"), r->total);
    json_field_i64(w, STR("owed"), r->owed);
    for (int state = 0; state < DUTY_STATE_COUNT; state++)
        json_field_i64(w, str_from_cstr(duty_state_to_str(state)), r->n[state]);
}

static void print_json(const struct status *s, struct buf *out)
{
    char day[CIVIL_TEXT_BYTES];
    struct json_writer w;
    json_writer_init(&w, out, 0);
    for (size_t i = 0; i < s->missing.count; i++) {
        const struct missing *m = &s->missing.items[i];
        json_object_begin(&w);
        json_field_str(&w, STR("type"), STR("missing"));
        json_field_id(&w, STR("unit"), m->unit_id);
        json_field_str(&w, STR("name"), m->name);
        json_field_i64(&w, STR("late"), m->late);
        json_field_i64(&w, STR("unseen"), m->unseen);
        json_field_str(&w, STR("focal_name"), m->focal_name);
        json_field_str(&w, STR("focal_phone"), m->focal_phone);
        json_object_end(&w);
        json_end_line(&w);
    }
    for (size_t i = 0; i < s->below.count; i++) {
        const struct below *b = &s->below.items[i];
        json_object_begin(&w);
        json_field_str(&w, STR("type"), STR("unit"));
        json_field_id(&w, STR("unit"), b->unit_id);
        json_field_str(&w, STR("name"), b->name);
        json_field_str(&w, STR("kind"), b->kind);
        put_counts(&w, &b->rollup);
        json_object_end(&w);
        json_end_line(&w);
    }
    json_object_begin(&w);
    json_field_str(&w, STR("type"), STR("summary"));
    json_field_id(&w, STR("unit"), s->root_id);
    json_field_str(&w, STR("name"), s->root_name);
    json_field_id(&w, STR("directive"), s->directive_id);
    json_field_str(&w, STR("as_of"), str_from_cstr(civil_iso(s->as_of == CIVIL_NONE ? s->today : s->as_of, day)));
    json_field_i64(&w, STR("missing_units"), (int64_t)s->missing.count);
    put_counts(&w, &s->rollup);
    json_object_end(&w);
    json_end_line(&w);
}

static void csv_line(struct csv_writer *w, int64_t unit_id, struct str name, const struct rollup *r)
{
    csv_put_i64(w, unit_id);
    csv_put(w, name);
    csv_put_i64(w, r->total);
    csv_put_i64(w, r->owed);
    for (int state = 0; state < DUTY_STATE_COUNT; state++)
        csv_put_i64(w, r->n[state]);
    csv_end_row(w);
}

/* "3 quá hạn", after a comma when something stands before. */
static void put_count(struct buf *out, enum lang lang, bool *is_first, int64_t n, const char *vi, const char *en)
{
    if (!n)
        return;
    buf_printf(out, "%s ", *is_first ? "" : ",");
    words_number(out, lang, n);
    buf_printf(out, " %s", lang_text(lang, vi, en));
    *is_first = false;
}

/* "12 trên 40 nhiệm vụ (30%)" */
static void put_share(struct buf *out, enum lang lang, const struct rollup *r, const char *vi, const char *en)
{
    words_number(out, lang, r->n[DUTY_OK]);
    buf_put(out, str_from_cstr(lang_text(lang, " trên ", " of ")));
    words_number(out, lang, r->owed);
    buf_printf(out, " %s (", lang_text(lang, vi, en));
    words_percent(out, lang, words_tenths(r->n[DUTY_OK], r->owed));
    buf_put_byte(out, ')');
}

static void print_missing(const struct status *s, enum lang lang, struct buf *out)
{
    buf_put(out, str_from_cstr(lang_text(lang, "\nCòn thiếu, số đơn vị quá hạn hoặc chưa xem: ",
                                         "\nMissing, units late or that have not looked: ")));
    words_number(out, lang, (int64_t)s->missing.count);
    buf_put_byte(out, '\n');
    for (size_t i = 0; i < s->missing.count && i < STATUS_SHOWN; i++) {
        const struct missing *m = &s->missing.items[i];
        bool is_first = true;
        buf_printf(out, "  %.*s:", STR_ARG(m->name));
        put_count(out, lang, &is_first, m->late, "quá hạn", "late");
        put_count(out, lang, &is_first, m->birth, "trễ từ khi giao", "late by birth");
        put_count(out, lang, &is_first, m->unseen, "chưa xem", "not seen");
        if (!str_is_empty(m->focal_name))
            buf_printf(out, " (%.*s%s%.*s)", STR_ARG(m->focal_name), str_is_empty(m->focal_phone) ? "" : ", ",
                       STR_ARG(m->focal_phone));
        buf_put_byte(out, '\n');
    }
    if (s->missing.count <= STATUS_SHOWN)
        return;
    buf_put(out, str_from_cstr(lang_text(lang, "  … và ", "  … and ")));
    words_number(out, lang, (int64_t)(s->missing.count - STATUS_SHOWN));
    buf_put(out, str_from_cstr(lang_text(lang, " đơn vị khác (--json có đủ)\n", " more (--json has all)\n")));
}

static void print_people(const struct status *s, enum lang lang, struct buf *out)
{
    static const struct {
        int state;
        const char *vi, *en;
    } lines[] = {{DUTY_LATE, "quá hạn", "late"},          {DUTY_BIRTH, "trễ từ khi giao", "late by birth"},
                 {DUTY_UNSEEN, "chưa xem", "not seen"},   {DUTY_DUE, "sắp đến hạn", "due soon"},
                 {DUTY_ACK, "đã tiếp nhận", "taken on"},  {DUTY_DOING, "đang làm", "in progress"},
                 {DUTY_NA, "không thuộc diện", "exempt"}, {DUTY_WAIVED, "tạm miễn", "waived"}};
    char day[CIVIL_TEXT_BYTES];
    buf_printf(out, lang_text(lang, "%.*s, tính đến hết ngày %s\n", "%.*s, until the end of %s\n"),
               STR_ARG(s->root_name), civil_vn(s->as_of == CIVIL_NONE ? s->today : s->as_of, day));
    if (s->missing.count)
        print_missing(s, lang, out);
    else if (s->rollup.owed)
        buf_put(out, str_from_cstr(lang_text(lang, "\nKhông đơn vị nào quá hạn hoặc chưa xem.\n",
                                             "\nNo unit is late or has not looked.\n")));
    buf_put(out, str_from_cstr(lang_text(lang, "\nĐạt ", "\nDone: ")));
    put_share(out, lang, &s->rollup, "nhiệm vụ", "duties");
    buf_put_byte(out, '\n');
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        bool is_first = true;
        if (!s->rollup.n[lines[i].state])
            continue;
        buf_put_byte(out, ' ');
        put_count(out, lang, &is_first, s->rollup.n[lines[i].state], lines[i].vi, lines[i].en);
        buf_put_byte(out, '\n');
    }
    if (s->below.count)
        buf_put(out, str_from_cstr(lang_text(lang, "\nTừng đơn vị ngay dưới\n", "\nEach unit right below\n")));
    for (size_t i = 0; i < s->below.count; i++) {
        const struct below *b = &s->below.items[i];
        bool is_first = false;
        if (!b->rollup.total)
            continue;
        buf_printf(out, "  %.*s: ", STR_ARG(b->name));
        put_share(out, lang, &b->rollup, "đạt", "done");
        put_count(out, lang, &is_first, b->rollup.n[DUTY_LATE], "quá hạn", "late");
        put_count(out, lang, &is_first, b->rollup.n[DUTY_UNSEEN], "chưa xem", "not seen");
        buf_put_byte(out, '\n');
    }
}

static void print_csv(const struct status *s, struct buf *out)
{
    static const char *const titles[] = {"unit", "name", "total", "owed"};
    struct csv_writer w;
    csv_writer_init(&w, out, ',', 0);
    for (size_t i = 0; i < ARRAY_LEN(titles); i++)
        csv_put(&w, str_from_cstr(titles[i]));
    for (int state = 0; state < DUTY_STATE_COUNT; state++)
        csv_put(&w, str_from_cstr(duty_state_to_str(state)));
    csv_end_row(&w);
    csv_line(&w, s->root_id, s->root_name, &s->rollup);
    for (size_t i = 0; i < s->below.count; i++)
        csv_line(&w, s->below.items[i].unit_id, s->below.items[i].name, &s->below.items[i].rollup);
}

static bool fail_on_of(const struct options *options, enum duty_state *ret_state)
{
    *ret_state = DUTY_STATE_COUNT;
    return !options_has(options, "fail-on") || duty_state_from_str(options_text(options, "fail-on"), ret_state);
}

static enum err_code check(struct ops *ops, struct err *err)
{
    enum duty_state fail_on;
    struct str edge;
    if (ops->json && options_has(ops->options, "csv"))
        return ops_usage(ops, err, "chọn một trong --json và --csv", "choose one of --json and --csv");
    if (!fail_on_of(ops->options, &fail_on))
        return ops_usage(ops, err, "--fail-on: chọn một trong unseen, ack, doing, ok, due, late, birth, na, waived",
                         "--fail-on: choose one of unseen, ack, doing, ok, due, late, birth, na, waived");
    if (options_day(ops->options, "as-of") > ops->actor.day)
        return ops_usage(ops, err, "--as-of: ngày ấy chưa đến", "--as-of: that day has not come");
    return ops_tree(ops, "edge", EDGE_ADMINISTRATIVE, &edge, err);
}

static enum err_code run(struct ops *ops, struct err *err)
{
    const struct options *options = ops->options;
    enum duty_state fail_on;
    struct status s = {.arena = &ops->arena,
                       .db = ops->db,
                       .today = ops->actor.day,
                       .actor = ops->actor,
                       .directive_id = options_int(options, "directive", ROLLUP_ALL),
                       .as_of = options_day(options, "as-of"),
                       .edge = options_text(options, "edge")};
    if (s.as_of == s.today)
        s.as_of = CIVIL_NONE;
    TRY(ops_figures(ops, err));
    TRY(ops_directive(ops, "directive", err));
    TRY(root_find(&s, ops, err));
    if (!options_has(options, "edge"))
        TRY(access_edge_best(s.db, &s.actor, s.root_id, &s.edge, err));
    TRY(status_read(&s, err));
    if (ops->json)
        print_json(&s, &ops->out);
    else if (options_has(options, "csv"))
        print_csv(&s, &ops->out);
    else
        print_people(&s, ops->lang, &ops->out);
    ops->exit_code =
        fail_on_of(options, &fail_on) && fail_on < DUTY_STATE_COUNT && s.rollup.n[fail_on] ? EXIT_FOUND : EXIT_DONE;
    return ERR_NONE;
}

int cmd_status(enum lang lang, int argc, char **argv)
{
    static const struct ops_verb verb[] = {{NULL, &usage, run, OPS_STORE, check}};
    return ops_main(lang, "status", verb, 1, argc, argv);
}
