#include "base/limits.h"
#include "os/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

/* What is told of a certificate is text, and it is told the same twice. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    struct err err;
    AUTO_ARENA arena;
    arena_init(&arena, 16u << 20);
    struct certificate c, again;
    struct str bytes = {(const char *)data, size_bytes};
    if (certificate_read(bytes, &arena, &c, &err) != ERR_NONE) {
        must(err.text[0] != '\0');
        return 0;
    }
    must(c.file_count >= 1 && c.file_count <= CERTIFICATE_FILE_MAX && c.file_index < c.file_count);
    must(utf8_is_valid(c.subject) && utf8_is_valid(c.issuer) && c.serial.len_bytes > 0);
    must(str_find_byte(c.subject, '\n', 0) < 0 && c.mail_count <= CERTIFICATE_MAILS_MAX);
    for (size_t i = 0; i < c.mail_count; i++)
        must(utf8_is_valid(c.mails[i]) && str_find_byte(c.mails[i], '@', 0) > 0);
    must(certificate_read(bytes, &arena, &again, &err) == ERR_NONE);
    must(sha256_equal(&c.fingerprint, &again.fingerprint) && str_equal(c.subject, again.subject));
    return 0;
}
