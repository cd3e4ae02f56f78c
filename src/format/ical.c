#include "format/ical.h"

#include <stdlib.h>

#include "base/vec.h"
#include "format/ical_zone.h"

struct moment {
    int64_t utc_s;
    int64_t local_s;
    const struct ical_zone *zone;
    bool is_date;
};

/* One VEVENT, its properties found but only what orders events read. */
struct event {
    size_t begin; /* index of its BEGIN line */
    const struct ical_line *uid_line, *start_line, *end_line, *duration_line, *rule_line, *instance_line,
        *sequence_line, *stamp_line, *status_line, *summary_line;
    struct str uid;
    bool is_cancelled, is_tentative, has_instance;
    int64_t sequence, stamp_s;
    struct moment start, instance;
    int64_t length_s; /* DTEND: what passes between the two (3.8.5.3) */
    bool has_duration;
    struct ical_duration duration;
    struct str summary;
    struct ical_person *people;
    size_t people_count;
};

struct span {
    int64_t from_s, to_s;
};

struct reader {
    struct ical_lines lines;
    struct ical_zones zones;
    int64_t from_s, to_s; /* the window in UTC */
    uint64_t steps_left;
    int64_t *set; /* for walks */
    struct arena *scratch, *arena;
    struct err *err;
    bool is_cancelled; /* METHOD:CANCEL */
    VEC(struct event) events;
    VEC(struct ical_shift) shifts;
    size_t instances, cancelled;
};

static enum err_code bad(const struct reader *r, const struct ical_line *line)
{
    return err_set(r->err, ERR_SYNTAX, "iCalendar line %zu: %.*s is not valid", line->line,
                   STR_ARG(ical_shown(line->name)));
}

static enum err_code not_read(const struct reader *r, const struct ical_line *line, struct str what)
{
    return err_set(r->err, ERR_UNSUPPORTED, "iCalendar line %zu: events with %.*s are not read", line->line,
                   STR_ARG(what));
}

static size_t line_of(const struct reader *r, const struct event *e)
{
    return r->lines.items[e->begin].line;
}

/* --- values --- */

static enum err_code read_moment(const struct reader *r, const struct ical_line *line, struct str value,
                                 struct moment *ret_moment)
{
    struct ical_time t;
    struct moment m = {.zone = &ical_zone_vietnam};
    if (!ical_time_parse(value, &t))
        return bad(r, line);
    struct str zone = ical_param(line, STR("TZID"));
    if (t.is_utc) {
        m.zone = &ical_zone_utc;
    } else if (!t.is_date && !str_is_null(zone)) {
        const struct ical_zone *found = ical_zone_find(&r->zones, zone);
        if (!found)
            return err_set(r->err, ERR_SYNTAX,
                           "iCalendar line %zu: the time zone '%.*s' is known neither here nor to the file", line->line,
                           STR_ARG(ical_shown(zone)));
        m.zone = found;
    }
    m.local_s = t.local_s;
    m.is_date = t.is_date;
    m.utc_s = ical_zone_to_utc(m.zone, t.local_s);
    *ret_moment = m;
    return ERR_NONE;
}

static int64_t end_after(const struct moment *start, const struct ical_duration *d)
{
    return d->days ? ical_zone_to_utc(start->zone, start->local_s + d->days * 86400) + d->seconds
                   : start->utc_s + d->seconds;
}

/* How long: DTEND, DURATION, or the day itself. */
static enum err_code read_length(const struct reader *r, struct event *e)
{
    const struct ical_line *line = e->end_line ? e->end_line : e->duration_line;
    if (e->end_line && e->duration_line)
        return err_set(r->err, ERR_SYNTAX, "iCalendar line %zu: DTEND and DURATION do not go together",
                       e->duration_line->line);
    if (e->end_line) {
        struct moment end;
        TRY(read_moment(r, e->end_line, e->end_line->value, &end));
        if (end.is_date != e->start.is_date)
            return bad(r, e->end_line);
        e->length_s = end.utc_s - e->start.utc_s;
    } else if (e->duration_line) {
        if (!ical_duration_parse(e->duration_line->value, &e->duration) || (e->start.is_date && e->duration.seconds))
            return bad(r, e->duration_line);
        e->has_duration = true;
        e->length_s = end_after(&e->start, &e->duration) - e->start.utc_s;
    } else if (e->start.is_date) {
        e->length_s = 86400;
        line = e->start_line;
    } else {
        return err_set(r->err, ERR_SYNTAX, "iCalendar line %zu: the shift has no end", line_of(r, e));
    }
    if (e->length_s <= 0)
        return err_set(r->err, ERR_SYNTAX, "iCalendar line %zu: the shift does not end after it starts", line->line);
    if (e->length_s > ICAL_SHIFT_MAX_DAYS * 86400LL)
        return err_set(r->err, ERR_LIMIT, "iCalendar line %zu: a shift longer than %d days", line->line,
                       ICAL_SHIFT_MAX_DAYS);
    return ERR_NONE;
}

static enum err_code read_status(struct reader *r, struct event *e)
{
    e->is_cancelled = r->is_cancelled;
    if (e->status_line) {
        e->is_cancelled |= str_equal_nocase_ascii(e->status_line->value, STR("CANCELLED"));
        e->is_tentative = str_equal_nocase_ascii(e->status_line->value, STR("TENTATIVE"));
    }
    if (e->sequence_line &&
        (!str_to_i64(e->sequence_line->value, &e->sequence) || e->sequence < 0 || e->sequence > INT32_MAX))
        return bad(r, e->sequence_line);
    struct ical_time stamp;
    if (e->stamp_line) {
        if (!ical_time_parse(e->stamp_line->value, &stamp))
            return bad(r, e->stamp_line);
        e->stamp_s = stamp.local_s;
    }
    return ERR_NONE;
}

static enum err_code read_people(struct reader *r, struct event *e)
{
    VEC(struct ical_person) people = {0};
    for (size_t i = e->begin + 1; i < r->lines.items[e->begin].end; i++) {
        const struct ical_line *line = &r->lines.items[i];
        if (line->owner != e->begin || !ical_line_is(line, STR("ATTENDEE")) ||
            str_equal_nocase_ascii(ical_param(line, STR("PARTSTAT")), STR("DECLINED")))
            continue;
        if (people.count == ICAL_PEOPLE_MAX)
            return err_set(r->err, ERR_LIMIT, "iCalendar line %zu: more than %u people in one shift", line->line,
                           ICAL_PEOPLE_MAX);
        struct ical_person *slot = vec_push(&people, r->arena);
        if (!slot)
            return arena_full(r->arena, r->err);
        struct str name = ical_param(line, STR("CN"));
        slot->name = str_is_null(name) ? STR("") : ical_param_text(r->arena, name);
        slot->mail = ical_mail(r->arena, line->value);
        if (str_is_null(slot->name) || str_is_null(slot->mail))
            return arena_full(r->arena, r->err);
    }
    e->people = people.items;
    e->people_count = people.count;
    return ERR_NONE;
}

/* --- events --- */

static enum err_code find_properties(struct reader *r, struct event *e)
{
    struct {
        struct str name;
        const struct ical_line **slot;
    } const wanted[] = {{STR("UID"), &e->uid_line},           {STR("DTSTART"), &e->start_line},
                        {STR("DTEND"), &e->end_line},         {STR("DURATION"), &e->duration_line},
                        {STR("RRULE"), &e->rule_line},        {STR("RECURRENCE-ID"), &e->instance_line},
                        {STR("SEQUENCE"), &e->sequence_line}, {STR("DTSTAMP"), &e->stamp_line},
                        {STR("STATUS"), &e->status_line},     {STR("SUMMARY"), &e->summary_line}};
    for (size_t i = e->begin + 1; i < r->lines.items[e->begin].end; i++) {
        const struct ical_line *line = &r->lines.items[i];
        if (line->owner != e->begin)
            continue;
        if (ical_line_is(line, STR("EXRULE")))
            return not_read(r, line, STR("EXRULE"));
        for (size_t k = 0; k < ARRAY_LEN(wanted); k++) {
            if (!ical_line_is(line, wanted[k].name))
                continue;
            if (*wanted[k].slot)
                return err_set(r->err, ERR_SYNTAX, "iCalendar line %zu: %.*s stands twice", line->line,
                               STR_ARG(wanted[k].name));
            *wanted[k].slot = line;
        }
    }
    if (!e->uid_line || !e->start_line)
        return err_set(r->err, ERR_SYNTAX, "iCalendar line %zu: a shift needs UID and DTSTART", line_of(r, e));
    return ERR_NONE;
}

static enum err_code read_event(struct reader *r, size_t begin)
{
    struct event *e = vec_push(&r->events, r->scratch);
    if (!e)
        return arena_full(r->scratch, r->err);
    e->begin = begin;
    TRY(find_properties(r, e));
    e->uid = ical_text(r->arena, e->uid_line->value);
    e->summary = e->summary_line ? ical_text(r->arena, e->summary_line->value) : STR("");
    if (str_is_null(e->uid) || str_is_null(e->summary))
        return arena_full(r->arena, r->err);
    if (str_is_empty(e->uid))
        return bad(r, e->uid_line);
    TRY(read_status(r, e));
    TRY(read_moment(r, e->start_line, e->start_line->value, &e->start));
    TRY(read_length(r, e));
    if (e->instance_line) {
        if (!str_is_null(ical_param(e->instance_line, STR("RANGE"))))
            return not_read(r, e->instance_line, STR("RANGE"));
        if (e->rule_line)
            return err_set(r->err, ERR_SYNTAX, "iCalendar line %zu: RRULE and RECURRENCE-ID do not go together",
                           e->rule_line->line);
        TRY(read_moment(r, e->instance_line, e->instance_line->value, &e->instance));
        e->has_instance = true;
    }
    return read_people(r, e);
}

/* By UID, the repeating event before its instances, of one instance the edition that holds last. */
static int event_order(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    int c = str_compare(x->uid, y->uid);
    if (c == 0)
        c = x->has_instance - y->has_instance;
    if (c == 0 && x->has_instance)
        c = (x->instance.utc_s > y->instance.utc_s) - (x->instance.utc_s < y->instance.utc_s);
    if (c == 0)
        c = (x->sequence > y->sequence) - (x->sequence < y->sequence);
    if (c == 0)
        c = (x->stamp_s > y->stamp_s) - (x->stamp_s < y->stamp_s);
    return c ? c : (x->begin > y->begin) - (x->begin < y->begin);
}

/* One event is left of each UID and instance. */
static void keep_last_editions(struct reader *r)
{
    size_t kept = 0;
    if (r->events.count)
        qsort(r->events.items, r->events.count, sizeof *r->events.items, event_order);
    for (size_t i = 0; i < r->events.count; i++) {
        const struct event *e = &r->events.items[i], *next = e + 1;
        if (i + 1 < r->events.count && str_equal(e->uid, next->uid) && e->has_instance == next->has_instance &&
            (!e->has_instance || e->instance.utc_s == next->instance.utc_s))
            continue;
        r->events.items[kept++] = *e;
    }
    r->events.count = kept;
}

/* --- instances --- */

struct instances { /* of one event */
    struct reader *r;
    const struct event *e;
    VEC(struct span) spans;
    VEC(struct span) excluded, excluded_days; /* EXDATE: an instant, or a whole day */
};

static enum err_code add_span(struct instances *in, int64_t from_s, int64_t to_s)
{
    if (to_s <= in->r->from_s || from_s >= in->r->to_s)
        return ERR_NONE;
    struct span *slot = vec_push(&in->spans, in->r->scratch);
    if (!slot)
        return arena_full(in->r->scratch, in->r->err);
    *slot = (struct span){from_s, to_s};
    return ERR_NONE;
}

static enum err_code too_many(const struct reader *r, const struct event *e)
{
    return err_set(r->err, ERR_LIMIT, "iCalendar line %zu: more than %u shifts",
                   e->rule_line ? e->rule_line->line : line_of(r, e), ICAL_INSTANCES_MAX);
}

static enum err_code add_at(void *ctx, int64_t local_s, struct err *err)
{
    struct instances *in = ctx;
    const struct event *e = in->e;
    struct moment start = e->start;
    start.local_s = local_s;
    start.utc_s = ical_zone_to_utc(start.zone, local_s);
    if (in->spans.count > ICAL_INSTANCES_MAX)
        return too_many(in->r, e);
    return add_span(in, start.utc_s, e->has_duration ? end_after(&start, &e->duration) : start.utc_s + e->length_s);
}

static enum err_code walk_rule(struct instances *in)
{
    struct reader *r = in->r;
    const struct event *e = in->e;
    struct ical_rule rule;
    TRY(ical_rule_parse(e->rule_line, &rule, r->err));
    /* a day more on each side: what offsets may move */
    struct ical_walk walk = {.start_s = e->start.local_s,
                             .low_s = r->from_s - e->length_s - 2 * 86400,
                             .high_s = r->to_s + 2 * 86400,
                             .until_s = INT64_MAX,
                             .steps_left = &r->steps_left,
                             .fn = add_at,
                             .ctx = in,
                             .set = r->set};
    if (rule.has_until)
        walk.until_s = rule.until.is_date  ? rule.until.local_s + 86399
                       : rule.until.is_utc ? ical_zone_to_local(e->start.zone, rule.until.local_s)
                                           : rule.until.local_s;
    if (e->start.is_date && (rule.freq == ICAL_HOURLY || rule.hours || rule.minute >= 0 || rule.second >= 0))
        return err_set(r->err, ERR_SYNTAX, "iCalendar line %zu: parts of the rule do not go together",
                       e->rule_line->line);
    return ical_rule_walk(&rule, &walk, r->err);
}

/* One value of RDATE: a start, or a PERIOD with its own end. */
static enum err_code add_date(struct instances *in, const struct ical_line *line, struct str value)
{
    struct moment start, end;
    struct ical_duration d;
    struct str first;
    (void)str_split(&value, '/', &first);
    TRY(read_moment(in->r, line, first, &start));
    if (str_is_null(value)) {
        if (start.is_date != in->e->start.is_date)
            return bad(in->r, line);
        return add_span(in, start.utc_s,
                        in->e->has_duration ? end_after(&start, &in->e->duration) : start.utc_s + in->e->length_s);
    }
    int64_t to_s;
    if (ical_duration_parse(value, &d)) {
        to_s = end_after(&start, &d);
    } else {
        TRY(read_moment(in->r, line, value, &end));
        to_s = end.utc_s;
    }
    if (start.is_date || to_s <= start.utc_s || to_s - start.utc_s > ICAL_SHIFT_MAX_DAYS * 86400LL)
        return bad(in->r, line);
    return add_span(in, start.utc_s, to_s);
}

static enum err_code exclude(struct instances *in, const struct ical_line *line, struct str value)
{
    struct moment m;
    TRY(read_moment(in->r, line, value, &m));
    /* a day, though an instant is asked for: programs write it so */
    bool is_day = m.is_date && !in->e->start.is_date;
    struct span *slot = is_day ? vec_push(&in->excluded_days, in->r->scratch) : vec_push(&in->excluded, in->r->scratch);
    if (!slot)
        return arena_full(in->r->scratch, in->r->err);
    *slot = (struct span){m.utc_s, m.utc_s};
    if (is_day)
        *slot = (struct span){ical_zone_to_utc(in->e->start.zone, m.local_s),
                              ical_zone_to_utc(in->e->start.zone, m.local_s + 86400) - 1};
    return ERR_NONE;
}

static enum err_code read_dates(struct instances *in)
{
    struct reader *r = in->r;
    for (size_t i = in->e->begin + 1; i < r->lines.items[in->e->begin].end; i++) {
        const struct ical_line *line = &r->lines.items[i];
        bool is_more = ical_line_is(line, STR("RDATE"));
        if (line->owner != in->e->begin || (!is_more && !ical_line_is(line, STR("EXDATE"))))
            continue;
        struct str rest = line->value, part;
        while (str_split(&rest, ',', &part))
            TRY(is_more ? add_date(in, line, part) : exclude(in, line, part));
    }
    return ERR_NONE;
}

static int span_order(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    if (x->from_s != y->from_s)
        return (x->from_s > y->from_s) - (x->from_s < y->from_s);
    return (x->to_s > y->to_s) - (x->to_s < y->to_s);
}

static void sort_spans(struct span *spans, size_t count)
{
    if (count)
        qsort(spans, count, sizeof *spans, span_order);
}

/* Does the last of the rising spans that begins by then still last? Those of one list are an instant each, or a day
 * each, so an older one has ended. */
static bool lies_in(const struct span *spans, size_t count, int64_t at_s)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (spans[mid].from_s <= at_s)
            low = mid + 1;
        else
            high = mid;
    }
    return low && spans[low - 1].to_s >= at_s;
}

static enum err_code put_shift(struct reader *r, const struct event *e, struct span span)
{
    struct ical_shift *shift = vec_push(&r->shifts, r->arena);
    if (!shift)
        return arena_full(r->arena, r->err);
    *shift = (struct ical_shift){.uid = e->uid,
                                 .from_ms = span.from_s * 1000,
                                 .to_ms = span.to_s * 1000,
                                 .summary = e->summary,
                                 .people = e->people,
                                 .people_count = e->people_count,
                                 .sequence = e->sequence,
                                 .is_tentative = e->is_tentative,
                                 .is_all_day = e->start.is_date,
                                 .is_replaced = e->has_instance,
                                 .instance_ms = (e->has_instance ? e->instance.utc_s : span.from_s) * 1000,
                                 .line = line_of(r, e)};
    return ERR_NONE;
}

/* Is there an event of its own for the instance that starts then? events[0] is the repeating one. */
static bool is_overridden(const struct event *events, size_t count, int64_t from_s)
{
    size_t low = 1, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (events[mid].instance.utc_s < from_s)
            low = mid + 1;
        else
            high = mid;
    }
    return low < count && events[low].instance.utc_s == from_s;
}

static enum err_code count_one(struct reader *r, const struct event *e)
{
    return ++r->instances > ICAL_INSTANCES_MAX ? too_many(r, e) : ERR_NONE;
}

/* The repeating (or single) event of a UID; events[1..] are its replaced instances. */
static enum err_code put_master(struct reader *r, const struct event *events, size_t count)
{
    struct instances in = {.r = r, .e = &events[0]};
    TRY(events[0].rule_line ? walk_rule(&in) : add_at(&in, events[0].start.local_s, r->err));
    TRY(read_dates(&in));
    sort_spans(in.spans.items, in.spans.count);
    sort_spans(in.excluded.items, in.excluded.count);
    sort_spans(in.excluded_days.items, in.excluded_days.count);
    for (size_t i = 0; i < in.spans.count; i++) {
        struct span span = in.spans.items[i];
        if (i + 1 < in.spans.count && in.spans.items[i + 1].from_s == span.from_s)
            continue; /* the same instance said twice: the longer holds */
        if (is_overridden(events, count, span.from_s))
            continue;
        TRY(count_one(r, &events[0]));
        if (lies_in(in.excluded.items, in.excluded.count, span.from_s) ||
            lies_in(in.excluded_days.items, in.excluded_days.count, span.from_s))
            continue;
        if (events[0].is_cancelled)
            r->cancelled++;
        else
            TRY(put_shift(r, &events[0], span));
    }
    return ERR_NONE;
}

static enum err_code put_uid(struct reader *r, const struct event *events, size_t count)
{
    const struct event *master = events[0].has_instance ? NULL : &events[0];
    if (master)
        TRY(put_master(r, events, count));
    for (size_t i = master ? 1 : 0; i < count; i++) {
        const struct event *e = &events[i];
        struct span span = {e->start.utc_s, e->start.utc_s + e->length_s};
        /* a whole series that was cancelled takes along what was replaced before */
        bool is_cancelled = e->is_cancelled || (master && master->is_cancelled && e->sequence <= master->sequence);
        if (span.to_s <= r->from_s || span.from_s >= r->to_s)
            continue;
        TRY(count_one(r, e));
        if (is_cancelled)
            r->cancelled++;
        else
            TRY(put_shift(r, e, span));
    }
    return ERR_NONE;
}

static int shift_order(const void *a, const void *b)
{
    const struct ical_shift *x = a, *y = b;
    if (x->from_ms != y->from_ms)
        return (x->from_ms > y->from_ms) - (x->from_ms < y->from_ms);
    if (x->to_ms != y->to_ms)
        return (x->to_ms > y->to_ms) - (x->to_ms < y->to_ms);
    int c = str_compare(x->uid, y->uid);
    return c ? c : (x->line > y->line) - (x->line < y->line);
}

/* --- the file --- */

static enum err_code read_calendar_line(struct reader *r, const struct ical_line *line)
{
    if (ical_line_is(line, STR("VERSION")) && !str_equal(line->value, STR("2.0")))
        return err_set(r->err, ERR_UNSUPPORTED, "iCalendar line %zu: version %.*s, 2.0 was wanted", line->line,
                       STR_ARG(ical_shown(line->value)));
    if (ical_line_is(line, STR("CALSCALE")) && !str_equal_nocase_ascii(line->value, STR("GREGORIAN")))
        return bad(r, line);
    if (ical_line_is(line, STR("METHOD")) && str_equal_nocase_ascii(line->value, STR("CANCEL")))
        r->is_cancelled = true;
    return ERR_NONE;
}

static enum err_code read_events(struct reader *r)
{
    size_t calendar = ICAL_OUTSIDE;
    for (size_t i = 0; i < r->lines.count; i++) {
        const struct ical_line *line = &r->lines.items[i];
        if (line->owner == ICAL_OUTSIDE && ical_line_is(line, STR("BEGIN"))) {
            calendar = i;
            r->is_cancelled = false;
            for (size_t k = i + 1; k < line->end; k++) /* METHOD may stand behind the events */
                if (r->lines.items[k].owner == i)
                    TRY(read_calendar_line(r, &r->lines.items[k]));
        }
        if (line->owner == calendar && ical_line_is(line, STR("BEGIN")) &&
            str_equal_nocase_ascii(line->value, STR("VEVENT")) && calendar != ICAL_OUTSIDE)
            TRY(read_event(r, i));
    }
    return ERR_NONE;
}

static enum err_code read_all(struct reader *r, struct str text)
{
    TRY(ical_lines_read(text, r->scratch, &r->lines, r->err));
    r->set = arena_new_array(r->scratch, int64_t, ICAL_SET_MAX);
    if (!r->set)
        return arena_full(r->scratch, r->err);
    TRY(ical_zones_read(&r->lines, r->to_s + 3 * 86400, &r->steps_left, r->set, r->scratch, &r->zones, r->err));
    TRY(read_events(r));
    keep_last_editions(r);
    for (size_t i = 0, end; i < r->events.count; i = end) {
        for (end = i + 1; end < r->events.count && str_equal(r->events.items[i].uid, r->events.items[end].uid);)
            end++;
        TRY(put_uid(r, &r->events.items[i], end - i));
    }
    if (r->shifts.count)
        qsort(r->shifts.items, r->shifts.count, sizeof *r->shifts.items, shift_order);
    return ERR_NONE;
}

#define WINDOW_FROM_MS 31536000000LL   /* 1971-01-01 */
#define WINDOW_TO_MS   7226582400000LL /* 2199-01-01 */

enum err_code ical_read(struct str text, int64_t from_ms, int64_t to_ms, struct arena *arena,
                        struct ical_roster *ret_roster, struct err *err)
{
    if (from_ms < WINDOW_FROM_MS || to_ms > WINDOW_TO_MS || from_ms >= to_ms ||
        to_ms - from_ms > ICAL_WINDOW_MAX_DAYS * CIVIL_DAY_MS)
        return err_set(err, ERR_LIMIT, "iCalendar: shifts are read for %d days at most, from 1971 to 2198",
                       ICAL_WINDOW_MAX_DAYS);
    AUTO_ARENA scratch;
    arena_init(&scratch, ICAL_SCRATCH_MAX_BYTES);
    struct arena_mark mark = arena_mark(arena);
    struct reader r = {.from_s = from_ms / 1000,
                       .to_s = (to_ms + 999) / 1000,
                       .steps_left = ICAL_STEPS_MAX,
                       .scratch = &scratch,
                       .arena = arena,
                       .err = err};
    enum err_code code = read_all(&r, text);
    if (code != ERR_NONE) {
        arena_rewind(arena, mark);
        return code;
    }
    *ret_roster = (struct ical_roster){r.shifts.items, r.shifts.count, r.cancelled};
    return ERR_NONE;
}
