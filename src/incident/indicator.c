#include <arpa/inet.h>

#include "base/buf.h"
#include "incident/room_parts.h"

#define HOST_BYTES 253u /* RFC 1035 2.3.4 */

static bool is_hex(struct str s)
{
    for (size_t i = 0; i < s.len_bytes; i++)
        if (!strchr("0123456789abcdefABCDEF", s.ptr[i]) || !s.ptr[i])
            return false;
    return true;
}

static size_t find_byte(struct str s, char byte)
{
    for (size_t i = 0; i < s.len_bytes; i++)
        if (s.ptr[i] == byte)
            return i;
    return s.len_bytes;
}

/* "hxxps://a[.]b", "a(.)b", "x[at]y": what people write so that nobody clicks, back to what it is. */
static struct str undo_defang(struct arena *arena, struct str value)
{
    static const struct {
        struct str from;
        const char *to;
    } marks[] = {{STR_INIT("[.]"), "."},   {STR_INIT("(.)"), "."},     {STR_INIT("{.}"), "."},
                 {STR_INIT("[dot]"), "."}, {STR_INIT("[at]"), "@"},    {STR_INIT("[@]"), "@"},
                 {STR_INIT("[:]"), ":"},   {STR_INIT("[://]"), "://"}, {STR_INIT("[/]"), "/"}};
    AUTO_BUF buf;
    buf_init(&buf, ROOM_VALUE_BYTES + 16);
    for (size_t i = 0; i < value.len_bytes;) {
        struct str rest = str_slice(value, i, value.len_bytes);
        size_t m = 0;
        while (m < ARRAY_LEN(marks) &&
               !(rest.len_bytes >= marks[m].from.len_bytes &&
                 str_equal_nocase_ascii(str_slice(rest, 0, marks[m].from.len_bytes), marks[m].from)))
            m++;
        if (m < ARRAY_LEN(marks)) {
            buf_put(&buf, str_from_cstr(marks[m].to));
            i += marks[m].from.len_bytes;
        } else {
            buf_put(&buf, str_slice(rest, 0, 1));
            i++;
        }
    }
    struct str plain = buf_str(&buf);
    if (buf.failed)
        return STR_NONE;
    bool is_hxxp = plain.len_bytes > 4 && str_equal_nocase_ascii(str_slice(plain, 0, 4), STR("hxxp"));
    return is_hxxp ? arena_printf(arena, "http%.*s", STR_ARG(str_slice(plain, 4, plain.len_bytes)))
                   : arena_printf(arena, "%.*s", STR_ARG(plain));
}

static struct str lower(struct arena *arena, struct str s)
{
    struct str copy = arena_printf(arena, "%.*s", STR_ARG(s));
    if (str_is_null(copy))
        return copy;
    char *out = (char *)(uintptr_t)copy.ptr; /* ours, a line above */
    for (size_t i = 0; i < copy.len_bytes; i++)
        if (out[i] >= 'A' && out[i] <= 'Z')
            out[i] = (char)(out[i] + ('a' - 'A'));
    return copy;
}

/* Letters, digits, - and _ between single dots, at least one dot, the last label no number (RFC 1123 2.1). Names with
 * marks are written as xn--. */
static bool is_domain(struct str s)
{
    if (s.len_bytes > 0 && s.ptr[s.len_bytes - 1] == '.')
        s.len_bytes--;
    if (s.len_bytes == 0 || s.len_bytes > HOST_BYTES || find_byte(s, '.') == s.len_bytes)
        return false;
    struct str rest = s, label = STR("");
    while (!str_is_null(rest) && str_split(&rest, '.', &label)) {
        if (label.len_bytes == 0 || label.len_bytes > 63 || label.ptr[0] == '-' ||
            label.ptr[label.len_bytes - 1] == '-')
            return false;
        for (size_t i = 0; i < label.len_bytes; i++) {
            unsigned char c = (unsigned char)label.ptr[i];
            if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_'))
                return false;
        }
    }
    bool is_number = true;
    for (size_t i = 0; i < label.len_bytes; i++)
        is_number = is_number && label.ptr[i] >= '0' && label.ptr[i] <= '9';
    return !is_number;
}

static bool is_printable(struct str s)
{
    for (size_t i = 0; i < s.len_bytes; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == 0x7f)
            return false;
    return s.len_bytes > 0 && utf8_is_valid(s);
}

/* scheme://host[:port][/path]: the scheme and the host in lower case, the rest as it is. */
static struct str url_key(struct arena *arena, struct str s)
{
    size_t colon = find_byte(s, ':');
    if (colon == 0 || colon + 3 >= s.len_bytes || !str_starts_with(str_slice(s, colon, s.len_bytes), STR("://")))
        return STR_NONE;
    struct str scheme = str_slice(s, 0, colon), rest = str_slice(s, colon + 3, s.len_bytes);
    size_t end = 0;
    while (end < rest.len_bytes && !strchr("/?#", rest.ptr[end]))
        end++;
    struct str host = lower(arena, str_slice(rest, 0, end)), low = lower(arena, scheme);
    if (end == 0 || !is_printable(s) || str_is_null(host) || str_is_null(low))
        return STR_NONE;
    return arena_printf(arena, "%.*s://%.*s%.*s", STR_ARG(low), STR_ARG(host),
                        STR_ARG(str_slice(rest, end, rest.len_bytes)));
}

static struct str email_key(struct arena *arena, struct str s)
{
    size_t at = find_byte(s, '@');
    if (at == 0 || at + 1 >= s.len_bytes || !is_printable(s) || !is_domain(str_slice(s, at + 1, s.len_bytes)))
        return STR_NONE;
    return lower(arena, s);
}

enum err_code indicator_read(struct arena *arena, struct str value, struct str *ret_kind, struct str *ret_key,
                             struct err *err)
{
    value = str_trim(value);
    if (value.len_bytes == 0 || value.len_bytes > ROOM_VALUE_BYTES)
        return err_set(err, ERR_SYNTAX, "chỉ dấu trống hoặc dài quá %zu kB", ROOM_VALUE_BYTES >> 10);
    if (memchr(value.ptr, 0, value.len_bytes))
        return err_set(err, ERR_SYNTAX,
                       "không nhận ra chỉ dấu này: cần địa chỉ IP, tên miền, đường dẫn, thư điện tử "
                       "hoặc mã băm");
    struct str plain = undo_defang(arena, value);
    if (str_is_null(plain))
        return arena_full(arena, err);
    struct in_addr four;
    struct in6_addr six;
    char text[INET6_ADDRSTRLEN];
    const char *cstr = plain.ptr; /* arena_printf ends it with 0 */
    struct str kind = STR_NONE, key = STR_NONE;
    if (inet_pton(AF_INET, cstr, &four) == 1) {
        kind = STR("ipv4");
        key = arena_printf(arena, "%s", inet_ntop(AF_INET, &four, text, sizeof text));
    } else if (inet_pton(AF_INET6, cstr, &six) == 1) {
        kind = STR("ipv6");
        key = arena_printf(arena, "%s", inet_ntop(AF_INET6, &six, text, sizeof text));
    } else if (is_hex(plain) && (plain.len_bytes == 32 || plain.len_bytes == 40 || plain.len_bytes == 64)) {
        kind = plain.len_bytes == 32 ? STR("md5") : plain.len_bytes == 40 ? STR("sha1") : STR("sha256");
        key = lower(arena, plain);
    } else if (!str_is_null(key = url_key(arena, plain))) {
        kind = STR("url");
    } else if (!str_is_null(key = email_key(arena, plain))) {
        kind = STR("email");
    } else if (is_domain(plain)) {
        kind = STR("domain");
        key = lower(arena, plain.ptr[plain.len_bytes - 1] == '.' ? str_slice(plain, 0, plain.len_bytes - 1) : plain);
    } else {
        return err_set(err, ERR_SYNTAX,
                       "không nhận ra chỉ dấu này: cần địa chỉ IP, tên miền, đường dẫn, thư điện tử "
                       "hoặc mã băm");
    }
    if (str_is_null(key))
        return arena_full(arena, err);
    *ret_kind = kind;
    *ret_key = key;
    return ERR_NONE;
}

/* --- in a case --- */

struct indicating {
    const struct actor *actor;
    int64_t case_id, indicator_id;
    const struct room_indicator *indicator;
    struct str reason;
    int64_t id;
};

/* A kind that is given in words and not told by its form: compared without regard to case. */
static bool is_free_kind(struct str kind)
{
    return str_equal(kind, STR("file_name")) || str_equal(kind, STR("account"));
}

static enum err_code kind_and_key(struct arena *arena, const struct room_indicator *n, struct str *ret_kind,
                                  struct str *ret_key, struct err *err)
{
    if (is_free_kind(n->kind)) {
        struct str value = str_trim(n->value), key;
        if (value.len_bytes == 0 || value.len_bytes > ROOM_VALUE_BYTES)
            return err_set(err, ERR_SYNTAX, "chỉ dấu trống hoặc dài quá %zu kB", ROOM_VALUE_BYTES >> 10);
        key = lower(arena, value);
        if (str_is_null(key))
            return arena_full(arena, err);
        *ret_kind = n->kind;
        *ret_key = key;
        return ERR_NONE;
    }
    TRY(indicator_read(arena, n->value, ret_kind, ret_key, err));
    if (!str_is_empty(n->kind) && !str_equal(n->kind, *ret_kind))
        return err_set(err, ERR_SYNTAX, "'%.*s' không phải loại chỉ dấu đã chọn", STR_ARG(str_trim(n->value)));
    return ERR_NONE;
}

static enum err_code add_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct indicating *v = ctx;
    const struct room_indicator *n = v->indicator;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct room_visit visit;
    TRY(room_enter(db, &arena, v->actor, v->case_id, true, &visit, err));
    struct str kind, key, tlp;
    int64_t audience_bits;
    TRY(kind_and_key(&arena, n, &kind, &key, err));
    TRY(room_audience(&visit, n->audience_bits, &audience_bits, err));
    TRY(room_tlp(&visit, n->tlp, &tlp, err));
    if (n->seen_ms > db_now_ms(db))
        return err_set(err, ERR_SYNTAX, "thời điểm ở sau bây giờ");
    struct sql_room_indicator_same_row *same = NULL;
    TRY(sql_room_indicator_same(
        db, &arena, &(struct sql_room_indicator_same_args){.case_id = v->case_id, .kind = kind, .value_key = key},
        &same, err));
    if (same && same->n)
        return err_set(err, ERR_CONFLICT, "chỉ dấu này đã có trong hồ sơ");
    v->id = db_id(db);
    TRY(sql_room_indicator_insert(db,
                                  &(struct sql_room_indicator_insert_args){
                                      .id = v->id,
                                      .case_id = v->case_id,
                                      .kind = kind,
                                      .value = str_trim(n->value),
                                      .value_key = key,
                                      .tlp = tlp,
                                      .audience_bits = audience_bits,
                                      .note = str_is_empty(n->note) ? STR_NONE : n->note,
                                      .seen_ms = {n->seen_ms != 0, n->seen_ms},
                                      .by_person = {v->actor->person_id != 0, v->actor->person_id},
                                      .at_ms = db_now_ms(db),
                                  },
                                  err));
    return room_note(db, &visit, "indicator_added", str_trim(n->value), STR_NONE, audience_bits, err);
}

enum err_code room_indicator_add(struct db *db, const struct actor *actor, int64_t case_id,
                                 const struct room_indicator *indicator, int64_t *ret_id, struct err *err)
{
    struct indicating v = {.actor = actor, .case_id = case_id, .indicator = indicator};
    TRY(db_transact(db, add_in_transaction, &v, err));
    *ret_id = v.id;
    return ERR_NONE;
}

static enum err_code end_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct indicating *v = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct room_visit visit;
    TRY(room_enter(db, &arena, v->actor, v->case_id, true, &visit, err));
    struct sql_room_indicator_raw_row *row = NULL;
    TRY(sql_room_indicator_raw(db, v->actor, &arena,
                               &(struct sql_room_indicator_raw_args){.id = v->indicator_id, .case_id = v->case_id},
                               &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "không có chỉ dấu này trong hồ sơ");
    TRY(sql_room_indicator_close(db,
                                 &(struct sql_room_indicator_close_args){
                                     .id = v->indicator_id, .ended_ms = db_now_ms(db), .ended_reason = v->reason},
                                 err));
    struct str text = arena_printf(&arena, "%.*s: %.*s", STR_ARG(row->value), STR_ARG(v->reason));
    if (str_is_null(text))
        return arena_full(&arena, err);
    return room_note(db, &visit, "indicator_ended", text, STR_NONE, row->audience_bits, err);
}

enum err_code room_indicator_end(struct db *db, const struct actor *actor, int64_t case_id, int64_t indicator_id,
                                 struct str reason, struct err *err)
{
    struct indicating v = {
        .actor = actor, .case_id = case_id, .indicator_id = indicator_id, .reason = str_trim(reason)};
    if (str_is_empty(v.reason))
        return err_set(err, ERR_SYNTAX, "cần nêu lý do");
    return db_transact(db, end_in_transaction, &v, err);
}

enum err_code room_indicators(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                              struct sql_room_indicator_rows_rows *ret_rows, struct err *err)
{
    return sql_room_indicator_rows(db, actor, arena, &(struct sql_room_indicator_rows_args){.case_id = case_id},
                                   ret_rows, err);
}

enum err_code room_indicator_cases(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                                   struct sql_room_shared_rows *ret_rows, struct err *err)
{
    return sql_room_shared(db, actor, arena, &(struct sql_room_shared_args){.case_id = case_id}, ret_rows, err);
}
