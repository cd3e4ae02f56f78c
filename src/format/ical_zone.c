#include "format/ical_zone.h"

#include <stdlib.h>

#include "base/vec.h"

const struct ical_zone ical_zone_vietnam = {.name = STR_INIT("Asia/Ho_Chi_Minh"), .fixed_s = 7 * 3600};
const struct ical_zone ical_zone_utc = {.name = STR_INIT("UTC"), .fixed_s = 0};

/* All UTC+7 and no summer time in any year a roster has; the second is what Windows calls it, the last is what others
 * make of that. */
static const char *const names_of_vietnam[] = {"Asia/Ho_Chi_Minh", "SE Asia Standard Time", "Asia/Saigon", "Asia/Hanoi",
                                               "Asia/Bangkok"};
static const char *const names_of_utc[] = {"UTC", "Etc/UTC", "GMT", "Etc/GMT"};

const struct ical_zone *ical_zone_find(const struct ical_zones *zones, struct str name)
{
    for (size_t i = 0; i < zones->count; i++)
        if (str_equal(zones->items[i].name, name))
            return &zones->items[i];
    for (size_t i = 0; i < ARRAY_LEN(names_of_vietnam); i++)
        if (str_equal_nocase_ascii(name, str_from_cstr(names_of_vietnam[i])))
            return &ical_zone_vietnam;
    for (size_t i = 0; i < ARRAY_LEN(names_of_utc); i++)
        if (str_equal_nocase_ascii(name, str_from_cstr(names_of_utc[i])))
            return &ical_zone_utc;
    return NULL;
}

/* The last change not after utc_s; count when there is none. */
static size_t change_at(const struct ical_zone *zone, int64_t utc_s)
{
    size_t low = 0, high = zone->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (zone->changes[mid].utc_s <= utc_s)
            low = mid + 1;
        else
            high = mid;
    }
    return low ? low - 1 : zone->count;
}

static int32_t offset_at(const struct ical_zone *zone, int64_t utc_s)
{
    if (zone->count == 0)
        return zone->fixed_s;
    size_t at = change_at(zone, utc_s);
    return at == zone->count ? zone->changes[0].from_s : zone->changes[at].to_s;
}

int64_t ical_zone_to_local(const struct ical_zone *zone, int64_t utc_s)
{
    return utc_s + offset_at(zone, utc_s);
}

int64_t ical_zone_to_utc(const struct ical_zone *zone, int64_t local_s)
{
    /* No offset reaches 16 hours, so what held a day before is the older of the two that could be meant. */
    int32_t before = offset_at(zone, local_s - 86400), after = offset_at(zone, local_s + 86400);
    if (offset_at(zone, local_s - before) == before || before == after)
        return local_s - before;
    if (offset_at(zone, local_s - after) == after)
        return local_s - after;
    return local_s - before; /* in the gap */
}

/* --- VTIMEZONE --- */

struct reader {
    const struct ical_lines *lines;
    int64_t high_s;
    uint64_t *steps_left;
    int64_t *set;
    struct arena *arena;
    struct err *err;
    VEC(struct ical_change) changes; /* of the zone being read */
};
struct observance {
    struct reader *reader;
    const struct ical_line *start, *from, *to, *rule;
    int32_t from_s, to_s;
    size_t line;
};

static enum err_code bad(const struct reader *r, const struct ical_line *line)
{
    return err_set(r->err, ERR_SYNTAX, "iCalendar line %zu: %.*s is not valid", line->line,
                   STR_ARG(ical_shown(line->name)));
}

static enum err_code add_change(void *ctx, int64_t local_s, struct err *err)
{
    struct observance *o = ctx;
    struct reader *r = o->reader;
    if (r->changes.count == ICAL_ZONE_CHANGES_MAX)
        return err_set(err, ERR_LIMIT, "iCalendar line %zu: a time zone with more than %u changes", o->line,
                       ICAL_ZONE_CHANGES_MAX);
    struct ical_change *slot = vec_push(&r->changes, r->arena);
    if (!slot)
        return arena_full(r->arena, err);
    *slot = (struct ical_change){local_s - o->from_s, o->from_s, o->to_s};
    return ERR_NONE;
}

static enum err_code walk_rule(struct observance *o, int64_t start_s)
{
    struct reader *r = o->reader;
    struct ical_rule rule;
    TRY(ical_rule_parse(o->rule, &rule, r->err));
    if (rule.freq != ICAL_YEARLY)
        return err_set(r->err, ERR_UNSUPPORTED,
                       "iCalendar line %zu: a time zone that changes more often than by the year", o->rule->line);
    struct ical_walk walk = {.start_s = start_s,
                             .low_s = INT64_MIN / 2,
                             .high_s = r->high_s,
                             .until_s = INT64_MAX,
                             .steps_left = r->steps_left,
                             .fn = add_change,
                             .ctx = o,
                             .set = r->set};
    if (rule.has_until) /* 3.6.5: in UTC, while DTSTART is on the clock before the change */
        walk.until_s = rule.until.local_s + (rule.until.is_utc ? o->from_s : rule.until.is_date ? 86399 : 0);
    return ical_rule_walk(&rule, &walk, r->err);
}

static enum err_code read_dates(struct observance *o, const struct ical_line *line)
{
    struct str rest = line->value, part;
    while (str_split(&rest, ',', &part)) {
        struct ical_time t;
        if (!ical_time_parse(part, &t) || t.is_utc)
            return bad(o->reader, line);
        TRY(add_change(o, t.local_s, o->reader->err));
    }
    return ERR_NONE;
}

static enum err_code read_observance(struct reader *r, size_t begin)
{
    struct observance o = {.reader = r, .line = r->lines->items[begin].line};
    struct {
        struct str name;
        const struct ical_line **slot;
    } const wanted[] = {{STR("DTSTART"), &o.start},
                        {STR("TZOFFSETFROM"), &o.from},
                        {STR("TZOFFSETTO"), &o.to},
                        {STR("RRULE"), &o.rule}};
    for (size_t i = begin + 1; i < r->lines->items[begin].end; i++) {
        const struct ical_line *line = &r->lines->items[i];
        for (size_t k = 0; k < ARRAY_LEN(wanted) && line->owner == begin; k++) {
            if (!ical_line_is(line, wanted[k].name))
                continue;
            if (*wanted[k].slot)
                return err_set(r->err, ERR_SYNTAX, "iCalendar line %zu: %.*s stands twice", line->line,
                               STR_ARG(wanted[k].name));
            *wanted[k].slot = line;
        }
    }
    struct ical_time start;
    if (!o.start || !o.from || !o.to)
        return err_set(r->err, ERR_SYNTAX, "iCalendar line %zu: a time zone needs DTSTART, TZOFFSETFROM and TZOFFSETTO",
                       o.line);
    if (!ical_time_parse(o.start->value, &start) || start.is_date || start.is_utc)
        return bad(r, o.start);
    if (!ical_offset_parse(o.from->value, &o.from_s))
        return bad(r, o.from);
    if (!ical_offset_parse(o.to->value, &o.to_s))
        return bad(r, o.to);
    if (o.rule && start.local_s <= r->high_s)
        TRY(walk_rule(&o, start.local_s));
    else /* also a clock that begins behind the window: what holds before it is known from TZOFFSETFROM */
        TRY(add_change(&o, start.local_s, r->err));
    for (size_t i = begin + 1; i < r->lines->items[begin].end; i++)
        if (r->lines->items[i].owner == begin && ical_line_is(&r->lines->items[i], STR("RDATE")))
            TRY(read_dates(&o, &r->lines->items[i]));
    return ERR_NONE;
}

static int change_order(const void *a, const void *b)
{
    const struct ical_change *x = a, *y = b;
    return (x->utc_s > y->utc_s) - (x->utc_s < y->utc_s);
}

static enum err_code read_zone(struct reader *r, size_t begin, struct ical_zone *zone)
{
    const struct ical_line *at = &r->lines->items[begin];
    r->changes.items = NULL;
    r->changes.count = r->changes.room = 0;
    for (size_t i = begin + 1; i < at->end; i++) {
        const struct ical_line *line = &r->lines->items[i];
        if (line->owner != begin)
            continue;
        if (ical_line_is(line, STR("TZID")))
            zone->name = line->value;
        else if (ical_line_is(line, STR("BEGIN")) && (str_equal_nocase_ascii(line->value, STR("STANDARD")) ||
                                                      str_equal_nocase_ascii(line->value, STR("DAYLIGHT"))))
            TRY(read_observance(r, i));
    }
    if (str_is_empty(zone->name) || r->changes.count == 0)
        return err_set(r->err, ERR_SYNTAX, "iCalendar line %zu: a time zone without a name or without a clock",
                       at->line);
    qsort(r->changes.items, r->changes.count, sizeof *r->changes.items, change_order);
    zone->changes = r->changes.items;
    zone->count = r->changes.count;
    return ERR_NONE;
}

enum err_code ical_zones_read(const struct ical_lines *lines, int64_t high_s, uint64_t *steps_left, int64_t *set,
                              struct arena *arena, struct ical_zones *ret_zones, struct err *err)
{
    struct reader r = {
        .lines = lines, .high_s = high_s, .steps_left = steps_left, .set = set, .arena = arena, .err = err};
    VEC(struct ical_zone) zones = {0};
    for (size_t i = 0; i < lines->count; i++) {
        const struct ical_line *line = &lines->items[i];
        if (!ical_line_is(line, STR("BEGIN")) || !str_equal_nocase_ascii(line->value, STR("VTIMEZONE")))
            continue;
        if (zones.count == ICAL_ZONES_MAX)
            return err_set(err, ERR_LIMIT, "iCalendar line %zu: more than %u time zones", line->line, ICAL_ZONES_MAX);
        struct ical_zone *slot = vec_push(&zones, arena);
        if (!slot)
            return arena_full(arena, err);
        TRY(read_zone(&r, i, slot));
    }
    *ret_zones = (struct ical_zones){zones.items, zones.count};
    return ERR_NONE;
}
