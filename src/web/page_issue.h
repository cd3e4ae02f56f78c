/* page_issue.h - the form of a directive that is to be issued: what was typed into it or stands in a draft, the page,
 * and from there to a draft. A letter, the catalogue and a draft that is edited lead to the same form. Uses:
 * web/page_directive.h, web/kit.h.    Used by: web/page_issue.c, page_issue_form.c, page_draft.c.
 * Memory: the request's arena.    Threads: one request. */
#ifndef LUYTRE_WEB_PAGE_ISSUE_H
#define LUYTRE_WEB_PAGE_ISSUE_H

#include "duty/directive.h"
#include "web/kit.h"
#include "web/page_directive.h"

NONNULL_BEGIN

struct duty_typed {
    struct str id, duty, trigger, period; /* hidden: catalogue id, duty of the letter, trigger, months */
    struct str was;                       /* hidden: which obligation of the draft it was, from 0; "" for a new one */
    struct str title, text, co_actors, product, day, day_error, above;
    bool chosen;
    VEC(struct str) to;
};
struct issue_typed {
    int64_t letter_id; /* 0: without a letter */
    int64_t issuer_id;
    struct str name, number, symbol, units;
    struct str edge;
    int64_t parent_id;
    VEC(struct duty_typed) duties;
    VEC(struct str) except;
    struct str refused;
    int64_t draft_id; /* 0: a new one */
    int64_t revision; /* of the draft that was looked at */
    const struct directive_draft *NULLABLE draft;
};

/* --- page_issue_form.c --- */
MUST_USE enum err_code issue_typed_from_draft(const struct request *request, const struct directive_draft *draft,
                                              struct issue_typed *typed, struct err *err);
MUST_USE enum err_code issue_typed_from_form(const struct request *request, struct issue_typed *typed, struct err *err);
/* vec_items: a VEC(struct str), as `to` above. */
MUST_USE enum err_code issue_push_str(void *vec_items, struct str value, struct arena *arena, struct err *err);
/* The directives this one may carry out, and the obligations of the one that is chosen: only these may be named. */
MUST_USE enum err_code issue_parents(const struct request *request, struct db *db, const struct issue_typed *typed,
                                     struct pg_option_list *ret_parents, struct sql_obligation_list_rows *ret_above,
                                     struct err *err);
/* The obligation of the tier above that a duty carries out: the one with the same catalogue id. */
const struct sql_obligation_list_row *NULLABLE issue_above(const struct sql_obligation_list_rows *above, struct str id);
/* The page; 422 with typed->refused on top. */
MUST_USE enum err_code issue_form(struct request *request, struct response *response, struct db *db,
                                  struct issue_typed *typed, struct err *err);

/* --- page_issue.c --- */
/* Saves the draft and leads to it, or shows the form again. */
MUST_USE enum err_code issue_save(struct request *request, struct response *response, struct db *db,
                                  struct issue_typed *typed, struct err *err);
MUST_USE enum err_code issue_edge_asked(const struct request *request, struct db *db, int64_t issuer_id,
                                        struct str *ret_edge, struct err *err);

NONNULL_END
#endif
