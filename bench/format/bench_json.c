/* bench_json.c - our JSON reader and writer against jansson on a generated Vietnamese document. Usage: bench_json
 * [megabytes] */
#include "base/clock.h"
#include "format/json.h"

int oracle_parse(const char *text, size_t len);

static void make_document(struct buf *out, size_t bytes)
{
    static const char *words[] = {"tăng cường",      "bảo đảm", "an toàn", "thông tin",    "trường học",
                                  "ủy ban nhân dân", "rà soát", "lỗ hổng", "CVE-2024-0001"};
    struct rng rng;
    struct json_writer w;
    rng_init(&rng, 1);
    json_writer_init(&w, out, 0);
    json_array_begin(&w);
    for (int64_t i = 0; out->len_bytes < bytes; i++) {
        char text[256];
        size_t n = 0;
        for (int k = 0; k < 8; k++)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s ", words[rng_below(&rng, ARRAY_LEN(words))]);
        json_object_begin(&w);
        json_field_id(&w, STR("id"), i + 1);
        json_field_str(&w, STR("tên"), (struct str){text, n});
        json_field_i64(&w, STR("port"), (int64_t)rng_below(&rng, 65536));
        json_field_double(&w, STR("score"), (double)rng_below(&rng, 100) / 10);
        json_field_bool(&w, STR("open"), i % 3 == 0);
        json_put_key(&w, STR("tags"));
        json_array_begin(&w);
        json_put_str(&w, STR("a\n\"b\""));
        json_array_begin(&w);
        json_put_i64(&w, 1);
        json_put_null(&w);
        json_array_end(&w);
        json_array_end(&w);
        json_object_end(&w);
    }
    json_array_end(&w);
}

int main(int argc, char **argv)
{
    int64_t megabytes = 50;
    if (argc > 1 && (!str_to_i64(str_from_cstr(argv[1]), &megabytes) || megabytes < 1 || megabytes > 400))
        return 2;
    size_t bytes = (size_t)megabytes << 20;
    AUTO_BUF doc, copy;
    buf_init(&doc, bytes + (1u << 20));
    buf_init(&copy, bytes + (1u << 20));
    make_document(&doc, bytes);
    if (doc.failed)
        return 1;
    int64_t best_ours = INT64_MAX, best_write = INT64_MAX, best_theirs = INT64_MAX;
    size_t memory = 0;
    for (int round = 0; round < 3; round++) {
        struct err err;
        struct json root;
        AUTO_ARENA arena;
        arena_init(&arena, (size_t)4 << 30);
        int64_t start = clock_monotonic_us();
        if (json_parse(buf_str(&doc), 0, &arena, &root, &err) != ERR_NONE) {
            fprintf(stderr, "%s\n", err.text);
            return 1;
        }
        int64_t parsed = clock_monotonic_us();
        memory = arena.used_bytes;
        buf_clear(&copy);
        struct json_writer w;
        json_writer_init(&w, &copy, 0);
        json_put_value(&w, root);
        int64_t written = clock_monotonic_us();
        if (!str_equal(buf_str(&copy), buf_str(&doc)) || !oracle_parse(doc.ptr, doc.len_bytes))
            return 1;
        int64_t theirs = clock_monotonic_us();
        best_ours = parsed - start < best_ours ? parsed - start : best_ours;
        best_write = written - parsed < best_write ? written - parsed : best_write;
        best_theirs = theirs - written < best_theirs ? theirs - written : best_theirs;
    }
    double mb = (double)doc.len_bytes / 1e6;
    printf("document    %.1f MB, tape %.1f MB\n", mb, (double)memory / 1e6);
    printf("read        %.0f MB/s\n", mb * 1e6 / (double)best_ours);
    printf("write       %.0f MB/s\n", mb * 1e6 / (double)best_write);
    printf("jansson     %.0f MB/s\n", mb * 1e6 / (double)best_theirs);
    printf("ratio       %.1f\n", (double)best_theirs / (double)best_ours);
    return 0;
}
