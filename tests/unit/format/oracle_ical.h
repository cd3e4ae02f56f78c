/* oracle_ical.h - libical behind two functions, for tests to compare with. */
#ifndef LUYTRE_TESTS_ORACLE_ICAL_H
#define LUYTRE_TESTS_ORACLE_ICAL_H

#include <stddef.h>
#include <stdint.h>

/* The instances of a rule from DTSTART "20261102T073000" on, seconds since 1970 on the same clock, at most room and not
 * behind until_s; -1 when libical does not take the rule. */
int oracle_ical_rule(const char *rule, const char *start, int64_t until_s, int64_t *out, int room);
/* Seconds east of UTC that the one VTIMEZONE of the text shows at a local time; INT32_MIN when it does not take it. */
int32_t oracle_ical_offset(const char *vtimezone, int64_t local_s);

#endif
