/* setup.h - the first-run wizard's door: while nobody has an account, one secret link lets somebody make the first.
 * Uses: store.    Used by: web/page_setup.c, web/page_admin.c, cmd (serve prints the link).
 * Memory: none kept.    Threads: one db, one owner. */
#ifndef LUYTRE_WEB_SETUP_H
#define LUYTRE_WEB_SETUP_H

#include "os/crypto.h"
#include "store/store.h"

NONNULL_BEGIN

/* True while the store has no person. */
MUST_USE enum err_code setup_is_needed(struct db *db, bool *ret_needed, struct err *err);
/* A new link /setup/TOKEN; an older one no longer works. The store keeps the SHA-256 only. */
MUST_USE enum err_code setup_token_new(struct db *db, char ret_token[CRYPTO_TOKEN_CHARS + 1], struct err *err);

NONNULL_END
#endif
