#include "format/json.h"

#include "base/limits.h"
#include "base/mem.h"
#include <math.h>

/* One value on the tape. A container has two nodes: the opening one, whose word is the index behind the closing one,
 * and the closing one, whose word is the count of items. A string's word is its length, doubled, plus 1 when it holds
 * escapes. */
struct json_node {
    uint32_t type : 3;
    uint32_t from : 29; /* byte offset in the text; of a string: behind its quote */
    uint32_t word;
};
struct json_doc {
    struct str text;
    const struct json_node *nodes;
    uint32_t count;
};
_Static_assert(JSON_TEXT_MAX_BYTES <= 1u << 29, "offsets have 29 bits");
_Static_assert(JSON_DEPTH_MAX <= 64, "the writer keeps a bit per level");

/* --- reading --- */

struct parser {
    const char *start, *end, *p;
    struct json_node *nodes; /* heap, while it grows */
    uint32_t count, room;
    uint32_t open[JSON_DEPTH_MAX]; /* tape index of each container we are in */
    uint32_t items[JSON_DEPTH_MAX];
    unsigned depth;
};

static enum err_code fail(const struct parser *ps, const char *at, struct err *err, const char *what)
{
    size_t line = 1;
    const char *line_start = ps->start;
    for (const char *q = ps->start; q < at; q++)
        if (*q == '\n') {
            line++;
            line_start = q + 1;
        }
    return err_set(err, ERR_SYNTAX, "JSON line %zu, column %zu: %s", line, (size_t)(at - line_start) + 1, what);
}

static bool grow(struct parser *ps)
{
    size_t room = ps->room ? (size_t)ps->room * 2 : 64, bytes;
    if (room > UINT32_MAX || !size_mul(room, sizeof *ps->nodes, &bytes))
        return false;
    struct json_node *nodes = mem_resize(ps->nodes, bytes);
    if (!nodes)
        return false;
    ps->nodes = nodes;
    ps->room = (uint32_t)room;
    return true;
}

static inline bool push(struct parser *ps, enum json_type type, const char *from, uint32_t word)
{
    if (ps->count == ps->room && !grow(ps))
        return false;
    ps->nodes[ps->count++] = (struct json_node){(uint32_t)type, (uint32_t)(from - ps->start) & 0x1FFFFFFF, word};
    return true;
}

static inline void skip_space(struct parser *ps)
{
    while (ps->p < ps->end && (*ps->p == ' ' || *ps->p == '\n' || *ps->p == '\r' || *ps->p == '\t'))
        ps->p++;
}

#define BYTES(c) (0x0101010101010101ull * (unsigned char)(c))
/* High bit of every byte of x that is zero; bytes above the first hit may be wrong, which does not matter here. */
static inline uint64_t zero_bytes(uint64_t x)
{
    return (x - BYTES(1)) & ~x & BYTES(0x80);
}

/* RFC 3629 over [p, end), which starts anywhere in the string; NULL when all is well, else the bad byte. */
static const char *bad_utf8(const char *p, const char *end)
{
    while (p < end) {
        uint64_t w;
        if (end - p >= 8) {
            memcpy(&w, p, 8);
            if (!(w & BYTES(0x80))) {
                p += 8;
                continue;
            }
        }
        unsigned char a = (unsigned char)*p;
        if (a < 0x80) {
            p++;
            continue;
        }
        ptrdiff_t left = end - p;
        unsigned char b = left > 1 ? (unsigned char)p[1] : 0, c = left > 2 ? (unsigned char)p[2] : 0,
                      d = left > 3 ? (unsigned char)p[3] : 0;
        if (a >= 0xC2 && a <= 0xDF && (b & 0xC0) == 0x80)
            p += 2;
        else if ((a & 0xF0) == 0xE0 && (b & 0xC0) == 0x80 && (c & 0xC0) == 0x80 && !(a == 0xE0 && b < 0xA0) &&
                 !(a == 0xED && b > 0x9F))
            p += 3;
        else if (a >= 0xF0 && a <= 0xF4 && (b & 0xC0) == 0x80 && (c & 0xC0) == 0x80 && (d & 0xC0) == 0x80 &&
                 !(a == 0xF0 && b < 0x90) && !(a == 0xF4 && b > 0x8F))
            p += 4;
        else
            return p;
    }
    return NULL;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Four hex digits at p, or -1. */
static int32_t hex4(const char *p, const char *end)
{
    int32_t v = 0;
    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int h = hex_value(p[i]);
        if (h < 0)
            return -1;
        v = v * 16 + h;
    }
    return v;
}

/* ps->p stands behind the opening quote; afterwards behind the closing one. */
static enum err_code parse_string(struct parser *ps, struct err *err)
{
    const char *from = ps->p, *p = from, *end = ps->end;
    bool escaped = false;
    uint64_t high = 0;
    for (;;) {
        /* eight bytes at a time while there is no quote, backslash or control byte among them */
        while (end - p >= 8) {
            uint64_t w;
            memcpy(&w, p, 8);
            /* A byte below 0x20 or one of the two signs; a byte over 0x7F cannot be taken for one, as ~w masks it away.
             */
            uint64_t control = (w - BYTES(0x20)) & ~w & BYTES(0x80);
            uint64_t stop = zero_bytes(w ^ BYTES('"')) | zero_bytes(w ^ BYTES('\\')) | control;
            if (stop) {
                p += __builtin_ctzll(stop) / 8;
                high |= w; /* may see bytes behind the quote: then the check below is made for nothing */
                break;
            }
            high |= w;
            p += 8;
        }
        /* one by one near the end of the text; at a stop this looks at that byte */
        while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
            high |= (unsigned char)*p++;
        if (p >= end)
            return fail(ps, from - 1, err, "string without an end");
        if (*p == '"')
            break;
        if (*p != '\\')
            return fail(ps, p, err, "control character in a string");
        escaped = true;
        p++;
        char c = p < end ? *p : 0;
        if (c == 'u') {
            int32_t v = hex4(p + 1, end);
            if (v < 0)
                return fail(ps, p, err, "\\u wants four hex digits");
            if (v >= 0xDC00 && v <= 0xDFFF)
                return fail(ps, p, err, "lone surrogate");
            p += 5;
            if (v >= 0xD800 && v <= 0xDBFF) {
                int32_t low = end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hex4(p + 2, end) : -1;
                if (low < 0xDC00 || low > 0xDFFF)
                    return fail(ps, p, err, "lone surrogate");
                p += 6;
            }
        } else if (c == '"' || c == '\\' || c == '/' || c == 'b' || c == 'f' || c == 'n' || c == 'r' || c == 't') {
            p++;
        } else {
            return fail(ps, p, err, "unknown escape");
        }
    }
    if (high & BYTES(0x80)) {
        const char *bad = bad_utf8(from, p);
        if (bad)
            return fail(ps, bad, err, "broken UTF-8");
    }
    if (!push(ps, JSON_STRING, from, (uint32_t)(p - from) << 1 | escaped))
        return err_set(err, ERR_NOMEM, "no memory for JSON");
    ps->p = p + 1;
    return ERR_NONE;
}

static bool digits(struct parser *ps)
{
    const char *from = ps->p;
    while (ps->p < ps->end && *ps->p >= '0' && *ps->p <= '9')
        ps->p++;
    return ps->p > from;
}

static enum err_code parse_number(struct parser *ps, struct err *err)
{
    const char *from = ps->p;
    if (*ps->p == '-')
        ps->p++;
    if (ps->p < ps->end && *ps->p == '0') {
        ps->p++;
        if (ps->p < ps->end && *ps->p >= '0' && *ps->p <= '9')
            return fail(ps, from, err, "number with a leading zero");
    } else if (!digits(ps)) {
        return fail(ps, from, err, "expected a number");
    }
    if (ps->p < ps->end && *ps->p == '.') {
        ps->p++;
        if (!digits(ps))
            return fail(ps, ps->p, err, "expected digits after the point");
    }
    if (ps->p < ps->end && (*ps->p == 'e' || *ps->p == 'E')) {
        ps->p++;
        if (ps->p < ps->end && (*ps->p == '+' || *ps->p == '-'))
            ps->p++;
        if (!digits(ps))
            return fail(ps, ps->p, err, "expected digits in the exponent");
    }
    if (!push(ps, JSON_NUMBER, from, (uint32_t)(ps->p - from)))
        return err_set(err, ERR_NOMEM, "no memory for JSON");
    return ERR_NONE;
}

static enum err_code parse_word(struct parser *ps, enum json_type type, struct str word, struct err *err)
{
    if ((size_t)(ps->end - ps->p) < word.len_bytes || memcmp(ps->p, word.ptr, word.len_bytes) != 0)
        return fail(ps, ps->p, err, "expected a value");
    if (!push(ps, type, ps->p, (uint32_t)word.len_bytes))
        return err_set(err, ERR_NOMEM, "no memory for JSON");
    ps->p += word.len_bytes;
    return ERR_NONE;
}

static enum err_code close_container(struct parser *ps, struct err *err)
{
    unsigned level = --ps->depth;
    struct json_node *open = &ps->nodes[ps->open[level]];
    enum json_type type = (enum json_type)open->type;
    open->word = ps->count + 1;
    if (!push(ps, type, ps->p, ps->items[level]))
        return err_set(err, ERR_NOMEM, "no memory for JSON");
    ps->p++;
    return ERR_NONE;
}

static enum err_code parse_member_name(struct parser *ps, struct err *err)
{
    if (ps->p >= ps->end || *ps->p != '"')
        return fail(ps, ps->p, err, "expected a name in quotes");
    ps->p++;
    TRY(parse_string(ps, err));
    skip_space(ps);
    if (ps->p >= ps->end || *ps->p != ':')
        return fail(ps, ps->p, err, "expected ':'");
    ps->p++;
    return ERR_NONE;
}

static enum err_code parse_all(struct parser *ps, struct err *err)
{
    for (;;) {
        /* a value */
        skip_space(ps);
        char c = ps->p < ps->end ? *ps->p : '\0';
        if (c == '"') {
            ps->p++;
            TRY(parse_string(ps, err));
        } else if (c == '{' || c == '[') {
            if (ps->depth == JSON_DEPTH_MAX)
                return err_set(err, ERR_LIMIT, "JSON is nested deeper than %u levels", JSON_DEPTH_MAX);
            ps->open[ps->depth] = ps->count;
            ps->items[ps->depth++] = 0;
            if (!push(ps, c == '{' ? JSON_OBJECT : JSON_ARRAY, ps->p, 0))
                return err_set(err, ERR_NOMEM, "no memory for JSON");
            ps->p++;
            skip_space(ps);
            if (ps->p < ps->end && *ps->p == (c == '{' ? '}' : ']')) {
                TRY(close_container(ps, err));
            } else {
                if (c == '{')
                    TRY(parse_member_name(ps, err));
                continue;
            }
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            TRY(parse_number(ps, err));
        } else if (c == 't') {
            TRY(parse_word(ps, JSON_BOOL, STR("true"), err));
        } else if (c == 'f') {
            TRY(parse_word(ps, JSON_BOOL, STR("false"), err));
        } else {
            TRY(parse_word(ps, JSON_NULL, STR("null"), err));
        }
        /* what follows a value */
        for (;;) {
            skip_space(ps);
            if (ps->depth == 0)
                return ps->p == ps->end ? ERR_NONE : fail(ps, ps->p, err, "text after the value");
            ps->items[ps->depth - 1]++;
            bool object = ps->nodes[ps->open[ps->depth - 1]].type == JSON_OBJECT;
            c = ps->p < ps->end ? *ps->p : '\0';
            if (c == ',') {
                ps->p++;
                if (object) {
                    skip_space(ps);
                    TRY(parse_member_name(ps, err));
                }
                break;
            }
            if (c != (object ? '}' : ']'))
                return fail(ps, ps->p, err, object ? "expected ',' or '}'" : "expected ',' or ']'");
            TRY(close_container(ps, err));
        }
    }
}

enum err_code json_parse(struct str text, unsigned flags, struct arena *arena, struct json *ret_root, struct err *err)
{
    if (text.len_bytes >= JSON_TEXT_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "JSON over %u MB", JSON_TEXT_MAX_BYTES >> 20);
    if (str_is_null(text))
        text = STR("");
    struct parser ps = {.start = text.ptr, .end = text.ptr + text.len_bytes, .p = text.ptr};
    if (str_starts_with(text, STR("\xEF\xBB\xBF")))
        ps.p += 3;
    /* One value about every 12 bytes is what real documents hold. */
    while (ps.room < text.len_bytes / 12)
        if (!grow(&ps))
            break;
    enum err_code code = parse_all(&ps, err);
    struct json_doc *doc = NULL;
    if (code == ERR_NONE) {
        doc = arena_new(arena, struct json_doc);
        struct json_node *nodes = arena_new_array(arena, struct json_node, ps.count);
        if (doc && nodes) {
            memcpy(nodes, ps.nodes, ps.count * sizeof *nodes);
            *doc = (struct json_doc){text, nodes, ps.count};
        } else {
            code = arena_full(arena, err);
        }
    }
    mem_free(ps.nodes);
    if (code != ERR_NONE)
        return code;
    struct json root = {doc, 0};
    if (flags & JSON_REFUSE_DUPLICATES) {
        struct arena_mark mark = arena_mark(arena);
        struct json key;
        TRY(json_find_duplicate(root, arena, &key, err));
        arena_rewind(arena, mark);
        if (!json_is_missing(key))
            return err_set(err, ERR_SYNTAX, "JSON line %zu: the name \"%.*s\" stands twice in one object",
                           json_line(key), (int)(json_raw(key).len_bytes < 80 ? json_raw(key).len_bytes : 80),
                           json_raw(key).ptr);
    }
    *ret_root = root;
    return ERR_NONE;
}

static const struct json json_none = {NULL, 0};

static const struct json_node *node_of(struct json v)
{
    return &v.doc->nodes[v.at];
}

enum json_type json_type(struct json v)
{
    return v.doc ? (enum json_type)node_of(v)->type : JSON_MISSING;
}

const char *json_type_to_str(enum json_type type)
{
    switch (type) {
    case JSON_MISSING:
        return "missing";
    case JSON_NULL:
        return "null";
    case JSON_BOOL:
        return "boolean";
    case JSON_NUMBER:
        return "number";
    case JSON_STRING:
        return "string";
    case JSON_ARRAY:
        return "array";
    case JSON_OBJECT:
        return "object";
    }
    return "unknown";
}

bool json_is_nothing(struct json v)
{
    enum json_type type = json_type(v);
    return type == JSON_MISSING || type == JSON_NULL;
}

static bool is_container(struct json v)
{
    enum json_type type = json_type(v);
    return type == JSON_ARRAY || type == JSON_OBJECT;
}

/* Tape index behind a value. */
static uint32_t after(struct json v)
{
    return is_container(v) ? node_of(v)->word : v.at + 1;
}

size_t json_count(struct json v)
{
    return is_container(v) ? v.doc->nodes[node_of(v)->word - 1].word : 0;
}

struct json_iter json_iter(struct json v)
{
    struct json_iter it = {.key = json_none, .value = json_none};
    if (is_container(v)) {
        it.next_ = (struct json){v.doc, v.at + 1};
        it.end_ = node_of(v)->word - 1;
        if (json_type(v) == JSON_OBJECT)
            it.key = v; /* any value that is not missing: json_next reads it as "there are keys" */
    }
    return it;
}

bool json_next(struct json_iter *it)
{
    if (it->next_.doc == NULL || it->next_.at >= it->end_)
        return false;
    if (!json_is_missing(it->key)) {
        it->key = it->next_;
        it->next_.at++;
    }
    it->value = it->next_;
    it->next_.at = after(it->value);
    return true;
}

struct json json_get(struct json object, struct str key)
{
    if (json_type(object) != JSON_OBJECT)
        return json_none;
    for (struct json_iter it = json_iter(object); json_next(&it);)
        if (json_str_is(it.key, key))
            return it.value;
    return json_none;
}

struct json json_at(struct json array, size_t index)
{
    if (json_type(array) != JSON_ARRAY || index >= json_count(array))
        return json_none;
    struct json_iter it = json_iter(array);
    while (json_next(&it) && index-- > 0)
        ;
    return it.value;
}

struct str json_raw(struct json v)
{
    if (!v.doc)
        return STR_NONE;
    const struct json_node *node = node_of(v);
    if (is_container(v))
        return str_slice(v.doc->text, node->from, v.doc->nodes[node->word - 1].from + 1);
    size_t len = node->type == JSON_STRING ? node->word >> 1 : node->word;
    return str_slice(v.doc->text, node->from, node->from + len);
}

size_t json_offset(struct json v)
{
    return v.doc ? node_of(v)->from : 0;
}

size_t json_line(struct json v)
{
    size_t line = 1;
    for (size_t i = 0; v.doc && i < json_offset(v); i++)
        line += v.doc->text.ptr[i] == '\n';
    return line;
}

bool json_bool(struct json v, bool *ret_value)
{
    if (json_type(v) != JSON_BOOL)
        return false;
    *ret_value = str_starts_with(json_raw(v), STR("t"));
    return true;
}

bool json_double(struct json v, double *ret_value)
{
    char text[1100]; /* enough to write any double out; more digits than that are nobody's honest number */
    struct str raw = json_raw(v);
    if (json_type(v) != JSON_NUMBER || raw.len_bytes >= sizeof text)
        return false;
    memcpy(text, raw.ptr, raw.len_bytes);
    text[raw.len_bytes] = '\0';
    double value = strtod(text, NULL);
    if (!isfinite(value))
        return false;
    *ret_value = value;
    return true;
}

bool json_i64(struct json v, int64_t *ret_value)
{
    if (json_type(v) != JSON_NUMBER)
        return false;
    if (str_to_i64(json_raw(v), ret_value))
        return true;
    struct str raw = json_raw(v);
    double value;
    if (!(memchr(raw.ptr, '.', raw.len_bytes) || memchr(raw.ptr, 'e', raw.len_bytes) ||
          memchr(raw.ptr, 'E', raw.len_bytes)) ||
        !json_double(v, &value))
        return false;
    if (value != floor(value) || value < -9007199254740992.0 ||
        value > 9007199254740992.0) /* past 2^53 a double guesses */
        return false;
    *ret_value = (int64_t)value;
    return true;
}

/* The next character of a checked string, escapes resolved: 1 to 4 bytes. */
static size_t unescape(struct str raw, size_t *pos, char out[4])
{
    const char *p = raw.ptr + *pos;
    if (p[0] != '\\') {
        out[0] = p[0];
        *pos += 1;
        return 1;
    }
    *pos += 2;
    switch (p[1]) {
    case 'b':
        out[0] = '\b';
        return 1;
    case 'f':
        out[0] = '\f';
        return 1;
    case 'n':
        out[0] = '\n';
        return 1;
    case 'r':
        out[0] = '\r';
        return 1;
    case 't':
        out[0] = '\t';
        return 1;
    case 'u': {
        uint32_t cp = (uint32_t)hex4(p + 2, raw.ptr + raw.len_bytes);
        *pos += 4;
        if (cp >= 0xD800 && cp <= 0xDBFF) {
            cp = 0x10000 + ((cp - 0xD800) << 10) + ((uint32_t)hex4(p + 8, raw.ptr + raw.len_bytes) - 0xDC00);
            *pos += 6;
        }
        return utf8_put(out, cp);
    }
    default:
        out[0] = p[1];
        return 1;
    }
}

static bool has_escape(struct json v)
{
    return node_of(v)->word & 1;
}

bool json_str_is(struct json v, struct str text)
{
    if (json_type(v) != JSON_STRING)
        return false;
    struct str raw = json_raw(v);
    if (!has_escape(v))
        return str_equal(raw, text);
    size_t done = 0;
    for (size_t pos = 0; pos < raw.len_bytes;) {
        char out[4];
        size_t n = unescape(raw, &pos, out);
        if (n > text.len_bytes - done || memcmp(out, text.ptr + done, n) != 0)
            return false;
        done += n;
    }
    return done == text.len_bytes;
}

static struct str unescaped(struct json v, struct arena *arena)
{
    struct str raw = json_raw(v);
    if (!has_escape(v))
        return raw;
    char *out = arena_alloc(arena, raw.len_bytes + 1, 1); /* every escape is longer than what it means */
    if (!out)
        return STR_NONE;
    size_t n = 0;
    for (size_t pos = 0; pos < raw.len_bytes;) {
        char one[4];
        size_t len = unescape(raw, &pos, one);
        memcpy(out + n, one, len);
        n += len;
    }
    out[n] = '\0';
    return (struct str){out, n};
}

enum err_code json_str(struct json v, struct arena *arena, struct str *ret_text, struct err *err)
{
    if (json_is_nothing(v))
        return err_set(err, ERR_NOT_FOUND, "no such text");
    if (json_type(v) != JSON_STRING)
        return err_set(err, ERR_SYNTAX, "JSON line %zu: wanted a string, got %s", json_line(v),
                       json_type_to_str(json_type(v)));
    struct str text = unescaped(v, arena);
    if (str_is_null(text))
        return arena_full(arena, err);
    *ret_text = text;
    return ERR_NONE;
}

struct str json_str_or_none(struct json v, struct arena *arena)
{
    return json_type(v) == JSON_STRING ? unescaped(v, arena) : STR_NONE;
}

/* One object: names go into a small table of hashes, equal hashes are compared. */
static enum err_code duplicate_in(struct json object, struct arena *scratch, struct json *ret_key, struct err *err)
{
    size_t count = json_count(object), room = 16;
    while (room < count * 2)
        room *= 2;
    struct json *slots = arena_new_array(scratch, struct json, room);
    if (!slots)
        return arena_full(scratch, err);
    for (struct json_iter it = json_iter(object); json_next(&it);) {
        struct str name = unescaped(it.key, scratch);
        if (str_is_null(name))
            return arena_full(scratch, err);
        size_t at = str_hash(name) & (room - 1);
        for (; !json_is_missing(slots[at]); at = (at + 1) & (room - 1))
            if (json_str_is(slots[at], name)) {
                *ret_key = it.key;
                return ERR_NONE;
            }
        slots[at] = it.key;
    }
    return ERR_NONE;
}

enum err_code json_find_duplicate(struct json v, struct arena *scratch, struct json *ret_key, struct err *err)
{
    struct json key = json_none;
    for (uint32_t at = v.at; v.doc && at < after(v) && json_is_missing(key); at++) {
        struct json here = {v.doc, at};
        /* an opening node points forward, a closing one holds a count that never does so rightly: look back from its
         * place */
        if (json_type(here) != JSON_OBJECT || node_of(here)->word <= at || node_of(here)->word > v.doc->count ||
            v.doc->text.ptr[node_of(here)->from] != '{')
            continue;
        struct arena_mark mark = arena_mark(scratch);
        TRY(duplicate_in(here, scratch, &key, err));
        arena_rewind(scratch, mark);
    }
    *ret_key = key;
    return ERR_NONE;
}

/* --- writing --- */

void json_writer_init(struct json_writer *w, struct buf *out, unsigned flags)
{
    *w = (struct json_writer){.out = out, .flags = flags};
}

static void new_line(struct json_writer *w)
{
    if (!(w->flags & JSON_PRETTY))
        return;
    buf_put_byte(w->out, '\n');
    for (unsigned i = 0; i < w->depth; i++)
        buf_lit(w->out, "  ");
}

static bool in_object(const struct json_writer *w)
{
    return w->depth > 0 && (w->objects >> (w->depth - 1) & 1);
}

/* Comma and line break before a value or a name. */
static void before_value(struct json_writer *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    must(!in_object(w));                /* a member needs its name first */
    must(w->depth > 0 || !w->has_item); /* one value; NDJSON calls json_end_line between */
    if (w->has_item)
        buf_put_byte(w->out, ',');
    if (w->depth > 0)
        new_line(w);
    w->has_item = true;
}

static void begin(struct json_writer *w, char c, bool object)
{
    before_value(w);
    must(w->depth < JSON_DEPTH_MAX);
    buf_put_byte(w->out, c);
    w->objects = (w->objects & ~(1ull << w->depth)) | (uint64_t)object << w->depth;
    w->depth++;
    w->has_item = false;
}

static void end(struct json_writer *w, char c, bool object)
{
    must(w->depth > 0 && in_object(w) == object && !w->after_key);
    w->depth--;
    if (w->has_item)
        new_line(w);
    buf_put_byte(w->out, c);
    w->has_item = true;
}

void json_object_begin(struct json_writer *w)
{
    begin(w, '{', true);
}

void json_object_end(struct json_writer *w)
{
    end(w, '}', true);
}

void json_array_begin(struct json_writer *w)
{
    begin(w, '[', false);
}

void json_array_end(struct json_writer *w)
{
    end(w, ']', false);
}

/* Between quotes. `raw`: the text was read from JSON and is escaped already; only what HTML forbids is changed. */
static void put_escaped(struct json_writer *w, struct str s, bool raw)
{
    bool html = w->flags & JSON_HTML_SAFE;
    size_t from = 0;
    buf_put_byte(w->out, '"');
    for (size_t pos = 0; pos < s.len_bytes;) {
        unsigned char c = (unsigned char)s.ptr[pos];
        size_t at = pos;
        char text[8];
        if (c < 0x80) {
            pos++;
            bool plain = raw || (c >= 0x20 && c != '"' && c != '\\');
            if (plain && !(html && (c == '<' || c == '>' || c == '&')))
                continue;
            const char *short_form = c == '"'    ? "\\\""
                                     : c == '\\' ? "\\\\"
                                     : c == '\n' ? "\\n"
                                     : c == '\r' ? "\\r"
                                     : c == '\t' ? "\\t"
                                     : c == '\b' ? "\\b"
                                     : c == '\f' ? "\\f"
                                                 : NULL;
            if (short_form)
                snprintf(text, sizeof text, "%s", short_form);
            else
                snprintf(text, sizeof text, "\\u%04x", c);
        } else {
            uint32_t cp = utf8_next(s, &pos);
            bool bad = cp == UTF8_BAD && pos - at == 1;
            bool separator = html && (cp == 0x2028 || cp == 0x2029);
            if (!bad && !separator)
                continue;
            snprintf(text, sizeof text, "%s", bad ? "\xEF\xBF\xBD" : cp == 0x2028 ? "\\u2028" : "\\u2029");
        }
        buf_put(w->out, str_slice(s, from, at));
        buf_put(w->out, str_from_cstr(text));
        from = pos;
    }
    buf_put(w->out, str_slice(s, from, s.len_bytes));
    buf_put_byte(w->out, '"');
}

static void put_key(struct json_writer *w, struct str key, bool raw)
{
    must(in_object(w) && !w->after_key);
    if (w->has_item)
        buf_put_byte(w->out, ',');
    new_line(w);
    put_escaped(w, key, raw);
    buf_put(w->out, w->flags & JSON_PRETTY ? STR(": ") : STR(":"));
    w->has_item = true;
    w->after_key = true;
}

void json_put_key(struct json_writer *w, struct str key)
{
    put_key(w, key, false);
}

void json_put_raw(struct json_writer *w, struct str json)
{
    before_value(w);
    buf_put(w->out, json);
}

void json_put_null(struct json_writer *w)
{
    json_put_raw(w, STR("null"));
}

void json_put_bool(struct json_writer *w, bool v)
{
    json_put_raw(w, v ? STR("true") : STR("false"));
}

void json_put_str(struct json_writer *w, struct str s)
{
    if (str_is_null(s)) {
        json_put_null(w);
        return;
    }
    before_value(w);
    put_escaped(w, s, false);
}

void json_put_i64(struct json_writer *w, int64_t v)
{
    before_value(w);
    buf_printf(w->out, "%lld", (long long)v);
}

void json_put_id(struct json_writer *w, int64_t id)
{
    if (id == 0) {
        json_put_null(w);
        return;
    }
    before_value(w);
    buf_printf(w->out, "\"%lld\"", (long long)id);
}

void json_put_double(struct json_writer *w, double v)
{
    if (!isfinite(v)) {
        json_put_null(w);
        return;
    }
    before_value(w);
    char text[40];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*g", precision, v);
        if (strtod(text, NULL) == v)
            break;
    }
    buf_put(w->out, str_from_cstr(text));
}

void json_put_value(struct json_writer *w, struct json v)
{
    switch (json_type(v)) {
    case JSON_MISSING:
        json_put_null(w);
        return;
    case JSON_NULL:
    case JSON_BOOL:
    case JSON_NUMBER:
        json_put_raw(w, json_raw(v));
        return;
    case JSON_STRING:
        before_value(w);
        put_escaped(w, json_raw(v), true);
        return;
    case JSON_ARRAY:
        json_array_begin(w);
        for (struct json_iter it = json_iter(v); json_next(&it);)
            json_put_value(w, it.value); /* as deep as the parser allowed */
        json_array_end(w);
        return;
    case JSON_OBJECT:
        json_object_begin(w);
        for (struct json_iter it = json_iter(v); json_next(&it);) {
            put_key(w, json_raw(it.key), true);
            json_put_value(w, it.value);
        }
        json_object_end(w);
        return;
    }
}

void json_end_line(struct json_writer *w)
{
    must(w->depth == 0 && w->has_item);
    buf_put_byte(w->out, '\n');
    w->has_item = false;
}

void json_field_str(struct json_writer *w, struct str key, struct str s)
{
    json_put_key(w, key);
    json_put_str(w, s);
}

void json_field_i64(struct json_writer *w, struct str key, int64_t v)
{
    json_put_key(w, key);
    json_put_i64(w, v);
}

void json_field_id(struct json_writer *w, struct str key, int64_t id)
{
    json_put_key(w, key);
    json_put_id(w, id);
}

void json_field_double(struct json_writer *w, struct str key, double v)
{
    json_put_key(w, key);
    json_put_double(w, v);
}

void json_field_bool(struct json_writer *w, struct str key, bool v)
{
    json_put_key(w, key);
    json_put_bool(w, v);
}

void json_field_null(struct json_writer *w, struct str key)
{
    json_put_key(w, key);
    json_put_null(w);
}
