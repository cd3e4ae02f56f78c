#include "web/cover.h"

#include <stdlib.h>

#include "base/buf.h"

#define COVER_YEARS_MIN 3
#define COVER_YEARS_MAX 6
#define COVER_MAX_BYTES (64u << 10)

struct cover_axis cover_axis_of(civil_day first, civil_day last, civil_day today)
{
    int now = civil_from_day(today).year;
    int from = first == CIVIL_NONE ? now : civil_from_day(first).year;
    int to = last == CIVIL_NONE || last == CIVIL_FOREVER ? now : civil_from_day(last).year;
    if (to < now)
        to = now;
    if (to > now + 2)
        to = now + 2;
    if (from > now)
        from = now;
    if (to - from + 1 > COVER_YEARS_MAX)
        from = to - COVER_YEARS_MAX + 1;
    if (to - from + 1 < COVER_YEARS_MIN)
        to = from + COVER_YEARS_MIN - 1;
    return (struct cover_axis){from, to};
}

static int by_day(const void *a, const void *b)
{
    const struct cover_span *x = a, *y = b;
    return x->from_day != y->from_day ? (x->from_day < y->from_day ? -1 : 1)
                                      : (x->to_day > y->to_day) - (x->to_day < y->to_day);
}

size_t cover_merge(struct cover_span *spans, size_t count)
{
    if (count == 0)
        return 0;
    qsort(spans, count, sizeof *spans, by_day);
    size_t n = 0;
    for (size_t i = 1; i < count; i++) {
        if (spans[i].from_day > spans[n].to_day)
            spans[++n] = spans[i];
        else if (spans[i].to_day > spans[n].to_day)
            spans[n].to_day = spans[i].to_day;
    }
    return n + 1;
}

size_t cover_gaps(const struct cover_span *merged, size_t count, civil_day due_day, civil_day today,
                  struct cover_span *ret_gaps)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        civil_day from = merged[i].to_day;
        civil_day to = i + 1 < count && merged[i + 1].from_day < today ? merged[i + 1].from_day : today;
        if (from < to)
            ret_gaps[n++] = (struct cover_span){from, to};
    }
    if (count == 0 && due_day != CIVIL_NONE && due_day != CIVIL_FOREVER && due_day < today)
        ret_gaps[n++] = (struct cover_span){due_day + 1, today};
    return n;
}

struct scale {
    civil_day from, to;
};

/* Hundredths of the width, clamped. */
static int64_t x_of(struct scale scale, civil_day day)
{
    if (day <= scale.from)
        return 0;
    if (day >= scale.to)
        return 10000;
    return (int64_t)(day - scale.from) * 10000 / (scale.to - scale.from);
}

static void rect(struct buf *buf, struct scale scale, const char *class, civil_day from, civil_day to, int y,
                 int height)
{
    int64_t x = x_of(scale, from), w = x_of(scale, to) - x;
    if (w <= 0)
        return;
    buf_printf(buf, "<rect class=\"%s\" x=\"%lld.%02lld\" y=\"%d\" width=\"%lld.%02lld\" height=\"%d\"/>", class,
               (long long)(x / 100), (long long)(x % 100), y, (long long)(w / 100), (long long)(w % 100), height);
}

struct html cover_draw(struct arena *arena, struct cover_axis axis, const struct cover_span *merged, size_t count,
                       const struct cover_span *gaps, size_t gap_count, civil_day next_due, civil_day today)
{
    struct scale scale = {civil_to_day(axis.first_year, 1, 1), civil_to_day(axis.last_year + 1, 1, 1)};
    AUTO_BUF buf;
    buf_init(&buf, COVER_MAX_BYTES);
    buf_lit(&buf, "<svg class=\"lt-cover\" viewBox=\"0 0 100 14\" preserveAspectRatio=\"none\" "
                  "aria-hidden=\"true\"><rect class=\"g-none\" width=\"100\" height=\"14\"/>");
    for (size_t i = 0; i < count; i++)
        rect(&buf, scale, "g-ok", merged[i].from_day, merged[i].to_day, 0, 14);
    for (size_t i = 0; i < gap_count; i++)
        rect(&buf, scale, "g-late", gaps[i].from_day, gaps[i].to_day, 11, 3);
    civil_day covered_to = count ? merged[count - 1].to_day : CIVIL_NONE;
    if (next_due != CIVIL_NONE && next_due != CIVIL_FOREVER && next_due >= today &&
        (covered_to == CIVIL_NONE || covered_to <= next_due))
        rect(&buf, scale, "g-due", covered_to != CIVIL_NONE && covered_to > today ? covered_to : today, next_due + 1, 7,
             7);
    int64_t now = x_of(scale, today);
    buf_printf(&buf, "<path class=\"g-now\" vector-effect=\"non-scaling-stroke\" d=\"M%lld.%02lld 0v14\"/></svg>",
               (long long)(now / 100), (long long)(now % 100));
    struct str markup = buf.failed ? STR_NONE : arena_str(arena, buf_str(&buf));
    return html_trust(str_is_null(markup) ? STR("") : markup);
}
