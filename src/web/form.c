#include "web/form.h"

#include "base/limits.h"
#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void form_done(struct form *form)
{
    for (size_t i = 0; i < form->files.count; i++)
        if (form->files.items[i].fd >= 0) {
            close(form->files.items[i].fd);
            form->files.items[i].fd = -1;
        }
}

struct str form_get(const struct form *form, struct str name)
{
    for (size_t i = 0; i < form->fields.count; i++)
        if (str_equal(form->fields.items[i].name, name))
            return form->fields.items[i].value;
    return STR_NONE;
}

const struct form_file *form_file(const struct form *form, struct str field)
{
    for (size_t i = 0; i < form->files.count; i++)
        if (str_equal(form->files.items[i].field, field) && form->files.items[i].fd >= 0)
            return &form->files.items[i];
    return NULL;
}

int form_file_take(struct form *form, struct str field)
{
    for (size_t i = 0; i < form->files.count; i++)
        if (str_equal(form->files.items[i].field, field) && form->files.items[i].fd >= 0) {
            int fd = form->files.items[i].fd;
            form->files.items[i].fd = -1;
            return fd;
        }
    return -1;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

enum err_code form_decode(struct str coded, bool plus_is_space, struct arena *arena, struct str *ret_text,
                          struct err *err)
{
    struct str copy = arena_str(arena, coded);
    if (str_is_null(copy))
        return arena_full(arena, err);
    char *out = (char *)(uintptr_t)copy.ptr;
    size_t n = 0;
    for (size_t i = 0; i < coded.len_bytes; i++) {
        char c = coded.ptr[i];
        if (c == '+' && plus_is_space) {
            c = ' ';
        } else if (c == '%') {
            int hi = i + 1 < coded.len_bytes ? hex(coded.ptr[i + 1]) : -1;
            int lo = i + 2 < coded.len_bytes ? hex(coded.ptr[i + 2]) : -1;
            if (hi < 0 || lo < 0)
                return err_set(err, ERR_SYNTAX, "%% at position %zu is not followed by two hexadecimal digits", i);
            c = (char)(hi * 16 + lo);
            i += 2;
        }
        if (c == '\0')
            return err_set(err, ERR_SYNTAX, "a NUL character at position %zu", i);
        out[n++] = c;
    }
    out[n] = '\0';
    struct str text = {out, n};
    if (!utf8_is_valid(text))
        return err_set(err, ERR_SYNTAX, "the text is not valid UTF-8");
    *ret_text = text;
    return ERR_NONE;
}

static enum err_code add_field(struct form *form, struct arena *arena, struct str name, struct str value,
                               struct err *err)
{
    if (form->fields.count >= REQUEST_FIELDS_MAX)
        return err_set(err, ERR_LIMIT, "more than %u fields", REQUEST_FIELDS_MAX);
    struct form_field *field = vec_push(&form->fields, arena);
    if (!field)
        return arena_full(arena, err);
    *field = (struct form_field){name, value};
    return ERR_NONE;
}

enum err_code form_parse_urlencoded(struct str text, struct arena *arena, struct form *form, struct err *err)
{
    struct str rest = text, pair;
    if (str_is_empty(text))
        return ERR_NONE;
    while (str_split(&rest, '&', &pair)) {
        if (str_is_empty(pair))
            continue;
        ptrdiff_t eq = str_find_byte(pair, '=', 0);
        struct str name, value;
        TRY(form_decode(str_slice(pair, 0, eq < 0 ? pair.len_bytes : (size_t)eq), true, arena, &name, err));
        TRY(form_decode(eq < 0 ? STR("") : str_slice(pair, (size_t)eq + 1, pair.len_bytes), true, arena, &value, err));
        TRY(add_field(form, arena, name, value, err));
    }
    return ERR_NONE;
}

/* --- multipart/form-data (RFC 7578, RFC 2046 section 5.1) ---
 * Bytes are gathered in `held` only as far as a boundary might be hidden in them; the rest goes on at once. */
enum multipart_at { AT_PREAMBLE, AT_HEAD, AT_BLANK, AT_BODY, AT_END };

#define BOUNDARY_MAX_BYTES    70 /* RFC 2046 section 5.1.1: "1 to 70 characters" */
#define FIELD_VALUE_MAX_BYTES REQUEST_FORM_MAX_BYTES

struct multipart {
    struct arena *arena;
    struct form *form;
    const char *spool_dir;
    uint64_t file_max_bytes;
    enum multipart_at at;
    char boundary[BOUNDARY_MAX_BYTES + 5]; /* "\r\n--" and the boundary */
    size_t boundary_bytes;
    struct buf held;
    struct buf value;     /* of the field being read */
    uint64_t value_bytes; /* of all fields so far */
    struct str name, filename, mime;
    bool is_file;
    int fd;
    uint64_t size_bytes;
};

static bool is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

/* The value of a parameter in `; name="x"; filename="y"`. Backslash escapes are not undone: browsers send %22 (WHATWG).
 */
static bool param_get(struct str header, struct str want, struct str *ret_value)
{
    size_t i = 0;
    while (i < header.len_bytes && header.ptr[i] != ';')
        i++;
    while (i < header.len_bytes) {
        i++;
        while (i < header.len_bytes && (header.ptr[i] == ' ' || header.ptr[i] == '\t'))
            i++;
        size_t from = i;
        while (i < header.len_bytes && is_token_char(header.ptr[i]))
            i++;
        struct str name = str_slice(header, from, i);
        if (i >= header.len_bytes || header.ptr[i] != '=')
            return false;
        i++;
        struct str value;
        if (i < header.len_bytes && header.ptr[i] == '"') {
            size_t open = ++i;
            while (i < header.len_bytes && header.ptr[i] != '"')
                i++;
            if (i >= header.len_bytes)
                return false;
            value = str_slice(header, open, i++);
        } else {
            size_t open = i;
            while (i < header.len_bytes && header.ptr[i] != ';')
                i++;
            value = str_trim(str_slice(header, open, i));
        }
        if (str_equal_nocase_ascii(name, want)) {
            *ret_value = value;
            return true;
        }
        while (i < header.len_bytes && header.ptr[i] != ';')
            i++;
    }
    return false;
}

enum err_code multipart_new(struct str content_type, const char *spool_dir, uint64_t file_max_bytes,
                            struct arena *arena, struct form *form, struct multipart **ret_multipart, struct err *err)
{
    struct str boundary;
    if (!param_get(content_type, STR("boundary"), &boundary) || boundary.len_bytes == 0 ||
        boundary.len_bytes > BOUNDARY_MAX_BYTES)
        return err_set(err, ERR_SYNTAX, "multipart without a boundary of 1 to %d characters", BOUNDARY_MAX_BYTES);
    for (size_t i = 0; i < boundary.len_bytes; i++)
        if ((unsigned char)boundary.ptr[i] < 0x20 || (unsigned char)boundary.ptr[i] > 0x7E)
            return err_set(err, ERR_SYNTAX, "the boundary holds an odd character");
    struct multipart *m = arena_new(arena, struct multipart);
    if (!m)
        return arena_full(arena, err);
    m->arena = arena;
    m->form = form;
    m->spool_dir = spool_dir;
    m->file_max_bytes = file_max_bytes;
    m->fd = -1;
    memcpy(m->boundary, "\r\n--", 4);
    memcpy(m->boundary + 4, boundary.ptr, boundary.len_bytes);
    m->boundary_bytes = boundary.len_bytes + 4;
    buf_init(&m->held, (1u << 20) + REQUEST_PART_HEAD_MAX_BYTES);
    buf_init(&m->value, FIELD_VALUE_MAX_BYTES);
    buf_lit(&m->held, "\r\n"); /* so that the first boundary looks like the others */
    *ret_multipart = m;
    return ERR_NONE;
}

void multipart_free(struct multipart *m)
{
    if (!m)
        return;
    buf_done(&m->held);
    buf_done(&m->value);
    if (m->fd >= 0)
        close(m->fd);
    m->fd = -1;
}

static enum err_code part_head(struct multipart *m, struct str head, struct err *err)
{
    m->name = STR_NONE;
    m->filename = STR_NONE;
    m->mime = STR("");
    m->is_file = false;
    struct str line;
    while (str_line(&head, &line)) {
        ptrdiff_t colon = str_find_byte(line, ':', 0);
        if (colon <= 0)
            return err_set(err, ERR_SYNTAX, "a part of the form has a broken header");
        struct str name = str_slice(line, 0, (size_t)colon),
                   value = str_trim(str_slice(line, (size_t)colon + 1, line.len_bytes));
        if (str_equal_nocase_ascii(name, STR("content-disposition"))) {
            struct str text;
            if (!str_equal_nocase_ascii(str_slice(value, 0, 9), STR("form-data")) ||
                !param_get(value, STR("name"), &text) || !utf8_is_valid(text) || str_find_byte(text, '\0', 0) >= 0)
                return err_set(err, ERR_SYNTAX, "a part of the form has no name");
            m->name = arena_str(m->arena, text);
            if (str_is_null(m->name))
                return arena_full(m->arena, err);
            if (param_get(value, STR("filename"), &text)) {
                for (size_t i = text.len_bytes; i > 0; i--)
                    if (text.ptr[i - 1] == '/' || text.ptr[i - 1] == '\\') {
                        text = str_slice(text, i, text.len_bytes);
                        break;
                    }
                if (!utf8_is_valid(text) || str_find_byte(text, '\0', 0) >= 0)
                    return err_set(err, ERR_SYNTAX, "a file name is not valid UTF-8");
                m->filename = arena_str(m->arena, text);
                if (str_is_null(m->filename))
                    return arena_full(m->arena, err);
                m->is_file = true;
            }
        } else if (str_equal_nocase_ascii(name, STR("content-type"))) {
            m->mime = arena_str(m->arena, value);
            if (str_is_null(m->mime))
                return arena_full(m->arena, err);
        }
    }
    if (str_is_null(m->name))
        return err_set(err, ERR_SYNTAX, "a part of the form has no name");
    m->size_bytes = 0;
    buf_clear(&m->value);
    if (m->is_file) {
        if (m->form->files.count >= REQUEST_FILES_MAX)
            return err_set(err, ERR_LIMIT, "more than %u files", REQUEST_FILES_MAX);
        errno = 0;
        m->fd = open(m->spool_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (m->fd < 0 &&
            (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT)) /* file systems without unnamed files */
            m->fd = memfd_create("upload", MFD_CLOEXEC);
        if (m->fd < 0)
            return err_set(err, ERR_IO, "keep an uploaded file");
    }
    return ERR_NONE;
}

static enum err_code part_bytes(struct multipart *m, struct str bytes, struct err *err)
{
    if (!m->is_file) {
        m->value_bytes += bytes.len_bytes;
        if (m->value_bytes > FIELD_VALUE_MAX_BYTES)
            return err_set(err, ERR_LIMIT, "the fields of the form are over %u MB", FIELD_VALUE_MAX_BYTES >> 20);
        buf_put(&m->value, bytes);
        return buf_check(&m->value, err);
    }
    m->size_bytes += bytes.len_bytes;
    if (m->size_bytes > m->file_max_bytes)
        return err_set(err, ERR_LIMIT, "file %.*s is over %llu MB", STR_ARG(str_slice(m->filename, 0, 100)),
                       (unsigned long long)(m->file_max_bytes >> 20));
    while (bytes.len_bytes) {
        ssize_t n = write(m->fd, bytes.ptr, bytes.len_bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return err_set(err, ERR_IO, "keep an uploaded file");
        bytes = str_slice(bytes, (size_t)n, bytes.len_bytes);
    }
    return ERR_NONE;
}

static enum err_code part_end(struct multipart *m, struct err *err)
{
    if (m->is_file) {
        if (str_is_empty(m->filename) && m->size_bytes == 0) { /* a file field left empty */
            close(m->fd);
            m->fd = -1;
            return ERR_NONE;
        }
        if (lseek(m->fd, 0, SEEK_SET) < 0)
            return err_set(err, ERR_IO, "keep an uploaded file");
        struct form_file *file = vec_push(&m->form->files, m->arena);
        if (!file)
            return arena_full(m->arena, err);
        *file = (struct form_file){m->name, m->filename, m->mime, m->fd, m->size_bytes};
        m->fd = -1;
        return ERR_NONE;
    }
    struct str value = arena_str(m->arena, buf_str(&m->value));
    if (str_is_null(value))
        return arena_full(m->arena, err);
    if (!utf8_is_valid(value) || str_find_byte(value, '\0', 0) >= 0)
        return err_set(err, ERR_SYNTAX, "field %.*s is not valid UTF-8", STR_ARG(str_slice(m->name, 0, 60)));
    return add_field(m->form, m->arena, m->name, value, err);
}

/* One step over what is held; false when more bytes are needed. */
static enum err_code step(struct multipart *m, size_t *pos, bool *ret_again, struct err *err)
{
    struct str held = str_slice(buf_str(&m->held), *pos, m->held.len_bytes);
    struct str boundary = {m->boundary, m->boundary_bytes};
    *ret_again = false;
    if (m->at == AT_END) {
        *pos = m->held.len_bytes; /* the epilogue is ignored: RFC 2046 section 5.1.1 */
        return ERR_NONE;
    }
    if (m->at == AT_HEAD) {
        ptrdiff_t end = str_find(held, STR("\r\n\r\n"), 0);
        if (end < 0) {
            if (held.len_bytes > REQUEST_PART_HEAD_MAX_BYTES)
                return err_set(err, ERR_LIMIT, "the headers of a part are over %u kB",
                               REQUEST_PART_HEAD_MAX_BYTES >> 10);
            return ERR_NONE;
        }
        TRY(part_head(m, str_slice(held, 0, (size_t)end), err));
        m->at = AT_BLANK;
        *pos += (size_t)end + 2;
        *ret_again = true;
        return ERR_NONE;
    }
    if (m->at == AT_BLANK) {
        /* The \r\n of the blank line is not content, unless the boundary begins with it: a part without a body. */
        if (held.len_bytes < m->boundary_bytes + 2)
            return ERR_NONE;
        struct str after = str_slice(held, m->boundary_bytes, m->boundary_bytes + 2);
        if (!str_starts_with(held, boundary) || !(str_equal(after, STR("--")) || str_equal(after, STR("\r\n"))))
            *pos += 2;
        m->at = AT_BODY;
        *ret_again = true;
        return ERR_NONE;
    }
    ptrdiff_t found = str_find(held, boundary, 0);
    if (found < 0) {
        size_t sure = held.len_bytes > m->boundary_bytes ? held.len_bytes - m->boundary_bytes : 0;
        if (sure && m->at == AT_BODY)
            TRY(part_bytes(m, str_slice(held, 0, sure), err));
        *pos += sure;
        return ERR_NONE;
    }
    size_t after = (size_t)found + m->boundary_bytes;
    if (held.len_bytes < after + 2)
        return ERR_NONE; /* what follows decides: another part or the end */
    bool is_last = held.ptr[after] == '-' && held.ptr[after + 1] == '-';
    if (!is_last && !(held.ptr[after] == '\r' && held.ptr[after + 1] == '\n')) {
        if (m->at == AT_BODY) { /* looked like the boundary, was content */
            TRY(part_bytes(m, str_slice(held, 0, after), err));
        }
        *pos += after;
        *ret_again = true;
        return ERR_NONE;
    }
    if (m->at == AT_BODY) {
        TRY(part_bytes(m, str_slice(held, 0, (size_t)found), err));
        TRY(part_end(m, err));
    }
    m->at = is_last ? AT_END : AT_HEAD;
    *pos += after + 2;
    *ret_again = true;
    return ERR_NONE;
}

enum err_code multipart_feed(struct multipart *m, struct str bytes, struct err *err)
{
    while (bytes.len_bytes) {
        struct str piece = str_slice(bytes, 0, 1u << 16);
        bytes = str_slice(bytes, piece.len_bytes, bytes.len_bytes);
        buf_put(&m->held, piece);
        TRY(buf_check(&m->held, err));
        size_t pos = 0;
        bool again = true;
        while (again)
            TRY(step(m, &pos, &again, err));
        size_t left = m->held.len_bytes - pos;
        if (left && pos)
            memmove(m->held.ptr, m->held.ptr + pos, left);
        m->held.len_bytes = left;
    }
    return ERR_NONE;
}

enum err_code multipart_finish(struct multipart *m, struct err *err)
{
    if (m->at != AT_END)
        return err_set(err, ERR_SYNTAX, "the form broke off before its end");
    return ERR_NONE;
}
