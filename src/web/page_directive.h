/* page_directive.h - what the files of the directive pages share: their handlers, whose rows stand in page_directive.c,
 * and the small words all of them say. Uses: web/app.h, web/listing.h.    Used by: web/page_directive*.c,
 * web/page_issue*.c, web/page_draft.c, web/page_rows.c. Memory: the request's arena.    Threads: no shared state. */
#ifndef LUYTRE_WEB_PAGE_DIRECTIVE_H
#define LUYTRE_WEB_PAGE_DIRECTIVE_H

#include "duty/directive.sql.h"
#include "duty/rollup.h"
#include "web/app_parts.h"
#include "web/listing.h"
#include "web/words.h"

NONNULL_BEGIN

/* page_issue.c: from a letter, or from the catalogue, to a draft */
handler_fn issue_letter_show, issue_letter_post, issue_new_show, issue_new_post;
/* page_draft.c: the question before it is issued; edit and delete */
handler_fn draft_show, draft_issue, draft_edit_show, draft_edit_do, draft_delete_show, draft_delete_do;
/* page_rows.c */
handler_fn rows_show, rows_message;
/* page_directives.c: the list of them */
handler_fn directives_show;
/* page_directive_units.c: the units behind a number; page_directive_people.c: who has read it */
handler_fn directive_units_show, directive_people_show;
/* page_directive_act.c: acknowledge, freeze, withdraw */
handler_fn directive_ack, directive_freeze, directive_withdraw_show, directive_withdraw_do;

/* Filter "late" takes both kinds of late; the queries know it by this number. */
#define STATE_ANY      (-1)
#define STATE_LATE_ALL 100

struct str tier_say(const struct request *request, enum msg_id id);
struct str tier_say_n(const struct request *request, enum msg_id id, int64_t n);
struct str tier_day(const struct request *request, civil_day day); /* "30/11/2022"; "" for none */
struct str tier_ref(const struct request *request, struct str number, struct str symbol);
struct str tier_state(const struct request *request, int state); /* "quá hạn": inside a sentence */
/* How a sum of duties looks, and the word beside it: the worst that is in it. */
enum page_state tier_look(const struct request *request, const struct rollup *r, struct str *ret_word);
struct str tier_kind(const struct request *request, struct str kind);
/* ?state=late|unseen|...|late_all of the request. */
int tier_state_asked(const struct request *request);
struct str tier_state_param(int state); /* for addresses; "" for any */
/* A directive the person may see; ERR_NOT_FOUND otherwise. */
MUST_USE enum err_code tier_directive(struct request *request, struct db *db,
                                      struct sql_directive_get_row **ret_directive, struct err *err);
/* The way down to count along: the directive's own from its issuer, else (or when the person may not look down that
 * one) ?edge= or the one by which they see most below the root. */
MUST_USE enum err_code tier_edge(const struct request *request, struct db *db, const struct actor *actor,
                                 int64_t issuer_id, struct str edge_kind, int64_t root_id, struct str *ret_edge,
                                 struct err *err);
/* Where to count from: ?unit=, else the issuer when the person may read it, else their own unit. */
MUST_USE enum err_code tier_root(struct request *request, struct db *db, int64_t issuer_id, int64_t *ret_root_id,
                                 struct err *err);
MUST_USE enum err_code tier_unit_name(struct request *request, struct db *db, int64_t unit_id, struct str *ret_name,
                                      struct err *err);

NONNULL_END
#endif
