/* act.h - what every page does with what was sent to it. The thing is the route's {id}, what to do with it the last
 * piece of the path: "/visit/12/finish". Done: a redirect with a notice. Refused in words: the thing's page again, with
 * the reason and what was typed. A failure of ours goes through. For forms of their own page the checks of single
 * fields stand here too: each notes its error in the form, so that one answer names them all. Uses: web/kit.h.    Used
 * by: web/page_*.c.    Memory: the request's arena.    Threads: one request, one owner. */
#ifndef LUYTRE_WEB_ACT_H
#define LUYTRE_WEB_ACT_H

#include "web/kit.h"

NONNULL_BEGIN

struct act {
    struct request *request;
    struct db *db;
    struct actor actor; /* with the right of the table, or of the route */
    int64_t id;
    void *NULLABLE row; /* what the table's load found */
    struct str to;      /* where it leads when done: the thing's page, unless the act says otherwise */
};
typedef enum err_code act_fn(struct act *act, struct err *err);
struct act_row {
    struct str name; /* the last piece of the path */
    act_fn *run;
    enum msg_id said; /* the notice */
};
struct act_table {
    const struct act_row *rows;
    size_t row_count;
    const char *page;        /* of the thing, before its id: "/visit/" */
    uint64_t right;          /* 0: the route's */
    act_fn *NULLABLE load;   /* finds act->row; ERR_NOT_FOUND for whoever may not see it */
    act_fn *NULLABLE follow; /* after the act, in one transaction with it */
    /* The thing's page with a problem on top; it takes a connection of its own. */
    enum err_code (*again)(struct request *request, struct response *response, struct str problem, struct err *err);
};
MUST_USE enum err_code act_answer(struct request *request, struct response *response, const struct act_table *table,
                                  struct err *err);

/* --- single fields of a form --- */
/* What was typed; `missing` is the field's error when that is nothing. */
struct str act_text(struct kit_form *form, const char *name, enum msg_id missing);
/* A day, or CIVIL_NONE: what is none (31/02) is an error with a proposal. */
civil_day act_day(struct kit_form *form, const char *name);
civil_day act_day_needed(struct kit_form *form, const char *name, enum msg_id missing);
/* What the domain refused in words becomes the error of field `at` ("": of the whole form); a failure of ours comes
 * back. */
MUST_USE enum err_code act_refused(struct kit_form *form, const char *at, const struct err *err);

NONNULL_END
#endif
