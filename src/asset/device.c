#include "asset/device.h"

#include <stdlib.h>

#include "asset/device_write.h"
#include "base/viet.h"
#include "format/json.h"
#include "org/access.h"
#include "os/crypto.h"
#include "proof/chain.h"
#include "store/outbox.h"

#define LIST_ARENA_BYTES (1u << 20)

const struct device_word device_kinds[DEVICE_KIND_COUNT] = {
    {STR_INIT("server"), STR_INIT("Máy chủ"), STR_INIT("Server")},
    {STR_INIT("workstation"), STR_INIT("Máy trạm"), STR_INIT("Workstation")},
    {STR_INIT("endpoint"), STR_INIT("Thiết bị đầu cuối"), STR_INIT("Other end device")},
    {STR_INIT("camera"), STR_INIT("Camera"), STR_INIT("Camera")},
    {STR_INIT("recorder"), STR_INIT("Đầu ghi hình"), STR_INIT("Video recorder")},
    {STR_INIT("network"), STR_INIT("Thiết bị mạng"), STR_INIT("Network device")},
    {STR_INIT("unknown"), STR_INIT("Chưa rõ"), STR_INIT("Unknown")},
};
const struct device_word device_protections[3] = {
    {STR_INIT("protected"), STR_INIT("Được bảo vệ"), STR_INIT("Protected")},
    {STR_INIT("unprotected"), STR_INIT("Chưa được bảo vệ"), STR_INIT("Not protected")},
    {STR_INIT("unknown"), STR_INIT("Chưa rõ"), STR_INIT("Unknown")},
};

static const struct device_word *NULLABLE find_word(const struct device_word *words, size_t count, struct str text)
{
    struct str plain = str_trim(text);
    for (size_t i = 0; i < count; i++)
        if (viet_equal_folded(words[i].id, plain) || viet_equal_folded(words[i].vi, plain) ||
            viet_equal_folded(words[i].en, plain))
            return &words[i];
    return NULL;
}

const struct device_word *NULLABLE device_kind_find(struct str text)
{
    return find_word(device_kinds, ARRAY_LEN(device_kinds), text);
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

/* --- what is known of a site while a transaction runs --- */

struct book_root {
    int64_t root_id;
    VEC(struct known_identity) identities;
};
struct book_holder { /* who holds one identifier */
    VEC(struct book_root *) roots;
};
struct book {
    int64_t site_id;
    int64_t unit_id;
    struct arena *arena;
    bool is_whole;       /* every identity of the site is here */
    struct map by_value; /* "mac aa:.." -> book_holder */
    struct map by_root;  /* "123" -> book_root */
};

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

static enum err_code book_put(struct book *book, int64_t root_id, int64_t device_id, struct identity identity,
                              int64_t last_ms, struct err *err)
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

static enum err_code book_load_whole(struct db *db, struct book *book, struct err *err)
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

/* All identities of every live device that shares one with what was seen. */
static enum err_code book_known(struct db *db, struct book *book, const struct identity *seen, size_t seen_count,
                                struct arena *scratch, struct known_identity **ret_known, size_t *ret_count,
                                struct err *err)
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

/* --- registering --- */

struct registering {
    const struct actor *actor;
    const struct device_draft *drafts;
    size_t count;
    const char *source;
    struct device_registered *results;
    size_t bad;
    struct arena *arena; /* of this run of the transaction */
    struct count_deltas deltas;
    struct buf *device_rows; /* JSON, not yet written: flush_rows */
    struct buf *identity_rows;
    size_t waiting_count;
    struct sha256_stream hash;
    int64_t new_count;
    int64_t apart_count;
};
struct seen_device { /* a draft in its one form */
    struct str kind; /* empty: nothing is said */
    struct str name;
    struct str protection;
    struct opt_i64 protection_ms;
    struct identity identities[IDENTITIES_MAX];
    size_t identity_count;
};

static bool is_text(struct str text)
{
    return text.len_bytes <= DEVICE_TEXT_MAX_BYTES && utf8_is_valid(text) &&
           (str_is_empty(text) || str_find_byte(text, '\0', 0) < 0);
}

static enum err_code draft_check(struct db *db, struct arena *arena, const struct device_draft *draft,
                                 struct seen_device *ret_seen, struct err *err)
{
    struct seen_device seen = {.name = str_trim(draft->name)};
    if (!is_text(draft->name) || !is_text(draft->os) || !is_text(draft->antimalware))
        return err_set(err, ERR_SYNTAX,
                       "tên, hệ điều hành hoặc giải pháp phòng chống mã độc có ký tự hỏng hoặc dài quá %u byte",
                       DEVICE_TEXT_MAX_BYTES);
    if (draft->identity_count > IDENTITIES_MAX)
        return err_set(err, ERR_LIMIT, "một thiết bị có tối đa %u định danh trong một lần khai", IDENTITIES_MAX);
    if (!str_is_empty(str_trim(draft->kind))) {
        const struct device_word *kind = device_kind_find(draft->kind);
        if (!kind)
            return err_set(err, ERR_SYNTAX, "không có loại thiết bị '%.*s'", STR_ARG(draft->kind));
        seen.kind = kind->id;
    }
    if (!str_is_empty(str_trim(draft->protection))) {
        const struct device_word *state = device_protection_find(draft->protection);
        if (!state)
            return err_set(err, ERR_SYNTAX,
                           "không có trạng thái bảo vệ '%.*s' (được bảo vệ, chưa được bảo vệ, chưa rõ)",
                           STR_ARG(draft->protection));
        seen.protection = state->id;
        int64_t now_ms = db_now_ms(db); /* a clock that runs ahead does not make a statement last longer */
        seen.protection_ms = (struct opt_i64){
            true, draft->protection_ms && draft->protection_ms < now_ms ? draft->protection_ms : now_ms};
    }
    for (size_t i = 0; i < draft->identity_count; i++) {
        struct identity identity = {.kind = draft->identities[i].kind};
        TRY(identity_normal(identity.kind, draft->identities[i].value, arena, &identity.value, err));
        if (!is_text(identity.value))
            return err_set(err, ERR_SYNTAX, "định danh thứ %zu có ký tự hỏng", i + 1);
        bool is_there = str_is_empty(identity.value);
        for (size_t k = 0; k < seen.identity_count; k++)
            is_there = is_there || (seen.identities[k].kind == identity.kind &&
                                    str_equal(seen.identities[k].value, identity.value));
        if (!is_there)
            seen.identities[seen.identity_count++] = identity;
    }
    if (str_is_empty(seen.name)) {
        static const enum identity_kind order[] = {IDENTITY_HOSTNAME, IDENTITY_SERIAL, IDENTITY_MAC, IDENTITY_ADDRESS};
        for (size_t o = 0; o < ARRAY_LEN(order) && str_is_empty(seen.name); o++)
            for (size_t k = 0; k < seen.identity_count && str_is_empty(seen.name); k++)
                if (seen.identities[k].kind == order[o])
                    seen.name = seen.identities[k].value;
        if (str_is_empty(seen.name))
            return err_set(err, ERR_SYNTAX,
                           "thiết bị cần có tên hoặc một định danh (tên máy, số sê-ri, địa chỉ MAC, địa chỉ IP)");
    }
    *ret_seen = seen;
    return ERR_NONE;
}

enum err_code device_draft_check(struct db *db, struct arena *arena, const struct device_draft *draft, struct err *err)
{
    struct seen_device seen;
    return draft_check(db, arena, draft, &seen, err);
}

static enum err_code check_system(struct db *db, struct arena *arena, int64_t system_id, int64_t unit_id,
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

/* New rows are gathered and written some hundred at a time; whoever reads or refers to them flushes first. */
#define ROWS_WAITING_MAX    400u
#define ROWS_JSON_MAX_BYTES (64u << 20)

static enum err_code flush_rows(struct db *db, struct registering *r, struct err *err)
{
    if (r->device_rows->len_bytes) {
        buf_lit(r->device_rows, "]");
        TRY(buf_check(r->device_rows, err));
        TRY(sql_device_insert_many(db, &(struct sql_device_insert_many_args){.rows_json = buf_str(r->device_rows)},
                                   err));
        buf_clear(r->device_rows);
    }
    if (r->identity_rows->len_bytes) {
        buf_lit(r->identity_rows, "]");
        TRY(buf_check(r->identity_rows, err));
        TRY(sql_identity_insert_many(
            db, &(struct sql_identity_insert_many_args){.rows_json = buf_str(r->identity_rows)}, err));
        buf_clear(r->identity_rows);
    }
    r->waiting_count = 0;
    return ERR_NONE;
}

static void row_begin(struct buf *rows, struct json_writer *w)
{
    buf_put(rows, rows->len_bytes ? STR(",") : STR("["));
    json_writer_init(w, rows, 0);
    json_array_begin(w);
}

static void put_opt(struct json_writer *w, struct opt_i64 value)
{
    if (value.has)
        json_put_i64(w, value.v);
    else
        json_put_null(w);
}

static enum err_code device_row_put(struct db *db, struct registering *r, const struct sql_device_insert_args *d,
                                    struct err *err)
{
    struct json_writer w;
    row_begin(r->device_rows, &w);
    json_put_i64(&w, d->id);
    json_put_i64(&w, d->unit_id);
    json_put_i64(&w, d->site_id);
    put_opt(&w, d->system_id);
    json_put_str(&w, d->kind);
    json_put_str(&w, d->name);
    json_put_str(&w, d->search_key);
    json_put_str(&w, d->sort_key);
    json_put_str(&w, d->os);
    json_put_str(&w, d->antimalware);
    json_put_str(&w, d->protection);
    put_opt(&w, d->protection_ms);
    json_put_str(&w, d->counted);
    json_put_i64(&w, d->counted_to_day);
    json_put_str(&w, d->source);
    json_put_i64(&w, d->seen_ms);
    json_put_i64(&w, d->from_day);
    json_put_i64(&w, d->is_sample);
    json_array_end(&w);
    return outbox_touch(db, "device", "id", d->id, err);
}

static enum err_code put_identity(struct db *db, struct registering *r, struct book *book, int64_t root_id,
                                  int64_t device_id, struct identity identity, struct err *err)
{
    int64_t now_ms = db_now_ms(db);
    struct json_writer w;
    row_begin(r->identity_rows, &w);
    json_put_i64(&w, db_id(db));
    json_put_i64(&w, device_id);
    json_put_str(&w, identity_kind_to_str(identity.kind));
    json_put_str(&w, identity.value);
    json_put_i64(&w, now_ms);
    json_put_i64(&w, now_ms);
    json_array_end(&w);
    TRY(outbox_touch(db, "device_identity", "device_id", device_id, err));
    identity.value = arena_str(book->arena, identity.value);
    if (str_is_null(identity.value))
        return arena_full(book->arena, err);
    return book_put(book, root_id, device_id, identity, now_ms, err);
}

static enum err_code insert_new(struct db *db, struct registering *r, struct arena *scratch, struct book *book,
                                const struct device_draft *draft, const struct seen_device *seen, int64_t *ret_id,
                                struct err *err)
{
    int64_t id = db_id(db);
    struct str kind = str_is_empty(seen->kind) ? STR("unknown") : seen->kind;
    struct counted counted = counted_of(str_is_empty(seen->protection) ? STR("unknown") : seen->protection,
                                        seen->protection_ms, db_today(db));
    struct str search_key, sort_key;
    TRY(device_keys(scratch, seen->name, draft->os, draft->antimalware, &search_key, &sort_key, err));
    TRY(device_row_put(db, r,
                       &(struct sql_device_insert_args){
                           .id = id,
                           .unit_id = book->unit_id,
                           .site_id = book->site_id,
                           .system_id = {draft->system_id != 0, draft->system_id},
                           .kind = kind,
                           .name = seen->name,
                           .search_key = search_key,
                           .sort_key = sort_key,
                           .os = str_is_empty(draft->os) ? STR_NONE : draft->os,
                           .antimalware = str_is_empty(draft->antimalware) ? STR_NONE : draft->antimalware,
                           .protection = str_is_empty(seen->protection) ? STR("unknown") : seen->protection,
                           .protection_ms = seen->protection_ms,
                           .counted = counted.state,
                           .counted_to_day = counted.to_day,
                           .source = str_from_cstr(r->source),
                           .seen_ms = db_now_ms(db),
                           .from_day = db_today(db),
                           .is_sample = strcmp(r->source, "sample") == 0,
                       },
                       err));
    for (size_t i = 0; i < seen->identity_count; i++)
        TRY(put_identity(db, r, book, id, id, seen->identities[i], err));
    *ret_id = id;
    if (++r->waiting_count >= ROWS_WAITING_MAX)
        TRY(flush_rows(db, r, err));
    return count_delta_add(&r->deltas, book->unit_id, kind, counted.state, 1, err);
}

/* What a root is called and is, changed where something is said. The caller holds its site. */
static enum err_code put_root(struct db *db, struct arena *arena, struct count_deltas *deltas,
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

static enum err_code put_statement(struct db *db, const struct sql_device_row_row *row, struct str protection,
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

static enum err_code update_known(struct db *db, struct registering *r, struct arena *scratch, struct book *book,
                                  const struct device_draft *draft, const struct seen_device *seen,
                                  const struct match *match, const struct known_identity *known, size_t known_count,
                                  struct err *err)
{
    int64_t now_ms = db_now_ms(db);
    for (size_t i = 0; i < seen->identity_count; i++) {
        const struct identity *identity = &seen->identities[i];
        int64_t holder = 0;
        bool is_others = false;
        for (size_t k = 0; k < known_count; k++) {
            if (known[k].identity.kind != identity->kind || !str_equal(known[k].identity.value, identity->value))
                continue;
            if (known[k].root_id == match->root_id)
                holder = known[k].device_id;
            else
                is_others = identity->kind <= IDENTITY_MAC;
        }
        int64_t changes = 0;
        if (holder)
            TRY(sql_identity_touch(db,
                                   &(struct sql_identity_touch_args){.device_id = holder,
                                                                     .kind = identity_kind_to_str(identity->kind),
                                                                     .value = identity->value,
                                                                     .last_ms = now_ms},
                                   &changes, err));
        else if (!is_others)
            TRY(put_identity(db, r, book, match->root_id, match->device_id, *identity, err));
    }
    struct sql_device_row_row *row = NULL, *root = NULL;
    TRY(sql_device_row(db, scratch, &(struct sql_device_row_args){.id = match->device_id}, &row, err));
    TRY(sql_device_row(db, scratch, &(struct sql_device_row_args){.id = match->root_id}, &root, err));
    must(row != NULL && root != NULL);
    TRY(put_statement(db, row, seen->protection, seen->protection_ms, draft->antimalware, err));
    TRY(sql_device_put_seen(db, &(struct sql_device_put_seen_args){.id = root->id, .seen_ms = now_ms}, err));
    struct device_change change = {
        .kind = str_is_empty(seen->kind) || str_equal(seen->kind, STR("unknown")) ? root->kind : seen->kind,
        .name = str_is_empty(str_trim(draft->name)) ? root->name : seen->name,
        .os = str_is_empty(draft->os) ? root->os : draft->os,
        .system_id = draft->system_id ? draft->system_id : root->system_id.v,
    };
    if (!str_equal(change.kind, root->kind) || !str_equal(change.name, root->name) || !str_equal(change.os, root->os) ||
        change.system_id != root->system_id.v)
        TRY(put_root(db, scratch, &r->deltas, root, &change, err));
    return device_count_again(db, scratch, &r->deltas, match->root_id, db_today(db), err);
}

static enum err_code register_one(struct db *db, struct registering *r, struct book *book, size_t at, struct err *err)
{
    const struct device_draft *draft = &r->drafts[at];
    AUTO_ARENA scratch;
    arena_init(&scratch, 32u << 20);
    struct seen_device seen;
    TRY(draft_check(db, r->arena, draft, &seen, err));
    TRY(check_system(db, &scratch, draft->system_id, book->unit_id, err));
    struct known_identity *known = NULL;
    size_t known_count = 0;
    TRY(book_known(db, book, seen.identities, seen.identity_count, &scratch, &known, &known_count, err));
    struct match match = device_match(seen.identities, seen.identity_count, known, known_count);
    int64_t id = match.root_id;
    if (match.outcome == MATCH_SAME)
        TRY(flush_rows(db, r, err));
    if (match.outcome == MATCH_SAME)
        TRY(update_known(db, r, &scratch, book, draft, &seen, &match, known, known_count, err));
    else
        TRY(insert_new(db, r, &scratch, book, draft, &seen, &id, err));
    if (match.suggest_id)
        TRY(flush_rows(db, r, err));
    if (match.suggest_id)
        TRY(device_suggest(db, book->unit_id, id, match.suggest_id, match.why, err));
    r->new_count += match.outcome != MATCH_SAME;
    r->apart_count += match.outcome == MATCH_APART;
    r->results[at] = (struct device_registered){id, match.outcome};
    struct str line = arena_printf(&scratch, "%lld %d %.*s %.*s\n", (long long)id, (int)match.outcome,
                                   STR_ARG(seen.protection), STR_ARG(seen.name));
    if (str_is_null(line))
        return arena_full(&scratch, err);
    sha256_add(&r->hash, line);
    return ERR_NONE;
}

static enum err_code book_open(struct db *db, struct registering *r, int64_t site_id, size_t draft_count,
                               struct book *ret_book, struct err *err)
{
    struct sql_site_lock_row *site = NULL;
    TRY(sql_site_lock(db, r->arena, &(struct sql_site_lock_args){.id = site_id}, &site, err));
    civil_day today = db_today(db);
    if (!site || site->from_day > today || site->to_day <= today)
        return err_set(err, ERR_NOT_FOUND, "không có địa điểm này");
    TRY(access_require(db, r->actor, RIGHT_EXECUTE, site->unit_id, "register devices", err));
    *ret_book = (struct book){.site_id = site_id, .unit_id = site->unit_id, .arena = r->arena};
    return draft_count >= 8 ? book_load_whole(db, ret_book, err) : ERR_NONE;
}

struct turn { /* in which order drafts are taken: by site, as they came */
    int64_t site_id;
    size_t at;
};

static int by_site(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;
    if (x->site_id != y->site_id)
        return x->site_id < y->site_id ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static enum err_code register_note(struct db *db, const struct registering *r, int64_t unit_id, struct err *err)
{
    struct sha256_stream hash = r->hash;
    struct sha256 sum = sha256_end(&hash);
    struct str raw = sha256_str(&sum);
    AUTO_BUF buf, hex;
    buf_init(&buf, 1u << 16);
    buf_init(&hex, 256);
    for (size_t i = 0; i < raw.len_bytes; i++)
        buf_printf(&hex, "%02x", (unsigned char)raw.ptr[i]);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    json_object_begin(&w);
    json_field_str(&w, STR("source"), str_from_cstr(r->source));
    json_field_i64(&w, STR("count"), (int64_t)r->count);
    json_field_i64(&w, STR("new"), r->new_count);
    json_field_i64(&w, STR("apart"), r->apart_count);
    json_field_str(&w, STR("sha256"), buf_str(&hex));
    json_object_end(&w);
    TRY(buf_check(&buf, err));
    TRY(buf_check(&hex, err));
    return device_note(db, r->actor, r->count == 1 ? "device_registered" : "devices_registered",
                       r->count == 1 ? r->results[0].id : 0, unit_id, buf_str(&buf), err);
}

static enum err_code register_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct registering *r = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, DEVICE_ARENA_BYTES);
    r->arena = &arena;
    r->deltas = (struct count_deltas){.arena = &arena};
    r->new_count = r->apart_count = 0;
    r->waiting_count = 0;
    buf_clear(r->device_rows);
    buf_clear(r->identity_rows);
    r->bad = 0;
    sha256_begin(&r->hash);
    struct turn *turns = arena_new_array(&arena, struct turn, r->count + 1);
    if (!turns)
        return arena_full(&arena, err);
    for (size_t i = 0; i < r->count; i++)
        turns[i] = (struct turn){r->drafts[i].site_id, i};
    qsort(turns, r->count, sizeof *turns, by_site);
    struct book book = {0};
    int64_t unit_id = 0;
    for (size_t i = 0; i < r->count; i++) {
        r->bad = turns[i].at;
        if (i == 0 || turns[i].site_id != turns[i - 1].site_id) {
            size_t end = i;
            while (end < r->count && turns[end].site_id == turns[i].site_id)
                end++;
            TRY(book_open(db, r, turns[i].site_id, end - i, &book, err));
            unit_id = i == 0 || unit_id == book.unit_id ? book.unit_id : -1;
        }
        TRY(register_one(db, r, &book, turns[i].at, err));
    }
    TRY(flush_rows(db, r, err));
    TRY(count_delta_flush(db, &r->deltas, err));
    return r->count ? register_note(db, r, unit_id > 0 ? unit_id : 0, err) : ERR_NONE;
}

enum err_code device_register_many(struct db *db, const struct actor *actor, const struct device_draft *drafts,
                                   size_t count, const char *source, struct device_registered *ret_registered,
                                   size_t *NULLABLE ret_bad, struct err *err)
{
    if (count > DEVICE_BULK_MAX)
        return err_set(err, ERR_LIMIT, "tối đa %u thiết bị một lần", DEVICE_BULK_MAX);
    AUTO_ARENA arena;
    arena_init(&arena, DEVICE_ARENA_BYTES);
    AUTO_BUF device_rows, identity_rows;
    buf_init(&device_rows, ROWS_JSON_MAX_BYTES);
    buf_init(&identity_rows, ROWS_JSON_MAX_BYTES);
    struct registering r = {.actor = actor,
                            .drafts = drafts,
                            .count = count,
                            .source = source,
                            .device_rows = &device_rows,
                            .identity_rows = &identity_rows};
    r.results = arena_new_array(&arena, struct device_registered, count + 1);
    if (!r.results)
        return arena_full(&arena, err);
    if (db_transact(db, register_in_transaction, &r, err) != ERR_NONE) {
        if (ret_bad)
            *ret_bad = r.bad;
        return err->code;
    }
    if (count)
        memcpy(ret_registered, r.results, count * sizeof *ret_registered);
    return ERR_NONE;
}

enum err_code device_register(struct db *db, const struct actor *actor, const struct device_draft *draft,
                              const char *source, struct device_registered *ret_registered, struct err *err)
{
    return device_register_many(db, actor, draft, 1, source, ret_registered, NULL, err);
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
    arena_init(&arena, LIST_ARENA_BYTES);
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
    struct count_deltas deltas = {.arena = &arena};
    const char *kind = "device_changed";
    switch (c->what) {
    case CHANGE_FIELDS:
        TRY(check_system(db, &arena, c->change->system_id, row->unit_id, err));
        TRY(put_root(db, &arena, &deltas, row, c->change, err));
        break;
    case CHANGE_PROTECTION:
        kind = "device_protection";
        TRY(put_statement(db, row, c->text,
                          (struct opt_i64){true, c->at_ms && c->at_ms < db_now_ms(db) ? c->at_ms : db_now_ms(db)},
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
    arena_init(&arena, LIST_ARENA_BYTES);
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
    struct count_deltas deltas = {.arena = &arena};
    struct device_change whole = *change;
    if (!whole.system_id)
        whole.system_id = row->system_id.v;
    row->antimalware = str_is_empty(antimalware) ? STR_NONE : antimalware;
    TRY(put_root(db, &arena, &deltas, row, &whole, err));
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
    const struct device_word *kind = device_kind_find(change->kind);
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

/* --- reading --- */

struct list_terms {
    struct str edge_kind, kind, protection, search, exact;
    struct opt_i64 site_id;
};

static enum err_code list_terms(struct arena *arena, const struct device_filter *filter, struct list_terms *ret_terms,
                                struct err *err)
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
    *ret_terms = t;
    return ERR_NONE;
}

enum err_code device_list(struct db *db, const struct actor *asker, struct arena *arena,
                          const struct device_filter *filter, struct sql_device_rows_rows *ret_rows, struct err *err)
{
    struct actor actor = actor_with(asker, RIGHT_ASSET_READ);
    struct list_terms t;
    TRY(list_terms(arena, filter, &t, err));
    return sql_device_rows(db, &actor, arena,
                           &(struct sql_device_rows_args){
                               .root_id = filter->root_id,
                               .edge_kind = t.edge_kind,
                               .on_day = db_today(db),
                               .kind = t.kind,
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
    TRY(list_terms(arena, filter, &t, err));
    struct sql_device_rows_count_row *row = NULL;
    TRY(sql_device_rows_count(db, &actor, arena,
                              &(struct sql_device_rows_count_args){
                                  .root_id = filter->root_id,
                                  .edge_kind = t.edge_kind,
                                  .on_day = db_today(db),
                                  .kind = t.kind,
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
