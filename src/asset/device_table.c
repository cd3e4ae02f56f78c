#include "asset/device_table.h"

#include "asset/device.h"
#include "asset/device_write.h"
#include "base/viet.h"
#include "org/import.sql.h"
#include "org/site.h"

#define TABLE_ARENA_BYTES (256u << 20)

enum { D_UNIT, D_SITE, D_NAME, D_KIND, D_OS, D_MAC, D_SERIAL, D_ANTIMALWARE, D_PROTECTION, D_COUNT };

static size_t choose_kind(size_t i, struct import_choice *ret)
{
    *ret =
        (struct import_choice){know_device_kinds[i].id, know_device_kinds[i].title.vi, know_device_kinds[i].title.en};
    return know_device_kind_count;
}
static size_t choose_protection(size_t i, struct import_choice *ret)
{
    static const struct import_choice also[] = {
        {STR_INIT("protected"), STR_INIT("Có"), STR_INIT("Yes")},
        {STR_INIT("unprotected"), STR_INIT("Không"), STR_INIT("No")},
    };
    size_t words = ARRAY_LEN(device_protections);
    *ret = i < words
               ? (struct import_choice){device_protections[i].id, device_protections[i].vi, device_protections[i].en}
               : also[i - words];
    return words + ARRAY_LEN(also);
}

static const struct import_column columns[D_COUNT] = {
    [D_UNIT] = {"unit_code", "Mã đơn vị", "Unit code", IMPORT_TEXT, true, "th-001", NULL},
    [D_SITE] = {"site", "Địa điểm", "Site", IMPORT_TEXT, false, "Trụ sở chính", NULL},
    [D_NAME] = {"name", "Tên thiết bị|Tên", "Device", IMPORT_TEXT, false, "Máy văn thư", NULL},
    [D_KIND] = {"kind", "Loại thiết bị|Loại", "Kind", IMPORT_CHOICE, false, "Máy trạm", choose_kind},
    [D_OS] = {"os", "Hệ điều hành", "Operating system", IMPORT_TEXT, false, "Windows 11", NULL},
    [D_MAC] = {"mac", "Địa chỉ MAC|MAC", "MAC address", IMPORT_TEXT, false, "02:00:5e:00:53:01", NULL},
    [D_SERIAL] = {"serial", "Số sê-ri|Serial", "Serial number", IMPORT_TEXT, false, "TL-0001", NULL},
    [D_ANTIMALWARE] = {"antimalware", "Giải pháp phòng chống mã độc", "Anti-malware product", IMPORT_TEXT, false,
                       "Khiên Tre Endpoint", NULL},
    [D_PROTECTION] = {"protection", "Được bảo vệ", "Protected", IMPORT_CHOICE, false, "Có", choose_protection},
};

/* --- what is there --- */

struct place { /* a site of a unit */
    int64_t id;
    struct str name;
};
struct register_state {
    struct map first_site; /* unit code -> struct place */
    struct map sites;      /* "unit\nsite" -> struct place */
    struct map said_day;   /* 8 bytes of a device's id -> civil_day of its last statement */
    struct map names;      /* key by name -> size_t: how many devices of a site are called so */
};

static struct str id_key(const int64_t *id)
{
    return (struct str){(const char *)id, sizeof *id};
}

static struct str site_key(struct arena *arena, struct str unit, struct str site)
{
    struct str both = arena_printf(arena, "%.*s\n%.*s", STR_ARG(unit), STR_ARG(site));
    return str_is_null(both) ? STR_NONE : viet_lower(arena, both);
}

/* what: "serial", "mac" or "name" */
static struct str part_key(struct import_run *run, const struct str *cells, const char *what, struct str value)
{
    struct str all = arena_printf(&run->arena, "%.*s\n%.*s\n%s\n%.*s", STR_ARG(cells[D_UNIT]), STR_ARG(cells[D_SITE]),
                                  what, STR_ARG(value));
    return str_is_null(all) ? STR_NONE : viet_lower(&run->arena, all);
}

static size_t name_count(const struct import_run *run, struct str key)
{
    const struct register_state *state = run->state;
    const size_t *count = map_get(&state->names, key);
    return count ? *count : 0;
}

static enum err_code put_key(struct import_run *run, int64_t id, struct str *cells, const char *what, struct str value,
                             bool is_inside, struct err *err)
{
    if (str_is_empty(value))
        return ERR_NONE;
    struct str key = part_key(run, cells, what, value);
    if (str_is_null(key))
        return arena_full(&run->arena, err);
    if (strcmp(what, "name") == 0 && name_count(run, key) != 1)
        return ERR_NONE; /* a name that two have says of neither which it is */
    return import_there_as(run, id, cells, key, is_inside, err);
}

static enum err_code load_sites(struct db *db, struct import_run *run, struct register_state *state, struct err *err)
{
    struct sql_import_sites_rows rows;
    TRY(sql_import_sites(db, &run->arena, &(struct sql_import_sites_args){.on_day = run->day}, &rows, err));
    for (size_t i = 0; i < rows.count; i++) {
        const struct known_unit *unit = import_unit_by_id(run, rows.items[i].unit_id);
        struct place *place = unit ? arena_new(&run->arena, struct place) : NULL;
        if (!unit)
            continue;
        struct str key = site_key(&run->arena, unit->code, rows.items[i].name);
        if (!place || str_is_null(key))
            return arena_full(&run->arena, err);
        *place = (struct place){rows.items[i].id, rows.items[i].name};
        if (!map_put(&state->sites, &run->arena, key, place) ||
            (!map_get(&state->first_site, unit->code) && !map_put(&state->first_site, &run->arena, unit->code, place)))
            return arena_full(&run->arena, err);
    }
    return ERR_NONE;
}

static enum err_code count_names(struct import_run *run, const struct sql_import_devices_rows *rows, struct err *err)
{
    struct register_state *state = run->state;
    for (size_t i = 0; i < rows->count; i++) {
        const struct known_unit *unit = import_unit_by_id(run, rows->items[i].unit_id);
        if (!unit)
            continue;
        struct str where[] = {[D_UNIT] = unit->code, [D_SITE] = rows->items[i].site_name};
        struct str key = part_key(run, where, "name", rows->items[i].name);
        size_t *count = str_is_null(key) ? NULL : map_get(&state->names, key);
        if (count) {
            ++*count;
            continue;
        }
        count = arena_new(&run->arena, size_t);
        if (!count || str_is_null(key))
            return arena_full(&run->arena, err);
        *count = 1;
        if (!map_put(&state->names, &run->arena, key, count))
            return arena_full(&run->arena, err);
    }
    return ERR_NONE;
}

static enum err_code load(struct db *db, struct import_run *run, struct err *err)
{
    struct register_state *state = arena_new(&run->arena, struct register_state);
    struct sql_import_devices_rows rows;
    struct sql_import_identities_rows identities;
    if (!state)
        return arena_full(&run->arena, err);
    run->state = state;
    TRY(import_units_load(db, run, err));
    TRY(load_sites(db, run, state, err));
    TRY(sql_import_devices(db, &run->arena, &(struct sql_import_devices_args){.on_day = run->day}, &rows, err));
    TRY(sql_import_identities(db, &run->arena, &(struct sql_import_identities_args){.on_day = run->day}, &identities,
                              err));
    TRY(count_names(run, &rows, err));
    size_t at = 0; /* both lists stand in the order of devices */
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_import_devices_row *r = &rows.items[i];
        const struct known_unit *unit = import_unit_by_id(run, r->unit_id);
        while (at < identities.count && identities.items[at].root_id < r->id)
            at++;
        if (!unit)
            continue;
        struct str *cells = arena_new_array(&run->arena, struct str, D_COUNT);
        civil_day *day = arena_new(&run->arena, civil_day);
        int64_t *id = arena_new(&run->arena, int64_t);
        if (!cells || !day || !id)
            return arena_full(&run->arena, err);
        for (size_t c = 0; c < D_COUNT; c++)
            cells[c] = STR("");
        cells[D_UNIT] = unit->code;
        cells[D_SITE] = r->site_name;
        cells[D_NAME] = r->name;
        cells[D_KIND] = r->kind;
        cells[D_OS] = str_is_null(r->os) ? STR("") : r->os;
        cells[D_ANTIMALWARE] = str_is_null(r->antimalware) ? STR("") : r->antimalware;
        cells[D_PROTECTION] = r->counted;
        *day = r->protection_ms.has ? civil_day_of_ms(r->protection_ms.v) : CIVIL_NONE;
        *id = r->id;
        if (!map_put(&state->said_day, &run->arena, id_key(id), day))
            return arena_full(&run->arena, err);
        size_t end = at;
        for (; end < identities.count && identities.items[end].root_id == r->id; end++) {
            size_t column = str_equal(identities.items[end].kind, STR("mac")) ? D_MAC : D_SERIAL;
            if (str_is_empty(cells[column]))
                cells[column] = identities.items[end].value;
        }
        for (; at < end; at++)
            TRY(put_key(run, r->id, cells, str_equal(identities.items[at].kind, STR("mac")) ? "mac" : "serial",
                        identities.items[at].value, unit->is_inside, err));
        TRY(put_key(run, r->id, cells, "name", cells[D_NAME], unit->is_inside, err));
    }
    return ERR_NONE;
}

/* --- judging --- */

static struct str normal(struct import_run *run, enum identity_kind kind, struct str cell)
{
    struct err why;
    struct str value;
    return identity_normal(kind, cell, &run->arena, &value, &why) == ERR_NONE ? value : cell; /* check says why */
}

/* By the strongest thing the row says that is known; a weaker one only while no stronger one contradicts. Puts unit,
 * site and identifiers of the cells into their one form on the way. */
static struct str key(struct import_run *run, struct str *cells)
{
    const struct register_state *state = run->state;
    const struct place *place = map_get(&state->first_site, cells[D_UNIT]);
    if (str_is_empty(cells[D_SITE]))
        cells[D_SITE] = place ? place->name : STR("");
    cells[D_MAC] = normal(run, IDENTITY_MAC, cells[D_MAC]);
    cells[D_SERIAL] = normal(run, IDENTITY_SERIAL, cells[D_SERIAL]);
    const struct {
        const char *what;
        struct str value;
    } parts[] = {{"serial", cells[D_SERIAL]}, {"mac", cells[D_MAC]}, {"name", cells[D_NAME]}};
    struct str strongest = STR("");
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (str_is_empty(parts[i].value))
            continue;
        struct str one = part_key(run, cells, parts[i].what, parts[i].value);
        if (str_is_null(one))
            return STR_NONE;
        if (str_is_empty(strongest))
            strongest = one;
        const struct import_object *object = map_get(&run->there, one);
        if (!object)
            continue;
        bool is_other = i > 0 && !str_is_empty(cells[D_SERIAL]) && !str_is_empty(object->cells[D_SERIAL]);
        is_other = is_other || (i > 1 && !str_is_empty(cells[D_MAC]) && !str_is_empty(object->cells[D_MAC]));
        if (is_other)
            continue;
        /* One of its further cards is its card all the same. */
        struct str mac = str_is_empty(cells[D_MAC]) ? STR("") : part_key(run, cells, "mac", cells[D_MAC]);
        const struct import_object *holder = str_is_empty(mac) ? NULL : map_get(&run->there, mac);
        if (holder && holder->id == object->id)
            cells[D_MAC] = object->cells[D_MAC];
        return one;
    }
    return str_is_empty(strongest) ? part_key(run, cells, "none", STR("")) : strongest;
}

static bool renews(struct import_run *run, const struct import_row *row)
{
    const struct register_state *state = run->state;
    const civil_day *day = map_get(&state->said_day, id_key(&row->object_id));
    return (row->given >> D_PROTECTION & 1) && (!day || *day < run->day);
}

static const char *check(struct import_run *run, struct import_row *row, int *ret_column)
{
    const char *reason = import_unit_check(run, row->cells[D_UNIT], D_UNIT, ret_column);
    if (reason)
        return reason;
    *ret_column = D_SITE;
    if (str_is_empty(row->cells[D_SITE]))
        return "đơn vị chưa có địa điểm nào: ghi tên địa điểm ở cột này";
    struct err why;
    struct str value;
    *ret_column = D_MAC;
    if (identity_normal(IDENTITY_MAC, row->cells[D_MAC], &run->arena, &value, &why) != ERR_NONE)
        return "không phải địa chỉ MAC";
    *ret_column = D_SERIAL;
    if (identity_normal(IDENTITY_SERIAL, row->cells[D_SERIAL], &run->arena, &value, &why) != ERR_NONE)
        return "không phải số sê-ri";
    *ret_column = D_NAME;
    for (size_t c = D_NAME; c <= D_ANTIMALWARE; c++)
        if (utf8_count(row->cells[c]) > DEVICE_TEXT_MAX)
            return "dài quá 500 ký tự";
    if (str_is_empty(row->cells[D_NAME]) && str_is_empty(row->cells[D_MAC]) && str_is_empty(row->cells[D_SERIAL]))
        return "ghi tên, số sê-ri hoặc địa chỉ MAC của thiết bị";
    if (row->verdict == IMPORT_NEW && str_is_empty(row->cells[D_MAC]) && str_is_empty(row->cells[D_SERIAL]) &&
        name_count(run, part_key(run, row->cells, "name", row->cells[D_NAME])) > 1)
        return "nhiều thiết bị cùng tên ở địa điểm này: ghi số sê-ri hoặc địa chỉ MAC";
    *ret_column = -1;
    return NULL;
}

/* --- writing --- */

static enum err_code site_of(struct db *db, const struct actor *actor, struct import_run *run, const struct str *cells,
                             int64_t *ret_id, struct err *err)
{
    struct register_state *state = run->state;
    struct str where = site_key(&run->arena, cells[D_UNIT], cells[D_SITE]);
    if (str_is_null(where))
        return arena_full(&run->arena, err);
    const struct place *there = map_get(&state->sites, where);
    if (there) {
        *ret_id = there->id;
        return ERR_NONE;
    }
    const struct known_unit *unit = import_unit_by_code(run, cells[D_UNIT]);
    struct place *place = arena_new(&run->arena, struct place);
    must(unit);
    if (!place)
        return arena_full(&run->arena, err);
    place->name = cells[D_SITE];
    TRY(site_new(db, actor, unit->id, cells[D_SITE], STR_NONE, run->day, &place->id, err));
    if (!map_put(&state->sites, &run->arena, where, place))
        return arena_full(&run->arena, err);
    *ret_id = place->id;
    return ERR_NONE;
}

static enum err_code write_new(struct db *db, const struct actor *actor, struct import_run *run, struct err *err)
{
    struct device_draft *drafts = arena_new_array(&run->arena, struct device_draft, run->new_count + 1);
    struct identity(*identities)[2] = arena_alloc_array(&run->arena, sizeof *identities, run->new_count + 1, 16);
    struct device_registered *made = arena_new_array(&run->arena, struct device_registered, run->new_count + 1);
    struct import_row **rows = arena_new_array(&run->arena, struct import_row *, run->new_count + 1);
    if (!drafts || !identities || !made || !rows)
        return arena_full(&run->arena, err);
    size_t count = 0;
    for (size_t i = 0; i < run->row_count; i++) {
        struct import_row *row = &run->rows[i];
        if (row->verdict != IMPORT_NEW)
            continue;
        identities[count][0] = (struct identity){IDENTITY_MAC, row->cells[D_MAC]};
        identities[count][1] = (struct identity){IDENTITY_SERIAL, row->cells[D_SERIAL]};
        drafts[count] = (struct device_draft){.kind = row->cells[D_KIND],
                                              .name = row->cells[D_NAME],
                                              .os = row->cells[D_OS],
                                              .identities = identities[count],
                                              .identity_count = 2,
                                              .antimalware = row->cells[D_ANTIMALWARE],
                                              .protection = row->cells[D_PROTECTION]};
        TRY(site_of(db, actor, run, row->cells, &drafts[count].site_id, err));
        rows[count++] = row;
    }
    if (count == 0)
        return ERR_NONE;
    TRY(device_register_many(db, actor, drafts, count, run->is_sample ? "sample" : "import", made, NULL, err));
    for (size_t i = 0; i < count; i++) {
        if (made[i].outcome == MATCH_SAME)
            return err_set(err, ERR_CONFLICT, "dòng %zu là một thiết bị đã có, hoặc là thiết bị của một dòng khác",
                           import_row_number(run, rows[i]));
        rows[i]->object_id = made[i].id;
    }
    return ERR_NONE;
}

static enum err_code put_identity_cell(struct db *db, int64_t device_id, enum identity_kind kind, struct str before,
                                       struct str after, struct err *err)
{
    int64_t now_ms = db_now_ms(db);
    if (str_equal(before, after))
        return ERR_NONE;
    if (!str_is_empty(before))
        TRY(sql_identity_drop(db,
                              &(struct sql_identity_drop_args){
                                  .device_id = device_id, .kind = identity_kind_to_str(kind), .value = before},
                              err));
    if (str_is_empty(after))
        return ERR_NONE;
    return sql_identity_insert(db,
                               &(struct sql_identity_insert_args){.id = db_id(db),
                                                                  .device_id = device_id,
                                                                  .kind = identity_kind_to_str(kind),
                                                                  .value = after,
                                                                  .at_ms = now_ms},
                               err);
}

static enum err_code write_changed(struct db *db, const struct actor *actor, struct import_run *run,
                                   const struct import_row *row, struct err *err)
{
    bool differs = false;
    for (size_t c = 0; c < D_COUNT; c++)
        differs = differs || !str_equal(row->cells[c], row->before[c]);
    bool says = !str_equal(row->cells[D_PROTECTION], row->before[D_PROTECTION]) ||
                (!run->is_undo && (row->given >> D_PROTECTION & 1));
    if (!differs && !says)
        return ERR_NONE;
    TRY(put_identity_cell(db, row->object_id, IDENTITY_MAC, row->before[D_MAC], row->cells[D_MAC], err));
    TRY(put_identity_cell(db, row->object_id, IDENTITY_SERIAL, row->before[D_SERIAL], row->cells[D_SERIAL], err));
    return device_put_row(
        db, actor, row->object_id,
        &(struct device_change){.kind = row->cells[D_KIND], .name = row->cells[D_NAME], .os = row->cells[D_OS]},
        row->cells[D_ANTIMALWARE], says ? row->cells[D_PROTECTION] : STR(""), err);
}

static enum err_code write(struct db *db, const struct actor *actor, struct import_run *run, struct err *err)
{
    /* The rows were judged against the root and the actor's reach. */
    struct actor system = actor_system(actor->day);
    system.person_id = actor->person_id;
    TRY(write_new(db, &system, run, err));
    for (size_t i = 0; i < run->row_count; i++)
        if (run->rows[i].verdict == IMPORT_CHANGED)
            TRY(write_changed(db, &system, run, &run->rows[i], err));
    return ERR_NONE;
}

/* Devices that the batch made are no more; what was seen of them since, or merged with them, stands in the way. */
static enum err_code drop(struct db *db, int64_t batch_id, int64_t at_ms, struct err *err)
{
    struct actor system = actor_system(db_today(db));
    AUTO_ARENA arena;
    arena_init(&arena, TABLE_ARENA_BYTES);
    struct sql_import_changes_rows changes;
    TRY(sql_import_changes(db, &arena, &(struct sql_import_changes_args){.batch_id = batch_id}, &changes, err));
    for (size_t i = 0; i < changes.count; i++) {
        if (!str_is_null(changes.items[i].before_json))
            continue;
        struct arena_mark mark = arena_mark(&arena);
        struct sql_asset_device_since_row *row = NULL;
        TRY(sql_asset_device_since(
            db, &arena, &(struct sql_asset_device_since_args){.id = changes.items[i].object_id, .at_ms = at_ms}, &row,
            err));
        if (!row || row->is_touched)
            return err_set(err, ERR_CONFLICT, "thiết bị %.*s đã được ghi nhận thêm hoặc gộp sau lần nhập này",
                           STR_ARG(row ? row->name : STR("?")));
        TRY(device_retire(db, &system, changes.items[i].object_id, STR("hủy lần nhập"), err));
        arena_rewind(&arena, mark);
    }
    return ERR_NONE;
}

const struct import_register device_register_table = {
    "devices", "Thiết bị", "Devices", "device", RIGHT_EXECUTE, columns, ARRAY_LEN(columns),
    load,      key,        check,     write,    drop,          renews,  RIGHT_ORG_ADMIN,
};
