/* The registers of what belongs to systems: addresses, domains, databases. A row names the operator's unit and the
 * system by its code or its name; the system itself comes in with the register of systems. */
#include "base/viet.h"
#include "org/import.sql.h"
#include "org/import_parts.h"
#include "org/system.h"

enum { C_OPERATOR, C_SYSTEM, C_WHAT, C_MORE, C_PERSONAL, C_MAX };

/* A system, and what tables call it: its code, or its name while it has none. */
struct known_system {
    int64_t id, operator_id, owner_id;
    struct str label;
    bool is_twice; /* another of the unit is called the same */
};
struct place {
    int64_t id, unit_id;
};
struct state {
    struct map systems; /* "unit\nlabel or name" -> struct known_system */
    struct map by_id;   /* 8 bytes of an id -> struct known_system */
    struct map places;  /* "unit code\nsite" -> struct place */
};

static struct str id_key(const int64_t *id)
{
    return (struct str){(const char *)id, sizeof *id};
}

static const struct known_system *system_of(struct import_run *run, const struct str *cells)
{
    const struct state *state = run->state;
    struct str key = import_pair_key(run, cells[C_OPERATOR], cells[C_SYSTEM]);
    return str_is_null(key) ? NULL : map_get(&state->systems, key);
}

/* --- what is there --- */

static enum err_code put_system(struct import_run *run, struct known_system *system, struct str unit, struct str name,
                                struct err *err)
{
    struct state *state = run->state;
    struct str key = import_pair_key(run, unit, name);
    if (str_is_null(key))
        return arena_full(&run->arena, err);
    struct known_system *other = map_get(&state->systems, key);
    if (other) {
        other->is_twice = other->is_twice || other->id != system->id;
        return ERR_NONE;
    }
    return map_put(&state->systems, &run->arena, key, system) ? ERR_NONE : arena_full(&run->arena, err);
}

static enum err_code load_systems(struct db *db, struct import_run *run, struct err *err)
{
    struct state *state = run->state;
    struct sql_import_systems_rows rows;
    TRY(sql_import_systems(db, &run->arena, &(struct sql_import_systems_args){.on_day = run->day}, &rows, err));
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_import_systems_row *r = &rows.items[i];
        const struct known_unit *unit = import_unit_by_id(run, r->operator_id);
        struct known_system *system = unit ? arena_new_array(&run->arena, struct known_system, 2) : NULL;
        if (!unit)
            continue;
        if (!system)
            return arena_full(&run->arena, err);
        bool has_code = !str_is_empty(r->code);
        system[0] = (struct known_system){r->id, r->operator_id, r->owner_id, has_code ? r->code : r->name, false};
        system[1] = system[0]; /* by name: two may share it while their codes differ */
        if (!map_put(&state->by_id, &run->arena, id_key(&system[0].id), &system[0]))
            return arena_full(&run->arena, err);
        if (has_code)
            TRY(put_system(run, &system[0], unit->code, r->code, err));
        TRY(put_system(run, &system[1], unit->code, r->name, err));
    }
    return ERR_NONE;
}

static enum err_code load_places(struct db *db, struct import_run *run, struct err *err)
{
    struct state *state = run->state;
    struct sql_import_sites_rows rows;
    TRY(sql_import_sites(db, &run->arena, &(struct sql_import_sites_args){.on_day = run->day}, &rows, err));
    for (size_t i = 0; i < rows.count; i++) {
        const struct known_unit *unit = import_unit_by_id(run, rows.items[i].unit_id);
        struct place *place = unit ? arena_new(&run->arena, struct place) : NULL;
        if (!unit)
            continue;
        struct str key = import_pair_key(run, unit->code, rows.items[i].name);
        if (!place || str_is_null(key))
            return arena_full(&run->arena, err);
        *place = (struct place){rows.items[i].id, unit->id};
        if (!map_put(&state->places, &run->arena, key, place))
            return arena_full(&run->arena, err);
    }
    return ERR_NONE;
}

static enum err_code load_common(struct db *db, struct import_run *run, struct err *err)
{
    run->state = arena_new(&run->arena, struct state);
    if (!run->state)
        return arena_full(&run->arena, err);
    TRY(import_units_load(db, run, err));
    return load_systems(db, run, err);
}

/* One part of a system as the cells of a table. */
static enum err_code put_part(struct import_run *run, int64_t id, int64_t system_id, int64_t operator_id,
                              struct str what, struct str more, struct str personal, struct err *err)
{
    const struct state *state = run->state;
    const struct known_unit *unit = import_unit_by_id(run, operator_id);
    const struct known_system *system = map_get(&state->by_id, id_key(&system_id));
    const struct str all[C_MAX] = {unit ? unit->code : STR(""), system ? system->label : STR(""), what, more, personal};
    return system ? import_put_there(run, id, unit, all, run->what->column_count, err) : ERR_NONE;
}

/* --- judging: what all three ask of a row --- */

/* The system under the name tables know it by; unknown ones stay as they were typed and are refused later. */
static void name_system(struct import_run *run, struct str *cells)
{
    const struct known_system *system = system_of(run, cells);
    if (system && !system->is_twice)
        cells[C_SYSTEM] = system->label;
}

static struct str part_key(struct import_run *run, const struct str *cells, struct str what, struct str more)
{
    struct str both =
        arena_printf(&run->arena, "%.*s\n%.*s\n%.*s", STR_ARG(cells[C_SYSTEM]), STR_ARG(what), STR_ARG(more));
    return str_is_null(both) ? STR_NONE : import_pair_key(run, cells[C_OPERATOR], both);
}

static const char *check_system(struct import_run *run, const struct import_row *row, int *ret_column)
{
    const char *reason = import_unit_check(run, row->cells[C_OPERATOR], C_OPERATOR, ret_column);
    if (reason)
        return reason;
    const struct known_system *system = system_of(run, row->cells);
    *ret_column = C_SYSTEM;
    if (!system)
        return "đơn vị không vận hành hệ thống mang mã hoặc tên này";
    if (system->is_twice)
        return "đơn vị có hai hệ thống cùng tên: ghi mã hệ thống";
    *ret_column = -1;
    return NULL;
}

/* --- ranges --- */
static const struct import_column range_columns[] = {
    {"operator", "Mã đơn vị vận hành|Đơn vị vận hành|Mã đơn vị", "Operator", IMPORT_TEXT, true, "th-001", NULL},
    {"system", "Hệ thống (mã hoặc tên)|Mã hệ thống|Tên hệ thống|Hệ thống", "System", IMPORT_TEXT, true, "th-001-sodiem",
     NULL},
    {"cidr", "Dải địa chỉ|Địa chỉ IP|IP", "Range", IMPORT_TEXT, true, "192.168.1.0/24", NULL},
    {"site", "Địa điểm", "Site", IMPORT_TEXT, false, "Trụ sở chính", NULL},
};

static const struct place *place_of(struct import_run *run, const struct known_system *system, const struct str *cells)
{
    const struct state *state = run->state;
    const struct known_unit *owner = import_unit_by_id(run, system->owner_id);
    struct str key = import_pair_key(run, cells[C_OPERATOR], cells[C_MORE]);
    const struct place *place = str_is_null(key) ? NULL : map_get(&state->places, key);
    if (place || !owner)
        return place;
    key = import_pair_key(run, owner->code, cells[C_MORE]);
    return str_is_null(key) ? NULL : map_get(&state->places, key);
}

static enum err_code range_load(struct db *db, struct import_run *run, struct err *err)
{
    struct sql_import_ranges_rows rows;
    TRY(load_common(db, run, err));
    TRY(load_places(db, run, err));
    TRY(sql_import_ranges(db, &run->arena, &(struct sql_import_ranges_args){.on_day = run->day}, &rows, err));
    for (size_t i = 0; i < rows.count; i++)
        TRY(put_part(run, rows.items[i].id, rows.items[i].system_id, rows.items[i].operator_id, rows.items[i].cidr,
                     rows.items[i].site_name, STR_NONE, err));
    return ERR_NONE;
}

static struct str range_key(struct import_run *run, struct str *cells)
{
    struct cidr cidr;
    struct err wrong; /* range_check says why */
    char text[CIDR_TEXT_BYTES];
    name_system(run, cells);
    if (cidr_parse(cells[C_WHAT], &cidr, &wrong) == ERR_NONE)
        cells[C_WHAT] = arena_str(&run->arena, str_from_cstr(cidr_print(&cidr, text)));
    return str_is_null(cells[C_WHAT]) ? STR_NONE : part_key(run, cells, cells[C_WHAT], cells[C_MORE]);
}

static const char *range_check(struct import_run *run, struct import_row *row, int *ret_column)
{
    const char *reason = check_system(run, row, ret_column);
    if (reason)
        return reason;
    struct cidr cidr;
    struct err wrong;
    *ret_column = C_WHAT;
    if (cidr_parse(row->cells[C_WHAT], &cidr, &wrong) != ERR_NONE) {
        struct str text = arena_str(&run->arena, str_from_cstr(wrong.text));
        return str_is_null(text) ? "không phải dải địa chỉ" : text.ptr;
    }
    *ret_column = C_MORE;
    if (cidr.is_private && str_is_empty(row->cells[C_MORE]))
        return "địa chỉ nội bộ cần có địa điểm";
    if (!str_is_empty(row->cells[C_MORE]) && !place_of(run, system_of(run, row->cells), row->cells))
        return "đơn vị vận hành và chủ quản không có địa điểm này";
    *ret_column = -1;
    return NULL;
}

static enum err_code range_write(struct db *db, const struct actor *actor, struct import_run *run, struct err *err)
{
    struct actor writer = import_writer(actor);
    for (size_t i = 0; i < run->row_count; i++) {
        struct import_row *row = &run->rows[i];
        if (row->verdict != IMPORT_NEW) /* all a row says is what makes it the same: none is ever changed */
            continue;
        const struct known_system *system = system_of(run, row->cells);
        must(system);
        const struct place *place = str_is_empty(row->cells[C_MORE]) ? NULL : place_of(run, system, row->cells);
        TRY(system_range_add(db, &writer, system->id, place ? place->id : 0, row->cells[C_WHAT], &row->object_id, err));
    }
    return ERR_NONE;
}

static enum err_code range_drop(struct db *db, int64_t batch_id, int64_t at_ms, struct err *err)
{
    return sql_undo_ranges(db, &(struct sql_undo_ranges_args){.batch_id = batch_id}, err);
}

const struct import_register import_ranges = {"ranges",
                                              "Dải địa chỉ của hệ thống",
                                              "Ranges of systems",
                                              "system_range",
                                              RIGHT_ORG_ADMIN,
                                              range_columns,
                                              ARRAY_LEN(range_columns),
                                              range_load,
                                              range_key,
                                              range_check,
                                              range_write,
                                              range_drop,
                                              NULL};

/* --- domains --- */
static const struct import_column domain_columns[] = {
    {"operator", "Mã đơn vị vận hành|Đơn vị vận hành|Mã đơn vị", "Operator", IMPORT_TEXT, true, "th-001", NULL},
    {"system", "Hệ thống (mã hoặc tên)|Mã hệ thống|Tên hệ thống|Hệ thống", "System", IMPORT_TEXT, true, "th-001-sodiem",
     NULL},
    {"domain", "Tên miền", "Domain", IMPORT_TEXT, true, "sodiem.th-001.example", NULL},
};

static enum err_code domain_load(struct db *db, struct import_run *run, struct err *err)
{
    struct sql_import_domains_rows rows;
    TRY(load_common(db, run, err));
    TRY(sql_import_domains(db, &run->arena, &(struct sql_import_domains_args){.on_day = run->day}, &rows, err));
    for (size_t i = 0; i < rows.count; i++)
        TRY(put_part(run, rows.items[i].id, rows.items[i].system_id, rows.items[i].operator_id, rows.items[i].domain,
                     STR_NONE, STR_NONE, err));
    return ERR_NONE;
}

static struct str domain_key(struct import_run *run, struct str *cells)
{
    name_system(run, cells);
    cells[C_WHAT] = viet_lower(&run->arena, str_trim(cells[C_WHAT]));
    return str_is_null(cells[C_WHAT]) ? STR_NONE : part_key(run, cells, cells[C_WHAT], STR(""));
}

static const char *domain_check(struct import_run *run, struct import_row *row, int *ret_column)
{
    const char *reason = check_system(run, row, ret_column);
    if (reason)
        return reason;
    *ret_column = C_WHAT;
    if (!domain_is_name(row->cells[C_WHAT]))
        return "không phải tên miền";
    *ret_column = -1;
    return NULL;
}

static enum err_code domain_write(struct db *db, const struct actor *actor, struct import_run *run, struct err *err)
{
    struct actor writer = import_writer(actor);
    for (size_t i = 0; i < run->row_count; i++) {
        struct import_row *row = &run->rows[i];
        if (row->verdict != IMPORT_NEW)
            continue;
        const struct known_system *system = system_of(run, row->cells);
        must(system);
        TRY(system_domain_add(db, &writer, system->id, row->cells[C_WHAT], &row->object_id, err));
    }
    return ERR_NONE;
}

static enum err_code domain_drop(struct db *db, int64_t batch_id, int64_t at_ms, struct err *err)
{
    return sql_undo_domains(db, &(struct sql_undo_domains_args){.batch_id = batch_id}, err);
}

const struct import_register import_domains = {"domains",
                                               "Tên miền của hệ thống",
                                               "Domains of systems",
                                               "system_domain",
                                               RIGHT_ORG_ADMIN,
                                               domain_columns,
                                               ARRAY_LEN(domain_columns),
                                               domain_load,
                                               domain_key,
                                               domain_check,
                                               domain_write,
                                               domain_drop,
                                               NULL};

/* --- databases --- */
static const struct import_column database_columns[] = {
    {"operator", "Mã đơn vị vận hành|Đơn vị vận hành|Mã đơn vị", "Operator", IMPORT_TEXT, true, "th-001", NULL},
    {"system", "Hệ thống (mã hoặc tên)|Mã hệ thống|Tên hệ thống|Hệ thống", "System", IMPORT_TEXT, true, "th-001-sodiem",
     NULL},
    {"name", "Tên cơ sở dữ liệu|Cơ sở dữ liệu", "Database", IMPORT_TEXT, true, "Điểm và học bạ", NULL},
    {"engine", "Hệ quản trị", "Engine", IMPORT_TEXT, false, "PostgreSQL", NULL},
    {"personal", "Có dữ liệu cá nhân", "Personal data", IMPORT_YES_NO, true, "có", NULL},
};

static enum err_code database_load(struct db *db, struct import_run *run, struct err *err)
{
    struct sql_import_databases_rows rows;
    TRY(load_common(db, run, err));
    TRY(sql_import_databases(db, &run->arena, &(struct sql_import_databases_args){.on_day = run->day}, &rows, err));
    for (size_t i = 0; i < rows.count; i++)
        TRY(put_part(run, rows.items[i].id, rows.items[i].system_id, rows.items[i].operator_id, rows.items[i].name,
                     rows.items[i].engine, rows.items[i].has_personal_data ? STR("1") : STR("0"), err));
    return ERR_NONE;
}

static struct str database_key(struct import_run *run, struct str *cells)
{
    name_system(run, cells);
    return part_key(run, cells, cells[C_WHAT], STR(""));
}

static const char *database_check(struct import_run *run, struct import_row *row, int *ret_column)
{
    return check_system(run, row, ret_column);
}

static enum err_code database_write(struct db *db, const struct actor *actor, struct import_run *run, struct err *err)
{
    struct actor writer = import_writer(actor);
    for (size_t i = 0; i < run->row_count; i++) {
        struct import_row *row = &run->rows[i];
        if (row->verdict != IMPORT_NEW && row->verdict != IMPORT_CHANGED)
            continue;
        const struct known_system *system = system_of(run, row->cells);
        must(system);
        struct str engine = str_is_empty(row->cells[C_MORE]) ? STR_NONE : row->cells[C_MORE];
        bool is_personal = str_equal(row->cells[C_PERSONAL], STR("1"));
        if (row->verdict == IMPORT_NEW)
            TRY(system_database_new(db, &writer, system->id, row->cells[C_WHAT], engine, is_personal, run->day,
                                    &row->object_id, err));
        else
            TRY(system_database_update(db, &writer, system->id, row->object_id, row->cells[C_WHAT], engine, is_personal,
                                       err));
    }
    return ERR_NONE;
}

static enum err_code database_drop(struct db *db, int64_t batch_id, int64_t at_ms, struct err *err)
{
    return sql_undo_databases(db, &(struct sql_undo_databases_args){.batch_id = batch_id}, err);
}

const struct import_register import_databases = {"databases",
                                                 "Cơ sở dữ liệu của hệ thống",
                                                 "Databases of systems",
                                                 "system_database",
                                                 RIGHT_ORG_ADMIN,
                                                 database_columns,
                                                 ARRAY_LEN(database_columns),
                                                 database_load,
                                                 database_key,
                                                 database_check,
                                                 database_write,
                                                 database_drop,
                                                 NULL};
