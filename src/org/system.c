#include "org/system.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/viet.h"
#include "know/know.h"
#include "org/access.h"
#include "org/system.sql.h"
#include "org/unit.sql.h"
#include "proof/chain.h"

#define SYSTEM_ARENA_BYTES (1u << 20)

static struct str or_none(struct str s)
{
    s = str_trim(s);
    return str_is_empty(s) ? STR_NONE : s;
}

static enum err_code note(struct db *db, const struct actor *actor, const char *kind, int64_t system_id,
                          int64_t unit_id, struct str content, struct err *err)
{
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_AUDIT,
                                             .kind = kind,
                                             .object_kind = "system",
                                             .object_id = system_id,
                                             .unit_id = unit_id,
                                             .actor_id = actor->person_id,
                                             .content = content},
                        NULL, err);
}

static enum err_code require_change(struct db *db, const struct actor *actor, int64_t operator_id, int64_t owner_id,
                                    struct err *err)
{
    bool has = false;
    TRY(access_has(db, actor, RIGHT_EXECUTE, operator_id, &has, err));
    if (!has)
        TRY(access_has(db, actor, RIGHT_ORG_ADMIN, operator_id, &has, err));
    return has ? ERR_NONE : access_require(db, actor, RIGHT_ORG_ADMIN, owner_id, "change this system", err);
}

struct change {
    const struct actor *actor;
    const struct system_fields *fields;
    int64_t id;
    int64_t part_id; /* database, range, domain */
    int64_t site_id;
    struct str name;
    struct str text;
    civil_day day;
    int level;
    bool flag;
};

static enum err_code find_system(struct db *db, struct arena *arena, int64_t id, struct sql_system_raw_row **ret_row,
                                 struct err *err)
{
    struct sql_system_raw_row *row = NULL;
    TRY(sql_system_raw(db, arena, &(struct sql_system_raw_args){.id = id}, &row, err));
    if (!row || row->to_day != CIVIL_FOREVER)
        return err_set(err, ERR_NOT_FOUND, "không có hệ thống này, hoặc đã dừng sử dụng");
    *ret_row = row;
    return ERR_NONE;
}

static enum err_code require_system(struct db *db, struct arena *arena, const struct change *c,
                                    struct sql_system_raw_row **ret_row, struct err *err)
{
    TRY(find_system(db, arena, c->id, ret_row, err));
    return require_change(db, c->actor, (*ret_row)->operator_id, (*ret_row)->owner_id, err);
}

static enum err_code check_fields(struct db *db, struct arena *arena, const struct system_fields *fields,
                                  int64_t own_id, civil_day day, struct err *err)
{
    if (str_is_empty(str_trim(fields->name)))
        return err_set(err, ERR_SYNTAX, "hệ thống cần có tên");
    bool known = str_is_empty(fields->sector);
    for (size_t i = 0; i < know_sector_count && !known; i++)
        known = str_equal(know_sectors[i].id, fields->sector);
    if (!known)
        return err_set(err, ERR_SYNTAX, "không có lĩnh vực '%.*s'", STR_ARG(fields->sector));
    int64_t units[] = {fields->operator_id, fields->owner_id};
    for (size_t i = 0; i < 2; i++) {
        struct sql_unit_name_on_row *unit = NULL;
        if (!units[i])
            continue;
        TRY(sql_unit_name_on(db, arena, &(struct sql_unit_name_on_args){.unit_id = units[i], .on_day = day}, &unit,
                             err));
        if (!unit)
            return err_set(err, ERR_NOT_FOUND, i ? "không có đơn vị chủ quản này" : "không có đơn vị vận hành này");
    }
    if (str_is_empty(fields->code))
        return ERR_NONE;
    struct sql_system_code_holder_row *holder = NULL;
    TRY(sql_system_code_holder(
        db, arena,
        &(struct sql_system_code_holder_args){.code = fields->code, .operator_id = fields->operator_id, .on_day = day},
        &holder, err));
    if (holder && holder->id != own_id)
        return err_set(err, ERR_CONFLICT, "đơn vị đã có hệ thống mang mã %.*s", STR_ARG(fields->code));
    return ERR_NONE;
}

static enum err_code keys_of(struct arena *arena, const struct system_fields *fields, struct str *ret_search,
                             struct str *ret_sort, struct err *err)
{
    struct str both = arena_printf(arena, "%.*s %.*s", STR_ARG(fields->name), STR_ARG(fields->code));
    *ret_search = viet_search_key(arena, both);
    *ret_sort = viet_sort_key(arena, str_trim(fields->name));
    return str_is_null(both) || str_is_null(*ret_search) || str_is_null(*ret_sort) ? arena_full(arena, err) : ERR_NONE;
}

static enum err_code new_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct change *c = ctx;
    const struct system_fields *f = c->fields;
    AUTO_ARENA arena;
    arena_init(&arena, SYSTEM_ARENA_BYTES);
    int64_t owner_id = f->owner_id ? f->owner_id : f->operator_id;
    TRY(require_change(db, c->actor, f->operator_id, owner_id, err));
    TRY(check_fields(db, &arena, f, 0, c->day, err));
    struct str search_key, sort_key;
    TRY(keys_of(&arena, f, &search_key, &sort_key, err));
    c->id = db_id(db);
    TRY(sql_system_insert(db,
                          &(struct sql_system_insert_args){
                              .id = c->id,
                              .owner_id = owner_id,
                              .operator_id = f->operator_id,
                              .name = str_trim(f->name),
                              .code = or_none(f->code),
                              .description = or_none(f->description),
                              .search_key = search_key,
                              .sort_key = sort_key,
                              .is_important = f->is_important,
                              .has_personal_data = f->has_personal_data,
                              .is_national_platform = f->is_national_platform,
                              .uses_camera = f->uses_camera,
                              .sector = or_none(f->sector),
                              .from_day = c->day,
                              .is_sample = c->flag,
                          },
                          err));
    return note(db, c->actor, "system_added", c->id, f->operator_id, str_trim(f->name), err);
}

enum err_code system_new(struct db *db, const struct actor *actor, const struct system_fields *fields,
                         civil_day from_day, bool is_sample, int64_t *ret_id, struct err *err)
{
    struct change c = {.actor = actor, .fields = fields, .day = from_day, .flag = is_sample};
    TRY(db_transact(db, new_in_transaction, &c, err));
    *ret_id = c.id;
    return ERR_NONE;
}

static enum err_code update_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct change *c = ctx;
    const struct system_fields *f = c->fields;
    AUTO_ARENA arena;
    arena_init(&arena, SYSTEM_ARENA_BYTES);
    struct sql_system_raw_row *row;
    TRY(require_system(db, &arena, c, &row, err));
    int64_t owner_id = f->owner_id ? f->owner_id : f->operator_id;
    if (f->operator_id != row->operator_id)
        TRY(require_change(db, c->actor, f->operator_id, owner_id, err));
    TRY(check_fields(db, &arena, f, c->id, db_today(db), err));
    struct str search_key, sort_key;
    TRY(keys_of(&arena, f, &search_key, &sort_key, err));
    TRY(sql_system_past_add(db,
                            &(struct sql_system_past_add_args){
                                .id = c->id,
                                .to_day = db_today(db),
                                .owner_id = owner_id,
                                .operator_id = f->operator_id,
                                .name = str_trim(f->name),
                                .code = or_none(f->code),
                                .is_important = f->is_important,
                                .has_personal_data = f->has_personal_data,
                                .is_national_platform = f->is_national_platform,
                                .uses_camera = f->uses_camera,
                            },
                            err));
    int64_t changes = 0;
    TRY(sql_system_change(db,
                          &(struct sql_system_change_args){
                              .id = c->id,
                              .owner_id = owner_id,
                              .operator_id = f->operator_id,
                              .name = str_trim(f->name),
                              .code = or_none(f->code),
                              .description = or_none(f->description),
                              .search_key = search_key,
                              .sort_key = sort_key,
                              .is_important = f->is_important,
                              .has_personal_data = f->has_personal_data,
                              .is_national_platform = f->is_national_platform,
                              .uses_camera = f->uses_camera,
                              .sector = or_none(f->sector),
                          },
                          &changes, err));
    return note(db, c->actor, "system_changed", c->id, f->operator_id, str_trim(f->name), err);
}

enum err_code system_update(struct db *db, const struct actor *actor, int64_t system_id,
                            const struct system_fields *fields, struct err *err)
{
    struct change c = {.actor = actor, .fields = fields, .id = system_id};
    return db_transact(db, update_in_transaction, &c, err);
}

static enum err_code retire_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct change *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SYSTEM_ARENA_BYTES);
    struct sql_system_raw_row *row;
    TRY(require_system(db, &arena, c, &row, err));
    int64_t changes = 0;
    TRY(sql_system_close(db, &(struct sql_system_close_args){.id = c->id, .day = c->day}, &changes, err));
    TRY(sql_system_databases_close(db, &(struct sql_system_databases_close_args){.system_id = c->id, .day = c->day},
                                   err));
    return note(db, c->actor, "system_retired", c->id, row->operator_id, STR(""), err);
}

enum err_code system_retire(struct db *db, const struct actor *actor, int64_t system_id, civil_day day, struct err *err)
{
    struct change c = {.actor = actor, .id = system_id, .day = day};
    return db_transact(db, retire_in_transaction, &c, err);
}

static enum err_code level_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct change *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SYSTEM_ARENA_BYTES);
    struct sql_system_raw_row *row;
    uint64_t right = str_equal(c->name, STR("approved"))    ? RIGHT_APPROVE
                     : str_equal(c->name, STR("appraised")) ? RIGHT_APPRAISE
                                                            : 0;
    if (right) {
        TRY(find_system(db, &arena, c->id, &row, err));
        bool has = false;
        TRY(access_has(db, c->actor, right, row->operator_id, &has, err));
        if (!has)
            TRY(access_require(db, c->actor, right, row->owner_id, "decide this level", err));
    } else
        TRY(require_system(db, &arena, c, &row, err));
    struct sql_system_level_last_row *last = NULL;
    TRY(sql_system_level_last(db, &arena, &(struct sql_system_level_last_args){.system_id = c->id}, &last, err));
    if (last && last->from_day > c->day)
        return err_set(err, ERR_CONFLICT, "đã có cấp độ muộn hơn ngày này");
    if (last && last->from_day == c->day)
        TRY(sql_system_level_delete(db, &(struct sql_system_level_delete_args){.id = last->id}, err));
    else if (last && last->to_day > c->day)
        TRY(sql_system_level_close(db, &(struct sql_system_level_close_args){.id = last->id, .day = c->day}, err));
    TRY(sql_system_level_insert(db,
                                &(struct sql_system_level_insert_args){.id = db_id(db),
                                                                       .system_id = c->id,
                                                                       .level = c->level,
                                                                       .state = c->name,
                                                                       .decision = or_none(c->text),
                                                                       .from_day = c->day},
                                err));
    struct str content = arena_printf(&arena, "{\"level\":%d,\"state\":\"%.*s\"}", c->level, STR_ARG(c->name));
    if (str_is_null(content))
        return arena_full(&arena, err);
    return note(db, c->actor, "system_level", c->id, row->operator_id, content, err);
}

enum err_code system_set_level(struct db *db, const struct actor *actor, int64_t system_id, int level, struct str state,
                               struct str decision, civil_day from_day, struct err *err)
{
    if (level < 1 || level > KNOW_LEVEL_MAX)
        return err_set(err, ERR_SYNTAX, "cấp độ từ 1 đến %d", KNOW_LEVEL_MAX);
    if (!str_equal(state, STR("proposed")) && !str_equal(state, STR("appraised")) && !str_equal(state, STR("approved")))
        return err_set(err, ERR_SYNTAX, "không có trạng thái cấp độ '%.*s'", STR_ARG(state));
    struct change c = {
        .actor = actor, .id = system_id, .level = level, .name = state, .text = decision, .day = from_day};
    return db_transact(db, level_in_transaction, &c, err);
}

static enum err_code database_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct change *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SYSTEM_ARENA_BYTES);
    struct sql_system_raw_row *row;
    TRY(require_system(db, &arena, c, &row, err));
    c->part_id = db_id(db);
    TRY(sql_system_database_insert(db,
                                   &(struct sql_system_database_insert_args){.id = c->part_id,
                                                                             .system_id = c->id,
                                                                             .name = str_trim(c->name),
                                                                             .engine = or_none(c->text),
                                                                             .has_personal_data = c->flag,
                                                                             .from_day = c->day},
                                   err));
    return note(db, c->actor, "system_database_added", c->id, row->operator_id, str_trim(c->name), err);
}

enum err_code system_database_new(struct db *db, const struct actor *actor, int64_t system_id, struct str name,
                                  struct str engine, bool has_personal_data, civil_day from_day, int64_t *ret_id,
                                  struct err *err)
{
    if (str_is_empty(str_trim(name)))
        return err_set(err, ERR_SYNTAX, "cơ sở dữ liệu cần có tên");
    struct change c = {
        .actor = actor, .id = system_id, .name = name, .text = engine, .flag = has_personal_data, .day = from_day};
    TRY(db_transact(db, database_in_transaction, &c, err));
    *ret_id = c.part_id;
    return ERR_NONE;
}

static enum err_code database_change_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct change *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SYSTEM_ARENA_BYTES);
    struct sql_system_raw_row *row;
    TRY(require_system(db, &arena, c, &row, err));
    int64_t changes = 0;
    TRY(sql_system_database_change(db,
                                   &(struct sql_system_database_change_args){.id = c->part_id,
                                                                             .system_id = c->id,
                                                                             .name = str_trim(c->name),
                                                                             .engine = or_none(c->text),
                                                                             .has_personal_data = c->flag},
                                   &changes, err));
    if (changes != 1)
        return err_set(err, ERR_NOT_FOUND, "không có cơ sở dữ liệu này");
    return note(db, c->actor, "system_database_changed", c->id, row->operator_id, str_trim(c->name), err);
}

enum err_code system_database_update(struct db *db, const struct actor *actor, int64_t system_id, int64_t database_id,
                                     struct str name, struct str engine, bool has_personal_data, struct err *err)
{
    if (str_is_empty(str_trim(name)))
        return err_set(err, ERR_SYNTAX, "cơ sở dữ liệu cần có tên");
    struct change c = {.actor = actor,
                       .id = system_id,
                       .part_id = database_id,
                       .name = name,
                       .text = engine,
                       .flag = has_personal_data};
    return db_transact(db, database_change_in_transaction, &c, err);
}

static enum err_code database_end_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct change *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SYSTEM_ARENA_BYTES);
    struct sql_system_raw_row *row;
    TRY(require_system(db, &arena, c, &row, err));
    int64_t changes = 0;
    TRY(sql_system_database_close(
        db, &(struct sql_system_database_close_args){.id = c->part_id, .system_id = c->id, .day = c->day}, &changes,
        err));
    if (changes != 1)
        return err_set(err, ERR_NOT_FOUND, "không có cơ sở dữ liệu này");
    return note(db, c->actor, "system_database_ended", c->id, row->operator_id, STR(""), err);
}

enum err_code system_database_end(struct db *db, const struct actor *actor, int64_t system_id, int64_t database_id,
                                  civil_day day, struct err *err)
{
    struct change c = {.actor = actor, .id = system_id, .part_id = database_id, .day = day};
    return db_transact(db, database_end_in_transaction, &c, err);
}

/* --- addresses --- */

static bool is_under(const struct cidr *c, const uint8_t *net, int bits)
{
    int whole = bits / 8, rest = bits % 8;
    return c->prefix >= bits && memcmp(c->bytes, net, (size_t)whole) == 0 &&
           (!rest || (c->bytes[whole] & (0xff00 >> rest) & 0xff) == (net[whole] & (0xff00 >> rest) & 0xff));
}

enum err_code cidr_parse(struct str text, struct cidr *ret_cidr, struct err *err)
{
    struct cidr c = {0};
    char address[64];
    struct str rest = str_trim(text), part;
    if (!str_split(&rest, '/', &part) || part.len_bytes == 0 || part.len_bytes >= sizeof address)
        return err_set(err, ERR_SYNTAX, "'%.*s' không phải dải địa chỉ", STR_ARG(text));
    memcpy(address, part.ptr, part.len_bytes);
    address[part.len_bytes] = '\0';
    c.is_v6 = str_contains(part, STR(":"));
    int bits = c.is_v6 ? 128 : 32;
    int64_t prefix = bits;
    if (inet_pton(c.is_v6 ? AF_INET6 : AF_INET, address, c.bytes) != 1 ||
        (!str_is_null(rest) && (!str_to_i64(rest, &prefix) || prefix < 0 || prefix > bits)))
        return err_set(err, ERR_SYNTAX, "'%.*s' không phải dải địa chỉ", STR_ARG(text));
    c.prefix = (int)prefix;
    for (int bit = c.prefix; bit < bits; bit++)
        if (c.bytes[bit / 8] & (0x80 >> (bit % 8)))
            return err_set(err, ERR_SYNTAX, "'%.*s' có bit sau tiền tố /%d: ghi địa chỉ đầu của dải", STR_ARG(text),
                           c.prefix);
    static const struct {
        uint8_t net[4];
        int bits;
    } private_v4[] = {{{10}, 8}, {{172, 16}, 12}, {{192, 168}, 16}, {{100, 64}, 10}, {{169, 254}, 16}, {{127}, 8}};
    static const struct {
        uint8_t net[2];
        int bits;
    } private_v6[] = {{{0xfc}, 7}, {{0xfe, 0x80}, 10}};
    for (size_t i = 0; !c.is_v6 && i < ARRAY_LEN(private_v4); i++)
        c.is_private |= is_under(&c, private_v4[i].net, private_v4[i].bits);
    for (size_t i = 0; c.is_v6 && i < ARRAY_LEN(private_v6); i++)
        c.is_private |= is_under(&c, private_v6[i].net, private_v6[i].bits);
    static const uint8_t loopback[16] = {[15] = 1};
    if (c.is_v6 && memcmp(c.bytes, loopback, sizeof loopback) == 0)
        c.is_private = true;
    *ret_cidr = c;
    return ERR_NONE;
}

const char *cidr_print(const struct cidr *cidr, char ret_text[CIDR_TEXT_BYTES])
{
    _Static_assert(CIDR_TEXT_BYTES >= INET6_ADDRSTRLEN + 8, "an address and its prefix");
    must(inet_ntop(cidr->is_v6 ? AF_INET6 : AF_INET, cidr->bytes, ret_text, INET6_ADDRSTRLEN));
    size_t n = strlen(ret_text);
    snprintf(ret_text + n, CIDR_TEXT_BYTES - n, "/%d", cidr->prefix);
    return ret_text;
}

static enum err_code range_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct change *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SYSTEM_ARENA_BYTES);
    struct sql_system_raw_row *row;
    TRY(require_system(db, &arena, c, &row, err));
    if (c->site_id) {
        struct sql_site_raw_row *site = NULL;
        TRY(sql_site_raw(db, &arena, &(struct sql_site_raw_args){.id = c->site_id}, &site, err));
        if (!site || (site->unit_id != row->operator_id && site->unit_id != row->owner_id))
            return err_set(err, ERR_NOT_FOUND, "địa điểm không thuộc đơn vị vận hành hay chủ quản");
    }
    struct sql_system_range_same_row *same = NULL;
    TRY(sql_system_range_same(
        db, &arena, &(struct sql_system_range_same_args){.system_id = c->id, .site_id = c->site_id, .cidr = c->text},
        &same, err));
    if (same && same->n > 0)
        return err_set(err, ERR_CONFLICT, "hệ thống đã có dải địa chỉ này");
    c->part_id = db_id(db);
    TRY(sql_system_range_insert(
        db,
        &(struct sql_system_range_insert_args){
            .id = c->part_id, .system_id = c->id, .site_id = {c->site_id != 0, c->site_id}, .cidr = c->text},
        err));
    return note(db, c->actor, "system_range_added", c->id, row->operator_id, c->text, err);
}

enum err_code system_range_add(struct db *db, const struct actor *actor, int64_t system_id, int64_t site_id,
                               struct str cidr, int64_t *ret_id, struct err *err)
{
    struct cidr parsed;
    TRY(cidr_parse(cidr, &parsed, err));
    if (parsed.is_private && !site_id)
        return err_set(err, ERR_SYNTAX, "địa chỉ nội bộ %.*s cần có địa điểm", STR_ARG(cidr));
    char text[CIDR_TEXT_BYTES];
    struct change c = {
        .actor = actor, .id = system_id, .site_id = site_id, .text = str_from_cstr(cidr_print(&parsed, text))};
    TRY(db_transact(db, range_in_transaction, &c, err));
    *ret_id = c.part_id;
    return ERR_NONE;
}

static enum err_code range_drop_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct change *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SYSTEM_ARENA_BYTES);
    struct sql_system_raw_row *row;
    TRY(require_system(db, &arena, c, &row, err));
    int64_t changes = 0;
    if (c->flag)
        TRY(sql_system_range_delete(db, &(struct sql_system_range_delete_args){.id = c->part_id, .system_id = c->id},
                                    &changes, err));
    else
        TRY(sql_system_domain_delete(db, &(struct sql_system_domain_delete_args){.id = c->part_id, .system_id = c->id},
                                     &changes, err));
    if (changes != 1)
        return err_set(err, ERR_NOT_FOUND, c->flag ? "không có dải địa chỉ này" : "không có tên miền này");
    return note(db, c->actor, c->flag ? "system_range_dropped" : "system_domain_dropped", c->id, row->operator_id,
                STR(""), err);
}

enum err_code system_range_drop(struct db *db, const struct actor *actor, int64_t system_id, int64_t range_id,
                                struct err *err)
{
    struct change c = {.actor = actor, .id = system_id, .part_id = range_id, .flag = true};
    return db_transact(db, range_drop_in_transaction, &c, err);
}

bool domain_is_name(struct str s)
{
    size_t label = 0, dots = 0;
    if (s.len_bytes == 0 || s.len_bytes > 253)
        return false;
    for (size_t i = 0; i < s.len_bytes; i++) {
        char c = s.ptr[i];
        bool is_end = i + 1 == s.len_bytes || s.ptr[i + 1] == '.';
        if (c == '.') {
            if (label == 0)
                return false;
            label = 0;
            dots++;
            continue;
        }
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && label > 0 && !is_end)) || ++label > 63)
            return false;
    }
    return dots > 0 && label > 0;
}

static enum err_code domain_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct change *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, SYSTEM_ARENA_BYTES);
    struct sql_system_raw_row *row;
    TRY(require_system(db, &arena, c, &row, err));
    struct sql_system_domain_same_row *same = NULL;
    TRY(sql_system_domain_same(db, &arena, &(struct sql_system_domain_same_args){.system_id = c->id, .domain = c->name},
                               &same, err));
    if (same && same->n > 0)
        return err_set(err, ERR_CONFLICT, "hệ thống đã có tên miền này");
    c->part_id = db_id(db);
    TRY(sql_system_domain_insert(
        db, &(struct sql_system_domain_insert_args){.id = c->part_id, .system_id = c->id, .domain = c->name}, err));
    return note(db, c->actor, "system_domain_added", c->id, row->operator_id, c->name, err);
}

enum err_code system_domain_add(struct db *db, const struct actor *actor, int64_t system_id, struct str domain,
                                int64_t *ret_id, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, SYSTEM_ARENA_BYTES);
    struct change c = {.actor = actor, .id = system_id, .name = viet_lower(&arena, str_trim(domain))};
    if (!domain_is_name(c.name))
        return err_set(err, ERR_SYNTAX, "'%.*s' không phải tên miền", STR_ARG(domain));
    TRY(db_transact(db, domain_in_transaction, &c, err));
    *ret_id = c.part_id;
    return ERR_NONE;
}

enum err_code system_domain_drop(struct db *db, const struct actor *actor, int64_t system_id, int64_t domain_id,
                                 struct err *err)
{
    struct change c = {.actor = actor, .id = system_id, .part_id = domain_id, .flag = false};
    return db_transact(db, range_drop_in_transaction, &c, err);
}

/* --- sectors --- */

enum err_code sector_list(struct db *db, const struct actor *actor, int64_t root_id, struct str edge_kind,
                          civil_day on_day, struct arena *arena, struct sector_rows *ret_rows, struct err *err)
{
    struct sql_sector_units_rows units;
    struct sql_sector_systems_rows systems;
    TRY(sql_sector_units(db, actor, arena,
                         &(struct sql_sector_units_args){.root_id = root_id, .edge_kind = edge_kind, .on_day = on_day},
                         &units, err));
    TRY(sql_sector_systems(
        db, actor, arena,
        &(struct sql_sector_systems_args){.root_id = root_id, .edge_kind = edge_kind, .on_day = on_day}, &systems,
        err));
    struct sector_row *rows = arena_new_array(arena, struct sector_row, know_sector_count);
    if (!rows)
        return arena_full(arena, err);
    for (size_t i = 0; i < know_sector_count; i++) {
        const struct know_sector *sector = &know_sectors[i];
        rows[i] = (struct sector_row){.id = sector->id,
                                      .title_vi = sector->title.vi,
                                      .title_en = sector->title.en,
                                      .is_named = sector->named_kinds.count > 0};
        for (size_t k = 0; k < units.count; k++)
            if (know_ids_has(sector->named_kinds, units.items[k].kind) || str_equal(units.items[k].sector, sector->id))
                rows[i].unit_count += units.items[k].units;
        for (size_t k = 0; k < systems.count; k++)
            if (str_equal(systems.items[k].sector, sector->id))
                rows[i].system_count += systems.items[k].systems;
    }
    *ret_rows = (struct sector_rows){rows, know_sector_count};
    return ERR_NONE;
}
