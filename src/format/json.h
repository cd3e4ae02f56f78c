/* json.h - JSON (RFC 8259): a strict reader that copies nothing, and a streaming writer.
 * The reader makes a tape of 8 bytes a value over the text; a `struct json` is a place on it. Asking a missing member
 * for more gives JSON_MISSING again, so chains need one check at the end. struct json root; TRY(json_parse(text, 0,
 * arena, &root, err)); TRY(json_str(json_get(json_get(root, STR("signer")), STR("name")), arena, &name, err)); for
 * (struct json_iter it = json_iter(json_get(root, STR("duties"))); json_next(&it);) use(it.value); Uses: base.    Used
 * by: hunt, advisory, web (API), cmd (--json), exchange. Memory: the tape in the caller's arena; views point into the
 * text, which must outlive them.    Threads: a parsed document may be read by many. */
#ifndef LUYTRE_FORMAT_JSON_H
#define LUYTRE_FORMAT_JSON_H

#include "base/arena.h"
#include "base/buf.h"

NONNULL_BEGIN

/* --- reading --- */
enum json_type {
    JSON_MISSING, /* no such member or item */
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};
struct json_doc;
struct json {
    const struct json_doc *NULLABLE doc;
    uint32_t at; /* index on the tape */
};

enum json_parse_flags {
    JSON_REFUSE_DUPLICATES =
        1, /* an object with the same name twice is ERR_SYNTAX; otherwise json_get gives the first */
};
/* ERR_SYNTAX with line and column; ERR_LIMIT past JSON_TEXT_MAX_BYTES or JSON_DEPTH_MAX. A UTF-8 BOM is skipped, as
 * RFC 8259 section 8.1 allows. Text after the value is an error: NDJSON is read line by line with str_line. */
MUST_USE enum err_code json_parse(struct str text, unsigned flags, struct arena *arena, struct json *ret_root,
                                  struct err *err);
enum json_type json_type(struct json v);
const char *json_type_to_str(enum json_type type); /* "string" */
static inline bool json_is_missing(struct json v)
{
    return v.doc == NULL;
}
bool json_is_nothing(struct json v); /* missing or null */

/* Members and items. A wrong type or a missing name gives JSON_MISSING. */
struct json json_get(struct json object, struct str key);
struct json json_at(struct json array, size_t index);
size_t json_count(struct json v); /* members or items; 0 for anything else */
struct json_iter {
    struct json key;   /* JSON_MISSING in an array */
    struct json value; /* the current one */
    struct json next_;
    uint32_t end_;
};
struct json_iter json_iter(struct json v); /* array or object; anything else has no items */
bool json_next(struct json_iter *it);

/* Scalars: false when the type is another or the number does not fit. An i64 may be written 1.0 or 1e3 when that is
 * whole. */
bool json_bool(struct json v, bool *ret_value);
bool json_i64(struct json v, int64_t *ret_value);
bool json_double(struct json v, double *ret_value);
/* As it stands in the text: a number's digits, a string between its quotes with its escapes, a whole object. */
struct str json_raw(struct json v);
/* Byte offset of the value in the text, and its line (1 = first): for messages. */
size_t json_offset(struct json v);
size_t json_line(struct json v);
/* A string's text: a view when it holds no escape, else unescaped into the arena. ERR_NOT_FOUND when missing or null,
 * ERR_SYNTAX (with the line) for another type. A lone surrogate (\ud800) is refused by json_parse already. */
MUST_USE enum err_code json_str(struct json v, struct arena *arena, struct str *ret_text, struct err *err);
/* The same, giving STR_NONE for anything that is not a string (also when the arena is full). */
struct str json_str_or_none(struct json v, struct arena *arena);
bool json_str_is(struct json v, struct str text); /* allocates nothing */
/* Does any object in v hold a name twice? Then the second key is given back. */
MUST_USE enum err_code json_find_duplicate(struct json v, struct arena *scratch, struct json *ret_key, struct err *err);

/* --- writing --- */
enum json_write_flags {
    JSON_PRETTY = 1,    /* two blanks a level */
    JSON_HTML_SAFE = 2, /* < > & U+2028 U+2029 as \uXXXX: may stand inside a script element */
};
/* Errors stick to the buffer: write on, ask buf_check once. Unbalanced use is a broken promise (must). */
struct json_writer {
    struct buf *out;
    unsigned flags;
    unsigned depth;
    bool has_item;    /* something stands before in this container */
    bool after_key;   /* a value must follow */
    uint64_t objects; /* bit per level: is it an object */
};
void json_writer_init(struct json_writer *w, struct buf *out, unsigned flags);
void json_object_begin(struct json_writer *w);
void json_object_end(struct json_writer *w);
void json_array_begin(struct json_writer *w);
void json_array_end(struct json_writer *w);
void json_put_key(struct json_writer *w, struct str key);
void json_put_str(struct json_writer *w, struct str s); /* null when s is STR_NONE; broken UTF-8 becomes U+FFFD */
void json_put_i64(struct json_writer *w, int64_t v);
void json_put_id(struct json_writer *w, int64_t id); /* decimal text in quotes; null when 0 */
void json_put_double(struct json_writer *w,
                     double v); /* shortest text that reads back the same; null when not finite */
void json_put_bool(struct json_writer *w, bool v);
void json_put_null(struct json_writer *w);
void json_put_raw(struct json_writer *w, struct str json); /* one finished value */
void json_put_value(struct json_writer *w, struct json v); /* a value that was read, copied by structure */
/* NDJSON: ends the line of a finished top-level value. */
void json_end_line(struct json_writer *w);
/* key and value in one */
void json_field_str(struct json_writer *w, struct str key, struct str s);
void json_field_i64(struct json_writer *w, struct str key, int64_t v);
void json_field_id(struct json_writer *w, struct str key, int64_t id);
void json_field_double(struct json_writer *w, struct str key, double v);
void json_field_bool(struct json_writer *w, struct str key, bool v);
void json_field_null(struct json_writer *w, struct str key);

NONNULL_END
#endif
