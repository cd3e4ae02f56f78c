/* case_form.h - a form of a case, filled from what is known: the case, its room, the registers, and what people
 * answered, which stands above all else. What nobody knows stays unknown (form.h says so on paper). Hashes of what is
 * kept as evidence go with it, the files do not. Uses: incident/case_facts, report/form.    Used by: web, cmd. Memory:
 * the caller's arena.    Threads: no shared state. */
#ifndef LUYTRE_REPORT_CASE_FORM_H
#define LUYTRE_REPORT_CASE_FORM_H

#include "incident/case_facts.h"
#include "report/form.h"

NONNULL_BEGIN

struct case_form_kind { /* what the sender says of this very report */
    struct str kind;    /* of the choices of report.kind: preliminary, update, final; empty: not asked */
    int64_t number;     /* which of its form in this case; 0: not asked */
};
MUST_USE enum err_code case_form_values(const struct case_facts *facts, const struct case_form_kind *kind,
                                        struct arena *arena, struct form_values **ret_values, struct err *err);
/* Head of the document: who reports, above whom, today's day left to the clerk. to: whom, in words. */
MUST_USE enum err_code case_form_head(const struct case_facts *facts, struct str to, civil_day today, int64_t now_ms,
                                      struct arena *arena, struct form_head *ret_head, struct err *err);

NONNULL_END
#endif
