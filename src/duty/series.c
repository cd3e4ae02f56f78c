#include "duty/series.h"

#include <stdlib.h>

#include "base/vec.h"
#include "duty/act.h"
#include "duty/directive.sql.h"
#include "duty/freeze.h"
#include "duty/ledger.h"
#include "duty/notice.h"
#include "duty/report_figures.h"
#include "format/json.h"
#include "know/know.h"
#include "org/access.h"
#include "org/unit.h"

#define SERIES_ARENA_BYTES     (512u << 20) /* 100,000 units with their functions */
#define REPORT_ARENA_BYTES     (64u << 20)
#define SERIES_CHUNK_ROWS      5000u
#define SERIES_CHUNK_MAX_BYTES (8u << 20)

static struct opt_i64 opt_nonzero(int64_t v)
{
    return (struct opt_i64){v != 0, v};
}

/* --- who owes a report, and to whom --- */

struct census { /* all units of a day, by id */
    struct sql_series_units_rows units;
    struct sql_series_functions_rows functions; /* by unit */
    struct sql_series_network_rows network;
    struct sql_series_owners_rows owners;
};

static enum err_code census_take(struct db *db, civil_day day, struct arena *arena, struct census *ret_census,
                                 struct err *err)
{
    struct census c;
    TRY(sql_series_units(db, arena, &(struct sql_series_units_args){.on_day = day}, &c.units, err));
    TRY(sql_series_functions(db, arena, &(struct sql_series_functions_args){.on_day = day}, &c.functions, err));
    TRY(sql_series_network(db, arena, &(struct sql_series_network_args){.on_day = day}, &c.network, err));
    TRY(sql_series_owners(db, arena, &(struct sql_series_owners_args){.on_day = day}, &c.owners, err));
    *ret_census = c;
    return ERR_NONE;
}

/* All rows begin with the unit's id and are sorted by it: the first row of a unit, or count. */
static size_t first_of(const void *rows, size_t count, size_t row_bytes, int64_t unit_id)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int64_t at;
        memcpy(&at, (const char *)rows + middle * row_bytes, sizeof at);
        if (at < unit_id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
#define FIRST_OF(list, id) first_of((list).items, (list).count, sizeof *(list).items, (id))
_Static_assert(offsetof(struct sql_series_units_row, unit_id) == 0, "searched by its first member");
_Static_assert(offsetof(struct sql_series_functions_row, unit_id) == 0, "searched by its first member");
_Static_assert(offsetof(struct sql_series_network_row, unit_id) == 0, "searched by its first member");
_Static_assert(offsetof(struct sql_series_owners_row, unit_id) == 0, "searched by its first member");
_Static_assert(offsetof(struct sql_series_below_row, unit_id) == 0, "searched by its first member");

static const struct sql_series_units_row *unit_of(const struct census *c, int64_t unit_id)
{
    size_t i = FIRST_OF(c->units, unit_id);
    return i < c->units.count && c->units.items[i].unit_id == unit_id ? &c->units.items[i] : NULL;
}

static bool is_in_priority_sector(const struct sql_series_units_row *unit)
{
    if (!str_is_empty(unit->sector))
        return true;
    for (size_t i = 0; i < know_sector_count; i++)
        if (know_ids_has(know_sectors[i].named_kinds, unit->kind))
            return true;
    return false;
}

#define FUNCTIONS_MAX 64u /* of one unit; there are eleven to hold */
static bool owes(const struct census *c, const struct know_report_series *series,
                 const struct sql_series_units_row *unit)
{
    struct str held[FUNCTIONS_MAX];
    struct know_org_facts facts = {
        .kind = unit->kind, .functions = {held, 0}, .in_priority_sector = is_in_priority_sector(unit)};
    for (size_t i = FIRST_OF(c->functions, unit->unit_id);
         i < c->functions.count && c->functions.items[i].unit_id == unit->unit_id &&
         facts.functions.count < FUNCTIONS_MAX;
         i++)
        held[facts.functions.count++] = c->functions.items[i].function;
    size_t n = FIRST_OF(c->network, unit->unit_id);
    facts.in_network = n < c->network.count && c->network.items[n].unit_id == unit->unit_id;
    for (size_t i = 0; i < series->sent_by.count; i++) {
        const struct know_class *class_row = know_class_find(series->sent_by.items[i]);
        if (class_row && know_class_matches(class_row, &facts))
            return true;
    }
    return false;
}

/* Who holds a function for the nearest area above a unit (its own included); 0: nobody. */
static int64_t holder_above(const struct census *c, const struct sql_series_units_row *unit, struct str function)
{
    const struct sql_series_units_row *area = unit;
    for (int depth = 0; area && depth < 32; depth++) {
        for (size_t i = 0; i < c->functions.count; i++)
            if (c->functions.items[i].area_unit_id == area->unit_id &&
                str_equal(c->functions.items[i].function, function))
                return c->functions.items[i].unit_id;
        area = area->parent_id.has ? unit_of(c, area->parent_id.v) : NULL;
    }
    return 0;
}

static int64_t addressee(const struct census *c, const struct sql_series_units_row *unit, struct str recipient)
{
    int64_t to = 0;
    if (str_equal(recipient, STR("superior")))
        to = unit->parent_id.v;
    else if (str_equal(recipient, STR("system_owner"))) {
        size_t i = FIRST_OF(c->owners, unit->unit_id);
        to = i < c->owners.count && c->owners.items[i].unit_id == unit->unit_id ? c->owners.items[i].owner_id
                                                                                : unit->parent_id.v;
    } else if (str_equal(recipient, STR("provincial_committee"))) {
        const struct sql_series_units_row *above = unit;
        for (int depth = 0; above && depth < 32 && !to; depth++) {
            above = above->parent_id.has ? unit_of(c, above->parent_id.v) : NULL;
            if (above && str_equal(above->kind, STR("provincial_committee")))
                to = above->unit_id;
        }
    } else if (str_equal(recipient, STR("ministry"))) {
        for (size_t i = 0; i < c->units.count && !to; i++)
            if (str_equal(c->units.items[i].kind, STR("ministry_police")))
                to = c->units.items[i].unit_id;
    } else if (!str_is_empty(recipient))
        to = holder_above(c, unit, recipient);
    return to == unit->unit_id ? 0 : to;
}

struct opening {
    const struct know_report_series *series;
    struct know_report_period period;
    int64_t directive_id;
    int64_t order_id;
    int64_t fallback_to_id; /* when the series names nobody of this store */
    int64_t opened_by;
};

static enum err_code open_for(struct db *db, const struct census *c, const struct opening *o,
                              const struct sql_series_below_rows *only, size_t *opened, struct err *err)
{
    AUTO_BUF rows;
    buf_init(&rows, SERIES_CHUNK_MAX_BYTES);
    size_t waiting = 0;
    for (size_t i = 0; i <= c->units.count; i++) {
        const struct sql_series_units_row *unit = i < c->units.count ? &c->units.items[i] : NULL;
        if (waiting && (!unit || waiting == SERIES_CHUNK_ROWS)) {
            buf_put_byte(&rows, ']');
            TRY(buf_check(&rows, err));
            int64_t changes = 0;
            TRY(sql_report_insert_many(db,
                                       &(struct sql_report_insert_many_args){
                                           .rows = buf_str(&rows),
                                           .series = o->series->id,
                                           .directive_id = opt_nonzero(o->directive_id),
                                           .period_from_day = o->period.from_day,
                                           .period_to_day = o->period.to_day,
                                           .due_day = OPT_I64(o->period.last_day),
                                           .opened_ms = db_now_ms(db),
                                           .order_id = opt_nonzero(o->order_id),
                                           .opened_by = opt_nonzero(o->opened_by),
                                       },
                                       &changes, err));
            *opened += (size_t)changes;
            buf_clear(&rows);
            waiting = 0;
        }
        if (!unit || !owes(c, o->series, unit))
            continue;
        if (only) {
            size_t at = FIRST_OF(*only, unit->unit_id);
            if (at == only->count || only->items[at].unit_id != unit->unit_id)
                continue;
        }
        int64_t to = addressee(c, unit, o->series->compiled_by);
        if (!to)
            to = addressee(c, unit, o->series->to_whom);
        if (!to)
            to = o->fallback_to_id;
        buf_printf(&rows, "%s[%lld,%lld,", waiting ? "," : "[", (long long)db_id(db), (long long)unit->unit_id);
        if (to)
            buf_printf(&rows, "%lld]", (long long)to);
        else
            buf_lit(&rows, "null]");
        waiting++;
    }
    return ERR_NONE;
}

struct due_run {
    civil_day day;
    size_t opened;
};

static enum err_code open_due_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct due_run *run = ctx;
    run->opened = 0;
    AUTO_ARENA arena;
    arena_init(&arena, SERIES_ARENA_BYTES);
    struct census census;
    bool has_census = false;
    struct actor system = actor_system(run->day);
    for (size_t i = 0; i < know_report_series_count; i++) {
        struct opening o = {.series = &know_report_series[i]};
        if (!know_report_period_next(o.series, run->day, &o.period) ||
            o.period.last_day - run->day > know_threshold(KNOW_REPORT_OPENS, run->day))
            continue;
        if (!has_census)
            TRY(census_take(db, run->day, &arena, &census, err));
        has_census = true;
        size_t opened = 0;
        TRY(open_for(db, &census, &o, NULL, &opened, err));
        run->opened += opened;
        if (!opened)
            continue;
        char due[CIVIL_TEXT_BYTES];
        const struct act_field fields[] = {ACT_TEXT("series", o.series->id),
                                           ACT_TEXT("due", str_from_cstr(civil_iso(o.period.last_day, due))),
                                           ACT_NUMBER("reports", (int64_t)opened)};
        TRY(act_record(db, &system, &(struct act){"reports_opened", "day", run->day, 0, fields, ARRAY_LEN(fields)},
                       err));
    }
    return ERR_NONE;
}

enum err_code series_open_due(struct db *db, civil_day day, size_t *ret_opened, struct err *err)
{
    struct due_run run = {day, 0};
    if (db_transact(db, open_due_in_transaction, &run, err) != ERR_NONE)
        return err_wrap(err, "mở kỳ báo cáo");
    *ret_opened = run.opened;
    return ERR_NONE;
}

struct prescribing {
    const struct actor *actor;
    const struct series_order *order;
    size_t opened;
};

static enum err_code prescribe_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct prescribing *p = ctx;
    const struct series_order *order = p->order;
    p->opened = 0;
    AUTO_ARENA arena;
    arena_init(&arena, SERIES_ARENA_BYTES);
    TRY(access_require(db, p->actor, RIGHT_ISSUE, order->issuer_id, "prescribe a report", err));
    const struct know_report_series *series = know_report_series_find(order->series);
    if (!series)
        return err_set(err, ERR_SYNTAX, "không có loại báo cáo '%.*s'", STR_ARG(order->series));
    if (!str_is_empty(series->due))
        return err_set(err, ERR_SYNTAX, "loại báo cáo này có lịch riêng, không do cấp trên quy định");
    civil_day today = db_today(db);
    if (order->period_from_day == CIVIL_NONE || order->period_from_day >= order->period_to_day)
        return err_set(err, ERR_SYNTAX, "kỳ báo cáo phải có ngày đầu trước ngày cuối");
    if (order->due_day == CIVIL_NONE || order->due_day < today)
        return err_set(err, ERR_SYNTAX, "hạn gửi không thể ở trước hôm nay");
    int64_t id = db_id(db);
    TRY(sql_report_order_insert(db,
                                &(struct sql_report_order_insert_args){
                                    .id = id,
                                    .series = series->id,
                                    .issuer_id = order->issuer_id,
                                    .edge_kind = order->edge_kind,
                                    .directive_id = opt_nonzero(order->directive_id),
                                    .period_from_day = order->period_from_day,
                                    .period_to_day = order->period_to_day,
                                    .due_day = order->due_day,
                                    .note = str_is_null(order->note) ? STR("") : str_trim(order->note),
                                    .by_person = opt_nonzero(p->actor->person_id),
                                    .at_ms = db_now_ms(db),
                                },
                                err));
    struct census census;
    TRY(census_take(db, today, &arena, &census, err));
    struct sql_series_below_rows below;
    TRY(sql_series_below(
        db, &arena,
        &(struct sql_series_below_args){.root_id = order->issuer_id, .edge_kind = order->edge_kind, .on_day = today},
        &below, err));
    struct opening o = {.series = series,
                        .period = {order->due_day, order->due_day, order->period_from_day, order->period_to_day},
                        .directive_id = order->directive_id,
                        .order_id = id,
                        .fallback_to_id = order->issuer_id,
                        .opened_by = p->actor->person_id};
    TRY(open_for(db, &census, &o, &below, &p->opened, err));
    if (p->opened == 0)
        return err_set(err, ERR_CONFLICT, "không đơn vị nào bên dưới phải gửi báo cáo này, hoặc kỳ này đã mở");
    char due[CIVIL_TEXT_BYTES];
    const struct act_field fields[] = {
        ACT_TEXT("series", series->id), ACT_TEXT("due", str_from_cstr(civil_iso(order->due_day, due))),
        ACT_NUMBER("reports", (int64_t)p->opened), ACT_TEXT("note", str_trim(order->note))};
    return act_record(
        db, p->actor,
        &(struct act){"report_prescribed", "report_order", id, order->issuer_id, fields, ARRAY_LEN(fields)}, err);
}

enum err_code series_prescribe(struct db *db, const struct actor *actor, const struct series_order *order,
                               size_t *ret_opened, struct err *err)
{
    struct prescribing prescribing = {actor, order, 0};
    if (db_transact(db, prescribe_in_transaction, &prescribing, err) != ERR_NONE)
        return err->code;
    *ret_opened = prescribing.opened;
    return ERR_NONE;
}

/* --- one report --- */

struct work {
    const struct actor *actor;
    int64_t report_id;
    int64_t unit_id;
    int64_t directive_id;
    civil_day due_day;
    struct str text; /* fields, reason */
    struct str file_sha256;
    report_devices_fn *NULLABLE devices;
    int64_t ret_id;
};

static enum err_code open_directive_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct work *w = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, REPORT_ARENA_BYTES);
    TRY(access_require(db, w->actor, RIGHT_DRAFT, w->unit_id, "prepare this unit's answer", err));
    struct sql_report_of_directive_row *have = NULL;
    TRY(sql_report_of_directive(
        db, &arena, &(struct sql_report_of_directive_args){.unit_id = w->unit_id, .directive_id = w->directive_id},
        &have, err));
    if (have) {
        w->ret_id = have->id;
        return ERR_NONE;
    }
    struct sql_directive_raw_row *d = NULL;
    TRY(sql_directive_raw(db, &arena, &(struct sql_directive_raw_args){.id = w->directive_id}, &d, err));
    struct sql_report_directive_duties_row *duties = NULL;
    TRY(sql_report_directive_duties(
        db, &arena, &(struct sql_report_directive_duties_args){.unit_id = w->unit_id, .directive_id = w->directive_id},
        &duties, err));
    if (!d || !duties || duties->n == 0)
        return err_set(err, ERR_NOT_FOUND, "đơn vị này không có nghĩa vụ nào theo văn bản ấy");
    civil_day today = db_today(db);
    struct opt_i64 due = w->due_day == CIVIL_NONE ? duties->last_day : OPT_I64(w->due_day);
    civil_day to_day = (due.has && due.v > today ? (civil_day)due.v : today) + 1;
    int64_t changes = 0;
    w->ret_id = db_id(db);
    struct str row = arena_printf(&arena, d->issuer_id == w->unit_id ? "[[%lld,%lld,null]]" : "[[%lld,%lld,%lld]]",
                                  (long long)w->ret_id, (long long)w->unit_id, (long long)d->issuer_id);
    if (str_is_null(row))
        return arena_full(&arena, err);
    TRY(sql_report_insert_many(db,
                               &(struct sql_report_insert_many_args){
                                   .rows = row,
                                   .series = SERIES_DIRECTIVE,
                                   .directive_id = OPT_I64(w->directive_id),
                                   .period_from_day = d->issued_day,
                                   .period_to_day = to_day,
                                   .due_day = due,
                                   .opened_ms = db_now_ms(db),
                                   .order_id = OPT_NONE,
                                   .opened_by = opt_nonzero(w->actor->person_id),
                               },
                               &changes, err));
    if (changes != 1)
        return err_set(err, ERR_CONFLICT, "báo cáo này vừa được người khác mở, hãy tải lại");
    const struct act_field fields[] = {ACT_ID("directive", w->directive_id)};
    return act_record(db, w->actor,
                      &(struct act){"report_opened", "report", w->ret_id, w->unit_id, fields, ARRAY_LEN(fields)}, err);
}

enum err_code report_open_directive(struct db *db, const struct actor *actor, int64_t unit_id, int64_t directive_id,
                                    civil_day due_day, int64_t *ret_id, struct err *err)
{
    struct work work = {.actor = actor, .unit_id = unit_id, .directive_id = directive_id, .due_day = due_day};
    if (db_transact(db, open_directive_in_transaction, &work, err) != ERR_NONE)
        return err->code;
    *ret_id = work.ret_id;
    return ERR_NONE;
}

static enum err_code get_report(struct db *db, struct arena *arena, const struct work *w, uint64_t right,
                                const char *what, struct sql_report_raw_row **ret_row, struct err *err)
{
    struct sql_report_raw_row *row = NULL;
    TRY(sql_report_raw(db, arena, &(struct sql_report_raw_args){.id = w->report_id}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "không có báo cáo này");
    TRY(access_require(db, w->actor, right, row->unit_id, what, err));
    *ret_row = row;
    return ERR_NONE;
}

/* {"auto": ..., "hand": ...} out of its two halves; an absent one is {}. */
static enum err_code join_fields(struct arena *arena, struct str auto_json, struct str hand_json, struct str *ret_json,
                                 struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, REPORT_FIELDS_MAX_BYTES);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    json_object_begin(&w);
    json_put_key(&w, STR("auto"));
    json_put_raw(&w, str_is_empty(auto_json) ? STR("{}") : auto_json);
    json_put_key(&w, STR("hand"));
    json_put_raw(&w, str_is_empty(hand_json) ? STR("{}") : hand_json);
    json_object_end(&w);
    return buf_to_arena(&buf, arena, ret_json, err);
}

static enum err_code hand_of(struct arena *arena, struct str fields_json, struct str *ret_hand, struct err *err)
{
    struct json root;
    TRY(json_parse(fields_json, 0, arena, &root, err));
    struct json hand = json_get(root, STR("hand"));
    *ret_hand = json_type(hand) == JSON_OBJECT ? json_raw(hand) : STR_NONE;
    return ERR_NONE;
}

enum err_code report_live_figures(struct db *db, const struct actor *actor, int64_t report_id,
                                  report_devices_fn *NULLABLE devices, struct arena *arena, struct str *ret_json,
                                  struct err *err)
{
    struct work w = {.actor = actor, .report_id = report_id};
    struct sql_report_raw_row *row = NULL;
    TRY(get_report(db, arena, &w, RIGHT_READ, "read this report", &row, err));
    /* Who may freeze it sees what will be frozen; everybody else what stands within his own reach. */
    bool may_report = false;
    TRY(access_has(db, actor, RIGHT_REPORT, row->unit_id, &may_report, err));
    struct actor all = actor_system(db_today(db));
    return report_figures(db, may_report ? &all : actor,
                          &(struct report_figures_of){.unit_id = row->unit_id,
                                                      .directive_id = row->directive_id.v,
                                                      .from_day = (civil_day)row->period_from_day,
                                                      .to_day = (civil_day)row->period_to_day,
                                                      .devices = devices},
                          arena, ret_json, err);
}

static enum err_code fill_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct work *w = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, REPORT_ARENA_BYTES);
    struct sql_report_raw_row *row = NULL;
    TRY(get_report(db, &arena, w, RIGHT_DRAFT, "fill in this report", &row, err));
    if (w->text.len_bytes > REPORT_FIELDS_MAX_BYTES / 2)
        return err_set(err, ERR_LIMIT, "các trường dài nhất %u kB", REPORT_FIELDS_MAX_BYTES / 2 >> 10);
    struct json root;
    TRY(json_parse(w->text, JSON_REFUSE_DUPLICATES, &arena, &root, err));
    if (json_type(root) != JSON_OBJECT)
        return err_set(err, ERR_SYNTAX, "các trường phải là một đối tượng JSON");
    for (struct json_iter it = json_iter(root); json_next(&it);)
        if (json_type(it.value) == JSON_OBJECT || json_type(it.value) == JSON_ARRAY)
            return err_set(err, ERR_SYNTAX, "mỗi trường là chữ, số, có hoặc không");
    struct str fields;
    TRY(join_fields(&arena, STR_NONE, json_raw(root), &fields, err));
    int64_t changes = 0;
    TRY(sql_report_set_fields(db, &(struct sql_report_set_fields_args){.id = row->id, .fields_json = fields}, &changes,
                              err));
    if (changes != 1)
        return err_set(err, ERR_CONFLICT, "báo cáo đã chốt số liệu, không sửa được nữa");
    return act_record(
        db, w->actor,
        &(struct act){.kind = "report_filled", .object_kind = "report", .object_id = row->id, .unit_id = row->unit_id},
        err);
}

enum err_code report_fill(struct db *db, const struct actor *actor, int64_t report_id, struct str hand_json,
                          struct err *err)
{
    struct work work = {.actor = actor, .report_id = report_id, .text = hand_json};
    return db_transact(db, fill_in_transaction, &work, err);
}

static enum err_code freeze_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct work *w = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, REPORT_ARENA_BYTES);
    struct sql_report_raw_row *row = NULL;
    TRY(get_report(db, &arena, w, RIGHT_REPORT, "freeze this report", &row, err));
    if (!str_equal(row->state, STR("open")))
        return err_set(err, ERR_CONFLICT, "báo cáo này đã chốt số liệu");
    struct actor all = actor_system(db_today(db)); /* the unit's own report, made by who may make it */
    struct str edge;
    TRY(access_edge_best(db, &all, row->unit_id, &edge, err));
    struct freeze_made made;
    TRY(freeze_make(
        db, w->actor,
        &(struct freeze_draft){
            .root_id = row->unit_id, .directive_id = row->directive_id.v, .edge_kind = edge, .as_of_day = CIVIL_NONE},
        &made, err));
    struct str figures, hand, fields;
    TRY(report_figures(db, &all,
                       &(struct report_figures_of){.unit_id = row->unit_id,
                                                   .directive_id = row->directive_id.v,
                                                   .from_day = (civil_day)row->period_from_day,
                                                   .to_day = (civil_day)row->period_to_day,
                                                   .freeze_id = made.id,
                                                   .devices = w->devices},
                       &arena, &figures, err));
    TRY(hand_of(&arena, row->fields_json, &hand, err));
    TRY(join_fields(&arena, figures, hand, &fields, err));
    int64_t changes = 0;
    TRY(sql_report_set_frozen(
        db,
        &(struct sql_report_set_frozen_args){
            .id = row->id, .freeze_id = made.id, .fields_json = fields, .frozen_ms = db_now_ms(db)},
        &changes, err));
    if (changes != 1)
        return err_set(err, ERR_CONFLICT, "báo cáo này đã chốt số liệu");
    const struct act_field act_fields[] = {ACT_ID("freeze", made.id)};
    return act_record(
        db, w->actor,
        &(struct act){"report_frozen", "report", row->id, row->unit_id, act_fields, ARRAY_LEN(act_fields)}, err);
}

enum err_code report_freeze(struct db *db, const struct actor *actor, int64_t report_id,
                            report_devices_fn *NULLABLE devices, struct err *err)
{
    struct work work = {.actor = actor, .report_id = report_id, .devices = devices};
    return db_transact(db, freeze_in_transaction, &work, err);
}

static enum err_code thaw_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct work *w = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, REPORT_ARENA_BYTES);
    struct sql_report_raw_row *row = NULL;
    TRY(get_report(db, &arena, w, RIGHT_REPORT, "open this report again", &row, err));
    if (str_is_empty(str_trim(w->text)))
        return err_set(err, ERR_SYNTAX, "cần nêu lý do");
    struct str hand, fields;
    TRY(hand_of(&arena, row->fields_json, &hand, err));
    TRY(join_fields(&arena, STR_NONE, hand, &fields, err));
    int64_t changes = 0;
    TRY(sql_report_set_thawed(db, &(struct sql_report_set_thawed_args){.id = row->id, .fields_json = fields}, &changes,
                              err));
    if (changes != 1)
        return err_set(err, ERR_CONFLICT, "chỉ báo cáo đã chốt và chưa gửi mới mở lại được");
    const struct act_field act_fields[] = {ACT_ID("freeze", row->freeze_id.v), ACT_TEXT("reason", str_trim(w->text))};
    return act_record(
        db, w->actor,
        &(struct act){"report_thawed", "report", row->id, row->unit_id, act_fields, ARRAY_LEN(act_fields)}, err);
}

enum err_code report_thaw(struct db *db, const struct actor *actor, int64_t report_id, struct str reason,
                          struct err *err)
{
    struct work work = {.actor = actor, .report_id = report_id, .text = reason};
    return db_transact(db, thaw_in_transaction, &work, err);
}

static enum err_code send_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct work *w = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, REPORT_ARENA_BYTES);
    struct sql_report_raw_row *row = NULL;
    TRY(get_report(db, &arena, w, RIGHT_REPORT, "send this report", &row, err));
    int64_t changes = 0, now_ms = db_now_ms(db);
    TRY(sql_report_set_sent(db,
                            &(struct sql_report_set_sent_args){.id = row->id,
                                                               .sent_ms = now_ms,
                                                               .sent_by = opt_nonzero(w->actor->person_id),
                                                               .file_sha256 = w->file_sha256},
                            &changes, err));
    if (changes != 1)
        return err_set(err, ERR_CONFLICT,
                       str_equal(row->state, STR("open")) ? "cần chốt số liệu trước khi gửi"
                                                          : "báo cáo này đã gửi; muốn sửa hãy lập bản đính chính");
    int late = row->due_day.has && civil_day_of_ms(now_ms) > row->due_day.v
                   ? (int)(civil_day_of_ms(now_ms) - row->due_day.v)
                   : 0;
    if (row->to_unit_id.has) {
        struct str link = arena_printf(&arena, "/report/%lld", (long long)row->id);
        const struct know_report_series *series = know_report_series_find(row->series);
        if (str_is_null(link))
            return arena_full(&arena, err);
        TRY(notice_add_roles(db, row->to_unit_id.v, STR(" superior_reviewer coordinator unit_head "), STR("report"),
                             series ? series->title.vi : STR("Đã nhận báo cáo kết quả thực hiện văn bản"), link, err));
    }
    struct str hex = str_is_null(w->file_sha256) ? STR("") : crypto_to_hex(w->file_sha256, &arena);
    if (str_is_null(hex))
        return arena_full(&arena, err);
    const struct act_field fields[] = {ACT_ID("to_unit", row->to_unit_id.v), ACT_ID("freeze", row->freeze_id.v),
                                       ACT_NUMBER("version", row->version), ACT_NUMBER("late_days", late),
                                       ACT_TEXT("file_sha256", hex)};
    return act_record(db, w->actor,
                      &(struct act){"report_sent", "report", row->id, row->unit_id, fields, ARRAY_LEN(fields)}, err);
}

enum err_code report_send(struct db *db, const struct actor *actor, int64_t report_id, struct str file_sha256,
                          struct err *err)
{
    struct work work = {.actor = actor, .report_id = report_id, .file_sha256 = file_sha256};
    return db_transact(db, send_in_transaction, &work, err);
}

static enum err_code correct_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct work *w = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, REPORT_ARENA_BYTES);
    struct sql_report_raw_row *row = NULL;
    TRY(get_report(db, &arena, w, RIGHT_REPORT, "correct this report", &row, err));
    if (str_is_empty(str_trim(w->text)))
        return err_set(err, ERR_SYNTAX, "cần nêu lý do đính chính");
    int64_t changes = 0;
    TRY(sql_report_set_replaced(db, &(struct sql_report_set_replaced_args){.id = row->id}, &changes, err));
    if (changes != 1)
        return err_set(err, ERR_CONFLICT, "chỉ đính chính được bản mới nhất đã gửi");
    struct str hand, fields;
    TRY(hand_of(&arena, row->fields_json, &hand, err));
    TRY(join_fields(&arena, STR_NONE, hand, &fields, err));
    w->ret_id = db_id(db);
    TRY(sql_report_insert_version(db,
                                  &(struct sql_report_insert_version_args){
                                      .id = w->ret_id,
                                      .replaces_id = row->id,
                                      .fields_json = fields,
                                      .correction = str_trim(w->text),
                                      .opened_ms = db_now_ms(db),
                                      .opened_by = opt_nonzero(w->actor->person_id),
                                  },
                                  err));
    const struct act_field act_fields[] = {ACT_ID("replaces", row->id), ACT_NUMBER("version", row->version + 1),
                                           ACT_TEXT("reason", str_trim(w->text))};
    return act_record(
        db, w->actor,
        &(struct act){"report_corrected", "report", w->ret_id, row->unit_id, act_fields, ARRAY_LEN(act_fields)}, err);
}

enum err_code report_correct(struct db *db, const struct actor *actor, int64_t report_id, struct str reason,
                             int64_t *ret_id, struct err *err)
{
    struct work work = {.actor = actor, .report_id = report_id, .text = reason};
    if (db_transact(db, correct_in_transaction, &work, err) != ERR_NONE)
        return err->code;
    *ret_id = work.ret_id;
    return ERR_NONE;
}

/* --- what came up --- */

static int compare_lines(const void *a, const void *b)
{
    const struct series_line *x = a, *y = b;
    if (x->standing != y->standing)
        return x->standing < y->standing ? -1 : 1;
    if (x->late_days != y->late_days)
        return x->late_days > y->late_days ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static enum err_code add_numbers(struct str fields_json, struct arena *arena, struct series_compiled *compiled,
                                 size_t *room, struct err *err)
{
    struct json root;
    TRY(json_parse(fields_json, 0, arena, &root, err));
    for (struct json_iter it = json_iter(json_get(root, STR("hand"))); json_next(&it);) {
        double number;
        struct str field;
        if (!json_double(it.value, &number) && !str_to_double(json_str_or_none(it.value, arena), &number))
            continue;
        TRY(json_str(it.key, arena, &field, err));
        size_t i = 0;
        while (i < compiled->sum_count && !str_equal(compiled->sums[i].field, field))
            i++;
        if (i == compiled->sum_count) {
            if (i == *room && !vec_grow((void **)(void *)&compiled->sums, i, room, sizeof *compiled->sums, arena))
                return arena_full(arena, err);
            compiled->sums[compiled->sum_count++] = (struct series_sum){.field = field};
        }
        compiled->sums[i].sum += number;
        compiled->sums[i].count++;
    }
    return ERR_NONE;
}

enum err_code series_compile(struct db *db, const struct actor *actor, int64_t to_unit_id, struct str series,
                             int64_t directive_id, civil_day period_to_day, struct arena *arena,
                             struct series_compiled *ret_compiled, struct err *err)
{
    civil_day today = db_today(db);
    struct sql_report_compile_rows rows;
    TRY(sql_report_compile(db, actor, arena,
                           &(struct sql_report_compile_args){.to_unit_id = to_unit_id,
                                                             .series = series,
                                                             .directive_id = opt_nonzero(directive_id),
                                                             .period_to_day = period_to_day,
                                                             .on_day = today},
                           &rows, err));
    struct series_compiled compiled = {.lines = arena_new_array(arena, struct series_line, rows.count)};
    if (!compiled.lines)
        return arena_full(arena, err);
    size_t room = 0;
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_report_compile_row *r = &rows.items[i];
        bool is_sent = str_equal(r->state, STR("sent"));
        civil_day at = is_sent ? civil_day_of_ms(r->first_sent_ms.v) : today;
        bool is_late = r->due_day.has && at > r->due_day.v;
        enum series_standing standing = is_sent   ? (is_late ? STANDING_LATE : STANDING_IN_TIME)
                                        : is_late ? STANDING_MISSING
                                                  : STANDING_WAITING;
        compiled.lines[compiled.count++] = (struct series_line){
            .report_id = r->id,
            .unit_id = r->unit_id,
            .unit_name = r->unit_name,
            .state = r->state,
            .standing = standing,
            .due_day = r->due_day.has ? (civil_day)r->due_day.v : CIVIL_NONE,
            .sent_ms = r->sent_ms.v,
            .late_days = is_late ? (int)(at - r->due_day.v) : 0,
            .version = (int)r->version,
            .focal_name = r->focal_name,
            .focal_phone = r->focal_phone,
            .place = i,
        };
        compiled.standing_count[standing]++;
        if (is_sent)
            TRY(add_numbers(r->fields_json, arena, &compiled, &room, err));
    }
    if (compiled.count > 1)
        qsort(compiled.lines, compiled.count, sizeof *compiled.lines, compare_lines);
    *ret_compiled = compiled;
    return ERR_NONE;
}
