/* role_store.h - what the web and the worker role have in common: the store opened and its paths let through the
 * sandbox. Uses: cmd/role, store.    Used by: role_web, role_worker.    Memory: the role's arena.    Threads: main,
 * before the loop. */
#ifndef LUYTRE_CMD_ROLE_STORE_H
#define LUYTRE_CMD_ROLE_STORE_H

#include "cmd/role.h"
#include "org/session.h"
#include "store/store.h"

NONNULL_BEGIN

/* Opens the store that the config names , brings its schema up, fills self->sandbox for
 * `profile`. */
MUST_USE enum err_code role_store_setup(struct role_self *self, enum sandbox_profile profile, struct store **ret_store,
                                        struct err *err);
/* The 32 bytes that seal second-factor secrets; made when there are none yet. Read before the sandbox. */
MUST_USE enum err_code role_keys_read(struct role_self *self, struct session_keys *ret_keys, struct err *err);

int role_web_main(void);
int role_worker_main(void);

NONNULL_END
#endif
