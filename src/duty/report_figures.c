#include "duty/report_figures.h"

#include "duty/budget.h"
#include "duty/freeze.h"
#include "duty/people.h"
#include "duty/reminder.sql.h"
#include "duty/rollup.h"
#include "duty/rollup.sql.h"
#include "duty/series.sql.h"
#include "duty/visit.sql.h"
#include "format/json.h"
#include "org/access.h"
#include "org/unit.h"

#define FIGURES_MAX_BYTES (1u << 20)

struct figures {
    const struct report_figures_of *of;
    struct actor reader; /* sees what is counted */
    struct arena *arena;
    struct json_writer w;
    civil_day today;
    struct str edge; /* the way down along which the unit counts */
};

struct tally { /* one obligation */
    struct str id, title;
    int64_t n[DUTY_STATE_COUNT];
};

static void put_states(struct json_writer *w, const int64_t n[DUTY_STATE_COUNT])
{
    int64_t total = 0;
    for (int s = 0; s < DUTY_STATE_COUNT; s++) {
        json_field_i64(w, str_from_cstr(duty_state_to_str(s)), n[s]);
        total += n[s];
    }
    json_field_i64(w, STR("total"), total);
}

static void add(struct tally *tallies, size_t *count, struct str id, struct str title, int64_t state, int64_t n)
{
    struct tally *last = *count ? &tallies[*count - 1] : NULL;
    if (!last || !str_equal(last->id, id) || !str_equal(last->title, title)) {
        last = &tallies[(*count)++];
        *last = (struct tally){.id = id, .title = title};
    }
    if (state >= 0 && state < DUTY_STATE_COUNT)
        last->n[state] += n;
}

static enum err_code put_duties(struct db *db, struct figures *f, struct err *err)
{
    struct tally *tallies = NULL;
    size_t count = 0;
    if (f->of->freeze_id) {
        struct sql_freeze_totals_rows rows;
        TRY(sql_freeze_totals(db, &f->reader, f->arena, &(struct sql_freeze_totals_args){.freeze_id = f->of->freeze_id},
                              &rows, err));
        tallies = arena_new_array(f->arena, struct tally, rows.count + 1);
        for (size_t i = 0; tallies && i < rows.count; i++)
            add(tallies, &count, rows.items[i].catalogue_id, rows.items[i].title, rows.items[i].state, rows.items[i].n);
    } else {
        /* A directive that heads a family is asked for with all that carries it out, as the freeze takes it. */
        struct rollup_obligations rows;
        TRY(rollup_by_obligation(db, &f->reader, f->of->unit_id, f->of->directive_id, f->edge, false, f->arena, &rows,
                                 err));
        tallies = arena_new_array(f->arena, struct tally, rows.count + 1);
        for (size_t i = 0; tallies && i < rows.count; i++)
            add(tallies, &count, rows.items[i].catalogue_id, rows.items[i].title, rows.items[i].state, rows.items[i].n);
    }
    if (!tallies)
        return arena_full(f->arena, err);
    int64_t all[DUTY_STATE_COUNT] = {0};
    for (size_t i = 0; i < count; i++)
        for (int s = 0; s < DUTY_STATE_COUNT; s++)
            all[s] += tallies[i].n[s];
    json_put_key(&f->w, STR("duties"));
    json_object_begin(&f->w);
    put_states(&f->w, all);
    json_object_end(&f->w);
    json_put_key(&f->w, STR("obligations"));
    json_array_begin(&f->w);
    for (size_t i = 0; i < count; i++) {
        json_object_begin(&f->w);
        json_field_str(&f->w, STR("id"), tallies[i].id);
        json_field_str(&f->w, STR("title"), tallies[i].title);
        put_states(&f->w, tallies[i].n);
        json_object_end(&f->w);
    }
    json_array_end(&f->w);
    return ERR_NONE;
}

static enum err_code put_people(struct db *db, struct figures *f, struct err *err)
{
    if (!f->of->directive_id)
        return ERR_NONE;
    struct people_progress people;
    TRY(people_progress(db, &f->reader, f->of->unit_id, f->of->directive_id, f->edge, &people, err));
    json_put_key(&f->w, STR("people"));
    json_object_begin(&f->w);
    json_field_i64(&f->w, STR("owed"), people.people);
    json_field_i64(&f->w, STR("acked"), people.acked);
    json_object_end(&f->w);
    return ERR_NONE;
}

static enum err_code put_systems(struct db *db, struct figures *f, struct err *err)
{
    struct sql_report_systems_rows rows;
    TRY(sql_report_systems(
        db, &f->reader, f->arena,
        &(struct sql_report_systems_args){.root_id = f->of->unit_id, .edge_kind = f->edge, .on_day = f->today}, &rows,
        err));
    int64_t total = 0, important = 0, personal = 0, cameras = 0, by_level[6] = {0};
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_report_systems_row *r = &rows.items[i];
        total += r->n;
        important += r->important;
        personal += r->personal_data;
        cameras += r->cameras;
        by_level[r->level.has && r->level.v >= 1 && r->level.v <= 5 ? r->level.v : 0] += r->n;
    }
    json_put_key(&f->w, STR("systems"));
    json_object_begin(&f->w);
    json_field_i64(&f->w, STR("total"), total);
    json_field_i64(&f->w, STR("important"), important);
    json_field_i64(&f->w, STR("personal_data"), personal);
    json_field_i64(&f->w, STR("cameras"), cameras);
    json_put_key(&f->w, STR("by_level"));
    json_object_begin(&f->w);
    static const struct str names[] = {STR_INIT("none"), STR_INIT("1"), STR_INIT("2"),
                                       STR_INIT("3"),    STR_INIT("4"), STR_INIT("5")};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        json_field_i64(&f->w, names[i], by_level[i]);
    json_object_end(&f->w);
    json_object_end(&f->w);
    return ERR_NONE;
}

static int64_t whole(struct json fields, struct str name, struct arena *arena)
{
    double value;
    struct json v = json_get(fields, name);
    if (!json_double(v, &value) && !str_to_double(json_str_or_none(v, arena), &value))
        return 0;
    return value > 0 && value < 1e15 ? (int64_t)value : 0;
}

static enum err_code devices_of(struct db *db, const struct actor *reader, int64_t unit_id, struct str edge,
                                report_devices_fn *NULLABLE devices, struct arena *arena,
                                struct report_device_sum *ret_sum, struct err *err)
{
    struct sql_report_coverage_rows rows;
    TRY(sql_report_coverage(
        db, reader, arena,
        &(struct sql_report_coverage_args){.root_id = unit_id, .edge_kind = edge, .on_day = db_today(db)}, &rows, err));
    struct report_device_sum sum = {0};
    struct report_devices own = {0};
    if (devices)
        TRY(devices(db, reader, unit_id, edge, &sum.all, err));
    bool is_kept = sum.all.total > 0;
    for (size_t i = 0; i < rows.count; i++) {
        struct json fields;
        bool is_next = i == 0 || rows.items[i].unit_id != rows.items[i - 1].unit_id;
        if (devices && is_kept && is_next)
            TRY(devices(db, reader, rows.items[i].unit_id, STR(""), &own, err));
        if (own.total)
            continue;
        TRY(json_parse(rows.items[i].fields_json, 0, arena, &fields, err));
        sum.all.total += whole(fields, STR("total"), arena);
        sum.all.covered += whole(fields, STR("covered"), arena);
        sum.all.unknown += whole(fields, STR("unknown"), arena);
        sum.units += is_next;
    }
    *ret_sum = sum;
    return ERR_NONE;
}

enum err_code report_figures_devices(struct db *db, const struct actor *actor, int64_t unit_id,
                                     report_devices_fn *NULLABLE devices, struct arena *arena,
                                     struct report_device_sum *ret_sum, struct err *err)
{
    struct actor reader = actor_with(actor, RIGHT_READ);
    struct str edge;
    TRY(access_edge_best(db, &reader, unit_id, &edge, err));
    return devices_of(db, &reader, unit_id, edge, devices, arena, ret_sum, err);
}

static enum err_code put_devices(struct db *db, struct figures *f, struct err *err)
{
    struct report_device_sum sum;
    TRY(devices_of(db, &f->reader, f->of->unit_id, f->edge, f->of->devices, f->arena, &sum, err));
    json_put_key(&f->w, STR("devices"));
    json_object_begin(&f->w);
    json_field_i64(&f->w, STR("total"), sum.all.total);
    json_field_i64(&f->w, STR("covered"), sum.all.covered);
    json_field_i64(&f->w, STR("unknown"), sum.all.unknown);
    json_field_i64(&f->w, STR("units"), sum.units);
    json_object_end(&f->w);
    return ERR_NONE;
}

static enum err_code put_around(struct db *db, struct figures *f, struct err *err)
{
    civil_day last = f->of->to_day > f->today ? f->today : f->of->to_day - 1;
    int year = civil_from_day(last).year;
    struct budget_table funds;
    TRY(budget_rollup(db, &f->reader, f->of->unit_id, f->edge, year, f->arena, &funds, err));
    json_put_key(&f->w, STR("funds"));
    json_object_begin(&f->w);
    json_field_i64(&f->w, STR("year"), year);
    json_field_i64(&f->w, STR("asked_vnd"), funds.sum.asked_vnd);
    json_field_i64(&f->w, STR("granted_vnd"), funds.sum.granted_vnd);
    json_field_i64(&f->w, STR("spent_vnd"), funds.sum.spent_vnd);
    json_object_end(&f->w);
    struct sql_visit_counts_row *visits = NULL;
    TRY(sql_visit_counts(db, &f->reader, f->arena,
                         &(struct sql_visit_counts_args){
                             .by_unit_id = f->of->unit_id, .from_day = f->of->from_day, .to_day = f->of->to_day},
                         &visits, err));
    json_put_key(&f->w, STR("visits"));
    json_object_begin(&f->w);
    json_field_i64(&f->w, STR("planned"), visits ? visits->planned : 0);
    json_field_i64(&f->w, STR("held"), visits ? visits->held : 0);
    json_object_end(&f->w);
    struct sql_reminder_counts_row *reminders = NULL;
    TRY(sql_reminder_counts(db, &f->reader, f->arena,
                            &(struct sql_reminder_counts_args){.root_id = f->of->unit_id,
                                                               .edge_kind = f->edge,
                                                               .from_day = f->of->from_day,
                                                               .to_day = f->of->to_day,
                                                               .on_day = f->today},
                            &reminders, err));
    json_put_key(&f->w, STR("reminders"));
    json_object_begin(&f->w);
    json_field_i64(&f->w, STR("sent"), reminders ? reminders->reminders : 0);
    json_field_i64(&f->w, STR("units"), reminders ? reminders->units : 0);
    json_object_end(&f->w);
    return ERR_NONE;
}

static enum err_code put_freeze(struct db *db, struct figures *f, struct err *err)
{
    if (!f->of->freeze_id)
        return ERR_NONE;
    struct sql_freeze_get_row *freeze = NULL;
    TRY(sql_freeze_get(db, &f->reader, f->arena, &(struct sql_freeze_get_args){.id = f->of->freeze_id}, &freeze, err));
    must(freeze != NULL);
    json_field_id(&f->w, STR("freeze"), freeze->id);
    struct str hex = crypto_to_hex(freeze->hash, f->arena);
    json_field_str(&f->w, STR("sha256"), hex);
    return str_is_null(hex) ? arena_full(f->arena, err) : ERR_NONE;
}

enum err_code report_figures(struct db *db, const struct actor *actor, const struct report_figures_of *of,
                             struct arena *arena, struct str *ret_json, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, FIGURES_MAX_BYTES);
    struct figures f = {.of = of, .reader = actor_with(actor, RIGHT_READ), .today = db_today(db), .arena = arena};
    TRY(access_edge_best(db, &f.reader, of->unit_id, &f.edge, err));
    json_writer_init(&f.w, &buf, 0);
    json_object_begin(&f.w);
    char day[CIVIL_TEXT_BYTES];
    json_field_str(&f.w, STR("as_of"), str_from_cstr(civil_iso(f.today, day)));
    TRY(put_duties(db, &f, err));
    TRY(put_people(db, &f, err));
    TRY(put_systems(db, &f, err));
    TRY(put_devices(db, &f, err));
    TRY(put_around(db, &f, err));
    TRY(put_freeze(db, &f, err));
    json_object_end(&f.w);
    return buf_to_arena(&buf, arena, ret_json, err);
}
