#include "os/certificate.h"

#include "base/buf.h"
#include "base/civil.h"
#include "base/limits.h"
#include "base/vec.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* What OpenSSL gives is given back at the end of the scope. */
static inline void x509_cleanup(X509 **x)
{
    X509_free(*x);
}
static inline void bio_cleanup(BIO **bio)
{
    BIO_free(*bio);
}
static inline void text_cleanup(char **text)
{
    OPENSSL_free(*text);
}
static inline void bytes_cleanup(unsigned char **bytes)
{
    OPENSSL_free(*bytes);
}
static inline void mails_cleanup(STACK_OF(OPENSSL_STRING) * *mails)
{
    X509_email_free(*mails);
}
#define AUTO_X509 __attribute__((cleanup(x509_cleanup))) X509
#define AUTO_BIO  __attribute__((cleanup(bio_cleanup))) BIO

static const char *const key_names[CERTIFICATE_KEY_COUNT] = {
    [CERTIFICATE_KEY_OTHER] = "",        [CERTIFICATE_KEY_RSA] = "RSA",         [CERTIFICATE_KEY_RSA_PSS] = "RSA-PSS",
    [CERTIFICATE_KEY_EC] = "EC",         [CERTIFICATE_KEY_ED25519] = "Ed25519", [CERTIFICATE_KEY_ED448] = "Ed448",
    [CERTIFICATE_KEY_X25519] = "X25519", [CERTIFICATE_KEY_X448] = "X448",       [CERTIFICATE_KEY_DSA] = "DSA",
};

const char *certificate_key_name(enum certificate_key key)
{
    return key_names[key];
}

static const char *const choice_words[2][LANG_COUNT] = {
    {"Tệp có nhiều chứng thư; lấy chứng thư đầu tiên không phải của tổ chức cấp chứng thư.",
     "The file holds several certificates; the first that is no authority's was taken."},
    {"Tệp có nhiều chứng thư, đều của tổ chức cấp chứng thư; lấy chứng thư đầu tiên.",
     "The file holds several certificates, all of authorities; the first was taken."},
};

const char *certificate_choice_words(const struct certificate *certificate, enum lang lang)
{
    return certificate->file_count < 2 ? "" : choice_words[certificate->is_ca][lang];
}

/* --- refusals --- */

static enum err_code refuse_secret(struct err *err)
{
    return err_set(err, ERR_DENIED,
                   "đây là nửa bí mật của khóa: đừng bao giờ gửi cho bất kỳ ai; hãy xuất và gửi khóa công khai");
}

static enum err_code refuse_other(struct err *err)
{
    return err_set(err, ERR_SYNTAX, "tệp không phải chứng thư số X.509 (PEM hoặc DER)");
}

static enum err_code refuse_broken(struct err *err)
{
    return err_set(err, ERR_SYNTAX, "chứng thư số bị hỏng: hãy xuất lại và gửi nguyên tệp");
}

/* Private keys in DER: PKCS#8, PKCS#12 and the older forms all begin with a sequence whose first element is a small
 * number, where a certificate has a sequence; an encrypted PKCS#8 is an algorithm and an octet string. */
static bool is_secret_der(struct str der)
{
    const unsigned char *p = (const unsigned char *)der.ptr;
    size_t head_bytes = der.len_bytes > 2 && p[1] & 0x80 ? 2u + (p[1] & 0x7f) : 2;
    if (der.len_bytes < head_bytes + 3 || p[0] != 0x30)
        return false;
    if (p[head_bytes] == 0x02 && p[head_bytes + 1] == 1 && p[head_bytes + 2] <= 3)
        return true;
    X509_SIG *sealed = d2i_X509_SIG(NULL, &p, (long)der.len_bytes);
    X509_SIG_free(sealed);
    return sealed != NULL;
}

/* --- one certificate --- */

static enum err_code text_of(BIO *bio, struct arena *arena, struct str *ret_text, struct err *err)
{
    char *ptr = NULL;
    long n = BIO_get_mem_data(bio, &ptr);
    struct str raw = {ptr, n > 0 ? (size_t)n : 0};
    AUTO_BUF text;
    buf_init(&text, 4u * CERTIFICATE_FILE_MAX_BYTES);
    for (size_t at = 0; at < raw.len_bytes;) {
        uint32_t cp = utf8_next(raw, &at);
        buf_put_char(&text, cp < 0x20 || (cp >= 0x7f && cp < 0xa0) ? ' ' : cp);
    }
    return buf_to_arena(&text, arena, ret_text, err);
}

static enum err_code name_text(const X509_NAME *name, struct arena *arena, struct str *ret_text, struct err *err)
{
    AUTO_BIO *bio = BIO_new(BIO_s_mem());
    if (!bio)
        return err_set(err, ERR_NOMEM, "no memory for a name");
    if (X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) < 0)
        return refuse_broken(err);
    return text_of(bio, arena, ret_text, err);
}

static bool is_mail(struct str mail)
{
    for (size_t i = 0; i < mail.len_bytes; i++)
        if ((unsigned char)mail.ptr[i] <= ' ' || (unsigned char)mail.ptr[i] >= 0x7f)
            return false;
    return str_find_byte(mail, '@', 0) > 0;
}

/* OpenSSL gives each address once, and none with a NUL inside. What is no address is passed over. */
static enum err_code read_mails(X509 *x, struct arena *arena, struct certificate *certificate, struct err *err)
{
    __attribute__((cleanup(mails_cleanup))) STACK_OF(OPENSSL_STRING) *found = X509_get1_email(x);
    VEC(struct str) mails = {0};
    for (int i = 0; i < sk_OPENSSL_STRING_num(found); i++) {
        struct str mail = str_from_cstr(sk_OPENSSL_STRING_value(found, i));
        if (!is_mail(mail))
            continue;
        if (mails.count == CERTIFICATE_MAILS_MAX)
            return err_set(err, ERR_LIMIT, "chứng thư có quá %u địa chỉ thư", CERTIFICATE_MAILS_MAX);
        struct str copy = arena_str(arena, mail);
        struct str *one = str_is_null(copy) ? NULL : vec_push(&mails, arena);
        if (!one)
            return arena_full(arena, err);
        *one = copy;
    }
    certificate->mails = mails.items;
    certificate->mail_count = mails.count;
    return ERR_NONE;
}

static enum err_code read_serial(const X509 *x, struct arena *arena, struct str *ret_serial, struct err *err)
{
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
    __attribute__((cleanup(text_cleanup))) char *hex = number ? BN_bn2hex(number) : NULL;
    BN_free(number);
    if (!hex)
        return refuse_broken(err);
    struct str digits = str_from_cstr(hex);
    while (digits.len_bytes > 1 && digits.ptr[0] == '0')
        digits = str_slice(digits, 1, digits.len_bytes);
    *ret_serial = arena_str(arena, digits);
    return str_is_null(*ret_serial) ? arena_full(arena, err) : ERR_NONE;
}

static bool read_time(const ASN1_TIME *time, int64_t *ret_ms)
{
    struct tm tm;
    if (!ASN1_TIME_to_tm(time, &tm) || !civil_is_valid(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday))
        return false;
    int64_t day = civil_to_day(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    *ret_ms = day * CIVIL_DAY_MS + ((tm.tm_hour * 60 + tm.tm_min) * 60 + tm.tm_sec) * 1000LL;
    return true;
}

static enum certificate_key key_kind(const EVP_PKEY *key)
{
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
        return CERTIFICATE_KEY_RSA;
    case EVP_PKEY_RSA_PSS:
        return CERTIFICATE_KEY_RSA_PSS;
    case EVP_PKEY_EC:
        return CERTIFICATE_KEY_EC;
    case EVP_PKEY_ED25519:
        return CERTIFICATE_KEY_ED25519;
    case EVP_PKEY_ED448:
        return CERTIFICATE_KEY_ED448;
    case EVP_PKEY_X25519:
        return CERTIFICATE_KEY_X25519;
    case EVP_PKEY_X448:
        return CERTIFICATE_KEY_X448;
    case EVP_PKEY_DSA:
        return CERTIFICATE_KEY_DSA;
    default:
        return CERTIFICATE_KEY_OTHER;
    }
}

/* The use that encrypting mail to a key of this kind needs (RFC 5280 4.2.1.3); 0: it cannot. */
static uint32_t encryption_usage(enum certificate_key key)
{
    switch (key) {
    case CERTIFICATE_KEY_RSA:
        return KU_KEY_ENCIPHERMENT;
    case CERTIFICATE_KEY_EC:
    case CERTIFICATE_KEY_X25519:
    case CERTIFICATE_KEY_X448:
        return KU_KEY_AGREEMENT;
    case CERTIFICATE_KEY_OTHER:
    case CERTIFICATE_KEY_RSA_PSS:
    case CERTIFICATE_KEY_ED25519:
    case CERTIFICATE_KEY_ED448:
    case CERTIFICATE_KEY_DSA:
    case CERTIFICATE_KEY_COUNT:
        break;
    }
    return 0;
}

static void read_key(X509 *x, struct certificate *certificate)
{
    EVP_PKEY *key = X509_get0_pubkey(x);
    int bits = key ? EVP_PKEY_get_bits(key) : 0;
    certificate->key = key ? key_kind(key) : CERTIFICATE_KEY_OTHER;
    certificate->key_bits = bits > 0 ? (unsigned)bits : 0;
    /* Both answer UINT32_MAX, every use, where the extension is absent. */
    certificate->can_encrypt = (X509_get_key_usage(x) & encryption_usage(certificate->key)) != 0;
    certificate->is_for_mail = (X509_get_extended_key_usage(x) & (XKU_SMIME | XKU_ANYEKU)) != 0;
    certificate->is_ca = X509_check_ca(x) != 0;
}

static enum err_code read_fingerprint(X509 *x, struct sha256 *ret_fingerprint, struct err *err)
{
    __attribute__((cleanup(bytes_cleanup))) unsigned char *der = NULL;
    int n = i2d_X509(x, &der);
    if (n <= 0)
        return refuse_broken(err);
    *ret_fingerprint = crypto_sha256((struct str){(const char *)der, (size_t)n});
    return ERR_NONE;
}

static enum err_code read_one(X509 *x, struct arena *arena, struct certificate *certificate, struct err *err)
{
    if (X509_get_extension_flags(x) & EXFLAG_INVALID)
        return refuse_broken(err);
    if (!read_time(X509_get0_notBefore(x), &certificate->not_before_ms) ||
        !read_time(X509_get0_notAfter(x), &certificate->not_after_ms))
        return refuse_broken(err);
    TRY(name_text(X509_get_subject_name(x), arena, &certificate->subject, err));
    TRY(name_text(X509_get_issuer_name(x), arena, &certificate->issuer, err));
    TRY(read_mails(x, arena, certificate, err));
    TRY(read_serial(x, arena, &certificate->serial, err));
    TRY(read_fingerprint(x, &certificate->fingerprint, err));
    read_key(x, certificate);
    return ERR_NONE;
}

/* --- the file --- */

/* The whole of der is one certificate, or NULL. */
static X509 *decode(const unsigned char *der, long n)
{
    const unsigned char *end = der;
    X509 *x = d2i_X509(NULL, &end, n);
    if (x && end == der + n)
        return x;
    X509_free(x);
    return NULL;
}

/* The first certificate that is no authority's, else the first. */
static enum err_code choose_from_pem(struct str text, X509 **chosen, struct certificate *certificate, struct err *err)
{
    AUTO_BIO *bio = BIO_new_mem_buf(text.ptr, (int)text.len_bytes);
    bool has_leaf = false;
    if (!bio)
        return err_set(err, ERR_NOMEM, "no memory for a certificate");
    for (;;) {
        __attribute__((cleanup(text_cleanup))) char *name = NULL, *header = NULL;
        __attribute__((cleanup(bytes_cleanup))) unsigned char *der = NULL;
        long n = 0;
        if (!PEM_read_bio(bio, &name, &header, &der, &n)) {
            bool is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
            return !is_end ? refuse_broken(err) : certificate->file_count ? ERR_NONE : refuse_other(err);
        }
        if (strcmp(name, PEM_STRING_X509) != 0 && strcmp(name, PEM_STRING_X509_OLD) != 0)
            continue;
        if (certificate->file_count == CERTIFICATE_FILE_MAX)
            return err_set(err, ERR_LIMIT, "tệp có quá %u chứng thư", CERTIFICATE_FILE_MAX);
        AUTO_X509 *x = decode(der, n);
        if (!x)
            return refuse_broken(err);
        bool is_leaf = X509_check_ca(x) == 0;
        if (!*chosen || (is_leaf && !has_leaf)) {
            X509_free(*chosen);
            *chosen = x;
            x = NULL;
            certificate->file_index = certificate->file_count;
        }
        has_leaf = has_leaf || is_leaf;
        certificate->file_count++;
    }
}

static enum err_code choose(struct str bytes, X509 **chosen, struct certificate *certificate, struct err *err)
{
    if (str_contains(bytes, STR("PRIVATE KEY-----")))
        return refuse_secret(err);
    if (str_contains(bytes, STR("-----BEGIN ")))
        return choose_from_pem(bytes, chosen, certificate, err);
    if (is_secret_der(bytes))
        return refuse_secret(err);
    if (bytes.len_bytes == 0 || bytes.ptr[0] != 0x30)
        return refuse_other(err);
    *chosen = decode((const unsigned char *)bytes.ptr, (long)bytes.len_bytes);
    certificate->file_count = 1;
    return *chosen ? ERR_NONE : refuse_other(err);
}

enum err_code certificate_read(struct str bytes, struct arena *arena, struct certificate *ret_certificate,
                               struct err *err)
{
    struct certificate certificate = {0};
    AUTO_X509 *x = NULL;
    if (bytes.len_bytes > CERTIFICATE_FILE_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "tệp chứng thư quá %u KB", CERTIFICATE_FILE_MAX_BYTES >> 10);
    if (!OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL))
        return err_set(err, ERR_UNSUPPORTED, "OpenSSL không khởi động được");
    enum err_code code = choose(bytes, &x, &certificate, err);
    if (code == ERR_NONE && x)
        code = read_one(x, arena, &certificate, err);
    ERR_clear_error(); /* of this thread: others look there too */
    TRY(code);
    *ret_certificate = certificate;
    return ERR_NONE;
}
