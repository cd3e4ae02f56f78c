/* What holds for every letter: offsets lie in the text on characters, values are their slices, and the same letter in
 * another encoding, normal form or line end has the same duties. */
#include "base/limits.h"
#include "base/viet.h"
#include "format/doctext.h"
#include "letter/letter.h"
#include "os/file.h"
#include "test.h"

static void check_span(struct str text, struct letter_span at)
{
    assert_true(at.from <= at.to);
    assert_true(at.to <= text.len_bytes);
    assert_true(at.from == text.len_bytes || ((unsigned char)text.ptr[at.from] & 0xC0) != 0x80);
    assert_true(at.to == text.len_bytes || ((unsigned char)text.ptr[at.to] & 0xC0) != 0x80);
}

static size_t next_solid(struct str s, size_t i)
{
    while (i < s.len_bytes && ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == '*' || s.ptr[i] == '_'))
        i++;
    return i;
}

/* The value is the slice without white space and emphasis. A running head or page number inside is left out of the
 * value, so it may skip bytes of the slice, never add any. */
static void check_value(struct str text, struct letter_value v)
{
    check_span(text, v.at);
    if (!v.at.to)
        return;
    struct str slice = str_slice(text, v.at.from, v.at.to);
    size_t k = 0;
    for (size_t i = next_solid(v.text, 0); i < v.text.len_bytes; i = next_solid(v.text, i + 1)) {
        while (k < slice.len_bytes && slice.ptr[k] != v.text.ptr[i])
            k++;
        assert_true(k < slice.len_bytes);
        k++;
    }
}

static void check_letter(const struct letter *letter)
{
    struct str text = letter->text;
    check_value(text, letter->number);
    check_value(text, letter->symbol);
    check_value(text, letter->place);
    check_value(text, letter->issuer);
    check_value(text, letter->issuer_parent);
    check_value(text, letter->subject);
    check_value(text, letter->signer.name);
    check_value(text, letter->signer.title);
    for (size_t i = 0; i < letter->recipients.count; i++)
        check_value(text, letter->recipients.items[i]);
    for (size_t i = 0; i < letter->distribution.count; i++)
        check_value(text, letter->distribution.items[i].to);
    for (size_t i = 0; i < letter->refs.count; i++)
        check_value(text, (struct letter_value){letter->refs.items[i].written, letter->refs.items[i].at});
    for (size_t i = 0; i < letter->contacts.count; i++) {
        check_value(text, letter->contacts.items[i].name);
        check_span(text, letter->contacts.items[i].phone.at);
    }
    for (size_t i = 0; i < letter->duties.count; i++) {
        const struct letter_duty *duty = &letter->duties.items[i];
        assert_int_equal(duty->no, i + 1);
        check_span(text, duty->quote);
        assert_true(duty->quote.to > duty->quote.from);
        check_value(text, duty->actor);
        check_value(text, duty->deadline.quoted);
        assert_true(duty->confidence_percent >= 0 && duty->confidence_percent <= 100);
    }
}

static struct letter *read_bytes(struct str bytes, struct arena *arena)
{
    struct err err = {0};
    struct doc_text doc;
    struct letter *letter;
    static const struct letter_options options;
    assert_ok(doc_text(bytes, arena, &doc, &err));
    assert_ok(letter_parse(doc.decoded.text, &options, arena, &letter, &err));
    check_letter(letter);
    return letter;
}

static void check_same(const struct letter *a, const struct letter *b)
{
    assert_int_equal(a->duties.count, b->duties.count);
    assert_str(b->number.text, a->number.text);
    assert_str(b->symbol.text, a->symbol.text);
    assert_int_equal(a->date, b->date);
    assert_int_equal(a->recipients.count, b->recipients.count);
    for (size_t i = 0; i < a->duties.count; i++) {
        assert_str(b->duties.items[i].text, a->duties.items[i].text);
        assert_str(b->duties.items[i].actor.text, a->duties.items[i].actor.text);
        assert_int_equal(a->duties.items[i].deadline.date, b->duties.items[i].deadline.date);
        assert_int_equal(a->duties.items[i].trigger, b->duties.items[i].trigger);
        assert_int_equal(a->duties.items[i].obligation_count, b->duties.items[i].obligation_count);
    }
}

static void variants(const char *path)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 30);
    struct err err = {0};
    struct str bytes;
    assert_ok(file_read(path, LETTER_FILE_MAX_BYTES, &arena, &bytes, &err));
    if (!bytes.len_bytes || letter_secrecy(bytes))
        return;
    const struct letter *plain = read_bytes(bytes, &arena);
    check_same(plain, read_bytes(viet_nfd(&arena, bytes), &arena));
    AUTO_BUF out;
    buf_init(&out, 16u << 20);
    for (size_t i = 0; i < bytes.len_bytes; i++) {
        if (bytes.ptr[i] == '\n')
            buf_lit(&out, "\r");
        buf_put_byte(&out, bytes.ptr[i]);
    }
    check_same(plain, read_bytes(arena_str(&arena, buf_str(&out)), &arena));
    buf_clear(&out);
    buf_lit(&out, "\xFF\xFE");
    for (size_t pos = 0; pos < bytes.len_bytes;) {
        uint32_t cp = utf8_next(bytes, &pos);
        buf_put_byte(&out, (char)(cp & 0xFF));
        buf_put_byte(&out, (char)(cp >> 8));
    }
    check_same(plain, read_bytes(arena_str(&arena, buf_str(&out)), &arena));
}

static void folder_of_letters(const char *folder, size_t at_least)
{
    AUTO_ARENA arena;
    arena_init(&arena, 4u << 20);
    struct err err = {0};
    struct file_list list;
    size_t seen = 0;
    assert_ok(file_list_folder(folder, 1000, &arena, &list, &err));
    for (size_t i = 0; i < list.count; i++) {
        if (!str_ends_with(list.items[i].name, STR(".txt")))
            continue;
        variants(arena_printf(&arena, "%s/%.*s", folder, STR_ARG(list.items[i].name)).ptr);
        seen++;
    }
    assert_true(seen >= at_least);
}

static void golden_letters(void **state)
{
    (void)state;
    folder_of_letters(SOURCE_ROOT "/tests/golden/letter", 20);
}

static void sample_letters(void **state)
{
    (void)state;
    folder_of_letters(SOURCE_ROOT "/samples/letters", 5);
}

/* Any cut of a letter, and any mixture of its lines, is read without a broken promise. */
static void torn_letters(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 30);
    struct err err = {0};
    struct str bytes;
    assert_ok(file_read(SOURCE_ROOT "/samples/letters/01_ubnd_tinh_ung_cuu_su_co.txt", LETTER_FILE_MAX_BYTES, &arena,
                        &bytes, &err));
    static const struct letter_options options;
    for (size_t to = 0; to < bytes.len_bytes; to += 7) {
        if (((unsigned char)bytes.ptr[to] & 0xC0) == 0x80)
            continue;
        struct arena_mark mark = arena_mark(&arena);
        struct letter *letter;
        assert_ok(letter_parse(str_slice(bytes, 0, to), &options, &arena, &letter, &err));
        check_letter(letter);
        assert_ok(letter_parse(str_slice(bytes, to, bytes.len_bytes), &options, &arena, &letter, &err));
        check_letter(letter);
        arena_rewind(&arena, mark);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(golden_letters), cmocka_unit_test(sample_letters),
                                       cmocka_unit_test(torn_letters)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
