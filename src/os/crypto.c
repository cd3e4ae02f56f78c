#include "os/crypto.h"

#include <errno.h>
#include <sodium.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/mem.h"
#include "os/file.h"
#include "os/sha1.h"

_Static_assert(sizeof(struct sha256_stream) >= sizeof(crypto_hash_sha256_state), "room for the hash state");
_Static_assert(sizeof(struct sign_key) == crypto_sign_SECRETKEYBYTES, "key size");
_Static_assert(SEAL_OVERHEAD_BYTES == crypto_box_SEALBYTES, "seal size");
_Static_assert(SECRET_OVERHEAD_BYTES ==
                   crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES,
               "secret size");

static const unsigned char *bytes_of(struct str s)
{
    return (const unsigned char *)(s.ptr ? s.ptr : "");
}

/* libsodium refuses to work half set up; it can only fail when the machine has no randomness at all. */
static void ready(void)
{
    must(sodium_init() >= 0);
}

enum err_code crypto_init(struct err *err)
{
    if (sodium_init() < 0)
        return err_set(err, ERR_UNSUPPORTED, "libsodium cannot start: no source of randomness");
    return ERR_NONE;
}

void crypto_random(void *ret_bytes, size_t n_bytes)
{
    ready();
    randombytes_buf(ret_bytes, n_bytes);
}

void crypto_token(char ret_token[CRYPTO_TOKEN_CHARS + 1])
{
    unsigned char raw[16];
    crypto_random(raw, sizeof raw);
    sodium_bin2base64(ret_token, CRYPTO_TOKEN_CHARS + 1, raw, sizeof raw, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    crypto_wipe(raw, sizeof raw);
}

bool crypto_is_equal(struct str a, struct str b)
{
    return a.len_bytes == b.len_bytes && sodium_memcmp(bytes_of(a), bytes_of(b), a.len_bytes) == 0;
}

void crypto_wipe(void *secret, size_t n_bytes)
{
    sodium_memzero(secret, n_bytes);
}

struct sha256 crypto_sha256(struct str bytes)
{
    struct sha256 hash;
    crypto_hash_sha256(hash.bytes, bytes_of(bytes), bytes.len_bytes);
    return hash;
}

bool sha256_equal(const struct sha256 *a, const struct sha256 *b)
{
    return crypto_is_equal(sha256_str(a), sha256_str(b));
}

void sha256_begin(struct sha256_stream *stream)
{
    crypto_hash_sha256_init((crypto_hash_sha256_state *)(void *)stream->state);
}

void sha256_add(struct sha256_stream *stream, struct str bytes)
{
    crypto_hash_sha256_update((crypto_hash_sha256_state *)(void *)stream->state, bytes_of(bytes), bytes.len_bytes);
}

struct sha256 sha256_end(struct sha256_stream *stream)
{
    struct sha256 hash;
    crypto_hash_sha256_final((crypto_hash_sha256_state *)(void *)stream->state, hash.bytes);
    return hash;
}

struct sha256 crypto_hmac_sha256(struct str key, struct str message)
{
    struct sha256 mac;
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, bytes_of(key), key.len_bytes);
    crypto_auth_hmacsha256_update(&state, bytes_of(message), message.len_bytes);
    crypto_auth_hmacsha256_final(&state, mac.bytes);
    crypto_wipe(&state, sizeof state);
    return mac;
}

void crypto_hmac_sha1(struct str key, struct str message, uint8_t ret_mac[SHA1_BYTES])
{
    uint8_t pad[64] = {0}, inner[SHA1_BYTES];
    struct sha1 sha1;
    if (key.len_bytes > sizeof pad) {
        sha1_begin(&sha1);
        sha1_add(&sha1, key);
        sha1_end(&sha1, pad);
    } else if (key.len_bytes > 0) {
        memcpy(pad, key.ptr, key.len_bytes);
    }
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36;
    sha1_begin(&sha1);
    sha1_add(&sha1, (struct str){(const char *)pad, sizeof pad});
    sha1_add(&sha1, message);
    sha1_end(&sha1, inner);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36 ^ 0x5c;
    sha1_begin(&sha1);
    sha1_add(&sha1, (struct str){(const char *)pad, sizeof pad});
    sha1_add(&sha1, (struct str){(const char *)inner, sizeof inner});
    sha1_end(&sha1, ret_mac);
    crypto_wipe(pad, sizeof pad);
    crypto_wipe(inner, sizeof inner);
    crypto_wipe(&sha1, sizeof sha1);
}

void totp_code(struct str secret, int64_t step, int digits, char ret_code[9])
{
    must(digits >= 6 && digits <= 8);
    char counter[8];
    for (size_t i = 0; i < 8; i++)
        counter[i] = (char)((uint64_t)step >> (56 - 8 * i));
    uint8_t mac[SHA1_BYTES];
    crypto_hmac_sha1(secret, (struct str){counter, sizeof counter}, mac);
    /* RFC 4226 5.3, dynamic truncation: "Let OffsetBits be the low-order 4 bits of String[19]" */
    const uint8_t *at = mac + (mac[19] & 0x0F);
    uint32_t number = (uint32_t)(at[0] & 0x7F) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    ret_code[digits] = '\0';
    for (int i = digits - 1; i >= 0; i--, number /= 10)
        ret_code[i] = (char)('0' + number % 10);
}

bool totp_is_valid(struct str secret, struct str code, int64_t unix_s, int64_t last_step, int64_t *ret_step)
{
    int64_t now_step = unix_s / TOTP_STEP_S, found_step = -1;
    for (int64_t step = now_step - 1; step <= now_step + 1; step++) { /* all three, so that time tells nothing */
        char want[9];
        totp_code(secret, step, 6, want);
        if (crypto_is_equal(code, (struct str){want, 6}) && step > last_step && found_step < 0)
            found_step = step;
    }
    if (found_step < 0)
        return false;
    *ret_step = found_step;
    return true;
}

struct str crypto_to_hex(struct str bytes, struct arena *arena)
{
    size_t room_bytes;
    if (!size_mul(bytes.len_bytes, 2, &room_bytes) || !size_add(room_bytes, 1, &room_bytes))
        return STR_NONE;
    char *text = arena_alloc(arena, room_bytes, 1);
    if (!text)
        return STR_NONE;
    sodium_bin2hex(text, room_bytes, bytes_of(bytes), bytes.len_bytes);
    return (struct str){text, room_bytes - 1};
}

struct str crypto_to_base64url(struct str bytes, struct arena *arena)
{
    if (bytes.len_bytes > SIZE_MAX / 2)
        return STR_NONE;
    size_t room_bytes = sodium_base64_ENCODED_LEN(bytes.len_bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = arena_alloc(arena, room_bytes, 1);
    if (!text)
        return STR_NONE;
    sodium_bin2base64(text, room_bytes, bytes_of(bytes), bytes.len_bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return (struct str){text, room_bytes - 1};
}

enum err_code crypto_from_hex(struct str text, struct arena *arena, struct str *ret_bytes, struct err *err)
{
    unsigned char *bytes = arena_alloc(arena, text.len_bytes / 2 + 1, 1);
    if (!bytes)
        return arena_full(arena, err);
    size_t used_bytes = 0;
    const char *end = NULL;
    const char *from = text.ptr ? text.ptr : "";
    if (text.len_bytes % 2 != 0 ||
        sodium_hex2bin(bytes, text.len_bytes / 2, from, text.len_bytes, NULL, &used_bytes, &end) != 0 ||
        end != from + text.len_bytes)
        return err_set(err, ERR_SYNTAX, "not hexadecimal");
    *ret_bytes = (struct str){(const char *)bytes, used_bytes};
    return ERR_NONE;
}

enum err_code crypto_from_base64url(struct str text, struct arena *arena, struct str *ret_bytes, struct err *err)
{
    unsigned char *bytes = arena_alloc(arena, text.len_bytes + 1, 1);
    if (!bytes)
        return arena_full(arena, err);
    size_t used_bytes = 0;
    const char *end = NULL;
    const char *from = text.ptr ? text.ptr : "";
    if (sodium_base642bin(bytes, text.len_bytes, from, text.len_bytes, NULL, &used_bytes, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        end != from + text.len_bytes)
        return err_set(err, ERR_SYNTAX, "not base64url");
    *ret_bytes = (struct str){(const char *)bytes, used_bytes};
    return ERR_NONE;
}

static const char base32_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

struct str crypto_to_base32(struct str bytes, struct arena *arena)
{
    if (bytes.len_bytes > SIZE_MAX / 16)
        return STR_NONE;
    size_t count = (bytes.len_bytes * 8 + 4) / 5;
    char *text = arena_alloc(arena, count + 1, 1);
    if (!text)
        return STR_NONE;
    for (size_t i = 0; i < count; i++) {
        size_t bit = i * 5, at = bit / 8;
        unsigned pair = (unsigned)bytes_of(bytes)[at] << 8;
        if (at + 1 < bytes.len_bytes)
            pair |= bytes_of(bytes)[at + 1];
        text[i] = base32_digits[pair >> (11 - bit % 8) & 31];
    }
    return (struct str){text, count};
}

enum err_code crypto_from_base32(struct str text, struct arena *arena, struct str *ret_bytes, struct err *err)
{
    unsigned char *bytes = arena_alloc(arena, text.len_bytes + 1, 1);
    if (!bytes)
        return arena_full(arena, err);
    size_t used_bytes = 0;
    unsigned held = 0, held_bits = 0;
    for (size_t i = 0; i < text.len_bytes; i++) {
        char c = text.ptr[i];
        if (c == ' ' || c == '=' || c == '-')
            continue;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        const char *digit = c ? strchr(base32_digits, c) : NULL;
        if (!digit)
            return err_set(err, ERR_SYNTAX, "not base32: byte %zu", i);
        held = (held << 5 | (unsigned)(digit - base32_digits)) & 0xFFF;
        held_bits += 5;
        if (held_bits >= 8) {
            held_bits -= 8;
            bytes[used_bytes++] = (unsigned char)(held >> held_bits);
        }
    }
    if (held_bits >= 5 || (held & ((1u << held_bits) - 1)) != 0)
        return err_set(err, ERR_SYNTAX, "not base32: it ends in the middle of a byte");
    *ret_bytes = (struct str){(const char *)bytes, used_bytes};
    return ERR_NONE;
}

void sign_key_new(struct sign_key *ret_key, struct sign_public *ret_public)
{
    ready();
    must(crypto_sign_keypair(ret_public->bytes, ret_key->bytes) == 0);
}

void sign_key_from_seed(const uint8_t seed[SIGN_SEED_BYTES], struct sign_key *ret_key, struct sign_public *ret_public)
{
    must(crypto_sign_seed_keypair(ret_public->bytes, ret_key->bytes, seed) == 0);
}

void sign_key_seed(const struct sign_key *key, uint8_t ret_seed[SIGN_SEED_BYTES])
{
    must(crypto_sign_ed25519_sk_to_seed(ret_seed, key->bytes) == 0);
}

struct signature sign_message(const struct sign_key *key, struct str message)
{
    struct signature signature;
    must(crypto_sign_detached(signature.bytes, NULL, bytes_of(message), message.len_bytes, key->bytes) == 0);
    return signature;
}

bool signature_is_valid(const struct sign_public *public_key, struct str message, const struct signature *signature)
{
    return crypto_sign_verify_detached(signature->bytes, bytes_of(message), message.len_bytes, public_key->bytes) == 0;
}

static size_t memory_bytes(struct password_cost cost)
{
    return (size_t)cost.memory_kib << 10;
}

enum err_code password_hash(struct password_cost cost, struct str password, struct arena *arena, struct str *ret_hash,
                            struct err *err)
{
    ready();
    if (password.len_bytes > PASSWORD_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "a password is at most %u bytes", PASSWORD_MAX_BYTES);
    char hash[crypto_pwhash_STRBYTES];
    if (crypto_pwhash_str_alg(hash, (const char *)bytes_of(password), password.len_bytes, cost.passes,
                              memory_bytes(cost), crypto_pwhash_ALG_ARGON2ID13) != 0)
        return err_set(err, ERR_NOMEM, "no %zu bytes for hashing a password", memory_bytes(cost));
    struct str kept = arena_str(arena, str_from_cstr(hash));
    if (str_is_null(kept))
        return arena_full(arena, err);
    *ret_hash = kept;
    return ERR_NONE;
}

enum err_code password_check(struct password_cost today, struct str password, struct str hash, bool *ret_is_old,
                             struct err *err)
{
    ready();
    char text[crypto_pwhash_STRBYTES];
    if (hash.len_bytes >= sizeof text || !str_starts_with(hash, STR("$argon2id$")))
        return err_set(err, ERR_SYNTAX, "not an Argon2id hash");
    memset(text, 0, sizeof text);
    memcpy(text, hash.ptr, hash.len_bytes);
    int old = crypto_pwhash_str_needs_rehash(text, today.passes, memory_bytes(today));
    if (old < 0)
        return err_set(err, ERR_SYNTAX, "not an Argon2id hash");
    errno = 0;
    if (password.len_bytes > PASSWORD_MAX_BYTES ||
        crypto_pwhash_str_verify(text, (const char *)bytes_of(password), password.len_bytes) != 0) {
        if (errno == ENOMEM)
            return err_set(err, ERR_NOMEM, "no memory for checking a password");
        return err_set(err, ERR_DENIED, "another password");
    }
    *ret_is_old = old != 0;
    return ERR_NONE;
}

void seal_key_new(struct seal_public *ret_public, struct seal_secret *ret_secret)
{
    ready();
    must(crypto_box_keypair(ret_public->bytes, ret_secret->bytes) == 0);
}

void seal_public_of(const struct seal_secret *secret, struct seal_public *ret_public)
{
    must(crypto_scalarmult_base(ret_public->bytes, secret->bytes) == 0);
}

enum err_code seal_close(const struct seal_public *to, struct str plain, struct arena *arena, struct str *ret_sealed,
                         struct err *err)
{
    ready();
    size_t room_bytes;
    if (!size_add(plain.len_bytes, SEAL_OVERHEAD_BYTES, &room_bytes))
        return err_set(err, ERR_LIMIT, "too long to seal");
    unsigned char *out = arena_alloc(arena, room_bytes, 1);
    if (!out)
        return arena_full(arena, err);
    if (crypto_box_seal(out, bytes_of(plain), plain.len_bytes, to->bytes) != 0)
        return err_set(err, ERR_SYNTAX, "the recipient's key is no key");
    *ret_sealed = (struct str){(const char *)out, room_bytes};
    return ERR_NONE;
}

enum err_code seal_open(const struct seal_secret *secret, struct str sealed, struct arena *arena, struct str *ret_plain,
                        struct err *err)
{
    if (sealed.len_bytes < SEAL_OVERHEAD_BYTES)
        return err_set(err, ERR_SYNTAX, "too short to be sealed");
    size_t plain_bytes = sealed.len_bytes - SEAL_OVERHEAD_BYTES;
    unsigned char *out = arena_alloc(arena, plain_bytes + 1, 1);
    if (!out)
        return arena_full(arena, err);
    struct seal_public own;
    seal_public_of(secret, &own);
    if (crypto_box_seal_open(out, bytes_of(sealed), sealed.len_bytes, own.bytes, secret->bytes) != 0)
        return err_set(err, ERR_DENIED, "sealed to another key, or changed");
    *ret_plain = (struct str){(const char *)out, plain_bytes};
    return ERR_NONE;
}

#define STREAM_MAGIC          "LTSEAL01"
#define STREAM_CHUNK_BYTES    65536u
#define STREAM_KEY_BYTES      crypto_secretstream_xchacha20poly1305_KEYBYTES
#define STREAM_HEADER_BYTES   crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define STREAM_OVERHEAD_BYTES crypto_secretstream_xchacha20poly1305_ABYTES
#define STREAM_FINAL          crypto_secretstream_xchacha20poly1305_TAG_FINAL
#define STREAM_START_BYTES    (8 + 8 + STREAM_KEY_BYTES + SEAL_OVERHEAD_BYTES + STREAM_HEADER_BYTES)

/* Fills room unless the input ends first. */
static enum err_code read_up_to(int fd, unsigned char *room, size_t room_bytes, size_t *ret_bytes, struct err *err)
{
    size_t used_bytes = 0;
    while (used_bytes < room_bytes) {
        ssize_t n = read(fd, room + used_bytes, room_bytes - used_bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, ERR_IO, "read");
        if (n == 0)
            break;
        used_bytes += (size_t)n;
    }
    *ret_bytes = used_bytes;
    return ERR_NONE;
}

struct stream_work {
    crypto_secretstream_xchacha20poly1305_state state;
    unsigned char key[STREAM_KEY_BYTES];
    unsigned char plain[2][STREAM_CHUNK_BYTES];
    unsigned char sealed[4 + STREAM_CHUNK_BYTES + STREAM_OVERHEAD_BYTES];
};

static enum err_code stream_close_with(struct stream_work *work, const struct seal_public *to, int in_fd, int out_fd,
                                       struct err *err)
{
    unsigned char start[STREAM_START_BYTES];
    struct sha256 to_hash = crypto_sha256((struct str){(const char *)to->bytes, sizeof to->bytes});
    memcpy(start, STREAM_MAGIC, 8);
    memcpy(start + 8, to_hash.bytes, 8);
    crypto_secretstream_xchacha20poly1305_keygen(work->key);
    if (crypto_box_seal(start + 16, work->key, STREAM_KEY_BYTES, to->bytes) != 0)
        return err_set(err, ERR_SYNTAX, "the recipient's key is no key");
    unsigned char *header = start + sizeof start - STREAM_HEADER_BYTES;
    must(crypto_secretstream_xchacha20poly1305_init_push(&work->state, header, work->key) == 0);
    TRY(file_write_fd(out_fd, "sealed stream", (struct str){(const char *)start, sizeof start}, err));
    /* One chunk is read ahead, since the last one must be known as the last when it is closed. */
    size_t have_bytes, next_bytes = 0;
    int at = 0;
    TRY(read_up_to(in_fd, work->plain[at], STREAM_CHUNK_BYTES, &have_bytes, err));
    for (bool is_last = false; !is_last;) {
        if (have_bytes == STREAM_CHUNK_BYTES)
            TRY(read_up_to(in_fd, work->plain[!at], STREAM_CHUNK_BYTES, &next_bytes, err));
        else
            next_bytes = 0;
        is_last = next_bytes == 0;
        unsigned long long sealed_bytes = 0;
        must(crypto_secretstream_xchacha20poly1305_push(&work->state, work->sealed + 4, &sealed_bytes, work->plain[at],
                                                        have_bytes, NULL, 0, is_last ? STREAM_FINAL : 0) == 0);
        for (size_t i = 0; i < 4; i++)
            work->sealed[i] = (unsigned char)(sealed_bytes >> 8 * i);
        TRY(file_write_fd(out_fd, "sealed stream", (struct str){(const char *)work->sealed, 4 + (size_t)sealed_bytes},
                          err));
        at = !at;
        have_bytes = next_bytes;
    }
    return ERR_NONE;
}

static enum err_code stream_open_with(struct stream_work *work, const struct seal_secret *secret, int in_fd, int out_fd,
                                      struct err *err)
{
    unsigned char start[STREAM_START_BYTES];
    size_t got_bytes;
    TRY(read_up_to(in_fd, start, sizeof start, &got_bytes, err));
    if (got_bytes != sizeof start || memcmp(start, STREAM_MAGIC, 8) != 0)
        return err_set(err, ERR_SYNTAX, "not a sealed stream");
    struct seal_public own;
    seal_public_of(secret, &own);
    struct sha256 own_hash = crypto_sha256((struct str){(const char *)own.bytes, sizeof own.bytes});
    if (sodium_memcmp(start + 8, own_hash.bytes, 8) != 0)
        return err_set(err, ERR_DENIED, "sealed to another key");
    if (crypto_box_seal_open(work->key, start + 16, STREAM_KEY_BYTES + SEAL_OVERHEAD_BYTES, own.bytes, secret->bytes) !=
            0 ||
        crypto_secretstream_xchacha20poly1305_init_pull(&work->state, start + sizeof start - STREAM_HEADER_BYTES,
                                                        work->key) != 0)
        return err_set(err, ERR_DENIED, "the start of the sealed stream was changed");
    for (uint64_t chunk = 0;; chunk++) {
        TRY(read_up_to(in_fd, work->sealed, 4, &got_bytes, err));
        struct cursor c = {work->sealed, got_bytes, false};
        uint32_t sealed_bytes = cursor_u32le(&c);
        if (c.failed || sealed_bytes < STREAM_OVERHEAD_BYTES ||
            sealed_bytes > STREAM_CHUNK_BYTES + STREAM_OVERHEAD_BYTES)
            return err_set(err, ERR_DENIED, "the sealed stream was cut or changed at chunk %llu",
                           (unsigned long long)chunk);
        TRY(read_up_to(in_fd, work->sealed + 4, sealed_bytes, &got_bytes, err));
        unsigned char tag = 0;
        unsigned long long plain_bytes = 0;
        if (got_bytes != sealed_bytes ||
            crypto_secretstream_xchacha20poly1305_pull(&work->state, work->plain[0], &plain_bytes, &tag,
                                                       work->sealed + 4, sealed_bytes, NULL, 0) != 0)
            return err_set(err, ERR_DENIED, "the sealed stream was cut or changed at chunk %llu",
                           (unsigned long long)chunk);
        TRY(file_write_fd(out_fd, "opened stream", (struct str){(const char *)work->plain[0], (size_t)plain_bytes},
                          err));
        if (tag == STREAM_FINAL)
            break;
    }
    TRY(read_up_to(in_fd, work->sealed, 1, &got_bytes, err));
    if (got_bytes != 0)
        return err_set(err, ERR_DENIED, "bytes were added behind the sealed stream");
    return ERR_NONE;
}

static struct stream_work *NULLABLE stream_work_new(struct err *err)
{
    ready();
    struct stream_work *work = mem_alloc(sizeof *work);
    if (!work)
        (void)err_set(err, ERR_NOMEM, "no memory for a sealed stream");
    return work;
}

static void stream_work_free(struct stream_work *work)
{
    crypto_wipe(work, sizeof *work);
    mem_free(work);
}

enum err_code seal_stream_close(const struct seal_public *to, int in_fd, int out_fd, struct err *err)
{
    struct stream_work *work = stream_work_new(err);
    if (!work)
        return err->code;
    enum err_code code = stream_close_with(work, to, in_fd, out_fd, err);
    stream_work_free(work);
    return code;
}

enum err_code seal_stream_open(const struct seal_secret *secret, int in_fd, int out_fd, struct err *err)
{
    struct stream_work *work = stream_work_new(err);
    if (!work)
        return err->code;
    enum err_code code = stream_open_with(work, secret, in_fd, out_fd, err);
    stream_work_free(work);
    return code;
}

enum err_code secret_close(const uint8_t key[SECRET_KEY_BYTES], struct str context, struct str plain,
                           struct arena *arena, struct str *ret_closed, struct err *err)
{
    size_t room_bytes;
    if (!size_add(plain.len_bytes, SECRET_OVERHEAD_BYTES, &room_bytes))
        return err_set(err, ERR_LIMIT, "too long to close");
    unsigned char *out = arena_alloc(arena, room_bytes, 1);
    if (!out)
        return arena_full(arena, err);
    const size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    crypto_random(out, nonce_bytes);
    must(crypto_aead_xchacha20poly1305_ietf_encrypt(out + nonce_bytes, NULL, bytes_of(plain), plain.len_bytes,
                                                    bytes_of(context), context.len_bytes, NULL, out, key) == 0);
    *ret_closed = (struct str){(const char *)out, room_bytes};
    return ERR_NONE;
}

enum err_code secret_open(const uint8_t key[SECRET_KEY_BYTES], struct str context, struct str closed,
                          struct arena *arena, struct str *ret_plain, struct err *err)
{
    const size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    if (closed.len_bytes < SECRET_OVERHEAD_BYTES)
        return err_set(err, ERR_SYNTAX, "too short to be closed under a key");
    size_t plain_bytes = closed.len_bytes - SECRET_OVERHEAD_BYTES;
    unsigned char *out = arena_alloc(arena, plain_bytes + 1, 1);
    if (!out)
        return arena_full(arena, err);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, bytes_of(closed) + nonce_bytes,
                                                   closed.len_bytes - nonce_bytes, bytes_of(context), context.len_bytes,
                                                   bytes_of(closed), key) != 0)
        return err_set(err, ERR_DENIED, "closed under another key or for another place, or changed");
    *ret_plain = (struct str){(const char *)out, plain_bytes};
    return ERR_NONE;
}
