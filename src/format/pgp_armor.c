#include "format/pgp_armor.h"

bool pgp_armor_next_label(struct str *rest, struct str *ret_label)
{
    struct str line, begin = STR("-----BEGIN "), dashes = STR("-----");
    while (str_line(rest, &line)) {
        line = str_trim(line);
        if (!str_starts_with(line, begin) || !str_ends_with(line, dashes) ||
            line.len_bytes <= begin.len_bytes + dashes.len_bytes)
            continue;
        *ret_label = str_slice(line, begin.len_bytes, line.len_bytes - dashes.len_bytes);
        return true;
    }
    return false;
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

struct base64 {
    unsigned char *out;
    size_t count;
    uint32_t bits;
    size_t chars;  /* of the alphabet */
    bool is_ended; /* padding was seen */
};

static bool base64_add(struct base64 *b, struct str text)
{
    for (size_t i = 0; i < text.len_bytes; i++) {
        char c = text.ptr[i];
        int value = base64_value(c);
        if (c == ' ' || c == '\t' || c == '\r')
            continue;
        if (c == '=') {
            b->is_ended = true;
            continue;
        }
        if (value < 0 || b->is_ended)
            return false;
        b->bits = b->bits << 6 | (uint32_t)value;
        if (++b->chars % 4 != 1)
            b->out[b->count++] = (unsigned char)(b->bits >> (6 - 2 * ((b->chars - 1) % 4)));
    }
    return true;
}

/* RFC 9580 6.1.1 */
static uint32_t crc24(const unsigned char *bytes, size_t count)
{
    uint32_t crc = 0xB704CE;
    for (size_t i = 0; i < count; i++) {
        crc ^= (uint32_t)bytes[i] << 16;
        for (int bit = 0; bit < 8; bit++) {
            crc <<= 1;
            if (crc & 0x1000000)
                crc ^= 0x1864CFB;
        }
    }
    return crc & 0xFFFFFF;
}

/* "=abcd", as it stands in its line. */
static enum pgp_crc crc_of(const struct base64 *body, struct str line)
{
    unsigned char sum[3];
    struct base64 b = {.out = sum};
    if (!base64_add(&b, str_slice(line, 1, 5)) || b.count != 3)
        return PGP_CRC_DISAGREES;
    uint32_t said = (uint32_t)sum[0] << 16 | (uint32_t)sum[1] << 8 | sum[2];
    return said == crc24(body->out, body->count) ? PGP_CRC_AGREES : PGP_CRC_DISAGREES;
}

static bool is_header(struct str line)
{
    return str_contains(line, STR(": ")) || str_ends_with(line, STR(":"));
}

enum err_code pgp_armor_open(struct str text, struct str label, struct arena *arena, struct pgp_armor *ret_armor,
                             struct err *err)
{
    struct str rest = text, found = STR(""), line;
    do {
        if (!pgp_armor_next_label(&rest, &found))
            return err_set(err, ERR_NOT_FOUND, "không có khối OpenPGP \"%.*s\"", STR_ARG(label));
    } while (!str_starts_with(found, STR("PGP ")) || !str_equal(str_slice(found, 4, found.len_bytes), label));
    /* Three bytes of four characters, and one more for what an incomplete group begins. */
    struct base64 body = {.out = arena_alloc(arena, rest.len_bytes / 4 * 3 + 4, 1)};
    struct pgp_armor armor = {.label = str_slice(found, 4, found.len_bytes)};
    bool is_head = true;
    if (!body.out)
        return arena_full(arena, err);
    while (str_line(&rest, &line)) {
        line = str_trim(line);
        if (str_starts_with(line, STR("-----END PGP "))) {
            if (body.chars % 4 == 1)
                break;
            armor.bytes = (struct str){(const char *)body.out, body.count};
            armor.rest = rest;
            *ret_armor = armor;
            return ERR_NONE;
        }
        if (is_head && is_header(line))
            continue;
        is_head = is_head && line.len_bytes == 0 && body.chars == 0; /* some mailers drop the blank line */
        if (line.len_bytes == 5 && line.ptr[0] == '=')
            armor.crc = crc_of(&body, line);
        else if (armor.crc != PGP_CRC_NONE || !base64_add(&body, line))
            return err_set(err, ERR_SYNTAX, "khối OpenPGP có ký tự lạ: hãy xuất lại khóa và gửi nguyên tệp");
    }
    return err_set(err, ERR_SYNTAX, "khối OpenPGP bị cắt mất đoạn cuối: hãy gửi nguyên tệp");
}
