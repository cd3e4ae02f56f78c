/* case_facts.h - what the store already knows of a case for its reports, so that nobody is asked again: the unit and
 * its focal officer, the system with its level, owner and addresses, what was hit, what was done, what is kept. Says
 * nothing of how a form is called or laid out (report/case_form.h). Uses: incident/incident.h, incident/room.h.    Used
 * by: report, web.    Memory: the caller's arena. Threads: one db, one owner. */
#ifndef LUYTRE_INCIDENT_CASE_FACTS_H
#define LUYTRE_INCIDENT_CASE_FACTS_H

#include "incident/case_facts.sql.h"
#include "incident/case_report.h"
#include "incident/room.h"

NONNULL_BEGIN

struct case_facts {
    struct incident_case about;
    struct incident_facts facts;                       /* with what label and register say */
    struct sql_case_unit_facts_row *unit;              /* whom it happened to, and whom to call there */
    struct sql_case_system_facts_row *NULLABLE system; /* NULL: none is named */
    struct sql_case_addresses_rows addresses;          /* ranges and domains of the system */
    struct sql_case_done_rows measures;                /* entries of kind measure, oldest first, none corrected */
    struct sql_room_task_rows_rows tasks;
    struct sql_room_asset_rows_rows assets;
    struct sql_room_file_rows_rows files;
    struct sql_case_answer_rows_rows answers; /* what people said: stands above all else */
};
/* For a party that may send reports: ERR_DENIED otherwise. */
MUST_USE enum err_code case_facts_read(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                                       struct case_facts *ret_facts, struct err *err);

NONNULL_END
#endif
