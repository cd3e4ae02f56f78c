#include "format/yaml.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include <libfyaml.h>

struct reader {
    const char *name;
    struct arena *arena;
    struct err *err;
    struct fy_document *doc;
    size_t nodes;
};

static void parser_cleanup(struct fy_parser **p)
{
    if (*p)
        fy_parser_destroy(*p);
}

static void diag_cleanup(struct fy_diag **d)
{
    if (*d)
        fy_diag_destroy(*d);
}

static void mark_of(struct fy_node *node, size_t *line, size_t *column)
{
    struct fy_token *token = fy_node_is_scalar(node) ? fy_node_get_scalar_token(node) : NULL;
    const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;
    if (mark) {
        *line = (size_t)mark->line + 1;
        *column = (size_t)mark->column + 1;
    }
}

static enum err_code bad(const struct reader *r, const struct yaml *at, enum err_code code, const char *what)
{
    return err_set(r->err, code, "%s line %zu, column %zu: %s", r->name, at->line, at->column, what);
}

static enum err_code copy_text(struct reader *r, const char *text, size_t len, struct str *ret)
{
    struct str copy = arena_str(r->arena, (struct str){text ? text : "", text ? len : 0});
    if (str_is_null(copy))
        return arena_full(r->arena, r->err);
    *ret = copy;
    return ERR_NONE;
}

static enum err_code convert(struct reader *r, struct fy_node *node, unsigned depth, struct yaml *out);

static enum err_code convert_map(struct reader *r, struct fy_node *node, unsigned depth, struct yaml *out)
{
    int count = fy_node_mapping_item_count(node);
    out->type = YAML_MAP;
    out->pairs = arena_new_array(r->arena, struct yaml_pair, count > 0 ? (size_t)count : 1);
    if (!out->pairs)
        return arena_full(r->arena, r->err);
    struct map seen = {0};
    void *iter = NULL;
    for (struct fy_node_pair *pair; (pair = fy_node_mapping_iterate(node, &iter)) != NULL;) {
        struct yaml_pair *slot = &out->pairs[out->count];
        struct fy_node *key = fy_node_pair_key(pair);
        slot->value.line = out->line;
        slot->value.column = out->column;
        if (!key || !fy_node_is_scalar(key) || fy_node_is_alias(key))
            return bad(r, out, ERR_SYNTAX, "a key must be plain text");
        mark_of(key, &slot->value.line, &slot->value.column);
        if (out->count == 0) { /* a block map begins where its first key does */
            out->line = slot->value.line;
            out->column = slot->value.column;
        }
        size_t len;
        const char *text = fy_node_get_scalar(key, &len);
        TRY(copy_text(r, text, len, &slot->key));
        if (map_has(&seen, slot->key)) {
            char words[160];
            snprintf(words, sizeof words, "key \"%.100s\" stands twice", slot->key.ptr);
            return bad(r, &slot->value, ERR_SYNTAX, words);
        }
        if (!map_put(&seen, r->arena, slot->key, slot))
            return arena_full(r->arena, r->err);
        TRY(convert(r, fy_node_pair_value(pair), depth + 1, &slot->value));
        out->count++;
    }
    return ERR_NONE;
}

static enum err_code convert(struct reader *r, struct fy_node *node, unsigned depth, struct yaml *out)
{
    if (depth > YAML_DEPTH_MAX)
        return err_set(r->err, ERR_LIMIT, "%s: nested deeper than %u levels", r->name, YAML_DEPTH_MAX);
    if (++r->nodes > YAML_NODES_MAX)
        return err_set(r->err, ERR_LIMIT, "%s: unfolds to more than %u values", r->name, YAML_NODES_MAX);
    if (!node) {
        out->type = YAML_NULL;
        return ERR_NONE;
    }
    mark_of(node, &out->line, &out->column);
    if (fy_node_is_alias(node)) {
        /* The depth ceiling also ends an alias that points at what contains it. */
        struct fy_node *target = fy_node_resolve_alias(node);
        if (!target)
            return bad(r, out, ERR_SYNTAX, "alias to an unknown anchor");
        return convert(r, target, depth + 1, out);
    }
    if (fy_node_is_mapping(node))
        return convert_map(r, node, depth, out);
    if (fy_node_is_sequence(node)) {
        int count = fy_node_sequence_item_count(node);
        out->type = YAML_LIST;
        out->items = arena_new_array(r->arena, struct yaml, count > 0 ? (size_t)count : 1);
        if (!out->items)
            return arena_full(r->arena, r->err);
        void *iter = NULL;
        for (struct fy_node *item; (item = fy_node_sequence_iterate(node, &iter)) != NULL;) {
            struct yaml *slot = &out->items[out->count++];
            slot->line = out->line;
            slot->column = out->column;
            TRY(convert(r, item, depth + 1, slot));
            if (out->count == 1) {
                out->line = slot->line;
                out->column = slot->column;
            }
        }
        return ERR_NONE;
    }
    size_t len;
    const char *text = fy_node_get_scalar(node, &len);
    TRY(copy_text(r, text, len, &out->text));
    enum fy_node_style style = fy_node_get_style(node);
    out->quoted = style == FYNS_SINGLE_QUOTED || style == FYNS_DOUBLE_QUOTED;
    bool plain = style == FYNS_PLAIN || style == FYNS_ANY;
    out->type =
        plain && (str_is_empty(out->text) || str_equal(out->text, STR("~")) || str_equal(out->text, STR("null")))
            ? YAML_NULL
            : YAML_SCALAR;
    return ERR_NONE;
}

static enum err_code syntax_error(struct reader *r, struct fy_diag *diag)
{
    void *iter = NULL;
    struct fy_diag_error *first = fy_diag_errors_iterate(diag, &iter);
    if (!first)
        return err_set(r->err, ERR_SYNTAX, "%s: not YAML", r->name);
    return err_set(r->err, ERR_SYNTAX, "%s line %d, column %d: %.200s", r->name, first->line + 1, first->column + 1,
                   first->msg ? first->msg : "syntax error");
}

enum err_code yaml_parse_all(struct str text, const char *name, struct arena *arena, struct yaml_list *ret_list,
                             struct err *err)
{
    struct reader r = {.name = name, .arena = arena, .err = err};
    if (text.len_bytes > YAML_FILE_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "%s: over %u MB", name, YAML_FILE_MAX_BYTES >> 20);
    if (!utf8_is_valid(text))
        return err_set(err, ERR_SYNTAX, "%s: not UTF-8", name);
    struct fy_diag_cfg diag_cfg;
    fy_diag_cfg_default(&diag_cfg);
    diag_cfg.fp = NULL;
    __attribute__((cleanup(diag_cleanup))) struct fy_diag *diag = fy_diag_create(&diag_cfg);
    if (!diag)
        return err_set(err, ERR_NOMEM, "no memory for YAML");
    fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg cfg = {
        .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_ALLOW_DUPLICATE_KEYS | FYPCF_DISABLE_MMAP_OPT, .diag = diag};
    __attribute__((cleanup(parser_cleanup))) struct fy_parser *parser = fy_parser_create(&cfg);
    if (!parser)
        return err_set(err, ERR_NOMEM, "no memory for YAML");
    if (fy_parser_set_string(parser, text.ptr ? text.ptr : "", text.len_bytes) != 0)
        return err_set(err, ERR_NOMEM, "no memory for YAML");
    VEC(struct yaml) docs = {0};
    for (struct fy_document *doc; (doc = fy_parse_load_document(parser)) != NULL;) {
        struct yaml *slot = vec_push(&docs, arena);
        enum err_code code = ERR_NONE;
        r.doc = doc;
        if (!slot) {
            code = arena_full(arena, err);
        } else {
            slot->line = slot->column = 1;
            code = convert(&r, fy_document_root(doc), 0, slot);
        }
        fy_parse_document_destroy(parser, doc);
        TRY(code);
    }
    if (fy_parser_get_stream_error(parser) || fy_diag_got_error(diag))
        return syntax_error(&r, diag);
    *ret_list = (struct yaml_list){docs.items, docs.count};
    return ERR_NONE;
}

enum err_code yaml_parse(struct str text, const char *name, struct arena *arena, struct yaml *ret_root, struct err *err)
{
    struct yaml_list list;
    TRY(yaml_parse_all(text, name, arena, &list, err));
    if (list.count > 1)
        return err_set(err, ERR_SYNTAX, "%s line %zu: a second document, one was wanted", name, list.items[1].line);
    *ret_root = list.count ? list.items[0] : (struct yaml){.type = YAML_NULL, .line = 1, .column = 1};
    return ERR_NONE;
}

const struct yaml *yaml_get(const struct yaml *map, struct str key)
{
    if (!map || map->type != YAML_MAP)
        return NULL;
    for (size_t i = 0; i < map->count; i++)
        if (str_equal(map->pairs[i].key, key))
            return &map->pairs[i].value;
    return NULL;
}

struct str yaml_str(const struct yaml *map, struct str key)
{
    const struct yaml *v = yaml_get(map, key);
    return v && v->type == YAML_SCALAR ? v->text : STR_NONE;
}

bool yaml_i64(const struct yaml *v, int64_t *ret_value)
{
    return v && v->type == YAML_SCALAR && !v->quoted && str_to_i64(v->text, ret_value);
}

bool yaml_bool(const struct yaml *v, bool *ret_value)
{
    if (!v || v->type != YAML_SCALAR || v->quoted)
        return false;
    bool yes = str_equal(v->text, STR("true"));
    if (!yes && !str_equal(v->text, STR("false")))
        return false;
    *ret_value = yes;
    return true;
}
