#include "asset/device_write.h"
#include "format/json.h"
#include "org/access.h"

#define PAIR_ARENA_BYTES (4u << 20)
#define PAIR_IDS_BYTES   (4u << 20)

enum err_code device_pairs_below(struct db *db, const struct actor *asker, struct arena *arena, int64_t root_id,
                                 struct str edge_kind, int64_t after_id, int64_t limit_count,
                                 struct sql_device_suggestions_below_rows *ret_rows, struct err *err)
{
    struct actor actor = actor_with(asker, RIGHT_ASSET_READ);
    return sql_device_suggestions_below(db, &actor, arena,
                                        &(struct sql_device_suggestions_below_args){.root_id = root_id,
                                                                                    .edge_kind = edge_kind,
                                                                                    .on_day = db_today(db),
                                                                                    .after_id = after_id,
                                                                                    .limit_count = limit_count},
                                        ret_rows, err);
}

enum err_code device_pairs_of(struct db *db, const struct actor *asker, struct arena *arena,
                              const struct sql_device_rows_rows *devices,
                              struct sql_device_suggestions_of_rows *ret_rows, struct err *err)
{
    struct actor actor = actor_with(asker, RIGHT_ASSET_READ);
    AUTO_BUF ids;
    buf_init(&ids, PAIR_IDS_BYTES);
    struct json_writer w;
    json_writer_init(&w, &ids, 0);
    json_array_begin(&w);
    for (size_t i = 0; i < devices->count; i++)
        json_put_i64(&w, devices->items[i].id);
    json_array_end(&w);
    TRY(buf_check(&ids, err));
    return sql_device_suggestions_of(db, &actor, arena,
                                     &(struct sql_device_suggestions_of_args){.devices = buf_str(&ids)}, ret_rows, err);
}

/* The suggestion as it stands on the page of the device; *ret_other: the other of the pair. */
static enum err_code pair_on(struct db *db, struct arena *arena, const struct actor *actor, int64_t device_id,
                             int64_t suggestion_id, int64_t *ret_other, struct err *err)
{
    struct device_page page;
    TRY(device_open(db, actor, arena, device_id, &page, err));
    for (size_t i = 0; i < page.suggestions.count; i++)
        if (page.suggestions.items[i].id == suggestion_id) {
            *ret_other = page.suggestions.items[i].other_id;
            return ERR_NONE;
        }
    return err_set(err, ERR_NOT_FOUND, "không có gợi ý này");
}

enum err_code device_pair_merge(struct db *db, const struct actor *actor, int64_t device_id, int64_t suggestion_id,
                                struct str why, int64_t *ret_merge_id, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, PAIR_ARENA_BYTES);
    int64_t other_id;
    TRY(pair_on(db, &arena, actor, device_id, suggestion_id, &other_id, err));
    return device_merge(db, actor, device_id, other_id, why, ret_merge_id, err);
}

enum err_code device_pair_apart(struct db *db, const struct actor *actor, int64_t device_id, int64_t suggestion_id,
                                struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, PAIR_ARENA_BYTES);
    int64_t other_id;
    TRY(pair_on(db, &arena, actor, device_id, suggestion_id, &other_id, err));
    return device_keep_apart(db, actor, suggestion_id, err);
}

enum err_code device_pair_unmerge(struct db *db, const struct actor *actor, int64_t device_id, int64_t merge_id,
                                  struct str why, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, PAIR_ARENA_BYTES);
    struct device_page page;
    TRY(device_open(db, actor, &arena, device_id, &page, err));
    for (size_t i = 0; i < page.merges.count; i++)
        if (page.merges.items[i].id == merge_id && page.merges.items[i].kept_id == device_id)
            return device_merge_undo(db, actor, merge_id, why, err);
    return err_set(err, ERR_NOT_FOUND, "không có việc gộp này");
}
