/* yaml.h - YAML 1.2 as a simple tree that knows its lines, for knowledge/ and detection rules.
 * Aliases are allowed, but the tree they unfold to has a ceiling (YAML_NODES_MAX), so a "billion laughs" ends early.
 * libfyaml 0.7.12 leaks a buffer of 4 kB on some broken quoted scalars (seen by the fuzzer): read foreign files in a
 * process that ends. Uses: libfyaml.    Used by: tools of knowledge/, hunt (rules).    Memory: the caller's arena;
 * nothing points into libfyaml. Threads: no shared state. */
#ifndef LUYTRE_FORMAT_YAML_H
#define LUYTRE_FORMAT_YAML_H

#include "base/arena.h"

NONNULL_BEGIN

#define YAML_DEPTH_MAX 64u
#define YAML_NODES_MAX 2000000u

enum yaml_type {
    YAML_NULL,   /* nothing, ~ or null, unquoted */
    YAML_SCALAR, /* every other scalar: the reader of the file decides what it means (so "no" stays "no") */
    YAML_LIST,
    YAML_MAP,
};
struct yaml_pair;
struct yaml {
    enum yaml_type type;
    bool quoted; /* "12" was in quotes */
    struct str text;
    struct yaml *NULLABLE items;      /* of a list */
    struct yaml_pair *NULLABLE pairs; /* of a map, in the order of the file */
    size_t count;
    size_t line, column; /* 1 = first */
};
struct yaml_pair {
    struct str key;
    struct yaml value;
};
/* One document. `name` is for messages: "rules/x.yaml line 3, column 5: ...". A key that stands twice is ERR_SYNTAX. */
MUST_USE enum err_code yaml_parse(struct str text, const char *name, struct arena *arena, struct yaml *ret_root,
                                  struct err *err);
/* Several documents with --- between them. */
struct yaml_list {
    struct yaml *items;
    size_t count;
};
MUST_USE enum err_code yaml_parse_all(struct str text, const char *name, struct arena *arena,
                                      struct yaml_list *ret_list, struct err *err);
const struct yaml *NULLABLE yaml_get(const struct yaml *NULLABLE map, struct str key); /* NULL when absent or no map */
struct str yaml_str(const struct yaml *NULLABLE map, struct str key); /* STR_NONE when absent or no scalar */
bool yaml_i64(const struct yaml *NULLABLE v, int64_t *ret_value);
bool yaml_bool(const struct yaml *NULLABLE v, bool *ret_value); /* true false, as in YAML 1.2; yes and no are texts */

NONNULL_END
#endif
