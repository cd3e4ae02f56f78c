/* signer.h - by which lines a document is signed (Decree 30/2020, box 7): "TM. ỦY BAN NHÂN DÂN / CHỦ TỊCH", "KT. GIÁM
 * ĐỐC / PHÓ GIÁM ĐỐC", by the kind of the unit, the day and who signs.
 * Uses: know, report/document.    Used by: answer_address.c, form.c.    Memory: the caller's arena.    Threads: no
 * shared state. */
#ifndef LUYTRE_REPORT_SIGNER_H
#define LUYTRE_REPORT_SIGNER_H

#include "report/document.h"

NONNULL_BEGIN

struct know_signing_title;

struct signer {
    struct str unit_kind, unit_name;
    civil_day day;
    bool is_deputy;
    struct str own_title; /* what the head is called in this unit; null or the name of a role: as its kind has it */
};
#define SIGNER_LINES_MAX 3
/* None for a kind the tables do not know: its lines are left to the clerk. */
MUST_USE enum err_code signer_lines(const struct signer *signer, struct arena *arena,
                                    const struct document_sign_line *NULLABLE *ret_lines, size_t *ret_count,
                                    struct err *err);

NONNULL_END
#endif
