/* letter_when.c - until when: deadlines, ranges of days, days counted from something. */
#include "letter/letter_read.h"

#define ANCHOR_WORDS_MAX 24u
#define YEAR_AHEAD_DAYS \
    183 /* a date without a year that lies behind the letter's day is next year's only when that is near */

/* "17 giờ", "17 giờ 30", "17h00", "17:00": words taken. */
static uint32_t time_at(const struct reader *r, uint32_t i, uint32_t end, int *ret_minutes)
{
    if (!is_number(r, i, end) || r->words[i].number > 24 || i + 1 >= end)
        return 0;
    uint32_t n;
    if (has_class(r, i + 1, LEX_HOUR_WORD))
        n = 2;
    else if (is_mark(r, i + 1, ':') && is_number(r, i + 2, end) && r->words[i + 2].digits == 2)
        n = 2;
    else
        return 0;
    int minutes = (int)r->words[i].number * 60;
    if (is_number(r, i + n, end) && r->words[i + n].digits == 2 && r->words[i + n].number < 60 &&
        !is_mark(r, i + n + 1, '/') && !is_mark(r, i + n + 1, '.') &&
        !(i + n + 1 < end && has_class(r, i + n + 1, LEX_MONTH_WORD))) {
        minutes += (int)r->words[i + n].number;
        n++;
        const struct lex_phrase *unit;
        if (i + n < end && class_at(r, i + n, end, LEX_UNIT_WORD, &unit) && strcmp(unit->value, "minute") == 0)
            n++;
    }
    if (minutes > 24 * 60)
        return 0;
    *ret_minutes = minutes;
    return n;
}

static enum err_code note_add(struct reader *r, struct letter_deadline *d, struct str vi, struct str en)
{
    if (str_is_null(d->note)) {
        d->note = vi;
        d->note_en = en;
        return ERR_NONE;
    }
    d->note = arena_printf(r->arena, "%.*s; %.*s", STR_ARG(d->note), STR_ARG(vi));
    d->note_en = arena_printf(r->arena, "%.*s; %.*s", STR_ARG(d->note_en), STR_ARG(en));
    return str_is_null(d->note) || str_is_null(d->note_en) ? arena_full(r->arena, r->err) : ERR_NONE;
}

/* Nothing printed may be NULL. */
static enum err_code note_printf(struct reader *r, struct letter_deadline *d, struct str vi, struct str en)
{
    if (str_is_null(vi) || str_is_null(en))
        return arena_full(r->arena, r->err);
    return note_add(r, d, vi, en);
}

/* The year a date without one means. 0: it could be two. */
static int year_guess(const struct reader *r, int month, int day)
{
    const struct letter *letter = r->letter;
    civil_day base = letter->date;
    if (base == CIVIL_NONE && letter->year)
        return letter->year; /* the day is blank, the year is printed */
    if (base == CIVIL_NONE)
        return 0;
    int year = civil_from_day(base).year;
    int last = civil_month_days(year, month);
    if (civil_to_day(year, month, day < last ? day : last) >= base)
        return year;
    last = civil_month_days(year + 1, month);
    civil_day next = civil_to_day(year + 1, month, day < last ? day : last);
    return next - base <= YEAR_AHEAD_DAYS ? year + 1 : 0;
}

/* First and last day of the part that was named of a month, or of the whole span. */
static void span_days(struct when_date w, civil_day *ret_first, civil_day *ret_last)
{
    int last = civil_month_days(w.year, w.month);
    *ret_first = civil_add_months(civil_to_day(w.year, w.month, 1), w.months ? 1 - w.months : 0);
    *ret_last = civil_to_day(w.year, w.month, last);
    if (w.week) {
        /* weeks from Monday to Sunday, each of the month that holds its Thursday (ISO 8601) */
        civil_day inside = w.week == WHEN_WEEK_LAST ? *ret_last - 3 : *ret_first + 3 + 7 * (w.week - 1);
        civil_day monday = inside - civil_weekday(inside);
        *ret_first = monday > *ret_first ? monday : *ret_first;
        *ret_last = monday + 6 < *ret_last ? monday + 6 : *ret_last;
    } else if (w.day_to) {
        *ret_first = civil_to_day(w.year, w.month, w.day_from < last ? w.day_from : last);
        *ret_last = civil_to_day(w.year, w.month, w.day_to < last ? w.day_to : last);
    }
}

/* First and last day of what was named; false when the year is not known. Notes go to d. */
static enum err_code resolve(struct reader *r, struct when_date w, struct letter_deadline *d, civil_day *ret_first,
                             civil_day *ret_last)
{
    *ret_first = *ret_last = CIVIL_NONE;
    if (w.is_unknown)
        return note_add(r, d, STR("tính theo ngày của văn bản, mà văn bản chưa ghi ngày"),
                        STR("counted from the letter's own day, which is blank"));
    if (w.is_guessed)
        TRY(note_add(r, d, STR("tính theo ngày của văn bản"), STR("counted from the letter's own day")));
    if (!w.year && !w.week_monday) {
        int last_of = w.months ? 31 : w.day;
        w.year = year_guess(r, w.month, last_of);
        if (!w.year)
            return note_add(r, d, STR("văn bản không ghi năm, chưa suy ra được"),
                            STR("the letter names no year and it cannot be told"));
        TRY(note_printf(r, d, arena_printf(r->arena, "văn bản không ghi năm; lấy năm %d theo ngày của văn bản", w.year),
                        arena_printf(r->arena, "no year in the text; %d is taken from the letter's date", w.year)));
    }
    if (w.week_monday && w.week_day >= 0) {
        *ret_first = *ret_last = w.week_monday + w.week_day;
    } else if (w.week_monday) {
        *ret_first = w.week_monday;
        *ret_last = w.week_monday + 6;
    } else if (w.months) {
        span_days(w, ret_first, ret_last);
    } else if (civil_is_valid(w.year, w.month, w.day)) {
        *ret_first = *ret_last = civil_to_day(w.year, w.month, w.day);
    } else {
        int last = civil_month_days(w.year, w.month);
        *ret_first = *ret_last = civil_to_day(w.year, w.month, last);
        TRY(note_printf(r, d,
                        arena_printf(r->arena,
                                     "không có ngày %02d/%02d/%d; hạn lấy ngày cuối cùng có thật là %02d/%02d/%d",
                                     w.day, w.month, w.year, last, w.month, w.year),
                        arena_printf(r->arena, "there is no %02d/%02d/%d; due on the last real day, %02d/%02d/%d",
                                     w.day, w.month, w.year, last, w.month, w.year)));
        d->strict_before = false;
    }
    return ERR_NONE;
}

/* "cuối tháng" names no day: how it was read. */
static enum err_code note_vague(struct reader *r, struct letter_deadline *d, civil_day first, civil_day last)
{
    char a[CIVIL_TEXT_BYTES], b[CIVIL_TEXT_BYTES];
    if (first == CIVIL_NONE || last == CIVIL_NONE)
        return ERR_NONE;
    const char *from = civil_vn(first, a), *to = civil_vn(last, b);
    TRY(note_printf(r, d, arena_printf(r->arena, "văn bản không nêu ngày cụ thể; hiểu là từ %s đến %s", from, to),
                    arena_printf(r->arena, "no day is named; read as %s to %s", from, to)));
    return ERR_NONE;
}

static void due_set(struct letter_deadline *d, bool before_time)
{
    if (d->date == CIVIL_NONE)
        return;
    if (d->time_minutes >= 0)
        d->due_at_ms = civil_day_start_ms(d->date) + d->time_minutes * 60000LL - (before_time ? 1000 : 0);
    else
        d->due_at_ms = civil_day_end_ms(d->strict_before ? d->date - 1 : d->date);
}

static struct letter_deadline deadline_none(void)
{
    return (struct letter_deadline){.date = CIVIL_NONE, .from = CIVIL_NONE, .time_minutes = -1, .due_at_ms = INT64_MIN};
}

/* Words that may stand between "trước" and the date: "ngày", "thứ Sáu,", "ngày cuối cùng của". */
static uint32_t skip_day_words(const struct reader *r, uint32_t i, uint32_t end)
{
    uint32_t start = i;
    for (uint32_t k = 0; k < 4 && i < end; k++) {
        uint32_t n = class_at(r, i, end, LEX_WEEKDAY, NULL);
        if (n && i + n < end && has_class(r, i + n, LEX_WEEK_WORD))
            break; /* "thứ Sáu tuần này" is a day itself */
        if (n)
            i += n;
        else if (has_class(r, i, LEX_DAY_WORD) || is_mark(r, i, ',') || is_mark(r, i, '('))
            i++;
        else
            break;
    }
    return i - start;
}

/* "hằng tháng", "hàng năm", "của tháng cuối quý" after a day: the date comes again. "tháng sau": the next month. */
static enum err_code recurring_tail(struct reader *r, uint32_t end, struct when *w, int day, int month)
{
    const struct lex_phrase *hit;
    uint32_t i = w->last;
    while (i < end && (is_mark(r, i, ',') || has_class(r, i, LEX_OF)))
        i++;
    uint32_t n = class_at(r, i, end, LEX_EVERY, &hit), tail = month ? 0 : class_at(r, i, end, LEX_MONTH_TAIL, &hit);
    int64_t months, month_of_quarter = 0;
    bool once = false;
    if (tail && strcmp(hit->value, "next") == 0) {
        months = 1;
        once = true;
        n = tail;
    } else if (tail) {
        if (!str_to_i64(str_from_cstr(hit->value), &month_of_quarter))
            return ERR_NONE;
        months = 3;
        n = tail;
    } else if (!n || !str_to_i64(str_from_cstr(hit->value), &months) || months < 1) {
        return ERR_NONE;
    }
    w->last = i + n;
    w->deadline.note = w->deadline.note_en = STR_NONE;
    w->period = (struct letter_period){!once, 1, (int)months};
    w->deadline.date = CIVIL_NONE;
    civil_day base = r->letter->date;
    if (base != CIVIL_NONE) {
        /* the first one on or after the letter's day */
        struct civil c = civil_from_day(base);
        for (int k = once ? 1 : 0; k <= 12; k++) {
            int y = c.year + (month ? k : (c.month - 1 + k) / 12), m = month ? month : (c.month - 1 + k) % 12 + 1;
            if (month_of_quarter && (m - 1) % 3 + 1 != month_of_quarter)
                continue;
            int last = civil_month_days(y, m);
            civil_day d = civil_to_day(y, m, day < last ? day : last);
            if (d - (w->deadline.strict_before ? 1 : 0) >= base) {
                w->deadline.date = d;
                break;
            }
        }
    }
    if (once)
        return ERR_NONE;
    return note_add(r, &w->deadline, STR("lặp lại theo kỳ; ngày ghi ở đây là kỳ đầu tiên sau ngày văn bản"),
                    STR("comes again each period; the day here is the first after the letter's date"));
}

/* "trước 16 giờ hằng ngày", "trước thứ Sáu hằng tuần": an hour or a weekday that comes again, of no date. */
static enum err_code hour_deadline(struct reader *r, uint32_t i, uint32_t at, uint32_t end, int minutes, struct when *w,
                                   bool *ret_found)
{
    uint32_t n = class_at(r, at, end, LEX_EVERY, NULL);
    if (!n)
        return ERR_NONE;
    *w = (struct when){.kind = WHEN_DEADLINE,
                       .first = i,
                       .last = at + n,
                       .has_trigger = true,
                       .trigger = LETTER_PERIODIC,
                       .deadline = deadline_none()};
    w->deadline.is_known = true;
    w->deadline.time_minutes = minutes;
    *ret_found = true;
    return note_add(r, &w->deadline, STR("lặp lại theo kỳ; văn bản không ghi ngày cụ thể"),
                    STR("comes again each period; the letter names no day"));
}

/* "trước Tết Nguyên đán năm 2027": a feast is no day of the calendar here; the words are kept. */
static enum err_code feast_deadline(struct reader *r, uint32_t i, uint32_t at, uint32_t end, struct when *w,
                                    bool *ret_found)
{
    struct when_date year;
    at += class_at(r, at, end, LEX_FEAST, NULL);
    if (date_at(r, at, end, &year) && year.months == 12)
        at += year.words;
    else if (is_number(r, at, end) && r->words[at].digits == 4)
        at++;
    *w = (struct when){.kind = WHEN_DEADLINE, .first = i, .last = at, .deadline = deadline_none()};
    w->deadline.is_known = true;
    *ret_found = true;
    return note_add(r, &w->deadline, STR("lấy một dịp lễ làm mốc; văn bản không ghi ngày"),
                    STR("hangs on a feast; the letter names no day"));
}

/* What stands behind "trước", "chậm nhất", "trong" at word `at`; the whole expression starts at i. */
static enum err_code lead_deadline(struct reader *r, uint32_t i, uint32_t at, uint32_t end, bool strict, bool during,
                                   struct when *w, bool *ret_found)
{
    struct when_date date;
    int minutes = -1;
    uint32_t skipped = skip_day_words(r, at, end);
    at += skipped;
    uint32_t n = time_at(r, at, end, &minutes);
    if (n) {
        at += n;
        at += skip_day_words(r, at, end);
    }
    bool found = date_at(r, at, end, &date);
    /* "trước ngày 20 hằng tháng" */
    bool day_only = !found && is_number(r, at, end) && r->words[at].number >= 1 && r->words[at].number <= 31 &&
                    at > i && has_class(r, at - 1, LEX_DAY_WORD);
    if (!found && !day_only && strict && at < end && has_class(r, at, LEX_FEAST))
        return feast_deadline(r, i, at, end, w, ret_found);
    if (!found && !day_only)
        return n || skipped ? hour_deadline(r, i, at, end, minutes, w, ret_found) : ERR_NONE;
    *w = (struct when){.kind = WHEN_DEADLINE, .first = i, .deadline = deadline_none()};
    struct letter_deadline *d = &w->deadline;
    d->is_known = true;
    d->time_minutes = minutes;
    d->strict_before = strict && minutes < 0;
    if (day_only) {
        w->last = at + 1;
        date = (struct when_date){.day = (int)r->words[at].number};
        TRY(recurring_tail(r, end, w, date.day, 0));
        if (w->last == at + 1)
            return ERR_NONE; /* "trước ngày 20" of no month says nothing */
    } else {
        w->last = at + date.words;
        civil_day first, last;
        TRY(resolve(r, date, d, &first, &last));
        bool to_the_end = date.is_end && !during && !strict; /* "chậm nhất cuối quý III": its last day */
        if (date.is_vague && !to_the_end)
            TRY(note_vague(r, d, first, last));
        if (date.months) {
            if (strict) {
                d->date = first;
            } else {
                d->date = last;
                if ((during || date.is_vague) && !to_the_end)
                    d->from = first;
                if (during && last != CIVIL_NONE && r->not_before != CIVIL_NONE && last < r->not_before)
                    return ERR_NONE; /* "các tồn tại trong năm 2026" tells of the past */
            }
        } else {
            d->date = first;
            if (!date.year)
                TRY(recurring_tail(r, end, w, date.day, date.month));
        }
        /* "(thứ Sáu)" and the like after the date are left to the sentence */
    }
    due_set(d, strict);
    *ret_found = true;
    return ERR_NONE;
}

static enum err_code fixed_deadline(struct reader *r, uint32_t i, uint32_t end, struct when *w, bool *ret_found)
{
    uint32_t lead = 0;
    bool strict = false, during = false;
    uint32_t before = has_class(r, i, LEX_BEFORE) ? class_at(r, i, end, LEX_BEFORE, NULL) : 0;
    uint32_t until = has_class(r, i, LEX_UNTIL) ? class_at(r, i, end, LEX_UNTIL, NULL) : 0;
    uint32_t in = has_class(r, i, LEX_DURING) ? class_at(r, i, end, LEX_DURING, NULL) : 0;
    if (before && has_class(r, i, LEX_NOT_BEFORE))
        before = 0;
    if (before >= until && before >= in && before)
        lead = before, strict = true;
    else if (until >= in && until)
        lead = until;
    else if (in)
        lead = in, during = true;
    struct when_date date;
    /* "trong 6 tháng đầu năm", "vào cuối tháng 8/2023", "trong tuần tới", "trong quý này" */
    bool within = !lead && has_class(r, i, LEX_WITHIN_WORD) && date_at(r, i + 1, end, &date) && date.months > 0 &&
                  (date.is_vague || date.months > 1 || date.is_guessed);
    if (within)
        lead = 1;
    /* "hoàn thành cuối tháng 8/2023", "…, giữa tháng 4" */
    bool bare = !lead && has_class(r, i, LEX_PART_OF) && i > r->body_from &&
                (has_class(r, i - 1, LEX_TIME_END) || is_mark(r, i - 1, ',') || is_mark(r, i - 1, ';'));
    if (bare && date_at(r, i, end, &date))
        return lead_deadline(r, i, i, end, false, true, w, ret_found);
    if (!lead)
        return ERR_NONE;
    uint32_t at = i + lead;
    if (during || (lead > 1 && (has_class(r, at - 1, LEX_MONTH_WORD) || has_class(r, at - 1, LEX_YEAR_WORD))))
        at--; /* the word that names the kind of day belongs to the date */
    return lead_deadline(r, i, at, end, strict, during || within, w, ret_found);
}

/* "… kể từ khi phát hiện và gửi báo cáo chậm nhất …": at "và", where another verb has a time of its own. */
static bool and_goes_on(const struct reader *r, uint32_t i, uint32_t end)
{
    if (!has_class(r, i, LEX_AND_WORD) || i + 1 >= end || !has_class(r, i + 1, LEX_DUTY_VERB))
        return false;
    for (uint32_t k = i + 2; k < end && !is_mark(r, k, ';'); k++)
        if (has_class(r, k, LEX_WITHIN) || has_class(r, k, LEX_BEFORE) || has_class(r, k, LEX_UNTIL))
            return true;
    return false;
}

static enum err_code relative_deadline(struct reader *r, uint32_t i, uint32_t end, struct when *w, bool *ret_found)
{
    if (!has_class(r, i, LEX_WITHIN))
        return ERR_NONE;
    uint32_t at = i + class_at(r, i, end, LEX_WITHIN, NULL);
    if (at < end && is_mark(r, at, ':'))
        at++;
    if (!is_number(r, at, end) || r->words[at].number == 0 || r->words[at].number > 9999)
        return ERR_NONE;
    int n = (int)r->words[at++].number;
    if (is_mark(r, at, '(')) { /* "05 (năm) ngày" */
        uint32_t close = skip_group(r, at, end);
        if (close >= end || close - at > 5)
            return ERR_NONE;
        at = close + 1;
    }
    const struct lex_phrase *unit;
    if (at >= end || !class_at(r, at, end, LEX_UNIT_WORD, &unit))
        return ERR_NONE;
    static const char *const names[] = {"minute", "hour", "day", "week", "month", "year"};
    enum letter_unit u = LETTER_DAY;
    for (unsigned k = 0; k < ARRAY_LEN(names); k++)
        if (strcmp(names[k], unit->value) == 0)
            u = (enum letter_unit)k;
    if (u == LETTER_YEAR && n > 100)
        return ERR_NONE;
    at++;
    *w = (struct when){.kind = WHEN_DEADLINE, .first = i, .deadline = deadline_none()};
    struct letter_deadline *d = &w->deadline;
    if (at < end && has_class(r, at, LEX_WORKING)) {
        d->relative_working = true;
        at += class_at(r, at, end, LEX_WORKING, NULL);
    }
    d->is_known = d->has_relative = true;
    d->relative_n = n;
    d->relative_unit = u;
    w->last = at;
    if (at < end && is_mark(r, at, ','))
        at++;
    civil_day start = CIVIL_NONE;
    uint32_t anchor = at < end ? class_at(r, at, end, LEX_ANCHOR, NULL) : 0;
    if (anchor) {
        uint32_t from = at, to = at + anchor;
        struct when_date date;
        uint32_t day_at = to + skip_day_words(r, to, end);
        if (date_at(r, day_at, end, &date) && date.months == 0) {
            civil_day last;
            TRY(resolve(r, date, d, &start, &last));
            to = day_at + date.words;
        } else {
            while (to < end && to - from < ANCHOR_WORDS_MAX &&
                   !(r->words[to].kind == WORD_MARK && strchr(",;.()", r->words[to].mark)) && !and_goes_on(r, to, end))
                to++;
            bool received = class_in(r, from, to, LEX_RECEIVED_WORDS, NULL);
            if (!received && class_in(r, from, to, LEX_ISSUED_WORDS, NULL))
                start = r->letter->date;
            w->has_trigger = true;
            w->trigger = LETTER_ONCE;
            if (class_in(r, from, to, LEX_AT_ONCE, NULL))
                w->trigger = LETTER_AT_ONCE;
            for (uint32_t k = from; k < to; k++) {
                if (has_class(r, k, LEX_COMMANDER))
                    w->trigger = LETTER_ON_REQUEST;
                else if (has_class(r, k, LEX_DUTY_VERB) && !received && start == CIVIL_NONE &&
                         w->trigger == LETTER_ONCE)
                    w->trigger = LETTER_AT_ONCE;
            }
        }
        TRY(words_value(r, from, to, &d->relative_from));
        w->last = to;
    }
    if (start != CIVIL_NONE) {
        switch (u) {
        case LETTER_DAY:
            if (!d->relative_working)
                d->date = start + n;
            else if (!r->options->workday_add || !r->options->workday_add(r->options->ctx, start, n, &d->date)) {
                d->date = CIVIL_NONE;
                TRY(note_add(r, d, STR("cần lịch làm việc để tính ngày"),
                             STR("a working calendar is needed to tell the day")));
            }
            break;
        case LETTER_WEEK:
            d->date = start + n * 7;
            break;
        case LETTER_MONTH:
            d->date = civil_add_months(start, n);
            break;
        case LETTER_YEAR:
            d->date = civil_add_months(start, n * 12);
            break;
        case LETTER_MINUTE:
        case LETTER_HOUR:
            TRY(note_add(r, d, STR("tính theo giờ từ thời điểm bắt đầu; văn bản không ghi giờ bắt đầu"),
                         STR("counted in hours; the letter does not name the hour it starts")));
            break;
        }
        due_set(d, false);
    } else {
        TRY(note_add(r, d, STR("mốc bắt đầu chưa có trong văn bản"),
                     STR("the letter does not hold the day it counts from")));
    }
    *ret_found = true;
    return ERR_NONE;
}

/* "từ ngày 28/4 đến hết ngày 03/5/2023", "30/4-01/5", "từ tháng 3 đến tháng 6/2026" after words that speak of a time.
 */
static enum err_code range_deadline(struct reader *r, uint32_t i, uint32_t end, struct when *w, bool *ret_found)
{
    uint32_t at = i;
    bool from_word = has_class(r, i, LEX_RANGE_FROM);
    bool from_now = has_class(r, i, LEX_RANGE_NOW); /* "từ nay đến hết năm 2027" */
    if (from_now)
        at += class_at(r, i, end, LEX_RANGE_NOW, NULL);
    else if (from_word)
        at += class_at(r, i, end, LEX_RANGE_FROM, NULL);
    bool led = false;
    for (uint32_t back = 1; back <= 4 && back <= i && !led; back++)
        led = has_class(r, i - back, LEX_TIME_WORDS);
    const uint32_t plain = at + (at < end && has_class(r, at, LEX_DAY_WORD));
    bool months = from_word && (has_class(r, plain, LEX_MONTH_WORD) || has_class(r, plain, LEX_QUARTER_WORD) ||
                                has_class(r, plain, LEX_PART_OF));
    /* "báo cáo kết quả từ tháng 6 đến tháng 7": what the report is about, or when it is due? */
    for (uint32_t back = 1; back <= 3 && back <= i && months; back++)
        months = !has_class(r, i - back, LEX_REPORT_WORD);
    led = led || i == r->body_from || from_now || (months && date_at(r, plain, end, &(struct when_date){0})) ||
          (from_word && plain < end && r->words[plain].kind == WORD_NUMBER) ||
          (from_word && i > 0 && r->words[i - 1].kind == WORD_MARK && strchr(",(;.:", r->words[i - 1].mark));
    if (!led)
        return ERR_NONE;
    struct when_date a, b;
    if (has_class(r, at, LEX_DAY_WORD))
        at++;
    int minutes;
    at += time_at(r, at, end, &minutes);
    at += skip_day_words(r, at, end);
    uint32_t bare_day = 0;
    if (from_now) {
        a = (struct when_date){0};
    } else if (!date_at(r, at, end, &a)) {
        /* "từ ngày 28 đến ngày 30/4/2023" */
        if (!from_word || !is_number(r, at, end) || r->words[at].number < 1 || r->words[at].number > 31)
            return ERR_NONE;
        bare_day = r->words[at].number;
        a = (struct when_date){.words = 1};
    }
    at += a.words;
    uint32_t to = at;
    bool dash = is_mark(r, at, '-');
    if (dash)
        to++;
    else if (has_class(r, at, LEX_UNTIL) || (at + 1 < end && has_class(r, at, LEX_RANGE_FROM)))
        to += class_at(r, at, end, LEX_UNTIL, NULL);
    const bool plain_to = !dash && to == at && at < end && has_class(r, at, LEX_UNTO);
    if (plain_to)
        to++;
    if (to == at)
        return ERR_NONE;
    minutes = -1;
    if (to < end && has_class(r, to - 1, LEX_MONTH_WORD))
        to--;
    to += skip_day_words(r, to, end);
    uint32_t n = time_at(r, to, end, &minutes);
    to += n;
    to += skip_day_words(r, to, end);
    if (!date_at(r, to, end, &b))
        return ERR_NONE;
    if (bare_day)
        a = (struct when_date){.day = (int)bare_day, .month = b.month, .year = b.year, .words = 1};
    *w = (struct when){.kind = WHEN_DEADLINE, .first = i, .last = to + b.words, .deadline = deadline_none()};
    struct letter_deadline *d = &w->deadline;
    d->is_known = true;
    d->time_minutes = n ? minutes : -1;
    civil_day first, last, unused;
    TRY(resolve(r, b, d, &unused, &last));
    bool vague = b.is_vague && !b.is_end;
    first = unused; /* of the last part, when it starts now */
    if (last != CIVIL_NONE && from_now) {
        d->from = r->letter->date;
        d->date = last;
    } else if (last != CIVIL_NONE) {
        if (!a.year) {
            struct civil c = civil_from_day(last);
            a.year = a.months == 12 ? c.year : a.month > c.month ? c.year - 1 : c.year;
        }
        struct letter_deadline scratch = deadline_none();
        TRY(resolve(r, a, &scratch, &first, &unused));
        vague = vague || a.is_vague;
        if (first > last)
            return ERR_NONE; /* no range after all */
        d->from = first;
        d->date = last;
        /* a range that ended before the letter was written tells of the past */
        if (r->not_before != CIVIL_NONE && last < r->not_before)
            return ERR_NONE;
    }
    if (vague)
        TRY(note_vague(r, d, first, last));
    due_set(d, false);
    *ret_found = true;
    return ERR_NONE;
}
/* The words of the expression, and that a number in them was not read as it stands. */
static enum err_code quote_when(struct reader *r, struct when *w)
{
    TRY(words_value(r, w->first, w->last, &w->deadline.quoted));
    for (uint32_t i = w->first; i < w->last; i++) {
        if (!r->words[i].is_mended)
            continue;
        struct letter_value written, read;
        TRY(words_value(r, i, i + 1, &written));
        TRY(words_mended(r, i, i + 1, &read));
        TRY(note_printf(r, &w->deadline,
                        arena_printf(r->arena, "văn bản viết “%.*s”, có chữ cái lẫn trong số; đọc là %.*s",
                                     STR_ARG(written.text), STR_ARG(read.text)),
                        arena_printf(r->arena, "the letter writes “%.*s”, with letters in the number; read as %.*s",
                                     STR_ARG(written.text), STR_ARG(read.text))));
    }
    return ERR_NONE;
}

enum err_code when_bare(struct reader *r, uint32_t i, uint32_t end, struct when *ret, bool *ret_found)
{
    struct when w = {0};
    *ret_found = false;
    TRY(lead_deadline(r, i, i, end, false, true, &w, ret_found));
    if (!*ret_found || w.kind != WHEN_DEADLINE)
        return ERR_NONE;
    TRY(quote_when(r, &w));
    *ret = w;
    return ERR_NONE;
}

enum err_code when_next(struct reader *r, const struct when *previous, uint32_t end, struct when *ret, bool *ret_found)
{
    bool found = false;
    struct when w = {0};
    struct when_date date;
    *ret_found = false;
    uint32_t first = previous->last + 1;
    if (previous->kind != WHEN_DEADLINE || previous->deadline.has_relative || previous->deadline.from != CIVIL_NONE ||
        previous->last >= end || !(has_class(r, previous->last, LEX_AND_WORD) || is_mark(r, previous->last, ',')) ||
        !date_at(r, first + skip_day_words(r, first, end), end, &date) || date.months)
        return ERR_NONE;
    bool strict = has_class(r, previous->first, LEX_BEFORE);
    TRY(lead_deadline(r, first, first, end, strict, false, &w, &found));
    if (!found)
        return ERR_NONE;
    TRY(quote_when(r, &w));
    *ret = w;
    *ret_found = true;
    return ERR_NONE;
}

enum err_code when_at(struct reader *r, uint32_t i, uint32_t end, struct when *ret, bool *ret_found)
{
    bool found = false;
    struct when w = {0};
    *ret_found = false;
    TRY(fixed_deadline(r, i, end, &w, &found));
    if (!found)
        TRY(relative_deadline(r, i, end, &w, &found));
    if (!found && (has_class(r, i, LEX_RANGE_FROM) || has_class(r, i, LEX_DAY_WORD) || r->words[i].kind == WORD_NUMBER))
        TRY(range_deadline(r, i, end, &w, &found));
    if (!found)
        found = period_at(r, i, end, &w) || trigger_at(r, i, end, &w);
    if (!found)
        return ERR_NONE;
    if (w.kind == WHEN_DEADLINE)
        TRY(quote_when(r, &w));
    *ret = w;
    *ret_found = true;
    return ERR_NONE;
}
