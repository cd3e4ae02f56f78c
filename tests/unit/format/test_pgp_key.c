/* The keys stand in tests/fuzz/corpus/pgp_key. Those of people were made with gpg, which also told the expected
 * fingerprints and times; v6.asc and the broken ones were put together byte by byte, with random bytes for signatures.
 */
#include "test.h"

#include "base/buf.h"
#include "base/civil.h"
#include "base/limits.h"
#include "format/pgp_key.h"
#include "os/file.h"

static struct err err;
static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 16u << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static struct str corpus(const char *name)
{
    struct str path = arena_printf(&arena, CORPUS "/pgp_key/%s", name), bytes = STR("");
    if (str_is_null(path))
        fail_msg("no memory");
    assert_ok(file_read(path.ptr, 1u << 20, &arena, &bytes, &err));
    return bytes;
}

/* "Ed25519 255 182F… 2025-01-01T… 2035-… encrypts signs certifies" */
static void put_part(struct buf *out, const struct pgp_part *part)
{
    char fingerprint[PGP_FINGERPRINT_TEXT_BYTES], made[CIVIL_TEXT_BYTES], end[CIVIL_TEXT_BYTES];
    buf_printf(out, "v%d %s %u %s from %s to %s%s%s%s%s%s\n", part->version, pgp_algorithm_name(part->algorithm),
               part->bits, pgp_fingerprint_text(part, fingerprint), civil_iso_ms(part->created_ms, made),
               part->expires_ms == PGP_NEVER ? "never" : civil_iso_ms(part->expires_ms, end),
               part->can_encrypt ? " encrypts" : "", part->can_sign ? " signs" : "",
               part->can_certify ? " certifies" : "", part->is_revoked ? " REVOKED" : "",
               part->has_self_signature ? "" : " UNSIGNED");
}

static struct str told(const struct pgp_key *key)
{
    AUTO_BUF out;
    buf_init(&out, 1u << 16);
    put_part(&out, &key->primary);
    for (size_t i = 0; i < key->user_id_count; i++) {
        const struct pgp_user_id *id = &key->user_ids[i];
        buf_printf(&out, "%.*s|%.*s%s%s%s\n", STR_ARG(id->text), STR_ARG(id->mail), id->is_primary ? " primary" : "",
                   id->is_revoked ? " REVOKED" : "", id->has_self_signature ? "" : " UNSIGNED");
    }
    for (size_t i = 0; i < key->subkey_count; i++)
        put_part(&out, &key->subkeys[i]);
    if (key->foreign_signature_count)
        buf_printf(&out, "foreign %zu\n", key->foreign_signature_count);
    struct str text = STR("");
    assert_ok(buf_to_arena(&out, &arena, &text, &err));
    return text;
}

#define AN                                                                                              \
    "v4 EdDSA 255 182F F034 5667 D927 A029 E648 D030 7574 F021 EE3E from 2025-01-01T07:00:00+07:00 to " \
    "2035-01-01T07:00:00+07:00 signs certifies\nNguyễn Văn An <an@tinh.example>|an@tinh.example\n"   \
    "v4 ECDH 255 B9C0 5F19 5AFF D439 6ACA 98B1 2C30 FFD4 5E4A 2185 from 2025-01-01T07:00:00+07:00 to "  \
    "2034-01-01T07:00:00+07:00 encrypts\n"
#define BINH                                                                                                       \
    "v4 RSA 3072 6035 583B B304 6052 94B7 E587 14CA 63DB B8B0 BB7C from 2025-01-01T07:00:00+07:00 to never signs " \
    "certifies\n"
#define BINH_SUBKEY \
    "v4 RSA 3072 961D 5526 28B6 5D5B C8D6 370B A786 BD57 E682 2DCF from 2025-01-01T07:00:00+07:00 to never encrypts\n"
#define TEAM "Đội ứng cứu (trực ban) <ucsc@tinh.example>|ucsc@tinh.example"

static void keys_say_what_gpg_says_of_them(void **state)
{
    (void)state;
    static const struct {
        const char *file, *want, *until; /* encrypts until; "" when nobody can encrypt to it */
    } cases[] = {
        {"an.asc", AN, "2034-01-01T07:00:00+07:00"},
        {"an.bin", AN, "2034-01-01T07:00:00+07:00"},
        {"mail.asc", AN, "2034-01-01T07:00:00+07:00"},
        {"bad-crc.asc", AN, "2034-01-01T07:00:00+07:00"},
        {"an-signed.asc", AN "foreign 1\n", "2034-01-01T07:00:00+07:00"},
        {"binh.asc", BINH "Lê Thị Bình <binh@tinh.example>|binh@tinh.example\n" TEAM "\n" BINH_SUBKEY, "never"},
        {"binh-revoked-name.asc",
         BINH "Lê Thị Bình <binh@tinh.example>|binh@tinh.example REVOKED\n" TEAM "\n" BINH_SUBKEY, "never"},
        {"cuong.asc",
         "v4 ECDSA 256 33DC 2573 93E8 C80F 46E4 4432 0D4B E86A 4415 C517 from 2020-01-01T07:00:00+07:00 to "
         "2021-01-01T07:00:00+07:00 signs certifies\nTrần Văn Cường <cuong@tinh.example>|cuong@tinh.example\n",
         ""},
        {"dung.asc",
         "v4 ECDSA 384 3B02 CA46 3ACD 914D 94C0 8F2E 0318 FC98 F76F DBB9 from 2025-01-01T07:00:00+07:00 to never "
         "signs certifies\nPhạm Thị Dung <dung@tinh.example>|dung@tinh.example\n",
         ""},
        {"em.asc",
         "v4 EdDSA 255 14C6 FA62 8C35 F910 103D FF4A B0F8 BB8C 120C F128 from 2025-01-01T07:00:00+07:00 to never "
         "signs certifies REVOKED\nVõ Văn Em <em@tinh.example>|em@tinh.example\n",
         ""},
        {"giang.asc",
         "v4 DSA 2048 9A83 E5D7 4CB6 1FB7 0355 3487 B0EA 91A8 D21E AEE1 from 2025-01-01T07:00:00+07:00 to never "
         "signs certifies\nĐỗ Thị Giang <giang@tinh.example>|giang@tinh.example\n"
         "v4 Elgamal 2048 E718 62F2 2D6D 332A 4BDE 8B65 201F FE39 B922 51DE from 2025-01-01T07:00:00+07:00 to never "
         "encrypts\n",
         "never"},
        {"giang-extended.asc",
         "v4 DSA 2048 9A83 E5D7 4CB6 1FB7 0355 3487 B0EA 91A8 D21E AEE1 from 2025-01-01T07:00:00+07:00 to "
         "2030-01-01T07:00:00+07:00 signs certifies\nĐỗ Thị Giang <giang@tinh.example>|giang@tinh.example\n"
         "v4 Elgamal 2048 E718 62F2 2D6D 332A 4BDE 8B65 201F FE39 B922 51DE from 2025-01-01T07:00:00+07:00 to "
         "2029-01-01T07:00:00+07:00 encrypts\n",
         "2029-01-01T07:00:00+07:00"},
        {"v6.asc",
         "v6 Ed25519 256 5E9E 842B 8D6F 99B4 F8D5 C1A4 E4A6 6102 3A87 D16F 569C 9342 F69A 12D3 467D 0548 from "
         "2025-01-01T07:00:00+07:00 to 2034-12-30T07:00:00+07:00 signs certifies\n"
         "Hồ Văn Khoa <khoa@tinh.example>|khoa@tinh.example primary\n"
         "v6 X25519 256 D198 78D4 46CC CF0B 3ED8 BBA0 AF0D 2CDE 12F0 43A4 FD33 8909 A207 8947 8242 68E9 from "
         "2025-01-01T07:01:00+07:00 to 2029-12-31T07:01:00+07:00 encrypts\n",
         "2029-12-31T07:01:00+07:00"},
        /* lengths of four and two octets, nothing signed: the key alone is known */
        {"long-lengths.bin",
         "v4 EdDSA 255 182F F034 5667 D927 A029 E648 D030 7574 F021 EE3E from 2025-01-01T07:00:00+07:00 to never signs "
         "certifies UNSIGNED\na@b|a@b UNSIGNED\n"
         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         "| UNSIGNED\n",
         ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct pgp_key key;
        char until[CIVIL_TEXT_BYTES];
        int64_t until_ms = 0;
        enum err_code code = pgp_key_read(corpus(cases[i].file), &arena, &key, &err);
        if (code != ERR_NONE)
            fail_msg("%s: %s", cases[i].file, err.text);
        if (!str_equal(told(&key), str_from_cstr(cases[i].want)))
            fail_msg("%s:\n%.*swanted\n%s", cases[i].file, STR_ARG(told(&key)), cases[i].want);
        bool can = pgp_key_encrypts_until(&key, &until_ms);
        assert_string_equal(!can                    ? ""
                            : until_ms == PGP_NEVER ? "never"
                                                    : civil_iso_ms(until_ms, until),
                            cases[i].until);
    }
}

static void armor_and_sum_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        bool is_armored;
        enum pgp_crc crc;
    } cases[] = {{"an.asc", true, PGP_CRC_AGREES},
                 {"mail.asc", true, PGP_CRC_AGREES},
                 {"bad-crc.asc", true, PGP_CRC_DISAGREES},
                 {"v6.asc", true, PGP_CRC_NONE},
                 {"an.bin", false, PGP_CRC_NONE}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct pgp_key key = {0};
        assert_ok(pgp_key_read(corpus(cases[i].file), &arena, &key, &err));
        assert_int_equal(key.is_armored, cases[i].is_armored);
        assert_int_equal(key.crc, cases[i].crc);
    }
}

static void refused(struct str bytes, enum err_code want, const char *words)
{
    struct pgp_key key;
    assert_err(pgp_key_read(bytes, &arena, &key, &err), want);
    if (!strstr(err.text, words))
        fail_msg("got \"%s\", wanted \"%s\"", err.text, words);
}

static void what_is_no_public_key_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        enum err_code code;
        const char *words;
    } files[] = {
        {"secret-tag.bin", ERR_DENIED, "nửa bí mật"},
        {"private-label.asc", ERR_DENIED, "nửa bí mật"},
        {"two.asc", ERR_CONFLICT, "hơn một khóa"},
        {"v3.bin", ERR_UNSUPPORTED, "phiên bản 3"},
        {"partial.bin", ERR_SYNTAX, "không phải khóa công khai"},
    };
    static const struct {
        struct str in;
        enum err_code code;
        const char *words;
    } texts[] = {
        {STR_INIT(""), ERR_SYNTAX, "không phải khóa công khai"},
        {STR_INIT("xin chào"), ERR_SYNTAX, "không phải khóa công khai"},
        {STR_INIT("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n"), ERR_DENIED, "nửa bí mật"},
        {STR_INIT("-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n"), ERR_SYNTAX, "PGP SIGNATURE"},
        {STR_INIT("-----BEGIN CERTIFICATE-----\n"), ERR_SYNTAX, "CERTIFICATE"},
        {STR_INIT("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDME"), ERR_SYNTAX, "cắt mất đoạn cuối"},
        {STR_INIT("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmD*ME\n-----END PGP PUBLIC KEY BLOCK-----"), ERR_SYNTAX,
         "ký tự lạ"},
        {STR_INIT("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEA\n-----END PGP PUBLIC KEY BLOCK-----"), ERR_SYNTAX,
         "cắt mất"},
        {STR_INIT("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDME\n-----END PGP PUBLIC KEY BLOCK-----"), ERR_SYNTAX,
         "hỏng hoặc bị cắt"},
        {STR_INIT("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----"), ERR_SYNTAX,
         "không phải khóa công khai"},
        {STR_INIT("\xcd\x01z"), ERR_SYNTAX, "không phải khóa công khai"},   /* a name without a key */
        {STR_INIT("\xca\x03PGP"), ERR_SYNTAX, "không phải khóa công khai"}, /* a marker alone */
        {STR_INIT("\xc6\x00"), ERR_SYNTAX, "hỏng hoặc bị cắt"},
        {STR_INIT("\xc6\x0b\x06"
                  "\0\0\0\0\x63"
                  "\0\0\0\x02"
                  "a"),
         ERR_SYNTAX, "hỏng hoặc bị cắt"},
        {STR_INIT("\x9b\x01"), ERR_SYNTAX, "không phải khóa công khai"}, /* a length that is not told */
    };
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        refused(corpus(files[i].file), files[i].code, files[i].words);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        refused(texts[i].in, texts[i].code, texts[i].words);
    struct str twice = arena_printf(&arena, "%.*s\n%.*s", STR_ARG(corpus("an.asc")), STR_ARG(corpus("cuong.asc")));
    refused(twice, ERR_CONFLICT, "hơn một khóa");
}

/* A key that ends anywhere but between two packets is no key; none of its beginnings says more than the whole. */
static void a_key_cut_short_is_refused_or_says_less(void **state)
{
    (void)state;
    struct str whole = corpus("an.bin");
    size_t good = 0;
    for (size_t n = 0; n < whole.len_bytes; n++) {
        struct pgp_key key;
        if (pgp_key_read(str_slice(whole, 0, n), &arena, &key, &err) != ERR_NONE)
            continue;
        good++;
        assert_true(key.subkey_count == 0 || !key.subkeys[0].has_self_signature);
    }
    assert_int_equal(good, 4); /* behind the key, the name, its signature, the subkey */
}

static void bytes_put(struct buf *out, const char *hex)
{
    for (; hex[0] && hex[1]; hex += 2) {
        const char pair[3] = {hex[0], hex[1], '\0'};
        buf_put_byte(out, (char)strtoul(pair, NULL, 16));
    }
}

#define KEY_V4         \
    "c62604000000001b" \
    "0101010101010101010101010101010101010101010101010101010101010101"

/* Names come from strangers: no control characters, no broken UTF-8, no address that is none. */
static void names_are_cleaned(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *mail;
    } cases[] = {
        {"An <an@tinh.example>", "An <an@tinh.example>", "an@tinh.example"},
        {"an@tinh.example", "an@tinh.example", "an@tinh.example"},
        {"An\n<an@tinh.example>\x1b", "An <an@tinh.example> ", "an@tinh.example"},
        {"L\xea <le@tinh.example>", "L\xef\xbf\xbd <le@tinh.example>", "le@tinh.example"},
        {"a <b <c@d.example>", "a <b <c@d.example>", "c@d.example"},
        {"An <an@tinh.example, x@y.example>", "An <an@tinh.example, x@y.example>", ""},
        {"An <@tinh.example>", "An <@tinh.example>", ""},
        {"An", "An", ""},
        {"", "", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF bytes;
        struct pgp_key key = {0};
        buf_init(&bytes, 4096);
        bytes_put(&bytes, KEY_V4 "cd");
        buf_put_byte(&bytes, (char)strlen(cases[i].name));
        buf_put(&bytes, str_from_cstr(cases[i].name));
        assert_ok(pgp_key_read(buf_str(&bytes), &arena, &key, &err));
        assert_int_equal(key.user_id_count, 1);
        assert_str(key.user_ids[0].text, str_from_cstr(cases[i].text));
        assert_str(key.user_ids[0].mail, str_from_cstr(cases[i].mail));
    }
}

/* Behind a key: what its packets may and may not be. */
static void packets_behind_the_key(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        enum err_code code;
    } cases[] = {
        {"", ERR_NONE},
        {"cc0101", ERR_NONE},                                     /* trust */
        {"d10101", ERR_NONE},                                     /* an attribute */
        {"e80101", ERR_NONE},                                     /* unknown, to be ignored */
        {"d90101", ERR_SYNTAX},                                   /* unknown, not to be ignored */
        {"c70104", ERR_DENIED},                                   /* a secret subkey */
        {"c20105", ERR_NONE},                                     /* a signature of version 5: foreign */
        {"c21303051f00000000000000000000000000000000", ERR_NONE}, /* of version 3 */
        {"c20103", ERR_SYNTAX},                                   /* of version 3, cut */
        {"c20a041f1b0a000200020000", ERR_SYNTAX},                 /* subpacket longer than its area */
        {"c20a041f1b0a000100000000", ERR_SYNTAX},                 /* subpacket of length 0 */
        {"c208041f1b0affff0000", ERR_SYNTAX},                     /* area longer than the packet */
        {"ce2604000000001b0101010101010101010101010101010101010101010101010101010101010101", ERR_NONE},
        {"ce2504000000001b01010101010101010101010101010101010101010101010101010101010101", ERR_SYNTAX},
        {"ce2704000000001b010101010101010101010101010101010101010101010101010101010101010101", ERR_SYNTAX},
        {"ce2a0600000000190000002001010101010101010101010101010101010101010101010101010101010101"
         "01",
         ERR_SYNTAX},
        {"ce0a0400000000636f74686572", ERR_SYNTAX}, /* its length says more than there is */
        {"ce080400000000630102", ERR_NONE},         /* an algorithm nobody knows */
        {"ff", ERR_SYNTAX},
        {"ffffffffff", ERR_SYNTAX},
        {"7f", ERR_SYNTAX},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF bytes;
        struct pgp_key key;
        buf_init(&bytes, 4096);
        bytes_put(&bytes, KEY_V4);
        bytes_put(&bytes, cases[i].hex);
        enum err_code code = pgp_key_read(buf_str(&bytes), &arena, &key, &err);
        if (code != cases[i].code)
            fail_msg("case %zu (%s): got %s", i, cases[i].hex, code ? err.text : "a key");
    }
}

/* A key, a subkey that encrypts and its binding of two parts, both with these subpackets in hexadecimal. */
static struct pgp_key bound(const char *type, const char *hashed, const char *unhashed)
{
    AUTO_BUF bytes, subpackets;
    struct pgp_key key = {0};
    buf_init(&bytes, 4096);
    buf_init(&subpackets, 4096);
    bytes_put(&bytes, KEY_V4);
    assert_ok(pgp_key_read(buf_str(&bytes), &arena, &key, &err));
    bytes_put(&bytes, "ce260400000064"
                      "19"
                      "0101010101010101010101010101010101010101010101010101010101010101");
    bytes_put(&subpackets, "0910"); /* issuer: the last eight bytes of the fingerprint */
    buf_put(&subpackets, (struct str){(const char *)key.primary.fingerprint + 12, 8});
    bytes_put(&subpackets, unhashed);
    buf_printf(&bytes, "%c%c", 0xc2, (int)(8 + strlen(hashed) / 2 + subpackets.len_bytes));
    bytes_put(&bytes, "04");
    bytes_put(&bytes, type);
    bytes_put(&bytes, "1b0a00");
    buf_put_byte(&bytes, (char)(strlen(hashed) / 2));
    bytes_put(&bytes, hashed);
    buf_put_byte(&bytes, 0);
    buf_put_byte(&bytes, (char)subpackets.len_bytes);
    buf_put(&bytes, buf_str(&subpackets));
    assert_ok(pgp_key_read(buf_str(&bytes), &arena, &key, &err));
    assert_int_equal(key.subkey_count, 1);
    return key;
}

static void a_binding_says_how_long_and_for_what(void **state)
{
    (void)state;
    static const struct {
        const char *hashed, *unhashed;
        int64_t until_ms; /* -1: nobody can encrypt to it */
    } cases[] = {
        {"0502000000c8", "", PGP_NEVER},
        {"0502000000c8"
         "0509000003e8",
         "", 1100000}, /* the key: 1000 s after 100 */
        {"0502000000c8"
         "05890000"
         "03e8",
         "", 1100000}, /* critical */
        {"0502000000c8"
         "0503000000c8",
         "", 400000}, /* the signature: 200 s after 200 */
        {"0502000000c8"
         "0503000000c8"
         "05090000000a",
         "", 110000},
        {"0502000000c8"
         "050900000000",
         "", PGP_NEVER}, /* 0: it does not expire */
        {"0502000000c8"
         "021b0c",
         "", PGP_NEVER},
        {"0502000000c8"
         "021b02",
         "", -1},                                    /* it is to sign */
        {"0502000000c8", "0509000003e8", PGP_NEVER}, /* where anybody can write it is not believed */
        {"0502000000c8", "021b02", PGP_NEVER},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct pgp_key key = bound("18", cases[i].hashed, cases[i].unhashed);
        int64_t until_ms = -1;
        (void)pgp_key_encrypts_until(&key, &until_ms);
        if (until_ms != cases[i].until_ms)
            fail_msg("case %zu: got %lld, wanted %lld", i, (long long)until_ms, (long long)cases[i].until_ms);
        assert_true(key.subkeys[0].has_self_signature && key.subkeys[0].signed_ms == 200000);
    }
}

static void a_revoked_subkey_is_told(void **state)
{
    (void)state;
    struct pgp_key key = bound("28", "0502000000c8", ""), whole = bound("20", "0502000000c8", "");
    int64_t until_ms;
    assert_true(key.subkeys[0].is_revoked && !key.subkeys[0].has_self_signature && !key.primary.is_revoked);
    assert_false(pgp_key_encrypts_until(&key, &until_ms));
    assert_true(whole.primary.is_revoked); /* wherever its revocation stands */
}

static void armor_that_is_not_there_is_said(void **state)
{
    (void)state;
    struct pgp_armor armor;
    AUTO_ARENA small;
    struct pgp_key key;
    arena_init(&small, 1);
    assert_err(pgp_armor_open(corpus("an.asc"), STR("MESSAGE"), &arena, &armor, &err), ERR_NOT_FOUND);
    assert_err(pgp_key_read(corpus("an.asc"), &small, &key, &err), ERR_NOMEM);
    assert_ok(pgp_armor_open(STR("-----BEGIN PGP MESSAGE-----\nYQ = =\n=Y*AA\n-----END PGP MESSAGE-----\nsau"),
                             STR("MESSAGE"), &arena, &armor, &err));
    assert_str(armor.bytes, STR("a"));
    assert_str(armor.label, STR("MESSAGE"));
    assert_str(armor.rest, STR("sau"));
    assert_int_equal(armor.crc, PGP_CRC_DISAGREES);
}

/* Who names another key as its issuer changes nothing of this one. */
static void signatures_of_others_are_counted_and_not_believed(void **state)
{
    (void)state;
    AUTO_BUF bytes;
    struct pgp_key key = {0};
    buf_init(&bytes, 4096);
    bytes_put(&bytes, KEY_V4 "c218"
                             "04201b0a0006"
                             "0502000000c8"
                             "000a"
                             "09100102030405060708");
    assert_ok(pgp_key_read(buf_str(&bytes), &arena, &key, &err));
    assert_false(key.primary.is_revoked);
    assert_int_equal(key.foreign_signature_count, 1);
}

static void ceilings_hold(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        size_t most;
    } cases[] = {
        {"cc00", PGP_KEY_PACKETS_MAX - 1}, {"cd00", PGP_KEY_USER_IDS_MAX}, {"ce0604000000001d", PGP_KEY_SUBKEYS_MAX}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF bytes;
        struct pgp_key key;
        buf_init(&bytes, 1u << 20);
        bytes_put(&bytes, KEY_V4);
        for (size_t n = 0; n < cases[i].most; n++)
            bytes_put(&bytes, cases[i].hex);
        assert_ok(pgp_key_read(buf_str(&bytes), &arena, &key, &err));
        bytes_put(&bytes, cases[i].hex);
        assert_err(pgp_key_read(buf_str(&bytes), &arena, &key, &err), ERR_LIMIT);
    }
    char *big = arena_alloc(&arena, PGP_KEY_MAX_BYTES + 1, 1);
    struct pgp_key key;
    if (!big)
        fail_msg("no memory");
    assert_err(pgp_key_read((struct str){big, PGP_KEY_MAX_BYTES + 1}, &arena, &key, &err), ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keys_say_what_gpg_says_of_them, setup, teardown),
        cmocka_unit_test_setup_teardown(armor_and_sum_are_told, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_public_key_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_key_cut_short_is_refused_or_says_less, setup, teardown),
        cmocka_unit_test_setup_teardown(names_are_cleaned, setup, teardown),
        cmocka_unit_test_setup_teardown(packets_behind_the_key, setup, teardown),
        cmocka_unit_test_setup_teardown(a_binding_says_how_long_and_for_what, setup, teardown),
        cmocka_unit_test_setup_teardown(a_revoked_subkey_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(armor_that_is_not_there_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(signatures_of_others_are_counted_and_not_believed, setup, teardown),
        cmocka_unit_test_setup_teardown(ceilings_hold, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
