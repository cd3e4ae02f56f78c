#include "asset/device_write.h"

#include "format/json.h"
#include "org/access.h"

#define MERGE_ARENA_BYTES (4u << 20)

struct merging {
    const struct actor *actor;
    int64_t kept_id;
    int64_t merged_id;
    int64_t merge_id;
    struct str why;
    const int64_t *NULLABLE identity_ids;
    size_t identity_count;
    struct str name;
    int64_t new_id;
};

/* The row, once its site is held and the actor may work there. */
static enum err_code hold(struct db *db, struct arena *arena, const struct actor *actor, int64_t device_id,
                          struct sql_device_row_row **ret_row, struct err *err)
{
    struct sql_device_row_row *row = NULL;
    TRY(sql_device_row(db, arena, &(struct sql_device_row_args){.id = device_id}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "không có thiết bị này");
    TRY(access_require(db, actor, RIGHT_EXECUTE, row->unit_id, "change devices", err));
    struct sql_site_lock_row *site = NULL;
    TRY(sql_site_lock(db, arena, &(struct sql_site_lock_args){.id = row->site_id}, &site, err));
    TRY(sql_device_row(db, arena, &(struct sql_device_row_args){.id = device_id}, &row, err));
    must(row != NULL);
    *ret_row = row;
    return ERR_NONE;
}

static enum err_code pair_content(struct arena *arena, const char *key, int64_t id, int64_t merge_id, struct str why,
                                  struct str *ret_json, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, 1u << 18);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    json_object_begin(&w);
    json_field_id(&w, str_from_cstr(key), id);
    if (merge_id)
        json_field_id(&w, STR("merge"), merge_id);
    json_field_str(&w, STR("why"), why);
    json_object_end(&w);
    return buf_to_arena(&buf, arena, ret_json, err);
}

/* why: an id of device_reasons, for a pair nobody had suggested. */
static enum err_code decide_pair(struct db *db, const struct actor *actor, int64_t unit_id, int64_t a, int64_t b,
                                 struct str why, struct str state, struct err *err)
{
    return sql_suggestion_decide(db,
                                 &(struct sql_suggestion_decide_args){
                                     .id = db_id(db),
                                     .unit_id = unit_id,
                                     .one_id = a < b ? a : b,
                                     .other_id = a < b ? b : a,
                                     .why = why,
                                     .state = state,
                                     .by_person = {actor->person_id != 0, actor->person_id},
                                     .at_ms = db_now_ms(db),
                                 },
                                 err);
}

static enum err_code merge_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct merging *m = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, MERGE_ARENA_BYTES);
    struct sql_device_row_row *kept = NULL, *merged = NULL;
    TRY(hold(db, &arena, m->actor, m->kept_id, &kept, err));
    TRY(sql_device_row(db, &arena, &(struct sql_device_row_args){.id = m->merged_id}, &merged, err));
    if (!merged || merged->unit_id != kept->unit_id || merged->site_id != kept->site_id)
        return err_set(err, ERR_CONFLICT, "chỉ gộp hai thiết bị ở cùng một địa điểm");
    if (kept->id == merged->id)
        return err_set(err, ERR_CONFLICT, "không gộp một thiết bị với chính nó");
    if (kept->merged_into.has || merged->merged_into.has)
        return err_set(err, ERR_CONFLICT, "một trong hai thiết bị đã được gộp vào thiết bị khác");
    if (kept->to_day != CIVIL_FOREVER || merged->to_day != CIVIL_FOREVER)
        return err_set(err, ERR_CONFLICT, "một trong hai thiết bị đã ngừng sử dụng");
    m->merge_id = db_id(db);
    TRY(sql_merge_insert(db,
                         &(struct sql_merge_insert_args){
                             .id = m->merge_id,
                             .kept_id = kept->id,
                             .merged_id = merged->id,
                             .why = m->why,
                             .by_person = {m->actor->person_id != 0, m->actor->person_id},
                             .at_ms = db_now_ms(db),
                         },
                         err));
    TRY(sql_device_point(db, &(struct sql_device_point_args){.id = merged->id, .merged_into = OPT_I64(kept->id)}, err));
    TRY(decide_pair(db, m->actor, kept->unit_id, kept->id, merged->id, STR("person"), STR("merged"), err));
    struct count_deltas deltas = {.arena = &arena, .day = db_today(db)};
    TRY(device_count_again(db, &arena, &deltas, merged->id, db_today(db), err));
    TRY(device_count_again(db, &arena, &deltas, kept->id, db_today(db), err));
    TRY(count_delta_flush(db, &deltas, err));
    struct str content;
    TRY(pair_content(&arena, "merged", merged->id, m->merge_id, m->why, &content, err));
    return device_note(db, m->actor, "device_merged", kept->id, kept->unit_id, content, err);
}

enum err_code device_merge(struct db *db, const struct actor *actor, int64_t kept_id, int64_t merged_id, struct str why,
                           int64_t *ret_merge_id, struct err *err)
{
    if (str_is_empty(str_trim(why)))
        return err_set(err, ERR_SYNTAX, "cần nêu lý do");
    struct merging m = {.actor = actor, .kept_id = kept_id, .merged_id = merged_id, .why = str_trim(why)};
    TRY(db_transact(db, merge_in_transaction, &m, err));
    *ret_merge_id = m.merge_id;
    return ERR_NONE;
}

static enum err_code undo_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct merging *m = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, MERGE_ARENA_BYTES);
    struct sql_merge_row_row *merge = NULL;
    TRY(sql_merge_row(db, &arena, &(struct sql_merge_row_args){.id = m->merge_id}, &merge, err));
    if (!merge)
        return err_set(err, ERR_NOT_FOUND, "không có việc gộp này");
    struct sql_device_row_row *kept = NULL;
    TRY(hold(db, &arena, m->actor, merge->kept_id, &kept, err));
    int64_t changes = 0;
    TRY(sql_merge_undone(db,
                         &(struct sql_merge_undone_args){.id = merge->id,
                                                         .undone_by = {m->actor->person_id != 0, m->actor->person_id},
                                                         .undone_ms = db_now_ms(db)},
                         &changes, err));
    if (changes != 1)
        return err_set(err, ERR_CONFLICT, "việc gộp này đã được hủy trước đó");
    TRY(sql_device_point(db, &(struct sql_device_point_args){.id = merge->merged_id, .merged_into = OPT_NONE}, err));
    TRY(decide_pair(db, m->actor, kept->unit_id, merge->kept_id, merge->merged_id, STR("person"), STR("apart"), err));
    struct sql_device_root_row *root = NULL; /* kept may itself stand under another by now */
    TRY(sql_device_root(db, &arena, &(struct sql_device_root_args){.id = kept->id}, &root, err));
    must(root != NULL);
    struct count_deltas deltas = {.arena = &arena, .day = db_today(db)};
    TRY(device_count_again(db, &arena, &deltas, merge->merged_id, db_today(db), err));
    TRY(device_count_again(db, &arena, &deltas, root->id, db_today(db), err));
    TRY(count_delta_flush(db, &deltas, err));
    struct str content;
    TRY(pair_content(&arena, "merged", merge->merged_id, merge->id, m->why, &content, err));
    return device_note(db, m->actor, "device_merge_undone", kept->id, kept->unit_id, content, err);
}

enum err_code device_merge_undo(struct db *db, const struct actor *actor, int64_t merge_id, struct str why,
                                struct err *err)
{
    if (str_is_empty(str_trim(why)))
        return err_set(err, ERR_SYNTAX, "cần nêu lý do");
    struct merging m = {.actor = actor, .merge_id = merge_id, .why = str_trim(why)};
    return db_transact(db, undo_in_transaction, &m, err);
}

static enum err_code split_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct merging *m = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, MERGE_ARENA_BYTES);
    struct sql_device_row_row *row = NULL;
    TRY(hold(db, &arena, m->actor, m->kept_id, &row, err));
    if (row->to_day != CIVIL_FOREVER)
        return err_set(err, ERR_CONFLICT, "thiết bị này đã ngừng sử dụng");
    struct sql_identity_count_row *all = NULL;
    TRY(sql_identity_count(db, &arena, &(struct sql_identity_count_args){.device_id = row->id}, &all, err));
    if (!all || (int64_t)m->identity_count >= all->n)
        return err_set(err, ERR_CONFLICT, "mỗi thiết bị cần giữ ít nhất một định danh");
    m->new_id = db_id(db);
    struct str search_key, sort_key;
    TRY(device_keys(&arena, m->name, STR(""), STR(""), &search_key, &sort_key, err));
    TRY(sql_device_insert(db,
                          &(struct sql_device_insert_args){
                              .id = m->new_id,
                              .unit_id = row->unit_id,
                              .site_id = row->site_id,
                              .kind = row->kind,
                              .name = m->name,
                              .search_key = search_key,
                              .sort_key = sort_key,
                              .protection = STR("unknown"),
                              .counted = STR("unknown"),
                              .counted_to_day = CIVIL_FOREVER,
                              .source = STR("split"),
                              .seen_ms = db_now_ms(db),
                              .from_day = db_today(db),
                          },
                          err));
    for (size_t i = 0; i < m->identity_count; i++) {
        int64_t changes = 0;
        TRY(sql_identity_move(db,
                              &(struct sql_identity_move_args){
                                  .id = m->identity_ids[i], .from_device_id = row->id, .to_device_id = m->new_id},
                              &changes, err));
        if (changes != 1)
            return err_set(err, ERR_NOT_FOUND, "định danh thứ %zu không thuộc thiết bị này", i + 1);
    }
    TRY(decide_pair(db, m->actor, row->unit_id, row->id, m->new_id, STR("split"), STR("apart"), err));
    struct count_deltas deltas = {.arena = &arena, .day = db_today(db)};
    TRY(count_delta_add(&deltas, row->unit_id, row->kind, STR("unknown"), 1, err));
    TRY(count_delta_flush(db, &deltas, err));
    struct str content;
    TRY(pair_content(&arena, "new", m->new_id, 0, m->name, &content, err));
    return device_note(db, m->actor, "device_split", row->id, row->unit_id, content, err);
}

enum err_code device_split(struct db *db, const struct actor *actor, int64_t device_id, const int64_t *identity_ids,
                           size_t identity_count, struct str name, int64_t *ret_new_id, struct err *err)
{
    if (identity_count == 0)
        return err_set(err, ERR_SYNTAX, "cần chọn ít nhất một định danh để tách");
    if (str_is_empty(str_trim(name)))
        return err_set(err, ERR_SYNTAX, "thiết bị cần có tên");
    struct merging m = {.actor = actor,
                        .kept_id = device_id,
                        .identity_ids = identity_ids,
                        .identity_count = identity_count,
                        .name = str_trim(name)};
    TRY(db_transact(db, split_in_transaction, &m, err));
    *ret_new_id = m.new_id;
    return ERR_NONE;
}

static enum err_code apart_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct merging *m = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, MERGE_ARENA_BYTES);
    struct sql_suggestion_row_row *row = NULL;
    TRY(sql_suggestion_row(db, &arena, &(struct sql_suggestion_row_args){.id = m->merge_id}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "không có gợi ý này");
    struct sql_device_row_row *held = NULL;
    TRY(hold(db, &arena, m->actor, row->one_id, &held, err));
    TRY(sql_suggestion_row(db, &arena, &(struct sql_suggestion_row_args){.id = m->merge_id}, &row, err));
    must(row != NULL);
    if (!str_equal(row->state, STR("open")))
        return err_set(err, ERR_CONFLICT, "gợi ý này đã được quyết định trước đó");
    TRY(decide_pair(db, m->actor, row->unit_id, row->one_id, row->other_id, row->why, STR("apart"), err));
    struct str content;
    TRY(pair_content(&arena, "other", row->other_id, 0, row->why, &content, err));
    return device_note(db, m->actor, "device_kept_apart", row->one_id, row->unit_id, content, err);
}

enum err_code device_keep_apart(struct db *db, const struct actor *actor, int64_t suggestion_id, struct err *err)
{
    struct merging m = {.actor = actor, .merge_id = suggestion_id};
    return db_transact(db, apart_in_transaction, &m, err);
}
