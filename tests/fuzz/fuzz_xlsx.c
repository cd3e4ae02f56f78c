#include "format/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    struct err err;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct table table;
    if (table_read((struct str){(const char *)data, size_bytes}, NULL, &arena, &table, &err) != ERR_NONE)
        return 0;
    for (size_t i = 0; i < table.count; i++) {
        must(i == 0 || table.rows[i].number > table.rows[i - 1].number);
        for (size_t k = 0; k < table.columns; k++)
            must(utf8_is_valid(table_cell(&table, i, (int)k)));
    }
    return 0;
}
