#include "web/words.h"

static const char DIGIT_GROUP[LANG_COUNT] = {[LANG_VI] = '.', [LANG_EN] = ','};
static const char DECIMAL[LANG_COUNT] = {[LANG_VI] = ',', [LANG_EN] = '.'};

void words_number(struct buf *buf, enum lang lang, int64_t n)
{
    char digits[24];
    uint64_t size = n < 0 ? (uint64_t)0 - (uint64_t)n : (uint64_t)n;
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)size);
    if (n < 0)
        buf_lit(buf, "\xE2\x88\x92"); /* a real minus sign */
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            buf_put_byte(buf, DIGIT_GROUP[lang]);
        buf_put_byte(buf, digits[i]);
    }
}

void words_percent(struct buf *buf, enum lang lang, int64_t tenths)
{
    if (tenths < 0) {
        buf_lit(buf, "\xE2\x88\x92");
        tenths = -tenths;
    }
    words_number(buf, lang, tenths / 10);
    if (tenths % 10)
        buf_printf(buf, "%c%d", DECIMAL[lang], (int)(tenths % 10));
    buf_put_byte(buf, '%');
}

int64_t words_tenths(int64_t part, int64_t whole)
{
    int64_t scaled;
    if (whole <= 0 || part <= 0)
        return 0;
    return __builtin_mul_overflow(part, 1000, &scaled) ? part / (whole / 1000 + 1) : scaled / whole;
}

void words_size(struct buf *buf, enum lang lang, int64_t bytes)
{
    static const struct {
        int shift;
        struct str name;
    } units[] = {{10, STR_INIT(" kB")}, {20, STR_INIT(" MB")}, {30, STR_INIT(" GB")}};
    int64_t size = bytes < 0 ? 0 : bytes < (int64_t)1 << 52 ? bytes : (int64_t)1 << 52;
    size_t u = 0;
    while (u + 1 < ARRAY_LEN(units) && size > (int64_t)1023 << units[u].shift) /* 1024 kB are 1 MB */
        u++;
    int64_t unit = (int64_t)1 << units[u].shift, tenths = (size * 10 + unit - 1) / unit;
    if (tenths >= 100) /* 10 and more: whole ones */
        tenths = (size + unit - 1) / unit * 10;
    words_number(buf, lang, tenths / 10);
    if (tenths % 10)
        buf_printf(buf, "%c%d", DECIMAL[lang], (int)(tenths % 10));
    buf_put(buf, units[u].name);
}

struct str words_interval(struct arena *arena, enum lang lang, int64_t ms)
{
    static const struct {
        int64_t ms;
        enum msg_id id;
    } units[] = {
        {CIVIL_DAY_MS, MSG_INTERVAL_DAYS},
        {3600 * 1000LL, MSG_INTERVAL_HOURS},
        {60 * 1000LL, MSG_INTERVAL_MINUTES},
    };
    int64_t left = ms == INT64_MIN ? INT64_MAX : ms < 0 ? -ms : ms;
    AUTO_BUF buf;
    buf_init(&buf, 256);
    int parts = 0;
    for (size_t i = 0; i < ARRAY_LEN(units) && parts < 2; i++) {
        int64_t n = left / units[i].ms;
        left %= units[i].ms;
        if (n == 0) {
            if (parts)
                break; /* "3 ngày", not "3 ngày 5 phút" */
            continue;
        }
        if (parts++)
            buf_put_byte(&buf, ' ');
        msg_print(&buf, lang, units[i].id, n, MSG_ARGS(ARG_INT("n", n)));
    }
    if (!parts)
        buf_put(&buf, msg_text(lang, MSG_INTERVAL_UNDER_MINUTE, 0));
    return arena_str(arena, buf_str(&buf));
}

struct str words_state(struct arena *arena, enum lang lang, enum page_state state, civil_day today, civil_day due,
                       civil_day until)
{
    int64_t days = (int64_t)due - today;
    switch (state) {
    case PAGE_STATE_NONE:
        return STR("");
    case PAGE_STATE_UNSEEN:
        return msg_text(lang, MSG_STATE_UNSEEN, 0);
    case PAGE_STATE_ACK:
        return msg_text(lang, MSG_STATE_ACK, 0);
    case PAGE_STATE_DOING:
        return msg_text(lang, MSG_STATE_DOING, 0);
    case PAGE_STATE_OK:
        if (until == CIVIL_NONE || until == CIVIL_FOREVER)
            return msg_text(lang, MSG_STATE_OK_FOREVER, 0);
        return msg_str(arena, lang, MSG_STATE_OK, 0, MSG_ARGS(ARG_DAY("day", until)));
    case PAGE_STATE_DUE:
        if (due == CIVIL_NONE)
            return msg_text(lang, MSG_STATE_DOING, 0);
        if (days <= 0)
            return msg_text(lang, MSG_STATE_DUE_TODAY, 0);
        return msg_str(arena, lang, MSG_STATE_DUE, days, MSG_ARGS(ARG_INT("n", days)));
    case PAGE_STATE_LATE:
        return msg_str(arena, lang, MSG_STATE_LATE, -days, MSG_ARGS(ARG_INT("n", days < 0 ? -days : 0)));
    case PAGE_STATE_BIRTH:
        return msg_text(lang, MSG_STATE_BIRTH, 0);
    case PAGE_STATE_NA:
        return msg_text(lang, MSG_STATE_NA, 0);
    case PAGE_STATE_WAIVED:
        return msg_str(arena, lang, MSG_STATE_WAIVED, 0, MSG_ARGS(ARG_DAY("day", until)));
    }
    return STR("");
}

struct str words_weekday(struct arena *arena, enum lang lang, civil_day day)
{
    static const enum msg_id names[] = {MSG_WEEKDAY_MON, MSG_WEEKDAY_TUE, MSG_WEEKDAY_WED, MSG_WEEKDAY_THU,
                                        MSG_WEEKDAY_FRI, MSG_WEEKDAY_SAT, MSG_WEEKDAY_SUN};
    char date[CIVIL_TEXT_BYTES];
    struct str name = msg_text(lang, names[civil_weekday(day)], 0);
    return arena_printf(arena, "%.*s, %s", STR_ARG(name), civil_vn(day, date));
}
