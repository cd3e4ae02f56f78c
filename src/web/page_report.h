/* page_report.h - what the pages of reports, of their files and of what reminds share.
 * Uses: web/kit.h.    Used by: web/page_report.c, page_report_file.c, page_reminder.c.    Memory: the request's arena.
 * Threads: no shared state. */
#ifndef LUYTRE_WEB_PAGE_REPORT_H
#define LUYTRE_WEB_PAGE_REPORT_H

#include "duty/page_report.sql.h"
#include "format/json.h"
#include "web/kit.h"

NONNULL_BEGIN

/* page_report.c */
bool report_is_answer(struct str series); /* to a directive; else of a series */
/* Number and symbol of a directive, or its title when it has neither. */
struct str report_directive_ref(const struct request *request, struct str number, struct str symbol, struct str title);
struct str report_name(const struct request *request, struct str series, struct str number, struct str symbol,
                       struct str directive_title);
/* The one the route's {id} names; ERR_NOT_FOUND when the person may not read it. */
MUST_USE enum err_code report_get(const struct request *request, struct db *db, struct sql_report_one_row **ret_report,
                                  struct err *err);

/* page_report_file.c: its rows stand in page_report.c */
handler_fn report_file_get, report_preview_show, freeze_annex_get;

NONNULL_END
#endif
