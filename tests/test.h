/* test.h - what every unit test includes: cmocka in its order, and a few helpers. */
#ifndef LUYTRE_TESTS_TEST_H
#define LUYTRE_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"

/* Fails with the error's own words. */
#define assert_ok(call)                                                          \
    do {                                                                         \
        enum err_code ok_code_ = (call);                                         \
        if (ok_code_ != ERR_NONE)                                                \
            fail_msg("%s: %s (%s)", #call, err.text, err_code_to_str(ok_code_)); \
    } while (0)
#define assert_err(call, want)                                                                                     \
    do {                                                                                                           \
        enum err_code got_ = (call);                                                                               \
        if (got_ != (want))                                                                                        \
            fail_msg("%s: wanted %s, got %s (%s)", #call, err_code_to_str(want), err_code_to_str(got_), err.text); \
    } while (0)
#define assert_str(got, want)                                                                       \
    do {                                                                                            \
        struct str got_s_ = (got), want_s_ = (want);                                                \
        if (!str_equal(got_s_, want_s_))                                                            \
            fail_msg("%s: got \"%.*s\", wanted \"%.*s\"", #got, STR_ARG(got_s_), STR_ARG(want_s_)); \
    } while (0)

#endif
