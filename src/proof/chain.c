#include "proof/chain.h"

#include "base/buf.h"
#include "os/peer.h"
#include "proof/chain.sql.h"

enum err_code chain_append(struct db *db, const struct chain_note *note, int64_t *ret_id, struct err *err)
{
    char salt_bytes[CHAIN_SALT_BYTES];
    crypto_random(salt_bytes, sizeof salt_bytes);
    struct str salt = {salt_bytes, sizeof salt_bytes};
    struct str content = str_is_null(note->content) ? STR("") : note->content;
    struct sha256 hash = chain_content_hash(salt, content);
    int64_t id = db_id(db);
    struct sql_chain_insert_args args = {
        .id = id,
        .node = store_node(db_store(db)),
        .stream = str_from_cstr(note->stream),
        .kind = str_from_cstr(note->kind),
        .object_kind = str_from_cstr(note->object_kind),
        .object_id = note->object_id,
        .unit_id = {note->unit_id != 0, note->unit_id},
        .actor_id = {note->actor_id != 0, note->actor_id},
        .at_ms = db_now_ms(db),
        .salt = salt,
        .content = content,
        .content_hash = sha256_str(&hash),
    };
    if (sql_chain_insert(db, &args, err) != ERR_NONE)
        return err_wrap(err, "record %s", note->kind);
    if (ret_id)
        *ret_id = id;
    return ERR_NONE;
}

struct sha256 chain_content_hash(struct str salt, struct str content)
{
    struct sha256_stream stream;
    sha256_begin(&stream);
    sha256_add(&stream, salt);
    sha256_add(&stream, content);
    return sha256_end(&stream);
}

static void add_int(struct sha256_stream *stream, int64_t value)
{
    char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (char)((uint64_t)value >> (8 * i));
    sha256_add(stream, (struct str){bytes, sizeof bytes});
}

static void add_text(struct sha256_stream *stream, struct str text)
{
    add_int(stream, (int64_t)text.len_bytes);
    sha256_add(stream, text);
}

struct sha256 chain_entry_hash(const struct chain_entry *e)
{
    struct sha256_stream stream;
    sha256_begin(&stream);
    sha256_add(&stream, STR("luytre-chain-1\n"));
    add_int(&stream, e->node);
    add_text(&stream, e->stream);
    add_int(&stream, e->seq);
    add_int(&stream, e->id);
    add_text(&stream, e->kind);
    add_text(&stream, e->object_kind);
    add_int(&stream, e->object_id);
    add_int(&stream, e->unit_id);
    add_int(&stream, e->actor_id);
    add_int(&stream, e->at_ms);
    add_text(&stream, e->content_hash);
    add_text(&stream, e->prev_hash);
    return sha256_end(&stream);
}

static const struct sha256 first_prev = {{0}};

/* The heads of the streams met while sealing one batch. */
struct head {
    struct str stream;
    int64_t seq;
    struct sha256 hash;
};
#define CHAIN_STREAMS_MAX 64u

static enum err_code head_find(struct db *db, struct arena *arena, struct str stream, struct head *heads, size_t *count,
                               struct head **ret_head, struct err *err)
{
    for (size_t i = 0; i < *count; i++)
        if (str_equal(heads[i].stream, stream)) {
            *ret_head = &heads[i];
            return ERR_NONE;
        }
    if (*count == CHAIN_STREAMS_MAX)
        return err_set(err, ERR_LIMIT, "more than %u streams", CHAIN_STREAMS_MAX);
    struct sql_chain_head_get_row *row = NULL;
    TRY(sql_chain_head_get(
        db, arena, &(struct sql_chain_head_get_args){.node = store_node(db_store(db)), .stream = stream}, &row, err));
    struct head *head = &heads[*count];
    *head = (struct head){.stream = stream, .seq = 0, .hash = first_prev};
    if (row) {
        if (row->hash.len_bytes != SHA256_BYTES)
            return err_set(err, ERR_CONFLICT, "the head of chain %.*s is damaged", STR_ARG(stream));
        head->seq = row->seq;
        memcpy(head->hash.bytes, row->hash.ptr, SHA256_BYTES);
    }
    (*count)++;
    *ret_head = head;
    return ERR_NONE;
}

static enum err_code seal_in_transaction(struct db *db, void *ctx, struct err *err)
{
    size_t *sealed = ctx;
    *sealed = 0;
    int64_t node = store_node(db_store(db));
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct sql_chain_waiting_rows rows;
    TRY(sql_chain_waiting(db, &arena, &(struct sql_chain_waiting_args){.node = node, .limit_count = CHAIN_SEAL_MAX},
                          &rows, err));
    struct head heads[CHAIN_STREAMS_MAX];
    size_t head_count = 0;
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_chain_waiting_row *row = &rows.items[i];
        struct head *head = NULL;
        TRY(head_find(db, &arena, row->stream, heads, &head_count, &head, err));
        struct chain_entry entry = {
            .node = node,
            .stream = row->stream,
            .seq = head->seq + 1,
            .id = row->id,
            .kind = row->kind,
            .object_kind = row->object_kind,
            .object_id = row->object_id,
            .unit_id = row->unit_id.v,
            .actor_id = row->actor_id.v,
            .at_ms = row->at_ms,
            .content_hash = row->content_hash,
            .prev_hash = sha256_str(&head->hash),
        };
        struct sha256 hash = chain_entry_hash(&entry);
        int64_t changes = 0;
        TRY(sql_chain_seal_one(
            db,
            &(struct sql_chain_seal_one_args){
                .id = row->id, .seq = entry.seq, .prev_hash = entry.prev_hash, .hash = sha256_str(&hash)},
            &changes, err));
        if (changes != 1)
            return err_set(err, ERR_CONFLICT, "two committers seal the same chain");
        head->seq = entry.seq;
        head->hash = hash;
    }
    for (size_t i = 0; i < head_count; i++)
        TRY(sql_chain_head_put(
            db,
            &(struct sql_chain_head_put_args){
                .node = node, .stream = heads[i].stream, .seq = heads[i].seq, .hash = sha256_str(&heads[i].hash)},
            err));
    *sealed = rows.count;
    return ERR_NONE;
}

enum err_code chain_seal(struct db *db, size_t *ret_sealed, struct err *err)
{
    size_t sealed = 0;
    if (db_transact(db, seal_in_transaction, &sealed, err) != ERR_NONE)
        return err_wrap(err, "seal the chain");
    *ret_sealed = sealed;
    return ERR_NONE;
}

struct erasure {
    int64_t entry_id;
    int64_t actor_id;
    struct str reason;
};

static enum err_code erase_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct erasure *erasure = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, 8u << 20);
    struct sql_chain_entry_get_row *row = NULL;
    TRY(sql_chain_entry_get(db, &arena, &(struct sql_chain_entry_get_args){.id = erasure->entry_id}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "no entry %lld", (long long)erasure->entry_id);
    int64_t new_id = 0;
    TRY(chain_append(db,
                     &(struct chain_note){.stream = arena_cstr(&arena, row->stream) ?: CHAIN_AUDIT,
                                          .kind = "content_erased",
                                          .object_kind = "chain_entry",
                                          .object_id = row->id,
                                          .unit_id = row->unit_id.v,
                                          .actor_id = erasure->actor_id,
                                          .content = erasure->reason},
                     &new_id, err));
    int64_t changes = 0;
    TRY(sql_chain_erase(db, &(struct sql_chain_erase_args){.id = row->id, .erased_by = new_id}, &changes, err));
    if (changes != 1)
        return err_set(err, ERR_CONFLICT, "entry %lld was erased before", (long long)row->id);
    return ERR_NONE;
}

enum err_code chain_erase(struct db *db, int64_t entry_id, int64_t actor_id, struct str reason, struct err *err)
{
    struct erasure erasure = {entry_id, actor_id, reason};
    return db_transact(db, erase_in_transaction, &erasure, err);
}

void chain_verifier_init(struct chain_verifier *verifier, int64_t node, struct str stream)
{
    *verifier = (struct chain_verifier){.node = node, .hash = first_prev};
    snprintf(verifier->stream, sizeof verifier->stream, "%.*s", STR_ARG(stream));
}

enum err_code chain_verify_entry(struct chain_verifier *v, const struct chain_entry *e, struct err *err)
{
    long long seq = (long long)e->seq;
    if (e->node != v->node || !str_equal(e->stream, str_from_cstr(v->stream)))
        return err_set(err, ERR_CONFLICT, "chain %s: entry %lld belongs to another chain", v->stream, seq);
    if (e->seq != v->seq + 1)
        return err_set(err, ERR_CONFLICT, "chain %s: entry %lld follows %lld: something is missing", v->stream, seq,
                       (long long)v->seq);
    if (!str_equal(e->prev_hash, sha256_str(&v->hash)))
        return err_set(err, ERR_CONFLICT, "chain %s: entry %lld does not stand on entry %lld", v->stream, seq,
                       (long long)v->seq);
    struct sha256 hash = chain_entry_hash(e);
    if (!str_equal(e->hash, sha256_str(&hash)))
        return err_set(err, ERR_CONFLICT, "chain %s: entry %lld was changed after it was sealed", v->stream, seq);
    if (str_is_null(e->content) || str_is_null(e->salt)) {
        v->erased_count++;
    } else {
        struct sha256 content = chain_content_hash(e->salt, e->content);
        if (!str_equal(e->content_hash, sha256_str(&content)))
            return err_set(err, ERR_CONFLICT, "chain %s: the content of entry %lld was changed", v->stream, seq);
    }
    v->seq = e->seq;
    v->hash = hash;
    v->entry_count++;
    return ERR_NONE;
}

enum err_code chain_head_message(int64_t node, struct str stream, int64_t seq, struct str hash, struct arena *arena,
                                 struct str *ret_message, struct err *err)
{
    struct str hex = crypto_to_hex(hash, arena);
    struct str message = arena_printf(arena, "luytre-head-1\n%lld\n%.*s\n%lld\n%.*s\n", (long long)node,
                                      STR_ARG(stream), (long long)seq, STR_ARG(hex));
    if (str_is_null(message))
        return arena_full(arena, err);
    *ret_message = message;
    return ERR_NONE;
}

/* Signatures over heads of one stream, in order of seq, checked as the entries pass by. */
struct signature_check {
    const struct sql_chain_signatures_row *items;
    size_t count;
    size_t next;
};

struct verify_pass {
    struct chain_verifier verifier;
    struct signature_check signatures;
    struct chain_report *report;
    struct arena *arena;
};

static struct chain_entry entry_of_row(int64_t node, struct str stream, const struct sql_chain_all_row *row)
{
    return (struct chain_entry){
        .node = node,
        .stream = stream,
        .seq = row->seq,
        .id = row->id,
        .kind = row->kind,
        .object_kind = row->object_kind,
        .object_id = row->object_id,
        .unit_id = row->unit_id.v,
        .actor_id = row->actor_id.v,
        .at_ms = row->at_ms,
        .salt = row->salt,
        .content = row->content,
        .content_hash = row->content_hash,
        .prev_hash = row->prev_hash,
        .hash = row->hash,
    };
}

static enum err_code verify_row(void *ctx, const struct sql_chain_all_row *row, struct err *err)
{
    struct verify_pass *pass = ctx;
    struct str stream = str_from_cstr(pass->verifier.stream);
    struct chain_entry entry = entry_of_row(pass->verifier.node, stream, row);
    TRY(chain_verify_entry(&pass->verifier, &entry, err));
    struct signature_check *s = &pass->signatures;
    for (; s->next < s->count && s->items[s->next].seq == row->seq; s->next++) {
        const struct sql_chain_signatures_row *sig = &s->items[s->next];
        if (!str_equal(sig->hash, row->hash))
            return err_set(err, ERR_CONFLICT, "chain %s: the head signed at entry %lld was another one",
                           pass->verifier.stream, (long long)row->seq);
        if (str_is_null(sig->public_key)) {
            pass->report->signature_unknown_count++;
            continue;
        }
        struct arena_mark mark = arena_mark(pass->arena);
        struct str message;
        TRY(chain_head_message(pass->verifier.node, stream, sig->seq, sig->hash, pass->arena, &message, err));
        struct sign_public key;
        struct signature signature;
        if (sig->public_key.len_bytes != sizeof key.bytes || sig->signature.len_bytes != sizeof signature.bytes)
            return err_set(err, ERR_CONFLICT, "chain %s: the signature at entry %lld is damaged", pass->verifier.stream,
                           (long long)row->seq);
        memcpy(key.bytes, sig->public_key.ptr, sizeof key.bytes);
        memcpy(signature.bytes, sig->signature.ptr, sizeof signature.bytes);
        bool is_valid = statement_is_signed(&key, STR(CHAIN_SIGN_PURPOSE), message, &signature);
        arena_rewind(pass->arena, mark);
        if (!is_valid)
            return err_set(err, ERR_CONFLICT, "chain %s: the signature at entry %lld is not valid",
                           pass->verifier.stream, (long long)row->seq);
        pass->report->signature_count++;
    }
    return ERR_NONE;
}

enum err_code chain_verify(struct db *db, struct arena *arena, struct chain_report *ret_report, struct err *err)
{
    struct chain_report report = {0};
    struct sql_chain_streams_rows streams;
    TRY(sql_chain_streams(db, arena, &streams, err));
    for (size_t i = 0; i < streams.count; i++) {
        const struct sql_chain_streams_row *head = &streams.items[i];
        struct verify_pass pass = {.report = &report, .arena = arena};
        chain_verifier_init(&pass.verifier, head->node, head->stream);
        struct sql_chain_signatures_rows signatures;
        TRY(sql_chain_signatures(db, arena,
                                 &(struct sql_chain_signatures_args){.node = head->node, .stream = head->stream},
                                 &signatures, err));
        pass.signatures = (struct signature_check){signatures.items, signatures.count, 0};
        AUTO_ARENA scratch;
        arena_init(&scratch, 64u << 20);
        TRY(sql_chain_all_each(db, &scratch,
                               &(struct sql_chain_all_args){.node = head->node, .stream = head->stream, .after_seq = 0},
                               verify_row, &pass, err));
        if (pass.verifier.seq != head->seq || !str_equal(sha256_str(&pass.verifier.hash), head->hash))
            return err_set(err, ERR_CONFLICT, "chain %s: ends at entry %lld, its head says %lld: the end was cut off",
                           pass.verifier.stream, (long long)pass.verifier.seq, (long long)head->seq);
        if (pass.signatures.next != pass.signatures.count)
            return err_set(err, ERR_CONFLICT, "chain %s: entry %lld was signed and is gone", pass.verifier.stream,
                           (long long)signatures.items[pass.signatures.next].seq);
        report.stream_count++;
        report.entry_count += pass.verifier.entry_count;
        report.erased_count += pass.verifier.erased_count;
    }
    struct sql_chain_waiting_count_row *waiting = NULL;
    TRY(sql_chain_waiting_count(db, arena, &waiting, err));
    if (waiting) {
        report.waiting_count = (size_t)waiting->waiting;
        report.oldest_waiting_ms = waiting->oldest_ms.v;
    }
    *ret_report = report;
    return ERR_NONE;
}

struct export_pass {
    int64_t node;
    struct str stream;
    enum err_code (*line)(void *ctx, struct str line, struct err *err);
    void *ctx;
};

static void put_json_text(struct buf *buf, struct str text)
{
    buf_put_byte(buf, '"');
    for (size_t i = 0; i < text.len_bytes; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\')
            buf_printf(buf, "\\%c", c);
        else if (c < 0x20)
            buf_printf(buf, "\\u%04x", c);
        else
            buf_put_byte(buf, (char)c);
    }
    buf_put_byte(buf, '"');
}

static void put_json_hex(struct buf *buf, struct str bytes)
{
    if (str_is_null(bytes)) {
        buf_lit(buf, "null");
        return;
    }
    buf_put_byte(buf, '"');
    for (size_t i = 0; i < bytes.len_bytes; i++)
        buf_printf(buf, "%02x", (unsigned char)bytes.ptr[i]);
    buf_put_byte(buf, '"');
}

static enum err_code export_row(void *ctx, const struct sql_chain_all_row *row, struct err *err)
{
    const struct export_pass *pass = ctx;
    AUTO_BUF buf;
    buf_init(&buf, 64u << 20);
    buf_printf(&buf, "{\"type\":\"chain_entry\",\"node\":%lld,\"stream\":", (long long)pass->node);
    put_json_text(&buf, pass->stream);
    buf_printf(&buf, ",\"seq\":%lld,\"id\":\"%lld\",\"kind\":", (long long)row->seq, (long long)row->id);
    put_json_text(&buf, row->kind);
    buf_lit(&buf, ",\"object_kind\":");
    put_json_text(&buf, row->object_kind);
    buf_printf(&buf, ",\"object_id\":\"%lld\",\"unit_id\":\"%lld\",\"actor_id\":\"%lld\",\"at_ms\":%lld,\"salt\":",
               (long long)row->object_id, (long long)row->unit_id.v, (long long)row->actor_id.v, (long long)row->at_ms);
    put_json_hex(&buf, row->salt);
    buf_lit(&buf, ",\"content\":");
    put_json_hex(&buf, row->content);
    buf_lit(&buf, ",\"content_hash\":");
    put_json_hex(&buf, row->content_hash);
    buf_lit(&buf, ",\"prev_hash\":");
    put_json_hex(&buf, row->prev_hash);
    buf_lit(&buf, ",\"hash\":");
    put_json_hex(&buf, row->hash);
    buf_lit(&buf, "}\n");
    TRY(buf_check(&buf, err));
    return pass->line(pass->ctx, buf_str(&buf), err);
}

enum err_code chain_export(struct db *db, struct str stream,
                           enum err_code (*line)(void *ctx, struct str line, struct err *err), void *ctx,
                           struct err *err)
{
    struct export_pass pass = {store_node(db_store(db)), stream, line, ctx};
    AUTO_ARENA scratch;
    arena_init(&scratch, 64u << 20);
    return sql_chain_all_each(db, &scratch,
                              &(struct sql_chain_all_args){.node = pass.node, .stream = stream, .after_seq = 0},
                              export_row, &pass, err);
}
