#include "oracle_ical.h"

#include <libical/ical.h>
#include <stdbool.h>

static struct icaltimetype to_time(int64_t local_s)
{
    return icaltime_from_timet_with_zone((time_t)local_s, 0, icaltimezone_get_utc_timezone());
}

static int64_t from_time(struct icaltimetype t)
{
    t.zone = icaltimezone_get_utc_timezone();
    return (int64_t)icaltime_as_timet_with_zone(t, t.zone);
}

int oracle_ical_rule(const char *rule, const char *start, int64_t until_s, int64_t *out, int room)
{
    icalerror_set_errors_are_fatal(0);
    struct icalrecurrencetype r = icalrecurrencetype_from_string(rule);
    struct icaltimetype from = icaltime_from_string(start), end = to_time(until_s);
    if (r.freq == ICAL_NO_RECURRENCE)
        return -1;
    end.zone = NULL;
    if (icaltime_is_null_time(r.until))
        r.until = end; /* or a rule that fits no day is looked for until 2582 */
    icalrecur_iterator *iterator = icalrecur_iterator_new(r, from);
    int n = 0;
    if (!iterator)
        return -1;
    while (n < room) {
        struct icaltimetype next = icalrecur_iterator_next(iterator);
        if (icaltime_is_null_time(next) || from_time(next) > until_s)
            break;
        out[n++] = from_time(next);
    }
    icalrecur_iterator_free(iterator);
    return n;
}

int32_t oracle_ical_offset(const char *vtimezone, int64_t local_s)
{
    icalerror_set_errors_are_fatal(0);
    icalcomponent *component = icalparser_parse_string(vtimezone);
    if (!component)
        return INT32_MIN;
    icaltimezone *zone = icaltimezone_new();
    bool is_taken = icaltimezone_set_component(zone, component) != 0;
    struct icaltimetype t = to_time(local_s);
    t.zone = NULL;
    int is_daylight = 0;
    int32_t offset = is_taken ? icaltimezone_get_utc_offset(zone, &t, &is_daylight) : INT32_MIN;
    if (!is_taken)
        icalcomponent_free(component);
    icaltimezone_free(zone, 1);
    return offset;
}
