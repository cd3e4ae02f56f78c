/* id_lane.h - which ids this process may give, so that several processes on one database never give the same.
 * An id holds a lane (base/clock.h). A process takes one before its first write and writes into its row how far in time
 * its ids may go: a few seconds. Before each transaction the end is moved when half of it is gone; a transaction whose
 * ids go beyond moves it in the same commit. If somebody else has the lane by then, it runs again in another one.
 * Whoever takes a lane begins at that end. So the spans of two holders never meet, whatever their clocks say and
 * however one of them died; the clock only decides who gets which lane. A lane is given back when the store is closed,
 * else it is free as soon as the clock has passed its end. Who only reads takes none. Uses: store/driver.h.    Used by:
 * store's own files, its tests.    Memory: inside struct store. Threads: any; each with its own struct db. */
#ifndef LUYTRE_STORE_ID_LANE_H
#define LUYTRE_STORE_ID_LANE_H

#include <pthread.h>
#include <stdatomic.h>

#include "store/db.h"

NONNULL_BEGIN

/* Also how long a lane stays taken after a kill. 5 s of a lane are 320,000 ids. */
#define ID_LANE_WINDOW_MS 5000

struct id_lane {
    pthread_mutex_t lock; /* one takes it at a time */
    bool is_on;           /* the table is there */
    _Atomic bool is_held;
    _Atomic int64_t number;   /* of this taking: what was handed out under another is not covered by this one */
    _Atomic int64_t until_ms; /* as committed */
    int lane;
    int64_t holder;
};

void id_lane_init(struct id_lane *lane);
void id_lane_done(struct id_lane *lane);
/* Before a transaction that writes: a lane is there. ERR_BUSY: all are in use. */
MUST_USE enum err_code id_lane_ready(struct db *db, struct err *err);
/* Before its COMMIT: what it handed out is covered. ERR_BUSY with must_retry: the lane is another's by now. */
MUST_USE enum err_code id_lane_cover(struct db *db, struct err *err);
/* After it. */
void id_lane_end(struct db *db);
/* After a rollback because of `code`: if the lane is another's, that may be why (a key met): ERR_BUSY with must_retry.
 */
MUST_USE enum err_code id_lane_explain(struct db *db, enum err_code code, struct err *err);
/* When the store closes; a failure only means that it is free a little later. */
void id_lane_give_back(struct db *db);

NONNULL_END
#endif
