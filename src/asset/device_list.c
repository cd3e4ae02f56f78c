#include "asset/device_write.h"
#include "base/viet.h"
#include "org/access.h"

#define LIST_ARENA_BYTES (1u << 20)

struct list_terms {
    struct str edge_kind, kind, host_kinds, protection, search, exact;
    struct opt_i64 site_id;
};

static enum err_code list_terms(struct db *db, struct arena *arena, const struct device_filter *filter,
                                struct list_terms *ret_terms, struct err *err)
{
    struct list_terms t = {
        .edge_kind = str_is_empty(filter->edge_kind) ? STR("administrative") : filter->edge_kind,
        .kind = str_is_empty(filter->kind) || str_equal(filter->kind, DEVICE_KIND_ALL) ? STR_NONE : filter->kind,
        .protection = str_is_empty(filter->protection) ? STR_NONE : filter->protection,
        .site_id = {filter->site_id != 0, filter->site_id}};
    struct str typed = str_trim(filter->search);
    if (!str_is_empty(typed)) {
        struct str key = viet_search_key(arena, typed);
        char *pattern = str_is_null(key) ? NULL : arena_alloc(arena, key.len_bytes + 2, 1);
        if (!pattern)
            return arena_full(arena, err);
        pattern[0] = pattern[key.len_bytes + 1] = '%';
        for (size_t i = 0; i < key.len_bytes; i++)
            pattern[i + 1] = strchr("%_\\", key.ptr[i]) ? '_' : key.ptr[i];
        t.search = (struct str){pattern, key.len_bytes + 2};
        struct err why;
        static const enum identity_kind kinds[] = {IDENTITY_MAC, IDENTITY_ADDRESS, IDENTITY_SERIAL};
        for (size_t i = 0; i < ARRAY_LEN(kinds) && str_is_empty(t.exact); i++)
            if (identity_normal(kinds[i], typed, arena, &t.exact, &why) != ERR_NONE) {
                if (why.code != ERR_SYNTAX) {
                    *err = why;
                    return why.code;
                }
                t.exact = STR("");
            }
    }
    TRY(host_kinds_text(arena, db_today(db), &t.host_kinds, err));
    *ret_terms = t;
    return ERR_NONE;
}

enum err_code device_list(struct db *db, const struct actor *asker, struct arena *arena,
                          const struct device_filter *filter, struct sql_device_rows_rows *ret_rows, struct err *err)
{
    struct actor actor = actor_with(asker, RIGHT_ASSET_READ);
    struct list_terms t;
    TRY(list_terms(db, arena, filter, &t, err));
    return sql_device_rows(db, &actor, arena,
                           &(struct sql_device_rows_args){
                               .root_id = filter->root_id,
                               .edge_kind = t.edge_kind,
                               .on_day = db_today(db),
                               .kind = t.kind,
                               .host_kinds = t.host_kinds,
                               .counted = t.protection,
                               .site_id = t.site_id,
                               .search = t.search,
                               .exact = t.exact,
                               .limit_count = filter->limit_count,
                               .offset_count = filter->offset_count,
                           },
                           ret_rows, err);
}

enum err_code device_list_count(struct db *db, const struct actor *asker, struct arena *arena,
                                const struct device_filter *filter, int64_t *ret_count, struct err *err)
{
    struct actor actor = actor_with(asker, RIGHT_ASSET_READ);
    struct list_terms t;
    TRY(list_terms(db, arena, filter, &t, err));
    struct sql_device_rows_count_row *row = NULL;
    TRY(sql_device_rows_count(db, &actor, arena,
                              &(struct sql_device_rows_count_args){
                                  .root_id = filter->root_id,
                                  .edge_kind = t.edge_kind,
                                  .on_day = db_today(db),
                                  .kind = t.kind,
                                  .host_kinds = t.host_kinds,
                                  .counted = t.protection,
                                  .site_id = t.site_id,
                                  .search = t.search,
                                  .exact = t.exact,
                              },
                              &row, err));
    *ret_count = row ? row->n : 0;
    return ERR_NONE;
}

enum err_code device_open(struct db *db, const struct actor *asker, struct arena *arena, int64_t device_id,
                          struct device_page *ret_page, struct err *err)
{
    struct actor actor = actor_with(asker, RIGHT_ASSET_READ);
    struct device_page page = {0};
    TRY(sql_device_get(db, &actor, arena, &(struct sql_device_get_args){.id = device_id, .on_day = db_today(db)},
                       &page.device, err));
    if (!page.device)
        return err_set(err, ERR_NOT_FOUND, "không có thiết bị này");
    TRY(sql_device_group_identities(db, &actor, arena, &(struct sql_device_group_identities_args){.root_id = device_id},
                                    &page.identities, err));
    TRY(sql_device_merges(db, &actor, arena, &(struct sql_device_merges_args){.device_id = device_id}, &page.merges,
                          err));
    TRY(sql_device_suggestions(db, &actor, arena, &(struct sql_device_suggestions_args){.device_id = device_id},
                               &page.suggestions, err));
    *ret_page = page;
    return ERR_NONE;
}
