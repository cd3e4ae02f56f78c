/* words.h - numbers, days and intervals as people read them: 1.200; 74,7%; còn 38 giờ 32 phút; Quá hạn 2 ngày.
 * Never through the C locale, which would also change JSON and SVG.
 * Uses: base, web/texts.h.    Used by: web/html.h, handlers, report letters.    Memory: the caller's.    Threads: no
 * shared state. */
#ifndef LUYTRE_WEB_WORDS_H
#define LUYTRE_WEB_WORDS_H

#include "web/html.h"

NONNULL_BEGIN

void words_number(struct buf *buf, enum lang lang, int64_t n);       /* 1.200 / 1,200 */
void words_percent(struct buf *buf, enum lang lang, int64_t tenths); /* 74,7% / 74.7%; 100% has no decimal */
/* numerator of denominator in tenths of a percent, rounded down so that 999 of 1000.5 is never "100%"; 0 for an empty
 * denominator. */
int64_t words_tenths(int64_t part, int64_t whole);
/* A size as a person reads it, never less than it is: 0,4 kB; 87 kB; 2,5 MB / 0.4 kB. One decimal below ten. */
void words_size(struct buf *buf, enum lang lang, int64_t bytes);
/* The two largest units that are not zero: "38 giờ 32 phút", "3 ngày", "dưới 1 phút". Negative is taken as its size. */
MUST_USE struct str words_interval(struct arena *arena, enum lang lang, int64_t ms);
/* The word of a state chip, with the number or date that must stand in it:
 * ok and waived take until (the last day that counts), due and late take the days between due and today. */
MUST_USE struct str words_state(struct arena *arena, enum lang lang, enum page_state state, civil_day today,
                                civil_day due, civil_day until);
/* "Thứ Sáu, 23/04/2027" */
MUST_USE struct str words_weekday(struct arena *arena, enum lang lang, civil_day day);

NONNULL_END
#endif
