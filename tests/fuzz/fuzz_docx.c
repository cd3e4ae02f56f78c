#include "base/viet.h"
#include "format/docx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    struct err err;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct str text;
    if (docx_to_text((struct str){(const char *)data, size_bytes}, 16u << 20, &arena, &text, &err) == ERR_NONE)
        must(viet_is_nfc(text));
    return 0;
}
