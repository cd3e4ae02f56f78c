/* case_report.h - the reports of a case: what people said for them, each once; sending, and what came back.
 * A fact that a form asks for and nothing else knows is answered under its key (know_form_key) and fills every later
 * form of the case. Sending keeps what was said and the file as it went out, and meets the clocks its form meets. The
 * other side sees the report it was sent, not the case. An exercise never leaves the parties of its case. Uses:
 * incident/incident.h, store/blob.h.    Used by: report, web, cmd.    Memory: the caller's arena. Threads: one db, one
 * owner.    See: regulation.md 3.1, 3.3. */
#ifndef LUYTRE_INCIDENT_CASE_REPORT_H
#define LUYTRE_INCIDENT_CASE_REPORT_H

#include "incident/case_report.sql.h"
#include "incident/incident.h"

NONNULL_BEGIN

#define CASE_REPORT_FILE_MAX_BYTES ((size_t)32 << 20)

/* value as text: of an instant and a number decimal digits (Unix ms), of a day YYYY-MM-DD, "yes" or "no", of a choice
 * its id, of rows their JSON (an array of arrays of texts); empty: unknown again. was: what the writer saw.
 * ERR_CONFLICT: somebody else answered otherwise meanwhile; ERR_SYNTAX: no such fact, or of another type. */
MUST_USE enum err_code case_answer_put(struct db *db, const struct actor *actor, int64_t case_id, struct str key,
                                       struct str was, struct str value, struct err *err);
MUST_USE enum err_code case_answers(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                                    struct sql_case_answer_rows_rows *ret_rows, struct err *err);

/* Who a recipient (know_recipients) is for a unit on a day: the holder of that function for the nearest area above it,
 * the owner of the system, the unit right above; 0: nobody is known. */
MUST_USE enum err_code case_report_addressee(struct db *db, int64_t unit_id, int64_t system_id, struct str recipient,
                                             civil_day day, int64_t *ret_unit_id, struct err *err);

#define CASE_REPORT_HOW_COUNT 5
extern const struct incident_word case_report_hows[CASE_REPORT_HOW_COUNT]; /* system, letter, mail, phone, hand */
struct case_report {
    struct str form;    /* in force on the day of detection, or on the day of sending */
    bool is_last;       /* false: it says that more will follow */
    int64_t to_unit_id; /* 0: somebody outside */
    struct str to_text; /* whom, in words */
    struct str how;
    struct str number;      /* of the letter, when there is one */
    int64_t sent_ms;        /* 0: now; a call of an hour ago is written down afterwards. Never ahead, never before T0 */
    struct str values_json; /* what was said, as JSON */
    struct str file;        /* the document as it went out; empty: none, a call */
    struct str once_key;
};
/* By the lead or the affected unit. The same once_key: the report that went out, nothing new. */
MUST_USE enum err_code case_report_send(struct db *db, const struct actor *actor, int64_t case_id,
                                        const struct case_report *report, int64_t *ret_id, struct err *err);
/* It was received: said by whoever it was sent to (RIGHT_INCIDENT in that unit), or written down by the sender from the
 * answer. ERR_CONFLICT: already. */
MUST_USE enum err_code case_report_receipt(struct db *db, const struct actor *actor, int64_t report_id, struct str text,
                                           struct err *err);
/* It was wrong and another will be sent: its clocks run again. By the sender, with a reason. */
MUST_USE enum err_code case_report_withdraw(struct db *db, const struct actor *actor, int64_t case_id,
                                            int64_t report_id, struct str reason, struct err *err);

/* Of a case, for its parties but observers and providers. */
MUST_USE enum err_code case_reports(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                                    struct sql_case_report_rows_rows *ret_rows, struct err *err);
/* What was sent to a unit the actor works incidents in, those without a receipt first. */
MUST_USE enum err_code case_report_inbox(struct db *db, const struct actor *actor, struct arena *arena, int64_t unit_id,
                                         int64_t limit_count, struct sql_case_report_inbox_rows_rows *ret_rows,
                                         struct err *err);
/* The file as it went out, for a party of the case or the unit it was sent to. ERR_NOT_FOUND: none, or not for him. */
MUST_USE enum err_code case_report_file(struct db *db, const struct actor *actor, struct arena *arena,
                                        int64_t report_id, struct str *ret_bytes, struct err *err);

NONNULL_END
#endif
