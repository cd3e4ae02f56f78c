/* fuzz_letter.c - any UTF-8 text is read as a letter: offsets stay inside, and time stays linear. */
#include <stdint.h>
#include <time.h>

#include "base/limits.h"
#include "base/viet.h"
#include "letter/letter_print.h"

#define TIME_BASE_US     400000u /* under a sanitizer */
#define TIME_PER_BYTE_US 40u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of this process: what others do on the machine is not the reader's time. */
static int64_t processor_us(void)
{
    struct timespec at;
    must(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at) == 0);
    return at.tv_sec * INT64_C(1000000) + at.tv_nsec / 1000;
}

static bool calendar_days(void *ctx, civil_day from, int n, civil_day *ret_day)
{
    (void)ctx;
    *ret_day = from + n;
    return true;
}

static void check_span(struct str text, struct letter_span at)
{
    must(at.from <= at.to && at.to <= text.len_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 30);
    struct err err = {0};
    struct letter *letter;
    struct letter_options options = {.workday_add = calendar_days};
    if (size > 256u << 10)
        return 0;
    struct str text = viet_nfc(&arena, (struct str){(const char *)data, size});
    if (str_is_null(text))
        return 0;
    int64_t start_us = processor_us();
    if (letter_parse(text, &options, &arena, &letter, &err) != ERR_NONE)
        return 0;
    must(processor_us() - start_us < (int64_t)(TIME_BASE_US + TIME_PER_BYTE_US * text.len_bytes));
    for (size_t i = 0; i < letter->duties.count; i++) {
        check_span(text, letter->duties.items[i].quote);
        check_span(text, letter->duties.items[i].actor.at);
        check_span(text, letter->duties.items[i].deadline.quoted.at);
        for (size_t k = 0; k < letter->duties.items[i].co_actors.count; k++)
            check_span(text, letter->duties.items[i].co_actors.items[k].at);
    }
    for (size_t i = 0; i < letter->recipients.count; i++)
        check_span(text, letter->recipients.items[i].at);
    for (size_t i = 0; i < letter->issuers.count; i++)
        check_span(text, letter->issuers.items[i].at);
    AUTO_BUF out;
    buf_init(&out, 64u << 20);
    letter_print_json(letter, &out);
    must(utf8_is_valid(buf_str(&out)));
    buf_clear(&out);
    letter_print_people(letter, LANG_VI, &out);
    return 0;
}
