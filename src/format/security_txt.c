#include "format/security_txt.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/vec.h"
#include "format/html.h"

static const struct {
    enum security_txt_weight weight;
    const char *name, *vi, *en;
} verdicts[SECURITY_TXT_VERDICT_COUNT] = {
    [SECURITY_TXT_GOOD] = {SECURITY_TXT_FINE, "good", "Tệp dùng được.", "The file is usable."},
    [SECURITY_TXT_TOO_LARGE] = {SECURITY_TXT_FAULT, "too_large", "Quá 32 KB: không phải tệp security.txt, không đọc.",
                                "Over 32 KB: this is no security.txt, it was not read."},
    [SECURITY_TXT_IS_HTML] = {SECURITY_TXT_FAULT, "is_html",
                              "Máy chủ trả một trang HTML thay cho tệp: đặt tệp văn bản tại /.well-known/security.txt.",
                              "The server answers with an HTML page: put the text file at /.well-known/security.txt."},
    [SECURITY_TXT_NO_CONTACT] = {SECURITY_TXT_FAULT, "no_contact",
                                 "Không có dòng Contact nào đọc được: thêm ít nhất một.",
                                 "No Contact line can be read: add at least one."},
    [SECURITY_TXT_NO_EXPIRES] = {SECURITY_TXT_FAULT, "no_expires", "Thiếu dòng Expires (ngày hết hiệu lực).",
                                 "The line Expires is missing."},
    [SECURITY_TXT_TWO_EXPIRES] = {SECURITY_TXT_FAULT, "two_expires",
                                  "Có hơn một dòng Expires: chỉ giữ một; tạm tính theo ngày sớm nhất.",
                                  "There is more than one Expires: keep one; the earliest counts meanwhile."},
    [SECURITY_TXT_BAD_EXPIRES] = {SECURITY_TXT_FAULT, "bad_expires",
                                  "Ngày ở Expires sai dạng: viết như 2027-06-30T17:00:00Z.",
                                  "The date of Expires cannot be read: write it as 2027-06-30T17:00:00Z."},
    [SECURITY_TXT_EXPIRED] = {SECURITY_TXT_FAULT, "expired", "Tệp đã hết hiệu lực: các đầu mối có thể không còn đúng.",
                              "The file has expired: its contacts may be wrong by now."},
    [SECURITY_TXT_CONTACT_HTTP] = {SECURITY_TXT_FAULT, "contact_http",
                                   "Contact là trang web thì phải dùng https, không dùng http.",
                                   "A Contact on the web must be https, not http."},
    [SECURITY_TXT_CONTACT_NO_SCHEME] = {SECURITY_TXT_FAULT, "contact_no_scheme",
                                        "Contact thiếu phần đầu: viết mailto:, tel: hoặc https:.",
                                        "The Contact lacks its scheme: write mailto:, tel: or https:."},
    [SECURITY_TXT_CONTACT_UNUSABLE] = {SECURITY_TXT_FAULT, "contact_unusable",
                                       "Contact không có địa chỉ dùng được sau dấu hai chấm.",
                                       "The Contact has no usable address behind its scheme."},
    [SECURITY_TXT_OTHER_CANONICAL] =
        {SECURITY_TXT_FAULT, "other_canonical",
         "Tệp lấy từ một địa chỉ không có trong Canonical: không nên tin nội dung.",
         "The file came from an address that its Canonical does not name: do not rely on it."},
    [SECURITY_TXT_FETCHED_HTTP] =
        {SECURITY_TXT_FAULT, "fetched_http", "Tệp được lấy qua http: có thể đã bị sửa trên đường; phải dùng https.",
         "The file was fetched by http and may have been changed on its way: https is needed."},
    [SECURITY_TXT_SIGNATURE_CUT] = {SECURITY_TXT_FAULT, "signature_cut", "Phần chữ ký OpenPGP bị thiếu đoạn cuối.",
                                    "The OpenPGP signature ends too early."},
    [SECURITY_TXT_OUTSIDE_SIGNATURE] = {SECURITY_TXT_FAULT, "outside_signature",
                                        "Có dòng nằm ngoài phần được ký: những dòng đó không được đọc.",
                                        "There are lines outside of the signed text: they were not read."},
    [SECURITY_TXT_NOT_UTF8] = {SECURITY_TXT_FAULT, "not_utf8",
                               "Dòng không phải UTF-8, không đọc được: lưu lại tệp dạng UTF-8.",
                               "The line is not UTF-8 and was not read: save the file as UTF-8."},
    [SECURITY_TXT_LINE_ENDINGS] = {SECURITY_TXT_FAULT, "line_endings",
                                   "Dòng kết thúc bằng CR đơn lẻ: phải là CRLF hoặc LF.",
                                   "The line ends with a CR alone: CRLF or LF is needed."},
    [SECURITY_TXT_BAD_LINE] = {SECURITY_TXT_FAULT, "bad_line",
                               "Dòng không có dạng \"Tên: giá trị\" và không phải chú thích (#): không đọc.",
                               "The line is neither \"Name: value\" nor a comment (#): it was not read."},
    [SECURITY_TXT_WEB_HTTP] = {SECURITY_TXT_FAULT, "web_http", "Địa chỉ web trong trường này phải dùng https.",
                               "The address in this field must be https."},
    [SECURITY_TXT_NOT_URI] = {SECURITY_TXT_FAULT, "not_uri", "Trường này phải là một địa chỉ đầy đủ, ví dụ https://….",
                              "This field must be a full address, such as https://…."},
    [SECURITY_TXT_TWO_LANGUAGES] = {SECURITY_TXT_FAULT, "two_languages",
                                    "Có hơn một dòng Preferred-Languages: gộp thành một dòng, cách nhau bằng dấu phẩy.",
                                    "There is more than one Preferred-Languages: make it one line, parted by commas."},
    [SECURITY_TXT_EXPIRES_SOON] = {SECURITY_TXT_ADVICE, "expires_soon", "Tệp sắp hết hiệu lực: nên gia hạn Expires.",
                                   "The file expires soon: set a later Expires."},
    [SECURITY_TXT_EXPIRES_FAR] =
        {SECURITY_TXT_ADVICE, "expires_far", "Expires xa hơn một năm: nên đặt dưới một năm để tệp được soát lại đều.",
         "Expires is more than a year ahead: less than a year is advised, so that it is looked at again."},
    [SECURITY_TXT_WRONG_TYPE] = {SECURITY_TXT_ADVICE, "wrong_type",
                                 "Máy chủ nên trả tệp với kiểu text/plain; charset=utf-8.",
                                 "The server should send the file as text/plain; charset=utf-8."},
    [SECURITY_TXT_BAD_LANGUAGE] = {SECURITY_TXT_ADVICE, "bad_language",
                                   "Preferred-Languages có mã ngôn ngữ sai: viết như \"vi, en\".",
                                   "Preferred-Languages holds what is no language: write it as \"vi, en\"."},
    [SECURITY_TXT_BYTE_ORDER_MARK] =
        {SECURITY_TXT_ADVICE, "byte_order_mark",
         "Tệp bắt đầu bằng dấu BOM: nên bỏ, có chương trình sẽ không đọc được dòng đầu.",
         "The file begins with a byte order mark: drop it, some programs then miss the first line."},
    [SECURITY_TXT_NO_SPACE] = {SECURITY_TXT_ADVICE, "no_space", "Sau dấu hai chấm cần một dấu cách.",
                               "A space is needed behind the colon."},
    [SECURITY_TXT_NO_LAST_NEWLINE] = {SECURITY_TXT_ADVICE, "no_last_newline", "Dòng cuối cần một dấu xuống dòng.",
                                      "The last line lacks its line end."},
    [SECURITY_TXT_UNVERIFIED] = {SECURITY_TXT_INFORMATION, "unverified",
                                 "Tệp có chữ ký OpenPGP; ở đây không kiểm tra chữ ký.",
                                 "The file carries an OpenPGP signature, which was not verified here."},
    [SECURITY_TXT_UNKNOWN_FIELD] = {SECURITY_TXT_INFORMATION, "unknown_field", "Trường không biết, giữ nguyên.",
                                    "A field that is not known, kept as it is."},
};

static const struct {
    const char *name;
    bool is_uri;
} kinds[SECURITY_TXT_KIND_COUNT] = {
    [SECURITY_TXT_CONTACT] = {"Contact", true},
    [SECURITY_TXT_EXPIRES] = {"Expires", false},
    [SECURITY_TXT_LANGUAGES] = {"Preferred-Languages", false},
    [SECURITY_TXT_CANONICAL] = {"Canonical", true},
    [SECURITY_TXT_POLICY] = {"Policy", true},
    [SECURITY_TXT_ENCRYPTION] = {"Encryption", true},
    [SECURITY_TXT_ACKNOWLEDGMENTS] = {"Acknowledgments", true},
    [SECURITY_TXT_HIRING] = {"Hiring", true},
    [SECURITY_TXT_CSAF] = {"CSAF", true},
    [SECURITY_TXT_OTHER] = {"", false},
};

const char *security_txt_kind_name(enum security_txt_kind kind)
{
    return kinds[kind].name;
}

enum security_txt_weight security_txt_verdict_weight(enum security_txt_verdict verdict)
{
    return verdicts[verdict].weight;
}

const char *security_txt_verdict_name(enum security_txt_verdict verdict)
{
    return verdicts[verdict].name;
}

const char *security_txt_verdict_words(enum security_txt_verdict verdict, enum lang lang)
{
    return lang_text(lang, verdicts[verdict].vi, verdicts[verdict].en);
}

const struct security_txt_field *security_txt_next(const struct security_txt *txt, enum security_txt_kind kind,
                                                   const struct security_txt_field *after)
{
    size_t i = after ? (size_t)(after - txt->fields) + 1 : 0;
    for (; i < txt->field_count; i++)
        if (txt->fields[i].kind == kind)
            return &txt->fields[i];
    return NULL;
}

/* --- values --- */

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.len_bytes; i++)
        if (((unsigned char)s.ptr[i] < 0x20 && s.ptr[i] != '\t') || s.ptr[i] == 0x7f)
            return true;
    return false;
}

/* Two digits per unit, four for the year; moves *s behind them. */
static bool take_number(struct str *s, size_t digits, int max, int *ret_value)
{
    int64_t v;
    for (size_t i = 0; i < digits; i++)
        if (i >= s->len_bytes || !is_digit(s->ptr[i]))
            return false;
    if (!str_to_i64(str_slice(*s, 0, digits), &v) || v > max)
        return false;
    *s = str_slice(*s, digits, s->len_bytes);
    *ret_value = (int)v;
    return true;
}

static bool take_char(struct str *s, const char *any)
{
    if (s->len_bytes == 0 || s->ptr[0] == '\0' || !strchr(any, s->ptr[0]))
        return false;
    *s = str_slice(*s, 1, s->len_bytes);
    return true;
}

static bool take_fraction(struct str *s, int *ret_ms)
{
    int ms = 0, weight = 100;
    if (s->len_bytes == 0 || !is_digit(s->ptr[0]))
        return false;
    for (; s->len_bytes && is_digit(s->ptr[0]); weight /= 10, *s = str_slice(*s, 1, s->len_bytes))
        ms += (s->ptr[0] - '0') * weight;
    *ret_ms = ms;
    return true;
}

bool security_txt_instant(struct str s, int64_t *ret_unix_ms)
{
    int year, month, day, hour, minute, second, ms = 0, off_hour = 0, off_minute = 0;
    if (!take_number(&s, 4, 9999, &year) || !take_char(&s, "-") || !take_number(&s, 2, 12, &month) ||
        !take_char(&s, "-") || !take_number(&s, 2, 31, &day) || !take_char(&s, "Tt") ||
        !take_number(&s, 2, 23, &hour) || !take_char(&s, ":") || !take_number(&s, 2, 59, &minute) ||
        !take_char(&s, ":") || !take_number(&s, 2, 60, &second) || !civil_is_valid(year, month, day))
        return false;
    /* RFC 3339 5.7: the 60th second stands at the end of a month in UTC, so in local time at :59 or, where the offset
     * has a half hour, at :29. */
    if (second == 60 && minute % 30 != 29)
        return false;
    if (take_char(&s, ".") && !take_fraction(&s, &ms))
        return false;
    if (!take_char(&s, "Zz")) {
        int sign = s.len_bytes && s.ptr[0] == '-' ? -1 : 1;
        if (!take_char(&s, "+-") || !take_number(&s, 2, 23, &off_hour) || !take_char(&s, ":") ||
            !take_number(&s, 2, 59, &off_minute))
            return false;
        off_hour *= sign;
        off_minute *= sign;
    }
    if (s.len_bytes)
        return false;
    int64_t minutes = (int64_t)(hour - off_hour) * 60 + minute - off_minute;
    *ret_unix_ms = (int64_t)civil_to_day(year, month, day) * CIVIL_DAY_MS + (minutes * 60 + second) * 1000 + ms;
    return true;
}

/* The scheme of an address (RFC 3986 3.1), or an empty text. One with a dot is a host with a port: "mail.example:25".
 */
static struct str uri_scheme(struct str uri)
{
    size_t n = 0;
    while (n < uri.len_bytes &&
           (is_alpha(uri.ptr[n]) || (n && (is_digit(uri.ptr[n]) || uri.ptr[n] == '+' || uri.ptr[n] == '-'))))
        n++;
    return n < uri.len_bytes && uri.ptr[n] == ':' ? str_slice(uri, 0, n) : STR("");
}

static bool has_scheme(struct str uri, const char *scheme)
{
    return str_equal_nocase_ascii(uri_scheme(uri), str_from_cstr(scheme));
}

/* SECURITY_TXT_GOOD, or what is wrong with an address in a field of this kind. */
static enum security_txt_verdict judge_uri(enum security_txt_kind kind, struct str uri)
{
    bool is_contact = kind == SECURITY_TXT_CONTACT;
    struct str scheme = uri_scheme(uri);
    if (scheme.len_bytes == 0)
        return is_contact ? SECURITY_TXT_CONTACT_NO_SCHEME : SECURITY_TXT_NOT_URI;
    if (has_scheme(uri, "http"))
        return is_contact ? SECURITY_TXT_CONTACT_HTTP : SECURITY_TXT_WEB_HTTP;
    struct str rest = str_slice(uri, scheme.len_bytes + 1, uri.len_bytes);
    bool is_usable = rest.len_bytes > 0;
    for (size_t i = 0; i < rest.len_bytes; i++)
        is_usable = is_usable && (unsigned char)rest.ptr[i] > ' ' && rest.ptr[i] != 0x7f;
    if (has_scheme(uri, "mailto")) {
        ptrdiff_t at = str_find_byte(rest, '@', 0);
        is_usable = is_usable && at > 0 && (size_t)at + 1 < rest.len_bytes && rest.ptr[0] != '/';
    } else if (has_scheme(uri, "tel")) {
        bool has_digit = false;
        for (size_t i = 0; i < rest.len_bytes; i++)
            has_digit = has_digit || is_digit(rest.ptr[i]);
        is_usable = is_usable && has_digit;
    } else if (has_scheme(uri, "https")) {
        is_usable = is_usable && str_starts_with(rest, STR("//")) && rest.len_bytes > 2 && rest.ptr[2] != '/';
    }
    if (is_usable)
        return SECURITY_TXT_GOOD;
    return is_contact ? SECURITY_TXT_CONTACT_UNUSABLE : SECURITY_TXT_NOT_URI;
}

/* The shape of a language tag (RFC 5646 2.1): letters and digits in parts of 1 to 8, the first of 2 to 8 letters. */
static bool is_language(struct str tag)
{
    struct str rest = tag, part;
    bool is_first = true;
    if (tag.len_bytes == 0 || tag.len_bytes > 35)
        return false;
    for (; str_split(&rest, '-', &part); is_first = false) {
        if (part.len_bytes < (is_first ? 2 : 1) || part.len_bytes > 8)
            return false;
        for (size_t i = 0; i < part.len_bytes; i++)
            if (!is_alpha(part.ptr[i]) && (is_first || !is_digit(part.ptr[i])))
                return false;
    }
    return true;
}

/* --- reading --- */

enum part { /* of the file, as a cleartext signature cuts it */
            PART_PLAIN,
            PART_HEADERS, /* "Hash: SHA512", to the first blank line */
            PART_SIGNED,
            PART_SIGNATURE,
            PART_AFTER,
};
struct reader {
    const struct security_txt_ask *ask;
    struct arena *arena;
    VEC(struct security_txt_field) fields;
    VEC(struct security_txt_finding) findings;
    VEC(struct str) languages;
    size_t unlisted_count;
    size_t line;
    size_t first_line; /* that held something outside of a signature, 0: none yet */
    enum part part;
    bool has_outside; /* told once */
    bool has_lone_cr; /* told once */
    bool is_full;     /* the arena */
    enum security_txt_verdict gravest;
};

static bool is_listed(const struct reader *r, enum security_txt_verdict verdict)
{
    for (size_t i = 0; i < r->findings.count; i++)
        if (r->findings.items[i].verdict == verdict)
            return true;
    return false;
}

static void find(struct reader *r, enum security_txt_verdict verdict, size_t line)
{
    if (verdicts[verdict].weight == SECURITY_TXT_FAULT && (r->gravest == SECURITY_TXT_GOOD || verdict < r->gravest))
        r->gravest = verdict;
    if (r->findings.count >= SECURITY_TXT_FINDINGS_MAX && is_listed(r, verdict)) {
        r->unlisted_count++;
        return;
    }
    struct security_txt_finding *finding = vec_push(&r->findings, r->arena);
    if (finding)
        *finding = (struct security_txt_finding){verdict, line};
    else
        r->is_full = true;
}

static void find_outside(struct reader *r, size_t line)
{
    if (!r->has_outside)
        find(r, SECURITY_TXT_OUTSIDE_SIGNATURE, line);
    r->has_outside = true;
}

static enum security_txt_kind kind_of(struct str name)
{
    for (size_t k = 0; k < SECURITY_TXT_OTHER; k++)
        if (str_equal_nocase_ascii(name, str_from_cstr(kinds[k].name)))
            return (enum security_txt_kind)k;
    return SECURITY_TXT_OTHER;
}

/* RFC 9116 section 4: a field, a comment, or nothing. */
static void read_field(struct reader *r, struct str line)
{
    while (line.len_bytes && strchr(" \t", line.ptr[line.len_bytes - 1]) && line.ptr[line.len_bytes - 1])
        line.len_bytes--;
    if (line.len_bytes == 0 || line.ptr[0] == '#')
        return;
    size_t n = 0;
    while (n < line.len_bytes && line.ptr[n] > ' ' && line.ptr[n] < 0x7f && line.ptr[n] != ':')
        n++;
    struct str value = str_trim(str_slice(line, n + 1, line.len_bytes));
    if (n == 0 || n == line.len_bytes || line.ptr[n] != ':' || value.len_bytes == 0 || has_control(line)) {
        find(r, SECURITY_TXT_BAD_LINE, r->line);
        return;
    }
    if (line.ptr[n + 1] != ' ')
        find(r, SECURITY_TXT_NO_SPACE, r->line);
    struct security_txt_field *field = vec_push(&r->fields, r->arena);
    struct str name = str_slice(line, 0, n);
    if (field)
        *field = (struct security_txt_field){kind_of(name), name, value, r->line};
    else
        r->is_full = true;
}

static bool is_blank(struct str line)
{
    return str_trim(line).len_bytes == 0;
}

static bool is_rule(struct str line, const char *words)
{
    return str_equal(str_trim(line), str_from_cstr(words));
}

static void read_signed(struct reader *r, struct str line)
{
    if (is_rule(line, "-----BEGIN PGP SIGNATURE-----")) {
        r->part = PART_SIGNATURE;
    } else if (str_starts_with(line, STR("- "))) { /* RFC 9580 7.2: dash-escaped */
        read_field(r, str_slice(line, 2, line.len_bytes));
    } else if (line.len_bytes && line.ptr[0] == '-') {
        find(r, SECURITY_TXT_BAD_LINE, r->line);
    } else {
        read_field(r, line);
    }
}

static void read_plain(struct reader *r, struct str line)
{
    if (is_rule(line, "-----BEGIN PGP SIGNED MESSAGE-----")) {
        if (r->first_line)
            find_outside(r, r->first_line);
        r->fields.count = 0;
        r->part = PART_HEADERS;
        return;
    }
    if (!r->first_line && !is_blank(line))
        r->first_line = r->line;
    read_field(r, line);
}

static void read_line(struct reader *r, struct str line)
{
    if (!utf8_is_valid(line)) {
        find(r, SECURITY_TXT_NOT_UTF8, r->line);
        return;
    }
    switch (r->part) {
    case PART_PLAIN:
        read_plain(r, line);
        break;
    case PART_HEADERS:
        if (is_blank(line))
            r->part = PART_SIGNED;
        else if (!str_contains(line, STR(": ")))
            find(r, SECURITY_TXT_BAD_LINE, r->line);
        break;
    case PART_SIGNED:
        read_signed(r, line);
        break;
    case PART_SIGNATURE:
        if (is_rule(line, "-----END PGP SIGNATURE-----"))
            r->part = PART_AFTER;
        break;
    case PART_AFTER:
        if (!is_blank(line))
            find_outside(r, r->line);
        break;
    }
}

/* Lines end with LF or CRLF (RFC 9116 2.2); a CR alone is told and ends a line too, so that what stands behind it is
 * read as what it is. */
static void read_lines(struct reader *r, struct str text)
{
    for (size_t from = 0; from < text.len_bytes && !r->is_full; r->line++) {
        size_t to = from;
        while (to < text.len_bytes && text.ptr[to] != '\n' && text.ptr[to] != '\r')
            to++;
        size_t next = to + 1;
        if (to == text.len_bytes) {
            find(r, SECURITY_TXT_NO_LAST_NEWLINE, r->line);
        } else if (text.ptr[to] == '\r') {
            if (next < text.len_bytes && text.ptr[next] == '\n') {
                next++;
            } else if (!r->has_lone_cr) {
                find(r, SECURITY_TXT_LINE_ENDINGS, r->line);
                r->has_lone_cr = true;
            }
        }
        read_line(r, str_slice(text, from, to));
        from = next;
    }
}

/* --- judging what was read --- */

static void judge_expires(struct reader *r, struct security_txt *txt)
{
    int64_t at_ms;
    size_t seen = 0, line = 0;
    for (size_t i = 0; i < r->fields.count; i++) {
        const struct security_txt_field *field = &r->fields.items[i];
        if (field->kind != SECURITY_TXT_EXPIRES)
            continue;
        if (++seen == 2)
            find(r, SECURITY_TXT_TWO_EXPIRES, field->line);
        if (!security_txt_instant(field->value, &at_ms)) {
            find(r, SECURITY_TXT_BAD_EXPIRES, field->line);
        } else if (txt->expires_ms == SECURITY_TXT_NO_INSTANT || at_ms < txt->expires_ms) {
            txt->expires_ms = at_ms;
            line = field->line;
        }
    }
    if (seen == 0)
        find(r, SECURITY_TXT_NO_EXPIRES, 0);
    if (txt->expires_ms == SECURITY_TXT_NO_INSTANT)
        return;
    /* RFC 9116 2.5.5: "the value of this field be less than a year into the future". */
    if (txt->expires_ms <= r->ask->now_ms)
        find(r, SECURITY_TXT_EXPIRED, line);
    else if (txt->expires_ms - r->ask->now_ms < r->ask->soon_ms)
        find(r, SECURITY_TXT_EXPIRES_SOON, line);
    else if (civil_day_of_ms(txt->expires_ms) > civil_add_months(civil_day_of_ms(r->ask->now_ms), 12))
        find(r, SECURITY_TXT_EXPIRES_FAR, line);
}

static void judge_languages(struct reader *r)
{
    size_t seen = 0;
    for (size_t i = 0; i < r->fields.count; i++) {
        const struct security_txt_field *field = &r->fields.items[i];
        struct str rest = field->value, tag;
        if (field->kind != SECURITY_TXT_LANGUAGES)
            continue;
        if (++seen == 2)
            find(r, SECURITY_TXT_TWO_LANGUAGES, field->line);
        bool is_bad = false;
        while (str_split(&rest, ',', &tag)) {
            tag = str_trim(tag);
            struct str *language = is_language(tag) ? vec_push(&r->languages, r->arena) : NULL;
            if (language)
                *language = tag;
            else if (is_language(tag))
                r->is_full = true;
            else
                is_bad = true;
        }
        if (is_bad)
            find(r, SECURITY_TXT_BAD_LANGUAGE, field->line);
    }
}

static struct str without(struct str s, const char *suffix)
{
    struct str end = str_from_cstr(suffix);
    return str_ends_with(s, end) ? str_slice(s, 0, s.len_bytes - end.len_bytes) : s;
}

/* Scheme and host without regard to case, the port of https left out, then the path to the byte, without fragment. */
static bool is_same_address(struct str a, struct str b)
{
    struct str both[2] = {a, b}, host[2], path[2];
    for (int i = 0; i < 2; i++) {
        ptrdiff_t hash = str_find_byte(both[i], '#', 0);
        if (hash >= 0)
            both[i] = str_slice(both[i], 0, (size_t)hash);
        struct str scheme = uri_scheme(both[i]);
        size_t from = scheme.len_bytes + 3; /* "://" */
        ptrdiff_t slash = str_find_byte(both[i], '/', from);
        size_t end = slash < 0 ? both[i].len_bytes : (size_t)slash;
        host[i] = without(str_slice(both[i], 0, end), ":443");
        path[i] = slash < 0 ? STR("/") : str_slice(both[i], end, both[i].len_bytes);
    }
    return str_equal_nocase_ascii(host[0], host[1]) && str_equal(path[0], path[1]);
}

/* RFC 9116 2.5.2: "If this field appears [...] and the URI used to retrieve that file is not listed within any
 * canonical fields, then the contents of the file SHOULD NOT be trusted." */
static void judge_canonical(struct reader *r)
{
    const struct security_txt_field *first = NULL;
    if (str_is_null(r->ask->fetched_from))
        return;
    if (has_scheme(r->ask->fetched_from, "http")) /* section 3: "the file access MUST use the "https" scheme" */
        find(r, SECURITY_TXT_FETCHED_HTTP, 0);
    for (size_t i = 0; i < r->fields.count; i++) {
        const struct security_txt_field *field = &r->fields.items[i];
        if (field->kind != SECURITY_TXT_CANONICAL)
            continue;
        if (is_same_address(field->value, r->ask->fetched_from))
            return;
        first = first ? first : field;
    }
    if (first)
        find(r, SECURITY_TXT_OTHER_CANONICAL, first->line);
}

static void judge_addresses(struct reader *r)
{
    size_t contacts = 0;
    for (size_t i = 0; i < r->fields.count; i++) {
        const struct security_txt_field *field = &r->fields.items[i];
        contacts += field->kind == SECURITY_TXT_CONTACT;
        if (field->kind == SECURITY_TXT_OTHER)
            find(r, SECURITY_TXT_UNKNOWN_FIELD, field->line);
        if (!kinds[field->kind].is_uri)
            continue;
        enum security_txt_verdict verdict = judge_uri(field->kind, field->value);
        if (verdict != SECURITY_TXT_GOOD)
            find(r, verdict, field->line);
    }
    if (contacts == 0)
        find(r, SECURITY_TXT_NO_CONTACT, 0);
}

/* RFC 9116 section 3: "a Content-Type of "text/plain" with the default charset parameter set to "utf-8"". */
static void judge_type(struct reader *r)
{
    struct str rest = r->ask->content_type, part;
    bool is_right = false;
    if (str_is_null(rest))
        return;
    if (str_split(&rest, ';', &part))
        is_right = str_equal_nocase_ascii(str_trim(part), STR("text/plain"));
    while (is_right && str_split(&rest, ';', &part)) {
        struct str name, value = str_trim(part);
        if (!str_split(&value, '=', &name) || !str_equal_nocase_ascii(str_trim(name), STR("charset")) || !value.ptr)
            continue;
        value = str_trim(value);
        is_right = str_equal_nocase_ascii(value, STR("utf-8")) || str_equal_nocase_ascii(value, STR("\"utf-8\""));
    }
    if (!is_right)
        find(r, SECURITY_TXT_WRONG_TYPE, 0);
}

static void judge(struct reader *r, struct security_txt *txt)
{
    judge_type(r);
    judge_addresses(r);
    judge_expires(r, txt);
    judge_languages(r);
    judge_canonical(r);
    txt->is_signed = r->part != PART_PLAIN;
    if (txt->is_signed)
        find(r, SECURITY_TXT_UNVERIFIED, 0);
    if (txt->is_signed && r->part != PART_AFTER)
        find(r, SECURITY_TXT_SIGNATURE_CUT, r->line ? r->line - 1 : 0);
}

/* By line, then by gravity: an insertion sort of not much more than SECURITY_TXT_FINDINGS_MAX. */
static void sort_findings(struct security_txt_finding *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct security_txt_finding one = items[i];
        size_t at = i;
        for (; at > 0 && (items[at - 1].line > one.line ||
                          (items[at - 1].line == one.line && items[at - 1].verdict > one.verdict));
             at--)
            items[at] = items[at - 1];
        items[at] = one;
    }
}

enum err_code security_txt_read(struct str bytes, const struct security_txt_ask *ask, struct arena *arena,
                                struct security_txt *ret_txt, struct err *err)
{
    struct reader r = {.ask = ask, .arena = arena, .line = 1};
    struct security_txt txt = {.expires_ms = SECURITY_TXT_NO_INSTANT};
    if (str_starts_with(bytes, STR("\xEF\xBB\xBF"))) {
        find(&r, SECURITY_TXT_BYTE_ORDER_MARK, 1);
        bytes = str_slice(bytes, 3, bytes.len_bytes);
    }
    if (html_is(bytes)) {
        find(&r, SECURITY_TXT_IS_HTML, 0);
    } else if (bytes.len_bytes > SECURITY_TXT_MAX_BYTES) {
        find(&r, SECURITY_TXT_TOO_LARGE, 0);
    } else if (str_starts_with(bytes, STR("\xFF\xFE")) || str_starts_with(bytes, STR("\xFE\xFF"))) {
        find(&r, SECURITY_TXT_NOT_UTF8, 0); /* UTF-16: no line of it can be read */
    } else {
        read_lines(&r, bytes);
        judge(&r, &txt);
    }
    if (r.gravest == SECURITY_TXT_GOOD)
        find(&r, SECURITY_TXT_GOOD, 0);
    if (r.is_full)
        return arena_full(arena, err);
    sort_findings(r.findings.items, r.findings.count);
    txt.fields = r.fields.items;
    txt.field_count = r.fields.count;
    txt.languages = r.languages.items;
    txt.language_count = r.languages.count;
    txt.findings = r.findings.items;
    txt.finding_count = r.findings.count;
    txt.unlisted_count = r.unlisted_count;
    txt.verdict = r.gravest;
    *ret_txt = txt;
    return ERR_NONE;
}

/* --- writing --- */

static enum err_code put_uris(struct buf *out, enum security_txt_kind kind, struct security_txt_list list,
                              struct err *err)
{
    const char *name = kinds[kind].name;
    for (size_t i = 0; i < list.count; i++) {
        struct str uri = list.items[i];
        if (has_control(uri) || !utf8_is_valid(uri))
            return err_set(err, ERR_SYNTAX, "%s: giá trị có dấu xuống dòng hoặc ký tự không hợp lệ", name);
        enum security_txt_verdict verdict = judge_uri(kind, uri);
        if (verdict == SECURITY_TXT_CONTACT_HTTP || verdict == SECURITY_TXT_WEB_HTTP)
            return err_set(err, ERR_SYNTAX, "%s: phải dùng https, không dùng http: %.*s", name, STR_ARG(uri));
        if (verdict != SECURITY_TXT_GOOD)
            return err_set(err, ERR_SYNTAX,
                           "%s: cần địa chỉ đầy đủ bắt đầu bằng https:, mailto: hoặc tel:, không phải \"%.*s\"", name,
                           STR_ARG(uri));
        buf_printf(out, "%s: %.*s\r\n", name, STR_ARG(uri));
    }
    return ERR_NONE;
}

static enum err_code put_expires(struct buf *out, int64_t at_ms, struct err *err)
{
    /* The first and the last second of the years civil_to_day knows, in UTC. */
    int64_t first_ms = (int64_t)civil_to_day(1600, 1, 1) * CIVIL_DAY_MS;
    int64_t last_ms = ((int64_t)civil_to_day(9999, 12, 31) + 1) * CIVIL_DAY_MS - 1;
    if (at_ms < first_ms || at_ms > last_ms)
        return err_set(err, ERR_SYNTAX, "Expires: năm phải từ 1600 đến 9999");
    int64_t day = at_ms / CIVIL_DAY_MS, s = at_ms % CIVIL_DAY_MS;
    if (s < 0) {
        day--;
        s += CIVIL_DAY_MS;
    }
    s /= 1000;
    struct civil date = civil_from_day((civil_day)day);
    buf_printf(out, "Expires: %04d-%02d-%02dT%02d:%02d:%02dZ\r\n", date.year, date.month, date.day, (int)(s / 3600),
               (int)(s / 60 % 60), (int)(s % 60));
    return ERR_NONE;
}

static enum err_code put_languages(struct buf *out, struct security_txt_list list, struct err *err)
{
    for (size_t i = 0; i < list.count; i++) {
        if (!is_language(list.items[i]))
            return err_set(err, ERR_SYNTAX, "\"%.*s\" không phải mã ngôn ngữ: viết như vi, en", STR_ARG(list.items[i]));
        buf_printf(out, "%s%.*s", i ? ", " : "Preferred-Languages: ", STR_ARG(list.items[i]));
    }
    if (list.count)
        buf_lit(out, "\r\n");
    return ERR_NONE;
}

enum err_code security_txt_write(const struct security_txt_facts *facts, struct arena *arena, struct str *ret_text,
                                 struct err *err)
{
    AUTO_BUF out;
    buf_init(&out, SECURITY_TXT_MAX_BYTES);
    if (facts->contacts.count == 0)
        return err_set(err, ERR_SYNTAX, "security.txt cần ít nhất một Contact");
    TRY(put_uris(&out, SECURITY_TXT_CONTACT, facts->contacts, err));
    TRY(put_expires(&out, facts->expires_ms, err));
    TRY(put_languages(&out, facts->languages, err));
    TRY(put_uris(&out, SECURITY_TXT_CANONICAL, facts->canonicals, err));
    TRY(put_uris(&out, SECURITY_TXT_POLICY, facts->policies, err));
    TRY(put_uris(&out, SECURITY_TXT_ENCRYPTION, facts->encryptions, err));
    TRY(put_uris(&out, SECURITY_TXT_ACKNOWLEDGMENTS, facts->acknowledgments, err));
    TRY(put_uris(&out, SECURITY_TXT_HIRING, facts->hirings, err));
    TRY(put_uris(&out, SECURITY_TXT_CSAF, facts->csaf, err));
    if (out.failed && out.is_over)
        return err_set(err, ERR_LIMIT, "security.txt quá %u KB: bớt địa chỉ", SECURITY_TXT_MAX_BYTES >> 10);
    return buf_to_arena(&out, arena, ret_text, err);
}
