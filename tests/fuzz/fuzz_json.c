#include "format/json.h"
#include "oracle_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static bool same(struct json a, struct json b, struct arena *arena)
{
    struct err err;
    struct str sa, sb;
    double da, db;
    if (json_type(a) != json_type(b) || json_count(a) != json_count(b))
        return false;
    if (json_type(a) == JSON_NUMBER)
        return json_double(a, &da) && json_double(b, &db) && da == db;
    if (json_type(a) == JSON_STRING)
        return json_str(a, arena, &sa, &err) == ERR_NONE && json_str(b, arena, &sb, &err) == ERR_NONE &&
               str_equal(sa, sb) && json_str_is(a, sb);
    if (json_count(a) == 0)
        return json_type(a) == JSON_ARRAY || json_type(a) == JSON_OBJECT || str_equal(json_raw(a), json_raw(b));
    struct json_iter ia = json_iter(a), ib = json_iter(b);
    while (json_next(&ia) && json_next(&ib))
        if ((!json_is_missing(ia.key) && !same(ia.key, ib.key, arena)) || !same(ia.value, ib.value, arena))
            return false;
    return true;
}

/* jansson is the oracle: it takes what we take and sees the same in it; and what we print, we read. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    struct err err;
    struct json root, key, again;
    AUTO_ARENA arena;
    arena_init(&arena, 256u << 20);
    struct str text = {(const char *)data, size_bytes};
    enum err_code code = json_parse(text, 0, &arena, &root, &err);
    if (code == ERR_LIMIT)
        return 0;
    if (size_bytes &&
        memchr(data, 0, size_bytes)) { /* jansson skips a NUL between values; the grammar knows none anywhere */
        must(code == ERR_SYNTAX);
        return 0;
    }
    struct str bare = str_starts_with(text, STR("\xEF\xBB\xBF")) ? str_slice(text, 3, size_bytes) : text;
    char *dump = NULL;
    enum oracle_answer answer = oracle_json(bare.ptr, bare.len_bytes, &dump);
    must(answer == ORACLE_CANNOT || (answer == ORACLE_READS) == (code == ERR_NONE));
    if (answer == ORACLE_READS) {
        must(dump && json_find_duplicate(root, &arena, &key, &err) == ERR_NONE);
        must(json_parse(str_from_cstr(dump), 0, &arena, &again, &err) == ERR_NONE);
        must(!json_is_missing(key) || same(root, again, &arena));
        free(dump);
    }
    for (unsigned flags = 0; flags < 4 && code == ERR_NONE; flags++) {
        AUTO_BUF first, second;
        buf_init(&first, 64u << 20);
        buf_init(&second, 64u << 20);
        struct json_writer w;
        json_writer_init(&w, &first, flags);
        json_put_value(&w, root);
        must(json_parse(buf_str(&first), 0, &arena, &again, &err) == ERR_NONE);
        json_writer_init(&w, &second, flags);
        json_put_value(&w, again);
        must(str_equal(buf_str(&first), buf_str(&second)));
    }
    return 0;
}
