#include "asset/device.h"

#include "asset/device_write.h"
#include "base/viet.h"
#include "format/json.h"
#include "org/access.h"
#include "proof/chain.h"

#define CHANGE_ARENA_BYTES (1u << 20)

const struct device_word device_protections[3] = {
    {STR_INIT("protected"), STR_INIT("Được bảo vệ"), STR_INIT("Protected")},
    {STR_INIT("unprotected"), STR_INIT("Chưa được bảo vệ"), STR_INIT("Not protected")},
    {STR_INIT("unknown"), STR_INIT("Chưa rõ"), STR_INIT("Unknown")},
};
const struct device_word device_reasons[DEVICE_REASON_COUNT] = {
    {STR_INIT("seen_both"), STR_INIT("hai thiết bị cùng mang định danh của một máy vừa thấy"),
     STR_INIT("both carry an identifier of one machine that was seen")},
    {STR_INIT("same_agent_key"), STR_INIT("cùng khóa chương trình bảo vệ nhưng khác số sê-ri"),
     STR_INIT("the same key of the endpoint agent, but another serial number")},
    {STR_INIT("same_mac"), STR_INIT("cùng địa chỉ MAC nhưng khác số sê-ri hoặc khóa chương trình bảo vệ"),
     STR_INIT("the same MAC address, but another serial number or agent key")},
    {STR_INIT("same_hostname"), STR_INIT("cùng tên máy tại một địa điểm"), STR_INIT("the same host name at one site")},
    {STR_INIT("person"), STR_INIT("có người gộp hai thiết bị này"), STR_INIT("somebody merged the two")},
    {STR_INIT("split"), STR_INIT("đã tách thành hai thiết bị"), STR_INIT("one was split into the two")},
};

static bool is_word(struct str id, struct str vi, struct str en, struct str plain)
{
    return viet_equal_folded(id, plain) || viet_equal_folded(vi, plain) || viet_equal_folded(en, plain);
}

static const struct device_word *NULLABLE find_word(const struct device_word *words, size_t count, struct str text)
{
    struct str plain = str_trim(text);
    for (size_t i = 0; i < count; i++)
        if (is_word(words[i].id, words[i].vi, words[i].en, plain))
            return &words[i];
    return NULL;
}

const struct know_named *NULLABLE device_kind_find(struct str text)
{
    struct str plain = str_trim(text);
    for (size_t i = 0; i < know_device_kind_count; i++) {
        const struct know_named *kind = &know_device_kinds[i];
        if (is_word(kind->id, kind->title.vi, kind->title.en, plain))
            return kind;
    }
    return NULL;
}

const struct device_word *NULLABLE device_reason_find(struct str id)
{
    for (size_t i = 0; i < DEVICE_REASON_COUNT; i++)
        if (str_equal(device_reasons[i].id, id))
            return &device_reasons[i];
    return NULL;
}

const struct device_word *NULLABLE device_protection_find(struct str text)
{
    static const struct device_word also[] = {
        {STR_INIT("protected"), STR_INIT("Có"), STR_INIT("Yes")},
        {STR_INIT("unprotected"), STR_INIT("Không"), STR_INIT("No")},
        {STR_INIT("unprotected"), STR_INIT("Không được bảo vệ"), STR_INIT("Unprotected")},
        {STR_INIT("unknown"), STR_INIT("Không rõ"), STR_INIT("Not known")},
    };
    const struct device_word *word = find_word(device_protections, ARRAY_LEN(device_protections), text);
    return word ? word : find_word(also, ARRAY_LEN(also), text);
}

enum err_code device_note(struct db *db, const struct actor *actor, const char *kind, int64_t device_id,
                          int64_t unit_id, struct str content, struct err *err)
{
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_DUTY,
                                             .kind = kind,
                                             .object_kind = "device",
                                             .object_id = device_id,
                                             .unit_id = unit_id,
                                             .actor_id = actor->person_id,
                                             .content = content},
                        NULL, err);
}

enum err_code device_keys(struct arena *arena, struct str name, struct str os, struct str antimalware,
                          struct str *ret_search, struct str *ret_sort, struct err *err)
{
    struct str both = arena_printf(arena, "%.*s %.*s %.*s", STR_ARG(name), STR_ARG(os), STR_ARG(antimalware));
    struct str search = viet_search_key(arena, both), sort = viet_sort_key(arena, name);
    if (str_is_null(both) || str_is_null(search) || str_is_null(sort))
        return arena_full(arena, err);
    *ret_search = search;
    *ret_sort = sort;
    return ERR_NONE;
}

enum err_code device_suggest(struct db *db, int64_t unit_id, int64_t a, int64_t b, const char *why, struct err *err)
{
    return sql_suggestion_put(db,
                              &(struct sql_suggestion_put_args){
                                  .id = db_id(db),
                                  .unit_id = unit_id,
                                  .one_id = a < b ? a : b,
                                  .other_id = a < b ? b : a,
                                  .why = str_from_cstr(why),
                                  .at_ms = db_now_ms(db),
                              },
                              err);
}

enum err_code device_check_system(struct db *db, struct arena *arena, int64_t system_id, int64_t unit_id,
                                  struct err *err)
{
    if (!system_id)
        return ERR_NONE;
    struct sql_asset_system_of_unit_row *row = NULL;
    TRY(sql_asset_system_of_unit(
        db, arena, &(struct sql_asset_system_of_unit_args){.id = system_id, .unit_id = unit_id, .on_day = db_today(db)},
        &row, err));
    return row ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "hệ thống này không do đơn vị làm chủ quản hay vận hành");
}

enum err_code device_put_root(struct db *db, struct arena *arena, struct count_deltas *deltas,
                              const struct sql_device_row_row *row, const struct device_change *change, struct err *err)
{
    struct str search_key, sort_key;
    TRY(device_keys(arena, change->name, change->os, row->antimalware, &search_key, &sort_key, err));
    if (!str_equal(row->kind, change->kind)) {
        TRY(count_delta_add(deltas, row->unit_id, row->kind, row->counted, -1, err));
        TRY(count_delta_add(deltas, row->unit_id, change->kind, row->counted, 1, err));
    }
    return sql_device_put(db,
                          &(struct sql_device_put_args){
                              .id = row->id,
                              .system_id = {change->system_id != 0, change->system_id},
                              .kind = change->kind,
                              .name = change->name,
                              .search_key = search_key,
                              .sort_key = sort_key,
                              .os = str_is_empty(change->os) ? STR_NONE : change->os,
                          },
                          err);
}

enum err_code device_put_statement(struct db *db, const struct sql_device_row_row *row, struct str protection,
                                   struct opt_i64 at_ms, struct str product, struct err *err)
{
    bool is_newer =
        !str_is_empty(protection) && is_statement_newer(protection, at_ms, row->protection, row->protection_ms);
    bool is_product = !str_is_empty(product) && !str_equal(product, row->antimalware);
    bool is_same_ms = !str_is_empty(protection) && row->protection_ms.has && at_ms.v == row->protection_ms.v;
    if (!is_newer && !is_product && !is_same_ms)
        return ERR_NONE;
    /* Said again at the same instant: the later word counts, it is a correction. */
    bool takes = is_newer || is_same_ms;
    return sql_device_put_state(db,
                                &(struct sql_device_put_state_args){
                                    .id = row->id,
                                    .antimalware = is_product ? product : row->antimalware,
                                    .protection = takes ? protection : row->protection,
                                    .protection_ms = takes ? at_ms : row->protection_ms,
                                },
                                err);
}

/* --- changing one --- */

struct changing {
    const struct actor *actor;
    int64_t device_id;
    enum { CHANGE_FIELDS, CHANGE_PROTECTION, CHANGE_RETIRE } what;
    const struct device_change *NULLABLE change;
    struct str text; /* state, or reason */
    struct str product;
    int64_t at_ms;
};

static enum err_code change_note(struct db *db, const struct changing *c, const char *kind,
                                 const struct sql_device_row_row *row, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, 1u << 18);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    json_object_begin(&w);
    if (c->change) {
        json_field_str(&w, STR("kind"), c->change->kind);
        json_field_str(&w, STR("name"), c->change->name);
        json_field_str(&w, STR("os"), c->change->os);
        json_field_id(&w, STR("system"), c->change->system_id);
    } else {
        json_field_str(&w, c->what == CHANGE_RETIRE ? STR("reason") : STR("protection"), c->text);
        if (!str_is_empty(c->product))
            json_field_str(&w, STR("product"), c->product);
    }
    json_object_end(&w);
    TRY(buf_check(&buf, err));
    return device_note(db, c->actor, kind, row->id, row->unit_id, buf_str(&buf), err);
}

static enum err_code change_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct changing *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, CHANGE_ARENA_BYTES);
    struct sql_device_row_row *row = NULL;
    TRY(sql_device_row(db, &arena, &(struct sql_device_row_args){.id = c->device_id}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "không có thiết bị này");
    TRY(access_require(db, c->actor, RIGHT_EXECUTE, row->unit_id, "change devices", err));
    struct sql_site_lock_row *site = NULL;
    TRY(sql_site_lock(db, &arena, &(struct sql_site_lock_args){.id = row->site_id}, &site, err));
    TRY(sql_device_row(db, &arena, &(struct sql_device_row_args){.id = c->device_id}, &row, err));
    must(row != NULL);
    if (row->merged_into.has)
        return err_set(err, ERR_CONFLICT,
                       "thiết bị này đã được gộp vào một thiết bị khác: sửa ở đó, hoặc hủy việc gộp");
    if (row->to_day != CIVIL_FOREVER)
        return err_set(err, ERR_CONFLICT, "thiết bị này đã ngừng sử dụng");
    struct count_deltas deltas = {.arena = &arena, .day = db_today(db)};
    const char *kind = "device_changed";
    switch (c->what) {
    case CHANGE_FIELDS:
        TRY(device_check_system(db, &arena, c->change->system_id, row->unit_id, err));
        TRY(device_put_root(db, &arena, &deltas, row, c->change, err));
        break;
    case CHANGE_PROTECTION:
        kind = "device_protection";
        TRY(device_put_statement(
            db, row, c->text, (struct opt_i64){true, c->at_ms && c->at_ms < db_now_ms(db) ? c->at_ms : db_now_ms(db)},
            c->product, err));
        TRY(device_count_again(db, &arena, &deltas, row->id, db_today(db), err));
        break;
    case CHANGE_RETIRE:
        kind = "device_retired";
        TRY(sql_device_end(db, &(struct sql_device_end_args){.id = row->id, .to_day = db_today(db)}, err));
        TRY(device_count_again(db, &arena, &deltas, row->id, db_today(db), err));
        break;
    }
    TRY(count_delta_flush(db, &deltas, err));
    return change_note(db, c, kind, row, err);
}

enum err_code device_put_row(struct db *db, const struct actor *actor, int64_t device_id,
                             const struct device_change *change, struct str antimalware, struct str protection,
                             struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, CHANGE_ARENA_BYTES);
    struct sql_device_row_row *row = NULL;
    struct sql_site_lock_row *site = NULL;
    TRY(sql_device_row(db, &arena, &(struct sql_device_row_args){.id = device_id}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "không có thiết bị này");
    TRY(sql_site_lock(db, &arena, &(struct sql_site_lock_args){.id = row->site_id}, &site, err));
    TRY(sql_device_row(db, &arena, &(struct sql_device_row_args){.id = device_id}, &row, err));
    must(row != NULL);
    if (row->merged_into.has)
        return err_set(err, ERR_CONFLICT,
                       "thiết bị này đã được gộp vào một thiết bị khác: sửa ở đó, hoặc hủy việc gộp");
    if (row->to_day != CIVIL_FOREVER)
        return err_set(err, ERR_CONFLICT, "thiết bị này đã ngừng sử dụng");
    struct count_deltas deltas = {.arena = &arena, .day = db_today(db)};
    struct device_change whole = *change;
    if (!whole.system_id)
        whole.system_id = row->system_id.v;
    row->antimalware = str_is_empty(antimalware) ? STR_NONE : antimalware;
    TRY(device_put_root(db, &arena, &deltas, row, &whole, err));
    bool says = !str_is_empty(protection);
    TRY(sql_device_put_state(db,
                             &(struct sql_device_put_state_args){
                                 .id = row->id,
                                 .antimalware = row->antimalware,
                                 .protection = says ? protection : row->protection,
                                 .protection_ms = says ? OPT_I64(db_now_ms(db)) : row->protection_ms,
                             },
                             err));
    TRY(device_count_again(db, &arena, &deltas, row->id, db_today(db), err));
    TRY(count_delta_flush(db, &deltas, err));
    struct changing c = {.actor = actor, .device_id = device_id, .what = CHANGE_FIELDS, .change = &whole};
    return change_note(db, &c, "device_changed", row, err);
}

enum err_code device_update(struct db *db, const struct actor *actor, int64_t device_id,
                            const struct device_change *change, struct err *err)
{
    const struct know_named *kind = device_kind_find(change->kind);
    if (!kind)
        return err_set(err, ERR_SYNTAX, "không có loại thiết bị '%.*s'", STR_ARG(change->kind));
    struct device_change clean = {
        .kind = kind->id, .name = str_trim(change->name), .os = str_trim(change->os), .system_id = change->system_id};
    if (str_is_empty(clean.name))
        return err_set(err, ERR_SYNTAX, "thiết bị cần có tên");
    struct changing c = {.actor = actor, .device_id = device_id, .what = CHANGE_FIELDS, .change = &clean};
    return db_transact(db, change_in_transaction, &c, err);
}

enum err_code device_set_protection(struct db *db, const struct actor *actor, int64_t device_id, struct str protection,
                                    struct str product, int64_t at_ms, struct err *err)
{
    const struct device_word *state = device_protection_find(protection);
    if (!state)
        return err_set(err, ERR_SYNTAX, "không có trạng thái bảo vệ '%.*s' (được bảo vệ, chưa được bảo vệ, chưa rõ)",
                       STR_ARG(protection));
    struct changing c = {.actor = actor,
                         .device_id = device_id,
                         .what = CHANGE_PROTECTION,
                         .text = state->id,
                         .product = str_trim(product),
                         .at_ms = at_ms};
    return db_transact(db, change_in_transaction, &c, err);
}

enum err_code device_retire(struct db *db, const struct actor *actor, int64_t device_id, struct str reason,
                            struct err *err)
{
    if (str_is_empty(str_trim(reason)))
        return err_set(err, ERR_SYNTAX, "cần nêu lý do");
    struct changing c = {.actor = actor, .device_id = device_id, .what = CHANGE_RETIRE, .text = str_trim(reason)};
    return db_transact(db, change_in_transaction, &c, err);
}
