#include "base/limits.h"
#include "format/pgp_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

/* A key out of its armour is the same key, and what is told of it is text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    struct err err;
    AUTO_ARENA arena;
    arena_init(&arena, 16u << 20);
    struct pgp_key key, again;
    struct pgp_armor armor;
    struct str bytes = {(const char *)data, size_bytes};
    char text[PGP_FINGERPRINT_TEXT_BYTES], other[PGP_FINGERPRINT_TEXT_BYTES];
    int64_t until_ms;
    if (pgp_key_read(bytes, &arena, &key, &err) != ERR_NONE) {
        must(err.text[0] != '\0');
        return 0;
    }
    must(key.primary.version == 4 || key.primary.version == 6);
    must(key.primary.fingerprint_bytes == (key.primary.version == 4 ? 20u : 32u));
    must(strlen(pgp_fingerprint_text(&key.primary, text)) == key.primary.fingerprint_bytes * 5 / 2 - 1);
    must(key.user_id_count <= PGP_KEY_USER_IDS_MAX && key.subkey_count <= PGP_KEY_SUBKEYS_MAX);
    for (size_t i = 0; i < key.user_id_count; i++)
        must(utf8_is_valid(key.user_ids[i].text) && str_find_byte(key.user_ids[i].text, '\n', 0) < 0);
    if (pgp_key_encrypts_until(&key, &until_ms))
        must(until_ms <= key.primary.expires_ms);
    if (!key.is_armored)
        return 0;
    must(pgp_armor_open(bytes, STR("PUBLIC KEY BLOCK"), &arena, &armor, &err) == ERR_NONE);
    must(pgp_key_read(armor.bytes, &arena, &again, &err) == ERR_NONE && !again.is_armored);
    must(strcmp(text, pgp_fingerprint_text(&again.primary, other)) == 0);
    must(again.user_id_count == key.user_id_count && again.subkey_count == key.subkey_count);
    return 0;
}
