/* from_duty.h - the answer that goes back up: frozen figures as an official document and as a spreadsheet.
 * Three kinds from the same rows: an answer letter (công văn), a roll-up and a periodic report (báo cáo). What law the
 * letter stands on, what was done in words with numerator and denominator, who is missing by name, causes and proposals
 * as a person typed them, who signs, who gets it and why, and an annex with every unit, late first. Number and day stay
 * blank for the clerk. Everything comes from the freeze, from facts of its day and from what is given here: the same
 * freeze and words give the same bytes. Knows nothing of pages.    Uses: duty, org, know, report/document,
 * report/sheet.    Used by: web, cmd. Memory: the caller's arena.    Threads: one db, one owner. */
#ifndef LUYTRE_REPORT_FROM_DUTY_H
#define LUYTRE_REPORT_FROM_DUTY_H

#include "report/document.h"
#include "store/store.h"

NONNULL_BEGIN

enum answer_kind {
    ANSWER_LETTER,   /* công văn to whoever asked */
    ANSWER_ROLLUP,   /* báo cáo of everything below, by unit */
    ANSWER_PERIODIC, /* báo cáo of a series for a period */
    ANSWER_KIND_COUNT,
};
struct answer_order {
    enum answer_kind kind;
    int64_t freeze_id;
    int64_t to_unit_id;                       /* 0: the directive's issuer */
    struct str series_title;                  /* periodic: "Báo cáo 6 tháng …" */
    struct str form;                          /* periodic: "05"; null: none */
    civil_day period_from_day, period_to_day; /* periodic; half open. CIVIL_NONE: none */
    struct str fields_json; /* of the report: {"auto": frozen figures, "hand": what people typed}; null: none */
};
/* Fields a person types; paragraphs are lines. The order of the letter. */
#define ANSWER_RESULTS   STR("results")
#define ANSWER_CAUSES    STR("causes")
#define ANSWER_PROPOSALS STR("proposals")

/* For whoever may read the freeze's root (actor->right: RIGHT_READ), or a unit the report was sent to. ERR_NOT_FOUND
 * otherwise. */
MUST_USE enum err_code answer_document(struct db *db, const struct actor *actor, const struct answer_order *order,
                                       struct arena *arena, struct document *ret_document, struct err *err);
/* The annex to work with: one tab of units, one of every row, late first. The same freeze gives the same bytes. */
MUST_USE enum err_code answer_xlsx(struct db *db, const struct actor *actor, int64_t freeze_id, const char *path,
                                   struct err *err);

NONNULL_END
#endif
