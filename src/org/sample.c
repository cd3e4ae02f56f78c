#include "org/sample.h"
#include "org/invitation_mail.sql.h"

#include <stdio.h>

#include "base/vec.h"
#include "base/viet.h"
#include "know/know_sample.h"
#include "org/access.h"
#include "org/person.sql.h"
#include "org/sample.sql.h"
#include "org/system.sql.h"
#include "org/unit.h"
#include "org/unit.sql.h"
#include "proof/chain.h"

#define SAMPLE_ARENA_BYTES (64u << 20)

struct made_unit {
    int64_t id;
    const struct know_sample_unit *group;
    struct str code;
    struct str domain;
    size_t number; /* in its group */
};
struct build {
    const struct actor *actor;
    uint64_t seed;
    civil_day from_day;
    struct rng rng;
    struct arena arena;
    VEC(struct made_unit) units;
    size_t person_number;
    struct sample_built built;
};

/* The unit of a kind that unit number i of a group stands below: all of that kind in turn. 0: there is none. */
static int64_t unit_of_kind(const struct build *b, struct str kind, size_t i)
{
    size_t count = 0;
    for (size_t k = 0; k < b->units.count; k++)
        count += str_equal(b->units.items[k].group->kind, kind);
    size_t want = count ? i % count : 0;
    for (size_t k = 0; k < b->units.count && count; k++)
        if (str_equal(b->units.items[k].group->kind, kind) && want-- == 0)
            return b->units.items[k].id;
    return 0;
}

static enum err_code make_units(struct db *db, struct build *b, struct err *err)
{
    for (size_t g = 0; g < know_sample_unit_count; g++) {
        const struct know_sample_unit *group = &know_sample_units[g];
        struct unit_bulk *bulk = arena_new_array(&b->arena, struct unit_bulk, group->count);
        if (!bulk)
            return arena_full(&b->arena, err);
        size_t first = b->units.count;
        for (size_t i = 0; i < group->count; i++) {
            struct know_text name;
            struct str code, domain, phone;
            TRY(know_sample_unit_name(group, i, &b->arena, &name, &code, &domain, err));
            TRY(know_sample_phone(first + i, &b->arena, &phone, err));
            bulk[i] = (struct unit_bulk){
                .id = db_id(db),
                .fact = {.kind = group->kind,
                         .name = name.vi,
                         .code = code,
                         .domain = str_is_empty(domain) ? STR_NONE : domain,
                         .phone = phone},
                .parents = {{EDGE_ADMINISTRATIVE, unit_of_kind(b, group->parent_kind, i)},
                            {EDGE_PROFESSIONAL, unit_of_kind(b, group->professional_kind, i)},
                            {EDGE_INCIDENT, unit_of_kind(b, group->incident_kind, i)}},
            };
            if (!str_is_empty(domain))
                bulk[i].fact.email = arena_printf(&b->arena, "vanthu@%.*s", STR_ARG(domain));
            else
                bulk[i].fact.email = STR_NONE;
        }
        TRY(unit_found_many(db, bulk, group->count, b->from_day, 0, true, err));
        for (size_t i = 0; i < group->count; i++) {
            struct made_unit *unit = vec_push(&b->units, &b->arena);
            if (!unit)
                return arena_full(&b->arena, err);
            *unit = (struct made_unit){bulk[i].id, group, bulk[i].fact.code, bulk[i].fact.domain, i};
        }
        if (g == 0)
            b->built.root_id = bulk[0].id;
        for (size_t f = 0; f < group->functions.count; f++)
            TRY(sql_unit_function_insert(db,
                                         &(struct sql_unit_function_insert_args){.id = db_id(db),
                                                                                 .unit_id = bulk[0].id,
                                                                                 .area_unit_id = b->built.root_id,
                                                                                 .function = group->functions.items[f],
                                                                                 .from_day = b->from_day,
                                                                                 .basis = STR("dữ liệu mẫu")},
                                         err));
    }
    b->built.unit_count = b->units.count;
    return ERR_NONE;
}

/* Which tree a unit's people look down: committees and communes what belongs to them, departments their branch, the
 * police what they get reports from. */
static struct str tree_of(const struct made_unit *unit)
{
    const struct know_org_kind *kind = know_org_kind_find(unit->group->kind);
    if (!kind)
        return STR("");
    if (str_equal(kind->id, STR("police_province")))
        return EDGE_INCIDENT;
    if (str_equal(kind->id, STR("provincial_committee")) || str_equal(kind->id, STR("commune")))
        return EDGE_ADMINISTRATIVE;
    return str_equal(kind->group, STR("department")) ? EDGE_PROFESSIONAL : STR("");
}

static enum err_code give(struct db *db, struct build *b, int64_t person_id, int64_t unit_id,
                          const struct know_role *role, struct str edge_kind, struct err *err)
{
    struct sql_grant_insert_args grant = {
        .id = db_id(db),
        .person_id = person_id,
        .role = role->id,
        .unit_id = unit_id,
        .edge_kind = STR(""),
        .rights = (int64_t)role->right_bits,
        .from_day = b->from_day,
        .to_day = CIVIL_FOREVER,
        .basis = STR("dữ liệu mẫu"),
        .granted_ms = db_now_ms(db),
        .needs_factor = role->needs_second_factor,
    };
    TRY(sql_grant_insert(db, &grant, err));
    b->built.grant_count++;
    if (str_is_empty(edge_kind))
        return ERR_NONE;
    grant.pair_id = OPT_I64(grant.id);
    grant.id = db_id(db);
    grant.edge_kind = edge_kind;
    grant.rights = (int64_t)(role->right_bits & know_flowing_rights());
    return sql_grant_insert(db, &grant, err);
}

static enum err_code make_person(struct db *db, struct build *b, const struct made_unit *unit, struct str role_id,
                                 struct str title, struct str edge_kind, struct err *err)
{
    const struct know_role *role = know_role_find(role_id);
    if (!role)
        return err_set(err, ERR_NOT_FOUND, "the sample names the role %.*s, which does not exist", STR_ARG(role_id));
    struct arena_mark mark = arena_mark(&b->arena);
    struct str name, phone, email = STR_NONE;
    size_t n = b->person_number++;
    TRY(know_sample_person_name(n, &b->arena, &name, err));
    TRY(know_sample_phone(n, &b->arena, &phone, err));
    if (!str_is_null(unit->domain))
        email = arena_printf(&b->arena, "nv%zu@%.*s", n + 1, STR_ARG(unit->domain));
    struct str both = arena_printf(&b->arena, "%.*s %.*s %.*s", STR_ARG(name), STR_ARG(email), STR_ARG(phone));
    struct str search_key = viet_search_key(&b->arena, both), sort_key = viet_sort_key_person(&b->arena, name);
    if (str_is_null(both) || str_is_null(search_key) || str_is_null(sort_key))
        return arena_full(&b->arena, err);
    int64_t id = db_id(db);
    TRY(sql_person_insert(db,
                          &(struct sql_person_insert_args){.id = id,
                                                           .name = name,
                                                           .title = title,
                                                           .email = email,
                                                           .phone = phone,
                                                           .search_key = search_key,
                                                           .sort_key = sort_key,
                                                           .language = STR("vi"),
                                                           .is_sample = 1,
                                                           .created_ms = db_now_ms(db)},
                          err));
    TRY(sql_person_unit_insert(db,
                               &(struct sql_person_unit_insert_args){
                                   .id = db_id(db), .person_id = id, .unit_id = unit->id, .from_day = b->from_day},
                               err));
    TRY(give(db, b, id, unit->id, role, edge_kind, err));
    b->built.person_count++;
    arena_rewind(&b->arena, mark);
    return ERR_NONE;
}

/* People beyond those every unit has: who looks after the whole province, and the roles of few units. */
static const struct {
    const char *kind, *role, *title, *edge_kind;
} special_people[] = {
    {"provincial_committee", "administrator", "Quản trị viên hệ thống", "administrative"},
    {"provincial_committee", "auditor", "Thanh tra viên", "administrative"},
    {"provincial_committee", "drafter", "Chuyên viên tổng hợp", ""},
    {"dept_education", "superior_reviewer", "Chuyên viên theo dõi ngành", "professional"},
    {"dept_health", "superior_reviewer", "Chuyên viên theo dõi ngành", "professional"},
    {"dept_science", "superior_reviewer", "Chuyên viên theo dõi ngành", "professional"},
    {"commune", "superior_reviewer", "Công chức văn hóa - xã hội", "administrative"},
    {"dept_finance", "finance_staff", "Chuyên viên tài chính", ""},
    {"police_province", "coordinator", "Điều phối viên", "incident"},
    {"police_province", "police_reader", "Cán bộ theo dõi", "incident"},
    {"police_province", "appraiser", "Cán bộ thẩm định", "incident"},
    {"police_province", "data_protection", "Cán bộ bảo vệ dữ liệu cá nhân", ""},
    {"response_team", "response_member", "Thành viên Đội ứng cứu", ""},
    {"isp", "isp_contact", "Đầu mối doanh nghiệp", ""},
    {"security_enterprise", "isp_contact", "Đầu mối doanh nghiệp", ""},
};

static enum err_code make_people(struct db *db, struct build *b, struct err *err)
{
    for (size_t u = 0; u < b->units.count; u++) {
        const struct made_unit *unit = &b->units.items[u];
        int others = 0;
        for (size_t p = 0; p < know_sample_person_count; p++) {
            const struct know_sample_person *person = &know_sample_people[p];
            bool is_first = str_equal(person->role, STR("unit_head")) || str_equal(person->role, STR("focal_officer"));
            /* The first of a group is whole, so that a tour finds everybody there. */
            if (rng_below(&b->rng, 100) >= (uint64_t)person->share && unit->number != 0)
                continue;
            if (!is_first && others++ >= unit->group->people)
                continue;
            bool looks_down = str_equal(person->role, STR("unit_head"));
            TRY(make_person(db, b, unit, person->role, person->title.vi, looks_down ? tree_of(unit) : STR(""), err));
        }
        for (; others < unit->group->people; others++)
            TRY(make_person(db, b, unit, STR("staff"), STR("Nhân viên"), STR(""), err));
        for (size_t s = 0; s < ARRAY_LEN(special_people); s++)
            if (str_equal(unit->group->kind, str_from_cstr(special_people[s].kind)))
                TRY(make_person(db, b, unit, str_from_cstr(special_people[s].role),
                                str_from_cstr(special_people[s].title), str_from_cstr(special_people[s].edge_kind),
                                err));
    }
    return ERR_NONE;
}

static const struct {
    const char *group; /* of the unit's kind; or a kind */
    const char *name;
    const char *code;
    int share; /* of 100 units */
    int level; /* the usual; 0: none yet */
    bool is_important, has_personal_data, is_national, uses_camera, has_database;
    const char *sector; /* "": none */
} systems[] = {
    {"provincial_committee", "Cổng thông tin điện tử tỉnh", "cong", 100, 3, true, false, true, false, true,
     "government"},
    {"provincial_committee", "Hệ thống quản lý văn bản và điều hành", "qlvb", 100, 3, true, true, true, false, true,
     "government"},
    {"provincial_committee", "Trung tâm tích hợp dữ liệu tỉnh", "ttdl", 100, 4, true, true, true, false, true,
     "government"},
    {"police_province", "Hệ thống giám sát an ninh mạng", "soc", 100, 4, true, false, true, false, true, "security"},
    {"police_province", "Hệ thống camera an ninh đô thị", "camera", 100, 3, true, true, false, true, true, "security"},
    {"dept_construction", "Hệ thống giám sát giao thông", "giaothong", 100, 3, true, false, false, true, true,
     "transport"},
    {"dept_industry", "Hệ thống giám sát lưới điện", "dien", 100, 3, true, false, false, false, true, "energy"},
    {"dept_science", "Nền tảng tích hợp, chia sẻ dữ liệu", "lgsp", 100, 3, true, true, true, false, true,
     "information"},
    {"dept_health", "Hồ sơ sức khỏe điện tử", "hssk", 100, 3, true, true, true, false, true, "health"},
    {"dept_finance", "Hệ thống ngân sách", "ngansach", 100, 3, true, false, true, false, true, "finance"},
    {"dept_education", "Cơ sở dữ liệu ngành giáo dục", "csdlgd", 100, 3, true, true, true, false, true, ""},
    {"department", "Trang thông tin điện tử", "web", 90, 2, false, false, false, false, false, ""},
    {"department", "Hệ thống một cửa", "motcua", 60, 2, false, true, true, false, true, ""},
    {"commune", "Hệ thống một cửa", "motcua", 100, 2, false, true, true, false, true, ""},
    {"commune", "Trang thông tin điện tử", "web", 80, 1, false, false, false, false, false, ""},
    {"commune", "Hệ thống camera", "camera", 35, 2, false, true, false, true, false, ""},
    {"school", "Trang thông tin điện tử", "web", 85, 1, false, false, false, false, false, ""},
    {"school", "Sổ điểm điện tử", "sodiem", 70, 2, false, true, false, false, true, ""},
    {"school", "Hệ thống camera", "camera", 40, 1, false, true, false, true, false, ""},
    {"hospital", "Hệ thống thông tin bệnh viện", "his", 100, 3, true, true, false, false, true, "health"},
    {"hospital", "Hệ thống camera", "camera", 80, 2, false, true, false, true, false, "health"},
    {"service_unit", "Trang thông tin điện tử", "web", 80, 1, false, false, false, false, false, ""},
    {"isp", "Mạng truy nhập Internet", "mang", 100, 3, true, true, false, false, true, "information"},
    {"platform_enterprise", "Nền tảng dịch vụ", "nentang", 100, 2, false, true, false, false, true, "information"},
};

static enum err_code make_system(struct db *db, struct build *b, const struct made_unit *unit, int64_t site_id,
                                 size_t s, struct err *err)
{
    struct arena_mark mark = arena_mark(&b->arena);
    struct str name = str_from_cstr(systems[s].name);
    struct str code = arena_printf(&b->arena, "%.*s-%s", STR_ARG(unit->code), systems[s].code);
    struct str both = arena_printf(&b->arena, "%.*s %.*s", STR_ARG(name), STR_ARG(code));
    struct str search_key = viet_search_key(&b->arena, both), sort_key = viet_sort_key(&b->arena, name);
    if (str_is_null(code) || str_is_null(both) || str_is_null(search_key) || str_is_null(sort_key))
        return arena_full(&b->arena, err);
    int64_t id = db_id(db);
    /* Schools run what the commune or the department above them owns. */
    TRY(sql_system_insert(
        db,
        &(struct sql_system_insert_args){
            .id = id,
            .owner_id = str_equal(unit->group->kind, STR("provincial_committee")) ? unit->id : b->built.root_id,
            .operator_id = unit->id,
            .name = name,
            .code = code,
            .search_key = search_key,
            .sort_key = sort_key,
            .is_important = systems[s].is_important,
            .has_personal_data = systems[s].has_personal_data,
            .is_national_platform = systems[s].is_national,
            .uses_camera = systems[s].uses_camera,
            .sector = *systems[s].sector ? str_from_cstr(systems[s].sector) : STR_NONE,
            .from_day = b->from_day,
            .is_sample = 1},
        err));
    b->built.system_count++;
    uint64_t luck = rng_below(&b->rng, 100);
    if (luck >= 18) /* the others have no level yet */
        TRY(sql_system_level_insert(
            db,
            &(struct sql_system_level_insert_args){.id = db_id(db),
                                                   .system_id = id,
                                                   .level = systems[s].level,
                                                   .state = luck < 30   ? STR("proposed")
                                                            : luck < 40 ? STR("appraised")
                                                                        : STR("approved"),
                                                   .decision = luck < 40 ? STR_NONE : STR("Quyết định mẫu"),
                                                   .from_day = b->from_day},
            err));
    if (systems[s].has_database)
        TRY(sql_system_database_insert(
            db,
            &(struct sql_system_database_insert_args){.id = db_id(db),
                                                      .system_id = id,
                                                      .name = name,
                                                      .engine = STR("PostgreSQL"),
                                                      .has_personal_data = systems[s].has_personal_data,
                                                      .from_day = b->from_day},
            err));
    /* Every place has the same private addresses: they mean something only with the site. */
    struct str cidr = arena_printf(&b->arena, "192.168.%zu.0/24", 1 + s % 4);
    if (str_is_null(cidr))
        return arena_full(&b->arena, err);
    TRY(sql_system_range_insert(db,
                                &(struct sql_system_range_insert_args){
                                    .id = db_id(db), .system_id = id, .site_id = OPT_I64(site_id), .cidr = cidr},
                                err));
    if (!str_is_null(unit->domain) && !systems[s].uses_camera) {
        struct str domain = arena_printf(&b->arena, "%s.%.*s", systems[s].code, STR_ARG(unit->domain));
        if (str_is_null(domain))
            return arena_full(&b->arena, err);
        TRY(sql_system_domain_insert(
            db, &(struct sql_system_domain_insert_args){.id = db_id(db), .system_id = id, .domain = domain}, err));
    }
    arena_rewind(&b->arena, mark);
    return ERR_NONE;
}

static enum err_code make_systems(struct db *db, struct build *b, struct err *err)
{
    for (size_t u = 0; u < b->units.count; u++) {
        const struct made_unit *unit = &b->units.items[u];
        const struct know_org_kind *kind = know_org_kind_find(unit->group->kind);
        int64_t site_id = db_id(db);
        TRY(sql_site_insert(db,
                            &(struct sql_site_insert_args){.id = site_id,
                                                           .unit_id = unit->id,
                                                           .name = STR("Trụ sở chính"),
                                                           .address = STR_NONE,
                                                           .from_day = b->from_day},
                            err));
        for (size_t s = 0; kind && s < ARRAY_LEN(systems); s++) {
            struct str whose = str_from_cstr(systems[s].group);
            if (!str_equal(whose, kind->id) && !str_equal(whose, kind->group))
                continue;
            if (rng_below(&b->rng, 100) < (uint64_t)systems[s].share || unit->number == 0)
                TRY(make_system(db, b, unit, site_id, s, err));
        }
    }
    return ERR_NONE;
}

static enum err_code build_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct build *b = ctx;
    arena_done(&b->arena);
    arena_init(&b->arena, SAMPLE_ARENA_BYTES);
    b->units.items = NULL;
    b->units.count = b->units.room = 0;
    b->person_number = 0;
    b->built = (struct sample_built){0};
    rng_init(&b->rng, b->seed);
    struct sql_sample_unit_ids_rows there;
    TRY(sql_sample_unit_ids(db, &b->arena, &there, err));
    if (there.count)
        return err_set(err, ERR_CONFLICT, "dữ liệu mẫu đã có: xóa trước khi tạo lại");
    TRY(make_units(db, b, err));
    TRY(make_people(db, b, err));
    TRY(make_systems(db, b, err));
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_AUDIT,
                                             .kind = "sample_built",
                                             .object_kind = "unit",
                                             .object_id = b->built.root_id,
                                             .unit_id = b->built.root_id,
                                             .actor_id = b->actor->person_id,
                                             .content = STR("")},
                        NULL, err);
}

enum err_code sample_build(struct db *db, const struct actor *actor, uint64_t seed, civil_day from_day,
                           struct sample_built *ret_built, struct err *err)
{
    if (!actor->all)
        return err_set(err, ERR_DENIED, "only the system itself makes the sample");
    struct build b = {.actor = actor, .seed = seed, .from_day = from_day};
    arena_init(&b.arena, SAMPLE_ARENA_BYTES);
    enum err_code code = db_transact(db, build_in_transaction, &b, err);
    if (code == ERR_NONE)
        *ret_built = b.built;
    arena_done(&b.arena);
    return code;
}

enum err_code sample_holder(struct db *db, struct str unit_code, struct str role, civil_day on_day,
                            int64_t *ret_person_id, int64_t *ret_unit_id, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    struct sql_sample_holder_row *row = NULL;
    TRY(sql_sample_holder(
        db, &arena, &(struct sql_sample_holder_args){.code = unit_code, .role = role, .on_day = on_day}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "nobody holds %.*s in the sample unit %.*s", STR_ARG(role),
                       STR_ARG(unit_code));
    *ret_person_id = row->person_id;
    *ret_unit_id = row->unit_id;
    return ERR_NONE;
}

enum err_code sample_list(struct db *db, struct arena *arena, struct sample_ids *ret_ids, struct err *err)
{
    struct sql_sample_unit_ids_rows units;
    struct sql_sample_person_ids_rows people;
    struct sql_sample_system_ids_rows found;
    TRY(sql_sample_unit_ids(db, arena, &units, err));
    TRY(sql_sample_person_ids(db, arena, &people, err));
    TRY(sql_sample_system_ids(db, arena, &found, err));
    int64_t *ids = arena_new_array(arena, int64_t, units.count + people.count + found.count + 1);
    if (!ids)
        return arena_full(arena, err);
    struct sample_ids out = {ids,        units.count, ids + units.count, people.count, ids + units.count + people.count,
                             found.count};
    for (size_t i = 0; i < units.count; i++)
        *ids++ = units.items[i].id;
    for (size_t i = 0; i < people.count; i++)
        *ids++ = people.items[i].id;
    for (size_t i = 0; i < found.count; i++)
        *ids++ = found.items[i].id;
    *ret_ids = out;
    return ERR_NONE;
}

static enum err_code delete_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct actor *actor = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SAMPLE_ARENA_BYTES);
    struct sql_sample_unit_ids_rows units;
    TRY(sql_sample_unit_ids(db, &arena, &units, err));
    if (units.count == 0)
        return err_set(err, ERR_NOT_FOUND, "không có dữ liệu mẫu");
    TRY(access_require(db, actor, RIGHT_SYSTEM_ADMIN, units.items[0].id, "remove the sample",
                       err)); /* the root was made first */
    struct sql_sample_stuck_row *stuck = NULL;
    TRY(sql_sample_stuck(db, &arena, &stuck, err));
    if (stuck && (stuck->units || stuck->systems))
        return err_set(err, ERR_CONFLICT, "%lld đơn vị và %lld hệ thống thật đang thuộc đơn vị mẫu: chuyển đi trước",
                       (long long)stuck->units, (long long)stuck->systems);
    static enum err_code (*const drops[])(struct db *, struct err *) = {
        sql_sample_drop_system_past,  sql_sample_drop_levels,          sql_sample_drop_databases,
        sql_sample_drop_ranges,       sql_sample_drop_domains,         sql_sample_drop_sites,
        sql_sample_drop_grants,       sql_sample_drop_person_grants,   sql_sample_drop_members,
        sql_sample_drop_person_units, sql_sample_drop_credentials,     sql_sample_drop_codes,
        sql_sample_drop_sessions,     sql_sample_drop_invitation_mail, sql_sample_drop_invitations,
        sql_sample_drop_tokens,       sql_sample_drop_notices,         sql_sample_drop_functions,
        sql_sample_drop_memberships,  sql_sample_drop_successions,     sql_sample_drop_paths_down,
        sql_sample_drop_edges,        sql_sample_drop_facts,
    };
    for (size_t i = 0; i < ARRAY_LEN(drops); i++)
        TRY(drops[i](db, err));
    int64_t systems_gone = 0, people_gone = 0, units_gone = 0;
    TRY(sql_sample_drop_systems(db, &systems_gone, err));
    TRY(sql_sample_drop_people(db, &people_gone, err));
    TRY(sql_sample_drop_units(db, &units_gone, err));
    char content[120];
    snprintf(content, sizeof content, "{\"units\":%lld,\"people\":%lld,\"systems\":%lld}", (long long)units_gone,
             (long long)people_gone, (long long)systems_gone);
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_AUDIT,
                                             .kind = "sample_deleted",
                                             .object_kind = "unit",
                                             .object_id = units.items[0].id,
                                             .actor_id = actor->person_id,
                                             .content = str_from_cstr(content)},
                        NULL, err);
}

enum err_code sample_delete(struct db *db, const struct actor *actor, struct err *err)
{
    struct actor copy = *actor;
    return db_transact(db, delete_in_transaction, &copy, err);
}
