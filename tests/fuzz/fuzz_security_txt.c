#include "base/vec.h"
#include "format/security_txt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

#define NOW_MS 1795392000000LL /* 2026-11-23 */

static struct security_txt_list values(const struct security_txt *txt, enum security_txt_kind kind, struct arena *arena)
{
    VEC(struct str) list = {0};
    for (const struct security_txt_field *f = NULL; (f = security_txt_next(txt, kind, f)) != NULL;) {
        struct str *one = vec_push(&list, arena);
        must(one != NULL);
        *one = f->value;
    }
    return (struct security_txt_list){list.items, list.count};
}

/* What is read good can be written by us, and reads back good with the same addresses. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    struct err err;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct security_txt txt, again;
    struct str from = STR("https://tinh.example/.well-known/security.txt"), text;
    struct security_txt_ask ask = {STR("text/plain; charset=utf-8"), from, NOW_MS, 86400000};
    must(security_txt_read((struct str){(const char *)data, size_bytes}, &ask, &arena, &txt, &err) == ERR_NONE);
    must(txt.finding_count > 0);
    must((txt.verdict == SECURITY_TXT_GOOD) == (txt.findings[0].verdict == SECURITY_TXT_GOOD));
    for (size_t i = 0; i < txt.field_count; i++)
        must(txt.fields[i].value.len_bytes && utf8_is_valid(txt.fields[i].value));
    if (txt.verdict != SECURITY_TXT_GOOD)
        return 0;
    struct security_txt_facts facts = {
        .contacts = values(&txt, SECURITY_TXT_CONTACT, &arena),
        .expires_ms = txt.expires_ms + 1000, /* what lies within this second is not cut into the past */
        .languages = {txt.languages, txt.language_count},
        .canonicals = values(&txt, SECURITY_TXT_CANONICAL, &arena),
        .policies = values(&txt, SECURITY_TXT_POLICY, &arena),
        .encryptions = values(&txt, SECURITY_TXT_ENCRYPTION, &arena),
        .acknowledgments = values(&txt, SECURITY_TXT_ACKNOWLEDGMENTS, &arena),
        .hirings = values(&txt, SECURITY_TXT_HIRING, &arena),
        .csaf = values(&txt, SECURITY_TXT_CSAF, &arena),
    };
    enum err_code code = security_txt_write(&facts, &arena, &text, &err);
    if (code == ERR_LIMIT || (code == ERR_SYNTAX && txt.expires_ms > 253402300799000LL)) /* 9999-12-31T23:59:59Z */
        return 0;
    must(code == ERR_NONE);
    must(security_txt_read(text, &ask, &arena, &again, &err) == ERR_NONE && again.verdict == SECURITY_TXT_GOOD);
    must(again.language_count == txt.language_count);
    for (int kind = 0; kind < SECURITY_TXT_OTHER; kind++) {
        struct security_txt_list a = values(&txt, (enum security_txt_kind)kind, &arena);
        struct security_txt_list b = values(&again, (enum security_txt_kind)kind, &arena);
        if (kind == SECURITY_TXT_EXPIRES || kind == SECURITY_TXT_LANGUAGES)
            continue;
        must(a.count == b.count);
        for (size_t i = 0; i < a.count; i++)
            must(str_equal(a.items[i], b.items[i]));
    }
    return 0;
}
