#include "incident/case_facts.h"

#include "incident/incident_parts.h"

enum err_code case_facts_read(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                              struct case_facts *ret_facts, struct err *err)
{
    struct case_facts out = {.unit = NULL};
    TRY(incident_read(db, actor, arena, case_id, &out.about, err));
    const struct sql_incident_get_row *row = out.about.row;
    civil_day today = db_today(db), day = civil_day_of_ms(row->detected_ms);
    int level;
    TRY(sql_case_unit_facts(
        db, actor, arena,
        &(struct sql_case_unit_facts_args){.case_id = case_id, .unit_id = row->unit_id, .on_day = today}, &out.unit,
        err));
    if (!out.unit)
        return err_set(err, ERR_DENIED, "hồ sơ sự cố này chỉ dành cho các bên tham gia");
    if (row->system_id.has) {
        TRY(sql_case_system_facts(
            db, actor, arena,
            &(struct sql_case_system_facts_args){.case_id = case_id, .system_id = row->system_id.v, .on_day = day},
            &out.system, err));
        TRY(sql_case_addresses(db, actor, arena,
                               &(struct sql_case_addresses_args){.case_id = case_id, .system_id = row->system_id.v},
                               &out.addresses, err));
    }
    TRY(incident_system_level(db, arena, row->system_id.v, row->unit_id, day, &level, NULL, err));
    out.facts = incident_facts_filled((struct incident_facts){(uint64_t)row->facts}, out.about.label, level);
    TRY(sql_case_done(db, actor, arena, &(struct sql_case_done_args){.case_id = case_id}, &out.measures, err));
    TRY(room_tasks(db, actor, arena, case_id, &out.tasks, err));
    TRY(room_assets(db, actor, arena, case_id, &out.assets, err));
    TRY(room_files(db, actor, arena, case_id, &out.files, err));
    TRY(case_answers(db, actor, arena, case_id, &out.answers, err));
    *ret_facts = out;
    return ERR_NONE;
}
