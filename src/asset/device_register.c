#include <stdlib.h>

#include "asset/device_book.h"
#include "asset/device_write.h"
#include "format/json.h"
#include "org/access.h"
#include "os/crypto.h"
#include "proof/chain.h"
#include "store/outbox.h"

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
    return utf8_count(text) <= DEVICE_TEXT_MAX && utf8_is_valid(text) &&
           (str_is_empty(text) || str_find_byte(text, '\0', 0) < 0);
}

static enum err_code draft_check(struct db *db, struct arena *arena, const struct device_draft *draft,
                                 struct seen_device *ret_seen, struct err *err)
{
    struct seen_device seen = {.name = str_trim(draft->name)};
    if (!is_text(draft->name) || !is_text(draft->os) || !is_text(draft->antimalware))
        return err_set(err, ERR_SYNTAX,
                       "tên, hệ điều hành hoặc giải pháp phòng chống mã độc có ký tự hỏng hoặc dài quá %u ký tự",
                       DEVICE_TEXT_MAX);
    if (draft->identity_count > IDENTITIES_MAX)
        return err_set(err, ERR_LIMIT, "một thiết bị có tối đa %u định danh trong một lần khai", IDENTITIES_MAX);
    if (!str_is_empty(str_trim(draft->kind))) {
        const struct know_named *kind = device_kind_find(draft->kind);
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
    TRY(device_put_statement(db, row, seen->protection, seen->protection_ms, draft->antimalware, err));
    TRY(sql_device_put_seen(db, &(struct sql_device_put_seen_args){.id = root->id, .seen_ms = now_ms}, err));
    struct device_change change = {
        .kind = str_is_empty(seen->kind) || str_equal(seen->kind, STR("unknown")) ? root->kind : seen->kind,
        .name = str_is_empty(str_trim(draft->name)) ? root->name : seen->name,
        .os = str_is_empty(draft->os) ? root->os : draft->os,
        .system_id = draft->system_id ? draft->system_id : root->system_id.v,
    };
    if (!str_equal(change.kind, root->kind) || !str_equal(change.name, root->name) || !str_equal(change.os, root->os) ||
        change.system_id != root->system_id.v)
        TRY(device_put_root(db, scratch, &r->deltas, root, &change, err));
    return device_count_again(db, scratch, &r->deltas, match->root_id, db_today(db), err);
}

static enum err_code register_one(struct db *db, struct registering *r, struct book *book, size_t at, struct err *err)
{
    const struct device_draft *draft = &r->drafts[at];
    AUTO_ARENA scratch;
    arena_init(&scratch, 32u << 20);
    struct seen_device seen;
    TRY(draft_check(db, r->arena, draft, &seen, err));
    TRY(device_check_system(db, &scratch, draft->system_id, book->unit_id, err));
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
    r->deltas = (struct count_deltas){.arena = &arena, .day = db_today(db)};
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
