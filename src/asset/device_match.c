#include "asset/device_match.h"

#include <arpa/inet.h>

#include "base/viet.h"

static const struct str identity_names[IDENTITY_KIND_COUNT] = {
    STR_INIT("agent_key"), STR_INIT("serial"), STR_INIT("mac"), STR_INIT("hostname"), STR_INIT("address"),
};

struct str identity_kind_to_str(enum identity_kind kind)
{
    return identity_names[kind];
}

bool identity_kind_from_str(struct str text, enum identity_kind *ret_kind)
{
    for (size_t i = 0; i < IDENTITY_KIND_COUNT; i++)
        if (str_equal(text, identity_names[i])) {
            *ret_kind = (enum identity_kind)i;
            return true;
        }
    return false;
}

static bool is_strong(enum identity_kind kind)
{
    return kind <= IDENTITY_MAC;
}

/* --- the one form --- */

/* What boards without a serial number answer when they are asked for it: thousands of machines share these. */
static const struct str serial_fillers[] = {
    STR_INIT("0"),
    STR_INIT("00000000"),
    STR_INIT("0123456789"),
    STR_INIT("123456789"),
    STR_INIT("1234567890"),
    STR_INIT("CHASSISSERIALNUMBER"),
    STR_INIT("DEFAULTSTRING"),
    STR_INIT("INVALID"),
    STR_INIT("NONE"),
    STR_INIT("NOTAPPLICABLE"),
    STR_INIT("NOTSPECIFIED"),
    STR_INIT("SYSTEMSERIALNUMBER"),
    STR_INIT("TOBEFILLEDBYO.E.M."),
    STR_INIT("UNKNOWN"),
    STR_INIT("XXXXXXXXXX"),
    STR_INIT("KHONG"),
    STR_INIT("KHONGCO"),
    STR_INIT("KHONGRO"),
};
#define SERIAL_MAX    64u
#define AGENT_KEY_MAX 128u
#define HOSTNAME_MAX  253u /* RFC 1035 section 2.3.4, in text */

static bool says_nothing(struct str text)
{
    return str_is_empty(text) || str_equal(text, STR("-")) || str_equal_nocase_ascii(text, STR("n/a")) ||
           str_equal_nocase_ascii(text, STR("na"));
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static enum err_code normal_mac(struct str text, struct arena *arena, struct str *ret_value, struct err *err)
{
    unsigned char mac[6] = {0};
    size_t digits = 0;
    for (size_t i = 0; i < text.len_bytes; i++) {
        int digit = hex_digit(text.ptr[i]);
        if (digit < 0 && (text.ptr[i] == ':' || text.ptr[i] == '-' || text.ptr[i] == '.' || text.ptr[i] == ' '))
            continue;
        if (digit < 0 || digits >= 12)
            return err_set(err, ERR_SYNTAX, "'%.*s' không phải địa chỉ MAC (12 chữ số 0-9, a-f)", STR_ARG(text));
        mac[digits / 2] = (unsigned char)(mac[digits / 2] << 4 | digit);
        digits++;
    }
    if (digits != 12)
        return err_set(err, ERR_SYNTAX, "'%.*s' không phải địa chỉ MAC (12 chữ số 0-9, a-f)", STR_ARG(text));
    bool is_zero = true;
    for (size_t i = 0; i < 6; i++)
        is_zero = is_zero && mac[i] == 0;
    if (is_zero || (mac[0] & 1)) { /* a group's address is no machine's */
        *ret_value = STR("");
        return ERR_NONE;
    }
    struct str value =
        arena_printf(arena, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
    if (str_is_null(value))
        return arena_full(arena, err);
    *ret_value = value;
    return ERR_NONE;
}

static enum err_code normal_serial(struct str text, struct arena *arena, struct str *ret_value, struct err *err)
{
    if (utf8_count(text) > SERIAL_MAX)
        return err_set(err, ERR_SYNTAX, "số sê-ri dài quá %u ký tự", SERIAL_MAX);
    struct str folded = viet_fold(arena, text);
    char *out = arena_alloc(arena, folded.len_bytes + 1, 1);
    if (str_is_null(folded) || !out)
        return arena_full(arena, err);
    size_t length = 0;
    for (size_t i = 0; i < folded.len_bytes; i++) {
        char c = folded.ptr[i];
        if (c == ' ' || c == '\t')
            continue;
        out[length++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    struct str value = {out, length};
    for (size_t i = 0; i < ARRAY_LEN(serial_fillers); i++)
        if (str_equal(value, serial_fillers[i]))
            value = STR("");
    *ret_value = value;
    return ERR_NONE;
}

static enum err_code normal_hostname(struct str text, struct arena *arena, struct str *ret_value, struct err *err)
{
    if (utf8_count(text) > HOSTNAME_MAX)
        return err_set(err, ERR_SYNTAX, "tên máy dài quá %u ký tự", HOSTNAME_MAX);
    struct str value = viet_lower(arena, text);
    if (str_is_null(value))
        return arena_full(arena, err);
    if (str_ends_with(value, STR(".")))
        value.len_bytes--;
    *ret_value = str_equal(value, STR("localhost")) ? STR("") : value;
    return ERR_NONE;
}

static enum err_code normal_address(struct str text, struct arena *arena, struct str *ret_value, struct err *err)
{
    const char *cstr = arena_cstr(arena, text);
    if (!cstr)
        return arena_full(arena, err);
    struct in_addr four;
    struct in6_addr six;
    char out[INET6_ADDRSTRLEN] = "";
    bool is_nobody = false;
    if (inet_pton(AF_INET, cstr, &four) == 1) {
        is_nobody = ntohl(four.s_addr) >> 24 == 127 || four.s_addr == 0;
        must(inet_ntop(AF_INET, &four, out, sizeof out) != NULL);
    } else if (inet_pton(AF_INET6, cstr, &six) == 1) {
        is_nobody = IN6_IS_ADDR_LOOPBACK(&six) || IN6_IS_ADDR_UNSPECIFIED(&six);
        must(inet_ntop(AF_INET6, &six, out, sizeof out) != NULL);
    } else {
        return err_set(err, ERR_SYNTAX, "'%.*s' không phải địa chỉ IP", STR_ARG(text));
    }
    struct str value = is_nobody ? STR("") : arena_str(arena, str_from_cstr(out));
    if (str_is_null(value))
        return arena_full(arena, err);
    *ret_value = value;
    return ERR_NONE;
}

enum err_code identity_normal(enum identity_kind kind, struct str text, struct arena *arena, struct str *ret_value,
                              struct err *err)
{
    struct str plain = str_trim(text);
    if (says_nothing(plain)) {
        *ret_value = STR("");
        return ERR_NONE;
    }
    switch (kind) {
    case IDENTITY_MAC:
        return normal_mac(plain, arena, ret_value, err);
    case IDENTITY_SERIAL:
        return normal_serial(plain, arena, ret_value, err);
    case IDENTITY_HOSTNAME:
        return normal_hostname(plain, arena, ret_value, err);
    case IDENTITY_ADDRESS:
        return normal_address(plain, arena, ret_value, err);
    case IDENTITY_AGENT_KEY:
        if (utf8_count(plain) > AGENT_KEY_MAX)
            return err_set(err, ERR_SYNTAX, "khóa của chương trình bảo vệ dài quá %u ký tự", AGENT_KEY_MAX);
        *ret_value = plain;
        return ERR_NONE;
    }
    must(!"an identity kind of its own");
    return ERR_UNSUPPORTED;
}

/* --- the decision --- */

struct candidate {
    int64_t root_id;
    bool has[IDENTITY_KIND_COUNT];       /* holds an identifier of this kind */
    bool is_equal[IDENTITY_KIND_COUNT];  /* holds the one that was seen */
    int64_t row_of[IDENTITY_KIND_COUNT]; /* which row holds it */
    int64_t last_ms;                     /* of what is equal */
};

/* One root after the other, in the order of ids, so that the answer does not depend on the order of rows. */
static bool next_root(const struct known_identity *known, size_t known_count, int64_t after_id, int64_t *ret_root)
{
    bool found = false;
    for (size_t i = 0; i < known_count; i++)
        if (known[i].root_id > after_id && (!found || known[i].root_id < *ret_root)) {
            *ret_root = known[i].root_id;
            found = true;
        }
    return found;
}

static struct candidate candidate_of(int64_t root_id, const struct identity *seen, size_t seen_count,
                                     const struct known_identity *known, size_t known_count)
{
    struct candidate c = {.root_id = root_id};
    for (size_t i = 0; i < known_count; i++) {
        if (known[i].root_id != root_id)
            continue;
        enum identity_kind kind = known[i].identity.kind;
        c.has[kind] = true;
        for (size_t k = 0; k < seen_count; k++) {
            if (seen[k].kind != kind || !str_equal(seen[k].value, known[i].identity.value))
                continue;
            c.is_equal[kind] = true;
            if (!c.row_of[kind] || known[i].device_id == root_id)
                c.row_of[kind] = known[i].device_id;
            if (known[i].last_ms > c.last_ms)
                c.last_ms = known[i].last_ms;
        }
    }
    return c;
}

/* A machine has one serial number. An agent's key changes when the machine is installed anew, so it only speaks against
 * a device whose serial number does not speak for it. A machine may have several MAC addresses. */
static bool is_contradicted(const struct candidate *c, const bool is_seen[IDENTITY_KIND_COUNT])
{
    if (is_seen[IDENTITY_SERIAL] && c->has[IDENTITY_SERIAL] && !c->is_equal[IDENTITY_SERIAL])
        return true;
    return is_seen[IDENTITY_AGENT_KEY] && c->has[IDENTITY_AGENT_KEY] && !c->is_equal[IDENTITY_AGENT_KEY] &&
           !c->is_equal[IDENTITY_SERIAL];
}

static bool has_strong(const bool has[IDENTITY_KIND_COUNT])
{
    return has[IDENTITY_AGENT_KEY] || has[IDENTITY_SERIAL] || has[IDENTITY_MAC];
}

static struct match same(const struct candidate *c, enum identity_kind by)
{
    return (struct match){.outcome = MATCH_SAME, .device_id = c->row_of[by], .root_id = c->root_id};
}

struct match device_match(const struct identity *seen, size_t seen_count, const struct known_identity *known,
                          size_t known_count)
{
    bool is_seen[IDENTITY_KIND_COUNT] = {false};
    for (size_t i = 0; i < seen_count; i++)
        is_seen[seen[i].kind] = true;
    struct match strong = {.outcome = MATCH_NEW}, weak = {.outcome = MATCH_NEW}, address = {.outcome = MATCH_NEW};
    enum identity_kind strong_by = IDENTITY_HOSTNAME, against_by = IDENTITY_HOSTNAME;
    int64_t against = 0, named = 0, other = 0, weak_ms = INT64_MIN, address_ms = INT64_MIN;
    int64_t root_id = INT64_MIN;
    while (next_root(known, known_count, root_id, &root_id)) {
        struct candidate c = candidate_of(root_id, seen, seen_count, known, known_count);
        enum identity_kind by = IDENTITY_AGENT_KEY;
        while (is_strong(by) && !c.is_equal[by])
            by++;
        if (is_strong(by)) {
            if (is_contradicted(&c, is_seen)) {
                if (by < against_by) {
                    against_by = by;
                    against = root_id;
                }
            } else if (by < strong_by) {
                if (strong.root_id)
                    other = strong.root_id;
                strong_by = by;
                strong = same(&c, by);
            } else {
                other = other ? other : root_id;
            }
            continue;
        }
        if (c.is_equal[IDENTITY_HOSTNAME]) {
            if (has_strong(is_seen) && has_strong(c.has)) {
                if (!is_contradicted(&c, is_seen))
                    named = named ? named : root_id;
            } else if (c.last_ms > weak_ms) {
                weak = same(&c, IDENTITY_HOSTNAME);
                weak_ms = c.last_ms;
            }
            continue;
        }
        /* An address wanders: it says who it is only where nothing else is known on one side, and no name says
         * otherwise. */
        if (c.is_equal[IDENTITY_ADDRESS] && !(is_seen[IDENTITY_HOSTNAME] && c.has[IDENTITY_HOSTNAME]) &&
            !(has_strong(is_seen) && (has_strong(c.has) || c.has[IDENTITY_HOSTNAME])) && c.last_ms > address_ms) {
            address = same(&c, IDENTITY_ADDRESS);
            address_ms = c.last_ms;
        }
    }
    if (strong.outcome == MATCH_SAME) {
        strong.suggest_id = other;
        if (other)
            strong.why = "seen_both";
        return strong;
    }
    if (against)
        return (struct match){.outcome = MATCH_APART,
                              .suggest_id = against,
                              .why = against_by == IDENTITY_AGENT_KEY ? "same_agent_key" : "same_mac"};
    if (weak.outcome == MATCH_SAME)
        return weak;
    if (named)
        return (struct match){.outcome = MATCH_APART, .suggest_id = named, .why = "same_hostname"};
    return address;
}
