/* page_duty.h - inside the site: the handlers of page_evidence*.c, page_request.c, page_budget.c and page_visit.c,
 * whose rows stand in page_duty.c. Uses: web/kit.h.    Used by: these files.    Memory: none.    Threads: no shared
 * state. */
#ifndef LUYTRE_WEB_PAGE_DUTY_H
#define LUYTRE_WEB_PAGE_DUTY_H

#include "web/kit.h"

NONNULL_BEGIN

/* page_evidence_form.c: handing one in; page_evidence_list.c: all of them, and accepting many at once */
handler_fn evidence_form_page, evidence_form_post, evidence_list_page, evidence_batch_post;
/* page_evidence.c: one piece and what is decided of it */
handler_fn evidence_show, evidence_file_get, evidence_act_post;
enum page_state evidence_page_state(struct str state);
/* A kind's own name in the reader's language; another title as it was written. */
struct str evidence_title(const struct request *request, const struct know_evidence_kind *NULLABLE kind,
                          struct str title);
struct str evidence_word(const struct request *request, struct str state, civil_day covers_to_day);

/* page_request.c */
handler_fn request_list_page, request_new_page, request_new_post, request_show, request_act_post, request_help_page;
enum page_state request_page_state(struct str state);
struct str request_word(const struct request *request, struct str state);
struct str request_kind_word(const struct request *request, struct str kind);

/* page_budget.c */
handler_fn budget_page, budget_post;
/* What people type for money: digits with dots or spaces between them; nothing typed is 0. */
bool budget_vnd_typed(const struct request *request, struct str name, int64_t *ret_vnd);

/* page_visit.c */
handler_fn visit_list_page, visit_new_page, visit_new_post, visit_show, visit_act_post;

NONNULL_END
#endif
