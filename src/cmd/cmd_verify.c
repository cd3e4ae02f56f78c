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

#define STREAMS_MAX      64u
#define LINE_MAX_BYTES   ((size_t)64 << 20)
#define LINE_ARENA_BYTES ((size_t)512 << 20)

static const struct option_spec specs[] = {
    {"store", 's', OPTION_TEXT, 0, "PATH|postgresql://…", "kiểm chứng kho này", "verify this store", 0, 0},
    {"export", 0, OPTION_PATH, 0, "FILE", "kiểm chứng rồi ghi mọi chuỗi ra tệp NDJSON, kiểm được ở nơi khác",
     "verify, then write all chains to an NDJSON file that can be verified elsewhere", 0, 0},
    OPS_SPEC_BLOBS,
    OPS_SPEC_JSON,
    OPS_SPEC_EN,
};
static const struct usage usage = {
    .name = "verify",
    .args = "[FILE]",
    .vi = "kiểm chứng chuỗi bằng chứng của một kho, hoặc của tệp đã xuất (không cần máy chủ)",
    .en = "verify the chain of a store, or of an exported file (no server needed)",
    .specs = specs,
    .spec_count = ARRAY_LEN(specs),
    .args_max = 1,
    .more = "  luytre verify --store luytre.db --export chuoi.ndjson\n  luytre verify chuoi.ndjson\n",
};

static void report(struct ops *ops, const char *what, size_t streams, size_t entries, size_t erased, size_t waiting,
                   size_t signatures)
{
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        json_field_bool(w, STR("valid"), true);
        json_field_i64(w, STR("streams"), (int64_t)streams);
        json_field_i64(w, STR("entries"), (int64_t)entries);
        json_field_i64(w, STR("erased"), (int64_t)erased);
        json_field_i64(w, STR("waiting"), (int64_t)waiting);
        json_field_i64(w, STR("signatures"), (int64_t)signatures);
        ops_line_end(ops);
        return;
    }
    buf_printf(&ops->out,
               ops_text(ops,
                        "%s nguyên vẹn: %zu chuỗi, %zu mục (%zu mục đã xóa nội dung theo quy định), %zu chữ ký đúng, "
                        "%zu việc chưa vào chuỗi\n",
                        "%s is whole: %zu chains, %zu entries (content of %zu erased by rule), %zu good signatures, "
                        "%zu acts not yet in the chain\n"),
               what, streams, entries, erased, signatures, waiting);
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

static enum err_code entry_parse(struct str text, struct arena *arena, struct chain_entry *ret_entry, struct err *err)
{
    struct json line;
    TRY(json_parse(text, JSON_REFUSE_DUPLICATES, arena, &line, err));
    if (!json_str_is(json_get(line, STR("type")), STR("chain_entry")))
        return err_set(err, ERR_SYNTAX, "no chain_entry");
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

/* The last line of an export: where each chain ended, so that a cut at the end is seen. */
static enum err_code heads_check(struct json line, const struct chain_verifier *verifiers, size_t count,
                                 struct arena *arena, struct err *err)
{
    struct json heads = json_get(line, STR("heads"));
    for (struct json_iter it = json_iter(heads); json_next(&it);) {
        int64_t node, seq;
        struct str stream, hash;
        if (!json_i64(json_get(it.value, STR("node")), &node) || !json_i64(json_get(it.value, STR("seq")), &seq))
            return err_set(err, ERR_SYNTAX, "a head without node or seq");
        TRY(json_str(json_get(it.value, STR("stream")), arena, &stream, err));
        TRY(hex_field(it.value, "hash", SHA256_BYTES, arena, &hash, err));
        const struct chain_verifier *found = NULL;
        for (size_t i = 0; i < count; i++)
            if (verifiers[i].node == node && str_equal(str_from_cstr(verifiers[i].stream), stream))
                found = &verifiers[i];
        if (seq > 0 && (!found || found->seq != seq || !str_equal(sha256_str(&found->hash), hash)))
            return err_set(err, ERR_CONFLICT, "chain %.*s: ends at entry %lld, its head says %lld", STR_ARG(stream),
                           (long long)(found ? found->seq : 0), (long long)seq);
    }
    return json_count(heads) == count
               ? ERR_NONE
               : err_set(err, ERR_CONFLICT, "%zu chains, the last line names %zu", count, json_count(heads));
}

static enum err_code verify_file(struct ops *ops, const char *path, struct err *err)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "open %s: %s", path, strerror(errno));
    struct chain_verifier *verifiers = arena_new_array(&ops->arena, struct chain_verifier, STREAMS_MAX);
    size_t stream_count = 0, entries = 0, erased = 0, line_no = 0;
    bool has_heads = false;
    char *line = NULL;
    size_t room = 0;
    enum err_code code = verifiers ? ERR_NONE : arena_full(&ops->arena, err);
    AUTO_ARENA arena;
    arena_init(&arena, LINE_ARENA_BYTES);
    while (code == ERR_NONE) {
        ssize_t n = getline(&line, &room, file);
        if (n < 0)
            break;
        line_no++;
        struct arena_mark mark = arena_mark(&arena);
        struct str text = str_trim((struct str){line, (size_t)n});
        errno = 0;
        struct chain_entry e = {0};
        if (text.len_bytes > LINE_MAX_BYTES)
            code = err_set(err, ERR_LIMIT, "a line of over %zu bytes", LINE_MAX_BYTES);
        else if (has_heads)
            code = err_set(err, ERR_CONFLICT, "something follows the last line");
        else if (str_starts_with(text, STR("{\"type\":\"chain_heads\""))) {
            struct json root;
            code = json_parse(text, 0, &arena, &root, err);
            if (code == ERR_NONE)
                code = heads_check(root, verifiers, stream_count, &arena, err);
            has_heads = true;
        } else
            code = entry_parse(text, &arena, &e, err);
        if (code == ERR_NONE && e.seq) {
            size_t at = 0;
            while (at < stream_count &&
                   (verifiers[at].node != e.node || !str_equal(str_from_cstr(verifiers[at].stream), e.stream)))
                at++;
            if (at == STREAMS_MAX || e.stream.len_bytes >= sizeof verifiers[0].stream)
                code = err_set(err, ERR_LIMIT, "more chains than %u, or a name too long", STREAMS_MAX);
            else {
                if (at == stream_count)
                    chain_verifier_init(&verifiers[stream_count++], e.node, e.stream);
                code = chain_verify_entry(&verifiers[at], &e, err);
            }
        } else if (code == ERR_NONE && !has_heads)
            code = err_set(err, ERR_CONFLICT, "an entry without a number");
        if (code != ERR_NONE)
            code = err_wrap(err, "%s: dòng / line %zu", path, line_no);
        arena_rewind(&arena, mark);
    }
    free(line);
    bool is_broken = ferror(file) != 0;
    (void)fclose(file);
    TRY(code);
    errno = 0;
    if (is_broken)
        return err_set(err, ERR_IO, "read %s", path);
    if (!has_heads)
        return err_set(err, ERR_CONFLICT, "%s: phần cuối bị cắt mất / the end was cut off (line %zu is the last)", path,
                       line_no);
    for (size_t i = 0; i < stream_count; i++) {
        entries += verifiers[i].entry_count;
        erased += verifiers[i].erased_count;
    }
    report(ops, path, stream_count, entries, erased, 0, 0);
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
        TRY(chain_export(db, s->stream, put_line, x->file, err));
        json_object_begin(&w);
        json_field_i64(&w, STR("node"), s->node);
        json_field_str(&w, STR("stream"), s->stream);
        json_field_i64(&w, STR("seq"), s->seq);
        json_field_str(&w, STR("hash"), crypto_to_hex(s->hash, &ops->arena));
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
    if (has_file) {
        if (options_has(ops->options, "export"))
            return ops_usage(ops, err, "--export cần --store", "--export wants --store");
        return verify_file(ops, ops->options->args.items[0].ptr, err);
    }
    struct store_options how = {.modules = sql_modules_all, .clock = &ops->clock, .lane = STORE_LANE_MAX};
    TRY(store_open(options_text(ops->options, "store").ptr, &how, &ops->store, err));
    TRY(store_db_take(ops->store, &ops->db, err));
    struct chain_report r;
    TRY(chain_verify(ops->db, &ops->arena, &r, err));
    if (options_has(ops->options, "export"))
        TRY(export_to(ops, options_text(ops->options, "export").ptr, err));
    report(ops, store_where(ops->store), r.stream_count, r.entry_count, r.erased_count, r.waiting_count,
           r.signature_count);
    return ERR_NONE;
}

int cmd_verify(int argc, char **argv)
{
    static const struct ops_verb verb[] = {{NULL, &usage, run, 0}};
    return ops_main("verify", verb, 1, argc, argv);
}
