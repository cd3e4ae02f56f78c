/* readers.h - the people of the units that owe something under a directive, and who of them has read it (CT18-1a).
 * Uses: duty/board, org/staff.    Used by: web.    Memory: the caller's arena.    Threads: one db, one owner. */
#ifndef LUYTRE_DUTY_READERS_H
#define LUYTRE_DUTY_READERS_H

#include "duty/board.h"
#include "org/staff.h"

NONNULL_BEGIN

struct reader {
    const struct staff_person *person;
    const struct tree_unit *unit;
    int64_t at_ms; /* 0: not read */
};
struct readers {
    struct reader *NULLABLE items; /* who has not read it first, then by unit, then by given name */
    size_t count;
    size_t read_count; /* the last so many of them */
};
/* board: of the directive, on that day. On a past day: who worked there then, and had read it before the day ended.
 * search: "%folded%" in the name of the person or of the unit, STR_NONE for all. */
MUST_USE enum err_code readers_get(struct db *db, const struct board *board, int64_t directive_id, civil_day day,
                                   bool is_past, struct str search, struct arena *arena, struct readers *ret_readers,
                                   struct err *err);
/* How many they are, and how many have read it. */
MUST_USE enum err_code readers_count(struct db *db, const struct board *board, int64_t directive_id, civil_day day,
                                     bool is_past, struct arena *arena, size_t *ret_count, size_t *ret_read_count,
                                     struct err *err);

NONNULL_END
#endif
