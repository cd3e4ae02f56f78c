/* The registers of org: units, people, systems, sites. Each loads what is there as cells, and writes what differs. */
#include "base/viet.h"
#include "know/know.h"
#include "org/import.sql.h"
#include "org/import_parts.h"
#include "org/person.h"
#include "org/person.sql.h"
#include "org/site.h"
#include "org/system.h"
#include "org/system.sql.h"
#include "org/unit.h"

static size_t choose_kind(size_t i, struct import_choice *ret)
{
    *ret = (struct import_choice){know_org_kinds[i].id, know_org_kinds[i].title.vi, know_org_kinds[i].title.en};
    return know_org_kind_count;
}
static size_t choose_sector(size_t i, struct import_choice *ret)
{
    *ret = (struct import_choice){know_sectors[i].id, know_sectors[i].title.vi, know_sectors[i].title.en};
    return know_sector_count;
}
static size_t choose_role(size_t i, struct import_choice *ret)
{
    *ret = (struct import_choice){know_roles[i].id, know_roles[i].title.vi, know_roles[i].title.en};
    return know_role_count;
}

static struct str given(struct str s)
{
    return str_is_null(s) ? STR("") : s;
}
static struct str or_none(struct str s)
{
    return str_is_empty(s) ? STR_NONE : s;
}

/* --- what every register does: rows of a query as cells of a unit --- */

static struct str id_key(const int64_t *id)
{
    return (struct str){(const char *)id, sizeof *id};
}

static enum err_code know_units(struct db *db, struct import_run *run, struct sql_import_units_rows *ret_rows,
                                struct err *err)
{
    TRY(sql_import_units(db, &run->actor, &run->arena,
                         &(struct sql_import_units_args){.root_id = run->root_id, .on_day = run->day}, ret_rows, err));
    struct known_unit *units = arena_new_array(&run->arena, struct known_unit, ret_rows->count + 1);
    if (!units)
        return arena_full(&run->arena, err);
    struct sql_import_units_rows also = {0}; /* the same units in the same order, by the other right */
    if (run->what->also_right && !run->actor.all) {
        struct actor actor = run->actor;
        actor.right = run->what->also_right;
        TRY(sql_import_units(db, &actor, &run->arena,
                             &(struct sql_import_units_args){.root_id = run->root_id, .on_day = run->day}, &also, err));
    }
    for (size_t i = 0; i < ret_rows->count; i++) {
        bool is_inside = ret_rows->items[i].inside ||
                         (i < also.count && also.items[i].id == ret_rows->items[i].id && also.items[i].inside);
        units[i] = (struct known_unit){ret_rows->items[i].id, ret_rows->items[i].code, is_inside};
        if (!map_put(&run->unit_by_code, &run->arena, units[i].code, &units[i]) ||
            !map_put(&run->unit_by_id, &run->arena, id_key(&units[i].id), &units[i]))
            return arena_full(&run->arena, err);
    }
    return ERR_NONE;
}

enum err_code import_units_load(struct db *db, struct import_run *run, struct err *err)
{
    struct sql_import_units_rows rows;
    return know_units(db, run, &rows, err);
}

const struct known_unit *import_unit_by_id(const struct import_run *run, int64_t id)
{
    return map_get(&run->unit_by_id, id_key(&id));
}

const struct known_unit *import_unit_by_code(const struct import_run *run, struct str code)
{
    return map_get(&run->unit_by_code, code);
}

/* In parts, so that it is said in the reader's language. */
static const char *out_of_reach(struct import_run *run, struct str code)
{
    struct err why;
    (void)err_set(&why, ERR_SYNTAX, "đơn vị %.*s ngoài phạm vi của bạn", STR_ARG(code));
    const char *said = arena_cstr(&run->arena, str_from_cstr(why.said));
    return said ? said : "thuộc đơn vị ngoài phạm vi của bạn";
}

const char *import_unit_check(struct import_run *run, struct str code, int column, int *ret_column)
{
    const struct known_unit *unit = import_unit_by_code(run, code);
    *ret_column = column;
    if (!unit)
        return "không có đơn vị mang mã này";
    if (!unit->is_inside)
        return out_of_reach(run, code);
    *ret_column = -1;
    return NULL;
}

enum err_code import_put_there(struct import_run *run, int64_t id, const struct known_unit *unit, const struct str *all,
                               size_t all_count, struct err *err)
{
    must(all_count == run->what->column_count);
    struct str *cells = unit ? arena_new_array(&run->arena, struct str, all_count) : NULL;
    if (!unit)
        return ERR_NONE;
    if (!cells)
        return arena_full(&run->arena, err);
    for (size_t c = 0; c < all_count; c++)
        cells[c] = given(all[c]);
    return import_there(run, id, cells, unit->is_inside, err);
}

struct str import_pair_key(struct import_run *run, struct str unit, struct str name)
{
    struct str both = arena_printf(&run->arena, "%.*s\n%.*s", STR_ARG(unit), STR_ARG(name));
    return str_is_null(both) ? STR_NONE : viet_lower(&run->arena, both);
}

struct actor import_writer(const struct actor *actor)
{
    struct actor system = actor_system(actor->day);
    system.person_id = actor->person_id;
    return system;
}

/* --- units --- */
enum {
    U_CODE,
    U_NAME,
    U_KIND,
    U_ADMIN,
    U_PROF,
    U_INCIDENT,
    U_SYMBOL,
    U_ADDRESS,
    U_PHONE,
    U_EMAIL,
    U_DOMAIN,
    U_SECTOR,
    U_COUNT
};
static const struct import_column unit_columns[] = {
    {"code", "Mã đơn vị|Mã", "Code", IMPORT_TEXT, true, "th-001", NULL},
    {"name", "Tên đơn vị|Tên", "Name", IMPORT_TEXT, true, "Trường Tiểu học Tre Xanh", NULL},
    {"kind", "Loại đơn vị|Loại", "Kind", IMPORT_CHOICE, true, "Trường tiểu học", choose_kind},
    {"administrative", "Mã cấp trên hành chính|Cấp trên hành chính|Mã cấp trên", "Administrative parent", IMPORT_TEXT,
     false, "xa-001", NULL},
    {"professional", "Mã cấp trên chuyên môn|Cấp trên chuyên môn", "Professional parent", IMPORT_TEXT, false, "sgddt",
     NULL},
    {"incident", "Mã nơi nhận báo cáo sự cố|Nơi nhận báo cáo sự cố", "Incident reports to", IMPORT_TEXT, false,
     "congan", NULL},
    {"symbol", "Ký hiệu văn bản|Ký hiệu", "Symbol", IMPORT_TEXT, false, "THTX", NULL},
    {"address", "Địa chỉ", "Address", IMPORT_TEXT, false, "Thôn Trúc, xã An Trúc", NULL},
    {"phone", "Điện thoại", "Telephone", IMPORT_TEXT, false, "0900 000 123", NULL},
    {"email", "Thư điện tử|Email", "Email", IMPORT_EMAIL, false, "vanthu@th-001.example", NULL},
    {"domain", "Tên miền", "Domain", IMPORT_TEXT, false, "th-001.example", NULL},
    {"sector", "Lĩnh vực (Quyết định 632)|Lĩnh vực", "Sector", IMPORT_CHOICE, false, "", choose_sector},
};

static struct str unit_key(struct import_run *run, struct str *cells)
{
    return viet_lower(&run->arena, cells[U_CODE]);
}

static enum err_code unit_load(struct db *db, struct import_run *run, struct err *err)
{
    struct sql_import_units_rows rows;
    TRY(know_units(db, run, &rows, err));
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_import_units_row *r = &rows.items[i];
        const struct str all[U_COUNT] = {r->code,         r->name,     r->kind,   r->administrative,
                                         r->professional, r->incident, r->symbol, r->address,
                                         r->phone,        r->email,    r->domain, r->sector};
        TRY(import_put_there(run, r->id, import_unit_by_id(run, r->id), all, ARRAY_LEN(all), err));
    }
    return ERR_NONE;
}

static struct import_row *row_of_code(struct import_run *run, struct str code)
{
    struct str key = viet_lower(&run->arena, code);
    struct import_row *row = str_is_null(key) ? NULL : map_get(&run->by_key, key);
    return row && row->verdict != IMPORT_ERROR ? row : NULL;
}
static const struct import_object *object_of_code(struct import_run *run, struct str code)
{
    struct str key = viet_lower(&run->arena, code);
    return str_is_null(key) ? NULL : map_get(&run->there, key);
}

static const char *unit_check(struct import_run *run, struct import_row *row, int *ret_column)
{
    static const int parents[] = {U_ADMIN, U_PROF, U_INCIDENT};
    for (size_t p = 0; p < ARRAY_LEN(parents); p++) {
        struct str code = row->cells[parents[p]];
        *ret_column = parents[p];
        bool is_old = row->before && str_equal(code, row->before[parents[p]]);
        if (is_old)
            continue;
        if (str_is_empty(code)) {
            if (parents[p] == U_ADMIN && run->root_id)
                return "đơn vị mới cần cấp trên hành chính trong phạm vi của bạn";
            continue;
        }
        if (viet_equal_folded(code, row->cells[U_CODE]))
            return "không thể là cấp trên của chính mình";
        const struct import_object *object = object_of_code(run, code);
        struct import_row *in_file = row_of_code(run, code);
        if (!object && !in_file)
            return "không có đơn vị mang mã này";
        if (object && !object->is_inside)
            return "đơn vị cấp trên ngoài phạm vi của bạn";
        /* A circle of new units inside the file. */
        size_t steps = 0;
        for (struct import_row *at = in_file; at && at->verdict == IMPORT_NEW && steps <= run->row_count; steps++) {
            if (at == row)
                return "các đơn vị trong tệp là cấp trên của nhau thành vòng";
            at = str_is_empty(at->cells[parents[p]]) ? NULL : row_of_code(run, at->cells[parents[p]]);
            if (steps > 64)
                return "cây đơn vị trong tệp sâu quá 64 cấp hoặc thành vòng";
        }
    }
    *ret_column = U_DOMAIN;
    if ((row->given & UINT32_C(1) << U_DOMAIN) && !domain_is_name(row->cells[U_DOMAIN]))
        return "không phải tên miền";
    *ret_column = -1;
    return NULL;
}

static int64_t unit_id_of(struct import_run *run, struct str code)
{
    if (str_is_empty(code))
        return 0;
    const struct import_object *object = object_of_code(run, code);
    struct import_row *row = object ? NULL : row_of_code(run, code);
    return object ? object->id : row ? row->object_id : 0;
}

static struct unit_fact fact_of(const struct str *cells)
{
    return (struct unit_fact){.kind = cells[U_KIND],
                              .name = cells[U_NAME],
                              .code = cells[U_CODE],
                              .symbol = or_none(cells[U_SYMBOL]),
                              .address = or_none(cells[U_ADDRESS]),
                              .domain = or_none(cells[U_DOMAIN]),
                              .phone = or_none(cells[U_PHONE]),
                              .email = or_none(cells[U_EMAIL]),
                              .sector = or_none(cells[U_SECTOR])};
}

static void visit(struct import_run *run, struct import_row *row, bool *is_done, struct import_row **order,
                  size_t *count)
{
    if (row->verdict != IMPORT_NEW || is_done[row - run->rows])
        return;
    is_done[row - run->rows] = true;
    for (int c = U_ADMIN; c <= U_INCIDENT; c++) { /* depth: unit_check let no chain of one kind pass 64 */
        struct import_row *parent =
            str_is_empty(row->cells[c]) || object_of_code(run, row->cells[c]) ? NULL : row_of_code(run, row->cells[c]);
        if (parent)
            visit(run, parent, is_done, order, count);
    }
    order[(*count)++] = row;
}

static enum err_code unit_write(struct db *db, const struct actor *actor, struct import_run *run, struct err *err)
{
    static const struct str edges[] = {STR_INIT("administrative"), STR_INIT("professional"), STR_INIT("incident")};
    struct import_row **order = arena_new_array(&run->arena, struct import_row *, run->row_count + 1);
    bool *is_done = arena_new_array(&run->arena, bool, run->row_count + 1);
    struct unit_bulk *bulk = arena_new_array(&run->arena, struct unit_bulk, run->new_count + 1);
    if (!order || !is_done || !bulk)
        return arena_full(&run->arena, err);
    size_t count = 0;
    for (size_t i = 0; i < run->row_count; i++)
        visit(run, &run->rows[i], is_done, order, &count);
    for (size_t i = 0; i < count; i++)
        order[i]->object_id = db_id(db);
    for (size_t i = 0; i < count; i++) {
        bulk[i] = (struct unit_bulk){.id = order[i]->object_id, .fact = fact_of(order[i]->cells)};
        for (size_t p = 0; p < 3; p++)
            bulk[i].parents[p] = (struct unit_parent){edges[p], unit_id_of(run, order[i]->cells[U_ADMIN + p])};
    }
    TRY(unit_found_many(db, bulk, count, run->day, 0, run->is_sample, err));
    struct actor system = import_writer(actor);
    for (size_t i = 0; i < run->row_count; i++) {
        const struct import_row *row = &run->rows[i];
        bool differs = false;
        if (row->verdict != IMPORT_CHANGED)
            continue;
        for (size_t c = 0; c < U_COUNT; c++)
            if (c < U_ADMIN || c > U_INCIDENT)
                differs |= !str_equal(row->cells[c], row->before[c]);
        struct unit_fact fact = fact_of(row->cells);
        if (differs)
            TRY(unit_set_fact(db, &system, row->object_id, &fact, run->day, 0, err));
        for (size_t p = 0; p < 3; p++)
            if (!str_equal(row->cells[U_ADMIN + p], row->before[U_ADMIN + p]))
                TRY(unit_set_parent(db, &system, row->object_id, edges[p], unit_id_of(run, row->cells[U_ADMIN + p]),
                                    run->day, 0, err));
    }
    return ERR_NONE;
}

static enum err_code unit_drop(struct db *db, int64_t batch_id, int64_t at_ms, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 18);
    struct sql_undo_stuck_units_row *s = NULL;
    TRY(sql_undo_stuck_units(db, &arena, &(struct sql_undo_stuck_units_args){.batch_id = batch_id}, &s, err));
    if (s && (s->below || s->people || s->grants || s->systems || s->events))
        return err_set(err, ERR_CONFLICT,
                       "các đơn vị đã nhập đang có: %lld đơn vị bên dưới, %lld người, %lld quyền, %lld hệ thống, %lld "
                       "thay đổi sau đó",
                       (long long)s->below, (long long)s->people, (long long)s->grants, (long long)s->systems,
                       (long long)s->events);
    TRY(sql_undo_unit_paths(db, &(struct sql_undo_unit_paths_args){.batch_id = batch_id}, err));
    TRY(sql_undo_unit_edges(db, &(struct sql_undo_unit_edges_args){.batch_id = batch_id}, err));
    TRY(sql_undo_unit_facts(db, &(struct sql_undo_unit_facts_args){.batch_id = batch_id}, err));
    return sql_undo_units(db, &(struct sql_undo_units_args){.batch_id = batch_id}, err);
}

/* --- people --- */
enum { P_NAME, P_UNIT, P_TITLE, P_EMAIL, P_PHONE, P_ROLE, P_COUNT };
static const struct import_column person_columns[] = {
    {"name", "Họ và tên|Họ tên", "Name", IMPORT_TEXT, true, "Trần Thị Hạ", NULL},
    {"unit", "Mã đơn vị", "Unit code", IMPORT_TEXT, true, "th-001", NULL},
    {"title", "Chức vụ|Chức danh", "Title", IMPORT_TEXT, false, "Hiệu trưởng", NULL},
    {"email", "Thư điện tử|Email", "Email", IMPORT_EMAIL, false, "hieutruong@th-001.example", NULL},
    {"phone", "Điện thoại", "Telephone", IMPORT_TEXT, false, "0900 000 124", NULL},
    {"role", "Vai trò", "Role", IMPORT_CHOICE, false, "Thủ trưởng đơn vị", choose_role},
};

/* The same person: same mail address in the same unit, or without one the same name there. */
static struct str person_key(struct import_run *run, struct str *cells)
{
    return import_pair_key(run, cells[P_UNIT], str_is_empty(cells[P_EMAIL]) ? cells[P_NAME] : cells[P_EMAIL]);
}

static enum err_code person_load(struct db *db, struct import_run *run, struct err *err)
{
    struct sql_import_people_rows people;
    TRY(import_units_load(db, run, err));
    TRY(sql_import_people(db, &run->arena, &(struct sql_import_people_args){.on_day = run->day}, &people, err));
    for (size_t i = 0; i < people.count; i++) {
        const struct sql_import_people_row *r = &people.items[i];
        const struct known_unit *unit = import_unit_by_id(run, r->unit_id);
        const struct str all[P_COUNT] = {r->name, unit ? unit->code : STR(""), r->title, r->email, r->phone, STR_NONE};
        TRY(import_put_there(run, r->id, unit, all, ARRAY_LEN(all), err));
    }
    return ERR_NONE;
}

static const char *person_check(struct import_run *run, struct import_row *row, int *ret_column)
{
    if (row->before) { /* a role is given to new people only: who is there has grants with dates */
        row->cells[P_ROLE] = STR("");
        bool differs = false;
        for (size_t c = 0; c < P_COUNT; c++)
            differs |= !str_equal(row->cells[c], row->before[c]);
        if (!differs)
            row->verdict = IMPORT_SAME;
    }
    return import_unit_check(run, row->cells[P_UNIT], P_UNIT, ret_column);
}

static enum err_code person_write(struct db *db, const struct actor *actor, struct import_run *run, struct err *err)
{
    int64_t now_ms = db_now_ms(db);
    struct arena_mark mark = arena_mark(&run->arena);
    for (size_t i = 0; i < run->row_count; i++) {
        struct import_row *row = &run->rows[i];
        if (row->verdict != IMPORT_NEW && row->verdict != IMPORT_CHANGED)
            continue;
        arena_rewind(&run->arena, mark);
        const struct known_unit *unit = import_unit_by_code(run, row->cells[P_UNIT]);
        must(unit);
        struct str both = arena_printf(&run->arena, "%.*s %.*s %.*s", STR_ARG(row->cells[P_NAME]),
                                       STR_ARG(row->cells[P_EMAIL]), STR_ARG(row->cells[P_PHONE]));
        struct str search_key = viet_search_key(&run->arena, both),
                   sort_key = viet_sort_key_person(&run->arena, row->cells[P_NAME]);
        if (str_is_null(both) || str_is_null(search_key) || str_is_null(sort_key))
            return arena_full(&run->arena, err);
        if (row->verdict == IMPORT_CHANGED) {
            int64_t changes = 0;
            struct sql_person_raw_row *raw = NULL;
            TRY(sql_person_raw(db, &run->arena, &(struct sql_person_raw_args){.id = row->object_id}, &raw, err));
            TRY(sql_person_change(db,
                                  &(struct sql_person_change_args){.id = row->object_id,
                                                                   .name = row->cells[P_NAME],
                                                                   .title = or_none(row->cells[P_TITLE]),
                                                                   .email = or_none(row->cells[P_EMAIL]),
                                                                   .phone = or_none(row->cells[P_PHONE]),
                                                                   .search_key = search_key,
                                                                   .sort_key = sort_key,
                                                                   .publish_consent = raw ? raw->publish_consent : 0},
                                  &changes, err));
            if (changes != 1)
                return err_set(err, ERR_CONFLICT, "người '%.*s' đã bị xóa", STR_ARG(row->cells[P_NAME]));
            continue;
        }
        row->object_id = db_id(db);
        TRY(sql_person_insert(db,
                              &(struct sql_person_insert_args){.id = row->object_id,
                                                               .name = row->cells[P_NAME],
                                                               .title = or_none(row->cells[P_TITLE]),
                                                               .email = or_none(row->cells[P_EMAIL]),
                                                               .phone = or_none(row->cells[P_PHONE]),
                                                               .search_key = search_key,
                                                               .sort_key = sort_key,
                                                               .language = STR("vi"),
                                                               .is_sample = run->is_sample,
                                                               .created_ms = now_ms},
                              err));
        TRY(sql_person_unit_insert(
            db,
            &(struct sql_person_unit_insert_args){
                .id = db_id(db), .person_id = row->object_id, .unit_id = unit->id, .from_day = run->day},
            err));
        int64_t grant_id = 0;
        struct grant_request request = {.person_id = row->object_id,
                                        .role = row->cells[P_ROLE],
                                        .unit_id = unit->id,
                                        .edge_kind = STR(""),
                                        .from_day = run->day,
                                        .to_day = CIVIL_FOREVER,
                                        .basis = STR_NONE};
        if (!str_is_empty(row->cells[P_ROLE]) && grant_give(db, actor, &request, &grant_id, err) != ERR_NONE)
            return err_wrap(err, "%.*s", STR_ARG(row->cells[P_NAME]));
    }
    return ERR_NONE;
}

static enum err_code person_drop(struct db *db, int64_t batch_id, int64_t at_ms, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 18);
    struct sql_undo_stuck_people_row *s = NULL;
    TRY(sql_undo_stuck_people(db, &arena, &(struct sql_undo_stuck_people_args){.batch_id = batch_id, .at_ms = at_ms},
                              &s, err));
    if (s && (s->accounts || s->grants))
        return err_set(err, ERR_CONFLICT,
                       "những người đã nhập đang có: %lld tài khoản hoặc lời mời, %lld quyền giao sau đó",
                       (long long)s->accounts, (long long)s->grants);
    TRY(sql_undo_person_grants(db, &(struct sql_undo_person_grants_args){.batch_id = batch_id}, err));
    TRY(sql_undo_person_units(db, &(struct sql_undo_person_units_args){.batch_id = batch_id}, err));
    return sql_undo_people(db, &(struct sql_undo_people_args){.batch_id = batch_id}, err);
}

/* --- systems --- */
enum { S_OPERATOR, S_NAME, S_CODE, S_OWNER, S_IMPORTANT, S_PERSONAL, S_NATIONAL, S_CAMERA, S_SECTOR, S_TEXT, S_COUNT };
static const struct import_column system_columns[] = {
    {"operator", "Mã đơn vị vận hành|Đơn vị vận hành|Mã đơn vị", "Operator", IMPORT_TEXT, true, "th-001", NULL},
    {"name", "Tên hệ thống|Tên", "Name", IMPORT_TEXT, true, "Sổ điểm điện tử", NULL},
    {"code", "Mã hệ thống|Mã", "Code", IMPORT_TEXT, false, "th-001-sodiem", NULL},
    {"owner", "Mã chủ quản|Chủ quản", "Owner", IMPORT_TEXT, false, "ubnd", NULL},
    {"important", "Quan trọng", "Important", IMPORT_YES_NO, false, "không", NULL},
    {"personal", "Có dữ liệu cá nhân", "Personal data", IMPORT_YES_NO, false, "có", NULL},
    {"national", "Nền tảng quốc gia", "National platform", IMPORT_YES_NO, false, "không", NULL},
    {"camera", "Dùng camera|Camera", "Uses cameras", IMPORT_YES_NO, false, "không", NULL},
    {"sector", "Lĩnh vực", "Sector", IMPORT_CHOICE, false, "", choose_sector},
    {"description", "Mô tả", "Description", IMPORT_TEXT, false, "Điểm số của học sinh", NULL},
};

static struct str system_key(struct import_run *run, struct str *cells)
{
    return import_pair_key(run, cells[S_OPERATOR], str_is_empty(cells[S_CODE]) ? cells[S_NAME] : cells[S_CODE]);
}

static enum err_code system_load(struct db *db, struct import_run *run, struct err *err)
{
    struct sql_import_systems_rows rows;
    TRY(import_units_load(db, run, err));
    TRY(sql_import_systems(db, &run->arena, &(struct sql_import_systems_args){.on_day = run->day}, &rows, err));
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_import_systems_row *r = &rows.items[i];
        const struct known_unit *unit = import_unit_by_id(run, r->operator_id),
                                *owner = import_unit_by_id(run, r->owner_id);
#define YES(flag) ((flag) ? STR("1") : STR("0"))
        const struct str all[S_COUNT] = {unit ? unit->code : STR(""),
                                         r->name,
                                         r->code,
                                         owner ? owner->code : STR(""),
                                         YES(r->is_important),
                                         YES(r->has_personal_data),
                                         YES(r->is_national_platform),
                                         YES(r->uses_camera),
                                         r->sector,
                                         r->description};
#undef YES
        TRY(import_put_there(run, r->id, unit, all, ARRAY_LEN(all), err));
    }
    return ERR_NONE;
}

static const char *system_check(struct import_run *run, struct import_row *row, int *ret_column)
{
    *ret_column = S_OWNER;
    if (!str_is_empty(row->cells[S_OWNER]) && !import_unit_by_code(run, row->cells[S_OWNER]))
        return "không có đơn vị chủ quản mang mã này";
    return import_unit_check(run, row->cells[S_OPERATOR], S_OPERATOR, ret_column);
}

static enum err_code system_write(struct db *db, const struct actor *actor, struct import_run *run, struct err *err)
{
    struct actor system = import_writer(actor);
    for (size_t i = 0; i < run->row_count; i++) {
        struct import_row *row = &run->rows[i];
        if (row->verdict != IMPORT_NEW && row->verdict != IMPORT_CHANGED)
            continue;
        const struct known_unit *unit = import_unit_by_code(run, row->cells[S_OPERATOR]),
                                *owner = import_unit_by_code(run, row->cells[S_OWNER]);
        must(unit);
        struct system_fields fields = {.operator_id = unit->id,
                                       .owner_id = owner ? owner->id : 0,
                                       .name = row->cells[S_NAME],
                                       .code = or_none(row->cells[S_CODE]),
                                       .description = or_none(row->cells[S_TEXT]),
                                       .sector = or_none(row->cells[S_SECTOR]),
                                       .is_important = str_equal(row->cells[S_IMPORTANT], STR("1")),
                                       .has_personal_data = str_equal(row->cells[S_PERSONAL], STR("1")),
                                       .is_national_platform = str_equal(row->cells[S_NATIONAL], STR("1")),
                                       .uses_camera = str_equal(row->cells[S_CAMERA], STR("1"))};
        if (row->verdict == IMPORT_NEW)
            TRY(system_new(db, &system, &fields, run->day, run->is_sample, &row->object_id, err));
        else
            TRY(system_update(db, &system, row->object_id, &fields, err));
    }
    return ERR_NONE;
}

static enum err_code system_drop(struct db *db, int64_t batch_id, int64_t at_ms, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 18);
    struct sql_undo_stuck_systems_row *s = NULL;
    TRY(sql_undo_stuck_systems(db, &arena, &(struct sql_undo_stuck_systems_args){.batch_id = batch_id}, &s, err));
    if (s && (s->levels || s->parts))
        return err_set(
            err, ERR_CONFLICT,
            "các hệ thống đã nhập đang có: %lld cấp độ, %lld hệ thống có địa chỉ, tên miền hoặc cơ sở dữ liệu",
            (long long)s->levels, (long long)s->parts);
    return sql_undo_systems(db, &(struct sql_undo_systems_args){.batch_id = batch_id}, err);
}

/* --- sites --- */
enum { T_UNIT, T_NAME, T_ADDRESS, T_COUNT };
static const struct import_column site_columns[] = {
    {"unit", "Mã đơn vị", "Unit code", IMPORT_TEXT, true, "th-001", NULL},
    {"name", "Tên địa điểm|Tên", "Name", IMPORT_TEXT, true, "Điểm trường Thôn Trúc", NULL},
    {"address", "Địa chỉ", "Address", IMPORT_TEXT, false, "Thôn Trúc, xã An Trúc", NULL},
};

static struct str site_key(struct import_run *run, struct str *cells)
{
    return import_pair_key(run, cells[T_UNIT], cells[T_NAME]);
}

static enum err_code site_load(struct db *db, struct import_run *run, struct err *err)
{
    struct sql_import_sites_rows rows;
    TRY(import_units_load(db, run, err));
    TRY(sql_import_sites(db, &run->arena, &(struct sql_import_sites_args){.on_day = run->day}, &rows, err));
    for (size_t i = 0; i < rows.count; i++) {
        const struct known_unit *unit = import_unit_by_id(run, rows.items[i].unit_id);
        const struct str all[T_COUNT] = {unit ? unit->code : STR(""), rows.items[i].name, rows.items[i].address};
        TRY(import_put_there(run, rows.items[i].id, unit, all, ARRAY_LEN(all), err));
    }
    return ERR_NONE;
}

static const char *site_check(struct import_run *run, struct import_row *row, int *ret_column)
{
    return import_unit_check(run, row->cells[T_UNIT], T_UNIT, ret_column);
}

static enum err_code site_write(struct db *db, const struct actor *actor, struct import_run *run, struct err *err)
{
    struct actor system = import_writer(actor);
    for (size_t i = 0; i < run->row_count; i++) {
        struct import_row *row = &run->rows[i];
        const struct known_unit *unit = import_unit_by_code(run, row->cells[T_UNIT]);
        if (row->verdict == IMPORT_NEW) {
            must(unit);
            TRY(site_new(db, &system, unit->id, row->cells[T_NAME], or_none(row->cells[T_ADDRESS]), run->day,
                         &row->object_id, err));
        } else if (row->verdict == IMPORT_CHANGED)
            TRY(site_update(db, &system, row->object_id, row->cells[T_NAME], or_none(row->cells[T_ADDRESS]), err));
    }
    return ERR_NONE;
}

static enum err_code site_drop(struct db *db, int64_t batch_id, int64_t at_ms, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 18);
    struct sql_undo_stuck_sites_row *s = NULL;
    TRY(sql_undo_stuck_sites(db, &arena, &(struct sql_undo_stuck_sites_args){.batch_id = batch_id}, &s, err));
    if (s && s->ranges)
        return err_set(err, ERR_CONFLICT, "%lld dải địa chỉ đang thuộc các địa điểm đã nhập", (long long)s->ranges);
    return sql_undo_sites(db, &(struct sql_undo_sites_args){.batch_id = batch_id}, err);
}

static const struct import_register
    units = {"units",   "Đơn vị", "Units",    "unit",     RIGHT_ORG_ADMIN, unit_columns, ARRAY_LEN(unit_columns),
             unit_load, unit_key, unit_check, unit_write, unit_drop,       NULL},
    people = {"people",
              "Người dùng",
              "People",
              "person",
              RIGHT_PEOPLE_ADMIN,
              person_columns,
              ARRAY_LEN(person_columns),
              person_load,
              person_key,
              person_check,
              person_write,
              person_drop,
              NULL},
    systems = {"systems",
               "Hệ thống thông tin",
               "Systems",
               "system",
               RIGHT_ORG_ADMIN,
               system_columns,
               ARRAY_LEN(system_columns),
               system_load,
               system_key,
               system_check,
               system_write,
               system_drop,
               NULL},
    sites = {"sites",   "Địa điểm", "Sites",    "site",     RIGHT_ORG_ADMIN, site_columns, ARRAY_LEN(site_columns),
             site_load, site_key,   site_check, site_write, site_drop,       NULL};
const struct import_register *const import_registers[] = {&units,         &people,         &systems,         &sites,
                                                          &import_ranges, &import_domains, &import_databases};
const size_t import_register_count = ARRAY_LEN(import_registers);
