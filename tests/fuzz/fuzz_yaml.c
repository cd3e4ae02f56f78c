#include "format/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    struct err err;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct yaml_list list;
    if (yaml_parse_all((struct str){(const char *)data, size_bytes}, "fuzz", &arena, &list, &err) == ERR_NONE)
        for (size_t i = 0; i < list.count; i++)
            must(list.items[i].line > 0);
    return 0;
}
