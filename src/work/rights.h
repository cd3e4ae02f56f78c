/* rights.h - which rows of the evidence stay as they are, whoever asks: guards of the run-time user of PostgreSQL.
 * Uses: store/grants.    Used by: cmd grants, work/health.    Memory: constant.    Threads: any. */
#ifndef LUYTRE_WORK_RIGHTS_H
#define LUYTRE_WORK_RIGHTS_H

#include "store/grants.h"

NONNULL_BEGIN

extern const struct store_grants work_grants;

NONNULL_END
#endif
