/* form_sample.h - an incident of an invented province (tỉnh Trúc Lâm): every fact that forms ask for, and who reports.
 * Uses: report/form.    Memory: the caller's arena and constants.    Threads: no shared state. */
#ifndef LUYTRE_TESTS_REPORT_FORM_SAMPLE_H
#define LUYTRE_TESTS_REPORT_FORM_SAMPLE_H

#include "report/form.h"

MUST_USE enum err_code form_sample_values(struct arena *arena, struct form_values **ret_values, struct err *err);
struct form_head form_sample_head(void);

#endif
