#include "format/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

/* What is read is written, and read again the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    struct err err;
    AUTO_ARENA arena, again;
    AUTO_BUF out;
    arena_init(&arena, 64u << 20);
    arena_init(&again, 64u << 20);
    buf_init(&out, 64u << 20);
    struct csv_reader first, second;
    struct csv_row row, copy;
    if (csv_open((struct str){(const char *)data, size_bytes}, 0, &arena, &first, &err) != ERR_NONE)
        return 0;
    struct csv_writer w;
    csv_writer_init(&w, &out, ',', CSV_BOM);
    buf_lit(&out, "first\r\n"); /* so that no first field is taken for Excel's "sep=" line */
    size_t rows = 1, fields = 1;
    for (; csv_next(&first, &row, &err) == ERR_NONE && row.count; rows++) {
        for (size_t i = 0; i < row.count; i++, fields++)
            csv_put(&w, row.fields[i]);
        csv_end_row(&w);
    }
    must(!out.failed);
    must(csv_open(buf_str(&out), ',', &again, &second, &err) == ERR_NONE);
    while (csv_next(&second, &copy, &err) == ERR_NONE && copy.count) {
        rows--;
        fields -= copy.count;
    }
    must(rows == 0 && fields == 0);
    return 0;
}
