/* state.h - the state of an assignment on a day, and the days on which it will change.
 * Nobody sets a state: it follows from facts (issued, acknowledged, begun, covered by evidence, due) and the clock.
 * Pure: knows nothing of SQL.    Uses: base.    Used by: duty.    Memory: the caller's.    Threads: no shared state.
 * See: design 3.5 and 3.6; "trước ngày X" excludes X, so due_day is already the last allowed day. */
#ifndef LUYTRE_DUTY_STATE_H
#define LUYTRE_DUTY_STATE_H

#include "base/civil.h"

NONNULL_BEGIN

/* Order of the columns of duty_count and of the words in knowledge/states.yaml. */
enum duty_state {
    DUTY_UNSEEN, /* Chưa xem */
    DUTY_ACK,    /* Đã tiếp nhận */
    DUTY_DOING,  /* Đang làm */
    DUTY_OK,     /* Đạt đến ... */
    DUTY_DUE,    /* Còn N ngày */
    DUTY_LATE,   /* Quá hạn N ngày */
    DUTY_BIRTH,  /* Trễ từ khi giao */
    DUTY_NA,     /* Không thuộc diện */
    DUTY_WAIVED, /* Tạm miễn đến ... */
    DUTY_STATE_COUNT,
};
#define DUTY_NOWHERE (-1) /* not issued yet, or closed: counted nowhere */

/* What is known of one assignment. Days that are not known are CIVIL_NONE. */
struct duty_facts {
    civil_day issued_day;
    civil_day due_day; /* last allowed day; CIVIL_NONE: standing, on request ... */
    bool is_periodic;  /* coverage that ends must be followed by the next */
    civil_day acked_day;
    civil_day started_day;      /* evidence handed in, a task begun, a return to work on */
    civil_day covered_from_day; /* accepted evidence */
    civil_day covered_to_day;   /* first day no longer covered; CIVIL_FOREVER: for good */
    civil_day na_from_day;
    civil_day waived_to_day; /* first day no longer waived */
    civil_day closed_day;    /* from this day it is counted nowhere */
    int soon_days;
};

/* enum duty_state, or DUTY_NOWHERE. */
int duty_state_on(const struct duty_facts *facts, civil_day day);
/* The day it must be done by as things stand on a day: the due day, or the last covered day of a periodic duty;
 * CIVIL_NONE: none. */
civil_day duty_next_due(const struct duty_facts *facts, civil_day day);

/* That day is known and at most so many days ahead, or past. */
bool duty_is_within(const struct duty_facts *facts, civil_day day, int days);

struct duty_change {
    civil_day day; /* from this day on */
    int state;
};
#define DUTY_CHANGES_MAX 24
/* The state on from_day and every later change, in order of days; returns how many. changes[0].day is from_day. */
size_t duty_timeline(const struct duty_facts *facts, civil_day from_day, struct duty_change changes[DUTY_CHANGES_MAX]);

/* "late", for class names (is-late), JSON and CSV. */
const char *duty_state_to_str(int state);
bool duty_state_from_str(struct str text, enum duty_state *ret_state);

NONNULL_END
#endif
