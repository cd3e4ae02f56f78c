/* reminder.h - telling people in time: some days before, on the day, after it, then the superior
 * (knowledge/reminders.yaml). The daily job asks which duties reach a step today, whom that concerns - the person it
 * was given to, the roles the row names, the reviewer of the tier above for the last step - and writes one digest a
 * person and day: one notice, one mail, late duties first. Nothing is ever told twice; a day on which the job did not
 * run is made up within KNOW_REMINDER_MADE_UP days. What is covered, waived or not applicable reminds nobody. Days are
 * counted as the row says: calendar days or working days of Viet Nam. Uses: org, know, duty/notice.    Used by: cmd
 * (the daily job), web (copy as message). Memory: the caller's arena.    Threads: one run at a time, held by the
 * ledger's clock. */
#ifndef LUYTRE_DUTY_REMINDER_H
#define LUYTRE_DUTY_REMINDER_H

#include "base/civil.h"
#include "duty/reminder.sql.h" /* sql_reminder_of_assignment: who was told when; sql_reminder_counts */
#include "store/store.h"

NONNULL_BEGIN

#define REMINDER_LINES_MAX 20u /* duties written out in one mail; the rest is a number and a link */

struct reminder_mail {
    int64_t person_id;
    struct str name;
    struct str address;
    struct str language; /* vi, en */
    struct str subject;
    struct str text; /* plain text, UTF-8, lines of LF */
};
struct reminder_done {
    size_t duty_count;                    /* duties somebody was reminded of */
    size_t person_count;                  /* digests written */
    size_t late_count;                    /* of duty_count: past their day */
    struct reminder_mail *NULLABLE mails; /* of those persons, the ones with an address */
    size_t mail_count;
};
struct reminder_options {
    struct str base_url; /* "https://luytre.example", no slash at the end; for links in mails */
    /* Called for each mail inside the transaction: what it writes (a job for the fetch role, store/job.h) stands or
     * falls with the reminders. NULL: the caller takes the list. */
    enum err_code (*NULLABLE mail)(void *NULLABLE ctx, struct db *db, const struct reminder_mail *mail,
                                   struct err *err);
    void *NULLABLE ctx;
};
/* For a day, after the ledger moved to it. A system job: no actor. Run again on the same day it only tells whom it has
 * not told. */
MUST_USE enum err_code reminder_run(struct db *db, civil_day day, const struct reminder_options *options,
                                    struct arena *arena, struct reminder_done *ret_done, struct err *err);
/* A short Vietnamese text for chat, with the date and the link; for whoever may read the duty. */
MUST_USE enum err_code reminder_message(struct db *db, const struct actor *actor, int64_t assignment_id,
                                        struct str base_url, struct arena *arena, struct str *ret_text,
                                        struct err *err);

NONNULL_END
#endif
