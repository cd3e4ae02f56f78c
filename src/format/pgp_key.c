#include "format/pgp_key.h"

#include "base/buf.h"
#include "base/cursor.h"
#include "base/limits.h"
#include "base/vec.h"
#include "os/crypto.h"
#include "os/sha1.h"

enum tag { /* RFC 9580 section 5 */
           TAG_SIGNATURE = 2,
           TAG_SECRET_KEY = 5,
           TAG_PUBLIC_KEY = 6,
           TAG_SECRET_SUBKEY = 7,
           TAG_MARKER = 10,
           TAG_TRUST = 12,
           TAG_USER_ID = 13,
           TAG_PUBLIC_SUBKEY = 14,
           TAG_USER_ATTRIBUTE = 17,
           TAG_PADDING = 21,
           TAG_FIRST_IGNORABLE = 40, /* 4.3: unknown ones from here on are passed over */
};
enum signature_type { /* RFC 9580 5.2.1 */
                      SIGNED_USER_ID = 0x10,
                      SIGNED_USER_ID_LAST = 0x13,
                      SIGNED_SUBKEY = 0x18,
                      SIGNED_DIRECTLY = 0x1f,
                      REVOKED_KEY = 0x20,
                      REVOKED_SUBKEY = 0x28,
                      REVOKED_USER_ID = 0x30,
};
#define KEY_ID_BYTES 8

/* --- what is known of algorithms (RFC 9580 9.1) and curves (9.2) --- */

enum material {
    MATERIAL_NUMBERS, /* multiprecision integers, as many as the row says */
    MATERIAL_CURVE,   /* a curve and a point */
    MATERIAL_CURVE_KDF,
    MATERIAL_OCTETS, /* as many as the row says */
};
static const struct algorithm {
    unsigned id;
    const char *name;
    enum material material;
    size_t count;
    unsigned bits; /* of MATERIAL_OCTETS */
    bool can_encrypt, can_sign;
} algorithms[] = {
    {1, "RSA", MATERIAL_NUMBERS, 2, 0, true, true},         {2, "RSA", MATERIAL_NUMBERS, 2, 0, true, false},
    {3, "RSA", MATERIAL_NUMBERS, 2, 0, false, true},        {16, "Elgamal", MATERIAL_NUMBERS, 3, 0, true, false},
    {17, "DSA", MATERIAL_NUMBERS, 4, 0, false, true},       {18, "ECDH", MATERIAL_CURVE_KDF, 0, 0, true, false},
    {19, "ECDSA", MATERIAL_CURVE, 0, 0, false, true},       {22, "EdDSA", MATERIAL_CURVE, 0, 0, false, true},
    {25, "X25519", MATERIAL_OCTETS, 32, 256, true, false},  {26, "X448", MATERIAL_OCTETS, 56, 448, true, false},
    {27, "Ed25519", MATERIAL_OCTETS, 32, 256, false, true}, {28, "Ed448", MATERIAL_OCTETS, 57, 456, false, true},
};
static const struct {
    struct str oid;
    unsigned bits;
} curves[] = {
    {STR_INIT("\x2a\x86\x48\xce\x3d\x03\x01\x07"), 256},         /* NIST P-256 */
    {STR_INIT("\x2b\x81\x04\x00\x22"), 384},                     /* NIST P-384 */
    {STR_INIT("\x2b\x81\x04\x00\x23"), 521},                     /* NIST P-521 */
    {STR_INIT("\x2b\x24\x03\x03\x02\x08\x01\x01\x07"), 256},     /* brainpoolP256r1 */
    {STR_INIT("\x2b\x24\x03\x03\x02\x08\x01\x01\x0b"), 384},     /* brainpoolP384r1 */
    {STR_INIT("\x2b\x24\x03\x03\x02\x08\x01\x01\x0d"), 512},     /* brainpoolP512r1 */
    {STR_INIT("\x2b\x81\x04\x00\x0a"), 256},                     /* secp256k1, which GnuPG makes */
    {STR_INIT("\x2b\x06\x01\x04\x01\xda\x47\x0f\x01"), 255},     /* Ed25519Legacy */
    {STR_INIT("\x2b\x06\x01\x04\x01\x97\x55\x01\x05\x01"), 255}, /* Curve25519Legacy */
};

static const struct algorithm *algorithm_of(unsigned id)
{
    for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
        if (algorithms[i].id == id)
            return &algorithms[i];
    return NULL;
}

const char *pgp_algorithm_name(unsigned id)
{
    const struct algorithm *algorithm = algorithm_of(id);
    return algorithm ? algorithm->name : "";
}

/* --- refusals --- */

static enum err_code refuse_secret(struct err *err)
{
    return err_set(err, ERR_DENIED,
                   "đây là nửa bí mật của khóa: đừng bao giờ gửi cho bất kỳ ai; hãy xuất và gửi khóa công khai");
}

static enum err_code refuse_broken(struct err *err)
{
    return err_set(err, ERR_SYNTAX, "khóa OpenPGP bị hỏng hoặc bị cắt: hãy xuất lại khóa và gửi nguyên tệp");
}

static enum err_code refuse_other(struct err *err)
{
    return err_set(err, ERR_SYNTAX, "tệp không phải khóa công khai OpenPGP");
}

/* --- bytes --- */

static uint32_t take_be(struct cursor *c, size_t n_bytes) /* big endian, 1 to 4 bytes */
{
    struct str s = cursor_take(c, n_bytes);
    uint32_t v = 0;
    for (size_t i = 0; i < s.len_bytes; i++)
        v = v << 8 | (unsigned char)s.ptr[i];
    return v;
}

/* RFC 9580 4.2. Partial and indeterminate lengths are for packets of data only, none of which stands in a key. */
static enum err_code take_packet(struct cursor *c, unsigned *ret_tag, struct str *ret_body, struct err *err)
{
    uint8_t head = cursor_u8(c);
    size_t len_bytes;
    if (!(head & 0x80))
        return refuse_broken(err);
    if (head & 0x40) {
        *ret_tag = head & 0x3f;
        uint8_t first = cursor_u8(c);
        if (first >= 224 && first < 255)
            return refuse_other(err);
        len_bytes = first < 192 ? first : first < 224 ? ((first - 192u) << 8) + cursor_u8(c) + 192 : take_be(c, 4);
    } else {
        *ret_tag = head >> 2 & 0xf;
        if ((head & 3) == 3)
            return refuse_other(err);
        len_bytes = take_be(c, (size_t)1 << (head & 3));
    }
    *ret_body = cursor_take(c, len_bytes);
    return c->failed ? refuse_broken(err) : ERR_NONE;
}

/* --- keys --- */

static unsigned take_number_bits(struct cursor *c)
{
    unsigned bits = take_be(c, 2);
    (void)cursor_take(c, (bits + 7) / 8);
    return bits;
}

static unsigned take_curve_bits(struct cursor *c, bool has_kdf)
{
    struct str oid = cursor_take(c, cursor_u8(c));
    unsigned bits = 0;
    for (size_t i = 0; i < ARRAY_LEN(curves); i++)
        if (str_equal(curves[i].oid, oid))
            bits = curves[i].bits;
    (void)take_number_bits(c); /* the point */
    if (has_kdf)
        (void)cursor_take(c, cursor_u8(c));
    return bits;
}

static unsigned take_material(struct cursor *c, const struct algorithm *algorithm)
{
    unsigned bits = 0;
    switch (algorithm->material) {
    case MATERIAL_NUMBERS:
        for (size_t i = 0; i < algorithm->count; i++) {
            unsigned number_bits = take_number_bits(c);
            bits = i ? bits : number_bits; /* the modulus comes first */
        }
        break;
    case MATERIAL_CURVE:
    case MATERIAL_CURVE_KDF:
        bits = take_curve_bits(c, algorithm->material == MATERIAL_CURVE_KDF);
        break;
    case MATERIAL_OCTETS:
        (void)cursor_take(c, algorithm->count);
        bits = algorithm->bits;
        break;
    }
    return bits;
}

/* RFC 9580 5.5.4.2 and 5.5.4.3 */
static void fingerprint(struct pgp_part *part, struct str body)
{
    size_t n = body.len_bytes;
    if (part->version == 4) {
        const char head[3] = {(char)0x99, (char)(n >> 8), (char)n};
        struct sha1 sha1;
        sha1_begin(&sha1);
        sha1_add(&sha1, (struct str){head, sizeof head});
        sha1_add(&sha1, body);
        sha1_end(&sha1, part->fingerprint);
        part->fingerprint_bytes = SHA1_BYTES;
        return;
    }
    const char head[5] = {(char)0x9b, (char)(n >> 24), (char)(n >> 16), (char)(n >> 8), (char)n};
    struct sha256_stream stream;
    sha256_begin(&stream);
    sha256_add(&stream, (struct str){head, sizeof head});
    sha256_add(&stream, body);
    struct sha256 hash = sha256_end(&stream);
    memcpy(part->fingerprint, hash.bytes, SHA256_BYTES);
    part->fingerprint_bytes = SHA256_BYTES;
}

/* RFC 9580 5.5.2 */
static enum err_code read_part(struct str body, struct pgp_part *ret_part, struct err *err)
{
    struct cursor c = cursor_over(body);
    struct pgp_part part = {.version = cursor_u8(&c), .expires_ms = PGP_NEVER};
    if (c.failed)
        return refuse_broken(err);
    if (part.version != 4 && part.version != 6)
        return err_set(err, ERR_UNSUPPORTED, "khóa OpenPGP phiên bản %d không dùng được: cần phiên bản 4 hoặc 6",
                       part.version);
    part.created_ms = (int64_t)take_be(&c, 4) * 1000;
    part.algorithm = cursor_u8(&c);
    if (part.version == 6 && take_be(&c, 4) != c.left_bytes)
        return refuse_broken(err);
    const struct algorithm *algorithm = algorithm_of(part.algorithm);
    if (algorithm) {
        part.bits = take_material(&c, algorithm);
        if (c.left_bytes)
            return refuse_broken(err);
    }
    if (c.failed || (part.version == 4 && body.len_bytes > UINT16_MAX))
        return refuse_broken(err);
    fingerprint(&part, body);
    *ret_part = part;
    return ERR_NONE;
}

static struct str key_id(const struct pgp_part *part) /* RFC 9580 5.5.4: its last bytes, of version 6 its first */
{
    size_t from = part->version == 4 ? part->fingerprint_bytes - KEY_ID_BYTES : 0;
    return (struct str){(const char *)part->fingerprint + from, KEY_ID_BYTES};
}

/* --- signatures --- */

struct claim { /* what one signature says; times and flags only from its hashed part, which others cannot add to */
    unsigned version;
    unsigned type;
    int64_t made_ms;
    uint32_t lasts_s;     /* 0: for ever */
    uint32_t key_lasts_s; /* 0: for ever */
    bool has_key_lasts, has_flags, is_primary, is_ours, has_issuer;
    unsigned flags;
};

static void read_subpacket(struct claim *s, const struct pgp_part *primary, unsigned type, struct str body,
                           bool is_hashed)
{
    struct cursor c = cursor_over(body);
    struct str whole = {(const char *)primary->fingerprint, primary->fingerprint_bytes};
    switch (type & 0x7f) { /* RFC 9580 5.2.3.7; the highest bit says that it is critical */
    case 16:               /* issuer key id */
        s->is_ours = s->is_ours || (!s->has_issuer && str_equal(body, key_id(primary)));
        break;
    case 33: /* issuer fingerprint, behind its version; it outweighs the short id */
        s->has_issuer = true;
        s->is_ours = str_equal(str_slice(body, 1, body.len_bytes), whole);
        break;
    case 2:
        s->made_ms = is_hashed ? (int64_t)take_be(&c, 4) * 1000 : s->made_ms;
        break;
    case 3:
        s->lasts_s = is_hashed ? take_be(&c, 4) : s->lasts_s;
        break;
    case 9:
        s->key_lasts_s = is_hashed ? take_be(&c, 4) : s->key_lasts_s;
        s->has_key_lasts = s->has_key_lasts || is_hashed;
        break;
    case 25:
        s->is_primary = is_hashed ? cursor_u8(&c) != 0 : s->is_primary;
        break;
    case 27:
        s->has_flags = s->has_flags || is_hashed;
        s->flags = is_hashed ? cursor_u8(&c) : s->flags;
        break;
    default:
        break;
    }
}

static bool read_subpackets(struct claim *s, const struct pgp_part *primary, struct str area, bool is_hashed)
{
    struct cursor c = cursor_over(area);
    while (c.left_bytes && !c.failed) {
        uint8_t first = cursor_u8(&c);
        size_t n = first < 192 ? first : first < 255 ? ((first - 192u) << 8) + cursor_u8(&c) + 192 : take_be(&c, 4);
        if (n == 0)
            return false;
        unsigned type = cursor_u8(&c);
        struct str body = cursor_take(&c, n - 1);
        if (!c.failed)
            read_subpacket(s, primary, type, body, is_hashed);
    }
    return !c.failed;
}

/* RFC 9580 5.2.2 and 5.2.3. One of another version says nothing to us and stays foreign. */
static enum err_code read_signature(struct str bytes, const struct pgp_part *primary, struct claim *ret_claim,
                                    struct err *err)
{
    struct cursor c = cursor_over(bytes);
    struct claim s = {.version = cursor_u8(&c)};
    if (s.version == 3) {
        (void)cursor_take(&c, 1); /* how much of it is hashed: 5 */
        s.type = cursor_u8(&c);
        s.made_ms = (int64_t)take_be(&c, 4) * 1000;
        s.is_ours = str_equal(cursor_take(&c, KEY_ID_BYTES), key_id(primary));
    } else if (s.version == 4 || s.version == 6) {
        size_t length_bytes = s.version == 4 ? 2 : 4;
        s.type = cursor_u8(&c);
        (void)cursor_take(&c, 2); /* algorithms of key and hash */
        struct str hashed = cursor_take(&c, take_be(&c, length_bytes));
        struct str unhashed = cursor_take(&c, take_be(&c, length_bytes));
        if (!c.failed &&
            (!read_subpackets(&s, primary, hashed, true) || !read_subpackets(&s, primary, unhashed, false)))
            return refuse_broken(err);
    }
    if (c.failed)
        return refuse_broken(err);
    *ret_claim = s;
    return ERR_NONE;
}

/* --- the key as a whole --- */

struct self { /* the newest self-signature of a part or a name */
    struct claim claim;
    bool is_there;
    int64_t revoked_ms; /* the newest revocation of a name */
    bool is_revoked;
};
struct reader {
    struct arena *arena;
    struct pgp_key key;
    struct self direct;
    VEC(struct pgp_part) subkeys;
    VEC(struct self) subkey_selfs;
    VEC(struct pgp_user_id) user_ids;
    VEC(struct self) user_id_selfs;
    unsigned at; /* the tag signatures belong to: TAG_PUBLIC_KEY, _USER_ID, _USER_ATTRIBUTE or _PUBLIC_SUBKEY */
};

static void keep_newest(struct self *self, const struct claim *s)
{
    if (self->is_there && self->claim.made_ms > s->made_ms)
        return;
    self->claim = *s;
    self->is_there = true;
}

static void use_signature(struct reader *r, const struct claim *s)
{
    if (s->type == REVOKED_KEY) {
        r->key.primary.is_revoked = true;
    } else if (s->type == SIGNED_DIRECTLY && r->at == TAG_PUBLIC_KEY) {
        keep_newest(&r->direct, s);
    } else if (r->at == TAG_USER_ID) {
        struct self *self = &r->user_id_selfs.items[r->user_id_selfs.count - 1];
        if (s->type >= SIGNED_USER_ID && s->type <= SIGNED_USER_ID_LAST)
            keep_newest(self, s);
        if (s->type == REVOKED_USER_ID) {
            self->revoked_ms = !self->is_revoked || s->made_ms > self->revoked_ms ? s->made_ms : self->revoked_ms;
            self->is_revoked = true;
        }
    } else if (r->at == TAG_PUBLIC_SUBKEY) {
        if (s->type == SIGNED_SUBKEY)
            keep_newest(&r->subkey_selfs.items[r->subkey_selfs.count - 1], s);
        if (s->type == REVOKED_SUBKEY)
            r->subkeys.items[r->subkeys.count - 1].is_revoked = true;
    }
}

static enum err_code add_signature(struct reader *r, struct str body, struct err *err)
{
    struct claim s = {0};
    TRY(read_signature(body, &r->key.primary, &s, err));
    if (s.is_ours)
        use_signature(r, &s);
    else
        r->key.foreign_signature_count++;
    return ERR_NONE;
}

static enum err_code add_subkey(struct reader *r, struct str body, struct err *err)
{
    struct pgp_part part;
    if (r->subkeys.count == PGP_KEY_SUBKEYS_MAX)
        return err_set(err, ERR_LIMIT, "khóa OpenPGP có quá %u khóa con", PGP_KEY_SUBKEYS_MAX);
    TRY(read_part(body, &part, err));
    if (part.version != r->key.primary.version)
        return refuse_broken(err);
    struct pgp_part *subkey = vec_push(&r->subkeys, r->arena);
    struct self *self = subkey ? vec_push(&r->subkey_selfs, r->arena) : NULL;
    if (!self)
        return arena_full(r->arena, err);
    *subkey = part;
    return ERR_NONE;
}

static bool is_mail(struct str s)
{
    ptrdiff_t at = str_find_byte(s, '@', 0);
    for (size_t i = 0; i < s.len_bytes; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || strchr("<>(),;\"", s.ptr[i]))
            return false;
    return at > 0 && (size_t)at + 1 < s.len_bytes && str_find_byte(s, '@', (size_t)at + 1) < 0;
}

/* "Name (note) <address>", or an address alone. */
static struct str mail_in(struct str text)
{
    struct str s = str_trim(text);
    if (str_ends_with(s, STR(">")))
        for (size_t from = s.len_bytes; from-- > 0;)
            if (s.ptr[from] == '<') {
                s = str_slice(s, from + 1, s.len_bytes - 1);
                break;
            }
    return is_mail(s) ? s : STR("");
}

static enum err_code add_user_id(struct reader *r, struct str body, struct err *err)
{
    AUTO_BUF text;
    buf_init(&text, PGP_USER_ID_MAX_BYTES * 4);
    if (r->user_ids.count == PGP_KEY_USER_IDS_MAX || body.len_bytes > PGP_USER_ID_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "khóa OpenPGP có quá %u tên, hoặc một tên quá %u kB", PGP_KEY_USER_IDS_MAX,
                       PGP_USER_ID_MAX_BYTES >> 10);
    for (size_t at = 0; at < body.len_bytes;) {
        uint32_t cp = utf8_next(body, &at);
        buf_put_char(&text, cp < 0x20 || (cp >= 0x7f && cp < 0xa0) ? ' ' : cp);
    }
    struct pgp_user_id *id = vec_push(&r->user_ids, r->arena);
    struct self *self = id ? vec_push(&r->user_id_selfs, r->arena) : NULL;
    if (!self)
        return arena_full(r->arena, err);
    TRY(buf_to_arena(&text, r->arena, &id->text, err));
    id->mail = mail_in(id->text);
    id->expires_ms = PGP_NEVER;
    return ERR_NONE;
}

static enum err_code add_packet(struct reader *r, unsigned tag, struct str body, struct err *err)
{
    switch (tag) {
    case TAG_SIGNATURE:
        return add_signature(r, body, err);
    case TAG_SECRET_KEY:
    case TAG_SECRET_SUBKEY:
        return refuse_secret(err);
    case TAG_PUBLIC_KEY:
        return err_set(err, ERR_CONFLICT, "tệp có hơn một khóa OpenPGP: chỉ xuất một khóa");
    case TAG_USER_ID:
        r->at = tag;
        return add_user_id(r, body, err);
    case TAG_PUBLIC_SUBKEY:
        r->at = tag;
        return add_subkey(r, body, err);
    case TAG_USER_ATTRIBUTE:
        r->at = tag;
        r->key.attribute_count++;
        return ERR_NONE;
    case TAG_MARKER:
    case TAG_TRUST:
    case TAG_PADDING:
        return ERR_NONE;
    default:
        return tag >= TAG_FIRST_IGNORABLE ? ERR_NONE : refuse_other(err);
    }
}

static int64_t end_ms(int64_t from_ms, uint32_t lasts_s)
{
    return lasts_s ? from_ms + (int64_t)lasts_s * 1000 : PGP_NEVER;
}

/* RFC 9580 5.2.3.29: 1 certifies, 2 signs, 4 and 8 encrypt. */
static void use_self(struct pgp_part *part, const struct self *self)
{
    const struct algorithm *algorithm = algorithm_of(part->algorithm);
    const struct claim *s = &self->claim;
    bool has_flags = self->is_there && s->has_flags;
    part->has_self_signature = self->is_there;
    part->signed_ms = self->is_there ? s->made_ms : 0;
    part->signed_until_ms = self->is_there ? end_ms(s->made_ms, s->lasts_s) : PGP_NEVER;
    if (self->is_there)
        part->expires_ms = end_ms(part->created_ms, s->key_lasts_s);
    part->can_encrypt = algorithm && algorithm->can_encrypt && (!has_flags || s->flags & 0x0c);
    part->can_sign = algorithm && algorithm->can_sign && (!has_flags || s->flags & 0x02);
    part->can_certify = algorithm && algorithm->can_sign && (!has_flags || s->flags & 0x01);
}

/* What the primary key says of itself: a key of version 6 in a direct signature; one of version 4 in the
 * newest on a name, where a direct one does not say otherwise (it may be there for something else). */
static void use_primary(struct reader *r)
{
    struct self about = {0};
    const struct self *direct = &r->direct;
    for (size_t i = 0; i < r->user_ids.count; i++)
        if (r->user_id_selfs.items[i].is_there && !r->user_ids.items[i].is_revoked)
            keep_newest(&about, &r->user_id_selfs.items[i].claim);
    if (direct->is_there && (!about.is_there || r->key.primary.version == 6))
        about = *direct;
    if (direct->is_there && direct->claim.has_key_lasts)
        about.claim.key_lasts_s = direct->claim.key_lasts_s;
    if (direct->is_there && direct->claim.has_flags) {
        about.claim.has_flags = true;
        about.claim.flags = direct->claim.flags;
    }
    use_self(&r->key.primary, &about);
}

static void finish(struct reader *r)
{
    for (size_t i = 0; i < r->user_ids.count; i++) {
        const struct self *self = &r->user_id_selfs.items[i];
        struct pgp_user_id *id = &r->user_ids.items[i];
        id->has_self_signature = self->is_there;
        id->is_revoked = self->is_revoked && (!self->is_there || self->revoked_ms >= self->claim.made_ms);
        if (!self->is_there)
            continue;
        id->is_primary = self->claim.is_primary;
        id->signed_ms = self->claim.made_ms;
        id->expires_ms = end_ms(self->claim.made_ms, self->claim.lasts_s);
    }
    use_primary(r);
    for (size_t i = 0; i < r->subkeys.count; i++) {
        use_self(&r->subkeys.items[i], &r->subkey_selfs.items[i]);
        r->subkeys.items[i].can_certify = false; /* only the primary key does */
    }
    r->key.subkeys = r->subkeys.items;
    r->key.subkey_count = r->subkeys.count;
    r->key.user_ids = r->user_ids.items;
    r->key.user_id_count = r->user_ids.count;
}

static enum err_code read_packets(struct reader *r, struct str bytes, struct err *err)
{
    struct cursor c = cursor_over(bytes);
    for (size_t n = 0; c.left_bytes; n++) {
        unsigned tag = 0;
        struct str body;
        if (n == PGP_KEY_PACKETS_MAX)
            return err_set(err, ERR_LIMIT, "khóa OpenPGP có quá %u gói", PGP_KEY_PACKETS_MAX);
        TRY(take_packet(&c, &tag, &body, err));
        if (r->at) {
            TRY(add_packet(r, tag, body, err));
        } else if (tag == TAG_PUBLIC_KEY) {
            TRY(read_part(body, &r->key.primary, err));
            r->at = tag;
        } else if (tag == TAG_SECRET_KEY || tag == TAG_SECRET_SUBKEY) {
            return refuse_secret(err);
        } else if (tag != TAG_MARKER && tag != TAG_PADDING) {
            return refuse_other(err);
        }
    }
    return r->at ? ERR_NONE : refuse_other(err);
}

/* The bytes inside of armour, if there is any. What else a file with armour may be is refused by its label. */
static enum err_code take_armor(struct reader *r, struct str *bytes, struct err *err)
{
    struct str rest = *bytes, label, first = STR("");
    size_t labels = 0, keys = 0;
    for (; pgp_armor_next_label(&rest, &label); labels++) {
        if (str_contains(label, STR("PRIVATE KEY")))
            return refuse_secret(err);
        first = labels ? first : label;
        keys += str_equal(label, STR("PGP PUBLIC KEY BLOCK"));
    }
    if (labels == 0)
        return ERR_NONE;
    if (keys == 0)
        return err_set(err, ERR_SYNTAX, "tệp không phải khóa công khai OpenPGP mà là \"%.*s\"", STR_ARG(first));
    if (keys > 1)
        return err_set(err, ERR_CONFLICT, "tệp có hơn một khóa OpenPGP: chỉ xuất một khóa");
    struct pgp_armor armor;
    TRY(pgp_armor_open(*bytes, STR("PUBLIC KEY BLOCK"), r->arena, &armor, err));
    r->key.is_armored = true;
    r->key.crc = armor.crc;
    *bytes = armor.bytes;
    return ERR_NONE;
}

enum err_code pgp_key_read(struct str bytes, struct arena *arena, struct pgp_key *ret_key, struct err *err)
{
    struct reader r = {.arena = arena};
    if (bytes.len_bytes > PGP_KEY_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "tệp khóa OpenPGP quá %u KB", PGP_KEY_MAX_BYTES >> 10);
    TRY(take_armor(&r, &bytes, err));
    if (bytes.len_bytes == 0 || !(bytes.ptr[0] & 0x80))
        return refuse_other(err);
    TRY(read_packets(&r, bytes, err));
    finish(&r);
    *ret_key = r.key;
    return ERR_NONE;
}

static int64_t usable_until(const struct pgp_part *part)
{
    return part->expires_ms < part->signed_until_ms ? part->expires_ms : part->signed_until_ms;
}

bool pgp_key_encrypts_until(const struct pgp_key *key, int64_t *ret_until_ms)
{
    bool can = key->primary.can_encrypt;
    int64_t primary_ms = usable_until(&key->primary), until_ms = can ? primary_ms : INT64_MIN;
    if (key->primary.is_revoked)
        return false;
    for (size_t i = 0; i < key->subkey_count; i++) {
        const struct pgp_part *part = &key->subkeys[i];
        if (!part->can_encrypt || part->is_revoked || !part->has_self_signature)
            continue;
        until_ms = usable_until(part) > until_ms ? usable_until(part) : until_ms;
        can = true;
    }
    if (can)
        *ret_until_ms = until_ms < primary_ms ? until_ms : primary_ms;
    return can;
}

const char *pgp_fingerprint_text(const struct pgp_part *part, char out[PGP_FINGERPRINT_TEXT_BYTES])
{
    static const char digits[] = "0123456789ABCDEF";
    size_t n = 0;
    for (size_t i = 0; i < part->fingerprint_bytes && i < PGP_FINGERPRINT_MAX_BYTES; i++) {
        if (i && i % 2 == 0)
            out[n++] = ' ';
        out[n++] = digits[part->fingerprint[i] >> 4];
        out[n++] = digits[part->fingerprint[i] & 15];
    }
    out[n] = '\0';
    return out;
}
