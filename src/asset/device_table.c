#include "asset/device_table.h"

#include "org/access.h"
#include "org/site.h"
#include "org/unit.h"

#define TABLE_ARENA_BYTES (256u << 20)

const struct device_column_text device_columns[DEVICE_COLUMN_COUNT] = {
    [DEVICE_COLUMN_UNIT] = {STR_INIT("unit_code"), STR_INIT("Mã đơn vị"), STR_INIT("Unit code"), STR_INIT("th-001"),
                            true},
    [DEVICE_COLUMN_SITE] = {STR_INIT("site"), STR_INIT("Địa điểm"), STR_INIT("Site"), STR_INIT("Trụ sở chính"), false},
    [DEVICE_COLUMN_NAME] = {STR_INIT("name"), STR_INIT("Tên thiết bị"), STR_INIT("Device"), STR_INIT("Máy văn thư"),
                            false},
    [DEVICE_COLUMN_KIND] = {STR_INIT("kind"), STR_INIT("Loại"), STR_INIT("Kind"), STR_INIT("Máy trạm"), false},
    [DEVICE_COLUMN_OS] = {STR_INIT("os"), STR_INIT("Hệ điều hành"), STR_INIT("Operating system"),
                          STR_INIT("Windows 11"), false},
    [DEVICE_COLUMN_MAC] = {STR_INIT("mac"), STR_INIT("Địa chỉ MAC"), STR_INIT("MAC address"),
                           STR_INIT("02:00:5e:00:53:01"), false},
    [DEVICE_COLUMN_SERIAL] = {STR_INIT("serial"), STR_INIT("Số sê-ri"), STR_INIT("Serial number"), STR_INIT("TL-0001"),
                              false},
    [DEVICE_COLUMN_ANTIMALWARE] = {STR_INIT("antimalware"), STR_INIT("Giải pháp phòng chống mã độc"),
                                   STR_INIT("Anti-malware product"), STR_INIT("Khiên Tre Endpoint"), false},
    [DEVICE_COLUMN_PROTECTION] = {STR_INIT("protection"), STR_INIT("Được bảo vệ"), STR_INIT("Protected"),
                                  STR_INIT("Có"), false},
};

static enum err_code find_site(struct db *db, struct arena *arena, struct device_table_row *row, struct err *err)
{
    struct sql_asset_sites_rows sites;
    TRY(sql_asset_sites(db, arena, &(struct sql_asset_sites_args){.unit_id = row->unit_id, .on_day = db_today(db)},
                        &sites, err));
    if (str_is_empty(row->site_name)) {
        if (sites.count == 0)
            return err_set(err, ERR_NOT_FOUND, "đơn vị chưa có địa điểm nào: ghi tên địa điểm ở cột này");
        row->draft.site_id = sites.items[0].id;
        return ERR_NONE;
    }
    for (size_t i = 0; i < sites.count; i++)
        if (str_equal(sites.items[i].name, row->site_name))
            row->draft.site_id = sites.items[i].id;
    return ERR_NONE;
}

enum err_code device_table_check(struct db *db, const struct actor *actor, struct arena *arena,
                                 const struct str cells[DEVICE_COLUMN_COUNT], struct device_table_row *ret_row,
                                 enum device_column *NULLABLE ret_column, struct err *err)
{
    enum device_column unused, *column = ret_column ? ret_column : &unused;
    struct device_table_row row = {.site_name = str_trim(cells[DEVICE_COLUMN_SITE])};
    *column = DEVICE_COLUMN_UNIT;
    TRY(unit_find_code(db, str_trim(cells[DEVICE_COLUMN_UNIT]), db_today(db), &row.unit_id, err));
    TRY(access_require(db, actor, RIGHT_EXECUTE, row.unit_id, "register devices", err));
    *column = DEVICE_COLUMN_SITE;
    TRY(find_site(db, arena, &row, err));
    struct identity *identities = arena_new_array(arena, struct identity, 2);
    if (!identities)
        return arena_full(arena, err);
    struct str value;
    *column = DEVICE_COLUMN_MAC;
    TRY(identity_normal(IDENTITY_MAC, cells[DEVICE_COLUMN_MAC], arena, &value, err));
    identities[0] = (struct identity){IDENTITY_MAC, value};
    *column = DEVICE_COLUMN_SERIAL;
    TRY(identity_normal(IDENTITY_SERIAL, cells[DEVICE_COLUMN_SERIAL], arena, &value, err));
    identities[1] = (struct identity){IDENTITY_SERIAL, value};
    row.draft.kind = str_trim(cells[DEVICE_COLUMN_KIND]);
    row.draft.name = str_trim(cells[DEVICE_COLUMN_NAME]);
    row.draft.os = str_trim(cells[DEVICE_COLUMN_OS]);
    row.draft.antimalware = str_trim(cells[DEVICE_COLUMN_ANTIMALWARE]);
    row.draft.protection = str_trim(cells[DEVICE_COLUMN_PROTECTION]);
    row.draft.identities = identities;
    row.draft.identity_count = 2;
    *column = !str_is_empty(row.draft.kind) && !device_kind_find(row.draft.kind) ? DEVICE_COLUMN_KIND
              : !str_is_empty(row.draft.protection) && !device_protection_find(row.draft.protection)
                  ? DEVICE_COLUMN_PROTECTION
                  : DEVICE_COLUMN_NAME;
    TRY(device_draft_check(db, arena, &row.draft, err));
    *ret_row = row;
    return ERR_NONE;
}

struct applying {
    const struct actor *actor;
    const struct device_table_row *rows;
    size_t count;
    struct device_registered *results;
    size_t bad;
};

static enum err_code apply_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct applying *a = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, TABLE_ARENA_BYTES);
    struct device_draft *drafts = arena_new_array(&arena, struct device_draft, a->count + 1);
    if (!drafts)
        return arena_full(&arena, err);
    for (size_t i = 0; i < a->count; i++) {
        a->bad = i;
        struct device_table_row row = a->rows[i];
        if (!row.draft.site_id) {
            struct arena_mark mark = arena_mark(&arena);
            TRY(find_site(db, &arena, &row, err)); /* an earlier row of the same table may have made it */
            arena_rewind(&arena, mark);
            if (!row.draft.site_id)
                TRY(site_new(db, a->actor, row.unit_id, row.site_name, STR_NONE, db_today(db), &row.draft.site_id,
                             err));
        }
        drafts[i] = row.draft;
    }
    return device_register_many(db, a->actor, drafts, a->count, "import", a->results, &a->bad, err);
}

enum err_code device_table_apply(struct db *db, const struct actor *actor, const struct device_table_row *rows,
                                 size_t count, struct device_registered *ret_registered, size_t *NULLABLE ret_bad,
                                 struct err *err)
{
    struct applying a = {.actor = actor, .rows = rows, .count = count, .results = ret_registered};
    if (db_transact(db, apply_in_transaction, &a, err) != ERR_NONE) {
        if (ret_bad)
            *ret_bad = a.bad;
        return err->code;
    }
    return ERR_NONE;
}

struct undoing {
    const struct actor *actor;
    const int64_t *ids;
    size_t count;
    int64_t at_ms;
};

static enum err_code undo_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct undoing *u = ctx;
    for (size_t i = 0; i < u->count; i++) {
        AUTO_ARENA arena;
        arena_init(&arena, 1u << 20);
        struct sql_asset_device_since_row *row = NULL;
        TRY(sql_asset_device_since(
            db, &arena, &(struct sql_asset_device_since_args){.id = u->ids[i], .at_ms = u->at_ms}, &row, err));
        if (!row)
            return err_set(err, ERR_NOT_FOUND, "không có thiết bị này");
        if (row->is_touched)
            return err_set(err, ERR_CONFLICT, "thiết bị %.*s đã được ghi nhận thêm hoặc gộp sau lần nhập này",
                           STR_ARG(row->name));
        TRY(device_retire(db, u->actor, u->ids[i], STR("hủy lần nhập"), err));
    }
    return ERR_NONE;
}

enum err_code device_table_undo(struct db *db, const struct actor *actor, const int64_t *device_ids, size_t count,
                                int64_t at_ms, struct err *err)
{
    struct undoing u = {actor, device_ids, count, at_ms};
    return db_transact(db, undo_in_transaction, &u, err);
}
