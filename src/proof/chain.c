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

struct str chain_key_id(const struct sign_public *key, struct arena *arena)
{
    struct sha256 hash = crypto_sha256((struct str){(const char *)key->bytes, sizeof key->bytes});
    return crypto_to_hex(str_slice(sha256_str(&hash), 0, 8), arena);
}

/* The key a signature is to be checked with: a trusted one of that id, else the one beside it. */
static enum err_code key_choose(const struct chain_signature *s, const struct chain_keys *NULLABLE trusted,
                                const char *stream, struct sign_public *ret_key, bool *ret_known, struct arena *arena,
                                struct err *err)
{
    *ret_known = false;
    for (size_t i = 0; trusted && i < trusted->count && !*ret_known; i++) {
        struct str id = chain_key_id(&trusted->items[i], arena);
        if (str_is_null(id))
            return arena_full(arena, err);
        *ret_known = str_equal(id, s->key_id);
        *ret_key = trusted->items[i];
    }
    if (*ret_known)
        return ERR_NONE;
    if (trusted)
        return err_set(err, ERR_CONFLICT, "chain %s: entry %lld is signed by key %.*s, which is none of those given",
                       stream, (long long)s->seq, STR_ARG(str_slice(s->key_id, 0, 64)));
    if (str_is_null(s->public_key))
        return ERR_NONE;
    if (s->public_key.len_bytes != sizeof ret_key->bytes)
        return err_set(err, ERR_CONFLICT, "chain %s: the key of the signature at entry %lld is damaged", stream,
                       (long long)s->seq);
    memcpy(ret_key->bytes, s->public_key.ptr, sizeof ret_key->bytes);
    struct str id = chain_key_id(ret_key, arena);
    if (str_is_null(id))
        return arena_full(arena, err);
    if (!str_equal(id, s->key_id))
        return err_set(err, ERR_CONFLICT, "chain %s: the key of the signature at entry %lld is not key %.*s", stream,
                       (long long)s->seq, STR_ARG(str_slice(s->key_id, 0, 64)));
    *ret_known = true;
    return ERR_NONE;
}

static enum err_code key_met(struct chain_keys *met, const struct sign_public *key, struct err *err)
{
    for (size_t i = 0; i < met->count; i++)
        if (memcmp(met->items[i].bytes, key->bytes, sizeof key->bytes) == 0)
            return ERR_NONE;
    if (met->count == CHAIN_KEYS_MAX)
        return err_set(err, ERR_LIMIT, "signatures by more than %u keys", CHAIN_KEYS_MAX);
    met->items[met->count++] = *key;
    return ERR_NONE;
}

static enum err_code signature_check(const struct chain_verifier *v, const struct chain_signature *s,
                                     struct chain_signed *state, struct arena *arena, struct err *err)
{
    long long seq = (long long)s->seq;
    if (s->node != v->node || !str_equal(s->stream, str_from_cstr(v->stream)) || s->seq != v->seq ||
        !str_equal(s->hash, sha256_str(&v->hash)))
        return err_set(err, ERR_CONFLICT, "chain %s: the head signed at entry %lld was another one", v->stream, seq);
    struct sign_public key;
    bool is_known;
    TRY(key_choose(s, state->trusted, v->stream, &key, &is_known, arena, err));
    if (!is_known) {
        state->unknown_count++;
        return ERR_NONE;
    }
    struct str message;
    TRY(chain_head_message(s->node, s->stream, s->seq, s->hash, arena, &message, err));
    struct signature signature;
    if (s->signature.len_bytes != sizeof signature.bytes)
        return err_set(err, ERR_CONFLICT, "chain %s: the signature at entry %lld is damaged", v->stream, seq);
    memcpy(signature.bytes, s->signature.ptr, sizeof signature.bytes);
    if (!statement_is_signed(&key, STR(CHAIN_SIGN_PURPOSE), message, &signature))
        return err_set(err, ERR_CONFLICT, "chain %s: the signature at entry %lld is not valid", v->stream, seq);
    TRY(key_met(&state->met, &key, err));
    state->good_count++;
    return ERR_NONE;
}

enum err_code chain_verify_signature(const struct chain_verifier *verifier, const struct chain_signature *signature,
                                     struct chain_signed *state, struct arena *arena, struct err *err)
{
    struct arena_mark mark = arena_mark(arena);
    enum err_code code = signature_check(verifier, signature, state, arena, err);
    arena_rewind(arena, mark);
    return code;
}

enum err_code chain_verify_signed(const struct chain_verifier *verifier, int64_t last_signed_seq,
                                  const struct chain_signed *state, struct err *err)
{
    if (!state->trusted || last_signed_seq > 0 || verifier->seq == 0)
        return ERR_NONE;
    return err_set(err, ERR_CONFLICT, "chain %s: none of its %lld entries stands under a signature", verifier->stream,
                   (long long)verifier->seq);
}

/* One stream: entries as they pass by, and the signatures over its heads in order of seq. */
struct verify_pass {
    struct chain_verifier verifier;
    const struct sql_chain_signatures_row *signatures;
    size_t signature_count;
    size_t next;
    struct chain_signed *heads;
    struct arena *arena;
};

static struct chain_signature signature_of_row(int64_t node, struct str stream,
                                               const struct sql_chain_signatures_row *row)
{
    return (struct chain_signature){.node = node,
                                    .stream = stream,
                                    .seq = row->seq,
                                    .hash = row->hash,
                                    .key_id = row->key_id,
                                    .public_key = row->public_key,
                                    .signature = row->signature,
                                    .at_ms = row->at_ms};
}

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
    for (; pass->next < pass->signature_count && pass->signatures[pass->next].seq == row->seq; pass->next++) {
        struct chain_signature signature = signature_of_row(pass->verifier.node, stream, &pass->signatures[pass->next]);
        TRY(chain_verify_signature(&pass->verifier, &signature, pass->heads, pass->arena, err));
    }
    return ERR_NONE;
}

enum err_code chain_verify(struct db *db, struct arena *arena, struct chain_report *ret_report, struct err *err)
{
    return chain_verify_trusting(db, NULL, arena, ret_report, err);
}

static enum err_code stream_verify(struct db *db, const struct sql_chain_streams_row *head, struct arena *arena,
                                   struct chain_report *report, struct err *err)
{
    struct verify_pass pass = {.heads = &report->heads, .arena = arena};
    chain_verifier_init(&pass.verifier, head->node, head->stream);
    struct sql_chain_signatures_rows signatures;
    TRY(sql_chain_signatures(db, arena, &(struct sql_chain_signatures_args){.node = head->node, .stream = head->stream},
                             &signatures, err));
    pass.signatures = signatures.items;
    pass.signature_count = signatures.count;
    AUTO_ARENA scratch;
    arena_init(&scratch, 64u << 20);
    TRY(sql_chain_all_each(db, &scratch,
                           &(struct sql_chain_all_args){.node = head->node, .stream = head->stream, .after_seq = 0},
                           verify_row, &pass, err));
    if (pass.verifier.seq != head->seq || !str_equal(sha256_str(&pass.verifier.hash), head->hash))
        return err_set(err, ERR_CONFLICT, "chain %s: ends at entry %lld, its head says %lld: the end was cut off",
                       pass.verifier.stream, (long long)pass.verifier.seq, (long long)head->seq);
    if (pass.next != pass.signature_count)
        return err_set(err, ERR_CONFLICT, "chain %s: entry %lld was signed and is gone", pass.verifier.stream,
                       (long long)signatures.items[pass.next].seq);
    int64_t last_signed = signatures.count ? signatures.items[signatures.count - 1].seq : 0;
    TRY(chain_verify_signed(&pass.verifier, last_signed, &report->heads, err));
    report->stream_count++;
    report->entry_count += pass.verifier.entry_count;
    report->erased_count += pass.verifier.erased_count;
    report->unsigned_count += (size_t)(pass.verifier.seq - last_signed);
    return ERR_NONE;
}

enum err_code chain_verify_trusting(struct db *db, const struct chain_keys *NULLABLE trusted, struct arena *arena,
                                    struct chain_report *ret_report, struct err *err)
{
    struct chain_report report = {.heads = {.trusted = trusted}};
    struct sql_chain_streams_rows streams;
    TRY(sql_chain_streams(db, arena, &streams, err));
    for (size_t i = 0; i < streams.count; i++)
        TRY(stream_verify(db, &streams.items[i], arena, &report, err));
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
    const struct sql_chain_signatures_row *signatures;
    size_t signature_count;
    size_t next;
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

static enum err_code export_signature(const struct export_pass *pass, const struct chain_signature *s, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, 64u << 10);
    buf_printf(&buf, "{\"type\":\"chain_signature\",\"node\":%lld,\"stream\":", (long long)s->node);
    put_json_text(&buf, s->stream);
    buf_printf(&buf, ",\"seq\":%lld,\"hash\":", (long long)s->seq);
    put_json_hex(&buf, s->hash);
    buf_lit(&buf, ",\"key_id\":");
    put_json_text(&buf, s->key_id);
    buf_lit(&buf, ",\"public_key\":");
    put_json_hex(&buf, s->public_key);
    buf_lit(&buf, ",\"signature\":");
    put_json_hex(&buf, s->signature);
    buf_printf(&buf, ",\"at_ms\":%lld}\n", (long long)s->at_ms);
    TRY(buf_check(&buf, err));
    return pass->line(pass->ctx, buf_str(&buf), err);
}

static enum err_code export_row(void *ctx, const struct sql_chain_all_row *row, struct err *err)
{
    struct export_pass *pass = ctx;
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
    TRY(pass->line(pass->ctx, buf_str(&buf), err));
    for (; pass->next < pass->signature_count && pass->signatures[pass->next].seq == row->seq; pass->next++) {
        struct chain_signature signature = signature_of_row(pass->node, pass->stream, &pass->signatures[pass->next]);
        TRY(export_signature(pass, &signature, err));
    }
    return ERR_NONE;
}

enum err_code chain_export(struct db *db, struct str stream,
                           enum err_code (*line)(void *ctx, struct str line, struct err *err), void *ctx,
                           size_t *ret_signature_count, struct err *err)
{
    AUTO_ARENA signed_heads; /* one an hour: a year is 2 MB */
    arena_init(&signed_heads, 256u << 20);
    int64_t node = store_node(db_store(db));
    struct sql_chain_signatures_rows signatures;
    TRY(sql_chain_signatures(db, &signed_heads, &(struct sql_chain_signatures_args){.node = node, .stream = stream},
                             &signatures, err));
    struct export_pass pass = {.node = node,
                               .stream = stream,
                               .line = line,
                               .ctx = ctx,
                               .signatures = signatures.items,
                               .signature_count = signatures.count};
    *ret_signature_count = signatures.count;
    AUTO_ARENA scratch;
    arena_init(&scratch, 64u << 20);
    return sql_chain_all_each(db, &scratch,
                              &(struct sql_chain_all_args){.node = pass.node, .stream = stream, .after_seq = 0},
                              export_row, &pass, err);
}
