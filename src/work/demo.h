/* demo.h - the sample province lives through half a year in a few seconds: letters are read and issued tier by tier,
 * units answer or do not, reviewers review, days pass; afterwards its sample data can be removed in one go. Everything
 * goes through the same functions as real work; only the clock is moved. Uses: work/intake, duty, org, asset.    Used
 * by: cmd (demo), web (administration), tests, bench. Memory: the caller's arena.    Threads: one db, one owner. */
#ifndef LUYTRE_WORK_DEMO_H
#define LUYTRE_WORK_DEMO_H

#include "duty/rollup.h"
#include "work/intake.h"

NONNULL_BEGIN

struct demo_letter { /* samples/demo: dates as {{-170}} and {{long-170}} are filled in from the last day */
    struct str name;
    struct str text;
    const char *issuer_kind;
    struct str edge_kind;
    int day;    /* read and issued on this day, counted from the last one: -170 */
    int parent; /* index of the letter it carries out, -1: none */
};
struct demo_options {
    int64_t *now_ms; /* the store's clock; moved from half a year ago to last_day */
    civil_day last_day;
    uint64_t seed;
    const struct demo_letter *letters;
    size_t letter_count;
    /* days done of all */
    void (*NULLABLE progress)(void *NULLABLE ctx, const char *what_vi, const char *what_en, int64_t done,
                              int64_t total);
    bool (*NULLABLE is_stopped)(void *NULLABLE ctx); /* asked each day: ERR_BUSY, the store is half a story then */
    void *NULLABLE ctx;
};
struct demo_report {
    int64_t root_id; /* the People's Committee */
    size_t units, people, systems, devices;
    size_t letters, duties_read, duties_issued;
    size_t directives, assignments;
    size_t read_confirmations, evidence, accepted, returned;
    int days;
    struct rollup rollup; /* of the whole province on the last day */
};
/* Into an empty store (ERR_CONFLICT when sample data is there already). The ledger is opened on the first day of the
 * story. */
MUST_USE enum err_code demo_run(struct store *store, const struct demo_options *options, struct demo_report *ret_report,
                                struct err *err);

/* People to sign in as: one for each kind of user there is. */
struct demo_person {
    int64_t person_id;
    struct str name;
    struct str unit_name;
    struct str what_vi; /* "Đầu mối một trường" */
    struct str what_en;
};
#define DEMO_PEOPLE_MAX 12
MUST_USE enum err_code demo_people(struct db *db, struct arena *arena, struct demo_person people[DEMO_PEOPLE_MAX],
                                   size_t *ret_count, struct err *err);

/* Removes everything of sample units and people, whatever was added to it since. Needs RIGHT_SYSTEM_ADMIN somewhere, or
 * actor->all; the chain keeps its entries. */
MUST_USE enum err_code sample_delete_all(struct db *db, const struct actor *actor, struct err *err);
/* The top unit of the sample province; ERR_NOT_FOUND when there is none. */
MUST_USE enum err_code demo_root(struct db *db, int64_t *ret_root_id, struct err *err);
MUST_USE enum err_code sample_is_there(struct db *db, bool *ret_is_there, struct err *err);

NONNULL_END
#endif
