#include "asset/device_book.h"

static struct str value_key(struct arena *arena, enum identity_kind kind, struct str value)
{
    struct str name = identity_kind_to_str(kind);
    return arena_printf(arena, "%.*s %.*s", STR_ARG(name), STR_ARG(value));
}

static struct book_root *NULLABLE book_root_of(struct book *book, int64_t root_id)
{
    struct str key = arena_printf(book->arena, "%lld", (long long)root_id);
    if (str_is_null(key))
        return NULL;
    struct book_root *root = map_get(&book->by_root, key);
    if (root)
        return root;
    root = arena_new(book->arena, struct book_root);
    if (!root || !map_put(&book->by_root, book->arena, key, root))
        return NULL;
    root->root_id = root_id;
    return root;
}

enum err_code book_put(struct book *book, int64_t root_id, int64_t device_id, struct identity identity, int64_t last_ms,
                       struct err *err)
{
    struct book_root *root = book_root_of(book, root_id);
    struct str key = value_key(book->arena, identity.kind, identity.value);
    struct known_identity *known = root ? vec_push(&root->identities, book->arena) : NULL;
    if (!known || str_is_null(key))
        return arena_full(book->arena, err);
    *known =
        (struct known_identity){.device_id = device_id, .root_id = root_id, .identity = identity, .last_ms = last_ms};
    struct book_holder *holder = map_get(&book->by_value, key);
    if (!holder) {
        holder = arena_new(book->arena, struct book_holder);
        if (!holder || !map_put(&book->by_value, book->arena, key, holder))
            return arena_full(book->arena, err);
    }
    for (size_t i = 0; i < holder->roots.count; i++)
        if (holder->roots.items[i] == root)
            return ERR_NONE;
    struct book_root **slot = vec_push(&holder->roots, book->arena);
    if (!slot)
        return arena_full(book->arena, err);
    *slot = root;
    return ERR_NONE;
}

enum err_code book_load_whole(struct db *db, struct book *book, struct err *err)
{
    struct sql_identity_of_site_rows rows;
    TRY(sql_identity_of_site(db, book->arena, &(struct sql_identity_of_site_args){.site_id = book->site_id}, &rows,
                             err));
    for (size_t i = 0; i < rows.count; i++) {
        struct identity identity = {.value = rows.items[i].value};
        if (identity_kind_from_str(rows.items[i].kind, &identity.kind))
            TRY(book_put(book, rows.items[i].root_id, rows.items[i].device_id, identity, rows.items[i].last_ms, err));
    }
    book->is_whole = true;
    return ERR_NONE;
}

enum err_code book_known(struct db *db, struct book *book, const struct identity *seen, size_t seen_count,
                         struct arena *scratch, struct known_identity **ret_known, size_t *ret_count, struct err *err)
{
    VEC(struct book_root *) roots = {0};
    size_t total = 0;
    for (size_t i = 0; i < seen_count; i++) {
        if (!book->is_whole) {
            struct sql_identity_holders_rows holders;
            TRY(sql_identity_holders(db, scratch,
                                     &(struct sql_identity_holders_args){.site_id = book->site_id,
                                                                         .kind = identity_kind_to_str(seen[i].kind),
                                                                         .value = seen[i].value},
                                     &holders, err));
            for (size_t k = 0; k < holders.count; k++) {
                struct book_root *root = book_root_of(book, holders.items[k].root_id);
                if (!root)
                    return arena_full(book->arena, err);
                if (root->identities.count)
                    continue; /* read before */
                struct sql_identity_of_root_rows rows;
                TRY(sql_identity_of_root(db, book->arena, &(struct sql_identity_of_root_args){.root_id = root->root_id},
                                         &rows, err));
                for (size_t n = 0; n < rows.count; n++) {
                    struct identity identity = {.value = rows.items[n].value};
                    if (identity_kind_from_str(rows.items[n].kind, &identity.kind))
                        TRY(book_put(book, root->root_id, rows.items[n].device_id, identity, rows.items[n].last_ms,
                                     err));
                }
            }
        }
        struct str key = value_key(scratch, seen[i].kind, seen[i].value);
        if (str_is_null(key))
            return arena_full(scratch, err);
        const struct book_holder *holder = map_get(&book->by_value, key);
        for (size_t k = 0; holder && k < holder->roots.count; k++) {
            bool is_there = false;
            for (size_t n = 0; n < roots.count; n++)
                is_there = is_there || roots.items[n] == holder->roots.items[k];
            struct book_root **slot = is_there ? NULL : vec_push(&roots, scratch);
            if (!is_there && !slot)
                return arena_full(scratch, err);
            if (slot) {
                *slot = holder->roots.items[k];
                total += (*slot)->identities.count;
            }
        }
    }
    struct known_identity *known = arena_new_array(scratch, struct known_identity, total + 1);
    if (!known)
        return arena_full(scratch, err);
    size_t at = 0;
    for (size_t i = 0; i < roots.count; i++)
        for (size_t k = 0; k < roots.items[i]->identities.count; k++)
            known[at++] = roots.items[i]->identities.items[k];
    *ret_known = known;
    *ret_count = total;
    return ERR_NONE;
}
