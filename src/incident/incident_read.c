#include "incident/incident_search.h"

#define COUNT_MOST ((int64_t)1000) /* past it a page says "more than" */

/* What a writer holds, from what a reader sees: reading takes no lock and may stand inside db_read. */
static struct sql_incident_raw_row raw_of(const struct sql_incident_get_row *row)
{
    return (struct sql_incident_raw_row){.id = row->id,
                                         .code = row->code,
                                         .unit_id = row->unit_id,
                                         .lead_unit_id = row->lead_unit_id,
                                         .system_id = row->system_id,
                                         .title = row->title,
                                         .summary = row->summary,
                                         .source = row->source,
                                         .label = row->label,
                                         .facts = row->facts,
                                         .severity = row->severity,
                                         .severity_by = row->severity_by,
                                         .severity_ms = row->severity_ms,
                                         .severity_note = row->severity_note,
                                         .classified_ms = row->classified_ms,
                                         .detected_ms = row->detected_ms,
                                         .occurred_ms = row->occurred_ms,
                                         .personal_ms = row->personal_ms,
                                         .contained_ms = row->contained_ms,
                                         .restored_ms = row->restored_ms,
                                         .state = row->state,
                                         .tlp = row->tlp,
                                         .is_exercise = row->is_exercise,
                                         .version = row->version};
}

enum err_code incident_read(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                            struct incident_case *ret_case, struct err *err)
{
    struct incident_case out = {.row = NULL};
    TRY(sql_incident_get(db, actor, arena, &(struct sql_incident_get_args){.id = case_id, .on_day = db_today(db)},
                         &out.row, err));
    if (!out.row)
        return err_set(err, ERR_DENIED, "hồ sơ sự cố này chỉ dành cho các bên tham gia");
    TRY(party_standing(db, actor, case_id, &out.standing, err));
    struct sql_incident_raw_row seen = raw_of(out.row), *raw = &seen;
    struct incident_fields fields = incident_fields_of(raw);
    TRY(incident_by_rules(db, arena, raw->unit_id, &fields, &out.severity, NULL, err));
    out.label = know_incident_label_find(raw->label);
    if (!out.label)
        return err_set(err, ERR_SYNTAX, "không có loại sự cố '%.*s'", STR_ARG(raw->label));
    out.group = know_incident_group_of(out.label, civil_day_of_ms(raw->detected_ms));
    TRY(incident_clocks_of(db, arena, raw, &out.clocks, err));
    *ret_case = out;
    return ERR_NONE;
}

enum err_code incident_list(struct db *db, const struct actor *actor, struct arena *arena,
                            const struct incident_filter *filter, struct sql_incident_rows_rows *ret_rows,
                            struct err *err)
{
    struct incident_asked a;
    TRY(incident_ask(db, actor, arena, filter, &a, err));
    if (a.is_nothing) {
        *ret_rows = (struct sql_incident_rows_rows){0};
        return ERR_NONE;
    }
    if (!a.has_ids)
        return sql_incident_rows(db, actor, arena,
                                 &(struct sql_incident_rows_args){.on_day = db_today(db),
                                                                  .state = a.state,
                                                                  .severity = a.severity,
                                                                  .unit_id = a.unit_id,
                                                                  .word_1 = a.word[0],
                                                                  .end_1 = a.end[0],
                                                                  .word_2 = a.word[1],
                                                                  .end_2 = a.end[1],
                                                                  .word_3 = a.word[2],
                                                                  .end_3 = a.end[2],
                                                                  .limit_count = filter->limit_count,
                                                                  .offset_count = filter->offset_count},
                                 ret_rows, err);
    struct sql_incident_rows_of_rows rows;
    TRY(sql_incident_rows_of(db, actor, arena,
                             &(struct sql_incident_rows_of_args){.ids = a.ids,
                                                                 .on_day = db_today(db),
                                                                 .state = a.state,
                                                                 .severity = a.severity,
                                                                 .unit_id = a.unit_id,
                                                                 .word_1 = a.word[0],
                                                                 .end_1 = a.end[0],
                                                                 .word_2 = a.word[1],
                                                                 .end_2 = a.end[1],
                                                                 .word_3 = a.word[2],
                                                                 .end_3 = a.end[2],
                                                                 .limit_count = filter->limit_count,
                                                                 .offset_count = filter->offset_count},
                             &rows, err));
    struct sql_incident_rows_row *items = arena_new_array(arena, struct sql_incident_rows_row, rows.count + 1);
    if (!items)
        return arena_full(arena, err);
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_incident_rows_of_row *r = &rows.items[i];
        items[i] = (struct sql_incident_rows_row){.id = r->id,
                                                  .code = r->code,
                                                  .unit_id = r->unit_id,
                                                  .unit_name = r->unit_name,
                                                  .title = r->title,
                                                  .label = r->label,
                                                  .severity = r->severity,
                                                  .is_confirmed = r->is_confirmed,
                                                  .detected_ms = r->detected_ms,
                                                  .restored_ms = r->restored_ms,
                                                  .state = r->state,
                                                  .tlp = r->tlp,
                                                  .is_exercise = r->is_exercise,
                                                  .last_ms = r->last_ms};
    }
    *ret_rows = (struct sql_incident_rows_rows){items, rows.count};
    return ERR_NONE;
}

enum err_code incident_list_count(struct db *db, const struct actor *actor, struct arena *arena,
                                  const struct incident_filter *filter, int64_t *ret_count, struct err *err)
{
    struct incident_asked a;
    TRY(incident_ask(db, actor, arena, filter, &a, err));
    if (a.is_nothing) {
        *ret_count = 0;
        return ERR_NONE;
    }
    if (!a.has_ids) {
        struct sql_incident_rows_count_row *row;
        TRY(sql_incident_rows_count(db, actor, arena,
                                    &(struct sql_incident_rows_count_args){.state = a.state,
                                                                           .severity = a.severity,
                                                                           .unit_id = a.unit_id,
                                                                           .word_1 = a.word[0],
                                                                           .end_1 = a.end[0],
                                                                           .word_2 = a.word[1],
                                                                           .end_2 = a.end[1],
                                                                           .word_3 = a.word[2],
                                                                           .end_3 = a.end[2],
                                                                           .limit_count = COUNT_MOST + 1},
                                    &row, err));
        *ret_count = row->n;
        return ERR_NONE;
    }
    struct sql_incident_rows_of_count_row *row;
    TRY(sql_incident_rows_of_count(db, actor, arena,
                                   &(struct sql_incident_rows_of_count_args){.ids = a.ids,
                                                                             .state = a.state,
                                                                             .severity = a.severity,
                                                                             .unit_id = a.unit_id,
                                                                             .word_1 = a.word[0],
                                                                             .end_1 = a.end[0],
                                                                             .word_2 = a.word[1],
                                                                             .end_2 = a.end[1],
                                                                             .word_3 = a.word[2],
                                                                             .end_3 = a.end[2]},
                                   &row, err));
    *ret_count = row->n;
    return ERR_NONE;
}
