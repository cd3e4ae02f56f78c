/* cmd_verify.c - `luytre verify`: the chain of a store, or of an exported file on a machine that has no server. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/ops.h"
#include "cmd/serve.h"
#include "os/crypto.h"
#include "os/file.h"
#include "proof/chain.h"
#include "proof/chain.sql.h"

#define STREAMS_MAX        64u
#define LINE_MAX_BYTES     ((size_t)64 << 20)
#define LINE_ARENA_BYTES   ((size_t)512 << 20)
#define KEY_FILE_MAX_BYTES 65536u

static const struct option_spec specs[] = {
    {"store", 's', OPTION_PATH, 0, "PATH|postgresql://…", "kiểm chứng kho này", "verify this store", 0, 0},
    {"export", 0, OPTION_PATH, 0, "FILE", "kiểm chứng rồi ghi mọi chuỗi ra tệp NDJSON, kiểm được ở nơi khác",
     "verify, then write all chains to an NDJSON file that can be verified elsewhere", 0, 0},
    {"key", 'k', OPTION_TEXT, OPTION_REPEATED, "HEX|FILE",
     "khóa công khai đã biết từ nơi khác: chỉ nhận chữ ký của khóa này, mỗi chuỗi phải có ít nhất một",
     "a public key known from elsewhere: only its signatures count, and each chain must have one", 0, 0},
    OPS_SPEC_BLOBS,
    OPS_SPEC_JSON,
};
static const struct usage usage = {
    .name = "verify",
    .args = "[FILE]",
    .vi = "kiểm chứng chuỗi bằng chứng của một kho, hoặc của tệp đã xuất (không cần máy chủ)",
    .en = "verify the chain of a store, or of an exported file (no server needed)",
    .specs = specs,
    .spec_count = ARRAY_LEN(specs),
    .args_max = 1,
    .examples = "  luytre verify --store luytre.db --export chuoi.ndjson\n  luytre verify chuoi.ndjson --key ky.pub",
};

static void report(struct ops *ops, const char *what, const struct chain_report *r)
{
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        json_field_bool(w, STR("valid"), true);
        json_field_i64(w, STR("streams"), (int64_t)r->stream_count);
        json_field_i64(w, STR("entries"), (int64_t)r->entry_count);
        json_field_i64(w, STR("erased"), (int64_t)r->erased_count);
        json_field_i64(w, STR("waiting"), (int64_t)r->waiting_count);
        json_field_i64(w, STR("signatures"), (int64_t)r->heads.good_count);
        json_field_i64(w, STR("signatures_unknown"), (int64_t)r->heads.unknown_count);
        json_field_i64(w, STR("unsigned"), (int64_t)r->unsigned_count);
        json_field_bool(w, STR("key_given"), r->heads.trusted != NULL);
        json_put_key(w, STR("keys"));
        json_array_begin(w);
        for (size_t i = 0; i < r->heads.met.count; i++) {
            const struct sign_public *key = &r->heads.met.items[i];
            json_put_str(w, crypto_to_hex((struct str){(const char *)key->bytes, sizeof key->bytes}, &ops->arena));
        }
        json_array_end(w);
        ops_line_end(ops);
        return;
    }
    buf_printf(&ops->out,
               ops_text(ops,
                        "%s nguyên vẹn: %zu chuỗi, %zu mục (%zu mục đã xóa nội dung theo quy định), %zu chữ ký đúng, "
                        "%zu mục sau chữ ký cuối, %zu việc chưa vào chuỗi\n",
                        "%s is whole: %zu chains, %zu entries (content of %zu erased by rule), %zu good signatures, "
                        "%zu entries after the last signature, %zu acts not yet in the chain\n"),
               what, r->stream_count, r->entry_count, r->erased_count, r->heads.good_count, r->unsigned_count,
               r->waiting_count);
    if (r->heads.unknown_count)
        buf_printf(&ops->out,
                   ops_text(ops, "%zu chữ ký không kiểm được: không có khóa công khai của chúng\n",
                            "%zu signatures could not be checked: their public key is not here\n"),
                   r->heads.unknown_count);
    for (size_t i = 0; i < r->heads.met.count; i++) {
        const struct sign_public *key = &r->heads.met.items[i];
        struct str hex = crypto_to_hex((struct str){(const char *)key->bytes, sizeof key->bytes}, &ops->arena);
        buf_printf(&ops->out, ops_text(ops, "Ký bằng khóa %.*s\n", "Signed by key %.*s\n"), STR_ARG(hex));
    }
    if (!r->heads.trusted)
        buf_printf(&ops->out, "%s",
                   ops_text(ops,
                            "Chưa đối chiếu khóa: ai viết lại được chuỗi cũng thay được khóa. Lấy khóa từ nơi khác rồi "
                            "chạy lại với --key.\n",
                            "The key was not compared: who can rewrite the chain can replace the key too. Take the key "
                            "from elsewhere and run again with --key.\n"));
}

/* Each --key is 64 hex digits, or a file of lines of them. */
static enum err_code key_add(struct chain_keys *keys, struct str hex, struct arena *arena, struct err *err)
{
    struct str bytes;
    if (crypto_from_hex(hex, arena, &bytes, err) != ERR_NONE || bytes.len_bytes != SIGN_PUBLIC_BYTES)
        return err_set(err, ERR_SYNTAX, "\"%.*s\" is no public key: 64 hex digits are", STR_ARG(str_slice(hex, 0, 80)));
    if (keys->count == CHAIN_KEYS_MAX)
        return err_set(err, ERR_LIMIT, "more than %u keys", CHAIN_KEYS_MAX);
    memcpy(keys->items[keys->count++].bytes, bytes.ptr, SIGN_PUBLIC_BYTES);
    return ERR_NONE;
}

static bool is_hex(struct str text)
{
    for (size_t i = 0; i < text.len_bytes; i++) {
        char c = text.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
            return false;
    }
    return true;
}

static enum err_code keys_read(struct ops *ops, struct chain_keys *ret_keys, struct err *err)
{
    struct chain_keys keys = {.count = 0};
    struct str given, text, line;
    for (size_t i = 0; !str_is_null(given = options_nth(ops->options, "key", i)); i++) {
        if (given.len_bytes == (size_t)SIGN_PUBLIC_BYTES * 2 && is_hex(given)) {
            TRY(key_add(&keys, given, &ops->arena, err));
            continue;
        }
        TRY(file_read(given.ptr, KEY_FILE_MAX_BYTES, &ops->arena, &text, err));
        size_t before = keys.count;
        while (!str_is_empty(text) && str_line(&text, &line))
            if (!str_is_empty(str_trim(line)) && !str_starts_with(str_trim(line), STR("#")))
                TRY(key_add(&keys, str_trim(line), &ops->arena, err));
        if (keys.count == before)
            return err_set(err, ERR_SYNTAX, "%s holds no public key", given.ptr);
    }
    *ret_keys = keys;
    return ERR_NONE;
}

/* --- an exported file --- */
static enum err_code hex_field(struct json line, const char *name, size_t want_bytes, struct arena *arena,
                               struct str *ret_bytes, struct err *err)
{
    struct json v = json_get(line, str_from_cstr(name));
    *ret_bytes = STR_NONE;
    if (json_type(v) == JSON_NULL)
        return ERR_NONE;
    struct str text;
    TRY(json_str(v, arena, &text, err));
    if (crypto_from_hex(text, arena, ret_bytes, err) != ERR_NONE || (want_bytes && ret_bytes->len_bytes != want_bytes))
        return err_set(err, ERR_SYNTAX, "\"%s\" is no hash", name);
    if (!ret_bytes->ptr)
        *ret_bytes = STR(""); /* empty is not erased */
    return ERR_NONE;
}

static enum err_code id_field(struct json line, const char *name, struct arena *arena, int64_t *ret_id, struct err *err)
{
    struct str text;
    TRY(json_str(json_get(line, str_from_cstr(name)), arena, &text, err));
    return str_to_i64(text, ret_id) ? ERR_NONE : err_set(err, ERR_SYNTAX, "\"%s\" is no id", name);
}

static enum err_code entry_parse(struct json line, struct arena *arena, struct chain_entry *ret_entry, struct err *err)
{
    struct chain_entry e = {0};
    if (!json_i64(json_get(line, STR("node")), &e.node) || !json_i64(json_get(line, STR("seq")), &e.seq) ||
        !json_i64(json_get(line, STR("at_ms")), &e.at_ms))
        return err_set(err, ERR_SYNTAX, "\"node\", \"seq\" or \"at_ms\" is missing");
    TRY(json_str(json_get(line, STR("stream")), arena, &e.stream, err));
    TRY(json_str(json_get(line, STR("kind")), arena, &e.kind, err));
    TRY(json_str(json_get(line, STR("object_kind")), arena, &e.object_kind, err));
    TRY(id_field(line, "id", arena, &e.id, err));
    TRY(id_field(line, "object_id", arena, &e.object_id, err));
    TRY(id_field(line, "unit_id", arena, &e.unit_id, err));
    TRY(id_field(line, "actor_id", arena, &e.actor_id, err));
    TRY(hex_field(line, "salt", 0, arena, &e.salt, err));
    TRY(hex_field(line, "content", 0, arena, &e.content, err));
    TRY(hex_field(line, "content_hash", SHA256_BYTES, arena, &e.content_hash, err));
    TRY(hex_field(line, "prev_hash", SHA256_BYTES, arena, &e.prev_hash, err));
    TRY(hex_field(line, "hash", SHA256_BYTES, arena, &e.hash, err));
    *ret_entry = e;
    return ERR_NONE;
}

static enum err_code signature_parse(struct json line, struct arena *arena, struct chain_signature *ret_signature,
                                     struct err *err)
{
    struct chain_signature s = {0};
    if (!json_i64(json_get(line, STR("node")), &s.node) || !json_i64(json_get(line, STR("seq")), &s.seq) ||
        !json_i64(json_get(line, STR("at_ms")), &s.at_ms))
        return err_set(err, ERR_SYNTAX, "\"node\", \"seq\" or \"at_ms\" is missing");
    TRY(json_str(json_get(line, STR("stream")), arena, &s.stream, err));
    TRY(json_str(json_get(line, STR("key_id")), arena, &s.key_id, err));
    TRY(hex_field(line, "hash", SHA256_BYTES, arena, &s.hash, err));
    TRY(hex_field(line, "public_key", SIGN_PUBLIC_BYTES, arena, &s.public_key, err));
    TRY(hex_field(line, "signature", SIGNATURE_BYTES, arena, &s.signature, err));
    *ret_signature = s;
    return ERR_NONE;
}

/* One chain of the file. */
struct file_chain {
    struct chain_verifier verifier;
    int64_t signature_count;
    int64_t last_signed_seq;
};
struct reading {
    struct file_chain *chains;
    size_t count;
    struct chain_signed heads;
    bool has_heads;
};

static struct file_chain *NULLABLE chain_find(struct reading *r, int64_t node, struct str stream)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->chains[i].verifier.node == node && str_equal(str_from_cstr(r->chains[i].verifier.stream), stream))
            return &r->chains[i];
    return NULL;
}

/* The last line of an export: where each chain ended, so that a cut at the end is seen. */
static enum err_code heads_check(struct json line, struct reading *r, struct arena *arena, struct err *err)
{
    struct json heads = json_get(line, STR("heads"));
    for (struct json_iter it = json_iter(heads); json_next(&it);) {
        int64_t node, seq, signatures;
        struct str stream, hash;
        if (!json_i64(json_get(it.value, STR("node")), &node) || !json_i64(json_get(it.value, STR("seq")), &seq) ||
            !json_i64(json_get(it.value, STR("signatures")), &signatures))
            return err_set(err, ERR_SYNTAX, "a head without node, seq or signatures");
        TRY(json_str(json_get(it.value, STR("stream")), arena, &stream, err));
        TRY(hex_field(it.value, "hash", SHA256_BYTES, arena, &hash, err));
        const struct file_chain *found = chain_find(r, node, stream);
        if (seq > 0 && (!found || found->verifier.seq != seq || !str_equal(sha256_str(&found->verifier.hash), hash)))
            return err_set(err, ERR_CONFLICT, "chain %.*s: ends at entry %lld, its head says %lld", STR_ARG(stream),
                           (long long)(found ? found->verifier.seq : 0), (long long)seq);
        if (found && found->signature_count != signatures)
            return err_set(err, ERR_CONFLICT, "chain %.*s: %lld signatures, its head says %lld", STR_ARG(stream),
                           (long long)found->signature_count, (long long)signatures);
    }
    return json_count(heads) == r->count
               ? ERR_NONE
               : err_set(err, ERR_CONFLICT, "%zu chains, the last line names %zu", r->count, json_count(heads));
}

static enum err_code take_entry(struct json line, struct reading *r, struct arena *arena, struct err *err)
{
    struct chain_entry e = {0};
    TRY(entry_parse(line, arena, &e, err));
    if (e.seq <= 0)
        return err_set(err, ERR_CONFLICT, "an entry without a number");
    struct file_chain *chain = chain_find(r, e.node, e.stream);
    if (!chain) {
        if (r->count == STREAMS_MAX || e.stream.len_bytes >= sizeof chain->verifier.stream)
            return err_set(err, ERR_LIMIT, "more chains than %u, or a name too long", STREAMS_MAX);
        chain = &r->chains[r->count++];
        *chain = (struct file_chain){0};
        chain_verifier_init(&chain->verifier, e.node, e.stream);
    }
    return chain_verify_entry(&chain->verifier, &e, err);
}

static enum err_code take_signature(struct json line, struct reading *r, struct arena *arena, struct err *err)
{
    struct chain_signature s = {0};
    TRY(signature_parse(line, arena, &s, err));
    struct file_chain *chain = chain_find(r, s.node, s.stream);
    if (!chain)
        return err_set(err, ERR_CONFLICT, "a signature over no chain of this file");
    TRY(chain_verify_signature(&chain->verifier, &s, &r->heads, arena, err));
    chain->signature_count++;
    chain->last_signed_seq = s.seq;
    return ERR_NONE;
}

static enum err_code take_line(struct str text, struct reading *r, struct arena *arena, struct err *err)
{
    struct json line;
    if (text.len_bytes > LINE_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "a line of over %zu bytes", LINE_MAX_BYTES);
    if (r->has_heads)
        return err_set(err, ERR_CONFLICT, "something follows the last line");
    TRY(json_parse(text, JSON_REFUSE_DUPLICATES, arena, &line, err));
    struct json type = json_get(line, STR("type"));
    if (json_str_is(type, STR("chain_entry")))
        return take_entry(line, r, arena, err);
    if (json_str_is(type, STR("chain_signature")))
        return take_signature(line, r, arena, err);
    if (!json_str_is(type, STR("chain_heads")))
        return err_set(err, ERR_SYNTAX, "no chain_entry, chain_signature or chain_heads");
    r->has_heads = true;
    return heads_check(line, r, arena, err);
}

static enum err_code verify_file(struct ops *ops, const char *path, const struct chain_keys *NULLABLE trusted,
                                 struct err *err)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "open %s: %s", path, strerror(errno));
    struct reading r = {.chains = arena_new_array(&ops->arena, struct file_chain, STREAMS_MAX),
                        .heads = {.trusted = trusted}};
    size_t line_no = 0;
    char *line = NULL;
    size_t room = 0;
    enum err_code code = r.chains ? ERR_NONE : arena_full(&ops->arena, err);
    AUTO_ARENA arena;
    arena_init(&arena, LINE_ARENA_BYTES);
    while (code == ERR_NONE) {
        ssize_t n = getline(&line, &room, file);
        if (n < 0)
            break;
        line_no++;
        struct arena_mark mark = arena_mark(&arena);
        errno = 0;
        code = take_line(str_trim((struct str){line, (size_t)n}), &r, &arena, err);
        if (code != ERR_NONE)
            code = err_wrap(err, "%s: dòng %zu", path, line_no);
        arena_rewind(&arena, mark);
    }
    free(line);
    bool is_broken = ferror(file) != 0;
    (void)fclose(file);
    TRY(code);
    errno = 0;
    if (is_broken)
        return err_set(err, ERR_IO, "read %s", path);
    if (!r.has_heads)
        return err_set(err, ERR_CONFLICT, "%s: phần cuối bị cắt mất, dòng cuối là %zu", path, line_no);
    struct chain_report sum = {.stream_count = r.count, .heads = r.heads};
    for (size_t i = 0; i < r.count; i++) {
        const struct file_chain *c = &r.chains[i];
        if (chain_verify_signed(&c->verifier, c->last_signed_seq, &r.heads, err) != ERR_NONE)
            return err_wrap(err, "%s", path);
        sum.entry_count += c->verifier.entry_count;
        sum.erased_count += c->verifier.erased_count;
        sum.unsigned_count += (size_t)(c->verifier.seq - c->last_signed_seq);
    }
    report(ops, path, &sum);
    return ERR_NONE;
}

/* --- a store --- */
static enum err_code put_line(void *ctx, struct str line, struct err *err)
{
    FILE *file = ctx;
    return fwrite(line.ptr, 1, line.len_bytes, file) == line.len_bytes ? ERR_NONE
                                                                       : err_set(err, ERR_IO, "write the export");
}

struct exporting {
    struct ops *ops;
    FILE *file;
};
static enum err_code export_all(struct db *db, void *ctx, struct err *err)
{
    struct exporting *x = ctx;
    struct ops *ops = x->ops;
    struct sql_chain_streams_rows streams;
    TRY(sql_chain_streams(db, &ops->arena, &streams, err));
    AUTO_BUF buf;
    buf_init(&buf, 1u << 20);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    json_object_begin(&w);
    json_field_str(&w, STR("type"), STR("chain_heads"));
    json_put_key(&w, STR("heads"));
    json_array_begin(&w);
    for (size_t i = 0; i < streams.count; i++) {
        const struct sql_chain_streams_row *s = &streams.items[i];
        if (s->node != store_node(ops->store))
            continue; /* another node exports its own */
        size_t signatures = 0;
        TRY(chain_export(db, s->stream, put_line, x->file, &signatures, err));
        json_object_begin(&w);
        json_field_i64(&w, STR("node"), s->node);
        json_field_str(&w, STR("stream"), s->stream);
        json_field_i64(&w, STR("seq"), s->seq);
        json_field_str(&w, STR("hash"), crypto_to_hex(s->hash, &ops->arena));
        json_field_i64(&w, STR("signatures"), (int64_t)signatures);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_object_end(&w);
    json_end_line(&w);
    TRY(buf_check(&buf, err));
    return put_line(x->file, buf_str(&buf), err);
}

static enum err_code export_to(struct ops *ops, const char *path, struct err *err)
{
    struct str part = arena_printf(&ops->arena, "%s.part", path);
    if (str_is_null(part))
        return arena_full(&ops->arena, err);
    struct err ignored;
    err_ignore(file_remove(part.ptr, &ignored), "what is in the way is said by open");
    AUTO_FD fd = open(part.ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!file)
        return err_set(err, ERR_IO, "create %s", part.ptr);
    int raw = TAKE_FD(fd);
    struct exporting x = {ops, file};
    enum err_code code = db_read(ops->db, export_all, &x, err); /* one snapshot: heads and entries agree */
    if (code == ERR_NONE && (fflush(file) != 0 || fsync(raw) != 0))
        code = err_set(err, ERR_IO, "write %s", part.ptr);
    if (fclose(file) != 0 && code == ERR_NONE)
        code = err_set(err, ERR_IO, "write %s", part.ptr);
    if (code == ERR_NONE && rename(part.ptr, path) != 0)
        code = err_set(err, ERR_IO, "rename to %s", path);
    if (code != ERR_NONE)
        (void)unlink(part.ptr);
    return code;
}

static enum err_code run(struct ops *ops, struct err *err)
{
    bool has_store = options_has(ops->options, "store"), has_file = ops->options->args.count == 1;
    if (has_store == has_file)
        return ops_usage(ops, err, "cần --store hoặc một tệp đã xuất", "give --store or one exported file");
    struct chain_keys keys;
    TRY(keys_read(ops, &keys, err));
    const struct chain_keys *trusted = options_has(ops->options, "key") ? &keys : NULL;
    if (has_file) {
        if (options_has(ops->options, "export"))
            return ops_usage(ops, err, "--export cần --store", "--export wants --store");
        return verify_file(ops, ops->options->args.items[0].ptr, trusted, err);
    }
    struct store_options how = {.modules = sql_modules_all, .clock = &ops->clock};
    TRY(store_open(options_text(ops->options, "store").ptr, &how, &ops->store, err));
    TRY(store_db_take(ops->store, &ops->db, err));
    struct chain_report r;
    TRY(chain_verify_trusting(ops->db, trusted, &ops->arena, &r, err));
    if (options_has(ops->options, "export"))
        TRY(export_to(ops, options_text(ops->options, "export").ptr, err));
    report(ops, store_where(ops->store), &r);
    return ERR_NONE;
}

int cmd_verify(enum lang lang, int argc, char **argv)
{
    static const struct ops_verb verb[] = {{NULL, &usage, run, 0}};
    return ops_main(lang, "verify", verb, 1, argc, argv);
}
