#include "test.h"

#include "base/mem.h"
#include "base/viet.h"
#include "format/textdecode.h"

static struct err err;

static const struct {
    enum text_encoding encoding;
    struct str bytes, want;
} cases[] = {
    {TEXT_WINDOWS_1258,
     STR_INIT("S\xF4\xEC: 09/SGD\xD0T-VP. V\xEA\xCC vi\xEA\xF2"
              "c t\xE3ng c\xFD\xF5\xCCng ba\xD2o \xF0"
              "a\xD2m an to\xE0n th\xF4ng tin ma\xF2ng; c\xE1"
              "c \xF0\xF5n vi\xF2, tr\xFD\xF5\xCCng ho\xF2"
              "c pha\xD2i r\xE0 so\xE1t, kh\xE3\xEC"
              "c phu\xF2"
              "c l\xF4\xDE h\xF4\xD2ng tr\xFD\xF5\xEC"
              "c ng\xE0y 30/11/2022. U\xD2y ban nh\xE2n d\xE2n."),
     STR_INIT("Số: 09/SGDĐT-VP. Về việc tăng cường bảo đảm an toàn thông tin mạng; các đơn vị, trường học phải rà "
              "soát, khắc phục lỗ hổng trước ngày 30/11/2022. Ủy ban nhân dân.")},
    {TEXT_TCVN3,
     STR_INIT("V\xD2 vi\xD6"
              "c t\xA8ng c\xAD\xEAng b\xB6o \xAE\xB6m an to\xB5n th\xABng tin m\xB9ng; c\xB8"
              "c \xAE\xACn v\xDE, tr\xAD\xEAng h\xE4"
              "c ph\xB6i r\xB5 so\xB8t, kh\xBE"
              "c ph\xF4"
              "c l\xE7 h\xE6ng tr\xAD\xED"
              "c ng\xB5y 30/11/2022."),
     STR_INIT("Về việc tăng cường bảo đảm an toàn thông tin mạng; các đơn vị, trường học phải rà soát, khắc phục lỗ "
              "hổng trước ngày 30/11/2022.")},
    {TEXT_VNI,
     STR_INIT("So\xE1: 09/SGD\xD1T-VP. Ve\xE0 vie\xE4"
              "c ta\xEAng c\xF6\xF4\xF8ng ba\xFBo \xF1"
              "a\xFBm an toa\xF8n tho\xE2ng tin ma\xEFng; ca\xF9"
              "c \xF1\xF4n v\xF2, tr\xF6\xF4\xF8ng ho\xEF"
              "c pha\xFBi ra\xF8 soa\xF9t, kha\xE9"
              "c phu\xEF"
              "c lo\xE3 ho\xE5ng tr\xF6\xF4\xF9"
              "c nga\xF8y 30/11/2022. U\xDBy ban nha\xE2n da\xE2n."),
     STR_INIT("Số: 09/SGDĐT-VP. Về việc tăng cường bảo đảm an toàn thông tin mạng; các đơn vị, trường học phải rà "
              "soát, khắc phục lỗ hổng trước ngày 30/11/2022. Ủy ban nhân dân.")},
    {TEXT_UTF8,
     STR_INIT("S\xE1\xBB\x91: 09/SGD\xC4\x90T-VP. V\xE1\xBB\x81 vi\xE1\xBB\x87"
              "c t\xC4\x83ng c\xC6\xB0\xE1\xBB\x9Dng b\xE1\xBA\xA3o \xC4\x91\xE1\xBA\xA3m an to\xC3\xA0n th\xC3\xB4ng "
              "tin m\xE1\xBA\xA1ng; c\xC3\xA1"
              "c \xC4\x91\xC6\xA1n v\xE1\xBB\x8B, tr\xC6\xB0\xE1\xBB\x9Dng h\xE1\xBB\x8D"
              "c ph\xE1\xBA\xA3i r\xC3\xA0 so\xC3\xA1t, kh\xE1\xBA\xAF"
              "c ph\xE1\xBB\xA5"
              "c l\xE1\xBB\x97 h\xE1\xBB\x95ng tr\xC6\xB0\xE1\xBB\x9B"
              "c ng\xC3\xA0y 30/11/2022. \xE1\xBB\xA6y ban nh\xC3\xA2n d\xC3\xA2n."),
     STR_INIT("Số: 09/SGDĐT-VP. Về việc tăng cường bảo đảm an toàn thông tin mạng; các đơn vị, trường học phải rà "
              "soát, khắc phục lỗ hổng trước ngày 30/11/2022. Ủy ban nhân dân.")},
    {TEXT_UTF8,
     STR_INIT("So\xCC\x82\xCC\x81: 09/SGD\xC4\x90T-VP. Ve\xCC\x82\xCC\x80 vie\xCC\xA3\xCC\x82"
              "c ta\xCC\x86ng cu\xCC\x9Bo\xCC\x9B\xCC\x80ng ba\xCC\x89o \xC4\x91"
              "a\xCC\x89m an toa\xCC\x80n tho\xCC\x82ng tin ma\xCC\xA3ng; ca\xCC\x81"
              "c \xC4\x91o\xCC\x9Bn vi\xCC\xA3, tru\xCC\x9Bo\xCC\x9B\xCC\x80ng ho\xCC\xA3"
              "c pha\xCC\x89i ra\xCC\x80 soa\xCC\x81t, kha\xCC\x86\xCC\x81"
              "c phu\xCC\xA3"
              "c lo\xCC\x82\xCC\x83 ho\xCC\x82\xCC\x89ng tru\xCC\x9Bo\xCC\x9B\xCC\x81"
              "c nga\xCC\x80y 30/11/2022. U\xCC\x89y ban nha\xCC\x82n da\xCC\x82n."),
     STR_INIT("Số: 09/SGDĐT-VP. Về việc tăng cường bảo đảm an toàn thông tin mạng; các đơn vị, trường học phải rà "
              "soát, khắc phục lỗ hổng trước ngày 30/11/2022. Ủy ban nhân dân.")},
    {TEXT_UTF8,
     STR_INIT("\xEF\xBB\xBFS\xE1\xBB\x91: 09/SGD\xC4\x90T-VP. V\xE1\xBB\x81 vi\xE1\xBB\x87"
              "c t\xC4\x83ng c\xC6\xB0\xE1\xBB\x9Dng b\xE1\xBA\xA3o \xC4\x91\xE1\xBA\xA3m an to\xC3\xA0n th\xC3\xB4ng "
              "tin m\xE1\xBA\xA1ng; c\xC3\xA1"
              "c \xC4\x91\xC6\xA1n v\xE1\xBB\x8B, tr\xC6\xB0\xE1\xBB\x9Dng h\xE1\xBB\x8D"
              "c ph\xE1\xBA\xA3i r\xC3\xA0 so\xC3\xA1t, kh\xE1\xBA\xAF"
              "c ph\xE1\xBB\xA5"
              "c l\xE1\xBB\x97 h\xE1\xBB\x95ng tr\xC6\xB0\xE1\xBB\x9B"
              "c ng\xC3\xA0y 30/11/2022. \xE1\xBB\xA6y ban nh\xC3\xA2n d\xC3\xA2n."),
     STR_INIT("Số: 09/SGDĐT-VP. Về việc tăng cường bảo đảm an toàn thông tin mạng; các đơn vị, trường học phải rà "
              "soát, khắc phục lỗ hổng trước ngày 30/11/2022. Ủy ban nhân dân.")},
    {TEXT_UTF16LE,
     STR_INIT(
         "S\x00\xD1\x1E:\x00 \x00"
         "0\x00"
         "9\x00/\x00S\x00G\x00"
         "D\x00\x10\x01T\x00-\x00V\x00P\x00.\x00 \x00V\x00\xC1\x1E \x00v\x00i\x00\xC7\x1E"
         "c\x00 \x00t\x00\x03\x01n\x00g\x00 \x00"
         "c\x00\xB0\x01\xDD\x1En\x00g\x00 \x00"
         "b\x00\xA3\x1Eo\x00 \x00\x11\x01\xA3\x1Em\x00 \x00"
         "a\x00n\x00 \x00t\x00o\x00\xE0\x00n\x00 \x00t\x00h\x00\xF4\x00n\x00g\x00 \x00t\x00i\x00n\x00 "
         "\x00m\x00\xA1\x1En\x00g\x00;\x00 \x00"
         "c\x00\xE1\x00"
         "c\x00 \x00\x11\x01\xA1\x01n\x00 \x00v\x00\xCB\x1E,\x00 \x00t\x00r\x00\xB0\x01\xDD\x1En\x00g\x00 "
         "\x00h\x00\xCD\x1E"
         "c\x00 \x00p\x00h\x00\xA3\x1Ei\x00 \x00r\x00\xE0\x00 \x00s\x00o\x00\xE1\x00t\x00,\x00 \x00k\x00h\x00\xAF\x1E"
         "c\x00 \x00p\x00h\x00\xE5\x1E"
         "c\x00 \x00l\x00\xD7\x1E \x00h\x00\xD5\x1En\x00g\x00 \x00t\x00r\x00\xB0\x01\xDB\x1E"
         "c\x00 \x00n\x00g\x00\xE0\x00y\x00 \x00"
         "3\x00"
         "0\x00/\x00"
         "1\x00"
         "1\x00/\x00"
         "2\x00"
         "0\x00"
         "2\x00"
         "2\x00.\x00 \x00\xE6\x1Ey\x00 \x00"
         "b\x00"
         "a\x00n\x00 \x00n\x00h\x00\xE2\x00n\x00 \x00"
         "d\x00\xE2\x00n\x00.\x00"),
     STR_INIT("Số: 09/SGDĐT-VP. Về việc tăng cường bảo đảm an toàn thông tin mạng; các đơn vị, trường học phải rà "
              "soát, khắc phục lỗ hổng trước ngày 30/11/2022. Ủy ban nhân dân.")},
    {TEXT_UTF16BE,
     STR_INIT(
         "\x00S\x1E\xD1\x00:\x00 \x00"
         "0\x00"
         "9\x00/\x00S\x00G\x00"
         "D\x01\x10\x00T\x00-\x00V\x00P\x00.\x00 \x00V\x1E\xC1\x00 \x00v\x00i\x1E\xC7\x00"
         "c\x00 \x00t\x01\x03\x00n\x00g\x00 \x00"
         "c\x01\xB0\x1E\xDD\x00n\x00g\x00 \x00"
         "b\x1E\xA3\x00o\x00 \x01\x11\x1E\xA3\x00m\x00 \x00"
         "a\x00n\x00 \x00t\x00o\x00\xE0\x00n\x00 \x00t\x00h\x00\xF4\x00n\x00g\x00 \x00t\x00i\x00n\x00 "
         "\x00m\x1E\xA1\x00n\x00g\x00;\x00 \x00"
         "c\x00\xE1\x00"
         "c\x00 \x01\x11\x01\xA1\x00n\x00 \x00v\x1E\xCB\x00,\x00 \x00t\x00r\x01\xB0\x1E\xDD\x00n\x00g\x00 "
         "\x00h\x1E\xCD\x00"
         "c\x00 \x00p\x00h\x1E\xA3\x00i\x00 \x00r\x00\xE0\x00 \x00s\x00o\x00\xE1\x00t\x00,\x00 \x00k\x00h\x1E\xAF\x00"
         "c\x00 \x00p\x00h\x1E\xE5\x00"
         "c\x00 \x00l\x1E\xD7\x00 \x00h\x1E\xD5\x00n\x00g\x00 \x00t\x00r\x01\xB0\x1E\xDB\x00"
         "c\x00 \x00n\x00g\x00\xE0\x00y\x00 \x00"
         "3\x00"
         "0\x00/\x00"
         "1\x00"
         "1\x00/\x00"
         "2\x00"
         "0\x00"
         "2\x00"
         "2\x00.\x00 \x1E\xE6\x00y\x00 \x00"
         "b\x00"
         "a\x00n\x00 \x00n\x00h\x00\xE2\x00n\x00 \x00"
         "d\x00\xE2\x00n\x00."),
     STR_INIT("Số: 09/SGDĐT-VP. Về việc tăng cường bảo đảm an toàn thông tin mạng; các đơn vị, trường học phải rà "
              "soát, khắc phục lỗ hổng trước ngày 30/11/2022. Ủy ban nhân dân.")},
    {TEXT_UTF16LE,
     STR_INIT(
         "\xFF\xFES\x00\xD1\x1E:\x00 \x00"
         "0\x00"
         "9\x00/\x00S\x00G\x00"
         "D\x00\x10\x01T\x00-\x00V\x00P\x00.\x00 \x00V\x00\xC1\x1E \x00v\x00i\x00\xC7\x1E"
         "c\x00 \x00t\x00\x03\x01n\x00g\x00 \x00"
         "c\x00\xB0\x01\xDD\x1En\x00g\x00 \x00"
         "b\x00\xA3\x1Eo\x00 \x00\x11\x01\xA3\x1Em\x00 \x00"
         "a\x00n\x00 \x00t\x00o\x00\xE0\x00n\x00 \x00t\x00h\x00\xF4\x00n\x00g\x00 \x00t\x00i\x00n\x00 "
         "\x00m\x00\xA1\x1En\x00g\x00;\x00 \x00"
         "c\x00\xE1\x00"
         "c\x00 \x00\x11\x01\xA1\x01n\x00 \x00v\x00\xCB\x1E,\x00 \x00t\x00r\x00\xB0\x01\xDD\x1En\x00g\x00 "
         "\x00h\x00\xCD\x1E"
         "c\x00 \x00p\x00h\x00\xA3\x1Ei\x00 \x00r\x00\xE0\x00 \x00s\x00o\x00\xE1\x00t\x00,\x00 \x00k\x00h\x00\xAF\x1E"
         "c\x00 \x00p\x00h\x00\xE5\x1E"
         "c\x00 \x00l\x00\xD7\x1E \x00h\x00\xD5\x1En\x00g\x00 \x00t\x00r\x00\xB0\x01\xDB\x1E"
         "c\x00 \x00n\x00g\x00\xE0\x00y\x00 \x00"
         "3\x00"
         "0\x00/\x00"
         "1\x00"
         "1\x00/\x00"
         "2\x00"
         "0\x00"
         "2\x00"
         "2\x00.\x00 \x00\xE6\x1Ey\x00 \x00"
         "b\x00"
         "a\x00n\x00 \x00n\x00h\x00\xE2\x00n\x00 \x00"
         "d\x00\xE2\x00n\x00.\x00"),
     STR_INIT("Số: 09/SGDĐT-VP. Về việc tăng cường bảo đảm an toàn thông tin mạng; các đơn vị, trường học phải rà "
              "soát, khắc phục lỗ hổng trước ngày 30/11/2022. Ủy ban nhân dân.")},
    {TEXT_UTF16BE,
     STR_INIT(
         "\xFE\xFF\x00S\x1E\xD1\x00:\x00 \x00"
         "0\x00"
         "9\x00/\x00S\x00G\x00"
         "D\x01\x10\x00T\x00-\x00V\x00P\x00.\x00 \x00V\x1E\xC1\x00 \x00v\x00i\x1E\xC7\x00"
         "c\x00 \x00t\x01\x03\x00n\x00g\x00 \x00"
         "c\x01\xB0\x1E\xDD\x00n\x00g\x00 \x00"
         "b\x1E\xA3\x00o\x00 \x01\x11\x1E\xA3\x00m\x00 \x00"
         "a\x00n\x00 \x00t\x00o\x00\xE0\x00n\x00 \x00t\x00h\x00\xF4\x00n\x00g\x00 \x00t\x00i\x00n\x00 "
         "\x00m\x1E\xA1\x00n\x00g\x00;\x00 \x00"
         "c\x00\xE1\x00"
         "c\x00 \x01\x11\x01\xA1\x00n\x00 \x00v\x1E\xCB\x00,\x00 \x00t\x00r\x01\xB0\x1E\xDD\x00n\x00g\x00 "
         "\x00h\x1E\xCD\x00"
         "c\x00 \x00p\x00h\x1E\xA3\x00i\x00 \x00r\x00\xE0\x00 \x00s\x00o\x00\xE1\x00t\x00,\x00 \x00k\x00h\x1E\xAF\x00"
         "c\x00 \x00p\x00h\x1E\xE5\x00"
         "c\x00 \x00l\x1E\xD7\x00 \x00h\x1E\xD5\x00n\x00g\x00 \x00t\x00r\x01\xB0\x1E\xDB\x00"
         "c\x00 \x00n\x00g\x00\xE0\x00y\x00 \x00"
         "3\x00"
         "0\x00/\x00"
         "1\x00"
         "1\x00/\x00"
         "2\x00"
         "0\x00"
         "2\x00"
         "2\x00.\x00 \x1E\xE6\x00y\x00 \x00"
         "b\x00"
         "a\x00n\x00 \x00n\x00h\x00\xE2\x00n\x00 \x00"
         "d\x00\xE2\x00n\x00."),
     STR_INIT("Số: 09/SGDĐT-VP. Về việc tăng cường bảo đảm an toàn thông tin mạng; các đơn vị, trường học phải rà "
              "soát, khắc phục lỗ hổng trước ngày 30/11/2022. Ủy ban nhân dân.")},
};

static void encodings_are_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_ARENA arena;
        arena_init(&arena, 1u << 20);
        struct text_decoded got;
        assert_ok(text_decode(cases[i].bytes, 1u << 20, &arena, &got, &err));
        if (got.encoding != cases[i].encoding)
            fail_msg("case %zu: %s, wanted %s", i, text_encoding_to_str(got.encoding),
                     text_encoding_to_str(cases[i].encoding));
        assert_str(got.text, cases[i].want);
        assert_int_equal(got.bad_count, 0);
        assert_true(got.confidence_percent >= 80);
    }
}

static void the_user_may_say_which(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_ARENA arena;
        arena_init(&arena, 1u << 20);
        struct text_decoded got;
        assert_ok(text_decode_as(cases[i].bytes, cases[i].encoding, 1u << 20, &arena, &got, &err));
        assert_str(got.text, cases[i].want);
    }
}

static void every_cut_stays_a_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        for (size_t n = 0; n <= cases[i].bytes.len_bytes; n++) {
            AUTO_ARENA arena;
            arena_init(&arena, 1u << 20);
            char *copy = mem_alloc(n ? n : 1);
            memcpy(copy, cases[i].bytes.ptr, n);
            struct text_decoded got;
            enum err_code code = text_decode((struct str){copy, n}, 1u << 20, &arena, &got, &err);
            mem_free(copy);
            if (code == ERR_NONE)
                assert_true(viet_is_nfc(got.text));
            else
                assert_int_equal(code, ERR_SYNTAX); /* UTF-16 cut to a few bytes holds NUL and no pattern */
        }
}

static void nothing_is_invented(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct text_decoded got;
    assert_ok(text_decode(STR("Tr\xC6\xB0\xE1\xBB\x9Dng h\xE1\xBB\x8D"
                              "c \xE1\xBB s\xE1\xBB\x91 m\xE1\xBB\x99t"),
                          1000, &arena, &got, &err));
    assert_int_equal(got.encoding, TEXT_UTF8);
    assert_int_equal(got.bad_count, 2);
    assert_str(got.text, STR("Trường học \uFFFD\uFFFD số một"));
    assert_ok(text_decode_as(STR("a\x81z"), TEXT_WINDOWS_1258, 1000, &arena, &got, &err));
    assert_str(got.text, STR("a\uFFFDz"));
    assert_int_equal(got.bad_count, 1);
    assert_ok(text_decode(STR("caf\xE9 cr\xE8me br\xFBl\xE9"
                              "e"),
                          1000, &arena, &got, &err));
    assert_true(got.confidence_percent < 50); /* not Vietnamese: a guess, and it says so */
    assert_ok(text_decode(STR(""), 1000, &arena, &got, &err));
    assert_int_equal(got.encoding, TEXT_UTF8);
}

static void no_text_is_refused(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct text_decoded got;
    assert_err(text_decode(STR("\x7F"
                               "ELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3E\0\x01\xC0\xDE\0"),
                           1000, &arena, &got, &err),
               ERR_SYNTAX);
    assert_err(text_decode(STR("quá dài"), 1, &arena, &got, &err), ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(encodings_are_told_apart),
                                       cmocka_unit_test(the_user_may_say_which),
                                       cmocka_unit_test(every_cut_stays_a_text), cmocka_unit_test(nothing_is_invented),
                                       cmocka_unit_test(no_text_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
