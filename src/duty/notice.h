/* notice.h - the inbox of a person inside the program: what waits to be read, newest first.
 * A notice is a line and a link; it is never the only place where something stands.
 * Reading needs no right: everybody reads only what is their own (scope self).
 * Uses: org.    Used by: duty, work, web.    Memory: the caller's arena.    Threads: one db, one owner. */
#ifndef LUYTRE_DUTY_NOTICE_H
#define LUYTRE_DUTY_NOTICE_H

#include "duty/notice.sql.h" /* lists: sql_notice_list, sql_notice_unread */
#include "store/store.h"

NONNULL_BEGIN

#define NOTICE_TITLE_MAX_BYTES 500u

struct notice {
    int64_t person_id;
    struct str kind; /* "reminder", "request", "evidence", "report" */
    struct str title;
    struct str link; /* a path of ours: "/duty/123" */
};
/* In the caller's transaction. A longer title is cut at a character. */
MUST_USE enum err_code notice_add(struct db *db, const struct notice *notice, struct err *err);
/* The same to everybody who holds one of the roles (" unit_head focal_officer ", with blanks around each) on that very
 * unit today. */
MUST_USE enum err_code notice_add_roles(struct db *db, int64_t unit_id, struct str roles, struct str kind,
                                        struct str title, struct str link, struct err *err);
/* ERR_NOT_FOUND when it is not the actor's own. Twice is once. */
MUST_USE enum err_code notice_read(struct db *db, const struct actor *actor, int64_t id, struct err *err);
MUST_USE enum err_code notice_read_all(struct db *db, const struct actor *actor, int64_t *ret_count, struct err *err);
MUST_USE enum err_code notice_unread_count(struct db *db, const struct actor *actor, int64_t *ret_count,
                                           struct err *err);

NONNULL_END
#endif
