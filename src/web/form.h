/* form.h - what a browser sends: urlencoded text and multipart with files, read as hostile.
 * Knows RFC 3986 percent coding, the URL living standard's form coding, RFC 7578; knows nothing of HTTP connections.
 * Files stream into unnamed temporary files; fields stay in the arena. Every count and size has a ceiling
 * (base/limits.h). Uses: base.    Used by: web/http.c, tests/fuzz/fuzz_http_form.c.    Threads: one owner each. */
#ifndef LUYTRE_WEB_FORM_H
#define LUYTRE_WEB_FORM_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"

NONNULL_BEGIN

struct form_field {
    struct str name;
    struct str value; /* valid UTF-8 without NUL */
};
struct form_file {
    struct str field;
    struct str filename; /* last piece of the path only; never used to open anything */
    struct str mime;     /* what the browser says: believe the content instead */
    int fd;              /* at offset 0; the form closes it unless form_file_take took it */
    uint64_t size_bytes;
};
struct form {
    VEC(struct form_field) fields;
    VEC(struct form_file) files;
};
void form_done(struct form *form);                             /* closes the files */
struct str form_get(const struct form *form, struct str name); /* first value, STR_NONE when absent */
const struct form_file *NULLABLE form_file(const struct form *form, struct str field); /* NULL when absent or empty */
int form_file_take(struct form *form, struct str field); /* the descriptor is now the caller's; -1 when absent */

/* "%41" and, for forms, "+". Bad coding, NUL and broken UTF-8 are refused. */
MUST_USE enum err_code form_decode(struct str coded, bool plus_is_space, struct arena *arena, struct str *ret_text,
                                   struct err *err);
/* Adds the fields of "a=1&b=2". */
MUST_USE enum err_code form_parse_urlencoded(struct str text, struct arena *arena, struct form *form, struct err *err);

struct multipart;
/* content_type is the whole header; spool_dir is where unnamed files are made. */
MUST_USE enum err_code multipart_new(struct str content_type, const char *spool_dir, uint64_t file_max_bytes,
                                     struct arena *arena, struct form *form, struct multipart **ret_multipart,
                                     struct err *err);
MUST_USE enum err_code multipart_feed(struct multipart *multipart, struct str bytes, struct err *err);
MUST_USE enum err_code multipart_finish(struct multipart *multipart,
                                        struct err *err); /* the closing boundary must have come */
void multipart_free(struct multipart *NULLABLE multipart);

NONNULL_END
#endif
