#include "letter/letter.h"

#include "base/limits.h"
#include "letter/letter_read.h"

#define SECRECY_ARENA_BYTES (512u << 20)

static enum err_code reader_init(struct reader *r)
{
    if (r->text.len_bytes > LETTER_TEXT_MAX_BYTES)
        return err_set(r->err, ERR_LIMIT,
                       "văn bản dài hơn %u MB; hãy tách phụ lục ra (the text is over %u MB; hand in annexes apart)",
                       LETTER_TEXT_MAX_BYTES >> 20, LETTER_TEXT_MAX_BYTES >> 20);
    if (!utf8_is_valid(r->text))
        return err_set(r->err, ERR_SYNTAX, "văn bản không phải UTF-8 (the text is not UTF-8)");
    TRY(reader_words(r));
    TRY(numbers_mend(r));
    return reader_pieces(r);
}

enum err_code letter_parse(struct str text, const struct letter_options *options, struct arena *arena,
                           struct letter **ret_letter, struct err *err)
{
    struct letter *letter = arena_new(arena, struct letter);
    if (!letter)
        return arena_full(arena, err);
    if (!text.ptr)
        text.ptr = "";
    letter->text = text;
    letter->date = CIVIL_NONE;
    struct reader r = {
        .text = text, .options = options, .arena = arena, .letter = letter, .err = err, .not_before = CIVIL_NONE};
    TRY(reader_init(&r));
    const char *stamp = secrecy_find(&r);
    if (stamp)
        return err_set(err, ERR_DENIED,
                       "văn bản đóng dấu %s: hệ thống này không nhận tài liệu bí mật nhà nước, chưa lưu gì. Hãy giao "
                       "văn thư mật xử lý theo quy định "
                       "về bảo vệ bí mật nhà nước và xóa bản sao trên máy này (stamped as a state secret: refused, "
                       "nothing was stored; hand it to the "
                       "classified registry and remove this copy)",
                       stamp);
    TRY(layout_read(&r));
    TRY(refs_read(&r));
    if (letter->date != CIVIL_NONE)
        r.not_before = letter->date;
    match_family(&r);
    TRY(tables_find(&r));
    TRY(duties_read(&r));
    if (!letter->is_article)
        TRY(contacts_read(&r));
    TRY(tables_read(&r));
    *ret_letter = letter;
    return ERR_NONE;
}

const char *letter_secrecy(struct str text)
{
    AUTO_ARENA arena;
    arena_init(&arena, SECRECY_ARENA_BYTES);
    struct err err = {0};
    struct letter letter = {.text = text, .date = CIVIL_NONE};
    struct letter_options options = {0};
    struct reader r = {
        .text = text, .options = &options, .arena = &arena, .letter = &letter, .err = &err, .not_before = CIVIL_NONE};
    if (!text.ptr || reader_init(&r) != ERR_NONE)
        return NULL;
    return secrecy_find(&r);
}

const char *letter_trigger_to_str(enum letter_trigger trigger)
{
    static const char *const names[] = {"once", "periodic", "on_change", "on_request", "at_once", "standing"};
    return names[trigger];
}

const char *letter_unit_to_str(enum letter_unit unit)
{
    static const char *const names[] = {"minute", "hour", "day", "week", "month", "year"};
    return names[unit];
}

const char *letter_purpose_to_str(enum letter_purpose purpose)
{
    static const char *const names[] = {NULL,        "report",      "coordination", "execution",
                                        "direction", "information", "publication",  "archive"};
    return names[purpose];
}
