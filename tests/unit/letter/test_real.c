/* The real letters, when they lie beside the tree: counts, dates and ids only, nothing of their words. */
#include "base/buf.h"
#include "base/limits.h"
#include "format/doctext.h"
#include "letter/letter.h"
#include "os/file.h"
#include "test.h"

struct expected {
    const char *prefix;
    bool is_article;
    const char *number;
    civil_day date; /* CIVIL_NONE: blank */
    size_t recipients;
    size_t distribution;
    size_t attachments;
    size_t contacts;
    const char *basis;       /* numbers, in order */
    const char *obligations; /* of each duty, in order */
    const char *role;
};
static const struct expected letters[] = {
    {"000_", false, NULL, CIVIL_NONE, 5, 6, 2, 0, "18/CT-TTg 4877/VP-KSTTHC 661/TB-UBND ",
     "CT18-1d; CT18-1a; CT18-1b; CT18-1c; CT18-2a CT18-2b; CT18-2c; CT18-2d; CT18-2e; CT18-2f; CT14-1a; CT14-1b; "
     "CT18-3a; CT18-3b; CT18-3c; CT18-3d; ",
     "KT."},
    {"001_", false, NULL, CIVIL_NONE, 5, 5, 1, 1, "812/STTTT-TTTTTT ",
     "HOL-0; HOL-1a; HOL-1b; HOL-1c; HOL-1d; HOL-1e; HOL-2a; HOL-2b; HOL-2c; HOL-3; ", "KT."},
    {"002_", true, NULL, CIVIL_NONE, 0, 0, 0, 0, "18/CT-TTg ",
     "CT18-1a; CT18-1b; CT18-1c; CT18-2a CT18-2b; CT18-2c; CT18-2d; CT18-2g; CT18-2h; CT18-4a; CT18-4b; CT18-6g "
     "CT18-6l; CT18-7a; CT18-7b; CT18-6m; ",
     NULL},
    {"003_", false, "3968", 19324, 3, 10, 0, 0, "18/CT-TTg ",
     "CT18-1a CT18-8g; CT18-1b CT18-8g; CT18-1c CT18-8g; CT18-2a CT18-2b CT18-8g; CT18-2c CT18-8g; CT18-2d CT18-8g; "
     "CT18-2e CT18-8g; CT18-2f CT18-8g; "
     "CT14-1a CT18-8g; CT14-1b CT18-8g; CT18-3a CT18-8g; ; CT18-3d; CT18-5a; CT18-5b; CT18-6a; CT18-6b; CT18-6c; "
     "CT18-6c; CT18-6d; CT18-6e; "
     "CT18-6f; CT18-6g; CT18-6h; CT18-6i; CT18-6j; CT18-6k; CT18-8a; CT18-8b; CT18-8c; CT18-8d; CT18-8e; CT18-8f; "
     "CT18-1b; CT18-9a; ",
     "KT."},
    {"004_", false, NULL, CIVIL_NONE, 5, 2, 0, 0, "23/CT-TTg 911/UBND-KSTTHC ",
     "CT23-1a; CT23-1b; CT23-2a; CT23-2b; CT23-3a; CT23-3b; CT23-4a; CT23-4b; CT23-5; CT23-6; CT23-7; ", "KT."},
};

static bool no_calendar(void *ctx, civil_day from, int n, civil_day *ret_day)
{
    (void)ctx, (void)from, (void)n, (void)ret_day;
    return false;
}

static void check_one(struct str path, const struct expected *e)
{
    AUTO_ARENA arena;
    arena_init(&arena, 256u << 20);
    struct err err = {0};
    struct str bytes;
    struct doc_text doc;
    struct letter *letter;
    struct letter_options options = {.workday_add = no_calendar};
    assert_ok(file_read(path.ptr, LETTER_FILE_MAX_BYTES, &arena, &bytes, &err));
    assert_ok(doc_text(bytes, &arena, &doc, &err));
    assert_ok(letter_parse(doc.decoded.text, &options, &arena, &letter, &err));
    assert_int_equal(letter->is_article, e->is_article);
    assert_str(letter->number.text, str_from_cstr(e->number));
    assert_int_equal(letter->date, e->date);
    assert_int_equal(letter->has_recipients, e->recipients != 0);
    assert_int_equal(letter->recipients.count, e->recipients);
    assert_int_equal(letter->distribution.count, e->distribution);
    assert_int_equal(letter->attachments.count, e->attachments);
    assert_int_equal(letter->contacts.count, e->contacts);
    assert_int_equal(letter->signer.is_known, e->role != NULL);
    if (e->role)
        assert_string_equal(letter->signer.role, e->role);
    AUTO_BUF got;
    buf_init(&got, 1u << 20);
    for (size_t i = 0; i < letter->refs.count; i++)
        if (letter->refs.items[i].is_basis)
            buf_printf(&got, "%.*s ", STR_ARG(letter->refs.items[i].number));
    assert_str(buf_str(&got), str_from_cstr(e->basis));
    buf_clear(&got);
    for (size_t i = 0; i < letter->duties.count; i++) {
        for (size_t k = 0; k < letter->duties.items[i].obligation_count; k++)
            buf_printf(&got, "%s%s", k ? " " : "", letter->duties.items[i].obligations[k]);
        buf_lit(&got, "; ");
    }
    assert_str(buf_str(&got), str_from_cstr(e->obligations));
}

static void real_letters(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct err err = {0};
    struct file_list list;
    const char *folder = SOURCE_ROOT "/../shared/letters";
    if (!file_exists(folder)) {
        print_message("SKIP: the real letters do not lie beside the tree\n");
        skip();
    }
    assert_ok(file_list_folder(folder, 100, &arena, &list, &err));
    size_t seen = 0;
    for (size_t i = 0; i < list.count; i++)
        for (size_t k = 0; k < ARRAY_LEN(letters); k++)
            if (str_starts_with(list.items[i].name, str_from_cstr(letters[k].prefix))) {
                check_one(arena_printf(&arena, "%s/%.*s", folder, STR_ARG(list.items[i].name)), &letters[k]);
                seen++;
            }
    assert_int_equal(seen, ARRAY_LEN(letters));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(real_letters)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
