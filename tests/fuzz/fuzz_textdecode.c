#include "base/viet.h"
#include "format/textdecode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

/* Every answer is UTF-8 NFC, and reading it again changes nothing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    struct err err;
    AUTO_ARENA arena;
    arena_init(&arena, 256u << 20);
    struct text_decoded got, again;
    struct str bytes = {(const char *)data, size_bytes};
    if (text_decode(bytes, 32u << 20, &arena, &got, &err) == ERR_NONE) {
        must(viet_is_nfc(got.text));
        must(text_decode_as(got.text, TEXT_UTF8, 64u << 20, &arena, &again, &err) == ERR_NONE);
        must(again.bad_count == 0 && (again.had_bom || str_equal(again.text, got.text)));
        struct viet_folded folded;
        must(viet_fold_map(&arena, got.text, &folded) && str_equal(folded.text, viet_fold(&arena, got.text)));
    }
    for (int i = 0; i < TEXT_ENCODING_COUNT; i++)
        must(text_decode_as(bytes, (enum text_encoding)i, 32u << 20, &arena, &got, &err) != ERR_NONE ||
             viet_is_nfc(got.text));
    return 0;
}
